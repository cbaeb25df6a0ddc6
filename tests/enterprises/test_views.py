"""Each page as the officer, the auditor, the enterprise, another enterprise and anonymous see it."""

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation
from accounts.roles import Role
from enterprises.jumps import with_jump
from enterprises.models import Enterprise, FigureLine, FigureRevision, FigureYearClosing, Membership, Product, Title
from enterprises.models.figures import State
from enterprises.services.figures import bulk_confirm
from jobs import services as jobs
from jobs.models import Job
from screens import formats
from tests.factories import (
    make_auditor,
    make_director,
    make_enterprise,
    make_enterprise_user,
    make_figures,
    make_head,
    make_industry_code,
    make_officer,
    make_product,
    make_product_group,
    make_rate,
    make_rule,
    make_tax_code,
    make_title,
    make_unit,
)

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year - 1


def address(name, obj=None, **query):
    url = reverse(f"enterprises:{name}", args=[getattr(obj, "public_id", obj)] if obj else [])
    return url + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def key():
    return {"operation_key": str(uuid.uuid4())}


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


# --- lists and search -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dong da", True),
        ("Đống Đa", True),
        ("dong DA co khi", True),
        ("ctcp cơ khí đống đa", True),
        ("công ty cổ phần", True),
        ("cơ khí hoà", False),
        ("0100109106", True),
        ("0100 109 106", True),
        ("hà giang", False),
    ],
)
def test_enterprises_are_found_however_they_are_typed(client_as, query, found):
    make_enterprise("Công ty CP Cơ khí Đống Đa", tax_code="0100109106")
    make_enterprise("Hộ kinh doanh Bát Tràng")
    page = text(client_as(make_officer()).get(address("enterprise_list"), {"q": query}))
    assert ("Cơ khí Đống Đa" in page) is found
    assert "Bát Tràng" not in page


def test_tone_placement_and_d_are_no_difference(client_as):
    make_enterprise("Công ty TNHH Hoà Đạt")
    client = client_as(make_officer())
    for query in ("hòa đạt", "hoà đạt", "HOA DAT", "tnhh hoa", "trách nhiệm hữu hạn hòa"):
        assert "Hoà Đạt" in text(client.get(address("enterprise_list"), {"q": query}))


def test_list_is_in_vietnamese_order(client_as):
    for name in ("Đống Đa", "Dũng", "Ân", "Ắn", "An"):
        make_enterprise(name)
    page = text(client_as(make_officer()).get(address("enterprise_list")))
    places = [page.index(f">{name}</a>") for name in ("An", "Ắn", "Ân", "Dũng", "Đống Đa")]
    assert places == sorted(places)


def test_list_filters(client_as):
    group, ward = make_product_group(), make_unit()
    one = make_enterprise("Công ty Một", groups=[group], ward=ward)
    two = make_enterprise("Công ty Hai", status="suspended", status_from=date(2024, 1, 1))
    gone = make_enterprise("Công ty Ba", status="withdrawn", status_from=date(2024, 1, 1))
    make_title(make_product(one), round_year=YEAR)
    Enterprise.objects.filter(pk=one.pk).update(size="small", size_year=2024)
    client = client_as(make_auditor())
    for query, wanted in (
        ({}, {one, two}),
        ({"group": group.pk}, {one}),
        ({"ward": ward.pk}, {one}),
        ({"status": "suspended"}, {two}),
        ({"has_title": "yes"}, {one}),
        ({"has_title": "no"}, {two}),
        ({"size": "small"}, {one}),
        ({"title_year": YEAR}, {one}),
        ({"title_year": 2001}, set()),
    ):
        page = text(client.get(address("enterprise_list"), query))
        assert {row for row in (one, two, gone) if f">{row.name}</a>" in page} == wanted, query


LISTS = ("enterprise_list", "product_list", "title_list", "figures_list", "figures_waiting", "years", "duplicates")


def test_lists_cost_the_same_with_1_and_with_4_rows(client_as, django_assert_max_num_queries):
    client = client_as(make_officer())
    for count in (1, 3):
        for _ in range(count):
            enterprise = make_enterprise()
            make_title(make_product(enterprise))
            make_figures(enterprise)
            make_figures(enterprise, YEAR, state="waiting")
        for name in LISTS:
            with django_assert_max_num_queries(12):
                text(client.get(address(name)))


def test_detail_pages_cost_the_same_however_much_there_is(client_as, django_assert_max_num_queries):
    client, enterprise = client_as(make_officer()), make_enterprise()
    for more in (1, 3):
        for _ in range(more):
            title = make_title(make_product(enterprise))
            figures = make_figures(enterprise, 2020 + Membership.objects.count() + FigureRevision.objects.count())
        for name, obj in (
            ("enterprise_detail", enterprise),
            ("product_detail", title.product),
            ("title_detail", title),
            ("figures_detail", figures),
        ):
            with django_assert_max_num_queries(30):
                text(client.get(address(name, obj)))


