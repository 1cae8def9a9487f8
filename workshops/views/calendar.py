"""The calendar file of a session: the same appointment each time, so that a later file replaces an earlier one."""

from __future__ import annotations

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from icalendar import Calendar, Event, Timezone

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from core import clock
from workshops.models import Session
from workshops.states import SessionState

LONDON = ZoneInfo("Europe/London")


def calendar_of(session: Session) -> bytes:
    """One event with a stable UID; SEQUENCE rises with each change, and a cancelled session takes itself out."""
    cancelled = session.state == SessionState.CANCELLED
    page = settings.SITE_URL + session.get_absolute_url()
    event = Event()
    event.add("uid", f"session-{session.pk}@{urlsplit(settings.SITE_URL).hostname or 'waymark'}")
    event.add("sequence", session.calendar_revision)
    event.add("dtstamp", clock.now())
    event.add("dtstart", session.starts_at.astimezone(LONDON))
    event.add("dtend", session.ends_at.astimezone(LONDON))
    event.add("summary", f"{session.title} ({session.cohort.title})")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("url", page)
    join = f"Join: {session.join_link}\n" if session.join_link and not cancelled else ""
    event.add("description", f"{join}{page}")
    if session.join_link and not cancelled:
        event.add("location", session.join_link)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.CENTRE_NAME}//Waymark//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(
        Timezone.from_tzid("Europe/London", first_date=session.starts_at.date().replace(month=1, day=1))
    )
    calendar.add_component(event)
    return bytes(calendar.to_ical())


@requires(Can.SEE_SESSIONS)
def calendar(request: AuthedRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(Session.objects.visible_to(request.user).select_related("cohort"), pk=pk)
    response = HttpResponse(calendar_of(session), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="{session.cohort.code}-{session.kind}-{session.number}.ics"'
    )
    return response
