"""The tables that every indicator is computed from, laid as temporary tables as of a cut-off.

    kpi_unit    one row an enterprise: the unit it counts in (merged records → the one they were merged into, branches
                → the ten digits), and how far it is from that unit (`step`)
    kpi_title   titles that were known at the cut-off
    kpi_year    the years, with what "who counts" asks about each
    kpi_who     who counts in which year, a column for each rule that a definition uses
    kpi_figure  confirmed yearly figures of those who count, on the bases that definitions use
    kpi_declared  the same, declared but not yet confirmed
    kpi_support support records with the year and the turn they count for
    kpi_size    the size of a unit in a year

The statements run unchanged on SQLite and PostgreSQL. A parent's figures stand for its branches'; a merged record's
figures stand in only where the one it was merged into has none.
"""

from datetime import date

from django.db import connection

from reference.models import IndustryCode
from reporting.definitions import WITH_FIGURES, WITH_SUPPORT
from support.turns import TurnRule

AS_OF = "{r}.recorded_at <= %(cutoff)s AND ({r}.superseded_at IS NULL OR {r}.superseded_at > %(cutoff)s)"
MEASURES = (
    "output_vnd",
    "revenue_vnd",
    "key_product_revenue_vnd",
    "export_direct_goods_usd_cents",
    "export_entrusted_goods_usd_cents",
    "export_direct_services_usd_cents",
    "export_entrusted_services_usd_cents",
)
TABLES = (
    "kpi_unit",
    "kpi_head",
    "kpi_title",
    "kpi_year",
    "kpi_who",
    "kpi_figure",
    "kpi_declared",
    "kpi_support",
    "kpi_size",
)
INDUSTRY_SECTIONS = "BCDE"
INDUSTRY_DIVISIONS = range(5, 40)

