"""The words, signs and figures of every page, and the promises of the sheet and the templates."""

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.urls import reverse

from core import clock
from core.lifecycle import Choice
from core.specimens import specimens
from core.templatetags import ui

ROOT = Path(settings.BASE_DIR)
TODAY = dt.date(2024, 6, 11)
LONDON = dt.timezone(dt.timedelta(hours=1))


def written(source, **context):
    return Template(source).render(Context(context))


def asked(source, query="", **context):
    return Template(source).render(RequestContext(RequestFactory().get(f"/{query}"), context))


# ---- figures


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(53, 69), "77"),
        (Fraction(1, 200), "1"),
        (Fraction(5, 200), "3"),
        (Decimal("0.285"), "29"),
        (0.285, "29"),
        (0, "0"),
        (1, "100"),
        (Fraction(1, 3), "33"),
    ],
)
def test_a_share_is_whole_per_cent_with_a_half_rounded_up(share, shown):
    assert ui.percent(share) == f"{shown}\N{NO-BREAK SPACE}%"


def test_a_figure_that_is_not_known_is_a_dash():
    assert ui.percent(None) == ui.points(None) == ui.thousands(None) == ui.minutes(None) == ui.file_size(None) == "–"


@pytest.mark.parametrize(("gain", "shown"), [(Fraction(35, 100), "+35"), (Fraction(-1, 8), "−12"), (0, "+0")])
def test_a_gain_says_its_direction(gain, shown):
    assert ui.points(gain) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(420, "7 h"), (90, "1 h 30 min"), (45, "45 min"), (0, "0 min"), (dt.timedelta(hours=2), "2 h")],
)
def test_a_length_of_time_is_hours_and_minutes(number, shown):
    assert ui.minutes(number).replace("\N{NO-BREAK SPACE}", " ") == shown


@pytest.mark.parametrize(("size", "shown"), [(0, "1 KB"), (219_136, "214 KB"), (2_202_009, "2.1 MB")])
def test_the_size_of_a_file_is_said_in_its_unit(size, shown):
    assert ui.file_size(size).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_a_count_agrees_with_its_noun():
    assert [ui.counted(n, "essay") for n in (0, 1, 4612)] == ["no essays", "1 essay", "4,612 essays"]
    assert ui.counted(2, "person,people") == "2 people"


# ---- days


def test_a_day_and_a_moment_are_written_out_in_the_time_of_the_centre():
    assert ui.day(dt.date(2024, 6, 14)) == "Fri 14 June 2024"
    assert ui.moment(dt.datetime(2024, 6, 14, 16, 0, tzinfo=dt.UTC)) == "Fri 14 June 2024, 17:00"
    assert ui.day(dt.date(2024, 6, 4), "short") == "Tue 4 June"
    assert ui.day(dt.datetime(2024, 6, 14, 23, 30, tzinfo=dt.UTC), "plain") == "15 June 2024"
    assert ui.day(None) == ui.moment(None) == "–"


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (3, "in 3 days"),
        (27, "in 27 days"),
        (28, "in 4 weeks"),
        (-1, "1 day late"),
        (-11, "11 days late"),
    ],
)
def test_the_distance_of_a_deadline(days, shown):
    with clock.at(TODAY):
        assert ui.distance(TODAY + dt.timedelta(days=days)).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_a_deadline_of_today_is_told_in_hours_and_is_late_from_its_minute():
    at_nine = dt.datetime(2024, 6, 11, 9, 0, tzinfo=LONDON)
    with clock.at(at_nine):
        assert ui.distance(at_nine + dt.timedelta(hours=8)) == "in 8\N{NO-BREAK SPACE}hours"
        assert ui.distance(at_nine - dt.timedelta(minutes=5)) == "5\N{NO-BREAK SPACE}minutes late"
        assert ui.ago(at_nine - dt.timedelta(minutes=34)) == "34\N{NO-BREAK SPACE}minutes ago"


def test_what_has_been_is_ago_and_never_late():
    with clock.at(TODAY):
        told = [ui.ago(TODAY - dt.timedelta(days=n)).replace("\N{NO-BREAK SPACE}", " ") for n in (0, 1, 3, 35, -2)]
    assert told == ["today", "yesterday", "3 days ago", "5 weeks ago", "in 2 days"]


# ---- signs


@pytest.mark.parametrize("state", ui.SIGNS)
def test_every_state_has_a_symbol_in_the_sprite_and_a_hidden_word(state):
    drawn = written("{% sign state %}", state=state)
    symbol = re.search(r'href="#([\w-]+)"', drawn)[1]
    assert f'<symbol id="{symbol}"' in ui.sprite()
    assert f'<span class="visually-hidden">{ui.SIGNS[state][2]}</span>' in drawn


def test_a_cell_escapes_what_it_is_given():
    cell = ui.cell_html("late", "<late>", 'Essay: "late"', first=True)
    assert "<late>" not in cell
    assert 'title="Essay: &quot;late&quot;"' in cell
    assert cell.startswith('<td role="cell" class="is-late wm-phase"')


def test_a_badge_takes_a_state_a_kind_or_an_unknown_word():
    assert "is-hand" in ui.badge("in_hand", "4 of 12")
    assert "i-notice" in ui.badge("attention", "1 to answer")
    assert "is-none" in ui.badge("something")
    assert "&lt;b&gt;" in ui.badge("done", "<b>")


# ---- parts


def test_a_blocked_action_is_a_sentence_and_not_a_button():
    choices = [Choice("sign", "Sign", "/sign/", "Decide 3.2 first."), Choice("save", "Save", "/save/")]
    drawn = written("{% actions choices %}", choices=choices)
    assert "/sign/" not in drawn
    assert "Decide 3.2 first." in drawn
    assert 'class="btn btn-primary" href="/save/"' in drawn


