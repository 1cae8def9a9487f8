"""The e-mails about interim samples. None names a learner: what is looked at is the tutor's assessment."""

from typing import Any

from accounts.models import User
from core import notices
from core.models import Notice
from verification.models import InterimAction, InterimSample


def _send(key: str, *, to: User, template: str, sample: InterimSample, **context: Any) -> bool:
    found = notices.queue(
        key,
        to=to,
        template=f"emails/interim_{template}.txt",
        context={"sample": sample, "url": sample.get_absolute_url(), **context},
    )
    return found is not None


def interim_planned(sample: InterimSample) -> None:
    """To the tutor, of what is still to come."""
    _send(f"interim:{sample.pk}:planned", to=sample.tutor, template="planned", sample=sample)


def was_told(sample: InterimSample) -> bool:
    """Whether the tutor had the mail about the plan."""
    return Notice.objects.filter(key=f"interim:{sample.pk}:planned").exists()


def interim_called_off(sample: InterimSample) -> None:
    _send(f"interim:{sample.pk}:called_off", to=sample.tutor, template="called_off", sample=sample)


def interim_recorded(sample: InterimSample, action: InterimAction | None) -> None:
    """To the tutor: the feedback is there, with the action if there is one; to its owner if that is somebody else."""
    _send(f"interim:{sample.pk}:recorded", to=sample.tutor, template="recorded", sample=sample, action=action)
    if action is not None and action.owner_id != sample.tutor_id:
        interim_action(action)


def interim_action(action: InterimAction) -> None:
    """To whoever has to do it: a further round, or an action for somebody else than the tutor looked at."""
    _send(f"interim-action:{action.pk}:asked", to=action.owner, template="action", sample=action.sample, action=action)


def interim_answered(action: InterimAction) -> None:
    """To the verifier who asked."""
    _send(
        f"interim-action:{action.pk}:answered",
        to=action.asked_by,
        template="answered",
        sample=action.sample,
        action=action,
    )


def interim_action_due(action: InterimAction) -> bool:
    """To the owner on the last day, or as soon after it as this runs. Whether it was new."""
    return _send(
        f"interim-action:{action.pk}:due", to=action.owner, template="action_due", sample=action.sample, action=action
    )
