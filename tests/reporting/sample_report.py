"""Invented reports: the cohort the printed design was made for, and cohorts of any size."""

from datetime import date, timedelta
from fractions import Fraction

from reporting import proposals
from reporting.disclosure import Feedback, Ratings, disclosed
from reporting.report import (
    Action,
    ActionKind,
    Change,
    ChangeKind,
    LearnerLine,
    Person,
    Phase,
    ProgressReport,
    Quotation,
    SessionLine,
    Stage,
    StageState,
    Standing,
    Summary,
    TutorSpan,
    Version,
)

AS_OF = date(2024, 6, 30)
REGISTERED, REGISTERED_LATE = date(2025, 6, 5), date(2025, 7, 3)
S = StageState

# name, code, short, held, hours, {learner: day of catch-up or None}, overall, tutor, before, after
SESSIONS = [
    ("Induction", "Ind", "Induction", date(2022, 5, 10), Fraction(3, 2), {2: date(2022, 5, 16)}, (), (), (), ()),
    (
        "Workshop 1",
        "W1",
        "1",
        date(2022, 5, 19),
        Fraction(7),
        {3: date(2022, 6, 1), 9: date(2022, 5, 30)},
        (7, 8, 7, 6, 8, 7, 8, 7, 8),
        (8, 8, 7, 8, 8, 7, 8, 8, 8),
        (2, 3, 3, 2, 4, 3, 2, 4, 3),
        (6, 7, 7, 7, 7, 7, 6, 8, 7),
    ),
    (
        "Workshop 2",
        "W2",
        "2",
        date(2022, 6, 16),
        Fraction(7),
        {1: date(2022, 6, 24), 8: date(2022, 6, 27), 12: date(2022, 6, 29)},
        (8, 7, 8, 7, 8, 8, 7, 8),
        (8, 8, 8, 9, 8, 8, 8, 8),
        (4, 3, 4, 5, 4, 3, 5, 4),
        (8, 7, 7, 8, 8, 7, 8, 8),
    ),
    (
        "Workshop 3",
        "W3",
        "3",
        date(2022, 7, 14),
        Fraction(7),
        {2: date(2022, 7, 25), 4: date(2022, 8, 3), 10: date(2022, 7, 22), 12: None},
        (8, 8, 8, 7, 8, 8, 8),
        (8, 8, 9, 8, 8, 9, 8),
        (5, 4, 5, 4, 5, 4, 5),
        (8, 8, 8, 7, 8, 7, 8),
    ),
    (
        "Workshop 4",
        "W4",
        "4",
        date(2022, 9, 1),
        Fraction(7),
        {3: date(2022, 9, 14), 4: date(2022, 9, 20), 6: date(2022, 9, 9)},
        (8, 8, 8, 9, 8, 8, 8),
        (8, 8, 9, 8, 8, 9, 8),
        (5, 5, 4, 5, 5, 5, None),
        (8, 8, 8, 7, 8, 8, 8),
    ),
    (
        "Guided learning day",
        "GLD",
        "Guided",
        date(2022, 9, 22),
        Fraction(7),
        {3: None, 4: date(2022, 10, 11), 7: date(2022, 10, 3)},
        (),
        (),
        (),
        (),
    ),
]
# name, pathway, essay, portfolio, deadline, end of registration, step, who
OPEN = [
    (
        "Priya Raman",
        "Coaching",
        S.DONE,
        S.REFERRED,
        date(2024, 7, 26),
        REGISTERED,
        "Portfolio referred on 3 June; hand in again by the deadline",
        "Learner",
    ),
    (
        "Daniel Okafor",
        "Both",
        S.DONE,
        S.WITH_TUTOR,
        date(2024, 8, 30),
        REGISTERED,
        "Portfolio handed in on 24 June; result by 15 July",
        "Alison Reeve",
    ),
    (
        "Bethan Rees",
        "Mentoring",
        S.DONE,
        S.IN_HAND,
        date(2024, 11, 29),
        REGISTERED_LATE,
        "Catch-up of the guided day on 18 July; portfolio in hand",
        "Alison Reeve, then learner",
    ),
    (
        "Marcus Webb",
        "Mentoring",
        S.IN_HAND,
        S.NOT_YET,
        date(2025, 3, 28),
        REGISTERED,
        "Essay in hand; earlier deadline of 28 February proposed",
        "Eleanor Whitby, then learner",
    ),
]
COMPLETED = [
    ("Aisha Siddiqui", "Both", date(2023, 2, 24)),
    ("Tom Hargreaves", "Coaching", date(2023, 3, 17)),
    ("Catherine Lowe", "Mentoring", date(2023, 5, 26)),
    ("Joanna Pike", "Coaching", date(2023, 7, 14)),
    ("Samuel Adeyemi", "Both", date(2023, 10, 20)),
    ("Fiona Galbraith", "Coaching", date(2024, 2, 9)),
    ("Ruth Ellery", "Mentoring", date(2024, 6, 14)),
]
WITHDREW = date(2022, 8, 8)
STAGES = (
    Stage(Phase.JOINING, "Form"),
    Stage(Phase.JOINING, "Skills check"),
    *(
        Stage(Phase.JOINING if i == 0 else Phase.SESSIONS, short, code, name, held)
        for i, (name, code, short, held, *_) in enumerate(SESSIONS)
    ),
    Stage(Phase.ASSIGNMENTS, "Essay"),
    Stage(Phase.ASSIGNMENTS, "Portfolio"),
    Stage(Phase.AWARD, "Verified"),
    Stage(Phase.AWARD, "Certificate"),
)


