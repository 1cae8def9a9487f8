"""A portfolio as one file: ask for it, see how far it is, download it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, bundles, policy
from assignments.forms.bundles import AskBundleForm
from assignments.models import Bundle, BundleKind, Submission
from assignments.views.files import name_of, note_copy, sent
from enrolment.models import Enrolment

_NAMED = (
    "enrolment__learner",
    "enrolment__application",
    "enrolment__registration",
    "assignment__version__qualification__organisation",
    "document",
)
_HOLDS = {
    "pdf": (
        "One PDF to read",
        "A cover, contents with links, every client, session and reflection, and the evidence: files up to 25 MB lie "
        "inside it, 100 MB in all. It is tagged, so a screen reader reads it in order.",
    ),
    "zip": (
        "One ZIP to keep",
        "The same PDF, a page that opens in any browser, every file of evidence whatever its size, and a list of "
        "fingerprints with which anybody can check that nothing was changed.",
    ),
}
_MIME = {"pdf": "application/pdf", "zip": "application/zip"}


@requires(Can.SUBMIT_WORK)
def portfolio_bundle(request: AuthedRequest, pk: int) -> HttpResponse:
    """The growing portfolio, as it stands."""
    mine = Enrolment.objects.of_learner(request.user).select_related("learner", "cohort__version")
    return _page(request, get_object_or_404(mine, pk=pk), None)


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def bundle(request: AuthedRequest, pk: int) -> HttpResponse:
    """A portfolio that was handed in, as it was frozen."""
    theirs = Submission.objects.handed_in().visible_to(request.user).filter(assignment__kind="portfolio")
    found = get_object_or_404(theirs.select_related(*_NAMED), pk=pk)
    return _page(request, found.enrolment, found)


def _page(request: AuthedRequest, enrolment: Enrolment, submission: Submission | None) -> HttpResponse:
    form = AskBundleForm(request.POST or None)
    withheld = policy.bundle_tells_no_name(submission) if submission else ""
    if form.is_valid() and form.attempts(actions.ask_bundle, enrolment, submission=submission, by=request.user):
        return redirect(request.path)
    for sentences in form.errors.values():
        messages.error(request, " ".join(map(str, sentences)))
    offers = [] if withheld else _offers(request, enrolment, submission)
    context = {
        "withheld": withheld,
        "enrolment": enrolment,
        "submission": submission,
        "own": enrolment.learner_id == request.user.pk,
        "offers": offers,
        "under_way": any(one["bundle"] and one["bundle"].is_unfinished for one in offers),
    }
    polled = request.headers.get("X-Requested-With") == "poll"
    response = render(request, "assignments/part_bundles.html" if polled else "assignments/bundle.html", context)
    patch_vary_headers(response, ["X-Requested-With"])
    return response


def _offers(request: AuthedRequest, enrolment: Enrolment, submission: Submission | None) -> list[dict[str, Any]]:
    """For each kind the job under way or else the newest, and what may be done."""
    newest: dict[str, Bundle] = {}
    for one in Bundle.objects.visible_to(request.user).of(enrolment, submission).order_by("asked_at", "pk"):
        newest[one.kind] = one
    return [
        {
            "kind": kind.value,
            "title": _HOLDS[kind][0],
            "holds": _HOLDS[kind][1],
            "bundle": newest.get(kind),
            "may_ask": _may_ask(newest.get(kind), submission),
        }
        for kind in BundleKind
    ]


def _may_ask(newest: Bundle | None, submission: Submission | None) -> bool:
    """What is under way is waited for, and of a frozen attempt one file is enough."""
    return newest is None or not (newest.is_unfinished or (newest.is_ready and submission))


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def bundle_file(request: AuthedRequest, pk: int) -> HttpResponse:
    """The file itself, under the awarding organisation's name if all its parts are known."""
    named = [f"submission__{one}" for one in _NAMED]
    ready = Bundle.objects.ready().visible_to(request.user)
    found = get_object_or_404(ready.select_related("enrolment__learner", "enrolment__application", *named), pk=pk)
    if found.submission and Submission.objects.visible_to(request.user).get(pk=found.submission.pk).is_veiled:
        raise Http404
    if not found.file.storage.exists(str(found.file.name)):
        raise Http404
    name = _name(found)
    note_copy(request, found, name, found.sha256)
    return sent(found.file, name=name, mime=_MIME[found.kind])


def _name(found: Bundle) -> str:
    submission = found.submission
    if submission and submission.document:
        submission.document.submission = submission
        return name_of(submission.document, f".{found.kind}")
    first, last = bundles.legal_name(found.enrolment)
    return f"Portfolio of {first} {last}, {found.done_at:%Y-%m-%d}.{found.kind}"
