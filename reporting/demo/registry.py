"""Writing enterprises, products and titles with their revisions and events."""

from datetime import date

from django.db.models import Max

from enterprises.models import (
    Enterprise,
    EnterpriseActivity,
    EnterpriseGroup,
    EnterpriseRevision,
    Product,
    Title,
    TitleRevision,
)
from enterprises.models.products import folded_text
from reference.models import AdministrativeUnit, IndustryCode, ProductGroup
from reporting.demo.copying import at, copy, keys_for, write_events
from reporting.demo.firms import GROUPS
from reporting.demo.names import STREETS
from reporting.demo.world import status_since
from screens.text import short_forms, sort_key

ENTERED = date(2021, 2, 1)
GROUP_CODES = dict(
    zip([group[0] for group in GROUPS], ["CK", "DDT", "CNTT", "DMDG", "NSTP", "HCDP", "VLXD", "TCMN"], strict=True)
)


class Reference:
    """Keys of the reference data that the rows point to."""

    def __init__(self, on):
        self.groups = dict(ProductGroup.objects.in_force(on).values_list("code", "pk"))
        self.wards = list(
            AdministrativeUnit.objects.in_force(on).filter(kind="ward").order_by("code").values_list("pk", flat=True)
        )
        self.activities = dict(
            IndustryCode.objects.in_force(on).values("code").annotate(key=Max("pk")).values_list("code", "key")
        )

    def group(self, code):
        return self.groups[GROUP_CODES[code]]


def write_enterprises(firms, sizes, reference, *, by):
    """`sizes` maps a firm's number to (size, year). Sets `firm.key`."""
    keys = keys_for(Enterprise, len(firms))
    entered = at(ENTERED)
    rows, revisions, groups, activities = [], [], [], []
    for key, firm in zip(keys, firms, strict=True):
        firm.key = key
        size, year = sizes.get(firm.number, ("", None))
        ward = reference.wards[firm.ward % len(reference.wards)] if reference.wards else None
        activity = reference.activities.get(firm.division)
        parent = firm.tax_code[:10] if len(firm.tax_code) != 12 else ""
        sector = "services" if firm.software else "industry"
        since = status_since(firm)
        rows.append(
            (
                key,
                firm.public_id,
                firm.tax_code,
                parent,
                firm.name,
                firm.short_name,
                folded_text(firm.name, firm.short_name, firm.tax_code),
                sort_key(firm.name),
                short_forms(firm.name),
                firm.kind,
                f"Số {firm.number}, {STREETS[firm.number % len(STREETS)]}, Hà Nội",
                ward,
                f"024 0000 {firm.number % 10000:04d}",
                f"dn{firm.number:06d}@thunghiem.example",
                firm.status,
                since,
                activity,
                sector,
                size,
                year,
            )
        )
        own = sorted({firm.group, firm.second_group} - {""})
        codes = ",".join(sorted(GROUP_CODES[code] for code in own))
        revisions.append((key, parent, ward, codes, activity, sector, firm.status, since))
        groups += [(key, reference.group(code)) for code in own]
        if activity:
            activities.append((key, activity))
    copy(
        Enterprise,
        (
            "id", "public_id", "tax_code", "parent_tax_code", "name", "short_name", "folded", "sort_key", "name_key",
            "enterprise_type", "address", "ward_id", "phone", "email", "status", "status_from", "main_activity_id",
            "size_sector", "size", "size_year",
        ),
        rows,
        created_at=entered,
        synthetic=True,
    )  # fmt: skip
    copy(
        EnterpriseRevision,
        (
            "enterprise_id", "parent_tax_code", "ward_id", "group_codes", "main_activity_id", "size_sector", "status",
            "status_from",
        ),
        revisions,
        recorded_at=entered,
        recorded_by=by,
    )  # fmt: skip
    copy(EnterpriseGroup, ("enterprise_id", "group_id"), groups, starts_on=ENTERED)
    copy(EnterpriseActivity, ("enterprise_id", "activity_id"), activities, starts_on=ENTERED)
    write_events((entered, "enterprise registered", "enterprises.enterprise", firm.public_id, None) for firm in firms)


def write_products(products, reference):
    """Sets `product.key`."""
    for key, product in zip(keys_for(Product, len(products)), products, strict=True):
        product.key = key
    copy(
        Product,
        ("id", "public_id", "enterprise_id", "name", "folded", "sort_key", "group_id", "activity_id", "created_at"),
        (
            (
                product.key,
                product.public_id,
                product.firm.key,
                product.name,
                folded_text(product.name),
                sort_key(product.name),
                reference.group(product.group),
                reference.activities.get(product.firm.division),
                at(date(product.serial // 10, 6, 1)),
            )
            for product in products
        ),
        synthetic=True,
    )
    write_events(
        (at(date(product.serial // 10, 6, 1)), "product added", "enterprises.product", product.public_id, None)
        for product in products
    )


def write_titles(titles, reference, *, by):
    keys = keys_for(Title, len(titles))

    def facts(title):
        return (
            title.kind, title.year, title.decision, title.decided_on, title.decided_on, title.valid_to, title.ended_on,
        )  # fmt: skip

    names = ("kind", "round_year", "decision_number", "decision_on", "valid_from", "valid_to", "ended_on")
    copy(
        Title,
        ("id", "public_id", "product_id", *names, "end_reason", "created_at"),
        (
            (key, title.public_id, title.product.key, *facts(title), title.end_reason, at(title.decided_on, 15))
            for key, title in zip(keys, titles, strict=True)
        ),
        synthetic=True,
    )
    copy(
        TitleRevision,
        ("title_id", "product_id", "enterprise_id", "group_id", *names, "recorded_at"),
        (
            (
                key,
                title.product.key,
                title.product.firm.key,
                reference.group(title.product.group),
                *facts(title),
                at(title.decided_on, 15),
            )
            for key, title in zip(keys, titles, strict=True)
        ),
        recorded_by=by,
    )
    write_events(
        (at(title.decided_on, 15), "title recorded", "enterprises.title", title.public_id, None) for title in titles
    )
