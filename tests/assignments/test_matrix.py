"""The evidence matrix: mapped from either side, gaps plain to see, two windows at once, and frozen with the attempt."""

import datetime as dt
import io
import json

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from assignments import actions, portfolio
from assignments.models import Mapping, Submission
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused
from tests import factories
from tests.browser import fits, opened
from tests.factories import a_submission, an_enrolment, answer_link

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def one(cast):
    return an_enrolment(cast=cast)


@pytest.fixture
def learner(client, one):
    client.force_login(one.learner, backend=BACKEND)
    return client


@pytest.fixture
def coachee(one):
    return actions.add_practice_client(one, code="A", role="coach", by=one.learner)


@pytest.fixture
def criteria(one):
    """Unit and number to the number of the row."""
    return {column.label: column.pk for column in portfolio.of(one).matrix.criteria}


def a_file(one, title="A drawing"):
    out = io.BytesIO()
    Image.new("RGB", (4, 4 + len(one.evidence.all())), "teal").save(out, "PNG")
    return actions.add_evidence(one, title=title, file=ContentFile(out.getvalue(), name="a.png"), by=one.learner)


def url_of(name, *args):
    return reverse(f"assignments:{name}", args=args)


def crosses(one):
    return {
        (item, criterion) for item, criterion in Mapping.objects.filter(enrolment=one).values_list("item", "criterion")
    }


def labels(one):
    return [item.label for item in portfolio.of(one).matrix.items]


# ---- what there is


def test_every_part_of_a_portfolio_has_its_row(one, coachee):
    a_file(one)

    assert labels(one) == [
        "Goals and contract, client A",
        "Sessions and reflections, client A",
        "Feedback of client A",
        "Supervision and feedback",
        "Review of your own ability",
        "Development plan",
        "A drawing",
    ]


def test_the_criteria_are_those_of_the_portfolio_in_their_order(one):
    assert [column.label for column in portfolio.of(one).matrix.criteria] == ["501 1.1", "503 1.1"]


def test_a_part_in_which_nothing_stands_yet_shows_nothing(one, coachee, criteria):
    key = f"client:{coachee.pk}:feedback"
    actions.map_evidence(one, shows=[(key, criteria["501 1.1"])], by=one.learner)
    assert [gap.label for gap in portfolio.of(one).matrix.gaps] == ["501 1.1", "503 1.1"]

    answer_link(actions.ask_for_feedback(coachee, by=one.learner))
    assert [gap.label for gap in portfolio.of(one).matrix.gaps] == ["503 1.1"]


def test_a_file_taken_out_shows_nothing_any_more(one, criteria):
    file = a_file(one)
    actions.map_evidence(one, shows=[(file.key, criteria["501 1.1"])], by=one.learner)
    actions.remove_evidence(file, by=one.learner)

    assert crosses(one) == set()
    assert len(portfolio.of(one).matrix.gaps) == 2


# ---- mapped


def test_crosses_are_made_and_taken_away_with_one_event_for_each_save(one, criteria):
    text = ("text:review", criteria["503 1.1"])
    plan = ("text:development", criteria["503 1.1"])
    assert actions.map_evidence(one, shows=[text, plan], by=one.learner) == 2
    assert actions.map_evidence(one, no_longer=[text], by=one.learner) == 1

    assert crosses(one) == {plan}
    events = Event.objects.filter(verb="map_evidence").order_by("pk")
    assert [sorted(event.detail) for event in events] == [["shows"], ["shows_no_longer"]]


def test_what_is_already_so_changes_nothing(one, criteria):
    pair = ("text:review", criteria["503 1.1"])
    actions.map_evidence(one, shows=[pair], by=one.learner)

    assert actions.map_evidence(one, shows=[pair], by=one.learner) == 0
    assert actions.map_evidence(one, no_longer=[("text:development", pair[1])], by=one.learner) == 0
    assert Event.objects.filter(verb="map_evidence").count() == 1


