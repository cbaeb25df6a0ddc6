"""What may be typed in about meetings, guests, answers and conclusions."""

import datetime
import re

from django import forms
from django.core.validators import validate_email
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import TakerChoice
from accounts.models import Office, User
from programme.forms.papers import UploadMixin
from programme.models import Conclusion, Invitee, Meeting
from programme.permissions.meetings import KEEP
from reference.forms import reason_field
from screens.forms import DateField, Form, ModelForm

MOST_GUESTS = 500
MOST_WRONG = 20  # wrong lines told at once


def _staff():
    people = User.objects.filter(is_active=True, posts__office__isnull=False).distinct().order_by("sort_key")
    return people.with_posts(timezone.localdate())


def _keepers(*kept):
    """Those who may chair a meeting or be its secretary, as both keep it; and whoever does already."""
    today = timezone.localdate()
    people = User.objects.filter(Q(pk__in=User.objects.holding(KEEP.roles, today)) | Q(pk__in=kept))
    return people.order_by("sort_key").with_posts(today)


def _offices(kept=None):
    return Office.objects.filter(Q(ended_on__isnull=True) | Q(pk=kept)).order_by("code")


def _text(label, *, rows, most, required=True, help_text=""):
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class TimeField(forms.CharField):
    """A time of day written hours:minutes."""

    def __init__(self, **kwargs):
        super().__init__(help_text=_("Hours:minutes, for example 14:00"), **kwargs)

    def widget_attrs(self, widget):
        return {"class": "short", "autocomplete": "off"}

    def to_python(self, value):
        if isinstance(value, datetime.time):
            return value
        text = super().to_python(value)
        if not text:
            return None
        written = re.fullmatch(r"([01]?[0-9]|2[0-3])\s*[:.hg]\s*([0-5][0-9])?", text.strip())
        if not written:
            raise forms.ValidationError(_("Write the time as hours:minutes, for example 14:00."), code="time")
        return datetime.time(int(written[1]), int(written[2] or 0))

    def prepare_value(self, value):
        return value.strftime("%H:%M") if isinstance(value, datetime.time) else value


