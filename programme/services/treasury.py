"""Reconciling with the Treasury: lay its statement beside the portal's payments, explain what differs, confirm."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import require
from audit.bulk import copy_rows
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.models import Import
from programme.alike import voucher_in
from programme.models import (
    EFFECTS,
    BudgetLine,
    BudgetYear,
    Cause,
    Direction,
    EntryKind,
    LedgerEntry,
    LineMonth,
    Payment,
    StatementDifference,
    StatementRow,
    StatementSpan,
    TreasuryStatement,
    YearState,
)
from programme.models.treasury import AT_THE_TREASURY, QUARTERS, YEAR_END, causes_of, days_of
from programme.permissions.treasury import CONFIRM, EXPLAIN, IMPORT
from programme.reconciling import Difference, Here, Match, Side, There, compare
from programme.services.limits import adjustment_ends
from programme.services.years import Obstacle
from reference.services import rule
from screens import formats
from screens.text import plain_letters

STATE = TreasuryStatement.State
OUT = (Direction.OUT, Direction.PAYMENT, Direction.ADVANCE)
SIDES: dict[str, Side] = {Direction.CLEAR.value: "clear", Direction.RECOVERY.value: "recovery"}
CHUNK = 1000


class Line(NamedTuple):
    """A row of a statement as it is sent."""

    number: int
    voucher: str
    paid_on: date
    amount_vnd: int
    direction: str
    payee: str
    account: str
    text: str


CHANGED_SINCE = gettext_lazy(
    "Payments of these days have changed since the comparison. The accountant compares again first."
)


def days_apart(on: date) -> int:
    """How far apart the days of one payment may lie where its voucher differs, by the rule in force on the day."""
    return int(rule("treasury_matching", on, {}).get("days", 3))


def span_days(span: str, year: int) -> tuple[date, date]:
    """First and last day of a span of the budget year, by the year's own calendar."""
    return days_of(StatementSpan(span), year, adjustment_ends(year))


def require_year_takes_statements(year: BudgetYear) -> None:
    if year.state == YearState.CLOSED:
        raise Refused(_("The budget year %(year)s is closed; its reconciliation stands.") % {"year": year})
    if year.state == YearState.PREPARING:
        raise Refused(_("The budget year %(year)s is not open yet; nothing was paid in it.") % {"year": year})


# --- laying and taking back -------------------------------------------------------------------


@transaction.atomic
def lay_statement(
    *, year: BudgetYear, span: str, lines: Iterable[Line], import_: Import, by: Any, now: datetime
) -> TreasuryStatement:
    """Keep a statement as the Treasury sent it, in place of an earlier version, and compare it with the payments."""
    require(by, IMPORT)
    require_year_takes_statements(year)
    lines = [line._replace(voucher=plain_letters(line.voucher), account=plain_letters(line.account)) for line in lines]
    before = TreasuryStatement.objects.standing().filter(year=year, span=span).select_for_update(of=("self",)).first()
    if before:
        _move(before, STATE.REPLACED)
        record_event("treasury statement replaced", before, by=by, now=now)
    starts_on, ends_on = span_days(span, year.year)
    statement = TreasuryStatement.objects.create(
        year=year,
        span=span,
        starts_on=starts_on,
        ends_on=ends_on,
        revision=before.revision + 1 if before else 1,
        supersedes=before,
        file=import_.file,
        import_batch=import_.public_id,
        imported_by=by.public_id,
        imported_at=now,
        rows_count=len(lines),
        paid_vnd=sum(line.amount_vnd for line in lines if line.direction in OUT),
        cleared_vnd=sum(line.amount_vnd for line in lines if line.direction == Direction.CLEAR),
        recovered_vnd=sum(line.amount_vnd for line in lines if line.direction == Direction.RECOVERY),
    )
    copy_rows(
        StatementRow._meta.db_table,
        ("statement_id", *Line._fields),
        ((statement.pk, *line._replace(direction=str(line.direction))) for line in lines),
    )
    record_event("treasury statement imported", statement, by=by, now=now, rows=len(lines), revision=statement.revision)
    return match_statement(statement=statement, by=by, now=now)