def test_a_part_or_a_criterion_of_another_portfolio_is_refused(cast, one, criteria):
    other = an_enrolment(cast=cast)
    theirs = actions.add_practice_client(other, code="A", role="coach", by=other.learner)
    essay = one.cohort.version.units.get(number="500").outcomes.first().criteria.first()

    for pair in ((f"client:{theirs.pk}:log", criteria["501 1.1"]), ("text:review", essay.pk), ("text:poem", 1)):
        with pytest.raises(Refused, match="no longer in your portfolio"):
            actions.map_evidence(one, shows=[pair], by=one.learner)
    assert crosses(one) == set()


def test_nobody_else_maps_and_nobody_at_all_while_it_is_marked(cast, one, criteria):
    pair = ("text:review", criteria["503 1.1"])
    for somebody in (cast.tutor, cast.learner):
        with pytest.raises(NotAllowed):
            actions.map_evidence(one, shows=[pair], by=somebody)
    a_submission(cast=cast, one=one, kind="portfolio")
    again = type(one).objects.get(pk=one.pk)
    with pytest.raises(Refused, match="is with the tutor"):
        actions.map_evidence(again, shows=[pair], by=one.learner)


# ---- pages


def test_two_windows_do_not_undo_each_other(learner, one, criteria):
    """Both were loaded empty; each sends its own cross and, as was, nothing."""
    first, second = f"text:review {criteria['503 1.1']}", f"text:development {criteria['503 1.1']}"
    url = url_of("matrix", one.pk)
    learner.post(url, {"now": [first]})
    learner.post(url, {"now": [second]})
    assert len(crosses(one)) == 2

    # One takes away a cross, the other, which still shows both as they were, adds a third.
    learner.post(url, {"was": [first, second], "now": [second]})
    learner.post(url, {"was": [first, second], "now": [first, second, f"supervision {criteria['501 1.1']}"]})
    assert crosses(one) == {("text:development", criteria["503 1.1"]), ("supervision", criteria["501 1.1"])}


def test_the_grid_sends_what_it_showed(learner, one, criteria):
    actions.map_evidence(one, shows=[("text:review", criteria["503 1.1"])], by=one.learner)
    html = learner.get(url_of("matrix", one.pk)).content.decode()

    value = f"text:review {criteria['503 1.1']}"
    assert html.count('name="was"') == 1
    assert f'name="was" value="{value}"' in html
    name = "Review of your own ability shows 503 1.1 Evaluate the benefits"
    assert f'value="{value}" aria-label="{name}" checked' in html


def test_gaps_are_said_in_words_with_counts_at_the_foot(cast, learner, one, criteria):
    html = learner.get(url_of("matrix", one.pk)).content.decode()
    assert "2 criteria without evidence" in html
    assert html.count("No evidence") == 2

    for label in criteria:
        actions.map_evidence(one, shows=[("text:review", criteria[label])], by=one.learner)
    actions.save_text(one, part="review", body="Written.", by=one.learner)
    html = learner.get(url_of("matrix", one.pk)).content.decode()
    assert "Every criterion has its evidence" in html
    assert "No evidence" not in html


def test_it_is_mapped_from_the_criterion(learner, one, coachee, criteria):
    url = url_of("criterion_evidence", one.pk, criteria["501 1.1"])
    html = learner.get(url).content.decode()
    assert "What shows 501 1.1, plan a programme?" in html
    assert "Sessions and reflections, client A" in html

    learner.post(url, {"now": [f"client:{coachee.pk}:log {criteria['501 1.1']}"]})
    assert crosses(one) == {(f"client:{coachee.pk}:log", criteria["501 1.1"])}


def test_it_is_mapped_from_the_part(learner, one, criteria):
    file = a_file(one)
    url = url_of("item_criteria", one.pk, file.key)
    html = learner.get(url).content.decode()
    assert "What does “A drawing” show?" in html
    assert "503 1.1 Evaluate the benefits" in html

    learner.post(url, {"now": [f"{file.key} {pk}" for pk in criteria.values()]})
    assert crosses(one) == {(file.key, pk) for pk in criteria.values()}
    assert "shows 501 1.1, 503 1.1" in learner.get(url_of("evidence_files", one.pk)).content.decode()


