"""Reading spreadsheets that come in: what columns a table has, and its rows from the limited reader."""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from audit.refusals import Refused
from documents.folding import fold
from documents.headings import bare
from documents.limited import ReaderFailed, ReaderRefused, ask_reader
from documents.reasons import FILES, sentence
from documents.store import opened, path_of, usable

UNITS = {
    "vnd": {"dong": 0, "nghin": 3, "trieu": 6, "ty": 9},
    "usd": {"usd": 2, "nghin": 5, "trieu": 8},
}
UNIT_NAMES = {
    "vnd": {
        0: _("đồng"),
        3: _("thousand đồng"),
        6: _("million đồng"),
        9: _("billion đồng"),
        12: _("thousand billion đồng"),
    },
    "usd": {2: _("USD"), 5: _("thousand USD"), 8: _("million USD"), 11: _("billion USD")},
}
TYPES = ("text", "tax_code", "vnd", "usd", "whole", "decimal", "date", "year", "choice")


def in_every_language(text):
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield str(text)


@dataclass(frozen=True)
class Column:
    """A column that a table may have. `aliases` are its headings as offices write them.

    `choices` maps a code to (label, words); `most` is the longest text or the largest amount in smallest units.
    """

    key: str
    title: str | Promise
    type: str = "text"
    aliases: tuple = ()
    required: bool = False
    most: int | None = None
    places: int = 2
    choices: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.type not in TYPES:
            raise ValueError(f"Column {self.key}: there is no type {self.type}.")

    def order(self):
        """What the reader is told about the column."""
        names = [*self.aliases, *in_every_language(self.title), self.key.replace("_", " ")]
        order = {
            "key": self.key,
            "title": str(self.title),
            "type": self.type,
            "aliases": sorted({name for alias in names for name in (bare(alias) or fold(alias),) if name}),
            "required": self.required,
        }
        if self.most is not None:
            order["most"] = self.most
        if self.type == "decimal":
            order["places"] = self.places
        if self.type == "choice":
            order["words"] = {
                fold(word): code
                for code, (label, words) in self.choices.items()
                for word in (*words, *in_every_language(label), code)
            }
            order["shown"] = [str(label) for label, _words in self.choices.values()]
        return order


@dataclass(frozen=True)
class Basis:
    """A fact of a whole file, such as the prices used; `choices` maps a code to (label, words that state it).

    {year} and {next} in the words are the year that the file is imported for, and the one after it.
    """

    key: str
    title: str | Promise
    choices: dict
    default: str | None = None

    def statement(self, code):
        """The line above a table that states a choice, as the reader reads it back."""
        return f"{self.title}: {self.choices[code][0]}"

    def order(self, year=None):
        years = {"year": year, "next": year and year + 1}
        return {
            "key": self.key,
            "default": self.default,
            "words": {
                code: [fold(word.format(**years)) for word in words] for code, (_label, words) in self.choices.items()
            },
            "titles": sorted({fold(title) for title in in_every_language(self.title)}),
            "stated": {
                fold(word): code
                for code, (label, words) in self.choices.items()
                for word in (*words, *in_every_language(label))
            },
        }


def read_table(stored, columns, *, key, options=None, bases=(), year=None, originals=False):
    """What the limited reader answers: {"heading": …}, {"chunk": …} again and again, {"end": …}.

    With `originals` it asks {"asking": "originals"} before the end: send it row numbers to get {"original": [number,
    cells]}. Raises ReaderRefused or ReaderFailed when the file cannot be read.
    """
    if not usable(stored):
        raise Refused(gettext("The file has not been scanned for viruses yet. Try again in a few minutes."))
    opened(path_of(stored.sha256)).close()  # said in words where it is missing
    order = {
        "do": "table",
        "format": stored.format,
        "path": str(path_of(stored.sha256)),
        "odd": stored.facts.get("odd", {}),
        "most_rows": settings.IMPORT_MOST_ROWS,
        "key": key,
        "columns": [column.order() for column in columns],
        "bases": [basis.order(year) for basis in bases],
        "options": options or {},
        "originals": originals,
    }
    return ask_reader(order)


def read_rows(stored, columns, *, key, options=None):
    """All rows of a small table at once: (list of dicts, list of (row, column letter, sentence), heading)."""
    rows, bad, heading = [], [], {}
    try:
        for answer in read_table(stored, columns, key=key, options=options):
            heading = answer.get("heading", heading)
            chunk = answer.get("chunk")
            if chunk and chunk["numbers"]:
                rows += [
                    dict(zip(heading["columns"], values, strict=True)) for values in zip(*chunk["vectors"], strict=True)
                ]
            for number, problems in chunk["bad"] if chunk else ():
                bad += [(number, letter, sentence(code, given)) for _key, letter, code, given in problems]
    except ReaderRefused as refusal:
        raise Refused(sentence(refusal.code, refusal.arguments)) from refusal
    except ReaderFailed as failure:
        raise Refused(sentence(FILES["unreadable"], {})) from failure
    return rows, bad, heading
