"""What a tutor waits for, measured in Chromium: the marking room answers a key, and the next piece is there.

Waymark is served as in production, by gunicorn in processes of its own. Beside each page stands a bare one from the same server: as
many bytes of plain paragraphs, without style or script. What the bare page takes is the floor of this machine.
"""

import contextlib
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assignments.models import Submission
from tests.bench.measure import BACKEND, Pair
from tests.browser import FLAGS
from tests.services import PATIENCE, CannotStart, running, temporary_folder

INTERACTIVE, NEXT = 1000.0, 300.0
"""Milliseconds that a tutor may wait: until a new room answers, and from one piece to the next."""

# Put into each page before its own scripts. Moments are those of the input and of the browser's clock, not of this process:
# `answered` is the frame after a criterion opened (on the bare page, after the key), `parsed` the whole text in the page, `painted`
# the first frame that shows it. A key pressed on the page before is remembered in the tab.
WATCH = """
(() => {
  const seen = (globalThis.seen = { began: performance.timeOrigin });
  const now = () => performance.timeOrigin + performance.now();
  const frame = (then) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => then(now());
    after.port2.postMessage(0);
  });
  addEventListener("keydown", (event) => {
    sessionStorage.setItem("pressed", performance.timeOrigin + event.timeStamp);
    if (!document.querySelector("[data-bare]")) return;
    frame((at) => (seen.answered = at));
    if (event.key === "s") location.assign(document.querySelector("[data-bare]").href);
  }, true);
  document.addEventListener("toggle", (event) => {
    if (event.target.open && sessionStorage.getItem("pressed") > seen.began) frame((at) => (seen.answered = at));
  }, true);
  document.addEventListener("readystatechange", () => {
    if (document.readyState !== "interactive") return;
    seen.parsed = now();
    frame((at) => (seen.framed = at));
  });
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (one.name === "first-contentful-paint") seen.first = performance.timeOrigin + one.startTime;
    }
  }).observe({ type: "paint", buffered: true });
})();
"""
SEEN = "() => ({ ...globalThis.seen, pressed: Number(sessionStorage.getItem('pressed')) })"


