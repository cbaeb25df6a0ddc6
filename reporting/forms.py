from datetime import datetime, time
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from programme.models import Indicator as Promised
from reporting import definitions
from reporting.models import CityStatistic, Indicator
from reporting.services.statistics import BEFORE_REVISED, DAY_TO_COME, MOST_OF, YEAR_TO_COME, untimely
from screens import formats
from screens.forms import DateField, Form, NumberField, YearField


class AmountInUnit(NumberField):
    """An amount as a paper gives it, with up to nine decimals of the unit that is chosen beside it."""

    places = 9
    classes = "money"

    def __init__(self, **kwargs):
        super().__init__(max_value=10**27, **kwargs)


# Which part of a thing an amount is kept in: {unit: (label, how many of the smallest)}, and the most it may be.
UNITS = {
    CityStatistic.Measure.OUTPUT: {
        "vnd": (_("đồng"), 1),
        "million": (_("million đồng"), 10**6),
        "billion": (_("billion đồng"), 10**9),
    },
    CityStatistic.Measure.EXPORTS: {
        "usd": (_("USD"), 100),
        "thousand_usd": (_("thousand USD"), 10**5),
        "million_usd": (_("million USD"), 10**8),
    },
}


class UnitChoice(forms.ChoiceField):
    """The unit in which an amount of the measure is written; the first one when nothing is said."""

    def __init__(self, measure, **kwargs):
        choices = [(code, label) for code, (label, _size) in UNITS[measure].items()]
        super().__init__(choices=choices, initial=choices[0][0], required=False, **kwargs)


def whole_amount(measure, written, unit):
    """The amount in the smallest unit of `written`, which counts 10**-9 of the chosen unit."""
    size = UNITS[measure][unit][1] if unit else next(iter(UNITS[measure].values()))[1]
    amount, rest = divmod(written * size, 10**AmountInUnit.places)
    if rest:
        raise ValidationError(_("This is not a whole amount in đồng or in cents. Check the decimals and the unit."))
    if amount > MOST_OF[measure]:
        raise ValidationError(_("Too large for a figure of the city. Check the unit."))
    return amount


class StatisticForm(Form):
    """A figure of the city from a paper. Which of the amounts is asked depends on the measure."""

    measure = forms.ChoiceField(label=_("Figure"), choices=[("", ""), *CityStatistic.Measure.choices])
    year = YearField(label=_("Year"), min_value=2000, max_value=2100)
    amount_vnd = AmountInUnit(label=_("Industrial output"), required=False, help_text=_("Only for industrial output."))
    unit_vnd = UnitChoice(CityStatistic.Measure.OUTPUT, label=_("Unit of the city's output"))
    amount_usd = AmountInUnit(label=_("Exports"), required=False, help_text=_("Only for exports of goods."))
    unit_usd = UnitChoice(CityStatistic.Measure.EXPORTS, label=_("Unit of the city's exports"))
    amount_index = forms.DecimalField(
        label=_("Index against last year (%)"),
        required=False,
        max_digits=6,
        decimal_places=2,
        min_value=1,
        max_value=1000,
        localize=True,
        help_text=_("Only for the index of industrial production; 105.7 means 5.7 % more than last year."),
    )
    prices = forms.ChoiceField(label=_("Prices"), choices=CityStatistic.Prices, initial="current")
    base_year = YearField(
        label=_("Base year"), required=False, min_value=1990, max_value=2100, help_text=_("Only for constant prices.")
    )
    state = forms.ChoiceField(label=_("State of the figure"), choices=[("", ""), *CityStatistic.State.choices])
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("The paper, its number and date, the page.")
    )
    published_on = DateField(label=_("Published on"))
    vsic_coverage = forms.CharField(label=_("Coverage by VSIC"), max_length=40, required=False, initial="B-E")

    def clean(self):
        given = super().clean()
        measure, prices = given.get("measure"), given.get("prices")
        name = AMOUNTS.get(measure)
        for other in AMOUNTS.values():
            if other != name and given.get(other) is not None:
                self.add_error(other, _("This amount does not belong to the chosen figure. Leave it empty."))
        if name and given.get(name) is None and name not in self.errors:
            self.add_error(name, _("Fill in the amount of the chosen figure."))
        if name and given.get(name) is not None:
            self._take_amount(given, measure, name)
        self._refuse_what_is_to_come(given)
        if prices == "constant":
            if measure and measure != CityStatistic.Measure.OUTPUT:
                self.add_error("prices", _("Only industrial output is given in constant prices."))
            if given.get("base_year") is None:
                self.add_error("base_year", _("Constant prices need their base year."))
        elif given.get("base_year") is not None:
            self.add_error("base_year", _("Current prices have no base year. Leave it empty."))
        return given

    def _take_amount(self, given, measure, name):
        amount = given[name]
        try:
            if name == "amount_index":
                given["amount"] = int(amount * 100)
            else:
                given["amount"] = whole_amount(measure, amount, given.get(name.replace("amount", "unit")))
        except ValidationError as error:
            self.add_error(name, error)
        else:
            if given["amount"] <= 0:
                self.add_error(name, _("The amount must be more than 0."))

    def _refuse_what_is_to_come(self, given):
        today = timezone.localdate()
        if given.get("year") and given["year"] > today.year:
            self.add_error("year", YEAR_TO_COME % {"year": given["year"], "last": today.year})
        if given.get("published_on") and given["published_on"] > today:
            self.add_error("published_on", DAY_TO_COME)
        _say_untimely(self, given, **{name: given.get(name) for name in ("year", "state", "base_year")})


