"""What changed between two texts: paragraph by paragraph first, then word by word in those that changed.

The work is bounded whatever the texts are. Where two stretches are too unlike to be compared within the bound, the one is
shown as taken out and the other as put in, whole. Nothing is guessed: what is kept and taken out together is the old text,
what is kept and put in together the new one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

KEPT, REMOVED, ADDED = "kept", "removed", "added"
SAME, CHANGED = "same", "changed"
# A word with its apostrophes and hyphens, or one sign, each with the space before it.
_TOKEN = re.compile(r"\s*(?:\w+(?:['’\-]\w+)*|[^\w\s])")
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
# Steps of comparing, in all; a step takes well under a microsecond.
_STEPS = 150_000
# Pairs of paragraphs that are weighed against each other in one stretch.
_PAIRS = 10_000
# Two paragraphs that share less of their words are not the same one, written anew.
_ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph of either text, or of both. `old` and `new` are its positions there, if it has one."""

    kind: str
    pieces: tuple[Piece, ...]
    old: int | None = None
    new: int | None = None

    @property
    def before(self) -> list[Piece]:
        return [one for one in self.pieces if one.kind != ADDED]

    @property
    def after(self) -> list[Piece]:
        return [one for one in self.pieces if one.kind != REMOVED]


@dataclass(frozen=True, slots=True)
class Change:
    """How much changed."""

    paragraphs: int
    changed: int
    added: int
    removed: int

    @property
    def sentence(self) -> str:
        if not self.changed:
            return "Nothing changed: both texts say the same."
        verb = "paragraph" if self.paragraphs == 1 else "paragraphs"
        return (
            f"{self.changed} of {self.paragraphs} {verb} changed, {_words(self.added)} added, {self.removed:,} removed."
        )


def _words(number: int) -> str:
    return f"{number:,} word{'' if number == 1 else 's'}"


@dataclass
class _Purse:
    """The steps that are left."""

    left: int = _STEPS


def compared(old: Sequence[str], new: Sequence[str]) -> list[Row]:
    """Two texts, each a list of paragraphs, as rows in the order of reading."""
    purse = _Purse()
    rows: list[Row] = []
    for same, a, b, c, d in _stretches([_key(one) for one in old], [_key(one) for one in new], purse):
        if same:
            rows += (_both(old, new, a + n, c + n, purse) for n in range(b - a))
            continue
        for left, right in _paired(old[a:b], new[c:d]):
            i = None if left is None else a + left
            j = None if right is None else c + right
            if i is not None and j is not None:
                rows.append(_both(old, new, i, j, purse))
            elif i is not None:
                rows.append(Row(REMOVED, (Piece(REMOVED, old[i]),), old=i))
            elif j is not None:
                rows.append(Row(ADDED, (Piece(ADDED, new[j]),), new=j))
    return rows


def amount(rows: Iterable[Row]) -> Change:
    found = list(rows)
    count = Counter[str]()
    for row in found:
        for piece in row.pieces if row.kind != SAME else ():
            count[piece.kind] += len(_WORD.findall(piece.text))
    return Change(len(found), sum(row.kind != SAME for row in found), count[ADDED], count[REMOVED])


def _key(paragraph: str) -> str:
    return " ".join(paragraph.split())


def _both(old: Sequence[str], new: Sequence[str], i: int, j: int, purse: _Purse) -> Row:
    if old[i] == new[j]:
        return Row(SAME, (Piece(KEPT, new[j]),), i, j)
    return Row(CHANGED, tuple(words(old[i], new[j], purse)), i, j)


# ---- words


def words(old: str, new: str, purse: _Purse | None = None) -> list[Piece]:
    """What was kept, taken out and put in, in the order of reading."""
    a, b = _tokens(old), _tokens(new)
    runs: list[tuple[list[str], list[str], bool]] = []
    for same, i, j, k, m in _stretches(a, b, purse or _Purse()):
        runs.append((a[i:j], b[k:m], same))
    return list(_pieces(_without_crumbs(runs)))


