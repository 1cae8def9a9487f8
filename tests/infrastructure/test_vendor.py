"""What static/vendor holds is what its manifest says, and nothing in it or in the locks leads elsewhere."""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())


def test_each_vendored_file_has_the_sum_that_the_manifest_gives():
    there = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }

    assert there == {entry["file"]: entry["sha256"] for entry in MANIFEST}


def test_each_vendored_package_has_a_version_from_the_lock_and_brings_its_licence():
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    versions = {name.removeprefix("node_modules/"): entry["version"] for name, entry in lock.items() if name}

    assert {entry["name"]: entry["version"] for entry in MANIFEST} == {
        name: versions[name]
        for name in ("bootstrap", "htmx.org", "@fontsource/source-sans-3", "@fontsource/source-serif-4")
    }
    assert {entry["licence"] for entry in MANIFEST} == {"MIT", "0BSD", "OFL-1.1"}
    assert {entry["name"] for entry in MANIFEST if entry["file"].endswith("LICENSE")} == {e["name"] for e in MANIFEST}


def test_vendored_styles_and_scripts_name_no_source_map_and_no_data_address():
    for path in VENDOR.rglob("*.*s"):
        text = path.read_text()

        assert "sourceMappingURL" not in text, path
        assert not re.search(r"url\(.?(data:|https?:|//)", text), path


def test_every_picture_that_a_vendored_style_sheet_names_is_there():
    style = VENDOR / "bootstrap" / "bootstrap.min.css"
    named = re.findall(r'url\("([^"]+)"\)', style.read_text())

    assert len(named) > 10
    assert [name for name in named if not (style.parent / name).is_file()] == []


def test_the_locks_name_no_address():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt"):
        assert "://" not in (ROOT / name).read_text(), name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_each_locked_package_of_python_has_a_hash():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt"):
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())

        assert entries
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == [], name


def test_the_development_lock_has_the_very_versions_of_the_runtime_lock():
    def versions(name):
        return set(re.findall(r"^([\w.-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")
    assert versions("requirements-uv.txt") <= versions("requirements-dev.txt")
