"""The learner's assignments: prepare, hand in, read the receipt and the result. Portfolio entries are in `portfolio`."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, counting, deadlines, declarations, portfolio
from assignments.forms.learner import AttachForm, SubmitForm
from assignments.models import Document, Marking, Submission, UnitResult, Upload
from assignments.referral import Before, before, with_answers
from assignments.standing import Standing, headline
from assignments.states import SubmissionState
from assignments.uploads import note_beginning
from assignments.views.dates import date_row
from assignments.views.drafts import part_of
from assignments.views.reading import about, breakdown, checks_of, length_of, shown, step_of
from core import clock
from enrolment.models import Enrolment
from programmes.models import Assignment


def _seen(user: Any) -> QuerySet[Submission]:
    """`follows` says whether a piece came before it: an earlier attempt, or the same one that was returned unmarked."""
    same = Submission.objects.filter(enrolment=OuterRef("enrolment"), assignment=OuterRef("assignment"))
    seen = Submission.objects.visible_to(user).annotate(follows=Exists(same.filter(pk__lt=OuterRef("pk"))))
    return seen.select_related(
        "enrolment__learner",
        "enrolment__cohort__version__qualification__organisation",
        "enrolment__registration",
        "assignment__version__qualification__organisation",
        "document__reading",
        "writing",
        "declaration__copied_by",
        "submitted_by",
        "marked_by",
        "wording",
    )


def _own(request: AuthedRequest, pk: int) -> Submission:
    return get_object_or_404(_seen(request.user), pk=pk, enrolment__learner=request.user)


@requires(Can.SUBMIT_WORK)
def own(request: AuthedRequest) -> HttpResponse:
    """Both assignments, each with its lead line."""
    enrolments = list(
        Enrolment.objects.of_learner(request.user)
        .select_related("cohort__version")
        .annotate(practised=Sum("practice_clients__sessions__minutes"))
        .order_by("-invited_at")
    )
    standings = _standings(enrolments)
    todo = [one for one in standings if one.is_open]
    first = min(todo, key=lambda one: (one.deadline.due_on is None, one.deadline.due_on), default=None)
    receipts = [attempt for one in standings for attempt in one.attempts if attempt.submitted_at]
    context = {
        "enrolments": enrolments,
        "standings": standings,
        "next": first,
        "headline": headline(standings),
        "receipts": receipts,
        "dates": [
            date_row(one.enrolment, one.assignment.pk, one.assignment.title, one.deadline, is_open=one.is_open)
            for one in standings
        ],
    }
    return render(request, "assignments/own.html", context)


def _standings(enrolments: list[Any]) -> list[Standing]:
    dates = deadlines.for_enrolments([one.pk for one in enrolments])
    attempts: dict[tuple[int, int], list[Submission]] = {}
    found = Submission.objects.counting().filter(enrolment__in=enrolments).select_related("document", "assignment")
    for one in found.in_order():
        attempts.setdefault((one.enrolment_id, one.assignment_id), []).append(one)
    versions = {one.cohort.version_id for one in enrolments}
    assignments = list(Assignment.objects.filter(version__in=versions).prefetch_related("units").order_by("position"))
    today = clock.today()
    return [
        Standing(one, assignment, attempts.get((one.pk, assignment.pk), []), dates[one.pk, assignment.pk], today)
        for one in enrolments
        for assignment in assignments
        if assignment.version_id == one.cohort.version_id
    ]


@require_POST
@requires(Can.SUBMIT_WORK)
def begin(request: AuthedRequest, enrolment: int, assignment: int) -> HttpResponse:
    """Open the attempt, or find the one that is open already."""
    own_one = get_object_or_404(Enrolment.objects.of_learner(request.user), pk=enrolment)
    work = get_object_or_404(Assignment, pk=assignment, version__cohorts=own_one.cohort_id)
    return redirect(actions.begin(own_one, assignment=work, by=request.user))


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def submission(request: AuthedRequest, pk: int) -> HttpResponse:
    """The learner's page of an attempt, by its state; for those who read work, the work itself."""
    found = get_object_or_404(_seen(request.user), pk=pk)
    if found.enrolment.learner_id != request.user.pk:
        return _read(request, found)
    if found.state == SubmissionState.DRAFT:
        return _prepare(request, found)
    if found.is_withdrawn:
        return render(request, "assignments/put_aside.html", _put_aside(found))
    return render(request, "assignments/receipt.html", _outcome(found))


