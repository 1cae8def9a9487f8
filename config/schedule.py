"""What is started by the clock, and when: management commands, each in the worker. The runbook says what they are for."""

from typing import Any

from celery.schedules import crontab


def _start(command: str, when: crontab) -> dict[str, Any]:
    return {"task": "core.tasks.run_command", "schedule": when, "args": [command]}


SCHEDULE = {
    "sweep-notices": _start("sweep_notices", crontab(minute="*/5")),
    "seal-ledger": _start("seal_ledger", crontab()),
    "verify-ledger": _start("verify_ledger", crontab(hour=2, minute=30)),
    "export-ledger-head": _start("ledger_head", crontab(hour=3, minute=0)),
    "send-reminders": _start("send_reminders", crontab(hour=7, minute=30)),
    "examine-documents": _start("examine_documents", crontab()),
    "release-results": _start("release_results", crontab(minute="*/3")),
    "follow-sampling-plans": _start("follow_sampling_plans", crontab(hour=2, minute=40)),
    "follow-queue": _start("follow_queue", crontab(hour=2, minute=50)),
    "chase-claims": _start("chase_claims", crontab(hour=7, minute=40)),
    "note-staff-changes": _start("note_staff_changes", crontab(hour=6, minute=50)),
    "remind-cases": _start("remind_cases", crontab(hour=7, minute=50)),
    "remind-of-interim-actions": _start("remind_of_interim_actions", crontab(hour=7, minute=45)),
    "sweep-uploads": _start("sweep_uploads", crontab(hour=3, minute=20)),
    "build-reports": _start("build_reports", crontab(minute="*/10")),
    "compare-submissions": _start("compare_submissions", crontab(minute="*/10")),
    "build-packs": _start("build_packs", crontab(minute="*/5")),
    "close-visits": _start("close_visits", crontab(minute="*/5")),
    "build-bundles": _start("build_bundles", crontab(minute="*/10")),
}
