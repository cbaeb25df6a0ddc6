"""What stands on an official paper, as plain data: the one object that the PDF and the Word file are both made from.

The nine components of Decree 30/2020/NĐ-CP, in their order: (1) national title and motto, which the layouts know;
(2) `superior` and `issuer`; (3) `symbol` and `number`; (4) `place` and `dated_on`; (5) `heading` and `subject`;
(6) `bases`, `addressees` and `blocks`; (7) `signature`; (8) the agency's own signature, which is laid over (7);
(9) `recipients`.

Whoever makes a paper fills a `Paper` and gives it to `documents.layout.drawing.paper_as_pdf` or
`documents.layout.word.paper_as_docx`; nothing else is needed. Text is data: no sign in it means anything to a layout.
"""

import re
from dataclasses import asdict, dataclass, field
from datetime import date

import qrcode

LAYOUTS = ("named", "letter", "decision", "form")


@dataclass(frozen=True)
class Block:
    """A part of the content. `kind` is one of

    - "text": a paragraph, `text`;
    - "heading": a line in bold, `text`;
    - "article": a paragraph whose beginning `label` (Điều 1.) is bold, then `text`;
    - "signatures": parties who sign side by side, `rows` of (title, what is asked under it, name);
    - "table": `columns` [(title, alignment: left | center | right, weight of its width)] and `rows` of texts.
    """

    kind: str
    text: str = ""
    label: str = ""
    columns: tuple = ()
    rows: tuple = ()


@dataclass(frozen=True)
class Signature:
    """Who signs: the lines above the name (KT. GIÁM ĐỐC, PHÓ GIÁM ĐỐC), what is asked under them, and the name."""

    lines: tuple = ()
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Paper:
    """An official paper.

    `layout`: "named" (its kind as a heading: BÁO CÁO), "letter" (công văn: V/v under the number), "decision" (bases,
    then QUYẾT ĐỊNH:) or "form" (a form of a dossier: number and date are known and leave no place). `superior` and `issuer`
    may have several lines. `symbol` is what stands before and after the number; a `number` or `dated_on` that is not known
    yet leaves its place empty, to be filled in later. `body_of_authority` stands above the bases of a decision. `form_number` (Mẫu số 01) stands at the top right of the dossiers' forms. `mark` (DỰ THẢO)
    stands under the number of what is not signed yet. `code` is drawn as a QR code beside the recipients. `made_on` is the day that
    the PDF names as its own: the same paper of the same day is the same file.
    """

    layout: str
    superior: str
    issuer: str
    symbol: tuple
    subject: str
    heading: str = ""
    number: str = ""
    place: str = "Hà Nội"
    dated_on: date | None = None
    year: int | None = None
    body_of_authority: str = ""
    bases: tuple = ()
    addressees: tuple = ()
    blocks: tuple = ()
    signature: Signature = field(default_factory=Signature)
    recipients: tuple = ()
    form_number: str = ""
    mark: str = ""
    code: str = ""
    made_on: date | None = None

    @property
    def title(self):
        """How the paper is called in lists and in the properties of its files."""
        subject = self.subject[:1].upper() + self.subject[1:]
        return " – ".join(part for part in (self.heading.capitalize(), subject) if part)

    @property
    def day_words(self):
        """(day, month) as they are written: a zero before days below 10 and before months 1 and 2."""
        if self.dated_on is None:
            return "", ""
        month = self.dated_on.month
        return f"{self.dated_on.day:02d}", f"{month:02d}" if month < 3 else str(month)

    @property
    def year_words(self):
        return str(self.dated_on.year if self.dated_on else self.year or "")

    def as_data(self):
        """The paper as plain values for a layout in another language."""
        day, month = self.day_words
        made_on = self.made_on or self.dated_on or date(self.year or 2000, 1, 1)
        plain = asdict(self) | {
            "dated_on": None,
            "made_on": [made_on.year, made_on.month, made_on.day],
            "day": day,
            "month": month,
            "year": self.year_words,
            "title": self.title,
            "superior": lines_of(self.superior),
            "issuer": lines_of(self.issuer),
            "bases": with_ends(self.bases),
            "addressees": with_ends(self.addressees) if len(self.addressees) > 1 else self.addressees,
            "recipients": with_ends(self.recipients),
            "qr": qr_modules(self.code),
        }
        return plain


@dataclass(frozen=True)
class Copy:
    """What stands under a copy of a paper: `heading` is the form of the copy (SAO Y, TRÍCH SAO, SAO LỤC), `original` names the
    paper that was copied, `blocks` are the part of it that was, where only a part was. The rest is as in `Paper`."""

    superior: str
    issuer: str
    symbol: tuple
    heading: str
    original: str
    year: int
    made_on: date
    number: str = ""
    place: str = "Hà Nội"
    blocks: tuple = ()
    signature: Signature = field(default_factory=Signature)
    recipients: tuple = ()

    def as_data(self):
        plain = asdict(self)
        return plain | {
            "parts": plain["blocks"],
            "made_on": [self.made_on.year, self.made_on.month, self.made_on.day],
            "day": "",
            "month": "",
            "year": str(self.year),
            "title": f"{self.heading.capitalize()} – {self.original}",
            "superior": lines_of(self.superior),
            "issuer": lines_of(self.issuer),
            "recipients": with_ends(self.recipients),
        }


