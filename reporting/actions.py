"""What happens to a progress report: drawn up, approved, drawn as a PDF, sent. Nothing else here writes."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core import clock
from core.lifecycle import move, record
from core.refusals import Refused
from core.tasks import ring
from programmes.models import Cohort
from reporting import notices, tasks
from reporting.layout import progress_report_pdf
from reporting.models import Report
from reporting.progress import progress_report
from reporting.states import APPROVE, SEND


@transaction.atomic
def draw_up(cohort: Cohort, *, as_of: dt.date, change: str = "", by: User | None) -> Report:
    """Begin a report, or the next version of one that was sent, with the sentences that the numbers propose."""
    if as_of > clock.today():
        raise Refused("This day has not come yet. Choose today or a day before.")
    drafts = Report.objects.filter(cohort=cohort, as_of=as_of).exclude(state="sent")
    if drafts.exists():
        raise Refused(f"There is a report for {as_of:%-d %B %Y} in hand already. Finish that one first.")
    latest = Report.objects.filter(cohort=cohort, as_of=as_of).aggregate(Max("version"))["version__max"] or 0
    proposed = progress_report(cohort, as_of=as_of, version=latest + 1)
    report = Report.objects.create(
        cohort=cohort,
        as_of=as_of,
        version=latest + 1,
        standing=proposed.summary.position,
        request=proposed.summary.ask,
        change=change or ("First version" if not latest else "Drawn up again"),
        prepared_at=clock.now(),
        prepared_by=by,
    )
    record(report, "draw_up", by=by)
    return report


@transaction.atomic
def approve_report(report: Report, *, standing: str, request: str = "", by: User) -> Report:
    """Fix the two sentences and have the PDF drawn. From here on the words do not change."""
    move(report, APPROVE, by=by, standing=standing, request=request, approved_at=clock.now(), approved_by=by)
    ring(tasks.draw_report, report.pk)
    return report


def draw(report: Report) -> bool:
    """Draw the PDF of an approved report and keep it with its fingerprint. False if another worker was first."""
    pdf = progress_report_pdf(progress_report(report.cohort, as_of=report.as_of, report=report))
    fingerprint = hashlib.sha256(pdf).hexdigest()
    name = f"{report.cohort.code}-{report.as_of:%Y-%m-%d}-v{report.version}.pdf"
    with transaction.atomic():
        waiting = Report.objects.awaiting_pdf().filter(pk=report.pk)
        if not waiting.update(drawn_at=clock.now(), sha256=fingerprint):
            return False
        report.refresh_from_db()
        report.file.save(name, ContentFile(pdf), save=False)
        Report.objects.filter(pk=report.pk).update(file=report.file.name)
        record(report, "draw", by=None, sha256=fingerprint)
    return True


@transaction.atomic
def send_report(report: Report, *, by: User) -> Report:
    """Let the client see it, and tell its contacts."""
    move(report, SEND, by=by, sent_at=clock.now(), sent_by=by)
    notices.report_sent(report)
    return report
