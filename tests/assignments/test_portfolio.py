"""A portfolio grows entry by entry, says what is missing, and is frozen when it is handed in."""

import datetime as dt
import hashlib
import io
import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image

from assignments import actions, portfolio
from assignments.models import Evidence, Mapping, PortfolioText, PracticeClient, PracticeSession, Submission
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused
from programmes.models import PortfolioNeed
from tests import factories
from tests.factories import a_submission, a_version, an_enrolment, fill_portfolio, portfolio_of
from workshops import actions as workshops

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SESSION = {"minutes": 60, "focus": "Listening", "reflection": "I waited longer."}


def today(days=0):
    return clock.today() + dt.timedelta(days=days)


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast)


@pytest.fixture
def learner(client, one):
    client.force_login(one.learner, backend=BACKEND)
    return client


@pytest.fixture
def coachee(one):
    return actions.add_practice_client(one, code="A", role="coach", by=one.learner)


def picture(name="contract.png", wide=4):
    out = io.BytesIO()
    Image.new("RGB", (wide, 4), "teal").save(out, "PNG")
    return ContentFile(out.getvalue(), name=name)


def page(name, *args):
    return reverse(f"assignments:{name}", args=args)


# ---- entries


def test_a_session_is_logged_with_its_minutes_and_an_event(one, coachee):
    session = actions.log_session(coachee, held_on=today(), **SESSION, by=one.learner)

    assert list(coachee.sessions.all()) == [session]
    assert Event.objects.about(session).get().detail == {"minutes": 60}


def test_a_changed_session_says_in_its_history_what_the_minutes_were(one, coachee):
    session = actions.log_session(coachee, held_on=today(), **SESSION, by=one.learner)
    actions.edit_session(session, held_on=today(), **{**SESSION, "minutes": 75}, by=one.learner)

    assert Event.objects.about(session).first().detail == {"minutes": 75, "minutes_before": 60}
    assert PracticeSession.objects.get().minutes == 75


def test_a_day_in_the_future_is_refused(one, coachee):
    with pytest.raises(Refused, match=r"The session lies in the future\. Enter it when it has taken place\."):
        actions.log_session(coachee, held_on=today(1), **SESSION, by=one.learner)
    with pytest.raises(Refused, match="The contract lies in the future"):
        actions.edit_practice_client(coachee, contract_agreed_on=today(1), by=one.learner)


def test_a_day_before_the_enrolment_is_refused(one, coachee):
    with pytest.raises(Refused, match="The session lies before your enrolment began"):
        actions.log_session(coachee, held_on=today(-1), **SESSION, by=one.learner)
    with pytest.raises(Refused, match="The contract lies before your enrolment began"):
        actions.add_practice_client(one, code="B", role="coach", contract_agreed_on=today(-200), by=one.learner)


def test_a_code_is_used_once(one, coachee):
    with pytest.raises(Refused, match=r"You already have a client A\. Choose another code\."):
        actions.add_practice_client(one, code=" A ", role="mentor", by=one.learner)
    assert PracticeClient.objects.count() == 1


def test_editing_a_client_leaves_what_is_not_given(one, coachee):
    actions.edit_practice_client(coachee, goals="Calmer meetings", by=one.learner)
    actions.edit_practice_client(coachee, review="They are calmer", by=one.learner)

    coachee.refresh_from_db()
    assert (coachee.code, coachee.goals, coachee.review) == ("A", "Calmer meetings", "They are calmer")


def test_the_database_refuses_impossible_minutes_and_roles(one, coachee):
    for minutes in (0, 601):
        with pytest.raises(IntegrityError, match="practice_session_minutes"), transaction.atomic():
            coachee.sessions.create(held_on=today(), minutes=minutes, focus="x", reflection="x", added_at=clock.now())
    with pytest.raises(IntegrityError, match="practice_client_role_known"), transaction.atomic():
        PracticeClient.objects.filter(pk=coachee.pk).update(role="friend")


