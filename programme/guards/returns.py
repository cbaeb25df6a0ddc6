"""Money returned to the budget after its year was closed: what is written stays, and is never more than was paid."""

from audit.guards import append_only, check_trigger
from programme.alike import alike_sql
from programme.guards.budget import ENTRY, recovers

RETURN, COMMITMENT, STEP = "programme_moneyreturn", "programme_commitment", "programme_budgetstep"
LINE, YEAR = "programme_budgetline", "programme_budgetyear"

# Those who write at once stand behind each other at the contract.
TAKE_COMMITMENT = f"PERFORM 1 FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id FOR NO KEY UPDATE;"
YEAR_NOT_CLOSED = (
    f"NOT EXISTS (SELECT 1 FROM {COMMITMENT} c JOIN {LINE} l ON l.id = c.line_id JOIN {YEAR} y ON y.id = l.year_id "
    "WHERE c.id = NEW.commitment_id AND y.state = 'closed')"
)
MORE_THAN_WAS_PAID = (
    f"NEW.reverses_id IS NULL AND NEW.amount_vnd + COALESCE((SELECT SUM(CASE WHEN r.reverses_id IS NULL THEN r.amount_vnd "
    f"ELSE -r.amount_vnd END) FROM {RETURN} r WHERE r.commitment_id = NEW.commitment_id), 0) > "
    f"(SELECT c.disbursed_vnd - c.recovered_vnd FROM {COMMITMENT} c WHERE c.id = NEW.commitment_id)"
)
REVERSAL_FITS = (
    f"NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {RETURN} r WHERE r.id = NEW.reverses_id "
    "AND r.reverses_id IS NULL AND r.commitment_id = NEW.commitment_id AND r.amount_vnd = NEW.amount_vnd "
    "AND r.returned_on <= NEW.document_on)"
)
NOT_BY_ITS_STEP = (
    f"NOT EXISTS (SELECT 1 FROM {STEP} s WHERE s.id = NEW.step_id AND s.state = 'approved' "
    "AND s.commitment_id = NEW.commitment_id AND s.amount_vnd = NEW.amount_vnd AND ((NEW.reverses_id IS NULL "
    "AND s.kind = 'budget_return' AND s.voucher = NEW.voucher) OR (s.kind = 'undo_return' AND s.undoes_id = NEW.reverses_id)))"
)
KNOWN_VOUCHER = (
    f"NEW.reverses_id IS NULL AND (EXISTS (SELECT 1 FROM {RETURN} r WHERE r.commitment_id = NEW.commitment_id "
    f"AND r.reverses_id IS NULL AND {alike_sql('r.voucher')} = {alike_sql('NEW.voucher')} "
    f"AND NOT EXISTS (SELECT 1 FROM {RETURN} v WHERE v.reverses_id = r.id)) "
    f"OR EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.commitment_id = NEW.commitment_id AND {recovers('o')} "
    f"AND {alike_sql('o.document')} = {alike_sql('NEW.voucher')}))"
)

GUARDS = [
    append_only(RETURN),
    check_trigger("return_a_of_closed_year", RETURN, ("INSERT",), YEAR_NOT_CLOSED, before=TAKE_COMMITMENT),
    check_trigger("return_b_within_what_was_paid", RETURN, ("INSERT",), MORE_THAN_WAS_PAID),
    check_trigger("return_c_reversal_fits", RETURN, ("INSERT",), REVERSAL_FITS),
    check_trigger("return_d_by_its_step", RETURN, ("INSERT",), NOT_BY_ITS_STEP),
    check_trigger("return_e_by_another_voucher", RETURN, ("INSERT",), KNOWN_VOUCHER),
]