def _sessions_of(number: int, withdrew: date | None = None) -> tuple[tuple[StageState, ...], int, int, int]:
    states, places, attended, caught = [], 0, 0, 0
    for _, _, _, held, _, absent, *_ in SESSIONS:
        if withdrew and held > withdrew:
            states.append(S.WITHDRAWN)
            continue
        places += 1
        attended += number not in absent
        caught += number in absent and absent[number] is not None
        states.append(S.DONE if number not in absent else S.CAUGHT_UP if absent[number] else S.ABSENT)
    return tuple(states), places, attended, caught


def learners() -> tuple[LearnerLine, ...]:
    lines = []
    for number, (name, pathway, essay, portfolio, deadline, ends, step, who) in enumerate(OPEN, 1):
        states, places, there, caught = _sessions_of(number)
        lines.append(
            LearnerLine(
                0,
                name,
                Standing.OUTSTANDING,
                (S.DONE, S.DONE, *states, essay, portfolio, S.NOT_YET, S.NOT_YET),
                pathway,
                places,
                there,
                caught,
                deadline=deadline,
                registration_ends=ends,
                next_step=step,
                who_acts=who,
                proposed_deadline=date(2025, 2, 28) if number == 4 else None,
            )
        )
    for number, (name, pathway, certificate) in enumerate(COMPLETED, 5):
        states, places, there, caught = _sessions_of(number)
        lines.append(
            LearnerLine(
                0,
                name,
                Standing.COMPLETED,
                (S.DONE, S.DONE, *states, *(S.DONE,) * 4),
                pathway,
                places,
                there,
                caught,
                certificate_on=certificate,
            )
        )
    states, places, there, caught = _sessions_of(12, WITHDREW)
    lines.append(
        LearnerLine(
            0,
            "Colin Marsden",
            Standing.WITHDRAWN,
            (S.DONE, S.DONE, *states, *(S.WITHDRAWN,) * 4),
            "Coaching",
            places,
            there,
            caught,
            withdrew_on=WITHDREW,
        )
    )
    return proposals.arranged(lines)


def sessions() -> tuple[SessionLine, ...]:
    lines = []
    for name, code, _, held, _, absent, *_ in SESSIONS:
        places = 12 if held <= WITHDREW else 11
        lines.append(
            SessionLine(
                name, code, held, places, places - len(absent), 0, sum(day is not None for day in absent.values())
            )
        )
    return tuple(lines)


