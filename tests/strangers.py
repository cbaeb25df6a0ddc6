"""Whoever has no right tries every address of what belongs to an enterprise, read from the URL configuration.

Enterprise A is the world's; B is another, with people and a dossier of its own. A route that is added is tried as soon as
its room tells of an object for it (tests/<room>/matrix.py), which the matrix of permissions asks for.
"""

import uuid
from functools import cache
from inspect import signature

from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from accounts.access import routes as table
from accounts.models import User
from accounts.roles import Role
from audit.identity import Identified
from tests import routes
from tests.factories import make_dossier, make_enterprise, make_enterprise_user
from tests.world import ANONYMOUS, DISABLED, PEOPLE, may, told

CANARY = "Chim Hoàng Yến"  # part of the name of enterprise A, and of nothing else
STRANGERS = {"stranger_signatory": Role.SIGNATORY, "stranger_preparer": Role.PREPARER}
# what is nobody's own, and read by whoever holds the role
SHARED = {
    "dossiers.procedure": "procedures are open to every enterprise",
}
# addresses that a token opens for whoever has it, whoever they are
BY_TOKEN = {
    "documents:confirm_paper", "dossiers:look_up_dossier", "programme:invitation_by_link",
    "programme:invitation_file_by_link",
}  # fmt: skip


def enterprise_a():
    return make_enterprise(f"Công ty TNHH {CANARY}")


def let_in(world):
    """Enterprise B, its people, and a dossier that they lodged."""
    enterprise = make_enterprise()
    for who, role in STRANGERS.items():
        person = world.people[who] = make_enterprise_user(enterprise, role, email=f"{who}@matrix.example")
        client = world.clients[who] = Client(raise_request_exception=False)
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    version = world.draft_of["lodged"][0].procedure_version
    world.dossier_of_b = make_dossier(
        version, enterprise, by=world.people["stranger_signatory"], state="lodged", at=timezone.now()
    )


@cache
def _identified():
    return [model for model in apps.get_models() if issubclass(model, Identified)]


def thing_of(value):
    """The row that bears the id, whatever it is; None of what is no id of a row."""
    if not isinstance(value, uuid.UUID):
        return None
    return next((row for model in _identified() if (row := model.objects.filter(public_id=value).first())), None)


class Target:
    """An address of a route: `head` is the row that its public_id names, or None; `asked` follows it."""

    def __init__(self, route, values, head, asked=""):
        self.route, self.values, self.head, self.asked = route, values, head, asked

    @property
    def address(self):
        return self.route.address(self.values) + self.asked

    @property
    def elsewhere(self):
        """The same address of something that is not there."""
        nowhere = {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in self.values.items()}
        return self.route.address(nowhere) + self.asked

    @property
    def of_pages(self):
        """Where it serves a file: the addresses at which that is looked at page by page."""
        if "serve" not in resolve(self.address).func.__code__.co_names:
            return []
        return [Target(self.route, self.values, self.head, f"?{what}=1") for what in ("view", "picture")]


def targets(world, rooms, *, everything=False):
    """Targets of every route with arguments: those that the rooms tell of for anybody; with `everything` also those of each
    other row of the same kind, with what hangs on it."""
    objects, things = routes.told_by_rooms("matrix", "OBJECTS"), {}
    for route in routes.all_routes():
        if route.room not in rooms or not route.arguments or route.name not in table():
            continue
        seen = set()
        for sample in _samples(world, route, objects[route.name]):
            if route.address(sample) in seen:
                continue
            key = sample.get("public_id")
            head = things[key] if key in things else things.setdefault(key, thing_of(key))
            for values, row in [(sample, head), *(_others(sample, head) if everything else ())]:
                target = Target(route, values, row)
                if target.address not in seen:
                    seen.add(target.address)
                    yield target
                    yield from target.of_pages


def _samples(world, route, thing):
    for who in PEOPLE:
        values = thing(world, who) if len(signature(thing).parameters) == 2 else thing(world)
        yield {name: values[name] for name in route.arguments}


def _others(sample, head):
    """(values, row) for every other row of the kind of `head`, with a row of each other kind that is its own."""
    if head is None:
        return
    kinds = {name: type(thing_of(value)) for name, value in sample.items() if name != "public_id" and thing_of(value)}
    for row in type(head).objects.exclude(pk=head.pk).order_by("pk"):
        values = dict(sample, public_id=row.public_id)
        for name, kind in kinds.items():
            links = [field.name for field in kind._meta.concrete_fields if field.related_model is type(head)]
            own = kind.objects.filter(**{links[0]: row}).first() if links else None
            if own:
                values[name] = own.public_id
        yield values, row


def sees(user, row):
    """Whether the person sees the row, where its kind knows; None where it does not."""
    if row is None:
        return None
    rows = type(row).objects
    for name in ("visible_to", "of"):
        if hasattr(rows, name):
            return getattr(rows, name)(user).filter(pk=row.pk).exists()
    return None


def wrong_answers(world, who, method, target):
    """What is not as it must be when `who` asks for what is A's, or the Department's, and not theirs; "" when it is.

    Without a role for the route 403; with it 404, as if there were nothing; not signed in the same way to sign in as for
    what is not there. None of these answers names A.
    """
    action = table()[target.route.name].get(method)
    if action is None or (action.anyone and target.route.name in BY_TOKEN):
        return ""
    label = target.head._meta.label_lower if target.head is not None else ""
    if who in (ANONYMOUS, DISABLED):
        return _sent_away(world, who, method, target)
    if not may(who_holds(who), action):
        refusal = world.at_the_door(who, method, target.address)
        return "" if refusal is not None and refusal.status_code == 403 else "the door lets in"
    if who in STRANGERS:
        wanted = None if label in SHARED or target.head in (None, world.dossier_of_b) else "404"
    else:
        wanted = "404" if sees(User.objects.get(pk=world.people[who].pk), target.head) is False else None
    if wanted is None:
        return ""
    answer = world.ask(who, method, target.address)
    if told(answer) != wanted:
        return f"{told(answer)}, not {wanted}"
    return _named(answer)


def _sent_away(world, who, method, target):
    here, nowhere = target.address, target.elsewhere
    answer, other = world.ask(who, method, here), world.ask(who, method, nowhere)
    if told(answer) != "sign in":
        return f"{told(answer)}, not sign in"
    led = answer.headers["Location"].replace(here.partition("?")[0], nowhere.partition("?")[0])
    same = (other.status_code, other.headers["Location"]) == (answer.status_code, led)
    return _named(answer) if same else "another answer than for what is not there"


def _named(answer):
    return "A is named" if CANARY.encode() in answer.whole else ""


def who_holds(who):
    return STRANGERS[who].value if who in STRANGERS else who


def pages_that_name(world, who, rooms):
    """Addresses without arguments that somebody of B may open and that name A, as they open or searched for A."""
    found = []
    for route in routes.all_routes():
        action = table().get(route.name, {}).get("GET")
        if route.room not in rooms or route.arguments or action is None or not may(who_holds(who), action):
            continue
        for question in ("", "?q=hoang+yen", "?export=csv"):
            answer = world.ask(who, "GET", route.address({}) + question)
            if told(answer) not in ("allowed", "404") or CANARY.encode() in answer.whole:
                found.append(f"{route.name}{question}: {told(answer)}")
    return found
