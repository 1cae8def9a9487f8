"""Files leave only through here: asked who wants them, as an attachment, never sniffed.

Pictures may be shown, and a PDF in the viewer of the browser if that is asked for.
"""

import io
from typing import Any, cast

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import anonymity, bundles, documents, policy
from assignments.models import Document, Draft, Evidence, Figure, Submission, veil_for
from core.lifecycle import record
from core.refusals import WrongState

_SHOWN = ("image/png", "image/jpeg", "image/gif")


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def document(request: AuthedRequest, pk: int) -> HttpResponse:
    """The file as it arrived, under the name the awarding organisation wants once the learner is registered."""
    found = get_object_or_404(
        Document.objects.select_related(
            "submission__enrolment__learner",
            "submission__enrolment__cohort",
            "submission__enrolment__registration",
            "submission__enrolment__application",
            "submission__assignment__version__qualification__organisation",
        ),
        pk=pk,
    )
    _check(request, found)
    if not (found.file and found.is_ready):
        raise Http404
    veil_for(request.user, [found.submission])
    if found.submission.is_veiled and found.kind == "portfolio":
        raise WrongState(policy.bundle_tells_no_name(found.submission))
    note_copy(request, found.submission, found.name, found.sha256)
    if found.kind == "portfolio":
        return sent(found.file, name=name_of(found, ".json"), mime="application/json")
    kind = documents.Kind(found.kind)
    veiled = found.submission.is_veiled and _without_authors(found)
    response = sent(veiled or found.file, name=name_of(found, kind.suffix), mime=kind.mime)
    if kind == documents.Kind.PDF and request.GET.get("view") == "1":
        _in_a_viewer(response)
    return response


def _without_authors(found: Document) -> io.BytesIO | None:
    with found.file.open("rb") as original:
        return documents.without_authors(original)


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def figure(request: AuthedRequest, pk: int, number: int) -> HttpResponse:
    """A picture of a document, inside its reading view."""
    found = get_object_or_404(
        Figure.objects.select_related("document__submission__enrolment"), document=pk, number=number
    )
    _check(request, found.document)
    return sent(found.file, name=f"figure-{number}", mime=found.mime)


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def evidence(request: AuthedRequest, pk: int) -> HttpResponse:
    """A file of a portfolio: the learner's own, or one that was handed in to somebody who may read it."""
    found = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    if found.enrolment.learner_id != request.user.pk:
        if not found.submissions.filter(pk__in=Submission.objects.visible_to(request.user)).exists():
            raise Http404
        note_copy(request, found, found.name, found.sha256)
    return sent(found.file, name=_plain_name(request, found), mime=found.mime)


def _plain_name(request: AuthedRequest, found: Evidence) -> str:
    """The learner's own name for the file, unless it went in with a piece that this reader judges by its code."""
    handed_in = list(found.submissions.select_related("enrolment__learner", "enrolment__cohort", "assignment"))
    veil_for(request.user, handed_in)
    covered = next((one for one in handed_in if one.is_veiled), None)
    return anonymity.file_name(covered, found.name) if covered else found.name


def _check(request: AuthedRequest, found: Document) -> None:
    """Others than the learner see the document of a handed-in attempt and drafts for comment, not those replaced."""
    if Draft.objects.visible_to(request.user).filter(document=found.pk).exists():
        return
    visible = Submission.objects.visible_to(request.user).filter(pk=found.submission_id)
    if found.submission.enrolment.learner_id != request.user.pk:
        visible = visible.filter(document=found.pk)
    if not visible.exists():
        raise Http404


@transaction.atomic
def note_copy(request: AuthedRequest, subject: Any, name: str, sha256: str) -> None:
    """That somebody else took a copy is part of the history."""
    owner = subject.enrolment.learner_id
    if owner != request.user.pk:
        record(subject, "download", by=request.user, name=name, sha256=sha256)


def name_of(found: Document, suffix: str) -> str:
    """The awarding organisation's pattern if all its parts are known, else the name the learner gave."""
    submission = found.submission
    if submission.is_veiled:
        return anonymity.file_name(submission, suffix)
    registration = getattr(submission.enrolment, "registration", None)
    centre = submission.assignment.version.qualification.organisation.centre_number
    codes = [unit.product_code for unit in submission.assignment.units.all() if unit.product_code]
    if registration is None or not centre or not codes:
        return found.name if found.name.lower().endswith(suffix) else f"{found.name}{suffix}"
    first, last = bundles.legal_name(submission.enrolment)
    return policy.file_name(
        initial=first[:1],
        surname=last,
        number=registration.number,
        centre=centre,
        units=[codes[0], *(code.rpartition("-")[2] for code in codes[1:])],
        attempt=submission.attempt,
        suffix=suffix,
    )


def _in_a_viewer(response: HttpResponse) -> None:
    """Let the browser show a PDF in its own viewer, which does not run in a sandbox. The viewer runs nothing of ours."""
    response["Content-Disposition"] = response["Content-Disposition"].replace("attachment", "inline", 1)
    response["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )


def leaving(name: str) -> str:
    """A file's name as it may stand in a header: without a path, and nothing that breaks a line or turns text about."""
    flat = name.replace("/", "-").replace("\\", "-")
    return "".join(one for one in flat if one.isprintable()).strip(" .") or "file"


def sent(file: Any, *, name: str, mime: str) -> HttpResponse:
    shown = mime in _SHOWN
    content = file if isinstance(file, io.BytesIO) else file.open("rb")
    response = FileResponse(content, as_attachment=not shown, filename=leaving(name), content_type=mime)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return cast(HttpResponse, response)
