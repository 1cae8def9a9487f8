"""Interim samples of the cohort under way: a supervision that was observed, a draft with an action, a session to come."""

from __future__ import annotations

import datetime as dt

from assignments import actions as assignments
from assignments.models import Draft
from config.demo import steps
from config.demo.people import Company
from core import clock
from enrolment.models import Enrolment
from verification import interim
from verification.models import InterimSample
from workshops.models import Session

COMMENTS = """1.1 reads well: two definitions, and you say which one you work with.

1.3: name the strength of this model first, then the limit: it takes time that a shift does not have. You could write that
a model of this kind suits planned meetings and not the corridor.

2.1 is still about coaches in general. What did you do?"""


def observed(company: Company, one: Enrolment) -> InterimSample:
    """Gareth sat in on a supervision by Helen, a week after he had told her."""
    held = one.supervision.order_by("held_on")[0]
    with clock.at(held.held_on - dt.timedelta(days=7)):
        sample = interim.plan_interim(
            cohort=one.cohort,
            tutor=company.helen,
            kind="supervision",
            happens_on=held.held_on,
            purpose="Each tutor is observed once a year",
            by=company.gareth,
        )
    with clock.at(held.held_on + dt.timedelta(days=1)):
        return interim.agree_interim(
            sample,
            thing=held,
            notes={
                "preparation": ("strong", "Had read the last two entries of the log, and began with them."),
                "questioning": ("strong", "Let a long silence stand. The learner found the answer in it."),
                "feedback": ("sound", "One thing to try in the next meeting, in the learner’s own words."),
                "fairness": ("sound", ""),
                "records": ("sound", "Written down the same day."),
            },
            feedback="A calm hour with real questions. Keep the summary at the end: it showed what the learner takes with them.",
            by=company.gareth,
        )


def with_action(company: Company, one: Enrolment) -> InterimSample:
    """A draft sent last night. Helen's comments help, but in one place they write the sentence for the learner."""
    essay = one.submissions.get(assignment__kind="essay", state="draft")
    with clock.at(steps.at_hour(clock.today() - dt.timedelta(days=1), 21, 30)):
        sent = assignments.send_draft(essay, source="text", note="Is 1.3 what is asked, or too short?", by=one.learner)
    draft: Draft = assignments.comment_on_draft(sent, comments=COMMENTS, revision=0, by=company.helen)
    sample = interim.plan_interim(
        cohort=one.cohort,
        tutor=company.helen,
        kind="draft",
        thing=draft,
        purpose="How far comments on drafts go",
        by=company.gareth,
    )
    return interim.require_action(
        sample,
        notes={
            "feedback": (
                "develop",
                "In 1.3 the comment writes the sentence that the criterion asks of the learner.",
            ),
            "fairness": ("sound", "Each comment names its criterion."),
            "records": ("strong", "Answered within a working day."),
        },
        feedback="Clear, quick and kind. In 1.3 you give the answer away; the question under 2.1 shows how you do it better.",
        action="Say in the next comments on a draft what is missing, and leave the sentence to the learner. Send me one as an example.",
        owner=company.helen,
        due_on=clock.today() + dt.timedelta(days=14),
        by=company.gareth,
    )


def to_come(company: Company, session: Session) -> InterimSample:
    return interim.plan_interim(
        cohort=session.cohort,
        tutor=session.tutor,
        kind="session",
        thing=session,
        purpose="How the day prepares for the portfolio",
        by=company.gareth,
    )
