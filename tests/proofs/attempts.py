"""What each guard of the kind "check" must refuse, as raw SQL on rows of the demonstration data."""

import uuid

from django.apps import apps
from django.db import connection

from tests.proofs import (
    attempts_copies,
    attempts_dossiers,
    attempts_incoming,
    attempts_meetings,
    attempts_numbers,
    attempts_papers,
    attempts_plans,
    attempts_procedures,
    attempts_work_files,
)


def copied(table, where="", **changed):
    """INSERT of a row of `table` once more (the oldest that fits), under a new key, with some columns changed (SQL expressions)."""
    model = next(m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table)
    columns = [field.column for field in model._meta.local_fields]
    chosen = {"id": f'(SELECT MAX(id) + 1 FROM "{table}")'}
    if "public_id" in columns:
        chosen["public_id"] = f"'{uuid.uuid4().hex}'"
    if "token" in columns:
        chosen["token"] = f"'{uuid.uuid4().hex}'"
    chosen |= changed
    values = ", ".join(chosen.get(column, f'x."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" x {where} ORDER BY x.id LIMIT 1'


def updated(table, change, where):
    return f'UPDATE "{table}" SET {change} WHERE id = (SELECT x.id FROM "{table}" x {where} ORDER BY x.id LIMIT 1)'


def removed(table, where):
    return f'DELETE FROM "{table}" WHERE id = (SELECT x.id FROM "{table}" x {where} ORDER BY x.id LIMIT 1)'


REVIEW = "programme_policyreview"
ISSUED = "JOIN programme_policy p ON p.id = x.policy_id WHERE p.issued_on > '2002-01-01'"
CLOSED = "JOIN enterprises_figureyearclosing c ON c.year = x.year AND c.reopened_at IS NULL"
DONE = "JOIN reporting_kpirun r ON r.id = x.run_id AND r.state = 'done'"
DONE_PART = (
    "JOIN reporting_kpivalue v ON v.id = x.value_id JOIN reporting_kpirun r ON r.id = v.run_id AND r.state = 'done'"
)
DECLARED_LINE = "JOIN enterprises_figurerevision r ON r.id = x.revision_id AND r.declared_at IS NOT NULL"


# --- money: rows that tests/proofs/prove_guards.py lays in the years of PROOF ----------------------

LINE, ENTRY, YEAR = "programme_budgetline", "programme_ledgerentry", "programme_budgetyear"
COMMITMENT, STEP = "programme_commitment", "programme_budgetstep"
FIRST_YEAR, LEFT_YEAR, CLOSED_YEAR, OPEN_YEAR = 2091, 2095, 2096, 2097
PREPARING_YEAR, ADJUSTING_YEAR, FREE_YEAR = 2098, 2099, 2100
SETTLED_YEAR = 2093  # nothing is left of it, by papers of 01/03/2093
OF_PROOF = f"WHERE x.ends_year = {FREE_YEAR}"


def entry(like, year=OPEN_YEAR, where="x.reverses_id IS NULL", **changed):
    """INSERT of the next entry on a line of that year, like one of the kind `like` that stands there."""
    changed = {"number": "l.last_number + 1", "step_id": "NULL", "payment_id": "NULL"} | changed
    join = f"JOIN {LINE} l ON l.id = x.line_id JOIN {YEAR} y ON y.id = l.year_id AND y.year = {year}"
    return copied(ENTRY, f"{join} WHERE x.kind = '{like}' AND {where}", **changed)


def of_year(year):
    return f"JOIN {YEAR} y ON y.id = x.year_id AND y.year = {year}"


def by_step(owner, column, kind, amount):
    """SET of a limit to what the approved step of `kind` with this amount says."""
    step = f"(SELECT s.id FROM {STEP} s WHERE s.kind = '{kind}' AND s.amount_vnd = {amount} AND s.{owner} IS NOT NULL)"
    return f"{column}_vnd = {amount}, {column}_step_id = {step}"


TOO_MUCH, TOO_LITTLE = 9_000_000_000_001, 3  # amounts of approved steps that no guard may follow
OLDER = 900_000  # of approved steps by decisions older than those in force
LARGE_ENTRY = entry("supplement", amount_vnd="y.envelope_vnd + 1")
ABOVE_CEILING = updated(YEAR, by_step("year_id", "envelope", "envelope", TOO_MUCH), f"WHERE x.year = {OPEN_YEAR}")
INTO_CLOSED_YEAR = [
    entry("assign", CLOSED_YEAR),
    entry("cancel", CLOSED_YEAR),
    entry("assign", CLOSED_YEAR, opening="TRUE"),
]


def money_attempts():
    """{guard of the money: statements}"""
    other_line = f"(SELECT c.id FROM {COMMITMENT} c WHERE c.line_id <> x.line_id AND c.state = 'approved' LIMIT 1)"
    without_opening = f"(SELECT c.id FROM {COMMITMENT} c WHERE c.line_id = x.line_id AND c.state = 'approved' AND NOT c.before_portal LIMIT 1)"
    waiting = f"(SELECT c.id FROM {COMMITMENT} c WHERE c.line_id = x.line_id AND c.state = 'prepared' LIMIT 1)"
    unpaid = (
        "(SELECT p.id FROM programme_payment p WHERE p.commitment_id = x.commitment_id AND p.state = 'prepared' "
        "AND p.amount_vnd = x.amount_vnd LIMIT 1)"
    )
    without_reduction = f"(SELECT MAX(c.id) FROM {COMMITMENT} c WHERE c.state = 'approved' AND c.amount_vnd = 1000)"
    opening_step = f"(SELECT s.id FROM {STEP} s WHERE s.kind = 'opening' AND s.line_id = x.line_id LIMIT 1)"
    empty = f"{of_year(OPEN_YEAR)} WHERE x.last_number = 0"
    other_task = "(SELECT MAX(t.id) FROM programme_task t WHERE t.id <> x.task_id)"
    sent = "SELECT p.commitment_id FROM programme_payment p WHERE p.state = 'sent' AND p.amount_vnd = 30"
    known = "(SELECT {spelt} FROM programme_payment p WHERE p.state = 'paid' AND p.paid_on > '{year}-01-01' LIMIT 1)"
    answered = [
        f"state = 'paid', voucher = {known.format(spelt=spelt, year=OPEN_YEAR)}, paid_on = invoice_on, "
        "answered_at = sent_at, answered_by = sent_by"
        for spelt in ("' ' || LOWER(p.voucher)", "REPLACE(p.voucher, '-', ' – ')")
    ]
    fresh = f"'{uuid.uuid4().hex}'"
    in_proof = (
        f"SELECT l.id FROM {LINE} l JOIN {YEAR} y ON y.id = l.year_id AND y.year BETWEEN {LEFT_YEAR} AND {OPEN_YEAR}"
    )
    liquidated = f"SELECT c.id FROM {COMMITMENT} c WHERE c.state = 'liquidated' AND c.line_id IN ({in_proof})"
    of_closed = f"SELECT l.id FROM {LINE} l JOIN {YEAR} y ON y.id = l.year_id AND y.year = {CLOSED_YEAR}"
    ended = f"SELECT c.id FROM {COMMITMENT} c WHERE c.state = 'liquidated' AND c.line_id IN ({of_closed})"
    liquidated += f" AND c.line_id NOT IN ({of_closed})"
    continued = f"SELECT c.continues_id FROM {COMMITMENT} c WHERE c.state = 'approved' AND c.line_id IN ({in_proof})"
    clearing = f"SELECT e.payment_id FROM {ENTRY} e WHERE e.kind = 'clear' AND e.payment_id IS NOT NULL"
    raised = f"SELECT s.commitment_id FROM {STEP} s WHERE s.kind = 'commit' AND s.ground = 'next_year'"
    raising = f"(SELECT s.id FROM {STEP} s WHERE s.kind = 'commit' AND s.ground = 'next_year')"
    paid_later = f"SELECT e.commitment_id FROM {ENTRY} e WHERE e.kind = 'pay' AND e.document_on > '{OPEN_YEAR}-03-01'"
    closing = (
        "state = 'closed', closed_at = adjusting_at, closed_by = adjusting_by, closing_paper = '1/BC-SCT', "
        "closing_paper_on = '2100-02-01', "
        "opened_at = COALESCE(opened_at, adjusting_at)"
    )
    return {
        "entry_a_number": [entry("supplement", number=f"l.last_number + {step}") for step in (2, 0, -1)],
        "entry_b_year_takes_it": [
            *INTO_CLOSED_YEAR,
            entry("assign", PREPARING_YEAR, kind="'cancel'"),
            entry("assign", ADJUSTING_YEAR),
        ],
        "entry_c_reversal_fits": [
            entry("supplement", reverses_id="x.id", amount_vnd="x.amount_vnd + 1", reason="'x'"),
            entry("supplement", reverses_id="x.id", kind="'assign'", reason="'x'"),
            entry("supplement", where="x.reverses_id IS NOT NULL", reverses_id="x.id"),
            entry("supplement", reverses_id="x.id", reason="'x'", document_on="'2001-01-01'"),
        ],
        "entry_d_line_fits": [
            entry("supplement", reported="TRUE"),
            entry("assign", where="NOT l.managed", reported="FALSE"),
        ],
        "entry_e_commitment_fits": [
            entry("commit", where="x.commitment_id IS NOT NULL", commitment_id=target, amount_vnd="1")
            for target in ("NULL", other_line, waiting)
        ]
        + [
            entry("commit", where="x.opening", amount_vnd="1", opening="TRUE", commitment_id=target)
            for target in ("NULL", without_opening)
        ]
        + [
            entry("pay", where=f"x.commitment_id IN ({liquidated})", **taken)
            for taken in ({"reverses_id": "x.id", "reason": "'x'"}, {"kind": "'commit'"})
        ],
        "commitment_liquidated_last": [
            updated(COMMITMENT, f"state = 'liquidated', liquidated_on = '{day}', liquidation_paper = '1'", which)
            for day, which in (
                ("2001-01-01", "WHERE x.state = 'approved' AND x.continues_id IS NULL"),
                (f"{OPEN_YEAR}-03-01", f"WHERE x.state = 'approved' AND x.id IN ({paid_later})"),
                (f"{FREE_YEAR}-01-01", f"WHERE x.id IN ({continued})"),
            )
        ]
        + [updated(COMMITMENT, "liquidated_on = signed_on", f"WHERE x.id IN ({liquidated})")],
        "commitment_reopened_first_before": [
            updated(
                COMMITMENT,
                f"state = '{state}', liquidated_on = NULL, liquidation_paper = ''",
                f"WHERE x.id IN ({which})",
            )
            for state, which in (("withdrawn", liquidated), ("approved", ended))
        ],
        "entry_f_payment_fits": [
            entry("pay", where="x.payment_id IS NOT NULL", payment_id="x.payment_id", amount_vnd="x.amount_vnd + 1"),
            entry("pay", where="x.payment_id IS NOT NULL", payment_id=unpaid),
        ],
        "entry_g_other_half": [
            entry("carry_in", pair=fresh),
            entry("transfer_in", pair=fresh),
            entry("transfer_in", amount_vnd="x.amount_vnd + 1"),
        ],
        "entry_h_cleared_still": [
            entry("pay", where=f"x.payment_id IN ({clearing})", reverses_id="x.id", reason="'x'")
        ],
        # of 800 that may still be paid 30 are at the Treasury
        "entry_i_cover_stays": [
            entry("commit", where=f"x.commitment_id IN ({sent})", kind="'decommit'", amount_vnd="771"),
            entry("commit", where=f"x.commitment_id IN ({sent})", kind="'decommit'", amount_vnd="800"),
            # of 90 advanced 80 are cleared by what is at the Treasury
            entry("advance", kind="'recover_advance'", amount_vnd="11", document="'GNT-11'"),
            entry("advance", reverses_id="x.id", reason="'x'"),
        ],
        "entry_o_goes_on_elsewhere": [entry("decommit", LEFT_YEAR, reverses_id="x.id", reason="'x'")],
        "entry_p_raised_by_what_was_left": [
            entry("commit", where=f"x.commitment_id IN ({raised})", step_id=raising, amount_vnd="1")
        ],
        "step_left_to_next_year": [
            copied(STEP, "WHERE x.state = 'prepared' AND x.kind = 'allocate'", kind="'decommit'", ground="'next_year'")
        ],
        "commitment_continues_its_like": [
            copied(
                COMMITMENT,
                "WHERE x.continues_id IS NOT NULL",
                **{"state": "'prepared'", "decided_by": "NULL", "decided_at": "NULL"} | {column: value},
            )
            for column, value in (
                ("amount_vnd", "x.amount_vnd + 1"),
                ("number", "'x'"),
                ("payee", "'x'"),
                ("line_id", f"(SELECT b.line_id FROM {COMMITMENT} b WHERE b.id = x.continues_id)"),
                ("continues_id", without_reduction),
            )
        ],
        "payment_has_cover": [
            updated(
                "programme_payment",
                f"state = 'signed', signed_at = controlled_at, signed_by = '{uuid.uuid4().hex}'",
                f"WHERE x.state = 'controlled' AND {too_much}",
            )
            for too_much in ("x.amount_vnd = 771", "x.clears_vnd = 11")
        ],
        "step_redoes_its_like": [copied(STEP, "WHERE x.state = 'prepared' AND x.kind = 'allocate'", redoes_id="x.id")],
        "commitment_redoes_its_like": [
            copied(COMMITMENT, "WHERE x.state = 'prepared'", number="'x'", redoes_id="x.id")
        ],
        "payment_redoes_its_like": [copied("programme_payment", "WHERE x.state = 'prepared'", redoes_id="x.id")],
        "payment_to_its_account": [
            updated(
                "programme_payment",
                f"state = 'signed', signed_at = controlled_at, signed_by = '{uuid.uuid4().hex}'",
                f"WHERE x.state = 'controlled' AND x.{column} = 'another'",
            )
            for column in ("payee_account", "payee_bank")
        ],
        "payment_by_its_own_voucher": [
            updated("programme_payment", answer, "WHERE x.state = 'sent' AND x.amount_vnd = 30") for answer in answered
        ],
        "entry_l_recovered_once": [
            entry("recover", document="' unc.8'"),
            entry("recover", document="'UNC–8'", amount_vnd="1"),
        ],
        "entry_m_brought_from_outside": [brought(OPEN_YEAR, fresh)],
        "entry_n_brought_within_ceiling": [brought(FIRST_YEAR, fresh)],
        "step_recovers_once": [
            copied(STEP, "WHERE x.state = 'prepared' AND x.kind = 'recover'", document="'unc_9'", kind=kind)
            for kind in ("'recover'", "'recover_advance'")
        ],
        "entry_j_opening_fits": [
            entry("supplement", opening="TRUE"),
            entry("assign", where="x.opening", opening="TRUE"),
            entry("allocate", where="x.opening", opening="TRUE", step_id=opening_step),
            entry("commit", where="x.opening", opening="TRUE", amount_vnd="1"),
            entry("allocate", where="x.opening", opening="TRUE", step_id=opening_step, amount_vnd="x.amount_vnd + 1"),
        ],
        "entry_k_not_before_its_contract": [
            entry("commit", where="x.commitment_id IS NOT NULL", amount_vnd="1", document_on="'2000-01-01'")
        ],
        "entry_l_not_before_what_it_acts_on": [
            entry("supplement", kind=f"'{kind}'", amount_vnd="1", document_on=f"'{OPEN_YEAR}-02-02'")
            for kind in ("cut", "saving", "allocate", "cancel", "release")
        ]
        + [
            entry("pay", where="x.payment_id IS NOT NULL", kind=f"'{kind}'", document_on=f"'{OPEN_YEAR}-02-02'")
            for kind in ("settle", "recover")
        ],
        "entry_h_half_still_used": [entry("transfer_out", reverses_id="x.id", reason="'x'")],
        "line_moves_by_entries": [
            updated(LINE, f"{column} = {column} + 1", of_year(OPEN_YEAR))
            for column in ("assigned_vnd", "allocated_vnd", "committed_vnd", "disbursed_vnd", "last_number")
        ],
        "line_starts_empty": [copied(LINE, empty, task_id=other_task, assigned_vnd="1")],
        "line_counts_as_its_source": [copied(LINE, empty, task_id=other_task, counts="NOT x.counts")],
        "lines_within_envelope": [LARGE_ENTRY],
        "commitment_moves_by_entries": [
            updated(COMMITMENT, f"{column} = {column} + 1", "WHERE x.state = 'approved'")
            for column in ("committed_vnd", "disbursed_vnd", "settled_vnd")
        ],
        "commitment_starts_empty": [
            copied(COMMITMENT, "WHERE x.state = 'prepared'", number="'x'", committed_vnd="1"),
            copied(COMMITMENT, "WHERE x.state = 'refused'", number="'x'"),
        ],
        "year_starts_empty": [
            copied(YEAR, f"WHERE x.year = {PREPARING_YEAR}", year=f"{FREE_YEAR}", envelope_vnd="1"),
            copied(YEAR, f"WHERE x.year = {OPEN_YEAR}", year=f"{FREE_YEAR}", envelope_vnd="0"),
        ],
        "year_in_its_period": [
            copied(YEAR, f"WHERE x.year = {PREPARING_YEAR}", year=year, envelope_vnd="0") for year in ("2090", "2000")
        ],
        "year_goes_on": [
            updated(YEAR, "state = 'preparing', opened_at = NULL, opened_by = NULL", f"WHERE x.year = {OPEN_YEAR}"),
            updated(
                YEAR,
                "state = 'closed', adjusting_at = opened_at, adjusting_by = opened_by, closed_at = opened_at, "
                "closed_by = opened_by, closing_paper = '1/BC-SCT', closing_paper_on = '2098-02-01'",
                f"WHERE x.year = {OPEN_YEAR}",
            ),
        ],
        "year_is_done_when_closed": [updated(YEAR, closing, f"WHERE x.year = {ADJUSTING_YEAR}")],
        "year_closed_after_its_papers": [
            updated(YEAR, closing.replace("2100-02-01", f"{SETTLED_YEAR}-02-28"), f"WHERE x.year = {SETTLED_YEAR}")
        ],
        "years_within_ceiling": [ABOVE_CEILING],
        "envelope_by_decision": [
            updated(YEAR, f"envelope_vnd = envelope_vnd {change}", f"WHERE x.year = {OPEN_YEAR}")
            for change in ("- 1", "+ 1")
        ],
        "envelope_by_newer_decision": [
            updated(YEAR, by_step("year_id", "envelope", "envelope", OLDER), f"WHERE x.year = {OPEN_YEAR}")
        ],
        "ceiling_by_newer_decision": [
            updated("programme_period", by_step("period_id", "ceiling", "ceiling", OLDER), OF_PROOF)
        ],
        "envelope_holds_its_lines": [
            updated(YEAR, by_step("year_id", "envelope", "envelope", TOO_LITTLE), f"WHERE x.year = {OPEN_YEAR}")
        ],
        "ceiling_holds_its_years": [
            updated("programme_period", by_step("period_id", "ceiling", "ceiling", TOO_LITTLE), OF_PROOF)
        ],
        "ceiling_by_decision": [updated("programme_period", "ceiling_vnd = ceiling_vnd + 1", OF_PROOF)],
        "period_keeps_its_budget_years": [updated("programme_period", "starts_year = ends_year", OF_PROOF)],
        **of_returns(),
    }


def brought(year, pair):
    """INSERT of what an opening step on an empty line of the year says was carried in."""
    at = f"{STEP} s JOIN {YEAR} y ON y.id = s.year_id AND y.year = {year} WHERE s.kind = 'opening' AND s.carried_in_vnd > 0"
    said = {name: f"(SELECT s.{name} FROM {at})" for name in ("line_id", "carried_in_vnd", "id")}
    sums = {"line_id": said["line_id"], "amount_vnd": said["carried_in_vnd"], "step_id": said["id"]}
    return entry("assign", where="x.opening", kind="'carry_in'", opening="TRUE", number="1", pair=pair, **sums)


def of_returns():
    """What guards money returned to the budget after its year was closed."""
    table = "programme_moneyreturn"
    fits = "JOIN programme_budgetstep s ON s.id = x.step_id WHERE x.reverses_id IS NULL"
    of_open = (
        f"(SELECT c.id FROM {COMMITMENT} c JOIN {LINE} l ON l.id = c.line_id JOIN {YEAR} y ON y.id = l.year_id "
        f"AND y.year = {OPEN_YEAR} WHERE c.disbursed_vnd > 0 LIMIT 1)"
    )
    same_voucher = (
        f"(SELECT s.id FROM {STEP} s WHERE s.kind = 'budget_return' AND s.state = 'approved' "
        "AND s.voucher = LOWER(x.voucher))"
    )
    other_step = f"(SELECT s.id FROM {STEP} s WHERE s.kind = 'budget_return' AND s.state = 'prepared' LIMIT 1)"
    return {
        "return_a_of_closed_year": [copied(table, fits, step_id=other_step, commitment_id=of_open)],
        "return_b_within_what_was_paid": [copied(table, fits, step_id=other_step, amount_vnd="x.amount_vnd + 10000")],
        "return_c_reversal_fits": [
            copied(table, fits, step_id=other_step, reverses_id="x.id", amount_vnd="x.amount_vnd + 1"),
            copied(table, "WHERE x.reverses_id IS NOT NULL", step_id=other_step, reverses_id="x.id"),
            copied(table, fits, step_id=other_step, reverses_id="x.id", document_on="'2001-01-01'"),
        ],
        "return_d_by_its_step": [
            copied(table, fits, step_id=other_step),
            copied(table, fits, step_id=other_step, amount_vnd="1"),
            copied(table, fits, step_id=other_step, reverses_id="x.id"),
        ],
        "return_e_by_another_voucher": [
            copied(table, f"{fits} AND x.amount_vnd = 50", step_id=same_voucher, voucher="LOWER(x.voucher)")
        ],
    }


def money_limits():
    """(what, statement, the guards or constraints of which one must refuse it)"""
    left = "l.allocated_vnd - l.committed_vnd + 1"
    free = "l.assigned_vnd - l.committed_vnd - l.cancelled_vnd - l.carried_out_vnd + 1"
    unpaid = f"(SELECT c.committed_vnd - c.disbursed_vnd + c.recovered_vnd + 1 FROM {COMMITMENT} c WHERE c.id = x.commitment_id)"
    moves = "line_moves_by_entries"
    by_day = "x.reverses_id IS NULL AND NOT x.opening"
    yield "commit > allocate", entry("commit", where=by_day, amount_vnd=left), ["line_committed_within_allocated"]
    yield "cancel > assign", entry("supplement", kind="'cancel'", amount_vnd=free), ["line_ended_within_assigned"]
    yield "commit > allocate", updated(LINE, "committed_vnd = allocated_vnd + 1", of_year(OPEN_YEAR)), [moves]
    spent = ["commitment_disbursed_within", "line_disbursed_within_committed", "entry_i_cover_stays"]
    yield "disburse > commit", entry("pay", where=by_day, amount_vnd=unpaid), spent
    yield "disburse > commit", updated(LINE, "disbursed_vnd = committed_vnd + 1", of_year(OPEN_YEAR)), [moves]
    known = f"(SELECT LOWER(p.voucher) FROM programme_payment p WHERE p.paid_on > '{OPEN_YEAR}-01-01' LIMIT 1)"
    answer = (
        f"state = 'paid', voucher = ' ' || {known}, paid_on = invoice_on, answered_at = sent_at, answered_by = sent_by"
    )
    sent = "WHERE x.state = 'sent' AND x.amount_vnd = 30"
    yield "a voucher twice", updated("programme_payment", answer, sent), ["payment_by_its_own_voucher"]
    yield "lines > envelope", LARGE_ENTRY, ["lines_within_envelope"]
    yield "years > ceiling", ABOVE_CEILING, ["years_within_ceiling"]
    more = "l.withheld_vnd + 1"
    yield (
        "release > withheld",
        entry("supplement", kind="'release'", amount_vnd=more),
        ["budget_line_balances_plausible"],
    )
    yield "withheld without an entry", updated(LINE, "withheld_vnd = 1", of_year(OPEN_YEAR)), [moves]
    for change in ("amount_vnd = 1", "line_id = line_id + 1", "kind = 'cut'", "reason = 'x'"):
        yield "UPDATE of an entry", updated(ENTRY, change, ""), [f"keep_{ENTRY}", "permission denied"]
    yield "DELETE of an entry", removed(ENTRY, ""), [f"keep_{ENTRY}", "permission denied"]
    kept = "programme_moneyreturn"
    yield "UPDATE of a return", updated(kept, "amount_vnd = 1", ""), [f"keep_{kept}", "permission denied"]
    yield "DELETE of a return", removed(kept, ""), [f"keep_{kept}", "permission denied"]
    if connection.vendor == "postgresql":
        for table in (ENTRY, LINE, YEAR, COMMITMENT, STEP, "programme_payment", kept):
            yield f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE", ["permission denied", "guard "]
    for statement in INTO_CLOSED_YEAR:
        # one with opening sums breaks another rule too: whichever the database asks first
        yield "an entry into a closed year", statement, ["entry_b_year_takes_it", "entry_j_opening_fits"]


def attempts():
    """{guard name: statements}"""
    engine = "sqlite" if connection.vendor == "sqlite" else "postgresql"
    return (
        money_attempts()
        | attempts_plans.attempts(copied, updated)
        | attempts_procedures.attempts(copied, updated, removed)
        | attempts_meetings.attempts(copied, updated, removed)
        | attempts_numbers.attempts(copied, updated, removed)
        | attempts_papers.attempts(copied, updated, removed)
        | attempts_copies.attempts(copied, updated, removed)
        | attempts_incoming.attempts(copied, updated, removed)
        | attempts_work_files.attempts(copied, updated, removed)
        | attempts_dossiers.attempts(copied, updated, removed)
        | {
            f"work_day_at_weekend_{engine}": [copied("reference_calendarday", on="'2031-01-06'", kind="'work'")],
            "delegation_never_longer": [
                updated("accounts_delegation", "ends_on = '2999-12-31'", "WHERE x.ended_early_on IS NOT NULL")
            ],
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
            "policy_keeps_its_name": [
                updated("programme_policy", "issuer = 'another'", ""),
                updated("programme_policy", "number = '1/QĐ'", "WHERE x.number = '496/QĐ-UBND'"),
                updated("programme_policy", "issued_on = NULL", "WHERE x.number = '496/QĐ-UBND'"),
            ],
            "policies_in_a_line": [
                updated(
                    "programme_policy",
                    "superseded_by_id = (SELECT y.id FROM programme_policy y WHERE y.superseded_by_id = programme_policy.id "
                    "LIMIT 1), superseded_from = '2030-01-01', valid_to = '2029-12-31'",
                    "WHERE x.id IN (SELECT y.superseded_by_id FROM programme_policy y)",
                ),
            ],
            "superseded_by_one_that_stands": [
                updated(
                    "programme_policy",
                    "superseded_by_id = (SELECT y.id FROM programme_policy y WHERE y.withdrawn_on IS NOT NULL LIMIT 1), "
                    "superseded_from = '2040-01-01', valid_to = '2039-12-31'",
                    "WHERE x.withdrawn_on IS NULL AND x.superseded_by_id IS NULL AND x.number = '496/QĐ-UBND'",
                ),
            ],
            "superseded_by_one_in_force": [
                updated(
                    "programme_policy",
                    f"superseded_by_id = (SELECT y.id FROM programme_policy y WHERE y.number = '{other}'), "
                    "superseded_from = '2030-01-01', valid_to = '2029-12-31'",
                    f"WHERE x.number = '{number}'",
                )
                for number, other in (  # by an older one, one that ended before, one that is itself superseded by then
                    ("29/2026/QĐ-TTg", "496/QĐ-UBND"),
                    ("496/QĐ-UBND", "302/KH-UBND"),
                    ("496/QĐ-UBND", "01/2018/TT-VPCP"),
                )
            ],
            "superseding_policy_holds": [
                updated(
                    "programme_policy",
                    "valid_from = '2099-01-01', valid_to = NULL",
                    "WHERE x.id IN (SELECT y.superseded_by_id FROM programme_policy y) AND x.superseded_by_id IS NULL",
                ),
            ],
            "superseding_policy_stays": [
                updated(
                    "programme_policy",
                    "withdrawn_on = '2030-01-01'",
                    "WHERE x.id IN (SELECT y.superseded_by_id FROM programme_policy y) AND x.superseded_by_id IS NULL",
                ),
            ],
            "review_after_its_policy": [copied(REVIEW, f"{ISSUED} AND x.state = 'answered'", year="2001")],
            "review_sent_after_its_policy": [
                updated(REVIEW, "submitted_on = '2001-01-01'", f"{ISSUED} AND x.state = 'submitted'")
            ],
            "review_moves": [
                updated("programme_policyreview", "state = 'draft'", "WHERE x.state = 'submitted'"),
                updated(
                    "programme_policyreview",
                    "state = 'answered', answer = 'accepted', answer_number = '1', answered_on = '2030-01-01', "
                    "submitted_number = '1', submitted_on = '2029-01-01'",
                    "WHERE x.state = 'draft'",
                ),
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
            "dated_enterprises_title": [
                copied("enterprises_title", kind="'top_10'", round_year="2094", **dates)
                for dates in (
                    {"decision_on": "'2094-11-02'", "valid_from": "'2094-11-01'"},
                    {"decision_on": "'2096-01-01'", "valid_from": "'2096-01-01'"},
                    {"decision_on": "'2093-12-31'", "valid_from": "'2094-01-01'"},
                )
            ],
            "redated_enterprises_title": [
                updated("enterprises_title", change, "WHERE x.withdrawn_at IS NULL")
                for change in (
                    "valid_from = '2001-01-01'",
                    "round_year = round_year - 2",
                    "round_year = round_year + 1",
                    "decision_on = '2019-12-31'",
                )
            ],
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
                    "support_supportrecord",
                    f"withdrawn = {'0' if engine == 'sqlite' else 'false'}",
                    "WHERE x.withdrawn",
                )
            ],
            "activity_code_of_a_new_record": [
                copied("support_supportrecord", activity_code="lower(x.activity_code)"),
                copied("support_supportrecord", activity_code="x.activity_code || '–1'"),
                copied("support_supportrecord", activity_code="x.activity_code || '\u00d0'"),
                copied("support_supportrecord", activity_code="x.activity_code || '\u0189'"),
            ],
            "activity_code_of_a_record": [updated("support_supportrecord", "activity_code = lower(activity_code)", "")],
            "activity_code_of_a_revision": [
                copied("support_supportrevision", activity_code="x.activity_code || ' -1'", revision="9999")
            ],
            "year_support_supportrecord": [
                copied("support_supportrecord", year="1999"),
                updated("support_supportrecord", "year = 2099", "WHERE NOT x.withdrawn"),
            ],
            "year_support_supportrevision": [copied("support_supportrevision", year="1999", revision="9999")],
            "timely_statistic": [
                copied("reporting_citystatistic", year="2095", **change)
                for change in (
                    {"published_on": "'2094-12-31'"},
                    {"published_on": "'2095-12-31'", "state": "'official'"},
                    {"published_on": "'2096-01-01'", "prices": "'constant'", "base_year": "2097"},
                )
            ],
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
            **of_the_treasury(),
        }
    )


def of_the_treasury():
    """What guards statements of the Treasury, their rows and differences."""
    statement, row, difference = (
        "programme_treasurystatement",
        "programme_statementrow",
        "programme_statementdifference",
    )
    fresh = {
        "import_batch": f"'{uuid.uuid4().hex}'",
        "matched_at": "NULL",
        "here_paid_vnd": "NULL",
        "here_cleared_vnd": "NULL",
        "here_recovered_vnd": "NULL",
    }
    is_open = "WHERE x.state = 'open'"
    of_open = f"JOIN {statement} s ON s.id = x.statement_id AND s.state = 'open'"
    of_confirmed = f"JOIN {statement} s ON s.id = x.statement_id AND s.state = 'reconciled'"
    here = f"(SELECT r.payment_id FROM {row} r WHERE r.statement_id = {row}.statement_id AND r.payment_id IS NOT NULL LIMIT 1)"
    there = (
        f"(SELECT r.payment_id FROM {row} r JOIN {statement} q ON q.id = r.statement_id AND q.span IN ('q1', 'q2') "
        f"AND q.state = 'reconciled' JOIN {statement} own ON own.id = {row}.statement_id AND own.year_id = q.year_id "
        "WHERE r.payment_id IS NOT NULL AND r.direction <> 'clear' LIMIT 1)"
    )
    in_confirmed_days = (
        f"JOIN {LINE} l ON l.id = x.line_id JOIN {YEAR} y ON y.id = l.year_id AND y.state IN ('open', 'adjusting') "
        f"JOIN {statement} s ON s.year_id = y.id AND s.state = 'reconciled' AND x.happened_on BETWEEN s.starts_on "
        "AND s.ends_on WHERE x.payment_id IS NOT NULL AND x.reverses_id IS NULL AND x.kind IN ('pay', 'advance')"
    )
    unpaid = {"number": "l.last_number + 1", "step_id": "NULL", "payment_id": "NULL"}
    quarter = f"{of_open} AND s.span = 'q3' WHERE x.payment_id IS NULL AND x.direction NOT IN ('recovery', 'clear')"
    return {
        "entry_i_not_reconciled": [
            copied(ENTRY, in_confirmed_days, **unpaid),
            copied(ENTRY, in_confirmed_days, **unpaid, kind="'recover'"),
            copied(ENTRY, in_confirmed_days, **unpaid, reverses_id="x.id", reason="'x'"),
        ],
        "treasury_statement_starts_open": [copied(statement, is_open)],
        "treasury_statement_in_its_year": [copied(statement, is_open, starts_on="'1999-01-01'", **fresh)],
        "treasury_statement_year_takes_it": [
            copied(statement, "JOIN programme_budgetyear y ON y.state = 'preparing'", year_id="y.id", **fresh)
        ],
        "treasury_statement_moves": [updated(statement, "state = 'open'", "WHERE x.state = 'reconciled'")],
        "treasury_statement_explained": [
            updated(
                statement,
                "state = 'reconciled'",
                f"JOIN {difference} d ON d.statement_id = x.id AND d.gone_at IS NULL AND d.explained_at IS NULL {is_open}",
            )
        ],
        "statement_row_laid_with_its_statement": [copied(row, of_open, number="99999")],
        "statement_row_of_open_statement": [updated(row, "payment_id = NULL, part = NULL", of_confirmed)],
        "statement_row_in_one_quarter": [updated(row, f"payment_id = {there}, part = 1", quarter)],
        "statement_row_parts_of_one_voucher": [updated(row, f"payment_id = {here}, part = 2", quarter)],
        "statement_difference_of_open_statement": [
            copied(difference, f"JOIN {statement} s ON s.state = 'reconciled'", statement_id="s.id", key="'another'")
        ],
    }


# Guards that only take a lock, or that are there for the other engine.
REFUSE_NOTHING = {"alone_enterprises_figureyearclosing"}
