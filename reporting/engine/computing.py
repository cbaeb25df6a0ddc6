"""From the temporary tables to values with coverage, bounds, verdicts, parts and digests."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction

from reporting.engine import digests
from reporting.engine.base import Base
from reporting.engine.inputs import target_for
from reporting.engine.judging import judge
from reporting.engine.rows import amount_of, amounts_sql, groups_of, rows_sql
from reporting.models import Dimension, FigureKind, Verdict

COUNTED = ("turns", "supported", "enterprises", "products", "first_time_products")


@dataclass(frozen=True)
class Part:
    dimension: str
    code: str
    amount: int
    base: int | None
    enterprises: int


@dataclass(frozen=True)
class Value:
    """A computed value; the names are those of `reporting.models.Measured`."""

    version: object
    year: int
    unit: str
    numerator: int | None = None
    denominator: int | None = None
    reporting: int | None = None
    counted: int | None = None
    lower: int | None = None
    upper: int | None = None
    open_units: int = 0
    estimated: bool = False
    statistic_state: str = ""
    statistics: tuple = ()
    kind: str = FigureKind.PROVISIONAL
    target: dict = field(default_factory=dict)
    verdict: str = Verdict.NOT_ASSESSABLE
    reason: str = "no_value"
    rows: int = 0
    digest: str = ""
    parts: tuple = ()

    def share(self, above):
        if above is None:
            return None
        if self.unit != "percent":
            return Fraction(above)
        return Fraction(above, self.denominator) if self.denominator else None


def compute(inputs, *, progress=lambda done, total: None):
    """Every value of the years in `inputs`, one list; reads the database and writes nothing but temporary tables."""
    values = []
    with Base(inputs) as base:
        sums = plain_values(base)
        total = len(inputs.versions) + 1
        for done, version in enumerate(inputs.versions, 1):
            progress(done, total)
            values += values_of(base, version, sums)
    return values


def values_of(base, version, sums):
    """The values of one indicator in all years, with parts and digests."""
    definition, inputs = version.read, base.inputs
    numbers = {year: sums[version.pk][year] for year in inputs.years}
    bounded = with_bounds(base, definition, numbers)
    result = []
    heads = {}
    for year in inputs.years:
        value = Value(version=version, year=year, unit=definition.unit, **bounded[year])
        value = with_denominator(value, definition, inputs)
        value = judged(value, definition, inputs)
        heads[year] = digests.Digest(digests.head_of(version, year, inputs, value.statistics))
        result.append(value)
    parts = parts_of(base, definition)
    for year, chunks in digests.lines_by_year(rows_sql(base, definition)):
        for chunk in chunks:
            if year in heads:
                heads[year].add(chunk)
    return [
        replace(
            value,
            rows=heads[value.year].rows,
            parts=tuple(parts.get(value.year, ())),
            digest=heads[value.year].end(digests.numbers_of(value)),
        )
        for value in result
    ]


# --- numerators and coverage ------------------------------------------------------------------


def plain_values(base):
    """{version key: {year: numbers}}: numerators, denominators from rows, coverage. Sums on one basis share a scan."""
    found = {}
    years = base.inputs.years
    for version in base.inputs.versions:
        found[version.pk] = {
            year: {"numerator": None, "denominator": None, "reporting": None, "counted": None} for year in years
        }
    together = defaultdict(list)
    for version in base.inputs.versions:
        if version.read.counts == "sum":
            together[version.read.basis, version.read.shift].append(version)
        else:
            _from_rows(base, version, found[version.pk])
    for (basis, shift), versions in together.items():
        _sums(base, basis, shift, versions, found)
    return found


def _sums(base, basis, shift, versions, found):
    measures = sorted({name for version in versions for name in version.read.numerator})
    columns = []
    for version in versions:
        who, amount = f"w.{base.who_column(version.read)}", amount_of(version.read.numerator, "f")
        columns += [
            f"SUM(CASE WHEN {who} = 1 THEN {amount} END)",
            f"COUNT(CASE WHEN {who} = 1 THEN {amount} END)",
            f"SUM({who})",
        ]
    sql = (
        f"SELECT w.year, {', '.join(columns)} FROM kpi_who w"
        f" LEFT JOIN ({base.unit_figures('kpi_figure', basis, measures)}) f"
        f" ON f.unit_id = w.unit_id AND f.year = w.year - {shift} GROUP BY w.year"
    )
    for year, *numbers in base.rows(sql):
        for place, version in enumerate(versions):
            total, reporting, counted = numbers[place * 3 : place * 3 + 3]
            found[version.pk][year] |= {
                "numerator": int(total) if reporting else None,
                "reporting": int(reporting),
                "counted": int(counted),
            }
    for version in versions:
        for numbers in found[version.pk].values():
            if numbers["counted"] is None:
                numbers |= {"reporting": 0, "counted": 0}


def _from_rows(base, version, numbers):
    definition = version.read
    if definition.counts in COUNTED:
        for found in numbers.values():
            found["numerator"] = 0
    units = "COUNT(DISTINCT r.unit_id)" if definition.counts in ("growth", "money") else "0"
    sql = f"SELECT r.year, SUM(r.amount), SUM(r.base), {units} FROM ({amounts_sql(base, definition)}) r GROUP BY r.year"
    for year, total, below, units in base.rows(sql):
        if year in numbers:
            numbers[year]["numerator"] = int(total)
            if definition.counts in ("growth", "supported_share"):
                numbers[year]["denominator"] = int(below) or None
            if definition.counts in ("growth", "money"):
                numbers[year]["reporting"] = int(units)
    if definition.counts in ("growth", "money"):
        who = f"SELECT year, SUM({base.who_column(definition)}) FROM kpi_who GROUP BY year"
        supported = "SELECT year, COUNT(DISTINCT unit_id) FROM kpi_support WHERE by_programme GROUP BY year"
        counted = dict(base.rows(who if definition.counts == "growth" else supported))
        for year, found in numbers.items():
            found["counted"] = int(counted.get(year, 0))
            found["reporting"] = found["reporting"] or 0


# --- bounds -----------------------------------------------------------------------------------


def with_bounds(base, definition, numbers):
    """Numbers with lower and upper bound: what is missing counts 0 below, and by the definition's method above."""
    missing = {}
    if definition.counts == "sum" and definition.upper.method != "none":
        missing = _missing_amounts(base, definition)
    result = {}
    for year, found in numbers.items():
        bounds = {"lower": None, "upper": None, "open_units": 0}
        if definition.counts == "sum" and found["counted"]:
            bounds["lower"] = found["numerator"] or 0
            absent = found["counted"] - found["reporting"]
            added, known = missing.get(year, (0, 0))
            bounds["open_units"] = absent - known
            if absent == 0 or definition.upper.method != "none":
                bounds["upper"] = bounds["lower"] + added
        result[year] = found | bounds
    return result


