"""Every address of the portal, read from the URL configuration."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, get_resolver, reverse


@dataclass(frozen=True)
class Route:
    """One pattern: its name as the table of permissions has it, and the arguments of its address."""

    name: str
    arguments: tuple
    app: str

    def address(self, values):
        return reverse(self.name, kwargs={key: values[key] for key in self.arguments})

    @property
    def room(self):
        """The room whose tests know its objects."""
        first = self.name.partition(":")[0]
        if first in settings.ROOMS:
            return first
        return self.app if self.app in settings.ROOMS else "accounts"


def all_routes():
    return list(_walk(get_resolver().url_patterns, (), ()))


def _walk(patterns, namespaces, arguments):
    for pattern in patterns:
        inner = (*arguments, *pattern.pattern.converters)
        if isinstance(pattern, URLPattern):
            inner += tuple(getattr(pattern.pattern, "regex", None).groupindex if not pattern.pattern.converters else ())
            name = ":".join((*namespaces, pattern.name or pattern.lookup_str))
            yield Route(name, tuple(dict.fromkeys(inner)), pattern.lookup_str.partition(".")[0])
        else:
            below = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, below, inner)


def told_by_rooms(module, name):
    """The dictionaries `name` of tests/<room>/<module>.py, put together."""
    found = {}
    for part in modules(module):
        found |= getattr(part, name, {})
    return found


def modules(module):
    """tests/<room>/<module>.py of every room that has one, in the order of the house."""
    return [
        import_module(f"tests.{room}.{module}")
        for room in settings.ROOMS
        if find_spec(f"tests.{room}") and find_spec(f"tests.{room}.{module}")
    ]
