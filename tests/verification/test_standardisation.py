import datetime as dt

import pytest
from django.urls import reverse

from accounts.permissions import Role
from assignments import anonymity
from core import clock
from core.models import Event, Notice
from core.refusals import NotAllowed, Refused, Stale, WrongState
from core.templatetags.ui import percent
from tests import factories
from verification import policy, standardising
from verification.models import Participation, StandardMark
from verification.models.standardisation import without_standardisation


@pytest.fixture
def essay(cast):
    return factories.essay_of(factories.a_cohort(cast=cast))


@pytest.fixture
def colleague(cast):
    return factories.a_user(role=Role.TUTOR, name="Clive Colleague")


@pytest.fixture
def event(cast, essay, colleague):
    return factories.a_standardisation(cast=cast, assignment=essay, people=[cast.tutor, colleague], state="open")


def _part(event, person):
    return Participation.objects.select_related("event").get(event=event, person=person)


def _decide(event, person, decision="pass", reason="Because it is shown."):
    one = _part(event, person)
    for criterion in event.criteria():
        standardising.save_mark(one, criterion=criterion, decision=decision, reason=reason, revision=0, by=person)
    return standardising.hand_over_marks(one, by=person)


def test_nobody_sees_another_s_decisions_before_all_are_in(cast, event, colleague):
    _decide(event, colleague, "refer", "Thin on the sources.")
    pages = [
        cast.client_of(who).get(reverse(f"verification:{name}", args=[event.pk])).content.decode()
        for who, name in (("tutor", "marks"), ("tutor", "event"), ("iqa", "event"))
    ]
    assert not any("Thin on the sources." in page for page in pages)

    _decide(event, cast.tutor)
    event.refresh_from_db()

    page = cast.client_of("tutor").get(event.get_absolute_url()).content.decode()
    assert event.is_compared
    assert "Thin on the sources." in page
    assert "pairs of decisions are the same" in page
    assert f"Agreement {percent(0)}:" in page


def test_the_chair_may_compare_before_all_are_in_and_nothing_is_added_then(cast, event, colleague):
    _decide(event, colleague)
    standardising.compare(event, by=cast.iqa)

    with pytest.raises(WrongState, match="Marking is not open"):
        _decide(event, cast.tutor)


def test_decisions_that_are_handed_over_stay_as_they_are(cast, event):
    _decide(event, cast.tutor)

    with pytest.raises(WrongState, match="handed your decisions over"):
        _decide(event, cast.tutor, "refer")


def test_nobody_decides_in_the_place_of_another(cast, event, colleague):
    with pytest.raises(NotAllowed):
        standardising.hand_over_marks(_part(event, colleague), by=cast.tutor)


def test_a_criterion_without_a_reason_is_named_at_the_handing_over(cast, event):
    one, criterion = _part(event, cast.tutor), event.criteria().first()
    standardising.save_mark(one, criterion=criterion, decision="pass", reason="", revision=0, by=cast.tutor)

    with pytest.raises(Refused, match=rf"give a reason for .*{criterion.number}"):
        standardising.hand_over_marks(one, by=cast.tutor)


def test_a_second_window_never_overwrites_unseen(cast, event):
    one, criterion = _part(event, cast.tutor), event.criteria().first()
    said = {"criterion": criterion, "revision": 0, "by": cast.tutor}
    standardising.save_mark(one, decision="pass", reason="First window.", **said)

    with pytest.raises(Stale):
        standardising.save_mark(one, decision="refer", reason="Second window.", **said)

    url = reverse("verification:save_mark", args=[event.pk, criterion.pk])
    page = cast.client_of("tutor").post(url, {"decision": "refer", "reason": "Second window.", "revision": "0"})
    assert page.status_code == 409
    assert "First window." in page.content.decode()
    assert "Second window." in page.content.decode()
    assert StandardMark.objects.get(participation=one).reason == "First window."


def test_the_script_saves_with_the_revision_it_is_given(cast, event):
    criterion = event.criteria().first()
    url = reverse("verification:save_mark", args=[event.pk, criterion.pk])
    typed = {"decision": "pass", "reason": "Clear.", "revision": "0"}

    answer = cast.client_of("tutor").post(url, typed, headers={"X-Requested-With": "autosave"})

    assert answer.json()["revision"] == 1


