"""The queue of internal verification (IQA): what waits, for how long, for whom, and what is being verified or with the tutor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import CharField, DateTimeField, IntegerField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can, Role
from assignments import anonymity
from assignments.models import Submission
from core import clock, keyset
from core.lists import BOUND, Filter, Listing, chosen, searched
from verification import beginning
from verification.models import Stage, Why
from verification.views.queue_rows import Reader, first_of, rows_html
from verification.views.queue_statements import (
    ALL,
    LONGEST,
    OPTIONS,
    PILES,
    Shape,
    counted,
    found_rows,
    of_pile,
    page_rows,
    told,
)
from verification.views.sign_offs import learners_of, sign_offs

ORDERS = {
    "waits": ("Longest wait first", LONGEST),
    "learner": ("By learner", ("shown_learner", "began_at")),
    "cohort": ("By cohort", ("cohort__code", "began_at")),
}
FIND = (
    "shown_learner",
    "cohort__code",
    "cohort__contract__client__name",
    "submission__assignment__title",
    "marked_by__full_name",
)
# What a cursor holds: twice since when a piece waits, or a name and that, and its number.
_KEYS = (DateTimeField(), DateTimeField(), IntegerField())
_NAMED = (CharField(), *_KEYS[1:])
NOUNS = {
    Stage.TO_BEGIN: "{} to verify",
    Stage.BEING_VERIFIED: "{} being verified",
    Stage.WITH_TUTOR: "{} with the tutor",
    ALL: "{} in the queue",
}


def _filters(request: AuthedRequest, today: dt.date, *, everywhere: bool) -> list[Filter]:
    found: dict[str, list[tuple[str, str]]] = {"cohort": [], "tutor": []}
    for kind, pk, name in OPTIONS.rows(everywhere, today=today, **({} if everywhere else {"user": request.user.pk})):
        found[kind].append((str(pk), name))
    for options in found.values():
        options.sort(key=lambda one: one[1])
    return [
        chosen(request, "why", "Why it is here", Why.choices),
        chosen(request, "cohort", "Cohort", found["cohort"]),
        chosen(request, "tutor", "Marked by", found["tutor"]),
    ]


def _listing(request: AuthedRequest, shape: Shape, filters: list[Filter], total: int, **values: Any) -> Listing:
    """The page of a pile. By the wait it is one statement written once; looked for or sorted by a name Django writes it."""
    order = request.GET.get("order", "waits")
    order = order if order.removeprefix("-") in ORDERS else "waits"
    label, columns = ORDERS[order.removeprefix("-")]
    q = request.GET.get("q", "").strip()
    if q or columns != LONGEST:
        there = of_pile(shape, **values)
        q, rows = searched(request, told(there, shape, **values), FIND, there.by_code)
        total = rows.order_by()[: BOUND + 1].count() if q else total
        page = _by_name(request, rows, order, columns)
    else:
        back, key = keyset.read(request.GET.get("at", ""), order, _KEYS[1:])
        beyond = {"at": key[0], "key": key[1]} if key else {}
        asked = shape._replace(order=order, back=back, beyond=bool(key))
        page = keyset.as_page(page_rows(asked, **values, **beyond), columns, back, key, name=order)
    said = [(one, label) for one, (label, _) in ORDERS.items()]
    if order.startswith("-"):
        said.insert(0, (order, f"{label}, turned round"))
    return Listing(page, q, order, said, filters, min(total, BOUND), "piece", searchable=True, bounded=total > BOUND)


def _by_name(request: AuthedRequest, rows: Any, order: str, columns: Sequence[str]) -> keyset.KeysetPage:
    """Three columns of a key in any case: the wait twice, where it is what sorts."""
    columns = [f"-{one}" if order.startswith("-") else one for one in (*columns, *columns)[:2]]
    name = f"{order} found"
    back, key = keyset.read(request.GET.get("at", ""), name, _KEYS if columns[0].endswith(LONGEST[0]) else _NAMED)
    page = keyset.as_page(found_rows(rows, columns, back, key), columns, back, key, name=name)
    return replace(page, object_list=[one.row for one in page])


@requires(Can.SEE_VERIFICATION)
def queue(request: AuthedRequest) -> HttpResponse:
    """A pile of the queue. The external verifier begins with their own list."""
    user, today = request.user, clock.today()
    if not user.has_role(Role.IQA, Role.ADMINISTRATOR):
        return sign_offs(request)
    everywhere = user.has_role(Role.ADMINISTRATOR)
    pile = chosen(request, "pile", "Pile", PILES).value or Stage.TO_BEGIN.value
    filters = _filters(request, today, everywhere=everywhere)
    why, cohort, tutor = (one.value for one in filters)
    shape = Shape(everywhere, why, bool(cohort), bool(tutor))
    values: dict[str, Any] = {"user": user.pk, "today": today}
    values |= {name: int(one) for name, one in (("cohort", cohort), ("tutor", tutor)) if one}
    counts = counted(shape, **values)
    narrowed = shape._replace(pile=pile, veiled=anonymity.reads_codes(user))
    found = _listing(request, narrowed, filters, counts[pile], **values)
    reader = Reader(user.pk, user.can(Can.VERIFY), today)
    first = first_of(found.page, reader) if found.order == "waits" and pile == Stage.TO_BEGIN else None
    context = {
        "listing": found,
        "rows": rows_html(found.page, reader, first.pk if first else None),
        "pile": pile,
        "piles": [(_leads(request, key), label, said(counts[key]), key == pile) for key, label in PILES],
        "heading": NOUNS[pile].format(pieces(counts[pile])) if counts[pile] else "",
        "total": said(counts[Stage.TO_BEGIN]),
        "own": pieces(counts["own"]) if counts["own"] else "",
        "near": pieces(counts["near"]) if counts["near"] else "",
        "mine": pieces(counts["mine"]) if counts["mine"] and pile != Stage.BEING_VERIFIED else "",
        "first": first if not (request.GET.get("at") or found.q) else None,
        "may_verify": reader.may_verify,
        "now": clock.now(),
    }
    return render(request, "verification/queue.html", context)


def _leads(request: AuthedRequest, pile: str) -> str:
    """The address of a pile, with what is looked for and chosen here."""
    query = request.GET.copy()
    query.pop("at", None)
    query["pile"] = pile
    return f"?{query.urlencode()}"


def said(number: int) -> str:
    """A number, or more than a number where counting stopped."""
    return f"more than {BOUND:,}" if number > BOUND else f"{number:,}"


def pieces(number: int) -> str:
    return f"{said(number)} piece{'' if number == 1 else 's'}"


@requires(Can.VERIFY)
@require_POST
def begin(request: AuthedRequest, pk: int) -> HttpResponse:
    """Open a sample for each piece of the learner that waits for this verifier, and go to the first."""
    enrolment = get_object_or_404(learners_of(request.user), pk=pk)
    begun = beginning.begin_waiting(enrolment, by=request.user)
    return redirect(begun[0])


@requires(Can.VERIFY)
@require_POST
def begin_piece(request: AuthedRequest, pk: int) -> HttpResponse:
    """Open a sample for one piece that waits, and go to it."""
    there = Submission.objects.filter(enrolment__in=learners_of(request.user).values("pk"))
    related = "enrolment__learner", "enrolment__cohort", "assignment", "marked_by"
    submission = get_object_or_404(there.handed_in().select_related(*related), pk=pk)
    return redirect(beginning.begin_piece(submission, by=request.user))