def _put_aside(found: Submission) -> dict[str, Any]:
    """A draft that is not needed any more: what was in it, and the attempt that passed in its place."""
    same = Submission.objects.filter(enrolment=found.enrolment_id, assignment=found.assignment_id)
    return {
        "submission": found,
        "passed": same.filter(state=SubmissionState.PASSED).first(),
        "files": [one for one in found.documents.order_by("-pk") if one.is_ready],
        "written": found.assignment.kind == "essay" and hasattr(found, "writing"),
    }


def _outcome(found: Submission) -> dict[str, Any]:
    """The receipt, and once it is released what the tutor decided. Before that a decision is not even fetched."""
    marked = found.is_released
    results = Prefetch("unit_results", UnitResult.objects.select_related("unit"))
    signed = found.markings.prefetch_related(results).order_by("-marked_at", "-pk")
    marking = signed.first() if marked else None
    order = "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position"
    saved = found.decisions.select_related("criterion__outcome__unit").order_by(*order)
    # What had been decided about a piece that came back unmarked counts for nothing, and nobody reads it.
    decisions = found.worded(with_answers(saved)) if marked and not found.is_returned else []
    todo = [one for one in decisions if one.decision == "refer" and one.action]
    rows = Submission.objects.filter(enrolment=found.enrolment_id, assignment=found.assignment_id)
    attempts = list(rows.counting().in_order())
    return {
        "submission": found,
        **receipt_of(found),
        "again_by": deadlines.effective(found.enrolment, found.assignment).due_on if found.resubmit_by else None,
        "marking": marking,
        "unmet": todo,
        "following": next((one for one in attempts if one.pk > found.pk and one.is_draft), None),
        "met": [one for one in decisions if one not in todo],
        # The clock of a deferred piece stands still, and only that of a deferred one.
        "deferral": None
        if found.mark_by
        else found.deferrals.filter(state="open").select_related("deferred_by").first(),
        "attempts": attempts,
    }


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def read(request: AuthedRequest, pk: int) -> HttpResponse:
    """The work as its reader sees it."""
    found = get_object_or_404(_seen(request.user), pk=pk)
    return _read(request, found)


def _read(request: AuthedRequest, found: Submission) -> HttpResponse:
    reading = getattr(found.document, "reading", None)
    context = {
        "submission": found,
        "own": found.enrolment.learner_id == request.user.pk,
        "text": shown(found.document) if reading else "",
        "outline": reading.outline if reading else [],
        "again": found.attempt > 1 and found.submitted_at,
        "evidence": found.evidence.all() if found.submitted_at else [],
    }
    if not context["own"] and request.user.can(Can.SEE_AUTHENTICITY):
        context["authenticity"] = reverse("assignments:authenticity", args=[found.pk])
    return render(request, "assignments/read.html", context)


def receipt_of(found: Submission) -> dict[str, Any]:
    """What the receipt and the cover sheet say of the work: times, count and what was declared."""
    assert found.counted_at is not None  # noqa: S101 - it has been handed in
    length = counting.length(found.document, found.asked_for) if found.document else None
    return {
        "lateness": deadlines.lateness(found.due_on, found.counted_at),
        "why_counted": counting.why_counted(found),
        "counting": counting.RULE,
        "length": length,
        "about": about(found.document) if found.document else "",
        "breakdown": breakdown(length) if length else "",
        "ai_word": declarations.ai_word(found.declaration.ai_use),
    }


# ---- preparing


def _prepare(
    request: AuthedRequest, found: Submission, *, upload: AttachForm | None = None, form: SubmitForm | None = None
) -> HttpResponse:
    typed = request.session.get(f"typed:{found.pk}", {})
    deadline = deadlines.effective(found.enrolment, found.assignment)
    came = before(found) if found.follows else Before()  # type: ignore[attr-defined] # annotated by the query
    standing = Standing(found.enrolment, found.assignment, [*came.pieces, found], deadline, clock.today())
    returned = standing.returned
    form = form or SubmitForm(submission=found, initial=typed)
    is_essay = found.assignment.kind == "essay"
    arriving = found.documents.order_by("-pk").first() if is_essay else None
    upload = upload or (_file_form(request, found, arriving) if is_essay else AttachForm())
    context = {
        "submission": found,
        "standing": standing,
        "returned": (Marking.objects.filter(submission=returned.pk).last(), returned) if returned else None,
        "before": came,
        "upload": upload,
        "submit_form": form,
        "arriving": arriving if arriving and arriving.is_unsettled else None,
        "step": step_of(arriving) if arriving else None,
        # The frame says "Error:" in the title when its form has errors.
        "form": upload if upload.errors else form,
        "ai_rule": declarations.ai_rule(found.assignment),
        "units": list(found.assignment.units.all()),
        "dates": [date_row(found.enrolment, found.assignment_id, found.assignment.title, deadline, is_open=True)],
        **_prepared(found),
        **part_of(found),
    }
    return render(request, "assignments/prepare.html", context)


