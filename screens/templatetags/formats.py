from django import template
from django.utils.html import format_html

from screens import formats
from screens.spelling import amount_in_words

register = template.Library()

LONG_WORD = 24  # letters: longer ones may not fit into a line of a phone

register.filter("money", formats.money)
register.filter("big_money", formats.big_money)
register.filter("usd", formats.usd)
register.filter("number", formats.number)
register.filter("percent", formats.percent)
register.filter("points", formats.points)
register.filter("in_unit", formats.in_unit)
register.filter("vn_date", formats.vn_date)
register.filter("vn_long_date", formats.vn_long_date)
register.filter("vn_time", formats.vn_time)
register.filter("vn_datetime", formats.vn_datetime)
register.filter("vn_long_datetime", formats.vn_long_datetime)
register.filter("yes_no", formats.yes_no)


@register.filter
def in_words(vnd):
    """The amount in Vietnamese words, on English pages too: put it into an element with lang="vi"."""
    return formats.NOTHING if vnd is None or vnd == "" else amount_in_words(vnd, capital=True)


@register.filter
def file_name(name):
    """The name of a file whose ending stays in one line with the letters before it, where a long word has to be broken."""
    last = name.rpartition(" ")[2]
    stem, dot, ending = name.rpartition(".")
    if len(last) < LONG_WORD or not dot:
        return name
    return format_html('{}<span class="nowrap">{}</span>', stem[:-4], f"{stem[-4:]}.{ending}")


@register.filter
def money_lines(vnd):
    """A large sum in words of its size with the full figure beneath, as a quieter second line."""
    short, full = formats.short_money(vnd)
    return format_html('{}<span class="second">{}</span>', short, full) if full else short
