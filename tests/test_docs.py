"""The pages made from the code are up to date, and the pages written by hand name things that exist."""

import re
from pathlib import Path

from django.conf import settings

from config.management.commands.write_docs import PAGES

ROOT = Path(settings.BASE_DIR)


def test_the_drawn_pages_are_as_the_code_is() -> None:
    for name, page in PAGES.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page(), f"docs/{name} is stale: ./run docs"


def test_every_file_that_a_page_names_exists() -> None:
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs/adr").glob("*.md"),
    ]
    missing = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                missing.append(f"{page.relative_to(ROOT)} names {target}")
    assert missing == []