class Room:
    """A tutor in Chromium, with two pieces that lie one after the other in the pile; both are half marked."""

    def __init__(self, browser: Browser, address: str, tutor: object, first: Submission, following: Submission) -> None:
        self.browser, self.address = browser, address
        client = Client()
        client.force_login(tutor, backend=BACKEND)
        self.cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.first, self.following = (self._url(one) for one in (first, following))
        self.words = 0
        with contextlib.closing(self._context()) as context:
            answer = context.request.get(self.first)
            if not answer.ok:
                raise RuntimeError(f"{self.first} answered {answer.status}")
            self.bare = address + reverse("bare", args=[len(answer.body())])
        self.kept = self._page(self._context())

    def _url(self, piece: Submission) -> str:
        return self.address + reverse("assignments:room", args=[piece.pk])

    def _context(self) -> BrowserContext:
        context = self.browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": self.cookie, "url": self.address}])
        context.add_init_script(WATCH)
        return context

    def _page(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.set_default_timeout(30_000)
        return page

    # ---- each answers in seconds what it took

    def first_visit(self) -> float:
        """Open the room where nothing of Waymark is kept in the browser."""
        with contextlib.closing(self._context()) as context:
            return self._answers(self._page(context))

    def again(self) -> float:
        """Open the room where style and scripts are kept from an earlier visit, coming from a page that is soon left."""
        self.kept.goto(self.bare)
        return self._answers(self.kept)

    def bare_first_visit(self) -> float:
        with contextlib.closing(self._context()) as context:
            return self._bare_answers(self._page(context))

    def bare_again(self) -> float:
        self.kept.goto(self.bare)
        return self._bare_answers(self.kept)

    def next_parsed(self) -> float:
        """From the key `s`, with words not yet saved, until the next text is in the page."""
        return self._goes_on("parsed")

    def next_painted(self) -> float:
        """The same, until the next text can be seen."""
        return self._goes_on("painted")

    def bare_parsed(self) -> float:
        return self._bare_goes_on("parsed")

    def bare_painted(self) -> float:
        return self._bare_goes_on("painted")

    # ---- how

    def _answers(self, page: Page) -> float:
        page.goto(self.first, wait_until="commit")
        page.locator("[data-marking=ready]").wait_for()
        page.keyboard.press("j")
        seen = _seen(page, "answered")
        return (seen["answered"] - seen["began"]) / 1000

    def _bare_answers(self, page: Page) -> float:
        page.goto(self.bare, wait_until="commit")
        page.locator("[data-bare]").wait_for()
        page.keyboard.press("j")
        seen = _seen(page, "answered")
        return (seen["answered"] - seen["began"]) / 1000

    def _goes_on(self, to: str) -> float:
        page = self.kept
        # A tutor reads for minutes: the copy that is fetched ahead is there by then.
        with page.expect_request_finished(lambda one: "?ahead=" in one.url):
            page.goto(self.first)
        page.locator("[data-marking=ready]").wait_for()
        self.words += 1
        page.locator("details[open] textarea[name=feedback]").fill(f"Clear, said for time {self.words}.")
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        page.wait_for_url(lambda url: url.startswith(self.following), wait_until="load")
        seen = _seen(page, "framed", "first")
        page.locator("[data-saved]", has_text="Saved").wait_for()
        return _since_the_key(seen, to)

    def _bare_goes_on(self, to: str) -> float:
        page = self.kept
        page.goto(self.bare)
        page.keyboard.press("s")
        page.wait_for_url(lambda url: url.startswith(self.bare) and "?next" in url, wait_until="load")
        return _since_the_key(_seen(page, "framed", "first"), to)


def _seen(page: Page, *names: str) -> dict[str, float]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen: dict[str, float] = page.evaluate(SEEN)
        if all(one in seen for one in names):
            return seen
        page.wait_for_timeout(20)
    raise RuntimeError(f"{page.url} never came to {' and '.join(names)}")


def _since_the_key(seen: dict[str, float], to: str) -> float:
    at = seen["parsed"] if to == "parsed" else max(seen["framed"], seen["first"])
    return (at - seen["pressed"]) / 1000


WAITED = {
    "Chromium: room, first visit": (INTERACTIVE, Room.first_visit, Room.bare_first_visit),
    "Chromium: room, again": (INTERACTIVE, Room.again, Room.bare_again),
    "Chromium: next text in the page": (NEXT, Room.next_parsed, Room.bare_parsed),
    "Chromium: next text painted": (NEXT, Room.next_painted, Room.bare_painted),
}


def pairs(room: Room) -> list[Pair]:
    """Each with a line in milliseconds, because it is a person who waits, and with the bare page's time beside it."""
    return [
        Pair(name, "bare page", None, partial(own, room), partial(bare, room), limit=limit, in_process=False)
        for name, (limit, own, bare) in WAITED.items()
    ]


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        raise CannotStart(
            "Chromium is not installed. `./run bench` installs it: apt-get install chromium-headless-shell"
        )
    # Playwright's synchronous interface runs a loop in this thread, which Django would take for asynchronous code.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield found
        finally:
            found.close()


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address at which gunicorn serves Waymark, as in production."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    environment = os.environ | {"HOST": "127.0.0.1", "PORT": str(port)}
    with (
        temporary_folder("gunicorn") as folder,
        running(command, folder, stop=signal.SIGTERM, env=environment, cwd=settings.BASE_DIR) as server,
    ):
        until = time.monotonic() + PATIENCE
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > until:
                with open(f"{folder}/log") as log:
                    raise CannotStart(f"gunicorn does not start: {log.read().strip()[-600:]}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"


def _answers(port: int) -> bool:
    with socket.socket() as one, contextlib.suppress(OSError):
        one.connect(("127.0.0.1", port))
        return True
    return False
