"""Who may do what: one table, read by the middleware, the menus, the services, the commands and the tests.

Each room writes its rows in `<room>/permissions.py`:

    VIEW = action("enterprises.view", _("See enterprises"), roles=READERS)
    route("enterprises:enterprise_list", GET=VIEW)
    menu("enterprises", _("Enterprises"), route="enterprises:enterprise_list", order=30)
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from accounts.roles import POST_ROLES
from audit.events import actor_name
from audit.refusals import NotAllowed
from screens import formats


@dataclass(frozen=True)
class Action:
    """A verb of the portal and the roles that may do it; `anyone` also without signing in, `signed_in` any account.

    What is done `by_token` no person does: a connected system does, with its token, and the room `exchange` asks further.
    What is `delegable` may be done in the name of somebody with such a role by whom they authorised in writing.
    `receivers` are the roles that may receive it, where not everybody on the staff may.
    With `parts`, whoever may do one of them may begin; which of them it comes to is asked where it is done.
    """

    code: str
    label: str | Promise
    roles: frozenset = frozenset()
    anyone: bool = False
    by_token: bool = False
    signed_in: bool = False
    delegable: bool = False
    receivers: frozenset = frozenset()
    parts: tuple = ()

    def __str__(self):
        return self.code


@dataclass(frozen=True)
class Capacity:
    """In what right somebody acts: by `roles` of their own, or by those of a `giver` who authorised them in writing."""

    actor: str
    roles: frozenset
    giver: UUID | None = None
    paper: str = ""
    limit_vnd: int | None = None

    @property
    def is_delegated(self):
        return self.giver is not None

    @property
    def is_system(self):
        return not self.actor.startswith("user:")

    @property
    def facts(self):
        """For `record_event(…, **capacity.facts)`: the history then says in whose name it was done."""
        if not self.is_delegated:
            return {}
        return {"authorised_by": f"user:{self.giver}", "authorised_by_paper": self.paper}

    def __str__(self):
        return f"authorised by {self.giver}, paper {self.paper}" if self.is_delegated else "by own role"


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


def _add(verb):
    if verb.code in _actions:
        raise ValueError(f"The action {verb.code} stands twice in the table.")
    _actions[verb.code] = verb
    return verb


def action(code, label, *, roles, delegable=False, receivers=()):
    """Add a verb with the roles that may do it, and whether they may authorise others (of which roles) to do it."""
    return _add(Action(code, label, frozenset(roles), delegable=delegable, receivers=frozenset(receivers)))


def token_action(code, label):
    """Add a verb of connected systems, which have it as a scope of their token."""
    return _add(Action(code, label, by_token=True))


def any_of(code, label, *parts):
    """Add a verb that is open to whoever may do one of `parts`, by role or by delegation; returns it."""
    whole = action(code, label, roles=frozenset().union(*(part.roles for part in parts)))
    _actions[code] = replace(whole, parts=parts)
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


def methods_of(name):
    """The methods that the route takes, as an Allow header lists them."""
    methods = set(routes()[name])
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def label_of(method, route_name):
    """What `method` on the route does, in words; "" when it is in no row."""
    needed = row_for(route_name, method)
    return str(needed.label) if needed else ""


def _action(wanted):
    return actions()[wanted] if isinstance(wanted, str) else wanted


def allowed(user, wanted):
    """Whether `user` may do `wanted` (an Action or its code) today: by their roles, or authorised by somebody's."""
    wanted = _action(wanted)
    if wanted.anyone:
        return True
    if not user.is_authenticated or not user.is_active:
        return False
    if wanted.signed_in or user.roles & wanted.roles:
        return True
    if any(allowed(user, part) for part in wanted.parts):
        return True
    return wanted.delegable and bool(_delegated(user.delegations, wanted, user.roles))


def may_receive(wanted, roles):
    """Whether somebody with `roles` of their own may be authorised to do `wanted`, as far as the right itself asks."""
    return not wanted.receivers or bool(roles & wanted.receivers)


def _delegated(delegations, wanted, roles):
    """Those by which the giver's own roles allow `wanted` to a receiver with `roles`: a delegated right is never passed on."""
    if not may_receive(wanted, roles):
        return []
    return [each for each in delegations if each.action == wanted.code and each.giver_roles & wanted.roles]


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


def capacities(by, wanted, *, on: date) -> list[Capacity]:
    """Every right in which `by` may do `wanted` on the day: own roles first, then each delegation."""
    wanted, actor = _action(wanted), actor_name(by)
    if isinstance(by, str):
        return [Capacity(actor, wanted.roles)]
    if not by.is_authenticated or not by.is_active:
        return []
    today = on == timezone.localdate()
    roles = by.roles if today else by.roles_on(on)
    own = roles & wanted.roles
    found = [Capacity(actor, own)] if own or wanted.anyone or wanted.signed_in else []
    if wanted.delegable:
        given = by.delegations if today else by.delegations_on(on)
        found += [
            Capacity(actor, each.giver_roles & wanted.roles, each.giver.public_id, each.named_paper, each.limit_vnd)
            for each in _delegated(given, wanted, roles)
        ]
    return found


def capacity(
    by, wanted, *, amount_vnd: int | None = None, on: date, check: Callable[[Capacity], None] | None = None
) -> Capacity:
    """In what right `by` does `wanted`; services whose act has an amount call this instead of `require`.

    Own roles come before a delegation, a delegation counts up to its limit, and `check(capacity)` may refuse further
    (a threshold). The first right that passes is returned; NotAllowed says why none does.
    """
    found = capacities(by, wanted, on=on)
    if not found:
        raise NotAllowed(_("Your role does not allow this."))
    refusal = None
    for each in found:
        try:
            _require_within_limit(each, amount_vnd)
            if check is not None:
                check(each)
        except NotAllowed as refused:
            refusal = refusal or refused
        else:
            return each
    raise refusal or NotAllowed(_("Your role does not allow this."))


def _require_within_limit(given, amount_vnd):
    if amount_vnd is None or given.limit_vnd is None or amount_vnd <= given.limit_vnd:
        return
    raise NotAllowed(
        _(
            "By authorisation %(paper)s you may do this up to %(limit)s for one act; this is %(amount)s. "
            "Submit it to whoever authorised you."
        )
        % {"paper": given.paper, "limit": formats.money(given.limit_vnd), "amount": formats.money(amount_vnd)}
    )
