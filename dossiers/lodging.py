"""The form of a version as an enterprise sees it: made from the version's fields, nothing of it in code."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.models import YES_NO, Component, Fact, FormField
from screens.forms import DateField, Form, MoneyField, NumberField, PastDateField, PhoneField

MOST_TEXT, MOST_LONG_TEXT = 300, 5000
FEW_CHOICES = 6  # as many stand beside each other; more are chosen from a list
Kind = FormField.Kind


class Shown(forms.Widget):
    """A value that is shown where it would have been asked; nothing is sent back."""

    def render(self, name, value, attrs=None, renderer=None):
        return format_html('<output id="{}" class="shown">{}</output>', (attrs or {}).get("id", ""), value or "–")

    def value_omitted_from_data(self, data, files, name):
        return False


class ShownField(forms.Field):
    """What the Department knows already. Whatever is sent under its name is ignored."""

    widget = Shown

    def __init__(self, **kwargs):
        super().__init__(required=True, disabled=True, **kwargs)  # required: it is there, nobody may leave it out

    def clean(self, value):
        return value


def _text(**kwargs):
    return forms.CharField(max_length=MOST_TEXT, **kwargs)


def _long_text(**kwargs):
    return forms.CharField(max_length=MOST_LONG_TEXT, widget=forms.Textarea(attrs={"rows": 6}), **kwargs)


def _one_of(choices, *, required, **kwargs):
    if len(choices) <= FEW_CHOICES:
        choices = choices if required else [*choices, ("", gettext_lazy("No answer"))]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, required=required, **kwargs)
    return forms.ChoiceField(choices=[("", gettext_lazy("Choose…")), *choices], required=required, **kwargs)


MADE = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _long_text,
    Kind.NUMBER: NumberField,
    Kind.MONEY: MoneyField,
    Kind.DATE: DateField,
    Kind.PAST_DATE: PastDateField,
    Kind.PHONE: PhoneField,
}


def _form_field(field, enterprise):
    named = {"label": field.name}
    if field.help:
        named["help_text"] = field.help
    if field.kind == Kind.ENTERPRISE:
        shown = fact_of(enterprise, field.fact) if enterprise else _("(from what the Department knows already)")
        return ShownField(initial=shown, **named)
    if field.kind in (Kind.CHOICE, Kind.YES_NO):
        choices = list(field.answers.items()) if field.kind == Kind.CHOICE else list(YES_NO)
        return _one_of(choices, required=field.required, **named)
    return MADE[field.kind](required=field.required, **named)


def form_class_of(version, enterprise=None):
    """A form class with the fields of `version`, in their order, named by their codes.

    Enterprise data is shown as it stands for `enterprise`, or said to be shown where there is none yet (a preview).
    """
    made = {field.code: _form_field(field, enterprise) for field in version.fields.all()}
    return type("LodgingForm", (LodgingForm,), made)


class LodgingForm(Form):
    """What is shared by the forms of all versions."""

    @property
    def answers(self):
        """{code: answer} of what was asked, as checked; without what was only shown."""
        return {
            name: self.cleaned_data[name]
            for name, field in self.fields.items()
            if name in self.cleaned_data and name != "operation_key" and not isinstance(field, ShownField)
        }


def components_of(version, answers=None):
    """[(component, whether it must be there)] of a version; without answers, only what is required of everybody."""
    return [(component, component.is_required(answers or {})) for component in version.components.all()]


def condition_text(component, fields):
    """When a component is required, in words; `fields` are those of its version."""
    if component.need != Component.Need.CONDITIONAL:
        return ""
    field = next((field for field in fields if field.code == component.condition_field), None)
    answer = field.answers.get(component.condition_value, component.condition_value) if field else ""
    name = field.name if field else component.condition_field
    return _("when “%(field)s” is “%(answer)s”") % {"field": name, "answer": answer or component.condition_value}


# --- what is known of an enterprise ------------------------------------------------------------


FACTS = {
    Fact.NAME: lambda enterprise: enterprise.name,
    Fact.TAX_CODE: lambda enterprise: enterprise.tax_code,
    Fact.TYPE: lambda enterprise: enterprise.get_enterprise_type_display(),
    Fact.ADDRESS: lambda enterprise: enterprise.address,
    Fact.WARD: lambda enterprise: enterprise.ward,
    Fact.PHONE: lambda enterprise: enterprise.phone,
    Fact.EMAIL: lambda enterprise: enterprise.email,
    Fact.ACTIVITY: lambda enterprise: enterprise.main_activity,
    Fact.SIZE: lambda enterprise: enterprise.get_size_display(),
}


def fact_of(enterprise, fact):
    """What the Department knows of the enterprise, in words; empty where it does not know."""
    return str(FACTS[Fact(fact)](enterprise) or "")
