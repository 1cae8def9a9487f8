"""The dump of the migrated database is another one as soon as anything that makes it is."""

from tests import migrated


def test_every_migration_the_lock_and_the_settings_are_in_the_fingerprint():
    names = {str(path.relative_to(migrated.ROOT)) for path in migrated.sources()}

    assert {"accounts/migrations/0001_initial.py", "assignments/migrations/_frozen.py"} <= names
    assert {"config/settings.py", "requirements-dev.txt"} <= names


def test_a_changed_migration_a_new_one_and_another_server_have_another_fingerprint(tmp_path, monkeypatch):
    for app in ("one", "two"):
        (tmp_path / app / "migrations").mkdir(parents=True)
        (tmp_path / app / "migrations" / "0001_initial.py").write_text("operations = []\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.py").write_text("")
    (tmp_path / "requirements-dev.txt").write_text("")
    monkeypatch.setattr(migrated, "ROOT", tmp_path)
    found = [migrated.fingerprint("16.1"), migrated.fingerprint("16.2")]

    (tmp_path / "one" / "migrations" / "0001_initial.py").write_text("operations = [1]\n")
    found.append(migrated.fingerprint("16.1"))
    (tmp_path / "two" / "migrations" / "0002_more.py").write_text("operations = []\n")
    found.append(migrated.fingerprint("16.1"))
    (tmp_path / "requirements-dev.txt").write_text("django==6\n")
    found.append(migrated.fingerprint("16.1"))

    assert len(set(found)) == 5
