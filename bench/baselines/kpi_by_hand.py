"""The yearly values of all indicators by one statement written by hand, for PostgreSQL; imports none of our code."""

STATEMENT = """
WITH y(year, starts) AS (VALUES (2021, 2021), (2022, 2021), (2023, 2021), (2024, 2021), (2025, 2021)),
outside AS (
    SELECT id FROM reference_industrycode
    WHERE CASE WHEN code ~ '^[0-9]{2}' THEN substr(code, 1, 2)::int NOT BETWEEN 5 AND 39
               WHEN code ~ '^[A-Za-z][0-9]{2}' THEN substr(code, 2, 2)::int NOT BETWEEN 5 AND 39
               ELSE upper(left(code, 1)) NOT IN ('B', 'C', 'D', 'E') END
),
known AS MATERIALIZED (
    SELECT enterprise_id, merged_into_id, parent_tax_code, main_activity_id, status
    FROM enterprises_enterpriserevision
    WHERE recorded_at <= %(cutoff)s AND (superseded_at IS NULL OR superseded_at > %(cutoff)s)
),
winner AS MATERIALIZED (
    SELECT k.enterprise_id, w.enterprise_id AS winner, k.merged_into_id IS NOT NULL AS merged, w.main_activity_id,
           e.tax_code, w.parent_tax_code, length(e.tax_code) = 14 AS branch
    FROM known k
    JOIN known w ON w.enterprise_id = coalesce(k.merged_into_id, k.enterprise_id) AND w.status <> 'withdrawn'
    JOIN enterprises_enterprise e ON e.id = w.enterprise_id
),
head AS (
    SELECT b.parent_tax_code AS code, coalesce(min(h.winner), min(b.winner)) AS unit
    FROM winner b
    LEFT JOIN enterprises_enterprise he ON he.tax_code = b.parent_tax_code
    LEFT JOIN winner h ON h.enterprise_id = he.id AND NOT h.branch
    WHERE b.branch
    GROUP BY 1
),
unit AS MATERIALIZED (
    SELECT w.enterprise_id, w.winner, coalesce(h.unit, w.winner) AS unit,
           w.merged::int + 2 * w.branch::int AS step, w.main_activity_id
    FROM winner w LEFT JOIN head h ON w.branch AND h.code = w.parent_tax_code
),
title AS MATERIALIZED (
    SELECT t.product_id, t.round_year, t.valid_from, t.valid_to, t.ended_on, u.unit
    FROM enterprises_titlerevision t JOIN unit u USING (enterprise_id)
    WHERE t.kind = 'key_product'
      AND t.recorded_at <= %(cutoff)s AND (t.superseded_at IS NULL OR t.superseded_at > %(cutoff)s)
),
who AS MATERIALIZED (
    SELECT g.*, o.id IS NULL AS inside
    FROM (
        SELECT y.year, t.unit,
               bool_or(t.valid_from <= make_date(y.year, 12, 31)
                       AND (t.valid_to IS NULL OR t.valid_to >= make_date(y.year, 12, 31))
                       AND (t.ended_on IS NULL OR t.ended_on > make_date(y.year, 12, 31))) AS in_force,
               bool_or(t.round_year = y.year) AS in_year,
               bool_or(t.round_year BETWEEN y.starts AND y.year) AS cumulative
        FROM title t CROSS JOIN y
        GROUP BY 1, 2
    ) g
    JOIN unit u ON u.enterprise_id = g.unit
    LEFT JOIN outside o ON o.id = u.main_activity_id
    WHERE g.in_force OR g.in_year OR g.cumulative
),
figure AS MATERIALIZED (
    SELECT u.unit, u.winner, u.step, f.year, f.confirmed_at, f.public_id,
           CASE WHEN f.prices = 'constant' THEN 'C' WHEN f.scope = 'key_products' THEN 'K' ELSE 'W' END AS basis,
           f.output_vnd, f.revenue_vnd, f.export_direct_goods_usd_cents AS direct,
           f.export_entrusted_goods_usd_cents AS entrusted
    FROM enterprises_figurerevision f
    JOIN unit u USING (enterprise_id)
    WHERE u.unit IN (SELECT unit FROM who)
      AND f.year BETWEEN 2020 AND 2025 AND f.place = 'hanoi' AND f.accounts = 'separate'
      AND (f.prices = 'current' AND f.base_year IS NULL OR f.scope = 'whole' AND f.prices = 'constant' AND f.base_year = 2010)
      AND f.confirmed_at <= %(cutoff)s AND (f.superseded_at IS NULL OR f.superseded_at > %(cutoff)s)
),
ranked AS (
    SELECT f.*, min(step) OVER (PARTITION BY unit, year, basis) AS best,
           row_number() OVER (PARTITION BY unit, year, basis, winner ORDER BY step, confirmed_at DESC, public_id DESC) AS place
    FROM figure f
),
yearly AS MATERIALIZED (
    SELECT unit, year, basis, sum(output_vnd) AS output, sum(revenue_vnd) AS revenue, sum(direct) AS direct,
           CASE WHEN count(direct) + count(entrusted) > 0 THEN coalesce(sum(direct), 0) + coalesce(sum(entrusted), 0) END AS goods
    FROM ranked WHERE place = 1 AND (step < 2 OR best >= 2)
    GROUP BY 1, 2, 3
),
city AS (
    SELECT DISTINCT ON (measure, year, prices) measure, year, prices, amount
    FROM reporting_citystatistic
    WHERE recorded_at <= %(cutoff)s AND (superseded_at IS NULL OR superseded_at > %(cutoff)s)
      AND measure IN ('output', 'exports') AND (base_year IS NULL OR base_year = 2010)
    ORDER BY measure, year, prices, array_position(ARRAY['official', 'preliminary', 'estimate'], state::text)
),
support AS MATERIALIZED (
    SELECT s.record_id, u.unit, s.activity_code, s.amount_vnd, s.year, s.by_programme, s.delivered_on,
           extract(year FROM s.delivered_on)::int AS turn_year,
           s.by_programme AND s.activity_type NOT IN ('honour', 'media', 'ceremony') AS counts
    FROM support_supportrevision s JOIN unit u USING (enterprise_id)
    WHERE s.recorded_at <= %(cutoff)s AND (s.superseded_at IS NULL OR s.superseded_at > %(cutoff)s)
),
turn AS (
    SELECT DISTINCT ON (unit, activity_code) unit, turn_year FROM support WHERE counts
    ORDER BY unit, activity_code, delivered_on DESC, record_id
),
supported AS MATERIALIZED (SELECT DISTINCT turn_year AS year, unit FROM support WHERE counts),
whole_now AS (
    SELECT w.year, sum(f.output) FILTER (WHERE w.in_force) AS output_a, sum(f.goods) FILTER (WHERE w.in_force) AS export_a,
           sum(f.direct) FILTER (WHERE w.cumulative) AS export_b
    FROM who w JOIN yearly f ON f.unit = w.unit AND f.year = w.year AND f.basis = 'W' WHERE w.inside GROUP BY 1
),
whole_before AS (
    SELECT w.year, sum(f.output) AS output_c, sum(f.revenue) AS output_e, sum(f.goods) AS export_c
    FROM who w JOIN yearly f ON f.unit = w.unit AND f.year = w.year - 1 AND f.basis = 'W'
    WHERE w.inside AND w.in_year GROUP BY 1
),
products AS MATERIALIZED (
    SELECT y.year, t.product_id, bool_or(t.round_year = y.year) AS in_year,
           bool_or(t.round_year BETWEEN y.starts AND y.year) AS cumulative, min(t.round_year) AS first_year
    FROM title t CROSS JOIN y GROUP BY 1, 2
),
counted AS (
    SELECT year, count(*) FILTER (WHERE in_force) AS in_force, count(*) FILTER (WHERE in_year) AS in_year,
           count(*) FILTER (WHERE cumulative) AS cumulative FROM who GROUP BY 1
),
found AS (
    SELECT v.code, n.year, v.amount, v.base
    FROM whole_now n
    LEFT JOIN city o ON o.measure = 'output' AND o.prices = 'current' AND o.year = n.year
    LEFT JOIN city x ON x.measure = 'exports' AND x.year = n.year
    CROSS JOIN LATERAL (VALUES ('output_share.a', n.output_a, o.amount), ('export_share.a', n.export_a, x.amount),
                               ('export_share.b', n.export_b, x.amount)) v(code, amount, base)
    UNION ALL
    SELECT v.code, n.year, v.amount, v.base
    FROM whole_before n
    LEFT JOIN city o ON o.measure = 'output' AND o.prices = 'current' AND o.year = n.year - 1
    LEFT JOIN city x ON x.measure = 'exports' AND x.year = n.year - 1
    CROSS JOIN LATERAL (VALUES ('output_share.c', n.output_c, o.amount), ('output_share.e', n.output_e, o.amount),
                               ('export_share.c', n.export_c, x.amount)) v(code, amount, base)
    UNION ALL
    SELECT 'output_share.b', w.year, sum(f.output), min(o.amount)
    FROM who w JOIN yearly f ON f.unit = w.unit AND f.year = w.year AND f.basis = 'K'
    LEFT JOIN city o ON o.measure = 'output' AND o.prices = 'current' AND o.year = w.year
    WHERE w.inside AND w.cumulative GROUP BY 2
    UNION ALL
    SELECT 'output_share.d', w.year, sum(f.output), min(o.amount)
    FROM who w JOIN yearly f ON f.unit = w.unit AND f.year = w.year AND f.basis = 'C'
    LEFT JOIN city o ON o.measure = 'output' AND o.prices = 'constant' AND o.year = w.year
    WHERE w.inside AND w.in_force GROUP BY 2
    UNION ALL
    SELECT 'output_growth', w.year, sum(f.output - b.output), sum(b.output)
    FROM who w JOIN yearly f ON f.unit = w.unit AND f.year = w.year AND f.basis = 'C'
    JOIN yearly b ON b.unit = w.unit AND b.year = w.year - 1 AND b.basis = 'C'
    WHERE w.inside AND w.in_force AND f.output IS NOT NULL AND b.output IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT v.code, c.year, v.amount, NULL FROM counted c
    CROSS JOIN LATERAL (VALUES ('enterprises_in_force', c.in_force), ('enterprises_recognised', c.in_year),
                               ('enterprises', c.cumulative)) v(code, amount)
    UNION ALL
    SELECT v.code, p.year, v.amount, NULL FROM (
        SELECT year, count(*) FILTER (WHERE in_year) AS recognised, count(*) FILTER (WHERE cumulative) AS period,
               count(*) FILTER (WHERE first_year = year) AS first_time FROM products GROUP BY 1
    ) p CROSS JOIN LATERAL (VALUES ('products_recognised', p.recognised), ('products', p.period),
                                   ('products_first_time', p.first_time)) v(code, amount)
    UNION ALL
    SELECT 'turns', turn_year, count(*), NULL FROM turn GROUP BY 2
    UNION ALL
    SELECT 'supported', year, count(*), NULL FROM supported GROUP BY 2
    UNION ALL
    SELECT 'supported_share', w.year, count(s.unit), count(*)
    FROM who w LEFT JOIN supported s ON s.unit = w.unit AND s.year = w.year WHERE w.in_year GROUP BY 2
    UNION ALL
    SELECT 'support_money', year, sum(amount_vnd), NULL FROM support WHERE by_programme GROUP BY 2
)
SELECT code, year, amount::bigint, base::bigint FROM found
WHERE year BETWEEN 2021 AND 2025 AND amount IS NOT NULL ORDER BY 1, 2
"""


def values(connection, cutoff):
    """{(indicator, year): (numerator, denominator)}"""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"cutoff": cutoff})
        return {(code, year): (amount, base) for code, year, amount, base in cursor.fetchall()}
