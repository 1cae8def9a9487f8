"""The dated quality rating says what may be claimed and registered; without one the catalogue's route holds."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale
from enrolment import actions as enrolment
from enrolment.models import Enrolment, Registration
from programmes import actions, policy
from programmes.models import ClaimRoute, QualityRating
from programmes.models.ratings import Allowed, allowed
from tests import factories
from verification import actions as verification
from verification.models.standing import awaiting_sign_off, claimable, standing

SAID = {"reason": "Two samples were not agreed with.", "source": "Report of the visit on 3 May"}


def rated(cast, version, route="blocked", *, days_ago=0, **facts):
    given = {"from_on": clock.today() - dt.timedelta(days=days_ago), "rating": "3b", "claim_route": route, **SAID}
    return actions.record_rating(version.qualification, **{**given, **facts}, by=cast.administrator)


@pytest.mark.django_db
def test_without_a_rating_the_route_of_the_catalogue_holds():
    version = factories.a_version(claim_route="sign_off")

    assert allowed(version, on=clock.today()) == Allowed("sign_off", True, None)


@pytest.mark.django_db
def test_the_newest_rating_that_has_begun_is_in_force_on_each_day(cast):
    version = factories.a_version(claim_route="direct")
    first = rated(cast, version, "sign_off", days_ago=30)
    second = rated(cast, version, "blocked", days_ago=10)
    corrected = rated(cast, version, "sign_off", days_ago=10, rating="02")
    today = clock.today()

    def on(days_ago):
        return allowed(version, on=today - dt.timedelta(days=days_ago)).rating

    assert [on(31), on(30), on(11), on(10), on(0)] == [None, first, first, corrected, corrected]
    assert second in QualityRating.objects.all(), "an earlier rating is never changed"


@pytest.mark.django_db
def test_a_rating_blocks_claims_asks_for_a_sign_off_or_frees_them(cast):
    one = factories.verified(cast=cast)
    version, today = one.cohort.version, clock.today()
    rows = Enrolment.objects.all()
    assert set(claimable(rows, today=today)) == {one}

    rating = rated(cast, version, "blocked")
    assert set(claimable(rows, today=today)) == set()
    said = rf"has blocked claims for this qualification \(rating 3b since {today.day} "
    with pytest.raises(Refused, match=said):
        verification.claim(one, by=cast.administrator)

    rated(cast, version, "sign_off", rating="02")
    assert (set(awaiting_sign_off(rows)), standing(one).signed_off) == ({one}, False)
    with pytest.raises(Refused, match="The external verifier"):
        verification.claim(one, by=cast.administrator)

    rated(cast, version, "direct", rating="01")
    assert (set(awaiting_sign_off(rows)), set(claimable(rows, today=today))) == (set(), {one})
    assert verification.claim(one, by=cast.administrator).state == "claimed"
    told = Notice.objects.filter(key__startswith=f"rating:{rating.pk}:")
    assert {notice.recipient for notice in told} == {cast.contract_manager}


@pytest.mark.django_db
def test_suspended_registrations_refuse_from_their_day_on(cast):
    one = factories.an_enrolment(cast=cast)
    rated(cast, one.cohort.version, "direct", days_ago=5, rating="3a", may_register=False)
    page = cast.client_of("administrator").get(reverse("enrolment:register", args=[one.pk])).content.decode()
    assert "Registrations are suspended." in page
    today = clock.today()
    given = {"number": "ABC123", "expires_on": today + dt.timedelta(days=900), "by": cast.administrator}

    with pytest.raises(Refused, match=r"ILM has suspended registrations .* \(rating 3a\)"):
        enrolment.register(one, registered_on=today, **given)
    assert not Registration.objects.exists()
    enrolment.register(one, registered_on=today - dt.timedelta(days=6), **given)

    other = factories.an_enrolment(cast=cast, cohort=one.cohort)
    rated(cast, one.cohort.version, "direct", rating="01")
    enrolment.register(other, registered_on=today, **{**given, "number": "ABC124"})


@pytest.mark.django_db
def test_a_rating_is_recorded_with_its_reason_and_source_by_an_administrator_once(cast):
    version = factories.a_version()
    with pytest.raises(NotAllowed):
        actions.record_rating(
            version.qualification, from_on=clock.today(), rating="01", claim_route="direct", **SAID, by=cast.iqa
        )
    rated(cast, version)
    with pytest.raises(Stale):
        rated(cast, version)
    with pytest.raises(IntegrityError, match="rating_has_reason_and_source"), transaction.atomic():
        QualityRating.objects.update(reason="")
    assert Event.objects.filter(verb="record_rating").count() == 1


TODAY = dt.date(2026, 5, 4)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"from_on": TODAY + dt.timedelta(days=1)}, "still to come"),
        ({"rating": " "}, "Enter the rating"),
        ({"reason": ""}, "Write the reason"),
        ({"source": ""}, "Name the document or the visit"),
    ],
)
def test_a_rating_that_cannot_be_recorded_says_why(facts, sentence):
    usual = {"from_on": TODAY, "rating": "02", **SAID}
    given = {**usual, **facts}

    assert sentence in policy.rating_problem(given.pop("from_on"), today=TODAY, **given)


@pytest.mark.django_db
def test_the_page_shows_each_rating_and_which_is_in_force(cast):
    version = factories.a_version()
    client = cast.client_of("administrator")
    page = version.qualification.get_absolute_url()
    assert "No rating is recorded" in client.get(page).content.decode()
    url = reverse("programmes:record_rating", args=[version.qualification.pk])
    given = {"rating": "3a", "from_on": clock.today().isoformat(), "claim_route": "sign_off", **SAID}

    refused = client.post(url, {**given, "source": ""})
    shown = client.post(url, given, follow=True).content.decode()

    assert refused.status_code == 409
    assert "Two samples were not agreed with." in refused.content.decode(), "nothing typed is lost"
    assert "In force" in shown
    assert "suspended" in shown


@given(st.sampled_from(ClaimRoute.values), st.booleans())
def test_registrations_are_refused_only_where_a_rating_says_so(route, may_register):
    class Rating:
        from_on, rating = TODAY, "3a"

    said = policy.registrations_allowed(Allowed(route, may_register, Rating()), organisation="ILM")

    assert bool(said) == (not may_register)
