"""The ledger: nobody changes what happened, and whoever does so behind Waymark's back is found, at the first row touched."""

import datetime as dt
import json
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.ledger import chain, checking, heads, sealing
from core.migrations import _kept
from core.models import Event, LedgerEntry

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOON = dt.datetime(2026, 11, 26, 12, 0, 0, tzinfo=dt.UTC)
SENTENCE = "only ever added to"


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@contextmanager
def behind_its_back():
    """As somebody who owns the database: the triggers do not look."""
    if connection.vendor == "postgresql":
        run("SET LOCAL session_replication_role = replica")
        yield
        run("SET LOCAL session_replication_role = DEFAULT")
        return
    for sql in _kept.thawing("sqlite"):
        run(sql)
    yield
    for sql in _kept.freezing("sqlite"):
        run(sql)


def happened(number, at=NOON, **facts):
    return Event.objects.bulk_create(
        Event(
            subject_type="core.notice", subject_id=n, subject_label=f"Ärger & “{n}”", verb="say", happened_at=at,
            actor_label="Waymark", **{"detail": {"n": n, "words": ["a", {"b": None}], "half": 0.5}, **facts},
        )
        for n in range(number)
    )  # fmt: skip


@pytest.fixture
def events(monkeypatch):
    """Twelve events, sealed in two runs ten minutes apart, looked at a moment later."""
    monkeypatch.setattr(chain, "BATCH", 5)
    first = happened(7)
    assert sealing.seal(now=NOON + dt.timedelta(minutes=1)) == 7
    second = happened(5, at=NOON + dt.timedelta(minutes=5))
    assert sealing.seal(now=NOON + dt.timedelta(minutes=11)) == 5
    return [*first, *second]


def check(*known, at=NOON + dt.timedelta(minutes=12)):
    return checking.check(now=at, heads=known)


def fault(**given):
    return check(**given).fault


# ---- nothing is changed


CHANGES = [
    "UPDATE core_event SET actor_label = 'Somebody else'",
    "UPDATE core_event SET detail = detail",
    "DELETE FROM core_event",
    "UPDATE core_ledgerentry SET hash = ''",
    "DELETE FROM core_ledgerentry",
]


@pytest.mark.parametrize("sql", CHANGES)
def test_the_database_refuses_to_change_what_happened_and_where_it_is_sealed(events, sql):
    with pytest.raises(IntegrityError, match=SENTENCE), transaction.atomic():
        run(sql)

    assert check().checked == 12


@pytest.mark.parametrize("table", _kept.TABLES)
def test_postgresql_refuses_to_empty_the_tables_too(events, table):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    connection.check_constraints()
    with pytest.raises(IntegrityError, match=SENTENCE), transaction.atomic():
        run(f"TRUNCATE {table}")


def test_waymark_itself_has_no_way_to_change_an_entry(events):
    with pytest.raises(TypeError, match=SENTENCE):
        LedgerEntry.objects.update(hash="")
    with pytest.raises(TypeError, match=SENTENCE):
        LedgerEntry.objects.all().delete()


def test_the_triggers_are_all_there():
    """On SQLite a migration that alters a table loses its triggers: it begins with `thaw` and ends with `freeze`."""
    if connection.vendor == "postgresql":
        sql = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'kept%'"
    else:
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'kept%'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = set(cursor.fetchall())

    assert found == _kept.names(connection.vendor)


def test_every_column_of_an_event_is_in_its_hash():
    """A column that is added later needs a place in the hash of the events from then on, and a word in the decision."""
    assert set(chain.COLUMNS) == {one.attname for one in Event._meta.concrete_fields}


# ---- sealing


def test_every_event_gets_one_place_in_the_order_of_its_coming_and_a_second_run_does_nothing(events):
    assert sealing.seal(now=NOON + dt.timedelta(minutes=12)) == 0

    places = LedgerEntry.objects.order_by("position")
    assert [one.position for one in places] == list(range(1, 13))
    assert [one.event_id for one in places] == [one.pk for one in events]
    found = check()
    assert (found.checked, found.hash, found.waiting, found.fault) == (12, places[11].hash, 0, None)


