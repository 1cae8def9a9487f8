"""The rules of writing in the browser and of drafts for comment: pure, objects in, sentences and values out."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils import timezone

from core import clock

WORDS_MAX = 60_000
# Far above 60,000 words of English, and far below what one request may carry.
CHARACTERS_MAX = 1_000_000
# A version is kept at most this often while somebody writes on one page...
VERSION_EVERY = dt.timedelta(minutes=5)
# ... and at once when a save takes away more words than this.
WORDS_TAKEN_AWAY = 20
# A tutor who has begun to comment keeps a draft for this long after the last save.
COMMENTING_FOR = dt.timedelta(hours=4)


# ---- the text


def tidied(body: str) -> str:
    """The text with one kind of line end and without characters that no database keeps."""
    return body.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def fingerprint(body: str) -> str:
    """The sha256 of the text as a file."""
    return hashlib.sha256(body.encode()).hexdigest()


def size_problem(body: str) -> str:
    """Why a text is too long to be kept here, or an empty string."""
    words = len(body.split())
    if words > WORDS_MAX:
        return (
            f"This text has {words:,} words, and a text written here holds {WORDS_MAX:,}. Nothing was lost: it is kept in "
            "this browser. Take out what does not belong to the essay, then save."
        )
    if len(body) > CHARACTERS_MAX:
        return (
            f"This text has {len(body):,} characters, and a text written here holds {CHARACTERS_MAX:,}. Nothing was lost: "
            "it is kept in this browser. Take out what does not belong to the essay, then save."
        )
    return ""


@dataclass(frozen=True, slots=True)
class Change:
    """Words that came and words that went, each as often as it stands. A word that only moved counts as neither."""

    added: int
    removed: int


def change(before: str, after: str) -> Change:
    """The words without the marks of headings and quotations."""
    old, new = (Counter(one for one in text.split() if one.strip("#>")) for text in (before, after))
    return Change((new - old).total(), (old - new).total())


def must_keep(before: str, after: str, *, same_page: bool, kept_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the text `before` becomes a version before `after` takes its place.

    Always when another page wrote it, when words go, and when the last version (or the beginning) is five minutes old.
    """
    if not before.strip() or before == after:
        return False
    if not same_page or now - kept_at >= VERSION_EVERY:
        return True
    return change(before, after).removed > WORDS_TAKEN_AWAY


def heading(number: str, title: str) -> str:
    """The line with which a criterion's section begins."""
    return f"# {number} {title}"


def answers(title: str, number: str) -> bool:
    """Whether a heading stands for a criterion: it begins with its number."""
    return re.match(rf"{re.escape(number)}(?![\d.]*\d)", title.strip()) is not None


def by_criterion(outline: Sequence[Any], criteria: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Each criterion (number, title) with the words of its sections and whether it has a heading yet.

    `outline` holds sections with `title` and `words`, as `documents` reads them.
    """
    found = []
    for number, title in criteria:
        own = [one for one in outline if answers(one.title, number)]
        words = sum(one.words for one in own)
        line = heading(number, title)
        found.append({"number": number, "title": title, "words": words, "begun": bool(own), "heading": line})
    return found


# ---- two texts side by side


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph on both sides, or on one. `kind`: same, changed, left (only there), right (only there)."""

    kind: str
    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()


def paragraphs(body: str) -> list[str]:
    return [one.strip("\n") for one in re.split(r"\n[ \t]*\n", tidied(body)) if one.strip()]


def compared(left: str, right: str) -> list[Row]:
    """Two texts by paragraph; in a paragraph that changed, the words that differ are marked on each side."""
    old, new = paragraphs(left), paragraphs(right)
    rows: list[Row] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            rows += [Row("same", (Piece(one),), (Piece(one),)) for one in old[a:b]]
            continue
        both = min(b - a, d - c)
        rows += [_changed(*pair) for pair in zip(old[a : a + both], new[c : c + both], strict=True)]
        rows += [Row("left", (Piece(one, differs=True),)) for one in old[a + both : b]]
        rows += [Row("right", (), (Piece(one, differs=True),)) for one in new[c + both : d]]
    return rows


def _changed(left: str, right: str) -> Row:
    old, new = re.findall(r"\s+|\S+", left), re.findall(r"\s+|\S+", right)
    before: list[Piece] = []
    after: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=len(old) > 1000).get_opcodes():
        differs = what != "equal"
        if a < b:
            before.append(Piece("".join(old[a:b]), differs))
        if c < d:
            after.append(Piece("".join(new[c:d]), differs))
    return Row("changed", tuple(before), tuple(after))


