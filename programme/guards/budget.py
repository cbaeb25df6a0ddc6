"""What the database holds of the money, whoever writes: the ledger moves the balances, and nothing else does.

Inserting an entry locks its year (shared, or alone when assigned money moves) and its line, in this order; checks number,
year, reversal and halves; and then adds its effect to the balances. A balance changes only by exactly the effect of the
line's newest entry.
"""

from audit.guards import append_only, check_trigger, follows, frozen_when, immutable, no_delete
from programme.alike import alike_sql
from programme.models.budget import (
    ACTS_ON,
    AFTER_LIQUIDATION,
    BALANCES,
    COMMITMENT_BALANCES,
    EFFECTS,
    KINDS_IN_STATE,
    ON_COMMITMENT,
    RECOVERIES,
    SETTLES_YEAR,
    EntryKind,
    YearState,
)
from programme.models.commitments import COVERED, HELD
from programme.models.steps import NEXT_YEAR

LINE, ENTRY, YEAR = "programme_budgetline", "programme_ledgerentry", "programme_budgetyear"
COMMITMENT, PAYMENT, STEP, MONTH = (
    "programme_commitment",
    "programme_payment",
    "programme_budgetstep",
    "programme_linemonth",
)


def listed(kinds):
    """SQL: the values of these kinds."""
    return ", ".join(f"'{kind.value}'" for kind in sorted(kinds))


def effect(row, balance):
    """SQL: what the entry `row` adds to `balance`."""
    sign = f"CASE WHEN {row}.reverses_id IS NULL THEN 1 ELSE -1 END"
    more = [kind for kind, moves in EFFECTS.items() if moves.get(balance) == 1]
    less = [kind for kind, moves in EFFECTS.items() if moves.get(balance) == -1]
    cases = f"WHEN {row}.kind IN ({listed(more)}) THEN {row}.amount_vnd " if more else ""
    cases += f"WHEN {row}.kind IN ({listed(less)}) THEN -{row}.amount_vnd " if less else ""
    return f"(CASE {cases}ELSE 0 END) * ({sign})"


def year_of(column):
    """SQL that both engines read: the year of a date; SQLite keeps dates as text."""
    return f"substr(CAST({column} AS TEXT), 1, 4)"


def stands(row):
    """SQL: the entry `row` is none that reverses, and was not reversed."""
    return f"{row}.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM {ENTRY} v WHERE v.reverses_id = {row}.id)"


def counts(payment):
    """SQL: not every entry of the payment was reversed."""
    return (
        f"(EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.payment_id = {payment}.id AND {stands('e')}) "
        f"OR NOT EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.payment_id = {payment}.id))"
    )


def recovers(row):
    """SQL: by the entry `row` money came back, which stands."""
    return f"{row}.kind IN ({listed(RECOVERIES)}) AND {stands(row)}"


MOVES_ASSIGNED = [kind for kind, moves in EFFECTS.items() if moves.keys() & {"assigned_vnd", "withheld_vnd"}]
# The year before the line, always; whoever moves assigned or withheld money takes the year alone, because lines share its envelope.
TAKE_YEAR_AND_LINE = (
    f"IF NEW.kind IN ({listed(MOVES_ASSIGNED)}) THEN "
    f"PERFORM 1 FROM {YEAR} y WHERE y.id = (SELECT l.year_id FROM {LINE} l WHERE l.id = NEW.line_id) FOR NO KEY UPDATE; "
    f"ELSE PERFORM 1 FROM {YEAR} y WHERE y.id = (SELECT l.year_id FROM {LINE} l WHERE l.id = NEW.line_id) FOR SHARE; "
    f"END IF; PERFORM 1 FROM {LINE} l WHERE l.id = NEW.line_id FOR NO KEY UPDATE;"
)
NUMBER = f"NEW.number IS DISTINCT FROM (SELECT l.last_number + 1 FROM {LINE} l WHERE l.id = NEW.line_id)"

