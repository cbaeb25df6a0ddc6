from django import forms
from django.utils.translation import gettext_lazy as _

from programme.models import Cause, StatementDifference
from programme.models.treasury import causes_of
from screens.forms import DateField, Form, ModelForm


class MatchStatementForm(Form):
    """Nothing to type: the hidden key alone."""


class NumberStatementForm(Form):
    number = forms.CharField(label=_("Number of the statement"), max_length=60)
    issued_on = DateField(label=_("Date of the statement"))
    version = forms.IntegerField(widget=forms.HiddenInput)


class ConfirmReconciliationForm(Form):
    paper = forms.CharField(
        label=_("Signed reconciliation table: number"),
        max_length=120,
        help_text=_("As it was signed with the Treasury, for example: Bảng đối chiếu số 12/BĐC-SCT."),
    )
    paper_on = DateField(label=_("Date of the reconciliation table"))
    version = forms.IntegerField(widget=forms.HiddenInput)


def _choices(causes):
    return [("", _("Choose…")), *((cause.value, cause.label) for cause in causes)]


def _cause():
    return forms.ChoiceField(label=_("Cause"), choices=_choices(Cause))


def _explanation():
    return forms.CharField(
        label=_("Explanation of the difference"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the difference comes from and what is done about it; name the papers."),
    )


class ExplainDifferenceForm(ModelForm):
    cause = _cause()
    explanation = _explanation()

    class Meta:
        model = StatementDifference
        fields = ["cause", "explanation"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = _choices(causes_of(self.instance.kind))


class ExplainDifferencesForm(Form):
    """The same explanation for all the differences that are chosen in the table."""

    cause = _cause()
    explanation = _explanation()
