"""The programme's documents, policies and published figures as data, from the files of the repository with their sources."""

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from programme.models import Indicator, Period, Policy, PublishedFigure, PublishedResult, Target
from reference.loading import Source, load, read_csv
from screens.text import sort_key

DATA = Path(__file__).parent / "data"
ILLUSTRATION = "2026-2030-minh-hoa"

INDICATORS = {
    "enterprises producing key products": Indicator.ENTERPRISES,
    "key products": Indicator.PRODUCTS,
    "share of the city's industrial output": Indicator.OUTPUT_SHARE,
    "share of the city's export turnover": Indicator.EXPORT_SHARE,
    "enterprise-turns supported": Indicator.TURNS,
    "enterprises recognised": Indicator.ENTERPRISES_RECOGNISED,
    "products recognised": Indicator.PRODUCTS_RECOGNISED,
    "products recognised for the first time": Indicator.PRODUCTS_FIRST_TIME,
    "growth of output": Indicator.OUTPUT_GROWTH,
    "recognised enterprises supported": Indicator.SUPPORTED_SHARE,
}
CEILING = "estimated budget"  # stands in the period itself

MEASURES = {
    "revenue": PublishedFigure.Measure.REVENUE,
    "export turnover": PublishedFigure.Measure.EXPORTS,
    "share of the city's industrial output": PublishedFigure.Measure.OUTPUT_SHARE,
    "enterprises above 1000 billion VND": PublishedFigure.Measure.ENTERPRISES_ABOVE_1000,
}
UNITS = {
    "billion VND": "vnd_billion",
    "billion USD": "usd_billion",
    "million USD": "usd_million",
    "percent": "percent",
    "enterprise": "enterprise",
}
DOCUMENTS = {"QĐ": "Quyết định số", "KH": "Kế hoạch số"}


def _rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def document_name(text):
    """ "QĐ 4303/QĐ-UBND 24/9/2020" -> "Quyết định số 4303/QĐ-UBND ngày 24/9/2020"."""
    found = re.fullmatch(r"(QĐ|KH) (\S+) (\S+)", text)
    if not found:
        return text
    kind, number, when = found.groups()
    return f"{DOCUMENTS[kind]} {number} {'ngày' if '/' in when else 'năm'} {when}"


@dataclass(frozen=True)
class When:
    applies: str
    first: int
    last: int
    year: int | None = None


def when(text):
    """What "2021-2025", "each year 2021-2025" or "2021" in a file of targets means."""
    first, last = (int(year) for year in (re.findall(r"\d{4}", text) * 2)[:2])
    if text.startswith("each year"):
        return When("each_year", first, last)
    if "-" in text:
        return When("by_end", first, last)
    return When("year", first, last, first)


def _targets(names, periods):
    for name in names:
        source = ""
        for row in _rows(name):
            source = source if row["source"] == "same" else row["source"]
            if row["measure"] == CEILING:
                continue
            span = when(row["period"])
            period = next(p for p in periods if p.starts_year <= span.first and span.last <= p.ends_year)
            # A decision on the whole period that names its last year means "by the end".
            by_end = span.year == period.ends_year and not row["document"].startswith("KH")
            yield {
                "period": period,
                "indicator_code": INDICATORS[row["measure"]].value,
                "applies": "by_end" if by_end else span.applies,
                "year": None if by_end else span.year,
                "lower": Decimal(row["lower"]) if row["lower"] else None,
                "upper": Decimal(row["upper"]) if row["upper"] else None,
                "unit": row["unit"],
                "document": document_name(row["document"]),
                "confidence": row["confidence"],
                "source": source,
            }


def _results():
    for row in read_csv(DATA / "published_results.csv", PublishedResult):
        source, _semicolon, note = row["source"].rpartition("; ")
        if note in NOTES:
            row |= {"source": source, "note": NOTES[note]}
        yield row | {"decision": document_name(row["decision"])}


NOTES = {
    "counts recognised not found": "Chưa tìm thấy số doanh nghiệp, sản phẩm được công nhận.",
    "products of 2019 and 2020 together 56, by difference": "Số sản phẩm năm 2019 và 2020 cộng lại là 56 (suy ra từ tổng).",
}


def _figures():
    for row in _rows("published_figures.csv"):
        count = re.fullmatch(r"(\d+) enterprises", row["scope"])
        known = row["qualifier"] in ("", "about", "over", "estimate")
        yield {
            "award_year": int(row["award_year"]),
            "reference_year": int(row["reference_year"]) if row["reference_year"] else None,
            "scope": "recognised" if count else "unknown",
            "scope_count": int(count.group(1)) if count else None,
            "measure": MEASURES[row["measure"]].value,
            "value": Decimal(row["value"]),
            "unit": UNITS[row["unit"]],
            "qualifier": row["qualifier"] if known else "",
            "note": "" if known else QUOTES[row["qualifier"]],
            "reproducible": row["reproducible"] == "yes",
            "confidence": row["confidence"],
            "source": row["source"],
        }


def _policies():
    """Superseding documents first, so that those superseded find them."""
    rows = list(read_csv(DATA / "policies.csv", Policy, superseded_by=str))
    for row in sorted(rows, key=lambda row: bool(row["superseded_by"])):
        after = None
        if row["superseded_by"]:
            same = Policy.objects.listed().filter(number=row["superseded_by"], issuer=row["issuer"])
            after = same.order_by("pk").first()
        since = row["superseded_from"] if after else None
        yield row | {"sort_key": sort_key(row["number"]), "superseded_by": after, "superseded_from": since}


QUOTES = {"another source: over 35": "Nguồn khác: trên 35%."}
TARGET_KEY = ("period", "indicator_code", "applies", "year")


@transaction.atomic
def load_programme(*, by, now):
    """Bring periods, targets, what was published and the register of policies to the data files of the repository."""
    periods = Source(Period, ("code",), lambda: read_csv(DATA / "periods.csv", Period))
    files = ("programme_targets.csv", "programme_targets_more.csv")
    targets = Source(Target, TARGET_KEY, lambda: _targets(files, list(Period.objects.exclude(state="illustration"))))
    results = Source(PublishedResult, ("year",), _results)
    figures = Source(PublishedFigure, ("award_year", "measure", "unit"), _figures)
    policies = Source(Policy, ("sort_key", "issuer"), _policies, one_by_one=True)
    return load("programme", [periods, targets, results, figures, policies], by=by, now=now)


@transaction.atomic
def load_illustration(*, by, now):
    """A period with targets that nobody decided, marked as an illustration: for showing the portal at work in 2026."""
    period = {
        "code": ILLUSTRATION,
        "name_vi": "Giai đoạn 2026–2030 (minh họa)",
        "name_en": "Period 2026–2030 (illustration)",
        "starts_year": 2026,
        "ends_year": 2030,
        "state": "illustration",
        "ceiling_vnd": 200_000_000_000,
        "note": "Số liệu minh họa để trình diễn, không có trong văn bản nào.",
        "confidence": "K",
        "source": "minh họa",
    }
    periods = Source(Period, ("code",), lambda: [period])
    targets = Source(
        Target, TARGET_KEY, lambda: _targets(("illustration.csv",), list(Period.objects.filter(code=ILLUSTRATION)))
    )
    return load("programme", [periods, targets], by=by, now=now)
