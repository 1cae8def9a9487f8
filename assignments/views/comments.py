"""Comments on a piece of work: written in the marking room, read by the learner once the outcome is released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions
from assignments.actions.comments import Rewritten
from assignments.forms.comments import AddCommentForm, ChangeCommentForm
from assignments.models import Comment, Submission
from assignments.states import MARKED
from assignments.views import reading
from assignments.views.commented import comments_of
from assignments.views.marking import pieces
from assignments.views.room import room_of
from core import clock
from core.refusals import Refused
from core.templatetags.ui import clock_time


def _by_script(request: AuthedRequest) -> bool:
    return request.headers.get("X-Requested-With") == "comments"


def _back_to(submission: Submission, comment: int | None = None) -> str:
    return f"{reverse('assignments:room', args=[submission.pk])}#{f'comment-{comment}' if comment else 'comments'}"


def _piece(request: AuthedRequest, pk: int) -> Submission:
    return get_object_or_404(pieces(request.user), pk=pk)


def _comment(submission: Submission, pk: Any) -> Comment:
    if not str(pk).isdecimal():
        raise Http404
    found = get_object_or_404(submission.comments.select_related("criterion", "saved_by"), pk=pk)
    found.submission = submission
    return found


def _listed(submission: Submission, saved: Comment | None = None, **more: Any) -> JsonResponse:
    """What the script draws after a change: the whole list, because another one may have written too."""
    found = comments_of(submission, submission.asked())
    answer = {
        "list": found.written,
        "total": found.total,
        "number": found.number_of(saved.pk) if saved else 0,
        "comment": saved.pk if saved else 0,
        "saved": clock_time(clock.now()),
    }
    return JsonResponse(answer | more)


def _refusal(request: AuthedRequest, act: Callable[[], Any]) -> HttpResponse | None:
    """Do it. The script reads a refusal as a sentence; everybody else gets the page that says it."""
    try:
        act()
    except Refused as refusal:
        if not _by_script(request):
            raise
        return JsonResponse({"sentence": str(refusal)}, status=refusal.status)
    return None


def _sentence(form: Any) -> str:
    return " ".join(str(one) for several in form.errors.values() for one in several)


@requires(Can.MARK)
def add_comment(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = _piece(request, pk)
    if request.method != "POST":
        return redirect(_back_to(submission))
    form = AddCommentForm(request.POST, criteria=submission.asked())
    done = form.is_valid() and form.attempts(actions.add_comment, submission, by=request.user)
    if _by_script(request):
        return _listed(submission, form.result) if done else JsonResponse({"sentence": _sentence(form)}, status=409)
    if done:
        return redirect(_back_to(submission, form.result.pk))
    submission = _piece(request, pk)
    context = {
        "room": room_of(submission, user=request.user),
        "submission": submission,
        "typed": form.data,
        "refused": _sentence(form),
    }
    return render(request, "assignments/room.html", context, status=409)


@requires(Can.MARK)
def change_comment(request: AuthedRequest, pk: int, comment: int) -> HttpResponse:
    """Change one comment: a page of its own, or what the script sends. If somebody was first, both texts are shown."""
    submission = _piece(request, pk)
    found = _comment(submission, comment)
    listed = comments_of(submission, submission.asked())
    begun = {"body": found.body, "criterion": found.criterion_id, "revision": found.revision}
    form = ChangeCommentForm(
        request.POST or None,
        initial=begun,
        criteria=listed.criteria,
        cancel_url=_back_to(submission, comment),
    )
    theirs = None
    if form.is_valid():
        try:
            form.result = actions.change_comment(found, **form.cleaned_data, by=request.user)
        except Rewritten as refusal:
            theirs = refusal.saved
            form.add_error(None, str(refusal))
        except Refused as refusal:
            if refusal.status == 403:
                raise
            form.add_error(None, str(refusal))
        else:
            if _by_script(request):
                return _listed(submission, found)
            return redirect(_back_to(submission, comment))
    if _by_script(request):
        answer: dict[str, Any] = {"sentence": _sentence(form)}
        if theirs:
            answer |= {"theirs": theirs.body, "revision": theirs.revision}
        return JsonResponse(answer, status=409)
    if theirs:
        form.data = {**request.POST.dict(), "revision": str(theirs.revision)}
    context = {"submission": submission, "comment": found, "form": form, "theirs": theirs}
    context["number"] = listed.number_of(found.pk)
    return render(request, "assignments/comment_change.html", context, status=409 if form.errors else 200)


@requires(Can.MARK)
@require_POST
def remove_comment(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = _piece(request, pk)
    found = _comment(submission, request.POST.get("comment"))
    if refused := _refusal(request, lambda: actions.remove_comment(found, by=request.user)):
        return refused
    if _by_script(request):
        return _listed(submission, removed=found.pk)
    messages.info(request, "The comment is taken away.")
    return redirect(_back_to(submission))


@requires(Can.MARK)
@require_POST
def put_back_comment(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = _piece(request, pk)
    found = _comment(submission, request.POST.get("comment"))
    if refused := _refusal(request, lambda: actions.put_back_comment(found, by=request.user)):
        return refused
    return _listed(submission, found) if _by_script(request) else redirect(_back_to(submission, found.pk))


@requires(Can.MARK)
@require_POST
def keep_comment(request: AuthedRequest, pk: int) -> HttpResponse:
    """Keep a comment of this piece in one's own bank, with one click."""
    submission = _piece(request, pk)
    found = _comment(submission, request.POST.get("comment"))
    number = found.criterion.number if found.criterion else ""
    kept = actions.keep_in_bank(body=found.body, criterion_number=number, by=request.user)
    if _by_script(request):
        return JsonResponse({"label": kept.label})
    messages.success(request, f"Kept in your comment bank: {kept.label}")
    return redirect(_back_to(submission, found.pk))


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def comments(request: AuthedRequest, pk: int) -> HttpResponse:
    """The work with its comments drawn into it. The learner has it once the outcome is released, staff once it is signed."""
    seen = Submission.objects.visible_to(request.user).filter(
        Q(released_at__isnull=False) | (Q(state__in=MARKED) & ~Q(enrolment__learner=request.user))
    )
    submission = get_object_or_404(
        seen.select_related("enrolment", "assignment", "document__reading", "wording", "marked_by"), pk=pk
    )
    context = {
        "submission": submission,
        "own": submission.enrolment.learner_id == request.user.pk,
        "text": reading.shown(submission.document) if hasattr(submission.document, "reading") else "",
        "comments": comments_of(submission, submission.asked()),
    }
    return render(request, "assignments/comments.html", context)
