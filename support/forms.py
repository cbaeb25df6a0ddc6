from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from documents.guard import PAPERS
from documents.models import StoredFile
from enterprises.models import Enterprise
from reference.models import Agency, ContentArea, MoneySource, SupportKind
from screens.forms import DateField, Form, MoneyField
from screens.text import matching
from support.models import GREATEST_AMOUNT, ActivityType
from support.services import CONTENT

MOST_NAMED = 5


class SupportForm(Form):
    """What was delivered. The evidence is a text, a file, or both; a file once sent stays attached."""

    enterprise = forms.CharField(
        label=_("Enterprise"), max_length=300, help_text=_("Tax code, or enough of the name to leave only one.")
    )
    activity = forms.CharField(
        label=_("Activity"), max_length=300, help_text=_("As its papers name it, for example the fair or the course.")
    )
    activity_code = forms.CharField(
        label=_("Activity code"),
        max_length=60,
        help_text=_(
            "The same code for every enterprise in the same activity: a turn is one enterprise in one activity."
        ),
    )
    activity_type = forms.ChoiceField(label=_("Type of activity"), choices=[("", _("Choose…")), *ActivityType.choices])
    content_area = forms.ModelChoiceField(label=_("Content area"), queryset=ContentArea.objects.none())
    kind = forms.ModelChoiceField(label=_("Kind of support"), queryset=SupportKind.objects.none())
    what = forms.CharField(label=_("What was delivered"), max_length=500)
    started_on = DateField(label=_("Started on"), required=False)
    delivered_on = DateField(label=_("Delivered on"))
    amount_vnd = MoneyField(
        label=_("Amount (đồng)"),
        required=False,
        max_value=GREATEST_AMOUNT,
        help_text=_("Empty when no money was given; 0 only when the papers say 0."),
    )
    money_source = forms.ModelChoiceField(
        label=_("Source of money"), queryset=MoneySource.objects.none(), required=False
    )
    by_programme = forms.BooleanField(label=_("Given by this programme"), required=False, initial=True)
    agency = forms.ModelChoiceField(
        label=_("Agency that gave it"),
        queryset=Agency.objects.none(),
        required=False,
        help_text=_("Needed when another agency gave the support."),
    )
    office = forms.ModelChoiceField(
        label=_("Office that keeps the record"), queryset=Office.objects.none(), required=False
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=500,
        required=False,
        help_text=_("Number and date of the decision, contract, list or minutes; needed where no file is attached."),
    )
    same_code = forms.BooleanField(label=_("I have looked at the activity code: it is right"), required=False)
    pointed_out = forms.CharField(widget=forms.HiddenInput, required=False)
    evidence_upload = forms.FileField(
        label=_("Evidence file"),
        required=False,
        help_text=_("PDF, PNG or JPEG; needed where no evidence is named."),
    )
    kept_file = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, files=None, *, today, offices, user, **kwargs):
        super().__init__(data, files, **kwargs)
        self.user = user
        self.same_code_field = self.fields.pop("same_code")
        if self.data.get("pointed_out"):
            self._offer_tick()
        for name, model in (
            ("content_area", ContentArea),
            ("kind", SupportKind),
            ("money_source", MoneySource),
            ("agency", Agency),
        ):
            self.fields[name].queryset = model.objects.in_force(today).order_by("code")
        self.fields["agency"].queryset = Agency.objects.in_force(today).order_by("sort_key")
        self.fields["office"].queryset = Office.objects.filter(ended_on__isnull=True).order_by("code")
        if offices is not None:
            self.fields["office"].queryset = Office.objects.filter(pk__in=offices)
            self.fields["office"].required = True
            if len(offices) == 1:
                self.fields["office"].initial = next(iter(offices))

    def ask_about_code(self, doubt):
        """Let the person say, right below the activity code, that it is right though this was pointed out."""
        self.data = self.data.copy()
        self.data["pointed_out"] = doubt
        self.data.pop("same_code", None)
        self._offer_tick()
        self.add_error("activity_code", doubt)

    def _offer_tick(self):
        self.fields["same_code"] = self.same_code_field
        names = [name for name in self.fields if name != "same_code"]
        after = names.index("activity_code") + 1
        self.order_fields([*names[:after], "same_code", *names[after:]])

    def clean_enterprise(self):
        typed = self.cleaned_data["enterprise"].strip()
        found = Enterprise.objects.by_tax_code(typed)
        if found:
            return found
        named = list(
            Enterprise.objects.standing().filter(matching(typed, "folded")).order_by("sort_key")[: MOST_NAMED + 1]
        )
        if len(named) == 1:
            return named[0]
        if not named:
            raise ValidationError(
                _("No enterprise has the tax code or name “%(typed)s”. Look it up under Enterprises, or add it first."),
                params={"typed": typed},
            )
        raise ValidationError(
            _("Several enterprises fit “%(typed)s”: %(names)s. Write the tax code."),
            params={
                "typed": typed,
                "names": "; ".join(f"{each.name} ({each.tax_code})" for each in named[:MOST_NAMED])
                + ("…" if len(named) > MOST_NAMED else ""),
            },
        )

    def clean_kept_file(self):
        kept = self.cleaned_data["kept_file"]
        if not kept:
            return None
        return StoredFile.objects.filter(
            public_id=kept, owner=self.user.public_id, format__in=PAPERS, is_identity=False
        ).first()

    @property
    def kept_name(self):
        """The name of the file that came with an earlier sending."""
        kept = self.cleaned_data.get("kept_file") if self.is_bound and hasattr(self, "cleaned_data") else None
        return kept.original_name if kept else ""

    def content(self):
        """What the service takes."""
        given = {name: self.cleaned_data.get(name) for name in CONTENT}
        given["evidence_file"] = self.cleaned_data.get("kept_file")
        given["looked_at"] = self.cleaned_data["pointed_out"] if self.cleaned_data.get("same_code") else ""
        return given


class CorrectSupportForm(SupportForm):
    """The same for a record that exists: the enterprise stays, and the correction has a reason."""

    reason = forms.CharField(label=_("Reason for the correction"), max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, record, **kwargs):
        self.record = record
        kwargs.setdefault("initial", {name: getattr(record, name) for name in CONTENT} | {"version": record.version})
        super().__init__(*args, **kwargs)
        for name in ("enterprise", "office"):
            del self.fields[name]
        for name in ("content_area", "kind", "money_source", "agency"):
            field = self.fields[name]
            known = Q(pk__in=field.queryset.values("pk")) | Q(pk=getattr(record, f"{name}_id"))
            field.queryset = field.queryset.model.objects.filter(known).order_by("code")

    def content(self):
        given = super().content()
        given["evidence_file"] = given["evidence_file"] or self.record.evidence_file
        return given


class WithdrawSupportForm(Form):
    reason = forms.CharField(
        label=_("Reason for the withdrawal"),
        max_length=500,
        help_text=_("The record stays with this reason and leaves every count."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
