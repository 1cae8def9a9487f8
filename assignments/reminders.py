"""Who is reminded of which deadline today. The rule is `stage_on`; the rest finds the learners and fills the outbox.

A reminder goes out 28, 14, 7 and 1 days before a learner's own deadline and 1 and 7 days after it, as long as the work
is not in. Each is queued once for ever: its key names the enrolment, the assignment, the date and the stage. If the
sweep did not run for some days, only the stage that was missed last is made up for, within `MADE_UP_FOR` days; and no
stage is sent that had passed already when the date was set or the learner began.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, CharField, DateField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat

from assignments.deadlines import Deadline, for_enrolments, of_cohort, said
from assignments.models import Extension, Submission
from assignments.standing import BEING_MARKED
from assignments.states import ExtensionState, SubmissionState
from core.models import Notice
from core.tasks import deliver_notices, ring
from enrolment.models import BreakInLearning, Enrolment, IndividualDeadline, ReasonableAdjustment, Registration
from programmes.models import Assignment

STAGES = (28, 14, 7, 1, -1, -7)
MADE_UP_FOR = 6
BATCH = 100
LONDON = zoneinfo.ZoneInfo(settings.TIME_ZONE)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One mail that is due: whom, of what, and which stage, in days before (or, negative, after) the date."""

    key: str
    recipient: int
    address: str
    learner: str
    first_name: str
    cohort: str
    assignment: str
    deadline: Deadline
    stage: int

    @property
    def due_on(self) -> dt.date:
        assert self.deadline.due_on is not None  # noqa: S101 - without a date there is no reminder
        return self.deadline.due_on


@lru_cache(maxsize=4096)
def stage_on(due_on: dt.date, on: dt.date, since: dt.date | None = None) -> int | None:
    """The stage that holds on the day `on`: the last one whose day has come, unless it came too long ago.

    `since` is the day from which the date has held for this learner; a stage before it is not made up for.
    """
    left = (due_on - on).days
    come = [stage for stage in STAGES if stage >= left]
    if not come:
        return None
    stage = min(come)
    day = due_on - dt.timedelta(days=stage)
    if (on - day).days > MADE_UP_FOR or (since is not None and day < since):
        return None
    return stage


def days_with_a_stage(on: dt.date) -> list[dt.date]:
    """The dates that have a stage on the day `on`."""
    first, last = min(STAGES) - MADE_UP_FOR, max(STAGES)
    days = (on + dt.timedelta(days=left) for left in range(first, last + 1))
    return [day for day in days if stage_on(day, on) is not None]


def due(on: dt.date) -> list[Reminder]:
    """The reminders of the day `on` that are not in the outbox yet, in four statements at most, whatever their number.

    Three find the learners, their dates and the titles. Where something has moved a date, only the engine knows the day,
    so the outbox is asked about those afterwards.
    """
    rows = list(_candidates(on))
    if not rows:
        return []
    own = {row[0] for row in rows if not row[3]}
    dates = for_enrolments(Enrolment.objects.filter(pk__in=_listed(own)))
    titles = dict(Assignment.objects.order_by().values_list("pk", "title"))
    found, to_ask = {}, set()
    for enrolment, assignment, day, is_plain, *person in rows:
        deadline = of_cohort(day, None) if is_plain else dates[enrolment, assignment]
        if day is None or deadline.due_on == day:
            reminder = _reminder((enrolment, assignment), deadline, person, titles[assignment], on)
            if reminder is not None:
                found[enrolment, assignment] = reminder
                to_ask |= {reminder.key} if day is None else set()
    told = set(Notice.objects.filter(key__in=to_ask).values_list("key", flat=True)) if to_ask else set()
    return [one for _, one in sorted(found.items()) if one.key not in told]


DATES = (
    ("cohort__deadlines__assignment", "cohort__deadlines__due_on"),
    ("deadlines__assignment", "deadlines__due_on"),
    ("submissions__assignment", "submissions__resubmit_by"),
    ("cohort__version__assignments", "registration__expires_on"),
)
PERSON = "learner_id", "learner__email", "learner__full_name", "learner__known_as", "cohort__code", "activated_at"


def _candidates(on: dt.date) -> Iterable[Any]:
    """Enrolment, assignment, date, whether it is plain, and person, wherever a date has a stage on the day `on`.

    Not if the work is in, nor if the outbox has the reminder, nor during a break. A date is plain if it is the cohort's,
    and the learner has none of their own; of the others, `due` asks which one holds. Where an extension, an adjustment
    or a break moves it, the date is empty here. One statement.
    """
    away = BreakInLearning.objects.in_force().filter(from_on__lte=on, back_on__gt=on).order_by().values("enrolment")
    active = Enrolment.objects.active().filter(~Q(pk__in=away), learner__is_active=True).order_by()
    days = days_with_a_stage(on)
    of_pair = {"enrolment": OuterRef("pk"), "assignment": OuterRef("of")}
    work = Submission.objects.filter(**of_pair)
    handed_in = work.filter(state__in=(*BEING_MARKED, SubmissionState.PASSED))
    told = Notice.objects.filter(key=OuterRef("key"))
    parts = Value("reminder:"), _text("pk"), Value(":"), _text("of"), Value(":"), _text("day"), _stage(days, on)
    plain = (
        ~Exists(IndividualDeadline.objects.filter(**of_pair))
        & ~Exists(work.filter(resubmit_by__isnull=False))
        & ~Exists(Registration.objects.filter(enrolment=OuterRef("pk"), expires_on__lt=OuterRef("day")))
        & ~Q(pk__in=_moved())
    )
    first, *others = (
        active.annotate(of=F(assignment), day=F(date))
        .filter(of__isnull=False, day__in=days)
        .annotate(key=Concat(*parts, output_field=CharField()))
        .filter(~Exists(told), ~Exists(handed_in))
        .annotate(plain=plain if date == "cohort__deadlines__due_on" else Value(value=False))
        .values_list("pk", "of", "day", "plain", *PERSON)
        for assignment, date in DATES
    )
    moved = (
        active.annotate(of=F("cohort__version__assignments"), day=Cast(Value(None), DateField()))
        .filter(~Exists(handed_in), pk__in=_moved(), of__isnull=False)
        .annotate(plain=Value(value=False))
        .values_list("pk", "of", "day", "plain", *PERSON)
    )
    return first.union(*others, moved, all=True)


