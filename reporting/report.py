"""The client's progress report as plain facts: the only object its template is given.

Whatever is not a field here cannot be printed. There is no place for marks, feedback, answers, support needs or
reasons, so none can slip out. Sentences, headings and charts are computed from these facts alone (`wording`, `layout`).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from reporting.disclosure import Ratings

SUMMARY_LIMIT = 250
ACTION_LIMIT = 140
MILESTONES_LIMIT = 5
QUOTATIONS_LIMIT = 2
QUOTATION_LIMIT = 240


class StageState(StrEnum):
    """How one learner stands at one stage, in the words of the screens."""

    NOT_YET = "not_yet"
    IN_HAND = "in_hand"
    DONE = "done"
    ABSENT = "absent"
    CAUGHT_UP = "caught_up"
    WITH_TUTOR = "with_tutor"
    REFERRED = "referred"
    LATE = "late"
    WITHDRAWN = "withdrawn"
    NOT_APPLICABLE = "not_applicable"


class Phase(StrEnum):
    """The four stretches of the journey, from left to right."""

    JOINING = "joining"
    SESSIONS = "sessions"
    ASSIGNMENTS = "assignments"
    AWARD = "award"


class Standing(StrEnum):
    """Where a learner stands on the whole. Everybody who started is exactly one of these."""

    OUTSTANDING = "outstanding"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class StatusWord(StrEnum):
    """The three words for the state of a programme."""

    ON_TRACK = "on track"
    NEEDS_ATTENTION = "needs attention"
    AT_RISK = "at risk"


@dataclass(frozen=True)
class Stage:
    """One column of the journey grid."""

    phase: Phase
    """Which stretch it stands under."""
    label: str
    """The column's heading, at most about ten letters a line: "Form", "Skills check", "Induction", "1", "Essay"."""
    code: str = ""
    """At most three letters, printed instead of the label when many columns leave it no room: "W1". Empty: the label."""
    name: str = ""
    """The full name, for the key under the grid when codes are printed: "Workshop 1". Empty: the label."""
    day: date | None = None
    """The day of a session."""


@dataclass(frozen=True)
class LearnerLine:
    """One learner, in everything the report may say about them."""

    number: int
    """The learner's number in this report; page 1 says only this. `arranged` gives it."""
    name: str
    """Printed in the journey and in the record, never on page 1."""
    standing: Standing
    """Outstanding, completed or withdrawn, as of the report's date."""
    states: tuple[StageState, ...]
    """One state for each stage of the report, in its order; the last is the certificate."""
    pathway: str = ""
    """The chosen pathway in a word. Empty for all: the column is left out."""
    places: int = 0
    """Sessions at which this learner was expected."""
    attended: int = 0
    """Places attended, part attendance included."""
    caught_up: int = 0
    """Absences since made good and signed off by the tutor."""
    deadline: date | None = None
    """Outstanding: the last day for handing in, resubmissions included."""
    proposed_deadline: date | None = None
    """Outstanding: a date the client is asked to agree to instead."""
    registration_ends: date | None = None
    """The day registration with the awarding organisation ends; None while not registered."""
    days_late: int = 0
    """Days the learner's current piece of work is past its date; 0 when none is."""
    certificate_on: date | None = None
    """Completed: the day the certificate was confirmed."""
    withdrew_on: date | None = None
    """Withdrawn: the day. Never the reason."""
    next_step: str = ""
    """Outstanding: what happens next, in one line."""
    who_acts: str = ""
    """Outstanding: who takes that step."""

    def __post_init__(self) -> None:
        if not 0 <= self.attended + self.caught_up <= self.places:
            raise ValueError(f"Learner {self.number}: attended and caught up exceed the places expected.")
        if (self.certificate_on is not None) != (self.standing is Standing.COMPLETED):
            raise ValueError(f"Learner {self.number}: a certificate and only a certificate makes a learner completed.")
        if (self.withdrew_on is not None) != (self.standing is Standing.WITHDRAWN):
            raise ValueError(f"Learner {self.number}: a day of withdrawal and only that makes a learner withdrawn.")

    @property
    def spare_days(self) -> int | None:
        """Days between the deadline and the end of registration."""
        if self.deadline is None or self.registration_ends is None:
            return None
        return (self.registration_ends - self.deadline).days

    @property
    def ending(self) -> date | None:
        """The one date that matters: certificate, withdrawal or deadline."""
        return self.certificate_on or self.withdrew_on or self.deadline

    def lateness(self, as_of: date) -> int:
        """Days of the latest thing: a piece of work past its date, or the whole past its deadline."""
        past = (as_of - self.deadline).days if self.deadline else 0
        return max(self.days_late, past, 0)


