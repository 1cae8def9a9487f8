"""A page asks the database as often for thirty rows as for three: the number of queries stands here, for each list and dashboard.

The small world is made by actions; the large one by copying its rows with all that hangs on them, twenty-nine times. The count
is what one request takes in all, the session and the account with its roles (three queries) included.
"""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import SecondMarking, Submission
from core import clock
from core.models import Notice
from tests import worlds
from tests.test_access import PEOPLE, TABLE, letter
from verification import queueing

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# A list or dashboard may take eight queries, any other page ten.
LISTS = """
home                          -          learner            8
home                          -          tutor              8
home                          -          iqa                7
home                          -          eqa                7
home                          -          administrator      8
home                          -          contract_manager   8
home                          -          client_contact     8
accounts:people               -          administrator      6
accounts:outbox               -          administrator      5
programmes:qualifications     -          administrator      5
programmes:contracts          -          contract_manager   5
programmes:contract           contract   contract_manager   8
programmes:cohorts            -          tutor              6
programmes:cohorts            -          contract_manager   6
programmes:cohort             cohort     contract_manager   9
programmes:proposals          -          client_contact     6
enrolment:own                 -          learner            6
enrolment:enrolments          -          administrator      6
enrolment:enrolments          -          tutor              6
workshops:own                 -          learner            5
workshops:sessions            -          tutor              6
workshops:session             held       tutor              8
workshops:take_register       held       tutor              7
workshops:timetable           timetable  client_contact     9
workshops:threads             -          learner            5
workshops:threads             -          tutor              5
workshops:thread              thread     tutor              6
workshops:supervision         enrolment  tutor              5
assignments:own               -          learner            8
assignments:portfolio         enrolment  learner            10
assignments:evidence_files    enrolment  learner           10
assignments:portfolio_bundle  enrolment  learner            5
assignments:bundle            folder     tutor              5
assignments:second_markings   -          tutor              5
assignments:second_markings   -          iqa                5
assignments:second_room       second     tutor              10
assignments:agreement         twice      iqa                7
assignments:submission        draft      learner            9
assignments:submission        written    learner            9
assignments:write             written    learner            6
assignments:writing_versions  written    learner            6
assignments:drafts            -          tutor              5
assignments:draft             essay_draft tutor             5
assignments:practice_client   practice_client learner       9
assignments:reflective_log    enrolment  learner            9
assignments:matrix            enrolment  learner            9
assignments:desk              -          tutor              7
assignments:who_marks         -          contract_manager   8
assignments:who_marks         -          administrator      8
assignments:room              submitted  tutor              8
assignments:result_sheet      passed     learner            7
assignments:grant_attempt     enrolment+essay contract_manager 7
assignments:comments          passed     learner            5
assignments:bank              -          tutor              5
assignments:answers           answering  learner            8
assignments:changes           again      tutor              8
assignments:room              again      tutor              8
assignments:authenticity      passed     tutor              10
assignments:extensions        -          tutor              7
assignments:extensions        -          contract_manager   7
assignments:extension         extension  tutor              8
assignments:extension         extension  contract_manager   8
enrolment:enrolment           enrolment  administrator      10
enrolment:enrolment           enrolment  tutor              9
verification:queue            -          iqa                6
verification:queue            ?pile=being_verified iqa      6
verification:queue            ?pile=with_tutor iqa          6
verification:queue            ?pile=all  iqa                6
verification:queue            ?pile=all&order=learner iqa   6
verification:queue            ?q=e       iqa                7
verification:queue            -          administrator      6
verification:results          -          iqa                6
verification:results          -          administrator      6
verification:sign_offs        -          eqa                7
verification:sample           sample     iqa                10
verification:decision         passed     iqa                9
verification:decision         handed_in  tutor              10
verification:visits           -          administrator      5
verification:visits           -          iqa                5
verification:visit            visit      administrator      9
verification:name_learners    visit      administrator      8
verification:seen             past_visit administrator      6
verification:pack             past_visit administrator      6
verification:development      -          iqa                5
verification:development      -          administrator      5
verification:development_of   tutor      iqa                9
verification:own_development  -          tutor              8
verification:tutors           -          iqa                7
verification:tutor            tutor      iqa                8
verification:sampling         -          iqa                5
verification:plan             cohort     iqa                10
verification:plan_lines       cohort     iqa                7
verification:grid             cohort     iqa                8
verification:draw             cohort     iqa                10
verification:strategies       -          iqa                5
verification:strategy         version    iqa                5
verification:ratings          -          iqa                6
verification:rate             tutor+qualification iqa       5
verification:claims           -          administrator      6
verification:batches          -          administrator      5
verification:batch            batch      administrator      8
verification:answer_file      answer     administrator      8
verification:recognitions     -          iqa                5
verification:recognitions     -          tutor              5
programmes:qualification      qualification administrator   9
verification:standardisation  -          tutor              6
verification:standardisation  -          iqa                6
verification:event            standard_compared iqa          10
verification:marks            standard_open tutor           7
verification:interim_samples  -          iqa                7
verification:interim_samples  -          tutor              7
verification:plan_interim     -          iqa                4
verification:interim_sample   interim_draft iqa             7
verification:interim_sample   interim_draft tutor           7
verification:record_interim   interim_planned iqa           7
verification:staff            -          iqa                6
verification:staff_file       tutor      iqa                10
verification:changes          -          iqa                5
verification:cases            -          administrator      6
verification:cases            -          contract_manager   6
verification:own_cases        -          learner            5
verification:case             investigated administrator    10
verification:own_case         appeal     learner            7
reporting:dashboard           cohort     contract_manager   8
reporting:client_cohort       cohort     client_contact     8
reporting:reports             -          contract_manager   6
reporting:report              report     contract_manager   9
"""
ROWS = [row.split() for row in LISTS.strip().splitlines()]
# Pages of one thing, though something in them can become many.
PAGES = {
    "programmes:contract", "programmes:cohort", "workshops:session", "workshops:take_register", "workshops:timetable",
    "workshops:thread", "workshops:supervision", "assignments:portfolio", "assignments:evidence_files",
    "assignments:submission", "assignments:write", "assignments:draft", "assignments:room", "verification:sample", "reporting:report",
    "assignments:authenticity", "assignments:result_sheet", "assignments:grant_attempt",
    "assignments:practice_client", "assignments:reflective_log", "assignments:matrix",
    "assignments:portfolio_bundle", "assignments:bundle",
    "assignments:answers", "assignments:changes",
    "assignments:extension", "enrolment:enrolment",
    "assignments:second_room", "assignments:agreement", "verification:decision",
    "verification:plan", "verification:draw",
    "verification:batch", "verification:answer_file", "programmes:qualification",
    "verification:event", "verification:marks", "verification:development_of", "verification:staff_file",
    "verification:visit", "verification:plan_interim", "verification:interim_sample", "verification:record_interim",
    "verification:case", "verification:own_case",
}  # fmt: skip
COPIES = 29


