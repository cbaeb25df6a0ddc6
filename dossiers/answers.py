"""Answers of a dossier: between the form of its version, what is kept, and what people read.

Kept as {code of a field: text, whole number, or day as 2026-11-27}: never a float. What was typed into a draft and does
not pass yet is kept beside it as it was typed.
"""

import hashlib
import json
from datetime import date, datetime
from types import SimpleNamespace

from django import forms
from django.utils.translation import gettext as _

from audit.events import canonical
from dossiers.lodging import LodgingForm, ShownField, components_of, fact_of, form_class_of
from dossiers.models import FormField
from screens import formats
from screens.text import with_one_end

MOST_TYPED = 20_000
PICKED = (FormField.Kind.CHOICE, FormField.Kind.YES_NO)
DAYS = (FormField.Kind.DATE, FormField.Kind.PAST_DATE)
Kind = FormField.Kind


class DraftForm(LodgingForm):
    """The form of a draft: what is still missing is no fault yet, what is wrong is told and kept as typed.

    `version` is the draft's when the form was opened, `as_seen` has the marks of what stood in its fields then, the operation
    key names the window it stands in.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    as_seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def full_clean(self):
        super().full_clean()
        for name in list(self._errors):
            if name in self.fields and all(error.code == "required" for error in self._errors[name].as_data()):
                del self._errors[name]

    @property
    def asked(self):
        """Names of the fields of the procedure, without those that every form has."""
        return [name for name in self.fields if name not in ("version", "as_seen", "operation_key")]

    @property
    def kept(self):
        """{code: answer as kept} of what passed."""
        return {
            name: as_kept(value)
            for name, value in self.answers.items()
            if name in self.asked and value not in (None, "")
        }

    @property
    def not_right(self):
        """{code: text as typed} of what did not pass."""
        wrong = {}
        for name, field in self.fields.items():
            if (
                name in self.errors
                and name in self.asked
                and not hasattr(field, "choices")
                and not isinstance(field, ShownField)
            ):
                typed = str(self[name].data or "")
                if len(typed) <= MOST_TYPED:
                    wrong[name] = typed
        return wrong

    @property
    def too_long(self):
        """Labels of what is longer than a draft keeps."""
        return [str(self[name].label) for name in self.asked if len(str(self[name].data or "")) > MOST_TYPED]

    @property
    def sent(self):
        """Names of the fields that came with something to be read: what did not come, nobody emptied."""
        return [
            name
            for name in self.asked
            if name in self.data
            and not isinstance(self.fields[name], ShownField)
            and not (hasattr(self.fields[name], "choices") and name in self.errors)
        ]

    @property
    def seen(self):
        """{code: mark} of what stood in the fields when the page was made; None where the page does not say."""
        return marks_sent(self.cleaned_data.get("as_seen"))

    @property
    def shows(self):
        """{code: mark} of what stands in the fields of the page that was sent."""
        return marks_of(written(self.kept, self.not_right))

    def taken_over(self, draft):
        """[labels of the fields in which `draft` has what a colleague wrote, not what the page shows]"""
        shows, stands = self.shows, marks_of(written(draft.answers, draft.typed))
        return [str(self[name].label) for name in self.asked if shows.get(name) != stands.get(name)]

    def meet_colleague(self, draft, fields, message):
        """A colleague saved meanwhile, `draft` is what stands: where both wrote, both are shown and what was typed stays;
        elsewhere what one of the two changed. Sent again, it is sent against what was shown."""
        answers, typed, both = merged(draft, self.kept, self.not_right, self.seen or {}, self.sent)
        yours = SimpleNamespace(answers=self.kept, typed=self.not_right)
        for field in fields:
            if field.code in both:
                theirs, own = (as_read(field, each) or formats.NOTHING for each in (draft, yours))
                self.conflicts.append({"label": field.name, "theirs": theirs, "yours": own})
        self._show(SimpleNamespace(answers=answers, typed=typed), fields, but=both)
        self._go_on_from(draft)
        self.full_clean()
        self.add_error(None, str(message))

    def show_saved(self, draft, fields):
        """The page of what was saved with something that is not right yet."""
        self._show(draft, fields)
        self._go_on_from(draft)
        self.full_clean()

    def _show(self, stands, fields, but=()):
        """Let the fields show what stands where that is not what was sent."""
        shows, marks = self.shows, marks_of(written(stands.answers, stands.typed))
        starts, self.data = initial_of(stands, fields), self.data.copy()
        for field in fields:
            if field.code not in but and marks.get(field.code) != shows.get(field.code):
                self.data[field.code] = self.fields[field.code].prepare_value(starts.get(field.code, ""))

    def _go_on_from(self, draft):
        self.data["version"] = str(draft.version)
        self.data["as_seen"] = json.dumps(marks_of(written(draft.answers, draft.typed)))


def draft_form_class(version, enterprise):
    made = form_class_of(version, enterprise)
    return type("DraftOfLodging", (DraftForm, made), {})


def as_kept(value):
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


def from_kept(field, value):
    """The answer as its form field gives and takes it; None where it is none of this field."""
    if field.kind in DAYS:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            return None
    if field.kind in (Kind.NUMBER, Kind.MONEY):
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if field.kind in PICKED:
        return value if value in field.answers else None
    return value if isinstance(value, str) else None


def initial_of(dossier, fields):
    """{code: what its field starts with}: the answers, and what was typed and is not right yet."""
    found = {}
    for field in fields:
        value = from_kept(field, dossier.answers.get(field.code))
        if field.code in dossier.typed:
            value = dossier.typed[field.code]
        if value is not None and field.kind != Kind.ENTERPRISE:
            found[field.code] = value
    return found


def written(answers, typed):
    """{code: what stands in its field, whether it is right or not}"""
    return {**answers, **typed}


def mark_of(value):
    """A short mark by which two values are known to be the same; line ends and blanks around a text make no difference."""
    if isinstance(value, str):
        value = with_one_end(value).strip()
    return "" if value in (None, "") else hashlib.sha256(canonical([value]).encode()).hexdigest()[:16]


def marks_of(values):
    """{code: mark} of what is not empty."""
    return {code: mark for code, value in values.items() if (mark := mark_of(value))}


def marks_sent(text):
    """The marks that a page sent back; None where it has none."""
    try:
        marks = json.loads(text or "")
    except ValueError:
        return None
    return marks if isinstance(marks, dict) else None


def marks_shown(dossier, fields):
    """{code: mark} of what the fields of a form start with."""
    return marks_of({code: as_kept(value) for code, value in initial_of(dossier, fields).items()})


def merged(draft, kept, not_right, seen, sent):
    """(answers, typed, [codes that both changed]): what somebody typed into the fields `sent` of a page that showed `seen`, on
    what stands in the draft. What one of the two changed is taken as it is; where both did, what stands stays."""
    stands, yours = marks_of(written(draft.answers, draft.typed)), marks_of(written(kept, not_right))
    answers, typed, both = dict(draft.answers), dict(draft.typed), []
    for code in sent:
        before, now, mine = (marks.get(code, "") for marks in (seen, stands, yours))
        if mine in (before, now):
            continue
        if now != before:
            both.append(code)
            continue
        for standing, own in ((answers, kept), (typed, not_right)):
            standing.pop(code, None)
            if code in own:
                standing[code] = own[code]
    return answers, typed, both


def as_read(field, dossier):
    """What stands in a field, as it is read: what is not right as it was typed."""
    return dossier.typed.get(field.code) or in_words(field, dossier.answers.get(field.code))


def in_words(field, value):
    """An answer as it is read."""
    value = from_kept(field, value)
    if value is None or value == "":
        return ""
    if field.kind in DAYS:
        return formats.vn_date(value)
    if field.kind == Kind.MONEY:
        return formats.money(value)
    if field.kind == Kind.NUMBER:
        return formats.number(value)
    return str(field.answers[value]) if field.kind in PICKED else value


def facts_now(fields, enterprise):
    """{code: text} of what the Department knows and the form shows."""
    return {field.code: fact_of(enterprise, field.fact) for field in fields if field.kind == Kind.ENTERPRISE}


def fitting(answers, fields):
    """{code: answer} of `answers` that these fields take."""
    return {
        field.code: answers[field.code]
        for field in fields
        if field.kind != Kind.ENTERPRISE and from_kept(field, answers.get(field.code)) is not None
    }


def lines_of(dossier, fields):
    """[(field, text, what was typed and is not right)] in the order of the form; a lodged dossier shows its own facts."""
    facts = dossier.facts if dossier.submitted_at else facts_now(fields, dossier.enterprise)
    lines = []
    for field in fields:
        if field.kind == Kind.ENTERPRISE:
            lines.append((field, facts.get(field.code, ""), ""))
        else:
            lines.append((field, in_words(field, dossier.answers.get(field.code)), dossier.typed.get(field.code, "")))
    return lines


class Missing:
    """Something that keeps a draft from being lodged: `part` is "field" or "component", `code` names it."""

    def __init__(self, part, code, sentence):
        self.part, self.code, self.sentence = part, code, sentence

    def __str__(self):
        return self.sentence


def missing_of(dossier, fields, files):
    """[Missing] of a draft, in the order of its form and its components; `files` are those that stand."""
    found = []
    for field in fields:
        if field.kind == Kind.ENTERPRISE:
            continue
        named = {"name": field.name}
        if field.code in dossier.typed:
            found.append(Missing("field", field.code, _("“%(name)s” is not filled in rightly yet.") % named))
        elif field.required and dossier.answers.get(field.code) in (None, ""):
            found.append(Missing("field", field.code, _("“%(name)s” is not filled in yet.") % named))
    there = {file.component_id for file in files}
    components = components_of(dossier.procedure_version, dossier.answers)
    if dossier.is_paper and components and not files:
        sentence = _(
            "The dossier came on paper: scan it and attach it, so that whoever handles it reads what was signed."
        )
        found.append(Missing("component", components[0][0].code, sentence))
    for component, required in components:
        if required and component.pk not in there:
            sentence = _("The component “%(name)s” has no file yet.") % {"name": component.name}
            found.append(Missing("component", component.code, sentence))
    for file in files:
        if file.file.scan == file.file.Scan.FOUND:
            sentence = _("Something harmful was found in the file %(name)s. Take it away and attach another.")
            found.append(Missing("component", file.component.code, sentence % {"name": file.file.original_name}))
    return found