def test_what_is_no_cross_is_left_out(learner, one, criteria):
    learner.post(
        url_of("matrix", one.pk), {"now": ["", "x", "text:review", "text:review x", " 1", f"text:review {9**30}"]}
    )
    assert crosses(one) == set()


@pytest.mark.parametrize("name", ["file:999999999", "client:1:log", "poem"])
def test_a_part_that_is_not_there_has_no_page(learner, one, name):
    assert learner.get(url_of("item_criteria", one.pk, name)).status_code == 404


@pytest.mark.parametrize("rows", [3, 30])
def test_the_matrix_takes_as_many_queries_for_thirty_files_as_for_three(
    learner, one, coachee, rows, django_assert_num_queries
):
    for n in range(rows):
        a_file(one, f"File {n}")
    with django_assert_num_queries(9):
        learner.get(url_of("matrix", one.pk))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_grid_is_filled_in_with_the_keyboard_and_is_a_list_on_a_phone(page, sign_in, axe, one, coachee):
    actions.save_text(one, part="review", body="What I do well is to wait.", by=one.learner)
    sign_in(one.learner)
    opened(page, f"/my/assignments/{one.pk}/portfolio/matrix/")
    page.get_by_role("checkbox", name="Review of your own ability shows 503 1.1 Evaluate the benefits").focus()
    page.keyboard.press("Space")
    axe()
    page.get_by_role("button", name="Save the matrix").press("Enter")
    expect(page.get_by_role("heading", name="1 criterion without evidence")).to_be_visible()

    fits(page, 320)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("link", name="501 1.1 Plan a programme")).to_be_visible()
    axe()
    page.get_by_role("link", name="501 1.1 Plan a programme").click()
    page.get_by_label("Review of your own ability").check()
    axe()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Every criterion has its evidence")).to_be_visible()


# ---- frozen


def full(cast, one):
    """A portfolio with everything, handed in and referred, so that it may grow again."""
    submission = a_submission(cast=cast, one=one, kind="portfolio", state="draft")
    client = one.practice_clients.get()
    answer_link(actions.ask_for_feedback(client, by=one.learner), helped="Being asked.")
    file = a_file(one)
    pks = [column.pk for column in portfolio.of(one).matrix.criteria]
    actions.map_evidence(one, shows=[(file.key, pks[0]), (f"client:{client.pk}:feedback", pks[0])], by=one.learner)
    factories.hand_in(submission)
    factories.mark(submission, cast=cast, unmet=1)
    return Submission.objects.get(pk=submission.pk), client, file, pks


def test_the_matrix_and_the_feedback_are_frozen_with_the_attempt(cast, one):
    submission, _, file, _ = full(cast, one)
    with submission.document.file.open() as kept:
        facts = json.load(kept)

    assert facts["matrix"] == [
        {
            "unit": "501",
            "number": "1.1",
            "title": "Plan a programme",
            "items": ["Feedback of client A", "A drawing"],
        },
        {"unit": "503", "number": "1.1", "title": "Evaluate the benefits", "items": []},
    ]
    (client,) = facts["clients"]
    assert client["contract"] == "Six meetings. What is said stays between us."
    assert client["feedback"] == [
        {
            "given_on": clock.today().isoformat(),
            "ratings": {
                "Listening": 9,
                "Questions that helped to think": 8,
                "Keeping to what was agreed": 10,
                "Usefulness as a whole": 9,
            },
            "texts": {"What helped": "Being asked.", "What could be done differently": "More time at the end."},
        }
    ]
    (evidence,) = facts["evidence"]
    assert evidence == {
        "id": file.pk,
        "title": "A drawing",
        "name": "a.png",
        "kind": "png",
        "size": file.size,
        "sha256": file.sha256,
        "client": None,
        "is_contract": False,
        "criteria": ["1.1"],
    }
    html = submission.document.reading.html
    for said in ("Being asked.", "Questions that helped to think: 8 of 10", "Evidence matrix", "Nothing is mapped"):
        assert said in html


