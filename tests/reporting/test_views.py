import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.roles import Role
from documents.models import Import, StoredFile
from reporting.home import work_for
from reporting.models import CityStatistic, KpiChoice, KpiPublication, KpiRun, KpiValue
from tests.factories import (
    make_administrator,
    make_auditor,
    make_director,
    make_enterprise,
    make_enterprise_user,
    make_figures,
    make_head,
    make_officer,
    make_period,
    make_policy,
    make_product_group,
    make_published_figure,
    make_support,
    make_target,
    make_unit,
    make_user,
)
from tests.programme.making import make_budget_year, make_commitment, make_line, make_paid_payment, make_task
from tests.programme.making_plans import make_plan
from tests.reporting.making import EXPORT_SHARE, NOW, OUTPUT_SHARE, make_indicator, make_run, make_statistic
from tests.reporting.test_counts import TURNS
from tests.reporting.test_shares import make_titled

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    period = make_period(2021, 2025)
    make_target(period, lower=40, upper=50, applies="each_year")
    make_published_figure(2024, measure="output_share", unit="percent", value=32)
    make_indicator(OUTPUT_SHARE)
    make_indicator({"counts": "turns", "unit": "turn", "band": "turns"}, "turns")
    make_indicator({"counts": "supported_share", "unit": "percent", "who": {"rule": "in_year"}}, "supported_share")
    enterprises = [
        make_titled(ward=make_unit("00001"), groups=[make_product_group("G1"), make_product_group("G2")]),
        make_titled(),
    ]
    make_figures(enterprises[0], 2024, output_vnd=300, size="large")
    make_figures(enterprises[1], 2024, output_vnd=120)
    make_support(enterprises[0])
    make_statistic(1_000)
    make_run(now=NOW)
    return enterprises


def value(code="output_share.a", year=2024):
    return KpiValue.objects.readable().get(version__indicator__code=code, year=year)


