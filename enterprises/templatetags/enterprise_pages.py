from fractions import Fraction

from django import template

from screens.formats import number

register = template.Library()


@register.filter
def tag_of(value, words):
    """The word that a table of words has for a value (state → kind of tag, state → label)."""
    return words.get(value, "quiet")


@register.filter
def millions(vnd):
    """An amount rounded to whole million đồng, for a table that says so."""
    return number(None if vnd is None else Fraction(vnd, 10**6))
