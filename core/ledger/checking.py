"""Recomputes the chain from its beginning and names the first row that is not as it was sealed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from core.ledger import chain
from core.ledger.chain import EventRow, Place
from core.ledger.heads import Head

LATE = dt.timedelta(hours=1)
"""Longer than any transaction and any difference of clocks. What is sealed later than that was not there at the run before."""
EDITED, MISSING, INSERTED, REORDERED = "edited", "missing", "inserted", "out of order"
CUT, REWRITTEN, WAITING = "cut off", "rewritten", "not sealed"


@dataclass(frozen=True)
class Fault:
    """The first row that is wrong: what is wrong with it, where it stands, and what it is about."""

    kind: str
    sentence: str
    position: int | None = None
    event: int | None = None
    subject: str = ""

    def __str__(self) -> str:
        where = f"Position {self.position}" if self.position else f"Event {self.event}"
        also = f", event {self.event}" if self.position and self.event else ""
        about = f" ({self.subject})" if self.subject else ""
        return f"{where}{also}{about}: {self.kind}. {self.sentence}"


@dataclass
class Findings:
    """What a check has seen. Without a fault every event is as it was sealed, or waits for the next run."""

    checked: int = 0
    hash: str = chain.START
    sealed_at: str = ""
    waiting: int = 0
    fault: Fault | None = None
    heads: int = 0
    """How many heads the chain was compared with."""


@dataclass
class _Run:
    """The runs of sealing seen so far: `before` is the moment before which nothing new may have happened."""

    sealed_at: str = ""
    before: str = ""

    def meet(self, sealed_at: str) -> None:
        if sealed_at != self.sealed_at:
            self.before, self.sealed_at = self.next_limit, sealed_at

    @property
    def next_limit(self) -> str:
        last = chain.from_moment(self.sealed_at)
        return chain.moment(last - LATE) if last else ""


@dataclass
class _Heads:
    by_position: dict[int, list[Head]] = field(default_factory=lambda: defaultdict(list))
    agreed: int = 0
    """The newest position at which a head and the chain say the same."""


def check(
    *, now: dt.datetime, heads: Iterable[Head] = (), progress: Callable[[int], None] = lambda done: None
) -> Findings:
    """Compare every place with its event and with the place before it, the end with `heads`, and see what waits."""
    found, run, kept = Findings(), _Run(), _Heads()
    for head in heads:
        kept.by_position[head.position].append(head)
        found.heads += 1
    for batch in chain.places():
        for place, following in zip_longest(batch, batch[1:]):
            found.fault = _fault_of(place, following, found, run) or _against(place, kept)
            if found.fault:
                return found
            found.checked, found.hash = place.position, place.hash
        found.sealed_at = run.sealed_at
        progress(found.checked)
    beyond = [one for position in kept.by_position if position > found.checked for one in kept.by_position[position]]
    if beyond:
        first = min(beyond, key=lambda one: one.position)
        found.fault = Fault(
            CUT,
            f"The ledger ends at position {found.checked}. The head {first.source} was signed at position {first.position}.",
            position=found.checked + 1,
        )
        return found
    _look_at_the_rest(found, run, now)
    return found


def _fault_of(place: Place, following: Place | None, found: Findings, run: _Run) -> Fault | None:
    expected = found.checked + 1
    if type(place.position) is not int or place.position < expected:
        return Fault(INSERTED, f"No run of sealing gives the position {place.position}.", event=place.event_id)
    if place.position != expected:
        return Fault(MISSING, f"The entry is gone: the next one is at {place.position}.", expected)
    if place.event is None:
        return Fault(MISSING, "The event is gone. Its entry still stands.", expected, place.event_id)
    if chain.hash_of(found.hash, expected, place.sealed_at, place.event) != place.hash:
        return _named(place, place.event, following, found.hash)
    run.meet(place.sealed_at)
    if run.before and str(place.event[7]) < run.before:
        sentence = (
            f"It says that it happened on {_day(place.event[7])}, and was not there at the sealing before its own."
        )
        return Fault(INSERTED, sentence, expected, place.event_id, _about(place.event))
    return None


def _against(place: Place, kept: _Heads) -> Fault | None:
    """Whether a head says something else of this place. Then no single row can be named: the hashes were made anew."""
    for head in kept.by_position.get(place.position, ()):
        if head.hash != place.hash:
            sentence = (
                f"The chain fits together, and the head {head.source} says otherwise. Something from position "
                f"{kept.agreed + 1} on was changed, and every hash after it made anew."
            )
            return Fault(REWRITTEN, sentence, place.position)
        kept.agreed = place.position
    return None


def _named(place: Place, event: EventRow, following: Place | None, previous: str) -> Fault:
    """What became of a place whose hash is not that of its event: looked for among those after it, for those before it are right."""
    at, about = place.position, _about(event)
    fresh = chain.hash_of(previous, at, place.sealed_at, event)
    if _fits(following, fresh, at + 1):
        sentence = "The event is as it was sealed; the hash of its entry has been changed."
        return Fault(EDITED, sentence, at, place.event_id, about)
    for other in chain.flat(chain.places(after=at)):
        if other.event is None:
            continue
        # The entries changed places as they are, or only the numbers of their events did.
        here = chain.hash_of(previous, at, other.sealed_at, other.event)
        moved = here == other.hash
        if not moved and other.sealed_at != place.sealed_at:
            here = chain.hash_of(previous, at, place.sealed_at, other.event)
        if moved or here == place.hash:
            if moved and other.position == at + 1 and not _was_next(place, event, other):
                sentence = f"What was sealed here stands at position {other.position} now (event {other.event_id})."
                return Fault(INSERTED, sentence, at, place.event_id, about)
            sentence = f"What was sealed here is event {other.event_id}, which stands at position {other.position} now."
            return Fault(REORDERED, sentence, at, place.event_id, about)
    return Fault(EDITED, "The event is not what was sealed here.", at, place.event_id, about)


def _fits(place: Place | None, previous: str, position: int) -> bool:
    if place is None or place.event is None or place.position != position:
        return False
    return chain.hash_of(previous, position, place.sealed_at, place.event) == place.hash


def _was_next(place: Place, event: EventRow, other: Place) -> bool:
    """Whether this place belongs right after `other`: the two have been exchanged, and nothing was put in."""
    return chain.hash_of(other.hash, other.position, place.sealed_at, event) == place.hash


def _look_at_the_rest(found: Findings, run: _Run, now: dt.datetime) -> None:
    """Events without a place: those of the last minutes wait for the next run, others tell of a hand or of a stopped schedule."""
    limit, late = run.next_limit, chain.moment(now - LATE)
    waits_long: EventRow | None = None
    for row in chain.flat(chain.unsealed()):
        found.waiting += 1
        happened = str(row[7])
        if limit and happened < limit and found.fault is None:
            sentence = f"It says that it happened on {_day(happened)}, and was not there at the last sealing."
            found.fault = Fault(INSERTED, sentence, event=row[0], subject=_about(row))
        if happened < late and waits_long is None:
            waits_long = row
    if waits_long and not found.fault:
        sentence = "It has waited for more than an hour. Run seal_ledger, and see whether the schedule runs."
        found.fault = Fault(WAITING, sentence, event=waits_long[0], subject=_about(waits_long))


def _about(event: EventRow) -> str:
    return f"{event[4]}, {event[1]} {event[2]}"


def _day(text: object) -> str:
    return str(text)[:16]
