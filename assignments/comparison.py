"""A handed-in document beside every other of the centre: its fingerprints stored, candidates found, passages kept.

Two transactions, so that of two documents handed in at one moment the second always finds the first.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.template.loader import get_template
from django.utils.html import strip_tags

from assignments import similarity
from assignments.models import Document, Fingerprint, SimilarityCheck, SimilarityMatch, Submission
from assignments.similarity import ENGINE, Tokens
from assignments.similarity import Fingerprint as Print
from assignments.similarity.winnowing import grams
from core import clock
from core.lifecycle import record

# Of a run that stands in very many documents only so many are looked at; they count for little, and the rest of a copied
# passage tells.
COMMON = 100
# The best so many documents are laid beside the new one, word for word.
CANDIDATES = 30
# Fingerprints of a passage lie close together at nearly the same distance in both texts: three within 64 words and 16 of
# drift, spread over more words than a set phrase has.
STRETCH, DRIFT, LEAST, APART = 64, 16, 3, 8
_PLACEHOLDERS = r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"


def queue(submission: Submission) -> SimilarityCheck | None:
    """Note, in the transaction of the hand-in, that its document is to be compared. The caller rings the bell."""
    if submission.document_id is None:
        return None
    made, _ = SimilarityCheck.objects.get_or_create(
        document_id=submission.document_id, defaults={"queued_at": clock.now()}
    )
    return made


def queue_missing() -> int:
    """Note the handed-in documents that were never noted: those from before there were comparisons."""
    handed_in = Submission.objects.handed_in().filter(document__isnull=False, document__similarity_check__isnull=True)
    rows = handed_in.order_by("submitted_at", "pk").values_list("document_id", flat=True)
    now = clock.now()
    made = SimilarityCheck.objects.bulk_create(
        [SimilarityCheck(document_id=pk, queued_at=now) for pk in rows], ignore_conflicts=True
    )
    return len(made)


def compare(pk: int) -> bool:
    """Compare one waiting document. False if it is done, in other hands, or given up. Safe to call again."""
    if not SimilarityCheck.objects.claim(pk, clock.now()):
        return False
    check = SimilarityCheck.objects.select_related("document__submission__enrolment", "document__reading").get(pk=pk)
    own = _prepare(check)
    _conclude(check, own)
    return True


def _prepare(check: SimilarityCheck) -> Tokens:
    """Read the document, and store its fingerprints for this and every later comparison."""
    document = check.document
    reading = getattr(document, "reading", None)
    html, text = (reading.html, reading.text) if reading else ("", "")
    left = similarity.left_out(html, text, supplied(document.submission)) if text else []
    check.left_out = [[one.start, one.end, one.why.value] for one in left]
    own = tokens_of(text, check.left_out)
    check.words = own.compared
    check.words_left_out = _words_left_out(own, check.left_out)
    check.engine = ENGINE
    with transaction.atomic():
        _store(document, similarity.fingerprints(own))
        check.save(update_fields=["left_out", "words", "words_left_out", "engine"])
    return own


def _store(document: Document, prints: Sequence[Print]) -> None:
    """Keep the fingerprints; those that are there already, from a worker that died, stay as they are."""
    if connection.vendor == "postgresql":
        rows: list[Any] = [document.pk, [one.hash for one in prints], [one.position for one in prints]]
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into assignments_fingerprint (hash, document_id, position) "
                "select one.hash, %s, one.place from unnest(%s::bigint[], %s::int[]) as one(hash, place) "
                "on conflict do nothing",
                rows,
            )
        return
    made = [Fingerprint(hash=value, document=document, position=position) for value, position in prints]
    Fingerprint.objects.bulk_create(made, ignore_conflicts=True)


@transaction.atomic
def _conclude(check: SimilarityCheck, own: Tokens) -> None:
    """Lay the candidates beside the document, and keep what is in common."""
    not_compared = own_documents(check.document)
    places: set[int] = set()
    matches = []
    hashes = grams(own)
    for other, text, left in _texts(candidates(similarity.fingerprints(own, hashes), not_compared)):
        found = similarity.common(own, tokens_of(text, left), hashes)
        if not found.passages:
            continue
        places |= found.places
        passages = [
            {
                "start": one.start,
                "end": one.end,
                "other_start": one.other_start,
                "other_end": one.other_end,
                "words": one.words,
            }
            for one in found.passages
        ]
        share = found.words / check.words
        matches.append(
            SimilarityMatch(comparison=check, other_id=other, words=found.words, share=share, passages=passages)
        )
    now = clock.now()
    compared_with = SimilarityCheck.objects.exclude(engine="").exclude(document__in=not_compared).count()
    facts = {"computed_at": now, "compared_with": compared_with, "matched": len(places)}
    if not SimilarityCheck.objects.filter(pk=check.pk, computed_at__isnull=True).update(**facts):
        return
    SimilarityMatch.objects.bulk_create(matches)
    detail = {"words": check.words, "matched": len(places), "compared_with": compared_with, "engine": check.engine}
    record(check.document.submission, "compare", by=None, **detail)


def tokens_of(text: str, left: Iterable[Sequence[Any]]) -> Tokens:
    return similarity.tokens(text, [(one[0], one[1]) for one in left])


def _words_left_out(own: Tokens, left: Sequence[Sequence[Any]]) -> dict[str, int]:
    """How many words are not compared for each reason; a word with two reasons counts for the first."""
    counted: Counter[str] = Counter()
    at = 0
    for place, taken in enumerate(own.considered):
        if taken:
            continue
        while at < len(left) and left[at][1] <= own.starts[place]:
            at += 1
        why = next((one[2] for one in left[at:] if one[0] < own.ends[place] and own.starts[place] < one[1]), "")
        counted[why] += bool(why)
    return dict(counted)


def own_documents(document: Document) -> list[int]:
    """The documents this one is not compared with: itself, and what its learner handed in for the same assignment."""
    one = document.submission
    same = Q(enrolment__learner=one.enrolment.learner_id, assignment=one.assignment_id)
    found = Submission.objects.filter(same, document__isnull=False).values_list("document_id", flat=True)
    return sorted({document.pk, *(pk for pk in found if pk is not None)})


def supplied(submission: Submission) -> list[str]:
    """What the centre gives everybody: titles, the brief, the criteria, and for a portfolio its headings and what others wrote."""
    assignment = submission.assignment
    texts = [assignment.title, assignment.brief]
    for criterion in submission.criteria():
        outcome = criterion.outcome
        texts += [criterion.title, criterion.text, outcome.title, outcome.unit.title]
        texts += [f"{outcome.unit.number} {outcome.unit.title}", f"{criterion.title}: {criterion.text}"]
    if assignment.kind == "portfolio":
        texts.append(_template_words("assignments/portfolio_frozen.html"))
        for one in submission.enrolment.supervision.all():
            texts += [one.topics, one.feedback]
    return [one for one in texts if one]


def _template_words(name: str) -> str:
    """The words a template itself brings, a line for each."""
    source: str = get_template(name).template.source  # type: ignore[attr-defined] # Django's own engine keeps it
    bare = re.sub(_PLACEHOLDERS, "\n", source, flags=re.DOTALL)
    return strip_tags(bare.replace("<", "\n<"))


def _texts(found: Sequence[int]) -> Iterator[tuple[int, str, list[Any]]]:
    """The texts of documents in the order asked for, a few at a time, each with what is left out of it."""
    for begin in range(0, len(found), 10):
        some = found[begin : begin + 10]
        rows = SimilarityCheck.objects.filter(document__in=some).values_list(
            "document_id", "document__reading__text", "left_out"
        )
        by_key = {pk: (text or "", left) for pk, text, left in rows}
        yield from ((pk, *by_key[pk]) for pk in some if pk in by_key)


# ---- candidates


def candidates(asked: Sequence[Print], not_compared: Sequence[int]) -> list[int]:
    """The documents that share a passage's worth of fingerprints, the most telling first."""
    if not asked:
        return []
    find = _candidates_on_postgres if connection.vendor == "postgresql" else _candidates_anywhere
    return find(_thinned(asked), not_compared)