def test_exports_carry_what_the_screen_shows(client_as):
    make_enterprise("Công ty Một", tax_code="0100109106")
    client = client_as(make_officer())
    answer = client.get(address("enterprise_list"), {"export": "csv"})
    assert "0100109106" in b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


# --- who sees what ----------------------------------------------------------------------------
def test_an_enterprise_sees_its_own_and_no_trace_of_others(client_as):
    mine, other = make_enterprise("Công ty Của Tôi"), make_enterprise("Công ty Bí Mật")
    user = make_enterprise_user(mine)
    own, theirs = make_figures(mine, YEAR, state="returned"), make_figures(other, YEAR, state="waiting")
    client = client_as(user)
    for name in ("own_home", "own_enterprise", "own_figures", "own_help"):
        page = text(client.get(address(name)))
        assert "Bí Mật" not in page and other.tax_code not in page
    assert "Của Tôi" in text(client.get(address("own_home")))
    assert text(client.get(address("figures_detail", own)))
    for name, obj in (
        ("figures_detail", theirs),
        ("declare_figures", other),
        ("edit_contact", other),
        ("invite_member", other),
        ("withdraw_figures", theirs),
    ):
        assert client.get(address(name, obj)).status_code == 404, name
    assert client.post(address("submit_figures", theirs)).status_code == 404
    assert client.get(address("own_home", enterprise=other.public_id)).status_code == 404
    for name in LISTS:
        assert client.get(address(name)).status_code == 403


def test_whoever_acts_for_two_chooses_between_them(client_as):
    one, two = make_enterprise("Công ty Một"), make_enterprise("Công ty Hai")
    user = make_enterprise_user(one)
    Membership.objects.create(user=user, enterprise=two, role="preparer", starts_on=date(2022, 1, 1))
    page = text(client_as(user).get(address("own_home", enterprise=two.public_id)))
    assert "<h1>Công ty Hai" in page and "Công ty Một" in page


def test_merged_address_leads_to_the_winner(client_as):
    winner, loser = make_enterprise(), make_enterprise()
    Enterprise.objects.filter(pk=loser.pk).update(merged_into=winner, merged_at=timezone.now())
    answer = client_as(make_officer()).get(address("enterprise_detail", loser))
    assert answer.status_code == 302 and answer.url == address("enterprise_detail", winner)


def test_auditor_reads_and_changes_nothing(client_as):
    figures = make_figures(state="waiting")
    client = client_as(make_auditor())
    page = text(client.get(address("figures_detail", figures)))
    assert address("confirm_figures", figures) not in page
    assert address("edit_enterprise", figures.enterprise) not in text(
        client.get(address("enterprise_detail", figures.enterprise))
    )
    assert client.post(address("confirm_figures", figures)).status_code == 403


# --- registering ------------------------------------------------------------------------------
def registry_values(**more):
    return {
        "tax_code": "0100109106",
        "name": "Công ty CP Thử nghiệm",
        "enterprise_type": "joint_stock",
        "size_sector": "industry",
        **key(),
        **more,
    }


def test_registering_twice_with_one_form_makes_one_enterprise(client_as):
    client, values = client_as(make_officer()), registry_values(groups=[make_product_group().pk])
    first = client.post(address("register_enterprise"), values)
    second = client.post(address("register_enterprise"), values)
    enterprise = Enterprise.objects.get()
    assert first.url == second.url == address("enterprise_detail", enterprise)
    assert enterprise.groups.count() == 1
    assert "0100109106" in text(client.get(first.url))


@pytest.mark.parametrize("code", ["0100109107", "123", "０１００１０９１０６", "100109106"])
def test_wrong_tax_codes_are_refused_and_nothing_typed_is_lost(client_as, code):
    page = text(client_as(make_officer()).post(address("register_enterprise"), registry_values(tax_code=code)))
    assert "Công ty CP Thử nghiệm" in page and "error-summary" in page
    assert not Enterprise.objects.exists()


def test_leading_zero_is_offered(client_as):
    page = text(client_as(make_officer()).post(address("register_enterprise"), registry_values(tax_code="100109106")))
    assert "0100109106" in page


def test_forms_take_no_columns_that_are_not_in_them(client_as):
    more = {
        "status": "dissolved",
        "merged_into": "1",
        "synthetic": "on",
        "public_id": str(uuid.uuid4()),
        "size": "micro",
    }
    client_as(make_officer()).post(address("register_enterprise"), registry_values(**more))
    enterprise = Enterprise.objects.get()
    assert (enterprise.status, enterprise.size, enterprise.synthetic) == ("active", "", False)


