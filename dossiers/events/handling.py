from django.utils.translation import gettext_lazy as _

from audit.events import describe
from dossiers.events.dossiers import FIELDS
from dossiers.services.slip import EVENTS
from dossiers.states import Verb
from screens import formats

FIELDS = FIELDS | {
    "due_on": _("promised day"),
    "office": (_("office that handles"), formats.vietnamese),
    "handler": _("who handles"),
}

for verb, kind in EVENTS.items():
    if verb != Verb.WITHDRAW:
        describe(kind, verb.label, fields=FIELDS)
describe("dossier noted", _("Internal note written"), fields=FIELDS)
describe("dossier supplement prepared", _("Supplement %(number)s prepared"), fields=FIELDS)
ASKED = FIELDS | {
    "answer_by": _("to be given by"), "guidance": _("how to complete it"), "items": _("what is missing"),
}  # fmt: skip
describe("dossier supplement changed", _("Supplement %(number)s changed before it was sent"), fields=ASKED)
describe("dossier supplement dropped", _("Supplement %(number)s dropped before it was sent"), fields=FIELDS)
describe(
    "dossier answer ready",
    _("The legal representative was told that the answer to supplement %(number)s is complete"),
    fields=FIELDS,
)
describe("dossier supplement answer saved", _("Answers to supplement %(number)s saved"), fields=FIELDS)
