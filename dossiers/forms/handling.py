"""What may be typed in while a dossier is handled."""

from types import SimpleNamespace

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office, User
from documents.attaching import Attachments
from dossiers.models import Component, DossierLink
from dossiers.models.handling import MOST_FILES
from dossiers.presenting.procedures import endings, takes_text, working_days
from dossiers.services.results import seen_of
from screens import formats
from screens.forms import DateField, Form


def _words(label, *, required=True, rows=4, most=2000, **more):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=most, widget=widget, **more)


class NoteForm(Form):
    """A remark that may be left out."""

    note = _words(_("Note"), required=False, rows=3)


class DoneForm(Form):
    """What was done so far, or what is proposed: it stands on the control slip."""

    note = _words(_("What is proposed, and why"))


class ReturnedForm(Form):
    note = _words(_("How the result was given, and to whom"), rows=2)


class InternalNoteForm(Form):
    text = _words(
        _("Internal note"),
        rows=3,
        most=3000,
        help_text=_("For colleagues of the Department; the enterprise never sees it."),
    )


class MessageForm(Form):
    text = _words(_("Message"), rows=5, most=3000)


class LinkForm(Form):
    """Which earlier dossier this one follows, and how."""

    code = forms.CharField(
        label=_("Code of the earlier dossier"), max_length=200, help_text=_("As it stands on its confirmation.")
    )
    kind = forms.ChoiceField(label=_("This dossier"), choices=DossierLink.Kind.choices, widget=forms.RadioSelect)

    def __init__(self, *args, earlier=None, asked="", **kwargs):
        """`earlier` is the dossier that was named, where it is of another enterprise: that has to be confirmed, of this one."""
        super().__init__(*args, **kwargs)
        self.earlier = earlier
        if earlier:
            words = {"code": earlier.code, "name": earlier.enterprise.root.name}
            self.fields[self._confirmed] = forms.BooleanField(
                label=_("It is meant so: the earlier dossier %(code)s is of %(name)s") % words,
                error_messages={"required": asked},
            )

    @property
    def _confirmed(self):
        return f"confirmed_{self.earlier.enterprise.root.public_id.hex}"

    def values(self):
        given = {name: self.cleaned_data[name] for name in ("code", "kind")}
        confirmed = self.earlier is not None and self.cleaned_data[self._confirmed]
        return given | {"confirmed_of": self.earlier.enterprise.root if confirmed else None}


class ReasonForm(Form):
    reason = _words(_("Reason"), help_text=_("In words that the enterprise understands: it reads them."))


class GroundedForm(ReasonForm):
    """A reason on a legal basis."""

    legal_basis = forms.CharField(label=_("Legal basis"), max_length=500)


class Deciding(Form):
    """A form that decides upon what was submitted: it knows what its page showed, and anew once somebody was told of a change."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def meet_conflict(self, current, message):
        super().meet_conflict(current, message)
        self.data[self.add_prefix("seen")] = seen_of(current)


class ApproveForm(Deciding, NoteForm):
    pass


class NotEligibleForm(Deciding, GroundedForm):
    field_order = ["reason", "legal_basis"]


class SendBackForm(Deciding):
    reason = _words(_("What is to be done again"))


class SendSupplementForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ExtendForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    due_on = DateField(label=_("New day promised"))
    field_order = ["due_on", "reason"]


def others(form, people, but):
    """Whom the form offers: not whoever has it now. Sent once more, it still knows whom it named: they may have it by then."""
    return people if form.is_bound else people.exclude(pk=but)


class AssignForm(Form):
    """To somebody of the office, or to another office whose head then assigns it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    to = forms.ModelChoiceField(
        label=_("Who handles it"), queryset=User.objects.none(), to_field_name="public_id", required=False
    )
    office = forms.ModelChoiceField(
        label=_("Or pass it on to another office"), queryset=Office.objects.none(), to_field_name="code", required=False,
        help_text=_("Its head then assigns it."),
    )  # fmt: skip
    note = _words(_("Instruction"), required=False, rows=3)

    def __init__(self, *args, people, but, offices, **kwargs):
        super().__init__(*args, **kwargs)
        to, office = self.fields["to"], self.fields["office"]
        to.queryset, office.queryset = others(self, people, but), offices
        to.needed = _("this or another office")
        office.needed = _("this or a person")
        if not to.queryset.exists():
            to.nothing = _("Nobody else in the office handles dossiers.")
            office.needed = ""
        if not offices.exists():
            office.nothing = _("No other office has a head on the portal who could assign it.")
            to.needed = ""

    def clean(self):
        given = super().clean()
        if not given.get("to") and not given.get("office") and not self.errors:
            self.add_error("to", _("Choose a person, or another office."))
        if given.get("to") and given.get("office"):
            self.add_error("office", _("Choose either a person or another office."))
        return given

    def meet_conflict(self, current, message):
        """Who has it now stands beside whom the person chose."""
        super().meet_conflict(SimpleNamespace(version=current.version, to=current.handler), message)


