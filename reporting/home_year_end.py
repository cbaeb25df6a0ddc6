"""The end of the budget year in My work: its days that come near or are past, and the money that would lapse."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from programme.models import YearState
from programme.presenting.money import due_day
from programme.queries.money import Money, lapsing_lines, running_years
from programme.services.limits import year_end
from reporting.waiting import SHOWN, Item, Section, address, count, may
from screens import formats

LAST_QUARTER = 10  # the month from which lines with money to lose are named


def _year_end(user, now):
    """Days of the calendar within two weeks, and those that are past while the year is not done; overdue ones first."""
    if not (may(user, "budget.keep years") or may(user, "budget.keep lines")):
        return None
    today, items = timezone.localdate(now), []
    for year in running_years():
        for due in year_end(year.year):
            day = due_day(due, year, today)
            if day.state in ("overdue", "soon"):
                note = f"{formats.vn_date(due.on)}, {day.said}"
                late = day.state == "overdue"
                items.append((due.on, Item(f"{year} – {due.label}", year.get_absolute_url(), _("See"), note, late)))
    return Section(_("End of the budget year"), [item for _on, item in sorted(items, key=lambda pair: pair[0])])


def _lapsing(user, now):
    """Managed lines of the year that runs with money not spent, from October on, the largest sum first."""
    if not (may(user, "budget.keep years") or may(user, "budget.keep lines") or may(user, "budget.approve spending")):
        return None
    today = timezone.localdate(now)
    year = running_years().filter(state=YearState.OPEN, year__lte=today.year).order_by("-year").first()
    if year is None or today < date(year.year, LAST_QUARTER, 1):
        return None
    rows = lapsing_lines(year)
    items = [
        Item(
            f"{line.task} – {line.source}",
            line.get_absolute_url(),
            _("See the line"),
            formats.big_money(Money.of_line(line).lapsing_vnd),
            late=today > date(year.year, 12, 31),
        )
        for line in rows.select_related("task", "source")[:SHOWN]
    ]
    title = _("Money that lapses on %(day)s") % {"day": formats.vn_date(date(year.year, 12, 31))}
    more = f"{address('programme:budget_line_list')}?year={year}&state=unexplained&managed=yes"
    return Section(title, items, count(rows), more)


YEAR_END = (_year_end, _lapsing)
