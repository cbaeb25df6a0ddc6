from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.attaching import Attachments
from programme.models import MOST_VND, Commitment, ProcurementStep
from programme.services.commitments import CONTENT
from reference import tax_codes
from screens.forms import DateField, Form, MoneyField

PROCUREMENT = tuple(ProcurementStep.Kind)


class ContinueCommitmentForm(Attachments, Form):
    """The contract of the year before, on the line of this year: only what is new is asked for."""

    attachments = {"file": _("Scan of the contract or decision")}

    amount_vnd = MoneyField(label=_("Amount"), min_value=1, max_value=MOST_VND)
    ends_on = DateField(label=_("To be finished by"), required=False)

    def parts(self) -> list[tuple[Any, list]]:
        return [("", self.visible_fields())]

    def content(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: self.cleaned_data[name] for name in ("amount_vnd", "ends_on")}
        return {**given, "file": self.file_of("file")}


class PrepareCommitmentForm(Attachments, Form):
    """A contract, decision or detailed estimate, with the steps before it. Files once sent stay attached."""

    attachments = {
        "file": _("Scan of the contract or decision"),
        **{f"{kind.value}_file": _("Scan") for kind in PROCUREMENT},
    }

    first_step = 2  # which part of `parts` begins the steps before the contract

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose…")), *Commitment.Kind.choices])
    number = forms.CharField(
        label=_("Number and symbol"), max_length=60, help_text=_("Number and symbol, for example: 12/2026/HĐ-SCT.")
    )
    signed_on = DateField(label=_("Signed on"))
    what = forms.CharField(label=_("Purpose"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    amount_vnd = MoneyField(label=_("Amount"), min_value=1, max_value=MOST_VND)
    ends_on = DateField(label=_("To be finished by"), required=False)
    payee = forms.CharField(
        label=_("Payee"),
        max_length=300,
        required=False,
        help_text=_(
            "Who is paid: at a fair the contractor, not the enterprises that benefit. "
            "Empty only for a detailed estimate or list that pays many."
        ),
    )
    payee_tax_code = forms.CharField(label=_("Payee's tax code"), max_length=20, required=False)
    payee_account = forms.CharField(
        label=_("Payee's account"),
        max_length=30,
        required=False,
        help_text=_("As the contract has it; payments to another account are refused."),
    )
    payee_bank = forms.CharField(label=_("Payee's bank"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for kind in PROCUREMENT:
            self.fields[f"{kind.value}_number"] = forms.CharField(
                label=_("Number and symbol"), max_length=60, required=False
            )
            self.fields[f"{kind.value}_decided_on"] = DateField(label=_("Date"), required=False)
        before = [f"{kind.value}_{part}" for kind in PROCUREMENT for part in ("number", "decided_on", "file")]
        own = [name for name in self.fields if name not in before and name != "file"]
        self.order_fields([*own, "file", *before])

    def clean_payee_tax_code(self):
        code = tax_codes.normal(self.cleaned_data["payee_tax_code"])
        if code:
            tax_codes.validate(code)
        return code

    def clean(self):
        cleaned = super().clean()
        for kind in PROCUREMENT:
            number, day = cleaned.get(f"{kind.value}_number"), cleaned.get(f"{kind.value}_decided_on")
            if number and not day and f"{kind.value}_decided_on" not in self.errors:
                self.add_error(f"{kind.value}_decided_on", _("Give the date of this paper."))
            if not number and (day or self.file_of(f"{kind.value}_file")):
                self.add_error(f"{kind.value}_number", _("Give the number of this paper."))
        return cleaned

    def parts(self) -> list[tuple[Any, list]]:
        """[(heading, fields)] as the page shows them: the contract itself, then each step before it."""
        own = [bound for bound in self.visible_fields() if not self._step_of(bound.name)]
        steps = [
            (kind.label, [bound for bound in self.visible_fields() if self._step_of(bound.name) == kind.value])
            for kind in PROCUREMENT
        ]
        return [("", own), *steps]

    @staticmethod
    def _step_of(name: str) -> str:
        return next((kind.value for kind in PROCUREMENT if name.startswith(f"{kind.value}_")), "")

    def content(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: self.cleaned_data.get(name) for name in CONTENT if name != "file"}
        return {**given, "file": self.file_of("file"), "procurement": self.procurement()}

    def procurement(self) -> tuple[dict[str, Any], ...]:
        return tuple(
            {
                "kind": kind.value,
                "number": self.cleaned_data[f"{kind.value}_number"],
                "decided_on": self.cleaned_data[f"{kind.value}_decided_on"],
                "file": self.file_of(f"{kind.value}_file"),
            }
            for kind in PROCUREMENT
            if self.cleaned_data.get(f"{kind.value}_number")
        )
