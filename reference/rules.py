"""The shape of each rule's value: what its parts are called, so that people read and edit words instead of JSON.

A room whose code reads a rule says in its `rules.py`: shape("turns", [Choice("once", _("…"), {...}), Flag("…", _("…"))]).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django import forms
from django.core.exceptions import ValidationError
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reference.models import Agency
from screens import formats
from screens.forms import NumberField


@dataclass(frozen=True)
class Whole:
    """A whole number with its unit."""

    name: str
    label: str
    unit: str = ""
    least: int = 0
    most: int = 10**15

    def field(self):
        return NumberField(label=self.label, unit=self.unit, min_value=self.least, max_value=self.most)

    def text(self, value):
        return f"{formats.number(value)} {self.unit}".strip()


@dataclass(frozen=True)
class Choice:
    """One of several values, each with its words."""

    name: str
    label: str
    choices: dict

    def field(self):
        return forms.ChoiceField(label=self.label, choices=list(self.choices.items()), widget=forms.RadioSelect)

    def text(self, value):
        return str(self.choices.get(value, value))


@dataclass(frozen=True)
class Several:
    """Any number of values, each with its words; `choices` may be a function that reads them from the database."""

    name: str
    label: str
    choices: dict | Callable

    def field(self):
        return forms.MultipleChoiceField(
            label=self.label,
            choices=list(self.words().items()),
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )

    def words(self):
        return self.choices() if callable(self.choices) else self.choices

    def text(self, value):
        words = self.words()
        return ", ".join(str(words.get(item, item)) for item in value) or str(_("none"))


@dataclass(frozen=True)
class Word:
    """A short text, such as the number of a form."""

    name: str
    label: str

    def field(self):
        return forms.CharField(label=self.label, max_length=200)

    def text(self, value):
        return str(value)


@dataclass(frozen=True)
class Rows:
    """A list of rows, each with a code of its own; typed one row a line, the columns parted by “|”.

    Each row has `label_vi` and `label_en`. `row_text(row)` says a row beside its label; `check(row)` refuses a row whose parts do not go together.
    """

    name: str
    label: str
    columns: tuple
    row_text: Callable = field(default=lambda row: "")
    check: Callable = field(default=lambda row: None)

    def field(self):
        return RowsField(label=self.label, rows=self)

    def lines(self, value):
        """[(label, text)] in the reader's language: a line for each row that has a text, else all in one."""
        english = (get_language() or "vi").startswith("en")
        labels = [(row["label_en"] if english else "") or row["label_vi"] for row in value]
        texts = [str(self.row_text(row)) for row in value]
        if not any(texts):
            return [(self.label, "; ".join(labels))]
        return list(zip(labels, texts, strict=True))

    def text(self, value):
        return "; ".join(f"{label}: {text}" for label, text in self.lines(value))

    def holds(self, value):
        """Whether `value` is a list of such rows."""
        names = {column.name for column in self.columns}
        return isinstance(value, list) and all(isinstance(row, dict) and set(row) == names for row in value)


class RowsField(forms.CharField):
    """Text with a row on each line; kept as a list of dicts, every part checked as its column says."""

    widget = forms.Textarea

    def __init__(self, *, rows, **kwargs):
        self.rows = rows
        heads = " | ".join(str(column.label) for column in rows.columns)
        hint = _("One row a line, parted by “|”: %(columns)s") % {"columns": heads}
        super().__init__(help_text=hint, widget=forms.Textarea(attrs={"rows": 12}), **kwargs)

    def prepare_value(self, value):
        if not isinstance(value, list):
            return value
        return "\n".join(" | ".join(str(row[column.name]) for column in self.rows.columns) for row in value)

    def to_python(self, value):
        if isinstance(value, list):
            value = self.prepare_value(value)
        lines = [line for line in super().to_python(value).splitlines() if line.strip()]
        rows = [self._row(number, line) for number, line in enumerate(lines, start=1)]
        codes = [row["code"] for row in rows]
        for code in codes:
            if codes.count(code) > 1:
                raise ValidationError(_("The code %(code)s stands in two rows.") % {"code": code}, code="twice")
        return rows

    def _row(self, number, line):
        parts, columns = [part.strip() for part in line.split("|")], self.rows.columns
        if len(parts) != len(columns):
            raise ValidationError(
                _("Row %(number)s has %(found)s parts instead of %(wanted)s. Part them by “|”.")
                % {"number": number, "found": len(parts), "wanted": len(columns)},
                code="parts",
            )
        row = {}
        for column, part in zip(columns, parts, strict=True):
            try:
                row[column.name] = column.field().clean(part)
            except ValidationError as error:
                raise ValidationError(
                    _("Row %(number)s, %(column)s: %(error)s")
                    % {"number": number, "column": column.label, "error": " ".join(error.messages)},
                    code="part",
                ) from None
        try:
            self.rows.check(row)
        except ValidationError as error:
            raise ValidationError(
                _("Row %(number)s: %(error)s") % {"number": number, "error": " ".join(error.messages)}, code="row"
            ) from None
        return row


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    name: str
    label: str

    def field(self):
        return forms.BooleanField(label=self.label, required=False)

    def text(self, value):
        return formats.yes_no(value)