UNITS = f"""
CREATE TEMP TABLE kpi_unit AS
WITH known AS (
    SELECT r.enterprise_id, r.parent_tax_code, r.ward_id, r.group_codes, r.main_activity_id, r.status,
           r.merged_into_id
    FROM enterprises_enterpriserevision r
    WHERE {AS_OF.format(r="r")}
)
SELECT k.enterprise_id, w.enterprise_id AS winner_id, w.enterprise_id AS unit_id,
       CASE WHEN k.merged_into_id IS NULL THEN 0 ELSE 1 END AS step,
       w.ward_id, w.group_codes, w.main_activity_id,
       CASE WHEN length(e.tax_code) = 14 THEN w.parent_tax_code END AS branch_of
FROM known k
JOIN known w ON w.enterprise_id = COALESCE(k.merged_into_id, k.enterprise_id) AND w.status <> 'withdrawn'
JOIN enterprises_enterprise e ON e.id = w.enterprise_id
"""
HEADS = """
CREATE TEMP TABLE kpi_head AS
SELECT b.code, COALESCE(h.winner_id, b.first_id) AS unit_id
FROM (SELECT branch_of AS code, MIN(winner_id) AS first_id FROM kpi_unit WHERE branch_of IS NOT NULL GROUP BY branch_of) b
LEFT JOIN enterprises_enterprise he ON he.tax_code = b.code
LEFT JOIN kpi_unit h ON h.enterprise_id = he.id AND h.branch_of IS NULL
"""
ROLL_UP = """
UPDATE kpi_unit SET step = step + 2, unit_id = (SELECT h.unit_id FROM kpi_head h WHERE h.code = kpi_unit.branch_of)
WHERE branch_of IS NOT NULL
"""
TITLES = f"""
CREATE TEMP TABLE kpi_title AS
SELECT r.title_id, r.product_id, r.enterprise_id, r.group_id, u.unit_id, r.kind, r.round_year, r.valid_from, r.valid_to, r.ended_on
FROM enterprises_titlerevision r
JOIN kpi_unit u ON u.enterprise_id = r.enterprise_id
WHERE {AS_OF.format(r="r")}
"""
WHO = """
CREATE TEMP TABLE kpi_who AS
SELECT g.year, g.unit_id, {kept}
FROM (
    SELECT y.year, t.unit_id, {found}
    FROM kpi_title t CROSS JOIN kpi_year y
    WHERE {any}
    GROUP BY y.year, t.unit_id
) g
JOIN kpi_unit u ON u.enterprise_id = g.unit_id
"""
FIGURES = """
CREATE TEMP TABLE {table} AS
SELECT f.public_id, f.enterprise_id, u.unit_id, u.winner_id, u.step, f.year, {basis} AS basis,
       {measures}, f.size, {moment} AS moment
FROM enterprises_figurerevision f
JOIN kpi_unit u ON u.enterprise_id = f.enterprise_id
JOIN (SELECT DISTINCT unit_id FROM kpi_who) q ON q.unit_id = u.unit_id
WHERE f.year BETWEEN %(least)s AND %(most)s AND ({bases}) AND {state}
"""
CONFIRMED = "f.confirmed_at <= %(cutoff)s AND (f.superseded_at IS NULL OR f.superseded_at > %(cutoff)s)"
DECLARED = (
    "f.declared_at <= %(cutoff)s AND (f.confirmed_at IS NULL OR f.confirmed_at > %(cutoff)s)"
    " AND (f.returned_at IS NULL OR f.returned_at > %(cutoff)s)"
    " AND (f.superseded_at IS NULL OR f.superseded_at > %(cutoff)s)"
)
# Only rows that are not their unit's own (step > 0) can be in the shade of a better one.
SHADED = """
DELETE FROM {table} WHERE step > 0 AND EXISTS (
    SELECT 1 FROM {table} y
    WHERE y.unit_id = {table}.unit_id AND y.year = {table}.year AND y.basis = {table}.basis
      AND y.public_id <> {table}.public_id
      AND ({table}.step >= 2 AND y.step <= 1
           OR {table}.winner_id = y.winner_id
              AND (y.step < {table}.step
                   OR y.step = {table}.step
                      AND (y.moment > {table}.moment OR y.moment = {table}.moment AND y.public_id > {table}.public_id))))
"""
SIZES = """
CREATE TEMP TABLE kpi_size AS
SELECT unit_id, year, MIN(size) AS size FROM kpi_figure WHERE step < 2 AND size <> '' GROUP BY unit_id, year
"""
SUPPORT = """
CREATE TEMP TABLE kpi_support AS
WITH eligible AS (
    SELECT s.record_id, s.enterprise_id, u.unit_id, s.activity_code, s.content_area_id, s.amount_vnd, s.year,
           s.by_programme, {begun} AS turn_on, CAST(substr(CAST({begun} AS text), 1, 4) AS integer) AS turn_year,
           CASE WHEN {counts} THEN 1 ELSE 0 END AS counts
    FROM support_supportrevision s
    JOIN kpi_unit u ON u.enterprise_id = s.enterprise_id
    WHERE {as_of}
)
SELECT e.record_id, e.enterprise_id, e.unit_id, e.content_area_id, e.amount_vnd, e.year, e.by_programme, e.turn_year,
       e.counts,
       CASE WHEN e.counts = 1 AND ROW_NUMBER() OVER (
           PARTITION BY e.counts, e.unit_id, e.activity_code{once} ORDER BY e.turn_on {order}, e.record_id
       ) = 1 THEN 1 ELSE 0 END AS turn
FROM eligible e
"""


