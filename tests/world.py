"""People of every role and one thing of every kind, for the permission matrix and for the pages in the browser.

What a room's routes need is made by tests/<room>/matrix.py: build(world) makes things, OBJECTS gives the arguments of
each address, also by person (`lambda world, who:`).
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from inspect import signature
from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseForbidden
from django.test import Client, RequestFactory
from django.urls import resolve

from accounts.middleware import AccessMiddleware
from accounts.models import User
from accounts.roles import PEOPLE_ROLES, POST_ROLES, Role
from tests import routes
from tests.factories import make_user


class Door(AccessMiddleware):
    """The door as it stands in the portal, but for what only whole requests leave: traces, what was typed, a drawn page."""

    def trace(self, request, what):
        pass

    def sign_in(self, request):
        return redirect_to_login(request.get_full_path())

    def no_such_method(self, request, methods):
        return HttpResponse(status=405)


DOOR = Door(lambda request: None)
route_at = lru_cache(maxsize=64)(resolve)  # one address is asked by everybody, with every method
ANONYMOUS, DISABLED, NO_POST = "anonymous", "disabled", "no_post"
PEOPLE = [*(role.value for role in Role if role in PEOPLE_ROLES), NO_POST, DISABLED, ANONYMOUS]


@dataclass
class World(SimpleNamespace):
    """People of every role, and whatever the rooms put beside them."""

    now: datetime
    people: dict = field(default_factory=dict)
    clients: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)

    def __post_init__(self):
        for who in PEOPLE:
            if who != ANONYMOUS:
                self.people[who] = make_user(
                    *([Role(who)] if who in {role.value for role in POST_ROLES} else []),
                    email=f"{who}@matrix.example",
                )
        for person in self.people.values():
            person.password = make_password("a long enough pass phrase")
            person.save(update_fields=["password"])

    def build(self):
        for part in routes.modules("matrix"):
            if hasattr(part, "build"):
                part.build(self)

    def sign_everybody_in(self):
        for who in PEOPLE:
            client = self.clients[who] = Client(raise_request_exception=False)
            if who != ANONYMOUS:
                client.force_login(self.people[who], backend=settings.AUTHENTICATION_BACKENDS[0])
        User.objects.filter(pk=self.people[DISABLED].pk).update(is_active=False, disabled_at=self.now)

    def address(self, route, thing, who):
        """`thing` is made for everybody, or when it takes a second argument, for that person."""
        if not route.arguments:
            return route.address({})
        return route.address(thing(self, who) if len(signature(thing).parameters) == 2 else thing(self))

    def at_the_door(self, who, method, address):
        """What the door itself says to somebody, without the rooms behind it: an answer, or None for "come in"."""
        request = RequestFactory().generic(method, address)
        if who in (ANONYMOUS, DISABLED):
            self.known[who] = AnonymousUser()
        elif who not in self.known:  # with their roles, read once
            self.known[who] = User.objects.get(pk=self.people[who].pk)
        request.user = self.known[who]
        request.resolver_match = route_at(address.partition("?")[0])
        try:
            return DOOR.process_view(request, None, (), {})
        except PermissionDenied as refusal:
            return HttpResponseForbidden(str(refusal))

    def ask(self, who, method, address):
        """The answer; nothing that it changed stays."""
        client = self.clients[who]
        cookies = deepcopy(client.cookies)
        cache.clear()  # who asks this often is turned away for a while
        with transaction.atomic():
            answer = client.generic(method, address)
            answer.whole = answer.getvalue()  # of a stream to its end, which closes the file behind it
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer


def may(who, action):
    if action.anyone:
        return True
    if who in (ANONYMOUS, DISABLED):
        return False
    return action.signed_in or who in {role.value for role in action.roles}


def told(answer):
    """What the answer says, in the same words."""
    status = answer.status_code
    if status in (301, 302) and answer.headers["Location"].startswith(("/accounts/login/?", settings.LOGIN_URL)):
        return "sign in"
    if status == 401:  # of the API: a token is asked for
        return "sign in"
    if status == 403:
        return "refused"
    if status == 405:
        return "no such method"
    if status < 400 or status in (400, 409, 410, 422):
        return "allowed"
    if status >= 500:
        info = getattr(answer, "exc_info", None)
        return f"{status} {info[1]!r}"[:300] if info else str(status)
    return str(status)
