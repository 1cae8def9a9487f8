"""The servers that the tests run on: a private PostgreSQL and a private Redis, for this run only.

Loaded by `addopts = -p tests.services`, because the environment must be set before pytest-django reads the settings. Nothing
listens on a port, nothing needs a password, and no service of the machine is touched: only its programs are used. A
DATABASE_URL or REDIS_URL that is already set is honoured. `--sqlite` runs on a file of SQLite instead of PostgreSQL.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

PATIENCE = 30  # seconds for a server to answer
_servers = contextlib.ExitStack()
_ran: Counter[str] = Counter()
private_postgres: tuple[Path, str] | None = None
"""The programs of our own PostgreSQL and the folder of its socket, while it runs; nothing, where DATABASE_URL was given."""


class CannotStart(Exception):
    """A server that the tests need is missing or does not answer."""


# ---------------------------------------------------------------- pytest's hooks


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sqlite", action="store_true", help="run on SQLite, the demonstration's database")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> None:
    signal.signal(signal.SIGTERM, _as_interrupt)
    # What tests write is never the demonstration's.
    os.environ["WAYMARK_DATA"] = _servers.enter_context(temporary_folder("data"))
    try:
        if "--sqlite" in args:
            folder = _servers.enter_context(temporary_folder("sqlite"))
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/waymark.sqlite3"
        elif not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = _servers.enter_context(postgres())
        if not os.environ.get("REDIS_URL"):
            os.environ["REDIS_URL"] = _servers.enter_context(redis())
    except CannotStart as reason:
        _servers.close()
        raise pytest.UsageError(str(reason)) from None


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    # Now, so that these fixtures win over those of pytest-playwright, which was loaded after this file.
    config.pluginmanager.import_plugin("tests.browser")
    config.pluginmanager.import_plugin("tests.migrated")
    if config.getoption("--sqlite"):
        from django.db import connections

        default = connections.settings["default"]
        # A file, not memory: threads and a second connection must see the same database.
        default["TEST"]["NAME"] = default["NAME"] + "-test"


def pytest_unconfigure() -> None:
    _servers.close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    fixtures = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "live_server", "django_db_setup"}:
        from django.db import connection

        _ran[{"postgresql": "PostgreSQL", "sqlite": "SQLite"}[connection.vendor]] += 1
    if item.get_closest_marker("redis") or "redis_url" in fixtures:
        _ran["Redis"] += 1
    if "page" in fixtures or "browser" in fixtures:
        _ran["Chromium"] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = ", ".join(f"{name} {_ran[name]}" for name in ("PostgreSQL", "SQLite", "Redis", "Chromium"))
    terminalreporter.write_line(f"Ran on: {counts}")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The address of the private Redis, for a test that speaks to the real broker."""
    return os.environ["REDIS_URL"]


# ---------------------------------------------------------------- the servers


@contextlib.contextmanager
def postgres():
    """A PostgreSQL with an empty cluster on a socket in a folder of its own; its address for DATABASE_URL."""
    programs = postgres_programs()
    with temporary_folder("postgres") as folder:
        os.chmod(folder, 0o755)  # psycopg2 in this process, the server as somebody else
        common = {"cwd": "/", "env": {**os.environ, "LC_ALL": "C.UTF-8"}, **unprivileged(folder)}
        data = f"{folder}/data"
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            capture_output=True,
            text=True,
            check=False,
            **common,
        )
        if made.returncode:
            raise CannotStart(f"PostgreSQL cannot make its folder: {(made.stderr or made.stdout).strip()[-400:]}")
        # A test database that dies with the run may forget what it has written.
        settings = (
            "listen_addresses=",
            "fsync=off",
            # It counts rows whenever it likes, and a plan then depends on when: no test may.
            "autovacuum=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=60",
        )
        command = [programs / "postgres", "-D", data, "-k", folder, *(w for one in settings for w in ("-c", one))]
        with running(command, folder, stop=signal.SIGINT, **common) as server:
            _wait(server, folder, f"{folder}/.s.PGSQL.5432", "PostgreSQL", _postgres_answers(folder))
            global private_postgres
            private_postgres = programs, folder
            yield f"postgres://postgres@/postgres?host={folder}"


