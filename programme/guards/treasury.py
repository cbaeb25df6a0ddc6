"""Statements of the Treasury: what was sent stays as it was sent, and what is confirmed stays confirmed."""

from audit.guards import check_trigger, frozen_when, immutable, no_delete
from programme.alike import alike_sql
from programme.models.budget import EFFECTS
from programme.models.treasury import AT_THE_TREASURY, QUARTERS, STANDING, TreasuryStatement

STATEMENT, ROW, DIFFERENCE = (
    "programme_treasurystatement",
    "programme_statementrow",
    "programme_statementdifference",
)
YEAR, LINE, ENTRY = "programme_budgetyear", "programme_budgetline", "programme_ledgerentry"
_quarters = ", ".join(f"'{span.value}'" for span in QUARTERS)
_standing = ", ".join(f"'{state}'" for state in STANDING)

# Closing takes the year alone: whoever changes a statement holds it, shared, until the end.
HOLD_YEAR = f"PERFORM 1 FROM {YEAR} y WHERE y.id = NEW.year_id FOR SHARE;"
YEAR_TAKES_STATEMENTS = (
    f"NOT EXISTS (SELECT 1 FROM {YEAR} y WHERE y.id = NEW.year_id AND y.state IN ('open', 'adjusting'))"
)


def _year_of(column):
    return f"CAST(substr(CAST({column} AS TEXT), 1, 4) AS integer)"


IN_ITS_YEAR = (
    f"NOT EXISTS (SELECT 1 FROM {YEAR} y WHERE y.id = NEW.year_id AND {_year_of('NEW.starts_on')} = y.year "
    f"AND {_year_of('NEW.ends_on')} - y.year BETWEEN 0 AND 1)"
)
_moves = " OR ".join(
    f"(OLD.state = '{old.value}' AND NEW.state = '{new.value}')"
    for old, news in TreasuryStatement.MOVES.items()
    for new in sorted(news)
)
MOVES = f"NEW.state <> OLD.state AND NOT ({_moves})"
EXPLAINED = (
    "NEW.state = 'reconciled' AND OLD.state = 'open' AND (NEW.matched_at IS NULL OR EXISTS (SELECT 1 FROM "
    f"{DIFFERENCE} d WHERE d.statement_id = NEW.id AND d.gone_at IS NULL AND d.explained_at IS NULL))"
)
STARTS = "NEW.state <> 'open' OR NEW.matched_at IS NOT NULL"


def _not_open(row):
    return f"NOT EXISTS (SELECT 1 FROM {STATEMENT} s WHERE s.id = {row}.statement_id AND s.state = 'open')"


NOT_BEING_LAID = (
    f"NOT EXISTS (SELECT 1 FROM {STATEMENT} s WHERE s.id = NEW.statement_id AND s.state = 'open' "
    "AND s.matched_at IS NULL)"
)
# Quarters follow each other: what one has is not another's. A year-end statement says the quarters once more.
TAKE_STATEMENTS = "PERFORM pg_advisory_xact_lock(hashtextextended('programme_statementrow', 0));"


def _year_of_quarter(statement, standing=""):
    return f"(SELECT s.year_id FROM {STATEMENT} s WHERE s.id = {statement} AND s.span IN ({_quarters}){standing})"


def _in_another_quarter(column):
    """Another standing quarter of the year has it: the few rows of the payment first, then whose they are."""
    return (
        f"EXISTS (SELECT 1 FROM {ROW} r WHERE r.{column} = NEW.{column} AND r.statement_id <> NEW.statement_id "
        "AND (r.direction = 'clear') = (NEW.direction = 'clear') "
        f"AND {_year_of_quarter('r.statement_id', f' AND s.state IN ({_standing})')} "
        f"= {_year_of_quarter('NEW.statement_id')})"
    )


