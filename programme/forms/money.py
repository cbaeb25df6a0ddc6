"""What may be typed in about years and lines; the services hold the rules."""

import copy

from django import forms
from django.utils.translation import gettext_lazy as _

from programme.models import MOST_VND, BudgetLine, BudgetYear, Period, Task, YearState
from reference.models import Agency, MoneySource
from screens.forms import DateField, Form, ModelForm, MoneyField, YearField

CODE_HINTS = {
    "chapter": _("Three digits."),
    "category": _("Three digits."),
    "item": _("Four digits."),
    "source_code": _("Two or four digits."),
    "unit_code": _("Seven digits."),
}


def amount_field(label, *, required=False, help_text=""):
    return MoneyField(label=label, required=required, max_value=MOST_VND, help_text=help_text)


class YearForm(Form):
    period = forms.ModelChoiceField(
        label=_("Period of the programme"),
        queryset=Period.objects.exclude(state=Period.State.NO_DOCUMENT),
        to_field_name="public_id",
    )
    year = YearField(label=_("Year"))


class StepOnForm(Form):
    """Nothing to fill in: the button says what happens."""


class CloseYearForm(Form):
    paper = forms.CharField(
        label=_("Paper of the settlement"),
        max_length=120,
        help_text=_("Kind, number and symbol, for example: Báo cáo số 12/BC-SCT"),
    )
    paper_on = DateField(label=_("Date of the document"))


class TaskField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return f"{obj.code} – {obj.what}"


def code_field(name):
    field = BudgetLine._meta.get_field(name)
    return forms.CharField(
        label=str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:],
        max_length=field.max_length,
        required=False,
        help_text=CODE_HINTS[name],
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )


class LineForm(Form):
    year = forms.ModelChoiceField(
        label=_("Budget year"),
        queryset=BudgetYear.objects.filter(state__in=[YearState.PREPARING, YearState.OPEN]),
        to_field_name="year",
    )
    task = TaskField(
        label=_("Task"),
        queryset=Task.objects.exclude(state=Task.State.DROPPED).order_by("-first_year", "code"),
        to_field_name="public_id",
    )
    source = forms.ModelChoiceField(
        label=_("Source of money"), queryset=MoneySource.objects.none(), to_field_name="public_id"
    )
    unit = forms.ModelChoiceField(label=_("Budget unit"), queryset=Agency.objects.none(), to_field_name="public_id")
    managed = forms.TypedChoiceField(
        label=_("Managed or followed"),
        choices=[
            ("yes", _("Managed here: the full ledger, payments through the Treasury")),
            ("no", _("Followed: another agency's or an enterprise's money, written from its reports")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = MoneySource.objects.in_force(today).order_by("code")
        self.fields["unit"].queryset = Agency.objects.in_force(today).ordered()
        self.fields |= {name: code_field(name) for name in CODE_HINTS}
        self.fields["note"] = forms.CharField(label=_("Note"), max_length=500, required=False)


class DescribeLineForm(ModelForm):
    class Meta:
        model = BudgetLine
        fields = [*CODE_HINTS, "note"]

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, instance=copy.copy(instance), **kwargs)
        self.fields |= {name: code_field(name) for name in CODE_HINTS}


class SumsForm(Form):
    """Sums of a line by a document: what another body reports, or what stood before the portal."""

    NAMES = ("assigned_vnd", "allocated_vnd", "committed_vnd", "disbursed_vnd", "settled_vnd")

    assigned_vnd = amount_field(_("Assigned in all"), required=True)
    allocated_vnd = amount_field(_("Allocated in all"))
    committed_vnd = amount_field(_("Contracts and decisions in all"))
    disbursed_vnd = amount_field(_("Disbursed in all, less what came back"))
    settled_vnd = amount_field(_("Settled in all"))
    document = forms.CharField(
        label=_("Document"),
        max_length=160,
        help_text=_("Kind, number and who sent it, for example: Báo cáo số 45/BC-STC"),
    )
    document_on = DateField(label=_("Date of the document"))

    def amounts(self):
        return {name: self.cleaned_data[name] for name in self.NAMES if self.cleaned_data.get(name) is not None}


class ReportForm(SumsForm):
    """Of a followed line, money counts as allocated when it is assigned unless the report says otherwise."""

    def __init__(self, *args, line, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["allocated_vnd"].help_text = _("Empty: as much as is assigned.")
        for name in self.NAMES:
            self.fields[name].initial = (line.spent_vnd if name == "disbursed_vnd" else getattr(line, name)) or None


class SpendingForm(Form):
    """A sum for each month of the year; an empty month plans nothing."""

    def __init__(self, *args, line, planned, **kwargs):
        super().__init__(*args, **kwargs)
        self.year, self.planned = line.year.year, planned
        for month in range(1, 13):
            name = f"month_{month}"
            self.fields[name] = amount_field(_("Month %(month)s") % {"month": month})
            self.fields[name].initial = planned.get(self.year * 100 + month)

    def months(self):
        """{year * 100 + month: đồng}: months that were planned and are empty now become 0."""
        given = {self.year * 100 + month: self.cleaned_data.get(f"month_{month}") for month in range(1, 13)}
        return {month: amount or 0 for month, amount in given.items() if amount or month in self.planned}
