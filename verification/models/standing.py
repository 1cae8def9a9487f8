"""How far learners are on the way to the certificate, asked of the database for many at once. Nothing is stored.

The same rule stands twice: as SQL for lists (`achieved`), as Python for one learner's reasons (`policy.is_achieved`).
A test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from assignments.models import Marking, Submission
from assignments.models.submissions import SubmissionQuerySet
from assignments.states import SubmissionState
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from programmes.models import ClaimRoute, CohortDeadline, Unit
from verification import policy
from verification.models.cases import Case
from verification.models.records import Claim, Sample, SignOff
from verification.states import ClaimState, SampleState

if TYPE_CHECKING:
    from django.db.models import QuerySet


def passed_pieces(enrolments: Iterable[Any]) -> QuerySet[Any]:
    """The passed submissions of these learners, each with the state of its latest sample."""
    latest = Sample.objects.filter(submission=OuterRef("pk")).order_by("-round")
    return Submission.objects.filter(enrolment__in=enrolments, state=SubmissionState.PASSED).annotate(
        sample_state=Coalesce(Subquery(latest.values("state")[:1]), Value("")),
    )


def with_what_they_wait_for(submissions: SubmissionQuerySet) -> Any:
    """Signed results, each with its newest outcome, its latest sample and the time set for it: what `policy.waits_for` asks."""
    latest = Sample.objects.filter(submission=OuterRef("pk")).order_by("-round")
    signed = Marking.objects.filter(submission=OuterRef("pk")).order_by("-marked_at", "-pk")
    times = CohortDeadline.objects.filter(cohort=OuterRef("enrolment__cohort"), assignment=OuterRef("assignment"))
    return submissions.annotate(
        sample=Subquery(latest.values("pk")[:1]),
        sample_state=Coalesce(Subquery(latest.values("state")[:1]), Value("")),
        sample_by=Coalesce(Subquery(latest.values("selected_by__full_name")[:1]), Value("")),
        outcome=Subquery(signed.values("outcome")[:1]),
        results_at=Subquery(times.values("results_at")[:1]),
    )


class _Written(Func):
    """A condition of an enrolment in SQL as it stands: Django takes ten times as long over its nested form as to ask it.

    `{e}` is the enrolment, `{v}` the version of its qualification.
    """

    template = "%(expressions)s"
    places = ("e", "v")
    columns = ("pk", "cohort__version")

    def __init__(self, text: str, output_field: models.Field[Any, Any], *, wants: int) -> None:
        self.text, self.wants = text, wants
        super().__init__(*self.columns[:wants], output_field=output_field)

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        columns = {}
        for place, one in zip(self.places, self.get_source_expressions(), strict=False):
            columns[place], _params = compiler.compile(one)  # a column has none
        return self.text.format(**columns), []


# Assignments that count, by version, where every mandatory unit is covered by one at least.
_NEEDED = """select u.version_id, count(distinct c.assignment_id) from programmes_unit u
    left join programmes_assignment_units c on c.unit_id = u.id where u.mandatory
    group by u.version_id having count(*) = count(c.assignment_id)"""
_PASSED_OF_THEM = """select count(distinct s.assignment_id) from assignments_submission s
    where s.enrolment_id = {e} and s.state = 'passed' and s.assignment_id in (
    select c.assignment_id from programmes_assignment_units c join programmes_unit u on u.id = c.unit_id where u.mandatory)"""
_WITH_MANDATORY = "select version_id from programmes_unit where mandatory"
_UNITS_ACHIEVED = """select {what} from (
    select u.id, u.credits from programmes_unit u join programmes_assignment_units c on c.unit_id = u.id
    left join assignments_submission s on s.assignment_id = c.assignment_id and s.enrolment_id = {e} and s.state = 'passed'
    where u.version_id = {v} group by u.id, u.credits having count(*) = count(s.id)) one"""
_ACHIEVED = f"""(
    ({{v}} not in ({_WITH_MANDATORY}) or ({{v}}, ({_PASSED_OF_THEM})) in ({_NEEDED}))
    and case when {{v}} in (select id from programmes_qualificationversion where combination = 'fixed')
        then {{v}} in ({_WITH_MANDATORY}) or exists ({_UNITS_ACHIEVED.replace("{what}", "1")})
        else coalesce(({_UNITS_ACHIEVED.replace("{what}", "sum(one.credits)")})
            >= (select credit_total from programmes_qualificationversion where id = {{v}}), false) end)"""  # noqa: S608 (constants of this file)
_UNVERIFIED = """exists (select 1 from assignments_submission s where s.enrolment_id = {e} and s.state = 'passed'
    and coalesce((select m.state from verification_sample m where m.submission_id = s.id
    order by m.round desc limit 1), '') <> 'agreed')"""
_PASSED_AT = "(select max(s.marked_at) from assignments_submission s where s.enrolment_id = {e} and s.state = 'passed')"


def achieved(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Those whose passed assignments add up to the qualification, by its version's rule of combination."""
    return enrolments.filter(_Written(_ACHIEVED, models.BooleanField(), wants=2))


