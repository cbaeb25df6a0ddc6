"""What the database itself refuses about statements of the Treasury, whoever writes."""

import uuid
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from programme.models import StatementDifference, StatementRow, TreasuryStatement
from programme.models.treasury import days_of
from tests.programme.making import (
    CHIEF,
    LONG_AGO,
    make_accountant,
    make_budget_year,
    make_commitment,
    make_line,
    make_paid_payment,
    make_recovery,
    make_statement,
    make_treasury_import,
    move_year,
    statement_line,
)
from tests.proofs import attempts, prove_guards

pytestmark = pytest.mark.django_db
DAY = date(2024, 3, 5)
CONFIRMED = {"reconciled_by": CHIEF, "reconciled_at": LONG_AGO, "paper": "1/BĐC", "paper_on": date(2024, 4, 5)}


def refused(function, *args, **kwargs):
    with pytest.raises(DatabaseError), transaction.atomic():
        function(*args, **kwargs)
    return True


def changing(row, **values):
    return refused(type(row).objects.filter(pk=row.pk).update, **values)


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)
    row.refresh_from_db()


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def commitment():
    return make_commitment(make_line(make_budget_year(2024)), 900)


@pytest.fixture
def statement(commitment):
    """One row that belongs to a payment, and one difference."""
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    lines = [statement_line(paid), statement_line(voucher="X", paid_on=DAY, amount_vnd=5)]
    return make_statement(commitment.line.year, lines)


def confirm(statement):
    statement.differences.update(cause="other", explanation="x", explained_by=CHIEF, explained_at=LONG_AGO)
    change(statement, number="1", issued_on=date(2024, 4, 1))
    change(statement, state="reconciled", **CONFIRMED)


def new_statement(year, **changes):
    by = make_accountant()
    import_ = make_treasury_import(by=by)
    facts = {
        "span": "q2",
        "starts_on": date(2024, 4, 1),
        "ends_on": date(2024, 6, 30),
        "file": import_.file,
        "import_batch": import_.public_id,
        "imported_by": by.public_id,
        "imported_at": LONG_AGO,
        "rows_count": 1,
        "paid_vnd": 1,
        "cleared_vnd": 0,
        "recovered_vnd": 0,
    }
    return TreasuryStatement.objects.create(year=year, **(facts | changes))


def test_what_came_as_a_statement_stays_as_it_came(statement):
    for values in (
        {"span": "q2"},
        {"starts_on": date(2024, 1, 2)},
        {"ends_on": date(2024, 3, 30)},
        {"rows_count": 3},
        {"paid_vnd": 16},
        {"revision": 2},
        {"imported_by": CHIEF},
        {"import_batch": uuid.uuid4()},
    ):
        assert changing(statement, **values)
    row = statement.rows.first()
    for values in (
        {"number": 9},
        {"voucher": "KB-2"},
        {"paid_on": date(2024, 3, 6)},
        {"amount_vnd": 11},
        {"direction": "advance"},
        {"payee": "Khác"},
        {"account": "2"},
        {"text": "Khác"},
    ):
        assert changing(row, **values)
    difference = statement.differences.get()
    for values in ({"there_vnd": 6}, {"kind": "duplicate"}, {"found_at": LONG_AGO.replace(year=2020)}, {"key": "x"}):
        assert changing(difference, **values)
    for table in ("programme_statementdifference", "programme_statementrow", "programme_treasurystatement"):
        assert refused(sql, f"DELETE FROM {table}")


