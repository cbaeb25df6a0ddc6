import uuid
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from audit.models import AccessEntry
from documents import imports
from documents.models import Import
from jobs import services as jobs
from jobs.models import Sign
from reporting.home import work_for
from tests.documents.sheets import tax_code, upload, workbook
from tests.factories import make_auditor, make_director, make_officer, make_user

pytestmark = pytest.mark.django_db
A, B = tax_code(401), tax_code(402)
HEAD = ["MST", "Tên", "GTSX (triệu đồng)"]


def address(name, import_):
    return reverse(f"documents:{name}", kwargs={"public_id": import_.public_id})


def send(client, kind, rows, year="2025", name="a.xlsx"):
    data = rows if isinstance(rows, bytes) else workbook([HEAD, *rows])
    return client.post(
        reverse("documents:start_import", kwargs={"code": kind.code}), {"year": year, "file": upload(data, name)}
    )


def worked(import_=None):
    import_ = import_ or Import.objects.latest("id")
    import_.refresh_from_db()
    jobs.run(import_.job_id, now=timezone.now() + timedelta(seconds=1))
    import_.refresh_from_db()
    return import_


def received(answer):
    """The bytes of a file that was handed out, and the file closed."""
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:
        close()
    return content


def act(client, name, import_, **given):
    return client.post(address(name, import_), {"operation_key": str(uuid.uuid4()), **given}, follow=True)


def test_walk_from_file_to_undo(client_as, kind):
    client = client_as(make_officer())
    answer = send(client, kind, [[A, "Một", 5], [B, "Hai", -1]])
    import_ = Import.objects.get()
    assert answer.status_code == 302
    assert answer.url == address("import_detail", import_)
    page = client.get(answer.url).content.decode()
    assert "http-equiv" in page
    worked(import_)
    page = client.get(answer.url).content.decode()
    assert "http-equiv" not in page
    assert "-1" in page
    act(client, "apply_import", import_)
    worked(import_)
    assert import_.state == "applied"
    page = client.get(answer.url).content.decode()
    assert address("undo_import", import_) in page
    kind.built_on = True
    page = client.get(answer.url).content.decode()
    assert address("undo_import", import_) not in page and "An office of this import has people." in page
    page = client.get(address("undo_import", import_)).content.decode()
    assert "An office of this import has people." in page and 'name="reason"' not in page
    kind.built_on = False
    act(client, "undo_import", import_, reason="Nhầm năm")
    worked(import_)
    assert import_.state == "undone"
    assert client.get(reverse("documents:import_list")).status_code == 200


def test_same_file_twice_leads_to_the_first(client_as, kind):
    client = client_as(make_officer(full_name="Nguyễn Thị Hạnh"))
    send(client, kind, [[A, "Một", 5]])
    import_ = worked()
    act(client, "apply_import", import_)
    worked(import_)
    answer = send(client, kind, [[A, "Một", 5]])
    assert answer.url == address("import_detail", import_)
    assert "Nguyễn Thị Hạnh" in client.get(answer.url).content.decode()
    assert Import.objects.count() == 1


def test_refused_file_is_said_beside_the_field(client_as, kind):
    client = client_as(make_officer())
    answer = send(client, kind, b"MZ" + bytes(300), name="a.xlsx")
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert 'value="2025"' in answer.content.decode()
    assert Import.objects.count() == 0


def test_missing_year_and_file_are_refused(client_as, kind):
    answer = client_as(make_officer()).post(reverse("documents:start_import", kwargs={"code": kind.code}), {})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_page_says_when_no_worker_runs(client_as, kind):
    client = client_as(make_officer())
    send(client, kind, [[A, "Một", 5]])
    import_ = Import.objects.get()
    without = client.get(address("import_detail", import_)).content.decode()
    Sign.objects.create(name="worker", at=timezone.now())
    running = client.get(address("import_detail", import_)).content.decode()
    assert without.count("message-warn") == running.count("message-warn") + 1


