"""Handing in as a legal act: what counts, what the receipt says, and what staff may do for a learner."""

import datetime as dt
import re
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleGrant
from accounts.permissions import Role
from assignments import actions, examination, marking
from assignments.declarations import NAMES
from assignments.models import Declaration, Document, Submission
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, WrongState
from enrolment import actions as enrolment
from reporting.facts import load
from tests import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SIGNED = {"ai_use": "none", "signed_name": "Robin Example", "declares": list(NAMES)}
HOUR = dt.timedelta(hours=1)


def text_of(answer):
    """The words of a page, as a person reads them."""
    html = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(unescape(html).replace("\xa0", " ").split())


@pytest.fixture
def one(cast):
    """A learner who has been on the programme for thirty days."""
    cohort = factories.a_cohort(cast=cast)
    with clock.at(clock.now() - dt.timedelta(days=30)):
        return factories.an_enrolment(cast=cast, cohort=cohort, learner=cast.learner)


@pytest.fixture
def draft(cast, one):
    return factories.a_submission(cast=cast, one=one, state="draft")


def midnight_after(day):
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


def uploaded(submission, began, ended):
    """The learner's upload, from its first byte to its end."""
    with clock.at(ended):
        file = factories.an_essay_file(seed="second")
        document = actions.attach(submission, file=file, began_at=began, by=submission.enrolment.learner)
        examination.examine(document.pk)


# ---- which time counts


@pytest.mark.sqlite
def test_an_upload_that_began_before_midnight_of_the_due_day_is_in_time(cast, draft):
    due_on = clock.today() + dt.timedelta(days=60)
    began, ended = midnight_after(due_on) - dt.timedelta(minutes=2), midnight_after(due_on) + dt.timedelta(minutes=6)
    uploaded(draft, began, ended)

    with clock.at(ended + dt.timedelta(minutes=40)):
        factories.hand_in(draft)
        page = text_of(cast.client_of("learner").get(reverse("assignments:submission", args=[draft.pk])))

    draft.refresh_from_db()
    assert (draft.counted_at, draft.submitted_at) == (began, ended + dt.timedelta(minutes=40))
    assert "Handed in on the last day, in time." in page
    for moment in (began, ended, draft.submitted_at):
        here = timezone.localtime(moment)
        assert f"{here:%d} {here:%B %Y}, {here:%H:%M:%S}".lstrip("0") in page
    assert "The upload began then: on or before the due day" in page


def test_a_form_left_for_more_than_an_hour_after_the_upload_is_late_and_says_why(cast, draft):
    due_on = clock.today() + dt.timedelta(days=60)
    began, ended = midnight_after(due_on) - 2 * HOUR, midnight_after(due_on) - HOUR
    uploaded(draft, began, ended)

    with clock.at(ended + HOUR + dt.timedelta(minutes=1)):
        factories.hand_in(draft)

    draft.refresh_from_db()
    assert draft.counted_at == draft.submitted_at
    body = Notice.objects.get(key=f"submission:{draft.pk}:receipt").body
    assert "1 day after the deadline, so it is late" in body
    assert "its end lay more than 60 minutes back" in body


def test_an_upload_that_was_left_for_a_day_counts_from_its_end(draft):
    """Or somebody could begin an upload in time and take it up again a month later."""
    due_on = clock.today() + dt.timedelta(days=60)
    began, ended = midnight_after(due_on) - HOUR, midnight_after(due_on) + 24 * HOUR
    uploaded(draft, began, ended)

    with clock.at(ended + HOUR / 2):
        factories.hand_in(draft)

    draft.refresh_from_db()
    assert draft.counted_at == draft.submitted_at
    body = Notice.objects.get(key=f"submission:{draft.pk}:receipt").body
    assert "The upload took more than 24 hours, so its beginning does not count" in " ".join(body.split())


def test_reports_count_the_same_moment(cast, draft):
    due_on = clock.today() + dt.timedelta(days=60)
    uploaded(draft, midnight_after(due_on) - HOUR / 4, midnight_after(due_on) + HOUR / 4)
    with clock.at(midnight_after(due_on) + HOUR / 2):
        factories.hand_in(draft)
        facts = load(draft.enrolment.cohort, as_of=due_on)

    work = facts.learners[draft.enrolment_id].work["essay"]
    assert (work.state, work.submitted_on) == ("submitted", due_on)


