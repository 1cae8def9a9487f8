"""What several pages of the report need."""

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from reporting.disclosure import Rating
from reporting.report import Action, ActionKind
from reporting.rounding import percent
from reporting.wording import full_day


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class ActionRow:
    kind: str
    what: str
    who: str
    by: str
    decides: bool


def action_row(one: Action) -> ActionRow:
    return ActionRow(one.kind.value, one.what, one.who, full_day(one.by), one.kind is ActionKind.DECIDE)


def drawn(svg: str) -> SafeString:
    """A chart for the template. Charts escape their own words."""
    return mark_safe(svg)  # noqa: S308 - our own drawing, its texts escaped


def whole(rating: Rating) -> int | None:
    """A rating as a whole per cent, if it may be shown."""
    return None if rating.value is None else percent(rating.value)
