"""What whoever holds a receipt reads without an account: how the dossier stands, and nothing of who asks or for what."""

import re
import uuid
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from documents.layout.data import qr_modules
from dossiers.models import Dossier
from dossiers.presenting.dossiers import own_turn
from dossiers.presenting.slips import paper_of, slip_of
from dossiers.states import State
from tests.dossiers.test_dossier_models import forced_into, refused, setting
from tests.dossiers.test_dossier_views import text_of
from tests.factories import (
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_office,
    make_slip_line,
    make_supplement,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db
SENTENCE = "Tra cứu tình trạng hồ sơ, không cần tài khoản, tại địa chỉ: "


def lodged(form_set="plain"):
    enterprise = make_enterprise("Công ty TNHH Giữ Kín")
    signatory = make_enterprise_user(enterprise, full_name="Trần Văn Ký")
    version = make_version(state="issued", form_set=form_set, office=make_office(name="Phòng Quản lý công nghiệp"))
    return make_dossier(version, enterprise, state="lodged", by=signatory)


def address(dossier):
    return reverse("dossiers:look_up_dossier", args=[dossier.token])


def test_the_receipt_bears_an_address_that_nobody_can_guess_in_words_and_as_a_code():
    for form_set in ("numbered", "plain"):
        dossier = lodged(form_set)
        slip = slip_of(make_slip_line(dossier, "received"))
        whole = f"{settings.SITE_URL}{address(dossier)}"
        assert slip.paragraphs == [SENTENCE + whole] and slip.code == whole
        assert paper_of(slip).as_data()["qr"] == qr_modules(whole) != []
        assert len(dossier.token) == 24 and dossier.code not in whole and str(dossier.public_id) not in whole
    assert len({lodged().token for _each in range(20)}) == 20
    assert refused(setting(dossier, token="another"), "dossiers_dossier")
    assert refused(setting(make_dossier(), token="another"), "dossiers_dossier")


def test_other_forms_bear_no_code():
    dossier = lodged()
    make_slip_line(dossier, "received")
    assert slip_of(make_slip_line(dossier, "stopped")).code == ""


def test_whoever_has_the_address_reads_state_days_and_whose_turn_it_is_and_nothing_else(client):
    dossier = lodged()
    page = text_of(client.get(address(dossier)))
    for words in (
        dossier.code,
        str(dossier.procedure),
        "Chờ tiếp nhận",
        "chưa tiếp nhận",
        "Đang chờ Sở xử lý",
        "Bước tiếp theo",
    ):
        assert words in page
    assert page.split("<main")[1].count(f">{dossier.code}<") == 1
    handler = make_user(Role.OFFICER, office=dossier.procedure_version.office, full_name="Lê Thị Giữ")
    make_slip_line(dossier, "received", handler=handler, due_on=date(2026, 12, 4), note="Ghi chú trong nội bộ")
    make_slip_line(dossier, "appraising")
    asked = make_supplement(dossier, "appraising", state="sent", answer_by=date(2026, 12, 11))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address(dossier))
    assert len(queries) <= 3
    received = dossier.slip.get(verb="receive").at
    for words in ("Đang thẩm định", f"{received:%d/%m/%Y}", "thứ Sáu 04/12/2026", "Đang chờ Sở xử lý"):
        assert words in text_of(answer)
    make_slip_line(dossier, "supplementing", request=asked)
    answer = client.get(address(dossier))
    page = text_of(answer)
    assert "Chờ bổ sung" in page and "Đang chờ doanh nghiệp" in page and "11/12/2026" in page
    kept = (
        "Giữ Kín",
        dossier.enterprise.tax_code,
        "Trần Văn Ký",
        "Lê Thị Giữ",
        "nội bộ",
        "Phòng Quản lý",
        "Thiếu mặt bằng",
    )
    for words in (*kept, asked.items.get().wanted, str(dossier.public_id)):
        assert words not in answer.content.decode()
    assert "private" in answer.headers["Cache-Control"] and "noindex" in answer.headers["X-Robots-Tag"]


