"""Imports of spreadsheets: what a room writes to take in its own kind of rows.

A room subclasses ImportKind in its `imports.py` and registers it. The framework reads, checks, shows, applies and
undoes; the kind knows its columns, what makes a row right, and how rows become things.
"""

import json
import zlib
from itertools import compress

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import autodiscover_modules

from documents.spreadsheets import Basis, Column

__all__ = ["Basis", "Chunk", "Column", "ImportKind", "kinds", "register", "require_nothing_rests_on", "rests_on"]

STAGED_TYPES = ("bigint", "text", "date", "uuid", "boolean", "numeric")

_kinds = {}
_resting = {}  # code of a kind -> what rooms above it ask before an undo


def register(kind):
    """Make an ImportKind known, once for each code."""
    if kind.code in _kinds and type(_kinds[kind.code]).__qualname__ != kind.__qualname__:
        raise ImproperlyConfigured(f"Two kinds of import are called {kind.code}.")
    wrong = set(kind.staged.values()) - set(STAGED_TYPES)
    if wrong:
        raise ImproperlyConfigured(f"Import {kind.code}: no staged type {wrong}.")
    _kinds[kind.code] = kind()
    return kind


def kinds():
    """{code: kind} of the whole house."""
    autodiscover_modules("imports")
    return _kinds


def rests_on(code, check):
    """A room above builds on imports of a kind: `check(import_)` raises Refused naming what rests on this one."""
    _resting.setdefault(code, []).append(check)


def require_nothing_rests_on(import_, kind):
    """Raise Refused naming what the import's own room, or a room above it, built on it."""
    kind.require_undoable(import_)
    for check in _resting.get(kind.code, ()):
        check(import_)


class ImportKind:
    """A kind of rows that can be imported. See the attributes and the four verbs below."""

    code = ""
    title = ""
    action = None  # who may upload, apply and undo
    asks_year = False
    whole_year = False  # its amounts are of whole years: of the one that is asked for, or of each row's
    key = ""
    columns: tuple | list = ()
    bases: tuple | list = ()
    example: dict = {}
    template_units = {"vnd": "trieu", "usd": "nghin"}
    notes: tuple | list = ()
    staged: dict = {}
    count_labels: dict = {}
    tallies: dict = {}  # what `check` counts beside the good and the bad rows: {key: label}

    def check_year(self, year, *, now):
        """Raise Refused when nothing of this kind can be of the year; asked before the file is taken."""

    def prepare(self, import_, *, now):
        """Load once what `check` needs; called when units and bases of the file are known."""
        return {}

    def check(self, chunk, context):
        """Refuse or flag rows of the chunk and add computed columns."""

    def check_doubtful(self, chunk, context):
        """Say what else is wrong with rows of which a cell could not be read; such cells are None, the row is bad anyway.

        Only what such a cell cannot explain is said, and nothing of the row is remembered.
        """

    def remarks(self, totals, context):
        """[(message, arguments)] that the person is told of the file as a whole before it is taken.

        `totals` are the rows in which the file itself adds up: [[row number, {column key: amount}]].
        """
        return []

    def still_holds(self, staged, import_):
        """Whether what `check` knew of the portal is still so; if not, the file is checked again before it is applied."""
        return True

    def apply(self, staged, import_, *, by, now):
        """Turn the staged rows into things, in the running transaction; returns counts."""
        raise NotImplementedError

    def require_undoable(self, import_):
        """Raise Refused naming what the kind's own room built on the import."""

    def undo(self, import_, *, by, now):
        """Take back everything that the import made; `require_undoable` was asked in the same transaction."""
        raise NotImplementedError

    def permitted(self, key, today):
        """{code: name} of what a column of words may hold by the reference data in force, where there are such."""
        return {}

    def result_url(self, import_):
        """Where the imported things are seen."""
        return ""

    def column(self, key):
        return next(column for column in self.columns if column.key == key)


class Chunk:
    """Some thousand rows that the reader found in order, column by column."""

    def __init__(self, numbers, columns):
        self.numbers = numbers
        self._columns = columns
        self.refused = {}  # position -> [(column key, message, arguments)]
        self.flags = []  # (position, column key, message, arguments)
        self.tallied = {}  # key of a tally -> positions

    def __len__(self):
        return len(self.numbers)

    def __getitem__(self, key):
        values = self._columns.get(key)
        if values is None:
            values = self._columns[key] = [None] * len(self.numbers)
        return values

    def has(self, key):
        """Whether the file has this column."""
        return key in self._columns

    def add(self, key, values):
        """Put a computed column beside the others, for `staged`."""
        values = list(values)
        if len(values) != len(self.numbers):
            raise ValueError(f"{key}: {len(values)} values for {len(self.numbers)} rows.")
        self._columns[key] = values

    def refuse(self, at, key, message, **arguments):
        """Row `at` is wrong in column `key`; `message` is an English sentence marked with gettext_noop."""
        self.refused.setdefault(at, []).append((key, message, arguments))

    def flag(self, at, key, message, **arguments):
        """Row `at` is taken, but somebody should look at it."""
        self.flags.append((at, key, message, arguments))

    def tally(self, at, key):
        """Row `at` counts in one of the kind's `tallies`, if it is taken."""
        self.tallied.setdefault(key, []).append(at)

    def good(self, keys):
        """(row numbers, one list per key) of the rows that stand."""
        if not self.refused:
            return list(self.numbers), [self[key] for key in keys]
        keep = [True] * len(self.numbers)
        for at in self.refused:
            keep[at] = False
        return list(compress(self.numbers, keep)), [list(compress(self[key], keep)) for key in keys]


def pack(value):
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode(), 1)


def unpack(data):
    return json.loads(zlib.decompress(bytes(data)))
