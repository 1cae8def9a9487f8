"""Every step of every machine, from every state, by every role: what is allowed is written down here, once, by hand.

The table says for each step which states it leaves, which it reaches, and which roles take it (L learner, T tutor, I internal
verifier, E external verifier, A administrator, M contract manager, C client contact; W Waymark itself). Guards, which look at
the thing and not at the role, have tests of their own beside each app.
"""

from dataclasses import replace
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts.models import User
from accounts.permissions import Role
from config.management.commands.write_docs import MACHINES
from core.refusals import NotAllowed, WrongState

STEPS = """
Appointment of a tutor   | approve_tutor      | proposed                     -> approved     | C
Appointment of a tutor   | decline_tutor      | proposed                     -> declined     | C
Timetable of a cohort    | propose_timetable  | draft                        -> proposed     | A M
Timetable of a cohort    | approve_timetable  | proposed                     -> approved     | C
Timetable of a cohort    | return_timetable   | proposed                     -> returned     | C
Enrolment                | apply              | invited                      -> applied      | L
Enrolment                | accept             | applied                      -> active       | T
Enrolment                | decline            | applied                      -> declined     | T
Enrolment                | withdraw           | invited applied active       -> withdrawn    | A
Enrolment                | complete           | active                       -> completed    | W
Enrolment                | reopen             | completed                    -> active       | W
Session                  | hold               | planned                      -> held         | T A
Session                  | cancel             | planned                      -> cancelled    | A M
Place at a session       | mark_attended      | booked part absent           -> attended     | T A
Place at a session       | mark_part          | booked attended absent part  -> part         | T A
Place at a session       | mark_absent        | booked attended part         -> absent       | T A
Submission (one attempt) | submit             | draft                        -> submitted    | L
Submission (one attempt) | hand_in_for_learner | draft                       -> submitted    | A
Submission (one attempt) | award_pass         | submitted                    -> signed       | T
Submission (one attempt) | refer              | submitted                    -> signed       | T
Submission (one attempt) | release_pass       | signed                       -> passed       | I A
Submission (one attempt) | release_referral   | signed                       -> referred     | I A
Submission (one attempt) | return_unmarked    | submitted                    -> returned     | T
Submission (one attempt) | overturn           | passed                       -> referred     | T
Submission (one attempt) | pass_after_all     | referred                     -> passed       | T
Submission (one attempt) | withdraw_attempt   | draft                        -> withdrawn    | W
Deferral of a decision   | end_deferral       | open                         -> ended        | T
Second marking           | hand_over_second_marking | asked                  -> marked       | T
Second marking           | confirm_agreement  | marked                       -> agreed       | T
Second marking           | settle_second_marking | marked                    -> agreed       | I
Second marking           | call_off_second_marking | asked marked            -> withdrawn    | I A M
Document (a file handed in) | examine       | received                     -> examining    | W
Document (a file handed in) | wait_for_scan | examining                    -> waiting_for_scan | W
Document (a file handed in) | make_ready    | received examining waiting_for_scan -> ready | W
Document (a file handed in) | turn_away     | examining waiting_for_scan   -> refused      | W
Upload (a file on its way) | complete_upload | open                       -> complete     | L
Upload (a file on its way) | use_upload    | complete                      -> used         | L
Upload (a file on its way) | abandon_upload | open complete                -> abandoned    | W
Draft for comment        | comment_on_draft   | sent                         -> commented    | T
Draft for comment        | withdraw_draft     | sent                         -> withdrawn    | L
Extension of a deadline  | grant_extension    | requested                    -> granted      | T M
Extension of a deadline  | decline_extension  | requested                    -> declined     | T M
Extension of a deadline  | withdraw_extension | requested                    -> withdrawn    | L
Sample of marking        | agree              | selected                     -> agreed       | I
Sample of marking        | send_back          | selected                     -> returned     | I
Interim sample           | agree_interim      | planned                      -> agreed       | I
Interim sample           | require_action     | planned                      -> action       | I
Interim sample           | call_off_interim   | planned                      -> called_off   | I
Interim sample           | close_interim      | action                       -> closed       | I
Action of an interim sample | answer_interim  | asked                        -> answered     | T
Action of an interim sample | send_interim_again | answered                  -> followed     | I
Sample of marking        | answer             | returned                     -> answered     | T A
Claim for a certificate  | record_certificate | claimed                      -> certificated | A
Claim for a certificate  | record_rejection   | claimed                      -> rejected     | A
Claim for a certificate  | revoke             | certificated                 -> revoked      | A
Batch of claims          | export_batch       | open                         -> exported     | A
Batch of claims          | send_batch         | exported                     -> sent         | A
Batch of claims          | close_batch        | sent                         -> reconciled   | W
Answer to a batch        | take_answer        | read                         -> taken        | A
Answer to a batch        | put_aside_answer   | read                         -> put_aside    | A
Certificate on paper     | check_certificate  | received                     -> checked      | A
Certificate on paper     | send_certificate   | checked                      -> sent         | A
Certificate on paper     | ask_correction     | received checked sent        -> differs      | A
Certificate on paper     | replace_certificate | differs                     -> replaced     | A
Certificate on paper     | void_certificate   | received checked differs sent -> void        | W
Prior learning (RPL)     | agree_recognition  | proposed                     -> agreed       | I
Prior learning (RPL)     | decline_recognition | proposed                    -> declined     | I
Standardisation event    | open_marking       | planned                      -> open         | I
Standardisation event    | compare            | open                         -> compared     | I
Standardisation event    | close_event        | compared                     -> closed       | I
Standardisation event    | call_off_event     | planned open                 -> called_off   | I
Visit of the external verifier | open_visit   | planned                      -> open         | A
Visit of the external verifier | close_visit  | open                         -> closed       | A
Visit of the external verifier | report_visit | closed                       -> reported     | A
Visit of the external verifier | call_off_visit | planned                    -> called_off   | A
Appeal or complaint      | acknowledge_case   | received                     -> acknowledged | A
Appeal or complaint      | begin_review       | acknowledged                 -> review       | A
Appeal or complaint      | decide_case        | review panel                 -> decided      | T I A M
Appeal or complaint      | call_panel         | decided                      -> panel        | A
Appeal or complaint      | pass_on_case       | decided                      -> awarding     | A
Appeal or complaint      | close_case         | decided awarding             -> closed       | A
Appeal or complaint      | drop_case          | received acknowledged review panel -> closed | A
Malpractice case         | investigate        | suspected                    -> investigation | A
Malpractice case         | report_case        | investigation                -> reported     | A
Malpractice case         | hear               | reported                     -> hearing      | A
Malpractice case         | decide_malpractice | hearing                      -> decided      | T I A M
Malpractice case         | sanction           | decided                      -> sanctioned   | A
Malpractice case         | close_case         | decided sanctioned           -> closed       | A
Malpractice case         | drop_case          | suspected investigation reported hearing -> closed | A
Progress report          | approve_report     | draft                        -> approved     | M
Progress report          | send_report        | approved                     -> sent         | M
"""
ROLES = dict(zip("LTIEAMC", Role, strict=True))
# Which app a machine lives in.
APPS = {
    "Appointment of a tutor": "programmes",
    "Timetable of a cohort": "workshops",
    "Enrolment": "enrolment",
    "Session": "workshops",
    "Place at a session": "workshops",
    "Submission (one attempt)": "assignments",
    "Deferral of a decision": "assignments",
    "Second marking": "assignments",
    "Document (a file handed in)": "assignments",
    "Upload (a file on its way)": "assignments",
    "Draft for comment": "assignments",
    "Extension of a deadline": "assignments",
    "Sample of marking": "verification",
    "Interim sample": "verification",
    "Action of an interim sample": "verification",
    "Claim for a certificate": "verification",
    "Batch of claims": "verification",
    "Answer to a batch": "verification",
    "Certificate on paper": "verification",
    "Prior learning (RPL)": "verification",
    "Standardisation event": "verification",
    "Visit of the external verifier": "verification",
    "Appeal or complaint": "verification",
    "Malpractice case": "verification",
    "Progress report": "reporting",
}
# Steps that are part of another act, which has the address: that act.
PART_OF = {
    "complete": "verification:record_certificate",
    "reopen": "verification:revoke",
    "void_certificate": "verification:revoke",
    "close_batch": "verification:take_answer",
    "mark_attended": "workshops:take_register",
    "mark_part": "workshops:take_register",
    "mark_absent": "workshops:take_register",
    **dict.fromkeys(("agree_interim", "require_action"), "verification:record_interim"),
    "overturn": "verification:overturn",
    "withdraw_attempt": "assignments:pass_after_all",
    "release_pass": "assignments:award_pass",
    "release_referral": "assignments:refer",
    **dict.fromkeys(("examine", "wait_for_scan", "make_ready", "turn_away", "use_upload"), "assignments:attach"),
    **dict.fromkeys(("complete_upload", "abandon_upload"), "assignments:receive_piece"),
}


