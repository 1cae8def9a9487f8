"""Sampling plans: the cohorts that have one, how a plan stands now, its lines, drawing the next, adding and beginning a piece."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments.models import Submission, veil_enrolments
from core import clock
from core.lists import chosen, listing
from core.refusals import Refused
from enrolment.models import Enrolment
from programmes.models import Cohort
from verification import planning
from verification.forms import AddByHandForm, DrawForm
from verification.models import PlanLine, Sample, SamplingPlan
from verification.models.interim import interim_samples_of
from verification.models.plans import planned_cohorts, shown_learner_of_lines
from verification.models.sampled import Work, works
from verification.policy import VERIFIABLE
from verification.sampling.coverage import camera, kept
from verification.sampling.pieces import EARLY, Key
from verification.states import SampleState

MANY = 60


def _agreed() -> Exists:
    """Whether a verifier has agreed with the newest look at the piece of a line."""
    later = Sample.objects.filter(
        submission__enrolment=OuterRef("submission__enrolment"),
        submission__assignment=OuterRef("submission__assignment"),
        pk__gt=OuterRef("pk"),
    )
    of_piece = Sample.objects.filter(
        submission__enrolment=OuterRef("enrolment"),
        submission__assignment=OuterRef("assignment"),
        state=SampleState.AGREED,
    )
    return Exists(of_piece.filter(~Exists(later)))


def _ready() -> Q:
    """Whether the piece of a line has an outcome that a verifier can judge, and has not been agreed with."""
    signed = Submission.objects.filter(
        enrolment=OuterRef("enrolment"), assignment=OuterRef("assignment"), state__in=VERIFIABLE
    )
    return Q(Exists(signed), picked=True) & ~Q(_agreed())


@requires(Can.SEE_VERIFICATION)
def sampling(request: AuthedRequest) -> HttpResponse:
    """The cohorts this person answers for, each with its plan."""
    current = SamplingPlan.objects.current().filter(cohort=OuterRef("pk"))
    lines = PlanLine.objects.filter(plan__cohort=OuterRef("pk"), plan__superseded_at__isnull=True, picked=True)
    counted = lines.order_by().values("plan").annotate(n=Count("pk")).values("n")
    ready = lines.filter(_ready()).order_by().values("plan").annotate(n=Count("pk")).values("n")
    rows = planned_cohorts(request.user).select_related("contract__client", "version__qualification")
    rows = rows.annotate(
        generation=Subquery(current.values("generation")[:1]),
        drawn_at=Subquery(current.values("made_at")[:1]),
        shortfalls=Subquery(current.values("shortfalls")[:1]),
        picked=Subquery(counted),
        ready=Subquery(ready),
    )
    has = chosen(request, "plan", "Plan", [("yes", "With a plan"), ("no", "Without a plan")])
    if has.value:
        rows = rows.filter(generation__isnull=has.value == "no")
    found = listing(
        request,
        rows,
        noun="cohort",
        find=("code", "title", "contract__client__name", "version__qualification__number"),
        filters=[has],
        orders={
            "starts": ("Latest first", ("-starts_on", "code")),
            "code": ("By code", ("code",)),
            "client": ("By client", ("contract__client__name", "code")),
        },
    )
    context = {"listing": found, "now": clock.now(), "may_plan": request.user.can(Can.PLAN_SAMPLING)}
    return render(request, "verification/sampling.html", context)


def plan_of(user: User, code: str) -> tuple[Cohort, SamplingPlan | None]:
    """The cohort with the plan that holds, in one statement where there is one."""
    related = "cohort__contract__client", "cohort__version__qualification", "strategy", "made_by"
    plans = SamplingPlan.objects.visible_to(user).current().select_related(*related)
    plan = plans.annotate(interim=interim_samples_of("cohort")).filter(cohort__code=code).first()
    if plan is not None:
        return plan.cohort, plan
    cohorts = planned_cohorts(user).select_related("contract__client", "version__qualification")
    return get_object_or_404(cohorts.annotate(interim=interim_samples_of("pk")), code=code), None


@requires(Can.SEE_VERIFICATION)
def plan(request: AuthedRequest, code: str) -> HttpResponse:
    """How the plan stands now: each promise, the six dimensions, what cannot be met, and whether the cohort has moved on."""
    cohort, held = plan_of(request.user, code)
    context: dict[str, Any] = {
        "cohort": cohort,
        "plan": held,
        "here": "plan",
        "may_plan": request.user.can(Can.PLAN_SAMPLING),
        "interim": getattr(held or cohort, "interim", 0),
        "now": clock.now(),
    }
    if held is None:
        context["strategy"] = planning.strategy_for(cohort)
        return render(request, "verification/plan.html", context)
    found = planning.proposal(cohort, plan=held)
    lines = list(found.there.lines.values())
    picked = {key: line.early for key, line in found.there.lines.items() if line.picked}
    # What a verifier looked at without being asked counts for the strategy as much as what was picked.
    looked = {one.key: one.looked == EARLY for one in found.there.facts.pieces if one.looked}
    promised = kept(found.there.facts, {**looked, **picked})
    done = sum(one.done for one in found.there.facts.pieces if one.key in picked)
    context |= {
        "proposal": found,
        "strategy": found.strategy,
        "promised": promised,
        "camera": camera(found.there.facts, {**looked, **picked}),
        "missing": sum(one.missing for one in promised),
        "waits": sum(one.waits for one in promised if one.rule != "early"),
        "figures": [
            {"value": len(lines), "word": "pieces", "n": "one unit in one assignment of one learner"},
            {"value": len(picked), "word": "picked", "n": f"of {len(lines)}"},
            {"value": done, "word": "of those verified", "n": f"of {len(picked)}"},
        ],
        "left": len(picked) - done,
        "tutors": [
            (one, dt.date.fromisoformat(one.review_on) if one.review_on else None) for one in found.there.facts.tutors
        ],
        "changed": _changed(found),
        "same": planning.is_drawn_again_the_same(held, lines),
    }
    return render(request, "verification/plan.html", context)


def _changed(found: planning.Proposal) -> dict[str, int] | None:
    """What the next plan would change, in figures; nothing if it would say the same."""
    if not found.changes:
        return None
    counts = {one.key for one in found.plan.lines if one.picked and one.rule == "verified"}
    return {
        "added": len(found.picks - found.picked_before - counts),
        "counts": len(counts - found.picked_before),
        "lost": len(found.picked_before - found.picks),
        "joined": len({one.key.learner for one in found.plan.lines} - {key.learner for key in found.there.lines}),
    }


# ---- lines

SHOWN = (
    ("picked", "Picked"),
    ("ready", "Ready to verify"),
    ("waiting", "Picked, not verified yet"),
    ("early", "Picked for an early look"),
    ("replaced", "Promised, not possible any more"),
    ("unsettled", "Not settled yet"),
    ("rest", "Not picked"),
)
CHOICES = {
    "picked": Q(picked=True),
    "ready": Q(picked=True),
    "waiting": Q(picked=True),
    "early": Q(picked=True, early=True),
    "replaced": Q(picked=False) & ~Q(promise=""),
    "unsettled": Q(picked=False, needed=True),
    "rest": Q(picked=False),
}


@requires(Can.SEE_VERIFICATION)
def lines(request: AuthedRequest, code: str) -> HttpResponse:
    """Every piece of the cohort with the reason for which it is picked or not."""
    user = request.user
    cohort, held = plan_of(user, code)
    if held is None:
        return redirect("verification:plan", cohort.code)
    facts = held.drawn_from
    show = chosen(request, "show", "Show", SHOWN)
    unit = chosen(request, "unit", "Unit", [(one, one) for one in sorted({each.unit for each in facts.pieces})])
    tutor = chosen(request, "tutor", "Tutor", [(str(one.pk), one.name) for one in facts.tutors])
    related = (
        "enrolment__learner",
        "enrolment__cohort",
        "unit",
        "assignment",
        "tutor",
        "replaced_by__enrolment__learner",
        "replaced_by__unit",
    )
    rows = PlanLine.objects.filter(plan=held).exclude(enrolment__learner=user)
    rows = shown_learner_of_lines(rows, user).select_related(*related)
    if show.value:
        rows = rows.filter(CHOICES[show.value])
    if show.value in ("ready", "waiting"):
        rows = rows.filter(_ready() if show.value == "ready" else ~Q(_agreed()))
    if unit.value:
        rows = rows.filter(unit__number=unit.value)
    if tutor.value:
        rows = rows.filter(tutor=int(tutor.value))
    learner = request.GET.get("learner", "")
    if learner.isdecimal() and len(learner) < 10:
        rows = rows.filter(enrolment=int(learner))
    found = listing(
        request,
        rows,
        noun="piece",
        find=("shown_learner", "unit__number", "assignment__title", "tutor__full_name", "reason"),
        filters=[show, unit, tutor],
        orders={
            "learner": ("By learner", ("shown_learner", "unit__number")),
            "picked": ("Picked first", ("-picked", "shown_learner", "unit__number")),
            "unit": ("By unit", ("unit__number", "shown_learner")),
            "tutor": ("By tutor", ("tutor__full_name", "shown_learner", "unit__number")),
        },
    )
    _dress(list(found.page), user)
    context = {
        "cohort": cohort,
        "plan": held,
        "here": "lines",
        "listing": found,
        "learner": learner,
        "now": clock.now(),
    }
    return render(request, "verification/plan_lines.html", context)


def _dress(page: list[Any], user: User) -> None:
    """How each piece stands, and what this person may do about it."""
    veiled = [one.enrolment for one in page] + [one.replaced_by.enrolment for one in page if one.replaced_by]
    for one in page:
        if one.replaced_by:
            one.replaced_by.enrolment.cohort = one.enrolment.cohort
    veil_enrolments(user, veiled)
    there = works([one.enrolment_id for one in page])
    verifies, plans = user.can(Can.VERIFY), user.can(Can.PLAN_SAMPLING)
    for one in page:
        work = there.get((one.enrolment_id, one.assignment.kind), Work())
        one.stands = _stands(work)
        one.sign = "sampled" if work.done else "in_hand" if work.check else "planned" if one.picked else "unsampled"
        own = user.pk in work.had_a_part
        ready = work.verifiable and work.check in ("", SampleState.ANSWERED)
        one.can_begin = verifies and one.picked and ready and not own
        one.own = verifies and one.picked and ready and own
        addable = one.rule in ("", "waiting") and not one.promise and not one.picked and not work.check
        one.can_add = plans and addable and not own and not one.enrolment.is_withdrawn


def _stands(work: Work) -> str:
    words = {
        SampleState.SELECTED: "being verified",
        SampleState.AGREED: "verified",
        SampleState.RETURNED: "sent back to the tutor",
        SampleState.ANSWERED: "answered, to verify again",
    }
    if work.check:
        return words[SampleState(work.check)]
    if not work.handed_in:
        return "nothing handed in yet"
    return "marked" if work.verifiable else "handed in"


# ---- acts


@requires(Can.PLAN_SAMPLING)
def draw(request: AuthedRequest, code: str) -> HttpResponse:
    """What the first plan has to keep, or what the next one changes; then it is drawn."""
    cohort, held = plan_of(request.user, code)
    strategy = planning.strategy_for(cohort)
    found = planning.proposal(cohort, plan=held, strategy=strategy) if strategy else None
    form = _draw_form(request, found)
    if request.method == "POST" and form.is_valid():
        given = {"generation": form.cleaned_data["generation"]}
        try:
            made = planning.draw_plan(cohort, by=request.user, **given)
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            picked = made.lines.filter(picked=True).count()
            messages.success(
                request, f"Plan {made.generation} is drawn: {picked} of {made.lines.count()} pieces are picked."
            )
            return redirect(made)
    context: dict[str, Any] = {
        "cohort": cohort, "plan": held, "strategy": strategy, "proposal": found, "form": form,
        "here": "draw", "now": clock.now(), "title": f"Draw plan {found.generation}" if found and held else "Draw the sampling plan",
    }  # fmt: skip
    if found:
        if held:
            context |= _compared(found, request.user)
        else:
            context["promised"] = kept(
                found.there.facts, {one.key: one.early for one in found.plan.lines if one.picked}
            )
    return render(request, "verification/draw.html", context, status=409 if form.errors else 200)


def _draw_form(request: AuthedRequest, found: planning.Proposal | None) -> Any:
    label = "Draw the plan" if found is None or found.before is None else f"Draw plan {found.generation}"
    code = request.resolver_match.kwargs["code"] if request.resolver_match else ""
    return DrawForm(
        request.POST if request.method == "POST" else None,
        initial={"generation": found.generation if found else 1},
        submit_label=label,
        cancel_url=reverse("verification:plan", args=[code]),
    )


def _compared(found: planning.Proposal, user: User) -> dict[str, Any]:
    """The lines that change, those that gain or lose a pick first."""
    changes = []
    for line in found.plan.lines:
        before = found.there.lines.get(line.key)
        was = (before.picked, before.early) if before else (False, False)
        if before is None or was != (line.picked, line.early):
            changes.append((line, before))
    changes.sort(key=lambda one: (not one[0].picked, one[1] is None or not one[1].picked, one[0].key))
    shown = changes[:MANY]
    names = _names(found, {line.key.learner for line, _ in shown}, user)
    rows = [
        {
            "learner": names.get(line.key.learner, ""),
            "piece": _piece_said(line.key, found),
            "sign": "planned" if line.picked else "withdrawn" if before and before.picked else "unsampled",
            "change": "picked"
            if line.picked
            else "not picked any more"
            if before and before.picked
            else "new, not picked",
            "reason": line.reason,
        }
        for line, before in shown
    ]
    return {"changes": rows, "more": len(changes) - len(shown)}


def _piece_said(key: Key, found: planning.Proposal) -> str:
    return f"Unit {key.unit}, {found.there.facts.title(key.assignment).lower()}"


def _names(found: planning.Proposal, enrolments: set[int], user: User) -> dict[int, str]:
    """As this reader may know them: the code where the cohort is marked without names."""
    if not found.cohort.anonymous_marking:
        return found.there.names
    rows = list(Enrolment.objects.filter(pk__in=enrolments).select_related("learner", "cohort"))
    veil_enrolments(user, rows)
    return {one.pk: str(one.learner) for one in rows}


def _line(user: User, pk: int) -> PlanLine:
    related = (
        "plan__cohort__version__qualification",
        "enrolment__learner",
        "enrolment__cohort",
        "unit",
        "assignment",
        "tutor",
    )
    return get_object_or_404(PlanLine.objects.visible_to(user).select_related(*related), pk=pk)


@requires(Can.PLAN_SAMPLING)
def add_by_hand(request: AuthedRequest, pk: int) -> HttpResponse:
    """Pick one more piece, with the reason."""
    line = _line(request.user, pk)
    back = reverse("verification:plan_lines", args=[line.plan.cohort.code])
    form = AddByHandForm(request.POST or None, cancel_url=back)
    if form.is_valid() and form.attempts(planning.add_by_hand, line, by=request.user):
        messages.success(request, f"Added: unit {line.unit.number} is in the sample of plan {form.result.generation}.")
        return redirect(f"{back}?show=picked")
    veil_enrolments(request.user, [line.enrolment])
    context = {"line": line, "cohort": line.plan.cohort, "form": form}
    return render(request, "verification/add_by_hand.html", context, status=409 if form.errors else 200)


@requires(Can.VERIFY)
@require_POST
def begin_picked(request: AuthedRequest, pk: int) -> HttpResponse:
    """Begin to verify a picked piece, whether or not the learner has passed everything."""
    return redirect(planning.begin_picked(_line(request.user, pk), by=request.user))
