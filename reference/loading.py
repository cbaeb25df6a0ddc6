"""Loading data files of the repository into tables that people also edit: what a person changed is never overwritten."""

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import models, transaction
from django.db.models import Q

from audit.events import EventData, actor_name, record_events
from reference.models import (
    AdministrativeUnit,
    Agency,
    CalendarDay,
    ContentArea,
    ExchangeRate,
    IndustryCode,
    Load,
    MoneySource,
    ProductGroup,
    ReferenceItem,
    Rule,
    SizeThreshold,
    SupportKind,
    UnitSuccession,
)
from reference.services import snapshot

DATA = Path(__file__).parent / "data"
BEGINNING = date(2000, 1, 1)  # "from before the portal's data": the real first day is not known here


@dataclass
class Report:
    """What a load did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list = field(default_factory=list)
    events: list = field(default_factory=list)

    def __str__(self):
        return f"{self.created} added, {self.updated} changed, {self.unchanged} as before, {len(self.kept)} kept"


@dataclass(frozen=True)
class Source:
    """Rows for one model: `rows()` yields dicts of model values; `key` names the row in the database for ever.

    `one_by_one` when later rows name earlier ones: each is saved before the next is asked for.
    """

    model: type[models.Model]
    key: tuple
    rows: Callable[[], Iterable[dict]]
    one_by_one: bool = False


def read_csv(path, model, **convert):
    """Rows of a CSV file as values of `model`'s fields; an empty cell is null, or empty text where null is not."""
    fields = {f.name: f for f in model._meta.concrete_fields}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {
                name: convert[name](text) if name in convert else _value(fields[name], text)
                for name, text in row.items()
            }


def _value(field, text):
    if text == "":
        return None if field.null else ""
    return field.to_python(text)


# --- the tables --------------------------------------------------------------------------------

MAP_BASIS = "Quyết định số 19/2025/QĐ-TTg ngày 30/6/2025"
TYPES = {
    "Quận": ("quan", "District"),
    "Huyện": ("huyen", "District"),
    "Thị xã": ("thi_xa", "Town"),
    "Phường": ("phuong", "Ward"),
    "Xã": ("xa", "Commune"),
}


def _plain_rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _units():
    for name, kind, since, until, basis, sure, source in (
        (
            "hanoi_districts_2024.csv",
            "district",
            BEGINNING,
            date(2025, 6, 30),
            "Bãi bỏ cấp huyện từ ngày 01/7/2025",
            "B",
            "vietnamadminunits 1.0.4 (MIT)",
        ),
        (
            "hanoi_units_2025.csv",
            "ward",
            date(2025, 7, 1),
            None,
            MAP_BASIS,
            "A",
            "thanglequoc/vietnamese-provinces-database (MIT), cd58063",
        ),
    ):
        for row in _plain_rows(name):
            unit_type, word = TYPES[row["type"]]
            yield {
                "kind": kind,
                "code": row["code"],
                "name_vi": row["name"],
                "name_en": f"{row['name'].removeprefix(row['type']).strip()} {word}",
                "unit_type": unit_type,
                "valid_from": since,
                "valid_to": until,
                "legal_basis": basis,
                "confidence": sure,
                "source": source,
            }


def _successions():
    units = {(unit.kind, unit.code): unit for unit in AdministrativeUnit.objects.order_by("-valid_from")}
    for row in _plain_rows("hanoi_district_to_unit_2025.csv"):
        yield {
            "old": units["district", row["district_code_2024"]],
            "new": units["ward", row["unit_code_2025"]],
            "on": date(2025, 7, 1),
            "legal_basis": MAP_BASIS,
            "confidence": "D",
            "source": "vietnamadminunits 1.0.4 (MIT), bảng chuyển đổi",
        }


def _industry_codes():
    yield from read_csv(DATA / "industry_codes_more.csv", IndustryCode)
    for row in _plain_rows("vsic_manufacturing.csv"):
        same = {"code": row["code"], "level": 2, "parent_code": "C", "name_en": row["name_en"]}
        yield same | {
            "classification": "VSIC2018",
            "name_vi": row["name_vsic_2018"],
            "valid_from": date(2018, 8, 20),
            "valid_to": date(2025, 11, 14),
            "legal_basis": "Quyết định số 27/2018/QĐ-TTg",
            "confidence": "K",
            "source": "danh mục phổ biến, chưa đối chiếu văn bản",
        }
        yield same | {
            "classification": "VSIC2025",
            "name_vi": row["name_vsic_2025"],
            "valid_from": date(2025, 11, 15),
            "valid_to": None,
            "legal_basis": "Quyết định số 36/2025/QĐ-TTg ngày 29/9/2025",
            "confidence": "A",
            "source": "buicaoliem/masothue, data/vsic/vsic2025.json",
        }


