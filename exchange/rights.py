"""The rights of clients: one scope for each resource and verb, and one to hear events of what may be read."""

from django.utils.translation import gettext_lazy as _

from exchange.catalogue import RIGHT
from exchange.resources import resources


def idle_scopes(caller):
    """The scopes of a caller that give it nothing, because it was narrowed to wards or groups and all that they open is of the
    whole city."""
    if not caller.is_narrowed:
        return set()
    useful = set()
    for each in resources().values():
        sees = not each.rows(caller).query.is_empty()
        if sees:
            useful.add(each.scope)
        if any(not write.of_the_city and (sees or not write.of_one) for write in each.writes):
            useful.add(each.write_scope)
    return caller.scopes - useful - {RIGHT}


def all_scopes():
    """{scope: what it allows} of the whole API."""
    found = {}
    for each in resources().values():
        if not each.open_to_all:
            found[each.scope] = _("Read: %(what)s") % {"what": each.scope_label}
    for each in resources().values():
        if each.writes:
            found[each.write_scope] = _("Write: %(what)s") % {"what": each.label}
    return {**found, RIGHT: _("Hear events of what may be read")}