def grow(world) -> None:
    """Thirty of everything where there was one."""
    things, now = world.things, clock.now()
    day = dt.timedelta(days=1)
    worlds.multiplied([things.writing_version], COPIES, number=lambda n: 100 + n)
    for name in ("applied", "active", "writer", "to_verify", "verified", "claimed", "completed", "waiting"):
        one = getattr(things, name)
        people = worlds.multiplied([one.learner], COPIES, deep=False)
        for learner in people:
            learner.full_name = f"Learner {learner.pk}"
        type(one.learner).objects.bulk_update(people, ["full_name"])
        worlds.multiplied([one], COPIES, learner=lambda n, people=people: people[n - 1].pk)
    worlds.multiplied([things.comment, things.passed_comment], COPIES)
    worlds.multiplied([things.bank_comment], COPIES)
    worlds.multiplied([things.thread], COPIES)
    worlds.multiplied([things.thread.messages.get()], COPIES)
    worlds.multiplied([things.practice_session], COPIES)
    worlds.multiplied([things.evidence], COPIES)
    worlds.multiplied([things.feedback_answered], COPIES)
    worlds.multiplied([things.bundle, things.own_bundle], COPIES)
    worlds.multiplied([things.extension], COPIES, state="withdrawn")
    # Ended, and after the dates, so that they are shown and what is allowed stays the same.
    worlds.multiplied([things.adjustment], COPIES, ended_at=now, ended_by=world.cast.administrator.pk)
    worlds.multiplied([things.pause], COPIES, from_on=lambda n: things.pause.from_on + (n + 50) * 20 * day,
                      back_on=lambda n: things.pause.back_on + (n + 50) * 20 * day)  # fmt: skip
    worlds.multiplied([things.enrolment.supervision.get()], COPIES)
    worlds.multiplied([things.held], COPIES, number=lambda n: 100 + n, starts_at=lambda n: things.held.starts_at - n * day,
                      ends_at=lambda n: things.held.ends_at - n * day)  # fmt: skip
    worlds.multiplied([things.ahead], COPIES, number=lambda n: 200 + n, starts_at=lambda n: things.ahead.starts_at + n * day,
                      ends_at=lambda n: things.ahead.ends_at + n * day)  # fmt: skip
    worlds.multiplied([Notice.objects.latest("pk")], COPIES, queued_at=now)
    worlds.multiplied([things.qualification], COPIES, deep=False)
    worlds.multiplied([things.proposal], COPIES, from_on=lambda n: clock.today() + n * day)
    worlds.multiplied([things.batch], COPIES, deep=False)
    worlds.multiplied([things.answer.lines.last()], COPIES, number=lambda n: 100 + n)
    worlds.multiplied([things.rating], COPIES)
    worlds.multiplied([things.recognition], COPIES, state="declined", decided_at=now, decision_note="Not enough.",
                      decided_by=world.cast.iqa.pk)  # fmt: skip
    for one in (things.visit, things.past_visit):
        opened = worlds.multiplied([one], COPIES, deep=False)
        worlds.multiplied(list(one.learners.all()), 1, visit=opened[0].pk)
    for rows in (things.past_visit.views, things.past_visit.actions, things.past_visit.packs):
        worlds.multiplied([rows.first()], COPIES)
    everybody = type(things.enrolment).objects.filter(cohort=things.cohort).exclude(named_in__visit=things.visit)
    first = things.visit.learners.first()
    type(first).objects.bulk_create(
        type(first)(visit=things.visit, enrolment=one, added_at=now, added_by=first.added_by) for one in everybody
    )
    for one in (things.appeal, things.complaint, things.investigated):
        worlds.multiplied(
            [one],
            COPIES,
            reference=lambda n, one=one: f"C-{one.pk}-{n}",
            submission=None,
            marking=None,
            kind="complaint",
            state="received",
            deep=False,
        )
    worlds.multiplied([things.investigated.notes.get()], COPIES)
    worlds.multiplied([things.appeal_file], COPIES, sha256=lambda n: f"{n:064d}")
    worlds.multiplied([things.report], COPIES, version=lambda n: n + 1)
    for second in SecondMarking.objects.filter(submission__second_marking=None):
        Submission.objects.filter(pk=second.submission_id).update(second_marking=second)
    contracts = worlds.multiplied([things.contract], COPIES, deep=False)
    for contract in contracts:
        contract.managers.add(world.cast.contract_manager)
    tutors = worlds.multiplied([world.cast.tutor], COPIES, deep=False)
    for tutor in tutors:
        worlds.multiplied([things.appointment], 1, tutor=tutor.pk)
    worlds.multiplied([things.version], COPIES, deep=False, version=lambda n: f"copy {n}")
    worlds.multiplied([things.strategy], COPIES, deep=False, number=lambda n: 100 + n)
    worlds.multiplied([things.tutor_rating], COPIES, superseded_at=now)
    pieces = worlds.multiplied([things.passed], COPIES, deep=False, attempt=lambda n: 100 + n)
    signed = things.passed.markings.get()
    for piece, tutor in zip(pieces, tutors, strict=True):
        # Without the appeal against it, of which there is one for a result.
        (copy,) = worlds.multiplied([signed], 1, deep=False, submission=piece.pk, marked_by=tutor.pk)
        worlds.multiplied(list(signed.unit_results.all()), 1, marking=copy.pk)
    grant = world.cast.tutor.grants.get(role="tutor")
    for tutor in tutors:
        worlds.multiplied([grant], 1, user=tutor.pk)
    worlds.multiplied([things.standard_open, things.standard_compared, things.standard_closed], COPIES)
    worlds.multiplied(
        [things.interim_planned], COPIES, happens_on=lambda n: things.interim_planned.happens_on + n * day
    )
    worlds.multiplied([things.interim_answered], COPIES, round=lambda n: 100 + n)
    for one in (things.towards, things.development, things.approval, things.interest):
        worlds.multiplied([one], COPIES)
    worlds.multiplied([things.staff_change], COPIES, happened_on=lambda n: clock.today() - n * day)
    cohorts = worlds.multiplied([things.new_cohort], COPIES, deep=False)
    for cohort in cohorts:
        worlds.multiplied(list(things.new_cohort.appointments.all()), 1, cohort=cohort.pk)
        worlds.multiplied(list(things.new_cohort.deadlines.all()), 1, cohort=cohort.pk)
        worlds.multiplied(list(things.cohort.allocations.all()), 1, cohort=cohort.pk)
    queueing.bring_all()


