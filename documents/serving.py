"""The one way a stored file leaves: as an attachment, under a safe name, never shown inline.

To be looked at it is drawn page by page (documents.layout.drawing): `?view=1` is a page that shows the first of them,
`?picture=1` the picture on it, and `large` makes it twice as wide. Every address that serves a file answers all three.
"""

from functools import lru_cache
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.access_log import record_read
from audit.refusals import Refused
from documents.guard import clean_name
from documents.layout.drawing import WIDTH, page_to_look_at
from documents.store import bytes_at, open_clear, usable
from screens.text import ascii_of

KEPT_FROM_OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def disposition(name):
    """Content-Disposition by RFC 6266: a name without marks for old programs, the true one in UTF-8."""
    name = clean_name(name)
    return f"attachment; filename=\"{ascii_of(name)}\"; filename*=UTF-8''{quote(name, safe='')}"


def serve(stored, request, *, of, name=None, basis="", purpose="", by=None):
    """Hand out a stored file, or pages of it to look at, to whoever the caller found entitled; what is read is logged.

    `of` is the thing that the file belongs to: the way back, also where the file may not be opened yet. An identity paper
    is opened to a `purpose` alone (one word), which the log keeps; without one it is refused. `by` says who reads where
    nobody is signed in.
    """
    by = by or request.user
    basis = f"{basis}, {purpose}" if stored.is_identity and purpose else basis
    if stored.is_identity and not purpose:
        _note(by, stored, "identity paper refused", basis)
        raise PermissionDenied(_("Identity papers are opened only by those who handle the dossier."))
    if not usable(stored):
        messages.error(request, _("The file has not been scanned for viruses yet. Try again in a few minutes."))
        return HttpResponseRedirect(of.get_absolute_url())
    name = name or stored.original_name
    try:
        if "view" in request.GET:
            return _view(stored, request, of, name)
        if "picture" in request.GET:
            return _picture(stored, request, basis, by)
        file = open_clear(stored)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(of.get_absolute_url())
    _note(by, stored, "identity paper downloaded" if stored.is_identity else "file downloaded", basis)
    return as_attachment(file, name, stored.content_type, size=stored.size)


def _note(by, stored, what, basis):
    record_read(by, what, stored, now=timezone.now(), basis=basis)


def as_attachment(file, name, content_type, *, size=None):
    """An answer that no browser opens by itself."""
    response = FileResponse(file, content_type=content_type, headers=KEPT_FROM_OTHERS)
    response.headers["Content-Disposition"] = disposition(name)
    if size is not None:
        response.headers["Content-Length"] = str(size)
    return response


# --- to look at --------------------------------------------------------------------------------


def _view(stored, request, of, name):
    """The page around the picture of one page: what can be said of it, and the ways to the others. No bytes of the file."""
    page, large, refusal, pages = _asked(request, "view"), "large" in request.GET, "", 0
    if stored.can_be_viewed:
        try:
            _jpeg, pages = _drawn(stored, page, large)
        except Refused as refused:
            refusal = str(refused)
    else:
        refusal = _("A table has no pages to look at. Download the file and open it in a spreadsheet program.")

    def address(**asked):
        return f"{request.path}?{urlencode(asked)}"

    size = {"large": 1} if large else {}
    return render(
        request,
        "documents/file_page.html",
        {
            "of": of,
            "name": name,
            "refusal": refusal,
            "page": page,
            "pages": pages,
            "large": large,
            "download": request.path,
            "picture": address(picture=page, **size),
            "before": address(view=page - 1, **size) if page > 1 else "",
            "after": address(view=page + 1, **size) if page < pages else "",
            "other_size": address(view=page) if large else address(view=page, large=1),
        },
    )


def _picture(stored, request, basis, by):
    page = _asked(request, "picture")
    if not stored.can_be_viewed:
        raise Http404
    try:
        jpeg, _pages = _drawn(stored, page, "large" in request.GET)
    except Refused as refusal:
        raise Http404 from refusal
    what = "page of an identity paper seen" if stored.is_identity else "page of a file seen"
    _note(by, stored, what, f"{basis}, page {page}")
    return HttpResponse(jpeg, content_type="image/jpeg", headers=KEPT_FROM_OTHERS)


def _asked(request, what):
    text = request.GET[what]
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text)):
        raise Http404
    return int(text)


def _drawn(stored, page, large):
    width = WIDTH * (2 if large else 1)
    if stored.is_identity:  # never kept at hand
        with open_clear(stored) as file:
            jpeg, pages = page_to_look_at(file.read(), stored.format, page, width)
    else:
        jpeg, pages = _kept(stored.sha256, stored.format, page, width)
    if jpeg is None:
        raise Http404
    return jpeg, pages


@lru_cache(maxsize=16)
def _kept(sha256, kind, page, width):
    """The page that was drawn for its surroundings is at hand when its picture is asked for."""
    return page_to_look_at(bytes_at(sha256), kind, page, width)
