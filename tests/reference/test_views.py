import uuid
from datetime import date

import pytest
from django.urls import reverse

from accounts.roles import Role
from audit.events import history_of
from reference.loading import load_reference
from reference.models import (
    AdministrativeUnit,
    CalendarDay,
    ExchangeRate,
    Load,
    MoneySource,
    ProductGroup,
    Rule,
)
from reference.registry import KINDS
from tests.factories import (
    make_administrator,
    make_auditor,
    make_day,
    make_money_source,
    make_officer,
    make_product_group,
    make_rate,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(now):
    return load_reference(by="load_reference", now=now)


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


# --- who sees and who edits --------------------------------------------------------------------


def test_staff_and_the_auditor_read_everything_and_outsiders_nothing(client_as, client, loaded):
    group = ProductGroup.objects.first()
    addresses = [reverse("reference:home"), reverse("reference:map"), reverse("reference:calendar")]
    addresses += [kind.url("list") for kind in KINDS] + [reverse("reference:productgroup", args=[group.public_id])]
    for user in (make_officer(), make_auditor(), make_administrator()):
        assert {client_as(user).get(address).status_code for address in addresses} == {200}
    for user in (make_user(Role.COUNCIL_MEMBER), make_user()):
        assert {client_as(user).get(address).status_code for address in addresses} == {403}
    assert {client.get(address).status_code for address in addresses} == {302}


def test_rules_are_edited_by_the_administrator_only(client_as):
    turns, group = make_rule("jump_factor", 10), make_product_group()
    rule_page = reverse("reference:edit_rule", args=[turns.public_id])
    group_page = reverse("reference:edit_productgroup", args=[group.public_id])
    assert client_as(make_administrator()).get(rule_page).status_code == 200
    assert client_as(make_officer()).get(rule_page).status_code == 403
    assert client_as(make_officer()).get(group_page).status_code == 200
    assert client_as(make_auditor()).get(group_page).status_code == 403
    officer_sees = client_as(make_officer()).get(reverse("reference:rule", args=[turns.public_id])).content.decode()
    assert rule_page not in officer_sees


def test_a_code_and_an_english_name_say_what_they_are(client_as):
    group = make_product_group("turns", name_en="Micro enterprise")
    page = client_as(make_officer()).get(reverse("reference:productgroup", args=[group.public_id])).content.decode()
    assert '<span translate="no">turns</span>' in page
    assert '<span lang="en">Micro enterprise</span>' in page


def test_a_history_marks_codes_and_english_names(client_as, now):
    load_reference(by="load_reference", now=now)
    rule = Rule.objects.filter(code="turns").first()
    page = client_as(make_officer()).get(reverse("reference:rule", args=[rule.public_id])).content.decode()
    assert page.count('<span translate="no">turns</span>') == 2


def test_a_row_that_is_not_there_is_404(client_as):
    assert client_as(make_officer()).get(reverse("reference:agency", args=[uuid.uuid4()])).status_code == 404
    assert client_as(make_officer()).get(reverse("reference:calendar") + "?month=2026-13").status_code == 404


# --- lists -------------------------------------------------------------------------------------


def test_each_list_costs_the_same_with_few_and_many_rows(client_as, loaded, django_assert_max_num_queries):
    client = client_as(make_officer())
    client.get(reverse("reference:home"))
    for kind in KINDS:
        with django_assert_max_num_queries(12):
            assert client.get(kind.url("list")).status_code == 200
    with django_assert_max_num_queries(12):
        client.get(reverse("reference:map"))
    with django_assert_max_num_queries(12):
        client.get(reverse("reference:home"))


def test_a_list_is_searched_without_marks_and_filtered_by_state(client_as, loaded):
    client = client_as(make_officer())
    page = client.get(reverse("reference:administrativeunit_list") + "?q=dong+da&state=now").content.decode()
    assert "Phường Đống Đa" in page
    assert "Quận Đống Đa" not in page
    page = client.get(reverse("reference:administrativeunit_list") + "?q=dong+da&state=ended").content.decode()
    assert "Quận Đống Đa" in page


@pytest.mark.parametrize("export", ["xlsx", "csv", "print"])
def test_each_list_is_exported(client_as, loaded, export):
    client = client_as(make_officer())
    for address in (*(kind.url("list") for kind in KINDS), reverse("reference:map"), reverse("reference:load_list")):
        answer = client.get(f"{address}?export={export}")
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content if answer.streaming else [answer.content])