_shapes: dict[str, list] = {}


def shape(code, parts):
    """Say what the value of the rule `code` is made of; a single part named "" is the whole value."""
    _shapes[code] = list(parts)


@cache
def _all_shapes():
    autodiscover_modules("rules")
    return _shapes


def shape_of(code):
    """The parts of the rule `code`, or nothing where no room told them."""
    return _all_shapes().get(code, [])


def parts_of(code, value):
    """[(label, text)] of a rule's value."""
    parts = shape_of(code)
    if len(parts) == 1 and not parts[0].name:
        if isinstance(parts[0], Rows):
            return parts[0].lines(value)
        return [(parts[0].label, parts[0].text(value))]
    known = {part.name: part for part in parts}
    if not isinstance(value, dict):
        return [(_("Value"), str(value))]
    return [
        (known[name].label, known[name].text(item)) if name in known else (name, str(item))
        for name, item in value.items()
    ]


def value_text(value):
    """A rule's value in one line, as a history shows it."""
    if isinstance(value, list):
        whole = [parts[0] for parts in _all_shapes().values() if len(parts) == 1 and isinstance(parts[0], Rows)]
        return next((rows.text(value) for rows in whole if rows.holds(value)), str(value))
    if not isinstance(value, dict):
        return str(value)
    known = {part.name: part for parts in _all_shapes().values() for part in parts if part.name}
    said = [
        f"{known[name].label}: {known[name].text(item)}" if name in known else f"{name}: {item}"
        for name, item in value.items()
    ]
    return "; ".join(said)


shape("jump_factor", [Whole("", _("Warn when a figure changed by more than"), _("times"), least=2, most=1000)])
shape(
    "kpi_caps",
    [Whole("last_verified_year_percent", _("At most this part of the last confirmed year"), "%", least=100, most=1000)],
)


# --- money of the budget -----------------------------------------------------------------------


def day_of_year(row):
    """31/01 (of the year after): when a step of the budget's calendar falls."""
    day = f"{row['day']:02d}/{row['month']:02d}"
    return _("%(day)s of the year after") % {"day": day} if row["year_offset"] else day


def _is_a_day(row):
    try:
        date(2023, row["month"], row["day"])  # no leap year: the day must exist in every year
    except ValueError:
        raise ValidationError(_("There is no such day in every year."), code="day") from None


def agencies():
    """The agencies as they are called now, by their codes."""
    return {agency.code: agency.name for agency in Agency.objects.order_by("sort_key", "valid_from")}


CODED = (Word("code", _("code")), Word("label_vi", _("Vietnamese")), Word("label_en", _("English")))

shape(
    "budget_approval_thresholds",
    [Whole("deputy_director", _("A deputy director approves alone at most"), _("đồng"))],
)
shape(
    "budget_advance_ceiling",
    [Whole("percent", _("An advance is at most this part of the commitment"), "%", most=100)],
)
shape(
    "budget_saving",
    [Whole("percent", _("Of the recurrent estimate assigned in the year, withheld as saving"), "%", most=100)],
)
shape(
    "budget_calendar",
    [
        Rows(
            "",
            _("Days of the year's end"),
            (
                *CODED,
                Whole("year_offset", _("years later (0 or 1)"), most=1),
                Whole("month", _("month"), least=1, most=12),
                Whole("day", _("day"), least=1, most=31),
            ),
            row_text=day_of_year,
            check=_is_a_day,
        )
    ],
)
shape("carry_over_grounds", [Rows("", _("Grounds for carrying over"), CODED)])
shape(
    "plan_consultation",
    [
        Several("required_agencies", _("Whose opinion is required"), agencies),
        Choice(
            "silence",
            _("No answer by the deadline"),
            {"no_reply": _("is recorded as no written reply"), "agrees": _("counts as agreement")},
        ),
    ],
)
shape(
    "plan_overlap",
    [Whole("percent", _("Point out two tasks that share at least this part of their words"), "%", least=1, most=100)],
)
