"""The six figures of page 1 and the definitions of the last page, as printed: value, unit, sentence, formula with its n."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from reporting.disclosure import Rating
from reporting.layout.delivery_words import scale_words
from reporting.report import ProgressReport
from reporting.rounding import percent, plain, printed_gain, rounded, signed
from reporting.wording import counted, is_a_month, mid, plural, sentence

NONE_YET = "–"


@dataclass(frozen=True)
class Figure:
    """One figure as printed on page 1."""

    key: str
    """Names its small trend: completed, outstanding, attendance, overall, tutor, gain."""
    label: str
    value: str
    unit: str
    note: str
    formula: str


@dataclass(frozen=True)
class Definition:
    label: str
    value: str
    computed: str
    n: str


def six_figures(report: ProgressReport) -> tuple[Figure, ...]:
    ratings, n = report.ratings, report.started
    share = Fraction(report.attended, report.places) if report.places else None
    mean = f"Mean rating, {scale_words(report)}"
    return (
        Figure(
            "completed",
            "Completed",
            str(len(report.completed)),
            f" of {n}",
            _completed(report),
            f"Certificates confirmed; n {n} started",
        ),
        Figure(
            "outstanding",
            "Outstanding",
            str(len(report.outstanding)),
            f" of {n}",
            _outstanding(report),
            f"Started − completed − withdrawn; n {n}",
        ),
        Figure(
            "attendance",
            "Attendance",
            str(percent(share)) if share is not None else NONE_YET,
            " %" if share is not None else "",
            _attendance(report),
            f"Places attended ÷ expected; n {report.places} places",
        ),
        _rated("overall", "Overall satisfaction", ratings.overall, report, mean),
        _rated("tutor", "Tutor satisfaction", ratings.tutor, report, mean),
        _gain(report),
    )


def _completed(report: ProgressReport) -> str:
    new = [
        one.certificate_on
        for one in report.completed
        if one.certificate_on and one.certificate_on >= report.period_start
    ]
    when = f"in {report.as_of:%B}" if is_a_month(report.period_start, report.as_of) else "in the period"
    if not new:
        return f"None {when}." if report.completed else "None yet."
    more = "more " if len(new) < len(report.completed) else ""
    day = f"{max(new):%a} {max(new).day} {max(new):%B}"
    return f"{sentence(counted(len(new)))} {more}{when}, {'on' if len(new) == 1 else 'the latest on'} {day}."


def _outstanding(report: ProgressReport) -> str:
    people, margin = report.outstanding, report.status.margin_days
    if not people:
        return "Nobody is outstanding."
    without = sum(one.deadline is None for one in people)
    late = sum(one.lateness(report.as_of) > 0 for one in people)
    spare = [one.spare_days for one in people if one.spare_days is not None]
    if without:
        return f"{sentence(counted(without))} without a deadline."
    if any(days < 0 for days in spare):
        return f"{sentence(counted(sum(days < 0 for days in spare)))} past the end of registration."
    tight = sum(days < margin for days in spare)
    tail = [f"{counted(tight)} under {margin} days"] if tight else []
    tail += [f"{counted(late)} late"] if late else []
    if len(spare) < len(people):
        return f"{sentence(counted(len(people) - len(spare)))} not registered yet."
    if not tail:
        return f"Each with {min(spare)} days or more to spare."
    return f"All inside registration; {', '.join(tail)}."


def _attendance(report: ProgressReport) -> str:
    if not report.places:
        return "No session held yet."
    covered = percent(Fraction(report.attended + report.caught_up, report.places))
    return (
        f"{covered} % covered once catch-up is counted."
        if report.caught_up
        else "No absence has been caught up yet."
        if report.attended < report.places
        else "Nobody was absent."
    )


def _rated(key: str, label: str, pooled: Rating, report: ProgressReport, formula: str) -> Figure:
    if pooled.value is None:
        why = pooled.withheld.value if pooled.withheld else "no answers"
        return Figure(key, label, NONE_YET, "", f"{sentence(why)}.", formula)
    shown = [
        (one.name, percent(rating.value))
        for one in report.ratings.workshops
        if (rating := getattr(one, key)).value is not None
    ]
    values = [value for _, value in shown]
    every = len(shown) == len(report.ratings.workshops)
    if len(shown) < 2:
        note = f"From {pooled.n} answers."
    elif every and all(b > a for a, b in pairwise(values)):
        note = f"Up with every workshop, from {values[0]} to {values[-1]} %."
    elif every and all(b < a for a, b in pairwise(values)):
        note = f"Down with every workshop, from {values[0]} to {values[-1]} %."
    else:
        note = f"From {values[0]} % at {mid(shown[0][0])} to {values[-1]} % at the last."
    return Figure(
        key, label, str(percent(pooled.value)), " %", note, f"{formula}; n {pooled.n} of {report.ratings.asked}"
    )


def _gain(report: ProgressReport) -> Figure:
    before, after = report.ratings.before, report.ratings.after
    formula = "Mean of after less before"
    if before.value is None or after.value is None:
        why = before.withheld.value if before.withheld else "no answers"
        return Figure("gain", "Knowledge gain", NONE_YET, "", f"{sentence(why)}.", formula)
    row = printed_gain(before.value, after.value)
    return Figure(
        "gain",
        "Knowledge gain",
        signed(rounded((after.value - before.value) * 100)),
        " points",
        f"From {row.before} to {row.after} %, rated before and after.",
        f"{formula}; n {before.n} pairs",
    )


def definitions(report: ProgressReport) -> tuple[Definition, ...]:
    n, done, gone, left = str(report.started), len(report.completed), len(report.withdrawn), len(report.outstanding)
    places = f"{report.places} {plural(report.places, 'place', 'places')}"
    rows = [
        Definition("Started", n, "Enrolments that became active on or before the date, withdrawn ones included", n),
        Definition(
            "Completed",
            str(done),
            f"Certificate claimed and confirmed by {report.awarding_body} on or before the date",
            n,
        ),
        Definition("Withdrawn", str(gone), "Enrolments withdrawn on or before the date", n),
        Definition("Outstanding", str(left), f"Started less completed less withdrawn: {n} − {done} − {gone}", n),
    ]
    if report.places:
        there, caught = report.attended, report.caught_up
        rows += [
            Definition(
                "Attendance",
                f"{percent(Fraction(there, report.places))} %",
                f"Places attended ÷ places expected: {there} ÷ {report.places}. A place is expected until the day a learner withdraws",
                places,
            ),
            Definition(
                "Covered",
                f"{percent(Fraction(there + caught, report.places))} %",
                f"(Attended + absences whose catch-up the tutor has signed off) ÷ expected: ({there} + {caught}) ÷ {report.places}",
                places,
            ),
        ]
    return (*rows, *_rating_definitions(report))


def _rating_definitions(report: ProgressReport) -> list[Definition]:
    ratings = report.ratings
    size = ratings.scale[1] - ratings.scale[0] if ratings.scale else 1
    scale = scale_words(report)

    def division(rating: Rating, value: Fraction) -> str:
        return f"{plain(value * (rating.n or 0) * size)} ÷ {(rating.n or 0) * size}"

    rows = []
    for label, rating, words in (
        ("Overall satisfaction", ratings.overall, f"Mean of (rating − lowest) ÷ (highest − lowest), {scale}"),
        ("Tutor satisfaction", ratings.tutor, "The same, for the question on the tutor"),
    ):
        if rating.value is not None:
            rows.append(
                Definition(
                    label,
                    f"{percent(rating.value)} %",
                    f"{words}: {division(rating, rating.value)}",
                    f"{rating.n} answers",
                )
            )
    before, after = ratings.before, ratings.after
    if before.value is not None and after.value is not None:
        gain = after.value - before.value
        words = f"Mean of (after − before) ÷ (highest − lowest), answers with both ratings: {division(before, gain)}"
        rows.append(
            Definition(
                "Knowledge gain", f"{signed(rounded(gain * 100)).lstrip('+')} points", words, f"{before.n} pairs"
            )
        )
    return rows
