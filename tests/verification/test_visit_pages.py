"""The pages of visits as administrators and verifiers use them: what was typed stays, and each refusal is a sentence."""

import datetime as dt
import re
from html import unescape

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core import clock
from tests import factories
from verification.models import Pack, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cast):
    return factories.a_cohort(cast=cast)


def typed(cohort, **changed):
    now = timezone.localtime(clock.now())
    facts = {
        "qualification": cohort.version.qualification_id,
        "full_name": "Nora New",
        "email": "nora@example.org",
        "opens_at": f"{now:%Y-%m-%dT%H:%M}",
        "closes_at": f"{now + dt.timedelta(days=2):%Y-%m-%dT%H:%M}",
        "purpose": "Yearly review",
    }
    return {**facts, **changed}


def test_a_visit_from_plan_to_report(cast, cohort, client):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    piece = factories.a_submission(cast=cast, one=one, state="passed")
    left = factories.an_enrolment(cast=cast, cohort=cohort, state="withdrawn")
    client.force_login(cast.administrator)

    planned = client.post(reverse("verification:plan_visit"), typed(cohort))
    visit = Visit.objects.get()
    naming = reverse("verification:name_learners", args=[visit.pk])
    assert planned["Location"] == naming
    assert str(left.learner) in client.get(naming).content.decode()
    client.post(naming, {"enrolment": [one.pk, left.pk]})
    client.post(reverse("verification:open_visit", args=[visit.pk]))

    verifier = factories.signed_in(visit.eqa)
    assert str(left.learner) in verifier.get(visit.get_absolute_url()).content.decode()
    finding = reverse("verification:record_finding", args=[visit.pk, one.pk, piece.pk])
    refused = verifier.post(finding, {"finding": "not_agreed", "note": ""})
    assert (refused.status_code, "Say in the note" in refused.content.decode()) == (409, True)
    verifier.post(finding, {"finding": "agreed", "note": "Well marked."})
    due = clock.today() + dt.timedelta(days=30)
    verifier.post(
        reverse("verification:add_action", args=[visit.pk]),
        {"text": "Sample more.", "owner": cast.iqa.pk, "due_on": due.isoformat()},
    )
    learner = verifier.get(reverse("verification:visit_learner", args=[visit.pk, one.pk])).content.decode()
    assert "You: agrees with the decision." in learner

    action = visit.actions.get()
    client.post(reverse("verification:finish_action", args=[action.pk]), {"note": "Half of them now."})
    client.post(reverse("verification:close_visit", args=[visit.pk]))
    report = ContentFile(b"%PDF-1.7\n%%EOF\n", name="report.pdf")
    client.post(
        reverse("verification:report_visit", args=[visit.pk]),
        {"report": "Sound.", "rating": "Low risk", "file": report},
    )
    page = client.get(visit.get_absolute_url()).content.decode()
    assert all(said in page for said in ("Low risk", "Sound.", "Well marked.", "Half of them now."))
    onwards = re.search(r'href="(/qualifications/\d+/record-rating/[^"]*)"', page)
    asked = client.get(unescape(onwards[1])).content.decode()
    assert 'value="Low risk"' in asked
    assert 'value="Report of the visit of Nora New, ' in asked
    assert b"".join(client.get(reverse("verification:report_file", args=[visit.pk]))).startswith(b"%PDF")
    assert "Record finding" in client.get(reverse("verification:seen", args=[visit.pk])).content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"closes_at": "2001-01-01T10:00"}, "not after its beginning"),
        ({"email": "nobody"}, "nobody"),
        ({"qualification": ""}, "Choose the qualification"),
    ],
)
def test_what_cannot_be_planned_is_said_and_what_was_typed_stays(cast, cohort, client, changed, sentence):
    client.force_login(cast.administrator)

    answer = client.post(reverse("verification:plan_visit"), typed(cohort, **changed))

    said = answer.content.decode()
    assert answer.status_code == 409
    assert sentence in said
    assert 'value="Yearly review"' in said
    assert not Visit.objects.exists()


def test_a_colleague_of_the_centre_is_not_invited_as_its_external_verifier(cast, cohort, client):
    client.force_login(cast.administrator)

    answer = client.post(reverse("verification:plan_visit"), typed(cohort, email=cast.tutor.email))

    assert "An external verifier has no other role" in answer.content.decode()
    assert Role.EQA not in type(cast.tutor).objects.get(pk=cast.tutor.pk).roles


def test_naming_nobody_is_said_and_tampered_numbers_name_nobody(cast, cohort, client):
    stranger = factories.an_enrolment(cast=cast, cohort=factories.a_cohort(cast=cast))
    client.force_login(cast.administrator)
    client.post(reverse("verification:plan_visit"), typed(cohort))
    visit = Visit.objects.get()
    naming = reverse("verification:name_learners", args=[visit.pk])

    for ticked in ([], [stranger.pk], ["x", "99999999999999999999"]):
        answer = client.post(naming, {"enrolment": ticked})
        assert (answer.status_code, "Tick at least one learner" in answer.content.decode()) == (409, True)
    assert not visit.learners.exists()


def test_the_page_of_a_pack_shows_how_far_it_is_and_then_the_file(cast, cohort, client):
    one = factories.an_enrolment(cast=cast, cohort=cohort)
    client.force_login(cast.administrator)
    client.post(reverse("verification:plan_visit"), typed(cohort))
    visit = Visit.objects.get()
    client.post(reverse("verification:name_learners", args=[visit.pk]), {"enrolment": [one.pk]})
    page = reverse("verification:pack", args=[visit.pk])
    pack = Pack.objects.create(
        visit=visit, asked_at=clock.now(), asked_by=cast.administrator, stage="Packing learner 1 of 1", progress=40
    )

    polled = client.get(page, headers={"X-Requested-With": "poll"}).content.decode()
    assert "Packing learner 1 of 1" in polled
    assert "<html" not in polled
    assert f'data-poll="{page}"' in client.get(page).content.decode()
    Pack.objects.filter(pk=pack.pk).update(failed_at=clock.now(), failed_sentence="It stopped.")
    assert "It stopped." in client.get(page).content.decode()


def test_with_nobody_named_the_pack_is_refused_in_a_sentence(cast, cohort, client):
    client.force_login(cast.administrator)
    client.post(reverse("verification:plan_visit"), typed(cohort))

    answer = client.post(reverse("verification:pack", args=[Visit.objects.get().pk]))

    assert "Nobody is named for this visit yet" in answer.content.decode()