def qr_modules(text):
    """The dark (1) and light (0) squares of a QR code, row by row; nothing for no text."""
    if not text:
        return []
    code = qrcode.QRCode(border=0, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    return [[int(dark) for dark in row] for row in code.get_matrix()]


def lines_of(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def with_ends(lines):
    """Lines of a list end with a semicolon, the last one with a full stop; the dash before each is the layout's."""
    cleaned = [text.lstrip("-–+ ").rstrip(" ;,.") for text in lines]
    return [f"{text}{'.' if place == len(cleaned) else ';'}" for place, text in enumerate(cleaned, start=1)]


# --- content as people type it -----------------------------------------------------------------

_ARTICLE = re.compile(r"^(Điều\s+\d+[a-zđ]?\s*[.:])\s*(.*)$", re.DOTALL)
_FIGURE = re.compile(r"^[-+(]?\d[\d.,\s]*%?\)?$|^[–-]?$")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\s-]+-?")  # lines break at blanks and after a hyphen
LEFT_OPEN = re.compile(r"(?<!\S)(?:…|\.{3})[….]*(?=[\s,;:/]|$)")  # the ellipsis that a template leaves to be filled in
_MARKED_HEADING = re.compile(r"^(?:#(?:\s+|$))+")
_BETWEEN_COLUMNS = re.compile(r"(?:^|\s)\|+(?=\s|$)")
WIDEST, ROOM = 40, 75  # letters of a column, and of a page, in 12 pt


def blocks_from(text):
    """The blocks of a text as people type or paste it.

    Each line is a paragraph; a line that begins with “# ” is a heading; “Điều 1.” begins an article; lines with tabs (a
    table pasted from Excel) or with “ | ” between their parts are rows of a table, the first of them its heading.
    """
    blocks, rows = [], []
    for line in text.replace("\r\n", "\n").split("\n"):
        cells = cells_of(line)
        if cells:
            rows.append(cells)
            continue
        if rows:
            blocks.append(table_of(rows))
            rows = []
        line = " ".join(line.split())
        if not line:
            continue
        article = _ARTICLE.match(line)
        if line.startswith("# "):
            blocks.append(Block("heading", line[2:].strip()))
        elif article:
            blocks.append(Block("article", article[2], label=" ".join(article[1].split())))
        else:
            blocks.append(Block("text", line))
    if rows:
        blocks.append(table_of(rows))
    return tuple(blocks)


def as_words(text, *, begins_line=False):
    """Words from elsewhere in one line, to stand in a text that people type: none of them reads as a mark of `blocks_from`, or
    as a place that is left to be filled in."""
    text = LEFT_OPEN.sub("(…)", " ".join(text.split()))
    text = ", ".join(filter(None, map(str.strip, _BETWEEN_COLUMNS.split(text))))
    if begins_line:
        text = _MARKED_HEADING.sub("", text)
        article = _ARTICLE.match(text)
        text = f"{article[1].rstrip(' .:')} – {article[2]}".strip() if article else text
    return text


def cells_of(line):
    """The cells of a line of a table; None where the line is none."""
    separator = "\t" if "\t" in line.strip() else " | " if " | " in line else None
    return [" ".join(cell.split()) for cell in line.split(separator)] if separator else None


def table_of(rows):
    """A table whose first row is its heading; columns of figures stand at the right, short ones in the middle."""
    width = max(map(len, rows))
    head, *rest = [[*row, *[""] * (width - len(row))] for row in rows]
    weights = widths_of([[title, *(row[place] for row in rest)] for place, title in enumerate(head)])
    columns = []
    for place, title in enumerate(head):
        values = [row[place] for row in rest]
        if place == 0 and all(value.isdecimal() or not value for value in values):
            alignment = "center"
        elif any(map(_DIGIT.search, values)) and all(map(_FIGURE.match, values)):
            alignment = "right"
        else:
            alignment = "left"
        columns.append((title, alignment, weights[place]))
    return Block("table", columns=tuple(columns), rows=tuple(map(tuple, rest)))


def widths_of(columns, room=ROOM):
    """How wide each column is, in letters of a page `room` letters wide: its longest word stays whole, and what is left goes
    to those with more to say. `columns` are the texts of each, the heading first."""
    least = [
        min(max((len(word) for text in texts for word in _WORD.findall(text)), default=0) + 2, WIDEST)
        for texts in columns
    ]
    wanted = [
        max(min(max(map(len, texts[1:]), default=0), WIDEST) - word, 0)
        for texts, word in zip(columns, least, strict=True)
    ]
    spare = room - sum(least)
    if spare <= 0 or not any(wanted):
        return least
    return [round(word + spare * more / sum(wanted), 1) for word, more in zip(least, wanted, strict=True)]
