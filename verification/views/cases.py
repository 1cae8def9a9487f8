"""Cases for those who handle them: the queue, one case with its evidence, and the files."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments import documents
from assignments.models import Evidence, Figure, Submission
from assignments.views.files import sent
from assignments.views.reading import shown
from core import clock
from core.lifecycle import choices, record
from core.lists import chosen, listing
from core.models import Event
from verification.case_states import STATES, CaseKind, MalpracticeState, steps_of
from verification.models import Case, CaseFile, CaseKept
from verification.models.cases import may_read_work

STAGES = (("open", "Open"), ("overdue", "Overdue"), ("mine", "Chosen for"), ("closed", "Closed"))
OPEN_ORDERS = {
    "due": ("Overdue first", ("due_on",)),
    "arrived": ("Newest first", ("-arrived_at",)),
    "reference": ("By reference", ("reference",)),
    "stage": ("By stage", ("state", "due_on")),
}
CLOSED_ORDERS = {"closed": ("Closed last first", ("-closed_at",)), "reference": OPEN_ORDERS["reference"]}
FIND = (
    "reference",
    "title",
    "person__full_name",
    "person_name",
    "accused__full_name",
    "enrolment__learner__full_name",
    "enrolment__cohort__code",
)


@requires(Can.SEE_CASES)
@never_cache
def cases(request: AuthedRequest) -> HttpResponse:
    """The cases this person sees, what is overdue first, each with its day of so many."""
    today = clock.today()
    at = request.GET.get("at", "open")
    at = at if at in dict(STAGES) else "open"
    seen = Case.objects.visible_to(request.user)
    mine = Q(duties__person=request.user, duties__ended_at=None)
    is_open = ~Q(state="closed")
    counts = seen.aggregate(
        open=Count("pk", filter=is_open, distinct=True),
        overdue=Count("pk", filter=is_open & Q(due_on__lt=today), distinct=True),
        mine=Count("pk", filter=is_open & mine, distinct=True),
        closed=Count("pk", filter=~is_open, distinct=True),
    )
    rows = {
        "open": seen.open(),
        "overdue": seen.overdue(today),
        "mine": seen.open().filter(mine).distinct(),
        "closed": seen.filter(state="closed"),
    }[at]
    kind = chosen(request, "kind", "Kind", CaseKind.choices)
    stage = chosen(request, "stage", "Stage", [one for one in STATES.items() if one[0] != "closed"])
    filters = [kind] if at == "closed" else [kind, stage]
    if kind.value:
        rows = rows.filter(kind=kind.value)
    if stage.value and at != "closed":
        rows = rows.filter(state=stage.value)
    related = "person", "accused", "enrolment__learner", "enrolment__cohort"
    orders = CLOSED_ORDERS if at == "closed" else OPEN_ORDERS
    found = listing(request, rows.select_related(*related), noun="case", orders=orders, find=FIND, filters=filters)
    for one in found.page:
        one.timer = one.timer_on(today)
    context = {
        "listing": found,
        "at": at,
        "tabs": [(key, label, counts[key]) for key, label in STAGES],
        "overdue": counts["overdue"],
        "open": counts["open"],
        "may_open": request.user.can(Can.HANDLE_CASES),
        "now": clock.now(),
    }
    return render(request, "verification/cases.html", context)


def seen_cases(user: User) -> QuerySet[Case]:
    related = (
        "person",
        "accused",
        "raised_by",
        "closed_by",
        "enrolment__learner",
        "enrolment__cohort",
        "submission__assignment",
    )
    return Case.objects.visible_to(user).select_related(*related)


@requires(Can.SEE_CASES)
@never_cache
def case(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everything about one case, and the next step."""
    found = get_object_or_404(seen_cases(request.user), pk=pk)
    duties = list(found.duties.select_related("person"))
    mine = any(one.person_id == request.user.pk and one.ended_at is None for one in duties)
    decisions = list(found.decisions.select_related("decided_by"))
    offered = list(choices(found, request.user, steps_of(found.kind)))
    handles = request.user.can(Can.HANDLE_CASES)
    # Who is not chosen need not be told at length that somebody else decides.
    offered = [
        one for one in offered if mine or not (one.blocked and one.verb in ("decide_case", "decide_malpractice"))
    ]
    to_change = bool(found.is_appeal and decisions and decisions[-1].is_upheld)
    now_on = [one for one in duties if one.stage == found.state and one.ended_at is None]
    context = {
        "case": found,
        "way": found.way(),
        "timer": found.timer_on(clock.today()),
        "choices": offered,
        "primary": next((one.verb for one in offered if one.verb not in ("drop_case", "close_case")), "close_case"),
        "duties": duties,
        "now_on": now_on,
        "stage_has_people": any(one.stage == found.state for one in duties),
        "decisions": decisions,
        "to_change": to_change,
        "sheet": _sheet(found, request.user) if to_change else "",
        "handles": handles,
        "may_write": found.is_open and (handles or mine),
        "mine": mine,
        "may_answer": handles and found.state == MalpracticeState.HEARING and not found.answer,
        "reads_work": mine or request.user.can(Can.READ_WORK),
        "kept": list(found.kept.all()),
        "files": list(found.files.select_related("added_by")),
        "notes": list(found.notes.select_related("written_by")),
        "events": Event.objects.about(found),
        "blocks_claim": found.is_open and bool(found.submission_id or (found.is_malpractice and found.enrolment_id)),
    }
    return render(request, "verification/case.html", context)


