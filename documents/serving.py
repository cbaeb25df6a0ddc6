"""The one way a stored file leaves: as an attachment, under a safe name, never shown inline."""

from urllib.parse import quote

from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.access_log import record_read
from audit.refusals import Refused
from documents.guard import clean_name
from documents.store import path_of, usable


def disposition(name):
    """Content-Disposition by RFC 6266: a plain name for old programs, the true one in UTF-8."""
    name = clean_name(name)
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def serve(stored, request, *, name=None, basis="", by=None):
    """Hand out a stored file to whoever the caller found entitled; the read is logged. `by` where nobody is signed in."""
    if not usable(stored):
        raise Refused(_("The file has not been scanned for viruses yet. Try again in a few minutes."))
    try:
        file = open(path_of(stored.sha256), "rb")  # noqa: SIM115 - the response closes it
    except OSError as error:
        raise Http404 from error
    record_read(by or request.user, "file downloaded", stored, now=timezone.now(), basis=basis)
    return as_attachment(file, name or stored.original_name, stored.content_type, size=stored.size)


def as_attachment(file, name, content_type, *, size=None):
    """An answer that no browser opens by itself."""
    response = FileResponse(file, content_type=content_type)
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    if size is not None:
        response.headers["Content-Length"] = str(size)
    return response
