"""Keeps the queue in line with its rule: after each event that can change it, in the transaction of the event, and at night.

Each pass is two statements that write differences only: what should not wait any more goes, what should is put or put right.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from assignments.models import Submission
from assignments.states import SubmissionState
from core.models import Event
from core.statements import Statement
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from programmes.models import Cohort
from verification.models import Claim, Recognition, Sample, SamplingPlan, TutorRating
from verification.models.should_wait import COLUMNS, RULE

_TABLE = "verification_waiting"
# A column that may be empty is compared through something it never is.
_NEVER = {"sample_id": "0", "verifier_id": "0", "action_due_on": "'1801-01-01'"}
_KEPT = [one for one in COLUMNS if one not in ("submission_id", "enrolment_id", "cohort_id")]
_DIFFERS = " or ".join(
    f"coalesce({_TABLE}.{one}, {_NEVER[one]}) <> coalesce(excluded.{one}, {_NEVER[one]})"
    if one in _NEVER
    else f"{_TABLE}.{one} <> excluded.{one}"
    for one in _KEPT
)
_GO = f"""with scope (id) as ({{}}), {RULE}
delete from {_TABLE} where enrolment_id in (select id from scope) and submission_id not in (select submission_id from rule)"""  # noqa: S608 (constants)
_PUT = f"""with scope (id) as ({{}}), {RULE}
insert into {_TABLE} ({", ".join(COLUMNS)}) select {", ".join(COLUMNS)} from rule where true
on conflict (submission_id) do update set {", ".join(f"{one} = excluded.{one}" for one in _KEPT)} where {_DIFFERS}"""  # noqa: S608 (constants)


def _scope(what: str, **values: int) -> QuerySet[Enrolment]:
    """The enrolments that are looked at: one, that of a piece, those of a cohort, or those with work of a tutor."""
    if what == "tutor":
        theirs = Submission.objects.filter(marked_by=values["tutor"]).values("enrolment")
        rows = Enrolment.objects.filter(cohort__version__qualification=values["qualification"], pk__in=theirs)
    elif what == "submission":
        rows = Enrolment.objects.filter(pk__in=Submission.objects.filter(pk=values["submission"]).values("enrolment"))
    else:
        rows = Enrolment.objects.filter(**{_COLUMN[what]: values[what]})
    return rows.order_by()


_COLUMN = {"enrolment": "pk", "cohort": "cohort"}


def _ids(what: Any, **values: Any) -> Any:
    return (_scope(what, **values).values("pk"),)


_GONE, _PUT_RIGHT = Statement(_ids, _GO), Statement(_ids, _PUT)


@transaction.atomic
def bring(what: str, **values: int) -> int:
    """Bring the queue of these enrolments in line with the rule, and say how many rows differed.

    They are held meanwhile: of two that change the same learner at once, the second sees what the first has done.
    """
    list(_scope(what, **values).select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
    return _GONE.changed(what, **values) + _PUT_RIGHT.changed(what, **values)


def bring_all() -> int:
    """Every cohort, one after the other, so that nobody waits long for a learner."""
    differed = told = 0
    for one in Cohort.objects.order_by("pk").values_list("pk", flat=True):
        differed += bring("cohort", cohort=one)
        if differed > 2 * told + MANY:
            told = differed
            with connection.cursor() as cursor:
                # A plan made for a table of nothing takes a hundred times as long.
                cursor.execute(f"analyze {_TABLE}")
    return differed


MANY = 500


# ---- which events matter

_OUTCOME = {SubmissionState.SIGNED, SubmissionState.PASSED}
# Signed anew without another state.
_ANEW = {"overturn", "supersede"}


def follow(event: Event, obj: Any) -> None:
    """Called with each event as it is written. What cannot change the queue costs no statement."""
    if isinstance(obj, Submission):
        if {event.old_state, event.new_state} & _OUTCOME or event.verb in _ANEW:
            bring("enrolment", enrolment=obj.enrolment_id)
    elif isinstance(obj, Sample):
        bring("submission", submission=obj.submission_id)
    elif isinstance(obj, Enrolment):
        if EnrolmentState.ACTIVE in (event.old_state, event.new_state):
            bring("enrolment", enrolment=obj.pk)
    elif isinstance(obj, Claim | Recognition):
        if event.verb in _OF_ENROLMENT:
            bring("enrolment", enrolment=obj.enrolment_id)
    elif isinstance(obj, SamplingPlan):
        bring("cohort", cohort=obj.cohort_id)
    elif isinstance(obj, TutorRating):
        bring("tutor", tutor=obj.tutor_id, qualification=obj.qualification_id)
    elif isinstance(obj, Cohort) and event.verb == "set_release_rule":
        bring("cohort", cohort=obj.pk)


_OF_ENROLMENT = {"claim", "record_rejection", "revoke", "agree_recognition"}
