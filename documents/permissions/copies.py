"""Copies of papers: the records clerk prepares and numbers them, whoever is authorised signs them."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from documents.copy_states import roles_of_copies
from documents.paper_states import CLERK, SEERS

SEE = action("copies.see", _("See copies of papers"), roles=SEERS)
PREPARE = action("copies.prepare", _("Prepare copies of papers"), roles=CLERK)
STEPS = {
    "sign": action("copies.sign", _("Sign copies of papers"), roles=roles_of_copies("sign")),
    "number": action("copies.number", _("Give copies number and date"), roles=roles_of_copies("number")),
    "issue": action("copies.issue", _("Issue copies with the agency's signature"), roles=roles_of_copies("issue")),
    "drop": action("copies.drop", _("Drop copies that have no number"), roles=roles_of_copies("drop")),
}

route("documents:copy", GET=SEE)
route("documents:copy_page", GET=SEE)
route("documents:copy_pdf", GET=SEE)
route("documents:copy_incoming", GET=PREPARE, POST=PREPARE)
route("documents:copy_outgoing", GET=PREPARE, POST=PREPARE)
for verb, needed in STEPS.items():
    route(f"documents:{verb}_copy", GET=needed, POST=needed)
route("documents:upload_signed_copy", GET=STEPS["sign"], POST=STEPS["sign"])
route("documents:upload_sealed_copy", GET=STEPS["issue"], POST=STEPS["issue"])
