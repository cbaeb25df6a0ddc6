"""The way of a paper: each step by whose turn it is, once, with its evidence; sent back, stopped, and what breaks off."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from itertools import pairwise

import pytest
from asn1crypto import pem
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pypdf import PdfWriter

from accounts.handover import hand_over
from accounts.models import Post
from accounts.roles import Role
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.models import OutgoingPaper, PaperNumber, PaperStep
from documents.paper_states import INITIALLERS, MOVES, State, move_of
from documents.presenting import number_source
from documents.services import numbers, papers, way
from documents.signing.keys import agency_key, person_key
from documents.signing.places import fill_in, filled_in
from documents.signing.signatures import AGENCY, SIGNER, signatures_in
from documents.signing.writing import sign
from documents.store import bytes_of, keep_made
from tests.documents.making_certificates import certified
from tests.documents.test_numbers import kinds_of
from tests.factories import (
    make_administrator,
    make_agency,
    make_auditor,
    make_deputy_head,
    make_director,
    make_head,
    make_office,
    make_officer,
    make_paper,
    make_paper_at,
    make_series,
    make_user,
)
from tests.proofs.attempts import copied, removed, updated
from tests.proofs.attempts_papers import attempts

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
TODAY = date(2026, 11, 27)


@pytest.fixture
def clerk():
    return make_user(Role.RECORDS_CLERK)


def take(verb, paper, by, **given):
    return way.TAKING[verb](paper=paper, version=paper.version, by=by, now=NOW, **given)


def the_file(content, name="da-ky.pdf"):
    return SimpleUploadedFile(name, content)


# --- the whole way -----------------------------------------------------------------------------


def test_a_paper_goes_its_way_and_both_signatures_hold_after_number_and_date(clerk):
    paper = make_paper_at("issued", clerk=clerk)
    steps = list(paper.steps.order_by("place"))
    assert [step.verb for step in steps] == ["send", "initial", "check", "sign", "number", "seal", "issue"]
    assert all(step.by.startswith("user:") and step.at == NOW for step in steps)
    assert kinds_of(paper)[:7] == [
        "paper issued", "paper sealed", "paper numbered", "paper signed", "paper checked", "paper initialled", "paper sent",
    ]  # fmt: skip
    files = [bytes_of(file) for file in (paper.drawn, paper.signed, paper.numbered, paper.sealed)]
    assert all(later.startswith(earlier) for earlier, later in pairwise(files))
    assert filled_in(files[0]) == {"number": "", "day": "", "month": ""}
    assert filled_in(files[3]) == {"number": "01", "day": "27", "month": "11"}
    signer, agency = signatures_in(files[3])
    assert (signer.name, signer.certifies, signer.holds, signer.changed) == (
        paper.signer.full_name, True, True, "form_filling",
    )  # fmt: skip
    assert (agency.holds, agency.whole, agency.tryout, agency.trusted) == (True, True, True, False)
    assert "không có giá trị pháp lý" in agency.words
    assert b"pdfaid:part" in files[3]
    assert (paper.number.subject, paper.number.symbol) == (
        paper.subject,
        paper.series.symbol_of(1, office=paper.office, year=2026),
    )
    root = pem.armor("CERTIFICATE", agency_key().signing_cert.dump()).decode()
    assert [each.trusted for each in signatures_in(files[3], [root])] == [False, True]
    forged = fill_in(files[3], {"number": "99"}, on=TODAY)
    assert [each.holds for each in signatures_in(forged)][1] is False
    assert paper.number.signer == f"{paper.signer.full_name}, Giám đốc"
    broken = bytearray(files[3])
    broken[len(files[0]) // 2] ^= 1
    assert not any(each.intact for each in signatures_in(bytes(broken)))


def test_every_move_is_refused_to_whoever_it_does_not_belong_to_and_in_every_other_state(clerk):
    office = make_office()
    drafter, head, signer = make_officer(office=office), make_head(office=office), make_director()
    paper = make_paper(drafter=drafter, signer=signer)
    people = [drafter, make_officer(office=office), head, make_head(), signer, make_director(), clerk, make_auditor()]
    whose = {
        "send": drafter,
        "initial": head,
        "check": clerk,
        "sign": signer,
        "number": clerk,
        "seal": clerk,
        "issue": clerk,
    }
    for verb, right in whose.items():
        for other in ("initial", "check", "sign", "number", "seal", "issue", "return", "stop"):
            if move_of(other, State(paper.state)) is None:
                given = (
                    {"dated_on": TODAY} if other == "number" else {"reason": "x"} if other in ("return", "stop") else {}
                )
                with pytest.raises(Conflict):
                    take(other, paper, clerk, **given)
        given = {"dated_on": TODAY} if verb == "number" else {}
        for person in people:
            if person != right:
                with pytest.raises(NotAllowed):
                    take(verb, paper, person, **given)
        before = paper
        paper = take(verb, paper, right, **given)
        with pytest.raises(StaleVersion):
            take(verb, before, right, **given)
    assert paper.state == "issued"
    assert {(move.source, move.target) for move in MOVES} >= {(State.ISSUING, State.ISSUED)}


def test_two_people_draft_and_initial_and_two_initial_and_sign():
    call_command("load_duties", verbosity=0)
    office = make_office()
    head = make_head(office=office)
    own = take("send", make_paper(drafter=head, office=office), head)
    with pytest.raises(NotAllowed, match="hai người khác nhau"):
        take("initial", own, head)
    assert take("initial", own, make_deputy_head(office=office)).state == "checking"
    with pytest.raises(NotAllowed, match="chọn người ký khác"):
        take("send", make_paper(drafter=head, signer=head, authority="tl"), head)


def test_whoever_signs_a_paper_is_not_offered_its_initialling_and_reads_why(client_as, clerk):
    call_command("load_duties", verbosity=0)
    office = make_office()
    head, deputy = make_head(office=office), make_deputy_head(office=office)
    paper = make_paper(drafter=make_officer(office=office), signer=head, authority="tl")
    paper = make_paper_at("initialling", paper=paper)
    with pytest.raises(NotAllowed, match="trình ông/bà ký"):
        take("initial", paper, head)
    waiting = OutgoingPaper.objects.waiting_for
    assert [paper in waiting(person, TODAY) for person in (head, deputy)] == [False, True]
    shown = {person: client_as(person).get(page("paper", paper)).content.decode() for person in (head, deputy)}
    assert page("initial_paper", paper) in shown[deputy] and "trình ông/bà ký" not in shown[deputy]
    assert page("initial_paper", paper) not in shown[head] and "trình ông/bà ký" in shown[head]
    assert page("return_paper", paper) in shown[head]
    paper = make_paper_at("signing", paper=paper, head=deputy, clerk=clerk)
    assert page("sign_paper", paper) in client_as(head).get(page("paper", paper)).content.decode()


def test_the_page_says_who_may_take_the_next_step_and_offers_it_to_nobody_else(client_as, clerk):
    call_command("load_duties", verbosity=0)
    office = make_office(name="Phòng Quản lý công nghiệp")
    drafter, head = make_officer(office=office), make_head(office=office, full_name="Đỗ Thị Trưởng")
    make_head(office=make_office(), full_name="Ngô Văn Khác")
    paper, auditor = make_paper(drafter=drafter), make_auditor()
    said = {
        "draft": f"Trình ký nháy – {drafter.full_name}",
        "initialling": "Ký nháy nội dung – Trưởng phòng (Phòng Quản lý công nghiệp): Đỗ Thị Trưởng",
        "checking": f"Soát thể thức – Văn phòng Sở: {clerk.full_name}",
        "signing": f"Ký – {paper.signer.full_name}",
        "numbering": f"Cấp số, ngày – Văn thư: {clerk.full_name}",
        "sealing": f"Ký số của cơ quan – Văn thư: {clerk.full_name}",
        "issuing": f"Phát hành – Văn thư: {clerk.full_name}",
    }
    for state, words in said.items():
        paper = make_paper_at(state, paper=paper, head=head, clerk=clerk)
        people = (drafter, head) if state == "draft" else (drafter, head, clerk, paper.signer, auditor)
        offered = set()
        for person in people:
            shown = client_as(person).get(page("paper", paper))
            if shown.status_code == 404:
                continue
            assert f"Bước tiếp theo: {words}<" in unescape(shown.content.decode())
            if page(f"{way.next_verb(paper)}_paper", paper) in shown.content.decode():
                offered.add(person)
        assert offered == {each for each in people if way.may_take(each, paper, way.next_verb(paper), NOW)}
        assert len(offered) == 1


def test_the_page_says_when_nobody_may_take_the_next_step(client_as, clerk):
    paper = make_paper_at("initialling", paper=make_paper(drafter=make_officer()))
    Post.objects.filter(role__in=[role.value for role in INITIALLERS]).update(ends_on=TODAY - timedelta(days=1))
    assert "Hiện không ai thực hiện được bước này" in unescape(
        client_as(paper.drafter).get(page("paper", paper)).content.decode()
    )


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("subject", "Trích yếu"), ("addressees", "Kính gửi"), ("bases", "Căn cứ ban hành"), ("body", "Nội dung"),
        ("recipients", "Nơi nhận"),
    ],
)  # fmt: skip
def test_a_paper_with_a_place_left_to_fill_in_is_not_even_sent(clerk, place, named):
    paper = make_paper(**{place: "Gửi công ty\nKính gửi …"})
    said = f"Văn bản còn chỗ chưa điền ở mục “{named}”: “Kính gửi …”"
    with pytest.raises(Refused, match=said):
        take("send", paper, paper.drafter)
    assert OutgoingPaper.objects.get(pk=paper.pk).state == "draft"
    for verb, state in (("initial", "initialling"), ("check", "checking"), ("sign", "signing")):
        paper.state = state  # what was on its way before this was refused
        with pytest.raises(Refused, match=said):
            way.require_ready(paper, verb)
    way.require_ready(paper, "return")


@pytest.mark.parametrize("left", ["…", "1. ……", "Số: …/QĐ-SCT", "ngày ... tháng", "| … |", "......", "....…;"])
def test_an_ellipsis_that_stands_as_a_word_is_a_place_left_to_fill_in(left):
    assert way.left_to_fill_in(make_paper(body=left))


@pytest.mark.parametrize(
    "said", ["máy A, máy B… và máy C", "Đã giải quyết...", "trích (…) như trên", "gồm máy A, máy B, v.v."]
)
def test_an_ellipsis_at_a_word_is_and_so_on(said):
    assert way.left_to_fill_in(make_paper(body=said)) == ""


def test_every_place_left_to_fill_in_is_told_with_the_words_beside_it():
    long = "Sở Công Thương nhận được hồ sơ của Công ty Mộc Lan về việc hỗ trợ lãi suất vay vốn và trả lời như sau: thời hạn là … tháng"
    paper = make_paper(
        subject="Trả lời …", body=f"{long} kể từ ngày … tháng … năm 2026\nKhông còn chỗ nào ở đây", recipients="…"
    )
    said = way.left_to_fill_in(paper)
    assert said == (
        "Văn bản còn chỗ chưa điền ở mục “Trích yếu”: “Trả lời …”; ở mục “Nội dung”: “sau: thời hạn là … tháng kể từ ngày”, "
        "“tháng kể từ ngày … tháng … năm 2026”; ở mục “Nơi nhận”: “…”. Hãy điền hoặc bỏ trước khi trình."
    )
    paper.body = "\n".join(f"{number}. …" for number in range(1, 8))
    said = way.left_to_fill_in(paper)
    assert "“4. …”; và 4 chỗ khác. Hãy" in said and "5. …" not in said


def test_a_paper_that_is_sent_back_begins_anew_with_its_reason(clerk):
    paper = make_paper_at("numbering", clerk=clerk)
    old = paper.token
    back = take("return", paper, clerk, reason="Sai nơi nhận")
    assert (back.state, back.round, back.token, back.drawn, back.signed) == ("draft", 2, None, None, None)
    assert list(OutgoingPaper.objects.waiting_for(paper.drafter, TODAY)) == [back]
    again = make_paper_at("signing", paper=back, clerk=clerk)
    assert again.token not in (None, old)
    assert PaperStep.objects.filter(paper=paper, verb="return").get().note == "Sai nơi nhận"


def test_a_paper_that_is_stopped_after_its_number_leaves_a_void_number(clerk):
    series = make_series()
    paper = make_paper_at("issuing", clerk=clerk, series=series)
    number = paper.number
    with pytest.raises(Refused, match="dừng văn bản"):
        numbers.void_number(number=number, version=number.version, reason="Hủy", by=clerk, now=NOW)
    stopped = take("stop", paper, clerk, reason="Nội dung sai")
    number.refresh_from_db()
    assert (stopped.state, number.void_reason) == ("stopped", "Nội dung sai")
    issued = make_paper_at("issued", clerk=clerk, series=series)
    assert issued.number.number == 2
    with pytest.raises(Conflict):
        take("stop", issued, clerk, reason="Muộn")


def test_what_breaks_off_between_number_and_issue_goes_on_with_the_same_number(clerk):
    series = make_series()
    paper = make_paper_at("numbering", clerk=clerk, series=series)
    with pytest.raises(RuntimeError), transaction.atomic():
        take("number", paper, clerk, dated_on=TODAY)
        raise RuntimeError("the machine stops")
    paper = make_paper_at("sealing", paper=paper, clerk=clerk)  # the machine stops again, after the number was kept
    paper = OutgoingPaper.objects.get(pk=paper.pk)
    assert make_paper_at("issued", paper=paper, clerk=clerk).number.number == 1
    assert list(PaperNumber.objects.filter(series=series).values_list("number", flat=True)) == [1]


def test_somebody_who_takes_the_number_meanwhile_changes_nothing_but_the_number(clerk, monkeypatch):
    series = make_series()
    paper = make_paper_at("numbering", clerk=clerk, series=series)
    made = way.make_numbered(paper=paper, dated_on=TODAY, version=paper.version, by=clerk, now=NOW)
    make_paper_at("sealing", clerk=clerk, series=series)
    paper = take("number", paper, clerk, dated_on=TODAY, made=made)
    assert (paper.number.number, filled_in(bytes_of(paper.numbered))["number"]) == (2, "02")


def test_a_paper_is_not_dated_before_it_was_drawn_and_its_line_of_the_register_says_what_it_says(clerk, client_as):
    paper = make_paper_at("numbering", clerk=clerk)
    before = NOW.date() - timedelta(days=1)
    with pytest.raises(Refused, match="lập bản trình ký ngày"):
        way.number_paper(paper=paper, dated_on=before, version=paper.version, by=clerk, now=NOW)
    number = make_paper_at("issued", clerk=clerk).number
    given = {"number": number, "version": number.version, "by": clerk, "now": NOW, "reason": "Sửa"}
    entry = {name: getattr(number, name) for name in numbers.ENTRY}
    for name in numbers.OF_THE_PAPER:
        with pytest.raises(Refused, match="giữ nguyên như trong văn bản"):
            numbers.correct_number(values=entry | {name: "Khác hẳn"}, **given)
    typed = {"subject": "Khác hẳn", "copies": "7", "note": "Thêm", "reason": "Sửa", "version": number.version}
    address = reverse("documents:correct_number", args=[number.public_id])
    client_as(clerk).post(address, typed | {"operation_key": str(uuid.uuid4())})
    number.refresh_from_db()
    assert {name: getattr(number, name) for name in numbers.ENTRY} == entry | {"copies": 7, "note": "Thêm"}


def test_number_and_date_fit_the_paper(clerk):
    paper = make_paper_at("numbering", clerk=clerk)
    with pytest.raises(Refused, match="2026"):
        take("number", paper, clerk, dated_on=date(2025, 12, 31))
    with pytest.raises(Refused, match="Nếu văn bản phải mang ngày 05/01/2027"):  # not: send it back to be drawn anew
        take("number", paper, clerk, dated_on=date(2027, 1, 5))
    typed = make_paper_at("numbering", clerk=clerk, series=make_series(numbered_by="system", pattern="{number}/SCT-X"))
    with pytest.raises(Refused, match="Nhập số"):
        take("number", typed, clerk, dated_on=TODAY)
    assert take("number", typed, clerk, dated_on=TODAY, number=812).number.symbol == "812/SCT-X"


def test_a_paper_that_waits_for_its_number_says_where_that_comes_from(clerk, client_as):
    client = client_as(clerk)
    for series in (make_series(), make_series(numbered_by="system", pattern="{number}/SCT-X")):
        signing = make_paper_at("signing", clerk=clerk, series=series)
        paper = make_paper_at("numbering", clerk=clerk, series=series)
        said = number_source(series, paper.office, timezone.localdate())
        for address in (paper.get_absolute_url(), reverse("documents:number_paper", args=[paper.public_id])):
            assert said in client.get(address).content.decode()
        assert said not in client_as(signing.drafter).get(signing.get_absolute_url()).content.decode()
    assert "với 812/SCT-QLCN chỉ nhập 812" in client.get(address).content.decode()


def test_the_office_takes_back_what_its_signer_cannot_sign_and_papers_are_handed_over(clerk):
    office = make_office()
    leaving, staying = make_officer(office=office), make_officer(office=office)
    paper = make_paper_at("signing", drafter=leaving, clerk=clerk)
    with pytest.raises(NotAllowed):
        take("sign", paper, clerk)
    back = take("return", paper, clerk, reason="Người ký đã chuyển công tác")
    issued = make_paper_at("issued", drafter=leaving, clerk=clerk)
    assert staying in papers.who_may_go_on(leaving, TODAY)
    assert make_officer() not in papers.who_may_go_on(leaving, TODAY)
    hand_over(
        person=leaving, to={"papers": staying}, paper="", reason="Chuyển công tác", by=make_administrator(), now=NOW
    )
    back.refresh_from_db()
    issued.refresh_from_db()
    assert (back.drafter, issued.drafter) == (staying, leaving)
    assert kinds_of(back)[0] == "paper handed over"
    assert not papers.held_by(leaving).exists()


# --- signed outside ----------------------------------------------------------------------------


def locked_up(pdf):
    """The file saved with a password."""
    writer, buffer = PdfWriter(BytesIO(pdf)), BytesIO()
    writer.encrypt("mat khau", algorithm="AES-256")
    writer.write(buffer)
    return buffer.getvalue()


def test_a_paper_signed_outside_is_taken_in_when_its_bytes_and_its_signature_are_right(clerk):
    paper = make_paper_at("signing", clerk=clerk)
    drawn, place = bytes_of(paper.drawn), way.signing_place(paper)
    own = person_key(paper.signer)
    signed = sign(drawn, own, field=SIGNER, place=place, now=NOW)
    early = sign(fill_in(drawn, {"number": "77"}, on=TODAY), own, field=SIGNER, place=place, now=NOW)
    for content, why in (
        (drawn, "không phải văn bản đã tải"),
        (signed.replace(b"/Type/Page", b"/Type/Pagf", 1), "không phải văn bản đã tải"),
        (early, "đã bị điền"),
        (locked_up(signed), "bảo vệ bằng mật khẩu"),
        (with_something_hidden(signed, rb"0(?=0*>)", lambda _digit: b"7"), "bị thay đổi sau khi ký"),
        (with_something_hidden(signed, rb"[a-fA-F]", bytes.swapcase), "bị thay đổi sau khi ký"),
    ):
        with pytest.raises(Refused, match=why):
            way.upload_signed(paper=paper, file=the_file(content), version=paper.version, by=paper.signer, now=NOW)
    paper = way.upload_signed(paper=paper, file=the_file(signed), version=paper.version, by=paper.signer, now=NOW)
    assert paper.steps.latest("place").facts["name"] == paper.signer.full_name
    paper = take("number", paper, clerk, dated_on=TODAY)
    sealed = sign(bytes_of(paper.numbered), agency_key(), field=AGENCY, place=place, now=NOW)
    with pytest.raises(Refused, match="không phải văn bản đã tải"):
        way.upload_sealed(paper=paper, file=the_file(signed), version=paper.version, by=clerk, now=NOW)
    others = sign(bytes_of(paper.numbered), certified("Trịnh Văn Khác").signer, field=AGENCY, place=place, now=NOW)
    with pytest.raises(Refused, match="“Trịnh Văn Khác”; bước này do “Sở Công Thương” ký"):
        way.upload_sealed(paper=paper, file=the_file(others), version=paper.version, by=clerk, now=NOW)
    paper = way.upload_sealed(paper=paper, file=the_file(sealed), version=paper.version, by=clerk, now=NOW)
    assert all(each.holds for each in signatures_in(bytes_of(paper.sealed)))


def with_something_hidden(signed, old, new):
    """Another digit in the place that the signature leaves out of what it signs."""
    place = re.findall(rb"/ByteRange ?\[ ?\d+ (\d+) (\d+)", signed)[-1]
    start, end = map(int, place)
    found = re.search(old, signed[start:end]).start() + start
    return signed[:found] + new(signed[found : found + 1]) + signed[found + 1 :]


def signed_outside(drawn, key, *, field, permissions=None):
    """As another program signs: in a field of its own, without a picture, certifying only where it says so."""
    certify = permissions is not None
    about = PdfSignatureMetadata(
        field_name=field, certify=certify, docmdp_permissions=permissions or MDPPerm.FILL_FORMS
    )
    return PdfSigner(about, key).sign_pdf(IncrementalPdfFileWriter(BytesIO(drawn))).getvalue()


def test_a_signature_in_the_agencys_place_of_somebody_else_or_that_closes_the_paper_is_refused(clerk):
    paper = make_paper_at("signing", clerk=clerk)
    drawn, own = bytes_of(paper.drawn), person_key(paper.signer)
    called, before = paper.signer.full_name, NOW - timedelta(days=100)

    def upload(content):
        return way.upload_signed(paper=paper, file=the_file(content), version=paper.version, by=paper.signer, now=NOW)

    for content, why in (
        (signed_outside(drawn, own, field=AGENCY), "vị trí ký số của cơ quan"),
        (signed_outside(drawn, own, field="S1", permissions=MDPPerm.NO_CHANGES), "khóa văn bản"),
        (
            signed_outside(drawn, certified("Trịnh Văn Khác").signer, field="S1"),
            f"“Trịnh Văn Khác”; bước này do “{called}” ký",
        ),
        (signed_outside(drawn, certified(f"{called}9").signer, field="S1"), f"bước này do “{called}” ký"),
        (signed_outside(drawn, certified(called, ends=before).signer, field="S1"), "hết hạn"),
    ):
        with pytest.raises(Refused, match=why):
            upload(content)
    paper = upload(signed_outside(drawn, certified(f"{called.upper()} (CCCD 001)").signer, field="S1"))
    paper = make_paper_at("issued", paper=paper, clerk=clerk)
    assert [each.holds for each in signatures_in(bytes_of(paper.sealed))] == [True, True]


def test_a_paper_whose_agencys_place_is_taken_is_refused_in_words(clerk):
    paper = make_paper_at("sealing", clerk=clerk)
    taken = sign(
        bytes_of(paper.numbered), person_key(paper.signer), field=AGENCY, place=way.signing_place(paper), now=NOW
    )
    paper.numbered = keep_made(taken, name="a.pdf", now=NOW)
    with pytest.raises(Refused, match="không thể ký số của cơ quan"):
        way.sealed_by_agency(paper, NOW)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(clerk, settings):
    settings.UPLOAD_MEGABYTES = 0
    paper = make_paper_at("signing", clerk=clerk)
    with pytest.raises(Refused, match="MB"):
        way.upload_signed(paper=paper, file=the_file(b"x"), version=paper.version, by=paper.signer, now=NOW)


def test_in_production_nobody_signs_here_and_the_agency_only_with_its_certificate(clerk, settings, tmp_path):
    paper, numbered = make_paper_at("signing", clerk=clerk), make_paper_at("sealing", clerk=clerk)
    settings.PRODUCTION = True
    with pytest.raises(Refused, match="thiết bị của ông/bà"):
        take("sign", paper, paper.signer)
    with pytest.raises(Refused, match="Chưa cài chứng thư"):
        take("seal", numbered, clerk)
    settings.PRODUCTION = False
    agency_key()
    settings.PRODUCTION, settings.SIGNING_CERTIFICATE = True, str(settings.DATA_DIR / "signing" / "agency.p12")
    assert take("seal", numbered, clerk).state == "issuing"


# --- who sees, what waits ----------------------------------------------------------------------


def test_a_paper_on_its_way_is_seen_by_whoever_has_to_do_with_it_and_an_issued_one_by_all_staff(clerk):
    office = make_office()
    paper = make_paper_at("signing", drafter=make_officer(office=office))
    seen = OutgoingPaper.objects.visible_to
    for person in (paper.drafter, paper.signer, clerk, make_director(), make_auditor(), make_head(office=office)):
        assert paper in seen(person)
    for person in (make_officer(office=office), make_head(), make_user(Role.COUNCIL_MEMBER), make_user()):
        assert paper not in seen(person)
    issued = make_paper_at("issued", paper=paper, clerk=clerk)
    assert issued in seen(make_officer())
    assert issued not in seen(make_user())


def test_what_waits_is_with_whose_turn_it_is_and_late_when_its_day_is_past(clerk):
    waiting, office = OutgoingPaper.objects.waiting_for, make_office()
    head = make_head(office=office)
    paper = make_paper_at("initialling", drafter=make_officer(office=office), due_on=TODAY - timedelta(days=1))
    assert [paper in waiting(person, TODAY) for person in (head, clerk, paper.signer, paper.drafter)] == [
        True, False, False, False,
    ]  # fmt: skip
    paper = make_paper_at("signing", paper=paper, head=head, clerk=clerk)
    assert [paper in waiting(person, TODAY) for person in (head, clerk, paper.signer)] == [False, False, True]
    assert paper.is_late(TODAY)
    assert not paper.is_late(TODAY - timedelta(days=1))


# --- the database ------------------------------------------------------------------------------


def test_the_database_refuses_moves_without_their_step_and_changes_of_what_was_sent(clerk):
    series = make_series()
    sent, sealing = make_paper_at("initialling", series=series), make_paper_at("sealing", series=series, clerk=clerk)
    issued = make_paper_at("issued", series=series, clerk=clerk)
    make_paper(series=series)
    step = sent.steps.get()
    for act in (
        lambda: OutgoingPaper.objects.filter(pk=sent.pk).update(subject="Khác"),
        lambda: OutgoingPaper.objects.filter(pk=issued.pk).update(waiting_since=NOW + timedelta(days=1)),
        lambda: OutgoingPaper.objects.filter(pk=sealing.pk).update(number=None),
        lambda: OutgoingPaper.objects.filter(pk=sent.pk).update(state="checking"),
        lambda: PaperStep.objects.filter(pk=step.pk).update(at=NOW + timedelta(days=1)),
        step.delete,
        lambda: PaperStep.objects.create(
            paper=sent, place=9, round=1, verb="return", target="draft", by="user:x", at=NOW
        ),
        lambda: PaperStep.objects.create(paper=sent, place=9, round=1, verb="sign", target="numbering", by="x", at=NOW),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    for statements in attempts(copied, updated, removed).values():
        for statement in statements:
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


# --- on the pages ------------------------------------------------------------------------------


def page(name, paper):
    return reverse(f"documents:{name}", args=[paper.public_id])


def test_the_page_offers_each_step_to_whose_turn_it_is_and_takes_it_once(client_as, clerk):
    office = make_office()
    drafter, head = make_officer(office=office), make_head(office=office)
    paper = make_paper(drafter=drafter)
    key = "7b0e5f5c-93d4-4d0a-9c65-0a3f1c6f5a10"
    sent = {"version": paper.version, "operation_key": key}
    assert page("send_paper", paper) in client_as(drafter).get(page("paper", paper)).content.decode()
    for _time in range(2):
        assert client_as(drafter).post(page("send_paper", paper), sent).status_code == 302
    paper.refresh_from_db()
    assert (paper.state, paper.step_count) == ("initialling", 1)
    for name, person in (
        ("initial", head),
        ("check", clerk),
        ("sign", paper.signer),
        ("number", clerk),
        ("seal", clerk),
    ):
        client = client_as(person)
        assert client.get(page(f"{name}_paper", paper)).status_code == 200
        assert page(f"{name}_paper", paper) not in client_as(drafter).get(page("paper", paper)).content.decode()
        given = {"version": paper.version, "operation_key": key, "dated_on": f"{timezone.localdate():%d/%m/%Y}"}
        answer = client.post(page(f"{name}_paper", paper), given)
        assert answer.status_code == 302, answer.content.decode()
        paper.refresh_from_db()
    assert paper.state == "issuing"
    assert client_as(drafter).get(page("initial_paper", paper)).status_code == 403
    assert client_as(clerk).get(page("check_paper", paper)).status_code == 302
    shown = client_as(clerk).get(page("paper_signatures", paper)).content.decode()
    assert shown.count("Nguyên vẹn, ký bằng chứng thư thử nghiệm") == 2
    word = Document(BytesIO(client_as(clerk).get(page("paper_word", paper)).getvalue())).tables[1].cell(0, 0).text
    assert f"Số: {paper.number.symbol}" in word
    pdf = client_as(clerk).get(page("paper_pdf", paper))
    assert pdf.getvalue() == bytes_of(paper.sealed)
    filed = [
        reverse("documents:put_into_file", args=["outgoing", paper.number.public_id]),
        paper.number.get_absolute_url(),
    ]
    assert not any(link in client_as(clerk).get(page("paper", paper)).content.decode() for link in filed)
    make_paper_at("issued", paper=paper, clerk=clerk)
    assert all(link in client_as(clerk).get(page("paper", paper)).content.decode() for link in filed)


@pytest.mark.parametrize(
    ("state", "sees_it"), [("initialling", True), ("checking", False), ("signing", False), ("numbering", False)]
)
def test_whoever_sends_a_paper_back_that_they_then_no_longer_see_comes_to_the_list(client_as, clerk, state, sees_it):
    paper = make_paper_at(state, clerk=clerk)
    people = {"initialling": make_head(office=paper.office), "signing": paper.signer}
    client = client_as(people.get(state, clerk))
    sent = {"reason": "Thiếu căn cứ", "version": paper.version, "operation_key": str(uuid.uuid4())}
    answer = client.post(page("return_paper", paper), sent, follow=True)
    assert answer.status_code == 200 and "Đã trả văn bản cho người soạn thảo" in answer.content.decode()
    assert answer.redirect_chain == [(page("paper", paper) if sees_it else reverse("documents:paper_list"), 302)]


def test_a_signed_file_is_uploaded_and_a_wrong_one_is_refused_with_a_sentence(client_as, clerk):
    paper = make_paper_at("signing", clerk=clerk)
    client, drawn = client_as(paper.signer), bytes_of(paper.drawn)
    signed = sign(drawn, person_key(paper.signer), field=SIGNER, place=way.signing_place(paper), now=NOW)
    key = "7b0e5f5c-93d4-4d0a-9c65-0a3f1c6f5a11"
    given = {"version": paper.version, "operation_key": key}
    assert client.get(page("upload_signed", paper)).status_code == 200
    wrong = client.post(page("upload_signed", paper), given | {"file": BytesIO(drawn)})
    assert "da-ky" not in wrong.content.decode()
    refused = client.post(page("upload_signed", paper), given | {"file": the_file(drawn)})
    assert "không phải văn bản đã tải" in refused.content.decode()
    assert client.post(page("upload_signed", paper), given | {"file": the_file(signed)}).status_code == 302
    paper.refresh_from_db()
    assert paper.state == "numbering"


def test_the_code_on_a_paper_confirms_number_date_issuer_and_digest_and_nothing_else(client, clerk):
    paper = make_paper_at("issuing", clerk=clerk, subject="Nội dung không công khai")
    address = reverse("documents:confirm_paper", args=[paper.token])
    assert client.get(address).status_code == 404
    paper = make_paper_at("issued", paper=paper, clerk=clerk)
    make_agency("SCT", "Sở Công Thương")
    make_agency("UBNDTP", "Ủy ban nhân dân thành phố Hà Nội")
    shown = client.get(address).content.decode()
    for words in (paper.number.symbol, "27/11/2026", "Sở Công Thương thành phố Hà Nội", paper.sealed.sha256):
        assert words in shown
    for words in ("Nội dung không công khai", paper.signer.full_name, str(paper.public_id)):
        assert words not in shown
    nothing = client.get(reverse("documents:confirm_paper", args=["x" * 24]))
    assert nothing.status_code == 404 and "Văn phòng Sở" in nothing.content.decode()
