"""Payments by the thousand, and the Treasury's statement of them with differences planted in it."""

import random
from datetime import date, timedelta

from programme.models import Commitment, LedgerEntry, Payment
from tests.programme.making import (
    CHIEF,
    CLERK,
    HOLDER,
    LONG_AGO,
    make_budget_year,
    make_commitment,
    make_line,
    make_recovery,
    statement_line,
)

KINDS = ("not_here", "not_there", "amount", "date", "account", "voucher", "nature", "duplicate")
FIRST, DAYS = date(2024, 1, 1), 91


def lay_payments(count, *, seed, lines=10):
    """Paid payments with their entries in the ledger, on several lines; many alike in amount, account and day."""
    rng = random.Random(seed)
    year = make_budget_year(2024)
    commitments = [
        make_commitment(
            make_line(year, assigned_vnd=3_000_000_000),
            3_000_000_000,
            payee_account=f"10203{n:05d}",
            signed_on=FIRST,
        )
        for n in range(lines)
    ]
    paid = [
        Payment(
            commitment=commitments[number % lines],
            kind="advance" if number % 7 == 3 else "payment",
            state="paid",
            amount_vnd=rng.choice((500_000, 750_000, 1_000_000, rng.randint(100_000, 1_000_000))),
            payee=commitments[number % lines].payee,
            payee_account=commitments[number % lines].payee_account,
            invoice=f"Hóa đơn {number}",
            invoice_on=FIRST,
            prepared_by=CLERK,
            prepared_at=LONG_AGO,
            controlled_by=CHIEF,
            controlled_at=LONG_AGO,
            signed_by=HOLDER,
            signed_at=LONG_AGO,
            sent_by=CLERK,
            sent_at=LONG_AGO,
            answered_by=CLERK,
            answered_at=LONG_AGO,
            voucher=f"KB-{number:06d}",
            paid_on=FIRST + timedelta(rng.randrange(DAYS)),
        )
        for number in range(count)
    ]
    Payment.objects.bulk_create(paid, batch_size=500)
    _book(paid, commitments)
    back = [
        make_recovery(
            commitments[n], 10_000 + n, document=f"Giấy nộp trả kinh phí số {n}/NT", happened_on=FIRST + timedelta(n)
        )
        for n in range(min(lines, 5))
    ]
    return year, paid, back


def _book(paid, commitments):
    """Entries in rounds: on PostgreSQL a line's next number is known only when the statement before has ended."""
    numbers = {c.line_id: c.line.entries.count() for c in commitments}
    lines = {c.pk: c.line_id for c in Commitment.objects.filter(pk__in=[c.pk for c in commitments])}
    waiting = list(paid)
    while waiting:
        some, taken, rest = [], set(), []
        for payment in waiting:
            line = lines[payment.commitment_id]
            if line in taken:
                rest.append(payment)
                continue
            taken.add(line)
            numbers[line] += 1
            some.append(
                LedgerEntry(
                    line_id=line,
                    number=numbers[line],
                    kind="advance" if payment.kind == "advance" else "pay",
                    amount_vnd=payment.amount_vnd,
                    commitment_id=payment.commitment_id,
                    payment=payment,
                    document=payment.voucher,
                    happened_on=payment.paid_on,
                    recorded_at=LONG_AGO,
                )
            )
        LedgerEntry.objects.bulk_create(some)
        waiting = rest


def plant(paid, back, count, *, seed):
    """(lines of the statement in a shuffled order, the differences planted as (kind, voucher there, voucher here))."""
    rng = random.Random(seed)
    lines = {payment.voucher: statement_line(payment) for payment in paid}
    chosen = rng.sample(paid, count)
    extra, planted = [], []
    for number, payment in enumerate(chosen):
        kind, line = KINDS[number % len(KINDS)], lines[payment.voucher]
        if kind == "not_here":
            fresh = statement_line(
                voucher=f"LA-{number:04d}", paid_on=payment.paid_on, amount_vnd=2_000_000 + number, account="9999999999"
            )
            extra.append(fresh)
            planted.append((kind, fresh["voucher"], ""))
            continue
        there = payment.voucher
        if kind == "not_there":
            del lines[payment.voucher]
            there = ""
        elif kind == "amount":
            line["amount_vnd"] += 1
        elif kind == "date":
            line["paid_on"] += timedelta(-1 if line["paid_on"] > FIRST + timedelta(45) else 1)
        elif kind == "account":
            line["account"] = "8888888888"
        elif kind == "voucher":
            there = line["voucher"] = f"SAI-{number:04d}"
        elif kind == "nature":
            line["direction"] = "payment" if line["direction"] == "advance" else "advance"
        elif kind == "duplicate":
            extra.append(dict(line))
        planted.append((kind, there, payment.voucher))
    split = next(line for voucher, line in lines.items() if voucher not in {here for _kind, _there, here in planted})
    half = split["amount_vnd"] // 2  # two rows of one voucher that make up its payment: no difference
    extra.append(split | {"amount_vnd": split["amount_vnd"] - half})
    split["amount_vnd"] = half
    extra += [
        statement_line(
            voucher=f"{number}/NT",
            paid_on=entry.happened_on,
            amount_vnd=entry.amount_vnd,
            direction="recovery",
            account="",
        )
        for number, entry in enumerate(back)
    ]
    all_lines = [*lines.values(), *extra]
    rng.shuffle(all_lines)
    return all_lines, planted


def named(statement):
    """The differences that were found, as they were planted."""
    there = statement.differences.there()
    return [tuple(row) for row in there.values_list("kind", "there_voucher", "here_voucher")]
