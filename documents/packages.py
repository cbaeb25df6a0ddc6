"""What a package of Office is looked through for: a zip whose parts are all known, whose main part is of its kind, and which
carries no code, no other file and no link to anything that would be fetched."""

import re
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.reasons import FILES, sentence

MOST_ENTRIES = 1000
MOST_UNPACKED = 250 * 2**20
MOST_RATIO = 250
MOST_CELLS = 12_000_000
MOST_ODD_CELLS = 5000
BLOCK = 1 << 20

OFFICE = b"application/vnd.openxmlformats-officedocument."
FORBIDDEN_PARTS = re.compile(
    r"vbaproject|macrosheets/|dialogsheets/|activex/|embeddings/|ctrlprops/|webextensions/|oleobject|afchunk",
    re.IGNORECASE,
)
KNOWN_PARTS = re.compile(
    r"\.(xml|rels|vml|png|jpe?g|gif|emf|wmf|bmp|tiff?|svg|wdp|sigs|psmdcp)$|/$"
    r"|xl/printersettings/printersettings\d*\.bin$|word/fonts/font\d+\.odttf$",
    re.IGNORECASE,
)
LINKED_PARTS = re.compile(r"externallinks/|connections\.xml$|querytables/", re.IGNORECASE)
EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
ROW = re.compile(rb"<row [^>]*?r=\"(\d+)\"")
TWO_LETTERS = re.compile(rb" r=[\"'][A-Z]{2}")
FAR = re.compile(rb" r=[\"'](?:[A-Z]{3,}\d|[A-Z]{2}\d{7})")
WIDE = re.compile(rb" r=[\"']([A-Z]{2})\d")
ERROR_CELL = re.compile(rb"<c r=\"([A-Z]{1,3}\d+)\"[^>]*\bt=\"e\"")
UNFILLED = re.compile(rb"<c r=\"([A-Z]{1,3}\d+)\"[^>]*><f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>")
UNFILLED_SIGNS = (b"</f></c>", b"<v></v>", b"<v/>", b"<v />", b"/></c>")
WORD_PART = re.compile(r"word/[^/]+\.xml$", re.IGNORECASE)
FIELD = re.compile(
    rb"<(?:\w+:)?fldChar\b[^>]*\bfldCharType\s*=\s*[\"'](begin|separate|end)[\"']"
    rb"|<(?:\w+:)?(?:del)?instrText\b[^>]*>([^<]*)|<(?:\w+:)?fldSimple\b[^>]*\binstr\s*=\s*[\"']([^\"']*)",
    re.IGNORECASE,
)
# Fields that only show something; others run a program, fetch a file or make up new fields.
SHOWS = frozenset(
    b"= ADVANCE AUTHOR AUTONUM BIBLIOGRAPHY CITATION COMMENTS CREATEDATE DATE DOCPROPERTY EDITTIME EQ FILENAME FILESIZE "
    b"FORMCHECKBOX FORMDROPDOWN FORMTEXT HYPERLINK INDEX KEYWORDS LASTSAVEDBY LISTNUM MERGEFIELD NOTEREF NUMCHARS NUMPAGES "
    b"NUMWORDS PAGE PAGEREF PRINTDATE REF REVNUM SAVEDATE SECTION SECTIONPAGES SEQ STYLEREF SUBJECT SYMBOL TA TC TIME TITLE "
    b"TOA TOC USERNAME XE".split()
)


@dataclass(frozen=True)
class Package:
    """A kind of file of Office: its ending, the type of its main part, and the sentences by which it is refused."""

    ending: str
    main_type: bytes
    sentences: object  # () -> {why: sentence}


def _of_workbooks():
    return {
        "code": _("The workbook carries macros or embedded objects. Save it as .xlsx without them."),
        "linked": _(
            "The workbook is linked to other files or databases. In Excel choose Data > Edit Links > Break Link, then save."
        ),
        "parts": _("The workbook has too many parts. Save it again as .xlsx."),
        "size": _(
            "The workbook unpacks to far more than its size. Copy the data into a new workbook and save that one."
        ),
        "entities": _(
            "The workbook holds a document type or entities, which no spreadsheet needs. Save it again in Excel."
        ),
    }


def _of_documents():
    return {
        "code": _("The document carries macros, embedded objects or fields that act. Save it as .docx without them."),
        "linked": _(
            "The document is linked to other files. Remove the links and the attached template, then save it again."
        ),
        "parts": _("The document has too many parts. Save it again as .docx."),
        "size": _(
            "The document unpacks to far more than its size. Copy the text into a new document and save that one."
        ),
        "entities": _(
            "The document holds a document type or entities, which no document needs. Save it again in Word."
        ),
    }


WORKBOOK = Package(".xlsx", OFFICE + b"spreadsheetml.sheet.main+xml", _of_workbooks)
DOCUMENT = Package(".docx", OFFICE + b"wordprocessingml.document.main+xml", _of_documents)


def not_what_it_says(ending):
    return Refused(
        _("The contents are not those of a %(ending)s file. Choose the right file, or save it again.")
        % {"ending": ending}
    )


def tail_of(path, most):
    """The last bytes of a file."""
    with open(path, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - most))
        return file.read()


def check_package(package):
    """`(path, head)` -> what is odd about a package of this kind; refused with a sentence when it may not come in."""

    def check(path, head):
        if not head.startswith(b"PK\x03\x04"):
            raise not_what_it_says(package.ending)
        try:
            with zipfile.ZipFile(path) as archive:
                return _check_archive(archive, path, package)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            EOFError,
            OSError,
            RuntimeError,
            ValueError,
            KeyError,
        ) as error:
            raise Refused(sentence(FILES["unreadable"], {})) from error
        except zipfile.zlib.error as error:
            raise Refused(sentence(FILES["unreadable"], {})) from error

    return check