@transaction.atomic
def withdraw_statement(*, statement: TreasuryStatement, reason: str, by: Any, now: datetime) -> TreasuryStatement:
    """Take back a statement that is not reconciled; the version before it counts again."""
    require(by, IMPORT)
    statement = TreasuryStatement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    if statement.state == STATE.RECONCILED:
        raise Refused(_("This statement is reconciled. A corrected one comes as a new version."))
    if statement.state == STATE.REPLACED:
        raise Refused(_("A later version took the place of this statement. Undo the import of that one first."))
    _move(statement, STATE.WITHDRAWN)
    record_event("treasury statement withdrawn", statement, by=by, now=now, reason=reason)
    before = statement.supersedes
    if before:
        before = TreasuryStatement.objects.select_for_update(of=("self",)).get(pk=before.pk)
        _move(before, STATE.RECONCILED if before.reconciled_at else STATE.OPEN)
        record_event("treasury statement counts again", before, by=by, now=now)
        if before.state == STATE.OPEN:
            match_statement(statement=before, by=by, now=now)
    return statement


def _move(statement: TreasuryStatement, state: str, **values: Any) -> None:
    """The one door for the states of a statement."""
    if state not in TreasuryStatement.MOVES[STATE(statement.state)]:
        raise Conflict(
            _("This statement is “%(state)s”. Load the page again.") % {"state": statement.get_state_display()}
        )
    statement.state = state
    for name, value in values.items():
        setattr(statement, name, value)
    statement.save_version(statement.version, update_fields=["state", *values])


def _take_open(statement: TreasuryStatement) -> TreasuryStatement:
    statement = TreasuryStatement.objects.select_for_update(of=("self",)).select_related("year").get(pk=statement.pk)
    if statement.state != STATE.OPEN:
        raise Conflict(
            _("This statement is “%(state)s”; nothing of it changes any more.")
            % {"state": statement.get_state_display()}
        )
    return statement


# --- comparing --------------------------------------------------------------------------------


def payments_of(year: BudgetYear, *, as_of: datetime | None = None) -> Any:
    """Payments on the Department's own lines of the year, each with `undone` and `unclear`: reversed in the ledger.

    With `as_of`, what the portal knew at that moment.
    """
    entries = LedgerEntry.objects.filter(payment=OuterRef("pk"), reversed_by__isnull=False)
    paid = Payment.objects.filter(state=Payment.State.PAID, commitment__line__year=year, commitment__line__managed=True)
    if as_of:
        entries = entries.filter(reversed_by__recorded_at__lte=as_of)
        paid = paid.filter(answered_at__lte=as_of)
    return paid.annotate(
        undone=Exists(entries.filter(kind__in=[EntryKind.PAY, EntryKind.ADVANCE])),
        unclear=Exists(entries.filter(kind=EntryKind.CLEAR)),
    )


def recoveries_of(year: BudgetYear, *, as_of: datetime | None = None) -> Any:
    """Money that came back in the year, reversed entries left out; with `as_of`, what the portal knew at that moment."""
    back = LedgerEntry.objects.filter(
        line__year=year,
        line__managed=True,
        kind__in=[EntryKind.RECOVER, EntryKind.RECOVER_ADVANCE],
        opening=False,
        reverses__isnull=True,
    )
    if as_of is None:
        return back.filter(reversed_by__isnull=True)
    stands = Q(reversed_by__isnull=True) | Q(reversed_by__recorded_at__gt=as_of)
    return back.filter(stands, recorded_at__lte=as_of)


def booked_since(statement: TreasuryStatement) -> Any:
    """Entries on days of a confirmed statement, of what the Treasury counts, that were booked after it was confirmed."""
    if not statement.reconciled_at:
        return LedgerEntry.objects.none()
    return LedgerEntry.objects.filter(
        line__year=statement.year,
        line__managed=True,
        kind__in=[kind for kind, moves in EFFECTS.items() if moves.keys() & AT_THE_TREASURY],
        opening=False,
        happened_on__range=(statement.starts_on, statement.ends_on),
        recorded_at__gt=statement.reconciled_at,
    )


