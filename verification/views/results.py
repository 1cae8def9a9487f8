"""Results that are signed and not released: what each waits for, picking one to verify, and releasing by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments.models import Outcome, Submission
from core import clock
from core.lists import chosen, listing
from programmes.models import Cohort
from verification import actions, policy
from verification.forms import ReleaseForm
from verification.models.standing import with_what_they_wait_for

RELATED = "enrolment__learner", "enrolment__cohort", "assignment", "marked_by"
ORDERS = {
    "signed": ("Signed first", ("marked_at",)),
    "learner": ("By learner", ("shown_learner",)),
    "cohort": ("By cohort", ("enrolment__cohort__code", "shown_learner")),
    "tutor": ("By tutor", ("marked_by__full_name", "marked_at")),
}
FIND = ("shown_learner", "enrolment__cohort__code", "assignment__title", "marked_by__full_name")
PICKED = "Picked before its release"


@requires(Can.RELEASE_RESULTS)
def results(request: AuthedRequest) -> HttpResponse:
    """What learners do not know yet, with what each waits for."""
    return _page(request, ReleaseForm(), set())


def _page(request: AuthedRequest, form: ReleaseForm, ticked: set[int], *, status: int = 200) -> HttpResponse:
    user, now = request.user, clock.now()
    cohorts = Cohort.objects.visible_to(user).order_by("code").values_list("pk", "code")
    cohort = chosen(request, "cohort", "Cohort", [(str(pk), code) for pk, code in cohorts])
    rows = Submission.objects.waiting_for_release(user).with_shown_learner(user)
    if cohort.value:
        rows = rows.filter(enrolment__cohort=int(cohort.value))
    told = with_what_they_wait_for(rows.select_related(*RELATED))
    found = listing(request, told, noun="result", orders=ORDERS, find=FIND, also=rows.by_code, filters=[cohort])
    reads, verifies = user.can(Can.READ_WORK), user.can(Can.VERIFY)
    for one in found.page:
        one.sign, one.waits = policy.waits_for(
            rule=one.enrolment.cohort.release_rule,
            results_at=one.results_at,
            sample=one.sample_state,
            verifier=one.sample_by,
            spared=one.spared,
            now=now,
        )
        one.outcome_word = Outcome(one.outcome).label.lower() if reads and one.outcome else ""
        one.own = one.marked_by_id == user.pk
        one.can_release = not one.own and one.sample_state in ("", "agreed")
        one.can_verify = verifies and not one.own and one.sample_state in ("", "answered")
        one.ticked = one.pk in ticked
    context = {"listing": found, "form": form, "now": now, "reads": reads}
    return render(request, "verification/results.html", context, status=status)


@requires(Can.RELEASE_RESULTS)
@require_POST
def release(request: AuthedRequest) -> HttpResponse:
    """Release the ticked results without verification; whichever cannot be released is named with the reason."""
    ticked = {int(one) for one in request.POST.getlist("result") if one.isdecimal()}
    rows = Submission.objects.waiting_for_release(request.user).filter(pk__in=ticked)
    related: Any = "enrolment__learner", "enrolment__cohort", "enrolment__registration", "assignment__version"
    picked = list(rows.select_related(*related).order_by("marked_at", "pk"))
    form = ReleaseForm(request.POST)
    if not picked:
        form.is_valid()
        form.add_error(None, "Nothing is ticked that still waits. Tick the results that you release.")
    if not form.is_valid() or not form.attempts(actions.release_several, picked, by=request.user):
        return _page(request, form, ticked, status=409)
    released, refused = form.result
    if released:
        several = f"{len(released)} results" if len(released) > 1 else f"the result of {released[0].enrolment.learner}"
        messages.success(request, f"Released: {several}. The learners have been told.")
    for one in refused:
        messages.error(request, f"Not released: {one.submission.enrolment.learner}. {one.sentence}")
    return redirect("verification:results")


@requires(Can.VERIFY)
@require_POST
def select(request: AuthedRequest, pk: int) -> HttpResponse:
    """Begin to verify one result before its release."""
    submission = get_object_or_404(Submission.objects.waiting_for_release(request.user).select_related(*RELATED), pk=pk)
    latest = submission.samples.order_by("-round").first()
    reason = f"Answer to round {latest.round}" if latest else PICKED
    return redirect(actions.select(submission, reason=reason, by=request.user))
