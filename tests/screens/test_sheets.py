import re
from fractions import Fraction

import pytest
from django.test import RequestFactory
from django.utils import translation

from accounts.models import User
from screens import tables
from screens.lists import show_list
from screens.sheets import Sheet, on_paper, render_sheet, roman
from tests.factories import make_officer


@pytest.fixture(autouse=True)
def in_vietnamese():
    with translation.override("vi"):
        yield


def comparison_columns():
    """What a finance form compares: plan, this period, so far, the same period of last year, and the shares."""
    money = {"unit": 10**6, "total": True}
    return [
        tables.Column(verbose_name="Nhiệm vụ", accessor="task"),
        tables.MoneyColumn(verbose_name="Kế hoạch", accessor="planned", **money),
        tables.MoneyColumn(verbose_name="Ước thực hiện kỳ", accessor="expected", **money),
        tables.MoneyColumn(verbose_name="Lũy kế", accessor="done", **money),
        tables.MoneyColumn(verbose_name="Cùng kỳ", accessor="before", **money),
        tables.ShareColumn(verbose_name="% kế hoạch", accessor="of_plan", part="done", whole="planned"),
        tables.ShareColumn(verbose_name="% cùng kỳ", accessor="of_before", part="done", whole="before"),
    ]


def row(task, area, planned, expected, done, before):
    column = tables.ShareColumn
    millions = [None if amount is None else amount * 10**6 for amount in (planned, expected, done, before)]
    return (task, *millions, column.share(millions[2], millions[0]), column.share(millions[2], millions[3]), area)


ROWS = [
    row("Hội chợ", "Xúc tiến", 100, 10, 90, None),
    row("Đào tạo", "Nhân lực", 400, 20, 30, 60),
    row("Gian hàng", "Xúc tiến", 300, 30, 10, 50),
]


def area(of):
    return of[-1]


def said(line):
    return [line.number, line.label, *(cell.text for cell in line.cells)]


def test_groups_stand_in_the_order_they_come_up_with_the_sums_of_their_own_rows():
    parts, total = on_paper(comparison_columns(), ROWS, area)
    assert [(said(part.heading), [said(line) for line in part.lines]) for part in parts] == [
        (
            ["I", "Xúc tiến", "400", "40", "100", "50", "25,0\u00a0%", "200,0\u00a0%"],
            [
                ["1", "", "Hội chợ", "100", "10", "90", "–", "90,0\u00a0%", "–"],
                ["2", "", "Gian hàng", "300", "30", "10", "50", "3,3\u00a0%", "20,0\u00a0%"],
            ],
        ),
        (
            ["II", "Nhân lực", "400", "20", "30", "60", "7,5\u00a0%", "50,0\u00a0%"],
            [["1", "", "Đào tạo", "400", "20", "30", "60", "7,5\u00a0%", "50,0\u00a0%"]],
        ),
    ]
    assert said(total) == ["", "Tổng cộng", "800", "60", "130", "110", "16,3\u00a0%", "118,2\u00a0%"]
    assert (parts[0].heading.span, total.span) == (1, 1)


def test_without_groups_rows_are_numbered_through_and_without_totals_there_is_no_line_of_sums():
    columns = [tables.Column(verbose_name="Tên"), tables.NumberColumn(verbose_name="Lao động")]
    parts, total = on_paper(columns, [("Một", 1), ("Hai", None)])
    assert [said(line) for part in parts for line in part.lines] == [["1", "", "Một", "1"], ["2", "", "Hai", "–"]]
    assert (parts[0].heading, total) == (None, None)


def test_a_group_without_sums_takes_the_whole_line():
    columns = [tables.Column(verbose_name="Tên"), tables.NumberColumn(verbose_name="Lao động")]
    (part,), _total = on_paper(columns, [("Một", 1)], lambda _row: "Nhóm A")
    assert (part.heading.number, part.heading.label, part.heading.span, part.heading.cells) == ("I", "Nhóm A", 2, [])


def test_where_the_first_column_has_a_sum_the_label_stands_with_the_number():
    (part,), total = on_paper([tables.NumberColumn(verbose_name="Số", total=True)], [(1,), (2,)], lambda _row: "Nhóm")
    assert (said(part.heading), said(total)) == (["I. Nhóm", "", "3"], ["Tổng cộng", "", "3"])


