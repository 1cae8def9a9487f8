"""The pile a piece of work lies in: what else waits for this tutor, in the order of the days it has to be marked by.

Nothing here grows with the pile. The neighbours are found from the piece itself, and nobody counts beyond a hundred.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, OuterRef, Subquery, TextField
from django.db.models.expressions import RawSQL
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
from programmes.models import TutorAppointment

BESIDE = 5
COUNTED = 100
# What stands in the wording of these statements: "whether there is any", and two keys as one number.
CONSTANTS = (1, 2**32)


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


# The pile is asked for once and kept for the length of the statement: the places around this piece are taken from it, what is
# drawn is looked up for those, and the rest of it is only counted.
_AROUND = (
    "with pile (pk, mark_by) as materialized ({}), "
    "earlier as (select pk from pile where (mark_by, pk) < ({mark_by}, {pk}) order by mark_by desc, pk desc limit 5), "
    "later as (select pk from pile where (mark_by, pk) >= ({mark_by}, {pk}) order by mark_by, pk limit 6), "
    "around as (select pk from earlier union all select pk from later), "
    "ahead as (select 1 from pile where (mark_by, pk) < ({mark_by}, {pk}) limit 100), "
    "waiting as (select 1 from pile limit 101) "
    "select (select count(*) from ahead), (select count(*) from waiting), shown.* from ({}) as shown"
)


class _Listed(Aggregate):
    """The numbers of a group in one text."""

    function = "string_agg"
    template = "%(function)s(cast(%(expressions)s as text), ',')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, function="group_concat", **more)


def taught_by(user: int, today: dt.date) -> Subquery:
    """The cohorts a tutor marks today, for a statement that fetches something else: `pile_of` takes them."""
    own = TutorAppointment.objects.filter(tutor=user).covering(today).order_by().values("tutor")
    return Subquery(own.annotate(found=_Listed("cohort")).values("found"))


def _rows(shape: tuple[Any, int], *, user: int, today: dt.date, **given: Any) -> list[Any]:
    roles, number = shape
    person = User(pk=user)
    person.__dict__["roles"] = roles
    # The cohorts as numbers: a plan made for so many is right for this tutor, whatever the others have.
    cohorts = [given[f"cohort_{n}"] for n in range(number)]
    decided = (
        CriterionDecision.objects.filter(submission=OuterRef("pk"))
        .exclude(decision="")
        .order_by()
        .values("submission")
        .annotate(n=Count("pk"))
        .values("n")
    )
    columns: Any = "pk", "mark_by", "enrolment", "shown_learner", "assignment__title", Subquery(decided)
    return [
        Submission.objects.waiting_for(person, today, cohorts)
        .filter(mark_by__isnull=False)
        .order_by()
        .values_list("pk", "mark_by"),
        Submission.objects.filter(pk__in=RawSQL("select pk from around", ()))
        .with_shown_learner(person)
        .order_by("mark_by", "pk")
        .values_list(*columns),
    ]


def _neighbour(row: tuple[Any, ...]) -> Neighbour:
    pk, _, enrolment, learner, title, decided = row
    return Neighbour(pk, anonymity.shown(learner, enrolment), title, decided or 0)


# Written for each number of cohorts that somebody teaches.
_PILE = Statement(_rows, _AROUND, constants=CONSTANTS)


def pile_of(submission: Submission, user: User) -> Pile | None:
    """The work waiting for this tutor around this piece: of learners on the programme, in the cohorts they are appointed to today.

    Nothing if this piece is not waiting and neither is any other. One statement, whatever the size of the pile; one more if the
    piece was fetched without what is `taught_by` the tutor.
    """
    today = clock.today()
    known = submission.__dict__.get("taught", "")
    if known == "":
        known = ",".join(str(one) for one in user.appointments.covering(today).values_list("cohort", flat=True))
    taught = sorted({int(one) for one in (known or "").split(",") if one})
    if not taught:
        return None
    first = submission.mark_by if submission.state == SubmissionState.SUBMITTED else None
    # What lies outside the pile, signed or deferred, is followed by its beginning.
    place = {"mark_by": first or dt.date.min, "pk": submission.pk if first else 0}
    cohorts = {f"cohort_{n}": cohort for n, cohort in enumerate(taught)}
    found = _PILE.rows((user.roles, len(taught)), user=user.pk, today=today, **place, **cohorts)
    if not found:
        return None
    before, total = found[0][:2]
    pieces = [_neighbour(row[2:]) for row in found]
    # Before them lie at most five, and all that there are.
    at = min(before, BESIDE)
    inside = at < len(pieces) and pieces[at].pk == submission.pk
    following = pieces[at + inside :]
    return Pile(
        pieces=pieces if inside else pieces[: at + BESIDE],
        position=before + 1 if inside else None,
        total=total,
        previous=pieces[at - 1] if at else None,
        next=following[0] if following else None,
    )


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
