from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from programme.models import Policy, PolicyReview
from programme.models.policies import UNKNOWN_NUMBER
from programme.presenting.policies import policy_name
from reference.forms import EntryForm, reason_field
from screens.forms import DateField, Form, YearField

MOST = 4000


def _long(label, *, required=True, rows=4, help_text=""):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=MOST, widget=widget, help_text=help_text)


def _number(label, **kwargs):
    return forms.CharField(label=label, max_length=60, **kwargs)


def clean_number(number):
    """A number with its symbol, in one way of writing; `…/` stands for a number that is not known."""
    number = " ".join(number.replace("...", UNKNOWN_NUMBER).split())
    if not number.startswith(UNKNOWN_NUMBER) and not any(letter.isdecimal() for letter in number):
        raise ValidationError(
            _("Write the number with its symbol, for example 4303/QĐ-UBND. Where it is not known: …/QĐ-UBND."),
            code="number",
        )
    if not all(letter.isalnum() or letter in f"/-.: {UNKNOWN_NUMBER}" for letter in number):
        raise ValidationError(_("A number has letters, digits, dashes, dots and strokes only."), code="number")
    return number


class PolicyForm(EntryForm):
    number = _number(
        _("Number and symbol"),
        help_text=_("For example 4303/QĐ-UBND or 89/2025/QH15. Where the number is not known: …/NQ-HĐND."),
    )
    issuer = forms.CharField(
        label=_("Issued by"),
        max_length=200,
        help_text=_("The full name, for example: Ủy ban nhân dân thành phố Hà Nội."),
    )
    issued_on = DateField(label=_("Issued on"), required=False, help_text=_("Empty when it is not known."))
    title = forms.CharField(label=_("What the document is about"), max_length=500)
    gives = _long(
        _("What it gives"), required=False, help_text=_("Rights, support, norms or procedures that it brings.")
    )
    valid_from = DateField(label=_("In force from"), required=False, help_text=_("Empty when it is not known."))
    valid_to = DateField(
        label=_("In force to"), required=False, help_text=_("The last day; empty while no end is known.")
    )
    note = _long(_("Remark"), required=False, rows=3)
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        help_text=_("Where it was read: a document, an address, a person's knowledge."),
    )
    reason = reason_field()

    class Meta:
        model = Policy
        fields = [
            "kind",
            "number",
            "issuer",
            "issued_on",
            "title",
            "gives",
            "valid_from",
            "valid_to",
            "note",
            "confidence",
            "source",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["reason"]
            return
        # what names the document stays; only what was not known is filled in
        del self.fields["issuer"]
        if self.instance.number_is_known:
            del self.fields["number"]
        if self.instance.issued_on:
            del self.fields["issued_on"]

    def clean_number(self):
        return clean_number(self.cleaned_data["number"])

    def clean(self):
        cleaned = super().clean()
        issued = cleaned.get("issued_on") or self.instance.issued_on
        for name, sentence in (
            ("valid_from", _("The document cannot hold before the day on which it was issued.")),
            ("valid_to", _("The document cannot end before the day on which it was issued.")),
        ):
            if issued and cleaned.get(name) and cleaned[name] < issued and name not in self.errors:
                self.add_error(name, sentence)
        return cleaned


class PolicyChoice(forms.ModelChoiceField):
    def label_from_instance(self, policy):
        return f"{policy_name(policy)} – {policy.title}"[:160]


class SupersedeForm(Form):
    """By which document, from which day, on what ground."""

    by_policy = PolicyChoice(
        label=_("Superseding document"),
        queryset=Policy.objects.none(),
        to_field_name="public_id",
        help_text=_("If it is not in the register yet, enter it first."),
    )
    from_day = DateField(
        label=_("Superseded from the day"), help_text=_("The day before is the last day of the old document.")
    )
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, policy, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["by_policy"].queryset = Policy.objects.listed().exclude(pk=policy.pk).newest_first()


class ReinstateForm(Form):
    valid_to = DateField(
        label=_("In force to"), required=False, help_text=_("The last day; empty while no end is known.")
    )
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawForm(Form):
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReviewForm(EntryForm):
    """A draft in full; of what was sent only its papers."""

    year = YearField(label=_("Year of the review"), min_value=2018)
    found = _long(_("What was found"), help_text=_("What hinders, what no longer fits, what works; with figures."))
    proposes = forms.ChoiceField(
        label=_("What is proposed"), choices=PolicyReview.Proposes.choices, widget=forms.RadioSelect
    )
    proposal = _long(
        _("Wording of the proposal"), required=False, help_text=_("Which article or point, and how it should read.")
    )
    submitted_number = _number(_("Number of the submission"), help_text=_("For example 120/TTr-SCT."))
    submitted_on = DateField(label=_("Submitted on"))
    answer = forms.ChoiceField(label=_("Answer"), choices=PolicyReview.Answer.choices, widget=forms.RadioSelect)
    answer_number = _number(_("Number of the answer"))
    answered_on = DateField(label=_("Answered on"))
    answer_text = _long(_("What the answer says"), required=False)
    reason = reason_field()

    class Meta:
        model = PolicyReview
        fields = [
            "year",
            "found",
            "proposes",
            "proposal",
            "submitted_number",
            "submitted_on",
            "answer",
            "answer_number",
            "answered_on",
            "answer_text",
        ]

    def __init__(self, *args, may_change, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self._meta.fields:
            if name not in may_change:
                del self.fields[name]
        if self.instance.pk is None:
            del self.fields["reason"]

    def clean(self):
        cleaned = super().clean()
        change = cleaned.get("proposes") not in (None, PolicyReview.Proposes.KEEP)
        if change and not cleaned.get("proposal") and "proposal" not in self.errors:
            self.add_error("proposal", _("Say what is proposed: which point, and how it should read."))
        return cleaned


class SubmitReviewForm(Form):
    number = _number(_("Number of the submission"), help_text=_("For example 120/TTr-SCT."))
    on = DateField(label=_("Submitted on"))
    version = forms.IntegerField(widget=forms.HiddenInput)


class AnswerReviewForm(Form):
    answer = forms.ChoiceField(label=_("Answer"), choices=PolicyReview.Answer.choices, widget=forms.RadioSelect)
    number = _number(_("Number of the answer"), help_text=_("For example 315/UBND-KT or 2022/QĐ-UBND."))
    on = DateField(label=_("Answered on"))
    text = _long(_("What the answer says"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
