from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.attaching import Attachments
from programme.models import MOST_VND, BudgetLine, BudgetYear, Period, StepKind, YearState
from programme.models.steps import ABOUT_COMMITMENT, BESIDE_LEDGER, LIMITS, NEXT_YEAR, ON_TWO_LINES, RECOVERING
from programme.presenting.acting import line_name
from programme.presenting.steps import LEFT_BY_YEAR_BEFORE, LEFT_TO_NEXT_YEAR
from programme.services.limits import carry_over_grounds, saving_of
from programme.services.steps import why_never
from screens.forms import DateField, Form, MoneyField

# What the amount of a step is called where “amount” says too little.
AMOUNTS = {
    StepKind.CEILING: _("New ceiling of the programme"),
    StepKind.ENVELOPE: _("New envelope of the year"),
}
# On which days a step is booked in a year that has not begun, or is over.
DAYS_OF_BOOKING = {
    YearState.PREPARING: _("The day of the entry, in the budget year %(year)s or the year before it; empty for today."),
    YearState.ADJUSTING: _(
        "The day of the entry, in the budget year %(year)s, or in the year after it while %(year)s is being adjusted and "
        "settled and is not closed yet; not before the date of the document; empty for today."
    ),
}
_NOT_ABOUT_LINE = {*LIMITS, *ABOUT_COMMITMENT, *BESIDE_LEDGER, StepKind.REVERSE, StepKind.OPENING}
ABOUT_LINE = tuple(kind for kind in StepKind if kind not in _NOT_ABOUT_LINE)


REDUCED = (("", _("By an addendum")), (NEXT_YEAR, LEFT_TO_NEXT_YEAR))
RAISED = (("", _("By an addendum")), (NEXT_YEAR, LEFT_BY_YEAR_BEFORE))


class LineChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return line_name(obj)


