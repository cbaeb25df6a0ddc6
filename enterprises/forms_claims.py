from django import forms
from django.utils.translation import gettext_lazy as _

from documents.attaching import Attachments
from enterprises.forms import TaxCodeField
from enterprises.models import Claim
from screens.forms import DateField, Form, PhoneField


class ClaimForm(Attachments, Form):
    """Who somebody is, which enterprise they represent, and the paper that shows it."""

    attachments = {"file": _("The paper that shows it")}

    tax_code = TaxCodeField(label=_("Tax code of the enterprise"))
    enterprise_name = forms.CharField(
        label=_("Name of the enterprise"), max_length=300, help_text=_("As on the registration certificate.")
    )
    full_name = forms.CharField(label=_("Your full name"), max_length=120)
    email = forms.EmailField(
        label=_("Your e-mail address"), help_text=_("The answer goes there; with it you sign in from then on.")
    )
    phone = PhoneField(label=_("Telephone"), max_length=30, required=False)
    office = forms.ChoiceField(
        label=_("In which capacity"), choices=Claim.Office.choices, widget=forms.RadioSelect, initial="representative"
    )
    paper_number = forms.CharField(
        label=_("Number and date of the paper"),
        max_length=120,
        help_text=_("Of the registration certificate, or of the written authorisation."),
    )
    scope = forms.CharField(
        label=_("What you are authorised for"),
        max_length=300,
        required=False,
        help_text=_("Only with an authorisation; as it stands there."),
    )
    authorised_to = DateField(
        label=_("Authorised until"), required=False, help_text=_("Only with an authorisation. Day/month/year.")
    )

    field_order = [
        "operation_key",
        "tax_code",
        "enterprise_name",
        "full_name",
        "email",
        "phone",
        "office",
        "paper_number",
        "scope",
        "authorised_to",
        "file",
        "file_kept",
    ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not isinstance(self.user, str):  # name and address are those of the account
            del self.fields["full_name"], self.fields["email"]
        self.fields["file"].required, self.fields["file"].initial = (
            True,
            "-",
        )  # one that is kept is looked at in `clean`
        self.order_fields(self.field_order)

    def clean(self):
        data = super().clean()
        if data.get("office") == Claim.Office.AUTHORISED:
            if not data.get("scope"):
                self.add_error("scope", _("Say what the paper authorises you for."))
            if not data.get("authorised_to") and "authorised_to" not in self.errors:
                self.add_error("authorised_to", _("Give the last day of the authorisation."))
        if not self.stored and "file" not in self.not_taken:
            self.add_error("file", _("Attach the registration certificate, or the written authorisation."))
        return data

    @property
    def stored(self):
        """The attached paper, or None."""
        return self.file_of("file")

    @property
    def said(self):
        return {name: value for name, value in self.cleaned_data.items() if name not in NOT_SAID}


NOT_SAID = {"operation_key", "file", "file_kept"}


class ConfirmClaimForm(Form):
    """The button; and where the enterprise is represented already, that one more is meant."""

    although = forms.BooleanField(label=_("Confirm one more representative all the same"), required=False)

    def __init__(self, *args, represented, **kwargs):
        super().__init__(*args, **kwargs)
        if not represented:
            del self.fields["although"]


class RefuseClaimForm(Form):
    reason = forms.CharField(
        label=_("Reason, and what the person can do"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("It is sent to the person who claims, as it stands here."),
    )
