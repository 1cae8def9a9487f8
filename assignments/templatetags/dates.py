"""The dates of a learner on their record, which an earlier stage of the journey draws."""

from typing import Any

from django import template

from assignments.views.dates import rows_for_staff

register = template.Library()


@register.inclusion_tag("assignments/part_dates.html", takes_context=True)
def dates_of(context: Any, enrolment: Any, sees_reasons: bool) -> dict[str, Any]:  # noqa: FBT001 - a template passes it by place
    """The panel for staff: with the reasons of extensions for those who may read them."""
    return {
        "rows": rows_for_staff(enrolment, context["user"]),
        "own": False,
        "sees_reasons": sees_reasons,
        "several": True,
        "heading": "Dates",
    }
