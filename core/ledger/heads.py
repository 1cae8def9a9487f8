"""Signed ends of the chain, kept where the database cannot reach: they show a tail that was cut off or a chain made anew.

The signature is Ed25519 over the JSON of everything but the signature, sorted, without spaces. Anybody with the public key can
check it; `docs/runbook.md` says how.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from core.ledger import chain
from core.models import LedgerEntry

_FIELDS = {"waymark": int, "centre": str, "position": int, "hash": str, "sealed_at": str, "exported_at": str}


class NoHead(Exception):
    """There is no head, or this is none. Its text is a sentence for whoever asked."""


@dataclass(frozen=True)
class Head:
    """What stood at a position when the head was exported."""

    position: int
    hash: str
    exported_at: str
    source: str


def folder() -> Path:
    """Where the nightly heads lie, beside the database and not in it."""
    return Path(settings.LEDGER_HEADS)


def export(now: dt.datetime) -> dict[str, Any]:
    """The newest place, signed."""
    last = LedgerEntry.objects.order_by("-position").first()
    if last is None:
        raise NoHead("Nothing is sealed yet, so there is no head. Run seal_ledger first.")
    head = {
        "waymark": 1,
        "centre": settings.CENTRE_NAME,
        "position": last.position,
        "hash": last.hash,
        "sealed_at": chain.moment(last.sealed_at),
        "exported_at": chain.moment(now),
        "public_key": public_key(),
    }
    return {**head, "signature": _key().sign(_signed(head)).hex()}


def read(path: Path) -> Head:
    """A head from a file, once its signature has been checked. Raises NoHead with what is wrong."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NoHead(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise NoHead(f"{path} is not a head: it is no JSON.") from None
    if not isinstance(found, dict) or any(type(found.get(name)) is not kind for name, kind in _FIELDS.items()):
        raise NoHead(f"{path} is not a head: ledger_head has not written it.")
    if found.get("public_key") != public_key():
        raise NoHead(f"{path} was signed with another key than this installation's. LEDGER_KEY may have changed since.")
    try:
        signature = bytes.fromhex(str(found.pop("signature", "")))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key())).verify(signature, _signed(found))
    except (InvalidSignature, ValueError):
        raise NoHead(f"{path} has been changed since it was signed.") from None
    return Head(found["position"], found["hash"], found["exported_at"], path.name)


def kept() -> list[Head]:
    """The heads of this installation's own folder, oldest first. One that cannot be read is said, not passed over."""
    return [read(path) for path in sorted(folder().glob("head-*.json"))]


def public_key() -> str:
    return _key().public_key().public_bytes_raw().hex()


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(settings.LEDGER_KEY.encode(), b"waymark.ledger", "sha256"))


def _signed(head: dict[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
