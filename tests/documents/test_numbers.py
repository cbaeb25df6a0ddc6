"""Numbers of papers: without gaps where the portal counts, unique where they are typed in, void with a reason."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.roles import Role
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.loading import DATA, load_series
from documents.models import NumberCounter, NumberSeries, PaperNumber
from documents.presenting import number_source
from documents.services import numbers as services
from tests.factories import make_number, make_office, make_officer, make_series, make_user
from tests.proofs.attempts import copied, removed, updated
from tests.proofs.attempts_numbers import attempts

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
TODAY = date(2026, 11, 27)
ENTRY = {"subject": "Về việc thử", "signer": "Người ký", "recipients": "", "copies": 1, "note": ""}


@pytest.fixture
def clerk():
    return make_user(Role.RECORDS_CLERK)


def numbers_of(series):
    return list(PaperNumber.objects.filter(series=series).order_by("number").values_list("number", flat=True))


def kinds_of(row):
    return list(Event.objects.filter(object_id=row.public_id).order_by("-id").values_list("kind", flat=True))


# --- counting ----------------------------------------------------------------------------------


def test_the_portal_counts_from_one_each_year_and_writes_numbers_below_ten_with_a_zero(clerk):
    series = make_series(pattern="{number}/QĐ-SCT")
    last_year = make_number(series, dated_on=date(2025, 12, 31), by=clerk)
    given = [make_number(series, by=clerk) for _place in range(10)]
    assert last_year.symbol == "01/QĐ-SCT"
    assert [row.symbol for row in given[:2]] == ["01/QĐ-SCT", "02/QĐ-SCT"]
    assert given[9].symbol == "10/QĐ-SCT"
    assert kinds_of(given[0]) == ["number given"]


def test_each_office_counts_for_itself_only_where_the_series_says_so(clerk):
    first, second = make_office(symbol="QLCN"), make_office("KHTC")
    together = make_series(pattern="{number}/SCT-{office}")
    assert [make_number(together, office=each, by=clerk).symbol for each in (first, second)] == [
        "01/SCT-QLCN",
        "02/SCT-KHTC",
    ]
    apart = make_series(pattern="{number}/{year}/SCT-{office}", counts_each_office=True)
    assert [make_number(apart, office=each, by=clerk).symbol for each in (first, second, first)] == [
        "01/2026/SCT-QLCN",
        "01/2026/SCT-KHTC",
        "02/2026/SCT-QLCN",
    ]


def test_where_a_number_comes_from_is_said_with_the_last_one_and_the_next(clerk):
    series, office = make_series(name_vi="Quyết định", pattern="{number}/QĐ-SCT"), make_office(symbol="QLCN")
    source = "Số do Cổng cấp, là số kế tiếp của dãy số “Quyết định” năm 2026."
    assert number_source(series, office, TODAY) == f"{source} Chưa cấp số nào. Số kế tiếp là 01/QĐ-SCT."
    last = make_number(series, dated_on=TODAY, by=clerk)
    said = f"{source} Số gần nhất là 01/QĐ-SCT ngày 27/11/2026. Số kế tiếp là 02/QĐ-SCT."
    assert number_source(series, office, TODAY) == said
    services.void_number(number=last, version=1, reason="Ghi trùng", by=clerk, now=NOW)
    assert number_source(series, office, TODAY) == said
    own = make_series(name_vi="Tờ trình", pattern="{number}/TTr-{office}", counts_each_office=True)
    make_number(own, office=make_office("KHTC"), dated_on=TODAY, by=clerk)
    given = {"reason": "Sổ giấy", "by": make_user(Role.CHIEF_OF_OFFICE), "now": NOW}
    services.continue_series(series=own, office=office, year=2026, last_number=45, **given)
    said = number_source(own, office, TODAY)
    assert said.endswith("Số gần nhất, cấp trước khi dùng Cổng, là 45/TTr-QLCN. Số kế tiếp là 46/TTr-QLCN.")
    system = make_series(numbered_by="system", pattern="{number}/SCT-{office}")
    source = "Số do Hệ thống quản lý văn bản và điều hành của Thành phố cấp, văn thư nhập vào đây cùng ngày văn bản."
    assert number_source(system, office, TODAY) == f"{source} Năm 2026 chưa nhập số nào."
    for number in (812, 127):
        make_number(system, office=office, dated_on=TODAY, number=number, by=clerk)
    assert number_source(system, office, TODAY) == f"{source} Số nhập gần nhất là 127/SCT-QLCN ngày 27/11/2026."


def test_a_number_that_is_taken_names_whose_it_is_and_what_to_do(clerk):
    series = make_series(numbered_by="system", pattern="{number}/SCT-{office}")
    first, second = make_office(symbol="QLCN"), make_office(symbol="KHTC")
    make_number(series, office=first, number=127, subject="Trả lời kiến nghị", by=clerk)
    for office in (first, second):  # one number of a series is of one paper, whichever office wrote it
        with pytest.raises(Conflict) as refused:
            make_number(series, office=office, number=127, by=clerk)
        said = "Số 127/SCT-QLCN ngày 27/11/2026 đã có trong sổ, của văn bản “Trả lời kiến nghị”. Hãy tra văn bản này"
        assert str(refused.value).startswith(said) and "hủy số đó trước" in str(refused.value)
    alike = [make_series(name_vi=name, pattern="{number}/TB-SCT") for name in ("Thông báo", "Thông báo khác")]
    make_number(alike[0], by=clerk)
    with pytest.raises(Conflict, match="Dãy số “Thông báo” có cách viết số, ký hiệu giống nhau"):
        make_number(alike[1], by=clerk)


def test_what_breaks_off_before_it_is_kept_leaves_no_gap(clerk):
    series = make_series()
    make_number(series, by=clerk)
    with pytest.raises(RuntimeError), transaction.atomic():
        make_number(series, by=clerk)
        raise RuntimeError("the machine stops")
    assert make_number(series, by=clerk).number == 2
    assert numbers_of(series) == [1, 2]


def test_a_void_number_stays_with_its_reason_and_the_portal_never_gives_it_again(clerk):
    series = make_series()
    first = make_number(series, by=clerk)
    void = services.void_number(number=first, version=1, reason="Ghi trùng", by=clerk, now=NOW)
    assert (void.void_reason, void.is_void) == ("Ghi trùng", True)
    assert make_number(series, by=clerk).number == 2
    with pytest.raises(Conflict, match="đã hủy"):
        services.void_number(number=first, version=2, reason="Lần nữa", by=clerk, now=NOW)
    with pytest.raises(Conflict, match="đã hủy"):
        services.correct_number(number=first, values=ENTRY, version=2, reason="Sửa", by=clerk, now=NOW)


def test_a_paper_is_dated_in_the_order_of_its_number_and_never_ahead(clerk):
    series = make_series()
    make_number(series, by=clerk)
    with pytest.raises(Refused, match="27/11/2026"):
        make_number(series, dated_on=date(2026, 11, 26), by=clerk)
    with pytest.raises(Refused, match="hãy để văn bản chờ và cấp số đúng ngày đó"):
        make_number(series, dated_on=date(2026, 11, 28), by=clerk)


def test_the_portal_goes_on_after_numbers_that_were_given_elsewhere_once_a_year(clerk):
    series, given = make_series(), {"year": 2026, "last_number": 512, "reason": "Sổ giấy", "by": clerk, "now": NOW}
    services.continue_series(series=series, **given)
    assert make_number(series, by=clerk).number == 513
    with pytest.raises(Conflict):
        services.continue_series(series=series, **given)
    with pytest.raises(Refused, match="năm"):
        services.continue_series(series=series, **given | {"year": 2028})
    with pytest.raises(Refused, match="đơn vị"):
        services.continue_series(series=series, **given | {"year": 2027}, office=make_office())
    with pytest.raises(Refused, match="đơn vị"):
        services.continue_series(series=make_series(counts_each_office=True), **given)
    with pytest.raises(Refused, match="nhập"):
        services.continue_series(series=make_series(numbered_by="system"), **given)


# --- typed in ----------------------------------------------------------------------------------


def test_a_typed_number_stands_once_may_leave_gaps_and_is_free_again_when_it_was_void(clerk):
    series = make_series(numbered_by="system", pattern="{number}/SCT-QLCN")
    row = make_number(series, number=127, by=clerk)
    assert make_number(series, number=9, dated_on=date(2026, 3, 1), by=clerk).symbol == "09/SCT-QLCN"
    with pytest.raises(Conflict, match="127/SCT-QLCN"):
        make_number(series, number=127, by=clerk)
    services.void_number(number=row, version=1, reason="Nhập sai", by=clerk, now=NOW)
    assert make_number(series, number=127, by=clerk).symbol == "127/SCT-QLCN"
    with pytest.raises(Refused, match="Nhập số"):
        make_number(series, by=clerk)
    with pytest.raises(Refused, match="để trống"):
        make_number(make_series(), number=5, by=clerk)


def test_two_series_never_give_the_same_number_and_symbol_in_a_year(clerk):
    make_number(make_series(pattern="{number}/TB-SCT"), by=clerk)
    with pytest.raises(Conflict, match="01/TB-SCT"):
        make_number(make_series(pattern="{number}/TB-SCT", numbered_by="system"), number=1, by=clerk)


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject", ["MẬT\nKế hoạch", "Báo cáo\n  TỐI MẬT  ", "Độ mật: Mật. Về việc khác", "MẬT: Kế hoạch"]
)
def test_a_secret_paper_is_refused(clerk, subject):
    with pytest.raises(Refused, match="Không đưa văn bản mật lên hệ thống"):
        make_number(subject=subject, by=clerk)
    assert make_number(subject="Bí mật thương mại của doanh nghiệp", by=clerk).number == 1


def test_only_the_clerk_gives_numbers_and_only_from_series_that_fit(clerk):
    series, office = make_series(office=make_office()), make_office()
    with pytest.raises(NotAllowed):
        make_number(by=make_officer())
    with pytest.raises(Refused, match="không cấp số"):
        make_number(series, office=office, by=clerk)
    assert make_number(series, office=series.office, by=clerk).number == 1
    services.end_series(series=series, ended_on=TODAY, version=1, reason="Bỏ", by=clerk, now=NOW)
    with pytest.raises(Refused, match="không cấp số"):
        make_number(series, office=series.office, by=clerk)


def test_a_series_keeps_its_code_and_who_numbers_and_ends_once(clerk):
    values = {"name_vi": "Công điện", "numbered_by": "portal", "pattern": "{number}/CĐ-SCT"}
    series = services.add_series(values={"code": "CD", **values}, by=clerk, now=NOW)
    change = {"series": series, "by": clerk, "now": NOW, "reason": "Sửa"}
    edited = services.edit_series(values={"pattern": "{number}/CĐ-SCT-{year}"}, version=1, **change)
    assert edited.symbol_of(3, office=make_office(), year=2026) == "03/CĐ-SCT-2026"
    with pytest.raises(StaleVersion):
        services.edit_series(values={"note": "x"}, version=1, **change)
    for pattern in ("{number}-{number}", "{number}/{ten}", "so/QĐ"):
        with pytest.raises(Refused):
            services.edit_series(values={"pattern": pattern}, version=2, **change)
    with pytest.raises(Refused, match="CD"):
        services.add_series(values={"code": "CD", **values}, by=clerk, now=NOW)
    with pytest.raises(Refused):
        services.end_series(ended_on=date(2026, 11, 26), version=2, **change)
    services.end_series(ended_on=TODAY, version=2, **change)
    for act in (services.edit_series, services.end_series):
        given = {"values": {}} if act is services.edit_series else {"ended_on": TODAY}
        with pytest.raises(Conflict):
            act(version=3, **given, **change)
    with pytest.raises(StaleVersion):
        services.resume_series(version=2, **change)
    assert services.resume_series(version=3, **change).ended_on is None
    with pytest.raises(Conflict):
        services.resume_series(version=4, **change)
    assert kinds_of(series)[:2] == ["number series resumed", "number series ended"]
    with pytest.raises(NotAllowed):
        services.add_series(values={"code": "X", **values}, by=make_officer(), now=NOW)


def test_what_the_register_says_is_corrected_with_a_reason_and_its_number_stays(clerk):
    row = make_number(by=clerk)
    corrected = services.correct_number(
        number=row, values=ENTRY | {"subject": "Về việc khác"}, version=1, reason="Sai chính tả", by=clerk, now=NOW
    )
    assert (corrected.subject, corrected.number, corrected.version) == ("Về việc khác", 1, 2)
    assert "khac" in corrected.folded
    assert kinds_of(row) == ["number corrected", "number given"]


# --- the database ------------------------------------------------------------------------------


def refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()
    return True


@pytest.mark.parametrize(
    "values",
    [
        {"number": 0},
        {"symbol": ""},
        {"subject": ""},
        {"signer": ""},
        {"copies": 0},
        {"void_reason": "x"},
        {"voided_at": NOW},
        {"number": 7},
        {"symbol": "7/X"},
        {"dated_on": date(2026, 1, 1)},
        {"year": 2025},
    ],
)
def test_a_number_that_contradicts_itself_or_changes_is_refused(values):
    row = make_number()
    assert refused(lambda: PaperNumber.objects.filter(pk=row.pk).update(**values))


@pytest.mark.parametrize(
    "values",
    [
        {"code": ""},
        {"name_vi": ""},
        {"pattern": "QĐ"},
        {"numbered_by": "nobody"},
        {"confidence": "Z"},
        {"numbered_by": "system"},
        {"counts_each_office": True},
    ],
)
def test_a_series_that_contradicts_itself_or_changes_how_it_counts_is_refused(values):
    series = make_series()
    assert refused(lambda: NumberSeries.objects.filter(pk=series.pk).update(**values))


def test_the_database_counts_itself_and_refuses_gaps_repetitions_and_removal():
    series = make_series()
    row, typed = make_number(series), make_number(make_series(numbered_by="system"), number=4)
    counter = row.counter
    for values in ({"last_number": 5}, {"last_number": 0}, {"last_on": date(2026, 12, 1)}, {"starts_after": 3}):
        assert refused(lambda values=values: NumberCounter.objects.filter(pk=counter.pk).update(**values))
    copy = {
        field.attname: getattr(row, field.attname)
        for field in PaperNumber._meta.concrete_fields
        if field.name not in ("id", "public_id")
    }
    for change in (
        {"number": 3, "symbol": "03/x"},
        {"number": 1, "symbol": "01/x"},
        {"number": 2, "symbol": "02/x", "dated_on": date(2026, 1, 1)},
        {"number": 2, "symbol": "02/x", "dated_on": date(2025, 12, 31)},
        {"number": 2, "symbol": row.symbol},
        {"number": 2, "symbol": "02/x", "by_portal": False},
        {"number": 2, "symbol": "02/x", "series_id": typed.series_id},
        {"number": 2, "symbol": "02/x", "voided_at": NOW, "voided_by": "x", "void_reason": "x"},
    ):
        assert refused(lambda change=change: PaperNumber.objects.create(**copy | change)), change
    for thing in (row, counter, series):
        assert refused(thing.delete)
    assert PaperNumber.objects.create(**copy | {"number": 2, "symbol": "02/x"}).number == 2
    counter.refresh_from_db()
    assert (counter.last_number, counter.last_on) == (2, TODAY)


def test_a_counter_stands_once_and_begins_where_it_starts():
    series = make_series()
    make_number(series)
    for values in (
        {"series": series, "year": 2026},
        {"series": series, "year": 2027, "last_number": 3},
        {"series": series, "year": 2027, "numbered_by": "system"},
        {"series": series, "year": 2027, "starts_after": 4, "last_number": 5},
    ):
        row = NumberCounter(**{"numbered_by": "portal", **values})
        assert refused(row.save), values


def test_every_guard_of_numbers_refuses_what_the_proof_tries():
    make_number(make_series())
    make_series(ended_on=TODAY)
    for name, statements in attempts(copied, updated, removed).items():
        for statement in statements:
            with pytest.raises(IntegrityError, match=name), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


# --- loading -----------------------------------------------------------------------------------


def test_series_of_the_data_file_are_loaded_once_and_what_people_changed_stays(now, clerk, tmp_path):
    assert load_series(by="load_series", now=now).created == 18
    assert load_series(by="load_series", now=now).unchanged == 18
    series = NumberSeries.objects.get(code="TB")
    services.edit_series(
        series=series, values={"name_vi": "Thông báo của Sở"}, version=1, reason="Tên đúng", by=clerk, now=NOW
    )
    path = tmp_path / "series.csv"
    path.write_text(DATA.read_text(encoding="utf-8").replace("Kế hoạch,Plans", "Kế hoạch,Plans of work"))
    report = load_series(by="load_series", now=now, path=path)
    assert (report.updated, report.kept) == (1, ["series TB"])
    assert json.dumps(sorted(NumberSeries.objects.filter(numbered_by="system").values_list("code", flat=True))) == (
        '["CV", "VBD-HT"]'
    )