def ratings() -> Ratings:
    lines = {one.name: one.attended for one in sessions()}
    return disclosed(
        [
            Feedback(name, code, lines[name], overall, tutor, before, after)
            for name, code, _, _, _, _, overall, tutor, before, after in SESSIONS
            if overall
        ]
    )


def sample_report(**changed: object) -> ProgressReport:
    people = learners()
    facts: dict[str, object] = {
        "centre": "Northgate Learning",
        "cohort": "Coaching and mentoring, cohort 1",
        "cohort_code": "CM1",
        "qualification": "ILM Level 5 Certificate in Effective Coaching and Mentoring",
        "awarding_body": "ILM",
        "client": "Policing Standards College",
        "contact": Person("Eleanor Whitby", "Learning and Talent Manager"),
        "lead_supplier": "Meridian Consulting",
        "contract": "PSC-2022-017",
        "period_start": date(2024, 6, 1),
        "as_of": AS_OF,
        "prepared_by": Person("Hannah Cole", "contract manager"),
        "tutors": (TutorSpan("Alison Reeve"),),
        "version": 2,
        "approved_on": date(2024, 7, 3),
        "next_report_on": date(2024, 8, 1),
        "summary": Summary(
            "Seven of the twelve learners have their certificate and one withdrew; "
            "the other four each have a deadline inside their ILM registration.",
            "One deadline leaves too little time to mark and verify, so we ask you to agree an earlier one by 19 July.",
        ),
        "status": proposals.status(people, as_of=AS_OF),
        "stages": STAGES,
        "learners": people,
        "sessions": sessions(),
        "ratings": ratings(),
        "actions": (
            Action(
                ActionKind.DECIDE,
                "Agree to bring learner 4’s deadline forward from 28 March to Fri 28 February 2025. It then leaves 97 days.",
                "Eleanor Whitby, the College",
                date(2024, 7, 19),
            ),
            Action(
                ActionKind.ACT,
                "Mark learner 2’s portfolio, in since 24 June.",
                "Alison Reeve, tutor",
                date(2024, 7, 15),
            ),
            Action(
                ActionKind.ACT, "Hold learner 3’s catch-up of the guided day.", "Alison Reeve, tutor", date(2024, 7, 18)
            ),
        ),
        "milestones": proposals.milestones(people, as_of=AS_OF),
        "changes": (
            Change(ChangeKind.CERTIFICATED, 11, date(2024, 6, 14)),
            Change(ChangeKind.HANDED_IN, 2, date(2024, 6, 24), "portfolio"),
            Change(ChangeKind.REFERRED, 1, date(2024, 6, 3), "portfolio"),
        ),
        "quotations": (
            Quotation(
                "I have stopped handing out answers in one-to-ones. People bring me half-formed ideas now, and leave with a plan of their own.",
                "A learner who coaches, after workshop 4",
                date(2022, 9, 5),
            ),
            Quotation(
                "The supervision sessions were where it came together: someone noticed how I listen, and told me.",
                "A learner who mentors, after workshop 3",
                date(2022, 7, 20),
            ),
        ),
        "versions": (
            Version(1, date(2024, 7, 1), "Drawn up from the records as of 30 June. Not sent.", "Waymark, on schedule"),
            Version(
                2,
                date(2024, 7, 3),
                "Summary and decision written; figures unchanged. Approved and sent to Eleanor Whitby, copy to Meridian Consulting.",
                "Hannah Cole",
            ),
        ),
        "catch_ups_booked": (date(2024, 7, 18),),
        "hours_planned": Fraction(424),
        "hours_attended": Fraction(635, 2),
    }
    return ProgressReport(**(facts | changed))  # type: ignore[arg-type] # facts of many kinds


FIRST = ("Amara", "Benedict", "Carys", "Dominic", "Elspeth")
LAST = ("Okonkwo", "Fitzgerald", "Li", "Rhys-Jones", "Marchbanks", "Shah", "Quill")


