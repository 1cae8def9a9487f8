"""A draft for comment: sent once, frozen, commented on by a tutor of the cohort, and never a decision."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.urls import reverse

from accounts.permissions import Role
from assignments import actions
from assignments.deadlines import BANK_HOLIDAYS
from assignments.models import CriterionDecision, Draft, Submission
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes import actions as programmes
from tests import factories
from tests.factories import a_submission, an_enrolment, an_essay_file, essay_of
from verification.models import Sample

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def essay(cast):
    return a_submission(cast=cast, one=an_enrolment(cast=cast, name="Priya Raman"), state="draft")


@pytest.fixture
def sent(essay):
    return send(essay, note="Is 2.1 enough?")


def send(essay, **more):
    return actions.send_draft(essay, by=essay.enrolment.learner, **more)


def comment(draft, by, words="Say more on 2.1.", revision=0):
    return actions.comment_on_draft(draft, comments=words, revision=revision, by=by)


def page(client, name, *args, by):
    client.force_login(by, backend=BACKEND)
    return client.get(reverse(f"assignments:{name}", args=args))


# ---- sending


def test_a_draft_is_sent_with_its_document_and_the_tutors_hear_of_it(cast, essay, sent):
    assert (sent.state, sent.document, sent.note) == ("sent", essay.document, "Is 2.1 enough?")
    notice = Notice.objects.get(key=f"draft:{sent.pk}:sent:{cast.tutor.pk}")
    assert notice.recipient == cast.tutor
    assert "Is 2.1 enough?" not in notice.body
    assert Event.objects.about(essay).first().verb == "send_draft"
    assert Submission.objects.get().state == "draft"


def test_a_text_written_here_is_sent_as_it_stands_and_is_not_the_hand_in(cast):
    one = an_enrolment(cast=cast)
    essay = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    actions.save_writing(essay, body="Coaching asks.", revision=0, by=one.learner)
    draft = send(essay, source="text")
    actions.save_writing(essay, body="Coaching asks. Mentoring tells.", revision=1, by=one.learner)

    draft.refresh_from_db()
    assert draft.document.reading.text.strip() == "Coaching asks."
    essay.refresh_from_db()
    assert essay.document is None


def test_another_file_leaves_the_draft_alone(essay, sent):
    factories.attach(essay, file=an_essay_file(seed="other"))

    sent.refresh_from_db()
    essay.refresh_from_db()
    assert sent.document != essay.document


def test_as_many_drafts_are_sent_as_the_assignment_allows_over_all_attempts(cast, essay, sent):
    comment(sent, cast.tutor)
    with pytest.raises(Refused, match="one draft of the essay, and you have sent it"):
        send(essay)
    factories.hand_in(essay)
    factories.mark(essay, cast=cast, unmet=1)
    again = actions.begin(essay.enrolment, assignment=essay.assignment, by=essay.enrolment.learner)
    factories.attach(again)
    with pytest.raises(Refused, match="one draft of the essay, and you have sent it"):
        send(again)

    essay.assignment.drafts = 2
    essay.assignment.save()
    again.refresh_from_db()
    assert send(again).state == "sent"


def test_no_draft_goes_where_none_is_commented_on(essay):
    essay.assignment.drafts = 0

    with pytest.raises(Refused, match="do not comment on drafts"):
        send(essay)


def test_a_second_draft_waits_for_the_comments_on_the_first(essay, sent):
    essay.assignment.drafts = 2

    with pytest.raises(Refused, match="Their comments come first"):
        send(essay)
    with pytest.raises(IntegrityError, match="draft_one_waiting"), transaction.atomic():
        Draft.objects.create(
            submission=essay, document=essay.document, sent_at=clock.now(), sent_by=essay.enrolment.learner
        )


def test_no_draft_is_sent_after_the_hand_in_or_of_nothing(cast, essay):
    factories.hand_in(essay)
    with pytest.raises(Refused, match="no draft to comment on any more"):
        send(essay)
    one = an_enrolment(cast=cast)
    empty = actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)
    for source, sentence in (("file", "nothing to send"), ("text", "no text yet")):
        with pytest.raises(Refused, match=sentence):
            send(empty, source=source)


def test_nobody_sends_the_draft_of_another(cast, essay):
    for somebody in (cast.learner, cast.tutor):
        with pytest.raises(NotAllowed):
            actions.send_draft(essay, by=somebody)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_draft_sent_twice_at_the_same_moment_is_sent_once(cast):
    essay = a_submission(cast=cast, state="draft")
    together, outcomes = threading.Barrier(2), []

    def press():
        close_old_connections()
        mine = Submission.objects.select_related("enrolment__learner", "assignment").get(pk=essay.pk)
        together.wait()
        try:
            outcomes.append(send(mine).state)
        except Refused:
            outcomes.append("refused")
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused", "sent"]
    assert Draft.objects.count() == 1


# ---- taking back


def test_a_draft_nobody_has_opened_is_taken_back_and_does_not_count(essay, sent):
    actions.withdraw_draft(sent, by=essay.enrolment.learner)

    assert send(essay).state == "sent"


def test_a_draft_a_tutor_has_begun_to_comment_on_stays(cast, essay, sent):
    actions.save_comments(sent, comments="Say", revision=0, by=cast.tutor)

    with pytest.raises(Refused, match="Tomas Tutor began to comment"):
        actions.withdraw_draft(sent, by=essay.enrolment.learner)


# ---- commenting


def test_comments_go_to_the_learner_and_decide_nothing(cast, essay, sent):
    comment(sent, cast.tutor)

    sent.refresh_from_db()
    assert (sent.state, sent.comments, sent.commented_by) == ("commented", "Say more on 2.1.", cast.tutor)
    notice = Notice.objects.get(key=f"draft:{sent.pk}:commented")
    assert notice.recipient == essay.enrolment.learner
    assert "Say more on 2.1." not in notice.body
    assert not CriterionDecision.objects.exists()
    assert not Sample.objects.exists()
    assert Submission.objects.get().state == "draft"


def test_only_a_tutor_appointed_to_the_cohort_comments(cast, essay, sent):
    other = factories.a_user(role=Role.TUTOR)
    for somebody, kind in (
        (other, Refused),
        (cast.iqa, NotAllowed),
        (cast.eqa, NotAllowed),
        (cast.administrator, NotAllowed),
    ):
        with pytest.raises(kind):
            comment(sent, somebody)
        with pytest.raises(kind):
            actions.save_comments(sent, comments="Mine", revision=0, by=somebody)


def test_comments_typed_in_two_windows_do_not_overwrite_each_other(cast, sent):
    actions.save_comments(sent, comments="From the first window.", revision=0, by=cast.tutor)

    with pytest.raises(Stale, match="changed in another window"):
        actions.save_comments(sent, comments="From the second.", revision=0, by=cast.tutor)
    with pytest.raises(Stale, match="changed in another window"):
        comment(sent, cast.tutor, "From the second.")
    sent.refresh_from_db()
    assert (sent.comments, sent.state) == ("From the first window.", "sent")


def test_two_tutors_do_not_comment_on_one_draft_at_once(cast, essay, sent):
    cohort = essay.enrolment.cohort
    colleague = factories.a_user(role=Role.TUTOR, name="Clive Colleague")
    appointment = programmes.propose_tutor(
        cohort, tutor=colleague, from_on=clock.today(), reason="Stands in", by=cast.contract_manager
    )
    programmes.approve_tutor(appointment, by=cast.client_contact)
    actions.save_comments(sent, comments="Mine", revision=0, by=cast.tutor)

    with pytest.raises(Refused, match="Tomas Tutor has been commenting"):
        actions.save_comments(sent, comments="Ours", revision=1, by=colleague)
    with clock.at(clock.now() + dt.timedelta(hours=5)):
        assert actions.save_comments(sent, comments="Ours", revision=1, by=colleague).opened_by == colleague


def test_empty_comments_are_not_sent_and_sent_ones_do_not_change(cast, sent):
    with pytest.raises(Refused, match="no comments yet"):
        comment(sent, cast.tutor, "  ")
    comment(sent, cast.tutor)
    with pytest.raises(WrongState):
        actions.save_comments(sent, comments="Other", revision=1, by=cast.tutor)


def test_comments_on_what_was_handed_in_since_come_too_late(cast, essay, sent):
    factories.hand_in(essay)

    sent.refresh_from_db()
    with pytest.raises(Refused, match="handed in since"):
        comment(sent, cast.tutor)
    assert not Draft.objects.waiting().exists()


# ---- who sees what


def test_a_draft_is_seen_by_its_learner_and_by_those_who_read_work(cast, essay, sent):
    seen = {who for who in ("tutor", "iqa", "eqa") if Draft.objects.visible_to(getattr(cast, who)).exists()}
    assert seen == {"tutor", "iqa", "eqa"}
    assert Draft.objects.visible_to(essay.enrolment.learner).get() == sent
    for who in ("learner", "administrator", "contract_manager", "client_contact", "stranger"):
        assert not Draft.objects.visible_to(getattr(cast, who)).exists()

    actions.withdraw_draft(sent, by=essay.enrolment.learner)
    assert not Draft.objects.visible_to(cast.tutor).exists()
    assert Draft.objects.visible_to(essay.enrolment.learner).exists()


def test_the_learner_sees_comments_once_they_are_sent(client, cast, essay, sent):
    actions.save_comments(sent, comments="Say more on 2.1.", revision=0, by=cast.tutor)
    for name, pk in (("draft", sent.pk), ("submission", essay.pk)):
        for who in (essay.enrolment.learner, *([cast.iqa, cast.eqa] if name == "draft" else [])):
            assert b"Say more" not in page(client, name, pk, by=who).content

    comment(sent, cast.tutor, revision=1)
    assert b"Say more on 2.1." in page(client, "submission", essay.pk, by=essay.enrolment.learner).content
    assert b"Say more on 2.1." in page(client, "draft", sent.pk, by=cast.iqa).content


def test_the_pictures_and_the_file_of_a_draft_open_for_the_tutor(client, cast, essay, sent):
    answer = page(client, "document", sent.document.pk, by=cast.tutor)
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert page(client, "submission", essay.pk, by=cast.tutor).status_code == 404

    answer = page(client, "document", sent.document.pk, by=cast.client_contact)
    assert answer.status_code == 403


def test_a_draft_waits_on_the_list_and_is_counted_on_the_desk(client, cast, essay, sent):
    assert b"Drafts <b>1</b>" in page(client, "desk", by=cast.tutor).content
    listed = page(client, "drafts", by=cast.tutor).content.decode()
    assert "1 draft to comment on" in listed
    assert "Priya Raman" in listed

    comment(sent, cast.tutor)
    assert b"Drafts <b>0</b>" in page(client, "desk", by=cast.tutor).content
    client.force_login(cast.tutor, backend=BACKEND)
    answered = client.get(reverse("assignments:drafts"), {"state": "commented"}).content.decode()
    assert "Priya Raman" in answered


def test_the_wait_is_counted_in_working_days(client, cast, essay):
    weeks = (clock.today() - dt.timedelta(days=(clock.today().weekday() - 4) % 7 + 7 * n) for n in range(1, 9))
    friday = next(one for one in weeks if not any(one + dt.timedelta(days=n) in BANK_HOLIDAYS for n in range(5)))
    with clock.at(friday):
        sent = send(essay)
    with clock.at(friday + dt.timedelta(days=4)):
        comment(sent, cast.tutor)

    assert b"after 2 working days" in page(client, "draft", sent.pk, by=essay.enrolment.learner).content


# ---- the pages


def test_a_draft_from_sending_to_reading_the_comments(client, cast, essay):
    learner = essay.enrolment.learner
    shown = page(client, "send_draft", essay.pk, by=learner).content.decode()
    assert "This is not the hand-in" in shown
    assert "After this one there is none left" in shown
    answer = client.post(
        reverse("assignments:send_draft", args=[essay.pk]), {"source": "file", "note": "Is 2.1 enough?"}
    )
    assert answer["Location"] == essay.get_absolute_url()
    draft = Draft.objects.get()

    shown = page(client, "draft", draft.pk, by=cast.tutor).content.decode()
    assert "Is 2.1 enough?" in shown
    assert "Send comments to Priya Raman" in shown
    client.post(reverse("assignments:save_comments", args=[draft.pk]), {"comments": "Say", "revision": 0})
    client.post(reverse("assignments:comment_on_draft", args=[draft.pk]), {"comments": "Say more.", "revision": 1})

    draft.refresh_from_db()
    assert draft.comments == "Say more."
    assert b"Tomas Tutor commented on your draft" in page(client, "submission", essay.pk, by=learner).content
    blocked = page(client, "send_draft", essay.pk, by=learner).content.decode()
    assert "you have sent it" in blocked


def test_comments_that_clash_come_back_with_what_was_typed(client, cast, sent):
    actions.save_comments(sent, comments="First.", revision=0, by=cast.tutor)
    client.force_login(cast.tutor, backend=BACKEND)
    answer = client.post(
        reverse("assignments:comment_on_draft", args=[sent.pk]), {"comments": "Second.", "revision": 0}
    )

    assert "changed in another window" in answer.content.decode()
    assert "Second." in answer.content.decode()
