"""Mail about cases. It names a reference and a link and nothing more, because mail is read over shoulders."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from core import clock, notices
from verification.models import Case, CaseDuty


def case_raised(case: Case) -> None:
    """To the administrators, where the person raised it themselves; never to one it is about."""
    for person in User.objects.holding(Role.ADMINISTRATOR).exclude(pk__in=[case.person_id or 0, case.accused_id or 0]):
        _queue(case, f"raised:{person.pk}", person, "case_raised")


def chosen(duty: CaseDuty) -> None:
    """To the person who was chosen for a stage."""
    notices.queue(
        f"case:{duty.case_id}:chosen:{duty.pk}",
        to=duty.person,
        template="emails/case_chosen.txt",
        context={"case": duty.case, "duty": duty, "url": duty.case.get_absolute_url()},
    )


def case_moved(case: Case) -> None:
    """To the person whose case it is, where they follow it on their own page: it has reached another stage."""
    if case.person is None or case.is_malpractice:
        return
    key = f"case:{case.pk}:moved:{case.state}:{case.decisions.count()}"
    url = reverse("verification:own_case", args=[case.pk])
    notices.queue(key, to=case.person, template="emails/case_moved.txt", context={"case": case, "url": url})


def result_to_decide_anew(case: Case) -> None:
    """To the tutors appointed now, after an appeal that was upheld: a case changes no result by itself."""
    if case.submission is None or case.enrolment is None:
        return
    covering = case.enrolment.cohort.appointments.covering(clock.today())
    for tutor in User.objects.filter(appointments__in=covering).distinct():
        notices.queue(
            f"case:{case.pk}:anew:{case.decisions.count()}:{tutor.pk}",
            to=tutor,
            template="emails/case_anew.txt",
            context={"case": case, "url": reverse("assignments:result_sheet", args=[case.submission_id])},
        )


def something_added(case: Case, *, number: int) -> None:
    """To whoever decides the present stage, else to the administrators: the person has added something."""
    for person in responsible(case):
        _queue(case, f"added:{number}:{person.pk}", person, "case_added")


def due(case: Case, *, today: dt.date) -> bool:
    """A reminder before the last day of a stage and one after it, each once. Whether any is new."""
    assert case.due_on is not None  # noqa: S101 - an open case has a day
    late = case.due_on < today
    sent = [
        _queue(
            case, f"due:{case.state}:{case.due_on}:{'late' if late else 'soon'}:{one.pk}", one, "case_due", late=late
        )
        for one in responsible(case)
    ]
    return any(sent)


def responsible(case: Case) -> list[User]:
    """Who has to act next: those chosen for the present stage, else the administrators."""
    chosen_ones = [one.person for one in case.duties.filter(stage=case.state, ended_at=None).select_related("person")]
    if chosen_ones:
        return chosen_ones
    about = [case.person_id or 0, case.accused_id or 0]
    return list(User.objects.holding(Role.ADMINISTRATOR).exclude(pk__in=about))


def _queue(case: Case, key: str, to: User, template: str, **more: object) -> bool:
    context = {"case": case, "url": case.get_absolute_url(), **more}
    return bool(notices.queue(f"case:{case.pk}:{key}", to=to, template=f"emails/{template}.txt", context=context))


def interest_declared(case: Case, duty: CaseDuty, *, to: User) -> None:
    """To those who choose: somebody else has to take over."""
    _queue(case, f"interest:{duty.pk}:{to.pk}", to, "case_interest", duty=duty)
