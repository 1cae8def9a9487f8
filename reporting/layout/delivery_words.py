"""The sentences on attendance and feedback, each with its words for rising, level and falling, for none, one and many."""

from collections.abc import Sequence
from fractions import Fraction

from reporting.report import ProgressReport, SessionLine
from reporting.rounding import percent, plain, printed_gain, rounded
from reporting.wording import count_of, counted, full_day, listed, mid, plural, sentence


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
                f"{sentence(counted(report.caught_up))} of the {counted(missed)} "
                f"{plural(report.caught_up, 'was', 'were')} made good since; {_left(report, left, gone)}."
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

    def at(place: int) -> str:
        return mid(held[place].name)

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
    size = "one point" if abs(points) == 1 else f"{abs(points)} points"
    return f"Knowledge {'rose' if points > 0 else 'fell'} by {size}"


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
