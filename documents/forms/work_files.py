from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from documents.forms.numbers import standing_offices
from documents.incoming_states import HANDLERS
from documents.models import WorkFile
from documents.models.work_files import kept_for, offices_of_member
from documents.paper_states import OFFICE
from documents.services.work_files import CONTENT, retentions
from reference.forms import reason_field
from screens.forms import Form, NumberField, YearField


class WorkFileForm(Form):
    """A line of the list of files of a year."""

    year = YearField(label=_("Year"))
    code = forms.CharField(
        label=_("Number and symbol of the file"), max_length=40, help_text=_("As in the list of files: 01.QLCN.")
    )
    title = forms.CharField(label=_("Title of the file"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    office = forms.ModelChoiceField(label=_("Office"), queryset=Office.objects.none())
    keeper = forms.ModelChoiceField(label=_("Keeper of the file"), queryset=User.objects.none())
    retention = forms.ChoiceField(label=_("Kept for"), choices=())
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args, user, opened=True, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        offices = standing_offices()
        if not user.roles & OFFICE:
            offices = offices.filter(pk__in=offices_of_member(user, today))
        self.fields["office"].queryset = offices
        people = User.objects.holding(HANDLERS, today).filter(posts__office__in=offices).distinct()
        self.fields["keeper"].queryset = people.order_by("sort_key")
        known = [(code, kept_for(row["label_vi"], row["years"])) for code, row in retentions(today).items()]
        self.fields["retention"].choices = [("", _("Choose…")), *known]
        if opened:
            del self.fields["year"]
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)

    def values(self):
        return {name: self.cleaned_data[name] for name in CONTENT}


class PutForm(Form):
    work_file = forms.ModelChoiceField(label=_("Work file"), queryset=WorkFile.objects.none())
    pages = NumberField(
        label=_("Pages"),
        min_value=1,
        max_value=99_999,
        required=False,
        help_text=_("Empty where they are as its own page says."),
    )
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        files = WorkFile.objects.open_to(user, timezone.localdate())
        self.fields["work_file"].queryset = files.order_by("-year", "sort_key")


class TakeOutForm(Form):
    reason = reason_field()


class CloseForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
