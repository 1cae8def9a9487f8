"""A portfolio grows: practice clients by code, sessions, texts, evidence. It is frozen in `submissions.submit`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can
from assignments import documents, policy
from assignments.actions.judging import judged
from assignments.actions.names import base_name, refuse
from assignments.actions.uploads import use_upload
from assignments.models import Evidence, PortfolioText, PracticeClient, PracticeSession, Upload
from assignments.uploads import fingerprint
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused
from enrolment.models import Enrolment
from programmes.models import Criterion

KEEP: Any = object()


@transaction.atomic
def add_practice_client(
    enrolment: Enrolment,
    *,
    code: str,
    role: str,
    context: str = "",
    goals: str = "",
    contract_agreed_on: dt.date | None = None,
    by: User,
) -> PracticeClient:
    """Somebody the learner coaches or mentors, under a code."""
    _check_open(enrolment, by)
    _check_contract_day(enrolment, contract_agreed_on)
    client = PracticeClient(
        enrolment=enrolment,
        code=code.strip(),
        role=role,
        context=context,
        goals=goals,
        contract_agreed_on=contract_agreed_on,
        added_at=clock.now(),
    )
    _save_client(client)
    record(client, "add_practice_client", by=by)
    return client


@transaction.atomic
def edit_practice_client(
    client: PracticeClient,
    *,
    code: str = KEEP,
    role: str = KEEP,
    context: str = KEEP,
    goals: str = KEEP,
    contract_agreed_on: dt.date | None = KEEP,
    review: str = KEEP,
    by: User,
) -> PracticeClient:
    """Change what is given; the rest stays as it is."""
    _check_open(client.enrolment, by)
    if contract_agreed_on is not KEEP:
        _check_contract_day(client.enrolment, contract_agreed_on)
    given = {
        "code": code,
        "role": role,
        "context": context,
        "goals": goals,
        "contract_agreed_on": contract_agreed_on,
        "review": review,
    }
    changed = [name for name, value in given.items() if value is not KEEP and value != getattr(client, name)]
    for name in changed:
        setattr(client, name, given[name])
    _save_client(client)
    record(client, "edit_practice_client", by=by, changed=changed)
    return client


@transaction.atomic
def log_session(
    client: PracticeClient, *, held_on: dt.date, minutes: int, focus: str, notes: str = "", reflection: str, by: User
) -> PracticeSession:
    """One session of practice, with its minutes and what the learner makes of it."""
    _check_open(client.enrolment, by)
    _check_session_day(client.enrolment, held_on)
    session = client.sessions.create(
        held_on=held_on, minutes=minutes, focus=focus, notes=notes, reflection=reflection, added_at=clock.now()
    )
    record(session, "log_session", by=by, minutes=minutes)
    return session


@transaction.atomic
def edit_session(
    session: PracticeSession, *, held_on: dt.date, minutes: int, focus: str, notes: str = "", reflection: str, by: User
) -> PracticeSession:
    _check_open(session.client.enrolment, by)
    _check_session_day(session.client.enrolment, held_on)
    before = session.minutes
    session.held_on, session.minutes = held_on, minutes
    session.focus, session.notes, session.reflection = focus, notes, reflection
    session.save()
    record(session, "edit_session", by=by, minutes=minutes, minutes_before=before)
    return session


@transaction.atomic
def save_text(enrolment: Enrolment, *, part: str, body: str, by: User) -> PortfolioText:
    """Keep one of the two written parts as it is typed. Each key stroke is no event, so none is written."""
    _check_open(enrolment, by)
    text, _ = PortfolioText.objects.update_or_create(
        enrolment=enrolment, part=part, defaults={"body": body, "saved_at": clock.now()}
    )
    return text


def add_evidence(
    enrolment: Enrolment,
    *,
    title: str,
    file: File[Any],
    upload: Upload | None = None,
    client: PracticeClient | None = None,
    criteria: Iterable[Criterion] = (),
    by: User,
) -> Evidence:
    """A file in the portfolio, with the criteria it speaks to. `upload` is the one that brought it piece by piece.

    The file is scanned and opened before the transaction begins: a long recording takes the scanner a while.
    """
    _check_open(enrolment, by)
    if client is not None and client.enrolment_id != enrolment.pk:
        raise NotAllowed("This practice client belongs to another portfolio.")
    sha256 = upload.sha256 if upload else fingerprint(file)
    _refuse_the_same(enrolment, sha256)
    kind = judged(file, base_name(file.name), purpose=documents.Purpose.EVIDENCE).found.kind
    return _keep_evidence(
        enrolment, file, sha256, kind, title=title, upload=upload, client=client, criteria=criteria, by=by
    )


def _refuse_the_same(enrolment: Enrolment, sha256: str) -> None:
    if there := Evidence.objects.present().filter(enrolment=enrolment, sha256=sha256).first():
        raise Refused(f"This file is there already, as “{there.title}”. Nothing was added.")


@transaction.atomic
def _keep_evidence(
    enrolment: Enrolment,
    file: File[Any],
    sha256: str,
    kind: documents.Kind,
    *,
    title: str,
    upload: Upload | None,
    client: PracticeClient | None,
    criteria: Iterable[Criterion],
    by: User,
) -> Evidence:
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    _check_open(Enrolment.objects.get(pk=enrolment.pk), by)
    _refuse_the_same(enrolment, sha256)
    evidence = Evidence(
        enrolment=enrolment,
        title=title.strip(),
        client=client,
        name=base_name(file.name),
        kind=kind.value,
        mime=kind.mime,
        size=file.size,
        sha256=sha256,
        added_at=clock.now(),
        added_by=by,
    )
    evidence.file.save(f"{sha256[:16]}{kind.suffix}", file, save=False)
    evidence.save(force_insert=True)
    evidence.criteria.set(criteria)
    if upload:
        use_upload(upload, by=by)
    record(evidence, "add_evidence", by=by, name=evidence.name, sha256=sha256)
    return evidence


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: User) -> Evidence:
    """Take a file out of the growing portfolio. An attempt that was handed in keeps it."""
    _check_open(evidence.enrolment, by)
    now = clock.now()
    if Evidence.objects.present().filter(pk=evidence.pk).update(removed_at=now):
        evidence.removed_at = now
        record(evidence, "remove_evidence", by=by)
    return evidence


def _check_open(enrolment: Enrolment, by: User) -> None:
    if not by.can(Can.SUBMIT_WORK) or enrolment.learner_id != by.pk:
        raise NotAllowed("Only the learner writes in their own portfolio.")
    refuse(policy.portfolio_is_open(enrolment, by))


def began_on(enrolment: Enrolment) -> dt.date:
    """The day from which practice counts: the day the learner was taken onto the programme."""
    return timezone.localdate(enrolment.activated_at or enrolment.invited_at)


def _check_session_day(enrolment: Enrolment, day: dt.date) -> None:
    refuse(policy.day_problem(day, today=clock.today(), not_before=began_on(enrolment), what="The session"))


def _check_contract_day(enrolment: Enrolment, day: dt.date | None) -> None:
    """A contract may be agreed before the learner is accepted, but not before the cohort or the invitation."""
    earliest = min(enrolment.cohort.starts_on, timezone.localdate(enrolment.invited_at))
    refuse(policy.day_problem(day, today=clock.today(), not_before=earliest, what="The contract"))


def _save_client(client: PracticeClient) -> None:
    try:
        with transaction.atomic():
            client.save()
    except IntegrityError:
        raise Refused(f"You already have a client {client.code}. Choose another code.") from None
