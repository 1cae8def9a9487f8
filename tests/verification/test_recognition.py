"""Prior learning: who assesses, who agrees, and what it counts for."""

import itertools

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Role
from core import clock
from core.models import Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment.models import Enrolment
from tests import factories
from verification import actions, policy
from verification.models import Recognition
from verification.models.standing import achieved, claimable, standing, standings, verified, with_standing
from verification.policy import UnitOf

SAID = {"evidence": "A diploma of 2024, seen in the original.", "judgement": "Each criterion is in its syllabus."}
UNITS = (
    UnitOf("500", True, 5, frozenset({1})),
    UnitOf("501", True, 6, frozenset({2})),
    UnitOf("503", False, 3, frozenset({2, 3})),
    UnitOf("599", False, 4, frozenset()),
)
NUMBERS = [one.number for one in UNITS]
RULES = st.sampled_from([("fixed", None), ("credit_total", 9), ("credit_total", 18)])


def unit_of(one, number):
    return one.cohort.version.units.get(number=number)


def proposed(cast, one=None, number="500"):
    one = one or factories.an_enrolment(cast=cast)
    return actions.propose_recognition(one, unit=unit_of(one, number), **SAID, by=cast.tutor)


# ---- the rule of combination


@given(st.sets(st.integers(1, 3)), st.sets(st.sampled_from(NUMBERS)), st.sampled_from(NUMBERS), RULES)
def test_one_more_recognised_unit_never_takes_the_qualification_away(passed, recognised, more, rule):
    facts = {"combination": rule[0], "credit_total": rule[1], "passed": passed}

    before = policy.is_achieved(UNITS, recognised=recognised, **facts)
    after = policy.is_achieved(UNITS, recognised=recognised | {more}, **facts)

    assert after >= before


@given(st.sets(st.integers(1, 3)), RULES)
def test_a_unit_recognised_counts_as_one_whose_assignments_have_passed(passed, rule):
    facts = {"combination": rule[0], "credit_total": rule[1]}
    units = [one for one in UNITS if one.assignments]
    done = [one.number for one in units if one.assignments <= passed]

    by_work = policy.is_achieved(units, passed=passed, **facts)

    assert policy.is_achieved(units, passed=(), recognised=done, **facts) == by_work


@pytest.mark.django_db
@pytest.mark.sqlite
def test_sql_and_python_agree_whatever_is_passed_recognised_mandatory_or_uncovered(cast):
    version = factories.a_version()
    extra = version.units.first()
    extra.pk, extra.number, extra.credits = None, "599", None
    extra.save(force_insert=True)
    cohort = factories.a_cohort(cast=cast, version=version)
    people = []
    for kinds in ((), ("essay",), ("portfolio",), ("essay", "portfolio")):
        one = factories.an_enrolment(cast=cast, cohort=cohort)
        for kind in kinds:
            factories.a_submission(cast=cast, one=one, kind=kind, state="passed")
        people.append(one)
    seen = {True: 0, False: 0}
    units = list(version.units.order_by("number"))
    now = {"assessed_at": clock.now(), "decided_at": clock.now(), "state": "agreed", **SAID}
    for size in range(len(units) + 1):
        for chosen in itertools.combinations(units, size):
            with transaction.atomic():
                Recognition.objects.bulk_create(
                    Recognition(enrolment=one, unit=unit, assessed_by=cast.tutor, decided_by=cast.iqa, **now)
                    for one in people
                    for unit in chosen
                )
                for mandatory, rule in itertools.product(
                    (NUMBERS, ["500", "503"], []), (("fixed", None), ("credit_total", 10))
                ):
                    version.units.update(mandatory=False)
                    version.units.filter(number__in=mandatory).update(mandatory=True)
                    type(version).objects.filter(pk=version.pk).update(combination=rule[0], credit_total=rule[1])
                    rows = Enrolment.objects.filter(cohort=cohort)
                    in_sql = set(achieved(rows).values_list("pk", flat=True))
                    known = standings(with_standing(rows))
                    in_python = {pk for pk, stands in known.items() if stands.achieved}
                    assert in_sql == in_python, (chosen, mandatory, rule)
                    seen[True] += len(in_sql)
                    seen[False] += len(people) - len(in_sql)
                transaction.set_rollback(True)
    assert min(seen.values()) > 50, "both answers came up often"


# ---- who decides


