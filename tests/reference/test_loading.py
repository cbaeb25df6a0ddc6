from datetime import date, timedelta

import pytest
from django.core.management import call_command

from audit.events import history_of
from audit.models import Event
from reference.loading import load_reference
from reference.models import (
    AdministrativeUnit,
    Agency,
    CalendarDay,
    ExchangeRate,
    IndustryCode,
    Load,
    ProductGroup,
    Rule,
    UnitSuccession,
)
from reference.services import (
    add_entry,
    edit_entry,
    end_entry,
    exchange_rate,
    replace_entry,
    rule,
    size_of,
    unit_on,
    withdraw_rate,
    working_day,
)
from screens.formats import vietnamese
from tests.factories import make_administrator, make_officer, make_product_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(now):
    return load_reference(by="load_reference", now=now)


def test_loading_again_changes_nothing_and_leaves_no_trace(loaded, now):
    events, loads = Event.objects.count(), Load.objects.count()
    again = load_reference(by="load_reference", now=now)
    assert (again.created, again.updated, again.kept) == (0, 0, [])
    assert again.unchanged == loaded.created == events
    assert (Event.objects.count(), Load.objects.count()) == (events, loads) == (loaded.created, 1)


def test_the_map_has_30_districts_until_june_and_126_units_since_july_2025(loaded):
    units = AdministrativeUnit.objects
    assert units.in_force(date(2025, 6, 30)).count() == 30
    assert units.in_force(date(2025, 7, 1)).count() == 126
    assert units.in_force(date(2025, 7, 1)).filter(unit_type="phuong").count() == 51
    assert units.in_force(date(2025, 7, 1)).filter(unit_type="xa").count() == 75
    assert UnitSuccession.objects.count() == 213
    shared = [u for u in units.filter(kind="ward") if u.origins.count() > 1]
    assert len(shared) == 64
    assert unit_on("00082", date(2026, 1, 1)).name_vi == "Phường Cửa Nam"
    assert unit_on("001", date(2025, 6, 30), kind="district").name_en == "Ba Đình District"


def test_vsic_keeps_both_versions_apart_with_software_in_its_sections(loaded):
    codes = IndustryCode.objects.filter(level=2)
    for version in ("VSIC2018", "VSIC2025"):
        assert codes.filter(classification=version).count() == 24 + 3
    assert IndustryCode.objects.get(classification="VSIC2018", code="62").parent_code == "J"
    assert IndustryCode.objects.get(classification="VSIC2025", code="62").parent_code == "K"
    assert IndustryCode.objects.in_force(date(2026, 1, 1)).get(code="26").name_vi.count("máy tính") == 1
    parents = {(c.classification, c.parent_code) for c in codes}
    assert parents == set(IndustryCode.objects.filter(level=1).values_list("classification", "code"))


def test_the_eight_groups_and_the_older_six_have_their_dates(loaded):
    assert ProductGroup.objects.in_force(date(2026, 11, 23)).count() == 8
    assert ProductGroup.objects.in_force(date(2008, 1, 1)).count() == 6


def test_agencies_end_with_their_successor(loaded):
    today = date(2026, 11, 23)
    assert Agency.objects.get(code="SKHDT").successor.code == "STC"
    assert not Agency.objects.in_force(today).filter(code="SKHDT").exists()
    assert Agency.objects.get(code="STNMT").successor == Agency.objects.get(code="SNNPTNT").successor


def test_the_calendar_knows_swaps_working_saturdays_and_the_day_of_culture(loaded):
    for day in (
        date(2026, 1, 2),
        date(2026, 2, 16),
        date(2026, 4, 27),
        date(2026, 8, 31),
        date(2026, 11, 24),
        date(2025, 5, 2),
        date(2024, 4, 29),
        date(2022, 5, 3),
        date(2021, 2, 16),
    ):
        assert not working_day(day), day
    for day in (date(2026, 1, 10), date(2026, 8, 22), date(2025, 4, 26), date(2024, 5, 4), date(2026, 11, 23)):
        assert working_day(day), day
    weekdays_off = {
        year: CalendarDay.objects.filter(on__year=year, kind="off", on__iso_week_day__lt=6).count()
        for year in range(2021, 2028)
    }
    assert weekdays_off == {2021: 11, 2022: 11, 2023: 11, 2024: 12, 2025: 12, 2026: 14, 2027: 12}
    assert not CalendarDay.objects.filter(basis="").exists()


