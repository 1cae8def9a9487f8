"""What tutors of the demonstration say beside the text of an essay, and what they keep in the comment bank."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.models import User
from assignments import actions as assignments
from assignments.models import Submission

MET = (
    "A clear beginning: the reader knows at once what you are going to show.",
    "This is yours and not the model’s. Keep writing like this.",
    "Good that you say where this comes from before you say what you make of it.",
    "One sentence, one thought. It carries the paragraph.",
    "You tie this to your own setting, which is what the criterion asks for.",
)
UNMET = (
    "You describe this well. The criterion asks you to weigh it: what speaks for it, what against, and what you conclude?",
    "How do you know? One example from your own practice would carry this.",
)
# For which criterion, by which name, what, and whether it is shared.
BANK = (
    (
        "",
        "Whose words",
        "Say whose words these are: name, year and page, also where you put it in your own words.",
        True,
    ),
    ("", "Where from", "Where is this figure from? If it is your own sum, show it in a note.", True),
    ("1.1", "Both sides", "You give what they share. What tells them apart, in your own setting?", False),
    (
        "1.3",
        "For whom",
        "You give the case for the organisation. What does the individual gain, and how do you know?",
        False,
    ),
    ("2.3", "What would you do", "You name the dilemma. What would you do, and what would you not do?", False),
)


def comment(submission: Submission, criterion: Any, *, met: bool, seed: int, tutor: User) -> None:
    """A comment on the first sentence under the heading that names the criterion; none if no heading does."""
    reading = getattr(submission.document, "reading", None)
    titles = [str(one["title"]) for one in reading.outline] if reading else []
    title = next((one for one in titles if one.split(" ")[0] == criterion.number), "")
    at = reading.text.find(f"\n{title}\n") if reading and title else -1
    if reading is None or at < 0:
        return
    start = at + len(title) + 2
    end = min(reading.text.find(mark, start) % (len(reading.text) + 1) for mark in (". ", "\n"))
    said = MET if met else UNMET
    assignments.add_comment(
        submission,
        key=uuid.uuid5(uuid.NAMESPACE_OID, f"{submission.pk} {criterion.pk}"),
        body=said[seed % len(said)],
        criterion=criterion.pk,
        quote=reading.text[start:end],
        start=start,
        end=end,
        by=tutor,
    )


def fill_bank(tutor: User) -> None:
    for number, label, body, share in BANK:
        assignments.keep_in_bank(body=body, label=label, criterion_number=number, share=share, by=tutor)
