"""The rows behind each kind of indicator, as one statement: year, source_id, enterprise_id, unit_id, amount, base.

The amounts of a year's rows add up to the numerator, their bases to the denominator where rows have one.
"""

from reporting.models import SourceKind

SOURCE_KINDS = {
    "sum": SourceKind.FIGURE,
    "growth": SourceKind.FIGURE,
    "turns": SourceKind.SUPPORT,
    "money": SourceKind.SUPPORT,
    "supported": SourceKind.ENTERPRISE,
    "supported_share": SourceKind.ENTERPRISE,
    "enterprises": SourceKind.ENTERPRISE,
    "products": SourceKind.TITLE,
    "first_time_products": SourceKind.TITLE,
}


def amount_of(numerator, alias):
    """The measures of the numerator added up; null when none of them was reported."""
    columns = [f"{alias}.{name}" for name in numerator]
    if len(columns) == 1:
        return columns[0]
    unknown = " AND ".join(f"{c} IS NULL" for c in columns)
    return f"CASE WHEN {unknown} THEN NULL ELSE {' + '.join(f'COALESCE({c}, 0)' for c in columns)} END"


def groups_of(definition):
    """Under which product groups a row `r` counts, and what to join for it: of a title the product's own, else those of
    the unit `u`."""
    if SOURCE_KINDS[definition.counts] != SourceKind.TITLE:
        return "u.group_codes", ""
    return "COALESCE(pg.code, '')", (
        " JOIN enterprises_title pt ON pt.public_id = r.source_id JOIN kpi_title kt ON kt.title_id = pt.id"
        " LEFT JOIN reference_productgroup pg ON pg.id = kt.group_id"
    )


def rows_sql(base, definition):
    return _STATEMENTS[definition.counts](base, definition)


def amounts_sql(base, definition):
    """year, unit_id, amount, base: what the rows add up to, without the trouble of naming them."""
    bare = _AMOUNTS.get(definition.counts)
    return bare(base, definition) if bare else rows_sql(base, definition)


def _sum(base, d):
    amount = amount_of(d.numerator, "f")
    return (
        f"SELECT w.year, f.public_id AS source_id, f.enterprise_id, f.unit_id, {amount} AS amount,"
        f" CAST(NULL AS bigint) AS base"
        f" FROM kpi_figure f JOIN kpi_who w ON w.unit_id = f.unit_id AND w.year = f.year + {d.shift}"
        f" WHERE f.basis = {base.bases.index(d.basis)} AND w.{base.who_column(d)} = 1 AND {amount} IS NOT NULL"
    )


def _growth(base, d):
    amount, unit = amount_of(d.numerator, "f"), base.unit_figures("kpi_figure", d.basis, d.numerator)
    now = f"w.year - {d.shift}"
    return (
        f"SELECT w.year, f.public_id AS source_id, f.enterprise_id, f.unit_id,"
        f" CASE WHEN f.year = {now} THEN {amount} ELSE -({amount}) END AS amount,"
        f" CASE WHEN f.year = {now} THEN 0 ELSE {amount} END AS base"
        f" FROM kpi_who w"
        f" JOIN ({unit}) a ON a.unit_id = w.unit_id AND a.year = {now} AND {amount_of(d.numerator, 'a')} IS NOT NULL"
        f" JOIN ({unit}) b ON b.unit_id = w.unit_id AND b.year = {now} - 1"
        f" AND {amount_of(d.numerator, 'b')} IS NOT NULL"
        f" JOIN kpi_figure f ON f.unit_id = w.unit_id AND f.year IN ({now}, {now} - 1)"
        f" WHERE w.{base.who_column(d)} = 1 AND f.basis = {base.bases.index(d.basis)} AND {amount} IS NOT NULL"
    )


def _growth_of_units(base, d):
    unit, now = base.unit_figures("kpi_figure", d.basis, d.numerator), f"w.year - {d.shift}"
    after, before = amount_of(d.numerator, "a"), amount_of(d.numerator, "b")
    return (
        f"SELECT w.year, w.unit_id, {after} - ({before}) AS amount, {before} AS base FROM kpi_who w"
        f" JOIN ({unit}) a ON a.unit_id = w.unit_id AND a.year = {now} AND {after} IS NOT NULL"
        f" JOIN ({unit}) b ON b.unit_id = w.unit_id AND b.year = {now} - 1 AND {before} IS NOT NULL"
        f" WHERE w.{base.who_column(d)} = 1"
    )


def _enterprises(base, d):
    return (
        "SELECT w.year, e.public_id AS source_id, w.unit_id AS enterprise_id, w.unit_id, 1 AS amount,"
        " CAST(NULL AS bigint) AS base"
        " FROM kpi_who w JOIN enterprises_enterprise e ON e.id = w.unit_id"
        f" WHERE w.{base.who_column(d)} = 1"
    )


