"""The end of the budget year in My work, and the money bar beside it."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.roles import Role
from reporting.home import work_for
from tests.factories import make_officer, make_period, make_rule, make_user
from tests.programme.making import (
    make_budget_year,
    make_commitment,
    make_line,
    make_paid_payment,
    make_recovery,
    move_year,
)

pytestmark = pytest.mark.django_db
DAYS = [
    {"code": "last_spending", "label_vi": "Hạn cuối chi", "label_en": "", "year_offset": 0, "month": 12, "day": 31},
    {"code": "reconcile", "label_vi": "Đối chiếu", "label_en": "", "year_offset": 1, "month": 2, "day": 10},
]


@pytest.fixture
def year():
    make_rule("budget_calendar", DAYS)
    return make_budget_year(2024)


def sections(user, on):
    now = datetime(on.year, on.month, on.day, 3, 0, tzinfo=UTC)
    return {section.title: section for section in work_for(user, now)}


CALENDAR, LAPSING = "Lịch cuối năm ngân sách", "Kinh phí có nguy cơ bị hủy sau 31/12/2024"


def test_days_of_the_year_end_come_up_two_weeks_before_and_stay_until_they_are_done(year):
    chief = make_user(Role.CHIEF_ACCOUNTANT)
    assert CALENDAR not in sections(chief, date(2024, 12, 16))
    (item,) = sections(chief, date(2024, 12, 17))[CALENDAR].items
    assert (item.text, item.late, item.url) == ("2024 – Hạn cuối chi", False, year.get_absolute_url())
    (late,) = sections(chief, date(2025, 1, 5))[CALENDAR].items
    assert (late.text, late.late) == ("Năm 2024: 1 việc cuối năm đã quá hạn", True)
    assert late.note == "Hạn cuối chi: 31/12/2024"
    assert CALENDAR not in sections(make_officer(), date(2025, 1, 5))
    move_year(year, "adjusting")
    assert CALENDAR not in sections(chief, date(2025, 1, 5)), "the books are closed"


def test_advances_that_were_cleared_are_no_work_of_the_year_end_any_more():
    days = [
        {
            "code": "repay_advances",
            "label_vi": "Nộp lại tạm ứng",
            "label_en": "",
            "year_offset": 1,
            "month": 2,
            "day": 15,
        }
    ]
    make_rule("budget_calendar", days)
    year, chief = make_budget_year(2024), make_user(Role.CHIEF_ACCOUNTANT)
    commitment = make_commitment(make_line(year), 500)
    make_paid_payment(commitment, 100, kind="advance")
    move_year(year, "adjusting")
    assert sections(chief, date(2025, 2, 20))[CALENDAR].items[0].late
    make_recovery(commitment, 100, document="NT-1", happened_on=date(2025, 1, 20), kind="recover_advance")
    assert CALENDAR not in sections(chief, date(2025, 2, 20))


def test_lines_with_money_to_lose_are_named_from_october_on_the_largest_first(year):
    small, large = make_line(year, assigned_vnd=1_000), make_line(year, assigned_vnd=9_000)
    done = make_line(year, assigned_vnd=500)
    make_paid_payment(make_commitment(done, 500), 500)
    accountant = make_user(Role.ACCOUNTANT)
    assert LAPSING not in sections(accountant, date(2024, 9, 30))
    found = sections(accountant, date(2024, 10, 1))[LAPSING]
    assert [item.url for item in found.items] == [large.get_absolute_url(), small.get_absolute_url()]
    assert found.items[0].note == "9.000 đồng"
    assert LAPSING not in sections(make_officer(), date(2024, 10, 1))


def test_what_is_late_stands_before_everything_else(year):
    make_line(year)
    titles = list(sections(make_user(Role.CHIEF_ACCOUNTANT), date(2025, 1, 5)))
    assert titles[:2] == [CALENDAR, LAPSING]


def test_the_money_of_the_period_stands_beside_my_work_for_whoever_may_see_it(client_as):
    first = date.today().year - 1
    period = make_period(first, first + 4)
    make_line(make_budget_year(first + 1, period=period), assigned_vnd=3 * 10**9)
    address = reverse("reporting:home")
    page = client_as(make_officer()).get(address)
    assert page.context["money"]["name"] == str(period)
    assert "3 tỷ đồng" in page.content.decode() and reverse("programme:money") in page.content.decode()
    assert "money" not in client_as(make_user(Role.COUNCIL_MEMBER)).get(address).context
