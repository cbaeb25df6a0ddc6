from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dossiers.answers import marks_sent
from dossiers.models import Dossier, Procedure
from enterprises.models import Enterprise
from reference import tax_codes
from screens.forms import ArrivalForm, DateField, Form


class StartForm(Form):
    """For which of the person's own enterprises; asked only where there are several."""

    enterprise = forms.ModelChoiceField(
        label=_("For which enterprise"), queryset=Enterprise.objects.none(), to_field_name="public_id"
    )

    def __init__(self, *args, own, **kwargs):
        super().__init__(*args, **kwargs)
        self.own = own
        self.fields["enterprise"].queryset = own
        if len(own) == 1:
            del self.fields["enterprise"]

    @property
    def enterprise_chosen(self):
        return self.cleaned_data.get("enterprise") or self.own[0]


class TypeInForm(ArrivalForm):
    """What stands on the cover of a dossier that came on paper."""

    procedure = forms.ModelChoiceField(
        label=_("Procedure"), queryset=Procedure.objects.none(), to_field_name="public_id"
    )
    tax_code = forms.CharField(label=_("Tax code of the enterprise"), max_length=20)
    applicant_name = forms.CharField(
        label=_("Who signed the paper"),
        max_length=150,
        help_text=_("The legal representative, or whoever they authorised: the applicant, not who types it in."),
    )
    channel = forms.ChoiceField(
        label=_("How it came"),
        choices=[(channel, channel.label) for channel in (Dossier.Channel.COUNTER, Dossier.Channel.POST)],
        widget=forms.RadioSelect,
    )
    arrived_on = DateField(label=_("Day the paper arrived"))

    def __init__(self, *args, procedures, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["procedure"].queryset = procedures

    def clean_tax_code(self):
        code = tax_codes.normal(self.cleaned_data["tax_code"])
        self.enterprise = Enterprise.objects.by_tax_code(code)
        if self.enterprise is None:
            raise ValidationError(
                _("No enterprise with the tax code %(code)s is registered. Ask an officer to register it first."),
                params={"code": code},
                code="unknown",
            )
        return code


class DeclarationForm(Form):
    """The confirmation under a page of what was checked: by the enterprise, that it is true; by a clerk, of the typing."""

    confirmed = forms.BooleanField(
        label=_("What is stated and attached is true, and the enterprise answers for it before the law"),
        error_messages={"required": _("Confirm that what is stated and attached is true.")},
    )
    # what was checked: in one figure, and by a mark of each part, so that what changed meanwhile can be named
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    parts = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, is_paper=False, **kwargs):
        """A clerk who types in a paper answers for the typing; the enterprise has declared on the paper itself."""
        super().__init__(*args, **kwargs)
        if is_paper:
            confirmed = self.fields["confirmed"]
            confirmed.label = _("Everything is typed in as it stands on the paper, and every paper was scanned whole")
            confirmed.error_messages["required"] = _("Confirm that it is typed in as it stands on the paper.")

    def checked(self):
        """(digest, {part: mark} or None) of what stood on the page that was sent."""
        return str(self.data.get("digest", "")), marks_sent(self.data.get("parts"))

    def meet_change(self, said, initial):
        """What was checked is not what stands: that is said alone, and is confirmed anew. Sent again, it is sent against what
        the page shows now, `initial`."""
        self.errors.clear()
        self.add_error(None, said)
        self.data = self.data.copy()
        self.data.pop("confirmed", None)
        for name, value in initial.items():
            self.data[name] = value


class WithdrawForm(Form):
    reason = forms.CharField(
        label=_("Why it is withdrawn"), max_length=300, help_text=_("The Department reads it. It stays on the dossier.")
    )


class ConfirmForm(Form):
    """A question that is answered with its button."""
