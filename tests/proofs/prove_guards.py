"""Every guard tried by raw SQL as the application's role, after a migration that remade each guarded table.

The demonstration data gives each guarded table its rows. A guard of the kind "check" says what it refuses in its own
words, so what it must refuse is written in tests/proofs/attempts.py.
"""

import sys
import uuid
from datetime import date, timedelta

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
    limits = [(what, one, named) for what, one, named in written.money_limits() if not is_refused_by(one, named)]
    for what, statement, _named in limits:
        tell(f"{what}: {statement}")
    yield "guards_money_limits_passed", len(limits), "= 0", not limits
    missing = missing_guards()
    yield "guards_missing_after_the_attempts", len(missing), "= 0", not missing


def lay_rows_that_the_demo_lacks():
    """A row in each guarded table that the demonstration leaves empty, as the portal itself would write it."""
    from django.utils import timezone

    from accounts.models import Handover, Invitation, Letter, SignIn, User
    from audit.access_log import record_read
    from audit.chain import seal_all, seal_day
    from audit.models import AccessSum
    from documents.models import Import
    from enterprises.models import FigureLine, FigureRevision, FigureYearClosing, Product

    now, user = timezone.now(), User.objects.first()
    record_read(user, "proof", user, now=now)
    seal_all(now=now)
    seal_day(timezone.localdate(now), now=now + timedelta(days=1))
    SignIn.objects.create(user=user, key_digest="0" * 64, started_at=now, seen_at=now)
    Handover.objects.create(person=user, at=now, by=user.public_id, paper="1/BB-SCT", reason="proof", lines=[])
    lay_delegations(user, now)
    lay_money()
    let_a_difference_go(now)
    lay_plan_under_review(user, now)
    lay_procedure_that_is_closed(now)
    lay_supplement_without_items(user)
    lay_system_that_is_off(now)
    lay_address_that_ended(now)
    AccessSum.objects.create(
        day=now.date(), actor=f"client:{uuid.UUID(int=1)}", what="proof", calls=1, first_at=now - timedelta(days=400),
        last_at=now - timedelta(days=400), summed_at=now,
    )  # fmt: skip
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


def lay_supplement_without_items(user):
    """A supplement of which nothing is written down yet, on a dossier that has none."""
    from dossiers.models import Dossier, SupplementRequest

    dossier = Dossier.objects.filter(state="received", supplements__isnull=True).earliest("pk")
    SupplementRequest.objects.create(
        dossier=dossier, number=1, stage="received", prepared_at=dossier.submitted_at, prepared_by=user
    )


def let_a_difference_go(now):
    """An explained difference with the Treasury that a later comparison no longer found."""
    from programme.models import StatementDifference

    explained = StatementDifference.objects.filter(statement__state="open", explained_at__isnull=False)
    StatementDifference.objects.filter(pk=explained.earliest("pk").pk).update(gone_at=now)


def lay_procedure_that_is_closed(now):
    """A procedure that is closed, whose one version was discarded."""
    from dossiers.models import Procedure
    from tests.factories import make_procedure, make_version

    procedure = make_procedure(code="PROOF")
    make_version(procedure, state="discarded")
    Procedure.objects.filter(pk=procedure.pk).update(closed_on=now.date(), closed_reason="proof")


def lay_system_that_is_off(now):
    """One of the two systems of the demonstration."""
    from exchange.models import Client
    from exchange.services import switch_off_client

    client = Client.objects.first()
    switch_off_client(client=client, reason="proof", expected=client.version, by="system:proof", now=now)


def lay_address_that_ended(now):
    """An address for events to which nothing is sent any more."""
    from exchange.models import Subscription
    from exchange.services_subscriptions import end_subscription

    subscription = Subscription.objects.first()
    end_subscription(
        subscription=subscription, expected=subscription.version, reason="proof", by="system:proof", now=now
    )