def test_the_map_shows_the_districts_of_a_unit(client_as, loaded):
    client, old = client_as(make_officer()), AdministrativeUnit.objects.get(kind="district", code="001")
    page = client.get(reverse("reference:map") + f"?district={old.public_id}").content.decode()
    assert "Phường Ba Đình" in page
    detail = client.get(old.get_absolute_url()).content.decode()
    assert "Phường Giảng Võ" in detail


# --- adding, correcting, ending ----------------------------------------------------------------

GROUP = {"code": "CK", "name_vi": "Cơ khí", "valid_from": "01/01/2022", "confidence": "B"}


def test_an_officer_adds_a_group_once_however_often_the_form_is_sent(client_as):
    client, key = client_as(make_officer()), str(uuid.uuid4())
    for _again in range(2):
        answer = client.post(reverse("reference:add_productgroup"), GROUP | {"operation_key": key})
        assert answer.status_code == 302
    group = ProductGroup.objects.get()
    assert answer.url == group.get_absolute_url()
    assert (group.name_vi, group.valid_from) == ("Cơ khí", date(2022, 1, 1))
    assert [line.event.kind for line in history_of(group)] == ["reference entry added"]
    assert "Cơ khí" in client.get(answer.url).content.decode()


def test_what_cannot_be_added_is_said_beside_what_was_typed(client_as):
    make_product_group("CK")
    client = client_as(make_officer())
    page = post(client, reverse("reference:add_productgroup"), **GROUP)
    assert page.status_code == 200
    assert "CK" in page.context["form"].non_field_errors()[0]
    wrong = {"code": "A B", "valid_to": "31/12/2021", "divisions": "99 zz"}
    page = post(client, reverse("reference:add_productgroup"), **GROUP | wrong)
    assert set(page.context["form"].errors) == {"code", "valid_to", "divisions"}
    assert 'value="31/12/2021"' in page.content.decode()
    assert ProductGroup.objects.count() == 1


def test_a_correction_needs_a_reason_and_shows_in_the_history(client_as):
    group, client = make_product_group("CK", name="Cơ khí"), client_as(make_officer())
    address = reverse("reference:edit_productgroup", args=[group.public_id])
    fields = {"name_vi": "Cơ khí, chế tạo", "valid_from": "01/01/2020", "confidence": "K", "version": "1"}
    assert "reason" in post(client, address, **fields).context["form"].errors
    answer = post(client, address, **fields, reason="Theo Công văn số 5")
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "Cơ khí, chế tạo" in page
    assert "Theo Công văn số 5" in page


def test_two_people_correcting_one_row_both_keep_what_they_typed(client_as):
    group = make_product_group("CK", name="Cơ khí")
    address = reverse("reference:edit_productgroup", args=[group.public_id])
    fields = {"valid_from": "01/01/2020", "confidence": "K", "version": "1", "reason": "x"}
    assert post(client_as(make_officer()), address, **fields, name_vi="Một").status_code == 302
    page = post(client_as(make_officer()), address, **fields, name_vi="Hai")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Một" in text
    assert "Hai" in text
    assert ProductGroup.objects.get().name_vi == "Một"


def test_a_row_is_ended_not_removed(client_as):
    group, client = make_product_group("CK"), client_as(make_officer())
    address = reverse("reference:end_productgroup", args=[group.public_id])
    assert client.get(address).status_code == 200
    early = post(client, address, ends_on="31/12/2019", reason="x", version="1")
    assert early.context["form"].errors
    assert post(client, address, ends_on="31/12/2026", reason="Danh mục mới", version="1").status_code == 302
    assert ProductGroup.objects.get().valid_to == date(2026, 12, 31)


def test_a_rule_is_replaced_from_a_later_day_in_words(client_as):
    jump, client = make_rule("jump_factor", 10, name_vi="Chênh lệch"), client_as(make_administrator())
    address = reverse("reference:replace_rule", args=[jump.public_id])
    assert "part_" in client.get(address).content.decode()
    fields = {"name_vi": "Chênh lệch", "confidence": "A", "reason": "Số 9/QĐ-SCT", "version": "1"}
    refused = post(client, address, **fields, part_="20", starts_on="01/01/2020")
    assert refused.context["form"].non_field_errors()
    assert post(client, address, **fields, part_="20", starts_on="01/01/2100").status_code == 302
    assert list(Rule.objects.order_by("valid_from").values_list("value", "valid_from", "valid_to")) == [
        (10, date(2020, 1, 1), date(2099, 12, 31)),
        (20, date(2100, 1, 1), None),
    ]


