"""What Waymark proposes for a progress report: the order of the learners, the status, the milestones."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from reporting.report import (
    MILESTONES_LIMIT,
    Action,
    ActionKind,
    LearnerLine,
    Milestone,
    Standing,
    Status,
    StatusWord,
    Summary,
)
from reporting.wording import count_of, counted, listed, near_day, plural, sentence


def arranged(learners: Iterable[LearnerLine]) -> tuple[LearnerLine, ...]:
    """Outstanding by deadline (none first), then completed by certificate, then withdrawn; numbered from 1."""
    order = list(Standing)
    ordered = sorted(learners, key=lambda one: (order.index(one.standing), one.ending or date.min, one.name))
    return tuple(replace(one, number=number) for number, one in enumerate(ordered, 1))


def status(learners: Iterable[LearnerLine], *, as_of: date, margin_days: int = 90, late_days: int = 14) -> Status:
    """The worst learner decides. A person may explain the word and never change it."""
    outstanding = [one for one in learners if one.standing is Standing.OUTSTANDING]
    risks = _risks(outstanding, as_of, late_days)
    cares = _cares(outstanding, as_of, margin_days)
    if risks:
        word, reasons = StatusWord.AT_RISK, risks
    elif cares:
        word, reasons = StatusWord.NEEDS_ATTENTION, cares
    else:
        word, reasons = StatusWord.ON_TRACK, [_calm(outstanding)]
    return Status(word, " ".join(reasons[:2]), margin_days, late_days)


def _risks(outstanding: Sequence[LearnerLine], as_of: date, late_days: int) -> list[str]:
    reasons = []
    without = [one for one in outstanding if one.deadline is None]
    if without:
        reasons.append(f"{named(without)} {plural(len(without), 'has', 'have')} no deadline.")
    beyond = [one for one in outstanding if one.spare_days is not None and one.spare_days < 0]
    ended = [
        one for one in outstanding if one.registration_ends and one.registration_ends < as_of and one not in beyond
    ]
    if beyond:
        reasons.append(f"{named(beyond)} {plural(len(beyond), 'has', 'have')} a deadline after registration ends.")
    if ended:
        reasons.append(f"Registration has ended for {named(ended).replace('Learner', 'learner', 1)}.")
    late = [one for one in outstanding if one.lateness(as_of) > late_days]
    if late:
        worst = max(one.lateness(as_of) for one in late)
        reasons.append(
            f"{named(late)} {plural(len(late), 'has work', 'have work')} {'up to ' if len(late) > 1 else ''}{worst} days late."
        )
    return reasons


def _cares(outstanding: Sequence[LearnerLine], as_of: date, margin_days: int) -> list[str]:
    reasons = []
    tight = sorted(
        (days, one.number, one)
        for one in outstanding
        if (days := one.spare_days) is not None and 0 <= days < margin_days
    )
    wanted = f"we want {margin_days}, for marking, one referral, verification and the claim."
    if len(tight) == 1:
        days, number, _ = tight[0]
        reasons.append(
            f"Learner {number} has {days} {plural(days, 'day', 'days')} between deadline and the end of registration; {wanted}"
        )
    elif tight:
        days, number, _ = tight[0]
        reasons.append(
            f"{named([one for *_, one in tight])} have under {margin_days} days between deadline and the end of "
            f"registration, learner {number} only {days}; {wanted}"
        )
    late = [one for one in outstanding if one.lateness(as_of) > 0]
    if late:
        worst = max(one.lateness(as_of) for one in late)
        reasons.append(
            f"{named(late)} {plural(len(late), 'has work', 'have work')} {'up to ' if len(late) > 1 else ''}"
            f"{worst} {plural(worst, 'day', 'days')} late."
        )
    unregistered = [one for one in outstanding if one.registration_ends is None]
    if unregistered:
        reasons.append(f"{named(unregistered)} {plural(len(unregistered), 'is', 'are')} not registered yet.")
    return reasons


def _calm(outstanding: Sequence[LearnerLine]) -> str:
    days = [one.spare_days for one in outstanding if one.spare_days is not None]
    if not days:
        return "Nobody is outstanding."
    if len(days) == 1:
        return f"The one deadline leaves {days[0]} days before registration ends, and nothing is late."
    return f"Every deadline leaves {min(days)} days or more before registration ends, and nothing is late."


def named(learners: Sequence[LearnerLine]) -> str:
    """By number, up to five of them; beyond that how many."""
    numbers = sorted(one.number for one in learners)
    if len(numbers) == 1:
        return f"Learner {numbers[0]}"
    if len(numbers) <= 5:
        return "Learners " + listed([str(n) for n in numbers])
    return f"{counted(len(numbers)).capitalize()} learners"


def milestones(
    learners: Iterable[LearnerLine], *, as_of: date, others: Iterable[Milestone] = ()
) -> tuple[Milestone, ...]:
    """The next five dates: deadlines by number, ends of registration, and whatever else is planned."""
    outstanding = [one for one in learners if one.standing is Standing.OUTSTANDING]
    found = [
        *others,
        *(Milestone(one.deadline, f"Deadline, learner {one.number}") for one in outstanding if one.deadline),
    ]
    ends = sorted({one.registration_ends for one in outstanding if one.registration_ends})
    found += [Milestone(day, "Registration ends") for day in ends[:1]]
    return tuple(sorted((one for one in found if one.on > as_of), key=lambda one: one.on)[:MILESTONES_LIMIT])


def summary(
    learners: Sequence[LearnerLine], proposed: Status, actions: Sequence[Action], *, awarding_body: str, as_of: date
) -> Summary:
    """The two sentences from the numbers, for a contract manager to better."""
    tally = {standing: sum(one.standing is standing for one in learners) for standing in Standing}
    done, left, gone = tally[Standing.COMPLETED], tally[Standing.OUTSTANDING], tally[Standing.WITHDRAWN]
    return Summary(_position(len(learners), done, left, gone), _ask(proposed, actions, left, awarding_body, as_of))


def _position(started: int, done: int, left: int, gone: int) -> str:
    if not started:
        return "Nobody has started yet."
    if done == started:
        return f"All {counted(started)} learners have their certificate."
    withdrew = f" and {counted(gone)} withdrew" if gone else ""
    if not done:
        return sentence(
            f"{counted(left)} of the {counted(started)} learners {plural(left, 'is', 'are')} working towards the certificate{withdrew}."
        )
    rest = (
        f"; {'the other' if left == 1 else f'the other {counted(left)}'} {plural(left, 'is', 'are')} still working"
        if left
        else ""
    )
    return sentence(
        f"{counted(done)} of the {counted(started)} learners {plural(done, 'has', 'have')} {plural(done, 'a', 'their')} certificate{withdrew}{rest}."
    )


def _ask(proposed: Status, actions: Sequence[Action], left: int, awarding_body: str, as_of: date) -> str:
    decisions = [one for one in actions if one.kind is ActionKind.DECIDE]
    why = {
        StatusWord.ON_TRACK: f"Every deadline leaves time before {awarding_body} registration ends"
        if left
        else "Nothing is left to do",
        StatusWord.NEEDS_ATTENTION: "The programme needs attention",
        StatusWord.AT_RISK: "The programme is at risk",
    }[proposed.word]
    if not decisions:
        return f"{why}; nothing needs your decision this month."
    due = near_day(min(one.by for one in decisions), as_of)
    return f"{why}; we ask you for {count_of(len(decisions), 'decision', 'decisions')} by {due}."