def _thinned(asked: Sequence[Print]) -> list[Print]:
    """A text that repeats itself asks for each run a few times only."""
    seen: Counter[int] = Counter()
    kept = []
    for one in asked:
        seen[one.hash] += 1
        if seen[one.hash] <= 3:
            kept.append(one)
    return kept


_SQL = f"""
select document_id from (
    select document_id, sum(1.0 / common) as weight
    from unnest(%s::bigint[], %s::int[]) as asked(hash, place)
    cross join lateral (
        select document_id, position, count(*) over () as common from (
            select document_id, position from assignments_fingerprint stored
            where stored.hash = asked.hash and stored.document_id <> all(%s::bigint[])
            order by document_id, position limit {COMMON}
        ) as few
    ) as found
    group by document_id, place / {STRETCH}, (position - place + 1048576) / {DRIFT}
    having count(*) >= {LEAST} and max(place) - min(place) >= {APART}
) as cells
group by document_id order by max(weight) desc, document_id limit {CANDIDATES}
"""  # noqa: S608 - only our own numbers are put in


def _candidates_on_postgres(asked: Sequence[Print], not_compared: Sequence[int]) -> list[int]:
    """One statement: a look into the index for each run, the hits gathered by document, stretch and distance."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [[one.hash for one in asked], [one.position for one in asked], list(not_compared)])
        return [row[0] for row in cursor.fetchall()]


def _candidates_anywhere(asked: Sequence[Print], not_compared: Sequence[int]) -> list[int]:
    """The same in Python, for the database of the demonstration."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for one in asked:
        places[one.hash].append(one.position)
    hits: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    wanted = sorted(places)
    for begin in range(0, len(wanted), 500):
        stored: QuerySet[Fingerprint] = Fingerprint.objects.filter(hash__in=wanted[begin : begin + 500])
        stored = stored.exclude(document__in=not_compared).order_by("hash", "document_id", "position")
        for value, document, position in stored.values_list("hash", "document_id", "position"):
            if len(hits[value]) < COMMON:
                hits[value].append((document, position))
    cells: defaultdict[tuple[int, int, int], list[tuple[int, float]]] = defaultdict(list)
    for value, found in hits.items():
        for place in places[value]:
            for document, position in found:
                cell = document, place // STRETCH, (position - place + 1048576) // DRIFT
                cells[cell].append((place, 1 / len(found)))
    best: dict[int, float] = {}
    for (document, _, _), found_here in cells.items():
        spread = max(found_here)[0] - min(found_here)[0]
        if len(found_here) >= LEAST and spread >= APART:
            best[document] = max(best.get(document, 0), sum(weight for _, weight in found_here))
    return sorted(best, key=lambda document: (-best[document], document))[:CANDIDATES]