def _say_untimely(form, given, **what):
    if what["year"] and given.get("published_on") and (fault := untimely(**what, published_on=given["published_on"])):
        field, sentence, year = fault
        form.add_error(field if field in form.fields else "published_on", _now(sentence) % {"year": year})


AMOUNTS = {"output": "amount_vnd", "exports": "amount_usd", "iip": "amount_index"}


class ReviseStatisticForm(Form):
    """A later paper says otherwise: the new amount, its source, and why."""

    source = forms.CharField(label=_("Source"), max_length=300)
    published_on = DateField(label=_("Published on"))
    vsic_coverage = forms.CharField(label=_("Coverage by VSIC"), max_length=40, required=False)
    reason = forms.CharField(label=_("Why it is revised"), max_length=300)

    def __init__(self, *args, statistic, **kwargs):
        initial = {
            "amount": statistic.amount,
            "source": statistic.source,
            "published_on": statistic.published_on,
            "vsic_coverage": statistic.vsic_coverage,
        }
        units = UNITS.get(statistic.measure)
        if units is None:
            initial["amount"] = Decimal(statistic.amount) / 100
            amount = {
                "amount": forms.DecimalField(
                    label=_("Index against last year (%)"), max_digits=6, decimal_places=2, min_value=1,
                    max_value=1000, localize=True,
                )
            }  # fmt: skip
        else:
            # the largest unit in which the present amount is a whole number, else the smallest
            whole = [item for item in units.items() if statistic.amount % item[1][1] == 0]
            unit, (_label, size) = whole[-1] if whole else next(iter(units.items()))
            initial |= {"amount": statistic.amount * 10**AmountInUnit.places // size, "unit": unit}
            amount = {
                "amount": AmountInUnit(label=statistic.get_measure_display()),
                "unit": UnitChoice(statistic.measure, label=_("Unit")),
            }
        kwargs.setdefault("initial", initial)
        self.base_fields = amount | self.base_fields
        super().__init__(*args, **kwargs)
        self.statistic = statistic

    def clean(self):
        given = super().clean()
        if given.get("amount") is not None:
            try:
                if self.statistic.measure == CityStatistic.Measure.IIP:
                    given["amount"] = int(given["amount"] * 100)
                else:
                    given["amount"] = whole_amount(self.statistic.measure, given["amount"], given.get("unit"))
            except ValidationError as error:
                self.add_error("amount", error)
        published, before = given.get("published_on"), self.statistic.published_on
        if published and published > timezone.localdate():
            self.add_error("published_on", DAY_TO_COME)
        elif published and published < before:
            self.add_error("published_on", _(BEFORE_REVISED) % {"day": formats.vn_date(before)})
        _say_untimely(self, given, **{name: getattr(self.statistic, name) for name in ("year", "state", "base_year")})
        return given


class WithdrawStatisticForm(Form):
    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=300)


class ComputeForm(Form):
    """Which years, and as known when."""

    year_from = YearField(label=_("From year"), min_value=2000, max_value=2100)
    year_to = YearField(label=_("To year"), min_value=2000, max_value=2100)
    known_on = DateField(
        label=_("As known at the end of"),
        required=False,
        help_text=_("Empty: as known now. A day in the past gives again what was known then."),
    )

    def clean_known_on(self):
        day = self.cleaned_data["known_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("The day lies in the future."))
        return day

    def cutoff(self, now):
        """The end of the day asked for, or nothing for now."""
        day = self.cleaned_data["known_on"]
        if not day or day == timezone.localdate(now):
            return None
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))

    def clean(self):
        given = super().clean()
        if given.get("year_from") and given.get("year_to") and given["year_to"] < given["year_from"]:
            self.add_error("year_to", _("The last year lies before the first."))
        return given


