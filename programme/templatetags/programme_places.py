from django import template

from programme.presenting.places import address_of, sections

register = template.Library()


@register.inclusion_tag("programme/includes/sections.html", takes_context=True)
def programme_sections(context):
    """The sections of plan and money that the reader may open: tabs, or a menu where these would fill a narrow screen."""
    request = context["request"]
    match = request.resolver_match
    found = sections(request.user, match.view_name if match else "")
    return {"sections": found, "here": next((each["label"] for each in found if each["current"]), "")}


@register.simple_tag(takes_context=True)
def link_of(context, row):
    """The address of a row's own page, or nothing: {% link_of payment as url %}."""
    return address_of(context["request"].user, row)
