"""The events that other systems may hear: which of the log's they are, of what kind of thing, in which version.

An event says what happened, when, and where the API shows the thing; never who did it, and no value. What its version
says stays as it is: fields are added, nothing else; another meaning is another version.
"""

from dataclasses import dataclass, replace
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exchange.resources import Resource, resources

RIGHT = "events:read"
PING = "ping"


@dataclass(frozen=True, eq=False)
class EventType:
    """`logged` are the kinds of the log that it stands for, about objects of `object_kind`.

    `path` leads from a row of the resource to that object; "" is the row itself. By one that is `gone` the thing may have
    left what a system sees; those hear of it who once saw it.
    """

    name: str
    label: str | Promise
    logged: tuple
    gone: bool = False
    version: int = 1
    resource_name: str = ""
    object_kind: str = ""
    path: str = ""

    @property
    def resource(self) -> Resource:
        return resources()[self.resource_name]

    @property
    def scope(self):
        return self.resource.scope

    def address_of(self, object_id):
        """Where the API shows the thing."""
        base = f"/api/v1/{self.resource_name}"
        return f"{base}?{self.path}={object_id}" if self.path else f"{base}/{object_id}"


def _type(name, label, *logged, gone=False):
    return EventType(name, label, logged, gone)


def _of(resource_name, object_kind, *types, path=""):
    return [replace(each, resource_name=resource_name, object_kind=object_kind, path=path) for each in types]


REFERENCE = {
    "units": "reference.administrativeunit",
    "industry_codes": "reference.industrycode",
    "product_groups": "reference.productgroup",
    "agencies": "reference.agency",
    "content_areas": "reference.contentarea",
    "support_kinds": "reference.supportkind",
    "money_sources": "reference.moneysource",
    "exchange_rates": "reference.exchangerate",
    "calendar_days": "reference.calendarday",
}