def test_a_text_is_kept_as_it_grows(one):
    for body in ("One", "One two", "One two three"):
        actions.save_text(one, part="review", body=body, by=one.learner)

    assert PortfolioText.objects.get().body == "One two three"


def test_evidence_keeps_its_fingerprint_kind_and_criteria(one, coachee):
    criteria = portfolio_of(one.cohort).units.get(number="501").outcomes.get().criteria.all()
    file = picture()

    found = actions.add_evidence(one, title="Contract", file=file, client=coachee, criteria=criteria, by=one.learner)

    file.seek(0)
    assert found.sha256 == hashlib.sha256(file.read()).hexdigest()
    assert (found.kind, found.mime, found.name) == ("png", "image/png", "contract.png")
    shown = Mapping.objects.filter(enrolment=one, item=found.key).values_list("criterion", flat=True)
    assert set(shown) == {criterion.pk for criterion in criteria}


def test_evidence_that_is_a_program_is_refused(one):
    with pytest.raises(Refused, match="is a program"):
        actions.add_evidence(one, title="x", file=ContentFile(b"MZ" + b"\0" * 99, name="x.png"), by=one.learner)


def test_evidence_cannot_belong_to_the_client_of_another_portfolio(cast, one, coachee):
    other = an_enrolment(cast=cast)

    with pytest.raises(NotAllowed, match="belongs to another portfolio"):
        actions.add_evidence(other, title="x", file=picture(), client=coachee, by=other.learner)


def test_nobody_else_writes_in_a_portfolio(cast, one, coachee):
    for somebody in (cast.tutor, cast.administrator, cast.learner):
        with pytest.raises(NotAllowed, match="Only the learner writes"):
            actions.save_text(one, part="review", body="x", by=somebody)
        with pytest.raises(NotAllowed):
            actions.log_session(coachee, held_on=today(), **SESSION, by=somebody)


@pytest.mark.parametrize("state", ["invited", "applied", "declined", "withdrawn"])
def test_a_portfolio_grows_only_while_on_the_programme(cast, state):
    one = an_enrolment(cast=cast, state=state)

    with pytest.raises(Refused, match="A portfolio grows while you are on the programme"):
        actions.save_text(one, part="review", body="x", by=one.learner)


# ---- what is missing


def test_an_empty_portfolio_lacks_everything(cast):
    version = a_version(practice_minutes=1080, practice_clients_min=2, supervision_minutes=60)
    one = an_enrolment(cast=cast, cohort=factories.a_cohort(cast=cast, version=version))

    assert [missing.sentence for missing in portfolio.of(one).missing] == [
        "Add practice clients: 0 of at least 2 so far.",
        "Log 18 h more of practice: 0 min of 18 h so far.",
        "Your supervisor has recorded 0 min of 1 h.",
        "Write your review of your own ability.",
        "Write your development plan.",
    ]


def test_each_client_says_what_it_lacks(one, coachee):
    assert [missing.sentence for missing in portfolio.of(one).missing_of(coachee)] == [
        "Client A: add the needs and goals you agreed.",
        "Client A: write the terms of the contract, or mark a file as the contract.",
        "Client A: add the day you agreed the contract.",
        "Client A: add a session.",
        "Client A: add what was achieved against the goals.",
    ]


def test_a_file_marked_as_the_contract_is_the_contract(one, coachee):
    actions.add_evidence(one, title="Signed", file=picture(), client=coachee, is_contract=True, by=one.learner)

    told = [missing.sentence for missing in portfolio.of(one).missing_of(coachee)]
    assert not [sentence for sentence in told if "contract" in sentence]


def test_a_file_taken_out_is_no_contract_any_more(one, coachee):
    file = actions.add_evidence(one, title="Signed", file=picture(), client=coachee, is_contract=True, by=one.learner)
    actions.remove_evidence(file, by=one.learner)

    assert "or mark a file as the contract" in " ".join(
        missing.sentence for missing in portfolio.of(one).missing_of(coachee)
    )


