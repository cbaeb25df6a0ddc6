"""Claiming an enterprise by its tax code: what is sent tells nothing, what is decided is decided once, what is old ends."""

import uuid
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.invitations import accept_invitation, what_of
from accounts.models import Invitation, User
from accounts.roles import Role
from accounts.sealing import digest
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.models import StoredFile
from documents.signing.keys import person_key
from documents.store import VISITOR, VISITORS, save_upload
from enterprises.models import Claim, Enterprise, Membership
from enterprises.permissions import INVITE, can_act_for
from enterprises.services import claims as services
from enterprises.services import memberships
from enterprises.views import claims as views
from notices.models import Delivery, Notice, Telling
from notices.services import sending
from reporting.demo.scans import one_page, signed_page
from reporting.home import work_for
from tests.dossiers.test_procedure_races import at_once, the_winner_and_the_refusal
from tests.factories import (
    make_auditor,
    make_claim,
    make_enterprise,
    make_enterprise_user,
    make_membership,
    make_officer,
    make_rule,
    make_stored_file,
    make_tax_code,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
CLAIM, SENT = "/enterprises/claim/", "/enterprises/claim/sent/"


@pytest.fixture(autouse=True)
def nobody_sent_anything_before():
    cache.clear()


@pytest.fixture
def clerk():
    return make_user(Role.INTAKE)


@pytest.fixture
def enterprise():
    return make_enterprise(name="Công ty TNHH Cơ khí Thử")


def said(tax_code, **more):
    return {
        "tax_code": tax_code, "enterprise_name": "CTY TNHH cơ khí Thử", "full_name": "Trịnh Văn Nhận",
        "email": "Nhan@dn.example", "phone": "", "office": "representative", "paper_number": "GCN 1", "scope": "",
        "authorised_to": None, **more,
    }  # fmt: skip


def claimed(tax_code, *, by=VISITOR, now=NOW, **more):
    return services.claim_enterprise(said=said(tax_code, **more), file=make_stored_file(), by=by, now=now)


def confirmed(claim, by, **more):
    return services.confirm_claim(claim=claim, by=by, now=NOW, **more)


def kinds(obj):
    return list(Event.objects.about(obj).order_by("id").values_list("kind", flat=True))


def typed(tax_code, **more):
    return {
        "tax_code": tax_code, "enterprise_name": "Công ty Thử", "full_name": "Trịnh Văn Nhận", "email": "nhan@dn.example",
        "office": "representative", "paper_number": "GCN 1", "operation_key": str(uuid.uuid4()), **more,
    }  # fmt: skip


def paper(name="giay-cn.pdf"):
    return SimpleUploadedFile(name, one_page(name))


def letters(now=NOW):
    """Everything that waits to be told is told; [(address, subject)] of the letters."""
    for pk in list(Telling.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True)):
        sending.pass_on(pk, now=now)
    rows = Delivery.objects.filter(channel="email").select_related("notice", "person").order_by("pk")
    return [(row.person.email if row.person else row.notice.email, row.notice.subject_vi) for row in rows]


# --- sending ------------------------------------------------------------------------------------


def test_a_claim_is_kept_with_what_was_said_and_told_to_the_clerk(clerk):
    make_rule("enterprise_claims", {"days": 12})
    code = make_tax_code()
    claim = claimed(code, office="authorised", scope="Nộp hồ sơ", authorised_to=date(2027, 1, 1))
    assert (claim.state, claim.tax_code, claim.email, claim.claimant) == ("waiting", code, "nhan@dn.example", None)
    assert claim.expires_on == date(2026, 12, 9)
    (event,) = Event.objects.about(claim)
    assert (event.kind, event.actor) == ("enterprise claimed", VISITOR)
    assert code not in event.body and "Trịnh" not in event.body  # what names a person can be erased
    assert letters() == [(clerk.email, f"Yêu cầu nhận tài khoản doanh nghiệp {code} chờ xem xét")]


