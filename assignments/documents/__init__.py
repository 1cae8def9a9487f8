"""Documents from outside: what they are, whether they may be taken, and how they read. Nothing is stored here."""

from .arrangement import Section
from .examining import BEYOND, Examined, examine
from .inspection import inspect
from .kinds import ESSAY_KINDS, MAXIMUM_BYTES, Kind, Purpose, Unacceptable
from .reading import Figure, Reading, count, read
from .unsigned import without_authors

__all__ = [
    "BEYOND",
    "ESSAY_KINDS",
    "MAXIMUM_BYTES",
    "Examined",
    "Figure",
    "Kind",
    "Purpose",
    "Reading",
    "Section",
    "Unacceptable",
    "count",
    "examine",
    "inspect",
    "read",
    "without_authors",
]