def page(client, name, *args, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200, name
    return response.content.decode()


def post(client, name, *args, **data):
    import uuid

    data.setdefault("operation_key", uuid.uuid4().hex)
    return client.post(reverse(name, args=args), data)


def test_dashboard_shows_value_band_verdict_coverage_and_what_the_press_said(world, client_as):
    text = page(client_as(make_auditor()), "reporting:dashboard")
    for wanted in ("42,0", "40", "50", "2024", "Báo thử", reverse("reporting:value_rows", args=[value().public_id])):
        assert wanted in text
    assert "<svg" in text


def test_dashboard_is_the_same_number_of_queries_with_more_years(world, client_as, django_assert_max_num_queries):
    client = client_as(make_officer())
    with django_assert_max_num_queries(12):
        page(client, "reporting:dashboard")


def test_variants_nobody_chose_stand_side_by_side_and_none_is_the_headline(world, client_as):
    make_indicator(OUTPUT_SHARE | {"who": {"rule": "in_year"}}, "output_share.b")
    make_run(now=NOW + timedelta(hours=1))
    text = page(client_as(make_officer()), "reporting:indicator_detail", "output_share")
    assert "output_share.a" in text and "output_share.b" in text
    assert text.count("tag-warn") >= 2


def test_rows_add_up_to_the_value_and_lead_to_the_enterprise(world, client_as):
    client = client_as(make_officer())
    for name in ("reporting:value_rows", "reporting:value_detail"):
        text = page(client, name, value().public_id)
        assert (
            "Chi nhánh (mã số thuế 13 số) được tính cùng" in text and "Quy mô là quy mô của toàn doanh nghiệp" in text
        )
    text = page(client, "reporting:value_rows", value().public_id)
    assert "420 đồng" in text
    for enterprise in world:
        assert enterprise.name in text


def test_rows_that_are_no_longer_kept_are_not_printed_as_none(world, client_as):
    old = value()
    make_run(now=NOW + timedelta(hours=1))
    client, address = client_as(make_officer()), reverse("reporting:value_rows", args=[old.public_id])
    for kind in ("print", "xlsx", "csv"):
        answer = client.get(address, {"export": kind}, follow=True)
        assert answer.redirect_chain and "không còn được giữ" in answer.content.decode(), kind


def test_rows_of_a_part_add_up_to_the_part(world, client_as):
    client = client_as(make_officer())
    share = value()
    for query in ({"ward": "00001"}, {"group": "G1"}, {"group": "G2"}, {"size": "large"}):
        text = page(client, "reporting:value_rows", share.public_id, **query)
        assert "300 đồng" in text and world[1].name not in text
    text = page(client, "reporting:value_rows", share.public_id, ward="-")
    assert "120 đồng" in text and world[0].name not in text
    part = share.parts.get(dimension="ward", code="00001")
    assert part.amount == 300
    assert '<option value="large" selected>Doanh nghiệp lớn</option>' in page(
        client, "reporting:value_rows", share.public_id, size="large"
    ), "parts are chosen by name"


def test_value_page_shows_parts_definition_statistic_and_digest(world, client_as):
    share = value()
    text = page(client_as(make_officer()), "reporting:value_detail", share.public_id)
    statistic = CityStatistic.objects.get()
    for wanted in (share.digest, reverse("reporting:statistic_detail", args=[statistic.public_id]), "?ward=00001"):
        assert wanted in text


def test_the_share_can_be_checked_on_the_page_of_its_rows(world, client_as):
    text = page(client_as(make_officer()), "reporting:value_rows", value().public_id)
    for wanted in (
        "<dt>Mẫu số</dt>",
        "1.000 đồng",
        "lần sửa 1",
        reverse("reporting:statistic_detail", args=[CityStatistic.objects.get().public_id]),
    ):
        assert wanted in text


def test_my_work_counts_all_that_was_returned_to_me_and_leads_to_it(client_as):
    mine = make_officer()
    returned = {"state": "returned", "return_reason": "Sai", "recorded_by": mine.public_id}
    for year in range(2018, 2025):
        make_figures(make_enterprise(), year, **returned)
    make_figures(make_enterprise(), 2024, **returned | {"recorded_by": make_officer().public_id})
    text = page(client_as(mine), "reporting:home")
    assert '?whose=mine&amp;state=returned"' in text
    section = next(each for each in work_for(mine, timezone.now()) if "whose=mine" in each.more_url)
    assert (section.count, len(section.items)) == (7, 5)
    listed = client_as(mine).get(reverse("enterprises:figures_list"), {"whose": "mine", "state": "returned"})
    assert len(listed.context["table"].rows) == 7


def test_rows_behind_turns_say_which_activity_each_is(client_as):
    make_indicator(TURNS, "turns")
    make_support(activity="Hội chợ cơ khí", activity_code="HC-1", delivered_on=date(2024, 5, 20))
    make_support(activity="Lớp quản trị", activity_code="DT-1", delivered_on=date(2024, 6, 20))
    make_run(year_from=2024, year_to=2024, now=NOW)
    text = page(client_as(make_officer()), "reporting:value_rows", value("turns").public_id)
    assert "Hội chợ cơ khí" in text and "Lớp quản trị" in text


def test_exports_hold_what_the_page_shows(world, client_as):
    client = client_as(make_officer())
    csv = b"".join(client.get(reverse("reporting:dashboard"), {"export": "csv"}).streaming_content).decode()
    assert ";2024;42;%;" in csv and csv.startswith("\ufeff")
    book = b"".join(client.get(reverse("reporting:dashboard"), {"export": "xlsx"}).streaming_content)
    row = load_workbook(io.BytesIO(book)).active[2]
    assert (row[2].value, row[3].value, row[3].number_format) == (2024, 0.42, "0.0%")
    assert "42,0" in page(client, "reporting:dashboard", export="print")
    rows = client.get(reverse("reporting:value_rows", args=[value().public_id]), {"export": "csv"})
    text = b"".join(rows.streaming_content).decode()
    assert "300" in text and "120" in text


def test_rows_of_a_share_of_exports_are_told_in_dollars_everywhere(client_as):
    make_indicator(EXPORT_SHARE, "exports")
    make_figures(make_titled(), 2024, export_direct_goods_usd_cents=97_505_849_383)
    make_statistic(100_000_000_000, measure="exports")
    make_run(year_from=2024, year_to=2024, now=NOW)
    client, found = client_as(make_officer()), value("exports")
    text = page(client, "reporting:value_rows", found.public_id)
    assert '<span class="unit">USD</span>' in text and ">975.058.493,83<" in text
    book = client.get(reverse("reporting:value_rows", args=[found.public_id]), {"export": "xlsx"}).streaming_content
    assert 975_058_493.83 in [cell.value for row in load_workbook(io.BytesIO(b"".join(book))).active for cell in row]


def test_value_of_an_unfinished_computation_has_no_page(world, client_as):
    run = KpiRun.objects.create(year_from=2024, year_to=2024, cutoff=NOW, actor="system:x", created_at=NOW)
    hidden = KpiValue.objects.create(
        run=run, attempt=0, version=value().version, year=2024, unit="percent", verdict="within", digest="x"
    )
    client = client_as(make_officer())
    for name in ("value_detail", "value_rows"):
        assert client.get(reverse(f"reporting:{name}", args=[hidden.public_id])).status_code == 404


def test_officer_has_the_indicators_computed_once_however_often_the_form_is_sent(world, client_as):
    client, before = client_as(make_officer()), KpiRun.objects.count()
    data = {"year_from": "2024", "year_to": "2024", "operation_key": "6f1d7e52-7b9b-4a62-9c2a-b4b7b1f8e1aa"}
    first = client.post(reverse("reporting:compute"), data)
    second = client.post(reverse("reporting:compute"), data)
    assert first.status_code == 302 and first.url == second.url
    assert KpiRun.objects.count() == before + 1
    assert 'role="status"' in client.get(first.url).content.decode()


def test_run_page_shows_progress_then_values(world, client_as):
    run = KpiRun.objects.done().get()
    assert "42,0" in page(client_as(make_officer()), "reporting:run_detail", run.public_id)
    assert str(run.cutoff.year) in page(client_as(make_officer()), "reporting:run_list")


def test_director_chooses_a_variant_after_a_last_look(world, client_as):
    make_indicator(OUTPUT_SHARE | {"who": {"rule": "in_year"}}, "output_share.b")
    client = client_as(make_director())
    indicator = value().version.indicator
    data = {"indicator": indicator.pk, "paper_number": "12/TB-SCT", "paper_on": "04/05/2026"}
    look = post(client, "reporting:choose_variant", "output_share", **data)
    assert look.status_code == 200 and "checked" in look.content.decode()
    assert not KpiChoice.objects.exists()
    assert post(client, "reporting:choose_variant", "output_share", checked="1", **data).status_code == 302
    assert KpiChoice.objects.get().indicator == indicator
    now_chosen = page(client, "reporting:choose_variant", "output_share").split("Đang chọn: ")[1]
    assert now_chosen.startswith(f"{value().version.name}, theo văn bản 12/TB-SCT")


def test_director_publishes_after_a_last_look_and_the_page_stands(world, client_as):
    client = client_as(make_director())
    data = {"paper_number": "45/TB-SCT", "paper_on": "30/05/2026"}
    assert "42,0" in page(client, "reporting:publish_year", 2024)
    look = post(client, "reporting:publish_year", 2024, **data)
    assert look.status_code == 200 and "chưa kết thúc" not in look.content.decode()
    assert not KpiPublication.objects.exists()
    answer = post(client, "reporting:publish_year", 2024, checked="1", seen=look.context["seen"], **data)
    assert answer.status_code == 302
    publication = KpiPublication.objects.get()
    assert "45/TB-SCT" in page(client, "reporting:publication_detail", publication.public_id)
    assert "45/TB-SCT" in page(client, "reporting:publication_list")
    share = publication.values.get(family="output_share")
    assert "420 đồng" in page(client, "reporting:published_rows", share.public_id)
    assert share.digest in page(client, "reporting:published_value", share.public_id)
    assert reverse("reporting:published_rows", args=[share.public_id]) in page(client, "reporting:dashboard")


def test_what_was_computed_anew_since_the_last_look_is_not_published_unseen(world, client_as):
    client = client_as(make_director())
    data = {"paper_number": "45/TB-SCT", "paper_on": "30/05/2026"}
    seen = post(client, "reporting:publish_year", 2024, **data).context["seen"]
    make_figures(make_titled(), 2024, output_vnd=7, at=NOW)
    make_run(now=NOW + timedelta(hours=1))
    for stale in (seen, ""):
        refused = post(client, "reporting:publish_year", 2024, checked="1", seen=stale, **data)
        assert refused.status_code == 200 and "Hãy xem lại" in refused.content.decode()
    assert not KpiPublication.objects.exists()
    fresh = refused.context["seen"]
    assert fresh != seen
    assert post(client, "reporting:publish_year", 2024, checked="1", seen=fresh, **data).status_code == 302


def test_more_that_changed_since_the_last_look_is_said_before_it_is_published(world, client_as):
    client = client_as(make_director())
    data = {"paper_number": "45/TB-SCT", "paper_on": "30/05/2026"}
    look = post(client, "reporting:publish_year", 2024, **data)
    make_support(make_enterprise(), now=timezone.now())
    again = post(client, "reporting:publish_year", 2024, checked="1", seen=look.context["seen"], **data)
    assert again.context["checking"] and not KpiPublication.objects.exists()
    for words in ("Hãy xem lại rồi công bố", "bản ghi hỗ trợ (1)", 'name="checked"'):
        assert words in again.content.decode(), words
    assert (
        post(client, "reporting:publish_year", 2024, checked="1", seen=again.context["seen"], **data).status_code == 302
    )


def test_who_may_compute_anew_is_said_where_it_is_needed(world, client_as):
    director, both = make_director(), make_user(Role.DIRECTOR, Role.HEAD)
    data = {"paper_number": "45/TB-SCT", "paper_on": "30/05/2026"}
    link, said = (
        reverse("reporting:compute"),
        "Có quyền yêu cầu tính lại: Chuyên viên, Trưởng phòng, Phó Trưởng phòng.",
    )
    assert said not in page(client_as(director), "reporting:publish_year", 2024)
    make_support(make_enterprise(), now=timezone.now())
    for person, shown, hidden in ((director, said, link), (both, link, said)):
        client = client_as(person)
        for text in (
            page(client, "reporting:publish_year", 2024),
            post(client, "reporting:publish_year", 2024, **data).content.decode(),
        ):
            assert shown in text and hidden not in text


def test_every_computed_year_that_is_not_published_waits_for_the_director(world, client_as):
    director = make_director()
    make_run(now=NOW + timedelta(hours=1), year_from=2023, year_to=2023)
    texts = [item.text for section in work_for(director, NOW) for item in section.items]
    waiting = [text for text in texts if text.startswith("Chỉ tiêu năm")]
    assert {"Chỉ tiêu năm 2023", "Chỉ tiêu năm 2024"} <= set(waiting) and len(waiting) == len(set(waiting))


def test_what_is_odd_about_a_publication_is_said_before_it_stands(world, client_as):
    client, year = client_as(make_director()), timezone.localdate().year
    data = {"paper_number": "45/TB-SCT", "paper_on": "30/05/2026"}
    look = post(client, "reporting:publish_year", 2024, **data)
    post(client, "reporting:publish_year", 2024, checked="1", seen=look.context["seen"], **data)
    run = make_run(now=timezone.now(), year_from=year, year_to=year)
    said = post(client, "reporting:publish_year", year, run=str(run.public_id), **data).context["cautions"]
    assert len(said) == 4, said
    for words in ("chưa kết thúc", "Chưa có giá trị", "30/05/2026, trước ngày", "đã công bố số liệu năm 2024"):
        assert any(words in each for each in said), words


def test_year_without_computation_cannot_be_published(client_as):
    client = client_as(make_director())
    page(client, "reporting:publish_year", 2024)
    data = {"paper_number": "45/TB-SCT", "paper_on": "30/05/2026", "checked": "1"}
    assert post(client, "reporting:publish_year", 2024, **data).status_code == 200
    assert not KpiPublication.objects.exists()


STATISTIC = {
    "measure": "output",
    "year": "2025",
    "amount_vnd": "1.000.000",
    "prices": "current",
    "state": "estimate",
    "source": "Niên giám",
    "published_on": "31/01/2026",
    "vsic_coverage": "B-E",
}


def test_officer_records_revises_and_withdraws_a_figure_of_the_city(client_as):
    client = client_as(make_officer())
    assert post(client, "reporting:record_statistic", **STATISTIC).status_code == 302
    statistic = CityStatistic.objects.get()
    assert statistic.amount == 1_000_000
    assert "1.000.000 đồng" in page(client, "reporting:statistic_detail", statistic.public_id)
    page(client, "reporting:revise_statistic", statistic.public_id)
    changed = {"amount": "1.200.000", "source": "Niên giám", "published_on": "01/03/2026", "reason": "Số mới"}
    assert post(client, "reporting:revise_statistic", statistic.public_id, **changed).status_code == 302
    new = CityStatistic.objects.current().get()
    assert (new.amount, new.revision) == (1_200_000, 2)
    assert '1.200.000<span class="second">đồng</span>' in page(client, "reporting:statistic_list")
    file = client.get(reverse("reporting:statistic_list"), {"export": "csv"}).getvalue().decode("utf-8-sig")
    assert "Giá trị sản xuất công nghiệp;2025;1200000;đồng;" in file  # in words, with a figure to count with
    assert post(client, "reporting:withdraw_statistic", new.public_id, reason="Nhầm").status_code == 302
    assert not CityStatistic.objects.current().exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_vnd": ""},
        {"amount_vnd": "0"},
        {"amount_vnd": "-5"},
        {"amount_vnd": "1e9"},
        {"amount_usd": "5"},
        {"measure": "exports"},
        {"prices": "constant"},
        {"base_year": "2010"},
        {"published_on": "32/01/2026"},
        {"year": "25"},
        {"year": "2050"},
        {"published_on": "31/12/2099"},
        {"amount_vnd": "1,5"},
        {"amount_vnd": "1,0000001", "unit_vnd": "million"},
        {"amount_vnd": "100.000.001", "unit_vnd": "billion"},
    ],
)
def test_nonsense_in_a_figure_of_the_city_is_refused_and_nothing_is_lost(changes, client_as):
    answer = post(client_as(make_officer()), "reporting:record_statistic", **STATISTIC | changes)
    assert answer.status_code == 200
    assert "Niên giám" in answer.content.decode()
    assert not CityStatistic.objects.exists()


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ({"amount_vnd": "300.000", "unit_vnd": "billion"}, 300_000 * 10**9),
        ({"amount_vnd": "3.567,250000001", "unit_vnd": "billion"}, 3_567_250_000_001),
        ({"amount_vnd": "12,5", "unit_vnd": "million"}, 12_500_000),
        ({"measure": "exports", "amount_vnd": "", "amount_usd": "17,1", "unit_usd": "million_usd"}, 1_710_000_000),
    ],
)
def test_a_figure_of_the_city_is_written_in_the_unit_of_its_paper(written, amount, client_as):
    client = client_as(make_officer())
    assert post(client, "reporting:record_statistic", **STATISTIC | written).status_code == 302
    statistic = CityStatistic.objects.get()
    assert statistic.amount == amount
    form = client.get(reverse("reporting:revise_statistic", args=[statistic.public_id])).context["form"]
    shown = {name: form[name].value() for name in ("amount", "unit")}
    if amount == 300_000 * 10**9:
        assert form["amount"].field.prepare_value(form["amount"].initial) == "300.000" and shown["unit"] == "billion"