class PaperForm(Form):
    """A numbered paper and, where something is replaced, why."""

    paper_number = forms.CharField(
        label=_("Number of the paper"), max_length=60, help_text=_("As it stands on the paper, for example 125/TB-SCT.")
    )
    paper_on = DateField(label=_("Date of the paper"))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def __init__(self, *args, replaces, **kwargs):
        super().__init__(*args, **kwargs)
        if replaces:
            self.fields["reason"].required = True
            self.fields["reason"].help_text = _("Needed, because this takes the place of an earlier one.")
        else:
            del self.fields["reason"]

    def clean_paper_on(self):
        day = self.cleaned_data["paper_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The date of the paper lies in the future."))
        return day


class ChooseVariantForm(PaperForm):
    indicator = forms.ModelChoiceField(
        label=_("Variant"), queryset=Indicator.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    field_order = ("indicator", "paper_number", "paper_on", "reason")

    def __init__(self, *args, variants, **kwargs):
        super().__init__(*args, **kwargs)
        names = {indicator.pk: name for indicator, name in variants}
        self.fields["indicator"].queryset = Indicator.objects.filter(pk__in=names)
        self.fields["indicator"].label_from_instance = lambda indicator: names[indicator.pk]


class PublishForm(PaperForm):
    pass


def _choices(named, *, empty=False):
    return ([("", "–")] if empty else []) + [(code, label) for code, label in named.items()]


class DefinitionForm(Form):
    """What an indicator means, field by field: the checked definition is put together from the answers."""

    name_vi = forms.CharField(label=_("Name in Vietnamese"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200)
    numerator = forms.MultipleChoiceField(
        label=_("Numerator"), choices=_choices(definitions.FIGURES), widget=forms.CheckboxSelectMultiple
    )
    scope = forms.ChoiceField(label=_("Scope"), choices=_choices(definitions.SCOPES))
    place = forms.ChoiceField(label=_("Place"), choices=_choices(definitions.PLACES))
    prices = forms.ChoiceField(label=_("Prices"), choices=_choices(definitions.PRICES))
    base_year = YearField(label=_("Base year"), required=False, min_value=1990, max_value=2100)
    accounts = forms.ChoiceField(label=_("Financial statements"), choices=_choices(definitions.ACCOUNTS))
    who = forms.ChoiceField(label=_("Enterprises that count"), choices=_choices(definitions.WHO))
    who_on = forms.CharField(
        label=_("Named date"),
        max_length=5,
        required=False,
        help_text=_("Day/month, for titles in force, such as 31/12."),
    )
    outside_industry = forms.ChoiceField(
        label=_("Activities outside industry (VSIC B–E)"), choices=_choices(definitions.OUTSIDE)
    )
    activities = forms.CharField(
        label=_("Only the divisions of VSIC"),
        max_length=100,
        required=False,
        help_text=_("Two digits each with commas between, such as 25, 26; empty for all."),
    )
    figure_year = forms.ChoiceField(label=_("Year of the figures"), choices=_choices(definitions.FIGURE_YEARS))
    denominator_prices = forms.ChoiceField(label=_("Prices of the city figure"), choices=_choices(definitions.PRICES))
    denominator_base_year = YearField(
        label=_("Base year of the city figure"), required=False, min_value=1990, max_value=2100
    )
    denominator_states = forms.MultipleChoiceField(
        label=_("States of the city figure that may be used"),
        choices=CityStatistic.State,
        widget=forms.CheckboxSelectMultiple,
    )
    when_missing = forms.ChoiceField(label=_("When the city figure is missing"), choices=_choices(definitions.MISSING))
    upper_method = forms.ChoiceField(label=_("Upper bound for what is missing"), choices=_choices(definitions.UPPER))
    cap_percent = NumberField(label=_("Cap in percent"), required=False, max_value=1000)
    years_back = NumberField(label=_("Years to look back"), required=False, max_value=5)
    band = forms.ChoiceField(label=_("Target it is judged by"), required=False, choices=[("", "–"), *Promised.choices])
    direction = forms.ChoiceField(
        label=_("Direction"), choices=[("up", _("more is better")), ("down", _("less is better"))]
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=300, required=False)
    confirmed = forms.BooleanField(label=_("Confirmed by a document"), required=False)
    reason = forms.CharField(label=_("Why the definition is changed"), max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    FIGURES_ONLY = ("numerator", "scope", "place", "prices", "base_year", "accounts", "figure_year")
    SHARES_ONLY = ("denominator_prices", "denominator_base_year", "denominator_states", "when_missing")
    SUMS_ONLY = ("upper_method", "cap_percent", "years_back")
    WHO_ONLY = ("who", "who_on", "outside_industry", "activities")

    def __init__(self, *args, version, new=False, **kwargs):
        self.old = version.definition
        kwargs.setdefault("initial", _answers(version, new=new))
        super().__init__(*args, **kwargs)
        counts = self.old["counts"]
        if new:
            self.fields = {
                "code": forms.RegexField(
                    r"^[a-z0-9_]+(\.[a-z0-9_]+)?$",
                    label=_("Code"),
                    max_length=60,
                    help_text=_("Small letters, digits and one point, such as output_share.f."),
                ),
                **self.fields,
            }
            del self.fields["reason"], self.fields["confirmed"]
        if counts not in definitions.WITH_FIGURES:
            self._leave_out(self.FIGURES_ONLY)
        if not self.old.get("denominator"):
            self._leave_out(self.SHARES_ONLY)
        if counts != "sum":
            self._leave_out(self.SUMS_ONLY)
        if counts in ("turns", "supported", "money"):
            self._leave_out(self.WHO_ONLY)

    def _leave_out(self, names):
        for name in names:
            del self.fields[name]

    def clean(self):
        given = super().clean()
        if not self.errors:
            from audit.refusals import Refused

            try:
                given["definition"] = self._definition(given)
                definitions.read(given["definition"])
            except Refused as refusal:
                self.add_error(None, str(refusal))
        return given

    def _definition(self, given):
        made = {"counts": self.old["counts"], "unit": self.old["unit"]}
        if "numerator" in self.fields:
            made["numerator"] = given["numerator"] if len(given["numerator"]) > 1 else given["numerator"][0]
            made |= {name: given[name] for name in ("scope", "place", "prices", "accounts", "figure_year")}
            if given["base_year"] is not None:
                made["base_year"] = given["base_year"]
        if "who" in self.fields:
            made["who"] = {"rule": given["who"]}
            if given["who"] == "in_force":
                day, _sep, month = (given["who_on"] or "31/12").partition("/")
                made["who"]["on"] = f"{month.zfill(2)}-{day.zfill(2)}"
            made["outside_industry"] = given["outside_industry"]
            if given["activities"].strip():
                made["activities"] = [part.strip() for part in given["activities"].split(",") if part.strip()]
            if "title_kinds" in self.old:
                made["title_kinds"] = self.old["title_kinds"]
        if "denominator_states" in self.fields:
            below = {
                "measure": self.old["denominator"]["measure"],
                "prices": given["denominator_prices"],
                "states": given["denominator_states"],
                "when_missing": given["when_missing"],
            }
            if given["denominator_base_year"] is not None:
                below["base_year"] = given["denominator_base_year"]
            made["denominator"] = below
        if "upper_method" in self.fields:
            made["upper"] = {"method": given["upper_method"]}
            if given["upper_method"] == "last_verified":
                made["upper"] |= {"cap_percent": given["cap_percent"], "years_back": given["years_back"] or 1}
        if given["band"]:
            made["band"] = given["band"]
        made["direction"] = given["direction"]
        return made


def _answers(version, *, new):
    """The form's fields as the definition answers them."""
    d, read = version.definition, version.read
    month, day = read.who.on.split("-")
    below = read.denominator
    return {
        "name_vi": version.name_vi,
        "name_en": version.name_en,
        "numerator": list(read.numerator),
        "scope": read.basis.scope,
        "place": read.basis.place,
        "prices": read.basis.prices,
        "base_year": read.basis.base_year,
        "accounts": read.basis.accounts,
        "who": read.who.rule,
        "who_on": f"{day}/{month}",
        "outside_industry": "leave_out" if read.who.leave_out_outside else "count",
        "activities": ", ".join(read.who.activities),
        "figure_year": "before" if read.shift else "reporting",
        "denominator_prices": below.prices if below else "current",
        "denominator_base_year": below.base_year if below else None,
        "denominator_states": list(below.states) if below else [],
        "when_missing": below.when_missing if below else "unknown",
        "upper_method": read.upper.method,
        "cap_percent": read.upper.cap_percent if read.upper.method == "last_verified" else None,
        "years_back": read.upper.years_back if read.upper.method == "last_verified" else None,
        "band": read.band,
        "direction": d.get("direction", "up"),
        "legal_basis": version.legal_basis,
        "confirmed": version.confirmed,
        "seen": None if new else version.revision,
    }
