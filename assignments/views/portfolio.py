"""The growing portfolio: its list of tasks, and a page for each entry."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, deadlines, policy
from assignments import portfolio as folders
from assignments.forms.portfolio import (
    AddEvidenceForm,
    AddPracticeClientForm,
    EditPracticeClientForm,
    EditSessionForm,
    LogSessionForm,
    SaveTextForm,
)
from assignments.models import Evidence, PortfolioText, PracticeClient, PracticeSession, Submission
from assignments.views.dates import date_row
from core import clock
from core.refusals import WrongState
from enrolment.models import Enrolment
from programmes.models import Assignment, Criterion

_CLIENT_FIELDS = ("code", "role", "context", "goals", "contract_agreed_on", "review")
_SESSION_FIELDS = ("held_on", "minutes", "focus", "notes", "reflection")


def _attempts() -> QuerySet[Submission]:
    return Submission.objects.select_related("assignment").order_by("attempt")


def _own(request: AuthedRequest, pk: int) -> Any:
    """The learner's enrolment, with the attempts and the number of the portfolio assignment."""
    work = Assignment.objects.filter(version=OuterRef("cohort__version"), kind="portfolio")
    mine = (
        Enrolment.objects.of_learner(request.user)
        .select_related("cohort__version", "learner")
        .prefetch_related(Prefetch("submissions", _attempts()))
        .annotate(
            portfolio_assignment=Subquery(work.values("pk")[:1]),
            files=Count("evidence", filter=Q(evidence__removed_at__isnull=True)),
        )
    )
    return get_object_or_404(mine, pk=pk)


def _own_client(request: AuthedRequest, pk: int) -> PracticeClient:
    mine = PracticeClient.objects.filter(enrolment__learner=request.user)
    mine = mine.select_related("enrolment__cohort__version", "enrolment__learner")
    return get_object_or_404(mine.prefetch_related(Prefetch("enrolment__submissions", _attempts())), pk=pk)


def _check_open(request: AuthedRequest, enrolment: Enrolment) -> None:
    """A form that could not be sent is not shown."""
    if sentence := policy.portfolio_is_open(enrolment, request.user):
        raise WrongState(sentence)


def _warn(request: AuthedRequest, *remarks: str) -> None:
    for remark in dict.fromkeys(one for one in remarks if one):
        messages.warning(request, remark)


@requires(Can.SUBMIT_WORK)
def portfolio(request: AuthedRequest, pk: int) -> HttpResponse:
    """What is there, what it adds up to, what is missing."""
    enrolment = _own(request, pk)
    folder = folders.of(enrolment)
    deadline = deadlines.for_enrolments([pk])[pk, enrolment.portfolio_assignment]
    closed = policy.portfolio_is_open(enrolment, request.user)
    context = {
        "enrolment": enrolment,
        "deadline": deadline,
        "dates": [date_row(enrolment, enrolment.portfolio_assignment, "Portfolio", deadline, is_open=not closed)],
        "portfolio": folder,
        "closed": closed,
        "attempts": [one for one in enrolment.submissions.all() if one.assignment.kind == "portfolio"],
        "clients": [_client_task(folder, one) for one in folder.clients],
        "texts": [*(_text_task(folder, part, label) for part, label in folders.PARTS), _evidence_task(enrolment)],
        "missing": [{"sentence": one.sentence, "url": _where(enrolment, one)} for one in folder.missing],
    }
    return render(request, "assignments/portfolio.html", context)


def _evidence_task(enrolment: Any) -> dict[str, str]:
    files = enrolment.files
    return {
        "label": "Evidence",
        "url": reverse("assignments:evidence_files", args=[enrolment.pk]),
        "hint": "Contracts, feedback from clients, notes: any file that shows your practice",
        "state": "",
        "status": f"{files} file{'' if files == 1 else 's'}" if files else "No files yet",
    }


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
    text = folder.texts.get(part)
    words = len(text.body.split()) if text else 0
    return {
        "label": label,
        "url": reverse("assignments:save_text", args=[folder.enrolment.pk, part]),
        "hint": f"{words:,} words" if words else "",
        "state": "",
        "status": "Done" if words else "Not started",
    }


