"""What the page of parts shows: invented people, the same shapes that the real pages hand over."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core import clock
from core.forms import DateField, Form, RatingField, SafeFileField
from core.lifecycle import Choice
from core.lists import Filter, Listing
from core.templatetags.ui import SIGNS, cell_html

_STAGES = (
    ("Enrolment", "Apr 22", "Enrolled", True),
    ("Questions", "29 Apr", "Questions", False),
    ("Induction", "4 May", "Induction", True),
    ("W1", "25 May", "W1", False),
    ("W2", "22 June", "W2", False),
    ("W3", "20 July", "W3", False),
    ("W4", "7 Sept", "W4", False),
    ("Guided", "28 Sept", "Guided day", False),
    ("Essay", "16 Dec", "Essay", True),
    ("Portfolio", "31 Mar 23", "Portfolio", False),
    ("IQA", "", "Verified", True),
    ("Claim", "", "Certificate", False),
)
_LETTERS = {
    "n": "not_yet",
    "h": "in_hand",
    "d": "done",
    "a": "absent",
    "c": "caught_up",
    "w": "with_tutor",
    "t": "late",
    "x": "withdrawn",
}
_ROWS = (
    ("Outstanding, 3", "Liam Doherty", "coaching", "ddddadacthnn", "Essay due Fri 31 May, 11 days late", True),
    ("Outstanding, 3", "Priya Raman", "coaching", "ddddcdddhhnn", "Essay due Fri 14 June, in 3 days", False),
    ("Outstanding, 3", "Daniel Osei", "both", "ddddcdcdwhnn", "Essay to be marked by Mon 17 June", False),
    ("Completed, 1", "Mei Cheung", "both", "ddddcddddddd", "Certificate 22 June 2023", False),
    ("Withdrawn, 1", "Sophie Lindsay", "mentoring", "ddddaxxxxxxx", "Withdrew 11 July 2022", False),
)


class Specimen(Form):
    """One field of each kind."""

    submit_label = "Add 1 session"
    full_name = forms.CharField(label="Name", help_text="As it is to stand on the certificate")
    hours = forms.DecimalField(label="Hours of practice", help_text="Between 0.25 and 3", max_value=3)
    held_on = DateField(label="Day of the session")
    kind = forms.ChoiceField(choices=[("coaching", "Coaching"), ("mentoring", "Mentoring")])
    way = forms.ChoiceField(
        label="How did you meet?",
        choices=[("room", "In one room"), ("online", "Online")],
        widget=forms.RadioSelect,
    )
    confidence = RatingField(label="How sure were you of your questions?", low="not at all sure", high="very sure")
    notes = forms.CharField(widget=forms.Textarea, required=False, help_text="Use a code for the coachee, not a name")
    record = SafeFileField(label="Signed record", kinds=(".pdf", ".docx"), required=False)
    agreed = forms.BooleanField(label="The coachee has agreed to these notes")


def _grid() -> dict[str, Any]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for group, name, hint, states, following, late in _ROWS:
        cells = [
            cell_html(_LETTERS[letter], title=f"{stage[2]}: {SIGNS[_LETTERS[letter]][2]}", first=stage[3])
            for letter, stage in zip(states, _STAGES, strict=True)
        ]
        row = {"name": name, "url": "#grid", "hint": hint, "cells_html": SafeString("".join(cells)), "next": following}
        groups.setdefault(group, []).append(row | {"next_late": late, "withdrawn": "x" in states})
    return {
        "phases": [("Joining", 2), ("Sessions", 6), ("Assignments", 2), ("Award", 2)],
        "stages": [{"key": label, "label": label, "sub": sub, "first": first} for label, sub, _, first in _STAGES],
        "groups": [{"label": label, "rows": rows} for label, rows in groups.items()],
    }


def _path() -> list[dict[str, Any]]:
    states = [_LETTERS[letter] for letter in "ddddcdddhhnn"]
    return [
        {"state": state, "label": stage[2], "current": number == 8, "ahead": number > 8}
        for number, (state, stage) in enumerate(zip(states, _STAGES, strict=True))
    ]


def _listing() -> Listing:
    page = Paginator(range(312), 25).get_page(4)
    filters = [Filter("cohort", "Cohort", [("", "All"), ("psc", "PSC-2022")])]
    orders = [("oldest", "Oldest first"), ("name", "By name")]
    return Listing(page, "osei", "name", orders, filters, 312, "learner", True)  # noqa: FBT003 - as the list makes it


def specimens(request: HttpRequest) -> dict[str, Any]:
    """The context of `components.html`; with `?errors` the form is shown as it comes back."""
    now = clock.now()
    event = SimpleNamespace(actor_label="Helen Marsh", happened_at=now)
    return {
        "specimen": Specimen({"hours": "one and a half"}) if "errors" in request.GET else Specimen(),
        "grid": _grid(),
        "path": _path(),
        "signs": list(SIGNS),
        "listing": _listing(),
        "due": now + dt.timedelta(days=3),
        "choices": [
            Choice("pass", "Pass", "#actions"),
            Choice("refer", "Refer with 2 actions", "#actions"),
            Choice("sign", "Sign", "#actions", "Decide 3.2, 3.3 and 3.4 first."),
        ],
        "events": [
            SimpleNamespace(
                verb="refer", detail={"reason": "Criteria 1.3 and 2.3: one side of the case only"}, **vars(event)
            ),
            SimpleNamespace(verb="hand_in", detail={}, **vars(event)),
        ],
        "figures": [
            {"value": 12, "word": "started", "n": "12 places bought"},
            {
                "value": 77,
                "unit": "%",
                "word": "attendance",
                "n": "53 of 69 places",
                "formula": "attended / expected places",
            },
            {"value": "+35", "word": "knowledge gain", "n": "points; 38 pairs"},
        ],
        "tasks": [
            {
                "label": "Log your last two sessions",
                "url": "#tasks",
                "hint": "14.5 of 18 hours",
                "state": "in_hand",
                "status": "11 of 16 parts",
            },
            {
                "label": "Answer Helen’s comments",
                "url": "#tasks",
                "hint": "4, of which 3 answered",
                "state": "referred",
                "status": "1 to answer",
            },
            {"label": "Prepare for supervision", "url": "#tasks", "status": "Not started"},
            {"label": "Feedback on the guided learning day", "url": "#tasks", "status": "Done"},
        ],
        "attention": [
            {
                "state": "late",
                "title": "Liam Doherty",
                "url": "#attention",
                "hint": "essay, 11 days late",
                "text": "Two reminders without an answer; workshops 2 and 4 not caught up.",
                "rule": "late by more than 7 days and silent for more than 28",
                "action_url": "#attention",
                "action_label": "Agree a new date",
            }
        ],
        "facts": [("Mark by", "Mon 17 June 2024, in 4 working days"), ("AI use", "None declared")],
        "rail": [
            {
                "label": "Desk",
                "items": [
                    {"label": "All work", "url": "#rail", "count": 26, "current": True},
                    {"label": "Overdue", "url": "#rail", "count": 3, "late": True},
                ],
            }
        ],
        "checks": [
            {"ok": True, "text": "No macros, no password"},
            {"ok": False, "text": "One line shows tracked changes. They count as accepted"},
        ],
        "heads": [
            {"label": "Learner", "order": "name"},
            {"label": "Words", "css": "wm-number"},
            {"label": "Clock", "css": "wm-number"},
            {"label": "Criteria"},
        ],
        "crumbs": [("Cohorts", "#crumbs"), ("PSC-2022", "#crumbs"), ("Daniel Osei", "")],
    }
