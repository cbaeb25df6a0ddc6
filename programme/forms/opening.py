"""What may be typed in of money from before the portal; the services hold the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.attaching import Attachments
from programme.forms.commitments import PrepareCommitmentForm
from programme.forms.money import amount_field
from screens.forms import DateField, Form

SUMS = ("disbursed_vnd", "advanced_vnd", "settled_vnd")


def document_field():
    return forms.CharField(
        label=_("Document"),
        max_length=160,
        help_text=_("The paper that the sums are taken from, for example: Báo cáo quyết toán số 45/BC-SCT."),
    )


def reason_field(*, required=False):
    return forms.CharField(
        label=_("Explanation"), max_length=500, required=required, widget=forms.Textarea(attrs={"rows": 3})
    )


class OpeningForm(Attachments, Form):
    """What was assigned and allocated on a line before the portal."""

    attachments = {"file": _("Scan of the document")}

    assigned_vnd = amount_field(_("Assigned in all"), required=True)
    carried_in_vnd = amount_field(
        _("Of it carried in from the year before"),
        help_text=_(
            "Only where the year before is not kept in the portal; it counts against the ceiling of the programme, not "
            "against the envelope of this year."
        ),
    )
    allocated_vnd = amount_field(_("Allocated in all"))
    document = document_field()
    document_on = DateField(label=_("Date of the document"))
    reason = reason_field()

    def content(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: self.cleaned_data[name] for name in ("assigned_vnd", "document", "document_on", "reason")}
        sums = {name: self.cleaned_data[name] or 0 for name in ("carried_in_vnd", "allocated_vnd")}
        return given | sums | {"file": self.file_of("file")}


def sums_fields() -> dict[str, forms.Field]:
    return {
        "disbursed_vnd": amount_field(_("Disbursed in all, less what came back"), help_text=_("Advances included.")),
        "advanced_vnd": amount_field(
            _("Of it advances not cleared"), help_text=_("What accepted volume has not covered yet.")
        ),
        "settled_vnd": amount_field(_("Settled in all")),
    }


class OpeningAgainForm(Attachments, Form):
    """All that was paid on a contract before the portal, as it should have been opened."""

    attachments = {"paper_file": _("Scan of the document")}

    disbursed_vnd, advanced_vnd, settled_vnd = sums_fields().values()
    document = document_field()
    document_on = DateField(label=_("Date of the document"))
    reason = reason_field(required=True)

    def content(self) -> dict[str, Any]:
        """What the service takes."""
        sums = {name: self.cleaned_data[name] or 0 for name in SUMS}
        paper = {name: self.cleaned_data[name] for name in ("document", "document_on", "reason")}
        return sums | paper | {"paper_file": self.file_of("paper_file")}


class OpeningContractForm(PrepareCommitmentForm):
    """A contract or decision from before the portal, with what was paid on it and the paper that says so."""

    attachments = {**PrepareCommitmentForm.attachments, "paper_file": _("Scan of the document")}
    first_step = 3
    OPENING = (*SUMS, "document", "document_on", "paper_file", "reason")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["amount_vnd"].help_text = _("As it stands now, addenda included.")
        self.fields["signed_on"].help_text = _("Before the first day on which the portal booked anything on this line.")
        self.fields["payee_account"].help_text = _("As the contract has it; needed while something is left to be paid.")
        sums: dict[str, forms.Field] = {
            **sums_fields(),
            "document": document_field(),
            "document_on": DateField(label=_("Date of the document")),
            "paper_file": self.fields.pop("paper_file"),
            "reason": reason_field(),
        }
        self.fields |= sums
        self.name_what_is_missing()

    def parts(self) -> list[tuple[Any, list]]:
        """As for a contract, and what was paid on it before the portal."""
        own, *steps = super().parts()
        opening = [bound for bound in self.visible_fields() if bound.name in self.OPENING]
        own = (own[0], [bound for bound in own[1] if bound.name not in self.OPENING])
        return [own, (_("What was paid on it before the portal"), opening), *steps]

    def content(self) -> dict[str, Any]:
        """What the service takes."""
        sums = {name: self.cleaned_data[name] or 0 for name in SUMS}
        paper = {name: self.cleaned_data[name] for name in ("document", "document_on", "reason")}
        return super().content() | sums | paper | {"paper_file": self.file_of("paper_file")}
