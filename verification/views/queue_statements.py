"""What the page of the queue asks the database: a pile by key, the counts of all piles, the choices above. Written once a process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.permissions import Role
from core import keyset
from core.lists import BOUND, PER_KEYSET_PAGE
from core.statements import Statement
from programmes.models import Cohort, TutorAppointment, VerifierAllocation
from verification.models import Stage, Waiting
from verification.views.queue_rows import COLUMNS

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


def in_queue(shape: Shape, *, user: int, today: dt.date, cohort: int = 0, tutor: int = 0) -> Any:
    """The rows of a person's queue that fit the choice, in all piles."""
    rows = Waiting.objects.queue_of(user, today, everywhere=shape.everywhere)
    if shape.cohort:
        rows = rows.filter(cohort=cohort)
    if shape.tutor:
        rows = rows.filter(marked_by=tutor)
    return rows.filter(why=shape.why) if shape.why else rows


def of_pile(shape: Shape, *, user: int, today: dt.date, **chosen: int) -> Any:
    """One pile, with what a row says. What this person may not verify is not to begin; among all it is, with the reason."""
    rows = in_queue(shape, user=user, today=today, **chosen)
    if shape.pile != ALL:
        rows = rows.filter(stage=shape.pile)
    if shape.pile == Stage.TO_BEGIN:
        rows = rows.open_to(user, today)
    none = {"is_own": Value(value=False), "is_near": Value(value=False)}
    rows = rows.with_bars(user, today) if shape.pile == ALL else rows.annotate(**none)
    of_learner = Waiting.objects.filter(enrolment=OuterRef("enrolment"), stage=Stage.TO_BEGIN).open_to(user, today)
    several = of_learner.order_by().values("enrolment").annotate(n=Count("pk")).values("n")
    return rows.with_learner_shown(veiled=shape.veiled).annotate(together=Coalesce(Subquery(several), 0))


def _page(shape: Shape, *, at: Any = None, key: int = 0, **values: Any) -> Sequence[QuerySet[Any, Any]]:
    columns = ["-began_at"] if shape.order.startswith("-") else ["began_at"]
    rows = keyset.with_keys(of_pile(shape, **values), LONGEST)
    rows = keyset.in_order(rows, columns, shape.back, [at, key] if shape.beyond else [])
    return [rows.values_list(*COLUMNS, "key_0", "key_1")[: PER_KEYSET_PAGE + 1]]


def _counts(shape: Shape, **values: Any) -> Sequence[QuerySet[Any, Any]]:
    """Each pile up to the bound, what of the first is not for this person, and what they have begun themselves."""
    user, today = values["user"], values["today"]
    rows = in_queue(shape, **values).order_by()
    to_begin, begun = rows.filter(stage=Stage.TO_BEGIN), rows.filter(stage=Stage.BEING_VERIFIED)
    barred = to_begin.with_bars(user, today)
    counted = [
        to_begin.open_to(user, today),
        begun,
        rows.filter(stage=Stage.WITH_TUTOR),
        rows,
        barred.filter(is_own=True),
        barred.filter(is_own=False, is_near=True),
        begun.filter(verifier=user),
    ]
    return [one.values("pk")[: BOUND + 1] for one in counted]


def _options(everywhere: bool, *, today: dt.date, user: int = 0) -> Sequence[QuerySet[Any, Any]]:  # noqa: FBT001 - the shape
    """The cohorts of the queue, and whoever was ever appointed to teach them."""
    cohorts = Cohort.objects.all()
    if not everywhere:
        mine = VerifierAllocation.objects.in_force(today).filter(verifier=user, role=Role.IQA)
        cohorts = cohorts.filter(pk__in=mine.values("cohort"))
    taught = TutorAppointment.objects.filter(cohort__in=cohorts.order_by().values("pk"), state="approved").order_by()
    return [cohorts.order_by().values_list("pk", "code"), taught.values_list("tutor", "tutor__full_name").distinct()]


_NAMES = (*(key for key, _ in PILES), "own", "near", "mine")
_BOUNDED = " union all ".join(f"select '{one}', count(*) from ({{}}) counted_{one}" for one in _NAMES)  # noqa: S608 - our own words

PAGE, COUNTS = Statement(_page, constants=(0, 1)), Statement(_counts, _BOUNDED, constants=(1,))
OPTIONS = Statement(_options, "select 'cohort', c.* from ({}) c union all select 'tutor', t.* from ({}) t")
