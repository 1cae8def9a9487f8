"""The Celery application. The schedule stands in `settings`; the work itself is management commands."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("waymark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["core", "assignments", "verification", "reporting"])
