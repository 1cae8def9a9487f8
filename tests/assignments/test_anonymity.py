"""A cohort marked without names: no page, file or mail about a piece tells a tutor or verifier whose it is, until release."""

import io
import re
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document as Docx
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from assignments import actions as assignments
from assignments import anonymity, comparison, marking, release
from assignments.models import Bundle, Submission
from core import clock
from core.lists import listing
from core.models import Event, Notice
from enrolment.models import Application, Registration
from programmes.models import Release
from tests import factories
from tests.assignments.documents import png
from tests.test_access import TABLE
from verification.models import Sample

pytestmark = pytest.mark.django_db

PLANTED = re.compile(r"zebrowski|quintilla|-zeb-|zz9plural", re.IGNORECASE)
# Here a tutor needs the name, and the page shows no piece of work.
NAMED = {"assignments:extensions", "assignments:extension", "assignments:hand_in_for_learner"}


def _learner(cast, cohort, n):
    """Somebody whose name stands wherever the system keeps one."""
    one = factories.an_enrolment(cast=cast, cohort=cohort, name=f"Quintilla Zebrowski{n}")
    User.objects.filter(pk=one.learner_id).update(email=f"zz9plural{n}@zebrowski.example", known_as="Quintilla")
    Application.objects.filter(enrolment=one).update(legal_first_name="Quintilla", legal_last_name=f"Zebrowski{n}")
    factories.a_registration(one, cast=cast)
    Registration.objects.filter(enrolment=one).update(number=f"ZZ9PLURAL{n}")
    return type(one).objects.select_related("learner", "cohort").get(pk=one.pk)


def _signed_by_word(name):
    """A file as a word processor makes it: with its author in the properties."""
    docx = Docx(factories.an_essay_file())
    docx.core_properties.author = docx.core_properties.last_modified_by = "Quintilla Zebrowski"
    out = io.BytesIO()
    docx.save(out)
    return ContentFile(out.getvalue(), name=name)


def _essay(one):
    essay = assignments.begin(one, assignment=factories.essay_of(one.cohort), by=one.learner)
    factories.attach(essay, file=_signed_by_word(f"Zebrowski essay {one.pk}.docx"))
    return essay


@pytest.fixture(scope="module")
def things(django_db_setup, django_db_blocker):
    """Pieces in every state that is not released, each of its own learner, with whatever hangs on one."""
    from tests.conftest import a_cast

    with django_db_blocker.unblock(), transaction.atomic():
        cast = a_cast()
        cohort = factories.a_cohort(cast=cast)
        cohort.anonymous_marking, cohort.release_rule = True, Release.AFTER_IQA
        cohort.save()
        found = SimpleNamespace(cast=cast, cohort=cohort)
        found.submitted = _essay(_learner(cast, cohort, 1))
        factories.hand_in(found.submitted)
        found.passed = _essay(_learner(cast, cohort, 2))
        factories.hand_in(found.passed)
        factories.mark(found.passed, cast=cast)
        found.document = found.passed.document
        for one in (found.submitted, found.passed):
            one.refresh_from_db()
            comparison.compare(one.document.similarity_check.pk)
        found.concern = assignments.raise_concern(found.passed, text="Section 2 reads unlike the rest.", by=cast.tutor)
        for name, state in (("sample", "selected"), ("sent_back", "returned")):
            piece = found.passed if name == "sample" else _referred_and_back(cast, cohort, found)
            given = {
                "verified_by": cast.iqa,
                "decided_at": clock.now(),
                "action": "Look.",
                "action_kind": "rejection",
                "owner": cast.tutor,
                "action_due_on": clock.today(),
            }
            facts = given if state == "returned" else {}
            # Whether it may be there is not asked: only what its page says.
            with factories.unfrozen():
                sample = Sample.objects.create(
                    submission=piece, state=state, reason="New tutor", marked_by=cast.tutor, selected_at=clock.now(),
                    selected_by=cast.iqa, **facts,
                )  # fmt: skip
            setattr(found, name, sample)
        _portfolio(cast, cohort, found)
        drafted = _essay(_learner(cast, cohort, 5))
        drafted.refresh_from_db()
        found.essay_draft = assignments.send_draft(drafted, source="file", note="Enough?", by=drafted.enrolment.learner)
        found.criterion = found.submitted.criteria().first()
        found.to_verify = found.folder.enrolment
        yield found
        transaction.set_rollback(True)


