"""From the invitation to the enrolment that is sent. What the centre decides then is in `deciding`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts import actions as accounts
from accounts.models import User
from accounts.permissions import Can, Role
from core import clock
from core.lifecycle import move, record
from core.refusals import NotAllowed, Refused, WrongState
from enrolment import notices, policy
from enrolment.models import Application, Enrolment, Questionnaire, Rating, SupportNeeds
from enrolment.states import APPLY
from programmes.models import Cohort, LearningOutcome


@transaction.atomic
def invite_learner(cohort: Cohort, *, email: str, full_name: str, pathway: str, by: User) -> Enrolment:
    """Offer a place on the cohort, to a new person or to one who has an account already."""
    if not by.can(Can.ENROL):
        raise NotAllowed("Only a centre administrator invites learners.")
    known = User.objects.filter(email__iexact=email.strip()).first()
    if sentence := policy.may_be_invited(cohort, known):
        raise Refused(sentence)
    learner = accounts.invite(email=email, full_name=full_name, roles=[Role.LEARNER], by=by, tell=False)
    enrolment = Enrolment.objects.create(
        cohort=cohort, learner=learner, pathway=pathway, invited_at=clock.now(), invited_by=by
    )
    record(enrolment, "invite_learner", by=by)
    notices.invited(enrolment)
    return enrolment


def _check_open(enrolment: Enrolment, by: User) -> None:
    """Refuse whoever is not the learner, and everything once the enrolment has been sent."""
    if sentence := policy.is_own(enrolment, by):
        raise NotAllowed(sentence)
    if sentence := policy.may_still_be_changed(enrolment, by):
        raise WrongState(sentence)


@transaction.atomic
def save_application(
    enrolment: Enrolment, *, by: User, unread: Mapping[str, str] | None = None, **fields: Any
) -> Application:
    """Keep what the learner has given so far of the enrolment form. Fields that are not named stay as they are.

    `unread` holds what was typed into fields that cannot take it (a date that does not exist): it is kept as typed,
    counts as missing, and goes when the field is given properly.
    """
    _check_open(enrolment, by)
    Application.objects.get_or_create(enrolment=enrolment, defaults={"saved_at": clock.now()})
    form = Application.objects.select_for_update().get(enrolment=enrolment)
    for name, value in fields.items():
        setattr(form, name, value)
    still_unread = {name: text for name, text in form.unread.items() if name not in fields}
    form.unread = {**still_unread, **(unread or {})}
    form.saved_at = clock.now()
    form.save(update_fields=[*fields, "unread", "saved_at"])
    enrolment.application = form
    return form


@transaction.atomic
def save_support_needs(
    enrolment: Enrolment, *, ethnicity: str, disability: str, adjustments: str, by: User
) -> SupportNeeds:
    """Keep what a learner tells about support, by their explicit consent. That it was told is recorded, never what."""
    if sentence := policy.is_own(enrolment, by):
        raise NotAllowed(sentence)
    given = {"ethnicity": ethnicity, "disability": disability, "adjustments": adjustments}
    agreed = {"consented_at": clock.now(), "consent_version": policy.CONSENT_VERSION}
    needs, created = SupportNeeds.objects.update_or_create(
        enrolment=enrolment, defaults=given, create_defaults={**given, **agreed}
    )
    if created:
        record(enrolment, "save_support_needs", by=by, consent_version=policy.CONSENT_VERSION)
    enrolment.support_needs = needs
    return needs


@transaction.atomic
def withdraw_support_needs(enrolment: Enrolment, *, by: User) -> None:
    """Take the consent back, at any time: the answers are deleted, the record says only that they were."""
    if sentence := policy.is_own(enrolment, by):
        raise NotAllowed(sentence)
    deleted, _ = SupportNeeds.objects.filter(enrolment=enrolment).delete()
    if deleted:
        record(enrolment, "withdraw_support_needs", by=by)
    enrolment._state.fields_cache.pop("support_needs", None)


@transaction.atomic
def save_questionnaire(enrolment: Enrolment, *, ratings: Mapping[int, int], hopes: str = "", by: User) -> Questionnaire:
    """Keep the ratings given so far (outcome to 0..10) and what the learner hopes for. Earlier ratings stay."""
    _check_open(enrolment, by)
    outcomes = LearningOutcome.objects.filter(unit__version=enrolment.cohort.version_id).values_list("pk", flat=True)
    if sentence := policy.ratings_problem(dict(ratings), outcomes=list(outcomes)):
        raise Refused(sentence)
    questionnaire, _ = Questionnaire.objects.update_or_create(
        enrolment=enrolment, defaults={"hopes": hopes, "saved_at": clock.now()}
    )
    Rating.objects.bulk_create(
        [Rating(questionnaire=questionnaire, outcome_id=pk, rating=rating) for pk, rating in ratings.items()],
        update_conflicts=True,
        unique_fields=["questionnaire", "outcome"],
        update_fields=["rating"],
    )
    enrolment.questionnaire = questionnaire
    return questionnaire


@transaction.atomic
def apply(enrolment: Enrolment, *, by: User) -> Enrolment:
    """Send the enrolment: from now on it can only be read, and the tutors decide whether the programme suits."""
    now = clock.now()
    move(enrolment, APPLY, by=by, applied_at=now)
    Application.objects.filter(enrolment=enrolment).update(sent_at=now)
    Questionnaire.objects.filter(enrolment=enrolment).update(sent_at=now)
    notices.applied(enrolment)
    return enrolment