class PrepareStepForm(Attachments, Form):
    """What a step of `kind` needs: `about` is its line, contract, entry, year or period. A file once sent stays.

    `left_vnd`: what its contract left in the year before and does not bind yet.
    """

    attachments = {"file": _("Scan of the document")}

    other_line = LineChoice(
        label=_("Line that receives the money"),
        queryset=BudgetLine.objects.none(),
        to_field_name="public_id",
        empty_label=_("Choose…"),
    )
    ground = forms.ChoiceField(label=_("Ground for carrying over"))
    amount_vnd = MoneyField(label=_("Amount"), min_value=1, max_value=MOST_VND)
    voucher = forms.CharField(
        label=_("Number of the Treasury voucher"),
        max_length=60,
        help_text=_("Of the paper by which the money was paid in (giấy nộp tiền)."),
    )
    payer = forms.CharField(label=_("Who returned it"), max_length=300)
    document = forms.CharField(
        label=_("Document"),
        max_length=160,
        help_text=_("Kind, number and symbol, for example: Quyết định số 4303/QĐ-UBND."),
    )
    document_on = DateField(label=_("Date of the document"))
    happened_on = DateField(
        label=_("Booked on"),
        required=False,
        help_text=_("The day of the entry, within the budget year; empty for today."),
    )
    reason = forms.CharField(
        label=_("Explanation"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, kind: str, line: BudgetLine | None = None, left_vnd: int = 0, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kind = StepKind(kind)
        if kind in AMOUNTS:
            self.fields["amount_vnd"].label = AMOUNTS[kind]
        if kind == StepKind.REVERSE:
            del self.fields["amount_vnd"]
            reason = self.fields["reason"]
            reason.required, reason.label = True, _("Why the entry is reversed")
            reason.error_messages["required"] = _("Say why the entry is reversed.")
        if kind in RECOVERING:
            self.fields["document"].help_text = self.fields["voucher"].help_text
        if kind in LIMITS:
            del self.fields["happened_on"]
        elif line is not None and line.year.state in DAYS_OF_BOOKING:
            self.fields["happened_on"].help_text = DAYS_OF_BOOKING[line.year.state] % {"year": line.year}
        if kind in BESIDE_LEDGER:
            self._beside_ledger(kind)
        if kind == StepKind.SAVING and line is not None and (rule := saving_of(line)) is not None:
            self.fields["amount_vnd"].initial = rule.left_vnd or None
            self.fields["amount_vnd"].help_text = _(
                "What the rule of the year comes to; another amount needs the explanation."
            )
        if kind != StepKind.BUDGET_RETURN:
            del self.fields["voucher"], self.fields["payer"]
        if kind in ON_TWO_LINES and line is not None:
            self.fields["other_line"].queryset = self._other_lines(kind, line)
            if kind == StepKind.CARRY_OVER:
                other = self.fields["other_line"]
                other.label = _("Line of the next year")
                other.error_messages["required"] = _("Choose “%(label)s”.") % {"label": other.label}
        else:
            del self.fields["other_line"]
        if kind == StepKind.CARRY_OVER and line is not None:
            grounds = carry_over_grounds(line.year.year)
            self.fields["ground"].choices = [("", _("Choose…")), *grounds.items()]
        elif kind == StepKind.DECOMMIT and line is not None and line.year.state == YearState.ADJUSTING:
            ground = self.fields["ground"]
            ground.label, ground.required = _("Why it is reduced"), False
            ground.choices = REDUCED
            ground.help_text = _(
                "What is carried over rests on the decision to carry it over: name that as the document."
            )
        elif kind == StepKind.COMMIT_MORE and left_vnd:
            ground = self.fields["ground"]
            ground.label, ground.required = _("Why it is raised"), False
            ground.choices, ground.initial = RAISED, NEXT_YEAR
            ground.help_text = _("It rests on the decision to carry it over: name that as the document.")
            self.fields["amount_vnd"].initial = left_vnd
        else:
            del self.fields["ground"]

    def _beside_ledger(self, kind: StepKind) -> None:
        reason, day = self.fields["reason"], self.fields["happened_on"]
        reason.required = True
        day.help_text = ""
        if kind == StepKind.UNDO_RETURN:
            del self.fields["amount_vnd"]
            reason.label, day.label = _("Why the record is reversed"), _("Reversed on")
            day.help_text = _("Empty for today.")
        else:
            reason.label = _("Why the money is returned")
            day.label, day.required = _("Date of the voucher"), True
            day.error_messages["required"] = _("Fill in “%(label)s”.") % {"label": day.label}
        reason.error_messages["required"] = _("Say why.")

    @staticmethod
    def _other_lines(kind: StepKind, line: BudgetLine):
        lines = BudgetLine.objects.managed().filter(source=line.source).exclude(pk=line.pk)
        if kind == StepKind.TRANSFER:
            lines = lines.filter(year=line.year)
        else:
            lines = lines.filter(year__year=line.year.year + 1, task=line.task)
        return lines.select_related("task", "source", "year").order_by("task__code", "pk")

    def content(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: self.cleaned_data[name] for name in self.fields if name in CONTENT}
        return {"amount_vnd": 0, "file": self.file_of("file"), **given}


CONTENT = (
    "voucher",
    "payer",
    "amount_vnd",
    "document",
    "document_on",
    "happened_on",
    "reason",
    "other_line",
    "ground",
)


class BeginStepForm(Form):
    """What is to be prepared and where: leads to the form that asks for the rest."""

    kind = forms.ChoiceField(label=_("Kind of step"))
    line = LineChoice(
        label=_("Budget line"),
        queryset=BudgetLine.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Choose…"),
    )
    year = forms.ModelChoiceField(
        label=_("Budget year"),
        queryset=BudgetYear.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Choose…"),
        help_text=_("Only for the envelope of a year."),
    )
    period = forms.ModelChoiceField(
        label=_("Period of the programme"),
        queryset=Period.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Choose…"),
        help_text=_("Only for the ceiling of the programme."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        del self.fields["operation_key"]
        kinds = [StepKind.CEILING, StepKind.ENVELOPE, *ABOUT_LINE]
        self.fields["kind"].choices = [("", _("Choose…")), *((kind.value, kind.label) for kind in kinds)]
        self.fields["line"].queryset = open_lines()
        self.fields["year"].queryset = BudgetYear.objects.exclude(state=YearState.CLOSED)
        self.fields["period"].queryset = Period.objects.exclude(state=Period.State.NO_DOCUMENT).order_by("-starts_year")

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        wanted = {StepKind.CEILING: "period", StepKind.ENVELOPE: "year"}.get(kind, "line") if kind else ""
        if wanted and not cleaned.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, self.fields[wanted].error_messages["required"])
        cleaned["about"] = cleaned.get(wanted) if wanted else None
        if wanted == "line" and cleaned["about"]:
            never = why_never(kind, line=cleaned["about"])
            if never:
                self.add_error("kind", never)
        return cleaned


class BeginCommitmentForm(Form):
    """On which line a contract or decision is prepared."""

    line = LineChoice(
        label=_("Budget line"), queryset=BudgetLine.objects.none(), to_field_name="public_id", empty_label=_("Choose…")
    )

    def __init__(self, *args: Any, offices: set[int] | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        del self.fields["operation_key"]
        lines = open_lines().filter(year__state=YearState.OPEN)
        self.fields["line"].queryset = lines if offices is None else lines.filter(task__office__in=offices)


def open_lines():
    """Managed lines of years that still take entries, the latest year first."""
    lines = BudgetLine.objects.managed().exclude(year__state=YearState.CLOSED)
    return lines.select_related("task", "source", "year").order_by("-year__year", "task__code", "pk")
