"""Processes that are killed while somebody hands in: afterwards the work is there, once, and the receipt is true.

Real processes, on the run's own PostgreSQL and a Redis of this file: gunicorn with Waymark's own configuration, Celery's worker,
management commands. Nothing waits for a time: each kill happens when the rows or a lock say that its moment has come.
"""

import contextlib
import hashlib
import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client

from assignments import actions
from assignments.models import Declaration, Document, Reading, Submission, Upload
from assignments.policy import CLAIM_FOR
from core import clock
from core.models import Notice
from tests import services
from tests.factories import an_enrolment, attach, docx_bytes, essay_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # of sockets whose other end was killed
]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40
TOKEN = "k" * 32
SIGNED = {
    "ai_use": "none",
    "signed_name": "Robin Example",
    "declares": ["own_words", "sources", "nowhere_else", "malpractice"],
}


def until(condition, what="the moment"):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    pytest.fail(f"Waited in vain for {what}")


class Redis:
    """A Redis that can be stopped and started again at the same address."""

    def __init__(self, folder):
        self.path = f"{folder}/redis.sock"
        self.url = f"redis+socket://{self.path}"
        self.server = None

    def start(self):
        command = ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "no"]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: services._connects(self.path), "Redis")

    def stop(self):
        if self.server:
            self.server.kill()
            self.server.wait()
            Path(self.path).unlink(missing_ok=True)
        self.server = None


