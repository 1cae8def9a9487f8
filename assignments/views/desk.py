"""The marking desk: what waits for this tutor, by kind and by the day it is due, and the piece that was left open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import waiting
from assignments.declarations import AI_USES
from assignments.models import CriterionDecision, Declaration, Deferral, Submission
from assignments.states import DeferralState, SubmissionState
from assignments.views.desk_rows import rows_html
from core import clock
from core.lists import BOUND, Filter, Listing, chosen, keyset_listing
from enrolment.models import Registration

ORDERS = {
    "due": ("Due first", ("mark_due",)),
    "arrived": ("Oldest first", ("submitted_at",)),
    "learner": ("By learner", ("shown_learner", "submitted_at")),
    "cohort": ("By cohort", ("enrolment__cohort__code", "submitted_at")),
    "begun": ("Nearly done first", ("-decided", "submitted_at")),
}
FIND = ("shown_learner", "enrolment__cohort__code", "assignment__title")
ATTEMPTS = (("first", "First attempts"), ("again", "Resubmissions"))
# What a row of the list says; a row is light, because there are fifty.
SAID = (
    *("attempt", "state", "due_on", "submitted_at", "submitted_by", "mark_by", "clock_used", "marker", "held_at"),
    *("enrolment__learner__full_name", "enrolment__cohort__code", "enrolment__cohort__anonymous_marking"),
    *("assignment__title", "assignment__version__marking_days", "assignment__version__attempts"),
    *("document__words", "held_by__full_name"),
)
RELATED = ("enrolment__learner", "enrolment__cohort", "assignment__version", "document", "held_by")
# Of each kind beside the marking, and of the cohorts in the rail, no more than this.
SHOWN, COHORTS = 10, 8
# Kind, what its list is called, what happened when its clock began, and where all of them are.
SECTIONS = (
    ("drafts", "Drafts to comment on", "sent", "assignments:drafts"),
    ("actions", "Actions of internal verification (IQA)", "sent back", ""),
    ("catch_ups", "Missed sessions to catch up", "missed", ""),
    ("questions", "Questions to answer", "asked", "workshops:threads"),
    ("registers", "Registers to close", "held", "workshops:sessions"),
)


@dataclass(frozen=True)
class Section:
    """What waits beside the marking, of one kind: the first few and how many there are."""

    kind: str
    title: str
    began: str
    rows: list[waiting.Waiting]
    total: int
    more_url: str

    @property
    def hidden(self) -> int:
        return max(0, self.total - len(self.rows))


def said(counts: waiting.Counts, *kinds: str, window: str = "") -> str:
    """A number, or more than a number where counting stopped; nothing for none."""
    number = counts.of(*kinds, window=window)
    return f"{'more than ' * counts.is_bounded(*kinds, window=window)}{number:,}" if number else ""


def light(rows: Any) -> QuerySet[Submission]:
    """Rows with what the list says of each: how far it is decided, and until when a decision is deferred.

    What the piece that was left open says besides comes along, because it is nearly always one of them.
    """
    deferred = Deferral.objects.filter(submission=OuterRef("pk"), state=DeferralState.OPEN)
    registered = Registration.objects.filter(enrolment=OuterRef("enrolment"))
    declared = Declaration.objects.filter(submission=OuterRef("pk"))
    found: QuerySet[Submission] = (
        rows.select_related(*RELATED)
        .only(*SAID)
        .annotate(
            decided=_decided(~Q(decision="")),
            unmet=_decided(Q(decision="refer")),
            deferred_until=Subquery(deferred.values("until_on")),
            registered_until=Subquery(registered.values("expires_on")),
            ai_use=Subquery(declared.values("ai_use")),
        )
    )
    return found


def _decided(which: Q) -> Coalesce:
    """How many criteria of a piece are decided like this."""
    rows = CriterionDecision.objects.filter(which, submission=OuterRef("pk")).order_by()
    return Coalesce(
        Subquery(rows.values("submission").annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField()
    )


def _days(counts: waiting.Counts) -> list[dict[str, Any]]:
    """The rows of the day table; the last two only where something stands in them."""
    kinds = [kind for kind, _ in waiting.KINDS]
    rows = []
    for key, label in waiting.WINDOWS:
        if key in ("later", "still") and not counts.of(*kinds, window=key):
            continue
        cells = [(kind, said(counts, kind, window=key), _leads(kind, key)) for kind in kinds]
        rows.append(
            {"key": key, "label": label, "late": key == "overdue" and counts.of(*kinds, window=key), "cells": cells}
        )
    return rows


def _leads(kind: str, window: str) -> str:
    if kind not in waiting.PILE:
        return f"#{kind}"
    return f"?due={window}&attempt={'again' if kind == 'resubmissions' else 'first'}"


def _sections(rows: dict[str, list[waiting.Waiting]], counts: waiting.Counts, only: str) -> list[Section]:
    found = []
    for kind, title, began, route in SECTIONS:
        url = f"?only={kind}#{kind}" if not only else (reverse(route) if route else "")
        if rows.get(kind):
            found.append(Section(kind, title, began, rows[kind], counts.of(kind), url))
    return found


def _narrowed(rows: Any, filters: list[Filter], today: Any) -> Any:
    due, attempt, cohort = (one.value for one in filters)
    if due:
        rows = waiting.in_window(rows, due, today)
    if attempt:
        rows = rows.filter(attempt=1) if attempt == "first" else rows.filter(attempt__gt=1)
    return rows.filter(enrolment__cohort=int(cohort)) if cohort else rows


def _total(counts: waiting.Counts, filters: list[Filter]) -> int | None:
    """How many pieces the choice leaves, where the counts of the day table say it already."""
    due, attempt, cohort = (one.value for one in filters)
    if cohort:
        return None
    kinds = {"": waiting.PILE, "first": ("marking",), "again": ("resubmissions",)}[attempt]
    total = counts.of(*kinds, window=due)
    return BOUND + 1 if counts.is_bounded(*kinds, window=due) else total


def _left_open(rows: Any, counts: waiting.Counts, found: Listing) -> Submission | None:
    """The piece this tutor held last and has not finished; else the first to be due. None while the tutor looks for something.

    It is nearly always on the page; if not, it is fetched, unless the pile is so large that it was counted twice.
    """
    page = list(found.page)
    if found.narrowed or not page:
        return None
    there = next((one for one in page if one.pk == counts.held), None)
    if there is None and counts.held and not counts.is_bounded(*waiting.PILE):
        there = light(rows).filter(pk=counts.held).first()
    return there or (page[0] if found.order == "due" else None)


@requires(Can.MARK)
def desk(request: AuthedRequest) -> HttpResponse:
    user, now, today = request.user, clock.now(), clock.today()
    taught = waiting.teaching(user, today)
    counts = waiting.counts_of(user, taught, now=now)
    codes = [(str(pk), taught.codes[pk]) for pk in taught.begun]
    filters = [
        chosen(request, "due", "Due", waiting.WINDOWS),
        chosen(request, "attempt", "Attempt", ATTEMPTS),
        chosen(request, "cohort", "Cohort", codes),
    ]
    rows = Submission.objects.waiting_for(user, today, taught.begun).with_due().with_shown_learner(user).read_by(user)
    found = keyset_listing(
        request,
        light(_narrowed(rows, filters, today)),
        noun="piece",
        orders=ORDERS,
        find=FIND,
        also=rows.by_code,
        filters=filters,
        total=_total(counts, filters),
    )
    for one in found.page:
        one.clock = waiting.clock_of(one, today=today)
        one.window = waiting.window(one.mark_by, today)
        one.holder = str(one.held_by) if one.is_held(now) and one.held_by_id != user.pk else ""
        one.criteria_total = counts.criteria.get(one.assignment_id, 0)
    only = chosen(request, "only", "Only", waiting.KINDS).value
    beside = waiting.rows_of(
        user, taught, counts, now=now, each=200 if only else SHOWN, kinds=[only] if only else waiting.BESIDE
    )
    left: Any = _left_open(rows, counts, found) if not request.GET.get("at") else None
    groups = {key: (label, said(counts, *waiting.PILE, window=key)) for key, label in waiting.WINDOWS}
    context = {
        "listing": found,
        "kinds": waiting.KINDS,
        "days": _days(counts),
        "rows": rows_html(found.page, groups if found.order == "due" else {}, left.pk if left else None),
        "total": said(counts, *waiting.PILE),
        "is_one": counts.of(*waiting.PILE) == 1,
        "overdue": said(counts, *waiting.PILE, window="overdue"),
        "anything": bool(counts.by),
        "queues": [(kind, label, said(counts, kind)) for kind, label in waiting.KINDS[1:]],
        "cohorts": codes[:COHORTS],
        "cohorts_hidden": max(0, len(codes) - COHORTS),
        "sections": _sections(beside, counts, only),
        "only": only,
        "left": left,
        "left_ai": dict(AI_USES).get(left.ai_use, "") if left else "",
        "left_clock": waiting.clock_of(left, today=today) if left else None,
        "left_total": counts.criteria.get(left.assignment_id, 0) if left else 0,
        "left_is_mine": bool(left and left.held_by_id == user.pk and left.state == SubmissionState.SUBMITTED),
        "now": now,
    }
    return render(request, "assignments/desk.html", context)
