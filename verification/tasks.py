"""Work in the background. A message may be lost: the schedule's command finds the row again."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def build_pack(pk: int) -> None:
    """Put one pack together; the schedule's `build_packs` finds those whose message or worker was lost."""
    call_command("build_packs", str(pk), verbosity=0)
