"""Money of the programme for tests: rows laid in the order in which the database's guards accept them."""

import itertools
import uuid
from datetime import UTC, date, datetime

from accounts.roles import Role
from documents.models import Import, StoredFile
from programme.models import (
    PAIRS,
    AccountAddendum,
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    EntryKind,
    LedgerEntry,
    MoneyReturn,
    Payment,
    Period,
    Task,
)
from programme.services.treasury import (
    Line,
    confirm_reconciliation,
    explain_difference,
    lay_statement,
    number_statement,
)
from tests.factories import make_agency, make_content_area, make_money_source, make_office, make_period, make_user

_numbers = itertools.count(1)
_codes = itertools.count(1)
LONG_AGO = datetime(2021, 1, 4, 2, 0, tzinfo=UTC)
JUST_CLOSED = datetime(2025, 1, 20, 4, 0, tzinfo=UTC)  # in the adjustment period of 2024
CLERK, CHIEF, HOLDER = (uuid.UUID(int=number) for number in (1, 2, 3))  # three people who are not the test's own

YEAR_STATES = ("preparing", "open", "adjusting", "closed")


def task_code(year):
    """A code that no other task of the tests has."""
    return f"NV-{year}-{next(_codes):03d}"


def make_task(code=None, *, year=2024, **fields):
    """A task led by an office of the Department unless an agency is named."""
    number = next(_numbers)
    if not fields.get("agency"):
        fields.setdefault("office", fields.get("office") or make_office())
    fields.setdefault("what", f"Nhiệm vụ thử nghiệm {number}")
    fields.setdefault("state", Task.State.UNDER_WAY)
    fields.setdefault("content_area", make_content_area())
    return Task.objects.create(code=code or task_code(year), first_year=year, **fields)


def make_budget_step(kind, amount_vnd=1_000_000, *, state="approved", **fields):
    """A step in `state`: prepared by CLERK and, where it is decided, by CHIEF."""
    fields.setdefault("document", f"Quyết định số {next(_numbers)}/QĐ-UBND")
    about = [date(2023, 12, 10)]
    about += [fields["reverses"].happened_on] if fields.get("reverses") else []
    about += [fields["undoes"].returned_on] if fields.get("undoes") else []
    about += [fields["commitment"].signed_on] if fields.get("commitment") else []
    if kind in ("settle", "recover", "recover_advance") and fields.get("commitment"):
        about += [payment.paid_on for payment in fields["commitment"].payments.filter(state="paid")]
    fields.setdefault("document_on", max(about))
    fields.setdefault("happened_on", fields["document_on"])
    fields.setdefault("prepared_by", CLERK)
    fields.setdefault("prepared_at", LONG_AGO)
    if state != "prepared":
        fields.setdefault("decided_by", CHIEF)
        fields.setdefault("decided_at", fields["prepared_at"])
    if state == "refused":
        fields.setdefault("answer", "Thiếu căn cứ")
    return BudgetStep.objects.create(kind=kind, amount_vnd=amount_vnd, state=state, **fields)


def make_budget_year(year=2024, *, envelope_vnd=40_000_000_000, state="open", period=None, closing_paper="1/BC-SCT"):
    """A year of the programme with its envelope by an approved step, moved on to `state`."""
    period = period or Period.objects.of_year(year)
    if period is None:
        first = year - (year - 2021) % 5
        period = make_period(first, first + 4)
    row = BudgetYear.objects.create(period=period, year=year)
    if envelope_vnd:
        set_envelope(row, envelope_vnd)
    return move_year(row, state, closing_paper=closing_paper)


def set_envelope(year, amount_vnd):
    """Give the year an envelope by an approved step of its own."""
    step = make_budget_step("envelope", amount_vnd, year=year)
    BudgetYear.objects.filter(pk=year.pk).update(envelope_vnd=amount_vnd, envelope_step=step)
    year.refresh_from_db()
    return year


