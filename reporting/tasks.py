"""Draws reports in the background, where half a second of layout keeps nobody waiting."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def draw_report(pk: int) -> None:
    """Draw the PDF of one approved report; the schedule's `build_reports` finds those whose message was lost."""
    call_command("build_reports", str(pk), verbosity=0)