def _where(enrolment: Enrolment, missing: folders.Missing) -> str:
    """The page on which this is mended."""
    if missing.client is not None:
        name = "log_session" if missing.part == "sessions" else "edit_practice_client"
        field = "" if missing.part == "sessions" else f"#id_{missing.part}"
        return reverse(f"assignments:{name}", args=[missing.client]) + field
    if missing.part in dict(folders.PARTS):
        return reverse("assignments:save_text", args=[enrolment.pk, missing.part])
    return "#supervision" if missing.part == "supervision" else "#clients"


def _uncovered(enrolment: Enrolment, folder: folders.Portfolio) -> list[Criterion]:
    """Criteria that no file speaks to. A remark: much is shown by what the learner writes."""
    if not folder.evidence:
        return []
    covered = {criterion.pk for one in folder.evidence for criterion in one.criteria.all()}
    every = Criterion.objects.filter(
        outcome__unit__assignments__kind="portfolio", outcome__unit__version=enrolment.cohort.version_id
    ).select_related("outcome__unit")
    return [one for one in every if one.pk not in covered]


# ---- practice clients


@requires(Can.SUBMIT_WORK)
def practice_client(request: AuthedRequest, pk: int) -> HttpResponse:
    """One client: what was agreed, the sessions, what came of it."""
    client = _own_client(request, pk)
    sessions = list(client.sessions.all())
    context = {
        "client": client,
        "sessions": sessions,
        "minutes": sum(one.minutes for one in sessions),
        "closed": policy.portfolio_is_open(client.enrolment, request.user),
        "remarks": _remarks_on(client, sessions),
    }
    return render(request, "assignments/practice_client.html", context)


def _remarks_on(client: PracticeClient, sessions: list[PracticeSession]) -> list[str]:
    found = [policy.code_remark(client.code)]
    found += [policy.personal_remark(text) for text in (client.context, client.goals, client.review)]
    agreed = client.contract_agreed_on
    if agreed and any(one.held_on < agreed for one in sessions):
        found.append("A session lies before the day the contract was agreed. Say in your reflection why.")
    return list(dict.fromkeys(one for one in found if one))


@requires(Can.SUBMIT_WORK)
def add_practice_client(request: AuthedRequest, pk: int) -> HttpResponse:
    enrolment = _own(request, pk)
    _check_open(request, enrolment)
    back = reverse("assignments:portfolio", args=[pk])
    form = AddPracticeClientForm(request.POST or None, enrolment=enrolment, cancel_url=back)
    if form.is_valid() and form.attempts(actions.add_practice_client, enrolment, by=request.user):
        _warn(request, policy.code_remark(form.result.code), policy.personal_remark(form.result.goals))
        return redirect("assignments:practice_client", form.result.pk)
    return _entry(request, form, title="Add a practice client", back=back)


@requires(Can.SUBMIT_WORK)
def edit_practice_client(request: AuthedRequest, pk: int) -> HttpResponse:
    client = _own_client(request, pk)
    _check_open(request, client.enrolment)
    back = reverse("assignments:practice_client", args=[pk])
    given = {name: getattr(client, name) for name in _CLIENT_FIELDS}
    form = EditPracticeClientForm(request.POST or None, enrolment=client.enrolment, initial=given, cancel_url=back)
    if form.is_valid() and form.attempts(actions.edit_practice_client, client, by=request.user):
        messages.success(request, f"Client {form.result.code} is saved.")
        return redirect("assignments:practice_client", pk)
    return _entry(request, form, title="Goals, contract and what was achieved", back=back, client=client)


@requires(Can.SUBMIT_WORK)
def log_session(request: AuthedRequest, pk: int) -> HttpResponse:
    client = _own_client(request, pk)
    _check_open(request, client.enrolment)
    back = reverse("assignments:practice_client", args=[pk])
    form = LogSessionForm(
        request.POST or None, enrolment=client.enrolment, initial={"held_on": clock.today()}, cancel_url=back
    )
    if form.is_valid() and form.attempts(actions.log_session, client, by=request.user):
        messages.success(request, f"Logged: {folders.hours(form.result.minutes)} with client {client.code}.")
        _warn(request, *(policy.personal_remark(form.cleaned_data[name]) for name in ("focus", "notes", "reflection")))
        return redirect("assignments:practice_client", pk)
    return _entry(request, form, title=f"A session with client {client.code}", back=back, client=client)


