"""One sample: what the verifier reads, and what verifier and tutor do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments.declarations import AI_USES
from assignments.models import Outcome, Submission
from assignments.views.signing import proposed_date
from core.lifecycle import choices
from verification import actions, policy
from verification.forms import AgreeForm, AnswerForm, OverturnForm, SendBackForm
from verification.models import Sample
from verification.states import SAMPLE_TRANSITIONS, SampleState

# What a verifier asks of a piece, in the order of the field's own list (valid, authentic, current, sufficient, reliable).
ASKED = (
    ("Valid", "The work answers the criteria it is marked against."),
    ("Authentic", "The declarations are signed, and the tutor is satisfied that the work is the learner’s own."),
    ("Current", "It was written for this programme and this attempt."),
    ("Sufficient", "Each pass has enough behind it, each referral an action that can be done."),
    ("Reliable", "Another tutor would decide the same, and the feedback helps the learner on."),
)


def _seen(user: User) -> QuerySet[Sample]:
    return Sample.objects.visible_to(user).select_related(
        "submission__enrolment__learner",
        "submission__enrolment__cohort",
        "submission__assignment__version",
        "submission__document",
        "submission__declaration__copied_by",
        "submission__submitted_by",
        "submission__wording",
        "submission__marked_by",
        "submission__second_marking",
        "marked_by",
        "selected_by",
        "verified_by",
        "answered_by",
    )


def _context(request: AuthedRequest, sample: Sample) -> dict[str, Any]:
    submission = sample.submission
    order = "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position"
    decisions = submission.worded(submission.decisions.select_related("criterion__outcome__unit").order_by(*order))
    samples = list(
        Sample.objects.filter(submission__enrolment=submission.enrolment_id)
        .select_related("submission__assignment", "verified_by", "answered_by")
        .order_by("submission__assignment__position", "round")
    )
    earlier: list[Submission] = []
    if submission.attempt > 1:
        before = Submission.objects.filter(enrolment=submission.enrolment_id, assignment=submission.assignment_id)
        earlier = list(before.handed_in().filter(pk__lt=submission.pk).in_order())
    return {
        "sample": sample,
        "submission": submission,
        "decisions": decisions,
        "marking": submission.markings.last(),
        "rounds": [one for one in samples if one.submission_id == submission.pk and one.pk != sample.pk],
        "others": [one for one in samples if one.submission_id != submission.pk],
        "earlier": earlier,
        "ai_use": dict(AI_USES).get(submission.declaration.ai_use, ""),
        "asked": ASKED,
        "release": policy.how_it_is_released(submission.enrolment.cohort.release_rule),
    }


@requires(Can.SEE_VERIFICATION, Can.MARK)
def sample(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everything the verifier judges by, and the way to decide."""
    found = get_object_or_404(_seen(request.user), pk=pk)
    offered = choices(found, request.user, SAMPLE_TRANSITIONS)
    may_agree = any(one.verb == "agree" and not one.blocked for one in offered)
    agree_form = None
    if may_agree:
        agree_form = AgreeForm()
        agree_form.form_action = reverse("verification:agree", args=[pk])
    others = [one for one in offered if one.verb != "agree" or one.blocked]
    shown = _context(request, found)
    passes = shown["marking"] is not None and shown["marking"].outcome == Outcome.PASS
    context = {
        **shown,
        "choices": others,
        "agree_form": agree_form,
        "can_overturn": any(one.verb == "answer" and not one.blocked for one in offered) and passes,
        "queue_url": "verification:queue" if request.user.can(Can.SEE_VERIFICATION) else "assignments:desk",
        "queue_label": "Verification" if request.user.can(Can.SEE_VERIFICATION) else "Marking",
    }
    return render(request, "verification/sample.html", context)


@requires(Can.VERIFY)
def agree(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request.user), pk=pk)
    was_signed = found.submission.is_signed
    form = AgreeForm(request.POST if request.method == "POST" else None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.agree, found, by=request.user):
        told = " The result is released." if was_signed and found.submission.is_released else ""
        messages.success(request, f"Agreed: {found.submission.assignment.title.lower()} of {_learner(found)}.{told}")
        return redirect(_onwards(found, request.user))
    if form.errors and _agreed_just_so(request, found):
        return redirect(found)
    return _act(request, found, form, title="Agree with the marking")


def _agreed_just_so(request: AuthedRequest, found: Sample) -> bool:
    """Whether this is a second click: the same verifier has agreed in the same words with the first."""
    words = request.POST.get("comment", "").strip()
    same = Sample.objects.filter(pk=found.pk, state=SampleState.AGREED, verified_by=request.user, comment=words)
    if not same.exists():
        return False
    messages.info(request, "You have agreed already. Nothing was done a second time.")
    return True


@requires(Can.VERIFY)
def send_back(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request.user), pk=pk)
    form = SendBackForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.send_back, found, by=request.user):
        messages.success(request, f"Sent back. {found.marked_by} has been told and answers by the day you set.")
        return redirect(_onwards(found, request.user))
    return _act(request, found, form, title=f"Send back to {found.marked_by}")


@requires(Can.MARK)
def answer(request: AuthedRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(request.user), pk=pk)
    form = AnswerForm(request.POST or None, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.answer, found, by=request.user):
        messages.success(request, f"Answered. {found.verified_by} has been told and looks at it again.")
        return redirect(found)
    return _act(request, found, form, title=f"Answer {found.verified_by}")


@requires(Can.MARK)
def overturn(request: AuthedRequest, pk: int) -> HttpResponse:
    """The tutor agrees that the marking was wrong: the pass becomes a referral."""
    found = get_object_or_404(_seen(request.user), pk=pk)
    proposed, hint = proposed_date(found.submission)
    form = OverturnForm(
        request.POST or None,
        submission=found.submission,
        initial={"resubmit_by": proposed},
        cancel_url=found.get_absolute_url(),
    )
    form.fields["resubmit_by"].help_text = hint
    if form.is_valid() and form.attempts(actions.overturn, found, by=request.user):
        released = f"{_learner(found)} has been told; the next attempt is open."
        kept = "It is not released yet, so the verifier looks at it again and the learner has heard of neither."
        then = released if found.submission.is_released else kept
        messages.success(request, f"The pass is now a referral. {then}")
        return redirect(found)
    context = {"sample": found, "submission": found.submission, "form": form}
    return render(request, "verification/overturn.html", context, status=409 if form.errors else 200)


def _learner(found: Sample) -> str:
    return str(found.submission.enrolment.learner)


def _act(request: AuthedRequest, found: Sample, form: Any, *, title: str) -> HttpResponse:
    context = {"sample": found, "submission": found.submission, "form": form, "title": title}
    return render(request, "verification/act.html", context, status=409 if form.errors else 200)


def _onwards(found: Sample, user: User) -> str:
    """The learner's next open sample that this person did not mark, else the queue."""
    still = Sample.objects.filter(
        submission__enrolment=found.submission.enrolment_id, state=SampleState.SELECTED
    ).exclude(marked_by=user)
    following = still.first()
    return following.get_absolute_url() if following else reverse("verification:queue")
