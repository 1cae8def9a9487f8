"""`./run` as somebody without much says it: every trouble is one sentence, and the server starts and stops in order."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.services import temporary_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def said(tmp_path):
    """Run ./run with these words and this environment; what it answered, as (status, text)."""

    def run(*words, path=None, **environment):
        kept = {"HOME": str(tmp_path), "PATH": path or os.environ["PATH"], "LANG": "C.UTF-8"}
        done = subprocess.run(
            [shutil.which("sh"), ROOT / "run", *words],
            env=kept | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).strip()

    return run


@pytest.fixture
def data(tmp_path):
    """A data folder whose environment is the one that runs these tests, so that nothing need be installed."""
    folder = tmp_path / "data"
    (folder / "venv").mkdir(parents=True)
    (folder / "venv" / "bin").symlink_to(Path(sys.executable).parent)
    (folder / "venv" / "lib").symlink_to(Path(sys.prefix) / "lib")
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", folder / "venv")
    words = (ROOT / "requirements.txt").read_text() + (ROOT / "requirements-uv.txt").read_text()
    lock = subprocess.run(["sha256sum"], input=words, capture_output=True, text=True, check=True).stdout.split()[0]
    (folder / "venv" / ".lock").write_text(f"{folder}/venv {lock}\n")
    return folder


def path_without(folder, *names):
    """A PATH that leads to everything of the system except the programs named."""
    folder.mkdir()
    for place in ("/bin", "/usr/bin", "/usr/sbin"):
        for program in Path(place).iterdir():
            if program.name not in names and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)
    return str(folder)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


def test_help_lists_every_word(said):
    status, text = said("help")

    assert status == 0
    for word in ("demo --reset", "test", "lint", "fix", "docs", "bench", "manage", "vendor", "lock"):
        assert f"./run {word}" in text


def test_an_unknown_word_is_refused(said):
    status, text = said("dance")

    assert status == 1
    assert text.endswith("There is no ./run dance.")


def test_a_busy_port_is_one_sentence(said, data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        status, text = said(WAYMARK_DATA=str(data), PORT=str(port))

    assert (status, text) == (
        1,
        f"Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another: PORT={port + 1} ./run",
    )


def test_a_port_that_is_none_is_one_sentence(said, data):
    assert said(WAYMARK_DATA=str(data), PORT="eighty") == (
        1,
        "PORT is eighty, which is not a port: choose a number between 1 and 65535.",
    )


def test_a_host_that_is_not_ours_is_one_sentence(said, data):
    assert said(WAYMARK_DATA=str(data), HOST="192.0.2.1", PORT=free_port()) == (
        1,
        "192.0.2.1 is not an address of this machine. Leave HOST out, or choose one that is.",
    )


def test_a_database_that_is_not_there_is_one_sentence(said, data):
    status, text = said(WAYMARK_DATA=str(data), PORT=free_port(), DATABASE_URL="postgres://nobody@127.0.0.1:1/none")

    assert status == 1
    assert text.startswith("The database cannot be used:")
    assert "Traceback" not in text
    assert len(text.splitlines()) == 1


def test_a_data_folder_that_cannot_be_made_is_one_sentence(said):
    status, text = said(WAYMARK_DATA="/proc/waymark")

    assert status == 1
    assert len(text.splitlines()) == 1
    assert text.startswith("/proc/waymark cannot be written.") or text.startswith("The disk is full")


def test_a_full_disk_is_one_sentence(said, tmp_path):
    # Enough for df to answer, too little for what is asked.
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "df"
    fake.write_text("#!/bin/sh\necho 'Filesystem 1M Used Available'\necho '/dev/x 100 97 3 97% /'\n")
    fake.chmod(0o755)

    status, text = said(path=f"{fake.parent}:{os.environ['PATH']}", WAYMARK_DATA=str(tmp_path / "data"))

    assert status == 1
    assert text == f"The disk is full: {tmp_path}/data has 3 MB free, and 20 MB are needed."


def test_a_missing_package_without_rights_is_the_line_for_an_administrator():
    root = os.geteuid() == 0
    nobody = pwd.getpwnam("nobody")
    with temporary_folder("checkout") as folder:
        os.chmod(folder, 0o755)
        for name in ("run", "requirements-dev.txt", "requirements-uv.txt"):
            shutil.copy(ROOT / name, folder)
        path = path_without(Path(folder, "bin"), "redis-server", "sudo")
        if root:
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)

        done = subprocess.run(
            ["/bin/sh", f"{folder}/run", "test"],
            env={"PATH": path, "HOME": "/nonexistent"},
            capture_output=True,
            text=True,
            check=False,
            **({"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if root else {}),
        )

    assert done.returncode == 1
    assert done.stderr.strip() == (
        "Some packages are missing. Ask an administrator to run: apt-get install --no-install-recommends redis-server"
    )


@pytest.mark.slow
def test_the_demonstration_starts_again_keeps_its_data_and_stops_in_order(data, tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "WAYMARK_DATA": str(data), "PORT": free_port()}
    waits = []
    for _ in range(2):
        began = time.monotonic()
        server = subprocess.Popen(
            ["/bin/sh", ROOT / "run"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            heard = ""
            while "Ctrl-C stops it." not in heard:
                line = server.stdout.readline()
                assert line, f"it ended early: {heard}"
                heard += line
            waits.append(time.monotonic() - began)
            with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/", timeout=20) as page:
                assert page.status == 200
                assert b"Waymark" in page.read()
        finally:
            server.send_signal(signal.SIGTERM)
            left, _ = server.communicate(timeout=20)
        assert server.returncode == 0
        assert "Traceback" not in heard + left
        assert f"http://127.0.0.1:{environment['PORT']}" in heard
    assert "Building the demonstration" not in heard
    assert waits[1] < 5


def test_the_file_of_the_environment_moves_the_data_folder(tmp_path):
    shutil.copy(ROOT / "run", tmp_path)
    (tmp_path / ".env").write_text("CENTRE_NAME=Northgate\nWAYMARK_DATA=/proc/waymark\n")

    done = subprocess.run(
        ["/bin/sh", tmp_path / "run"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "/proc/waymark" in done.stderr or done.stderr.startswith("The disk is full")
