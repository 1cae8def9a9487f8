"""The name under which work leaves the centre follows the awarding organisation's pattern, whatever people are called."""

import re
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assignments import actions
from assignments.models import Submission
from assignments.views.files import leaving
from tests import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def name_in(response):
    """The name a browser would save the file under."""
    list(response.streaming_content)
    header = response["Content-Disposition"]
    assert not {"\n", "\r"} & set(header)
    if encoded := re.search(r"filename\*=utf-8''(.+)$", header):
        return unquote(encoded[1])
    return re.search(r'filename="(.*)"$', header)[1].replace('\\"', '"')


@pytest.fixture
def one(cast):
    found = factories.an_enrolment(cast=cast)
    factories.a_registration(found, cast=cast)
    return found


def called(one, first, last):
    form = one.application
    form.legal_first_name, form.legal_last_name = first, last
    form.save()


def download(client, submission):
    client.force_login(submission.enrolment.learner, backend=BACKEND)
    return client.get(reverse("assignments:document", args=[submission.document_id]))


@pytest.mark.parametrize(
    ("first", "last", "begins"),
    [
        ("Sinéad", "O'Neil", "S O'Neil-"),
        ("Łukasz", "Wójcik-Żak", "Ł Wójcik-Żak-"),
        ("伟", "王", "伟 王-"),
        ("Robin", "Exa\u202emple\u200f", "R Example-"),
        ("Robin", "../../etc/passwd", "R etcpasswd-"),
        ("Robin", 'Ex"am\\ple;', "R Example-"),
    ],
)
def test_odd_names_stay_names_and_never_become_paths(cast, client, one, first, last, begins):
    called(one, first, last)
    submission = factories.a_submission(cast=cast, one=one)

    name = name_in(download(client, submission))

    assert name == f"{begins}{one.registration.number}-012345-8588-500(1).docx"


def test_the_second_attempt_says_so(cast, client, one):
    factories.a_submission(cast=cast, one=one, state="referred")
    second = Submission.objects.get(enrolment=one, attempt=2)
    factories.attach(second)
    second.refresh_from_db()

    assert name_in(download(client, second)).endswith("-8588-500(2).docx")


def test_several_units_follow_one_another(cast, client, one):
    portfolio = factories.a_submission(cast=cast, one=one, kind="portfolio")

    assert name_in(download(client, portfolio)) == f"R Example-{one.registration.number}-012345-8588-501-503(1).json"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("my essay.docx", "my essay.docx"),
        ("my essay", "my essay.docx"),
        ("论文.docx", "论文.docx"),
        ("a\r\nSet-Cookie: x=1.docx", "aSet-Cookie: x=1.docx"),
        ("essay\u202excod.docx", "essayxcod.docx"),
    ],
)
def test_before_the_registration_it_keeps_the_name_the_learner_gave(cast, client, given, kept):
    one = factories.an_enrolment(cast=cast)
    submission = actions.begin(one, assignment=factories.essay_of(one.cohort), by=one.learner)
    file = ContentFile(factories.docx_bytes(), name="essay.docx")
    file.name = given
    factories.attach(submission, file=file)
    submission.refresh_from_db()

    response = download(client, submission)

    assert "Set-Cookie" not in response.headers
    assert name_in(response) == kept


@given(name=st.text(max_size=60))
def test_no_name_breaks_a_header_or_leaves_a_folder(name):
    found = leaving(name)

    assert found
    assert found.isprintable()
    assert not {"/", "\\", "\r", "\n"} & set(found)