IN_ANOTHER_QUARTER = (
    f"(NEW.payment_id IS NOT NULL AND {_in_another_quarter('payment_id')}) "
    f"OR (NEW.entry_id IS NOT NULL AND {_in_another_quarter('entry_id')})"
)
OF_ANOTHER_VOUCHER = (
    f"NEW.part > 1 AND EXISTS (SELECT 1 FROM {ROW} r WHERE r.statement_id = NEW.statement_id AND r.id <> NEW.id "
    "AND (r.payment_id = NEW.payment_id OR r.entry_id = NEW.entry_id) "
    "AND (r.direction = 'clear') = (NEW.direction = 'clear') "
    f"AND {alike_sql('r.voucher')} <> {alike_sql('NEW.voucher')})"
)
# On the days of a confirmed statement nothing of what it counts is booked; a payment has the Treasury's own day.
_counted = ", ".join(f"'{kind.value}'" for kind, moves in EFFECTS.items() if moves.keys() & AT_THE_TREASURY)
RECONCILED = (
    f"NEW.payment_id IS NULL AND NOT NEW.opening AND NOT NEW.reported AND NEW.kind IN ({_counted}) "
    f"AND EXISTS (SELECT 1 FROM {STATEMENT} s JOIN {LINE} l ON l.year_id = s.year_id WHERE l.id = NEW.line_id "
    "AND s.state = 'reconciled' AND NEW.happened_on BETWEEN s.starts_on AND s.ends_on)"
)

GUARDS = [
    check_trigger("entry_i_not_reconciled", ENTRY, ("INSERT",), RECONCILED),
    no_delete(STATEMENT),
    no_delete(ROW),
    no_delete(DIFFERENCE),
    immutable(
        STATEMENT,
        "year_id",
        "span",
        "starts_on",
        "ends_on",
        "revision",
        "supersedes_id",
        "file_id",
        "import_batch",
        "imported_by",
        "imported_at",
        "rows_count",
        "paid_vnd",
        "cleared_vnd",
        "recovered_vnd",
    ),
    frozen_when(STATEMENT, "OLD.state <> 'open'", free=("state", "version"), name="decided"),
    check_trigger("treasury_statement_starts_open", STATEMENT, ("INSERT",), STARTS),
    check_trigger("treasury_statement_in_its_year", STATEMENT, ("INSERT",), IN_ITS_YEAR),
    check_trigger(
        "treasury_statement_year_takes_it", STATEMENT, ("INSERT", "UPDATE"), YEAR_TAKES_STATEMENTS, before=HOLD_YEAR
    ),
    check_trigger("treasury_statement_moves", STATEMENT, ("UPDATE",), MOVES),
    check_trigger("treasury_statement_explained", STATEMENT, ("UPDATE",), EXPLAINED),
    immutable(
        ROW, "statement_id", "number", "voucher", "paid_on", "amount_vnd", "direction", "payee", "account", "text"
    ),
    check_trigger("statement_row_laid_with_its_statement", ROW, ("INSERT",), NOT_BEING_LAID),
    check_trigger("statement_row_of_open_statement", ROW, ("UPDATE",), _not_open("NEW")),
    check_trigger(
        "statement_row_in_one_quarter", ROW, ("INSERT", "UPDATE"), IN_ANOTHER_QUARTER, before=TAKE_STATEMENTS
    ),
    check_trigger("statement_row_parts_of_one_voucher", ROW, ("INSERT", "UPDATE"), OF_ANOTHER_VOUCHER),
    immutable(
        DIFFERENCE,
        "statement_id",
        "key",
        "kind",
        "row_id",
        "payment_id",
        "entry_id",
        "there_vnd",
        "there_on",
        "there_voucher",
        "there_account",
        "here_vnd",
        "here_on",
        "here_voucher",
        "here_account",
        "found_at",
    ),
    frozen_when(DIFFERENCE, "OLD.gone_at IS NOT NULL", name="gone"),
    check_trigger("statement_difference_of_open_statement", DIFFERENCE, ("INSERT", "UPDATE"), _not_open("NEW")),
]
