"""A progress report laid out: which words, charts and tables stand on which page. Computed from the report alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.safestring import SafeString, mark_safe

from reporting import charts, documents, sentences
from reporting.charts.deadlines import height as deadlines_height
from reporting.disclosure import Rating
from reporting.headline import Definition, Figure, definitions, six_figures
from reporting.journey_grid import Grid, journey_grid
from reporting.report import Action, LearnerLine, ProgressReport, Standing
from reporting.rounding import percent, printed_gain
from reporting.wording import NBSP, counted, full_day, mid, period_name, sentence, short_day, span

TEMPLATE = "pdf/progress_report.html"
MILLIMETRES = 25.4 / 72
PAGE = 257.0
"""Millimetres a page holds."""
DEADLINES_A_CHART = 28
ACTION_LINES = 9
ACTION_LINES_DENSE = 13
RECORD_ROOM = 228.0


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class SixthPart:
    """One of the six figures with its small trend."""

    figure: Figure
    spark: SafeString


@dataclass(frozen=True)
class ActionRow:
    kind: str
    what: str
    who: str
    by: str
    decides: bool


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
class RecordRow:
    number: int
    name: str
    pathway: str
    sessions: str
    step: str
    who: str
    deadline: str
    registration: str
    is_open: bool


@dataclass(frozen=True)
class Pages:
    """What the template prints besides the report's own fields."""

    title: str
    running: str
    period: str
    facts: tuple[Fact, ...]
    strip: SafeString
    dense: bool
    status_heading: str
    rules: list[tuple[str, str, bool]]
    figures: tuple[SixthPart, ...]
    actions_heading: str
    actions: tuple[ActionRow, ...]
    further_actions: tuple[ActionRow, ...]
    milestones: tuple[Fact, ...]
    journey_heading: str
    changes: str
    grid: Grid
    charts_apart: bool
    deadlines_heading: str
    deadlines: tuple[SafeString, ...]
    proposes: bool
    completion_heading: str
    completion: SafeString
    attendance_heading: str
    attendance_prose: str
    attendance: SafeString
    session_heads: tuple[SessionHead, ...]
    attendance_rows: tuple[AttendanceRow, ...]
    attendance_formula: str
    satisfaction_heading: str
    satisfaction_prose: str
    satisfaction: SafeString
    satisfaction_formula: str
    knowledge_heading: str
    knowledge_prose: str
    knowledge: SafeString
    knowledge_formula: str
    has_pathways: bool
    record: tuple[tuple[RecordRow, ...], ...]
    sessions_formula: str
    definitions: tuple[Definition, ...]
    versions: tuple[tuple[int, str, str, str], ...]


def progress_report_pdf(report: ProgressReport) -> bytes:
    """The report as a file. About half a second: in a task, not in a request."""
    return documents.render(
        TEMPLATE, {"report": report, "page": laid_out(report)}, identifier(report), accent=report.accent
    )


def identifier(report: ProgressReport) -> str:
    return f"waymark-progress-report:{report.cohort_code}:{report.as_of.isoformat()}:{report.version}"


def laid_out(report: ProgressReport) -> Pages:
    grid = journey_grid(report)
    first, further, dense = _actions(report)
    return Pages(
        title=sentences.title(report),
        running=f"Progress report, {period_name(report.period_start, report.as_of)}, version {report.version}{'' if report.approved_on else ', draft'}",
        period=period_name(report.period_start, report.as_of),
        facts=_facts(report),
        strip=_safe(
            charts.strip(
                len(report.completed), len(report.outstanding), len(report.withdrawn), title=sentences.strip(report)
            )
        ),
        dense=dense,
        status_heading=f"Status: {report.status.word.value}",
        rules=sentences.rules(report.status),
        figures=tuple(SixthPart(one, _spark(one.key, report)) for one in six_figures(report)),
        actions_heading=sentences.actions_heading(report),
        actions=first,
        further_actions=further,
        milestones=tuple(Fact(full_day(one.on), one.what) for one in report.milestones),
        journey_heading=sentences.journey_heading(report),
        changes=sentences.changes(report),
        grid=grid,
        charts_apart=grid.last_height + _charts_height(report) > PAGE,
        deadlines_heading=sentences.deadlines_heading(report),
        deadlines=_deadlines(report),
        proposes=any(one.proposed_deadline for one in report.outstanding),
        completion_heading=sentences.completion_heading(report),
        completion=_completion(report),
        attendance_heading=sentences.attendance_heading(report),
        attendance_prose=sentences.attendance(report),
        attendance=_attendance(report),
        session_heads=tuple(
            SessionHead(
                one.name if len(report.sessions) <= 7 else one.code,
                short_day(one.held_on) if len(report.sessions) <= 7 else f"{one.held_on.day} {one.held_on:%b}",
            )
            for one in report.sessions
        ),
        attendance_rows=_attendance_rows(report),
        attendance_formula=sentences.attendance_formula(report),
        satisfaction_heading=sentences.satisfaction_heading(report),
        satisfaction_prose=sentences.satisfaction(report),
        satisfaction=_satisfaction(report),
        satisfaction_formula=_satisfaction_formula(report),
        knowledge_heading=sentences.knowledge_heading(report),
        knowledge_prose=sentences.knowledge(report),
        knowledge=_knowledge(report),
        knowledge_formula=_knowledge_formula(report),
        has_pathways=any(one.pathway for one in report.learners),
        record=_record(report),
        sessions_formula=f"Sessions = attended + caught up since, of those expected{_kinds(report)}.",
        definitions=definitions(report),
        versions=tuple((one.number, full_day(one.on), one.what_changed, one.by) for one in report.versions),
    )


