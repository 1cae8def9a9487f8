"""The marking desk: what waits for this tutor, by day and oldest first, and the piece that was left open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, DateField, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments import anonymity
from assignments.deadlines import marking_clock
from assignments.declarations import AI_USES
from assignments.models import Draft, Submission
from assignments.states import SubmissionState
from assignments.views.room import clock_of, marked_by
from core import clock
from core.lists import chosen, listing
from programmes.models import Criterion

WINDOWS = (("overdue", "Overdue"), ("today", "Today"), ("week", "Next 7 days"), ("later", "Later"))
ORDERS = {
    "arrived": ("Oldest first", ("submitted_at",)),
    "learner": ("By learner", ("shown_learner", "submitted_at")),
    "cohort": ("By cohort", ("enrolment__cohort__code", "submitted_at")),
    "begun": ("Nearly done first", ("-decided", "submitted_at")),
}


def window(day: dt.date, today: dt.date) -> str:
    """In which row of the day table a date falls."""
    if day < today:
        return "overdue"
    if day == today:
        return "today"
    return "week" if day <= today + dt.timedelta(days=7) else "later"


@dataclass(frozen=True)
class DayRow:
    key: str
    label: str
    marking: int
    resubmissions: int
    actions: int


def _light(waiting: QuerySet[Submission], today: dt.date) -> list[dict[str, Any]]:
    """Every waiting piece in a few columns, with its clock."""
    columns = "pk", "attempt", "submitted_at", "held_by", "held_at", "assignment__version__marking_days"
    rows = list(waiting.values(*columns, "enrolment__cohort", "enrolment__cohort__code").order_by("submitted_at", "pk"))
    for row in rows:
        submitted_on = timezone.localdate(row["submitted_at"])
        allowed = row["assignment__version__marking_days"]
        row["window"] = window(marking_clock(submitted_on, allowed=allowed, today=today).due_on, today)
    return rows


def _beside_marking(user: User) -> tuple[list[dict[str, Any]], int]:
    """The verifier's open actions for this tutor, and how many drafts wait for comment: in one statement.

    `samples` belongs to a later stage, so it is named and not imported.
    """
    cohorts = user.appointments.covering(clock.today()).values("cohort")
    returned = Submission.objects.filter(enrolment__cohort__in=cohorts, samples__state="returned").order_by()
    columns: Any = "samples__pk", "samples__action_due_on", "samples__action", "enrolment", "shown_learner"
    found = returned.with_shown_learner(user).values_list(*columns, "assignment__title", Value(0))
    drafts = Draft.objects.of_cohorts_of(user, clock.today()).waiting().order_by()
    nothing = Value(""), Value("")
    waiting = drafts.values_list(
        "pk", Cast("sent_at", DateField()), Value(""), Value(0, BigIntegerField()), *nothing, Value(1)
    )
    both: Any = list(found.union(waiting, all=True))
    names = "sample", "due", "action", "enrolment", "enrolment__learner__full_name", "assignment__title"
    actions = [dict(zip(names, row, strict=False)) for row in both if not row[-1]]
    for one in actions:
        one["enrolment__learner__full_name"] = anonymity.shown(one["enrolment__learner__full_name"], one["enrolment"])
    return sorted(actions, key=lambda one: (one["due"], one["sample"])), sum(row[-1] for row in both)


def _day_rows(light: list[dict[str, Any]], actions: list[dict[str, Any]], today: dt.date) -> list[DayRow]:
    return [
        DayRow(
            key,
            label,
            sum(one["window"] == key and one["attempt"] == 1 for one in light),
            sum(one["window"] == key and one["attempt"] > 1 for one in light),
            sum(window(one["due"], today) == key for one in actions),
        )
        for key, label in WINDOWS
    ]


def _rows(waiting: QuerySet[Submission]) -> QuerySet[Submission]:
    criteria = (
        Criterion.objects.filter(outcome__unit__assignments=OuterRef("assignment"))
        .order_by()
        .values("outcome__unit__assignments")
        .annotate(total=Count("pk"))
        .values("total")
    )
    return waiting.select_related(
        "enrolment__learner", "enrolment__cohort", "assignment__version", "document", "held_by"
    ).annotate(
        decided=Count("decisions", filter=~Q(decisions__decision="")),
        criteria_total=Coalesce(Subquery(criteria), 0, output_field=IntegerField()),
    )


def _left_open(light: list[dict[str, Any]], waiting: QuerySet[Submission], user: User) -> Submission | None:
    """The piece this tutor held last and has not finished; else the oldest."""
    mine = [one for one in light if one["held_by"] == user.pk and one["held_at"]]
    found = max(mine, key=lambda one: one["held_at"]) if mine else (light[0] if light else None)
    if found is None:
        return None
    plan = _rows(waiting).select_related("declaration", "enrolment__registration")
    return plan.annotate(unmet=Count("decisions", filter=Q(decisions__decision="refer"))).get(pk=found["pk"])


@requires(Can.MARK)
def desk(request: AuthedRequest) -> HttpResponse:
    today = clock.today()
    waiting = marked_by(request.user, today)
    light = _light(waiting, today)
    actions, drafts = _beside_marking(request.user)
    cohorts = sorted(
        {(str(one["enrolment__cohort"]), one["enrolment__cohort__code"]) for one in light}, key=lambda c: c[1]
    )
    filters = [chosen(request, "cohort", "Cohort", cohorts), chosen(request, "due", "Due", WINDOWS)]
    rows: Any = _rows(waiting)
    if filters[0].value:
        rows = rows.filter(enrolment__cohort=int(filters[0].value))
    if filters[1].value:
        rows = rows.filter(pk__in=[one["pk"] for one in light if one["window"] == filters[1].value])
    found = listing(
        request,
        rows.with_shown_learner(request.user),
        noun="piece",
        orders=ORDERS,
        find=("shown_learner", "enrolment__cohort__code", "assignment__title"),
        also=rows.by_code,
        filters=filters,
    )
    now = clock.now()
    for one in found.page:
        one.clock = clock_of(one, today=today)
        one.window = window(one.clock.due_on, today)
        one.holder = str(one.held_by) if one.is_held(now) and one.held_by_id != request.user.pk else ""
    counts = {key: sum(one["window"] == key for one in light) for key, _ in WINDOWS}
    left = _left_open(light, waiting, request.user)
    context = {
        "listing": found,
        "days": [one for one in _day_rows(light, actions, today) if one.key != "later" or counts["later"]],
        "groups": [(key, label, counts[key]) for key, label in WINDOWS] if found.order == "arrived" else [],
        "total": len(light),
        "overdue": counts["overdue"],
        "resubmissions": sum(one["attempt"] > 1 for one in light),
        "cohorts": [(pk, code, sum(str(one["enrolment__cohort"]) == pk for one in light)) for pk, code in cohorts],
        "actions": actions,
        "drafts": drafts,
        "left": left,
        "left_ai": dict(AI_USES).get(left.declaration.ai_use, "") if left and hasattr(left, "declaration") else "",
        "left_clock": clock_of(left, today=today) if left else None,
        "left_is_mine": bool(left and left.held_by_id == request.user.pk and left.state == SubmissionState.SUBMITTED),
        "oldest": light[0]["pk"] if light else None,
        "now": now,
    }
    return render(request, "assignments/desk.html", context)
