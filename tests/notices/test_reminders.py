"""Reminders between colleagues: who may remind whom of what, and that they are no papers."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import handover
from accounts.roles import Role
from audit.refusals import Conflict, NotAllowed, Refused
from notices.models import Notice, Reminder
from notices.services import reminders as services
from notices.services import sending
from notices.subjects import subjects
from reporting.home import work_for
from tests.factories import (
    make_administrator,
    make_dossier,
    make_enterprise,
    make_enterprise_user,
    make_head,
    make_officer,
    make_reminder,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
TODAY = date(2026, 11, 27)


def remind(by, receiver, thing, **changed):
    facts = {"words": "Đề nghị xem lại", "due_on": None, **changed}
    subject = subjects()[thing._meta.label_lower]
    return services.remind(subject=subject, thing=thing, receiver=receiver, by=by, now=NOW, **facts)


def test_a_colleague_is_reminded_in_the_portal_and_by_letter_until_it_is_done():
    head, officer, enterprise = make_head(), make_officer(), make_enterprise(name="Công ty Thử")
    reminder = remind(head, officer, enterprise, due_on=TODAY)
    sending.send_waiting(now=NOW)
    notice = Notice.objects.get()
    assert (notice.person, notice.url) == (officer, reminder.get_absolute_url())
    assert "27/11/2026" in notice.body_vi and "không thay công văn" in notice.body_vi
    assert len(mail.outbox) == 1
    with pytest.raises(NotAllowed):
        services.settle_reminder(reminder=reminder, by=make_officer(), now=NOW)
    settled = services.settle_reminder(reminder=reminder, by=officer, now=NOW)
    assert (settled.done_by, services.settle_reminder(reminder=reminder, by=head, now=NOW).done_by) == (
        officer,
        officer,
    )
    remind(head, officer, enterprise)  # once it is done it may be asked for again


def test_what_is_done_before_the_letter_goes_is_told_to_nobody():
    reminder = remind(make_head(), make_officer(), make_enterprise())
    services.settle_reminder(reminder=reminder, by=reminder.receiver, now=NOW)
    sending.send_waiting(now=NOW)
    assert not Notice.objects.exists() and mail.outbox == []


def test_who_may_not_see_it_or_is_no_colleague_is_not_reminded():
    head, draft = make_head(), make_dossier()
    lodged = make_dossier(draft.procedure_version, state="lodged")
    for receiver in (make_enterprise_user(lodged.enterprise), make_user(Role.COUNCIL_MEMBER), head):
        with pytest.raises(Refused):
            remind(head, receiver, lodged)
    with pytest.raises(Refused, match="không được xem"):
        remind(make_user(Role.INTAKE), make_officer(), make_dossier(channel="post"))
    with pytest.raises(NotAllowed):
        remind(make_enterprise_user(lodged.enterprise), make_officer(), lodged)
    with pytest.raises(Refused, match="đã qua"):
        remind(head, make_officer(), lodged, due_on=TODAY - timedelta(days=1))


def test_nobody_is_reminded_twice_of_the_same_while_it_is_open():
    head, officer, enterprise = make_head(), make_officer(), make_enterprise()
    remind(head, officer, enterprise)
    with pytest.raises(Conflict, match="chưa xong"):
        remind(head, officer, enterprise)
    remind(make_head(), officer, enterprise)


@pytest.mark.parametrize(
    "wrong",
    [{"words": ""}, {"label": ""}, {"done_at": NOW}, {"sender": "receiver"}, {"again": True}],
)
def test_a_reminder_that_says_half_is_refused_by_the_database(wrong):
    first = make_reminder(make_officer(), at=NOW)
    facts = {
        name: getattr(first, name) for name in ("sender", "receiver", "object_kind", "object_id", "label", "words")
    }
    if not wrong.pop("again", False):
        facts["object_id"] = uuid.uuid4()
    if wrong.get("sender") == "receiver":
        wrong = {"sender": first.receiver}
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(**(facts | wrong), sent_at=NOW)


def test_from_the_page_of_a_thing_to_the_reminder_and_back(client_as):
    head, officer, enterprise = make_head(), make_officer(), make_enterprise(name="Công ty Thử")
    client, page = client_as(head), reverse("enterprises:enterprise_detail", args=[enterprise.public_id])
    address = reverse("notices:remind", args=["enterprises.enterprise", enterprise.public_id])
    assert address in client.get(page).content.decode()
    sent = {
        "receiver": str(officer.public_id),
        "words": "Gọi lại doanh nghiệp",
        "operation_key": "7d1f2f5e-56c4-4f0c-8e2c-6d2c4a7b9d15",
    }
    for _twice in range(2):
        assert client.post(address, sent)["Location"] == page
    reminder = Reminder.objects.get()
    shown = client_as(officer).get(reminder.get_absolute_url()).content.decode()
    assert "Gọi lại doanh nghiệp" in shown and page in shown
    waiting = {str(each.title): [item.url for item in each.items] for each in work_for(officer, timezone.now())}
    assert waiting["Đồng nghiệp nhắc việc ông/bà"] == [reminder.get_absolute_url()]
    assert "Công ty Thử" in client.get(reverse("notices:reminder_list") + "?mine=sent&done=no").content.decode()
    assert client_as(make_administrator()).get(reminder.get_absolute_url()).status_code == 404
    client_as(officer).post(reverse("notices:settle_reminder", args=[reminder.public_id]))
    assert Reminder.objects.get().done_by == officer


def test_nobody_reminds_of_what_they_may_not_see_and_pages_that_refuse_do_not_offer_it(client_as):
    head = client_as(make_head())
    missing = reverse("enterprises:enterprise_detail", args=[uuid.uuid4()])
    assert "/notices/remind/" not in head.get(missing).content.decode()
    for subject, public_id in (("enterprises.enterprise", uuid.uuid4()), ("no.such", uuid.uuid4())):
        assert head.get(reverse("notices:remind", args=[subject, public_id])).status_code == 404
    draft = make_dossier()
    assert head.get(reverse("notices:remind", args=["dossiers.dossier", draft.public_id])).status_code == 404
    own = make_enterprise_user(draft.enterprise)
    assert "/notices/remind/" not in client_as(own).get(draft.get_absolute_url()).content.decode()


def test_open_reminders_are_handed_over_and_meet_no_other():
    officer, taker, head, thing = make_officer(), make_officer(), make_head(), make_enterprise()
    goes = make_reminder(officer, head, thing)
    of_taker = make_reminder(officer, taker)
    both = make_enterprise()
    make_reminder(taker, head, both)
    twice = make_reminder(officer, head, both)
    holding = next(each for each, _count in handover.held_by(officer) if each.code == "reminders")
    holding.move(officer, taker, by="system:tests", now=NOW)
    rows = {row.pk: row for row in Reminder.objects.all()}
    assert rows[goes.pk].receiver == taker and rows[goes.pk].done_at is None
    assert rows[of_taker.pk].done_by == taker and rows[twice.pk].done_by == taker
    assert handover.held_by(officer) == []
