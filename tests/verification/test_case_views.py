"""The pages of cases: what a learner and an administrator can do there, and what they are told."""

import datetime as dt

import pytest

from accounts.permissions import Role
from core import clock
from tests import factories
from verification import handling
from verification.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def essay(cast):
    one = factories.an_enrolment(cast=cast, learner=cast.learner)
    found = factories.a_submission(cast=cast, one=one, state="passed")
    found.refresh_from_db()
    return found


def test_the_result_page_offers_an_appeal_while_there_is_time(cast, essay):
    client, address = cast.client_of("learner"), f"/submissions/{essay.pk}/appeal/"

    assert address in client.get(essay.get_absolute_url()).content.decode()

    with clock.at(clock.today() + dt.timedelta(days=60)):
        client = cast.client_of("learner")
        assert address not in client.get(essay.get_absolute_url()).content.decode()
        late = client.get(address).content.decode()
    assert "The time for an appeal ended on" in late
    assert "<form" not in late.partition("<main")[2]


def test_a_learner_appeals_and_finds_what_happens_next(cast, essay):
    client = cast.client_of("learner")

    page = client.post(f"/submissions/{essay.pk}/appeal/", {"statement": "It is on page 3."}, follow=True)

    case = Case.objects.get()
    assert page.redirect_chain[-1][0] == f"/my/cases/{case.pk}/"
    assert "The centre writes to you that it has arrived by" in page.content.decode()
    assert client.get(f"/submissions/{essay.pk}/appeal/").url == f"/my/cases/{case.pk}/"


def test_an_empty_appeal_is_answered_with_a_sentence_and_nothing_is_sent(cast, essay):
    page = cast.client_of("learner").post(f"/submissions/{essay.pk}/appeal/", {"statement": " "})

    assert page.status_code == 409
    assert "Enter" in page.content.decode()
    assert not Case.objects.exists()


def test_a_learner_complains_about_personal_data(cast, essay):
    given = {"kind": "data_protection", "title": "My picture", "statement": "It is on your page."}

    cast.client_of("learner").post("/my/cases/complain/", given)

    assert Case.objects.get().due_on == clock.today() + dt.timedelta(days=30)


def test_another_learner_does_not_see_the_case(cast, essay):
    case = handling.appeal(essay, statement="Page 3.", by=cast.learner)
    other = factories.signed_in(factories.a_user(role=Role.LEARNER, name="Olga Other"))

    assert other.get(f"/my/cases/{case.pk}/").status_code == 404
    assert other.get(f"/submissions/{essay.pk}/appeal/").status_code == 404


def test_an_administrator_opens_a_case_for_a_learner_with_how_and_when_it_arrived(cast, essay):
    client = cast.client_of("administrator")
    assert "Lena Learner" in client.get("/cases/open/?q=Lena").content.decode()
    yesterday = clock.now() - dt.timedelta(days=1)
    given = {
        "kind": "appeal",
        "title": "The result of the essay",
        "statement": "By letter.",
        "behalf_route": "letter",
        "arrived_at": f"{yesterday:%Y-%m-%dT%H:%M}",
        "submission": essay.pk,
    }

    client.post(f"/cases/open/?learner={essay.enrolment_id}", given)

    case = Case.objects.get()
    assert (case.person, case.arrived_on, case.behalf_route) == (cast.learner, yesterday.date(), "letter")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "complaint"}, "Write who complains and how to reach them"),
        (
            {"kind": "complaint", "person_name": "Pat", "accused": True},
            "Only a suspicion of malpractice names somebody",
        ),
        ({"kind": "malpractice", "arrived_at": "2099-01-01T10:00"}, "This moment is still to come"),
        ({"kind": "appeal"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_in_a_case_is_said_and_nothing_typed_is_lost(cast, changes, sentence):
    given = {
        "kind": "complaint",
        "title": "A cold room",
        "statement": "It was cold.",
        "behalf_route": "email",
        "arrived_at": "2026-01-05T10:00",
        **changes,
    }
    if given.get("accused"):
        given["accused"] = cast.tutor.pk

    page = cast.client_of("administrator").post("/cases/open/", given)

    assert page.status_code == 409
    assert sentence in page.content.decode()
    assert "A cold room" in page.content.decode()


def test_the_page_for_choosing_names_who_cannot_be_chosen_and_why(cast, essay):
    case = handling.appeal(essay, statement="Page 3.", by=cast.learner)
    handling.acknowledge_case(case, by=cast.administrator)
    client = cast.client_of("administrator")

    page = client.get(f"/cases/{case.pk}/review/").content.decode()

    assert "<b>Tomas Tutor</b> marked the work, teaches or taught the learner." in page
    refused = client.post(f"/cases/{case.pk}/review/", {"decider": cast.tutor.pk})
    assert refused.status_code == 409
    assert "This person cannot be chosen" in refused.content.decode()


def test_the_queue_begins_with_what_is_overdue_and_can_be_searched_and_filtered(cast, essay):
    for n, days in enumerate((0, 40, 5)):
        handling.raise_case(
            kind="complaint",
            title=f"Matter {n}",
            statement="…",
            behalf_route="email",
            arrived_at=clock.now() - dt.timedelta(days=days),
            person_name=("Anna", "Bert", "Cara")[n],
            by=cast.administrator,
        )
    client = cast.client_of("administrator")

    page = client.get("/cases/").content.decode()
    assert page.index("Matter 1") < page.index("Matter 2") < page.index("Matter 0")
    assert "3 open cases, 1 overdue" in page or "3 open cases, 2 overdue" in page
    assert "Matter 0" not in client.get("/cases/?q=Cara").content.decode()
    assert "No case fits this choice." in client.get("/cases/?kind=appeal").content.decode()
    assert "Matter 1" in client.get("/cases/?at=overdue").content.decode()


def test_a_whole_appeal_by_its_pages(cast, essay):
    case = handling.appeal(essay, statement="Page 3.", by=cast.learner)
    free = factories.a_user(role=Role.TUTOR, name="Freya Free")
    office, decider = cast.client_of("administrator"), factories.signed_in(free)
    at = f"/cases/{case.pk}"

    office.post(f"{at}/acknowledge/", {"message": "We have it."})
    office.post(f"{at}/review/", {"decider": free.pk})
    assert decider.get(f"{at}/").status_code == 200
    decider.post(f"{at}/note/", {"body": "Read it twice.", "internal": "on"})
    decider.post(f"{at}/decide/", {"outcome": "upheld", "reasons": "It is there."})
    page = office.get(f"{at}/").content.decode()

    assert "This decision changes no result by itself." in page
    assert "Read it twice." in page
    office.post(f"{at}/close/", {"closing_note": "Marked anew."})
    case.refresh_from_db()
    assert case.state == "closed"
    assert "How it ended" in office.get(f"{at}/").content.decode()
    assert "1 closed case" in office.get("/cases/?at=closed").content.decode()
