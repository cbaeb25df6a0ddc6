"""Looking into papers and pictures that come in, without trusting them. No Django here: the limited reader imports this."""

import re
import warnings
import zlib

from documents.limits import Refusal

PIECE = 1 << 18
MOST_POINTS = 300_000_000  # of a picture on a page: a drawing of A0 at 400 dpi
MOST_LINKS = 20_000  # notes, fields and bookmarks that are looked at
MOST_UNPACKED = 250 * 2**20
WIDEST = 14_400  # points: five metres, as far as readers go
HARMLESS = (None, "/GoTo", "/URI", "/Named", "/Hide", "/SetOCGState", "/ResetForm", "/Thread")
LIVE_NOTES = ("/RichMedia", "/Screen", "/Movie", "/Sound", "/3D")
OUTSIDE = re.compile(r"\s*(javascript|vbscript|data|file|\\\\)", re.IGNORECASE)


def look_into_pdf(order):
    """Refuse what acts by itself, carries files, or unpacks to far more than it is, wherever a PDF can keep it."""
    from pypdf import PdfReader

    reader = PdfReader(order["path"], strict=False)
    if reader.is_encrypted:
        raise Refusal("encrypted")
    root = reader.trailer["/Root"]
    pages = len(reader.pages)
    if not 0 < pages <= order.get("most_pages", 2000):
        raise Refusal("too_many_pages", most=order.get("most_pages", 2000))
    names, start, forms = (_part(root, name) for name in ("/Names", "/OpenAction", "/AcroForm"))
    if "/JavaScript" in names or "/AA" in root or acts(start) or "/XFA" in forms:
        raise Refusal("active_content")
    if "/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root:
        raise Refusal("embedded_files")
    for row in _tree(forms.get("/Fields"), "/Kids"):
        _check_acts(row)
    for row in _tree(_part(root, "/Outlines").get("/First"), "/First", "/Next"):
        _check_acts(row)
    unpacked, seen = 0, set()
    for page in reader.pages:
        _check_acts(page)
        unit = float(_plain(page.get("/UserUnit", 1)))
        if max(abs(float(page.mediabox.width)), abs(float(page.mediabox.height))) * unit > WIDEST:
            raise Refusal("too_large_page")
        for note in _tree(page.get("/Annots")):
            _check_acts(note)
            if note.get("/Subtype") in LIVE_NOTES:
                raise Refusal("active_content")
            if note.get("/Subtype") == "/FileAttachment":
                raise Refusal("embedded_files")
        for stream in _streams(page, seen):
            unpacked += unpacked_size(stream, MOST_UNPACKED - unpacked)
    return {"pages": pages}


def _plain(value):
    return value.get_object() if hasattr(value, "get_object") else value


def _part(parent, name):
    """The dictionary that stands under the name; an empty one where there is none."""
    found = _plain(parent.get(name))
    return found if isinstance(found, dict) else {}


def _tree(start, *links):
    """The dictionaries that hang on `start` (one, or a list), and those that they lead to by `links`; each once."""
    waiting, seen = [start], set()
    while waiting:
        row = _plain(waiting.pop())
        if isinstance(row, list):
            waiting += row
        elif isinstance(row, dict) and id(row) not in seen:
            seen.add(id(row))
            if len(seen) > MOST_LINKS:
                raise Refusal("active_content")
            yield row
            waiting += [row[name] for name in links if name in row]


def acts(action):
    """Whether an action does more than lead somewhere: the one that is named, or one that follows it."""
    for each in _tree(action, "/Next"):
        if each.get("/S") not in HARMLESS or OUTSIDE.match(str(each.get("/URI", ""))):
            return True
    return False


def _check_acts(row):
    if "/AA" in row or acts(row.get("/A")):
        raise Refusal("active_content")


def _streams(page, seen):
    """What is drawn on a page: its contents, and the pictures and forms it names; each of them once in a file."""
    drawn = _part(_part(page, "/Resources"), "/XObject")
    contents = _plain(page.get("/Contents"))
    named = contents if isinstance(contents, list) else [contents]
    for stream in map(_plain, [*named, *(drawn[name] for name in drawn)]):
        if hasattr(stream, "_data") and id(stream) not in seen:
            seen.add(id(stream))
            yield stream


def unpacked_size(stream, most):
    """How far a deflated stream unpacks, layer by layer, a piece at a time and no further than `most`."""
    filters = _plain(stream.get("/Filter", []))
    filters = filters if isinstance(filters, list) else [filters]
    layers = []
    for name in filters:
        if name not in ("/FlateDecode", "/Fl"):
            break
        layers.append(zlib.decompressobj())
    if not layers or (stream.get("/Subtype") == "/Image" and len(layers) == 1):
        return _picture_size(stream)
    size, data = 0, stream._data
    for piece in _through(layers, (data[start : start + PIECE] for start in range(0, len(data), PIECE))):
        size += len(piece)
        if size > most:
            raise Refusal("unpacks_too_large")
    return size


def _picture_size(stream):
    """Pictures are never unpacked here: how many points they have is written on them."""
    points = float(stream.get("/Width", 0)) * float(stream.get("/Height", 0))
    if points > MOST_POINTS:
        raise Refusal("too_many_pixels")
    return 0


def _through(layers, pieces):
    """The pieces that come out of the last layer; what is damaged ends there, as it does in a reader."""
    if not layers:
        yield from pieces
        return
    first, *others = layers

    def unpacked():
        for piece in pieces:
            while piece:
                try:
                    out = first.decompress(piece, 4 * PIECE)
                except zlib.error:
                    return
                piece = first.unconsumed_tail
                if out:
                    yield out
                if first.eof:
                    return

    yield from _through(others, unpacked())


def look_into_image(order):
    from PIL import Image

    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = order.get("most_pixels", 50_000_000)
    kind = {"png": "PNG", "jpeg": "JPEG"}[order["format"]]
    try:
        with Image.open(order["path"], formats=[kind]) as image:
            width, height = image.size
            if width * height > Image.MAX_IMAGE_PIXELS:
                raise Refusal("too_many_pixels")
            image.draft("RGB", (width // 8 or 1, height // 8 or 1))  # JPEG is read whole, but kept small
            image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refusal("too_many_pixels") from error
    return {"width": width, "height": height}