def test_stale_edit_shows_both_versions(client_as):
    enterprise = make_enterprise("Công ty CP Thử nghiệm", phone="024 1")
    client = client_as(make_officer())
    values = registry_values(tax_code=enterprise.tax_code, version=1)
    assert client.post(address("edit_enterprise", enterprise), values | {"phone": "024 2"}).status_code == 302
    page = text(client.post(address("edit_enterprise", enterprise), values | {"phone": "024 3"} | key()))
    assert "024 2" in page and "024 3" in page
    again = values | {"phone": "024 3", "version": 2} | key()
    assert client.post(address("edit_enterprise", enterprise), again).status_code == 302


def test_a_stale_edit_lists_only_what_differs_and_names_it(client_as):
    group, activity = make_product_group("G1", "Cơ khí thử"), make_industry_code("58")
    enterprise = make_enterprise("Công ty CP Thử nghiệm", phone="024 1", groups=[group])
    client = client_as(make_officer())
    kept = {"groups": [group.pk], "activities": [activity.pk], "tax_code": enterprise.tax_code}
    values = registry_values(version=1, **kept)
    assert client.post(address("edit_enterprise", enterprise), values | {"phone": "024 2"}).status_code == 302
    answer = client.post(address("edit_enterprise", enterprise), values | {"phone": "024 3"} | key())
    assert [(c["theirs"], c["yours"]) for c in answer.context["form"].conflicts] == [("024 2", "024 3")]


def test_status_and_withdrawal(client_as):
    client, enterprise = client_as(make_officer()), make_enterprise()
    values = {"status": "suspended", "since": "01/03/2025", "reason": "TB 12", "version": 1, **key()}
    assert client.post(address("change_status", enterprise), values).status_code == 302
    assert "TB 12" in text(client.get(address("enterprise_detail", enterprise)))
    assert client.post(address("withdraw_enterprise", enterprise), {"reason": "Nhầm", **key()}).status_code == 302
    assert Enterprise.objects.get().status == "withdrawn"
    text(client.get(address("enterprise_detail", enterprise)))


def test_a_known_name_is_asked_about_before_it_is_registered_again(client_as):
    client, old = client_as(make_officer()), make_enterprise("Công ty TNHH Sản xuất Hòa Thủy Thử")
    values = {
        "tax_code": make_tax_code(),
        "name": "CTY TNHH SX Hoà Thuỷ Thử",
        "enterprise_type": "llc",
        "size_sector": "industry",
    }
    assert "same_name" not in text(client.get(address("register_enterprise")))
    page = text(client.post(address("register_enterprise"), values | key()))
    assert address("enterprise_detail", old) in page and "same_name" in page
    answer = client.post(address("register_enterprise"), values | {"same_name": "on"} | key())
    assert answer.url == address("enterprise_detail", Enterprise.objects.latest("pk"))


def test_the_registry_is_looked_through_by_folded_names(client_as):
    names = (
        "Công ty TNHH Sản xuất Hòa Thủy",
        "CTY TNHH SX Hoà Thuỷ",
        "Công ty TNHH sản xuất & Hoà Thủy",
        "Công ty Khác",
    )
    firms = [make_enterprise(name) for name in names]
    groups = client_as(make_officer()).get(address("duplicates", look="yes")).context["groups"]
    assert [group["members"] for group in groups] == [firms[:3]]


def test_a_branch_and_its_parent_lead_to_each_other(client_as):
    parent = make_enterprise("Công ty Một")
    branch = make_enterprise("Chi nhánh Công ty Một", tax_code=f"{parent.tax_code}-001")
    client = client_as(make_officer())
    assert address("enterprise_detail", branch) in text(client.get(address("enterprise_detail", parent)))
    assert address("enterprise_detail", parent) in text(client.get(address("enterprise_detail", branch)))


def test_duplicates_are_compared_and_merged(client_as):
    client = client_as(make_officer())
    winner, loser = make_enterprise("Công ty Hòa Bình"), make_enterprise("CÔNG TY HOÀ BÌNH", phone="024 9")
    other = make_figures(loser, 2023)
    make_figures(winner, 2023)
    assert address("merge_enterprises", winner) in text(client.get(address("duplicates", look="yes")))
    text(client.get(address("merge_enterprises", winner)))
    assert "0000" in text(client.get(address("merge_enterprises", winner, loser="0000")))
    page = address("merge_enterprises", winner, loser=loser.tax_code)
    assert "024 9" in text(client.get(page))
    values = {"reason": "Cùng một DN", "winner_version": 1, "loser_version": 1, **key()}
    values |= {"field_name": "winner", "field_phone": "loser", f"figures_{other.public_id}": "loser"}
    assert client.post(page, values).url == address("enterprise_detail", winner)
    assert client.post(page, values).status_code == 200
    loser.refresh_from_db(), winner.refresh_from_db(), other.refresh_from_db()
    assert (loser.merged_into, winner.phone, other.superseded_at) == (winner, "024 9", None)


