"""Every role × every route × every method, against the one table of permissions.

What a room's routes need is made by tests/<room>/matrix.py (tests/world.py); HIDDEN there names cells that the table
allows and whose object that person may not see, with the reason.
"""

import logging
import os
import sys
from datetime import UTC

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseForbidden
from django.template import engines
from django.utils import timezone

from accounts.access import routes as table
from config import urls
from tests import routes, strangers
from tests.flushing import empty_database
from tests.world import ANONYMOUS, DISABLED, PEOPLE, World, may, told

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROOMS = ["accounts", *(room for room in settings.ROOMS if room != "accounts")]
AT_ONCE = 12  # routes in one test, so that no room takes longer than a test may
EVERYBODY = os.environ.get("MATRIX") == "everybody"  # `prove matrix`


def parts_of_rooms():
    """[(room, names of some of its routes)], every route once."""
    found = []
    for room in ROOMS:
        names = sorted({route.name for route in routes.all_routes() if route.room == room})
        found += [(room, names[start : start + AT_ONCE]) for start in range(0, max(len(names), 1), AT_ONCE)]
    return found


PARTS = parts_of_rooms()


class Unknown(str):
    """Stands where a template names a variable that is not there, and remembers which."""

    seen: set = set()

    def __contains__(self, item):
        return item == "%s"

    def __mod__(self, variable):
        asking = sys._getframe(1).f_locals  # of FilterExpression.resolve
        context = asking.get("context")
        if any(function.__name__.startswith("default") for function, _arguments in asking["self"].filters):
            return ""
        template = getattr(getattr(context, "render_context", None), "template", None)
        name = getattr(template, "name", None) or "?"
        if os.path.exists(os.path.join(settings.BASE_DIR, "templates", name)):
            self.seen.add(f"{name}: {variable}")
        return ""


def plainly_refused(request, exception=None):
    """Thousands of refusals need no drawn page; tests/screens looks at the page itself."""
    return HttpResponseForbidden()


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Committed, because SQLite reads its whole schema anew after every step back to a savepoint behind which a table
    was made, and a world makes some; each question is then a transaction of its own that is taken back."""
    engine = engines["django"].engine
    with django_db_blocker.unblock():
        with transaction.atomic():
            world = World(now=timezone.now().astimezone(UTC))
            world.enterprise = strangers.enterprise_a()
            world.build()
            world.sign_everybody_in()
            strangers.let_in(world)
        before, engine.string_if_invalid = engine.string_if_invalid, Unknown("?")
        refusals = logging.getLogger("django.request")
        level, drawn = refusals.level, getattr(urls, "handler403", None)
        urls.handler403 = plainly_refused
        refusals.setLevel(logging.CRITICAL)  # thousands of refusals are what is wanted here
        try:
            yield world
        finally:
            refusals.setLevel(level)
            del urls.handler403
            if drawn:
                urls.handler403 = drawn
            engine.string_if_invalid = before
            empty_database()


def expected(who, row, method):
    """What the table says of this cell: "allowed", "sign in", "refused" or "no such method"."""
    signed_in = who not in (ANONYMOUS, DISABLED)
    if method not in row:
        open_to_all = any(action.anyone for action in row.values())
        return "no such method" if signed_in or open_to_all else "sign in"
    if row[method].by_token:  # whoever it is: no person has a token
        return "sign in"
    if may(who, row[method]):
        return "allowed"
    return "refused" if signed_in else "sign in"


def test_every_route_has_a_row_and_every_row_a_route():
    there = {route.name for route in routes.all_routes()}
    assert there - table().keys() == set()
    assert table().keys() - there == set()


def test_every_route_with_arguments_has_an_object():
    objects = routes.told_by_rooms("matrix", "OBJECTS")
    assert {r.name for r in routes.all_routes() if r.arguments} - objects.keys() == set()


def asked_of(world, who, method, address, asked):
    """What is said of a cell: by the door, and where the door lets in by all that stands behind it.

    The door alone decides who does not come in, so that a refused cell needs no whole request; the first of each kind of
    answer of a route, and of what is allowed the first of each method, is asked through everything all the same, which
    proves that the door stands there. That it does is no matter of the engine: on PostgreSQL refusals are asked of the door
    alone. `prove matrix` sends everybody through everything whom the door lets in. Whoever is disabled stands at the door
    as nobody; that their session leads there is asked as well.
    """
    answer = world.at_the_door(who, method, address)
    said = "allowed" if answer is None else told(answer)
    if settings.POSTGRES and said != "allowed":
        return said
    kind = (who if who in (ANONYMOUS, DISABLED) else "", said, method if said == "allowed" else "")
    if kind in asked and not (EVERYBODY and said == "allowed"):
        return said
    whole = told(world.ask(who, method, address))
    if whole != "404":  # of what somebody may not see the next one says more
        asked.add(kind)
    return whole if said in ("allowed", whole) else f"{whole}, but the door says {said}"


@pytest.mark.parametrize(("room", "names"), PARTS, ids=[f"{room}-{number}" for number, (room, _) in enumerate(PARTS)])
def test_every_cell_is_as_the_table_says(room, names, world):
    objects = routes.told_by_rooms("matrix", "OBJECTS")
    hidden = routes.told_by_rooms("matrix", "HIDDEN")
    wrong, cells = [], 0
    Unknown.seen.clear()
    for route in routes.all_routes():
        row = table().get(route.name)
        if (
            route.name not in names
            or route.room != room
            or row is None
            or (route.arguments and route.name not in objects)
        ):
            continue
        asked = set()
        for who in PEOPLE:
            address = world.address(route, objects.get(route.name), who)
            for method in METHODS:
                cells += 1
                want, got = expected(who, row, method), asked_of(world, who, method, address, asked)
                if want == "allowed" and got == "404" and who in hidden.get(route.name, {}):
                    continue
                if got != want:
                    wrong.append(f"{route.name} {method} as {who}: {got}, the table says {want}")
    wrong += [f"unknown variable in {where}" for where in sorted(Unknown.seen)]
    assert not wrong, f"{len(wrong)} of {cells} cells\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    "rooms", [("dossiers",), ("documents", "notices", "enterprises", "support")], ids=["dossiers", "others"]
)
def test_another_enterprise_finds_nothing_of_an_enterprise(rooms, world):
    who = "stranger_signatory"  # `prove strangers` lets everybody try everything
    wrong = [
        f"{method} {target.address} ({target.route.name}) as {who}: {answer}"
        for target in strangers.targets(world, rooms)
        for method in ("GET", "POST")
        if (answer := strangers.wrong_answers(world, who, method, target))
    ]
    wrong += strangers.pages_that_name(world, who, rooms)
    assert not wrong, "\n".join(wrong)