def test_an_event_whose_transaction_ends_late_is_sealed_after_those_with_higher_numbers(events):
    higher = happened(2, at=NOON + dt.timedelta(minutes=12))
    with behind_its_back():
        run("DELETE FROM core_event WHERE id = %s", higher[0].pk)
    sealing.seal(now=NOON + dt.timedelta(minutes=13))
    higher[0].save(force_insert=True)

    assert sealing.seal(now=NOON + dt.timedelta(minutes=14)) == 1

    assert LedgerEntry.objects.get(event_id=higher[0].pk).position == 14
    assert fault(at=NOON + dt.timedelta(minutes=15)) is None


def test_the_hash_is_what_the_decision_says_it_is():
    """Written out, so that nobody changes it by accident: old ledgers could not be checked any more."""
    row = (
        7,
        "core.notice",
        1,
        "A “mail”",
        "say",
        "",
        "",
        "2026-11-26 12:00:00.000000",
        None,
        "Waymark",
        '{"b": 1, "a": [2]}',
    )
    assert chain.hash_of(chain.START, 1, "2026-11-26 12:01:00.000000", row) == (
        "bd2a8933abb0984b37d7e0a562078d5682ea89dfa68def25d1522931c7eb1ae3"
    )


def test_events_from_before_the_ledger_are_taken_in_by_the_first_run_however_old_they_are():
    happened(3, at=NOON - dt.timedelta(days=900))

    assert sealing.seal(now=NOON) == 3
    assert fault() is None


# ---- attacks


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("subject_type", "core.other"), ("subject_id", 99), ("subject_label", "Other"), ("verb", "keep"), ("old_state", "x"),
        ("new_state", "x"), ("happened_at", "2026-11-26 12:00:00.000001+00:00"), ("actor_label", "Other"),
        ("detail", '{"n": 3}'),
    ],
)  # fmt: skip
def test_an_edited_event_is_named(events, column, value):
    with behind_its_back():
        run(f"UPDATE core_event SET {column} = %s WHERE id = %s", value, events[3].pk)

    found = fault()

    assert (found.kind, found.position, found.event) == ("edited", 4, events[3].pk)
    assert found.sentence == "The event is not what was sealed here."


def test_the_actor_of_an_event_is_sealed_as_well(events, cast):
    with behind_its_back():
        run("UPDATE core_event SET actor_id = %s WHERE id = %s", cast.tutor.pk, events[8].pk)

    assert (fault().kind, fault().position) == ("edited", 9)


def test_a_deleted_event_is_named(events):
    with behind_its_back():
        run("DELETE FROM core_event WHERE id = %s", events[5].pk)

    found = fault()

    assert (found.kind, found.position, found.event) == ("missing", 6, events[5].pk)
    assert str(found) == f"Position 6, event {events[5].pk}: missing. The event is gone. Its entry still stands."


def test_an_event_that_is_deleted_with_its_entry_is_named(events):
    with behind_its_back():
        run("DELETE FROM core_event WHERE id = %s", events[5].pk)
        run("DELETE FROM core_ledgerentry WHERE position = 6")

    assert (fault().kind, fault().position) == ("missing", 6)


def test_an_event_that_is_put_in_with_an_earlier_day_is_named_before_and_after_its_sealing(events):
    late = happened(1, at=NOON - dt.timedelta(days=3))[0]

    found = fault()
    assert (found.kind, found.position, found.event) == ("inserted", None, late.pk)
    assert "was not there at the last sealing" in found.sentence
    sealing.seal(now=NOON + dt.timedelta(minutes=13))
    found = fault(at=NOON + dt.timedelta(minutes=14))
    assert (found.kind, found.position, found.event) == ("inserted", 13, late.pk)


