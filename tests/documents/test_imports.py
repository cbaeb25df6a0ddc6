from datetime import timedelta
from io import BytesIO

import pytest
from django.utils.translation import override
from openpyxl import load_workbook

from accounts.models import Office
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from documents import imports, workbooks
from documents.forms.imports import ReadingForm
from documents.imports import Column, ImportKind
from documents.models import Import, ImportPart, StoredFile
from documents.reasons import sentence
from documents.services import imports as services
from documents.staging import Staged, pack_rows, unpack_rows
from documents.views.imports import sample_read
from jobs import services as jobs
from jobs.models import Job
from tests.documents.sheets import changed, tax_code, upload, workbook
from tests.factories import make_auditor, make_director, make_officer

pytestmark = pytest.mark.django_db
State = Import.State
A, B, C = tax_code(201), tax_code(202), tax_code(203)
HEAD = ["MST", "Tên", "GTSX (triệu đồng)"]


def send(kind, rows, *, by, now, year=2025, name="a.xlsx", heading=HEAD):
    data = rows if isinstance(rows, bytes) else workbook([heading, *rows])
    return services.start_import(kind=kind, file=upload(data, name), year=year, by=by, now=now)


def work(import_, now):
    """Run the import's job, as the worker does."""
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=now + timedelta(seconds=1))
    import_.refresh_from_db()
    return import_


def sent(kind, rows, *, by, now, **given):
    return work(send(kind, rows, by=by, now=now, **given), now)


def apply(import_, *, by, now):
    services.apply_import(import_=import_, by=by, now=now)
    return work(import_, now)


def offices():
    return set(Office.objects.exclude(symbol="").filter(ended_on=None).values_list("code", "name"))


def test_preview_counts_and_changes_nothing(kind, now):
    by = make_officer()
    import_ = sent(kind, [[A, "Một", 5], [B, "Hai", -1], [A, "Ba", 1], ["", "Tổng cộng", 6]], by=by, now=now)
    assert import_.state == State.PREVIEWED
    counts = import_.counts
    assert (counts["good"], counts["bad"], counts["total"]) == (1, 2, 1)
    assert offices() == set()
    bad = list(workbooks.rows_of(import_, "bad"))
    assert [(number, cells[0]) for number, cells, _problems in bad] == [(3, B), (4, A)]
    assert bad[0][2] == [["output_vnd", "C", "negative", {"value": "-1"}]]
    with override("en"):
        assert workbooks.words(kind, import_, bad[1][2][0]) == f"Column A MST: Tax code {A} stands twice."


def test_numbers_of_bad_rows_go_back_as_numbers(kind, now):
    by = make_officer()
    import_ = sent(kind, [["0190000001", "Một", 612.345], ["0190000002", "Hai", "205.082,75"]], by=by, now=now)
    with workbooks.rows_with_reasons(import_, kind) as file:
        sheet = load_workbook(file).active
    assert [sheet.cell(row, 5).value for row in (5, 6)] == [612.345, "205.082,75"]


def test_good_rows_are_imported_and_said_so(kind, now):
    by = make_officer()
    import_ = apply(sent(kind, [[A, "Một", 5], [B, "Hai", "1e9"]], by=by, now=now), by=by, now=now)
    assert import_.state == State.APPLIED
    assert import_.result == {"created": 1}
    assert offices() == {(A, "Một")}
    assert import_.applied_by == by.public_id
    assert [line.event.kind for line in history_of(import_)] == [
        "import applied",
        "import ordered",
        "import read",
        "import started",
    ]


def test_same_file_twice_changes_nothing(kind, now):
    by = make_officer()
    first = send(kind, [[A, "Một", 5]], by=by, now=now)
    before = (Import.objects.count(), StoredFile.objects.count(), Job.objects.count(), Event.objects.count())
    with pytest.raises(services.AlreadyHere) as here:
        send(kind, [[A, "Một", 5]], by=make_officer(), now=now)
    assert here.value.standing == first
    assert (Import.objects.count(), StoredFile.objects.count(), Job.objects.count()) == before[:3]


def test_same_file_for_another_year_is_another_import(kind, now):
    by = make_officer()
    assert send(kind, [[A, "Một", 5]], by=by, now=now) != send(kind, [[A, "Một", 5]], by=by, now=now, year=2024)


def test_discarded_file_can_be_sent_again(kind, now):
    by = make_officer()
    first = sent(kind, [[A, "Một", 5]], by=by, now=now)
    services.discard_import(import_=first, by=by, now=now)
    assert send(kind, [[A, "Một", 5]], by=by, now=now) != first
    assert ImportPart.objects.filter(owner=first).count() == 0


