"""Two markings side by side: the first marker is done, both agree, or the verifier (IQA) decides between them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions
from assignments import agreement as rules
from assignments.forms.second_marking import (
    AgreementForm,
    FinishFirstMarkingForm,
    PassOnSecondMarkingForm,
    SettleForm,
    initial_of,
)
from assignments.models import SecondMarking
from assignments.views.second_marking import act, seen_by


def _opened(request: AuthedRequest) -> QuerySet[SecondMarking]:
    """Those that both have marked, for the two markers and for verifiers of the cohort; nobody sees one side alone."""
    found = seen_by(request.user).filter(marked_at__isnull=False, first_done_at__isnull=False)
    mine = Q(marker=request.user) | Q(first_done_by=request.user)
    if not request.user.can(Can.VERIFY):
        found = found.filter(mine)
    return found.select_related("passed_on_by", "agreed_by")


@requires(Can.MARK)
def finish_first_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    """The first marker says that they are done. A second click finds it done."""
    second = get_object_or_404(seen_by(request.user).exclude(marker=request.user), pk=pk)
    back = reverse("assignments:room", args=[second.submission_id])
    form = FinishFirstMarkingForm(request.POST if request.method == "POST" else None, cancel_url=back)
    if form.is_valid() and form.attempts(actions.finish_first_marking, second, by=request.user):
        messages.success(request, "You are done. Both decisions open when both markers are; you get an e-mail.")
        return redirect("assignments:second_markings")
    lead = (
        "From then on you change nothing on your own. You see the second marking, and the second marker sees yours, when "
        "both are done. Then you agree where you differ, and sign."
    )
    return act(request, second.submission, form, "Done with the first marking", lead)


@requires(Can.MARK, Can.VERIFY)
def agreement(request: AuthedRequest, pk: int) -> HttpResponse:
    """Both decisions criterion by criterion, the differences first. The first marker writes down what both decide."""
    second = get_object_or_404(_opened(request), pk=pk)
    return _page(request, second, _form(request, second))


def _form(request: AuthedRequest, second: SecondMarking) -> AgreementForm | None:
    """What the first marker fills in; nobody else has a form here."""
    waits = second.is_under_way and not second.passed_on_at
    if second.first_done_by_id != request.user.pk or not waits:
        return None
    return AgreementForm(
        request.POST if request.method == "POST" else None,
        pairs=_pairs(second),
        initial=initial_of(list(second.agreed.all()), second.agreement),
    )


def _pairs(second: SecondMarking) -> list[rules.Pair]:
    """What both decided. Once they agreed, what the first marker had decided stands in the history only."""
    submission = second.submission
    first = submission.decisions.order_by("pk")
    return rules.pairs_of(submission.asked(), first, second.decisions.order_by("pk"))


def _page(request: AuthedRequest, second: SecondMarking, form: AgreementForm | None) -> HttpResponse:
    if form and form.is_valid() and form.attempts(actions.propose_agreement, second, by=request.user):
        messages.success(request, f"Put to {second.marker}, who confirms it. You can change it until then.")
        return redirect("assignments:agreement", second.pk)
    pairs = _pairs(second)
    agreed = {one.criterion_id: one for one in second.agreed.all()}
    confirms = second.marker_id == request.user.pk and second.is_under_way and not second.passed_on_at
    context: dict[str, Any] = {
        "second": second,
        "submission": second.submission,
        "pairs": pairs,
        "rows": [(pair, agreed.get(pair.criterion_id)) for pair in pairs],
        "differing": sum(one.differs for one in pairs),
        "same": sum(not one.differs for one in pairs),
        "share": rules.share(pairs),
        "form": form,
        "confirms": confirms,
        "not_yet": rules.is_proposed(second, request.user) if confirms else "",
        "settles": request.user.can(Can.VERIFY) and second.is_passed_on and not _is_party(request, second),
        "passes_on": second.is_under_way and not second.passed_on_at and _is_party(request, second),
    }
    status = 409 if form and form.errors else 200
    return render(request, "assignments/agreement.html", context, status=status)


def _is_party(request: AuthedRequest, second: SecondMarking) -> bool:
    return request.user.pk in (second.marker_id, second.first_done_by_id)


@requires(Can.MARK)
def confirm_agreement(request: AuthedRequest, pk: int) -> HttpResponse:
    second = get_object_or_404(_opened(request), pk=pk)
    if request.method == "POST":
        actions.confirm_agreement(second, by=request.user)
        messages.success(request, f"Agreed. {second.first_done_by} signs the outcome.")
    return redirect(second)


@requires(Can.MARK)
def pass_on_second_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    second = get_object_or_404(_opened(request), pk=pk)
    form = PassOnSecondMarkingForm(request.POST or None, cancel_url=second.get_absolute_url())
    if form.is_valid() and form.attempts(actions.pass_on_second_marking, second, by=request.user):
        messages.success(request, "Passed on. The verifier (IQA) of the cohort decides and has been told.")
        return redirect(second)
    lead = "The verifier (IQA) of the cohort sees both decisions and decides, with a reason."
    return act(request, second.submission, form, "Pass this on to the verifier", lead)


@requires(Can.VERIFY)
def settle_second_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    """The verifier (IQA) decides between two markings that were passed on."""
    second = get_object_or_404(_opened(request), pk=pk)
    pairs = _pairs(second)
    form = SettleForm(
        request.POST if request.method == "POST" else None, pairs=pairs, cancel_url=second.get_absolute_url()
    )
    if form.is_valid() and form.attempts(actions.settle_second_marking, second, by=request.user):
        messages.success(request, f"Decided. {second.first_done_by} signs the outcome.")
        return redirect(second)
    context = {
        "second": second,
        "submission": second.submission,
        "rows": [(pair, None) for pair in pairs],
        "pairs": pairs,
        "differing": sum(one.differs for one in pairs),
        "same": sum(not one.differs for one in pairs),
        "share": rules.share(pairs),
        "form": form,
        "settling": True,
    }
    return render(request, "assignments/agreement.html", context, status=409 if form.errors else 200)
