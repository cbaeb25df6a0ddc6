"""The application as its signatory signed it outside, attached to a draft: what its signatures are worth is told, never judged."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Refused
from documents.services.trust import verified
from documents.store import save_upload
from dossiers.models import DossierFile
from dossiers.permissions.dossiers import LODGE
from dossiers.services.dossiers import locked_draft


def attach_application(*, dossier, upload, by, now):
    """Attach the signed PDF, or another one in its place. Whatever its signatures are worth, the dossier can be lodged."""
    require(by, LODGE)
    with transaction.atomic():
        _require_online(locked_draft(dossier, by, LODGE))
    stored = save_upload(upload, by=by, now=now, allow=("pdf",), most_megabytes=settings.UPLOAD_MEGABYTES)
    found = verified(stored, now)  # in a process of its own, before anything is held
    return _attach(dossier, stored, found, by=by, now=now)


@transaction.atomic
def _attach(dossier, stored, found, *, by, now):
    draft = locked_draft(dossier, by, LODGE)
    _require_online(draft)
    standing = draft.files.applications().select_for_update(of=("self",)).select_related("file").first()
    if standing and standing.file.sha256 == stored.sha256:
        return standing
    if standing:
        _take_away(standing, by=by, now=now)
    row = DossierFile.objects.create(
        dossier=draft, file=stored, is_application=True, added_at=now, added_by=by, verified_at=now,
        signatures=None if found is None else [each.kept for each in found],
    )  # fmt: skip
    record_event(
        "dossier application attached", draft, by=by, now=now, name=stored.original_name, sha256=stored.sha256,
        signatures=len(found or ()),
    )  # fmt: skip
    return row


@transaction.atomic
def remove_application(*, row, by, now):
    """Take the signed application away from a draft. Taken away already, nothing happens."""
    require(by, LODGE)
    locked_draft(row.dossier, by, LODGE)
    row = DossierFile.objects.select_for_update(of=("self",)).select_related("file", "dossier").get(pk=row.pk)
    if not row.removed_at:
        _take_away(row, by=by, now=now)
    return row


def _take_away(row, *, by, now):
    row.removed_at, row.removed_by = now, by
    row.save(update_fields=["removed_at", "removed_by"])
    record_event("dossier application taken away", row.dossier, by=by, now=now, name=row.file.original_name)


def _require_online(draft):
    if draft.is_paper:
        raise Refused(_("What came on paper is signed on the paper. Scan it as its component."))


def application_of(dossier):
    """The signed application that stands, or None."""
    return dossier.files.applications().select_related("file", "added_by").first()
