"""The outbox: a mail is a row of the transaction that causes it, and goes out once."""

import datetime as dt
import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import IntegrityError, transaction

from core import clock, delivery, notices
from core.models import Notice, NoticeState
from core.refusals import Refused

MAIL = {"template": "emails/account_password_changed.txt", "context": {}}


def waiting(cast, key="key"):
    return notices.queue(key, to=cast.learner, **MAIL)


class DeadServer(EmailBackend):
    """A mail server that refuses every message."""

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")


@pytest.fixture
def dead_server(settings):
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"


def test_a_mail_waits_in_the_outbox_until_the_change_is_kept(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        one = waiting(cast)
        assert (one.state, mail.outbox) == (NoticeState.PENDING, [])

    one.refresh_from_db()
    assert (one.state, one.attempts) == (NoticeState.SENT, 1)
    assert one.sent_at is not None
    assert [(sent.to, sent.subject, sent.body) for sent in mail.outbox] == [([one.address], one.subject, one.body)]
    assert one.subject == one.subject.strip() != ""
    assert not one.body.startswith("Subject:")


def test_what_is_undone_is_not_mailed(cast, django_capture_on_commit_callbacks):
    @transaction.atomic
    def undone():
        waiting(cast)
        raise Refused("Not today.")

    with django_capture_on_commit_callbacks(execute=True) as rung, pytest.raises(Refused):
        undone()

    assert not Notice.objects.filter(key="key").exists()
    assert (rung, mail.outbox) == ([], [])


def test_the_same_key_is_one_mail(cast):
    first, second = waiting(cast), waiting(cast)

    assert second is None
    assert list(Notice.objects.filter(key="key")) == [first]


def test_the_database_keeps_a_key_once(cast):
    one = waiting(cast)

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(key="key", recipient=one.recipient, address=one.address, queued_at=clock.now())


def test_a_mail_that_another_worker_has_claimed_is_left_to_it(cast):
    one, other = waiting(cast), waiting(cast, "other")
    Notice.objects.filter(pk=one.pk).update(state=NoticeState.SENDING, claimed_at=clock.now())

    assert delivery.deliver([one.pk, other.pk]) == 1
    assert delivery.deliver([one.pk, other.pk]) == 0
    assert len(mail.outbox) == 1


def test_a_refused_mail_waits_again_and_is_given_up_in_the_end(cast, dead_server):
    one = waiting(cast)
    seen = []

    for _ in range(delivery.GIVE_UP_AFTER):
        assert delivery.deliver([one.pk]) == 0
        one.refresh_from_db()
        seen.append((one.state, one.attempts))

    assert seen == [*(("pending", n) for n in range(1, delivery.GIVE_UP_AFTER)), ("failed", delivery.GIVE_UP_AFTER)]
    assert delivery.deliver([one.pk]) == 0
    one.refresh_from_db()
    assert (one.attempts, one.sent_at) == (delivery.GIVE_UP_AFTER, None)


def test_a_worker_that_died_holds_a_mail_for_an_hour_at_most(cast):
    now = clock.now()
    stuck, busy = waiting(cast), waiting(cast, "busy")
    Notice.objects.filter(pk=stuck.pk).update(state=NoticeState.SENDING, claimed_at=now - dt.timedelta(minutes=61))
    Notice.objects.filter(pk=busy.pk).update(state=NoticeState.SENDING, claimed_at=now - dt.timedelta(minutes=59))

    assert delivery.free_the_stuck(older_than=dt.timedelta(hours=1)) == 1

    states = dict(Notice.objects.values_list("key", "state"))
    assert states == {"key": NoticeState.PENDING, "busy": NoticeState.SENDING}


def test_the_sweep_sends_what_a_lost_message_forgot(cast, capsys):
    for n in range(3):
        waiting(cast, f"lost{n}")

    call_command("sweep_notices")

    assert capsys.readouterr().out == "3 of 3 waiting notices sent\n"
    assert len(mail.outbox) == 3
    assert set(Notice.objects.values_list("state", flat=True)) == {NoticeState.SENT}


def test_a_sent_mail_without_its_moment_is_refused_by_the_database(cast):
    one = waiting(cast)

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=one.pk).update(state=NoticeState.SENT)