class Base:
    """The temporary tables for `inputs`; use as a context manager."""

    def __init__(self, inputs):
        self.inputs = inputs
        self.definitions = [version.read for version in inputs.versions]
        self.whos = list(dict.fromkeys(d.who for d in self.definitions))
        self.has_declared = self.has_sizes = False
        self.bases = list(dict.fromkeys(d.basis for d in self.definitions if d.counts in WITH_FIGURES))

    def __enter__(self):
        self.clear()
        self._loop_over_rows("off")
        self.lay()
        return self

    def __exit__(self, *error):
        if not (error[0] and connection.in_atomic_block):  # else the transaction takes all back
            self.clear()
            self._loop_over_rows("on")

    def _loop_over_rows(self, allowed):
        """Every statement here reads whole tables: a loop within a loop, which PostgreSQL takes where it guesses few rows,
        lasts minutes at 100,000 enterprises where joining by hash lasts seconds. What it must loop over all the same then
        looks so dear to it that it would compile every small query first."""
        if connection.vendor == "postgresql":
            self.run(f"SET enable_nestloop = {allowed}")
            self.run(f"SET jit = {allowed}")

    def clear(self):
        for table in TABLES:
            self.run(f"DROP TABLE IF EXISTS {table}")

    def run(self, sql, params=None):
        with connection.cursor() as cursor:
            cursor.execute(sql, self.params | (params or {}) if "%(" in sql else None)

    def rows(self, sql, params=None):
        with connection.cursor() as cursor:
            cursor.execute(sql, self.params | (params or {}) if "%(" in sql else None)
            return cursor.fetchall()

    @property
    def params(self):
        return {"cutoff": connection.ops.adapt_datetimefield_value(self.inputs.cutoff)}

    def lay(self):
        self.run(UNITS)
        self._index("kpi_unit", "enterprise_id")
        self.run(HEADS)
        self.run(ROLL_UP)
        self.run(TITLES)
        self._index("kpi_title", "title_id")
        self._lay_years()
        self._lay_who()
        if self.bases:
            self._lay_figures("kpi_figure", CONFIRMED, "f.confirmed_at", *self._confirmed_span())
        if any(d.counts in WITH_SUPPORT for d in self.definitions):
            self._lay_support()

    def need_declared(self):
        """Bounds read what is declared; values do not, so it is laid when it is asked for."""
        if not self.has_declared:
            self._lay_figures("kpi_declared", DECLARED, "f.declared_at", *self._span())
            self.has_declared = True

    def need_sizes(self):
        """Parts by size read the sizes."""
        if not self.has_sizes:
            self.run(SIZES)
            self._index("kpi_size", "unit_id, year")
            self.has_sizes = True

    def _index(self, table, columns):
        if connection.vendor == "sqlite":
            self.run(f"CREATE INDEX {table}_index ON {table} ({columns})")
        else:
            self.run(f"ANALYZE {table}")

    def _lay_years(self):
        days = ", ".join(f"d{i} date" for i in range(len(self.whos)))
        self.run(f"CREATE TEMP TABLE kpi_year (year integer, period_start integer, {days})")
        places = ", ".join(["%s"] * (2 + len(self.whos)))
        for year in self.inputs.years:
            named = [date(year, *map(int, who.on.split("-"))) for who in self.whos]
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO kpi_year VALUES ({places})", [year, self.inputs.periods.get(year, year), *named]
                )

    def who_condition(self, place):
        """When a title `t` makes its enterprise count in the year `y`, by the rule at `place`."""
        who = self.whos[place]
        kinds = ", ".join(f"'{kind}'" for kind in who.title_kinds)
        rules = {
            "in_force": (
                f"t.valid_from <= y.d{place} AND (t.valid_to IS NULL OR t.valid_to >= y.d{place})"
                f" AND (t.ended_on IS NULL OR t.ended_on > y.d{place})"
            ),
            "in_year": "t.round_year = y.year",
            "cumulative": "t.round_year BETWEEN y.period_start AND y.year",
        }
        return f"(t.kind IN ({kinds}) AND {rules[who.rule]})"

    def unit_condition(self, who):
        """Whether the unit `u` counts by its main activity; an unknown activity is not left out."""
        conditions = []
        if who.leave_out_outside:
            conditions.append(f"COALESCE(u.main_activity_id, 0) NOT IN ({_ids(_outside_industry())})")
        if who.activities:
            conditions.append(f"u.main_activity_id IN ({_ids(_of_divisions(who.activities))})")
        return " AND ".join(conditions) or "1 = 1"

    def who_column(self, definition):
        return f"w{self.whos.index(definition.who)}"

    def _lay_who(self):
        found = [
            f"MAX(CASE WHEN {self.who_condition(i)} THEN 1 ELSE 0 END) AS w{i}" for i in range(len(self.whos))
        ] or ["0 AS w0"]
        kept = [
            f"CASE WHEN {self.unit_condition(who)} THEN g.w{i} ELSE 0 END AS w{i}" for i, who in enumerate(self.whos)
        ] or ["g.w0"]
        conditions = " OR ".join(self.who_condition(i) for i in range(len(self.whos))) or "1 = 0"
        self.run(WHO.format(kept=", ".join(kept), found=", ".join(found), any=conditions))
        self._index("kpi_who", "unit_id, year")

    def _span(self):
        """The years of figures that the definitions look at."""
        shifts = [d.shift for d in self.definitions if d.counts in WITH_FIGURES]
        return min(self.inputs.years) - max(shifts), max(self.inputs.years) - min(shifts)

    def _confirmed_span(self):
        back = [d.back for d in self.definitions if d.counts in WITH_FIGURES]
        return min(self.inputs.years) - max(back), self._span()[1]

    def _lay_figures(self, table, state, moment, least, most):
        conditions = [_basis_condition(basis) for basis in self.bases]
        number = "CASE " + " ".join(f"WHEN {c} THEN {i}" for i, c in enumerate(conditions)) + " END"
        measures = [m for m in MEASURES if any(m in d.numerator for d in self.definitions)]
        self.run(
            FIGURES.format(
                table=table,
                basis=number,
                measures=", ".join(f"f.{m}" for m in measures),
                moment=moment,
                bases=" OR ".join(f"({c})" for c in conditions),
                state=state,
            ),
            {"least": least, "most": most},
        )
        self._index(table, "unit_id, year, basis")
        self.run(SHADED.format(table=table))

    def unit_figures(self, table, basis, measures):
        """One row a unit and year on `basis`: its own figures, or the sum of its branches'."""
        number = self.bases.index(basis)
        plain = ", ".join(measures)
        summed = ", ".join(f"CAST(SUM({m}) AS bigint) AS {m}" for m in measures)
        return (
            f"SELECT unit_id, year, {plain} FROM {table} WHERE basis = {number} AND step < 2"
            f" UNION ALL SELECT unit_id, year, {summed} FROM {table} WHERE basis = {number} AND step >= 2"
            f" GROUP BY unit_id, year"
        )

    def _lay_support(self):
        rule = TurnRule.of(self.inputs.turns)
        start = rule.year_of == "start"
        self.run(
            SUPPORT.format(
                begun="COALESCE(s.started_on, s.delivered_on)" if start else "s.delivered_on",
                counts=_turn_condition(rule),
                as_of=AS_OF.format(r="s"),
                once=", e.turn_year" if rule.once == "activity_and_year" else "",
                order="ASC" if start else "DESC",
            ),
            {f"type{i}": name for i, name in enumerate(rule.uncounted_types)}
            | {f"kind{i}": name for i, name in enumerate(rule.uncounted_kinds)},
        )
        self._index("kpi_support", "turn_year")


