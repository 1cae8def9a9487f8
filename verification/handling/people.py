"""Who handles a case: chosen, replaced, and stepping back. Only somebody who had no part in the matter is chosen."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from core import clock
from core.lifecycle import record
from core.refusals import NotAllowed, Refused
from verification import case_notices as notices
from verification import case_policy as policy
from verification.handling.shared import check_handles
from verification.models import Case, CaseDuty, CaseInvolvement
from verification.models.involved import candidates, parts_in


def note_involvement(case: Case) -> None:
    """Write down who had a part in the matter, and keep what was written before: a trigger reads these rows."""
    known = set(case.involvements.values_list("person", "why"))
    now = clock.now()
    found = policy.involvement(parts_in(case))
    CaseInvolvement.objects.bulk_create(
        CaseInvolvement(case=case, person_id=person, why=why, noted_at=now)
        for person, reasons in found.items()
        for why in reasons
        if (person, why) not in known
    )


@transaction.atomic
def replace_decider(case: Case, *, decider: User, why: str, by: User) -> Case:
    """Another person takes over the present stage."""
    check_handles(by)
    of_stage = case.duties.filter(stage=case.state)
    if not case.is_open or not of_stage.exists():
        raise Refused("Nobody is chosen for this stage, so there is nobody to replace.")
    # Who decides is replaced before those who advise; an investigation has nobody who decides.
    decides = of_stage.filter(decides=True).exists()
    if there := of_stage.filter(ended_at=None, decides=decides).first():
        _end_duty(there, why)
    choose(case, decider, decides=decides, by=by)
    record(case, "replace_decider", by=by, reason=why[:250])
    return case


@transaction.atomic
def declare_interest(case: Case, *, why: str, by: User) -> Case:
    """Whoever was chosen says that they know the people or had a part. They decide nothing of it any more."""
    duty = case.duties.filter(person=by, ended_at=None).first()
    if duty is None:
        raise NotAllowed("Only somebody who was chosen for this case declares an interest in it.")
    _end_duty(duty, f"Declared an interest: {why}")
    CaseInvolvement.objects.create(case=case, person=by, why="declared an interest", noted_at=clock.now())
    record(case, "declare_interest", by=by, reason=why[:250])
    for one in notices.responsible(case):
        notices.interest_declared(case, duty, to=one)
    return case


def _end_duty(duty: CaseDuty, why: str) -> None:
    duty.ended_at, duty.ended_why = clock.now(), why[:250]
    duty.save(update_fields=["ended_at", "ended_why"])


def choose(case: Case, person: User, *, decides: bool, by: User) -> CaseDuty:
    note_involvement(case)
    found = {one.pk: one for one in candidates(case)}
    if person.pk not in found:
        raise Refused(f"{person} is not a member of staff, so somebody else decides.")
    if sentence := policy.chosen_problem(str(person), found[person.pk].reasons):
        raise Refused(sentence)
    duty = CaseDuty.objects.create(
        case=case, person=person, stage=case.state, decides=decides, chosen_at=clock.now(), chosen_by=by
    )
    record(case, "choose", by=by, reason=str(person))
    notices.chosen(duty)
    return duty
