"""A web application of one page that rings a task: served with Waymark's own gunicorn file by test_embedded.py."""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.celery import app

FOLDER = Path(os.environ["WAYMARK_DATA"])


@app.task(name="bell.note")
def note(name):
    (FOLDER / name).write_text(str(os.getpid()))


app.conf.beat_schedule = {"tick": {"task": "bell.note", "schedule": 0.5, "args": ["beaten"]}}


def application(environ, start_response):
    note.delay("rung")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
