"""Triggers that refuse to change a handed-in attempt, for PostgreSQL and SQLite; and the filling-in of older rows.

The newest migration of this app runs `freeze` last. A later migration that alters one of these tables begins with `thaw`
and ends with `freeze`: on SQLite Django remakes an altered table, which loses its triggers and trips over those of others.
"""

from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from assignments.deadlines import mark_by
from assignments.models.wording import kept_of, rows_of

SENTENCE = "This belongs to an attempt that has been handed in, and nothing of it changes."


@dataclass(frozen=True)
class Frozen:
    """`within` says, of a row, that its attempt has been handed in. `columns` are those that stay; none means all of them.

    `adds`: not even a new row may come. On SQLite nothing is said about DELETE, because tests empty its tables so.
    """

    name: str
    table: str
    within: str
    columns: tuple[str, ...] = ()
    adds: bool = False


def _of(column: str) -> str:
    return f"EXISTS (SELECT 1 FROM assignments_submission s WHERE s.{column} AND s.state <> 'draft')"  # noqa: S608 - our own words


FROZEN = (
    Frozen(
        "frozen_submission",
        "assignments_submission",
        "{row}.state <> 'draft' AND {row}.document_id IS NOT NULL",
        (
            "enrolment_id", "assignment_id", "attempt", "begun_at", "document_id", "due_on", "reference", "submitted_at",
            "submitted_by_id", "counted_at", "arrived_at", "behalf_route", "behalf_reason",
        ),
    ),
    Frozen("frozen_document", "assignments_document", _of("document_id = {row}.id")),
    # What a draft held before stays what it was; an examination that is still under way may end.
    Frozen(
        "frozen_earlier_document",
        "assignments_document",
        "{row}.sha256 <> '' AND " + _of("id = {row}.submission_id"),
        ("submission_id", "name", "file", "size", "sha256", "upload_began_at", "uploaded_at", "uploaded_by_id"),
    ),
    Frozen("frozen_reading", "assignments_reading", _of("document_id = {row}.document_id")),
    Frozen("frozen_figure", "assignments_figure", _of("document_id = {row}.document_id")),
    Frozen("frozen_declaration", "assignments_declaration", _of("id = {row}.submission_id")),
    Frozen("frozen_wording", "assignments_frozenwording", _of("id = {row}.submission_id")),
    Frozen(
        "frozen_evidence",
        "assignments_evidence",
        "EXISTS (SELECT 1 FROM assignments_evidence_submissions l JOIN assignments_submission s ON s.id = l.submission_id "
        "WHERE l.evidence_id = {row}.id AND s.state <> 'draft')",
        ("enrolment_id", "name", "file", "kind", "mime", "size", "sha256", "added_at", "added_by_id"),
    ),
    Frozen("frozen_answer", "assignments_actionanswer", _of("id = {row}.submission_id"), adds=True),
    Frozen("frozen_evidence_set", "assignments_evidence_submissions", _of("id = {row}.submission_id"), adds=True),
)  # fmt: skip


def _events(one, vendor):
    """Which statements are refused, each with the condition."""
    differ = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    changed = " OR ".join(f"OLD.{column} {differ} NEW.{column}" for column in one.columns)
    old = one.within.format(row="OLD")
    # An attempt does not become a draft again, which would undo all of it.
    if one.name == "frozen_submission":
        changed += " OR NEW.state = 'draft'"
    yield "UPDATE", f"({old}) AND ({changed})" if changed else old
    if vendor == "postgresql":
        yield "DELETE", old
    if one.adds:
        yield "INSERT", one.within.format(row="NEW")


def names(vendor):
    """The triggers there are, each with its table."""
    return {(f"{one.name}_{event.lower()}", one.table) for one in FROZEN for event, _ in _events(one, vendor)}


def freeze(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    thaw(apps, schema_editor)
    for one in FROZEN:
        for event, condition in _events(one, vendor):
            name = f"{one.name}_{event.lower()}"
            if vendor == "postgresql":
                row = "OLD" if event == "DELETE" else "NEW"
                schema_editor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
                    f"IF {condition} THEN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation'; END IF; "
                    f"RETURN {row}; END $body$",
                    params=None,
                )
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {one.table} FOR EACH ROW EXECUTE FUNCTION {name}()",
                    params=None,
                )
            else:
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {one.table} FOR EACH ROW WHEN {condition} "
                    f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
                    params=None,
                )


def thaw(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, table in sorted(names(vendor)):
        if vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}", params=None)
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)


# ---- rows from before


def count_the_hand_in(apps, schema_editor):
    """Until now the moment of handing in was the one that counted. Before the constraint on `counted_at`."""
    Submission = apps.get_model("assignments", "Submission")
    handed_in = Submission.objects.filter(counted_at=None).exclude(state="draft")
    handed_in.update(counted_at=F("submitted_at"))
    _settle(schema_editor)


def know_release_and_clock(apps, schema_editor):
    """Until now an outcome was known as soon as it was signed, and the clock for marking was reckoned when it was asked."""
    Submission = apps.get_model("assignments", "Submission")
    Submission.objects.filter(state__in=("passed", "referred")).update(released_at=F("marked_at"))
    waiting = Submission.objects.filter(state="submitted").select_related("assignment__version")
    for one in waiting.iterator():
        handed_in = timezone.localdate(one.submitted_at)
        one.mark_by = mark_by(handed_in, allowed=one.assignment.version.marking_days)
        one.save(update_fields=["mark_by"])
    _settle(schema_editor)


def point_to_second_markings(apps, schema_editor):
    """Until now there was one at most, and whether it was opened was read from the other two moments."""
    Submission = apps.get_model("assignments", "Submission")
    SecondMarking = apps.get_model("assignments", "SecondMarking")
    opened = SecondMarking.objects.filter(marked_at__isnull=False, first_done_at__isnull=False)
    opened.update(opened_at=Greatest("marked_at", "first_done_at"))
    for second, submission in SecondMarking.objects.values_list("pk", "submission").iterator():
        Submission.objects.filter(pk=submission).update(second_marking=second)
    _settle(schema_editor)


def keep_wordings(apps, schema_editor):
    """Handed-in work from before gets the wording of today, and `frozen_at` says that it is of today."""
    Submission = apps.get_model("assignments", "Submission")
    FrozenWording = apps.get_model("assignments", "FrozenWording")
    Criterion = apps.get_model("programmes", "Criterion")
    now, kept = timezone.now(), {}
    without = Submission.objects.exclude(state="draft").filter(wording=None).select_related("assignment")
    rows = []
    for one in without.order_by("pk"):
        if one.assignment_id not in kept:
            order = "outcome__unit__number", "outcome__number", "position", "pk"
            asked = Criterion.objects.filter(outcome__unit__assignments=one.assignment_id).select_related("outcome__unit")
            kept[one.assignment_id] = (kept_of(one.assignment), rows_of(asked.order_by(*order)))
        assignment, criteria = kept[one.assignment_id]
        rows.append(FrozenWording(submission=one, assignment=assignment, criteria=criteria, frozen_at=now))
    FrozenWording.objects.bulk_create(rows, batch_size=500)
    _settle(schema_editor)


def _settle(schema_editor):
    """Foreign keys that were to be checked at the end are checked now, because PostgreSQL alters no table before."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE", params=None)
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED", params=None)

