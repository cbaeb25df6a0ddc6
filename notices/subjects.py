"""The things with a page of their own of which one colleague may remind another, and who reads what was told of a thing.

A room registers them in its `telling.py`: subject("dossiers:dossier", Dossier, Dossier.objects.visible_to)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Value, When
from django.urls import reverse

from accounts.access import may_open
from notices.kinds import kinds


@dataclass(frozen=True)
class Subject:
    """`visible(user)` are the things of this kind that the person may see; `route` is their page, by public_id."""

    route: str
    model: type[models.Model]
    visible: Callable[[Any], models.QuerySet]

    @property
    def code(self):
        return self.model._meta.label_lower

    def address(self, public_id):
        return reverse(self.route, args=[public_id])

    def of(self, user):
        """Those whose page the person may open."""
        return self.visible(user) if may_open(user, self.route) else self.model._default_manager.none()

    def seen_by(self, user, public_id):
        """The thing, where the person may open its page; else None."""
        return self.of(user).filter(public_id=public_id).first()


_subjects: dict[str, Subject] = {}
_readers: dict[str, Callable[[Any], models.QuerySet]] = {}


def subject(route, model, visible=None):
    """Add a kind of thing; without `visible` whoever may open the route sees all of them."""
    found = Subject(route, model, visible or (lambda user: model._default_manager.all()))
    _subjects[found.code] = found
    _readers[found.code] = found.of
    return found


def readable(model, visible):
    """Of a kind of thing that people are told of and that is no subject: those of which the person may read what was told."""
    _readers[model._meta.label_lower] = visible


def readers():
    """{label of the model: the things of which a person may read what was told}: of others nobody reads it but the told."""
    kinds()
    return _readers


def may_read(user, telling):
    """The condition that the person may read what was said of the thing; `telling` is the path to the matter, with "__"."""
    return Case(
        *(
            When(
                **{f"{telling}object_kind": label},
                then=Exists(visible(user).order_by().filter(public_id=OuterRef(f"{telling}object_id"))),
            )
            for label, visible in readers().items()
        ),
        default=Value(False),
        output_field=models.BooleanField(),
    )


def subjects():
    """{label of the model: Subject} of the whole house."""
    kinds()  # which reads every room's `telling.py`
    return _subjects


def subject_of_page(match):
    """(Subject, public id) of the page that a request asks for, or None."""
    if match is None or set(match.kwargs) != {"public_id"}:
        return None
    for each in subjects().values():
        if each.route == match.view_name:
            return each, match.kwargs["public_id"]
    return None
