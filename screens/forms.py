"""What may be typed in, in every room: forms that lose nothing, and fields that refuse with a sentence saying what to do."""

import contextlib
import datetime
import re
import unicodedata
import uuid
from decimal import Decimal

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from screens import formats
from screens.text import with_one_end

# 43,000 enterprises at this limit still sum within 64 bits.
LARGEST_AMOUNT = 200 * 10**12
MOST_DIGITS = 18
# Of a paper that came longer ago a clerk is asked whether the day is right; a system, which cannot be asked, is refused.
LONG_AGO = datetime.timedelta(days=30)


class Renderer(TemplatesSetting):
    """Forms are drawn by the project's own templates: label above, hint under it, error in words, summary on top."""

    form_template_name = "screens/forms/fields.html"
    field_template_name = "screens/forms/field.html"


def form_data(request):
    """What a form binds to: (data, files) as sent, or as typed before the session ended; else (None, None).

    form = FiguresForm(*form_data(request))
    if request.method == "POST" and form.is_valid(): …
    """
    if request.method == "POST":
        return request.POST, request.FILES
    parked = getattr(request, "parked", None)
    if parked is None:
        return None, None
    parked.used = parked.files.kept = True
    return parked.data, parked.files


DASHES = BLANK_CHOICE_DASH[0][1]


class _Basics:
    """Shared by our forms: one way of writing letters (NFC), sentences for empty fields, both versions of a conflict."""

    def __init__(self, data=None, *args, **kwargs):
        if isinstance(data, MultiValueDict):
            data = data.copy()
            for key, values in data.lists():
                data.setlist(key, [_composed(value) for value in values])
        elif data is not None:
            data = {key: _composed(value) for key, value in data.items()}
        super().__init__(data, *args, **kwargs)
        self.conflicts = []
        self.name_what_is_missing()

    def name_what_is_missing(self):
        """Say of each field what to fill in or choose; a form that adds fields of its own calls it again."""
        for name, field in self.fields.items():
            _say_choose(field)
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                label = field.label or forms.utils.pretty_name(name)
                choose = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField))
                sentence = _("Choose “%(label)s”.") if choose else _("Fill in “%(label)s”.")
                field.error_messages["required"] = _Filled(sentence, {"label": label})

    def _theirs(self, bound, current):
        """What `current` has in this field, as the field itself would give it; _UNKNOWN when it has no such value.

        The form knows best how a row fills its fields: where it was made from this very version, its initial values count.
        """
        initial = self.get_initial_for_field(bound.field, bound.name)
        if bound.name in self.initial and self.initial.get("version") == current.version:
            value = initial
        elif hasattr(current, bound.name):
            value = getattr(current, bound.name)
        else:
            return _UNKNOWN
        return _listed(_rows_of(bound.field, value))

    def meet_conflict(self, current, message):
        """Somebody saved `current` meanwhile: show both versions, keep what was typed, and let the person decide.

        Sending the form again is then sent against the version that was shown.
        """
        for bound in self.visible_fields():
            if bound.field.disabled:
                continue
            theirs = self._theirs(bound, current)
            yours = _listed(bound.data if bound.name in self.errors else self.cleaned_data.get(bound.name))
            if theirs is not _UNKNOWN and not _is_same(theirs, yours, bound.field):
                self.conflicts.append(
                    {
                        "label": bound.label,
                        "theirs": _readable(theirs, bound.field),
                        "yours": _readable(yours, bound.field),
                    }
                )
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(current.version)
        self.add_error(None, str(message))


class _Filled:
    """A translated sentence filled in when it is shown."""

    def __init__(self, sentence, parts):
        self.sentence, self.parts = sentence, parts

    def __str__(self):
        return str(self.sentence) % self.parts

    def __mod__(self, params):
        return str(self)


def _say_choose(field):
    """The empty choice is a word, not a row of dashes."""
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = _("Choose…")
    elif isinstance(field, forms.ChoiceField) and ("", DASHES) in list(field.choices):
        field.choices = [(value, _("Choose…") if value == "" else label) for value, label in field.choices]


# Marks that turn the direction of writing round, so that a text reads otherwise than it is, and control characters.
_UNSEEN = dict.fromkeys(
    [
        *range(9),
        11,
        12,
        *range(14, 32),
        *range(127, 160),
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ]
)


def _composed(value):
    """The typed text in NFC, without what nobody typed on purpose; line ends and tabs stay."""
    return unicodedata.normalize("NFC", value).translate(_UNSEEN) if isinstance(value, str) else value


_UNKNOWN = object()


def _is_empty(value):
    return value is None or value in ("", [])


def _is_same(theirs, yours, field):
    """Whether both are one value once each is cleaned as the field cleans what is typed; line ends make no difference."""
    if _is_empty(theirs) and _is_empty(yours):
        return True
    return theirs == yours or _as_cleaned(theirs, field) == _as_cleaned(yours, field)