def test_progress_part_asks_for_the_whole_page_when_done(client_as, kind):
    client = client_as(make_officer())
    send(client, kind, [[A, "Một", 5]])
    import_ = Import.objects.get()
    part = client.get(address("import_progress", import_), headers={"HX-Request": "true"})
    assert "hx-get" in part.content.decode()
    worked(import_)
    assert client.get(address("import_progress", import_), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_imports_counted_on_the_home_are_those_its_link_leads_to(client_as, kind):
    officer = make_officer()
    client = client_as(officer)
    send(client, kind, [[A, "Một", 5]], year=2024)
    act(client, "apply_import", worked())
    worked()
    send(client, kind, [[A, "Một", 6]])
    mine = worked()
    colleague = client_as(make_officer())
    send(colleague, kind, [[B, "Hai", 7]], year=2023)
    worked()
    in_two_months = timezone.now() + timedelta(days=60)
    (section,) = (each for each in work_for(officer, in_two_months) if "imports/?" in each.more_url)
    listed = list(client_as(officer).get(section.more_url).context["table"].rows)
    assert (section.count, len(listed)) == (1, 1)
    assert listed[0].record["public_id"] == mine.public_id


def test_units_are_changed_on_the_page(client_as, kind):
    client = client_as(make_officer())
    send(client, kind, [[A, "Một", 5]])
    import_ = worked()
    act(client, "change_reading", import_, year="2025", unit_output_vnd="9", basis_prices="current")
    worked(import_)
    assert import_.options["units"] == {"output_vnd": 9}
    assert import_.state == "previewed"


def test_wrong_unit_is_refused_and_the_page_stays(client_as, kind):
    client = client_as(make_officer())
    send(client, kind, [[A, "Một", 5]])
    import_ = worked()
    answer = act(client, "change_reading", import_, year="2025", unit_output_vnd="7", basis_prices="current")
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_act_sent_twice_is_done_once(client_as, kind):
    client = client_as(make_officer())
    send(client, kind, [[A, "Một", 5]])
    import_ = worked()
    key = {"operation_key": str(uuid.uuid4())}
    first = client.post(address("apply_import", import_), key)
    second = client.post(address("apply_import", import_), key)
    assert (first.status_code, second.status_code) == (302, 302)
    assert import_.__class__.objects.get().state == "applying"


def test_act_without_key_is_refused(client_as, kind):
    client = client_as(make_officer())
    send(client, kind, [[A, "Một", 5]])
    import_ = worked()
    client.post(address("apply_import", import_), {})
    import_.refresh_from_db()
    assert import_.state == "previewed"


def test_files_leave_as_attachments_and_leave_a_trace(client_as, kind):
    client = client_as(make_officer())
    data = workbook([HEAD, [A, "Một", -5]])
    send(client, kind, data, name="Số liệu.xlsx")
    import_ = worked()
    answer = client.get(address("import_file", import_))
    assert received(answer) == data
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert "Số liệu.xlsx" in unquote(answer["Content-Disposition"])
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AccessEntry.objects.filter(object_id=import_.file.public_id).count() == 1
    answer = client.get(address("bad_rows", import_))
    assert received(answer).startswith(b"PK")
    assert answer["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize("who", [make_auditor, make_director])
def test_who_only_reads_sees_imports_but_no_buttons(client_as, kind, who):
    send(client_as(make_officer()), kind, [[A, "Một", 5]])
    import_ = worked()
    client = client_as(who())
    page = client.get(address("import_detail", import_)).content.decode()
    assert address("apply_import", import_) not in page
    assert client.post(address("apply_import", import_), {"operation_key": "x"}).status_code == 403


def test_kind_that_is_not_theirs_is_not_there(client_as, kind):
    from accounts.access import Action

    send(client_as(make_officer()), kind, [[A, "Một", 5]])
    import_ = worked()
    kind.action = Action("test.nobody", "nobody")
    client = client_as(make_officer())
    assert client.get(address("import_detail", import_)).status_code == 404
    assert client.get(reverse("documents:start_import", kwargs={"code": kind.code})).status_code == 404
    assert client.get(reverse("documents:import_list")).content.decode().count(str(import_.public_id)) == 0


def test_strangers_and_the_anonymous_learn_nothing(client_as, client, kind):
    send(client_as(make_officer()), kind, [[A, "Một", 5]])
    import_ = worked()
    for name in ("import_detail", "import_file", "bad_rows"):
        assert client.get(address(name, import_)).status_code == 302
        assert client_as(make_user()).get(address(name, import_)).status_code == 403


def test_unknown_import_is_404(client_as, kind):
    client = client_as(make_officer())
    assert client.get(reverse("documents:import_detail", kwargs={"public_id": uuid.uuid4()})).status_code == 404
    assert client.get(reverse("documents:start_import", kwargs={"code": "khong-co"})).status_code == 404


def test_list_asks_the_same_few_questions_at_any_length(client_as, kind, django_assert_max_num_queries):
    client = client_as(make_officer())
    for number in range(3):
        send(client, kind, [[tax_code(500 + number), "x", 5]])
    with django_assert_max_num_queries(12):
        assert client.get(reverse("documents:import_list")).status_code == 200


def test_template_is_a_workbook(client_as, kind):
    answer = client_as(make_officer()).get(reverse("documents:import_template", kwargs={"code": kind.code}))
    assert received(answer).startswith(b"PK")
    assert imports.kinds()[kind.code] is kind


def test_bases_say_where_they_come_from(kind, now):
    from documents.views.imports import basis_from

    import_ = Import(options={"bases": {"prices": "current"}}, reading={"bases": {}})
    basis = kind.bases[0]
    with override("en"):
        assert basis_from(import_, basis) == "usual unless changed"
        import_.options["bases"]["prices"] = "constant"
        assert basis_from(import_, basis) == "chosen"
        import_.reading["bases"]["prices"] = "constant"
        assert basis_from(import_, basis) == "stated in the file"


def test_history_says_choices_in_words():
    from documents.events.imports import choices_in_words

    with override("vi"):
        said = choices_in_words({"bases": {"accounts": "separate"}, "units": {"output_vnd": 6}, "decimal_style": "vi"})
    assert "BCTC riêng" in said and "triệu đồng" in said and "1.234,56" in said and "{" not in said
    assert choices_in_words({}) == ""
