import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.permissions import Role
from core import clock
from core.models import Notice
from programmes import actions
from programmes.models import Client, Cohort, Contract, Qualification, TutorAppointment
from tests import factories

DAY = dt.timedelta(days=1)


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


@pytest.fixture
def manager(cast):
    return cast.client_of("contract_manager")


def read(client, name, *args, **query):
    return client.get(reverse(f"programmes:{name}", args=args), query).content.decode()


# ---- the catalogue


@pytest.fixture
def shipped(db):
    call_command("load_qualifications", verbosity=0)


def test_a_qualification_shows_criteria_rules_and_what_is_not_known(cast, shipped):
    page = read(cast.client_of("tutor"), "qualification", Qualification.objects.get(number="8588-21").pk)

    assert "Find and lower barriers" in page
    assert "At least two similarities" in page
    assert "18\xa0h with 2 to 3 people" in page
    assert "The criteria are paraphrased" in page
    assert "The centre has not entered: accreditation number, total qualification time." in page
    assert "Workshop 4" in page


def test_a_qualification_by_credits_says_its_rule(cast, shipped):
    page = read(cast.client_of("iqa"), "qualification", Qualification.objects.get(number="5C1").pk)

    assert "Any units up to a credit total: 13 credits" in page
    assert "Outcomes and criteria of this unit are not known here" in page


def test_qualifications_cost_the_same_however_many(cast, shipped, django_assert_num_queries):
    tutor = cast.client_of("tutor")
    read(tutor, "qualifications")
    with django_assert_num_queries(5):
        page = read(tutor, "qualifications", q="executive")
    assert "1 qualification found" in page
    with django_assert_num_queries(10):
        read(tutor, "qualification", Qualification.objects.get(number="8588-21").pk)


# ---- contracts


def test_a_client_a_contract_a_contact_and_a_cohort_are_added_from_the_pages(cast, manager):
    manager.post(reverse("programmes:add_client"), {"name": "Harbour Trust", "accent": "#1F4C8A"})
    client = Client.objects.get(name="Harbour Trust")
    given = {
        "client": client.pk,
        "reference": "HT-1",
        "title": "Coaching",
        "starts_on": "2024-01-10",
        "managers": [cast.contract_manager.pk],
    }
    manager.post(reverse("programmes:add_contract"), given)
    contract = Contract.objects.get(reference="HT-1")
    contact = {"user": cast.client_contact.pk, "job_title": "Head of Learning"}
    manager.post(reverse("programmes:add_contact", args=[client.pk]), contact)
    version = factories.a_version()
    opened = {
        "version": version.pk,
        "code": "HT-24",
        "title": "Coaching for leaders",
        "delivery": "virtual",
        "starts_on": "2024-02-01",
        "places": 12,
    }
    answer = manager.post(reverse("programmes:open_cohort", args=[contract.pk]), opened)

    assert answer.headers["Location"] == reverse("programmes:cohort", args=["HT-24"])
    page = read(manager, "contract", contract.pk)
    for said in ("HT-24", "Head of Learning", "Carla Manager", "no tutor yet"):
        assert said in page


def test_what_a_rule_refuses_is_said_and_nothing_typed_is_lost(cast, manager, cohort):
    client = cohort.contract.client
    page = manager.post(reverse("programmes:add_client"), {"name": client.name}).content.decode()
    assert "already" in page
    assert f'value="{client.name}"' in page

    page = manager.post(reverse("programmes:add_client"), {"name": "New", "accent": "blue"}).content.decode()
    assert "Write the colour as #" in page


@pytest.mark.parametrize("rows", [3, 30])
def test_contracts_cost_the_same_however_many(cast, manager, django_assert_num_queries, rows):
    client = factories.a_client(by=cast.administrator)
    for n in range(rows):
        actions.add_contract(
            client=client,
            reference=f"R-{n}",
            title="T",
            starts_on=clock.today(),
            managers=[cast.contract_manager],
            by=cast.contract_manager,
        )
    read(manager, "contracts")

    with django_assert_num_queries(5):
        read(manager, "contracts")


def test_a_contract_manager_sees_only_their_own_contracts(cast, cohort):
    other = factories.a_user(role=Role.CONTRACT_MANAGER)
    cast_like = cast.client_of("contract_manager")
    assert cohort.contract.reference in read(cast_like, "contracts")

    cast_like.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert cohort.contract.reference not in read(cast_like, "contracts")
    for name, arg in (("contract", cohort.contract.pk), ("open_cohort", cohort.contract.pk), ("cohort", cohort.code)):
        assert cast_like.get(reverse(f"programmes:{name}", args=[arg])).status_code == 404


# ---- cohorts


def open_cohorts(cast, cohort, rows):
    for n in range(rows):
        actions.open_cohort(
            contract=cohort.contract,
            version=cohort.version,
            code=f"many-{n}",
            title="Many",
            delivery="virtual",
            starts_on=clock.today() + n * DAY,
            by=cast.administrator,
        )


@pytest.mark.parametrize("rows", [3, 30])
def test_cohorts_cost_the_same_however_many(cast, cohort, manager, django_assert_num_queries, rows):
    open_cohorts(cast, cohort, rows)
    read(manager, "cohorts")

    with django_assert_num_queries(6):
        read(manager, "cohorts")