def move_year(year, state, *, closing_paper="1/BC-SCT", at=LONG_AGO):
    """Move the year on, step by step, to `state`."""
    changes = {
        "open": {"opened_by": CHIEF, "opened_at": at},
        "adjusting": {"adjusting_by": CHIEF, "adjusting_at": at},
        "closed": {
            "closed_by": CHIEF,
            "closed_at": at,
            "closing_paper": closing_paper,
            "closing_paper_on": date(year.year + 1, 2, 15),
        },
    }
    for each in YEAR_STATES[YEAR_STATES.index(year.state) + 1 : YEAR_STATES.index(state) + 1]:
        BudgetYear.objects.filter(pk=year.pk).update(state=each, **changes[each])
    year.refresh_from_db()
    return year


def make_entry(line, kind, amount_vnd, **fields):
    """The next entry of the line; the database moves the balances, which are read back into `line`."""
    line.refresh_from_db()
    fields.setdefault("document", f"Chứng từ số {next(_numbers)}")
    fields.setdefault("happened_on", date(line.year.year, 3, 1))
    fields.setdefault("recorded_at", LONG_AGO)
    fields.setdefault("recorded_by", CLERK)
    fields.setdefault("approved_by", CHIEF)
    fields.setdefault("reported", not line.managed)
    if fields.get("opening") and not fields.get("reverses") and "step" not in fields:
        fields["step"] = make_opening_step(line, kind, amount_vnd, commitment=fields.get("commitment"))
    entry = LedgerEntry.objects.create(
        line=line, number=line.last_number + 1, kind=kind, amount_vnd=amount_vnd, **fields
    )
    line.refresh_from_db()
    return entry


def make_opening_step(line, kind, amount_vnd, *, commitment=None, **fields):
    """An approved step that opens this one sum on the line, or on the contract from before the portal."""
    sums = {
        "carry_in": {"carried_in_vnd": amount_vnd},
        "allocate": {"allocated_vnd": amount_vnd},
        "advance": {"advanced_vnd": amount_vnd, "disbursed_vnd": amount_vnd},
        "pay": {"disbursed_vnd": amount_vnd},
        "settle": {"disbursed_vnd": amount_vnd, "settled_vnd": amount_vnd},
    }.get(kind, {})
    return make_budget_step("opening", amount_vnd, line=line, year=line.year, commitment=commitment, **sums, **fields)


def make_reversal(entry, reason="Ghi nhầm", **fields):
    """The entry that undoes `entry`."""
    fields.setdefault("happened_on", entry.happened_on)
    return make_entry(
        entry.line,
        entry.kind,
        entry.amount_vnd,
        reverses=entry,
        reason=reason,
        commitment=entry.commitment,
        pair=entry.pair,
        **fields,
    )


def make_pair(from_line, to_line, kind, amount_vnd, **fields):
    """Both halves of an adjustment ("transfer_out") or of a carry-over ("carry_out")."""
    pair = uuid.uuid4()
    out = make_entry(from_line, kind, amount_vnd, pair=pair, **fields)
    into = make_entry(to_line, PAIRS[EntryKind(kind)], amount_vnd, pair=pair, **fields)
    return out, into


def make_line(year=None, *, assigned_vnd=1_000_000_000, allocated_vnd=None, task=None, source=None, **fields):
    """A budget line with assigned and (as much, unless told) allocated money; `managed=False` for a followed one."""
    year = year or BudgetYear.objects.first() or make_budget_year()
    source = source or make_money_source()
    fields.setdefault("unit", fields.get("unit") or make_agency(name="Sở Công Thương"))
    line = BudgetLine.objects.create(
        year=year, task=task or make_task(year=year.year), source=source, counts=source.counts_to_ceiling, **fields
    )
    if assigned_vnd:
        make_entry(line, "assign", assigned_vnd, happened_on=date(year.year, 1, 2))
    allocated_vnd = assigned_vnd if allocated_vnd is None else allocated_vnd
    if allocated_vnd:
        make_entry(line, "allocate", allocated_vnd, happened_on=date(year.year, 1, 15))
    return line


