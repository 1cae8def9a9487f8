"""The words a learner signs with each attempt, and how far an assignment lets AI be used (`ilm` A17 to A22)."""

from typing import Any

# Raise the date when a sentence changes: what was signed is kept word by word with each attempt.
WORDED_ON = "1 May 2024"

OWN_WORK = (
    ("own_words", "This is my own work, in my own words"),
    ("sources", "I have named every source, and any earlier assessed work of mine"),
    ("nowhere_else", "I have not handed this in anywhere else"),
    ("malpractice", "I know that a false declaration is treated as malpractice by {organisation}"),
)

NAMES = tuple(name for name, _ in OWN_WORK)

# What the tutor declares for the centre with a signed outcome (`ilm` A18). The last one is Marking.is_authentic.
CENTRE = (
    ("checked", "I have checked this work for plagiarism and looked at its similarity, and advised on referencing"),
    ("supported", "The learner has had tutorial support and feedback"),
)
CENTRE_NAMES = tuple(name for name, _ in CENTRE)
CENTRE_AUTHENTIC = "I am satisfied that this is the learner’s own work"

AI_USES = (
    ("none", "No"),
    ("research", "Yes, to find or sort sources"),
    ("assisted", "Yes, for language and structure"),
    ("other", "Yes, in another way"),
)
_ALLOWED = {
    "none": "In this assignment AI may not be used.",
    "research": "Allowed in this assignment: to find and explore sources, declared. "
    "Not allowed: text or analysis written for you.",
    "assisted": "Allowed in this assignment: help with sources, language and structure, declared. "
    "Not allowed: text or analysis written for you.",
}
_WITHIN = {"none": {"none"}, "research": {"none", "research"}, "assisted": {"none", "research", "assisted"}}


def organisation_of(assignment: Any) -> str:
    return str(assignment.version.qualification.organisation)


def sentences(assignment: Any) -> list[tuple[str, str]]:
    """Each declaration with its name."""
    return [(name, text.format(organisation=organisation_of(assignment))) for name, text in OWN_WORK]


def wording(assignment: Any) -> str:
    """All that is signed, as it is kept with the attempt."""
    lines = [f"{text}." for _, text in sentences(assignment)]
    return "\n".join([*lines, ai_rule(assignment), f"Wording of {WORDED_ON}."])


def centre_wording() -> str:
    """All that the tutor declares, as it is kept with the outcome."""
    lines = [f"{text}." for _, text in CENTRE]
    return "\n".join([*lines, f"{CENTRE_AUTHENTIC}.", f"Wording of {WORDED_ON}."])


def ai_rule(assignment: Any) -> str:
    return _ALLOWED.get(assignment.ai_use, "")


def ai_remark(assignment: Any, ai_use: str) -> str:
    """What to say when more was used than the assignment allows. It is declared, so it is taken; the tutor decides."""
    if ai_use in _WITHIN.get(assignment.ai_use, set()):
        return ""
    return "This goes beyond what the assignment allows. You can hand in; your tutor reads your statement and decides."


def ai_word(ai_use: str) -> str:
    """As the receipt says it."""
    said = {
        "none": "no AI used",
        "research": "AI used to find sources",
        "assisted": "AI used for language and structure",
    }
    return said.get(ai_use, "AI used in another way")