def test_an_event_that_is_put_between_old_ones_is_not_sealed_and_is_named(events, monkeypatch):
    monkeypatch.setattr(sealing, "_LOOKED_BACK", dt.timedelta(0))
    with behind_its_back():
        run("DELETE FROM core_event WHERE id = %s", events[2].pk)
        run("DELETE FROM core_ledgerentry WHERE position >= 3")
    # The tail is sealed again, and the event that was taken away comes back with another day.
    sealing.seal(now=NOON + dt.timedelta(minutes=12))
    Event(pk=events[2].pk, subject_type="a", subject_id=1, verb="x", happened_at=NOON - dt.timedelta(days=3)).save()

    assert sealing.seal(now=NOON + dt.timedelta(minutes=13)) == 0
    assert (fault().kind, fault().event) == ("inserted", events[2].pk)
    assert sealing.seal(now=NOON + dt.timedelta(minutes=13), everything=True) == 1


def shift(first, by):
    """Move the places from `first` on. Twice, because two rows never have one position."""
    run("UPDATE core_ledgerentry SET position = position + 1000 WHERE position >= %s", first)
    run("UPDATE core_ledgerentry SET position = position - %s WHERE position >= 1000", 1000 - by)


def test_an_entry_that_is_put_in_among_the_others_is_named(events):
    forged = happened(1)[0]
    with behind_its_back():
        shift(4, by=1)
        LedgerEntry.objects.create(position=4, event_id=forged.pk, hash="f" * 64, sealed_at=NOON)

    found = fault()

    assert (found.kind, found.position, found.event) == ("inserted", 4, forged.pk)


def test_an_entry_that_was_put_in_with_a_hash_that_fits_is_found_by_the_one_after_it(events):
    forged = happened(1)[0]
    before = LedgerEntry.objects.get(position=3)
    row = next(one for one in chain.flat(chain.unsealed()) if one[0] == forged.pk)
    sealed_at = NOON + dt.timedelta(minutes=1)
    with behind_its_back():
        shift(4, by=1)
        fitting = chain.hash_of(before.hash, 4, chain.moment(sealed_at), row)
        LedgerEntry.objects.create(position=4, event_id=forged.pk, hash=fitting, sealed_at=sealed_at)

    assert (fault().kind, fault().position) == ("edited", 5)


@pytest.mark.parametrize("position", [0, -5, "1.5", "'x'"])
def test_an_entry_that_hides_an_event_where_nobody_looks_is_named(events, position):
    """An event with any entry is not among those that wait, so an entry below the first position must not be passed over."""
    if isinstance(position, str) and connection.vendor == "postgresql":
        pytest.skip("PostgreSQL keeps whole numbers only")
    forged = happened(1, at=NOON - dt.timedelta(days=3))[0]
    sealed_at = chain.moment(NOON)
    with behind_its_back():
        run(
            f"INSERT INTO core_ledgerentry (position, event_id, hash, sealed_at) VALUES ({position}, %s, '', %s)",
            forged.pk,
            sealed_at + "+00",
        )

    assert (fault().kind, fault().event) == ("inserted", forged.pk)


def exchange(column, one, other):
    """Exchange a column of two places, by way of a value that no row has."""
    rows = dict(LedgerEntry.objects.filter(position__in=(one, other)).values_list("position", column))
    run(f"UPDATE core_ledgerentry SET {column} = -1 WHERE position = %s", one)
    run(f"UPDATE core_ledgerentry SET {column} = %s WHERE position = %s", rows[one], other)
    run(f"UPDATE core_ledgerentry SET {column} = %s WHERE {column} = -1", rows[other])


@pytest.mark.parametrize(("one", "other"), [(4, 5), (4, 9), (1, 12), (11, 12)])
def test_entries_that_changed_places_are_named(events, one, other):
    with behind_its_back():
        exchange("position", one, other)

    found = fault()

    assert (found.kind, found.position) == ("out of order", one)
    assert f"event {events[one - 1].pk}, which stands at position {other} now" in found.sentence


