"""A register of another size: what the demonstration laid stands several times, so that rows of a million are of the same kind.

On PostgreSQL, by the owner of the tables, within the database: nothing is sent, and the guards are laid again afterwards.
"""

from django.db import connections

from audit.guards import lifted
from enterprises.models import Enterprise, EnterpriseGroup, EnterpriseRevision, FigureRevision
from enterprises.models.figures import USUAL_BASIS

# What a copy has of its own; {n} is which copy it is, {key} its key. Its tax code is one that the demonstration never makes.
OWN = {
    "public_id": "gen_random_uuid()",
    "tax_code": "'9' || lpad(({key})::text, 9, '0')",
    "parent_tax_code": "'9' || lpad(({key})::text, 9, '0')",
    "name": "left(x.name, 290) || ' ' || {n}",
    "sort_key": "x.sort_key || ' ' || lpad({n}::text, 4, '0')",
}
SEARCHED = next(index for index in Enterprise._meta.indexes if index.name == "enterprise_search")  # laid anew: quicker
YEARS = 2  # of confirmed figures; the list shows those of the latest


def multiply(times):
    """Let there be `times` as many enterprises, with their groups, revisions and latest figures; returns how many now."""
    with (
        lifted("owner"),
        connections["owner"].schema_editor(atomic=False) as editor,
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute("SELECT max(id), min(id) FROM enterprises_enterprise")
        last, first = cursor.fetchone()
        copies = f"CROSS JOIN generate_series(1, {int(times) - 1}) AS n"
        key = f"{last} + (n - 1) * {last - first + 1} + x.{{column}} - {first - 1}"
        own = {name: sql.format(n="n", key=key.format(column="id")) for name, sql in OWN.items()}
        where = f"x.id <= {last} AND x.merged_into_id IS NULL AND x.status <> 'withdrawn'"
        editor.remove_index(Enterprise, SEARCHED)
        _copy(cursor, Enterprise, own | {"id": key.format(column="id")}, copies, where)
        editor.add_index(Enterprise, SEARCHED)
        sequence = "pg_get_serial_sequence('enterprises_enterprise', 'id')"
        cursor.execute(f"SELECT setval({sequence}, max(id)) FROM enterprises_enterprise")
        theirs = {"enterprise_id": key.format(column="enterprise_id"), "public_id": "gen_random_uuid()"}
        copied = f"x.enterprise_id IN (SELECT x.id FROM enterprises_enterprise x WHERE {where})"
        _copy(cursor, EnterpriseGroup, theirs, copies, copied)
        _copy(cursor, EnterpriseRevision, theirs, copies, f"x.superseded_at IS NULL AND {copied}")
        usual = " AND ".join(f"x.{name} = '{value}'" for name, value in USUAL_BASIS.items())
        latest = f"x.year > (SELECT max(year) - {YEARS} FROM enterprises_figurerevision WHERE state = 'confirmed')"
        standing = f"x.state = 'confirmed' AND x.superseded_at IS NULL AND {usual} AND {latest}"
        _copy(cursor, FigureRevision, theirs, copies, f"{standing} AND {copied}")
        cursor.execute("SELECT count(*) FROM enterprises_enterprise")
        (count,) = cursor.fetchone()
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()
    return count


def _copy(cursor, model, own, copies, where):
    table, columns = model._meta.db_table, [field.column for field in model._meta.local_concrete_fields]
    columns = [column for column in columns if column != "id" or "id" in own]
    values = ", ".join(own.get(column, f'x."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" x {copies} WHERE {where}')
