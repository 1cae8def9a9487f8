"""Writing an essay in the browser: the page, its saves, its versions, two texts side by side."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.safestring import SafeString

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, documents, policy, writing
from assignments.actions.writing import CLASH, measure
from assignments.forms.writing import RestoreForm, WriteForm
from assignments.models import Submission, VersionCause, Writing, WritingVersion
from core import clock
from core.lists import listing
from core.refusals import WrongState
from programmes.models import AssignmentKind


def _own(request: AuthedRequest, pk: int) -> Submission:
    """The learner's own essay, whatever its state, with its text."""
    mine = Submission.objects.visible_to(request.user).filter(
        enrolment__learner=request.user, assignment__kind=AssignmentKind.ESSAY
    )
    related = "enrolment__learner", "enrolment__cohort", "assignment", "document", "writing"
    return get_object_or_404(mine.select_related(*related), pk=pk)


def _text(found: Submission) -> Writing:
    """The text as it stands; an empty one, without a row, before the first save."""
    return getattr(found, "writing", None) or Writing(submission=found)


def _version(found: Submission, number: int) -> WritingVersion:
    return get_object_or_404(WritingVersion, writing__submission=found, number=number)


def _rendered(body: str) -> SafeString:
    """The text as its reader sees it. The reader of documents makes it safe; what it cannot read is shown as typed."""
    try:
        return SafeString(documents.read(body.encode(), documents.Kind.WRITTEN).html)
    except documents.Unacceptable:
        return SafeString(linebreaks(body, autoescape=True))


def _criteria(found: Submission) -> list[tuple[str, str]]:
    criteria = list(found.criteria())
    numbers = policy.numbers_of(criteria)
    return [(number, one.title) for number, one in zip(numbers, criteria, strict=True)]


def _length(found: Submission, words: int) -> dict[str, Any]:
    least, most = found.assignment.words_min, found.assignment.words_max
    if not (least and most):
        return {"least": 0, "most": 0, "word": ""}
    word = "fewer than the range" if words < least else "more than the range" if words > most else "inside the range"
    return {"least": least, "most": most, "word": word}


# ---- the page


