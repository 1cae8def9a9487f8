"""A statement that is written once answers for its own values each time, and is refused if a value would be kept or lost."""

import pytest
from django.db.models import Q

from core import clock
from core.models import Notice, NoticeState
from core.statements import Statement
from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def notices():
    one = next(iter(people({"one": (None, "One Person")}).values()))
    facts = {"recipient": one, "address": one.email, "subject": "s", "body": "b", "queued_at": clock.now()}
    return [Notice.objects.create(key=f"k{n}", attempts=n, **facts) for n in range(4)]


def test_each_call_puts_its_own_values_into_the_querysets_and_between_them(notices):
    statement = Statement(
        lambda _, *, first, last: [Notice.objects.filter(pk__gte=first).order_by().values_list("pk", "queued_at")],
        "select * from ({}) as found where pk <= {last} order by pk",
    )
    first, *_, last = [one.pk for one in notices]
    rows = statement.values(first=first + 1, last=last - 1)
    assert [pk for pk, _ in rows] == [one.pk for one in notices[1:-1]]
    assert rows[0][1] == notices[1].queued_at
    assert [pk for pk, _ in statement.values(first=last, last=last)] == [last]


def test_a_number_that_is_no_value_of_the_call_is_refused(notices):
    kept = Statement(lambda _, *, pk: [Notice.objects.filter(Q(pk=pk) | Q(pk=77))])
    with pytest.raises(ValueError, match="77 stands in a statement that is written once"):
        kept.objects(pk=notices[0].pk)


def test_a_value_that_django_took_for_impossible_is_refused(notices):
    """A stand-in that does not fit into a small column would be dropped, and with it the whole condition."""
    lost = Statement(lambda _, *, pk, attempts: [Notice.objects.filter(Q(pk=pk) | Q(attempts=attempts))])
    with pytest.raises(ValueError, match="attempts has no place in the statement"):
        lost.objects(pk=notices[0].pk, attempts=2)
    states = Statement(lambda _, *, pk: [Notice.objects.filter(pk=pk, state=NoticeState.PENDING)])
    assert states.objects(pk=notices[2].pk) == [notices[2]]
