"""A portfolio as one thing: what is in it, what it adds up to, what is missing. It reads, and never writes.

The list of what is missing is the rule: a portfolio is handed in when that list is empty (`ilm` Q30, Q32, Q50, Q55).
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

PARTS = (("review", "Review of your own ability"), ("development", "Your development plan"))


@dataclass(frozen=True)
class Missing:
    """One thing that a portfolio still lacks, and where it is mended: the name of a part, and a client's number."""

    sentence: str
    part: str
    client: int | None = None


@dataclass(frozen=True)
class Total:
    """Minutes so far, what the awarding organisation asks for, and what this cohort asks for beyond it."""

    done: int
    minimum: int
    target: int

    @property
    def left(self) -> int:
        return max(0, self.minimum - self.done)

    @property
    def left_to_target(self) -> int:
        return max(0, self.target - self.done)

    @property
    def share(self) -> float:
        """How far along the way to the larger of the two, for a bar."""
        return min(1.0, self.done / (max(self.minimum, self.target) or 1))


def hours(minutes: int) -> str:
    """7 h, 1 h 30 min, 45 min."""
    whole, rest = divmod(minutes, 60)
    return " ".join([f"{whole} h"] * bool(whole) + [f"{rest} min"] * (bool(rest) or not whole))


class Portfolio:
    """Everything of one enrolment's portfolio. Each part is read once, when it is first asked for."""

    def __init__(self, enrolment: Any) -> None:
        self.enrolment = enrolment
        self.version = enrolment.cohort.version

    @cached_property
    def clients(self) -> list[Any]:
        return list(self.enrolment.practice_clients.prefetch_related("sessions").order_by("code"))

    @cached_property
    def texts(self) -> dict[str, Any]:
        return {one.part: one for one in self.enrolment.portfolio_texts.all()}

    @cached_property
    def evidence(self) -> list[Any]:
        present = self.enrolment.evidence.filter(removed_at__isnull=True)
        return list(present.select_related("client").prefetch_related("criteria").order_by("added_at", "pk"))

    @cached_property
    def supervision(self) -> list[Any]:
        return list(self.enrolment.supervision.select_related("supervisor").order_by("held_on", "pk"))

    @cached_property
    def practice(self) -> Total:
        done = sum(one.minutes for client in self.clients for one in client.sessions.all())
        minimum = self.version.practice_minutes or 0
        return Total(done, minimum, max(self.enrolment.cohort.centre_practice_minutes or 0, minimum))

    @cached_property
    def supervised(self) -> Total:
        minimum = self.version.supervision_minutes or 0
        return Total(sum(one.minutes for one in self.supervision), minimum, minimum)

    @cached_property
    def missing(self) -> list[Missing]:
        """What has to be done before this can be handed in, in the order of the portfolio."""
        return [*self._missing_clients(), *self._missing_time(), *self._missing_texts()]

    def missing_of(self, client: Any) -> list[Missing]:
        """What one practice client still lacks."""
        told = (
            (client.goals.strip(), "the needs and goals you agreed"),
            (client.contract_agreed_on, "the day you agreed the contract"),
            (list(client.sessions.all()), "a session"),
            (client.review.strip(), "what was achieved against the goals"),
        )
        parts = ("goals", "contract_agreed_on", "sessions", "review")
        return [
            Missing(f"Client {client.code}: add {what}.", part, client.pk)
            for (there, what), part in zip(told, parts, strict=True)
            if not there
        ]

    def _missing_clients(self) -> list[Missing]:
        number, least, most = len(self.clients), self.version.practice_clients_min, self.version.practice_clients_max
        found = []
        if least and number < least:
            found.append(Missing(f"Add practice clients: {number} of at least {least} so far.", "clients"))
        if most and number > most:
            found.append(Missing(f"You have {number} practice clients, and {most} is the most.", "clients"))
        return found + [one for client in self.clients for one in self.missing_of(client)]

    def _missing_time(self) -> list[Missing]:
        found = []
        if self.practice.left:
            told = f"Log {hours(self.practice.left)} more of practice: {hours(self.practice.done)} of {hours(self.practice.minimum)} so far."
            found.append(Missing(told, "sessions"))
        if self.supervised.left:
            told = f"Your supervisor has recorded {hours(self.supervised.done)} of {hours(self.supervised.minimum)}."
            found.append(Missing(told, "supervision"))
        return found

    def _missing_texts(self) -> list[Missing]:
        return [
            Missing(f"Write your {label.removeprefix('Your ').lower()}.", part)
            for part, label in PARTS
            if not (part in self.texts and self.texts[part].body.strip())
        ]

    # ---- as it stands on the day it is handed in

    def canonical(self) -> bytes:
        """Everything the learner wrote and attached, as JSON in one fixed order: what the fingerprint is taken of."""
        return json.dumps(self._facts(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()

    def _facts(self) -> dict[str, Any]:
        return {
            "clients": [
                {
                    "code": client.code,
                    "role": client.role,
                    "context": client.context,
                    "goals": client.goals,
                    "contract_agreed_on": client.contract_agreed_on and client.contract_agreed_on.isoformat(),
                    "review": client.review,
                    "sessions": [
                        {
                            "held_on": one.held_on.isoformat(),
                            "minutes": one.minutes,
                            "focus": one.focus,
                            "notes": one.notes,
                            "reflection": one.reflection,
                        }
                        for one in client.sessions.all()
                    ],
                }
                for client in self.clients
            ],
            "texts": {part: one.body for part, one in self.texts.items()},
            "supervision": [
                {
                    "held_on": one.held_on.isoformat(),
                    "minutes": one.minutes,
                    "supervisor": str(one.supervisor),
                    "topics": one.topics,
                    "feedback": one.feedback,
                }
                for one in self.supervision
            ],
            "evidence": [
                {
                    "title": one.title,
                    "name": one.name,
                    "sha256": one.sha256,
                    "client": one.client.code if one.client else None,
                    "criteria": sorted(criterion.number for criterion in one.criteria.all()),
                }
                for one in self.evidence
            ],
        }


def of(enrolment: Any) -> Portfolio:
    """The portfolio of this enrolment as it stands now."""
    return Portfolio(enrolment)
