"""Lists of support as offices keep them, through the framework: preview, bad rows, apply, undo, the same file twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from audit.events import history_of
from audit.models import Event, PendingEvent
from audit.refusals import NotAllowed, Refused
from documents import workbooks
from documents.imports import kinds
from documents.models import Import
from documents.services import imports as services
from jobs import services as jobs
from support.models import ActivityType, SupportRecord, SupportRevision
from support.services import correct_support
from support.turns import TurnRule, turns_by_year
from tests.documents.sheets import upload, workbook
from tests.factories import (
    make_agency,
    make_content_area,
    make_director,
    make_enterprise,
    make_money_source,
    make_officer,
    make_support,
    make_support_kind,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HEAD = [
    "STT",
    "Mã số thuế",
    "Tên doanh nghiệp",
    "Hoạt động",
    "Mã hoạt động",
    "Loại hoạt động",
    "Nội dung chương trình",
    "Hình thức hỗ trợ",
    "Nội dung đã hỗ trợ",
    "Ngày bắt đầu",
    "Ngày hoàn thành",
    "Kinh phí (triệu đồng)",
    "Nguồn kinh phí",
    "Cơ quan hỗ trợ",
    "Minh chứng",
]


@pytest.fixture
def officer():
    make_content_area("2", "Xúc tiến thương mại, đầu tư")
    make_support_kind("promotion", "Xúc tiến thương mại, quảng bá")
    make_money_source("city_budget", "Ngân sách thành phố")
    make_agency("HPA", "Trung tâm Xúc tiến")
    return make_officer()


def row(number, code, **changes):
    cells = {
        "activity": "Hội chợ Hà Nội",
        "activity_code": "HC-2026-01",
        "type": "Hội chợ",
        "area": "2",
        "kind": "Xúc tiến thương mại, quảng bá",
        "what": "Gian hàng",
        "started": None,
        "delivered": date(2026, 5, 20),
        "amount": 45.5,
        "source": "Ngân sách thành phố",
        "agency": None,
        "evidence": "Danh sách số 12",
    } | changes
    return [number, code, "Công ty", *cells.values()]


def sent(rows, *, by):
    data = workbook([["DANH SÁCH HỖ TRỢ NĂM 2026"], HEAD, *rows])
    import_ = services.start_import(kind=kinds()["support"], file=upload(data), year=None, by=by, now=NOW)
    return worked(import_)


def worked(import_):
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=NOW + timedelta(seconds=1))
    import_.refresh_from_db()
    return import_


def applied(rows, *, by):
    import_ = sent(rows, by=by)
    services.apply_import(import_=import_, by=by, now=NOW)
    return worked(import_)


def test_good_rows_become_records_with_revisions_and_events(officer):
    one, two = make_enterprise(), make_enterprise()
    import_ = applied(
        [
            row(1, one.tax_code),
            row(2, two.tax_code, amount=None, source=None),
            row(3, two.tax_code, what="Vé máy bay", agency="HPA", started=date(2025, 12, 1), delivered="01/02/2026"),
            ["", "", "Tổng cộng", "", "", "", "", "", "", "", "", 91],
        ],
        by=officer,
    )
    assert (import_.state, import_.result) == (Import.State.APPLIED, {"created": 3})
    first, second, third = SupportRecord.objects.order_by("pk")
    assert (first.enterprise, first.amount_vnd, first.year, first.activity_type) == (one, 45_500_000, 2026, "fair")
    assert (second.amount_vnd, second.money_source, second.by_programme) == (None, None, True)
    assert (third.agency.code, third.by_programme, third.started_on) == ("HPA", False, date(2025, 12, 1))
    assert {record.import_batch for record in (first, second, third)} == {import_.public_id}
    assert first.created_by == officer.public_id
    assert first.office == officer.posts.get().office
    assert first.revisions.get().recorded_at == first.created_at
    assert first.revisions.get().amount_vnd == 45_500_000
    event = Event.objects.about(first).get()
    assert PendingEvent.objects.filter(event=event).exists()
    assert len(history_of(first)) == 1
    assert turns_by_year(TurnRule()) == [{"turn_year": 2026, "turns": 2, "enterprises": 2}]


def test_every_bad_row_is_reported_with_its_column_and_reason(officer):
    firm = make_enterprise()
    make_support(
        firm,
        "HC-2024",
        delivered_on=date(2024, 5, 20),
        content_area=make_content_area("9", "Khác"),
    )
    import_ = sent(
        [
            row(1, make_enterprise().tax_code),
            row(2, "0100109106"),
            row(3, firm.tax_code, kind="Không rõ"),
            row(4, firm.tax_code, delivered=date(2027, 1, 1)),
            row(5, firm.tax_code, started=date(2026, 6, 1)),
            row(6, firm.tax_code, delivered=date(2004, 6, 1)),
            row(7, firm.tax_code, source=None),
            row(8, firm.tax_code, amount=-1),
            row(9, firm.tax_code, amount="1e9"),
            row(10, firm.tax_code, evidence=None),
            row(11, firm.tax_code),
            row(12, firm.tax_code),
            row(13, firm.tax_code, agency="Sở Nào Đó"),
        ],
        by=officer,
    )
    assert (import_.counts["good"], import_.counts["bad"]) == (2, 11)
    columns = {
        number: [problem[0] for problem in problems] for number, _cells, problems in workbooks.rows_of(import_, "bad")
    }
    assert columns == {
        4: ["tax_code"],
        5: ["kind"],
        6: ["delivered_on"],
        7: ["started_on"],
        8: ["delivered_on"],
        9: ["money_source"],
        10: ["amount_vnd"],
        11: ["amount_vnd"],
        12: ["evidence"],
        14: ["what"],
        15: ["agency"],
    }
    with override("en"):
        bad = {number: problems for number, _cells, problems in workbooks.rows_of(import_, "bad")}
        assert "row 13" in workbooks.words(kinds()["support"], import_, bad[14][0])
    assert SupportRecord.objects.count() == 1


def test_what_is_already_recorded_is_not_recorded_again(officer):
    firm = make_enterprise()
    applied([row(1, firm.tax_code)], by=officer)
    import_ = sent([row(1, firm.tax_code), row(2, firm.tax_code, what="Vé máy bay")], by=officer)
    assert (import_.counts["good"], import_.counts["bad"]) == (1, 1)


def test_the_same_file_twice_changes_nothing(officer):
    rows = [row(1, make_enterprise().tax_code)]
    applied(rows, by=officer)
    with pytest.raises(services.AlreadyHere):
        sent(rows, by=officer)
    assert SupportRecord.objects.count() == 1


def test_a_bad_row_says_all_that_is_wrong_with_it(officer):
    wrong = {"area": "9", "delivered": date(2036, 5, 20), "amount": -1}
    import_ = sent([row(1, make_enterprise().tax_code, **wrong), row(2, "0100109107", delivered="hôm qua")], by=officer)
    found = [[problem[0] for problem in problems] for _row, _cells, problems in workbooks.rows_of(import_, "bad")]
    assert found == [["amount_vnd", "content_area", "delivered_on"], ["tax_code", "delivered_on"]]


def test_a_whole_import_is_undone_while_nothing_was_built_on_it(officer):
    import_ = applied([row(1, make_enterprise().tax_code)], by=officer)
    services.undo_import(import_=import_, reason="Nhầm tệp", by=officer, now=NOW)
    worked(import_)
    record = SupportRecord.objects.get()
    assert (record.withdrawn, record.withdrawn_reason, record.version) == (True, "Nhầm tệp", 2)
    assert not SupportRevision.objects.current().exists()
    assert history_of(record)[0].reason == "Nhầm tệp"


def test_an_import_whose_record_was_corrected_is_not_undone(officer):
    import_ = applied([row(1, make_enterprise().tax_code)], by=officer)
    later = NOW + timedelta(hours=1)
    correct_support(
        record=SupportRecord.objects.get(), version=1, by=officer, now=later, reason="Sai", what="Hai gian hàng"
    )
    with pytest.raises(Refused, match="HC-2026-01"):
        services.undo_import(import_=import_, reason="Nhầm tệp", by=officer, now=later)
    import_.refresh_from_db()
    assert import_.state == Import.State.APPLIED
    assert not SupportRecord.objects.get().withdrawn


def test_a_merged_enterprises_rows_go_to_its_root(officer):
    root, double = make_enterprise(), make_enterprise()
    type(double).objects.filter(pk=double.pk).update(merged_into=root, merged_at=NOW)
    applied([row(1, double.tax_code)], by=officer)
    assert SupportRecord.objects.get().enterprise == root


def test_a_code_given_to_another_activity_or_year_is_pointed_out(officer):
    one, other = make_enterprise().tax_code, make_enterprise().tax_code
    make_support(activity="Hội chợ Hà Nội", activity_code="HC-2026-01", delivered_on=date(2026, 5, 20))
    rows = [
        row(1, one),
        row(2, other, activity="Lớp quản trị"),
        row(3, one, activity_code="DT-1", activity="Lớp quản trị"),
        row(4, other, activity_code="DT-1", activity="Lớp an toàn"),
        row(5, other, delivered=date(2025, 5, 20)),
    ]
    import_ = sent(rows, by=officer)
    assert (import_.counts["good"], import_.counts["bad"]) == (5, 0)
    flags = {number: problems for number, _cells, problems in workbooks.rows_of(import_, "flag")}
    with override("vi"):
        said = {number: workbooks.words(kinds()["support"], import_, first) for number, (first,) in flags.items()}
    assert set(said) == {4, 6, 7}
    assert "“Hội chợ Hà Nội”" in said[4] and "Dòng 5" in said[6] and "trong năm 2026" in said[7]


def test_a_code_is_compared_with_all_that_is_easily_mistaken(officer):
    firm = make_enterprise().tax_code
    make_support(activity="Hội chợ Hà Nội", activity_code="HC-2026-02", delivered_on=date(2026, 5, 20))
    codes = ["HC-2026-2", "H\u0421-2026-02", "DT-09", "\u0110T-9", "HC-2026-20"]
    import_ = sent([row(n, firm, activity_code=code, what=f"Gian {n}") for n, code in enumerate(codes)], by=officer)
    found = {number: given for number, _cells, ((*_, given),) in workbooks.rows_of(import_, "flag")}
    assert [given["other"] for given in found.values()] == ["HC-2026-02", "HC-2026-02", "DT-09"]


def test_a_code_is_one_however_it_is_written(officer):
    firm = make_enterprise().tax_code
    codes = ["hc-fu2-02", "HC–FU2–02", "HC - FU2 - 02 ", "HC FU2.02"]
    import_ = applied(
        [row(number, firm, activity_code=code, what=f"Gian {number}") for number, code in enumerate(codes)], by=officer
    )
    assert set(SupportRecord.objects.values_list("activity_code", flat=True)) == {"HC-FU2-02", "HC FU2.02"}
    assert turns_by_year(TurnRule())[0]["turns"] == 2
    ((number, _cells, ((_key, _letter, _text, given),)),) = workbooks.rows_of(import_, "flag")
    assert (number, given) == (6, {"code": "HC FU2.02", "other": "HC-FU2-02"})


def test_every_letter_that_looks_like_d_with_a_stroke_is_one(officer):
    firm, codes = make_enterprise().tax_code, ("ĐT-09", "\u00d0T-09", "\u0189T-09")
    applied([row(n, firm, activity_code=code, what=f"Lớp {n}") for n, code in enumerate(codes)], by=officer)
    assert set(SupportRecord.objects.values_list("activity_code", flat=True)) == {"ĐT-09"}
    assert turns_by_year(TurnRule())[0]["turns"] == 1


def test_another_year_of_a_code_within_the_file_is_pointed_out(officer):
    one, other = make_enterprise().tax_code, make_enterprise().tax_code
    rows = [
        row(1, one, delivered=date(2025, 12, 20)),
        row(2, other, delivered=date(2026, 1, 2)),
        row(3, other, delivered=date(2025, 12, 21)),
    ]
    import_ = sent(rows, by=officer)
    ((number, _cells, (problem,)),) = workbooks.rows_of(import_, "flag")
    with override("vi"):
        said = workbooks.words(kinds()["support"], import_, problem)
    assert number == 4 and "Dòng 3 của tệp" in said and "năm 2025" in said


def test_another_type_of_activity_under_a_code_is_pointed_out_where_the_file_says_one(officer):
    one, other = make_enterprise().tax_code, make_enterprise().tax_code
    applied([row(1, one)], by=officer)
    recorded = SupportRecord.objects.get().activity_type
    for number, (type_, doubts) in enumerate(
        (("hội nghị", 1), ("", 0), (str(ActivityType(recorded).label), 0)), start=2
    ):
        import_ = sent([row(number, other, type=type_)], by=officer)
        assert (import_.counts["good"], import_.counts["flags"]) == (1, doubts)


def test_only_officers_and_heads_import(officer):
    with pytest.raises(NotAllowed):
        sent([row(1, make_enterprise().tax_code)], by=make_director())
