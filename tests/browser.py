"""Pages in Debian's own Chromium: nothing is downloaded, and no page may break the content security policy.

    @pytest.mark.browser
    def test_a_tutor_marks_with_the_keyboard(page, sign_in, axe, tutor):
        sign_in(tutor)
        page.goto("/assignments/")
        axe()

`page` knows the address of the test server. The test fails for every message about the content security policy, every error in a
script, every file of ours that cannot be loaded and every request to another host. Wait with `expect(locator)`; a condition given
to the browser as text needs what the policy forbids.
"""

from __future__ import annotations

import os
import shutil

import pytest

# Playwright's synchronous interface runs a loop in this thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FLAGS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
SIGNED_IN_BY = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(scope="session")
def browser_type_launch_args():
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is not installed. `./run test` installs it: apt-get install chromium-headless-shell")
    return {"executable_path": program, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args():
    return {"locale": "en-GB", "timezone_id": "Europe/London", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def page(new_context, live_server):
    """A page at the test server that fails the test for what a visitor's console would show."""
    page = new_context(base_url=live_server.url).new_page()
    page.set_default_timeout(10_000)
    faults = listen(page, live_server.url)
    yield page
    page.close()
    assert faults == []


def listen(page, own):
    """The list that from now on receives every fault of this page; `own` is the address of the test server."""
    faults: list[str] = []

    def heard(message):
        if "Content Security Policy" in message.text:
            faults.append(f"Content security policy: {message.text}")

    def asked(request):
        if not request.url.startswith((own, "about:", "blob:", "data:")):
            faults.append(f"Another host was asked: {request.url}")

    def answered(response):
        if response.status >= 400 and "/static/" in response.url:
            faults.append(f"A file is missing: {response.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(f"Error in a script: {error}"))
    page.on("request", asked)
    page.on("response", answered)
    return faults


@pytest.fixture
def sign_in(page, live_server, client, settings):
    """Sign somebody in without the form: `sign_in(tutor)`."""

    def signed_in(user):
        client.force_login(user, backend=SIGNED_IN_BY)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return page

    return signed_in


@pytest.fixture
def axe(page):
    """Check what the page shows now against WCAG 2.0 to 2.2 A and AA and good practice: `axe()`."""

    def check(where=None, *, without=()):
        assert barriers(page, without=without) == [], where or page.url

    return check


def barriers(page, *, without=()):
    """What axe finds on the page, and text in the colour of its ground, which axe leaves to a person to judge."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {rule: {"enabled": False} for rule in without}
    # Not preloaded: axe would put imported sheets inline, which the policy forbids and only one rule needs.
    options = {
        "runOnly": {"type": "tag", "values": STANDARDS},
        "rules": rules,
        "preload": False,
        "resultTypes": ["violations", "incomplete"],
    }
    results = Axe().run(page, options=options).response
    found = [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']][:5]}"
        for one in results["violations"]
    ]
    for one in results["incomplete"]:
        for node in one["nodes"] if one["id"] == "color-contrast" else []:
            data = next((check["data"] for check in node["any"] if check["data"]), {})
            if data.get("messageKey") == "equalRatio" or (
                data.get("fgColor") and data.get("fgColor") == data.get("bgColor")
            ):
                found.append(f"color-contrast: text in the colour of its ground at {node['target']}")
    return found