def test_the_same_answer_whatever_is_on_record(client, enterprise):
    make_membership(make_user(email="nhan@dn.example"), enterprise)
    merged = make_enterprise(merged_into=enterprise, merged_at=NOW)
    answers, costs = set(), set()
    for code in (enterprise.tax_code, merged.tax_code, make_tax_code()):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(CLAIM, typed(code, file=paper(), operation_key=f"{code[:8]}-0000-4000-8000-00{code}"))
        answers.add((answer.status_code, answer.url, client.get(SENT).content.split(b"csrf")[0]))
        costs.add(len([q for q in queries if "enterprises_enterprise" in q["sql"] or "accounts_user" in q["sql"]]))
    assert len(answers) == 1
    assert costs == {0}
    assert Claim.objects.count() == 3 and not Invitation.objects.exists()


def test_a_form_that_is_not_right_keeps_what_was_typed_and_the_file(client):
    code = make_tax_code()
    answer = client.post(CLAIM, typed(code, office="authorised", file=paper()))
    page = answer.content.decode()
    assert answer.status_code == 200 and "Hãy ghi nội dung được ủy quyền." in page and code in page
    kept = StoredFile.objects.get()
    assert (kept.owner, kept.original_name) == (VISITORS, "giay-cn.pdf") and kept.original_name in page
    more = {
        "office": "authorised",
        "scope": "Nộp hồ sơ",
        "authorised_to": "31/12/2099",
        "file_kept": str(kept.public_id),
    }
    key = "00000000-0000-4000-8000-000000000001"
    for _twice in range(2):  # a form that is sent again is one claim
        assert client.post(CLAIM, typed(code, operation_key=key, **more)).status_code == 302
    claim = Claim.objects.get()
    assert (claim.file, claim.scope, claim.paper) == (kept, "Nộp hồ sơ", "GCN 1 (Nộp hồ sơ)")
    again = client.post(CLAIM, typed(code, operation_key="00000000-0000-4000-8000-000000000002", **more))
    assert "đã gửi kèm yêu cầu khác" in again.content.decode()  # a paper stands for one claim
    bad = client.post(CLAIM, typed("0100109107", file=SimpleUploadedFile("a.pdf", b"MZ not a pdf")))
    assert bad.status_code == 200 and Claim.objects.count() == 1
    with_fields = {"state": "confirmed", "claimant": "1", "enterprise": "1", "expires_on": "2099-01-01"}
    client.post(CLAIM, typed(make_tax_code(), file=paper(), **with_fields))
    assert Claim.objects.exclude(state="waiting").count() == 0


def test_who_is_signed_in_claims_with_their_own_name_and_address(client_as, enterprise):
    person = make_user(email="toi@dn.example", full_name="Lê Thị Tôi")
    client = client_as(person)
    assert 'name="email"' not in client.get(CLAIM).content.decode()
    client.post(CLAIM, typed(enterprise.tax_code, file=paper()))
    claim = Claim.objects.get()
    assert (claim.claimant, claim.full_name, claim.email) == (person, "Lê Thị Tôi", "toi@dn.example")
    assert claim.enterprise_name in client.get(CLAIM).content.decode()
    for somebody, problem in (
        (make_officer(), "đang công tác"),
        (make_enterprise_user(enterprise), "đã đại diện"),
    ):
        with pytest.raises(Refused, match=problem):
            claimed(enterprise.tax_code, by=somebody)
    claimed(enterprise.tax_code, by=make_enterprise_user(enterprise, Role.PREPARER))
    with pytest.raises(Refused, match="hết hạn"):
        claimed(enterprise.tax_code, office="authorised", scope="x", authorised_to=date(2026, 11, 26))


def test_claims_are_limited_like_signing_in(client, settings, monkeypatch):
    assert views.LIMITS == {"sent": "20/h/ip", "claim": "5/h/key"}  # as for a new password by mail
    monkeypatch.setattr(views, "LIMITS", {"sent": "4/h/ip", "claim": "1/h/key"})
    cache.clear()
    assert client.post(CLAIM, typed(make_tax_code(), file=paper())).status_code == 302
    kept = {"file_kept": str(make_stored_file(owner=SimpleNamespace(public_id=VISITORS)).public_id)}
    answer = client.post(CLAIM, typed(make_tax_code(), **kept))
    assert answer.status_code == 429 and "nhan@dn.example" in answer.content.decode()
    settings.VISITOR_FILES_A_DAY = 0
    answer = client.post(CLAIM, typed(make_tax_code(), email="khac@dn.example", file=paper()))
    assert answer.status_code == 200 and "Hôm nay" in answer.content.decode()
    assert [client.post(CLAIM, {}).status_code for _twice in range(2)] == [200, 429]
    cache.clear()
    assert Claim.objects.count() == 1


