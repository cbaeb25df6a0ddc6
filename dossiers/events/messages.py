from django.utils.translation import gettext_lazy as _

from audit.events import describe

describe("dossier message written", _("Message written to the enterprise"))
describe("dossier message answered", _("Message of the enterprise"))
