"""The bell: with the real Redis a task is worked off; with none, nobody notices but the log."""

import time
from contextlib import contextmanager

import pytest
from celery.contrib.testing.worker import start_worker
from django.core import mail
from django.db import transaction

from config.celery import app
from core import notices, tasks
from core.models import Notice, NoticeState
from tests.worlds import a_cast

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def configured(**values):
    """Celery with other settings for a while, and with connections of its own."""
    before = {name: app.conf[name] for name in values}
    app.conf.update(values)
    app.amqp._producer_pool = None
    try:
        yield
    finally:
        app.conf.update(before)
        app.amqp._producer_pool = None


@pytest.fixture
def real_broker(redis_url):
    """Tasks go to the broker, not into the caller's own process."""
    with configured(task_always_eager=False):
        assert app.conf.broker_url == redis_url
        app.control.purge()
        yield


@pytest.fixture
def no_broker():
    """An address at which nobody answers."""
    with configured(task_always_eager=False, broker_url="redis+socket:///tmp/waymark-nobody.sock"):
        yield


def until(condition, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def queued(person, key="key"):
    with transaction.atomic():
        return notices.queue(key, to=person, template="emails/account_password_changed.txt", context={})


@pytest.mark.redis
@pytest.mark.slow
def test_a_mail_goes_over_redis_to_a_worker_and_out(real_broker):
    learner = a_cast().learner
    one = queued(learner)
    assert Notice.objects.get(pk=one.pk).state == NoticeState.PENDING

    with start_worker(app, pool="solo", perform_ping_check=False):
        sent = until(lambda: Notice.objects.filter(pk=one.pk, state=NoticeState.SENT).exists())

    assert sent
    assert [message.to for message in mail.outbox] == [[learner.email]]


@pytest.mark.redis
@pytest.mark.slow
def test_the_schedule_runs_commands_over_redis(real_broker):
    one = queued(a_cast().learner)
    app.control.purge()  # the message is lost

    tasks.run_command.delay("sweep_notices")
    with start_worker(app, pool="solo", perform_ping_check=False):
        sent = until(lambda: Notice.objects.filter(pk=one.pk, state=NoticeState.SENT).exists())

    assert sent


def test_a_dead_broker_costs_a_line_in_the_log_and_hardly_any_time(no_broker, caplog):
    learner = a_cast().learner

    began = time.monotonic()
    one = queued(learner)
    took = time.monotonic() - began

    assert Notice.objects.get(pk=one.pk).state == NoticeState.PENDING
    assert [record.message for record in caplog.records if record.name == "core.tasks"] == [
        "The broker did not answer; the sweep will find the rows of core.tasks.deliver_notices."
    ]
    assert took < 1


def test_the_sweep_makes_up_for_a_dead_broker(no_broker):
    one = queued(a_cast().learner)

    tasks.run_command("sweep_notices")

    assert Notice.objects.get(pk=one.pk).state == NoticeState.SENT
    assert len(mail.outbox) == 1