def _sheet(found: Case, user: User) -> str:
    """Where a result is decided anew after an appeal, for those who may. A case changes none by itself."""
    if found.submission_id is None or not user.can(Can.READ_WORK):
        return ""
    if not Submission.objects.visible_to(user).filter(pk=found.submission_id).exists():
        return ""
    return reverse("assignments:result_sheet", args=[found.submission_id])


@requires(Can.SEE_CASES, Can.RAISE_CASES)
def case_file(request: AuthedRequest, pk: int, file: int) -> HttpResponse:
    """A file of a case: to those who see the case, and to the person whose case it is unless it is internal."""
    found = get_object_or_404(CaseFile.objects.select_related("case"), pk=file, case=pk)
    if Case.objects.visible_to(request.user).filter(pk=pk).exists():
        _note_copy(found.case, request.user, found.name, found.sha256)
    elif found.internal or not Case.objects.own_of(request.user).filter(pk=pk).exists():
        raise Http404
    return sent(found.file, name=found.name, mime=found.mime)


def _kept(request: AuthedRequest, pk: int, kept: int) -> tuple[Case, CaseKept]:
    """A piece of kept evidence, for those who read the work through the case."""
    one = get_object_or_404(seen_cases(request.user), pk=pk)
    if not may_read_work(one, request.user):
        raise Http404
    return one, get_object_or_404(CaseKept.objects.select_related("document__reading"), pk=kept, case=pk)


@requires(Can.SEE_CASES)
@never_cache
def kept(request: AuthedRequest, pk: int, kept: int) -> HttpResponse:
    """A piece of the evidence as it was when the case was opened, and whether its fingerprint is still the same."""
    one, found = _kept(request, pk, kept)
    document = found.document
    reading = getattr(document, "reading", None)
    context = {
        "case": one,
        "kept": found,
        "same": document is None or document.sha256 == found.sha256,
        "text": shown(document, lambda number: reverse("verification:case_kept_figure", args=[pk, kept, number]))
        if reading
        else "",
    }
    return render(request, "verification/case_kept.html", context)


@requires(Can.SEE_CASES)
def kept_file(request: AuthedRequest, pk: int, kept: int) -> HttpResponse:
    """The frozen file that the case is about."""
    one, found = _kept(request, pk, kept)
    document = found.document
    if document is None or not document.file:
        raise Http404
    _note_copy(one, request.user, document.name, document.sha256)
    if document.kind == "portfolio":
        return sent(document.file, name=f"{document.name}.json", mime="application/json")
    return sent(document.file, name=document.name, mime=documents.Kind(document.kind).mime)


@requires(Can.SEE_CASES)
def kept_figure(request: AuthedRequest, pk: int, kept: int, number: int) -> HttpResponse:
    """A picture inside the frozen file."""
    _, found = _kept(request, pk, kept)
    figure = get_object_or_404(Figure, document=found.document_id, number=number)
    return sent(figure.file, name=f"figure-{number}", mime=figure.mime)


@requires(Can.SEE_CASES)
def kept_evidence(request: AuthedRequest, pk: int, kept: int, file: int) -> HttpResponse:
    """A file of the portfolio that was handed in with the work."""
    one, found = _kept(request, pk, kept)
    if file not in {row["pk"] for row in found.content.get("files", [])}:
        raise Http404
    evidence = get_object_or_404(Evidence, pk=file)
    _note_copy(one, request.user, evidence.name, evidence.sha256)
    return sent(evidence.file, name=evidence.name, mime=evidence.mime)


@transaction.atomic
def _note_copy(case: Case, by: User, name: str, sha256: str) -> None:
    """That somebody took a copy is part of the history."""
    record(case, "download", by=by, name=name, sha256=sha256)
