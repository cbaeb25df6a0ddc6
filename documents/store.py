"""The hash-named store: what came in stands under its SHA-256, outside the web root, once for all who sent it."""

import hashlib
import logging
import os
import tempfile
import uuid
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from audit.events import record_event
from audit.refusals import Refused
from documents import guard, identity, scanner
from documents.models import StoredFile
from documents.reasons import dotted

logger = logging.getLogger(__name__)
BLOCK = 1 << 20
VISITOR = "system:visitor"  # who sends something without having signed in
VISITORS = uuid.UUID(int=1)  # the owner of what they sent


def owner_of(by):
    return VISITORS if by == VISITOR else by.public_id


def path_of(sha256):
    return Path(settings.FILE_STORE) / sha256[:2] / sha256[2:4] / sha256


def place_of(stored):
    """Where its bytes stand; those of an identity paper apart from all others, encrypted."""
    if not stored.is_identity:
        return path_of(stored.sha256)
    return Path(settings.FILE_STORE) / "identity" / path_of(stored.sha256).relative_to(settings.FILE_STORE)


@contextmanager
def incoming(*, outside=False):
    """A temporary file on the store's own disk, or `outside` it where that may hold nothing that is not encrypted; removed
    whatever happens."""
    folder = None if outside else Path(settings.FILE_STORE) / "incoming"
    if folder:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def blocks_of(file):
    """The bytes of an uploaded file, a block at a time."""
    file.seek(0)
    return file.chunks(BLOCK) if hasattr(file, "chunks") else iter(lambda: file.read(BLOCK), b"")


def digest_of(file):
    digest = hashlib.sha256()
    for block in blocks_of(file):
        digest.update(block)
    return digest.hexdigest()


def save_upload(file, *, by, now, allow=guard.EVERYTHING, name=None, most_megabytes=None, is_identity=False):
    """Take a file in: size, quota, guard, scan, then the store. Returns its StoredFile or raises Refused.

    An identity paper is looked at as it came and then kept encrypted; no event has its name.
    """
    most = (most_megabytes or settings.UPLOAD_MEGABYTES) * 2**20
    if file.size is not None and file.size > most:
        raise Refused(too_large(most))
    with incoming(outside=is_identity) as (target, path):
        digest, size = hashlib.sha256(), 0
        for block in blocks_of(file):
            size += len(block)
            if size > most:
                raise Refused(too_large(most))
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
        found = guard.examine(path, name or file.name, allow)
        scanned = _scan(path)
        sha256 = digest.hexdigest()
        with transaction.atomic():
            _within_quota(by, size, now)
            stored = StoredFile.objects.create(
                sha256=sha256,
                size=size,
                format=found.format,
                content_type=found.content_type,
                original_name=found.name,
                owner=owner_of(by),
                stored_at=now,
                scan=scanned,
                scanned_at=now if scanned != StoredFile.Scan.WAITING else None,
                facts=found.facts,
                is_identity=is_identity,
            )
            shown = "…" if is_identity else found.name
            record_event("file received", stored, by=by, now=now, name=shown, size=size, sha256=sha256, scan=scanned)
            if is_identity:
                _lock(path.read_bytes(), place_of(stored))
            else:
                _put(path, place_of(stored))
    return stored