def test_pages_of_entering_name_the_way_to_a_claim(client, client_as):
    assert CLAIM in client.get(reverse("account_login")).content.decode()
    assert CLAIM in client_as(make_user()).get(reverse("accounts:me")).content.decode()
    assert CLAIM not in client_as(make_officer()).get(reverse("accounts:me")).content.decode()


# --- deciding -----------------------------------------------------------------------------------


def test_a_confirmed_claim_invites_and_who_accepts_represents_the_enterprise(clerk, enterprise):
    claim = claimed(enterprise.tax_code, office="authorised", scope="Nộp hồ sơ", authorised_to=date(2027, 1, 1))
    claim = confirmed(claim, clerk)
    assert (claim.state, claim.decided_by, claim.enterprise, claim.ended_at) == ("confirmed", clerk, enterprise, NOW)
    assert kinds(claim) == ["enterprise claimed", "claim confirmed"]
    assert kinds(enterprise)[-1] == "enterprise claim confirmed"
    assert ("nhan@dn.example", f"Yêu cầu nhận tài khoản doanh nghiệp {claim.tax_code} đã được xác nhận") in letters()
    assert not Membership.objects.exists()
    Invitation.objects.filter(pk=claim.invitation.pk).update(token_digest=digest("t"))
    person = accept_invitation(token="t", now=NOW, password="một câu dài để đăng nhập")
    membership = person.memberships.get()
    assert (membership.enterprise, membership.role, membership.ends_on) == (enterprise, "signatory", date(2027, 1, 1))
    assert membership.paper == "GCN 1 (Nộp hồ sơ)"
    with pytest.raises(Conflict, match="đã được nhận"):
        services.invite_claimant_again(claim=claim, by=clerk, now=NOW)


def test_an_invitation_that_was_not_answered_is_sent_again(clerk, enterprise):
    claim = confirmed(claimed(enterprise.tax_code), clerk)
    first = claim.invitation
    Invitation.objects.filter(pk=first.pk).update(token_digest=digest("old"))
    again = services.invite_claimant_again(claim=claim, by=make_officer(), now=NOW + timedelta(days=4))
    assert again.invitation != first and kinds(claim)[-1] == "claimant invited again"
    with pytest.raises(Refused):
        accept_invitation(token="old", now=NOW, password="một câu dài để đăng nhập")
    Enterprise.objects.filter(pk=enterprise.pk).update(status="dissolved", status_from=NOW.date())
    Invitation.objects.filter(pk=again.invitation.pk).update(token_digest=digest("new"))
    with pytest.raises(Refused, match="giải thể"):  # ended between inviting and accepting
        accept_invitation(token="new", now=NOW + timedelta(days=4), password="một câu dài để đăng nhập")
    with pytest.raises(Conflict):
        services.invite_claimant_again(claim=make_claim(), by=clerk, now=NOW)


