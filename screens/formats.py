"""Numbers, money, dates as an office writes them. Exact: whole numbers and fractions, never floats."""

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

NOTHING = "–"
MONEY_UNITS = ((10**9, _("billion")), (10**6, _("million")))
WEEKDAYS = (
    pgettext_lazy("day of the week", "Monday"),
    pgettext_lazy("day of the week", "Tuesday"),
    pgettext_lazy("day of the week", "Wednesday"),
    pgettext_lazy("day of the week", "Thursday"),
    pgettext_lazy("day of the week", "Friday"),
    pgettext_lazy("day of the week", "Saturday"),
    pgettext_lazy("day of the week", "Sunday"),
)


def _separators():
    return (",", ".") if (get_language() or "vi").startswith("en") else (".", ",")


def _fraction(value):
    if isinstance(value, float):
        raise TypeError("floats are not exact; use int, Decimal or Fraction")
    return Fraction(value)


def round_half_up(value, places=0):
    """The exact value rounded to `places` decimals, halves away from zero, as a whole number of 10**-places."""
    scaled = _fraction(value) * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    return -whole if scaled < 0 else whole


def number(value, places=0, *, trim=False):
    """1.234.567 or 1.234,56; nothing known is a dash. `trim` drops zeros at the end of the decimals."""
    if value is None or value == "":
        return NOTHING
    thousand, decimal = _separators()
    scaled = round_half_up(value, places)
    whole, rest = divmod(abs(scaled), 10**places)
    text = f"{whole:,}".replace(",", thousand)
    decimals = f"{rest:0{places}d}" if places else ""
    if trim:
        decimals = decimals.rstrip("0")
    if decimals:
        text = f"{text}{decimal}{decimals}"
    return f"\u2212{text}" if scaled < 0 else text


def money(vnd):
    """1.234.567.890 đồng."""
    if vnd is None or vnd == "":
        return NOTHING
    return gettext("%(amount)s đồng") % {"amount": number(vnd)}


def big_money(vnd):
    """A large sum in words of its size: 1,2 tỷ đồng. “khoảng” is put before it when digits were dropped.

    200 tỷ is 200 tỷ exactly; 1.234.567.890 is “khoảng 1,2 tỷ”: the full figure belongs beneath.
    """
    if vnd is None or vnd == "":
        return NOTHING
    for size, name in MONEY_UNITS:
        if abs(vnd) >= size:
            places = 0 if abs(vnd) >= 1000 * size else 1
            # 999,96 tỷ would round to 1.000,0 and 999,96 triệu to 1.000 triệu: still right, only longer.
            amount = number(Fraction(vnd, size), places, trim=True)
            exact = round_half_up(Fraction(vnd, size), places) * size == vnd * 10**places
            return _in_words_of_size(amount, name, exact=exact)
    return money(vnd)


def _in_words_of_size(amount, unit, *, exact):
    parts = {"amount": amount, "unit": unit}
    if exact:
        return gettext("%(amount)s %(unit)s đồng") % parts
    return gettext("about %(amount)s %(unit)s đồng") % parts


class ShortMoney(NamedTuple):
    """A sum for two lines: in words of its size, and the full figure that belongs beneath (empty when it says no more)."""

    short: str
    full: str


def short_money(vnd):
    """(1,2 tỷ đồng, 1.200.000.000 đồng): tỷ from 1 tỷ up, triệu below it, below 1 triệu the plain amount alone.

    At most three decimals, halves up, “khoảng” where digits were dropped. A round figure is never said of a sum that
    falls short of it: where rounding up would reach a whole number of tỷ or triệu the digits are cut instead, so that
    999.999.999.999 is “khoảng 999,999 tỷ” and no line seems to have used up its 200 tỷ before it has.
    """
    if vnd is None or vnd == "":
        return ShortMoney(NOTHING, "")
    for size, name in MONEY_UNITS:
        if abs(vnd) >= size:
            thousandth = size // 1000
            thousandths, rest = divmod(abs(vnd), thousandth)
            if 2 * rest >= thousandth and (thousandths + 1) % 1000:
                thousandths += 1
            amount = number(Fraction(thousandths if vnd > 0 else -thousandths, 1000), 3, trim=True)
            return ShortMoney(_in_words_of_size(amount, name, exact=not rest), money(vnd))
    return ShortMoney(money(vnd), "")


def in_unit(vnd, unit=1):
    """An amount in the unit of a column head (triệu đồng: 10**6), with at most three decimals and “khoảng” where digits were
    dropped; what is less than one unit in full, or 999 đồng would read as 0,001 triệu đồng."""
    if vnd is None or vnd == "":
        return NOTHING
    exact = len(str(unit)) - 1
    places = exact if abs(vnd) < unit else min(exact, 3)
    amount = number(Fraction(vnd, unit), places, trim=True)
    return gettext("about %(amount)s") % {"amount": amount} if vnd * 10**places % unit else amount


def usd(cents):
    """1.234.567,89 USD from whole cents."""
    if cents is None or cents == "":
        return NOTHING
    return f"{number(Fraction(cents, 100), 2)} USD"


def percent(share, places=1):
    """A share (1 = the whole) as a percentage: Fraction(4, 10) is “40,0 %”. Exact, halves away from zero."""
    if share is None or share == "":
        return NOTHING
    return f"{number(_fraction(share) * 100, places)}\u00a0%"


def points(share, places=1):
    """A difference of two shares in percentage points, with its sign."""
    if share is None or share == "":
        return NOTHING
    text = number(_fraction(share) * 100, places)
    return text if share <= 0 else f"+{text}"


def _local(value):
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value


def vn_date(value):
    """27/11/2026, of the day in Hà Nội."""
    return _local(value).strftime("%d/%m/%Y") if value else NOTHING


def vn_long_date(value):
    """thứ Sáu 27/11/2026."""
    if not value:
        return NOTHING
    value = _local(value)
    return f"{WEEKDAYS[value.weekday()]} {vn_date(value)}"


def vn_time(value):
    """16:30, in Hà Nội."""
    return _local(value).strftime("%H:%M") if value else NOTHING


def vn_datetime(value):
    """16:30 27/11/2026, in Hà Nội."""
    return f"{vn_time(value)} {vn_date(value)}" if value else NOTHING


def vn_long_datetime(value):
    """16:30 thứ Sáu 27/11/2026."""
    return f"{vn_time(value)} {vn_long_date(value)}" if value else NOTHING


def yes_no(value):
    if value is None:
        return NOTHING
    return gettext("yes") if value else gettext("no")


def plain(value):
    """What stands in a cell for any simple value, the same on the screen and in a text file."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, datetime.datetime):
        return vn_datetime(value)
    if isinstance(value, datetime.date):
        return vn_date(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10_000 else number(value)  # a year is not grouped
    if isinstance(value, (Decimal, Fraction)):
        return number(value, 6, trim=True)
    return str(value)


def english(text):
    """What somebody wrote in English, said so to whoever hears or translates the page."""
    return format_html('<span lang="en">{}</span>', text) if text else text


def vietnamese(text):
    """The same of what was written in Vietnamese."""
    return format_html('<span lang="vi">{}</span>', text) if text else text


def code(text):
    """A code, which no language translates."""
    return format_html('<span translate="no">{}</span>', text) if text else text
