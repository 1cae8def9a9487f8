"""Nothing of a decision reaches the learner or the client before its release, by any address, mail, file or report.

Words that stand nowhere else are planted wherever tutors keep one. Every route of the address book is then asked by the
learner and by the client's contact, with every number of the learner's things in its place; and each answer is compared
with the answer from before anybody had decided anything. So nothing even tells a signed piece from one that waits.
"""

import datetime as dt
import io
import itertools
import logging
import re
import uuid
import zipfile

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter
from hypothesis import given
from hypothesis import strategies as st

from assignments import actions, deadlines, declarations, marking, release
from assignments.models import BankComment, Bundle, Comment, SecondDecision, SecondMarking, Submission
from assignments.standing import Standing
from core import clock
from core.models import Notice
from core.refusals import Refused
from programmes.models import Cohort, CohortDeadline
from reporting.progress import progress_report
from tests import factories
from tests.reporting.pdf import everything_said
from verification import actions as verification
from verification.models import Sample

WORD, MARK = "zzleak", 31991
SECRET = re.compile(rf"{WORD}\w*|{MARK}")
# What differs between two answers to the same question, whoever asks.
CHANGING = re.compile(
    rb'csrfmiddlewaretoken" value="[^"]+"|nonce-?[=a-zA-Z0-9"\'+/_-]+|"X-CSRFToken": "[^"]+"|[0-9a-f]{8}(?=</code>)'
)
HEADERS = ("Content-Type", "Location", "ETag", "Last-Modified", "Content-Disposition", "Cache-Control", "Allow")
NOT_OURS = ("account_", "mfa_", "accounts:demo_sign_in", "accounts:accept_invitation", "core:theme")


@pytest.fixture(autouse=True)
def doors_that_stay_shut_are_not_logged():
    """There are hundreds of them."""
    logger = logging.getLogger("django.request")
    was = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(was)


# ---- how many days a learner gets


SIGNED = dt.date(2024, 3, 4)
days = st.integers(min_value=0, max_value=400)


@given(given_days=days, waited=days, ends=st.none() | days)
def test_a_learner_gets_as_many_days_as_were_signed_for_inside_the_registration(given_days, waited, ends):
    signed_for, released = SIGNED + dt.timedelta(days=given_days), SIGNED + dt.timedelta(days=waited)
    ends_on = None if ends is None else SIGNED + dt.timedelta(days=ends)

    day = deadlines.moved_on(signed_for, signed_on=SIGNED, released_on=released, registration_ends_on=ends_on)

    assert day >= signed_for
    assert day - released <= signed_for - SIGNED
    if ends_on is None or day < ends_on:
        assert day - released == signed_for - SIGNED or day == signed_for > ends_on
    elif ends_on >= signed_for:
        assert day == ends_on


def test_released_on_the_day_it_was_signed_nothing_moves():
    day = dt.date(2024, 4, 1)

    assert deadlines.moved_on(day, signed_on=SIGNED, released_on=SIGNED, registration_ends_on=None) == day


def test_the_registration_holds_the_day_back():
    ends = dt.date(2024, 4, 5)
    moved = deadlines.moved_on(
        dt.date(2024, 4, 1), signed_on=SIGNED, released_on=SIGNED + dt.timedelta(days=10), registration_ends_on=ends
    )

    assert moved == ends


# ---- the leak


