"""From the invitation to withdrawal: what each verb does, and what it refuses."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from enrolment import actions
from enrolment.models import Enrolment, IndividualDeadline, Rating, Registration, SupportNeeds
from programmes.models import LearningOutcome
from tests import factories as f

pytestmark = pytest.mark.django_db


def said(refused):
    return str(refused.value)


def verbs(obj):
    return list(Event.objects.about(obj).values_list("verb", flat=True))[::-1]


@pytest.fixture
def cohort(cast):
    return f.a_cohort(cast=cast)


# ------------------------------------------------------------------ the invitation


def test_an_invited_learner_gets_the_role_and_one_link_to_begin(cast, cohort):
    one = actions.invite_learner(
        cohort, email="new@example.org", full_name="Nadia New", pathway="both", by=cast.administrator
    )

    notice = Notice.objects.get(key=f"enrolment:{one.pk}:invited:{one.learner_id}")
    assert (one.state, one.pathway) == ("invited", "both")
    assert one.learner.role_names == "Learner"
    assert "/invitation/" in notice.body
    assert verbs(one) == ["invite_learner"]


def test_somebody_with_a_password_is_sent_to_the_form_and_stays_one_account(cast, cohort):
    one = actions.invite_learner(
        cohort, email=cast.learner.email.upper(), full_name="Other Name", pathway="coaching", by=cast.administrator
    )

    assert one.learner == cast.learner
    assert "/my/enrolment/" in Notice.objects.get(key__startswith=f"enrolment:{one.pk}:invited").body


def test_nobody_is_invited_to_one_cohort_twice(cast, cohort):
    f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner, state="invited")

    with pytest.raises(Refused) as refused:
        f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner, state="invited")

    assert said(refused) == f"Lena Learner is on cohort {cohort} already."
    assert Enrolment.objects.count() == 1


def test_a_tutor_does_not_learn_on_the_cohort_they_teach(cast, cohort):
    with pytest.raises(Refused, match="teaches this cohort"):
        f.an_enrolment(cast=cast, cohort=cohort, learner=cast.tutor, state="invited")


@pytest.mark.parametrize("person", ["tutor", "contract_manager", "client_contact", "learner"])
def test_only_an_administrator_invites_learners(cast, cohort, person):
    with pytest.raises(NotAllowed):
        actions.invite_learner(cohort, email="x@example.org", full_name="X", pathway="both", by=getattr(cast, person))


# ------------------------------------------------------------------ the form and the questionnaire


@pytest.fixture
def invited(cast, cohort):
    return f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner, state="invited")


def test_what_is_given_later_does_not_empty_what_was_given_before(cast, invited):
    actions.save_application(invited, legal_first_name="Lena", by=cast.learner)
    form = actions.save_application(invited, postcode="AB1 2CD", by=cast.learner)

    form.refresh_from_db()
    assert (form.legal_first_name, form.postcode) == ("Lena", "AB1 2CD")


def test_what_cannot_be_read_is_kept_as_typed_and_counts_as_missing(cast, invited):
    actions.save_application(invited, date_of_birth=dt.date(1985, 4, 5), by=cast.learner)
    form = actions.save_application(invited, unread={"date_of_birth": "31 June 1985"}, by=cast.learner)

    form.refresh_from_db()
    assert form.unread == {"date_of_birth": "31 June 1985"}
    assert "date_of_birth" in form.missing()


def test_what_is_corrected_is_no_longer_unread(cast, invited):
    actions.save_application(invited, unread={"date_of_birth": "31 June 1985", "uln": "12"}, by=cast.learner)
    form = actions.save_application(invited, date_of_birth=dt.date(1985, 6, 30), by=cast.learner)

    form.refresh_from_db()
    assert form.unread == {"uln": "12"}
    assert form.date_of_birth == dt.date(1985, 6, 30)


def test_an_optional_answer_that_cannot_be_read_holds_the_form_back(cast, invited):
    form = actions.save_application(invited, unread={"uln": "12"}, by=cast.learner)

    assert "uln" in form.missing()


def test_a_rating_is_changed_and_others_stay(cast, invited):
    one, other, *_ = LearningOutcome.objects.order_by("pk")
    actions.save_questionnaire(invited, ratings={one.pk: 2, other.pk: 3}, by=cast.learner)
    actions.save_questionnaire(invited, ratings={one.pk: 7}, hopes="To listen.", by=cast.learner)

    assert dict(Rating.objects.values_list("outcome", "rating")) == {one.pk: 7, other.pk: 3}


def test_a_rating_of_another_qualification_is_refused(cast, invited):
    f.a_version()
    foreign = LearningOutcome.objects.exclude(unit__version=invited.cohort.version).first()

    with pytest.raises(Refused, match="another qualification"):
        actions.save_questionnaire(invited, ratings={foreign.pk: 5}, by=cast.learner)


def test_nobody_fills_in_the_form_of_somebody_else(cast, invited):
    for person in (cast.administrator, cast.tutor, cast.stranger):
        with pytest.raises(NotAllowed):
            actions.save_application(invited, legal_first_name="Mallory", by=person)
        with pytest.raises(NotAllowed):
            actions.save_questionnaire(invited, ratings={}, by=person)
        with pytest.raises(NotAllowed):
            actions.save_support_needs(invited, ethnicity="", disability="", adjustments="", by=person)
        with pytest.raises(NotAllowed):
            actions.withdraw_support_needs(invited, by=person)


def test_an_enrolment_is_sent_only_when_form_and_questionnaire_are_finished(cast, invited):
    with pytest.raises(Refused) as refused:
        actions.apply(invited, by=cast.learner)
    assert said(refused) == "Your enrolment form is not finished. Open it to see what is still missing."

    actions.save_application(
        invited,
        legal_first_name="Lena",
        legal_last_name="Learner",
        date_of_birth=dt.date(1985, 4, 5),
        email="lena@example.org",
        postcode="AB1 2CD",
        data_notice_at=clock.now(),
        by=cast.learner,
    )
    with pytest.raises(Refused) as refused:
        actions.apply(invited, by=cast.learner)
    assert said(refused).startswith("Your knowledge and skills questionnaire is not finished.")
    assert Enrolment.objects.get().state == "invited"


def test_what_was_sent_can_only_be_read_and_the_tutor_is_told(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner, state="applied")

    with pytest.raises(WrongState, match="tell the centre"):
        actions.save_application(one, legal_first_name="Late", by=cast.learner)
    one.refresh_from_db()
    assert one.application.sent_at == one.questionnaire.sent_at == one.applied_at
    assert Notice.objects.get(key__startswith=f"enrolment:{one.pk}:applied").recipient == cast.tutor


# ------------------------------------------------------------------ support needs


def test_support_needs_are_kept_with_the_moment_and_wording_of_the_consent(cast, invited):
    needs = actions.save_support_needs(
        invited, ethnicity="Prefer not to say", disability="", adjustments="Slides beforehand", by=cast.learner
    )
    agreed_at = needs.consented_at
    needs = actions.save_support_needs(invited, ethnicity="", disability="No", adjustments="", by=cast.learner)

    assert (needs.consented_at, needs.consent_version) == (agreed_at, "2024-05")
    assert Event.objects.filter(verb="save_support_needs").count() == 1


def test_the_record_never_says_what_was_told(cast, invited):
    actions.save_support_needs(
        invited, ethnicity="Another ethnic group", disability="Yes", adjustments="Large print", by=cast.learner
    )
    actions.withdraw_support_needs(invited, by=cast.learner)

    told = " ".join(f"{event.subject_label} {event.detail}" for event in Event.objects.all())
    assert "Large print" not in told
    assert "ethnic" not in told


def test_consent_can_be_taken_back_whatever_the_state_and_twice_is_once(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    actions.save_support_needs(one, ethnicity="", disability="Yes", adjustments="", by=cast.learner)

    actions.withdraw_support_needs(one, by=cast.learner)
    actions.withdraw_support_needs(one, by=cast.learner)

    assert not SupportNeeds.objects.exists()
    assert verbs(one).count("withdraw_support_needs") == 1


# ------------------------------------------------------------------ the decision


def test_the_tutor_accepts_and_the_learner_is_on_the_programme(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied")

    actions.accept(one, decision_note="Has people to practise with.", by=cast.tutor)

    one.refresh_from_db()
    assert (one.state, one.decided_by, one.activated_at) == ("active", cast.tutor, one.decided_at)
    assert "Has people to practise with." in Notice.objects.get(key__startswith=f"enrolment:{one.pk}:accepted").body


def test_a_tutor_of_another_cohort_decides_nothing(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied")
    other = f.a_user(role="tutor")

    for verb in (actions.accept, actions.decline):
        with pytest.raises(Refused, match="Only a tutor appointed to this cohort"):
            verb(one, decision_note="x", by=other)


@pytest.mark.parametrize("person", ["administrator", "contract_manager", "iqa", "learner"])
def test_suitability_is_the_tutors_decision(cast, cohort, person):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied", learner=cast.learner)

    with pytest.raises(NotAllowed):
        actions.accept(one, by=getattr(cast, person))


def test_a_tutor_whose_appointment_is_over_decides_nothing(cast, cohort):
    from programmes import actions as programmes

    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied")
    yesterday = clock.today() - dt.timedelta(days=1)
    programmes.end_appointment(cohort.appointments.get(), to_on=yesterday, reason="Left", by=cast.contract_manager)

    with pytest.raises(Refused, match="Only a tutor appointed"):
        actions.accept(one, by=cast.tutor)


def test_somebody_too_young_on_the_first_day_is_not_accepted(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied")
    one.application.date_of_birth = cohort.starts_on.replace(year=cohort.starts_on.year - 18) + dt.timedelta(days=1)
    one.application.save()

    with pytest.raises(Refused, match="younger than 18"):
        actions.accept(one, by=cast.tutor)


def test_who_is_declined_is_told_why(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied")

    with pytest.raises(Refused, match="Write why"):
        actions.decline(one, decision_note="  ", by=cast.tutor)
    actions.decline(one, decision_note="No chance to practise this year.", by=cast.tutor)

    assert "No chance to practise this year." in Notice.objects.get(key__startswith=f"enrolment:{one.pk}:declined").body


def test_accepting_twice_accepts_once(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied")
    actions.accept(Enrolment.objects.get(pk=one.pk), by=cast.tutor)

    with pytest.raises(WrongState):
        actions.accept(Enrolment.objects.get(pk=one.pk), by=cast.tutor)
    with pytest.raises(Refused, match="Somebody else changed this"):
        actions.accept(one, by=cast.tutor)

    assert verbs(one).count("accept") == 1


# ------------------------------------------------------------------ registration and deadlines


def test_a_registration_is_recorded_in_capitals_and_once(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    today = clock.today()
    given = {"registered_on": today, "expires_on": today + dt.timedelta(days=1000), "by": cast.administrator}

    registration = actions.register(one, number=" abc123 ", **given)
    with pytest.raises(WrongState) as refused:
        actions.register(Enrolment.objects.get(pk=one.pk), number="ABC124", **given)

    assert registration.number == "ABC123"
    assert said(refused) == "This learner is registered already, under ABC123."


def test_two_administrators_register_a_learner_once(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    twin = Enrolment.objects.get(pk=one.pk)
    assert not hasattr(twin, "registration")
    f.a_registration(one, cast=cast)

    with pytest.raises(Stale, match="a moment ago"):
        f.a_registration(twin, cast=cast)
    assert Registration.objects.count() == 1


def test_a_number_belongs_to_one_learner(cast, cohort):
    one, other = (f.an_enrolment(cast=cast, cohort=cohort) for _ in range(2))
    today = clock.today()
    given = {"registered_on": today, "expires_on": today + dt.timedelta(days=9), "by": cast.administrator}
    actions.register(one, number="ABC123", **given)

    with pytest.raises(Refused, match="belongs to"):
        actions.register(other, number="abc123", **given)


@pytest.mark.parametrize("state", ["invited", "declined", "withdrawn"])
def test_only_who_has_applied_or_is_on_the_programme_is_registered(cast, cohort, state):
    one = f.an_enrolment(cast=cast, cohort=cohort, state=state)

    with pytest.raises(WrongState, match="nobody to register"):
        f.a_registration(one, cast=cast)


def test_a_learner_may_be_registered_before_the_tutor_decides(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied")

    assert f.a_registration(one, cast=cast) == Registration.objects.get()


def test_a_registration_of_tomorrow_is_refused(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    tomorrow = clock.today() + dt.timedelta(days=1)

    with pytest.raises(Refused, match="future"):
        actions.register(
            one, number="A1", registered_on=tomorrow, expires_on=tomorrow + dt.timedelta(days=9), by=cast.administrator
        )


@pytest.mark.parametrize("person", ["tutor", "contract_manager", "learner"])
def test_only_an_administrator_registers(cast, cohort, person):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    today = clock.today()

    with pytest.raises(NotAllowed):
        actions.register(
            one, number="A1", registered_on=today, expires_on=today + dt.timedelta(days=9), by=getattr(cast, person)
        )


def in_days(days):
    return clock.today() + dt.timedelta(days=days)


@pytest.mark.parametrize("person", ["tutor", "contract_manager", "administrator"])
def test_tutor_contract_manager_and_administrator_give_a_learner_a_date(cast, cohort, person):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    f.a_registration(one, cast=cast)

    deadline = actions.set_deadline(
        one, assignment=f.essay_of(cohort), due_on=in_days(30), reason="Illness", by=getattr(cast, person)
    )

    assert "Illness" in Notice.objects.get(key=f"deadline:{deadline.pk}:set").body


def test_the_same_deadline_twice_is_one_and_a_later_one_leaves_the_earlier(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    f.a_registration(one, cast=cast)
    essay = f.essay_of(cohort)
    for days in (30, 30, 60):
        actions.set_deadline(one, assignment=essay, due_on=in_days(days), reason="Illness", by=cast.tutor)

    assert [row.due_on for row in IndividualDeadline.objects.all()] == [in_days(60), in_days(30)]


def test_a_deadline_needs_a_registration_a_place_and_an_assignment_of_ones_own(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    essay = f.essay_of(cohort)
    given = {"due_on": in_days(30), "reason": "x", "by": cast.tutor}

    with pytest.raises(Refused, match="Register the learner"):
        actions.set_deadline(one, assignment=essay, **given)
    f.a_registration(one, cast=cast)
    with pytest.raises(Refused, match="another qualification"):
        actions.set_deadline(one, assignment=f.a_version().assignments.first(), **given)
    with pytest.raises(Refused, match="registration ends"):
        actions.set_deadline(one, assignment=essay, **{**given, "due_on": in_days(5000)})
    with pytest.raises(Refused, match="has passed"):
        actions.set_deadline(one, assignment=essay, **{**given, "due_on": in_days(-1)})
    actions.withdraw(one, withdrawal_reason="Left", by=cast.administrator)
    with pytest.raises(WrongState, match="on the programme"):
        actions.set_deadline(one, assignment=essay, **given)
    assert not IndividualDeadline.objects.exists()


def test_a_deadline_is_not_set_by_people_of_other_cohorts_and_contracts(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    f.a_registration(one, cast=cast)

    for person in (f.a_user(role="tutor"), f.a_user(role="contract_manager"), cast.iqa, one.learner):
        with pytest.raises(NotAllowed):
            actions.set_deadline(one, assignment=f.essay_of(cohort), due_on=in_days(9), reason="x", by=person)


# ------------------------------------------------------------------ the end


def test_who_withdraws_leaves_with_a_reason_and_everybody_is_told(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)

    with pytest.raises(Refused, match="Write why"):
        actions.withdraw(one, withdrawal_reason=" ", by=cast.administrator)
    actions.withdraw(one, withdrawal_reason="Changed post.", by=cast.administrator)

    told = Notice.objects.filter(key__startswith=f"enrolment:{one.pk}:withdrawn")
    assert {notice.recipient for notice in told} == {one.learner, cast.tutor}
    assert not any("Changed post." in notice.body for notice in told)


def test_no_person_completes_a_programme_by_hand(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)

    with pytest.raises(NotAllowed):
        actions.complete(one, by=cast.administrator)
    actions.complete(one)

    one.refresh_from_db()
    assert one.state == "completed"
    assert one.completed_at


# ------------------------------------------------------------------ what the database refuses


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "unheard of"},
        {"state": "completed"},
        {"state": "withdrawn"},
        {"state": "declined"},
        {"completed_at": clock.now()},
        {"withdrawn_at": clock.now()},
        {"pathway": "astronomy"},
    ],
)
def test_the_database_refuses_an_enrolment_that_contradicts_itself(cast, invited, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.filter(pk=invited.pk).update(**broken)


def test_the_database_refuses_a_second_enrolment_a_rating_of_11_and_a_registration_that_ends_first(cast, invited):
    outcome = LearningOutcome.objects.first()
    actions.save_questionnaire(invited, ratings={outcome.pk: 5}, by=cast.learner)

    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(
            cohort=invited.cohort, learner=cast.learner, invited_at=clock.now(), invited_by=cast.administrator
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.update(rating=11)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(
            enrolment=invited,
            number="A1",
            registered_on=clock.today(),
            expires_on=clock.today(),
            recorded_at=clock.now(),
            recorded_by=cast.administrator,
        )