def asked(world, clients, route, names, who) -> int:
    """How many queries the page takes. Asked twice, because the first time fills the caches of the process."""
    url = world.url(route) + names if names.startswith("?") else world.url(route, names)
    assert letter(clients[who].get(url)) == "."
    with CaptureQueriesContext(connection) as captured:
        clients[who].get(url)
    return len(captured)


@pytest.fixture(scope="module")
def small(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), worlds.kept(lambda: worlds.a_world(worlds.a_cast())) as world:
        yield world


@pytest.fixture(scope="module")
def clients(small):
    return {who: small.cast.client_of(who) for who in PEOPLE}


@pytest.fixture(scope="module")
def few(small, clients):
    return {tuple(row[:3]): asked(small, clients, *row[:3]) for row in ROWS}


@pytest.fixture(scope="module")
def many(small, clients, few, django_db_blocker):
    with django_db_blocker.unblock(), worlds.kept(lambda: grow(small)):
        # As after every bulk import: a plan made for empty tables may take a quarter of an hour.
        with connection.cursor() as cursor:
            cursor.execute("analyze")
        yield {tuple(row[:3]): asked(small, clients, *row[:3]) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_thirty_rows_take_as_many_queries_as_a_few(few, many, row):
    key, said = tuple(row[:3]), int(row[3])

    assert (few[key], many[key]) == (said, said)
    assert said <= (10 if key[0] in PAGES else 8)


SINGLE = [one for one in TABLE if "." in one.letters[:7]]


@pytest.mark.parametrize("line", SINGLE, ids=str)
def test_no_page_takes_more_than_ten_queries(small, clients, line):
    url = small.url(line.route, line.names)
    took = {}
    for who, said in zip(PEOPLE, line.letters, strict=True):
        if said == ".":
            with CaptureQueriesContext(connection) as captured:
                letter(clients[who].get(url))
            took[who] = len(captured)

    # Two of an external verifier's note what they opened (`verification.watch`).
    took["eqa"] = took.get("eqa", 2) - 2
    assert {who: n for who, n in took.items() if n > 10} == {}
