import datetime as dt

import pytest
from django.db.models import F
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Role
from assignments.models import Comment, CriterionDecision, Deferral, Marking, Submission
from core import clock
from tests import factories, worlds
from verification import actions as verification
from verification.models.signed import answered_for, by_criterion, first_outcomes, pieces, words_of
from verification.tutor_figures import FEW, Share, figures, months_before, spread, taken, wilson

MONDAY = dt.date(2024, 6, 3)


# ---- the interval


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_that_of_newcombes_table(count, of, low, high):
    """Newcombe (1998), Statistics in Medicine 17, table I, method 3: the score interval without a correction."""
    assert wilson(count, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


COUNTS = st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(COUNTS)
def test_the_interval_lies_between_nothing_and_all_and_holds_the_rate(counted):
    count, of = counted
    low, high = wilson(count, of)

    assert 0 <= low <= count / of <= high <= 1
    assert low < high


@given(COUNTS)
def test_the_interval_of_the_others_is_the_mirror_image(counted):
    count, of = counted
    low, high = wilson(count, of)

    assert wilson(of - count, of) == (pytest.approx(1 - high), pytest.approx(1 - low))


@given(COUNTS, st.integers(2, 10))
def test_more_of_the_same_makes_the_interval_narrower(counted, times):
    count, of = counted
    low, high = wilson(count, of)
    lower, higher = wilson(count * times, of * times)

    assert higher - lower < high - low


@pytest.mark.parametrize(("count", "of"), [(0, 0), (3, 2), (-1, 4)])
def test_what_is_no_share_has_no_interval(count, of):
    with pytest.raises(ValueError, match="counts some of something"):
        wilson(count, of)


def test_below_five_nothing_is_said():
    assert (Share(4, FEW - 1).rate, Share(4, FEW - 1).interval, Share(4, FEW - 1).drawn) == (None, None, {})
    assert Share(4, FEW).rate == 0.8
    assert spread([1, 2, 3, 4]).median is None
    assert (spread([5, 1, 2, 3, 4]).median, spread([5, 1, 2, 3, 4]).low, spread([5, 1, 2, 3, 4]).high) == (3, 2, 4)


# ---- days and words


@pytest.mark.parametrize(
    ("days", "facts", "said"),
    [
        (4, {}, 4),
        (7, {}, 5),  # a week-end
        (4, {"used": 3}, 7),
        (7, {"paused": [(MONDAY + dt.timedelta(1), MONDAY + dt.timedelta(3))]}, 3),
        (7, {"paused": [(MONDAY + dt.timedelta(3), None)]}, 3),  # still open at the signature
        (2, {"paused": [(MONDAY - dt.timedelta(9), MONDAY + dt.timedelta(20))]}, 0),
    ],
)
def test_turnaround_counts_the_working_days_the_clock_ran(days, facts, said):
    assert taken(MONDAY, MONDAY + dt.timedelta(days), **facts) == said


def test_months_before_the_end_of_a_longer_month():
    assert months_before(dt.date(2024, 5, 31), 3) == dt.date(2024, 2, 29)
    assert months_before(dt.date(2024, 1, 15), 12) == dt.date(2023, 1, 15)


@pytest.mark.sqlite
def test_the_database_counts_words_as_we_do(db):
    texts = ["", " ", "one", " one  two ", "one\ntwo\r\n\r\nthree", "a\tb   c     d", "\nfour words, it is\n"]
    people = [factories.a_user(name=text or "x") for text in texts]
    for person, text in zip(people, texts, strict=True):
        type(person).objects.filter(pk=person.pk).update(full_name=text)

    found = type(people[0]).objects.annotate(n=words_of("full_name")).values_list("full_name", "n")

    assert {text: n for text, n in found} == {text: len(text.split()) for text in texts}


# ---- what is read


@pytest.fixture
def signed(cast):
    """Six essays of one cohort that passed and six that were referred for 1.1, all signed by the cast's tutor."""
    cohort = factories.a_cohort(cast=cast)
    for unmet in (0, 1):
        one = factories.an_enrolment(cast=cast, cohort=cohort)
        factories.mark(factories.a_submission(cast=cast, one=one), cast=cast, unmet=unmet)
        people = worlds.multiplied([one.learner], 5, deep=False)
        worlds.multiplied([one], 5, learner=lambda n, people=people: people[n - 1].pk)
    return cohort


def _firsts(cast):
    return first_outcomes(answered_for(cast.iqa).values_list("pk", flat=True))


def _pieces(cast):
    return pieces(_firsts(cast))


def test_the_figures_of_a_cohort(cast, signed):
    found = figures(_pieces(cast))

    assert (found.signed, found.referred, found.in_time) == (12, Share(6, 12), Share(12, 12))
    # "On 1.1: good." is three words, three times over, and "Well argued." two; referred: "not yet" and an action of four.
    assert (found.words.low, found.words.high) == (11, 14)
    criteria = {one.number: one for one in by_criterion(_firsts(cast), cast.tutor)}
    assert [(one.referred, one.everybody) for one in criteria.values()] == [
        (Share(6, 12), Share(6, 12)), (Share(0, 12), Share(0, 12)), (Share(0, 12), Share(0, 12)),
    ]  # fmt: skip
    assert criteria["1.2"].words.median == 3


def test_an_attempt_counts_once_under_whoever_signed_first_and_a_change_is_told(cast, signed):
    passed = Submission.objects.filter(state="passed").first()
    sample = verification.select(passed, reason="A new tutor", by=cast.iqa)
    verification.send_back(
        sample, action="Look at 1.1.", action_due_on=clock.today(), **factories.rejected(sample), by=cast.iqa
    )
    first = passed.criteria().first().pk
    verification.overturn(
        sample, answer="So it is.", actions={first: ("Not met.", "Add one.")}, summary="Not all is met.",
        resubmit_by=clock.today() + dt.timedelta(days=28), by=cast.tutor,
    )  # fmt: skip

    found = figures(_pieces(cast))

    assert (found.signed, found.referred, found.sent_back, found.changed) == (12, Share(6, 12), 1, 1)
    # What was changed after the signature is in nobody's rate.
    assert by_criterion(_firsts(cast), cast.tutor)[0].referred == Share(6, 11)


def test_what_is_carried_forward_is_not_counted_again(cast, signed):
    CriterionDecision.objects.filter(criterion__number="1.2").update(carried_forward=True)

    found = by_criterion(_firsts(cast), cast.tutor)

    assert [one.number for one in found] == ["1.1", "2.1"]
    assert figures(_pieces(cast)).words.low == 8


def test_pauses_and_comments(cast, signed):
    Submission.objects.filter(state="referred").update(clock_used=3)
    slow = Submission.objects.filter(state="passed").first()
    now = clock.now()
    with factories.unfrozen():
        Submission.objects.filter(pk=slow.pk).update(submitted_at=F("submitted_at") - dt.timedelta(days=14))
    for begin, end in ((10, 7), (5, 1)):
        Deferral.objects.create(
            submission=slow, state="ended", reason="A viva", until_on=clock.today(), deferred_at=now - dt.timedelta(begin),
            deferred_by=cast.tutor, ended_at=now - dt.timedelta(end), ended_by=cast.tutor,
        )  # fmt: skip
    facts = {"submission": slow, "created_at": now, "saved_at": now, "saved_by": cast.tutor}
    Comment.objects.create(body="Say more here", quote="word1", start=1, end=6, **facts)
    Comment.objects.create(body="Gone again", quote="word1", start=1, end=6, removed_at=now, **facts)

    found = _pieces(cast)

    assert sorted(one.taken for one in found)[:11] == [0] * 5 + [3] * 6
    assert len(found) == 12
    one = max(found, key=lambda piece: piece.taken)
    days = taken(clock.today() - dt.timedelta(14), clock.today())
    away = [taken(clock.today() - dt.timedelta(a), clock.today() - dt.timedelta(b)) for a, b in ((10, 7), (5, 1))]
    assert sorted(piece.taken for piece in found)[-1] == max(3, days - sum(away))
    assert [(piece.comments, piece.comment_words) for piece in found if piece.comments] == [(1, 3)]
    assert one.allowed == 10


# ---- who sees what


def test_the_list_the_page_and_what_is_too_few(cast, signed):
    other = factories.a_user(role=Role.TUTOR, name="Uma Other")
    for one in Submission.objects.filter(state="passed")[:2]:
        Marking.objects.filter(submission=one).update(marked_by=other)
    iqa = cast.client_of("iqa")

    listed = iqa.get(reverse("verification:tutors")).content.decode()
    mine = iqa.get(reverse("verification:tutor", args=[cast.tutor.pk])).content.decode()
    theirs = iqa.get(reverse("verification:tutor", args=[other.pk])).content.decode()

    assert "2 tutors" in listed
    assert listed.index("Tomas Tutor") < listed.index("Uma Other")
    assert "6 of 10, 60" in listed
    assert "0 of 2<small>too few to say</small>" in listed
    assert 'aria-label="Between 31' in mine
    assert "all tutors 50" in mine
    assert "too few to say" in theirs
    assert "How to read these figures" in mine


def test_who_neither_verifies_nor_administers_a_cohort_sees_none_of_its_figures(cast, signed):
    """Teaching a cohort, verifying another and having been a verifier open nothing."""
    address = reverse("verification:tutor", args=[cast.tutor.pk])
    elsewhere = factories.a_user(role=Role.IQA, name="Ivo Elsewhere")
    factories.RoleGrant.objects.create(user=elsewhere, role=Role.TUTOR, granted_at=clock.now())
    signed.appointments.create(
        tutor=elsewhere, from_on=signed.starts_on, state="approved", proposed_at=clock.now(),
        proposed_by=cast.contract_manager, decided_at=clock.now(), decided_by=cast.client_contact,
    )  # fmt: skip
    client = cast.client_of("visitor")
    client.force_login(elsewhere, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert cast.client_of("administrator").get(address).status_code == 200
    assert cast.client_of("tutor").get(address).status_code == 403
    assert client.get(address).status_code == 404
    assert "Nothing signed in this time" in client.get(reverse("verification:tutors")).content.decode()


def test_a_choice_narrows_the_figures_and_goes_along_to_the_page(cast, signed):
    with clock.at(clock.today() + dt.timedelta(days=200)):
        iqa = cast.client_of("iqa")
        listed = iqa.get(reverse("verification:tutors"), {"period": "3"}).content.decode()
        page = iqa.get(reverse("verification:tutor", args=[cast.tutor.pk]), {"period": "3"}).content.decode()
        whole = iqa.get(reverse("verification:tutors"), {"period": "all", "cohort": signed.pk}).content.decode()

    assert "Nobody fits this choice." in listed
    assert "signed nothing that fits this choice" in page
    assert f"/verification/tutors/{cast.tutor.pk}/?period=all&amp;cohort={signed.pk}" in whole