def _check_archive(archive, path, package):
    entries, says = archive.infolist(), package.sentences()
    _check_entries(entries, says)
    if min(entry.header_offset for entry in entries) or tail_of(path, 22)[:4] != b"PK\x05\x06":
        raise not_what_it_says(package.ending)  # something stands before or after the archive
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or archive.getinfo("[Content_Types].xml").file_size > BLOCK:
        raise not_what_it_says(package.ending)
    types = archive.read("[Content_Types].xml")
    if b"macroEnabled" in types or b"vbaProject" in types or any(_carries_code(name) for name in names):
        raise Refused(says["code"])
    if package.main_type not in types:
        raise not_what_it_says(package.ending)
    if any(LINKED_PARTS.search(name) for name in names):
        raise Refused(says["linked"])
    odd = {}
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            found = _read_member(archive, entry, says)
            if found:
                odd[entry.filename] = found
    return {"odd": odd} if odd else {}


def _carries_code(name):
    return FORBIDDEN_PARTS.search(name) or not KNOWN_PARTS.search(name)


def _check_entries(entries, says):
    if not entries or len(entries) > MOST_ENTRIES:
        raise Refused(says["parts"])
    total, end = 0, 0
    seen = set()
    for entry in sorted(entries, key=lambda e: e.header_offset):
        name = entry.filename
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith("/") or "\\" in name or ":" in name or name.lower() in seen:
            raise Refused(sentence(FILES["unreadable"], {}))
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(sentence(FILES["encrypted"], {}))
        if entry.header_offset < end:
            raise Refused(says["size"])
        end = entry.header_offset + 30 + entry.compress_size
        seen.add(name.lower())
        total += entry.file_size
        heavy = entry.file_size > 2**20 and entry.file_size > MOST_RATIO * max(1, entry.compress_size)
        if heavy or total > MOST_UNPACKED:
            raise Refused(says["size"])


def _read_member(archive, entry, says):
    """Stream one XML part: no document type, no entities, plain UTF-8; for sheets also where the cells are, for the text of
    documents that no field acts."""
    is_relations = entry.filename.endswith(".rels")
    sheet = _Sheet() if SHEET.search(entry.filename) else None
    fields = _Fields(says) if WORD_PART.search(entry.filename) else None
    rest, first, size = b"", True, 0
    with archive.open(entry) as member:
        while block := member.read(BLOCK):
            size += len(block)
            if size > entry.file_size:
                raise Refused(says["size"])
            if first:
                _check_encoding(block)
                first = False
            block = rest + block
            if b"<!" in block and (b"<!DOCTYPE" in block or b"<!ENTITY" in block):
                raise Refused(says["entities"])
            if is_relations and any(b"/hyperlink" not in link for link in EXTERNAL.findall(block)):
                raise Refused(says["linked"])
            cut = block.rfind(b"<c ") if sheet else max(block.rfind(b"<"), len(block) - BLOCK)
            cut = cut if cut > 0 and len(block) - cut < BLOCK else len(block)
            if sheet or fields:
                (sheet or fields).take(block[:cut])
            rest = block[cut:]
    if sheet or fields:
        (sheet or fields).take(rest)
    if fields:  # what was begun and never ended
        for left in fields.open:
            fields.look(left)
    return sheet.odd if sheet else None


def _check_encoding(block):
    declared = ENCODING.match(block)
    if block[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in block[:200]:
        raise Refused(sentence(FILES["unreadable"], {}))
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        raise Refused(sentence(FILES["unreadable"], {}))


class _Fields:
    """The fields of a document, whose words may stand in pieces and within one another: only those that show are let in."""

    def __init__(self, says):
        self.says, self.open = says, [b""]

    def take(self, block):
        for mark, piece, whole in FIELD.findall(block):
            if mark.lower() == b"begin":
                self.open.append(b"")
            elif mark:
                self.look(self.open[-1])
                if mark.lower() == b"end" and len(self.open) > 1:
                    self.open.pop()
            elif whole:
                self.look(whole)
            else:
                self.open[-1] = (self.open[-1] + piece)[:200]

    def look(self, instruction):
        words = instruction.split()
        if words and words[0].upper() not in SHOWS and not words[0].startswith(b"="):
            raise Refused(self.says["code"])


class _Sheet:
    """How far a sheet reaches, and its cells that hold no usable value."""

    def __init__(self):
        self.rows, self.columns, self.odd = 0, 26, {}

    def take(self, block):
        if TWO_LETTERS.search(block):
            if FAR.search(block):
                raise Refused(_too_far())
            widest = max(WIDE.findall(block), default=b"A@")
            self.columns = max(self.columns, (widest[0] - 64) * 26 + widest[1] - 64)
        self.rows = max(self.rows, max(map(int, ROW.findall(block)), default=0))
        if self.rows * self.columns > MOST_CELLS:
            raise Refused(_too_far())
        if b't="e"' in block:
            self.note(ERROR_CELL, block, "error_cell")
        if b"<f" in block and any(sign in block for sign in UNFILLED_SIGNS):
            self.note(UNFILLED, block, "unfilled_formula")

    def note(self, pattern, block, code):
        for found in pattern.findall(block):
            if len(self.odd) >= MOST_ODD_CELLS:
                raise Refused(
                    _("The workbook has too many formulas with errors or without results. Save it again in Excel.")
                )
            self.odd[found.decode()] = code


def _too_far():
    return _(
        "The sheet has cells very far from the table. Delete the rows and columns outside the table, or copy the table into a new workbook."
    )
