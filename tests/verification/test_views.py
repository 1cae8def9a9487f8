import datetime as dt
import html
import re

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from assignments import anonymity
from core import clock
from enrolment.models import Enrolment
from programmes import actions as programmes
from tests import factories, worlds
from verification import actions, queueing, verifying
from verification.models import Claim, Sample, SignOff


def _all_passed(cast, one=None, name=""):
    one = one or factories.an_enrolment(cast=cast, name=name)
    for kind in ("essay", "portfolio"):
        factories.a_submission(cast=cast, one=one, kind=kind, state="passed")
    return one


def _url(name, *args):
    return reverse(f"verification:{name}", args=args)


def _sample(url):
    return Sample.objects.get(pk=int(url.strip("/").rsplit("/", 1)[-1]))


def _agreed(url, *, against=()):
    """The form of a judgement, filled in: agreed with all but these."""
    found, filled = _sample(url), {"revision": 0}
    for pk, number in verifying.numbers_of(found).items():
        filled[f"k{pk}"] = "no" if number in against else "yes"
        filled[f"k{pk}-note"] = "It is thin." if number in against else ""
    return filled


def _action(url, cast, *, kind="rejection", days=5):
    due = (clock.today() + dt.timedelta(days=days)).isoformat()
    return {
        **_agreed(url, against=("1.1",) if kind == "rejection" else ()),
        "action_kind": kind,
        "action": "Look at 1.1 again.",
        "owner": cast.tutor.pk,
        "action_due_on": due,
    }


@pytest.mark.sqlite
def test_a_verifier_begins_agrees_with_each_piece_and_the_learner_leaves_the_queue(cast):
    one = _all_passed(cast, name="Ada Able")
    iqa = cast.client_of("iqa")
    assert "2 pieces to verify" in iqa.get(_url("queue")).content.decode()

    first = iqa.post(_url("begin", one.pk)).url
    page = iqa.get(first).content.decode()
    second = iqa.post(f"{first}agree/", {**_agreed(first), "comment": "Fair."}).url
    last = iqa.post(f"{second}agree/", _agreed(second)).url

    assert "On 1.1: good." in page
    assert "Agree with the marking" in page
    assert last == _url("queue")
    assert set(Sample.objects.values_list("state", flat=True)) == {"agreed"}
    assert "Nothing to verify" in iqa.get(_url("queue")).content.decode()


def test_beginning_a_second_time_is_answered_with_a_sentence(cast):
    one = _all_passed(cast)
    iqa = cast.client_of("iqa")
    iqa.post(_url("begin", one.pk))

    answer = iqa.post(_url("begin", one.pk))

    assert answer.status_code == 409
    assert "Somebody else began to verify this learner" in answer.content.decode()


@pytest.mark.sqlite
def test_ones_own_marking_is_counted_not_listed_and_among_all_pieces_it_is_locked(cast):
    one = _all_passed(cast)
    factories.RoleGrant.objects.create(user=cast.tutor, role=Role.IQA, granted_at=clock.now())
    programmes.allocate_verifier(
        one.cohort,
        verifier=User.objects.get(pk=cast.tutor.pk),
        role=Role.IQA,
        from_on=clock.today(),
        by=cast.administrator,
    )
    both = cast.client_of("tutor")

    page, everything = (both.get(_url("queue"), {"pile": pile}).content.decode() for pile in ("", "all"))

    assert "2 pieces you marked yourself wait for somebody else and are not listed here." in " ".join(page.split())
    assert "Nothing to verify" in page
    assert everything.count("You marked this, so somebody else verifies it.") == 2
    assert "Begin<" not in page + everything


