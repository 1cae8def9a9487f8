"""The pile a piece of work lies in: what else waits for this tutor, in the order of the days it has to be marked by.

Nothing here grows with the pile. The neighbours are found from the piece itself, and nobody counts beyond a hundred.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from accounts.models import User
from assignments import anonymity
from assignments.models import CriterionDecision, Submission
from assignments.states import SubmissionState
from core import clock
from core.statements import Statement
from core.templatetags.ui import icon, sign_only

BESIDE = 5
COUNTED = 100
# What stands in the wording of these statements: "whether there is any", and two keys as one number.
CONSTANTS = (1, 2**32)
Waiting = Callable[[User, dt.date], Any]


@dataclass(frozen=True)
class Neighbour:
    """One piece of the pile, as it stands in a list."""

    pk: int
    learner: str
    title: str
    decided: int


@dataclass(frozen=True)
class Pile:
    """The pieces around this one. `position` is nothing for a piece that does not lie in the pile itself."""

    pieces: Sequence[Neighbour]
    position: int | None
    total: int
    previous: Neighbour | None
    next: Neighbour | None

    @property
    def place(self) -> str:
        """Where in the pile this piece lies: "10 of 14"; beyond a hundred nobody counts."""
        total = f"{COUNTED} and more" if self.total > COUNTED else str(self.total)
        if self.position is None:
            return f"{total} waiting"
        return f"{self.position if self.position <= COUNTED else 'beyond ' + str(COUNTED)} of {total}"


# Four querysets in one statement: before this piece, from it on, how many are before it, and how many there are.
_AROUND = (
    "select 0, * from ({}) as earlier union all select 1, * from ({}) as later "
    "union all select 2, count(*), null, null, null, null from ({}) as before_it "
    "union all select 3, count(*), null, null, null, null from ({}) as waiting"
)


def _rows(waiting: Waiting, roles: object, *, user: int, mark_by: Any, pk: int, today: dt.date) -> list[Any]:
    person = User(pk=user)
    person.__dict__["roles"] = roles
    pile = waiting(person, today).filter(mark_by__isnull=False).with_shown_learner(person)
    before = pile.filter(Q(mark_by__lt=mark_by) | Q(mark_by=mark_by, pk__lt=pk), mark_by__lte=mark_by)
    after = pile.filter(Q(mark_by__gt=mark_by) | Q(mark_by=mark_by, pk__gte=pk), mark_by__gte=mark_by)
    decided = (
        CriterionDecision.objects.filter(submission=OuterRef("pk"))
        .exclude(decision="")
        .order_by()
        .values("submission")
        .annotate(n=Count("pk"))
        .values("n")
    )
    columns: Any = "pk", "enrolment", "shown_learner", "assignment__title", Subquery(decided)
    counted = pile.order_by().values_list("pk")
    return [
        before.order_by(F("mark_by").desc(), F("pk").desc()).values_list(*columns)[:BESIDE],
        after.order_by("mark_by", "pk").values_list(*columns)[: BESIDE + 1],
        before.order_by().values_list("pk")[:COUNTED],
        counted[: COUNTED + 1],
    ]


def _neighbour(row: tuple[Any, ...]) -> Neighbour:
    _, pk, enrolment, learner, title, decided = row
    return Neighbour(pk, anonymity.shown(learner, enrolment), title, decided or 0)


def pile_of(submission: Submission, user: User, waiting: Waiting) -> Pile | None:
    """The pile of this tutor around this piece; nothing if it is not waiting and neither is any other."""
    today = clock.today()
    first = submission.mark_by if submission.state == SubmissionState.SUBMITTED else None
    # What lies outside the pile, signed or deferred, is followed by its beginning.
    place = {"mark_by": first or dt.date.min, "pk": submission.pk if first else 0}
    statement = _STATEMENTS.setdefault(waiting, Statement(partial(_rows, waiting), _AROUND, constants=CONSTANTS))
    found = statement.rows(user.roles, user=user.pk, today=today, **place)
    earlier = [_neighbour(row) for row in found if row[0] == 0][::-1]
    later = [_neighbour(row) for row in found if row[0] == 1]
    before, total = (next(row[1] for row in found if row[0] == which) for which in (2, 3))
    inside = bool(later) and later[0].pk == submission.pk
    if not (earlier or later):
        return None
    following = later[1:] if inside else later[:BESIDE]
    return Pile(
        pieces=[*earlier, *later],
        position=before + 1 if inside else None,
        total=total,
        previous=earlier[-1] if earlier else None,
        next=following[0] if following else None,
    )


_STATEMENTS: dict[Waiting, Statement] = {}


def pile_html(pile: Pile, here: int) -> SafeString:
    """The way through the pile as text: the piece before, those around this one, the piece after."""
    # One look-up of the address serves them all.
    address = reverse("assignments:room", args=[0]).replace("/0/", "/{}/")
    return SafeString(
        _arrow(pile.previous, address, "previous", "Previous", 'rel="prev"')
        + f'<details class="wm-person" data-closes><summary>{pile.place} {icon("down")}</summary><div><ul>'
        + "".join(_listed(one, address, here) for one in pile.pieces)
        + f'</ul><a href="{reverse("assignments:desk")}">All on the desk</a></div></details>'
        + _arrow(pile.next, address, "next", "Next", 'rel="next" data-next-piece')
    )


def _arrow(one: Neighbour | None, address: str, sign: str, word: str, more: str) -> str:
    if one is None:
        return ""
    return f'<a href="{address.format(one.pk)}" aria-label="{word}: {escape(one.learner)}" {more}>{icon(sign)}</a>'


def _listed(one: Neighbour, address: str, here: int) -> str:
    sign, decided = ("in_hand", f", {one.decided} decided") if one.decided else ("not_yet", "")
    current = ' aria-current="page"' if one.pk == here else ""
    said = escape(f"{one.learner}, {one.title.lower()}")
    return f'<li><a href="{address.format(one.pk)}"{current}>{sign_only(sign)} {said}{decided}</a></li>'