def test_second_file_of_the_year_sees_the_first(kind, now):
    by = make_officer()
    first = sent(kind, [[A, "Một", 5]], by=by, now=now)
    second = sent(kind, [[A, "Khác", 6], [B, "Hai", 5]], by=by, now=now)
    assert second.counts["flags"] == 0
    apply(first, by=by, now=now)
    services.apply_import(import_=second, by=by, now=now)
    work(second, now)
    assert second.state == State.UPLOADED
    assert offices() == {(A, "Một")}
    work(second, now)
    assert second.state == State.PREVIEWED
    assert second.counts["flags"] == 1
    assert apply(second, by=by, now=now).state == State.APPLIED
    assert offices() == {(A, "Một"), (B, "Hai")}


def test_other_years_do_not_wait_for_each_other(kind, now):
    by = make_officer()
    first = sent(kind, [[A, "Một", 5]], by=by, now=now)
    other = sent(kind, [[B, "Hai", 5]], by=by, now=now, year=2024)
    apply(first, by=by, now=now)
    assert apply(other, by=by, now=now).state == State.APPLIED


def test_import_that_fails_leaves_nothing(kind, now):
    by = make_officer()
    import_ = sent(kind, [[A, "Một", 5]], by=by, now=now)
    kind.fails = Refused("The year is closed.")
    apply(import_, by=by, now=now)
    assert import_.state == State.PREVIEWED
    assert import_.refusal["message"] == "The year is closed."
    assert offices() == set()
    kind.fails = RuntimeError("a fault")
    apply(import_, by=by, now=now)
    assert import_.state == State.PREVIEWED
    assert offices() == set()
    kind.fails = None
    assert apply(import_, by=by, now=now).state == State.APPLIED
    assert offices() == {(A, "Một")}


def test_job_delivered_twice_imports_once(kind, now):
    by = make_officer()
    import_ = apply(sent(kind, [[A, "Một", 5]], by=by, now=now), by=by, now=now)
    job = jobs.enqueue("documents.apply_import", params=import_.job.params, by=by, now=now)
    jobs.run(job.pk, now=now + timedelta(seconds=2))
    import_.refresh_from_db()
    assert import_.result == {"created": 1}


def test_undo_takes_the_whole_import_back(kind, now):
    by = make_officer()
    import_ = apply(sent(kind, [[A, "Một", 5], [B, "Hai", 5]], by=by, now=now), by=by, now=now)
    services.undo_import(import_=import_, reason="Nhầm năm", by=by, now=now)
    work(import_, now)
    assert (import_.state, import_.undo_reason) == (State.UNDONE, "Nhầm năm")
    assert offices() == set()
    assert send(kind, [[A, "Một", 5], [B, "Hai", 5]], by=by, now=now) != import_


def test_undo_is_refused_when_something_was_built_on_it(kind, now):
    by = make_officer()
    import_ = apply(sent(kind, [[A, "Một", 5]], by=by, now=now), by=by, now=now)
    services.undo_import(import_=import_, reason="Nhầm", by=by, now=now)
    kind.built_on = True
    work(import_, now)
    assert import_.state == State.APPLIED
    assert import_.refusal["message"] == "An office of this import has people."
    assert import_.job.state == "done"  # a refusal is an answer, no failed work
    with pytest.raises(Refused, match="has people"):
        services.undo_import(import_=import_, reason="Nhầm", by=by, now=now)
    assert offices() == {(A, "Một")}


def test_undo_needs_a_reason(kind, now):
    by = make_officer()
    import_ = apply(sent(kind, [[A, "Một", 5]], by=by, now=now), by=by, now=now)
    with pytest.raises(Refused):
        services.undo_import(import_=import_, reason="  ", by=by, now=now)


@pytest.mark.parametrize("state", [s for s in State if s != State.PREVIEWED])
def test_only_a_previewed_file_can_be_applied(kind, now, state):
    by = make_officer()
    import_ = sent(kind, [[A, "Một", 5]], by=by, now=now)
    import_.state = state
    if state in (State.APPLIED, State.UNDOING, State.UNDONE):
        import_.applied_at, import_.applied_by = now, by.public_id
    if state == State.UNDONE:
        import_.undone_at, import_.undone_by = now, by.public_id
    import_.save()
    with pytest.raises(Conflict):
        services.apply_import(import_=import_, by=by, now=now)


