from django import template

from dossiers.presenting.dossiers import STATE_KINDS

register = template.Library()


@register.filter
def kind_of_state(state):
    """The kind of tag of a state."""
    return STATE_KINDS[state]