def lay_delegations(giver, now):
    """One in force and one that was ended early."""
    from accounts.models import Delegation, User

    values = {
        "giver": giver,
        "receiver": User.objects.exclude(pk=giver.pk).first(),
        "starts_on": now.date(),
        "planned_ends_on": now.date() + timedelta(days=9),
        "paper": "1/GUQ-SCT",
        "created_by": f"user:{giver.public_id}",
        "created_at": now,
    }
    Delegation.objects.create(**values, action="proof", ends_on=values["planned_ends_on"])
    early = {"ended_early_on": now.date(), "ended_early_by": values["created_by"], "ended_early_reason": "proof"}
    Delegation.objects.create(**values, **early, action="another proof", ends_on=now.date())


def lay_money():
    """Years of the budget in every state, far from those of the demonstration, with every kind of row on them."""
    from django.utils import timezone

    from accounts.models import Office
    from programme.models import BudgetCheck, ProcurementStep, SpendingPlan
    from reference.models import ContentArea
    from tests.factories import make_agency, make_content_area, make_money_source, make_office, make_period
    from tests.programme import making

    office, area = Office.objects.first() or make_office(), ContentArea.objects.first() or make_content_area()
    unit, source = make_agency(code="PROOF"), make_money_source(code="PROOF")
    period = make_period(written.LEFT_YEAR, written.FREE_YEAR, ceiling_vnd=1_000_000)
    years = {
        year: making.make_budget_year(year, envelope_vnd=100_000, period=period)
        for year in (written.LEFT_YEAR, written.CLOSED_YEAR, written.OPEN_YEAR, written.ADJUSTING_YEAR)
    }
    preparing = written.PREPARING_YEAR
    years[preparing] = making.make_budget_year(preparing, envelope_vnd=100_000, period=period, state="preparing")
    tasks = [making.make_task(f"PROOF-{number}", office=office, content_area=area) for number in range(6)]

    def line(year, task, amount_vnd=10_000, **fields):
        return making.make_line(years[year], assigned_vnd=amount_vnd, task=task, source=source, unit=unit, **fields)

    old, one = line(written.CLOSED_YEAR, tasks[0]), line(written.OPEN_YEAR, tasks[0])
    two = line(written.OPEN_YEAR, tasks[1], allocated_vnd=5_000)
    line(written.OPEN_YEAR, tasks[2], 0)
    line(written.OPEN_YEAR, tasks[3], managed=False)
    line(preparing, tasks[0])
    line(written.ADJUSTING_YEAR, tasks[0])
    making.make_continued_contract(line(written.LEFT_YEAR, tasks[0]), old, 40)
    paid = making.make_commitment(old, 900)
    making.make_paid_payment(paid, 900)
    making.make_entry(old, "settle", 900, commitment=paid)
    ended = making.make_commitment(old, 50)
    making.make_paid_payment(ended, 50)
    making.make_entry(old, "settle", 50, commitment=ended)
    making.liquidate(ended)
    making.move_year(years[written.CLOSED_YEAR], "adjusting")
    making.make_pair(old, one, "carry_out", 100)
    making.make_pair(two, one, "transfer_out", 50)
    by_paper = {"document_on": date(written.OPEN_YEAR, 3, 1)}
    making.make_entry(one, "supplement", 7, **by_paper)
    making.make_entry(one, "saving", 5, **by_paper)
    making.make_reversal(making.make_entry(one, "supplement", 8))
    for on in (one, two):
        commitment = making.make_commitment(on, 1_000)
        making.make_paid_payment(commitment, 200)
        making.make_payment(commitment, 200)
        making.make_payment(commitment, 30, state="sent")
        making.make_payment(commitment, 771, state="controlled")
        if on is one:  # as if it went on from the year before
            about = {"line": on, "year": on.year, "commitment": commitment}
            making.make_budget_step("commit", 1, ground="next_year", **about)
        for column in ("payee_account", "payee_bank"):
            making.make_payment(commitment, 7, state="controlled", **{column: "another"})
        for state in ("controlled", "returned"):
            making.make_payment(commitment, 10, state=state)
        for state in ("prepared", "refused"):
            making.make_commitment(on, 300, state=state)
    with_advance = making.make_commitment(two, 300)
    making.make_paid_payment(with_advance, 90, kind="advance")
    for state, clears in (("sent", 80), ("controlled", 11)):
        making.make_payment(with_advance, 1, clears_vnd=clears, state=state)
    cleared = making.make_commitment(two, 300)
    making.make_paid_payment(cleared, 90, kind="advance")
    making.make_paid_payment(cleared, 20, clears_vnd=10)
    making.make_budget_step("allocate", 5, state="prepared", year=years[written.OPEN_YEAR], line=one)
    for amount in (written.TOO_MUCH, written.TOO_LITTLE):
        making.make_budget_step("envelope", amount, year=years[written.OPEN_YEAR])
        making.make_budget_step("ceiling", amount, period=period)
    ceiling = making.make_budget_step("ceiling", period.ceiling_vnd, period=period)
    type(period).objects.filter(pk=period.pk).update(ceiling_step=ceiling)
    long_before = {"document_on": date(2001, 1, 2)}
    making.make_budget_step("envelope", written.OLDER, year=years[written.OPEN_YEAR], **long_before)
    making.make_budget_step("ceiling", written.OLDER, period=period, **long_before)
    making.make_entry(old, "cancel", 8_950)
    making.move_year(years[written.CLOSED_YEAR], "closed")
    paid.refresh_from_db()
    returned = making.make_return(paid, 100)
    making.make_return(paid, 100, reverses=returned)
    standing = making.make_return(paid, 50)
    said = {"voucher": "GNT", "payer": "Công ty", "reason": "Chi thừa"}
    making.make_budget_step("budget_return", 50, state="prepared", commitment=paid, line=old, year=old.year, **said)
    twice = said | {"voucher": standing.voucher.lower()}
    making.make_budget_step("budget_return", 50, commitment=paid, line=old, year=old.year, **twice)
    opened = line(written.OPEN_YEAR, tasks[4], 0)
    making.make_entry(opened, "assign", 500, opening=True)
    making.make_entry(opened, "allocate", 400, opening=True)
    before = making.make_opening_contract(opened, 300, disbursed_vnd=200)
    making.make_recovery(before, 5, document="UNC-8", happened_on=date(written.OPEN_YEAR, 3, 2))
    back = {"commitment": before, "line": opened, "year": opened.year, "document": "UNC-9"}
    making.make_budget_step("recover", 5, state="prepared", **back)
    liquidated = making.make_commitment(opened, 50)
    making.make_paid_payment(liquidated, 50)
    making.liquidate(liquidated)
    earlier = make_period(written.FIRST_YEAR, written.FIRST_YEAR + 3, ceiling_vnd=100)
    first = making.make_budget_year(written.FIRST_YEAR, envelope_vnd=50, period=earlier)
    settled = making.make_budget_year(written.SETTLED_YEAR, envelope_vnd=10, period=earlier)
    spent = making.make_line(settled, assigned_vnd=10, task=tasks[5], source=source, unit=unit)
    day = date(written.SETTLED_YEAR, 3, 1)
    making.make_entry(spent, "cancel", 10, document_on=day, happened_on=day)
    making.move_year(settled, "adjusting")
    for year in (first, years[written.OPEN_YEAR]):
        empty = making.make_line(year, assigned_vnd=0, task=tasks[5], source=source, unit=unit)
        making.make_budget_step("opening", 51, carried_in_vnd=51, line=empty, year=year)
    making.move_year(years[written.ADJUSTING_YEAR], "adjusting")
    ProcurementStep.objects.create(commitment=commitment, kind="result", number="1/QĐ", decided_on=date(2097, 1, 5))
    SpendingPlan.objects.create(line=one, month=209705, planned_vnd=10)
    BudgetCheck.objects.create(at=timezone.now(), questions=1, differences=0)


def lay_plan_under_review(user, now):
    """A plan that may be submitted, but has no submission yet."""
    from programme.models import Plan

    drafted = {"drafted_by": user.public_id, "drafted_at": now}
    plan = Plan.objects.create(year=2041, number=1, kind="original", title="proof", **drafted)
    Plan.objects.filter(pk=plan.pk).update(state="reviewing")


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
    return guard.kind == "follows" or guard.name in written.REFUSE_NOTHING or guard.condition.startswith(elsewhere)


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


def is_refused_by(statement, names):
    """Whether one of these guards, constraints or rights refuses the statement."""
    from django.db import DatabaseError, connection, transaction

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        if any(name in str(error) for name in names):
            return True
        tell(f"refused by another rule: {error}")
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
