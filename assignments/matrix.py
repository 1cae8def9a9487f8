"""The evidence matrix: criteria across, the parts of a portfolio down, and which shows which (`ilm` Q50). It reads, and never writes.

A part is named by a key: file:12, client:3:contract, client:3:log, client:3:feedback, supervision, text:review. A part in which
nothing stands yet may be mapped, and shows nothing until it is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Item:
    """One part of a portfolio. `hint` says what it is, or that nothing is there yet."""

    key: str
    label: str
    hint: str = ""
    is_empty: bool = False


@dataclass(frozen=True)
class Column:
    """One criterion, with the number of its unit."""

    pk: int
    unit: str
    number: str
    title: str
    text: str

    @property
    def label(self) -> str:
        return f"{self.unit} {self.number}"


@dataclass(frozen=True)
class Matrix:
    items: list[Item]
    criteria: list[Column]
    pairs: frozenset[tuple[str, int]]

    @cached_property
    def _filled(self) -> dict[str, Item]:
        return {one.key: one for one in self.items if not one.is_empty}

    def item(self, key: str) -> Item | None:
        return next((one for one in self.items if one.key == key), None)

    def criterion(self, pk: int) -> Column | None:
        return next((one for one in self.criteria if one.pk == pk), None)

    def shown_by(self, criterion: Column) -> list[Item]:
        """What shows this criterion, in the order of the portfolio."""
        return [one for key, one in self._filled.items() if (key, criterion.pk) in self.pairs]

    def shows_of(self, key: str) -> list[Column]:
        """The criteria that this part is said to show."""
        return [one for one in self.criteria if (key, one.pk) in self.pairs]

    @cached_property
    def gaps(self) -> list[Column]:
        """The criteria that nothing shows."""
        return [one for one in self.criteria if not self.shown_by(one)]

    def units(self) -> list[tuple[str, list[Column]]]:
        """The criteria by their units, for the head of the grid."""
        found: dict[str, list[Column]] = {}
        for one in self.criteria:
            found.setdefault(one.unit, []).append(one)
        return list(found.items())


def items_of(folder: Any, parts: Sequence[tuple[str, str]]) -> list[Item]:
    """Every part of a portfolio, in its order: clients, supervision, texts, files."""
    found: list[Item] = []
    marked = {one.contract_of for one in folder.files}
    for client in folder.clients:
        agreed = bool(client.terms.strip() and client.contract_agreed_on) or client.pk in marked
        sessions = list(client.sessions.all())
        key, name = f"client:{client.pk}", f"client {client.code}"
        found += [
            _item(f"{key}:contract", f"Goals and contract, {name}", "" if agreed else "not agreed yet"),
            _item(f"{key}:log", f"Sessions and reflections, {name}", "" if sessions else "no sessions yet"),
            _item(f"{key}:feedback", f"Feedback of {name}", "" if client.answers else "has not come yet"),
        ]
    found.append(_item("supervision", "Supervision and feedback", "" if folder.meetings else "none recorded yet"))
    for part, label in parts:
        written = folder.texts.get(part, "").strip()
        label = label.removeprefix("Your ").capitalize()
        found.append(_item(f"text:{part}", label, "" if written else "not written yet"))
    return found + [Item(f"file:{one.pk}", one.title, one.name) for one in folder.files]


def _item(key: str, label: str, lacks: str) -> Item:
    return Item(key, label, lacks, bool(lacks))


def build(items: list[Item], rows: Iterable[tuple[int, str, str, str, str, str | None]]) -> Matrix:
    """From rows of criterion and mapping, in the order of the criteria; a criterion without a mapping has one row."""
    columns: dict[int, Column] = {}
    pairs = set()
    for pk, unit, number, title, text, key in rows:
        columns.setdefault(pk, Column(pk, unit, number, title, text))
        if key:
            pairs.add((key, pk))
    return Matrix(items, list(columns.values()), frozenset(pairs))
