from django import template
from django.apps import apps
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from audit.access_log import said
from audit.events import history_of
from audit.rewriting import Rewritten
from screens import formats

register = template.Library()
SHOWN_AT_ONCE = 6


@register.inclusion_tag("audit/includes/history.html")
def history(obj):
    """The history of a record as sentences with before and after, the latest first."""
    return folded(history_of(obj))


@register.inclusion_tag("audit/includes/history.html")
def folded(lines):
    """Lines of a history, the latest at once and the older behind a click."""
    return {"lines": lines[:SHOWN_AT_ONCE], "older": lines[SHOWN_AT_ONCE:]}


@register.filter
def recorded(value):
    """A value of an event as people read it: dates, yes and no, numbers; “–” for nothing."""
    if isinstance(value, str):
        if len(value) == 10 and value[4:5] == "-":
            return formats.vn_date(parse_date(value)) if parse_date(value) else value
        if len(value) > 18 and value[10:11] == "T":
            return formats.vn_datetime(parse_datetime(value)) if parse_datetime(value) else value
        return value or formats.NOTHING
    if isinstance(value, bool):
        return formats.yes_no(value)
    if isinstance(value, list):
        return ", ".join(str(recorded(item)) for item in value) or formats.NOTHING
    if isinstance(value, int):
        return formats.number(value)
    return formats.NOTHING if value is None else value


@register.filter
def kind_of_object(label):
    """ "enterprises.product" as people call it; the label itself when there is no such thing any more."""
    if not label:  # written down before calls of the API told it
        return _("Object")
    try:
        return capfirst(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


@register.filter
def is_rewritten(value):
    return isinstance(value, Rewritten)


register.filter("access_said", said)
