"""What was handed in cannot be changed, not even with the database's own words; and it is judged by what was asked then."""

import importlib
import pkgutil
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from assignments import actions, marking, migrations
from assignments.migrations import _frozen
from assignments.models import FrozenWording, Submission
from core import clock
from programmes.models import Criterion, LearningOutcome
from tests import factories
from tests.assignments.documents import png

SENTENCE = "has been handed in, and nothing of it changes"


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def essay(cast):
    one = factories.an_enrolment(cast=cast)
    submission = factories.a_submission(cast=cast, one=one, state="draft")
    factories.attach(submission, file=factories.an_essay_file(seed="second"))
    factories.hand_in(submission)
    submission.refresh_from_db()
    return submission


@pytest.fixture
def portfolio(cast):
    one = factories.an_enrolment(cast=cast)
    file = ContentFile(png(40, 30), name="hall.png")
    actions.add_evidence(one, title="A drawing", file=file, by=one.learner)
    return factories.a_submission(cast=cast, one=one, kind="portfolio")


CHANGES = {
    "another document": "UPDATE assignments_submission SET document_id = (SELECT min(id) FROM assignments_document) WHERE id = {s}",
    "no document": "UPDATE assignments_submission SET document_id = NULL WHERE id = {s}",
    "another time": "UPDATE assignments_submission SET counted_at = begun_at WHERE id = {s}",
    "another deadline": "UPDATE assignments_submission SET due_on = NULL WHERE id = {s}",
    "another reference": "UPDATE assignments_submission SET reference = 'X' WHERE id = {s}",
    "a draft again": "UPDATE assignments_submission SET state = 'draft', submitted_at = NULL, submitted_by_id = NULL, "
    "reference = NULL, counted_at = NULL WHERE id = {s}",
    "the words of the file": "UPDATE assignments_document SET words = 9 WHERE id = {d}",
    "the file": "UPDATE assignments_document SET file = 'elsewhere' WHERE id = {d}",
    "an earlier file": "UPDATE assignments_document SET file = 'elsewhere' WHERE submission_id = {s} AND id <> {d}",
    "the text": "UPDATE assignments_reading SET text = 'other' WHERE document_id = {d}",
    "the declaration": "UPDATE assignments_declaration SET signed_name = 'Other' WHERE submission_id = {s}",
    "the wording": "UPDATE assignments_frozenwording SET criteria = '[]' WHERE submission_id = {s}",
}


@pytest.mark.sqlite
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_an_essay_that_was_handed_in(essay, change):
    sql = CHANGES[change].format(s=essay.pk, d=essay.document_id)

    with pytest.raises(IntegrityError, match=SENTENCE), transaction.atomic():
        run(sql)


EVIDENCE = {
    "another file": "UPDATE assignments_evidence SET file = 'elsewhere'",
    "another set": "UPDATE assignments_evidence_submissions SET submission_id = submission_id",
    "one more": "INSERT INTO assignments_evidence_submissions (evidence_id, submission_id) "
    "SELECT evidence_id, submission_id FROM assignments_evidence_submissions",
}


@pytest.mark.sqlite
@pytest.mark.parametrize("change", EVIDENCE)
def test_the_database_refuses_to_change_the_evidence_of_a_portfolio_that_was_handed_in(portfolio, change):
    assert portfolio.evidence.count() == 1

    with pytest.raises(IntegrityError, match=SENTENCE), transaction.atomic():
        run(EVIDENCE[change])


@pytest.mark.parametrize("table", ["submission", "document", "reading", "declaration", "frozenwording"])
def test_postgresql_refuses_to_delete_any_of_it(essay, table):
    with pytest.raises(IntegrityError, match=SENTENCE), transaction.atomic():
        run(f"DELETE FROM assignments_{table}")


@pytest.mark.sqlite
def test_a_draft_changes_as_ever(cast):
    draft = factories.a_submission(cast=cast, state="draft")

    run("UPDATE assignments_document SET words = 9, name = 'other.docx' WHERE submission_id = %s", draft.pk)
    run("UPDATE assignments_reading SET text = 'other'")
    run("UPDATE assignments_submission SET document_id = NULL WHERE id = %s", draft.pk)

    assert Submission.objects.get().document is None


