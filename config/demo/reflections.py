"""What people write in the demonstration beside their essays. Each function takes a seed and always gives the same text."""

from random import Random

from config.demo.stock import pools, said

_STOCK = "reflections.txt"


def _drawn(pool: str, seed: int, *, key: str = "") -> str:
    """One text of a pool. Seeds that follow one another walk through the pool, so neighbours differ."""
    lines = pools(_STOCK)[pool]
    dice = Random(f"{pool} {seed} {key}")
    return said(lines[seed % len(lines)], dice, {"name": ["The learner"]})


def _whole(pool: str, seed: int, separator: str) -> str:
    dice = Random(f"{pool} {seed}")
    return separator.join(said(line, dice) for line in pools(_STOCK)[pool])


# ---------------------------------------------------------------- before the first workshop


def hopes(seed: int) -> str:
    return _drawn("hopes", seed)


def experience(seed: int) -> str:
    return _drawn("experience", seed)


# ---------------------------------------------------------------- workshops


def feedback_comment(seed: int, *, critical: bool | None = None) -> str:
    """A comment on a workshop. One in four is critical unless it is said which is wanted."""
    if critical is None:
        critical = Random(f"mood {seed}").random() < 0.25
    return _drawn("feedback critical" if critical else "feedback good", seed)


def question(seed: int) -> str:
    return _drawn("question", seed)


def answer(seed: int) -> str:
    """The tutor's answer to the question of the same seed, for seeds of the first four."""
    return _drawn("answer", seed)


def supervision_feedback(seed: int, *, name: str = "The learner") -> str:
    lines = pools(_STOCK)["supervision"]
    return said(lines[seed % len(lines)], Random(f"supervision {seed}"), {"name": [name]})


# ---------------------------------------------------------------- portfolio


def client_context(seed: int) -> str:
    return _drawn("client context", seed)


def client_goals(seed: int) -> str:
    return _drawn("client goals", seed)


def client_terms(seed: int) -> str:
    """What was agreed with a practice client."""
    return _drawn("client terms", seed)


def client_helped(seed: int) -> str:
    """What a practice client says has helped."""
    return _drawn("client helped", seed)


def client_differently(seed: int) -> str:
    return _drawn("client differently", seed)


def session_focus(seed: int) -> str:
    return _drawn("session focus", seed)


def session_notes(seed: int) -> str:
    return _drawn("session notes", seed)


def session_reflection(seed: int) -> str:
    return _drawn("session reflection", seed)


def client_review(seed: int) -> str:
    return _drawn("client review", seed)


def review_of_ability(seed: int) -> str:
    """Six paragraphs on one's own ability as a coach or mentor."""
    return _whole("ability", seed, "\n\n")


def development_plan(seed: int) -> str:
    """Six numbered points."""
    return _whole("development", seed, "\n")


# ---------------------------------------------------------------- marking and verification


def criterion_feedback(seed: int, *, met: bool) -> str:
    return _drawn("met" if met else "unmet", seed)


def criterion_action(seed: int) -> str:
    """What to do about an unmet criterion."""
    return _drawn("action", seed)


def action_answer(seed: int) -> str:
    """What a learner says they did about an action."""
    return _drawn("action answered", seed)


def pass_summary(seed: int) -> str:
    return _drawn("pass", seed)


def referral_summary(seed: int) -> str:
    return _drawn("referral", seed)


def iqa_comment(seed: int) -> str:
    return _drawn("iqa", seed)


def standardisation_note(seed: int) -> str:
    return _drawn("standardisation", seed)
