"""Tables of the city's statistics: each row becomes a figure of the city, or a revision of the one that is known."""

from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from audit.refusals import Refused
from documents.imports import Column, ImportKind, register
from reporting.models import CityStatistic, PublishedValue
from reporting.permissions import RECORD
from reporting.services.statistics import (
    BEFORE_REVISED,
    record_statistic,
    revise_statistic,
    untimely,
    withdraw_statistic,
)
from screens import formats

AMOUNTS = {"output": "output_vnd", "exports": "exports_usd_cents", "iip": "iip"}
NO_AMOUNT = gettext_noop("Fill in the amount of this figure in its own column.")
OTHER_AMOUNT = gettext_noop("This amount does not belong to the figure of the row.")
NEEDS_BASE = gettext_noop("Constant prices need their base year.")
NO_BASE = gettext_noop("Current prices have no base year.")
ONLY_OUTPUT = gettext_noop("Only industrial output is given in constant prices.")
FUTURE = gettext_noop("The day of publication lies in the future.")
THERE = gettext_noop("The same figure is already recorded.")
TWICE = gettext_noop("The same figure stands in row %(row)s of this file.")
YEAR_TO_COME = gettext_noop("The year %(year)s has not begun. Give a year up to %(last)s.")
FAR_FROM_100 = gettext_noop(
    "%(value)s is far from 100: the index is that of the year before = 100, no growth and no other base year."
)
TOO_SMALL = gettext_noop("The amount must be more than 0.")


