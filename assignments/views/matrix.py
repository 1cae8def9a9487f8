"""The evidence matrix from three sides: the whole grid, one criterion, one part; and as it was handed in.

A page sends the crosses it shows as ticked (`now`) and those that were ticked when it was made (`was`). What differs between the
two is what somebody changed; nothing else is touched, so two windows cannot undo each other.
"""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, policy
from assignments import portfolio as folders
from assignments.models import Submission
from assignments.views.entries import own_enrolment
from core.refusals import WrongState

Pairs = set[tuple[str, int]]


def _read(request: AuthedRequest, pk: int) -> dict[str, Any]:
    enrolment = own_enrolment(request, pk)
    return {
        "enrolment": enrolment,
        "matrix": folders.of(enrolment).matrix,
        "closed": policy.portfolio_is_open(enrolment, request.user),
    }


@requires(Can.SUBMIT_WORK)
def matrix(request: AuthedRequest, pk: int) -> HttpResponse:
    """Criteria across, parts of the portfolio down; on a phone a list of criteria, each with what shows it."""
    found = _read(request, pk)
    if request.method == "POST":
        _save(request, found)
        return redirect("assignments:matrix", pk)
    grid = found["matrix"]
    rows = [
        {"item": item, "cells": [(one, (item.key, one.pk) in grid.pairs) for one in grid.criteria]}
        for item in grid.items
    ]
    listed = [{"criterion": one, "shown_by": grid.shown_by(one)} for one in grid.criteria]
    return render(request, "assignments/matrix.html", {**found, "rows": rows, "listed": listed})


@requires(Can.SUBMIT_WORK)
def criterion_evidence(request: AuthedRequest, pk: int, criterion: int) -> HttpResponse:
    """What shows one criterion: every part of the portfolio to tick."""
    found = _read(request, pk)
    column = found["matrix"].criterion(criterion)
    if column is None:
        raise Http404
    if request.method == "POST":
        _save(request, found)
        return redirect("assignments:matrix", pk)
    pairs = found["matrix"].pairs
    choices = [
        {
            "value": f"{item.key} {column.pk}",
            "label": item.label,
            "hint": item.hint,
            "ticked": (item.key, column.pk) in pairs,
        }
        for item in found["matrix"].items
    ]
    context = {
        **found,
        "title": f"What shows {column.label}, {column.title[0].lower()}{column.title[1:]}?",
        "short": column.label,
        "about": column.text,
        "groups": [("Parts of your portfolio", choices)],
    }
    return render(request, "assignments/matrix_one.html", context)


@requires(Can.SUBMIT_WORK)
def item_criteria(request: AuthedRequest, pk: int, key: str) -> HttpResponse:
    """Which criteria one part of the portfolio shows."""
    found = _read(request, pk)
    item = found["matrix"].item(key)
    if item is None:
        raise Http404
    if request.method == "POST":
        _save(request, found)
        return redirect("assignments:matrix", pk)
    pairs = found["matrix"].pairs
    groups = [
        (
            f"Unit {unit}",
            [
                {
                    "value": f"{item.key} {one.pk}",
                    "label": f"{one.label} {one.title}",
                    "hint": one.text,
                    "ticked": (item.key, one.pk) in pairs,
                }
                for one in columns
            ],
        )
        for unit, columns in found["matrix"].units()
    ]
    context = {
        **found,
        "title": f"What does “{item.label}” show?",
        "short": item.label,
        "about": item.hint,
        "groups": groups,
    }
    return render(request, "assignments/matrix_one.html", context)


def _save(request: AuthedRequest, found: dict[str, Any]) -> None:
    if found["closed"]:
        raise WrongState(found["closed"])
    was, now = (_pairs(request.POST.getlist(name)) for name in ("was", "now"))
    changed = actions.map_evidence(found["enrolment"], shows=now - was, no_longer=was - now, by=request.user)
    if changed:
        messages.success(request, f"Saved: {changed} cross{'' if changed == 1 else 'es'} changed.")
    else:
        messages.info(request, "Nothing was changed.")


def _pairs(values: list[str]) -> Pairs:
    """Crosses as the page names them, "client:3:log 17"; what is no cross is left out."""
    found = set()
    for one in values:
        key, _, pk = one.rpartition(" ")
        if key and pk.isdecimal() and len(pk) < 19:
            found.add((key[:40], int(pk)))
    return found


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def frozen_matrix(request: AuthedRequest, pk: int) -> HttpResponse:
    """The matrix of an attempt as it was handed in, read from its frozen copy: later changes are not in it."""
    seen = Submission.objects.visible_to(request.user).handed_in()
    seen = seen.select_related("document", "assignment", "enrolment__learner")
    found = get_object_or_404(seen, pk=pk, assignment__kind="portfolio")
    assert found.document is not None  # noqa: S101 - it has been handed in
    with found.document.file.open() as file:
        kept = json.loads(file.read()).get("matrix")
    # A template takes `items` for the method of a dictionary.
    frozen = None if kept is None else [{**one, "shown_by": one["items"]} for one in kept]
    context = {
        "submission": found,
        "own": found.enrolment.learner_id == request.user.pk,
        "back": reverse("assignments:submission", args=[pk]),
        "rows": frozen,
        "gaps": sum(not one["shown_by"] for one in frozen or ()),
    }
    return render(request, "assignments/matrix_frozen.html", context)
