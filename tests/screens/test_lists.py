import csv
import io
import re

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from accounts.models import Office, User
from documents.cells import NumberStyle, plain_number
from screens import tables
from screens.exports import csv_lines
from screens.lists import BulkAction, BulkResult, FilterSet, SearchFilter, Sheet, bulk_results, show_list
from screens.models import SavedView
from tests.factories import make_officer

pytestmark = pytest.mark.django_db


class PeopleTable(tables.Table):
    full_name = tables.LinkColumn(
        verbose_name="Họ tên", route="screens:delete_view", second="email", second_label="Thư điện tử"
    )
    email = tables.CodeColumn(verbose_name="Thư điện tử")
    version = tables.MoneyColumn(verbose_name="Vốn", unit=1000, total=True)
    is_active = tables.BooleanColumn(verbose_name="Hoạt động")
    synthetic = tables.TagColumn(
        verbose_name="Loại", choices=[(True, "Giả định"), (False, "Thật")], kinds={True: "warn"}
    )
    disabled_at = tables.DateTimeColumn(verbose_name="Ngừng lúc")
    initials = tables.Column(verbose_name="Tắt", fields=["full_name"], compute=lambda record: record["full_name"][:1])

    class Meta:
        shown = ["full_name", "version", "synthetic", "initials"]


class PeopleFilter(FilterSet):
    advanced = ("version",)
    q = SearchFilter(label="Tên", folded=("full_name",))

    class Meta:
        model = User
        fields = ["synthetic", "version"]


def people(count, **fields):
    mail = f"p{fields.get('phone', '')}"
    User.objects.bulk_create(
        [
            User(email=f"{mail}{number:06d}@so.example", full_name=f"ong {number:06d}", version=number + 1, **fields)
            for number in range(count)
        ],
        batch_size=2000,
    )


@pytest.fixture
def officer():
    return make_officer(full_name="zz nguoi xem")


def asked(officer, query="", **headers):
    request = RequestFactory().get(f"/people/?{query}", headers=headers)
    request.user = officer
    request.session = {}
    request.resolver_match = None
    request._messages = FallbackStorage(request)
    return request


def listed(officer, query="", *, headers=None, **kwargs):
    kwargs.setdefault("ordering", ("full_name",))
    kwargs.setdefault("queryset", User.objects.all())
    return show_list(
        asked(officer, query, **(headers or {})),
        name="people",
        title="Danh sách người",
        table_class=PeopleTable,
        filterset_class=PeopleFilter,
        **kwargs,
    )


def page_of(answer):
    return answer.content.decode()


def names_on(page):
    return re.findall(r">(ong \d+|zz nguoi xem)</a>", page)


def test_a_page_shows_fifty_rows_in_the_lists_own_order_and_the_next_page_the_rest(officer):
    people(60)
    assert names_on(page_of(listed(officer))) == [f"ong {number:06d}" for number in range(50)]
    assert names_on(page_of(listed(officer, "page=2"))) == [f"ong {n:06d}" for n in range(50, 60)] + ["zz nguoi xem"]


def test_a_page_past_the_end_leads_to_the_last(officer):
    people(60)
    assert listed(officer, "page=9")["Location"] == "/people/?page=2"
    assert listed(officer, "page=x").status_code == 200


def test_sorting_turns_around_and_unknown_columns_change_nothing(officer):
    people(3)
    assert names_on(page_of(listed(officer, "sort=-full_name")))[0] == "zz nguoi xem"
    assert 'aria-sort="descending"' in page_of(listed(officer, "sort=-full_name"))
    assert names_on(page_of(listed(officer, "sort=password")))[0] == "ong 000000"
    assert names_on(page_of(listed(officer, "sort=initials")))[0] == "ong 000000"


def test_what_is_not_known_comes_last_both_ways(officer, now):
    people(2)
    User.objects.filter(email="p000001@so.example").update(is_active=False, disabled_at=now)
    for sort in ("disabled_at", "-disabled_at"):
        assert names_on(page_of(listed(officer, f"sort={sort}")))[0] == "ong 000001"


def test_filters_narrow_and_say_when_nothing_matches(officer):
    people(3)
    assert names_on(page_of(listed(officer, "q=000002"))) == ["ong 000002"]
    page = page_of(listed(officer, "q=khong-co"))
    assert "Không có dòng nào khớp điều kiện lọc" in page and 'href="?view=all"' in page