def test_a_contract_belongs_to_a_client(one):
    with pytest.raises(Refused, match="Choose the practice client whose contract this is"):
        actions.add_evidence(one, title="Signed", file=picture(), is_contract=True, by=one.learner)
    with pytest.raises(IntegrityError, match="evidence_contract_has_its_client"), transaction.atomic():
        Evidence.objects.bulk_create(
            [Evidence(enrolment=one, is_contract=True, size=1, added_at=clock.now(), added_by=one.learner)]
        )


def with_needs(cast, *needs):
    version = a_version(portfolio_needs=list(needs))
    return an_enrolment(cast=cast, cohort=factories.a_cohort(cast=cast, version=version))


NEEDED = {
    "goals": "Client A: add the needs and goals you agreed.",
    "contract": "Client A: write the terms of the contract, or mark a file as the contract.",
    "sessions": "Client A: add a session.",
    "feedback": "Client A: ask for feedback with a link.",
    "achieved": "Client A: add what was achieved against the goals.",
    "review": "Write your review of your own ability.",
    "development": "Write your development plan.",
    "mapping": "Say in the evidence matrix what shows 501 1.1 and 503 1.1.",
}


@pytest.mark.parametrize("need", NEEDED)
def test_a_portfolio_needs_what_its_qualification_says_and_nothing_else(cast, need):
    one = with_needs(cast, need)
    actions.add_practice_client(one, code="A", role="coach", by=one.learner)
    told = [missing.sentence for missing in portfolio.of(one).missing]

    assert [sentence for sentence in told if sentence in NEEDED.values()] == [NEEDED[need]]


def test_a_session_without_a_reflection_is_named_by_its_day(cast, learner):
    one = with_needs(cast, "reflection")
    client = actions.add_practice_client(one, code="A", role="coach", by=one.learner)
    session = actions.log_session(client, held_on=today(), **{**SESSION, "reflection": " "}, by=one.learner)

    day = f"{today().day} {today():%B %Y}"
    (missing,) = portfolio.of(one).missing_of(portfolio.of(one).clients[0])
    assert missing.sentence == f"Client A: write your reflection on {day}."
    assert missing.session == session.pk


def test_every_need_at_once_is_met_by_a_full_portfolio(cast):
    one = with_needs(cast, *PortfolioNeed.values)
    a_submission(cast=cast, one=one, kind="portfolio")

    assert portfolio.of(one).missing == []
    assert one.submissions.get().state == "submitted"


def test_more_clients_than_the_most_is_said(one):
    for code in "ABCD":
        actions.add_practice_client(one, code=code, role="coach", by=one.learner)

    assert portfolio.of(one).missing[0].sentence == "You have 4 practice clients, and 3 is the most."


def test_the_cohorts_own_target_is_shown_and_does_not_hold_back(cast, one):
    one.cohort.centre_practice_minutes = 600
    one.cohort.save()
    fill_portfolio(one)
    workshops.supervise(one, held_on=today(), minutes=30, feedback="Good.", by=cast.tutor)

    folder = portfolio.of(one)

    assert (folder.practice.done, folder.practice.minimum, folder.practice.target) == (90, 60, 600)
    assert folder.practice.left_to_target == 510
    assert folder.missing == []


@pytest.mark.parametrize("clients", [1, 3])
def test_reading_a_portfolio_takes_few_queries(one, clients, django_assert_num_queries):
    for code in "ABC"[:clients]:
        added = actions.add_practice_client(one, code=code, role="coach", by=one.learner)
        actions.log_session(added, held_on=today(), **SESSION, by=one.learner)
        actions.add_evidence(one, title="x", file=picture(wide=40 + ord(code)), by=one.learner)
        actions.ask_for_feedback(added, by=one.learner)
    fresh = type(one).objects.select_related("cohort__version", "learner").get(pk=one.pk)

    with django_assert_num_queries(3):
        folder = portfolio.of(fresh)
        assert folder.missing
        assert folder.remarks == []
    with django_assert_num_queries(5):
        folder.canonical()