_allowed = " OR ".join(
    f"(y.state = '{state.value}' AND NEW.kind IN ({listed(kinds)}))" for state, kinds in KINDS_IN_STATE.items() if kinds
)
YEAR_TAKES_IT = (
    f"NOT EXISTS (SELECT 1 FROM {LINE} l JOIN {YEAR} y ON y.id = l.year_id WHERE l.id = NEW.line_id "
    f"AND ({_allowed} "
    f"OR (NEW.opening AND y.state NOT IN ('{YearState.PREPARING.value}', '{YearState.CLOSED.value}'))))"
)
REVERSAL_FITS = (
    f"NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {ENTRY} r WHERE r.id = NEW.reverses_id "
    "AND r.reverses_id IS NULL AND r.line_id = NEW.line_id AND r.kind = NEW.kind AND r.amount_vnd = NEW.amount_vnd "
    "AND r.commitment_id IS NOT DISTINCT FROM NEW.commitment_id AND r.pair IS NOT DISTINCT FROM NEW.pair "
    "AND r.happened_on <= NEW.happened_on AND (NEW.document_on IS NULL OR r.happened_on <= NEW.document_on))"
)
LINE_FITS = (
    f"EXISTS (SELECT 1 FROM {LINE} l WHERE l.id = NEW.line_id AND l.managed = NEW.reported) "
    "OR (NEW.reported AND (NEW.commitment_id IS NOT NULL OR NEW.payment_id IS NOT NULL))"
)
COMMITMENT_FITS = (
    f"NOT NEW.reported AND NEW.kind IN ({listed(ON_COMMITMENT)}) AND NOT EXISTS ("
    f"SELECT 1 FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id AND c.line_id = NEW.line_id "
    "AND (c.state = 'approved' OR (c.state = 'liquidated' AND NEW.reverses_id IS NULL "
    f"AND NEW.kind IN ({listed(AFTER_LIQUIDATION)}))) AND (c.before_portal OR NOT NEW.opening))"
)
# What stood before the portal: by an approved step that names the sum, prepared before anything else stood on the line or
# marked as later, which takes a reason; and once: a line or contract has one total, until what stands of it is reversed.
OPENING_FITS = (
    "NEW.opening AND NEW.reverses_id IS NULL AND (EXISTS ("
    f"SELECT 1 FROM {ENTRY} o WHERE o.line_id = NEW.line_id AND o.opening AND o.reverses_id IS NULL "
    "AND o.commitment_id IS NOT DISTINCT FROM NEW.commitment_id AND (o.kind = NEW.kind OR (NEW.kind IN ('assign', 'carry_in') "
    "AND o.step_id IS DISTINCT FROM NEW.step_id)) "
    f"AND NOT EXISTS (SELECT 1 FROM {ENTRY} v WHERE v.reverses_id = o.id)) "
    f"OR NOT EXISTS (SELECT 1 FROM {STEP} s WHERE s.id = NEW.step_id AND s.kind = 'opening' "
    "AND s.state = 'approved' AND s.line_id = NEW.line_id AND s.commitment_id IS NOT DISTINCT FROM NEW.commitment_id "
    f"AND (s.late OR NOT EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.line_id = NEW.line_id AND NOT o.opening "
    "AND o.recorded_at <= s.prepared_at)) "
    "AND NEW.amount_vnd = CASE NEW.kind WHEN 'assign' THEN s.amount_vnd - s.carried_in_vnd "
    "WHEN 'carry_in' THEN s.carried_in_vnd WHEN 'allocate' THEN s.allocated_vnd "
    "WHEN 'commit' THEN s.amount_vnd WHEN 'advance' THEN s.advanced_vnd "
    "WHEN 'pay' THEN s.disbursed_vnd - s.advanced_vnd WHEN 'settle' THEN s.settled_vnd END))"
)
BEFORE_ITS_CONTRACT = (
    "NEW.reverses_id IS NULL AND NEW.payment_id IS NULL "
    f"AND NEW.document_on < (SELECT c.signed_on FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id)"
)


def _first_paper(kinds, about):
    """SQL: the earliest paper of the standing entries of `kinds`; long ago where one opened from before the portal."""
    column = "commitment_id" if about <= ON_COMMITMENT else "line_id"
    return (
        "(SELECT MIN(CASE WHEN o.opening THEN '0001-01-01' ELSE o.document_on END) "
        f"FROM {ENTRY} o WHERE o.{column} = NEW.{column} AND o.kind IN ({listed(kinds)}) AND {stands('o')})"
    )


def _acting_before():
    """A paper older than the first paper of what it acts on; a settlement of what was not paid and cleared on its day."""
    together = {}
    for kind, kinds in ACTS_ON.items():
        together.setdefault(kinds, set()).add(kind)
    acts = [
        f"NEW.kind IN ({listed(about)}) AND NEW.document_on < {_first_paper(kinds, about)}"
        for kinds, about in together.items()
    ]
    settleable = " - ".join(
        f"({effect('o', each)})" for each in ("disbursed_vnd", "recovered_vnd", "advanced_vnd", "settled_vnd")
    )
    acts.append(
        f"NEW.kind = 'settle' AND EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.commitment_id = NEW.commitment_id "
        "AND NOT o.opening AND o.document_on > NEW.document_on) AND NEW.amount_vnd > COALESCE(("
        f"SELECT SUM({settleable}) FROM {ENTRY} o WHERE o.commitment_id = NEW.commitment_id "
        "AND (o.opening OR o.document_on IS NULL OR o.document_on <= NEW.document_on)), 0)"
    )
    either = " OR ".join(f"({act})" for act in acts)
    return f"NEW.reverses_id IS NULL AND NOT NEW.opening AND NOT NEW.reported AND ({either})"


ACTING_BEFORE = _acting_before()
_PAYABLE = "c.committed_vnd - c.disbursed_vnd + c.recovered_vnd"
_PAYABLE_MOVES = (
    f"({effect('NEW', 'committed_vnd')}) - ({effect('NEW', 'disbursed_vnd')}) + ({effect('NEW', 'recovered_vnd')})"
)
_COVERED = listed(COVERED)


def _cover(payment):
    """SQL: [(what of the contract pays for it, what an entry adds to that, what the payment takes)]."""
    return [
        (_PAYABLE, _PAYABLE_MOVES, f"{payment}.amount_vnd"),
        ("c.advanced_vnd", effect("NEW", "advanced_vnd"), f"{payment}.clears_vnd"),
    ]


