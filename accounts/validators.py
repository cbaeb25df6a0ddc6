"""What a password must be, said in the language of the page."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Django's own sentence has no Vietnamese."""

    def get_error_message(self):
        return _("This password is too short. Choose one of at least %(count)s characters.") % {
            "count": self.min_length
        }


_SEQUENCES = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


class HardToGuess:
    """No password of digits alone, of letters in the order of alphabet or keyboard, or of one piece said again and again."""

    def validate(self, password, user=None):
        typed = password.lower()
        if typed.isdecimal() or _is_run(typed) or _repeats(typed):
            raise ValidationError(self.get_help_text(), code="password_easy_to_guess")

    def get_help_text(self):
        return _(
            "This password is easy to guess. Do not use digits alone, letters in their order or one piece repeated; "
            "a sentence of several words is good."
        )


def _is_run(typed):
    return any(typed in (line * 5) or typed[::-1] in (line * 5) for line in _SEQUENCES)


def _repeats(typed):
    """Whether the whole is made of a piece at most half as long: aaaa…, abcabc…"""
    return 0 < (typed + typed).find(typed, 1) <= len(typed) // 2 or len(set(typed)) < 4