def test_who_may_not_import_is_refused_in_the_service(kind, now):
    import_ = sent(kind, [[A, "Một", 5]], by=make_officer(), now=now)
    for stranger in (make_auditor(), make_director()):
        for service, given in (
            (services.apply_import, {}),
            (services.discard_import, {}),
            (services.undo_import, {"reason": "x"}),
            (services.change_reading, {"chosen": {}}),
        ):
            with pytest.raises(NotAllowed):
                service(import_=import_, by=stranger, now=now, **given)
        with pytest.raises(NotAllowed):
            send(kind, [[B, "x", 1]], by=stranger, now=now)


def test_unit_that_is_nowhere_is_asked_before_importing(kind, now):
    by = make_officer()
    import_ = sent(kind, [[A, "Một", 5]], by=by, now=now, heading=["MST", "Tên", "GTSX"])
    assert import_.reading["questions"] == ["units"]
    with pytest.raises(Refused):
        services.apply_import(import_=import_, by=by, now=now)
    services.change_reading(import_=import_, chosen={"units": {"output_vnd": 9}}, year=2025, by=by, now=now)
    work(import_, now)
    assert import_.reading["questions"] == []
    assert import_.options["units"] == {"output_vnd": 9}
    assert next(iter(rows(import_)))[2] == [5_000_000_000]


def rows(import_):
    """The staged columns of each part, in the order tax code, name, output."""
    staged = Staged(import_, imports.kinds()[import_.kind])
    yield [list(column) for column in zip(*staged.rows(), strict=True)][1:]


def test_which_of_several_sheets_is_asked_before_importing(kind, now, client_as):
    by, head = make_officer(), ["MST", "Tên", "GTSX (đồng)"]
    file = upload(workbook([head, [A, "Một", 5]], [head, [B, "Hai", 6], [C, "Ba", 7]]))
    import_ = services.start_import(kind=kind, file=file, year=2025, by=by, now=now)
    work(import_, now)
    assert (import_.reading["questions"], import_.reading["sheet"]) == (["sheet"], "Sheet1")
    page = client_as(by).get(import_.get_absolute_url()).content.decode()
    assert "ở nhiều trang tính" in page and "Sheet2</span>” (2 dòng)" in page
    with pytest.raises(Refused):
        services.apply_import(import_=import_, by=by, now=now)
    services.change_reading(import_=import_, chosen={"sheet": "Sheet2"}, year=2025, by=by, now=now)
    work(import_, now)
    assert (import_.reading["questions"], import_.reading["sheet"]) == ([], "Sheet2")
    assert next(iter(rows(import_)))[2] == [6, 7]


def test_unclear_numbers_are_asked_once_for_the_file(kind, now):
    by = make_officer()
    import_ = sent(kind, [[A, "Một", "1.234"]], by=by, now=now, heading=["MST", "Tên", "GTSX (đồng)"])
    assert import_.reading["questions"] == ["decimal_style"]
    services.change_reading(import_=import_, chosen={"decimal_style": "vi"}, year=2025, by=by, now=now)
    work(import_, now)
    assert import_.reading["questions"] == []
    assert next(iter(rows(import_)))[2] == [1234]


def test_file_that_writes_english_numbers_elsewhere_is_read_so(kind, now):
    by = make_officer()
    import_ = sent(
        kind, [[A, "Một", "1,234"], [B, "Hai", "12,345.0"]], by=by, now=now, heading=["MST", "Tên", "GTSX (đồng)"]
    )
    assert import_.reading["questions"] == []
    assert next(iter(rows(import_)))[2] == [1234, 12345]


def test_mixed_numbers_are_asked_for(kind, now):
    import_ = sent(
        kind,
        [[A, "Một", "1.234,5"], [B, "Hai", "1,234.5"], [C, "Ba", "1.234"]],
        by=make_officer(),
        now=now,
        heading=["MST", "Tên", "GTSX (triệu đồng)"],
    )
    assert import_.reading["questions"] == ["decimal_style"]


def test_year_of_the_file_is_compared(kind, now):
    by = make_officer()
    data = workbook([["Số liệu năm 2024"], HEAD, [A, "Một", 5]])
    import_ = sent(kind, data, by=by, now=now)
    assert import_.reading["questions"] == ["year"]
    services.change_reading(import_=import_, chosen={}, year=2024, by=by, now=now)
    assert work(import_, now).reading["questions"] == []
    assert import_.year == 2024


def test_lost_zero_is_offered_and_put_back(kind, now):
    by = make_officer()
    import_ = sent(kind, [[100109106, "Một", 5]], by=by, now=now)
    assert (import_.counts["bad"], import_.counts["repairable"]) == (1, 1)
    services.change_reading(import_=import_, chosen={"repair_tax_codes": True}, year=2025, by=by, now=now)
    work(import_, now)
    assert (import_.counts["good"], import_.counts["repaired"]) == (1, 1)
    assert next(iter(rows(import_)))[0] == ["0100109106"]


