"""Pages in Debian's own Chromium: nothing is downloaded, and no page may break the content security policy.

    @pytest.mark.browser
    def test_a_tutor_marks_with_the_keyboard(page, sign_in, axe, tutor):
        sign_in(tutor)
        opened(page, "/assignments/")
        page.get_by_role("link", name="Priya Raman").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Priya Raman")
        axe()
        fits(page, 320)

`page` knows the address of the test server. The test fails for every message about the content security policy, every error in a
script, every file of ours that cannot be loaded and every request to another host.

No test may depend on how fast a machine is. A click does not wait for the page it leads to: `expect` something that only the new
page has before you measure, call `axe` or `fits`, open another address or ask the database. What a script saves by itself is
there when its sign says so, or `eventually`. Wait with `expect(locator)`; a condition given to the browser as text needs what
the policy forbids. `WAYMARK_SLOWED=6` slows the processor of every page down that many times, to find what was forgotten.
"""

from __future__ import annotations

import os
import shutil
import threading
import time

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import expect

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
# How long anything may take, in seconds. Only what never comes takes so long.
PATIENCE = 30
LONGEST = 1800
"""How long one test may take. The journey takes two minutes on a quiet machine, and many on a busy one."""
SLOWED = float(os.environ.get("WAYMARK_SLOWED", "1"))

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is not installed. `./run test` installs it: apt-get install chromium-headless-shell")
    return {"executable_path": program, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args():
    # Nothing moves: a colour on its way from one to another has a contrast of its own.
    return {
        "locale": "en-GB",
        "timezone_id": "Europe/London",
        "viewport": {"width": 1280, "height": 900},
        "reduced_motion": "reduce",
    }


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("browser") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST))


@pytest.fixture(autouse=True)
def served_to_the_end(request):
    """The database is emptied after the last answer: a save, a poll or a page fetched ahead may outlive the page that asked."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # set up before this, so emptied after it
    busy = set()

    def began(**_):
        if threading.current_thread() is not threading.main_thread():
            busy.add(threading.get_ident())

    def ended(**_):
        busy.discard(threading.get_ident())

    request_started.connect(began)
    request_finished.connect(ended)
    yield
    until = time.monotonic() + PATIENCE
    while busy & {one.ident for one in threading.enumerate()} and time.monotonic() < until:
        time.sleep(0.02)
    request_started.disconnect(began)
    request_finished.disconnect(ended)


@pytest.fixture
def page(new_context, live_server):
    """A page at the test server that fails the test for what a visitor's console would show."""
    page, faults = new_page(new_context(base_url=live_server.url), live_server.url)
    yield page
    page.close()
    assert faults == []


def new_page(context, own):
    """A patient page, and the list that receives its faults."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    if SLOWED > 1:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return page, listen(page, own)


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


def loaded(page):
    """The document is complete and its scripts are at work. Of a page that a click still has to bring, this knows nothing."""
    page.wait_for_load_state("load")
    expect(page.locator("html[data-at-work], html:not(:has(script[src*='/js/app.js']))")).to_be_attached()


def opened(page, address):
    """Go to this address, and wait until the scripts are at work."""
    answer = page.goto(address)
    loaded(page)
    return answer


def eventually(page, holds, *, says="It never came to be."):
    """Wait for what only the server or a script knows, such as a row in the database."""
    until = time.monotonic() + PATIENCE
    while not (found := holds()):
        if time.monotonic() > until:
            pytest.fail(says)
        page.wait_for_timeout(50)
    return found


def resized(page, width, height=900):
    """The page in a window of this size, drawn anew."""
    page.set_viewport_size({"width": width, "height": height})
    loaded(page)
    eventually(
        page, lambda: page.evaluate("window.innerWidth") == width, says=f"The window is not {width} pixels wide."
    )


def sideways(page):
    """By how many pixels the page is wider than its window, as it stands. `fits` is what a test wants."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def fits(page, width, where=""):
    """In a window of this width nothing scrolls sideways."""
    resized(page, width)
    assert sideways(page) <= 0, f"{where or page.url} is wider than {width} pixels"


@pytest.fixture
def looked_at(page, axe):
    """The page as it stands keeps to the guidelines and fits, on a desk and on a phone: `looked_at()`."""

    def check(where="", *, widths=(320, 1280)):
        for width in widths:
            fits(page, width, where)
            axe(f"{where or page.url} at {width} pixels")

    return check


@pytest.fixture
def axe(page):
    """Check what the page shows now against WCAG 2.0 to 2.2 A and AA and good practice: `axe()`."""

    def check(where=None, *, without=()):
        assert barriers(page, without=without) == [], where or page.url

    return check


# What passed stays in the page: it is nine tenths of the answer.
RUN = """async (options) => {
  const { violations, incomplete } = await axe.run(options);
  return { violations, incomplete };
}"""


def barriers(page, *, without=()):
    """What axe finds on the page, and text in the colour of its ground, which axe leaves to a person to judge."""
    from axe_playwright_python.base import AXE_SCRIPT

    loaded(page)
    rules = {rule: {"enabled": False} for rule in without}
    # Not preloaded: axe would put imported sheets inline, which the policy forbids and only one rule needs.
    options = {
        "runOnly": {"type": "tag", "values": STANDARDS},
        "rules": rules,
        "preload": False,
        "resultTypes": ["violations", "incomplete"],
    }
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    results = page.evaluate(RUN, options)
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