def test_a_filter_that_cannot_be_read_shows_no_rows_and_says_so(officer):
    people(1)
    page = page_of(listed(officer, "version=abc"))
    assert names_on(page) == []
    assert 'id="filter_version_error"' in page


def test_an_empty_list_says_what_to_do(officer):
    page = page_of(listed(officer, queryset=User.objects.none(), empty="Hãy nhập danh sách từ tệp."))
    assert "Hãy nhập danh sách từ tệp." in page


def test_columns_are_chosen_in_the_address_and_the_first_always_stays(officer):
    people(1)
    page = page_of(listed(officer, "column=email&column=initials"))
    assert re.findall(r'id="sort-(\w+)"', page) == ["full_name", "email"]
    assert "p000000@so.example" in page and "Tắt" in page


def test_counts_are_exact_to_ten_thousand_then_say_more_than(officer):
    people(120)
    assert "121 dòng" in page_of(listed(officer))
    people_more = [User(email=f"q{n}@so.example", full_name=f"ong q{n}") for n in range(9_900)]
    User.objects.bulk_create(people_more, batch_size=2000)
    page = page_of(listed(officer))
    assert "hơn 10.000 dòng" in page
    assert listed(officer, "page=150").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(officer, django_assert_max_num_queries):
    listed(officer)
    people(3)
    with django_assert_max_num_queries(3):
        listed(officer)
    people(120, phone="1")
    with django_assert_max_num_queries(3):
        listed(officer)


def test_htmx_gets_only_the_list(officer):
    people(1)
    answer = page_of(listed(officer, headers={"HX-Request": "true", "HX-Target": "list"}))
    assert answer.lstrip().startswith('<div id="list"') and "<html" not in answer


def test_the_table_is_named_and_its_first_column_heads_the_row(officer):
    people(1)
    page = page_of(listed(officer))
    assert '<caption id="caption" class="visually-hidden">Danh sách người</caption>' in page
    assert '<th scope="row" class="text">' in page and 'tabindex="0"' in page and 'scope="col"' in page


def test_rows_can_be_chosen_when_there_is_something_to_do_with_them(officer):
    people(1)
    page = page_of(listed(officer, actions=[BulkAction("stop", "Ngừng", "/stop/")]))
    key = User.objects.get(email="p000000@so.example").public_id
    assert f'name="chosen" value="{key}" aria-labelledby="row-1"' in page
    assert '<th scope="row" id="row-1" class="text"><a' in page
    assert 'formaction="/stop/"' in page and 'name="operation_key"' in page
    assert 'name="chosen"' not in page_of(listed(officer))


def test_only_rows_on_which_the_reader_may_act_have_a_box(officer):
    people(3)
    actions = [BulkAction("stop", "Ngừng", "/stop/")]
    allowed = User.objects.filter(email="p000001@so.example")
    page = page_of(listed(officer, actions=actions, choosable=allowed))
    assert re.findall(r'name="chosen" value="([^"]+)"', page) == [str(allowed.get().public_id)]
    page = page_of(listed(officer, actions=actions, choosable=allowed.none()))
    assert 'name="chosen"' not in page and "/stop/" not in page


STOP = [BulkAction("stop", "Ngừng", "/stop/")]


def offered_sizes(page):
    part = page.partition('class="page-sizes"')[2].partition("</nav>")[0]
    return [
        (size, current != "") for current, size in re.findall(r'<a href="[^"]*"( aria-current="true")?>(\d+)</a>', part)
    ]


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", 50), ("rows=50", 50), ("rows=200", 200), ("rows=500", 500), ("rows=499", 50), ("rows=0", 50), ("rows=-1", 50),
     ("rows=100000", 50), ("rows=", 50), ("rows=tat-ca", 50), ("rows=٢٠٠", 50), ("rows=500&rows=50", 50)],
)  # fmt: skip
def test_a_page_of_rows_to_choose_is_as_long_as_was_asked_for_within_what_is_offered(officer, query, shown):
    people(620)
    page = page_of(listed(officer, query, actions=STOP))
    assert len(names_on(page)) == page.count('name="chosen"') == shown
    assert offered_sizes(page) == [(str(size), size == shown) for size in (50, 200, 500)]
    assert f"Chọn tất cả {shown} dòng trên trang này" in page


