"""Addresses of pages and files, looked up once in a process: they do not change while it runs."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

_IMPORT = re.compile(r'^(?:import|export) .* from "(\.[^"]+)"', re.MULTILINE)
# No object has this number, so that where it stands in an address is where the number of an object belongs.
_STAND_IN = 9_007_199_254_740_993


@cache
def address(name: str) -> str:
    """Where a page of the frame is; nothing if it is not routed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def address_of(name: str, args: tuple[Any, ...]) -> str:
    """`reverse` for the usual case of none or one number. A pattern is looked up once, and the number put there.

    Raises NoReverseMatch as `reverse` does.
    """
    if not args:
        return _pattern(get_urlconf(), get_script_prefix(), name, numbered=False)
    number = args[0]
    if len(args) > 1 or type(number) is not int or number < 0:
        return reverse(name, args=args)
    return _pattern(get_urlconf(), get_script_prefix(), name, numbered=True).replace(str(_STAND_IN), str(number))


@cache
def _pattern(_urlconf: str | None, _prefix: str, name: str, *, numbered: bool) -> str:
    return reverse(name, args=(_STAND_IN,) if numbered else ())


@cache
def imported(names: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses of these scripts and of what they import, as they name each other: without hashes."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            text = Path(str(finders.find(name))).read_text()
            waiting += [posixpath.normpath(f"{posixpath.dirname(name)}/{one}") for one in _IMPORT.findall(text)]
    return tuple(f"{settings.STATIC_URL}{one}" for one in found)


class HashedFiles(ManifestStaticFilesStorage):
    """Django's, with each address put together once: the list of hashes is read at the start and never again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:  # type: ignore[override] # noqa: FBT001, FBT002 - as Django calls it
        if name not in self._known:
            self._known[name] = super().url(name, force)
        return self._known[name]
