"""Sentences with choices and slots, drawn by a seed. What they are about stands in the text files beside this module."""

import re
from functools import cache
from pathlib import Path
from random import Random

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


@cache
def pools(name: str) -> dict[str, tuple[str, ...]]:
    """The pools of a stock, by their names."""
    found: dict[str, list[str]] = {}
    pool: list[str] = []
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("= "):
            pool = found.setdefault(line[2:], [])
        elif line and not line.startswith("#"):
            pool.append(line)
    return {key: tuple(lines) for key, lines in found.items()}


def said(template: str, dice: Random, slots: dict[str, list[str]] | None = None) -> str:
    """One reading of a sentence: a choice for each bracket, a value for each slot."""
    text = _CHOICE.sub(lambda found: dice.choice(found.group(1).split("|")), template)
    if slots:
        text = _SLOT.sub(lambda found: _filled(found.group(1), dice, slots), text)
    return text


def _filled(slot: str, dice: Random, slots: dict[str, list[str]]) -> str:
    if slot in slots:
        return dice.choice(slots[slot])
    value = dice.choice(slots[slot.lower()])
    return value[:1].upper() + value[1:]