# What is signed or at the Treasury is paid from the contract, and clears its advance: no reduction, reversal, recovery or
# other payment takes that away.
COVER_TAKEN = (
    "NEW.commitment_id IS NOT NULL AND ("
    + " OR ".join(
        f"({moves} < 0 AND (SELECT {left} FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id) + {moves} < "
        f"(SELECT SUM({takes}) FROM {PAYMENT} p WHERE p.commitment_id = NEW.commitment_id AND p.state IN ({_COVERED})))"
        for left, moves, takes in _cover("p")
    )
    + ")"
)
SIGNED_WITHOUT_COVER = (
    "NEW.state = 'signed' AND OLD.state <> 'signed' AND ("
    + " OR ".join(
        f"{own} + COALESCE((SELECT SUM({takes}) FROM {PAYMENT} p WHERE p.commitment_id = NEW.commitment_id "
        f"AND p.id <> NEW.id AND p.state IN ({_COVERED})), 0) > (SELECT {left} FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id)"
        for (left, _moves, own), (_left, _other, takes) in zip(_cover("NEW"), _cover("p"), strict=True)
    )
    + ")"
)
TAKE_COMMITMENT = (
    "IF NEW.state IN ('signed', 'sent') AND OLD.state <> NEW.state THEN "
    f"PERFORM 1 FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id FOR NO KEY UPDATE; END IF;"
)


def _differs_from_contract(column):
    """Of account or bank: the payment names another than its contract, as the last confirmed addendum left it."""
    of_contract = (
        f"COALESCE((SELECT a.{column} FROM programme_accountaddendum a WHERE a.commitment_id = NEW.commitment_id "
        f"AND a.state = 'approved' ORDER BY a.id DESC LIMIT 1), (SELECT c.{column} FROM {COMMITMENT} c "
        "WHERE c.id = NEW.commitment_id))"
    )
    return f"{alike_sql(f'NEW.{column}')} <> {alike_sql(of_contract)}"


TO_ANOTHER_ACCOUNT = (
    "NEW.state IN ('signed', 'sent') AND OLD.state <> NEW.state AND EXISTS (SELECT 1 "
    f"FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id AND c.kind <> 'detailed_estimate') AND "
    f"({_differs_from_contract('payee_account')} OR {_differs_from_contract('payee_bank')})"
)

# The Treasury numbers anew each year. A payment all of whose entries were reversed has given its voucher free; what was
# booked twice before this rule keeps its text, and stays to be reversed.
_VOUCHER = alike_sql("NEW.voucher")
TAKE_VOUCHER = (
    f"IF NEW.voucher <> '' THEN PERFORM pg_advisory_xact_lock(hashtextextended('{PAYMENT}|' || {_VOUCHER}, 0)); END IF;"
)
VOUCHER_OF_ANOTHER = (
    f"NEW.voucher <> '' AND EXISTS (SELECT 1 FROM {PAYMENT} p WHERE NOT (p.voucher = '') "
    f"AND {alike_sql('p.voucher')} = {_VOUCHER} AND p.id IS DISTINCT FROM NEW.id "
    f"AND {year_of('p.paid_on')} = {year_of('NEW.paid_on')} AND {counts('p')})"
)
_SAYS = "CASE WHEN {row}.voucher <> '' THEN {row}.voucher ELSE {row}.document END"
_BACK = listed(RECOVERIES)
# By one paper money comes back once on a contract: into the estimate or to the budget, waiting or booked.
RECOVERED_ALREADY = (
    f"NEW.kind IN ({_BACK}) AND NEW.reverses_id IS NULL AND EXISTS (SELECT 1 FROM {ENTRY} o "
    f"WHERE o.commitment_id = NEW.commitment_id AND {recovers('o')} AND {alike_sql('o.document')} = {alike_sql('NEW.document')})"
)
_waits_too = alike_sql(_SAYS.format(row="s")) + " = " + alike_sql(_SAYS.format(row="NEW"))
HOLD_COMMITMENT = (
    f"IF NEW.kind IN ({_BACK}, 'budget_return') THEN "
    f"PERFORM 1 FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id FOR NO KEY UPDATE; END IF;"
)
RECOVERY_WAITS = (
    f"NEW.state = 'prepared' AND NEW.kind IN ({_BACK}, 'budget_return') AND EXISTS (SELECT 1 FROM {STEP} s "
    f"WHERE s.commitment_id = NEW.commitment_id AND s.state = 'prepared' AND s.kind IN ({_BACK}, 'budget_return') "
    f"AND {_waits_too})"
)


def _redoes_another(table, states, same):
    """What is prepared anew stands for one without effect that concerns the same; such a one never moves again."""
    alike = " AND ".join(
        f"(b.{column} = NEW.{column} OR b.{column} IS NULL AND NEW.{column} IS NULL)" for column in same
    )
    ended = ", ".join(f"'{state}'" for state in states)
    return (
        f"NEW.redoes_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {table} b WHERE b.id = NEW.redoes_id "
        f"AND b.state IN ({ended}) AND {alike})"
    )