def _tokens(text: str) -> list[str]:
    found = _TOKEN.findall(text)
    rest = text[sum(map(len, found)) :]
    return [*found, rest] if rest else found


def _without_crumbs(runs: list[tuple[list[str], list[str], bool]]) -> list[tuple[list[str], list[str], bool]]:
    """One or two small words left over between two changes are read more easily as part of them."""
    found: list[tuple[list[str], list[str], bool]] = []
    for n, (old, new, same) in enumerate(runs):
        between = 0 < n < len(runs) - 1
        weight = sum(len(one.strip()) for one in old)
        crumb = same and between and len(old) <= 2 and weight <= 6
        crumb = crumb and all(max(len(one[0]), len(one[1])) >= 2 for one in (runs[n - 1], runs[n + 1]))
        if (crumb or not same) and found and not found[-1][2]:
            before = found[-1]
            found[-1] = (before[0] + old, before[1] + new, False)
        else:
            found.append((old, new, same and not crumb))
    return found


def _pieces(runs: list[tuple[list[str], list[str], bool]]) -> Iterator[Piece]:
    for old, new, same in runs:
        if same:
            yield Piece(KEPT, "".join(new))
            continue
        if old:
            yield Piece(REMOVED, "".join(old))
        if new:
            yield Piece(ADDED, "".join(new))


