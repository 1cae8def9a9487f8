"""Home pages and dashboards: what they say, and for whom."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts import actions as accounts
from core import clock
from tests import factories
from workshops import actions as workshops

HOMES = ["learner", "tutor", "iqa", "eqa", "administrator", "contract_manager", "client_contact"]


def home(cast, who, **query):
    answer = cast.client_of(who).get("/home/", query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("who", HOMES)
def test_an_empty_home_says_what_will_appear(cast, who):
    assert "<h1" in home(cast, who)


def test_somebody_without_a_role_is_told_that_the_page_is_not_theirs(cast):
    assert cast.client_of("stranger").get("/home/").status_code == 403


def test_the_bare_address_leads_home_and_a_visitor_to_the_sign_in_page(cast):
    assert cast.client_of("tutor").get("/").headers["Location"] == "/home/"
    assert cast.client_of("visitor").get("/home/").headers["Location"].startswith("/account/login/")


def test_a_tutor_finds_the_essay_that_waits_and_when_it_is_due(cast):
    submission = factories.a_submission(cast=cast, state="submitted")

    page = home(cast, "tutor")

    assert "1 piece to mark" in page
    assert submission.enrolment.learner.full_name in page
    assert "mark by" in page


def test_an_essay_older_than_the_time_for_marking_is_overdue(cast):
    with clock.at(clock.today() - dt.timedelta(days=30)):
        factories.a_submission(cast=cast, state="submitted")

    assert "1 overdue" in home(cast, "tutor")


def test_a_question_waits_for_the_tutor_and_its_answer_for_the_learner(cast):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    thread = workshops.ask(one, subject="Which model?", body="GROW or another?", by=cast.learner)
    assert "Which model?" in home(cast, "tutor")

    workshops.reply(thread, body="Either, if you say why.", by=cast.tutor)

    assert "Your tutor answered you" in home(cast, "learner")


def test_the_iqa_finds_a_learner_whose_work_has_all_passed(cast):
    one = factories.an_enrolment(cast=cast)
    factories.a_submission(cast=cast, one=one, state="passed")
    assert "No pieces to verify" in home(cast, "iqa")

    factories.a_submission(cast=cast, one=one, kind="portfolio", state="passed")

    assert "2 pieces to verify" in home(cast, "iqa")


def test_the_eqa_finds_verified_work_where_the_rating_asks_for_sign_off(cast):
    cohort = factories.a_cohort(cast=cast, version=factories.a_version(claim_route="sign_off"))
    factories.verified(cast=cast, one=factories.an_enrolment(cast=cast, cohort=cohort))

    assert "1 learner to sign off" in home(cast, "eqa")


def test_the_administrator_finds_a_claim_to_make_and_a_learner_to_register(cast):
    factories.verified(cast=cast)
    factories.an_enrolment(cast=cast)

    assert "1 certificate to claim, 1 learner to register" in home(cast, "administrator")


def test_a_learner_meets_the_next_thing_with_its_date(cast):
    factories.an_enrolment(cast=cast, learner=cast.learner)

    page = home(cast, "learner")

    assert "Begin your essay" in page
    assert "in 8\N{NO-BREAK SPACE}weeks" in page


def test_an_invited_learner_is_led_to_the_forms(cast):
    factories.an_enrolment(cast=cast, learner=cast.learner, state="invited")

    assert "Finish your enrolment" in home(cast, "learner")


def test_who_holds_two_roles_changes_between_their_homes(cast):
    accounts.grant_role(cast.tutor, role=factories.Role.IQA, by=cast.administrator)

    assert "to mark" in home(cast, "tutor")
    assert "to verify" in home(cast, "tutor", **{"as": "iqa"})


@pytest.mark.parametrize("who", ["tutor", "iqa", "administrator", "contract_manager"])
def test_the_dashboard_shows_figures_and_grid_to_staff_of_the_cohort(cast, who):
    one = factories.an_enrolment(cast=cast)

    page = cast.client_of(who).get(reverse("reporting:dashboard", args=[one.cohort.code])).content.decode()

    assert "0 of 1 have completed, 1 are on the way" in page
    assert one.learner.full_name in page


@pytest.mark.parametrize("who", ["learner", "client_contact", "stranger"])
def test_the_dashboard_is_closed_to_others(cast, who):
    cohort = factories.a_cohort(cast=cast)

    assert cast.client_of(who).get(reverse("reporting:dashboard", args=[cohort.code])).status_code == 403


def test_a_day_that_cannot_be_read_is_said_and_today_is_shown(cast):
    cohort = factories.a_cohort(cast=cast)

    page = cast.client_of("tutor").get(reverse("reporting:dashboard", args=[cohort.code]), {"as_of": "30/6"})

    assert "Write it as 2024-06-30" in page.content.decode()


def test_the_filter_shows_one_group(cast):
    cohort = factories.a_cohort(cast=cast)
    way = factories.an_enrolment(cast=cast, cohort=cohort, name="Wanda Wayfarer")
    gone = factories.an_enrolment(cast=cast, cohort=cohort, state="withdrawn", name="Gerald Gone")

    answer = cast.client_of("tutor").get(reverse("reporting:dashboard", args=[cohort.code]), {"show": "withdrawn"})

    assert gone.learner.full_name in answer.content.decode()
    assert way.learner.full_name not in answer.content.decode().partition('id="attention"')[0]


def test_a_report_is_drawn_up_approved_and_sent_on_pages(cast, django_capture_on_commit_callbacks):
    cohort = factories.an_enrolment(cast=cast).cohort
    manager = cast.client_of("contract_manager")

    drawn_up = manager.post(reverse("reporting:draw_up", args=[cohort.code]), {"as_of": clock.today().isoformat()})
    report = cohort.reports.get()
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(reverse("reporting:approve_report", args=[report.pk]), {"standing": "One learner is on the way."})
    manager.post(reverse("reporting:send_report", args=[report.pk]))
    report.refresh_from_db()

    assert drawn_up.headers["Location"] == report.get_absolute_url()
    assert report.state == "sent"
    assert len(report.sha256) == 64
    with report.file.open() as file:
        assert file.read(5) == b"%PDF-"


def test_a_report_of_a_day_to_come_is_refused_with_what_to_do(cast):
    cohort = factories.a_cohort(cast=cast)
    tomorrow = clock.today() + dt.timedelta(days=1)

    answer = cast.client_of("contract_manager").post(
        reverse("reporting:draw_up", args=[cohort.code]), {"as_of": tomorrow.isoformat()}
    )

    assert "This day has not come yet" in answer.content.decode()