@pytest.mark.sqlite
def test_marking_goes_on_and_what_was_handed_in_can_be_taken_out_of_the_growing_portfolio(cast, portfolio):
    portfolio.evidence.update(removed_at=clock.now())
    Submission.objects.get(pk=portfolio.pk).save()

    factories.mark(portfolio, cast=cast, unmet=1)

    assert Submission.objects.get(pk=portfolio.pk).state == "referred"


@pytest.mark.django_db
@pytest.mark.sqlite
def test_the_triggers_that_the_newest_migration_makes_are_all_there():
    """On SQLite a migration that alters a table loses its triggers: it must begin with `thaw` and end with `freeze`."""
    if connection.vendor == "postgresql":
        sql = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'frozen%'"
    else:
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'frozen%'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = set(cursor.fetchall())

    assert found == _frozen.names(connection.vendor)


@pytest.mark.slow
def test_the_tables_of_a_test_are_emptied_all_the_same(cast_for_browser):
    factories.a_submission(cast=cast_for_browser)

    call_command("flush", interactive=False, verbosity=0)

    assert not Submission.objects.exists()


# ---- wording


def test_a_criterion_that_is_reworded_or_added_later_asks_nothing_of_work_that_is_in(cast, essay):
    changed = essay.criteria().get(number="1.1")
    Criterion.objects.filter(pk=changed.pk).update(text="Something else entirely.", title="Other")
    outcome = LearningOutcome.objects.create(unit=changed.outcome.unit, number=9, title="New")
    Criterion.objects.create(outcome=outcome, number="9.1", position=1, title="Brand new", text="New.")
    essay = Submission.objects.get(pk=essay.pk)

    factories.mark(essay, cast=cast)

    essay.refresh_from_db()
    assert essay.state == "passed"
    for who, route in (("tutor", "room"), ("tutor", "result_sheet")):
        page = cast.client_of(who).get(reverse(f"assignments:{route}", args=[essay.pk])).content.decode()
        assert "Define and compare in an organisation." in page
        assert "Something else entirely." not in page
        assert "Brand new" not in page


def test_the_assignment_is_kept_as_it_was_asked(essay):
    type(essay.assignment).objects.filter(pk=essay.assignment_id).update(title="Report", ai_use="none", words_max=10)

    kept = Submission.objects.get(pk=essay.pk).asked_for

    assert (kept.title, kept.ai_use, kept.words_max) == ("Essay", "research", 5000)


def test_a_criterion_of_another_assignment_is_not_decided(cast, essay):
    other = Criterion.objects.get(
        number="1.1", outcome__unit__number="501", outcome__unit__version=essay.assignment.version
    )
    marking.take(essay, by=cast.tutor)

    with pytest.raises(Exception, match="does not belong to this assignment"):
        marking.decide(essay, criterion=other, decision="pass", feedback="", action="", revision=0, by=cast.tutor)


@pytest.mark.sqlite
def test_work_from_before_wordings_were_kept_gets_todays_and_says_so(cast, essay):
    editor = SimpleNamespace(connection=connection, execute=lambda sql, params: connection.cursor().execute(sql))
    _frozen.thaw(apps, editor)
    FrozenWording.objects.all().delete()
    _frozen.keep_wordings(apps, editor)
    _frozen.freeze(apps, editor)

    kept = FrozenWording.objects.get(submission=essay)
    assert [one["number"] for one in kept.criteria] == ["1.1", "1.2", "2.1"]
    assert kept.assignment["words_max"] == 5000
    assert kept.frozen_at > essay.submitted_at


def test_the_triggers_are_made_by_the_newest_migration():
    names = sorted(one.name for one in pkgutil.iter_modules(migrations.__path__) if one.name[0].isdigit())
    newest = importlib.import_module(f"assignments.migrations.{names[-1]}")

    assert newest.Migration.operations[-1].code is _frozen.freeze
