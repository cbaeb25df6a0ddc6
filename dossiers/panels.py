"""What the page of an enterprise says about its dossiers."""

from django.utils.translation import gettext as _

from dossiers.models import Dossier
from dossiers.permissions.dossiers import VIEW
from dossiers.presenting.dossiers import titled

SHOWN = 10


def dossiers_panel(request, enterprise):
    """What the enterprise, and the records merged into it, lodged last."""
    if not request.user.may(VIEW):
        return None
    own = Dossier.objects.visible_to(request.user).lodged().filter(enterprise__in=enterprise.family_ids)
    own = own.select_related("procedure_version__procedure").prefetch_related("procedure_version__fields")
    rows = list(own.order_by("-submitted_at", "-pk")[: SHOWN + 1])
    return {
        "id": "dossiers",
        "title": _("Dossiers"),
        "template": "dossiers/includes/panel.html",
        "rows": [(row, titled(row)) for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN and request.user.may("dossiers.list"),
        "enterprise": enterprise,
    }
