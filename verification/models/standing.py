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
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from assignments.models import Marking, Submission
from assignments.models.submissions import SubmissionQuerySet
from assignments.states import SubmissionState
from core import clock
from enrolment.models import Enrolment
from enrolment.states import EnrolmentState
from programmes.models import ClaimRoute, CohortDeadline, Unit
from programmes.models.ratings import QualityRating, route_on
from verification import policy
from verification.models import cases
from verification.models.recognition import ACHIEVED_WITH_RECOGNITION, HAS_A_UNIT, RECOGNISED, Recognition
from verification.models.records import Claim, ClaimKind, Sample, SignOff
from verification.models.spared import SPARED, Spared, Written
from verification.states import SampleState

if TYPE_CHECKING:
    from django.db.models import QuerySet


def passed_pieces(enrolments: Iterable[Any]) -> QuerySet[Any]:
    """The passed submissions of these learners, each with the state of its latest sample, and whether a plan passes it by."""
    latest = Sample.objects.filter(submission=OuterRef("pk")).order_by("-round")
    return Submission.objects.filter(enrolment__in=enrolments, state=SubmissionState.PASSED).annotate(
        sample_state=Coalesce(Subquery(latest.values("state")[:1]), Value("")),
        spared=Spared(),
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
        spared=Spared(),
    )


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
_ACHIEVED_BY_WORK = f"""(
    ({{v}} not in ({_WITH_MANDATORY}) or ({{v}}, ({_PASSED_OF_THEM})) in ({_NEEDED}))
    and case when {{v}} in (select id from programmes_qualificationversion where combination = 'fixed')
        then {{v}} in ({_WITH_MANDATORY}) or exists ({_UNITS_ACHIEVED.replace("{what}", "1")})
        else coalesce(({_UNITS_ACHIEVED.replace("{what}", "sum(one.credits)")})
            >= (select credit_total from programmes_qualificationversion where id = {{v}}), false) end)"""  # noqa: S608 (constants of this file)
# Few learners have a unit recognised, and the rule without is the quicker one.
ACHIEVED = f"(case when exists ({RECOGNISED}) then {ACHIEVED_WITH_RECOGNITION} else {_ACHIEVED_BY_WORK} end)"
_UNVERIFIED = f"""exists (select 1 from assignments_submission s where s.enrolment_id = {{e}} and s.state = 'passed'
    and coalesce((select m.state from verification_sample m where m.submission_id = s.id
    order by m.round desc limit 1), '') <> 'agreed'
    and not {SPARED.format(s="s.id", e="s.enrolment_id", a="s.assignment_id", t="s.marked_by_id")})"""  # noqa: S608 (constants of this file)
PASSED_AT = "(select max(s.marked_at) from assignments_submission s where s.enrolment_id = {e} and s.state = 'passed')"


