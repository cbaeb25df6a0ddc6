"""What one request for a list asks for, read strictly: what is not known is named and refused."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from exchange import cursors

USUAL, MOST = 100, 1000
MOST_COUNTED = 10_000
OWN = ("limit", "cursor", "sort", "fields", "expand", "count")


@dataclass(frozen=True)
class Asked:
    """`columns` are those of the order, the key last; `is_down` whether it goes down; `filters` the checked ones."""

    names: tuple
    limit: int
    columns: tuple
    is_down: bool
    question: str
    place: list | None
    counted: bool
    filters: dict


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
    chosen, expanded = given_once(params, "fields"), given_once(params, "expand")
    known = resource.fields
    for name, text, allowed in (("fields", chosen, known), ("expand", expanded, resource.row.expandable)):
        for each in text.split(",") if text is not None else ():
            if each not in allowed:
                sentence = _("“%(field)s” is none of: %(known)s.") % {"field": each, "known": ", ".join(allowed) or "–"}
                raise ValidationError({name: sentence})
    wanted = {"id", *chosen.split(",")} if chosen is not None else set(resource.usual_fields)
    wanted |= set(expanded.split(",")) if expanded is not None else set()
    return tuple(name for name in known if name in wanted)


def _sort_of(params, resource):
    given = given_once(params, "sort")
    text = resource.sort if given is None else given
    name, is_down = text.removeprefix("-"), text.startswith("-")
    if name not in resource.sorts:
        sentence = _("“%(name)s” is none of: %(known)s.") % {"name": name, "known": ", ".join(resource.sorts)}
        raise ValidationError({"sort": sentence})
    return text, (*resource.sorts[name], "pk"), is_down


def unknown_parameter(name, known):
    """The refusal that names a parameter which there is not, and those that there are."""
    sentence = _("There is no such parameter here. There are: %(known)s.") % {"known": ", ".join(known) or "–"}
    return ValidationError({name: sentence})


def only_known(params, known):
    """Refuse every parameter that is not among the known ones."""
    for name in params:
        if name not in known:
            raise unknown_parameter(name, sorted(known))


def filters_of(params, resource, also=()):
    """{filter: text} of the filters that were given; an unknown name is refused and named."""
    known = set(resource.filters.base_filters) if resource.filters else set()
    given = {}
    for name in params:
        if name in known:
            given[name] = given_once(params, name)
        elif name not in also:
            raise unknown_parameter(name, sorted(known | set(also)))
    return given


def filtered(queryset, given, resource):
    """The rows that pass the filters; each value that cannot be read is refused by name."""
    if not given:
        return queryset
    filterset = resource.filters(given, queryset=queryset)
    if not filterset.is_valid():
        raise ValidationError(filterset.errors)
    return filterset.qs


def asked_of(params, resource, caller, *, own=OWN) -> Asked:
    """What a list asks for; `own` are the parameters beside the filters that there are."""
    given = filters_of(params, resource, also=own)
    sort, columns, is_down = _sort_of(params, resource)
    question = cursors.question(resource.name, sort, sorted(given.items()), caller.wards, caller.groups)
    text = given_once(params, "cursor")
    return Asked(
        names=names_of(params, resource),
        limit=limit_of(params),
        columns=columns,
        is_down=is_down,
        question=question,
        place=None if text is None else cursors.read(text, question),
        counted=_truth(params, "count"),
        filters=given,
    )
