"""Reconciling with the Treasury: lay, compare, explain, confirm; and what closing a year asks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils.translation import override

from audit.events import history_of
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from programme.cautions import cautions_before_payment, cautions_of_payment, cautions_of_step, cautions_on_page
from programme.models import Cause, DifferenceKind, LedgerEntry, TreasuryStatement
from programme.models.treasury import causes_of
from programme.presenting.treasury import reconciliation_rows
from programme.services.payments import record_paid
from programme.services.steps import approve_step, prepare_step, withdraw_step
from programme.services.treasury import (
    booked_since,
    explain_difference,
    lacking_reconciliation,
    match_statement,
    number_statement,
    require_reconciled,
    withdraw_statement,
)
from programme.services.years import close_year
from tests.factories import make_director, make_head, make_rule, make_user
from tests.programme.making import (
    confirmed,
    explained,
    make_accountant,
    make_budget_step,
    make_budget_year,
    make_chief_accountant,
    make_commitment,
    make_entry,
    make_line,
    make_opening_contract,
    make_paid_payment,
    make_payment,
    make_recovery,
    make_reversal,
    make_statement,
    move_year,
    numbered,
    reconciled,
    statement_line,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 1, 20, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DAY = date(2024, 3, 5)


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


@pytest.fixture
def accountant():
    return make_accountant()


@pytest.fixture
def chief():
    return make_chief_accountant()


@pytest.fixture
def commitment():
    return make_commitment(make_line(make_budget_year(2024)), 900_000_000)


def kinds(statement):
    there = statement.differences.there().order_by("id")
    return [(d.kind, d.row and d.row.voucher, d.payment and d.payment.voucher) for d in there]


def test_a_statement_that_agrees_has_its_rows_at_their_payments_and_no_difference(commitment, accountant):
    one = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    two = make_paid_payment(commitment, 20, voucher="KB-2", paid_on=DAY, kind="advance")
    back = make_recovery(commitment, 5, document="Giấy nộp trả số 7/NT", happened_on=DAY)
    lines = [
        statement_line(one),
        statement_line(two),
        statement_line(voucher="7/NT", paid_on=DAY, amount_vnd=5, direction="recovery", account=""),
    ]
    statement = make_statement(lines=lines, by=accountant, now=NOW)
    assert kinds(statement) == []
    assert list(statement.rows.values_list("payment", "entry", "part")) == [
        (one.pk, None, 1),
        (two.pk, None, 1),
        (None, back.pk, 1),
    ]
    assert (statement.paid_vnd, statement.here_paid_vnd, statement.recovered_vnd, statement.here_recovered_vnd) == (
        30,
        30,
        5,
        5,
    )
    assert (statement.rows_count, statement.matched_at, statement.revision) == (3, NOW, 1)
    assert [line.event.kind for line in history_of(statement)] == [
        "treasury statement compared",
        "treasury statement imported",
    ]


def test_every_kind_of_difference_is_named_with_the_figures_of_both_sides(commitment, accountant):
    paid = {
        name: make_paid_payment(commitment, 100 + number, voucher=f"KB-{name}", paid_on=DAY)
        for number, name in enumerate(
            ("same", "amount", "date", "account", "voucher", "nature", "duplicate", "missing")
        )
    }
    make_paid_payment(commitment, 999, voucher="KB-Q2", paid_on=date(2024, 4, 1))  # of other days: nobody misses it
    lines = [
        statement_line(paid["same"]),
        statement_line(paid["amount"], amount_vnd=1),
        statement_line(paid["date"], paid_on=date(2024, 3, 8)),
        statement_line(paid["account"], account="99"),
        statement_line(paid["voucher"], voucher="KB-other"),
        statement_line(paid["nature"], direction="advance"),
        statement_line(paid["duplicate"]),
        statement_line(paid["duplicate"]),
        statement_line(voucher="KB-unknown", paid_on=DAY, amount_vnd=7),
    ]
    statement = make_statement(lines=lines, by=accountant, now=NOW)
    assert kinds(statement) == [
        ("amount", "KB-amount", "KB-amount"),
        ("date", "KB-date", "KB-date"),
        ("account", "KB-account", "KB-account"),
        ("voucher", "KB-other", "KB-voucher"),
        ("nature", "KB-nature", "KB-nature"),
        ("duplicate", "KB-duplicate", "KB-duplicate"),
        ("not_here", "KB-unknown", None),
        ("not_there", None, "KB-missing"),
    ]
    assert {kind for kind, *_rest in kinds(statement)} == set(DifferenceKind.values)
    amount = statement.differences.get(kind="amount")
    assert (amount.there_vnd, amount.here_vnd, amount.there_on, amount.here_on) == (1, 101, DAY, DAY)
    assert (amount.there_account, amount.here_account, amount.found_at) == ("1020304050", "1020304050", NOW)
    missing = statement.differences.get(kind="not_there")
    assert (missing.there_vnd, missing.here_vnd, missing.here_voucher) == (None, 107, "KB-missing")


def test_only_managed_lines_of_the_year_and_payments_that_stand_are_compared(commitment, accountant):
    undone = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    make_reversal(LedgerEntry.objects.get(payment=undone, kind="pay"))
    other = make_commitment(make_line(make_budget_year(2025)), 900, signed_on=DAY)
    make_paid_payment(other, 30, voucher="KB-3", paid_on=DAY)
    back = make_recovery(make_paid_payment(commitment, 50, voucher="KB-4", paid_on=date(2024, 8, 1)).commitment, 5,
                         document="NT-1", happened_on=date(2024, 8, 1))  # fmt: skip
    make_reversal(back)
    paid = make_paid_payment(commitment, 20, voucher="KB-2", paid_on=DAY)
    statement = make_statement(commitment.line.year, [statement_line(paid)], by=accountant, now=NOW)
    assert (kinds(statement), statement.here_paid_vnd, statement.here_recovered_vnd) == ([], 20, 0)


def test_an_advance_that_a_payment_clears_is_compared_where_the_statement_lists_such(commitment, accountant):
    advance = make_paid_payment(commitment, 100, voucher="KB-1", paid_on=DAY, kind="advance")
    last = make_paid_payment(commitment, 40, voucher="KB-2", paid_on=DAY, clears_vnd=60)
    cash = [statement_line(advance), statement_line(last)]
    assert kinds(make_statement(lines=cash, by=accountant, now=NOW)) == []
    clearing = statement_line(last, amount_vnd=50, direction="clear", account="")
    statement = make_statement(lines=[*cash, clearing], by=accountant, now=NOW)
    assert kinds(statement) == [("amount", "KB-2", "KB-2")]
    assert (statement.cleared_vnd, statement.here_cleared_vnd, statement.revision) == (50, 60, 2)


def test_parts_of_a_voucher_belong_to_one_payment_and_one_paper_may_give_back_on_two_lines(commitment, accountant):
    paid = make_paid_payment(commitment, 100, voucher="KB-1", paid_on=DAY)
    other = make_commitment(make_line(commitment.line.year), 50)
    make_paid_payment(other, 50, voucher="KB-2", paid_on=DAY)
    for each, vnd in ((commitment, 5), (other, 6)):
        make_recovery(each, vnd, document="NT-9", happened_on=DAY)
    lines = [
        statement_line(paid, amount_vnd=70),
        statement_line(paid, amount_vnd=30),
        statement_line(voucher="KB-2", paid_on=DAY, amount_vnd=50),
        statement_line(voucher="NT-9", paid_on=DAY, amount_vnd=11, direction="recovery"),
    ]
    statement = make_statement(lines=lines, by=accountant, now=NOW)
    assert kinds(statement) == []
    assert list(statement.rows.values_list("part", flat=True)) == [1, 2, 1, 1]


def test_a_payment_belongs_to_one_quarter_and_to_the_year_besides(commitment, accountant):
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=date(2024, 3, 31))
    make_statement(lines=[statement_line(paid)], by=accountant, now=NOW)
    second = make_statement(lines=[statement_line(paid, paid_on=date(2024, 4, 1))], span="q2", by=accountant, now=NOW)
    assert kinds(second) == [("duplicate", "KB-1", "KB-1")]
    assert second.differences.with_elsewhere().get().name == "On another quarter's statement already"
    twice = make_statement(lines=[statement_line(paid)] * 2, by=accountant, now=NOW)
    assert twice.differences.with_elsewhere().get().name == "Twice on the statement"
    year = make_statement(lines=[statement_line(paid)], span="year", by=accountant, now=NOW)
    assert (kinds(year), year.rows.get().payment) == ([], paid)


def test_how_many_days_may_lie_between_is_data(commitment, accountant):
    make_rule("treasury_matching", {"days": 1})
    make_rule(
        "budget_calendar", [{"code": "adjustment_ends", "label_vi": "x", "year_offset": 1, "month": 2, "day": 15}]
    )
    make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    line = statement_line(voucher="X", paid_on=DAY + timedelta(2), amount_vnd=10)
    statement = make_statement(lines=[line], span="adjusted", by=accountant, now=NOW)
    assert [kind for kind, *_rest in kinds(statement)] == ["not_here", "not_there"]
    assert statement.ends_on == date(2025, 2, 15)


def test_comparing_again_keeps_explanations_and_lets_go_what_was_corrected(commitment, accountant):
    wrong = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    make_paid_payment(commitment, 20, voucher="KB-2", paid_on=DAY)
    lines = [statement_line(wrong, amount_vnd=11), statement_line(voucher="KB-9", paid_on=DAY, amount_vnd=7)]
    statement = make_statement(lines=lines, by=accountant, now=NOW)
    assert [kind for kind, *_rest in kinds(statement)] == ["amount", "not_here", "not_there"]
    explained(statement, accountant)
    make_reversal(LedgerEntry.objects.get(payment=wrong, kind="pay"))
    make_paid_payment(commitment, 7, voucher="KB-9", paid_on=DAY)
    statement = match_statement(statement=statement, by=accountant, now=LATER)
    assert kinds(statement) == [("not_there", None, "KB-2"), ("not_here", "KB-1", None)]
    assert statement.differences.unexplained().get().kind == "not_here"
    gone = statement.differences.filter(gone_at__isnull=False)
    assert sorted(gone.values_list("kind", "explanation", "gone_at")) == [
        ("amount", "Hạch toán ngày khác", LATER),
        ("not_here", "Hạch toán ngày khác", LATER),
    ]
    with pytest.raises(Conflict):
        explain_difference(difference=gone.first(), cause="timing", explanation="x", by=accountant, now=LATER)
    assert match_statement(statement=statement, by=accountant, now=LATER).differences.count() == 4


def test_an_explanation_needs_a_cause_and_words_and_is_kept_with_who_and_when(commitment, accountant):
    make_paid_payment(commitment, 10, paid_on=DAY)
    statement = make_statement(lines=[statement_line(voucher="X", paid_on=DAY, amount_vnd=3)], by=accountant, now=NOW)
    difference = statement.differences.first()
    for cause, words in (("timing", "  "), ("", "Vì vậy"), ("magic", "Vì vậy")):
        with pytest.raises(Refused):
            explain_difference(difference=difference, cause=cause, explanation=words, by=accountant, now=NOW)
    done = explain_difference(difference=difference, cause="refund", explanation=" Vì vậy ", by=accountant, now=NOW)
    assert (done.cause, done.explanation, done.explained_by, done.explained_at, done.version) == (
        "refund",
        "Vì vậy",
        accountant.public_id,
        NOW,
        2,
    )
    with pytest.raises(StaleVersion):
        explain_difference(difference=done, cause="refund", explanation="Khác", by=accountant, now=NOW, version=1)
    again = explain_difference(difference=done, cause="other", explanation="Khác", by=accountant, now=LATER, version=2)
    assert (again.cause, again.explanation) == ("other", "Khác")
    for where in (again, statement):
        assert [label for label, _before, _after in history_of(where)[0].changes] == ["cause", "explanation"]


def test_a_cause_explains_only_the_differences_it_can_make(commitment, accountant):
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    same = make_paid_payment(commitment, 20, voucher="KB-2", paid_on=DAY)
    lines = [statement_line(voucher="X", paid_on=DAY, amount_vnd=3), statement_line(same), statement_line(same)]
    statement = make_statement(lines=lines, by=accountant, now=NOW)
    assert paid.voucher == statement.differences.get(kind="not_there").here_voucher
    for kind, wrong in (
        ("not_here", []),
        ("not_there", ["not_programme", "before_portal"]),
        ("duplicate", ["timing", "typed_here", "before_portal"]),
    ):
        difference = statement.differences.get(kind=kind)
        assert [cause for cause in Cause if cause not in causes_of(kind)] == wrong
        for cause in wrong:
            with pytest.raises(Refused, match="does not explain"):
                explain_difference(difference=difference, cause=cause, explanation="Vì vậy", by=accountant, now=NOW)
        explain_difference(difference=difference, cause="treasury_error", explanation="x", by=accountant, now=NOW)


def test_the_chief_accountant_confirms_when_all_is_explained_numbered_and_unchanged(commitment, accountant, chief):
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    lines = [statement_line(paid, amount_vnd=3), statement_line(voucher="X", paid_on=DAY, amount_vnd=4)]
    statement = make_statement(lines=lines, by=accountant, now=NOW)
    with pytest.raises(Refused, match="number and date"):
        confirmed(statement, chief)
    for issued_on, number in ((date(2024, 3, 30), "1"), (date(2025, 2, 1), "1"), (date(2024, 4, 2), " ")):
        with pytest.raises(Refused):
            number_statement(
                statement=statement, number=number, issued_on=issued_on, version=2, by=accountant, now=LATER
            )
    numbered(statement, accountant)
    with pytest.raises(Refused, match="2 differences are not explained"):
        confirmed(statement, chief)
    explained(statement, accountant)
    for wrong in ({"paper": " "}, {"paper_on": date(2024, 3, 1)}, {"paper_on": date(2025, 3, 1)}):
        with pytest.raises(Refused):
            confirmed(statement, chief, **wrong)
    late = make_paid_payment(commitment, 8, voucher="KB-2", paid_on=DAY)
    with pytest.raises(Refused, match="changed since the comparison"):
        confirmed(statement, chief)
    make_reversal(LedgerEntry.objects.get(payment=late, kind="pay"))
    with pytest.raises(StaleVersion):
        confirmed(statement, chief, version=1)
    done = confirmed(statement, chief)
    assert (done.state, done.reconciled_by, done.reconciled_at, done.paper) == (
        "reconciled",
        chief.public_id,
        LATER,
        "01/BĐC-SCT",
    )
    for again in (
        lambda: confirmed(done, chief),
        lambda: match_statement(statement=done, by=accountant, now=LATER),
        lambda: numbered(done, accountant),
        lambda: explained_again(done, accountant),
    ):
        with pytest.raises(Conflict):
            again()


def explained_again(statement, by):
    explain_difference(difference=statement.differences.first(), cause="other", explanation="Khác", by=by, now=LATER)


def test_on_the_days_of_a_confirmed_statement_nothing_that_it_counts_is_booked_by_hand(commitment, accountant, chief):
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    statement = make_statement(lines=[statement_line(paid)], by=accountant, now=NOW)
    reversal = {"reverses": paid.entries.get(), "reason": "Ghi nhầm", "document": "2/BC-SCT", "amount_vnd": 10}
    dated = {"document_on": DAY, "by": accountant, "now": LATER}
    for_it = {"line": commitment.line, "commitment": commitment, "amount_vnd": 1, "document": "NT-1"}
    made = prepare_step("reverse", happened_on=date(2024, 3, 31), **reversal, **dated)
    done = reconciled(statement, chief)
    with pytest.raises(Refused, match="01/BĐC-SCT"):
        approve_step(made, by=chief, now=LATER)
    withdraw_step(made, by=accountant, now=LATER)
    for kind, fields in (("reverse", reversal), ("recover", for_it)):
        with pytest.raises(Refused, match=r"01/BĐC-SCT.* after 31/03/2024"):
            prepare_step(kind, happened_on=date(2024, 3, 31), **fields, **dated)
    before = reconciliation_rows(done)
    approve_step(
        prepare_step("reverse", happened_on=date(2024, 4, 1), **reversal, **dated), by=chief, now=LATER + timedelta(1)
    )
    assert not booked_since(done).exists()
    assert reconciliation_rows(done) == before  # what was signed reads as it was signed
    sent = make_payment(commitment, 8, state="sent", payee_account="1020304050")
    record_paid(sent, voucher="KB-2", paid_on=DAY, by=accountant, now=LATER + timedelta(1))  # the Treasury's own day
    assert booked_since(done).count() == 1
    assert reconciliation_rows(done) == before


def test_each_step_is_its_own_role_and_nobody_confirms_what_they_imported(commitment, accountant, chief):
    paid = make_paid_payment(commitment, 10, paid_on=DAY)
    statement = make_statement(lines=[statement_line(paid, amount_vnd=3)], by=accountant, now=NOW)
    difference = statement.differences.first()
    for person in (chief, make_head(), make_director()):
        with pytest.raises(NotAllowed):
            make_statement(lines=[statement_line(paid)], by=person, now=NOW)
        with pytest.raises(NotAllowed):
            match_statement(statement=statement, by=person, now=NOW)
        with pytest.raises(NotAllowed):
            explain_difference(difference=difference, cause="other", explanation="x", by=person, now=NOW)
        with pytest.raises(NotAllowed):
            numbered(statement, person)
    explained(statement, accountant)
    numbered(statement, accountant)
    with pytest.raises(NotAllowed):
        confirmed(statement, accountant)
    both = make_user("accountant", "chief_accountant")
    second = make_statement(lines=[statement_line(paid)], span="year", by=both, now=NOW)
    numbered(second, both)
    with pytest.raises(NotAllowed):
        confirmed(second, both)


def test_a_corrected_statement_takes_the_place_of_a_confirmed_one_and_can_be_taken_back(commitment, accountant, chief):
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    first = reconciled(make_statement(lines=[statement_line(paid)], by=accountant, now=NOW), chief)
    with pytest.raises(Refused):
        withdraw_statement(statement=first, reason="Nhầm", by=accountant, now=LATER)
    second = make_statement(lines=[statement_line(paid, amount_vnd=9)], by=accountant, now=LATER)
    first.refresh_from_db()
    assert (first.state, second.state, second.revision, second.supersedes) == ("replaced", "open", 2, first)
    with pytest.raises(Refused):
        withdraw_statement(statement=first, reason="Nhầm", by=accountant, now=LATER)
    withdraw_statement(statement=second, reason="Nhầm tệp", by=accountant, now=LATER)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("reconciled", "withdrawn")
    third = make_statement(lines=[statement_line(paid)], by=accountant, now=LATER)
    assert (third.revision, third.supersedes) == (2, first)
    assert list(TreasuryStatement.objects.standing()) == [third]
    withdraw_statement(statement=third, reason="Nhầm", by=accountant, now=LATER)
    with pytest.raises(Conflict):
        withdraw_statement(statement=third, reason="Nhầm", by=accountant, now=LATER)


def test_a_new_version_keeps_what_was_said_of_the_differences_that_are_the_same(commitment, accountant):
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    make_paid_payment(commitment, 20, voucher="KB-2", paid_on=DAY)
    unknown = statement_line(voucher="KB-9", paid_on=DAY, amount_vnd=7)
    first = make_statement(lines=[statement_line(paid, amount_vnd=11), unknown], by=accountant, now=NOW)
    explained(first, accountant)
    second = make_statement(lines=[statement_line(paid, amount_vnd=12), unknown], by=accountant, now=LATER)
    said = {each.kind: (each.explanation, each.explained_by, each.explained_at) for each in second.differences.all()}
    kept = ("Hạch toán ngày khác", accountant.public_id, LATER)
    assert said == {"amount": ("", None, None), "not_here": kept, "not_there": kept}
    assert second.differences.unexplained().get().kind == "amount"


def test_an_open_statement_that_counts_again_is_compared_anew(commitment, accountant):
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    first = make_statement(lines=[statement_line(paid)], by=accountant, now=NOW)
    second = make_statement(lines=[statement_line(paid, amount_vnd=9)], by=accountant, now=NOW)
    make_paid_payment(commitment, 4, voucher="KB-2", paid_on=DAY)
    withdraw_statement(statement=second, reason="Nhầm tệp", by=accountant, now=LATER)
    first.refresh_from_db()
    assert (first.state, kinds(first)) == ("open", [("not_there", None, "KB-2")])


def test_a_year_that_is_closed_or_not_open_takes_no_statement(accountant):
    line = statement_line(voucher="X", paid_on=DAY, amount_vnd=3)
    with pytest.raises(Refused, match="closed"):
        make_statement(make_budget_year(2024, state="closed"), [line], by=accountant, now=NOW)
    with pytest.raises(Refused, match="not open yet"):
        make_statement(make_budget_year(2025, state="preparing"), [line], by=accountant, now=NOW)


def test_closing_asks_for_a_confirmed_year_end_statement_and_says_what_is_missing(commitment, accountant, chief):
    year = commitment.line.year
    assert lacking_reconciliation(year) == ""  # nothing was paid
    line = make_line(year, assigned_vnd=0)
    for kind in ("assign", "allocate"):
        make_entry(line, kind, 5, opening=True)
    make_opening_contract(line, 5, disbursed_vnd=5)
    assert lacking_reconciliation(year) == ""  # what was spent before the portal has no voucher here
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    with pytest.raises(Refused, match="is missing"):
        require_reconciled(year)
    reconciled(make_statement(lines=[statement_line(paid)], by=accountant, now=NOW), chief)
    assert "is missing" in lacking_reconciliation(year)  # a quarter is not the year
    statement = make_statement(lines=[statement_line(paid, amount_vnd=9)], span="year", by=accountant, now=NOW)
    assert "1 difference is not explained" in lacking_reconciliation(year)
    explained(statement, accountant)
    assert "waits for the chief accountant" in lacking_reconciliation(year)
    numbered(statement, accountant)
    confirmed(statement, chief)
    require_reconciled(year)
    make_paid_payment(commitment, 5, voucher="KB-2", paid_on=date(2024, 12, 30))
    with pytest.raises(Refused, match="have changed"):
        require_reconciled(year)
    move_year(year, "adjusting")
    late = make_statement(lines=[statement_line(paid)], span="adjusted", by=accountant, now=LATER)
    assert late.ends_on == date(2025, 1, 31)
    assert "2 differences" not in lacking_reconciliation(year)
    assert "1 difference" in lacking_reconciliation(year)


def test_closing_does_not_pass_with_what_moved_after_the_adjustment_period(commitment, accountant, chief):
    year = commitment.line.year
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    move_year(year, "adjusting")
    make_recovery(commitment, 4, document="GNT-1", happened_on=date(2025, 1, 31))
    late = make_recovery(commitment, 3, document="GNT-2", happened_on=date(2025, 3, 3))
    said = lacking_reconciliation(year)
    assert "is missing" in said and "1 entry (GNT-2 of 03/03/2025)" in said and "31/01/2025" in said
    statement = make_statement(lines=[statement_line(paid)], span="year", by=accountant, now=LATER)
    said = lacking_reconciliation(year)  # all that is lacking is told at once
    assert "1 difference" not in said and "waits for" in said and "adjustment period of 2024, after" in said
    assert "GNT-2" in said and statement.span == "year"
    back = statement_line(
        voucher="GNT-1", paid_on=date(2025, 1, 31), amount_vnd=4, direction="recovery", payee="", account=""
    )
    whole = make_statement(lines=[statement_line(paid), back], span="adjusted", by=accountant, now=LATER)
    reconciled(whole, chief, now=datetime(2025, 3, 5, 3, tzinfo=UTC))
    with pytest.raises(Refused, match="Reverse it"):
        require_reconciled(year)
    make_reversal(late)
    require_reconciled(year)


def test_what_a_year_takes_after_its_adjustment_period_has_a_caution(commitment):
    year, last = commitment.line.year, date(2025, 1, 31)
    waiting = make_payment(commitment, 10)
    assert cautions_of_payment(waiting, last) == []
    assert "ended on 31/01/2025" in cautions_of_payment(waiting, last + timedelta(1))[0]
    advance = make_payment(commitment, 10, kind="advance")
    assert (
        cautions_of_payment(advance, date(2024, 12, 31))
        == cautions_before_payment(commitment, date(2024, 12, 31))
        == []
    )
    for said in (cautions_of_payment(advance, last), cautions_before_payment(commitment, last)):
        assert [each[:30] for each in said] == ["The budget year 2024 is over. "]
    for sent, due in (
        (make_payment(commitment, 10, state="sent"), last),
        (make_payment(commitment, 10, state="sent", kind="advance"), date(2024, 12, 31)),
    ):
        assert cautions_on_page(sent, due) == []
        (said,) = cautions_on_page(sent, due + timedelta(1))
        assert said.startswith(f"Money of 2024 is paid in this way until {due:%d/%m/%Y}")
    make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    said = {"line": commitment.line, "year": year, "commitment": commitment, "state": "prepared", "document_on": DAY}
    for kind, day, cautions in (
        ("recover", last, 0),
        ("recover", last + timedelta(1), 1),
        ("settle", last + timedelta(1), 0),
    ):
        step = make_budget_step(kind, 5, document=f"GNT {kind} {day}", happened_on=day, **said)
        assert len(cautions_of_step(step)) == cautions


def test_a_year_is_not_closed_by_a_paper_dated_before_its_reconciliation(accountant, chief):
    year = make_budget_year(2024)
    line = make_line(year, assigned_vnd=10, allocated_vnd=10)
    commitment = make_commitment(line, 10)
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    make_entry(line, "settle", 10, commitment=commitment, document_on=DAY, happened_on=DAY)
    statement = make_statement(year, [statement_line(paid)], span="year", by=accountant, now=NOW)
    reconciled(statement, chief, now=datetime(2025, 2, 20, 3, tzinfo=UTC))
    year = move_year(year, "adjusting")
    said, day = {"paper": "05/BC-SCT", "by": chief, "now": datetime(2025, 3, 1, 3, tzinfo=UTC)}, date(2025, 2, 19)
    with pytest.raises(Refused, match=r"before what it settles: reconciliation with the Treasury .*20/02/2025"):
        close_year(year, paper_on=day, **said)
    with pytest.raises(DatabaseError, match="year_closed_after_its_papers"), transaction.atomic():
        move_year(year, "closed")  # by a paper of 15/02/2025
    assert close_year(year, paper_on=day + timedelta(1), **said).state == "closed"


def test_what_moved_in_the_adjustment_period_asks_for_the_statement_to_its_end(commitment, accountant, chief):
    year = commitment.line.year
    paid = make_paid_payment(commitment, 10, voucher="KB-1", paid_on=DAY)
    reconciled(make_statement(lines=[statement_line(paid)], span="year", by=accountant, now=NOW), chief)
    move_year(year, "adjusting")
    assert lacking_reconciliation(year) == ""
    make_recovery(commitment, 4, document="GNT-1", happened_on=date(2025, 1, 15))
    said = lacking_reconciliation(year)
    assert "adjustment period of 2024" in said and "31/12/2024" in said
    with pytest.raises(Refused, match="adjustment period"):
        require_reconciled(year)
    recovery = statement_line(
        voucher="GNT-1", paid_on=date(2025, 1, 15), amount_vnd=4, direction="recovery", payee="", account=""
    )
    whole = make_statement(lines=[statement_line(paid), recovery], span="adjusted", by=accountant, now=LATER)
    assert lacking_reconciliation(year)
    reconciled(whole, chief, now=datetime(2025, 2, 3, 3, tzinfo=UTC))
    assert lacking_reconciliation(year) == ""