def test_exports_and_index_are_recorded_in_their_own_units(client_as):
    client = client_as(make_officer())
    post(
        client,
        "reporting:record_statistic",
        **STATISTIC | {"measure": "exports", "amount_vnd": "", "amount_usd": "15.400.000,50"},
    )
    post(
        client,
        "reporting:record_statistic",
        **STATISTIC | {"measure": "iip", "amount_vnd": "", "amount_index": "105,7"},
    )
    assert set(CityStatistic.objects.values_list("measure", "amount")) == {("exports", 1_540_000_050), ("iip", 10_570)}


def definition_data(version, client, route="reporting:define_indicator"):
    form = client.get(reverse(route, args=[version.indicator.public_id])).context["form"]
    data = {}
    for bound in form:
        found = bound.value()
        if found not in (None, False, ""):
            data[bound.name] = found
    return data


def test_head_changes_a_definition_without_code(world, client_as):
    client, version = client_as(make_head()), value().version
    data = definition_data(version, client) | {"who": "cumulative", "reason": "Theo công văn 9"}
    assert post(client, "reporting:define_indicator", version.indicator.public_id, **data).status_code == 302
    new = version.indicator.versions.get(revision=2)
    assert new.definition["who"] == {"rule": "cumulative"}
    data = definition_data(new, client) | {"prices": "constant", "reason": "x"}
    answer = post(client, "reporting:define_indicator", version.indicator.public_id, **data)
    assert answer.status_code == 200
    assert version.indicator.versions.count() == 2


