"""Staff files that are filled in, a standardisation event of this spring, and one that is open for marking."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

from django.core.files.base import ContentFile
from docx import Document as Docx

from accounts.models import User
from assignments.models import Submission
from config.demo.people import CLIENT, Company
from core import clock
from programmes.models import Client, Qualification
from verification import staffing, standardising
from verification.models import Participation, StandardisationEvent, StandardMark

NUMBER = "8588-21"
MET = (
    "Says what it is, and shows it with an example from work.",
    "Two models side by side, and which one fits when.",
    "The source is named and weighed, not only quoted.",
    "Narrow, but everything the wording asks for is there.",
)
NOT_MET = (
    "Describes, where the wording asks to evaluate. One side only.",
    "No example from practice, so I cannot see that it is understood.",
)
SAID = (
    "We read the wording aloud and went through the paragraph together. The verb decides.",
    "The example comes two pages later than one looks for it. It answers the criterion.",
    "Short, but both sides are there. Length alone is no reason to refer.",
)
AGREED = (
    "At least one strength and one limit, each with a reason. A description alone is referred.",
    "An example counts wherever in the essay it stands, if it is the learner’s own.",
    "Two sentences can be enough. We refer what is missing, not what is brief.",
)
MINUTES = """Everybody had marked the essay beforehand. We spent most of the time on the criteria where we differed.

Agreed: where the wording says “evaluate”, we look for both sides before we look at the length. Referrals name the paragraph.

