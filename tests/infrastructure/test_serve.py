"""What stops the start is told in one sentence, and a half-built demonstration begins again."""

import errno

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import OperationalError, connection

from tools import serve


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch, settings):
    monkeypatch.setattr(serve, "DATA", tmp_path)
    settings.DEMO = True
    return tmp_path


@pytest.mark.parametrize(
    ("trouble", "beginning"),
    [
        (serve.Trouble("Port 1 is in use."), "Port 1 is in use."),
        (CommandError("This installation is not a demonstration."), "This installation is not a demonstration."),
        (ImproperlyConfigured("SECRET_KEY is not set."), "A setting is missing or wrong. SECRET_KEY is not set."),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full."),
        (OperationalError("database or disk is full"), "The disk is full."),
        (PermissionError(errno.EACCES, "Permission denied", "/srv/x"), "/srv/x cannot be written."),
        (
            OperationalError("connection refused\nIs the server running?"),
            "The database cannot be used: connection refused",
        ),
        (KeyError("nonsense"), "Waymark cannot start: KeyError: 'nonsense' The details are in "),
    ],
)
def test_each_trouble_is_one_line(trouble, beginning):
    told = serve.sentence(trouble)

    assert told.startswith(beginning)
    assert "\n" not in told


def test_what_nobody_expected_is_kept_in_the_log(data):
    serve.sentence(KeyError("nonsense"))

    assert "KeyError: 'nonsense'" in (data / "log" / "serve.log").read_text()


@pytest.fixture
def demo(monkeypatch):
    """Stand in for the command that builds the demonstration, and list how it was called."""
    called = []

    def call(name, **options):
        called.append(options)

    monkeypatch.setattr(serve, "call_command", call)
    return called


@pytest.mark.django_db
@pytest.mark.sqlite
def test_an_empty_database_gets_the_demonstration_once(demo, data, django_user_model):
    serve.build()
    assert demo == [{"reset": False}]
    assert not (data / "demo-unfinished").exists()

    django_user_model.objects.create(email="ada@northgate.example")
    serve.build()
    assert demo == [{"reset": False}]


@pytest.mark.django_db
def test_a_half_built_demonstration_begins_again(demo, data, django_user_model):
    database = f"{connection.settings_dict['HOST']} {connection.settings_dict['NAME']}"
    (data / "demo-unfinished").write_text(database)
    django_user_model.objects.create(email="ada@northgate.example")

    serve.build()

    assert demo == [{"reset": True}]
    assert not (data / "demo-unfinished").exists()


@pytest.mark.django_db
def test_another_database_is_never_emptied(demo, data, django_user_model):
    (data / "demo-unfinished").write_text("elsewhere waymark")
    django_user_model.objects.create(email="ada@northgate.example")

    serve.build()

    assert demo == []
