"""Two small things that several actions share: the name of a file, and a policy's sentence as a refusal."""

import re

from core.refusals import Refused


def base_name(name: str | None) -> str:
    """The name the learner gave the file, without a path and without characters that move text about."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(one for one in last if one.isprintable()).strip()
    return shown[-255:] or "file"


def refuse(sentence: str, kind: type[Refused] = Refused) -> None:
    """Raise the refusal that a policy has put into words, if it has."""
    if sentence:
        raise kind(sentence)


def suffix_of(name: str) -> str:
    """How a stored file's name ends: as its sender named it, if that is plain. What it is, its content decides."""
    found = re.search(r"\.[A-Za-z0-9]{1,5}$", name)
    return found[0].lower() if found else ""
