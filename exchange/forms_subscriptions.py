import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.catalogue import label_of, names_within
from exchange.forms import SecretForm
from exchange.models import Subscription
from programme.forms.meetings import TimeField
from screens.forms import ModelForm, PastDateField


class SubscriptionForm(ModelForm):
    types = forms.MultipleChoiceField(
        label=_("Events"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Those that the rights of the system let it hear."),
    )

    class Meta:
        model = Subscription
        fields = ("address", "types")
        labels = {"address": _("Address that receives events")}
        help_texts = {
            "address": _("Begins with https:// and is reached from the Internet; redirects are not followed.")
        }
        widgets = {"address": forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"})}

    def __init__(self, *args, client, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted
        allowed = names_within(client.scopes)
        kept = [name for name in self.instance.types if name not in allowed]
        self.fields["types"].choices = [(name, label_of(name)) for name in (*allowed, *kept)]

    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self):
        """What was typed goes to the service, never straight into the record."""


class WhyForm(SecretForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ReplayForm(SecretForm):
    day = PastDateField(label=_("From the day"))
    time = TimeField(label=_("From the hour"), initial=datetime.time(0, 0))

    @property
    def moment(self):
        return timezone.make_aware(datetime.datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))
