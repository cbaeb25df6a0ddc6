from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from reference.models import (
    AdministrativeUnit,
    Agency,
    CalendarDay,
    ExchangeRate,
    IndustryCode,
    ProductGroup,
    SizeThreshold,
    UnitSuccession,
)
from tests.factories import (
    make_agency,
    make_content_area,
    make_day,
    make_industry_code,
    make_product_group,
    make_rate,
    make_rule,
    make_unit,
)

pytestmark = pytest.mark.django_db


def refused(function, *args, **kwargs):
    with pytest.raises(DatabaseError), transaction.atomic():
        function(*args, **kwargs)
    return True


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_two_rows_of_a_code_never_hold_on_one_day():
    make_product_group("CK", valid_from=date(2022, 1, 1), valid_to=date(2025, 12, 31))
    assert refused(make_product_group, "CK", valid_from=date(2025, 12, 31))
    assert refused(make_product_group, "CK", valid_from=date(2021, 1, 1))
    assert refused(make_product_group, "CK", valid_from=date(2021, 1, 1), valid_to=date(2022, 1, 1))
    make_product_group("CK", valid_from=date(2026, 1, 1))
    make_product_group("DT", valid_from=date(2022, 1, 1))
    assert ProductGroup.objects.in_force(date(2025, 12, 31)).get(code="CK").valid_from == date(2022, 1, 1)
    assert ProductGroup.objects.in_force(date(2026, 1, 1)).get(code="CK").valid_from == date(2026, 1, 1)
    assert not ProductGroup.objects.in_force(date(2021, 12, 31)).exists()


def test_a_date_moved_onto_another_row_is_refused():
    first = make_product_group("CK", valid_from=date(2022, 1, 1), valid_to=date(2025, 12, 31))
    make_product_group("CK", valid_from=date(2026, 1, 1))
    assert refused(sql, "UPDATE reference_productgroup SET valid_to = NULL WHERE id = %s", first.pk)
    assert refused(ProductGroup.objects.filter(pk=first.pk).update, valid_to=date(2026, 1, 1))


def test_the_same_number_is_another_code_in_another_classification():
    make_industry_code("62", "VSIC2018", parent_code="J")
    make_industry_code("62", "VSIC2025", parent_code="K")
    assert refused(make_industry_code, "62", "VSIC2025", parent_code="K")


def test_old_and_new_units_may_carry_one_code():
    make_unit("00004", kind="ward")
    make_unit("00004", kind="district", unit_type="quan", valid_from=date(2000, 1, 1), valid_to=date(2025, 6, 30))


@pytest.mark.parametrize("model", ["productgroup", "agency", "rule", "contentarea", "industrycode"])
def test_reference_rows_are_never_removed(model):
    make_product_group()
    make_agency()
    make_rule("turns", {})
    make_content_area()
    make_industry_code()
    assert refused(sql, f"DELETE FROM reference_{model}")


def test_days_and_rates_are_never_removed():
    make_rate()
    make_day(date(2026, 1, 1))
    assert refused(ExchangeRate.objects.all().delete)
    assert refused(CalendarDay.objects.all().delete)


def test_a_code_never_becomes_another():
    group = make_product_group("CK")
    assert refused(ProductGroup.objects.filter(pk=group.pk).update, code="XX")
    assert refused(sql, "UPDATE reference_productgroup SET public_id = %s", "00000000000000000000000000000001")


def test_a_row_ends_after_it_starts():
    assert refused(make_product_group, valid_from=date(2022, 1, 2), valid_to=date(2022, 1, 1))
    make_product_group(valid_from=date(2022, 1, 1), valid_to=date(2022, 1, 1))


def test_a_row_has_a_code_a_name_and_a_known_confidence():
    assert refused(ProductGroup.objects.create, code="", name_vi="x", valid_from=date(2022, 1, 1))
    assert refused(make_product_group, name="")
    assert refused(make_product_group, confidence="Z")


