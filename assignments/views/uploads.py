"""Files that arrive in pieces, asked and answered by a script, and how far a worker has got with one."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions
from assignments.actions.uploads import WrongOffset
from assignments.models import Submission, Upload
from assignments.uploads import LARGEST_PIECE, PIECE
from assignments.views.reading import step_of
from core.refusals import Refused
from enrolment.models import Enrolment

_PLAIN = "text/plain; charset=utf-8"


@require_POST
@requires(Can.SUBMIT_WORK)
def begin_essay_upload(request: AuthedRequest, pk: int) -> HttpResponse:
    """Begin to send the file of an essay, or go on: the answer says at which byte."""
    own = Submission.objects.visible_to(request.user).select_related("enrolment", "assignment")
    found = get_object_or_404(own, pk=pk, enrolment__learner=request.user)
    return _begin(request, found, limit=settings.UPLOAD_LIMIT)


@require_POST
@requires(Can.SUBMIT_WORK)
def begin_evidence_upload(request: AuthedRequest, pk: int) -> HttpResponse:
    """Begin to send a file of a portfolio, or go on."""
    found = get_object_or_404(Enrolment.objects.of_learner(request.user), pk=pk)
    return _begin(request, found, limit=settings.EVIDENCE_LIMIT)


def _begin(request: AuthedRequest, target: Submission | Enrolment, *, limit: int) -> HttpResponse:
    try:
        size, modified = (int(request.POST.get(name, "")) for name in ("size", "modified"))
        name = request.POST["name"]
        if size.bit_length() > 62 or modified.bit_length() > 62:
            raise ValueError
    except (KeyError, ValueError):
        return _said("This browser did not say which file it sends. Choose the file again.")
    try:
        upload = actions.begin_upload(target, name=name, size=size, modified=modified, limit=limit, by=request.user)
    except Refused as refusal:
        return _said(str(refusal), refusal.status)
    return JsonResponse(_told(upload))


@requires(Can.SUBMIT_WORK)
def upload(request: AuthedRequest, pk: int) -> HttpResponse:
    """How much of a file has arrived."""
    return JsonResponse(_told(get_object_or_404(Upload.objects.visible_to(request.user), pk=pk)))


@require_POST
@requires(Can.SUBMIT_WORK)
def receive_piece(request: AuthedRequest, pk: int) -> HttpResponse:
    """The next piece, as the plain body of the request; `Upload-Offset` says where it belongs."""
    found = get_object_or_404(Upload.objects.visible_to(request.user), pk=pk)
    stated, offset = request.headers.get("Content-Length", ""), request.headers.get("Upload-Offset", "")
    if not (stated.isdecimal() and offset.isdecimal() and 0 < int(stated) <= LARGEST_PIECE):
        return _said("A piece of a file says its length and its place, and has at most 4 MB.")
    try:
        content = request.body
    except OSError:  # the line broke; nobody will read this
        content = b""
    if len(content) != int(stated):
        return _said("This piece did not arrive whole.")
    try:
        found = actions.receive_piece(found, offset=int(offset), content=content, by=request.user)
    except WrongOffset as wrong:
        return JsonResponse({"offset": wrong.offset}, status=409)
    except Refused as refusal:
        return _said(str(refusal), refusal.status)
    return JsonResponse(_told(found))


def _told(one: Upload) -> dict[str, Any]:
    return {
        "upload": one.pk,
        "offset": one.received,
        "size": one.size,
        "piece": PIECE,
        "complete": not one.is_open,
        "url": reverse("assignments:receive_piece", args=[one.pk]),
    }


def _said(sentence: str, status: int = 409) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type=_PLAIN)


@requires(Can.SUBMIT_WORK)
def progress(request: AuthedRequest, pk: int) -> HttpResponse:
    """How far the file that was added last has got; asked again and again by the page, so mostly answered with 304."""
    own = Submission.objects.visible_to(request.user)
    found = get_object_or_404(own, pk=pk, enrolment__learner=request.user)
    newest = found.documents.order_by("-pk").first()
    context = {"submission": found, "arriving": newest, "step": step_of(newest) if newest else None}
    html = render_to_string("assignments/part_progress.html", context)
    etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:16]}"'
    answer = get_conditional_response(request, etag=etag, response=HttpResponse(html, headers={"ETag": etag}))
    assert answer is not None  # noqa: S101 - it is the one that was given
    return answer
