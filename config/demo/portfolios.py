"""How a portfolio comes about in the demonstration: practice, feedback by link, evidence, and the matrix."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Set
from pathlib import Path

from django.core.files import File

from accounts.models import User
from assignments import actions as assignments
from assignments.forms.practice import CONSENT
from assignments.models import PracticeClient, Submission
from config.demo import essays, reflections
from core import clock
from enrolment.models import Enrolment
from programmes.models import Criterion
from workshops import actions as workshops


def practise(one: Enrolment, *, seed: int, sessions: int, first_on: dt.date, supervisor: User | None) -> None:
    """Two practice clients, `sessions` sessions of 90 minutes, a fortnight's rhythm, and supervision once."""
    learner = one.learner
    role = "mentor" if one.pathway == "mentoring" else "coach"
    with clock.at(first_on):
        assignments.begin(one, assignment=one.cohort.version.assignments.get(kind="portfolio"), by=learner)
        clients = [
            assignments.add_practice_client(
                one,
                code=code,
                role=role,
                context=reflections.client_context(seed + i),
                goals=reflections.client_goals(seed + i),
                terms=reflections.client_terms(seed + i),
                contract_agreed_on=first_on,
                by=learner,
            )
            for i, code in enumerate(("A", "B"))
        ]
    for i in range(sessions):
        day = first_on + dt.timedelta(days=5 * i + 1)
        with clock.at(day):
            assignments.log_session(
                clients[i % 2],
                held_on=day,
                minutes=90,
                focus=reflections.session_focus(seed * 31 + i),
                notes=reflections.session_notes(seed * 31 + i),
                reflection=reflections.session_reflection(seed * 31 + i),
                by=learner,
            )
    if supervisor:
        day = first_on + dt.timedelta(days=5 * sessions // 2)
        with clock.at(day):
            workshops.supervise(
                one,
                held_on=day,
                minutes=60,
                topics="Boundaries, and what to do with silence",
                feedback=reflections.supervision_feedback(seed),
                by=supervisor,
            )


def finish_portfolio(one: Enrolment, *, seed: int) -> Submission:
    """Write what is left, add an evidence file, say what shows what, and have the portfolio ready to hand in."""
    learner = one.learner
    clients = list(one.practice_clients.all())
    for i, client in enumerate(clients):
        assignments.edit_practice_client(client, review=reflections.client_review(seed), by=learner)
        if not client.feedback_requests.exists():
            client_feedback(client, seed=seed + i)
    assignments.save_text(one, part="review", body=reflections.review_of_ability(seed), by=learner)
    assignments.save_text(one, part="development", body=reflections.development_plan(seed), by=learner)
    portfolio = one.cohort.version.assignments.get(kind="portfolio")
    if not one.evidence.exists():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "contract.docx"
            essays.write_contract(path, seed=seed, author=learner.full_name)
            with path.open("rb") as file:
                assignments.add_evidence(
                    one,
                    title="Contract with client A",
                    file=File(file, name="contract A.docx"),
                    client=clients[0] if clients else None,
                    is_contract=bool(clients),
                    by=learner,
                )
        map_portfolio(one)
    return assignments.begin(one, assignment=portfolio, by=learner)


def client_feedback(client: PracticeClient, *, seed: int) -> None:
    """The learner makes a link, and the practice client answers it."""
    asked = assignments.ask_for_feedback(client, by=client.enrolment.learner)
    draw = random.Random(seed)
    assignments.give_client_feedback(
        asked,
        listening=draw.randint(7, 10),
        questions=draw.randint(6, 10),
        boundaries=draw.randint(8, 10),
        usefulness=draw.randint(7, 10),
        helped=reflections.client_helped(seed),
        differently=reflections.client_differently(seed),
        consent=CONSENT,
    )


# Which parts of a portfolio show a criterion, by its unit and number; {} stands for each practice client.
_SHOWN = {
    "501 1.1": ("client:{}:contract", "client:{}:log"),
    "501 1.2": ("client:{}:contract",),
    "501 1.3": ("client:{}:contract", "file"),
    "501 2.1": ("client:{}:log",),
    "501 2.2": ("supervision",),
    "501 2.3": ("client:{}:feedback", "client:{}:log"),
}


def map_portfolio(one: Enrolment, *, without: Set[str] = frozenset()) -> None:
    """Fill in the evidence matrix; criteria in `without` (501 1.3) stay gaps."""
    clients = list(one.practice_clients.values_list("pk", flat=True))
    files = list(one.evidence.values_list("pk", flat=True))
    criteria = Criterion.objects.filter(
        outcome__unit__assignments__kind="portfolio", outcome__unit__version=one.cohort.version_id
    ).values_list("pk", "outcome__unit__number", "number")
    shows = []
    for pk, unit, number in criteria:
        label = f"{unit} {number}"
        if label in without:
            continue
        for key in _SHOWN.get(label, ("text:development" if number.startswith("2") else "text:review",)):
            keys = [f"file:{file}" for file in files] if key == "file" else [key.format(client) for client in clients]
            shows += [(each, pk) for each in set(keys)]
    assignments.map_evidence(one, shows=shows, by=one.learner)
