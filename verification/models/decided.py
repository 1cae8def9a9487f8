"""Everything that led to one result, for the page that shows who decided what: a handful of queries, and no verbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from assignments.models import CriterionDecision, Deferral, SecondMarking, Submission
from assignments.models.marking import fingerprint_of
from assignments.models.second_marking import AgreedDecision, SecondDecision
from assignments.models.submissions import SubmissionQuerySet
from assignments.states import MARKED, SubmissionState
from core.models import Event, LedgerEntry
from enrolment.models import Enrolment
from verification.judging import listed
from verification.models.judging import SampleJudgement
from verification.models.records import Claim, Sample, SignOff

_DRAWN = (
    "enrolment__learner",
    "enrolment__cohort",
    "enrolment__sign_off__signed_by",
    "assignment__version__qualification__organisation",
    "document",
    "declaration",
    "submitted_by",
    "wording",
    "second_marking__marker",
    "second_marking__agreed_by",
    "second_marking__first_done_by",
)


def decided_for(user: User) -> SubmissionQuerySet:
    """What has a signed outcome, of the learners this person sees and never their own. With what the page draws.

    It is opened by `Can.READ_DECISIONS`; under anonymous marking whoever judges reads the code, as everywhere.
    """
    seen = Submission.objects.filter(enrolment__in=Enrolment.objects.visible_to(user), state__in=MARKED)
    return seen.exclude(enrolment__learner=user).select_related(*_DRAWN).read_by(user)


def decisions_of(submission: Submission) -> list[CriterionDecision]:
    """What stands about each criterion, in the words of the hand-in; with what a second marker had decided and what was agreed."""
    second = SecondDecision.objects.filter(
        marking__submission=OuterRef("submission"), marking__state="agreed", criterion=OuterRef("criterion")
    )
    agreed = AgreedDecision.objects.filter(marking__submission=OuterRef("submission"), criterion=OuterRef("criterion"))
    order = "criterion__outcome__unit__number", "criterion__outcome__number", "criterion__position"
    rows = submission.decisions.select_related("criterion__outcome__unit", "saved_by").annotate(
        second=Subquery(second.order_by().values("decision")[:1]),
        agreed=Subquery(agreed.order_by().values("source")[:1]),
    )
    return submission.worded(rows.order_by(*order))


def samples_of(submission: Submission) -> list[Any]:
    """Each round with what was judged of it, in `lines`. Two queries, one where nothing was sampled."""
    people = "selected_by", "verified_by", "answered_by", "owner", "snapshot"
    found: list[Any] = list(Sample.objects.filter(submission=submission.pk).select_related(*people).order_by("round"))
    if not found:
        return found
    lines = SampleJudgement.objects.filter(sample__in=[one.pk for one in found]).select_related("criterion")
    by_sample: dict[int, list[SampleJudgement]] = {}
    for line in lines:
        by_sample.setdefault(line.sample_id, []).append(line)
    for one in found:
        one.lines = judged_lines(by_sample.get(one.pk, []))
    return found


def judged_lines(lines: list[SampleJudgement]) -> list[str]:
    """A judgement in a few lines: what was agreed with in one, each that was not with its reason, and the aspects."""
    agreed = [one.criterion.number for one in lines if one.criterion and one.agrees]
    said = [f"Agreed: {listed(agreed)}"] if agreed else []
    for one in lines:
        note = f". {one.note}" if one.note else ""
        if one.criterion and not one.agrees:
            said.append(f"Not agreed: {one.criterion.number}{note}")
        elif one.aspect:
            said.append(f"{one.get_aspect_display()}: {one.get_rating_display().lower()}{note}")
    return said


def steps_of(submission: Submission) -> QuerySet[Event]:
    """What happened to this piece from its hand-in on, to its samples, and to the learner's sign-off and claims, oldest first.

    Each with its `position` and `sealed_hash` in the ledger, or nothing where it waits to be sealed.
    """
    about = Q(subject_type=_type(Submission), subject_id=submission.pk, happened_at__gte=submission.submitted_at)
    for model, rows in (
        (SecondMarking, SecondMarking.objects.filter(submission=submission.pk)),
        (Deferral, Deferral.objects.filter(submission=submission.pk)),
        (Sample, Sample.objects.filter(submission=submission.pk)),
        (SignOff, SignOff.objects.filter(enrolment=submission.enrolment_id)),
        (Claim, Claim.objects.filter(enrolment=submission.enrolment_id)),
    ):
        about |= Q(subject_type=_type(model), subject_id__in=rows.order_by().values("pk"))
    sealed = LedgerEntry.objects.filter(event_id=OuterRef("pk"))
    return (
        Event.objects.filter(about)
        .annotate(position=Subquery(sealed.values("position")), sealed_hash=Subquery(sealed.values("hash")))
        .order_by("happened_at", "pk")
    )


def _type(model: Any) -> str:
    return str(model._meta.label_lower)


@dataclass(frozen=True)
class Compared:
    """Whether what stands in the tables is what the events say was handed in and signed. None: the event does not say."""

    file: bool | None = None
    wording: bool | None = None
    decisions: bool | None = None

    @property
    def changed(self) -> list[str]:
        """What is not as it was, in words."""
        said = {"the file that was handed in": self.file, "the wording": self.wording, "the decisions": self.decisions}
        return [words for words, same in said.items() if same is False]

    @property
    def same(self) -> str:
        """What is as it was, as a list in words."""
        said = {"file": self.file, "wording": self.wording, "decisions": self.decisions}
        found = [words for words, same in said.items() if same]
        return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))


def compared(submission: Submission, decisions: list[CriterionDecision], steps: list[Event]) -> Compared:
    """The fingerprints of today against those in the events, which the ledger keeps."""
    handed_in: dict[str, Any] = next((one.detail for one in steps if one.verb in ("submit", "hand_in_for_learner")), {})
    signed: dict[str, Any] = next((one.detail for one in reversed(steps) if one.verb == "sign_outcome"), {})
    file = submission.document.sha256 if submission.document else ""
    wording = submission.frozen.fingerprint if submission.frozen else ""
    returned = submission.state == SubmissionState.RETURNED
    return Compared(
        _same(handed_in.get("sha256"), file),
        _same(handed_in.get("wording"), wording),
        None if returned else _same(signed.get("decisions"), fingerprint_of(decisions)),
    )


def _same(said: str | None, now: str) -> bool | None:
    return None if said is None else said == now
