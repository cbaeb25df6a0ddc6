"""Filters of the API: read by django-filter, strictly, with the names and sentences of our own."""

import re
import unicodedata
from datetime import date
from uuid import UUID

import django_filters
from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from screens.text import code_key, matching

_WHOLE = re.compile(r"-?[0-9]{1,18}")
IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def none_of(value, known):
    """The sentence that refuses a value which is none of those that there are."""
    return _now("“%(value)s” is none of: %(known)s.") % {"value": value, "known": ", ".join(known) or "–"}


class WholeField(forms.Field):
    """Digits only: no fraction, exponent, sign of plus, blank or digit of another script."""

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if not _WHOLE.fullmatch(value):
            raise forms.ValidationError(_("Write a whole number in digits."))
        return int(value)


class DayField(forms.Field):
    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return date.fromisoformat(value) if DAY.fullmatch(value) else self._refuse()
        except ValueError:
            self._refuse()

    def _refuse(self):
        raise forms.ValidationError(_("Write a day as YYYY-MM-DD."))


class IdentifierField(forms.Field):
    def to_python(self, value):
        if value in self.empty_values:
            return None
        if not IDENTIFIER.fullmatch(value):
            raise forms.ValidationError(_("Write an identifier as this API gives it."))
        return UUID(value)


def as_usual(text):
    """The text as codes are kept: digits from 0 to 9 of whatever script, letters in their usual width, nothing unseen."""
    return unicodedata.normalize("NFC", "".join(map(_as_usual, text))).strip()


def _as_usual(letter):
    if letter.isascii():
        return letter
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if unicodedata.east_asian_width(letter) in ("F", "H"):
        return unicodedata.normalize("NFKC", letter)
    return "" if unicodedata.category(letter) == "Cf" else letter


class Code(django_filters.CharFilter):
    """A code or number, whole; blanks alone are the code of nothing."""

    kept = staticmethod(as_usual)

    def __init__(self, **extra):
        super().__init__(strip=False, **extra)

    def filter(self, queryset, value):
        if not value:
            return queryset
        code = self.kept(value)
        return super().filter(queryset, code) if code else queryset.none()


class AnyWriting(Code):
    """A code in a column that holds its key (`screens.text.code_key`): in capitals or not."""

    @staticmethod
    def kept(value):
        return code_key(as_usual(value))


class CapitalCode(Code):
    """A code that is kept in capitals, however it is written."""

    @staticmethod
    def kept(value):
        return as_usual(value).upper()


class Identifier(django_filters.Filter):
    """The public id of a thing that rows belong to."""

    field_class = IdentifierField


class WholeNumber(django_filters.Filter):
    field_class = WholeField


class Day(django_filters.Filter):
    field_class = DayField


class InForceOn(Day):
    """What is in force on a day."""

    def filter(self, queryset, value):
        return queryset.in_force(value) if value else queryset


class Truth(django_filters.ChoiceFilter):
    def __init__(self, **extra):
        super().__init__(choices=[("true", "true"), ("false", "false")], **extra)

    def filter(self, queryset, value):
        return queryset.filter(**{self.field_name: value == "true"}) if value else queryset


class Search(django_filters.CharFilter):
    """Every word, with or without marks, in a folded column of names and numbers; blanks alone find nothing."""

    def __init__(self, column="folded", **extra):
        self.column = column
        super().__init__(strip=False, **extra)

    def filter(self, queryset, value):
        if not value:
            return queryset
        words = as_usual(value)
        return queryset.filter(matching(words, self.column)) if words else queryset.none()


class ApiFilter(django_filters.FilterSet):
    """Filters of one resource. A value that is given and empty is refused like any other that cannot be read."""

    def is_valid(self):
        for name in self.data:
            field = self.form.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                known = [code for code, _label in field.choices if code]
                field.error_messages["invalid_choice"] = none_of(self.data[name], known).replace("%", "%%")
        valid = super().is_valid()
        for name in self.data:
            if self.data[name] == "" and name in self.form.fields:
                self.form.add_error(name, _("Give a value, or leave the parameter away."))
                valid = False
        return valid
