"""Drafts for comment: the learner sends one, tutors find it and comment, both read it afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, deadlines, writing
from assignments.actions import drafts as acts
from assignments.forms.writing import CommentForm, SendDraftForm
from assignments.models import Draft, Submission
from assignments.states import WITHDRAW_DRAFT
from assignments.views.reading import shown
from core import clock
from core.lists import Filter, chosen, listing
from programmes.models import AssignmentKind

_WHICH = (("commented", "Commented"),)
_DRAWN = ("submission__enrolment__learner", "submission__enrolment__cohort", "submission__assignment", "document")


def part_of(found: Submission) -> dict[str, Any]:
    """What the page of preparing an essay says of its text and of its drafts: two statements."""
    if found.assignment.kind != AssignmentKind.ESSAY:
        return {}
    text = getattr(found, "writing", None)
    mine = Draft.objects.filter(submission__enrolment=found.enrolment_id, submission__assignment=found.assignment_id)
    rows = list(mine.select_related("document", "submission", "opened_by", "commented_by").order_by("sent_at"))
    waiting = any(one.is_sent and one.submission_id == found.pk for one in rows)
    sent = sum(not one.is_withdrawn for one in rows)
    return {
        "writing": text,
        "writing_is_used": text is not None and text.is_in(found.document),
        "drafts": rows,
        "draft_problem": writing.draft_problem(found, found.enrolment.learner, sent=sent, waiting=waiting),
        "drafts_left": max(0, found.assignment.drafts - sent),
    }


def waited(draft: Draft, today: dt.date) -> int:
    """Working days from the sending to the comments, or until today."""
    end = timezone.localdate(draft.commented_at) if draft.commented_at else today
    return deadlines.working_days_between(timezone.localdate(draft.sent_at), end, deadlines.BANK_HOLIDAYS)


# ---- the learner


def _sources(found: Submission) -> list[tuple[str, str]]:
    """What there is to send, the newer first."""
    text, document = getattr(found, "writing", None), found.document
    sources = []
    if text is not None and text.body.strip() and not text.is_in(document):
        sources.append((acts.TEXT, f"The text you write here, {text.words:,} words, as it stands now"))
    if document is not None:
        words = f", {document.words:,} words" if document.words is not None else ""
        sources.append((acts.FILE, f"{document.name}{words}"))
    return sources


@requires(Can.SUBMIT_WORK)
def send_draft(request: AuthedRequest, pk: int) -> HttpResponse:
    """Look at what is sent, ask something, send it."""
    mine = Submission.objects.visible_to(request.user).filter(enrolment__learner=request.user)
    related = "enrolment__learner", "enrolment__cohort", "assignment", "document", "writing"
    found = get_object_or_404(mine.filter(assignment__kind=AssignmentKind.ESSAY).select_related(*related), pk=pk)
    sources = _sources(found)
    form = SendDraftForm(request.POST or None, sources=sources, cancel_url=found.get_absolute_url())
    if request.method == "POST" and form.is_valid() and form.attempts(actions.send_draft, found, by=request.user):
        messages.success(request, "Your draft is with your tutor. You get an e-mail when there are comments.")
        return redirect(found)
    part = part_of(found)
    blocked = part["draft_problem"] or (
        "" if sources else "Add a file or write your essay first, then you can send it."
    )
    context = {"submission": found, "form": form, "blocked": blocked, **part}
    return render(request, "assignments/draft_send.html", context)


@requires(Can.SUBMIT_WORK)
def withdraw_draft(request: AuthedRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(_seen(request).filter(submission__enrolment__learner=request.user), pk=pk)
    if request.method != "POST":
        return redirect("assignments:draft", pk)
    actions.withdraw_draft(draft, by=request.user)
    messages.success(request, "Your draft is yours again. It does not count, so you can send one later.")
    return redirect(draft.submission)


# ---- both sides


def _seen(request: AuthedRequest) -> Any:
    return Draft.objects.visible_to(request.user).select_related(
        *_DRAWN, "document__reading", "opened_by", "commented_by"
    )


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def draft(request: AuthedRequest, pk: int) -> HttpResponse:
    """The draft as it was sent, with its comments; for a tutor of the cohort, the place to write them."""
    found = get_object_or_404(_seen(request), pk=pk)
    return _page(request, found)


def _page(request: AuthedRequest, found: Draft, form: CommentForm | None = None) -> HttpResponse:
    own = found.submission.enrolment.learner_id == request.user.pk
    may_comment = not own and found.is_sent and request.user.can(Can.COMMENT_ON_DRAFTS)
    blocked = ""
    if may_comment:
        guards = (writing.draft_is_of_another, writing.tutors_the_cohort, writing.draft_is_free)
        blocked = next((sentence for guard in guards if (sentence := guard(found, request.user))), "")
    if may_comment and not blocked and form is None:
        form = CommentForm(initial={"comments": found.comments, "revision": found.revision})
    context = {
        "draft": found,
        "submission": found.submission,
        "own": own,
        "reading": shown(found.document),
        "outline": found.document.reading.outline,
        "form": form,
        "blocked": blocked,
        "waited": waited(found, clock.today()),
        "take_back": own and found.is_sent and not WITHDRAW_DRAFT.refusal(found, request.user),
    }
    return render(request, "assignments/draft_read.html", context)


# ---- the tutor


@requires(Can.COMMENT_ON_DRAFTS)
def drafts(request: AuthedRequest) -> HttpResponse:
    """The drafts of this tutor's cohorts: those that wait, the oldest first; or those that were answered."""
    today = clock.today()
    which: Filter = chosen(request, "state", "Which", _WHICH, every="Waiting for comment")
    rows = Draft.objects.of_cohorts_of(request.user, today).select_related(*_DRAWN, "opened_by", "commented_by")
    rows = rows.filter(state="commented") if which.value else rows.waiting()
    found = listing(
        request,
        rows.with_shown_learner(request.user),
        noun="draft",
        orders={
            "sent": ("Oldest first", ("sent_at",)),
            "learner": ("By learner", ("shown_learner", "sent_at")),
        },
        find=("shown_learner", "submission__enrolment__cohort__code"),
        also=rows.by_code,
        filters=[which],
    )
    for one in found.page:
        one.waited = waited(one, today)
    return render(request, "assignments/draft_list.html", {"listing": found, "answered": bool(which.value)})


