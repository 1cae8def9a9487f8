"""More time: who asks, who decides up to where, what the learner reads, and what nobody else does."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.permissions import Role
from assignments import actions, deadlines
from assignments.models import Extension
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment import actions as enrolment
from tests import factories
from tests.assignments.documents import png
from tests.factories import a_registration, a_submission, an_enrolment, essay_of, portfolio_of

REASON = "My team was moved to another site in the week the essay is due."


@pytest.fixture
def one(cast):
    found = an_enrolment(cast=cast, learner=cast.learner)
    a_registration(found, cast=cast)
    return found


def in_days(number):
    """The cohort's date is in 60 days."""
    return clock.today() + dt.timedelta(days=number)


def asked(one, *, day=70, kind=essay_of, reason=REASON, evidence=None):
    return actions.request_extension(
        one, assignment=kind(one.cohort), wanted_on=in_days(day), reason=reason, evidence=evidence, by=one.learner
    )


def due_on(one):
    return deadlines.effective(one, essay_of(one.cohort)).due_on


# ---- asking


@pytest.mark.sqlite
def test_a_request_moves_nothing_until_it_is_granted(cast, one):
    request = asked(one)

    assert due_on(one) == in_days(60)
    assert request.due_before_on == in_days(60)
    actions.grant_extension(request, granted_on=in_days(70), by=cast.tutor)
    found = deadlines.effective(one, essay_of(one.cohort))
    assert (found.due_on, found.unextended_on) == (in_days(70), in_days(60))
    assert found.sentence.startswith(
        f"{deadlines.said(in_days(70))}, extended from {deadlines.said(in_days(60))} by Tomas Tutor"
    )
    assert deadlines.effective(one, portfolio_of(one.cohort)).due_on == in_days(60)


@pytest.mark.parametrize(
    ("day", "said"), [(0, "Choose a day after today"), (60, "holds already"), (901, "The registration ends on")]
)
def test_the_day_asked_for_lies_after_the_date_and_inside_the_registration(one, day, said):
    with pytest.raises(Refused, match=said):
        asked(one, day=day)


def test_a_request_needs_its_reason(one):
    with pytest.raises(Refused, match="Write why you need more time"):
        asked(one, reason="  ")


def test_only_the_learner_asks(cast, one):
    with pytest.raises(NotAllowed):
        actions.request_extension(
            one, assignment=essay_of(one.cohort), wanted_on=in_days(70), reason=REASON, by=cast.tutor
        )


def test_one_request_for_an_assignment_waits_at_a_time(one):
    asked(one)

    with pytest.raises(WrongState, match="You have asked for"):
        asked(one, day=75)
    asked(one, kind=portfolio_of)
    assert Extension.objects.waiting().count() == 2


def test_the_database_holds_one_open_request(one):
    request = asked(one)
    request.pk = None

    with pytest.raises(IntegrityError, match="extension_one_open"), transaction.atomic():
        request.save(force_insert=True)


def test_nobody_asks_once_the_work_is_in(cast, one):
    a_submission(cast=cast, one=one)

    with pytest.raises(WrongState, match="has been handed in"):
        asked(one)


def test_nobody_asks_where_the_registration_is_the_last_day_already(one):
    type(one.registration).objects.update(expires_on=in_days(30))

    with pytest.raises(WrongState, match="is the last day of the registration"):
        asked(one)


def test_nobody_asks_who_has_left(cast, one):
    enrolment.withdraw(one, withdrawal_reason="Moved away.", by=cast.administrator)

    with pytest.raises(WrongState, match="while you are on the programme"):
        asked(one)


def test_a_program_is_no_evidence_whatever_its_name_says(one):
    with pytest.raises(Refused, match="is a program"):
        asked(one, evidence=ContentFile(b"MZ" + b"\0" * 200, name="letter.pdf"))
    assert not Extension.objects.exists()


def test_a_request_can_be_taken_back_by_the_learner_alone(cast, one):
    request = asked(one)

    with pytest.raises(NotAllowed):
        actions.withdraw_extension(request, by=cast.tutor)
    actions.withdraw_extension(request, by=one.learner)
    assert asked(one, day=75).is_waiting


# ---- deciding


def test_a_tutor_grants_as_many_days_in_all_as_the_version_lets_them(cast, one):
    first = actions.grant_extension(asked(one, day=70), granted_on=in_days(70), by=cast.tutor)
    assert first.is_granted

    # Ten days have been granted, and a tutor grants fourteen in all.
    second = asked(one, day=75)
    with pytest.raises(Refused, match=r"15 days after .*, the date without extensions. A tutor grants up to 14"):
        actions.grant_extension(second, granted_on=in_days(75), by=cast.tutor)
    with pytest.raises(Refused, match="pass it on"):
        actions.decline_extension(second, decision_note="Too long.", by=cast.tutor)
    actions.grant_extension(second, granted_on=in_days(75), by=cast.contract_manager)
    assert due_on(one) == in_days(75)