def _moved() -> QuerySet[Any, Any]:
    """The learners of whom something moves a date, so that the rule has to be asked; few, so they are found first."""
    granted = Extension.objects.filter(state=ExtensionState.GRANTED).order_by().values_list("enrolment")
    adjusted = ReasonableAdjustment.objects.in_force().order_by().values_list("enrolment")
    paused = BreakInLearning.objects.in_force().order_by().values_list("enrolment")
    found: QuerySet[Any, Any] = granted.union(adjusted, paused)
    return found


def _stage(days: Iterable[dt.date], on: dt.date) -> Case:
    """The end of the key: the stage that each of the `days` has on the day `on`. The days of a stage follow each other."""
    by_stage: dict[int | None, list[dt.date]] = {}
    for day in days:
        by_stage.setdefault(stage_on(day, on), []).append(day)
    ranges = (When(day__range=(min(of), max(of)), then=Value(f":{stage}")) for stage, of in by_stage.items())
    return Case(*ranges, output_field=CharField())


def _text(name: str) -> Cast:
    return Cast(name, CharField())


def _listed(ids: Iterable[int]) -> RawSQL:
    """Numbers as one parameter: Django and PostgreSQL take long over some thousands of them."""
    text = ",".join(map(str, ids))
    if connection.vendor == "postgresql":
        return RawSQL("select unnest(%s::bigint[])", [f"{{{text}}}"])
    return RawSQL("select value from json_each(%s)", [f"[{text}]"])


def _key(enrolment: int, assignment: int, due_on: dt.date, stage: int) -> str:
    return f"reminder:{enrolment}:{assignment}:{due_on}:{stage}"


def _reminder(
    pair: tuple[int, int], deadline: Deadline, person: Sequence[Any], assignment: str, on: dt.date
) -> Reminder | None:
    """The reminder for this date, if a stage of it holds on the day `on`."""
    recipient, address, full_name, known_as, cohort, activated_at = person
    if deadline.due_on is None or activated_at is None:
        return None
    began = activated_at.astimezone(LONDON).date()
    stage = stage_on(deadline.due_on, on, max(began, deadline.since) if deadline.since else began)
    if stage is None:
        return None
    key = _key(*pair, deadline.due_on, stage)
    first_name = known_as or full_name.split(" ")[0]
    return Reminder(key, recipient, address, full_name, first_name, cohort, assignment, deadline, stage)


@transaction.atomic
def queue(reminders: Sequence[Reminder], *, on: dt.date, now: dt.datetime) -> int:
    """Put the reminders into the outbox, all at once. One that another sweep has queued meanwhile stays its."""
    if not reminders:
        return 0
    notices = [_notice(one, on=on, now=now) for one in reminders]
    try:
        with transaction.atomic():
            queued = [one.pk for one in Notice.objects.bulk_create(notices, batch_size=1000)]
    except IntegrityError:
        queued = _queue_the_others(notices)
    for start in range(0, len(queued), BATCH):
        ring(deliver_notices, queued[start : start + BATCH])
    return len(queued)


def _queue_the_others(notices: Sequence[Notice]) -> list[int]:
    """Another sweep was first with some of them: leave those out."""
    keys = [one.key for one in notices]
    told = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    others = [one for one in notices if one.key not in told]
    Notice.objects.bulk_create(others, batch_size=1000, ignore_conflicts=True)
    mine = Notice.objects.filter(key__in=[one.key for one in others]).order_by("pk")
    return list(mine.values_list("pk", flat=True))


def _notice(one: Reminder, *, on: dt.date, now: dt.datetime) -> Notice:
    subject, body = _template("reminder_ahead.txt" if one.due_on >= on else "reminder_late.txt")
    facts = {
        "first_name": one.first_name,
        "assignment": one.assignment.lower(),
        "due_on": said(one.due_on),
        "distance": distance(one.due_on, on),
        "sentence": one.deadline.sentence,
        "cohort": one.cohort,
        "site": settings.SITE_URL,
        "centre": settings.CENTRE_NAME,
    }
    return Notice(
        key=one.key,
        recipient_id=one.recipient,
        address=one.address,
        subject=subject.format_map(facts)[:200],
        body=body.format_map(facts),
        queued_at=now,
    )


def distance(due_on: dt.date, on: dt.date) -> str:
    """today, tomorrow, in 7 days, 1 day ago."""
    left = (due_on - on).days
    if left in (0, 1):
        return ("today", "tomorrow")[left]
    unit = "day" if abs(left) == 1 else "days"
    return f"in {left} {unit}" if left > 0 else f"{-left} {unit} ago"


@cache
def _template(name: str) -> tuple[str, str]:
    """Subject and body with {places}: forty thousand mails have no time for a template engine."""
    text = Path(settings.BASE_DIR, "templates/emails", name).read_text(encoding="utf-8")
    first, _, body = text.partition("\n")
    return first.removeprefix("Subject:").strip(), body.strip() + "\n"
