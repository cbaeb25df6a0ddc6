"""What other rooms show on pages of this room."""

from django.urls import reverse

_panels, _ways_in, _places = [], [], []


def register(panel):
    """On the page of a person: `panel(person, viewer)` -> (title, [(text, url)]) or None."""
    _panels.append(panel)


def panels_of(person, viewer):
    return [shown for shown in (panel(person, viewer) for panel in _panels) if shown]


def register_way_in(question, label, route):
    """On the page of signing in, and on the own page of whoever holds no post: how somebody comes to an account."""
    _ways_in.append((question, label, route))


def ways_in():
    return [{"question": question, "label": label, "url": reverse(route)} for question, label, route in _ways_in]


def register_place(route, title, lead):
    """On the page of the system's administration: a place of another room."""
    _places.append((route, title, lead))


def places_of_rooms():
    return list(_places)
