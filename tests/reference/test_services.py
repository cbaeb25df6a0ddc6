from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.events import history_of
from audit.refusals import NotAllowed, Refused, StaleVersion
from reference.models import ExchangeRate, ProductGroup, Rule, SizeThreshold
from reference.services import (
    SizeTable,
    add_entry,
    add_working_days,
    edit_entry,
    end_entry,
    exchange_rate,
    replace_entry,
    rule,
    size_of,
    unit_on,
    withdraw_rate,
    working_day,
    working_days_between,
)
from screens.formats import vietnamese
from tests.factories import (
    make_administrator,
    make_auditor,
    make_day,
    make_industry_code,
    make_officer,
    make_product_group,
    make_rate,
    make_rule,
    make_unit,
)

pytestmark = pytest.mark.django_db
BILLION = 10**9


# --- rules, units, rates -----------------------------------------------------------------------


def test_a_rule_is_read_on_its_day():
    make_rule("turns", {"once": "activity"}, valid_from=date(2021, 1, 1), valid_to=date(2024, 12, 31))
    make_rule("turns", {"once": "activity_and_year"}, valid_from=date(2025, 1, 1))
    assert rule("turns", date(2024, 12, 31)) == {"once": "activity"}
    assert rule("turns", date(2025, 1, 1)) == {"once": "activity_and_year"}
    assert rule("turns", date(2020, 12, 31)) is None
    assert rule("nothing", date(2025, 1, 1), default=7) == 7


def test_a_unit_is_found_by_code_and_day():
    old = make_unit("00004", kind="district", unit_type="quan", valid_from=date(2000, 1, 1), valid_to=date(2025, 6, 30))
    new = make_unit("00004")
    assert unit_on("00004", date(2026, 1, 1)) == new
    assert unit_on("00004", date(2025, 6, 30)) is None
    assert unit_on("00004", date(2025, 6, 30), kind="district") == old


def test_the_rate_of_a_day_is_the_last_one_known():
    make_rate(date(2023, 12, 31), 24_000)
    make_rate(date(2024, 12, 31), 25_000)
    make_rate(date(2024, 6, 30), 27_000, currency="EUR")
    assert exchange_rate("USD", date(2024, 12, 30)).vnd_per_unit == 24_000
    assert exchange_rate("USD", date(2024, 12, 31)).vnd_per_unit == 25_000
    assert exchange_rate("USD", date(2023, 12, 30)) is None
    assert exchange_rate("JPY", date(2026, 1, 1)) is None


def test_a_withdrawn_rate_is_not_used_and_can_be_entered_anew(now):
    officer, wrong = make_officer(), make_rate(date(2024, 12, 31), 52_000)
    withdraw_rate(wrong, version=1, by=officer, now=now, reason="Gõ nhầm")
    assert exchange_rate("USD", date(2025, 1, 1)) is None
    make_rate(date(2024, 12, 31), 25_000)
    assert exchange_rate("USD", date(2025, 1, 1)).vnd_per_unit == 25_000
    with pytest.raises(Refused):
        withdraw_rate(wrong, version=2, by=officer, now=now, reason="Lần nữa")
    with pytest.raises(DatabaseError), transaction.atomic():
        ExchangeRate.objects.filter(pk=wrong.pk).update(vnd_per_unit=25_000)


# --- size --------------------------------------------------------------------------------------


@pytest.fixture
def thresholds():
    for column, size, labour, revenue, capital in (
        ("industry", "micro", 10, 3, 3),
        ("industry", "small", 100, 50, 20),
        ("industry", "medium", 200, 200, 100),
        ("services", "micro", 10, 10, 3),
        ("services", "small", 50, 100, 50),
        ("services", "medium", 100, 300, 100),
    ):
        SizeThreshold.objects.create(
            code=f"{column}-{size}",
            name_vi=size,
            sector_column=column,
            size=size,
            labour_max=labour,
            revenue_max_vnd=revenue * BILLION,
            capital_max_vnd=capital * BILLION,
            valid_from=date(2021, 10, 15),
        )


