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
from enrolment.models import Enrolment, IndividualDeadline


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
