"""The growing portfolio: its list of tasks, its two texts and its evidence."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, deadlines, personal, policy
from assignments import portfolio as folders
from assignments.forms.portfolio import AddEvidenceForm, EditEvidenceForm, SaveTextForm
from assignments.models import Evidence, PortfolioText, Upload
from assignments.portfolio import remarks
from assignments.views.dates import date_row
from assignments.views.entries import check_open, entry, own_enrolment, warn, where_missing, where_remarked


@requires(Can.SUBMIT_WORK)
def portfolio(request: AuthedRequest, pk: int) -> HttpResponse:
    """What is there, what it adds up to, what is missing, and what may tell who it is about."""
    enrolment = own_enrolment(request, pk)
    folder = folders.of(enrolment)
    deadline = deadlines.for_enrolments([pk])[pk, enrolment.portfolio_assignment]
    closed = policy.portfolio_is_open(enrolment, request.user)
    attempts = [one for one in enrolment.submissions.all() if one.assignment.kind == "portfolio"]
    context = {
        "enrolment": enrolment,
        "again": next((one for one in attempts if one.is_draft and one.to_answer), None),
        "deadline": deadline,
        "dates": [date_row(enrolment, enrolment.portfolio_assignment, "Portfolio", deadline, is_open=not closed)],
        "portfolio": folder,
        "closed": closed,
        "attempts": attempts,
        "clients": [_client_task(folder, one) for one in folder.clients],
        "texts": [
            *(_text_task(folder, part, label) for part, label in folders.PARTS),
            _log_task(folder),
            _evidence_task(folder),
            _matrix_task(folder),
        ],
        "missing": [{"sentence": one.sentence, "url": where_missing(enrolment, one)} for one in folder.missing],
        "remarks": []
        if closed
        else [{"sentence": one.sentence, "url": where_remarked(enrolment, one)} for one in folder.remarks],
        "advice": personal.ADVICE,
    }
    return render(request, "assignments/portfolio.html", context)


def _client_task(folder: folders.Portfolio, client: Any) -> dict[str, str]:
    sessions = list(client.sessions.all())
    done, left = sum(one.minutes for one in sessions), len(folder.missing_of(client))
    hint = f"{client.get_role_display()}; {len(sessions)} session{'' if len(sessions) == 1 else 's'}, {folders.hours(done)}"
    return {
        "label": f"Client {client.code}",
        "url": reverse("assignments:practice_client", args=[client.pk]),
        "hint": hint,
        "state": "in_hand" if left else "",
        "status": f"{left} to add" if left else "Done",
    }


def _text_task(folder: folders.Portfolio, part: str, label: str) -> dict[str, str]:
    words = len(folder.texts.get(part, "").split())
    return {
        "label": label,
        "url": reverse("assignments:save_text", args=[folder.enrolment.pk, part]),
        "hint": f"{words:,} words" if words else "",
        "state": "",
        "status": "Done" if words else "Not started",
    }


def _log_task(folder: folders.Portfolio) -> dict[str, str]:
    number = sum(len(client.sessions.all()) for client in folder.clients)
    return {
        "label": "Reflective log",
        "url": reverse("assignments:reflective_log", args=[folder.enrolment.pk]),
        "hint": "Every reflection in the order of its day, to read and to print",
        "state": "",
        "status": f"{number} session{'' if number == 1 else 's'}" if number else "No sessions yet",
    }


def _evidence_task(folder: folders.Portfolio) -> dict[str, str]:
    files = len(folder.files)
    return {
        "label": "Evidence",
        "url": reverse("assignments:evidence_files", args=[folder.enrolment.pk]),
        "hint": "Contracts, notes, work of yours: any file that shows your practice",
        "state": "",
        "status": f"{files} file{'' if files == 1 else 's'}" if files else "No files yet",
    }


def _matrix_task(folder: folders.Portfolio) -> dict[str, str]:
    gaps, number = len(folder.matrix.gaps), len(folder.matrix.criteria)
    return {
        "label": "Evidence matrix",
        "url": reverse("assignments:matrix", args=[folder.enrolment.pk]),
        "hint": f"What shows each of the {number} criteria",
        "state": "in_hand" if 0 < gaps < number else "",
        "status": f"{gaps} without evidence" if gaps < number and gaps else "Not started" if gaps else "Done",
    }


@requires(Can.SUBMIT_WORK)
def save_text(request: AuthedRequest, pk: int, part: str) -> HttpResponse:
    """One of the two written parts. The page saves it while it is written; the answer is then empty, or a sentence."""
    enrolment = own_enrolment(request, pk)
    title = dict(folders.PARTS)[part]
    closed = policy.portfolio_is_open(enrolment, request.user)
    by_itself = request.headers.get("X-Requested-With") == "autosave"
    if closed and by_itself:
        return HttpResponse(closed, status=409, content_type="text/plain; charset=utf-8")
    check_open(request, enrolment)
    back = reverse("assignments:portfolio", args=[pk])
    text = PortfolioText.objects.filter(enrolment=enrolment, part=part).first()
    form = SaveTextForm(
        request.POST or None, initial={"body": text.body if text else ""}, autosave=request.path, cancel_url=back
    )
    if form.is_valid() and form.attempts(actions.save_text, enrolment, part=part, by=request.user):
        if by_itself:
            return HttpResponse(status=204)
        messages.success(request, f"{title}: saved.")
        warn(request, personal.remark(form.result.body, title, folders.of(enrolment).people))
        return redirect(back)
    if by_itself:
        return HttpResponse(form.first_error, status=400, content_type="text/plain; charset=utf-8")
    return entry(request, form, title=title, back=back, text=text, writing=True)


@requires(Can.SUBMIT_WORK)
def evidence_files(request: AuthedRequest, pk: int) -> HttpResponse:
    """The files of the portfolio, each with the criteria it shows and what about its name should be mended."""
    enrolment = own_enrolment(request, pk)
    folder = folders.of(enrolment)
    said = {one.pk: list(remarks.of_file(one, folder.people)) for one in folder.files}
    files = [
        {"file": one, "shows": folder.matrix.shows_of(one.key), "remarks": said[one.pk]} for one in folder.evidence
    ]
    context = {
        "enrolment": enrolment,
        "files": files,
        "closed": policy.portfolio_is_open(enrolment, request.user),
    }
    return render(request, "assignments/evidence_files.html", context)


@requires(Can.SUBMIT_WORK)
def add_evidence(request: AuthedRequest, pk: int) -> HttpResponse:
    enrolment = own_enrolment(request, pk)
    check_open(request, enrolment)
    back = reverse("assignments:evidence_files", args=[pk])
    form = AddEvidenceForm(
        request.POST or None,
        request.FILES or None,
        enrolment=enrolment,
        cancel_url=back,
        uploads=Upload.objects.visible_to(request.user).filter(enrolment=enrolment),
        resumable=reverse("assignments:begin_evidence_upload", args=[pk]),
    )
    if form.is_valid() and form.attempts(actions.add_evidence, enrolment, by=request.user):
        messages.success(request, f"{form.result.title} is in your portfolio.")
        warn(request, *(one.sentence for one in remarks.of_file(form.result, folders.of(enrolment).people)))
        return redirect(back)
    return entry(request, form, title="Add a file", back=back, files=True, enrolment=enrolment)


@requires(Can.SUBMIT_WORK)
def edit_evidence(request: AuthedRequest, pk: int) -> HttpResponse:
    """What a file is called, whose it is, and whether it is a contract."""
    mine = Evidence.objects.present().filter(enrolment__learner=request.user)
    found = get_object_or_404(mine.select_related("enrolment__cohort__version", "enrolment__learner"), pk=pk)
    enrolment = found.enrolment
    check_open(request, enrolment)
    back = reverse("assignments:evidence_files", args=[enrolment.pk])
    given = {"title": found.title, "client": found.client_id, "is_contract": found.is_contract}
    form = EditEvidenceForm(request.POST or None, enrolment=enrolment, initial=given, cancel_url=back)
    if form.is_valid() and form.attempts(actions.edit_evidence, found, by=request.user):
        messages.success(request, f"{form.result.title} is saved.")
        warn(request, *(one.sentence for one in remarks.of_file(form.result, folders.of(enrolment).people)))
        return redirect(back)
    return entry(request, form, title=f"What “{found.title}” is", back=back, files=True, enrolment=enrolment)


@requires(Can.SUBMIT_WORK)
def remove_evidence(request: AuthedRequest, pk: int) -> HttpResponse:
    mine = Evidence.objects.present().filter(enrolment__learner=request.user)
    found = get_object_or_404(mine.select_related("enrolment__cohort"), pk=pk)
    back = reverse("assignments:evidence_files", args=[found.enrolment_id])
    if request.method == "POST":
        actions.remove_evidence(found, by=request.user)
        messages.success(request, f"{found.title} is no longer in your portfolio.")
        return redirect(back)
    return render(request, "assignments/remove_evidence.html", {"evidence": found, "back": back})