# ---- frozen


def test_an_unfinished_portfolio_is_not_handed_in(one):
    submission = actions.begin(one, assignment=portfolio_of(one.cohort), by=one.learner)

    with pytest.raises(
        Refused, match=r"not complete yet\. Add practice clients: 0 of at least 1 so far\. 4 more on your list\."
    ):
        actions.submit(submission, ai_use="none", signed_name="R", by=one.learner)


def test_handing_in_writes_the_portfolio_out(cast, one):
    evidence = actions.add_evidence(one, title="Contract <b>A</b>", file=picture(), by=one.learner)
    submission = a_submission(cast=cast, one=one, kind="portfolio")

    submission.refresh_from_db()
    document = submission.document
    with document.file.open() as file:
        canonical = file.read()
    assert document.kind == "portfolio"
    assert document.sha256 == hashlib.sha256(canonical).hexdigest()
    assert json.loads(canonical)["clients"][0]["sessions"][0]["minutes"] == 90
    assert list(submission.evidence.all()) == [evidence]
    html = document.reading.html
    assert "Six meetings. What is said stays between us." in html
    assert "I asked fewer questions and waited longer." in html
    assert "Careful and warm." in html
    assert "Contract &lt;b&gt;A&lt;/b&gt;" in html
    assert {row["title"] for row in document.reading.outline} >= {"Practice", "Client A", "Supervision", "Evidence"}
    assert document.words == len(document.reading.text.split())


@pytest.mark.sqlite
def test_what_was_handed_in_stays_when_the_portfolio_changes(cast, one):
    evidence = actions.add_evidence(one, title="Contract", file=picture(), by=one.learner)
    submission = a_submission(cast=cast, one=one, kind="portfolio", state="referred")
    submission.refresh_from_db()
    before = (submission.document.sha256, submission.document.reading.html)

    client = one.practice_clients.get()
    actions.edit_practice_client(client, goals="Something else", by=one.learner)
    actions.edit_session(client.sessions.get(), held_on=today(), **{**SESSION, "reflection": "New"}, by=one.learner)
    actions.save_text(one, part="review", body="Rewritten", by=one.learner)
    actions.remove_evidence(evidence, by=one.learner)

    again = Submission.objects.get(pk=submission.pk)
    assert (again.document.sha256, again.document.reading.html) == before
    assert list(again.evidence.all()) == [evidence]
    assert portfolio.of(one).fingerprint != before[0]
    assert not Evidence.objects.present().exists()


@pytest.mark.parametrize(("state", "sentence"), [("submitted", "is with the tutor"), ("passed", "has passed")])
def test_while_it_is_with_the_tutor_and_after_a_pass_nothing_is_written(cast, one, state, sentence):
    a_submission(cast=cast, one=one, kind="portfolio", state=state)
    client = one.practice_clients.get()
    one = type(one).objects.get(pk=one.pk)
    tries = [
        lambda: actions.add_practice_client(one, code="Z", role="coach", by=one.learner),
        lambda: actions.edit_practice_client(client, goals="x", by=one.learner),
        lambda: actions.log_session(client, held_on=today(), **SESSION, by=one.learner),
        lambda: actions.edit_session(client.sessions.get(), held_on=today(), **SESSION, by=one.learner),
        lambda: actions.save_text(one, part="review", body="x", by=one.learner),
        lambda: actions.add_evidence(one, title="x", file=picture(), by=one.learner),
    ]

    for attempt in tries:
        with pytest.raises(Refused, match=sentence):
            attempt()


def test_a_second_attempt_is_frozen_anew(cast, one):
    first = a_submission(cast=cast, one=one, kind="portfolio", state="referred")
    actions.save_text(one, part="review", body="Rewritten after the referral", by=one.learner)
    second = Submission.objects.get(enrolment=one, attempt=2)
    factories.hand_in(second)

    first.refresh_from_db()
    second.refresh_from_db()
    assert "Rewritten after the referral" in second.document.reading.text
    assert "Rewritten after the referral" not in first.document.reading.text


