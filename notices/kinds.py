"""The kinds of notices: the room that knows a thing says whom it concerns and what can be said of it.

A room registers its kinds in `<room>/telling.py` and tells in the transaction of the change:

    LODGED = kind("dossiers.lodged", _("A dossier was lodged"), model=Dossier, people=..., says=..., places=(...))
    tell(LODGED, dossier, by=by, now=now)

How it is worded is data (`notices.models.Text`); whom it concerns is asked again at the moment of sending.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class Way(models.TextChoices):
    """How a person is told beside the portal itself."""

    AT_ONCE = "at_once", _("By e-mail at once")
    DAILY = "daily", _("In the e-mail of the morning, with the others")
    PORTAL = "portal", _("Only in the portal")


@dataclass(frozen=True)
class Place:
    """Something that a wording may leave a place for, written {name}."""

    name: str
    label: str | Promise
    sample: str


PERSON = Place("person", _("name of the person who is told"), "Nguyễn Văn An")


@dataclass(frozen=True)
class Kind:
    """`people(object, on)` are the users whom it concerns on the day: nobody any more, and nothing is sent.

    `strangers(object)` are [(name, e-mail)] of those whom it concerns and who have no account: they get a letter only.

    `says(object)` gives the words for every place, in the language that is active. `roles` may ever be told; with `must`
    a person cannot keep it to the portal; `internal` ones are only for those whom they concern and the overseers.
    """

    code: str
    title: str | Promise
    model: type[models.Model]
    people: Callable[[Any, date], models.QuerySet]
    says: Callable[[Any], dict]
    places: tuple[Place, ...]
    address: Callable[[Any], str]
    roles: frozenset
    must: bool = False
    usual: str = Way.AT_ONCE
    internal: bool = False
    strangers: Callable[[Any], list] = lambda thing: []

    @property
    def all_places(self):
        return (PERSON, *self.places)

    @property
    def sample(self):
        return {place.name: place.sample for place in self.all_places}

    @property
    def ways(self):
        """The ways a person may choose from."""
        return [way for way in Way if not (self.must and way == Way.PORTAL)]

    def __str__(self):
        return str(self.title)


_kinds: dict[str, Kind] = {}
_complete = False


def kind(code, title, *, model, people, says, places, roles=frozenset(Role), address=None, **more):
    """Add a kind of notice; returns it."""
    if code in _kinds:
        raise ValueError(f"The kind of notice {code} stands twice.")
    address = address or (lambda thing: thing.get_absolute_url())
    _kinds[code] = Kind(code, title, model, people, says, tuple(places), address, frozenset(roles), **more)
    return _kinds[code]


def kinds():
    """{code: Kind} of the whole house."""
    global _complete
    if not _complete:
        autodiscover_modules("telling")
        _complete = True
    return _kinds


def title_of(code):
    """What a kind is called; its code where no room knows it any more."""
    known = kinds().get(code)
    return str(known) if known else code


def internal_codes():
    return [each.code for each in kinds().values() if each.internal]
