"""Marked twice: neither tutor sees anything of the other before both are done; then they agree, and only then is it signed."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Role
from assignments import actions as assignments
from assignments import agreement, marking
from assignments.actions.second_marking import Agreed, SavedElsewhere
from assignments.models import SecondMarking, Submission
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes import actions as programmes
from programmes.models import SecondMarks
from tests import factories
from tests.test_access import TABLE
from verification.policy import is_not_own_marking

pytestmark = pytest.mark.django_db


def _tutor(cast, cohort, name="Olga Other"):
    other = factories.a_user(role=Role.TUTOR, name=name)
    since = clock.today() - dt.timedelta(days=1)
    appointment = programmes.propose_tutor(cohort, tutor=other, from_on=since, by=cast.contract_manager)
    programmes.approve_tutor(appointment, by=cast.client_contact)
    return other


def _browser(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def twice(cast):
    """A piece of which a second marking was asked for, a second tutor, and a third who has nothing to do with it."""
    piece = factories.a_submission(cast=cast)
    second = assignments.ask_second_marking(piece, reason="A borderline piece", by=cast.iqa)
    cohort = piece.enrolment.cohort
    return SimpleNamespace(
        cast=cast,
        piece=piece,
        second=second,
        first=cast.tutor,
        other=_tutor(cast, cohort),
        third=_tutor(cast, cohort, "Theo"),
    )


def _first_decides(twice, *, unmet=0, word="First", done=False):
    marking.take(twice.piece, by=twice.first)
    for n, criterion in enumerate(twice.piece.criteria()):
        refer = n < unmet
        marking.decide(
            twice.piece, criterion=criterion, decision="refer" if refer else "pass", feedback=f"{word} on {criterion.number}",
            action=f"{word} action" if refer else "", revision=0, by=twice.first,
        )  # fmt: skip
    if done:
        assignments.finish_first_marking(_fresh(twice), by=twice.first)


def _second_decides(twice, *, unmet=0, word="Second", done=False):
    assignments.take_second_marking(_fresh(twice), by=twice.other)
    for n, criterion in enumerate(twice.piece.criteria()):
        refer = n < unmet
        assignments.decide_second(
            _fresh(twice), criterion=criterion, decision="refer" if refer else "pass", feedback=f"{word} on {criterion.number}",
            action=f"{word} action" if refer else "", revision=0, by=twice.other,
        )  # fmt: skip
    if done:
        assignments.hand_over_second_marking(_fresh(twice), summary=f"{word} summary", by=twice.other)


def _fresh(twice):
    return SecondMarking.objects.select_related("submission__enrolment__cohort", "marker", "first_done_by").get(
        pk=twice.second.pk
    )


def _sign(twice):
    piece = Submission.objects.get(pk=twice.piece.pk)
    marking.take(piece, by=twice.first)
    return marking.award_pass(piece, is_authentic=True, by=twice.first)


# ---- asking


def test_where_every_piece_is_marked_twice_the_hand_in_asks(cast):
    cohort = factories.a_cohort(cast=cast)
    cohort.second_marks = SecondMarks.ALL
    cohort.save()

    piece = factories.a_submission(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))

    assert (piece.second_marking.state, piece.second_marking.requested_by) == ("asked", None)


def test_it_is_asked_for_once_with_a_reason_by_those_who_may(cast, twice):
    other = factories.a_submission(
        cast=cast, one=factories.an_enrolment(cast=cast, cohort=twice.piece.enrolment.cohort)
    )

    with pytest.raises(WrongState, match="already"):
        assignments.ask_second_marking(Submission.objects.get(pk=twice.piece.pk), reason="Again", by=cast.administrator)
    with pytest.raises(Refused, match="Say why"):
        assignments.ask_second_marking(other, reason=" ", by=cast.contract_manager)
    with pytest.raises(NotAllowed):
        assignments.ask_second_marking(other, reason="Please", by=cast.tutor)
    assert Event.objects.about(twice.second).get().detail == {"reason": "A borderline piece"}
    assert {one.recipient for one in Notice.objects.filter(key__contains=":asked:")} == {twice.first}


def test_called_off_with_a_reason_it_stands_in_nobodys_way(cast, twice):
    _first_decides(twice)

    assignments.call_off_second_marking(_fresh(twice), reason="The client withdrew", by=cast.administrator)

    assert _sign(twice).outcome == "pass"
    assert Event.objects.about(twice.second).latest("pk").detail["reason"] == "The client withdrew"


# ---- asking anew


def _anew(twice):
    """Called off, and asked for anew; `twice.second` is the new one from here on."""
    called_off = assignments.call_off_second_marking(_fresh(twice), reason="No tutor", by=twice.cast.administrator)
    piece = Submission.objects.get(pk=twice.piece.pk)
    twice.second = assignments.ask_second_marking(piece, reason="There is one now", by=twice.cast.iqa)
    return called_off


def test_called_off_it_is_asked_for_anew_and_both_stay_in_the_history(twice):
    _second_decides(twice, unmet=1, word="Before")

    called_off = _anew(twice)

    piece = Submission.objects.get(pk=twice.piece.pk)
    assert [(one.round, one.state) for one in piece.second_markings.order_by("round")] == [
        (1, "withdrawn"),
        (2, "asked"),
    ]
    assert piece.second_marking == twice.second
    assert called_off.decisions.filter(feedback__startswith="Before").count() == piece.criteria().count()
    assert not twice.second.decisions.exists(), "it begins anew"
    said = [(one.verb, one.detail["reason"]) for one in Event.objects.about(called_off) if "reason" in one.detail]
    assert ("call_off_second_marking", "No tutor") in said
    assert Event.objects.about(twice.second).get().detail == {"reason": "There is one now"}
    with pytest.raises(WrongState, match="already"):
        assignments.ask_second_marking(piece, reason="Again", by=twice.cast.iqa)


def test_asked_for_anew_it_holds_up_the_signing_until_both_agree(twice):
    _second_decides(twice)
    _anew(twice)
    _first_decides(twice, done=True)
    with pytest.raises(Refused, match="when both markers have agreed"):
        _sign(twice)
    _second_decides(twice, done=True)

    assignments.confirm_agreement(_fresh(twice), by=twice.other)

    assert _sign(twice).outcome == "pass"


def test_the_new_second_marker_finds_nothing_of_the_first(twice):
    _first_decides(twice, unmet=1, word=FIRST)
    _second_decides(twice)
    _anew(twice)
    assignments.take_second_marking(_fresh(twice), by=twice.third)

    pages = _walk(twice.third, twice)

    assert [key for key, page in pages.items() if FIRST in page] == []


def test_whoever_saw_both_before_it_was_called_off_does_not_mark_anew(twice):
    _opened(twice)
    _anew(twice)

    with pytest.raises(Refused, match="You saw the first marking"):
        assignments.take_second_marking(_fresh(twice), by=twice.other)
    assert assignments.take_second_marking(_fresh(twice), by=twice.third).marker == twice.third


def test_what_was_signed_is_not_asked_for_anew(twice):
    _first_decides(twice)
    assignments.call_off_second_marking(_fresh(twice), reason="No tutor", by=twice.cast.administrator)
    _sign(twice)

    with pytest.raises(WrongState, match="waits to be marked"):
        assignments.ask_second_marking(Submission.objects.get(pk=twice.piece.pk), reason="After all", by=twice.cast.iqa)


def test_the_database_knows_one_second_marking_that_counts(twice):
    with pytest.raises(IntegrityError, match="second_marking_one_counts"), transaction.atomic():
        SecondMarking.objects.create(submission=twice.piece, round=2, reason="Again", requested_at=clock.now())


# ---- who


def test_whoever_has_a_part_in_the_first_marking_does_not_mark_a_second_time(cast, twice):
    marking.take(twice.piece, by=twice.first)

    with pytest.raises(Refused, match="You mark this first"):
        assignments.take_second_marking(_fresh(twice), by=twice.first)
    with pytest.raises(Refused, match="not appointed"):
        assignments.take_second_marking(_fresh(twice), by=factories.a_user(role=Role.TUTOR))


def test_the_second_marker_takes_no_part_in_the_first_marking(twice):
    assignments.take_second_marking(_fresh(twice), by=twice.other)

    with pytest.raises(Refused, match="You mark this a second time"):
        marking.take(Submission.objects.get(pk=twice.piece.pk), by=twice.other)
    with pytest.raises(Stale, match="marks this a second time already"):
        assignments.take_second_marking(_fresh(twice), by=twice.third)


def test_given_back_it_goes_on_from_what_is_decided(twice):
    assignments.take_second_marking(_fresh(twice), by=twice.other)
    criterion = twice.piece.criteria().first()
    said = {"criterion": criterion, "decision": "pass", "feedback": "Kept", "action": "", "revision": 0}
    assignments.decide_second(_fresh(twice), **said, by=twice.other)

    assignments.let_go_second_marking(_fresh(twice), by=twice.other)
    assignments.take_second_marking(_fresh(twice), by=twice.third)

    assert twice.second.decisions.get().feedback == "Kept"


def test_two_windows_lose_no_word(twice):
    assignments.take_second_marking(_fresh(twice), by=twice.other)
    criterion = twice.piece.criteria().first()
    said = {"criterion": criterion, "decision": "pass", "action": "", "by": twice.other}
    assignments.decide_second(_fresh(twice), feedback="From one", revision=0, **said)

    with pytest.raises(SavedElsewhere, match="in another window"):
        assignments.decide_second(_fresh(twice), feedback="From the other", revision=0, **said)

    url = reverse("assignments:decide_second", args=[twice.second.pk, criterion.pk])
    typed = {"decision": "pass", "feedback": "From the other", "action": "", "revision": "0"}
    page = _browser(twice.other).post(url, typed)
    assert page.status_code == 409
    assert {"From one", "From the other"} <= set(re.findall("From (?:one|the other)", page.content.decode()))


# ---- blind


FIRST, SECOND = "zzfirst", "zzsecond"


def _walk(user, twice):
    """What every page about the piece says to this person, with the pages of lists that lead to it."""
    names = {
        "submitted": twice.piece.pk, "passed": twice.piece.pk, "handed_in": twice.piece.pk, "document": twice.piece.document_id,
        "criterion": twice.piece.criteria().first().pk, "second": twice.second.pk, "twice": twice.second.pk,
    }  # fmt: skip
    client, said = _browser(user), {}
    for line in TABLE:
        if line.route.partition(":")[0] not in ("assignments", "verification", "home"):
            continue
        parts = [] if line.names == "-" else line.names.split("+")
        if not all(one in names for one in parts):
            continue
        url = reverse(line.route, args=[names[one] for one in parts])
        for method in (client.get, client.post):
            with transaction.atomic():
                response = method(url, follow=True)
                body = b"".join(response.streaming_content) if response.streaming else response.content
                is_text = "html" in response.get("Content-Type", "") or "json" in response.get("Content-Type", "")
                said[line.route, method.__name__] = body.decode() if is_text else ""
                transaction.set_rollback(True)
    return said


def test_the_second_marker_finds_nothing_of_the_first_on_any_page(twice):
    """Decisions, feedback, actions and the name of whoever marks first, also where a POST draws the page again."""
    twice.first.full_name = f"Prof {FIRST}"
    twice.first.save()
    assignments.take_second_marking(_fresh(twice), by=twice.other)
    _first_decides(twice, unmet=1, word=FIRST)

    pages = _walk(twice.other, twice)

    assert {key: set(re.findall(FIRST + " ?[a-z]*", page)) for key, page in pages.items() if FIRST in page} == {}
    assert "Second marking." in pages["assignments:second_room", "get"]
    assert "Second marking." in pages["assignments:room", "get"], "the room leads to their own"


def test_a_tutor_who_might_become_the_second_finds_nothing_either(twice):
    _first_decides(twice, word=FIRST)

    pages = _walk(twice.third, twice)

    assert [key for key, page in pages.items() if FIRST in page] == []
    assert "Mark it a second time" in pages["assignments:second_markings", "get"]


def test_the_first_marker_finds_nothing_of_the_second_even_when_that_is_done(twice):
    twice.other.full_name = f"Prof {SECOND}"
    twice.other.save()
    _first_decides(twice)
    before = _walk(twice.first, twice)
    _second_decides(twice, unmet=1, word=SECOND, done=True)

    pages = _walk(twice.first, twice)

    assert {key: page[:0] for key, page in pages.items() if SECOND in page} == {}
    # Saying that they are done opens both; that is the one act that may end differently.
    changed = [key for key, page in pages.items() if _plain(page) != _plain(before[key]) and "finish" not in key[0]]
    assert changed == [], "not even that somebody has begun"


def _plain(page):
    """Without what differs from one request to the next."""
    return re.sub(
        r'(csrfmiddlewaretoken" value|nonce|data-moment|X-Request)="[^"]*"|\d\d?:\d\d(:\d\d)?|[0-9a-f-]{36}', "", page
    )


def test_the_sentence_that_holds_up_the_signing_tells_nothing(twice):
    _first_decides(twice)
    with pytest.raises(Refused) as before:
        _sign(twice)
    _second_decides(twice, done=True)

    with pytest.raises(Refused) as after:
        _sign(twice)

    assert str(before.value) == str(after.value) == agreement.second_marking_is_settled(twice.piece, None)


def test_whoever_is_done_changes_nothing_before_both_agree(twice):
    _first_decides(twice, done=True)
    _second_decides(twice, done=True)
    criterion = twice.piece.criteria().first()
    said = {"criterion": criterion, "decision": "refer", "feedback": "", "action": "", "revision": 1}

    with pytest.raises(Refused, match="decided by both"):
        marking.decide(Submission.objects.get(pk=twice.piece.pk), **said, by=twice.first)
    with pytest.raises(WrongState, match="handed this over"):
        assignments.decide_second(_fresh(twice), **said, by=twice.other)


# ---- agreeing


def _opened(twice, *, first=1, second=0):
    _first_decides(twice, unmet=first, done=True)
    _second_decides(twice, unmet=second, done=True)
    return _fresh(twice)


def test_both_see_both_when_both_are_done(twice):
    second = _opened(twice)

    for user in (twice.first, twice.other, twice.cast.iqa):
        page = _browser(user).get(reverse("assignments:agreement", args=[second.pk])).content.decode()
        assert "1 criterion to agree on" in page
        assert {"First on 1.1", "Second on 1.1", "Second summary"} <= set(
            re.findall(r"(?:First|Second) (?:on 1.1|summary)", page)
        )
        assert page.index(" different</p>") < page.index(" the same</p>")
    assert _browser(twice.third).get(reverse("assignments:agreement", args=[second.pk])).status_code == 404
    assert {one.recipient for one in Notice.objects.filter(key__contains=":opened:")} == {twice.first, twice.other}


def test_what_both_agree_on_becomes_the_decision_and_the_outcome_is_signed(twice):
    second = _opened(twice)
    criterion = twice.piece.criteria().first()
    url = reverse("assignments:agreement", args=[second.pk])

    with pytest.raises(Refused, match="has not written down"):
        assignments.confirm_agreement(_fresh(twice), by=twice.other)
    silent = _browser(twice.first).post(url, {f"c{criterion.pk}-source": "second"})
    assert "Enter how you came to agree" in silent.content.decode()
    _browser(twice.first).post(
        url, {f"c{criterion.pk}-source": "second", "agreement_text": "We read 1.1 again together."}
    )
    _browser(twice.other).post(reverse("assignments:confirm_agreement", args=[second.pk]))

    saved = twice.piece.decisions.get(criterion=criterion)
    assert (saved.decision, saved.feedback, saved.action) == ("pass", "Second on 1.1", "")
    event = Event.objects.about(twice.piece).filter(verb="agree_decision").get()
    assert event.detail["was"]["decision"] == "refer"
    _sign(twice)
    sheet = _browser(twice.first).get(reverse("assignments:result_sheet", args=[twice.piece.pk])).content.decode()
    assert "Olga Other a second time without seeing the first" in sheet
    assert "We read 1.1 again together." in sheet


def test_other_words_stand_where_both_find_them(twice):
    second = _opened(twice)
    criterion = twice.piece.criteria().first()
    words = Agreed("other", decision="refer", feedback="Both say", action="Weigh a source")

    assignments.propose_agreement(second, chosen={criterion.pk: words}, agreement_text="Halfway", by=twice.first)
    assignments.confirm_agreement(_fresh(twice), by=twice.other)

    saved = twice.piece.decisions.get(criterion=criterion)
    assert (saved.decision, saved.feedback, saved.action) == ("refer", "Both say", "Weigh a source")
    with pytest.raises(Refused, match="Both markers have agreed"):
        marking.decide(
            Submission.objects.get(pk=twice.piece.pk), criterion=criterion, decision="pass", feedback="", action="",
            revision=2, by=twice.first,
        )  # fmt: skip


def test_where_both_decided_the_same_the_second_only_confirms(twice):
    _opened(twice, first=0, second=0)

    assignments.confirm_agreement(_fresh(twice), by=twice.other)

    assert _sign(twice).outcome == "pass"


def test_neither_agrees_for_the_other(twice):
    second = _opened(twice)
    chosen = {twice.piece.criteria().first().pk: Agreed("first")}

    with pytest.raises(NotAllowed):
        assignments.propose_agreement(second, chosen=chosen, agreement_text="Mine", by=twice.other)
    assignments.propose_agreement(second, chosen=chosen, agreement_text="Mine", by=twice.first)
    with pytest.raises(Refused, match="Only the second marker"):
        assignments.confirm_agreement(_fresh(twice), by=twice.first)


def test_what_they_cannot_agree_on_the_verifier_decides_with_a_reason(twice):
    second = _opened(twice)
    criterion = twice.piece.criteria().first()
    iqa = twice.cast.client_of("iqa")
    settle = reverse("assignments:settle_second_marking", args=[second.pk])
    chosen = {f"c{criterion.pk}-source": "first", "agreement_text": "The second example is missing."}

    assert "have not passed this on" in iqa.post(settle, chosen).content.decode()
    assignments.pass_on_second_marking(_fresh(twice), reason="1.1: one example or two?", by=twice.other)
    assert {one.recipient for one in Notice.objects.filter(key__contains=":passed_on:")} == {twice.cast.iqa}
    assert "Enter your reason" in iqa.post(settle, chosen | {"agreement_text": ""}).content.decode()
    iqa.post(settle, chosen)

    assert (_fresh(twice).state, _fresh(twice).agreed_by) == ("agreed", twice.cast.iqa)
    assert twice.piece.decisions.get(criterion=criterion).decision == "refer"
    sample = SimpleNamespace(marked_by_id=twice.first.pk, submission=_fresh(twice).submission)
    assert [bool(is_not_own_marking(sample, one)) for one in (twice.first, twice.other, twice.cast.iqa, twice.third)] == [
        True, True, True, False,
    ]  # fmt: skip


# ---- the pages of whoever asks


@pytest.mark.parametrize("who", ["iqa", "administrator", "contract_manager"])
def test_whoever_may_ask_finds_the_piece_and_asks(cast, who):
    piece = factories.a_submission(cast=cast)
    client = cast.client_of(who)
    ask = reverse("assignments:ask_second_marking", args=[piece.pk])

    assert ask in client.get(reverse("assignments:second_markings"), {"state": "ask"}).content.decode()
    client.post(ask, {"reason": "New tutor"})

    second = SecondMarking.objects.get(submission=piece)
    page = client.get(reverse("assignments:second_markings")).content.decode()
    assert "waits for a second marker" in page
    client.post(reverse("assignments:call_off_second_marking", args=[second.pk]), {"reason": "Not needed"})
    over = {"state": "withdrawn"}
    page = client.get(reverse("assignments:second_markings"), over).content.decode()
    assert "called off" in page
    assert ask in page
    assert ask in client.get(reverse("assignments:second_markings"), {"state": "ask"}).content.decode()
    assert "begins anew" in client.get(ask).content.decode()
    client.post(ask, {"reason": "After all"})
    assert "asked for anew" in client.get(reverse("assignments:second_markings")).content.decode()
    page = client.get(reverse("assignments:second_markings"), over).content.decode()
    assert "called off, then asked for anew" in page
    assert ask not in page


# ---- pure


def _pair(first, second):
    one = SimpleNamespace(pk=1)
    return agreement.Pair(one, SimpleNamespace(decision=first, mark=None), SimpleNamespace(decision=second, mark=None))


@given(st.lists(st.tuples(st.sampled_from(["pass", "refer"]), st.sampled_from(["pass", "refer"])), max_size=12))
def test_the_share_is_that_of_the_same_decisions(decisions):
    pairs = [_pair(*one) for one in decisions]

    share = agreement.share(pairs)

    assert (
        share == (sum(a == b for a, b in decisions) / len(decisions) if decisions else None)
        or abs(float(share) - sum(a == b for a, b in decisions) / len(decisions)) < 1e-9
    )
