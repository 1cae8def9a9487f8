"""What waits for a tutor: marking, resubmissions, drafts, the verifier's actions, catch-ups, questions, registers.

The desk and the tutor's home both ask here, so that they say the same. `windows` says which day falls where and what a clock
says, `questions` what is asked of the database, `counting` puts it together: `counts_of` by window, up to a bound, and `rows_of`
the oldest of each kind. How much work a centre has makes neither of them longer.
"""

from assignments.waiting.counting import Counts, Teaching, Waiting, counts_of, rows_of, teaching
from assignments.waiting.windows import BESIDE, KINDS, PILE, WINDOWS, between, clock_of, in_window, window

__all__ = [
    "BESIDE",
    "KINDS",
    "PILE",
    "WINDOWS",
    "Counts",
    "Teaching",
    "Waiting",
    "between",
    "clock_of",
    "counts_of",
    "in_window",
    "rows_of",
    "teaching",
    "window",
]