Helen reads these minutes and marks at the next event. Next meeting in the autumn."""


def files(company: Company) -> None:
    """Qualifications, development, approvals, interests, and changes of which the awarding organisation hears."""
    today, day = clock.today(), dt.timedelta(days=1)
    people = company.helen, company.ruth, company.gareth
    for person, awarded in zip(people, (2600, 1500, 3300), strict=True):
        staffing.add_qualification(
            person,
            title="Level 3 Certificate in Assessing Vocational Achievement",
            awarded_on=today - awarded * day,
            evidence=_certificate(person),
            by=person,
        )
    staffing.add_qualification(
        company.gareth,
        title="Level 4 Award in the Internal Quality Assurance of Assessment Processes and Practice",
        awarded_on=today - 2900 * day,
        by=company.gareth,
    )
    staffing.add_qualification(
        company.ruth,
        title="Level 7 Certificate in Executive Coaching and Mentoring",
        target_on=today + 200 * day,
        by=company.ruth,
    )
    for person, ago, hours, what, changed in (
        (company.helen, 40, "6", "Conference day on coaching in public service", "I ask for the contract with the client first."),
        (company.helen, 190, "2.5", "Webinar on feedback that is acted on", "My actions name one thing and the paragraph."),
        (company.ruth, 75, "3", "Workshop on marking reflective writing", "I look for what was done differently next time."),
        (company.gareth, 120, "4", "Update for internal verifiers", "I sample referrals as often as passes."),
    ):  # fmt: skip
        done = {"done_on": today - ago * day, "hours": Decimal(hours), "what": what, "changed": changed}
        staffing.add_development(person, **done, by=person)  # type: ignore[arg-type] # the values are those of the names
    _approvals(company)
    client = Client.objects.get(name=CLIENT)
    with clock.at(today - 300 * day):
        staffing.declare_interest(
            company.ruth,
            client=client,
            nature="Was employed there as a trainer",
            from_on=dt.date(2019, 1, 7),
            until_on=dt.date(2021, 6, 30),
            by=company.ruth,
        )
        came = staffing.note_change(
            person=company.ruth, kind="new_tutor", happened_on=dt.date(2023, 9, 1), by=company.joan
        )
        staffing.tell_change(came, told_on=today - 300 * day, told_how="Centre update form, by e-mail", by=company.joan)
    staffing.note_change(
        person=company.ruth,
        kind="other",
        happened_on=today - 12 * day,
        note="Also takes on the cohort that is marked without names",
        by=company.joan,
    )


def _approvals(company: Company) -> None:
    qualification, today = Qualification.objects.get(number=NUMBER), clock.today()
    for person, duty in ((company.helen, "assess"), (company.gareth, "verify")):
        with clock.at(dt.date(2022, 3, 2)):
            staffing.approve_staff(
                person, duty=duty, qualification=qualification, from_on=dt.date(2022, 3, 2), by=company.joan
            )
    with clock.at(dt.date(2023, 8, 29)):
        staffing.approve_staff(
            company.ruth,
            duty="assess",
            qualification=qualification,
            from_on=dt.date(2023, 9, 1),
            countersigner=company.helen,
            countersign_until_on=today + dt.timedelta(days=60),
            by=company.gareth,
        )


def _certificate(person: User) -> ContentFile[bytes]:
    docx = Docx()
    docx.add_heading("Certificate", level=1)
    docx.add_paragraph(f"This is a specimen for the demonstration. It shows that {person} holds the qualification.")
    out = io.BytesIO()
    docx.save(out)
    return ContentFile(out.getvalue(), name="certificate.docx")


def events(company: Company) -> None:
    """In spring all three marked one essay and two met; now another is open, and one of them is done."""
    today, day = clock.today(), dt.timedelta(days=1)
    passed = Submission.objects.released().filter(
        assignment__kind="essay", assignment__version__qualification__number=NUMBER, state="passed"
    )
    first, second = passed.order_by("submitted_at")[:2]
    people = [company.helen, company.ruth, company.gareth]
    # A Wednesday, as meetings are on working days.
    held = today - (200 + (today.weekday() + 5 - 200) % 7) * day
    event = _open(company, "Spring standardisation: what “evaluate” asks for", first, people, held)
    for n, person in enumerate(people):
        with clock.at(held - (4 - n) * day):
            _decide(event, person, seed=n)
    _meet(event, company, held)
    event = _open(
        company,
        "Autumn standardisation: essays of the new cohort",
        second,
        people,
        today + (6 + (3 - today.weekday()) % 7) * day,
    )
    with clock.at(today - day):
        _decide(event, company.ruth, seed=4)


def _open(
    company: Company, title: str, piece: Submission, people: list[User], held_on: dt.date
) -> StandardisationEvent:
    with clock.at(min(held_on - dt.timedelta(days=14), clock.today())):
        event = standardising.plan_event(
            title=title, assignment=piece.assignment, held_on=held_on, chair=company.gareth, by=company.gareth
        )
        standardising.set_piece(event, submission=piece, by=company.gareth)
        standardising.invite_participants(event, people=people, by=company.gareth)
        return standardising.open_marking(event, by=company.gareth)


def _decide(event: StandardisationEvent, person: User, *, seed: int) -> None:
    """Most criteria pass; every fifth is seen differently by one of them."""
    one = Participation.objects.select_related("event").get(event=event, person=person)
    for n, criterion in enumerate(event.criteria()):
        refers = (n + 2 * seed) % 5 == 3 and seed != 2
        reasons = NOT_MET if refers else MET
        standardising.save_mark(
            one,
            criterion=criterion,
            decision="refer" if refers else "pass",
            reason=reasons[(n + seed) % len(reasons)],
            revision=0,
            by=person,
        )
    standardising.hand_over_marks(one, by=person)


def _meet(event: StandardisationEvent, company: Company, held: dt.date) -> None:
    event = StandardisationEvent.objects.get(pk=event.pk)
    with clock.at(held):
        for n, criterion in enumerate(event.criteria()):
            differed = StandardMark.objects.filter(
                participation__event=event, criterion=criterion, decision="refer"
            ).exists()
            standardising.save_standard(
                event,
                criterion=criterion,
                discussion=SAID[n % len(SAID)] if differed else "",
                decision="pass",
                standard=AGREED[n % len(AGREED)] if differed else "",
                revision=0,
                by=company.gareth,
            )
        for one in event.participations.select_related("event"):
            if one.person_id == company.helen.pk:
                why = "Called to a client that morning"
                standardising.note_attendance(one, attendance="apologies", note=why, by=company.gareth)
            else:
                standardising.note_attendance(
                    one, attendance="present", came=dt.time(10), left=dt.time(12, 30), by=company.gareth
                )
        standardising.close_event(event, minutes=MINUTES, by=company.gareth)
