"""The e-mails of reports."""

from core import notices
from reporting.models import Report


def report_sent(report: Report) -> None:
    """Tell each contact of the client that a report is there. The figures stay behind the sign-in."""
    contacts = report.cohort.contract.client.contacts.select_related("user")
    for contact in contacts:
        notices.queue(
            f"report:{report.pk}:sent:{contact.user_id}",
            to=contact.user,
            template="emails/report_sent.txt",
            context={"report": report, "cohort": report.cohort},
        )
