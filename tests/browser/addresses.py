"""Runs on the demo data, in a process of its own: for each page an address and somebody whom it answers.

Prints JSON: {"pages": [[route, address, email or null]], "unreachable": [[route, what was answered]], "other": [...]}.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django is set up first
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

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


def main():
    setup_test_environment(debug=False)
    people = list(askers())
    known = told_by_rooms("pages", "ADDRESSES")
    found = {"pages": [], "unreachable": [], "other": []}
    for route in all_routes():
        needed = routes().get(route.name, {}).get("GET")
        if needed is None:
            continue
        if route.arguments and route.name not in known:
            found["unreachable"].append([route.name, f"no address in tests/{route.room}/pages.py"])
            continue
        try:
            given = known[route.name]() if route.name in known else {}
            # a whole address where the route's own is not enough
            address = given if isinstance(given, str) else route.address(given)
        except Exception as error:
            found["unreachable"].append([route.name, f"its object is not in the demo data: {error!r}"])
            continue
        said = []
        for email, client, user in people:
            if not (needed.anyone if user is None else allowed(user, needed)):
                continue
            answer = client.get(address)
            kind = answer.headers.get("Content-Type", "").partition(";")[0]
            said.append(f"{answer.status_code} {kind}")
            if answer.status_code == 200 and kind == "text/html" and b"<html" in answer.content[:2000]:
                found["pages"].append([route.name, address, email])
                break
        else:
            good = said and all(one.startswith(("200 ", "302 ", "301 ")) for one in said)
            found["other" if good else "unreachable"].append([route.name, ", ".join(said[:3]) or "nobody may"])
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