@requires(Can.SUBMIT_WORK)
def write(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _own(request, pk)
    if not found.is_draft:
        return redirect(found)
    return _page(request, found)


def _page(request: AuthedRequest, found: Submission, form: WriteForm | None = None) -> HttpResponse:
    text = _text(found)
    body = text.body if form is None else writing.tidied(form.data.get("body", ""))
    counted = measure(body)
    last = text.versions.order_by("-number").first() if text.pk else None
    context = {
        "submission": found,
        "text": text,
        "body": body,
        "form": form,
        "words": counted.words,
        "length": _length(found, counted.words),
        "criteria": writing.by_criterion(counted.outline, _criteria(found)),
        "used": text.pk and text.is_in(found.document),
        "beside": last if last and last.cause == VersionCause.OTHER_PAGE else None,
        "now": clock.now(),
        "closed": policy.enrolment_is_active(found, request.user),
    }
    return render(request, "assignments/write.html", context, status=409 if form and form.errors else 200)


@requires(Can.SUBMIT_WORK)
def save_writing(request: AuthedRequest, pk: int) -> HttpResponse:
    """Keep the text: for the script as figures, for a form without it as the page again."""
    found = _own(request, pk)
    if request.method != "POST":
        # Somebody signed in again: the browser asks for the address to which the text was sent.
        return redirect("assignments:write", pk)
    form = WriteForm(request.POST)
    done = form.is_valid() and form.attempts(actions.save_writing, found, by=request.user)
    if request.headers.get("X-Requested-With") == "autosave":
        return _answer(found, form, done=done)
    if not done:
        return _page(request, found, form) if found.is_draft else redirect(found)
    if beside := form.result.beside:
        messages.warning(request, CLASH)
        return redirect("assignments:compare_writing", pk, beside.number)
    if "use" in request.POST:
        return _used(request, found)
    return redirect("assignments:read_writing" if "read" in request.POST else "assignments:write", pk)


def _answer(found: Submission, form: WriteForm, *, done: bool) -> HttpResponse:
    if not done:
        said = " ".join(str(one) for several in form.errors.values() for one in several)
        return HttpResponse(said, status=409, content_type="text/plain; charset=utf-8")
    text, beside = form.result.writing, form.result.beside
    if beside is not None:
        url = reverse("assignments:compare_writing", args=[found.pk, beside.number])
        return JsonResponse({"sentence": CLASH, "url": url}, status=409)
    counted = measure(text.body)
    sections = writing.by_criterion(counted.outline, _criteria(found))
    return JsonResponse(
        {
            "revision": text.revision,
            "words": counted.words,
            "range": _length(found, counted.words)["word"],
            "saved": f"{timezone.localtime(text.saved_at):%H:%M:%S}",
            "sections": [{name: one[name] for name in ("number", "words", "begun")} for one in sections],
        }
    )


@requires(Can.SUBMIT_WORK)
def read_writing(request: AuthedRequest, pk: int) -> HttpResponse:
    """The text as the tutor will read it."""
    found = _own(request, pk)
    text = _text(found)
    context = {"submission": found, "text": text, "shown": _rendered(text.body) if text.body.strip() else ""}
    return render(request, "assignments/write_read.html", context)


@requires(Can.SUBMIT_WORK)
def use_writing(request: AuthedRequest, pk: int) -> HttpResponse:
    found = _own(request, pk)
    return _used(request, found) if request.method == "POST" else redirect("assignments:write", pk)


def _used(request: AuthedRequest, found: Submission) -> HttpResponse:
    document = actions.use_writing(found, by=request.user)
    messages.success(request, f"Your text is in and counts {document.words or 0:,} words. Nothing is handed in yet.")
    return redirect(found)


# ---- versions


@requires(Can.SUBMIT_WORK)
def writing_versions(request: AuthedRequest, pk: int) -> HttpResponse:
    """The history of the text, newest first."""
    found = _own(request, pk)
    rows = WritingVersion.objects.filter(writing__submission=found).defer("body")
    shown = listing(request, rows, noun="version", orders={"new": ("Newest first", ("-number",))})
    return render(
        request, "assignments/write_versions.html", {"submission": found, "text": _text(found), "listing": shown}
    )


@requires(Can.SUBMIT_WORK)
def writing_version(request: AuthedRequest, pk: int, number: int) -> HttpResponse:
    found = _own(request, pk)
    version = _version(found, number)
    context = {
        "submission": found,
        "text": _text(found),
        "version": version,
        "shown": _rendered(version.body),
        "is_present": version.body == _text(found).body,
    }
    return render(request, "assignments/write_version.html", context)


@requires(Can.SUBMIT_WORK)
def compare_writing(request: AuthedRequest, pk: int, number: int) -> HttpResponse:
    """The text as it stands beside a version, and a third text to make of both."""
    found = _own(request, pk)
    version, text = _version(found, number), _text(found)
    rows = writing.compared(text.body, version.body)
    context = {
        "submission": found,
        "text": text,
        "version": version,
        "rows": rows,
        "differs": sum(row.kind != "same" for row in rows),
        "merged": writing.merged(rows),
        "change": writing.change(text.body, version.body),
    }
    return render(request, "assignments/write_compare.html", context)


@requires(Can.SUBMIT_WORK)
def restore_writing(request: AuthedRequest, pk: int, number: int) -> HttpResponse:
    """A version becomes the text again."""
    found = _own(request, pk)
    version = _version(found, number)
    if request.method != "POST":
        return redirect("assignments:writing_version", pk, number)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        raise WrongState("The page was not complete when you pressed the button. Load it again, then choose.")
    text = actions.restore_writing(found, number=version.number, by=request.user, **form.cleaned_data)
    messages.success(request, f"Version {number} is your text again, {text.words:,} words. The one before is kept.")
    return redirect("assignments:write", pk)
