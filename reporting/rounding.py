"""How a number becomes what is printed: exact until here, then rounded once, half up."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def rounded(value: Fraction, places: int = 0) -> Decimal:
    """`value` to so many decimals, half away from zero, without passing through binary."""
    shift: int = 10**places
    exact = value * shift
    whole = int((abs(exact) * 2 + 1) // 2)
    return (Decimal(whole if exact >= 0 else -whole) / shift).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def percent(value: Fraction) -> int:
    """A share as a whole per cent."""
    return int(rounded(value * 100))


@dataclass(frozen=True)
class Gain:
    """Before, after and gain of one row, as printed: before and gain make after."""

    before: str
    after: str
    gain: str


def printed_gain(before: Fraction, after: Fraction) -> Gain:
    """Whole per cents where they add up, else one decimal for the row.

    Thirds do not add up at any number of decimals. There the gain and the rating after are printed as rounded, and
    the rating before is their difference, which is at most a tenth of a point away.
    """
    for places in (0, 1):
        low, high, gain = (rounded(value * 100, places) for value in (before, after, after - before))
        if low + gain == high:
            return Gain(str(low), str(high), signed(gain))
    return Gain(str(high - gain), str(high), signed(gain))


def signed(value: Decimal) -> str:
    """A difference with its sign; nothing before zero."""
    return f"+{value}" if value > 0 else f"\N{MINUS SIGN}{-value}" if value < 0 else str(abs(value))


def plain(value: Fraction) -> str:
    """A sum of hours or ratings: whole if it is whole, else at most one decimal."""
    text = str(rounded(value, 1))
    return text.removesuffix(".0")
