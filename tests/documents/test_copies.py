"""Copies of papers: the form that the decree asks, signed by whoever is authorised, numbered, sealed, on the original's page."""

import re
import unicodedata
import uuid
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import pairwise

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.forms.copies import CopyForm
from documents.models import PaperCopy
from documents.services import copies as services
from documents.services import incoming as incoming_services
from documents.services import numbers, trust
from documents.signing.keys import person_key
from documents.signing.places import filled_in
from documents.signing.signatures import SIGNER, signatures_in
from documents.signing.writing import sign
from documents.store import bytes_of, save_upload
from reporting.demo.scans import one_page, signed_page
from reporting.demo.story import blank_page
from tests.factories import (
    make_agency,
    make_auditor,
    make_copy_at,
    make_copy_series,
    make_director,
    make_enterprise_user,
    make_incoming,
    make_number,
    make_office,
    make_officer,
    make_paper_at,
    make_user,
    pass_on,
)
from tests.proofs.attempts import copied, removed, updated
from tests.proofs.attempts_copies import attempts

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
TODAY = date(2026, 11, 27)


@pytest.fixture
def clerk():
    return make_user(Role.RECORDS_CLERK)


def text_of(pdf):
    """[text of each page]"""
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    return [page.get_textpage().get_text_bounded() for page in document]


def scanned(clerk, name="den.pdf", content=None):
    scan = save_upload(SimpleUploadedFile(name, content or one_page(name)), by=clerk, now=NOW)
    return make_incoming(scan=scan, symbol=f"12/{name}", by=clerk)


def take(verb, copy, by, **given):
    return services.TAKING[verb](copy=copy, version=copy.version, by=by, now=NOW, **given)


def test_a_full_copy_has_the_pages_of_the_issued_paper_then_the_form_of_the_decree_and_both_signatures_hold(clerk):
    make_agency("SCT", "Sở Công Thương")
    original = make_paper_at("issued", clerk=clerk, subject="Kết quả thực hiện")
    chief = make_user(Role.CHIEF_OF_OFFICE, full_name="Vũ Văn Ký")
    copy = make_copy_at("issued", original=original, clerk=clerk, signer=chief)
    files = [bytes_of(file) for file in (copy.drawn, copy.signed, copy.numbered, copy.sealed)]
    assert all(later.startswith(earlier) for earlier, later in pairwise(files))
    first, form = text_of(files[3])
    assert "Kết quả thực hiện" in first
    for words in (
        "SAO Y",
        "SỞ CÔNG THƯƠNG",
        "TL. GIÁM ĐỐC",
        "Vũ Văn Ký",
        f"số {original.number.symbol}",
        "Lưu: VT",
        "của Sở Công Thương",
    ):
        assert words in form
    assert filled_in(files[3]) == {"number": "01", "day": "27", "month": "11"}
    signer, agency = signatures_in(files[3])
    assert (signer.name, signer.holds, agency.holds, agency.whole) == ("Vũ Văn Ký", True, True, True)
    assert copy.number.symbol == "01/SY-SCT"
    assert copy.number.subject.startswith("Sao y: Thông báo")
    assert Event.objects.filter(kind="paper copied", object_id=original.public_id).count() == 1


def test_an_extract_prints_the_part_that_was_typed_and_a_picture_is_copied_as_a_page(clerk):
    make_copy_series("TrS", "TRÍCH SAO")
    extract = make_copy_at("signing", original=scanned(clerk), clerk=clerk, kind="extract", extract="Giao Sở báo cáo.")
    (page,) = text_of(bytes_of(extract.drawn))
    assert all(words in page for words in ("TRÍCH SAO", "Giao Sở báo cáo.", "Công văn số 12/den.pdf", "UBND Thành phố"))
    series = make_copy_series("SL", "SAO LỤC")
    picture = scanned(clerk, "den.png", blank_page())
    relayed = make_copy_at("signing", original=picture, clerk=clerk, kind="relayed")
    assert "SAO LỤC" in text_of(bytes_of(relayed.drawn))[1]
    assert not CopyForm(original=picture).fields["kind"].help_text
    numbers.end_series(series=series, ended_on=timezone.localdate(), version=1, reason="Bỏ", by=clerk, now=NOW)
    field = CopyForm(original=picture).fields["kind"]
    assert str(series) in field.help_text and "relayed" not in dict(field.choices)