def by_hand():
    for row in STEPS.strip().splitlines():
        machine, verb, way, who = (part.strip() for part in row.split("|"))
        sources, target = way.split("->")
        yield machine, verb, set(sources.split()), target.strip(), set(who.split())


def in_code():
    return [(machine, states, step) for machine, states, steps in MACHINES for step in steps]


WRITTEN = {(machine, verb): (sources, target, who) for machine, verb, sources, target, who in by_hand()}
CASES = [
    pytest.param(machine, states, step, letter, id=f"{machine}-{step.verb}-{letter}")
    for machine, states, step in in_code()
    for letter in (*ROLES, "W")
]


class Thing:
    """Something in a state, without a row."""

    def __init__(self, state):
        self.state = state

    def get_state_display(self):
        return self.state


def person(letter):
    """Somebody with one role, without a row; nobody for Waymark itself."""
    if letter == "W":
        return None
    user = User(full_name=ROLES[letter].label)
    user.roles = frozenset({ROLES[letter]})
    return user


def test_the_table_knows_every_step_and_no_other():
    assert {(machine, step.verb) for machine, _, step in in_code()} == set(WRITTEN)


def test_every_step_leads_where_the_table_says():
    leads = {(machine, step.verb): (set(step.sources), step.target) for machine, _, step in in_code()}

    assert leads == {key: (sources, target) for key, (sources, target, _) in WRITTEN.items()}


