"""The pages of programmes in a real browser, on a desk and on a phone."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.permissions import Role
from core import clock
from programmes import actions
from programmes.models import Qualification, QualificationVersion
from tests import factories
from tests.browser import fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_programmes_are_clean_and_fit_a_phone(page, sign_in, axe, cast):
    call_command("load_qualifications", verbosity=0)
    cohort = factories.a_cohort(cast=cast, version=QualificationVersion.objects.get(qualification__number="8588-21"))
    tutor = factories.a_user(role=Role.TUTOR)
    appointment = actions.propose_tutor(cohort, tutor=tutor, from_on=clock.today(), by=cast.contract_manager)
    pages = {
        cast.contract_manager: [
            reverse("programmes:qualifications"),
            Qualification.objects.get(number="8588-21").get_absolute_url(),
            reverse("programmes:contracts"),
            cohort.contract.get_absolute_url(),
            reverse("programmes:open_cohort", args=[cohort.contract.pk]),
            reverse("programmes:cohorts"),
            cohort.get_absolute_url(),
            reverse("programmes:propose_tutor", args=[cohort.code]),
        ],
        cast.client_contact: [
            reverse("programmes:proposals"),
            reverse("programmes:decline_tutor", args=[appointment.pk]),
        ],
    }
    for person, addresses in pages.items():
        sign_in(person)
        for address in addresses:
            for width in (1280, 390):
                page.goto(address)
                fits(page, width)
                axe(f"{address} at {width}")