def test_head_adds_a_variant_beside(world, client_as):
    client, version = client_as(make_head()), value().version
    data = definition_data(version, client, "reporting:add_variant") | {
        "code": "output_share.z",
        "scope": "key_products",
    }
    assert post(client, "reporting:add_variant", version.indicator.public_id, **data).status_code == 302
    assert "output_share.z" in {i.code for i in type(version.indicator).objects.filter(family="output_share")}


def test_home_shows_what_waits_and_the_programme_in_three_lines(world, client_as):
    make_figures(world[0], 2025, state="waiting", output_vnd=1)
    text = page(client_as(make_officer()), "reporting:home")
    assert f"{world[0].called} – 2025" in text
    assert "42,0" in text and "small-band" in text
    page(client_as(make_administrator()), "reporting:home")
    page(client_as(make_director()), "reporting:home")


def test_home_calls_an_import_by_what_it_brings(world, client_as):
    officer = make_officer()
    sent = StoredFile.objects.create(
        sha256="0" * 64, size=1, format="csv", original_name="tep-thu.csv", owner=officer.public_id, stored_at=NOW
    )
    Import.objects.create(
        kind="figures", year=2024, file=sent, digest="0" * 64, state="previewed", by=officer.public_id,
        uploaded_at=timezone.now(),
    )  # fmt: skip
    text = page(client_as(officer), "reporting:home")
    assert "2024 – tep-thu.csv" in text and "figures 2024" not in text