def _referred_and_back(cast, cohort, found):
    """Attempt 1 referred and released, attempt 2 with the tutor: then attempt 1 must not tell either."""
    one = _learner(cast, cohort, 3)
    found.first = _essay(one)
    factories.hand_in(found.first)
    factories.mark(found.first, cast=cast, unmet=1)
    found.first.refresh_from_db()
    release.release(found.first, now=clock.now())
    found.second = one.submissions.get(attempt=2)
    factories.attach(found.second, file=factories.an_essay_file(name="Zebrowski again.docx", words=4300))
    factories.hand_in(found.second)
    return found.second


def _portfolio(cast, cohort, found):
    one = _learner(cast, cohort, 4)
    found.evidence = assignments.add_evidence(
        one, title="A drawing", file=ContentFile(png(40, 30), name="Quintilla Zebrowski4.png"), by=one.learner
    )
    found.folder = found.handed_in = factories.a_submission(cast=cast, one=one, kind="portfolio")
    found.bundle = assignments.ask_bundle(one, kind="pdf", submission=found.folder, by=one.learner)
    found.bundle.file.save("bundle.pdf", ContentFile(b"%PDF-1.7 Zebrowski"))
    Bundle.objects.filter(pk=found.bundle.pk).update(done_at=clock.now(), sha256="0" * 64)


def _args(things, names):
    """The arguments of an address, or nothing where this world has no such thing."""
    if names == "-":
        return []
    found = [getattr(things, name, None) for name in names.split("+")]
    return None if None in found else [one.pk for one in found]