def test_a_statement_starts_open_in_an_open_year_of_its_days(commitment):
    year = commitment.line.year
    assert refused(new_statement, year, state="reconciled", number="1", issued_on=DAY, **CONFIRMED)
    assert refused(new_statement, year, starts_on=date(2023, 4, 1))
    assert refused(new_statement, year, ends_on=date(2026, 1, 1))
    assert refused(new_statement, year, starts_on=date(2024, 7, 1))
    assert refused(new_statement, make_budget_year(2025, state="preparing"))
    assert refused(new_statement, make_budget_year(2023, state="closed"))
    assert refused(new_statement, year, span="h1")
    assert refused(new_statement, year, rows_count=0)
    assert refused(new_statement, year, revision=2)
    there = new_statement(year)
    assert refused(new_statement, year)
    assert refused(new_statement, year, revision=2, supersedes=there)  # two would stand
    assert refused(new_statement, year, span="q3", import_batch=there.import_batch)


def test_a_closed_year_keeps_its_statements_as_they_are(statement):
    confirm(statement)
    year = make_budget_year(2023)
    later = new_statement(year, starts_on=date(2023, 4, 1), ends_on=date(2023, 6, 30))
    move_year(year, "closed")
    assert changing(later, state="withdrawn")
    assert changing(later, number="2", issued_on=DAY)


def test_states_follow_their_moves_and_carry_their_facts(statement):
    assert changing(statement, state="reconciled", **CONFIRMED)  # a difference is not explained
    statement.differences.update(cause="other", explanation="x", explained_by=CHIEF, explained_at=LONG_AGO)
    assert changing(statement, state="reconciled", **CONFIRMED)  # it has no number
    change(statement, number="1", issued_on=date(2024, 4, 1))
    for lacking in ("reconciled_by", "reconciled_at", "paper_on"):
        assert changing(statement, state="reconciled", **(CONFIRMED | {lacking: None}))
    assert changing(statement, state="reconciled", **(CONFIRMED | {"paper": ""}))
    assert changing(statement, state="reconciled", **(CONFIRMED | {"reconciled_by": statement.imported_by}))
    assert changing(statement, number="")
    assert changing(statement, here_paid_vnd=None)
    assert changing(statement, **CONFIRMED)
    assert changing(statement, state="lost")
    change(statement, state="reconciled", **CONFIRMED)
    for values in ({"state": "open"}, {"state": "withdrawn"}, {"paper": "2"}, {"here_paid_vnd": 1}, {"number": "2"}):
        assert changing(statement, **values)
    change(statement, state="replaced")
    assert changing(statement, state="withdrawn")
    change(statement, state="reconciled")


def test_nothing_of_a_confirmed_statement_changes(statement):
    confirm(statement)
    assert changing(statement.rows.first(), payment=None, part=None)
    assert changing(statement.differences.get(), explanation="Khác")
    assert refused(StatementRow.objects.create, statement=statement, **row_facts())
    again = StatementDifference.objects.get()
    again.pk, again.public_id, again.key = None, uuid.uuid4(), "other"
    assert refused(again.save, force_insert=True)


def row_facts(**changes):
    return {"number": 50, "voucher": "Y", "paid_on": DAY, "amount_vnd": 1, "direction": "payment"} | changes


def test_rows_are_laid_with_their_statement_and_not_after(statement, commitment):
    assert refused(StatementRow.objects.create, statement=statement, **row_facts())
    fresh = new_statement(commitment.line.year)
    for wrong in (
        {"amount_vnd": 0},
        {"amount_vnd": 10**12 + 1},
        {"voucher": ""},
        {"direction": "gift"},
        {"part": 1},
    ):
        assert refused(StatementRow.objects.create, statement=fresh, **row_facts(**wrong))
    StatementRow.objects.create(statement=fresh, **row_facts())
    assert refused(StatementRow.objects.create, statement=fresh, **row_facts())


