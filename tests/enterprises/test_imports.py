"""Files as offices keep them: every bad row with its reason, the same file twice changes nothing, undo takes all back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override
from openpyxl import load_workbook

from audit.models import Event
from audit.refusals import Refused
from documents import imports, workbooks
from documents.models import Import
from documents.reasons import sentence
from documents.services import imports as services
from enterprises.models import Enterprise, FigureLine, FigureRevision, Product, Title
from enterprises.models.figures import State
from enterprises.services.enterprises import edit_enterprise
from enterprises.services.figures import close_year, confirm_figures, return_figures
from enterprises.services.merging import merge_enterprises
from jobs import services as jobs
from tests.documents.sheets import upload, workbook
from tests.factories import (
    make_director,
    make_enterprise,
    make_enterprise_user,
    make_figures,
    make_head,
    make_officer,
    make_period,
    make_product,
    make_product_group,
    make_rule,
    make_tax_code,
    make_title,
    make_unit,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 7, 15, 3, 0, tzinfo=UTC)
HEAD = ["MST", "Tên doanh nghiệp", "GTSX (triệu đồng)", "Doanh thu (triệu đồng)", "Lao động đóng BHXH"]


def work(import_, now):
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=now + timedelta(seconds=1))
    import_.refresh_from_db()
    return import_


def send(kind, rows, *, by, heading=HEAD, year=2024, now=NOW, name="a.xlsx"):
    file = upload(workbook([heading, *rows]), name)
    return work(services.start_import(kind=imports.kinds()[kind], file=file, year=year, by=by, now=now), now)


def apply(import_, *, by, now=NOW):
    services.apply_import(import_=import_, by=by, now=now)
    work(import_, now)
    assert import_.state == Import.State.APPLIED, import_.refusal
    return import_.result


def undo(import_, *, by, now=NOW):
    services.undo_import(import_=import_, reason="Nhầm tệp", by=by, now=now)
    return work(import_, now)


def bad(import_):
    """{row number: (column key, sentence)} of the first reason of each bad row."""
    kind = imports.kinds()[import_.kind]
    with override("en"):
        return {
            number: (problems[0][0], workbooks.words(kind, import_, problems[0]))
            for number, _cells, problems in workbooks.rows_of(import_, "bad")
        }


# --- figures ----------------------------------------------------------------------------------
def test_good_rows_wait_for_review_by_another(django_assert_max_num_queries):
    officer, one, two = make_officer(), make_enterprise(), make_enterprise()
    import_ = send("figures", [[one.tax_code, "Một", 5, 6, 10], [two.tax_code, "Hai", 7, None, 0]], by=officer)
    assert import_.counts["good"] == 2
    assert apply(import_, by=officer) == {"created": 2, "corrected": 0, "unchanged": 0}
    first, second = FigureRevision.objects.order_by("pk")
    assert (first.state, first.output_vnd, first.revenue_vnd) == (State.WAITING, 5_000_000, 6_000_000)
    assert (second.revenue_vnd, second.labour_insured) == (None, 0)
    assert first.import_batch == import_.public_id and first.declared_by == officer.public_id
    assert Event.objects.filter(kind="figures imported").count() == 2
    with pytest.raises(Refused):
        confirm_figures(figures=first, by=officer, now=NOW)
    confirm_figures(figures=first, by=make_head(), now=NOW)


def test_every_bad_row_has_its_column_and_reason():
    officer, good = make_officer(), make_enterprise()
    other, fourth = make_enterprise(), make_enterprise()
    rows = [
        [good.tax_code, "", 5, 6, 1],
        ["0100109107", "", 5, 6, 1],
        [make_tax_code(), "", 5, 6, 1],
        [other.tax_code, "", -5, 6, 1],
        [make_enterprise().tax_code, "", "1e9", 6, 1],
        [make_enterprise().tax_code, "", "0,0000005", 6, 1],
        [good.tax_code, "", 5, 6, 1],
        [make_enterprise().tax_code, "", None, None, None],
        [make_enterprise().tax_code, "", 5, 6, 1, 2023],
        [fourth.tax_code, "", 5, 6, 1, 2024],
    ]
    import_ = send("figures", rows, by=officer, heading=[*HEAD, "Năm"])
    found = bad(import_)
    assert {row: column for row, (column, _why) in found.items()} == {
        3: "tax_code",
        4: "tax_code",
        5: "output_vnd",
        6: "output_vnd",
        7: "output_vnd",
        8: "tax_code",
        9: "tax_code",
        10: "year",
    }
    assert "row 2" in found[8][1] and "2023" in found[10][1]
    assert apply(import_, by=officer)["created"] == 2


def every_reason(import_):
    """{row number: its column keys with a reason}."""
    return {
        number: [problem[0] for problem in problems] for number, _cells, problems in workbooks.rows_of(import_, "bad")
    }


def test_a_bad_row_says_all_that_is_wrong_with_it():
    officer, one = make_officer(), make_enterprise()
    heading = [*HEAD, "Năm", "Doanh thu SPCNCL (triệu đồng)", "Lao động bình quân"]
    rows = [
        [make_tax_code(), "", -5, 6, "1e9", 2023, 7, None],
        [one.tax_code, "", -5, None, None, None, None, None],
        [one.tax_code, "", 5, 6, 1, 2024, 6, 1],
        [make_tax_code(), "", 5, 6, 3, 2024, 6, 2],
        [make_enterprise().tax_code, "", 5, 6, 3, 2024, 6, 2],
    ]
    import_ = send("figures", rows, by=officer, heading=heading)
    assert every_reason(import_) == {
        2: ["output_vnd", "labour_insured", "year", "tax_code", "key_product_revenue_vnd"],
        3: ["output_vnd"],
        5: ["tax_code", "labour_insured"],
        6: ["labour_insured"],
    }
    assert import_.counts["good"] == 1


def test_the_same_file_twice_changes_nothing_and_other_amounts_are_a_correction():
    officer, head, one, two = make_officer(), make_head(), make_enterprise(), make_enterprise()
    rows = [[one.tax_code, "", 5, 6, 1], [two.tax_code, "", 5, 6, 1]]
    apply(send("figures", rows, by=officer), by=officer)
    confirm_figures(figures=FigureRevision.objects.get(enterprise=one), by=head, now=NOW)
    later = NOW + timedelta(hours=1)
    again = send("figures", [*rows, ["", "Tổng cộng", 10]], by=officer, now=later, name="b.xlsx")
    assert apply(again, by=officer, now=later) == {"created": 0, "corrected": 0, "unchanged": 2}
    assert FigureRevision.objects.count() == 2
    changed = [[one.tax_code, "", 9, 6, 1], [two.tax_code, "", 5, 6, 2]]
    third = send("figures", changed, by=officer, now=later, name="c.xlsx")
    assert apply(third, by=officer, now=later) == {"created": 0, "corrected": 2, "unchanged": 0, "replaced": 1}
    standing = FigureRevision.objects.current()
    assert sorted(standing.filter(enterprise=one).values_list("state", "revision")) == [
        ("confirmed", 1), ("waiting", 2)]  # fmt: skip
    assert list(standing.filter(enterprise=two).values_list("state", "labour_insured")) == [("waiting", 2)]


def test_a_column_that_the_file_lacks_keeps_what_stands():
    officer, one = make_officer(), make_enterprise()
    make_figures(one, 2024, state="waiting", output_vnd=1, tax_vnd=7)
    apply(send("figures", [[one.tax_code, "", 5, None, None]], by=officer), by=officer)
    figures = FigureRevision.objects.current().get()
    assert (figures.output_vnd, figures.revenue_vnd, figures.tax_vnd) == (5_000_000, None, 7)


def test_a_row_whose_cells_are_all_empty_is_refused_though_the_file_lacks_other_columns():
    officer, one = make_officer(), make_enterprise()
    make_figures(one, 2024, output_vnd=1_000_000, tax_vnd=7)  # the file has no column of taxes
    import_ = send("figures", [[one.tax_code, "", None, None, None]], by=officer)
    assert import_.counts["good"] == 0 and "no figure at all" in bad(import_)[2][1]


def test_the_preview_counts_corrections_of_confirmed_figures_and_names_what_an_empty_cell_takes_away():
    officer, one, two, three = make_officer(), make_enterprise(), make_enterprise(), make_enterprise()
    for enterprise in (one, two):
        make_figures(enterprise, 2024, output_vnd=5_000_000, revenue_vnd=6_000_000, labour_insured=10)
    rows = [[one.tax_code, "", 5, None, 10], [two.tax_code, "", 5, 6, 10], [three.tax_code, "", 5, 6, 10]]
    import_ = send("figures", rows, by=officer)
    assert (import_.counts["good"], import_.counts["corrects"]) == (3, 1)
    assert flags(import_) == [
        (2, "revenue_vnd", "The cell is empty; the confirmed figure 6,000,000 đồng would be left out.")
    ]


def test_a_jump_of_any_measure_is_flagged_by_the_rule_and_taken():
    make_rule("jump_factor", 3)
    officer, one = make_officer(), make_enterprise()
    before = {"output_vnd": 2_000_000, "revenue_vnd": 0, "labour_insured": 40, "tax_vnd": 3_000_000}
    make_figures(one, 2023, export_direct_goods_usd_cents=1000_00, **before)
    heading = [*HEAD, "XK trực tiếp (nghìn USD)", "Nộp ngân sách (triệu đồng)"]
    import_ = send("figures", [[one.tax_code, "", 6, 6, 13, 3.5, 9.1]], by=officer, heading=heading)
    assert import_.counts["good"] == 1 and import_.counts["flags"] == 1
    assert flags(import_) == [
        (2, "export_direct_goods_usd_cents", "3 times more or less than the year before: 1,000.00 USD → 3,500.00 USD."),
        (2, "labour_insured", "3 times more or less than the year before: 40 → 13."),
        (2, "tax_vnd", "3 times more or less than the year before: 3,000,000 đồng → 9,100,000 đồng."),
    ]
    apply(import_, by=officer)


@pytest.mark.parametrize("year", [2030, 2005])
def test_a_year_that_is_none_is_refused(year):
    officer, one = make_officer(), make_enterprise()
    try:
        import_ = send("figures", [[one.tax_code, "", 5, 6, 1]], by=officer, year=year)
    except Refused:
        return
    assert import_.counts["good"] == 0


@pytest.mark.parametrize("year", [2017, 2023])
def test_a_year_of_no_period_is_refused_before_the_file_is_taken(year):
    officer, one = make_officer(), make_enterprise()
    make_period(2018, 2020)
    make_period(2024, 2028)
    with pytest.raises(Refused, match="2018–2020, 2024–2025"):
        send("figures", [[one.tax_code, "", 5, 6, 1]], by=officer, year=year)
    import_ = send("figures", [[one.tax_code, "", 5, 6, 1]], by=officer, year=2024)
    with pytest.raises(Refused, match="2018–2020, 2024–2025"):
        services.change_reading(import_=import_, chosen={}, by=officer, now=NOW, year=year)


def test_a_closed_year_is_refused():
    officer, one = make_officer(), make_enterprise()
    close_year(year=2024, decision_number="1", decided_on=date(2025, 2, 1), by=make_director(), now=NOW)
    import_ = send("figures", [[one.tax_code, "", 5, 6, 1]], by=officer)
    assert import_.counts["good"] == 0 and bad(import_)[2][0] == "tax_code"


def test_a_merged_records_code_declares_for_the_winner():
    officer, winner, loser = make_officer(), make_enterprise(), make_enterprise()
    merge_enterprises(winner=winner, loser=loser, reason="Trùng", by=officer, now=NOW)
    rows = [[loser.tax_code, "", 5, 6, 1], [winner.tax_code, "", 5, 6, 1]]
    import_ = send("figures", rows, by=officer)
    assert set(bad(import_)) == {3}
    apply(import_, by=officer)
    assert FigureRevision.objects.get().enterprise == winner


def test_undo_takes_all_back_and_puts_back_what_it_replaced():
    officer, one, two, three = make_officer(), make_enterprise(), make_enterprise(), make_enterprise()
    waiting = make_figures(one, 2024, state="waiting", output_vnd=1)
    returned = make_figures(two, 2024, state="returned", output_vnd=2)
    rows = [[row.tax_code, "", 5, 6, 1] for row in (one, two, three)]
    import_ = send("figures", rows, by=officer)
    apply(import_, by=officer)
    assert not FigureRevision.objects.current().filter(pk__in=[waiting.pk, returned.pk]).exists()
    later = NOW + timedelta(hours=1)
    undone = undo(import_, by=officer, now=later)
    assert undone.state == Import.State.UNDONE
    standing = FigureRevision.objects.current().order_by("enterprise")
    assert [(row.enterprise, row.state, row.output_vnd) for row in standing] == [
        (one, "waiting", 1), (two, "returned", 2)]  # fmt: skip
    assert Event.objects.filter(kind="figures withdrawn").count() == 3
    assert Event.objects.filter(kind="figures put back").count() == 2


@pytest.mark.parametrize("act", [confirm_figures, lambda **k: return_figures(reason="Sai", **k)])
def test_undo_is_refused_once_something_was_built_on_it(act):
    officer, one = make_officer(), make_enterprise("Công ty Một")
    import_ = send("figures", [[one.tax_code, "", 5, 6, 1]], by=officer)
    apply(import_, by=officer)
    act(figures=FigureRevision.objects.get(), by=make_head(), now=NOW)
    try:
        undo(import_, by=officer)
    except Refused as refusal:
        assert "Công ty Một" in str(refusal)
    assert import_.state != Import.State.UNDONE
    assert FigureRevision.objects.exclude(state=State.WITHDRAWN).count() == 1


def flags(import_):
    """[(row, column key, sentence)] of the rows to look at."""
    with override("en"):
        return [
            (number, key, sentence(text, given))
            for number, _cells, problems in workbooks.rows_of(import_, "flag")
            for key, _letter, text, given in problems
        ]


def test_the_preview_names_every_row_that_takes_the_place_of_what_somebody_prepared():
    officer, person = make_officer(), make_enterprise_user(full_name="Trần Thị Bình")
    firms = [make_enterprise() for _each in range(5)]
    states = ("draft", "declared", "waiting", "returned", "confirmed")
    for firm, state in zip(firms, states, strict=True):
        make_figures(firm, 2024, state=state, by=person, output_vnd=1_000_000, revenue_vnd=6_000_000, labour_insured=1)
    import_ = send("figures", [[firm.tax_code, "", 5, 6, 1] for firm in firms], by=officer)
    assert flags(import_) == [
        (2, "tax_code", "Replaces the draft that Trần Thị Bình has not sent yet."),
        (
            3,
            "output_vnd",
            "Replaces what Trần Thị Bình declared and has not sent yet: 1,000,000 đồng → 5,000,000 đồng.",
        ),
        (4, "output_vnd", "Replaces what Trần Thị Bình sent and waits for review: 1,000,000 đồng → 5,000,000 đồng."),
    ]
    assert (import_.counts["good"], import_.counts["replaced"], import_.counts["flags"]) == (5, 3, 3)
    with workbooks.rows_with_reasons(import_, imports.kinds()["figures"], "flag") as file:
        assert [line[0] for line in load_workbook(file).active.values][1:] == [2, 3, 4]
    assert apply(import_, by=officer)["replaced"] == 3


def test_a_later_import_over_an_earlier_one_is_named_in_the_preview():
    officer, one = make_officer(full_name="Lê Văn Cường"), make_enterprise()
    apply(send("figures", [[one.tax_code, "", 500_000, 6, 1]], by=officer), by=officer)
    import_ = send("figures", [[one.tax_code, "", 511_000, 6, 1]], by=officer, name="b.xlsx")
    assert import_.counts["replaced"] == 1
    assert flags(import_)[0][2].endswith("500,000,000,000 đồng → 511,000,000,000 đồng.")


def test_a_draft_replaced_by_an_import_leaves_its_events_and_comes_back_with_the_undo():
    officer, one = make_officer(), make_enterprise()
    draft = make_figures(one, 2024, state="draft", output_vnd=1, tax_vnd=7)
    FigureLine.objects.create(revision=draft, product=make_product(one), measure="revenue_vnd", amount=3)
    waiting = make_figures(make_enterprise(), 2024, state="waiting", output_vnd=2)
    rows = [[one.tax_code, "", 5, 6, 1], [waiting.enterprise.tax_code, "", 5, 6, 1]]
    import_ = send("figures", rows, by=officer)
    apply(import_, by=officer)
    assert FigureRevision.objects.current().get(enterprise=one).tax_vnd is None  # what a draft says nobody declared
    assert Event.objects.about(draft).get().kind == "draft replaced by an import"
    assert Event.objects.about(waiting).get().kind == "figures replaced by an import"
    assert Event.objects.about(one).get().kind == "enterprise figures replaced by an import"
    assert undo(import_, by=officer, now=NOW + timedelta(hours=1)).state == Import.State.UNDONE
    back = FigureRevision.objects.current().get(enterprise=one)
    assert (back.state, back.output_vnd, back.tax_vnd, back.recorded_by) == ("draft", 1, 7, draft.recorded_by)
    assert back.lines.get().amount == 3
    assert Event.objects.about(back).get().kind == "figures put back"


def test_parts_of_what_waited_come_back_with_the_undo():
    officer, one = make_officer(), make_enterprise()
    draft = make_figures(one, 2024, state="draft", output_vnd=1)
    FigureLine.objects.create(revision=draft, product=make_product(one), measure="revenue_vnd", amount=3)
    moment = {"declared_at": draft.recorded_at, "submitted_at": draft.recorded_at}
    people = {"declared_by": draft.recorded_by, "submitted_by": draft.recorded_by}
    FigureRevision.objects.filter(pk=draft.pk).update(state="waiting", **moment, **people)
    import_ = send("figures", [[one.tax_code, "", 5, 6, 1]], by=officer)
    apply(import_, by=officer)
    undo(import_, by=officer, now=NOW + timedelta(hours=1))
    back = FigureRevision.objects.current().get()
    assert (back.state, back.submitted_at, back.lines.get().amount) == ("waiting", draft.recorded_at, 3)


def test_figures_that_came_between_preview_and_import_are_looked_at_anew():
    officer, one, two = make_officer(), make_enterprise(), make_enterprise()
    waiting = make_figures(one, 2024, state="waiting", output_vnd=1)
    import_ = send("figures", [[row.tax_code, "", 5, 6, 1] for row in (one, two)], by=officer)
    confirm_figures(figures=waiting, by=make_head(), now=NOW)
    for made in (None, two):
        if made:
            make_figures(made, 2024, state="draft", output_vnd=9)
        services.apply_import(import_=import_, by=officer, now=NOW)
        assert work(import_, NOW).state == Import.State.UPLOADED
        assert work(import_, NOW).state == Import.State.PREVIEWED and "meanwhile" in import_.refusal["message"]
    apply(import_, by=officer)
    assert FigureRevision.objects.current().filter(state="waiting").count() == 2


def test_undo_goes_on_once_the_later_import_was_undone():
    officer, one, two = make_officer(), make_enterprise("Công ty Một"), make_enterprise()
    first = send("figures", [[row.tax_code, "", 5, 6, 1] for row in (one, two)], by=officer)
    apply(first, by=officer)
    later = NOW + timedelta(hours=1)
    second = send("figures", [[one.tax_code, "", 9, 6, 1]], by=officer, now=later, name="b.xlsx")
    apply(second, by=officer, now=later)
    with pytest.raises(Refused, match=r"Công ty Một.*b\.xlsx"):
        undo(first, by=officer, now=later)
    undo(second, by=officer, now=later + timedelta(hours=1))
    assert services.hindrance(first) == ""
    last = later + timedelta(hours=2)
    assert undo(first, by=officer, now=last).state == Import.State.UNDONE
    assert not FigureRevision.objects.current().exists()
    assert first.result["undone"] == {"withdrawn": 2}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_corrected_bad_rows_are_read_on_the_bases_and_in_the_units_of_the_first_file(language):
    officer, one = make_officer(), make_enterprise()
    above = [["Phạm vi: riêng sản phẩm chủ lực; giá so sánh 2010; mọi cơ sở; BCTC hợp nhất"], ["Năm 2024"]]
    file = upload(workbook([*above, HEAD, [one.tax_code, "", -5, 6, 1]]), "a.xlsx")
    kind = imports.kinds()["figures"]
    first = work(services.start_import(kind=kind, file=file, year=2024, by=officer, now=NOW), NOW)
    bases = {"scope": "key_products", "place": "whole", "prices": "constant", "accounts": "consolidated"}
    assert (first.options["bases"], first.counts["bad"]) == (bases, 1)
    chosen = {"bases": {**bases, "place": "hanoi"}, "units": {"output_vnd": 9}}
    services.change_reading(import_=first, chosen=chosen, by=officer, now=NOW, year=2024)
    work(first, NOW)
    with override(language), workbooks.rows_with_reasons(first, kind) as made:
        again = upload(made.read(), "b.xlsx")
    second = work(services.start_import(kind=kind, file=again, year=2023, by=officer, now=NOW), NOW)
    assert second.options["bases"] == {**bases, "place": "hanoi"} == second.reading["bases"]
    assert (second.options["units"]["output_vnd"], second.options["units"]["revenue_vnd"]) == (9, 6)
    assert second.reading["years"] == [2024] and second.reading["questions"] == ["year"]
    assert {row: key for row, (key, _why) in bad(second).items()} == {8: "output_vnd"}


# --- enterprises with products and titles -----------------------------------------------------
def test_a_name_that_is_not_that_of_the_tax_code_is_flagged():
    officer = make_officer()
    firm = make_enterprise("Công ty TNHH Sản xuất Hòa Bình", short_name="HoaBinh")
    names = ("CTY TNHH SX Hoà Bình", "HOABINH", "", "Công ty CP Sông Đà")
    for number, name in enumerate(names):
        import_ = send("figures", [[firm.tax_code, name, number + 1, 6, 1]], by=officer)
        assert import_.counts["flags"] == (name == names[-1])
    assert flags(import_)[0][1:] == (
        "name",
        "The registry calls the enterprise of this tax code “Công ty TNHH Sản xuất Hòa Bình”. Make sure that the code is right.",
    )


REGISTRY = [
    "MST", "Tên doanh nghiệp", "Phường, xã", "Nhóm ngành", "Sản phẩm", "Danh hiệu", "Đợt", "Quyết định",
    "Ngày quyết định", "Hiệu lực từ ngày", "Hiệu lực đến ngày",
]  # fmt: skip


def row(code, name="", ward="", group="", product="", kind="", year=None, number="", *days):
    return [code, name, ward, group, product, kind, year, number, *days]


DAYS = ("20/11/2024", "20/11/2024", "19/11/2027")


def registry(rows, *, by, **more):
    return send("enterprises", rows, by=by, heading=REGISTRY, year=None, **more)


def test_enterprises_products_and_titles_come_in_with_their_revisions():
    officer, ward, group = make_officer(), make_unit(name="Phường Ba Đình"), make_product_group(name="Cơ khí")
    code, old = make_tax_code(), make_enterprise("Công ty Cũ")
    rows = [
        row(code, "Công ty CP Mới", "Ba Đình", "Cơ khí", "Máy bơm", "SPCNCL", 2024, "5/QĐ", *DAYS),
        row(code, "Công ty CP Mới", "", "", "Máy bơm", "Top 10", 2024, "6/QĐ", *DAYS),
        row(code, "", "", "", "Máy nén"),
        row(old.tax_code, "Công ty Cũ", "", "", "Động cơ", "", 2023, "7/QĐ", "20/11/2023", "20/11/2023"),
    ]
    import_ = registry(rows, by=officer)
    assert bad(import_) == {}
    assert apply(import_, by=officer) == {"enterprises": 1, "products": 3, "titles": 3, "unchanged": 0}
    new = Enterprise.objects.get(tax_code=code)
    assert (new.enterprise_type, new.ward, new.parent_tax_code) == ("joint_stock", ward, code)
    assert new.groups.get().group == group and new.revisions.get().group_codes == group.code
    assert "cong ty co phan moi" in new.folded
    pump = Product.objects.get(name="Máy bơm")
    assert pump.group == group and pump.titles.count() == 2
    revision = Title.objects.get(product__name="Động cơ").revisions.get()
    assert (revision.enterprise, revision.valid_to) == (old, None)
    assert Event.objects.filter(kind__endswith="imported").count() == 7
    again = registry([*rows, row("", "Tổng cộng")], by=officer, name="b.xlsx")
    assert apply(again, by=officer) == {"enterprises": 0, "products": 0, "titles": 0, "unchanged": 4}


def test_an_enterprise_of_several_groups_names_them_in_one_cell():
    officer, codes = make_officer(), [make_tax_code() for _each in range(5)]
    machines, clothes = make_product_group("CK"), make_product_group("DMDG", name="Dệt may, da giày")
    rows = [
        row(codes[0], "A", "", "Cơ khí, chế tạo; Dệt may, da giày", "Máy may"),
        row(codes[1], "B", "", "dmdg,CK"),
        row(codes[2], "C", "", "CK; ck;", "Máy bơm"),
        row(codes[3], "D", "", "Dệt may, da giày"),
        row(codes[4], "E", "", "Dệt may, da giày; Hóa chất"),
    ]
    import_ = registry(rows, by=officer)
    assert bad(import_)[6][0] == "group" and "“Hóa chất”" in bad(import_)[6][1] and len(bad(import_)) == 1
    apply(import_, by=officer)
    found = {firm.name: firm for firm in Enterprise.objects.filter(tax_code__in=codes)}
    of = {name: set(firm.groups.values_list("group", flat=True)) for name, firm in found.items()}
    both = {machines.pk, clothes.pk}
    assert of == {"A": both, "B": both, "C": {machines.pk}, "D": {clothes.pk}}
    assert [found[name].revisions.get().group_codes for name in "ABC"] == ["CK,DMDG", "CK,DMDG", "CK"]
    assert Product.objects.get(name="Máy may").group is None
    assert Product.objects.get(name="Máy bơm").group == machines


def test_a_new_enterprise_that_is_called_like_another_is_flagged_in_the_preview():
    officer, old = make_officer(), make_enterprise("Công ty TNHH Sản xuất Hòa Thủy")
    codes = [make_tax_code() for _each in range(3)]
    rows = [
        row(codes[0], "CTY TNHH SX Hoà Thuỷ"),
        row(codes[1], "Công ty CP Mới"),
        row(codes[2], "CTCP Mới"),
        row(f"{codes[1]}-001", "Công ty CP Mới"),
        row(f"{old.tax_code}-001", old.name),
    ]
    import_ = registry(rows, by=officer)
    assert [(number, why.partition(".")[0]) for number, _key, why in flags(import_)] == [
        (2, f"The registry has this name already, with the tax code {old.tax_code}"),
        (4, "Row 3 of this file gives the same name another tax code"),
    ]
    apply(import_, by=officer)
    assert Enterprise.objects.called_like("CTY SX TNHH").count() == 0
    assert Enterprise.objects.called_like("cty cp mới").count() == 3
    assert Enterprise.objects.get(tax_code=f"{codes[1]}-001").enterprise_type == "branch"


def test_what_a_later_row_says_otherwise_of_a_new_enterprise_is_pointed_out():
    officer, code = make_officer(), make_tax_code()
    make_unit(name="Phường Ba Đình"), make_unit(name="Phường Tây Hồ")
    rows = [row(code, "Công ty CP Mới", "Ba Đình", "", "Máy bơm"), row(code, "Công ty Mới", "Tây Hồ", "", "Máy nén")]
    import_ = registry([*rows, row(code, "", "", "", "Động cơ")], by=officer)
    name, ward = flags(import_)
    assert name[:2] == (3, "name") and "Row 2" in name[2] and "Công ty CP Mới" in name[2]
    assert ward[:2] == (3, "ward") and "Row 2" in ward[2] and import_.counts["good"] == 3


def test_bad_registry_rows():
    officer = make_officer()
    title = make_title(round_year=2024)
    known = title.product.enterprise
    codes = [make_tax_code() for _ in range(8)]
    rows = [
        row("0100109107", "A"),
        row(codes[0]),
        row(codes[1], "B", "Phường Không Có"),
        row(codes[2], "C", "", "nhóm lạ"),
        row(codes[3], "D", "", "", "", "SPCNCL", 2024, "5/QĐ", *DAYS),
        row(codes[4], "E", "", "", "Máy", "SPCNCL", 2024, "", *DAYS),
        row(codes[5], "F", "", "", "Máy", "SPCNCL", 2024, "5/QĐ", "20/11/2024", "20/11/2024", "19/11/2023"),
        row(codes[6], "G", "", "", "Máy", "SPCNCL", 2024, "5/QĐ", "20/11/2025", "20/11/2025"),
        row(codes[7], "H", "", "", "Máy", "SPCNCL", 2024, "5/QĐ", *DAYS),
        row(codes[7], "H", "", "", "Máy", "SPCNCL", 2024, "5/QĐ", *DAYS),
        row(known.tax_code, known.name, "", "", title.product.name, "SPCNCL", 2024, "5/QĐ", *DAYS),
        row(make_tax_code(), "I", "", "", "Máy", "SPCNCL", 2024, "5/QĐ", "20/11/2024", "19/11/2024"),
        row(make_tax_code(), "K", "", "", "Máy", "SPCNCL", 2022, "5/QĐ", *DAYS),
    ]
    import_ = registry(rows, by=officer)
    assert {number: column for number, (column, _why) in bad(import_).items()} == {
        2: "tax_code",
        3: "name",
        4: "ward",
        5: "group",
        6: "product",
        7: "decision_number",
        8: "valid_to",
        9: "decision_on",
        11: "round_year",
        13: "valid_from",
        14: "decision_on",
    }
    assert apply(import_, by=officer) == {"enterprises": 1, "products": 1, "titles": 1, "unchanged": 1}


def test_a_bad_registry_row_says_all_that_is_wrong_with_it():
    late = ("20/11/2035", "20/11/2024", "19/11/2023")
    rows = [row("0100109107", "", "Phường Không Có", "nhóm lạ", "Máy", "SPCNCL", 1999, "5/QĐ", *late)]
    rows += [row(make_tax_code(), "", "", "", "Máy", "lạ", 2024, "5/QĐ", *DAYS)]
    assert every_reason(registry(rows, by=make_officer())) == {
        2: ["tax_code", "ward", "group", "valid_to", "valid_from", "decision_on", "round_year"],
        3: ["kind", "name"],
    }


def test_undo_of_a_registry_import_and_the_file_again():
    officer, code = make_officer(), make_tax_code()
    rows = [row(code, "Công ty Mới", "", "", "Máy bơm", "SPCNCL", 2024, "5/QĐ", *DAYS)]
    import_ = registry(rows, by=officer)
    apply(import_, by=officer)
    later = NOW + timedelta(hours=1)
    assert undo(import_, by=officer, now=later).state == Import.State.UNDONE
    gone = Enterprise.objects.get(tax_code=code)
    assert gone.status == "withdrawn" and gone.revisions.current().get().status == "withdrawn"
    assert not Product.objects.standing().exists() and not Title.objects.standing().exists()
    assert not Title.objects.get().revisions.current().exists()
    again = registry(rows, by=officer, name="b.xlsx", now=later)
    assert apply(again, by=officer, now=later)["titles"] == 1
    assert Enterprise.objects.by_tax_code(code).status == "active"


def test_undo_of_a_registry_import_is_refused_once_worked_on():
    officer, code = make_officer(), make_tax_code()
    import_ = registry([row(code, "Công ty Mới")], by=officer)
    apply(import_, by=officer)
    enterprise = Enterprise.objects.get(tax_code=code)
    edit_enterprise(enterprise=enterprise, version=1, values={"phone": "024"}, by=officer, now=NOW)
    try:
        undo(import_, by=officer)
    except Refused as refusal:
        assert "Công ty Mới" in str(refusal)
    enterprise.refresh_from_db()
    assert enterprise.status == "active"


def test_figures_of_another_year_in_the_file_do_not_stand_in_the_way_of_those_asked_for():
    officer, firm = make_officer(), make_enterprise("Công ty Nhiều Năm")
    heading = ["MST", "Năm", "GTSX (triệu đồng)"]
    import_ = send("figures", [[firm.tax_code, 2023, 5], [firm.tax_code, 2024, 6]], by=officer, heading=heading)
    assert bad(import_)[2][0] == "year" and set(bad(import_)) == {2}
    assert import_.counts["good"] == 1


def test_zeros_that_a_cell_has_lost_come_back_or_are_asked_for():
    officer = make_officer()
    heading = ["MST", "Tên doanh nghiệp", "SĐT"]
    rows = [
        [make_tax_code(), "Công ty Một", 912345678],
        [make_tax_code(), "Công ty Hai", "2438251234"],
        [make_tax_code(), "Công ty Ba", "0912 345 678"],
        [1190220080, "Hộ kinh doanh Bốn", ""],
    ]
    import_ = send("enterprises", rows, by=officer, heading=heading, year=None)
    assert bad(import_)[5][0] == "tax_code" and "001190220080" in bad(import_)[5][1]
    apply(import_, by=officer)
    assert set(Enterprise.objects.values_list("phone", flat=True)) == {"0912345678", "02438251234", "0912 345 678"}


def test_rows_of_one_enterprise_are_named_with_the_one_that_is_taken():
    officer, firm = make_officer(), make_enterprise("Công ty Hai Dòng")
    import_ = send("figures", [[firm.tax_code, "", 5, 6, 1], [firm.tax_code, "", 7, 8, 1]], by=officer)
    ((message, given),) = import_.reading["remarks"]
    assert "%(rows)s" in message and given == {"rows": "2 (3)"} and import_.counts["good"] == 1
