"""Work on what was handed in that keeps nobody waiting. A lost message is made up for by the schedule."""

from celery import shared_task

from assignments import comparison


@shared_task
def compare_submission(pk: int) -> bool:
    """Carry out one waiting comparison, by the number of its `SimilarityCheck`."""
    return comparison.compare(pk)
