"""Copy the front-end files that package.json names into static/vendor, and write down what they are.

    ./run vendor           fetch the locked packages and write static/vendor anew
    ./run vendor --check   fetch them and only say whether static/vendor is what they give

Standard library only, so that it runs before anything is installed. Two things are changed on the way, always in the same
manner: the sourceMappingURL comment goes (the map is not shipped, and the storage that hashes names would stop on it), and
pictures written into a style sheet as data: addresses become files (the content security policy allows no data: address).
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
LOCKED = ("package.json", "package-lock.json", ".npmrc")

# (package, file in it, file under static/vendor)
FILES = (
    ("bootstrap", "dist/css/bootstrap.min.css", "bootstrap/bootstrap.min.css"),
    ("bootstrap", "LICENSE", "bootstrap/LICENSE"),
    ("htmx.org", "dist/htmx.min.js", "htmx/htmx.min.js"),
    ("htmx.org", "LICENSE", "htmx/LICENSE"),
    *(
        (f"@fontsource/{face}", f"files/{face}-latin-{cut}.woff2", f"fonts/{face}-latin-{cut}.woff2")
        for face, cuts in {
            "source-sans-3": ("400-normal", "600-normal"),
            "source-serif-4": ("400-normal", "600-normal", "400-italic"),
        }.items()
        for cut in cuts
    ),
    ("@fontsource/source-sans-3", "LICENSE", "fonts/source-sans-3-LICENSE"),
    ("@fontsource/source-serif-4", "LICENSE", "fonts/source-serif-4-LICENSE"),
)

SOURCE_MAP = re.compile(rb"\n?(?:/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=[^\n]*)\n?")
PICTURE = re.compile(r"""url\((["'])data:image/svg\+xml,(.*?)\1\)""", re.DOTALL)


def main(arguments: list[str]) -> int:
    """Write static/vendor, or with --check compare it; the exit status says whether all is well."""
    if shutil.which("npm") is None:
        print("npm is not installed, and only ./run vendor needs it: apt-get install npm", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="waymark-vendor-") as folder:
        packages = fetch(Path(folder))
        if packages is None:
            return 1
        wanted = build(packages)
    return check(wanted) if "--check" in arguments else write(wanted)


def fetch(folder: Path) -> Path | None:
    """Install the locked packages into `folder`, run none of their scripts, and return where they lie."""
    for name in LOCKED:
        shutil.copy(ROOT / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print("The front-end packages cannot be fetched. Is there a network?", file=sys.stderr)
        print(done.stderr.strip()[-600:], file=sys.stderr)
        return None
    return folder / "node_modules"


def build(packages: Path) -> dict[str, bytes]:
    """Return what static/vendor must hold: the content of each file by its name there."""
    wanted: dict[str, bytes] = {}
    listed = []
    for package, source, target in FILES:
        content = (packages / package / source).read_bytes()
        pictures: dict[str, bytes] = {}
        if target.endswith((".css", ".js")):
            content = SOURCE_MAP.sub(b"\n", content)
        if target.endswith(".css"):
            content, pictures = without_data_addresses(content, str(Path(target).parent))
        for name, data in {target: content, **pictures}.items():
            wanted[name] = data
            listed.append({"file": name, **described(packages / package), "sha256": hashlib.sha256(data).hexdigest()})
    listed.sort(key=lambda entry: entry["file"])
    wanted["manifest.json"] = (json.dumps(listed, indent=2) + "\n").encode()
    return wanted


def described(package: Path) -> dict[str, str]:
    """Return a package's name, version and licence as it gives them itself."""
    facts = json.loads((package / "package.json").read_text(encoding="utf-8"))
    return {"name": facts["name"], "version": facts["version"], "licence": facts["license"]}


def without_data_addresses(content: bytes, folder: str) -> tuple[bytes, dict[str, bytes]]:
    """Return the style sheet with each data: picture as a file beside it, and those files."""
    pictures: dict[str, bytes] = {}

    def as_file(match: re.Match[str]) -> str:
        data = unquote(match[2]).encode()
        name = f"pictures/{hashlib.sha256(data).hexdigest()[:12]}.svg"
        pictures[f"{folder}/{name}"] = data + b"\n"
        return f'url("{name}")'

    return PICTURE.sub(as_file, content.decode()).encode(), pictures


def write(wanted: dict[str, bytes]) -> int:
    """Write the files, and remove from static/vendor whatever is not among them."""
    for name, content in wanted.items():
        path = VENDOR / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for path in sorted(VENDOR.rglob("*")):
        if path.is_file() and path.relative_to(VENDOR).as_posix() not in wanted:
            path.unlink()
    print(f"static/vendor holds {len(wanted)} files.")
    return 0


def check(wanted: dict[str, bytes]) -> int:
    """Say in which files static/vendor differs from the packages."""
    there = {path.relative_to(VENDOR).as_posix(): path.read_bytes() for path in VENDOR.rglob("*") if path.is_file()}
    wrong = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    for name in wrong:
        print(f"static/vendor/{name} is not what the locked packages give.", file=sys.stderr)
    if wrong:
        print("Run ./run vendor and commit the result.", file=sys.stderr)
        return 1
    print(f"static/vendor is what the locked packages give: {len(wanted)} files.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