class ReceiveManyForm(Form):
    """Nothing to type: the page says which dossiers are received, and the day that each is promised."""


class WhomForm(Form):
    """To whom many are to go: asked first, so that the page can say what would become of each."""

    to = forms.ModelChoiceField(label=_("Who handles them"), queryset=User.objects.none(), to_field_name="public_id")

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


class AssignManyForm(WhomForm):
    """The same once more, unseen, with what is said to them."""

    note = _words(_("Instruction"), required=False, rows=3)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].widget = forms.HiddenInput()


class HandOverForm(Form):
    to = forms.ModelChoiceField(label=_("To whom"), queryset=User.objects.none(), to_field_name="public_id")
    note = _words(_("What was done so far, and what is left"))

    def __init__(self, *args, people, but, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = others(self, people, but)


class SubmitForm(Attachments, DoneForm):
    attachments = {"draft": _("Draft of the result")}


class IssueForm(Attachments, Form):
    """The signed result, as it left the Department."""

    attachments = {"scan": _("The issued paper")}
    paper_number = forms.CharField(label=_("Number and symbol"), max_length=60)
    paper_on = DateField(label=_("Date of the paper"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scan"].needed = ""

    def clean(self):
        given = super().clean()
        if self.file_of("scan") is None and "scan" not in self.errors:
            self.add_error("scan", _("Attach the issued paper."))
        return given


# --- supplements -------------------------------------------------------------------------------


LEAST_ROWS, SPARE_ROWS, MOST_ROWS = 3, 2, 30
PARTS = ("component", "wanted", "reason", "legal_basis")


class SupplementForm(Form):
    """What is missing, item by item. Rows that stay empty are left out; a row that was begun must be whole."""

    guidance = _words(_("How to complete it"), required=False, rows=3)
    answer_by = DateField(label=_("To be given by"), required=False)

    def __init__(self, *args, version, day, items=(), basis="", **kwargs):
        """`day` is the last one by the procedure, were it sent today; None where the procedure names none."""
        initial = kwargs.pop("initial", None) or {}
        for place, item in enumerate(items):
            initial |= {f"{part}_{place}": getattr(item, part) for part in PARTS}
        super().__init__(*args, initial=initial, **kwargs)
        answer_by = self.fields["answer_by"]
        answer_by.required = day is None
        if day:
            said = {"days": working_days(version.answer_days), "day": formats.vn_long_date(day)}
            answer_by.help_text = (
                _("Left empty: %(days)s from the day it is sent, as the procedure has it; sent today, until %(day)s.")
                % said
            )
        self.count = min(max(LEAST_ROWS, len(items) + SPARE_ROWS), MOST_ROWS)
        if len(items):
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        components = Component.objects.filter(procedure_version=version).order_by("position")
        for place in range(self.count):
            self.fields[f"component_{place}"] = forms.ModelChoiceField(
                label=_("Component"), queryset=components, to_field_name="public_id", required=False,
                empty_label=_("(none: about what is stated)"),
            )  # fmt: skip
            self.fields[f"wanted_{place}"] = _words(_("What is missing or not right"), required=False, rows=2, most=500)
            self.fields[f"reason_{place}"] = _words(_("Reason"), required=False, rows=2, most=500)
            self.fields[f"legal_basis_{place}"] = forms.CharField(
                label=_("Legal basis"), max_length=300, required=False,
                help_text=_("Left empty: %(basis)s") % {"basis": basis} if basis else "",
            )  # fmt: skip
            for part in ("wanted", "reason") if basis else ("wanted", "reason", "legal_basis"):
                self.fields[f"{part}_{place}"].needed = _("needed where this part is used") if place else ""
            for part in PARTS:
                self.fields[f"{part}_{place}"].part = _("Thing %(number)s") % {"number": place + 1}
        self.basis = basis

    @property
    def rows(self):
        """[[bound fields]] of each item, for the page."""
        return [[self[f"{part}_{place}"] for part in PARTS] for place in range(self.count)]

    def clean_answer_by(self):
        day = self.cleaned_data["answer_by"]
        if day and day <= timezone.localdate():
            raise ValidationError(_("The day by which the enterprise answers must be still to come."))
        return day

    def clean(self):
        given = super().clean()
        self.items = []
        for place in range(self.count):
            row = {part: given.get(f"{part}_{place}") for part in PARTS}
            if not any(row.values()):
                continue
            row["legal_basis"] = row["legal_basis"] or self.basis
            for part, sentence in (
                ("wanted", _("Say what is missing or not right.")),
                ("reason", _("Say why it is needed.")),
                ("legal_basis", _("Name the legal basis.")),
            ):
                if not row[part] and f"{part}_{place}" not in self.errors:
                    self.add_error(f"{part}_{place}", sentence)
            self.items.append(row)
        if not self.items and not self.errors:
            raise ValidationError(_("Name at least one thing that is missing."))
        return given


class FilesInput(forms.FileInput):
    """Several files of one field, as they were sent."""

    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else []


class AnswerForm(Form):
    """An answer in words to each item, and files for it; each file is taken in, or refused, by itself."""

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[str(item.public_id)] = _words(
                _("Your answer"), required=False, most=5000, initial=item.answer,
            )  # fmt: skip
            takes = endings(item.kinds_taken).replace(" ", "")
            self.fields[self.files_of(item)] = forms.Field(
                label=_("Files for item %(number)s") % {"number": item.position}, required=False,
                help_text=takes_text(item.kinds_taken, item.megabytes_taken, MOST_FILES),
                widget=FilesInput(attrs={"multiple": True, "accept": takes}),
            )  # fmt: skip
            self.fields[self.seen_of(item)] = forms.CharField(
                widget=forms.HiddenInput, required=False, max_length=5000, initial=item.answer
            )

    @staticmethod
    def files_of(item):
        return f"files-{item.position}"

    @staticmethod
    def seen_of(item):
        return f"seen-{item.position}"

    @property
    def rows(self):
        """{item: (its bound answer, its bound files)}"""
        return {item: (self[str(item.public_id)], self[self.files_of(item)]) for item in self.items}

    @property
    def answers(self):
        """{public id of an item: what was typed}"""
        return {str(item.public_id): self.cleaned_data.get(str(item.public_id), "") for item in self.items}

    @property
    def seen(self):
        """{public id of an item: the words that stood when its page was made}, as far as the page had them"""
        names = {str(item.public_id): self.seen_of(item) for item in self.items}
        return {key: self.cleaned_data[name] for key, name in names.items() if name in self.data}

    def meet_colleague(self, now, message):
        """A colleague answered meanwhile, `now` is {public id of an item: what stands}: where both wrote, both are shown and
        what was typed stays; elsewhere what stands. Sent again, it is sent against what was shown."""
        answers, seen, self.data = self.answers, self.seen, self.data.copy()
        for item in self.items:
            key = str(item.public_id)
            typed, stands = answers[key], now[key]
            before = seen.get(key, stands)
            if typed == before:
                self.data[key] = stands
            elif stands not in (before, typed):
                label = f"{item.position}. {item.wanted}"
                self.conflicts.append({"label": label, "theirs": stands or formats.NOTHING, "yours": typed})
            self.data[self.seen_of(item)] = stands
        self.add_error(None, str(message))
