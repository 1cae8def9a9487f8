"""The whole journey in a real browser, from the contract to the certificate: three learners, one referred once, one who leaves.

Everything below is done on pages, by the people whose work it is; only the people and the qualification are there before.
"""

import datetime as dt
import io
import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from django.core import mail
from django.urls import resolve, reverse
from playwright.sync_api import expect

from core import clock
from core.models import Event, Notice
from enrolment.models import Enrolment
from programmes.models import Client, Cohort
from tests import factories
from tests.browser import eventually, loaded
from verification.models import Claim

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "a long walk to the certificate"


PEOPLE = ("Ada Abel", "Ben Brook", "Cleo Crane")
# What makes no other page of it: who, and all from the first number on.
NAMES = rf"\d.*|{'|'.join(PEOPLE)}"
LONDON = ZoneInfo("Europe/London")
# (kind of thing, verb): every transition that the story takes.
TAKEN = {
    ("programmes.tutorappointment", "approve_tutor"),
    ("workshops.timetable", "propose_timetable"),
    ("workshops.timetable", "approve_timetable"),
    ("enrolment.enrolment", "apply"),
    ("enrolment.enrolment", "accept"),
    ("enrolment.enrolment", "withdraw"),
    ("enrolment.enrolment", "complete"),
    ("workshops.session", "hold"),
    ("assignments.submission", "submit"),
    ("assignments.submission", "refer"),
    ("assignments.submission", "award_pass"),
    ("verification.sample", "agree"),
    ("verification.claim", "record_certificate"),
    ("reporting.report", "approve_report"),
    ("reporting.report", "send_report"),
}


def on(day, month, hour=12):
    """The story is played in 2026; the clock stands still while somebody is at the keyboard."""
    return clock.at(dt.datetime(2026, month, day, hour, tzinfo=LONDON))


def iso(day, month, year=2026):
    return dt.date(year, month, day).isoformat()


def today():
    return clock.today().isoformat()


def events():
    return set(Event.objects.values_list("subject_type", "verb"))


class Browser:
    """A person at the keyboard: fills in, presses, reads. Each page is checked with axe when it is first met."""

    def __init__(self, page, axe, looked_at, faults):
        self.page, self.axe, self.looked_at, self.faults = page, axe, looked_at, faults

    def look(self):
        """Check a page that is new: of another address, or with another title (a form, then its receipt)."""
        heading = re.sub(NAMES, "", self.page.locator("h1").first.inner_text(), flags=re.DOTALL)
        name = resolve(urlsplit(self.page.url).path).view_name
        if (name, heading) not in self.looked_at:
            self.looked_at.add((name, heading))
            try:
                self.axe()
            except AssertionError as fault:
                self.faults.append(str(fault).partition("\n")[0])

    def go(self, name, *args):
        answer = self.page.goto(reverse(name, args=args))
        loaded(self.page)
        assert answer.status == 200, f"{self.page.url} answers {answer.status}: {self.page.inner_text('main')[:500]}"
        self.look()

    def fill(self, **fields):
        for name, value in fields.items():
            field = self.page.locator(f'main [name="{name}"]:not([type=hidden])')
            kind = field.first.evaluate("e => e.tagName + '/' + e.type")
            if kind.startswith("SELECT"):
                texts = field.locator("option").all_text_contents()
                field.select_option(label=next(text for text in texts if value in text))
            elif kind.endswith(("radio", "checkbox")):
                self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            else:
                field.fill(str(value))

    def tick(self, label):
        self.page.locator("main").get_by_label(label).check()

    def press(self, name):
        main = self.page.locator("main")
        button = main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first
        with self.page.expect_navigation():
            button.click()
        loaded(self.page)
        assert not self.page.locator(".wm-errors").count(), self.page.inner_text("main")[:1500]
        self.look()

    def press_in_row(self, row, name):
        """Of several rows with the same button, in the first that says `row`."""
        button = self.page.locator("main tr", has_text=row).get_by_role("button", name=name).first
        with self.page.expect_navigation():
            button.click()
        loaded(self.page)
        self.look()

    def sees(self, text):
        assert text in self.page.inner_text("body"), (
            f"“{text}” is not on {self.page.url}:\n{self.page.inner_text('main')[:1500]}"
        )


