"""A progress report laid out: which words, charts and tables stand on which page. Computed from the report alone."""

from dataclasses import dataclass

from reporting import documents
from reporting.layout.delivery import DeliveryPage, delivery_page
from reporting.layout.journey import JourneyPages, journey_pages
from reporting.layout.record import RecordPages, record_pages
from reporting.layout.summary import SummaryPage, summary_page
from reporting.report import ProgressReport
from reporting.wording import period_name

TEMPLATE = "pdf/progress_report.html"


@dataclass(frozen=True)
class Pages:
    """What the template prints besides the report's own fields."""

    title: str
    running: str
    period: str
    summary: SummaryPage
    journey: JourneyPages
    delivery: DeliveryPage
    record: RecordPages


def progress_report_pdf(report: ProgressReport) -> bytes:
    """The report as a file. About half a second: in a task, not in a request."""
    context = {"report": report, "page": laid_out(report)}
    return documents.render(TEMPLATE, context, identifier(report), accent=report.accent)


def identifier(report: ProgressReport) -> str:
    """The same for the same version of the same report."""
    return f"waymark-progress-report:{report.cohort_code}:{report.as_of.isoformat()}:{report.version}"


def laid_out(report: ProgressReport) -> Pages:
    period = period_name(report.period_start, report.as_of)
    summary = summary_page(report)
    return Pages(
        title=f"Progress report, {period}: {report.cohort}, {report.client}",
        running=f"Progress report, {period}, version {report.version}{'' if report.approved_on else ', draft'}",
        period=period,
        summary=summary,
        journey=journey_pages(report),
        delivery=delivery_page(report),
        record=record_pages(report, further_actions=report.actions[len(summary.actions) :]),
    )