@pytest.mark.sqlite
def test_a_piece_sent_back_stands_on_the_tutors_desk_and_is_answered_there(cast):
    one = _all_passed(cast)
    iqa, tutor = cast.client_of("iqa"), cast.client_of("tutor")
    sample = iqa.post(_url("begin", one.pk)).url
    iqa.post(f"{sample}send-back/", _action(sample, cast))

    desk = tutor.get(reverse("assignments:desk")).content.decode()
    page = tutor.get(sample).content.decode()
    tutor.post(f"{sample}answer/", {"answer": "Looked again, it stands."})

    assert "Look at 1.1 again." in desk
    assert "Answer the verifier" in page
    assert "The marking was wrong: refer" in page
    again = factories.following(_sample(sample))
    assert again.selected_by == cast.iqa
    assert "It is thin." in iqa.get(again.get_absolute_url()).content.decode()
    in_hand = iqa.get(_url("queue"), {"pile": "being_verified"}).content.decode()
    assert "Answered, round 2" in in_hand


def test_an_empty_action_is_named_beside_its_field_and_nothing_typed_is_lost(cast):
    one = _all_passed(cast)
    iqa = cast.client_of("iqa")
    sample = iqa.post(_url("begin", one.pk)).url

    page = iqa.post(f"{sample}send-back/", {"action": "", "comment": "A long comment", "action_due_on": "2020-01-01"})

    assert page.status_code == 409
    assert "A long comment" in page.content.decode()


def test_the_tutor_turns_the_pass_into_a_referral_from_the_sample(cast):
    one = _all_passed(cast)
    iqa, tutor = cast.client_of("iqa"), cast.client_of("tutor")
    sample = iqa.post(_url("begin", one.pk)).url
    iqa.post(f"{sample}send-back/", _action(sample, cast))
    criterion = one.submissions.get(assignment__kind="essay").criteria().get(number="1.1")

    answer = tutor.post(
        f"{sample}overturn/",
        {
            "answer": "You are right.",
            "summary": "A second look.",
            "resubmit_by": (clock.today() + dt.timedelta(days=20)).isoformat(),
            f"c{criterion.pk}-unmet": "on",
            f"c{criterion.pk}-feedback": "One side only.",
            f"c{criterion.pk}-action": "Add the other side.",
        },
    )

    assert answer.url == sample
    assert one.submissions.filter(assignment__kind="essay", state="referred").count() == 1


def test_the_external_verifier_sees_their_list_and_signs_off(cast):
    cohort = factories.a_cohort(cast=cast, version=factories.a_version(claim_route="sign_off"))
    one = factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort, name="Ada Able"))
    eqa = cast.client_of("eqa")

    listed = eqa.get(_url("queue")).content.decode()
    page = eqa.get(_url("sign_off", one.pk)).content.decode()
    answer = eqa.post(_url("sign_off", one.pk), {"note": "Good records."})

    assert "1 learner to sign off" in listed
    assert "Result sheet" in page
    assert answer.url == _url("sign_offs")
    assert SignOff.objects.get().note == "Good records."


def test_an_administrator_claims_several_and_records_a_certificate(cast):
    ready = [factories.verified(cast=cast), factories.verified(cast=cast)]
    administrator = cast.client_of("administrator")
    page = administrator.get(_url("claims")).content.decode()

    answer = administrator.post(_url("make_claims"), {"enrolment": [one.pk for one in ready], "order_number": "O-1"})
    claim = Claim.objects.get(enrolment=ready[0])
    done = administrator.post(
        _url("record_certificate", claim.pk),
        {"certificate_number": "C-1", "certificated_on": clock.today().isoformat()},
    )

    assert "2 certificates to claim" in page
    assert answer.url == f"{_url('claims')}?stage=claimed"
    assert done.url == claim.get_absolute_url()
    assert "C-1" in administrator.get(done.url).content.decode()


def test_what_is_missing_is_said_beside_the_learner(cast):
    factories.an_enrolment(cast=cast, name="Ada Able")

    page = cast.client_of("administrator").get(_url("claims"), {"stage": "missing"}).content.decode()

    assert "Ada Able" in page
    assert "The learner is not registered with the awarding organisation." in page
    assert "Essay has not passed yet." in page