@requires(Can.COMMENT_ON_DRAFTS)
def save_comments(request: AuthedRequest, pk: int) -> HttpResponse:
    """Keep the comments while they are typed; asked by the script only."""
    found = get_object_or_404(_seen(request).exclude(submission__enrolment__learner=request.user), pk=pk)
    if request.method != "POST":
        return redirect("assignments:draft", pk)
    form = CommentForm(request.POST)
    form.fields["comments"].required = False
    if not (form.is_valid() and form.attempts(actions.save_comments, found, by=request.user)):
        said = " ".join(str(one) for several in form.errors.values() for one in several)
        return HttpResponse(said, status=409, content_type="text/plain; charset=utf-8")
    return JsonResponse({"revision": form.result.revision})


@requires(Can.COMMENT_ON_DRAFTS)
def comment_on_draft(request: AuthedRequest, pk: int) -> HttpResponse:
    """Send the comments to the learner."""
    found = get_object_or_404(_seen(request).exclude(submission__enrolment__learner=request.user), pk=pk)
    if request.method != "POST":
        return redirect("assignments:draft", pk)
    form = CommentForm(request.POST)
    if form.is_valid() and form.attempts(actions.comment_on_draft, found, by=request.user):
        messages.success(request, f"{found.submission.enrolment.learner} has your comments, here and by e-mail.")
        return redirect("assignments:drafts")
    return _page(request, found, form)
