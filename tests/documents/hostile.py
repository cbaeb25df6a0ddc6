"""Hostile and damaged files that must never come in, by a seeded generator; and odd ones that may, but only as they are.

`hostile(count, seed)` gives files of every family in turn, each differently; `odd(count, seed)` mutants of good files.
"""

import gzip
import io
import itertools
import random
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache

from PIL import Image
from pypdf import PdfReader, PdfWriter

from tests.documents.sheets import changed, tax_code, workbook
from tests.documents.test_guard import GOOD, HOSTILE, flood, paper, picture

MEGABYTE = 1 << 20
BIG = 300  # megabytes to which a bomb unpacks
MARK = "<img src=x onerror=alert(1)>"  # must never come back as it stands in a page


@dataclass(frozen=True)
class Sent:
    """A file as somebody sends it."""

    family: str
    name: str
    data: bytes
    claims: str = "application/octet-stream"

    @property
    def ending(self):
        return self.name.rpartition(".")[2].lower()


# --- papers ------------------------------------------------------------------------------------


def pdf(*objects, root=b"", page=b"", box=b"0 0 595 842", pages=1, contents=b"<< /Length 0 >> stream\n\nendstream"):
    """A PDF of `pages` pages; `objects` are numbered from 5, those of `page` stand on its last page."""
    last = 4 + len(objects)
    kids = [3, *range(last + 1, last + pages)]
    plain = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R " % box
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % root,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids)),
        plain + (page if pages == 1 else b"") + b">>",
        contents,
        *objects,
        *[plain + (page if number == pages - 1 else b"") + b">>" for number in range(1, pages)],
    ]
    return _numbered(parts)


def _numbered(parts):
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return bytes(out)


def _deflated(data, more=b"", filters=b"/FlateDecode"):
    return b"<< /Length %d /Filter %s %s >> stream\n%s\nendstream" % (len(data), filters, more, data)


JS = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
NOTE = b"<< /Type /Annot /Subtype /%s /Rect [0 0 9 9] %s >>"


def _note(kind=b"Link", more=b""):
    return {"page": b"/Annots [5 0 R]", "objects": (NOTE % (kind, more),)}


LAUNCHING = (
    JS, b"<< /S /Launch /F (cmd.exe) >>", b"<< /S /GoToR /F (\\\\\\\\host\\\\share\\\\a.pdf) /D [0 /Fit] >>",
    b"<< /S /GoToE /T << /R /C >> >>", b"<< /S /SubmitForm /F (http://x.example) >>", b"<< /S /ImportData /F (a.fdf) >>",
    b"<< /S /Rendition /OP 0 >>", b"<< /S /RichMediaExecute >>", b"<< /S /Movie >>", b"<< /S /Sound >>",
    b"<< /S /URI /URI (javascript:alert\\(1\\)) >>", b"<< /S /URI /URI (file:///etc/passwd) >>",
    b"<< /S /GoTo /D [3 0 R /Fit] /Next %s >>" % JS,
    b"<< /S /GoTo /D [3 0 R /Fit] /Next [<< /S /Named /N /NextPage /Next %s >>] >>" % JS,
)  # fmt: skip
ACTIVE = [
    *({"root": b"/OpenAction %s" % action} for action in LAUNCHING),
    *(_note(more=b"/A %s" % action) for action in LAUNCHING),
    *(_note(b"Widget", b"/AA << /%s %s >>" % (name, JS)) for name in (b"E", b"U", b"Fo", b"PV")),
    *({"root": b"/AA << /%s %s >>" % (name, JS)} for name in (b"WC", b"WS", b"DP")),
    *({"page": b"/AA << /%s %s >>" % (name, JS)} for name in (b"O", b"C")),
    *(_note(kind) for kind in (b"RichMedia", b"Screen", b"Movie", b"Sound", b"3D")),
    {"root": b"/Names << /JavaScript << /Names [(a) %s] >> >>" % JS},
    {"root": b"/Names 5 0 R", "objects": (b"<< /JavaScript 6 0 R >>", b"<< /Names [(a) 7 0 R] >>", JS)},
    {"root": b"/OpenAction 5 0 R", "objects": (JS,)},
    {"root": b"/AcroForm << /XFA [(template) 5 0 R] >>", "objects": (_deflated(zlib.compress(b"<template/>")),)},
    {"root": b"/AcroForm << /Fields [5 0 R] >>", "objects": (b"<< /T (a) /FT /Tx /AA << /K %s >> >>" % JS,)},
    {
        "root": b"/AcroForm << /Fields [5 0 R] >>",
        "objects": (b"<< /T (a) /Kids [6 0 R] >>", b"<< /T (b) /FT /Btn /A %s >>" % JS),
    },
    {"root": b"/Outlines 5 0 R", "objects": (b"<< /First 6 0 R >>", b"<< /Title (a) /A %s >>" % JS)},
    {
        "root": b"/Outlines 5 0 R",
        "objects": (
            b"<< /First 6 0 R >>", b"<< /Title (a) /Next 7 0 R >>", b"<< /Title (b) /First 8 0 R >>",
            b"<< /Title (c) /A << /S /Launch /F (x) >> >>",
        ),
    },
    {"page": b"/AA << /O %s >>" % JS, "pages": 300},
]  # fmt: skip
CARRYING = [
    {"root": b"/Names << /EmbeddedFiles << /Names [(a.exe) << /EF << >> >>] >> >>"},
    {"root": b"/AF [5 0 R]", "objects": (b"<< /Type /Filespec /F (a.exe) >>",)},
    {"root": b"/Collection << /View /T >>"},
    _note(b"FileAttachment", b"/FS << /F (a.exe) >>"),
]


