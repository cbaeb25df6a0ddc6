"""How the events of the money read in a history."""

from django.utils.translation import gettext_lazy as _

from audit.events import describe
from programme.models import BudgetStep, Commitment, EntryKind, Payment, StepKind, YearState
from reference.events import words
from screens import formats

STEP = {
    "kind": (_("kind"), words(StepKind)),
    "amount_vnd": (_("amount"), formats.money),
    "document": _("document"),
    "document_on": _("date of the document"),
    "state": (_("state"), words(BudgetStep.State)),
    "carried_in_vnd": (_("of it carried in"), formats.money),
    "allocated_vnd": (_("allocated"), formats.money),
    "advanced_vnd": (_("advances not cleared"), formats.money),
    "disbursed_vnd": (_("disbursed"), formats.money),
    "settled_vnd": (_("settled"), formats.money),
    "voucher": _("Treasury voucher"),
    "payer": _("who returned it"),
}
COMMITMENT = {
    "kind": (_("kind"), words(Commitment.Kind)),
    "number": _("number"),
    "signed_on": _("signed on"),
    "what": _("what it is for"),
    "amount_vnd": (_("amount"), formats.money),
    "payee": _("payee"),
}
LIQUIDATION = {
    "liquidation_paper": _("minutes of liquidation"),
    "liquidated_on": _("liquidated on"),
    "document": _("document"),
    "document_on": _("date of the document"),
}
RETURN = {
    "amount_vnd": (_("amount"), formats.money),
    "voucher": _("Treasury voucher"),
    "returned_on": _("returned on"),
    "payer": _("who returned it"),
}
PAYMENT = {
    "kind": (_("kind"), words(Payment.Kind)),
    "amount_vnd": (_("to be paid out"), formats.money),
    "clears_vnd": (_("advance cleared"), formats.money),
    "invoice": _("invoice or acceptance"),
    "invoice_on": _("date of invoice or acceptance"),
    "payee_account": _("payee's account"),
}
LINE = {
    "chapter": _("chapter"),
    "category": _("category"),
    "item": _("sub-item"),
    "source_code": _("code of the source"),
    "unit_code": _("code of the budget unit"),
    "note": _("note"),
}
LIMIT = {
    "ceiling_vnd": (_("ceiling of the programme"), formats.money),
    "envelope_vnd": (_("envelope of the year"), formats.money),
    "state": (_("state"), words(YearState)),
    "entry_kind": (_("kind"), words(EntryKind)),
}


class Months(dict):
    """What is planned for a month, kept by its number: 202604 reads 4/2026."""

    def get(self, number, default=None):
        label = _("month %(month)s") % {"month": f"{int(number) % 100}/{int(number) // 100}"}
        return label, formats.money


describe("entry booked", _("Entry %(number)s booked in the ledger"))
describe("budget step prepared", _("Step prepared, waiting for approval"), fields=STEP)
describe("budget step approved", _("Step approved and booked"), fields=STEP)
describe("budget step refused", _("Step refused"), fields=STEP)
describe("budget step handed over", _("Handed over to another person to be put right"), fields=STEP)
describe("budget step withdrawn", _("Step withdrawn by whoever prepared it"), fields=STEP)
describe("ceiling changed", _("Ceiling of the programme changed by a decision"), fields=LIMIT)
describe("envelope changed", _("Envelope of the year changed by a decision"), fields=LIMIT)
describe("commitment prepared", _("Contract or decision prepared, waiting for approval"), fields=COMMITMENT)
describe("commitment approved", _("Contract or decision approved and booked"), fields=COMMITMENT)
describe("commitment refused", _("Contract or decision refused"), fields=COMMITMENT)
describe("commitment handed over", _("Handed over to another person to be put right"), fields=COMMITMENT)
describe("commitment withdrawn", _("Contract or decision withdrawn by whoever prepared it"), fields=COMMITMENT)
describe("account addendum prepared", _("Account changed by %(document)s, waiting to be confirmed"), fields=COMMITMENT)
describe("account addendum confirmed", _("Account of %(document)s confirmed"), fields=COMMITMENT)
describe("account addendum refused", _("Account of %(document)s refused"), fields=COMMITMENT)
describe("commitment liquidated", _("Contract or decision liquidated"), fields=COMMITMENT)
describe("liquidation undone", _("Liquidation undone"), fields=LIQUIDATION)
describe("money returned to the budget", _("Money returned to the budget after the year was closed"), fields=RETURN)
describe("return to the budget reversed", _("Return to the budget reversed"), fields=RETURN)
describe("payment prepared", _("Payment prepared"), fields=PAYMENT)
describe("payment controlled", _("Payment controlled by the chief accountant"), fields=PAYMENT)
describe("payment signed", _("Payment signed by the account holder"), fields=PAYMENT)
describe("payment sent", _("Payment sent to the Treasury"), fields=PAYMENT)
describe("payment returned", _("Payment given back"), fields=PAYMENT)
describe("payment handed over", _("Handed over to another person to be put right"), fields=PAYMENT)
describe("payment withdrawn", _("Payment withdrawn by whoever prepared it"), fields=PAYMENT)
describe("payment paid", _("The Treasury paid; the money is disbursed"), fields=PAYMENT)
describe("payment refused", _("The Treasury refused the payment"), fields=PAYMENT)
describe("budget line added", _("Budget line added"), fields=LINE)
describe("budget line described", _("Classification or note of the line corrected"), fields=LINE)
describe("report entered", _("Report of whoever holds the money entered"))
describe("spending planned", _("Disbursement planned month by month"), fields=Months())
describe("budget year added", _("Budget year added"))
describe("budget year opened", _("Budget year opened for execution"))
describe("books of the year closed", _("Books closed; adjustment period begun"))
describe("budget year closed", _("Budget year closed"))
describe("budget checked", _("Money checked: %(differences)s differences"))
