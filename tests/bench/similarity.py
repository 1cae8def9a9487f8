"""Similarity measured: one new essay of 5,000 words against so many stored ones, what is found, and what is found wrongly.

The essays come from `tests/bench/corpus.py`. With `--written` fewer of them are written than stored: the rest are copies whose rare
fingerprints the database makes into others, while what many essays share stays as it is, so that a look-up finds as much.
Passages are copied from written ones only. What is timed is the whole of `comparison.compare`: reading, fingerprints stored,
candidates looked up (planned each time), passages aligned, results written; each is undone again.
"""

import io
import itertools
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection, transaction

from assignments import comparison, similarity
from assignments.models import Document, Reading, SimilarityCheck, Submission
from assignments.similarity import Tokens
from core import clock
from tests.bench import corpus, worlds

BATCH = 100
KINDS = ("copied", "one word in eight changed, each eighth", "one word in eight changed, anywhere")


def prepared(paragraphs: list[str]) -> tuple[str, str, list[list[Any]], Tokens]:
    html, text = corpus.as_html(paragraphs), corpus.as_text(paragraphs)
    left = [[one.start, one.end, one.why.value] for one in similarity.left_out(html, text)]
    return html, text, left, comparison.tokens_of(text, left)


def _made(seeds: range) -> list[tuple[str, list[list[Any]], int, list[Any]]]:
    made = []
    for seed in seeds:
        _, text, left, own = prepared(corpus.essay(seed))
        made.append((text, left, own.compared, similarity.fingerprints(own)))
    return made


def measured(stored: int, written: int, say: Callable[[str], None], *, times_only: bool = False) -> int:
    say(f"{written} essays are written, {stored} stored")
    began = time.monotonic()
    cohort, cast, documents = load(stored, written, say)
    seconds = time.monotonic() - began
    size = _sizes()
    print(f"loaded {stored:,} essays, {written:,} of them written, in {seconds:.0f} s: {size['rows']:,} fingerprints, "
          f"table {size['table']}, index {size['index']}, texts {size['texts']}", flush=True)  # fmt: skip
    _times(cohort, cast)
    say("times are taken")
    if not times_only:
        _recall(documents, say)
        _wrong(say)
    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        print(f"\nPython {sys.version.split()[0]}, PostgreSQL {cursor.fetchone()[0]}, {os.cpu_count()} cores, "
              f"load {os.getloadavg()[0]:.1f}, {similarity.ENGINE}")  # fmt: skip
    return 0