def test_a_row_belongs_to_one_thing_and_nothing_to_two_rows(statement, commitment):
    first, second = statement.rows.order_by("number")
    paid = first.payment
    back = make_recovery(commitment, 3, document="NT-1", happened_on=DAY)
    assert changing(second, payment=paid, part=1)
    assert changing(second, payment=paid, part=2)  # another voucher
    assert changing(second, entry=back, part=1)  # no recovery
    assert changing(first, payment=paid, part=None)
    assert changing(first, payment=paid, part=0)
    assert changing(first, entry=back)
    assert changing(first, payment=None)
    other = make_statement(
        commitment.line.year, [statement_line(voucher="Z", paid_on=date(2024, 5, 1), amount_vnd=1)], span="q2"
    )
    assert changing(other.rows.get(), payment=paid, part=1)  # the first quarter has it
    year = make_statement(commitment.line.year, [statement_line(voucher="Z", paid_on=DAY, amount_vnd=1)], span="year")
    change(year.rows.get(), payment=paid, part=1)


def test_a_difference_has_the_sides_of_its_kind_and_a_whole_explanation(statement, commitment):
    standing = statement.differences.get()
    paid = statement.rows.order_by("number").first().payment
    row = standing.row

    def difference(kind, **facts):
        facts = {"key": str(uuid.uuid4()), "found_at": LONG_AGO} | facts
        return StatementDifference.objects.create(statement=statement, kind=kind, **facts)

    there = {"row": row, "there_vnd": 5, "there_on": DAY}
    here = {"payment": paid, "here_vnd": 10, "here_on": DAY}
    back = {"entry": make_recovery(commitment, 3, document="NT-1", happened_on=DAY), "here_vnd": 3, "here_on": DAY}
    for kind, facts in (
        ("not_here", {}),
        ("not_here", there | here),
        ("not_there", {}),
        ("not_there", there | here),
        ("amount", there),
        ("amount", here),
        ("duplicate", here),
        ("amount", there | here | back),
        ("amount", there | here | {"there_vnd": None}),
        ("amount", there | here | {"here_on": None}),
        ("wrong", there | here),
        ("not_here", there | {"key": standing.key}),
        ("not_here", there | {"cause": "other"}),
        ("not_here", there | {"cause": "magic", "explanation": "x", "explained_by": CHIEF, "explained_at": LONG_AGO}),
        ("not_here", there | {"cause": "other", "explanation": "x", "explained_by": CHIEF}),
        ("not_here", there | {"explanation": "x", "explained_by": CHIEF, "explained_at": LONG_AGO}),
    ):
        assert refused(difference, kind, **facts), (kind, facts)
    difference("amount", **there, **here)
    difference("not_there", **back)
    gone = difference("duplicate", **there, **here)
    change(gone, gone_at=LONG_AGO)
    assert changing(gone, explanation="x", cause="other", explained_by=CHIEF, explained_at=LONG_AGO)
    assert changing(gone, gone_at=None)


def test_quarters_and_years_know_their_days():
    assert days_of("q1", 2024, date(2025, 1, 31)) == (date(2024, 1, 1), date(2024, 3, 31))
    assert days_of("q2", 2024, date(2025, 1, 31)) == (date(2024, 4, 1), date(2024, 6, 30))
    assert days_of("q4", 2024, date(2025, 1, 31)) == (date(2024, 10, 1), date(2024, 12, 31))
    assert days_of("year", 2024, date(2025, 1, 31)) == (date(2024, 1, 1), date(2024, 12, 31))
    assert days_of("adjusted", 2024, date(2025, 1, 31)) == (date(2024, 1, 1), date(2025, 1, 31))


def test_what_is_written_for_the_proof_of_the_guards_is_refused_by_a_guard(statement, commitment):
    confirm(statement)
    make_budget_year(2025, state="preparing")
    late = make_paid_payment(commitment, 20, voucher="KB-Q3", paid_on=date(2024, 8, 1))
    lines = [statement_line(late), statement_line(voucher="Y", paid_on=date(2024, 8, 1), amount_vnd=5)]
    make_statement(commitment.line.year, lines, span="q3")
    for name, statements in attempts.of_the_treasury().items():
        assert all(prove_guards.is_refused(each, (), name) for each in statements), name