@register
class StatisticImport(ImportKind):
    code = "city-statistics"
    title = _("The city's statistics")
    whole_year = True
    action = RECORD
    key = "year"
    columns = (
        Column(
            "measure",
            _("Figure"),
            "choice",
            aliases=("Chỉ tiêu", "Số liệu"),
            required=True,
            choices={
                "output": (CityStatistic.Measure.OUTPUT.label, ("GTSXCN", "Giá trị sản xuất công nghiệp")),
                "exports": (CityStatistic.Measure.EXPORTS.label, ("Kim ngạch xuất khẩu", "Xuất khẩu")),
                "iip": (CityStatistic.Measure.IIP.label, ("IIP", "Chỉ số sản xuất công nghiệp")),
            },
        ),
        Column("year", _("Year"), "year", aliases=("Năm",), required=True),
        Column("output_vnd", _("Industrial output"), "vnd", aliases=("Giá trị sản xuất", "GTSX"), most=10**17),
        Column(
            "exports_usd_cents",
            _("Exports of goods"),
            "usd",
            aliases=("Kim ngạch xuất khẩu", "Kim ngạch", "Xuất khẩu"),
            most=10**14,
        ),
        Column("iip", _("Index against last year (%)"), "decimal", aliases=("IIP", "Chỉ số")),
        Column(
            "prices",
            _("Prices"),
            "choice",
            aliases=("Giá",),
            choices={
                "current": (CityStatistic.Prices.CURRENT.label, ("hiện hành",)),
                "constant": (CityStatistic.Prices.CONSTANT.label, ("so sánh",)),
            },
        ),
        Column("base_year", _("Base year"), "year", aliases=("Năm gốc",)),
        Column(
            "state",
            _("State of the figure"),
            "choice",
            aliases=("Trạng thái", "Loại số liệu"),
            required=True,
            choices={
                "estimate": (CityStatistic.State.ESTIMATE.label, ("ước", "ước thực hiện")),
                "preliminary": (CityStatistic.State.PRELIMINARY.label, ("sơ bộ",)),
                "official": (CityStatistic.State.OFFICIAL.label, ("chính thức",)),
            },
        ),
        Column("source", _("Source"), aliases=("Nguồn", "Nguồn số liệu"), required=True, most=300),
        Column("published_on", _("Published on"), "date", aliases=("Ngày công bố",), required=True),
    )
    example = {
        "measure": "output",
        "year": 2025,
        "output_vnd": 350_000_000_000_000,
        "prices": "current",
        "state": "preliminary",
        "source": "Niên giám thống kê (ví dụ)",
        "published_on": "2026-06-30",
    }
    notes = (
        _("One row for one figure of one year in one state."),
        _("Where another amount is recorded for the same year and state, the row becomes its next revision."),
    )
    staged = {
        "measure": "text",
        "year": "bigint",
        "amount": "bigint",
        "prices": "text",
        "base_year": "bigint",
        "state": "text",
        "source": "text",
        "published_on": "date",
    }
    count_labels = {"created": _("recorded"), "revised": _("revised"), "withdrawn": _("withdrawn")}

    def prepare(self, import_, *, now):
        today = timezone.localdate(now)
        return {"today": today.isoformat(), "year": today.year, "there": _current(), "seen": {}}

    def check(self, chunk, context):
        prices = [given or "current" for given in chunk["prices"]]
        amounts = [self._amount(chunk, at) for at in range(len(chunk.numbers))]
        for at, measure in enumerate(chunk["measure"]):
            base_year = chunk["base_year"][at]
            if prices[at] == "constant" and measure != "output":
                chunk.refuse(at, "prices", ONLY_OUTPUT)
            elif prices[at] == "constant" and base_year is None:
                chunk.refuse(at, "base_year", NEEDS_BASE)
            elif prices[at] == "current" and base_year is not None:
                chunk.refuse(at, "base_year", NO_BASE)
            if chunk["year"][at] > context["year"]:
                chunk.refuse(at, "year", YEAR_TO_COME, year=str(chunk["year"][at]), last=str(context["year"]))
            if chunk["published_on"][at] > context["today"]:
                chunk.refuse(at, "published_on", FUTURE)
            given = {name: chunk[name][at] for name in ("year", "state", "base_year")}
            if fault := untimely(**given, published_on=date.fromisoformat(chunk["published_on"][at])):
                field, sentence, year = fault
                chunk.refuse(at, field, sentence, year=str(year))
            if at in chunk.refused:
                continue
            if measure == "iip" and not 50_00 <= amounts[at] <= 200_00:
                chunk.flag(at, "iip", FAR_FROM_100, value={"number": chunk["iip"][at]})
            key = (measure, chunk["year"][at], prices[at], base_year, chunk["state"][at])
            held = context["there"].get(key)
            if held and held.amount == amounts[at] and held.source == chunk["source"][at]:
                chunk.refuse(at, "measure", THERE)
            elif held and chunk["published_on"][at] < held.published_on.isoformat():
                chunk.refuse(at, "published_on", BEFORE_REVISED, day=formats.vn_date(held.published_on))
            elif key in context["seen"]:
                chunk.refuse(at, "measure", TWICE, row=context["seen"][key])
            else:
                context["seen"][key] = chunk.numbers[at]
        chunk.add("amount", amounts)
        chunk.add("prices", prices)

    def check_doubtful(self, chunk, context):
        for at, published in enumerate(chunk["published_on"]):
            if published and published > context["today"]:
                chunk.refuse(at, "published_on", FUTURE)
            given = {name: chunk[name][at] for name in ("year", "state", "base_year")}
            if fault := untimely(**given, published_on=date.fromisoformat(chunk["published_on"][at])):
                field, sentence, year = fault
                chunk.refuse(at, field, sentence, year=str(year))

    def _amount(self, chunk, at):
        """The row's amount in the smallest unit; refuses what is missing or stands in another column."""
        wanted = AMOUNTS[chunk["measure"][at]]
        for name in AMOUNTS.values():
            if name != wanted and chunk[name][at] is not None:
                chunk.refuse(at, name, OTHER_AMOUNT)
        given = chunk[wanted][at]
        if given is None:
            chunk.refuse(at, wanted, NO_AMOUNT)
            return None
        amount = int(Decimal(given) * 100) if wanted == "iip" else given
        if amount <= 0:
            chunk.refuse(at, wanted, TOO_SMALL)
        return amount

    def apply(self, staged, import_, *, by, now):
        there, counts = _current(), {"created": 0, "revised": 0}
        names = list(self.staged)
        for _number, *given in staged.rows():
            row = dict(zip(names, given, strict=True))
            if isinstance(row["published_on"], str):
                row["published_on"] = date.fromisoformat(row["published_on"])
            held = there.get((row["measure"], row["year"], row["prices"], row["base_year"], row["state"]))
            if held is None:
                record_statistic(by=by, now=now, import_batch=import_.public_id, **row)
                counts["created"] += 1
            else:
                revise_statistic(
                    statistic=held,
                    amount=row["amount"],
                    source=row["source"],
                    published_on=row["published_on"],
                    reason=_now("Imported from a table."),
                    by=by,
                    now=now,
                    import_batch=import_.public_id,
                )
                counts["revised"] += 1
        return counts

    def require_undoable(self, import_):
        made = CityStatistic.objects.filter(import_batch=import_.public_id)
        ids = {str(statistic.public_id) for statistic in made}
        if any(statistic.superseded_at for statistic in made):
            raise Refused(_now("A figure of this import was revised since. Revise single figures instead."))
        for value in PublishedValue.objects.exclude(statistics=[]).values_list("statistics", flat=True).iterator():
            if any(used["public_id"] in ids for used in value):
                raise Refused(
                    _now("Published indicators rest on figures of this import. Revise single figures instead.")
                )

    def undo(self, import_, *, by, now):
        made = list(CityStatistic.objects.filter(import_batch=import_.public_id).select_related("supersedes"))
        for statistic in made:
            withdraw_statistic(statistic=statistic, reason=import_.undo_reason, by=by, now=now)
            before = statistic.supersedes
            if before is not None:
                record_statistic(
                    measure=before.measure,
                    year=before.year,
                    amount=before.amount,
                    state=before.state,
                    source=before.source,
                    published_on=before.published_on,
                    prices=before.prices,
                    base_year=before.base_year,
                    vsic_coverage=before.vsic_coverage,
                    reason=import_.undo_reason,
                    by=by,
                    now=now,
                )
        return {"withdrawn": len(made)}

    def result_url(self, import_):
        return reverse("reporting:statistic_list")


def _current():
    return {(s.measure, s.year, s.prices, s.base_year, s.state): s for s in CityStatistic.objects.current()}
