import datetime as dt

import pytest

from accounts.permissions import Role
from core import clock
from core.models import Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes import actions
from programmes.models import Cohort, TutorAppointment
from tests import factories

DAY = dt.timedelta(days=1)


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


def propose(cast, cohort, **facts):
    given = {"tutor": cast.tutor, "from_on": clock.today() + DAY, "by": cast.contract_manager}
    return actions.propose_tutor(cohort, **{**given, **facts})


@pytest.fixture
def another_tutor(cast):
    return factories.a_user(role=Role.TUTOR)


def test_a_client_has_its_name_once(cast):
    actions.add_client(name="Policing Standards College", by=cast.contract_manager)

    with pytest.raises(Refused, match="already"):
        actions.add_client(name=" policing standards college ", by=cast.administrator)
    with pytest.raises(NotAllowed):
        actions.add_client(name="Else", by=cast.tutor)


def test_a_contact_holds_the_role_and_is_one_once(cast):
    client = factories.a_client(contact=cast.client_contact, by=cast.administrator)

    with pytest.raises(Refused, match="contact of"):
        actions.add_contact(client, user=cast.client_contact, by=cast.administrator)
    with pytest.raises(Refused, match="Client contact"):
        actions.add_contact(client, user=cast.tutor, by=cast.administrator)


def test_a_contract_has_managers_a_reference_of_its_own_and_days_in_order(cast):
    client = factories.a_client(by=cast.contract_manager)
    facts = {"client": client, "title": "T", "starts_on": clock.today(), "by": cast.contract_manager}

    contract = actions.add_contract(reference="R-1", managers=[cast.contract_manager], **facts)

    assert list(contract.managers.all()) == [cast.contract_manager]
    with pytest.raises(Refused, match="belongs to another"):
        actions.add_contract(reference="r-1", managers=[cast.contract_manager], **facts)
    with pytest.raises(Refused, match="at least one"):
        actions.add_contract(reference="R-2", managers=[], **facts)
    with pytest.raises(Refused, match="not a contract manager"):
        actions.add_contract(reference="R-2", managers=[cast.tutor], **facts)
    with pytest.raises(Refused, match="before the first"):
        actions.add_contract(reference="R-2", managers=[cast.contract_manager], ends_on=clock.today() - DAY, **facts)


def test_only_those_who_run_the_contract_open_its_cohorts(cast, cohort):
    other = factories.a_user(role=Role.CONTRACT_MANAGER)
    facts = {
        "contract": cohort.contract,
        "version": cohort.version,
        "title": "Second",
        "delivery": "virtual",
        "starts_on": clock.today(),
    }

    with pytest.raises(NotAllowed, match="managers of contract"):
        actions.open_cohort(code="second", by=other, **facts)
    with pytest.raises(Refused, match="belongs to another"):
        actions.open_cohort(code=cohort.code, by=cast.administrator, **facts)
    assert actions.open_cohort(code="second", by=cast.administrator, **facts).places == 12


def test_a_deadline_is_changed_in_place_and_belongs_to_the_cohorts_qualification(cast, cohort):
    essay = factories.essay_of(cohort)
    later = clock.today() + 90 * DAY

    actions.set_cohort_deadline(cohort, assignment=essay, due_on=later, by=cast.contract_manager)

    assert cohort.deadlines.get(assignment=essay).due_on == later
    with pytest.raises(Refused, match="begins after"):
        actions.set_cohort_deadline(cohort, assignment=essay, due_on=cohort.starts_on - DAY, by=cast.administrator)
    foreign = factories.a_version().assignments.first()
    with pytest.raises(Refused, match="another qualification"):
        actions.set_cohort_deadline(cohort, assignment=foreign, due_on=later, by=cast.administrator)
    with pytest.raises(NotAllowed):
        actions.set_cohort_deadline(cohort, assignment=essay, due_on=later, by=cast.tutor)


