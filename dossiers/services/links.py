"""The verbs of links: name the earlier dossier that one follows, and take a wrong link away."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from dossiers.models import Dossier, DossierLink
from dossiers.permissions.links import LINK, may_link
from screens.text import clean


@transaction.atomic
def link_dossier(*, dossier, code, kind, by, now, confirmed_of=None):
    """Say that a dossier continues, repeats or does not accept an earlier one that the person sees too. `confirmed_of` is the
    other enterprise whose dossier it is, once the person confirmed that it is meant so."""
    require(by, LINK)
    row = _held(dossier, by)
    earlier = _seen(code, by)
    if earlier is None:
        raise Refused(
            _("You see no dossier with the code %(code)s. The code stands on its page.") % {"code": clean(code)}
        )
    if earlier.pk == row.pk or (row.submitted_at and earlier.submitted_at > row.submitted_at):
        raise Refused(_("A dossier follows one that was lodged before it. Name this one on the page of the later one."))
    if row.links.standing().filter(earlier=earlier).exists():
        raise Conflict(_("Dossier %(code)s is named already. Take that link away first.") % {"code": earlier.code})
    if is_of_another(row, earlier) and confirmed_of != earlier.enterprise.root:
        raise Refused(whose(row, earlier))
    link = DossierLink.objects.create(dossier=row, earlier=earlier, kind=kind, at=now, by=by)
    record_event("dossier linked", row, by=by, now=now, earlier=earlier.code, after={"kind": kind})
    return link


def of_another_enterprise(*, dossier, code, by):
    """The dossier with this code, where the person sees it and it is of another enterprise than `dossier`."""
    earlier = _seen(code, by)
    return earlier if earlier and is_of_another(dossier, earlier) else None


def is_of_another(dossier, other):
    return dossier.enterprise.root != other.enterprise.root


def whose(dossier, earlier):
    return _("Dossier %(code)s is of %(other)s, while this one is of %(own)s. Confirm that it is meant so.") % {
        "code": earlier.code,
        "other": earlier.enterprise.root.name,
        "own": dossier.enterprise.root.name,
    }


def _seen(code, by):
    code = clean(code)
    found = Dossier.objects.visible_to(by).lodged().filter(code__in={code, code.upper()})
    return found.select_related("enterprise__merged_into").first()


@transaction.atomic
def end_link(*, link, by, now):
    """Take a link away; that it stood stays in the history. Taken away already, nothing happens."""
    require(by, LINK)
    _held(link.dossier, by)
    row = DossierLink.objects.select_for_update(of=("self",)).select_related("dossier", "earlier").get(pk=link.pk)
    if row.ended_at is None:
        row.ended_at, row.ended_by = now, by
        row.save(update_fields=["ended_at", "ended_by"])
        record_event("dossier link ended", row.dossier, by=by, now=now, earlier=row.earlier.code)
    return row


def _held(dossier, by):
    row = Dossier.objects.select_for_update(of=("self",)).select_related("enterprise__merged_into").get(pk=dossier.pk)
    if not may_link(by, row):
        raise NotAllowed(_("Once a dossier is lodged, the Department says what it follows."))
    return row
