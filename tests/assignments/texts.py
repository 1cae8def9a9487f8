"""An essay and what became of it after a referral: in Markdown, with headings that name the criteria."""

FIRST = """# 1.1 Define

Coaching asks. Mentoring tells, and says why.

The two are often mixed up in practice, and the contract should say which is meant.

# 1.2 Skills

A coach listens, and then the coach asks again.

Silence is a skill as well.

# 1.3 Ethics

What is said in the room stays there.

The sponsor hears of goals, not of words.

Notes are kept for a year.
"""

SECOND = """# 1.1 Define

Coaching asks. Mentoring tells, and says why, and when it should not.

The two are often mixed up in practice, and the contract should say which is meant.

In my own service a mentor is a colleague of higher rank.

# 1.2 Skills

A coach listens, and then asks again. Coaching asks more than once. The coach waits for an answer.

# 1.3 Ethics

What is said in the room stays there.

The sponsor hears of goals, not of words.

Notes are kept for a year.
"""
