"""Every guard tried by raw SQL as the application's role, after a migration that remade each guarded table.

The demonstration data gives each guarded table its rows. A guard of the kind "check" says what it refuses in its own
words, so what it must refuse is written in tests/proofs/attempts.py.
"""

import sys
import uuid
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db.models.signals import pre_migrate

from tests.proofs import attempts as written

RUNS_ON = "both"


def figures():
    from django.core.management import call_command
    from django.db import connection, connections

    from audit.guards import all_guards, missing_guards
    from reporting.management.commands.prepare import REFERENCE_COMMANDS

    for command in (*REFERENCE_COMMANDS, "demo"):
        call_command(command, verbosity=0)
    lay_rows_that_the_demo_lacks()
    guarded = sorted({trigger.table for guard in all_guards() for trigger in guard.triggers()})
    remake(guarded)
    dropped = len(missing_guards())
    if connection.vendor == "sqlite":
        yield "guards_dropped_by_remaking", dropped, ">= 1", dropped >= 1
    call_command("migrate", verbosity=0)
    connections.close_all()
    missing = missing_guards()
    yield "guards_missing_after_migrate", len(missing), "= 0", not missing

    tried, passed, untried = 0, [], []
    for guard in all_guards():
        statements = [(statement, params) for statement, params in attempts(guard) if statement]
        if not statements and not refuses_nothing_here(guard):
            untried.append(guard.name or f"{guard.kind} {guard.table}")
        for statement, params in statements:
            tried += 1
            if not is_refused(statement, params, guard.name if guard.kind == "check" else ""):
                passed.append(statement)
    for statement in passed + untried:
        tell(statement)
    yield "guards_attempts", tried, ">= 100", tried >= 100
    yield "guards_untried", len(untried), "= 0", not untried
    yield "guards_attempts_that_passed", len(passed), "= 0", not passed
    missing = missing_guards()
    yield "guards_missing_after_the_attempts", len(missing), "= 0", not missing


def lay_rows_that_the_demo_lacks():
    """A row in each guarded table that the demonstration leaves empty, as the portal itself would write it."""
    from django.utils import timezone

    from accounts.models import Handover, Invitation, Letter, SignIn, User
    from audit.access_log import record_read
    from audit.chain import seal_all, seal_day
    from documents.models import Import
    from enterprises.models import FigureLine, FigureRevision, FigureYearClosing, Product

    now, user = timezone.now(), User.objects.first()
    record_read(user, "proof", user, now=now)
    seal_all(now=now)
    seal_day(timezone.localdate(now), now=now + timedelta(days=1))
    SignIn.objects.create(user=user, key_digest="0" * 64, started_at=now, seen_at=now)
    Handover.objects.create(person=user, at=now, by=user.public_id, paper="1/BB-SCT", reason="proof", lines=[])
    filled(Letter, now)
    filled(Invitation, now)
    past = {"state": "undone", "undone_at": now, "undone_by": user.public_id, "undo_reason": "proof"}
    Import.objects.filter(pk=Import.objects.filter(state="applied").first().pk).update(**past)
    closing = FigureYearClosing.objects.create(
        year=2010, decision_number="1/QĐ-SCT", decided_on=now.date(), closed_by=user.public_id, closed_at=now
    )
    opened = {"reopening_number": "2/QĐ-SCT", "reopened_by": user.public_id, "reopened_at": now}
    FigureYearClosing.objects.filter(pk=closing.pk).update(**opened)
    product = Product.objects.filter(enterprise__merged_into=None).first()
    lines = FigureRevision.objects.create(
        enterprise=product.enterprise,
        year=2026,
        recorded_by=user.public_id,
        recorded_at=now,
        prices="constant",
        base_year=2010,
    )
    FigureLine.objects.create(revision=lines, product=product, measure="output_vnd", amount=1)
    FigureRevision.objects.filter(pk=lines.pk).update(state="declared", declared_by=user.public_id, declared_at=now)


def filled(model, now):
    """A row of `model` with a plain value in every column that needs one."""
    if model.objects.exists():
        return
    values = {}
    for field in model._meta.local_fields:
        if field.primary_key or field.has_default() or field.null:
            continue
        kind = field.get_internal_type()
        if field.is_relation:
            values[field.name] = field.related_model.objects.first()
        elif field.choices:
            values[field.name] = field.choices[0][0]
        elif kind == "DateTimeField":
            values[field.name] = now + timedelta(days="expires" in field.name)
        elif kind == "DateField":
            values[field.name] = now.date()
        elif kind == "UUIDField":
            values[field.name] = uuid.uuid4()
        elif kind in ("CharField", "TextField", "EmailField"):
            values[field.name] = "proof@x.example"
    model.objects.create(**values)


def tell(line):
    sys.stdout.write(f"# {line}\n")


