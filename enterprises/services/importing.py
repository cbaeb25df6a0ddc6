"""Turning the good rows of an import into figures, enterprises, products and titles, and taking them back.

The rows stand in a temporary table; each step is one statement for all of them, on both engines.
"""

# The statements are put together from names of our own tables and columns; every value is a parameter.
# ruff: noqa: S608

import json

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import record_selected_events, whole_numbers
from audit.refusals import Refused
from documents.models import Import
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
OPEN = "('draft', 'declared', 'waiting', 'returned')"


def _same_basis(one, other):
    return " AND ".join(
        f"COALESCE(CAST({one}.{name} AS TEXT), '') = COALESCE(CAST({other}.{name} AS TEXT), '')" for name in BASIS
    )


def figures_still_stand(table, *, year, basis):
    """Whether what the staged rows replace is still what stands unconfirmed: people go on working after a preview."""
    same = " AND ".join(f"f.{name} = %s" if basis[name] is not None else f"f.{name} IS NULL" for name in BASIS)
    given = [basis[name] for name in BASIS if basis[name] is not None]
    gone = _one(
        f"SELECT 1 FROM {table} s JOIN {FIGURES} f ON f.id = s.replaces "
        f"WHERE f.superseded_at IS NOT NULL OR f.state NOT IN {OPEN} LIMIT 1"
    )
    come = gone or _one(
        f"SELECT 1 FROM {FIGURES} f JOIN enterprises_enterprise e ON e.id = f.enterprise_id "
        f"JOIN {table} s ON s.enterprise_id = COALESCE(e.merged_into_id, e.id) "
        f"WHERE f.year = %s AND {same} AND f.superseded_at IS NULL AND f.state IN {OPEN} "
        "AND NOT s.unchanged AND (s.replaces IS NULL OR s.replaces <> f.id) LIMIT 1",
        [year, *given],
    )
    return not (gone or come)


def _record_replaced(table, year, batch, *, by, now):
    """What prepared figures an import takes the place of is said of each of them, and of their enterprise."""
    facts = _body({"import": str(batch), "year": year})
    replaced = f"FROM {FIGURES} f JOIN {table} s ON s.replaces = f.id"
    for kind, object_kind, select in (
        (
            "draft replaced by an import",
            FIGURE_KIND,
            f"f.public_id AS object_id, %s AS body {replaced} WHERE f.state = 'draft'",
        ),
        (
            "figures replaced by an import",
            FIGURE_KIND,
            f"f.public_id AS object_id, %s AS body {replaced} WHERE f.state IN ('declared', 'waiting')",
        ),
        (
            "enterprise figures replaced by an import",
            Enterprise._meta.label_lower,
            f"e.public_id AS object_id, %s AS body {replaced} JOIN enterprises_enterprise e ON e.id = s.enterprise_id "
            "WHERE f.state <> 'returned'",
        ),
    ):
        replacing = record_selected_events(kind, object_kind, f"SELECT {select}", [facts], by=by, now=now)
    return replacing


def insert_figures(table, *, year, basis, batch, by, now):
    """Each staged row that differs from what stands becomes a waiting revision, declared and sent by the importer."""
    replaced = _record_replaced(table, year, batch, by=by, now=now)
    person, moment, batch = _uuid(by.public_id), _moment(now), _uuid(batch)
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
    counts = {"created": created - corrected, "corrected": corrected, "unchanged": unchanged}
    return counts | ({"replaced": replaced} if replaced else {})


def require_nothing_built_on_figures(batch):
    """Refuse to take back an import of which something was already confirmed, returned or replaced.

    A row that a later import replaced stands again, as a new revision of this import, when that one was undone.
    """
    made = FigureRevision.objects.filter(import_batch=batch)
    same = {name: OuterRef(name) for name in ("enterprise_id", "year", *BASIS) if name != "base_year"}
    standing = made.filter(state=State.WAITING, superseded_at__isnull=True, **same).filter(
        Q(base_year=OuterRef("base_year")) | Q(base_year__isnull=True, prices=FigureRevision.Prices.CURRENT)
    )
    touched = made.exclude(state=State.WAITING, superseded_at__isnull=True)
    built = touched.exclude(Exists(standing)).select_related("enterprise").order_by("pk").last()
    if built is not None:
        raise Refused(_what_became_of(built))


