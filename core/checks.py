"""Misconfiguration, told before the first request: `manage.py check --deploy`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def no_demonstration(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """The demonstration lets everybody walk in as anybody."""
    if not settings.DEMO:
        return []
    hint = "Set SECRET_KEY and DATABASE_URL and leave WAYMARK_DEMO out; the runbook says how."
    return [Warning("This is the demonstration: anybody can sign in as anybody.", hint=hint, id="waymark.W001")]


@register(Tags.compatibility, deploy=True)
def mail_leaves(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """Without a mail server invitations stay in the outbox."""
    if not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return []
    hint = "Set EMAIL_URL, for example smtp+tls://name:password@mail.example.org:587"
    return [Warning("No mail server is set, so no mail leaves.", hint=hint, id="waymark.W002")]


@register(Tags.compatibility, deploy=True)
def site_has_an_address(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """Links in mail need the address under which people reach the site."""
    if settings.SITE_URL.startswith("https://"):
        return []
    hint = "Set SITE_URL to the address people type, beginning with https://"
    return [Warning(f"SITE_URL is {settings.SITE_URL}, so links in mail are not safe.", hint=hint, id="waymark.W003")]


@register(Tags.database, deploy=True)
def database_is_a_server(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """SQLite serves one process: a second worker would wait for its lock."""
    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return []
    hint = "Set DATABASE_URL, for example postgres://waymark:password@localhost/waymark"
    return [Warning("The database is SQLite, which is for the demonstration.", hint=hint, id="waymark.W004")]