def test_longer_pages_are_offered_only_where_they_help_and_rows_can_be_chosen(officer):
    people(49)  # with the officer just a page
    assert offered_sizes(page_of(listed(officer, actions=STOP))) == []
    assert offered_sizes(page_of(listed(officer, "rows=200", actions=STOP))) == [("50", False), ("200", True)]
    people(70, phone="1")
    assert offered_sizes(page_of(listed(officer, actions=STOP))) == [("50", True), ("200", False)]
    assert offered_sizes(page_of(listed(officer))) == []
    assert len(names_on(page_of(listed(officer, "rows=200")))) == 50
    assert offered_sizes(page_of(listed(officer, actions=STOP, choosable=User.objects.none()))) == []
    far = page_of(listed(officer, "rows=200", actions=STOP, choosable=User.objects.none()))  # and the way back
    assert offered_sizes(far) == [("50", False), ("200", True)]


def test_the_length_of_a_page_goes_with_filter_order_columns_and_paging(officer):
    people(450)
    page = page_of(listed(officer, "rows=200&q=ong&sort=-full_name&page=2", actions=STOP))
    assert names_on(page) == [f"ong {n:06d}" for n in range(249, 49, -1)]
    links = set(re.findall(r'href="(\?[^"]*page=\d)"', page))
    assert {link.replace("&amp;", "&") for link in links} == {
        f"?rows=200&q=ong&sort=-full_name&page={number}" for number in (1, 2, 3)
    }
    assert 'href="?rows=500&amp;q=ong&amp;sort=-full_name"' in page and 'href="?q=ong&amp;sort=-full_name"' in page
    assert page.count('<input type="hidden" name="rows" value="200">') == 2  # of the filters and of the columns
    assert listed(officer, "rows=200&page=9", actions=STOP)["Location"] == "/people/?rows=200&page=3"
    assert 'name="query" value="rows=200&amp;q=ong&amp;sort=-full_name"' in page


def test_all_rows_of_a_page_are_chosen_by_one_box_that_says_how_many_have_one(officer):
    people(3)
    allowed = User.objects.filter(email__in=["p000001@so.example", "p000002@so.example"])
    page = page_of(listed(officer, actions=STOP, choosable=allowed))
    box = page.partition("data-choose-all-part")[2].partition("</p>")[0]
    assert box.startswith(' hidden><label><input type="checkbox" data-choose-all')  # shown by the script that it needs
    assert "Chọn tất cả 2 dòng trên trang này</label>" in box
    assert "data-choose-all" not in page_of(listed(officer))


def test_the_number_of_queries_does_not_grow_with_the_length_of_the_page(officer, django_assert_num_queries):
    people(620)
    listed(officer, actions=STOP)
    for query in ("", "rows=500"):
        with django_assert_num_queries(3):  # the views, the rows with their count, and which of them may be chosen
            listed(officer, query, actions=STOP, choosable=User.objects.all())


def test_results_of_hundreds_of_rows_push_older_ones_out_of_the_session(officer):
    request = asked(officer)

    def acted(count):
        results = [BulkResult(str(number), True, "Đã xác nhận.") for number in range(count)]
        return bulk_results(request, title="Kết quả", results=results, back="/people/")["Location"]

    def kept():
        return [len(each["rows"]) for each in request.session["bulk_results"].values()]

    for count, wanted in ((3, [3]), (500, [3, 500]), (500, [500, 500]), (1, [500, 1]), (4000, [4000]), (1, [1])):
        address = acted(count)
        assert kept() == wanted and list(request.session["bulk_results"])[-1] in address


def test_results_of_a_bulk_act_are_told_row_by_row_at_an_address_of_their_own(client, officer):
    results = [BulkResult("A", True, "Đã xác nhận.", "/people/a/"), BulkResult("B", False, "Số liệu chưa đủ.")]
    client.force_login(officer)
    session, request = client.session, asked(officer)
    request.session = session
    addresses = [
        bulk_results(request, title="Kết quả", results=results, back="/people/")["Location"] for _n in range(6)
    ]
    session.save()
    for _loaded_again in range(2):
        answer = client.get(addresses[-1])
        page = page_of(answer)
        assert answer.status_code == 200 and 'href="/people/a/"' in page and 'href="/people/"' in page
    assert (
        "Thực hiện được 1 dòng; chưa thực hiện được 1 dòng." in page
        and "Từ chối" not in page
        and "Số liệu chưa đủ." in page
    )
    assert [client.get(address).status_code for address in addresses] == [410, *[200] * 5]  # the latest five are kept
    client.force_login(make_officer())
    gone = client.get(addresses[-1])
    assert gone.status_code == 410 and "không còn được lưu" in page_of(gone) and "chưa đủ" not in page_of(gone)