def _what_became_of(built):
    said = {"enterprise": built.enterprise, "state": built.get_state_display()}
    if built.state != State.WITHDRAWN:
        return _("The figures of %(enterprise)s: %(state)s. Undo is no longer possible; correct single figures.") % said
    next_ = FigureRevision.objects.filter(
        enterprise_id=built.enterprise_id, year=built.year, recorded_at=built.superseded_at, **_given(built.basis)
    ).first()
    if next_ and next_.import_batch:
        later = Import.objects.filter(public_id=next_.import_batch).select_related("file").first()
        return _("The figures of %(enterprise)s were replaced by a later import (“%(file)s”). Undo that one first.") % {
            **said,
            "file": later.file if later else "–",
        }
    if next_:
        return (
            _(
                "The figures of %(enterprise)s were declared anew since. Undo is no longer possible; correct single figures."
            )
            % said
        )
    return (
        _("The figures of %(enterprise)s were taken back since. Undo is no longer possible; correct single figures.")
        % said
    )


def _given(basis):
    return {
        name if value is not None else f"{name}__isnull": value if value is not None else True
        for name, value in basis.items()
    }


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
        f"FROM {FIGURES} WHERE import_batch = %s AND superseded_at = %s AND state = 'withdrawn'",
        [key, moment],
        by=by,
        now=now,
    )
    restored = _restore(key, ours[0], by=by, now=now) if ours else 0
    return {"withdrawn": withdrawn} | ({"restored": restored} if restored else {})


STEPS = ("declared_by", "declared_at", "submitted_by", "submitted_at", "returned_by", "returned_at", "return_reason")
COPIED = [
    field.column
    for field in FigureRevision._meta.local_fields
    if field.column not in ("id", "public_id", "state", "revision", "superseded_at", *STEPS)
]


def _restore(batch, applied_at, *, by, now):
    """Copies of the revisions that gave way to the import, with their parts, in the state they had, as next revisions.

    They are laid as drafts, get their parts, and then the steps they had taken: the parts of what was declared stand.
    """
    given = [batch, _moment(now), _moment(applied_at)]
    gave_way = (
        f"SELECT old.id AS old_id, new.revision + 1 AS next_revision FROM {FIGURES} new "
        "JOIN enterprises_enterprise ne ON ne.id = new.enterprise_id "
        f"JOIN {FIGURES} old ON old.year = new.year AND old.id <> new.id AND old.state IN ('withdrawn', 'returned') "
        "JOIN enterprises_enterprise oe ON oe.id = old.enterprise_id "
        "AND COALESCE(oe.merged_into_id, oe.id) = COALESCE(ne.merged_into_id, ne.id) "
        "WHERE new.import_batch = %s AND new.superseded_at = %s AND new.state = 'withdrawn' AND old.superseded_at = %s "
        f"AND {_same_basis('old', 'new')}"
    )
    restored = _run(
        f"INSERT INTO {FIGURES} (public_id, state, revision, return_reason, {', '.join(COPIED)}) "
        f"SELECT {_new_uuid()}, 'draft', g.next_revision, '', {', '.join(f'old.{column}' for column in COPIED)} "
        f"FROM ({gave_way}) g JOIN {FIGURES} old ON old.id = g.old_id",
        given,
    )
    if not restored:
        return 0
    back = (
        f"SELECT r.id, r.public_id, r.year, old.id AS old_id, old.state, {', '.join(f'old.{name}' for name in STEPS)} "
        f"FROM ({gave_way}) g JOIN {FIGURES} old ON old.id = g.old_id "
        f"JOIN {FIGURES} r ON r.enterprise_id = old.enterprise_id AND r.year = old.year AND r.revision = g.next_revision "
        f"AND r.superseded_at IS NULL AND {_same_basis('r', 'old')}"
    )
    _run(
        "INSERT INTO enterprises_figureline (revision_id, activity_id, product_id, measure, amount) "
        f"SELECT b.id, l.activity_id, l.product_id, l.measure, l.amount FROM ({back}) b "
        "JOIN enterprises_figureline l ON l.revision_id = b.old_id ORDER BY l.id",
        given,
    )
    _run(
        f"UPDATE {FIGURES} SET state = CASE WHEN b.state = 'returned' THEN 'returned' "
        "WHEN b.submitted_at IS NOT NULL THEN 'waiting' WHEN b.declared_at IS NOT NULL THEN 'declared' ELSE 'draft' END, "
        f"{', '.join(f'{name} = b.{name}' for name in STEPS)} FROM ({back}) b WHERE {FIGURES}.id = b.id",
        given,
    )
    record_selected_events(
        "figures put back",
        FIGURE_KIND,
        f"SELECT b.public_id AS object_id, '{{\"facts\":{{\"year\":' || CAST(b.year AS TEXT) || '}}}}' AS body FROM ({back}) b",
        given,
        by=by,
        now=now,
    )
    return restored