def test_a_refused_claim_says_why_in_a_letter(clerk):
    claim = claimed(make_tax_code())
    with pytest.raises(Refused):
        services.refuse_claim(claim=claim, reason=" ", by=clerk, now=NOW)
    services.refuse_claim(claim=claim, reason="Thiếu giấy ủy quyền", by=clerk, now=NOW)
    assert kinds(claim)[-1] == "claim refused"
    assert letters()[-1][0] == "nhan@dn.example"
    assert "Lý do: Thiếu giấy ủy quyền" in Notice.objects.get(email="nhan@dn.example").body_vi
    person = make_user()
    services.refuse_claim(claim=claimed(make_tax_code(), by=person), reason="Khác", by=clerk, now=NOW)
    letters()
    assert Notice.objects.of(person).get().deliveries.count() == 2  # who has an account reads it in the portal too


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "Chưa có doanh nghiệp"),
        ({"merged": True}, "đã được gộp"),
        ({"status": "dissolved", "status_from": date(2024, 1, 2)}, "giải thể từ ngày 02/01/2024"),
        ({"status": "withdrawn", "status_from": date(2024, 1, 2)}, "Chưa có doanh nghiệp"),
    ],
)
def test_what_cannot_be_represented_is_not_confirmed_and_the_clerk_reads_what_to_do(clerk, change, says, client_as):
    code = make_tax_code()
    if change.pop("merged", None):
        winner = make_enterprise()
        make_enterprise(tax_code=code, merged_into=winner, merged_at=NOW)
    elif change:
        make_enterprise(tax_code=code, **change)
    claim = make_claim(tax_code=code, at=timezone.now())
    with pytest.raises(Refused, match=says):
        services.confirm_claim(claim=claim, by=clerk, now=timezone.now())
    assert not Invitation.objects.exists()
    client = client_as(clerk)
    assert says in client.get(claim.get_absolute_url()).content.decode()
    refusing = client.get(reverse("enterprises:refuse_claim", args=[claim.public_id])).content.decode()
    assert "Mã số thuế" in refusing or "mã số thuế" in refusing or "chấm dứt hoạt động" in refusing


def test_an_enterprise_that_is_represented_already_warns_the_clerk(clerk, enterprise, client_as):
    make_enterprise_user(enterprise, full_name="Phạm Thị Đương Nhiệm")
    claim = make_claim(enterprise, at=timezone.now())
    with pytest.raises(services.HasSignatory, match="Phạm Thị Đương Nhiệm"):
        services.confirm_claim(claim=claim, by=clerk, now=timezone.now())
    client, address = client_as(clerk), reverse("enterprises:confirm_claim", args=[claim.public_id])
    assert "đã có người đại diện" in client.get(claim.get_absolute_url()).content.decode()
    key = {"operation_key": "00000000-0000-4000-8000-00000000000a"}
    assert "Phạm Thị Đương Nhiệm" in client.post(address, key).content.decode()
    key = {"operation_key": "00000000-0000-4000-8000-00000000000b"}
    assert client.post(address, {**key, "although": "on"}).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by) == ("confirmed", clerk)


def test_an_enterprise_that_somebody_is_invited_to_represent_warns_the_clerk(clerk, enterprise, client_as):
    now = timezone.now()
    first = make_claim(enterprise, at=now, full_name="Đỗ Văn Trước", email="truoc@dn.example")
    second = make_claim(enterprise, at=now, full_name="Kẻ Đến Sau", email="sau@dn.example")
    services.confirm_claim(claim=first, by=clerk, now=now)
    with pytest.raises(services.HasSignatory, match="Đỗ Văn Trước"):
        services.confirm_claim(claim=second, by=clerk, now=now)
    client, address = client_as(clerk), reverse("enterprises:confirm_claim", args=[second.public_id])
    page = client.get(address).content.decode()
    assert "truoc@dn.example" in page and "chưa chấp nhận" in page and "although" in page and "chưa có ai" not in page
    assert first.get_absolute_url() in page  # among the other claims of the tax code
    for over in ({"withdrawn_at": now}, {"withdrawn_at": None, "expires_at": now - timedelta(seconds=1)}):
        Invitation.objects.update(created_at=now - timedelta(days=4), **over)
        assert "truoc@dn.example" not in client.get(address).content.decode()
    memberships.invite_member(
        enterprise=enterprise,
        email="sau@dn.example",
        full_name="Kẻ Đến Sau",
        role=Role.SIGNATORY,
        by=make_officer(),
        now=now,
    )
    with pytest.raises(Refused, match="đã được mời đại diện cho doanh nghiệp"):  # the same address, invited elsewhere
        services.confirm_claim(claim=second, by=clerk, now=now)


