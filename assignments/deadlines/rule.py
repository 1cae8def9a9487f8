"""The rule of precedence: one date out of everything that bears on it. No database here.

1. **A date to begin from.** The cohort's; the learner's own instead, if one was set; the date given with a referral
   instead, which starts afresh. Of the last two the newer holds, even if it is the earlier day. Whatever extended an
   older date does not extend the newer one.
2. **Reasonable adjustments and breaks come on top**, whichever date it begins from and whenever they were recorded:
   first the working days of each adjustment, then each break in the order of the breaks. A break moves the date by its
   own length, from its first day (or from the day on which the date was set, if that came later) to the day the learner
   is back, unless it begins after the date: so nobody's date falls into their break, and as many days are left after
   it as were left before.
3. **An extension is a promise of one day.** It counts from the date it was granted against; what was recorded by then is
   contained in it, what is recorded later comes on top as under 2. Of the promises and the date without them the latest
   holds, so that no extension ever makes a date earlier.
4. **The registration's end caps at last**, and nothing passes it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from assignments.deadlines.wording import (
    ADJUSTMENT,
    BREAK,
    COHORT,
    EXTENSION,
    INDIVIDUAL,
    NONE,
    REFERRAL,
    REGISTRATION,
    TITLES,
    day_of,
    days,
    said,
    sentence_of,
)
from assignments.deadlines.working_days import add_working_days


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that made the date what it is. `on` is the day it was recorded; the cohort's date has none.

    `reason` says what anybody who sees the date may know; why an adjustment or a break was agreed is not in here.
    """

    what: str
    before: dt.date | None
    after: dt.date
    who: str = ""
    on: dt.date | None = None
    reason: str = ""

    @property
    def title(self) -> str:
        return TITLES[self.what]

    @property
    def is_extension(self) -> bool:
        return self.what == EXTENSION


class Asked(NamedTuple):
    """A request for an extension that waits for an answer."""

    wanted_on: dt.date
    asked_at: dt.datetime
    number: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """The date that holds and how it came about.

    `since` is the day it began to hold; the cohort's date has held from the start. `original_on` is the date before
    anything moved it, `unextended_on` what would hold without extensions.
    """

    due_on: dt.date | None
    origin: str
    sentence: str
    since: dt.date | None = None
    registration_ends_on: dt.date | None = None
    capped: bool = False
    original_on: dt.date | None = None
    steps: tuple[Step, ...] = ()
    unextended_on: dt.date | None = None
    asked: Asked | None = None

    def days_left(self, today: dt.date) -> int | None:
        """Days to the date, negative when it has passed."""
        return (self.due_on - today).days if self.due_on else None

    @property
    def is_own(self) -> bool:
        """Whether it is another date than that of the whole cohort, for a reason of this learner's."""
        return any(one.what not in (COHORT, REGISTRATION) for one in self.steps)

    @property
    def has_moved(self) -> bool:
        return len(self.steps) > 1


class Individual(NamedTuple):
    due_on: dt.date
    reason: str
    set_at: dt.datetime
    set_by: str


class Referral(NamedTuple):
    """The date given with a referral, or with work that was returned unmarked; `state` says which."""

    attempt: int
    resubmit_by: dt.date
    marked_at: dt.datetime
    state: str = "referred"


class Extension(NamedTuple):
    """A granted one."""

    granted_on: dt.date
    reason: str
    decided_at: dt.datetime
    decided_by: str


class Adjustment(NamedTuple):
    extra_working_days: int
    recorded_at: dt.datetime
    recorded_by: str


class Break(NamedTuple):
    """A break in learning: `from_on` is its first day, `back_on` the first day after it."""

    from_on: dt.date
    back_on: dt.date
    recorded_at: dt.datetime
    recorded_by: str


class Registered(NamedTuple):
    expires_on: dt.date
    organisation: str


NO_DATE = Deadline(None, NONE, "No date has been set yet. Your contract manager sets it for the whole cohort.")


