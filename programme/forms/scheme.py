from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from programme.models import Indicator, Period, PublishedFigure, PublishedResult, Target, Unit
from reference.forms import EntryForm, reason_field
from screens.forms import DateField, Form, MoneyField, NumberField, YearField

TARGET_UNITS = [(unit.value, unit.label) for unit in Unit if unit.value in ("percent", "enterprise", "product", "turn")]
PLACES = 2


class DecimalField(NumberField):
    """A figure with at most two decimals, kept as a Decimal."""

    places = PLACES

    def prepare_value(self, value):
        return super().prepare_value(int(value.scaleb(PLACES)) if isinstance(value, Decimal) else value)

    def clean(self, value):
        cleaned = super().clean(value)
        return None if cleaned is None else Decimal(cleaned).scaleb(-PLACES)


class PeriodForm(EntryForm):
    starts_year = YearField(label=_("First year"))
    ends_year = YearField(label=_("Last year"))
    decision = forms.CharField(
        label=_("Document"),
        max_length=120,
        required=False,
        help_text=_("Kind, number and symbol, for example: Quyết định số 4303/QĐ-UBND. Empty while there is none."),
    )
    decision_on = DateField(label=_("Date of the document"), required=False)
    ceiling_vnd = MoneyField(label=_("Estimated budget of all sources"), required=False, min_value=1, max_value=10**15)
    note = forms.CharField(label=_("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)
    reason = reason_field()

    class Meta:
        model = Period
        fields = [
            "code",
            "name_vi",
            "name_en",
            "starts_year",
            "ends_year",
            "decision",
            "decision_on",
            "ceiling_vnd",
            "note",
            "confidence",
            "source",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("starts_year"), cleaned.get("ends_year")
        if first and last and last < first:
            self.add_error("ends_year", _("The last year lies before the first year."))
        if cleaned.get("decision") and not cleaned.get("decision_on") and "decision_on" not in self.errors:
            self.add_error("decision_on", _("Fill in the date of the document."))
        if not cleaned.get("decision") and self.instance.state != Period.State.ILLUSTRATION:
            for name in ("decision_on", "ceiling_vnd"):
                if cleaned.get(name):
                    self.add_error("decision", _("A budget and a date stand in a document. Name the document."))
                    break
        return cleaned


class TargetForm(EntryForm):
    indicator_code = forms.ChoiceField(label=_("Indicator"), choices=Indicator.choices)
    applies = forms.ChoiceField(label=_("Applies"), choices=Target.Applies.choices, widget=forms.RadioSelect)
    year = YearField(label=_("Year"), required=False, help_text=_("Only for a target of one year."))
    lower = DecimalField(label=_("At least"), required=False, max_value=10**11)
    upper = DecimalField(label=_("At most"), required=False, max_value=10**11)
    unit = forms.ChoiceField(label=_("Unit"), choices=TARGET_UNITS)
    reason = reason_field()

    class Meta:
        model = Target
        fields = ["indicator_code", "applies", "year", "lower", "upper", "unit", "document", "confidence", "source"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("indicator_code", "applies", "year"):
                del self.fields[name]

    def clean(self):
        cleaned = super().clean()
        lower, upper = cleaned.get("lower"), cleaned.get("upper")
        if lower is None and upper is None and not {"lower", "upper"} & set(self.errors):
            self.add_error("lower", _("A target has a least, a most, or both."))
        if lower is not None and upper is not None and lower > upper:
            self.add_error("upper", _("The least lies above the most."))
        one_year = cleaned.get("applies") == Target.Applies.YEAR
        if "applies" in self.fields and one_year != (cleaned.get("year") is not None) and "year" not in self.errors:
            self.add_error("year", _("Name the year when the target is for one year, and only then."))
        return cleaned


class WithdrawTargetForm(Form):
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


def _count(label):
    return NumberField(label=label, required=False, max_value=100_000, help_text=_("Empty when it is not known."))


class ResultForm(EntryForm):
    year = YearField(label=_("Year of the round"), min_value=2005)
    registered_enterprises = _count(_("Enterprises registered"))
    registered_products = _count(_("Products registered"))
    recognised_enterprises = _count(_("Enterprises recognised"))
    recognised_products = _count(_("Products recognised"))
    first_time_products = _count(_("Of these for the first time"))
    top10_enterprises = _count(_("Enterprises in the Top 10"))
    source = forms.CharField(label=_("Source"), max_length=300)
    reason = reason_field()

    class Meta:
        model = PublishedResult
        fields = [
            "year",
            "registered_enterprises",
            "registered_products",
            "recognised_enterprises",
            "recognised_products",
            "first_time_products",
            "top10_enterprises",
            "decision",
            "note",
            "confidence",
            "source",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["year"]


class FigureForm(EntryForm):
    award_year = YearField(label=_("Year of the round"), min_value=2005)
    reference_year = YearField(
        label=_("Year of the figures"), required=False, min_value=2000, help_text=_("Empty when it is not known.")
    )
    scope_count = NumberField(
        label=_("Number of enterprises"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("When the scope is known."),
    )
    value = DecimalField(label=_("Value"), max_value=10**14)
    source = forms.CharField(label=_("Source"), max_length=300)
    reason = reason_field()

    class Meta:
        model = PublishedFigure
        fields = [
            "award_year",
            "reference_year",
            "scope",
            "scope_count",
            "measure",
            "value",
            "unit",
            "qualifier",
            "reproducible",
            "note",
            "confidence",
            "source",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = ("percent", "enterprise", "vnd_billion", "usd_million", "usd_billion")
        self.fields["unit"].choices = [("", "–"), *((u.value, u.label) for u in Unit if u.value in allowed)]

    def clean_unit(self):
        if not self.cleaned_data["unit"]:
            raise ValidationError(_("Choose the unit."))
        return self.cleaned_data["unit"]