def _on_programme(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    return enrolments.filter(state=EnrolmentState.ACTIVE)


def _unverified() -> _Written:
    """A passed piece whose latest sample is not agreed."""
    return _Written(_UNVERIFIED, models.BooleanField(), wants=1)


def awaiting_verification(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Everything has passed, and the internal verifier has not agreed with all of it. `passed_at` begins the wait."""
    return with_passed_at(achieved(_on_programme(enrolments)).filter(_unverified()))


def with_passed_at(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """When the last piece passed."""
    return enrolments.annotate(passed_at=_Written(_PASSED_AT, models.DateTimeField(), wants=1))


def verified(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Everything has passed and the internal verifier agrees with all of it. `verified_at` is the last agreement."""
    return with_verified_at(achieved(_on_programme(enrolments)).exclude(_unverified()))


def with_verified_at(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """When the internal verifier agreed with the last piece."""
    last = Sample.objects.filter(submission__enrolment=OuterRef("pk"), state=SampleState.AGREED).order_by("-decided_at")
    return enrolments.annotate(verified_at=Subquery(last.values("decided_at")[:1]))


def awaiting_sign_off(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Verified, and on a qualification whose claims wait for the external verifier."""
    waiting = verified(enrolments).filter(cohort__version__claim_route=ClaimRoute.SIGN_OFF)
    return waiting.exclude(Exists(SignOff.objects.filter(enrolment=OuterRef("pk"))))


def _claimed() -> Exists:
    return Exists(Claim.objects.filter(enrolment=OuterRef("pk")).exclude(state=ClaimState.REJECTED))


def unclaimed(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """On the programme, and no claim is under way."""
    return _on_programme(enrolments).exclude(_claimed())


def claimable(enrolments: QuerySet[Enrolment], *, today: dt.date) -> QuerySet[Enrolment]:
    """Those whose certificate can be claimed now: `policy.missing_for_claim` would find nothing missing."""
    signed = Exists(SignOff.objects.filter(enrolment=OuterRef("pk")))
    route = Q(cohort__version__claim_route=ClaimRoute.DIRECT) | (
        Q(cohort__version__claim_route=ClaimRoute.SIGN_OFF) & signed
    )
    unclaimed_ones = verified(unclaimed(enrolments)).filter(route, registration__expires_on__gte=today)
    return unclaimed_ones.exclude(Exists(_open_cases()))


def _open_cases() -> QuerySet[Case]:
    return Case.objects.open().touching_results().filter(enrolment=OuterRef("pk")).order_by("pk")


def with_standing(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """The rows that `standings` needs."""
    related = "learner", "cohort__version__qualification", "cohort__contract__client", "registration", "sign_off"
    return enrolments.select_related(*related).annotate(
        is_claimed=_claimed(),
        open_case=Coalesce(Subquery(_open_cases().values("reference")[:1]), Value("")),
        open_case_number=Subquery(_open_cases().values("pk")[:1]),
    )


def standings(enrolments: Iterable[Enrolment]) -> dict[int, policy.Standing]:
    """By learner's enrolment, everything a claim depends on. Two queries, however many `with_standing` rows."""
    enrolments = list(enrolments)
    units, titles = _units({one.cohort.version_id for one in enrolments})
    passed: dict[int, dict[int, str]] = defaultdict(dict)
    for piece in passed_pieces(enrolments).only("enrolment_id", "assignment_id"):
        passed[piece.enrolment_id][piece.assignment_id] = piece.sample_state
    return {one.pk: _standing(one, units[one.cohort.version_id], titles, passed[one.pk]) for one in enrolments}


def standing(enrolment: Enrolment) -> policy.Standing:
    """That of one learner."""
    row = with_standing(Enrolment.objects.filter(pk=enrolment.pk)).get()
    return standings([row])[row.pk]


def _units(versions: set[int]) -> tuple[dict[int, list[policy.UnitOf]], dict[int, str]]:
    rows = (
        Unit.objects.filter(version__in=versions)
        .order_by("assignments__position", "number")
        .values_list("pk", "version", "number", "mandatory", "credits", "assignments", "assignments__title")
    )
    covering: dict[int, set[int]] = defaultdict(set)
    facts: dict[int, tuple[int, str, bool, int]] = {}
    titles: dict[int, str] = {}
    for pk, version, number, mandatory, credits, assignment, title in rows:
        facts[pk] = (version, number, mandatory, credits or 0)
        if assignment:
            covering[pk].add(assignment)
            titles[assignment] = title
    units: dict[int, list[policy.UnitOf]] = defaultdict(list)
    for pk, (version, number, mandatory, credits) in facts.items():
        units[version].append(policy.UnitOf(number, mandatory, credits, frozenset(covering[pk])))
    return units, titles


def _standing(
    enrolment: Enrolment, units: list[policy.UnitOf], titles: dict[int, str], passed: dict[int, str]
) -> policy.Standing:
    version = enrolment.cohort.version
    registration = getattr(enrolment, "registration", None)
    wanted = {assignment for unit in units for assignment in unit.assignments}
    return policy.Standing(
        on_programme=enrolment.state == EnrolmentState.ACTIVE,
        registered=registration is not None,
        expires_on=registration.expires_on if registration else None,
        achieved=policy.is_achieved(
            units, combination=version.combination, credit_total=version.credit_total, passed=passed
        ),
        open_pieces=tuple(title for pk, title in titles.items() if pk in wanted and pk not in passed),
        unverified=tuple(titles[pk] for pk, sample in passed.items() if sample != SampleState.AGREED),
        route=version.claim_route,
        signed_off=getattr(enrolment, "sign_off", None) is not None,
        claimed=bool(enrolment.is_claimed),  # type: ignore[attr-defined]
        open_case=enrolment.open_case,  # type: ignore[attr-defined]
    )