def _agencies():
    """Successors first, so that those who name them find them."""
    rows = list(read_csv(DATA / "agencies.csv", Agency, successor=str))
    for row in sorted(rows, key=lambda row: bool(row["successor"])):
        code = row["successor"]
        yield row | {"successor": Agency.objects.order_by("-valid_from").get(code=code) if code else None}


def _rules():
    for row in json.loads((DATA / "rules.json").read_text(encoding="utf-8")):
        yield row | {name: date.fromisoformat(row[name]) for name in ("valid_from", "valid_to") if name in row}


def _table(model, name):
    return Source(model, (*model.KEY, "valid_from"), lambda: read_csv(DATA / name, model))


SOURCES = [
    Source(AdministrativeUnit, ("kind", "code", "valid_from"), _units),
    Source(UnitSuccession, ("old", "new"), _successions),
    Source(IndustryCode, ("classification", "code", "valid_from"), _industry_codes),
    _table(ProductGroup, "product_groups.csv"),
    _table(ContentArea, "content_areas.csv"),
    _table(SupportKind, "support_kinds.csv"),
    _table(MoneySource, "money_sources.csv"),
    _table(SizeThreshold, "size_thresholds.csv"),
    Source(Agency, ("code", "valid_from"), _agencies, one_by_one=True),
    Source(Rule, ("code", "valid_from"), _rules),
    Source(CalendarDay, ("on",), lambda: read_csv(DATA / "calendar.csv", CalendarDay)),
    Source(ExchangeRate, ("currency", "on"), lambda: read_csv(DATA / "exchange_rates.csv", ExchangeRate)),
]


# --- loading -----------------------------------------------------------------------------------


@transaction.atomic
def load_reference(*, by, now):
    """Bring the reference tables to the data files of the repository."""
    return load("reference", SOURCES, by=by, now=now)


@transaction.atomic
def load(room, sources, *, by, now):
    """Add what is missing and update what nobody edited; rows that people changed stay and are reported."""
    report = Report()
    word = "reference entry" if room == "reference" else f"{room} row"
    for source in sources:
        _load_table(source, report, word)
    record_events(report.events, by=by, now=now)
    keep(room, report, by=by, now=now)
    return report


def keep(room, report, *, by, now):
    """Write down what a load did, where it did anything."""
    last = Load.objects.filter(room=room).first()
    if report.created or report.updated or (report.kept and (last is None or last.kept != report.kept)):
        Load.objects.create(
            at=now,
            room=room,
            actor=actor_name(by),
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            kept=report.kept,
        )


def _load_table(source, report, word):
    model, new = source.model, []
    names = [_attname(model, name) for name in source.key]
    standing: dict = {}
    for row in model._base_manager.order_by("pk"):
        standing.setdefault(tuple(getattr(row, name) for name in names), []).append(row)
    for values in source.rows():
        wanted = model(**values)
        if isinstance(wanted, ReferenceItem):
            wanted.derive()
        found = standing.get(tuple(getattr(wanted, name) for name in names))
        if found:
            _update(found[0], wanted, values, report, word)
        elif _clashes(wanted):
            report.kept.append(f"{model._meta.model_name} {wanted.pk or _label(wanted)}")
        else:
            new.append(wanted)
            if source.one_by_one:
                wanted.save()
    if not source.one_by_one:
        model._base_manager.bulk_create(new)
    report.created += len(new)
    report.events += [_event(f"{word} loaded", row, after=snapshot(row)) for row in new]


def _update(row, wanted, values, report, word):
    old, new = snapshot(row), snapshot(wanted)
    changed = [name for name in values if old.get(name) != new.get(name)]
    fixed = {*getattr(row, "KEY", ()), *getattr(row, "FIXED", ())}
    if not changed:
        report.unchanged += 1
    elif getattr(row, "version", 1) > 1 or fixed & set(changed):
        report.kept.append(f"{row._meta.model_name} {_label(row)}: {', '.join(sorted(changed))}")
    else:
        for name in changed:
            setattr(row, name, values[name])
        row.save()
        report.updated += 1
        report.events.append(
            _event(
                f"{word} reloaded",
                row,
                before={name: old[name] for name in changed},
                after={name: new[name] for name in changed},
            )
        )


def _clashes(wanted):
    """Whether people have entered something else for this code in that time."""
    if not isinstance(wanted, ReferenceItem):
        return False
    same = type(wanted).objects.filter(**{name: getattr(wanted, name) for name in wanted.KEY})
    return (
        same.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=wanted.valid_from))
        .filter(valid_from__lte=wanted.valid_to or date.max)
        .exists()
    )


def _event(kind, row, *, before=None, after=None):
    return EventData(kind, row._meta.label_lower, row.public_id, before=before, after=after)


def _attname(model, name):
    return model._meta.get_field(name).attname


def _label(row):
    return getattr(row, "code", None) or str(row)
