"""Dossiers as they are put into work files."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.filing import Entry, Fileable
from dossiers.models import Dossier
from dossiers.states import IN_HAND, State


def _lodged(user):
    rows = Dossier.objects.visible_to(user).lodged()
    return rows.select_related("procedure_version__procedure", "enterprise")


def _entry(dossier):
    return Entry(
        subject=dossier.procedure.name_vi,
        symbol=dossier.code,
        dated_on=timezone.localdate(dossier.submitted_at),
        author=dossier.enterprise.name,
    )


FILEABLE = Fileable(
    "dossier",
    _("Dossier"),
    Dossier,
    _lodged,
    _entry,
    is_open=lambda dossier: dossier.state in (State.LODGED, *IN_HAND),
)
