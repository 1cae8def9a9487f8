"""One appeal of the past, told to its end: it changes no figure, because it was not upheld."""

from __future__ import annotations

from assignments.models import Submission
from config.demo.cases import FIRST, D
from config.demo.people import Company
from core import clock
from verification import handling


def tell(company: Company) -> None:
    """The first learner of the first cohort appeals against the referral of the portfolio; a tutor of another cohort reviews it."""
    found = Submission.objects.get(
        enrolment__cohort__code=FIRST.code,
        enrolment__learner__full_name=FIRST.names[0],
        assignment__kind="portfolio",
        attempt=1,
    )
    with clock.at(D(2024, 6, 6)):
        case = handling.appeal(
            found,
            statement="Criterion 1.3 was referred because the second model is not compared. I compare both models in my third reflection, "
            "in the part about the meeting in March.",
            by=found.enrolment.learner,
        )
    with clock.at(D(2024, 6, 7)):
        message = "Thank you for your appeal. Ruth Adeyemi, who does not teach your cohort, looks at it."
        handling.acknowledge_case(case, message=message, by=company.joan)
        handling.begin_review(case, decider=company.ruth, by=company.joan)
    with clock.at(D(2024, 6, 14)):
        handling.add_note(case, body="Read all four reflections and the result sheet.", by=company.ruth)
    with clock.at(D(2024, 6, 18)):
        handling.decide_case(
            case,
            outcome="not_upheld",
            reasons="The third reflection describes both models well, one after the other. The criterion asks for a comparison: what one of "
            "them shows that the other does not. The referral stands. One paragraph would be enough for the next attempt.",
            by=company.ruth,
        )
    with clock.at(D(2024, 7, 1)):
        handling.close_case(case, closing_note="Content with the explanation; told by telephone.", by=company.joan)
