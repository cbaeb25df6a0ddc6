from django.utils.translation import gettext_lazy as _

from audit.events import describe
from documents.paper_states import State
from documents.signatories import Authority
from reference.events import words
from screens import formats

FIELDS = {
    "state": (_("state"), words(State)),
    "series": (_("kind of paper"), formats.vietnamese),
    "office": (_("office that drafts"), formats.vietnamese),
    "subject": (_("abstract of the content"), formats.vietnamese),
    "addressees": (_("addressed to"), formats.vietnamese),
    "bases": (_("legal bases"), formats.vietnamese),
    "body": (_("content"), formats.vietnamese),
    "recipients": (_("recipients"), formats.vietnamese),
    "signer": (_("signed by"), formats.vietnamese),
    "authority": (_("right to sign"), words(Authority)),
    "authority_paper": _("paper that authorises the signer"),
    "signer_post": (_("post above the name"), formats.vietnamese),
    "due_on": _("to be issued by"),
}

describe("paper drafted", _("Draft of the paper begun"), fields=FIELDS)
describe("paper draft changed", _("Draft changed"), fields=FIELDS)
describe("paper discarded", _("Draft given up"), fields=FIELDS)
describe("paper sent", _("Sent on its way"), fields=FIELDS)
describe("paper initialled", _("Content initialled"), fields=FIELDS)
describe("paper checked", _("Form found right"), fields=FIELDS)
describe("paper signed", _("Signed"), fields=FIELDS)
describe("paper numbered", _("Number %(number)s given, date entered"), fields=FIELDS)
describe("paper sealed", _("Signed by the agency"), fields=FIELDS)
describe("paper issued", _("Paper issued"), fields=FIELDS)
describe("paper returned", _("Sent back to whoever drafted it"), fields=FIELDS)
describe("paper stopped", _("Paper stopped"), fields=FIELDS)
describe("paper handed over", _("Handed over to another drafter"), fields=FIELDS)
