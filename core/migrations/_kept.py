"""Triggers that keep history as it is: no UPDATE, no DELETE, on PostgreSQL no TRUNCATE, of events and of the ledger.

The newest migration of this app ends with `freeze`. One that alters one of these tables begins with `thaw`, because SQLite remakes
an altered table without its triggers.
"""

from collections.abc import Iterator

TABLES = ("core_event", "core_ledgerentry")
SENTENCE = "This is only ever added to: what happened is neither changed nor taken away."


def _events(vendor: str) -> tuple[str, ...]:
    return ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete")


def names(vendor: str) -> set[tuple[str, str]]:
    """The triggers there are, each with its table."""
    return {(f"kept_{table}_{event}", table) for table in TABLES for event in _events(vendor)}


def freezing(vendor: str) -> Iterator[str]:
    """The statements that make the triggers."""
    if vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
            f"RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation'; END $body$"
        )
    for name, table in sorted(names(vendor)):
        event = name.rsplit("_", 1)[1].upper()
        if vendor == "postgresql":
            each = "STATEMENT" if event == "TRUNCATE" else "ROW"
            yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION kept()"
        else:
            yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"


def thawing(vendor: str) -> Iterator[str]:
    """The statements that take them away."""
    for name, table in sorted(names(vendor)):
        yield f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if vendor == "postgresql" else "")
    if vendor == "postgresql":
        yield "DROP FUNCTION IF EXISTS kept()"


def freeze(apps, schema_editor):
    thaw(apps, schema_editor)
    for sql in freezing(schema_editor.connection.vendor):
        schema_editor.execute(sql, params=None)


def thaw(apps, schema_editor):
    for sql in thawing(schema_editor.connection.vendor):
        schema_editor.execute(sql, params=None)