def _as_cleaned(value, field):
    if not isinstance(value, str) or not isinstance(field, forms.CharField):
        return value
    with contextlib.suppress(ValidationError):
        value = field.to_python(_composed(value))
    return with_one_end(value) if isinstance(value, str) else value


def _rows_of(field, value):
    """Rows for the keys that a field of rows starts with; _UNKNOWN where `value` is made of other rows than the field's."""
    if not isinstance(field, forms.ModelChoiceField) or value is None or value == "":
        return value
    model, by = field.queryset.model, field.to_field_name or "pk"
    several = isinstance(field, forms.ModelMultipleChoiceField)
    if isinstance(value, models.manager.BaseManager | models.QuerySet):
        return value.all() if issubclass(value.model, model) else _UNKNOWN
    keys = [getattr(row, by) if isinstance(row, models.Model) else row for row in (value if several else [value])]
    rows = model._base_manager.filter(**{f"{by}__in": keys})
    return rows if several else rows.first()


def _listed(value):
    """The rows of a field of several as a list in a fixed order; any other value as it is."""
    if isinstance(value, models.manager.BaseManager):
        value = value.all()
    return sorted(value, key=lambda row: row.pk) if isinstance(value, models.QuerySet) else value


def _readable(value, field):
    chosen = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField)
    labels = dict(flatten_choices(field.choices)) if chosen else {}
    if isinstance(value, list):
        return "; ".join(str(labels.get(row, row) if chosen else row) for row in value) or formats.NOTHING
    value = labels.get(value, value) if chosen else value
    return formats.plain(field.prepare_value(value) if isinstance(field, NumberField) else value)


def _operation_key():
    return forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        required=False,
        error_messages={"invalid": _("The form was changed on its way. Load the page again and send it once more.")},
    )


class Form(_Basics, forms.Form):
    """A form that does something; its hidden key lets the service do it once however often it is sent."""

    operation_key = _operation_key()


class ModelForm(_Basics, forms.ModelForm):
    """The same for one row; when the row has a version, the hidden version tells whether it moved on meanwhile."""

    operation_key = _operation_key()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        version = getattr(self.instance, "version", None)
        if self.instance.pk is None or version is None:
            self.fields.pop("version", None)
        else:
            self.initial["version"] = version

    def _update_errors(self, errors):
        """Django tells a refused constraint of the model by its name; here it is told of the fields that it is about."""
        named = {rule.get_violation_error_message(): rule for rule in self.instance._meta.constraints}
        found = getattr(errors, "error_dict", {})
        for error in found.pop(NON_FIELD_ERRORS, []):
            rule = named.get(error.message)
            place, error = self._said_of(rule) if rule else (NON_FIELD_ERRORS, error)
            found.setdefault(place, []).append(error)
        super()._update_errors(errors)

    def _said_of(self, rule):
        """(field, error): what a constraint refuses, at the last of its fields that the form has."""
        about = set(getattr(rule, "fields", ())) | getattr(rule.condition, "referenced_base_fields", set())
        names = [name for name in self.fields if name in about]
        if not names:
            return NON_FIELD_ERRORS, ValidationError(_("This contradicts what is kept already. Check what you typed."))
        labels = ["“%s”" % (self.fields[name].label or name) for name in names]
        if isinstance(rule, models.UniqueConstraint):
            said = _("Another entry has the same %(labels)s already. Check it.")
            return names[-1], ValidationError(said, params={"labels": ", ".join(labels)})
        if len(names) == 1:
            return names[0], ValidationError(_("%(label)s cannot be this. Check it."), params={"label": labels[0]})
        said = _("%(label)s does not go together with %(others)s. Check them.")
        return names[-1], ValidationError(said, params={"label": labels[-1], "others": ", ".join(labels[:-1])})