def _file_form(request: AuthedRequest, found: Submission, newest: Document | None, *data: Any) -> AttachForm:
    """The field for the file; if the file that was added last was refused, with the reason beside it."""
    given: dict[str, Any] = {
        "uploads": Upload.objects.visible_to(request.user).filter(submission=found),
        "resumable": reverse("assignments:begin_essay_upload", args=[found.pk]),
    }
    if not data and newest and newest.is_refused:
        return AttachForm.refused(f"{newest.name} was not taken. {newest.refusal}", **given)
    return AttachForm(*data, **given)


def _prepared(found: Submission) -> dict[str, Any]:
    if found.assignment.kind == "portfolio":
        folder = portfolio.of(found.enrolment)
        return {"portfolio": folder, "missing": folder.missing, "ready": not folder.missing}
    if found.document is None:
        return {"ready": False}
    return {"ready": True, "checks": checks_of(found.document), "length": length_of(found)}


_TYPED = ("ai_use", "ai_statement", "signed_name")


def _keep_typed(request: HttpRequest, pk: int) -> None:
    """What was typed beside the file is there again on the next page."""
    kept: dict[str, Any] = {name: request.POST[name][:2000] for name in _TYPED if request.POST.get(name)}
    if ticked := [one for one in request.POST.getlist("declares") if one in declarations.NAMES]:
        kept["declares"] = ticked
    if kept:
        request.session[f"typed:{pk}"] = kept


@csrf_exempt
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the file. The beginning of the upload is noted before the form is read, so the token is checked after."""
    return _attach(request, pk, note_beginning(request))


@csrf_protect
@requires(Can.SUBMIT_WORK)
def _attach(request: AuthedRequest, pk: int, upload: Any) -> HttpResponse:
    found = _own(request, pk)
    if request.method != "POST":
        # Somebody signed in again: the browser asks for the page to which the file was sent.
        messages.warning(request, "Your session had ended, so your file did not arrive. Choose it once more.")
        return redirect(found)
    _keep_typed(request, pk)
    form = _file_form(request, found, None, request.POST, request.FILES)
    if form.is_valid() and form.attempts(
        actions.attach, found, began_at=getattr(upload, "began_at", None), by=request.user
    ):
        messages.success(request, _taken(form.result))
        return redirect(found)
    return _prepare(request, found, upload=form)


def _taken(document: Document) -> str:
    if document.is_ready:
        return f"{document.name} was here already, and is the one to hand in again."
    return f"{document.name} has arrived. It is checked and counted now; nothing is handed in yet."


attach.needs = (Can.SUBMIT_WORK,)  # type: ignore[attr-defined] # a test asks each view for it


@login_not_required
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in. What somebody typed whose session had ended is kept in the new one, and is there after signing in."""
    if request.user.is_authenticated:
        return _submit(request, pk)
    if request.method == "POST":
        _keep_typed(request, pk)
        again = " A file that you had chosen did not arrive, so choose it once more." if request.FILES else ""
        messages.warning(request, f"Your session had ended. What you typed is kept: sign in, and it is there.{again}")
    return redirect_to_login(reverse("assignments:submission", args=[pk]))


submit.needs = (Can.SUBMIT_WORK,)  # type: ignore[attr-defined] # a test asks each view for it


@requires(Can.SUBMIT_WORK)
def _submit(request: AuthedRequest, pk: int) -> HttpResponse:
    """A second click finds the work handed in, and is shown the receipt."""
    found = _own(request, pk)
    if request.method != "POST" or found.state != SubmissionState.DRAFT:
        return redirect(found)
    if request.FILES.get("file") or request.POST.get("upload"):
        # A file was chosen and not added: it is taken in first, and looked at, before anything is handed in.
        return _attach(request, pk, None)
    form = SubmitForm(request.POST, submission=found)
    if form.is_valid() and form.attempts(actions.submit, found, by=request.user):
        request.session.pop(f"typed:{pk}", None)
        return redirect(found)
    if _own(request, pk).state != SubmissionState.DRAFT:
        return redirect(found)
    return _prepare(request, found, form=form)
