from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from documents.attaching import Attachments
from documents.guard import CONTENT_TYPES, ENDINGS, EVERYTHING
from documents.models import NumberSeries
from dossiers.models import Component, Fact, FormField, Procedure, ProcedureStep, ProcedureVersion
from dossiers.models.procedures import MOST_DAYS, MOST_FILES
from dossiers.services.procedures import CONTENT
from reference.forms import EntryForm, reason_field
from reference.models import Agency
from reference.rules import Rows, RowsField, Word
from screens.forms import DateField, Form, NumberField

DAYS = _("working days")


def _long(label, *, rows=4, help_text=""):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=4000, widget=widget, help_text=help_text)


class ProcedureForm(EntryForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("Stays for ever. For an administrative procedure, the code of the national database."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Procedure.Kind.choices, widget=forms.RadioSelect)
    note = _long(_("Remark"), rows=3)
    reason = reason_field()

    class Meta:
        model = Procedure
        fields = ["code", "kind", "name_vi", "name_en", "agency", "note", "confidence", "source"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        agencies = Agency.objects.in_force(timezone.localdate())
        if self.instance.pk:
            del self.fields["code"]
            agencies = Agency.objects.filter(Q(pk__in=agencies.values("pk")) | Q(pk=self.instance.agency_id))
        else:
            del self.fields["reason"]
        self.fields["agency"].queryset = agencies.ordered()


class CloseForm(Form):
    closed_on = DateField(
        label=_("Closed from"), help_text=_("From this day nothing is received any more. What was received goes on.")
    )
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class BeginForm(Form):
    """A copy of what is in force: nothing to fill in."""


class HourField(forms.TimeField):
    """An hour of the day, written 15:00."""

    def __init__(self, **kwargs):
        super().__init__(
            input_formats=["%H:%M", "%Hh%M", "%H giờ %M", "%Hh", "%H giờ"],
            widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
            error_messages={"invalid": _("Write the hour as 15:00.")},
            **kwargs,
        )

    def prepare_value(self, value):
        return value.strftime("%H:%M") if hasattr(value, "strftime") else value


class DaysField(forms.CharField):
    """Numbers of working days, parted by commas; kept as a list, the largest first."""

    def prepare_value(self, value):
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value):
        if isinstance(value, list):
            return value
        parts = [part for part in super().to_python(value).replace(";", ",").replace(" ", ",").split(",") if part]
        if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= MOST_DAYS for part in parts):
            raise ValidationError(_("Write whole numbers of working days parted by commas, for example 2, 1."))
        return sorted({int(part) for part in parts}, reverse=True)

    def has_changed(self, initial, data):
        return initial != data


