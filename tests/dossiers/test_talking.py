"""Messages between the Department and the enterprise, and links of dossiers: who writes and names, and who reads it."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.roles import Role
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from dossiers.models import DossierLink, DossierMessage
from dossiers.presenting.links import links_shown
from dossiers.services import links, messages
from dossiers.telling import ANSWERED, MESSAGE
from notices.models import Telling
from tests.factories import (
    LONG_AGO,
    make_auditor,
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_head,
    make_link,
    make_office,
    make_officer,
    make_slip_line,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db
NOW = LONG_AGO + timedelta(days=30)


class Around:
    """An enterprise with an earlier and a later dossier that an officer handles, and somebody of another enterprise."""

    def __init__(self):
        self.enterprise, self.office = make_enterprise(), make_office()
        self.signatory, self.officer = make_enterprise_user(self.enterprise), make_officer(office=self.office)
        self.preparer = make_enterprise_user(self.enterprise, Role.PREPARER)
        self.stranger = make_enterprise_user()
        self.version = make_version(office=self.office, state="issued")
        self.earlier, self.later = self.lodged(0), self.lodged(1)
        self.draft = make_dossier(self.version, self.enterprise, by=self.signatory)

    def lodged(self, days, enterprise=None):
        at = LONG_AGO + timedelta(days=days)
        return make_dossier(self.version, enterprise or self.enterprise, state="lodged", by=self.signatory, at=at)


@pytest.fixture
def around():
    return Around()


def text_of(answer):
    """The words of a page without its marks."""
    return " ".join(strip_tags(answer.text).split())


def refused(act):
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        act()


# --- messages ----------------------------------------------------------------------------------


def test_an_officer_writes_the_enterprise_answers_and_each_time_the_other_side_is_told(around):
    make_slip_line(around.later, "received", handler=around.officer)
    first = messages.write_message(dossier=around.later, text="Đề nghị cho biết", by=around.officer, now=NOW)
    answer = messages.write_message(dossier=around.later, text="Sáng thứ Ba", by=around.preparer, now=NOW)
    assert (first.from_department, answer.from_department) == (True, False)
    assert [row.kind for row in Telling.objects.order_by("pk")] == ["dossiers.message", "dossiers.answered"]
    assert set(MESSAGE.people(around.later, date(2026, 1, 5))) == {around.signatory, around.preparer}
    assert list(ANSWERED.people(around.later, date(2026, 1, 5))) == [around.officer]
    assert ANSWERED.places == MESSAGE.places
    kinds = list(Event.objects.about(around.later).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["dossier message written", "dossier message answered"]


def test_an_answer_about_what_was_never_received_goes_to_the_clerks_and_without_a_handler_to_the_heads(around):
    clerk, head = make_user(Role.INTAKE), make_head(office=around.office)
    make_slip_line(around.earlier, "refused")
    make_slip_line(around.later, "received")
    assert list(ANSWERED.people(around.earlier, date(2026, 1, 5))) == [clerk]
    assert list(ANSWERED.people(around.later, date(2026, 1, 5))) == [head]


def test_the_enterprise_does_not_begin_strangers_and_auditors_never_write_and_drafts_are_not_written_about(around):
    for person in (around.signatory, around.stranger):
        with pytest.raises(NotAllowed):
            messages.write_message(dossier=around.later, text="x", by=person, now=NOW)
    messages.write_message(dossier=around.later, text="Đề nghị cho biết", by=around.officer, now=NOW)
    for person in (around.stranger, make_auditor(), make_user(Role.ACCOUNTANT)):
        with pytest.raises(NotAllowed):
            messages.write_message(dossier=around.later, text="x", by=person, now=NOW)
    with pytest.raises(Refused, match="hồ sơ đã nộp"):
        messages.write_message(dossier=around.draft, text="x", by=around.officer, now=NOW)
    assert DossierMessage.objects.count() == 1


def test_nobody_writes_into_the_void(around):
    theirs = around.lodged(2, make_enterprise())
    with pytest.raises(Refused, match="chưa có tài khoản"):
        messages.write_message(dossier=theirs, text="x", by=around.officer, now=NOW)


def test_that_nobody_would_read_a_message_is_said_before_it_is_written(around, client_as):
    theirs, client = around.lodged(2, make_enterprise()), client_as(around.officer)
    address = reverse("dossiers:write_message", args=[theirs.public_id])
    page = client.get(theirs.get_absolute_url())
    assert address not in page.text and "chưa có tài khoản" in text_of(page)
    answer = client.get(address, follow=True)
    assert answer.redirect_chain and "chưa có tài khoản" in text_of(answer) and "<textarea" not in answer.text
    assert "chưa có tài khoản" in text_of(client.post(address, {"text": "x", "operation_key": str(uuid.uuid4())}))
    page = client.get(around.later.get_absolute_url())
    assert reverse("dossiers:write_message", args=[around.later.public_id]) in page.text
    assert "chưa có tài khoản" not in text_of(page)
    assert client.get(reverse("dossiers:write_message", args=[around.later.public_id])).status_code == 200


def test_the_database_takes_no_changed_message_no_answer_to_nothing_and_none_about_a_draft(around):
    row = messages.write_message(dossier=around.later, text="Đề nghị cho biết", by=around.officer, now=NOW)
    values = {"text": "x", "at": NOW, "by": around.signatory}
    refused(lambda: DossierMessage.objects.filter(pk=row.pk).update(text="y"))
    refused(lambda: DossierMessage.objects.filter(pk=row.pk).delete())
    refused(lambda: DossierMessage.objects.create(dossier=around.earlier, from_department=False, **values))
    refused(lambda: DossierMessage.objects.create(dossier=around.draft, from_department=True, **values))
    refused(lambda: DossierMessage.objects.create(dossier=around.later, from_department=True, **values | {"text": ""}))


def test_messages_and_internal_notes_never_mix_on_the_page(around, client_as):
    address = reverse("dossiers:write_message", args=[around.later.public_id])
    page, theirs, ours = around.later.get_absolute_url(), client_as(around.signatory), client_as(around.officer)
    assert "Trao đổi với" not in text_of(theirs.get(page))
    assert theirs.get(address).status_code == 302
    assert theirs.post(address, {"text": "Tôi hỏi trước", "operation_key": str(uuid.uuid4())}).status_code in (200, 403)
    for name, text in (("write_message", "Gửi doanh nghiệp"), ("note_dossier", "Chỉ nội bộ")):
        sent = {"text": text, "operation_key": str(uuid.uuid4())}
        for _twice in range(2):  # sent twice, written once
            where = reverse(f"dossiers:{name}", args=[around.later.public_id])
            assert ours.post(where, sent).status_code == 302
    read = text_of(theirs.get(page))
    assert read.count("Gửi doanh nghiệp") == 1
    assert "Chỉ nội bộ" not in read
    assert "Sở gửi nội dung trao đổi" in read
    assert "Trả lời Sở Công Thương" in text_of(theirs.get(address))
    assert theirs.post(address, {"text": "", "operation_key": str(uuid.uuid4())}).status_code == 200
    assert client_as(around.stranger).get(address).status_code == 404
    auditor = text_of(client_as(make_auditor()).get(page))
    assert "Gửi doanh nghiệp" in auditor
    assert address not in auditor


# --- links -------------------------------------------------------------------------------------


def test_a_draft_names_the_dossier_it_objects_to_and_both_pages_say_so(around, client_as):
    client = client_as(around.preparer)
    address = reverse("dossiers:link_dossier", args=[around.draft.public_id])
    sent = {"code": f" {around.earlier.code.lower()} ", "kind": "objects", "operation_key": str(uuid.uuid4())}
    assert client.get(address).status_code == 200
    assert client.post(address, sent).status_code == 302
    assert f"Không đồng ý với kết quả của hồ sơ {around.earlier.code}" in text_of(
        client.get(around.draft.get_absolute_url())
    )
    assert "nêu tại hồ sơ một bản nháp" in text_of(client.get(around.earlier.get_absolute_url()))
    assert "Hồ sơ liên quan" not in text_of(client_as(make_auditor()).get(around.earlier.get_absolute_url()))
    link = DossierLink.objects.get()
    ending = reverse("dossiers:end_link", args=[around.draft.public_id, link.public_id])
    assert client_as(around.stranger).post(ending).status_code == 404
    for _twice in range(2):
        assert client.post(ending).status_code == 302
    assert links_shown(around.preparer, around.draft) == []
    kinds = Event.objects.about(around.draft).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["dossier linked", "dossier link ended"]


def test_of_a_lodged_dossier_the_department_says_what_it_follows_also_across_enterprises(around, client_as):
    theirs = around.lodged(-1, make_enterprise())
    with pytest.raises(NotAllowed):
        links.link_dossier(
            dossier=around.later, code=around.earlier.code, kind="continues", by=around.signatory, now=NOW
        )
    given = {"dossier": around.later, "code": theirs.code, "kind": "repeats", "by": around.officer, "now": NOW}
    own, other = around.later.enterprise, theirs.enterprise
    for confirmed in (None, own, make_enterprise()):
        with pytest.raises(Refused, match=f"{theirs.code} là của {other.name}, còn hồ sơ này là của {own.name}"):
            links.link_dossier(confirmed_of=confirmed, **given)
    assert not DossierLink.objects.exists()
    links.link_dossier(confirmed_of=other, **given)
    assert f"Của doanh nghiệp khác: {other.name}" in text_of(
        client_as(around.officer).get(around.later.get_absolute_url())
    )
    assert [each["other"] for each in links_shown(around.officer, around.later)] == [theirs]
    assert [each["words"] for each in links_shown(around.officer, theirs)] == ["Được đề nghị lại bởi hồ sơ"]
    assert links_shown(around.signatory, around.later) == []  # it is another enterprise's
    assert theirs.code not in text_of(client_as(around.signatory).get(around.later.get_absolute_url()))
    assert client_as(around.signatory).get(
        reverse("dossiers:link_dossier", args=[around.later.public_id])
    ).status_code == 302  # fmt: skip


def test_a_dossier_of_another_enterprise_is_named_on_the_page_only_after_it_was_confirmed(around, client_as):
    theirs, thirds = (around.lodged(-1, make_enterprise(name)) for name in ("Công ty Hoa Sen", "Công ty Hoa Mai"))
    client, address = client_as(around.officer), reverse("dossiers:link_dossier", args=[around.later.public_id])

    def send(code, **more):
        return client.post(address, {"code": code, "kind": "repeats", "operation_key": str(uuid.uuid4()), **more})

    asked = send(theirs.code)
    assert "Công ty Hoa Sen" in text_of(asked) and around.later.enterprise.name in text_of(asked)
    assert f'value="{theirs.code}"' in asked.text and not DossierLink.objects.exists()
    (confirmed,) = [name for name in asked.context["form"].fields if name.startswith("confirmed")]
    assert "Công ty Hoa Mai" in text_of(send(thirds.code, **{confirmed: "on"}))  # that was of another
    assert not DossierLink.objects.exists()
    assert send(theirs.code.lower(), **{confirmed: "on"}).status_code == 302
    page = text_of(client.get(around.later.get_absolute_url()))
    assert "Của doanh nghiệp khác: Công ty Hoa Sen" in page and "Bỏ liên kết" in page and "Bỏ tệp" not in page
    assert send(around.earlier.code).status_code == 302  # of the same enterprise nothing is asked


def test_a_link_goes_to_an_earlier_dossier_that_the_person_sees_and_once(around):
    theirs = around.lodged(-1, make_enterprise())

    def name(dossier, code, by):
        return links.link_dossier(dossier=dossier, code=code, kind="continues", by=by, now=NOW)

    for code in (theirs.code, "KHONG-CO", ""):
        with pytest.raises(Refused, match="Không tìm thấy"):
            name(around.draft, code, around.signatory)
    for code in (around.later.code, around.earlier.code):
        with pytest.raises(Refused, match="đã nộp trước"):
            name(around.earlier, code, around.officer)
    name(around.later, around.earlier.code.lower(), around.officer)  # a code is typed as it comes
    with pytest.raises(Conflict):
        name(around.later, around.earlier.code, around.officer)
    with pytest.raises(NotAllowed):
        name(around.draft, around.earlier.code, around.stranger)


def test_the_database_takes_no_link_to_a_later_or_unlodged_dossier_and_none_changed(around):
    link = make_link(around.later, around.earlier)
    refused(lambda: make_link(around.earlier, around.later))
    refused(lambda: make_link(around.later, around.draft, at=NOW))
    refused(lambda: make_link(around.later, around.later))
    refused(lambda: make_link(around.later, around.earlier))
    refused(lambda: make_link(around.draft, around.earlier, "because"))
    rows = DossierLink.objects.filter(pk=link.pk)
    for change in ({"kind": "repeats"}, {"earlier": around.draft}, {"ended_at": timezone.now()}):
        refused(lambda change=change: rows.update(**change))
    refused(rows.delete)
    rows.update(ended_at=timezone.now(), ended_by=around.officer)
    refused(lambda: rows.update(ended_at=None, ended_by=None))