def test_figures_to_choose_name_their_basis_and_a_closed_year_is_said_before_anything_is_typed(client_as):
    client, (winner, loser) = client_as(make_officer()), (make_enterprise(), make_enterprise())
    for firm in (winner, loser):
        make_figures(firm, YEAR)
        make_figures(firm, YEAR, scope="key_products")
    page = address("merge_enterprises", winner, loser=loser.tax_code)
    shown = text(client.get(page))
    assert f"năm {YEAR} (thông thường)" in shown and f"năm {YEAR} (riêng sản phẩm chủ lực)" in shown
    values = {"decision_number": "5/QĐ-SCT", "decided_on": formats.vn_date(timezone.localdate()), **key()}
    client_as(make_director()).post(address("close_year", YEAR), values)
    shown = text(client.get(page))
    assert "đã chốt" in shown and "Gộp hai bản ghi" not in shown


# --- products and titles ----------------------------------------------------------------------
def test_product_and_title_through_their_pages(client_as):
    client, enterprise = client_as(make_officer()), make_enterprise()
    answer = client.post(address("add_product", enterprise), {"name": "Máy bơm", **key()})
    product = Product.objects.get()
    assert answer.url == address("product_detail", product)
    values = {
        "kind": "top_10",
        "round_year": "2024",
        "decision_number": "6000/QĐ-UBND",
        "decision_on": "20/11/2024",
        "valid_from": "20/11/2024",
        "valid_to": "19/11/2023",
        **key(),
    }
    early = {"valid_from": "01/01/2019", "valid_to": "19/11/2027", "round_year": "2022"}
    page = text(client.post(address("record_title", product), values | early | key()))
    assert "có hiệu lực từ 01/01/2019, trước ngày ký quyết định 20/11/2024" in page
    assert "Đợt 2022 được quyết định trong năm đó hoặc năm sau" in page
    page = text(client.post(address("record_title", product), values))
    assert "6000/QĐ-UBND" in page and not Title.objects.exists()
    answer = client.post(address("record_title", product), values | {"valid_to": "19/11/2027"} | key())
    title = Title.objects.get()
    assert answer.url == address("title_detail", title)
    assert "Máy bơm" in text(client.get(address("title_list"), {"round_year": 2024, "state": "in_force"}))
    edit = {"name": "Máy bơm nước", "version": 1, **key()}
    assert client.post(address("edit_product", product), edit).status_code == 302
    correct = values | {"valid_to": "19/11/2028", "reason": "Gõ nhầm", "version": 1} | key()
    assert client.post(address("correct_title", title), correct).status_code == 302
    end = {"ended_on": "01/02/2025", "reason": "QĐ 1", "version": 2, **key()}
    assert client.post(address("end_title", title), end).status_code == 302
    assert client.post(address("withdraw_title", title), {"reason": "Nhầm", **key()}).status_code == 302
    assert client.post(address("withdraw_product", product), {"reason": "Nhầm", **key()}).status_code == 302
    text(client.get(address("title_detail", title)))
    text(client.get(address("product_detail", product)))


# --- figures ----------------------------------------------------------------------------------
def figure_values(**more):
    return {
        "year": str(YEAR),
        "scope": "whole",
        "place": "hanoi",
        "prices": "current",
        "accounts": "separate",
        "unit": "1000000",
        "usd_unit": "1000",
        "export_currency": "USD",
        "output_vnd": "1.234,5",
        "export_direct_goods_usd_cents": "12,34",
        "labour_insured": "80",
        "tax_vnd": "0",
        **key(),
        **more,
    }


