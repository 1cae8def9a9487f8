"""What is measured against what, and the line that each ratio should stay under."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from assignments import reminders
from assignments.models import Reading, Submission
from core import clock, printing
from reporting.layout import TEMPLATE, laid_out, progress_report_pdf
from reporting.wording import bound
from tests.bench.measure import Browser, Pair, plain, waymark
from tests.bench.worlds import (
    MIXED,
    TO_MARK,
    TO_VERIFY,
    Measured,
    a_half_marked_essay,
    a_measured_cohort,
    a_strategy,
    a_version,
    analyse,
    fill,
    like,
)
from tests.reporting.sample_report import sample_report
from verification import planning, queueing

SIZES = (12, 200, 1000)
PENDING, MANY = 2000, 20_000


class World:
    """Everything that is measured: three cohorts, three long queues, and forty thousand learners around them."""

    def __init__(self, *, around: int, say: Callable[[str], None]) -> None:
        version = a_version()
        self.measured: dict[int, Measured] = {}
        for size in SIZES:
            self.measured[size] = a_measured_cohort(size, version)
            say(f"a cohort of {size}")
        self.walked = a_measured_cohort(12, version)
        self.following = a_half_marked_essay(self.walked.cohort, self.walked.cast)
        self.queues = a_measured_cohort(12, version)
        crowd = a_measured_cohort(12, version)
        # Two pieces of each learner wait for verification, one for marking.
        for stories, each in ((TO_VERIFY, 400), (TO_MARK, 200)):
            for number in range(PENDING // each):
                fill(like(self.queues.cohort, self.queues.cast, number), self.queues.cast, 200, stories)
        say(f"{PENDING} pieces to verify and {PENDING} pieces to mark")
        self.checks = a_measured_cohort(12, version)
        for number in range(MANY // 400):
            fill(like(self.checks.cohort, self.checks.cast, number), self.checks.cast, 200, TO_VERIFY)
        say(f"{MANY} pieces to verify for one verifier")
        # A hundred cohorts of one tutor, which is more than anybody has: the desk must not care.
        self.pile = a_measured_cohort(12, version)
        for number in range(MANY // 200):
            fill(like(self.pile.cohort, self.pile.cast, number), self.pile.cast, 200, TO_MARK)
        say(f"{MANY} pieces to mark for one tutor")
        for number in range(max(around - sum(SIZES) - PENDING * 3 // 2 - MANY * 3 // 2, 0) // 200):
            fill(like(crowd.cohort, crowd.cast, number), crowd.cast, 200, MIXED)
        say(f"{around} learners altogether")
        yesterday = clock.today() - dt.timedelta(days=1)
        reminders.queue(reminders.due(yesterday), on=yesterday, now=clock.now())
        analyse()
        say(f"{queueing.bring_all()} pieces in the queue of verification")
        a_strategy(version, self.measured[12].cast)
        for one in self.measured.values():
            planning.draw_plan(one.cohort, by=one.cast.iqa)
        say("a sampling plan for each measured cohort")
        analyse()


def pairs(world: World) -> list[Pair]:
    """Every pair; R stands for the reference page."""
    ours, theirs = waymark(), plain()
    reference = {
        size: _asks(Browser(theirs, one.cast.tutor), reverse("reference", args=[one.cohort.code]))
        for size, one in world.measured.items()
    }
    found = []
    for size, line in ((12, 1.5), (200, 1.0), (1000, 0.8)):
        one = world.measured[size]
        ask = _asks(Browser(ours, one.cast.tutor), reverse("reporting:dashboard", args=[one.cohort.code]))
        found.append(
            Pair(f"dashboard, {size} learners", f"R({size})", line, ask, reference[size], 5 if size == 12 else 1)
        )
    for size in SIZES:
        one = world.measured[size]
        ask = _asks(Browser(ours, one.cast.tutor), reverse("assignments:room", args=[one.submission.pk]))
        found.append(Pair(f"marking page, {size} learners", "R(12)", 2.0, ask, reference[12], 3, _text(one.submission)))
    for name, route, who in (
        ("verification queue", "verification:queue", "iqa"),
        ("marking desk", "assignments:desk", "tutor"),
    ):
        ask = _asks(Browser(ours, getattr(world.queues.cast, who)), reverse(route))
        found.append(Pair(f"{name}, {PENDING} waiting", "R(12)", 2.5, ask, reference[12], 2))
        ask = _asks(Browser(ours, getattr(world.measured[200].cast, who)), reverse(route))
        found.append(Pair(f"{name}, cohort of 200", "R(12)", 2.5, ask, reference[12], 2))
    queue = reverse("verification:queue")
    few, many = (_asks(Browser(ours, one.cast.iqa), queue) for one in (world.queues, world.checks))
    found.append(Pair(f"verification queue, {MANY} waiting", "R(12)", 2.5, many, reference[12], 2))
    found.append(Pair(f"verification queue, {MANY} waiting", f"{PENDING} waiting", 1.2, many, few, 2))
    for size in SIZES:
        one = world.measured[size]
        ask = _asks(Browser(ours, one.cast.iqa), reverse("verification:grid", args=[one.cohort.code]))
        found.append(Pair(f"sampling grid, {size} learners", "R(12)", 2.5, ask, reference[12], 2))
    desk = reverse("assignments:desk")
    few, many = (_asks(Browser(ours, one.cast.tutor), desk) for one in (world.queues, world.pile))
    found.append(Pair(f"marking desk, {MANY} waiting", "R(12)", 2.5, many, reference[12], 2))
    found.append(Pair(f"marking desk, {MANY} waiting", f"{PENDING} waiting", 1.2, many, few, 2))
    found.append(Pair("sweep of reminders", "its SELECT", 3.0, sweep, bare_select))
    found.append(_report())
    return found


def _asks(browser: Browser, url: str) -> Callable[[], None]:
    def ask() -> None:
        browser.get(url)

    return ask


_TEXT = Engine().from_string("{{ html }}")


def _text(submission: Submission) -> Callable[[], None]:
    """The reading view alone, fetched and put into an answer: what any page that shows the text has to do."""

    def render() -> None:
        html = Reading.objects.values_list("html", flat=True).get(document=submission.document_id)
        HttpResponse(_TEXT.render(Context({"html": SafeString(html)})))

    return render


def _report() -> Pair:
    """The client's report, warm, beside the shortest correct call of WeasyPrint on the same HTML and style sheets."""
    report: Any = sample_report()
    html = bound(render_to_string(TEMPLATE, {"report": report, "page": laid_out(report)}))
    static = (Path(settings.BASE_DIR) / "static").as_uri() + "/"
    html = html.replace(printing.STATIC, static)
    sheets = [Path(settings.BASE_DIR, "static", name) for name in (printing.FONTS, "css/print/report.css")]

    def plain_call() -> None:
        fonts = FontConfiguration()
        styles = [CSS(filename=one, font_config=fonts) for one in sheets]
        styles.append(CSS(string=f":root {{ --accent: {report.accent}; }}"))
        HTML(string=html, base_url=static).write_pdf(stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1")

    return Pair("client's report as PDF", "plain call", 0.65, lambda: progress_report_pdf(report), plain_call)


BARE = """
select e.id, a.id, least(coalesce(own.due_on, d.due_on), r.expires_on) as due_on
from enrolment_enrolment e join programmes_cohort c on c.id = e.cohort_id
join programmes_assignment a on a.version_id = c.version_id
left join programmes_cohortdeadline d on d.cohort_id = c.id and d.assignment_id = a.id
left join enrolment_registration r on r.enrolment_id = e.id
left join (select distinct on (enrolment_id, assignment_id) enrolment_id, assignment_id, due_on
    from enrolment_individualdeadline order by enrolment_id, assignment_id, set_at desc) own
    on own.enrolment_id = e.id and own.assignment_id = a.id
where e.state = 'active' and least(coalesce(own.due_on, d.due_on), r.expires_on) - %(today)s::date between -13 and 28
and not exists (select 1 from assignments_submission s
    where s.enrolment_id = e.id and s.assignment_id = a.id and s.state in ('submitted', 'passed'))
"""


def bare_select() -> None:
    """Everybody whose date lies where a reminder may hold, and whose work is not in: one statement, rows fetched."""
    with connection.cursor() as cursor:
        cursor.execute(BARE, {"today": clock.today()})
        cursor.fetchall()


class _Undone(Exception):
    pass


def sweep() -> float:
    """Find today's reminders and claim them by putting them into the outbox; undone outside the time."""
    from time import perf_counter

    spent = 0.0
    try:
        with transaction.atomic():
            began = perf_counter()
            reminders.queue(reminders.due(clock.today()), on=clock.today(), now=clock.now())
            spent = perf_counter() - began
            raise _Undone
    except _Undone:
        return spent