def merged(rows: Sequence[Row]) -> str:
    """A text to begin a merged one from: what is the same once, and where they differ both, left before right."""
    found: list[str] = []
    for row in rows:
        sides = (row.left,) if row.kind == "same" else (row.left, row.right)
        found += ["".join(piece.text for piece in side) for side in sides if side]
    return "\n\n".join(found)


# ---- drafts for comment


def draft_problem(submission: Any, by: Any, *, sent: int, waiting: bool) -> str:
    """Why no draft can be sent now (`ilm` A13), or an empty string. `sent` counts all attempts at the assignment."""
    allowed, noun = submission.assignment.drafts, submission.assignment.title.lower()
    if submission.enrolment.learner_id != by.pk:
        return "Only the learner sends a draft of their own work."
    if submission.assignment.kind != "essay":
        return "Your tutor sees your portfolio grow, so no draft of it is sent."
    if submission.state != "draft":
        return f"Your {noun} has been handed in, so there is no draft to comment on any more."
    if submission.enrolment.state != "active":
        return "Drafts are sent while you are on the programme. Ask the centre if you think this is wrong."
    if waiting:
        return "Your draft is with your tutor. Their comments come first."
    if not allowed:
        return f"Tutors do not comment on drafts of the {noun}. Ask your tutor a question instead."
    if sent >= allowed:
        drafts = "one draft" if allowed == 1 else f"{allowed} drafts"
        return f"Your tutor comments on {drafts} of the {noun}, and you have sent {'it' if allowed == 1 else 'them'}."
    return ""


def draft_is_own(draft: Any, by: Any) -> str:
    return "" if draft.submission.enrolment.learner_id == by.pk else "Only the learner takes their own draft back."


def draft_is_unopened(draft: Any, by: Any) -> str:
    if draft.opened_at is None:
        return ""
    since = timezone.localtime(draft.opened_at)
    return (
        f"{draft.opened_by} began to comment on {since:%a} {since.day} {since:%B}, {since:%H:%M}, so it stays. "
        "You can go on with your text meanwhile."
    )


def draft_is_of_another(draft: Any, by: Any) -> str:
    if draft.submission.enrolment.learner_id == by.pk:
        return "This is your own work, so somebody else comments on it."
    if draft.submission.state != "draft":
        return "This has been handed in since, so comments on the draft come too late. It waits to be marked."
    return ""


def tutors_the_cohort(draft: Any, by: Any) -> str:
    cohort = draft.submission.enrolment.cohort
    if cohort.appointments.covering(clock.today()).filter(tutor=by).exists():
        return ""
    return "You are not appointed to this cohort today, so you cannot comment on its drafts."


def draft_is_free(draft: Any, by: Any) -> str:
    """Two tutors never comment on one draft at once: whoever began keeps it for a while."""
    if draft.opened_by_id in (None, by.pk) or clock.now() - draft.opened_at >= COMMENTING_FOR:
        return ""
    since = timezone.localtime(draft.opened_at)
    return f"{draft.opened_by} has been commenting on this since {since:%H:%M}. Nothing of yours was changed."


def comments_are_there(draft: Any, by: Any) -> str:
    return "" if draft.comments.strip() else "There are no comments yet. Write them, then send."
