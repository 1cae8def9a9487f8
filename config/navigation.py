"""The main menu: which pages each role is offered, in the order of the journey.

Pages that belong together stand under one entry. It leads to the first that this person may open, and each of them shows the others
in a strip of its own, so that the menu stays on one line.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.permissions import Can
from core.addresses import address


@dataclass(frozen=True)
class Page:
    """`at` is how the addresses begin under which it counts as the current page; any of `needs` opens it."""

    label: str
    name: str
    at: str
    needs: tuple[Can, ...]


@dataclass(frozen=True)
class Entry:
    """One word of the menu and the pages under it."""

    label: str
    pages: tuple[Page, ...]


def _one(label: str, name: str, needs: Can, at: str) -> Entry:
    return Entry(label, (Page(label, name, at, (needs,)),))


MENU = (
    _one("Home", "home", Can.USE_HOME, "/home/"),
    _one("Enrolment", "enrolment:own", Can.APPLY, "/my/enrolment/"),
    _one("Sessions", "workshops:own", Can.GIVE_FEEDBACK, "/my/sessions/"),
    _one("Assignments", "assignments:own", Can.SUBMIT_WORK, "/my/assignments/"),
    _one("Questions", "workshops:threads", Can.ASK_QUESTIONS, "/questions/"),
    _one("Appeals and complaints", "verification:own_cases", Can.RAISE_CASES, "/my/cases/"),
    _one("Approvals", "programmes:proposals", Can.APPROVE_PLANS, "/proposals/"),
    _one("Cohorts", "programmes:cohorts", Can.SEE_COHORTS, "/cohorts/"),
    Entry(
        "Marking",
        (
            Page("Desk", "assignments:desk", "/marking/", (Can.MARK,)),
            Page("Who marks", "assignments:who_marks", "/who-marks/", (Can.MOVE_MARKING,)),
            Page(
                "Second marking",
                "assignments:second_markings",
                "/second-marking/",
                (Can.MARK, Can.VERIFY, Can.ASK_SECOND_MARKING),
            ),
            Page("Extensions", "assignments:extensions", "/extensions/", (Can.GRANT_EXTENSIONS,)),
            Page(
                "Feedback on my marking",
                "verification:own_development",
                "/verification/development/mine/",
                (Can.MARK,),
            ),
        ),
    ),
    _one("Questions", "workshops:threads", Can.ANSWER_QUESTIONS, "/questions/"),
    Entry(
        "Verification",
        (
            Page("Queue", "verification:queue", "/verification/", (Can.SEE_VERIFICATION,)),
            Page("Visits (EQA)", "verification:visits", "/visits/", (Can.SEE_VISITS,)),
            Page(
                "Standardisation",
                "verification:standardisation",
                "/verification/standardisation/",
                (Can.SEE_STANDARDISATION,),
            ),
            Page("Interim samples", "verification:interim_samples", "/verification/interim/", (Can.SEE_INTERIM,)),
            Page("Staff files", "verification:staff", "/verification/staff/", (Can.SEE_STAFF_FILES,)),
            Page("Changes to tell", "verification:changes", "/verification/changes/", (Can.KEEP_STAFF_FILES,)),
        ),
    ),
    Entry(
        "Claims",
        (
            Page("Claims", "verification:claims", "/claims/", (Can.SEE_CLAIMS,)),
            Page("Cases", "verification:cases", "/cases/", (Can.SEE_CASES,)),
        ),
    ),
    _one("Learners", "enrolment:enrolments", Can.SEE_ENROLMENTS, "/enrolments/"),
    _one("Contracts", "programmes:contracts", Can.SEE_CONTRACTS, "/contracts/"),
    _one("Reports", "reporting:reports", Can.PREPARE_REPORTS, "/reports/"),
    _one("People", "accounts:people", Can.SEE_PEOPLE, "/people/"),
    _one("Qualifications", "programmes:qualifications", Can.SEE_CATALOGUE, "/qualifications/"),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """The context processor: `navigation` and, on a page that has others beside it, `menu_beside`: lists of {label, url, current}."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    # Put together where it is drawn: the marking room draws no menu.
    both: Any = SimpleLazyObject(lambda: _menu(request.path, user))
    return {"navigation": SimpleLazyObject(lambda: both[0]), "menu_beside": SimpleLazyObject(lambda: both[1])}


def _menu(path: str, user: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    items, beside = [], []
    for entry in MENU:
        # One page's addresses may begin like another's: the longest beginning is where one is.
        here = max((one.at for one in entry.pages if path.startswith(one.at)), key=len, default="")
        there = [
            {"label": one.label, "url": url, "current": one.at == here}
            for one in entry.pages
            if any(user.can(right) for right in one.needs) and (url := address(one.name))
        ]
        if not there:
            continue
        label = there[0]["label"] if len(there) == 1 and len(entry.pages) > 1 else entry.label
        items.append({"label": label, "url": there[0]["url"], "current": any(one["current"] for one in there)})
        if len(there) > 1 and any(one["url"] == path for one in there):
            beside = there
    return items, beside
