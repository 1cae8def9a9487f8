"""The sampling grid: learners down, units across, six meanings that need no colour."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments.models import veil_enrolments, with_shown_learner
from core import clock
from core.lists import listing
from core.templatetags.ui import cell_html, day
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from verification.models import PlanLine, SamplingPlan
from verification.models.sampled import Work, works
from verification.sampling.coverage import MEANINGS, meaning
from verification.sampling.pieces import Facts
from verification.views.plans import plan_of

PER_PAGE = 30
NOBODY = "Not given to a tutor yet"
Stage = dict[str, Any]


@requires(Can.SEE_VERIFICATION)
def grid(request: AuthedRequest, code: str) -> HttpResponse:
    """A page of learners with a cell for each unit of each assignment."""
    user = request.user
    cohort, held = plan_of(user, code)
    if held is None:
        return redirect("verification:plan", cohort.code)
    started = Q(state__in=[EnrolmentState.ACTIVE, EnrolmentState.COMPLETED]) | Q(
        state=EnrolmentState.WITHDRAWN, activated_at__isnull=False
    )
    tutor = PlanLine.objects.filter(plan=held, enrolment=OuterRef("pk"), tutor__isnull=False).order_by("pk")
    rows = Enrolment.objects.filter(started, cohort=cohort).exclude(learner=user).select_related("learner", "cohort")
    rows = with_shown_learner(rows, user).annotate(
        block=Coalesce(Subquery(tutor.values("tutor")[:1]), Value(0), output_field=BigIntegerField()),
        block_name=Coalesce(Subquery(tutor.values("tutor__full_name")[:1]), Value("")),
    )
    found = listing(
        request,
        rows,
        noun="learner",
        find=("shown_learner", "block_name"),
        orders={
            "tutor": ("By tutor", ("block_name", "block", "shown_learner")),
            "learner": ("By learner", ("shown_learner",)),
            "pathway": ("By pathway", ("pathway", "shown_learner")),
        },
        per_page=PER_PAGE,
    )
    page = list(found.page)
    veil_enrolments(user, page)
    drawn = _grid(page, held, by_tutor=found.order.removeprefix("-") == "tutor")
    context = {
        "cohort": cohort, "plan": held, "here": "grid", "listing": found, "grid": drawn, "meanings": MEANINGS.items(),
        "now": clock.now(),
    }  # fmt: skip
    return render(request, "verification/grid.html", context)


def _grid(page: list[Any], plan: SamplingPlan, *, by_tutor: bool) -> dict[str, Any]:
    facts = plan.drawn_from
    stages = _stages(facts)
    lines: dict[tuple[int, str, str], PlanLine] = {}
    chosen = PlanLine.objects.filter(plan=plan, enrolment__in=[one.pk for one in page])
    for line in chosen.select_related("unit", "assignment"):
        lines[line.enrolment_id, line.unit.number, line.assignment.kind] = line
    there = works([one.pk for one in page])
    rows = [(one, _row(one, plan, stages, lines, there)) for one in page]
    if not by_tutor:
        return {"phases": [], "stages": stages, "groups": [{"label": "", "rows": [row for _, row in rows]}]}
    groups = [
        {"label": _head(facts, block), "rows": [row for _, row in members]}
        for block, members in groupby(rows, key=lambda one: one[0].block)
    ]
    return {"phases": [], "stages": stages, "groups": groups}


def _stages(facts: Facts) -> list[Stage]:
    pairs = sorted({(one.unit, one.assignment) for one in facts.pieces}, key=lambda one: (one[0], one[1]))
    return [
        {"key": f"{unit}-{kind}", "label": unit, "sub": facts.title(kind), "unit": unit, "kind": kind, "first": True}
        for unit, kind in pairs
    ]


def _head(facts: Facts, block: int) -> str:
    """The tutor with the rating and the day on which it is looked at again, as the plan was drawn by."""
    tutor = next((one for one in facts.tutors if one.pk == block), None)
    if tutor is None:
        return NOBODY
    again = f", look again on {day(dt.date.fromisoformat(tutor.review_on), 'plain')}" if tutor.review_on else ""
    return f"{tutor.name}: {tutor.said}{again}"


def _row(
    one: Any,
    plan: SamplingPlan,
    stages: list[Stage],
    lines: dict[tuple[int, str, str], PlanLine],
    there: dict[tuple[int, str], Work],
) -> dict[str, Any]:
    cells, picked, done, besides = [], 0, 0, 0
    for stage in stages:
        line = lines.get((one.pk, stage["unit"], stage["kind"]))
        work = there.get((one.pk, stage["kind"]), Work())
        sign, said = _cell(one, line, work)
        if sign == "done":
            besides += 1
        elif line and line.picked:
            picked, done = picked + 1, done + work.done
        title = f"Unit {stage['unit']}, {stage['sub'].lower()}: {said}"
        cells.append(cell_html(sign, said, title, first=True))
    lines_of = reverse("verification:plan_lines", args=[plan.cohort.code])
    return {
        "name": str(one.learner),
        "url": f"{lines_of}?learner={one.pk}",
        "hint": one.get_pathway_display(),
        "cells_html": SafeString("".join(cells)),
        "next": _next(picked, done, besides),
        "next_late": False,
        "withdrawn": one.is_withdrawn,
    }


def _cell(one: Any, line: PlanLine | None, work: Work) -> tuple[str, str]:
    if line is None:
        return "not_yet", "not in the plan yet"
    sign = meaning(
        picked=line.picked,
        early=line.early,
        rule=line.rule,
        handed_in=work.handed_in,
        looked=bool(work.check),
        done=work.done,
    )
    if one.is_withdrawn and not work.done:
        return "withdrawn", "left, promised before" if line.promise else "left"
    said = MEANINGS[sign]
    return sign, f"{said}, a verifier has begun" if line.picked and work.check and not work.done else said


def _next(picked: int, done: int, besides: int) -> str:
    """What of a learner is in the sample, and what was verified without having been asked for."""
    parts = [f"{picked} picked, {'all verified' if done == picked else f'{done} verified'}"] if picked else []
    parts += [f"{besides} verified besides"] if besides else []
    return "; ".join(parts) or "nothing picked"
