"""The parts of one enrolment's portfolio, each read once, when it is first asked for, and what they add up to."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    FilteredRelation,
    Q,
    TextField,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Cast

from assignments import matrix, personal
from assignments.portfolio import completeness, facts, remarks
from programmes.models import Criterion

PARTS = (("review", "Review of your own ability"), ("development", "Your development plan"))


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


@dataclass(frozen=True)
class File:
    """A file as far as a list, a check and the matrix need it; `contract_of` is the client whose contract it is, or 0."""

    pk: int
    title: str
    name: str
    contract_of: int


@dataclass(frozen=True)
class Meeting:
    """A meeting with the supervisor."""

    held_on: dt.date
    minutes: int
    supervisor: str
    feedback: str


class Portfolio:
    """Everything of one enrolment's portfolio."""

    def __init__(self, enrolment: Any) -> None:
        self.enrolment = enrolment
        self.version = enrolment.cohort.version

    def needs(self, need: str) -> bool:
        """Whether the qualification asks for this (a `PortfolioNeed`)."""
        return need in self.version.portfolio_needs

    # ---- read

    @cached_property
    def clients(self) -> list[Any]:
        """Each with its sessions, and as numbers the feedback that has come (`answers`) and is waited for (`awaited`)."""
        waits = Q(feedback_requests__answered_at__isnull=True, feedback_requests__closed_at__isnull=True)
        counted = self.enrolment.practice_clients.annotate(
            answers=Count("feedback_requests__answered_at"), awaited=Count("feedback_requests", filter=waits)
        )
        return list(counted.prefetch_related("sessions").order_by("code"))

    @cached_property
    def _short(self) -> dict[str, list[tuple[int, int, str, str, str]]]:
        """All that is one line or one text, in one statement: kind to (number of the row, a number, a day, two texts)."""
        one = self.enrolment

        def rows(kind: str, found: Any, pk: str, number: Any, day: Any, first: Any, second: Any) -> Any:
            parts = {
                "kind_": Value(kind, output_field=CharField()),
                "number_": Cast(number, BigIntegerField()),
                "day_": Cast(day, TextField()),
                "first_": Cast(first, TextField()),
                "second_": Cast(second, TextField()),
            }
            return found.order_by().annotate(**parts).values_list("kind_", pk, *list(parts)[1:])

        nothing, none = Value(""), Value(0)
        contract = Case(When(is_contract=True, then=F("client")), default=none, output_field=BigIntegerField())
        taught = one.cohort.appointments.filter(state="approved")
        read = rows("text", one.portfolio_texts.all(), "pk", none, nothing, F("part"), F("body")).union(
            rows("file", one.evidence.filter(removed_at__isnull=True), "pk", contract, nothing, F("title"), F("name")),
            rows(
                "meeting",
                one.supervision.all(),
                "pk",
                F("minutes"),
                F("held_on"),
                F("supervisor__full_name"),
                F("feedback"),
            ),
            rows("person", one.cohort.enrolments.all(), "pk", none, nothing, F("learner__full_name"), nothing),
            rows("person", taught, "pk", none, nothing, F("tutor__full_name"), nothing),
            all=True,
        )
        found: dict[str, list[tuple[int, int, str, str, str]]] = {}
        for kind, *row in sorted(read):
            found.setdefault(kind, []).append(tuple(row))
        return found

    @cached_property
    def texts(self) -> dict[str, str]:
        """The two written parts, by their names."""
        return {part: body for _, _, _, part, body in self._short.get("text", [])}

    @cached_property
    def files(self) -> list[File]:
        return [File(pk, title, name, of) for pk, of, _, title, name in self._short.get("file", [])]

    @cached_property
    def meetings(self) -> list[Meeting]:
        """Supervision, by day, without its topics."""
        found = [
            Meeting(dt.date.fromisoformat(day), minutes, who, said)
            for _, minutes, day, who, said in self._short.get("meeting", [])
        ]
        return sorted(found, key=lambda one: one.held_on)

    @cached_property
    def people(self) -> personal.People:
        """Whose names may not stand in a text: the others of the cohort and its tutors."""
        near = [name for _, _, _, name, _ in self._short.get("person", [])]
        return personal.People.of(own=self.enrolment.learner.full_name, near=near)

    @cached_property
    def evidence(self) -> list[Any]:
        """The files with all that is known of them."""
        present = self.enrolment.evidence.filter(removed_at__isnull=True)
        return list(present.select_related("client").order_by("added_at", "pk"))

    @cached_property
    def supervision(self) -> list[Any]:
        return list(self.enrolment.supervision.select_related("supervisor").order_by("held_on", "pk"))

    @cached_property
    def feedback(self) -> dict[int, list[Any]]:
        """What practice clients have said, by client, in the order in which it came."""
        prefetch_related_objects(self.clients, "feedback_requests__feedback")
        found: dict[int, list[Any]] = {}
        for client in self.clients:
            said = [one.feedback for one in client.feedback_requests.all() if hasattr(one, "feedback")]
            found[client.pk] = sorted(said, key=lambda one: (one.given_at, one.pk))
        return found

    @cached_property
    def matrix(self) -> matrix.Matrix:
        """The evidence matrix: criteria with what shows them, in one statement."""
        asked = Criterion.objects.filter(
            outcome__unit__assignments__kind="portfolio", outcome__unit__version=self.version
        )
        mine = FilteredRelation("mappings", condition=Q(mappings__enrolment=self.enrolment.pk))
        rows = (
            asked.annotate(mine=mine)
            .order_by("outcome__unit__number", "outcome__number", "position", "pk")
            .values_list("pk", "outcome__unit__number", "number", "title", "text", "mine__item")
        )
        return matrix.build(matrix.items_of(self, PARTS), rows)

    # ---- added up

    @cached_property
    def practice(self) -> Total:
        done = sum(one.minutes for client in self.clients for one in client.sessions.all())
        minimum = self.version.practice_minutes or 0
        return Total(done, minimum, max(self.enrolment.cohort.centre_practice_minutes or 0, minimum))

    @cached_property
    def supervised(self) -> Total:
        minimum = self.version.supervision_minutes or 0
        return Total(sum(one.minutes for one in self.meetings), minimum, minimum)

    # ---- judged

    @cached_property
    def missing(self) -> list[completeness.Missing]:
        """What has to be done before this can be handed in, in the order of the portfolio."""
        return completeness.missing(self, PARTS)

    def missing_of(self, client: Any) -> list[completeness.Missing]:
        """What one practice client still lacks."""
        return completeness.missing_of(self, client)

    @cached_property
    def remarks(self) -> list[remarks.Remark]:
        """Where something stands that may tell who it is about. It holds nothing back."""
        return remarks.every(self, PARTS)

    # ---- as it stands on the day it is handed in

    def facts(self) -> dict[str, Any]:
        """Everything in it as plain values: what is frozen, and what a bundle is made of."""
        return facts.of(self)

    def canonical(self) -> bytes:
        """The facts as JSON in one fixed order: what the fingerprint is taken of."""
        return json.dumps(self.facts(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()


def of(enrolment: Any) -> Portfolio:
    """The portfolio of this enrolment as it stands now."""
    return Portfolio(enrolment)
