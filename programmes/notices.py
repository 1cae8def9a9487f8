"""The mail about a cohort's plan."""

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from core.notices import queue
from programmes.models import QualityRating, TutorAppointment


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


def rating_recorded(rating: QualityRating) -> None:
    """To the administrators and to whoever runs a contract with this qualification, except the one who recorded it."""
    managers = User.objects.filter(managed_contracts__cohorts__version__qualification=rating.qualification_id)
    people = (User.objects.holding(Role.ADMINISTRATOR) | managers).exclude(pk=rating.recorded_by_id).distinct()
    for person in people:
        queue(
            f"rating:{rating.pk}:{person.pk}",
            to=person,
            template="emails/rating_recorded.txt",
            context={"rating": rating, "link": settings.SITE_URL + rating.qualification.get_absolute_url()},
        )
