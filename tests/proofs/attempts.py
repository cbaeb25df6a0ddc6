"""What each guard of the kind "check" must refuse, as raw SQL on rows of the demonstration data."""

import uuid

from django.apps import apps
from django.db import connection


def copied(table, where="", **changed):
    """INSERT of a row of `table` once more, under a new key, with some columns changed (SQL expressions)."""
    model = next(m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table)
    columns = [field.column for field in model._meta.local_fields]
    chosen = {"id": f'(SELECT MAX(id) + 1 FROM "{table}")'}
    if "public_id" in columns:
        chosen["public_id"] = f"'{uuid.uuid4().hex}'"
    chosen |= changed
    values = ", ".join(chosen.get(column, f'x."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" x {where} LIMIT 1'


def updated(table, change, where):
    return f'UPDATE "{table}" SET {change} WHERE id = (SELECT x.id FROM "{table}" x {where} LIMIT 1)'


def removed(table, where):
    return f'DELETE FROM "{table}" WHERE id = (SELECT x.id FROM "{table}" x {where} LIMIT 1)'


CLOSED = "JOIN enterprises_figureyearclosing c ON c.year = x.year AND c.reopened_at IS NULL"
DONE = "JOIN reporting_kpirun r ON r.id = x.run_id AND r.state = 'done'"
DONE_PART = (
    "JOIN reporting_kpivalue v ON v.id = x.value_id JOIN reporting_kpirun r ON r.id = v.run_id AND r.state = 'done'"
)
DECLARED_LINE = "JOIN enterprises_figurerevision r ON r.id = x.revision_id AND r.declared_at IS NOT NULL"


def attempts():
    """{guard name: statements}"""
    engine = "sqlite" if connection.vendor == "sqlite" else "postgresql"
    return {
        f"work_day_at_weekend_{engine}": [copied("reference_calendarday", on="'2031-01-06'", kind="'work'")],
        "import_stays_applied": [
            updated("documents_import", "state = 'applied'", "WHERE x.state IN ('undone', 'discarded', 'refused')")
        ],
        "periods_apart": [
            copied("programme_period", "WHERE x.state <> 'illustration'", code="'another'"),
        ],
        "target_within_its_period": [
            copied("programme_target", "WHERE x.year IS NOT NULL", year="1999"),
            updated("programme_target", "year = 1999", "WHERE x.year IS NOT NULL AND x.withdrawn_on IS NULL"),
        ],
        "target_has_a_decided_period": [
            copied(
                "programme_target",
                "JOIN programme_period p ON p.state = 'no_document'",
                period_id="p.id",
                year="p.starts_year",
            )
        ],
        "period_keeps_its_targets": [
            updated(
                "programme_period",
                "starts_year = ends_year",
                "JOIN programme_target t ON t.period_id = x.id AND t.year < x.ends_year AND t.withdrawn_on IS NULL",
            )
        ],
        "one_hop_enterprises_enterprise": [
            updated(
                "enterprises_enterprise",
                "merged_into_id = (SELECT y.id FROM enterprises_enterprise y WHERE y.merged_into_id IS NOT NULL LIMIT 1)",
                "WHERE x.merged_into_id IS NULL",
            )
        ],
        "apart_enterprises_enterprisegroup": [copied("enterprises_enterprisegroup")],
        "apart_enterprises_enterpriseactivity": [copied("enterprises_enterpriseactivity")],
        "once_enterprises_figurerevision_superseded": [
            updated("enterprises_figurerevision", "superseded_at = NULL", "WHERE x.superseded_at IS NOT NULL")
        ],
        "closed_enterprises_figurerevision": [
            copied("enterprises_figurerevision", f"{CLOSED}", state="'withdrawn'", revision="9999"),
            updated("enterprises_figurerevision", "note = 'other'", CLOSED),
        ],
        "settled_enterprises_figureline": [copied("enterprises_figureline", DECLARED_LINE)],
        "kept_enterprises_figureline": [
            updated("enterprises_figureline", "amount = amount + 1", DECLARED_LINE),
            removed("enterprises_figureline", DECLARED_LINE),
        ],
        "withdrawn_support_stays": [
            updated(
                "support_supportrecord", f"withdrawn = {'0' if engine == 'sqlite' else 'false'}", "WHERE x.withdrawn"
            )
        ],
        "year_support_supportrecord": [
            copied("support_supportrecord", year="1999"),
            updated("support_supportrecord", "year = 2099", "WHERE NOT x.withdrawn"),
        ],
        "year_support_supportrevision": [copied("support_supportrevision", year="1999", revision="9999")],
        "keep_done_values_new": [copied("reporting_kpivalue", DONE)],
        "keep_done_values_old": [
            updated("reporting_kpivalue", "run_id = run_id", DONE),
            removed("reporting_kpivalue", DONE),
        ],
        "keep_done_parts_new": [copied("reporting_kpipart", DONE_PART)],
        "keep_done_parts_old": [
            updated("reporting_kpipart", "value_id = value_id", DONE_PART),
            removed("reporting_kpipart", DONE_PART),
        ],
        "publish_done_run": [
            copied(
                "reporting_kpipublication",
                run_id="(SELECT r.id FROM reporting_kpirun r WHERE r.state <> 'done' LIMIT 1)",
            )
        ],
        "complete_publication_value": [copied("reporting_publishedvalue")],
        "complete_publication_row": [copied("reporting_publishedrow")],
    }


# Guards that only take a lock, or that are there for the other engine.
REFUSE_NOTHING = {"alone_enterprises_figureyearclosing"}