def test_a_tutor_cannot_grant_a_later_day_than_the_limit_where_less_was_asked_for(cast, one):
    request = asked(one, day=70)

    with pytest.raises(Refused, match="A tutor grants up to 14 days in all"):
        actions.grant_extension(request, granted_on=in_days(75), by=cast.tutor)
    actions.grant_extension(request, granted_on=in_days(74), by=cast.tutor)


def test_the_decider_may_grant_another_day_than_was_asked_for(cast, one):
    request = asked(one, day=90)

    actions.grant_extension(request, granted_on=in_days(80), decision_note="Until then.", by=cast.contract_manager)

    assert due_on(one) == in_days(80)
    assert "Until then." in Notice.objects.get(key=f"extension:{request.pk}:decided").body


def test_the_limit_counts_from_the_date_without_extensions_adjustments_included(cast, one):
    enrolment.record_adjustment(
        one, extra_working_days=5, arrangement="More time", agreed_on=clock.today(), by=cast.administrator
    )
    plain = due_on(one)

    request = actions.request_extension(
        one, assignment=essay_of(one.cohort), wanted_on=plain + dt.timedelta(days=14), reason=REASON, by=one.learner
    )
    actions.grant_extension(request, granted_on=request.wanted_on, by=cast.tutor)

    assert due_on(one) == plain + dt.timedelta(days=14)


@pytest.mark.parametrize("who", ["iqa", "administrator", "client_contact", "learner"])
def test_others_decide_nothing(cast, one, who):
    request = asked(one)

    with pytest.raises(NotAllowed):
        actions.grant_extension(request, granted_on=in_days(70), by=getattr(cast, who))


def test_a_tutor_of_another_cohort_decides_nothing_nor_does_another_manager(cast, one):
    request = asked(one)

    for role in (Role.TUTOR, Role.CONTRACT_MANAGER):
        with pytest.raises(Refused, match="Only a tutor appointed to this cohort today"):
            actions.grant_extension(request, granted_on=in_days(70), by=factories.a_user(role=role))


def test_without_a_registration_no_day_can_be_promised(cast):
    other = an_enrolment(cast=cast)
    request = asked(other)

    with pytest.raises(Refused, match="Register the learner"):
        actions.grant_extension(request, granted_on=in_days(70), by=cast.tutor)


def test_work_that_came_in_meanwhile_needs_no_other_date(cast, one):
    request = asked(one)
    a_submission(cast=cast, one=one)

    with pytest.raises(Refused, match="has been handed in"):
        actions.grant_extension(request, granted_on=in_days(70), by=cast.tutor)
    actions.decline_extension(request, decision_note="It is in.", by=cast.tutor)


def test_a_decline_tells_the_learner_why(cast, one):
    request = asked(one)

    with pytest.raises(Refused, match="Write why the date stays"):
        actions.decline_extension(request, decision_note=" ", by=cast.tutor)
    actions.decline_extension(request, decision_note="The workshop is next week.", by=cast.tutor)

    assert due_on(one) == in_days(60)
    assert "The workshop is next week." in Notice.objects.get(key=f"extension:{request.pk}:decided").body
    with pytest.raises(WrongState):
        actions.grant_extension(request, granted_on=in_days(70), by=cast.tutor)


def test_of_two_deciders_at_once_one_wins(cast, one):
    request = asked(one)
    same = Extension.objects.get(pk=request.pk)

    actions.grant_extension(request, granted_on=in_days(70), by=cast.tutor)

    with pytest.raises(Refused):
        actions.grant_extension(same, granted_on=in_days(72), by=cast.contract_manager)
    assert due_on(one) == in_days(70)


def test_a_tutor_passes_on_what_is_beyond_them_and_the_manager_is_told(cast, one):
    request = asked(one, day=90)

    actions.pass_on_extension(request, passed_on_note="She has my support.", by=cast.tutor)

    mail = Notice.objects.get(key=f"extension:{request.pk}:passed_on:{cast.contract_manager.pk}")
    assert "For you to decide" in mail.subject
    with pytest.raises(Stale):
        actions.pass_on_extension(request, by=cast.tutor)
    with pytest.raises(Refused, match="passed on to the contract manager"):
        actions.grant_extension(request, granted_on=in_days(70), by=cast.tutor)


def test_the_tutors_are_told_of_a_request_and_beyond_their_limit_the_manager_too(cast, one):
    short, long = asked(one), asked(one, kind=portfolio_of, day=90)

    def told(request):
        return set(
            Notice.objects.filter(key__startswith=f"extension:{request.pk}:requested").values_list(
                "recipient", flat=True
            )
        )

    assert told(short) == {cast.tutor.pk}
    assert told(long) == {cast.tutor.pk, cast.contract_manager.pk}


def test_no_mail_and_no_event_repeats_the_reason(cast, one):
    request = asked(one)
    actions.grant_extension(request, granted_on=in_days(70), by=cast.tutor)

    assert not Notice.objects.filter(key__startswith="extension:", body__contains=REASON).exists()
    assert not [event for event in Event.objects.all() if REASON in str(event.detail)]