# ---- pages


@pytest.mark.sqlite
def test_the_way_through_the_pages(cast, learner, one):
    home = page("portfolio", one.pk)
    assert "No practice clients yet" in learner.get(home).content.decode()

    given = {
        "code": "A",
        "role": "coach",
        "goals": "Calmer meetings",
        "terms": "Six meetings.",
        "contract_agreed_on": today().isoformat(),
    }
    learner.post(page("add_practice_client", one.pk), given)
    client = PracticeClient.objects.get()
    session = {"held_on": today().isoformat(), **SESSION}
    learner.post(page("log_session", client.pk), session)
    learner.post(page("edit_practice_client", client.pk), {**given, "review": "They are calmer"})
    for part in ("review", "development"):
        learner.post(page("save_text", one.pk, part), {"body": "What I do well."})
    workshops.supervise(one, held_on=today(), minutes=30, feedback="Good.", by=cast.tutor)

    html = learner.get(home).content.decode()
    assert "Your portfolio is complete" in html
    assert "Go on to hand in" in html
    begun = learner.post(page("begin", one.pk, portfolio_of(one.cohort).pk), follow=True).content.decode()
    assert "Hand in your portfolio as attempt 1" in begun
    signed = {"ai_use": "none", "signed_name": "R", "declares": ["own_words", "sources", "nowhere_else", "malpractice"]}
    done = learner.post(page("submit", Submission.objects.get().pk), signed, follow=True).content.decode()
    assert "Your portfolio is in" in done
    assert "Your portfolio is with the tutor." in learner.get(home).content.decode()


def test_each_missing_thing_leads_to_where_it_is_mended(learner, one, coachee):
    html = learner.get(page("portfolio", one.pk)).content.decode()

    assert f'href="{page("edit_practice_client", coachee.pk)}#id_goals"' in html
    assert f'href="{page("log_session", coachee.pk)}"' in html
    assert f'href="{page("save_text", one.pk, "review")}"' in html


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"held_on": "2999-01-01"}, "The session lies in the future"),
        ({"held_on": "2001-01-01"}, "The session lies before your enrolment began"),
        ({"minutes": "601"}, "Enter 600 minutes at most"),
        ({"minutes": "0"}, "Enter at least 1 minute"),
        ({"reflection": ""}, "Enter your reflection"),
    ],
)
def test_a_wrong_entry_is_explained_beside_its_field_and_nothing_is_lost(learner, one, coachee, given, sentence):
    html = learner.post(
        page("log_session", coachee.pk), {"held_on": today().isoformat(), **SESSION, "notes": "Kept notes", **given}
    ).content.decode()

    assert html.count(sentence) == 2
    assert "Kept notes" in html
    assert not coachee.sessions.exists()


def test_what_may_tell_who_somebody_is_stays_on_the_page_until_it_is_mended(learner, one, coachee):
    actions.edit_practice_client(coachee, goals="To work with Keisha again", by=one.learner)
    session = actions.log_session(coachee, held_on=today(), **{**SESSION, "notes": "07700 900123"}, by=one.learner)
    actions.save_text(one, part="review", body="I told Zadie so.", by=one.learner)
    file = actions.add_evidence(one, title="x", file=picture("Anna Smith.png"), by=one.learner)
    html = learner.get(page("portfolio", one.pk)).content.decode()

    assert "4 places that may tell who somebody is" in html
    assert "The text on the goals of client A seems to hold “Keisha” (a name)." in html
    assert f"{page('edit_practice_client', coachee.pk)}#id_goals" in html
    assert "“07700 900123” (a phone number)" in html
    assert f"{page('edit_session', session.pk)}#id_notes" in html
    assert "Review of your own ability seems to hold “Zadie” (a name)." in html
    assert "The file name “Anna Smith.png” seems to hold “Anna Smith” (a name)." in html

    actions.edit_practice_client(coachee, goals="To work with client B again", by=one.learner)
    actions.edit_session(session, held_on=today(), **SESSION, by=one.learner)
    actions.save_text(one, part="review", body="I told client B so.", by=one.learner)
    actions.remove_evidence(file, by=one.learner)
    assert "that may tell who somebody is" not in learner.get(page("portfolio", one.pk)).content.decode()


