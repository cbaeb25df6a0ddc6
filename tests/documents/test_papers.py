"""Papers that go out: drafted for one's own office, signed in the right right, given up with a reason."""

from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.template.defaultfilters import striptags

from accounts.models import Post
from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from documents.composing import data_of
from documents.models import OutgoingPaper
from documents.services import papers as services
from documents.signatories import Authority, in_register
from screens.formats import vietnamese
from tests.documents.test_numbers import kinds_of
from tests.factories import (
    make_auditor,
    make_director,
    make_head,
    make_office,
    make_officer,
    make_paper,
    make_series,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)


@pytest.fixture
def office():
    return make_office("QLCN", name="Phòng Quản lý công nghiệp")


@pytest.fixture
def officer(office):
    return make_officer(office=office)


def values(office, signer):
    return {
        "series": make_series(),
        "office": office,
        "subject": "Kết quả thực hiện",
        "addressees": "",
        "bases": "",
        "body": "Nội dung.",
        "recipients": "Như trên",
        "signer": signer,
        "authority": "own",
        "authority_paper": "",
        "signer_post": "",
        "due_on": None,
    }


def draft(own, officer, signer, **given):
    return services.draft_paper(values=values(own, signer) | given, by=officer, now=NOW)


def test_an_officer_drafts_for_the_own_office_changes_it_and_gives_it_up(office, officer):
    signer = make_director()
    paper = draft(office, officer, signer)
    changed = services.edit_paper(paper=paper, values={"subject": "Khác"}, version=1, by=officer, now=NOW)
    assert (changed.subject, changed.version) == ("Khác", 2)
    with pytest.raises(StaleVersion):
        services.edit_paper(paper=paper, values={"subject": "Nữa"}, version=1, by=officer, now=NOW)
    with pytest.raises(NotAllowed):
        services.edit_paper(paper=paper, values={"subject": "Nữa"}, version=2, by=make_officer(office=office), now=NOW)
    services.discard_paper(paper=paper, version=2, reason="Không cần", by=officer, now=NOW)
    with pytest.raises(Conflict):
        services.edit_paper(paper=paper, values={"subject": "Nữa"}, version=3, by=officer, now=NOW)
    with pytest.raises(Conflict):
        services.discard_paper(paper=paper, version=3, reason="Nữa", by=officer, now=NOW)
    assert kinds_of(paper) == ["paper discarded", "paper draft changed", "paper drafted"]


def test_nobody_drafts_for_another_office_or_of_a_kind_that_is_not_drafted_here(office, officer):
    signer = make_director()
    for given in (
        {"office": make_office()},
        {"series": make_series(layout="", heading="")},
        {"series": make_series(office=make_office())},
        {"series": make_series(ended_on=date(2026, 1, 1))},
    ):
        with pytest.raises(Refused):
            draft(office, officer, signer, **given)
    with pytest.raises(NotAllowed):
        draft(office, make_auditor(office=office), signer)


@pytest.mark.parametrize("part", ["subject", "body", "bases", "recipients"])
def test_a_secret_paper_is_not_drafted(office, officer, part):
    with pytest.raises(Refused, match="Không đưa văn bản mật lên hệ thống"):
        draft(office, officer, make_director(), **{part: "TUYỆT MẬT\nNội dung"})


# --- who signs, and in whose right -------------------------------------------------------------


