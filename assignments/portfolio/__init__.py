"""A portfolio as one thing: what is in it, what it adds up to, what is missing. It reads, and never writes.

The list of what is missing is the rule: a portfolio is handed in when that list is empty (`ilm` Q30, Q32, Q50, Q55).
"""

from assignments.portfolio.completeness import Missing, hours
from assignments.portfolio.folder import PARTS, Portfolio, Total, of
from assignments.portfolio.remarks import Remark

__all__ = ["PARTS", "Missing", "Portfolio", "Remark", "Total", "hours", "of"]
