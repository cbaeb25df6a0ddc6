"""What can be put into a work file: each room says what it has, who sees it, and what the register of contents says of it.

A room registers its kind in its `apps.py`: filing.register(Fileable("dossier", Dossier, ...)).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils.functional import Promise

from accounts.access import may_open
from documents.models import WorkFile, WorkFileItem


@dataclass(frozen=True)
class Entry:
    """A line of the register of contents (mục lục văn bản)."""

    subject: str
    symbol: str = ""
    dated_on: date | None = None
    author: str = ""
    pages: int | None = None


@dataclass(frozen=True)
class Fileable:
    """`visible(user)` are the things of the kind that the person sees; `entry(thing)` is its line; `is_open(thing)` whether
    work on it still goes on, so that the file cannot be closed over it; `void()` are those whose number was made void, which
    a file goes on saying of its line, closed or not."""

    code: str
    label: str | Promise
    model: type[models.Model]
    visible: Callable[[Any], models.QuerySet]
    entry: Callable[[Any], Entry]
    is_open: Callable[[Any], bool] = lambda thing: False
    void: Callable[[], models.QuerySet] | None = None


_kinds: dict[str, Fileable] = {}


def register(fileable):
    _kinds[fileable.code] = fileable


def fileables():
    """{code: Fileable} of the whole house."""
    return _kinds


def standing_in(code, thing):
    """The lines of work files in which the thing stands."""
    return WorkFileItem.objects.standing().filter(kind=code, object_id=thing.public_id)


def with_void(items):
    """The lines, each with whether the number of its thing `is_void` now."""
    void = Q()
    for code, fileable in _kinds.items():
        if fileable.void:
            void |= Q(Exists(fileable.void().filter(public_id=OuterRef("object_id"))), kind=code)
    return items.annotate(is_void=Case(When(void, then=Value(True)), default=Value(False)))


def things_of(items, user):
    """{public id: thing} of those things of the lines that the person may see, one query for each kind."""
    found: dict[Any, Any] = {}
    for code in sorted({item.kind for item in items}):
        if code in _kinds:
            wanted = [item.object_id for item in items if item.kind == code]
            found |= {thing.public_id: thing for thing in _kinds[code].visible(user).filter(public_id__in=wanted)}
    return found


def filing_of(user, code, thing):
    """What the page of a thing says of the work files that it is in: {files, kind, thing, may_put}."""
    files = WorkFile.objects.visible_to(user).filter(pk__in=standing_in(code, thing).values("work_file"))
    return {
        "files": files.order_by("-year", "sort_key"),
        "kind": code,
        "thing": thing,
        "may_put": may_open(user, "documents:put_into_file"),
    }