def test_the_letters_before_a_post_follow_from_who_signs(office, officer):
    director, deputy = make_director(full_name="Giám đốc"), make_user(Role.DEPUTY_DIRECTOR)
    head, chief = make_head(office=office), make_user(Role.CHIEF_OF_OFFICE)
    centre = make_office(name="Trung tâm Khuyến công", kind="centre")
    council = make_series(on_behalf_of="HỘI ĐỒNG")
    for signer, authority, given, lines in (
        (director, "own", {}, ("GIÁM ĐỐC",)),
        (deputy, "kt", {}, ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        (head, "tl", {}, ("TL. GIÁM ĐỐC", "TRƯỞNG PHÒNG QUẢN LÝ CÔNG NGHIỆP")),
        (chief, "tl", {}, ("TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG")),
        (make_head(office=centre), "tuq", {"authority_paper": "05/GUQ-SCT"},
         ("TUQ. GIÁM ĐỐC", "GIÁM ĐỐC TRUNG TÂM KHUYẾN CÔNG")),
        (deputy, "q", {"authority_paper": "1/QĐ-UBND"}, ("Q. GIÁM ĐỐC",)),
        (director, "tm", {"series": council, "signer_post": "CHỦ TỊCH"}, ("TM. HỘI ĐỒNG", "CHỦ TỊCH")),
    ):  # fmt: skip
        paper = draft(office, officer, signer, authority=authority, **given)
        assert data_of(paper, now=NOW).signature.lines == lines


def test_a_wrong_right_to_sign_is_refused(office, officer):
    director, deputy, head = make_director(), make_user(Role.DEPUTY_DIRECTOR), make_head(office=office)
    for signer, authority, given in (
        (deputy, "own", {}),
        (director, "kt", {}),
        (head, "kt", {}),
        (officer, "tl", {}),
        (head, "tuq", {}),
        (deputy, "q", {}),
        (director, "tm", {"signer_post": "CHỦ TỊCH"}),
        (director, "own", {"series": make_series(on_behalf_of="HỘI ĐỒNG")}),
        (director, "tm", {"series": make_series(on_behalf_of="HỘI ĐỒNG")}),
    ):
        with pytest.raises(Refused):
            draft(office, officer, signer, authority=authority, **given)
    gone = make_director()
    Post.objects.filter(user=gone).update(ends_on=date(2026, 1, 1))
    with pytest.raises(Refused):
        draft(office, officer, gone)
    assert set(Authority.values) == {"own", "kt", "tl", "tuq", "q", "tm"}


def test_a_paper_is_laid_out_as_its_series_says(office, officer):
    series = make_series(layout="decision", heading="QUYẾT ĐỊNH", pattern="{number}/QĐ-SCT")
    given = {"series": series, "bases": "Căn cứ A;\nTheo đề nghị của B", "body": "Điều 1. Phê duyệt.\nA | B\n1 | 2"}
    data = data_of(draft(office, officer, make_director(), **given), now=NOW)
    assert data.body_of_authority == "GIÁM ĐỐC SỞ CÔNG THƯƠNG THÀNH PHỐ HÀ NỘI"
    assert (data.symbol, data.number, data.mark) == (("", "/QĐ-SCT"), "", "DỰ THẢO")
    assert data.as_data()["bases"] == ["Căn cứ A;", "Theo đề nghị của B."]
    assert [block.kind for block in data.blocks] == ["article", "table"]
    assert data.recipients == ("Như trên", "Lưu: VT, QLCN")


# --- who sees ----------------------------------------------------------------------------------


def test_drafts_are_seen_by_their_drafter_and_the_heads_of_the_office(office, officer):
    paper = draft(office, officer, make_director())
    for person in (officer, make_head(office=office)):
        assert list(OutgoingPaper.objects.visible_to(person)) == [paper]
    for person in (make_officer(office=office), make_head(), make_director(), make_auditor(), make_user()):
        assert not OutgoingPaper.objects.visible_to(person).exists()


# --- the database ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"state": "other"},
        {"state": "discarded"},
        {"authority": "x"},
        {"authority": "tuq"},
        {"subject": ""},
        {"body": ""},
        {"discarded_reason": "x"},
        {"drafted_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_paper_that_contradicts_itself_is_refused(change):
    paper = make_paper()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingPaper.objects.filter(pk=paper.pk).update(**change)


def test_a_history_tells_what_changed_in_the_content_with_the_whole_behind_it(office, officer, client_as):
    lines = [f"Đoạn {number} nêu kết quả của từng nhiệm vụ trong kỳ." for number in range(1, 31)]
    paper = draft(office, officer, make_director(), body="\n".join(lines))
    changed = [*lines[:11], "Đoạn 12 nêu kết quả của từng đề án trong kỳ.", *lines[12:], "Hết."]
    services.edit_paper(paper=paper, values={"body": "\n".join(changed)}, version=1, by=officer, now=NOW)
    newest, first = history_of(paper)
    (_label, _before, told), *others = newest.changes
    assert others == []
    assert told.passages == (
        (vietnamese("… nêu kết quả của từng nhiệm vụ trong kỳ."), vietnamese("… nêu kết quả của từng đề án trong kỳ.")),
        (vietnamese(""), vietnamese("Hết.")),
    )
    assert told.whole == vietnamese("\n".join(changed))
    begun = next(after for label, _before, after in first.changes if str(label) == "nội dung")
    assert [len(striptags(after)) <= 162 for _before, after in begun.passages] == [True]
    page = unescape(client_as(officer).get(paper.get_absolute_url()).content.decode())
    assert page.count("Toàn văn") == 2
    assert "Đoạn 30 nêu" in page


def test_a_content_longer_than_a_history_bears_tells_the_lines_that_differ(office, officer):
    lines = [f"Đoạn {number} nêu kết quả." for number in range(1, 1001)]
    paper = draft(office, officer, make_director(), body="\n".join(lines))
    changed = [*lines[:899], "Đoạn 900 đã sửa.", *lines[900:]]
    services.edit_paper(paper=paper, values={"body": "\n".join(changed)}, version=1, by=officer, now=NOW)
    first, last = Event.objects.filter(object_id=paper.public_id).order_by("pk")
    assert len(first.body) < services.MOST_KEPT + 2000
    assert len(last.body) < 2000
    assert "Đoạn 900 đã sửa." in last.body and "Đoạn 900 nêu kết quả." in last.body
    assert "Đoạn 901" not in last.body


def test_a_paper_that_was_given_up_stays_as_it_is(office, officer):
    paper = draft(office, officer, make_director())
    services.discard_paper(paper=paper, version=1, reason="Không cần", by=officer, now=NOW)
    for act in (paper.delete, lambda: OutgoingPaper.objects.filter(pk=paper.pk).update(subject="Khác")):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_register_writes_the_post_of_a_signer_as_running_text():
    deputy, series, on = make_user(Role.DEPUTY_DIRECTOR), make_series(), date(2026, 11, 27)
    head = make_head(office=make_office(name="Phòng Quản lý công nghiệp"))
    for signer, authority, typed, said in (
        (deputy, "kt", "", "Phó Giám đốc"),
        (deputy, "q", "", "Q. Giám đốc"),
        (head, "tl", "", "Trưởng Phòng Quản lý công nghiệp"),
        (deputy, "tm", "CHỦ TỊCH HỘI ĐỒNG", "Chủ tịch Hội đồng"),
        (deputy, "tm", "Phó Chủ tịch Hội đồng", "Phó Chủ tịch Hội đồng"),
    ):
        assert in_register(series, signer, authority, typed, on) == f"{signer.full_name}, {said}"
