"""Whether an extract says what its original says: each line word for word, what is left out marked as left out.

A line of an extract is a run of whole sentences of one line of the original, or a whole row of one of its tables. What is left
out is marked by “[…]” or “…”: between lines in a line (in a table: a row) of its own, inside a line where it is left out.
Lines above and below the content (subject, bases, addressees, signature, recipients) may stand without such marks.
"""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import Refused
from documents.composing import data_of
from documents.layout.data import cells_of
from documents.models import OutgoingPaper

LEFT_OUT = {"…", "...", "[…]", "[...]", "(…)", "(...)"}
SAID_MOST = 120  # letters of a line, in a sentence
ENDS = (".", ";", "!", "?")  # with what a sentence ends
CLOSING, AT_END = "”\"')]", ".;,:"
START = (0, 0)
NOT_COMPARED = gettext_lazy(
    "The portal does not know the text of this paper and cannot compare: whoever signs the extract compares it with the paper."
)


def text_is_known(original):
    """Whether the portal knows the words of the original: of a paper that came in it has no more than the scan."""
    return isinstance(original, OutgoingPaper)


def require_in_original(extract, original):
    """Refuse an extract that says what its original does not, naming the first such line."""
    if extract and text_is_known(original):
        _require_each_line(extract, _body_of(original), _around(original))


def stands_in(extract, original):
    try:
        require_in_original(extract, original)
    except Refused:
        return False
    return True


def _require_each_line(extract, body, around):
    state, found = _State(free=START), False
    for line in _lines_of(extract):
        if line.is_left_out:
            state = state.with_left_out(line, body)
            continue
        after = body.after(line, state)
        if around.after(line.without_dash(), _State(free=START)):
            after = after.joined(state)
        if not after:
            raise Refused(_why(line, body, around))
        state, found = after, True
    if not found:
        raise Refused(_("The extract has no line of the paper. Copy the part that is extracted."))


def _why(line, body, around):
    anywhere, words = _State(free=START), {"line": Truncator(line.text).chars(SAID_MOST)}
    if body.after(line, anywhere):
        return (
            _(
                "In the paper the line “%(line)s” does not follow the one before it. Keep the order of the paper, and mark "
                "what is left out with a line “[…]”; inside a table with a row “… | …”."
            )
            % words
        )
    if any(lines.after(line, anywhere, whole=False) for lines in (body, around)):
        return (
            _(
                "The line “%(line)s” begins or ends within a sentence of the paper. Copy the whole sentence, or mark what is "
                "left out with “[…]”."
            )
            % words
        )
    return (
        _(
            "The line “%(line)s” does not stand so in the paper. An extract gives a line of the paper, or a whole row of its "
            "table, word for word."
        )
        % words
    )


# --- lines -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    text: str
    words: tuple = ()
    cells: tuple = ()  # of a row of a table
    table: int = -1  # which table of the text it is a row of

    @property
    def is_left_out(self):
        said = [part for part in (self.cells or self.words) if part]
        return bool(said) and LEFT_OUT.issuperset(said)

    @property
    def pieces(self):
        """[(words, whether something is left out before them)]"""
        found, left_out, words = [], False, []
        for word in self.words:
            if word not in LEFT_OUT:
                words.append(word)
                continue
            if words:
                found.append((tuple(words), left_out))
            left_out, words = True, []
        return [*found, (tuple(words), left_out)]  # the last one is empty where the end is left out

    def without_dash(self):
        return self if self.cells else _Line(self.text, _words(self.text.lstrip("-–+ ")))

    def begins_at(self, place):
        return place == 0 or self.words[place - 1].rstrip(CLOSING).endswith(ENDS)

    def ends_at(self, place):
        return place == len(self.words) or self.begins_at(place)


def _words(text):
    return tuple(text.split())


def _lines_of(text):
    """The lines of a text as `documents.layout.data.blocks_from` reads it."""
    lines, tables, in_table = [], 0, False
    for typed in unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n"):
        cells = cells_of(typed)
        if cells:
            tables += not in_table
            lines.append(_Line(typed.strip(), cells=_filled(cells), table=tables))
        elif typed.strip():
            told = " ".join(typed.split()).removeprefix("# ").strip()
            lines.append(_Line(told, _words(told)))
        in_table = bool(cells)
    return lines


def _filled(cells):
    """The cells up to the last that says something: those after it are drawn the same whether they are typed or not."""
    while len(cells) > 1 and not cells[-1]:
        cells = cells[:-1]
    return tuple(cells)


