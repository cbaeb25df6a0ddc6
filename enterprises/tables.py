from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprises.models import Claim, Enterprise, FigureRevision
from enterprises.models.enterprises import Size
from enterprises.models.figures import BASIS, State, basis_words
from enterprises.models.products import TitleKind
from screens import tables

STATUS_TAGS = {"active": "ok", "suspended": "warn", "dissolved": "quiet", "withdrawn": "bad"}
STATE_TAGS = {
    "draft": "quiet",
    "declared": "info",
    "waiting": "warn",
    "confirmed": "ok",
    "returned": "bad",
    "withdrawn": "quiet",
}
CLAIM_TAGS = {"waiting": "warn", "confirmed": "ok", "refused": "bad", "expired": "quiet"}
TITLE_TAGS = {"key_product": "info", "top_10": "warn"}
TITLE_STATES = [
    ("in_force", _("In force")),
    ("expired", _("Expired")),
    ("ended", _("Ended early")),
    ("ahead", _("Not yet in force")),
]
TITLE_STATE_TAGS = {"in_force": "ok", "expired": "quiet", "ended": "bad", "ahead": "info"}


class EnterpriseTable(tables.Table):
    name = tables.LinkColumn(
        verbose_name=_("Name"),
        route="enterprises:enterprise_detail",
        second="short_name",
        second_label=_("Short name"),
        order_by="sort_key",
    )
    tax_code = tables.CodeColumn(verbose_name=_("Tax code"))
    ward = tables.TextColumn(
        verbose_name=_("Ward or commune"), accessor="ward__name_vi", order_by=("ward__sort_key", "sort_key")
    )
    enterprise_type = tables.ChoiceColumn(verbose_name=_("Type"), choices=Enterprise.Type)
    main_activity = tables.TranslatedColumn("main_activity__name", verbose_name=_("Main activity"))
    size = tables.ChoiceColumn(verbose_name=_("Size"), choices=[("", "–"), *Size.choices])
    size_year = tables.YearColumn(verbose_name=_("Year of the size"))
    address = tables.TextColumn(verbose_name=_("Address"), orderable=False)
    phone = tables.CodeColumn(verbose_name=_("Telephone"), orderable=False)
    has_title = tables.BooleanColumn(verbose_name=_("Title in force"), orderable=False)
    status = tables.TagColumn(verbose_name=_("Status"), choices=Enterprise.Status, kinds=STATUS_TAGS)
    status_from = tables.DateColumn(verbose_name=_("Status since"))

    class Meta:
        shown = ["name", "tax_code", "ward", "size", "has_title", "status"]


class ClaimTable(tables.Table):
    full_name = tables.LinkColumn(
        verbose_name=_("Who claims"),
        route="enterprises:claim_detail",
        second="email",
        second_label=_("E-mail address"),
        second_column=tables.TextColumn,
        width=30,
    )
    tax_code = tables.CodeColumn(verbose_name=_("Tax code"))
    enterprise_name = tables.VietnameseColumn(verbose_name=_("Enterprise as it was said"), width=36)
    on_record = tables.VietnameseColumn(
        verbose_name=_("Enterprise on record"),
        fields=("record_name", "record_merged", "record_status"),
        compute=lambda record: _on_record(record),
        width=36,
    )
    signatories = tables.NumberColumn(verbose_name=_("Representatives on the portal"), orderable=False)
    office = tables.ChoiceColumn(verbose_name=_("In which capacity"), choices=Claim.Office)
    state = tables.TagColumn(verbose_name=_("State"), choices=Claim.State, kinds=CLAIM_TAGS)
    sent_at = tables.DateTimeColumn(verbose_name=_("Sent at"))
    expires_on = tables.DateColumn(verbose_name=_("To be decided until"))
    ended_at = tables.DateTimeColumn(verbose_name=_("Decided at"))
    decided_by = tables.VietnameseColumn(
        verbose_name=_("Decided by"), accessor="decided_by__full_name", orderable=False
    )
    reason = tables.TextColumn(verbose_name=_("Reason for refusing"), orderable=False)

    class Meta:
        shown = ["full_name", "enterprise_name", "on_record", "signatories", "office", "state", "expires_on"]


def _on_record(record):
    """The name on record, with what keeps it from being represented."""
    if record["record_name"] is None:
        return str(_("(not registered)"))
    if record["record_merged"]:
        return gettext("%(name)s (merged into another record)") % {"name": record["record_name"]}
    if record["record_status"] == Enterprise.Status.ACTIVE:
        return record["record_name"]
    return f"{record['record_name']} ({Enterprise.Status(record['record_status']).label})"