STEP_REDOES = _redoes_another(STEP, ("refused", "withdrawn"), ("kind", "line_id", "year_id", "period_id"))
COMMITMENT_REDOES = _redoes_another(COMMITMENT, ("refused", "withdrawn"), ("line_id",))
PAYMENT_REDOES = _redoes_another(PAYMENT, ("returned", "refused", "withdrawn"), ("commitment_id",))
# What a contract left unpaid at the end of its year goes on in the next: the same contract, on the line of the same task and
# source, for no more than was left to that year. While it goes on there, what was left does not come back.
_LEFT_TO_NEXT_YEAR = (
    f"e.kind = 'decommit' AND {stands('e')} AND EXISTS (SELECT 1 FROM {STEP} s WHERE s.id = e.step_id "
    f"AND s.ground = '{NEXT_YEAR}')"
)
CONTINUES_ANOTHER = (
    f"NEW.continues_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {COMMITMENT} b JOIN {LINE} bl ON bl.id = b.line_id "
    f"JOIN {YEAR} bb ON bb.id = bl.year_id JOIN {LINE} l ON l.id = NEW.line_id JOIN {YEAR} y ON y.id = l.year_id "
    "WHERE b.id = NEW.continues_id AND b.state = 'approved' AND bl.task_id = l.task_id AND bl.source_id = l.source_id "
    "AND bb.year = y.year - 1 AND b.kind = NEW.kind AND b.number = NEW.number AND b.signed_on = NEW.signed_on "
    f"AND b.payee = NEW.payee AND NEW.amount_vnd <= (SELECT SUM(e.amount_vnd) FROM {ENTRY} e "
    f"WHERE e.commitment_id = b.id AND {_LEFT_TO_NEXT_YEAR}))"
)
CONTINUED_STILL = (
    f"NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.id = NEW.reverses_id "
    f"AND {_LEFT_TO_NEXT_YEAR}) AND EXISTS (SELECT 1 FROM {COMMITMENT} c WHERE c.continues_id = NEW.commitment_id "
    f"AND c.state IN ({listed(HELD)}))"
)
# What it left later raises the contract that goes on already, together with what that began with for no more than was left.
_GOES_ON_WITH = (
    f"SELECT SUM(e.amount_vnd) FROM {ENTRY} e LEFT JOIN {STEP} s ON s.id = e.step_id "
    f"WHERE e.commitment_id = NEW.commitment_id AND e.kind = 'commit' AND {stands('e')} "
    f"AND (e.step_id IS NULL OR s.ground = '{NEXT_YEAR}')"
)
RAISED_BY_MORE_THAN_LEFT = (
    "NEW.kind = 'commit' AND NEW.reverses_id IS NULL AND EXISTS (SELECT 1 "
    f"FROM {STEP} s WHERE s.id = NEW.step_id AND s.ground = '{NEXT_YEAR}') "
    f"AND NEW.amount_vnd + COALESCE(({_GOES_ON_WITH}), 0) > COALESCE((SELECT SUM(e.amount_vnd) FROM {ENTRY} e "
    f"JOIN {COMMITMENT} c ON c.continues_id = e.commitment_id WHERE c.id = NEW.commitment_id AND {_LEFT_TO_NEXT_YEAR}), 0)"
)
LEFT_TO_NEXT_YEAR_EARLY = (
    f"NEW.kind = 'decommit' AND NEW.ground = '{NEXT_YEAR}' AND NOT EXISTS (SELECT 1 FROM {YEAR} y WHERE y.id = NEW.year_id "
    f"AND y.state = '{YearState.ADJUSTING.value}')"
)
# On the day of a liquidation everything was paid: after it come only what settles, recovers and frees what was recovered.
# The same contract is liquidated in the later year first, and that is undone last; in a closed year it stands.
_OWED_THEN = (
    f"SELECT SUM(({effect('o', 'committed_vnd')}) - ({effect('o', 'disbursed_vnd')}) + ({effect('o', 'recovered_vnd')})) "
    f"FROM {ENTRY} o WHERE o.commitment_id = NEW.id AND {stands('o')} "
    "AND (o.opening OR o.document_on <= NEW.liquidated_on)"
)
LIQUIDATED_EARLY = (
    "NEW.state = 'liquidated' AND (OLD.state <> 'liquidated' OR NEW.liquidated_on <> OLD.liquidated_on) AND ("
    "NEW.liquidated_on < NEW.signed_on "
    f"OR EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.commitment_id = NEW.id AND {stands('e')} AND NOT e.opening "
    f"AND e.document_on > NEW.liquidated_on AND (e.kind NOT IN ({listed(AFTER_LIQUIDATION)}) "
    f"OR (e.kind = 'decommit' AND COALESCE(({_OWED_THEN}), 0) <> 0))) "
    f"OR EXISTS (SELECT 1 FROM {COMMITMENT} c WHERE c.continues_id = NEW.id AND (c.state IN ('prepared', 'approved') "
    "OR (c.state = 'liquidated' AND c.liquidated_on > NEW.liquidated_on))))"
)
REOPENED_UNDER_ANOTHER = (
    f"OLD.state = 'liquidated' AND NEW.state <> 'liquidated' AND (NEW.state <> 'approved' OR EXISTS (SELECT 1 "
    f"FROM {COMMITMENT} c WHERE c.id = NEW.continues_id AND c.state = 'liquidated') "
    f"OR EXISTS (SELECT 1 FROM {LINE} l JOIN {YEAR} y ON y.id = l.year_id WHERE l.id = NEW.line_id AND y.state = 'closed'))"
)
TAKE_CONTINUED = (
    "IF NEW.continues_id IS NOT NULL THEN "
    f"PERFORM 1 FROM {COMMITMENT} c WHERE c.id = NEW.continues_id FOR NO KEY UPDATE; END IF;"
)
PAYMENT_FITS = (
    f"NEW.payment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {PAYMENT} p WHERE p.id = NEW.payment_id "
    "AND p.commitment_id = NEW.commitment_id AND p.state = 'paid' AND ("
    "(NEW.kind IN ('advance', 'pay') AND p.amount_vnd = NEW.amount_vnd) "
    "OR (NEW.kind = 'clear' AND p.clears_vnd = NEW.amount_vnd)))"
)
# Money comes in only from its other half, which stands on a line of the year before (or of the same year); what was
# carried in before the portal has none.
OTHER_HALF = (
    "NEW.reverses_id IS NULL AND (NEW.kind = 'transfer_in' OR (NEW.kind = 'carry_in' AND NOT NEW.opening)) "
    f"AND NOT EXISTS (SELECT 1 FROM {ENTRY} o JOIN {LINE} ol ON ol.id = o.line_id JOIN {YEAR} oy ON oy.id = ol.year_id "
    f"JOIN {LINE} l ON l.id = NEW.line_id JOIN {YEAR} y ON y.id = l.year_id "
    "WHERE o.pair = NEW.pair AND o.reverses_id IS NULL AND o.amount_vnd = NEW.amount_vnd AND ol.source_id = l.source_id "
    "AND ((NEW.kind = 'carry_in' AND o.kind = 'carry_out' AND oy.year = y.year - 1) "
    "OR (NEW.kind = 'transfer_in' AND o.kind = 'transfer_out' AND oy.year = y.year)) "
    f"AND NOT EXISTS (SELECT 1 FROM {ENTRY} v WHERE v.reverses_id = o.id))"
)
# What another line lives on is taken back there first.
HALF_STILL_USED = (
    f"NEW.reverses_id IS NOT NULL AND NEW.kind IN ('carry_out', 'transfer_out') AND EXISTS (SELECT 1 FROM {ENTRY} o "
    "WHERE o.pair = NEW.pair AND o.kind IN ('carry_in', 'transfer_in') AND o.reverses_id IS NULL "
    f"AND NOT EXISTS (SELECT 1 FROM {ENTRY} v WHERE v.reverses_id = o.id))"
)
# Nor is what a payment paid taken back before the advance that it cleared: one voucher is reversed as one.
CLEARED_STILL = (
    f"NEW.reverses_id IS NOT NULL AND NEW.kind IN ({listed((EntryKind.ADVANCE, EntryKind.PAY))}) AND EXISTS (SELECT 1 "
    f"FROM {ENTRY} p JOIN {ENTRY} e ON e.payment_id = p.payment_id WHERE p.id = NEW.reverses_id AND e.kind = 'clear' "
    f"AND {stands('e')})"
)

