"""A list of enterprises as fast as it comes: ASGI, one statement, orjson. No rights, no limits, no trace, no ETag.

Run by uvicorn; DATABASE_URL says where. Imports nothing of the portal.
"""

import os
from urllib.parse import parse_qs

import asyncpg
import orjson

ITEM = "CASE WHEN {0}.id IS NULL THEN NULL ELSE ARRAY[{0}.code, {0}.name_vi, {0}.name_en] END"
ROWS = f"""
SELECT e.public_id::text AS public_id, e.tax_code, e.name, e.short_name, e.name_en, e.enterprise_type, e.status, e.status_from, e.size,
       e.size_year, {ITEM.format("a")} AS sector, {ITEM.format("w")} AS ward, m.public_id::text AS merged_into, e.created_at,
       g.found AS groups, f.year, f.output_vnd, f.revenue_vnd, f.key_product_revenue_vnd, f.export_direct_goods_usd_cents,
       f.export_entrusted_goods_usd_cents, f.export_direct_services_usd_cents, f.export_entrusted_services_usd_cents,
       f.labour_average, f.confirmed_at, e.sort_key, e.id
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
MEASURES = (
    "output_vnd",
    "revenue_vnd",
    "key_product_revenue_vnd",
    "export_direct_goods_usd_cents",
    "export_entrusted_goods_usd_cents",
    "export_direct_services_usd_cents",
    "export_entrusted_services_usd_cents",
    "labour_average",
)

pool = None


def _item(found):
    return found and {"code": found[0], "name_vi": found[1], "name_en": found[2]}


def _moment(value):
    return value and value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row(r):
    figures = None
    if r["year"] is not None:
        figures = {"year": r["year"], **{name: r[name] for name in MEASURES}}
        figures["confirmed_at"] = _moment(r["confirmed_at"])
    return {
        "id": r["public_id"],
        "tax_code": r["tax_code"],
        "name": r["name"],
        "short_name": r["short_name"],
        "name_en": r["name_en"],
        "type": r["enterprise_type"],
        "status": r["status"],
        "status_from": r["status_from"],
        "size": r["size"],
        "size_year": r["size_year"],
        "sector": _item(r["sector"]),
        "ward": _item(r["ward"]),
        "groups": [{"code": code, "starts_on": first, "ends_on": last} for code, first, last in r["groups"] or ()],
        "merged_into": r["merged_into"],
        "created_at": _moment(r["created_at"]),
        "latest_figures": figures,
    }


async def application(scope, receive, send):
    global pool
    if scope["type"] == "lifespan":
        await receive()
        pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8)
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
