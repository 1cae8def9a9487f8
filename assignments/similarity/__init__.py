"""What two texts have in common, word for word. Text in, places out: nothing is stored and nobody is named here."""

from .alignment import Common, Passage, common
from .discount import LeftOut, Why, left_out
from .tokens import Tokens, tokens
from .winnowing import GRAM, GUARANTEE, WINDOW, Fingerprint, fingerprints

# Raise it when the same two texts would give another answer: it is kept with every comparison.
ENGINE = f"waymark 1, {GRAM} words, window {WINDOW}"

__all__ = [
    "ENGINE",
    "GRAM",
    "GUARANTEE",
    "WINDOW",
    "Common",
    "Fingerprint",
    "LeftOut",
    "Passage",
    "Tokens",
    "Why",
    "common",
    "fingerprints",
    "left_out",
    "tokens",
]
