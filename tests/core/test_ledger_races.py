"""Sealing beside people who act, and the tables of tests, which are emptied in spite of the triggers."""

import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction

from core import clock
from core.ledger import checking, sealing
from core.models import Event, LedgerEntry
from tests.core.test_ledger import SENTENCE, happened, run
from tests.core.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_two_runs_at_once_seal_everything_once():
    happened(300, at=clock.now())

    said = at_once(*[lambda: sealing.seal(now=clock.now())] * 4)

    assert sum(one or 0 for one in said) == 300, said
    assert LedgerEntry.objects.count() == 300
    assert checking.check(now=clock.now()).fault is None


def test_a_run_waits_for_nobody_and_takes_what_commits_after_it_the_next_time():
    began, may_end = threading.Event(), threading.Event()

    def slow_act():
        with transaction.atomic():
            early = happened(1, at=clock.now())[0]
            began.set()
            assert may_end.wait(10)
        return early.pk

    def two_runs():
        assert began.wait(10)
        higher = happened(1, at=clock.now())[0]
        first = sealing.seal(now=clock.now())
        may_end.set()
        return higher.pk, first

    lower, (higher, first) = at_once(slow_act, two_runs)

    assert lower < higher
    assert first == 1
    assert sealing.seal(now=clock.now()) == 1
    order = LedgerEntry.objects.order_by("position").values_list("event_id", flat=True)
    assert list(order) == [higher, lower]
    assert checking.check(now=clock.now()).fault is None


@pytest.mark.sqlite
def test_flush_empties_the_ledger_puts_the_triggers_back_and_takes_the_heads_away():
    happened(3, at=clock.now())
    sealing.seal(now=clock.now())
    call_command("ledger_head", verbosity=0)
    assert list(Path(settings.LEDGER_HEADS).glob("head-*.json"))

    call_command("flush", interactive=False, verbosity=0)

    assert not Event.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not list(Path(settings.LEDGER_HEADS).glob("head-*.json"))
    happened(1)
    with pytest.raises(IntegrityError, match=SENTENCE), transaction.atomic():
        run("DELETE FROM core_event")
