from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.models import MOST_CALLS, USUAL_CALLS, Client
from exchange.rights import all_scopes
from exchange.services import EDITABLE, fault_of_last_day, fault_of_network
from reference.models import AdministrativeUnit, ProductGroup
from screens.forms import DateField, Form, ModelForm, NumberField


class AddressesField(forms.Field):
    """Addresses and networks, one a line; kept as a list."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def validate(self, value):
        super().validate(value)
        if wrong := [said for said in map(fault_of_network, value) if said]:
            raise forms.ValidationError(wrong)


def _choices(rows, kept):
    """[(code, name)] of what is in force, and of what stands though it has ended."""
    named = {row.code: str(row) for row in rows}
    return [*named.items(), *((code, code) for code in kept if code not in named)]


class ClientForm(ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("Rights"), choices=lambda: all_scopes().items(), widget=forms.CheckboxSelectMultiple
    )
    wards = forms.MultipleChoiceField(
        label=_("Only these wards"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("None chosen: all of the city. Several may be chosen (Ctrl or ⌘ with a click)."),
    )
    groups = forms.MultipleChoiceField(
        label=_("Only these product groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all groups."),
    )
    addresses = AddressesField(
        label=_("Only from these addresses"),
        required=False,
        help_text=_("One address or network a line, such as 10.1.0.0/16. None: from anywhere."),
    )
    calls_a_minute = NumberField(label=_("Calls a minute"), min_value=1, max_value=MOST_CALLS, initial=USUAL_CALLS)
    expires_on = DateField(
        label=_("Last day"),
        help_text=_("At most two years from today; then the connection is looked at anew. Day/month/year."),
    )

    class Meta:
        model = Client
        fields = EDITABLE
        labels = {
            "name": _("Name of the system"),
            "owner": _("Agency that runs it"),
            "contact": _("Contact"),
            "purpose": _("Purpose of the connection"),
            "basis": _("Ground of the sharing"),
        }
        help_texts = {
            "contact": _("Office, telephone and e-mail address of those who run the system."),
            "basis": _("The paper by which data are shared, for example Nghị định 278/2025/NĐ-CP or an agreement."),
        }
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        kept = self.instance
        wards = AdministrativeUnit.objects.in_force(on).filter(kind=AdministrativeUnit.Kind.WARD).order_by("sort_key")
        groups = ProductGroup.objects.in_force(on).order_by("code")
        self.fields["wards"].choices = _choices(wards, kept.wards)
        self.fields["groups"].choices = _choices(groups, kept.groups)

    def clean_expires_on(self):
        day = self.cleaned_data["expires_on"]
        if wrong := fault_of_last_day(day, timezone.now()):
            raise forms.ValidationError(wrong)
        return day

    def values(self):
        return {name: self.cleaned_data[name] for name in EDITABLE}

    def _post_clean(self):
        """What was typed goes to the service, never straight into the record."""


class SecretForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class SwitchOffForm(SecretForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