# --- saved views -----------------------------------------------------------------------------------


def test_a_view_is_kept_shown_as_a_tab_and_removed_by_its_owner_only(client, officer):
    client.force_login(officer)
    answer = client.post(
        reverse("screens:save_view"),
        {"list_name": "people", "label": "Giả định", "query": "synthetic=true&sort=-version", "next": "/people/"},
    )
    view = SavedView.objects.get()
    assert answer["Location"] == f"/people/?synthetic=true&sort=-version&view={view.public_id}"
    assert f'view={view.public_id}">Giả định</a>' in page_of(listed(officer))

    stranger = make_officer()
    assert str(view.public_id) not in page_of(listed(stranger))
    client.force_login(stranger)
    assert client.post(reverse("screens:delete_view", args=[view.public_id])).status_code == 404
    client.force_login(officer)
    client.post(reverse("screens:delete_view", args=[view.public_id]), {"next": "/people/"})
    assert not SavedView.objects.exists()


def test_the_default_view_opens_a_bare_address_and_all_rows_stay_one_click_away(client, officer):
    client.force_login(officer)
    for label in ("Một", "Hai"):
        client.post(
            reverse("screens:save_view"),
            {"list_name": "people", "label": label, "query": "sort=-version", "is_default": "yes", "next": "/people/"},
        )
    assert [view.label for view in SavedView.objects.filter(is_default=True)] == ["Hai"]
    assert listed(officer)["Location"].startswith("/people/?sort=-version&view=")
    assert listed(officer, "view=all").status_code == 200


def test_the_same_name_again_replaces_the_view(client, officer):
    client.force_login(officer)
    for query in ("sort=email", "sort=-email"):
        client.post(reverse("screens:save_view"), {"list_name": "people", "label": "Một", "query": query, "next": "/"})
    assert [view.query for view in SavedView.objects.all()] == ["sort=-email"]


# --- exports -----------------------------------------------------------------------------------------


def content_of(answer):
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:  # answer.close() would also end the test's database connection
        close()
    return content


def sheet_of(answer):
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content_of(answer))).active.rows]


def lines_of(answer):
    return list(csv.reader(io.StringIO(content_of(answer).decode("utf-8-sig")), delimiter=";"))


def test_the_excel_file_is_the_list_as_filtered_sorted_and_with_its_columns(officer):
    people(60)
    answer = listed(officer, "sort=-version&column=version&column=initials&q=ong", export_name="nguoi")
    rows = sheet_of(
        listed(officer, "sort=-version&column=version&column=initials&q=ong&export=xlsx", export_name="nguoi")
    )
    assert rows[0] == ["Họ tên", "Thư điện tử", "Vốn (nghìn đồng)", "Tắt"]
    assert [row[0] for row in rows[1:51]] == names_on(page_of(answer))
    assert len(rows) == 61
    assert rows[1] == ["ong 000059", "p000059@so.example", 0.06, "o"]


def test_the_csv_file_has_a_bom_and_the_unit_of_its_heading(officer):
    people(2)
    answer = listed(officer, "column=version&column=is_active&export=csv&q=ong")
    content = content_of(answer)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert lines == [
        ["Họ tên", "Thư điện tử", "Vốn (nghìn đồng)", "Hoạt động"],
        ["ong 000000", "p000000@so.example", "0,0010", "có"],
        ["ong 000001", "p000001@so.example", "0,0020", "có"],
    ]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_text_never_becomes_a_formula(officer, start):
    user = User.objects.create(email="x@so.example", full_name=f"{start} ong")
    cell = lines_of(listed(officer, "q=ong&export=csv"))[1][0]
    assert cell[0] == " " and cell.strip() == user.full_name.strip()
    book = load_workbook(io.BytesIO(content_of(listed(officer, "q=ong&export=xlsx"))))
    assert (book.active["A2"].data_type, str(book.active["A2"].value).strip()) == ("s", user.full_name.strip())


