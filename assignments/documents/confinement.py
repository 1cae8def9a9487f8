"""What one reading may take of the machine. What is read is not known here."""

import resource
import signal
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Several times what the longest honest essay takes, and all that a hostile one gets."""

    memory: int = 160 * 1024 * 1024
    """Bytes of its own data. Without any document 26 MB are taken by the libraries."""
    answer: int = 48 * 1024 * 1024
    """Bytes it may write. Pictures are most of them, and of those no more than 20 MB are kept."""
    cpu: int = 4
    """Seconds of processor time."""
    wall: float = 30.0
    """Seconds on the clock, on a machine with much else to do."""


def confine(limits: Limits) -> None:
    """Take from this process what no reading needs. It ends by itself even when nobody is left to end it."""
    for what, most in (
        (resource.RLIMIT_DATA, limits.memory),
        # Libraries and their tables are mapped, and for the most part never touched.
        (resource.RLIMIT_AS, limits.memory + 512 * 1024 * 1024),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_FSIZE, limits.answer),
        (resource.RLIMIT_CORE, 0),
    ):
        # A machine may have set less for all, and that must not be raised.
        hard = resource.getrlimit(what)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))
    signal.setitimer(signal.ITIMER_REAL, limits.wall)
