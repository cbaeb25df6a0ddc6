"""The things with a page of their own of which one colleague may remind another.

A room registers them in its `telling.py`: subject("dossiers:dossier", Dossier, Dossier.objects.visible_to)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
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

    def seen_by(self, user, public_id):
        """The thing, where the person may open its page; else None."""
        if not may_open(user, self.route):
            return None
        return self.visible(user).filter(public_id=public_id).first()


_subjects: dict[str, Subject] = {}


def subject(route, model, visible=None):
    """Add a kind of thing; without `visible` whoever may open the route sees all of them."""
    found = Subject(route, model, visible or (lambda user: model._default_manager.all()))
    _subjects[found.code] = found
    return found


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
