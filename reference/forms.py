"""What may be typed into a table of reference data."""

import json

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import modelform_factory
from django.utils.translation import gettext_lazy as _

from reference.models import Agency, IndustryCode
from reference.rules import shape_of
from screens.forms import DateField, Form, ModelForm, MoneyField, NumberField

COMMON_ITEM = ("name_vi", "name_en")
DATES = ("valid_from", "valid_to")
BASIS = ("legal_basis", "confidence", "source")

HINTS = {
    "code": _("Stays for ever: letters, digits, dots and dashes."),
    "valid_to": _("The last day; empty while it holds."),
    "legal_basis": _("Number, date and name of the document; empty when there is none."),
    "source": _("Where it was read: a document, an address, a person's knowledge."),
    "divisions": _("Two-digit divisions, parted by blanks."),
    "currency": _("Three capital letters, for example USD."),
    "basis": _("The notice or law that says so."),
    "successor": _("Only for an agency that has ended."),
}


def reason_field(*, required=True):
    return forms.CharField(
        label=_("Reason or document of this change"),
        max_length=300,
        required=required,
        help_text=_("Stands in the history for ever."),
    )


class JsonField(forms.CharField):
    """A rule's value where nobody told its parts: JSON without decimals."""

    widget = forms.Textarea

    def __init__(self, *, encoder=None, decoder=None, **kwargs):
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            return json.loads(text, parse_float=_refuse_decimals)
        except ValueError:
            raise ValidationError(
                _('This is not JSON. Write for example {"limit": 10} or 10, with whole numbers only.'), code="json"
            ) from None


def _refuse_decimals(text):
    raise ValueError(text)


class EntryForm(ModelForm):
    """A row of reference data; the service holds the rules, the form only what can be seen while typing."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, hint in HINTS.items():
            if name in self.fields and not self.fields[name].help_text:
                self.fields[name].help_text = hint
        for field in self.fields.values():
            if isinstance(field, DateField) and not field.help_text:
                field.help_text = _("Day/month/year, for example 27/11/2026")
        if "successor" in self.fields:
            self.fields["successor"].queryset = Agency.objects.exclude(pk=self.instance.pk).ordered()

    def clean_code(self):
        code = self.cleaned_data["code"]
        if not all(letter.isalnum() or letter in ".-_" for letter in code):
            raise ValidationError(_("Use only letters, digits, dots and dashes in a code."), code="code")
        return code

    def clean_divisions(self):
        codes = self.cleaned_data["divisions"].replace(",", " ").split()
        divisions = IndustryCode.objects.filter(level=IndustryCode.Level.DIVISION)
        unknown = sorted(set(codes) - set(divisions.filter(code__in=codes).values_list("code", flat=True)))
        if unknown:
            raise ValidationError(
                _("No two-digit division of VSIC: %(codes)s.") % {"codes": ", ".join(unknown)}, code="divisions"
            )
        return " ".join(codes)

    def clean_currency(self):
        currency = self.cleaned_data["currency"].upper()
        if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise ValidationError(_("Write the currency with three letters, for example USD."), code="currency")
        return currency

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day lies before the first day."))
        if cleaned.get("successor") and not last:
            self.add_error("valid_to", _("An agency whose work was taken over has a last day. Fill it in."))
        if cleaned.get("kind") == "work" and cleaned.get("on") and cleaned["on"].isoweekday() < 6:
            self.add_error("kind", _("Only a Saturday or Sunday can be made a working day."))
        if cleaned.get("kind") in ("district", "ward") and cleaned.get("unit_type"):
            old = cleaned["unit_type"] in ("quan", "huyen", "thi_xa")
            if old != (cleaned["kind"] == "district"):
                self.add_error("unit_type", _("This type does not belong to this level."))
        return cleaned

    def validate_unique(self):
        """The service says in words what the database would refuse, once it knows that the form was not sent before."""

    def values(self):
        """What the service is given: the row's own fields."""
        own = {field.name for field in self._meta.model._meta.concrete_fields}
        return {name: value for name, value in self.cleaned_data.items() if name in own and name != "version"}


def entry_form(kind, verb, entry=None):
    """The form class for adding, editing or replacing a row of `kind`."""
    model = kind.model
    if kind.is_item:
        names = ("code", *COMMON_ITEM, *kind.fields, *DATES, *BASIS)
    else:
        names = (*kind.fields, "confidence", "source")
    if verb == "edit":
        closed = {*model.KEY, *model.FIXED, "code"} | (set(DATES) if model.FIXED else set())
        names = tuple(name for name in names if name not in closed)
    elif verb == "replace":
        names = tuple(name for name in names if name not in {*model.KEY, "code", *DATES})
    field_classes = {
        field.name: chosen
        for field in model._meta.concrete_fields
        if field.name in names and (chosen := _field_class(field))
    }
    added = {"reason": reason_field(required=verb != "add")}
    if verb == "replace":
        added = {"starts_on": DateField(label=_("Holds from")), **added}
    if "value" in names and shape_of(getattr(entry, "code", "")):
        names = tuple(name for name in names if name != "value")
        base = type("RuleForm", (RuleParts, EntryForm), {"rule_code": entry.code, **added})
    else:
        base = type("BaseForm", (EntryForm,), added)
    return modelform_factory(model, form=base, fields=list(names), field_classes=field_classes)


def _field_class(field):
    if isinstance(field, models.DateField):
        return DateField
    if isinstance(field, models.BigIntegerField):
        return _amount
    if isinstance(field, models.PositiveIntegerField):
        return _whole
    return JsonField if isinstance(field, models.JSONField) else None


def _amount(**kwargs):
    return MoneyField(**{**kwargs, "min_value": 1, "max_value": 10**15})


def _whole(**kwargs):
    return NumberField(**{**kwargs, "min_value": 1, "max_value": 10**9})


class RuleParts:
    """The parts of a rule's value as fields of their own, before the days and the basis."""

    rule_code = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        value = self.instance.value
        self.parts = {f"part_{part.name}": part for part in shape_of(self.rule_code)}
        own = {}
        for name, part in self.parts.items():
            own[name] = part.field()
            self.initial[name] = value.get(part.name) if isinstance(value, dict) else value
        order = list(self.fields)
        self.fields.update(own)
        place = order.index("legal_basis")
        self.order_fields([*order[:place], *own, *order[place:]])

    def values(self):
        given = {part.name: self.cleaned_data[name] for name, part in self.parts.items()}
        value = given[""] if list(given) == [""] else given
        return {**super().values(), "value": value}


class EndForm(Form):
    """The last day of a row, and why."""

    ends_on = DateField(label=_("Last day in force"))
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawForm(Form):
    """Why a rate is withdrawn."""

    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)
