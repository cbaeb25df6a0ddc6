from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.attaching import Attachments
from programme.models import MOST_VND, Commitment, Payment, account_now
from programme.services.payments import CONTENT
from screens.forms import DateField, Form, MoneyField


class PreparePaymentForm(Attachments, Form):
    """An advance or a payment on a contract or decision, whose payee and account are filled in."""

    attachments = {"file": _("Scan of the invoice, acceptance or request")}

    kind = forms.ChoiceField(label=_("Kind"), choices=Payment.Kind.choices, widget=forms.RadioSelect)
    amount_vnd = MoneyField(
        label=_("To be paid out by the Treasury"),
        max_value=MOST_VND,
        help_text=_("0 when accepted volume only clears an advance."),
    )
    clears_vnd = MoneyField(
        label=_("Advance cleared by the accepted volume"),
        max_value=MOST_VND,
        required=False,
        help_text=_("The part of earlier advances that this volume covers; it is not paid out again."),
    )
    payee = forms.CharField(label=_("Payee"), max_length=300)
    payee_account = forms.CharField(label=_("Payee's account"), max_length=30, required=False)
    payee_bank = forms.CharField(label=_("Payee's bank"), max_length=200, required=False)
    invoice = forms.CharField(
        label=_("Invoice, acceptance or request for an advance"),
        max_length=160,
        help_text=_(
            "What is paid, for example: Hóa đơn số 0000123; Biên bản nghiệm thu số 05/BBNT; "
            "of an advance: Giấy đề nghị tạm ứng số 02/ĐN-TU."
        ),
    )
    invoice_on = DateField(label=_("Date of that document"))
    note = forms.CharField(label=_("Remark"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, commitment: Commitment, initial: dict[str, Any] | None = None, **kwargs: Any):
        account, bank = account_now(commitment)
        of_contract = {"payee": commitment.payee, "payee_account": account, "payee_bank": bank}
        begun = {"kind": Payment.Kind.PAYMENT, **(initial or {}), **of_contract}
        super().__init__(*args, initial=begun, **kwargs)
        if not commitment.advanced_vnd:
            del self.fields["clears_vnd"]
            self.fields["amount_vnd"].help_text = ""

    def content(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: self.cleaned_data.get(name) for name in CONTENT if name != "file"}
        return {**given, "clears_vnd": given["clears_vnd"] or 0, "file": self.file_of("file")}