@pytest.mark.parametrize(
    ("labour", "revenue", "capital", "column", "size"),
    [
        (10, 3 * BILLION, 99 * BILLION, "industry", "micro"),
        (10, 3 * BILLION + 1, 3 * BILLION, "industry", "micro"),
        (10, 3 * BILLION + 1, 3 * BILLION + 1, "industry", "small"),
        (11, 1, 1, "industry", "small"),
        (100, 50 * BILLION, 21 * BILLION, "industry", "small"),
        (100, 50 * BILLION + 1, 20 * BILLION + 1, "industry", "medium"),
        (200, 201 * BILLION, 100 * BILLION, "industry", "medium"),
        (200, 201 * BILLION, 101 * BILLION, "industry", "large"),
        (201, 1, 1, "industry", "large"),
        (60, 100 * BILLION, 1, "services", "medium"),
        (60, 100 * BILLION, 1, "industry", "small"),
        # what is missing decides only where it cannot matter
        (None, 1, 1, "industry", None),
        (None, 201 * BILLION, 101 * BILLION, "industry", "large"),
        (201, None, None, "industry", "large"),
        (5, None, None, "industry", None),
        (5, 1, None, "industry", "micro"),
        (5, 4 * BILLION, None, "industry", None),
        (None, None, None, "services", None),
    ],
)
def test_size_by_labour_and_either_revenue_or_capital(thresholds, labour, revenue, capital, column, size):
    assert size_of(labour, revenue, capital, column, date(2024, 12, 31)) == size


def test_size_is_not_known_where_no_threshold_is_in_force(thresholds):
    assert size_of(5, 1, 1, "industry", date(2021, 10, 14)) is None
    assert size_of(5, 1, 1, "fishing", date(2024, 1, 1)) is None


def test_thresholds_are_read_once_for_many_enterprises(thresholds, django_assert_num_queries):
    with django_assert_num_queries(1):
        table = SizeTable.on(date(2024, 12, 31))
        for labour in range(300):
            table.size_of(labour_insured=labour, revenue_vnd=1, capital_vnd=1, sector_column="industry")


# --- working days ------------------------------------------------------------------------------


@pytest.fixture
def tet_2026():
    """01/01 off, Friday 02/01 swapped with Saturday 10/01, Tết 16–20/02."""
    make_day(date(2026, 1, 1))
    make_day(date(2026, 1, 2))
    make_day(date(2026, 1, 10), "work")
    for day in range(16, 21):
        make_day(date(2026, 2, day))
    make_day(date(2026, 2, 25), "ordinary")


def test_working_days_follow_the_calendar_and_not_only_the_week(tet_2026):
    assert working_day(date(2025, 12, 31))
    assert not working_day(date(2026, 1, 2))
    assert working_day(date(2026, 1, 10))
    assert not working_day(date(2026, 1, 11))
    assert working_day(date(2026, 2, 25))


def test_a_deadline_counts_swapped_days(tet_2026):
    assert add_working_days(date(2025, 12, 31), 1) == date(2026, 1, 5)
    assert add_working_days(date(2025, 12, 31), 6) == date(2026, 1, 10)
    assert add_working_days(date(2025, 12, 31), 7) == date(2026, 1, 12)
    assert add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert add_working_days(date(2026, 2, 23), -1) == date(2026, 2, 13)
    assert add_working_days(date(2026, 1, 1), 0) == date(2026, 1, 5)
    assert working_days_between(date(2026, 2, 13), date(2026, 2, 23)) == 1


def test_too_many_working_days_are_refused():
    with pytest.raises(ValueError, match="Too many"):
        add_working_days(date(2026, 1, 1), 2001)


days = st.dates(date(2025, 12, 1), date(2026, 6, 1))
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@quick
@given(start=days, count=st.integers(1, 120))
def test_adding_and_counting_working_days_are_inverse(tet_2026, start, count):
    end = add_working_days(start, count)
    assert working_day(end)
    assert end > start
    assert working_days_between(start, end) == count
    if working_day(start):
        assert add_working_days(end, -count) == start


@quick
@given(start=days, one=st.integers(1, 60), more=st.integers(1, 60))
def test_adding_in_two_steps_is_adding_at_once(tet_2026, start, one, more):
    assert add_working_days(add_working_days(start, one), more) == add_working_days(start, one + more)


@quick
@given(one=days, other=days, third=days)
def test_counts_of_working_days_add_up(tet_2026, one, other, third):
    assert working_days_between(one, other) == -working_days_between(other, one)
    assert working_days_between(one, other) + working_days_between(other, third) == working_days_between(one, third)
    assert abs(working_days_between(one, other)) <= abs((other - one).days)
    assert working_days_between(one, one + timedelta(days=1)) == int(working_day(one + timedelta(days=1)))


# --- changing ----------------------------------------------------------------------------------

GROUP = {"code": "CK", "name_vi": "Cơ khí", "valid_from": date(2022, 1, 1)}


