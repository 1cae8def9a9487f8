"""The rules of `docs/architecture.md`, so that nobody has to remember them."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.template import engines
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(settings.BASE_DIR)
JOURNEY = [
    "core",
    "accounts",
    "programmes",
    "enrolment",
    "workshops",
    "assignments",
    "verification",
    "reporting",
    "config",
]
MODULES = sorted(path for app in JOURNEY for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_go_back_along_the_journey_and_never_forward() -> None:
    lint = Path(sys.executable).with_name("lint-imports")

    found = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout[-3000:]


def test_foreign_keys_point_back_along_the_journey() -> None:
    forward = [
        f"{model.__name__}.{field.name}"
        for app in JOURNEY[:-1]
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and field.related_model._meta.label != settings.AUTH_USER_MODEL
        and JOURNEY.index(field.related_model._meta.app_label) > JOURNEY.index(app)
    ]
    assert forward == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_file_outgrows_its_room(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("name", ["utils", "helpers", "services", "selectors", "managers", "signals", "misc", "common"])
def test_no_module_has_a_name_that_says_nothing(name: str) -> None:
    assert [named(path) for path in MODULES if path.stem == name] == []


def test_only_the_door_writes_a_state() -> None:
    """`move` is the only code that updates or assigns a state; notices and reports have their own claimed queues."""
    allowed = {"core/lifecycle.py", "core/delivery.py", "config/management/commands/demo.py"}
    writes = []
    for path in MODULES:
        if named(path) in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
            if called and any(one.arg == "state" for one in node.keywords):
                writes.append(f"{named(path)}:{node.lineno}")
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Attribute) and target.attr == "state":
                        writes.append(f"{named(path)}:{node.lineno}")
    assert writes == []


def test_one_module_knows_how_pages_become_a_pdf() -> None:
    knows = [named(path) for path in MODULES if re.search(r"^(from|import) weasyprint", path.read_text("utf-8"), re.M)]
    assert knows == ["core/printing.py"]


def test_the_core_printer_knows_nothing_of_learners() -> None:
    said = (ROOT / "core" / "printing.py").read_text("utf-8").lower()
    words = ("learner", "portfolio", "cohort", "client", "report", "submission", "tutor", "enrolment")
    assert [word for word in words if word in said] == []


def test_no_model_overrides_save_or_listens_to_signals() -> None:
    guilty = [
        named(path)
        for path in MODULES
        if re.search(r"def save\(self|from django\.db\.models\.signals|from django\.dispatch", path.read_text("utf-8"))
    ]
    assert guilty == []


def test_dates_moments_and_people_are_named_as_such() -> None:
    """`_at` is a moment, `_on` a day (`date_of_birth` is the field's own word), `_by` a person."""
    wrong = []
    for app in JOURNEY[:-1]:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                if not getattr(field, "concrete", False):
                    continue
                name = field.name
                if isinstance(field, models.DateTimeField) and not name.endswith("_at") and name != "last_login":
                    wrong.append(f"{model.__name__}.{name} is a moment")
                elif (
                    type(field) is models.DateField
                    and not name.endswith(("_on", "_by"))
                    and name not in ("date_of_birth", "valid_from", "as_of")
                ):
                    wrong.append(f"{model.__name__}.{name} is a day")
    assert wrong == []


def test_time_comes_from_the_clock_alone() -> None:
    pattern = re.compile(r"timezone\.now\(\)|datetime\.now\(|date\.today\(|localdate\(\)")
    guilty = [
        named(path) for path in MODULES if named(path) != "core/clock.py" and pattern.search(path.read_text("utf-8"))
    ]
    assert guilty == []


NOT_OURS = {
    ".git",
    ".waymark",
    "__pycache__",
    "node_modules",
    ".ruff_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".hypothesis",
}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every route of our own apps: its full name and its view."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            space = f"{prefix}{one.namespace}:" if one.namespace else prefix
            yield from routes(one, space)
        elif isinstance(one, URLPattern):
            yield f"{prefix}{one.name}", one.callback


def test_every_view_of_ours_says_who_may_see_it() -> None:
    open_doors = [
        name
        for name, view in routes()
        if getattr(view, "__module__", "").split(".")[0] in JOURNEY
        and not getattr(view, "needs", None)
        and getattr(view, "login_required", True)
    ]
    assert open_doors == []


def test_templates_have_no_inline_script_style_or_handler() -> None:
    pattern = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style", re.I
    )
    guilty = [named(path) for path in (ROOT / "templates").rglob("*.html") if pattern.search(path.read_text("utf-8"))]
    assert guilty == []


def test_every_template_can_be_parsed() -> None:
    for path in (ROOT / "templates").rglob("*.*"):
        if path.suffix in {".html", ".txt"}:
            engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


def test_no_template_compares_a_state() -> None:
    """Which buttons there are is data (`choices`); how a state looks is the badge's business."""
    pattern = re.compile(r"\.state\s*(==|!=|in)\s")
    guilty = [named(path) for path in (ROOT / "templates").rglob("*.html") if pattern.search(path.read_text("utf-8"))]
    assert guilty == []


def test_nothing_names_a_machine_or_a_registry() -> None:
    listed = [named(path) for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    places = (f"{ROOT}/", f"{Path.home()}/.")
    guilty = []
    for name in listed:
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".txt", ".html", ".json", ".css", ".js", ".in", ""}
            and path.is_file()
        ):
            text = path.read_text("utf-8", errors="ignore")
            if (
                any(place in text for place in places)
                or (name.startswith("requirements") and "://" in text)
                or (name.endswith("package-lock.json") and '"resolved"' in text)
            ):
                guilty.append(name)
    assert [one for one in guilty if one != "tests/test_architecture.py"] == []