_moved = " OR ".join(f"NEW.{balance} <> OLD.{balance}" for balance in (*BALANCES, "last_number"))
_by_entry = " AND ".join(f"NEW.{balance} = OLD.{balance} + {effect('e', balance)}" for balance in BALANCES)
LINE_MOVED_ALONE = (
    f"({_moved}) AND NOT EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.line_id = NEW.id AND e.number = NEW.last_number "
    f"AND NEW.last_number = OLD.last_number + 1 AND {_by_entry})"
)
_commitment_moved = " OR ".join(f"NEW.{balance} <> OLD.{balance}" for balance in COMMITMENT_BALANCES)
_sums = " AND ".join(f"NEW.{balance} = OLD.{balance} + {effect('e', balance)}" for balance in COMMITMENT_BALANCES)
COMMITMENT_MOVED_ALONE = (
    f"({_commitment_moved}) AND NOT EXISTS (SELECT 1 FROM {ENTRY} e JOIN {LINE} l ON l.id = e.line_id "
    f"WHERE e.commitment_id = NEW.id AND e.number = l.last_number + 1 AND {_sums})"
)
BALANCES_FROM_NOTHING = " OR ".join(f"NEW.{balance} <> 0" for balance in (*BALANCES, "last_number"))
COMMITMENT_FROM_NOTHING = (
    " OR ".join(f"NEW.{balance} <> 0" for balance in COMMITMENT_BALANCES) + " OR NEW.state <> 'prepared'"
)


def of_envelope(row):
    """SQL: what a line takes of its year's envelope. Money carried in counts in the year before; what is withheld as
    saving stays taken until a decision releases it."""
    return f"{row}.assigned_vnd - {row}.carried_in_vnd + {row}.withheld_vnd"


ENVELOPE = (
    f"NEW.counts AND {of_envelope('NEW')} > {of_envelope('OLD')} "
    f"AND {of_envelope('NEW')} + COALESCE((SELECT SUM({of_envelope('l')}) FROM {LINE} l "
    "WHERE l.year_id = NEW.year_id AND l.counts AND l.id <> NEW.id), 0) "
    f"> (SELECT y.envelope_vnd FROM {YEAR} y WHERE y.id = NEW.year_id)"
)
LINES_WITHIN = (
    "NEW.envelope_vnd < OLD.envelope_vnd AND NEW.envelope_vnd < COALESCE((SELECT SUM("
    f"{of_envelope('l')}) FROM {LINE} l WHERE l.year_id = NEW.id AND l.counts), 0)"
)


def from_outside(period):
    """SQL: what lines of the period's years opened with as carried in, that no year here carried out."""
    return (
        f"COALESCE((SELECT SUM(o.amount_vnd) FROM {ENTRY} o JOIN {LINE} ol ON ol.id = o.line_id "
        f"JOIN {YEAR} oy ON oy.id = ol.year_id WHERE o.opening AND o.kind = 'carry_in' AND {stands('o')} "
        f"AND ol.counts AND oy.period_id = {period}), 0)"
    )


