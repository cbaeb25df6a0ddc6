"""Sections of the enterprise page that rooms above add (support)."""

_panels = []


def register(order, panel):
    """`panel(request, enterprise) -> {"id", "title", "template", …context} or None`; call it when the apps are ready."""
    _panels.append((order, panel))


def panels_for(request, enterprise):
    found = (panel(request, enterprise) for _order, panel in sorted(_panels, key=lambda pair: pair[0]))
    return [panel for panel in found if panel]
