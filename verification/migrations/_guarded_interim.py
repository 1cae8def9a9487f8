"""Triggers of interim samples: what was looked at and written stays, and nobody looks at their own assessment.

Those of `GUARDS` name only tables of this app and hold on PostgreSQL and SQLite (as in `_guarded.py`, whose rules for later
migrations hold here too). Those of `LOOKS` hold a row against the draft, the supervision or the session itself, so that it
cannot lie about whose assessment it is; they are for PostgreSQL only (as in `_own_work.py`, which says why).
"""

from verification.migrations._guarded import Guard

STAYS = "What was looked at and written down as an interim sample is not changed."
LATE = "The notes of an interim sample are written with its record."
OTHER = "An action is asked for by a verifier, not by the tutor whose assessment was looked at."
OWN = "An interim sample names whoever really did it, and nobody looks at their own assessment."


def _changed(*columns, none="0"):
    return " OR ".join(f"COALESCE(NEW.{one}, {none}) <> COALESCE(OLD.{one}, {none})" for one in columns)


_TIED = " OR ".join(
    f"(OLD.{one} IS NOT NULL AND COALESCE(NEW.{one}, 0) <> OLD.{one})" for one in ("draft_id", "supervision_id", "session_id")
)
_RECORDED = _changed("draft_id", "supervision_id", "session_id", "enrolment_id")
_WORDS = _changed("seen_text", "seen_sha256", "document_sha256", "feedback", none="''")

GUARDS = (
    Guard(
        "interim_sample_stays",
        "verification_interimsample",
        "UPDATE",
        "NEW.kind <> OLD.kind OR NEW.cohort_id <> OLD.cohort_id OR NEW.tutor_id <> OLD.tutor_id OR NEW.verifier_id <> OLD.verifier_id"
        f" OR {_TIED} OR (OLD.recorded_at IS NOT NULL AND (NEW.recorded_at IS NULL OR NEW.recorded_at <> OLD.recorded_at"
        f" OR NEW.happens_on <> OLD.happens_on OR {_RECORDED} OR {_WORDS}))",
        STAYS,
    ),
    Guard("interim_sample_kept", "verification_interimsample", "DELETE", "1 = 1", STAYS),
    Guard(
        "interim_note_in_time",
        "verification_interimnote",
        "INSERT",
        "EXISTS (SELECT 1 FROM verification_interimsample s WHERE s.id = NEW.sample_id AND s.state <> 'planned')",
        LATE,
    ),
    Guard("interim_note_stays", "verification_interimnote", "UPDATE", "1 = 1", STAYS),
    Guard("interim_note_kept", "verification_interimnote", "DELETE", "1 = 1", STAYS),
    Guard(
        "interim_action_by_another",
        "verification_interimaction",
        "INSERT",
        "EXISTS (SELECT 1 FROM verification_interimsample s WHERE s.id = NEW.sample_id AND s.tutor_id = NEW.asked_by_id)",
        OTHER,
    ),
    Guard(
        "interim_action_stays",
        "verification_interimaction",
        "UPDATE",
        "(OLD.answered_at IS NOT NULL AND (NEW.answered_at IS NULL OR NEW.answered_at <> OLD.answered_at OR NEW.answer <> OLD.answer"
        " OR NEW.answered_by_id <> OLD.answered_by_id)) OR NEW.sample_id <> OLD.sample_id OR NEW.round <> OLD.round OR NEW.text <> OLD.text"
        " OR NEW.owner_id <> OLD.owner_id OR NEW.due_on <> OLD.due_on OR NEW.asked_by_id <> OLD.asked_by_id"
        " OR NEW.asked_at <> OLD.asked_at",
        STAYS,
    ),
    Guard("interim_action_kept", "verification_interimaction", "DELETE", "1 = 1", STAYS),
)  # fmt: skip

_REAL = """(
    NEW.draft_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM assignments_draft d JOIN assignments_submission u ON u.id = d.submission_id
        JOIN enrolment_enrolment e ON e.id = u.enrolment_id WHERE d.id = NEW.draft_id AND d.commented_by_id = NEW.tutor_id
        AND e.id = NEW.enrolment_id AND e.cohort_id = NEW.cohort_id)
    OR NEW.supervision_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM workshops_supervisionsession v
        JOIN enrolment_enrolment e ON e.id = v.enrolment_id WHERE v.id = NEW.supervision_id AND v.supervisor_id = NEW.tutor_id
        AND e.id = NEW.enrolment_id AND e.cohort_id = NEW.cohort_id)
    OR NEW.session_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM workshops_session w WHERE w.id = NEW.session_id
        AND w.tutor_id = NEW.tutor_id AND w.cohort_id = NEW.cohort_id))"""
# A session that is still to come may get another tutor: then the plan is called off, and the row stays as it was.
_NEWLY = f"({_RECORDED} OR OLD.recorded_at IS NULL AND NEW.recorded_at IS NOT NULL)"
LOOKS = (
    ("interim_look_insert", "INSERT", _REAL),
    ("interim_look_update", "UPDATE", f"{_NEWLY} AND {_REAL}"),
)


def _guards(vendor):
    return [one for one in GUARDS if vendor == "postgresql" or one.event != "DELETE"]


def _postgresql(schema_editor, *, name, when, event, table, condition, sentence):
    row = "OLD" if event == "DELETE" else "NEW"
    schema_editor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $body$",
        params=None,
    )
    schema_editor.execute(
        f"CREATE TRIGGER {name} {when} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", params=None
    )


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    release(apps, schema_editor)
    for one in _guards(vendor):
        if vendor == "postgresql":
            facts = {"event": one.event, "table": one.table, "condition": one.condition, "sentence": one.sentence}
            _postgresql(schema_editor, name=one.name, when="BEFORE", **facts)
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {one.name} BEFORE {one.event} ON {one.table} FOR EACH ROW WHEN {one.condition} "
                f"BEGIN SELECT RAISE(ABORT, '{one.sentence}'); END",
                params=None,
            )
    if vendor == "postgresql":
        for name, event, condition in LOOKS:
            facts = {"event": event, "table": "verification_interimsample", "condition": condition, "sentence": OWN}
            # After the CHECKs, so that what a row says by itself is refused by its name.
            _postgresql(schema_editor, name=name, when="AFTER", **facts)


def release(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    tables = [(one.name, one.table) for one in _guards(vendor)]
    if vendor == "postgresql":
        tables += [(name, "verification_interimsample") for name, *_ in LOOKS]
    for name, table in tables:
        if vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}", params=None)
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
