"""The rights of clients: one scope for each resource and verb, and one to hear events of what may be read."""

from django.utils.translation import gettext_lazy as _

from exchange.catalogue import RIGHT
from exchange.resources import resources


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
