"""What the page of the queue asks the database: a pile by key, the counts of all piles, the choices above. Written once a process."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.utils.dateparse import parse_date

from core import keyset
from core.lists import BOUND, PER_KEYSET_PAGE
from core.statements import Statement
from programmes.models import Cohort, TutorAppointment, VerifierAllocation
from verification.models import Stage, Waiting
from verification.views.queue_rows import Row

ALL = "all"
PILES = (*((one.value, str(one.label)) for one in Stage), (ALL, "All"))
LONGEST = ("began_at",)


class Shape(NamedTuple):
    """What the SQL depends on. Who asks, the day and the chosen numbers are its values."""

    everywhere: bool
    why: str
    cohort: bool
    tutor: bool
    pile: str = ""
    veiled: bool = False
    order: str = ""
    back: bool = False
    beyond: bool = False
    of_each: bool = False


def in_queue(shape: Shape, *, user: int, today: dt.date, cohort: int = 0, tutor: int = 0) -> Any:
    """The rows of a person's queue that fit the choice, in all piles."""
    # Where the rows of each cohort are asked for by themselves, the cohorts are known.
    rows = Waiting.objects.queue_of(user, today, everywhere=shape.everywhere or shape.of_each)
    if shape.cohort:
        rows = rows.filter(cohort=cohort)
    if shape.tutor:
        rows = rows.filter(marked_by=tutor)
    return rows.filter(why=shape.why) if shape.why else rows


def of_pile(shape: Shape, *, user: int, today: dt.date, **chosen: int) -> Any:
    """The rows of one pile. What this person may not verify is not to begin; among all it stands with the reason."""
    rows = in_queue(shape, user=user, today=today, **chosen)
    if shape.pile != ALL:
        rows = rows.filter(stage=shape.pile)
    return rows.open_to(user, today) if shape.pile == Stage.TO_BEGIN else rows


# ---- the rows of a page, found by key

_SAID = """select w.submission_id, w.enrolment_id, u.full_name, c.code, cl.name, a.title, s.attempt, m.full_name, w.stage, w.why,
    w.began_at, w.sample_id, w.round, w.verifier_id, v.full_name, w.action_due_on, k.is_own, k.is_near,
    c.anonymous_marking and s.released_at is null, (select count(*) from verification_waiting t
        where t.enrolment_id = w.enrolment_id and t.stage = 'to_begin' and t.marked_by_id <> {user})
from ({keys}) k join verification_waiting w on w.submission_id = k.pk
join assignments_submission s on s.id = w.submission_id join programmes_assignment a on a.id = s.assignment_id
join enrolment_enrolment e on e.id = w.enrolment_id join accounts_user u on u.id = e.learner_id
join programmes_cohort c on c.id = w.cohort_id join programmes_contract o on o.id = c.contract_id
join programmes_client cl on cl.id = o.client_id join accounts_user m on m.id = w.marked_by_id
left join accounts_user v on v.id = w.verifier_id"""
# Of each cohort the first rows, of them the first: twenty thousand rows of one verifier are not read for fifty.
_OF_EACH = "select f.* from ({{}}) mine cross join lateral ({{}}) f order by f.key_0{0}, f.pk{1} limit {2}"


def _keys(shape: Shape, *, at: Any = None, key: int = 0, **values: Any) -> Sequence[QuerySet[Any, Any]]:
    """The keys of a page; `of_each`: first the cohorts, then the keys in one of them."""
    user, today = values["user"], values["today"]
    rows = of_pile(shape, **values)
    if shape.of_each:
        rows = rows.filter(cohort=RawSQL("mine.cohort_id", []))
    none = {"is_own": Value(value=False), "is_near": Value(value=False)}
    rows = rows.with_bars(user, today) if shape.pile == ALL else rows.annotate(**none)
    rows = keyset.in_order(
        keyset.with_keys(rows, LONGEST), _columns(shape), shape.back, [at, key] if shape.beyond else []
    )
    found = rows.values("pk", "key_0", "is_own", "is_near")[: PER_KEYSET_PAGE + 1]
    if not shape.of_each:
        return [found]
    return [VerifierAllocation.objects.of_iqa(user, today).order_by().values("cohort_id").distinct(), found]


def _columns(shape: Shape) -> list[str]:
    return ["-began_at"] if shape.order.startswith("-") else ["began_at"]


@cache
def _statement(*, of_each: bool, falls: tuple[bool, bool]) -> Statement:
    words = [" desc" if fall else "" for fall in falls]
    keys = _OF_EACH.format(*words, PER_KEYSET_PAGE + 1) if of_each else "{}"
    return Statement(_keys, _SAID.replace("{keys}", keys), constants=(1,))


