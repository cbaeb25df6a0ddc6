from functools import cache

from django import template
from django.utils.html import SafeString, format_html, format_html_join
from django_tables2 import A

register = template.Library()


@register.filter
def value_at(record, path):
    return A(path).resolve(record, quiet=True)


@register.simple_tag
def cells_of(cells, row_id=""):
    """The cells of a row, [(bound column, cell)], as HTML: the first is its heading, which `row_id` names.

    Written here and not in the template because a page has hundreds of them.
    """
    (first, heading), *others = cells
    identity = format_html(' id="{}"', row_id) if row_id else ""
    attributes = _attributes(first.column.classes, first.column.kind)
    return format_html('<th scope="row"{}{}>{}</th>', identity, attributes, heading) + format_html_join(
        "", "<td{}>{}</td>", ((_attributes(bound.column.classes, bound.column.kind), cell) for bound, cell in others)
    )


@cache
def _attributes(classes, kind):
    classed = format_html(' class="{}"', classes) if classes else SafeString()
    return classed + (format_html(' translate="{}"', "no") if kind == "code" else SafeString())
