"""Triggers of judgements, for PostgreSQL and SQLite: what was frozen, and what was judged of it, stays; and the rows from before.

A later migration that alters one of these tables begins with `release` and ends with `guard`: on SQLite Django remakes an altered
table, which loses its triggers. On SQLite nothing is said about DELETE, because tests empty its tables so.
"""

from django.db.models import F

FROZEN = "What was judged is frozen and does not change. Freeze the piece again instead."
WRITTEN = "A judgement is written with its decision and does not change."
LATE = "The state of a piece is frozen while its sample is open, not afterwards."

TABLES = (("verification_snapshot", FROZEN), ("verification_samplejudgement", WRITTEN))


def _guards(vendor):
    for table, sentence in TABLES:
        yield f"{table}_update_stays", table, "UPDATE", "1 = 1", sentence
        if vendor == "postgresql":
            yield f"{table}_delete_stays", table, "DELETE", "1 = 1", sentence
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    another = f"OLD.snapshot_id {differs} NEW.snapshot_id AND OLD.state <> 'selected'"
    yield "verification_sample_snapshot_in_time", "verification_sample", "UPDATE", another, LATE


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    release(apps, schema_editor)
    for name, table, event, condition, sentence in _guards(vendor):
        if vendor == "postgresql":
            row = "OLD" if event == "DELETE" else "NEW"
            schema_editor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation'; END IF; "
                f"RETURN {row}; END $body$",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", params=None
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END",
                params=None,
            )


def release(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, table, *_ in _guards(vendor):
        if vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}", params=None)
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)


def name_kind_and_owner(apps, schema_editor):
    """Until now one word stood for both kinds, and the tutor who had marked it was asked: both answers stay possible."""
    Sample = apps.get_model("verification", "Sample")
    with_action = Sample.objects.filter(state__in=("returned", "answered"))
    with_action.update(action_kind="rejection", owner=F("marked_by"))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE", params=None)
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED", params=None)
