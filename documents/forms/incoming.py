from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from documents.attaching import Attachments
from documents.forms.numbers import PaperNumberField, SecrecyField, standing_offices
from documents.incoming_states import ANYWHERE, HANDLERS
from documents.models import IncomingPaper, NumberSeries, PaperNumber
from documents.models.papers import offices_headed_by
from documents.secrecy import secret_sentence
from documents.services.incoming import ENTRY, LEADING
from reference.forms import reason_field
from screens.forms import ArrivalForm, DateField, Form, NumberField


class EntryFields(Attachments, Form):
    """What the register says of a paper that came in."""

    attachments = {"scan": _("Scan")}

    issuer = forms.CharField(label=_("Issued by"), max_length=200, help_text=_("The body or person, as on the paper."))
    symbol = forms.CharField(
        label=_("Number and symbol"), max_length=80, required=False, help_text=_("Empty where the paper has none.")
    )
    issued_on = DateField(label=_("Date of the paper"), required=False)
    kind = forms.CharField(label=_("Kind of paper"), max_length=60, help_text=_("Công văn, Quyết định, Đơn, Thư…"))
    subject = forms.CharField(
        label=_("Abstract of the content"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=IncomingPaper.Urgency.choices,
        initial=IncomingPaper.Urgency.NORMAL,
        widget=forms.RadioSelect,
    )
    pages = NumberField(label=_("Pages"), min_value=1, max_value=9999, required=False)
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def entry(self):
        return {name: self.cleaned_data[name] for name in ENTRY}


class EnterIncomingForm(EntryFields, ArrivalForm):
    series = forms.ModelChoiceField(label=_("Series of numbers"), queryset=NumberSeries.objects.none())
    number = PaperNumberField(
        label=_("Number of arrival"),
        required=False,
        help_text=_("Only where the city's document system numbers; else the portal gives the next number."),
    )
    arrived_on = DateField(label=_("Day of arrival"))
    secrecy = SecrecyField()

    field_order = (
        "series", "number", "arrived_on", "issuer", "symbol", "issued_on", "kind", "subject", "urgency", "pages", "secrecy",
        "scan", "note",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)
        series = NumberSeries.objects.in_register(NumberSeries.Register.IN).in_use(timezone.localdate())
        self.fields["series"].queryset = series.order_by("numbered_by", "sort_key")

    def clean_secrecy(self):
        if self.cleaned_data["secrecy"] != "no":
            raise forms.ValidationError(secret_sentence(), code="secret")
        return "no"


class CorrectIncomingForm(EntryFields):
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class PassForm(Form):
    office = forms.ModelChoiceField(label=_("Office in charge"), queryset=Office.objects.none())
    person = forms.ModelChoiceField(
        label=_("Person in charge"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody in particular: its head decides"),
    )
    due_on = DateField(label=_("Deadline"), required=False)
    instruction = forms.CharField(
        label=_("Instruction"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    instructed_by = forms.ModelChoiceField(
        label=_("Instruction of"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("My own"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        offices = standing_offices()
        if not user.roles & ANYWHERE:
            offices = offices.filter(pk__in=offices_headed_by(user, today))
        self.fields["office"].queryset = offices
        people = User.objects.holding(HANDLERS, today).filter(posts__office__in=offices).distinct()
        self.fields["person"].queryset = people.order_by("sort_key")
        self.fields["instructed_by"].queryset = User.objects.holding(LEADING, today).order_by("sort_key")
        if not user.roles & LEADING:
            self.fields["instructed_by"].empty_label = _("Choose…")


class FinishForm(Form):
    answer = forms.CharField(
        label=_("Answered by"),
        max_length=80,
        required=False,
        help_text=_("Number and symbol of the paper that went out, as in its register: 812/SCT-QLCN."),
    )
    note = forms.CharField(
        label=_("How it was dealt with"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where no paper answers it: read and kept, for example."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_answer(self):
        """The line of the register, the newest of that number and symbol."""
        typed = " ".join(self.cleaned_data["answer"].split())
        if not typed:
            return None
        if typed[:1].isdecimal() and typed[1:2] == "/":
            typed = f"0{typed}"  # numbers below ten are written with a zero
        found = PaperNumber.objects.standing().filter(symbol=typed).order_by("-dated_on").first()
        if found is None:
            raise forms.ValidationError(
                _("The register of papers that go out has no %(number)s. Check it, or have its number given first."),
                params={"number": typed},
                code="unknown",
            )
        return found


class ReopenForm(Form):
    due_on = DateField(label=_("New deadline"), required=False)
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)