def test_two_claims_of_one_person_end_in_one_invitation(clerk, enterprise, client_as):
    now = timezone.now()
    first, second = (make_claim(enterprise, at=now, email="mot@dn.example") for _claim in range(2))
    services.confirm_claim(claim=first, by=clerk, now=now)
    assert "đã được mời đại diện" in client_as(clerk).get(second.get_absolute_url()).content.decode()
    with pytest.raises(Refused, match="đã được mời đại diện cho doanh nghiệp"):
        services.confirm_claim(claim=second, although=True, by=clerk, now=now)
    assert Invitation.objects.count() == 1
    services.invite_claimant_again(claim=first, by=clerk, now=now)
    Invitation.objects.update(created_at=now - timedelta(days=4), expires_at=now - timedelta(seconds=1))
    services.confirm_claim(claim=second, by=clerk, now=now)  # an invitation that ran out stands in nobody's way


def test_whoever_is_only_authorised_is_called_so_until_the_last_day_and_is_nobody_after_it(
    clerk, enterprise, client_as
):
    last = timezone.localdate() + timedelta(days=30)
    head = make_enterprise_user(enterprise)
    claim = make_claim(
        enterprise, at=timezone.now(), office="authorised", scope="Nộp hồ sơ", authorised_to=last, paper_number="GUQ 01"
    )
    services.confirm_claim(claim=claim, although=True, by=clerk, now=timezone.now())
    called = f"Người được ủy quyền, đến {last:%d/%m/%Y}"
    claim.refresh_from_db()
    with override("vi"):
        assert what_of(claim.invitation) == f"{called}, của {enterprise.name}"
        Invitation.objects.filter(pk=claim.invitation.pk).update(token_digest=digest("t"))
        person = accept_invitation(token="t", now=timezone.now(), password="một câu dài để đăng nhập")
    membership = Membership.objects.get(user=person)
    assert (membership.is_authorised, membership.ends_on, membership.paper) == (True, last, "GUQ 01 (Nộp hồ sơ)")
    staff = client_as(clerk).get(reverse("enterprises:enterprise_detail", args=[enterprise.public_id])).content.decode()
    own = client_as(person).get(reverse("enterprises:own_enterprise")).content.decode()
    assert called in staff and called in own
    theirs = head.memberships.get()
    end = reverse("enterprises:end_membership", args=[theirs.public_id])
    assert end not in own
    assert end in staff or not clerk.may(INVITE)
    with pytest.raises(NotAllowed, match="theo ủy quyền"):
        memberships.end_membership(membership=theirs, by=person, now=timezone.now())
    assert person.roles_on(last) == {Role.SIGNATORY} and person.roles_on(last + timedelta(days=1)) == set()
    Membership.objects.filter(pk=membership.pk).update(
        starts_on=timezone.localdate() - timedelta(days=9), ends_on=timezone.localdate() - timedelta(days=1)
    )
    over = User.objects.get(pk=person.pk)
    assert not can_act_for(over, enterprise, INVITE)
    assert client_as(over).get(reverse("enterprises:own_enterprise")).status_code == 403


def test_staff_say_of_whom_they_invite_until_when_they_are_authorised(client_as, enterprise):
    officer, last = make_officer(), timezone.localdate() + timedelta(days=9)
    client, address = client_as(officer), reverse("enterprises:invite_member", args=[enterprise.public_id])
    given = {"full_name": "Lê Thị Ủy", "email": "uy@dn.example", "role": "signatory", "paper": "GUQ 2"}
    key = {"operation_key": str(uuid.uuid4())}
    assert "Hãy ghi ngày hết hạn ủy quyền." in client.post(address, given | key).content.decode()
    wrong = given | key | {"role": "preparer", "ends_on": f"{last:%d/%m/%Y}"}
    assert "Chỉ người ký theo ủy quyền" in client.post(address, wrong).content.decode()
    assert client.post(address, given | key | {"ends_on": f"{last:%d/%m/%Y}"}).status_code == 302
    assert Invitation.objects.get().payload["ends_on"] == last.isoformat()
    person = {"email": "lap@dn.example", "full_name": "Lê Văn Lập", "by": officer, "now": timezone.now()}
    with pytest.raises(Refused, match="Chỉ người ký theo ủy quyền"):
        memberships.invite_member(enterprise=enterprise, role=Role.PREPARER, ends_on=last, **person)


