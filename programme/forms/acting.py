"""Forms of steps that need little typing: nothing, a reason, a paper with its day, the Treasury's voucher."""

from django import forms
from django.utils.translation import gettext_lazy as _

from screens.forms import DateField, Form


class ActForm(Form):
    """Nothing to type; the hidden key lets a button do its work once however often it is pressed."""


class AnswerForm(Form):
    """Why something is refused or given back; its preparer reads it."""

    answer = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever prepared it reads this: say what is wrong and what to do."),
    )


class TreasuryRefusalForm(Form):
    answer = forms.CharField(label=_("The Treasury's reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class LiquidateForm(Form):
    paper = forms.CharField(
        label=_("Minutes of liquidation"), max_length=120, help_text=_("Number and symbol, for example: 05/BBTL-SCT.")
    )
    on = DateField(label=_("Date of the minutes"))


class UndoLiquidationForm(Form):
    document = forms.CharField(
        label=_("Document"), max_length=120, help_text=_("By which the liquidation is undone: number and symbol.")
    )
    on = DateField(label=_("Date of the document"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was wrong, and which entries are to be corrected."),
    )


class PaidForm(Form):
    voucher = forms.CharField(
        label=_("Number of the Treasury voucher"), max_length=60, help_text=_("As printed on the voucher.")
    )
    paid_on = DateField(label=_("Paid by the Treasury on"))


class PaidRowForm(forms.Form):
    """One row of the table in which the Treasury's answers to many payments are typed; left empty, nothing happens."""

    voucher = forms.CharField(label=_("Number of the Treasury voucher"), max_length=60, required=False)
    paid_on = DateField(label=_("Paid by the Treasury on"), required=False, help_text="")

    def clean(self):
        cleaned = super().clean()
        voucher, paid_on = cleaned.get("voucher"), cleaned.get("paid_on")
        if voucher and not paid_on and "paid_on" not in self.errors:
            self.add_error("paid_on", _("Give the day on which the Treasury paid."))
        if paid_on and not voucher:
            self.add_error("voucher", _("Give the number of the Treasury's voucher."))
        return cleaned

    @property
    def is_filled(self):
        return bool(self.cleaned_data.get("voucher"))
