"""How the events of this room read in a history."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from audit.events import describe
from enterprises.models import Claim, Enterprise, FigureRevision, Product, Title
from enterprises.models.figures import MEASURES, PEOPLE_MEASURES
from screens.formats import english, money, number, usd, vn_date


def _label(model, name):
    return model._meta.get_field(name).verbose_name


def _choice(model, name):
    labels = dict(model._meta.get_field(name).choices)
    return lambda value: labels.get(value, value)


def _day(value):
    return vn_date(date.fromisoformat(value)) if value else value


ENTERPRISE = {
    name: _label(Enterprise, name)
    for name in (
        "tax_code",
        "name",
        "short_name",
        "address",
        "ward",
        "phone",
        "email",
        "main_activity",
    )
} | {
    "name_en": (_label(Enterprise, "name_en"), english),
    "enterprise_type": (_label(Enterprise, "enterprise_type"), _choice(Enterprise, "enterprise_type")),
    "size_sector": (_label(Enterprise, "size_sector"), _choice(Enterprise, "size_sector")),
    "status": (_label(Enterprise, "status"), _choice(Enterprise, "status")),
    "status_from": (_label(Enterprise, "status_from"), _day),
    "groups": (_("product groups"), ", ".join),
    "activities": (_("activities"), ", ".join),
    "member": _("person"),
    "postal_address": _label(Enterprise, "address"),
}
CLAIM = {
    name: _label(Claim, name) for name in ("tax_code", "enterprise_name", "full_name", "email", "phone", "paper_number")
} | {
    "office": (_label(Claim, "office"), _choice(Claim, "office")),
    "scope": _label(Claim, "scope"),
    "state": (_label(Claim, "state"), _choice(Claim, "state")),
    "authorised_to": (_label(Claim, "authorised_to"), _day),
    "expires_on": (_label(Claim, "expires_on"), _day),
    "member": _("person"),
    "although": _("though it had a representative on the portal, or had invited one"),
}
PRODUCT = {name: _label(Product, name) for name in ("name", "group", "activity")}
TITLE = {
    "kind": (_label(Title, "kind"), _choice(Title, "kind")),
    "round_year": _label(Title, "round_year"),
    "decision_number": _label(Title, "decision_number"),
    **{name: (_label(Title, name), _day) for name in ("decision_on", "valid_from", "valid_to", "ended_on")},
}
FIGURES = {
    name: (
        _label(FigureRevision, name),
        usd if name.endswith("usd_cents") else number if name in PEOPLE_MEASURES else money,
    )
    for name in MEASURES
}

for kind, sentence in (
    ("enterprise registered", _("Entered into the registry")),
    ("enterprise edited", _("Data of the enterprise changed")),
    ("enterprise status changed", _("Status changed")),
    ("enterprise withdrawn", _("Withdrawn: entered by mistake")),
    ("enterprise merged", _("Another record of this enterprise was merged into this one")),
    ("enterprise merged away", _("Merged into another record")),
    ("enterprise got a product", _("Product “%(name)s” added")),
    ("enterprise declared figures", _("Figures of %(year)s declared")),
    ("enterprise figures replaced by an import", _("Figures of %(year)s gave way to those of an import")),
    ("enterprise got a member", _("A person may act for the enterprise")),
    ("enterprise lost a member", _("A person no longer acts for the enterprise")),
    ("enterprise imported", _("Entered into the registry by an import")),
):
    describe(kind, sentence, fields=ENTERPRISE)
for kind, sentence in (
    ("product added", _("Product added")),
    ("product edited", _("Product changed")),
    ("product withdrawn", _("Product withdrawn")),
    ("product moved", _("Moved with its enterprise, which was merged into another record")),
    ("product got a title", _("Title of the round %(year)s recorded, decision %(number)s")),
    ("product imported", _("Product added by an import")),
):
    describe(kind, sentence, fields=PRODUCT)
for kind, sentence in (
    ("title recorded", _("Title recorded")),
    ("title corrected", _("Title corrected")),
    ("title ended", _("Title ended")),
    ("title withdrawn", _("Title withdrawn: recorded by mistake")),
    ("title moved", _("Moved with its product, whose enterprise was merged into another record")),
    ("title imported", _("Title recorded by an import")),
):
    describe(kind, sentence, fields=TITLE)
for kind, sentence in (
    ("figures declared", _("Figures of %(year)s declared")),
    ("figures sent", _("Figures of %(year)s sent for review")),
    ("figures withdrawn", _("Figures of %(year)s withdrawn")),
    ("figures confirmed", _("Figures of %(year)s confirmed")),
    ("figures returned", _("Figures of %(year)s returned")),
    ("draft replaced by an import", _("The draft of the figures of %(year)s gave way to an import")),
    ("figures replaced by an import", _("Figures of %(year)s gave way to those of an import")),
    ("figures put back", _("Figures of %(year)s put back: the import that replaced them was undone")),
    ("figures gave way", _("Figures of %(year)s gave way to those of the record that was merged")),
    ("figures imported", _("Figures of %(year)s declared and sent by an import")),
):
    describe(kind, sentence, fields=FIGURES)
for kind, sentence in (
    ("enterprise claimed", _("Claim sent")),
    ("claim confirmed", _("Claim confirmed: invitation sent")),
    ("claim refused", _("Claim refused")),
    ("claim expired", _("The claim expired: nobody decided in time")),
    ("claimant invited again", _("Invitation sent again")),
    ("enterprise claim confirmed", _("A claim to represent the enterprise was confirmed, a person invited")),
):
    describe(kind, sentence, fields=CLAIM)
describe("figures handed over", _("The declaration was handed over"))
describe("year closed", _("Figures of %(year)s closed by decision %(number)s"))
describe("year opened again", _("Figures of %(year)s opened again by decision %(number)s"))
for kind, sentence in (
    ("membership given", _("Membership given")),
    ("membership ended", _("Membership ended")),
    ("membership moved", _("Membership moved with the enterprise, which was merged into another record")),
):
    describe(kind, sentence)
