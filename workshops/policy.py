"""Pure decisions about sessions: objects in, a sentence that refuses or an empty string out."""

from typing import Any

from core import clock


def has_sessions(timetable: Any, by: Any) -> str:
    """A timetable without sessions cannot be proposed."""
    if timetable.cohort.sessions.exclude(state="cancelled").exists():
        return ""
    return "This timetable has no sessions yet. Add them first."


def has_begun(session: Any, by: Any) -> str:
    """A register is closed on the day or after it."""
    if session.starts_at <= clock.now():
        return ""
    return f"This session begins on {session.starts_at:%-d %B %Y}. The register opens then."


def session_has_begun(place: Any, by: Any) -> str:
    return has_begun(place.session, by)


def register_is_complete(session: Any, by: Any) -> str:
    """Nobody is left without a mark when the register is closed."""
    if left := session.places.filter(state="booked").count():
        return f"{left} {'learner has' if left == 1 else 'learners have'} no mark in the register yet."
    return ""
