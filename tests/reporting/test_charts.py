"""Charts, whatever the numbers: finite, within their box, bars from zero, and a title that carries the message."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting import charts
from reporting.charts.attendance import BASE, COUNTABLE
from reporting.charts.sparks import BASE as SPARK_BASE

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
PERCENTS = st.integers(0, 100)
quick = settings(max_examples=60, deadline=None)


def drawing(svg: str) -> ElementTree.Element:
    """The parsed chart, with what holds for all of them."""
    root = ElementTree.fromstring(svg)
    values = [value for mark in root.iter() for value in mark.attrib.values()]
    assert not any(re.search(r"\b(nan|-?inf)\b", value) for value in values)
    assert root.find(f"{SVG}title").text.strip()
    assert not any("style" in key or key.startswith("on") for mark in root.iter() for key in mark.attrib)
    assert not {mark.tag for mark in root.iter()} & {f"{SVG}style", f"{SVG}script"}
    _, _, width, height = (float(value) for value in root.get("viewBox").split())
    for x, y in points(root):
        assert -1.5 <= x <= width + 1.5, (x, width)
        assert -1.5 <= y <= height + 1.5, (y, height)
    return root


def points(root: ElementTree.Element) -> list[tuple[float, float]]:
    """Corners of every mark; of a text only where it starts."""
    found = []
    for mark in root.iter():
        get = lambda key, mark=mark: float(mark.get(key))  # noqa: E731 - short, and used at once
        if mark.tag == f"{SVG}rect":
            assert get("width") >= 0
            assert get("height") >= 0
            found += [(get("x"), get("y")), (get("x") + get("width"), get("y") + get("height"))]
        elif mark.tag == f"{SVG}circle":
            found += [(get("cx") - get("r"), get("cy") - get("r")), (get("cx") + get("r"), get("cy") + get("r"))]
        elif mark.tag == f"{SVG}line":
            found += [(get("x1"), get("y1")), (get("x2"), get("y2"))]
        elif mark.tag == f"{SVG}text":
            found.append((get("x"), get("y")))
        elif mark.tag == f"{SVG}path":
            found += [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", mark.get("d"))]
    return found


@st.composite
def bars(draw):
    places = draw(st.integers(0, 60))
    attended = draw(st.integers(0, places))
    caught = draw(st.integers(0, places - attended))
    share = attended * 100 // places if places else 0
    return charts.AttendanceBar(draw(NAMES), places, attended, draw(st.integers(0, attended)), caught, share)


@quick
@given(st.lists(bars(), min_size=1, max_size=12))
def test_attendance_stays_in_its_box_and_stands_on_zero(rows):
    root = drawing(charts.attendance(rows))
    most = max(one.places for one in rows)
    tall = [mark for mark in root.iter(f"{SVG}rect") if float(mark.get("x")) >= 108]
    assert all(float(mark.get("y")) + float(mark.get("height")) <= BASE + 0.6 for mark in tall)
    if most > COUNTABLE:
        first = [mark for mark in tall if mark.get("fill") == "#0E5A60"]
        assert all(abs(float(mark.get("y")) + float(mark.get("height")) - BASE) < 0.02 for mark in first)


@quick
@given(st.lists(bars().filter(lambda one: one.places <= COUNTABLE), min_size=1, max_size=8))
def test_attendance_has_one_block_for_each_place(rows):
    root = drawing(charts.attendance(rows))
    column = 330 / len(rows)
    for i, one in enumerate(rows):
        low, high = 108 + column * i, 108 + column * (i + 1)
        inside = [mark for mark in root.iter(f"{SVG}rect") if low <= float(mark.get("x")) < high]
        assert sum(mark.get("fill") == "#0E5A60" for mark in inside) == one.attended
        assert sum(mark.get("fill") == "#FFFFFF" for mark in inside) == one.part + one.caught_up


@st.composite
def deadline_rows(draw):
    ends = draw(st.none() | DAYS)
    return charts.DeadlineRow(
        draw(st.integers(1, 99)), draw(NAMES), draw(st.none() | DAYS), ends, draw(st.none() | DAYS)
    )


@quick
@given(st.lists(deadline_rows(), min_size=1, max_size=28), DAYS, st.integers(0, 200))
def test_deadlines_stay_in_their_box_and_say_each_in_the_title(rows, as_of, margin):
    title = drawing(charts.deadlines(rows, as_of=as_of, margin=margin)).find(f"{SVG}title").text
    assert title.count("; ") >= len(rows) - 1
    assert title.count("no deadline") >= sum(one.deadline is None for one in rows)


@quick
@given(st.data(), st.integers(1, 80), DAYS)
def test_certificates_over_time_never_pass_those_who_started(data, started, as_of):
    past = st.dates(date(2015, 1, 1), as_of)
    days = data.draw(st.lists(past, max_size=started))
    gone = data.draw(st.lists(past, max_size=started - len(days)))
    sessions = data.draw(st.none() | st.tuples(past, past).map(sorted).map(tuple))
    root = drawing(charts.completion(started, days, gone, sessions=sessions, as_of=as_of))
    assert f"{len(days)} of {started} by" in root.find(f"{SVG}title").text


@st.composite
def rated(draw):
    return charts.RatedWorkshop(draw(NAMES), "W1", draw(st.none() | PERCENTS), draw(st.none() | PERCENTS), "n 9")


@quick
@given(st.lists(rated(), min_size=1, max_size=10))
def test_satisfaction_stays_in_its_box_and_starts_where_it_says(rows):
    svg = charts.satisfaction(rows, pooled=(77, 81, 31))
    values = [value for one in rows for value in (one.overall, one.tutor) if value is not None]
    if not values:
        assert svg == ""
        return
    root = drawing(svg)
    assert f"scale from {charts.floor_of(rows)} to" in root.find(f"{SVG}desc").text
    assert 0 <= charts.floor_of(rows) <= min(values)


@quick
@given(st.lists(st.tuples(NAMES, st.none() | st.tuples(PERCENTS, PERCENTS)), min_size=1, max_size=11))
def test_knowledge_stays_in_its_box_rising_or_falling(rows):
    made = [
        charts.KnowledgeRow(
            name, "n 9", *map(float, pair), printed=(str(pair[0]), str(pair[1]), f"{pair[1] - pair[0]:+}")
        )
        if pair
        else charts.KnowledgeRow(name, "withheld")
        for name, pair in rows
    ]
    svg = charts.knowledge(made)
    assert bool(svg) == any(pair for _, pair in rows)
    if svg:
        drawing(svg)


@quick
@given(st.integers(0, 120), st.integers(0, 120), st.integers(0, 40))
def test_the_strip_has_one_mark_for_each_learner_up_to_what_can_be_seen(done, left, gone):
    if not done + left + gone:
        return
    root = drawing(charts.strip(done, left, gone, title="Of all"))
    if max(done, left, gone) <= 57:
        assert len(list(root.iter(f"{SVG}circle"))) == done + left + gone
        assert float(root.get("viewBox").split()[3]) <= 28


@quick
@given(st.lists(PERCENTS, min_size=1, max_size=12))
def test_the_small_bars_stand_on_zero(shares):
    root = drawing(charts.spark_bars(shares))
    for mark, share in zip(root.iter(f"{SVG}rect"), shares, strict=True):
        assert abs(float(mark.get("y")) + float(mark.get("height")) - SPARK_BASE) < 0.02
        assert abs(float(mark.get("height")) - 0.18 * share) < 0.02


@quick
@given(st.lists(st.integers(-400, 900), min_size=1, max_size=40), st.integers(1, 200))
def test_the_small_margins_stay_in_their_box(days, margin):
    drawing(charts.spark_margins(days, margin=margin))


@quick
@given(st.lists(st.none() | PERCENTS, max_size=12))
def test_the_small_line_needs_two_points(values):
    svg = charts.spark_line("overall", "Overall satisfaction", values)
    assert bool(svg) == (sum(value is not None for value in values) >= 2)
    if svg:
        drawing(svg)


@quick
@given(st.data(), st.integers(0, 60), DAYS)
def test_the_small_steps_stay_in_their_box(data, started, as_of):
    since = as_of - timedelta(days=data.draw(st.integers(0, 900)))
    days = data.draw(st.lists(st.dates(since, as_of), max_size=started))
    drawing(charts.spark_steps(started, days, since=since, as_of=as_of))


@quick
@given(st.fractions(0, 1), st.fractions(0, 1))
def test_the_small_gain_stays_in_its_box(before, after):
    drawing(charts.spark_gain(float(before), float(after), told=("1", "2")))


@pytest.mark.parametrize(
    "empty",
    [
        charts.attendance([]),
        charts.deadlines([], as_of=date(2024, 1, 1), margin=90),
        charts.spark_bars([]),
        charts.knowledge([]),
    ],
)
def test_no_numbers_no_chart(empty):
    assert empty == ""


def test_names_are_escaped_in_marks_and_title():
    row = charts.DeadlineRow(1, 'A <b>&"', date(2024, 7, 1), date(2025, 1, 1))
    svg = charts.deadlines([row], as_of=date(2024, 6, 30), margin=90)
    assert "<b>" not in svg
    assert svg.count("&lt;b&gt;&amp;") == 2


def test_the_same_numbers_draw_the_same_chart():
    bar = charts.AttendanceBar("workshop 1", 12, 10, 1, 1, 83)
    assert charts.attendance([bar]) == charts.attendance([bar])