class MeetingForm(ModelForm):
    """What it is about, when, where, who chairs it."""

    subject = forms.CharField(
        label=pgettext_lazy("meeting", "Subject"), max_length=300, help_text=_("Without “Họp”: the papers add it.")
    )
    day = DateField(label=_("Day"))
    time = TimeField(label=pgettext_lazy("meeting", "Time"))
    place = forms.CharField(label=pgettext_lazy("meeting", "Place"), max_length=200)
    agenda = _text(_("Agenda"), rows=5, most=4000, help_text=_("One point a line."))

    class Meta:
        model = Meeting
        fields = ["subject", "place", "chair", "secretary", "office", "agenda"]
        field_classes = {"chair": TakerChoice, "secretary": TakerChoice}
        labels = {"chair": _("Chair"), "secretary": _("Secretary"), "office": _("Office that prepares it")}

    field_order = ["subject", "day", "time", "place", "chair", "secretary", "office", "agenda", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        meeting = self.instance
        self.fields["office"].queryset = _offices(meeting.office_id)
        self.fields["chair"].queryset = _keepers(meeting.chair_id)
        self.fields["secretary"].queryset = _keepers(meeting.secretary_id)
        if meeting.pk:
            starts = timezone.localtime(meeting.starts_at)
            self.initial |= {"day": starts.date(), "time": starts.time()}
            if meeting.state != Meeting.State.PREPARED:
                self.fields["reason"] = reason_field()
                self.name_what_is_missing()

    def validate_unique(self):
        """The service says in words what the database would refuse."""

    def values(self):
        given = self.cleaned_data
        starts_at = timezone.make_aware(datetime.datetime.combine(given["day"], given["time"]))
        return {name: given[name] for name in self._meta.fields} | {"starts_at": starts_at}


class DocumentForm(UploadMixin, Form):
    """A document that goes with the invitations."""

    title = forms.CharField(label=_("Title of the document"), max_length=200)
    upload = forms.FileField(label=_("File"), required=False, help_text=_("PDF, PNG or JPEG."))
    kept_file = forms.UUIDField(widget=forms.HiddenInput, required=False)


def _is_address(email):
    try:
        validate_email(email)
    except forms.ValidationError:
        return False
    return True


class GuestsForm(Form):
    """Whom to invite, many at once."""

    offices = forms.ModelMultipleChoiceField(
        label=_("Offices"), queryset=Office.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    people = forms.ModelMultipleChoiceField(
        label=_("Persons of the staff"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    tax_codes = _text(
        _("Enterprises"),
        rows=4,
        most=20_000,
        required=False,
        help_text=_("Their tax codes, one a line; a column of Excel can be pasted."),
    )
    outside = _text(
        _("Bodies and persons outside"),
        rows=4,
        most=20_000,
        required=False,
        help_text=_("One a line: name; e-mail. Without an address the letter goes on paper."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["offices"].queryset, self.fields["people"].queryset = _offices(), _staff()

    def clean_tax_codes(self):
        codes = [code for code in re.split(r"[\s,;]+", self.cleaned_data["tax_codes"]) if code]
        return list(dict.fromkeys(codes))

    def clean_outside(self):
        found, wrong = [], []
        for line in self.cleaned_data["outside"].replace("\t", ";").splitlines():
            name, _separator, email = (part.strip() for part in line.partition(";"))
            if not name and not email:
                continue
            if not name or len(name) > 200:
                wrong.append(_("Write the name before the address: %(line)s") % {"line": line[:100]})
            elif email and not _is_address(email):
                wrong.append(_("“%(email)s” is not an e-mail address.") % {"email": email[:100]})
            else:
                found.append((name, email.lower()))
        if wrong:
            more = ["…"] if len(wrong) > MOST_WRONG else []
            raise forms.ValidationError([*wrong[:MOST_WRONG], *more])
        return found

    def clean(self):
        given = super().clean()
        whole = [*(each for name in ("offices", "people", "tax_codes", "outside") for each in given.get(name) or ())]
        if not self.errors and not whole:
            raise forms.ValidationError(_("Choose or write whom to invite."))
        if len(whole) > MOST_GUESTS:
            raise forms.ValidationError(_("At most %(most)s guests are added at once."), params={"most": MOST_GUESTS})
        return given

    def values(self):
        return {name: list(self.cleaned_data[name]) for name in ("offices", "people", "tax_codes", "outside")}


class AnswerForm(Form):
    """Whether a guest comes."""

    answer = forms.ChoiceField(
        label=pgettext_lazy("meeting", "Your answer"), choices=Invitee.Answer.choices, widget=forms.RadioSelect
    )
    delegate = forms.CharField(
        label=_("Who comes instead"),
        max_length=200,
        required=False,
        help_text=_("Name and post, where somebody else is sent."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    meeting_version = forms.IntegerField(widget=forms.HiddenInput)

    def meet_conflict(self, current, message):
        """Where only the meeting changed, the sentence says it all and there are no two answers to compare."""
        only_meeting = current.version == self.cleaned_data["version"]
        super().meet_conflict(current, message)
        self.conflicts = [] if only_meeting else self.conflicts
        self.data[self.add_prefix("meeting_version")] = str(current.meeting.version)


class ProceedingsForm(Form):
    proceedings = _text(
        _("Proceedings"),
        rows=12,
        most=20_000,
        help_text=_("Reports, opinions, what was discussed; the minutes begin with it."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class AttendanceForm(Form):
    """One line a guest: whether they came, and who."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, guests, **kwargs):
        super().__init__(*args, **kwargs)
        self.guests = guests
        for guest in guests:
            comes = guest.answer in (Invitee.Answer.COME, Invitee.Answer.DEPUTY)
            came = comes if guest.attended is None else guest.attended
            self.fields[f"came_{guest.place}"] = forms.BooleanField(label=_("Came"), required=False, initial=came)
            self.fields[f"who_{guest.place}"] = forms.CharField(
                label=_("Who came"),
                required=False,
                max_length=200,
                initial=guest.likely if guest.attended is None else guest.came_as,
            )

    @property
    def lines(self):
        return [(guest, self[f"came_{guest.place}"], self[f"who_{guest.place}"]) for guest in self.guests]

    def clean(self):
        """A name written for somebody who is not ticked is told, not dropped; the one filled in beforehand is no news."""
        given = super().clean()
        for guest in self.guests:
            who = f"who_{guest.place}"
            name = given.get(who, "")
            if name and name != (self.fields[who].initial or "") and not given.get(f"came_{guest.place}"):
                self.add_error(
                    who,
                    forms.ValidationError(
                        _(
                            "%(guest)s: “%(name)s” is written down, but “Came” is not ticked. Tick it, or clear the name."
                        ),
                        params={"guest": guest.name, "name": name},
                    ),
                )
        return given

    def marks(self):
        given = self.cleaned_data
        return {guest.place: (given[f"came_{guest.place}"], given[f"who_{guest.place}"]) for guest in self.guests}


class ConclusionForm(ModelForm):
    """What was concluded that somebody has to do."""

    content = _text(_("What is to be done"), rows=3, most=1000)
    deadline = DateField(label=_("Deadline"))

    class Meta:
        model = Conclusion
        fields = ["content", "office", "person", "deadline"]
        labels = {"office": _("Office in charge"), "person": _("Person in charge")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = _offices(self.instance.office_id)
        self.fields["person"].queryset = _staff()
        self.fields["person"].empty_label = _("Nobody in particular")

    def validate_unique(self):
        """The service says in words what the database would refuse."""

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}
