"""An essay written in the browser: nothing is overwritten unseen, no text is lost, and the hand-in takes the text as it stood."""

import datetime as dt
import threading

import pytest
from django.db import close_old_connections, connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments import actions, writing
from assignments.models import Submission, Writing, WritingVersion
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale, WrongState
from tests import factories
from tests.factories import an_enrolment, essay_of, portfolio_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def essay(cast):
    one = an_enrolment(cast=cast, name="Priya Raman")
    return actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)


@pytest.fixture
def learner(client, essay):
    client.force_login(essay.enrolment.learner, backend=BACKEND)
    return client


def save(essay, body, revision=0, **more):
    return actions.save_writing(essay, body=body, revision=revision, by=essay.enrolment.learner, **more)


def text_of(essay):
    return Writing.objects.get(submission=essay)


def versions(essay):
    return [(one.number, one.body, one.cause) for one in WritingVersion.objects.filter(writing__submission=essay)]


def url(name, essay, *more):
    return reverse(f"assignments:{name}", args=[essay.pk, *more])


# ---- saving


def test_a_text_is_kept_with_its_words_and_its_next_revision(essay):
    kept = save(essay, "# 1.1 Define\r\n\r\nCoaching asks.\r\n", page="a", step=1)

    assert kept.beside is None
    text = text_of(essay)
    assert (text.body, text.words, text.revision) == ("# 1.1 Define\n\nCoaching asks.\n", 4, 1)
    assert text.saved_by == essay.enrolment.learner


def test_the_count_is_that_of_the_document_the_text_becomes(essay):
    body = "# 1.1 Define\n\nCoaching *asks*.[^1]\n\n[^1]: A note.\n\n# References\n\nSmith, 2020.\n"
    save(essay, body)

    document = actions.use_writing(essay, by=essay.enrolment.learner)

    assert text_of(essay).words == document.words == 4
    assert (document.words_notes, document.words_references) == (2, 3)


def test_while_one_page_writes_a_version_is_kept_every_five_minutes(essay):
    begin = clock.now()
    for minute in range(13):
        with clock.at(begin + dt.timedelta(minutes=minute)):
            save(essay, " ".join(f"word{n}" for n in range(minute + 1)), page="a", step=minute + 1, revision=minute)

    kept = versions(essay)
    assert 2 <= len(kept) <= 3
    assert all(cause == "autosave" for _, _, cause in kept)


def test_a_save_that_takes_many_words_away_keeps_them_first(essay):
    long = " ".join(f"word{n}" for n in range(100))
    save(essay, "begun", page="a", step=1)
    save(essay, long, page="a", step=2, revision=1)
    save(essay, "", page="a", step=3, revision=2)

    assert text_of(essay).body == ""
    assert long in [body for _, body, _ in versions(essay)]


def test_saving_by_hand_keeps_a_version_and_the_same_text_only_once(essay):
    save(essay, "One.", cause="by_hand", page="a", step=1)
    save(essay, "One.", cause="by_hand", revision=1, page="a", step=2)
    save(essay, "One. Two.", cause="before_sign_out", revision=1, page="a", step=3)

    assert versions(essay) == [(1, "One.", "by_hand"), (2, "One. Two.", "before_sign_out")]
    second = WritingVersion.objects.get(number=2)
    assert (second.added, second.removed, second.words) == (1, 0, 2)


def test_two_pages_that_write_one_essay_overwrite_nothing(essay):
    save(essay, "From the first window.", page="a", step=1)
    kept = save(essay, "From the second window.", page="b", step=1, revision=0)

    assert text_of(essay).body == "From the first window."
    assert kept.beside.body == "From the second window."
    assert versions(essay) == [(1, "From the second window.", "other_tab")]


def test_a_page_whose_answer_was_lost_goes_on_from_its_own_text(essay):
    """The server had the save, the browser never heard of it: that is no clash."""
    save(essay, "One.", page="a", step=1, revision=0)
    again = save(essay, "One. Two.", page="a", step=2, revision=0)

    assert (again.beside, text_of(essay).body) == (None, "One. Two.")


def test_a_save_that_was_overtaken_changes_nothing(essay):
    save(essay, "One. Two. Three.", page="a", step=2)
    save(essay, "One. Two.", page="a", step=1)

    assert text_of(essay).body == "One. Two. Three."


def test_the_same_text_from_a_second_page_is_no_clash(essay):
    save(essay, "One.", page="a", step=1)

    assert save(essay, "One.", page="b", step=1, revision=0).beside is None
    assert versions(essay) == []


