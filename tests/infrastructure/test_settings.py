"""Each variable that is read from the environment stands in .env.example, and nothing else does."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""(?:env\.\w+\(|environ\.\w+\(|environ\[)\s*"([A-Z_]+)\"""")
# Set by one part of Waymark for another, not by a person.
INNER = {"DJANGO_SETTINGS_MODULE", "WAYMARK_GREETING"}


def test_the_example_of_the_environment_is_complete():
    sources = [*(ROOT / "config").rglob("*.py"), *(ROOT / "core").rglob("*.py"), *(ROOT / "tools").glob("*.py")]
    read = {name for path in sources for name in READ.findall(path.read_text())} - INNER

    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert explained == read
