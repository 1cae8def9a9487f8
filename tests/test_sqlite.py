"""The whole way of one learner, and the pages people begin with, on the database of the demonstration as well.

`./run test` runs what is marked `sqlite` twice: on PostgreSQL, and with `--sqlite` on a file.
"""

import pytest
from django.db import connection
from django.urls import reverse

from core.models import Event, Notice
from enrolment.models import Enrolment
from tests import factories, worlds

pytestmark = pytest.mark.sqlite

STAFF_PAGES = {
    "learner": ("enrolment:own", "workshops:own", "assignments:own", "workshops:threads"),
    "tutor": ("assignments:desk", "workshops:threads", "programmes:cohorts", "workshops:sessions"),
    "iqa": ("verification:queue", "verification:claims", "enrolment:enrolments"),
    "eqa": ("verification:sign_offs", "verification:claims"),
    "administrator": ("accounts:people", "accounts:outbox", "verification:claims", "enrolment:enrolments"),
    "contract_manager": ("programmes:contracts", "reporting:reports", "programmes:cohorts"),
    "client_contact": ("programmes:proposals",),
}


def test_a_learner_goes_all_the_way_from_the_invitation_to_the_certificate(cast):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)

    factories.certificated(cast=cast, one=one)

    one = Enrolment.objects.get(pk=one.pk)
    assert one.state == "completed"
    assert [claim.state for claim in one.claims.all()] == ["certificated"]
    assert sorted(one.submissions.values_list("assignment__kind", "attempt", "state")) == [
        ("essay", 1, "passed"),
        ("portfolio", 1, "passed"),
    ]
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"apply", "accept", "register", "submit", "award_pass", "agree", "claim", "record_certificate"} <= verbs
    assert "complete" in verbs
    assert Notice.objects.filter(recipient=cast.learner).count() >= 5


def test_everybody_finds_their_pages_in_a_world_full_of_work(cast):
    world = worlds.a_world(cast)

    for who, names in STAFF_PAGES.items():
        client = cast.client_of(who)
        for name in ("home", "accounts:account", *names):
            assert client.get(reverse(name)).status_code == 200, (who, name, connection.vendor)
    dashboard = world.url("reporting:dashboard", "cohort")
    assert cast.client_of("contract_manager").get(dashboard).status_code == 200
    client_view = world.url("reporting:client_cohort", "cohort")
    assert cast.client_of("client_contact").get(client_view).status_code == 200