def test_cohorts_are_counted_by_when_they_run(cast, cohort, manager):
    open_cohorts(cast, cohort, 3)

    page = read(manager, "cohorts")
    assert "2 cohorts running" in page
    assert "To come: 2. Over: 0." in page
    page = read(manager, "cohorts", when="coming")
    assert "many-1" in page
    assert "many-0" not in page
    assert "1 cohort found" in read(manager, "cohorts", q="many-2")


def test_the_list_says_what_comes_next(cast, cohort, manager):
    assert "Essay due" in read(manager, "cohorts")
    other = factories.a_user(role=Role.TUTOR)
    actions.propose_tutor(cohort, tutor=other, from_on=clock.today(), by=cast.contract_manager)
    assert "tutor waits for the client" in read(manager, "cohorts")


def test_a_cohorts_page_shows_its_plan_in_a_fixed_number_of_queries(cast, cohort, django_assert_num_queries):
    tutor = cast.client_of("tutor")
    with django_assert_num_queries(8):
        page = read(tutor, "cohort", cohort.code)

    for said in ("Tomas Tutor", "Ines Verifier", "Edith External", "Essay", "Portfolio", "Knows the client"):
        assert said in page
    assert "Propose a tutor" not in page


def test_a_deadline_a_tutor_and_a_verifier_are_set_from_the_pages(cast, cohort, manager):
    essay = factories.essay_of(cohort)
    due = (clock.today() + 99 * DAY).isoformat()
    manager.post(reverse("programmes:set_cohort_deadline", args=[cohort.code]), {"assignment": essay.pk, "due_on": due})
    assert cohort.deadlines.get(assignment=essay).due_on.isoformat() == due

    tutor = factories.a_user(role=Role.TUTOR, name="Tilda Tutor")
    given = {"tutor": tutor.pk, "from_on": clock.today().isoformat(), "reason": "Second group"}
    manager.post(reverse("programmes:propose_tutor", args=[cohort.code]), given)
    assert TutorAppointment.objects.get(tutor=tutor).state == "proposed"

    iqa = factories.a_user(role=Role.IQA)
    given = {"verifier": iqa.pk, "role": "iqa", "from_on": clock.today().isoformat()}
    manager.post(reverse("programmes:allocate_verifier", args=[cohort.code]), given)
    assert cohort in Cohort.objects.visible_to(iqa)

    appointment = cohort.appointments.get(tutor=cast.tutor)
    given = {"to_on": clock.today().isoformat(), "reason": "Leaves the centre"}
    manager.post(reverse("programmes:end_appointment", args=[appointment.pk]), given)
    appointment.refresh_from_db()
    assert appointment.to_on == clock.today()


def test_strangers_to_a_cohort_do_not_find_it(cast, cohort):
    for role in (Role.TUTOR, Role.IQA, Role.EQA, Role.CONTRACT_MANAGER):
        client = cast.client_of("visitor")
        other = factories.a_user(role=role)
        client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(reverse("programmes:cohort", args=[cohort.code])).status_code == 404
        assert cohort.code not in read(client, "cohorts")


# ---- the client decides


@pytest.fixture
def proposal(cast, cohort):
    tutor = factories.a_user(role=Role.TUTOR, name="Tilda Tutor")
    return actions.propose_tutor(
        cohort, tutor=tutor, from_on=clock.today(), reason="Helen is on leave", by=cast.contract_manager
    )


def test_a_contact_finds_the_proposal_and_approves_it(cast, proposal):
    contact = cast.client_of("client_contact")
    page = read(contact, "proposals")
    assert "1 tutor to decide on" in page
    assert "Helen is on leave" in page
    assert reverse("programmes:approve_tutor", args=[proposal.pk]) in page

    contact.post(reverse("programmes:approve_tutor", args=[proposal.pk]), {"decision_note": ""})

    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == ("approved", cast.client_contact)
    assert "Nothing to decide" in read(contact, "proposals")


def test_declining_needs_a_reason(cast, proposal):
    contact = cast.client_of("client_contact")
    address = reverse("programmes:decline_tutor", args=[proposal.pk])

    assert "Enter your reason" in contact.post(address, {"decision_note": ""}).content.decode()
    contact.post(address, {"decision_note": "Somebody local, if possible."})

    proposal.refresh_from_db()
    assert proposal.state == "declined"
    assert "Somebody local" in Notice.objects.get(key__startswith=f"appointment:{proposal.pk}:declined").body


def test_the_contact_of_another_client_does_not_find_the_proposal(cast, proposal):
    other = factories.a_user(role=Role.CLIENT_CONTACT)
    factories.a_client(contact=other, by=cast.administrator)
    client = cast.client_of("visitor")
    client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "Nothing to decide" in read(client, "proposals")
    for name in ("approve_tutor", "decline_tutor"):
        assert client.post(reverse(f"programmes:{name}", args=[proposal.pk])).status_code == 404


def test_a_contract_manager_does_not_decide_for_the_client(cast, manager, proposal):
    assert manager.get(reverse("programmes:proposals")).status_code == 403
    assert manager.post(reverse("programmes:approve_tutor", args=[proposal.pk])).status_code == 403