class ProductTable(tables.Table):
    name = tables.LinkColumn(verbose_name=_("Product"), route="enterprises:product_detail", order_by="sort_key")
    enterprise = tables.LinkColumn(
        verbose_name=_("Enterprise"),
        route="enterprises:enterprise_detail",
        args=["enterprise__public_id"],
        accessor="enterprise__name",
        order_by=("enterprise__sort_key", "sort_key"),
    )
    tax_code = tables.CodeColumn(verbose_name=_("Tax code"), accessor="enterprise__tax_code")
    group = tables.TranslatedColumn("group__name", verbose_name=_("Product group"))
    activity = tables.TranslatedColumn("activity__name", verbose_name=_("Activity"))
    titles_count = tables.NumberColumn(verbose_name=_("Titles"), orderable=False)
    last_round = tables.YearColumn(verbose_name=_("Last round"), orderable=False)
    has_title = tables.BooleanColumn(verbose_name=_("Title in force"), orderable=False)

    class Meta:
        shown = ["name", "enterprise", "group", "titles_count", "last_round", "has_title"]


class TitleTable(tables.Table):
    product = tables.LinkColumn(
        verbose_name=_("Product"),
        route="enterprises:title_detail",
        accessor="product__name",
        order_by="product__sort_key",
    )
    enterprise = tables.LinkColumn(
        verbose_name=_("Enterprise"),
        route="enterprises:enterprise_detail",
        args=["product__enterprise__public_id"],
        accessor="product__enterprise__name",
        order_by="product__enterprise__sort_key",
    )
    tax_code = tables.CodeColumn(verbose_name=_("Tax code"), accessor="product__enterprise__tax_code")
    group = tables.TranslatedColumn("product__group__name", verbose_name=_("Product group"))
    kind = tables.TagColumn(verbose_name=_("Title"), choices=TitleKind, kinds=TITLE_TAGS)
    round_year = tables.YearColumn(verbose_name=_("Round"))
    decision_number = tables.CodeColumn(verbose_name=_("Decision"))
    decision_on = tables.DateColumn(verbose_name=_("Date of the decision"))
    valid_from = tables.DateColumn(verbose_name=_("In force from"))
    valid_to = tables.DateColumn(verbose_name=_("In force to"))
    title_state = tables.TagColumn(
        verbose_name=_("State"), choices=TITLE_STATES, kinds=TITLE_STATE_TAGS, orderable=False
    )

    class Meta:
        shown = ["product", "enterprise", "kind", "round_year", "decision_number", "valid_to", "title_state"]


class FiguresTable(tables.Table):
    """Figures on every basis and in every state, so that no column has a sum: one enterprise stands here several times."""

    enterprise = tables.LinkColumn(
        verbose_name=_("Enterprise"),
        route="enterprises:figures_detail",
        accessor="enterprise__name",
        second="enterprise__tax_code",
        second_label=_("Tax code"),
        order_by="enterprise__sort_key",
    )
    tax_code = tables.CodeColumn(verbose_name=_("Tax code"), accessor="enterprise__tax_code")
    year = tables.YearColumn(verbose_name=_("Year"))
    basis = tables.TextColumn(
        verbose_name=_("Basis"),
        compute=lambda record: basis_words(*(record[name] for name in BASIS)),
        fields=BASIS,
        orderable=False,
    )
    output_vnd = tables.MoneyColumn(verbose_name=_("Industrial output"), unit=10**6)
    revenue_vnd = tables.MoneyColumn(verbose_name=_("Net revenue"), unit=10**6)
    key_product_revenue_vnd = tables.MoneyColumn(verbose_name=_("Revenue from key products"), unit=10**6)
    export_direct_goods_usd_cents = tables.UsdColumn(verbose_name=_("Direct export of goods"), unit=10**3)
    export_entrusted_goods_usd_cents = tables.UsdColumn(verbose_name=_("Entrusted export of goods"), unit=10**3)
    export_direct_services_usd_cents = tables.UsdColumn(verbose_name=_("Direct export of services"), unit=10**3)
    export_entrusted_services_usd_cents = tables.UsdColumn(verbose_name=_("Entrusted export of services"), unit=10**3)
    labour_average = tables.NumberColumn(verbose_name=_("Average labour"))
    labour_insured = tables.NumberColumn(verbose_name=_("Labour with social insurance"))
    state = tables.TagColumn(verbose_name=_("State"), choices=State, kinds=STATE_TAGS)
    capital_vnd = tables.MoneyColumn(verbose_name=_("Total capital"), unit=10**6)
    tax_vnd = tables.MoneyColumn(verbose_name=_("Tax paid"), unit=10**6)
    size = tables.ChoiceColumn(verbose_name=_("Size"), choices=[("", "–"), *Size.choices])
    scope = tables.ChoiceColumn(verbose_name=_("Scope"), choices=FigureRevision.Scope)
    place = tables.ChoiceColumn(verbose_name=_("Place"), choices=FigureRevision.Place)
    prices = tables.ChoiceColumn(verbose_name=_("Prices"), choices=FigureRevision.Prices)
    base_year = tables.YearColumn(verbose_name=_("Base year"))
    accounts = tables.ChoiceColumn(verbose_name=_("Financial statements"), choices=FigureRevision.Accounts)
    revision = tables.NumberColumn(verbose_name=_("Revision"))
    submitted_at = tables.DateTimeColumn(verbose_name=_("Sent at"))
    confirmed_at = tables.DateTimeColumn(verbose_name=_("Confirmed at"))

    class Meta:
        shown = ["enterprise", "year", "basis", "output_vnd", "revenue_vnd", "state", "submitted_at"]