def make_commitment(line=None, amount_vnd=100_000_000, *, state="approved", **fields):
    """A contract on the line; approved ones have their entry in the ledger."""
    line = line or make_line()
    number = next(_numbers)
    fields.setdefault("kind", Commitment.Kind.CONTRACT)
    fields.setdefault("number", f"{number}/HĐ-SCT")
    fields.setdefault("signed_on", date(line.year.year, 2, 1))
    fields.setdefault("what", f"Hợp đồng thử nghiệm {number}")
    fields.setdefault("payee", "Công ty TNHH Dịch vụ Hội chợ")
    fields.setdefault("payee_account", "1020304050")
    fields.setdefault("payee_bank", "Ngân hàng TMCP Công thương Việt Nam")
    fields.setdefault("prepared_by", CLERK)
    fields.setdefault("prepared_at", LONG_AGO)
    commitment = Commitment.objects.create(line=line, amount_vnd=amount_vnd, **fields)
    if state == "prepared":
        return commitment
    decided = {"decided_by": CHIEF, "decided_at": LONG_AGO}
    if commitment.before_portal:
        Commitment.objects.filter(pk=commitment.pk).update(state=state, **decided)
        commitment.refresh_from_db()
        return commitment
    if state in ("refused", "withdrawn"):
        Commitment.objects.filter(pk=commitment.pk).update(state=state, answer="Không duyệt", **decided)
    else:
        Commitment.objects.filter(pk=commitment.pk).update(state="approved", **decided)
        make_entry(line, "commit", amount_vnd, commitment=commitment, happened_on=commitment.signed_on)
    if state == "liquidated":
        liquidate(commitment)
    commitment.refresh_from_db()
    return commitment


def make_continued_contract(line, after, amount_vnd):
    """A contract on `line` that left its money to the next year and goes on there, on `after`, where it is reduced to 0."""
    before = make_commitment(line, amount_vnd)
    move_year(line.year, "adjusting")
    about = {"commitment": before, "line": line, "year": line.year}
    step = make_budget_step("decommit", amount_vnd, ground="next_year", **about)
    make_entry(line, "decommit", amount_vnd, commitment=before, step=step)
    same = {name: getattr(before, name) for name in ("number", "signed_on", "payee")}
    row = make_commitment(after, amount_vnd, continues=before, **same)
    make_entry(after, "decommit", amount_vnd, commitment=row)
    return row


def make_account(commitment, *, state="prepared", **fields):
    """An addendum on the account of a contract, by default waiting to be confirmed."""
    said = {"payee_account": "9988776655", "payee_bank": "Ngân hàng Minh Họa", "document": "01/PLHĐ"}
    begun = {"prepared_by": CLERK, "prepared_at": LONG_AGO, "document_on": commitment.signed_on}
    row = AccountAddendum.objects.create(commitment=commitment, **begun | said | fields)
    if state != "prepared":
        decided = {"decided_by": CHIEF, "decided_at": LONG_AGO, "answer": "Sai số" if state == "refused" else ""}
        AccountAddendum.objects.filter(pk=row.pk).update(state=state, **decided)
        row.refresh_from_db()
    return row


def liquidate(commitment, on=None):
    Commitment.objects.filter(pk=commitment.pk).update(
        state="liquidated",
        liquidated_on=on or date(commitment.line.year.year, 11, 1),
        liquidation_paper=f"{next(_numbers)}/BBTL",
    )
    commitment.refresh_from_db()
    return commitment


PAYMENT_STEPS = ("prepared", "controlled", "signed", "sent")


def make_payment(
    commitment=None,
    amount_vnd=10_000_000,
    *,
    state="prepared",
    clears_vnd=0,
    kind="payment",
    voucher="",
    paid_on=None,
    **fields,
):
    """A payment in `state`; a paid one has its voucher, its day and its entries in the ledger."""
    commitment = commitment or make_commitment()
    number = next(_numbers)
    fields.setdefault("payee", commitment.payee or "Ông Nguyễn Văn A")
    fields.setdefault("payee_account", commitment.payee_account)
    fields.setdefault("payee_bank", commitment.payee_bank)
    fields.setdefault("invoice", f"Hóa đơn số {number:07d}")
    fields.setdefault("invoice_on", date(commitment.line.year.year, 3, 1))
    fields.setdefault("prepared_by", CLERK)
    fields.setdefault("prepared_at", LONG_AGO)
    payment = Payment.objects.create(
        commitment=commitment, kind=kind, amount_vnd=amount_vnd, clears_vnd=clears_vnd, **fields
    )
    for changes in _steps_to(state, voucher or f"KB-{number:06d}", paid_on or date(commitment.line.year.year, 3, 5)):
        Payment.objects.filter(pk=payment.pk).update(**changes)
    payment.refresh_from_db()
    if state == "paid":
        _book(payment)
    return payment


