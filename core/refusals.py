"""What the software says when it will not do something. The text is for the person who asked, so it helps."""


class Refused(Exception):
    """A rule of the field forbids this now. `str(refusal)` is a sentence for the screen. Shown with status 409."""

    status = 409


class NotAllowed(Refused):
    """This person may not do this, whatever the state. Shown with status 403."""

    status = 403


class WrongState(Refused):
    """The thing has moved on, or has not got that far."""


class Stale(Refused):
    """Somebody else changed it between reading and writing."""
