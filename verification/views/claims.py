"""Claims for certificates: what can be claimed, what is missing, what was claimed and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from core import clock
from core.lifecycle import choices
from core.lists import listing
from core.models import Event
from enrolment.models import Enrolment
from programmes.models import ClaimRoute
from verification import actions, policy
from verification.forms import ClaimUnitsForm, RecordCertificateForm, RecordRejectionForm
from verification.models import Certificate, Claim
from verification.models.standing import (
    claimable,
    left_with_units,
    standing,
    standings,
    unclaimed,
    with_standing,
)
from verification.states import CERTIFICATE_TRANSITIONS, CLAIM_TRANSITIONS, ClaimState

# Learners without a claim, claims, and certificates on paper: what the list shows follows from its stage.
LEARNER_STAGES = (("ready", "Ready to claim"), ("missing", "Something missing"), ("units", "Left with units"))
CLAIM_STAGES = (
    ("claimed", "Claimed"),
    ("overdue", "Overdue"),
    ("certificated", "Certificated"),
    ("rejected", "Rejected"),
    ("revoked", "Revoked"),
)
PAPER_STAGES = (("received", "To check"), ("checked", "To send"), ("differs", "Correction asked"))
STAGES = (*LEARNER_STAGES, *CLAIM_STAGES, *PAPER_STAGES)
LEARNER_ORDERS = {
    "learner": ("By learner", ("learner__full_name",)),
    "cohort": ("By cohort", ("cohort__code", "learner__full_name")),
    "registration": ("Registration ends first", ("registration__expires_on",)),
}
CLAIM_ORDERS = {
    "claimed": ("Oldest first", ("claimed_at",)),
    "learner": ("By learner", ("enrolment__learner__full_name",)),
    "cohort": ("By cohort", ("enrolment__cohort__code", "enrolment__learner__full_name")),
}
PAPER_ORDERS = {
    "received": ("Oldest first", ("received_at",)),
    "learner": ("By learner", ("claim__enrolment__learner__full_name",)),
    "cohort": ("By cohort", ("claim__enrolment__cohort__code", "claim__enrolment__learner__full_name")),
}


def _learners(user: User) -> QuerySet[Enrolment]:
    return Enrolment.objects.visible_to(user).exclude(learner=user)


@requires(Can.SEE_CLAIMS)
def claims(request: AuthedRequest) -> HttpResponse:
    stage = request.GET.get("stage", "ready")
    stage = stage if stage in dict(STAGES) else "ready"
    if stage in dict(LEARNER_STAGES):
        found = _learners_at(request, stage)
    else:
        found = _claims_at(request, stage) if stage in dict(CLAIM_STAGES) else _certificates_at(request, stage)
    counts = _counts(request.user)
    counts[stage] = counts.get(stage) if found.narrowed and stage in counts else found.total
    context = {
        "listing": found,
        "stage": stage,
        "label": dict(STAGES)[stage],
        "stages": [(key, label, counts.get(key)) for key, label in STAGES],
        "kind": _kind(stage),
        "days": settings.CLAIM_ANSWER_DAYS,
        "may_claim": request.user.can(Can.CLAIM),
    }
    return render(request, "verification/claims.html", context)


def _kind(stage: str) -> str:
    return "learners" if stage in dict(LEARNER_STAGES) else "claims" if stage in dict(CLAIM_STAGES) else "papers"


def _counts(user: User) -> dict[str, int | None]:
    """How many claims and certificates are in each state, and how many claims are overdue. One query."""
    seen = Claim.objects.visible_to(user).order_by()
    late = seen.overdue(clock.today(), days=settings.CLAIM_ANSWER_DAYS).values("pk")
    papers = Certificate.objects.visible_to(user).order_by()
    rows = seen.values_list("state").annotate(n=Count("pk"), late=Count("pk", filter=Q(pk__in=late)))
    both = rows.union(papers.values_list("state").annotate(n=Count("pk"), late=Value(0)), all=True)
    counts: dict[str, int | None] = {key: 0 for key, _ in (*CLAIM_STAGES, *PAPER_STAGES)}
    for state, n, overdue in both:
        counts[state] = n
        counts["overdue"] = (counts["overdue"] or 0) + overdue
    return counts


def _learners_at(request: AuthedRequest, stage: str) -> Any:
    """Learners without a claim: those with nothing missing, or the others, each with what is missing and where to mend it."""
    today = clock.today()
    seen = _learners(request.user)
    ready = claimable(seen, today=today).values("pk")
    if stage == "units":
        rows = with_standing(left_with_units(seen), today=today)
    elif stage == "ready":
        rows = with_standing(seen, today=today).filter(pk__in=ready)
    else:
        rows = with_standing(unclaimed(seen), today=today).exclude(pk__in=ready)
    find = ("learner__full_name", "cohort__code", "registration__number")
    found = listing(request, rows, noun="learner", orders=LEARNER_ORDERS, find=find)
    if stage != "ready":
        _say_what_is_missing(found, stage, request.user, today)
    for one in found.page:
        one.route_word = ClaimRoute(one.route).label
    return found


def _say_what_is_missing(found: Any, stage: str, user: User, today: dt.date) -> None:
    known = standings(found.page)
    for one in found.page:
        stands = known[one.pk]
        one.open_units = [number for number in stands.units if number not in stands.claimed_units]
        if stage == "units":
            missing = policy.missing_for_units(stands, units=one.open_units, today=today) if one.open_units else []
        else:
            missing = policy.pieces_missing(stands, today=today)
        one.missing = [(piece.sentence, where_to_mend(piece.about, one, user)) for piece in missing]


def where_to_mend(about: str, enrolment: Enrolment, user: User) -> str:
    """The page on which this person can do something about a missing piece, or read about it."""
    record = enrolment.get_absolute_url()
    if about == "rating":
        return enrolment.cohort.version.qualification.get_absolute_url() if user.can(Can.SEE_CATALOGUE) else record
    if about == "registration" and user.can(Can.ENROL) and getattr(enrolment, "registration", None) is None:
        return reverse("enrolment:register", args=[enrolment.pk])
    name = urlencode({"q": enrolment.learner.full_name})
    if about == "verification" and user.can(Can.SEE_VERIFICATION):
        return f"{reverse('verification:queue')}?pile=all&{name}"
    if about == "sign_off" and user.can(Can.SIGN_OFF):
        return reverse("verification:sign_off", args=[enrolment.pk])
    if about == "sign_off" and user.can(Can.SEE_VERIFICATION):
        return f"{reverse('verification:sign_offs')}?{name}"
    if about == "case" and user.can(Can.HANDLE_CASES):
        return f"{reverse('verification:cases')}?{name}"
    if about == "claim":
        return f"{reverse('verification:claims')}?{urlencode({'stage': 'revoked', 'q': enrolment.learner.full_name})}"
    return record


def _claims_at(request: AuthedRequest, stage: str) -> Any:
    rows: Any = Claim.objects.visible_to(request.user)
    late = {"days": settings.CLAIM_ANSWER_DAYS}
    rows = rows.overdue(clock.today(), **late) if stage == "overdue" else rows.filter(state=stage)
    related = "enrolment__learner", "enrolment__cohort__version__qualification", "enrolment__registration", "claimed_by"
    find = ("enrolment__learner__full_name", "enrolment__cohort__code", "order_number", "certificate_number")
    return listing(request, rows.select_related(*related, "batch"), noun="claim", orders=CLAIM_ORDERS, find=find)


def _certificates_at(request: AuthedRequest, stage: str) -> Any:
    rows = Certificate.objects.visible_to(request.user).filter(state=stage)
    related = "claim__enrolment__learner", "claim__enrolment__cohort__version__qualification"
    find = ("claim__enrolment__learner__full_name", "claim__enrolment__cohort__code", "number")
    return listing(request, rows.select_related(*related), noun="certificate", orders=PAPER_ORDERS, find=find)


@requires(Can.CLAIM)
@require_POST
def make(request: AuthedRequest) -> HttpResponse:
    """Claim for one learner or for several ticked ones; whoever cannot be claimed is named with the reason."""
    ticked = [int(one) for one in request.POST.getlist("enrolment") if one.isdecimal()]
    chosen = list(_learners(request.user).filter(pk__in=ticked).select_related("learner", "cohort"))
    if not chosen:
        messages.warning(request, "Nobody is ticked. Tick the learners whose certificates you claim.")
        return redirect("verification:claims")
    order_number = request.POST.get("order_number", "").strip()[:30]
    claimed, refused = actions.claim_several(chosen, order_number=order_number, by=request.user)
    if claimed:
        several = (
            f"{len(claimed)} certificates"
            if len(claimed) > 1
            else "the certificate of " + str(claimed[0].enrolment.learner)
        )
        messages.success(request, f"Claimed: {several}.")
    for one in refused:
        messages.error(request, f"Not claimed: {one.enrolment.learner}. {one.sentence}")
    return redirect(f"{reverse('verification:claims')}?stage=claimed" if claimed else reverse("verification:claims"))


def _seen(user: User) -> QuerySet[Claim]:
    return Claim.objects.visible_to(user).select_related(
        "enrolment__learner",
        "enrolment__cohort__version__qualification__organisation",
        "enrolment__registration",
        "batch",
        "claimed_by",
        "closed_by",
        "revoked_by",
        "mended_by",
    )


@requires(Can.SEE_CLAIMS)
def claim(request: AuthedRequest, pk: int) -> HttpResponse:
    """The claim, each certificate that came of it, and what can be done now."""
    found = get_object_or_404(_seen(request.user), pk=pk)
    papers = list(found.certificates.select_related("checked_by", "sent_by"))
    current = next((one for one in reversed(papers) if one.is_in_force), None)
    for one in papers:
        one.claim = found
    acts = [*(choices(current, request.user, CERTIFICATE_TRANSITIONS) if current else ())]
    context = {
        "claim": found,
        "papers": papers,
        "units": [] if found.is_whole else list(found.units.order_by("number")),
        "choices": [*acts, *choices(found, request.user, CLAIM_TRANSITIONS)],
        "may_claim": request.user.can(Can.CLAIM),
        "events": Event.objects.about(found, *papers),
    }
    return render(request, "verification/claim.html", context)


@requires(Can.CLAIM)
def claim_units(request: AuthedRequest, pk: int) -> HttpResponse:
    """A certificate of units for somebody who left without the whole."""
    rows = _learners(request.user).select_related("learner", "cohort__version__qualification__organisation")
    enrolment = get_object_or_404(rows.select_related("registration"), pk=pk)
    stands = standing(enrolment)
    numbers = [one for one in stands.units if one not in stands.claimed_units]
    units = list(enrolment.cohort.version.units.filter(number__in=numbers).order_by("number"))
    cancel_url = f"{reverse('verification:claims')}?stage=units"
    form = ClaimUnitsForm(request.POST or None, units=units, cancel_url=cancel_url)
    if form.is_valid() and form.attempts(actions.claim_units, enrolment, by=request.user):
        messages.success(request, f"Claimed: {len(form.cleaned_data['units'])} units of {enrolment.learner}.")
        return redirect(form.result)
    missing = policy.missing_for_units(stands, units=numbers, today=clock.today())
    links = [(one.sentence, where_to_mend(one.about, enrolment, request.user)) for one in missing]
    context = {"enrolment": enrolment, "form": form, "missing": links}
    return render(request, "verification/claim_units.html", context, status=409 if form.errors else 200)


@requires(Can.CLAIM)
def record_certificate(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request.user), pk=pk)
    form = RecordCertificateForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.record_certificate, found, by=request.user):
        done = "has completed the programme and has been told" if found.is_whole else "has been told"
        messages.success(request, f"Recorded. {found.enrolment.learner} {done}.")
        return redirect(found)
    if form.errors and _recorded_just_so(request, found):
        return redirect(found)
    return _act(request, found, form, "Record the certificate")


def _recorded_just_so(request: AuthedRequest, found: Claim) -> bool:
    """Whether this is a second click: the same person has recorded the same certificate with the first."""
    number = request.POST.get("certificate_number", "").strip()
    same = Claim.objects.filter(pk=found.pk, state=ClaimState.CERTIFICATED, closed_by=request.user)
    if not same.filter(certificate_number=number).exists():
        return False
    messages.info(request, "You have recorded this certificate already. Nothing was done a second time.")
    return True


@requires(Can.CLAIM)
def record_rejection(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request.user), pk=pk)
    form = RecordRejectionForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.record_rejection, found, by=request.user):
        messages.info(request, "Recorded. Once the cause is mended, the certificate is claimed again.")
        return redirect(found)
    return _act(request, found, form, "Record that the claim was rejected")


def _act(request: AuthedRequest, found: Claim, form: Any, title: str) -> HttpResponse:
    context = {"claim": found, "form": form, "title": title}
    return render(request, "verification/claim_act.html", context, status=409 if form.errors else 200)
