"""Rows that name a learner through a piece of work: fetched for a person, they come under the veil of anonymous marking."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar, cast

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.db.models.query import ModelIterable

from accounts.models import User
from assignments import anonymity
from assignments.standing import BEING_MARKED

M = TypeVar("M", bound=models.Model)


class VeiledQuerySet(models.QuerySet[M]):
    """`read_by` says for whom rows are fetched. What is fetched as `values` is not covered: `shown_learner` is for that."""

    # How the row leads to the submission; empty where it is one.
    piece: ClassVar[str] = "submission"
    _reader: User | None = None

    def read_by(self, user: User) -> Self:
        """These rows, for this reader: where the cohort is marked anonymously, a tutor or verifier gets the code."""
        found = self._chain()  # type: ignore[attr-defined] # mixed into a queryset
        found._reader = user if anonymity.reads_codes(user) else None
        return cast("Self", found)

    def with_shown_learner(self, user: User) -> Self:
        """With `shown_learner`, to find and to sort by: the name, or nothing where this reader may not know it."""
        return self.with_learner_shown(veiled=anonymity.reads_codes(user))

    def with_learner_shown(self, *, veiled: bool) -> Self:
        """The same, where it is known already whether the reader reads codes."""
        path = f"{self.piece}__" if self.piece else ""
        real: Any = F(f"{path}enrolment__learner__full_name")
        if not veiled:
            return self.annotate(shown_learner=real)
        hidden = Q(**{f"{path}enrolment__cohort__anonymous_marking": True, f"{path}released_at__isnull": True})
        return self.annotate(
            shown_learner=Case(When(hidden, then=Value(anonymity.HIDDEN)), default=real, output_field=CharField())
        )

    def by_code(self, word: str) -> Q:
        """The rows whose learner is hidden and has this code: what a search looks for besides its columns."""
        enrolment = anonymity.enrolment_of(word)
        if enrolment is None:
            return Q(pk__in=[])
        path = f"{self.piece}__" if self.piece else ""
        return Q(**{f"{path}enrolment": enrolment, f"{path}enrolment__cohort__anonymous_marking": True})

    def _clone(self) -> Any:
        found = super()._clone()  # type: ignore[misc] # mixed into a queryset
        found._reader = self._reader
        return found

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        of_models = issubclass(self._iterable_class, ModelIterable)
        veils = fresh and self._reader and of_models and not self.query.combinator
        if veils:
            path = f"{self.piece}__" if self.piece else ""
            self.query = self.query.chain()
            self.query.add_annotation(F(f"{path}enrolment__cohort__anonymous_marking"), "in_anonymous_cohort")
        super()._fetch_all()
        if veils:
            rows: list[Any] = [one for one in self._result_cache if one.in_anonymous_cohort]  # type: ignore[union-attr] # fetched just before
            veil_for(self._reader, [self._piece_of(one) for one in rows])
            for one in rows if self.piece else ():
                self._name_file(one)

    def _piece_of(self, row: Any) -> Any:
        found = getattr(row, self.piece) if self.piece else row
        found.in_anonymous_cohort = row.in_anonymous_cohort
        return found

    def _name_file(self, row: Any) -> None:
        """A row with a document of its own, such as a draft: its name too says only the code."""
        piece, document = self._piece_of(row), row._state.fields_cache.get("document")
        if piece.is_veiled and document:
            document.name = anonymity.file_name(piece, document.name)


def veil_enrolments(user: Any, enrolments: list[Any]) -> None:
    """Cover the learners of these rows of whom an anonymous piece is being marked. Costs a statement where there is a cohort
    marked anonymously among them."""
    anonymous = [one for one in enrolments if one.cohort.anonymous_marking]
    if not anonymous or not anonymity.reads_codes(user):
        return
    being_marked = _being_marked().filter(enrolment__in=[one.pk for one in anonymous])
    waiting = set(being_marked.values_list("enrolment", flat=True))
    for one in anonymous:
        if one.pk in waiting and one.learner_id != user.pk:
            anonymity.cover_enrolment(one)


def with_shown_learner(enrolments: models.QuerySet[M], user: User) -> Any:
    """Enrolments with `shown_learner`, as `VeiledQuerySet.with_shown_learner` has it for pieces of work."""
    if not anonymity.reads_codes(user):
        return enrolments.annotate(shown_learner=F("learner__full_name"))
    hidden = Q(Exists(_being_marked().filter(enrolment=OuterRef("pk"))), cohort__anonymous_marking=True)
    shown = Case(When(hidden, then=Value(anonymity.HIDDEN)), default=F("learner__full_name"), output_field=CharField())
    return enrolments.annotate(shown_learner=shown)


def _being_marked() -> Any:
    return apps.get_model("assignments", "Submission")._default_manager.filter(state__in=BEING_MARKED)


def veil_for(user: Any, submissions: list[Any]) -> None:
    """Cover what this person may not know. Of a piece handed in again the earlier attempts are covered too."""
    back = [one for one in submissions if one.is_released and not one.is_passed]
    again: set[tuple[int, int]] = set()
    if back:
        being_marked = _being_marked().filter(
            enrolment__in={one.enrolment_id for one in back}, assignment__in={one.assignment_id for one in back}
        )
        again = set(being_marked.values_list("enrolment_id", "assignment_id"))
    anonymity.veil(submissions, user, again=again)
    for one in submissions:
        document = one._state.fields_cache.get("document") if one.is_veiled else None
        reading = document._state.fields_cache.get("reading") if document and document.kind == "portfolio" else None
        if reading:
            reading.html = anonymity.masked(reading.html, one.evidence.values_list("name", flat=True))
