"""How words of files are compared: without marks, with the abbreviations of offices written out. No Django here."""

import re
import unicodedata

from screens.letters import one_d

_MARKS = re.compile("[\u0300-\u036f]")
_NOT_WORD = re.compile(r"[^0-9a-z]+")

ABBREVIATIONS = {
    "xk": "xuat khau",
    "knxk": "kim ngach xuat khau",
    "gt": "gia tri",
    "dt": "doanh thu",
    "ld": "lao dong",
    "bq": "binh quan",
    "sp": "san pham",
    "spcncl": "san pham cong nghiep chu luc",
    "cncl": "cong nghiep chu luc",
    "nsnn": "ngan sach nha nuoc",
    "dn": "doanh nghiep",
    "qd": "quyet dinh",
}


def fold(text):
    """Lower case without marks, đ as d, blanks collapsed: how words are compared."""
    lowered = one_d(unicodedata.normalize("NFC", str(text))).lower().replace("đ", "d")
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFD", lowered)).split())


def in_full(folded):
    """The words of a folded text with the abbreviations of offices written out: XK as xuất khẩu."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in _NOT_WORD.sub(" ", folded).split())
