"""Forms 01 to 06 as files: the same words on the page, in the PDF and in the Word file, with the numbers of forms or without."""

from collections import Counter
from datetime import date
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Delegation
from accounts.roles import Role
from dossiers.models import DossierFile
from dossiers.presenting.slips import SUPPLEMENTED, control_slip, has_form, paper_of, slip_of, title_of
from tests.documents.test_layout import bare, pages_of, paper_as_docx, paper_as_pdf, text_of_docx
from tests.dossiers.test_dossier_services import issued
from tests.factories import (
    LONG_AGO,
    make_application,
    make_component,
    make_dossier,
    make_dossier_file,
    make_enterprise,
    make_enterprise_user,
    make_office,
    make_series,
    make_slip_line,
    make_stored_file,
    make_supplement,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db


def handled(enterprise=None, **fields):
    """A dossier whose slip has four of the five forms, and one that was not received."""
    version, enterprise = make_version(state="issued", **fields), enterprise or make_enterprise()
    signatory = make_enterprise_user(enterprise)
    stopped, refused = (make_dossier(version, enterprise, state="lodged", by=signatory) for _two in range(2))
    for target, verb in (("received", None), ("supplementing", None), ("received", None), ("received", "extend")):
        make_slip_line(stopped, target, verb)
    make_slip_line(stopped, "stopped")
    make_slip_line(refused, "refused")
    return stopped, refused


def slips_of(stopped, refused):
    lines = [*stopped.slip.with_people(), *refused.slip.with_people()]
    own = [line for line in lines if line.dossier_id == stopped.pk]
    return [*(slip_of(line) for line in lines if has_form(line)), control_slip(stopped, own)]


def test_each_form_says_the_same_on_the_page_in_the_pdf_and_in_the_word_file(client_as):
    dossiers = handled(form_set="numbered")
    slips = slips_of(*dossiers)
    assert [slip.form[:9] for slip in slips] == [f"Mẫu số 0{number}" for number in (1, 2, 4, 5, 3, 6)]
    for slip in slips:
        paper = paper_of(slip)
        (said,) = pages_of(paper_as_pdf(paper).pdf)
        assert Counter(bare(said)) == Counter(text_of_docx(paper_as_docx(paper)))
        texts = [f"{label}: {text}" for label, text in slip.lines] + [str(cell) for row in slip.rows for cell in row]
        for words in (slip.form, slip.title.upper(), f"Số: {slip.number}", *texts, *slip.paragraphs, slip.name):
            assert bare(words) in bare(said)
    receipt = dossiers[0].slip.get(verb="receive")
    page = client_as(make_user(Role.INTAKE)).get(
        reverse("dossiers:dossier_form", args=[dossiers[0].public_id, receipt.public_id])
    )
    shown = bare(unescape(page.content.decode()))
    assert "Tải về PDF để in" in unescape(page.content.decode()) and b"data-print" not in page.content
    for words in (slips[0].form, slips[0].title, *(text for line in slips[0].lines for text in line)):
        assert bare(words) in shown


def test_the_receipt_of_paper_names_the_day_on_which_it_came_and_from_when_the_term_runs():
    dossier, _refused = handled()
    receipt = dossier.slip.get(verb="receive")
    online = dict(slip_of(receipt).lines)
    assert "Nộp hồ sơ lúc" in online and "Ngày hồ sơ giấy đến" not in online
    started = f"{receipt.starts_on:%d/%m/%Y}"
    assert online["Thời gian giải quyết"].endswith(f"tính từ ngày làm việc tiếp theo ngày {started}")
    receipt.dossier.channel, receipt.dossier.arrived_on = "post", date(2026, 11, 24)
    paper = dict(slip_of(receipt).lines)
    assert paper["Ngày hồ sơ giấy đến"] == "24/11/2026"
    assert paper["Nhập vào Cổng lúc"] == online["Nộp hồ sơ lúc"]


def test_the_receipt_confirms_what_was_supplemented_before_it_too():
    version = make_version()
    second = make_component(version, name_vi="Hình ảnh")
    version = issued(version)
    first, dossier = version.components.first(), make_dossier(version, make_enterprise())
    make_dossier_file(dossier, first)
    make_application(dossier)
    lodged = {"state": "lodged", "code": "TT-F1", "applicant_name": "A", "applicant": dossier.started_by}
    lodged |= {"submitted_at": LONG_AGO, "submitted_by": dossier.started_by}
    type(dossier).objects.filter(pk=dossier.pk).update(**lodged)
    dossier.refresh_from_db()
    asked = make_supplement(dossier, state="sent", items=2)
    make_slip_line(dossier, "supplementing", request=asked)
    one, other = asked.items.all()
    for item, component in ((one, second), (one, first), (other, None)):
        DossierFile.objects.create(
            dossier=dossier,
            item=item,
            component=component,
            file=make_stored_file(),
            added_at=LONG_AGO,
            added_by=make_user(),
        )
    answered = make_supplement(dossier, state="answered")
    make_slip_line(dossier, "lodged", request=answered)
    make_slip_line(dossier, "received")
    rows = slip_of(dossier.slip.get(verb="receive")).rows
    assert rows == [[1, first.name_vi, 2], [2, "Hình ảnh", 1], [3, "Đơn đã ký số", 1], [4, SUPPLEMENTED, 1]]


def test_forms_have_the_head_of_papers_and_are_counted_one_after_another(client_as):
    series = make_series(superior="ỦY BAN NHÂN DÂN\nTHÀNH PHỐ THỬ", issuer="SỞ THỬ")
    make_series(issuer="HỘI ĐỒNG", on_behalf_of="HỘI ĐỒNG")
    own = make_series(superior="BỘ THỬ", issuer="CỤC THỬ")
    for given, head in (({}, series), ({"result_series": own}, own)):
        dossiers = handled(**given)
        slips = slips_of(*dossiers)
        assert {slip.head for slip in slips} == {(head.superior, head.issuer)}
        assert {(paper_of(slip).superior, paper_of(slip).issuer) for slip in slips} == {(head.superior, head.issuer)}
        stopped, refused = (dossier.code for dossier in dossiers)
        numbers = [slip.number for slip in slips]
        assert numbers == [f"{stopped}/{place}" for place in (1, 2, 3, 4)] + [f"{refused}/1", stopped]
    shown = client_as(make_user(Role.INTAKE)).get(reverse("dossiers:control_slip", args=[dossiers[0].public_id]))
    assert "<p>BỘ THỬ</p>" in shown.content.decode()


def test_an_apology_is_signed_by_the_post_of_whoever_promised_the_new_day():
    office = make_office(name="Phòng Quản lý công nghiệp")
    stopped, _refused = handled()
    lines = {line.verb: line for line in stopped.slip.with_people()}
    director, deputy = make_user(Role.DIRECTOR), make_user(Role.DEPUTY_DIRECTOR)
    head, second = (make_user(role, office=office) for role in (Role.HEAD, Role.DEPUTY_HEAD))
    authorised, stranger = make_user(Role.HEAD, office=make_office()), make_user(Role.HEAD, office=make_office())
    today = timezone.localdate(lines["extend"].at)
    for right in ("dossiers.extend", "dossiers.stop"):
        Delegation.objects.create(
            giver=director, receiver=authorised, action=right, starts_on=today, ends_on=today, planned_ends_on=today,
            paper="12/GUQ-SCT", created_by="user:x", created_at=lines["extend"].at,
        )  # fmt: skip
    for person, above in (
        (director, ("GIÁM ĐỐC",)),
        (deputy, ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        (head, ("TL. GIÁM ĐỐC", "TRƯỞNG PHÒNG QUẢN LÝ CÔNG NGHIỆP")),
        (second, ("TL. GIÁM ĐỐC", "KT. TRƯỞNG PHÒNG QUẢN LÝ CÔNG NGHIỆP", "PHÓ TRƯỞNG PHÒNG")),
        (authorised, ("TUQ. GIÁM ĐỐC",)),
        (stranger, ("Thủ trưởng đơn vị",)),
    ):
        for verb in ("extend", "stop"):
            line = lines[verb]
            line.by, line.office = person, office
            slip = slip_of(line)
            assert slip.signer == above
            said = pages_of(paper_as_pdf(paper_of(slip)).pdf)[0]
            for words in (*above, person.full_name):
                assert bare(words.upper() if words in above else words) in bare(said)


def test_a_programme_procedure_has_the_same_content_without_the_numbers_of_forms():
    for slip in slips_of(*handled(form_set="plain")):
        said = bare(pages_of(paper_as_pdf(paper_of(slip)).pdf)[0])
        assert bare(slip.title.upper()) in said
        assert "Mẫusố" not in said and "03/2025" not in said


def test_a_request_for_a_supplement_is_told_by_its_number_and_has_its_own_day_on_the_control_slip():
    dossier = make_dossier(make_version(state="issued"), make_enterprise(), state="lodged", by=make_user())
    asked = make_supplement(dossier, state="sent", answer_by=date(2026, 12, 11))
    line = make_slip_line(dossier, "supplementing", request=asked)
    assert title_of(line) == "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ (lần 1)"
    assert slip_of(line).title == "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"
    assert control_slip(dossier, [line]).rows[0][5] == "11/12/2026"


def test_whoever_sees_the_dossier_downloads_its_forms_and_only_staff_its_control_slip(client_as):
    dossier, _refused = handled()
    receipt = dossier.slip.get(verb="receive")
    routes = [(f"dossier_form_{kind}", [dossier.public_id, receipt.public_id]) for kind in ("pdf", "word")]
    slips = [(f"control_slip_{kind}", [dossier.public_id]) for kind in ("pdf", "word")]
    stranger, own = client_as(make_enterprise_user(make_enterprise())), client_as(dossier.applicant)
    clerk = client_as(make_user(Role.INTAKE))
    for name, arguments in routes:
        assert stranger.get(reverse(f"dossiers:{name}", args=arguments)).status_code == 404
        answer = own.get(reverse(f"dossiers:{name}", args=arguments))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.getvalue().startswith(b"%PDF" if "pdf" in name else b"PK")
    for name, arguments in slips:
        assert own.get(reverse(f"dossiers:{name}", args=arguments)).status_code == 403
        assert clerk.get(reverse(f"dossiers:{name}", args=arguments)).getvalue()


def test_what_cannot_be_printed_sends_back_to_the_page_and_the_word_file_is_there(client_as):
    dossier, _refused = handled(make_enterprise(name="Công ty 漢字"))
    receipt, clerk = dossier.slip.get(verb="receive"), client_as(make_user(Role.INTAKE))
    arguments = [dossier.public_id, receipt.public_id]
    answer = clerk.get(reverse("dossiers:dossier_form_pdf", args=arguments), follow=True)
    assert answer.redirect_chain and "không in được" in unescape(answer.content.decode())
    assert clerk.get(reverse("dossiers:dossier_form_word", args=arguments)).getvalue().startswith(b"PK")
