"""The day for the next attempt, where the learner learns of the referral later than it was signed. No database here."""

import datetime as dt


def moved_on(
    resubmit_by: dt.date, *, signed_on: dt.date, released_on: dt.date, registration_ends_on: dt.date | None
) -> dt.date:
    """As many days from the release as the tutor gave from the signature, but none after the end of the registration.

    It is never earlier than the day that was signed: where the registration has been shortened since, the engine says so.
    """
    waited = max(released_on - signed_on, dt.timedelta())
    day = resubmit_by + waited
    if registration_ends_on is not None:
        day = min(day, registration_ends_on)
    return max(day, resubmit_by)
