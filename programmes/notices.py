"""The mail about a cohort's plan."""

from django.conf import settings
from django.urls import reverse

from core.notices import queue
from programmes.models import TutorAppointment


def tutor_proposed(appointment: TutorAppointment) -> None:
    """The client's contacts are asked to approve or decline."""
    link = settings.SITE_URL + reverse("programmes:proposals")
    for contact in appointment.cohort.contract.client.contacts.select_related("user"):
        queue(
            f"appointment:{appointment.pk}:proposed:{contact.user_id}",
            to=contact.user,
            template="emails/tutor_proposed.txt",
            context={"appointment": appointment, "cohort": appointment.cohort, "link": link},
        )


def tutor_approved(appointment: TutorAppointment) -> None:
    """The contract managers hear of it, and the tutor, whose cohort it now is."""
    _decided(appointment, "approved", to_tutor=True)


def tutor_declined(appointment: TutorAppointment) -> None:
    """Only the contract managers hear of it: they propose somebody else, and speak with the tutor themselves."""
    _decided(appointment, "declined", to_tutor=False)


def _decided(appointment: TutorAppointment, word: str, *, to_tutor: bool) -> None:
    cohort = appointment.cohort
    link = settings.SITE_URL + cohort.get_absolute_url()
    people = [*cohort.contract.managers.all(), *[appointment.tutor] * to_tutor]
    for person in people:
        queue(
            f"appointment:{appointment.pk}:{word}:{person.pk}",
            to=person,
            template=f"emails/tutor_{word}.txt",
            context={"appointment": appointment, "cohort": cohort, "link": link},
        )
