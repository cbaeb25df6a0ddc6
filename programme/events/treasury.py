from django.utils.translation import gettext_lazy as _

from audit.events import describe
from programme.models import Cause
from reference.events import words

FIELDS = {
    "number": _("number"),
    "issued_on": _("date"),
    "paper": _("reconciliation paper"),
    "paper_on": _("date of the paper"),
    "cause": (_("cause"), words(Cause)),
    "explanation": _("explanation"),
}

describe("treasury statement imported", _("Statement imported: version %(revision)s, %(rows)s rows"))
describe(
    "treasury statement compared",
    _(
        "Compared with the payments: %(matched)s rows belong to payments, %(there)s differences (%(found)s new, %(gone)s gone)"
    ),
)
describe("treasury statement replaced", _("A later version took its place"))
describe("treasury statement withdrawn", _("Import undone"))
describe("treasury statement counts again", _("Counts again: the later version was withdrawn"))
describe("treasury statement numbered", _("Number and date of the statement entered"), fields=FIELDS)
describe("treasury difference explained", _("Difference explained"), fields=FIELDS)
describe("treasury statement explained", _("Difference explained, voucher %(voucher)s"), fields=FIELDS)
describe("treasury reconciliation confirmed", _("Reconciliation confirmed"), fields=FIELDS)