def _made(row):
    return pdf(*row.get("objects", ()), **{name: value for name, value in row.items() if name != "objects"})


@cache
def _zeros(megabytes, layers=1):
    """So many megabytes of zeros, packed `layers` times over."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.flush()
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


def _picture_on_a_page(width, height):
    drawn = b"/Resources << /XObject << /P 5 0 R >> >>"
    picture = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray"
    return pdf(_deflated(_zeros(1), picture % (width, height)), page=drawn)


def _object_stream():
    """The catalog within a stream of objects that is a bomb."""
    packer = zlib.compressobj(9)
    data = packer.compress(b"1 0 << /Type /Catalog /Pages 9 0 R >>")
    data += b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(BIG)) + packer.flush()
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, part in ((2, _deflated(data, b"/Type /ObjStm /N 1 /First 4")), (3, None)):
        places.append(len(out))
        rows = struct.pack("!BHBBHBBHBBHB", 0, 0, 0, 2, 2, 0, 1, places[0], 0, 1, len(out) % 65536, 0)
        table = b"<< /Type /XRef /Size 4 /W [1 2 1] /Root 1 0 R /Length %d >> stream\n%s\nendstream" % (len(rows), rows)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part or table)
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % places[1]


def _going_round():
    return pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")


def _deep_tree(depth):
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    parts += [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 3) for number in range(depth)]
    return _numbered([*parts, b"<< /Type /Page /MediaBox [0 0 9 9] >>"])


HEAVY = [
    lambda rng: pdf(box=b"0 0 %d %d" % (rng.randrange(20_000, 10**7), rng.randrange(20_000, 10**7))),
    lambda rng: pdf(page=b"/UserUnit %d " % rng.randrange(50, 10_000)),
    lambda rng: pdf(contents=_deflated(_zeros(BIG))),
    lambda rng: pdf(contents=_deflated(_zeros(BIG, 2), filters=b"[/FlateDecode /FlateDecode]")),
    lambda rng: _picture_on_a_page(rng.randrange(30_000, 10**6), rng.randrange(30_000, 10**6)),
    lambda rng: _object_stream(),
    lambda rng: pdf(pages=rng.randrange(2001, 4000)),
    lambda rng: pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [] /Count 0     "),
    lambda rng: _going_round(),
    lambda rng: _deep_tree(rng.randrange(1500, 4000)),
]


def _locked(rng):
    writer, out = PdfWriter(clone_from=PdfReader(io.BytesIO(paper()))), io.BytesIO()
    owner = "".join(rng.choices("abcdef", k=8))
    writer.encrypt(rng.choice(["", owner]), owner, algorithm=rng.choice(["RC4-40", "RC4-128", "AES-128", "AES-256"]))
    writer.write(out)
    return out.getvalue()


# --- pictures ----------------------------------------------------------------------------------


def _chunk(kind, data):
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))


def _png(*chunks):
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _head(width, height, depth=8, colour=2):
    return _chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, depth, colour, 0, 0, 0))


END = _chunk(b"IEND", b"")


def _claims_more(rng):
    """A JPEG whose head speaks of a picture a hundred times as large."""
    data = bytearray(picture("JPEG", (40, 40)))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack("!HH", rng.randrange(9_000, 65_000), rng.randrange(9_000, 65_000))
    return bytes(data)


def _noise(rng, kind="PNG", side=120):
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), rng.randbytes(side * side * 3)).save(out, kind)
    return out.getvalue()


def _wrong_sum(rng):
    data = bytearray(_noise(rng))
    place = data.index(b"IDAT") + rng.randrange(100, 2000)
    data[place] ^= 1 << rng.randrange(8)
    return bytes(data)


PICTURES = [
    ("png", lambda rng: flood()),
    ("png", lambda rng: _png(_head(rng.randrange(8_000, 2**31), rng.randrange(8_000, 2**31)), _chunk(b"IDAT", _zeros(1)), END)),
    ("jpg", _claims_more),
    ("png", lambda rng: _png(_head(0, 100), _chunk(b"IDAT", _zeros(1)), END)),
    ("png", lambda rng: _png(_head(200, 200), _chunk(b"IDAT", rng.randbytes(500)), END)),
    ("png", lambda rng: _png(_head(200, 200), _chunk(b"IDAT", zlib.compress(bytes(900))), END)),
    ("png", lambda rng: _png(_head(9, 9), END)),
    ("png", _wrong_sum),
    ("png", lambda rng: _png(_head(9, 9), _chunk(b"zTXt", b"a\0\0" + _zeros(BIG)), _chunk(b"IDAT", zlib.compress(bytes(252))), END)),
    ("jpg", lambda rng: b"\xff\xd8\xff\xe0" + rng.randbytes(rng.randrange(10, 3000)) + b"\xff\xd9"),
    ("jpg", lambda rng: b"\xff\xd8\xff\xd9"),
]  # fmt: skip


# --- what is not what it says ------------------------------------------------------------------


def _zipped(names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in names:
            archive.writestr(name, data)
    return out.getvalue()


def _tarred():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("../../etc/passwd")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"a:b"))
    return out.getvalue()


def nested(depth):
    """An archive within an archive, and so on."""
    data = _zipped([("a.txt", bytes(MEGABYTE))])
    for _ in range(depth):
        data = _zipped([(f"{number}.zip", data) for number in range(3)])
    return data


def _other_picture(kind):
    return lambda rng: picture(kind, (rng.randrange(5, 90), 20))


FOREIGN = {
    "exe": lambda rng: b"MZ\x90\x00" + rng.randbytes(2000),
    "elf": lambda rng: b"\x7fELF\x02\x01\x01" + rng.randbytes(2000),
    "sh": lambda rng: b"#!/bin/sh\nrm -rf /\n",
    "docx": lambda rng: _zipped([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]),
    "docm": lambda rng: _zipped([("[Content_Types].xml", b"<Types/>"), ("word/vbaProject.bin", b"x")]),
    "doc": lambda rng: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(3000),
    "rtf": lambda rng: b"{\\rtf1\\ansi {\\object\\objdata 01}}",
    "zip": lambda rng: nested(rng.randrange(1, 5)),
    "tgz": lambda rng: _tarred(),
    "gz": lambda rng: gzip.compress(rng.randbytes(500)),
    "rar": lambda rng: b"Rar!\x1a\x07\x01\x00" + rng.randbytes(500),
    "7z": lambda rng: b"7z\xbc\xaf\x27\x1c" + rng.randbytes(500),
    "gif": _other_picture("GIF"),
    "webp": _other_picture("WEBP"),
    "bmp": _other_picture("BMP"),
    "tiff": _other_picture("TIFF"),
    "class": lambda rng: b"\xca\xfe\xba\xbe" + rng.randbytes(500),
    "lnk": lambda rng: b"L\0\0\0\x01\x14\x02\0" + rng.randbytes(300),
    "swf": lambda rng: b"CWS\x0a" + rng.randbytes(300),
    "mp4": lambda rng: b"\0\0\0\x18ftypmp42" + rng.randbytes(500),
    "ps": lambda rng: b"%!PS-Adobe-3.0\n(%PDF-1.4) show\n%%EOF\n",
}
TAKEN = ("pdf", "png", "jpg", "jpeg", "xlsx", "csv")
NEVER = (
    "exe", "svg", "html", "htm", "xhtml", "shtml", "svgz", "xml", "js", "php", "jsp", "aspx", "bat", "cmd", "com", "scr", "msi",
    "hta", "lnk", "zip", "rar", "7z", "tar.gz", "jar", "apk", "iso", "docm", "xlsm", "xlsb", "xls", "doc", "ppt", "swf", "gif",
    "webp", "tif", "bmp", "heic", "eml", "url", "reg", "ps1", "vbs", "py", "sh", "txt", "json", "mht", "docx",
)  # fmt: skip
PAGES = (
    "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "<html><script>alert(1)</script></html>",
    "<!DOCTYPE html><body onload=alert(1)>", "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "<!-- a --><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<iframe src=javascript:alert(1)>",
    "<body><form action=http://x.example>", "</title><script>1</script>", "<ScRiPt>1</sCrIpT>",
    "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>",
)  # fmt: skip
WRITINGS = ("utf-8", "utf-8-sig", "utf-16")


def _cut(data, rng):
    """The beginning of a file, without at least its last fiftieth."""
    return data[: rng.randrange(len(data) // 10, len(data) - max(len(data) // 50, 30))]


@cache
def good_files():
    """{ending: bytes} of good files with something in them."""
    rng = random.Random(1)
    text = "MST;GTSX (triệu đồng)\n" + "".join(f"{tax_code(n + 1)};{n}\n" for n in range(200))
    return {
        "pdf": pdf(_deflated(zlib.compress(rng.randbytes(4000))), page=b"/Resources << /XObject << /P 5 0 R >> >>", pages=3),
        "png": _noise(rng),
        "jpg": _noise(rng, "JPEG"),
        "xlsx": workbook([["MST", "GTSX (triệu đồng)"], *[[tax_code(n + 1), n] for n in range(200)]]),
        "csv": text.encode(),
    }  # fmt: skip


DAMAGED = [
    lambda good, rng: _cut(good, rng),
    lambda good, rng: bytes(64) + good[64:],
    lambda good, rng: good[rng.randrange(1, 40) :],
    lambda good, rng: good[::-1],
    lambda good, rng: bytes(len(good)),
    lambda good, rng: rng.randbytes(len(good)),
    lambda good, rng: good[: len(good) // 3] + b"\0" * 40,
    lambda good, rng: b"",
]
HANGING = (
    b"<?php system($_GET[0]); ?>",
    b"<script>alert(1)</script>",
    b"PK\x03\x04",
    b"MZ\x90\x00",
    b"%PDF-1.7\n%%EOF",
)


def _two_at_once(rng):
    good, way = good_files(), rng.randrange(7)
    if way < 2:
        ending = rng.choice(["png", "jpg"])
        return ending, good[ending] + rng.choice(HANGING)
    if way == 2:
        ending = rng.choice(["pdf", "png", "jpg"])
        return ending, good[ending] + good["xlsx"]
    if way == 3:
        return "xlsx", good["xlsx"] + rng.choice([good["pdf"], b"<script>alert(1)</script>", rng.randbytes(50)])
    if way == 4:
        return rng.choice(TAKEN), rng.choice(HANGING) + good[rng.choice(["pdf", "png", "xlsx"])]
    if way == 5:
        return "pdf", b"GIF89a/*" + good["pdf"]
    return "xlsx", good["xlsx"][: good["xlsx"].index(b"PK\x03\x04", 4)] + good["xlsx"]


PARTS = (
    "xl/vbaProject.bin", "xl/vbaProjectSignature.bin", "xl/macrosheets/sheet1.xml", "xl/dialogsheets/sheet1.xml",
    "xl/activeX/activeX1.xml", "xl/embeddings/oleObject1.bin", "xl/embeddings/Microsoft_Word.docx", "xl/ctrlProps/ctrlProp1.xml",
    "xl/webextensions/webextension1.xml", "xl/externalLinks/externalLink1.xml", "xl/connections.xml", "xl/queryTables/q1.xml",
    "xl/media/a.exe", "xl/media/a.js", "xl/media/a.zip", "xl/media/a.lnk", "a.dll", "payload.hta", "run.ps1", "a.jar",
    "../../etc/x.xml", "/etc/x.xml", "xl\\..\\..\\x.xml", "C:/x.xml", "XL/WORKBOOK.XML",
)  # fmt: skip


def _workbook(rng):
    """A good workbook with one part more that no workbook needs, or a thousand."""
    if rng.randrange(12) == 0:
        return changed(GOOD, add=[(f"xl/media/{number}.xml", b"<a/>") for number in range(1001)])
    name = rng.choice(PARTS)
    return changed(GOOD, add=[(name, nested(2) if name.endswith(".zip") else b"<a/>" + rng.randbytes(20))])


# --- the families ------------------------------------------------------------------------------


def _one_of(rows, ending, make):
    return lambda rng, turn: (ending, make(rows[turn % len(rows)], rng))


FAMILIES = {
    "active paper": _one_of(ACTIVE, "pdf", lambda row, rng: _made(row)),
    "paper that carries files": _one_of(CARRYING, "pdf", lambda row, rng: _made(row)),
    "heavy paper": _one_of(HEAVY, "pdf", lambda make, rng: make(rng)),
    "locked paper": lambda rng, turn: ("pdf", _locked(rng)),
    "bad picture": lambda rng, turn: (PICTURES[turn % len(PICTURES)][0], PICTURES[turn % len(PICTURES)][1](rng)),
    "under another ending": lambda rng, turn: (
        rng.choice(TAKEN), FOREIGN[sorted(FOREIGN)[turn % len(FOREIGN)]](rng),
    ),
    "page or drawing with script": lambda rng, turn: (
        rng.choice([*TAKEN, "csv", "csv", "svg", "html"]), PAGES[turn % len(PAGES)].encode(WRITINGS[turn // 11 % 3]),
    ),
    "ending that is not taken": lambda rng, turn: (NEVER[turn % len(NEVER)], rng.choice(list(good_files().values()))),
    "two files at once": lambda rng, turn: _two_at_once(rng),
    "workbook that carries more": lambda rng, turn: ("xlsx", _workbook(rng)),
    "damaged": lambda rng, turn: _damaged(rng, turn),
    "known from the guard": lambda rng, turn: _known(turn),
}  # fmt: skip


def _damaged(rng, turn):
    ending = ("pdf", "png", "jpg", "xlsx")[turn % 4]
    return ending, DAMAGED[turn // 4 % len(DAMAGED)](good_files()[ending], rng)


def _known(turn):
    called, make = list(HOSTILE.values())[turn % len(HOSTILE)]
    return called, make()


NAMES = (
    "{}.{}", "Báo cáo {}.{}", "../../{}.{}", "..\\..\\{}.{}", f"{MARK}{{}}.{{}}", "{}\u202e.{}", "{} .{}", "CON {}.{}",
    "{}.pdf.{}", "x" * 180 + "{}.{}",
)  # fmt: skip
CLAIMS = ("application/pdf", "image/png", "text/html", "image/svg+xml", "application/octet-stream", "")


def hostile(count, seed):
    rng, made = random.Random(seed), 0
    for turn in itertools.count():
        for family, make in FAMILIES.items():
            if made == count:
                return
            ending, data = make(rng, turn)
            name = (
                ending if "." in ending and family == "known from the guard" else rng.choice(NAMES).format(made, ending)
            )
            yield Sent(family, name, data, rng.choice(CLAIMS))
            made += 1


def odd(count, seed):
    """Mutants of good files: whether they are taken is the guard's to say, but never otherwise than as they are."""
    rng, good = random.Random(seed), good_files()
    for number in range(count):
        ending = rng.choice(list(good))
        if ending == "jpg" and number % 2:  # readers paint what is missing grey, and say nothing
            yield Sent("mutant", f"{number}.jpg", _cut(good["jpg"], rng) + b"\xff\xd9")
            continue
        data = bytearray(good[ending])
        for _ in range(rng.randrange(1, 12)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        yield Sent("mutant", f"{number}.{ending}", bytes(data))


def good_ones():
    """Files that must come in, under names as people give them, and files that carry script only as a comment."""
    good = good_files()
    for ending, data in good.items():
        for pattern in NAMES:
            yield Sent("good", pattern.format("a", ending), data)
    yield Sent("good", "rong.csv", good["csv"].decode().encode("utf-16"))
    yield Sent("good", "windows.csv", "MST;Ten\n1;Công\n".encode("cp1258", "ignore"))
    yield Sent("good", "ghi-chu.jpg", _commented())
    yield Sent("good", "ghi-chu.png", _png(_head(9, 9), _chunk(b"tEXt", b"a\0" + MARK.encode()), *_rest_of_png()))
    yield Sent("good", "dan-trang.pdf", pdf(pages=1500))
    link = b"/A << /S /URI /URI (https://congthuong.hanoi.gov.vn) >>"
    yield Sent("good", "lien-ket.pdf", pdf(NOTE % (b"Link", link), page=b"/Annots [5 0 R]"))


def _commented():
    data = picture("JPEG", (40, 40))
    text = MARK.encode()
    return data[:2] + b"\xff\xfe" + struct.pack("!H", len(text) + 2) + text + data[2:]


def _rest_of_png():
    return _chunk(b"IDAT", zlib.compress(bytes(9 * 28))), END
