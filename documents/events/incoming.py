from django.utils.translation import gettext_lazy as _

from audit.events import describe
from documents.incoming_states import IncomingState
from documents.models import IncomingPaper
from reference.events import words
from screens import formats

FIELDS = {
    "state": (_("state"), words(IncomingState)),
    "series": (_("series of numbers"), formats.vietnamese),
    "arrived_on": _("day of arrival"),
    "issuer": (_("issued by"), formats.vietnamese),
    "symbol": (_("number and symbol"), formats.code),
    "issued_on": _("date of the paper"),
    "kind": (_("kind of paper"), formats.vietnamese),
    "subject": (_("abstract of the content"), formats.vietnamese),
    "urgency": (_("urgency"), words(IncomingPaper.Urgency)),
    "pages": _("pages"),
    "note": _("note"),
    "office": (_("office in charge"), formats.vietnamese),
    "due_on": _("deadline"),
    "instruction": (_("instruction"), formats.vietnamese),
    "answer": (_("answer"), formats.code),
}

describe("incoming entered", _("Entered under number of arrival %(number)s"), fields=FIELDS)
describe("incoming corrected", _("Entry of the register corrected"), fields=FIELDS)
describe("incoming scanned", _("Scan “%(name)s” added"))
describe("incoming passed on", _("Passed on"), fields=FIELDS)
describe("incoming dealt with", _("Marked as dealt with"), fields=FIELDS)
describe("incoming taken up again", _("Taken up again"), fields=FIELDS)
describe("incoming made void", _("Number made void"), fields=FIELDS)