def test_nobody_reviews_what_they_declared_themselves(world, client_as):
    officer = make_officer()
    make_figures(world[0], 2025, state="waiting", output_vnd=1, by=officer)
    assert f"{world[0].called} – 2025" not in page(client_as(officer), "reporting:home")


def test_home_of_a_person_of_an_enterprise_is_their_own(world, client_as):
    answer = client_as(make_enterprise_user(world[0])).get(reverse("reporting:home"))
    assert answer.status_code == 302


def test_home_of_a_person_without_a_post_is_empty(client_as):
    from tests.factories import make_user

    assert "work-list" not in page(client_as(make_user()), "reporting:home")


def test_search_finds_enterprises_and_products_without_marks(world, client_as):
    client = client_as(make_auditor())
    product = world[0].products.get()
    assert product.name in page(client, "reporting:search", q="san pham")
    assert world[0].name in page(client, "reporting:search", q=world[0].tax_code)
    assert world[0].name not in page(client, "reporting:search", q="không có gì như thế")
    page(client, "reporting:search")
    assert world[0].name not in page(client, "reporting:search", q="\x00")


def test_search_names_first_what_holds_the_words_side_by_side(client_as):
    anywhere = make_enterprise("Công ty CP Thương mại An Bang")
    beside = make_enterprise("Công ty TNHH Vận tải Ban Mai")
    found = client_as(make_auditor()).get(reverse("reporting:search"), {"q": "Ban Mai"}).context["enterprises"]
    assert found == [beside, anywhere]


