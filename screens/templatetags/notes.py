from django import template

from screens.notes import notes_of

register = template.Library()


@register.inclusion_tag("screens/includes/notes.html", takes_context=True)
def notes(context, record):
    """What other rooms have to say of the record, as warnings above it."""
    return {"notes": notes_of(record, context["user"])}
