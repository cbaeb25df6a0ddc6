from django.utils.translation import gettext_lazy as _

from audit.events import describe
from documents.models import NumberSeries
from reference.events import words
from reference.models import Confidence
from screens import formats

FIELDS = {
    "code": (_("code"), formats.code),
    "name_vi": (_("name in Vietnamese"), formats.vietnamese),
    "name_en": (_("name in English"), formats.english),
    "register": (_("register"), words(NumberSeries.Register)),
    "numbered_by": (_("who gives the numbers"), words(NumberSeries.NumberedBy)),
    "pattern": (_("number and symbol"), formats.code),
    "office": (_("office"), formats.vietnamese),
    "counts_each_office": (_("each office has numbers of its own"), formats.yes_no),
    "layout": (_("layout"), words(NumberSeries.Layout)),
    "heading": (_("kind as it is printed"), formats.vietnamese),
    "superior": (_("body above the issuer"), formats.vietnamese),
    "issuer": (_("issuer"), formats.vietnamese),
    "on_behalf_of": (_("council it is signed for"), formats.vietnamese),
    "note": _("note"),
    "ended_on": _("ended from"),
    "confidence": (_("how sure"), words(Confidence)),
    "source": _("source"),
    "symbol": (_("number and symbol"), formats.code),
    "dated_on": _("date of the paper"),
    "subject": (_("abstract of the content"), formats.vietnamese),
    "signer": (_("signed by"), formats.vietnamese),
    "recipients": (_("recipients"), formats.vietnamese),
    "copies": _("copies"),
}

describe("number series added", _("Series of numbers entered"), fields=FIELDS)
describe("number series corrected", _("Series of numbers corrected"), fields=FIELDS)
describe("number series ended", _("Series of numbers ended"), fields=FIELDS)
describe("number series resumed", _("Series of numbers taken up again"), fields=FIELDS)
describe("number series loaded", _("Series of numbers loaded from the portal's data files"), fields=FIELDS)
describe("number series continued", _("Counting in %(year)s goes on after number %(number)s"), fields=FIELDS)
describe("number given", _("Number %(symbol)s given"), fields=FIELDS)
describe("number corrected", _("Entry of the register corrected"), fields=FIELDS)
describe("number made void", _("Number made void"), fields=FIELDS)
