"""The one door through which a state changes. The tables themselves live in each app's `states.py`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import CheckConstraint, Model, Q, TextChoices
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale, WrongState

Guard = Callable[[Any, Any], str]


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of a transition table.

    A guard is called as `guard(obj, by)` and returns a sentence that refuses, or an empty string. `needs` is a member
    of `accounts.permissions.Can`; None means that only the system (`by=None`) takes it.
    """

    verb: str
    label: str
    sources: tuple[str, ...]
    target: str
    needs: Any = None
    guards: tuple[Guard, ...] = ()

    def refusal(self, obj: Any, by: Any) -> Refused | None:
        """Why `by` cannot take this transition on `obj` now, or None. `by=None` is the system, which passes `needs`."""
        if by is not None and (self.needs is None or not by.can(self.needs)):
            return NotAllowed(f"Your role does not let you {self.label[0].lower()}{self.label[1:]}.")
        if obj.state not in self.sources:
            return WrongState(
                f"This is {obj.get_state_display().lower()}, so “{self.label}” is no longer possible here."
            )
        for guard in self.guards:
            if sentence := guard(obj, by):
                return Refused(sentence)
        return None

    def check(self, obj: Any, by: Any) -> None:
        """Raise the `Refused` that `refusal` found, if any."""
        if refusal := self.refusal(obj, by):
            raise refusal


def move(obj: Model, transition: Transition, *, by: Any, detail: Any = None, **facts: Any) -> Event:
    """Take `transition`, set `facts` on the same row, and record the event. Call inside `transaction.atomic`.

    Raises `Refused` (one of its kinds) if a rule forbids it, and `Stale` if another person was first: the change is a
    compare-and-swap on the state, so of two simultaneous attempts exactly one wins.
    """
    transition.check(obj, by)
    old = obj.state  # type: ignore[attr-defined] # every model with a machine has one
    won = type(obj)._base_manager.filter(pk=obj.pk, state=old).update(state=transition.target, **facts)
    if not won:
        raise Stale("Somebody else changed this a moment ago. Look again to see where it stands.")
    obj.state = transition.target  # type: ignore[attr-defined] # every model with a machine has one
    for name, value in facts.items():
        setattr(obj, name, value)
    return _write(obj, transition.verb, by=by, old=old, new=transition.target, detail=detail or {})


def record(obj: Model, verb: str, *, by: Any, **detail: Any) -> Event:
    """Write an event for a change that has no state. Call inside the same `transaction.atomic` as the change."""
    return _write(obj, verb, by=by, old="", new="", detail=detail)


def _write(obj: Model, verb: str, *, by: Any, old: str, new: str, detail: dict[str, Any]) -> Event:
    event = Event.objects.create(
        subject_type=obj._meta.label_lower,
        subject_id=obj.pk,
        subject_label=str(obj)[:200],
        verb=verb,
        old_state=old,
        new_state=new,
        happened_at=clock.now(),
        actor_id=by.pk if by else None,
        actor_label=str(by)[:200] if by else "Waymark",
        detail=detail,
    )
    for follow in _followers():
        follow(event, obj)
    return event


@cache
def _followers() -> tuple[Callable[[Event, Any], None], ...]:
    """What keeps something true that follows from events, in the transaction of each. A later stage is named, not imported."""
    return tuple(import_string(one) for one in settings.EVENT_FOLLOWERS)


@dataclass(frozen=True)
class Choice:
    """One button: where it leads, and if it is blocked, the sentence that says why."""

    verb: str
    label: str
    url: str
    blocked: str = ""


def choices(obj: Any, by: Any, transitions: Iterable[Transition]) -> Sequence[Choice]:
    """The transitions this person may see on `obj`: those possible now, and those blocked by a guard with its reason.

    The URL name is `<app>:<verb>` with the object's primary key; a transition without such a route is left out.
    """
    found = []
    for transition in transitions:
        refusal = transition.refusal(obj, by)
        if isinstance(refusal, NotAllowed | WrongState):
            continue
        try:
            url = reverse(f"{obj._meta.app_label}:{transition.verb}", args=[obj.pk])
        except NoReverseMatch:
            continue
        found.append(Choice(transition.verb, transition.label, url, str(refusal or "")))
    return found


def state_is_known(states: type[TextChoices], *, name: str) -> CheckConstraint:
    """The database refuses a state that the enum does not have."""
    return CheckConstraint(condition=Q(state__in=states.values), name=name)


def set_exactly_when(field: str, *, states: Iterable[str], name: str) -> CheckConstraint:
    """The database holds `field` filled in these states and empty in all others."""
    inside = Q(state__in=list(states))
    filled = Q(**{f"{field}__isnull": False})
    return CheckConstraint(condition=(inside & filled) | (~inside & ~filled), name=name)


def set_from(field: str, *, states: Iterable[str], name: str) -> CheckConstraint:
    """The database holds `field` filled in these states; in the others it may be either."""
    return CheckConstraint(condition=~Q(state__in=list(states)) | Q(**{f"{field}__isnull": False}), name=name)
