"""Two texts laid beside each other: the passages they share, word for word, with a changed word here and there."""

from collections import defaultdict
from dataclasses import dataclass

from .tokens import Tokens
from .winnowing import GRAM, grams

# A passage counts from this many words in common, which must be at least this share of its length in both texts. Set
# phrases of a field are shorter; what is set in quotation marks is left out before.
LEAST_WORDS = 26
LEAST_DENSITY = 0.6
# Of them so many stand in unbroken runs of a fingerprint's length; what has fewer is not looked at more closely.
LEAST_IN_RUNS = 10
# So many words may lie between two runs of one passage: some changed words in a row.
GAP = 12
_REPEATS = 16
_RUNS = 4000


@dataclass(frozen=True, slots=True)
class Passage:
    """Where it stands in both texts, in characters, and how many of its words are the same."""

    start: int
    end: int
    other_start: int
    other_end: int
    words: int


@dataclass(frozen=True, slots=True)
class Common:
    """What two texts share. `places` are the numbers of the first text's words that are found in the second."""

    passages: tuple[Passage, ...]
    places: frozenset[int]

    @property
    def words(self) -> int:
        return len(self.places)


Pair = tuple[int, int]
Run = tuple[int, int, int]


def common(first: Tokens, second: Tokens, hashes: list[int] | None = None) -> Common:
    """The passages in the order of the first text. No word of it belongs to two passages."""
    found: list[tuple[list[Pair], Passage]] = []
    for chain in _chains(_runs(first, second, hashes)):
        pairs = _filled(first, second, chain)
        if (passage := _passage(first, second, pairs)) is not None:
            found.append((pairs, passage))
    found.sort(key=lambda one: (-one[1].words, one[1].start, one[1].other_start))
    kept: list[Passage] = []
    places: set[int] = set()
    for pairs, passage in found:
        own = {i for i, _ in pairs}
        if len(own - places) * 2 < len(own):
            continue
        if places & own:
            rest = _passage(first, second, [pair for pair in pairs if pair[0] not in places])
            if rest is None:
                continue
            passage, own = rest, own - places
        kept.append(passage)
        places |= own
    return Common(tuple(sorted(kept, key=lambda one: (one.start, one.other_start))), frozenset(places))


def _runs(first: Tokens, second: Tokens, hashes: list[int] | None) -> list[Run]:
    """Runs of equal words, as long as they go, with where they begin in each text."""
    wanted = grams(first) if hashes is None else hashes
    asked = set(wanted)
    at: defaultdict[int, list[int]] = defaultdict(list)
    for j, value in enumerate(grams(second)):
        if value >= 0 and value in asked and len(at[value]) < _REPEATS:
            at[value].append(j)
    ours, theirs = first.values, second.values
    taken, theirs_taken = first.considered, second.considered
    reached: dict[int, int] = {}
    runs: list[Run] = []
    for i, value in enumerate(wanted):
        for j in at.get(value, ()) if value >= 0 else ():
            if reached.get(j - i, -1) > i:
                continue
            size = GRAM
            while (
                i + size < len(ours)
                and j + size < len(theirs)
                and ours[i + size] == theirs[j + size]
                and taken[i + size]
                and theirs_taken[j + size]
            ):
                size += 1
            reached[j - i] = i + size - GRAM + 1
            runs.append((i, j, size))
    if len(runs) > _RUNS:
        runs = sorted(sorted(runs, key=lambda run: -run[2])[:_RUNS])
    return runs