def test_the_people_of_the_cohort_are_known_and_the_learner_may_name_themselves(cast, learner, one):
    an_enrolment(cast=cast, cohort=one.cohort, name="Sipho Hill")
    actions.save_text(one, part="review", body=f"Sipho was calm. Signed, {one.learner.full_name}", by=one.learner)

    told = [remark.sentence for remark in portfolio.of(one).remarks]
    assert told == ["Review of your own ability seems to hold “Sipho” (a name)."]


def test_the_log_shows_every_reflection_in_the_order_of_its_day(cast, learner, one, coachee):
    other = actions.add_practice_client(one, code="B", role="coach", by=one.learner)
    with clock.at(today(3)):
        for client, ago, said in ((coachee, 0, "Third"), (other, 1, "Second"), (coachee, 2, "First")):
            given = {**SESSION, "reflection": f"{said} thoughts"}
            actions.log_session(client, held_on=today(-ago), **given, by=one.learner)
        workshops.supervise(one, held_on=today(), minutes=45, topics="Silence", feedback="Careful.", by=cast.tutor)
        html = learner.get(page("reflective_log", one.pk)).content.decode()

    places = [html.index(f"{said} thoughts") for said in ("First", "Second", "Third")]
    assert places == sorted(places)
    assert "3 h so far" in html.replace("\N{NO-BREAK SPACE}", " ")
    assert html.index("Careful.") > places[-1]


def test_what_a_file_is_can_be_said_better(learner, one, coachee):
    file = actions.add_evidence(one, title="Contract with Anna", file=picture(), by=one.learner)
    given = {"title": "Contract with client A", "client": coachee.pk, "is_contract": "on"}
    learner.post(page("edit_evidence", file.pk), {**given, "client": ""})
    file.refresh_from_db()
    assert file.title == "Contract with Anna"

    learner.post(page("edit_evidence", file.pk), given)
    file.refresh_from_db()
    assert (file.title, file.client, file.is_contract) == ("Contract with client A", coachee, True)


def test_a_name_for_a_code_is_warned_of_and_taken(learner, one):
    html = learner.post(
        page("add_practice_client", one.pk), {"code": "Anna", "role": "coach"}, follow=True
    ).content.decode()

    assert "“Anna” looks like a name. Use a code that only you can read" in html
    assert PracticeClient.objects.get().code == "Anna"