class Case:
    """A learner with an essay and a portfolio handed in; what is planted comes with the marking."""

    def __init__(self, cast, rule):
        self.cast, self.rule = cast, rule
        self.cohort = factories.a_cohort(cast=cast)
        self.one = factories.an_enrolment(cast=cast, cohort=self.cohort, learner=cast.learner)
        factories.a_registration(self.one, cast=cast)
        self.essay = factories.a_submission(cast=cast, one=self.one)
        self.portfolio = factories.a_submission(cast=cast, one=self.one, kind="portfolio")
        Cohort.objects.filter(pk=self.cohort.pk).update(release_rule=rule)
        CohortDeadline.objects.filter(cohort=self.cohort).update(results_at=clock.now() + dt.timedelta(days=30))
        self.resubmit_by = clock.today() + dt.timedelta(days=217)
        for submission in (self.essay, self.portfolio):
            submission.refresh_from_db()

    def decide(self):
        """Everything is written and nothing is signed."""
        by = self.cast.tutor
        for submission in (self.essay, self.portfolio):
            marking.take(submission, by=by)
            refers = submission == self.essay
            for n, criterion in enumerate(submission.criteria()):
                words = {"feedback": f"{WORD}feedback{n}", "action": f"{WORD}action{n}" if refers else ""}
                decision = "refer" if refers else "pass"
                marking.decide(submission, criterion=criterion, decision=decision, **words, revision=0, by=by)
            submission.decisions.update(mark=MARK)
        self._beside()

    def _beside(self):
        """A comment on a criterion and one on a passage, one in the bank, and a second marking that is agreed."""
        now, by = clock.now(), self.cast.tutor
        saved = {"created_at": now, "saved_at": now, "saved_by": by}
        criterion = self.essay.criteria().first()
        Comment.objects.create(submission=self.essay, criterion=criterion, body=f"{WORD}comment", **saved)
        quote = {"quote": "word", "start": 3, "end": 7, "body": f"{WORD}passage"}
        Comment.objects.create(submission=self.essay, **quote, **saved)
        BankComment.objects.create(body=f"{WORD}bank", label=f"{WORD}label", kept_at=now, kept_by=by)
        second = SecondMarking.objects.create(
            submission=self.essay, state="agreed", reason=f"{WORD}asked", requested_at=now, marker=self.cast.administrator,
            summary=f"{WORD}second", marked_at=now, agreed_at=now, agreed_by=by, agreement=f"{WORD}agreement",
        )  # fmt: skip
        Submission.objects.filter(pk=self.essay.pk).update(second_marking=second)
        said = {"feedback": f"{WORD}secondfeedback", "action": f"{WORD}secondaction", "mark": MARK}
        SecondDecision.objects.create(marking=second, criterion=criterion, decision="refer", saved_at=now, **said)

    def sign(self):
        signed = {"is_authentic": True, "by": self.cast.tutor}
        marking.refer(self.essay, summary=f"{WORD}summary", resubmit_by=self.resubmit_by, **signed)
        marking.award_pass(self.portfolio, summary=f"{WORD}praise", **signed)

    def verify(self):
        """One is being verified, the other is back with the tutor: of that nothing is heard either."""
        verification.select(self.portfolio, reason=f"{WORD}picked", by=self.cast.iqa)
        sample = verification.select(self.essay, reason=f"{WORD}picked", by=self.cast.iqa)
        due = clock.today() + dt.timedelta(days=5)
        verification.send_back(
            sample,
            action=f"{WORD}iqa",
            comment=f"{WORD}word",
            action_due_on=due,
            action_kind="correction",
            by=self.cast.iqa,
        )

    def numbers(self):
        """The only number of an address, the first of two, and the second: of the learner's things and what is kept about them."""
        works = [self.essay, self.portfolio]
        first = [self.one, *works, *(one.document for one in works), *self.one.bundles.all()]
        first += [*self.one.practice_clients.all(), *Sample.objects.all(), *Comment.objects.all()]
        decided = [*self.essay.decisions.all()[:1], *self.essay.markings.all(), *SecondMarking.objects.all()]
        second = [self.essay.assignment, self.portfolio.assignment, *self.essay.criteria()[:1], *Comment.objects.all()]
        whole = [self.one, *works, *(one.document for one in works)]
        return [sorted({one.pk for one in many}) for many in (first + decided, whole, second + decided)]


def _patterns(resolver, space=""):
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern) and one.name:
            yield f"{space}{one.name}", one.pattern.converters


