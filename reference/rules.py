"""The shape of each rule's value: what its parts are called, so that people read and edit words instead of JSON.

A room whose code reads a rule says in its `rules.py`: shape("turns", [Choice("once", _("…"), {...}), Flag("…", _("…"))]).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django import forms
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

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