def test_the_date_of_the_hand_in_is_the_extended_one(cast, one):
    actions.grant_extension(asked(one), granted_on=in_days(70), by=cast.tutor)

    assert a_submission(cast=cast, one=one).due_on == in_days(70)


# ---- the pages


def test_the_learner_asks_on_the_page_and_sees_it_in_the_dates(cast, one):
    client = cast.client_of("learner")
    url = reverse("assignments:request_extension", args=[one.pk, essay_of(one.cohort).pk])
    assert url in client.get("/my/assignments/").content.decode()

    answer = client.post(
        url,
        {
            "wanted_on": in_days(70).isoformat(),
            "reason": REASON,
            "evidence": ContentFile(png(40, 30), name="letter.png"),
        },
    )

    request = Extension.objects.get()
    assert answer.headers["Location"] == request.get_absolute_url()
    assert request.evidence_mime == "image/png"
    page = client.get("/my/assignments/").content.decode()
    assert "waiting for an answer" in page
    assert url not in page
    assert "You have asked for" in client.get(url).content.decode()


def test_a_day_that_cannot_be_is_refused_beside_its_field_and_nothing_typed_is_lost(cast, one):
    url = reverse("assignments:request_extension", args=[one.pk, essay_of(one.cohort).pk])

    page = cast.client_of("learner").post(url, {"wanted_on": in_days(10).isoformat(), "reason": REASON})

    assert "holds already" in page.content.decode()
    assert REASON in page.content.decode()


def test_the_tutor_decides_on_the_page_and_the_learner_reads_the_steps(cast, one):
    request = asked(one)
    tutor = cast.client_of("tutor")
    page = tutor.get(request.get_absolute_url()).content.decode()
    assert REASON in page
    assert reverse("assignments:grant_extension", args=[request.pk]) in page

    tutor.post(
        reverse("assignments:grant_extension", args=[request.pk]),
        {"granted_on": in_days(70).isoformat(), "decision_note": "Good luck."},
    )

    own = cast.client_of("learner").get("/my/assignments/").content.decode()
    assert "Original date" in own
    assert "extension, Tomas Tutor" in own
    assert REASON in own


def test_beyond_the_limit_the_tutors_page_offers_nothing_but_passing_it_on(cast, one):
    request = asked(one, day=90)

    page = cast.client_of("tutor").get(request.get_absolute_url()).content.decode()

    assert "A tutor grants up to 14 days in all" in page
    assert reverse("assignments:pass_on_extension", args=[request.pk]) in page
    assert reverse("assignments:grant_extension", args=[request.pk]) not in page
    assert reverse("assignments:decline_extension", args=[request.pk]) not in page
    manager = cast.client_of("contract_manager").get(request.get_absolute_url()).content.decode()
    assert reverse("assignments:grant_extension", args=[request.pk]) in manager


def test_the_list_has_the_waiting_first_and_the_manager_sees_the_totals(cast, one):
    actions.grant_extension(asked(one, day=70), granted_on=in_days(70), by=cast.tutor)
    asked(one, kind=portfolio_of)

    page = cast.client_of("contract_manager").get("/extensions/").content.decode()

    assert "1 request for more time to decide" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert page.index(">Portfolio<") < page.index(">Essay<")
    assert "Days granted" in page
    assert "Days granted" not in cast.client_of("tutor").get("/extensions/").content.decode()
    assert "1 request found" in cast.client_of("tutor").get("/extensions/?state=granted").content.decode().replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_the_homes_of_tutor_and_manager_name_the_request(cast, one):
    request = asked(one)
    assert request.get_absolute_url() in cast.client_of("tutor").get("/home/").content.decode()
    assert "1 request for more time" in cast.client_of("contract_manager").get("/home/").content.decode()

    actions.pass_on_extension(request, by=cast.tutor)

    assert request.get_absolute_url() not in cast.client_of("tutor").get("/home/").content.decode()
    assert "1 passed on to you" in cast.client_of("contract_manager").get("/home/").content.decode()


def test_evidence_leaves_for_those_who_decide_and_each_copy_is_recorded(cast, one):
    request = asked(one, evidence=ContentFile(png(40, 30), name="letter.png"))
    url = reverse("assignments:extension_evidence", args=[request.pk])

    for who in ("learner", "tutor", "contract_manager"):
        assert b"".join(cast.client_of(who).get(url).streaming_content).startswith(b"\x89PNG")
    for who in ("iqa", "eqa", "administrator", "client_contact"):
        assert cast.client_of(who).get(url).status_code == 403
    downloads = Event.objects.about(request).filter(verb="download")
    assert {one.actor_id for one in downloads} == {cast.tutor.pk, cast.contract_manager.pk}


def test_the_record_shows_the_steps_and_the_reason_only_to_those_who_decide(cast, one):
    actions.grant_extension(asked(one), granted_on=in_days(70), by=cast.tutor)

    for who, sees in (("tutor", True), ("contract_manager", True), ("administrator", True), ("iqa", False)):
        page = cast.client_of(who).get(one.get_absolute_url()).content.decode()
        assert "Original date" in page
        assert (REASON in page) is sees
