"""What an awarding organisation reads in a file of claims. The order and the headings are its own, so they are data."""

from django.db.models import TextChoices


class ClaimColumn(TextChoices):
    REGISTRATION = "registration", "Registration number"
    LAST_NAME = "last_name", "Last name"
    FIRST_NAME = "first_name", "First name"
    DATE_OF_BIRTH = "date_of_birth", "Date of birth"
    ULN = "uln", "Unique learner number"
    CENTRE_NUMBER = "centre_number", "Centre number"
    QUALIFICATION = "qualification", "Qualification number"
    TITLE = "title", "Qualification title"
    KIND = "kind", "Whole qualification or units"
    UNITS = "units", "Units"
    FUNDED = "funded", "Funded"
    CLAIMED_ON = "claimed_on", "Day of the claim"


def default_claim_columns() -> list[list[str]]:
    """Pairs of a column and its heading, in the usual order."""
    return [[one.value, one.label] for one in ClaimColumn]
