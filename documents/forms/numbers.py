from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from documents.models import NumberSeries
from documents.secrecy import secret_sentence
from documents.services.numbers import ENTRY
from reference.forms import EntryForm, reason_field
from screens.forms import DateField, Form, NumberField, YearField


def standing_offices(also=None):
    return Office.objects.filter(Q(ended_on__isnull=True) | Q(pk=also)).order_by("name")


class PaperNumberField(NumberField):
    """The number of a paper: it counts nothing, so that its digits are not grouped."""

    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=1_000_000, **kwargs)

    def prepare_value(self, value):
        return str(value) if isinstance(value, int) else value


class SecrecyField(forms.ChoiceField):
    """Asks whether the paper is secret; the answer itself is never kept."""

    def __init__(self):
        super().__init__(
            label=_("Mark of secrecy"),
            choices=[("no", _("Not secret")), ("yes", _("Secret, top secret or absolutely secret"))],
            widget=forms.RadioSelect,
        )


def _lines(label):
    return forms.CharField(
        label=label,
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "vi"}),
        help_text=_("In capitals, as on the paper, one line each."),
    )


class SeriesForm(EntryForm):
    register = forms.ChoiceField(
        label=_("Register"),
        choices=NumberSeries.Register.choices,
        widget=forms.RadioSelect,
        initial=NumberSeries.Register.OUT,
        help_text=_("Numbers of arrival have no symbol: write {number} only, without layout and office."),
    )
    numbered_by = forms.ChoiceField(
        label=_("Who gives the numbers"), choices=NumberSeries.NumberedBy.choices, widget=forms.RadioSelect
    )
    pattern = forms.CharField(
        label=_("Number and symbol"),
        max_length=60,
        help_text=_(
            "With {number}, and where needed {office} for the symbol of the office that drafts or {year}: "
            "for example {number}/QĐ-SCT, {number}/SCT-{office}."
        ),
    )
    heading = forms.CharField(
        label=_("Kind as it is printed"),
        max_length=100,
        required=False,
        help_text=_("In capitals: BÁO CÁO, QUYẾT ĐỊNH."),
    )
    superior = _lines(_("Body above the issuer"))
    issuer = _lines(_("Issuer"))
    on_behalf_of = forms.CharField(
        label=_("Council it is signed for"),
        max_length=100,
        required=False,
        help_text=_("Only for papers of a council, which are signed TM.: HỘI ĐỒNG."),
    )
    reason = reason_field()

    class Meta:
        model = NumberSeries
        fields = [
            "code", "name_vi", "name_en", "register", "numbered_by", "pattern", "office", "counts_each_office", "layout", "heading",
            "superior", "issuer", "on_behalf_of", "note", "confidence", "source",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = standing_offices(self.instance.office_id)
        self.fields["office"].empty_label = _("All offices")
        self.fields["layout"].choices = [("", _("Not drafted in the portal")), *NumberSeries.Layout.choices]
        if self.instance.pk:
            for name in ("code", "register", "numbered_by", "counts_each_office"):
                del self.fields[name]
        else:
            del self.fields["reason"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("office") and cleaned.get("counts_each_office"):
            self.add_error("counts_each_office", _("A series of one office counts for that office alone. Untick this."))
        layout = cleaned.get("layout")
        register = cleaned.get("register") or self.instance.register
        plain = cleaned.get("pattern") == "{number}" and not (layout or cleaned.get("office"))
        if register == NumberSeries.Register.IN and not (plain and not cleaned.get("counts_each_office")):
            self.add_error(
                "pattern", _("Numbers of arrival have no symbol: write {number} only, without layout and office.")
            )
        if layout and not cleaned.get("issuer"):
            self.add_error("issuer", _("Papers that are drafted in the portal need their issuer."))
        if layout in ("named", "decision") and not cleaned.get("heading"):
            self.add_error("heading", _("This layout needs the kind of paper as its heading."))
        return cleaned


class EndSeriesForm(Form):
    ended_on = DateField(label=_("Ended from"), help_text=_("From this day no number is given from it any more."))
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class ContinueForm(Form):
    year = YearField(label=_("Year"))
    office = forms.ModelChoiceField(
        label=_("Office"), queryset=Office.objects.none(), required=False, empty_label=_("All offices")
    )
    last_number = PaperNumberField(label=_("Last number given elsewhere"), help_text=_("The portal gives the next."))
    reason = reason_field()

    def __init__(self, *args, series, **kwargs):
        super().__init__(*args, **kwargs)
        if series.counts_each_office:
            self.fields["office"].queryset = standing_offices()
        else:
            del self.fields["office"]


class RegisterForm(Form):
    """What the register says of a paper."""

    subject = forms.CharField(
        label=_("Abstract of the content"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    signer = forms.CharField(label=_("Signed by"), max_length=200, help_text=_("Name and post, as on the paper."))
    recipients = forms.CharField(
        label=_("Recipients"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line."),
    )
    copies = NumberField(label=_("Copies"), min_value=1, max_value=9999)
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def entry(self):
        return {name: self.cleaned_data[name] for name in ENTRY}


class GiveNumberForm(RegisterForm):
    """A paper that was drafted elsewhere, and the series from which it gets its number."""

    series = forms.ModelChoiceField(label=_("Series of numbers"), queryset=NumberSeries.objects.none())
    office = forms.ModelChoiceField(label=_("Office that drafted"), queryset=Office.objects.none())
    number = PaperNumberField(
        label=_("Number of the paper"),
        required=False,
        help_text=_("Only where the city's document system numbers; else the portal gives the next number."),
    )
    dated_on = DateField(label=_("Date of the paper"))
    secrecy = SecrecyField()

    field_order = ("series", "office", "number", "dated_on", "subject", "signer", "recipients", "copies", "secrecy")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        series = NumberSeries.objects.in_register(NumberSeries.Register.OUT).in_use(timezone.localdate())
        self.fields["series"].queryset = series.order_by("sort_key")
        self.fields["office"].queryset = standing_offices()

    def clean_secrecy(self):
        if self.cleaned_data["secrecy"] != "no":
            raise forms.ValidationError(secret_sentence(), code="secret")
        return "no"


class CorrectNumberForm(RegisterForm):
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class VoidForm(Form):
    reason = forms.CharField(label=_("Why it is void"), max_length=300, help_text=_("Stands in the register for ever."))
    version = forms.IntegerField(widget=forms.HiddenInput)
