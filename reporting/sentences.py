"""The report's own sentences, computed. Each has its words for none, one and many, and for rising, level and falling."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from reporting.report import (
    ActionKind,
    Change,
    ChangeKind,
    LearnerLine,
    Phase,
    ProgressReport,
    SessionLine,
    StageState,
    Status,
    StatusWord,
    TutorSpan,
)
from reporting.rounding import percent, plain, printed_gain, rounded
from reporting.wording import (
    count_of,
    counted,
    full_day,
    is_a_month,
    listed,
    long_day,
    mid,
    near_day,
    period_name,
    plural,
    sentence,
    short_day,
)

SETTLED = (StageState.DONE, StageState.ABSENT, StageState.CAUGHT_UP, StageState.NOT_APPLICABLE)
CHANGES_NAMED = 4


def title(report: ProgressReport) -> str:
    return f"Progress report, {period_name(report.period_start, report.as_of)}: {report.cohort}, {report.client}"


def version_line(report: ProgressReport) -> str:
    return (
        f"{report.version}, approved {long_day(report.approved_on)}"
        if report.approved_on
        else f"{report.version}, draft"
    )


def tutors(spans: Sequence[TutorSpan]) -> str:
    """ "Alison Reeve from 1 March 2023; before, Ian Hale"."""
    now = [
        f"{one.name} from {long_day(one.since)}" if one.since and len(spans) > 1 else one.name
        for one in spans
        if one.until is None
    ]
    before = [one.name for one in spans if one.until is not None]
    return "; ".join(part for part in (listed(now), f"before, {listed(before)}" if before else "") if part) or "–"


def strip(report: ProgressReport) -> str:
    return (
        f"Of {report.started} {plural(report.started, 'learner', 'learners')} who started, {len(report.completed)} "
        f"{plural(len(report.completed), 'has', 'have')} completed, {len(report.outstanding)} "
        f"{plural(len(report.outstanding), 'is', 'are')} outstanding and {len(report.withdrawn)} withdrew."
    )


def rules(status: Status) -> list[tuple[str, str, bool]]:
    """The three words, the rule of each, and whether it is this report's."""
    told = {
        StatusWord.ON_TRACK: f"Every deadline leaves {status.margin_days} days or more, and nothing is late.",
        StatusWord.NEEDS_ATTENTION: f"A deadline leaves under {status.margin_days} days, a registration is missing, or work is up to {status.late_days} days late.",
        StatusWord.AT_RISK: f"A learner has no deadline, or one past registration, or work is over {status.late_days} days late.",
    }
    return [(sentence(word), rule, word is status.word) for word, rule in told.items()]


def actions_heading(report: ProgressReport) -> str:
    decisions = sum(one.kind is ActionKind.DECIDE for one in report.actions)
    acts = len(report.actions) - decisions
    parts = [f"{count_of(decisions, 'decision', 'decisions')} for you"] if decisions else []
    parts += [f"{count_of(acts, 'action', 'actions')} for us"] if acts else []
    return sentence(", ".join(parts)) if parts else "Nothing needs you this month"


# --- the journey -----------------------------------------------------------------------------------------------------


def phase_of(one: LearnerLine, report: ProgressReport) -> Phase:
    """The first phase in which something is still open; before the assignments both earlier ones count as sessions."""
    open_in = [stage.phase for stage, state in zip(report.stages, one.states, strict=True) if state not in SETTLED]
    if any(phase in (Phase.JOINING, Phase.SESSIONS) for phase in open_in):
        return Phase.SESSIONS
    return Phase.ASSIGNMENTS if Phase.ASSIGNMENTS in open_in else Phase.AWARD


def journey_heading(report: ProgressReport) -> str:
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
            every = "both" if len(people) == 2 else f"all {counted(len(people))}"
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
    return f"{sentence(counted(len(tight)))} of {counted(len(known))} deadlines leave under {margin} days"


def completion_heading(report: ProgressReport) -> str:
    days = [one.certificate_on for one in report.completed if one.certificate_on]
    if not days:
        return "No certificate yet"
    if len(days) == 1:
        return f"One certificate so far, on {long_day(days[0])}"
    return f"{sentence(counted(len(days)))} certificates since {min(days):%B %Y}, the latest on {near_day(max(days), report.as_of)}"


# --- delivery and feedback -------------------------------------------------------------------------------------------


def attendance_heading(report: ProgressReport) -> str:
    if not report.places:
        return "No session has been held yet"
    covered = report.attended + report.caught_up
    if report.attended == report.places:
        return f"All {report.places} places were attended"
    if covered == report.attended:
        return f"{report.attended} of {report.places} places were attended"
    return f"{report.attended} of {report.places} places were attended, and {covered} are covered"


def attendance(report: ProgressReport) -> str:
    """The course of attendance, then what became of the absences."""
    held = [one for one in report.sessions if one.places]
    parts = [_course(held)] if held else []
    missed = report.places - report.attended
    if missed:
        parts.append("An absence stays an absence in this figure.")
        left = missed - report.caught_up
        gone = sum(one.places - one.attended - one.caught_up for one in report.withdrawn)
        if not report.caught_up:
            parts.append(f"{sentence(count_of(missed, 'absence is', 'absences are'))} not made good yet.")
        elif not left:
            parts.append(
                "The one absence was made good since."
                if missed == 1
                else f"All {counted(missed)} were made good since."
            )
        else:
            parts.append(
                f"{sentence(counted(report.caught_up))} of the {counted(missed)} {plural(report.caught_up, 'was', 'were')} made good since; {_left(report, left, gone)}."
            )
    return " ".join(parts)


