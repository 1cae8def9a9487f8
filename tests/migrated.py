"""The migrated database, kept from one run to the next: building it takes ten seconds, reading it back one.

What is kept is a dump, named by a hash of all that makes it: every migration, the lock of packages, Django, PostgreSQL and the
settings. Django still asks it which migrations it has had and runs those that are missing. Only the private PostgreSQL of
`tests.services` is filled this way; a DATABASE_URL that was given, and SQLite, are migrated from nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connection

from tests import services

ROOT = Path(__file__).resolve().parent.parent
KEPT = 4
"""Dumps that are kept; those of older migrations go."""


def sources() -> list[Path]:
    """The files that say what the migrated database looks like."""
    ours = sorted(path for path in ROOT.glob("*/migrations/*.py") if path.parts[-3] != "node_modules")
    return [*ours, ROOT / "config" / "settings.py", ROOT / "requirements-dev.txt"]


def fingerprint(version: str) -> str:
    said = hashlib.sha256(f"{django.get_version()}\n{version}\n{settings.INSTALLED_APPS}\n".encode())
    for path in sources():
        said.update(f"{path.relative_to(ROOT)}\n".encode())
        said.update(path.read_bytes())
    return said.hexdigest()[:24]


def dump() -> Path | None:
    """Where the dump for this run lies or would lie; nowhere, where the server is not our own."""
    if services.private_postgres is None:
        return None
    programs = services.private_postgres[0]
    version = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return ROOT / ".waymark" / "tests" / f"{fingerprint(version)}.dump"


def _ask(program: str, *words: object) -> None:
    programs, folder = services.private_postgres
    subprocess.run([programs / program, "-h", folder, "-U", "postgres", *words], check=True, capture_output=True)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Read the dump back, if there is one; the database is then there already."""
    path = dump()
    if django_db_keepdb or path is None or not path.exists():
        return django_db_keepdb
    name = connection.creation._get_test_db_name()
    try:
        _ask("createdb", name)
        _ask("pg_restore", "--exit-on-error", "-d", name, path)
    except (OSError, subprocess.CalledProcessError):
        _ask("dropdb", "--if-exists", name)
        path.unlink(missing_ok=True)
        return False
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker) -> None:
    """Keep what was migrated from nothing, before any test has written to it."""
    path = dump()
    if django_db_keepdb or path is None:
        return
    with contextlib.suppress(OSError, subprocess.CalledProcessError):  # a full disk costs time, no test
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}")
        _ask("pg_dump", "-Fc", "-Z1", "-f", new, connection.settings_dict["NAME"])
        new.replace(path)  # two runs at once write the same
        for old in sorted(path.parent.glob("*.dump"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