@pytest.mark.parametrize(("one", "other"), [(4, 5), (2, 12)])
def test_events_that_changed_places_in_the_ledger_are_named(events, one, other):
    with behind_its_back():
        exchange("event_id", one, other)

    assert (fault().kind, fault().position) == ("out of order", one)


def test_a_hash_that_was_changed_is_told_from_an_event_that_was(events):
    with behind_its_back():
        run("UPDATE core_ledgerentry SET hash = %s WHERE position = 6", "0" * 64)

    assert (fault().kind, fault().position) == ("edited", 6)
    assert fault().sentence == "The event is as it was sealed; the hash of its entry has been changed."


def test_the_first_of_several_is_named(events):
    with behind_its_back():
        run("UPDATE core_event SET verb = 'x' WHERE id >= %s", events[2].pk)
        run("DELETE FROM core_event WHERE id = %s", events[7].pk)

    assert (fault().kind, fault().position) == ("edited", 3)


@pytest.mark.parametrize("broken", ["not json", "", "[" * 5000])
def test_an_event_that_is_no_event_any_more_is_named_and_not_tripped_over(events, broken):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL takes JSON only")
    with behind_its_back():
        run("PRAGMA ignore_check_constraints = 1")
        run("UPDATE core_event SET happened_at = 'never', subject_id = x'ff' WHERE id = %s", events[1].pk)
        run("UPDATE core_event SET detail = %s WHERE id = %s", broken, events[1].pk)
        run("PRAGMA ignore_check_constraints = 0")

    assert (fault().kind, fault().position) == ("edited", 2)


def test_a_moment_no_calendar_has_is_named_and_not_tripped_over(events):
    if connection.vendor == "sqlite":
        pytest.skip("for SQLite a moment is any text")
    for value in ("infinity", "20000-01-01", "2026-11-26 12:00:00+00 BC"):
        with behind_its_back():
            run("UPDATE core_event SET happened_at = %s WHERE id = %s", value, events[1].pk)

        assert (fault().kind, fault().position) == ("edited", 2)


OTHERS = {
    "subject_type": st.text("abc.", min_size=1), "subject_id": st.integers(0, 2**62), "subject_label": st.text("xyz ", max_size=9),
    "verb": st.text("uvw", max_size=9), "old_state": st.text("uvw", max_size=9), "new_state": st.text("uvw", max_size=9),
    "happened_at": st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1)).map(lambda one: f"{one}+00:00"),
    "actor_label": st.text("xyz ", max_size=9),
    "detail": st.dictionaries(st.text("ab", max_size=2), st.integers() | st.booleans() | st.text("xyz", max_size=3)).map(json.dumps),
}  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), column=st.sampled_from(sorted(OTHERS)), row=st.integers(0, 11))
def test_whatever_is_written_into_whichever_column_of_whichever_event_it_is_named(events, data, column, row):
    value = data.draw(OTHERS[column])
    with transaction.atomic():
        with behind_its_back():
            run(f"UPDATE core_event SET {column} = %s WHERE id = %s", value, events[row].pk)
        same = getattr(Event.objects.get(pk=events[row].pk), column) == getattr(events[row], column)

        found = fault()

        assert (found is None) if same else (found.kind, found.position) == ("edited", row + 1)
        transaction.set_rollback(True)


# ---- what waits


def test_events_of_the_last_minutes_wait_and_are_no_fault(events):
    happened(2, at=NOON + dt.timedelta(minutes=11, seconds=30))

    found = check()

    assert (found.waiting, found.fault) == (2, None)


def test_a_schedule_that_has_stopped_is_said(events):
    waiting = happened(2, at=NOON + dt.timedelta(minutes=12))[0]

    found = fault(at=NOON + dt.timedelta(hours=3))

    assert (found.kind, found.event) == ("not sealed", waiting.pk)
    assert "see whether the schedule runs" in found.sentence


# ---- heads


@pytest.fixture
def folder(settings, tmp_path):
    settings.LEDGER_HEADS = tmp_path / "heads"
    return tmp_path / "heads"