def _left(report: ProgressReport, left: int, gone: int) -> str:
    booked = sorted(report.catch_ups_booked)
    parts = []
    if len(booked) == 1:
        parts.append(f"one catch-up is booked for {full_day(booked[0])}")
    elif booked:
        parts.append(f"{counted(len(booked))} catch-ups are booked, the first for {full_day(booked[0])}")
    if gone:
        people = sum(one.places > one.attended + one.caught_up for one in report.withdrawn)
        whose = plural(people, "the learner who withdrew", "learners who withdrew")
        parts.append(f"{counted(gone)} {plural(gone, 'belongs', 'belong')} to {whose}")
    rest = left - len(booked) - gone
    if rest > 0:
        parts.append(f"{counted(rest)} {plural(rest, 'is', 'are')} still open")
    return listed(parts) if parts else f"{counted(left)} {plural(left, 'is', 'are')} still open"


def _course(held: Sequence[SessionLine]) -> str:
    """Fell, rose, held level, or fell and recovered: whichever it did."""
    shares = [percent(_share(one)) for one in held]
    first, last, low = shares[0], shares[-1], min(shares)
    at = lambda i: mid(held[i].name)  # noqa: E731
    if len(held) == 1:
        return f"Attendance was {first} % at {at(0)}."
    if len(set(shares)) == 1:
        return f"Attendance was {first} % at each session."
    if low < min(first, last):
        where = shares.index(low)
        verb = "recovered to" if last > low else "was"
        return f"Attendance fell from {first} % at {at(0)} to {low} % at {at(where)}, and {verb} {last} % at {at(-1)}."
    if last > first:
        return f"Attendance rose from {first} % at {at(0)} to {last} % at {at(-1)}."
    if last < first:
        return f"Attendance fell from {first} % at {at(0)} to {last} % at {at(-1)}."
    return f"Attendance was {first} % at {at(0)} and at {at(-1)}, and between them never lower."


def _share(one: SessionLine) -> Fraction:
    return Fraction(one.attended, one.places)


def attendance_formula(report: ProgressReport) -> str:
    parts = ["Attendance = places attended ÷ places expected, pooled over all sessions."]
    if report.hours_planned and report.hours_attended is not None:
        share = percent(report.hours_attended / report.hours_planned)
        parts.append(
            f"Weighted by hours it is {share} % ({plain(report.hours_attended)} of {plain(report.hours_planned)} hours)."
        )
    part = sum(one.part for one in report.sessions)
    if part:
        parts.append(
            f"{sentence(counted(part))} of the places attended {plural(part, 'was', 'were')} attended in part."
        )
    if report.withdrawn:
        parts.append("A place is expected until the day a learner withdraws.")
    return " ".join(parts)


def satisfaction_heading(report: ProgressReport) -> str:
    shown = [percent(one.overall.value) for one in report.ratings.workshops if one.overall.value is not None]
    if report.ratings.overall.value is None:
        return "Satisfaction: too few answers to show"
    if len(shown) < 2:
        return f"Satisfaction is {percent(report.ratings.overall.value)} %"
    verb = "rose" if shown[-1] > shown[0] else "fell" if shown[-1] < shown[0] else ""
    return f"Satisfaction {verb} from {shown[0]} to {shown[-1]} %" if verb else f"Satisfaction is level at {shown[0]} %"


def satisfaction(report: ProgressReport) -> str:
    ratings = report.ratings
    if ratings.overall.value is None:
        return "Figures appear once five learners have answered."
    number = len(ratings.workshops)
    over = "At the one workshop" if number == 1 else f"Over the {counted(number)} workshops"
    tutor = f" and {percent(ratings.tutor.value)} % for the tutor" if ratings.tutor.value is not None else ""
    answered = f" Of {ratings.asked} places attended, {ratings.overall.n} gave an answer." if ratings.overall.n else ""
    return f"{over}, {percent(ratings.overall.value)} % overall{tutor}.{answered}"


def knowledge_heading(report: ProgressReport) -> str:
    before, after = report.ratings.before.value, report.ratings.after.value
    if before is None or after is None:
        return "Knowledge: too few answers to show"
    points = int(rounded((after - before) * 100))
    if not points:
        return "Knowledge is level"
    return f"Knowledge {'rose' if points > 0 else 'fell'} by {count_of(abs(points), 'point', 'points') if abs(points) == 1 else f'{abs(points)} points'}"


def knowledge(report: ProgressReport) -> str:
    before, after = report.ratings.before.value, report.ratings.after.value
    if before is None or after is None:
        return "Figures appear once five learners have given both ratings."
    gain = printed_gain(before, after)
    when = "before and after each workshop" if len(report.ratings.workshops) > 1 else "before and after the workshop"
    return f"From {gain.before} to {gain.after} %, by the learners’ own rating {when}."


def scale_words(report: ProgressReport) -> str:
    scale = report.ratings.scale
    return f"scale {scale[0]} to {scale[1]}" if scale else "each on its own scale"


def short_ending(one: LearnerLine, today: date) -> str:
    """The words at the end of a row of the journey."""
    if one.certificate_on or one.withdrew_on:
        return short_day(one.certificate_on or one.withdrew_on or today)
    if one.deadline is None:
        return "no deadline"
    return f"was {short_day(one.deadline)}" if one.deadline < today else f"by {short_day(one.deadline)}"