def _rows_of(statement: TreasuryStatement) -> list[There]:
    rows = []
    values = statement.rows.values_list(
        "id", "number", "voucher", "paid_on", "amount_vnd", "direction", "account"
    ).order_by("number")
    for key, number, voucher, on, vnd, direction, account in values.iterator(chunk_size=5000):
        side = SIDES.get(direction, "out")
        nature = direction if direction in (Direction.PAYMENT, Direction.ADVANCE) else ""
        rows.append(There(key, number, voucher, on, vnd, side, nature, account))
    return rows


def _items_of(statement: TreasuryStatement) -> list[Here]:
    """The portal's side: payments, the advances they clear where the statement lists such, and recoveries by document."""
    year, first, last = statement.year, statement.starts_on, statement.ends_on
    taken = _taken_elsewhere(statement)
    items = []
    payments = payments_of(year).values_list(
        "id", "voucher", "paid_on", "amount_vnd", "clears_vnd", "kind", "payee_account", "undone", "unclear"
    )
    for key, voucher, on, vnd, clears, kind, account, undone, unclear in payments.iterator(chunk_size=5000):
        expected = first <= on <= last
        if vnd and not undone:
            items.append(Here(key, voucher, on, vnd, "out", kind, account, expected, ("out", key) in taken))
        if clears and not unclear and statement.cleared_vnd:
            items.append(Here(key, voucher, on, clears, "clear", "", account, expected, ("clear", key) in taken))
    back: dict[tuple[str, date], list[tuple[int, int]]] = defaultdict(list)
    recoveries = recoveries_of(year).order_by("id").values_list("id", "document", "happened_on", "amount_vnd")
    for key, document, on, vnd in recoveries.iterator(chunk_size=5000):
        back[voucher_in(document), on].append((key, vnd))
    for (voucher, on), parts in back.items():  # one paper may give back on several lines
        key, expected = parts[0][0], first <= on <= last
        total = sum(vnd for _key, vnd in parts)
        items.append(Here(key, voucher, on, total, "recovery", "", "", expected, ("recovery", key) in taken))
    return items


def _taken_elsewhere(statement: TreasuryStatement) -> set[tuple[str, int]]:
    """What another quarter's statement has already; a year-end statement says the quarters once more."""
    if statement.span in YEAR_END:
        return set()
    rows = (
        StatementRow.objects.filter(
            statement__in=TreasuryStatement.objects.standing().filter(year=statement.year, span__in=list(QUARTERS))
        )
        .exclude(statement=statement)
        .exclude(part__isnull=True)
    )
    taken = set()
    for payment, entry, direction in rows.values_list("payment_id", "entry_id", "direction"):
        taken.add(("recovery", entry) if entry else ("clear" if direction == Direction.CLEAR else "out", payment))
    return taken


def _totals(items: list[Here]) -> dict[str, int]:
    """What the portal has of the statement's days, by side."""
    sums = {"out": 0, "clear": 0, "recovery": 0}
    for item in items:
        if item.expected:
            sums[item.side] += item.vnd
    return {"here_paid_vnd": sums["out"], "here_cleared_vnd": sums["clear"], "here_recovered_vnd": sums["recovery"]}


@transaction.atomic
def match_statement(*, statement: TreasuryStatement, by: Any, now: datetime) -> TreasuryStatement:
    """Compare the statement with the payments as they are now; explanations of differences that stay are kept."""
    require(by, IMPORT)
    statement = _take_open(statement)
    items = _items_of(statement)
    outcome = compare(_rows_of(statement), items, days=days_apart(timezone.localdate(now)))
    _write_matches(statement, outcome.matches)
    found, gone = _write_differences(statement, outcome.differences, now)
    totals = _totals(items)
    statement.matched_at = now
    for name, total in totals.items():
        setattr(statement, name, total)
    statement.save_version(statement.version, update_fields=["matched_at", *totals])
    record_event(
        "treasury statement compared",
        statement,
        by=by,
        now=now,
        matched=len(outcome.matches),
        found=found,
        gone=gone,
        there=len(outcome.differences),
    )
    return statement