@dataclass
class _State:
    """Where the next line of the extract may begin: in one of the places `exact`, or, where something is left out, anywhere from
    `free` on; a row then only in one of `tables`, where these are said."""

    exact: frozenset = frozenset()
    free: tuple | None = None
    tables: frozenset | None = None

    def __bool__(self):
        return bool(self.exact) or self.free is not None

    def joined(self, other):
        frees = [each for each in (self.free, other.free) if each is not None]
        tables = [each.tables for each in (self, other) if each.free is not None]
        return _State(
            self.exact | other.exact,
            min(frees, default=None),
            frozenset().union(*tables) if tables and None not in tables else None,
        )

    @property
    def first(self):
        return min([*self.exact, *([] if self.free is None else [self.free])])

    def with_left_out(self, line, body):
        tables = None
        if line.cells:
            before = {body.lines[row - 1].table for row, place in self.exact if row and not place}
            tables = frozenset(before) - {-1} or self.tables
        return _State(free=self.first, tables=tables)


@dataclass
class _Lines:
    lines: list
    by_word: dict = field(default_factory=lambda: defaultdict(list))
    by_cells: dict = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self):
        for row, line in enumerate(self.lines):
            if line.cells:
                self.by_cells[line.cells].append((row, 0))
            for place, word in enumerate(line.words):
                self.by_word[word.rstrip(AT_END)].append((row, place))

    def after(self, line, state, *, whole=True):
        """Where an extract may go on after this line; nowhere where the line does not stand at a place that `state` allows."""
        if line.cells:
            return self._after_row(line, state)
        pieces = line.pieces
        ends, open_end = None, not pieces[-1][0]
        for words, left_out in pieces[:-1] if open_end else pieces:
            if ends is not None:
                allowed = _within(ends)
            elif left_out:
                allowed = _from(state.first)
            else:
                allowed = _allowed(state)
            starts = [
                (row, place)
                for row, place in self._candidates(words, state if ends is None and not left_out else None)
                if allowed(row, place)
                and self._says(row, place, words)
                and (left_out or not whole or self.lines[row].begins_at(place))
            ]
            ends = {(row, place + len(words)) for row, place in starts}
        if whole and not open_end:
            ends = {(row, place) for row, place in ends if self.lines[row].ends_at(place)}
        if not ends:
            return _State()
        on = frozenset((row + 1, 0) if place == len(self.lines[row].words) else (row, place) for row, place in ends)
        return _State(free=min(on)) if open_end else _State(exact=on)

    def _after_row(self, line, state):
        found = set()
        for row, place in self.by_cells.get(line.cells, ()):
            freely = state.free is not None and (row, place) >= state.free
            if (row, place) in state.exact or (
                freely and (state.tables is None or self.lines[row].table in state.tables)
            ):
                found.add((row + 1, 0))
        return _State(exact=frozenset(found))

    def _candidates(self, words, state):
        if state is not None and state.free is None:
            return state.exact
        return self.by_word.get(words[0].rstrip(AT_END), ())

    def _says(self, row, place, words):
        """Whether these words stand there; with what sign the last of them ends does not matter."""
        if row >= len(self.lines):
            return False
        there = self.lines[row].words[place : place + len(words)]
        return (
            len(there) == len(words)
            and there[:-1] == words[:-1]
            and there[-1].rstrip(AT_END) == words[-1].rstrip(AT_END)
        )


def _allowed(state):
    return lambda row, place: (row, place) in state.exact or (state.free is not None and (row, place) >= state.free)


def _from(first):
    return lambda row, place: (row, place) >= first


def _within(ends):
    return lambda row, place: any(row == ended and place >= after for ended, after in ends)


# --- the original ------------------------------------------------------------------------------


def _body_of(paper):
    return _Lines(_lines_of(paper.body))


def _around(paper):
    """What stands above and below the content of an issued paper."""
    data = data_of(paper, now=paper.issued_at, mark="")
    lines = [
        *data.superior.splitlines(),
        *data.issuer.splitlines(),
        f"Số: {paper.number.symbol}",
        f"{data.place}, ngày {data.day_words[0]} tháng {data.day_words[1]} năm {data.year_words}",
        data.heading,
        paper.subject,
        data.subject,
        f"V/v {paper.subject}",
        data.body_of_authority,
        *data.bases,
        *data.addressees,
        f"Kính gửi: {'; '.join(data.addressees)}",
        *data.signature.lines,
        data.signature.name,
        *data.recipients,
    ]
    told = (" ".join(unicodedata.normalize("NFC", line).split()).lstrip("-–+ ") for line in lines)
    return _Lines([_Line(line, _words(line)) for line in told if line])
