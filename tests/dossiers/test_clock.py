"""The clock against a table that is worked out another way, day by day, from the calendar file alone."""

import csv
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dossiers.clock import (
    AfterSupplement,
    Run,
    Terms,
    Turn,
    Warning,
    WarningKind,
    WorkingDays,
    left_when_stopped,
    promise,
    resume,
    starts_on,
    step_days,
    time_used,
    warning_on,
    warnings,
)
from reference.loading import DATA, SOURCES, load
from reference.models import CalendarDay
from reference.services import add_working_days, working_days_between
from tests.factories import make_day

pytestmark = pytest.mark.django_db

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 27, 9, tzinfo=HANOI)
FIRST, LAST = date(2021, 1, 1), date(2027, 12, 31)
MOST = 30
UNTIL_THREE = Terms(total=5, receipt_until=time(15))


@pytest.fixture
def calendar():
    """The calendar as a fresh portal has it."""
    load("reference", [source for source in SOURCES if source.model is CalendarDay], by="tests", now=NOW)


@pytest.fixture
def days(calendar):
    return WorkingDays(FIRST - timedelta(days=90), LAST + timedelta(days=120))


def at(text):
    """27/11/2026 15:00 as a moment in Hà Nội."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=HANOI)


def day(text):
    return datetime.strptime(text, "%d/%m/%Y").date()


def by_hand():
    """{day: whether the offices work}, from the file: Monday to Friday, less days off, with working weekends."""
    with (DATA / "calendar.csv").open(encoding="utf-8", newline="") as file:
        entered = {row["on"]: row["kind"] for row in csv.DictReader(file)}
    table, each = {}, FIRST
    while each <= LAST + timedelta(days=120):
        said = entered.get(each.isoformat())
        table[each] = said == "work" or (each.weekday() < 5 and said != "off")
        each += timedelta(days=1)
    return table


def test_every_start_day_of_seven_years_and_every_length_to_thirty_days_is_as_counted_by_hand(days):
    works, wrong, compared = by_hand(), [], 0
    start = FIRST
    while start <= LAST:
        first = start
        while not works[first]:
            first += timedelta(days=1)
        here = first
        moment = datetime.combine(start, time(9), HANOI)
        for length in range(1, MOST + 1):
            here += timedelta(days=1)
            while not works[here]:
                here += timedelta(days=1)
            run = promise(moment, Terms(total=length), days)
            compared += 1
            if run != Run(first, here) or days.between(first, here) != length or days.after(here, -length) != first:
                wrong.append((start, length, run, here))
        start += timedelta(days=1)
    assert wrong[:5] == []
    assert compared == 2556 * MOST


def test_the_clock_and_the_calendar_of_reference_count_alike(days):
    for start in (day("31/12/2025"), day("01/01/2026"), day("13/02/2026"), day("22/08/2026"), day("23/11/2026")):
        for length in (0, 1, 4, 30, -3):
            assert days.after(start, length) == add_working_days(start, length)
        assert days.between(start, day("15/03/2027")) == working_days_between(start, day("15/03/2027"))


def test_the_calendar_is_read_once(calendar):
    with CaptureQueriesContext(connection) as queries:
        read = WorkingDays.around(day("02/01/2026"), working_days=30)
        for length in range(1, 31):
            promise(at("02/01/2026 09:00"), Terms(total=length), read)
    assert len(queries) == 1


def test_a_day_that_was_not_read_is_an_error_and_not_a_guess(calendar):
    read = WorkingDays(day("02/11/2026"), day("06/11/2026"))
    for asked in (
        lambda: read.after(day("05/11/2026"), 2),
        lambda: read.after(day("03/11/2026"), -2),
        lambda: read.is_working(day("07/11/2026")),
        lambda: read.between(day("01/11/2026"), day("05/11/2026")),
    ):
        with pytest.raises(ValueError, match="outside"):
            asked()


@pytest.mark.parametrize(
    ("received", "counts_from", "due"),
    [
        # to the minute of the hour it is today, a minute later it is tomorrow
        ("25/11/2026 14:59", "25/11/2026", "02/12/2026"),
        ("25/11/2026 15:00", "25/11/2026", "02/12/2026"),
        ("25/11/2026 15:01", "26/11/2026", "03/12/2026"),
        # a Friday afternoon, a Saturday
        ("27/11/2026 15:01", "30/11/2026", "07/12/2026"),
        ("28/11/2026 09:00", "30/11/2026", "07/12/2026"),
        # the day before 24/11, the new day off, and that day itself
        ("23/11/2026 14:59", "23/11/2026", "01/12/2026"),
        ("23/11/2026 15:30", "25/11/2026", "02/12/2026"),
        ("24/11/2026 09:00", "25/11/2026", "02/12/2026"),
        # the last working day before Tết 2026 is Friday 13/02; work begins again on Monday 23/02
        ("13/02/2026 15:00", "13/02/2026", "27/02/2026"),
        ("13/02/2026 15:01", "23/02/2026", "02/03/2026"),
        ("14/02/2026 08:00", "23/02/2026", "02/03/2026"),
        ("18/02/2026 16:00", "23/02/2026", "02/03/2026"),
        # Friday 02/01/2026 was exchanged with Saturday 10/01/2026
        ("31/12/2025 09:00", "31/12/2025", "09/01/2026"),
        ("02/01/2026 09:00", "05/01/2026", "10/01/2026"),
        ("10/01/2026 15:00", "10/01/2026", "16/01/2026"),
        ("10/01/2026 15:01", "12/01/2026", "19/01/2026"),
        # working Saturdays of 2024, 2025 and August 2026
        ("03/05/2024 15:01", "04/05/2024", "10/05/2024"),
        ("26/04/2025 10:00", "26/04/2025", "07/05/2025"),
        ("21/08/2026 15:01", "22/08/2026", "28/08/2026"),
        ("28/08/2026 09:00", "28/08/2026", "09/09/2026"),
    ],
)
def test_receipt_counts_from_its_working_day(days, received, counts_from, due):
    run = promise(at(received), UNTIL_THREE, days)
    assert run == Run(day(counts_from), day(due))
    assert starts_on(at(received), UNTIL_THREE, days) == run.starts_on


def test_seconds_do_not_make_it_later_than_the_slip_prints(days):
    moment = at("25/11/2026 15:00") + timedelta(seconds=59)
    assert starts_on(moment, UNTIL_THREE, days) == day("25/11/2026")


def test_without_an_hour_the_evening_still_counts(days):
    assert starts_on(at("25/11/2026 23:59"), Terms(total=5), days) == day("25/11/2026")


def test_moments_in_another_zone_are_read_in_hanoi(days):
    evening_before = datetime(2026, 11, 24, 18, 30, tzinfo=ZoneInfo("UTC"))
    assert starts_on(evening_before, UNTIL_THREE, days) == day("25/11/2026")


def test_a_swap_entered_after_the_promise_does_not_move_it(calendar):
    received = at("25/11/2026 09:00")
    promised = promise(received, UNTIL_THREE, WorkingDays.around(day("25/11/2026"), working_days=30))
    assert promised.due_on == day("02/12/2026")
    make_day(day("27/11/2026"), "off")
    make_day(day("05/12/2026"), "work")
    later = WorkingDays.around(day("25/11/2026"), working_days=30)
    assert promise(received, UNTIL_THREE, later).due_on == day("03/12/2026")  # for who comes now
    # what was promised is given, and everything that follows is counted towards it
    assert [each.on for each in warnings(promised, UNTIL_THREE, later)] == [day("03/12/2026")]
    assert left_when_stopped(promised, at("30/11/2026 10:00"), later) == 2
    again = resume(promised, at("30/11/2026 10:00"), at("04/12/2026 10:00"), UNTIL_THREE, later)
    assert again == Run(day("04/12/2026"), day("07/12/2026"))  # Saturday 05/12 is worked


def test_each_step_has_its_day_and_the_last_is_the_promised_one(days):
    terms = Terms(total=5, steps=(1, 0, 3, 1))
    run = promise(at("20/11/2026 09:00"), terms, days)
    assert step_days(run, terms, days) == [
        day("23/11/2026"),
        day("23/11/2026"),
        day("27/11/2026"),
        day("30/11/2026"),
    ]
    assert step_days(run, terms, days)[-1] == run.due_on


def test_after_a_supplement_the_last_steps_keep_their_place_before_the_promised_day(days):
    terms = Terms(total=5, steps=(1, 3, 1))
    run = resume(
        promise(at("02/11/2026 09:00"), terms, days), at("04/11/2026 09:00"), at("09/11/2026 09:00"), terms, days
    )
    assert run == Run(day("09/11/2026"), day("12/11/2026"))
    assert step_days(run, terms, days) == [day("09/11/2026"), day("11/11/2026"), day("12/11/2026")]


@pytest.mark.parametrize(
    ("stopped", "answered", "goes_on", "starts_again"),
    [
        # received Monday 02/11, promised Monday 09/11; stopped on Wednesday with three days left
        ("04/11/2026 09:00", "06/11/2026 10:00", "11/11/2026", "13/11/2026"),
        ("04/11/2026 16:00", "06/11/2026 15:01", "12/11/2026", "16/11/2026"),
        ("04/11/2026 09:00", "04/11/2026 10:00", "09/11/2026", "11/11/2026"),  # on the same day: nothing lost
        ("04/11/2026 09:00", "07/11/2026 10:00", "12/11/2026", "16/11/2026"),  # a Saturday
        ("02/11/2026 10:00", "23/11/2026 10:00", "01/12/2026", "01/12/2026"),  # all left, over 24/11
        ("09/11/2026 09:00", "12/11/2026 10:00", "12/11/2026", "19/11/2026"),  # none left
        ("11/11/2026 09:00", "16/11/2026 10:00", "09/11/2026", "23/11/2026"),  # missed already: stays missed
    ],
)
def test_after_a_supplement_the_time_goes_on_or_starts_again(days, stopped, answered, goes_on, starts_again):
    run = promise(at("02/11/2026 09:00"), UNTIL_THREE, days)
    assert run.due_on == day("09/11/2026")
    again = Terms(total=5, receipt_until=time(15), after_supplement=AfterSupplement.STARTS_AGAIN)
    assert resume(run, at(stopped), at(answered), UNTIL_THREE, days).due_on == day(goes_on)
    assert resume(run, at(stopped), at(answered), again, days).due_on == day(starts_again)


def test_the_third_supplement_works_like_the_first(days):
    run, used = promise(at("02/11/2026 09:00"), UNTIL_THREE, days), []
    for stopped, answered in (("03/11", "05/11"), ("06/11", "10/11"), ("11/11", "13/11")):
        before = run
        run = resume(run, at(f"{stopped}/2026 09:00"), at(f"{answered}/2026 09:00"), UNTIL_THREE, days)
        used.append(days.between(before.starts_on, day(f"{stopped}/2026")))
        assert days.between(run.starts_on, run.due_on) == UNTIL_THREE.total - sum(used)
    assert run == Run(day("13/11/2026"), day("17/11/2026"))


def test_a_clock_that_is_stopped_before_it_started_loses_nothing(days):
    run = promise(at("06/11/2026 16:00"), UNTIL_THREE, days)  # counts from Monday 09/11
    assert left_when_stopped(run, at("07/11/2026 09:00"), days) == 5
    assert resume(run, at("07/11/2026 09:00"), at("07/11/2026 11:00"), UNTIL_THREE, days) == run


def test_warnings_come_at_half_at_two_days_at_one_and_when_it_is_overdue(days):
    terms = Terms(total=10, warn_percent=50, warn_days=(1, 2))
    run = promise(at("02/11/2026 09:00"), terms, days)
    assert warnings(run, terms, days) == [
        Warning(day("09/11/2026"), WarningKind.SHARE, 50),
        Warning(day("12/11/2026"), WarningKind.DAYS, 2),
        Warning(day("13/11/2026"), WarningKind.DAYS, 1),
        Warning(day("17/11/2026"), WarningKind.OVERDUE),
    ]
    told = {text: warning_on(day(text), run, terms, days) for text in ("06/11/2026", "09/11/2026", "16/11/2026")}
    assert told["06/11/2026"] is None
    assert told["09/11/2026"] == Warning(day("09/11/2026"), WarningKind.SHARE, 50)
    assert told["16/11/2026"].value == 1  # on the promised day itself it is not overdue
    assert warning_on(day("17/11/2026"), run, terms, days).kind == WarningKind.OVERDUE


def test_half_of_an_odd_time_is_over_when_half_is_used_in_full(days):
    terms = Terms(total=5, warn_percent=50)
    run = promise(at("02/11/2026 09:00"), terms, days)
    assert warnings(run, terms, days)[0] == Warning(day("05/11/2026"), WarningKind.SHARE, 50)


def test_a_short_time_has_fewer_warnings(days):
    terms = Terms(total=1, warn_percent=50, warn_days=(2, 1))
    run = promise(at("02/11/2026 09:00"), terms, days)
    assert warnings(run, terms, days) == [Warning(day("04/11/2026"), WarningKind.OVERDUE)]
    two = Terms(total=2, warn_percent=50, warn_days=(2, 1))
    run = promise(at("02/11/2026 09:00"), two, days)
    assert [each.kind for each in warnings(run, two, days)] == ["share", "days", "overdue"]
    assert warning_on(day("03/11/2026"), run, two, days).kind == WarningKind.DAYS  # the nearer end weighs more


def test_time_of_the_department_and_of_the_enterprise_is_counted_apart(days):
    changes = [
        (at("02/11/2026 09:00"), Turn.DEPARTMENT),
        (at("04/11/2026 16:00"), Turn.ENTERPRISE),
        (at("06/11/2026 16:00"), Turn.DEPARTMENT),  # counts from Monday
        (at("11/11/2026 10:00"), Turn.NOBODY),
    ]
    used = time_used(changes, at("30/11/2026 10:00"), UNTIL_THREE, days)
    assert used == {Turn.DEPARTMENT: 4, Turn.ENTERPRISE: 3}
    assert sum(used.values()) == days.between(day("02/11/2026"), day("11/11/2026"))


def test_time_used_runs_up_to_the_moment_that_is_asked_for(days):
    changes = [(at("02/11/2026 09:00"), Turn.DEPARTMENT), (at("04/11/2026 09:00"), Turn.ENTERPRISE)]
    assert time_used(changes, at("03/11/2026 09:00"), UNTIL_THREE, days) == {"department": 1, "enterprise": 0}
    assert time_used(changes, at("10/11/2026 09:00"), UNTIL_THREE, days) == {"department": 2, "enterprise": 4}
    assert time_used([], at("10/11/2026 09:00"), UNTIL_THREE, days) == {"department": 0, "enterprise": 0}


def test_several_changes_on_one_day_count_no_day_twice(days):
    changes = [
        (at("02/11/2026 16:00"), Turn.DEPARTMENT),  # counts from Tuesday
        (at("02/11/2026 17:00"), Turn.ENTERPRISE),
        (at("03/11/2026 08:00"), Turn.DEPARTMENT),
        (at("03/11/2026 09:00"), Turn.ENTERPRISE),
        (at("03/11/2026 10:00"), Turn.DEPARTMENT),
        (at("05/11/2026 10:00"), Turn.NOBODY),
    ]
    used = time_used(changes, at("05/11/2026 10:00"), UNTIL_THREE, days)
    assert used == {Turn.DEPARTMENT: 2, Turn.ENTERPRISE: 0}


def test_what_the_department_used_and_what_is_left_make_the_whole(days):
    """For every day of stopping and every day of the answer within two months around Tết."""
    terms, received = Terms(total=12, receipt_until=time(15)), at("26/01/2026 09:00")
    run = promise(received, terms, days)
    for stop in range(17):
        stopped = received + timedelta(days=stop)
        for wait in range(40):
            answered = stopped + timedelta(days=wait, hours=1)
            again = resume(run, stopped, answered, terms, days)
            changes = [(received, Turn.DEPARTMENT), (stopped, Turn.ENTERPRISE), (answered, Turn.DEPARTMENT)]
            end = datetime.combine(again.due_on, time(17), HANOI)
            used = time_used(changes, end, terms, days)
            assert used[Turn.DEPARTMENT] == terms.total
            assert used[Turn.ENTERPRISE] == days.between(run.starts_on, again.due_on) - terms.total
