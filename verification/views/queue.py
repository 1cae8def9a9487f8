"""Two queues of learners: those to verify internally, and those the external verifier signs off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

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
    awaiting_verification,
    passed_pieces,
    standing,
    with_passed_at,
    with_verified_at,
)

SHOWN = ("learner", "cohort__contract__client")
FIND = ("shown_learner", "cohort__code", "cohort__contract__client__name")


@dataclass(frozen=True)
class Piece:
    """One passed attempt as the verifier's queue shows it."""

    submission: Submission
    sample: int | None
    state: str
    round: int
    own: bool

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

    @property
    def waits(self) -> bool:
        """Whether somebody still has to begin with it."""
        return self.state in ("", "answered")


def pieces_of(enrolments: Any, user: User) -> dict[int, list[Piece]]:
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
        piece = Piece(one, one.sample, state, one.sample_round or 0, one.marked_by_id == user.pk)
        found.setdefault(one.enrolment_id, []).append(piece)
    return found


def _learners(user: User) -> QuerySet[Enrolment]:
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


def _with_pieces(page: Any, user: User, since: str) -> None:
    veil_enrolments(user, list(page))
    pieces = pieces_of([one.pk for one in page], user)
    today = clock.today()
    for one in page:
        one.pieces = pieces.get(one.pk, [])
        one.waits = working_days_between(timezone.localdate(getattr(one, since)), today)
        one.to_begin = [piece for piece in one.pieces if piece.waits and not piece.own]
        one.own = [piece for piece in one.pieces if piece.waits and piece.own]
        one.open_sample = next(
            (piece.sample for piece in one.pieces if piece.state == "selected" and not piece.own), None
        )


@requires(Can.SEE_VERIFICATION)
def queue(request: AuthedRequest) -> HttpResponse:
    """Learners whose work has all passed and is not verified yet. The external verifier begins with their own list."""
    if not request.user.has_role(Role.IQA, Role.ADMINISTRATOR):
        return sign_offs(request)
    cohort = _cohort_filter(request)
    rows = with_shown_learner(awaiting_verification(_learners(request.user)), request.user)
    if cohort.value:
        rows = rows.filter(cohort=int(cohort.value))
    orders = {
        "waits": ("Longest wait first", ("passed_at",)),
        "learner": ("By learner", ("shown_learner",)),
        "cohort": ("By cohort", ("cohort__code", "shown_learner")),
    }
    drawn = with_passed_at(Enrolment.objects.select_related(*SHOWN))
    found = listing(request, rows, noun="learner", orders=orders, find=FIND, filters=[cohort], drawn_from=drawn)
    _with_pieces(found.page, request.user, "passed_at")
    first = next((one for one in found.page if one.open_sample or one.to_begin), None)
    context = {
        "listing": found,
        "first": first,
        "may_verify": request.user.can(Can.VERIFY),
        "now": clock.now(),
        "unreleased": Submission.objects.waiting_for_release(request.user).count(),
    }
    return render(request, "verification/queue.html", context)


@requires(Can.VERIFY)
@require_POST
def begin(request: AuthedRequest, pk: int) -> HttpResponse:
    """Open a sample for each passed piece of the learner that waits, and go to the first."""
    enrolment = get_object_or_404(_learners(request.user), pk=pk)
    begun = actions.begin(enrolment, by=request.user)
    return redirect(begun[0])


@requires(Can.SEE_VERIFICATION)
def sign_offs(request: AuthedRequest) -> HttpResponse:
    """Verified learners whose claim waits for the external verifier."""
    cohort = _cohort_filter(request)
    rows = with_shown_learner(awaiting_sign_off(_learners(request.user)), request.user)
    if cohort.value:
        rows = rows.filter(cohort=int(cohort.value))
    orders = {
        "waits": ("Longest wait first", ("verified_at",)),
        "learner": ("By learner", ("shown_learner",)),
        "cohort": ("By cohort", ("cohort__code", "shown_learner")),
    }
    drawn = with_verified_at(Enrolment.objects.select_related(*SHOWN))
    found = listing(request, rows, noun="learner", orders=orders, find=FIND, filters=[cohort], drawn_from=drawn)
    _with_pieces(found.page, request.user, "verified_at")
    context = {"listing": found, "may_sign": request.user.can(Can.SIGN_OFF), "now": clock.now()}
    return render(request, "verification/sign_offs.html", context)


@requires(Can.SIGN_OFF)
def sign_off(request: AuthedRequest, pk: int) -> HttpResponse:
    """The learner's verified work with everything that was decided about it, and the signature."""
    rows = _learners(request.user).select_related("learner", "cohort__version__qualification")
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
    pieces = pieces_of([enrolment.pk], request.user).get(enrolment.pk, [])
    context = {"enrolment": enrolment, "pieces": pieces, "missing": missing, "form": form}
    return render(request, "verification/sign_off.html", context, status=409 if form.errors else 200)