@pytest.mark.django_db
def test_a_recognised_unit_stands_in_the_place_of_its_assignment(cast):
    one = factories.an_enrolment(cast=cast)
    factories.a_registration(one, cast=cast)
    portfolio = factories.a_submission(cast=cast, one=one, kind="portfolio", state="passed")
    actions.agree(actions.select(portfolio, reason="First", by=cast.iqa), by=cast.iqa)
    recognition = proposed(cast, one)
    assert standing(one).open_pieces == ("Essay",)

    actions.agree_recognition(recognition, by=cast.iqa)

    assert (standing(one).achieved, standing(one).open_pieces) == (True, ())
    assert set(claimable(Enrolment.objects.all(), today=clock.today())) == {one}
    told = Notice.objects.filter(key__startswith=f"recognition:{recognition.pk}:")
    assert {notice.recipient for notice in told} == {one.learner, cast.tutor}


@pytest.mark.django_db
def test_somebody_all_of_whose_units_are_recognised_waits_for_nobody(cast):
    one = factories.an_enrolment(cast=cast)
    for number in ("500", "501", "503"):
        actions.agree_recognition(proposed(cast, one, number), by=cast.iqa)

    (found,) = verified(Enrolment.objects.all())

    assert found.verified_at is not None


@pytest.mark.django_db
def test_nobody_verifies_the_prior_learning_they_assessed(cast):
    both = factories.people({"both": (Role.TUTOR, "Bo Both")})["both"]
    recognition = proposed(cast)
    with pytest.raises(NotAllowed):
        actions.agree_recognition(recognition, by=cast.tutor)
    with pytest.raises(NotAllowed):
        actions.propose_recognition(recognition.enrolment, unit=unit_of(recognition.enrolment, "501"), **SAID, by=both)
    with pytest.raises(IntegrityError, match="recognition_verifier_is_not_the_assessor"), transaction.atomic():
        Recognition.objects.filter(pk=recognition.pk).update(
            **{"state": "agreed", "decided_at": clock.now(), "decided_by": cast.tutor.pk}
        )


@pytest.mark.django_db
def test_a_unit_is_proposed_once_and_again_after_it_was_declined(cast):
    recognition = proposed(cast)
    with pytest.raises(Stale, match="already"):
        proposed(cast, recognition.enrolment)
    with pytest.raises(Refused, match="Write why"):
        actions.decline_recognition(recognition, decision_note=" ", by=cast.iqa)

    actions.decline_recognition(recognition, decision_note="It is older than five years.", by=cast.iqa)

    assert not standing(recognition.enrolment).units
    assert "older than five years" in Notice.objects.get(key=f"recognition:{recognition.pk}:tutor").body
    assert not Notice.objects.filter(key=f"recognition:{recognition.pk}:learner").exists()
    assert proposed(cast, recognition.enrolment).state == "proposed"


@pytest.mark.django_db
def test_prior_learning_is_for_learners_on_the_programme_and_their_own_units(cast):
    left = factories.an_enrolment(cast=cast, state="withdrawn")
    with pytest.raises(WrongState):
        proposed(cast, left)
    other = factories.a_version().units.first()
    one = factories.an_enrolment(cast=cast)
    with pytest.raises(Refused, match="another qualification"):
        actions.propose_recognition(one, unit=other, **SAID, by=cast.tutor)
    with pytest.raises(Refused, match="why that is enough"):
        actions.propose_recognition(one, unit=unit_of(one, "500"), evidence="A", judgement=" ", by=cast.tutor)


@pytest.mark.django_db
def test_the_pages_lead_from_the_record_to_the_verifier(cast):
    one = factories.an_enrolment(cast=cast)
    tutor, iqa = cast.client_of("tutor"), cast.client_of("iqa")
    url = reverse("verification:propose_recognition", args=[one.pk])
    assert url in tutor.get(one.get_absolute_url()).content.decode()

    tutor.post(url, {"unit": unit_of(one, "500").pk, **SAID})
    made = Recognition.objects.get()
    assert one.learner.full_name in iqa.get(reverse("verification:recognitions")).content.decode()
    empty = iqa.post(reverse("verification:decline_recognition", args=[made.pk]), {"decision_note": ""})
    assert empty.status_code == 409
    page = iqa.post(reverse("verification:agree_recognition", args=[made.pk]), follow=True)

    assert "recognised" in page.content.decode()
    made.refresh_from_db()
    assert made.state == "agreed"
