"""The pages of notices: one's own, and the log."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.roles import Role
from notices.kinds import kinds, title_of
from notices.models import Delivery, Notice, Preference
from notices.subjects import readers
from tests.factories import (
    make_administrator,
    make_auditor,
    make_claim,
    make_delivery,
    make_dossier,
    make_enterprise_user,
    make_incoming,
    make_notice,
    make_officer,
    make_reminder,
    make_telling,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
OWN = reverse("notices:own_notices")


def page(client, address):
    return client.get(address).content.decode()


def test_ones_own_notices_stand_unread_first_and_nobody_sees_anothers(client_as):
    person, other = make_officer(), make_officer()
    make_notice(person, subject_vi="Đã xem rồi", at=NOW, read_at=NOW)
    make_notice(person, subject_vi="Chưa xem")
    foreign = make_notice(other, subject_vi="Của người khác")
    shown = page(client_as(person), OWN)
    assert shown.index("Chưa xem") < shown.index("Đã xem rồi")
    assert "Của người khác" not in shown
    for verb, method in (("own_notice", "get"), ("read_notice", "post")):
        address = reverse(f"notices:{verb}", args=[foreign.public_id])
        assert getattr(client_as(person), method)(address).status_code == 404
    client_as(person).post(reverse("notices:read_notices"), {"chosen": [str(foreign.public_id), "x"]})
    assert Notice.objects.get(pk=foreign.pk).read_at is None


def test_opening_a_page_changes_nothing_and_reading_is_noted_by_a_form(client_as):
    person = make_officer()
    client, notice = client_as(person), make_notice(person, url="/people/me/")
    address = reverse("notices:own_notice", args=[notice.public_id])
    assert "Chưa đọc" in page(client, address)
    assert Notice.objects.get().read_at is None
    opened = client.post(reverse("notices:read_notice", args=[notice.public_id]), {"open": "yes"})
    assert opened["Location"] == "/people/me/"
    first = Notice.objects.get().read_at
    assert first is not None
    part = client.post(reverse("notices:read_notice", args=[notice.public_id]), headers={"HX-Request": "true"})
    assert "Đã đọc" in part.content.decode() and 'hx-swap-oob="delete"' in part.content.decode()
    assert Notice.objects.get().read_at == first
    for _two in range(2):
        make_notice(person)
    client.post(reverse("notices:read_notices"), {"all": "yes"})
    assert not Notice.objects.unread().exists()


def test_the_bar_counts_what_is_unread_at_no_further_query(client_as):
    person = make_officer()
    client = client_as(person)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            shown = page(client, reverse("accounts:me"))
        return len(queries), shown

    cost()
    before, shown = cost()
    assert 'class="unread"' not in shown
    for _three in range(3):
        make_notice(person)
    make_notice(make_officer())
    after, shown = cost()
    assert after == before
    assert 'id="unread-notices">3<' in shown
    address = reverse("notices:read_notice", args=[Notice.objects.of(person).first().public_id])
    part = client.post(address, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-swap-oob="true">2<' in part


def test_nobody_who_is_not_signed_in_has_a_bar_of_notices(client):
    assert client.get(OWN).status_code == 302
    assert "top-notices" not in page(client, "/accounts/login/")


def test_lists_cost_the_same_with_one_row_and_with_three(client_as):
    administrator = make_administrator()
    client, version = client_as(administrator), make_dossier(state="lodged").procedure_version

    def costs():
        found = []
        for address in (OWN, reverse("notices:delivery_list"), reverse("notices:telling_list")):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        return found

    def one_more():
        dossier = make_dossier(version, state="lodged")
        make_delivery(make_notice(administrator, make_telling(dossier)))

    one_more()
    costs()
    before = costs()
    for _two in range(2):
        one_more()
    assert costs() == before
    assert max(before) <= 12


def test_people_choose_how_they_are_told(client_as):
    signatory = make_enterprise_user()
    client, address = client_as(signatory), reverse("notices:preferences")
    form = client.get(address).context["form"]
    assert "dossiers.to_receive" not in [kind.code for kind in form.kinds]
    codes = [kind.code for kind in form.kinds]
    values = {f"way_{place}": "daily" for place in range(len(codes))}
    key = {"operation_key": "7d1f2f5e-56c4-4f0c-8e2c-6d2c4a7b9d14"}
    wrong = client.post(address, values | key | {f"way_{codes.index('dossiers.lodged')}": "portal"})
    assert wrong.status_code == 200 and not Preference.objects.exists()
    assert client.post(address, values | key).status_code == 302
    assert {row.way for row in Preference.objects.filter(person=signatory)} == {"daily"}
    assert "Chưa có gì để chọn" in page(client_as(make_user()), address)


def test_other_ways_are_offered_only_where_they_are_on_and_reach_the_person(client_as, settings):
    signatory = make_enterprise_user(phone="0912345678")
    address = reverse("notices:preferences")
    assert "also_0" not in client_as(signatory).get(address).context["form"].fields
    settings.ZALO_URL = "http://127.0.0.1:1/zalo"
    assert "also_0" in client_as(signatory).get(address).context["form"].fields
    assert "also_0" not in client_as(make_enterprise_user()).get(address).context["form"].fields


def test_the_log_shows_what_became_of_each_way_and_offers_the_text_to_copy(client_as, settings):
    clerk, dossier = make_user(Role.INTAKE), make_dossier(state="lodged")
    person = make_enterprise_user(dossier.enterprise, full_name="Trịnh Văn Ký")
    notice = make_notice(person, make_telling(dossier))
    row = make_delivery(notice, state="parked", attempts=12, error="550 không có hộp thư")
    client = client_as(clerk)
    assert "550 không có hộp thư" in page(client, reverse("notices:delivery_list") + "?state=parked&q=ky")
    shown = page(client, row.get_absolute_url())
    assert "Sao chép nội dung để gửi Zalo" in shown and "Gửi lại" in shown and "Trịnh Văn Ký" in shown
    assert "Trịnh Văn Ký" in page(client, notice.telling.get_absolute_url())
    settings.ZALO_URL = "http://127.0.0.1:1/zalo"
    assert "Sao chép nội dung" not in page(client, row.get_absolute_url())
    again = reverse("notices:send_again", args=[row.public_id])
    assert client.post(again).status_code == 302
    assert Delivery.objects.get(pk=row.pk).state == "waiting"
    answer = client.post(reverse("notices:send_many_again"), {"chosen": [str(row.public_id)]}, follow=True)
    assert "đang chờ gửi" in answer.content.decode()
    assert "Gửi lại bằng tay" in page(client, row.get_absolute_url())


def test_every_row_of_the_longest_page_is_sent_again_with_a_result_of_its_own(client_as):
    dossier = make_dossier(state="lodged")
    told, people = make_telling(dossier), [make_enterprise_user(dossier.enterprise) for _each in range(210)]
    rows = [make_delivery(make_notice(person, told), state="parked", attempts=12) for person in people]
    client = client_as(make_user(Role.INTAKE))
    listed = page(client, reverse("notices:delivery_list") + "?state=parked&rows=500")
    chosen = re.findall(r'name="chosen" value="([^"]+)"', listed)
    assert set(chosen) == {str(row.public_id) for row in rows}
    answer = client.post(reverse("notices:send_many_again"), {"chosen": chosen}, follow=True)
    assert len(answer.context["results"]) == 210 and all(result.ok for result in answer.context["results"])
    assert Delivery.objects.filter(state="waiting").count() == 210


SECRET = "Dự kiến từ chối Công ty Bí Mật"


def letter_about(thing, kind):
    """A letter that was set aside, one of the morning in which it is named too, and the words they carry."""
    told = make_officer()
    words = {f"{name}_{language}": SECRET for name in ("subject", "body") for language in ("vi", "en")}
    notice = make_notice(told, make_telling(thing, kind), **words)
    morning = Delivery.objects.create(
        person=told, channel="email", digest_on=NOW.date(), made_at=NOW, next_try_at=NOW, state="sent", sent_at=NOW
    )
    make_delivery(notice, channel="sms", state="bundled", bundled_into=morning)
    return make_delivery(notice, state="parked", error="550 không có hộp thư"), morning


def all_that_is_said(client, row, morning):
    """{address: what stands there} of every page of the log, its exports, and the page of what waits for one."""
    log = reverse("notices:delivery_list")
    addresses = [
        *(log + query for query in ("", "?export=csv", "?export=print", f"?kind={row.notice.telling.kind}")),
        reverse("notices:telling_list"),
        row.get_absolute_url(),
        morning.get_absolute_url(),
        row.notice.telling.get_absolute_url(),
        reverse("reporting:home"),
    ]
    return {address: b"".join(client.get(address)).decode() for address in addresses}


@pytest.mark.parametrize(
    ("reader", "kind", "make"),
    [
        (Role.ADMINISTRATOR, "dossiers.to_decide", lambda: make_dossier(state="lodged")),
        (Role.ADMINISTRATOR, "notices.reminder", lambda: make_reminder(make_officer())),
        (Role.RECORDS_CLERK, "enterprises.claim_refused", make_claim),
        (Role.INTAKE, "documents.incoming_passed", make_incoming),
        (Role.INTAKE, "dossiers.to_decide", lambda: make_dossier()),  # a draft of the enterprise's
        (Role.AUDITOR, "reporting.of_a_thing_of_which_nothing_is_known", make_version),
    ],
)
def test_who_may_not_read_a_thing_reads_nowhere_in_the_log_what_was_said_of_it(client_as, reader, kind, make):
    row, morning = letter_about(make(), kind)
    client, log, title = client_as(make_user(reader)), reverse("notices:delivery_list"), escape(title_of(kind))
    for address, said in all_that_is_said(client, row, morning).items():
        assert "Bí Mật" not in said, address
    shown = page(client, row.get_absolute_url())
    assert title in shown and row.person.full_name in shown and "550 không có hộp thư" in shown
    assert title in page(client, log) and title in page(client, morning.get_absolute_url())
    assert row.person.full_name not in page(client, f"{log}?q=Bí Mật")
    if reader != Role.AUDITOR:
        answer = client.post(reverse("notices:send_many_again"), {"chosen": [str(row.public_id)]}, follow=True)
        assert "Bí Mật" not in answer.content.decode() and title in answer.content.decode()


@pytest.mark.parametrize("reader", [Role.AUDITOR, Role.RECORDS_CLERK, Role.CHIEF_OF_OFFICE])
def test_who_may_read_the_thing_reads_in_the_log_what_was_said_of_it(client_as, reader):
    row, morning = letter_about(make_dossier(state="lodged"), "dossiers.to_decide")
    client = client_as(make_user(reader))
    said = all_that_is_said(client, row, morning)
    wanted = set(said) - {
        reverse("notices:telling_list"),
        row.notice.telling.get_absolute_url(),
        reverse("reporting:home"),
    }
    assert {address for address in wanted if "Bí Mật" not in said[address]} == set()


def test_what_a_person_was_told_themselves_they_read_in_the_log_too(client_as):
    administrator = make_administrator()
    notice = make_notice(administrator, make_telling(make_dossier(state="lodged")), body_vi="Chỉ mình ông biết")
    assert "Chỉ mình ông biết" in page(client_as(administrator), make_delivery(notice).get_absolute_url())


def test_who_may_not_read_it_sends_it_again_all_the_same(client_as):
    dossier = make_dossier(state="lodged")
    row = make_delivery(make_notice(make_enterprise_user(dossier.enterprise), make_telling(dossier)), state="parked")
    client = client_as(make_administrator())
    assert "Đã nộp." not in page(client, row.get_absolute_url())
    client.post(reverse("notices:send_again", args=[row.public_id]))
    assert Delivery.objects.get(pk=row.pk).state == "waiting"


def test_of_every_kind_somebody_besides_the_told_may_read_what_was_said():
    """A kind whose thing has no rule who reads it is read by nobody in the log: that is forgotten, not meant."""
    without = {kind.code for kind in kinds().values() if kind.model._meta.label_lower not in readers()}
    assert without == {"notices.morning"}


def test_who_only_reads_sends_nothing_again_and_reminders_are_for_overseers_alone(client_as):
    row = make_delivery(make_notice(make_officer(), make_telling(kind="notices.reminder")), state="parked")
    auditor, clerk = client_as(make_auditor()), client_as(make_user(Role.INTAKE))
    assert auditor.get(row.get_absolute_url()).status_code == 200
    assert "Gửi lại" not in page(auditor, row.get_absolute_url())
    assert auditor.post(reverse("notices:send_again", args=[row.public_id])).status_code == 403
    for address in (row.get_absolute_url(), row.notice.telling.get_absolute_url()):
        assert clerk.get(address).status_code == 404
    assert client_as(make_officer()).get(reverse("notices:delivery_list")).status_code == 403


def test_a_letter_of_the_morning_has_a_page_with_what_is_in_it(client_as):
    person = make_officer()
    letter = Delivery.objects.create(
        person=person, channel="email", digest_on=NOW.date(), made_at=NOW, next_try_at=NOW, state="sent", sent_at=NOW
    )
    notice = make_notice(person, make_telling(make_dossier(state="lodged")), subject_vi="Một việc")
    row = make_delivery(notice, state="bundled", bundled_into=letter)
    client = client_as(make_auditor())
    assert "Một việc" in page(client, letter.get_absolute_url())
    assert "27/11/2026" in page(client, row.get_absolute_url())
    assert "Thư tổng hợp sáng 27/11/2026" in page(client, reverse("notices:delivery_list"))
    assert timezone.localdate(NOW) == letter.digest_on


def test_only_kinds_of_which_a_person_is_told_are_offered_as_filter(client_as):
    page = client_as(make_enterprise_user()).get(reverse("notices:own_notices")).content.decode()
    assert 'value="dossiers.received"' in page and 'value="dossiers.to_assign"' not in page