def _addresses(case):
    """Every route of ours, each with the addresses that name the learner's things."""
    only, first, second = case.numbers()
    words = [case.cohort.code, "review", str(uuid.UUID(int=1)), f"session-{case.one.pk}"]
    words += [str(one.key) for one in Comment.objects.all()]
    for name, kinds in _patterns(get_resolver()):
        if name.startswith(NOT_OURS):
            continue
        several = sum(isinstance(kind, IntConverter) for kind in kinds.values()) > 1
        numbers = itertools.chain([first if several else only], itertools.repeat(second))
        places = []
        for kind in kinds.values():
            takes_numbers = isinstance(kind, IntConverter)
            fits = [kind.to_python(one) for one in words if re.fullmatch(kind.regex, one)]
            places.append(next(numbers) if takes_numbers else fits)
            assert places[-1], f"{name} asks for something this test has not got"
        yield (
            name,
            [reverse(name, kwargs=dict(zip(kinds, values, strict=True))) for values in itertools.product(*places)],
        )


def _answer(client, method, url):
    with transaction.atomic():
        response = getattr(client, method)(url)
        body = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies.pop("messages", None)
    heads = {name: response.get(name, "") for name in HEADERS}
    return response.status_code, heads, CHANGING.sub(b"", body)


def _asked(case, who, spaces=""):
    """By method and address, what this person is answered. A door that is closed to the role is knocked at once."""
    client, found = case.cast.client_of(who), {}
    for name, urls in _addresses(case):
        if spaces and not name.startswith(spaces):
            continue
        for url in urls:
            found["get", url] = _answer(client, "get", url)
            if found["get", url][0] == 403:
                break
            if found["get", url][0] != 404 and who == "learner":
                found["post", url] = _answer(client, "post", url)
    return found


def _mails(case):
    people = [case.cast.learner, case.cast.client_contact]
    return [(one.key, one.subject, one.body) for one in Notice.objects.filter(recipient__in=people).order_by("pk")]


def _leaks(answers):
    """What holds a planted word, headers included."""
    return {
        asked: sorted(set(SECRET.findall(f"{heads} {body.decode(errors='replace')}")))
        for asked, (_, heads, body) in answers.items()
        if SECRET.search(f"{heads} {body.decode(errors='replace')}")
    }


def _differing(before, after):
    """Which answers to the same questions are other than before."""
    return sorted(key for key in before.keys() & after.keys() if before[key] != after[key])


@pytest.mark.parametrize("rule", ["after_iqa", "at_a_time"])
def test_before_the_release_nothing_of_a_decision_reaches_learner_or_client(cast, rule):
    case = Case(cast, rule)
    # Every route under one rule; under the other those that show work: a signed piece does not know its rule.
    spaces = (
        ()
        if rule == "after_iqa"
        else ("home", "assignments:own", "assignments:submission", "assignments:result", "reporting:")
    )
    with clock.at(clock.now()):
        before = {who: _asked(case, who, spaces) for who in ("learner", "client_contact")}
        mails, told = _mails(case), progress_report(case.cohort, as_of=clock.today())
        opened = [url for (method, url), (status, *_) in before["learner"].items() if (method, status) == ("get", 200)]
        assert case.essay.get_absolute_url() in opened
        assert len(opened) >= (4 if spaces else 25)

        case.decide()
        page = case.essay.get_absolute_url()
        assert _answer(cast.client_of("learner"), "get", page) == before["learner"]["get", page]
        case.sign()
        if rule == "after_iqa":
            case.verify()
        after = {who: _asked(case, who, spaces) for who in ("learner", "client_contact")}

        assert Submission.objects.unreleased().count() == 2
        for who in after:
            assert _leaks(after[who]) == {}, who
            assert _differing(before[who], after[who]) == [], who
        assert _mails(case) == mails
        assert progress_report(case.cohort, as_of=clock.today()) == told


def test_no_file_of_a_signed_portfolio_holds_anything_of_the_marking(cast):
    case = Case(cast, "after_iqa")
    case.decide()
    case.sign()
    learner = cast.client_of("learner")
    for kind in ("pdf", "zip"):
        actions.ask_bundle(case.one, kind=kind, submission=case.portfolio, by=cast.learner)
    call_command("build_bundles", verbosity=0)

    for bundle in Bundle.objects.all():
        answer = learner.get(reverse("assignments:bundle_file", args=[bundle.pk]))
        content = b"".join(answer)
        assert answer.status_code == 200
        if bundle.kind == "pdf":
            assert not SECRET.search(everything_said(content))
            continue
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                text = packed.read(name)
                text = everything_said(text) if name.endswith(".pdf") else text.decode(errors="replace")
                assert not SECRET.search(name + text), name


