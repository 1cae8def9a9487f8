"""`python -m assignments.documents`: read one document, from standard input to standard output, within limits.

Started by `examining` without Django, settings or secrets, so that whatever a file does, it does it here.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import IO

from . import wire
from .confinement import Limits, confine
from .inspection import content_of, recognise
from .kinds import Kind, Purpose, Unacceptable
from .reading import read


def main() -> None:
    """What is asked stands in the environment, where other people of the machine cannot see the file's name."""
    asked = json.loads(os.environ["ASKED"])
    confine(Limits(**asked["limits"]))
    kind = None if asked["kind"] is None else Kind(asked["kind"])
    examined(sys.stdin.buffer, sys.stdout.buffer, name=asked["name"], purpose=Purpose(asked["purpose"]), kind=kind)
    sys.stdout.buffer.flush()


def examined(source: IO[bytes], answer: IO[bytes], *, name: str, purpose: Purpose, kind: Kind | None) -> None:
    """Write into `answer` what the document is and reads like, or why not."""
    try:
        if kind is None:
            kind, content = recognise(source, name, purpose=purpose)
        else:
            content = content_of(source, kind)
        reading = read(content, kind) if kind.readable else None
    except Unacceptable as refusal:
        wire.send_refusal(answer, refusal.sentence)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        wire.send_failure(answer, f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}")
    else:
        wire.send(answer, kind, reading)


if __name__ == "__main__":
    main()
