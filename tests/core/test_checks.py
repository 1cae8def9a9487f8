"""A misconfigured installation is told so, with the fix, before anybody signs in."""

import pytest

from core import checks
from core.models import Event


@pytest.mark.parametrize(
    ("check", "setting", "wrong", "right"),
    [
        (checks.no_demonstration, "DEMO", True, False),
        (checks.mail_leaves, "EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", "x.smtp.EmailBackend"),
        (checks.site_has_an_address, "SITE_URL", "http://waymark.example", "https://waymark.example"),
        (
            checks.database_is_a_server,
            "DATABASES",
            {"default": {"ENGINE": "django.db.backends.sqlite3"}},
            {"default": {"ENGINE": "django.db.backends.postgresql"}},
        ),
    ],
)
def test_a_wrong_setting_is_said_with_what_to_do(monkeypatch, check, setting, wrong, right):
    monkeypatch.setattr(checks, "settings", type("Settings", (), {setting: wrong}))
    found = check(None)
    monkeypatch.setattr(checks, "settings", type("Settings", (), {setting: right}))

    assert len(found) == 1
    assert found[0].hint.startswith("Set ")
    assert check(None) == []


def test_events_are_only_ever_added(db):
    with pytest.raises(TypeError, match="only ever added"):
        Event.objects.update(verb="other")
    with pytest.raises(TypeError, match="only ever added"):
        Event.objects.all().delete()
