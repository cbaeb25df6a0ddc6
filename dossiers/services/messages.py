"""The verb of messages: the Department writes to the enterprise about its dossier, the enterprise answers."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import NotAllowed, Refused
from dossiers.models import DossierMessage
from dossiers.permissions.messages import WRITE, may_write, writes_as_department
from dossiers.telling import tell_message
from enterprises.telling import people_of


def nobody_reads(dossier, by, now):
    """Why a message of the Department would be read by nobody, in a sentence; "" where somebody reads it."""
    if not writes_as_department(by) or people_of(dossier.enterprise, timezone.localdate(now)).exists():
        return ""
    return _("Nobody of this enterprise signs in to the portal. Telephone or write to them by post.")


@transaction.atomic
def write_message(*, dossier, text, by, now):
    """Write a message that the other side is told of. It moves nothing and stops no clock."""
    require(by, WRITE)
    ours = writes_as_department(by)
    if ours and dossier.submitted_at is None:
        raise Refused(_("Messages are written about dossiers that were lodged."))
    if not may_write(by, dossier):
        raise NotAllowed(_("The Department writes first; its message is answered on this page."))
    unread = nobody_reads(dossier, by, now)
    if unread:
        raise Refused(unread)
    message = DossierMessage.objects.create(dossier=dossier, from_department=ours, text=text, at=now, by=by)
    kind = "dossier message written" if ours else "dossier message answered"
    record_event(kind, dossier, by=by, now=now, text=text)
    tell_message(message, by=by, now=now)
    return message
