import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core import clock
from programmes.models import Cohort, CohortDeadline, Contract, TutorAppointment, VerifierAllocation
from tests import factories

DAY = dt.timedelta(days=1)


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


def refused(model, one, **change):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=one.pk).update(**change)


def test_days_run_forwards(cohort):
    before = cohort.starts_on - DAY
    refused(Contract, cohort.contract, ends_on=before)
    refused(Cohort, cohort, ends_on=before)
    appointment = cohort.appointments.get()
    refused(TutorAppointment, appointment, to_on=appointment.from_on - DAY)


def test_choices_are_known(cohort):
    refused(Cohort, cohort, delivery="by post")
    refused(TutorAppointment, cohort.appointments.get(), state="perhaps")
    refused(VerifierAllocation, cohort.allocations.first(), role="tutor")


def test_a_decision_has_its_moment_and_only_a_decision(cohort):
    appointment = cohort.appointments.get()
    refused(TutorAppointment, appointment, decided_at=None)
    refused(TutorAppointment, appointment, state="proposed")


def test_an_external_verifiers_access_ends(cohort):
    refused(VerifierAllocation, cohort.allocations.get(role="eqa"), to_on=None)


def test_a_cohort_has_one_deadline_for_an_assignment(cohort):
    first, second = cohort.deadlines.all()
    refused(CohortDeadline, first, assignment=second.assignment)


def test_the_rule_of_a_version_is_whole(db):
    version = factories.a_version()
    refused(type(version), version, credit_total=13)
    refused(type(version), version, combination="credit_total")
    refused(type(version), version, claim_route="magic")


def test_a_client_contact_sees_the_cohorts_of_their_organisation_only_by_their_own_scope(cast, cohort):
    other = factories.a_cohort(cast=cast)
    stranger = factories.a_user(role="client_contact")

    assert set(Cohort.objects.for_client_contact(cast.client_contact)) == {cohort, other}
    assert not Cohort.objects.visible_to(cast.client_contact).exists()
    assert not Cohort.objects.for_client_contact(stranger).exists()
    assert set(TutorAppointment.objects.visible_to(cast.client_contact)) == set(TutorAppointment.objects.all())
    assert not TutorAppointment.objects.visible_to(stranger).exists()


def test_a_verifiers_allocation_ends_by_itself(cast, cohort):
    assert cohort in Cohort.objects.visible_to(cast.eqa)
    with clock.at(clock.today() + 366 * DAY):
        assert cohort not in Cohort.objects.visible_to(cast.eqa)