class VersionForm(EntryForm):
    legal_basis = _long(_("Legal basis"), help_text=_("Number, date and name of each document; one a line."))
    result = forms.CharField(
        label=_("Result"), max_length=300, required=False, help_text=_("What the enterprise receives in the end.")
    )
    result_subject = forms.CharField(
        label=_("Abstract of the result"), max_length=300, required=False,
        help_text=_("What the draft of the result begins with; empty for the usual words."),
    )  # fmt: skip
    result_text = _long(
        _("Text that the result begins with"),
        rows=6,
        help_text=_(
            "Places in braces are filled in from the dossier: {code}, {procedure}, {enterprise}, {tax_code}, {address}, "
            "{applicant}, {lodged_on}, {received_on}, and an answer by the code of its field. Empty for the usual words."
        ),
    )
    form_set = forms.ChoiceField(
        label=_("Set of forms"), choices=ProcedureVersion.FormSet.choices, widget=forms.RadioSelect
    )
    total_days = NumberField(label=_("Working days in all"), unit=DAYS, min_value=1, max_value=MOST_DAYS)
    receipt_until = HourField(
        label=_("Received after this hour counts as the next working day"),
        required=False,
        help_text=_("For example 15:00. Empty where a dossier counts on its day whatever the hour."),
    )
    after_supplement = forms.ChoiceField(
        label=_("After a supplement the time"),
        choices=ProcedureVersion.AfterSupplement.choices,
        widget=forms.RadioSelect,
    )
    answer_days = NumberField(
        label=_("Working days to answer a request for a supplement"),
        unit=DAYS,
        min_value=1,
        max_value=MOST_DAYS,
        required=False,
        help_text=_("Counted from the day the request is sent. Empty where each request names its day."),
    )
    extension_times = NumberField(label=_("Times it may be extended"), max_value=9, help_text=_("0 where it may not."))
    extension_days = NumberField(label=_("Working days of each extension, at most"), unit=DAYS, max_value=MOST_DAYS)
    warn_percent = NumberField(
        label=_("Warn when this part of the time is used"),
        unit="%",
        min_value=1,
        max_value=99,
        required=False,
        help_text=_("Empty for no such warning."),
    )
    warn_days = DaysField(
        label=_("Warn when so many working days are left"),
        required=False,
        help_text=_("Parted by commas, for example 2, 1. Empty for no such warning."),
    )

    class Meta:
        model = ProcedureVersion
        fields = CONTENT

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offices = Q(ended_on__isnull=True) | Q(pk=self.instance.office_id)
        self.fields["office"].queryset = Office.objects.filter(offices).order_by("name")
        kinds = NumberSeries.objects.in_use(timezone.localdate()).laid_out() | NumberSeries.objects.filter(
            pk=self.instance.result_series_id
        )
        self.fields["result_series"].queryset = kinds.order_by("sort_key")
        self.fields["result_series"].empty_label = _("(chosen with each result)")

    def clean(self):
        cleaned = super().clean()
        times, days = cleaned.get("extension_times"), cleaned.get("extension_days")
        if times is not None and days is not None and bool(times) != bool(days):
            self.add_error("extension_days", _("Give both the times and the days of an extension, or 0 for both."))
        return cleaned


class IssueForm(Form):
    """The paper that puts a version in force, and from which day."""

    paper_number = forms.CharField(
        label=_("Number of the paper"), max_length=60, help_text=_("For example 127/QĐ-SCT.")
    )
    paper_on = DateField(label=_("Date of the paper"))
    valid_from = DateField(label=_("In force from"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_paper_number(self):
        number = " ".join(self.cleaned_data["paper_number"].split())
        if not any(letter.isdigit() for letter in number):
            raise ValidationError(_("Write the number with its symbol, for example 127/QĐ-SCT."), code="number")
        return number


class ReasonForm(Form):
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class RemoveForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class MoveForm(Form):
    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])


# --- parts -------------------------------------------------------------------------------------


def code_field(help_text):
    return forms.CharField(label=_("Code"), max_length=40, help_text=help_text)


class PartForm(EntryForm):
    """A part of the draft `draft`."""

    def __init__(self, *args, draft, **kwargs):
        self.draft = draft
        super().__init__(*args, **kwargs)

    def clean_code(self):
        return self.cleaned_data["code"].lower()


