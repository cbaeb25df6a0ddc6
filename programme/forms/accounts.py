from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.attaching import Attachments
from screens.forms import DateField, Form


class AccountForm(Attachments, Form):
    """The addendum by which a contract is paid to another account."""

    attachments = {"file": _("Scan of the addendum")}
    payee_account = forms.CharField(label=_("Payee's account"), max_length=30)
    payee_bank = forms.CharField(label=_("Payee's bank"), max_length=200)
    document = forms.CharField(
        label=_("Addendum"), max_length=160, help_text=_("Number and symbol, for example: 01/PLHĐ.")
    )
    document_on = DateField(label=_("Date of the addendum"))

    def content(self) -> dict[str, Any]:
        """What the service takes."""
        names = ("payee_account", "payee_bank", "document", "document_on")
        return {**{name: self.cleaned_data[name] for name in names}, "file": self.file_of("file")}