YEARS_WITHIN = (
    f"NEW.envelope_vnd > OLD.envelope_vnd AND NEW.envelope_vnd > COALESCE((SELECT p.ceiling_vnd FROM programme_period p WHERE p.id = NEW.period_id), 0) "
    f"- COALESCE((SELECT SUM(y.envelope_vnd) FROM {YEAR} y WHERE y.period_id = NEW.period_id AND y.id <> NEW.id), 0) "
    f"- {from_outside('NEW.period_id')}"
)
# What no year here carried out takes of the ceiling like an envelope; where the year before is kept here, it comes by the
# pair alone.
_BROUGHT = "NEW.opening AND NEW.kind = 'carry_in' AND NEW.reverses_id IS NULL"
BROUGHT_FROM_HERE = (
    f"{_BROUGHT} AND EXISTS (SELECT 1 FROM {LINE} l JOIN {YEAR} y ON y.id = l.year_id JOIN {YEAR} b "
    "ON b.year = y.year - 1 WHERE l.id = NEW.line_id)"
)
BROUGHT_ABOVE_CEILING = (
    f"{_BROUGHT} AND EXISTS (SELECT 1 FROM {LINE} l JOIN {YEAR} y ON y.id = l.year_id "
    "JOIN programme_period p ON p.id = y.period_id WHERE l.id = NEW.line_id AND l.counts "
    f"AND NEW.amount_vnd + {from_outside('p.id')} + (SELECT SUM(b.envelope_vnd) FROM {YEAR} b WHERE b.period_id = p.id) "
    "> COALESCE(p.ceiling_vnd, 0))"
)
TAKE_PERIOD_OF_LINE = (
    f"IF {_BROUGHT} THEN PERFORM 1 FROM programme_period p WHERE p.id = (SELECT y.period_id FROM {LINE} l "
    f"JOIN {YEAR} y ON y.id = l.year_id WHERE l.id = NEW.line_id) FOR NO KEY UPDATE; END IF;"
)
# Only a change of the envelope asks for the period; services take the period before the year.
TAKE_PERIOD = (
    "IF NEW.envelope_vnd > OLD.envelope_vnd THEN "
    "PERFORM 1 FROM programme_period p WHERE p.id = NEW.period_id FOR NO KEY UPDATE; END IF;"
)
CEILING_HOLDS = (
    "NEW.ceiling_vnd IS DISTINCT FROM OLD.ceiling_vnd AND COALESCE(NEW.ceiling_vnd, 0) < "
    f"COALESCE((SELECT SUM(y.envelope_vnd) FROM {YEAR} y WHERE y.period_id = NEW.id), 0) + {from_outside('NEW.id')}"
)


def _by_older_decision(limit):
    """SQL: the limit came to stand by a decision of an earlier day than the one it stood by."""
    return (
        f"EXISTS (SELECT 1 FROM {STEP} n JOIN {STEP} o ON o.id = OLD.{limit}_step_id "
        f"WHERE n.id = NEW.{limit}_step_id AND n.document_on < o.document_on)"
    )


def _by_decision(column, kind, owner):
    """A limit changes only to what an approved step of its own says, each step once."""
    return (
        f"NEW.{column}_vnd IS DISTINCT FROM OLD.{column}_vnd AND NOT EXISTS (SELECT 1 FROM {STEP} s "
        f"WHERE s.id = NEW.{column}_step_id AND s.kind = '{kind}' AND s.state = 'approved' AND s.{owner}_id = NEW.id "
        f"AND s.amount_vnd = NEW.{column}_vnd AND s.id > COALESCE(OLD.{column}_step_id, 0))"
    )


YEAR_IN_PERIOD = (
    "NOT EXISTS (SELECT 1 FROM programme_period p WHERE p.id = NEW.period_id AND NEW.year BETWEEN p.starts_year "
    "AND p.ends_year AND p.state <> 'no_document')"
)
PERIOD_KEEPS_ITS_YEARS = f"EXISTS (SELECT 1 FROM {YEAR} y WHERE y.period_id = NEW.id AND y.year NOT BETWEEN NEW.starts_year AND NEW.ends_year)"
_order = {"preparing": 0, "open": 1, "adjusting": 2, "closed": 3}
_rank = "CASE {row}.state " + " ".join(f"WHEN '{state}' THEN {place}" for state, place in _order.items()) + " END"
YEAR_GOES_ON = f"NEW.state <> OLD.state AND {_rank.format(row='NEW')} <> {_rank.format(row='OLD')} + 1"
# A closed year owes nobody an explanation: nothing waits, nothing is left over, every payment has its answer, its paper a
# date.
YEAR_IS_DONE = (
    f"NEW.state = 'closed' AND OLD.state <> 'closed' AND (NEW.closing_paper_on IS NULL OR EXISTS (SELECT 1 FROM {LINE} l WHERE l.year_id = NEW.id "
    "AND l.managed AND l.assigned_vnd <> l.settled_vnd + l.cancelled_vnd + l.carried_out_vnd) "
    f"OR EXISTS (SELECT 1 FROM {STEP} s LEFT JOIN {LINE} l ON l.id = s.line_id LEFT JOIN {LINE} o ON o.id = s.other_line_id "
    "WHERE s.state = 'prepared' AND NEW.id IN (s.year_id, l.year_id, o.year_id)) "
    f"OR EXISTS (SELECT 1 FROM {COMMITMENT} c JOIN {LINE} l ON l.id = c.line_id WHERE l.year_id = NEW.id "
    "AND c.state = 'prepared') "
    f"OR EXISTS (SELECT 1 FROM {PAYMENT} p JOIN {COMMITMENT} c ON c.id = p.commitment_id JOIN {LINE} l "
    "ON l.id = c.line_id WHERE l.year_id = NEW.id AND p.state IN ('prepared', 'controlled', 'signed', 'sent')))"
)
# The paper of its settlement is not older than what it settles: settlements, what was cancelled or carried over, and
# the reconciliation with the Treasury.
CLOSED_BEFORE_ITS_PAPERS = (
    f"NEW.state = 'closed' AND OLD.state <> 'closed' AND (EXISTS (SELECT 1 FROM {ENTRY} e JOIN {LINE} l ON l.id = e.line_id "
    f"WHERE l.year_id = NEW.id AND l.managed AND NOT e.opening AND e.kind IN ({listed(SETTLES_YEAR)}) AND {stands('e')} "
    "AND COALESCE(e.document_on, e.happened_on) > NEW.closing_paper_on) "
    "OR EXISTS (SELECT 1 FROM programme_treasurystatement t WHERE t.year_id = NEW.id AND t.state = 'reconciled' "
    "AND t.paper_on > NEW.closing_paper_on))"
)
SOURCE_COUNTS = (
    "NOT EXISTS (SELECT 1 FROM reference_moneysource s WHERE s.id = NEW.source_id AND s.counts_to_ceiling = NEW.counts)"
)