def _write_matches(statement: TreasuryStatement, matches: list[Match]) -> None:
    """Only rows that belong elsewhere than before are written: first let go, then laid to their payments."""
    empty = (None, None, None)
    wanted = {
        match.row.id: (None, match.item.id, match.part)
        if match.item.side == "recovery"
        else (match.item.id, None, match.part)
        for match in matches
    }
    standing = {key: tuple(has) for key, *has in statement.rows.values_list("id", "payment_id", "entry_id", "part")}
    changed = [key for key, has in standing.items() if has != wanted.get(key, empty)]
    let_go = [key for key in changed if standing[key] != empty]
    for some in _chunks(let_go):
        StatementRow.objects.filter(pk__in=some).update(payment=None, entry=None, part=None)
    table = StatementRow._meta.db_table
    with connection.cursor() as cursor:
        for some in _chunks([key for key in changed if key in wanted]):
            marks = ", ".join(["(%s, %s, %s, %s)"] * len(some))
            cursor.execute(
                f"UPDATE {table} SET payment_id = CAST(v.column2 AS bigint), entry_id = CAST(v.column3 AS bigint), "  # noqa: S608 - names of our own
                f"part = v.column4 FROM (VALUES {marks}) AS v WHERE {table}.id = v.column1",
                [value for key in some for value in (key, *wanted[key])],
            )