@pytest.fixture
def browser_of(page, axe, sign_in):
    """Who sits down at the browser now (nobody, without a person). Whoever comes for the first time looks at their home page."""
    looked_at, faults, seen = set(), [], set()

    def become(user=None):
        page.context.clear_cookies()
        one = Browser(page, axe, looked_at, faults)
        if user:
            sign_in(user)
            if user not in seen:
                seen.add(user)
                one.go("home")
        return one

    yield become
    print(f"{len(looked_at)} pages were looked at, the last was {page.url}")
    assert faults == []


def test_three_learners_from_contract_to_certificate(cast_for_browser, browser_of, page, tmp_path):
    cast = cast_for_browser
    version = factories.a_version(claim_route="sign_off")

    with on(2, 3):
        cohort = plan_the_cohort(browser_of, cast, version)
    with on(9, 3):
        learners = ada, ben, cleo = invite_and_enrol(browser_of, cast, cohort, page)
    with on(18, 3, hour=18):
        hold_a_workshop(browser_of, cast, cohort, learners)
    with on(1, 4):
        one_leaves(browser_of, cast, cleo)
    with on(4, 5):
        for one in (ada, ben):
            hand_in_the_essay(browser_of, one, tmp_path, attempt=1)
    with on(11, 5):
        refer(browser_of, cast, ada)
        award(browser_of, cast, ben, "essay")
    with on(26, 5):
        hand_in_the_essay(browser_of, ada, tmp_path, attempt=2)
    with on(1, 6):
        award(browser_of, cast, ada, "essay")
        for one in (ada, ben):
            keep_and_hand_in_the_portfolio(browser_of, cast, one)
    with on(9, 6):
        for one in (ada, ben):
            award(browser_of, cast, one, "portfolio")
    with on(15, 6):
        for one in (ada, ben):
            verify_and_sign_off(browser_of, cast, one)
    with on(22, 6):
        claim_certificates(browser_of, cast, [ada, ben])
    with on(30, 6, hour=17):
        report = report_to_the_client(browser_of, cast, cohort)

    assert sorted(cohort.enrolments.values_list("state", flat=True)) == ["completed", "completed", "withdrawn"]
    assert events() >= TAKEN, TAKEN - events()
    assert not Notice.objects.exclude(state="sent").exists()
    assert len(mail.outbox) == Notice.objects.count()
    assert report.state == "sent"


def plan_the_cohort(browser_of, cast, version):
    """Client, contract and cohort; a tutor and a timetable, both approved by the client."""
    manager = browser_of(cast.contract_manager)
    manager.go("programmes:add_client")
    manager.fill(name="Policing Standards College")
    manager.press("Add this client")
    client = Client.objects.get()
    manager.go("programmes:add_contact", client.pk)
    manager.fill(user=cast.client_contact.full_name, job_title="Learning and Talent Manager")
    manager.press("Add this contact")
    manager.go("programmes:add_contract")
    manager.fill(
        client=client.name,
        reference="PSC-1",
        title="Coaching",
        lead_supplier="Meridian Consulting",
        starts_on=iso(2, 3),
    )
    manager.tick(cast.contract_manager.full_name)
    manager.press("Add this contract")
    manager.go("programmes:open_cohort", client.contracts.get().pk)
    manager.fill(
        version=version.qualification.number, code="PSC-T", title="Coaching, first cohort", starts_on=iso(16, 3)
    )
    manager.fill(delivery="virtual", places=3)
    manager.press("Open this cohort")
    cohort = Cohort.objects.get()
    for kind, due_on in (("Essay", iso(29, 5)), ("Portfolio", iso(26, 6))):
        manager.go("programmes:set_cohort_deadline", cohort.code)
        manager.tick(kind)
        manager.fill(due_on=due_on)
        manager.press("Set this deadline")
    manager.go("programmes:propose_tutor", cohort.code)
    manager.fill(tutor=cast.tutor.full_name, from_on=iso(2, 3), reason="Knows the client")
    manager.press("Propose this tutor")
    for role, person, until in (("iqa", cast.iqa, ""), ("eqa", cast.eqa, iso(31, 12))):
        manager.go("programmes:allocate_verifier", cohort.code)
        manager.fill(role=role)
        manager.fill(verifier=person.full_name, from_on=iso(16, 3), to_on=until)
        manager.press("Allocate this verifier")
    manager.go("workshops:plan_session", cohort.code)
    manager.fill(
        kind="Workshop", number=1, title="Workshop 1", starts_at=f"{iso(18, 3)}T09:30", ends_at=f"{iso(18, 3)}T17:30"
    )
    manager.fill(minutes=420, tutor=cast.tutor.full_name)
    manager.press("Plan this session")
    timetable = cohort.timetables.get()
    manager.go("workshops:propose_timetable", timetable.pk)
    manager.press("Propose the timetable")

    contact = browser_of(cast.client_contact)
    contact.go("home")
    contact.sees("2 things wait for your approval")
    contact.go("programmes:approve_tutor", cohort.appointments.get().pk)
    contact.press("Approve this tutor")
    contact.go("workshops:approve_timetable", timetable.pk)
    contact.press("Approve these dates")
    return cohort


