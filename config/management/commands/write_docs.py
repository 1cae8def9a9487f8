"""Draws `docs/lifecycles.md` and `docs/permissions.md` from the tables in the code, so that they cannot lie."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import TextChoices

from accounts.permissions import GRANTS, Can, Role
from assignments import states as assignments
from core.lifecycle import Transition
from enrolment import states as enrolment
from programmes import states as programmes
from reporting import states as reporting
from verification import case_states as cases
from verification import interim_states as interim
from verification import states as verification
from workshops import states as workshops

MACHINES: tuple[tuple[str, type[TextChoices], tuple[Transition, ...]], ...] = (
    ("Appointment of a tutor", programmes.AppointmentState, programmes.TRANSITIONS),
    ("Timetable of a cohort", workshops.TimetableState, workshops.TIMETABLE_TRANSITIONS),
    ("Enrolment", enrolment.EnrolmentState, enrolment.TRANSITIONS),
    ("Session", workshops.SessionState, workshops.SESSION_TRANSITIONS),
    ("Place at a session", workshops.PlaceState, workshops.PLACE_TRANSITIONS),
    ("Submission (one attempt)", assignments.SubmissionState, assignments.TRANSITIONS),
    ("Deferral of a decision", assignments.DeferralState, assignments.DEFERRAL_TRANSITIONS),
    ("Second marking", assignments.SecondMarkingState, assignments.SECOND_MARKING_TRANSITIONS),
    ("Document (a file handed in)", assignments.DocumentState, assignments.DOCUMENT_TRANSITIONS),
    ("Upload (a file on its way)", assignments.UploadState, assignments.UPLOAD_TRANSITIONS),
    ("Draft for comment", assignments.DraftState, assignments.DRAFT_TRANSITIONS),
    ("Extension of a deadline", assignments.ExtensionState, assignments.EXTENSION_TRANSITIONS),
    ("Sample of marking", verification.SampleState, verification.SAMPLE_TRANSITIONS),
    ("Interim sample", interim.InterimState, interim.INTERIM_TRANSITIONS),
    ("Action of an interim sample", interim.InterimActionState, interim.INTERIM_ACTION_TRANSITIONS),
    ("Claim for a certificate", verification.ClaimState, verification.CLAIM_TRANSITIONS),
    ("Batch of claims", verification.BatchState, verification.BATCH_TRANSITIONS),
    ("Answer to a batch", verification.AnswerState, verification.ANSWER_TRANSITIONS),
    ("Certificate on paper", verification.CertificateState, verification.CERTIFICATE_TRANSITIONS),
    ("Prior learning (RPL)", verification.RecognitionState, verification.RECOGNITION_TRANSITIONS),
    ("Standardisation event", verification.EventState, verification.EVENT_TRANSITIONS),
    ("Visit of the external verifier", verification.VisitState, verification.VISIT_TRANSITIONS),
    ("Appeal or complaint", cases.CaseState, cases.CASE_TRANSITIONS),
    ("Malpractice case", cases.MalpracticeState, cases.MALPRACTICE_TRANSITIONS),
    ("Progress report", reporting.ReportState, reporting.TRANSITIONS),
)
NOTE = "<!-- Made by `./run docs` from the code. Change the code, not this page. -->"


def lifecycles() -> str:
    """Each machine as a diagram and as a table of who may take which step, and what stands in the way."""
    parts = ["# Lifecycles", NOTE, ""]
    for title, states, transitions in MACHINES:
        parts += [f"## {title}", "", "```mermaid", "stateDiagram-v2"]
        parts += [f"    {state.value}: {state.label}" for state in states]
        reached = {one.target for one in transitions}
        parts += [f"    [*] --> {state.value}" for state in states if state.value not in reached]
        parts += [f"    {source} --> {one.target}: {one.verb}" for one in transitions for source in one.sources]
        parts += ["```", "", "| step | from | to | who | guarded by |", "| --- | --- | --- | --- | --- |"]
        parts += [_step(one) for one in transitions]
        parts.append("")
    return "\n".join(parts)


def _step(one: Transition) -> str:
    who = ", ".join(role.label for role in Role if one.needs in GRANTS[role]) if one.needs else "Waymark itself"
    guards = ", ".join(guard.__name__.replace("_", " ") for guard in one.guards) or "–"
    sources = ", ".join(str(source) for source in one.sources)
    return f"| {one.label} (`{one.verb}`) | {sources} | {one.target} | {who} | {guards} |"


def permissions() -> str:
    """Who may do what, as one table."""
    head = " | ".join(role.label for role in Role)
    parts = ["# Permissions", NOTE, "", f"| | {head} |", "| --- |" + " --- |" * len(Role)]
    for one in Can:
        marks = " | ".join("yes" if one in GRANTS[role] else "" for role in Role)
        parts.append(f"| {one.label} | {marks} |")
    parts += [
        "",
        "A role opens doors; which rows stand behind them is decided by `visible_to` of each model, and when a step may "
        "be taken by the guards in [lifecycles](lifecycles.md).",
        "",
    ]
    return "\n".join(parts)


PAGES = {"lifecycles.md": lifecycles, "permissions.md": permissions}


class Command(BaseCommand):
    help = "Write the pages of docs/ that are made from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether they are up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs"
        stale = [name for name, page in PAGES.items() if not _is(folder / name, page())]
        if options["check"]:
            if stale:
                raise CommandError(f"Out of date: {', '.join(stale)}. Run ./run docs.")
            return
        for name in stale:
            (folder / name).write_text(PAGES[name](), encoding="utf-8")
        self.stdout.write(f"{len(stale)} pages written")


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
