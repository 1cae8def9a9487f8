"""The ledger measured: so many events sealed and recomputed, and each way of altering one row found in the middle of them."""

import os
import sys
import time
from collections.abc import Callable

from django.db import connection, transaction

from core import clock
from core.ledger import checking, sealing
from tests.bench import worlds

LINE = 60.0
"""Seconds that a check of a million events may take."""

# Events as the work of a centre leaves them: nine of ten about one thing with a short detail, some with a reason.
FILL = """
insert into core_event (subject_type, subject_id, subject_label, verb, old_state, new_state, happened_at, actor_label, detail)
select (array['assignments.submission', 'verification.sample', 'enrolment.enrolment', 'workshops.place'])[1 + n %% 4], n / 9,
    'Essay, attempt ' || 1 + n %% 3 || ', Learner Number ' || n / 9,
    (array['begin', 'attach', 'submit', 'take', 'award_pass', 'release_pass', 'select', 'agree', 'mark_attended'])[1 + n %% 9],
    case n %% 3 when 0 then 'submitted' else '' end, case n %% 3 when 0 then 'signed' else '' end,
    %s - (%s - n) * interval '31 seconds', 'Person Number ' || n %% 500,
    case when n %% 10 = 0 then jsonb_build_object('reason', 'The board meets tomorrow, and the result is needed there.')
         when n %% 3 = 0 then jsonb_build_object('name', 'essay-' || n || '.docx', 'sha256', md5(n::text) || md5(n::text), 'document', n)
         else '{}'::jsonb end
from generate_series(1, %s) n
"""
ATTACKS = {
    "edited": "update core_event set actor_label = 'Somebody else' where id = (select event_id from core_ledgerentry where position = {m})",
    "missing": "delete from core_event where id = (select event_id from core_ledgerentry where position = {m})",
    "inserted": "insert into core_event (subject_type, subject_id, subject_label, verb, old_state, new_state, happened_at, "
    "actor_label, detail) select subject_type, subject_id, subject_label, verb, old_state, new_state, happened_at, actor_label, "
    "detail from core_event where id = (select event_id from core_ledgerentry where position = {m})",
    "out of order": "update core_ledgerentry set position = -position where position in ({m}, {m} + 1); "
    "update core_ledgerentry set position = {m} * 2 + 1 + position where position < 0",
}


def measured(events: int, say: Callable[[str], None]) -> int:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(FILL, [now, events, events])
    worlds.analyse()
    say(f"{events:,} events are there")
    seconds = _timed(lambda: sealing.seal(now=now))
    worlds.analyse()
    print(f"sealed {events:,} events in {seconds:.1f} s", flush=True)
    processor = time.process_time()
    took, found = _checked(now)
    processor = time.process_time() - processor
    print(f"checked {found.checked:,} events in {took:.1f} s by the wall (line {LINE:.0f} s), {processor:.1f} s of processor in this process: "
          f"{found.fault or 'no fault'}", flush=True)  # fmt: skip
    missed = took > LINE or found.fault is not None or found.checked != events
    for kind, sql in ATTACKS.items():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("set local session_replication_role = replica")
                cursor.execute(sql.format(m=events // 2))
            seconds, found = _checked(now)
            transaction.set_rollback(True)
        said = found.fault.kind if found.fault else "nothing"
        missed |= said != kind
        print(f"one row {kind:14} found after {seconds:5.1f} s: {found.fault or 'nothing'}", flush=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_size_pretty(pg_total_relation_size('core_event')), pg_size_pretty(pg_total_relation_size('core_ledgerentry'))"
        )
        sizes = cursor.fetchone()
        cursor.execute("show server_version")
        print(f"\nevents {sizes[0]}, ledger {sizes[1]}; Python {sys.version.split()[0]}, PostgreSQL {cursor.fetchone()[0]}, "
              f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    return int(missed)


def _timed(do: Callable[[], object]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


def _checked(now: object) -> tuple[float, checking.Findings]:
    began = time.monotonic()
    found = checking.check(now=now)
    return time.monotonic() - began, found