def _safe(svg: str) -> SafeString:
    """Charts escape their own words."""
    return mark_safe(svg)  # noqa: S308


def _facts(report: ProgressReport) -> tuple[Fact, ...]:
    facts = (
        Fact("Client", report.client),
        Fact("Prepared for", f"{report.contact.name}, {report.contact.role}"),
        Fact("Period", span(report.period_start, report.as_of)),
        Fact("Lead supplier", report.lead_supplier),
        Fact("Prepared by", f"{report.prepared_by.name}, {report.prepared_by.role}, {report.centre}"),
        Fact("Version", sentences.version_line(report)),
        Fact("Contract", report.contract),
        Fact("Tutor" if len(report.tutors) < 2 else "Tutors", sentences.tutors(report.tutors)),
        Fact("Next report", full_day(report.next_report_on) if report.next_report_on else "this is the last"),
    )
    return tuple(one for one in facts if one.value)


def _actions(report: ProgressReport) -> tuple[tuple[ActionRow, ...], tuple[ActionRow, ...], bool]:
    """Those that page 1 has room for, the rest for the record, and whether page 1 must close up."""
    lines = [_lines(one) for one in report.actions]
    spare = -2 if len(report.cohort) > 40 or len(report.qualification) > 75 else 0
    dense = sum(lines) > ACTION_LINES + spare or spare < 0
    room, count = (ACTION_LINES_DENSE if dense else ACTION_LINES) + spare, 0
    while count < len(lines) and lines[count] <= room:
        room -= lines[count]
        count += 1
    rows = tuple(
        ActionRow(one.kind.value, one.what, one.who, full_day(one.by), one.kind.value == "Decide")
        for one in report.actions
    )
    return rows[:count], rows[count:], dense


