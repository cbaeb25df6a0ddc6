from django import template

from screens import formats

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