def invite_and_enrol(browser_of, cast, cohort, page):
    """Invited by mail; each sets a password, signs in, fills in both forms; the tutor accepts; the centre registers."""
    found = []
    for n, name in enumerate(PEOPLE):
        centre = browser_of(cast.administrator)
        centre.go("enrolment:invite_learner")
        centre.fill(cohort=cohort.code, full_name=name, email=f"learner{n}@example.org", pathway="coaching")
        centre.press("Invite this learner")
        one = Enrolment.objects.get(learner__full_name=name)
        link = re.search(r"http\S+(/invitation/\S+)", "\n".join(one.learner.notices.values_list("body", flat=True)))
        learner = browser_of()
        page.goto(link.group(1))
        learner.fill(password=PASSWORD, again=PASSWORD)
        learner.press("Set this password")
        if n == 0:
            learner.fill(login=one.learner.email, password=PASSWORD)
            learner.press("Sign in")
        else:
            one.learner.refresh_from_db()
            learner = browser_of(one.learner)
        learner.go("enrolment:about", one.pk)
        learner.fill(legal_first_name=name.split()[0], legal_last_name=name.split()[1], date_of_birth="1985-04-05")
        learner.press("Save and continue")
        learner.go("enrolment:contact", one.pk)
        learner.fill(email=one.learner.email, postcode="AB1 2CD")
        page.get_by_label("I have read how my data is used").check()
        learner.press("Save and continue")
        learner.go("enrolment:questionnaire", one.pk)
        names = page.eval_on_selector_all("input[type=radio]", "all => [...new Set(all.map(e => e.name))]")
        for rating in names:
            page.locator(f'[name="{rating}"][value="4"]').check(force=True)
        learner.press("Save and continue")
        learner.go("enrolment:apply", one.pk)
        learner.press("Send your enrolment")
        tutor = browser_of(cast.tutor)
        tutor.go("enrolment:accept", one.pk)
        tutor.fill(decision_note="Ready to begin.")
        tutor.press("Accept onto the programme")
        centre = browser_of(cast.administrator)
        centre.go("enrolment:register", one.pk)
        centre.fill(number=f"ABC00{n}", registered_on=today(), expires_on=iso(8, 3, 2029))
        centre.press("Record the registration")
        one.refresh_from_db()
        found.append(one)
    return found


