from django.utils.translation import gettext_lazy as _

from accounts.access import SIGNED_IN, action, menu, route
from accounts.roles import HEADS, LEADERS, READERS, SYSTEMS, Role

VIEW = action("reporting.view", _("See indicators and reports"), roles=READERS)
COMPUTE = action("reporting.compute", _("Have the indicators computed"), roles=HEADS | {Role.OFFICER})
RECORD = action("reporting.record", _("Record the city's statistics"), roles=HEADS | SYSTEMS | {Role.OFFICER})
DEFINE = action("reporting.define", _("Change what an indicator means"), roles={Role.HEAD})
DECIDE = action("reporting.decide", _("Choose variants and publish indicators"), roles=LEADERS)
SEARCH = action("reporting.search", _("Search everything one may see"), roles=READERS)

route("reporting:home", GET=SIGNED_IN)
route("reporting:search", GET=SEARCH)
route("reporting:dashboard", GET=VIEW)
route("reporting:indicator_detail", GET=VIEW)
route("reporting:choose_variant", GET=DECIDE, POST=DECIDE)
route("reporting:define_indicator", GET=DEFINE, POST=DEFINE)
route("reporting:add_variant", GET=DEFINE, POST=DEFINE)
route("reporting:value_detail", GET=VIEW)
route("reporting:value_rows", GET=VIEW)
route("reporting:publication_list", GET=VIEW)
route("reporting:publication_detail", GET=VIEW)
route("reporting:published_value", GET=VIEW)
route("reporting:published_rows", GET=VIEW)
route("reporting:publish_year", GET=DECIDE, POST=DECIDE)
route("reporting:run_list", GET=VIEW)
route("reporting:run_detail", GET=VIEW)
route("reporting:compute", GET=COMPUTE, POST=COMPUTE)
route("reporting:statistic_list", GET=VIEW)
route("reporting:statistic_detail", GET=VIEW)
route("reporting:record_statistic", GET=RECORD, POST=RECORD)
route("reporting:revise_statistic", GET=RECORD, POST=RECORD)
route("reporting:withdraw_statistic", GET=RECORD, POST=RECORD)

menu("work", _("My work"), route="reporting:home", order=10)
menu("indicators", _("Indicators and reports"), route="reporting:dashboard", order=70)
