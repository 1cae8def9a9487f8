"""Pages by key: every row once and in order, whatever comes and goes meanwhile; a cursor that nobody made is none."""

import datetime as dt

import pytest
from django.core import signing
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import lists
from core.keyset import page_of
from core.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
ORDERS = (
    ("subject_id",),
    ("-subject_id", "verb"),
    ("verb", "-subject_id"),
    ("happened_at",),
    ("-happened_at", "-verb"),
)
keys = st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "Ü"]), st.integers(0, 2))


def an_event(key):
    number, verb, minutes = key
    at = dt.datetime(2026, 11, 26, 9, minutes, 0, 123456, tzinfo=dt.UTC)
    return Event(subject_type="core.event", subject_id=number, verb=verb, happened_at=at, actor_label="Somebody")


def gone(rows):
    """Nobody deletes an event; here it stands for a row that is no longer in the list."""
    with factories.unfrozen():
        rows._raw_delete("default")


def in_order(columns):
    return [one.pk for one in Event.objects.order_by(*columns, "pk")]


def walk(columns, per_page, between=lambda: None, back_from=None):
    """Every page from the first to the last, or from `back_from` to the first: the rows of each, and the last cursor."""
    found, cursor = [], back_from or ""
    while True:
        page = page_of(Event.objects.all(), columns, cursor=cursor, per_page=per_page, name="x")
        found.append([one.pk for one in page])
        following = page.after if back_from is None else page.before
        if not following:
            return found, page
        cursor = following
        between()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(keys, min_size=1, max_size=12),
    changes=st.lists(st.one_of(keys, st.integers(0, 30)), max_size=6),
    columns=st.sampled_from(ORDERS),
    per_page=st.integers(1, 4),
)
def test_every_row_comes_once_and_in_order_while_others_come_and_go(db, rows, changes, columns, per_page):
    gone(Event.objects.all())
    before = {one.pk for one in Event.objects.bulk_create(an_event(key) for key in rows)}
    left = iter(changes)

    def change():
        one = next(left, None)
        if isinstance(one, tuple):
            an_event(one).save()
        elif one is not None and (there := in_order(columns)):
            gone(Event.objects.filter(pk=there[one % len(there)]))

    pages, last = walk(columns, per_page, change)

    seen = [pk for page in pages for pk in page]
    stayed = [pk for pk in in_order(columns) if pk in before]
    assert len(seen) == len(set(seen))
    assert [pk for pk in seen if pk in stayed] == stayed
    if last.before:
        back, _ = walk(columns, per_page, back_from=last.before)
        ahead = in_order(columns)[: -len(last) or None] if len(last) else in_order(columns)
        assert [pk for page in reversed(back) for pk in page] == ahead


def test_the_first_page_leads_nowhere_before_it_and_the_last_nowhere_after():
    Event.objects.bulk_create(an_event((n, "a", 0)) for n in range(5))
    first = page_of(Event.objects.all(), ("subject_id",), per_page=3)
    last = page_of(Event.objects.all(), ("subject_id",), per_page=3, cursor=first.after)
    again = page_of(Event.objects.all(), ("subject_id",), per_page=3, cursor=last.before)

    assert ([one.subject_id for one in first], first.before) == ([0, 1, 2], "")
    assert ([one.subject_id for one in last], last.after) == ([3, 4], "")
    assert ([one.subject_id for one in again], again.before, bool(again.after)) == ([0, 1, 2], "", True)


def test_what_has_gone_behind_the_cursor_leaves_a_page_that_says_so():
    Event.objects.bulk_create(an_event((n, "a", 0)) for n in range(4))
    first = page_of(Event.objects.all(), ("subject_id",), per_page=2)
    gone(Event.objects.filter(subject_id__gt=1))

    page = page_of(Event.objects.all(), ("subject_id",), per_page=2, cursor=first.after)

    assert (list(page), page.is_past) == ([], True)


@pytest.mark.parametrize(
    "cursor",
    [
        "garbage",
        "\x00",
        "9" * 500,
        signing.dumps(["other", False, [1, 2]], salt="core.keyset"),
        signing.dumps(["x", False, [1]], salt="core.keyset"),
        signing.dumps(["x", False, ["no number", 2]], salt="core.keyset"),
        signing.dumps(["x", False, [1, 2]], salt="another"),
        signing.dumps("x", salt="core.keyset"),
    ],
    ids=["words", "nul", "long", "another order", "too short", "no number", "another salt", "no list"],
)
def test_a_cursor_that_is_none_gives_the_first_page(cursor):
    Event.objects.bulk_create(an_event((n, "a", 0)) for n in range(3))

    page = page_of(Event.objects.all(), ("subject_id",), cursor=cursor, per_page=2, name="x")

    assert [one.subject_id for one in page] == [0, 1]


def a_listing(query, **more):
    request = RequestFactory().get("/", QueryDict(query).dict())
    orders = {"number": ("By number", ("subject_id",)), "newest": ("Newest first", ("-happened_at",))}
    given = {"noun": "event", "orders": orders, "find": ("verb",), "per_page": 2, **more}
    return request, lists.keyset_listing(request, Event.objects.all(), **given)


def test_the_pager_keeps_the_search_and_the_order_and_a_new_order_begins_again():
    Event.objects.bulk_create(an_event((n, "a", 0)) for n in range(5))
    request, first = a_listing("q=a&order=number")
    template = Template("{% keyset_pager listing %}{% sort_link 'newest' 'Newest' %}")

    drawn = template.render(Context({"request": request, "listing": first}))
    request, second = a_listing(f"q=a&order=number&at={first.page.after}")
    later = template.render(Context({"request": request, "listing": second}))

    assert [one.subject_id for one in second.page] == [2, 3]
    assert "q=a&amp;order=number&amp;at=" in drawn
    assert "2 of 5" in drawn
    assert "Earlier" not in drawn
    assert 'href="?q=a&amp;order=number">First' in later
    assert 'href="?q=a&amp;order=newest&amp;page=1">' in later


def test_a_list_is_counted_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(lists, "BOUND", 3)
    Event.objects.bulk_create(an_event((n, "a", 0)) for n in range(5))

    _, found = a_listing("")
    _, known = a_listing("", total=2)

    assert (found.total, found.bounded) == (3, True)
    assert (known.total, known.bounded) == (2, False)