def test_a_rule_nobody_described_is_written_as_json_without_decimals(client_as):
    client = client_as(make_administrator())
    fields = {"code": "limits", "name_vi": "Giới hạn", "valid_from": "01/01/2026", "confidence": "K"}
    for wrong in ("{", '{"a": 1.5}'):
        assert "value" in post(client, reverse("reference:add_rule"), **fields, value=wrong).context["form"].errors
    assert post(client, reverse("reference:add_rule"), **fields, value='{"a": 15}').status_code == 302
    assert Rule.objects.get().value == {"a": 15}


def test_whether_a_source_counts_against_the_ceiling_never_changes_in_place(client_as):
    source, client = make_money_source("nsnn"), client_as(make_administrator())
    page = client.get(reverse("reference:edit_moneysource", args=[source.public_id])).content.decode()
    assert "counts_to_ceiling" not in page
    address = reverse("reference:replace_moneysource", args=[source.public_id])
    fields = {"name_vi": source.name_vi, "confidence": "A", "reason": "QĐ 1", "version": "1"}
    assert post(client, address, **fields, starts_on="01/01/2100").status_code == 302
    assert list(MoneySource.objects.order_by("valid_from").values_list("counts_to_ceiling", flat=True)) == [True, False]


# --- calendar and rates ------------------------------------------------------------------------


def test_the_calendar_of_a_month_counts_its_working_days(client_as, loaded):
    client = client_as(make_officer())
    assert client.get(reverse("reference:calendar") + "?month=2026-02").context["working_days"] == 15
    assert client.get(reverse("reference:calendar") + "?month=2026-01").context["working_days"] == 21
    assert client.get(reverse("reference:calendar") + "?month=2026-08").context["working_days"] == 21
    page = client.get(reverse("reference:calendar") + "?month=2028-01")
    assert page.context["is_known"] is False


def test_the_administrator_enters_a_day_off_from_the_calendar(client_as):
    client = client_as(make_administrator())
    page = client.get(reverse("reference:add_calendarday") + "?on=2027-01-04").content.decode()
    assert 'value="04/01/2027"' in page
    fields = {"on": "04/01/2027", "kind": "off", "name_vi": "Nghỉ bù", "basis": "Thông báo 1", "confidence": "A"}
    assert post(client, reverse("reference:add_calendarday"), **fields).status_code == 302
    again = post(client, reverse("reference:add_calendarday"), **fields)
    assert again.context["form"].errors
    wrong = post(client, reverse("reference:add_calendarday"), **fields | {"on": "05/01/2027", "kind": "work"})
    assert "kind" in wrong.context["form"].errors
    assert CalendarDay.objects.count() == 1


def test_a_wrong_day_is_made_ordinary_again(client_as):
    day, client = make_day(date(2026, 1, 5)), client_as(make_administrator())
    address = reverse("reference:edit_calendarday", args=[day.public_id])
    fields = {"kind": "ordinary", "name_vi": "Ghi nhầm", "basis": "Đính chính", "confidence": "A", "version": "1"}
    assert post(client, address, **fields, reason="Ghi nhầm").status_code == 302
    assert CalendarDay.objects.get().kind == "ordinary"


def test_a_wrong_rate_is_withdrawn_and_entered_anew(client_as):
    rate, client = make_rate(date(2025, 12, 31), 52_000), client_as(make_officer())
    address = reverse("reference:withdraw_exchangerate", args=[rate.public_id])
    assert post(client, address, reason="Gõ nhầm", version="1").status_code == 302
    fields = {"currency": "usd", "on": "31/12/2025", "vnd_per_unit": "25.100", "confidence": "A", "source": "NHNN"}
    assert post(client, reverse("reference:add_exchangerate"), **fields).status_code == 302
    assert ExchangeRate.objects.standing().get().vnd_per_unit == 25_100


def test_a_load_says_what_it_kept(client_as, loaded):
    load = Load.objects.get()
    page = client_as(make_auditor()).get(reverse("reference:load", args=[load.public_id])).content.decode()
    assert "624" in page
