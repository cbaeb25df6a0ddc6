"""Each page as the officer, centre staff, the auditor, the enterprise, another enterprise and anonymous see it."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Office
from accounts.roles import Role
from support.models import SupportRecord
from support.services import withdraw_support
from tests.accounts.test_parking import lost, sign_in
from tests.factories import (
    make_agency,
    make_auditor,
    make_content_area,
    make_director,
    make_enterprise,
    make_enterprise_user,
    make_money_source,
    make_office,
    make_officer,
    make_support,
    make_support_kind,
    make_tax_code,
    make_user,
)

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 1, 2, 2, 0, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000" "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)  # fmt: skip


def address(name, record=None):
    return reverse(f"support:{name}", args=[record.public_id] if record else [])


@pytest.fixture
def typed():
    return {
        "enterprise": make_enterprise().tax_code,
        "activity": "Hội chợ Hà Nội",
        "activity_code": "HC-2026-02",
        "activity_type": "fair",
        "content_area": make_content_area().pk,
        "kind": make_support_kind().pk,
        "what": "Gian hàng",
        "delivered_on": "20/05/2026",
        "amount_vnd": "45.000.000",
        "money_source": make_money_source().pk,
        "by_programme": "on",
        "evidence": "Danh sách số 12",
        "operation_key": str(uuid.uuid4()),
    }


def test_list_shows_staff_all_and_an_enterprise_its_own(client_as):
    mine, theirs = make_support(activity="Hội chợ Một"), make_support(activity="Hội chợ Hai")
    for user in (make_officer(), make_auditor(), make_director()):
        page = client_as(user).get(address("support_list")).content.decode()
        assert "Hội chợ Một" in page
        assert "Hội chợ Hai" in page
    page = client_as(make_enterprise_user(mine.enterprise)).get(address("support_list")).content.decode()
    assert "Hội chợ Một" in page
    assert "Hội chợ Hai" not in page
    assert theirs.enterprise.name not in page


def test_list_and_record_page_cost_the_same_however_many_there_are(client_as, django_assert_max_num_queries):
    client = client_as(make_officer())
    make_support()
    for more in (0, 3):
        records = [make_support() for _ in range(more)]
        for page in [address("support_list"), *(address("support_detail", record) for record in records[:1])]:
            with django_assert_max_num_queries(12):
                assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("year=2024", {"A", "B"}),
        ("turn=yes", {"A", "C"}),
        ("turn=no", {"B"}),
        ("activity=HC-C", {"C"}),
        ("enterprise=sao khue", {"A", "B"}),
        ("activity_type=ceremony", {"C"}),
        ("withdrawn=true", set()),
    ],
)
def test_list_is_filtered(client_as, query, found):
    star = make_enterprise("Công ty TNHH Minh Họa Sao Khuê")
    make_support(star, "HC-A", delivered_on=date(2024, 5, 2), what="chữ-A")
    make_support(star, "HC-A", delivered_on=date(2024, 5, 1), what="chữ-B")
    make_support(None, "HC-C", delivered_on=date(2025, 5, 1), what="chữ-C", activity_type="ceremony")
    columns = "&column=delivered_on&column=what"
    page = client_as(make_officer()).get(f"{address('support_list')}?{query}{columns}").content.decode()
    assert {letter for letter in "ABC" if f"chữ-{letter}" in page} == found


def test_sums_are_worked_out_on_request(client_as):
    source = make_money_source()
    make_support(None, "HC-A", amount_vnd=1_000_000, money_source=source)
    make_support(None, "HC-A", amount_vnd=234_567, money_source=source)
    response = client_as(make_officer()).get(address("support_list") + "?sums=1")
    assert response.context["sums"] == {"records": 2, "turns": 2, "enterprises": 2, "amount": 1_234_567}
    assert "1.234.567" in response.content.decode()


def test_record_page_is_for_staff_and_the_enterprise_itself(client_as, client):
    record = make_support()
    page = address("support_detail", record)
    for user in (make_officer(), make_auditor(), make_enterprise_user(record.enterprise)):
        assert client_as(user).get(page).status_code == 200
    assert client_as(make_enterprise_user()).get(page).status_code == 404
    assert client_as(make_user(Role.COUNCIL_MEMBER)).get(page).status_code == 403
    assert client.get(page).status_code == 302


def test_support_is_recorded_once_however_often_the_form_is_sent(client_as, typed):
    client = client_as(make_officer())
    for _ in range(2):
        answer = client.post(address("record_support"), typed)
        assert answer.status_code == 302
    record = SupportRecord.objects.get()
    assert answer["Location"] == address("support_detail", record)
    assert (record.amount_vnd, record.delivered_on, record.year) == (45_000_000, date(2026, 5, 20), 2026)


def test_what_was_typed_when_the_session_ended_comes_back_and_goes_with_its_file(client_as, typed):
    officer = make_officer()
    client = client_as(officer)
    upload = SimpleUploadedFile("bien-ban.png", PNG, "image/png")
    back = lost(client, address("record_support"), typed | {"evidence_upload": upload})
    sign_in(client, officer)
    form = client.get(back).context["form"]
    assert form["activity"].value() == typed["activity"] and form["amount_vnd"].value() == typed["amount_vnd"]
    assert client.post(address("record_support"), typed).status_code == 302
    assert SupportRecord.objects.get().evidence_file.original_name == "bien-ban.png"


def test_a_doubtful_code_is_recorded_or_corrected_after_a_look(client_as, typed):
    client, stands = client_as(make_officer()), make_support(activity="Hội chợ Hà Nội", activity_code="HC-2026-01")
    typed |= {"activity_code": "hc.2026.01"}
    told = client.post(address("record_support"), typed)
    names = list(told.context["form"].fields)
    assert "chỉ khác HC-2026-01" in told.content.decode()
    assert names.index("same_code") == names.index("activity_code") + 1
    assert SupportRecord.objects.get() == stands
    assert client.post(address("record_support"), ticked(told, typed)).status_code == 302
    record = SupportRecord.objects.exclude(pk=stands.pk).get()
    change = typed | {"activity_code": "HC-2026-01", "version": 1, "reason": "Sai mã"}
    told = client.post(address("correct_support", record), change)
    assert "đã dùng trong năm 2024" in told.content.decode()
    assert client.post(address("correct_support", record), ticked(told, change)).status_code == 302


def ticked(told, typed):
    """What is sent after the tick for what the page pointed out."""
    return typed | {"same_code": "on", "pointed_out": told.context["form"]["pointed_out"].value()}


def test_the_tick_answers_only_what_was_pointed_out(client_as, typed):
    client = client_as(make_officer())
    make_support(activity="Hội chợ Hà Nội", activity_code="HC-2026-01")
    told = client.post(address("record_support"), typed | {"activity_code": "HC.2026.01"})
    other = ticked(told, typed | {"activity_code": "HC-2026-1"})
    again = client.post(address("record_support"), other)
    assert "Mã hoạt động HC-2026-1 chỉ khác" in again.content.decode()
    assert not again.context["form"]["same_code"].value()
    assert client.post(address("record_support"), ticked(again, other)).status_code == 302
    assert SupportRecord.objects.filter(activity_code="HC-2026-1").exists()


def test_the_form_says_that_one_of_both_evidences_is_needed(client_as):
    page = client_as(make_officer()).get(address("record_support")).content.decode()
    assert "bắt buộc nếu không đính kèm tệp" in page and "bắt buộc nếu không ghi minh chứng" in page


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("enterprise", "0100109107"),
        ("enterprise", "không có ai"),
        ("amount_vnd", "1e9"),
        ("amount_vnd", "-5"),
        ("amount_vnd", "0,5"),
        ("amount_vnd", "１２３"),
        ("delivered_on", "31/02/2026"),
        ("delivered_on", "20/05/2099"),
        ("started_on", "01/06/2026"),
        ("money_source", ""),
        ("evidence", ""),
        ("kind", ""),
    ],
)
def test_bad_input_is_refused_with_a_sentence_and_nothing_is_lost(client_as, typed, field, wrong):
    page = client_as(make_officer()).post(address("record_support"), typed | {field: wrong})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert "Hội chợ Hà Nội" in page.content.decode()
    assert not SupportRecord.objects.exists()


def test_a_name_that_fits_one_enterprise_will_do_and_several_are_listed(client_as, typed):
    # The tax codes are given: searching looks into them too, and one that holds 018 would fit as well.
    make_enterprise("Công ty TNHH Minh Họa Sao Khuê 017", tax_code=make_tax_code(7_777_770))
    make_enterprise("Công ty TNHH Minh Họa Sao Khuê 018", tax_code=make_tax_code(7_777_790))
    client = client_as(make_officer())
    page = client.post(address("record_support"), typed | {"enterprise": "sao khue"})
    assert "Sao Khuê 018" in page.content.decode()
    assert client.post(address("record_support"), typed | {"enterprise": "sao khue 018"}).status_code == 302


def test_an_evidence_file_stays_attached_when_the_form_is_refused(client_as, typed):
    client = client_as(make_officer())
    upload = SimpleUploadedFile("Biên bản.png", PNG, content_type="image/png")
    page = client.post(address("record_support"), typed | {"what": "", "evidence_upload": upload})
    kept = page.context["form"].data["kept_file"]
    assert "Biên bản.png" in page.content.decode()
    client.post(address("record_support"), typed | {"kept_file": kept})
    record = SupportRecord.objects.get()
    download = client.get(address("support_evidence", record))
    assert b"".join(download.streaming_content) == PNG
    assert "attachment" in download["Content-Disposition"]
    stranger = client_as(make_enterprise_user())
    assert stranger.get(address("support_evidence", record)).status_code == 404


def test_another_persons_file_is_not_attached(client_as, typed):
    first = client_as(make_officer())
    upload = SimpleUploadedFile("a.png", PNG, content_type="image/png")
    kept = first.post(address("record_support"), typed | {"what": "", "evidence_upload": upload}).context["form"]
    client_as(make_officer()).post(address("record_support"), typed | {"kept_file": kept.data["kept_file"]})
    assert SupportRecord.objects.get().evidence_file is None


def test_a_record_is_corrected_and_withdrawn_through_its_pages(client_as, typed):
    client = client_as(make_officer())
    client.post(address("record_support"), typed)
    record = SupportRecord.objects.get()
    changed = typed | {"what": "Hai gian hàng", "reason": "Thiếu một gian", "version": "1"}
    assert client.post(address("correct_support", record), changed).status_code == 302
    record.refresh_from_db()
    assert (record.what, record.version) == ("Hai gian hàng", 2)
    page = client.get(address("support_detail", record)).content.decode()
    assert "Thiếu một gian" in page
    assert "Hai gian hàng" in page
    stale = client.post(address("correct_support", record), changed | {"what": "Ba gian hàng"})
    assert stale.status_code == 200
    assert "Ba gian hàng" in stale.content.decode()
    assert client.post(address("withdraw_support", record), {"reason": "Nhầm", "version": "2"}).status_code == 302
    record.refresh_from_db()
    assert record.withdrawn


def test_fields_that_are_not_in_the_form_are_not_taken(client_as, typed):
    typed |= {"withdrawn": "on", "year": "2030", "import_batch": str(uuid.uuid4()), "created_by": str(uuid.uuid4())}
    officer = make_officer()
    client_as(officer).post(address("record_support"), typed)
    record = SupportRecord.objects.get()
    assert (record.withdrawn, record.year, record.import_batch, record.created_by) == (
        False,
        2026,
        None,
        officer.public_id,
    )


def test_centre_staff_change_only_their_own_offices_records(client_as, typed):
    centre = make_office(kind=Office.Kind.CENTRE)
    client = client_as(make_user(Role.CENTRE_STAFF, office=centre))
    own, foreign = make_support(office=centre), make_support(office=make_office())
    assert client.get(address("correct_support", own)).status_code == 200
    for name in ("correct_support", "withdraw_support"):
        assert client.get(address(name, foreign)).status_code == 403
        assert client.post(address(name, foreign), {"reason": "x", "version": "1"}).status_code == 403
    client.post(address("record_support"), typed | {"office": centre.pk})
    assert SupportRecord.objects.filter(office=centre).count() == 2


def test_only_those_who_record_open_the_forms(client_as):
    record = make_support()
    for user in (make_auditor(), make_director(), make_enterprise_user(record.enterprise)):
        for page in (
            address("record_support"),
            address("correct_support", record),
            address("withdraw_support", record),
        ):
            assert client_as(user).get(page).status_code == 403


def test_totals_show_turns_beside_distinct_enterprises(client_as):
    enterprise, source = make_enterprise(), make_money_source()
    make_support(enterprise, "HC-A", amount_vnd=2_000_000, money_source=source)
    make_support(enterprise, "HC-B")
    other = make_agency()
    make_support(None, "XT-1", by_programme=False, agency=other, amount_vnd=500_000, money_source=source)
    make_support(None, "HC-22", delivered_on=date(2022, 5, 1))
    client = client_as(make_director())
    response = client.get(address("support_totals"))
    years = {row["year"]: row for row in response.context["years"]}
    assert [years[2024][name] for name in ("turns", "enterprises", "records", "amount", "of_programme", "without")] == [
        2, 1, 3, 2_500_000, 2_000_000, 1,
    ]  # fmt: skip
    area = response.context["areas"][0]
    assert (area["turns"], area["enterprises"], area["records"], area["amount"]) == (2, 1, 3, 2_500_000)
    assert client.get(address("support_totals") + "?year=2022").context["year"] == 2022
    assert client.get(address("support_totals") + "?year=１９").context["year"] == 2024


def test_list_is_exported_as_shown(client_as):
    make_support(activity="=HYPERLINK(1)")
    client = client_as(make_officer())
    answer = client.get(address("support_list") + "?export=csv")
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert "HYPERLINK" in text
    assert "\n=HYPERLINK" not in text


def test_the_page_of_an_enterprise_shows_the_support_it_was_given(client_as):
    enterprise, double = make_enterprise(), make_enterprise()
    make_support(enterprise, activity="Hội chợ Một")
    make_support(double, activity="Hội chợ của bản ghi trùng")
    make_support(None, activity="Hội chợ khác")
    type(double).objects.filter(pk=double.pk).update(merged_into=enterprise, merged_at=LATER)
    page = client_as(make_officer()).get(reverse("enterprises:enterprise_detail", args=[enterprise.public_id]))
    text = page.content.decode()
    assert "Hội chợ Một" in text
    assert "Hội chợ của bản ghi trùng" in text
    assert "Hội chợ khác" not in text


def test_an_imports_result_leads_to_its_records(client_as):
    batch = uuid.uuid4()
    make_support(None, activity="Từ tệp", import_batch=batch)
    make_support(None, activity="Ghi tay")
    page = client_as(make_officer()).get(f"{address('support_list')}?import_batch={batch}").content.decode()
    assert "Từ tệp" in page
    assert "Ghi tay" not in page


def test_totals_are_kept_only_until_something_changes(client_as, django_assert_max_num_queries):
    client, records = client_as(make_director()), [make_support(), make_support()]

    def shown():
        with django_assert_max_num_queries(20):
            return [(row["turns"], row["records"]) for row in client.get(address("support_totals")).context["years"]]

    assert shown() == [(2, 2)]
    make_support()
    assert shown() == [(3, 3)]
    withdraw_support(record=records[0], version=1, by="system:tests", now=LATER, reason="Nhầm")
    assert shown() == [(2, 2)]
    with django_assert_max_num_queries(12):
        client.get(address("support_totals"))