def a_head(path):
    call_command("ledger_head", str(path), verbosity=0)
    return heads.read(path)


def test_a_tail_that_was_cut_off_is_known_by_a_head_alone(events, folder, tmp_path):
    head = a_head(tmp_path / "head.json")
    with behind_its_back():
        run("DELETE FROM core_ledgerentry WHERE position > 9")
        run("DELETE FROM core_event WHERE id > %s", events[8].pk)

    assert check().fault is None
    found = check(head).fault
    assert (found.kind, found.position) == ("cut off", 10)


def test_a_chain_that_was_made_anew_is_known_by_a_head_alone(events, folder, tmp_path):
    head = a_head(tmp_path / "head.json")
    with behind_its_back():
        run("UPDATE core_event SET verb = 'x' WHERE id = %s", events[3].pk)
        run("DELETE FROM core_ledgerentry")
    sealing.seal(now=NOON + dt.timedelta(minutes=11))

    assert check().fault is None
    found = check(head).fault
    assert (found.kind, found.position) == ("rewritten", 12)
    assert "Something from position 1 on was changed" in found.sentence


def test_a_head_goes_on_holding_while_the_ledger_grows(events, folder, tmp_path):
    head = a_head(tmp_path / "head.json")
    happened(3, at=NOON + dt.timedelta(minutes=12))
    sealing.seal(now=NOON + dt.timedelta(minutes=13))

    found = check(head, at=NOON + dt.timedelta(minutes=14))

    assert (found.fault, found.checked, found.heads) == (None, 15, 1)


@pytest.mark.parametrize("name", ["position", "hash", "sealed_at", "exported_at", "centre"])
def test_a_head_that_was_changed_is_not_believed(events, folder, tmp_path, name):
    path = tmp_path / "head.json"
    a_head(path)
    found = json.loads(path.read_text())
    path.write_text(json.dumps({**found, name: 9 if name == "position" else "0" * 64}))

    with pytest.raises(CommandError, match="has been changed since it was signed"):
        call_command("verify_ledger", against=[str(path)], verbosity=0)


def test_a_head_of_another_key_says_so(events, folder, tmp_path, settings):
    path = tmp_path / "head.json"
    a_head(path)
    settings.LEDGER_KEY = "another"

    with pytest.raises(CommandError, match="was signed with another key"):
        call_command("verify_ledger", against=[str(path)], verbosity=0)


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read: No such file or directory"), ("{", "it is no JSON"), ("[]", "has not written it"),
     ('{"position": "3"}', "has not written it")],
)  # fmt: skip
def test_what_is_no_head_is_said_in_a_sentence(events, folder, tmp_path, text, said):
    path = tmp_path / "head.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(CommandError, match=said):
        call_command("verify_ledger", against=[str(path)], verbosity=0)


def test_without_a_sealed_event_there_is_no_head(folder):
    with pytest.raises(CommandError, match="Nothing is sealed yet"):
        call_command("ledger_head", verbosity=0)


# ---- the commands


def said(name, *words):
    out = StringIO()
    call_command(name, *words, stdout=out)
    return out.getvalue()


def test_the_commands_seal_export_and_verify_with_the_heads_of_the_installation(folder):
    with clock.at(NOON):
        happened(3)
    with clock.at(NOON + dt.timedelta(minutes=1)):
        assert said("seal_ledger") == "3 events sealed\n"
        assert f"head-{clock.today()}.json: position 3" in said("ledger_head")
        told = said("verify_ledger")
        assert "3 events and 1 signed head compared in 0.0 s: all are as they were sealed. 0 wait" in told
        with behind_its_back():
            run("UPDATE core_event SET verb = 'x' WHERE subject_id = 1")
        number = Event.objects.get(verb="x").pk
        words = rf"^Position 2, event {number} \(x, core.notice 1\): edited\. .* 1 places before it are as they were sealed.$"
        with pytest.raises(CommandError, match=words):
            said("verify_ledger")
    assert len(said("ledger_head", "--public-key").strip()) == 64