_line_sets = ", ".join(f"{balance} = {balance} + {effect('NEW', balance)}" for balance in BALANCES)
_commitment_sets = ", ".join(f"{balance} = {balance} + {effect('NEW', balance)}" for balance in COMMITMENT_BALANCES)
_months = ("committed_vnd", "disbursed_vnd", "recovered_vnd", "settled_vnd")
_month_values = ", ".join(effect("NEW", balance) for balance in _months)
_month_sets = ", ".join(f"{balance} = {MONTH}.{balance} + excluded.{balance}" for balance in _months)
_in_months = listed([kind for kind, moves in EFFECTS.items() if moves.keys() & set(_months)])


def month_of(column):
    """SQL that both engines read: year * 100 + month of a date; SQLite keeps dates as text."""
    text = f"CAST({column} AS TEXT)"
    return f"CAST(substr({text}, 1, 4) || substr({text}, 6, 2) AS integer)"


GUARDS = [
    append_only(ENTRY),
    append_only("programme_budgetcheck"),
    no_delete(LINE),
    no_delete(YEAR),
    no_delete(STEP),
    no_delete(COMMITMENT),
    no_delete(PAYMENT),
    immutable(YEAR, "period_id", "year"),
    immutable(LINE, "year_id", "task_id", "source_id", "unit_id", "managed", "counts"),
    immutable(
        COMMITMENT,
        "line_id",
        "redoes_id",
        "continues_id",
        "kind",
        "amount_vnd",
        "before_portal",
        "prepared_by",
        "prepared_at",
    ),
    immutable(PAYMENT, "commitment_id", "redoes_id", "kind", "prepared_by", "prepared_at"),
    immutable(
        STEP,
        "kind",
        "line_id",
        "other_line_id",
        "year_id",
        "period_id",
        "commitment_id",
        "reverses_id",
        "undoes_id",
        "redoes_id",
        "ground",
        "amount_vnd",
        "carried_in_vnd",
        "late",
        "allocated_vnd",
        "advanced_vnd",
        "disbursed_vnd",
        "settled_vnd",
        "prepared_by",
        "prepared_at",
    ),
    # who puts right what was refused or given back changes with a handover
    frozen_when(STEP, "OLD.state <> 'prepared'", free=("kept_by",), name="decided"),
    frozen_when(COMMITMENT, "OLD.state IN ('refused', 'withdrawn')", free=("kept_by",), name="decided"),
    frozen_when(
        COMMITMENT,
        "OLD.state IN ('approved', 'liquidated')",
        free=("state", "version", "ends_on", "liquidated_on", "liquidation_paper", *COMMITMENT_BALANCES),
        name="signed",
    ),
    frozen_when(
        PAYMENT, "OLD.state IN ('paid', 'refused', 'returned', 'withdrawn')", free=("kept_by",), name="answered"
    ),
    frozen_when(
        PAYMENT,
        "OLD.state <> 'prepared'",
        free=(
            "state",
            "version",
            "kept_by",
            "signed_by",
            "signed_at",
            "signed_for",
            "sent_by",
            "sent_at",
            "answered_by",
            "answered_at",
            "voucher",
            "paid_on",
            "answer",
            "returned_by",
            "returned_at",
        ),
        name="controlled",
    ),
    frozen_when(YEAR, "OLD.state = 'closed'", name="closed"),
    check_trigger("entry_a_number", ENTRY, ("INSERT",), NUMBER, before=TAKE_YEAR_AND_LINE),
    check_trigger("entry_b_year_takes_it", ENTRY, ("INSERT",), YEAR_TAKES_IT),
    check_trigger("entry_c_reversal_fits", ENTRY, ("INSERT",), REVERSAL_FITS),
    check_trigger("entry_d_line_fits", ENTRY, ("INSERT",), LINE_FITS),
    check_trigger("entry_e_commitment_fits", ENTRY, ("INSERT",), COMMITMENT_FITS),
    check_trigger("entry_f_payment_fits", ENTRY, ("INSERT",), PAYMENT_FITS),
    check_trigger("entry_g_other_half", ENTRY, ("INSERT",), OTHER_HALF),
    check_trigger("entry_h_half_still_used", ENTRY, ("INSERT",), HALF_STILL_USED),
    check_trigger("entry_h_cleared_still", ENTRY, ("INSERT",), CLEARED_STILL),
    check_trigger("entry_i_cover_stays", ENTRY, ("INSERT",), COVER_TAKEN),
    check_trigger("entry_j_opening_fits", ENTRY, ("INSERT",), OPENING_FITS),
    check_trigger("entry_k_not_before_its_contract", ENTRY, ("INSERT",), BEFORE_ITS_CONTRACT),
    check_trigger("entry_l_not_before_what_it_acts_on", ENTRY, ("INSERT",), ACTING_BEFORE),
    check_trigger("entry_l_recovered_once", ENTRY, ("INSERT",), RECOVERED_ALREADY),
    check_trigger("entry_m_brought_from_outside", ENTRY, ("INSERT",), BROUGHT_FROM_HERE),
    check_trigger(
        "entry_n_brought_within_ceiling", ENTRY, ("INSERT",), BROUGHT_ABOVE_CEILING, before=TAKE_PERIOD_OF_LINE
    ),
    check_trigger("entry_o_goes_on_elsewhere", ENTRY, ("INSERT",), CONTINUED_STILL),
    check_trigger("entry_p_raised_by_what_was_left", ENTRY, ("INSERT",), RAISED_BY_MORE_THAN_LEFT),
    follows(
        "entry_z_moves_balances",
        ENTRY,
        f"UPDATE {COMMITMENT} SET {_commitment_sets} WHERE id = NEW.commitment_id",
        f"UPDATE {LINE} SET {_line_sets}, last_number = NEW.number WHERE id = NEW.line_id",
        f"INSERT INTO {MONTH} (line_id, month, {', '.join(_months)}) "
        f"SELECT NEW.line_id, {month_of('NEW.happened_on')}, {_month_values} "
        f"WHERE NEW.kind IN ({_in_months}) "
        f"ON CONFLICT (line_id, month) DO UPDATE SET {_month_sets}",
    ),
    check_trigger("line_moves_by_entries", LINE, ("UPDATE",), LINE_MOVED_ALONE),
    check_trigger("line_starts_empty", LINE, ("INSERT",), BALANCES_FROM_NOTHING),
    check_trigger("line_counts_as_its_source", LINE, ("INSERT",), SOURCE_COUNTS),
    check_trigger("lines_within_envelope", LINE, ("UPDATE",), ENVELOPE),
    check_trigger("commitment_moves_by_entries", COMMITMENT, ("UPDATE",), COMMITMENT_MOVED_ALONE),
    check_trigger("commitment_liquidated_last", COMMITMENT, ("UPDATE",), LIQUIDATED_EARLY),
    check_trigger("commitment_reopened_first_before", COMMITMENT, ("UPDATE",), REOPENED_UNDER_ANOTHER),
    check_trigger("commitment_starts_empty", COMMITMENT, ("INSERT",), COMMITMENT_FROM_NOTHING),
    check_trigger("payment_has_cover", PAYMENT, ("UPDATE",), SIGNED_WITHOUT_COVER, before=TAKE_COMMITMENT),
    check_trigger("payment_to_its_account", PAYMENT, ("UPDATE",), TO_ANOTHER_ACCOUNT, before=TAKE_COMMITMENT),
    check_trigger("payment_by_its_own_voucher", PAYMENT, ("INSERT", "UPDATE"), VOUCHER_OF_ANOTHER, before=TAKE_VOUCHER),
    check_trigger("step_recovers_once", STEP, ("INSERT",), RECOVERY_WAITS, before=HOLD_COMMITMENT),
    check_trigger("step_left_to_next_year", STEP, ("INSERT",), LEFT_TO_NEXT_YEAR_EARLY),
    check_trigger("step_redoes_its_like", STEP, ("INSERT",), STEP_REDOES),
    check_trigger("commitment_redoes_its_like", COMMITMENT, ("INSERT",), COMMITMENT_REDOES),
    check_trigger("commitment_continues_its_like", COMMITMENT, ("INSERT",), CONTINUES_ANOTHER, before=TAKE_CONTINUED),
    check_trigger("payment_redoes_its_like", PAYMENT, ("INSERT",), PAYMENT_REDOES),
    check_trigger("year_starts_empty", YEAR, ("INSERT",), "NEW.envelope_vnd <> 0 OR NEW.state <> 'preparing'"),
    check_trigger("year_in_its_period", YEAR, ("INSERT",), YEAR_IN_PERIOD),
    check_trigger("year_goes_on", YEAR, ("UPDATE",), YEAR_GOES_ON),
    check_trigger("year_is_done_when_closed", YEAR, ("UPDATE",), YEAR_IS_DONE),
    check_trigger("year_closed_after_its_papers", YEAR, ("UPDATE",), CLOSED_BEFORE_ITS_PAPERS),
    check_trigger("years_within_ceiling", YEAR, ("UPDATE",), YEARS_WITHIN, before=TAKE_PERIOD),
    check_trigger("envelope_by_decision", YEAR, ("UPDATE",), _by_decision("envelope", "envelope", "year")),
    check_trigger("envelope_by_newer_decision", YEAR, ("UPDATE",), _by_older_decision("envelope")),
    check_trigger("envelope_holds_its_lines", YEAR, ("UPDATE",), LINES_WITHIN),
    check_trigger("ceiling_by_newer_decision", "programme_period", ("UPDATE",), _by_older_decision("ceiling")),
    check_trigger("ceiling_holds_its_years", "programme_period", ("UPDATE",), CEILING_HOLDS),
    check_trigger(
        "ceiling_by_decision",
        "programme_period",
        ("UPDATE",),
        f"EXISTS (SELECT 1 FROM {YEAR} y WHERE y.period_id = NEW.id) AND "
        + _by_decision("ceiling", "ceiling", "period"),
    ),
    check_trigger("period_keeps_its_budget_years", "programme_period", ("UPDATE",), PERIOD_KEEPS_ITS_YEARS),
]
