"""Anonymous marking: the code that stands for a learner, and the veil over a piece of work for whoever judges it.

A cohort may have its work marked without names. Tutors and verifiers then read "Learner K7F2" until the result is released;
the learner, administrators and contract managers read the name. The code is the enrolment's number under a keyed permutation:
nobody can compute it without the secret key, no two enrolments share one, and it can be turned back, so that a search finds it.
The veil is put on when rows are fetched for a person (`models.veiled`), so a page cannot forget it.
"""

from __future__ import annotations

import copy
import hmac
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.html import escape

from accounts.permissions import Can

# No I, L, O and U: a code is read out and written down.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ROUNDS = 4
# Who judges work, and so reads codes. An administrator who also judges reads them too.
JUDGES = (Can.MARK, Can.VERIFY, Can.SIGN_OFF)
WITHHELD = "withheld until the result is released"
# What a list finds and sorts by in the place of a name that is kept from the reader.
HIDDEN = "Learner"


@lru_cache(maxsize=4096)
def code(enrolment: int) -> str:
    """The code of a learner on a cohort: four letters and digits, more where the centre has a million enrolments."""
    half = _half(enrolment)
    left, right = enrolment >> half, enrolment & ((1 << half) - 1)
    for n in range(_ROUNDS):
        left, right = right, left ^ _mixed(n, right, half)
    return _written((left << half) | right, half * 2 // 5)


def enrolment_of(text: str) -> int | None:
    """The enrolment whose code this is; nothing if it is no code, or somebody's who is not there yet."""
    word = text.strip().upper()
    if not re.fullmatch(f"[{_LETTERS}]{{4,16}}", word) or len(word) % 2:
        return None
    half = len(word) * 5 // 2
    number = 0
    for letter in word:
        number = number * 32 + _LETTERS.index(letter)
    left, right = number >> half, number & ((1 << half) - 1)
    for n in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(n, left, half), left
    found = (left << half) | right
    return found if _half(found) == half else None


def name(enrolment: int) -> str:
    """What stands in the place of the learner's name."""
    return f"Learner {code(enrolment)}"


def shown(found: str, enrolment: int) -> str:
    """The name of a list's row that was read as `shown_learner`: the code where it is hidden."""
    return name(enrolment) if found == HIDDEN else found


def reads_codes(user: Any) -> bool:
    """Whether this person judges work, and reads codes where a cohort is marked anonymously."""
    return any(user.can(one) for one in JUDGES)


def is_veiled(submission: Any, user: Any, *, again: Collection[tuple[int, int]] = ()) -> bool:
    """Whether the learner's name is kept from `user` on everything about this piece.

    `again` names enrolment and assignment of pieces of which a later attempt is being marked: then the earlier one, released
    as it is, must not tell whose the later one is.
    """
    if submission.is_released and (submission.enrolment_id, submission.assignment_id) not in again:
        return False
    return _is_anonymous(submission) and submission.enrolment.learner_id != user.pk and reads_codes(user)


def veil(submissions: Iterable[Any], user: Any, *, again: Collection[tuple[int, int]] = ()) -> None:
    """Put the code in the place of all that names the learner, on these objects and for this reader."""
    for one in submissions:
        if is_veiled(one, user, again=again):
            cover(one)


def cover(submission: Any) -> Any:
    """This piece as somebody reads it who may not know whose it is. The row in the database stays as it is."""
    if getattr(submission, "is_veiled", False):
        return submission
    enrolment = submission.enrolment
    cover_enrolment(enrolment)
    submission.is_veiled = True
    submission.reference = plain_reference(submission.reference)
    loaded = submission._state.fields_cache
    if document := loaded.get("document"):
        document.name = file_name(submission, document.name)
    if declaration := loaded.get("declaration"):
        declaration.signed_name = name(submission.enrolment_id)
    if loaded.get("submitted_by") and submission.submitted_by_id == enrolment.learner_id:
        submission.submitted_by = enrolment.learner
    return submission


def cover_enrolment(enrolment: Any) -> None:
    """The learner's name, address and registration number on this object, for pages about work."""
    if getattr(enrolment.learner, "stands_for", None):
        return
    enrolment.is_veiled = True
    enrolment.learner = _stand_in(enrolment.learner, enrolment.pk)
    if registration := enrolment._state.fields_cache.get("registration"):
        hidden = copy.copy(registration)
        hidden.number = WITHHELD
        enrolment._state.fields_cache["registration"] = hidden


def for_judges(submission: Any) -> Any:
    """This piece as a mail to tutors names it: a copy under the veil where the cohort is marked anonymously."""
    if not submission.enrolment.cohort.anonymous_marking or submission.is_released:
        return submission
    found = copy.copy(submission)
    found.enrolment = copy.copy(submission.enrolment)
    if document := found._state.fields_cache.get("document"):
        found.document = copy.copy(document)
    if declaration := found._state.fields_cache.get("declaration"):
        found._state.fields_cache["declaration"] = copy.copy(declaration)
    return cover(found)


def plain_reference(reference: str | None) -> str | None:
    """The number on the receipt without the letters of the surname: PSC22-1042 for PSC22-RAM-1042."""
    parts = (reference or "").split("-")
    return "-".join((*parts[:-2], parts[-1])) if len(parts) > 2 else reference


def masked(html: str, names: Iterable[str]) -> str:
    """A frozen portfolio without the names its files came with, letter for letter as long as it was."""
    for given in sorted(names, key=len, reverse=True):
        stem, dot, ending = given.rpartition(".")
        plain = "·" * len(stem) + dot + ending if stem and len(ending) <= 5 else "·" * len(given)
        html = html.replace(escape(given), plain)
    return html


def without_people(html: str, names: Iterable[str]) -> str:
    """A text without the parts of these names where they stand as words, letter for letter as long; markup stays as it is."""
    parts = {escape(part) for given in names for part in (*given.split(), *re.split(r"[\s-]+", given)) if len(part) > 1}
    if not parts:
        return html
    words = "|".join(re.escape(one) for one in sorted(parts, key=len, reverse=True))
    named = re.compile(rf"(<[^>]*>)|(?<!\w)(?:{words})(?!\w)")
    return named.sub(lambda found: found[1] or "·" * len(found[0]), html)


def file_name(submission: Any, given: str) -> str:
    """A name for a file that says whose it is by the code only, with the ending it came with."""
    ending = re.search(r"\.[A-Za-z0-9]{1,5}$", given)
    title = submission.assignment.title
    return (
        f"{code(submission.enrolment_id)}, {title.lower()}({submission.attempt}){ending[0].lower() if ending else ''}"
    )


def _is_anonymous(submission: Any) -> bool:
    known = getattr(submission, "in_anonymous_cohort", None)
    return bool(submission.enrolment.cohort.anonymous_marking if known is None else known)


def _stand_in(learner: Any, enrolment: int) -> Any:
    """Somebody with the learner's number and the code for a name. Mail still finds the learner (`core.notices`)."""
    found = copy.copy(learner)
    found.stands_for = learner
    found.full_name, found.known_as, found.email = name(enrolment), "the learner", ""
    return found


def _half(number: int) -> int:
    """Half of the bits that the code of this number is made of: ten, or twenty and more beyond a million."""
    half = 10
    while number >> (2 * half):
        half += 5
    return half


def _mixed(turn: int, value: int, half: int) -> int:
    key = f"waymark.anonymous-marking.{settings.SECRET_KEY}".encode()
    told = hmac.digest(key, f"{half}:{turn}:{value}".encode(), "sha256")
    return int.from_bytes(told[:8], "big") & ((1 << half) - 1)


def _written(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        letters.append(_LETTERS[rest])
    return "".join(reversed(letters))