def hold_a_workshop(browser_of, cast, cohort, learners):
    """Two attend, one is absent and catches up; one gives feedback."""
    session = cohort.sessions.get()
    tutor = browser_of(cast.tutor)
    tutor.go("workshops:take_register", session.pk)
    tutor.fill(**{f"state_{learners[1].pk}": "absent"})
    tutor.press("Everybody else attended")
    tutor.go("workshops:hold", session.pk)
    tutor.press("Close the register")
    missed = session.places.get(enrolment=learners[1])
    tutor.go("workshops:catch_up", missed.pk)
    tutor.fill(kind="recording", held_on=today())
    tutor.press("Sign this catch-up off")
    learner = browser_of(learners[0].learner)
    learner.go("workshops:give_feedback", session.places.get(enrolment=learners[0]).pk)
    for name, value in {"overall": 8, "tutor": 9, "knowledge_before": 3, "knowledge_after": 7}.items():
        learner.page.locator(f'[name="{name}"][value="{value}"]').check(force=True)
    learner.press("Send your feedback")


def one_leaves(browser_of, cast, one):
    centre = browser_of(cast.administrator)
    centre.go("enrolment:withdraw", one.pk)
    centre.fill(withdrawal_reason="Moved to another post.")
    centre.press("Withdraw")
    one.refresh_from_db()
    assert one.state == "withdrawn"


def hand_in_the_essay(browser_of, one, folder, *, attempt):
    learner = browser_of(one.learner)
    learner.go("assignments:own")
    if attempt == 1:
        learner.press("Begin")
    submission = one.submissions.get(assignment__kind="essay", attempt=attempt)
    learner.go("assignments:submission", submission.pk)
    path = folder / f"essay{one.pk}-{attempt}.docx"
    path.write_bytes(factories.docx_bytes(words=4100 + 100 * attempt))
    learner.page.locator('input[type="file"]').set_input_files(path)
    learner.press("Add this file")
    learner.sees(f"{4100 + 100 * attempt:,} words")
    sign_and_hand_in(learner, one)
    submission.refresh_from_db()
    learner.sees(submission.reference)


def sign_and_hand_in(learner, one):
    learner.fill(ai_use="none")
    for box in learner.page.locator('[name="declares"]').all():
        box.check()
    learner.fill(signed_name=one.learner.full_name)
    learner.press(re.compile("^Hand in "))


def decide(tutor, submission, unmet=()):
    """Take the work in the room and decide what is open, one criterion after the other; each is saved as it is left."""
    room = tutor.page
    tutor.go("assignments:room", submission.pk)
    with room.expect_navigation():
        room.get_by_role("button", name=re.compile("^(Take this for|Go on) marking")).click()
    loaded(room)
    done = submission.decisions.exclude(decision="").values_list("criterion_id", flat=True)
    for criterion in submission.criteria().exclude(pk__in=list(done)):
        box = room.locator(f'[data-criterion]:has(form[action$="/criteria/{criterion.pk}/decide/"])')
        if not box.evaluate("e => e.open"):
            box.locator("summary").first.click()
        refer = criterion.number in unmet
        box.get_by_label("Refer" if refer else "Pass", exact=True).check()
        feedback = f"On {criterion.number}: {'not yet' if refer else 'well done'}."
        box.locator("[name=feedback]").fill(feedback)
        if refer:
            box.locator("[name=action]").fill("Add a second example.")
        box.get_by_role("button", name="Save", exact=True).click()
        saved = {"feedback": feedback, "action": "Add a second example." if refer else ""}
        eventually(room, submission.decisions.filter(criterion=criterion, **saved).exists)
        expect(box.locator("[data-word]")).to_contain_text("refer" if refer else "pass", ignore_case=True)
    tutor.axe()


def sign(tutor, label):
    """From the foot of the room to the page that is signed, and sign it there."""
    with tutor.page.expect_navigation():
        tutor.page.get_by_role("link", name=label).click()
    for box in tutor.page.locator('[name="declares"]').all():
        box.check()
    tutor.tick(re.compile("I am satisfied"))
    tutor.press(label)


def refer(browser_of, cast, one):
    submission = one.submissions.get(assignment__kind="essay", state="submitted")
    tutor = browser_of(cast.tutor)
    decide(tutor, submission, unmet=("1.1",))
    sign(tutor, "Refer with 1 action")
    learner = browser_of(one.learner)
    learner.go("assignments:submission", submission.pk)
    learner.sees("Add a second example.")


