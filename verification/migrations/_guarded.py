"""Triggers of cases, for PostgreSQL and SQLite: nobody decides who had a part in the matter, and what was written stays.

A later migration that alters one of these tables begins with `release` and ends with `guard`: on SQLite Django remakes an altered
table, which loses its triggers. On SQLite nothing is said about DELETE, because tests empty its tables so.
"""

from dataclasses import dataclass

INVOLVED = "Somebody who had a part in the matter decides nothing of this case."
NOT_CHOSEN = "Only the person who was chosen for this stage of the case decides it."
STAYS = "What was written down about a case is not changed."
_PART = "EXISTS (SELECT 1 FROM verification_caseinvolvement i WHERE i.case_id = NEW.case_id AND i.person_id = NEW.{person})"
_CHOSEN = (
    "NOT EXISTS (SELECT 1 FROM verification_caseduty d WHERE d.case_id = NEW.case_id AND d.person_id = NEW.decided_by_id "
    "AND d.stage = NEW.stage AND d.decides AND d.ended_at IS NULL)"
)


@dataclass(frozen=True)
class Guard:
    name: str
    table: str
    event: str
    condition: str
    sentence: str


GUARDS = (
    Guard("case_duty_free", "verification_caseduty", "INSERT", _PART.format(person="person_id"), INVOLVED),
    Guard(
        "case_duty_person_stays",
        "verification_caseduty",
        "UPDATE",
        "OLD.case_id <> NEW.case_id OR OLD.person_id <> NEW.person_id OR OLD.stage <> NEW.stage",
        STAYS,
    ),
    Guard("case_decision_free", "verification_casedecision", "INSERT", _PART.format(person="decided_by_id"), INVOLVED),
    Guard("case_decision_chosen", "verification_casedecision", "INSERT", _CHOSEN, NOT_CHOSEN),
    *(
        Guard(f"{table}_{event.lower()}_stays", f"verification_{table}", event, "1 = 1", STAYS)
        for table in ("casedecision", "casenote", "casefile", "casekept", "caseinvolvement")
        for event in ("UPDATE", "DELETE")
    ),
)  # fmt: skip


def _guards(vendor):
    return [one for one in GUARDS if vendor == "postgresql" or one.event != "DELETE"]


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    release(apps, schema_editor)
    for one in _guards(vendor):
        if vendor == "postgresql":
            row = "OLD" if one.event == "DELETE" else "NEW"
            schema_editor.execute(
                f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
                f"IF {one.condition} THEN RAISE EXCEPTION '{one.sentence}' USING ERRCODE = 'check_violation'; END IF; "
                f"RETURN {row}; END $body$",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {one.name} BEFORE {one.event} ON {one.table} FOR EACH ROW EXECUTE FUNCTION {one.name}()",
                params=None,
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {one.name} BEFORE {one.event} ON {one.table} FOR EACH ROW WHEN {one.condition} "
                f"BEGIN SELECT RAISE(ABORT, '{one.sentence}'); END",
                params=None,
            )


def release(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for one in _guards(vendor):
        if vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {one.name} ON {one.table}", params=None)
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {one.name}()", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {one.name}", params=None)