def too_large(most=None):
    most = most or settings.UPLOAD_MEGABYTES * 2**20
    return _("The file is larger than %(most)s MB. Divide it, or save it in a smaller form.") % {"most": most // 2**20}


def _lock(clear, place):
    with incoming() as (target, path):
        target.write(identity.locked(clear))
        target.flush()
        os.fsync(target.fileno())
        _put(path, place)


def _put(path, final):
    """Rename into place; the same bytes are kept once, and are young again, so that no sweep takes them for left over before
    their new row stands (`documents.leftovers`)."""
    try:
        os.utime(final)
    except FileNotFoundError:
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.chmod(path, 0o400)
        os.replace(path, final)


def _scan(path):
    if not scanner.is_set_up():
        return StoredFile.Scan.WAITING
    try:
        with open(path, "rb") as file:
            found = scanner.scan(file)
    except scanner.ScannerAway:
        return StoredFile.Scan.WAITING
    if found:
        raise Refused(
            _("The virus scanner found something harmful in the file (%(found)s). It was not kept.") % {"found": found}
        )
    return StoredFile.Scan.CLEAN


def _within_quota(by, size, now):
    """A person's files stay within their number and size, whoever uploads at the same moment; those of all visitors
    together within a number a day. What a connected system sends is held to its calls."""
    if by == VISITOR:
        today = StoredFile.objects.filter(owner=VISITORS, stored_at__gt=now - timedelta(days=1))
        if today.count() >= settings.VISITOR_FILES_A_DAY:
            raise Refused(_("No more files are taken today from people who are not signed in. Send it again tomorrow."))
        return
    if by.is_system:
        return
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    have = StoredFile.objects.filter(owner=by.public_id).aggregate(count=Count("id"), size=Sum("size"))
    if have["count"] >= settings.QUOTA_FILES or (have["size"] or 0) + size > settings.QUOTA_MEGABYTES * 2**20:
        raise Refused(
            _("You have reached your limit of %(files)s files or %(size)s MB. Ask the administrator to raise it.")
            % {"files": dotted(settings.QUOTA_FILES), "size": dotted(settings.QUOTA_MEGABYTES)}
        )


def usable(stored):
    """Whether the file may be opened or handed out: clean, or not yet scanned where the settings allow that."""
    if stored.scan == StoredFile.Scan.CLEAN:
        return True
    return stored.scan == StoredFile.Scan.WAITING and (settings.SERVE_UNSCANNED or not scanner.is_set_up())


def scan_waiting(*, now, most=200):
    """Scan what came in while the scanner was away; returns how many were judged."""
    judged = 0
    if not scanner.is_set_up():
        return judged
    for stored in StoredFile.objects.filter(scan=StoredFile.Scan.WAITING).order_by("id")[:most]:
        try:
            with open_clear(stored) as file:
                found = scanner.scan(file)
        except scanner.ScannerAway:
            break
        except Refused:  # its key or the file itself is missing; whoever opens it is told
            continue
        stored.scan, stored.scanned_at = (StoredFile.Scan.FOUND if found else StoredFile.Scan.CLEAN), now
        with transaction.atomic():
            stored.save(update_fields=["scan", "scanned_at"])
            record_event("file scanned", stored, by="system:scanner", now=now, scan=stored.scan, found=found or "")
        judged += 1
    return judged


PORTAL = uuid.UUID(int=0)  # the owner of what the portal itself made


def keep_made(content, *, name, now):
    """Keep a PDF that the portal made itself; returns its StoredFile. Within the transaction of what it was made for."""
    sha256 = hashlib.sha256(content).hexdigest()
    with incoming() as (target, path):
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
        _put(path, path_of(sha256))
    return StoredFile.objects.create(
        sha256=sha256,
        size=len(content),
        format="pdf",
        content_type=guard.CONTENT_TYPES["pdf"],
        original_name=guard.clean_name(name),
        owner=PORTAL,
        stored_at=now,
        scan=StoredFile.Scan.CLEAN,
        scanned_at=now,
    )


def opened(place):
    """A file of the store, open for reading. Whoever asks for one that is not there is told in words, and the operator in the
    log: the row was written after the file, so somebody took it away or the store is not the one that belongs to the database."""
    try:
        return open(place, "rb")
    except OSError as error:
        logger.error("the file store has no %s: %s", place, error)
        raise Refused(
            _("The file cannot be read: it is missing from the file store. Tell the administrator, who restores it.")
        ) from error


def bytes_of(stored):
    return bytes_at(stored.sha256)


def bytes_at(sha256):
    with opened(path_of(sha256)) as file:
        return file.read()


def open_clear(stored):
    """What came in, open for reading: to be served or scanned. An identity paper is opened in memory alone."""
    if not stored.is_identity:
        return opened(place_of(stored))
    with opened(place_of(stored)) as file:
        clear = identity.unlocked(file.read())
    if hashlib.sha256(clear).hexdigest() != stored.sha256:
        raise Refused(_("The identity paper in the store is not the one that came in. Tell the administrator."))
    return BytesIO(clear)


def lock_identity_papers_anew():
    """Encrypt every identity paper under the first key; (how many, how many no key opened or are not there)."""
    done, left = 0, 0
    for stored in StoredFile.objects.filter(is_identity=True).order_by("pk").iterator():
        place = place_of(stored)
        try:
            content = identity.locked_anew(place.read_bytes())
        except (Refused, OSError):
            left += 1
            continue
        with incoming() as (target, path):
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
            os.chmod(path, 0o400)
            os.replace(path, place)
        done += 1
    return done, left
