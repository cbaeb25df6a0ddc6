import io
import uuid
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from programme.models import Policy, PolicyReview
from tests.factories import (
    make_auditor,
    make_content_area,
    make_director,
    make_head,
    make_officer,
    make_period,
    make_policy,
    make_review,
    make_user,
)

pytestmark = pytest.mark.django_db

DOCUMENT = {
    "kind": "decision",
    "number": "4303/QĐ-UBND",
    "issuer": "Ủy ban nhân dân thành phố Hà Nội",
    "issued_on": "24/9/2020",
    "title": "Kế hoạch thực hiện Đề án",
    "gives": "Năm nội dung",
    "confidence": "A",
    "source": "Công báo",
}
REVIEW = {"year": "2025", "found": "Mức chi thấp", "proposes": "amend", "proposal": "Sửa Điều 3"}


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def page_of(verb, row, thing="policy"):
    return reverse(f"programme:{verb}_{thing}", args=[row.public_id])


def cost(client, page):
    """How many queries the page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


def whole(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_staff_and_auditors_read_officers_heads_and_leaders_edit_others_neither(client_as, client):
    policy, draft, sent = (
        make_policy(),
        make_review(make_policy("1/QĐ")),
        make_review(make_policy("2/QĐ"), state="submitted"),
    )
    pages = [reverse("programme:policy_list"), policy.get_absolute_url(), reverse("programme:review_list")]
    pages += [draft.get_absolute_url(), reverse("programme:policy_proposal_list", args=[2024])]
    edits = [reverse("programme:add_policy"), page_of("edit", policy), page_of("supersede", policy)]
    edits += [page_of("withdraw", policy), reverse("programme:add_review", args=[policy.public_id])]
    edits += [page_of(verb, draft, "review") for verb in ("edit", "submit", "withdraw")]
    answer = page_of("answer", sent, "review")
    for user in (make_auditor(), make_user(Role.ACCOUNTANT)):
        assert {client_as(user).get(page).status_code for page in pages} == {200}
        assert {client_as(user).get(page).status_code for page in [*edits, answer]} == {403}
    for user in (make_officer(), make_head()):
        assert {client_as(user).get(page).status_code for page in [*pages, *edits, answer]} == {200}
    director = client_as(make_director())
    assert {director.get(page).status_code for page in pages + edits} == {200}
    assert director.get(answer).status_code == 403
    assert {client_as(make_user(Role.COUNCIL_MEMBER)).get(page).status_code for page in pages + edits} == {403}
    assert {client.get(page).status_code for page in pages + edits} == {302}
    officer = client_as(make_officer())
    assert officer.get(reverse("programme:policy", args=[uuid.uuid4()])).status_code == 404
    assert officer.get(reverse("programme:policy_proposal_list", args=[1999])).status_code == 404


def test_a_reader_sees_no_button_that_is_refused(client_as):
    text = client_as(make_auditor()).get(make_policy().get_absolute_url()).content.decode()
    assert "/edit/" not in text
    assert "/supersede/" not in text


def test_a_document_is_entered_completed_and_taken_out_on_its_pages(client_as):
    client = client_as(make_officer())
    key = str(uuid.uuid4())
    for _again in range(2):
        answer = client.post(reverse("programme:add_policy"), DOCUMENT | {"operation_key": key})
        assert answer.status_code == 302
    policy = Policy.objects.get()
    assert policy.issued_on == date(2020, 9, 24)
    twin = post(client, reverse("programme:add_policy"), **DOCUMENT)
    assert twin.context["form"].errors
    edit = page_of("edit", policy)
    form = client.get(edit).context["form"]
    assert not {"number", "issuer", "issued_on"} & set(form.fields)
    fields = DOCUMENT | {"valid_to": "31/12/2025", "version": "1"}
    assert "reason" in post(client, edit, **fields).context["form"].errors
    assert post(client, edit, **fields, reason="Kế hoạch của giai đoạn").status_code == 302
    stale = post(client, edit, **fields | {"valid_to": "30/12/2025"}, reason="Khác")
    assert stale.context["form"].conflicts
    assert post(client, page_of("withdraw", policy), reason="Nhầm", version="2").status_code == 302
    text = client.get(policy.get_absolute_url()).content.decode()
    assert 'class="message message-bad"' in text
    assert "/supersede/" not in text
    assert post(client, page_of("withdraw", policy), reason="Nhầm", version="3").context["form"].errors


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("number", "QĐ-UBND"),
        ("number", "4303/QĐ;UBND"),
        ("title", ""),
        ("issued_on", "31/2/2020"),
        ("valid_from", "1/1/2020"),
        ("valid_to", "1/1/2020"),
        ("source", ""),
        ("kind", "letter"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_its_field(client_as, field, wrong):
    answer = post(client_as(make_officer()), reverse("programme:add_policy"), **DOCUMENT | {field: wrong})
    assert field in answer.context["form"].errors
    assert not Policy.objects.exists()


def test_a_number_that_is_not_known_is_filled_in_later(client_as):
    client = client_as(make_officer())
    fields = DOCUMENT | {"number": ".../NQ-HĐND", "issued_on": ""}
    assert post(client, reverse("programme:add_policy"), **fields).status_code == 302
    policy = Policy.objects.get()
    assert policy.number == "…/NQ-HĐND"
    fields |= {"number": "17/2025/NQ-HĐND", "issued_on": "9/7/2025", "version": "1", "reason": "Đã có số"}
    assert post(client, page_of("edit", policy), **fields).status_code == 302
    assert str(Policy.objects.get()) == "17/2025/NQ-HĐND"


def test_superseding_warns_of_the_data_that_still_cites_it(client_as):
    client, old, new = client_as(make_officer()), make_policy(), make_policy("9/QĐ-UBND")
    area = make_content_area(legal_basis="Quyết định số 4303/QĐ-UBND ngày 24/9/2020")
    text = client.get(old.get_absolute_url()).content.decode()
    assert area.get_absolute_url() in text
    assert "Nơi còn viện dẫn" in text
    supersede = page_of("supersede", old)
    confirm = client.get(supersede).content.decode()
    assert area.get_absolute_url() in confirm
    assert 'class="message message-warn"' in confirm
    fields = {"by_policy": str(new.public_id), "from_day": "1/7/2025", "reason": "QĐ mới", "version": "1"}
    own = post(client, supersede, **fields | {"by_policy": str(old.public_id)})
    assert "by_policy" in own.context["form"].errors
    done = client.post(supersede, fields | {"operation_key": str(uuid.uuid4())}, follow=True)
    levels = {message.level_tag: str(message) for message in done.context["messages"]}
    assert set(levels) == {"success", "warning"}
    assert "còn 1 dữ liệu viện dẫn" in levels["warning"]
    text = done.content.decode()
    assert "Còn bị viện dẫn" in text
    assert new.get_absolute_url() in text
    assert old.get_absolute_url() in client.get(new.get_absolute_url()).content.decode()
    row = client.get(reverse("programme:policy_list"), {"cited": "yes"}).content.decode()
    assert "Còn bị viện dẫn" in row
    assert "9/QĐ-UBND</a>" in row  # in the column of what superseded it
    assert post(client, page_of("reinstate", old), reason="Nhầm", version="2", valid_to="").status_code == 302
    assert Policy.objects.get(pk=old.pk).superseded_by is None


def test_superseding_a_document_that_nothing_cites_gives_no_warning(client_as):
    client, old, new = client_as(make_officer()), make_policy(), make_policy("9/QĐ-UBND")
    fields = {"by_policy": str(new.public_id), "from_day": "1/7/2025", "reason": "QĐ mới", "version": "1"}
    done = client.post(page_of("supersede", old), fields | {"operation_key": str(uuid.uuid4())}, follow=True)
    assert [message.level_tag for message in done.context["messages"]] == ["success"]
    assert "Còn bị viện dẫn" not in done.content.decode()


def test_a_review_is_drafted_sent_answered_and_put_right_on_its_pages(client_as):
    officer, head, policy = client_as(make_officer()), client_as(make_head()), make_policy()
    add = reverse("programme:add_review", args=[policy.public_id])
    assert "proposal" in post(officer, add, **REVIEW | {"proposal": ""}).context["form"].errors
    assert post(officer, add, **REVIEW).status_code == 302
    review = PolicyReview.objects.get()
    assert post(officer, add, **REVIEW).context["form"].errors
    edit = page_of("edit", review, "review")
    changed = REVIEW | {"found": "Mức chi rất thấp", "version": "1", "reason": "Rõ hơn"}
    assert post(officer, edit, **changed).status_code == 302
    assert post(officer, edit, **changed | {"found": "Khác"}).context["form"].conflicts
    submit = page_of("submit", review, "review")
    assert post(officer, submit, number="", on="1/7/2025", version="2").context["form"].errors
    assert post(officer, submit, number="120/TTr-SCT", on="1/7/2025", version="2").status_code == 302
    assert set(officer.get(edit).context["form"].fields) >= {"submitted_number", "submitted_on"}
    assert "found" not in officer.get(edit).context["form"].fields
    answer = page_of("answer", review, "review")
    early = {"answer": "partly", "number": "9/UBND-KT", "on": "30/6/2025", "version": "3"}
    assert post(head, answer, **early).context["form"].errors
    assert post(head, answer, **early | {"on": "10/7/2025"}).status_code == 302
    text = head.get(review.get_absolute_url()).content.decode()
    for words in ("120/TTr-SCT, 01/07/2025", "9/UBND-KT, 10/07/2025", "Chấp thuận một phần", "Đã trả lời"):
        assert words in text, words
    assert "Mức chi rất thấp" in head.get(policy.get_absolute_url()).content.decode()


def test_a_draft_is_withdrawn_on_its_page_and_leaves_the_yearly_list(client_as):
    client, review = client_as(make_officer()), make_review()
    listed = reverse("programme:policy_proposal_list", args=[2024])
    assert review.get_absolute_url() in client.get(listed).content.decode()
    withdraw = page_of("withdraw", review, "review")
    assert client.get(withdraw).status_code == 200
    assert post(client, withdraw, reason="Trùng", version="1").status_code == 302
    assert review.get_absolute_url() not in client.get(listed).content.decode()
    assert "Trùng" in client.get(review.get_absolute_url()).content.decode()


def test_the_yearly_list_is_chosen_by_year_and_exported_as_it_stands(client_as):
    client = client_as(make_officer())
    make_review(make_policy("1/QĐ-UBND"), state="answered")
    make_review(make_policy("2/QĐ-UBND"), 2023)
    make_review(make_policy("3/QĐ-UBND"), proposes="keep", proposal="")
    address = reverse("programme:policy_proposal_list", args=[2024])
    page = client.get(address)
    text = page.content.decode()
    assert "Danh mục kiến nghị sửa đổi, bổ sung, thay thế cơ chế, chính sách năm 2024" in text
    assert reverse("programme:policy_proposal_list", args=[2023]) in text
    assert page.context["listing"].count == 1
    sheet = openpyxl.load_workbook(io.BytesIO(whole(client.get(f"{address}?export=xlsx")))).active
    rows = list(sheet.values)
    assert rows[0][:2] == ("Cơ chế, chính sách", "Trích yếu")
    assert rows[1] == (
        "Quyết định số 1/QĐ-UBND",
        "Kế hoạch thử nghiệm",
        "Mức chi không còn phù hợp",
        "Sửa đổi, bổ sung",
        "Sửa khoản 2 Điều 3",
        "120/TTr-SCT, 15/03/2024",
        "Chấp thuận: 315/UBND-KT, 20/04/2024",
    )
    assert "315/UBND-KT" in whole(client.get(f"{address}?export=csv")).decode("utf-8-sig")
    printed = client.get(f"{address}?export=print").content.decode()
    assert "chính sách năm 2024" in printed
    assert "120/TTr-SCT" in printed


def test_the_register_is_found_without_marks_and_filtered(client_as):
    client = client_as(make_officer())
    make_policy(gives="Năm nội dung", issued_on=date(2020, 9, 24))
    make_policy("61/2018/NĐ-CP", kind="decree", issuer="Chính phủ", valid_to=date(2025, 6, 30))

    def found(**query):
        return [
            row["number"] for row in client.get(reverse("programme:policy_list"), query).context["listing"].rows_of_page
        ]

    assert found() == ["4303/QĐ-UBND", "61/2018/NĐ-CP"]
    assert found(q="quyet dinh 4303") == ["4303/QĐ-UBND"]
    assert found(q="nam noi dung") == ["4303/QĐ-UBND"]
    assert found(standing="expired") == found(issuer="Chính phủ") == found(kind="decree") == ["61/2018/NĐ-CP"]
    assert found(cited="yes") == []


def test_lists_cost_the_same_with_one_row_and_with_three(client_as):
    client, new = client_as(make_officer()), make_policy("9/QĐ-UBND")

    def one_more(number):
        policy = make_policy(
            f"{number}/QĐ-UBND",
            superseded_by=new,
            superseded_from=date(2025, 1, 1),
            valid_to=date(2024, 12, 31),
        )
        make_content_area(legal_basis=f"{number}/QĐ-UBND")
        make_review(policy)

    one_more(1)
    pages = [reverse("programme:policy_list"), reverse("programme:review_list")]
    pages.append(reverse("programme:policy_proposal_list", args=[2024]))
    for page in pages:
        client.get(page)
    before = [cost(client, page) for page in pages]
    assert max(before) <= 14
    one_more(2)
    one_more(3)
    assert [cost(client, page) for page in pages] == before


def test_the_page_of_a_document_costs_the_same_with_one_citation_and_with_three(client_as):
    client, policy = client_as(make_officer()), make_policy()
    make_content_area(legal_basis="4303/QĐ-UBND")
    make_review(policy)
    client.get(policy.get_absolute_url())
    before = cost(client, policy.get_absolute_url())
    make_content_area(legal_basis="4303/QĐ-UBND")
    make_content_area(legal_basis="4303/QĐ-UBND")
    make_review(policy, 2025)
    assert cost(client, policy.get_absolute_url()) == before


def test_another_of_the_same_number_and_year_is_pointed_out(client_as):
    known = make_policy("7/QĐ-UBND", issued_on=date(2024, 3, 1))
    other = make_policy("7 / QĐ–UBND", issuer="UBND tỉnh Bắc Ninh", issued_on=date(2024, 5, 6))
    make_policy("7/QĐ-UBND", issuer="UBND tỉnh Hưng Yên", issued_on=date(2023, 5, 6))
    page = whole(client_as(make_officer()).get(known.get_absolute_url())).decode()
    assert "đã có văn bản khác cùng số" in page and other.get_absolute_url() in page and "Hưng Yên" not in page


def test_lists_are_exported(client_as):
    client = client_as(make_officer())
    make_review(make_policy())
    for name in ("policy_list", "review_list"):
        for export in ("xlsx", "csv", "print"):
            assert whole(client.get(reverse(f"programme:{name}"), {"export": export}))


def test_the_programme_leads_to_its_policies(client_as):
    client = client_as(make_officer())
    for page in (reverse("programme:period_list"), make_period().get_absolute_url()):
        assert f'href="{reverse("programme:policy_list")}"' in client.get(page).content.decode()
