from django.utils.translation import gettext_lazy as _

from audit.events import describe
from dossiers.models import DossierLink
from reference.events import words

FIELDS = {"kind": (_("how it follows it"), words(DossierLink.Kind))}

describe("dossier linked", _("Linked to the earlier dossier %(earlier)s"), fields=FIELDS)
describe("dossier link ended", _("Link to dossier %(earlier)s taken away"), fields=FIELDS)
