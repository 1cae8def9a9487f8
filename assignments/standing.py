"""Where a learner stands with an assignment: one sentence that changes with the clock, and what follows it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from assignments.deadlines import Deadline, day_of, is_late, lateness, said
from assignments.portfolio import hours

# To the learner a signed outcome that is not released is work that is still being marked.
BEING_MARKED = ("submitted", "signed")
DONE, IN_HAND, NOT_YET, WITH_TUTOR, REFERRED, LATE = "done", "in_hand", "not_yet", "with_tutor", "referred", "late"


@dataclass(frozen=True)
class Standing:
    """One learner and one assignment. `attempts` are oldest first; `deadline` is the one that holds now."""

    enrolment: Any
    assignment: Any
    attempts: Sequence[Any]
    deadline: Deadline
    today: dt.date

    @property
    def current(self) -> Any | None:
        counting = [one for one in self.attempts if one.state != "withdrawn"]
        return counting[-1] if counting else None

    @property
    def noun(self) -> str:
        return str(self.assignment.title).lower()

    @property
    def state(self) -> str:
        return self.current.state if self.current else ""

    @property
    def is_draft(self) -> bool:
        return self.state == "draft"

    @property
    def is_with_tutor(self) -> bool:
        return self.state in BEING_MARKED

    @property
    def referred(self) -> Any | None:
        """The attempt before this one that was referred, while the next is being prepared."""
        earlier = [one for one in self.attempts if one.state == "referred"]
        return earlier[-1] if earlier and self.state in ("draft", "referred") else None

    @property
    def returned(self) -> Any | None:
        """The piece that came back unmarked, while it is being put right. Its attempt is not used up."""
        number = self.current.attempt if self.current and self.state in ("draft", "returned") else None
        found = [one for one in self.attempts if one.state == "returned" and one.attempt == number]
        return found[-1] if found else None

    @property
    def is_open(self) -> bool:
        """Whether there is something for the learner to do."""
        return bool(self.enrolment.state == "active" and self.state in ("", "draft", "referred", "returned"))

    @property
    def sign(self) -> str:
        """The state of the stage, as the journey grid draws it."""
        if self.state == "passed":
            return DONE
        if self.is_with_tutor:
            return WITH_TUTOR
        if is_late(self.deadline.due_on, self.today):
            return LATE
        if self.referred:
            return REFERRED
        return IN_HAND if self.state else NOT_YET

    @property
    def word(self) -> str:
        attempt = self.current.attempt if self.current else 1
        words = {
            DONE: "Passed",
            WITH_TUTOR: "With your tutor",
            LATE: "Late",
            REFERRED: f"Attempt {attempt}",
            IN_HAND: "In hand",
            NOT_YET: "Not begun",
        }
        return words[self.sign]

    @property
    def lead(self) -> str:
        """The one sentence (after ILIAS): what the clock says now."""
        if self.state == "passed":
            return f"Passed on {said(day_of(self.current.released_at))}."  # type: ignore[union-attr] # there is one in this state
        if self.is_with_tutor:
            since = said(day_of(self.current.submitted_at))  # type: ignore[union-attr] # there is one in this state
            return f"With your tutor since {since}. There is nothing for you to do until you hear from them."
        if self.enrolment.state in ("invited", "applied"):
            return "Opens when you have been accepted onto the programme."
        if self.enrolment.state != "active":
            return "Closed, because you are no longer on the programme."
        return self._lead_while_open()

    @property
    def headline(self) -> str:
        """The lead as a heading: its first sentence, without its full stop."""
        return self.lead.split(". ")[0].rstrip(".")

    @property
    def next_step(self) -> str:
        """What is left to do, on the card of the next thing."""
        draft = self.current if self.state == "draft" else None
        if self.assignment.kind == "portfolio":
            return f"{hours(getattr(self.enrolment, 'practised', None) or 0)} of practice logged so far. Open it to see what is left."
        if draft is not None and draft.document is not None:
            words = f" and counts {draft.document.words:,} words" if draft.document.words is not None else ""
            return f"Your file is in{words}. The declarations are left to sign, about 5 minutes."
        if self.returned:
            return f"Attempt {self.returned.attempt} came back unmarked. Put right what it says, then add the new file."
        if self.referred:
            return f"Attempt {self.referred.attempt} was referred. Work on what it still needs, then add the new file."
        return "Add your file when it is ready. You see how it reads and counts before anything is handed in."

    @property
    def label(self) -> str:
        """The words on the button that goes on."""
        if self.assignment.kind == "portfolio":
            begun = self.state or getattr(self.enrolment, "practised", None)
            return f"{'Go on with' if begun else 'Begin'} your {self.noun}"
        if self.state != "draft":
            return f"Begin your {self.noun}"
        has_file = self.current is not None and self.current.document is not None
        return "Finish handing in" if has_file else f"Add your {self.noun}"

    @property
    def must_begin(self) -> bool:
        """Whether the attempt has to be opened first, which is a change and takes a form."""
        return self.is_open and self.assignment.kind == "essay" and self.state != "draft"

    def _lead_while_open(self) -> str:
        due_on = self.deadline.due_on
        if due_on is None:
            return "No date has been set yet. You can begin whenever you like."
        days = (due_on - self.today).days
        what = "hand in"
        if self.current and (self.referred or self.returned):
            what = f"hand in attempt {self.current.attempt}{' again' if self.returned else ''}"
        if days == 0:
            return f"Today is the last day: {what} by midnight."
        if days == 1:
            return f"You have until tomorrow: {what} by {said(due_on)}."
        if days > 1:
            return f"You have {days} days: {what} by {said(due_on)}."
        unit = "day" if days == -1 else "days"
        return f"It was due {-days} {unit} ago, on {said(due_on)}. Late work is taken and marked all the same."

    @property
    def url(self) -> str:
        """Where the learner goes on: the portfolio while it grows, else the attempt. Empty before the first one."""
        if self.assignment.kind == "portfolio" and self.state in ("", "draft", "referred", "returned"):
            return reverse("assignments:portfolio", args=[self.enrolment.pk])
        return reverse("assignments:submission", args=[self.current.pk]) if self.current else ""

    @property
    def begin_url(self) -> str:
        return reverse("assignments:begin", args=[self.enrolment.pk, self.assignment.pk])

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The same short list below each lead: due, attempt, last handed in, outcome."""
        handed_in = [one for one in self.attempts if one.submitted_at]
        marked = [one for one in self.attempts if one.released_at]
        found = [("Due", self.deadline.sentence)]
        if handed_in:
            last = handed_in[-1]
            told = (
                f"Attempt {last.attempt} on {said(day_of(last.counted_at))}. {lateness(last.due_on, last.counted_at)}"
            )
            found.append(("Handed in", told))
        if marked:
            last = marked[-1]
            found.append(("Outcome", f"Attempt {last.attempt}: {last.get_state_display().lower()}"))
        return found


def headline(standings: Sequence[Standing]) -> str:
    """The page's one sentence, as people would say it."""
    todo = [one for one in standings if one.is_open]
    if not standings:
        return "Your assignments"
    if not todo:
        if all(one.state == "passed" for one in standings):
            return "Everything has passed"
        return "Nothing to hand in at the moment"
    late = [one for one in todo if one.sign == LATE]
    if late:
        return f"Your {late[0].noun} is late"
    dated = sorted((one for one in todo if one.deadline.due_on), key=lambda one: one.deadline.due_on or one.today)
    if not dated:
        return f"{len(todo)} to prepare"
    days = dated[0].deadline.days_left(dated[0].today) or 0
    when = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return f"Your {dated[0].noun} is due {when}"
