"""What other rooms show about a person on the person's page: `f(person, viewer)` -> (title, [(text, url)]) or None."""

_panels = []


def register(panel):
    _panels.append(panel)


def panels_of(person, viewer):
    return [shown for shown in (panel(person, viewer) for panel in _panels) if shown]