def test_a_text_saves_itself(learner, one):
    url = page("save_text", one.pk, "review")

    answer = learner.post(url, {"body": "Half a sent"}, headers={"X-Requested-With": "autosave"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert PortfolioText.objects.get().body == "Half a sent"
    assert "Half a sent" in learner.get(url).content.decode()


def test_a_text_that_saves_itself_too_late_hears_why(cast, learner, one):
    a_submission(cast=cast, one=one, kind="portfolio")

    answer = learner.post(page("save_text", one.pk, "review"), {"body": "x"}, headers={"X-Requested-With": "autosave"})

    assert answer.status_code == 409
    assert answer.content.decode() == "Your portfolio is with the tutor. It opens again if it is referred."
    assert answer["Content-Type"].startswith("text/plain")


def test_evidence_is_added_and_taken_out_on_its_pages(learner, one, coachee):
    upload = SimpleUploadedFile("contract.png", picture().read())
    learner.post(page("add_evidence", one.pk), {"title": "Contract", "file": upload, "client": coachee.pk})
    found = Evidence.objects.get()
    assert "1 file" in learner.get(page("portfolio", one.pk)).content.decode()
    assert "contract.png" in learner.get(page("evidence_files", one.pk)).content.decode()

    assert "out of your portfolio?" in learner.get(page("remove_evidence", found.pk)).content.decode()
    learner.post(page("remove_evidence", found.pk))
    assert "contract.png" not in learner.get(page("evidence_files", one.pk)).content.decode()


def test_a_picture_is_shown_and_other_files_are_downloaded(learner, one):
    image = actions.add_evidence(one, title="x", file=picture(), by=one.learner)
    text = actions.add_evidence(one, title="y", file=ContentFile(b"Some notes.", name="notes.txt"), by=one.learner)

    shown, sent = learner.get(page("evidence", image.pk)), learner.get(page("evidence", text.pk))

    assert shown["Content-Disposition"] == 'inline; filename="contract.png"'
    assert sent["Content-Disposition"] == 'attachment; filename="notes.txt"'
    assert {one["X-Content-Type-Options"] for one in (shown, sent)} == {"nosniff"}
    assert b"".join(sent.streaming_content) == b"Some notes."
    assert b"".join(shown.streaming_content)


def test_evidence_is_read_by_others_once_it_is_handed_in(cast, one):
    evidence = actions.add_evidence(one, title="x", file=picture(), by=one.learner)
    url = page("evidence", evidence.pk)
    assert cast.client_of("tutor").get(url).status_code == 404
    a_submission(cast=cast, one=one, kind="portfolio")

    expected = {"tutor": 200, "iqa": 200, "eqa": 200, "administrator": 403, "client_contact": 403, "learner": 404}
    found = {who: cast.client_of(who).get(url) for who in expected}
    assert {who: answer.status_code for who, answer in found.items()} == expected
    assert all(b"".join(answer.streaming_content) for answer in found.values() if answer.status_code == 200)
    assert Event.objects.filter(verb="download", subject_type="assignments.evidence").count() == 3


def test_nobody_else_opens_the_pages_of_a_growing_portfolio(cast, one, coachee):
    session = actions.log_session(coachee, held_on=today(), **SESSION, by=one.learner)
    evidence = actions.add_evidence(one, title="x", file=picture(), by=one.learner)
    urls = [
        page("portfolio", one.pk),
        page("practice_client", coachee.pk),
        page("add_practice_client", one.pk),
        page("edit_practice_client", coachee.pk),
        page("log_session", coachee.pk),
        page("edit_session", session.pk),
        page("save_text", one.pk, "review"),
        page("evidence_files", one.pk),
        page("add_evidence", one.pk),
        page("remove_evidence", evidence.pk),
    ]

    for who, status in (("learner", 404), ("tutor", 403), ("client_contact", 403), ("visitor", 302)):
        browser = cast.client_of(who)
        assert {url: browser.get(url).status_code for url in urls} == dict.fromkeys(urls, status), who


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_take_the_same_few_queries_however_much_there_is(
    cast, learner, one, number, django_assert_num_queries
):
    for code in "ABC"[:number]:
        added = actions.add_practice_client(one, code=code, role="coach", by=one.learner)
        actions.log_session(added, held_on=today(), **SESSION, by=one.learner)
        actions.add_evidence(one, title="x", file=picture(wide=40 + ord(code)), by=one.learner)
        workshops.supervise(one, held_on=today(), minutes=30, feedback="Good.", by=cast.tutor)
    a_submission(cast=cast, one=one, kind="essay", state="referred")

    with django_assert_num_queries(10):
        assert learner.get(page("portfolio", one.pk)).status_code == 200
    with django_assert_num_queries(10):
        assert learner.get(page("evidence_files", one.pk)).status_code == 200
    with django_assert_num_queries(9):
        assert learner.get(page("practice_client", added.pk)).status_code == 200
    with django_assert_num_queries(9):
        assert learner.get(page("matrix", one.pk)).status_code == 200
    with django_assert_num_queries(9):
        assert learner.get(page("reflective_log", one.pk)).status_code == 200
