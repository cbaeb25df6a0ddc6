from django.utils.translation import gettext_lazy as _

from audit.events import describe

FIELDS = {
    "name": _("organisation"),
    "sha256": _("digest"),
    "expires_on": _("valid until"),
    "ended_on": _("trusted no more from"),
}

describe("certificate trusted", _("Certificate entered into the list of trusted ones"), fields=FIELDS)
describe("certificate trusted no more", _("Certificate taken from the list of trusted ones"), fields=FIELDS)