def test_basis_is_read_from_the_file_and_can_be_changed(kind, now):
    by = make_officer()
    import_ = sent(kind, workbook([["Giá so sánh 2010"], HEAD, [A, "Một", 5]]), by=by, now=now)
    assert import_.options["bases"] == {"prices": "constant"}
    services.change_reading(import_=import_, chosen={"bases": {"prices": "current"}}, year=2025, by=by, now=now)
    assert work(import_, now).options["bases"] == {"prices": "current"}


def test_a_heading_that_is_not_understood_is_imported_only_after_a_look(kind, now, client_as):
    by, line = make_officer(), "Số liệu 6 tháng đầu năm 2025"
    import_ = sent(kind, workbook([[line], ["MST", "Tên", "GTSX (đồng, Q1)"], [A, "Một", 5]]), by=by, now=now)
    assert import_.reading["questions"] == ["headings"]
    page = client_as(by).get(import_.get_absolute_url()).content.decode()
    assert "“GTSX (đồng, Q1)”" in page and f"“{line}”" in page and "Đã kiểm tra" in page
    with pytest.raises(Refused):
        services.apply_import(import_=import_, by=by, now=now)
    seen = {"looked_at": import_.reading["doubtful"]}
    services.change_reading(import_=import_, chosen=seen, year=2025, by=by, now=now)
    assert work(import_, now).reading["questions"] == []
    services.change_reading(import_=import_, chosen={"looked_at": [line]}, year=2025, by=by, now=now)
    assert work(import_, now).reading["questions"] == ["headings"]


def test_a_heading_of_another_year_is_asked_for_though_the_title_names_the_right_one(kind, now):
    book = workbook([["BÁO CÁO NĂM 2025"], ["MST", "Tên", "GTSX (đồng, TH 2024)"], [A, "Một", 5]])
    import_ = sent(kind, book, by=make_officer(), now=now)
    assert (import_.reading["questions"], import_.reading["doubtful"]) == (["headings"], ["GTSX (đồng, TH 2024)"])


def test_no_unit_is_offered_before_it_is_chosen(kind, now):
    import_ = sent(kind, workbook([["MST", "Tên", "GTSX"], [A, "Một", 5]]), by=make_officer(), now=now)
    given = {"year": "2025", "unit_output_vnd": "", "basis_prices": "current"}
    form = ReadingForm(given, import_=import_, kind=kind)
    assert "selected" not in str(form["unit_output_vnd"]).replace('value="" selected', "")
    assert list(form.errors) == ["unit_output_vnd"]
    assert ReadingForm(given | {"unit_output_vnd": "6"}, import_=import_, kind=kind).is_valid()


def test_unreadable_file_is_refused_with_a_sentence(kind, now):
    import_ = sent(kind, [["x", "y", "z"]], by=make_officer(), now=now, heading=["Cột 1", "Cột 2", "Cột 3"])
    assert import_.state == State.REFUSED
    assert import_.refusal["message"] == "no_heading"


def test_a_table_that_stands_on_a_hidden_sheet_only_is_pointed_out(kind, now):
    book = changed(
        workbook([["Mở đầu"]], [HEAD, [A, "Một", 5]]),
        {"xl/workbook.xml": lambda part: part.replace(b'name="Sheet2"', b'name="Sheet2" state="hidden"')},
    )
    import_ = sent(kind, book, by=make_officer(), now=now)
    assert import_.refusal["message"] == "hidden_sheets" and import_.refusal["arguments"] == {"sheets": ["Sheet2"]}


def test_every_one_of_many_bad_rows_is_reported(kind, now):
    body = [[tax_code(1000 + n), f"X{n}", "１２" if n % 3 == 0 else n] for n in range(3000)]
    import_ = sent(kind, body, by=make_officer(), now=now)
    assert (import_.counts["good"], import_.counts["bad"]) == (2000, 1000)
    found = [number for number, _cells, _problems in workbooks.rows_of(import_, "bad")]
    assert found == [n + 2 for n in range(3000) if n % 3 == 0]
    with workbooks.rows_with_reasons(import_, kind) as file:
        lines = list(load_workbook(file).worksheets[0].values)[3:]  # year, basis, an empty line
    assert len(lines) == 1001
    assert lines[1][0] == 2
    assert "１２" in lines[1][1]
    assert lines[1][2:] == (tax_code(1000), "X0", "１２")