def test_rates_are_marked_as_illustration(loaded):
    assert exchange_rate("USD", date(2024, 12, 31)).on == date(2024, 12, 31)
    assert all("minh họa" in r.note and r.confidence == "K" for r in ExchangeRate.objects.all())


def test_sizes_and_rules_are_ready_to_use(loaded):
    assert size_of(90, 40 * 10**9, None, "industry", date(2024, 12, 31)) == "small"
    assert rule("jump_factor", date(2021, 1, 1)) == 10
    assert rule("turns", date(2025, 12, 31))["once"] == "activity"
    assert rule("kpi_caps", date(2025, 12, 31)) == {"last_verified_year_percent": 150}
    read = Rule.objects.exclude(confidence="K").values_list("code", "valid_from")
    assert set(read) == {("budget_calendar", date(2026, 1, 1)), ("carry_over_grounds", date(2026, 1, 1))}


def test_what_a_person_edited_stays_and_is_reported(loaded, now):
    officer = make_officer()
    group = ProductGroup.objects.get(code="CK")
    edit_entry(group, {"name_vi": "Cơ khí chính xác"}, version=1, by=officer, now=now, reason="Theo văn bản")
    report = load_reference(by="load_reference", now=now)
    group.refresh_from_db()
    assert group.name_vi == "Cơ khí chính xác"
    assert [row.partition(":")[0] for row in report.kept] == ["productgroup CK"]
    assert Load.objects.count() == 2
    load_reference(by="load_reference", now=now)
    assert Load.objects.count() == 2


def test_what_nobody_edited_follows_the_files(loaded, now):
    ProductGroup.objects.filter(code="CK").update(name_vi="Tên của bản trước")
    report = load_reference(by="load_reference", now=now)
    group = ProductGroup.objects.get(code="CK")
    assert (report.updated, group.name_vi, group.version) == (1, "Cơ khí, chế tạo", 1)
    assert history_of(group)[0].changes[0][1:] == (vietnamese("Tên của bản trước"), vietnamese("Cơ khí, chế tạo"))


def test_a_rule_replaced_by_a_person_stays_replaced(loaded, now):
    turns = Rule.objects.get(code="turns")
    later = now.date() + timedelta(days=30)
    replace_entry(
        turns,
        {"name_vi": "Lượt", "value": {"once": "activity_and_year"}},
        starts_on=later,
        version=1,
        by=make_administrator(),
        now=now,
        reason="Số 5/QĐ-SCT",
    )
    assert load_reference(by="load_reference", now=now).created == 0
    assert rule("turns", later) == {"once": "activity_and_year"}


def test_a_group_that_people_entered_before_the_files_knew_it_stays(now):
    make_product_group("CK", valid_from=date(2021, 6, 1))
    report = load_reference(by="load_reference", now=now)
    assert report.kept == ["productgroup CK"]
    assert ProductGroup.objects.filter(code="CK").count() == 1


def test_ended_and_withdrawn_rows_do_not_come_back(loaded, now):
    officer, rate = make_officer(), ExchangeRate.objects.get(on=date(2024, 12, 31))
    withdraw_rate(rate, version=1, by=officer, now=now, reason="Minh họa")
    add_entry(
        ExchangeRate, {"currency": "USD", "on": rate.on, "vnd_per_unit": 24_335}, by=officer, now=now, reason="Thật"
    )
    end_entry(
        ProductGroup.objects.get(code="CK"), ends_on=date(2026, 12, 31), version=1, by=officer, now=now, reason=""
    )
    report = load_reference(by="load_reference", now=now)
    assert report.created == 0
    assert exchange_rate("USD", rate.on).vnd_per_unit == 24_335
    assert ProductGroup.objects.get(code="CK").valid_to == date(2026, 12, 31)


def test_the_command_says_what_it_did(capsys):
    call_command("load_reference")
    call_command("load_reference")
    first, second = capsys.readouterr().out.strip().splitlines()
    assert "624 added" in first
    assert "0 added, 0 changed, 624 as before, 0 kept" in second
