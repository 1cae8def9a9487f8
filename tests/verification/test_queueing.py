"""The kept queue says what its rule says, after whatever has happened."""

import pytest
from django.core.management import call_command

from tests import factories, worlds
from verification import queueing
from verification.models import Waiting

pytestmark = pytest.mark.django_db


def rows(*names):
    return list(Waiting.objects.order_by("began_at", "submission").values_list(*names))


def is_in_line():
    """Whether a look at everything finds nothing to put right."""
    kept = list(Waiting.objects.order_by("pk").values())
    differed = queueing.bring_all()
    return differed == 0 and list(Waiting.objects.order_by("pk").values()) == kept


def test_the_world_of_the_tests_is_in_line(cast):
    worlds.a_world(cast)

    assert Waiting.objects.exists()
    assert is_in_line()


def test_a_row_that_was_lost_or_spoilt_is_put_right_and_counted(cast, capsys):
    one = factories.an_enrolment(cast=cast)
    for kind in ("essay", "portfolio"):
        factories.a_submission(cast=cast, one=one, kind=kind, state="passed")
    assert rows("stage", "why") == [("to_begin", "claim")] * 2
    first, second = Waiting.objects.order_by("pk")
    first.delete()
    Waiting.objects.filter(pk=second.pk).update(why="early")

    call_command("follow_queue")
    call_command("follow_queue")

    assert capsys.readouterr().out.split("\n")[:2] == ["2 rows differed from the rule", "0 rows differed from the rule"]
    assert rows("stage", "why") == [("to_begin", "claim")] * 2
