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
SLACK, SLACK_DENSE = 6.0, 62.0
"""Points that page 1 has left with usual contents, as it stands and closed up."""


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
    dense: bool
    """Closed up, because there is much to say."""
    facts: tuple[Fact, ...]
    strip: SafeString
    status_heading: str
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
    shown, dense = _room(report, facts, figures, float(strip.partition('height="')[2].partition("pt")[0]))
    return SummaryPage(
        dense=dense,
        facts=facts,
        strip=drawn(strip),
        status_heading=f"Status: {report.status.word.value}",
        rules=rules(report.status),
        figures=tuple(SixthPart(one, _spark(one.key, report)) for one in figures),
        actions_heading=actions_heading(report.actions),
        actions=tuple(action_row(one) for one in report.actions[:shown]),
        more=len(report.actions) - shown,
        milestones=tuple(Fact(full_day(one.on), one.what) for one in report.milestones),
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


def _room(report: ProgressReport, facts: Sequence[Fact], figures: Sequence[Figure], strip: float) -> tuple[int, bool]:
    """How many actions page 1 can hold, and whether it must close up for them. Reckoned in points against the usual page."""
    lede = f"{report.summary.position} {report.summary.ask}"
    fact_rows = [facts[i : i + 3] for i in range(0, len(facts), 3)]
    extra = sum(
        (
            26 * (_lines(report.cohort, 42) - 1),
            17 * (_lines(report.qualification, 75) - 1),
            10.4 * (sum(max(_lines(one.value, 24) for one in row) for row in fact_rows) - 5),
            13 * (_lines(f"{report.status.reason} Learners are numbered on this page and named later.", 112) - 2),
            LINE * sum(any(len(one.note) > 46 for one in row) for row in (figures[:3], figures[3:])),
            strip - 18,
        )
    )
    every = len(report.actions)
    if extra + 22.4 * (_lines(lede, 62) - 4) + _tables(report, every) <= SLACK:
        return every, False
    dense = extra + 17.6 * (_lines(lede, 78) - 4)
    return next(n for n in range(every, -1, -1) if n == 0 or dense + _tables(report, n) <= SLACK_DENSE), True


def _tables(report: ProgressReport, shown: int) -> float:
    """The taller of the two tables, beyond the usual."""
    asked = [max(_lines(one.what, 42), _lines(one.who, 14), 2) for one in report.actions[:shown]]
    ahead = [_lines(one.what, 21) for one in report.milestones]
    left = LINE * sum(asked) + ROW * len(asked) + (LINE + 6 if shown < len(report.actions) else 0)
    return max(left, LINE * sum(ahead) + ROW * len(ahead)) - USUAL_TABLES


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
