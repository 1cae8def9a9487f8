"""The mail about an enrolment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts import invitations
from accounts.models import User
from core import clock
from core.notices import queue
from enrolment.models import BreakInLearning, Enrolment, IndividualDeadline, ReasonableAdjustment


def tutors_of(enrolment: Enrolment) -> Iterable[User]:
    """Those who teach the cohort now."""
    appointments = enrolment.cohort.appointments.in_force(clock.today()).select_related("tutor")
    return {one.tutor_id: one.tutor for one in appointments}.values()


def _tell(enrolment: Enrolment, word: str, people: Iterable[User], *, link: str, **context: Any) -> None:
    for person in people:
        queue(
            f"enrolment:{enrolment.pk}:{word}:{person.pk}",
            to=person,
            template=f"emails/enrolment_{word}.txt",
            context={"enrolment": enrolment, "cohort": enrolment.cohort, "link": settings.SITE_URL + link, **context},
        )


def invited(enrolment: Enrolment) -> None:
    """Whoever has no password yet sets it by the same link."""
    learner = enrolment.learner
    has_password = learner.has_usable_password()
    link = reverse("enrolment:own") if has_password else invitations.path(learner)
    _tell(enrolment, "invited", [learner], link=link, until=None if has_password else invitations.expires_on())


def applied(enrolment: Enrolment) -> None:
    """The tutors of the cohort have something to decide."""
    _tell(enrolment, "applied", tutors_of(enrolment), link=enrolment.get_absolute_url())


def accepted(enrolment: Enrolment) -> None:
    _tell(enrolment, "accepted", [enrolment.learner], link="/my/sessions/")


def declined(enrolment: Enrolment) -> None:
    _tell(enrolment, "declined", [enrolment.learner], link=reverse("enrolment:own"))


def withdrawn(enrolment: Enrolment) -> None:
    """The learner is told, and the tutors, who stop waiting for work."""
    _tell(enrolment, "withdrawn", [enrolment.learner, *tutors_of(enrolment)], link=enrolment.get_absolute_url())


def deadline_set(deadline: IndividualDeadline) -> None:
    enrolment = deadline.enrolment
    queue(
        f"deadline:{deadline.pk}:set",
        to=enrolment.learner,
        template="emails/deadline_set.txt",
        context={
            "deadline": deadline,
            "enrolment": enrolment,
            "cohort": enrolment.cohort,
            "link": settings.SITE_URL + "/my/assignments/",
        },
    )


def adjustment_recorded(adjustment: ReasonableAdjustment) -> None:
    """To the learner alone, with the days and without what was agreed: mail is not the place for it."""
    _tell_of_adjustment(adjustment, "recorded")


def adjustment_ended(adjustment: ReasonableAdjustment) -> None:
    _tell_of_adjustment(adjustment, "ended")


def _tell_of_adjustment(adjustment: ReasonableAdjustment, word: str) -> None:
    queue(
        f"adjustment:{adjustment.pk}:{word}",
        to=adjustment.enrolment.learner,
        template=f"emails/adjustment_{word}.txt",
        context={
            "adjustment": adjustment,
            "cohort": adjustment.enrolment.cohort,
            "link": settings.SITE_URL + "/my/assignments/",
        },
    )


def break_recorded(pause: BreakInLearning) -> None:
    """To the learner, whose dates move, and to the tutors, who stop waiting; without the reason."""
    enrolment = pause.enrolment
    for person in (enrolment.learner, *tutors_of(enrolment)):
        own = person.pk == enrolment.learner_id
        queue(
            f"break:{pause.pk}:recorded:{person.pk}",
            to=person,
            template="emails/break_recorded.txt",
            context={
                "pause": pause,
                "enrolment": enrolment,
                "cohort": enrolment.cohort,
                "own": own,
                "link": settings.SITE_URL + ("/my/assignments/" if own else enrolment.get_absolute_url()),
            },
        )