def test_whoever_represents_an_enterprise_or_is_invited_to_is_not_invited_otherwise(clerk, enterprise):
    now, officer, last = timezone.now(), make_officer(), timezone.localdate() + timedelta(days=30)
    claim = make_claim(
        enterprise,
        at=now,
        office="authorised",
        scope="Nộp",
        authorised_to=last,
        paper_number="1",
        email="doi@dn.example",
    )
    services.confirm_claim(claim=claim, by=clerk, now=now)

    def invite(**given):
        person = {
            "email": "Doi@dn.example",
            "full_name": "Lê Văn Đôi",
            "role": Role.SIGNATORY,
            "by": officer,
            "now": now,
        }
        return memberships.invite_member(enterprise=enterprise, **person | given)

    for given in ({}, {"ends_on": last, "paper": "2"}):
        with pytest.raises(Refused, match=r"đã được mời đại diện.*quản trị hệ thống"):
            invite(**given)
    assert Invitation.objects.count() == 1
    with pytest.raises(NotAllowed):
        invite(by=make_enterprise_user(enterprise, role=Role.PREPARER))
    invite(role=Role.PREPARER)
    Invitation.objects.update(withdrawn_at=now)
    first = invite(ends_on=last)
    assert invite(ends_on=last) != first  # the same once more, with a new link
    head = make_enterprise_user(enterprise)
    authorised = make_membership(enterprise=enterprise, is_authorised=True, ends_on=last).user
    for user, said in ((head, "đã là người đại diện"), (authorised, f"{last:%d/%m/%Y}.*chấm dứt quyền đó trước")):
        with pytest.raises(Refused, match=said):
            invite(email=user.email, ends_on=last + timedelta(days=365))