@dataclass(frozen=True)
class SessionLine:
    """Attendance at one session held on or before the report's date. Cancelled sessions are left out."""

    name: str
    """"Workshop 1"."""
    code: str
    """At most three letters: "W1"."""
    held_on: date
    places: int
    """Learners expected: not withdrawn before the day."""
    attended: int
    """Of those, who attended, part attendance included."""
    part: int = 0
    """Of those attended, who attended in part."""
    caught_up: int = 0
    """Absences since made good and signed off."""

    def __post_init__(self) -> None:
        if not (0 <= self.part <= self.attended and 0 <= self.attended + self.caught_up <= self.places):
            raise ValueError(f"{self.name}: attendance does not add up.")

    @property
    def not_covered(self) -> int:
        return self.places - self.attended - self.caught_up


class ActionKind(StrEnum):
    DECIDE = "Decide"
    ACT = "Act"


@dataclass(frozen=True)
class Action:
    """A decision asked of the client, or an action of the centre. Names people who act, no learner: "learner 4"."""

    kind: ActionKind
    what: str
    """At most 140 characters."""
    who: str
    """A name and a role: "Alison Reeve, tutor"."""
    by: date

    def __post_init__(self) -> None:
        if len(self.what) > ACTION_LIMIT:
            raise ValueError(f"An action has at most {ACTION_LIMIT} characters.")


@dataclass(frozen=True)
class Milestone:
    on: date
    what: str
    """"Deadline, learner 1". No name of a learner."""


class ChangeKind(StrEnum):
    """What may be said to have happened in the period."""

    STARTED = "started"
    HANDED_IN = "handed_in"
    PASSED = "passed"
    REFERRED = "referred"
    CAUGHT_UP = "caught_up"
    CERTIFICATED = "certificated"
    WITHDREW = "withdrew"


@dataclass(frozen=True)
class Change:
    """One thing that changed in the period."""

    kind: ChangeKind
    number: int
    """The learner's number in this report."""
    on: date
    piece: str = ""
    """The piece of work or the session: "portfolio", "workshop 3"."""


@dataclass(frozen=True)
class Quotation:
    """A learner's words, quoted with consent given for this quotation."""

    words: str
    described_as: str
    """No closer than a group of five fits: "A learner who coaches, after workshop 4"."""
    consented_on: date
    """The day of the consent; without one the quotation cannot be made."""

    def __post_init__(self) -> None:
        if len(self.words) > QUOTATION_LIMIT:
            raise ValueError(f"A quotation has at most {QUOTATION_LIMIT} characters.")


@dataclass(frozen=True)
class Version:
    number: int
    on: date
    what_changed: str
    by: str


@dataclass(frozen=True)
class Person:
    name: str
    role: str


@dataclass(frozen=True)
class TutorSpan:
    name: str
    since: date | None = None
    """None: from the start."""
    until: date | None = None
    """None: still the tutor."""


@dataclass(frozen=True)
class Summary:
    """The state of the programme in two sentences, at most 250 characters each; page 1 is at its best with 250 together."""

    position: str
    """Where the programme stands."""
    ask: str
    """What is asked, and by when."""

    def __post_init__(self) -> None:
        if max(len(self.position), len(self.ask)) > SUMMARY_LIMIT:
            raise ValueError(f"Each of the two sentences has at most {SUMMARY_LIMIT} characters.")


