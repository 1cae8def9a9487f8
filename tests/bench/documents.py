"""`./run bench documents`: an essay from file to reading view, and what hostile files take, each in a process of its own.

The line is held by processor time: a reading has one thread and waits for nobody, so on an idle machine both are the same.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assignments.documents import Kind, Purpose, Unacceptable, examine
from tests.assignments import reference_set
from tests.assignments.hostile_set import HOSTILE, Hostile

MEGABYTE = 1024 * 1024


def main(words: list[str]) -> int:
    asked = argparse.ArgumentParser(prog="./run bench documents", description=__doc__)
    asked.add_argument("--rounds", type=int, default=3, help="how often each file (3)")
    asked.add_argument("--only", default="", help="files whose name has these words")
    asked.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = asked.parse_args(words)
    if options.one:
        return one(*options.one)
    missed = 0
    print(f"{'':44}{'least s':>8}{'middle s':>9}{'CPU s':>7}{'MB':>5}  {'line':12}")
    for name, (made, seconds, megabytes) in files().items():
        if options.only not in name:
            continue
        runs = measured(made, options.rounds)
        least, middle = (kind(run["seconds"] for run in runs) for kind in (min, statistics.median))
        memory = max(run["memory"] for run in runs) / MEGABYTE
        cpu = min(run["cpu"] for run in runs)
        holds = cpu < seconds and memory < megabytes
        missed += not holds
        print(
            f"{name[:43]:44}{least:8.2f}{middle:9.2f}{cpu:7.2f}{memory:5.0f}  {f'{seconds} s {megabytes} MB':12} "
            f"{'holds' if holds else 'MISSES'}: {runs[0]['outcome'][:60]}",
            flush=True,
        )
    print(
        f"\nPython {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {options.rounds} rounds"
    )
    return int(missed > 0)


def files() -> dict[str, tuple[Hostile, float, int]]:
    """Each with its line in seconds and megabytes."""
    essay = reference_set.essay(10, seed=3, listed=25)
    long = reference_set.essay(40, seed=4, listed=60)
    honest = {
        "an essay of 5,300 words, .docx with notes": (Hostile(essay.docx), 1.5, 150),
        "an essay of 5,300 words, .docx by python-docx": (Hostile(essay.by_python_docx), 1.5, 150),
        "an essay of 5,300 words, .odt": (Hostile(essay.odt), 1.5, 150),
        "an essay of 5,300 words, .pdf": (Hostile(essay.pdf), 1.5, 150),
        "an essay of 5,300 words, written here": (Hostile(essay.markdown, kind=Kind.WRITTEN), 1.5, 150),
        "an essay of 21,000 words, .docx": (Hostile(long.docx), 3.0, 200),
        "an essay of 21,000 words, .odt": (Hostile(long.odt), 3.0, 200),
    }
    return honest | {name: (made, 1.0, 200) for name, made in HOSTILE.items()}


def measured(made: Hostile, rounds: int) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(made.make())
        asked = ["--one", str(path), made.purpose.value, made.kind.value if made.kind else "", "essay"]
        command = [sys.executable, "-m", "tests.bench.documents", *asked]
        return [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(rounds)]


def one(path: str, purpose: str, kind: str, name: str) -> int:
    """Look at one file and tell what it took: seconds, and the largest the reading process grew."""
    began = time.perf_counter()
    try:
        found = examine(Path(path), name, purpose=Purpose(purpose), kind=Kind(kind) if kind else None)
        outcome = f"read, {found.reading.counts.total:,} words" if found.reading else "taken"
    except Unacceptable as refusal:
        outcome = refusal.sentence
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss * 1024,
        "outcome": outcome,
    }
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