def test_what_cannot_be_copied_is_refused_with_what_to_do(clerk):
    paper = scanned(clerk)
    with pytest.raises(Refused, match="bản quét"):
        make_copy_at("signing", original=make_incoming(by=clerk), clerk=clerk)
    with pytest.raises(Refused, match="tệp"):
        make_copy_at("signing", original=make_paper_at("issuing", clerk=clerk), clerk=clerk)
    with pytest.raises(Refused, match="hình thức khác"):
        make_copy_at("signing", original=paper, clerk=clerk, kind="extract", extract="Một phần")
    with pytest.raises(Refused, match="trích sao"):
        make_copy_at("signing", original=paper, clerk=clerk, extract="Một phần")
    with pytest.raises(Refused, match="chức vụ"):
        make_copy_at("signing", original=paper, clerk=clerk, authority="own")
    with pytest.raises(Refused, match="mật"):
        make_copy_at("signing", original=paper, clerk=clerk, recipients="MẬT")
    with pytest.raises(NotAllowed):
        make_copy_at("signing", original=paper, clerk=make_officer())
    assert not PaperCopy.objects.exists()


def test_a_copy_is_not_dated_before_it_was_prepared_nor_goes_on_once_its_original_is_void(client_as, clerk):
    paper, chief = scanned(clerk), make_user(Role.CHIEF_OF_OFFICE)
    waiting = make_copy_at("signing", original=paper, clerk=clerk, signer=chief)
    copy = make_copy_at("numbering", original=paper, clerk=clerk, signer=chief)
    with pytest.raises(Refused, match=r"lập ngày 27/11/2026"):
        take("number", copy, clerk, dated_on=date(2026, 11, 26))
    given = {"paper": paper, "by": clerk, "now": NOW, "reason": "Ghi nhầm"}
    incoming_services.void_incoming(version=paper.version, **given)
    for verb, each, by in (("sign", waiting, chief), ("number", copy, clerk)):
        again = PaperCopy.objects.get(pk=each.pk)
        assert not services.may_take(by, again, verb)
        with pytest.raises(Refused, match="Số đến của văn bản đã hủy"):
            take(verb, again, by, **{"dated_on": TODAY} if verb == "number" else {})
    assert "Số đến của văn bản được sao đã hủy." in client_as(clerk).get(copy.get_absolute_url()).content.decode()
    assert take("drop", PaperCopy.objects.get(pk=copy.pk), clerk, reason="Hủy").state == "dropped"


@pytest.mark.parametrize("what", ["entry", "scan"])
def test_a_copy_goes_no_further_once_the_entry_or_the_scan_of_its_original_is_corrected(client_as, clerk, what):
    paper, chief = scanned(clerk), make_user(Role.CHIEF_OF_OFFICE)
    waiting, signed, issued = (
        make_copy_at(state, original=paper, clerk=clerk, signer=chief) for state in ("signing", "numbering", "issued")
    )
    named = services.named(paper)
    shown = client_as(clerk)
    assert "đã sửa sau khi lập bản sao" not in shown.get(waiting.get_absolute_url()).text
    values = {name: getattr(paper, name) for name in incoming_services.ENTRY}
    scan = save_upload(SimpleUploadedFile("dung.pdf", one_page("dung")), by=clerk, now=NOW) if what == "scan" else None
    incoming_services.correct_incoming(
        paper=paper, values=values | ({"symbol": "777/KHAC"} if what == "entry" else {}), version=paper.version,
        by=clerk, now=NOW, reason="Ghi nhầm", scan=scan,
    )  # fmt: skip
    for verb, each, by in (("sign", waiting, chief), ("number", signed, clerk)):
        again = PaperCopy.objects.get(pk=each.pk)
        assert not services.may_take(by, again, verb)
        with pytest.raises(Refused, match=r"đã sửa sau khi lập bản sao\. Hãy bỏ"):
            take(verb, again, by, **{"dated_on": TODAY} if verb == "number" else {})
        page_of = shown.get(each.get_absolute_url())
        assert "đã sửa sau khi lập bản sao. Hãy bỏ" in page_of.text and named in page_of.text
    page_of = shown.get(issued.get_absolute_url()).text
    assert "bản sao theo bản trước khi sửa" in page_of and named in page_of
    assert PaperCopy.objects.get(pk=issued.pk).number.subject.endswith(named)
    assert take("drop", PaperCopy.objects.get(pk=signed.pk), clerk, reason="Lập lại").state == "dropped"
    paper.refresh_from_db()
    assert make_copy_at("issuing", original=paper, clerk=clerk, signer=chief).called == services.named(paper)


