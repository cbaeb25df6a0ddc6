from django import forms
from django.utils.translation import gettext_lazy as _

from audit.events import sentences
from screens.forms import DateField


def _by_sentence():
    """{sentence: the kinds of event that read so}"""
    found = {}
    for kind, (sentence, _fields) in sentences().items():
        found.setdefault(_without_names(sentence), []).append(kind)
    return found


def kinds():
    """Each sentence once, though several kinds may read alike; the first of them stands for all."""
    known = sorted(((alike[0], sentence) for sentence, alike in _by_sentence().items()), key=_second)
    return [("", _("All")), *known]


def alike(kind):
    """The kinds that read like this one."""
    return next((kinds for kinds in _by_sentence().values() if kind in kinds), [kind])


def _second(pair):
    return pair[1]


def _without_names(sentence):
    """The sentence with … where a fact will stand."""
    import re

    return re.sub(r"%\(\w+\)[sd]", "…", str(sentence)).replace("%%", "%")


class EventFilter(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of event"), choices=kinds, required=False)
    person = forms.CharField(label=_("Person"), required=False, max_length=100)
    about = forms.UUIDField(label=_("Identifier of the object"), required=False)
    first = DateField(label=_("From"), required=False, help_text="")
    last = DateField(label=_("Until"), required=False, help_text="")


class AccessFilter(forms.Form):
    person = forms.CharField(label=_("Person"), required=False, max_length=100)
    what = forms.CharField(label=_("What"), required=False, max_length=100)
    about = forms.UUIDField(label=_("Identifier of the object"), required=False)
    first = DateField(label=_("From"), required=False, help_text="")
    last = DateField(label=_("Until"), required=False, help_text="")
