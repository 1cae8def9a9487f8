"""Delivery and feedback: attendance over its table, satisfaction, knowledge, and a learner's words."""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.safestring import SafeString

from reporting import charts
from reporting.disclosure import Rating
from reporting.layout import delivery_words as words
from reporting.layout.shared import drawn, whole
from reporting.report import ProgressReport
from reporting.rounding import percent, printed_gain
from reporting.wording import NBSP, counted, mid, sentence, short_day

NAMES_FIT = 7
"""Sessions up to which the table has room for their names and years."""


@dataclass(frozen=True)
class AttendanceRow:
    label: str
    cells: tuple[int, ...]
    total: str


@dataclass(frozen=True)
class SessionHead:
    name: str
    day: str


@dataclass(frozen=True)
class DeliveryPage:
    attendance_heading: str
    attendance_prose: str
    attendance: SafeString
    sessions: tuple[SessionHead, ...]
    rows: tuple[AttendanceRow, ...]
    attendance_formula: str
    satisfaction_heading: str
    satisfaction_prose: str
    satisfaction: SafeString
    satisfaction_formula: str
    knowledge_heading: str
    knowledge_prose: str
    knowledge: SafeString
    knowledge_formula: str


def delivery_page(report: ProgressReport) -> DeliveryPage:
    return DeliveryPage(
        attendance_heading=words.attendance_heading(report),
        attendance_prose=words.attendance(report),
        attendance=_attendance(report),
        sessions=_heads(report),
        rows=_attendance_rows(report),
        attendance_formula=words.attendance_formula(report),
        satisfaction_heading=words.satisfaction_heading(report),
        satisfaction_prose=words.satisfaction(report),
        satisfaction=_satisfaction(report),
        satisfaction_formula=_satisfaction_formula(report),
        knowledge_heading=words.knowledge_heading(report),
        knowledge_prose=words.knowledge(report),
        knowledge=_knowledge(report),
        knowledge_formula=_knowledge_formula(report),
    )


def _heads(report: ProgressReport) -> tuple[SessionHead, ...]:
    if len(report.sessions) <= NAMES_FIT:
        return tuple(SessionHead(one.name, short_day(one.held_on)) for one in report.sessions)
    return tuple(SessionHead(one.code, f"{one.held_on.day} {one.held_on:%b}") for one in report.sessions)


def _attendance(report: ProgressReport) -> SafeString:
    return drawn(
        charts.attendance(
            [
                charts.AttendanceBar(
                    mid(one.name),
                    one.places,
                    one.attended,
                    one.part,
                    one.caught_up,
                    percent(Fraction(one.attended, one.places)) if one.places else 0,
                )
                for one in report.sessions
            ],
            accent=report.accent,
        )
    )


def _attendance_rows(report: ProgressReport) -> tuple[AttendanceRow, ...]:
    held = report.sessions
    covered = report.attended + report.caught_up

    def share(count: int) -> str:
        return f"{count} ({percent(Fraction(count, report.places))}{NBSP}%)" if report.places else str(count)

    return (
        AttendanceRow("Expected", tuple(one.places for one in held), str(report.places)),
        AttendanceRow("Attended", tuple(one.attended for one in held), share(report.attended)),
        AttendanceRow("Caught up since", tuple(one.caught_up for one in held), str(report.caught_up)),
        AttendanceRow("Covered", tuple(one.attended + one.caught_up for one in held), share(covered)),
        AttendanceRow("Not covered", tuple(one.not_covered for one in held), str(report.places - covered)),
    )


def _satisfaction(report: ProgressReport) -> SafeString:
    pooled = report.ratings.overall
    if pooled.value is None:
        return drawn("")
    return drawn(
        charts.satisfaction(
            _rated(report),
            pooled=(percent(pooled.value), whole(report.ratings.tutor), pooled.n or 0),
            accent=report.accent,
        )
    )


def _rated(report: ProgressReport) -> list[charts.RatedWorkshop]:
    return [
        charts.RatedWorkshop(one.name, one.code, whole(one.overall), whole(one.tutor), _note(one.overall))
        for one in report.ratings.workshops
    ]


def _note(rating: Rating) -> str:
    """Under a workshop's name: its n, or why there is none."""
    if rating.withheld is None:
        return f"n{NBSP}{rating.n}"
    return {"no answers": "none", "fewer than 5 answers": "under 5", "withheld": "withheld"}[rating.withheld.value]


def _satisfaction_formula(report: ProgressReport) -> str:
    low = charts.floor_of(_rated(report))
    start = f" The scale drawn starts at {low} %." if low else ""
    scale = words.scale_words(report)
    formula = f"Satisfaction = mean of (rating − lowest) ÷ (highest − lowest), {scale}, pooled over the workshops."
    return f"{formula}{start}{_withheld_words(report, 'overall')}"


def _withheld_words(report: ProgressReport, key: str) -> str:
    """Why a workshop shows no figure, where one does not."""
    if all(getattr(one, key).withheld is None for one in report.ratings.workshops):
        return ""
    return " A workshop with fewer than five answers shows no figure, nor does one that would give it away."


def _knowledge(report: ProgressReport) -> SafeString:
    ratings = report.ratings
    if ratings.before.value is None or ratings.after.value is None:
        return drawn("")
    rows = [_knowledge_row(one.name, one.before, one.after) for one in ratings.workshops]
    whole = f"All {counted(len(rows))}" if len(rows) > 1 else "In all"
    return drawn(charts.knowledge([*rows, _knowledge_row(whole, ratings.before, ratings.after)], accent=report.accent))


def _knowledge_row(label: str, before: Rating, after: Rating) -> charts.KnowledgeRow:
    if before.value is None or after.value is None:
        return charts.KnowledgeRow(label, before.withheld.value if before.withheld else "no answers")
    told = printed_gain(before.value, after.value)
    return charts.KnowledgeRow(
        label,
        f"n{NBSP}{before.n}",
        float(before.value * 100),
        float(after.value * 100),
        (told.before, told.after, told.gain),
    )


def _knowledge_formula(report: ProgressReport) -> str:
    ratings = report.ratings
    if ratings.before.n is None or ratings.before.value is None:
        return ""
    missing = ratings.without_before
    left = (
        f" {sentence(counted(missing))} {'answer' if missing == 1 else 'answers'} lacked one of the two."
        if missing
        else ""
    )
    formula = "Knowledge gain = mean of (after − before) ÷ (highest − lowest), in percentage points,"
    over = f"over the {ratings.before.n} answers with both ratings."
    return f"{formula} {over}{left}{_withheld_words(report, 'before')}"
