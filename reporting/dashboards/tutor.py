"""A tutor's home: what to mark and by when, who waits for an answer, which registers are open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from assignments.deadlines import marking_clock
from assignments.models import Extension, Submission, kept_apart_from
from core import clock
from core.templatetags.ui import ago, day, distance
from enrolment.models import Enrolment
from reporting.dashboards.parts import SHOWN, Home, Section, Task, first_few, said
from verification.models import Sample
from workshops.models import Session, Thread


def build(user: User, *, today: dt.date) -> Home:
    """Five statements: marking, verifiers' actions, questions, what is to decide about learners, registers."""
    marking = _marking(user, today)
    answers, answers_n = first_few(
        Sample.objects.filter(state="returned", marked_by=user)
        .read_by(user)
        .select_related("submission__enrolment__learner", "submission__assignment")
        .order_by("action_due_on")
    )
    threads, threads_n = first_few(
        Thread.objects.visible_to(user)
        .filter(awaits_tutor=True)
        .exclude(enrolment__learner=user)
        .select_related("enrolment__learner")
        .order_by("last_at")
    )
    applied, asking = _to_decide(user, today)
    registers, registers_n = first_few(
        Session.objects.awaiting_register(clock.now()).filter(tutor=user).select_related("cohort").order_by("starts_at")
    )
    late = sum(task.state == "late" for task in marking.tasks)
    return Home(
        role="tutor",
        heading=f"{said(marking.total, 'piece', 'pieces').capitalize()} to mark{f', {late} overdue' if late else ''}",
        lead=f"{day(today)}.",
        sections=[
            marking,
            Section(
                "Answer the verifier (IQA)",
                [
                    Task(
                        f"{one.submission.enrolment.learner}, {one.submission.assignment.title.lower()}",
                        one.get_absolute_url(),
                        one.action,
                        "referred",
                        f"by {day(one.action_due_on, 'short')}",
                    )
                    for one in answers
                ],
                "Nothing has been sent back to you.",
                answers_n,
            ),
            Section(
                "Questions",
                [
                    Task(
                        one.subject,
                        one.get_absolute_url(),
                        f"{one.enrolment.learner}, {ago(one.last_at)}",
                        "in_hand",
                        "to answer",
                    )
                    for one in threads
                ],
                "Nobody waits for an answer.",
                threads_n,
                reverse("workshops:threads"),
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
            Section(
                "Registers to close",
                [
                    Task(one.title, one.get_absolute_url(), f"{one.cohort}, {day(one.starts_at)}", "late", "open")
                    for one in registers
                ],
                "Every register is closed.",
                registers_n,
            ),
        ],
    )


def _to_decide(user: User, today: dt.date) -> tuple[list[Any], list[Any]]:
    """Learners of whom the tutor decides something, in one statement: whether the programme suits, or more time.

    For more time a learner is named once, with the request that has waited longest.
    """
    waiting = Extension.objects.waiting().filter(enrolment=OuterRef("pk"), passed_on_at__isnull=True)
    oldest = waiting.order_by("requested_at")
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


def _marking(user: User, today: dt.date) -> Section:
    rows, total = first_few(
        Submission.objects.visible_to(user)
        .awaiting_marking()
        .filter(enrolment__cohort__appointments__in=user.appointments.covering(today))
        .exclude(pk__in=kept_apart_from(user).values("submission"))
        .select_related("enrolment__learner", "enrolment__cohort", "assignment__version")
        .order_by("submitted_at")
    )
    tasks = []
    for one in rows:
        allowed = one.assignment.version.marking_days
        due_on = marking_clock(timezone.localtime(one.submitted_at).date(), allowed=allowed, today=today).due_on
        late = due_on < today
        tasks.append(
            Task(
                f"{one.enrolment.learner}, {one.assignment.title.lower()}",
                reverse("assignments:room", args=[one.pk]),
                f"{one.enrolment.cohort}, attempt {one.attempt}, in since {day(one.submitted_at, 'short')}",
                "late" if late else "in_hand",
                distance(due_on) if late else f"mark by {day(due_on, 'short')}",
            )
        )
    return Section("Marking, oldest first", tasks, "Nothing waits to be marked.", total, reverse("assignments:desk"))
