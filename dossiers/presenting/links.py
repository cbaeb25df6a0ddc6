"""Links of dossiers in words, from either side."""

from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dossiers.models import Dossier, DossierLink
from dossiers.services.links import is_of_another

BACKWARDS = {
    "continues": pgettext_lazy("dossier link", "Continued by"),
    "repeats": pgettext_lazy("dossier link", "Asked again by"),
    "objects": pgettext_lazy("dossier link", "Its result is not accepted by"),
}


def links_shown(user, dossier):
    """[{words, other, own, enterprise}] of the links of a dossier whose other side the person sees too; `own` is the link where it
    is this dossier that names the other, `enterprise` whose the other is where it is another's."""
    rows = DossierLink.objects.standing().filter(Q(dossier=dossier) | Q(earlier=dossier))
    of_each = ("procedure_version__procedure", "enterprise__merged_into")
    rows = list(rows.select_related(*(f"{side}__{name}" for side in ("dossier", "earlier") for name in of_each)))
    others = {row.earlier_id if row.dossier_id == dossier.pk else row.dossier_id for row in rows}
    seen = set(Dossier.objects.visible_to(user).filter(pk__in=others).values_list("pk", flat=True)) if others else ()
    shown = []
    for row in rows:
        own = row.dossier_id == dossier.pk
        other = row.earlier if own else row.dossier
        if other.pk in seen:
            words = row.get_kind_display() if own else BACKWARDS[row.kind]
            enterprise = other.enterprise.root.name if is_of_another(row.dossier, row.earlier) else ""
            shown.append({"words": words, "other": other, "own": row if own else None, "enterprise": enterprise})
    return shown
