"""Turning the good rows of an import into figures, enterprises, products and titles, and taking them back.

The rows stand in a temporary table; each step is one statement for all of them, on both engines.
"""

# The statements are put together from names of our own tables and columns; every value is a parameter.
# ruff: noqa: S608

import json

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import record_selected_events, whole_numbers
from audit.refusals import Refused
from enterprises.models import Enterprise, FigureRevision, Product, Title
from enterprises.models.figures import BASIS, MEASURES, State
from enterprises.services.revisions import ENTERPRISE_FIELDS, TITLE_FIELDS

FIGURES = "enterprises_figurerevision"
FIGURE_KIND = "enterprises.figurerevision"


def _new_uuid():
    return "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"


def _uuid(value):
    return str(value) if connection.features.has_native_uuid_field else value.hex


def _moment(value):
    return connection.ops.adapt_datetimefield_value(value)


def _run(statement, params=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def _one(statement, params=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()


def _body(facts):
    """Canonical JSON of an event that says nothing but facts."""
    return json.dumps({"facts": facts}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# --- figures ----------------------------------------------------------------------------------
def insert_figures(table, *, year, basis, batch, by, now):
    """Each staged row that differs from what stands becomes a waiting revision, declared and sent by the importer."""
    person, moment, batch = _uuid(by.public_id), _moment(now), _uuid(batch)
    record_selected_events(
        "figures withdrawn",
        FIGURE_KIND,
        f"SELECT f.public_id AS object_id, %s AS body FROM {FIGURES} f JOIN {table} s ON s.replaces = f.id "
        "WHERE f.declared_at IS NOT NULL AND f.state <> 'returned'",
        [_body({"year": year})],
        by=by,
        now=now,
    )
    _run(
        f"UPDATE {FIGURES} SET state = CASE WHEN state = 'returned' THEN 'returned' ELSE 'withdrawn' END, "
        f"superseded_at = %s WHERE id IN (SELECT replaces FROM {table} WHERE replaces IS NOT NULL)",
        [moment],
    )
    measures = ", ".join(MEASURES)
    created = _run(
        f"INSERT INTO {FIGURES} (public_id, enterprise_id, year, {', '.join(BASIS)}, {measures}, export_currency, size, "
        "note, state, revision, recorded_by, recorded_at, declared_by, declared_at, submitted_by, submitted_at, "
        "return_reason, import_batch, synthetic) "
        f"SELECT {_new_uuid()}, enterprise_id, %s, {', '.join(['%s'] * len(BASIS))}, {measures}, 'USD', size, "
        f"'', 'waiting', revision, %s, %s, %s, %s, %s, %s, '', %s, %s "
        f"FROM {table} WHERE NOT unchanged",
        [
            year,
            *(basis[name] for name in BASIS),
            *[person, moment] * 3,
            batch,
            False,
        ],
    )
    numbers = whole_numbers({name: f"f.{name}" for name in MEASURES})
    record_selected_events(
        "figures imported",
        FIGURE_KIND,
        f"SELECT f.public_id AS object_id, '{{\"after\":' || {numbers} || %s AS body "
        f"FROM {FIGURES} f WHERE f.import_batch = %s",
        [f',"facts":{{"year":{year}}}}}', batch],
        by=by,
        now=now,
    )
    corrected, unchanged = _one(
        f"SELECT COUNT(CASE WHEN NOT unchanged AND revision > 1 THEN 1 END), COUNT(CASE WHEN unchanged THEN 1 END) FROM {table}"
    )
    return {"created": created - corrected, "corrected": corrected, "unchanged": unchanged}


def require_nothing_built_on_figures(batch):
    """Refuse to take back an import of which something was already confirmed, returned or replaced."""
    made = FigureRevision.objects.filter(import_batch=batch)
    built = made.exclude(state=State.WAITING).select_related("enterprise").first()
    if built is None:
        built = made.filter(superseded_at__isnull=False).select_related("enterprise").first()
    if built is not None:
        raise Refused(
            _(
                "The figures of %(enterprise)s are “%(state)s” since. Undo is no longer possible; correct single figures."
            )
            % {"enterprise": built.enterprise, "state": built.get_state_display()}
        )


def withdraw_imported_figures(batch, *, by, now):
    """Take back every figure of the import; what it had replaced is put back as it stood."""
    key, moment = _uuid(batch), _moment(now)
    ours = list(FigureRevision.objects.filter(import_batch=batch).values_list("recorded_at", flat=True)[:1])
    withdrawn = _run(
        f"UPDATE {FIGURES} SET state = 'withdrawn', superseded_at = %s WHERE import_batch = %s AND state = 'waiting'",
        [moment, key],
    )
    record_selected_events(
        "figures withdrawn",
        FIGURE_KIND,
        f"SELECT public_id AS object_id, '{{\"facts\":{{\"year\":' || CAST(year AS TEXT) || '}}}}' AS body "
        f"FROM {FIGURES} WHERE import_batch = %s",
        [key],
        by=by,
        now=now,
    )
    restored = _restore(key, ours[0]) if ours else 0
    return {"withdrawn": withdrawn} | ({"restored": restored} if restored else {})


COPIED = [
    field.column
    for field in FigureRevision._meta.local_fields
    if field.column not in ("id", "public_id", "state", "revision", "superseded_at")
]


def _restore(batch, applied_at):
    """Copies of the revisions that gave way to the import, in the state they had, as the next revision."""
    same = " AND ".join(
        f"COALESCE(CAST(old.{name} AS TEXT), '') = COALESCE(CAST(new.{name} AS TEXT), '')" for name in BASIS
    )
    columns = ", ".join(COPIED)
    return _run(
        f"INSERT INTO {FIGURES} (public_id, state, revision, {columns}) "
        f"SELECT {_new_uuid()}, CASE WHEN old.state = 'returned' THEN 'returned' "
        "WHEN old.submitted_at IS NOT NULL THEN 'waiting' WHEN old.declared_at IS NOT NULL THEN 'declared' ELSE 'draft' END, "
        f"new.revision + 1, {', '.join(f'old.{column}' for column in COPIED)} "
        f"FROM {FIGURES} new "
        "JOIN enterprises_enterprise ne ON ne.id = new.enterprise_id "
        f"JOIN {FIGURES} old ON old.year = new.year AND old.superseded_at = new.recorded_at AND old.id <> new.id "
        "JOIN enterprises_enterprise oe ON oe.id = old.enterprise_id "
        "AND COALESCE(oe.merged_into_id, oe.id) = COALESCE(ne.merged_into_id, ne.id) "
        f"WHERE new.import_batch = %s AND old.superseded_at = %s AND {same} AND old.state IN ('withdrawn', 'returned')",
        [batch, _moment(applied_at)],
    )


# --- the registry -----------------------------------------------------------------------------
def insert_registry(table, *, batch, by, now):
    """New enterprises, then their groups, products and titles, each with its revision and event."""
    key, moment, person = _uuid(batch), _moment(now), _uuid(by.public_id)
    today = timezone.localdate(now).isoformat()
    enterprises = _run(
        "INSERT INTO enterprises_enterprise (public_id, version, tax_code, parent_tax_code, name, short_name, name_en, "
        "folded, sort_key, enterprise_type, address, ward_id, phone, email, status, size_sector, size, created_at, "
        "import_batch, synthetic) "
        f"SELECT {_new_uuid()}, 1, tax_code, parent_tax_code, name, COALESCE(short_name, ''), COALESCE(name_en, ''), "
        "folded, sort_key, enterprise_type, COALESCE(address, ''), ward_id, COALESCE(phone, ''), COALESCE(email, ''), "
        f"'active', 'industry', '', %s, %s, %s FROM {table} WHERE new_enterprise ORDER BY row_number",
        [moment, key, False],
    )
    new = "JOIN enterprises_enterprise e ON e.tax_code = s.tax_code AND e.import_batch = %s WHERE s.new_enterprise"
    _run(
        "INSERT INTO enterprises_enterprisegroup (enterprise_id, group_id, starts_on) "
        f"SELECT e.id, s.group_id, %s FROM {table} s {new} AND s.group_id IS NOT NULL",
        [today, key],
    )
    own = ", ".join(f"e.{name}" for name in ENTERPRISE_FIELDS if name != "group_codes")
    listed = ", ".join(name for name in ENTERPRISE_FIELDS if name != "group_codes")
    _run(
        f"INSERT INTO enterprises_enterpriserevision (enterprise_id, revision, recorded_at, recorded_by, group_codes, {listed}) "
        f"SELECT e.id, 1, %s, %s, s.group_code, {own} FROM {table} s {new}",
        [moment, person, key],
    )
    # the root of an enterprise that stood before; the new one otherwise
    owner = (
        f"SELECT s.*, COALESCE(s.enterprise_id, e.id) AS owner_id FROM {table} s LEFT JOIN enterprises_enterprise e "
        "ON s.enterprise_id IS NULL AND e.tax_code = s.tax_code AND e.status <> 'withdrawn'"
    )
    products = _run(
        "INSERT INTO enterprises_product (public_id, version, enterprise_id, name, folded, sort_key, group_id, created_at, "
        "withdrawn_reason, import_batch, synthetic) "
        f"SELECT {_new_uuid()}, 1, o.owner_id, o.product, o.product_folded, o.product_sort_key, o.group_id, %s, '', %s, %s "
        f"FROM ({owner}) o WHERE o.new_product ORDER BY o.row_number",
        [moment, key, False],
    )
    titles = _run(
        "INSERT INTO enterprises_title (public_id, version, product_id, kind, round_year, decision_number, decision_on, "
        "valid_from, valid_to, end_reason, withdrawn_reason, created_at, import_batch, synthetic) "
        f"SELECT {_new_uuid()}, 1, p.id, o.kind, o.round_year, o.decision_number, o.decision_on, o.valid_from, o.valid_to, "
        f"'', '', %s, %s, %s FROM ({owner}) o JOIN enterprises_product p ON p.enterprise_id = o.owner_id "
        "AND p.folded = o.product_folded AND p.withdrawn_at IS NULL WHERE o.new_title ORDER BY o.row_number",
        [moment, key, False],
    )
    of_title = ", ".join(
        {"enterprise_id": "p.enterprise_id", "group_id": "p.group_id"}.get(name, f"t.{name}") for name in TITLE_FIELDS
    )
    _run(
        f"INSERT INTO enterprises_titlerevision (title_id, revision, recorded_at, recorded_by, {', '.join(TITLE_FIELDS)}) "
        f"SELECT t.id, 1, %s, %s, {of_title} FROM enterprises_title t JOIN enterprises_product p ON p.id = t.product_id "
        "WHERE t.import_batch = %s",
        [moment, person, key],
    )
    for kind, thing in (("enterprise", Enterprise), ("product", Product), ("title", Title)):
        record_selected_events(
            f"{kind} imported",
            thing._meta.label_lower,
            f"SELECT public_id AS object_id, %s AS body FROM {thing._meta.db_table} WHERE import_batch = %s ORDER BY id",
            [_body({"import": str(batch)}), key],
            by=by,
            now=now,
        )
    unchanged = _one(f"SELECT COUNT(*) FROM {table} WHERE NOT (new_enterprise OR new_product OR new_title)")[0]
    return {"enterprises": enterprises, "products": products, "titles": titles, "unchanged": unchanged}


def require_nothing_built_on_registry(batch):
    """Refuse to take back an import on which people have worked since."""
    enterprises = Enterprise.objects.filter(import_batch=batch)
    built = (
        enterprises.filter(version__gt=1).first()
        or enterprises.filter(figures__isnull=False).exclude(figures__state=State.WITHDRAWN).first()
        or enterprises.filter(memberships__isnull=False).first()
        or enterprises.filter(merged_records__isnull=False).first()
        or enterprises.filter(products__isnull=False).exclude(products__import_batch=batch).first()
    )
    if built is None:
        changed = Product.objects.filter(import_batch=batch).filter(version__gt=1).first()
        changed = changed or Title.objects.filter(import_batch=batch, version__gt=1).first()
        later = Title.objects.standing().filter(product__import_batch=batch).exclude(import_batch=batch).first()
        built = changed or later
    if built is not None:
        raise Refused(
            _("“%(name)s” was worked on since the import. Undo is no longer possible; withdraw single records.")
            % {"name": built}
        )


def withdraw_imported_registry(batch, *, reason, by, now):
    """Take back titles, products and enterprises of the import; their revisions end or say so."""
    key, moment, person = _uuid(batch), _moment(now), _uuid(by.public_id)
    today = timezone.localdate(now).isoformat()
    reason = (reason or _("The import was undone."))[:300]
    withdrawn = 0
    _run(
        "UPDATE enterprises_titlerevision SET superseded_at = %s WHERE superseded_at IS NULL "
        "AND title_id IN (SELECT id FROM enterprises_title WHERE import_batch = %s)",
        [moment, key],
    )
    for table in ("enterprises_title", "enterprises_product"):
        withdrawn += _run(
            f"UPDATE {table} SET withdrawn_at = %s, withdrawn_reason = %s, version = version + 1 "
            "WHERE import_batch = %s AND withdrawn_at IS NULL",
            [moment, reason, key],
        )
    withdrawn += _run(
        "UPDATE enterprises_enterprise SET status = 'withdrawn', status_from = %s, version = version + 1 "
        "WHERE import_batch = %s AND status <> 'withdrawn'",
        [today, key],
    )
    ours = "SELECT id FROM enterprises_enterprise WHERE import_batch = %s"
    _run(
        "UPDATE enterprises_enterpriserevision SET superseded_at = %s WHERE superseded_at IS NULL "
        f"AND enterprise_id IN ({ours})",
        [moment, key],
    )
    fields = ", ".join(name for name in ENTERPRISE_FIELDS if name not in ("status", "status_from"))
    _run(
        "INSERT INTO enterprises_enterpriserevision (enterprise_id, revision, recorded_at, recorded_by, status, "
        f"status_from, {fields}) SELECT enterprise_id, revision + 1, %s, %s, 'withdrawn', %s, {fields} "
        f"FROM enterprises_enterpriserevision WHERE superseded_at = %s AND enterprise_id IN ({ours})",
        [moment, person, today, moment, key],
    )
    for kind, thing in (("enterprise", Enterprise), ("product", Product), ("title", Title)):
        record_selected_events(
            f"{kind} withdrawn",
            thing._meta.label_lower,
            f"SELECT public_id AS object_id, %s AS body FROM {thing._meta.db_table} WHERE import_batch = %s ORDER BY id",
            [json.dumps({"reason": reason}, ensure_ascii=False, separators=(",", ":")), key],
            by=by,
            now=now,
        )
    return {"withdrawn": withdrawn}
