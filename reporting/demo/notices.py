"""What people were told of all that, how they want to be told, and how colleagues remind each other. All of it is invented."""

from datetime import date, timedelta

from accounts.roles import Role
from dossiers.models import Dossier
from notices.channels import Email, Refusal
from notices.kinds import kinds
from notices.models import Delivery, Notice, Telling
from notices.services import own, sending
from notices.services.reminders import remind, settle_reminder
from notices.services.texts import edit_text, text_of
from notices.subjects import subjects
from reporting.demo.copying import at

CHOSEN_ON, WORDED_ON = date(2026, 6, 15), date(2026, 6, 16)
SOON = timedelta(minutes=1)


class NoSuchMailbox(Email):
    """A mail server that does not know the address."""

    def send(self, letter):
        raise Refusal("550 5.1.1 Không có hộp thư này (minh họa)")


def people_told(stage):
    """notices in the portal and by letter, one that did not go, ways people chose, reminders between colleagues"""
    _ways_and_words(stage)
    for pk, told_at in Telling.objects.filter(state="waiting").order_by("told_at", "pk").values_list("pk", "told_at"):
        sending.pass_on(pk, now=told_at + SOON)
    post, gone = Email(), stage.people[Role.PREPARER]
    for pk, made_at in Delivery.objects.filter(state="waiting").order_by("pk").values_list("pk", "made_at"):
        sending.deliver(pk, post, now=made_at + SOON)
    post.close()
    _one_that_did_not_go(Delivery.objects.filter(channel="email", person=gone).latest("made_at"))
    for role in (Role.SIGNATORY, Role.INTAKE):
        for notice in Notice.objects.of(stage.people[role]).order_by("at", "pk")[:2]:
            own.mark_read(by=stage.people[role], now=notice.at + timedelta(hours=2), public_ids=[notice.public_id])
    _reminders(stage)


def _ways_and_words(stage):
    own.choose_ways(ways={"dossiers.to_receive": ("daily", [])}, by=stage.people[Role.RECORDS_CLERK], now=at(CHOSEN_ON))
    kind = kinds()["dossiers.to_receive"]
    standing = text_of(kind)
    words = standing.words | {"body_vi": standing.body_vi + "\n\nĐề nghị xem trong ngày làm việc."}
    edit_text(
        kind=kind, words=words, reason="Nhắc xem trong ngày (minh họa)", number=standing.number,
        by=stage.people[Role.CHIEF_OF_OFFICE], now=at(WORDED_ON),
    )  # fmt: skip


def _one_that_did_not_go(delivery):
    now = delivery.made_at + SOON
    Delivery.objects.filter(pk=delivery.pk).update(state="waiting", sent_at=None, attempts=0, next_try_at=now)
    for attempt in range(1, sending.MOST_ATTEMPTS + 1):
        sending.deliver(delivery.pk, NoSuchMailbox(), now=now)
        now += sending.rest_after(attempt)


def _reminders(stage):
    dossier = Dossier.objects.lodged().filter(channel="online").latest("submitted_at")
    about = {"subject": subjects()["dossiers.dossier"], "thing": dossier}
    for giver, receiver, words, due_on in (
        (Role.CHIEF_OF_OFFICE, Role.INTAKE, "Đề nghị tiếp nhận hồ sơ này trong tuần. (Minh họa.)", date(2026, 11, 20)),
        (Role.HEAD, Role.OFFICER, "Chuẩn bị ý kiến về nội dung kiến nghị. (Minh họa.)", None),
    ):
        reminder = remind(
            **about, receiver=stage.people[receiver], words=words, due_on=due_on, by=stage.people[giver],
            now=stage.later(5),
        )  # fmt: skip
        sending.pass_on(Telling.objects.get(object_id=reminder.public_id).pk, now=stage.later(5))
    settle_reminder(reminder=reminder, by=stage.people[Role.OFFICER], now=stage.later(6))
    for pk in Delivery.objects.filter(state="waiting").values_list("pk", flat=True):
        sending.deliver(pk, Email(), now=stage.later(6))