# --- the registry -----------------------------------------------------------------------------
def insert_registry(table, *, batch, by, now):
    """New enterprises, then their groups, products and titles, each with its revision and event."""
    key, moment, person = _uuid(batch), _moment(now), _uuid(by.public_id)
    today = timezone.localdate(now).isoformat()
    enterprises = _run(
        "INSERT INTO enterprises_enterprise (public_id, version, tax_code, parent_tax_code, name, short_name, name_en, "
        "folded, sort_key, name_key, enterprise_type, address, ward_id, phone, email, status, size_sector, size, created_at, "
        "import_batch, synthetic) "
        f"SELECT {_new_uuid()}, 1, tax_code, parent_tax_code, name, COALESCE(short_name, ''), COALESCE(name_en, ''), "
        "folded, sort_key, name_key, enterprise_type, COALESCE(address, ''), ward_id, COALESCE(phone, ''), COALESCE(email, ''), "
        f"'active', 'industry', '', %s, %s, %s FROM {table} WHERE new_enterprise ORDER BY row_number",
        [moment, key, False],
    )
    new = "JOIN enterprises_enterprise e ON e.tax_code = s.tax_code AND e.import_batch = %s WHERE s.new_enterprise"
    _run(
        "INSERT INTO enterprises_enterprisegroup (enterprise_id, group_id, starts_on) "
        f"SELECT e.id, s.group_id, %s FROM {table} s {new} AND s.group_id IS NOT NULL",
        [today, key],
    )
    _run(  # of several groups, by their codes
        "INSERT INTO enterprises_enterprisegroup (enterprise_id, group_id, starts_on) "
        f"SELECT e.id, g.id, %s FROM {table} s CROSS JOIN reference_productgroup g {new} AND s.group_id IS NULL "
        "AND replace(',' || s.group_codes || ',', ',' || g.code || ',', '') <> ',' || s.group_codes || ',' "
        "AND g.valid_from <= %s AND (g.valid_to IS NULL OR g.valid_to >= %s)",
        [today, key, today, today],
    )
    own = ", ".join(f"e.{name}" for name in ENTERPRISE_FIELDS if name != "group_codes")
    listed = ", ".join(name for name in ENTERPRISE_FIELDS if name != "group_codes")
    _run(
        f"INSERT INTO enterprises_enterpriserevision (enterprise_id, revision, recorded_at, recorded_by, group_codes, {listed}) "
        f"SELECT e.id, 1, %s, %s, s.group_codes, {own} FROM {table} s {new}",
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