def test_csv_is_written_as_an_excel_of_the_language_of_the_page_reads_it_and_our_reader_reads_it_back():
    columns = [tables.Column(verbose_name="Tên; hiệu"), tables.MoneyColumn(verbose_name="Vốn", unit=10**6)]
    rows = [("a", 12_500_000), ("b", 1_345_678), ("c", 12_345_000), ("d", 796_037_754_262), ("e", None)]
    with translation.override("vi"):
        vietnamese = "".join(csv_lines(columns, rows)).splitlines()
    with translation.override("en"):
        english = "".join(csv_lines(columns, rows)).splitlines()
    assert vietnamese == [
        '\ufeff"Tên; hiệu";Vốn (triệu đồng)',
        "a;12,5",
        "b;1,345678",
        "c;12,3450",
        "d;796037,754262",
        "e;",
    ]
    assert english[1:4] == ["a,12.5", "b,1.345678", "c,12.3450"]
    for lines, sign in ((vietnamese, ";"), (english, ",")):
        read = [plain_number(line.split(sign)[1], NumberStyle()) for line in lines[1:5]]
        assert [number * 10**6 for number in read] == [amount for _name, amount in rows[:4]]


def test_negative_numbers_stay_numbers():
    column = tables.MoneyColumn(verbose_name="Chênh lệch")
    assert "".join(csv_lines([column], [(-5,)])).splitlines()[1] == "-5"


def test_the_printed_form_has_its_wording_numbers_sums_and_signatures(officer):
    people(3)
    sheet = Sheet(office="Sở Công Thương", period="Năm 2025", unit="nghìn đồng")
    page = page_of(listed(officer, "q=ong&column=version&export=print&sheet_title=Bi%E1%BB%83u%2001", sheet=sheet))
    for words in (
        "Sở Công Thương",
        "Năm 2025",
        "Biểu 01",
        "Đơn vị tính: nghìn đồng",
        "Người lập biểu",
        "Kế toán trưởng",
        "Thủ trưởng đơn vị",
    ):
        assert words in page
    assert page.count("(Ký, ghi rõ họ tên)") == 3 and page.count("Hà Nội, ngày … tháng … năm …") == 1
    assert re.search(r'class="total".*0,006', page, re.DOTALL)
    assert '<td class="num">3</td>' in page
    assert "(Tên: ong)" in page  # a list of some rows is not taken for the whole


def test_a_printed_form_says_which_rows_it_holds(officer):
    people(3)
    page = page_of(listed(officer, "synthetic=false&version=1&export=print"))
    assert re.search(r"\([^()]+: Không; [^()]+: 1\)", page)
    page = page_of(listed(officer, "version=1&export=print", sheet=Sheet(period="Bản 1")))
    assert "(" not in page.partition("Bản 1")[2].partition("</div>")[0]


def test_a_printed_form_of_the_portal_names_the_body_above_the_office_and_may_name_others(officer):
    people(1)
    page = page_of(listed(officer, "q=ong&export=print"))
    heading = re.sub(r"\s*<[^>]+>\s*", "|", page.partition('class="sheet-head"')[2].partition('class="sheet-title"')[0])
    assert re.search(r"ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI\|+SỞ CÔNG THƯƠNG\|", heading)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in heading
    page = page_of(listed(officer, "q=ong&export=print&sheet_superior=B%E1%BB%98%20C%C3%94NG%20TH%C6%AF%C6%A0NG"))
    assert "<p>BỘ CÔNG THƯƠNG</p>" in page and "ỦY BAN NHÂN DÂN" not in page
    page = page_of(listed(officer, "q=ong&export=print", sheet=Sheet(office="Trung tâm Khuyến công")))
    assert "Trung tâm Khuyến công" in page and "ỦY BAN NHÂN DÂN" not in page


def test_too_long_a_printed_form_is_refused_with_a_sentence(officer, monkeypatch):
    people(3)
    monkeypatch.setattr("screens.lists.PRINTED_ROWS", 2)
    assert listed(officer, "export=print")["Location"] == "/people/?"


def test_an_export_is_told_before_rows_leave(officer):
    told = []
    listed(officer, "export=csv", on_export=told.append)
    assert told == ["csv"]


def test_every_column_reads_the_same_on_screen_and_in_files(officer, now):
    people(1)
    every = "&".join(f"column={name}" for name in PeopleTable.base_columns)
    assert len(sheet_of(listed(officer, f"{every}&export=xlsx"))[0]) == len(PeopleTable.base_columns)
    assert Office.objects.count() == 1


def test_year_is_written_without_grouping_as_a_code_and_as_a_link():
    assert tables.CodeColumn(verbose_name="Năm").text(2026) == "2026"
    assert tables.LinkColumn(verbose_name="Năm", route="x").text(2026) == "2026"
