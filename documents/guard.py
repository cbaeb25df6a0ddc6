"""The guard at the door: which files come in, judged by what they contain and never by what they say they are."""

import hashlib
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import filetype
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.limited import ReaderFailed, ReaderRefused, ask_reader
from documents.packages import BLOCK, DOCUMENT, WORKBOOK, check_package, not_what_it_says, tail_of
from documents.reasons import FILES, sentence
from screens.text import clean

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
}
ENDINGS = {
    ".xlsx": "xlsx",
    ".docx": "docx",
    ".csv": "csv",
    ".pdf": "pdf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
}
TABLES = ("xlsx", "csv")
PAPERS = ("pdf", "png", "jpeg")
EVERYTHING = (*TABLES, "docx", *PAPERS)

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOOK_MEMORY = 320 * 2**20  # of the process that looks into a paper or a picture: at most 300 MB of it resident
LOOK_SECONDS = 4


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

ENDING = re.compile(r"\.\w{1,10}")
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
    ending = PurePosixPath(name).suffix
    if not ENDING.fullmatch(ending):
        ending = ""
    stem = name.removesuffix(ending)
    room = stem.encode()[: 150 - len(ending.encode())].decode(errors="ignore")
    return unicodedata.normalize("NFC", _whole_words(stem, len(room)) + ending) or "tep"


def _whole_words(text, most):
    """As much of the text as `most` letters hold, cut between words where there are any."""
    if len(text) > most:
        words = text[: most + 1].rpartition(" ")[0]
        text = words if len(words) > most // 2 else text[:most]
        text = _closed(text).rstrip(" ,;-–")
    return text.rstrip(". ")


CLOSING = {")": "(", "]": "[", "”": "“", "»": "«", "’": "‘"}


def _closed(text):
    """As much of a text that was cut as leaves no bracket and no quotation mark open; one that embraces most of it is left out."""
    opened = []
    for place, sign in enumerate(text):
        if opened and text[opened[-1]] == CLOSING.get(sign, sign if sign == '"' else None):
            opened.pop()
        elif sign in CLOSING.values() or sign == '"':
            opened.append(place)
    if not opened:
        return text
    first = opened[0]
    return text[:first] if first > len(text) // 2 else _closed(text[:first] + text[first + 1 :])


def named_after(title, ending):
    """The name of a file that is called after a title: a stroke in it (tháng 11/2026) parts no folders."""
    title = clean(title).replace("/", "-").replace(chr(92), "-")
    return f"{_whole_words(title, 100)}.{ending}"


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
    if ending in (".docm", ".dotm"):
        raise Refused(_("Documents with macros are not taken. Save the file as .docx (without macros)."))
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
    if ending == ".docx":
        return _(
            "The document is protected by a password or is an old .doc under a new name. Save it as .docx without a password."
        )
    if ending == ".xls":
        return _(
            "Old .xls files are not taken. Open the file in Excel and save it as .xlsx (Save as > Excel Workbook)."
        )
    return _("Old Office files are not taken. Save the file as .xlsx, .docx or .pdf.")


def check_csv(path, head):
    guessed = filetype.guess(head)
    if guessed is not None or head.startswith((b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF", b"#!")):
        raise not_what_it_says(".csv")
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    start = head.decode("utf-16", "replace") if wide else head.decode("latin-1").removeprefix("\xef\xbb\xbf")
    if MARKUP.match(start):
        raise not_what_it_says(".csv")
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            if not wide and CONTROL.search(block):
                raise not_what_it_says(".csv")
    return {}


MARKUP = re.compile(r"\s*<[!?/a-z]", re.IGNORECASE)
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_pdf(path, head):
    if not head.startswith(b"%PDF-") or getattr(filetype.guess(head), "extension", "") != "pdf":
        raise not_what_it_says(".pdf")
    if zipfile.is_zipfile(path):
        raise not_what_it_says(".pdf")
    if b"%%EOF" not in tail_of(path, 1024):
        raise Refused(sentence(FILES["cut_off"], {}))
    return _look("pdf", path)


def check_picture(kind, ending, head_bytes, tail_bytes):
    def check(path, head):
        if not head.startswith(head_bytes) or zipfile.is_zipfile(path):
            raise not_what_it_says(ending)
        _before, ended, after = tail_of(path, 64).rpartition(tail_bytes)
        if not ended or after.strip(b"\0\r\n\t "):  # cut off, or something else hangs on it
            raise not_what_it_says(ending)
        return _look(kind, path)

    return check


def _look(kind, path):
    """What the limited reader finds in a sound file. The very same bytes are not opened again by this process: one scan is
    attached to many things."""
    with open(path, "rb") as file:
        known = kind, hashlib.file_digest(file, "sha256").hexdigest()
    found = _sound.get(known)
    if found is None:
        found = _looked_into(kind, path)
        if len(_sound) >= MOST_SOUND:
            _sound.clear()
        _sound[known] = found
    return dict(found)


MOST_SOUND = 1000
_sound: dict[tuple[str, str], dict] = {}


def _looked_into(kind, path):
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


CHECKS = {
    "xlsx": check_package(WORKBOOK),
    "docx": check_package(DOCUMENT),
    "csv": check_csv,
    "pdf": check_pdf,
    "png": check_picture("png", ".png", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "jpeg": check_picture("jpeg", ".jpg", b"\xff\xd8\xff", b"\xff\xd9"),
}