# ---- the receipt


def test_the_receipt_by_e_mail_holds_what_settles_a_dispute(draft):
    factories.hand_in(draft)
    draft.refresh_from_db()

    body = Notice.objects.get(key=f"submission:{draft.pk}:receipt").body

    document = draft.document
    for part in (
        draft.reference, document.name, document.sha256, f"({document.size} bytes)", "4,200 words", "Upload       began",
        f"Handed in    {timezone.localtime(draft.submitted_at):%a}", f"by {draft.enrolment.learner}",
    ):  # fmt: skip
        assert part in body


def test_a_learner_finds_every_receipt_again(cast, one):
    first = factories.a_submission(cast=cast, one=one, state="referred")
    second = Submission.objects.get(enrolment=one, attempt=2)
    factories.attach(second)
    factories.hand_in(second)
    first.refresh_from_db()
    second.refresh_from_db()

    page = text_of(cast.client_of("learner").get(reverse("assignments:own")))

    assert "Your receipts" in page
    assert first.reference in page
    assert second.reference in page


def test_the_receipt_of_a_portfolio_has_no_upload(cast, one):
    portfolio = factories.a_submission(cast=cast, one=one, kind="portfolio")

    page = text_of(cast.client_of("learner").get(reverse("assignments:submission", args=[portfolio.pk])))

    assert "Your portfolio as it stood then" in page
    assert "Upload began" not in page
    assert "It was handed in then." in page


# ---- staff hand in for a learner


def behalf(cast, one, **changes):
    given = {
        "assignment": factories.essay_of(one.cohort),
        "file": factories.an_essay_file(name="by mail.docx", seed="mail"),
        "arrived_at": clock.now() - dt.timedelta(days=3),
        "behalf_route": "email",
        "behalf_reason": "The learner's line was down.",
        "ai_use": "none",
        "signed_name": "Lena Learner",
        "signed_on": clock.today() - dt.timedelta(days=4),
        "by": cast.administrator,
        **changes,
    }
    return actions.hand_in_for_learner(one, **given)


@pytest.mark.sqlite
def test_work_that_staff_hand_in_is_timed_by_its_arrival_and_says_who_how_and_why(cast, one):
    submission = behalf(cast, one)

    submission = Submission.objects.get(pk=submission.pk)
    assert submission.state == "submitted"
    assert submission.submitted_by == cast.administrator
    assert submission.counted_at == submission.arrived_at < submission.submitted_at
    assert (submission.behalf_route, submission.behalf_reason) == ("email", "The learner's line was down.")
    declaration = submission.declaration
    assert (declaration.signed_by, declaration.copied_by) == (cast.learner, cast.administrator)
    assert declaration.signed_on == clock.today() - dt.timedelta(days=4)
    event = Event.objects.about(submission).get(verb="hand_in_for_learner")
    assert event.actor == cast.administrator
    assert event.detail["behalf_reason"] == "The learner's line was down."
    assert Event.objects.about(one).filter(verb="hand_in_for_learner").exists()


def test_the_learner_and_the_tutor_are_told(cast, one):
    submission = behalf(cast, one)

    receipt = Notice.objects.get(key=f"submission:{submission.pk}:receipt")
    assert receipt.recipient == cast.learner
    assert "Adam Administrator has handed in your essay for you. It reached the centre by e-mail" in receipt.body
    assert "The learner's line was down." in receipt.body
    assert submission.document.sha256 in receipt.body
    arrived = Notice.objects.get(key=f"submission:{submission.pk}:arrived:{cast.tutor.pk}")
    assert "Adam Administrator handed it in for the learner: it arrived by e-mail on" in arrived.body


def test_it_is_never_shown_as_the_learners_own_late_hand_in(cast, one):
    due_on = clock.today() + dt.timedelta(days=60)
    with clock.at(midnight_after(due_on) + dt.timedelta(days=2)):
        submission = behalf(cast, one, arrived_at=midnight_after(due_on) - HOUR, signed_on=due_on)
        page = text_of(cast.client_of("learner").get(reverse("assignments:submission", args=[submission.pk])))

    assert "Handed in on the last day, in time." in page
    assert "by Adam Administrator, for you" in page
    assert "It really arrived then." in page
    assert "Upload began" not in page


