"""Print how many words a document has. The rule itself is in `assignments.word_count`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from assignments import documents
from assignments.word_count import Counts


class Command(BaseCommand):
    help = "Print the word count of a .docx, .odt or .pdf by the rule that Waymark shows beside every count."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, file: Path, json: bool = False, **options: Any) -> None:
        try:
            reading = documents.examine(file, file.name).reading
        except documents.Unacceptable as refusal:
            self._refuse(refusal.sentence)
        except OSError as error:
            self._refuse(f"{file} cannot be read: {error.strerror}.")
        assert reading is not None  # noqa: S101 - every kind of essay can be read
        counts = reading.counts
        if json:
            self.stdout.write(_as_json(counts))
            return
        line = f"{counts.sentence}, {counts.total:,} in all"
        self.stdout.write(f"{line}; its own program says {counts.stated:,}" if counts.stated else line)

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(1)


def _as_json(counts: Counts) -> str:
    told = {"body": counts.body, "references": counts.references, "notes": counts.notes, "total": counts.total}
    return json.dumps(told | {"parts": dict(counts.parts)})
