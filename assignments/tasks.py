"""Work that keeps nobody waiting: the row is the queue, these only carry its number to a worker."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def build_bundle(pk: int) -> None:
    """Put one portfolio together; the schedule's `build_bundles` finds those whose message or worker was lost."""
    call_command("build_bundles", str(pk), verbosity=0)
