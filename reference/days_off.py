"""A deadline, or a meeting, on a day on which nobody works: it may be meant so, but is pointed out."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from reference.services import WorkingCalendar
from screens import formats

DUE_ON = _("The deadline, %(day)s, is a day off. See whether a working day was meant.")
MEETING_ON = _("The day of the meeting, %(day)s, is a day off. See whether a working day was meant.")


def days_off(deadlines: list[date], said=DUE_ON) -> dict[date, str]:
    """{deadline: sentence} of those on which nobody works; the calendar is read once."""
    if not deadlines:
        return {}
    calendar = WorkingCalendar(min(deadlines), max(deadlines))
    return {day: str(said) % {"day": formats.vn_long_date(day)} for day in deadlines if not calendar.is_working(day)}


def day_off(deadline: date | None, said=DUE_ON) -> str:
    """Likewise of one; empty on a working day, and where there is none."""
    return days_off([deadline], said).get(deadline, "") if deadline else ""