@dataclass(frozen=True)
class Status:
    """The word, the reason with its number, and the rule it follows from."""

    word: StatusWord
    reason: str
    margin_days: int
    late_days: int


@dataclass(frozen=True)
class ProgressReport:
    """Everything the client's progress report may print, as of the last day of its period."""

    centre: str
    """The centre that writes it."""
    cohort: str
    """The report's title: "Coaching and mentoring, cohort 1"."""
    cohort_code: str
    qualification: str
    """In full, as the awarding organisation writes it."""
    awarding_body: str
    """In short, as the report's sentences say it."""
    client: str
    contact: Person
    """For whom it is prepared."""
    lead_supplier: str
    """Empty when there is none."""
    contract: str
    """The contract's reference."""
    period_start: date
    as_of: date
    """The last day of the period; every figure is as of this day."""
    prepared_by: Person
    tutors: tuple[TutorSpan, ...]
    """Who taught, in order; more than one when a tutor was replaced."""
    version: int
    approved_on: date | None
    """None: a draft, and the report says so."""
    next_report_on: date | None
    summary: Summary
    status: Status
    stages: tuple[Stage, ...]
    """The columns of the grid, in order of the journey; the last is the certificate."""
    learners: tuple[LearnerLine, ...]
    """Everybody who started, as `arranged` put them."""
    sessions: tuple[SessionLine, ...]
    """Held on or before the date, in order."""
    ratings: Ratings
    """What `disclosure.disclosed` let through."""
    actions: tuple[Action, ...] = ()
    """The client's decisions first."""
    milestones: tuple[Milestone, ...] = ()
    """At most five, in order of date."""
    changes: tuple[Change, ...] = ()
    """What changed in the period, in order of weight."""
    quotations: tuple[Quotation, ...] = ()
    """At most two, chosen by the contract manager."""
    versions: tuple[Version, ...] = ()
    """This version and those before it."""
    catch_ups_booked: tuple[date, ...] = ()
    """Days of booked catch-ups for absences not yet covered."""
    hours_planned: Fraction | None = None
    """Hours of all places expected; None leaves the hours out."""
    hours_attended: Fraction | None = None
    accent: str = "#0E5A60"
    """The client's colour, "#RRGGBB"; it must have 4.5 to 1 on white."""

    def __post_init__(self) -> None:
        if any(len(one.states) != len(self.stages) for one in self.learners):
            raise ValueError("Every learner has one state for each stage.")
        if len(self.milestones) > MILESTONES_LIMIT or len(self.quotations) > QUOTATIONS_LIMIT:
            raise ValueError(f"At most {MILESTONES_LIMIT} milestones and {QUOTATIONS_LIMIT} quotations.")
        if [one.number for one in self.learners] != list(range(1, len(self.learners) + 1)):
            raise ValueError("Learners are numbered from 1 in the order of the report; `arranged` does it.")

    def of(self, standing: Standing) -> tuple[LearnerLine, ...]:
        return tuple(one for one in self.learners if one.standing is standing)

    @property
    def outstanding(self) -> tuple[LearnerLine, ...]:
        return self.of(Standing.OUTSTANDING)

    @property
    def completed(self) -> tuple[LearnerLine, ...]:
        return self.of(Standing.COMPLETED)

    @property
    def withdrawn(self) -> tuple[LearnerLine, ...]:
        return self.of(Standing.WITHDRAWN)

    @property
    def started(self) -> int:
        return len(self.learners)

    @property
    def places(self) -> int:
        return sum(one.places for one in self.sessions)

    @property
    def attended(self) -> int:
        return sum(one.attended for one in self.sessions)

    @property
    def caught_up(self) -> int:
        return sum(one.caught_up for one in self.sessions)

    @property
    def last_session_on(self) -> date | None:
        return max((one.held_on for one in self.sessions), default=None)
