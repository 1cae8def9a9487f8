"""Triggers of PostgreSQL: nobody samples their own work, whatever a statement claims, and a plan that was drawn does not change.

The CHECKs of `Sample` and `PlanLine` compare people on one row; a row could lie about who marked. These look at the attempt
itself. SQLite has the CHECKs only: there a trigger that names a table of another app stops every later change of that table.
"""

OWN = "Nobody verifies or picks work in whose marking they had a part."
DRAWN = "A sampling plan that was drawn does not change. Draw the next one."

# Who had a part in the two markings of an attempt; a second marking that was called off is none.
_PART = """EXISTS (SELECT 1 FROM assignments_submission s LEFT JOIN assignments_secondmarking d
    ON d.submission_id = s.id AND d.state <> 'withdrawn'
    WHERE {where} AND {who} IN (s.marked_by_id, d.marker_id, d.first_done_by_id, d.agreed_by_id))"""
_OF_SAMPLE = _PART.replace("{where}", "s.id = NEW.submission_id")
_OF_LINE = _PART.replace("{where}", "s.enrolment_id = NEW.enrolment_id AND s.assignment_id = NEW.assignment_id")

TRIGGERS = (
    (
        "own_work_sample_insert", "verification_sample", "INSERT",
        "NEW.marked_by_id IS DISTINCT FROM (SELECT s.marked_by_id FROM assignments_submission s WHERE s.id = NEW.submission_id)"  # noqa: S608 - our own words
        f" OR {_OF_SAMPLE.replace('{who}', 'NEW.selected_by_id')} OR {_OF_SAMPLE.replace('{who}', 'NEW.verified_by_id')}",
        OWN,
    ),
    # Who marked is never rewritten. Whoever verifies is held against the attempt as it stands now.
    (
        "own_work_sample_update", "verification_sample", "UPDATE",
        "NEW.marked_by_id IS DISTINCT FROM OLD.marked_by_id OR NEW.submission_id IS DISTINCT FROM OLD.submission_id"
        " OR NEW.selected_by_id IS DISTINCT FROM OLD.selected_by_id"
        f" OR (NEW.verified_by_id IS DISTINCT FROM OLD.verified_by_id AND {_OF_SAMPLE.replace('{who}', 'NEW.verified_by_id')})",
        OWN,
    ),
    # A pick that was made by hand stays with its piece, though whoever made it may come to mark a later attempt.
    (
        "own_work_plan_line_insert", "verification_planline", "INSERT",
        "NEW.promised_in = (SELECT p.generation FROM verification_samplingplan p WHERE p.id = NEW.plan_id)"  # noqa: S608 - our own words
        f" AND {_OF_LINE.replace('{who}', 'NEW.added_by_id')}",
        OWN,
    ),
    ("drawn_plan_line_update", "verification_planline", "UPDATE", "TRUE", DRAWN),
    ("drawn_plan_line_delete", "verification_planline", "DELETE", "TRUE", DRAWN),
    (
        "drawn_plan_update", "verification_samplingplan", "UPDATE",
        "(NEW.cohort_id, NEW.generation, NEW.seed, NEW.strategy_id, NEW.facts, NEW.shortfalls, NEW.made_at) IS DISTINCT FROM"
        " (OLD.cohort_id, OLD.generation, OLD.seed, OLD.strategy_id, OLD.facts, OLD.shortfalls, OLD.made_at)"
        " OR OLD.superseded_at IS DISTINCT FROM NEW.superseded_at AND OLD.superseded_at IS NOT NULL",
        DRAWN,
    ),
)  # fmt: skip


def guard(apps, schema_editor):
    unguard(apps, schema_editor)
    if schema_editor.connection.vendor != "postgresql":
        return
    for name, table, event, condition, sentence in TRIGGERS:
        row = "OLD" if event == "DELETE" else "NEW"
        # After the CHECKs, so that what a row says by itself is refused by its name.
        when = "AFTER" if sentence == OWN else "BEFORE"
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN {row}; END $body$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} {when} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", params=None
        )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for name, table, *_ in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}", params=None)
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()", params=None)