class ArrivalForm(Form):
    """Asks once about a day of arrival long ago: it may be a year that was typed wrongly. The form has `arrived_on`."""

    long_ago = forms.BooleanField(label=_("I have looked at the day: it came so long ago"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.long_ago_field = self.fields.pop("long_ago")
        if "long_ago" in self.data:
            self.fields["long_ago"] = self.long_ago_field

    def clean(self):
        given = super().clean()
        day = given.get("arrived_on")
        if day and day < timezone.localdate() - LONG_AGO and not given.get("long_ago"):
            self.fields["long_ago"] = self.long_ago_field
            self.add_error(
                "arrived_on",
                ValidationError(
                    _("%(day)s lies long ago. If it is right, say so and send it again."),
                    params={"day": formats.vn_date(day)},
                    code="long_ago",
                ),
            )
        return given


class NumberField(forms.CharField):
    """A number as people write it, grouped by dots (1.234.567); kept as a whole number of 10**-places.

    Never a float; refuses 1e9, letters, digits of other scripts and what is finer than a whole, each with a sentence.
    """

    places = 0
    unit: str | Promise = ""
    classes = "figure"

    def __init__(self, *, min_value=0, max_value=LARGEST_AMOUNT, unit=None, **kwargs):
        self.min_value, self.max_value = min_value, max_value
        if unit is not None:
            self.unit = unit
        kwargs.setdefault("widget", forms.TextInput)
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        mode = "decimal" if self.places else "numeric"
        return {"inputmode": mode, "class": self.classes, "autocomplete": "off"}

    def prepare_value(self, value):
        if isinstance(value, int) and not isinstance(value, bool):
            text = formats.number(Decimal(value).scaleb(-self.places), self.places, trim=True)
            return text.replace("\u2212", "-")
        return value

    def to_python(self, value):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        text = super().to_python(value)
        try:
            return parse_number(text, self.places) if text else None
        except ValidationError as error:
            if self.is_short and error.code in ("not_whole", "not_a_number", "groups", "scientific"):
                raise ValidationError(
                    _("Write a whole number in digits, without a decimal part."), code=error.code
                ) from None
            raise

    @property
    def is_short(self):
        """Whether it has at most three digits, as a percentage, or counts no money, as the number of a paper: nothing is said of
        groups of digits or of units."""
        return not self.places and (self.max_value < 1000 or (not self.unit and self.max_value <= 1_000_000))

    def has_changed(self, initial, data):
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if value < self.min_value:
            if self.min_value in (0, 1) and value < 0:
                raise ValidationError(_("This may not be negative. Write it without a minus sign."), code="negative")
            shown = {"limit": self.with_unit(self.min_value)}
            raise ValidationError(_("Too small: the least is %(limit)s."), params=shown, code="too_small")
        if value > self.max_value:
            shown = {"limit": self.with_unit(self.max_value)}
            if self.is_short:
                raise ValidationError(_("Too large: the most is %(limit)s."), params=shown, code="too_large")
            raise ValidationError(
                _("Too large: the most is %(limit)s. Check the unit: the amount is written in full here."),
                params=shown,
                code="too_large",
            )

    def with_unit(self, value):
        return f"{self.prepare_value(value)} {self.unit}".strip()


class MoneyField(NumberField):
    """Whole đồng."""

    unit = _("đồng")
    classes = "money"


class UsdField(NumberField):
    """US dollars with at most two decimals, kept as whole cents."""

    unit = "USD"
    classes = "money"
    places = 2


_UNIT_WORDS = re.compile(r"\s*(đồng|đ|vnd|vnđ|usd|người|%)\.?$", re.IGNORECASE)


def parse_number(text, places=0):
    """The whole number of 10**-places that `text` writes; ValidationError with a sentence where it writes none."""
    text = unicodedata.normalize("NFC", str(text)).replace("\u00a0", " ").replace("\u202f", " ").strip()
    if any(letter.isnumeric() and letter not in "0123456789" for letter in text):
        raise ValidationError(_("Write the number with the plain digits 0–9."), code="digits")
    text = _UNIT_WORDS.sub("", text)
    if re.search(r"\d\s*[eE]\s*[+-]?\s*\d", text):
        raise ValidationError(_("Write the number out in full: 1,000,000,000 instead of 1e9."), code="scientific")
    negative = text[:1] in ("-", "\u2212", "\u2013") or (text.startswith("(") and text.endswith(")"))
    text = text.strip("()").lstrip("-\u2212\u2013+ ")
    if not re.fullmatch(r"\d[\d., ']*", text):
        raise ValidationError(_("This is not a number. Write digits only, for example 1,234,567."), code="not_a_number")
    whole, decimals = _parts(text.replace("'", "").rstrip(".,"))
    decimals = decimals.rstrip("0")
    if len(decimals) > places:
        if places:
            raise ValidationError(
                _("At most %(places)s digits after the decimal sign."), params={"places": places}, code="too_fine"
            )
        raise ValidationError(
            _(
                "Write a whole number, without a decimal part; groups of three digits may be parted by commas: 1,234,567."
            ),
            code="not_whole",
        )
    if len(whole) > MOST_DIGITS:
        raise ValidationError(
            _("The number has %(digits)s digits; at most %(most)s are taken. Check it."),
            params={"digits": len(whole), "most": MOST_DIGITS},
            code="too_long",
        )
    value = int(whole + decimals.ljust(places, "0"))
    return -value if negative else value


def _parts(text):
    """(digits before, digits after) the decimal sign, by the grouping that was typed."""
    if " " in text:
        head, *groups = text.split(" ")
        last = re.split(r"[.,]", groups[-1])[0]
        if not head or any(len(group) != 3 for group in [*groups[:-1], last]):
            raise ValidationError(_("The blanks part the digits unevenly. Write for example 1 234 567."), code="groups")
        text = text.replace(" ", "")
    signs = re.findall(r"[.,]", text)
    thousand, decimal = (",", ".") if (get_language() or "vi").startswith("en") else (".", ",")
    kinds = set(signs)
    if len(kinds) == 2:
        if signs[-1] in signs[:-1]:
            raise ValidationError(_("Dots and commas are mixed. Write for example 1,234,567."), code="groups")
        thousand, decimal = signs[0], signs[-1]
    elif len(signs) > 1:
        thousand, decimal = signs[0], "," if signs[0] == "." else "."
    elif signs and len(text) - text.index(signs[0]) - 1 != 3:
        # One sign with other than three digits behind it can only be a decimal sign, whichever it is.
        decimal, thousand = signs[0], "," if signs[0] == "." else "."
    whole, _sign, decimals = text.partition(decimal)
    groups = whole.split(thousand)
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        raise ValidationError(_("The digits are not in groups of three. Write for example 1,234,567."), code="groups")
    return "".join(groups), decimals


class YearField(forms.CharField):
    """A year of four digits between two bounds."""

    def __init__(self, *, min_value=2000, max_value=2100, **kwargs):
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "class": "short", "maxlength": "8", "autocomplete": "off"}

    def to_python(self, value):
        if isinstance(value, int):
            return value
        text = super().to_python(value)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{4}", text):
            raise ValidationError(_("Write the year with four digits, for example 2025."), code="year")
        return int(text)

    def validate(self, value):
        super().validate(value)
        if value is not None and not self.min_value <= value <= self.max_value:
            raise ValidationError(
                _("The year must be from %(first)s to %(last)s."),
                params={"first": self.min_value, "last": self.max_value},
                code="out_of_range",
            )


class PhoneField(forms.CharField):
    """A telephone number, or several divided by commas; with an extension where there is one."""

    widget = forms.TextInput
    one = re.compile(r"\+?\(?[0-9][0-9 .()-]*(\s*(máy lẻ|số lẻ|ext\.?|x)\s*[0-9]{1,6})?", re.IGNORECASE)

    def __init__(self, *, max_length=60, **kwargs):
        kwargs.setdefault("help_text", _("For example 024 3825 1234 or 0912 345 678"))
        super().__init__(max_length=max_length, **kwargs)

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"inputmode": "tel", "autocomplete": "tel"}

    def validate(self, value):
        super().validate(value)
        for number in re.split(r"[,;/]", value) if value else ():
            written = self.one.fullmatch(number.strip())
            digits = re.sub(r"[^0-9]", "", number[: written.start(1) + 1] if written and written[1] else number)
            if not written or not 8 <= len(digits) <= 15:
                raise ValidationError(
                    _("“%(number)s” is not a telephone number: write its 8 to 15 digits, for example 0912 345 678."),
                    params={"number": number.strip()[:60]},
                    code="phone",
                )


