from fractions import Fraction
from functools import partial

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from enterprises.models import Enterprise, FigureRevision, Product, Title
from enterprises.models.figures import LIMITS, PEOPLE_MEASURES, USD_MEASURES, VND_MEASURES
from enterprises.services.enterprises import STATUS_MOVES
from enterprises.services.figures import DEFAULT_BASIS, spans_of_years
from enterprises.services.products import misdated
from reference import tax_codes
from reference.models import AdministrativeUnit, ExchangeRate, IndustryCode, ProductGroup
from reference.presenting import named_as_of
from reference.services import exchange_rate
from screens.forms import DateField, Form, ModelForm, NumberField, YearField


def _reason(label, hint=""):
    return forms.CharField(label=label, max_length=300, help_text=hint, widget=forms.Textarea(attrs={"rows": 3}))


class TaxCodeField(forms.CharField):
    """A tax code in one spelling; a wrong check digit is refused, a lost leading zero offered repaired."""

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "help_text", _("10 digits; 13 for a branch, for example 0199999991-001; 12 for a household business.")
        )
        super().__init__(max_length=20, **kwargs)

    def widget_attrs(self, widget):
        return {"class": "short", "autocomplete": "off", "inputmode": "text"}

    def to_python(self, value):
        return tax_codes.normal(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        tax_codes.validate(value)


class EnterpriseForm(ModelForm):
    tax_code = TaxCodeField(label=_("Tax code"))
    groups = forms.ModelMultipleChoiceField(
        label=_("Product groups"),
        queryset=ProductGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    activities = forms.ModelMultipleChoiceField(
        label=_("Activities"),
        queryset=IndustryCode.objects.none(),
        required=False,
        help_text=_("Several may be chosen (Ctrl or ⌘ with a click)."),
    )
    same_name = forms.BooleanField(
        label=_("It is another enterprise of the same name: register it all the same"), required=False
    )

    class Meta:
        model = Enterprise
        fields = [
            "tax_code",
            "name",
            "short_name",
            "name_en",
            "enterprise_type",
            "ward",
            "address",
            "phone",
            "email",
            "main_activity",
            "size_sector",
        ]
        help_texts = {
            "name": _("As on the registration certificate, with its kind: Công ty TNHH…, Công ty cổ phần…"),
            "ward": _("Ward or commune of today; leave empty when the head office is outside Hà Nội."),
            "size_sector": _("Decides the limits of Decree 80/2021/NĐ-CP; software firms are services."),
        }

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        kept = self.instance
        wards = AdministrativeUnit.objects.in_force(on).filter(kind=AdministrativeUnit.Kind.WARD)
        self.fields["ward"].queryset = (wards | AdministrativeUnit.objects.filter(pk=kept.ward_id)).order_by("sort_key")
        codes = IndustryCode.objects.in_force(on).exclude(level=IndustryCode.Level.SECTION)
        self.fields["main_activity"].queryset = (
            codes | IndustryCode.objects.filter(pk=kept.main_activity_id)
        ).order_by("code", "classification")
        # What stands stays to be chosen after its entry has ended: nobody takes it off by changing a telephone number.
        groups = [row.group_id for row in kept.groups.in_force(on)] if kept.pk else []
        activities = [row.activity_id for row in kept.activities.in_force(on)] if kept.pk else []
        self.fields["groups"].queryset = (
            ProductGroup.objects.in_force(on) | ProductGroup.objects.filter(pk__in=groups)
        ).order_by("code")
        self.fields["groups"].label_from_instance = partial(named_as_of, on=on)
        self.fields["activities"].queryset = (codes | IndustryCode.objects.filter(pk__in=activities)).order_by(
            "code", "classification"
        )
        self.same_name_field = self.fields.pop("same_name")
        if "same_name" in self.data:
            self.ask_about_name()
        if not kept.pk:  # nobody registers "other" by passing over it
            types = self.fields["enterprise_type"]
            types.choices, self.initial["enterprise_type"] = [("", _("Choose…")), *types.choices], ""
        if kept.pk:
            self.initial["groups"], self.initial["activities"] = groups, activities

    def ask_about_name(self):
        """Let the person say that an enterprise of the same name is another one."""
        self.fields["same_name"] = self.same_name_field

    def validate_unique(self):
        """The service says who has the tax code, and where to go."""

    def clean(self):
        data = super().clean()
        household = data.get("enterprise_type") == Enterprise.Type.HOUSEHOLD
        if data.get("tax_code") and (len(data["tax_code"]) == 12) and not household:
            self.add_error("enterprise_type", _("A tax code of 12 digits is that of a household business."))
        return data

    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self):
        """What was typed goes to the service, never straight into the record."""


class ContactForm(ModelForm):
    class Meta:
        model = Enterprise
        fields = ["address", "phone", "email"]

    def _post_clean(self):
        """What was typed goes to the service, never straight into the record."""


class StatusForm(Form):
    status = forms.ChoiceField(label=_("New status"))
    since = DateField(label=_("Since"))
    reason = _reason(_("Reason"), _("With the paper it rests on, for example a notice of the tax office."))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, enterprise, **kwargs):
        super().__init__(*args, **kwargs)
        moves = STATUS_MOVES[enterprise.status]
        self.fields["status"].choices = [(s.value, s.label) for s in Enterprise.Status if s in moves]
        self.fields["version"].initial = enterprise.version


