from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from documents.extracts import NOT_COMPARED, text_is_known
from documents.models import PaperCopy
from documents.models.papers import MOST_LETTERS
from documents.services.copies import CONTENT, kinds_ended, kinds_offered
from documents.signatories import MAY_SIGN, Authority
from screens.forms import Form


class CopyForm(Form):
    """A copy of a paper: all of it or a part, for whom, and who signs it in whose right."""

    kind = forms.ChoiceField(label=_("Kind of copy"), choices=(), widget=forms.RadioSelect)
    extract = forms.CharField(
        label=_("Part that is copied"),
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    recipients = forms.CharField(
        label=_("Recipients"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. “Lưu: VT” is added."),
    )
    signer = forms.ModelChoiceField(label=_("Signed by"), queryset=User.objects.none())
    authority = forms.ChoiceField(
        label=_("Right to sign"),
        choices=[choice for choice in Authority.choices if choice[0] != Authority.TM],
        widget=forms.RadioSelect,
        initial=Authority.TL,
    )
    authority_paper = forms.CharField(
        label=_("Paper that authorises the signer"),
        max_length=120,
        required=False,
        help_text=_("For TUQ. and Q.: its number and date."),
    )
    signer_post = forms.CharField(
        label=_("Post above the name"),
        max_length=150,
        required=False,
        help_text=_("Empty where it follows from the signer's post."),
    )

    def __init__(self, *args, original, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        offered = kinds_offered(original, today)
        self.fields["kind"].choices = [choice for choice in PaperCopy.Kind.choices if choice[0] in offered]
        ended = "; ".join(str(series) for series in kinds_ended(original, today))
        if ended:
            self.fields["kind"].help_text = _(
                "Not offered, because their series of numbers are ended: %(series)s. Whoever keeps the series can take them up again."
            ) % {"series": ended}
        self.fields["extract"].help_text = _help_on_extract(original)
        self.fields["signer"].queryset = User.objects.holding(MAY_SIGN, today).order_by("sort_key")

    def values(self):
        return {name: self.cleaned_data[name] for name in CONTENT}


def _help_on_extract(original):
    words = _("Only for an extract: word for word as in the paper. Each line is a paragraph, as in a draft.")
    if not text_is_known(original):
        return f"{words} {NOT_COMPARED}"
    compared = _("The portal compares each line with the paper; mark what is left out between lines with a line “[…]”.")
    return f"{words} {compared}"
