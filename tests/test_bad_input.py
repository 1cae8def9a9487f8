"""What people get wrong on the pages: each is answered with a sentence that helps; nothing is lost, and nothing happens twice."""

import datetime as dt
import re
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import expect

from accounts.permissions import Role
from assignments import examination, marking
from assignments.declarations import NAMES
from assignments.models import PortfolioText
from core import clock
from core.models import Event, Notice
from programmes import actions as programmes
from tests import factories
from tests.assignments import documents as build
from tests.browser import opened
from verification import actions as verification
from verification import verifying

SIGNED = {"ai_use": "none", "declares": list(NAMES), "signed_name": "Robin Example"}


def text_of(answer):
    """The words of a page, as a person reads them."""
    html = answer.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ").split())


def ago(days):
    return (clock.today() - dt.timedelta(days=days)).isoformat()


def ahead(days):
    return ago(-days)


@pytest.fixture
def draft(cast):
    """An essay that is being prepared, with a good file."""
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    return factories.a_submission(cast=cast, one=one, state="draft")


# ---- wrong files

WRONG_FILES = {
    "a program that calls itself a document": (lambda: b"MZ\x90\x00" + b"\0" * 500, "is a program and not a document"),
    "a document with macros": (
        lambda: build.Docx(build.paragraph("x"), members={"word/vbaProject.bin": b"x"}).bytes(),
        "macros",
    ),
    "a PDF with a password": (lambda: build.pdf(["words"] * 9, password="k"), "password"),
    "an empty file": (lambda: b"", "empty"),
    "sixty megabytes": (lambda: b"\0" * (60 * 1024 * 1024), "This file has 60.0 MB. The limit is 25.0 MB"),
    "a zip that declares gigabytes": (
        lambda: build.declaring(build.docx(build.paragraph("x")), 3 * 1024**3),
        "unpacks",
    ),
    "a picture": (build.png, "Word document"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file_is_explained_and_the_good_one_stays(cast, draft, name):
    learner = cast.client_of("learner")
    made, sentence = WRONG_FILES[name]
    wrong = SimpleUploadedFile("essay.docx", made())
    typed = {"ai_use": "research", "ai_statement": "A chat assistant, for sources", "signed_name": "Rob"}

    answer = learner.post(reverse("assignments:attach", args=[draft.pk]), {"file": wrong, **typed})
    if answer.status_code == 302:
        # Its name and size said nothing; its content does.
        examination.examine(draft.documents.latest("pk").pk)
        answer = learner.get(reverse("assignments:submission", args=[draft.pk]))

    page = text_of(answer)
    assert "There is a problem" in page
    assert sentence in page
    assert "A chat assistant, for sources" in page
    assert "4,200 words" in page
    draft.refresh_from_db()
    assert draft.document.is_ready


@pytest.mark.parametrize(
    ("words", "sentence"), [(3100, "900 fewer than the range"), (6000, "1,000 more than the range")]
)
def test_an_essay_outside_the_range_is_taken_with_a_sentence(cast, draft, words, sentence):
    learner = cast.client_of("learner")
    essay = SimpleUploadedFile("essay.docx", factories.docx_bytes(words=words))

    learner.post(reverse("assignments:attach", args=[draft.pk]), {"file": essay})
    examination.examine(draft.documents.latest("pk").pk)
    page = text_of(learner.get(reverse("assignments:submission", args=[draft.pk])))
    assert f"{sentence} of 4,000 to 5,000. You can hand it in: the range is a guide" in page

    assert "Your essay is in" in text_of(
        learner.post(reverse("assignments:submit", args=[draft.pk]), SIGNED, follow=True)
    )
    draft.refresh_from_db()
    assert (draft.state, draft.document.words) == ("submitted", words)


# ---- dates before the start


def test_a_cohort_is_not_due_before_it_begins(cast):
    cohort = factories.a_cohort(cast=cast)
    before = cohort.deadlines.get(assignment__kind="essay").due_on
    given = {
        "assignment": factories.essay_of(cohort).pk,
        "due_on": (cohort.starts_on - dt.timedelta(days=1)).isoformat(),
    }

    answer = cast.client_of("contract_manager").post(
        reverse("programmes:set_cohort_deadline", args=[cohort.code]), given
    )

    assert "The cohort begins after this day. Choose a later one." in text_of(answer)
    assert f'value="{given["due_on"]}"' in answer.content.decode()
    assert cohort.deadlines.get(assignment__kind="essay").due_on == before


def test_nobody_gets_a_date_that_has_passed(cast):
    one = factories.an_enrolment(cast=cast)
    factories.a_registration(one, cast=cast)
    given = {"assignment": factories.essay_of(one.cohort).pk, "due_on": ago(1), "reason": "Was ill for two weeks"}

    answer = cast.client_of("tutor").post(reverse("enrolment:set_deadline", args=[one.pk]), given)

    assert "This date has passed. Choose a day from today on." in text_of(answer)
    assert "Was ill for two weeks" in answer.content.decode()
    assert not one.deadlines.exists()


def test_a_certificate_is_not_older_than_its_claim(cast):
    claim = verification.claim(factories.verified(cast=cast), by=cast.administrator)
    given = {"certificate_number": "CERT-77", "certificated_on": ago(3)}

    answer = cast.client_of("administrator").post(reverse("verification:record_certificate", args=[claim.pk]), given)

    assert "Its date cannot be earlier." in text_of(answer)
    assert 'value="CERT-77"' in answer.content.decode()
    claim.refresh_from_db()
    assert claim.state == "claimed"


# ---- marking


@pytest.fixture
def piece(cast):
    return factories.a_submission(cast=cast)


def decide_all(piece, *, by, refer=False, action="Add a second example."):
    marking.take(piece, by=by)
    for position, criterion in enumerate(piece.criteria()):
        unmet = refer and position == 0
        marking.decide(
            piece,
            criterion=criterion,
            decision="refer" if unmet else "pass",
            feedback="Said.",
            action=action if unmet else "",
            revision=0,
            by=by,
        )


def test_a_referral_without_an_action_names_the_criterion_and_keeps_the_summary(cast, piece):
    decide_all(piece, by=cast.tutor, refer=True, action="")
    given = {
        "summary": "Close to a pass.",
        "resubmit_by": ahead(28),
        "declares": ["checked", "supported"],
        "is_authentic": "on",
    }

    answer = cast.client_of("tutor").post(reverse("assignments:refer", args=[piece.pk]), given)

    page = text_of(answer)
    assert "1.1" in page[page.index("There is a problem") :][:300]
    assert "Close to a pass." in page
    piece.refresh_from_db()
    assert piece.state == "submitted"
    assert not piece.markings.exists()


@pytest.fixture
def colleague(cast, piece):
    """A second tutor of the same cohort."""
    cohort = piece.enrolment.cohort
    other = factories.a_user(role=Role.TUTOR, name="Clive Colleague")
    proposal = programmes.propose_tutor(
        cohort, tutor=other, from_on=clock.today(), reason="Stands in", by=cast.contract_manager
    )
    programmes.approve_tutor(proposal, by=cast.client_contact)
    return other


def test_of_two_tutors_in_one_piece_each_sees_who_is_first_and_no_text_is_lost(cast, client, piece, colleague):
    first, second = cast.client_of("tutor"), client
    second.force_login(colleague, backend="allauth.account.auth_backends.AuthenticationBackend")
    criterion = piece.criteria().first()
    address = reverse("assignments:decide", args=[piece.pk, criterion.pk])
    room = reverse("assignments:room", args=[piece.pk])

    def typed(text, **more):
        return {"decision": "pass", "feedback": text, "action": "", "revision": "0", **more}

    first.post(reverse("assignments:take", args=[piece.pk]))
    assert "Tomas Tutor is marking this" in text_of(second.get(room))
    refused = second.post(reverse("assignments:take", args=[piece.pk]))
    assert "Tomas Tutor has been marking this since" in text_of(refused)

    # Both had the page open, the first tutor's hold ran out, and the second took over and wrote.
    with clock.at(clock.now() + dt.timedelta(hours=5)):
        second.post(reverse("assignments:take", args=[piece.pk]))
        second.post(address, typed("The colleague's words."))
        answer = first.post(address, typed("My own long words."))

        assert answer.status_code == 409
        assert "Clive Colleague has been marking this since" in text_of(answer)
        assert "My own long words." in text_of(answer)
        by_script = first.post(address, typed("My own long words."), headers={"X-Requested-With": "marking"})
        assert by_script.status_code == 409
        assert "Clive Colleague has been marking this since" in by_script.json()["sentence"]
    assert piece.decisions.get(criterion=criterion).feedback == "The colleague's words."


# ---- twice


def _hand_in(cast):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    draft = factories.a_submission(cast=cast, one=one, state="draft")
    return "learner", reverse("assignments:submit", args=[draft.pk]), SIGNED, "Your essay is in"


def _pass(cast):
    piece = factories.a_submission(cast=cast)
    decide_all(piece, by=cast.tutor)
    given = {"summary": "Well argued.", "declares": ["checked", "supported"], "is_authentic": "on"}
    return (
        "tutor",
        reverse("assignments:award_pass", args=[piece.pk]),
        given,
        "You have signed this already. Nothing was done a second time.",
    )


def _refer(cast):
    piece = factories.a_submission(cast=cast)
    decide_all(piece, by=cast.tutor, refer=True)
    given = {"summary": "Close.", "resubmit_by": ahead(28), "declares": ["checked", "supported"], "is_authentic": "on"}
    return (
        "tutor",
        reverse("assignments:refer", args=[piece.pk]),
        given,
        "You have signed this already. Nothing was done a second time.",
    )


def _agree(cast):
    piece = factories.a_submission(cast=cast, state="passed")
    sample = verification.select(piece, reason="Every piece of a new tutor", by=cast.iqa)
    given = {"comment": "Fair.", "revision": 0, **{f"k{pk}": "yes" for pk in verifying.numbers_of(sample)}}
    return "iqa", reverse("verification:agree", args=[sample.pk]), given, "You have agreed already."


def _claim(cast):
    one = factories.verified(cast=cast)
    return "administrator", reverse("verification:make_claims"), {"enrolment": one.pk}, "has been claimed already"


def _record(cast):
    claim = verification.claim(factories.verified(cast=cast), by=cast.administrator)
    given = {"certificate_number": "CERT-5", "certificated_on": ahead(0)}
    return (
        "administrator",
        reverse("verification:record_certificate", args=[claim.pk]),
        given,
        "You have recorded this certificate already.",
    )


TWICE = {
    "hand in": (_hand_in, "submit", 2),
    "pass": (_pass, "award_pass", 1),
    "refer": (_refer, "refer", 1),
    "agree": (_agree, "agree", 0),
    "claim": (_claim, "claim", 0),
    "record certificate": (_record, "record_certificate", 2),
}


@pytest.mark.parametrize("button", TWICE)
def test_a_second_click_changes_nothing_and_says_where_it_stands(cast, button):
    prepare, verb, mails = TWICE[button]
    who, address, given, sentence = prepare(cast)
    client, before = cast.client_of(who), Notice.objects.count()

    first = client.post(address, given, follow=True)
    after_first = Event.objects.count()
    second = client.post(address, given, follow=True)

    assert (first.status_code, second.status_code) == (200, 200)
    assert sentence in text_of(second), text_of(second)[:1500]
    assert Event.objects.filter(verb=verb).count() == 1
    assert Event.objects.count() == after_first
    assert Notice.objects.count() == before + mails


# ---- a session that ran out


def test_what_is_saved_while_typing_after_the_session_ended_is_answered_with_a_sentence(cast):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    invited = factories.an_enrolment(
        cast=cast, cohort=factories.a_cohort(cast=cast), learner=cast.learner, state="invited"
    )
    visitor = cast.client_of("visitor")

    answer = visitor.post(reverse("enrolment:autosave", args=[invited.pk, "about"]), {"legal_first_name": "Lena"})
    assert (answer.status_code, answer.text.partition(".")[0]) == (401, "You have been signed out")

    # Of the portfolio the form's own address is asked; the script sees a redirect and says the same.
    answer = visitor.post(reverse("assignments:save_text", args=[one.pk, "review"]), {"body": "Words"})
    assert answer.status_code == 302
    assert "next=" in answer["Location"]
    assert not PortfolioText.objects.exists()


@pytest.mark.browser
def test_a_text_typed_after_the_session_ended_is_back_after_signing_in(cast_for_browser, page, sign_in):
    cast = cast_for_browser
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    sign_in(cast.learner)
    opened(page, reverse("assignments:save_text", args=[one.pk, "review"]))
    page.get_by_label("Your text").fill("What I do well is to wait.")
    expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()

    Session.objects.all().delete()
    longer = "What I do well is to wait. What comes next is to ask less."
    page.get_by_label("Your text").fill(longer)
    expect(page.get_by_text("You have been signed out. What you wrote is kept in this browser")).to_be_visible()
    page.locator("main").get_by_role("button", name="Save").click()
    page.get_by_label("E-mail").fill(cast.learner.email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.wait_for_url("**/portfolio/review/")
    expect(page.get_by_label("Your text")).to_have_value(longer)
    expect(page.get_by_text(re.compile(r"^Saved \d"))).to_be_visible()
    assert PortfolioText.objects.get(enrolment=one).body == longer


@pytest.mark.browser
def test_a_double_click_on_hand_in_hands_in_once(cast_for_browser, page, sign_in):
    cast = cast_for_browser
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    draft = factories.a_submission(cast=cast, one=one, state="draft")
    sign_in(cast.learner)
    opened(page, reverse("assignments:submission", args=[draft.pk]))
    page.locator("[name=ai_use][value=none]").check()
    for box in page.locator("[name=declares]").all():
        box.check()
    page.get_by_label("Your name, as a signature").fill("Lena Learner")
    page.get_by_role("button", name="Hand in 4,200 words").dblclick()

    expect(page.get_by_role("heading", name="Your essay is in")).to_be_visible()
    assert Event.objects.filter(verb="submit").count() == 1
    assert Notice.objects.filter(key=f"submission:{draft.pk}:receipt").count() == 1