def test_claiming_nobody_says_so(cast):
    answer = cast.client_of("administrator").post(_url("make_claims"), follow=True)

    assert "Nobody is ticked." in answer.content.decode()


def test_a_rejection_is_recorded_with_its_reason(cast):
    claim = actions.claim(factories.verified(cast=cast), by=cast.administrator)
    administrator = cast.client_of("administrator")

    administrator.post(_url("record_rejection", claim.pk), {"rejection_reason": "Name differs."})

    assert "Name differs." in administrator.get(_url("claims"), {"stage": "rejected"}).content.decode()


@pytest.mark.parametrize("stage", ["ready", "missing", "claimed", "certificated", "rejected"])
@pytest.mark.parametrize("who", ["iqa", "eqa", "administrator", "contract_manager"])
def test_claims_open_at_every_stage_for_those_who_see_them(cast, stage, who):
    assert cast.client_of(who).get(_url("claims"), {"stage": stage}).status_code == 200


@pytest.mark.parametrize("who", ["learner", "client_contact", "stranger"])
def test_learners_and_clients_see_neither_queues_nor_claims(cast, who):
    browser = cast.client_of(who)

    assert [browser.get(_url(name)).status_code for name in ("queue", "sign_offs", "claims")] == [403, 403, 403]


@pytest.mark.sqlite
def test_the_queue_covers_names_where_work_is_marked_without_them(cast):
    cohort = factories.a_cohort(cast=cast)
    facts = {"release_rule": "after_iqa", "second_marks": "on_request", "anonymous_marking": True, "times": {}}
    programmes.set_marking_rules(cohort, **facts, by=cast.contract_manager)
    one = factories.an_enrolment(cast=cast, cohort=cohort, name="Ada Able")
    factories.mark(factories.a_submission(cast=cast, one=one), cast=cast)
    iqa, code = cast.client_of("iqa"), anonymity.code(one.pk)

    for query in ({}, {"pile": "all"}, {"order": "learner"}, {"q": code}):
        page = iqa.get(_url("queue"), query).content.decode()
        assert ("Ada" in page, f"Learner {code}" in page) == (False, True), query
        assert reverse("enrolment:enrolment", args=[one.pk]) not in page
    assert "Nothing fits this choice" in iqa.get(_url("queue"), {"q": "Ada"}).content.decode()
    assert "Ada Able" in cast.client_of("administrator").get(_url("queue")).content.decode()


def test_what_is_chosen_above_the_queue_narrows_every_pile_and_stays(cast):
    one, other = _all_passed(cast, name="Ada Able"), _all_passed(cast, name="Ben Bold")
    iqa = cast.client_of("iqa")

    page = iqa.get(_url("queue"), {"cohort": one.cohort_id, "why": "claim", "tutor": cast.tutor.pk}).content.decode()
    nothing = iqa.get(_url("queue"), {"why": "early"}).content.decode()
    found = iqa.get(_url("queue"), {"q": "bold", "pile": "all"}).content.decode()

    assert ("Ada Able" in page, "Ben Bold" in page) == (True, False)
    assert f"cohort={one.cohort_id}&amp;why=claim" in page
    assert "2 pieces to verify" in page
    assert "Nothing fits this choice" in nothing
    assert ("Ada Able" in found, "Ben Bold" in found) == (False, True)
    assert '<input type="hidden" name="pile" value="all">' in found
    assert other.pk != one.pk