def achieved(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Those whose passed assignments add up to the qualification, by its version's rule of combination."""
    return enrolments.filter(Written(ACHIEVED, models.BooleanField(), wants=2))


def _on_programme(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    return enrolments.filter(state=EnrolmentState.ACTIVE)


def _unverified() -> Written:
    """A passed piece whose latest sample is not agreed, unless the cohort's plan passes it by."""
    return Written(_UNVERIFIED, models.BooleanField(), wants=1)


def verified(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Everything has passed and the internal verifier agrees with all of it. `verified_at` is the last agreement."""
    return with_verified_at(achieved(_on_programme(enrolments)).exclude(_unverified()))


def with_verified_at(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """When the internal verifier agreed with the last piece."""
    last = Sample.objects.filter(submission__enrolment=OuterRef("pk"), state=SampleState.AGREED).order_by("-decided_at")
    # Somebody all of whose units are recognised has no piece.
    unit = Recognition.objects.agreed().filter(enrolment=OuterRef("pk")).order_by("-decided_at")
    at = Coalesce(Subquery(last.values("decided_at")[:1]), Subquery(unit.values("decided_at")[:1]))
    return enrolments.annotate(verified_at=at)


def awaiting_sign_off(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Verified, and on a qualification whose claims wait for the external verifier today."""
    rated: Any = with_route(verified(enrolments))
    waiting: QuerySet[Enrolment] = rated.filter(claim_route=ClaimRoute.SIGN_OFF)
    return waiting.exclude(Exists(SignOff.objects.filter(enrolment=OuterRef("pk"))))


def with_route(enrolments: QuerySet[Enrolment], *, today: dt.date | None = None) -> QuerySet[Enrolment]:
    """With what the quality rating in force allows for claims, as `claim_route`."""
    return enrolments.alias(claim_route=route_on(today or clock.today(), version="cohort__version"))


def _claims_of_it() -> Any:
    return Claim.objects.whole().filter(enrolment=OuterRef("pk"))


def _claimed() -> Exists:
    return Exists(_claims_of_it().in_force())


def _revoked() -> Exists:
    return Exists(_claims_of_it().unmended())


def unclaimed(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """On the programme, and no claim is under way."""
    return _on_programme(enrolments).exclude(_claimed())


def undeclared_pieces() -> Exists:
    """A passed piece without a declaration of authenticity."""
    passed = Submission.objects.filter(enrolment=OuterRef("pk"), state=SubmissionState.PASSED)
    return Exists(passed.filter(declaration__isnull=True))


def claimable(enrolments: QuerySet[Enrolment], *, today: dt.date) -> QuerySet[Enrolment]:
    """Those whose certificate can be claimed now: `policy.missing_for_claim` would find nothing missing."""
    signed = Exists(SignOff.objects.filter(enrolment=OuterRef("pk")))
    route = Q(claim_route=ClaimRoute.DIRECT) | Q(Q(claim_route=ClaimRoute.SIGN_OFF) & signed)
    rows = with_route(verified(unclaimed(enrolments)), today=today)
    rows = rows.filter(route, registration__expires_on__gte=today).exclude(undeclared_pieces()).exclude(_revoked())
    return rows.exclude(Exists(_open_cases()))


def _open_cases() -> QuerySet[cases.Case]:
    return cases.Case.objects.open().touching_results().filter(enrolment=OuterRef("pk")).order_by("pk")


def left_with_units(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Those who left without the qualification and have achieved units of it."""
    left = enrolments.filter(state=EnrolmentState.WITHDRAWN)
    return left.filter(Written(HAS_A_UNIT, models.BooleanField(), wants=2))


def with_standing(enrolments: QuerySet[Enrolment], *, today: dt.date | None = None) -> QuerySet[Enrolment]:
    """The rows that `standings` needs."""
    day = today or clock.today()
    related = "learner", "cohort__version__qualification", "cohort__contract__client", "registration", "sign_off"
    ratings = QualityRating.objects.filter(qualification=OuterRef("cohort__version__qualification")).on(day)
    return enrolments.select_related(*related).annotate(
        is_claimed=_claimed(),
        is_revoked=_revoked(),
        route=route_on(day, version="cohort__version"),
        rating_word=Subquery(ratings.values("rating")[:1]),
        rating_from_on=Subquery(ratings.values("from_on")[:1]),
        open_case=Coalesce(Subquery(_open_cases().values("reference")[:1]), Value("")),
    )


def standings(enrolments: Iterable[Enrolment]) -> dict[int, policy.Standing]:
    """By learner's enrolment, everything a claim depends on. Two queries, however many `with_standing` rows."""
    enrolments = list(enrolments)
    units, titles = _units({one.cohort.version_id for one in enrolments})
    passed: dict[int, dict[int, tuple[str, bool]]] = defaultdict(dict)
    by_unit: dict[str, dict[int, set[str]]] = {"recognised": defaultdict(set), "claimed": defaultdict(set)}
    for enrolment, what, number, piece, sample, declared in _achievements(enrolments):
        if what == "piece":
            passed[enrolment][piece] = sample, declared
        else:
            by_unit[what][enrolment].add(number)
    recognised, claimed = by_unit["recognised"], by_unit["claimed"]
    return {
        one.pk: _standing(
            one, units[one.cohort.version_id], titles, passed[one.pk], recognised[one.pk], claimed[one.pk]
        )
        for one in enrolments
    }


def standing(enrolment: Enrolment) -> policy.Standing:
    """That of one learner."""
    row = with_standing(Enrolment.objects.filter(pk=enrolment.pk)).get()
    return standings([row])[row.pk]


# Stands for the state of a sample where the cohort's plan passes the piece by.
_SPARED = "spared"


def _achievements(enrolments: list[Enrolment]) -> Any:
    """Pieces passed, units recognised, units claimed by themselves: of which enrolment, and what. One query."""
    columns = "enrolment", "what", "unit_number", "piece", "sample", "is_declared"
    none = {"piece": Value(None, models.BigIntegerField()), "sample": Value(""), "is_declared": Value(value=True)}
    agreed = Recognition.objects.agreed().filter(enrolment__in=enrolments).order_by()
    by_units = Claim.objects.in_force().filter(enrolment__in=enrolments, kind=ClaimKind.UNITS).order_by()
    pieces = passed_pieces(enrolments).order_by()
    rows = pieces.annotate(
        what=Value("piece"),
        unit_number=Value("", models.CharField()),
        piece=F("assignment"),
        sample=Case(When(spared=True, then=Value(_SPARED)), default=F("sample_state")),
        is_declared=Q(declaration__isnull=False),
    ).values_list(*columns)
    return rows.union(
        agreed.annotate(what=Value("recognised"), unit_number=F("unit__number"), **none).values_list(*columns),
        by_units.annotate(what=Value("claimed"), unit_number=F("units__number"), **none).values_list(*columns),
        all=True,
    )


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
    enrolment: Any,
    units: list[policy.UnitOf],
    titles: dict[int, str],
    passed: dict[int, tuple[str, bool]],
    recognised: set[str],
    claimed: set[str],
) -> policy.Standing:
    version = enrolment.cohort.version
    registration = getattr(enrolment, "registration", None)
    wanted = {assignment for unit in units if unit.number not in recognised for assignment in unit.assignments}
    since = enrolment.rating_from_on
    return policy.Standing(
        on_programme=enrolment.state == EnrolmentState.ACTIVE,
        registered=registration is not None,
        expires_on=registration.expires_on if registration else None,
        achieved=policy.is_achieved(
            units,
            combination=version.combination,
            credit_total=version.credit_total,
            passed=passed,
            recognised=recognised,
        ),
        open_pieces=tuple(title for pk, title in titles.items() if pk in wanted and pk not in passed),
        unverified=tuple(
            title for pk, title in titles.items() if pk in passed and passed[pk][0] not in (SampleState.AGREED, _SPARED)
        ),
        undeclared=tuple(title for pk, title in titles.items() if pk in passed and not passed[pk][1]),
        route=enrolment.route,
        rating=f"rating {enrolment.rating_word} since {since.day} {since:%B %Y}" if since else "",
        signed_off=getattr(enrolment, "sign_off", None) is not None,
        claimed=bool(enrolment.is_claimed),
        revoked=bool(enrolment.is_revoked),
        has_left=enrolment.state == EnrolmentState.WITHDRAWN,
        units=tuple(one.number for one in policy.units_achieved(units, passed=passed, recognised=recognised)),
        claimed_units=tuple(sorted(claimed)),
        open_case=enrolment.open_case,
    )