def _chunks(keys: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _write_differences(statement: TreasuryStatement, differences: list[Difference], now: datetime) -> tuple[int, int]:
    """New ones are added, those no longer found are gone, the others keep their explanation; returns how many of each.

    The first comparison of a new version takes over what was said of the same differences on the version before it.
    """
    wanted = {}
    for difference in differences:
        row = _difference_row(statement, difference, now)
        wanted[row.key] = row
    standing = dict(statement.differences.there().values_list("key", "pk"))
    new = [row for key, row in wanted.items() if key not in standing]
    if statement.supersedes_id and statement.matched_at is None:
        _take_over_explanations(statement.supersedes_id, new)
    StatementDifference.objects.bulk_create(new, batch_size=500)
    gone = [pk for key, pk in standing.items() if key not in wanted]
    for some in _chunks(gone):
        StatementDifference.objects.filter(pk__in=some).update(gone_at=now)
    return len(new), len(gone)


ABOUT = ("vnd", "on", "voucher", "account")
SAME = ("kind", "payment_id", "entry_id", *(f"{side}_{what}" for side in ("there", "here") for what in ABOUT))
SAID = ("cause", "explanation", "explained_by", "explained_at")


def _take_over_explanations(before: int, new: list[StatementDifference]) -> None:
    explained = StatementDifference.objects.there().filter(statement=before, explained_at__isnull=False)
    said = {tuple(getattr(old, name) for name in SAME): old for old in explained}
    for row in new:
        old = said.get(tuple(getattr(row, name) for name in SAME))
        for name in SAID if old else ():
            setattr(row, name, getattr(old, name))


def _difference_row(statement: TreasuryStatement, difference: Difference, now: datetime) -> StatementDifference:
    row, item = difference.row, difference.item
    made = StatementDifference(statement=statement, kind=difference.kind, found_at=now)
    if row:
        made.row_id, made.there_on, made.there_voucher, made.there_account = row.id, row.on, row.voucher, row.account
        made.there_vnd = row.vnd if difference.there_vnd is None else difference.there_vnd
    if item:
        made.payment_id = None if item.side == "recovery" else item.id
        made.entry_id = item.id if item.side == "recovery" else None
        made.here_vnd, made.here_on, made.here_voucher, made.here_account = (
            item.vnd,
            item.on,
            item.voucher,
            item.account,
        )
    side = row.side if row else item.side if item else ""
    about = (
        made.kind, side, made.row_id, made.payment_id, made.entry_id, made.there_vnd, made.there_on, made.there_voucher,
        made.there_account, made.here_vnd, made.here_on, made.here_voucher, made.here_account,
    )  # fmt: skip
    made.key = hashlib.sha256("\x1f".join(map(str, about)).encode()).hexdigest()
    return made


# --- explaining and confirming ----------------------------------------------------------------


@transaction.atomic
def number_statement(
    *, statement: TreasuryStatement, number: str, issued_on: date, version: int, by: Any, now: datetime
) -> TreasuryStatement:
    """Enter the number and date that the statement bears."""
    require(by, IMPORT)
    statement = _take_open(statement)
    if not number.strip():
        raise Refused(_("Give the number of the statement."))
    if issued_on < statement.ends_on:
        raise Refused(
            _("The statement covers the days to %(day)s; it cannot be dated before.")
            % {"day": formats.vn_date(statement.ends_on)}
        )
    if issued_on > timezone.localdate(now):
        raise Refused(_("The statement is dated in the future."))
    before = {"number": statement.number, "issued_on": statement.issued_on}
    statement.number, statement.issued_on = number.strip(), issued_on
    statement.save_version(version, update_fields=["number", "issued_on"])
    after = {"number": statement.number, "issued_on": issued_on}
    record_event("treasury statement numbered", statement, by=by, now=now, before=before, after=after)
    return statement


@transaction.atomic
def explain_difference(
    *,
    difference: StatementDifference,
    cause: str,
    explanation: str,
    by: Any,
    now: datetime,
    version: int | None = None,
) -> StatementDifference:
    """Say where a difference comes from; said again, it replaces what was said before."""
    require(by, EXPLAIN)
    _take_open(difference.statement)
    difference = StatementDifference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
    if difference.gone_at:
        raise Conflict(_("The last comparison no longer finds this difference; there is nothing to explain."))
    if cause not in Cause.values:
        raise Refused(_("Choose the cause of the difference."))
    if cause not in causes_of(difference.kind):
        raise Refused(
            _("“%(cause)s” does not explain “%(kind)s”. Choose another cause.")
            % {"cause": Cause(cause).label, "kind": difference.get_kind_display()}
        )
    if not explanation.strip():
        raise Refused(_("Write what the difference comes from and what is done about it."))
    before = {"cause": difference.cause, "explanation": difference.explanation}
    difference.cause, difference.explanation = cause, explanation.strip()
    difference.explained_by, difference.explained_at = by.public_id, now
    difference.save_version(
        difference.version if version is None else version,
        update_fields=["cause", "explanation", "explained_by", "explained_at"],
    )
    said = {"before": before, "after": {"cause": cause, "explanation": difference.explanation}}
    record_event("treasury difference explained", difference, by=by, now=now, **said)
    voucher = difference.there_voucher or difference.here_voucher
    record_event("treasury statement explained", difference.statement, by=by, now=now, voucher=voucher, **said)
    return difference


@transaction.atomic
def confirm_reconciliation(
    *, statement: TreasuryStatement, paper: str, paper_on: date, version: int, by: Any, now: datetime
) -> TreasuryStatement:
    """The chief accountant confirms that statement and portal agree, or that every difference is explained."""
    require(by, CONFIRM)
    statement = _take_open(statement)
    if statement.imported_by == by.public_id:
        raise NotAllowed(_("Whoever imported the statement does not confirm its reconciliation."))
    if not paper.strip():
        raise Refused(_("Give the number of the signed reconciliation table."))
    if not statement.issued_on:
        raise Refused(_("The statement has no number and date yet. The accountant enters them first."))
    if not statement.issued_on <= paper_on <= timezone.localdate(now):
        raise Refused(
            _("The reconciliation table is dated between the statement (%(day)s) and today.")
            % {"day": formats.vn_date(statement.issued_on)}
        )
    unexplained = statement.differences.unexplained().count()
    if unexplained:
        raise Refused(
            ngettext(
                "%(count)s difference is not explained yet.",
                "%(count)s differences are not explained yet.",
                unexplained,
            )
            % {"count": formats.number(unexplained)}
        )
    if moved_since(statement):
        raise Refused(CHANGED_SINCE)
    statement.paper, statement.paper_on = paper.strip(), paper_on
    statement.state, statement.reconciled_by, statement.reconciled_at = STATE.RECONCILED, by.public_id, now
    statement.save_version(version, update_fields=["state", "paper", "paper_on", "reconciled_by", "reconciled_at"])
    record_event(
        "treasury reconciliation confirmed",
        statement,
        by=by,
        now=now,
        after={"paper": statement.paper, "paper_on": paper_on},
    )
    return statement


def moved_since(statement: TreasuryStatement) -> bool:
    """Whether the portal's totals of the statement's days are no longer those of the comparison."""
    return any(getattr(statement, name) != total for name, total in _totals(_items_of(statement)).items())


# --- what closing a year asks -----------------------------------------------------------------


def lacking_reconciliation(year: BudgetYear) -> str:
    """What keeps the year from being called reconciled, in a sentence; empty when it is.

    A year that the portal knows from opening entries alone has nothing to be compared.
    """
    came_back = BudgetLine.objects.managed().filter(year=year, recovered_vnd__gt=0)  # asked first: entries are many
    spent = payments_of(year).exists() or (came_back.exists() and recoveries_of(year).exists())
    statement = (
        TreasuryStatement.objects.standing()
        .filter(year=year, span__in=YEAR_END)
        .select_related("year")
        .order_by("-ends_on")
        .first()
    )
    late = _standing_after_the_adjustment(year)
    if statement is None:
        if not spent:
            return ""
        missing = _(
            "The year-end statement of the Treasury (to 31/12/%(year)s or to the end of the adjustment period) is missing."
        ) % {"year": year.year}
        return " ".join(filter(None, [missing, late]))
    said = []
    if statement.state != STATE.RECONCILED:
        said.append(_not_confirmed(statement))
        if moved_since(statement):
            said.append(str(CHANGED_SINCE))
    if statement.span == StatementSpan.YEAR and _moved_after(year, statement.ends_on).exists():
        said.append(
            _(
                "Money moved in the adjustment period of %(year)s, after the confirmed statement ends on %(day)s. Reconcile the "
                "statement to the end of the adjustment period as well."
            )
            % {"year": year.year, "day": formats.vn_date(statement.ends_on)}
        )
    if late:
        said.append(late)
    if not said and moved_since(statement):
        said.append(
            _(
                "Payments of %(year)s have changed since the year-end reconciliation with the Treasury. Import the new version of the statement."
            )
            % {"year": year.year}
        )
    return " ".join(map(str, said))


def _not_confirmed(statement: TreasuryStatement) -> str:
    unexplained = statement.differences.unexplained().count()
    if not unexplained:
        return _("The year-end statement of the Treasury waits for the chief accountant's confirmation.")
    return ngettext(
        "The year-end statement of the Treasury is not reconciled: %(count)s difference is not explained.",
        "The year-end statement of the Treasury is not reconciled: %(count)s differences are not explained.",
        unexplained,
    ) % {"count": formats.number(unexplained)}


def _moved_after(year: BudgetYear, day: date) -> Any:
    """What was paid or came back after a day of the year's end; asked of the months first, for entries are many."""
    if not LineMonth.objects.filter(line__year=year, line__managed=True, month__gt=year.year * 100 + 12).exists():
        return LedgerEntry.objects.none()
    return LedgerEntry.objects.filter(
        line__year=year,
        line__managed=True,
        kind__in=[kind for kind, moves in EFFECTS.items() if moves.keys() & AT_THE_TREASURY],
        opening=False,
        happened_on__gt=day,
    )


def _standing_after_the_adjustment(year: BudgetYear) -> str:
    """That money moved after the adjustment period ended, where no statement covers it; empty when none did that stands."""
    ends = adjustment_ends(year.year)
    entries = _moved_after(year, ends).filter(reverses__isnull=True, reversed_by__isnull=True)
    count = entries.count()
    if not count:
        return ""
    first = entries.order_by("happened_on", "pk")[0]
    return ngettext(
        "%(count)s entry (%(what)s of %(day)s) lies after the adjustment period of %(year)s, which ended on %(ends)s; no "
        "statement of the Treasury covers it. Reverse it.",
        "%(count)s entries (the first: %(what)s of %(day)s) lie after the adjustment period of %(year)s, which ended on "
        "%(ends)s; no statement of the Treasury covers them. Reverse them.",
        count,
    ) % {
        "count": formats.number(count),
        "what": first.document,
        "day": formats.vn_date(first.happened_on),
        "year": year.year,
        "ends": formats.vn_date(ends),
    }


def require_reconciled(year: BudgetYear) -> None:
    """Refuse while the year is not reconciled with the Treasury, naming what is missing."""
    lacking = lacking_reconciliation(year)
    if lacking:
        raise Refused(lacking)


def closing_obstacle(year: BudgetYear) -> Obstacle | None:
    """What closing the year meets here: a reconciliation that is missing, unexplained or overtaken."""
    lacking = lacking_reconciliation(year)
    return Obstacle("reconciliation", lacking, TreasuryStatement.objects.filter(year=year)) if lacking else None