def _chains(runs: list[Run]) -> list[list[Run]]:
    """Runs that follow each other closely in both texts, each run in one chain; the longest chains first, short ones not at all."""
    best: list[int] = []
    before: list[int] = []
    near: list[int] = []
    for n, (i, j, size) in enumerate(runs):
        near = [m for m in near if runs[m][0] + runs[m][2] + GAP >= i][-_REPEATS * GAP :]
        score, link = size, -1
        for m in near:
            pi, pj, psize = runs[m]
            if not (pi < i and pj < j <= pj + psize + GAP):
                continue
            overlap = max(pi + psize - i, pj + psize - j, 0)
            if overlap < min(size, psize) and best[m] + size - overlap > score:
                score, link = best[m] + size - overlap, m
        best.append(score)
        before.append(link)
        near.append(n)
    used: set[int] = set()
    chains = []
    for n in sorted(range(len(runs)), key=lambda n: -best[n]):
        chain = []
        while n >= 0 and n not in used:
            used.add(n)
            chain.append(runs[n])
            n = before[n]
        if sum(size for _, _, size in chain) >= LEAST_IN_RUNS:
            chains.append(chain[::-1])
    return chains


def _filled(first: Tokens, second: Tokens, chain: list[Run]) -> list[Pair]:
    """Every pair of equal words of a chain: those of its runs, between them, and just before and after."""
    pairs: list[Pair] = []
    for i, j, size in chain:
        if pairs:
            skip = max(0, pairs[-1][0] + 1 - i, pairs[-1][1] + 1 - j)
            i, j, size = i + skip, j + skip, size - skip
            pairs += _between(first, second, (pairs[-1][0] + 1, i), (pairs[-1][1] + 1, j))
        pairs += [(i + n, j + n) for n in range(size)]
    return _stretched(first, second, pairs)


def _between(first: Tokens, second: Tokens, ours: Pair, theirs: Pair) -> list[Pair]:
    """The longest common sequence of words in a gap."""
    a = [i for i in range(*ours) if first.considered[i]]
    b = [j for j in range(*theirs) if second.considered[j]]
    if not a or not b or len(a) * len(b) > 4 * GAP * GAP:
        return []
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for x in range(len(a) - 1, -1, -1):
        for y in range(len(b) - 1, -1, -1):
            equal = first.values[a[x]] == second.values[b[y]]
            table[x][y] = table[x + 1][y + 1] + 1 if equal else max(table[x + 1][y], table[x][y + 1])
    pairs = []
    x = y = 0
    while x < len(a) and y < len(b):
        if first.values[a[x]] == second.values[b[y]]:
            pairs.append((a[x], b[y]))
            x, y = x + 1, y + 1
        elif table[x + 1][y] >= table[x][y + 1]:
            x += 1
        else:
            y += 1
    return pairs


def _stretched(first: Tokens, second: Tokens, pairs: list[Pair]) -> list[Pair]:
    """Beyond both ends, over one changed word at a time, as long as two equal words follow."""
    for step in (-1, 1):
        edge = pairs[0] if step < 0 else pairs[-1]
        more: list[Pair] = []
        while (following := _beyond(first, second, edge, step)) is not None:
            more += following
            edge = following[-1]
        pairs = [*more[::-1], *pairs] if step < 0 else [*pairs, *more]
    return pairs


def _beyond(first: Tokens, second: Tokens, edge: Pair, step: int) -> list[Pair] | None:
    for skip, other_skip in ((0, 0), (1, 1), (0, 1), (1, 0)):
        i, j = edge[0] + step * (1 + skip), edge[1] + step * (1 + other_skip)
        found: list[Pair] = []
        while (
            0 <= i < len(first)
            and 0 <= j < len(second)
            and first.values[i] == second.values[j]
            and first.considered[i]
            and second.considered[j]
        ):
            found.append((i, j))
            i, j = i + step, j + step
        if len(found) >= (1 if not (skip or other_skip) else 2):
            return found
    return None


def _passage(first: Tokens, second: Tokens, pairs: list[Pair]) -> Passage | None:
    """The passage these pairs make, unless it is too short or too loose."""
    if len(pairs) < LEAST_WORDS:
        return None
    (i, j), (last_i, last_j) = pairs[0], pairs[-1]
    longer = max(sum(first.considered[i : last_i + 1]), sum(second.considered[j : last_j + 1]))
    if len(pairs) < LEAST_DENSITY * longer:
        return None
    return Passage(first.starts[i], first.ends[last_i], second.starts[j], second.ends[last_j], len(pairs))
