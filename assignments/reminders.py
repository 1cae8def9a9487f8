"""Who is reminded of which deadline today. The rule is `stage_on`; the rest finds the learners and fills the outbox.

A reminder goes out 28, 14, 7 and 1 days before a learner's own deadline and 1 and 7 days after it, as long as the work
is not in. Each is queued once for ever: its key names the enrolment, the assignment, the date and the stage. If the
sweep did not run for some days, only the stage that was missed last is made up for, within `MADE_UP_FOR` days; and no
stage is sent that had passed already when the date was set or the learner began.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from assignments.deadlines import Deadline, for_enrolments, said
from assignments.models import Submission
from assignments.states import SubmissionState
from core.models import Notice
from core.tasks import deliver_notices, ring
from enrolment.models import Enrolment
from programmes.models import Assignment

STAGES = (28, 14, 7, 1, -1, -7)
MADE_UP_FOR = 6
BATCH = 100


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
    """The reminders of the day `on` that are not in the outbox yet, in six statements whatever their number."""
    wanted = _not_told(_candidates(days_with_a_stage(on)), on)
    if not wanted:
        return []
    ids = {enrolment for enrolment, _ in wanted}
    dates = for_enrolments(ids)
    handed_in = set(
        Submission.objects.filter(enrolment__in=ids, state__in=(SubmissionState.SUBMITTED, SubmissionState.PASSED))
        .order_by()
        .values_list("enrolment_id", "assignment_id")
    )
    people = {row[0]: row[1:] for row in _people(ids)}
    titles = dict(Assignment.objects.order_by().values_list("pk", "title"))
    found = []
    for pair in sorted(wanted.keys() - handed_in):
        one = _reminder(pair, dates[pair], people[pair[0]], titles[pair[1]], on)
        if one is not None and one.deadline.due_on in wanted[pair]:
            found.append(one)
    return found


Pair = tuple[int, int]


def _candidates(days: Sequence[dt.date]) -> Iterable[tuple[int, int, dt.date]]:
    """Learner, assignment and date wherever one of their dates falls on `days`, in one statement. `due` decides."""
    active = Enrolment.objects.active().filter(learner__is_active=True).order_by()
    paths = (
        ("cohort__deadlines__assignment", "cohort__deadlines__due_on"),
        ("deadlines__assignment", "deadlines__due_on"),
        ("submissions__assignment", "submissions__resubmit_by"),
        ("cohort__version__assignments", "registration__expires_on"),
    )
    first, *others = (
        active.filter(**{f"{day}__in": days}).values_list("pk", assignment, day) for assignment, day in paths
    )
    return [row for row in first.union(*others) if row[1] is not None]


def _not_told(candidates: Iterable[tuple[int, int, dt.date]], on: dt.date) -> dict[Pair, set[dt.date]]:
    """The dates of each pair whose reminder of this stage is not in the outbox: most have been told days ago."""
    keys = {}
    for enrolment, assignment, day in candidates:
        stage = stage_on(day, on)
        if stage is not None:
            keys[_key(enrolment, assignment, day, stage)] = (enrolment, assignment), day
    told = set(Notice.objects.filter(key__in=list(keys)).values_list("key", flat=True))
    wanted: dict[Pair, set[dt.date]] = {}
    for key, (pair, day) in keys.items():
        if key not in told:
            wanted.setdefault(pair, set()).add(day)
    return wanted


def _key(enrolment: int, assignment: int, due_on: dt.date, stage: int) -> str:
    return f"reminder:{enrolment}:{assignment}:{due_on}:{stage}"


Person = tuple[int, str, str, str, str, dt.datetime | None]


def _people(ids: Iterable[int]) -> Iterable[tuple[int, int, str, str, str, str, dt.datetime | None]]:
    return (
        Enrolment.objects.filter(pk__in=ids)
        .order_by()
        .values_list(
            "pk",
            "learner_id",
            "learner__email",
            "learner__full_name",
            "learner__known_as",
            "cohort__code",
            "activated_at",
        )
    )


def _reminder(
    pair: tuple[int, int], deadline: Deadline, person: Person, assignment: str, on: dt.date
) -> Reminder | None:
    """The reminder for this date, if a stage of it holds on the day `on`."""
    if deadline.due_on is None or person[-1] is None:
        return None
    recipient, address, full_name, known_as, cohort, activated_at = person
    began = timezone.localdate(activated_at)
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
