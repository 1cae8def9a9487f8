"""Verified learners whose claim waits for the external verifier, and the signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can, Role
from assignments.deadlines import working_days_between
from assignments.models import Submission, veil_enrolments, with_shown_learner
from core import clock
from core.lists import chosen, listing
from enrolment.models import Enrolment
from programmes.models import Cohort
from verification import actions, policy
from verification.forms import SignOffForm
from verification.models import Sample
from verification.models.standing import (
    awaiting_sign_off,
    passed_pieces,
    standing,
    with_verified_at,
)

SHOWN = ("learner", "cohort__contract__client")
FIND = ("shown_learner", "cohort__code", "cohort__contract__client__name")


@dataclass(frozen=True)
class Piece:
    """One passed attempt as the list shows it."""

    submission: Submission
    sample: int | None
    state: str
    round: int

    @property
    def word(self) -> str:
        words = {
            "": "not begun",
            "selected": f"being verified{self._round}",
            "agreed": "agreed",
            "returned": "with the tutor",
            "answered": "answered, to verify again",
            "spared": "not in the sample",
        }
        return words[self.state]

    @property
    def sign(self) -> str:
        signs = {"agreed": "done", "returned": "referred", "selected": "in_hand", "spared": "unsampled"}
        return signs.get(self.state, "not_yet")

    @property
    def _round(self) -> str:
        return f", round {self.round}" if self.round > 1 else ""


def _pieces_of(enrolments: Any) -> dict[int, list[Piece]]:
    """The passed attempts of these learners, each with its latest sample. One query."""
    latest = Sample.objects.filter(submission=OuterRef("pk")).order_by("-round")
    rows = (
        passed_pieces(enrolments)
        .annotate(sample=Subquery(latest.values("pk")[:1]), sample_round=Subquery(latest.values("round")[:1]))
        .select_related("assignment", "marked_by")
        .order_by("assignment__position")
    )
    found: dict[int, list[Piece]] = {}
    for one in rows:
        state = "spared" if one.spared else one.sample_state
        piece = Piece(one, one.sample, state, one.sample_round or 0)
        found.setdefault(one.enrolment_id, []).append(piece)
    return found


def learners_of(user: User) -> QuerySet[Enrolment]:
    """Those this person verifies: of their cohorts, and never themselves."""
    if user.has_role(Role.ADMINISTRATOR):
        return Enrolment.objects.exclude(learner=user)
    if user.has_role(Role.EQA):
        return Enrolment.objects.visible_to(user).exclude(learner=user)
    # What `visible_to` says, without its "or their own": that would keep PostgreSQL from going by cohorts.
    return Enrolment.objects.filter(cohort__in=Cohort.objects.visible_to(user)).exclude(learner=user)


def _cohort_filter(request: AuthedRequest) -> Any:
    cohorts = Cohort.objects.visible_to(request.user).order_by("code").values_list("pk", "code")
    return chosen(request, "cohort", "Cohort", [(str(pk), code) for pk, code in cohorts])


def _with_pieces(page: Any, user: User) -> None:
    veil_enrolments(user, list(page))
    pieces = _pieces_of([one.pk for one in page])
    today = clock.today()
    for one in page:
        one.pieces = pieces.get(one.pk, [])
        one.waits = working_days_between(timezone.localdate(one.verified_at), today)


@requires(Can.SEE_VERIFICATION)
def sign_offs(request: AuthedRequest) -> HttpResponse:
    """Verified learners whose claim waits for the external verifier."""
    cohort = _cohort_filter(request)
    rows = with_shown_learner(awaiting_sign_off(learners_of(request.user)), request.user)
    if cohort.value:
        rows = rows.filter(cohort=int(cohort.value))
    orders = {
        "waits": ("Longest wait first", ("verified_at",)),
        "learner": ("By learner", ("shown_learner",)),
        "cohort": ("By cohort", ("cohort__code", "shown_learner")),
    }
    drawn = with_verified_at(Enrolment.objects.select_related(*SHOWN))
    found = listing(request, rows, noun="learner", orders=orders, find=FIND, filters=[cohort], drawn_from=drawn)
    _with_pieces(found.page, request.user)
    context = {"listing": found, "may_sign": request.user.can(Can.SIGN_OFF), "now": clock.now()}
    return render(request, "verification/sign_offs.html", context)


@requires(Can.SIGN_OFF)
def sign_off(request: AuthedRequest, pk: int) -> HttpResponse:
    """The learner's verified work with everything that was decided about it, and the signature."""
    rows = learners_of(request.user).select_related("learner", "cohort__version__qualification")
    enrolment = get_object_or_404(rows, pk=pk)
    veil_enrolments(request.user, [enrolment])
    form = SignOffForm(request.POST if request.method == "POST" else None, cancel_url=reverse("verification:sign_offs"))
    if form.is_valid() and form.attempts(actions.sign_off, enrolment, by=request.user):
        messages.success(request, f"Signed off: {enrolment.learner}. The centre can claim the certificate.")
        return redirect("verification:sign_offs")
    found = standing(enrolment)
    missing = policy.missing_for_sign_off(found)
    if found.signed_off:
        missing = ["This learner is signed off already."]
    pieces = _pieces_of([enrolment.pk]).get(enrolment.pk, [])
    context = {"enrolment": enrolment, "pieces": pieces, "missing": missing, "form": form}
    return render(request, "verification/sign_off.html", context, status=409 if form.errors else 200)
