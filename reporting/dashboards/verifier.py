"""The homes of the verifiers: what waits for the internal one (IQA), and for the external one (EQA)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from accounts.models import User
from assignments.models import veil_enrolments
from core import clock
from core.templatetags.ui import ago, day, moment
from enrolment.models import Enrolment
from reporting.dashboards.parts import Home, Section, Task, first_few, said
from verification.models import Sample, StaffChange, Stage, Visit, Waiting
from verification.models.standardisation import without_standardisation
from verification.models.standing import awaiting_sign_off
from verification.states import VisitState


def build_iqa(user: User, *, today: dt.date) -> Home:
    """Four statements: the queue, samples begun and sent back, standardisation due, changes to tell."""
    mine = Waiting.objects.queue_of(user.pk, today, everywhere=False).filter(stage=Stage.TO_BEGIN)
    queue = mine.open_to(user.pk, today)
    related = "submission__enrolment__learner", "submission__enrolment__cohort", "submission__assignment"
    waiting, waiting_n = first_few(queue.read_by(user).select_related(*related).order_by("began_at", "pk"))
    samples = list(
        Sample.objects.visible_to(user)
        .filter(state__in=["selected", "returned"], selected_by=user)
        .select_related("submission__enrolment__learner", "submission__assignment", "marked_by")
        .order_by("selected_at")[:50]
    )
    begun = [one for one in samples if one.state == "selected"]
    returned = [one for one in samples if one.state == "returned"]
    late, late_n = first_few(without_standardisation(today))
    to_tell, to_tell_n = first_few(StaffChange.objects.filter(told_on__isnull=True).select_related("person"))
    return Home(
        role="iqa",
        heading=f"{said(waiting_n, 'piece', 'pieces').capitalize()} to verify",
        lead=f"{day(today)}. Nobody verifies their own marking; such pieces are left out.",
        sections=[
            Section(
                "Waiting for internal verification (IQA)",
                [_waits(one) for one in waiting],
                "A piece appears here when it waits for a verifier: before a claim, before a release, early, or answered.",
                waiting_n,
                reverse("verification:queue"),
            ),
            Section(
                "Begun by you", [_task(one, "in_hand", "go on") for one in begun], "Nothing is half done.", len(begun)
            ),
            Section(
                "Sent back, with the tutor",
                [_task(one, "referred", f"by {day(one.action_due_on, 'short')}") for one in returned],
                "Nothing has been sent back.",
                len(returned),
            ),
            Section(
                f"Tutors without standardisation for {settings.STANDARDISATION_MONTHS} months",
                [
                    Task(
                        f"{one['name']}, {one['number']}",
                        reverse("verification:standardisation"),
                        f"last on {day(one['standardised_on'])}" if one["standardised_on"] else "none yet",
                        "attention",
                        "due",
                    )
                    for one in late
                ],
                "Every tutor has had a standardisation in time.",
                late_n,
                reverse("verification:standardisation"),
            ),
            Section(
                "Changes the awarding organisation must hear of",
                [
                    Task(str(one.person), one.get_absolute_url(), one.get_kind_display(), "attention", "to tell")
                    for one in to_tell
                ],
                "They have been told of every change.",
                to_tell_n,
                reverse("verification:changes"),
            ),
        ],
    )


def _waits(one: Waiting) -> Task:
    work = one.submission
    hint = f"{work.enrolment.cohort}, {one.get_why_display().lower()}, {ago(one.began_at)}"
    about = f"{work.enrolment.learner}, {work.assignment.title.lower()}"
    return Task(about, reverse("verification:queue"), hint, "in_hand", "to verify")


def _task(one: Sample, state: str, status: str) -> Task:
    work = one.submission
    hint = f"attempt {work.attempt}, marked by {one.marked_by}"
    return Task(
        f"{work.enrolment.learner}, {work.assignment.title.lower()}", one.get_absolute_url(), hint, state, status
    )


def _visit(one: Visit, now: dt.datetime) -> Task:
    is_open = one.is_open_at(now)
    hint = f"until {moment(one.closes_at)}" if is_open else f"from {moment(one.opens_at)}"
    return Task(
        str(one.qualification),
        one.get_absolute_url(),
        hint,
        "in_hand" if is_open else "not_yet",
        "open now" if is_open else "planned",
    )


def build_eqa(user: User, *, today: dt.date) -> Home:
    """Two statements: what has been verified internally and waits for sign-off, and one's visits that are not over."""
    waiting, waiting_n = first_few(
        awaiting_sign_off(Enrolment.objects.visible_to(user))
        .select_related("learner", "cohort")
        .order_by(F("verified_at"), "pk")
    )
    veil_enrolments(user, waiting)
    now = clock.now()
    coming = Visit.objects.filter(eqa=user, closes_at__gt=now, state__in=(VisitState.PLANNED, VisitState.OPEN))
    visits = list(coming.select_related("qualification").order_by("opens_at", "pk")[:10])
    return Home(
        role="eqa",
        heading=f"{said(waiting_n, 'learner', 'learners').capitalize()} to sign off",
        lead=f"{day(today)}. You see what the centre opened for you, and change nothing but your sign-off and your findings.",
        sections=[
            Section(
                "Your visits",
                [_visit(one, now) for one in visits],
                "A visit appears here when the centre has planned it with you.",
                len(visits),
                reverse("verification:visits"),
            ),
            Section(
                "Verified, waiting for external verification (EQA)",
                [
                    Task(
                        str(one.learner),
                        reverse("verification:queue"),
                        f"{one.cohort}, verified {ago(one.verified_at)}",
                        "in_hand",
                        "to sign off",
                    )
                    for one in waiting
                ],
                "Work appears here when the centre’s internal verifier has agreed with all of a learner’s marking.",
                waiting_n,
                reverse("verification:queue"),
            ),
        ],
    )