def cohort_of(size: int, *, sessions_held: int = 6, outstanding: float = 0.35, **changed: object) -> ProgressReport:
    """A report on so many learners and sessions, the same each time."""
    days = [date(2022, 5, 10) + timedelta(days=21 * i) for i in range(sessions_held)]
    stages = (
        Stage(Phase.JOINING, "Form"),
        Stage(Phase.JOINING, "Skills check"),
        *(
            Stage(
                Phase.JOINING if i == 0 else Phase.SESSIONS,
                "Induction" if i == 0 else str(i),
                "Ind" if i == 0 else f"W{i}",
                "Induction" if i == 0 else f"Workshop {i}",
                day,
            )
            for i, day in enumerate(days)
        ),
        *STAGES[-4:],
    )
    left, gone = max(1, round(size * outstanding)), size // 12
    lines = []
    for i in range(size):
        absent = {k for k in range(sessions_held) if (i * 7 + k * 5) % 9 == 0}
        caught = {k for k in absent if (i + k) % 3}
        marks = tuple(S.CAUGHT_UP if k in caught else S.ABSENT if k in absent else S.DONE for k in range(sessions_held))
        counts = (sessions_held, sessions_held - len(absent), len(caught))
        name = f"{FIRST[i % 5]} {LAST[i % 7]}"
        if i < left:
            work = [(S.DONE, S.REFERRED), (S.DONE, S.WITH_TUTOR), (S.IN_HAND, S.NOT_YET), (S.DONE, S.IN_HAND)][i % 4]
            lines.append(
                LearnerLine(
                    0,
                    name,
                    Standing.OUTSTANDING,
                    (S.DONE, S.DONE, *marks, *work, S.NOT_YET, S.NOT_YET),
                    "Coaching",
                    *counts,
                    deadline=date(2024, 7, 26) + timedelta(days=7 * i),
                    registration_ends=REGISTERED,
                    next_step="Portfolio referred on 3 June; hand in again by the deadline",
                    who_acts="Learner",
                )
            )
        elif i < size - gone:
            lines.append(
                LearnerLine(
                    0,
                    name,
                    Standing.COMPLETED,
                    (S.DONE, S.DONE, *marks, *(S.DONE,) * 4),
                    "Both",
                    *counts,
                    certificate_on=date(2023, 2, 3) + timedelta(days=11 * i),
                )
            )
        else:
            lines.append(
                LearnerLine(
                    0,
                    name,
                    Standing.WITHDRAWN,
                    (S.DONE, S.DONE, *marks, *(S.WITHDRAWN,) * 4),
                    "Both",
                    *counts,
                    withdrew_on=days[-1] + timedelta(days=5 + i),
                )
            )
    people = proposals.arranged(lines)
    held = []
    for k, day in enumerate(days):
        states = [one.states[k + 2] for one in people]
        held.append(
            SessionLine(
                "Induction" if k == 0 else f"Workshop {k}",
                "Ind" if k == 0 else f"W{k}",
                day,
                size,
                states.count(S.DONE),
                min(1, size // 9),
                states.count(S.CAUGHT_UP),
            )
        )
    feedback = [
        Feedback(
            one.name,
            one.code,
            one.attended,
            overall,
            tuple(min(10, value + 1) for value in overall),
            tuple(value - 4 for value in overall),
            overall,
        )
        for k, one in enumerate(held[1:], 1)
        for overall in [tuple(7 + (i + k) % 3 for i in range(max(0, one.attended - 2)))]
    ]
    status = proposals.status(people, as_of=AS_OF)
    summary = proposals.summary(people, status, (), awarding_body="ILM", as_of=AS_OF)
    return sample_report(
        **(
            {
                "stages": stages,
                "learners": people,
                "sessions": tuple(held),
                "ratings": disclosed(feedback),
                "status": status,
                "summary": summary,
                "milestones": proposals.milestones(people, as_of=AS_OF),
                "changes": (),
                "catch_ups_booked": (),
                "hours_planned": None,
                "hours_attended": None,
            }
            | changed
        )
    )
