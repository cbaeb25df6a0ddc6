from django.utils.translation import gettext_lazy as _

from accounts.access import action
from accounts.roles import HEADS, LEADERS, READERS, Role

VIEW = action("reporting.view", _("See indicators and reports"), roles=READERS)
COMPUTE = action("reporting.compute", _("Have the indicators computed"), roles=HEADS | {Role.OFFICER})
RECORD = action("reporting.record", _("Record the city's statistics"), roles=HEADS | {Role.OFFICER})
DEFINE = action("reporting.define", _("Change what an indicator means"), roles={Role.HEAD})
DECIDE = action("reporting.decide", _("Choose variants and publish indicators"), roles=LEADERS)
