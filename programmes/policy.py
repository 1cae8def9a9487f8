"""Pure decisions about plans: objects in, a sentence that refuses or an empty string out."""

from typing import Any


def speaks_for_the_client(plan: Any, by: Any) -> str:
    """A plan is approved by a contact of the client whose cohort it is."""
    if plan.cohort.contract.client.contacts.filter(user=by).exists():
        return ""
    return f"Only a contact of {plan.cohort.contract.client} approves this."
