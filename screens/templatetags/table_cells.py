from django import template
from django_tables2 import A

register = template.Library()


@register.filter
def value_at(record, path):
    return A(path).resolve(record, quiet=True)