class TwoPages:
    """Two open pages of one essay, each with the revision it last heard of, and a note of every text the server took."""

    def __init__(self, essay):
        self.essay = essay
        self.pages = {name: {"revision": 0, "step": 0, "text": "", "sent": None} for name in "ab"}
        self.foreign = []

    def load(self, name):
        found = Writing.objects.filter(submission=self.essay).first()
        page = self.pages[name]
        page.update(revision=found.revision if found else 0, text=found.body if found else "")

    def send(self, name, words, *, heard, cause):
        page = self.pages[name]
        page["text"] = f"{page['text']} {words}".strip()
        page["step"] += 1
        before = Writing.objects.filter(submission=self.essay).first()
        kept = save(
            self.essay, page["text"], page["revision"], page=f"{name}{id(self)}", step=page["step"], cause=cause
        )
        if kept.beside is None and before and before.page != f"{name}{id(self)}" and before.body:
            self.foreign.append(before.body)
        if kept.beside is None and heard:
            page["revision"] = kept.writing.revision
        page["sent"] = page["text"]


moves = st.lists(
    st.tuples(
        st.sampled_from(["load", "send", "send", "restore"]),
        st.sampled_from("ab"),
        st.sampled_from(["ask", "wait", "listen and wait", ""]),
        st.booleans(),
        st.sampled_from(["autosave", "autosave", "by_hand"]),
        st.integers(0, 400),
    ),
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_no_order_of_saves_from_two_pages_loses_a_text(essay, steps):
    """What a page sent last, and what another page's save or an earlier version replaced, is the text or a version."""
    WritingVersion.objects.all().delete()
    Writing.objects.all().delete()
    both, now = TwoPages(essay), clock.now()
    for what, name, words, heard, cause, seconds in steps:
        now += dt.timedelta(seconds=seconds)
        with clock.at(now):
            if what == "load":
                both.load(name)
            elif what == "send":
                both.send(name, words, heard=heard, cause=cause)
            elif (first := WritingVersion.objects.first()) is not None:
                stands = text_of(essay)
                both.foreign.append(stands.body)
                actions.restore_writing(
                    essay, number=first.number, revision=stands.revision, by=essay.enrolment.learner
                )

    found = Writing.objects.filter(submission=essay).first()
    there = {body for _, body, _ in versions(essay)} | {found.body if found else ""}
    wanted = {page["sent"] for page in both.pages.values() if page["sent"]} | set(both.foreign)
    assert wanted <= there
    assert [number for number, _, _ in versions(essay)] == list(range(1, len(versions(essay)) + 1))


def test_nobody_writes_the_work_of_another(cast, essay):
    for somebody in (cast.learner, cast.tutor, cast.administrator):
        with pytest.raises(NotAllowed, match="Only the learner writes their own work"):
            actions.save_writing(essay, body="Mine.", revision=0, by=somebody)


def test_a_portfolio_is_not_written_here(essay):
    one = essay.enrolment
    folder = actions.begin(one, assignment=portfolio_of(one.cohort), by=one.learner)

    with pytest.raises(Refused, match="Only an essay is written here"):
        save(folder, "Text.")


def test_nothing_is_written_after_the_hand_in(essay):
    save(essay, "One.", page="a", step=1)
    actions.use_writing(essay, by=essay.enrolment.learner)
    factories.hand_in(essay)

    with pytest.raises(WrongState, match="has been handed in"):
        save(essay, "Two.", revision=1, page="a", step=2)
    with pytest.raises(WrongState, match="has been handed in"):
        # The page still holds the attempt as it was before.
        save(Submission(pk=essay.pk, enrolment=essay.enrolment, assignment=essay.assignment), "Two.", revision=1)
    assert text_of(essay).body == "One."


@pytest.mark.parametrize(
    ("body", "sentence"), [("word " * 60_001, "60,001 words"), ("w" * 1_000_001, "1,000,001 characters")]
)
def test_a_text_beyond_the_limit_is_refused_with_a_sentence(essay, body, sentence):
    with pytest.raises(Refused, match=sentence):
        save(essay, body)


def test_a_text_of_sixty_thousand_words_is_kept(essay):
    save(essay, "\n\n".join(["word " * 99 + "word"] * 600))

    assert text_of(essay).words == 60_000


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_the_text_and_one_is_a_version(cast):
    one = an_enrolment(cast=cast)
    essay = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    together = threading.Barrier(2)

    def write(page):
        close_old_connections()
        mine = Submission.objects.select_related("enrolment__learner", "assignment").get(pk=essay.pk)
        together.wait()
        save(mine, f"From {page}.", page=page, step=1)
        connection.close()

    threads = [threading.Thread(target=write, args=(page,)) for page in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {text_of(essay).body, *(body for _, body, _ in versions(essay))} == {"From a.", "From b."}


# ---- versions


def test_restoring_a_version_keeps_the_present_text(essay):
    save(essay, "First.", cause="by_hand", page="a", step=1)
    save(essay, "First. Second.", revision=1, page="a", step=2)

    actions.restore_writing(essay, number=1, revision=2, by=essay.enrolment.learner)

    assert text_of(essay).body == "First."
    assert (2, "First. Second.", "restored") in versions(essay)
    assert Event.objects.about(essay).first().verb == "restore_writing"


def test_a_version_does_not_come_back_over_a_text_one_has_not_seen(essay):
    save(essay, "First.", cause="by_hand", page="a", step=1)
    save(essay, "Second.", revision=1, page="a", step=2)

    with pytest.raises(Stale, match="changed since you opened"):
        actions.restore_writing(essay, number=1, revision=1, by=essay.enrolment.learner)


def test_the_page_that_stands_open_during_a_restore_overwrites_nothing(essay):
    save(essay, "First.", cause="by_hand", page="a", step=1)
    save(essay, "First. Second.", revision=1, page="a", step=2)
    actions.restore_writing(essay, number=1, revision=2, by=essay.enrolment.learner)

    assert save(essay, "First. Second. Third.", revision=2, page="a", step=3).beside is not None
    assert text_of(essay).body == "First."


# ---- the hand-in


def test_the_text_becomes_a_document_that_later_writing_does_not_change(essay):
    save(essay, "# 1.1 Define\n\nCoaching asks.", page="a", step=1)
    document = actions.use_writing(essay, by=essay.enrolment.learner)
    save(essay, "Something else.", revision=1, page="a", step=2)

    essay.refresh_from_db()
    assert essay.document == document
    assert document.kind == "md"
    with document.file.open() as file:
        assert file.read() == b"# 1.1 Define\n\nCoaching asks."
    assert "Coaching asks." in document.reading.html
    assert [one["title"] for one in document.reading.outline] == ["1.1 Define"]
    assert not text_of(essay).is_in(document)
    assert versions(essay)[0] == (1, "# 1.1 Define\n\nCoaching asks.", "used")


def test_an_empty_text_is_not_used(essay):
    save(essay, "  \n", page="a", step=1)

    with pytest.raises(Refused, match="There is no text yet"):
        actions.use_writing(essay, by=essay.enrolment.learner)


def test_an_essay_is_written_used_and_handed_in_without_javascript(learner, essay):
    page = learner.get(url("write", essay)).content.decode()
    assert "Nothing written yet" in page
    assert "no heading yet" in page

    body = "# 1.1 Define\n\nCoaching asks."
    answer = learner.post(url("save_writing", essay), {"body": body, "revision": 0, "page": "", "step": 0, "read": 1})
    assert answer["Location"] == url("read_writing", essay)
    assert "<p" in learner.get(answer["Location"]).content.decode()
    answer = learner.post(url("save_writing", essay), {"body": body + " It waits.", "revision": 1, "use": 1})
    prepare = learner.get(answer["Location"]).content.decode()
    assert "Essay, attempt 1.md" in prepare
    assert "This text is the one above, for the hand-in" in prepare

    learner.post(url("save_writing", essay), {"body": "More.", "revision": 2})
    prepare = learner.get(url("submission", essay)).content.decode()
    assert "You have written on since this text was chosen" in prepare
    learner.post(url("use_writing", essay))
    essay.refresh_from_db()
    assert essay.document.words == 1


# ---- the pages


def test_the_script_hears_the_revision_the_count_and_the_sections(learner, essay):
    body = "# 1.1 Define\n\nCoaching asks."
    moment = clock.now() + dt.timedelta(seconds=90)
    with clock.at(moment):
        answer = learner.post(
            url("save_writing", essay),
            {"body": body, "revision": 0, "page": "a", "step": 1, "cause": "autosave"},
            headers={"X-Requested-With": "autosave"},
        )

    told = answer.json()
    assert (told["revision"], told["words"], told["saved"]) == (1, 4, f"{timezone.localtime(moment):%H:%M:%S}")
    assert told["range"] == "fewer than the range"
    assert told["sections"][0] == {"number": "1.1", "words": 4, "begun": True}
    assert told["sections"][1] == {"number": "1.2", "words": 0, "begun": False}


def test_a_stale_save_is_refused_with_409_a_sentence_and_the_way_to_both_texts(learner, essay):
    save(essay, "The newer text.", page="other", step=1)
    answer = learner.post(
        url("save_writing", essay),
        {"body": "Mine.", "revision": 0, "page": "a", "step": 1, "cause": "autosave"},
        headers={"X-Requested-With": "autosave"},
    )

    assert answer.status_code == 409
    assert "nothing was overwritten" in answer.json()["sentence"]
    page = learner.get(answer.json()["url"]).content.decode()
    assert "<mark>The newer text.</mark>" in page
    assert "<mark>Mine.</mark>" in page


def test_without_javascript_a_stale_save_leads_to_the_two_texts(learner, essay):
    save(essay, "The newer text.", page="other", step=1)
    answer = learner.post(url("save_writing", essay), {"body": "Mine.", "revision": 0})

    assert answer["Location"] == url("compare_writing", essay, 1)


def test_a_merged_text_is_saved_and_both_before_it_are_kept(learner, essay):
    save(essay, "Common.\n\nLeft.", page="a", step=1)
    save(essay, "Common.\n\nRight.", page="b", step=1, revision=0)

    page = learner.get(url("compare_writing", essay, 1)).content.decode()
    assert "Common.\n\nLeft.\n\nRight." in page
    learner.post(url("save_writing", essay), {"body": "Common.\n\nLeft and right.", "revision": 1})

    assert text_of(essay).body == "Common.\n\nLeft and right."
    assert {body for _, body, _ in versions(essay)} >= {"Common.\n\nLeft.", "Common.\n\nRight."}


def test_a_text_that_is_too_long_comes_back_with_its_sentence(learner, essay):
    body = "word " * 60_001
    answer = learner.post(url("save_writing", essay), {"body": body, "revision": 0})

    assert answer.status_code == 409
    assert "60,001 words" in answer.content.decode()
    assert answer.content.decode().count("word word") > 20_000


def test_after_signing_in_again_the_browser_is_led_to_the_page(learner, essay):
    assert learner.get(url("save_writing", essay))["Location"] == url("write", essay)


def test_a_version_is_read_compared_and_restored(learner, essay):
    save(essay, "First.", cause="by_hand", page="a", step=1)
    save(essay, "Second.", cause="by_hand", revision=1, page="a", step=2)

    listed = learner.get(url("writing_versions", essay)).content.decode()
    assert "2 versions of your essay" in listed
    assert "Make this your text again" in learner.get(url("writing_version", essay, 1)).content.decode()
    answer = learner.post(url("restore_writing", essay, 1), {"revision": 2})
    assert answer["Location"] == url("write", essay)
    assert text_of(essay).body == "First."


def test_what_a_learner_types_never_becomes_code_of_a_page(learner, essay):
    evil = "<script>alert(1)</script>\n\n[x](javascript:alert(1)) **<img src=x onerror=alert(1)>**"
    save(essay, evil, cause="by_hand", page="a", step=1)
    save(essay, evil + " more", cause="by_hand", revision=1, page="a", step=2)

    for name, *more in (("write",), ("read_writing",), ("writing_version", 1), ("compare_writing", 1)):
        page = learner.get(url(name, essay, *more)).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page


# ---- the rules


def test_the_words_that_came_and_went_are_counted_and_moved_ones_are_not():
    assert writing.change("one two three", "three two one four") == writing.Change(1, 0)
    assert writing.change("one two two", "two") == writing.Change(0, 2)


words = st.lists(st.sampled_from(["one", "two", "three", "**four**", "- five"]), max_size=6).map(" ".join)
texts = st.lists(words, max_size=6).map("\n\n".join)


@given(texts, texts)
def test_two_texts_side_by_side_leave_out_nothing_and_mark_only_what_differs(left, right):
    rows = writing.compared(left, right)

    for side, text in (("left", left), ("right", right)):
        shown = ["".join(piece.text for piece in getattr(row, side)) for row in rows if getattr(row, side)]
        assert shown == writing.paragraphs(text)
    plain = [
        ["".join(p.text for p in getattr(row, side) if not p.differs).split() for row in rows]
        for side in ("left", "right")
    ]
    assert plain[0] == plain[1]
    held = writing.merged(rows).split()
    assert set(held) == set(left.split()) | set(right.split())


@pytest.mark.parametrize(
    ("title", "found"),
    [("1.1 Define", True), ("1.1", True), ("1.1: Define", True), ("1.10 Other", False), ("1.1.2 Part", False), ("Define 1.1", False)],
)  # fmt: skip
def test_a_heading_answers_a_criterion_if_it_begins_with_its_number(title, found):
    assert writing.answers(title, "1.1") is found