def test_an_event_needs_a_piece_and_two_people_before_it_opens(cast, essay):
    event = standardising.plan_event(
        title="Spring", assignment=essay, held_on=clock.today(), chair=cast.iqa, by=cast.iqa
    )
    with pytest.raises(Refused, match="Choose the piece"):
        standardising.open_marking(event, by=cast.iqa)
    standardising.set_piece(event, text="A text.", by=cast.iqa)
    standardising.invite_participants(event, people=[cast.tutor], by=cast.iqa)
    with pytest.raises(Refused, match="at least two"):
        standardising.open_marking(event, by=cast.iqa)


def test_invitations_are_mailed_once(cast, event, colleague):
    with pytest.raises(Refused, match="not invited yet"):
        standardising.invite_participants(event, people=[colleague], by=cast.iqa)

    assert Notice.objects.filter(key=f"standardisation:{event.pk}:invited:{colleague.pk}").count() == 1


def test_a_prepared_text_is_shown_as_it_was_typed(cast, essay):
    event = factories.a_standardisation(cast=cast, assignment=essay, people=[cast.tutor], state="planned")
    standardising.set_piece(event, text="<script>alert(1)</script>", by=cast.iqa)

    assert "<script>" not in event.piece_html


def test_a_piece_of_a_learner_names_nobody(cast):
    piece = factories.a_submission(cast=cast, state="passed")
    learner, reading = piece.enrolment.learner, piece.document.reading
    type(learner).objects.filter(pk=learner.pk).update(full_name="Mark Rees-Hall", known_as="Mark")
    reading.html = (
        "<p id='Mark'>Mark Rees-Hall writes. Mark's marking, Marketing and Rees-Hall.<img src='figure:1'></p>"
    )
    with factories.unfrozen():
        reading.save()
    piece = type(piece).objects.get(pk=piece.pk)
    event = standardising.plan_event(
        title="Spring", assignment=piece.assignment, held_on=clock.today(), chair=cast.iqa, by=cast.iqa
    )

    standardising.set_piece(event, submission=piece, by=cast.iqa)

    assert "Mark " not in event.piece_html
    assert "Rees" not in event.piece_html
    assert "marking, Marketing" in event.piece_html
    assert "<img" not in event.piece_html


def test_letters_of_other_words_and_of_the_markup_stay():
    found = anonymity.without_people('<p class="Ann">Ann, Anna, ANN</p>', ["Ann Li"])

    assert found == '<p class="Ann">···, Anna, ANN</p>'


def test_a_result_that_is_not_released_is_not_standardised(cast):
    piece = factories.a_submission(cast=cast)
    event = standardising.plan_event(
        title="Spring", assignment=piece.assignment, held_on=clock.today(), chair=cast.iqa, by=cast.iqa
    )

    with pytest.raises(Refused, match="not released"):
        standardising.set_piece(event, submission=piece, by=cast.iqa)


def test_a_closed_event_stays_as_it_is_and_takes_corrections_only(cast, essay, colleague):
    event = factories.a_standardisation(cast=cast, assignment=essay, people=[cast.tutor, colleague], state="closed")
    criterion = event.criteria().first()

    with pytest.raises(WrongState, match="Add a correction"):
        standardising.note_attendance(_part(event, cast.tutor), attendance="absent", by=cast.iqa)
    with pytest.raises(WrongState, match="Add a correction"):
        standardising.save_standard(
            event, criterion=criterion, discussion="", decision="pass", standard="x", revision=0, by=cast.iqa
        )
    standardising.add_correction(event, text="Clive left at three.", by=cast.iqa)

    assert "Clive left at three." in cast.client_of("tutor").get(event.get_absolute_url()).content.decode()
    assert Event.objects.filter(subject_id=event.pk, verb="add_correction").exists()


def test_it_is_not_closed_without_attendance_minutes_or_before_its_day(cast, essay, colleague):
    people = [cast.tutor, colleague]
    event = factories.a_standardisation(cast=cast, assignment=essay, people=people, state="compared")
    with pytest.raises(Refused, match="Write the minutes"):
        standardising.close_event(event, minutes=" ", by=cast.iqa)
    event.participations.filter(person=colleague).update(attendance="")
    with pytest.raises(Refused, match="Clive Colleague"):
        standardising.close_event(event, minutes="Talked.", by=cast.iqa)
    event.held_on = clock.today() + dt.timedelta(days=1)
    with pytest.raises(Refused, match="still to come"):
        standardising.close_event(event, minutes="Talked.", by=cast.iqa)


