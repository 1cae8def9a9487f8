"""The sentences of the journey, each with its words for none, one and many."""

from collections import Counter
from datetime import date

from reporting.report import Change, ChangeKind, LearnerLine, Phase, ProgressReport, StageState
from reporting.wording import count_of, counted, is_a_month, listed, long_day, near_day, plural, sentence, short_day

SETTLED = (StageState.DONE, StageState.ABSENT, StageState.CAUGHT_UP, StageState.NOT_APPLICABLE)
CHANGES_NAMED = 4


def phase_of(one: LearnerLine, report: ProgressReport) -> Phase:
    """The first phase in which something is still open; before the assignments both earlier ones count as sessions."""
    open_in = [stage.phase for stage, state in zip(report.stages, one.states, strict=True) if state not in SETTLED]
    if any(phase in (Phase.JOINING, Phase.SESSIONS) for phase in open_in):
        return Phase.SESSIONS
    return Phase.ASSIGNMENTS if Phase.ASSIGNMENTS in open_in else Phase.AWARD


def heading(report: ProgressReport) -> str:
    people = report.outstanding
    if not people:
        done, gone = len(report.completed), len(report.withdrawn)
        if not gone:
            return "Every learner has completed" if done else "Nobody has started yet"
        return sentence(
            f"{counted(done)} {plural(done, 'learner has', 'learners have')} completed and {counted(gone)} withdrew"
        )
    whose = "their"
    where = {
        Phase.SESSIONS: ("still in the sessions", "in the sessions"),
        Phase.ASSIGNMENTS: (f"still working on {whose} assignments", f"on {whose} assignments"),
        Phase.AWARD: ("waiting for the award", "waiting for the award"),
    }
    tally = Counter(phase_of(one, report) for one in people)
    if len(people) == 1:
        return f"One learner is {where[next(iter(tally))][0]}"
    if len(tally) == 1:
        phase = next(iter(tally))
        if phase is Phase.ASSIGNMENTS:
            every = "both" if len(people) == 2 else f"all {counted(len(people))}" if len(people) < 10 else "all"
            return f"{sentence(counted(len(people)))} learners are still working, {every} on their assignments"
        return f"{sentence(counted(len(people)))} learners are {where[phase][0]}"
    parts = [f"{counted(tally[phase])} {where[phase][1]}" for phase in where if tally[phase]]
    return f"{sentence(counted(len(people)))} learners are outstanding: {listed(parts)}"


def changes(report: ProgressReport) -> str:
    """What changed in the period: each change while they are few, else how many of each kind."""
    when = f"In {report.as_of:%B}" if is_a_month(report.period_start, report.as_of) else "In this period"
    if not report.changes:
        return f"{when} no learner’s stage changed."
    if len(report.changes) <= CHANGES_NAMED:
        return f"{when} {listed([_change(one, report.as_of) for one in report.changes])}."
    tally = Counter(one.kind for one in report.changes)
    words = {
        ChangeKind.CERTIFICATED: ("certificate was confirmed", "certificates were confirmed"),
        ChangeKind.PASSED: ("piece of work was passed", "pieces of work were passed"),
        ChangeKind.HANDED_IN: ("piece was handed in", "pieces were handed in"),
        ChangeKind.REFERRED: ("was referred", "were referred"),
        ChangeKind.CAUGHT_UP: ("absence was made good", "absences were made good"),
        ChangeKind.STARTED: ("learner started", "learners started"),
        ChangeKind.WITHDREW: ("learner withdrew", "learners withdrew"),
    }
    return f"{when} {listed([count_of(tally[kind], *words[kind]) for kind in words if tally[kind]])}."


def _change(one: Change, today: date) -> str:
    who, day = f"learner {one.number}", near_day(one.on, today)
    told = {
        ChangeKind.STARTED: f"{who} started",
        ChangeKind.HANDED_IN: f"{who} handed in the {one.piece}",
        ChangeKind.PASSED: f"{who}’s {one.piece} was passed",
        ChangeKind.REFERRED: f"{who}’s {one.piece} was referred",
        ChangeKind.CAUGHT_UP: f"{who} caught up {one.piece}",
        ChangeKind.CERTIFICATED: f"{who}’s certificate was confirmed",
        ChangeKind.WITHDREW: f"{who} withdrew",
    }
    return f"{told[one.kind]} ({day})"


def deadlines_heading(report: ProgressReport) -> str:
    known = sorted((days, one.number) for one in report.outstanding if (days := one.spare_days) is not None)
    margin = report.status.margin_days
    tight, calm = [one for one in known if one[0] < margin], [one for one in known if one[0] >= margin]
    if not known:
        return "No deadline can be held against a registration yet"
    if not tight:
        if len(calm) == 1:
            return f"The one deadline leaves {calm[0][0]} days"
        return f"{'Both' if len(calm) == 2 else 'All ' + counted(len(calm))} deadlines leave {calm[0][0]} days or more"
    if len(tight) == 1:
        days, number = tight[0]
        mine = f"leaves {days} {plural(days, 'day', 'days')}" if days >= 0 else "is past registration"
        if not calm:
            return f"Learner {number}’s deadline {mine}"
        rest = (
            f"One deadline leaves {calm[0][0]} days"
            if len(calm) == 1
            else f"{sentence(counted(len(calm)))} deadlines leave {calm[0][0]} days or more"
        )
        return f"{rest}; learner {number}’s {mine.removesuffix(' days')}"
    if not calm:
        return f"{'Both' if len(tight) == 2 else 'All ' + counted(len(tight))} deadlines leave under {margin} days"
    return f"{sentence(counted(len(tight)))} of {counted(len(known))} deadlines leave under {margin} days"


def completion_heading(report: ProgressReport) -> str:
    days = [one.certificate_on for one in report.completed if one.certificate_on]
    if not days:
        return "No certificate yet"
    if len(days) == 1:
        return f"One certificate so far, on {long_day(days[0])}"
    return f"{sentence(counted(len(days)))} certificates since {min(days):%B %Y}, the latest on {near_day(max(days), report.as_of)}"


def short_ending(one: LearnerLine, today: date) -> str:
    """The words at the end of a row of the journey."""
    if one.certificate_on or one.withdrew_on:
        return short_day(one.certificate_on or one.withdrew_on or today)
    if one.deadline is None:
        return "no deadline"
    return f"was {short_day(one.deadline)}" if one.deadline < today else f"by {short_day(one.deadline)}"
