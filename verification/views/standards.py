"""What is written criterion by criterion: each one's own blind decisions, and afterwards what all agree on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from programmes.models import Criterion
from verification import forms, policy, standardising
from verification.models import AgreedStandard, Participation, StandardisationEvent, StandardMark

Saved = StandardMark | AgreedStandard


def _own(request: AuthedRequest, pk: int) -> Participation:
    """One's own part in an event whose marking has begun."""
    rows = Participation.objects.filter(person=request.user, event=pk).exclude(event__state="planned")
    return get_object_or_404(rows.select_related("event__assignment__version__qualification"))


@requires(Can.MARK, Can.VERIFY)
def marks(request: AuthedRequest, pk: int) -> HttpResponse:
    """The piece, and beside it one's own decisions. Nothing of anybody else's is fetched."""
    return _page(request, _own(request, pk))


def _page(
    request: AuthedRequest, one: Participation, form: forms.MarkForm | None = None, criterion: int | None = None
) -> HttpResponse:
    saved = {mark.criterion_id: mark for mark in one.marks.all()}
    rows = [_row(subject, saved.get(subject.pk)) for subject in one.event.criteria()]
    for row in rows:
        if form is not None and row["criterion"].pk == criterion:
            keep_typed(row, form)
    missing = [row["criterion"].number for row in rows if not row["complete"]]
    # One is open: the one that was refused, or the first that is not decided.
    if first := next((row for row in rows if row.get("errors")), None) or next(
        (row for row in rows if not row["complete"]), None
    ):
        first["open"] = True
    context = {
        "one": one,
        "event": one.event,
        "rows": rows,
        "piece": SafeString(one.event.piece_html),
        "missing": missing,
        "open": not policy.may_mark_blind(one.event, one),
        "form": form,
    }
    return render(request, "verification/marks.html", context, status=409 if form is not None else 200)


def _row(criterion: Criterion, mark: StandardMark | None) -> dict[str, Any]:
    written = {
        "decision": mark.decision if mark else "",
        "reason": mark.reason if mark else "",
        "revision": mark.revision if mark else 0,
    }
    return {
        "criterion": criterion,
        "saved": mark,
        "written": written,
        "complete": bool(mark and mark.decision and mark.reason),
    }


def keep_typed(row: dict[str, Any], form: Any) -> None:
    """What was refused goes back into its fields; what another window saved meanwhile is shown beside it."""
    saved = row["saved"]
    row["errors"] = [str(one) for several in form.errors.values() for one in several]
    row["written"] = {name: form.data.get(name, "") for name in row["written"]}
    if saved is not None and str(saved.revision) != str(row["written"]["revision"]):
        row["theirs"] = saved
        row["written"]["revision"] = saved.revision


@requires(Can.MARK, Can.VERIFY)
def save_mark(request: AuthedRequest, pk: int, criterion: int) -> HttpResponse:
    """Keep one decision: for the script as a sentence, for a form without it as the page again."""
    one = _own(request, pk)
    subject = get_object_or_404(Criterion, pk=criterion)
    if request.method != "POST":
        # Somebody signed in again: the browser asks for the address to which the decision was sent.
        return redirect(f"{reverse('verification:marks', args=[pk])}#k-{criterion}")
    form = forms.MarkForm(request.POST)
    done = form.is_valid() and form.attempts(standardising.save_mark, one, criterion=subject, by=request.user)
    if request.headers.get("X-Requested-With") == "autosave":
        return told(form, done=done)
    if not done:
        return _page(request, one, form, criterion)
    return redirect(f"{reverse('verification:marks', args=[pk])}#k-{criterion}")


def told(form: Any, *, done: bool) -> HttpResponse:
    """The answer to the script that saves while somebody types."""
    if not done:
        said = " ".join(str(one) for several in form.errors.values() for one in several)
        return HttpResponse(said, status=409, content_type="text/plain; charset=utf-8")
    saved: Saved = form.result
    return JsonResponse({"revision": saved.revision, "saved": f"{timezone.localtime(clock.now()):%H:%M:%S}"})


@requires(Can.MARK, Can.VERIFY)
@require_POST
def hand_over_marks(request: AuthedRequest, pk: int) -> HttpResponse:
    one = _own(request, pk)
    standardising.hand_over_marks(one, by=request.user)
    one.event.refresh_from_db()
    ended = " Everybody is done, so the comparison has begun." if one.event.is_compared else ""
    messages.success(request, f"Handed over. What you decided stays as it is.{ended}")
    return redirect(one.event)


@requires(Can.STANDARDISE)
def save_standard(request: AuthedRequest, pk: int, criterion: int) -> HttpResponse:
    """Keep what is agreed on one criterion, while the meeting talks."""
    event = get_object_or_404(StandardisationEvent.objects.visible_to(request.user), pk=pk)
    subject = get_object_or_404(Criterion, pk=criterion)
    if request.method != "POST":
        return redirect(f"{event.get_absolute_url()}#k-{criterion}")
    form = forms.StandardForm(request.POST)
    done = form.is_valid() and form.attempts(standardising.save_standard, event, criterion=subject, by=request.user)
    if request.headers.get("X-Requested-With") == "autosave":
        return told(form, done=done)
    if not done:
        kept = event.standards.filter(criterion=subject).first()
        names = "discussion", "decision", "standard", "revision"
        row: dict[str, Any] = {
            "criterion": subject,
            "saved": kept,
            "written": {name: getattr(kept, name, "") for name in names},
        }
        keep_typed(row, form)
        context = {"event": event, "row": row, "form": form}
        return render(request, "verification/standard_again.html", context, status=409)
    return redirect(f"{event.get_absolute_url()}#k-{criterion}")
