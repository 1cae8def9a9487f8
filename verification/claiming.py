"""The verbs of claims and of the batches they go in. What comes back is taken in `reconciling`, certificates in `certifying`."""

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Can, Role
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from programmes.models import AwardingOrganisation
from verification import notices, policy
from verification.models import Claim, ClaimBatch, ClaimKind
from verification.models.standing import standing
from verification.states import CLOSE_BATCH, EXPORT_BATCH, RECORD_REJECTION, SEND_BATCH, BatchState, ClaimState


def _check_can_claim(by: User) -> None:
    if not by.can(Can.CLAIM):
        raise NotAllowed("Your role does not let you claim certificates.")


@transaction.atomic
def claim(enrolment: Enrolment, *, order_number: str = "", by: User) -> Claim:
    """Claim the certificate. Every missing piece is named, and none can be passed over.

    The claim goes into the open batch of its organisation and funding. With an order number it has been placed by hand already
    and goes into none.
    """
    _check_can_claim(by)
    if missing := policy.missing_for_claim(standing(enrolment), today=clock.today()):
        raise Refused(" ".join(missing))
    order_number = order_number.strip()
    batch = None if order_number else _open_batch(enrolment, by=by)
    try:
        with transaction.atomic():
            made = Claim.objects.create(
                enrolment=enrolment, claimed_at=clock.now(), claimed_by=by, order_number=order_number, batch=batch
            )
    except IntegrityError:
        raise Stale("Somebody else claimed this certificate a moment ago.") from None
    record(made, "claim", by=by, batch=batch.pk if batch else None)
    return made


@transaction.atomic
def claim_units(enrolment: Enrolment, *, units: Collection[str], by: User) -> Claim:
    """Claim a certificate of units for somebody who left without the whole qualification. `units` are their numbers."""
    _check_can_claim(by)
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if missing := policy.missing_for_units(standing(enrolment), units=units, today=clock.today()):
        raise Refused(" ".join(one.sentence for one in missing))
    if enrolment.claims.filter(state=ClaimState.CLAIMED).exists():
        raise Refused("Another claim for this learner is not answered yet. Claim further units when it is.")
    facts: dict[str, Any] = {"enrolment": enrolment, "claimed_at": clock.now(), "claimed_by": by}
    made = Claim.objects.create(kind=ClaimKind.UNITS, batch=_open_batch(enrolment, by=by), **facts)
    made.units.set(enrolment.cohort.version.units.filter(number__in=units))
    record(made, "claim_units", by=by, batch=made.batch_id, reason=f"Units {', '.join(sorted(set(units)))}")
    return made


class NotClaimed(NamedTuple):
    """A learner whose certificate could not be claimed with the others, and why."""

    enrolment: Enrolment
    sentence: str


def claim_several(chosen: list[Enrolment], *, order_number: str = "", by: User) -> tuple[list[Claim], list[NotClaimed]]:
    """Claim for each learner by itself: one that cannot be claimed does not hold up the others."""
    claimed, refused = [], []
    for enrolment in chosen:
        try:
            claimed.append(claim(enrolment, order_number=order_number, by=by))
        except NotAllowed:
            raise
        except Refused as refusal:
            refused.append(NotClaimed(enrolment, str(refusal)))
    return claimed, refused


@transaction.atomic
def record_rejection(claim: Claim, *, rejection_reason: str, by: User) -> Claim:
    """The awarding organisation has rejected the claim. Once the cause is mended it is claimed again."""
    if not rejection_reason.strip():
        raise Refused("Enter the reason the awarding organisation gave.")
    facts: dict[str, Any] = {"rejection_reason": rejection_reason.strip()[:250], "closed_at": clock.now()}
    move(claim, RECORD_REJECTION, by=by, closed_by=by, **facts)
    notices.claim_rejected(claim, by=by)
    close_if_answered(claim)
    return claim


# ---- batches


