import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.permissions import Role
from core import clock
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale
from tests import factories
from tests.assignments.documents import png
from verification import actions, staffing
from verification.interests import has_interest
from verification.models import Approval, Interest, StaffChange


def _passed(cast):
    return factories.a_submission(cast=cast, state="passed")


def _client(one):
    return one.enrolment.cohort.contract.client


@pytest.mark.parametrize("what", ["learner", "client"])
def test_whoever_declared_an_interest_does_not_verify(cast, what):
    piece = _passed(cast)
    about = {"learner": piece.enrolment.learner} if what == "learner" else {"client": _client(piece)}
    sample = actions.select(piece, reason="A new tutor", by=cast.iqa)
    staffing.declare_interest(cast.iqa, **about, nature="Family", from_on=clock.today(), by=cast.iqa)

    assert has_interest(cast.iqa, piece.enrolment)
    for verb in (
        lambda: actions.agree(sample, by=cast.iqa),
        lambda: actions.send_back(
            sample, action="Look again", action_due_on=clock.today(), action_kind="correction", by=cast.iqa
        ),
        lambda: actions.select(piece, reason="Again", by=cast.iqa),
    ):
        with pytest.raises(Refused, match="declared an interest"):
            verb()
    page = cast.client_of("iqa").get(sample.get_absolute_url()).content.decode()
    assert "somebody else verifies it" in page


@pytest.mark.parametrize(("begins", "ends"), [(1, None), (-30, -1)])
def test_an_interest_counts_on_its_days_only(cast, begins, ends):
    piece, day = _passed(cast), dt.timedelta(days=1)
    until_on = clock.today() + ends * day if ends else None
    staffing.declare_interest(
        cast.iqa, client=_client(piece), nature="Worked there", from_on=clock.today() + begins * day,
        until_on=until_on, by=cast.iqa,
    )  # fmt: skip

    assert not has_interest(cast.iqa, piece.enrolment)
    assert actions.select(piece, reason="A new tutor", by=cast.iqa).is_selected


def test_an_interest_in_another_learner_is_none_in_this_one(cast):
    piece = _passed(cast)
    other = factories.an_enrolment(cast=cast)
    staffing.declare_interest(cast.iqa, learner=other.learner, nature="Family", from_on=clock.today(), by=cast.iqa)

    assert not has_interest(cast.iqa, piece.enrolment)


def test_nobody_ends_their_own_interest(cast):
    piece = _passed(cast)
    mine = staffing.declare_interest(
        cast.iqa, client=_client(piece), nature="Shares", from_on=clock.today(), by=cast.iqa
    )

    with pytest.raises(Refused, match="somebody else ends it"):
        staffing.end_interest(mine, until_on=clock.today(), by=cast.iqa)
    staffing.end_interest(mine, until_on=clock.today(), by=cast.administrator)
    with pytest.raises(Stale):
        staffing.end_interest(mine, until_on=clock.today(), by=cast.administrator)


