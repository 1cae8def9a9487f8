import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.models import Enrolment
from tests import factories
from verification import policy
from verification.models.standing import achieved, standing
from verification.policy import Standing, UnitOf

UNITS = (
    UnitOf("500", True, 5, frozenset({1})),
    UnitOf("501", True, 6, frozenset({2})),
    UnitOf("503", False, 3, frozenset({2, 3})),
)


def _standing(**facts):
    usual = {
        "on_programme": True,
        "registered": True,
        "expires_on": dt.date(2025, 1, 1),
        "achieved": True,
        "open_pieces": (),
        "unverified": (),
        "route": "direct",
        "signed_off": False,
        "claimed": False,
    }
    return Standing(**{**usual, **facts})


def test_a_fixed_rule_asks_for_every_mandatory_unit():
    def found(passed):
        return policy.is_achieved(UNITS, combination="fixed", credit_total=None, passed=passed)

    assert found({1, 2})
    assert not found({1})
    assert not found(set())


def test_a_credit_rule_asks_for_the_total_as_well():
    def found(passed, total):
        return policy.is_achieved(UNITS, combination="credit_total", credit_total=total, passed=passed)

    assert found({1, 2}, 11)
    assert not found({1, 2}, 12)
    assert found({1, 2, 3}, 14)


@given(st.sets(st.integers(1, 3)), st.integers(1, 3), st.sampled_from([("fixed", None), ("credit_total", 11)]))
def test_one_more_pass_never_takes_the_qualification_away(passed, more, rule):
    combination, total = rule
    before = policy.is_achieved(UNITS, combination=combination, credit_total=total, passed=passed)
    after = policy.is_achieved(UNITS, combination=combination, credit_total=total, passed=passed | {more})

    assert after >= before


def test_nothing_is_missing_for_a_direct_claim_in_date():
    assert policy.missing_for_claim(_standing(), today=dt.date(2025, 1, 1)) == []


def test_each_missing_piece_has_its_sentence():
    today = dt.date(2025, 1, 2)
    found = _standing(achieved=False, open_pieces=("Portfolio",), unverified=("Essay",), route="sign_off", claimed=True)

    assert policy.missing_for_claim(found, today=today) == [
        "The registration ended on Wed 1 January 2025. Ask for an extension first.",
        "Portfolio has not passed yet.",
        "Essay is not verified internally yet.",
        "The external verifier (EQA) has not signed off yet.",
        "The certificate has been claimed already.",
    ]


def test_somebody_who_left_is_told_so_once():
    assert policy.missing_for_sign_off(_standing(on_programme=False)) == ["The learner is not on the programme."]


def test_units_that_do_not_add_up_are_named():
    assert policy.missing_for_verification(_standing(achieved=False)) == [
        "The units passed so far do not add up to the qualification."
    ]


@pytest.mark.sqlite
def test_the_rule_in_sql_and_the_rule_in_python_agree(cast):
    for facts in (
        {},
        {"combination": "credit_total", "credit_total": 15},
        {"combination": "credit_total", "credit_total": 20},
    ):
        cohort = factories.a_cohort(cast=cast, version=factories.a_version(**facts))
        for kinds in ((), ("essay",), ("portfolio",), ("essay", "portfolio")):
            one = factories.an_enrolment(cast=cast, cohort=cohort)
            for kind in kinds:
                factories.a_submission(cast=cast, one=one, kind=kind, state="passed")

            in_sql = achieved(Enrolment.objects.filter(pk=one.pk)).exists()
            in_python = standing(Enrolment.objects.get(pk=one.pk)).achieved

            assert in_sql == in_python, (facts, kinds)
            assert in_python == (len(kinds) == 2 and facts.get("credit_total") != 20)


@pytest.mark.sqlite
def test_they_agree_when_no_unit_is_mandatory_or_some_unit_has_no_assignment(cast):
    for facts in ({}, {"combination": "credit_total", "credit_total": 5}):
        version = factories.a_version(**facts)
        cohort = factories.a_cohort(cast=cast, version=version)
        people = {kind: factories.an_enrolment(cast=cast, cohort=cohort) for kind in ("", "essay", "portfolio")}
        for kind, one in people.items():
            if kind:
                factories.a_submission(cast=cast, one=one, kind=kind, state="passed")
        for uncovered in (False, True):
            if uncovered:
                unit = version.units.first()
                unit.pk, unit.number = None, "999"
                unit.save(force_insert=True)
            for mandatory in (False, True):
                version.units.update(mandatory=mandatory)
                for kind, one in people.items():
                    in_sql = achieved(Enrolment.objects.filter(pk=one.pk)).exists()
                    in_python = standing(Enrolment.objects.get(pk=one.pk)).achieved
                    assert in_sql == in_python, (facts, uncovered, mandatory, kind)