def award(browser_of, cast, one, kind):
    submission = one.submissions.get(assignment__kind=kind, state="submitted")
    tutor = browser_of(cast.tutor)
    decide(tutor, submission)
    sign(tutor, "Sign pass")
    submission.refresh_from_db()
    assert submission.state == "passed"


def keep_and_hand_in_the_portfolio(browser_of, cast, one):
    learner = browser_of(one.learner)
    learner.go("assignments:own")
    learner.press("Begin")
    learner.go("assignments:add_practice_client", one.pk)
    learner.fill(code="A", role="coach", context="A team leader", goals="Calmer meetings",
                 terms="Six meetings. What is said stays between us.", contract_agreed_on=today())  # fmt: skip
    learner.press("Add this client")
    client = one.practice_clients.get()
    learner.go("assignments:log_session", client.pk)
    learner.fill(held_on=today(), minutes=90, focus="Listening", reflection="I waited longer before I asked.")
    learner.press("Log this session")
    learner.go("assignments:edit_practice_client", client.pk)
    learner.fill(review="The meetings are calmer.")
    learner.press("Save")
    for part in ("review", "development"):
        learner.go("assignments:save_text", one.pk, part)
        learner.fill(body="What I do well, and what comes next. " * 5)
        learner.press("Save")
    tutor = browser_of(cast.tutor)
    tutor.go("workshops:supervise", one.pk)
    tutor.fill(held_on=today(), minutes=60, feedback="Careful and warm.")
    tutor.press("Record this supervision")
    learner = browser_of(one.learner)
    learner.go("assignments:portfolio", one.pk)
    learner.sees("Your portfolio is complete")
    learner.press("Go on to hand in")
    sign_and_hand_in(learner, one)


def verify_and_sign_off(browser_of, cast, one):
    iqa = browser_of(cast.iqa)
    iqa.go("verification:queue")
    iqa.sees(one.learner.full_name)
    for _ in one.submissions.filter(state="passed"):
        iqa.go("verification:queue")
        iqa.press_in_row(one.learner.full_name, "Begin")
        iqa.press("Agree with all that I have not marked otherwise")
        iqa.press("Agree with the marking")
    eqa = browser_of(cast.eqa)
    eqa.go("verification:sign_offs")
    eqa.sees(one.learner.full_name)
    eqa.go("verification:sign_off", one.pk)
    eqa.press("Sign off")


def claim_certificates(browser_of, cast, people):
    centre = browser_of(cast.administrator)
    centre.go("verification:claims")
    for box in centre.page.locator("tbody input[type=checkbox]").all():
        box.check()
    centre.press("Claim the ticked certificates")
    for n, claim in enumerate(Claim.objects.filter(enrolment__in=people)):
        centre.go("verification:record_certificate", claim.pk)
        centre.fill(certificate_number=f"CERT-{n}", certificated_on=today())
        centre.press("Record the certificate")


def report_to_the_client(browser_of, cast, cohort):
    """The contract manager draws up the report, approves and sends it; the client's contact reads it."""
    manager = browser_of(cast.contract_manager)
    manager.go("reporting:dashboard", cohort.code)
    manager.sees("2 of 3 have completed, 0 are on the way")
    manager.go("reporting:draw_up", cohort.code)
    manager.fill(as_of=today())
    manager.press("Draw up the report")
    manager.press("Approve")
    manager.press("Approve this report")
    manager.page.reload()
    manager.sees("Open the PDF")
    manager.press("Send")
    manager.sees(cast.client_contact.full_name)
    manager.press("Send to the client")
    report = cohort.reports.get()

    client = browser_of(cast.client_contact)
    client.go("home")
    client.go("reporting:client_cohort", cohort.code)
    client.sees("2 of 3 have completed")
    answer = client.page.request.get(reverse("reporting:report_pdf", args=[report.pk]))
    assert answer.ok
    with pikepdf.open(io.BytesIO(answer.body())) as pdf:
        assert len(pdf.pages) >= 2
    return report