def test_an_unreleased_referral_moves_no_date_and_opens_nothing(cast):
    case = Case(cast, "after_iqa")
    was = deadlines.effective(case.one, case.essay.assignment)
    case.decide()
    case.sign()
    case.essay.refresh_from_db()

    assert deadlines.effective(case.one, case.essay.assignment) == was
    assert not Submission.objects.filter(attempt=2).exists()
    assert case.essay.resubmit_by is None
    stands = Standing(case.one, case.essay.assignment, [case.essay], was, clock.today())
    assert (stands.sign, stands.word, stands.is_open) == ("with_tutor", "With your tutor", False)
    with pytest.raises(Refused, match="is with the tutor"):
        actions.begin(case.one, assignment=case.essay.assignment, by=cast.learner)


def test_after_the_release_the_learner_reads_all_of_it_and_the_client_the_outcome(cast):
    case = Case(cast, "at_a_time")
    case.decide()
    case.sign()
    with clock.at(clock.now() + dt.timedelta(days=31)):
        call_command("release_results", verbosity=0)
        case.essay.refresh_from_db()
        learner = cast.client_of("learner")
        page = learner.get(case.essay.get_absolute_url()).content.decode()
        sheet = learner.get(reverse("assignments:result_sheet", args=[case.essay.pk])).content.decode()
        cover = learner.get(reverse("assignments:cover_sheet", args=[case.essay.pk])).content.decode()
        client = cast.client_of("client_contact")
        progress = client.get(reverse("reporting:client_cohort", args=[case.cohort.code])).content.decode()

    day = case.resubmit_by + dt.timedelta(days=31)
    for word in ("feedback0", "action0", "summary"):
        assert WORD + word in page
        assert WORD + word in sheet
    assert f"{day.day} {day:%B %Y}" in page
    assert declarations.centre_wording().split("\n")[0] in cover
    assert "passed" in progress
    assert not SECRET.search(progress)
    assert {key.split(":")[-1] for key, *_ in _mails(case)} >= {"passed", "referred"}


def test_the_tutor_sees_the_provisional_outcome_and_their_own_work_never_before_its_release(cast):
    case = Case(cast, "after_iqa")
    case.decide()
    case.sign()
    case.essay.refresh_from_db()

    for who in ("tutor", "iqa", "eqa"):
        assert case.essay.shows_outcome_to(getattr(cast, who))
        assert case.essay in Submission.objects.outcomes_visible_to(getattr(cast, who))
    factories.RoleGrant.objects.create(user=cast.learner, role="tutor", granted_at=clock.now() - dt.timedelta(days=9))
    learner = type(cast.learner).objects.get(pk=cast.learner.pk)
    for person in (learner, cast.client_contact, cast.administrator, cast.contract_manager, cast.stranger):
        assert not case.essay.shows_outcome_to(person)
        assert case.essay not in Submission.objects.outcomes_visible_to(person)
    assert case.essay.get_state_display() == "With the tutor"
    assert case.essay.state_for_staff == "Signed, not released"


def test_where_results_are_released_at_once_signing_tells_the_learner(cast):
    case = Case(cast, "at_once")
    case.decide()
    case.sign()

    assert case.essay.is_released
    assert release.told(case.essay) == "The learner has been told."


def test_staff_read_how_many_outcomes_the_figures_leave_out_and_the_client_does_not(cast):
    case = Case(cast, "after_iqa")
    case.decide()
    case.sign()
    said = "2 results are signed and not released"

    manager = cast.client_of("contract_manager").get(reverse("reporting:dashboard", args=[case.cohort.code]))
    client = cast.client_of("client_contact").get(reverse("reporting:client_cohort", args=[case.cohort.code]))

    assert said in manager.content.decode()
    assert "not released" not in client.content.decode()
