"""The pages of enrolment: what a learner fills in, what is never lost, and who sees what of it."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from enrolment import actions
from enrolment.models import Application, Enrolment, SupportNeeds
from programmes.models import LearningOutcome
from tests import factories as f

pytestmark = pytest.mark.django_db

ABOUT = {
    "legal_first_name": "Lena",
    "legal_last_name": "Learner",
    "date_of_birth": "5 April 1985",
    "gender": "",
    "uln": "",
}
CONTACT = {
    "email": "lena@example.org",
    "phone": "",
    "address": "",
    "postcode": "AB1 2CD",
    "job_title": "Team leader",
    "line_manager": "",
    "experience": "",
    "data_notice_at": "on",
}


@pytest.fixture
def cohort(cast):
    return f.a_cohort(cast=cast)


@pytest.fixture
def one(cast, cohort):
    return f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner, state="invited")


def page(name, *args):
    return reverse(f"enrolment:{name}", args=args)


# ------------------------------------------------------------------ filling in, without a script


def test_a_learner_fills_everything_in_and_sends_it(cast, one):
    learner = cast.client_of("learner")

    assert learner.post(page("about", one.pk), ABOUT).url == page("contact", one.pk)
    assert learner.post(page("contact", one.pk), CONTACT).url == page("support", one.pk)
    ratings = {f"outcome_{outcome.pk}": "4" for outcome in LearningOutcome.objects.all()}
    assert learner.post(page("questionnaire", one.pk), {**ratings, "hopes": ""}).url == page("apply", one.pk)
    assert b"Send your enrolment" in learner.get(page("apply", one.pk)).content
    learner.post(page("apply", one.pk))

    one.refresh_from_db()
    assert one.state == "applied"
    assert one.application.date_of_birth == dt.date(1985, 4, 5)
    assert one.application.data_notice_at


def test_a_second_click_on_send_finds_it_sent(cast, one):
    actions.save_application(
        one,
        **{
            name: value
            for name, value in {**ABOUT, **CONTACT}.items()
            if name not in ("date_of_birth", "data_notice_at")
        },
        date_of_birth=dt.date(1985, 4, 5),
        data_notice_at=clock.now(),
        by=cast.learner,
    )
    outcomes = LearningOutcome.objects.all()
    actions.save_questionnaire(one, ratings={outcome.pk: 4 for outcome in outcomes}, by=cast.learner)
    learner = cast.client_of("learner")

    assert learner.post(page("apply", one.pk)).status_code == 302
    assert learner.post(page("apply", one.pk)).status_code == 409


def test_a_wrong_date_is_kept_as_typed_with_the_rest_and_explained(cast, one):
    learner = cast.client_of("learner")

    answer = learner.post(page("about", one.pk), {**ABOUT, "date_of_birth": "31 June 1985"})

    assert answer.status_code == 200
    assert "Enter your date of birth as a day that exists" in answer.text
    again = learner.get(page("about", one.pk)).text
    assert 'value="31 June 1985"' in again
    assert 'value="Learner"' in again
    assert "Enter your date of birth as a day that exists" in again
    assert "31 June 1985”, which still has to be corrected" in learner.get(page("apply", one.pk)).text


def test_a_page_left_half_filled_keeps_its_half(cast, one):
    learner = cast.client_of("learner")

    answer = learner.post(page("about", one.pk), {"legal_first_name": "Lena", "legal_last_name": ""})

    assert "Enter your legal last name" in answer.text
    assert Application.objects.get().legal_first_name == "Lena"
    assert "Enter your legal last name" not in learner.get(page("about", one.pk)).text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("9276308686", "9276308686"), ("92 7630 8686", "9276308686"), ("927-630-8686", "9276308686")],
)
def test_a_learner_number_is_read_however_it_is_spaced(cast, one, typed, kept):
    cast.client_of("learner").post(page("about", one.pk), {**ABOUT, "uln": typed})

    assert Application.objects.get().uln == kept


def test_the_moment_the_notice_was_read_stays_that_of_the_first_tick(cast, one):
    learner = cast.client_of("learner")
    with clock.at(dt.date(2026, 1, 5)):
        actions.save_application(one, data_notice_at=clock.now(), by=cast.learner)
    learner.post(page("contact", one.pk), CONTACT)

    assert Application.objects.get().data_notice_at.date() == dt.date(2026, 1, 5)


def test_after_sending_the_pages_only_show(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner, state="applied")
    learner = cast.client_of("learner")

    assert learner.get(page("about", one.pk)).url == page("apply", one.pk)
    assert learner.post(page("questionnaire", one.pk), {}).url == page("apply", one.pk)
    assert "What you sent" in learner.get(page("apply", one.pk)).text


# ------------------------------------------------------------------ saved while typing


def test_what_is_typed_so_far_is_saved_in_part(cast, one):
    answer = cast.client_of("learner").post(page("autosave", one.pk, "about"), {"legal_first_name": "Le"})

    assert answer.status_code == 200
    assert answer.json()["problems"] == {}
    assert answer.json()["saved_at"]
    assert Application.objects.get().legal_first_name == "Le"


def test_autosave_keeps_what_it_reports(cast, one):
    learner = cast.client_of("learner")

    answer = learner.post(page("autosave", one.pk, "about"), {**ABOUT, "date_of_birth": "5 Ap", "uln": "12"})

    assert set(answer.json()["problems"]) == {"date_of_birth", "uln"}
    form = Application.objects.get()
    assert form.unread == {"date_of_birth": "5 Ap", "uln": "12"}
    assert form.legal_last_name == "Learner"


def test_autosave_without_a_box_on_the_page_leaves_its_tick(cast, one):
    learner = cast.client_of("learner")
    learner.post(page("autosave", one.pk, "contact"), CONTACT)
    learner.post(page("autosave", one.pk, "contact"), {"postcode": "AB1 3EF"})
    assert Application.objects.get().data_notice_at

    learner.post(
        page("autosave", one.pk, "contact"), {name: v for name, v in CONTACT.items() if name != "data_notice_at"}
    )
    assert Application.objects.get().data_notice_at is None


def test_autosave_takes_a_text_of_any_length_and_any_character(cast, one):
    text = "\x00 Łódź 🙂 " + "x" * 5000

    answer = cast.client_of("learner").post(page("autosave", one.pk, "contact"), {"experience": text})

    assert set(answer.json()["problems"]) == {"experience"}
    assert Application.objects.get().unread["experience"] == text.replace("\x00", "")


def test_autosave_of_ratings_keeps_those_there_are(cast, one):
    first = LearningOutcome.objects.first()
    learner = cast.client_of("learner")

    learner.post(page("autosave", one.pk, "questionnaire"), {f"outcome_{first.pk}": "6", "hopes": "To listen"})
    learner.post(page("autosave", one.pk, "questionnaire"), {f"outcome_{first.pk}": "eleven"})

    assert [row.rating for row in Enrolment.objects.get().questionnaire.ratings.all()] == [6]


def test_an_ended_session_is_told_to_the_script_and_not_redirected(cast, one):
    answer = cast.client_of("visitor").post(page("autosave", one.pk, "about"), ABOUT)

    assert answer.status_code == 401
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.text.startswith("You have been signed out.")
    assert not Application.objects.exists()


def test_autosave_is_for_the_learner_alone(cast, one):
    for person, status in (("tutor", 403), ("administrator", 403), ("client_contact", 403)):
        assert cast.client_of(person).post(page("autosave", one.pk, "about"), ABOUT).status_code == status
    other = f.an_enrolment(cast=cast, cohort=one.cohort, state="invited")
    assert cast.client_of("learner").post(page("autosave", other.pk, "about"), ABOUT).status_code == 404
    assert cast.client_of("learner").post(page("autosave", one.pk, "nonsense"), {}).status_code == 404
    assert cast.client_of("learner").get(page("autosave", one.pk, "about")).status_code == 405


def test_autosave_after_sending_says_why_it_does_not(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner, state="applied")

    answer = cast.client_of("learner").post(page("autosave", one.pk, "about"), {**ABOUT, "legal_first_name": "Late"})

    assert (answer.status_code, answer["Content-Type"][:10]) == (409, "text/plain")
    assert Application.objects.get().legal_first_name == "Robin"


# ------------------------------------------------------------------ support needs


def test_nothing_about_support_is_kept_before_the_consent(cast, one):
    learner = cast.client_of("learner")
    told = {"ethnicity": "", "disability": "Yes", "adjustments": "Large print"}

    answer = learner.post(page("autosave", one.pk, "support"), told)
    assert answer.status_code == 409
    assert not SupportNeeds.objects.exists()

    learner.post(page("support", one.pk), told)  # the button of the consent page: it agrees, and tells nothing
    assert SupportNeeds.objects.get().adjustments == ""
    learner.post(page("support", one.pk), told)
    assert SupportNeeds.objects.get().adjustments == "Large print"


def test_taking_the_consent_back_asks_first_and_then_deletes(cast, one):
    learner = cast.client_of("learner")
    actions.save_support_needs(one, ethnicity="", disability="Yes", adjustments="", by=cast.learner)

    learner.get(page("withdraw_support_needs", one.pk))
    assert SupportNeeds.objects.exists()
    learner.post(page("withdraw_support_needs", one.pk))
    assert not SupportNeeds.objects.exists()


SECRETS = ("Large print", "Another ethnic group")


def test_support_needs_are_seen_by_administrators_and_the_learner_only(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    actions.save_support_needs(
        one, ethnicity="Another ethnic group", disability="Yes", adjustments="Large print", by=cast.learner
    )

    record = one.get_absolute_url()
    assert all(secret in cast.client_of("administrator").get(record).text for secret in SECRETS)
    assert all(secret in cast.client_of("learner").get(page("apply", one.pk)).text for secret in SECRETS)
    for person in ("tutor", "iqa", "eqa", "contract_manager"):
        text = cast.client_of(person).get(record).text
        assert "Lena Learner" in text
        assert not any(secret in text for secret in SECRETS)
    for person in ("client_contact", "stranger"):
        assert cast.client_of(person).get(record).status_code == 403


def test_birth_date_and_address_are_for_administrators_and_answers_for_the_tutor_too(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)

    def sees(person):
        text = cast.client_of(person).get(one.get_absolute_url()).text
        return ("5 April 1985" in text, "AB1 2CD" in text, "Outcome 1" in text)

    assert sees("administrator") == (True, True, True)
    assert sees("tutor") == (False, False, True)
    assert sees("iqa") == sees("eqa") == sees("contract_manager") == (False, False, False)


# ------------------------------------------------------------------ the centre


def test_people_of_other_cohorts_do_not_find_an_enrolment(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="invited")
    for role in ("tutor", "contract_manager", "iqa", "eqa"):
        other = f.a_user(role=role)
        client = cast.client_of("visitor")
        client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(one.get_absolute_url()).status_code == 404


def test_a_new_learner_is_invited_from_the_form(cast, cohort):
    administrator = cast.client_of("administrator")
    given = {"cohort": cohort.pk, "full_name": "Nadia New", "email": "nadia@example.org", "pathway": "coaching"}

    answer = administrator.post(page("invite_learner"), given)
    again = administrator.post(page("invite_learner"), given)

    assert answer.url == Enrolment.objects.get().get_absolute_url()
    assert f"Nadia New is on cohort {cohort} already." in again.text
    assert 'value="nadia@example.org"' in again.text


def test_the_registration_form_proposes_the_period_of_the_awarding_organisation(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    with clock.at(dt.date(2026, 6, 3)):
        text = cast.client_of("administrator").get(page("register", one.pk)).text

    assert 'value="2026-06-03"' in text
    assert 'value="2029-06-02"' in text


def test_a_registration_before_the_start_is_taken_with_a_warning(cast):
    cohort = f.a_cohort(cast=cast, starts_on=clock.today() + dt.timedelta(days=5))
    one = f.an_enrolment(cast=cast, cohort=cohort)
    today = clock.today()

    answer = cast.client_of("administrator").post(
        page("register", one.pk),
        {"number": "abc1", "registered_on": today, "expires_on": today + dt.timedelta(days=1000)},
        follow=True,
    )

    assert "The registration begins 5 days before the cohort starts" in answer.text


def test_withdrawing_tells_what_becomes_of_the_fee(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    administrator = cast.client_of("administrator")

    assert "no fee is lost" in administrator.get(page("withdraw", one.pk)).text
    f.a_registration(one, cast=cast)
    assert "That day has passed" in administrator.get(page("withdraw", one.pk)).text


def test_the_tutor_decides_from_the_page_of_the_learner(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, state="applied")
    tutor = cast.client_of("tutor")

    text = tutor.get(one.get_absolute_url()).text
    assert page("accept", one.pk) in text
    assert page("decline", one.pk) in text
    assert "Write" not in tutor.get(page("accept", one.pk)).text
    assert "Write why the programme does not suit" in tutor.post(page("decline", one.pk), {"decision_note": ""}).text
    tutor.post(page("accept", one.pk), {"decision_note": "Good."})
    assert Enrolment.objects.get(pk=one.pk).state == "active"


def test_a_deadline_outside_the_registration_is_explained_beside_its_field(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    f.a_registration(one, cast=cast)
    far = clock.today() + dt.timedelta(days=5000)

    answer = cast.client_of("tutor").post(
        page("set_deadline", one.pk), {"assignment": f.essay_of(cohort).pk, "due_on": far, "reason": "Illness"}
    )

    assert "The registration ends on" in answer.text
    assert 'value="Illness"' in answer.text


def test_the_list_is_searched_filtered_and_counted(cast, cohort):
    for name in ("Ama Boateng", "Bryn Evans", "Chidi Okafor"):
        f.an_enrolment(cast=cast, cohort=cohort, name=name, state="invited")
    administrator = cast.client_of("administrator")

    assert "3 learners" in administrator.get(page("enrolments")).text
    found = administrator.get(page("enrolments"), {"q": "bryn", "cohort": cohort.code, "state": "invited"}).text
    assert "Bryn Evans" in found
    assert "Ama Boateng" not in found
    assert "Nobody here" in administrator.get(page("enrolments"), {"state": "active"}).text


@pytest.mark.parametrize("person", ["administrator", "tutor", "contract_manager", "iqa", "eqa"])
def test_the_list_asks_as_much_for_30_learners_as_for_3(cast, cohort, person, django_assert_num_queries):
    client = cast.client_of(person)
    for wanted in (3, 30):
        while Enrolment.objects.count() < wanted:
            f.an_enrolment(cast=cast, cohort=cohort, state="invited")
        # Two of an external verifier's note what they opened (`verification.watch`).
        with django_assert_num_queries(6 + 2 * (person == "eqa")):
            assert client.get(page("enrolments")).status_code == 200


@pytest.mark.parametrize(("state", "queries"), [("invited", 9), ("applied", 9), ("active", 9)])
def test_a_learners_record_takes_few_questions_for_the_tutor(
    cast, cohort, state, queries, django_assert_max_num_queries
):
    one = f.an_enrolment(cast=cast, cohort=cohort, state=state)
    client = cast.client_of("tutor")

    with django_assert_max_num_queries(queries):
        assert client.get(one.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(("name", "queries"), [("own", 6), ("questionnaire", 6), ("apply", 6), ("about", 5)])
def test_the_learners_own_pages_take_few_questions(cast, one, name, queries, django_assert_max_num_queries):
    ratings = {outcome.pk: 4 for outcome in LearningOutcome.objects.all()}
    actions.save_questionnaire(one, ratings=ratings, by=cast.learner)
    address = page(name) if name == "own" else page(name, one.pk)
    client = cast.client_of("learner")

    with django_assert_max_num_queries(queries):
        assert client.get(address).status_code == 200


def test_each_form_of_the_centre_opens_and_saves(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort)
    f.a_registration(one, cast=cast)
    tutor, administrator = cast.client_of("tutor"), cast.client_of("administrator")
    due_on = clock.today() + dt.timedelta(days=20)

    tutor.post(
        page("set_deadline", one.pk), {"assignment": f.essay_of(cohort).pk, "due_on": due_on, "reason": "Illness"}
    )
    assert "Illness" in tutor.get(one.get_absolute_url()).text
    assert "registered already" in administrator.get(page("register", one.pk)).text
    administrator.post(page("withdraw", one.pk), {"withdrawal_reason": "Changed post"})
    assert "Changed post" in administrator.get(one.get_absolute_url()).text
    declined = f.an_enrolment(cast=cast, cohort=cohort, state="applied")
    tutor.post(page("decline", declined.pk), {"decision_note": "Not this year."})
    assert "not suited to this programme" in tutor.get(declined.get_absolute_url()).text


def test_a_learner_without_an_enrolment_is_told_what_comes(cast):
    assert "You are not on a programme yet" in cast.client_of("learner").get(page("own")).text


def test_autosave_of_support_needs_after_the_consent(cast, one):
    actions.save_support_needs(one, ethnicity="", disability="", adjustments="", by=cast.learner)
    told = {"ethnicity": "", "disability": "Prefer not to say", "adjustments": "Breaks"}

    assert cast.client_of("learner").post(page("autosave", one.pk, "support"), told).status_code == 200
    assert SupportNeeds.objects.get().adjustments == "Breaks"


def test_the_page_after_the_decision_says_what_became_of_it(cast, cohort):
    one = f.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)
    f.a_registration(one, cast=cast)
    learner = cast.client_of("learner")

    text = learner.get(page("tasks", one.pk)).text
    assert "Ready to begin." in text
    assert one.registration.number in text
    assert "Your other enrolments" not in text
    f.an_enrolment(cast=cast, learner=cast.learner, state="invited")
    assert "Your other enrolments" in learner.get(page("own")).text
