"""What a page calls the fields of one of its forms: kept values are shown in the words they were typed under."""

from urllib.parse import urlsplit

from lxml import html


def in_the_words_of(page, action, typed):
    """[(label, [words of each value])] for `typed` [(field name, values)], as the form of `page` sent to `action` says it.

    A field that the page does not have keeps its values and has no label.
    """
    labels, choices = {}, {}
    for form in html.document_fromstring(page or "<p>").forms:
        if urlsplit(form.get("action") or action).path == urlsplit(action).path:
            for field in form.iter("input", "select", "textarea"):
                _read(field, labels, choices)
    return [(labels.get(name, ""), [choices.get((name, value), value) for value in values]) for name, values in typed]


def _read(field, labels, choices):
    name, kind = field.get("name"), field.get("type")
    if not name or kind == "hidden":
        return
    label = _words(field.label)
    if kind in ("radio", "checkbox") and (group := next(field.iterancestors("fieldset"), None)) is not None:
        choices[name, field.get("value")] = label
        label = _words(group.find("legend"))
    for option in field.iter("option"):
        choices[name, option.get("value", _words(option))] = _words(option)
    labels.setdefault(name, label)


def _words(element):
    """The text before any mark such as “(optional)”."""
    if element is None:
        return ""
    return " ".join((element.text or element.text_content()).split())
