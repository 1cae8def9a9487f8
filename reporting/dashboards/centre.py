"""A centre administrator's home: who is to be registered, what can be claimed, which certificates are awaited."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, FilteredRelation, IntegerField, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from core.models import Notice, NoticeState
from core.templatetags.ui import ago, day, distance
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from reporting.dashboards.parts import SHOWN, Home, Section, Task, first_few, said
from verification.models import Claim
from verification.models.standing import claimable


def build(user: User, *, today: dt.date) -> Home:
    """Five statements: claims to make, certificates awaited, learners to register, invitations open, mail that failed with records to put right."""
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
    failed, records = _mail_and_records(user)
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


def _mail_and_records(user: User) -> tuple[int, list[tuple[Any, ...]]]:
    """How many messages could not be sent, and the records a verifier asks this administrator to put right. One statement."""
    unsent = (
        Notice.objects.filter(state=NoticeState.FAILED).order_by().values("state").annotate(n=Count("pk")).values("n")
    )
    asked = FilteredRelation("verification_actions", condition=Q(verification_actions__state="returned"))
    rows = list(
        User.objects.filter(pk=user.pk)
        .annotate(asked=asked, unsent=Coalesce(Subquery(unsent, output_field=IntegerField()), 0))
        .order_by("asked__action_due_on")
        .values_list(
            "unsent",
            "asked__pk",
            "asked__action",
            "asked__action_due_on",
            "asked__verified_by__full_name",
            "asked__submission__enrolment__learner__full_name",
            "asked__submission__assignment__title",
        )[:50]
    )
    return rows[0][0], [row[1:] for row in rows if row[1]]


def _records(records: list[tuple[Any, ...]], today: dt.date) -> Section:
    """Corrections of records that a verifier asks of this administrator."""
    tasks = []
    for pk, action, due_on, verifier, learner, title in records[:SHOWN]:
        late = due_on < today
        status = distance(due_on) if late else f"by {day(due_on, 'short')}"
        url = reverse("verification:sample", args=[pk])
        tasks.append(
            Task(f"{learner}, {title.lower()}", url, f"{verifier}: {action}", "late" if late else "in_hand", status)
        )
    return Section("Records to put right for the verifier (IQA)", tasks, "", len(records))