def test_a_unit_has_a_type_of_its_kind():
    assert refused(make_unit, kind="ward", unit_type="quan")
    assert refused(make_unit, kind="district", unit_type="xa")
    assert refused(make_unit, kind="province")


def test_a_succession_joins_two_units_once():
    old = make_unit("001", kind="district", unit_type="quan", valid_from=date(2000, 1, 1), valid_to=date(2025, 6, 30))
    new = make_unit()
    UnitSuccession.objects.create(old=old, new=new, on=date(2025, 7, 1))
    assert refused(UnitSuccession.objects.create, old=old, new=new, on=date(2025, 7, 1))
    assert refused(UnitSuccession.objects.create, old=new, new=new, on=date(2025, 7, 1))
    assert refused(UnitSuccession.objects.all().delete)


def test_an_industry_code_below_the_sections_has_a_parent():
    assert refused(make_industry_code, "25", parent_code="")
    assert refused(make_industry_code, "C", level=1, parent_code="A")
    assert refused(make_industry_code, "25", level=6)
    make_industry_code("C", level=1, parent_code="")


def test_an_agency_with_a_successor_has_ended():
    later = make_agency("STC2")
    assert refused(make_agency, "SKHDT", successor=later)
    ended = make_agency("SKHDT", successor=later, valid_to=date(2025, 2, 28))
    assert refused(Agency.objects.filter(pk=ended.pk).update, successor=ended)


def test_a_threshold_is_positive_and_of_a_known_size():
    good = {
        "code": "industry-micro",
        "name_vi": "x",
        "valid_from": date(2021, 10, 15),
        "sector_column": "industry",
        "size": "micro",
        "labour_max": 10,
        "revenue_max_vnd": 3 * 10**9,
        "capital_max_vnd": 3 * 10**9,
    }
    for wrong in ({"size": "large"}, {"sector_column": "x"}, {"capital_max_vnd": 0}):
        assert refused(SizeThreshold.objects.create, **(good | wrong))
    SizeThreshold.objects.create(**good)
    assert refused(SizeThreshold.objects.create, **(good | {"code": "another"}))


def test_a_rate_is_plausible_and_one_a_day():
    make_rate()
    assert refused(make_rate)
    for wrong in (0, -1, 10_000_001):
        assert refused(make_rate, date(2023, 1, 1), wrong)
    for wrong in ("usd", "US"):
        assert refused(make_rate, date(2023, 1, 1), currency=wrong)


def test_a_calendar_day_has_a_kind_and_a_basis():
    assert refused(make_day, date(2026, 1, 1), basis="")
    assert refused(make_day, date(2026, 1, 1), "holiday")
    make_day(date(2026, 1, 1))
    assert refused(make_day, date(2026, 1, 1))


def test_only_a_weekend_day_can_be_made_a_working_day():
    assert refused(make_day, date(2026, 1, 9), "work")
    day = make_day(date(2026, 1, 10), "work")
    make_day(date(2026, 1, 11), "work")
    friday = make_day(date(2026, 1, 2))
    assert refused(CalendarDay.objects.filter(pk=friday.pk).update, kind="work")
    assert refused(CalendarDay.objects.filter(pk=day.pk).update, on=date(2026, 1, 17))


def test_the_name_follows_the_language_and_falls_back_to_vietnamese():
    group = make_product_group(name="Dệt may", name_en="Textiles")
    only = make_product_group(name="Cơ khí")
    with translation.override("vi"):
        assert str(group) == "Dệt may"
    with translation.override("en"):
        assert (str(group), str(only)) == ("Textiles", "Cơ khí")


def test_names_are_listed_in_vietnamese_order():
    for name in ("Đống Đa", "Dương Nội", "Ba Đình", "Ô Chợ Dừa", "Ngọc Hà"):
        make_unit(name=name)
    assert [unit.name_vi for unit in AdministrativeUnit.objects.ordered()] == [
        "Ba Đình",
        "Dương Nội",
        "Đống Đa",
        "Ngọc Hà",
        "Ô Chợ Dừa",
    ]
    assert IndustryCode.objects.count() == 0
