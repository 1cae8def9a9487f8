"""Reads one catalogue file into plain values, and refuses what it does not know by name. Nothing is written here."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import Model

from programmes.models import (
    Assignment,
    AwardingOrganisation,
    CombinationRule,
    Criterion,
    LearningOutcome,
    LegalName,
    MarkingScheme,
    PortfolioNeed,
    Qualification,
    QualificationVersion,
    Resource,
    Unit,
    WordsPart,
)


class CatalogueError(Exception):
    """What is wrong with a file, said so that its author can mend it."""


@dataclass(frozen=True)
class Shape:
    """What a table of the file may hold: the columns of `model`, tables inside it, and what must be there."""

    model: type[Model]
    columns: tuple[str, ...]
    needed: tuple[str, ...] = ()
    inside: Mapping[str, Shape] = field(default_factory=dict)
    names: tuple[str, ...] = ()  # keys that are neither columns nor tables


_CRITERION = Shape(Criterion, ("number", "title", "text", "enough", "marks", "is_paraphrase"), ("number", "title", "text"))
_OUTCOME = Shape(LearningOutcome, ("number", "title"), ("number", "title"), {"criteria": _CRITERION})
_UNIT = Shape(
    Unit,
    ("number", "title", "uan", "product_code", "level", "credits", "glh", "mandatory", "marking_scheme", "pass_mark"),
    ("number", "title"),
    {"outcomes": _OUTCOME},
)
_ASSIGNMENT = Shape(
    Assignment,
    (
        "kind",
        "title",
        "brief",
        "words_min",
        "words_max",
        "words_rule",
        "words_tolerance",
        "words_excluded",
        "drafts",
        "ai_use",
    ),
    ("kind", "title"),
    names=("units",),
)
_RESOURCE = Shape(
    Resource,
    ("session_kind", "session_number", "kind", "title", "summary", "body", "link", "minutes"),
    ("session_kind", "kind", "title"),
)
_LEGAL_NAME = Shape(LegalName, ("name", "from_on", "to_on"), ("name", "from_on"))
_ORGANISATION = Shape(
    AwardingOrganisation,
    ("code", "name", "registration_months", "referral_word"),
    ("code", "name"),
    {"legal_names": _LEGAL_NAME},
)
_QUALIFICATION = Shape(Qualification, ("number", "title", "level", "minimum_age"), ("number", "title", "level"))
_VERSION = Shape(
    QualificationVersion,
    (
        "version",
        "valid_from",
        "regulator_number",
        "credits",
        "glh",
        "tqt",
        "combination",
        "credit_total",
        "claim_route",
        "quality_rating",
        "practice_minutes",
        "practice_clients_min",
        "practice_clients_max",
        "supervision_minutes",
        "attempts",
        "marking_days",
        "portfolio_needs",
        "tutor_extension_days",
        "source",
    ),
    ("version", "combination"),
)
# Columns that hold a list, with the words that may stand in it.
_LISTS = {"words_excluded": WordsPart, "portfolio_needs": PortfolioNeed}
_ONE = {"organisation": _ORGANISATION, "qualification": _QUALIFICATION, "version": _VERSION}
_MANY = {"units": _UNIT, "assignments": _ASSIGNMENT, "resources": _RESOURCE}

Table = dict[str, Any]


def read(path: Path) -> Table:
    """The file as checked tables: organisation, qualification, version, units, assignments, resources."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueError(f"{path}: there is no such file.") from None
    except tomllib.TOMLDecodeError as reason:
        raise CatalogueError(f"{path.name}: this is not TOML: {reason}.") from None
    where = path.name
    _known(given, (*_ONE, *_MANY), where)
    missing = [name for name in _ONE if name not in given]
    if missing:
        raise CatalogueError(f"{where}: [{missing[0]}] is missing.")
    read_tables: Table = {name: _table(given[name], shape, f"{where}, [{name}]") for name, shape in _ONE.items()}
    for name, shape in _MANY.items():
        read_tables[name] = _tables(given.get(name, []), shape, f"{where}, [[{name}]]")
    _units_exist(read_tables, where)
    _rule_is_whole(read_tables["version"], where)
    _marks_fit_their_scheme(given, read_tables["units"], where)
    return read_tables


