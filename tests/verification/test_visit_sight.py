"""What an external verifier may read on a visit, walked along every row of the access table, and that each page is noted."""

import datetime as dt

import pytest
from django.db import transaction

from accounts.permissions import Role
from core import clock
from tests import factories, worlds
from tests.test_access import TABLE, letter
from verification import visiting, watch
from verification.models import VisitLearner, VisitView

pytestmark = pytest.mark.django_db

EQA = 3
ROWS = [one for one in TABLE if one.letters[EQA] == "." and ":" in one.route]
# Pages of everybody, which name no learner: open without an account, or one's own.
NO_LEARNER = ("core:", "accounts:", "assignments:client_feedback", "assignments:feedback_thanks")
ABOUT_A_LEARNER = [one for one in ROWS if one.names != "-" and not one.route.startswith(NO_LEARNER)]
# Of a cohort or of the visit itself, and not of one learner.
OF_MANY = {
    "programmes:cohort",
    "workshops:timetable",
    "verification:visit",
    "verification:strategy",
    "verification:plan",
    "verification:plan_lines",
    "verification:grid",
}
# Of those who mark and verify the cohorts of the learners named.
OF_STAFF = {"verification:event", "verification:staff_file", "verification:staff_evidence"}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), worlds.kept(lambda: worlds.a_world(worlds.a_cast())) as made:
        yield made


@pytest.fixture
def visitor(world):
    """A verifier whose open visit names everybody of the world but one; they are allocated to no cohort."""
    person = factories.a_user(role=Role.EQA, name="Vera Visitor")
    now = clock.now()
    visit = visiting.plan_visit(
        qualification=world.qualification, email=person.email, full_name=person.full_name,
        opens_at=now, closes_at=now + dt.timedelta(days=1), by=world.cast.administrator,
    )  # fmt: skip
    everybody = type(world.enrolment).objects.filter(cohort__contract__client=world.client).exclude(pk=world.active.pk)
    # Each cohort of the world has a qualification of its own, which the action would not mix.
    by = world.cast.administrator
    VisitLearner.objects.bulk_create(
        VisitLearner(visit=visit, enrolment=one, added_at=now, added_by=by) for one in everybody
    )
    visiting.open_visit(visit, by=world.cast.administrator)
    return person


def asked(client, url):
    """The letter of the door, and the newest row of what was opened; undone again."""
    with transaction.atomic():
        before = VisitView.objects.count()
        said = letter(client.get(url))
        noted = list(VisitView.objects.order_by("pk")[before:])
        transaction.set_rollback(True)
    return said, noted


@pytest.mark.parametrize("line", [one for one in ROWS if not one.route.startswith(NO_LEARNER)], ids=str)
def test_no_page_reaches_an_external_verifier_without_being_noted(world, line):
    client = world.cast.client_of("eqa")

    said, noted = asked(client, world.url(line.route, line.names))

    assert said == "."
    assert [(one.page, one.seen_by) for one in noted] == [(line.route, world.cast.eqa)]
    assert line.names == "-" or line.route in OF_MANY | OF_STAFF or noted[0].enrolment_id is not None


def enrolment_of(line, world):
    thing = getattr(world, line.names.split("+")[0])
    for step in ("submission", "enrolment"):
        thing = getattr(thing, step, thing)
    return thing


@pytest.mark.parametrize("line", [one for one in ABOUT_A_LEARNER if one.route not in OF_MANY], ids=str)
def test_on_a_visit_the_named_learners_pages_open_and_nobody_elses(world, visitor, line):
    client = factories.signed_in(visitor)
    # One's own open visit opens the other rows of the visit; these are of the things of learners.
    named = enrolment_of(line, world) != world.active

    said, noted = asked(client, world.url(line.route, line.names))

    assert said == ("." if named else "-")
    assert [one.visit.eqa for one in noted] == [visitor] * named


def test_on_a_visit_no_cohort_opens(world, visitor):
    client = factories.signed_in(visitor)

    assert client.get(world.url("programmes:cohort", "cohort")).status_code == 404
    assert str(world.cohort) not in client.get(world.url("programmes:cohorts")).content.decode()


def test_lists_name_those_of_the_visit_only(world, visitor):
    client = factories.signed_in(visitor)
    text = client.get(world.url("enrolment:enrolments")).content.decode()

    assert str(world.withdrawn.learner) in text
    assert str(world.active.learner) not in text


def test_what_cannot_be_noted_is_not_shown(world, visitor, monkeypatch):
    client = factories.signed_in(visitor)
    client.raise_request_exception = False
    monkeypatch.setattr(VisitView._meta, "db_table", "nowhere_at_all")

    with transaction.atomic():
        answer = client.get(world.url("assignments:read", "passed"))
        transaction.set_rollback(True)

    assert answer.status_code == 500
    assert "word10" not in answer.content.decode()


def test_every_route_that_watch_knows_is_there():
    assert set(watch._ABOUT) <= {one.route for one in TABLE}
