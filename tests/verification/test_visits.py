"""A visit of the external verifier: planned for one person, open to named learners, over at its last minute."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.permissions import Role
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale
from tests import factories
from verification import actions, visiting
from verification.models import Visit, VisitSample, VisitView

pytestmark = pytest.mark.django_db


@pytest.fixture
def piece(cast):
    one = factories.an_enrolment(cast=cast, cohort=factories.a_cohort(cast=cast))
    return factories.a_submission(cast=cast, one=one, state="passed")


@pytest.fixture
def eqa():
    return factories.a_user(role=Role.EQA, name="Vera Visitor")


def plan(cast, piece, eqa, *, days=3, names=True, begins=0):
    now = clock.now()
    visit = visiting.plan_visit(
        qualification=piece.assignment.version.qualification,
        email=eqa.email,
        full_name=eqa.full_name,
        opens_at=now + dt.timedelta(days=begins),
        closes_at=now + dt.timedelta(days=begins + days),
        by=cast.administrator,
    )
    if names:
        visiting.name_learners(visit, enrolments=[piece.enrolment], by=cast.administrator)
    return visit


@pytest.fixture
def visit(cast, piece, eqa):
    return visiting.open_visit(plan(cast, piece, eqa), by=cast.administrator)


def learner_page(visit, piece):
    return reverse("verification:visit_learner", args=[visit.pk, piece.enrolment_id])


# ---- planning


def test_a_new_verifier_is_invited_and_hears_of_the_visit_when_it_opens(cast, piece):
    now = clock.now()
    visit = visiting.plan_visit(
        qualification=piece.assignment.version.qualification, email="new@example.org", full_name="Nora New",
        opens_at=now, closes_at=now + dt.timedelta(days=1), by=cast.administrator,
    )  # fmt: skip
    assert visit.eqa.roles == {Role.EQA}
    assert not visit.eqa.has_usable_password()
    visiting.name_learners(visit, enrolments=[piece.enrolment], by=cast.administrator)

    visiting.open_visit(visit, by=cast.administrator)

    subjects = list(Notice.objects.filter(recipient=visit.eqa).order_by("pk").values_list("subject", flat=True))
    assert [one.split()[1] for one in subjects] == ["account", "visit"]


def test_whoever_has_another_part_at_the_centre_is_no_external_verifier(cast, piece):
    with pytest.raises(Refused, match="An external verifier has no other role"):
        plan(cast, piece, cast.tutor)


def test_a_visit_ends_after_it_begins_and_not_in_the_past(cast, piece, eqa):
    with pytest.raises(Refused, match="not after its beginning"):
        plan(cast, piece, eqa, days=0)
    with pytest.raises(Refused, match="over already"):
        plan(cast, piece, eqa, begins=-9)


def test_only_administrators_plan_name_and_open(cast, piece, eqa):
    visit = plan(cast, piece, eqa)
    for person in (cast.iqa, cast.tutor, cast.contract_manager, eqa):
        with pytest.raises(NotAllowed):
            visiting.name_learners(visit, enrolments=[piece.enrolment], by=person)
        with pytest.raises(NotAllowed):
            visiting.open_visit(visit, by=person)


def test_a_visit_that_names_nobody_is_not_opened(cast, piece, eqa):
    visit = plan(cast, piece, eqa, names=False)

    with pytest.raises(Refused, match="Nobody is named"):
        visiting.open_visit(visit, by=cast.administrator)


def test_learners_are_named_once_and_those_who_left_can_be(cast, piece, eqa):
    visit = plan(cast, piece, eqa)
    left = factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort, state="withdrawn")

    assert visiting.name_learners(visit, enrolments=[piece.enrolment, left], by=cast.administrator) == 1

    left.refresh_from_db()
    assert left.is_withdrawn
    assert visit.learners.count() == 2


def test_a_learner_of_another_qualification_is_not_named(cast, piece, eqa):
    visit = plan(cast, piece, eqa)
    other = factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort)
    other.cohort.version.qualification_id = 0

    with pytest.raises(Refused, match="Choose learners of that qualification"):
        visiting.name_learners(visit, enrolments=[other], by=cast.administrator)


# ---- what the verifier sees


def test_before_between_and_after_the_verifier_reads_a_sentence_or_the_names(cast, piece, eqa, client):
    visit = plan(cast, piece, eqa, begins=1)
    client.force_login(eqa)
    page, learner = visit.get_absolute_url(), learner_page(visit, piece)
    name = str(piece.enrolment.learner)

    def seen():
        shown, one = client.get(page), client.get(learner)
        return name in shown.content.decode(), one.status_code

    assert seen() == (False, 404)
    assert "has not begun" in client.get(page).content.decode()
    visiting.open_visit(visit, by=cast.administrator)
    assert seen() == (False, 404)
    with clock.at(visit.opens_at):
        assert seen() == (True, 200)
    with clock.at(visit.closes_at - dt.timedelta(seconds=1)):
        assert seen() == (True, 200)
    with clock.at(visit.closes_at):
        assert seen() == (False, 404)
        assert "Your visit has ended" in client.get(page).content.decode()
        assert client.get(reverse("assignments:read", args=[piece.pk])).status_code == 404


def test_the_link_of_a_visit_opens_nothing_for_another_person(visit, piece, client):
    another = factories.a_user(role=Role.EQA)
    pages = visit.get_absolute_url(), learner_page(visit, piece), reverse("assignments:read", args=[piece.pk])

    assert {client.get(one)["Location"].split("?")[0] for one in pages} == {"/account/login/"}
    client.force_login(another)
    assert {client.get(one).status_code for one in pages} == {404}


def test_closing_early_ends_the_sight_at_once_and_the_schedule_closes_what_is_over(cast, visit, piece, eqa, client):
    client.force_login(eqa)
    assert client.get(learner_page(visit, piece)).status_code == 200
    with clock.at(visit.closes_at):
        call_command("close_visits", verbosity=0)
    visit.refresh_from_db()

    assert visit.state == "closed"
    assert client.get(learner_page(visit, piece)).status_code == 404
    assert Event.objects.about(visit)[0].actor_label == "Waymark"


def test_a_cohort_allocated_to_the_verifier_counts_until_their_first_visit_opens(cast, piece, client):
    """ADR 0075: visits are narrower than cohorts, so that from the first visit on nobody is seen by the way."""
    colleague = factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort)
    visit = plan(cast, piece, cast.eqa)
    client.force_login(cast.eqa)
    assert client.get(colleague.get_absolute_url()).status_code == 200

    visiting.open_visit(visit, by=cast.administrator)

    assert client.get(piece.enrolment.get_absolute_url()).status_code == 200
    assert client.get(colleague.get_absolute_url()).status_code == 404
    assert client.get(piece.enrolment.cohort.get_absolute_url()).status_code == 404


def test_a_visit_that_is_called_off_opens_nothing_and_says_so(cast, piece, eqa, client):
    visit = visiting.call_off_visit(plan(cast, piece, eqa), by=cast.administrator)
    client.force_login(eqa)

    assert "was called off" in client.get(visit.get_absolute_url()).content.decode()
    assert client.get(learner_page(visit, piece)).status_code == 404
    with pytest.raises(Refused):
        visiting.open_visit(visit, by=cast.administrator)


def test_on_a_visit_verified_work_can_be_signed_off(cast, client):
    """Without any cohort allocated to the verifier."""
    cohort = factories.a_cohort(cast=cast, version=factories.a_version(claim_route="sign_off"))
    one = factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))
    person = factories.a_user(role=Role.EQA)
    visit = plan(cast, one.submissions.first(), person)
    with pytest.raises(Refused, match="not named for an open visit"):
        actions.sign_off(one, by=person)
    visiting.open_visit(visit, by=cast.administrator)
    client.force_login(person)
    assert str(one.learner) in client.get(reverse("verification:sign_offs")).content.decode()

    assert actions.sign_off(one, by=person).signed_by == person


# ---- findings, actions, report


def test_a_finding_is_of_a_named_learner_and_disagreement_says_why(cast, visit, piece, eqa):
    other = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=piece.enrolment.cohort))
    with pytest.raises(NotAllowed):
        visiting.record_finding(visit, submission=other, finding="agreed", by=eqa)
    with pytest.raises(Refused, match="Say in the note"):
        visiting.record_finding(visit, submission=piece, finding="not_agreed", by=eqa)

    visiting.record_finding(visit, submission=piece, finding="agreed", by=eqa)
    visiting.record_finding(visit, submission=piece, finding="not_agreed", note="2.1 is thin.", by=eqa)

    found = VisitSample.objects.get()
    assert (found.finding, Event.objects.about(found)[0].detail["before"]) == ("not_agreed", "agreed")


def test_after_its_end_nothing_is_added_to_a_visit_by_its_verifier(visit, piece, eqa, cast):
    with clock.at(visit.closes_at), pytest.raises(Refused, match="not open"):
        visiting.record_finding(visit, submission=piece, finding="agreed", by=eqa)
    with clock.at(visit.closes_at), pytest.raises(Refused, match="not open"):
        visiting.add_action(visit, text="Do.", owner=cast.iqa, due_on=clock.today(), by=eqa)


def test_an_action_has_an_owner_and_a_day_and_is_done_once(visit, eqa, cast):
    with pytest.raises(Refused, match="has passed"):
        visiting.add_action(visit, text="Do.", owner=cast.iqa, due_on=clock.today() - dt.timedelta(days=1), by=eqa)
    action = visiting.add_action(visit, text="Sample more.", owner=cast.iqa, due_on=clock.today(), by=eqa)
    assert Notice.objects.filter(key=f"visit-action:{action.pk}:added", recipient=cast.iqa).count() == 1

    visiting.finish_action(action, note="Half of every new tutor's.", by=cast.administrator)

    with pytest.raises(Stale):
        visiting.finish_action(action, note="Again.", by=cast.administrator)


def test_the_report_closes_the_visit_with_a_rating(cast, visit):
    with pytest.raises(Refused):
        visiting.report_visit(visit, report="Fine.", rating="Low", by=cast.administrator)
    visiting.close_visit(visit, by=cast.administrator)
    with pytest.raises(Refused, match="quality rating"):
        visiting.report_visit(visit, report="Fine.", rating=" ", by=cast.administrator)

    visiting.report_visit(visit, report="Fine.", rating="Low risk", by=cast.administrator)

    visit.refresh_from_db()
    assert (visit.state, visit.rating, visit.reported_by) == ("reported", "Low risk", cast.administrator)


@pytest.mark.parametrize(
    "facts", [{"closes_at": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)}, {"state": "closed"}, {"state": "lost"}]
)
def test_the_database_refuses_a_visit_that_cannot_be(visit, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(**facts)


def test_what_was_opened_is_only_ever_added():
    with pytest.raises(TypeError):
        VisitView.objects.all().delete()
    with pytest.raises(TypeError):
        VisitView.objects.all().update(path="/")
