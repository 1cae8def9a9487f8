"""Statements that Django writes once in a process, for pages where writing and planning a wide join take longer than running it.

A statement is built with stand-ins where its values will be; each call puts the values there. PostgreSQL plans it once on each
connection (`plan_cache_mode` in `POSTGRES_OPTIONS`: to plan it anew for each call costs more than to run it). Nothing of an answer
is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import count
from string import Formatter
from typing import Any, cast
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Build = Callable[..., Sequence[QuerySet[Any, Any]]]
_NAMES = count(1)
# What each open connection has been told. A connection that is closed takes its statements with it.
_PREPARED: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
_NUMBER, _DAY, _MOMENT = -700_000, dt.date(1801, 1, 1), dt.datetime(1801, 1, 1, 12, tzinfo=dt.UTC)


class Statement:
    """One statement. `build` is called by name with a stand-in for each value and returns the querysets in it.

    `around` is the SQL with a pair of braces for each queryset, and a value of the call where its name stands in braces. The days
    in a statement are the value `today`; any other day, moment or number that is no value of the call would be kept for ever, so
    such a statement is refused. `constants` are numbers that belong to its wording and not to its values.
    """

    def __init__(self, build: Build, around: str = "{}", *, constants: Iterable[int] = ()) -> None:
        self._build, self._around, self._constants = build, around, frozenset(constants)
        self._written: dict[Hashable, _Written] = {}

    def rows(self, shape: Hashable = None, **values: Any) -> list[Any]:
        """The rows as they come from the database. `shape` is whatever else the SQL depends on, such as roles."""
        return self._run(shape, values)[0]

    def objects(self, shape: Hashable = None, **values: Any) -> list[Any]:
        """The rows as objects of the queryset's model, with what it selects beside them."""
        rows, written = self._run(shape, values)
        return list(written.objects(rows))

    def values(self, shape: Hashable = None, **values: Any) -> list[Any]:
        """The rows of a queryset of values, each as Django converts it: moments and JSON are the same in every database."""
        rows, written = self._run(shape, values)
        return list(written.values(rows))

    def changed(self, shape: Hashable = None, **values: Any) -> int:
        """How many rows a statement that changes rows has changed."""
        with connection.cursor() as cursor:
            cursor.execute(*self._known(shape, values).call(values))
            if cursor.rowcount < 0:
                # Python knows it of SQLite only where the first word is the one that changes.
                cursor.execute("select changes()")
                return int(cursor.fetchone()[0])
            return int(cursor.rowcount)

    def _run(self, shape: Hashable, values: dict[str, Any]) -> tuple[list[Any], _Written]:
        written = self._known(shape, values)
        with connection.cursor() as cursor:
            cursor.execute(*written.call(values))
            return cursor.fetchall(), written

    def _known(self, shape: Hashable, values: dict[str, Any]) -> _Written:
        key = (connection.vendor, shape)
        if key not in self._written:
            self._written[key] = self._write(shape, values)
        return self._written[key]

    def _write(self, shape: Hashable, values: dict[str, Any]) -> _Written:
        given = {name: _stand_in(n, name, value) for n, (name, value) in enumerate(values.items())}
        places = {found: _Place(name) for name, found in given.items()}
        querysets = self._build(shape, **given)
        compilers = [one.query.get_compiler(connection=connection) for one in querysets]
        parts, params, following = [], [], iter(compilers)
        for text, name, *_ in Formatter().parse(self._around):
            parts.append(text)
            if name:
                parts.append("%s")
                params.append(_Place(name))
            elif name is not None:
                sql, own = next(following).as_sql()
                parts.append(sql)
                params += [_place(one, places, self._constants) for one in own]
        placed = {one.name for one in params if isinstance(one, _Place)}
        if lost := given.keys() - placed - {"today"}:
            raise ValueError(
                f"{', '.join(sorted(lost))} has no place in the statement: Django took the stand-in for impossible."
            )
        return _Written("".join(parts), params, compilers[0])


class _Place:
    """Where a value belongs."""

    def __init__(self, name: str) -> None:
        self.name = name


def _stand_in(n: int, name: str, value: Any) -> Any:
    if name == "today":
        return value
    if isinstance(value, dt.datetime):
        return _MOMENT + dt.timedelta(days=n)
    return _DAY + dt.timedelta(days=n) if isinstance(value, dt.date) else _NUMBER - n


def _place(param: Any, places: dict[Any, _Place], constants: frozenset[int]) -> Any:
    if isinstance(param, str | bool):
        # Some databases are given days and moments as text.
        day = next((one for one in places if isinstance(one, dt.date) and _given(one) == param), None)
        return places[day] if day else param
    if param in constants:
        return param
    if param not in places:
        raise ValueError(f"{param!r} stands in a statement that is written once, and is no value of it.")
    return places[param]


def _given(value: Any) -> Any:
    """A value as this database takes it."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


class _Written:
    def __init__(self, sql: str, params: list[Any], compiler: Any) -> None:
        self.sql, self.params, self._compiler = sql, params, compiler
        self.name = f"waymark_{next(_NAMES)}"

    def call(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """What to execute. On PostgreSQL it has been prepared before, under a name that this connection knows."""
        if connection.vendor != "postgresql":
            return self.sql, [_given(values[one.name]) if isinstance(one, _Place) else one for one in self.params]
        connection.ensure_connection()
        known = _PREPARED.setdefault(connection.connection, set())
        if self.name not in known:
            self._prepare()
            known.add(self.name)
        given = [values[one.name] for one in self.params if isinstance(one, _Place)]
        places = f" ({', '.join(['%s'] * len(given))})" if given else ""
        return f"execute {self.name}{places}", given

    def _prepare(self) -> None:
        """Give the statement to PostgreSQL, with all that never changes written out, so that partial indexes serve it."""
        with connection.connection.cursor() as cursor:
            numbers = count(1)
            parts = [
                f"${next(numbers)}"
                if isinstance(one, _Place)
                else cursor.mogrify("%s", [one]).decode().replace("%", "%%")
                for one in self.params
            ]
            between = self.sql.split("%s")
            text = "".join(one for pair in zip(between, [*parts, ""], strict=True) for one in pair)
            cursor.execute(f"prepare {self.name} as {text.replace('%%', '%')}")

    def values(self, rows: list[Any]) -> Iterable[Any]:
        """What Django does with the rows of a queryset of values."""
        if self._converters:
            return cast("Iterable[Any]", self._compiler.apply_converters(rows, self._converters))
        return rows

    def objects(self, rows: list[Any]) -> Iterator[Model]:
        """What Django does with the rows of a queryset of objects."""
        compiler, using = self._compiler, connection.alias
        model, first, last, names, beside = self._shape
        for row in self.values(rows):
            found = cast(Model, model.from_db(using, names, row[first:last]))
            for one in beside:
                one.populate(row, found)
            for name, at in compiler.annotation_col_map.items():
                setattr(found, name, row[at])
            yield found

    @cached_property
    def _converters(self) -> Any:
        """What turns a value of the database into one of Python, by column; looked up once."""
        compiler = self._compiler
        return compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])

    @cached_property
    def _shape(self) -> tuple[Any, int, int, list[str], Any]:
        """The model, where its columns stand, their names, and what fills the objects beside it."""
        compiler = self._compiler
        info = compiler.klass_info
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [one[0].target.attname for one in compiler.select[first:last]]
        beside = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg] # the stubs are ahead of us
        return info["model"], first, last, names, beside
