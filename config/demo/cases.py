"""The cohorts of the past as data: who was absent when, what was answered, when each piece came in and was marked.

On 30 June 2024 their numbers are those of the case. After that day the story goes on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from config.demo.people import PSC_2022, PSC_2023

D = dt.date
THE_DAY = D(2024, 6, 30)


@dataclass(frozen=True)
class Forms:
    """Answers to the feedback form of one workshop: sums of the ratings over all who answered."""

    overall: int
    tutor: int
    gain: int | None = None
    skip: int = 0
    blank: int = 0


@dataclass(frozen=True)
class Story:
    """One learner: when each piece was handed in and marked, what was referred, and the day of the certificate."""

    certificate_on: D
    essay: tuple[D, D]
    portfolio: tuple[D, D]
    words: int
    essay_referred: tuple[D, D, tuple[str, ...]] | None = None
    portfolio_referred: tuple[D, D, tuple[str, ...]] | None = None
    own_deadlines: dict[str, tuple[D, D, str]] = field(default_factory=dict)
    form: str = "docx"
    essay_begun_on: D | None = None
    practice_from: D | None = None


@dataclass(frozen=True)
class Run:
    """One cohort of the past."""

    code: str
    title: str
    names: tuple[str, ...]
    contract: str
    invited_on: D
    days: list[D]
    due: dict[str, D]
    absent: dict[int, set[int]]
    part: dict[int, set[int]]
    not_caught_up: set[tuple[int, int]]
    forms: dict[int, Forms]
    withdrawal: tuple[int, D, str]
    registered_on: D
    stories: dict[int, Story]
    number_prefix: str


WORK = "more time agreed because of work on a national review"
ILLNESS = "a new date after time away"

FIRST = Run(
    code="PSC-2022",
    title="Coaching and mentoring, cohort 1",
    names=PSC_2022,
    contract="PSC-2022-017",
    invited_on=D(2022, 4, 11),
    days=[D(2022, 5, 4), D(2022, 5, 25), D(2022, 6, 22), D(2022, 7, 20), D(2022, 9, 7), D(2022, 9, 28)],
    due={"essay": D(2022, 12, 16), "portfolio": D(2023, 3, 31)},
    # Position of the session: positions of those absent. 16 of the 69 places expected.
    absent={1: {2, 8}, 2: {0, 1, 4, 7, 11}, 3: {1, 3, 9}, 4: {2, 3, 5, 10}, 5: {3, 6}},
    part={3: {5}},
    not_caught_up={(2, 11), (5, 3)},
    forms={
        1: Forms(73, 78, 34),
        2: Forms(53, 56, 25),
        3: Forms(63, 66, 25, blank=1),
        4: Forms(50, 51, 21, skip=1),
    },
    withdrawal=(11, D(2022, 7, 11), "Moved to a post outside the organisation."),
    registered_on=D(2022, 6, 6),
    number_prefix="PSA",
    stories={
        0: Story(
            D(2024, 9, 27),
            essay=(D(2023, 2, 10), D(2023, 2, 20)),
            portfolio=(D(2024, 7, 22), D(2024, 7, 30)),
            words=4612,
            portfolio_referred=(D(2024, 5, 20), D(2024, 6, 3), ("1.3",)),
            own_deadlines={
                "essay": (D(2022, 12, 8), D(2023, 2, 17), WORK),
                "portfolio": (D(2023, 3, 20), D(2024, 5, 31), WORK),
            },
        ),
        1: Story(
            D(2024, 10, 18),
            essay=(D(2022, 12, 14), D(2022, 12, 22)),
            portfolio=(D(2024, 6, 24), D(2024, 7, 8)),
            words=4377,
            own_deadlines={"portfolio": (D(2023, 3, 24), D(2024, 8, 30), "no coachees until the new team was in place")},
        ),
        2: Story(
            D(2025, 2, 21),
            essay=(D(2023, 9, 28), D(2023, 10, 9)),
            portfolio=(D(2024, 11, 27), D(2024, 12, 6)),
            practice_from=D(2024, 5, 13),
            words=4940,
            own_deadlines={
                "essay": (D(2022, 12, 12), D(2023, 9, 29), ILLNESS),
                "portfolio": (D(2023, 3, 24), D(2024, 11, 29), ILLNESS),
            },
        ),
        3: Story(
            D(2025, 5, 30),
            essay=(D(2025, 3, 3), D(2025, 3, 11)),
            portfolio=(D(2025, 3, 24), D(2025, 4, 2)),
            essay_begun_on=D(2024, 6, 12),
            words=4158,
            own_deadlines={
                "essay": (D(2022, 12, 15), D(2025, 3, 28), ILLNESS),
                "portfolio": (D(2023, 3, 30), D(2025, 3, 28), ILLNESS),
            },
        ),
        4: Story(D(2023, 2, 24), essay=(D(2022, 11, 21), D(2022, 11, 30)), portfolio=(D(2022, 12, 28), D(2023, 1, 9)), words=4466),
        5: Story(D(2023, 3, 17), essay=(D(2022, 12, 9), D(2022, 12, 19)), portfolio=(D(2023, 1, 23), D(2023, 2, 1)), words=4702),
        6: Story(
            D(2023, 5, 26),
            essay=(D(2023, 1, 30), D(2023, 2, 7)),
            portfolio=(D(2023, 3, 30), D(2023, 4, 11)),
            words=4285,
            essay_referred=(D(2022, 12, 15), D(2023, 1, 4), ("1.4", "2.3")),
            form="odt",
        ),
        7: Story(D(2023, 7, 14), essay=(D(2022, 12, 16), D(2023, 1, 5)), portfolio=(D(2023, 5, 24), D(2023, 6, 2)), words=4820,
                 own_deadlines={"portfolio": (D(2023, 3, 21), D(2023, 5, 31), WORK)}),
        8: Story(D(2023, 10, 20), essay=(D(2022, 12, 13), D(2022, 12, 21)), portfolio=(D(2023, 8, 29), D(2023, 9, 8)), words=4099,
                 own_deadlines={"portfolio": (D(2023, 3, 28), D(2023, 8, 31), WORK)}),
        9: Story(D(2024, 2, 9), essay=(D(2023, 6, 28), D(2023, 7, 7)), portfolio=(D(2023, 12, 12), D(2023, 12, 21)), words=4555,
                 own_deadlines={"essay": (D(2022, 12, 9), D(2023, 6, 30), ILLNESS), "portfolio": (D(2023, 3, 27), D(2023, 12, 15), ILLNESS)}),
        10: Story(
            D(2024, 6, 14),
            essay=(D(2023, 4, 26), D(2023, 5, 9)),
            portfolio=(D(2024, 4, 22), D(2024, 5, 1)),
            words=4033,
            essay_referred=(D(2023, 2, 27), D(2023, 3, 8), ("3.2",)),
            own_deadlines={"essay": (D(2022, 12, 14), D(2023, 2, 28), WORK), "portfolio": (D(2023, 3, 22), D(2024, 4, 26), WORK)},
            form="pdf",
        ),
    },
)  # fmt: skip

SECOND = Run(
    code="PSC-2023",
    title="Coaching and mentoring, cohort 2",
    names=PSC_2023,
    contract="PSC-2023-004",
    invited_on=D(2023, 4, 12),
    days=[D(2023, 5, 3), D(2023, 5, 17), D(2023, 6, 14), D(2023, 7, 5), D(2023, 8, 2), D(2023, 8, 23)],
    due={"essay": D(2023, 11, 30), "portfolio": D(2024, 2, 29)},
    # 14 of the 63 places expected.
    absent={1: {0, 5, 10}, 2: {1, 2, 6}, 3: {2, 3, 8}, 4: {1, 7, 9}, 5: {0, 4}},
    part={2: {4}},
    not_caught_up={(1, 10), (5, 0)},
    forms={1: Forms(66, 73), 2: Forms(67, 73), 3: Forms(59, 65), 4: Forms(60, 65)},
    withdrawal=(10, D(2023, 6, 21), "Workload; hopes to join a later cohort."),
    registered_on=D(2023, 5, 22),
    number_prefix="PSB",
    stories={
        0: Story(D(2024, 11, 22), essay=(D(2023, 11, 27), D(2023, 12, 6)), portfolio=(D(2024, 8, 28), D(2024, 9, 9)), words=4721,
                 practice_from=D(2024, 4, 8),
                 own_deadlines={"portfolio": (D(2024, 2, 20), D(2024, 8, 30), WORK)}),
        1: Story(
            D(2025, 1, 24),
            essay=(D(2024, 7, 22), D(2024, 7, 31)),
            portfolio=(D(2024, 10, 23), D(2024, 11, 1)),
            words=4188,
            essay_referred=(D(2024, 5, 29), D(2024, 6, 10), ("1.5", "3.4")),
            own_deadlines={
                "essay": (D(2023, 11, 20), D(2024, 5, 31), ILLNESS),
                "portfolio": (D(2024, 2, 19), D(2024, 10, 25), ILLNESS),
            },
        ),
        2: Story(D(2025, 4, 25), essay=(D(2024, 9, 25), D(2024, 10, 4)), essay_begun_on=D(2024, 6, 19),
                 portfolio=(D(2025, 1, 29), D(2025, 2, 7)), words=4903,
                 own_deadlines={"essay": (D(2023, 11, 28), D(2024, 9, 27), WORK), "portfolio": (D(2024, 2, 22), D(2025, 1, 31), WORK)}),
        3: Story(D(2024, 1, 12), essay=(D(2023, 10, 9), D(2023, 10, 17)), portfolio=(D(2023, 11, 20), D(2023, 11, 28)), words=4340),
        4: Story(D(2024, 1, 26), essay=(D(2023, 10, 30), D(2023, 11, 8)), portfolio=(D(2023, 12, 4), D(2023, 12, 13)), words=4510),
        5: Story(D(2024, 3, 1), essay=(D(2023, 11, 14), D(2023, 11, 23)), portfolio=(D(2024, 1, 8), D(2024, 1, 17)), words=4080),
        6: Story(D(2024, 3, 22), essay=(D(2024, 1, 10), D(2024, 1, 18)), portfolio=(D(2024, 1, 31), D(2024, 2, 8)), words=4866,
                 essay_referred=(D(2023, 11, 29), D(2023, 12, 8), ("2.2",))),
        7: Story(D(2024, 4, 19), essay=(D(2023, 11, 28), D(2023, 12, 7)), portfolio=(D(2024, 2, 28), D(2024, 3, 8)), words=4274),
        8: Story(D(2024, 5, 17), essay=(D(2023, 11, 30), D(2023, 12, 11)), portfolio=(D(2024, 3, 27), D(2024, 4, 5)), words=4650,
                 own_deadlines={"portfolio": (D(2024, 2, 21), D(2024, 3, 29), WORK)}),
        9: Story(D(2024, 6, 7), essay=(D(2023, 11, 22), D(2023, 12, 1)), portfolio=(D(2024, 4, 17), D(2024, 4, 26)), words=4420,
                 own_deadlines={"portfolio": (D(2024, 2, 27), D(2024, 4, 19), WORK)}),
    },
)  # fmt: skip
