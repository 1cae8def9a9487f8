"""Work on files in the background. A message may be lost: the schedule's commands find the rows again."""

from celery import shared_task
from django.core.management import call_command

from assignments import comparison, examination


@shared_task
def examine_document(pk: int) -> None:
    """Examine one document that has arrived."""
    examination.examine(pk)


@shared_task
def compare_submission(pk: int) -> bool:
    """Carry out one waiting comparison, by the number of its `SimilarityCheck`."""
    return comparison.compare(pk)


@shared_task
def build_bundle(pk: int) -> None:
    """Put one portfolio together; the schedule's `build_bundles` finds those whose message or worker was lost."""
    call_command("build_bundles", str(pk), verbosity=0)