def test_the_same_content_has_the_same_fingerprint(cast, one):
    full(cast, one)
    again = type(one).objects.get(pk=one.pk)

    assert portfolio.of(one).fingerprint == portfolio.of(again).fingerprint
    with clock.at(clock.today() + dt.timedelta(days=3)):
        assert portfolio.of(again).fingerprint == portfolio.of(one).fingerprint


def test_the_frozen_attempt_stays_when_the_growing_portfolio_changes(cast, one):
    submission, client, file, pks = full(cast, one)
    before = submission.document.sha256, submission.document.reading.html
    url, tutor = url_of("frozen_matrix", submission.pk), cast.client_of("tutor")
    seen = tutor.get(url).content.decode()
    one = type(one).objects.get(pk=one.pk)

    actions.map_evidence(one, no_longer=[(file.key, pks[0])], shows=[("text:review", pks[1])], by=one.learner)
    actions.edit_practice_client(one.practice_clients.get(), terms="Other terms", by=one.learner)
    actions.edit_evidence(file, title="Renamed", by=one.learner)
    answer_link(actions.ask_for_feedback(client, by=one.learner), helped="A later word")
    actions.remove_evidence(file, by=one.learner)

    again = Submission.objects.get(pk=submission.pk)
    assert (again.document.sha256, again.document.reading.html) == before
    with again.document.file.open() as kept:
        text = kept.read().decode()
    assert not [word for word in ("Other terms", "Renamed", "A later word") if word in text]
    assert "A drawing" in seen
    assert tutor.get(url).content.decode().count("No evidence") == seen.count("No evidence") == 1


def test_the_frozen_matrix_is_read_by_those_who_read_the_work(cast, one):
    submission = a_submission(cast=cast, one=one, kind="portfolio")
    url = url_of("frozen_matrix", submission.pk)

    expected = {"tutor": 200, "iqa": 200, "eqa": 200, "learner": 404, "administrator": 403, "client_contact": 403}
    assert {who: cast.client_of(who).get(url).status_code for who in expected} == expected


def test_an_attempt_from_before_the_matrix_says_so(cast, one):
    submission = a_submission(cast=cast, one=one, kind="portfolio")
    submission.refresh_from_db()
    old = json.dumps({"clients": [], "evidence": []}).encode()
    with factories.unfrozen():
        submission.document.file.save("old.json", ContentFile(old))

    html = cast.client_of("tutor").get(url_of("frozen_matrix", submission.pk)).content.decode()
    assert "No matrix in this attempt" in html


# ---- what files were said to speak to, before there was a matrix


def _as_it_was():
    """The migration that made the matrix, its step that moves rows, and the models as they were just before that step."""
    loader = MigrationExecutor(connection).loader
    name = "0006_evidence_matrix_and_client_feedback"
    migration = loader.get_migration("assignments", name)
    state = loader.project_state(("assignments", name), at_end=False)
    for step in migration.operations:
        if isinstance(step, RunPython):
            return step, state.apps
        step.state_forwards("assignments", state)
    raise AssertionError("The migration moves no rows.")


def test_what_a_file_spoke_to_becomes_a_cross(cast):
    one = an_enrolment(cast=cast)
    file, gone = a_file(one), a_file(one, "Taken out")
    actions.remove_evidence(gone, by=one.learner)
    pks = [column.pk for column in portfolio.of(one).matrix.criteria]
    step, old = _as_it_was()
    spoken = old.get_model("assignments", "Evidence").criteria.through
    with connection.schema_editor() as editor:
        editor.create_model(spoken)
        rows = [(evidence, criterion) for evidence in (file.pk, gone.pk) for criterion in pks]
        spoken.objects.bulk_create(spoken(evidence_id=evidence, criterion_id=pk) for evidence, pk in rows)
        step.code(old, editor)
        editor.delete_model(spoken)

    found = Mapping.objects.all()
    assert {(each.item, each.criterion_id) for each in found} == {(file.key, pk) for pk in pks}
    assert {(each.enrolment_id, each.mapped_by_id, each.mapped_at) for each in found} == {
        (one.pk, one.learner_id, file.added_at)
    }
