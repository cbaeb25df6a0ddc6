from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TakerChoice
from accounts.models import User
from notices import channels
from notices.kinds import Way
from notices.models import Channel
from notices.models.texts import WORDS
from notices.services.texts import problems_of
from reference.forms import reason_field
from screens.forms import DateField, Form


class TextForm(Form):
    """The wording of one kind; each place in braces is one that the kind offers."""

    subject_vi = forms.CharField(label=_("Subject in Vietnamese"), max_length=200)
    body_vi = forms.CharField(label=_("Text in Vietnamese"), max_length=4000, widget=forms.Textarea(attrs={"rows": 10}))
    subject_en = forms.CharField(label=_("Subject in English"), max_length=200, required=False)
    body_en = forms.CharField(
        label=_("Text in English"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Shown on English pages. Letters go in Vietnamese."),
    )
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, kind, **kwargs):
        self.kind = kind
        super().__init__(*args, **kwargs)

    @property
    def words(self):
        """As it is kept: one way of ending lines."""
        return {name: self.cleaned_data.get(name, "").replace("\r\n", "\n") for name in WORDS}

    def clean(self):
        cleaned = super().clean()
        for name, sentence in problems_of(self.kind, self.words).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return cleaned


class WaysForm(Form):
    """How one person is told of each kind; other ways besides, where some are switched on and can reach the person."""

    def __init__(self, *args, user, kinds, chosen, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        self.besides = [post.code for post in channels.ways_besides() if post.address_of(user)]
        for place, kind in enumerate(kinds):
            standing = chosen.get(kind.code)
            way = standing.way if standing and standing.way in kind.ways else kind.usual
            self.fields[f"way_{place}"] = forms.ChoiceField(
                label=kind.title,
                choices=[(value.value, value.label) for value in kind.ways],
                initial=Way(way).value,
                widget=forms.RadioSelect,
            )
            if self.besides:
                self.fields[f"also_{place}"] = forms.MultipleChoiceField(
                    label=_("Besides: %(kind)s") % {"kind": kind},
                    choices=[(code, Channel(code).label) for code in self.besides],
                    initial=standing.also if standing else [],
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                )

    @property
    def ways(self):
        """{code: (way, other ways besides)} as `choose_ways` takes it."""
        given = self.cleaned_data
        return {
            kind.code: (given[f"way_{place}"], sorted(given.get(f"also_{place}", [])))
            for place, kind in enumerate(self.kinds)
        }


class ReminderForm(Form):
    receiver = TakerChoice(label=_("Who is reminded"), queryset=User.objects.none(), to_field_name="public_id")
    words = forms.CharField(label=_("What is to be done"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    due_on = DateField(label=_("To be done by the day"), required=False)

    def __init__(self, *args, colleagues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["receiver"].queryset = colleagues
