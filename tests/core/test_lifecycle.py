"""The door through which every state goes, tried on the appointment of a tutor: the smallest machine there is."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import TextChoices

from core import clock
from core.lifecycle import Transition, choices, move, record, set_exactly_when, set_from, state_is_known
from core.models import Event
from core.refusals import NotAllowed, Refused, Stale, WrongState
from programmes import actions
from programmes.models import TutorAppointment
from programmes.states import APPROVE, DECLINE, TRANSITIONS
from tests import factories


@pytest.fixture
def proposal(cast):
    cohort = factories.a_cohort(cast=cast)
    return actions.propose_tutor(
        cohort, tutor=factories.a_user(role="tutor"), from_on=clock.today(), by=cast.contract_manager
    )


def test_a_move_writes_the_state_its_facts_and_one_event(cast, proposal):
    now = clock.now()

    event = move(
        proposal, APPROVE, by=cast.client_contact, decided_at=now, decided_by=cast.client_contact, detail={"of": "hand"}
    )

    saved = TutorAppointment.objects.get(pk=proposal.pk)
    assert (saved.state, saved.decided_at, saved.decided_by) == ("approved", now, cast.client_contact)
    assert (proposal.state, proposal.decided_at) == ("approved", now)
    assert list(Event.objects.about(proposal).filter(verb="approve_tutor")) == [event]
    assert (event.old_state, event.new_state, event.detail) == ("proposed", "approved", {"of": "hand"})
    assert (event.actor, event.actor_label) == (cast.client_contact, "Cleo Contact")


def test_a_role_without_the_capability_is_told_so_and_nothing_moves(cast, proposal):
    with pytest.raises(NotAllowed, match=r"^Your role does not let you approve this tutor.$"):
        move(proposal, APPROVE, by=cast.tutor, decided_at=clock.now(), decided_by=cast.tutor)

    proposal.refresh_from_db()
    assert proposal.state == "proposed"
    assert not Event.objects.about(proposal).filter(verb="approve_tutor").exists()


def test_a_step_from_the_wrong_state_says_where_the_thing_stands(cast, proposal):
    actions.approve_tutor(proposal, by=cast.client_contact)

    with pytest.raises(WrongState, match=r"This is approved, so “Decline this tutor” is no longer possible here."):
        move(proposal, DECLINE, by=cast.client_contact)


def test_a_guard_refuses_with_its_own_sentence(cast, proposal):
    other = factories.a_user(role="client_contact")

    with pytest.raises(Refused, match=r"^Only a contact of Organisation [0-9]+ approves this.$") as refusal:
        move(proposal, APPROVE, by=other)

    assert type(refusal.value) is Refused


def test_whoever_read_before_somebody_else_wrote_overwrites_nothing(cast, proposal):
    read_before = TutorAppointment.objects.get(pk=proposal.pk)
    actions.decline_tutor(proposal, decision_note="We know somebody else.", by=cast.client_contact)
    events = Event.objects.count()

    with pytest.raises(Stale, match=r"^Somebody else changed this a moment ago. Look again to see where it stands.$"):
        move(read_before, APPROVE, by=cast.client_contact, decision_note="Welcome")

    saved = TutorAppointment.objects.get(pk=proposal.pk)
    assert (saved.state, saved.decision_note) == ("declined", "We know somebody else.")
    assert Event.objects.count() == events


def test_only_waymark_itself_takes_a_step_that_nobody_is_given(cast, proposal):
    alone = Transition(verb="lapse", label="Lapse", sources=("proposed",), target="declined")

    assert isinstance(alone.refusal(proposal, cast.administrator), NotAllowed)
    assert alone.refusal(proposal, None) is None


def test_what_waymark_does_itself_is_said_to_be_its_own(proposal):
    event = record(proposal, "look", by=None, seen=3)

    assert (event.actor, event.actor_label, event.detail) == (None, "Waymark", {"seen": 3})
    assert (event.old_state, event.new_state) == ("", "")


def test_the_buttons_are_those_of_the_role_with_what_blocks_them(cast, proposal):
    offered = choices(proposal, cast.client_contact, TRANSITIONS)
    stranger = choices(proposal, factories.a_user(role="client_contact"), TRANSITIONS)

    assert [(one.verb, one.url, one.blocked) for one in offered] == [
        ("approve_tutor", f"/appointments/{proposal.pk}/approve/", ""),
        ("decline_tutor", f"/appointments/{proposal.pk}/decline/", ""),
    ]
    assert [bool(one.blocked) for one in stranger] == [True, True]
    assert choices(proposal, cast.tutor, TRANSITIONS) == []
    assert (
        choices(proposal, cast.client_contact, [Transition(verb="x", label="X", sources=("proposed",), target="y")])
        == []
    )


class Light(TextChoices):
    RED = "red", "Red"
    GREEN = "green", "Green"
    OFF = "off", "Off"


RULES = (
    state_is_known(Light, name="light_known"),
    set_exactly_when("lit_on", states=[Light.RED, Light.GREEN], name="light_lit"),
    set_from("bought_on", states=[Light.OFF], name="light_bought"),
)


@pytest.fixture
def lamps(db):
    """A table with the three kinds of constraint, as a migration would make it."""
    from django.db import models
    from django.test.utils import isolate_apps

    with isolate_apps("core"):

        class Lamp(models.Model):
            state = models.CharField(max_length=10)
            lit_on = models.DateField(null=True)
            bought_on = models.DateField(null=True)

            class Meta:
                app_label = "core"
                constraints = RULES

        if connection.vendor == "sqlite":
            pytest.skip("SQLite makes no tables inside a transaction with foreign keys on")
        with connection.schema_editor() as editor:
            editor.create_model(Lamp)
        yield Lamp


@pytest.mark.parametrize(
    ("state", "lit", "bought", "holds"),
    [
        ("red", True, False, True),
        ("green", True, True, True),
        ("off", False, True, True),
        ("blue", False, False, False),
        ("red", False, False, False),
        ("off", True, True, False),
        ("off", False, False, False),
    ],
)
def test_the_database_repeats_what_a_state_means(lamps, state, lit, bought, holds):
    today = clock.today()

    try:
        with transaction.atomic():
            lamps.objects.create(state=state, lit_on=today if lit else None, bought_on=today if bought else None)
        kept = True
    except IntegrityError:
        kept = False

    assert kept == holds
