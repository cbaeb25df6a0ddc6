"""A list of enterprises as fast as it comes: ASGI, one statement, orjson. No rights, no limits, no trace, no ETag.

Run by uvicorn; DATABASE_URL says where. Imports nothing of the portal.
"""

import os
from urllib.parse import parse_qs

import asyncpg
import orjson

MOMENT = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
ROWS = f"""
SELECT e.public_id::text, e.tax_code, e.name, e.short_name, e.name_en, e.enterprise_type, e.status, e.status_from, e.size,
       e.size_year, a.code, a.name_vi, a.name_en, w.code, w.name_vi, w.name_en, m.public_id::text, {MOMENT.format("e.created_at")},
       g.found, f.year, f.output_vnd, f.revenue_vnd, f.key_product_revenue_vnd, f.export_direct_goods_usd_cents,
       f.export_entrusted_goods_usd_cents, f.export_direct_services_usd_cents, f.export_entrusted_services_usd_cents,
       f.labour_average, {MOMENT.format("f.confirmed_at")}
FROM (SELECT * FROM enterprises_enterprise WHERE status <> 'withdrawn' ORDER BY sort_key, id LIMIT $1) e
LEFT JOIN reference_industrycode a ON a.id = e.main_activity_id
LEFT JOIN reference_administrativeunit w ON w.id = e.ward_id
LEFT JOIN enterprises_enterprise m ON m.id = e.merged_into_id
LEFT JOIN LATERAL (
    SELECT array_agg(ARRAY[p.code, x.starts_on::text, x.ends_on::text] ORDER BY x.starts_on, x.id) AS found
    FROM enterprises_enterprisegroup x JOIN reference_productgroup p ON p.id = x.group_id WHERE x.enterprise_id = e.id
) g ON true
LEFT JOIN LATERAL (
    SELECT * FROM enterprises_figurerevision r
    WHERE r.enterprise_id = e.id AND r.state = 'confirmed' AND r.superseded_at IS NULL AND r.scope = 'whole'
      AND r.place = 'hanoi' AND r.prices = 'current' AND r.accounts = 'separate'
    ORDER BY r.year DESC LIMIT 1
) f ON true
ORDER BY e.sort_key, e.id
"""
pool = None


def row(r):
    """Of a row as it comes, by place: looking its columns up by name would take a third more."""
    of, tax, name, short, english, kind, status, since, size, size_year, *rest = r
    sector, sector_vi, sector_en, ward, ward_vi, ward_en, merged_into, created_at, groups, year, *figures = rest
    latest = None
    if year is not None:
        output, revenue, key_revenue, direct, entrusted, direct_services, entrusted_services, labour, confirmed_at = (
            figures
        )
        latest = {
            "year": year,
            "output_vnd": output,
            "revenue_vnd": revenue,
            "key_product_revenue_vnd": key_revenue,
            "export_direct_goods_usd_cents": direct,
            "export_entrusted_goods_usd_cents": entrusted,
            "export_direct_services_usd_cents": direct_services,
            "export_entrusted_services_usd_cents": entrusted_services,
            "labour_average": labour,
            "confirmed_at": confirmed_at,
        }
    return {
        "id": of,
        "tax_code": tax,
        "name": name,
        "short_name": short,
        "name_en": english,
        "type": kind,
        "status": status,
        "status_from": since,
        "size": size,
        "size_year": size_year,
        "sector": sector and {"code": sector, "name_vi": sector_vi, "name_en": sector_en},
        "ward": ward and {"code": ward, "name_vi": ward_vi, "name_en": ward_en},
        "groups": [{"code": code, "starts_on": first, "ends_on": last} for code, first, last in groups or ()],
        "merged_into": merged_into,
        "created_at": created_at,
        "latest_figures": latest,
    }


async def leave(connection):
    """Nothing is to be put back on a connection that only reads: the pool would ask the database to, each time."""


async def application(scope, receive, send):
    global pool
    if scope["type"] == "lifespan":
        await receive()
        pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8, reset=leave)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    asked = parse_qs(scope["query_string"].decode())
    async with pool.acquire() as connection:
        found = await connection.fetch(ROWS, int(asked.get("limit", ["100"])[0]))
    body = orjson.dumps({"data": [row(each) for each in found]})
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})
