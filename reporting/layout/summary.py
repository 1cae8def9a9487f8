"""Page 1: one page only, whatever is asked of it, and no learner's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.safestring import SafeString

from reporting import charts
from reporting.layout.headline import Figure, six_figures
from reporting.layout.shared import ActionRow, Fact, action_row, drawn, whole
from reporting.report import Action, ActionKind, ProgressReport, Status, StatusWord, TutorSpan
from reporting.rounding import percent, printed_gain
from reporting.wording import count_of, full_day, listed, long_day, plural, sentence, span

LINE, ROW = 11.4, 6.8
"""Points of a line in a table, and of what a row adds."""
USUAL_TABLES = 7 * LINE + 3 * ROW
FACT_LETTERS = (28, 28, 22)
"""Letters to a line in the three columns of facts."""
NUMBERED = " Learners are numbered on this page and named in the journey and the record."


@dataclass(frozen=True)
class SixthPart:
    """One of the six figures with its small trend."""

    figure: Figure
    spark: SafeString


@dataclass(frozen=True)
class Rule:
    word: str
    words: str
    now: bool


@dataclass(frozen=True)
class SummaryPage:
    density: str
    """Closed up, once or twice, because there is much to say."""
    facts: tuple[Fact, ...]
    strip: SafeString
    status_heading: str
    reason: str
    rules: tuple[Rule, ...]
    figures: tuple[SixthPart, ...]
    actions_heading: str
    actions: tuple[ActionRow, ...]
    """Those page 1 has room for; the others stand in the record."""
    more: int
    milestones: tuple[Fact, ...]


def summary_page(report: ProgressReport) -> SummaryPage:
    facts, figures = _facts(report), six_figures(report)
    strip = charts.strip(len(report.completed), len(report.outstanding), len(report.withdrawn), title=_strip(report))
    room = _room(report, facts, figures, float(strip.partition('height="')[2].partition("pt")[0]))
    return SummaryPage(
        density=room.density,
        facts=facts,
        strip=drawn(strip),
        status_heading=f"Status: {report.status.word.value}",
        reason=report.status.reason + NUMBERED,
        rules=rules(report.status),
        figures=tuple(SixthPart(one, _spark(one.key, report)) for one in figures),
        actions_heading=actions_heading(report.actions),
        actions=tuple(action_row(one) for one in report.actions[: room.actions]),
        more=len(report.actions) - room.actions,
        milestones=tuple(Fact(full_day(one.on), one.what) for one in report.milestones[: room.milestones]),
    )


def _facts(report: ProgressReport) -> tuple[Fact, ...]:
    approved = f"approved {long_day(report.approved_on)}" if report.approved_on else "draft"
    facts = (
        Fact("Client", report.client),
        Fact("Prepared for", f"{report.contact.name}, {report.contact.role}"),
        Fact("Period", span(report.period_start, report.as_of)),
        Fact("Lead supplier", report.lead_supplier),
        Fact("Prepared by", f"{report.prepared_by.name}, {report.prepared_by.role}, {report.centre}"),
        Fact("Version", f"{report.version}, {approved}"),
        Fact("Contract", report.contract),
        Fact("Tutor" if len(report.tutors) < 2 else "Tutors", tutors(report.tutors)),
        Fact("Next report", full_day(report.next_report_on) if report.next_report_on else "this is the last"),
    )
    return tuple(one for one in facts if one.value)


def tutors(spans: Sequence[TutorSpan]) -> str:
    """ "Alison Reeve from 1 March 2023; before, Ian Hale"."""
    replaced = len(spans) > 1
    now = [
        f"{one.name} from {long_day(one.since)}" if one.since and replaced else one.name
        for one in spans
        if one.until is None
    ]
    before = [one.name for one in spans if one.until is not None]
    parts = [listed(now), f"before, {listed(before)}" if before else ""]
    return "; ".join(part for part in parts if part) or "–"


def _strip(report: ProgressReport) -> str:
    done, left = len(report.completed), len(report.outstanding)
    return (
        f"Of {report.started} {plural(report.started, 'learner', 'learners')} who started, "
        f"{done} {plural(done, 'has', 'have')} completed, {left} {plural(left, 'is', 'are')} outstanding "
        f"and {len(report.withdrawn)} withdrew."
    )


def rules(status: Status) -> tuple[Rule, ...]:
    """The three words, the rule of each, and whether it is this report's."""
    margin, late = status.margin_days, status.late_days
    told = {
        StatusWord.ON_TRACK: f"Every deadline leaves {margin} days or more, and nothing is late.",
        StatusWord.NEEDS_ATTENTION: (
            f"A deadline leaves under {margin} days, work is up to {late} days late, or one is unregistered."
        ),
        StatusWord.AT_RISK: (f"A learner has no deadline, or one past registration, or work is over {late} days late."),
    }
    return tuple(Rule(sentence(word), words, word is status.word) for word, words in told.items())


