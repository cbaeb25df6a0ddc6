from django import template
from django.utils.html import format_html

from screens import formats
from screens.spelling import amount_in_words

register = template.Library()

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
def money_lines(vnd):
    """A large sum in words of its size with the full figure beneath, as a quieter second line."""
    short, full = formats.short_money(vnd)
    return format_html('{}<span class="second">{}</span>', short, full) if full else short
