"""Make the database ready, build the demonstration if there is none, and serve: what `./run` does once all is installed.

One process does it all, because loading Django twice would cost a second each time. Every trouble that a visitor can have ends in one
sentence; what it was in detail stands in the log folder.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import io
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import django
import environ
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.urls import get_resolver
from gunicorn.app.wsgiapp import run

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("WAYMARK_DATA") or ROOT / ".waymark")
if (ROOT / ".env").exists():
    environ.Env.read_env(str(ROOT / ".env"))
HOST = os.environ.setdefault("HOST", "127.0.0.1")
PORT = os.environ.setdefault("PORT", "8000")
EVERYWHERE = HOST in {"0.0.0.0", "::", "[::]"}
SHOWN = f"http://{'127.0.0.1' if EVERYWHERE else HOST}:{PORT}"


class Trouble(Exception):
    """What stands in the way, as one sentence that says what to do."""


def main(words: list[str]) -> int:
    """Serve; with the word `demo`, only prepare the database and hand the rest to the command of that name."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("SITE_URL", SHOWN)
    os.environ.setdefault("ALLOWED_HOSTS", "*" if EVERYWHERE else f"{HOST},localhost,127.0.0.1,[::1]")
    try:
        django.setup()
        if words[:1] == ["demo"]:
            migrate()
            demo(words[1:])
            return 0
        address_is_free()
        migrate()
        load_pages()
        os.environ["WAYMARK_GREETING"] = greeting()
    except KeyboardInterrupt:
        print("\nStopped before it was ready. ./run goes on from here.", file=sys.stderr)
        return 130
    except Exception as trouble:
        print(sentence(trouble), file=sys.stderr)
        return 1
    return serve()


# ---------------------------------------------------------------- before


def address_is_free() -> None:
    """Refuse a port that somebody else uses, before the database is touched."""
    if not PORT.isdigit() or not 0 < int(PORT) < 65536:
        raise Trouble(f"PORT is {PORT}, which is not a port: choose a number between 1 and 65535.")
    family = socket.AF_INET6 if ":" in HOST else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST.strip("[]"), int(PORT)))
        except OSError as error:
            other = f"PORT={int(PORT) % 65535 + 1} ./run"
            if error.errno == errno.EADDRINUSE:
                raise Trouble(
                    f"Port {PORT} on {HOST} is in use. Stop what uses it, or choose another: {other}"
                ) from None
            if error.errno == errno.EACCES:
                raise Trouble(
                    f"Port {PORT} may only be used by an administrator. Choose one above 1023: PORT=8000 ./run"
                ) from None
            raise Trouble(f"{HOST} is not an address of this machine. Leave HOST out, or choose one that is.") from None


def migrate() -> None:
    """Bring the database to the shape that the code expects."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Preparing the database.", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
        # What a new shape leaves empty and is kept from other rows.
        call_command("follow_queue", verbosity=0)


def load_pages() -> None:
    """Import every view and form now, before gunicorn forks: a mistake in them is told here, and their memory is shared."""
    get_resolver().url_patterns  # noqa: B018 - looking at it loads it


def demo(words: list[str]) -> None:
    """Hand over to `manage.py demo`."""
    call_command("demo", *words)


def greeting() -> str:
    """Build the demonstration if the database is empty, and say who can sign in."""
    if settings.DEMO:
        settings.STATIC_ROOT.mkdir(exist_ok=True)  # stays empty here, but WhiteNoise warns when it is not there
        build()
    people = io.StringIO()
    if settings.DEMO:
        call_command("demo", "--people", stdout=people)
    parts = [f"\nWaymark is at {SHOWN}", people.getvalue().strip("\n")]
    parts += ["Ctrl-C stops it. ./run demo --reset begins again." if settings.DEMO else "Ctrl-C stops it."]
    return "\n\n".join(part for part in parts if part)


def build() -> None:
    """Build the demonstration in an empty database; begin again where an earlier start was stopped half-way."""
    unfinished = DATA / "demo-unfinished"
    database = f"{connection.settings_dict['HOST']} {connection.settings_dict['NAME']}"
    again = unfinished.exists() and unfinished.read_text(encoding="utf-8") == database
    if not again and get_user_model()._default_manager.exists():
        return
    print("Building the demonstration, which takes a moment.", flush=True)
    unfinished.write_text(database, encoding="utf-8")
    call_command("demo", reset=again)
    unfinished.unlink()


# ---------------------------------------------------------------- serving


def serve() -> int:
    """Run gunicorn in this process, which has Django loaded; with Redis, a Celery worker beside it."""
    connections.close_all()
    sys.argv = ["gunicorn", "--config", str(ROOT / "config" / "gunicorn.py"), "--chdir", str(ROOT), "config.wsgi"]
    with background_worker() if settings.REDIS_URL else contextlib.nullcontext():
        try:
            run()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
    return 0


@contextlib.contextmanager
def background_worker() -> Iterator[None]:
    """A Celery worker with beat, beside gunicorn; the kernel ends it if this process is killed."""
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-B"]
    command += [
        "--pool",
        "threads",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "WARNING",
    ]
    command += ["--schedule", str(DATA / "celerybeat-schedule")]
    parent = os.getpid()
    log = DATA / "log" / "worker.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    worker = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=log.open("a"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGTERM),  # PR_SET_PDEATHSIG
    )
    try:
        yield
    finally:
        if os.getpid() == parent:  # gunicorn's children come along here too
            worker.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.wait(10)


# ---------------------------------------------------------------- troubles


def sentence(trouble: Exception) -> str:
    """Say in one sentence what is wrong, and keep the rest in the log folder."""
    text = str(trouble).strip()
    if isinstance(trouble, Trouble | CommandError):
        return text
    if isinstance(trouble, ImproperlyConfigured):
        return f"A setting is missing or wrong. {text}"
    if (isinstance(trouble, OSError) and trouble.errno in {errno.ENOSPC, errno.EDQUOT}) or "is full" in text:
        return f"The disk is full. Free some space for {DATA}, then start again."
    if isinstance(trouble, OSError) and trouble.errno in {errno.EACCES, errno.EROFS}:
        return f"{trouble.filename or DATA} cannot be written. Give it to this account, or choose another folder with WAYMARK_DATA."
    if isinstance(trouble, OperationalError):
        first = text.splitlines()[0] if text else "it gave no reason"
        return f"The database cannot be used: {first}"
    log = DATA / "log" / "serve.log"
    with contextlib.suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(trouble)), encoding="utf-8")
    return f"Waymark cannot start: {type(trouble).__name__}: {text.splitlines()[0] if text else ''} The details are in {log}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
