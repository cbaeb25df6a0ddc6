from django.utils.translation import gettext_lazy as _

from audit.events import describe
from documents.models import WorkFile
from reference.events import words
from screens import formats

FIELDS = {
    "state": (_("state"), words(WorkFile.State)),
    "code": (_("number and symbol of the file"), formats.code),
    "title": (_("title of the file"), formats.vietnamese),
    "office": (_("office"), formats.vietnamese),
    "keeper": (_("keeper of the file"), formats.vietnamese),
    "retention": (_("how long it is kept"), formats.vietnamese),
    "note": _("note"),
}

describe("work file opened", _("Work file opened"), fields=FIELDS)
describe("work file changed", _("Work file changed"), fields=FIELDS)
describe("work file closed", _("Work file closed with %(count)s papers"), fields=FIELDS)
describe("work file handed over", _("Handed over to another keeper"))
describe("item put into file", _("Put in at place %(place)s: %(what)s"))
describe("item taken out of file", _("Taken out, place %(place)s: %(what)s"))