def remake(tables):
    """What a migration does to a table: SQLite writes it anew, PostgreSQL adds and drops a column."""
    from django.db import connections

    connection = connections["owner" if "owner" in settings.DATABASES else "default"]
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    if connection.vendor == "sqlite":
        pre_migrate.send(apps.get_app_config("audit"), using=connection.alias, plan=[("a migration", False)])
        with connection.schema_editor() as editor:
            for table in tables:
                editor._remake_table(models[table])
    else:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" ADD COLUMN trial integer')
                cursor.execute(f'ALTER TABLE "{table}" DROP COLUMN trial')


def refuses_nothing_here(guard):
    from django.db import connection

    elsewhere = "[postgresql]" if connection.vendor == "sqlite" else "[sqlite]"
    return guard.name in written.REFUSE_NOTHING or guard.condition.startswith(elsewhere)


def is_refused(statement, params, name):
    """Whether the database refuses; where a guard has a `name`, a guard must do it and not some other constraint."""
    from django.db import DatabaseError, connection, transaction

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
            changed = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as error:
        if not name or "guard " in str(error):
            return True
        tell(f"refused by another rule: {error}")
        return False
    if changed == 0:
        tell(f"touched no row: {statement}")
    return False


def attempts(guard):
    """Statements that the guard must refuse, on a row that is there."""
    from django.db import connection

    model = guard._model()
    pk = model._meta.pk.column
    row = one_row(f'SELECT "{pk}" FROM "{guard.table}"')
    truncate = [(f'TRUNCATE "{guard.table}" CASCADE', ())] if connection.vendor == "postgresql" else []
    if guard.kind == "check":
        for statement in written.attempts().get(guard.name, []):
            yield statement, ()
        return
    if row is None:
        return
    (key,) = row
    here = f'WHERE "{pk}" = %s'
    if guard.kind == "append_only":
        for field in model._meta.local_fields:
            if field.column not in guard.columns:
                yield f'UPDATE "{guard.table}" SET "{field.column}" = {other(field)} {here}', (key,)
        yield f'DELETE FROM "{guard.table}" {here}', (key,)
        if connection.vendor == "sqlite":
            yield f'INSERT OR REPLACE INTO "{guard.table}" SELECT * FROM "{guard.table}" {here}', (key,)
        yield from truncate
    elif guard.kind == "no_delete":
        yield f'DELETE FROM "{guard.table}" {here}', (key,)
        yield from truncate
    elif guard.kind == "immutable":
        for column in guard.columns:
            field = next(f for f in model._meta.local_fields if f.column == column)
            filled = one_row(f'SELECT "{pk}" FROM "{guard.table}" WHERE "{column}" IS NOT NULL')
            yield f'UPDATE "{guard.table}" SET "{column}" = {other(field)} {here}', filled or (key,)
    elif guard.kind == "frozen_when":
        row = one_row(f'SELECT OLD."{pk}" FROM "{guard.table}" AS OLD WHERE {guard.condition}')
        if row is None:
            return
        for field in model._meta.local_fields:
            if field.column not in guard.columns and field.column != pk:
                yield f'UPDATE "{guard.table}" SET "{field.column}" = {other(field)} {here}', row
        yield f'DELETE FROM "{guard.table}" {here}', row
        yield from truncate
    elif guard.kind == "no_overlap":
        new = guard.condition.replace("NEW.", "")
        where = f"WHERE {new}" if new else ""
        row = one_row(f'SELECT "{pk}" FROM "{guard.table}" {where}')
        if row is None:
            return
        fresh = {pk: f'(SELECT MAX("{pk}") + 1 FROM "{guard.table}")'}
        if any(f.column == "public_id" for f in model._meta.local_fields):
            fresh["public_id"] = f"'{uuid.uuid4().hex}'"
        columns = [f.column for f in model._meta.local_fields]
        chosen = ", ".join(fresh.get(column, f'"{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        yield f'INSERT INTO "{guard.table}" ({names}) SELECT {chosen} FROM "{guard.table}" {here}', row


def other(field):
    """SQL for a value of the column that differs from what stands there."""
    kind = field.get_internal_type()
    column = f'"{field.column}"'
    if kind in ("UUIDField",):
        return f"'{uuid.uuid4().hex}'"
    if kind in ("DateField",):
        return "'1999-01-01'"
    if kind in ("DateTimeField",):
        return "'1999-01-01 00:00:00+00'"
    if kind == "BooleanField":
        return f"NOT {column}"
    if kind in ("CharField", "TextField", "EmailField", "JSONField"):
        return "'\"other\"'" if kind == "JSONField" else "'~'"
    return f"COALESCE({column}, 0) + 1"


def one_row(query):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query + " LIMIT 1")
        return cursor.fetchone()
