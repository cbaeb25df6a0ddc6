"""Papers drawn: one data object as a PDF for keeping (PDF/A-2b), and pages of a PDF as pictures to look at.

Both are drawn by a limited process (documents.layout.drawer), so that nothing in a text or a file can harm the site.
"""

import base64
import json
from dataclasses import asdict, dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.limited import ReaderFailed, ReaderRefused, ask_reader

DRAWER = "documents.layout.drawer"
MEGABYTES = 2048  # of address space: fonts and pages are mapped
WIDTH = 1000  # pixels of a page to look at
LOOK_MEGABYTES, LOOK_SECONDS = 1024, 10  # for a page of a file that came from outside


@dataclass(frozen=True)
class Place:
    """A place of the drawn paper that is filled in later: points from the left and the top of its page."""

    name: str
    page: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Drawn:
    pdf: bytes
    places: tuple


def paper_as_pdf(paper):
    """The paper (documents.layout.data.Paper) as PDF/A-2b, with the places that are filled in later.

    The same paper is the same file; what was drawn last is kept at hand, because its pages are looked at one by one.
    """
    return _drawn(json.dumps(paper.as_data(), ensure_ascii=False))


@lru_cache(maxsize=8)
def _drawn(data):
    answer = _ask({"paper": json.loads(data)})
    return Drawn(base64.b64decode(answer["pdf"]), tuple(Place(**place) for place in answer["places"]))


def copy_as_pdf(copy, source=None):
    """The form of a copy (documents.layout.data.Copy) as PDF/A-2b; with the `source` (bytes of a PDF or a picture) its pages
    stand before it, as they are seen, and the places are counted on."""
    order = {"copy": copy.as_data()}
    if source is not None:
        order["source"] = base64.b64encode(source).decode()
    answer = _ask(order)
    return Drawn(base64.b64decode(answer["pdf"]), tuple(Place(**place) for place in answer["places"]))


def sheet_pdf(data):
    """A table on paper (documents.layout.sheets) as PDF/A-2b."""
    return base64.b64decode(_ask({"sheet": data})["pdf"])


@dataclass(frozen=True)
class Words:
    """A few words that are laid over a place of `width` × `height` points of a paper."""

    lines: tuple
    width: float
    height: float
    size: int = 10
    italic: bool = False
    framed: bool = False
    indent: int = 0
    colour: str = "#000000"
    at: str = "center"


def words_as_pdf(words, *, made_on):
    """A small PDF of each of several Words."""
    order = [asdict(each) | {"made_on": [made_on.year, made_on.month, made_on.day]} for each in words]
    return [base64.b64decode(pdf) for pdf in _ask({"words": order})["pdfs"]]


@lru_cache(maxsize=16)
def page_picture(pdf, page):
    """(PNG of the page, number of pages); the first page is 1. Refused where the PDF has no such page."""
    answer = _ask({"pdf": base64.b64encode(pdf).decode(), "page": page, "width": WIDTH})
    return base64.b64decode(answer["png"]), answer["pages"]


def page_to_look_at(content, kind, page, width):
    """(JPEG of a page, number of pages) of a file from outside, a PDF or a picture (`kind` as the guard judged it); no
    picture where the file has no such page, Refused where it cannot be drawn."""
    order = {"look": base64.b64encode(content).decode(), "kind": kind, "page": page, "width": width}
    found = {}
    try:
        for answer in ask_reader(order, module=DRAWER, memory=LOOK_MEGABYTES * 2**20, seconds=LOOK_SECONDS):
            found |= answer
    except ReaderFailed as error:
        raise Refused(
            _("This page cannot be shown: the file is damaged, protected or too heavy. Download it to open it.")
        ) from error
    return base64.b64decode(found["jpeg"]) if "jpeg" in found else None, found["pages"]


def _ask(order):
    found = {}
    try:
        for answer in ask_reader(order, module=DRAWER, memory=MEGABYTES * 2**20):
            found |= answer
    except ReaderRefused as refusal:
        raise Refused(
            _(
                "The text has a sign that official papers are not printed with (a picture sign, a foreign script). Remove it."
            )
        ) from refusal
    except ReaderFailed as error:
        raise Refused(_("The paper could not be drawn. Try again; if it stays so, tell the administrator.")) from error
    return found
