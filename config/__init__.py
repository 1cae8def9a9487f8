"""Composition: settings, addresses, the schedule and the demonstration. No rules of the field here."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
