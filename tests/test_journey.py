"""The whole journey in a real browser, from the contract to the certificate: three learners, one referred once, one who leaves.

Everything below is done on pages, by the people whose work it is; only the people and the qualification are there before.
"""

import datetime as dt
import re

import pytest
from django.core import mail
from django.urls import reverse

from core import clock
from core.models import Notice
from enrolment.models import Enrolment
from programmes.models import Client, Cohort
from tests import factories
from verification.models import Claim

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "a long walk to the certificate"


def iso(days):
    return (clock.today() + dt.timedelta(days=days)).isoformat()


class Browser:
    """A person at the keyboard: fills in by label, presses by name, and looks for faults on every page."""

    def __init__(self, page, axe):
        self.page, self.axe = page, axe

    def go(self, name, *args):
        self.page.goto(reverse(name, args=args))
        self.axe()

    def fill(self, **fields):
        for name, value in fields.items():
            field = self.page.locator(f'[name="{name}"]:not([type=hidden])')
            kind = field.first.evaluate("e => e.tagName + '/' + e.type")
            if kind.startswith("SELECT"):
                self._select(field, value)
            elif kind.endswith(("radio", "checkbox")):
                for one in [value] if isinstance(value, str) else value:
                    self.page.locator(f'[name="{name}"][value="{one}"]').check()
            else:
                field.fill(str(value))

    def _select(self, field, wanted):
        texts = field.locator("option").all_text_contents()
        field.select_option(label=next(text for text in texts if wanted in text))

    def press(self, name):
        button = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first
        button.click()
        self.page.wait_for_load_state()
        assert not self.page.locator(".wm-errors, .error-summary").count(), self.page.inner_text("main")[:1500]
        self.axe()

    def sees(self, text):
        assert text in self.page.inner_text("body"), f"“{text}” is not on {self.page.url}:\n{self.page.inner_text('main')[:1500]}"


@pytest.fixture
def browser_of(page, axe, sign_in):
    def become(user):
        sign_in(user)
        return Browser(page, axe)

    return become


def test_three_learners_from_contract_to_certificate(transactional_db, cast_for_browser, browser_of, page, tmp_path):
    cast = cast_for_browser
    version = factories.a_version(claim_route="sign_off")

    cohort = plan_the_cohort(browser_of, cast, version)
    learners = invite_and_enrol(browser_of, cast, cohort, page)
    hold_a_workshop(browser_of, cast, cohort, learners)
    ada, ben, cleo = learners
    one_leaves(browser_of, cast, cleo)
    for one in (ada, ben):
        hand_in_the_essay(browser_of, one, tmp_path, attempt=1)
    refer(browser_of, cast, ada)
    hand_in_the_essay(browser_of, ada, tmp_path, attempt=2)
    for one in (ada, ben):
        award(browser_of, cast, one, "essay")
        keep_and_hand_in_the_portfolio(browser_of, cast, one)
        award(browser_of, cast, one, "portfolio")
        verify_and_sign_off(browser_of, cast, one)
    claim_certificates(browser_of, cast, [ada, ben])

    manager = browser_of(cast.contract_manager)
    manager.go("reporting:dashboard", cohort.code)
    manager.sees("2 of 3 have completed, 0 are on the way")
    client = browser_of(cast.client_contact)
    client.go("reporting:client_cohort", cohort.code)
    client.sees("2 of 3 have completed")
    assert set(cohort.enrolments.values_list("state", flat=True)) == {"completed", "withdrawn"}
    assert not Notice.objects.values("key").exclude(state="sent").exists()
    assert len(mail.outbox) == Notice.objects.count()


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
        client=client.name, reference="PSC-1", title="Coaching", lead_supplier="Meridian Consulting", starts_on=iso(-40)
    )
    box = manager.page.locator('[name="managers"]').first
    if box.evaluate("e => e.tagName") == "SELECT":
        manager.fill(managers=cast.contract_manager.full_name)
    else:
        manager.page.get_by_label(cast.contract_manager.full_name).check()
    manager.press("Add this contract")
    manager.go("programmes:open_cohort", client.contracts.get().pk)
    manager.fill(version=version.qualification.number, code="PSC-T", title="Coaching, first cohort", starts_on=iso(-30))
    manager.fill(delivery="virtual", places=3)
    manager.press("Open this cohort")
    cohort = Cohort.objects.get()
    for kind in ("Essay", "Portfolio"):
        manager.go("programmes:set_cohort_deadline", cohort.code)
        manager.fill(assignment=kind, due_on=iso(60))
        manager.press("Set this deadline")
    manager.go("programmes:propose_tutor", cohort.code)
    manager.fill(tutor=cast.tutor.full_name, from_on=iso(-30), reason="Knows the client")
    manager.press("Propose this tutor")
    for role, person, until in (("iqa", cast.iqa, ""), ("eqa", cast.eqa, iso(300))):
        manager.go("programmes:allocate_verifier", cohort.code)
        manager.fill(role=role)
        manager.fill(verifier=person.full_name, from_on=iso(-30), to_on=until)
        manager.press("Allocate this verifier")
    manager.go("workshops:plan_session", cohort.code)
    manager.fill(kind="Workshop", number=1, title="Workshop 1", starts_at=f"{iso(-7)}T09:30", ends_at=f"{iso(-7)}T17:30")
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
    for n, name in enumerate(("Ada Abel", "Ben Brook", "Cleo Crane")):
        centre = browser_of(cast.administrator)
        centre.go("enrolment:invite_learner")
        centre.fill(cohort=cohort.code, full_name=name, email=f"learner{n}@example.org", pathway="coaching")
        centre.press("Invite")
        one = Enrolment.objects.get(learner__full_name=name)
        link = re.search(r"http\S+(/invitation/\S+)", "\n".join(one.learner.notices.values_list("body", flat=True)))
        page.context.clear_cookies()
        learner = Browser(page, centre.axe)
        page.goto(link.group(1))
        learner.fill(password=PASSWORD, again=PASSWORD)
        learner.press("Set this password")
        if "/login" in page.url:
            learner.fill(login=one.learner.email, password=PASSWORD)
            learner.press("Sign in")
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
        centre.fill(number=f"ABC00{n}", registered_on=iso(0), expires_on=iso(1000))
        centre.press("Register")
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
    tutor.fill(kind="recording", held_on=iso(0))
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
    """Take the work at the desk and decide what is open, one criterion after the other."""
    tutor.go("assignments:room", submission.pk)
    tutor.press(re.compile("^(Start|Go on|Take)"))
    done = set(submission.decisions.exclude(decision="").values_list("criterion_id", flat=True))
    for criterion in submission.criteria():
        if criterion.pk in done:
            continue
        form = tutor.page.locator(f'form[action$="/criteria/{criterion.pk}/decide/"]')
        if not form.is_visible():
            tutor.page.locator("details[data-criterion]", has=form).locator("summary").first.click()
        refer = criterion.number in unmet
        form.locator(f'[name="decision"][value="{"refer" if refer else "pass"}"]').check(force=True)
        form.locator('[name="feedback"]').fill(f"On {criterion.number}: {'not yet' if refer else 'well done'}.")
        if refer:
            form.locator('[name="action"]').fill("Add a second example.")
        form.get_by_role("button", name=re.compile("^Save")).first.click()
        tutor.page.wait_for_load_state()


