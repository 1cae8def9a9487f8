"""How long tutors take, what they refer and how much they write: for those who verify them, with what chance allows to say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments.models import Marking
from core import clock
from core.lists import Filter, chosen, listing
from verification.models.signed import answered_for, by_criterion, first_outcomes, pieces, who_signed
from verification.models.signed import tutors as these_tutors
from verification.tutor_figures import FEW, Piece, figures, months_before

USUAL_MONTHS = 12
PERIODS = (("3", "Last 3 months"), ("6", "Last 6 months"), ("24", "Last 24 months"), ("all", "From the beginning"))
ORDERS = {"tutor": ("By tutor", ("full_name",)), "signed": ("Most signed first", ("-signed",))}


@dataclass(frozen=True)
class Choice:
    """The cohorts answered for, the signed outcomes that fit, the filters above them, and the same choice for an address."""

    cohorts: list[int]
    firsts: QuerySet[Marking]
    filters: list[Filter]

    @property
    def query(self) -> str:
        said = {one.name: one.value for one in self.filters if one.value}
        return f"?{urlencode(said)}" if said else ""


def _choice(request: AuthedRequest) -> Choice:
    """Period, qualification and cohort. One query: the cohorts name their qualifications too."""
    related = "pk", "code", "version__qualification", "version__qualification__number", "version__qualification__title"
    rows = list(answered_for(request.user).order_by("code").values_list(*related))
    named = dict(sorted({(str(pk), f"{number} {title}") for _, _, pk, number, title in rows}, key=lambda one: one[1]))
    period = chosen(request, "period", "Period", PERIODS, every=f"Last {USUAL_MONTHS} months")
    qualification = chosen(request, "qualification", "Qualification", list(named.items()))
    cohort = chosen(request, "cohort", "Cohort", [(str(pk), code) for pk, code, *_ in rows])
    fitting = [pk for pk, _, of, *_ in rows if qualification.value in ("", str(of)) and cohort.value in ("", str(pk))]
    months = int(period.value or USUAL_MONTHS) if period.value != "all" else None
    since = months_before(clock.today(), months) if months else None
    everywhere = [pk for pk, *_ in rows]
    return Choice(everywhere, first_outcomes(fitting, since), [period, qualification, cohort])


@requires(Can.SEE_TUTOR_FIGURES)
def tutors(request: AuthedRequest) -> HttpResponse:
    """By name, never by a figure: a list in the order of a rate would be a ranking of chances."""
    choice = _choice(request)
    everybody = pieces(choice.firsts)
    own: dict[int, list[Piece]] = defaultdict(list)
    for piece in everybody:
        own[piece.tutor].append(piece)
    rows = these_tutors({pk: len(signed) for pk, signed in own.items()})
    find = ("full_name", "email")
    found = listing(request, rows, noun="tutor", orders=ORDERS, find=find, filters=choice.filters)
    for one in found.page:
        one.figures = figures(own[one.pk])
    context = {"listing": found, "everybody": figures(everybody), "query": choice.query, "few": FEW, "now": clock.now()}
    return render(request, "verification/tutors.html", context)


@requires(Can.SEE_TUTOR_FIGURES)
def tutor(request: AuthedRequest, pk: int) -> HttpResponse:
    """One tutor beside everybody, in all and by criterion."""
    choice = _choice(request)
    one = get_object_or_404(who_signed(choice.cohorts), pk=pk)
    everybody = pieces(choice.firsts)
    own = figures([piece for piece in everybody if piece.tutor == one.pk])
    bar: dict[str, Any] = {"filters": choice.filters, "total": own.signed, "noun": "signed piece"}
    bar["narrowed"] = any(each.value for each in choice.filters)
    context = {
        "tutor": one,
        "listing": bar,
        "own": own,
        "everybody": figures(everybody),
        "criteria": by_criterion(choice.firsts, one),
        "query": choice.query,
        "few": FEW,
        "now": clock.now(),
    }
    return render(request, "verification/tutor.html", context)
