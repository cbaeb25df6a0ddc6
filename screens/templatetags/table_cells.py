from django import template
from django.utils.html import strip_tags
from django_tables2 import A

register = template.Library()


@register.filter
def value_at(record, path):
    return A(path).resolve(record, quiet=True)


@register.filter
def first_text(cells):
    """The words of a row's first cell: what a row is called by."""
    return strip_tags(str(cells[0][1])).strip() if cells else ""
