"""Statements that Django writes once in a process. To compile a wide join costs more than to run it for twelve learners.

A statement is built with stand-ins where its values will be; each call puts the values there. Nothing of an answer is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Build = Callable[[Sequence[int], int | None, dt.datetime], QuerySet[Any, Any]]
_FAR = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)


class Prepared:
    """Rows about cohorts, perhaps of one enrolment only, as they stood before a moment. `build` makes a `values_list`."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._written: dict[tuple[str, int, bool], tuple[str, list[Any], Any]] = {}

    def rows(self, cohorts: Sequence[int], *, only: int | None, before: dt.datetime) -> list[Any]:
        if not cohorts:
            return []
        key = (connection.vendor, len(cohorts), only is not None)
        if key not in self._written:
            self._written[key] = self._write(len(cohorts), with_only=only is not None)
        sql, places, compiler = self._written[key]
        given = [*cohorts, only, _adapted(before)]
        with connection.cursor() as cursor:
            cursor.execute(sql, [given[one.at] if isinstance(one, _Place) else one for one in places])
            found = cursor.fetchall()
        return found if compiler is None else list(compiler.results_iter(results=[found], tuple_expected=True))

    def _write(self, count: int, *, with_only: bool) -> tuple[str, list[Any], Any]:
        """The SQL, its parameters with a place for each value, and the compiler if the rows still need converting."""
        cohorts = [-1000 - n for n in range(count)]
        query = self._build(cohorts, -1 if with_only else None, _FAR).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        at = {one: _Place(n) for n, one in enumerate([*cohorts, -1, _adapted(_FAR)])}
        places = [at.get(one, one) if isinstance(one, int | str | dt.datetime) else one for one in params]
        needs = compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])
        return sql, places, compiler if needs else None


class _Place:
    """Where the value number `at` belongs."""

    def __init__(self, at: int) -> None:
        self.at = at


def _adapted(moment: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
