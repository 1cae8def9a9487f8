"""Pure decisions about people: objects in, a sentence that refuses or an empty string out."""

from typing import Any

from accounts.permissions import STAFF, Can, Role

# Whose account opens other people's data, so that a password alone is not enough.
SECOND_FACTOR = (*STAFF, Role.EQA)


def may_manage_people(by: Any) -> str:
    """Administrators add people and give roles; the system may as well."""
    if by is None or by.can(Can.INVITE_PEOPLE):
        return ""
    return "Only a centre administrator adds people and gives or ends roles."


def keeps_an_administrator(grant: Any, by: Any, *, others: int) -> str:
    """Nobody locks themselves out, and the centre is never without an administrator."""
    if grant.role != Role.ADMINISTRATOR:
        return ""
    if by is not None and grant.user_id == by.pk:
        return "You cannot end your own role as administrator. Ask another administrator to do it."
    if not others:
        return "This is the only administrator. Give the role to somebody else first."
    return ""


def needs_second_factor(user: Any) -> bool:
    """Staff and the external verifier sign in with a second step; learners and client contacts may."""
    return bool(user.has_role(*SECOND_FACTOR))