DEPARTMENT, ENTERPRISE = (
    ("Đang chờ Sở xử lý", "đang chờ Sở xử lý"),
    ("Đang chờ doanh nghiệp", "đang chờ doanh nghiệp"),
)
NOBODY = ("Không còn việc phải làm", "")
WHOSE_TURN = {
    "lodged": DEPARTMENT, "received": DEPARTMENT, "appraising": DEPARTMENT, "supplementing": ENTERPRISE,
    "submitted": DEPARTMENT, "approved": DEPARTMENT, "issued": ("Đã có kết quả, có thể nhận", "đã có kết quả"),
    "returned": NOBODY, "refused": NOBODY, "not_eligible": NOBODY, "stopped": NOBODY, "withdrawn": NOBODY,
}  # fmt: skip


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
def test_every_state_says_whether_anybody_is_waited_for(client, state):
    dossier = forced_into(state)
    everybody, own = WHOSE_TURN[state]
    page = text_of(client.get(address(dossier)))
    assert {words for words, _own in WHOSE_TURN.values() if words in page} == {everybody}
    assert own_turn(dossier) == own


def test_what_is_over_says_on_which_day(client):
    dossier = forced_into("issued")
    issued = dossier.slip.get(verb="issue")
    assert f"Ngày ban hành kết quả {issued.paper_on:%d/%m/%Y}" in words_of(client.get(address(dossier)))
    ended = forced_into("refused")
    page = words_of(client.get(address(ended)))
    assert f"Kết thúc ngày {timezone.localdate(ended.slip.get(verb='refuse').at):%d/%m/%Y}" in page
    assert "Ngày ban hành" not in page


def words_of(answer):
    """The words of a page without marks, days of the week and needless blanks."""
    text = re.sub("thứ (Hai|Ba|Tư|Năm|Sáu|Bảy)|Chủ Nhật", "", re.sub("<[^>]*>", " ", text_of(answer)))
    return " ".join(text.split())


def test_a_wrong_token_a_code_or_a_draft_is_not_found(client):
    dossier, draft = lodged(), make_dossier()
    for token in ("x" * 24, dossier.code, str(dossier.public_id), uuid.uuid4().hex, draft.token):
        answer = client.get(reverse("dossiers:look_up_dossier", args=[token]))
        assert answer.status_code == 404
        page = answer.content.decode()
        assert "đối chiếu" in page and "giấy tiếp nhận" in page and "hay ô tìm kiếm" not in page
    assert Dossier.objects.filter(token=draft.token).exists()


def test_the_confirmation_names_the_address(client_as):
    dossier = lodged()
    page = (
        client_as(dossier.applicant).get(reverse("dossiers:lodged_dossier", args=[dossier.public_id])).content.decode()
    )
    whole = f"{settings.SITE_URL}{address(dossier)}"
    assert whole in page
    path = re.search(r'<path d="([^"]+)"', page[page.index('class="qr"') :])[1]
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
    assert dark == {(x, y) for y, row in enumerate(qr_modules(whole)) for x, is_dark in enumerate(row) if is_dark}


def test_who_finds_nothing_is_sent_to_the_search_field_only_where_there_is_one(client, client_as):
    own = client_as(make_enterprise_user(make_enterprise()))
    for who, is_sent in ((client, False), (own, False), (client_as(make_user(Role.OFFICER)), True)):
        answer = who.get("/khong-co/")
        page = answer.content.decode()
        assert answer.status_code == 404 and ("hay ô tìm kiếm" in page) == ('id="top-search"' in page) == is_sent


def test_the_confirmation_says_what_is_next_now(client_as):
    for state, words in (
        (State.LODGED, "chưa có ngày hẹn"),
        (State.SUBMITTED, "quyết định"),
        (State.RETURNED, "đã kết thúc"),
    ):
        dossier = forced_into(state)
        client = client_as(make_enterprise_user(dossier.enterprise))
        assert words in text_of(client.get(reverse("dossiers:lodged_dossier", args=[dossier.public_id])))
