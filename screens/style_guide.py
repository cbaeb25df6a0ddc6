"""Every element of the look in every state, on one page: for whoever builds or judges a screen, and for the browser tests."""

import datetime
from fractions import Fraction

from django import forms
from django.utils.translation import gettext_lazy as _

from screens import tables
from screens.charts import Band, Point, band_chart, bars, money_bar, month_columns, nested_bar, small_band, small_bar
from screens.forms import DateField, Form, MoneyField, NumberField, UsdField, YearField


def _share(percent):
    return Fraction(percent, 100)


class SampleForm(Form):
    name = forms.CharField(label=_("Name of the enterprise"), help_text=_("As on the registration certificate"))
    year = YearField(label=_("Year"), min_value=2018, max_value=2026)
    revenue = MoneyField(label=_("Revenue"))
    exports = UsdField(label=_("Exports"), required=False)
    workers = NumberField(label=_("Workers"), unit=_("people"), required=False)
    since = DateField(label=_("In operation since"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("a", _("First kind")), ("b", _("Second kind"))],
        widget=forms.RadioSelect,
    )
    group = forms.ChoiceField(label=_("Group"), choices=[("", "–"), ("1", _("First group"))], required=False)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label=_("I have checked these figures"), required=False)


class SampleTable(tables.Table):
    name = tables.Column(verbose_name=_("Name"), second="code")
    revenue = tables.MoneyColumn(verbose_name=_("Revenue"), unit=10**6)
    exports = tables.UsdColumn(verbose_name=_("Exports"), unit=10**3)
    share = tables.PercentColumn(verbose_name=_("Share"))
    on = tables.DateColumn(verbose_name=_("Day"))
    state = tables.TagColumn(
        verbose_name=_("State"),
        choices=[("ok", _("First state")), ("warn", _("Second state")), ("bad", _("Third state"))],
        kinds={"ok": "ok", "warn": "warn", "bad": "bad"},
    )


def sample_context():
    day = datetime.date(2026, 11, 27)
    rows = [
        {"name": _("Sample enterprise A"), "code": "0100000001", "revenue": 1_234_567_890_000, "exports": 123_456_700,
         "share": _share(38), "on": day, "state": "ok"},
        {"name": _("Sample enterprise B"), "code": "0100000002", "revenue": 45_600_500_000, "exports": None,
         "share": _share(4), "on": day, "state": "warn"},
        {"name": _("Sample enterprise C"), "code": "0100000003", "revenue": None, "exports": 0,
         "share": None, "on": None, "state": "bad"},
    ]  # fmt: skip
    bands = [Band(year, _share(40), _share(50)) for year in range(2021, 2026)]
    points = [
        Point(2021, _share(38)),
        Point(2022, _share(41)),
        Point(2023, lower=_share(30), upper=_share(47)),
        Point(2024),
        Point(2025, _share(43), lower=_share(40), upper=_share(46), provisional=True),
    ]
    refused = SampleForm({"name": "", "year": "25", "revenue": "1e9", "exports": "1,234"})
    return {
        "form": SampleForm(initial={"revenue": 1_234_567_000, "since": day}, auto_id="empty_%s"),
        "refused": refused,
        "table": SampleTable(rows, orderable=False, caption=_("Sample table"), prefix="sample-"),
        "chart": band_chart(points, bands, title=_("Sample share of the city's output")),
        "small_chart": small_band(_share(43), _share(40), _share(50), title=_("Sample share"), largest=1),
        "bar": nested_bar(
            [(_("First part"), 200 * 10**9), (_("Second part"), 150 * 10**9), (_("Third part"), 90 * 10**9), (_("Fourth part"), 45_600_000_000)],
            title=_("Sample money"),
        ),
        "money": money_bar(
            (_("First part"), 200 * 10**9),
            [_("Second part"), _("Third part"), _("Fourth part")],
            [(_("First kind"), [90 * 10**9, 60 * 10**9, 30 * 10**9]), (_("Second kind"), [50 * 10**9, 40 * 10**9, 10**10])],
            title=_("Sample money"),
        ),
        "small_money": small_bar([90 * 10**9, 60 * 10**9, 30 * 10**9], title=_("Sample money"), full=100 * 10**9),
        "months": month_columns([("1", 10, 4), ("2", 12, 15), ("3", 8, None)], title=_("Sample counts")),
        "bars": bars([(_("First group"), 120), (_("Second group"), 45), (_("Third group"), None)], title=_("Sample counts")),
        "tag_kinds": ["ok", "warn", "bad", "info", "quiet"],
        "amount": 1_234_567_890,
        "day": datetime.datetime(2026, 11, 27, 9, 30, tzinfo=datetime.UTC),
        "share": _share(43),
    }  # fmt: skip
