"""Writing support records with their revisions and events."""

from datetime import timedelta

from reference.models import Agency, ContentArea, MoneySource, SupportKind
from reporting.demo.copying import at, chunks, copy, keys_for, write_events
from support.models import SupportRecord, SupportRevision
from support.turns import turn_rule

KINDS = {1: "promotion", 2: "technology", 3: "governance", 4: "obstacles"}
FACTS = (
    "activity", "activity_code", "activity_type", "year", "content_area_id", "kind_id", "what", "started_on",
    "delivered_on", "amount_vnd", "money_source_id", "by_programme", "agency_id", "evidence",
)  # fmt: skip


def write_deliveries(deliveries, *, today, by, office):
    """Returns how many were written."""
    areas = dict(ContentArea.objects.in_force(today).values_list("code", "pk"))
    kinds = dict(SupportKind.objects.in_force(today).values_list("code", "pk"))
    sources = dict(MoneySource.objects.in_force(today).values_list("code", "pk"))
    agency = Agency.objects.in_force(today).get(code="HPA").pk
    rule, count = turn_rule(today), 0

    def facts(each):
        own = each.by_programme
        source = "city_budget" if own and each.firm.number % 7 else "other_legal" if own else "national_promotion"
        return (
            each.activity,
            each.code,
            each.type,
            rule.year_for(each.started_on, each.delivered_on),
            areas[str(each.area)],
            kinds[KINDS[each.kind]],
            each.what,
            each.started_on,
            each.delivered_on,
            each.amount,
            sources[source] if each.amount is not None else None,
            own,
            None if own else agency,
            f"Danh sách kèm theo {each.code} (minh họa)",
        )

    def recorded(each):
        return at(each.delivered_on + timedelta(days=10), 10)

    for part in chunks(deliveries):
        keys = keys_for(SupportRecord, len(part))
        copy(
            SupportRecord,
            ("id", "public_id", "enterprise_id", "created_at", *FACTS),
            (
                (key, each.public_id, each.firm.key, recorded(each), *facts(each))
                for key, each in zip(keys, part, strict=True)
            ),
            office_id=office,
            created_by=by,
        )
        copy(
            SupportRevision,
            ("record_id", "enterprise_id", "recorded_at", *FACTS),
            ((key, each.firm.key, recorded(each), *facts(each)) for key, each in zip(keys, part, strict=True)),
            recorded_by=by,
        )
        write_events(
            (recorded(each), "support recorded", "support.supportrecord", each.public_id, None) for each in part
        )
        count += len(part)
    return count
