"""How gunicorn serves Waymark. Without Redis, the background work runs inside the one process that serves the pages.

With REDIS_URL: as many processes as WEB_CONCURRENCY says, and a worker beside them
(`celery -A config.celery worker -B`). Without: exactly one process, since messages in memory do not leave it; a Celery worker and
beat run in two of its threads, with the same tasks and the same schedule. A message that dies with the process loses nothing: the
work is rows, and beat finds them again.
"""

import contextlib
import os
import threading
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings

django.setup()

_embedded = not settings.REDIS_URL
_running: list[Any] = []

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = 1 if _embedded else int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
worker_class = "gthread"
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
control_socket_disable = True  # it would lie in the home folder
loglevel = os.environ.get("GUNICORN_LOG", "warning")
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")


def when_ready(server: Any) -> None:
    """Greet, now that the address answers: `tools/serve.py` leaves the words in the environment."""
    if greeting := os.environ.pop("WAYMARK_GREETING", ""):
        with contextlib.suppress(OSError):  # nobody listens any more
            print(greeting, flush=True)  # noqa: T201 - this is what the person at the terminal waits for


def pre_fork(server: Any, worker: Any) -> None:
    """Let no process inherit an open connection."""
    from django.db import connections

    connections.close_all()


def post_worker_init(worker: Any) -> None:
    """Start the background work in this process, after the fork, when there is no Redis."""
    if not _embedded:
        return
    from celery.beat import Scheduler, Service
    from celery.worker import WorkController

    from config.celery import app

    tasks = WorkController(
        app=app,
        pool_cls="threads",
        concurrency=2,
        hostname="embedded@localhost",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        ready_callback=lambda *_: None,
    )
    beat = Service(app, scheduler_cls=Scheduler)
    for part in (beat, tasks):
        _running.append(part)
        threading.Thread(target=part.start, name=type(part).__name__, daemon=True).start()


def worker_exit(server: Any, worker: Any) -> None:
    """Stop the background work in order: beat first, then what it fed."""
    for part in _running:
        part.stop()
