"""Who marks what: all work that waits under the contracts one runs, and giving it to another tutor, many pieces at a time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments import actions, allotting, waiting
from assignments.actions.moving import Plan
from assignments.forms.moving import NOBODY, MoveForm
from assignments.models import Submission
from assignments.states import SubmissionState
from assignments.views.desk import FIND, light
from core import clock
from core.lists import Filter, Listing, chosen, keyset_listing, searched
from core.refusals import NotAllowed, Refused
from programmes.models import Cohort, Contract, TutorAppointment

ORDERS = {
    "due": ("Due first", ("mark_due",)),
    "arrived": ("Oldest first", ("submitted_at",)),
    "learner": ("By learner", ("shown_learner", "submitted_at")),
    "cohort": ("By cohort", ("enrolment__cohort__code", "submitted_at")),
}
FREE = "free"


def _waiting(user: User) -> Any:
    rows = Submission.objects.run_by(user).filter(state=SubmissionState.SUBMITTED, enrolment__state="active")
    return rows.with_due().with_shown_learner(user).read_by(user)


def _people(user: User, run: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Whom work can be given to, and who has some, perhaps of those who are gone: two statements."""
    today = TutorAppointment.objects.covering(clock.today()).filter(cohort__contract__in=run)
    columns = "tutor", "tutor__full_name"
    tutors = today.order_by("tutor__full_name", "tutor").values_list(*columns).distinct()
    given = _waiting(user).exclude(marker=None).order_by("marker__full_name", "marker")
    have = given.values_list("marker", "marker__full_name").distinct()
    return [(str(pk), name) for pk, name in tutors], [(str(pk), name) for pk, name in have]


def _narrowed(rows: Any, filters: list[Filter]) -> Any:
    cohort, marker, due = (one.value for one in filters)
    if due:
        rows = waiting.in_window(rows, due, clock.today())
    if marker:
        rows = rows.filter(marker=None if marker == FREE else int(marker))
    return rows.filter(enrolment__cohort=int(cohort)) if cohort else rows


def _found(request: AuthedRequest) -> tuple[Listing, list[tuple[str, str]], Any]:
    """The list as the address asks for it, the tutors, and the rows that fit the choice."""
    run = Contract.objects.visible_to(request.user).values("pk")
    tutors, have = _people(request.user, run)
    codes = Cohort.objects.filter(contract__in=run).order_by("code").values_list("pk", "code")
    filters = [
        chosen(request, "cohort", "Cohort", [(str(pk), code) for pk, code in codes]),
        chosen(request, "marker", "Given to", [(FREE, "Nobody in particular"), *have]),
        chosen(request, "due", "Due", waiting.WINDOWS),
    ]
    rows = _narrowed(_waiting(request.user), filters)
    drawn = light(rows).select_related("marker").only(*_SAID)
    found = keyset_listing(request, drawn, noun="piece", orders=ORDERS, find=FIND, also=rows.by_code, filters=filters)
    return found, tutors, rows


_SAID = (
    *(
        "attempt",
        "state",
        "submitted_at",
        "mark_by",
        "clock_used",
        "held_at",
        "held_by__full_name",
        "marker__full_name",
    ),
    *("enrolment__learner__full_name", "enrolment__cohort__code", "enrolment__cohort__anonymous_marking"),
    *("assignment__title", "assignment__version__marking_days", "document__words"),
)


@requires(Can.MOVE_MARKING)
@never_cache
def who_marks(request: AuthedRequest) -> HttpResponse:
    """The list; a POST from it shows what would happen, and a POST from there does it."""
    found, tutors, rows = _found(request)
    now, today = clock.now(), clock.today()
    for one in found.page:
        one.clock = waiting.clock_of(one, today=today)
        one.holder = str(one.held_by) if one.is_held(now) else ""
    form = MoveForm(request.POST or None, tutors=tutors)
    chosen_pks = _chosen(request)
    if request.method == "POST" and form.is_valid():
        pks = _all_of(request, rows) if request.POST.get("all") else chosen_pks
        if not pks:
            form.add_error(None, "Choose at least one piece of work.")
        elif (answer := _act(request, form, pks)) is not None:
            return answer
    context = {
        "listing": found,
        "form": form,
        "chosen": set(chosen_pks),
        "all": bool(request.POST.get("all")),
        "may_take_all": found.total > len(found.page) and not found.bounded and found.total <= allotting.AT_ONCE,
        "at_once": allotting.AT_ONCE,
        "query": request.GET.urlencode(),
    }
    return render(request, "assignments/who_marks.html", context, status=409 if form.errors else 200)


def _chosen(request: AuthedRequest) -> list[int]:
    """The pieces that were ticked. What is no number is nobody's piece."""
    return [int(one) for one in request.POST.getlist("piece") if one.isdecimal() and len(one) < 19]


def _all_of(request: AuthedRequest, rows: Any) -> list[int]:
    """Every piece that fits the choice: one more than may be given at once, so that too many are refused."""
    rows = searched(request, rows, FIND, rows.by_code)[1]
    return list(rows.order_by("mark_due", "pk").values_list("pk", flat=True)[: allotting.AT_ONCE + 1])


def _act(request: AuthedRequest, form: MoveForm, pks: list[int]) -> HttpResponse | None:
    """Show what would happen, or do it; None if it was refused, and the form says why."""
    given = form.cleaned_data["to"]
    to = None if given == NOBODY else User.objects.get(pk=int(given))
    try:
        if not request.POST.get("confirm"):
            plan = actions.plan_move(pks, to=to, by=request.user)
            context = {"plan": plan, "to": to, "form": form, "query": request.GET.urlencode()}
            return render(request, "assignments/who_marks_confirm.html", context)
        plan = actions.move_marking(pks, to=to, reason=form.cleaned_data["reason"], by=request.user)
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    _tell(request, plan, to)
    return redirect("assignments:who_marks")


def _tell(request: AuthedRequest, plan: Plan, to: User | None) -> None:
    done = len(plan.movable)
    whom = str(to) if to else "every tutor of the cohort"
    if done:
        messages.success(request, f"Given to {whom}: {done} piece{'' if done == 1 else 's'} of work.")
    for one, sentence in plan.blocked[:10]:
        messages.warning(
            request, f"{one.enrolment.learner}, {one.assignment.title.lower()}, stayed where it is. {sentence}"
        )
    if len(plan.blocked) > 10:
        messages.warning(request, f"{len(plan.blocked) - 10} more stayed where they are.")