def _steps_to(state, voucher, paid_on):
    """What changes at each step on the way to `state`."""
    steps = {
        "controlled": {"controlled_by": CHIEF, "controlled_at": LONG_AGO},
        "signed": {"signed_by": HOLDER, "signed_at": LONG_AGO},
        "sent": {"sent_by": CLERK, "sent_at": LONG_AGO},
    }
    answered = {"answered_by": CLERK, "answered_at": LONG_AGO}
    ends = {
        "paid": {**answered, "voucher": voucher, "paid_on": paid_on},
        "refused": {**answered, "answer": "Sai tài khoản"},
        "returned": {"returned_by": CHIEF, "returned_at": LONG_AGO, "answer": "Thiếu hóa đơn"},
        "withdrawn": {"returned_by": CLERK, "returned_at": LONG_AGO},
    }
    way = {"prepared": 0, "controlled": 1, "signed": 2, "sent": 3, "paid": 3, "refused": 3}.get(state, 0)
    for name in PAYMENT_STEPS[1 : way + 1]:
        yield {"state": name, **steps[name]}
    if state in ends:
        yield {"state": state, **ends[state]}


def _book(payment):
    """The ledger's entries of a paid payment."""
    line, kind = payment.commitment.line, "advance" if payment.kind == "advance" else "pay"
    facts = {
        "commitment": payment.commitment,
        "payment": payment,
        "document": payment.voucher,
        "document_on": payment.paid_on,
        "happened_on": payment.paid_on,
    }
    if payment.amount_vnd:
        make_entry(line, kind, payment.amount_vnd, **facts)
    if payment.clears_vnd:
        make_entry(line, "clear", payment.clears_vnd, **facts)


def make_paid_payment(commitment=None, amount_vnd=10_000_000, **fields):
    return make_payment(commitment, amount_vnd, state="paid", **fields)


def make_recovery(commitment, amount_vnd, *, document, happened_on, kind="recover"):
    """Money that came back from the payee, by its document."""
    return make_entry(
        commitment.line,
        kind,
        amount_vnd,
        commitment=commitment,
        document=document,
        document_on=happened_on,
        happened_on=happened_on,
    )


def make_opening_contract(line, amount_vnd=1_000, *, disbursed_vnd=0, advanced_vnd=0, settled_vnd=0, **fields):
    """A contract from before the portal with its sums in the ledger, by one approved step."""
    commitment = make_commitment(line, amount_vnd, before_portal=True, **fields)
    sums = {"disbursed_vnd": disbursed_vnd, "advanced_vnd": advanced_vnd, "settled_vnd": settled_vnd}
    step = make_budget_step("opening", amount_vnd, line=line, year=line.year, commitment=commitment, **sums)
    booked = {
        "commit": amount_vnd,
        "advance": advanced_vnd,
        "pay": disbursed_vnd - advanced_vnd,
        "settle": settled_vnd,
    }
    for kind, amount in booked.items():
        if amount:
            make_entry(line, kind, amount, opening=True, commitment=commitment, step=step)
    commitment.refresh_from_db()
    return commitment


def make_closed_contract(year=2019, paid_vnd=1_000, *, state="liquidated", **fields):
    """A contract that was paid and settled in a budget year that is closed since."""
    row = make_budget_year(year, envelope_vnd=paid_vnd, **fields)
    contract = make_commitment(make_line(row, assigned_vnd=paid_vnd), paid_vnd)
    make_paid_payment(contract, paid_vnd)
    make_entry(contract.line, "settle", paid_vnd, commitment=contract, happened_on=date(year, 12, 1))
    if state == "liquidated":
        liquidate(contract)
    move_year(row, "closed")
    return Commitment.objects.select_related("line__year").get(pk=contract.pk)


