"""What can be read: one `Resource` for each kind of thing, written by the module of its room in `exchange/api/`.

    ENTERPRISES = register(
        Resource(
            name="enterprises", label=_("Enterprises"), model=Enterprise, row=EnterpriseRow, rows=rows, filters=Filter,
            sorts={"name": ("sort_key",)}, sort="name", changes={"enterprises.enterprise": …},
        )
    )

gives it a list, a page of one thing, a stream of all, a feed of changes, a scope, its permissions and its documentation;
`writes=(Write(name="create", …),)` its verbs, with a scope of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules

from django.db.models import Model, Q
from django.utils.functional import Promise

from exchange import api
from exchange.bodies import Body, Json
from exchange.leaving import Leaving


@dataclass(frozen=True, eq=False)
class Write:
    """A verb of a resource. `do(caller, by, values, now)` makes an object and returns it; with `of_one` it is
    `do(obj, by, values, now)` on one that stands. `values` are what `body` read; the answer shows the resource's row.

    What is made can be made `in_bulk`, each row with its own result. `read_once(now)` is what holds for every row of a
    request; `do` is given it as a fifth. Where not all of a body could be read, `look(caller, by, values, now)` gives {name:
    sentences} of what else is wrong with the rest, and keeps nothing. `parsers` say how the body comes. What is `of_the_city` as a whole is not written by
    systems that were narrowed to wards or groups.
    """

    name: str
    label: str | Promise
    body: type[Body]
    do: Callable
    of_one: bool = False
    in_bulk: bool = False
    of_the_city: bool = False
    read_once: Callable | None = None
    look: Callable | None = None
    parsers: tuple = (Json,)


@dataclass(frozen=True, eq=False)
class Resource:
    """`rows(caller)` are those that the caller may see; `sorts` are columns that are never empty and have an index.

    `leaving` says which of its operations (list, one, stream, changes; "" is all) are on their way out (`exchange.leaving`).
    `changes` says for each kind of object that events speak of whose rows changed: a function from public ids of such
    objects to those of the rows. `open_to_all` needs no token. Resources with the same `right` (name, label) share a scope.
    """

    name: str
    label: str | Promise
    model: type[Model]
    row: type
    rows: Callable
    filters: type | None = None
    sorts: Mapping[str, tuple] = field(default_factory=dict)
    sort: str = ""
    changes: Mapping[str, Callable] = field(default_factory=dict)
    open_to_all: bool = False
    right: tuple[str, Promise] | None = None
    was_seen_by: Callable | None = None
    writes: tuple[Write, ...] = ()
    leaving: Mapping[str, Leaving] = field(default_factory=dict)

    @property
    def scope(self):
        return f"{self.right[0] if self.right else self.name}:read"

    @property
    def scope_label(self):
        return self.right[1] if self.right else self.label

    @property
    def write_scope(self):
        return f"{self.right[0] if self.right else self.name}:write"

    def write(self, name):
        return next((each for each in self.writes if each.name == name), None)

    def leaves(self, kind):
        """How the operation of that kind is on its way out, if it is."""
        return self.leaving.get(kind) or self.leaving.get("")

    @cached_property
    def fields(self):
        """Names of the row's fields, in their order."""
        return tuple(self.row().fields)

    @cached_property
    def usual_fields(self):
        """Those that a row has when nothing else is asked for."""
        return tuple(name for name in self.fields if name not in self.row.expandable)


def rows_with(model, *paths):
    """For `changes`: the rows that show an object at one of the paths; "" is the object itself."""

    def changed(ids):
        shown = (Q(**{f"{path}__public_id__in" if path else "public_id__in": ids}) for path in paths)
        return model._base_manager.filter(reduce(or_, shown)).order_by().values_list("public_id", flat=True)

    return changed


_resources: dict[str, Resource] = {}


def register(resource):
    if resource.name in _resources:
        raise ValueError(f"The resource {resource.name} stands twice.")
    _resources[resource.name] = resource
    return resource


def resources():
    """{name: Resource} of the whole API."""
    for module in iter_modules(api.__path__):
        import_module(f"exchange.api.{module.name}")
    return _resources