def actions_heading(actions: Sequence[Action]) -> str:
    decisions = sum(one.kind is ActionKind.DECIDE for one in actions)
    acts = len(actions) - decisions
    parts = [f"{count_of(decisions, 'decision', 'decisions')} for you"] if decisions else []
    parts += [f"{count_of(acts, 'action', 'actions')} for us"] if acts else []
    return sentence(", ".join(parts)) if parts else "Nothing needs you this month"


# --- room ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Density:
    """How close page 1 stands: points to a line and letters in it, and the points left over with usual contents."""

    css: str
    title: tuple[float, int]
    qualification: tuple[float, int]
    lede: tuple[float, int]
    reason: tuple[float, int]
    slack: float


DENSITIES = (
    Density("", (26, 42), (17, 75), (22.4, 62), (13, 112), 6),
    Density("dense", (26, 42), (17, 75), (17.6, 78), (13, 112), 62),
    Density("dense denser", (20, 54), (14, 95), (14.4, 96), (11.4, 124), 96),
)


@dataclass(frozen=True)
class Room:
    """What page 1 can hold."""

    density: str
    actions: int
    milestones: int


def _room(report: ProgressReport, facts: Sequence[Fact], figures: Sequence[Figure], strip: float) -> Room:
    """First it closes up, then the last actions go to the record, then the furthest milestones go."""
    every, ahead = len(report.actions), len(report.milestones)
    for density in DENSITIES:
        left = density.slack - _beyond_usual(report, density, facts, figures) - (strip - 18)
        if _tables(report, every, ahead) <= left:
            return Room(density.css, every, ahead)
    fits = (n for n in range(every - 1, -1, -1) if _tables(report, n, 0) <= left)
    actions = next(fits, 0)
    return Room(density.css, actions, next((n for n in range(ahead, 0, -1) if _tables(report, actions, n) <= left), 0))


def _beyond_usual(report: ProgressReport, density: Density, facts: Sequence[Fact], figures: Sequence[Figure]) -> float:
    """Points that the words take beyond a usual page: a title of one line, a summary of four, a reason of two."""
    lede = f"{report.summary.position} {report.summary.ask}"
    rows = [zip(facts[i : i + 3], FACT_LETTERS, strict=False) for i in range(0, len(facts), 3)]
    return (
        density.title[0] * (_lines(report.cohort, density.title[1]) - 1)
        + density.qualification[0] * (_lines(report.qualification, density.qualification[1]) - 1)
        + density.lede[0] * (_lines(lede, density.lede[1]) - 4)
        + density.reason[0] * (_lines(report.status.reason + NUMBERED, density.reason[1]) - 2)
        + 10.4 * (sum(max(_lines(one.value, each) for one, each in row) for row in rows) - 5)
        + LINE * sum(any(len(one.note) > 46 for one in row) for row in (figures[:3], figures[3:]))
    )


def _tables(report: ProgressReport, shown: int, ahead: int) -> float:
    """The taller of the two tables, beyond the usual."""
    asked = [max(_lines(one.what, 40), _lines(one.who, 14), 2) for one in report.actions[:shown]]
    dates = [_lines(one.what, 20) for one in report.milestones[:ahead]]
    left = LINE * sum(asked) + ROW * len(asked) + (LINE + 6 if shown < len(report.actions) else 0)
    return max(left, LINE * sum(dates) + ROW * len(dates)) - USUAL_TABLES


def _lines(words: str, each: int) -> int:
    return max(1, -(-len(words) // each))


# --- small trends ----------------------------------------------------------------------------------------------------


def _spark(key: str, report: ProgressReport) -> SafeString:
    accent, ratings = report.accent, report.ratings
    if key == "completed":
        days = [one.certificate_on for one in report.completed if one.certificate_on]
        since = min([report.last_session_on or report.period_start, *days])
        return drawn(charts.spark_steps(report.started, days, since=since, as_of=report.as_of, accent=accent))
    if key == "outstanding":
        left = [one.spare_days for one in report.outstanding if one.spare_days is not None]
        return drawn(charts.spark_margins(left, margin=report.status.margin_days, accent=accent))
    if key == "attendance":
        shares = [percent(Fraction(one.attended, one.places)) for one in report.sessions if one.places]
        return drawn(charts.spark_bars(shares, accent=accent))
    if key == "gain":
        before, after = ratings.before.value, ratings.after.value
        if before is None or after is None:
            return drawn("")
        told = printed_gain(before, after)
        return drawn(charts.spark_gain(float(before), float(after), told=(told.before, told.after), accent=accent))
    label = {"overall": "Overall satisfaction", "tutor": "Tutor satisfaction"}[key]
    return drawn(charts.spark_line(key, label, [whole(getattr(one, key)) for one in ratings.workshops], accent=accent))
