"""The guard at the door: which files come in, judged by what they contain and never by what they say they are."""

import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import filetype
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.limited import ReaderFailed, ReaderRefused, ask_reader
from documents.reasons import FILES, sentence

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
}
ENDINGS = {".xlsx": "xlsx", ".csv": "csv", ".pdf": "pdf", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}
TABLES = ("xlsx", "csv")
PAPERS = ("pdf", "png", "jpeg")
EVERYTHING = (*TABLES, *PAPERS)

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ENTRIES = 1000
MOST_UNPACKED = 250 * 2**20
MOST_RATIO = 250
MOST_CELLS = 12_000_000
MOST_ODD_CELLS = 5000
LOOK_MEMORY = 320 * 2**20  # of the process that looks into a paper or a picture: at most 300 MB of it resident
LOOK_SECONDS = 4
BLOCK = 1 << 20


@dataclass(frozen=True)
class Found:
    """What a file turned out to be."""

    format: str
    name: str
    facts: dict = field(default_factory=dict)

    @property
    def content_type(self):
        return CONTENT_TYPES[self.format]


# --- names ------------------------------------------------------------------------------------

RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def clean_name(name):
    """A file name that is safe on every system: NFC, no path, no control signs, not reserved, ≤ 150 bytes."""
    name = unicodedata.normalize("NFC", str(name or "")).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(
        sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
    )
    name = re.sub(r'[<>:"|?*\x00]', "_", name).strip(". ")
    if not name:
        name = "tep"
    if RESERVED.fullmatch(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    ending = ending[:10]
    while len((stem + dot + ending).encode()) > 150:
        stem = stem[:-1]
    return unicodedata.normalize("NFC", stem.rstrip(". ") + dot + ending) or "tep"


# --- the check --------------------------------------------------------------------------------


def examine(path, name, allow=EVERYTHING):
    """Say what the file at `path` is, or refuse it with a sentence. `name` is what the sender called it."""
    name = clean_name(name)
    ending = PurePosixPath(name.lower()).suffix
    with open(path, "rb") as file:
        head = file.read(4096)
    if not head:
        raise Refused(_("The file is empty. Choose it again."))
    if head.startswith(OLD_OFFICE):
        raise Refused(_old_office(ending))
    if ending == ".xls":
        raise Refused(
            _("Old .xls files are not taken. Open the file in Excel and save it as .xlsx (Save as > Excel Workbook).")
        )
    if ending in (".xlsm", ".xltm", ".xlsb", ".xlam"):
        raise Refused(_("Workbooks with macros are not taken. Save the file as .xlsx (without macros)."))
    wanted = ENDINGS.get(ending)
    if wanted not in allow:
        raise Refused(
            _("Files of this kind (%(ending)s) are not taken. Send one of: %(allowed)s.")
            % {"ending": ending or _("no ending"), "allowed": ", ".join(e for e, f in ENDINGS.items() if f in allow)}
        )
    facts = CHECKS[wanted](path, head) or {}
    return Found(wanted, name, facts)


def _old_office(ending):
    if ending == ".xlsx":
        return _(
            "The workbook is protected by a password or is an old .xls under a new name. Save it as .xlsx without a password."
        )
    if ending == ".xls":
        return _(
            "Old .xls files are not taken. Open the file in Excel and save it as .xlsx (Save as > Excel Workbook)."
        )
    return _("Old Office files are not taken. Save the file as .xlsx or .pdf.")


def _not_what_it_says(ending):
    return Refused(
        _("The contents are not those of a %(ending)s file. Choose the right file, or save it again.")
        % {"ending": ending}
    )


def check_csv(path, head):
    guessed = filetype.guess(head)
    if guessed is not None or head.startswith((b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF", b"#!")):
        raise _not_what_it_says(".csv")
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    start = head.decode("utf-16", "replace") if wide else head.decode("latin-1").removeprefix("\xef\xbb\xbf")
    if MARKUP.match(start):
        raise _not_what_it_says(".csv")
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            if not wide and CONTROL.search(block):
                raise _not_what_it_says(".csv")
    return {}


MARKUP = re.compile(r"\s*<[!?/a-z]", re.IGNORECASE)
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_pdf(path, head):
    if not head.startswith(b"%PDF-") or getattr(filetype.guess(head), "extension", "") != "pdf":
        raise _not_what_it_says(".pdf")
    if zipfile.is_zipfile(path):
        raise _not_what_it_says(".pdf")
    if b"%%EOF" not in _tail(path, 1024):
        raise Refused(sentence(FILES["cut_off"], {}))
    return _look("pdf", path)


def _tail(path, most):
    with open(path, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - most))
        return file.read()


def check_picture(kind, ending, head_bytes, tail_bytes):
    def check(path, head):
        if not head.startswith(head_bytes) or zipfile.is_zipfile(path):
            raise _not_what_it_says(ending)
        _before, ended, after = _tail(path, 64).rpartition(tail_bytes)
        if not ended or after.strip(b"\0\r\n\t "):  # cut off, or something else hangs on it
            raise _not_what_it_says(ending)
        return _look(kind, path)

    return check


def _look(kind, path):
    try:
        for answer in ask_reader(
            {"do": "look", "format": kind, "path": str(path)}, memory=LOOK_MEMORY, seconds=LOOK_SECONDS
        ):
            return answer.get("looked", {})
    except ReaderRefused as refusal:
        raise Refused(sentence(refusal.code, refusal.arguments)) from refusal
    except ReaderFailed as failure:
        raise Refused(_("The file is damaged or too heavy to open safely. Save or scan it again.")) from failure
    return {}


# --- workbooks --------------------------------------------------------------------------------

MAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
FORBIDDEN_PARTS = re.compile(
    r"vbaproject|macrosheets/|dialogsheets/|activex/|embeddings/|ctrlprops/|webextensions/|oleobject", re.IGNORECASE
)
KNOWN_PARTS = re.compile(
    r"\.(xml|rels|vml|png|jpe?g|gif|emf|wmf|bmp|tiff?|svg|wdp|sigs|psmdcp)$|/$|xl/printersettings/printersettings\d*\.bin$",
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


def check_workbook(path, head):
    if not head.startswith(b"PK\x03\x04"):
        raise _not_what_it_says(".xlsx")
    try:
        with zipfile.ZipFile(path) as archive:
            return _check_archive(archive, path)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, KeyError) as error:
        raise Refused(sentence(FILES["unreadable"], {})) from error
    except zipfile.zlib.error as error:
        raise Refused(sentence(FILES["unreadable"], {})) from error


def _check_archive(archive, path):
    entries = archive.infolist()
    _check_entries(entries)
    if min(entry.header_offset for entry in entries) or _tail(path, 22)[:4] != b"PK\x05\x06":
        raise _not_what_it_says(".xlsx")  # something stands before or after the archive
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or archive.getinfo("[Content_Types].xml").file_size > BLOCK:
        raise _not_what_it_says(".xlsx")
    types = archive.read("[Content_Types].xml")
    if b"macroEnabled" in types or b"vbaProject" in types or any(_carries_code(name) for name in names):
        raise Refused(_("The workbook carries macros or embedded objects. Save it as .xlsx without them."))
    if MAIN_TYPE not in types:
        raise _not_what_it_says(".xlsx")
    if any(LINKED_PARTS.search(name) for name in names):
        raise Refused(
            _(
                "The workbook is linked to other files or databases. In Excel choose Data > Edit Links > Break Link, then save."
            )
        )
    odd = {}
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            found = _read_member(archive, entry)
            if found:
                odd[entry.filename] = found
    return {"odd": odd} if odd else {}


def _carries_code(name):
    return FORBIDDEN_PARTS.search(name) or not KNOWN_PARTS.search(name)


def _check_entries(entries):
    if not entries or len(entries) > MOST_ENTRIES:
        raise Refused(_("The workbook has too many parts. Save it again as .xlsx."))
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
            raise Refused(_unpacks_too_large())
        end = entry.header_offset + 30 + entry.compress_size
        seen.add(name.lower())
        total += entry.file_size
        heavy = entry.file_size > 2**20 and entry.file_size > MOST_RATIO * max(1, entry.compress_size)
        if heavy or total > MOST_UNPACKED:
            raise Refused(_unpacks_too_large())


def _unpacks_too_large():
    return _("The workbook unpacks to far more than its size. Copy the data into a new workbook and save that one.")


def _read_member(archive, entry):
    """Stream one XML part: no document type, no entities, plain UTF-8; for sheets also where the cells are."""
    is_sheet, is_relations = bool(SHEET.search(entry.filename)), entry.filename.endswith(".rels")
    sheet = _Sheet() if is_sheet else None
    rest, first, size = b"", True, 0
    with archive.open(entry) as member:
        while block := member.read(BLOCK):
            size += len(block)
            if size > entry.file_size:
                raise Refused(_unpacks_too_large())
            if first:
                _check_encoding(block)
                first = False
            block = rest + block
            if b"<!" in block and (b"<!DOCTYPE" in block or b"<!ENTITY" in block):
                raise Refused(
                    _(
                        "The workbook holds a document type or entities, which no spreadsheet needs. Save it again in Excel."
                    )
                )
            if is_relations and any(b"/hyperlink" not in link for link in EXTERNAL.findall(block)):
                raise Refused(
                    _(
                        "The workbook is linked to other files or databases. In Excel choose Data > Edit Links > Break Link, then save."
                    )
                )
            cut = block.rfind(b"<c ") if is_sheet else max(block.rfind(b"<"), len(block) - BLOCK)
            cut = cut if cut > 0 and len(block) - cut < BLOCK else len(block)
            if sheet:
                sheet.take(block[:cut])
            rest = block[cut:]
    if sheet:
        sheet.take(rest)
        return sheet.odd
    return None


def _check_encoding(block):
    declared = ENCODING.match(block)
    if block[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in block[:200]:
        raise Refused(sentence(FILES["unreadable"], {}))
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        raise Refused(sentence(FILES["unreadable"], {}))


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


CHECKS = {
    "xlsx": check_workbook,
    "csv": check_csv,
    "pdf": check_pdf,
    "png": check_picture("png", ".png", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "jpeg": check_picture("jpeg", ".jpg", b"\xff\xd8\xff", b"\xff\xd9"),
}
