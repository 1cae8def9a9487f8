"""A learner's home: the way as a path, the next thing to do with its date, and what may be done in between."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from accounts.models import User
from core.templatetags.ui import SIGNS, ago, day, distance
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from reporting import facts as cohort_facts
from reporting import journey
from reporting.dashboards.parts import Home, Section, Task
from reporting.facts import CohortFacts, LearnerFacts
from workshops.models import Thread

PATH_LABELS = {"form": "Enrolled", "questionnaire": "Questions", "iqa": "Verified", "claim": "Certificate"}


def build(user: User, *, today: dt.date) -> Home:
    """One statement for the enrolment, four for its journey."""
    answered = Thread.objects.filter(enrolment=OuterRef("pk"), awaits_tutor=False).order_by("-last_at")
    enrolment = (
        Enrolment.objects.of_learner(user)
        .select_related("cohort__version__qualification")
        .annotate(
            answered=Subquery(answered.values("pk")[:1]), answered_subject=Subquery(answered.values("subject")[:1])
        )
        .annotate(answered_at=Subquery(answered.values("last_at")[:1]))
        .order_by("-invited_at")
        .first()
    )
    if enrolment is None:
        return Home("learner", f"Good day, {user.first_name}", "You are not enrolled on a programme yet.", [])
    facts = cohort_facts.load_one(enrolment, as_of=today)
    me = facts.learners[enrolment.pk]
    cells = journey.cells(facts, me)
    return Home(
        role="learner",
        heading=_heading(user, enrolment, facts, me),
        lead=f"{enrolment.cohort.version.qualification.title}, {enrolment.get_pathway_display().lower()}",
        sections=[_tasks(facts, me), *_said(enrolment)],
        extra={
            "next": _next(enrolment, facts, me, today),
            "stages": _stages(facts, cells),
            "track": _track(facts, cells),
        },
    )


def _heading(user: User, enrolment: Enrolment, facts: CohortFacts, me: LearnerFacts) -> str:
    if enrolment.state == EnrolmentState.COMPLETED:
        return f"You have your certificate, {user.first_name}"
    if enrolment.state == EnrolmentState.INVITED:
        return f"Welcome, {user.first_name}. Two forms stand between you and your place."
    if enrolment.state == EnrolmentState.APPLIED:
        return f"Thank you, {user.first_name}. Your tutor decides next."
    if enrolment.state in (EnrolmentState.WITHDRAWN, EnrolmentState.DECLINED):
        return f"{user.first_name}, you are not on this programme"
    step = journey.next_step(facts, me)
    if step.days_late:
        return f"{user.first_name}, your {step.what.lower()} is {distance(step.due_on)}"
    return f"Good day, {user.first_name}. Next: {step.what[:1].lower()}{step.what[1:]}."


def _next(enrolment: Enrolment, facts: CohortFacts, me: LearnerFacts, today: dt.date) -> dict[str, Any] | None:
    """The one large card."""
    if enrolment.state == EnrolmentState.INVITED:
        text = "The enrolment form takes about ten minutes, the questionnaire about five. Both are saved as you type."
        return {"title": "Finish your enrolment", "text": text, "url": reverse("enrolment:own"), "label": "Go on"}
    if enrolment.state != EnrolmentState.ACTIVE:
        return None
    step = journey.next_step(facts, me)
    kind = step.what.partition(" ")[0].lower()
    session = next((one for one in facts.sessions if one.on >= today and not one.is_held), None)
    if session and (step.due_on is None or session.on < step.due_on):
        text = f"{session.title}, {session.minutes / 60:g} hours."
        url = reverse("workshops:own")
        return {
            "title": f"Come to the {session.title.partition(':')[0].lower()}",
            "text": text,
            "url": url,
            "label": "See the session",
            "due": session.on,
        }
    if kind not in cohort_facts.KINDS or step.who != "the learner":
        text = f"{step.who[:1].upper()}{step.who[1:]} acts next. You get an e-mail when there is news."
        return {"title": step.what, "text": text, "url": reverse("assignments:own"), "label": "See your assignments"}
    work = me.work.get(kind)
    if work and work.referred_at:
        title, text, label = (
            f"Hand in your {kind} again",
            "Your tutor has said what is left to do, criterion by criterion.",
            "See the actions",
        )
    elif work and work.again_at:
        title, text, label = f"Hand in your {kind} again", "It came back unmarked. Your tutor has said why.", "Go on"
    elif work:
        title, text, label = f"Finish your {kind}", "You have begun. Everything you put in is kept.", "Go on"
    else:
        title, text, label = (
            f"Begin your {kind}",
            "Add a first version early: you can replace it until you hand in.",
            f"Begin the {kind}",
        )
    url = reverse("assignments:submission", args=[work.submission]) if work else reverse("assignments:own")
    return {"title": title, "text": text, "url": url, "label": label, "due": step.due_on}


def _tasks(facts: CohortFacts, me: LearnerFacts) -> Section:
    tasks = []
    for kind, label in journey.KINDS:
        if not me.started_on:
            break
        work = me.work.get(kind)
        due_on = me.deadlines.get(kind, (None, False))[0]
        hint = (
            f"due {day(due_on)}, {distance(due_on)}"
            if due_on and not (work and work.state in ("passed", "submitted"))
            else ""
        )
        state, status = {
            "passed": ("", "Done"),
            "submitted": ("with_tutor", "with your tutor"),
            "draft": ("in_hand", "begun"),
        }.get(work.state if work else "", ("", "Not started"))
        if work and work.again_at and work.state in ("draft", "referred", "returned"):
            state, status = "referred", "to hand in again"
        url = reverse("assignments:submission", args=[work.submission]) if work else reverse("assignments:own")
        tasks.append(Task(label, url, hint, state, status))
    for session in facts.held:
        place = session.places.get(me.enrolment)
        if place and place.state in ("attended", "part") and place.ratings is None:
            tasks.append(
                Task(f"Feedback on {session.title}", reverse("workshops:own"), "4 questions", "", "Not started")
            )
    return Section(
        "When you have time", tasks, "Nothing is left to do.", len(tasks), note="In any order, over several evenings"
    )


def _said(enrolment: Any) -> list[Section]:
    """The newest answer of the tutor, if there is one."""
    if enrolment.answered is None:
        return []
    url = reverse("workshops:thread", args=[enrolment.answered])
    answer = Task(enrolment.answered_subject, url, f"answered {ago(enrolment.answered_at)}", "", "Answered")
    return [Section("Your tutor answered you", [answer], "", 1)]


def _stages(facts: CohortFacts, cells: tuple[journey.Cell, ...]) -> list[dict[str, Any]]:
    """The path: one row of the grid; the first stage that is not behind the learner is where they stand."""
    stages = []
    current = next((i for i, cell in enumerate(cells) if cell.state not in ("done", "caught_up", "absent")), len(cells))
    for i, (column, cell) in enumerate(zip(journey.columns(facts), cells, strict=True)):
        word = SIGNS[cell.state][2]
        stages.append(
            {
                "state": cell.state,
                "label": PATH_LABELS.get(column.key, column.label),
                "word": word,
                "title": f"{column.name}: {word}",
                "current": i == current,
                "ahead": i > current,
            }
        )
    return stages


def _track(facts: CohortFacts, cells: tuple[journey.Cell, ...]) -> list[dict[str, Any]]:
    return [
        {
            "state": cell.state,
            "label": column.name,
            "word": SIGNS[cell.state][2],
            "text": cell.note,
            "when": day(column.on) if column.on else "",
            "ahead": cell.state == "not_yet",
        }
        for column, cell in zip(journey.columns(facts), cells, strict=True)
    ]
