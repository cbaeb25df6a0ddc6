"""An import as one would write it by hand: parse, COPY into staging, upsert, one event row per row. Nothing of ours.

The tables have the columns, indexes, constraints and references of the portal's, but none of its triggers.
"""

import io

import psycopg2
from python_calamine import CalamineWorkbook

MEASURES = (
    "output_vnd", "revenue_vnd", "key_product_revenue_vnd", "export_direct_goods_usd_cents", "labour_average",
    "labour_insured", "capital_vnd", "tax_vnd",
)  # fmt: skip
SCALES = (10**6, 10**6, 10**6, 10**5, 1, 1, 10**6, 10**6)


def lay_tables(owner_url):
    """Tables of the baseline's own beside the portal's."""
    with psycopg2.connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE hand_figures (LIKE enterprises_figurerevision INCLUDING ALL)")
        cursor.execute("CREATE UNIQUE INDEX hand_figures_once ON hand_figures (enterprise_id, year)")
        cursor.execute("ALTER TABLE hand_figures ADD FOREIGN KEY (enterprise_id) REFERENCES enterprises_enterprise")
        cursor.execute("CREATE TABLE hand_events (LIKE audit_event INCLUDING ALL)")
    connection.close()


def import_file(owner_url, path, year):
    """Import the file; returns (rows taken, rows left out)."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    out, bad = io.StringIO(), 0
    for row in rows[1:]:
        try:
            code = row[0]
            if len(code) != 10 or not code.isdigit():
                raise ValueError(code)
            amounts = []
            for cell, scale in zip(row[2:], SCALES, strict=True):
                if cell == "":
                    amounts.append("\\N")
                    continue
                if not isinstance(cell, float) or cell < 0:
                    raise ValueError(cell)
                amount = int(cell * scale)
                amounts.append(str(amount))
        except (TypeError, ValueError):
            bad += 1
            continue
        out.write("\t".join((code, *amounts)) + "\n")
    out.seek(0)
    names = ", ".join(MEASURES)
    with psycopg2.connect(owner_url) as connection, connection.cursor() as cursor:
        types = ", ".join(f"{name} bigint" for name in MEASURES)
        cursor.execute(f"CREATE TEMPORARY TABLE hand_staging (tax_code text, {types}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY hand_staging (tax_code, {names}) FROM STDIN", out)
        cursor.execute("ANALYZE hand_staging")
        fixed = {
            "public_id": "gen_random_uuid()", "year": "%(year)s", "scope": "'whole'", "place": "'hanoi'",
            "prices": "'current'", "accounts": "'separate'", "export_currency": "'USD'", "size": "''", "note": "''",
            "state": "'waiting'", "revision": "1", "recorded_by": "gen_random_uuid()", "recorded_at": "now()",
            "declared_by": "gen_random_uuid()", "declared_at": "now()", "submitted_by": "gen_random_uuid()",
            "submitted_at": "now()", "return_reason": "''", "synthetic": "false",
        }  # fmt: skip
        sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in MEASURES)
        cursor.execute(
            f"INSERT INTO hand_figures (enterprise_id, {names}, {', '.join(fixed)}) "
            f"SELECT e.id, {', '.join('s.' + name for name in MEASURES)}, {', '.join(fixed.values())} "
            "FROM hand_staging s JOIN enterprises_enterprise e ON e.tax_code = s.tax_code "
            f"ON CONFLICT (enterprise_id, year) DO UPDATE SET {sets}",
            {"year": year},
        )
        taken = cursor.rowcount
        body = ", ".join(f"'{name}', {name}" for name in MEASURES)
        cursor.execute(
            "INSERT INTO hand_events (public_id, at, kind, actor, object_kind, object_id, source, body) "
            "SELECT gen_random_uuid(), now(), 'figures imported', 'system:hand', 'figures', public_id, 'hand', "
            f"json_build_object('after', json_build_object({body}))::text FROM hand_figures WHERE year = %s",
            [year],
        )
    connection.close()
    return taken, bad