@pytest.mark.slow
@pytest.mark.parametrize("learners", [12, 600])
def test_the_queue_takes_six_statements_with_twelve_and_with_six_hundred_learners(
    cast, django_assert_num_queries, learners
):
    one = _all_passed(cast)
    people = worlds.multiplied([one.learner], learners - 1, deep=False)
    worlds.multiplied([one], learners - 1, learner=lambda n: people[n - 1].pk)
    queueing.bring_all()
    iqa = cast.client_of("iqa")

    for pile in ("to_begin", "being_verified", "with_tutor", "all"):
        iqa.get(_url("queue"), {"pile": pile})
        with django_assert_num_queries(6):
            page = iqa.get(_url("queue"), {"pile": pile}).content.decode()

    assert f"{'more than 1,000' if learners == 600 else 24} pieces in the queue" in page.lower()


@pytest.mark.sqlite
def test_pages_of_the_queue_follow_each_other_in_every_order_and_direction(cast):
    """Two hundred pieces, many of which began to wait at the same moment: each is on one page, once."""
    one = _all_passed(cast)
    people = worlds.multiplied([one.learner], 99, deep=False)
    worlds.multiplied([one], 99, learner=lambda n: people[n - 1].pk)
    queueing.bring_all()
    iqa = cast.client_of("iqa")

    for order in ("waits", "-waits", "learner", "-cohort"):
        seen, url = [], f"{_url('queue')}?order={order}"
        for _ in range(4):
            page = iqa.get(url).content.decode()
            seen += re.findall(r"/verification/pieces/(\d+)/begin/\" class=\"btn btn-\w+ btn-sm", page)
            later = re.search(r'href="([^"]+)" rel="next"', page)
            url = _url("queue") + html.unescape(later[1]) if later else ""
        assert (len(seen), len(set(seen)), url) == (200, 200, "")
        back = re.search(r'href="([^"]+)" rel="prev"', page)
        before = iqa.get(_url("queue") + html.unescape(back[1])).content.decode()
        assert re.findall(r"pieces/(\d+)/begin/\" class=\"btn btn-\w+ btn-sm", before) == seen[100:150]


def _a_crowd(cast, number):
    """Learners in every stage after the last pass: to verify, to sign off, to claim, claimed, and one behind.

    The first six get there by actions; the others are copies of them, with all that hangs on each.
    """
    cohort = factories.a_cohort(cast=cast, version=factories.a_version(claim_route="sign_off"))
    for n in range(6):
        one = factories.an_enrolment(cast=cast, cohort=cohort)
        if 0 < n < 3:
            _all_passed(cast, one=one)
        if n >= 3:
            factories.verified(cast=cast, one=one)
        if n > 3:
            actions.sign_off(one, by=cast.eqa)
        if n > 4:
            actions.claim(one, by=cast.administrator)
        one.refresh_from_db()
        people = worlds.multiplied([one.learner], number // 6 - 1, deep=False)
        worlds.multiplied([one], len(people), learner=lambda n, people=people: people[n - 1].pk)
    queueing.bring_all()


@pytest.mark.slow
@pytest.mark.parametrize("learners", [12, 60])
def test_the_queues_take_the_same_few_statements_for_a_dozen_learners_and_for_sixty(
    cast, django_assert_num_queries, learners
):
    _a_crowd(cast, learners)
    assert Enrolment.objects.count() == learners
    iqa, eqa, administrator = (cast.client_of(who) for who in ("iqa", "eqa", "administrator"))

    for pile in ("", "being_verified", "with_tutor", "all"):
        with django_assert_num_queries(6):
            iqa.get(_url("queue"), {"pile": pile})
    # Two of them note what the external verifier opened.
    with django_assert_num_queries(9):
        eqa.get(_url("queue"))
    with django_assert_num_queries(6):
        administrator.get(_url("claims"))
    with django_assert_num_queries(8):
        administrator.get(_url("claims"), {"stage": "missing"})
    with django_assert_num_queries(6):
        administrator.get(_url("claims"), {"stage": "claimed"})
    waiting = factories.in_queue(Enrolment.objects.all()).first()
    sample = iqa.post(_url("begin", waiting.pk)).url
    with django_assert_num_queries(10):
        iqa.get(sample)
