"""Runs on the demo data, in a process of its own: for each page an address and somebody whom it answers.

It begins with the addresses that need no object and those that rooms give (tests/<room>/pages.py: ADDRESSES), and
follows the links it finds there.

Prints JSON: {"pages": [[route, address, email or null]], "unreachable": [[route, what was answered]], "other": [...]}.
"""

import html
import json
import os
import re
import sys
from collections import Counter, defaultdict, deque
from urllib.parse import urljoin, urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django is set up first
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import Resolver404, resolve  # noqa: E402

from accounts.access import allowed, routes  # noqa: E402
from accounts.demo import PEOPLE  # noqa: E402
from accounts.models import User  # noqa: E402
from tests.routes import all_routes, told_by_rooms  # noqa: E402


def askers():
    """(email or None, client, user): nobody first, then one person per role."""
    yield None, Client(raise_request_exception=False), None
    for _label, email, _password in PEOPLE:
        user = User.objects.get(email=email)
        client = Client(raise_request_exception=False)
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        yield email, client, user


LINK = re.compile(rb"""(?:href|action|formaction|hx-get)\s*=\s*["']([^"'#]+)""")
LOOKS = 3  # how many objects of one kind a person opens in search of links


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
    """Opens pages as one person after another, following links, until every route has been seen by somebody."""

    def __init__(self):
        self.readable = {r.name: r for r in all_routes() if "GET" in routes().get(r.name, {})}
        self.known = told_by_rooms("pages", "ADDRESSES")
        self.pages, self.others, self.said = {}, {}, defaultdict(list)

    @property
    def missing(self):
        return self.readable.keys() - self.pages.keys() - self.others.keys()

    def first_addresses(self):
        for name, route in self.readable.items():
            if name in self.known:
                try:
                    given = self.known[name]()
                    # a whole address where the route's own is not enough
                    yield given if isinstance(given, str) else route.address(given)
                except Exception as error:  # told at the end, with the route's name
                    self.said[name].append(f"its object is not in the demo data: {error!r}")
            elif not route.arguments:
                yield route.address({})

    def look_as(self, email, client, user):
        waiting, seen, looks = deque(self.first_addresses()), set(), Counter()
        while waiting and self.missing:
            address = waiting.popleft()
            name = route_of(address)
            if name not in self.readable or address in seen or looks[name] >= LOOKS:
                continue
            needed = routes()[name]["GET"]
            if not (needed.anyone if user is None else allowed(user, needed)):
                continue
            seen.add(address)
            looks[name] += 1
            answer = client.get(address)
            self.said[name].append(f"{answer.status_code} {kind_of(answer)} at {address}")
            if is_page(answer):
                self.pages.setdefault(name, (address, email))
                waiting.extend(self.links(answer.content, address))
            elif answer.status_code in (200, 301, 302):
                self.others.setdefault(name, self.said[name][-1])
                answer.streaming and answer.getvalue()

    def links(self, content, address):
        for link in LINK.findall(content):
            target = urljoin(address, html.unescape(link.decode(errors="replace")))
            if target.startswith("/") and not target.startswith(settings.STATIC_URL):
                yield target.partition("?")[0]


def main():
    setup_test_environment(debug=False)
    search = Search()
    for person in askers():
        search.look_as(*person)
    for name in search.pages:
        search.others.pop(name, None)
    why = {
        name: ", ".join(search.said[name][:3]) or f"no link leads there, no address in tests/{route.room}/pages.py"
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
    main()
