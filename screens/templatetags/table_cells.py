from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
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
    said = []
    for place, (bound, cell) in enumerate(cells):
        column = bound.column
        classes = f' class="{column.classes}"' if column.classes else ""
        code = ' translate="no"' if column.kind == "code" else ""
        if place == 0:
            identity = f' id="{conditional_escape(row_id)}"' if row_id else ""
            said.append(f'<th scope="row"{identity}{classes}{code}>{conditional_escape(cell)}</th>')
        else:
            said.append(f"<td{classes}{code}>{conditional_escape(cell)}</td>")
    return mark_safe("".join(said))  # noqa: S308 - cells are escaped one by one; classes and kinds are our own words
