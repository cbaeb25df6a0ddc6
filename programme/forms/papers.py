"""What may be typed in about a paper: number, date, a scan that stays attached when the form is refused."""

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.guard import PAPERS
from documents.models import StoredFile
from screens.forms import DateField, Form


class UploadMixin:
    """A scan beside the words. The view keeps what was sent at once (`programme.views.acting.bound`)."""

    def __init__(self, *args, user=None, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        kept = self.kept()
        if kept:
            self.fields["upload"].help_text = _("The file %(name)s is attached. Choose another only to replace it.") % {
                "name": kept.original_name
            }

    def kept(self):
        """The file that came with this or an earlier sending of the form."""
        given = self.data.get(self.add_prefix("kept_file")) if self.is_bound else None
        try:
            value = self.fields["kept_file"].clean(given)
        except forms.ValidationError:
            return None
        if not value or self.user is None:
            return None
        return StoredFile.objects.filter(
            public_id=value, owner=self.user.public_id, format__in=PAPERS, is_identity=False
        ).first()


class ConfirmForm(Form):
    """Nothing to type: the button says what happens."""


class ReasonForm(Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the history for ever."),
    )


class VersionForm(Form):
    """Nothing to type, at the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class PaperForm(UploadMixin, Form):
    """The paper of a step."""

    number = forms.CharField(label=_("Number and symbol"), max_length=60)
    signed_on = DateField(label=_("Date of the paper"))
    about = forms.CharField(
        label=_("Content"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    upload = forms.FileField(label=_("Scan"), required=False, help_text=_("PDF, PNG or JPEG."))
    kept_file = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def values(self):
        """What the service takes."""
        data = self.cleaned_data
        return {name: data[name] for name in ("number", "signed_on", "about")} | {"file": self.kept()}


class ReturnForm(PaperForm):
    """The Committee's request to complete the plan."""

    about = forms.CharField(
        label=_("What has to be completed"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def values(self):
        values = super().values()
        values["what"] = values.pop("about")
        return values


class ReviewForm(PaperForm):
    """The opinion of Planning and Finance."""

    passed = forms.ChoiceField(
        label=_("Result of the review"),
        choices=[("yes", _("In order, may be submitted")), ("no", _("Back to the drafters"))],
        widget=forms.RadioSelect,
    )
    about = forms.CharField(
        label=_("Opinion on tasks and money"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed when the plan goes back: what has to be changed."),
    )

    field_order = ("passed", "number", "signed_on", "about", "upload")

    def values(self):
        values = super().values()
        values["opinion"] = values.pop("about")
        return values | {"passed": self.cleaned_data["passed"] == "yes"}
