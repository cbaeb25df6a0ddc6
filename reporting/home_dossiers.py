"""Dossiers in "My work": drafts to go on with, paper to type in, and what waits to be received."""

from django.utils.translation import gettext as _

from dossiers.models import Dossier
from dossiers.states import State
from reporting.waiting import Item, Section, address, first_of, may
from screens import formats


def _items(rows, route, verb, moment):
    """(the items of the first rows, how many rows there are)."""
    shown, number = first_of(rows.select_related("procedure_version__procedure", "enterprise"))
    items = [
        Item(
            f"{row.enterprise.called} – {row}",
            address(route, row.public_id),
            verb,
            formats.vn_datetime(getattr(row, moment)),
        )
        for row in shown
    ]
    return items, number


def _drafts(user, now):
    if not may(user, "dossiers.prepare"):
        return None
    drafts = Dossier.objects.visible_to(user).drafts()
    own = drafts.of_enterprises_of(user).filter(channel=Dossier.Channel.ONLINE) | drafts.filter(typed_by=user)
    items, number = _items(own.order_by("-saved_at", "-pk"), "dossiers:fill_dossier", _("Go on"), "saved_at")
    return Section(_("Drafts of dossiers"), items, number)


def _to_receive(user, now):
    if not may(user, "dossiers.type_in"):
        return None
    waiting = Dossier.objects.visible_to(user).filter(state=State.LODGED)
    waiting = waiting.order_by("submitted_at", "pk")
    items, number = _items(waiting, "dossiers:dossier", _("Look at the dossier"), "submitted_at")
    more = f"{address('dossiers:dossier_list')}?state={State.LODGED.value}"
    return Section(_("Dossiers that wait to be received"), items, number, more)


DOSSIERS = (_drafts, _to_receive)