def _ids(keys):
    return ", ".join(str(int(key)) for key in sorted(keys)) or "-1"


def _division(code):
    digits = code[1:3] if code[:1].isalpha() else code[:2]
    return digits if len(digits) == 2 and digits.isdigit() else ""


def _outside_industry():
    """Activities that are known to lie outside sections B to E."""
    for key, code in IndustryCode.objects.values_list("pk", "code"):
        division = _division(code)
        inside = int(division) in INDUSTRY_DIVISIONS if division else code[:1].upper() in INDUSTRY_SECTIONS
        if not inside:
            yield key


def _of_divisions(divisions):
    return [key for key, code in IndustryCode.objects.values_list("pk", "code") if _division(code) in divisions]


def _basis_condition(basis):
    base_year = "f.base_year IS NULL" if basis.base_year is None else f"f.base_year = {int(basis.base_year)}"
    return (
        f"f.scope = '{basis.scope}' AND f.place = '{basis.place}' AND f.prices = '{basis.prices}'"
        f" AND {base_year} AND f.accounts = '{basis.accounts}'"
    )


def _turn_condition(rule):
    conditions = []
    if not rule.other_agencies:
        conditions.append("s.by_programme")
    if rule.uncounted_types:
        names = ", ".join(f"%(type{i})s" for i in range(len(rule.uncounted_types)))
        conditions.append(f"s.activity_type NOT IN ({names})")
    if rule.uncounted_kinds:
        names = ", ".join(f"%(kind{i})s" for i in range(len(rule.uncounted_kinds)))
        conditions.append(f"s.kind_id NOT IN (SELECT id FROM reference_supportkind WHERE code IN ({names}))")
    if rule.title_needed != "none":
        held = "t.unit_id = u.unit_id AND t.valid_from <= s.delivered_on"
        if rule.title_needed == "on_delivery":
            held += (
                " AND (t.valid_to IS NULL OR t.valid_to >= s.delivered_on)"
                " AND (t.ended_on IS NULL OR t.ended_on > s.delivered_on)"
            )
        conditions.append(f"EXISTS (SELECT 1 FROM kpi_title t WHERE {held})")
    return " AND ".join(conditions) or "1 = 1"
