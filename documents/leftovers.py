"""Bytes in the store that belong to no row: of what was refused after it was kept, or broke off before its row was written."""

import os
import re
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.models import StoredFile

REST = timedelta(days=1)
A_BATCH = 500
FEW = 100
PARTS = "[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"
IS_DIGEST = re.compile(r"[0-9a-f]{64}")
ASIDE = ".aside"


def remove_leftovers(*, now):
    """Remove what has stood for a day without a row; {what: how many}.

    A store of which most belongs to no row is another database's: nothing of it is removed, and a person is told.
    """
    store, before = Path(settings.FILE_STORE), (now - REST).timestamp()
    found, named = [], 0
    for folder, is_identity in ((store, False), (store / "identity", True)):
        for batch in _batches(folder):
            rows = StoredFile.objects.filter(sha256__in=[path.name for path in batch], is_identity=is_identity)
            known = set(rows.values_list("sha256", flat=True))
            named += len(known)
            found += [path for path in batch if path.name not in known and _is_older(path, before)]
    if len(found) > FEW and len(found) > named:
        raise Refused(
            _(
                "%(count)s files of the store belong to nothing, more than the portal knows. Nothing was removed: look whether "
                "DATA_DIR and the database belong together."
            )
            % {"count": len(found)}
        )
    unfinished = [path for path in (store / "incoming").glob("*") if _is_older(path, before)]
    for path in unfinished:
        path.unlink(missing_ok=True)
    return {"removed": sum(_remove(path, before) for path in found), "unfinished": len(unfinished)}


def _batches(folder):
    for path in folder.glob(f"{PARTS}/*{ASIDE}"):  # it stopped in between
        os.replace(path, path.with_suffix(""))
    paths = (path for path in folder.glob(f"{PARTS}/*") if IS_DIGEST.fullmatch(path.name))
    while batch := list(islice(paths, A_BATCH)):
        yield batch


def _is_older(path, before):
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < before
    return False


def _remove(path, before):
    """Whether it was removed. Somebody may send the same bytes at this moment, which makes the file young again (`store._put`):
    so it is set aside first, where nobody finds it, and looked at once more."""
    aside = path.with_name(path.name + ASIDE)
    try:
        os.replace(path, aside)
    except FileNotFoundError:
        return False
    if _is_older(aside, before):
        aside.unlink()
        return True
    os.replace(aside, path)
    return False