def test_search_finds_documents_and_vouchers_by_number(client_as):
    task = make_task(what="Triển lãm máy công cụ", state="assigned")
    commitment = make_commitment(make_line(make_budget_year(2024), task=task), 900_000_000, number="324/HĐ-SCT")
    payment = make_paid_payment(commitment, 10, voucher="KB-00325")
    policy = make_policy()
    client = client_as(make_auditor())
    for typed, row in (("324/hđ-sct", commitment), ("kb-00325", payment), ("trien lam may", task), ("4303", policy)):
        assert f'href="{row.get_absolute_url()}"' in page(client, "reporting:search", q=typed), typed
    assert "324/HĐ-SCT" not in page(client, "reporting:search", q="999/HĐ-SCT")


def test_search_shows_drafts_to_staff_alone(client_as):
    plan = make_plan(2027, title="Kế hoạch còn soạn")
    planned = make_task(what="Nhiệm vụ còn soạn", state="planned")
    for typed, row in (("còn soạn", plan), ("nhiem vu con soan", planned)):
        link = f'href="{row.get_absolute_url()}"'
        assert link in page(client_as(make_officer()), "reporting:search", q=typed)
        assert link not in page(client_as(make_auditor()), "reporting:search", q=typed)


def test_strangers_see_nothing(world, client_as):
    enterprise_user = make_enterprise_user(world[0])
    for name, args in (("dashboard", []), ("value_rows", [value().public_id]), ("search", []), ("statistic_list", [])):
        assert client_as(enterprise_user).get(reverse(f"reporting:{name}", args=args)).status_code == 403


def test_day_of_the_paper_is_not_in_the_future(world, client_as):
    data = {"paper_number": "1", "paper_on": f"{date.today() + timedelta(days=400):%d/%m/%Y}"}
    answer = post(client_as(make_director()), "reporting:publish_year", 2024, **data)
    assert "error" in answer.content.decode()