def test_an_officer_adds_corrects_and_ends_a_group_with_a_history(now):
    officer = make_officer()
    group = add_entry(ProductGroup, GROUP, by=officer, now=now)
    edit_entry(group, {"name_vi": "Đúc, cơ khí"}, version=1, by=officer, now=now, reason="Theo văn bản mới")
    end_entry(group, ends_on=date(2026, 12, 31), version=2, by=officer, now=now, reason="Danh mục mới")
    group = ProductGroup.objects.get(pk=group.pk)
    assert (group.version, group.name_vi, group.valid_to) == (3, "Đúc, cơ khí", date(2026, 12, 31))
    assert [line.event.kind for line in history_of(group)] == [
        "reference entry ended",
        "reference entry corrected",
        "reference entry added",
    ]
    assert history_of(group)[1].changes[0][1:] == (vietnamese("Cơ khí"), vietnamese("Đúc, cơ khí"))
    assert history_of(group)[1].reason == "Theo văn bản mới"


def test_the_second_of_two_people_editing_is_told(now):
    officer = make_officer()
    group = make_product_group()
    stale = ProductGroup.objects.get(pk=group.pk)
    edit_entry(group, {"name_vi": "Một"}, version=1, by=officer, now=now, reason="")
    with pytest.raises(StaleVersion) as refusal:
        edit_entry(stale, {"name_vi": "Hai"}, version=1, by=officer, now=now, reason="")
    assert refusal.value.current.name_vi == "Một"


def test_an_edit_that_changes_nothing_leaves_no_trace(now):
    group = make_product_group()
    edit_entry(group, {"name_vi": group.name_vi}, version=1, by=make_officer(), now=now, reason="")
    assert ProductGroup.objects.get(pk=group.pk).version == 1
    assert history_of(group) == []


def test_a_code_in_force_is_not_added_twice_and_says_why(now):
    make_product_group("CK", valid_from=date(2022, 1, 1))
    with pytest.raises(Refused, match="CK"):
        add_entry(ProductGroup, GROUP | {"valid_from": date(2026, 1, 1)}, by=make_officer(), now=now)
    with pytest.raises(Refused):
        add_entry(ProductGroup, GROUP | {"code": "X", "valid_to": date(2021, 1, 1)}, by=make_officer(), now=now)
    assert ProductGroup.objects.count() == 1


def test_reference_data_is_edited_by_its_roles_only(now):
    group, turns = make_product_group(), make_rule("turns", {})
    code = make_industry_code()
    for nobody in (make_auditor(),):
        with pytest.raises(NotAllowed):
            add_entry(ProductGroup, GROUP, by=nobody, now=now)
        with pytest.raises(NotAllowed):
            edit_entry(group, {"name_vi": "x"}, version=1, by=nobody, now=now, reason="")
        with pytest.raises(NotAllowed):
            end_entry(group, ends_on=date(2030, 1, 1), version=1, by=nobody, now=now, reason="")
    for entry in (turns, code):
        with pytest.raises(NotAllowed):
            edit_entry(entry, {"name_vi": "x"}, version=1, by=make_officer(), now=now, reason="")
    edit_entry(turns, {"name_vi": "x"}, version=1, by=make_administrator(), now=now, reason="")


def test_the_value_of_a_rule_is_replaced_from_a_later_day_never_changed(now):
    administrator, today = make_administrator(), now.date()
    turns = make_rule("turns", {"other_agencies": False}, valid_from=date(2021, 1, 1))
    with pytest.raises(Refused):
        edit_entry(turns, {"value": {}}, version=1, by=administrator, now=now, reason="")
    with pytest.raises(DatabaseError), transaction.atomic():
        Rule.objects.filter(pk=turns.pk).update(value={})
    with pytest.raises(Refused):
        end_entry(turns, ends_on=today - timedelta(days=2), version=1, by=administrator, now=now, reason="")
    later = today + timedelta(days=3)
    new = {"name_vi": "Lượt", "value": {"other_agencies": True}}
    with pytest.raises(Refused):
        replace_entry(turns, new, starts_on=today, version=1, by=administrator, now=now, reason="")
    turns.refresh_from_db()
    replace_entry(turns, new, starts_on=later, version=1, by=administrator, now=now, reason="Số 5/QĐ-SCT")
    assert rule("turns", today) == {"other_agencies": False}
    assert rule("turns", later - timedelta(days=1)) == {"other_agencies": False}
    assert rule("turns", later) == {"other_agencies": True}


def test_a_key_never_changes(now):
    with pytest.raises(Refused):
        edit_entry(make_product_group("CK"), {"code": "X"}, version=1, by=make_officer(), now=now, reason="")


def test_the_order_of_names_follows_a_corrected_name(now):
    group = make_product_group(name="An")
    edit_entry(group, {"name_vi": "Đá"}, version=1, by=make_officer(), now=now, reason="")
    make_product_group(name="Cát")
    assert [g.name_vi for g in ProductGroup.objects.ordered()] == ["Cát", "Đá"]
