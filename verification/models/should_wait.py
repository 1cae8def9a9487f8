"""The rule of the queue: which pieces wait for internal verification (IQA), at which stage and why. One text of SQL.

A piece is an attempt of somebody on the programme that is signed or has passed. It is being verified, or with the tutor, if its
latest sample says so. It waits for somebody to begin

* if the tutor has answered and nobody has begun the next round;
* if it is signed and the cohort tells results after verification, unless the plan passes it by (`spared`), and again if it was
  signed anew after a verifier agreed;
* if the plan that holds picks it early, as a referral or by hand, and nobody has looked at any attempt of it;
* if it has passed with all that the qualification wants, and neither a verifier has agreed nor the plan passes it by.

What has been claimed waits for nobody. Nothing here depends on the day.
"""

from __future__ import annotations

from verification.models.spared import SPARED
from verification.models.standing import ACHIEVED, PASSED_AT

_SPARED = SPARED.format(s="o.submission_id", e="o.enrolment_id", a="o.assignment_id", t="o.marked_by_id")
# What the plan says of the piece, the strongest of its units: a number, so that one question answers all.
_EARLY, _REFERRAL, _BY_HAND = 3, 2, 1
_PICK = f"""coalesce((select max(case when not l.picked then 0 when l.early then {_EARLY}
        when l.rule = 'referral' then {_REFERRAL} when l.rule = 'by_hand' then {_BY_HAND} else 0 end)
    from verification_planline l join verification_samplingplan p on p.id = l.plan_id
    where l.enrolment_id = s.enrolment_id and l.assignment_id = s.assignment_id and p.superseded_at is null), 0)"""  # noqa: S608 (constants of this file)
# When that was promised first; if not before the signature, the piece waits from then on.
_PICKED_AT = """(select min(fp.made_at) from verification_planline l
    join verification_samplingplan p on p.id = l.plan_id
    join verification_samplingplan fp on fp.cohort_id = p.cohort_id and fp.generation = l.promised_in
    where l.enrolment_id = o.enrolment_id and l.assignment_id = o.assignment_id and l.picked and p.superseded_at is null)"""
_LOOKED_AT = """exists (select 1 from verification_sample x join assignments_submission y on y.id = x.submission_id
    where y.enrolment_id = o.enrolment_id and y.assignment_id = o.assignment_id)"""
_ANSWERED = (
    "exists (select 1 from verification_sample x where x.submission_id = o.submission_id and x.state = 'answered')"
)
_CLAIMED = """exists (select 1 from verification_claim x where x.enrolment_id = o.enrolment_id and x.kind = 'whole'
    and x.state not in ('rejected', 'revoked'))"""
_ALL_PASSED = ACHIEVED.format(e="o.enrolment_id", v="o.version_id")

COLUMNS = (
    "submission_id", "enrolment_id", "cohort_id", "stage", "why", "began_at", "marked_by_id", "sample_id", "round",
    "verifier_id", "action_due_on",
)  # fmt: skip

# Materialized, or a database would put the whole of each where it is named: two hundred small questions instead of thirty.
# `scope` is a list of enrolments (`id`), `outcomes` their signed attempts with the latest look, `rule` what should wait of them.
RULE = f"""outcomes as materialized (
    select s.id as submission_id, s.enrolment_id, s.assignment_id, e.cohort_id, c.version_id, s.state, s.marked_at, s.marked_by_id,
        c.release_rule, m.id as sample_id, m.state as looked, m.round, m.selected_at, m.decided_at, m.answered_at,
        m.action_due_on, coalesce(m.verified_by_id, m.selected_by_id) as verifier_id, {_PICK} as pick
    from scope join enrolment_enrolment e on e.id = scope.id and e.state = 'active'
    join programmes_cohort c on c.id = e.cohort_id
    join assignments_submission s on s.enrolment_id = e.id and s.state in ('signed', 'passed')
    left join verification_sample m on m.submission_id = s.id
        and m.round = (select max(x.round) from verification_sample x where x.submission_id = s.id)
), reasons as materialized (
    select o.*, case
        when o.looked in ('selected', 'returned', 'answered') then case
            when {_ANSWERED} then 'answered'
            when o.state = 'signed' and o.release_rule = 'after_iqa' then 'release'
            when o.pick = {_EARLY} then 'early'
            when o.pick = {_REFERRAL} then 'referral'
            when o.state = 'passed' and {_ALL_PASSED} then 'claim'
            else 'by_hand' end
        when o.looked = 'agreed' and (o.state <> 'signed' or o.release_rule <> 'after_iqa' or o.decided_at >= o.marked_at)
            then null
        when {_CLAIMED} then null
        when o.looked is null and {_SPARED} then null
        when o.state = 'signed' and o.release_rule = 'after_iqa' then 'release'
        when o.pick = {_EARLY} and not {_LOOKED_AT} then 'early'
        when o.pick = {_REFERRAL} and not {_LOOKED_AT} then 'referral'
        when o.pick = {_BY_HAND} and not {_LOOKED_AT} then 'by_hand'
        when o.state = 'passed' and {_ALL_PASSED} then 'claim' end as why
    from outcomes o
), rule as (
    select o.submission_id, o.enrolment_id, o.cohort_id,
        case o.looked when 'selected' then 'being_verified' when 'returned' then 'with_tutor' else 'to_begin' end as stage,
        o.why,
        case when o.looked = 'selected' then o.selected_at when o.looked = 'returned' then o.decided_at
            when o.looked = 'answered' then o.answered_at when o.why = 'release' then o.marked_at
            when o.why = 'claim' then {PASSED_AT.format(e="o.enrolment_id")}
            when {_PICKED_AT} > o.marked_at then {_PICKED_AT} else o.marked_at end as began_at,
        o.marked_by_id, o.sample_id, coalesce(o.round, 0) as round,
        case when o.looked in ('selected', 'returned', 'answered') then o.verifier_id end as verifier_id,
        case when o.looked = 'returned' then o.action_due_on end as action_due_on
    from reasons o where o.why is not null
)"""  # noqa: S608 (constants of this file)
