"""Every page that somebody may see, opened in Chromium in a world full of work: no barrier, no policy broken, no sideways scrolling.

The pages are those of the access table. Where several roles see the very same page, it is opened once; what differs between
them (the menu) is on the home page of each. One test, because the world and the browser take longer than a page.
"""

import hashlib
import re
import time
from collections import defaultdict

import pytest
from django.conf import settings

from tests import worlds
from tests.browser import barriers, new_page, resized, sideways
from tests.test_access import PEOPLE, TABLE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, NARROW = 1280, 320
# One page of each family is also looked at in the dark and at 320 pixels: these may break by themselves.
FAMILIES = {
    "home", "account_login", "accounts:people", "core:components", "programmes:cohort", "enrolment:questionnaire",
    "enrolment:enrolment", "workshops:take_register", "assignments:submission", "assignments:portfolio", "assignments:matrix",
    "assignments:client_feedback", "assignments:desk", "assignments:answers", "assignments:changes",
    "assignments:room", "assignments:award_pass", "assignments:result_sheet", "verification:sample", "verification:claims",
    "verification:decision",
    "verification:batch", "verification:answer_file", "verification:recognition",
    "reporting:dashboard", "reporting:client_cohort",
}  # fmt: skip
ERRORS = (("learner", "/people/"), ("learner", "/nowhere/"), ("visitor", "/nowhere/"))
CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"')


PARTS = re.compile(rb'<([a-z0-9]+)(?:[^>]*?\sclass="([^"]*)")?')


def pages(world, clients):
    """(line, who, address, whether axe looks) of every page, the very same page only once.

    axe looks at a page that another role has seen before only if some part (an element with its classes) is new.
    """
    seen, known = set(), defaultdict(set)
    for line in TABLE:
        url = world.url(line.route, line.names)
        for who, said in zip(PEOPLE, line.letters, strict=True):
            if said != ".":
                continue
            response = clients[who].get(url)
            if response.streaming:
                b"".join(response)
                continue
            if not response["Content-Type"].startswith("text/html"):
                continue
            body = response.content if line.route == "home" else response.content[response.content.find(b"<main") :]
            mark = hashlib.sha256(CHANGING.sub(b"", body)).digest()
            if mark not in seen:
                seen.add(mark)
                parts = set(PARTS.findall(body))
                yield line, who, url, bool(parts - known[line])
                known[line] |= parts


@pytest.fixture
def browsing(new_context, live_server, transactional_db):
    """A world, and a page for each person in which they have signed in; what their consoles said, by person."""
    world = worlds.a_world(worlds.a_cast())
    clients = {who: world.cast.client_of(who) for who in PEOPLE}
    opened = {}

    def page_of(who):
        if who not in opened:
            context = new_context(base_url=live_server.url)
            cookies = clients[who].cookies
            if settings.SESSION_COOKIE_NAME in cookies:
                value = cookies[settings.SESSION_COOKIE_NAME].value
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
            opened[who] = new_page(context, live_server.url)
        return opened[who]

    return world, clients, page_of


def test_every_page_is_accessible_keeps_the_policy_and_fits_a_phone(browsing, live_server):
    world, clients, page_of = browsing
    faults, checked, families = defaultdict(list), 0, set()
    began = time.monotonic()

    def look(what, who, url, *, axe=True, closely):
        nonlocal checked
        checked += 1
        page, heard = page_of(who)
        before = len(heard)
        page.set_viewport_size({"width": WIDE, "height": 900})
        page.goto(url)
        for width in (WIDE, NARROW):
            resized(page, width)
            if sideways(page) > 0:
                faults[what].append(f"scrolls sideways at {width} pixels")
            if axe and width == WIDE:
                faults[what] += barriers(page)
        if closely:
            faults[what] += [f"at 320 pixels: {one}" for one in barriers(page)]
            page.context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
            page.goto(url)
            resized(page, WIDE)
            faults[what] += [f"in the dark: {one}" for one in barriers(page)]
            page.context.clear_cookies(name="theme")
        faults[what] += heard[before:]

    for line, who, url, axe in pages(world, clients):
        family = (line.route, who) if line.route == "home" else line.route
        closely = line.route in FAMILIES and family not in families
        families.add(family)
        look(f"{line} for {who}", who, url, axe=axe, closely=closely)
    for who, url in ERRORS:
        look(f"{url} for {who}", who, url, closely=who == "learner")

    print(f"{checked} pages in {time.monotonic() - began:.0f} seconds")
    assert {what: found for what, found in faults.items() if found} == {}
    assert checked > 100
