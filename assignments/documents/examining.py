"""A file looked at in a process of its own, which may end as it likes. Nothing of the file is opened in this one."""

import json
import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from . import wire
from .confinement import Limits
from .kinds import Kind, Purpose, Unacceptable
from .reading import Reading

log = logging.getLogger(__name__)

BEYOND = (
    "This document could not be read within the limits of time and memory. Copy its text into a new document, save it "
    "and choose that one."
)

_LIMITS = Limits()
_ROOT = Path(__file__).resolve().parents[2]
_HANDED_DOWN = ("PATH", "LANG", "TMPDIR", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is, and how it reads where it can be shown in the browser."""

    kind: Kind
    reading: Reading | None


def examine(
    path: Path,
    name: str,
    *,
    purpose: Purpose = Purpose.ESSAY,
    kind: Kind | None = None,
    limits: Limits = _LIMITS,
) -> Examined:
    """What the file at `path` is and reads like, or Unacceptable with a sentence for its owner.

    `kind` is given for what needs no recognising: a text written in the browser. OSError says that the file itself
    cannot be opened, which is no fault of its content. Works in threads, in Celery's children and in a plain shell.
    """
    asked = {"name": name, "purpose": purpose.value, "kind": kind and kind.value, "limits": asdict(limits)}
    with path.open("rb") as source, tempfile.TemporaryFile() as answer:
        ended = _run(json.dumps(asked), source, answer, patience=limits.wall + 5)
        answer.seek(0)
        try:
            if ended != 0:
                raise wire.Garbled(f"the process ended with {ended}")
            found, reading = wire.receive(answer)
        except wire.Garbled as reason:
            log.warning("A document was not read: %s", reason)
            raise Unacceptable(BEYOND) from None
    return Examined(found, reading)


def _run(asked: str, source: IO[bytes], answer: IO[bytes], *, patience: float) -> int | None:
    """How the reading process ended, None when it had to be ended. It inherits no secret and no open file."""
    environment = {name: os.environ[name] for name in _HANDED_DOWN if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-s", "-m", "assignments.documents"],
        stdin=source,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=environment | {"ASKED": asked},
        start_new_session=True,
    ) as process:
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            return None
        finally:
            process.kill()