def test_signatory_declares_and_sends_and_the_office_confirms(client_as):
    enterprise = make_enterprise()
    client = client_as(make_enterprise_user(enterprise))
    answer = client.post(address("declare_figures", enterprise), figure_values(send="yes"))
    figures = FigureRevision.objects.get()
    assert answer.url == address("figures_detail", figures)
    assert (figures.output_vnd, figures.export_direct_goods_usd_cents) == (1_234_500_000, 1_234_000)
    assert (figures.tax_vnd, figures.revenue_vnd, figures.state) == (0, None, State.WAITING)
    head = client_as(make_head())
    assert address("confirm_figures", figures) in text(head.get(address("figures_detail", figures)))
    head.post(address("confirm_figures", figures))
    figures.refresh_from_db()
    assert figures.state == State.CONFIRMED
    assert "1.234.500.000" in text(client.get(address("figures_detail", figures)))
    begun = text(client.get(address("declare_figures", enterprise, corrects=figures.public_id)))
    assert 'value="1.234,5"' in begun and 'value="12,34"' in begun and 'value="0"' in begun


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("output_vnd", "-5"),
        ("output_vnd", "1e9"),
        ("output_vnd", "１２３"),
        ("output_vnd", "0,0000005"),
        ("output_vnd", "0,0000001"),
        ("output_vnd", "999999999999"),
        ("export_direct_goods_usd_cents", "0,000001"),
        ("labour_insured", "2,5"),
        ("year", "2003"),
        ("year", str(YEAR + 2)),
        ("base_year", "2010"),
        ("prices", "constant"),
    ],
)
def test_bad_figures_are_refused_with_a_sentence_and_nothing_is_lost(client_as, field, typed):
    client, enterprise = client_as(make_officer()), make_enterprise()
    page = text(client.post(address("declare_figures", enterprise), figure_values(note="Giữ lại", **{field: typed})))
    assert "Giữ lại" in page and typed in page and "error-summary" in page
    assert not FigureRevision.objects.exists()


def test_form_filled_in_from_one_year_is_not_stored_as_another(client_as):
    client, enterprise = client_as(make_officer()), make_enterprise()
    make_figures(enterprise, YEAR, revenue_vnd=7_000_000_000)
    page = text(client.post(address("declare_figures", enterprise, year=YEAR), figure_values(year=str(YEAR - 1))))
    assert "error-summary" in page
    assert not FigureRevision.objects.filter(year=YEAR - 1).exists()


def test_declaration_that_stands_is_not_replaced_by_a_form_that_did_not_show_it(client_as):
    client, enterprise = client_as(make_officer()), make_enterprise()
    standing = make_figures(enterprise, YEAR - 1, state="waiting", revenue_vnd=42_000_000_000)
    page = text(client.post(address("declare_figures", enterprise, year=YEAR), figure_values(year=str(YEAR - 1))))
    assert "error-summary" in page
    standing.refresh_from_db()
    assert (standing.state, standing.superseded_at) == (State.WAITING, None)


def test_nothing_at_all_is_refused(client_as):
    client, enterprise = client_as(make_officer()), make_enterprise()
    empty = dict.fromkeys(("output_vnd", "export_direct_goods_usd_cents", "labour_insured", "tax_vnd"), "")
    assert "error-summary" in text(client.post(address("declare_figures", enterprise), figure_values(**empty)))


def test_other_currencies_are_converted_by_the_rate_of_the_year(client_as):
    client, enterprise = client_as(make_officer()), make_enterprise()
    refused = text(client.post(address("declare_figures", enterprise), figure_values(export_currency="VND")))
    assert "error-summary" in refused
    make_rate(date(YEAR, 12, 31), 25_000)
    make_rate(date(YEAR, 12, 31), 27_000, currency="EUR")
    client.post(address("declare_figures", enterprise), figure_values(export_currency="EUR"))
    figures = FigureRevision.objects.get()
    assert figures.export_direct_goods_usd_cents == 1_234_000 * 27 // 25
    assert (figures.export_currency, figures.export_rate.currency) == ("EUR", "EUR")


def test_preparer_keeps_a_draft_that_staff_do_not_see(client_as):
    enterprise = make_enterprise()
    preparer = client_as(make_enterprise_user(enterprise, Role.PREPARER))
    preparer.post(address("declare_figures", enterprise), figure_values(draft="yes"))
    draft = FigureRevision.objects.get()
    assert draft.state == State.DRAFT
    text(preparer.get(address("figures_detail", draft)))
    assert client_as(make_officer()).get(address("figures_detail", draft)).status_code == 404
    preparer.post(address("declare_figures", enterprise), figure_values(send="yes"))
    assert FigureRevision.objects.exclude(pk=draft.pk).get().state == State.DECLARED
    assert preparer.post(address("submit_figures", FigureRevision.objects.last())).status_code == 403


def test_declaring_twice_with_one_form_declares_once(client_as):
    client, enterprise, values = client_as(make_officer()), make_enterprise(), figure_values()
    client.post(address("declare_figures", enterprise), values)
    client.post(address("declare_figures", enterprise), values)
    assert FigureRevision.objects.count() == 1