def test_an_interest_is_in_one_learner_or_one_client(cast):
    with pytest.raises(Refused, match="either a learner or a client"):
        staffing.declare_interest(cast.tutor, nature="Family", from_on=clock.today(), by=cast.tutor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Interest.objects.create(
            person=cast.tutor, nature="x", from_on=clock.today(), declared_at=clock.now(), declared_by=cast.tutor
        )


def _approve(cast, person=None, by=None, **more):
    qualification = factories.a_cohort(cast=cast).version.qualification
    said = {"duty": "assess", "qualification": qualification, "from_on": clock.today(), **more}
    return staffing.approve_staff(person or cast.tutor, **said, by=by or cast.iqa)


def test_nobody_approves_themselves_in_the_rule_and_in_the_database(cast):
    with pytest.raises(Refused, match="cannot approve yourself"):
        _approve(cast, person=cast.iqa)
    approval = _approve(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(approved_by=approval.person)


def test_countersigning_needs_a_person_other_than_oneself_and_a_day(cast):
    with pytest.raises(Refused, match="Fill in both"):
        _approve(cast, countersigner=cast.iqa)
    with pytest.raises(Refused, match="countersigns their own"):
        _approve(cast, countersigner=cast.tutor, countersign_until_on=clock.today())


def test_a_unit_of_another_qualification_is_refused(cast):
    other = factories.a_cohort(cast=cast).version
    qualification = type(other.qualification).objects.create(
        organisation=other.qualification.organisation, number="0001-01", title="Another", level=3
    )
    with pytest.raises(Refused, match="another qualification"):
        staffing.approve_staff(
            cast.tutor,
            duty="assess",
            qualification=qualification,
            unit=other.units.first(),
            from_on=clock.today(),
            by=cast.iqa,
        )


def test_a_tutor_adds_to_their_own_file_and_to_no_other(cast):
    entry = {"done_on": clock.today(), "hours": Decimal(2), "what": "A course", "changed": "Shorter actions"}
    staffing.add_development(cast.tutor, **entry, by=cast.tutor)
    colleague = factories.a_user(role=Role.TUTOR)

    with pytest.raises(NotAllowed):
        staffing.add_development(colleague, **entry, by=cast.tutor)
    url = reverse("verification:staff_file", args=[colleague.pk])
    assert cast.client_of("tutor").get(url).status_code == 404
    assert "A course" in cast.client_of("iqa").get(f"/verification/staff/{cast.tutor.pk}/").content.decode()


def test_an_external_verifier_reads_the_files_of_their_cohorts_only(cast):
    factories.a_cohort(cast=cast)
    stranger = factories.a_user(role=Role.TUTOR, name="Somebody Else")
    eqa = cast.client_of("eqa")

    assert eqa.get(f"/verification/staff/{cast.tutor.pk}/").status_code == 200
    assert eqa.get(f"/verification/staff/{stranger.pk}/").status_code == 404
    assert "Somebody Else" not in eqa.get("/verification/staff/").content.decode()


def test_a_certificate_is_judged_by_its_content(cast):
    bad = ContentFile(b"MZ this is no picture", name="certificate.png")
    with pytest.raises(Refused):
        staffing.add_qualification(cast.tutor, title="Award", awarded_on=clock.today(), evidence=bad, by=cast.tutor)
    assert not cast.tutor.staff_qualifications.exists()

    good = ContentFile(png(20, 20), name="certificate.png")
    held = staffing.add_qualification(cast.tutor, title="Award", awarded_on=clock.today(), evidence=good, by=cast.tutor)
    answer = cast.client_of("iqa").get(reverse("verification:staff_evidence", args=[held.pk]))
    assert b"".join(answer).startswith(b"\x89PNG")
    assert Event.objects.filter(verb="download", subject_id=held.pk).count() == 1


def test_a_qualification_has_a_day_of_award_or_a_target(cast):
    with pytest.raises(Refused, match="Give the day"):
        staffing.add_qualification(cast.tutor, title="Award", by=cast.tutor)
    towards = staffing.add_qualification(cast.tutor, title="Award", target_on=clock.today(), by=cast.tutor)
    staffing.award_qualification(towards, awarded_on=clock.today(), by=cast.tutor)
    with pytest.raises(Stale):
        staffing.award_qualification(towards, awarded_on=clock.today(), by=cast.tutor)


def test_who_comes_or_leaves_is_noted_once_and_stays_until_it_is_told(cast):
    grant = cast.iqa.grants.get()
    type(grant).objects.filter(pk=grant.pk).update(ended_at=clock.now(), ended_by=cast.administrator)

    call_command("note_staff_changes", verbosity=0)
    call_command("note_staff_changes", verbosity=0)

    kinds = set(StaffChange.objects.filter(person=cast.iqa).values_list("kind", flat=True))
    assert "iqa_left" in kinds
    change = StaffChange.objects.get(person=cast.iqa, kind="iqa_left")
    assert "told" not in change.told_how
    staffing.tell_change(change, told_on=clock.today(), told_how="The update form", by=cast.administrator)
    with pytest.raises(Stale):
        staffing.tell_change(change, told_on=clock.today(), told_how="Again", by=cast.administrator)
    page = cast.client_of("administrator").get(reverse("verification:changes") + "?state=told").content.decode()
    assert "The update form" in page


def test_what_happened_long_ago_is_not_noted_by_itself(cast):
    cast.tutor.grants.update(granted_at=clock.now() - dt.timedelta(days=200))

    staffing.note_staff_changes()

    assert not StaffChange.objects.filter(person=cast.tutor).exists()
