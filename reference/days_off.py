"""A deadline on a day on which nobody works: it may be meant so, but is pointed out."""

from datetime import date

from django.utils.translation import gettext as _

from reference.services import WorkingCalendar
from screens import formats


def days_off(deadlines: list[date]) -> dict[date, str]:
    """{deadline: sentence} of those on which nobody works; the calendar is read once."""
    if not deadlines:
        return {}
    calendar = WorkingCalendar(min(deadlines), max(deadlines))
    said = _("The deadline, %(day)s, is a day off. See whether a working day was meant.")
    return {day: said % {"day": formats.vn_long_date(day)} for day in deadlines if not calendar.is_working(day)}


def day_off(deadline: date | None) -> str:
    """Likewise of one; empty on a working day, and where there is none."""
    return days_off([deadline]).get(deadline, "") if deadline else ""