class Installation:
    """Waymark as it is run for a centre, on the database of this test."""

    def __init__(self, redis):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        database = connection.settings_dict["NAME"]
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["WAYMARK_DATA"],
            "WAYMARK_DATA": os.environ["WAYMARK_DATA"],
            "WAYMARK_DEMO": "0",
            "DEBUG": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": re.sub(r"(?<=[^/])/[^/?]*(?=\?|$)", f"/{database}", os.environ["DATABASE_URL"], count=1),
            "POSTGRES_OPTIONS": "-c synchronous_commit=on",
            "REDIS_URL": redis.url,
            "REQUIRE_SECOND_FACTOR": "off",
            "EMAIL_URL": "consolemail://",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            "WAYMARK_GREETING": "ready",
            "PYTHONUNBUFFERED": "1",
        }
        self.running = []

    def process(self, *command, **environment):
        """Start one of its programs in a group of its own."""
        started = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.environment | environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.running.append(started)
        return started

    def web(self):
        server = self.process("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
        said = []
        until(
            lambda: said.append(server.stdout.readline()) or "ready\n" in said or server.poll() is not None, "gunicorn"
        )
        assert server.poll() is None, said
        return server

    def worker(self, **environment):
        words = "worker", "--pool", "threads", "-c", "1", "--without-gossip", "--without-mingle", "--without-heartbeat"
        return self.process("-m", "celery", "-A", "config.celery", *words, **environment)

    def manage(self, *words):
        """Run a command to its end; what it said."""
        said, _ = self.process("manage.py", *words).communicate(timeout=PATIENCE)
        return said

    def ring(self, task, *args):
        with Celery(broker=self.environment["REDIS_URL"], set_as_current=False) as bell:
            bell.send_task(task, args)

    @staticmethod
    def kill(process):
        """The whole group at once, as when the machine stops."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


class Browser:
    """Somebody who is signed in, and says their token as a browser's script does."""

    def __init__(self, installation, person):
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.port = installation.port
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }

    def post(self, path, body, **headers):
        """The status and the body of the answer."""
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(line):
            line.request("POST", path, body, self.headers | headers)
            answer = line.getresponse()
            return answer.status, answer.read()

    def piece(self, url, content, offset):
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
        status, said = self.post(url, content, **headers)
        assert status == 200, said
        return json.loads(said)

    def half_a_piece(self, url, content, offset):
        """Send the beginning of a piece and leave the line open."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        headers = {
            **self.headers,
            "Host": f"127.0.0.1:{self.port}",
            "Content-Length": str(len(content)),
            "Content-Type": "application/octet-stream",
            "Upload-Offset": str(offset),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line.sendall(f"POST {url} HTTP/1.1\r\n{head}\r\n".encode() + content[: len(content) // 2])
        return line


@pytest.fixture
def redis():
    with services.temporary_folder("kills") as folder:
        one = Redis(folder)
        one.start()
        yield one
        one.stop()


@pytest.fixture
def installation(redis):
    if connection.vendor != "postgresql":
        pytest.skip("an installation for a centre runs on PostgreSQL")
    one = Installation(redis)
    yield one
    for process in one.running:
        one.kill(process)


@pytest.fixture
def draft(cast_for_browser):
    one = an_enrolment(cast=cast_for_browser)
    return actions.begin(one, assignment=essay_of(one.cohort), by=one.learner)


def test_the_web_process_is_killed_during_an_upload(installation, draft):
    content = docx_bytes(words=4321) + b"\0" * 400_000
    about = {"name": "essay.docx", "size": len(content), "modified": 1}
    server, learner = installation.web(), Browser(installation, draft.enrolment.learner)
    begin = f"/submissions/{draft.pk}/uploads/begin/"
    url = json.loads(learner.post(begin, about)[1])["url"]
    learner.piece(url, content[:150_000], 0)
    with learner.half_a_piece(url, content[150_000:300_000], 150_000):
        installation.kill(server)

    installation.web()
    told = json.loads(learner.post(begin, about)[1])
    assert (told["url"], told["offset"]) == (url, 150_000)
    while not told["complete"]:
        told = learner.piece(url, content[told["offset"] : told["offset"] + 150_000], told["offset"])
    status, _ = learner.post(f"/submissions/{draft.pk}/attach/", {"upload": told["upload"]})

    assert status == 302
    document = Document.objects.get()
    assert Upload.objects.get().state == "used"
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert _fingerprint(document) == document.sha256


def test_the_worker_is_killed_while_it_examines(installation, draft):
    document = _received(draft)
    with services.answering("stream: OK", after=threading.Event()) as silent:
        worker = installation.worker(CLAMD_URL=silent)
        installation.ring("assignments.tasks.examine_document", document.pk)
        until(lambda: Document.objects.filter(stage="scanning").exists(), "the scan to begin")
        installation.kill(worker)
    assert Document.objects.get().state == "examining"

    # Time passes: the claim of the dead one is old.
    Document.objects.update(claimed_at=clock.now() - 2 * CLAIM_FOR)
    with services.answering("stream: OK") as scanner:
        installation.worker(CLAMD_URL=scanner)
        installation.ring("core.tasks.run_command", "examine_documents")
        until(lambda: Document.objects.filter(state="ready").exists(), "the other worker")

    document.refresh_from_db()
    assert (document.words, document.tries) == (4200, 2)
    assert Reading.objects.count() == 1
    assert _fingerprint(document) == document.sha256
    assert Submission.objects.get().document == document


def test_redis_is_stopped_during_the_hand_in(installation, redis, draft):
    attach(draft)
    installation.web()
    learner = Browser(installation, draft.enrolment.learner)
    redis.stop()

    status, _ = learner.post(f"/submissions/{draft.pk}/submit/", SIGNED)

    assert status == 302
    submission, receipt = Submission.objects.get(), Notice.objects.get(key__endswith=":receipt")
    assert submission.state == "submitted"
    assert receipt.state == "pending"
    for fact in (submission.reference, submission.document.sha256, "essay.docx"):
        assert fact in receipt.body
    redis.start()
    assert installation.manage("sweep_notices").count(f"Subject: {receipt.subject[:40]}") == 1
    mail.outbox.clear()
    call_command("sweep_notices", stdout=io.StringIO())
    assert mail.outbox == []
    receipt.refresh_from_db()
    assert (receipt.state, receipt.attempts) == ("sent", 1)


def test_the_database_is_restarted_during_the_hand_in(installation, draft):
    attach(draft)
    installation.web()
    learner = Browser(installation, draft.enrolment.learner)
    address = f"/submissions/{draft.pk}/submit/"
    answers = []

    # The hand-in is stopped in its middle by a lock of ours; there the database dies, and gets up again by itself.
    with connection.cursor() as ours:
        ours.execute("CHECKPOINT")
        ours.execute("BEGIN")
        ours.execute("LOCK TABLE core_event IN ACCESS EXCLUSIVE MODE")
        asking = threading.Thread(target=lambda: answers.append(learner.post(address, SIGNED)))
        asking.start()
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
        pid = until(lambda: _asked(ours, waiting), "the hand-in to wait")[0]
        os.kill(pid, signal.SIGKILL)
        asking.join(PATIENCE)
    connection.close()
    assert answers[0][0] == 500
    until(_database_answers, "the database")
    assert Submission.objects.get().state == "draft"
    assert Declaration.objects.count() == 0

    assert learner.post(address, SIGNED)[0] == 302
    _crash()

    submission = Submission.objects.get()
    assert submission.state == "submitted"
    assert Declaration.objects.count() == 1
    receipt = Notice.objects.get(key__endswith=":receipt")
    assert submission.reference in receipt.body
    assert learner.post(address, SIGNED)[0] == 302
    assert Notice.objects.filter(key__endswith=":receipt").count() == 1
    assert _fingerprint(submission.document) == submission.document.sha256


def _fingerprint(document):
    return hashlib.sha256(Path(document.file.path).read_bytes()).hexdigest()


def _received(draft):
    """A document that has arrived, and for which nobody has rung."""
    attached = attach(draft)
    Submission.objects.update(document=None)
    Reading.objects.all().delete()
    Document.objects.update(state="received", examined_at=None, kind="", words=None, tries=0)
    attached.refresh_from_db()
    return attached


def _asked(cursor, query):
    cursor.execute("SELECT pg_stat_clear_snapshot()")
    cursor.execute(query)
    return cursor.fetchone()


def _database_answers():
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def _crash():
    """One of the database's processes is killed, so all of them end and it recovers from its log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    os.kill(pid, signal.SIGKILL)
    connection.close()
    until(_database_answers, "the database")