def test_a_copy_of_a_scan_that_was_changed_after_it_was_signed_says_so(client_as, clerk):
    signed = signed_page("den", person_key(clerk))
    for content, told in ((signed, False), (signed.replace(b"TAI LIEU", b"TAI LIEV", 1), True)):
        scan = save_upload(SimpleUploadedFile("den.pdf", content), by=clerk, now=NOW)
        original = make_incoming(scan=scan, found=trust.looked_at(scan, NOW), by=clerk)
        copy = make_copy_at("issued", original=original, clerk=clerk)
        for address in (page("copy_incoming", original), copy.get_absolute_url()):
            shown = client_as(clerk).get(address).content.decode()
            assert ("Chữ ký số của bản quét được sao: đã bị sửa sau khi ký." in shown) == told


def test_where_it_is_kept_is_printed_once_and_the_page_names_who_prepared_and_issued(client_as, clerk):
    copy = make_copy_at("issued", original=scanned(clerk), clerk=clerk, recipients="Như trên\n- Lưu: VT;")
    assert text_of(bytes_of(copy.drawn))[-1].count("Lưu: VT") == 1
    shown = client_as(clerk).get(copy.get_absolute_url()).content.decode()
    assert all(words in shown for words in ("Người lập bản sao", "Người phát hành"))


def test_each_step_is_taken_by_whose_turn_it_is_once_and_what_has_its_number_stands(clerk):
    chief, other = make_user(Role.CHIEF_OF_OFFICE), make_director()
    copy = make_copy_at("signing", original=scanned(clerk), clerk=clerk, signer=chief)
    for person in (clerk, other, make_officer()):
        with pytest.raises(NotAllowed):
            take("sign", copy, person)
    with pytest.raises(Conflict):
        take("number", copy, clerk, dated_on=TODAY)
    signed = take("sign", copy, chief)
    with pytest.raises(StaleVersion):
        take("sign", copy, chief)
    with pytest.raises(NotAllowed):
        take("number", signed, chief, dated_on=TODAY)
    with pytest.raises(Refused, match="2026"):
        take("number", signed, clerk, dated_on=date(2025, 12, 31))
    with pytest.raises(Refused, match="Nếu văn bản phải mang ngày 05/01/2027"):
        take("number", signed, clerk, dated_on=date(2027, 1, 5))
    numbered = take("number", signed, clerk, dated_on=TODAY)
    with pytest.raises(Conflict):
        take("drop", numbered, clerk, reason="Sai")
    with pytest.raises(Refused, match="bản sao"):
        numbers.void_number(number=numbered.number, version=1, reason="Nhầm", by=clerk, now=NOW)
    dropped = take("drop", make_copy_at("signing", original=copy.incoming, clerk=clerk), clerk, reason="Thừa")
    assert (dropped.state, dropped.dropped_reason) == ("dropped", "Thừa")


def test_a_copy_that_was_signed_outside_is_taken_back_byte_for_byte(clerk):
    chief = make_user(Role.CHIEF_OF_OFFICE)
    copy = make_copy_at("signing", original=scanned(clerk), clerk=clerk, signer=chief)
    signed = sign(bytes_of(copy.drawn), person_key(chief), field=SIGNER, place=services.signing_place(copy), now=NOW)
    given = {"copy": copy, "verb": "sign", "version": copy.version, "by": chief, "now": NOW}
    with pytest.raises(Refused, match="không phải"):
        services.upload_copy(file=SimpleUploadedFile("khac.pdf", one_page("khac")), **given)
    taken = services.upload_copy(file=SimpleUploadedFile("da-ky.pdf", signed), **given)
    assert (taken.state, bytes_of(taken.signed)) == ("numbering", signed)