class DateField(forms.CharField):
    """A day written day/month/year."""

    widget = forms.TextInput

    def __init__(self, *, min_value=datetime.date(1900, 1, 1), max_value=datetime.date(2100, 12, 31), **kwargs):
        self.min_value, self.max_value = min_value, max_value
        kwargs.setdefault("help_text", _("Day/month/year, for example 27/11/2026"))
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "class": "short", "autocomplete": "off"}

    def prepare_value(self, value):
        return value.strftime("%d/%m/%Y") if isinstance(value, datetime.date) else value

    def to_python(self, value):
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        text = super().to_python(value)
        if not text:
            return None
        written = re.fullmatch(r"([0-9]{1,2})\s*[/.-]\s*([0-9]{1,2})\s*[/.-]\s*([0-9]{4})", text)
        iso = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
        if not written and not iso:
            raise ValidationError(_("Write the day as day/month/year, for example 27/11/2026."), code="date")
        day, month, year = map(int, written.groups() if written else reversed(iso.groups()))
        try:
            return datetime.date(year, month, day)
        except ValueError:
            raise ValidationError(
                _("%(day)s is not a day of the calendar. Check the day and the month."),
                params={"day": text},
                code="no_such_day",
            ) from None

    def has_changed(self, initial, data):
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True

    def validate(self, value):
        super().validate(value)
        if value is not None and not self.min_value <= value <= self.max_value:
            raise ValidationError(
                _("The day must be from %(first)s to %(last)s."),
                params={"first": self.prepare_value(self.min_value), "last": self.prepare_value(self.max_value)},
                code="out_of_range",
            )


class PastDateField(DateField):
    """A day that has come."""

    def validate(self, value):
        super().validate(value)
        if value is not None and value > timezone.localdate():
            raise ValidationError(
                _("%(day)s is still to come. Give today or a day before."), params={"day": self.prepare_value(value)}
            )