def test_returned_with_a_reason_that_the_enterprise_reads(client_as):
    enterprise = make_enterprise()
    figures = make_figures(enterprise, YEAR, state="waiting")
    head = client_as(make_head())
    text(head.get(address("return_figures", figures)))
    head.post(address("return_figures", figures), {"reason": "Thiếu số lao động", **key()})
    own = client_as(make_enterprise_user(enterprise))
    assert "Thiếu số lao động" in text(own.get(address("own_home")))
    assert "Thiếu số lao động" in text(own.get(address("figures_detail", figures)))


def test_four_eyes_in_the_page_and_behind_it(client_as):
    officer = make_officer()
    figures = make_figures(state="waiting", by=officer)
    client = client_as(officer)
    assert address("confirm_figures", figures) not in text(client.get(address("figures_detail", figures)))
    client.post(address("confirm_figures", figures))
    figures.refresh_from_db()
    assert figures.state == State.WAITING


def test_bulk_results_per_row(client_as):
    officer = make_officer()
    good, own = make_figures(state="waiting"), make_figures(state="waiting", by=officer)
    client = client_as(officer)
    chosen = {"chosen": [good.public_id, own.public_id], **key()}
    page = text(client.post(address("bulk_confirm"), chosen, follow=True))
    assert good.enterprise.name in page and own.enterprise.name in page
    good.refresh_from_db(), own.refresh_from_db()
    assert (good.state, own.state) == (State.CONFIRMED, State.WAITING)
    more = make_figures(state="waiting")
    asked = text(client.post(address("bulk_return"), {"chosen": [more.public_id], **key()}))
    assert str(more.public_id) in asked
    text(
        client.post(address("bulk_return"), {"chosen": [more.public_id], "reason": "Sai đơn vị", **key()}, follow=True)
    )
    more.refresh_from_db()
    assert more.return_reason == "Sai đơn vị"
    text(client.post(address("bulk_confirm"), {"chosen": ["x"]}, follow=True))


def test_chosen_rows_that_jumped_are_named_before_they_are_confirmed(client_as):
    plain, far, also_far = (make_figures(year=2023, state="waiting", output_vnd=1_000) for _number in range(3))
    for row in (far, also_far):
        make_figures(row.enterprise, 2022, output_vnd=50)
    client = client_as(make_head())
    chosen = {"chosen": [row.public_id for row in (plain, far, also_far)], **key()}
    asked = text(client.post(address("bulk_confirm"), chosen))
    assert "2 trong 3 bản kê khai đã chọn" in asked and plain.enterprise.name not in asked
    assert FigureRevision.objects.waiting().count() == 3, "nothing is confirmed unasked"
    assert "2 bản tăng, giảm" in text(client.get(address("confirm_all", year=2023)))
    done = text(client.post(address("bulk_confirm"), chosen | {"jumps": "without"}, follow=True))
    assert f"{plain.enterprise} – 2023, " in done
    plain.refresh_from_db()
    assert plain.state == State.CONFIRMED and FigureRevision.objects.waiting().count() == 2
    client.post(address("bulk_confirm"), {"chosen": [far.public_id], "jumps": "with", **key()})
    far.refresh_from_db()
    assert far.state == State.CONFIRMED


def test_confirm_all_that_the_filter_shows(client_as, monkeypatch):
    head = make_head()
    one, two, own = make_figures(year=2023, state="waiting"), make_figures(year=2022, state="waiting"), make_figures(
        year=2023, state="waiting", by=head
    )  # fmt: skip
    client = client_as(head)
    text(client.get(address("confirm_all", year=2023)))
    client.post(address("confirm_all", year=2023), key())
    for row in (one, two, own):
        row.refresh_from_db()
    assert [row.state for row in (one, two, own)] == [State.CONFIRMED, State.WAITING, State.WAITING]
    monkeypatch.setattr("enterprises.views.figures.AT_ONCE", 0)
    answer = client.post(address("confirm_all", year=2022), key())
    assert answer.status_code == 302 and "/jobs/" in answer.url
    assert bulk_confirm(pks=[two.pk], by=head, now=timezone.now())[0].done


@pytest.mark.parametrize("at_once", [1000, 0], ids=["at once", "as a job"])
def test_confirming_all_leaves_what_jumped_unless_it_is_asked_for(client_as, monkeypatch, at_once):
    monkeypatch.setattr("enterprises.views.figures.AT_ONCE", at_once)
    plain, far = (make_figures(year=2023, state="waiting", output_vnd=1_000) for _number in range(2))
    make_figures(far.enterprise, 2022, output_vnd=50)
    client = client_as(make_head())

    def confirm_all(**values):
        page = client.post(address("confirm_all", year=2023), values | key(), follow=True).content.decode()
        for job in Job.objects.filter(state=Job.State.QUEUED):
            jobs.run(job.pk, now=timezone.now())
            page = client.get(reverse("jobs:job_detail", args=[job.public_id])).content.decode()
        plain.refresh_from_db(), far.refresh_from_db()
        return page

    assert 'name="jumps" value="with"' in text(client.get(address("confirm_all", year=2023)))
    assert "1 bản kê khai tăng, giảm bất thường được để lại" in confirm_all()
    assert (plain.state, far.state) == (State.CONFIRMED, State.WAITING)
    assert "được để lại" not in confirm_all(jumps="with")
    assert far.state == State.CONFIRMED