def _said(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    told = str(response.headers) + (body.decode() if "html" in response["Content-Type"] else "")
    return {found[0] for found in PLANTED.finditer(told)}


ROUTES = sorted(
    {
        (one.route, one.names)
        for one in TABLE
        if one.route.partition(":")[0] in ("assignments", "verification", "home") and one.route not in NAMED
    }
)


@pytest.mark.parametrize("who", ["tutor", "iqa", "eqa"])
def test_nothing_about_a_piece_names_its_learner(things, who):
    client, opened, told = things.cast.client_of(who), set(), {}
    swapped = [("submitted", name) for name in ("second", "first", "folder")]
    for route, names in ROUTES:
        for was, now in [("", ""), *swapped]:
            args = _args(things, re.sub(rf"\b{was}\b", now, names) if was else names)
            if args is None or (was and was not in names.split("+")):
                continue
            with transaction.atomic():
                response = client.get(reverse(route, args=args))
                if said := _said(response):
                    told[route, names, now] = said
                if response.status_code == 200:
                    opened.add(route)
                transaction.set_rollback(True)

    assert told == {}
    expected = {
        "tutor": {"assignments:desk", "assignments:room", "assignments:draft", "assignments:similarity", "assignments:refer"},
        "iqa": {"verification:queue", "verification:sample", "assignments:result_sheet", "assignments:evidence"},
        "eqa": {"assignments:cover_sheet", "assignments:document", "assignments:bundle", "assignments:authenticity"},
    }  # fmt: skip
    assert expected[who] <= opened


def test_the_pages_say_the_code_instead(things):
    said = things.cast.client_of("tutor").get(reverse("assignments:room", args=[things.submitted.pk])).content.decode()

    assert anonymity.name(things.submitted.enrolment_id) in said
    assert "Marked without names" in said


def test_the_original_file_leaves_without_its_authors_and_with_every_word(things):
    answer = things.cast.client_of("tutor").get(reverse("assignments:document", args=[things.submitted.document_id]))
    received = io.BytesIO(b"".join(answer.streaming_content))

    with things.submitted.document.file.open() as file:
        found, original = Docx(received), Docx(file)
    assert (found.core_properties.author, found.core_properties.last_modified_by) == ("", "")
    assert [one.text for one in found.paragraphs] == [one.text for one in original.paragraphs]
    assert original.core_properties.author == "Quintilla Zebrowski"


def test_learner_and_administrator_read_the_name(things):
    learner = Client()
    learner.force_login(things.passed.enrolment.learner, backend="allauth.account.auth_backends.AuthenticationBackend")
    office = things.cast.client_of("administrator")

    own = learner.get(reverse("assignments:cover_sheet", args=[things.passed.pk])).content.decode()
    sample = office.get(reverse("verification:sample", args=[things.sample.pk])).content.decode()

    assert "Zebrowski2" in own
    assert "Zebrowski2" in sample


def test_a_search_finds_the_code_and_not_the_name(things):
    client, desk = things.cast.client_of("tutor"), reverse("assignments:desk")
    code = anonymity.code(things.submitted.enrolment_id)
    room = reverse("assignments:room", args=[things.submitted.pk])
    row = f'<a href="{room}">'

    assert row in client.get(desk, {"q": code.lower()}).content.decode()
    assert row in client.get(desk, {"q": anonymity.name(things.submitted.enrolment_id)}).content.decode()
    assert row not in client.get(desk, {"q": "Zebrowski1"}).content.decode()


def test_the_order_by_name_does_not_follow_the_names(things):
    rows = Submission.objects.visible_to(things.cast.tutor).awaiting_marking().with_shown_learner(things.cast.tutor)
    request = RequestFactory().get("/", {"order": "learner"})

    found = listing(request, rows, noun="piece", orders={"learner": ("By learner", ("shown_learner", "submitted_at"))})

    assert {one.shown_learner for one in found.page} == {anonymity.HIDDEN}


def test_mail_to_those_who_judge_names_the_code(things):
    to_tutors = Notice.objects.filter(recipient=things.cast.tutor)

    assert to_tutors.filter(body__contains=anonymity.name(things.submitted.enrolment_id)).exists()
    about_work = [one for one in to_tutors if one.key.startswith(("submission:", "draft:", "sample:"))]
    assert [one.key for one in about_work if PLANTED.search(one.subject + one.body)] == []


def test_mail_to_the_learner_finds_the_learner_through_the_veil(things):
    """What a tutor's act sends goes to the person, not to the stand-in."""
    with transaction.atomic():
        piece = (
            Submission.objects.visible_to(things.cast.iqa).select_related("enrolment__learner").get(pk=things.passed.pk)
        )
        assert piece.enrolment.learner.email == ""
        release.release(piece, now=clock.now())
        mail = Notice.objects.get(key=f"submission:{piece.pk}:passed")
        transaction.set_rollback(True)

    assert (mail.recipient_id, mail.address) == (piece.enrolment.learner_id, "zz9plural2@zebrowski.example")


def test_after_release_the_name_is_there(things):
    with transaction.atomic():
        release.release(Submission.objects.get(pk=things.passed.pk), now=clock.now())
        page = things.cast.client_of("tutor").get(reverse("assignments:result_sheet", args=[things.passed.pk]))
        transaction.set_rollback(True)

    assert "Quintilla Zebrowski2" in page.content.decode()


def test_who_marks_is_refused_without_a_name(things):
    """A refusal is a sentence about the piece, so it too says the code."""
    with transaction.atomic():
        type(things.to_verify).objects.filter(pk=things.submitted.enrolment_id).update(
            state="invited", activated_at=None
        )
        said = things.cast.client_of("tutor").get(reverse("assignments:room", args=[things.submitted.pk]))
        transaction.set_rollback(True)

    assert "is no longer on the programme" in said.content.decode()
    assert not PLANTED.search(said.content.decode())


def test_the_event_of_a_tutors_act_is_labelled_with_the_code(things):
    with transaction.atomic():
        seen = Submission.objects.visible_to(things.cast.tutor).select_related("enrolment__learner", "assignment")
        marking.take(seen.get(pk=things.submitted.pk), by=things.cast.tutor)
        label = _last_label(things.submitted)
        transaction.set_rollback(True)

    assert anonymity.code(things.submitted.enrolment_id) in label


def _last_label(piece):
    return Event.objects.about(piece).latest("pk").subject_label


def test_a_page_of_a_named_cohort_asks_nothing_more(cast):
    piece = factories.a_submission(cast=cast)
    rows = Submission.objects.visible_to(cast.tutor).select_related("enrolment__learner")
    cast.tutor.can("mark")

    with CaptureQueriesContext(connection) as captured:
        assert str(rows.get(pk=piece.pk).enrolment.learner) == str(piece.enrolment.learner)

    assert len(captured) == 1


@given(st.integers(min_value=1, max_value=2**32), st.integers(min_value=1, max_value=2**32))
def test_a_code_belongs_to_one_enrolment_and_leads_back_to_it(one, other):
    assert anonymity.enrolment_of(anonymity.code(one)) == one
    assert (anonymity.code(one) == anonymity.code(other)) == (one == other)


@given(st.text(max_size=20))
def test_whatever_is_searched_for_no_code_is_made_up(text):
    found = anonymity.enrolment_of(text)

    assert found is None or anonymity.code(found) == text.strip().upper()


def test_without_the_key_a_code_cannot_be_computed(settings):
    before = [anonymity.code(n) for n in range(1, 40)]
    settings.SECRET_KEY = "another"
    anonymity.code.cache_clear()
    try:
        assert [anonymity.code(n) for n in range(1, 40)] != before
    finally:
        anonymity.code.cache_clear()


def test_the_receipts_number_loses_the_letters_of_the_surname():
    assert anonymity.plain_reference("PSC22-RAM-1042") == "PSC22-1042"
    assert anonymity.plain_reference("PSC22-1042") == "PSC22-1042"
    assert anonymity.plain_reference(None) is None