def _known(given: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1, cutoff=0)
            raise CatalogueError(f"{where}: “{key}” is not known here. The nearest known key is “{near[0]}”.")


def _tables(given: Any, shape: Shape, where: str) -> list[Table]:
    if not isinstance(given, list):
        raise CatalogueError(f"{where}: write it with two brackets, once for each.")
    return [_table(one, shape, f"{where} {number}") for number, one in enumerate(given, 1)]


def _table(given: Any, shape: Shape, where: str) -> Table:
    if not isinstance(given, dict):
        raise CatalogueError(f"{where}: this must be a table.")
    _known(given, (*shape.columns, *shape.inside, *shape.names), where)
    for key in shape.needed:
        if given.get(key) in (None, ""):
            raise CatalogueError(f"{where}: “{key}” is missing.")
    table: Table = {name: _value(given, name, shape, where) for name in shape.columns}
    table |= {name: given.get(name, []) for name in shape.names}
    return table | {
        name: _tables(given.get(name, []), inner, f"{where}, {name}") for name, inner in shape.inside.items()
    }


def _value(given: Mapping[str, Any], name: str, shape: Shape, where: str) -> Any:
    """The value, or the column's own default; text without the line breaks that only lay out the file."""
    column: Any = shape.model._meta.get_field(name)
    if name not in given:
        return column.get_default()
    value = given[name]
    if isinstance(value, str):
        value = "\n\n".join(" ".join(part.split()) for part in value.strip().split("\n\n"))
    if column.choices and value not in dict(column.flatchoices):
        known = tuple(str(one) for one in dict(column.flatchoices))
        near = difflib.get_close_matches(str(value), known, n=1, cutoff=0)
        raise CatalogueError(f"{where}: “{value}” is no {name}. The nearest is “{near[0]}”.")
    if name in _LISTS:
        return _listed(value, _LISTS[name].values, f"{where}, {name}")
    try:
        return column.to_python(value)
    except Exception as reason:
        raise CatalogueError(f"{where}: “{value}” does not fit {name}.") from reason


def _listed(given: Any, known: list[str], where: str) -> list[str]:
    if not isinstance(given, list):
        raise CatalogueError(f"{where}: this must be a list.")
    for one in given:
        if one not in known:
            near = difflib.get_close_matches(str(one), known, n=1, cutoff=0)
            raise CatalogueError(f"{where}: “{one}” is not known here. The nearest is “{near[0]}”.")
    return list(given)


def _units_exist(tables: Table, where: str) -> None:
    numbers = {unit["number"] for unit in tables["units"]}
    for assignment in tables["assignments"]:
        unknown = [one for one in assignment["units"] if one not in numbers]
        if unknown:
            raise CatalogueError(
                f"{where}: “{assignment['title']}” names unit {unknown[0]}, which the file does not have."
            )


def _rule_is_whole(version: Table, where: str) -> None:
    by_credits = version["combination"] == CombinationRule.CREDIT_TOTAL
    if by_credits != (version["credit_total"] is not None):
        raise CatalogueError(f"{where}, [version]: “credit_total” goes with the rule credit_total, and only with it.")


def _marks_fit_their_scheme(given: Table, units: list[Table], where: str) -> None:
    """A pass mark is a percentage; pass mark and marks stand only where the scheme of the unit has them."""
    for number, (raw, unit) in enumerate(zip(given.get("units", []), units, strict=True), 1):
        here = f"{where}, [[units]] {number}"
        if unit["marking_scheme"] == MarkingScheme.ALL_PASS:
            marked = [one["number"] for outcome in raw.get("outcomes", []) for one in outcome["criteria"] if "marks" in one]
            if "pass_mark" in raw or marked:
                key = "pass_mark" if "pass_mark" in raw else "marks"
                raise CatalogueError(f"{here}: “{key}” goes with the schemes minimum and average, and only with them.")
        elif not 1 <= unit["pass_mark"] <= 100:
            raise CatalogueError(f"{here}: “pass_mark” is a percentage from 1 to 100, not {unit['pass_mark']}.")
        for outcome in unit["outcomes"]:
            for one in outcome["criteria"]:
                if not 1 <= one["marks"] <= 1000:
                    raise CatalogueError(f"{here}: criterion {one['number']} has {one['marks']} marks; give it 1 to 1,000.")