def test_years_are_closed_and_opened_by_the_director(client_as):
    make_figures(year=YEAR - 1)
    client = client_as(make_director())
    values = {"decision_number": "12/QĐ-SCT", "decided_on": f"01/06/{YEAR}", **key()}
    text(client.get(address("close_year", YEAR - 1)))
    assert client.post(address("close_year", YEAR - 1), values).status_code == 302
    assert FigureYearClosing.closed_years() == {YEAR - 1}
    text(client.get(address("years")))
    text(client.get(address("reopen_year", YEAR - 1)))
    assert client.post(address("reopen_year", YEAR - 1), {"decision_number": "13", **key()}).status_code == 302
    assert client.get(address("reopen_year", YEAR - 1)).status_code == 404
    assert client.get(address("close_year", YEAR + 1)).status_code == 404
    assert client_as(make_officer()).get(address("close_year", YEAR - 1)).status_code == 403


def test_years_count_the_declarations_of_each_state(client_as):
    for state, count in (("declared", 2), ("waiting", 3), ("returned", 1), ("confirmed", 1)):
        for _each in range(count):
            make_figures(year=YEAR, state=state)
    rows = client_as(make_director()).get(address("years")).context["rows"]
    assert [(row["year"], row["declared"], row["waiting"], row["returned"]) for row in rows] == [(YEAR, 2, 3, 1)]


def test_a_jump_of_any_measure_is_found_in_the_list_by_the_rule(client_as):
    make_rule("jump_factor", 3)
    for output, tax in ((None, 6), (7, 5), (None, 17), (None, None)):
        firm = make_enterprise()
        make_figures(firm, YEAR - 1, output_vnd=2, tax_vnd=5)
        make_figures(firm, YEAR, state="waiting", output_vnd=output, tax_vnd=tax)
    text(client_as(make_officer()).get(address("figures_list"), {"jump": "yes"}))
    found = with_jump(FigureRevision.objects.all(), timezone.localdate())
    assert sorted(found.values_list("tax_vnd", flat=True)) == [5, 17]
    one = FigureRevision.objects.get(year=YEAR, tax_vnd=17)
    assert "chênh quá 3 lần" in text(client_as(make_officer()).get(address("figures_detail", one)))
    other = FigureRevision.objects.get(year=YEAR, tax_vnd=6)
    assert "chênh quá" not in text(client_as(make_officer()).get(address("figures_detail", other)))


def test_the_home_of_an_enterprise_says_what_an_import_took_the_place_of(client_as):
    firm = make_enterprise()
    client = client_as(make_enterprise_user(firm))
    moment = timezone.now()
    old = make_figures(firm, YEAR + 1, state="withdrawn", superseded_at=moment, recorded_at=moment)
    assert address("figures_detail", old) not in text(client.get(address("own_home")))
    new = make_figures(firm, YEAR + 1, state="waiting", recorded_at=moment, import_batch=uuid.uuid4())
    for figures in (old, new):
        assert address("figures_detail", figures) in text(client.get(address("own_home")))
    for page in ("own_figures", "own_enterprise"):
        assert address("figures_detail", new) in text(client.get(address(page)))
    text(client.get(address("figures_detail", old)))


def test_figures_are_split_by_activity_in_the_form(client_as):
    metal, other = make_industry_code("25"), make_industry_code("26")
    firm = make_enterprise(main_activity=metal)
    client = client_as(make_officer())
    part = f"activity_{metal.pk}_output_vnd"
    values = {
        "year": YEAR, "scope": "whole", "place": "hanoi", "prices": "current", "accounts": "separate", "unit": "1000000",
        "export_currency": "USD", "usd_unit": "1000", "output_vnd": "7", part: "5", "declare": "yes",
    }  # fmt: skip
    form = text(client.get(address("declare_figures", firm)))
    assert part in form and f"activity_{other.pk}" not in form
    too_much = client.post(address("declare_figures", firm), values | {part: "8"} | key())
    assert too_much.status_code != 302 and not FigureLine.objects.exists()
    answer = client.post(address("declare_figures", firm), values | key())
    line = FigureLine.objects.get()
    assert (line.activity, line.measure, line.amount) == (metal, "output_vnd", 5_000_000)
    assert "5.000.000" in text(client.get(answer.url))
    again = client.get(address("declare_figures", firm, corrects=line.revision.public_id)).context["form"]
    assert again.initial[part] == 5_000_000