@requires(Can.SUBMIT_WORK)
def edit_session(request: AuthedRequest, pk: int) -> HttpResponse:
    mine = PracticeSession.objects.filter(client__enrolment__learner=request.user)
    session = get_object_or_404(mine.select_related("client__enrolment__cohort"), pk=pk)
    _check_open(request, session.client.enrolment)
    back = reverse("assignments:practice_client", args=[session.client_id])
    given = {name: getattr(session, name) for name in _SESSION_FIELDS}
    form = EditSessionForm(request.POST or None, enrolment=session.client.enrolment, initial=given, cancel_url=back)
    if form.is_valid() and form.attempts(actions.edit_session, session, by=request.user):
        messages.success(request, "The session is saved.")
        _warn(request, *(policy.personal_remark(form.cleaned_data[name]) for name in ("focus", "notes", "reflection")))
        return redirect(back)
    return _entry(request, form, title=f"A session with client {session.client.code}", back=back, client=session.client)


# ---- texts and evidence


@requires(Can.SUBMIT_WORK)
def save_text(request: AuthedRequest, pk: int, part: str) -> HttpResponse:
    """One of the two written parts. The page saves it while it is written; the answer is then empty, or a sentence."""
    enrolment = _own(request, pk)
    title = dict(folders.PARTS)[part]
    closed = policy.portfolio_is_open(enrolment, request.user)
    by_itself = request.headers.get("X-Requested-With") == "autosave"
    if closed and by_itself:
        return HttpResponse(closed, status=409, content_type="text/plain; charset=utf-8")
    _check_open(request, enrolment)
    back = reverse("assignments:portfolio", args=[pk])
    text = PortfolioText.objects.filter(enrolment=enrolment, part=part).first()
    form = SaveTextForm(
        request.POST or None, initial={"body": text.body if text else ""}, autosave=request.path, cancel_url=back
    )
    if form.is_valid() and form.attempts(actions.save_text, enrolment, part=part, by=request.user):
        if by_itself:
            return HttpResponse(status=204)
        messages.success(request, f"{title}: saved.")
        _warn(request, policy.personal_remark(form.result.body))
        return redirect(back)
    if by_itself:
        return HttpResponse(form.first_error, status=400, content_type="text/plain; charset=utf-8")
    return _entry(request, form, title=title, back=back, text=text, writing=True)


@requires(Can.SUBMIT_WORK)
def evidence_files(request: AuthedRequest, pk: int) -> HttpResponse:
    """The files of the portfolio, and the criteria that none of them speaks to."""
    enrolment = _own(request, pk)
    folder = folders.of(enrolment)
    context = {
        "enrolment": enrolment,
        "evidence": folder.evidence,
        "uncovered": _uncovered(enrolment, folder),
        "closed": policy.portfolio_is_open(enrolment, request.user),
    }
    return render(request, "assignments/evidence_files.html", context)


@requires(Can.SUBMIT_WORK)
def add_evidence(request: AuthedRequest, pk: int) -> HttpResponse:
    enrolment = _own(request, pk)
    _check_open(request, enrolment)
    back = reverse("assignments:evidence_files", args=[pk])
    form = AddEvidenceForm(request.POST or None, request.FILES or None, enrolment=enrolment, cancel_url=back)
    if form.is_valid() and form.attempts(actions.add_evidence, enrolment, by=request.user):
        messages.success(request, f"{form.result.title} is in your portfolio.")
        _warn(request, policy.personal_remark(form.result.title), policy.personal_remark(form.result.name))
        return redirect(back)
    return _entry(request, form, title="Add a file", back=back, files=True, enrolment=enrolment)


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


def _entry(request: AuthedRequest, form: Any, *, title: str, back: str, **more: Any) -> HttpResponse:
    return render(request, "assignments/entry.html", {"form": form, "title": title, "back": back, **more})
