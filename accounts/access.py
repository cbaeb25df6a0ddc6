"""Who may do what: one table, read by the middleware, the menus, the services, the commands and the tests.

Each room writes its rows in `<room>/permissions.py`:

    VIEW = action("enterprises.view", _("See enterprises"), roles=READERS)
    route("enterprises:enterprise_list", GET=VIEW)
    menu("enterprises", _("Enterprises"), route="enterprises:enterprise_list", order=30)
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from accounts.roles import POST_ROLES, Role
from audit.refusals import NotAllowed

ALL_ROLES = frozenset(Role)


@dataclass(frozen=True)
class Action:
    """A verb of the portal and the roles that may do it; `anyone` also without signing in, `signed_in` any account."""

    code: str
    label: str | Promise
    roles: frozenset = frozenset()
    anyone: bool = False
    signed_in: bool = False

    def __str__(self):
        return self.code


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation; shown to whoever may GET its route."""

    code: str
    label: str | Promise
    route: str
    order: int
    enterprise_label: str | Promise = ""
    rooms: tuple = ()


ANYONE = Action("open to everyone", _("Open to everyone"), anyone=True)
SIGNED_IN = Action("signed in", _("Everyone who is signed in"), signed_in=True)
BY_POST = Action("by post", _("Everyone who holds a post"), roles=POST_ROLES)

_actions: dict[str, Action] = {}
_routes: dict[str, dict[str, Action]] = {}
_menu: dict[str, Entry] = {}
_complete = False


def action(code, label, *, roles):
    """Add a verb with the roles that may do it; returns it."""
    if code in _actions:
        raise ValueError(f"The action {code} stands twice in the table.")
    _actions[code] = Action(code, label, frozenset(roles))
    return _actions[code]


def route(name, **methods):
    """Say which action each method of the route needs; HEAD goes with GET, every other method is refused."""
    if name in _routes:
        raise ValueError(f"The route {name} stands twice in the table.")
    _routes[name] = methods


def menu(code, label, *, route, order, enterprise_label="", rooms=()):
    """Add an entry to the navigation; it is marked on the pages of its room, or of `rooms` when they are given."""
    _menu[code] = Entry(code, label, route, order, enterprise_label, tuple(rooms) or (code,))


def _load():
    global _complete
    if not _complete:
        autodiscover_modules("permissions")
        _complete = True


def actions():
    """{code: Action} of the whole house."""
    _load()
    return _actions


def routes():
    """{route name: {method: Action}} of the whole house."""
    _load()
    return _routes


def entries():
    """Navigation entries in their order."""
    _load()
    return sorted(_menu.values(), key=lambda entry: entry.order)


def row_for(route_name, method):
    """The action that `method` on the route needs; None when the method (or the route) is not in the table."""
    row = routes().get(route_name)
    if row is None:
        return None
    return row.get("GET" if method == "HEAD" else method)


def allowed(user, wanted):
    """Whether `user` may do `wanted` (an Action or its code)."""
    wanted = actions()[wanted] if isinstance(wanted, str) else wanted
    if wanted.anyone:
        return True
    if not user.is_authenticated or not user.is_active:
        return False
    return wanted.signed_in or bool(user.roles & wanted.roles)


def may_open(user, route_name, method="GET"):
    """Whether `user` may call the route: what menus and buttons ask."""
    needed = row_for(route_name, method)
    return needed is not None and allowed(user, needed)


def require(by, wanted):
    """Services call this: refuse unless `by` may do `wanted`. The system itself (a name, not a person) may."""
    if isinstance(by, str):
        return
    if not allowed(by, wanted):
        raise NotAllowed(_("Your role does not allow this."))