def page_rows(shape: Shape, **values: Any) -> list[Row]:
    """The rows of a page and one more, in the direction of the page."""
    shape = shape._replace(of_each=connection.vendor == "postgresql" and not shape.everywhere)
    falls = shape.order.startswith("-") != shape.back, shape.back
    found = [_row(one, shape) for one in _statement(of_each=shape.of_each, falls=falls).rows(shape, **values)]
    found.sort(key=lambda one: one.pk, reverse=falls[1])
    found.sort(key=lambda one: one.began_at, reverse=falls[0])
    return found


def _row(found: Sequence[Any], shape: Shape) -> Row:
    """SQLite gives text for moments and days, and numbers for yes and no."""
    row = Row(*found)
    due_on: Any = row.action_due_on
    return row._replace(
        began_at=_moment(row.began_at),
        action_due_on=parse_date(due_on) if isinstance(due_on, str) else due_on,
        is_own=bool(row.is_own),
        is_near=bool(row.is_near),
        is_veiled=shape.veiled and bool(row.is_veiled),
    )


def _moment(found: Any) -> dt.datetime:
    moment: dt.datetime = dt.datetime.fromisoformat(found) if isinstance(found, str) else found
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


# ---- the same where words are looked for, or a name sorts

COLUMNS = (
    "pk", "enrolment", "submission__enrolment__learner__full_name", "cohort__code", "cohort__contract__client__name",
    "submission__assignment__title", "submission__attempt", "marked_by__full_name", "stage", "why", "began_at", "sample",
    "round", "verifier", "verifier__full_name", "action_due_on", "is_own", "is_near", "is_veiled",
)  # fmt: skip


class Found(NamedTuple):
    """A row with its key."""

    row: Row
    key_0: Any
    key_1: Any
    key_2: Any


def told(rows: Any, shape: Shape, *, user: int, today: dt.date, **_: int) -> Any:
    """Rows with what is said of each, and with `shown_learner` to look for and to sort by."""
    hidden = Q(submission__enrolment__cohort__anonymous_marking=True, submission__released_at__isnull=True)
    veiled = Case(When(hidden, then=Value(shape.veiled)), default=Value(value=False))
    return rows.with_bars(user, today).with_learner_shown(veiled=shape.veiled).annotate(is_veiled=veiled)


def found_rows(rows: Any, columns: Sequence[str], back: bool, key: Sequence[Any]) -> list[Found]:  # noqa: FBT001 - as the cursor has it
    """The rows of a page and one more, in the direction of the page."""
    rows = keyset.in_order(keyset.with_keys(rows, columns), columns, back, key)
    picked = rows.values_list(*COLUMNS, "key_0", "key_1", "key_2")[: PER_KEYSET_PAGE + 1]
    return [Found(Row(*one[:-3]), *one[-3:]) for one in picked]


# ---- beside the rows


def counted(shape: Shape, **values: Any) -> Counter[str]:
    """By pile, up to one more than the bound; with `own` and `near`, what waits for somebody else, and `mine`, what they have begun."""
    found: Counter[str] = Counter()
    for name, number in _COUNTS.rows(shape, **values):
        found[name] += number
    found[ALL] = sum(found[one] for one in (*Stage.values, "own", "near"))
    return found


def _counts(shape: Shape, **values: Any) -> Sequence[QuerySet[Any, Any]]:
    """Each pile up to the bound, what of the first is not for this person, and what they have begun themselves."""
    user, today = values["user"], values["today"]
    rows = in_queue(shape, **values).order_by()
    to_begin, begun = rows.filter(stage=Stage.TO_BEGIN), rows.filter(stage=Stage.BEING_VERIFIED)
    counted = [
        to_begin.open_to(user, today),
        begun,
        rows.filter(stage=Stage.WITH_TUTOR),
        begun.filter(verifier=user),
        *to_begin.barred_for(user, today),
    ]
    return [one.values("pk")[: BOUND + 1] for one in counted]


def _options(everywhere: bool, *, today: dt.date, user: int = 0) -> Sequence[QuerySet[Any, Any]]:  # noqa: FBT001 - the shape
    """The cohorts of the queue, and whoever was ever appointed to teach them."""
    cohorts = Cohort.objects.all()
    if not everywhere:
        cohorts = cohorts.filter(pk__in=VerifierAllocation.objects.of_iqa(user, today).values("cohort"))
    taught = TutorAppointment.objects.filter(cohort__in=cohorts.order_by().values("pk"), state="approved").order_by()
    return [cohorts.order_by().values_list("pk", "code"), taught.values_list("tutor", "tutor__full_name").distinct()]


_NAMES = (*Stage.values, "mine", "own", "own", "near", "near")
_BOUNDED = " union all ".join(f"select '{one}', count(*) from ({{}}) counted_{n}" for n, one in enumerate(_NAMES))  # noqa: S608 - our own words

_COUNTS = Statement(_counts, _BOUNDED, constants=(1,))
OPTIONS = Statement(_options, "select 'cohort', c.* from ({}) c union all select 'tutor', t.* from ({}) t")