def test_everybody_who_reads_the_work_sees_that_staff_handed_it_in(cast, one):
    submission = behalf(cast, one)
    factories.mark(submission, cast=cast)
    pages = [
        ("learner", "submission"), ("learner", "read"), ("tutor", "read"), ("tutor", "room"), ("tutor", "result_sheet"),
        ("tutor", "cover_sheet"), ("iqa", "cover_sheet"),
    ]  # fmt: skip

    for who, route in pages:
        page = text_of(cast.client_of(who).get(reverse(f"assignments:{route}", args=[submission.pk])))
        assert "The learner's line was down." in page, (who, route)
        assert "Adam Administrator" in page, (who, route)
    room = text_of(cast.client_of("tutor").get(reverse("assignments:room", args=[submission.pk])))
    assert "on a cover sheet; copied by Adam Administrator" in room


def test_a_draft_the_learner_has_open_gets_the_file_and_the_learners_own_stays_kept(cast, one, draft):
    before = draft.document

    submission = behalf(cast, one)

    assert submission.pk == draft.pk
    assert submission.document.name == "by mail.docx"
    assert submission.document.uploaded_by == cast.administrator
    assert Document.objects.filter(pk=before.pk, submission=draft).exists()


@pytest.mark.parametrize("who", ["tutor", "iqa", "eqa", "contract_manager", "client_contact", "stranger", "learner"])
def test_only_an_administrator_hands_in_for_a_learner(cast, one, who):
    with pytest.raises(NotAllowed, match="Your role does not let you"):
        behalf(cast, one, by=getattr(cast, who))
    assert not Submission.objects.exists()


def test_an_administrator_who_may_mark_the_work_does_not_hand_it_in(cast, one):
    RoleGrant.objects.create(user=cast.tutor, role=Role.ADMINISTRATOR, granted_at=clock.now() - HOUR)
    tutor = type(cast.tutor).objects.get(pk=cast.tutor.pk)

    with pytest.raises(Refused, match="You are a tutor of this cohort and may have to mark it"):
        behalf(cast, one, by=tutor)
    assert not Submission.objects.exists()


