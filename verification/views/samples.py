"""One sample: what the verifier reads, and what verifier and tutor do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from assignments.models import CriterionDecision, Outcome, Submission
from assignments.views.signing import proposed_date
from core import clock
from core.lifecycle import choices
from core.refusals import Refused
from verification import actions, judging, policy
from verification.forms import AnswerForm, JudgementForm, OverturnForm, PassSampledForm
from verification.models import JudgementDraft, Sample, SampleJudgement
from verification.models.judged import as_decisions, decided, state_of
from verification.states import AGREE, ANSWER, SampleState

# What a verifier asks of a piece, in the order of the field's own list (valid, authentic, current, sufficient, reliable).
ASKED = (
    ("Valid", "The work answers the criteria it is marked against."),
    ("Authentic", "The declarations are signed, and the tutor is satisfied that the work is the learner’s own."),
    ("Current", "It was written for this programme and this attempt."),
    ("Sufficient", "Each pass has enough behind it, each referral an action that can be done."),
    ("Reliable", "Another tutor would decide the same, and the feedback helps the learner on."),
)


def seen(user: User) -> QuerySet[Sample]:
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
        "owner",
        "snapshot",
        "draft__saved_by",
    )


@dataclass(frozen=True)
class Row:
    """One criterion: what was decided, the line of the form if this person judges, and what was judged of it."""

    decision: CriterionDecision
    number: str = ""
    line: dict[str, Any] | None = None
    judged: SampleJudgement | None = None


def _context(sample: Sample) -> dict[str, Any]:
    """What the page shows whoever reads it: the decisions as they were frozen for this round, and what has changed since."""
    submission, frozen = sample.submission, sample.snapshot
    order = "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position"
    decisions = submission.worded(submission.decisions.select_related("criterion__outcome__unit").order_by(*order))
    markings = list(submission.markings.select_related("marked_by"))
    marking, changed = (markings[-1] if markings else None), []
    if frozen:
        changed = judging.changed(frozen.judged, state_of(submission, decisions=decisions, marking=marking))
        decisions = as_decisions(submission, frozen.judged["decisions"])
        signed = (frozen.judged["marking"] or {}).get("marking")
        marking = next((one for one in markings if one.pk == signed), marking)
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
        "marking": marking,
        "frozen": frozen,
        "changed": changed,
        "rounds": [one for one in samples if one.submission_id == submission.pk and one.pk != sample.pk],
        "others": [one for one in samples if one.submission_id != submission.pk],
        "earlier": earlier,
        "ai_use": dict(AI_USES).get(submission.declaration.ai_use, ""),
        "asked": ASKED,
        "release": policy.how_it_is_released(submission.enrolment.cohort.release_rule),
    }


@requires(Can.SEE_VERIFICATION, Can.ANSWER_VERIFIER)
def sample(request: AuthedRequest, pk: int) -> HttpResponse:
    """Everything the verifier judges by, and the way to judge and decide. Whoever marked it reads the judgement here."""
    return page(request, get_object_or_404(seen(request.user), pk=pk))


def page(request: AuthedRequest, found: Sample, form: JudgementForm | None = None) -> HttpResponse:
    """With a `form` that was refused: what was typed stands in it again, beside what somebody else saved meanwhile."""
    user, shown = request.user, _context(found)
    refusal = AGREE.refusal(found, user)
    numbers = judging.numbered(decided(shown["decisions"]))
    draft: JudgementDraft | None = getattr(found, "draft", None)
    offered = choices(found, user, (ANSWER,))
    may_answer = any(not one.blocked for one in offered) and user.can(Can.MARK)
    outcome = shown["marking"].outcome if shown["marking"] else ""
    if refusal is None and form is None:
        form = form_of(found, numbers, user)
    judged = [] if found.is_selected else list(found.judgements.all())
    by_criterion = {one.criterion_id: one for one in judged if one.criterion_id}
    context = {
        **shown,
        "form": form,
        "rows": [
            Row(
                one,
                numbers[one.criterion_id],
                form.line(one.criterion_id) if form else None,
                by_criterion.get(one.criterion_id),
            )
            for one in shown["decisions"]
        ],
        "aspects": [one for one in judged if one.aspect],
        "is_judged": bool(judged),
        "draft": draft,
        "revision": draft.revision if draft else 0,
        "theirs": _theirs(draft, form, numbers),
        "blocked": str(refusal) if type(refusal) is Refused else "",
        "choices": offered,
        "can_overturn": may_answer and found.is_rejection and outcome == Outcome.PASS,
        "can_pass": may_answer and found.is_rejection and outcome == Outcome.REFERRAL,
        "is_overdue": found.is_overdue(clock.today()),
        "may_freeze": refusal is None and bool(shown["changed"]),
        "queue_url": "verification:queue" if user.can(Can.SEE_VERIFICATION) else "assignments:desk",
        "queue_label": "Verification" if user.can(Can.SEE_VERIFICATION) else "Marking",
        "now": clock.now(),
    }
    refused = form is not None and form.is_bound
    return render(request, "verification/sample.html", context, status=409 if refused else 200)


def form_of(
    found: Sample, numbers: Mapping[int, str], user: User, data: Any = None, kind: type[JudgementForm] = JudgementForm
) -> JudgementForm:
    """The judgement as it was kept, or as it was just sent. The tutor who marked it owns an action unless told otherwise."""
    people = actions.owners(found, by=user)
    draft: JudgementDraft | None = getattr(found, "draft", None)
    initial: dict[str, Any] = dict(draft.typed) if draft else {}
    return kind(data, initial=initial, numbers=numbers, people=people)


def _theirs(draft: JudgementDraft | None, form: JudgementForm | None, numbers: Mapping[int, str]) -> list[str]:
    """What another verifier saved while this one typed, in lines; nothing where both are the same."""
    if draft is None or form is None or not form.is_bound or str(draft.revision) == str(form.data.get("revision")):
        return []
    if draft.typed == form.typed:
        return []
    said = judging.read(draft.typed, numbers)
    lines = [
        f"{numbers[pk]}: {'agreed' if one.agrees else 'not agreed'}{f'. {one.note}' if one.note else ''}"
        for pk, one in said.criteria.items()
    ]
    aspects, ratings = dict(judging.Aspect.choices), dict(judging.Rating.choices)
    lines += [
        f"{aspects[name]}: {ratings[one.rating].lower()}{f'. {one.note}' if one.note else ''}"
        for name, one in said.aspects.items()
    ]
    lines += [
        f"{label}: {draft.typed[name]}"
        for name, label in (("comment", "Comment"), ("action", "Action"))
        if draft.typed.get(name)
    ]
    return lines


@requires(Can.ANSWER_VERIFIER)
def answer(request: AuthedRequest, pk: int) -> HttpResponse:
    """What was done. Under a correction a tutor puts the feedback right in the same place."""
    found = get_object_or_404(seen(request.user), pk=pk)
    decisions: list[CriterionDecision] = []
    if found.is_correction and request.user.can(Can.MARK):
        order = "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position"
        rows = found.submission.decisions.select_related("criterion__outcome__unit").order_by(*order)
        decisions = found.submission.worded(rows)
    form = AnswerForm(request.POST or None, decisions=decisions, cancel_url=found.get_absolute_url())
    if found.is_rejection:
        form.fields["answer"].label = "Why the decision stands"
        form.fields[
            "answer"
        ].help_text = "Or go back and change the outcome. The verifier reads it and looks at the piece again."
    if form.is_valid() and form.attempts(actions.answer, found, by=request.user):
        messages.success(request, f"Answered. {found.verified_by} has been told and looks at it again.")
        return redirect(found)
    title = f"Answer {found.verified_by}"
    context = {"sample": found, "submission": found.submission, "form": form, "title": title}
    return render(request, "verification/answer_sample.html", context, status=409 if form.errors else 200)


@requires(Can.MARK)
def overturn(request: AuthedRequest, pk: int) -> HttpResponse:
    """The tutor agrees that the marking was wrong: the pass becomes a referral."""
    found = get_object_or_404(seen(request.user), pk=pk)
    proposed, hint = proposed_date(found.submission)
    form = OverturnForm(
        request.POST or None,
        submission=found.submission,
        initial={"resubmit_by": proposed},
        cancel_url=found.get_absolute_url(),
    )
    form.fields["resubmit_by"].help_text = hint
    if form.is_valid() and form.attempts(actions.overturn, found, by=request.user):
        released = f"{learner_of(found)} has been told; the next attempt is open."
        kept = "It is not released yet, so the verifier looks at it again and the learner has heard of neither."
        then = released if found.submission.is_released else kept
        messages.success(request, f"The pass is now a referral. {then}")
        return redirect(found)
    context = {"sample": found, "submission": found.submission, "form": form}
    return render(request, "verification/overturn.html", context, status=409 if form.errors else 200)


@requires(Can.MARK)
def pass_sampled(request: AuthedRequest, pk: int) -> HttpResponse:
    """The tutor agrees that the referral was wrong: it becomes a pass."""
    found = get_object_or_404(seen(request.user), pk=pk)
    form = PassSampledForm(request.POST or None, submission=found.submission, cancel_url=found.get_absolute_url())
    if form.is_valid() and form.attempts(actions.pass_sampled, found, by=request.user):
        messages.success(
            request, f"The referral is now a pass. {found.verified_by} has been told and looks at it again."
        )
        return redirect(found)
    return act(request, found, form, title="Turn the referral into a pass")


def learner_of(found: Sample) -> str:
    return str(found.submission.enrolment.learner)


def act(request: AuthedRequest, found: Sample, form: Any, *, title: str) -> HttpResponse:
    context = {"sample": found, "submission": found.submission, "form": form, "title": title}
    return render(request, "verification/act.html", context, status=409 if form.errors else 200)


def onwards(found: Sample, user: User) -> str:
    """The learner's next open sample that this person did not mark, else the queue."""
    still = Sample.objects.filter(
        submission__enrolment=found.submission.enrolment_id, state=SampleState.SELECTED
    ).exclude(marked_by=user)
    following = still.first()
    return following.get_absolute_url() if following else reverse("verification:queue")
