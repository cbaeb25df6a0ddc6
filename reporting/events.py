from django.utils.translation import gettext_lazy as _

from audit.events import describe
from reporting.models import CityStatistic
from screens import formats

STATISTIC = {
    "amount": _("amount"),
    "state": (_("state of the figure"), dict(CityStatistic.State.choices).get),
    "source": _("source"),
    "published_on": _("published on"),
    "vsic_coverage": _("coverage by VSIC"),
}
describe("statistic recorded", _("Figure of the city recorded"), fields=STATISTIC)
describe("statistic revised", _("Figure of the city revised"), fields=STATISTIC)
describe("statistic withdrawn", _("Figure of the city withdrawn"), fields=STATISTIC)
describe("indicators computed", _("Indicators of %(years)s computed, digest %(digest)s"))
describe("computation asked for", _("Computation of the indicators of %(years)s asked for"))
describe(
    "indicator defined",
    _("Version %(version)s of the definition"),
    fields={
        "definition": _("definition"),
        "name_vi": (_("name in Vietnamese"), formats.vietnamese),
        "name_en": (_("name in English"), formats.english),
    },
)
describe("variant chosen", _("Variant chosen by %(paper)s"), fields={"variant": _("variant")})
describe("indicators published", _("Indicators of %(year)s published by %(paper)s (publication %(revision)s)"))
