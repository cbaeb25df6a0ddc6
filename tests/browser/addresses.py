"""For each page an address and somebody whom it answers; runs in a process of its own on a site's data.

Without arguments, on the demo data: asks for the addresses that need no object and those that rooms give
(tests/<room>/pages.py: ADDRESSES). With the names of the routes that this leaves, on an empty database: makes the things
of the permission matrix (tests/world.py) and takes their addresses.

Prints JSON: {"pages": [[route, address, email, session]], "unreachable": [[route, why]], "other": [[route, what]]}.
"""

import json
import logging
import os
import sys
from collections import defaultdict
from functools import cached_property
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django is set up first
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import Resolver404, resolve  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.access import allowed, routes  # noqa: E402
from accounts.demo import PEOPLE  # noqa: E402
from accounts.models import User  # noqa: E402
from tests.routes import all_routes, told_by_rooms  # noqa: E402
from tests.world import DISABLED, World  # noqa: E402


def askers():
    """(email or None, client, user): nobody first, then one person per role."""
    yield None, Client(raise_request_exception=False), None
    for _label, email, _password in PEOPLE:
        user = User.objects.get(email=email)
        client = Client(raise_request_exception=False)
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        yield email, client, user


def route_of(address):
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None


def kind_of(answer):
    return answer.headers.get("Content-Type", "").partition(";")[0]


def is_page(answer):
    return answer.status_code == 200 and kind_of(answer) == "text/html" and b"<html" in answer.content[:2000]


class Search:
    """Opens pages as one person after another, until every route has been seen by somebody."""

    def __init__(self):
        self.readable = {r.name: r for r in all_routes() if "GET" in routes().get(r.name, {})}
        self.known = told_by_rooms("pages", "ADDRESSES")
        self.pages, self.others, self.said = {}, {}, defaultdict(list)
        self.files = set()  # what answered one person with a file does so for everybody

    @property
    def missing(self):
        return self.readable.keys() - self.pages.keys() - self.others.keys()

    @cached_property
    def first_addresses(self):
        return list(self._first_addresses())

    def _first_addresses(self):
        for name, route in self.readable.items():
            if name in self.known:
                try:
                    given = self.known[name]()
                    # a whole address where the route's own is not enough
                    address = given if isinstance(given, str) else route.address(given)
                    yield address, route_of(address)
                except Exception as error:  # told at the end, with the route's name
                    self.said[name].append(f"its object is not in the demo data: {error!r}")
            elif not route.arguments:
                yield route.address({}), name

    def ask_as(self, email, client, user):
        """Opens what has an address already and has been no page, and no file, for anybody."""
        for address, name in self.first_addresses:
            if name in self.readable.keys() - self.pages.keys() - self.files and self.may_ask(name, user):
                self.open(name, address, email, client)

    def may_ask(self, name, user):
        needed = routes()[name]["GET"]
        return needed.anyone if user is None else allowed(user, needed)

    def open(self, name, address, email, client):
        answer = client.get(address)
        self.said[name].append(f"{answer.status_code} {kind_of(answer)} at {address}")
        if is_page(answer):
            session = client.cookies.get(settings.SESSION_COOKIE_NAME) if email else None
            self.pages.setdefault(name, (address, email, session and session.value))
        elif answer.status_code in (200, 301, 302):
            self.others.setdefault(name, self.said[name][-1])
            if answer.status_code == 200:
                self.files.add(name)
            answer.streaming and answer.getvalue()
        return answer


def look_at_the_matrix(search):
    """Makes one thing of every kind and takes the addresses of the routes from them."""
    world = World(now=timezone.now())
    world.build()
    world.sign_everybody_in()
    things = told_by_rooms("matrix", "OBJECTS")
    for name in sorted(search.missing):
        route = search.readable[name]
        if route.arguments and name not in things:
            continue
        for who, client in world.clients.items():
            person = world.people.get(who)
            needed = routes()[name]["GET"]
            if who == DISABLED or not (needed.anyone if person is None else allowed(person, needed)):
                continue
            address = world.address(route, things.get(name), who)
            answer = client.get(address)
            search.said[name].append(f"{answer.status_code} {kind_of(answer)} at {address} as {who}")
            if is_page(answer):
                session = client.cookies.get(settings.SESSION_COOKIE_NAME)
                search.pages[name] = (address, person and person.email, session and session.value)
                break
            if answer.status_code in (200, 301, 302):
                search.others[name] = search.said[name][-1]
                answer.streaming and answer.getvalue()


def main(names):
    setup_test_environment(debug=False)
    logging.disable(logging.WARNING)
    search = Search()
    if names:
        search.readable = {name: route for name, route in search.readable.items() if name in names}
        look_at_the_matrix(search)
    else:
        for person in askers():
            search.ask_as(*person)
        told = told_by_rooms("pages", "NOT_PAGES")
        search.others |= {name: told[name] for name in search.missing & told.keys()}
    for name in search.pages:
        search.others.pop(name, None)
    why = {
        name: ", ".join(search.said[name][:3]) or f"no object in tests/{route.room}/matrix.py"
        for name, route in search.readable.items()
        if name in search.missing
    }
    found = {
        "pages": [[name, *where] for name, where in sorted(search.pages.items())],
        "unreachable": sorted(why.items()),
        "other": sorted(search.others.items()),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
