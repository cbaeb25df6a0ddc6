"""Support by year, content area and kind: turns beside distinct enterprises, records and money."""

from dataclasses import astuple
from hashlib import blake2b

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from enterprises.models import Enterprise
from reference.models import ContentArea, SupportKind
from support.models import SupportRecord, SupportRevision
from support.turns import COUNTS, counted, standing, turns_by_year

KEPT_SECONDS = 60


def state_of(rule):
    """What the totals rest on, told shortly: every recording and correction adds a revision, every withdrawal a
    withdrawn record, every merge an alias. None where the rule asks for titles: then nothing is kept."""
    if rule.title_needed != "none":
        return None
    latest = SupportRevision.objects.order_by("-pk").values_list("pk", "record__public_id", "recorded_at").first()
    withdrawn = SupportRecord.objects.filter(withdrawn=True).count()
    aliases = Enterprise.objects.filter(merged_into__isnull=False).count()
    return f"{latest} {withdrawn} {aliases} {astuple(rule)}"


def kept(name, state, work):
    """What `work()` gives, kept while the state is the same, and for a minute at most."""
    if state is None:
        return work()
    key = blake2b(f"support totals {name} {state}".encode(), digest_size=16).hexdigest()
    return cache.get_or_set(key, work, KEPT_SECONDS)


def of_list(records):
    """Sums of a filtered list, worked out when somebody asks: records, turns, distinct enterprises, money."""
    return records.order_by().aggregate(
        records=Count("pk"),
        turns=Count("pk", filter=Q(turn_reason=COUNTS)),
        enterprises=Count("turn_enterprise", distinct=True),
        amount=Sum("amount_vnd"),
    )


def by_year(rule):
    """One dict a year, the latest first: turns, distinct enterprises, records, money."""
    rows = {}
    for row in turns_by_year(rule):
        rows[row["turn_year"]] = {"turns": row["turns"], "enterprises": row["enterprises"]}
    for row in (
        SupportRecord.objects.standing()
        .order_by()
        .values("year")
        .annotate(
            records=Count("pk"),
            amount=Sum("amount_vnd"),
            of_programme=Sum("amount_vnd", filter=Q(by_programme=True)),
            without=Count("pk", filter=Q(amount_vnd__isnull=True)),
        )
    ):
        rows.setdefault(row["year"], {}).update(row)
    blank = {"turns": 0, "enterprises": 0, "records": 0, "amount": None, "of_programme": None, "without": 0}
    return [{"year": year} | blank | rows[year] for year in sorted(rows, reverse=True)]


def of_year(year, rule):
    """Content areas of a year, each with its kinds; money and records by the record's year, turns by the rule's."""
    cells = {}
    of = ("content_area_id", "kind_id")
    for row in (
        SupportRecord.objects.standing()
        .filter(year=year)
        .order_by()
        .values(*of)
        .annotate(records=Count("pk"), amount=Sum("amount_vnd"))
    ):
        cells.setdefault((row["content_area_id"], row["kind_id"]), {}).update(row)
    turns = counted(standing(), rule).filter(turn_year=year).order_by()
    for row in turns.values(*of).annotate(turns=Count("pk"), enterprises=Count("turn_enterprise", distinct=True)):
        cells.setdefault((row["content_area_id"], row["kind_id"]), {}).update(row)
    area_totals = {
        row["content_area_id"]: row
        for row in turns.values("content_area_id").annotate(
            turns=Count("pk"), enterprises=Count("turn_enterprise", distinct=True)
        )
    }
    areas, kinds = ContentArea.objects.in_bulk(), SupportKind.objects.in_bulk()
    blank = {"turns": 0, "enterprises": 0, "records": 0, "amount": None}
    shown = []
    for area_id in sorted({area for area, _kind in cells}, key=lambda key: areas[key].code):
        own = [
            {"kind": kinds[kind]} | blank | cells[area, kind]
            for area, kind in sorted(cells, key=lambda key: kinds[key[1]].code)
            if area == area_id
        ]
        amounts = [row["amount"] for row in own if row["amount"] is not None]
        shown.append(
            {
                "area": areas[area_id],
                "kinds": own,
                "records": sum(row["records"] for row in own),
                "amount": sum(amounts) if amounts else None,
                "turns": area_totals.get(area_id, blank)["turns"],
                "enterprises": area_totals.get(area_id, blank)["enterprises"],
            }
        )
    return shown
