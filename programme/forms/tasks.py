"""What may be typed in about tasks that are carried out, and about given tasks."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from programme.forms.papers import UploadMixin
from programme.models import GivenTask
from reference.forms import reason_field
from screens.forms import DateField, Form, ModelForm, NumberField, PastDateField


class ReportForm(Form):
    """How far a task has come."""

    on = PastDateField(label=_("State of affairs on"))
    percent = NumberField(label=_("Progress"), unit="%", max_value=100)
    done = forms.CharField(label=_("What was done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    difficulty = forms.CharField(
        label=_("Difficulties, proposals"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeliverableForm(Form):
    name = forms.CharField(label=_("Deliverable"), max_length=500)
    due_on = DateField(label=_("Due on"), required=False)


class DeliverForm(UploadMixin, Form):
    """That something was delivered, and the evidence."""

    delivered_on = PastDateField(label=_("Delivered on"))
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=500,
        required=False,
        help_text=_("Number and date of the report, minutes, list or decision; or a file below."),
    )
    upload = forms.FileField(label=_("Evidence file"), required=False, help_text=_("PDF, PNG or JPEG."))
    kept_file = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, standing=None, **kwargs):
        self.standing = standing
        super().__init__(*args, **kwargs)

    def kept(self):
        """The file that came with the form, or else the one that stands."""
        return super().kept() or self.standing


class FinishForm(Form):
    finished_on = PastDateField(label=_("Finished on"))
    words = forms.CharField(label=_("Result"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class GivenForm(UploadMixin, ModelForm):
    """A task given from above: its paper, what is asked, who is in charge, by when."""

    document_on = PastDateField(label=_("Date of the document"))
    content = forms.CharField(label=_("What is asked"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    deadline = DateField(label=_("Deadline"))
    upload = forms.FileField(label=_("Scan"), required=False, help_text=_("PDF, PNG or JPEG."))
    kept_file = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = GivenTask
        fields = ["document", "document_on", "issuer", "content", "office", "person", "deadline"]
        labels = {
            "document": _("Number and symbol"),
            "issuer": _("Issued by"),
            "office": _("Office in charge"),
            "person": _("Person in charge"),
        }
        help_texts = {"issuer": _("For example: Hà Nội People's Committee; conclusions of a meeting.")}

    def __init__(self, *args, today, fixed=(), **kwargs):
        super().__init__(*args, **kwargs)
        given = self.instance
        self.fields["office"].queryset = Office.objects.filter(
            Q(ended_on__isnull=True) | Q(pk=given.office_id)
        ).order_by("code")
        people = User.objects.filter(is_active=True, posts__office__isnull=False).distinct()
        self.fields["person"].queryset = people.order_by("sort_key")
        self.fields["person"].empty_label = _("Nobody in particular")
        if given.pk:
            del self.fields["upload"], self.fields["kept_file"]
            self.fields["reason"] = reason_field()
        for name in fixed:
            del self.fields[name]

    def clean(self):
        cleaned = super().clean()
        given_on, deadline = cleaned.get("document_on"), cleaned.get("deadline")
        if given_on and deadline and deadline < given_on:
            self.add_error("deadline", _("The deadline lies before the date of the document."))
        return cleaned

    def kept(self):
        return super().kept() if "kept_file" in self.fields else None

    def validate_unique(self):
        """The service says in words what the database would refuse."""

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.fields}


class MoveDeadlineForm(UploadMixin, Form):
    """Another deadline of a given task, and by which paper; whoever may decide it names none."""

    deadline = DateField(label=_("New deadline"))
    document = forms.CharField(label=_("Number and symbol of the paper that moves it"), max_length=60)
    document_on = PastDateField(label=_("Date of the paper"))
    upload = forms.FileField(label=_("Scan"), required=False, help_text=_("PDF, PNG or JPEG."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the history for ever."),
    )
    kept_file = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, decides, **kwargs):
        super().__init__(*args, **kwargs)
        if decides:
            for name in ("document", "document_on"):
                self.fields[name].required = False
            self.fields["document"].help_text = _("Empty where you decide it yourself.")

    def values(self):
        names = ("deadline", "document", "document_on", "reason", "version")
        return {name: self.cleaned_data[name] for name in names} | {"file": self.kept()}


class GivenReportForm(Form):
    done = forms.CharField(label=_("What was done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class FinishGivenForm(Form):
    ended_on = PastDateField(label=_("Finished on"))
    outcome = forms.CharField(
        label=_("Result"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("With the number and date of the report."),
    )
