"""The people of the demonstration. Every one of them is invented, and so is every organisation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts import actions as accounts
from accounts.models import User
from accounts.permissions import Role

PASSWORD = "waymark-demo"  # noqa: S105 - the demonstration says it aloud
DOMAIN = "northgate.example"
CLIENT = "Policing Standards College"
CLIENT_DOMAIN = "psc.example"
LEAD_SUPPLIER = "Meridian Consulting"

# Key, name, role, what this person finds after signing in.
STAFF = (
    ("joan", "Joan Whitfield", [Role.ADMINISTRATOR], "a claim to make, a certificate to record, a learner to register"),
    (
        "sunil",
        "Sunil Mehta",
        [Role.CONTRACT_MANAGER],
        "cohorts as figures and journey grids, and the client's reports",
    ),
    (
        "helen",
        "Helen Marsh",
        [Role.TUTOR],
        "essays and portfolios to mark, one of them overdue, and a question to answer",
    ),
    (
        "ruth",
        "Ruth Adeyemi",
        [Role.TUTOR],
        "essays to mark without names, and the cohort she took over at short notice",
    ),
    ("gareth", "Gareth Pryce", [Role.IQA], "passed work waiting for internal verification"),
    ("amelia", "Amelia Frost", [Role.EQA], "verified work waiting for sign-off, and nothing beyond that"),
    (
        "eleanor",
        "Eleanor Voss",
        [Role.CLIENT_CONTACT],
        "progress of her people, a tutor and a timetable to approve, reports as PDF",
    ),
)
JOB_TITLE = "Learning and Talent Manager"
ADVISER = ("Adrian Finch", "adrian.finch@hfa.example")

PSC_2022 = (
    "Priya Raman",
    "Daniel Osei",
    "Bethan Rees",
    "Marcus Webb",
    "Aisha Siddiqui",
    "Tom Hargreaves",
    "Catherine Lowe",
    "Joanna Pike",
    "Samuel Okafor",
    "Fiona Galbraith",
    "Mei Cheung",
    "Colin Marsden",
)
PSC_2023 = (
    "Efua Asante",
    "Chloe Armitage",
    "Dewi Morgan",
    "Nadia Hussain",
    "Peter Lindqvist",
    "Grace Achterberg",
    "Owen Trevithick",
    "Sunita Bhandari",
    "Martin Kerr",
    "Laura Fitzgerald",
    "Jamie Thornton",
)
DL7 = ("Rosalind Ashworth-Venkataraman",)
PSC_LIVE = (
    "Kwame Mensah",
    "Eilidh Fraser",
    "Harpreet Gill",
    "Tomasz Nowak",
    "Rosie Bamford",
    "Yusuf Demir",
    "Nia Griffiths",
    "Declan Byrne",
    "Lucy Tran",
    "Imran Qureshi",
    "Hannah Castellanos-Wright",
    "Oliver Penhaligon",
    "Zainab Bello",
    "Callum Reid",
    "Marta Kowalczyk",
    "Simon Atkins",
)
PSC_CODES = ("Gwen Pritchard", "Idris Boateng", "Martha Quinlan")
PATHWAYS = ("coaching", "mentoring", "both")


@dataclass(frozen=True)
class Company:
    """Everybody who is not a learner."""

    joan: User
    sunil: User
    helen: User
    ruth: User
    gareth: User
    amelia: User
    eleanor: User
    adrian: User


def address(name: str, domain: str = CLIENT_DOMAIN) -> str:
    """An address under a domain that cannot exist."""
    first, _, last = name.lower().partition(" ")
    return f"{first}.{last.replace(' ', '-')}@{domain}"


def company() -> Company:
    """Invite the staff, the external verifier and the client's contact. The administrator lets herself in first."""
    found: dict[str, Any] = {}
    for key, name, roles, _ in STAFF:
        domain = CLIENT_DOMAIN if Role.CLIENT_CONTACT in roles else DOMAIN
        by = found.get("joan")
        found[key] = accounts.invite(email=address(name, domain), full_name=name, roles=roles, by=by)
    name, email = ADVISER
    found["adrian"] = accounts.invite(email=email, full_name=name, roles=[Role.CLIENT_CONTACT], by=found["joan"])
    return Company(**found)


def write_sign_in_list(learners: dict[str, tuple[User, str]]) -> None:
    """Leave the list from which the sign-in page draws its buttons: e-mail, name, role, what they find."""
    rows = [
        {
            "email": address(name, CLIENT_DOMAIN if Role.CLIENT_CONTACT in roles else DOMAIN),
            "name": name,
            "role": roles[0].label,
            "finds": finds,
        }
        for _, name, roles, finds in STAFF
    ]
    rows += [
        {"email": user.email, "name": user.full_name, "role": Role.LEARNER.label, "finds": finds}
        for user, finds in learners.values()
    ]
    (settings.DATA_DIR / "demo-people.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1))