def test_the_pager_keeps_the_rest_of_the_address():
    drawn = asked("{% pager page %}", "?q=osei&page=2", page=Paginator(range(60), 25).get_page(2))
    assert "26 to 50 of 60" in drawn
    assert 'href="?q=osei&amp;page=3"' in drawn


def test_a_sorted_head_says_so_and_turns_round():
    drawn = asked("{% sort_head 'name' 'Learner' %}", "?order=name")
    assert 'aria-sort="ascending"' in drawn
    assert "order=-name" in drawn


def test_history_says_who_when_and_why():
    event = SimpleNamespace(
        verb="hand_in",
        actor_label="Priya Raman",
        happened_at=dt.datetime(2024, 6, 11, 20, 47, tzinfo=dt.UTC),
        detail={"reason": "Second <try>"},
    )
    drawn = written("{% history events %}", events=[event])
    assert "<b>Hand in</b> by Priya Raman" in drawn
    assert "Tue 11 June 2024, 21:47" in drawn
    assert "Second &lt;try&gt;" in drawn


def test_the_title_of_a_page_with_a_faulty_form_begins_with_error():
    faulty = specimens(RequestFactory().get("/?errors"))["specimen"]
    source = "{% extends 'base.html' %}{% block title %}Hand in{% endblock %}{% block top %}{% endblock %}"
    assert "<title>Error: Hand in – Waymark</title>" in asked(source, form=faulty)
    assert "<title>Hand in – Waymark</title>" in asked(source)


def test_the_theme_is_kept_in_a_cookie_and_leads_back_only_to_ourselves(client):
    answer = client.post(reverse("core:theme"), {"theme": "dark", "next": "https://elsewhere.invalid/"})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.cookies["theme"].value == "dark"
    client.post(reverse("core:theme"), {"theme": "pink", "next": "/"})
    assert client.cookies["theme"].value == "dark"


# ---- the sheet


def tokens():
    """Each colour of the sheet as (light, dark)."""
    found = re.findall(r"(--wm-[\w-]+): light-dark\((#\w{6}), (#\w{6})\)", (ROOT / "static/css/tokens.css").read_text())
    return {name.removeprefix("--wm-"): (light, dark) for name, light, dark in found}


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT = [(ink, ground) for ink in ("ink", "quiet", "accent", "accent-deep") for ground in ("page", "card")]
TEXT += [(kind, f"{kind}-ground") for kind in ("done", "attention", "late", "hand", "none")]
TEXT += [(kind, ground) for kind in ("done", "attention", "late", "hand", "none") for ground in ("page", "card")]
TEXT += [
    ("on-accent", "accent"),
    ("ink", "mark"),
    ("page", "late"),
    *[("ink", f"{k}-ground") for k in ("done", "late")],
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT, ids=str)
def test_text_has_a_contrast_of_at_least_5_7(ink, ground, theme):
    assert contrast(tokens()[ink][theme], tokens()[ground][theme]) >= 5.7


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "card"])
def test_the_border_of_a_control_has_a_contrast_of_at_least_3(ground, theme):
    assert contrast(tokens()["control"][theme], tokens()[ground][theme]) >= 3


def test_every_variable_that_the_sheet_uses_is_defined():
    text = "\n".join(path.read_text() for path in (ROOT / "static/css").glob("*.css"))
    used, defined = set(re.findall(r"var\((--(?:wm|t)-[\w-]+)", text)), set(re.findall(r"(--(?:wm|t)-[\w-]+):", text))
    assert used - defined == set()


def test_every_room_of_the_sheet_is_imported():
    rooms = {path.name for path in (ROOT / "static/css").glob("*.css")} - {"app.css"}
    assert set(re.findall(r'@import url\("([\w-]+\.css)"\)', (ROOT / "static/css/app.css").read_text())) == rooms


# ---- the templates

PAGES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "pdf" not in path.parts)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_no_inline_style_script_or_handler(path):
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}|{%.*?%}", "", path.read_text(), flags=re.S)
    assert not re.search(r"\sstyle=|<style\b|\son\w+=|javascript:|data:(?:image|text)/", text)
    assert not re.search(r'<script(?![^>]*(?:\ssrc=|type="application/json"))', text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("path", sorted((ROOT / "templates/components").glob("*.html")), ids=lambda path: path.stem)
def test_a_component_says_in_its_first_comment_what_it_is(path):
    opening = path.read_text()
    assert re.match(r"{% comment %}.{20,}?{% endcomment %}", opening, flags=re.S)


def test_every_module_of_script_is_short_and_leaves_nothing_behind():
    for path in (ROOT / "static/js").rglob("*.js"):
        text = path.read_text()
        assert len(text.splitlines()) <= 120, path.name
        assert not re.search(r"\b(?:window|globalThis)\.\w+\s*=[^=]|\beval\(|new Function", text), path.name
        # Looks belong in the style sheets. Only where a comment stands beside its words is reckoned.
        assert path.parent.name == "comments" or ".style" not in text, path.name


def test_a_page_asks_at_once_for_every_script_that_its_scripts_import():
    """Read from the scripts themselves, however deep one imports another: a new import needs no second list."""
    asked = re.findall(r'<link rel="modulepreload" href="/static/js/([^"]+)">', drawn('{% modules "js/marking.js" %}'))
    assert asked[0] == "marking.js"
    assert {"room_find.js", "room_keeper.js", "room_shared.js", "kept.js"} <= set(asked)
    assert "write.js" not in asked
    assert len(asked) == len(set(asked))


def drawn(text):
    return Template(text).render(Context())