def test_bad_rows_put_right_can_be_sent_as_they_are(kind, now):
    by = make_officer()
    import_ = sent(kind, workbook([["ĐVT: triệu đồng"], ["MST", "Tên", "GTSX"], [A, "Một", -5]]), by=by, now=now)
    with workbooks.rows_with_reasons(import_, kind) as file:
        lines = [list(line) for line in load_workbook(file).worksheets[0].values]
    lines[4][lines[3].index("Tên") + 1] = 5
    again = sent(kind, workbook(lines), by=by, now=now)
    assert (again.counts["good"], again.counts["bad"], again.reading["questions"]) == (1, 0, [])
    assert next(rows(again))[2] == [5_000_000]


def test_template_can_be_read_back(kind, now):
    by = make_officer()
    with workbooks.template(kind, now.date()) as file:
        book = load_workbook(file)
    empty = BytesIO()
    book.save(empty)
    import_ = sent(kind, empty.getvalue(), by=by, now=now)
    assert import_.state == State.REFUSED, "its example is no row"
    book.active.append([1, A, "Một", 5])
    filled = BytesIO()
    book.save(filled)
    import_ = sent(kind, filled.getvalue(), by=by, now=now)
    assert import_.state == State.PREVIEWED
    assert (import_.counts["good"], import_.counts["bad"], import_.counts["example"]) == (1, 0, 1)
    assert import_.options["units"] == {"output_vnd": 6}
    assert import_.reading["unit_from"] == {"output_vnd": "heading"}


def test_the_first_good_rows_are_kept_as_they_were_read(kind, now):
    body = [[A, "Một", 5], ["0100109107", "Sai", 6], *([tax_code(n), f"X{n}", n] for n in range(1, 9))]
    import_ = sent(kind, body, by=make_officer(), now=now)
    with override("vi"):
        shown = sample_read(import_, kind)
    assert shown["columns"] == [(False, "Tax code"), (False, "Name"), (True, "Output")]
    assert shown["rows"][0] == (2, [(False, A), (False, "Một"), (True, "5.000.000 đồng")])
    assert [number for number, _cells in shown["rows"]] == [2, 4, 5, 6, 7]


def test_two_columns_that_mean_the_same_are_both_named(kind, now):
    import_ = sent(kind, [[A, 1, 2]], by=make_officer(), now=now, heading=["MST", "GTSX (triệu đồng)", "Output"])
    with override("vi"):
        said = sentence(import_.refusal["message"], import_.refusal["arguments"])
    assert "(Output)" in said and "B “GTSX (triệu đồng)”, C “Output”" in said


def test_numbers_in_reasons_are_written_as_the_reader_writes_them(kind, now):
    import_ = sent(kind, [[A, "Một", 0.0000005], [B, "Hai", -1.5]], by=make_officer(), now=now)
    problems = [problem for _row, _cells, problems in workbooks.rows_of(import_, "bad") for problem in problems]
    with override("vi"):
        said = [sentence(text, given) for _key, _letter, text, given in problems]
    assert "“0,0000005”" in said[0] and "1,5”" in said[1]


def test_an_unclear_number_of_the_file_is_the_example(kind, now):
    import_ = sent(kind, [[A, "Một", "7.654"]], by=make_officer(), now=now)
    assert import_.reading["questions"] == ["decimal_style"] and import_.reading["style"]["example"] == "7.654"


def test_a_refused_file_waits_for_nobody(kind, now):
    by = make_officer()
    sent(kind, [["x", "y", "z"]], by=by, now=now, heading=["Cột 1", "Cột 2", "Cột 3"])
    assert not Import.objects.held_by(by).exists()


def test_kind_with_an_unknown_staged_type_is_refused_at_start():
    from django.core.exceptions import ImproperlyConfigured

    from documents.imports import register

    class Wrong(ImportKind):
        code = "wrong"
        columns = (Column("a", "A"),)
        staged = {"a": "float"}

    with pytest.raises(ImproperlyConfigured):
        register(Wrong)


def test_packed_rows_come_back_as_they_were():
    class Kind:
        staged = {"a": "text", "b": "bigint", "c": "boolean"}

    texts = ["x\ty", "dòng\nmới", "\\N", "\\", "", None, "a\\tb", "\r"]
    packed = pack_rows(range(8), [texts, [None, *range(7)], [True, False, None] * 2 + [True, False]], Kind)
    back = list(unpack_rows(packed))
    assert [row[1] for row in back] == texts
    assert [row[2] for row in back] == [None, *map(str, range(7))]
