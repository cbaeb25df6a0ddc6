from django import template

register = template.Library()


@register.filter
def tag_of(value, words):
    """The word that a table of words has for a value (state → kind of tag, state → label)."""
    return words.get(value, "quiet")
