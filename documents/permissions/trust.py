"""The list of trusted certificates: staff read it, the administrator keeps it."""

from django.utils.translation import gettext_lazy as _

from accounts.access import action, route
from accounts.roles import READERS, Role

SEE = action("trust.see", _("See the certifying organisations that are trusted"), roles=READERS)
KEEP = action("trust.keep", _("Keep the list of trusted certifying organisations"), roles={Role.ADMINISTRATOR})

route("documents:certificate_list", GET=SEE)
route("documents:certificate", GET=SEE)
route("documents:add_certificate", GET=KEEP, POST=KEEP)
route("documents:end_certificate", GET=KEEP, POST=KEEP)
