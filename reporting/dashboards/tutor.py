"""A tutor's home: what to mark and by when, who waits for an answer, which registers are open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from accounts.models import User
from assignments import waiting
from assignments.models import Extension, Submission
from core import clock
from core.templatetags.ui import ago, day, distance
from enrolment.models import Enrolment
from reporting.dashboards.parts import SHOWN, Home, Section, Task, said
from verification.models.standardisation import last_standardised, since, waiting_for_marks

# Asked with the cohorts taught: which qualification it is, when this tutor was last standardised in it, and which event waits
# for their decisions.
ALSO = {
    "number": F("cohort__version__qualification__number"),
    "standardised_on": last_standardised(person="tutor", qualification="cohort__version__qualification"),
    "event": waiting_for_marks(person="tutor", what="event"),
    "event_title": waiting_for_marks(person="tutor", what="event__title"),
    "event_on": waiting_for_marks(person="tutor", what="event__held_on"),
}


def build(user: User, *, today: dt.date) -> Home:
    """Five statements: cohorts, counts, marking, what waits beside it, what is to decide about learners."""
    now = clock.now()
    taught = waiting.teaching(user, today, also=ALSO)
    counts = waiting.counts_of(user, taught, now=now)
    beside = waiting.rows_of(user, taught, counts, now=now, each=SHOWN)
    applied, asking = _to_decide(user, today)
    total, late = counts.of(*waiting.PILE), counts.of(*waiting.PILE, window="overdue")
    more = "more than " * counts.is_bounded(*waiting.PILE)
    return Home(
        role="tutor",
        heading=f"{more}{said(total, 'piece', 'pieces')} to mark{f', {late} overdue' if late else ''}".capitalize(),
        lead=f"{day(today)}.",
        sections=[
            _marking(user, taught, today, total),
            _beside("Answer the verifier (IQA)", "Nothing has been sent back to you.", beside["actions"], counts),
            _beside(
                "Questions", "Nobody waits for an answer.", beside["questions"], counts, reverse("workshops:threads")
            ),
            Section(
                "Decide whether the programme suits",
                [
                    Task(
                        str(one.learner),
                        one.get_absolute_url(),
                        f"{one.cohort}, sent {ago(one.applied_at)}",
                        "in_hand",
                        "to decide",
                    )
                    for one in applied[:SHOWN]
                ],
                "No enrolment waits for you.",
                len(applied),
            ),
            Section(
                "Asked for more time",
                [
                    Task(
                        f"{one.learner}, {one.asked_title.lower()}",
                        reverse("assignments:extension", args=[one.asked]),
                        f"{one.cohort}, asked {ago(one.asked_at)}",
                        "in_hand",
                        f"wants {day(one.wanted_on, 'short')}",
                    )
                    for one in asking[:SHOWN]
                ],
                "Nobody asks for more time.",
                len(asking),
                reverse("assignments:extensions"),
            ),
            _beside(
                "Drafts to comment on",
                "No draft waits for comment.",
                beside["drafts"],
                counts,
                reverse("assignments:drafts"),
            ),
            _beside("Missed sessions to catch up", "Nobody has a session to catch up.", beside["catch_ups"], counts),
            _beside("Registers to close", "Every register is closed.", beside["registers"], counts),
            *_standardise(taught, today),
        ],
    )


def _standardise(taught: waiting.Teaching, today: dt.date) -> list[Section]:
    """The piece to mark for a meeting, and qualifications without a standardisation for too long; nothing without either."""
    url, tasks = reverse("verification:standardisation"), []
    for event, title, held_on in {row[2:] for row in taught.also if row[2]}:
        page = reverse("verification:marks", args=[event])
        tasks.append(Task(title, page, "Mark the piece before the meeting", "in_hand", f"by {day(held_on, 'short')}"))
    late = {number: on for number, on, *_ in taught.also if on is None or on < since(today)}
    tasks += [
        Task(number, url, f"last on {day(on)}" if on else "none yet", "attention", "standardisation due")
        for number, on in sorted(late.items())
    ]
    return [Section("Standardisation", tasks, "", len(tasks), url)] if tasks else []


def _beside(title: str, empty: str, rows: Sequence[waiting.Waiting], counts: waiting.Counts, url: str = "") -> Section:
    """What the desk shows of a kind, in short; where there is no page of its own, the desk has the rest."""
    tasks = []
    for one in rows:
        late, due_on = one.clock.is_overdue, one.clock.due_on
        label = one.about if one.kind in ("questions", "registers") else f"{one.person}, {one.about.lower()}"
        hint = one.more or f"{f'{one.person}, ' if one.kind == 'questions' else ''}{one.cohort}, {ago(one.since)}"
        status = distance(due_on) if late else f"by {day(due_on, 'short')}"
        tasks.append(Task(label, one.url, hint, "late" if late else "in_hand", status))
    kind = rows[0].kind if rows else ""
    return Section(title, tasks, empty, counts.of(kind), url or reverse("assignments:desk"))


def _to_decide(user: User, today: dt.date) -> tuple[list[Any], list[Any]]:
    """Learners of whom the tutor decides something, in one statement: whether the programme suits, or more time.

    For more time a learner is named once, with the request that has waited longest.
    """
    undecided = Extension.objects.waiting().filter(enrolment=OuterRef("pk"), passed_on_at__isnull=True)
    oldest = undecided.order_by("requested_at")
    taught = Q(state="applied", cohort__in=user.appointments.filter(state="approved").values("cohort"))
    today_taught = Q(asked__isnull=False, cohort__in=user.appointments.covering(today).values("cohort"))
    rows = (
        Enrolment.objects.annotate(
            asked=Subquery(oldest.values("pk")[:1]),
            asked_at=Subquery(oldest.values("requested_at")[:1]),
            asked_title=Subquery(oldest.values("assignment__title")[:1]),
            wanted_on=Subquery(oldest.values("wanted_on")[:1]),
        )
        .filter(taught | today_taught)
        .exclude(learner=user)
        .select_related("learner", "cohort")
        .order_by("asked_at", "applied_at")
    )
    found: list[Any] = list(rows[:200])
    applied = [one for one in found if one.is_applied]
    return sorted(applied, key=lambda one: one.applied_at or clock.now()), [one for one in found if one.asked]


def _marking(user: User, taught: waiting.Teaching, today: dt.date, total: int) -> Section:
    due = Submission.objects.waiting_for(user, today, taught.begun).with_due().read_by(user).order_by("mark_due", "pk")
    tasks = []
    for one in due.select_related("enrolment__learner", "enrolment__cohort", "assignment__version")[:SHOWN]:
        stands = waiting.clock_of(one, today=today)
        status = f"mark by {day(stands.due_on, 'short')}" if stands.due_on else "the clock stands still"
        tasks.append(
            Task(
                f"{one.enrolment.learner}, {one.assignment.title.lower()}",
                reverse("assignments:room", args=[one.pk]),
                f"{one.enrolment.cohort}, attempt {one.attempt}, in since {day(one.submitted_at, 'short')}",
                "late" if stands.is_overdue else "in_hand",
                distance(stands.due_on) if stands.is_overdue else status,
            )
        )
    return Section("Marking, due first", tasks, "Nothing waits to be marked.", total, reverse("assignments:desk"))
