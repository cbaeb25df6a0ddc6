"""Biên bản bàn giao: what a handover moved, by kind and by name, to be signed by all parties."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.models import Handover, User
from tests.documents.test_layout import bare, pages_of, text_of_docx
from tests.factories import make_administrator, make_director, make_officer

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 5, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
def record():
    one, two = make_officer(full_name="Đặng Người Nhận"), make_officer(full_name="Vũ Người Nhận")
    lines = [
        {"kind": "work_files", "count": 2, "to": str(one.public_id), "things": ["01.QLCN – Xét chọn", "02.QLCN – <b>"]},
        {"kind": "given_tasks", "count": 1, "to": str(two.public_id), "things": ["Báo cáo tiến độ"]},
        {"kind": "figures", "count": 7, "to": str(two.public_id)},  # from before things were named
    ]
    return Handover.objects.create(
        person=make_officer(full_name="Nguyễn Người Giao"), at=AT, paper="3/BB-SCT", reason="Điều động", lines=lines
    )


def test_the_record_says_who_gave_what_to_whom_and_is_signed_by_all(record, client_as):
    client = client_as(record.person)
    page = client.get(reverse("accounts:handover_detail", args=[record.public_id])).content.decode()
    said = []
    for kind, start in (("pdf", b"%PDF-"), ("word", b"PK")):
        address = reverse(f"documents:handover_record_{kind}", args=[record.public_id])
        assert address in page
        answer = client.get(address)
        content = b"".join(answer)
        assert content.startswith(start) and "attachment" in answer["Content-Disposition"]
        said.append(bare("".join(pages_of(content))) if kind == "pdf" else text_of_docx(content))
    for words in (
        "ỦY BAN NHÂN DÂN", "Số: 3/BB-SCT", "ngày 05 tháng 02 năm 2026", "BIÊN BẢN", "Vào hồi 09 giờ 30 phút, ngày 05/02/2026",
        "Ông (bà): Nguyễn Người Giao. Chức vụ, đơn vị: Chuyên viên", "Điều động", "01.QLCN – Xét chọn", "02.QLCN – <b>",
        "Báo cáo tiến độ", "7. Người nhận: Vũ Người Nhận", "Tổng cộng: 10", "04 bản", "NGƯỜI CHỨNG KIẾN",
    ):  # fmt: skip
        assert all(bare(words) in each for each in said), words
    assert all(each.count("BÊNNHẬN") == 2 and each.count(bare("Vũ Người Nhận")) == 4 for each in said)


def words_of(client, record):
    """What each file of the record says."""
    files = [
        client.get(reverse(f"documents:handover_record_{kind}", args=[record.public_id])) for kind in ("pdf", "word")
    ]
    pdf, word = (b"".join(each) for each in files)
    return bare("".join(pages_of(pdf))), text_of_docx(word)


def test_a_receiver_prints_it_and_a_colleague_does_not(record, client_as):
    taker = User.objects.get(full_name="Vũ Người Nhận")
    assert all(bare("01.QLCN – Xét chọn") in said for said in words_of(client_as(taker), record))
    for kind in ("pdf", "word"):
        address = reverse(f"documents:handover_record_{kind}", args=[record.public_id])
        assert client_as(make_officer()).get(address).status_code == 404


def test_the_administrator_prints_kinds_and_numbers_and_the_codes_of_dossiers(record, client_as):
    things = ["261120-0001 – Xét chọn – Công ty Bí Mật"]
    record.lines += [{"kind": "dossiers", "count": 1, "to": record.lines[0]["to"], "things": things}]
    record.save()
    for said in words_of(client_as(make_administrator()), record):
        for words in (
            "Tổng cộng: 11",
            "261120-0001",
            "Báo cáo tiến độ",
            "Danh mục đầy đủ có trong bản in của bên giao",
        ):
            assert bare(words) in said, words
        assert "Mật" not in said and bare("01.QLCN") not in said
    for said in words_of(client_as(make_director()), record):
        assert bare("Công ty Bí Mật") in said and bare("01.QLCN") in said
