"""The progress report to a client: drawn up, approved by a contract manager, sent."""

from django.db.models import TextChoices

from accounts.permissions import Can
from core.lifecycle import Transition
from reporting import policy


class ReportState(TextChoices):
    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    SENT = "sent", "Sent to the client"


APPROVE = Transition(
    verb="approve_report",
    label="Approve this report",
    sources=(ReportState.DRAFT,),
    target=ReportState.APPROVED,
    needs=Can.PREPARE_REPORTS,
)
SEND = Transition(
    verb="send_report",
    label="Send to the client",
    sources=(ReportState.APPROVED,),
    target=ReportState.SENT,
    needs=Can.PREPARE_REPORTS,
    guards=(policy.pdf_is_drawn,),
)
TRANSITIONS = (APPROVE, SEND)