def test_the_database_refuses_what_the_guards_forbid(clerk):
    paper = scanned(clerk)
    copies = [make_copy_at(state, original=paper, clerk=clerk) for state in ("signing", "numbering", "issuing")]
    make_number(dated_on=date(2026, 1, 2), now=NOW)
    for name, statements in attempts(copied, updated, removed).items():
        for statement in statements:
            with (
                pytest.raises(DatabaseError, match=f"guard {name}"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
                assert cursor.rowcount != 0, f"nothing to try {name} on"
    for change, constraint in (
        ({"dropped_reason": "x"}, "copy_dropped_with_a_reason"),
        ({"issued_by": "x"}, "copy_issued_by_somebody"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            PaperCopy.objects.filter(pk=copies[0].pk).update(**change)


# --- on the pages ------------------------------------------------------------------------------


def page(name, *rows):
    return reverse(f"documents:{name}", args=[row.public_id for row in rows])


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def test_a_copy_is_prepared_once_from_the_page_of_the_original_signed_numbered_and_issued(client_as, clerk):
    make_copy_series()
    chief, paper = make_user(Role.CHIEF_OF_OFFICE), scanned(clerk)
    assert page("copy_incoming", paper) in client_as(clerk).get(page("incoming", paper)).content.decode()
    given = {
        "kind": "full", "recipients": "Các phòng & trung tâm", "signer": chief.pk, "authority": "own",
        "operation_key": str(uuid.uuid4()), "state": "issued",
    }  # fmt: skip
    refused = client_as(clerk).post(page("copy_incoming", paper), given)
    assert "Các phòng &amp; trung tâm" in refused.content.decode()
    answers = [client_as(clerk).post(page("copy_incoming", paper), given | {"authority": "tl"}) for _time in range(2)]
    copy = PaperCopy.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {page("copy", copy)}
    assert copy.state == "signing"
    assert client_as(clerk).get(page("sign_copy", copy)).status_code == 403
    assert page("sign_copy", copy) in client_as(chief).get(page("copy", copy)).content.decode()
    for person, verb in ((chief, "sign"), (clerk, "number"), (clerk, "issue")):
        more = {"dated_on": f"{timezone.localdate():%d/%m/%Y}"} if verb == "number" else {}
        assert client_as(person).get(page(f"{verb}_copy", copy)).status_code == 200
        post(client_as(person), page(f"{verb}_copy", copy), version=copy.version, **more)
        copy.refresh_from_db()
    assert copy.state == "issued"
    shown = client_as(clerk).get(page("incoming", paper)).content.decode()
    assert copy.number.symbol in shown
    assert page("copy", copy) in client_as(clerk).get(page("number", copy.number)).content.decode()
    assert client_as(clerk).get(page("copy_pdf", copy)).getvalue() == bytes_of(copy.sealed)
    picture = client_as(clerk).get(reverse("documents:copy_page", args=[copy.public_id, 2]))
    assert picture.content.startswith(b"\x89PNG")


def test_a_copy_is_seen_by_whoever_sees_the_original_and_is_not_there_for_others(client_as, client, clerk):
    office = make_office()
    officer, paper = make_officer(office=office), scanned(clerk)
    pass_on(paper, office, by=clerk)
    copy = make_copy_at("signing", original=paper, clerk=clerk)
    addresses = [page("copy", copy), page("copy_pdf", copy), reverse("documents:copy_page", args=[copy.public_id, 1])]
    for reader in (officer, make_auditor(), copy.signer):
        answers = [client_as(reader).get(address) for address in addresses]
        assert {answer.status_code for answer in answers} == {200}
        answers[1].getvalue()  # to its end, which closes the file behind it
    assert {client_as(make_officer()).get(address).status_code for address in addresses} == {404}
    assert {client_as(make_enterprise_user()).get(address).status_code for address in addresses} == {403}
    assert {client.get(address).status_code for address in addresses} == {302}
    assert client_as(officer).get(page("copy_incoming", paper)).status_code == 403


def test_whoever_is_slower_at_a_copy_reads_who_took_the_step(client_as, clerk):
    chief = make_user(Role.CHIEF_OF_OFFICE)
    copy = make_copy_at("signing", original=scanned(clerk), clerk=clerk, signer=chief)
    version = copy.version
    take("sign", copy, chief)
    for verb, more in (("sign", {}), ("drop", {"reason": "Thừa"})):
        late = post(client_as(chief), page(f"{verb}_copy", copy), version=version, **more).content.decode()
        assert "Cả hai bản được hiện ra" not in late and "không còn làm được nữa" in late and chief.full_name in late
        assert (
            f'href="{copy.get_absolute_url()}">Mở trang xem' in late
            and 'class="btn btn-primary" type="submit"' not in late
        )
    late = post(client_as(clerk), page("drop_copy", copy), version=version, reason="Thừa").content.decode()
    assert (
        "Trong lúc đó đã có người xử lý" in late and 'class="btn btn-primary" type="submit"' in late and "Thừa" in late
    )


# --- what an extract says ----------------------------------------------------------------------

BODY = """# I. Giao nhiệm vụ
1. Giao Phòng Quản lý công nghiệp chi 1.500 triệu đồng. Không được chi tiền mặt;
2. Giao Văn phòng Sở báo cáo trước ngày 15/12/2026.
STT | Doanh nghiệp | Số tiền
1 | Công ty A | 100
2 | Công ty B | 200
Tổng | | 300
3. Các phòng thực hiện: đúng hạn, đúng mức.
Tên | Mức
Giấy | 5"""
RIGHT = [
    "1. Giao Phòng Quản lý công nghiệp chi 1.500 triệu đồng.",
    "Không được chi tiền mặt",
    "# I. Giao nhiệm vụ\n1. Giao Phòng  Quản lý công nghiệp chi 1.500 triệu đồng. Không được chi tiền mặt;",
    "1. Giao Phòng Quản lý công nghiệp […] Không được chi tiền mặt;",
    "… được chi tiền mặt;",
    "I. Giao nhiệm vụ\n[…]\n2. Giao Văn phòng Sở báo cáo …\n3. Các phòng thực hiện: đúng hạn, đúng mức.",
    "STT | Doanh nghiệp | Số tiền\n… | … | …\n2 | Công ty B | 200\nTổng | | 300",
    "STT\tDoanh nghiệp\tSố tiền\n1\tCông ty A\t100",
    "[…]\nGiấy | 5",
    "Kết quả thực hiện\nLuật Thủ đô;\n1. Giao Phòng Quản lý công nghiệp chi 1.500 triệu đồng.\n[…]\nGiấy | 5\nCác phòng",
    unicodedata.normalize("NFD", "Không được chi tiền mặt"),
]
WRONG = [
    ("Đoạn KHÔNG có trong văn bản gốc.", "không có nguyên văn"),
    ("1. Giao Phòng Quản lý công nghiệp chi 2.500 triệu đồng.", "không có nguyên văn"),
    ("1. Giao Phòng Quản lý công nghiệp chi 500 triệu đồng.", "không có nguyên văn"),
    ("500 triệu đồng.", "không có nguyên văn"),
    ("1. Giao Phòng Quan lý công nghiệp chi 1.500 triệu đồng.", "không có nguyên văn"),
    ("2. Giao Văn phòng Sở báo cáo trước ngày 15/12/2026. 3. Các phòng thực hiện: đúng hạn, đúng mức.", "không có nguyên văn"),
    ("Không được chi tiền mặt; 2. Giao Văn phòng Sở báo cáo trước ngày 15/12/2026.", "không có nguyên văn"),
    ("được chi tiền mặt;", "giữa một câu"),
    ("2. Giao Văn phòng Sở báo cáo", "giữa một câu"),
    ("2. Giao Văn phòng Sở báo cáo trước ngày 15/12/2026.\n[…]\nI. Giao nhiệm vụ", "không liền sau"),
    ("I. Giao nhiệm vụ\n2. Giao Văn phòng Sở báo cáo trước ngày 15/12/2026.", "không liền sau"),
    ("1. Giao Phòng Quản lý công nghiệp chi 1.500 triệu đồng.\n2. Giao Văn phòng Sở báo cáo …", "không liền sau"),
    ("2 | Công ty B | 250", "“2 | Công ty B | 250” không có nguyên văn"),
    ("2 | Công ty A | 200", "không có nguyên văn"),
    ("2 | Công ty B", "không có nguyên văn"),
    ("Công ty B", "không có nguyên văn"),
    ("2 Công ty B 200", "không có nguyên văn"),
    ("STT | Doanh nghiệp | Số tiền\n2 | Công ty B | 200", "không liền sau"),
    ("STT | Doanh nghiệp | Số tiền\n… | … | …\nGiấy | 5", "không liền sau"),
    ("Không được chi tiền mặt;\nđã duyệt", "“đã duyệt” không có nguyên văn"),
    ("[…]", "không có dòng nào"),
]  # fmt: skip


@pytest.fixture
def issued(clerk):
    make_copy_series("TrS", "TRÍCH SAO")
    given = {"subject": "Kết quả thực hiện", "bases": "- Luật Thủ đô", "recipients": "Các phòng"}
    return make_paper_at("issued", clerk=clerk, body=BODY, **given)


def test_an_extract_says_line_for_line_what_the_issued_paper_says(clerk, issued):
    for extract in RIGHT:
        services.require_in_original(extract, issued)
    copy = make_copy_at("issued", original=issued, clerk=clerk, kind="extract", extract=RIGHT[0])
    assert "chi 1.500 triệu đồng." in text_of(bytes_of(copy.sealed))[0]


@pytest.mark.parametrize(("extract", "said"), WRONG)
def test_an_extract_that_says_otherwise_is_refused_with_its_first_such_line(clerk, issued, extract, said):
    with pytest.raises(Refused, match=re.escape(said)):
        make_copy_at("signing", original=issued, clerk=clerk, kind="extract", extract=extract)
    assert not PaperCopy.objects.exists()


def test_what_was_typed_of_a_refused_extract_stays_on_the_form_and_a_scan_is_said_not_to_be_compared(
    client_as, clerk, issued
):
    chief = make_user(Role.CHIEF_OF_OFFICE)
    given = {
        "kind": "extract",
        "extract": "Đoạn KHÔNG có",
        "recipients": "Các phòng",
        "signer": chief.pk,
        "authority": "tl",
    }
    refused = post(client_as(clerk), page("copy_outgoing", issued), **given).text
    assert "“Đoạn KHÔNG có” không có nguyên văn" in refused and "Đoạn KHÔNG có</textarea>" in refused
    assert not PaperCopy.objects.exists()
    assert "không đối chiếu được" not in refused and "đối chiếu từng dòng" in refused
    paper = scanned(clerk)
    assert "không đối chiếu được" in client_as(clerk).get(page("copy_incoming", paper)).text
    post(client_as(clerk), page("copy_incoming", paper), **given)
    copy = PaperCopy.objects.get()
    assert "không đối chiếu được" in client_as(chief).get(page("sign_copy", copy)).text
    assert take("sign", copy, chief).state == "numbering"


def test_an_extract_from_before_extracts_were_compared_goes_no_further(client_as, clerk, issued, monkeypatch):
    chief = make_user(Role.CHIEF_OF_OFFICE)
    wrong = {"original": issued, "clerk": clerk, "signer": chief, "kind": "extract", "extract": "Đoạn KHÔNG có"}
    with monkeypatch.context() as before:
        before.setattr(services, "require_in_original", lambda extract, original: None)
        before.setattr(services, "stands_in", lambda extract, original: True)
        waiting, signed, done = (make_copy_at(state, **wrong) for state in ("signing", "numbering", "issued"))
    for verb, copy, by in (("sign", waiting, chief), ("number", signed, clerk)):
        assert not services.may_take(by, copy, verb)
        with pytest.raises(Refused, match=r"không có trong bản gốc\. Hãy bỏ"):
            take(verb, copy, by, **{"dated_on": TODAY} if verb == "number" else {})
        assert "không có trong bản gốc. Hãy bỏ" in client_as(clerk).get(copy.get_absolute_url()).text
    assert "không có trong bản gốc." in client_as(clerk).get(done.get_absolute_url()).text
    assert take("drop", signed, clerk, reason="Lập lại").state == "dropped"
