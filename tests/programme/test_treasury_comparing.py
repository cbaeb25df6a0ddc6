"""What a statement and the portal's payments say of each other: plain values, no database."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from programme.alike import voucher_in
from programme.imports.treasury import account_and_payee
from programme.reconciling import Here, There, compare, loose_voucher

DAY = date(2024, 3, 5)


def there(number, voucher, vnd=100, on=DAY, side="out", nature="", account="111"):
    return There(number, number, voucher, on, vnd, side, nature, account)


def here(key, voucher, vnd=100, on=DAY, side="out", nature="", account="111", **facts):
    return Here(key, voucher, on, vnd, side, nature, account, **facts)


def found(rows, items, days=3):
    """({row: (item, part)}, [(kind, row, item)])"""
    outcome = compare(rows, items, days=days)
    pairs = {match.row.id: (match.item.id, match.part) for match in outcome.matches}
    return pairs, [(d.kind, d.row and d.row.id, d.item and d.item.id) for d in outcome.differences]


def test_an_equal_voucher_with_equal_figures_makes_no_difference():
    assert found([there(1, "KB-1")], [here(7, "KB-1")]) == ({1: (7, 1)}, [])


def test_each_thing_on_which_an_equal_voucher_differs_is_named():
    row = there(1, "KB-1", 90, DAY + timedelta(9), nature="advance", account="222")
    pairs, differences = found([row], [here(7, "KB-1", nature="payment")])
    assert pairs == {1: (7, 1)}
    assert [kind for kind, *_rest in differences] == ["account", "amount", "date", "nature"]


def test_a_nature_or_an_account_that_one_side_does_not_tell_is_no_difference():
    assert found([there(1, "KB-1", account="")], [here(7, "KB-1", nature="advance")]) == ({1: (7, 1)}, [])


def test_a_voucher_that_lost_its_zeros_or_changed_its_letters_is_the_same():
    assert found([there(1, "12"), there(2, "kb-9")], [here(7, "0012"), here(8, "KB-9")])[1] == []
    assert loose_voucher("số: 0012") == "12"
    # two that only a loose reading makes equal are never taken for each other
    assert found([there(1, "12", 5)], [here(7, "0012"), here(8, "012")])[0] == {}


def test_without_an_equal_voucher_amount_account_and_a_near_day_decide_the_nearest_first():
    rows = [there(1, "X-1", on=DAY + timedelta(2)), there(2, "X-2", on=DAY)]
    pairs, differences = found(rows, [here(7, "KB-1")])
    assert pairs == {2: (7, 1)}
    assert differences == [("not_here", 1, None), ("voucher", 2, 7)]
    assert found([there(1, "X", on=DAY + timedelta(4))], [here(7, "KB-1")])[0] == {}
    assert found([there(1, "X", account="222")], [here(7, "KB-1")])[0] == {}


def test_without_an_account_only_what_can_mean_nobody_else_is_taken():
    assert found([there(1, "X", account="")], [here(7, "KB-1")])[0] == {1: (7, 1)}
    two = [here(7, "KB-1"), here(8, "KB-2", account="222")]
    assert found([there(1, "X", account="")], two)[0] == {}
    assert found([there(1, "X", account=""), there(2, "Y", account="")], [here(7, "KB-1")])[0] == {}


def test_rows_of_one_voucher_make_up_one_payment_when_their_sum_is_its_amount():
    rows = [there(1, "KB-1", 60), there(2, "KB-1", 40)]
    assert found(rows, [here(7, "KB-1")]) == ({1: (7, 1), 2: (7, 2)}, [])
    outcome = compare([there(1, "KB-1", 60), there(2, "KB-1", 30)], [here(7, "KB-1")], days=3)
    (difference,) = outcome.differences
    assert (difference.kind, difference.there_vnd, difference.item.vnd) == ("amount", 90, 100)


def test_the_same_said_twice_is_a_repeat_and_not_another_payment():
    assert found([there(1, "KB-1"), there(2, "KB-1")], [here(7, "KB-1")]) == ({1: (7, 1)}, [("duplicate", 2, 7)])
    rows = [there(1, "KB-1", 60), there(2, "KB-1", 40), there(3, "KB-1", 40)]
    assert found(rows, [here(7, "KB-1")])[1] == [("duplicate", 3, 7)]
    assert found([there(1, "KB-1"), there(2, "kb- 1")], [here(7, "KB-1")]) == ({1: (7, 1)}, [("duplicate", 2, 7)])
    assert found([there(1, "X"), there(2, "X")], [])[1] == [("not_here", 1, None), ("duplicate", 2, None)]


def test_a_payment_that_another_quarter_has_is_a_repeat_here():
    assert found([there(1, "KB-1")], [here(7, "KB-1", taken=True)]) == ({}, [("duplicate", 1, 7)])


def test_a_payment_of_other_days_is_found_by_its_voucher_and_never_missed_otherwise():
    late = here(7, "KB-1", on=DAY + timedelta(40), expected=False)
    assert found([there(1, "KB-1")], [late]) == ({1: (7, 1)}, [("date", 1, 7)])
    assert found([], [late]) == ({}, [])
    assert found([], [here(7, "KB-1")]) == ({}, [("not_there", None, 7)])


def test_a_payment_and_the_advance_it_clears_bear_one_voucher_and_are_not_mixed_up():
    rows = [there(1, "KB-1", 70), there(2, "KB-1", 30, side="clear", account="")]
    assert found(rows, [here(7, "KB-1", 70), here(7, "KB-1", 30, side="clear")]) == ({1: (7, 1), 2: (7, 1)}, [])


@given(st.data())
def test_whatever_comes_every_row_and_every_item_is_accounted_for_once_and_always_alike(data):
    vouchers, accounts = st.sampled_from(["A", "B", "C", "007", "7"]), st.sampled_from(["", "111", "222"])
    days = st.integers(0, 5).map(lambda d: DAY + timedelta(d))
    facts = st.tuples(vouchers, st.integers(1, 4), days, st.sampled_from(["out", "recovery"]), accounts)
    rows = [
        There(n, n, v, on, vnd, side, "", a) for n, (v, vnd, on, side, a) in enumerate(data.draw(st.lists(facts)), 1)
    ]
    items = [Here(n, v, on, vnd, side, "", a) for n, (v, vnd, on, side, a) in enumerate(data.draw(st.lists(facts)), 1)]
    outcome = compare(rows, items, days=3)
    matched = [match.row.id for match in outcome.matches]
    alone = [d.row.id for d in outcome.differences if d.kind in ("not_here", "duplicate")]
    assert sorted(matched + alone) == [row.id for row in rows]
    paid = {(match.item.side, match.item.id) for match in outcome.matches}
    missing = [(d.item.side, d.item.id) for d in outcome.differences if d.kind == "not_there"]
    assert sorted([*paid, *missing]) == sorted((item.side, item.id) for item in items)
    assert len({(match.item.side, match.item.id, match.part) for match in outcome.matches}) == len(outcome.matches)
    assert compare(rows[::-1], items[::-1], days=3) == outcome
    by_side = {side: sum(r.vnd for r in rows if r.side == side) for side in ("out", "recovery")}
    for side, total in by_side.items():  # the differences explain the whole gap between the two sums
        gap = total - sum(item.vnd for item in items if item.side == side)
        parts = 0
        for difference in outcome.differences:
            row, item = difference.row, difference.item
            if (row or item).side != side:
                continue
            if difference.kind in ("not_here", "duplicate"):
                parts += row.vnd
            elif difference.kind == "not_there":
                parts -= item.vnd
            elif difference.kind == "amount":
                parts += (difference.there_vnd or row.vnd) - item.vnd
        assert parts == gap


def test_account_and_payee_are_told_apart_in_one_cell():
    assert account_and_payee("1020304050 - Công ty A") == ("1020304050", "Công ty A")
    assert account_and_payee("Công ty 86, TK: 9527.3.1012345.00000") == ("95273101234500000", "Công ty 86")
    assert account_and_payee("1020304050 - 12 Lý Thường Kiệt") == ("1020304050", "12 Lý Thường Kiệt")
    assert account_and_payee("Công ty 86") == ("", "Công ty 86")
    assert account_and_payee("AB123") == ("AB123", "")
    assert account_and_payee("") == ("", "")


def test_the_number_is_read_out_of_the_name_of_a_document():
    assert voucher_in("Giấy nộp trả kinh phí số 15/NT ngày 03/4/2024") == "15/NT"
    assert voucher_in("NT-01") == "NT-01"