class ReasonForm(Form):
    """An act that needs nothing but its reason."""

    reason = _reason(_("Reason"))


class ReturnForm(Form):
    reason = forms.CharField(
        label=_("What is wrong and what to do"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The enterprise reads this sentence."),
    )


class InviteForm(Form):
    full_name = forms.CharField(label=_("Full name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(
        label=_("Role"),
        help_text=_("The legal representative sends figures and invites; the preparer only prepares."),
    )
    paper = forms.CharField(
        label=_("Paper of authorisation"),
        max_length=200,
        required=False,
        help_text=_("Number and date, when the person signs by authorisation."),
    )
    ends_on = DateField(
        label=_("Authorised until"),
        required=False,
        help_text=_("Only when the person signs by authorisation: the last day on which they act. Day/month/year."),
    )

    def __init__(self, *args, roles, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        if Role.SIGNATORY not in roles:  # who prepares signs nothing
            del self.fields["ends_on"], self.fields["paper"]
        choose = [("", _("Choose…"))] if len(roles) > 1 else []
        called = {Role.SIGNATORY: _("Legal representative, or whoever they authorised")}
        self.fields["role"].choices = [*choose, *((role.value, called.get(role, role.label)) for role in roles)]
        if len(roles) == 1:
            self.fields["role"].help_text = _(
                "Who is to lodge and send, as legal representative or by authorisation, is invited by the Department, or"
                " claims the enterprise with the paper."
            )

    def clean(self):
        data = super().clean()
        ends_on, signs = data.get("ends_on"), data.get("role") == Role.SIGNATORY
        if ends_on and not signs:
            self.add_error("ends_on", _("Only whoever signs by authorisation has a last day."))
        elif ends_on and ends_on < self.on:
            self.add_error("ends_on", _("The authorisation ended before today. Attach one that is in force."))
        if signs and ends_on and not data.get("paper"):
            self.add_error("paper", _("Name the paper of authorisation: number and date."))
        if signs and data.get("paper") and not ends_on and "ends_on" not in self.errors:
            self.add_error("ends_on", _("Give the last day of the authorisation."))
        return data


class ProductForm(ModelForm):
    class Meta:
        model = Product
        fields = ["name", "group", "activity"]

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        groups = ProductGroup.objects.in_force(on) | ProductGroup.objects.filter(pk=self.instance.group_id)
        self.fields["group"].queryset = groups.order_by("code")
        self.fields["group"].label_from_instance = partial(named_as_of, on=on)
        codes = IndustryCode.objects.in_force(on).exclude(level=IndustryCode.Level.SECTION)
        codes |= IndustryCode.objects.filter(pk=self.instance.activity_id)
        self.fields["activity"].queryset = codes.order_by("code", "classification")

    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def validate_unique(self):
        """The service says which product it is."""

    def _post_clean(self):
        """What was typed goes to the service, never straight into the record."""


class TitleForm(Form):
    kind = forms.ChoiceField(label=_("Title"), choices=Title.Kind.choices)
    round_year = YearField(label=_("Year of the round"))
    decision_number = forms.CharField(label=_("Decision"), max_length=60, help_text=_("For example 5012/QĐ-UBND."))
    decision_on = DateField(label=_("Date of the decision"))
    valid_from = DateField(label=_("In force from"))
    valid_to = DateField(
        label=_("In force to"),
        required=False,
        help_text=_("The last day by the decision; leave empty when the decision names none."),
    )

    def clean(self):
        data = super().clean()
        begins, ends = data.get("valid_from"), data.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("The title would end before it begins."))
        dated = {name: data.get(name) for name in ("round_year", "decision_on", "valid_from")}
        if all(dated.values()):
            for field, sentence in misdated(**dated):
                self.add_error(field, sentence)
        return data

    def values(self):
        names = ("kind", "round_year", "decision_number", "decision_on", "valid_from", "valid_to")
        return {name: self.cleaned_data[name] for name in names}


class CorrectTitleForm(TitleForm):
    reason = _reason(_("Reason for the correction"))
    version = forms.IntegerField(widget=forms.HiddenInput)


class EndTitleForm(Form):
    ended_on = DateField(label=_("No longer in force from"))
    reason = _reason(_("Reason"), _("With the decision it rests on."))
    version = forms.IntegerField(widget=forms.HiddenInput)


class CloseYearForm(Form):
    decision_number = forms.CharField(label=_("Decision"), max_length=60)
    decided_on = DateField(label=_("Date of the decision"))
    leave_waiting = forms.BooleanField(
        label=_("What still waits for review stays out of the year's figures"), required=False
    )


class ReopenYearForm(Form):
    decision_number = forms.CharField(label=_("Decision to open the year again"), max_length=60)


# --- figures ----------------------------------------------------------------------------------
UNITS = [("1", _("đồng")), ("1000000", _("million đồng")), ("1000000000", _("billion đồng"))]
EXPORT_UNITS = [("1", _("one")), ("1000", _("thousand")), ("1000000", _("million")), ("1000000000", _("billion"))]
PLACES = 6
BY_ACTIVITY = ("output_vnd", "revenue_vnd")


class ScaledField(NumberField):
    """An amount in a unit chosen elsewhere in the form: kept exactly, scaled when the unit is known."""

    places = PLACES
    classes = "money"

    def __init__(self, **kwargs):
        super().__init__(max_value=10**24, required=False, **kwargs)


class FiguresForm(Form):
    """The figures of a year. Empty means no figure yet; 0 means there was none."""

    year = YearField(label=_("Year of the figures"))
    scope = forms.ChoiceField(
        label=_("Scope"),
        choices=FigureRevision.Scope.choices,
        help_text=_("Usually the whole enterprise; revenue from key products has a field of its own."),
    )
    place = forms.ChoiceField(
        label=_("Place"),
        choices=FigureRevision.Place.choices,
        help_text=_(
            "The city's statistics count plants in Hà Nội; choose “all plants” only when you cannot part them."
        ),
    )
    prices = forms.ChoiceField(
        label=_("Prices"),
        choices=FigureRevision.Prices.choices,
        help_text=_("Current prices are those of the books of the year."),
    )
    base_year = YearField(
        label=_("Base year"), min_value=1990, required=False, help_text=_("Only for constant prices, for example 2010.")
    )
    accounts = forms.ChoiceField(label=_("Financial statements"), choices=FigureRevision.Accounts.choices)
    unit = forms.ChoiceField(
        label=_("Unit of the amounts in đồng"),
        choices=UNITS,
        initial="1000000",
        help_text=_("Every amount below is in this unit; decimals are allowed as long as whole đồng come out."),
    )
    output_vnd = ScaledField(label=_("Industrial output"), help_text=_("Leave empty when you have no figure yet."))
    revenue_vnd = ScaledField(label=_("Net revenue"))
    key_product_revenue_vnd = ScaledField(label=_("Revenue from key products"))
    capital_vnd = ScaledField(label=_("Total capital"), help_text=_("On the last day of the year."))
    tax_vnd = ScaledField(label=_("Tax paid"))
    export_currency = forms.ChoiceField(label=_("Currency of the exports"))
    usd_unit = forms.ChoiceField(
        label=_("Unit of the exports"),
        choices=EXPORT_UNITS,
        initial="1000",
        help_text=_(
            "So many of the currency chosen above: “thousand” with USD is thousand USD, with VND thousand đồng."
        ),
    )
    export_direct_goods_usd_cents = ScaledField(label=_("Direct export of goods"))
    export_entrusted_goods_usd_cents = ScaledField(label=_("Entrusted export of goods"))
    export_direct_services_usd_cents = ScaledField(label=_("Direct export of services and software"))
    export_entrusted_services_usd_cents = ScaledField(label=_("Entrusted export of services and software"))
    labour_average = NumberField(label=_("Average labour"), unit=_("people"), max_value=10**6, required=False)
    labour_insured = NumberField(
        label=_("Labour with social insurance"),
        unit=_("people"),
        max_value=10**6,
        required=False,
        help_text=_("Average of the year; the size of the enterprise rests on it."),
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, enterprise, products, today, activities=(), figures=None, year=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.products, self.activities, self.rate = products, activities, None
        spans = spans_of_years(today) or [(today.year, today.year)]
        self.fields["year"].min_value, self.fields["year"].max_value = spans[0][0], spans[-1][1]
        currencies = {"USD", "VND", *ExchangeRate.objects.order_by().values_list("currency", flat=True).distinct()}
        self.fields["export_currency"].choices = [
            (code, code) for code in sorted(currencies, key=lambda code: (code != "USD", code != "VND", code))
        ]
        for product in products:
            self.fields[f"product_{product.pk}"] = ScaledField(label=product.name)
        for activity in activities:
            for measure in BY_ACTIVITY:
                label = f"{activity} – {FigureRevision._meta.get_field(measure).verbose_name}"
                self.fields[f"activity_{activity.pk}_{measure}"] = ScaledField(label=label)
        if not self.is_bound:
            self.initial.update(DEFAULT_BASIS | {"year": year or today.year - 1})
            if figures is not None:
                self._show(figures)

    def _show(self, figures):
        """Begin with what stands, in million đồng and thousand USD."""
        self.initial.update(figures.basis)
        self.initial.update({"year": figures.year, "note": figures.note})
        self.initial.update({name: getattr(figures, name) for name in PEOPLE_MEASURES})
        for name in VND_MEASURES:
            self.initial[name] = getattr(figures, name)
        for name in USD_MEASURES:
            cents = getattr(figures, name)
            self.initial[name] = None if cents is None else cents * 10
        for line in figures.lines.all():
            if line.product_id and line.measure == "revenue_vnd":
                self.initial[f"product_{line.product_id}"] = line.amount
            elif line.activity_id:
                self.initial[f"activity_{line.activity_id}_{line.measure}"] = line.amount

    @property
    def parts(self):
        """The fields in their groups, for the page."""
        product_fields = [f"product_{product.pk}" for product in self.products]
        activity_fields = [f"activity_{a.pk}_{measure}" for a in self.activities for measure in BY_ACTIVITY]
        groups = (
            (_("Year and basis"), ("year", "scope", "place", "prices", "base_year", "accounts")),
            (_("Production and money"), ("unit", *VND_MEASURES)),
            (_("Revenue by product"), product_fields),
            (_("Output and revenue by activity"), activity_fields),
            (_("Exports"), ("export_currency", "usd_unit", *USD_MEASURES)),
            (_("Labour"), PEOPLE_MEASURES),
            (_("Note"), ("note",)),
        )
        return [(title, [self[name] for name in names]) for title, names in groups if names]

    def clean(self):
        data = super().clean()
        unit = int(data.get("unit") or 1)
        parts = [name for name in self.fields if name.startswith(("product_", "activity_"))]
        for name in (*VND_MEASURES, *parts):
            self._scale(name, Fraction(unit, 10**PLACES), LIMITS.get(name, LIMITS["revenue_vnd"]), _("đồng"))
        self._clean_exports(data)
        constant = data.get("prices") == FigureRevision.Prices.CONSTANT
        if constant and not data.get("base_year"):
            self.add_error("base_year", _("Constant prices need their base year."))
        if not constant and data.get("base_year"):
            self.add_error("base_year", _("Current prices have no base year; leave it empty."))
        return data

    def _clean_exports(self, data):
        factor = Fraction(int(data.get("usd_unit") or 1) * 100, 10**PLACES)
        currency = data.get("export_currency") or "USD"
        given = [name for name in USD_MEASURES if data.get(name)]
        exact = currency == "USD"
        if not exact and given and data.get("year"):
            on = DateField().to_python(f"31/12/{data['year']}")
            dollar = exchange_rate("USD", on)
            own = dollar if currency == "VND" else exchange_rate(currency, on)
            if dollar is None or own is None:
                self.add_error(
                    "export_currency",
                    _("No exchange rate of %(currency)s is known for %(year)s. Give the amounts in USD.")
                    % {"currency": currency, "year": data["year"]},
                )
                return
            self.rate = own
            factor *= Fraction(1 if currency == "VND" else own.vnd_per_unit, dollar.vnd_per_unit)
        for name in USD_MEASURES:
            self._scale(name, factor, LIMITS[name], _("US cents"), exact=exact)

    def _scale(self, name, factor, most, smallest, *, exact=True):
        value = self.cleaned_data.get(name)
        if value is None:
            return
        amount = value * factor
        if exact and amount.denominator != 1:
            self.add_error(name, _("This is no whole number of %(unit)s. Check the unit.") % {"unit": smallest})
        elif amount > most:
            self.add_error(name, _("This is beyond belief for one enterprise. Check the unit."))
        else:
            self.cleaned_data[name] = int(amount + Fraction(1, 2)) if not exact else int(amount)

    def measures(self):
        return {name: self.cleaned_data.get(name) for name in (*VND_MEASURES, *USD_MEASURES, *PEOPLE_MEASURES)}

    def basis(self):
        return {name: self.cleaned_data.get(name) for name in DEFAULT_BASIS}

    def lines(self):
        data = self.cleaned_data
        parts = [("revenue_vnd", None, product, data.get(f"product_{product.pk}")) for product in self.products]
        parts += [
            (measure, activity, None, data.get(f"activity_{activity.pk}_{measure}"))
            for activity in self.activities
            for measure in BY_ACTIVITY
        ]
        return [part for part in parts if part[-1] is not None]


class MergeForm(Form):
    """Which value of each differing field stands, which figures, and why the two are one."""

    reason = _reason(_("Why the two records are one enterprise"))
    winner_version = forms.IntegerField(widget=forms.HiddenInput)
    loser_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, differing, figures, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label, own, other in differing:
            self.fields[f"field_{name}"] = forms.ChoiceField(
                label=label, choices=[("winner", own), ("loser", other)], initial="winner", widget=forms.RadioSelect
            )
        for other, label, texts in figures:
            self.fields[f"figures_{other.public_id}"] = forms.ChoiceField(
                label=label,
                choices=[("winner", texts[0]), ("loser", texts[1])],
                initial="winner",
                widget=forms.RadioSelect,
            )

    def chosen(self, prefix):
        return [
            name.removeprefix(prefix)
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value == "loser"
        ]