def refer(browser_of, cast, one):
    submission = one.submissions.get(assignment__kind="essay", state="submitted")
    tutor = browser_of(cast.tutor)
    decide(tutor, submission, unmet=("1.1",))
    tutor.go("assignments:refer", submission.pk)
    tutor.fill(resubmit_by=iso(20))
    tutor.page.locator('[name="is_authentic"]').check()
    tutor.press("Refer with 1 action")
    learner = browser_of(one.learner)
    learner.go("assignments:submission", submission.pk)
    learner.sees("Add a second example.")


def award(browser_of, cast, one, kind):
    submission = one.submissions.get(assignment__kind=kind, state="submitted")
    tutor = browser_of(cast.tutor)
    decide(tutor, submission)
    tutor.go("assignments:award_pass", submission.pk)
    tutor.page.locator('[name="is_authentic"]').check()
    tutor.press("Sign pass")
    submission.refresh_from_db()
    assert submission.state == "passed"


def keep_and_hand_in_the_portfolio(browser_of, cast, one):
    learner = browser_of(one.learner)
    learner.go("assignments:own")
    learner.press("Begin")
    learner.go("assignments:add_practice_client", one.pk)
    learner.fill(code="A", role="coach", context="A team leader", goals="Calmer meetings", contract_agreed_on=iso(0))
    learner.press("Add this client")
    client = one.practice_clients.get()
    learner.go("assignments:log_session", client.pk)
    learner.fill(held_on=iso(0), minutes=90, focus="Listening", reflection="I waited longer before I asked.")
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
    tutor.fill(held_on=iso(0), minutes=60, feedback="Careful and warm.")
    tutor.press("Record this supervision")
    submission = one.submissions.get(assignment__kind="portfolio")
    learner = browser_of(one.learner)
    learner.go("assignments:submission", submission.pk)
    sign_and_hand_in(learner, one)


def verify_and_sign_off(browser_of, cast, one):
    iqa = browser_of(cast.iqa)
    iqa.go("verification:queue")
    iqa.sees(one.learner.full_name)
    iqa.press("Begin verifying")
    for submission in one.submissions.filter(state="passed"):
        sample = submission.samples.get()
        iqa.go("verification:agree", sample.pk)
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
        centre.fill(certificate_number=f"CERT-{n}", certificated_on=iso(0))
        centre.press("Record the certificate")