def test_a_share_of_sums_is_empty_where_one_of_the_two_is_not_shown():
    task, planned, _expected, _done, _before, share, _share = comparison_columns()
    _parts, total = on_paper([task, planned, share], [("Hội chợ", 10**6, Fraction(1, 2))])
    assert said(total) == ["", "Tổng cộng", "1", ""]


def test_of_nothing_there_is_no_share():
    assert tables.ShareColumn.share(5, 0) is None
    assert tables.ShareColumn.share(None, 5) is None
    assert tables.ShareColumn.share(0, 5) == 0


@pytest.mark.parametrize(
    ("number", "letters"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (40, "XL"), (99, "XCIX"), (2026, "MMXXVI")]
)
def test_groups_are_numbered_in_roman(number, letters):
    assert roman(number) == letters


@pytest.mark.django_db
def test_a_page_shows_each_group_as_a_part_of_the_table_with_its_heading_and_unit():
    request = RequestFactory().get("/?sheet_unit=tri%E1%BB%87u%20%C4%91%E1%BB%93ng")
    request.user, request.resolver_match = make_officer(), None
    answer = render_sheet(
        request, title="Biểu 03", columns=comparison_columns(), rows=ROWS, sheet=Sheet(), back="/", groups=area
    )
    page = answer.content.decode()
    assert page.count("<tbody>") == 3
    assert '<th scope="rowgroup" class="text" colspan="1">Xúc tiến</th>' in page
    assert '<th scope="row" class="text" colspan="1">Tổng cộng</th>' in page
    assert "Đơn vị tính: triệu đồng" in page


class PeopleTable(tables.Table):
    full_name = tables.Column(verbose_name="Họ tên", second="email", second_label="Thư điện tử")
    version = tables.MoneyColumn(verbose_name="Vốn", total=True)
    synthetic = tables.TagColumn(verbose_name="Loại", choices=[(True, "Giả định"), (False, "Thật")])
    phone = tables.CodeColumn(verbose_name="Điện thoại")
    initials = tables.Column(verbose_name="Tắt", fields=["full_name"], compute=lambda record: record["full_name"][:1])


def printed(query, group_by):
    for number, name in enumerate(["an", "binh", "chi", "an hai"]):
        User.objects.create(
            email=f"{number}@so.example", full_name=name, version=10**number, synthetic=number == 1, phone="09"
        )
    request = RequestFactory().get(f"/people/?export=print&{query}")
    request.user, request.resolver_match = make_officer(), None
    page = show_list(
        request,
        name="people",
        title="Danh sách người",
        table_class=PeopleTable,
        queryset=User.objects.filter(phone="09"),
        ordering=("version",),
        sheet=Sheet(group_by=group_by),
    ).content.decode()
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "column=version&column=phone&column=initials"])
def test_a_list_is_printed_under_the_values_of_a_column_that_need_not_be_shown(query):
    rows = printed(query, "synthetic")
    assert rows[0] == ["STT", "Họ tên", "Thư điện tử", "Vốn (đồng)", "Điện thoại", "Tắt"]
    assert rows[1:] == [
        ["I", "Thật", "1.101", "", ""],
        ["1", "an", "0@so.example", "1", "09", "a"],
        ["2", "chi", "2@so.example", "100", "09", "c"],
        ["3", "an hai", "3@so.example", "1.000", "09", "a"],
        ["II", "Giả định", "10", "", ""],
        ["1", "binh", "1@so.example", "10", "09", "b"],
        ["", "Tổng cộng", "1.111", "", ""],
    ]


@pytest.mark.django_db
def test_a_computed_column_may_give_the_groups():
    rows = printed("column=version", "initials")
    assert [row[:2] for row in rows if row[0] in ("I", "II", "III", "IV")] == [["I", "a"], ["II", "b"], ["III", "c"]]


@pytest.mark.django_db
def test_a_list_grouped_by_its_only_column_is_printed_plain():
    assert printed("column=full_name", "full_name")[1][:2] == ["1", "an"]
