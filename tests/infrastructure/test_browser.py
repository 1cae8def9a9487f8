"""The browser tests see what a visitor's console would show: here the faults are made on purpose."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import eventually, new_page

pytestmark = pytest.mark.browser


def test_a_page_without_faults_passes_the_accessibility_check(page, axe):
    page.goto(reverse("account_login"))

    expect(page.locator("h1")).to_be_visible()
    axe()


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (
            "document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))",
            "Content security",
        ),
        ("document.body.setAttribute('style', 'color: red')", "Content security"),
        ("setTimeout(() => { nowhere() }, 0)", "Error in a script"),
        ("fetch('/static/nothing.js')", "A file is missing"),
        ("fetch('http://192.0.2.1/').catch(() => 0)", "Content security"),
    ],
)
def test_a_fault_in_the_console_is_heard(new_context, live_server, script, fault):
    page, faults = new_page(new_context(base_url=live_server.url), live_server.url)
    page.goto(reverse("account_login"))

    page.evaluate(script)

    eventually(page, lambda: any(one.startswith(fault) for one in faults))


def test_the_accessibility_check_finds_a_button_without_a_name(page, axe):
    page.goto(reverse("account_login"))
    page.evaluate("document.querySelector('main, body').append(document.createElement('button'))")

    with pytest.raises(AssertionError, match="button-name"):
        axe()