def load(stored: int, written: int, say: Callable[[str], None]) -> tuple[Any, Any, list[int]]:
    cast = worlds.a_cast()
    cohort = worlds.factories.a_cohort(cast=cast, version=worlds.a_version())
    with connection.cursor() as cursor:
        cursor.execute("alter table assignments_fingerprint drop constraint assignments_fingerprint_pkey")
    documents: list[int] = []
    batches = [range(n, min(n + BATCH, written)) for n in range(0, written, BATCH)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for number, made in enumerate(pool.imap(_made, batches), start=1):
            documents += _stored(cohort, cast, made)
            if number % 5 == 0:
                say(f"{number * BATCH} essays")
    if stored > written:
        _multiplied(cohort, cast, documents, stored // written)
        say("and their copies")
    with connection.cursor() as cursor:
        cursor.execute("alter table assignments_fingerprint add primary key (hash, document_id, position)")
    worlds.analyse()
    return cohort, cast, documents


def _submissions(cohort: Any, cast: Any, number: int) -> list[Submission]:
    story = next(one for one in worlds.MIXED if not one.ends)
    enrolments = worlds._enrolments(cohort, cast, [story] * number)
    now, essay = clock.now(), cohort.version.assignments.get(kind="essay")
    rows = Submission.objects.bulk_create(
        Submission(enrolment=one, assignment=essay, state="submitted", begun_at=now, submitted_at=now, counted_at=now,
                   submitted_by=one.learner, reference=f"S{one.pk}")
        for one in enrolments
    )  # fmt: skip
    facts = {"kind": "docx", "sha256": "0" * 64, "upload_began_at": now, "uploaded_at": now}
    made = Document.objects.bulk_create(
        Document(submission=one, name="essay.docx", uploaded_by=one.submitted_by, **facts) for one in rows
    )
    for one, document in zip(rows, made, strict=True):
        one.document = document
    Submission.objects.bulk_update(rows, ["document"])
    return rows


def _stored(cohort: Any, cast: Any, made: list[Any]) -> list[int]:
    documents = [one.document_id for one in _submissions(cohort, cast, len(made))]
    now = clock.now()
    Reading.objects.bulk_create(
        Reading(document_id=pk, html="", text=text, converter="bench", sha256="0" * 64)
        for pk, (text, *_) in zip(documents, made, strict=True)
    )
    SimilarityCheck.objects.bulk_create(
        SimilarityCheck(document_id=pk, queued_at=now, computed_at=now, words=words, left_out=left, engine="bench")
        for pk, (_, left, words, _) in zip(documents, made, strict=True)
    )
    lines = io.StringIO()
    for pk, (*_, prints) in zip(documents, made, strict=True):
        lines.writelines(f"{value}\t{pk}\t{place}\n" for value, place in prints)
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert("copy assignments_fingerprint (hash, document_id, position) from stdin", lines)
    return documents


def _multiplied(cohort: Any, cast: Any, documents: list[int], times: int) -> None:
    """Copies of all documents. A hash that one essay in two hundred has stays; every other becomes one of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table shared as select hash from (select distinct hash, document_id from assignments_fingerprint) one "
            "group by hash having count(*) > %s",
            [len(documents) // 200],
        )
        cursor.execute("analyze assignments_fingerprint")
        cursor.execute("analyze shared")
        cursor.execute("create temporary table pattern as select f.hash, f.document_id, f.position, s.hash is not null as kept "
                       "from assignments_fingerprint f left join shared s using (hash)")  # fmt: skip
        for number in range(1, times):
            copies = [one.document_id for one in _submissions(cohort, cast, len(documents))]
            cursor.execute("create temporary table copy on commit preserve rows as "
                           "select * from unnest(%s::bigint[], %s::bigint[]) as one(source, target)", [documents, copies])  # fmt: skip
            cursor.execute(
                "insert into assignments_fingerprint (hash, document_id, position) "
                "select case when kept then hash else hash # %s::bigint end, target, position "
                "from pattern join copy on source = document_id",
                [number * 1_000_003_000_019],
            )
            cursor.execute(
                "insert into assignments_reading (document_id, html, text, outline, converter, sha256) select target, html, "
                "text, outline, converter, sha256 from assignments_reading join copy on source = document_id"
            )
            cursor.execute(
                "insert into assignments_similaritycheck (document_id, queued_at, tries, computed_at, compared_with, words, matched, "
                "left_out, words_left_out, engine) select target, queued_at, tries, computed_at, compared_with, words, matched, left_out, "
                "words_left_out, engine from assignments_similaritycheck join copy on source = document_id"
            )
            cursor.execute("drop table copy")


def _sizes() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from assignments_fingerprint), "
            "pg_size_pretty(pg_table_size('assignments_fingerprint')), "
            "pg_size_pretty(pg_indexes_size('assignments_fingerprint')), "
            "pg_size_pretty(pg_total_relation_size('assignments_reading'))"
        )
        return dict(zip(("rows", "table", "index", "texts"), cursor.fetchone(), strict=True))


def _served() -> float:
    """Seconds of processor that this connection's PostgreSQL process has used, which do not depend on what else runs."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        facts = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")


class _Undone(Exception):
    pass


def _times(cohort: Any, cast: Any, runs: int = 21) -> None:
    """The first is cold and told apart."""
    whole, statement, own_time, server_time = [], [], [], []
    for number in range(runs):
        html, text, _, own = prepared(corpus.essay(f"timed {number}"))
        try:
            with transaction.atomic():
                (one,) = _submissions(cohort, cast, 1)
                Reading.objects.create(document=one.document, html=html, text=text, converter="bench", sha256="0" * 64)
                check = comparison.queue(one)
                began, spent, served = time.perf_counter(), time.process_time(), _served()
                comparison.compare(check.pk)
                whole.append(time.perf_counter() - began)
                own_time.append(time.process_time() - spent)
                server_time.append(_served() - served)
                prints = similarity.fingerprints(own)
                began = time.perf_counter()
                comparison.candidates(prints, [one.document_id])
                statement.append(time.perf_counter() - began)
                raise _Undone
        except _Undone:
            pass
    print(f"one new essay of {own.compared:,} words: first {whole[0] * 1000:.0f} ms; then median of {runs - 1} "
          f"{statistics.median(whole[1:]) * 1000:.0f} ms, worst {max(whole[1:]) * 1000:.0f} ms; "
          f"{statistics.median(own_time[1:]) * 1000:.0f} ms of processor in Python and "
          f"{statistics.median(server_time[1:]) * 1000:.0f} ms in PostgreSQL; "
          f"the look-up of candidates {statistics.median(statement[1:]) * 1000:.0f} ms", flush=True)  # fmt: skip


def _found(own: Tokens, left_alone: list[int]) -> Iterator[tuple[int, int]]:
    """The documents that have passages in common with this, and how many words, as the comparison finds them."""
    prints = similarity.fingerprints(own)
    for pk, text, left in comparison._texts(comparison.candidates(prints, left_alone)):
        if words := similarity.common(own, comparison.tokens_of(text, left)).words:
            yield pk, words


def _recall(documents: list[int], say: Callable[[str], None], number: int = 40) -> None:
    print("\npassages found, of " + f"{number} each, put into an essay that is otherwise independent")
    for words, kind in itertools.product((40, 60, 100), KINDS):
        dice, found, least = Random(f"{words} {kind}"), 0, words
        for n in range(number):
            source = dice.randrange(len(documents))
            passage = corpus.copied(corpus.essay(source), words, dice)
            if kind != KINDS[0]:
                passage = corpus.changed(passage, dice, evenly=kind == KINDS[1])
            host = corpus.with_passage(corpus.essay(f"host {words} {kind} {n}"), passage, dice)
            got = dict(_found(prepared(host)[3], [])).get(documents[source], 0)
            found += bool(got)
            least = min(least, got) if got else least
        print(f"{words:4} words, {kind:40} {found / number:6.1%}   fewest words found {least}", flush=True)
        say(f"recall of {words}, {kind}")


def _wrong(say: Callable[[str], None], number: int = 100) -> None:
    touched = pairs = 0
    for n in range(number):
        found = list(_found(prepared(corpus.essay(f"independent {n}"))[3], []))
        touched += bool(found)
        pairs += len(found)
    print(f"\nindependent essays with any match among all stored: {touched} of {number} ({touched / number:.1%}), "
          f"{pairs} pairs", flush=True)  # fmt: skip
    say("false matches are counted")
