"""Tables of the city's statistics through the framework of imports."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from audit.events import history_of
from documents import workbooks
from documents.imports import kinds
from documents.models import Import
from documents.services import imports as services
from jobs import services as jobs
from reporting.models import CityStatistic
from tests.documents.sheets import upload, workbook
from tests.factories import make_officer
from tests.reporting.making import make_statistic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HEAD = [
    "Chỉ tiêu",
    "Năm",
    "Giá trị sản xuất (tỷ đồng)",
    "Kim ngạch xuất khẩu (triệu USD)",
    "IIP",
    "Giá",
    "Năm gốc",
    "Loại số liệu",
    "Nguồn",
    "Ngày công bố",
]


def row(measure="GTSXCN", year=2025, output=None, exports=None, iip=None, prices="hiện hành", base=None, state="sơ bộ"):
    return [measure, year, output, exports, iip, prices, base, state, "Niên giám thống kê", date(2026, 6, 30)]


def sent(rows, *, by, title="SỐ LIỆU THÀNH PHỐ", head=HEAD):
    data = workbook([[title], head, *rows])
    import_ = services.start_import(kind=kinds()["city-statistics"], file=upload(data), year=None, by=by, now=NOW)
    return worked(import_)


def worked(import_):
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=NOW + timedelta(hours=2))
    import_.refresh_from_db()
    return import_


def test_rows_become_figures_of_the_city_in_their_own_units():
    officer = make_officer()
    import_ = sent(
        [
            row(output=350_000.5),
            row("Kim ngạch xuất khẩu", exports=19_000.25),
            row("IIP", iip=105.7),
            row(output=165_700, prices="so sánh", base=2010),
        ],
        by=officer,
    )
    assert import_.state == Import.State.PREVIEWED, import_.refusal
    services.apply_import(import_=import_, by=officer, now=NOW)
    import_ = worked(import_)
    assert import_.state == Import.State.APPLIED
    found = set(CityStatistic.objects.current().values_list("measure", "prices", "amount", "import_batch"))
    assert found == {
        ("output", "current", 350_000_500_000_000, import_.public_id),
        ("exports", "current", 1_900_025_000_000, import_.public_id),
        ("iip", "current", 10_570, import_.public_id),
        ("output", "constant", 165_700_000_000_000, import_.public_id),
    }


@pytest.mark.parametrize(
    ("title", "output", "note", "doubt"),
    [
        ("GIÁ SO SÁNH 2010", "GTSX (tỷ đồng)", "", "GIÁ SO SÁNH 2010"),
        ("TOÀN THÀNH PHỐ", "GTSX giá so sánh 2010 (tỷ đồng)", "", "GTSX giá so sánh 2010 (tỷ đồng)"),
        ("TOÀN THÀNH PHỐ", "GTSX (tỷ đồng)", "Ghi chú: theo giá so sánh", "Ghi chú: theo giá so sánh"),
        ("TOÀN THÀNH PHỐ", "GTSX năm 2024 (tỷ đồng)", "", "GTSX năm 2024 (tỷ đồng)"),
        ("6 THÁNG ĐẦU NĂM 2025", "GTSX (tỷ đồng)", "", "6 THÁNG ĐẦU NĂM 2025"),
        ("TOÀN THÀNH PHỐ, NĂM 2025", "GTSX (tỷ đồng)", "Theo giá hiện hành", None),
    ],
)
def test_prices_of_another_year_or_a_part_of_a_year_are_asked_about(title, output, note, doubt):
    head = ["Chỉ tiêu", "Năm", output, "Loại số liệu", "Nguồn", "Ngày công bố"]
    given = [["GTSXCN", 2025, 350_000, "sơ bộ", "Niên giám thống kê", date(2026, 6, 30)], ["", note]]
    import_ = sent(given, by=make_officer(), title=title, head=head)
    assert (import_.state, import_.refusal, import_.counts["good"]) == (Import.State.PREVIEWED, {}, 1)
    assert import_.reading["doubtful"] == ([doubt] if doubt else [])
    assert import_.reading["questions"] == (["headings"] if doubt else [])


@pytest.mark.parametrize(("index", "said"), [("105,7", ""), ("4,5", "4,5 cách xa 100"), ("204,5", "204,5 cách xa 100")])
def test_an_index_far_from_100_is_pointed_out_and_taken(index, said):
    import_ = sent([row("IIP", iip=index)], by=make_officer())
    assert (import_.counts["good"], import_.counts["flags"]) == (1, bool(said))
    for _number, _cells, (problem,) in workbooks.rows_of(import_, "flag"):
        with override("vi"):
            assert said in workbooks.words(kinds()["city-statistics"], import_, problem)


def test_a_revision_published_before_what_it_revises_is_refused_by_its_row():
    make_statistic(1_000, year=2025, state="preliminary", published_on=date(2026, 7, 1))
    import_ = sent([row(output=2)], by=make_officer())
    assert import_.counts["good"] == 0
    ((_number, _cells, (problem,)),) = workbooks.rows_of(import_, "bad")
    with override("vi"):
        assert "công bố ngày 01/07/2026" in workbooks.words(kinds()["city-statistics"], import_, problem)


def test_another_amount_becomes_a_revision_and_undo_brings_back_what_was_known():
    officer = make_officer()
    old = make_statistic(1_000, year=2025, state="preliminary")
    import_ = sent([row(output=2)], by=officer)
    services.apply_import(import_=import_, by=officer, now=NOW)
    import_ = worked(import_)
    new = CityStatistic.objects.current().get()
    assert (new.revision, new.supersedes, new.amount) == (2, old, 2_000_000_000)
    services.undo_import(import_=import_, reason="Nhầm tệp", by=officer, now=NOW + timedelta(hours=1))
    worked(import_)
    again, new = CityStatistic.objects.current().get(), CityStatistic.objects.get(pk=new.pk)
    assert (again.amount, again.reason, CityStatistic.objects.count()) == (1_000, "Nhầm tệp", 3)
    assert new.was_withdrawn and not CityStatistic.objects.get(pk=old.pk).was_withdrawn
    assert "'loại số liệu', 'Sơ bộ'" in str(history_of(new)[0].changes)


def test_wrong_rows_are_reported_with_their_reason_and_the_good_ones_remain():
    make_statistic(2_000_000_000, year=2024, state="preliminary")
    import_ = sent(
        [
            row(output=None),
            row(exports=5),
            row("IIP", iip=105, prices="so sánh"),
            row(output=5, prices="so sánh"),
            row(output=5, base=2010),
            row(output=7),
            row(output=8),
            row(output=0, year=2023),
        ],
        by=make_officer(),
    )
    assert import_.counts["bad"] == 7
    assert import_.counts["good"] == 1