TYPES = (
    *_of(
        "enterprises",
        "enterprises.enterprise",
        _type(
            "enterprise.registered",
            _("An enterprise was entered into the register"),
            "enterprise registered",
            "enterprise imported",
        ),
        _type("enterprise.changed", _("Data of an enterprise changed"), "enterprise edited", gone=True),
        _type("enterprise.status_changed", _("The status of an enterprise changed"), "enterprise status changed"),
        _type("enterprise.merged", _("Another record was merged into an enterprise"), "enterprise merged"),
        _type(
            "enterprise.merged_away",
            _("A record was merged into that of an enterprise"),
            "enterprise merged away",
            gone=True,
        ),
        _type(
            "enterprise.withdrawn",
            _("An enterprise that was entered by mistake is gone"),
            "enterprise withdrawn",
            gone=True,
        ),
    ),
    *_of(
        "figures",
        "enterprises.figurerevision",
        _type("figures.confirmed", _("Figures of a year were confirmed"), "figures confirmed"),
        _type("figures.gave_way", _("Confirmed figures gave way to those of a merged record"), "figures gave way"),
    ),
    *_of(
        "sent_figures",
        "enterprises.figurerevision",
        _type("figures.returned", _("Figures that the system sent were returned"), "figures returned"),
    ),
    *_of(
        "products",
        "enterprises.product",
        _type("product.added", _("A product was added"), "product added", "product imported"),
        _type("product.changed", _("A product changed"), "product edited"),
        _type("product.moved", _("A product moved to the enterprise that its own was merged into"), "product moved"),
        _type("product.withdrawn", _("A product that was entered by mistake is gone"), "product withdrawn", gone=True),
    ),
    *_of(
        "titles",
        "enterprises.title",
        _type("title.recorded", _("A product was recognised"), "title recorded", "title imported"),
        _type("title.corrected", _("A title was corrected"), "title corrected"),
        _type("title.ended", _("A title ended"), "title ended"),
        _type("title.moved", _("A title moved with its product"), "title moved"),
        _type("title.withdrawn", _("A title that was recorded by mistake is gone"), "title withdrawn", gone=True),
    ),
    *_of(
        "support",
        "support.supportrecord",
        _type("support.recorded", _("Support was recorded"), "support recorded", "support imported"),
        _type("support.corrected", _("A record of support was corrected"), "support corrected"),
        _type("support.withdrawn", _("A record of support is gone"), "support withdrawn", gone=True),
    ),
    *_of(
        "periods",
        "programme.period",
        _type("period.added", _("A period of the programme was added"), "period added", "programme row loaded"),
        _type(
            "period.changed",
            _("A period of the programme changed"),
            "period corrected",
            "period decided",
            "ceiling changed",
            "programme row reloaded",
        ),
    ),
    *_of(
        "targets",
        "programme.target",
        _type("target.added", _("A target was added"), "target added", "programme row loaded"),
        _type("target.changed", _("A target changed"), "target changed", "programme row reloaded"),
        _type("target.withdrawn", _("A target was withdrawn"), "target withdrawn"),
    ),
    *_of(
        "plans",
        "programme.plan",
        _type("plan.approved", _("A plan was approved"), "plan approved"),
        _type("plan.in_force", _("A plan is in force"), "plan in force"),
        _type("plan.superseded", _("A plan was replaced by an adjustment"), "plan superseded"),
    ),
    *_of(
        "tasks",
        "programme.task",
        _type("task.approved", _("A task was approved"), "task approved"),
        _type("task.assigned", _("A task was assigned"), "task assigned"),
        _type("task.accepted", _("A task was accepted by its lead"), "task accepted"),
        _type("task.reported", _("Progress of a task was reported"), "task reported", "deliverable delivered"),
        _type("task.finished", _("A task is finished"), "task finished"),
        _type("task.reopened", _("A task was opened again"), "task reopened"),
        _type("task.dropped", _("A task was dropped"), "task dropped"),
    ),
    *_of(
        "budget_years",
        "programme.budgetyear",
        _type("budget_year.added", _("A budget year was added"), "budget year added"),
        _type("budget_year.opened", _("A budget year was opened"), "budget year opened"),
        _type("budget_year.envelope_changed", _("The envelope of a budget year changed"), "envelope changed"),
        _type("budget_year.books_closed", _("The books of a budget year were closed"), "books of the year closed"),
        _type("budget_year.closed", _("A budget year was closed"), "budget year closed"),
    ),
    *_of(
        "budget_lines",
        "programme.budgetline",
        _type("budget_line.added", _("A budget line was added"), "budget line added"),
        _type("budget_line.described", _("A budget line was described anew"), "budget line described"),
    ),
    *_of(
        "ledger_entries",
        "programme.ledgerentry",
        _type("ledger_entry.booked", _("An entry was booked in the ledger"), "entry booked"),
    ),
    *_of(
        "payments",
        "programme.payment",
        _type("payment.sent", _("A payment was sent to the Treasury"), "payment sent"),
        _type("payment.paid", _("A payment was paid by the Treasury"), "payment paid"),
        _type("payment.refused", _("A payment was refused by the Treasury"), "payment refused"),
    ),
    *_of(
        "dossiers",
        "dossiers.dossier",
        _type("dossier.lodged", _("A dossier was lodged"), "dossier lodged"),
        _type(
            "dossier.moved",
            _("A dossier went on to another state"),
            "dossier received",
            "dossier not received",
            "dossier supplement asked for",
            "dossier supplement given",
            "dossier appraisal begun",
            "dossier submitted",
            "dossier sent back",
            "dossier approved",
            "dossier found not eligible",
            "dossier stopped",
            "dossier withdrawn",
            "dossier result issued",
            "dossier result returned",
        ),
        _type("dossier.promised_anew", _("A dossier was promised for a new day"), "dossier promised anew"),
    ),
    *_of(
        "kpi_values",
        "reporting.kpipublication",
        _type("indicators.published", _("Indicators of a year were published"), "indicators published"),
        path="publication",
    ),
    *_of(
        "city_statistics",
        "reporting.citystatistic",
        _type("city_statistic.recorded", _("A figure of the city was recorded"), "statistic recorded"),
        _type("city_statistic.revised", _("A figure of the city was revised"), "statistic revised"),
        _type("city_statistic.withdrawn", _("A figure of the city was withdrawn"), "statistic withdrawn"),
    ),
    *(
        each
        for resource_name, object_kind in REFERENCE.items()
        for each in _of(
            resource_name,
            object_kind,
            _type(
                "reference.added",
                _("An entry of reference data was added"),
                "reference entry added",
                "reference entry loaded",
            ),
            _type(
                "reference.changed",
                _("An entry of reference data changed"),
                "reference entry corrected",
                "reference entry reloaded",
            ),
            _type(
                "reference.ended",
                _("An entry of reference data ended"),
                "reference entry ended",
                "exchange rate withdrawn",
            ),
        )
    ),
)


@cache
def types_by_event():
    """{(kind of the log, kind of object): EventType}"""
    found = {}
    for each in TYPES:
        for kind in each.logged:
            if found.setdefault((kind, each.object_kind), each) is not each:
                raise ValueError(f"Two events stand for “{kind}” of {each.object_kind}.")
    return found


@cache
def types_by_name():
    """{name: [EventType…]}: one name may stand for things of several resources that share a right."""
    found = {}
    for each in TYPES:
        found.setdefault(each.name, []).append(each)
    return found


def label_of(name):
    """What an event is called; its name where the catalogue no longer has it."""
    if name == PING:
        return _("Test")
    known = types_by_name().get(name)
    return known[0].label if known else name


def names_within(scopes):
    """Names of the events that these rights let a system hear, in the order of the catalogue."""
    if RIGHT not in scopes:
        return []
    return [name for name, alike in types_by_name().items() if alike[0].scope in scopes]


def schema_of(name):
    """JSON Schema of a whole event."""
    alike = types_by_name()[name]
    data = {
        "type": "object",
        "description": "The thing that it happened to.",
        "properties": {
            "resource": {"enum": [each.resource_name for each in alike]},
            "id": {"type": "string", "format": "uuid"},
            "url": {
                "type": "string",
                "format": "uri-reference",
                "description": "Where the API shows it, relative to the address of the portal.",
            },
        },
        "required": ["resource", "id", "url"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "The same whenever it is sent again."},
            "type": {"const": name},
            "version": {"const": alike[0].version},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened, in UTC."},
            "data": data,
        },
        "required": ["id", "type", "version", "timestamp", "data"],
    }
