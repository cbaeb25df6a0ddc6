"""What one request for a list asks for, read strictly: all that is not known or cannot be read is named at once."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django_filters import FilterSet
from rest_framework.exceptions import ValidationError

from exchange import cursors
from exchange.bodies import Faults
from exchange.filters import none_of

USUAL, MOST = 100, 1000
MOST_COUNTED = 10_000
OWN = ("limit", "cursor", "sort", "fields", "expand", "count")


@dataclass(frozen=True)
class Asked:
    """`columns` are those of the order, the key last; `is_down` whether it goes down; `filters` holds those that were given, checked."""

    names: tuple
    limit: int
    columns: tuple
    is_down: bool
    question: str
    place: list | None
    counted: bool
    filters: FilterSet | None


def given_once(params, name):
    values = params.getlist(name)
    if len(values) > 1:
        raise ValidationError({name: _("Give this once.")})
    return values[0] if values else None


def _truth(params, name):
    value = given_once(params, name)
    if value not in (None, "true", "false"):
        raise ValidationError({name: _("Write true or false.")})
    return value == "true"


def limit_of(params):
    text = given_once(params, "limit")
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST):
        raise ValidationError({"limit": _("A whole number from 1 to %(most)s.") % {"most": MOST}})
    return int(text)


def names_of(params, resource):
    """The fields that a row shall have, in the row's own order; its identifier always."""
    faults, known = Faults(), resource.fields
    chosen = faults.look(lambda: _names_in(params, "fields", known))
    expanded = faults.look(lambda: _names_in(params, "expand", resource.row.expandable))
    faults.refuse()
    wanted = {"id", *chosen} if chosen else {*resource.usual_fields}
    return tuple(name for name in known if name in wanted or name in expanded)


def _names_in(params, name, allowed):
    text = given_once(params, name)
    names = text.split(",") if text is not None else []
    if wrong := [none_of(each, allowed) for each in dict.fromkeys(names) if each not in allowed]:
        raise ValidationError({name: wrong})
    return names


def _sort_of(params, resource):
    given = given_once(params, "sort")
    text = resource.sort if given is None else given
    name, is_down = text.removeprefix("-"), text.startswith("-")
    if name not in resource.sorts:
        raise ValidationError({"sort": none_of(name, resource.sorts)})
    return text, (*resource.sorts[name], "pk"), is_down


def only_known(params, known):
    """Refuse every parameter that is not among the known ones, and name those that there are."""
    sentence = _("There is no such parameter here. There are: %(known)s.") % {"known": ", ".join(known) or "–"}
    if unknown := [name for name in params if name not in known]:
        raise ValidationError({name: [sentence] for name in unknown})


def _filters_of(params, resource):
    """({filter: text} of those that were given, their FilterSet); each value that cannot be read is refused by name."""
    faults, given = Faults(), {}
    for name in params:
        if resource.filters and name in resource.filters.base_filters:
            given[name] = faults.look(lambda name=name: given_once(params, name))
    once = {name: text for name, text in given.items() if text is not None}
    filterset = resource.filters(once, queryset=resource.model._base_manager.none()) if once else None
    if filterset and not filterset.is_valid():
        faults.named |= filterset.errors
    faults.refuse()
    return once, filterset


def asked_of(params, resource, caller, *, own=OWN) -> Asked:
    """What a list asks for; `own` are the parameters beside the filters that there are."""
    faults = Faults()
    given, filterset = faults.look(lambda: _filters_of(params, resource)) or ({}, None)
    sort, columns, is_down = faults.look(lambda: _sort_of(params, resource)) or ("", (), False)
    names, limit = faults.look(lambda: names_of(params, resource)), faults.look(lambda: limit_of(params))
    counted, text = faults.look(lambda: _truth(params, "count")), faults.look(lambda: given_once(params, "cursor"))
    question = cursors.question(resource.name, sort, sorted(given.items()), caller.wards, caller.groups)
    readable = None if faults.named else question
    place = None if text is None else faults.look(lambda: cursors.read(text, readable))
    filters = resource.filters.base_filters if resource.filters else ()
    faults.look(lambda: only_known(params, sorted({*filters, *own})))
    faults.refuse()
    return Asked(names, limit, columns, is_down, question, place, counted, filterset)
