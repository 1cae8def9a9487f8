"""The comment bank: a page to keep it in order, and what the marking room offers from it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions
from assignments.forms.comments import BankForm
from assignments.models import BankComment
from core.lists import chosen, listing

_WHOSE = (("mine", "Mine"), ("shared", "Shared by tutors"))
# What the room offers at once; the search looks among all.
OFFERED = 30


def _seen(request: AuthedRequest) -> QuerySet[BankComment]:
    """One's own and the shared ones."""
    mine = Q(owner=request.user) | Q(owner__isnull=True)
    return BankComment.objects.filter(mine, removed_at__isnull=True).select_related("kept_by")


@requires(Can.MARK)
def bank(request: AuthedRequest) -> HttpResponse:
    whose = chosen(request, "whose", "Whose", _WHOSE)
    rows = _seen(request)
    if whose.value:
        rows = rows.filter(owner__isnull=whose.value == "shared")
    found = listing(
        request,
        rows,
        noun="comment",
        orders={
            "used": ("Most used first", ("-used", "label")),
            "label": ("By name", ("label",)),
            "criterion": ("By criterion", ("criterion_number", "-used")),
            "kept": ("Newest first", ("-kept_at",)),
        },
        find=("label", "body", "criterion_number"),
        filters=[whose],
    )
    return render(request, "assignments/bank.html", {"listing": found})


@requires(Can.MARK)
def keep_in_bank(request: AuthedRequest) -> HttpResponse:
    form = BankForm(request.POST or None, cancel_url=reverse("assignments:bank"))
    done = form.is_valid() and form.attempts(actions.keep_in_bank, by=request.user)
    if request.headers.get("X-Requested-With") == "comments":
        if done:
            return JsonResponse({"label": form.result.label})
        return JsonResponse(
            {"sentence": " ".join(str(e) for errors in form.errors.values() for e in errors)}, status=409
        )
    if done:
        messages.success(request, f"In the bank: {form.result.label}")
        return redirect("assignments:bank")
    context = {"form": form, "title": "A comment for the bank"}
    return render(request, "assignments/bank_comment.html", context, status=409 if form.errors else 200)


@requires(Can.MARK)
def change_bank_comment(request: AuthedRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(_seen(request), pk=pk)
    begun = {
        "body": kept.body,
        "label": kept.label,
        "criterion_number": kept.criterion_number,
        "share": kept.owner_id is None,
    }
    form = BankForm(request.POST or None, initial=begun, submit_label="Save", cancel_url=reverse("assignments:bank"))
    if form.is_valid() and form.attempts(actions.change_bank_comment, kept, by=request.user):
        messages.success(request, f"Saved: {kept.label}")
        return redirect("assignments:bank")
    mine = kept.kept_by_id == request.user.pk
    context = {"form": form, "kept": kept, "mine": mine, "title": kept.label}
    return render(request, "assignments/bank_comment.html", context, status=409 if form.errors else 200)


@requires(Can.MARK)
@require_POST
def remove_bank_comment(request: AuthedRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(_seen(request), pk=pk)
    actions.remove_bank_comment(kept, by=request.user)
    messages.info(request, f"Out of the bank: {kept.label}. Comments that were made from it stay.")
    return redirect("assignments:bank")


@requires(Can.MARK)
@require_POST
def use_bank_comment(request: AuthedRequest, pk: int) -> HttpResponse:
    actions.count_use(get_object_or_404(_seen(request), pk=pk))
    return HttpResponse(status=204)


@requires(Can.MARK)
def find_in_bank(request: AuthedRequest) -> JsonResponse:
    """What fits the words `q`, those for the open criterion first, then by how often they were used."""
    rows = _seen(request)
    for word in request.GET.get("q", "")[:100].split():
        rows = rows.filter(Q(label__icontains=word) | Q(body__icontains=word) | Q(criterion_number__icontains=word))
    number = request.GET.get("criterion", "")[:10]
    fits = Case(When(criterion_number=number, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = rows.order_by(fits if number else Value(0), "-used", "label", "pk")[:OFFERED]
    return JsonResponse({"found": [_offered(one) for one in found]})


def _offered(one: BankComment) -> dict[str, Any]:
    return {
        "pk": one.pk,
        "label": one.label,
        "body": one.body,
        "criterion": one.criterion_number,
        "whose": "" if one.owner_id else str(one.kept_by),
    }
