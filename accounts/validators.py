"""What a password must be, said in the language of the page."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Django's own sentence has no Vietnamese."""

    def get_error_message(self):
        return _("This password is too short. Choose one of at least %(count)s characters.") % {
            "count": self.min_length
        }
