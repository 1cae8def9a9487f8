"""For pages of the learner's result: whether there is still time for an appeal."""

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from core import clock
from verification import case_policy as policy

register = template.Library()


@register.filter
def appeal_until(submission: Any) -> dt.date | None:
    """The last day for an appeal against this released result, or nothing if there is none or it is over. Asks no database."""
    if not submission.is_released:
        return None
    last = policy.appeal_until(timezone.localdate(submission.released_at))
    return last if clock.today() <= last else None