def test_a_proposed_tutor_sees_the_cohort_only_after_the_client_approved(cast, cohort, another_tutor):
    appointment = propose(cast, cohort, tutor=another_tutor, reason="Helen is on leave")

    assert Notice.objects.get(recipient=cast.client_contact, key__contains=f"appointment:{appointment.pk}:")
    assert cohort not in Cohort.objects.visible_to(another_tutor)
    actions.approve_tutor(appointment, decision_note="Welcome", by=cast.client_contact)
    assert cohort in Cohort.objects.visible_to(another_tutor)
    told = Notice.objects.filter(key__startswith=f"appointment:{appointment.pk}:approved")
    assert {notice.recipient for notice in told} == {cast.contract_manager, another_tutor}
    with pytest.raises(WrongState):
        actions.decline_tutor(appointment, decision_note="No", by=cast.client_contact)


def test_a_declined_tutor_is_not_told_by_mail_and_may_be_proposed_again(cast, cohort, another_tutor):
    appointment = propose(cast, cohort, tutor=another_tutor)

    actions.decline_tutor(appointment, decision_note="We know them.", by=cast.client_contact)

    told = Notice.objects.filter(key__startswith=f"appointment:{appointment.pk}:declined")
    assert [notice.recipient for notice in told] == [cast.contract_manager]
    assert "We know them." in told.get().body
    assert propose(cast, cohort, tutor=another_tutor).state == "proposed"


def test_only_a_contact_of_this_client_decides(cast, cohort, another_tutor):
    appointment = propose(cast, cohort, tutor=another_tutor)
    elsewhere = factories.a_user(role=Role.CLIENT_CONTACT)
    factories.a_client(contact=elsewhere, by=cast.administrator)

    with pytest.raises(Refused, match="Only a contact of"):
        actions.approve_tutor(appointment, by=elsewhere)
    with pytest.raises(NotAllowed):
        actions.approve_tutor(appointment, by=cast.contract_manager)


def test_the_same_tutor_is_not_proposed_twice_for_the_same_days(cast, cohort, another_tutor):
    propose(cast, cohort, tutor=another_tutor, to_on=clock.today() + 10 * DAY)

    with pytest.raises(Refused, match="already"):
        propose(cast, cohort, tutor=another_tutor, from_on=clock.today() + 10 * DAY)
    assert propose(cast, cohort, tutor=another_tutor, from_on=clock.today() + 11 * DAY)
    with pytest.raises(Refused, match="does not hold the role"):
        propose(cast, cohort, tutor=cast.iqa)


def test_an_appointment_ends_and_takes_the_cohort_out_of_sight_the_day_after(cast, cohort):
    appointment = cohort.appointments.get()

    actions.end_appointment(appointment, to_on=clock.today(), reason="Left", by=cast.contract_manager)

    assert cohort in Cohort.objects.visible_to(cast.tutor)
    with clock.at(clock.today() + DAY):
        assert cohort not in Cohort.objects.visible_to(cast.tutor)
    with pytest.raises(Refused, match="before the first"):
        actions.end_appointment(appointment, to_on=appointment.from_on - DAY, reason="x", by=cast.administrator)
    with pytest.raises(Stale):
        actions.end_appointment(
            TutorAppointment(pk=appointment.pk, cohort=cohort, tutor=cast.tutor, from_on=appointment.from_on),
            to_on=clock.today(),
            reason="x",
            by=cast.administrator,
        )


def test_a_verifier_is_allocated_with_the_role_they_hold(cast, cohort):
    facts = {"from_on": clock.today(), "by": cast.administrator}

    with pytest.raises(Refused, match="already"):
        actions.allocate_verifier(cohort, verifier=cast.iqa, role=Role.IQA, **facts)
    with pytest.raises(Refused, match="does not hold"):
        actions.allocate_verifier(cohort, verifier=cast.tutor, role=Role.IQA, **facts)
    other = factories.a_user(role=Role.EQA)
    with pytest.raises(Refused, match="last day"):
        actions.allocate_verifier(cohort, verifier=other, role=Role.EQA, **facts)
    actions.allocate_verifier(cohort, verifier=other, role=Role.EQA, to_on=clock.today(), **facts)
    assert cohort in Cohort.objects.visible_to(other)
