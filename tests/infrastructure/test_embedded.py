"""Without Redis the worker and beat run inside the process that serves the pages, and stop with it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_one_process_serves_works_and_keeps_the_schedule(tmp_path):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "WAYMARK_DATA": str(tmp_path),
        "WAYMARK_DEMO": "1",
        "PORT": str(port),
        "WAYMARK_GREETING": "ready",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "tests.infrastructure.bell"]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert server.stdout.readline() == "ready\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
            process = page.read().decode()
        until = time.monotonic() + 20
        while time.monotonic() < until and not ((tmp_path / "rung").exists() and (tmp_path / "beaten").exists()):
            time.sleep(0.05)
    finally:
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        said, _ = server.communicate(timeout=20)

    assert (tmp_path / "rung").read_text() == process
    assert (tmp_path / "beaten").read_text() == process
    assert server.returncode == 0
    assert time.monotonic() - began < 5
    assert said == ""
    assert not (tmp_path / "home").exists()
