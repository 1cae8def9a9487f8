"""A centre administrator's home: who is to be registered, what can be claimed, which certificates are awaited."""

from __future__ import annotations

import datetime as dt

from django.db.models import F
from django.urls import reverse

from accounts.models import User
from core.models import Notice, NoticeState
from core.templatetags.ui import ago, day, distance
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from reporting.dashboards.parts import SHOWN, Home, Section, Task, first_few, said
from verification.models import Claim, Sample
from verification.models.standing import claimable


def build(user: User, *, today: dt.date) -> Home:
    """Six statements: records to put right, claims to make, certificates awaited, learners to register, invitations open, mail that failed."""
    seen = Enrolment.objects.visible_to(user)
    ready, ready_n = first_few(
        claimable(seen, today=today).select_related("learner", "cohort").order_by(F("verified_at"), "pk")
    )
    claims, claims_n = first_few(
        Claim.objects.visible_to(user)
        .filter(state="claimed")
        .select_related("enrolment__learner", "enrolment__cohort")
        .order_by("claimed_at")
    )
    unregistered, unregistered_n = first_few(
        seen.filter(state=EnrolmentState.ACTIVE, registration__isnull=True)
        .select_related("learner", "cohort")
        .order_by("activated_at")
    )
    invited, invited_n = first_few(
        seen.filter(state=EnrolmentState.INVITED).select_related("learner", "cohort").order_by("invited_at")
    )
    records = list(
        Sample.objects.visible_to(user)
        .filter(state="returned", owner=user)
        .select_related("submission__enrolment__learner", "submission__assignment", "verified_by")
        .order_by("action_due_on")[:50]
    )
    failed = Notice.objects.filter(state=NoticeState.FAILED).count()
    mail = [
        Task(
            f"{said(failed, 'message', 'messages')} could not be sent",
            reverse("accounts:outbox"),
            "Look at the addresses",
            "late",
            "to look at",
        )
    ]
    return Home(
        role="administrator",
        heading=f"{said(ready_n, 'certificate', 'certificates').capitalize()} to claim, {said(unregistered_n, 'learner', 'learners')} to register",
        lead=f"{day(today)}.",
        sections=[
            Section(
                "Ready to claim",
                [
                    Task(
                        str(one.learner),
                        reverse("verification:claims"),
                        f"{one.cohort}, verified {ago(one.verified_at)}",
                        "in_hand",
                        "to claim",
                    )
                    for one in ready
                ],
                "Learners appear here when everything a claim needs is there.",
                ready_n,
                reverse("verification:claims"),
            ),
            Section(
                "Claimed, certificate awaited",
                [
                    Task(
                        str(one.enrolment.learner),
                        one.get_absolute_url(),
                        f"{one.enrolment.cohort}, claimed {ago(one.claimed_at)}",
                        "in_hand",
                        "to record",
                    )
                    for one in claims
                ],
                "No certificate is awaited.",
                claims_n,
                reverse("verification:claims"),
            ),
            Section(
                "To register with the awarding organisation",
                [
                    Task(
                        str(one.learner),
                        one.get_absolute_url(),
                        f"{one.cohort}, on programme since {day(one.activated_at)}",
                        "referred",
                        "to register",
                    )
                    for one in unregistered
                ],
                "Everybody on programme is registered.",
                unregistered_n,
                reverse("enrolment:enrolments"),
            ),
            Section(
                "Invited, form not sent yet",
                [
                    Task(
                        str(one.learner),
                        one.get_absolute_url(),
                        f"{one.cohort}, invited {ago(one.invited_at)}",
                        "",
                        "with the learner",
                    )
                    for one in invited
                ],
                "Nobody has an open invitation.",
                invited_n,
                reverse("enrolment:enrolments"),
            ),
            *([_records(records, today)] if records else []),
            *([Section("Mail", mail, "", 1)] if failed else []),
        ],
    )


def _records(records: list[Sample], today: dt.date) -> Section:
    """Corrections of records that a verifier asks of this administrator."""
    tasks = [
        Task(
            f"{one.submission.enrolment.learner}, {one.submission.assignment.title.lower()}",
            one.get_absolute_url(),
            f"{one.verified_by}: {one.action}",
            "late" if one.is_overdue(today) else "in_hand",
            distance(one.action_due_on) if one.is_overdue(today) else f"by {day(one.action_due_on, 'short')}",
        )
        for one in records[:SHOWN]
    ]
    return Section("Records to put right for the verifier (IQA)", tasks, "", len(records))