# ---- paragraphs that changed


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Which of these paragraphs became which, in order; the others were taken out or put in."""
    if not old or not new or len(old) * len(new) > _PAIRS:
        return [*((n, None) for n in range(len(old))), *((None, n) for n in range(len(new)))]
    left, right = [_bag(one) for one in old], [_bag(one) for one in new]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    likeness = [[_likeness(a, b) for b in right] for a in left]
    for i in range(len(old) - 1, -1, -1):
        row, below, alike = best[i], best[i + 1], likeness[i]
        for j in range(len(new) - 1, -1, -1):
            top = below[j] if below[j] >= row[j + 1] else row[j + 1]
            if alike[j]:
                top = max(top, below[j + 1] + alike[j])
            row[j] = top
    found: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((i, None))
            i += 1
        else:
            found.append((None, j))
            j += 1
    return [*found, *((n, None) for n in range(i, len(old))), *((None, n) for n in range(j, len(new)))]


def _bag(paragraph: str) -> frozenset[str]:
    return frozenset(_WORD.findall(paragraph.lower()))


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    if not a or not b:
        return 0.0
    share = 2 * len(a & b) / (len(a) + len(b))
    return share if share >= _ALIKE else 0.0


# ---- two sequences

_Stretch = tuple[bool, int, int, int, int]


def _stretches(a: Sequence[str], b: Sequence[str], purse: _Purse) -> list[_Stretch]:
    """Where the two agree and where not, in order: (whether, from and to in `a`, from and to in `b`).

    What occurs once on both sides holds them together (Bram Cohen's patience diff); between such anchors the shortest edit
    is looked for (Myers), as long as steps are left.
    """
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    found = _Joined()
    found.add(0, head, 0, head, same=True)
    i = j = head
    for x, y in [*_anchors(a, b, head, tail), (len(a) - tail, len(b) - tail)]:
        if x < i or y < j:
            continue
        _between(a, b, (i, x, j, y), found, purse)
        i, j = x, y
        while i < len(a) - tail and j < len(b) - tail and a[i] == b[j]:
            i, j = i + 1, j + 1
        found.add(x, i, y, j, same=True)
    found.add(len(a) - tail, len(a), len(b) - tail, len(b), same=True)
    return found.stretches


@dataclass
class _Joined:
    """Stretches put one after the other, those of a kind joined and empty ones left out."""

    stretches: list[_Stretch] = field(default_factory=list)

    def add(self, i: int, j: int, k: int, m: int, *, same: bool) -> None:
        if i == j and k == m:
            return
        if self.stretches and self.stretches[-1][0] is same:
            _, i, _, k, _ = self.stretches.pop()
        self.stretches.append((same, i, j, k, m))


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    n = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        n += 1
    return n


def _anchors(a: Sequence[str], b: Sequence[str], head: int, tail: int) -> list[tuple[int, int]]:
    """The longest run of things that occur once on each side and stand in the same order."""
    once_a, once_b = _once(a, head, len(a) - tail), _once(b, head, len(b) - tail)
    pairs = [(i, once_b[one]) for one, i in once_a.items() if one in once_b]
    tops: list[int] = []
    piles: list[int] = []
    came_from = [-1] * len(pairs)
    for n, (_, j) in enumerate(pairs):
        at = bisect_left(tops, j)
        came_from[n] = piles[at - 1] if at else -1
        tops[at : at + 1], piles[at : at + 1] = [j], [n]
    found, n = [], piles[-1] if piles else -1
    while n >= 0:
        found.append(pairs[n])
        n = came_from[n]
    return found[::-1]


def _once(sequence: Sequence[str], start: int, end: int) -> dict[str, int]:
    count = Counter(sequence[start:end])
    return {one: n for n, one in enumerate(sequence[start:end], start) if count[one] == 1}


def _between(
    a: Sequence[str], b: Sequence[str], where: tuple[int, int, int, int], found: _Joined, purse: _Purse
) -> None:
    """The shortest way from one stretch to the other; if it is too long, the one out and the other in."""
    i, x, j, y = where
    path = _shortest(a[i:x], b[j:y], purse) if x > i and y > j else None
    if path is None:
        found.add(i, x, j, y, same=False)
        return
    for n, m, length in path:
        found.add(i, i + n, j, j + m, same=False)
        i, j = i + n, j + m
        found.add(i, i + length, j, j + length, same=True)
        i, j = i + length, j + length
    found.add(i, x, j, y, same=False)


def _shortest(a: Sequence[str], b: Sequence[str], purse: _Purse) -> list[tuple[int, int, int]] | None:
    """Myers' greedy way: for each run of agreement how much is skipped on either side before it, and its length.

    Nothing, if the steps run out first.
    """
    n, m = len(a), len(b)
    reach = {1: 0}
    history: list[dict[int, int]] = []
    for d in range(n + m + 1):
        history.append(dict(reach))
        for k in range(-d, d + 1, 2):
            purse.left -= 1
            down = k == -d or (k != d and reach.get(k - 1, -1) < reach.get(k + 1, -1))
            x = reach[k + 1] if down else reach[k - 1] + 1
            y = x - k
            while x < n and y < m and a[x] == b[y]:
                x, y = x + 1, y + 1
            reach[k] = x
            if x >= n and y >= m:
                return _runs(history, n, m)
        purse.left -= d // 8
        if purse.left < 0:
            purse.left = 0
            return None
    return None


def _runs(history: list[dict[int, int]], n: int, m: int) -> list[tuple[int, int, int]]:
    agreeing: list[tuple[int, int]] = []
    x, y = n, m
    for d in range(len(history) - 1, -1, -1):
        reach, k = history[d], x - y
        down = k == -d or (k != d and reach.get(k - 1, -1) < reach.get(k + 1, -1))
        before = reach[k + 1] if down else reach[k - 1]
        start = before if down else before + 1
        if d == 0:
            start = 0
        while x > start:
            x, y = x - 1, y - 1
            agreeing.append((x, y))
        if d:
            x, y = (x, y - 1) if down else (x - 1, y)
    runs: list[tuple[int, int, int]] = []
    i = j = 0
    for p, q in reversed(agreeing):
        if runs and (p, q) == (i, j):
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((p - i, q - j, 1))
        i, j = p + 1, q + 1
    return runs
