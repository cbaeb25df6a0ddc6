from django.utils.translation import gettext_lazy as _

from audit.events import describe
from documents.copy_states import CopyState
from documents.models import PaperCopy
from documents.signatories import Authority
from reference.events import words
from screens import formats

FIELDS = {
    "state": (_("state"), words(CopyState)),
    "kind": (_("kind of copy"), words(PaperCopy.Kind)),
    "recipients": (_("recipients"), formats.vietnamese),
    "signer": (_("signed by"), formats.vietnamese),
    "authority": (_("right to sign"), words(Authority)),
}

describe("copy prepared", _("Copy prepared"), fields=FIELDS)
describe("copy signed", _("Copy signed"), fields=FIELDS)
describe("copy numbered", _("Number %(number)s given to the copy, date entered"), fields=FIELDS)
describe("copy issued", _("Copy issued with the agency's signature"), fields=FIELDS)
describe("copy dropped", _("Copy dropped"), fields=FIELDS)
describe("paper copied", _("Copied: %(number)s"))