@pytest.mark.parametrize(("machine", "states", "step", "letter"), CASES)
def test_a_step_is_open_to_its_roles_and_from_its_states_only(machine, states, step, letter):
    sources, _, who = WRITTEN[machine, step.verb]
    unguarded, by = replace(step, guards=()), person(letter)
    # Waymark itself passes the question of the role; which steps it takes is seen from `needs`.
    expected = {
        state: (NotAllowed if letter not in who | {"W"} else None if state in sources else WrongState)
        for state in states.values
    }

    refusals = {state: unguarded.refusal(Thing(state), by) for state in states.values}

    assert {state: type(refusal) if refusal else None for state, refusal in refusals.items()} == expected
    assert all(str(refusal).endswith(".") for refusal in refusals.values() if refusal)
    assert (step.needs is None) == (who == {"W"})


@pytest.mark.parametrize(("machine", "states", "step"), in_code(), ids=lambda one: getattr(one, "verb", ""))
def test_a_step_that_is_possible_is_still_refused_by_its_guards(machine, states, step):
    """Each guard is asked, in order, and its sentence is the refusal."""
    sources, _, who = WRITTEN[machine, step.verb]
    asked = []

    def content(obj, by):
        asked.append(obj.state)
        return ""

    guarded = replace(step, guards=(content, lambda obj, by: "Not today.", content))

    refusal = guarded.refusal(Thing(min(sources)), person(min(who)))

    assert str(refusal) == "Not today."
    assert asked == [min(sources)]


@pytest.mark.parametrize(("machine", "states", "step"), in_code(), ids=lambda one: getattr(one, "verb", ""))
def test_address_action_and_step_have_one_name(machine, states, step):
    app = APPS[machine]
    names = {name.name for name in (get_resolver().namespace_dict[app][1]).url_patterns}
    modules = [
        import_module(f"{app}.actions"),
        *map(
            import_module,
            {
                "assignments": ("assignments.marking", "assignments.release", "assignments.examination"),
                "verification": ("verification.standardising", "verification.handling", "verification.interim"),
            }.get(app, ()),
        ),
    ]

    if step.verb in PART_OF:
        assert step.verb not in names
        assert reverse(PART_OF[step.verb], args=[1])
    else:
        assert step.verb in names
    if step.verb not in ("mark_attended", "mark_part", "mark_absent"):
        assert any(callable(getattr(module, step.verb, None)) for module in modules)


# A signed outcome superseded by another one: each time a new row with its reason, and never after the next attempt is in. A
# completion is taken back when the certificate is revoked. An appeal that was decided goes to the panel, which decides it again.
SUPERSEDES = ("overturn", "pass_after_all", "reopen", "call_panel")


def test_no_machine_turns_in_a_circle_except_the_register():
    """A register may be corrected, an outcome superseded, a completion taken back, an appeal decided again; everything else goes forward only."""
    turning = []
    for machine, _, steps in MACHINES:
        ahead = {(source, step.target) for step in steps for source in step.sources if step.verb not in SUPERSEDES}
        while further := {(a, d) for a, b in ahead for c, d in ahead if b == c} - ahead:
            ahead |= further
        if any(a == b for a, b in ahead):
            turning.append(machine)

    assert turning == ["Place at a session"]


def test_every_state_can_be_reached_and_is_known_to_the_database():
    for machine, states, steps in MACHINES:
        begins = [state for state in states.values if state not in {step.target for step in steps}]
        assert len(begins) == 1, machine
    models = [
        model for app in sorted(set(APPS.values())) for model in apps.get_app_config(app).get_models()
        if any(field.name == "state" for field in model._meta.get_fields())
    ]  # fmt: skip
    # An appeal and a suspicion of malpractice are the same model with a machine each.
    assert len(models) == len(MACHINES) - 1
    for model in models:
        known = [one for one in model._meta.constraints if one.name.endswith("state_known")]
        assert len(known) == 1, model


def test_an_address_that_is_not_there_is_noticed():
    with pytest.raises(NoReverseMatch):
        reverse("workshops:mark_attended", args=[1])