def test_a_tutor_sees_only_the_events_they_are_invited_to(cast, essay, colleague):
    event = factories.a_standardisation(cast=cast, assignment=essay, people=[colleague], state="planned")

    assert cast.client_of("tutor").get(event.get_absolute_url()).status_code == 404


def test_an_administrator_reads_the_record_and_never_the_piece(cast, event):
    page = cast.client_of("administrator").get(event.get_absolute_url()).content.decode()

    assert "Autumn standardisation" in page
    assert "mentoring tells" not in page


def _late(person):
    return [one["standardised_on"] for one in without_standardisation(clock.today()) if one["tutor"] == person.pk]


def test_a_tutor_is_warned_until_they_took_part_in_an_event_of_that_qualification(cast, essay, colleague):
    assert _late(cast.tutor) == [None]
    assert "none yet" in cast.client_of("iqa").get(reverse("home")).content.decode()
    assert "standardisation due" in cast.client_of("tutor").get(reverse("home")).content.decode()

    factories.a_standardisation(cast=cast, assignment=essay, people=[cast.tutor, colleague], state="closed")

    assert _late(cast.tutor) == []
    assert "standardisation due" not in cast.client_of("tutor").get(reverse("home")).content.decode()


def test_a_piece_to_mark_stands_on_the_home_of_a_tutor_until_it_is_handed_over(cast, event):
    home = reverse("home")
    assert "Mark the piece before the meeting" in cast.client_of("tutor").get(home).content.decode()

    _decide(event, cast.tutor)

    assert "Mark the piece before the meeting" not in cast.client_of("tutor").get(home).content.decode()


def test_a_second_click_hands_over_once(cast, event):
    first, second = _part(event, cast.tutor), _part(event, cast.tutor)
    for criterion in event.criteria():
        said = {"criterion": criterion, "decision": "pass", "reason": "Seen.", "revision": 0}
        standardising.save_mark(first, **said, by=cast.tutor)
    standardising.hand_over_marks(first, by=cast.tutor)

    with pytest.raises(WrongState):
        standardising.hand_over_marks(second, by=cast.tutor)
    assert Event.objects.filter(subject_id=event.pk, verb="hand_over_marks").count() == 1


def test_what_was_opened_before_the_closing_changes_nothing_after_it(cast, essay, colleague):
    people = [cast.tutor, colleague]
    event = factories.a_standardisation(cast=cast, assignment=essay, people=people, state="compared")
    before = _part(event, colleague)
    standardising.close_event(event, minutes="Talked.", by=cast.iqa)

    with pytest.raises(WrongState, match="Add a correction"):
        standardising.note_attendance(before, attendance="absent", by=cast.iqa)


def test_after_twelve_months_the_warning_is_back(cast, essay, colleague, settings):
    factories.a_standardisation(cast=cast, assignment=essay, people=[cast.tutor, colleague], state="closed")
    held = clock.today()

    with clock.at(held + dt.timedelta(days=370)):
        assert _late(cast.tutor) == [held]
        settings.STANDARDISATION_MONTHS = 24
        assert _late(cast.tutor) == []


def test_apologies_are_no_standardisation(cast, essay, colleague):
    people = [cast.tutor, colleague]
    event = factories.a_standardisation(cast=cast, assignment=essay, people=people, state="compared")
    one = _part(event, cast.tutor)
    standardising.note_attendance(one, attendance="apologies", note="Ill.", by=cast.iqa)
    standardising.close_event(event, minutes="Talked.", by=cast.iqa)

    assert _late(cast.tutor) == [None]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (dt.date(2026, 11, 26), 12, dt.date(2025, 11, 26)),
        (dt.date(2024, 2, 29), 12, dt.date(2023, 2, 28)),
        (dt.date(2026, 3, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2026, 1, 15), 1, dt.date(2025, 12, 15)),
    ],
)
def test_months_are_those_of_the_calendar(day, months, before):
    assert policy.months_ago(day, months) == before
