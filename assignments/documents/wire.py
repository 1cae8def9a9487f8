"""A reading on its way from the process that made it: one line of JSON, then the pictures one after the other.

Nothing is unpickled: whoever took over the reading process can send wrong words, but no code.
"""

import json
from dataclasses import asdict
from typing import IO, Any

from assignments.word_count import Counts

from .arrangement import Section, clean, text_of
from .kinds import Kind, Unacceptable
from .reading import FIGURES, PICTURES, Figure, Reading

_KNOWN_MIMES = frozenset(mime for _, mime in PICTURES.values())


class Garbled(Exception):
    """What came is not what the reading process writes."""


def send(target: IO[bytes], kind: Kind, reading: Reading | None) -> None:
    figures = () if reading is None else reading.figures
    _write(target, {"kind": kind.value, "reading": None if reading is None else _told(reading)})
    for figure in figures:
        target.write(figure.content)


def send_refusal(target: IO[bytes], sentence: str) -> None:
    _write(target, {"refused": sentence})


def send_failure(target: IO[bytes], where: str) -> None:
    """The reading failed in a way of its own. The place in our code is told, and no word of the document."""
    _write(target, {"failed": where})


def receive(source: IO[bytes]) -> tuple[Kind, Reading | None]:
    """What was sent. Raises Unacceptable where a refusal was sent, and Garbled for anything else."""
    try:
        told = json.loads(source.readline())
        if "refused" in told:
            raise Unacceptable(str(told["refused"]))
        if "failed" in told:
            raise Garbled(str(told["failed"]))
        kind = Kind(told["kind"])
        return kind, None if told["reading"] is None else _heard(told["reading"], source)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Garbled(type(error).__name__) from error


def _write(target: IO[bytes], told: dict[str, Any]) -> None:
    target.write(json.dumps(told).encode() + b"\n")


def _told(reading: Reading) -> dict[str, Any]:
    return {
        "html": reading.html,
        "converter": reading.converter,
        "outline": [[one.level, one.title, one.id, one.words] for one in reading.outline],
        "figures": [[one.name, one.mime, one.alt, len(one.content)] for one in reading.figures],
        "counts": asdict(reading.counts),
    }


def _heard(told: dict[str, Any], source: IO[bytes]) -> Reading:
    safe = str(told["html"])
    if clean(safe) != safe:
        raise Garbled("its HTML is not clean")
    return Reading(
        html=safe,
        text=text_of(safe),
        outline=tuple(
            Section(int(level), str(title), str(anchor), int(words)) for level, title, anchor, words in told["outline"]
        ),
        figures=tuple(_figure(one, source) for one in told["figures"][:FIGURES]),
        converter=str(told["converter"]),
        counts=_counts(told["counts"]),
    )


def _figure(told: list[Any], source: IO[bytes]) -> Figure:
    name, mime, alt, size = told
    content = source.read(int(size))
    if len(content) != size or mime not in _KNOWN_MIMES:
        raise Garbled("a picture")
    return Figure(str(name), content, str(mime), str(alt))


def _counts(told: dict[str, Any]) -> Counts:
    stated, about = told.pop("stated"), told.pop("about")
    numbers = {str(name): int(number) for name, number in told.items()}
    return Counts(**numbers, stated=None if stated is None else int(stated), about=bool(about))