@pytest.mark.parametrize("fields", [{"role": "preparer", "ends_on": date(2030, 1, 1)}, {"role": "signatory"}])
def test_nobody_is_authorised_without_a_last_day_or_to_prepare(enterprise, fields):
    with pytest.raises(IntegrityError, match="membership_authorised_until_a_day"), transaction.atomic():
        make_membership(enterprise=enterprise, is_authorised=True, **fields)
    membership = make_membership(enterprise=enterprise, is_authorised=True, ends_on=date(2030, 1, 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        Membership.objects.filter(pk=membership.pk).update(is_authorised=False)


def test_the_letter_of_a_confirmed_claim_does_not_lead_a_stranger_to_claim_again(clerk, enterprise):
    confirmed(claimed(enterprise.tax_code), clerk)
    letters()
    assert Notice.objects.get(email="nhan@dn.example").url == reverse("account_login")


def test_addresses_that_cannot_be_invited_are_not(clerk, enterprise):
    disabled = make_user(is_active=False, disabled_at=NOW)
    for email, says in ((disabled.email, "bị khóa"), (make_officer().email, "đang công tác")):
        with pytest.raises(Refused, match=says):
            confirmed(claimed(enterprise.tax_code, email=email), clerk)
    signatory = make_enterprise_user(enterprise)
    with pytest.raises(Refused, match="đã đại diện"):
        confirmed(claimed(enterprise.tax_code, email=signatory.email), clerk, although=True)
    late = make_claim(enterprise, at=NOW, office="authorised", scope="x", authorised_to=NOW.date() - timedelta(days=1))
    with pytest.raises(Refused, match="hết hạn"):
        confirmed(late, clerk, although=True)


def test_who_may_not_decide_does_not(enterprise):
    claim = claimed(enterprise.tax_code)
    officer = make_officer()
    make_membership(officer, enterprise, Role.PREPARER)
    own = make_claim(enterprise, at=NOW, email=make_user(Role.OFFICER, email="canbo@so.example").email)
    for by, which in (
        (make_auditor(), claim),
        (make_enterprise_user(enterprise), claim),
        (officer, claim),
        (type(officer).objects.get(email="canbo@so.example"), own),
    ):
        for act in (confirmed, lambda c, b: services.refuse_claim(claim=c, reason="Không", by=b, now=NOW)):
            with pytest.raises(NotAllowed):
                act(which, by)
    with pytest.raises(NotAllowed):
        services.invite_claimant_again(claim=claim, by=make_auditor(), now=NOW)


def test_a_claim_is_decided_once_and_the_second_reads_how(clerk, enterprise):
    claim = claimed(enterprise.tax_code)
    services.refuse_claim(claim=claim, reason="Giấy mờ", by=clerk, now=NOW)
    for act in (
        lambda: confirmed(claim, make_officer()),
        lambda: services.refuse_claim(claim=claim, reason="Khác", by=make_officer(), now=NOW),
    ):
        with pytest.raises(Conflict, match=rf"{clerk.full_name}.*Đã từ chối.*Giấy mờ"):
            act()
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_confirmed_and_refused_in_the_same_instant_one_wins_and_the_other_reads_it(monkeypatch):
    monkeypatch.setattr("jobs.services.publish", lambda pk: True)
    claim, first, second = make_claim(make_enterprise(), at=NOW), make_user(Role.INTAKE), make_officer()
    outcomes = at_once(
        lambda: confirmed(claim, first),
        lambda: services.refuse_claim(claim=claim, reason="Giấy mờ", by=second, now=NOW),
    )
    won, refusal = the_winner_and_the_refusal(outcomes)
    claim.refresh_from_db()
    assert claim.state == won.state and claim.decided_by.full_name in refusal
    assert Invitation.objects.count() == (claim.state == "confirmed")


def test_what_nobody_decides_in_time_ends_and_the_claimant_is_told(clerk, enterprise):
    claim = claimed(enterprise.tax_code)
    late = NOW + timedelta(days=31)
    with pytest.raises(Conflict, match="27/12/2026"):  # also before the night has ended it
        services.confirm_claim(claim=claim, by=clerk, now=late)
    assert services.expire_claims(now=late - timedelta(days=1)) == 0
    assert [services.expire_claims(now=late) for _twice in range(2)] == [1, 0]
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by, kinds(claim)[-1]) == ("expired", None, "claim expired")
    assert letters(late)[-1][0] == "nhan@dn.example"
    with pytest.raises(Conflict):
        services.refuse_claim(claim=claim, reason="Muộn", by=clerk, now=late)


# --- pages and the database ---------------------------------------------------------------------


def test_the_list_shows_what_is_on_record_at_the_same_cost_for_one_and_for_many(clerk, enterprise, client_as):
    make_enterprise_user(enterprise)
    make_claim(enterprise, at=NOW)
    client, address = client_as(clerk), reverse("enterprises:claim_list")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
        return len(queries), page

    cost()
    before, page = cost()
    assert enterprise.name in page
    merged = make_enterprise(merged_into=enterprise, merged_at=NOW, name="Công ty Cũ")
    make_claim(at=NOW)
    make_claim(merged, at=NOW)
    after, page = cost()
    assert before == after <= 12
    assert "(chưa có trong danh sách)" in page and "Công ty Cũ (đã gộp vào bản ghi khác)" in page
    found = client.get(f"{address}?tax_code={merged.tax_code}").content.decode()
    assert merged.tax_code not in enterprise.tax_code and "Công ty Cũ" in found and enterprise.tax_code not in found


def test_claims_wait_in_the_work_of_whoever_decides(clerk, enterprise):
    now = timezone.now()
    claim = make_claim(enterprise, at=now)
    make_claim(enterprise, at=now - timedelta(days=40))  # too old, the night has not ended it yet
    for person in (clerk, make_officer()):
        (section,) = [each for each in work_for(person, now) if "nhận tài khoản" in str(each.title)]
        assert [item.url for item in section.items] == [claim.get_absolute_url()]
    assert not [each for each in work_for(make_auditor(), now) if "nhận tài khoản" in str(each.title)]


def test_the_paper_is_for_whoever_sees_claims(clerk, client, client_as, enterprise):
    stored = save_upload(paper(), by=VISITOR, now=NOW)
    claim = make_claim(enterprise, file=stored)
    address = reverse("enterprises:claim_file", args=[claim.public_id])
    answer = client_as(clerk).get(address)
    assert answer.headers["Content-Disposition"].startswith("attachment") and answer.getvalue() == one_page(
        "giay-cn.pdf"
    )
    assert client_as(make_enterprise_user(enterprise)).get(address).status_code == 403
    assert client.get(address).status_code == 302


@pytest.mark.parametrize(
    ("change", "says"),
    [(lambda pdf: pdf, "nguyên vẹn; ký bằng chứng thư thử nghiệm"),
     (lambda pdf: pdf.replace(b"TAI LIEU", b"TAI LIEV", 1), "đã bị sửa sau khi ký")],
)  # fmt: skip
def test_the_signature_of_the_paper_is_verified_and_told_to_whoever_decides(client, client_as, clerk, change, says):
    pdf = change(signed_page("a", person_key(clerk)))
    assert client.post(CLAIM, typed(make_tax_code(), file=SimpleUploadedFile("guq.pdf", pdf))).status_code == 302
    claim = Claim.objects.get()
    assert claim.verified_at and len(claim.signatures) == 1
    looked = reverse("enterprises:claim_signatures", args=[claim.public_id])
    for name in ("claim_detail", "confirm_claim"):
        page = client_as(clerk).get(reverse(f"enterprises:{name}", args=[claim.public_id])).content.decode()
        assert f"Chữ ký số: {says}" in page and looked in page
    assert says in client_as(clerk).get(looked).content.decode()
    assert client_as(make_enterprise_user()).get(looked).status_code == 403
    with pytest.raises(IntegrityError, match="claim_signatures_verified"), transaction.atomic():
        make_claim(signatures=[])
    with pytest.raises(DatabaseError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(signatures=[])


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"office": "friend"},
        {"office": "authorised"},
        {"scope": "x"},
        {"full_name": ""},
        {"tax_code": "123"},
        {"state": "refused"},
        {"state": "confirmed"},
        {"ended_at": NOW},
        {"state": "expired", "ended_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"reason": "x"},
    ],
)
def test_the_database_refuses_a_claim_that_is_not_whole(values):
    claim = make_claim(at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(**values)


def test_the_database_keeps_what_was_said_and_what_was_decided():
    waiting, refused = make_claim(at=NOW), make_claim(at=NOW, state="refused")
    for row, values in (
        (waiting, {"email": "khac@dn.example"}),
        (waiting, {"expires_on": date(2099, 1, 1)}),
        (refused, {"reason": "Khác"}),
        (refused, {"state": "waiting", "ended_at": None, "decided_by": None, "reason": ""}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Claim.objects.filter(pk=row.pk).update(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        waiting.delete()


def test_an_authorisation_is_told_of_before_its_last_day_and_said_to_have_ended_after_it(client_as, enterprise):
    make_rule("authorisation_ending", {"days": 5})
    representative, preparer = make_enterprise_user(enterprise), make_enterprise_user(enterprise, Role.PREPARER)
    today = timezone.localdate()
    near, far = (
        make_membership(
            None, enterprise, starts_on=today, ends_on=today + timedelta(days=days), is_authorised=True, paper="GUQ 7"
        )
        for days in (5, 6)
    )
    now = timezone.now()
    assert [memberships.tell_of_endings(now=now) for _twice in range(2)] == [1, 1]
    assert Telling.objects.filter(kind="enterprises.authorisation_ends").count() == 1
    told = letters(now)
    assert sorted(address for address, _subject in told) == sorted([representative.email, near.user.email])
    assert (
        told[0][1] == f"Ủy quyền của {near.user.full_name} tại {enterprise.name} hết hạn ngày {near.ends_on:%d/%m/%Y}"
    )
    said = f"Ủy quyền của ông/bà tại {enterprise.name} đã hết hạn, ngày cuối là"
    home = reverse("enterprises:own_home")
    assert said not in client_as(near.user).get(home).content.decode()
    Membership.objects.filter(pk=near.pk).update(starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    gone = User.objects.get(pk=near.user_id)
    refused = client_as(gone).get(home)
    page = refused.content.decode()
    assert refused.status_code == 403 and said in page and "quản trị" not in page
    assert said in client_as(gone).get(reverse("front"), follow=True).content.decode()
    assert representative.ended_rights == preparer.ended_rights == far.user.ended_rights == []