def _titles(base, d, first=""):
    place = base.whos.index(d.who)
    return (
        "SELECT g.year, t.public_id AS source_id, k.enterprise_id, k.unit_id, 1 AS amount,"
        " CAST(NULL AS bigint) AS base"
        " FROM (SELECT y.year, t.product_id, MIN(t.title_id) AS title_id"
        "       FROM kpi_title t CROSS JOIN kpi_year y JOIN kpi_unit u ON u.enterprise_id = t.unit_id"
        f"      WHERE {base.who_condition(place)} AND {base.unit_condition(d.who)}{first}"
        "       GROUP BY y.year, t.product_id) g"
        " JOIN enterprises_title t ON t.id = g.title_id JOIN kpi_title k ON k.title_id = g.title_id"
    )


NO_BASE = "CAST(NULL AS bigint) AS base"


def _products(base, d, first=""):
    return (
        f"SELECT y.year, t.product_id AS unit_id, 1 AS amount, {NO_BASE}"
        " FROM kpi_title t CROSS JOIN kpi_year y JOIN kpi_unit u ON u.enterprise_id = t.unit_id"
        f" WHERE {base.who_condition(base.whos.index(d.who))} AND {base.unit_condition(d.who)}{first}"
        " GROUP BY y.year, t.product_id"
    )


def _first_titles(base, d):
    return _titles(base, d, _first(d))


def _first(d):
    kinds = ", ".join(f"'{kind}'" for kind in d.who.title_kinds)
    return (
        " AND t.title_id IN (SELECT x.title_id FROM (SELECT product_id, MIN(round_year) AS first_year FROM kpi_title"
        f" WHERE kind IN ({kinds}) GROUP BY product_id) f"
        " JOIN kpi_title x ON x.product_id = f.product_id AND x.round_year = f.first_year)"
    )


_SUPPORTED = "SELECT DISTINCT turn_year AS year, unit_id FROM kpi_support WHERE counts = 1"


def _supported(base, d):
    return (
        "SELECT s.year, e.public_id AS source_id, s.unit_id AS enterprise_id, s.unit_id, 1 AS amount,"
        f" CAST(NULL AS bigint) AS base FROM ({_SUPPORTED}) s JOIN enterprises_enterprise e ON e.id = s.unit_id"
    )


def _supported_share(base, d):
    return (
        "SELECT w.year, e.public_id AS source_id, w.unit_id AS enterprise_id, w.unit_id,"
        " CASE WHEN s.unit_id IS NULL THEN 0 ELSE 1 END AS amount, 1 AS base"
        " FROM kpi_who w JOIN enterprises_enterprise e ON e.id = w.unit_id"
        f" LEFT JOIN ({_SUPPORTED}) s ON s.unit_id = w.unit_id AND s.year = w.year"
        f" WHERE w.{base.who_column(d)} = 1"
    )


def _turns(base, d):
    return (
        "SELECT s.turn_year AS year, r.public_id AS source_id, s.enterprise_id, s.unit_id, 1 AS amount,"
        " CAST(NULL AS bigint) AS base"
        " FROM kpi_support s JOIN support_supportrecord r ON r.id = s.record_id WHERE s.turn = 1"
    )


def _money(base, d):
    return (
        "SELECT s.year, r.public_id AS source_id, s.enterprise_id, s.unit_id, s.amount_vnd AS amount,"
        " CAST(NULL AS bigint) AS base"
        " FROM kpi_support s JOIN support_supportrecord r ON r.id = s.record_id"
        " WHERE s.by_programme AND s.amount_vnd IS NOT NULL"
    )


_STATEMENTS = {
    "sum": _sum,
    "growth": _growth,
    "turns": _turns,
    "money": _money,
    "supported": _supported,
    "supported_share": _supported_share,
    "enterprises": _enterprises,
    "products": _titles,
    "first_time_products": _first_titles,
}
_AMOUNTS = {
    "turns": lambda base, d: (
        f"SELECT turn_year AS year, unit_id, 1 AS amount, {NO_BASE} FROM kpi_support WHERE turn = 1"
    ),
    "money": lambda base, d: (
        f"SELECT year, unit_id, amount_vnd AS amount, {NO_BASE} FROM kpi_support"
        " WHERE by_programme AND amount_vnd IS NOT NULL"
    ),
    "supported": lambda base, d: f"SELECT s.year, s.unit_id, 1 AS amount, {NO_BASE} FROM ({_SUPPORTED}) s",
    "supported_share": lambda base, d: (
        "SELECT w.year, w.unit_id, CASE WHEN s.unit_id IS NULL THEN 0 ELSE 1 END AS amount, 1 AS base FROM kpi_who w"
        f" LEFT JOIN ({_SUPPORTED}) s ON s.unit_id = w.unit_id AND s.year = w.year WHERE w.{base.who_column(d)} = 1"
    ),
    "enterprises": lambda base, d: (
        f"SELECT year, unit_id, {base.who_column(d)} AS amount, {NO_BASE} FROM kpi_who WHERE {base.who_column(d)} = 1"
    ),
    "products": _products,
    "first_time_products": lambda base, d: _products(base, d, _first(d)),
    "growth": lambda base, d: _growth_of_units(base, d),
}