def _open_batch(enrolment: Enrolment, *, by: User) -> ClaimBatch:
    """The open batch this claim belongs to, held until it is in. Funded and other learners are never in one (`ilm` R03)."""
    organisation = enrolment.cohort.version.qualification.organisation
    AwardingOrganisation.objects.select_for_update().get(pk=organisation.pk)
    wanted = {"organisation": organisation, "is_funded": enrolment.registration.is_funded, "state": BatchState.OPEN}
    batch = ClaimBatch.objects.select_for_update().filter(**wanted).first()
    if batch is None:
        batch = ClaimBatch.objects.create(**wanted, opened_at=clock.now(), opened_by=by)
        record(batch, "open_batch", by=by)
    return batch


@transaction.atomic
def export_batch(batch: ClaimBatch, *, by: User) -> ClaimBatch:
    """Close the batch: what is in it now is the file. A claim made from now on goes into the next one."""
    AwardingOrganisation.objects.select_for_update().get(pk=batch.organisation_id)
    move(batch, EXPORT_BATCH, by=by, exported_at=clock.now(), exported_by=by)
    # What was answered by hand while the batch was open does not go out in it.
    batch.claims.exclude(state=ClaimState.CLAIMED).update(batch=None)
    return batch


@transaction.atomic
def download_batch(batch: ClaimBatch, *, by: User) -> ClaimBatch:
    """Somebody takes the file: names, birth dates and numbers leave the system, so it is noted each time."""
    _check_can_claim(by)
    if batch.state == BatchState.OPEN:
        raise WrongState("This batch is open, and more claims may come into it. Close it first.")
    record(batch, "download_batch", by=by)
    return batch


@transaction.atomic
def send_batch(batch: ClaimBatch, *, sent_on: dt.date, order_number: str, by: User) -> ClaimBatch:
    """The file has gone to the awarding organisation, under its number. From this day on answers are awaited."""
    order_number = order_number.strip()
    if not order_number:
        raise Refused("Enter the order number or reference under which the organisation has the file.")
    opened_on = timezone.localdate(batch.opened_at)
    if sentence := policy.sent_problem(sent_on, not_before=opened_on, today=clock.today()):
        raise Refused(sentence)
    facts: dict[str, Any] = {"sent_on": sent_on, "sent_at": clock.now(), "sent_by": by, "order_number": order_number}
    move(batch, SEND_BATCH, by=by, detail={"reason": f"Under {order_number}"}, **facts)
    batch.claims.filter(order_number="").update(order_number=order_number)
    close_batch_if_answered(batch)
    return batch


def close_if_answered(claim: Claim) -> None:
    """A batch is done with when its last claim has been answered, by a file or by hand."""
    if claim.batch_id:
        close_batch_if_answered(ClaimBatch.objects.select_for_update().get(pk=claim.batch_id))


def close_batch_if_answered(batch: ClaimBatch) -> None:
    if batch.state == BatchState.SENT and not batch.claims.filter(state=ClaimState.CLAIMED).exists():
        close_batch(batch)


@transaction.atomic
def close_batch(batch: ClaimBatch, *, by: None = None) -> ClaimBatch:
    """Waymark does this when every claim has its answer."""
    move(batch, CLOSE_BATCH, by=by, reconciled_at=clock.now())
    return batch


def chase() -> int:
    """Remind the administrators of overdue claims, at most once a week. How many people were told."""
    today, days = clock.today(), settings.CLAIM_ANSWER_DAYS
    related = "enrolment__learner", "enrolment__cohort", "batch"
    found: Any = Claim.objects.overdue(today, days=days).select_related(*related)
    overdue = list(found.order_by("awaited_since", "pk")[:50])
    if not overdue:
        return 0
    year, week, _ = today.isocalendar()
    people = User.objects.holding(Role.ADMINISTRATOR)
    return sum(notices.claims_overdue(one, overdue, days=days, week=f"{year}-{week:02}") for one in people)
