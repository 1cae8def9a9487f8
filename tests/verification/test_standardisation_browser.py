"""A tutor marks a piece blind: every word is kept while it is typed, and the pages of standardisation hold no barrier."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.permissions import Role
from tests import factories
from tests.browser import loaded, opened, resized
from verification.models import StandardMark

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_a_tutor_decides_is_kept_while_it_is_typed(page, sign_in, looked_at, cast):
    essay = factories.essay_of(factories.a_cohort(cast=cast))
    people = [cast.tutor, factories.a_user(role=Role.TUTOR, name="Clive Colleague")]
    event = factories.a_standardisation(cast=cast, assignment=essay, people=people, state="open")
    first = event.criteria().first()
    sign_in(cast.tutor)
    opened(page, event.get_absolute_url())
    looked_at()
    resized(page, 1280)
    page.get_by_role("link", name="Mark the piece").click()
    expect(page.get_by_role("button", name="Hand my decisions over")).to_be_visible()
    loaded(page)
    row = page.locator(f"#k-{first.pk}")

    row.get_by_role("radio", name="Refer").check()
    row.get_by_label(f"Your reason for {first.number}").fill("One side only.")
    expect(row.locator("[data-saved]")).to_contain_text("Saved")
    row.get_by_label(f"Your reason for {first.number}").fill("One side only, no limit.")
    row.get_by_label(f"Your reason for {first.number}").blur()
    expect(row.locator("[name=revision]")).not_to_have_value("1")

    opened(page, reverse("verification:marks", args=[event.pk]))
    expect(row.locator("textarea")).to_have_text("One side only, no limit.")
    assert StandardMark.objects.get(criterion=first).decision == "refer"
    looked_at()


def test_the_file_of_a_tutor_and_the_comparison_hold_no_barrier(page, sign_in, looked_at, cast):
    essay = factories.essay_of(factories.a_cohort(cast=cast))
    people = [cast.tutor, factories.a_user(role=Role.TUTOR, name="Clive Colleague")]
    event = factories.a_standardisation(cast=cast, assignment=essay, people=people, state="compared")
    sign_in(cast.iqa)
    for address in (event.get_absolute_url(), reverse("verification:staff_file", args=[cast.tutor.pk])):
        opened(page, address)
        looked_at()