def _missing_amounts(base, definition):
    """{year: (amount, units)} that the method puts in for units that count but have no confirmed figure."""
    confirmed = base.unit_figures("kpi_figure", definition.basis, definition.numerator)
    who, now = base.who_column(definition), f"w.year - {definition.shift}"
    absent = (
        f"SELECT w.year, w.unit_id FROM kpi_who w LEFT JOIN ({confirmed}) f ON f.unit_id = w.unit_id"
        f" AND f.year = {now} WHERE w.{who} = 1 AND {amount_of(definition.numerator, 'f')} IS NULL"
    )
    if definition.upper.method == "declared":
        base.need_declared()
        amount = amount_of(definition.numerator, "d")
        declared = base.unit_figures("kpi_declared", definition.basis, definition.numerator)
        sql = (
            f"SELECT w.year, SUM({amount}), COUNT({amount}) FROM ({absent}) w JOIN ({declared}) d"
            f" ON d.unit_id = w.unit_id AND d.year = {now} GROUP BY w.year"
        )
        return {year: (int(total or 0), int(units)) for year, total, units in base.rows(sql)}
    amount = amount_of(definition.numerator, "p")
    sql = (
        "SELECT q.year, SUM(q.amount), COUNT(*) FROM ("
        f"SELECT w.year, {amount} AS amount, ROW_NUMBER() OVER (PARTITION BY w.year, w.unit_id ORDER BY p.year DESC) AS n"
        f" FROM ({absent}) w JOIN ({confirmed}) p ON p.unit_id = w.unit_id AND p.year < {now}"
        f" AND p.year >= {now} - {definition.upper.years_back} WHERE {amount} IS NOT NULL"
        ") q WHERE q.n = 1 GROUP BY q.year"
    )
    cap = definition.upper.cap_percent
    return {year: (-(-int(total) * cap // 100), int(units)) for year, total, units in base.rows(sql)}


# --- the city's figure ------------------------------------------------------------------------


def with_denominator(value, definition, inputs):
    """The value over the city's figure: the best state there is, or last year's carried on by the index, or unknown."""
    wanted = definition.denominator
    if wanted is None:
        return value
    year = value.year - definition.shift
    found = city_figure(inputs.statistics, wanted, year)
    estimated, used = False, [found] if found else []
    amount = found.amount if found else None
    if found is None and wanted.when_missing == "last_year_iip":
        before = city_figure(inputs.statistics, wanted, year - 1)
        index = _best([s for s in inputs.statistics if s.measure == "iip" and s.year == year], wanted.states)
        if before and index:
            amount, estimated, used = before.amount * index.amount // 10_000, True, [before, index]
    upper = value.upper
    if upper is not None and amount is not None:
        upper = max(min(upper, amount), value.lower)
    return replace(
        value,
        denominator=amount,
        upper=upper,
        estimated=estimated,
        statistic_state="estimate" if estimated else found.state if found else "",
        statistics=tuple(told(s) for s in used),
    )


def city_figure(statistics, wanted, year):
    """The city's figure of `year` on the wanted basis, in the best of the wanted states."""
    fitting = [
        s
        for s in statistics
        if (s.measure, s.year, s.prices, s.base_year) == (wanted.measure, year, wanted.prices, wanted.base_year)
    ]
    return _best(fitting, wanted.states)


def _best(statistics, states):
    known = {s.state: s for s in statistics}
    return next((known[state] for state in states if state in known), None)


def told(statistic):
    """A city statistic as a value keeps it."""
    return {
        "public_id": str(statistic.public_id),
        "measure": statistic.measure,
        "year": statistic.year,
        "unit": statistic.unit,
        "amount": statistic.amount,
        "prices": statistic.prices,
        "base_year": statistic.base_year,
        "state": statistic.state,
        "revision": statistic.revision,
        "source": statistic.source,
        "published_on": statistic.published_on.isoformat(),
    }


def judged(value, definition, inputs):
    """The value with its target, its verdict or the reason why there is none, and what kind of figure it is."""
    target = target_for(definition.band, value.year, value.unit)
    complete = value.counted is None or (value.counted > 0 and value.counted == value.reporting)
    verdict, reason = judge(
        value.share(value.numerator),
        value.share(value.lower),
        None if value.open_units else value.share(value.upper),
        target,
        unit=value.unit,
        complete=complete,
        direction=definition.direction,
    )
    blocked = blocking_reason(value, definition)
    if blocked:
        verdict, reason = Verdict.NOT_ASSESSABLE, blocked
    closed = value.year - definition.shift in inputs.closed
    official = closed and complete and value.statistic_state in ("", "official") and value.numerator is not None
    return replace(
        value,
        target=target,
        verdict=verdict,
        reason=reason,
        kind=FigureKind.OFFICIAL if official else FigureKind.PROVISIONAL,
    )


def blocking_reason(value, definition):
    """Why the value may not be judged at all, whatever its size."""
    if value.counted == 0:
        return "nobody_counts"
    if value.numerator is None:
        return "no_value"
    if definition.is_ratio and not value.denominator:
        return "no_denominator" if definition.denominator else "no_value"
    differing = definition.differing_bases()
    if differing:
        return differing
    if definition.denominator and value.numerator > value.denominator:
        return "above_city_total"
    return ""


# --- parts ------------------------------------------------------------------------------------


def parts_of(base, definition):
    """{year: [Part]} by ward, size and product group (content area for money). Groups overlap, the rest add up."""
    size, (group, join) = "CAST('' AS text)", groups_of(definition)
    if base.bases:
        base.need_sizes()
        size = "COALESCE(z.size, '')"
        join += f" LEFT JOIN kpi_size z ON z.unit_id = r.unit_id AND z.year = r.year - {definition.shift}"
    sql = (
        f"SELECT r.year, COALESCE(a.code, ''), {group}, {size}, SUM(r.amount), SUM(r.base),"
        f" COUNT(DISTINCT r.unit_id) FROM ({rows_sql(base, definition)}) r"
        f" JOIN kpi_unit u ON u.enterprise_id = r.unit_id{join}"
        " LEFT JOIN reference_administrativeunit a ON a.id = u.ward_id"
        " GROUP BY 1, 2, 3, 4"
    )
    sums = defaultdict(lambda: [0, None, 0])
    for year, ward, groups, size_code, amount, below, units in base.rows(sql):
        keys = [(Dimension.WARD, ward), (Dimension.SIZE, size_code)]
        keys += [(Dimension.GROUP, group) for group in (groups.split(",") if groups else [""])]
        for dimension, code in keys:
            held = sums[year, dimension, code]
            held[0] += int(amount)
            held[1] = held[1] if below is None else (held[1] or 0) + int(below)
            held[2] += int(units)
    if definition.counts == "money":
        _areas(base, sums)
    result = {}
    for (year, dimension, code), (amount, below, units) in sorted(sums.items()):
        result.setdefault(year, []).append(Part(dimension, code, amount, below, units))
    return result


def _areas(base, sums):
    sql = (
        "SELECT s.year, c.code, SUM(s.amount_vnd), COUNT(DISTINCT s.unit_id) FROM kpi_support s"
        " JOIN reference_contentarea c ON c.id = s.content_area_id"
        " WHERE s.by_programme AND s.amount_vnd IS NOT NULL GROUP BY s.year, c.code"
    )
    for year, code, amount, units in base.rows(sql):
        sums[year, Dimension.CONTENT_AREA, code] = [int(amount), None, int(units)]
