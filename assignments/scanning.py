"""The virus scan: a clamd that CLAMD_URL names. Without one nothing is scanned; with one, what cannot be scanned waits."""

from pathlib import Path
from urllib.parse import urlsplit

from clamav_client import clamd
from django.conf import settings

# Seconds of silence after which the scanner counts as out of reach. A large recording takes it some time.
PATIENCE = 120


class Unreachable(Exception):
    """The scanner does not answer, or not with a verdict. The file is neither good nor bad."""


class Infected(Exception):
    """The scanner knows this file as a virus; `name` is what it calls it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def sentence(self) -> str:
        return (
            f"The virus scanner says that this file is infected ({self.name[:80]}), so it is not kept. Check your computer "
            "for viruses, then save your work as a new file and add that one."
        )


def is_configured() -> bool:
    return bool(settings.CLAMD_URL)


def scan(path: Path) -> bool:
    """Whether the file was scanned and found clean. False where no scanner is configured.

    Raises Infected or Unreachable. The bytes are sent, so the scanner needs no access to the folder.
    """
    if not is_configured():
        return False
    try:
        with path.open("rb") as file:
            verdict, name = client().instream(file)["stream"]
    except (clamd.ClamdError, KeyError, OSError) as reason:
        # An OSError of the file itself would have shown when it was fingerprinted; what is left is the line.
        raise Unreachable(str(reason)) from reason
    if verdict == "FOUND":
        raise Infected(name or "unnamed")
    if verdict != "OK":
        raise Unreachable(name or verdict)
    return True


def client() -> clamd.ClamdNetworkSocket:
    """The scanner at CLAMD_URL: tcp://host:3310 or unix:///run/clamav/clamd.ctl."""
    address = urlsplit(settings.CLAMD_URL)
    if address.scheme == "unix":
        return clamd.ClamdUnixSocket(address.path, timeout=PATIENCE)
    return clamd.ClamdNetworkSocket(address.hostname or "localhost", address.port or 3310, timeout=PATIENCE)