class StepForm(PartForm):
    working_days = NumberField(label=_("Working days"), unit=DAYS, max_value=MOST_DAYS)

    class Meta:
        model = ProcedureStep
        fields = ["name_vi", "name_en", "working_days", "role", "office"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offices = Q(ended_on__isnull=True) | Q(pk=self.instance.office_id)
        self.fields["office"].queryset = Office.objects.filter(offices).order_by("name")
        self.fields["office"].label = _("Office that handles")
        self.fields["office"].empty_label = _("The office that handles the procedure")


class ComponentForm(Attachments, PartForm):
    attachments = {"template_file": _("Template to download")}
    allowed = EVERYTHING

    code = code_field(_("Small letters, digits and dashes; it names the component in every dossier."))
    need = forms.ChoiceField(label=_("Needed"), choices=Component.Need.choices, widget=forms.RadioSelect)
    condition = forms.ChoiceField(
        label=_("Condition"),
        required=False,
        help_text=_("Only for what is required on a condition: the answer to a field of this version."),
    )
    formats = forms.MultipleChoiceField(
        label=_("Kinds of files"),
        choices=[(kind, ", ".join(ending for ending, of in ENDINGS.items() if of == kind)) for kind in CONTENT_TYPES],
        widget=forms.CheckboxSelectMultiple,
    )
    most_megabytes = NumberField(
        label=_("At most for one file"), unit="MB", min_value=1, max_value=settings.UPLOAD_MEGABYTES
    )
    most_files = NumberField(label=_("Files at most"), min_value=1, max_value=MOST_FILES, initial=10)
    drop_template = forms.BooleanField(label=_("Take the attached template away"), required=False)

    class Meta:
        model = Component
        fields = [
            "code",
            "name_vi",
            "name_en",
            "need",
            "formats",
            "most_megabytes",
            "most_files",
            "is_identity",
            "help_vi",
            "help_en",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        pairs = [
            (f"{field.code}|{answer}", f"{field.name}: {words}")
            for field in self.draft.fields.all()
            for answer, words in field.answers.items()
        ]
        self.fields["condition"].choices = [("", _("No condition")), *pairs]
        if self.instance.condition_field:
            self.initial["condition"] = f"{self.instance.condition_field}|{self.instance.condition_value}"
        if not self.instance.template_id:
            del self.fields["drop_template"]
        elif not self.is_bound:
            self.fields["template_file"].help_text = " ".join(
                [
                    _("The file %(name)s is attached. Choose another only to replace it.")
                    % {"name": self.instance.template.original_name},
                    self.kinds_of_files,
                ]
            )
        names = ["code", "name_vi", "name_en", "need", "condition", "formats", "most_megabytes"]
        self.fields["is_identity"].help_text = _(
            "Kept encrypted; opened only by the enterprise, at the door until it is received, and by whoever handles the dossier until its result is issued or it ends before."
        )
        self.order_fields([*names, "most_files", "is_identity", "template_file", "drop_template", "help_vi", "help_en"])

    def clean(self):
        cleaned = super().clean()
        conditional = cleaned.get("need") == Component.Need.CONDITIONAL
        if conditional and not cleaned.get("condition") and "condition" not in self.errors:
            self.add_error("condition", _("Choose the answer on which it depends."))
        return cleaned

    def values(self):
        code, _sign, value = (self.cleaned_data.get("condition") or "").partition("|")
        if self.cleaned_data["need"] != Component.Need.CONDITIONAL:
            code = value = ""
        template = self.file_of("template_file") or self.instance.template
        if self.cleaned_data.get("drop_template") and not self.file_of("template_file"):
            template = None
        return super().values() | {"condition_field": code, "condition_value": value, "template": template}


class OptionalWord(Word):
    def field(self):
        return forms.CharField(label=self.label, max_length=200, required=False)


CHOICES = Rows(
    "",
    _("Choices"),
    (
        Word("code", _("code")),
        Word("label_vi", _("label in Vietnamese")),
        OptionalWord("label_en", _("label in English")),
    ),
)


class FieldForm(PartForm):
    code = code_field(_("Small letters, digits and dashes; conditions and dossiers name the field by it."))
    fact = forms.ChoiceField(
        label=_("Enterprise data"),
        choices=[("", _("Choose…")), *Fact.choices],
        required=False,
        help_text=_("Only for enterprise data: what is shown instead of asked."),
    )
    required = forms.BooleanField(label=_("Must be filled in"), required=False)
    choices = RowsField(rows=CHOICES, label=_("Choices"), required=False)

    class Meta:
        model = FormField
        fields = ["code", "name_vi", "name_en", "kind", "fact", "required", "choices", "help_vi", "help_en"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name_vi"].label = _("Label in Vietnamese")
        self.fields["name_en"].label = _("Label in English")

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind == FormField.Kind.ENTERPRISE:
            cleaned["required"] = False
            if not cleaned.get("fact"):
                self.add_error("fact", _("Choose which enterprise data is shown."))
        else:
            cleaned["fact"] = ""
        if kind != FormField.Kind.CHOICE:
            cleaned["choices"] = []
        elif len(cleaned.get("choices") or []) < 2 and "choices" not in self.errors:
            self.add_error("choices", _("A choice needs at least two rows."))
        return cleaned


PART_FORMS = {"step": StepForm, "component": ComponentForm, "field": FieldForm}
