"""The menu stays on one line because pages that belong together stand under one entry, and each of them leads to the others."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from accounts.permissions import Role
from config.navigation import MENU, navigation
from tests import factories

pytestmark = pytest.mark.django_db
# As many words, and as many letters, as fit on a line of 1,280 px beside the brand, the centre and a name.
ENTRIES, LETTERS = 9, 80


def _menu(user, path="/home/"):
    request = RequestFactory().get(path)
    request.user = user
    return navigation(request)


@pytest.mark.parametrize("role", Role)
def test_the_menu_of_every_role_fits_on_a_line(role):
    labels = [one["label"] for one in _menu(factories.a_user(role=role))["navigation"]]

    assert len(labels) <= ENTRIES
    assert sum(map(len, labels)) <= LETTERS
    assert len(set(labels)) == len(labels)


def test_every_page_that_a_role_may_open_is_in_the_menu_or_beside_another():
    for role in Role:
        user = factories.a_user(role=role)
        for entry in MENU:
            there = {reverse(one.name) for one in entry.pages if any(user.can(right) for right in one.needs)}
            for url in there:
                shown = _menu(user, url)
                found = {one["url"] for one in shown["navigation"]} | {one["url"] for one in shown["menu_beside"]}
                assert there <= found, (role, entry.label, url)
                assert [one["current"] for one in shown["navigation"]].count(True) == 1


def test_where_only_one_page_of_an_entry_is_open_the_menu_names_it(cast):
    labels = [one["label"] for one in _menu(cast.iqa)["navigation"]]

    assert "Second marking" in labels
    assert "Marking" not in labels


def test_each_page_under_marking_shows_the_others(cast):
    """The desk in its rail, the others in a strip."""
    for who, names in (
        ("tutor", ("desk", "second_markings", "extensions")),
        ("contract_manager", ("who_marks", "second_markings", "extensions")),
    ):
        urls = [reverse(f"assignments:{name}") for name in names]
        for url in urls:
            page = cast.client_of(who).get(url).content.decode()
            assert all(f'href="{other}"' in page for other in urls), (who, url)