def test_nobody_marks_what_they_handed_in(cast, one):
    submission = behalf(cast, one)
    RoleGrant.objects.create(user=cast.administrator, role=Role.TUTOR, granted_at=clock.now() - HOUR)
    one.cohort.appointments.update(tutor=cast.administrator)
    administrator = type(cast.administrator).objects.get(pk=cast.administrator.pk)

    with pytest.raises(Refused, match="You handed this in for the learner, so somebody else marks it"):
        marking.take(submission, by=administrator)
    with pytest.raises(IntegrityError, match="marker_is_not"), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(
            state="signed", marked_at=clock.now(), marked_by=administrator
        )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arrived_at": lambda: clock.now() + HOUR}, "cannot have arrived in the future"),
        ({"arrived_at": lambda: clock.now() - dt.timedelta(days=31)}, "cannot have arrived before the enrolment began"),
        ({"signed_on": lambda: clock.today() + dt.timedelta(days=1)}, "cannot have been signed in the future"),
        ({"behalf_reason": lambda: " "}, "Say how the work arrived, and why"),
        ({"behalf_route": lambda: "pigeon"}, "Say how the work arrived, and why"),
        ({"signed_name": lambda: " "}, "Copy the learner's signature"),
        ({"ai_use": lambda: "research"}, "Say which tool"),
        ({"declares": lambda: ["own_words"]}, "Tick what the learner declared"),
        ({"file": lambda: None}, "Choose the file of the essay"),
        ({"file": lambda: SimpleUploadedFile("essay.docx", b"MZ" + b"\0" * 500)}, "is a program and not a document"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_leaves_nothing_behind(cast, one, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        behalf(cast, one, **{name: value() for name, value in changes.items()})
    assert not Submission.objects.exists()
    assert not Declaration.objects.exists()


def test_nothing_is_handed_in_for_a_learner_who_has_left(cast, one):
    enrolment.withdraw(one, withdrawal_reason="Moved away.", by=cast.administrator)

    with pytest.raises(WrongState, match="Lena Learner is not on the programme"):
        behalf(cast, one)


def test_a_second_attempt_opens_with_a_referral_and_cannot_have_arrived_before_it(cast, one):
    first = behalf(cast, one)
    with pytest.raises(WrongState, match="attempt 1 is with the tutor"):
        behalf(cast, one)
    factories.mark(first, cast=cast, unmet=1)

    with pytest.raises(Refused, match="The attempt before it was referred on"):
        behalf(cast, one)
    with clock.at(clock.now() + dt.timedelta(days=3)):
        second = behalf(cast, one, arrived_at=clock.now() - HOUR)

    assert (second.attempt, second.state) == (2, "submitted")


def test_a_portfolio_is_handed_in_by_staff_only_when_it_is_complete(cast, one):
    portfolio = factories.portfolio_of(one.cohort)
    with pytest.raises(Refused, match="The portfolio is not complete yet"):
        behalf(cast, one, assignment=portfolio, file=None)
    factories.a_submission(cast=cast, one=one, kind="portfolio", state="draft")

    submission = behalf(cast, one, assignment=portfolio, file=None)

    assert submission.document.kind == "portfolio"
    with pytest.raises(WrongState, match="nothing to hand in"):
        behalf(cast, one, assignment=portfolio)


def form(one, **changes):
    here = timezone.localtime(clock.now() - dt.timedelta(days=3))
    return {
        "assignment": factories.essay_of(one.cohort).pk,
        "file": SimpleUploadedFile("essay.docx", factories.docx_bytes()),
        "arrived_at": f"{here:%Y-%m-%dT%H:%M}",
        "behalf_route": "paper",
        "behalf_reason": "Brought to the office",
        "ai_use": "none",
        "declares": list(NAMES),
        "signed_name": "Lena Learner",
        "signed_on": (clock.today() - dt.timedelta(days=3)).isoformat(),
        **changes,
    }


def test_the_form_leads_from_the_record_back_to_it(cast, one, draft):
    office = cast.client_of("administrator")
    url = reverse("assignments:hand_in_for_learner", args=[one.pk])
    assert url in office.get(one.get_absolute_url()).content.decode()
    assert "has added essay.docx to the essay, attempt 1, and not handed it in" in text_of(office.get(url))

    page = text_of(office.post(url, form(one), follow=True))

    draft.refresh_from_db()
    assert f"Essay, attempt 1, is handed in for Lena Learner: receipt {draft.reference}" in page
    assert draft.arrived_at < draft.submitted_at


def test_an_arrival_in_the_future_is_said_beside_its_field_and_nothing_typed_is_lost(cast, one):
    url = reverse("assignments:hand_in_for_learner", args=[one.pk])
    future = f"{timezone.localtime(clock.now() + dt.timedelta(days=1)):%Y-%m-%dT%H:%M}"

    answer = cast.client_of("administrator").post(url, form(one, arrived_at=future))

    html = answer.content.decode()
    assert html.count("It cannot have arrived in the future") == 2
    assert "Brought to the office" in html
    assert f'value="{future}"' in html
    assert not Submission.objects.exists()


def test_a_second_click_on_the_staffs_form_hands_in_once(cast, one):
    office, url = cast.client_of("administrator"), reverse("assignments:hand_in_for_learner", args=[one.pk])
    office.post(url, form(one))

    again = text_of(office.post(url, form(one)))

    assert "There is nothing to hand in: attempt 1 is with the tutor" in again
    assert Submission.objects.count() == 1


# ---- the cover sheet


def test_the_cover_sheet_has_what_the_awarding_organisation_wants(cast, one):
    factories.a_registration(one, cast=cast)
    submission = factories.a_submission(cast=cast, one=one)

    waiting = text_of(cast.client_of("learner").get(reverse("assignments:cover_sheet", args=[submission.pk])))
    factories.mark(submission, cast=cast)
    signed = text_of(cast.client_of("tutor").get(reverse("assignments:cover_sheet", args=[submission.pk])))

    for part in (
        "Northgate Learning", "012345", "Robin Example", one.registration.number, "500 Unit 500",
        "This is my own work, in my own words.", "malpractice by ILM", "Allowed in this assignment: to find",
        "4,200, asked for 4,000 to 5,000",
    ):  # fmt: skip
        assert part in waiting
        assert part in signed
    assert "The tutor signs here when the work is marked." in waiting
    assert "I have checked this work for plagiarism and looked at its similarity" in signed
    assert "The learner has had tutorial support and feedback." in signed
    assert "Tomas Tutor, tutor," in signed


def test_a_draft_has_no_cover_sheet(cast, draft):
    assert cast.client_of("learner").get(reverse("assignments:cover_sheet", args=[draft.pk])).status_code == 404


def test_the_centres_declaration_is_kept_word_for_word_with_each_outcome(cast):
    submission = factories.a_submission(cast=cast, state="passed")

    marked = submission.markings.get()

    assert marked.is_authentic
    assert marked.centre_wording.splitlines() == [
        "I have checked this work for plagiarism and looked at its similarity, and advised on referencing.",
        "The learner has had tutorial support and feedback.",
        "I am satisfied that this is the learner’s own work.",
        "Wording of 1 May 2024.",
    ]
    page = text_of(cast.client_of("tutor").get(reverse("assignments:result_sheet", args=[submission.pk])))
    assert "The learner has had tutorial support and feedback." in page


@pytest.mark.parametrize("ticked", [[], ["checked"]])
def test_without_the_centres_declaration_no_outcome_is_signed(cast, ticked):
    submission = factories.a_submission(cast=cast)
    marking.take(submission, by=cast.tutor)

    with pytest.raises(Refused, match="Tick what you declare for the centre"):
        marking.award_pass(submission, is_authentic=True, declares=ticked, by=cast.tutor)


# ---- the word rule on the page


def test_a_range_that_may_be_returned_is_said_and_never_refuses_the_hand_in(cast, one):
    essay = factories.essay_of(one.cohort)
    essay.words_rule, essay.words_tolerance = "return", 10
    essay.save()
    submission = actions.begin(one, assignment=essay, by=cast.learner)
    factories.attach(submission, file=factories.an_essay_file(words=6000))
    learner = cast.client_of("learner")

    page = text_of(learner.get(reverse("assignments:submission", args=[submission.pk])))
    done = text_of(learner.post(reverse("assignments:submit", args=[submission.pk]), SIGNED, follow=True))

    assert "6,000 words, more than the range" in page
    assert "Work outside the range may be returned unmarked" in page
    assert "Your essay is in" in done
    assert "6,000 words, more than the range" in done


# ---- a session that ended, and two tabs


def test_what_was_typed_on_the_last_page_is_there_after_signing_in_again_and_so_is_the_file(cast, draft, client):
    client.force_login(cast.learner, backend=BACKEND)
    Session.objects.all().delete()
    typed = {**SIGNED, "ai_use": "research", "ai_statement": "A chat assistant, for sources"}

    gone = client.post(reverse("assignments:submit", args=[draft.pk]), typed)
    draft.refresh_from_db()
    assert "What you typed is kept: sign in, and it is there." in text_of(client.get(gone["Location"]))
    client.post(
        reverse("account_login"),
        {"login": cast.learner.email, "password": "correct horse battery"},
    )
    html = client.get(reverse("assignments:submission", args=[draft.pk])).content.decode()

    assert gone["Location"] == f"/account/login/?next={reverse('assignments:submission', args=[draft.pk])}"
    assert draft.state == "draft"
    assert "A chat assistant, for sources" in html
    assert 'value="Robin Example"' in html
    assert html.count(" checked") == 5
    assert "essay.docx" in html


def test_what_one_person_typed_is_not_shown_to_the_next_who_signs_in_there(cast, draft, client):
    other = factories.a_submission(cast=cast, state="draft")
    client.post(reverse("assignments:submit", args=[draft.pk]), SIGNED)
    client.force_login(other.enrolment.learner, backend=BACKEND)

    assert client.get(reverse("assignments:submission", args=[draft.pk])).status_code == 404
    assert "Robin Example" not in client.get(reverse("assignments:submission", args=[other.pk])).content.decode()


def test_of_two_tabs_the_second_is_shown_the_receipt_of_the_first(cast, draft):
    first, second = cast.client_of("learner"), cast.client_of("learner")
    url = reverse("assignments:submit", args=[draft.pk])
    first.post(url, SIGNED)

    page = text_of(second.post(url, {**SIGNED, "signed_name": "Somebody Else"}, follow=True))

    assert "Your essay is in" in page
    assert Declaration.objects.get().signed_name == "Robin Example"
