import pytest
from django.urls import reverse

from accounts.permissions import Role
from assignments import actions
from assignments.models import BankComment
from core.refusals import Refused
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def tutor(cast):
    return cast.client_of("tutor")


@pytest.fixture
def colleague():
    return factories.a_user(role=Role.TUTOR, name="Clive Colleague")


def keep(by, **given):
    return actions.keep_in_bank(**{"body": "Where is this figure from?", **given}, by=by)


def found(tutor, **asked):
    return [one["label"] for one in tutor.get(reverse("assignments:find_in_bank"), asked).json()["found"]]


def test_what_has_no_name_is_found_by_its_first_words(cast):
    assert keep(cast.tutor).label == "Where is this figure from?"
    assert keep(cast.tutor, body="word " * 30).label == "word " * 10 + "word…"
    assert keep(cast.tutor, body="Say more.", label=" More  of it ").label == "More of it"


def test_the_same_comment_is_kept_once(cast, colleague):
    assert keep(cast.tutor) == keep(cast.tutor)
    assert keep(colleague) != keep(cast.tutor)


def test_nothing_and_too_much_are_refused(cast):
    with pytest.raises(Refused, match="Write the comment"):
        keep(cast.tutor, body=" \u200b")
    with pytest.raises(Refused, match="may have 5,000"):
        keep(cast.tutor, body="word " * 1001)


def test_a_shared_comment_is_seen_by_all_and_changed_by_whoever_shares_it(cast, colleague, tutor):
    own, shared = keep(colleague, body="Kept to myself"), keep(colleague, body="For all of us", share=True)

    assert found(tutor) == ["For all of us"]
    assert tutor.get(reverse("assignments:change_bank_comment", args=[own.pk])).status_code == 404
    assert (
        "only they change it"
        in tutor.get(reverse("assignments:change_bank_comment", args=[shared.pk])).content.decode()
    )
    with pytest.raises(Refused, match="Clive Colleague shares this comment"):
        actions.change_bank_comment(shared, body="Mine now", by=cast.tutor)
    with pytest.raises(Refused, match="Clive Colleague shares this comment"):
        actions.remove_bank_comment(shared, by=cast.tutor)
    actions.change_bank_comment(shared, body="For me again", by=colleague)
    assert found(tutor) == []


def test_those_for_the_open_criterion_come_first_then_the_most_used(cast, tutor):
    for label, number, used in (("a", "", 9), ("b", "1.2", 1), ("c", "1.2", 4), ("d", "2.1", 2)):
        BankComment.objects.filter(pk=keep(cast.tutor, body=label, criterion_number=number).pk).update(used=used)

    assert found(tutor, criterion="1.2") == ["c", "b", "a", "d"]
    assert found(tutor) == ["a", "c", "d", "b"]
    assert found(tutor, q="2.1") == ["d"]


def test_using_one_is_counted(cast, tutor):
    kept = keep(cast.tutor)

    assert tutor.post(reverse("assignments:use_bank_comment", args=[kept.pk])).status_code == 204
    assert BankComment.objects.get().used == 1


def test_the_page_keeps_the_bank_in_order(cast, tutor):
    answer = tutor.post(
        reverse("assignments:keep_in_bank"), {"body": "Show your sum.", "criterion_number": "1.3", "share": "on"}
    )
    assert answer.status_code == 302
    kept = BankComment.objects.get()
    assert (kept.owner, kept.criterion_number) == (None, "1.3")
    address = reverse("assignments:change_bank_comment", args=[kept.pk])

    assert tutor.post(address, {"body": "", "label": "Sums"}).status_code == 409
    assert tutor.post(address, {"body": "Show the sum.", "label": "Sums"}).status_code == 302
    page = tutor.get(reverse("assignments:bank"), {"q": "sum", "whose": "mine"}).content.decode()
    assert "Show the sum." in page
    assert "1 comment found" in page
    assert "Nothing fits" in tutor.get(reverse("assignments:bank"), {"whose": "shared"}).content.decode()

    assert tutor.post(reverse("assignments:remove_bank_comment", args=[kept.pk])).status_code == 302
    assert "Nothing in the bank yet" in tutor.get(reverse("assignments:bank")).content.decode()
    with pytest.raises(Refused, match="no longer in the bank"):
        actions.change_bank_comment(BankComment.objects.get(), body="x", by=cast.tutor)


def test_a_comment_of_a_piece_is_kept_with_one_click(cast, tutor):
    piece = factories.a_submission(cast=cast)
    one = piece.asked()[0]
    saved = actions.add_comment(
        piece, key="7c8f1f52-0d0e-4f7e-8f43-6a3c1a1f0a01", body="Say whose.", criterion=one.pk, by=cast.tutor
    )

    tutor.post(reverse("assignments:keep_comment", args=[piece.pk]), {"comment": saved.pk})

    kept = BankComment.objects.get()
    assert (kept.body, kept.owner, kept.criterion_number) == ("Say whose.", cast.tutor, one.number)
