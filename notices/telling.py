"""What this room itself tells: the letter of the morning, and that a colleague reminds somebody of something."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import STAFF, Role
from notices.kinds import Place, kind
from notices.models import Delivery, Reminder
from notices.subjects import readable
from screens import formats

MORNING = kind(
    "notices.morning",
    _("The letter of the morning"),
    model=Delivery,
    people=lambda delivery, on: User.objects.none(),  # it is made for whoever chose it, not told of
    says=lambda delivery: {"day": formats.vn_date(delivery.digest_on)},
    places=(
        Place("day", _("day of the letter"), "20/11/2026"),
        Place("count", _("how many notices it holds"), "2"),
        Place(
            "list",
            _("the notices, each with its address"),
            "- Số liệu năm 2025 đã được xác nhận\n  https://…/notices/…\n- Hồ sơ 261120-0001 đã được rút\n  https://…",
        ),
    ),
    roles=frozenset(),
)

REMINDER = kind(
    "notices.reminder",
    _("A colleague reminds you"),
    model=Reminder,
    people=lambda reminder, on: User.objects.filter(pk=None if reminder.done_at else reminder.receiver_id),
    says=lambda reminder: {
        "sender": reminder.sender.full_name,
        "about": reminder.label,
        "words": reminder.words,
        "due": formats.vn_date(reminder.due_on),
    },
    places=(
        Place("sender", _("who reminds"), "Trần Văn Mẫu"),
        Place("about", _("what it is about"), "261120-0001"),
        Place("words", _("what is to be done"), "Đề nghị xem lại thành phần hồ sơ."),
        Place("due", _("day by which it is to be done; a dash where there is none"), "30/11/2026"),
    ),
    roles=STAFF,
    internal=True,
)


def _reminders_read_by(user):
    """The two parties and auditors: what one reminds of may be closed to whoever oversees the sending."""
    return Reminder.objects.all() if Role.AUDITOR in user.roles else Reminder.objects.of(user)


readable(Reminder, _reminders_read_by)
