"""What a tutor works on in their marking: agreed with a verifier, looked at again, closed with what has changed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused, Stale
from verification.models import DevelopmentPoint


@transaction.atomic
def add_point(tutor: User, *, text: str, agreed_on: dt.date, look_again_on: dt.date, by: User) -> DevelopmentPoint:
    """A verifier writes down what was agreed with the tutor."""
    _check_verifies(by)
    if tutor.pk == by.pk:
        raise Refused("A development point is agreed with somebody else. Ask another verifier.")
    if not text.strip():
        raise Refused("Say what to work on.")
    if agreed_on > clock.today():
        raise Refused("This day is still to come. Choose the day on which it was agreed.")
    if look_again_on < clock.today():
        raise Refused("This day has passed. Choose a day from today on for looking again.")
    facts = {"text": text.strip(), "agreed_on": agreed_on, "look_again_on": look_again_on}
    point = DevelopmentPoint.objects.create(tutor=tutor, added_at=clock.now(), added_by=by, **facts)
    record(point, "add_point", by=by, tutor=str(tutor), look_again_on=str(look_again_on))
    return point


@transaction.atomic
def close_point(point: DevelopmentPoint, *, done_note: str, by: User) -> DevelopmentPoint:
    _check_verifies(by)
    if point.tutor_id == by.pk:
        raise Refused("Somebody else looks at what you worked on and closes it.")
    if not done_note.strip():
        raise Refused("Say what has changed.")
    rows = DevelopmentPoint.objects.filter(pk=point.pk, done_at__isnull=True)
    if not rows.update(done_at=clock.now(), done_by=by, done_note=done_note.strip()):
        raise Stale("This was closed a moment ago. Look again to see what was noted.")
    point.refresh_from_db()
    record(point, "close_point", by=by, tutor=str(point.tutor))
    return point


def _check_verifies(by: User) -> None:
    if not by.can(Can.VERIFY):
        raise NotAllowed("Your role does not let you agree development points.")