def make_return(commitment, amount_vnd=10, *, reverses=None, **fields):
    """Money returned to the budget by an approved step, or the reversal of such a return; the year is closed."""
    kind = "undo_return" if reverses else "budget_return"
    number = next(_numbers)
    voucher = reverses.voucher if reverses else fields.pop("voucher", f"GNT-{number:05d}")
    payer = reverses.payer if reverses else "Công ty TNHH Dịch vụ Hội chợ"
    said = {} if reverses else {"voucher": voucher, "payer": payer}
    where = {"line": commitment.line, "year": commitment.line.year, "commitment": commitment}
    fields.setdefault("reason", "Trả lại tiền chi sai")
    step = make_budget_step(kind, amount_vnd, undoes=reverses, reason=fields["reason"], **where, **said)
    return MoneyReturn.objects.create(
        commitment=commitment,
        amount_vnd=amount_vnd,
        reverses=reverses,
        step=step,
        document=step.document,
        document_on=reverses.returned_on if reverses else step.document_on,
        voucher=voucher,
        payer=payer,
        returned_on=fields.pop("returned_on", date(commitment.line.year.year + 1, 6, 1)),
        recorded_at=JUST_CLOSED,
        recorded_by=CLERK,
        approved_by=CHIEF,
        **fields,
    )


# --- statements of the Treasury ---------------------------------------------------------------


def make_accountant(**fields):
    return make_user(Role.ACCOUNTANT, **fields)


def make_chief_accountant(**fields):
    return make_user(Role.CHIEF_ACCOUNTANT, **fields)


def statement_line(payment=None, **changes):
    """A row as the Treasury writes it of `payment`, with some cells changed; without a payment all are told."""
    facts = {
        "payee": "Công ty TNHH Dịch vụ Hội chợ",
        "text": "Thanh toán",
        "account": "1020304050",
        "direction": "payment",
    }
    if payment is not None:
        facts |= {
            "voucher": payment.voucher,
            "paid_on": payment.paid_on,
            "amount_vnd": payment.amount_vnd,
            "direction": payment.kind,
            "payee": payment.payee,
            "account": payment.payee_account,
        }
    return facts | changes


def make_treasury_import(*, by, now=LONG_AGO, year=2024):
    """A file of a statement as the framework of imports keeps it."""
    number = next(_numbers)
    stored = StoredFile.objects.create(
        sha256=f"{number:064d}",
        size=1,
        format="xlsx",
        content_type="application/octet-stream",
        original_name=f"so-phu-{number}.xlsx",
        owner=by.public_id,
        stored_at=now,
    )
    return Import.objects.create(
        kind="treasury-statement", year=year, file=stored, digest=stored.sha256, by=by.public_id, uploaded_at=now
    )


def make_statement(year=None, lines=(), *, span="q1", by=None, now=LONG_AGO):
    """A statement of the Treasury with these rows (see `statement_line`), compared with the payments."""
    year, by = year or BudgetYear.objects.first() or make_budget_year(), by or make_accountant()
    return lay_statement(
        year=year,
        span=span,
        lines=[Line(number=number, **line) for number, line in enumerate(lines, start=2)],
        import_=make_treasury_import(by=by, now=now, year=year.year),
        by=by,
        now=now,
    )


# --- a statement on its way to being reconciled --------------------------------------------------


def explained(statement, by, *, now=JUST_CLOSED):
    for difference in statement.differences.unexplained():
        explain_difference(difference=difference, cause="other", explanation="Hạch toán ngày khác", by=by, now=now)


def numbered(statement, by, *, now=JUST_CLOSED):
    return number_statement(
        statement=statement, number="12/KBNN", issued_on=statement.ends_on, version=statement.version, by=by, now=now
    )


def confirmed(statement, by, *, now=JUST_CLOSED, **changes):
    statement.refresh_from_db()
    facts = {"paper": "01/BĐC-SCT", "paper_on": now.date(), "version": statement.version} | changes
    return confirm_reconciliation(statement=statement, by=by, now=now, **facts)


def reconciled(statement, chief, *, now=JUST_CLOSED):
    """Explained and numbered by an accountant, confirmed by the chief accountant."""
    accountant = make_accountant()
    explained(statement, accountant, now=now)
    numbered(statement, accountant, now=now)
    return confirmed(statement, chief, now=now)
