"""Writing the figures that the invented enterprises reported."""

from collections import defaultdict
from datetime import date, timedelta
from functools import cache

from enterprises.models import FigureRevision
from enterprises.services.figures import size_for
from reference.models import ExchangeRate
from reference.services import SizeTable
from reporting.demo.copying import at, copy, write_events
from reporting.demo.figures import YEARS, declared_in
from reporting.demo.names import identifier

REASONS = (
    "Doanh thu cả năm nhỏ hơn doanh thu sản phẩm chủ lực, đề nghị rà soát lại",
    "Chưa nêu đơn vị tính của giá trị xuất khẩu",
    "Lao động giảm một nửa so với năm trước, đề nghị giải trình",
)
NAMES = (
    "public_id", "enterprise_id", "year", "scope", "place", "prices", "base_year", "output_vnd", "revenue_vnd",
    "key_product_revenue_vnd", "export_direct_goods_usd_cents", "export_entrusted_goods_usd_cents",
    "export_direct_services_usd_cents", "export_rate_id", "labour_average", "labour_insured", "capital_vnd", "tax_vnd",
    "size", "state", "revision", "recorded_at", "declared_at", "submitted_by", "submitted_at", "confirmed_by",
    "confirmed_at", "returned_by", "returned_at", "return_reason", "superseded_at",
)  # fmt: skip


class Reports:
    """Sizes and writes reports; `declarer` and `reviewer` are public ids of two different people."""

    def __init__(self, *, declarer, reviewer, both_events):
        self.declarer, self.reviewer, self.both_events = declarer, reviewer, both_events
        self.tables = {year: SizeTable.on(date(year, 12, 31)) for year in (*YEARS, 2026)}
        self.rates = dict(
            ExchangeRate.objects.standing()
            .filter(currency="USD", on__month=12, on__day=31)
            .values_list("on__year", "pk")
        )

    def size(self, numbers):
        values = {
            "labour_insured": numbers.insured,
            "revenue_vnd": numbers.revenue,
            "capital_vnd": numbers.capital,
        }
        sector = "services" if numbers.firm.software else "industry"
        return size_for(
            values, sector=sector, scope=numbers.scope, prices=numbers.prices, table=self.tables[numbers.year]
        )

    def latest_sizes(self, reports):
        """{number of the firm: (size, year)} by the latest confirmed year, of all plants where both are known."""
        latest = defaultdict(lambda: ("", None))
        for numbers in reports:
            size = self.size(numbers) if numbers.state == "confirmed" else ""
            if size and (latest[numbers.firm.number][1] or 0) <= numbers.year:
                latest[numbers.firm.number] = (size, numbers.year)
        return latest

    def write(self, reports):
        copy(
            FigureRevision,
            NAMES,
            map(self._row, reports),
            accounts="separate",
            recorded_by=self.declarer,
            declared_by=self.declarer,
            export_currency="USD",
            synthetic=True,
        )
        write_events(self._events(reports))

    def _row(self, numbers):
        declared, sent, decided = moments(numbers.year, numbers.firm.number % 100, numbers.revision)
        state = numbers.state
        submitted = state != "declared"
        confirmed, returned = state == "confirmed", state == "returned"
        exports = (numbers.export_direct_goods, numbers.export_entrusted_goods, numbers.export_direct_services)
        return (
            public_id(numbers),
            numbers.firm.key,
            numbers.year,
            numbers.scope,
            numbers.place,
            numbers.prices,
            2010 if numbers.prices == "constant" else None,
            numbers.output,
            numbers.revenue,
            numbers.key_revenue,
            *exports,
            self.rates.get(numbers.year) if any(exports) else None,
            numbers.labour,
            numbers.insured,
            numbers.capital,
            numbers.tax,
            self.size(numbers),
            state,
            numbers.revision,
            declared,
            declared,
            self.declarer if submitted else None,
            sent if submitted else None,
            self.reviewer if confirmed else None,
            decided if confirmed else None,
            self.reviewer if returned else None,
            decided if returned else None,
            REASONS[numbers.firm.number % len(REASONS)] if returned else "",
            decided + timedelta(days=30) if numbers.replaced else None,
        )

    def _events(self, reports):
        for numbers in reports:
            declared, _sent, decided = moments(numbers.year, numbers.firm.number % 100, numbers.revision)
            key, facts = public_id(numbers), {"year": numbers.year}
            settled = numbers.state in ("confirmed", "returned")
            if self.both_events or not settled:
                yield declared, "figures declared", "enterprises.figurerevision", key, facts
            if settled:
                yield decided, f"figures {numbers.state}", "enterprises.figurerevision", key, facts


@cache
def moments(year, number, revision):
    """When a report was declared, sent and decided on."""
    declared = at(declared_in(year) + timedelta(days=number % 20 + 30 * (revision - 1)))
    return declared, declared + timedelta(days=1), declared + timedelta(days=15 + number % 25)


def public_id(numbers):
    return identifier("figures", *numbers.key)
