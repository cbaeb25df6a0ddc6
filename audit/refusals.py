"""What a person is told when the portal says no."""

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The request cannot be done; the message is a sentence for the person who asked."""

    def __init__(self, message):
        self.message = message
        super().__init__(str(message))

    def __str__(self):
        return str(self.message)


class NotAllowed(Refused):
    """This person may not do this to this object."""


class Conflict(Refused):
    """Somebody else was faster, or the object has moved on."""


class StaleVersion(Conflict):
    """The row was changed since it was read; `current` is what stands in the database now, `message` who changed it where
    that is known."""

    def __init__(self, current, message=None):
        self.current = current
        super().__init__(
            message
            or _(
                "Somebody else changed this while you were editing. Both versions are shown; nothing you typed is lost."
            )
        )
