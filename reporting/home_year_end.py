"""The end of the budget year in My work: its days that come near or are past, and the money that would lapse."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programme.models import YearState
from programme.presenting.money import due_day
from programme.queries.money import Money, lapsing_lines, running_years
from programme.services.limits import year_end
from programme.services.years import obstacles
from reporting.waiting import Item, Section, address, first_of, may
from screens import formats

LAST_QUARTER = 10  # the month from which lines with money to lose are named


def _year_end(user, now):
    """Days of the calendar within two weeks; of a year whose days are past and not met, one line that says how many."""
    if not (may(user, "budget.keep years") or may(user, "budget.keep lines")):
        return None
    today, items = timezone.localdate(now), []
    for year in running_years():
        found = obstacles(year) if year.state == YearState.ADJUSTING else []
        days = [due_day(due, year, today, found) for due in year_end(year.year)]
        url, overdue = year.get_absolute_url(), [day for day in days if day.state == "overdue"]
        if overdue:
            first, number = overdue[0], formats.number(len(overdue))
            said = ngettext(
                "%(year)s: %(count)s day of the year's end is past and not met",
                "%(year)s: %(count)s days of the year's end are past and not met",
                len(overdue),
            ) % {"year": year, "count": number}
            items.append(Item(said, url, _("See"), f"{first.label}: {formats.vn_date(first.on)}", late=True))
        items += [
            Item(f"{year} – {day.label}", url, _("See"), f"{formats.vn_date(day.on)}, {day.said}")
            for day in days
            if day.state == "soon"
        ]
    return Section(_("End of the budget year"), items)


def _lapsing(user, now):
    """Managed lines of the year that runs with money not spent, from October on, the largest sum first."""
    if not (may(user, "budget.keep years") or may(user, "budget.keep lines") or may(user, "budget.approve spending")):
        return None
    today = timezone.localdate(now)
    year = running_years().filter(state=YearState.OPEN, year__lte=today.year).order_by("-year").first()
    if year is None or today < date(year.year, LAST_QUARTER, 1):
        return None
    rows, number = first_of(lapsing_lines(year).select_related("task", "source"))
    items = [
        Item(
            f"{line.task} – {line.source}",
            line.get_absolute_url(),
            _("See the line"),
            formats.big_money(Money.of_line(line).lapsing_vnd),
            late=today > date(year.year, 12, 31),
        )
        for line in rows
    ]
    title = _("Money that lapses on %(day)s") % {"day": formats.vn_date(date(year.year, 12, 31))}
    more = f"{address('programme:budget_line_list')}?year={year}&state=unexplained&managed=yes"
    return Section(title, items, number, more)


YEAR_END = (_year_end, _lapsing)