def _lines(one: Action) -> int:
    return max(2, -(-len(one.what) // 42), -(-len(one.who) // 14))


def _spark(key: str, report: ProgressReport) -> SafeString:
    accent, ratings = report.accent, report.ratings
    if key == "completed":
        days = [one.certificate_on for one in report.completed if one.certificate_on]
        since = min([report.last_session_on or report.period_start, *days])
        return _safe(charts.spark_steps(report.started, days, since=since, as_of=report.as_of, accent=accent))
    if key == "outstanding":
        left = [one.spare_days for one in report.outstanding if one.spare_days is not None]
        return _safe(charts.spark_margins(left, margin=report.status.margin_days, accent=accent))
    if key == "attendance":
        return _safe(
            charts.spark_bars(
                [percent(Fraction(one.attended, one.places)) for one in report.sessions if one.places], accent=accent
            )
        )
    if key == "gain":
        before, after = ratings.before.value, ratings.after.value
        if before is None or after is None:
            return _safe("")
        told = printed_gain(before, after)
        return _safe(charts.spark_gain(float(before), float(after), told=(told.before, told.after), accent=accent))
    label = {"overall": "Overall satisfaction", "tutor": "Tutor satisfaction"}[key]
    return _safe(charts.spark_line(key, label, [_whole(getattr(one, key)) for one in ratings.workshops], accent=accent))


def _whole(rating: Rating) -> int | None:
    return None if rating.value is None else percent(rating.value)


# --- the journey -----------------------------------------------------------------------------------------------------


def _charts_height(report: ProgressReport) -> float:
    """Millimetres of both charts with their headings."""
    rows = len(report.outstanding)
    deadlines = 17.2 + deadlines_height(rows) * MILLIMETRES + 6 if rows else 0
    return deadlines + 42.5


def _deadlines(report: ProgressReport) -> tuple[SafeString, ...]:
    rows = [
        charts.DeadlineRow(one.number, one.name, one.deadline, one.registration_ends, one.proposed_deadline)
        for one in report.outstanding
    ]
    parts = [rows[i : i + DEADLINES_A_CHART] for i in range(0, len(rows), DEADLINES_A_CHART)]
    return tuple(
        _safe(charts.deadlines(part, as_of=report.as_of, margin=report.status.margin_days, accent=report.accent))
        for part in parts
    )


def _completion(report: ProgressReport) -> SafeString:
    days = [one.certificate_on for one in report.completed if one.certificate_on]
    if not days:
        return _safe("")
    gone = [one.withdrew_on for one in report.withdrawn if one.withdrew_on]
    held = [one.held_on for one in report.sessions]
    return _safe(
        charts.completion(
            report.started,
            days,
            gone,
            sessions=(min(held), max(held)) if held else None,
            as_of=report.as_of,
            accent=report.accent,
        )
    )


# --- delivery and feedback -------------------------------------------------------------------------------------------


def _attendance(report: ProgressReport) -> SafeString:
    return _safe(
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
        return _safe("")
    return _safe(
        charts.satisfaction(
            _rated(report),
            pooled=(percent(pooled.value), _whole(report.ratings.tutor), pooled.n or 0),
            accent=report.accent,
        )
    )


def _rated(report: ProgressReport) -> list[charts.RatedWorkshop]:
    return [
        charts.RatedWorkshop(one.name, one.code, _whole(one.overall), _whole(one.tutor), _note(one.overall))
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
    return f"Satisfaction = mean of (rating − lowest) ÷ (highest − lowest), {sentences.scale_words(report)}, pooled over the workshops.{start}{_withheld_words(report, 'overall')}"


def _withheld_words(report: ProgressReport, key: str) -> str:
    """Why a workshop shows no figure, where one does not."""
    if all(getattr(one, key).withheld is None for one in report.ratings.workshops):
        return ""
    return " A workshop with fewer than five answers shows no figure, nor does one that would give it away."


def _knowledge(report: ProgressReport) -> SafeString:
    ratings = report.ratings
    if ratings.before.value is None or ratings.after.value is None:
        return _safe("")
    rows = [_knowledge_row(one.name, one.before, one.after) for one in ratings.workshops]
    whole = f"All {counted(len(rows))}" if len(rows) > 1 else "In all"
    return _safe(charts.knowledge([*rows, _knowledge_row(whole, ratings.before, ratings.after)], accent=report.accent))


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
    return f"Knowledge gain = mean of (after − before) ÷ (highest − lowest), in percentage points, over the {ratings.before.n} answers with both ratings.{left}{_withheld_words(report, 'before')}"


# --- the record ------------------------------------------------------------------------------------------------------


def _record(report: ProgressReport) -> tuple[tuple[RecordRow, ...], ...]:
    """The rows of each table: a new one, headed again, where a page is full."""
    tables: list[list[RecordRow]] = [[]]
    used = 0.0
    for row in (_record_row(one) for one in report.learners):
        height = 6.1 + 4.02 * max(0, -(-len(row.step) // 34) - 1, -(-len(row.who) // 15) - 1)
        if used + height > RECORD_ROOM:
            tables.append([])
            used = 0.0
        tables[-1].append(row)
        used += height
    return tuple(tuple(one) for one in tables)


def _record_row(one: LearnerLine) -> RecordRow:
    step, who = one.next_step or "–", one.who_acts or "–"
    if one.certificate_on:
        step, who = f"Completed {short_day(one.certificate_on)}", "–"
    elif one.withdrew_on:
        step, who = f"Withdrew {short_day(one.withdrew_on)}", "–"
    is_open = one.standing is Standing.OUTSTANDING
    sessions = (
        f"{one.attended} + {one.caught_up} of {one.places}" if one.caught_up else f"{one.attended} of {one.places}"
    )
    return RecordRow(
        one.number,
        one.name,
        one.pathway or "–",
        sessions,
        step,
        who,
        short_day(one.deadline) if is_open and one.deadline else "–",
        short_day(one.registration_ends) if is_open and one.registration_ends else "–",
        is_open,
    )


def _kinds(report: ProgressReport) -> str:
    names: Sequence[str] = [mid(one.name) for one in report.sessions]
    return f" (from {names[0]} to {names[-1]})" if len(names) > 1 else ""
