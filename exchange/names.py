"""Connected systems as histories, logs and pages name them."""

from uuid import UUID

from django.utils.translation import gettext as _

from exchange.models import Client
from exchange.rights import all_scopes
from reference.models import AdministrativeUnit, ProductGroup
from screens.text import fold

FEW = 3  # rights, in a list


def _actor(public_id):
    return f"client:{public_id}"


def names_of_clients(actors):
    """For histories and logs: {"client:<public id>": "the system and whose it is"}."""
    ids = []
    for actor in actors:
        kind, _colon, text = actor.partition(":")
        if kind == "client":
            try:
                ids.append(UUID(text))
            except ValueError:
                continue
    if not ids:
        return {}
    found = Client.objects.filter(public_id__in=ids).values_list("public_id", "name", "owner")
    return {
        _actor(public_id): _("%(system)s (system of %(agency)s)") % {"system": name, "agency": owner}
        for public_id, name, owner in found
    }


def found_by_words(text):
    """Keys of the systems of whose name, agency and purpose every typed word is part, with or without marks.

    There are some dozens of systems, so they need no folded column.
    """
    words = fold(text).split()
    rows = Client.objects.values_list("pk", "name", "owner", "purpose")
    return [pk for pk, *texts in rows if all(word in fold(" ".join(texts)) for word in words)]


def clients_called(text):
    """For searching the log: actors whom the typed text may mean."""
    keys = found_by_words(text) if fold(text) else []
    return {_actor(public_id) for public_id in Client.objects.filter(pk__in=keys).values_list("public_id", flat=True)}


def named_scopes(scopes):
    """The rights in words; one that the API no longer has stands as it is."""
    known = all_scopes()
    return [str(known.get(scope, scope)) for scope in scopes]


def scopes_in_short(scopes):
    """The rights in words where they are few, else how many there are of each kind."""
    if len(scopes) <= FEW:
        return "; ".join(named_scopes(scopes))
    writes = sum(scope.endswith(":write") for scope in scopes)
    return _("To read: %(reads)s, to write: %(writes)s") % {"reads": len(scopes) - writes, "writes": writes}


def _named(rows, codes):
    names = {row.code: row.name for row in rows.filter(code__in=codes).order_by("valid_from")}
    return [names.get(code, code) for code in codes]


def named_wards(codes):
    return _named(AdministrativeUnit.objects.filter(kind=AdministrativeUnit.Kind.WARD), codes) if codes else []


def named_groups(codes):
    return _named(ProductGroup.objects.all(), codes) if codes else []
