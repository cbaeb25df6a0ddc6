from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import TakerChoice
from accounts.models import Office, User
from documents.forms.numbers import PaperNumberField, SecrecyField
from documents.models import NumberSeries, OutgoingPaper
from documents.models.papers import MOST_LETTERS
from documents.permissions.papers import offices_of
from documents.secrecy import secret_sentence
from documents.services.papers import CONTENT
from documents.signatories import MAY_SIGN, Authority
from screens.forms import DateField, Form, ModelForm


def _text(label, *, rows, help_text, required=False, most=20_000):
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class PaperForm(ModelForm):
    """What stands on a paper, as it is typed."""

    subject = _text(
        _("Abstract of the content"), rows=2, required=True, most=500, help_text=_("Without “V/v”: the layout adds it.")
    )
    addressees = _text(
        _("Addressed to"), rows=2, help_text=_("After “Kính gửi:”, one a line. Empty where there is none.")
    )
    bases = _text(
        _("Legal bases"),
        rows=4,
        help_text=_("One a line, each beginning with “Căn cứ” or “Theo đề nghị”. For decisions."),
    )
    body = _text(
        _("Content"),
        rows=18,
        required=True,
        most=MOST_LETTERS,
        help_text=_(
            "Each line is a paragraph. “# ” before a line makes it bold; “Điều 1.” begins an article. A table is pasted "
            "from Excel, or typed with “ | ” between the columns; its first row is the heading."
        ),
    )
    recipients = _text(
        _("Recipients"), rows=4, help_text=_("One a line. “Lưu: VT” with the office is added by the layout.")
    )
    authority = forms.ChoiceField(label=_("Right to sign"), choices=Authority.choices, widget=forms.RadioSelect)
    authority_paper = forms.CharField(
        label=_("Paper that authorises the signer"),
        max_length=120,
        required=False,
        help_text=_("For TUQ. and Q.: its number and date."),
    )
    signer_post = forms.CharField(
        label=_("Post above the name"),
        max_length=150,
        required=False,
        help_text=_("Empty where it follows from the signer's post. For a council: CHỦ TỊCH HỘI ĐỒNG."),
    )
    due_on = DateField(label=_("To be issued by"), required=False)
    secrecy = SecrecyField()

    class Meta:
        model = OutgoingPaper
        fields = list(CONTENT)
        field_classes = {"signer": TakerChoice}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["series"].queryset = NumberSeries.objects.in_use(today).laid_out().order_by("sort_key")
        self.fields["office"].queryset = Office.objects.filter(pk__in=offices_of(user, today)).order_by("name")
        self.fields["signer"].queryset = User.objects.holding(MAY_SIGN, today).order_by("sort_key").with_posts(today)
        if self.instance.pk:
            self.initial["secrecy"] = "no"

    def clean_secrecy(self):
        if self.cleaned_data["secrecy"] != "no":
            raise forms.ValidationError(secret_sentence(), code="secret")
        return "no"

    def validate_unique(self):
        """The service says in words what the database would refuse."""

    def values(self):
        return {name: self.cleaned_data[name] for name in CONTENT}


class StepForm(Form):
    """A step that needs nothing but to be taken."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def meet_conflict(self, current, message):
        """Somebody took a step meanwhile: what a step asks for is no version of what stands there."""
        super().meet_conflict(current, message)
        self.conflicts = []


class ReasonForm(StepForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class NumberPaperForm(StepForm):
    dated_on = DateField(label=_("Date of the paper"))
    number = PaperNumberField(
        label=_("Number of the paper"),
        help_text=_("As the document system gave it, without the symbol: of 812/SCT-QLCN only 812."),
    )

    def __init__(self, *args, series, **kwargs):
        super().__init__(*args, **kwargs)
        if series.is_portals:
            del self.fields["number"]


class SignedFileForm(StepForm):
    file = forms.FileField(
        label=_("Signed file"),
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
        help_text=_("The PDF that you downloaded here, signed and otherwise unchanged."),
        error_messages={
            "required": _("Choose the file."), "empty": _("The file is empty. Choose it again."),
            "missing": _("Choose the file."),
        },
    )  # fmt: skip


class CertificateForm(Form):
    file = forms.FileField(
        label=_("Certificate"),
        help_text=_("The certificate of the organisation that issues signatures: .cer, .crt or .pem."),
        error_messages={
            "required": _("Choose the file."), "empty": _("The file is empty. Choose it again."),
            "missing": _("Choose the file."),
        },
    )  # fmt: skip
