"""Print how many words a document has. The rule itself is in `assignments.word_count`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from assignments import documents


class Command(BaseCommand):
    help = "Print the word count of a .docx, .odt or .pdf by the rule that Waymark shows beside every count."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, file: Path, json: bool = False, **options: Any) -> None:
        try:
            counts = documents.count(file, documents.inspect(file, file.name))
        except documents.Unacceptable as refusal:
            self._refuse(refusal.sentence)
        except OSError as error:
            self._refuse(f"{file} cannot be read: {error.strerror}.")
        if json:
            self.stdout.write(_as_json(counts.body, counts.references, counts.notes, counts.total))
            return
        line = f"{counts.sentence}, {counts.total:,} in all"
        self.stdout.write(f"{line}; its own program says {counts.stated:,}" if counts.stated else line)

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(1)


def _as_json(body: int, references: int, notes: int, total: int) -> str:
    return json.dumps({"body": body, "references": references, "notes": notes, "total": total})