@contextlib.contextmanager
def redis():
    """A Redis on a socket in a folder of its own, keeping nothing; its address for REDIS_URL."""
    program = shutil.which("redis-server") or shutil.which("redis-server", path="/usr/bin:/usr/local/bin")
    if program is None:
        raise CannotStart("redis-server is not installed. `./run test` installs it, or set REDIS_URL.")
    with temporary_folder("redis") as folder:
        path = f"{folder}/redis.sock"
        command = [program, "--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", folder]
        with running(command, folder, stop=signal.SIGTERM) as server:
            _wait(server, folder, path, "Redis", lambda: _connects(path))
            yield f"redis+socket://{path}"


@contextlib.contextmanager
def clamd(signatures: dict[str, bytes]):
    """A virus scanner that knows `signatures` (a name and the bytes it looks for) and no others; its CLAMD_URL."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("clamd is not installed. `./run test` installs it: apt-get install clamav-daemon")
    with temporary_folder("clamd") as folder:
        known = "".join(f"{name}:0:*:{looked_for.hex()}\n" for name, looked_for in signatures.items())
        Path(folder, "db").mkdir()
        Path(folder, "db", "ours.ndb").write_text(known)
        path = f"{folder}/clamd.sock"
        lines = (
            f"LocalSocket {path}",
            f"DatabaseDirectory {folder}/db",
            f"TemporaryDirectory {folder}",
            "Foreground yes",
            "SelfCheck 3600",
            "StreamMaxLength 30M",
            "MaxThreads 2",
        )
        Path(folder, "clamd.conf").write_text("\n".join(lines) + "\n")
        with running([program, "-c", f"{folder}/clamd.conf"], folder, stop=signal.SIGTERM) as server:
            _wait(server, folder, path, "clamd", lambda: _connects(path))
            yield f"unix://{path}"


@contextlib.contextmanager
def answering(line: str, *, after: threading.Event | None = None):
    """A socket at which every question is heard to its end and answered with `line`, once `after` is set; its CLAMD_URL."""
    with temporary_folder("scanner") as folder, socket.socket(socket.AF_UNIX) as listening:
        path = f"{folder}/clamd.sock"
        listening.bind(path)
        listening.listen()

        def serve() -> None:
            while True:
                try:
                    one, _ = listening.accept()
                except OSError:  # closed: the test is over
                    return
                with one, contextlib.suppress(OSError, struct.error), one.makefile("rb") as said:
                    # clamd's INSTREAM: a line, then pieces with their lengths in front, the last of them empty. A file may hold
                    # zeros too, so only the lengths say where it ends.
                    said.readline()
                    while length := struct.unpack("!L", said.read(4))[0]:
                        said.read(length)
                    if after is None or after.wait(PATIENCE):
                        one.sendall(line.encode() + b"\n")

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"unix://{path}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def postgres_programs() -> Path:
    """The folder of the newest PostgreSQL that is installed, Debian's or the one on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise CannotStart("PostgreSQL is not installed. `./run test` installs it, or set DATABASE_URL.")


@contextlib.contextmanager
def temporary_folder(name: str):
    """A folder with a short path, since a socket's may have 107 characters; gone afterwards."""
    folder = tempfile.mkdtemp(prefix=f"waymark-{name}-", dir="/tmp")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged(folder: str) -> dict[str, object]:
    """Arguments for `subprocess` that give up root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return {}
    try:
        who = pwd.getpwnam("postgres")
    except KeyError:
        who = pwd.getpwnam("nobody")
    os.chown(folder, who.pw_uid, who.pw_gid)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def running(command: list[object], folder: str, *, stop: signal.Signals, **options: object):
    """The server, running; stopped afterwards, and by the kernel if this process is killed."""
    with open(f"{folder}/log", "w") as log:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for pytest, which then stops the server in order
            preexec_fn=lambda: ctypes.CDLL(None).prctl(1, stop),  # PR_SET_PDEATHSIG
            **options,
        )
        try:
            yield server
        finally:
            server.send_signal(stop)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen, folder: str, path: str, name: str, answers) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        if os.path.exists(path) and answers():
            return
        time.sleep(0.02)
    raise CannotStart(f"{name} does not start: {Path(folder, 'log').read_text().strip()[-600:]}")


def _postgres_answers(folder: str):
    import psycopg2

    def answers() -> bool:
        try:
            psycopg2.connect(host=folder, user="postgres", dbname="postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    return answers


def _connects(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as one, contextlib.suppress(OSError):
        one.connect(path)
        return True
    return False


def _as_interrupt(*_: object) -> None:
    """Let a TERM end the run as Ctrl-C does, so that the servers are stopped."""
    raise KeyboardInterrupt
