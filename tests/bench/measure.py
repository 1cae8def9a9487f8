"""Timing in pairs: the page and what it is compared with, one after the other, again and again."""

import gc
import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.test.client import FakePayload
from django.test.utils import override_settings

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def waymark() -> WSGIHandler:
    """Waymark as a server would call it, with all of its middleware."""
    return WSGIHandler()


def plain() -> WSGIHandler:
    """The same process with the middleware of a fresh project."""
    with override_settings(MIDDLEWARE=settings.PLAIN_MIDDLEWARE):
        return WSGIHandler()


class Browser:
    """A signed-in person who asks for pages, in this process and through the whole handler."""

    def __init__(self, application: WSGIHandler, user: object) -> None:
        client = Client()
        client.force_login(user, backend=BACKEND)
        self.application = application
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    def get(self, url: str) -> bytes:
        path, _, query = url.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookie,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": FakePayload(b""),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        said = []
        response = self.application(environ, lambda status, headers, *_: said.append(status))
        try:
            body = b"".join(response)
        finally:
            response.close()
        if not said[0].startswith("200"):
            raise RuntimeError(f"{url} answered {said[0]}")
        return body


@dataclass
class Pair:
    """Two things to time and the line their ratio should stay under."""

    name: str
    against: str
    line: float | None
    subject: Callable[[], object]
    reference: Callable[[], object]
    once: int = 1
    """How often in a turn; the turn's ratio is of the sums."""
    beyond: Callable[[], object] | None = None
    """What the line leaves out of the subject: its time, measured in the same turn, is taken off."""
    limit: float | None = None
    """A line in milliseconds, where it is a person who waits."""
    in_process: bool = True
    """Whether its SQL can be counted here."""
    ratios: list[float] = field(default_factory=list)
    times: list[tuple[float, float]] = field(default_factory=list)

    def turn(self, *, subject_first: bool) -> None:
        order = [self.subject, self.reference] if subject_first else [self.reference, self.subject]
        if self.beyond:
            order.append(self.beyond)
        spent = dict.fromkeys(order, 0.0)
        for _ in range(self.once):
            for one in order:
                began = time.perf_counter()
                own = one()
                # What is undone afterwards says itself how long it took.
                spent[one] += own if isinstance(own, float) else time.perf_counter() - began
        if self.beyond:
            spent[self.subject] -= spent[self.beyond]
        self.times.append((spent[self.subject] / self.once, spent[self.reference] / self.once))
        self.ratios.append(spent[self.subject] / spent[self.reference])

    @property
    def quartiles(self) -> tuple[float, float, float]:
        low, middle, high = statistics.quantiles(self.ratios, n=4, method="inclusive")
        return low, middle, high

    @property
    def milliseconds(self) -> tuple[float, float]:
        return tuple(1000 * statistics.median(one) for one in zip(*self.times, strict=True))

    @property
    def own_quartiles(self) -> tuple[float, float, float]:
        """The milliseconds of the subject."""
        low, middle, high = statistics.quantiles([1000 * own for own, _ in self.times], n=4, method="inclusive")
        return low, middle, high

    @property
    def verdict(self) -> str:
        line = self.line if self.limit is None else self.limit
        if line is None:
            return ""
        low, middle, _ = self.quartiles if self.limit is None else self.own_quartiles
        return "holds" if middle <= line else "within noise" if low <= line else "MISSES"


def run(pairs: list[Pair], *, rounds: int, say: Callable[[str], None]) -> None:
    """Warm up, then each pair once a round, in both orders, forwards and backwards."""
    for pair in pairs:
        for _ in range(2):
            pair.subject()
            pair.reference()
            if pair.beyond:
                pair.beyond()
    gc.collect()
    gc.freeze()
    for number in range(rounds):
        for pair in pairs if number % 2 else reversed(pairs):
            pair.turn(subject_first=bool(number % 2))
        say(f"round {number + 1} of {rounds}")


def statements(ask: Callable[[], object]) -> int:
    """How many SQL statements one call takes, session and account included."""
    count = 0

    def counting(execute, sql, params, many, context):
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        ask()
    return count