def test_what_was_replaced_meanwhile_is_not_corrected_as_another_year(client_as):
    firm = make_enterprise()
    client = client_as(make_officer())
    old = make_figures(firm, YEAR, state="returned")
    make_figures(firm, YEAR - 1)
    correct = address("declare_figures", firm, corrects=old.public_id)
    assert client.get(correct).context["form"].initial["year"] == YEAR
    draft = figure_values(draft="yes")
    client.post(correct, draft)
    newer = FigureRevision.objects.get(year=YEAR, superseded_at=None)
    assert newer != old
    assert client.post(correct, draft).url == address("figures_detail", newer)  # the same form sent twice
    assert correct not in text(client.get(address("figures_detail", old)))
    moved = client.get(correct, follow=True)
    assert moved.redirect_chain[-1][0] == address("figures_detail", newer) and "đã được thay" in text(moved)
    again = text(client.post(correct, figure_values(output_vnd="7", draft="yes")))
    assert 'value="7"' in again and "Đã có số liệu" in again
    assert FigureRevision.objects.filter(superseded_at=None).count() == 2
    assert client.get(address("declare_figures", firm, corrects=uuid.uuid4())).status_code == 404


def test_a_closed_year_offers_no_form(client_as):
    firm = make_enterprise()
    values = {"decision_number": "5/QĐ-SCT", "decided_on": formats.vn_date(timezone.localdate()), **key()}
    client_as(make_director()).post(address("close_year", YEAR), values)
    client = client_as(make_officer())
    refused = client.get(address("declare_figures", firm, year=YEAR), follow=True)
    assert refused.redirect_chain[-1][0] == address("enterprise_detail", firm) and "đã chốt" in text(refused)
    form = client.get(address("declare_figures", firm))
    assert form.context["year"] == YEAR + 1 and YEAR not in form.context["other_years"]


def test_two_declarations_of_a_year_are_told_apart_by_their_basis(client_as):
    firm = make_enterprise()
    make_figures(firm, YEAR, state="waiting")
    other = make_figures(firm, YEAR, state="waiting", prices="constant", base_year=2010, place="whole")
    assert other.basis_words == "mọi cơ sở, giá so sánh 2010"
    for page in (
        client_as(make_officer()).get(address("figures_waiting")),
        client_as(make_enterprise_user(firm)).get(address("own_home")),
    ):
        assert other.basis_words in text(page) and "thông thường" in text(page)


def test_the_unit_of_exports_names_no_currency_but_the_chosen_one(client_as):
    enterprise = make_enterprise()
    make_rate(date(YEAR, 12, 31), 25_000)
    client = client_as(make_enterprise_user(enterprise))
    page = client.get(address("declare_figures", enterprise))
    assert not any("USD" in str(label) for _code, label in page.context["form"].fields["usd_unit"].choices)


# --- people -----------------------------------------------------------------------------------
def test_signatory_invites_and_ends(client_as):
    enterprise = make_enterprise()
    signatory = make_enterprise_user(enterprise)
    preparer = make_enterprise_user(enterprise, Role.PREPARER)
    client = client_as(signatory)
    page = text(client.get(address("invite_member", enterprise)))
    assert 'name="paper"' not in page and "hoặc người được ủy quyền) do Sở mời" in page
    page = text(client_as(make_officer()).get(address("invite_member", enterprise)))
    assert 'name="paper"' in page and "Người đại diện theo pháp luật hoặc người được ủy quyền</option>" in page
    values = {"full_name": "Trần Bình", "email": "binh@dn.example", "role": "preparer", **key()}
    assert client.post(address("invite_member", enterprise), values).status_code == 302
    assert Invitation.objects.get().payload["enterprise"] == str(enterprise.public_id)
    membership = preparer.memberships.get()
    text(client.get(address("end_membership", membership)))
    assert client.post(address("end_membership", membership), {"reason": "Nghỉ việc", **key()}).status_code == 302
    assert client_as(preparer).get(address("own_home")).status_code == 403


def test_contact_data_are_kept_by_the_enterprise(client_as):
    enterprise = make_enterprise("Công ty Một")
    client = client_as(make_enterprise_user(enterprise))
    values = {"address": "Số 5", "phone": "024 5", "email": "a@b.vn", "version": 1, "name": "Khác", **key()}
    assert client.post(address("edit_contact", enterprise), values).status_code == 302
    enterprise.refresh_from_db()
    assert (enterprise.phone, enterprise.name) == ("024 5", "Công ty Một")