def combine(
    *,
    cohort_on: dt.date | None,
    individual: Individual | None,
    referral: Referral | None,
    registered: Registered | None,
    extensions: Sequence[Extension] = (),
    adjustments: Sequence[Adjustment] = (),
    breaks: Sequence[Break] = (),
    asked: Asked | None = None,
) -> Deadline:
    """The date that holds, by the rule above. `individual` and `referral` are the newest ones; the others are all there are."""
    origin, held_from, begun = _beginning(cohort_on, individual, referral)
    if not begun:
        return NO_DATE
    newer = sorted(
        (one for one in extensions if held_from is None or one.decided_at > held_from), key=lambda one: one.decided_at
    )
    since = day_of(held_from) if held_from else None
    steps = _path(begun, since, newer, adjustments, breaks)
    plain = _path(begun, since, [], adjustments, breaks) if newer else steps
    ends = registered.expires_on if registered else None
    capped = ends is not None and steps[-1].after > ends
    sentence = sentence_of(steps)
    if registered and capped:
        ended = f"Your registration with {registered.organisation} ends on {said(registered.expires_on)}"
        sentence += f" {ended}, so this is the last day."
        reason = "nothing is handed in after the registration"
        steps = [
            *steps,
            Step(REGISTRATION, steps[-1].after, registered.expires_on, registered.organisation, None, reason),
        ]
    return Deadline(
        due_on=steps[-1].after,
        origin=origin,
        sentence=sentence,
        since=max((one.on for one in steps if one.on), default=None),
        registration_ends_on=ends,
        capped=capped,
        original_on=steps[0].after,
        steps=tuple(steps),
        unextended_on=min(plain[-1].after, ends) if ends else plain[-1].after,
        asked=asked,
    )


@lru_cache(maxsize=4096)
def of_cohort(cohort_on: dt.date | None, registered: Registered | None) -> Deadline:
    """The date of those who have nothing of their own: most learners share one answer with the rest of their cohort."""
    return combine(cohort_on=cohort_on, individual=None, referral=None, registered=registered)


def _beginning(
    cohort_on: dt.date | None, individual: Individual | None, referral: Referral | None
) -> tuple[str, dt.datetime | None, list[Step]]:
    """Under 1: where the date comes from, the moment from which it holds, and the steps to it."""
    steps = [Step(COHORT, None, cohort_on)] if cohort_on else []
    if individual and (referral is None or individual.set_at > referral.marked_at):
        on = day_of(individual.set_at)
        step = Step(INDIVIDUAL, cohort_on, individual.due_on, individual.set_by, on, individual.reason)
        return INDIVIDUAL, individual.set_at, [*steps, step]
    if referral:
        how = "returned unmarked" if referral.state == "returned" else "referred"
        reason = f"attempt {referral.attempt} was {how}"
        step = Step(REFERRAL, cohort_on, referral.resubmit_by, "", day_of(referral.marked_at), reason)
        return REFERRAL, referral.marked_at, [*steps, step]
    return COHORT, None, steps


def _path(
    begun: Sequence[Step],
    since: dt.date | None,
    extensions: Sequence[Extension],
    adjustments: Sequence[Adjustment],
    breaks: Sequence[Break],
) -> list[Step]:
    """Under 2 and 3: the steps to the latest of the date without extensions and each promise. Of equals the newest."""
    best, chosen = _moved(begun, since, adjustments, breaks), None
    for one in extensions:
        step = Step(EXTENSION, None, one.granted_on)
        found = _moved([step], day_of(one.decided_at), *_after(one, adjustments, breaks))
        if found[-1].after >= best[-1].after:
            best, chosen = found, one
    if chosen is None:
        return best
    at = chosen.decided_at
    known = _path(
        begun,
        since,
        [one for one in extensions if one.decided_at < at],
        [one for one in adjustments if one.recorded_at <= at],
        [one for one in breaks if one.recorded_at <= at],
    )
    step = replace(best[0], before=known[-1].after, who=chosen.decided_by, on=day_of(at), reason=chosen.reason)
    return [*known, step, *best[1:]]


def _after(
    one: Extension, adjustments: Sequence[Adjustment], breaks: Sequence[Break]
) -> tuple[list[Adjustment], list[Break]]:
    """What came to be known when the extension had been granted."""
    at = one.decided_at
    return [a for a in adjustments if a.recorded_at > at], [b for b in breaks if b.recorded_at > at]


def _moved(
    steps: Sequence[Step], since: dt.date | None, adjustments: Sequence[Adjustment], breaks: Sequence[Break]
) -> list[Step]:
    """Under 2: the steps, and those that come on top."""
    found = list(steps)
    for one in sorted(adjustments, key=lambda a: a.recorded_at):
        before = found[-1].after
        after = add_working_days(before, one.extra_working_days)
        reason = f"{days(one.extra_working_days, 'working day')} more"
        found.append(Step(ADJUSTMENT, before, after, one.recorded_by, day_of(one.recorded_at), reason))
    for pause in sorted(breaks, key=lambda b: (b.from_on, b.back_on)):
        before = found[-1].after
        begins = max(pause.from_on, since) if since else pause.from_on
        if pause.from_on > before or pause.back_on <= begins:
            continue
        after = before + (pause.back_on - begins)
        reason = f"away from {said(pause.from_on)}, back on {said(pause.back_on)}"
        found.append(Step(BREAK, before, after, pause.recorded_by, day_of(pause.recorded_at), reason))
    return found
