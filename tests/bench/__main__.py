"""`./run bench`: build the world on a private PostgreSQL, measure in pairs, print ratios with their quartiles."""

import argparse
import cProfile
import os
import pstats
import sys
import time
from typing import TYPE_CHECKING

from tests.bench import documents
from tests.services import CannotStart, postgres, redis, temporary_folder

if TYPE_CHECKING:
    from tests.bench.measure import Pair


def main(words: list[str]) -> int:
    if words[:1] == ["documents"]:
        return documents.main(words[1:])
    asked = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    asked.add_argument("--rounds", type=int, default=15, help="turns of each pair, at least 5 (15)")
    asked.add_argument("--learners", type=int, default=41_212, help="learners in the database altogether (41212)")
    asked.add_argument("--only", default="", help="pairs whose name has these words; several with | between")
    asked.add_argument("--profile", type=int, default=0, metavar="N", help="profile N calls of each and time nothing")
    asked.add_argument(
        "what",
        nargs="?",
        choices=("pages", "similarity", "ledger"),
        default="pages",
        help="pages, similarity or ledger",
    )
    asked.add_argument("--essays", type=int, default=10_000, help="stored essays a new one is compared with (10000)")
    asked.add_argument(
        "--written", type=int, default=0, help="how many of them are written out; the rest are copies (all)"
    )
    asked.add_argument("--events", type=int, default=1_000_000, help="ledger: events in it (1000000)")
    asked.add_argument("--times-only", action="store_true", help="similarity: leave recall and false matches out")
    options = asked.parse_args(words)
    try:
        with temporary_folder("bench") as folder, postgres() as database, redis() as broker:
            os.environ |= {
                "DATABASE_URL": os.environ.get("DATABASE_URL") or database,
                "REDIS_URL": os.environ.get("REDIS_URL") or broker,
                "SECRET_KEY": "only for the bench",
                "WAYMARK_DATA": folder,
                "WAYMARK_DEMO": "0",
                "REQUIRE_SECOND_FACTOR": "1",
                "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            }
            return measured(options)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1


def measured(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.bench import pages
    from tests.bench.chromium import WAITED, Room, browser, served
    from tests.bench.chromium import pairs as in_chromium
    from tests.bench.measure import run, statements

    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", file=sys.stderr, flush=True)

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)
    say("an empty database")
    if options.what == "similarity":
        from tests.bench import similarity

        written = min(options.written or options.essays, options.essays)
        return similarity.measured(options.essays, written, say, times_only=options.times_only)
    if options.what == "ledger":
        from tests.bench import ledger

        return ledger.measured(options.events, say)
    world = pages.World(around=options.learners, say=say)
    wanted = options.only.split("|")
    pairs = [one for one in pages.pairs(world) if any(words in one.name for words in wanted)]
    if options.profile:
        for pair in pairs:
            profile(pair, options.profile)
        return 0
    if pairs:
        run(pairs, rounds=max(options.rounds, 5), say=say)
    if any(words in name for name in WAITED for words in wanted):
        # Afterwards, so that no page of this process is timed while a browser draws.
        with served() as address, browser() as chromium:
            room = Room(chromium, address, world.walked.cast.tutor, world.walked.submission, world.following)
            waited = [one for one in in_chromium(room) if any(words in one.name for words in wanted)]
            run(waited, rounds=max(options.rounds, 5), say=say)
        pairs += waited
    print(f"{'':34}{'against':12}{'ms':>8}{'ms':>8}  {'ratio (quartiles)':22}{'line':>8}  {'SQL':>4}")
    for pair in pairs:
        print(row(pair, statements(pair.subject) if pair.in_process else None))
    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        print(f"\nPython {sys.version.split()[0]}, Django {django.__version__}, PostgreSQL {cursor.fetchone()[0]}, "
              f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {len(pairs[0].ratios)} rounds")  # fmt: skip
    return int(any(pair.verdict == "MISSES" for pair in pairs))


def row(pair: "Pair", count: int | None) -> str:
    low, middle, high = pair.quartiles
    own, other = pair.milliseconds
    ratio = f"{middle:.2f} ({low:.2f} to {high:.2f})"
    line = f"{pair.line:.2f}" if pair.limit is None else f"{pair.limit:.0f} ms"
    said = f"{pair.name:34}{pair.against:12}{own:8.1f}{other:8.1f}  {ratio:22}{line:>8}  {'' if count is None else count:4}  {pair.verdict}"
    if pair.limit is not None:
        low, _, high = pair.own_quartiles
        said += f" ({low:.0f} to {high:.0f} ms)"
    return said


def profile(pair: "Pair", calls: int) -> None:
    for _ in range(3):
        pair.subject()
    watch = cProfile.Profile()
    watch.enable()
    for _ in range(calls):
        pair.subject()
    watch.disable()
    print(f"\n=== {pair.name}, {calls} calls")
    stats = pstats.Stats(watch)
    stats.sort_stats("cumulative").print_stats(70)
    stats.sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
