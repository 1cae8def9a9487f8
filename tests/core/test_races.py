"""Two people at the same moment, in two threads with two connections to the real database."""

import threading

import pytest
from django.db import close_old_connections, connection

from assignments.models import Submission
from core import clock
from core.models import Event, Notice
from core.refusals import Stale, WrongState
from programmes import actions
from programmes.models import TutorAppointment
from tests import factories
from tests.worlds import a_cast
from verification import actions as verification

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(*steps):
    """Run the steps in threads that start together; what each returned or raised, in their order."""
    start, said = threading.Barrier(len(steps)), [None] * len(steps)

    def run(n, step):
        try:
            start.wait(10)
            said[n] = step()
        except Exception as raised:
            said[n] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    close_old_connections()
    return said


@pytest.mark.parametrize("_", range(3))
def test_of_two_decisions_at_the_same_moment_exactly_one_is_kept(_):
    cast = a_cast()
    cohort = factories.a_cohort(cast=cast)
    proposal = actions.propose_tutor(
        cohort, tutor=factories.a_user(role="tutor"), from_on=clock.today(), by=cast.contract_manager
    )
    one, other = (TutorAppointment.objects.get(pk=proposal.pk) for _ in range(2))
    mails = Notice.objects.count()

    said = at_once(
        lambda: actions.approve_tutor(one, by=cast.client_contact),
        lambda: actions.decline_tutor(other, decision_note="No.", by=cast.client_contact),
    )

    lost = [found for found in said if isinstance(found, Exception)]
    assert [type(found) for found in lost] == [Stale]
    assert str(lost[0]) == "Somebody else changed this a moment ago. Look again to see where it stands."
    decided = Event.objects.about(proposal).filter(verb__in=["approve_tutor", "decline_tutor"])
    proposal.refresh_from_db()
    assert [event.new_state for event in decided] == [proposal.state]
    winner = "approved" if said[0] not in lost else "declined"
    assert proposal.state == winner
    keys = list(Notice.objects.order_by("-pk").values_list("key", flat=True)[: Notice.objects.count() - mails])
    assert keys
    assert all(winner in key for key in keys), keys


def test_the_same_mail_queued_at_the_same_moment_is_one_mail():
    from core import notices

    cast = a_cast()

    def queue():
        return notices.queue("one", to=cast.learner, template="emails/account_password_changed.txt", context={})

    said = at_once(queue, queue)

    assert [found for found in said if isinstance(found, Exception)] == []
    assert Notice.objects.filter(key="one").count() == 1


def test_a_result_that_two_runs_and_a_person_release_at_the_same_moment_is_released_once():
    cast = a_cast()
    cohort = factories.a_cohort(cast=cast)
    with factories.released_by(cohort, "after_iqa"):
        one = factories.an_enrolment(cast=cast, cohort=cohort)
        submission = factories.a_submission(cast=cast, one=one)
        factories.mark(submission, cast=cast, unmet=1)
    by_hand = Submission.objects.get(pk=submission.pk)

    said = at_once(
        verification.release_due,
        verification.release_due,
        lambda: verification.release_result(by_hand, reason="The board meets.", by=cast.administrator),
    )

    assert [type(found) for found in said if isinstance(found, Exception)] in ([], [WrongState])
    released = sum(found for found in said[:2] if isinstance(found, int)) + isinstance(said[2], Submission)
    assert released == 1
    assert Event.objects.about(submission).filter(verb="release_referral").count() == 1
    assert Notice.objects.filter(key=f"submission:{submission.pk}:referred").count() == 1
    assert Submission.objects.filter(enrolment=one, attempt=2).count() == 1
