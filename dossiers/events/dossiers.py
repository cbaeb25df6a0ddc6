from django.utils.translation import gettext_lazy as _

from audit.events import describe
from dossiers.models import Dossier
from dossiers.states import State
from reference.events import words

FIELDS = {
    "state": (_("state"), words(State)),
    "code": _("dossier code"),
    "channel": (_("way of lodging"), words(Dossier.Channel)),
    "applicant": _("applicant"),
    "version": _("version of the procedure"),
    "arrived_on": _("day the paper arrived or it was lodged elsewhere"),
    "outside_code": _("code in the one-stop system"),
}

describe("dossier result drafted", _("Result begun as the paper “%(paper)s”"), fields=FIELDS)
describe("dossier begun", _("Draft of the dossier begun"), fields=FIELDS)
describe("dossier copied", _("Draft of the dossier begun as a copy of %(source)s"), fields=FIELDS)
describe("dossier typed in", _("Dossier that came on paper: typing in begun"), fields=FIELDS)
describe("dossier brought", _("Dossier that was lodged with the one-stop system: taken over"), fields=FIELDS)
describe("dossier ready", _("The legal representative was told that the draft is complete"), fields=FIELDS)
describe("dossier draft saved", _("Draft saved"), fields=FIELDS)
describe("dossier file attached", _("File %(name)s attached to “%(component)s”"), fields=FIELDS)
describe("dossier file taken away", _("File %(name)s taken away from “%(component)s”"), fields=FIELDS)
describe("dossier application attached", _("Signed application %(name)s attached; signatures in it: %(signatures)s"))
describe("dossier application taken away", _("Signed application %(name)s taken away"))
describe("dossier moved to a version", _("Draft moved to version %(number)s of the procedure"), fields=FIELDS)
describe("dossier lodged", _("Dossier lodged under the code %(code)s"), fields=FIELDS)
describe("dossier withdrawn", _("Dossier withdrawn"), fields=FIELDS)
