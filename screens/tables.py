"""Tables: one declaration of columns serves the page, the Excel and CSV files and the printed form.

Rows are plain values of the database (dicts on a page, tuples in an export), never model instances: a column names the
paths it reads, so that a page costs two queries and an export of any length stays flat in memory.
"""

from decimal import Decimal
from fractions import Fraction

import django_tables2
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from screens import formats

VND_UNITS = {1: _("đồng"), 10**3: _("thousand đồng"), 10**6: _("million đồng"), 10**9: _("billion đồng")}
USD_UNITS = {1: "USD", 10**3: _("thousand USD"), 10**6: _("million USD")}


def exact_decimal(value):
    """A fraction of a power of ten as digits with a point, nothing rounded."""
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


class Table(django_tables2.Table):
    """Base of every table. `Meta.shown` names the columns shown until the reader chooses others (all when left out)."""

    class Meta:
        template_name = "screens/table.html"
        attrs = {"class": "data"}
        default = formats.NOTHING

    caption = ""
    caption_is_heading = False  # the heading of the page says it already
    held = False  # whether its first column stays in sight on a phone while the others are scrolled
    stacked = False  # whether on a phone each row is a block, its heading above its other cells
    dense = False  # whether its rows stand closely, so that many are seen at once
    select_with = None
    choosable = None  # the keys of the rows that have a box, or None: all
    parts = None  # [(heading, [(number, record, cells)])] of a table laid out like a printed form, and its `sums`
    sums = None

    def __init__(self, *args, caption="", **kwargs):
        kwargs.setdefault("default", formats.NOTHING)
        kwargs.setdefault("attrs", {"class": "data"})
        super().__init__(*args, **kwargs)
        self.caption = caption or self.caption

    @classmethod
    def shown_columns(cls):
        return list(getattr(cls.Meta, "shown", None) or cls.base_columns)

    @property
    def first_column(self):
        return next(iter(self.columns)).name

    @property
    def heads(self):
        """[(bound column, [those told beneath it])] as the page shows them; laid out like a form, each by itself."""
        bound = list(self.columns)
        if self.parts:
            return [(each, []) for each in bound]
        places = on_page([(each.name, each.column) for each in bound])
        return [(bound[place], [bound[other] for other in beneath]) for place, beneath in places]

    def page_rows(self):
        """`bare_rows` with the cells that are told beneath others in these."""
        places = on_page([(each.name, each.column) for each in self.columns])
        for identity, record, cells in self.bare_rows():
            yield (
                identity,
                record,
                [
                    (cells[place][0], with_lines(cells[place][1], [cells[other][1] for other in beneath]))
                    for place, beneath in places
                ],
            )

    def page_footer(self):
        """[(column, what stands under it)] likewise."""
        return [
            (each.column, with_lines(each.footer, [other.footer for other in beneath])) for each, beneath in self.heads
        ]

    def bare_rows(self):
        """Rows for the template: (identity, record, [(bound column, cell), …]).

        Records are mappings of paths to values, so a cell is its path's value through `render(value, record)`: nothing of
        what the library looks for in model instances, nor of how it finds out which arguments a column wants, cell by cell.
        """
        columns = [(bound, str(bound.accessor), bound.render, bound.default) for bound in self.columns]
        for place, row in enumerate(self.rows, start=1):
            record = row.record
            cells = []
            for bound, path, render, default in columns:
                value = record.get(path)
                cells.append((bound, default if value in bound.column.empty_values else render(value, record)))
            yield f"{self.prefix or ''}row-{place}", record, cells


def on_page(columns):
    """[(place, [places told beneath it])] of [(name, column)]: a column whose `beneath` is not shown stands by itself."""
    places = {name: place for place, (name, _column) in enumerate(columns)}
    beneath: dict[int, list] = {}
    for name, column in columns:
        if column.beneath in places:
            beneath.setdefault(places[column.beneath], []).append(places[name])
    taken = {place for others in beneath.values() for place in others}
    return [(place, beneath.get(place, [])) for place in range(len(columns)) if place not in taken]


def with_lines(cell, others):
    """A cell with further, quieter lines; what is not known takes no line."""
    lines = [(other,) for other in others if other not in ("", None, formats.NOTHING)]
    return format_html("{}{}", cell, format_html_join("", '<span class="second">{}</span>', lines)) if lines else cell


class Column(django_tables2.Column):
    """Text. `fields`: further paths `compute(record)` or a link reads; `second`: the path of a second, quieter line, which
    is a column of its own in files and on paper, headed `second_label`: a code, unless `second_column` says otherwise;
    `beneath`: the name of the column under whose cells this one stands on a page, as a second, quieter line, where both are
    shown; in files and on paper it is a column like any other;
    `width`: in files, in letters."""

    kind = "text"
    classes = "text"
    width = 24

    def __init__(
        self,
        *,
        fields=(),
        compute=None,
        second=None,
        second_label=None,
        second_column=None,
        beneath=None,
        unit=None,
        total=False,
        width=None,
        **kwargs,
    ):
        self.extra_fields, self.compute, self.second = tuple(fields), compute, second
        self.second_label, self.second_column, self.beneath = second_label, second_column, beneath
        self.unit, self.total = unit, total
        self.width = width or self.width
        if compute is not None and "order_by" not in kwargs:
            kwargs.setdefault("orderable", False)
        classes = self.classes
        if classes:
            kwargs.setdefault("attrs", {"td": {"class": classes}, "th": {"class": classes}})
        super().__init__(**kwargs)

    def paths(self, name):
        """What is read from the database for this column."""
        own = () if self.compute else (str(self.accessor or name),)
        return (*own, *self.extra_fields, *((self.second,) if self.second else ()))

    def value_from(self, name, record):
        """The typed value for a record (a mapping of paths to values)."""
        return self.compute(record) if self.compute else record[str(self.accessor or name)]

    @property
    def unit_label(self):
        return ""

    def head(self, said=""):
        """Heading of a file or form: with the unit, unless it is the one `said` above the whole table."""
        title, unit = str(self.verbose_name or ""), str(self.unit_label)
        return f"{title} ({unit})" if unit and unit != said else title

    @property
    def in_totals(self):
        """Whether a line of sums has something to say in this column."""
        return self.total

    def sum_of(self, values, *, whole):
        """What these values of the column come to; `whole`: they are all there are."""
        return sum(value for value in values if value is not None)

    def total_text(self, own, sums):
        """What a line of sums says here: the column's own sum; `sums` are those of all columns by the path they read."""
        return self.text(own) if self.total else ""

    def total_value(self, own, sums):
        """The same as a value, for a file that counts with it."""
        return own if self.total else None

    def text(self, value):
        """As shown, without markup."""
        return formats.plain(value)

    def plain(self, value):
        """As written to a CSV file: a number with a point and no grouping, or text."""
        return "" if value is None else str(value)

    def sheet_value(self, value):
        """As written to an Excel cell: str, int, float, date or datetime."""
        return value if value is None else str(value)

    def render(self, value, record):
        shown = self.text(value)
        if self.second and isinstance(record, dict) and record.get(self.second):
            return format_html('{}<span class="second">{}</span>', shown, record[self.second])
        return shown


class TextColumn(Column):
    pass


class VietnameseColumn(Column):
    """What was written in Vietnamese and is shown so in every language of the page."""

    def render(self, value, record):
        return formats.vietnamese(super().render(value, record))


class CodeColumn(Column):
    """Codes and numbers of papers: never broken, never taken for figures (a tax code keeps its first 0)."""

    kind = "code"
    classes = "code"
    width = 16

    def text(self, value):
        return formats.NOTHING if value is None else str(value)


class LinkColumn(Column):
    """The text as a link to `route`, whose arguments are read from the paths `args` (usually public_id)."""

    def text(self, value):
        return str(value) if isinstance(value, int) else super().text(value)  # a year is no figure

    def __init__(self, *, route, args=("public_id",), **kwargs):
        self.route, self.route_args = route, tuple(args)
        kwargs["fields"] = (*kwargs.get("fields", ()), *self.route_args)
        super().__init__(**kwargs)

    def render(self, value, record):
        arguments = [django_tables2.A(path).resolve(record) for path in self.route_args]
        shown = super().render(value, record)
        if any(argument is None for argument in arguments):
            return shown
        url = reverse(self.route, args=arguments)
        if self.second and isinstance(record, dict) and record.get(self.second):
            return format_html(
                '<a href="{}">{}</a><span class="second">{}</span>', url, self.text(value), record[self.second]
            )
        return format_html('<a href="{}">{}</a>', url, shown)


class VietnameseLinkColumn(LinkColumn):
    """A link whose text was written in Vietnamese."""

    def render(self, value, record):
        return formats.vietnamese(super().render(value, record))


class TranslatedColumn(Column):
    """`path`_vi or `path`_en by the language of the page; Vietnamese where there is no English."""

    def __init__(self, path, **kwargs):
        self.path = path
        kwargs.setdefault("order_by", (f"{path}_vi",))
        super().__init__(
            fields=(f"{path}_vi", f"{path}_en"),
            compute=self.in_language,
            **kwargs,
        )

    def in_language(self, record):
        vietnamese, english = record[f"{self.path}_vi"], record[f"{self.path}_en"]
        return (english or vietnamese) if (get_language() or "").startswith("en") else vietnamese


class NumberColumn(Column):
    """Whole numbers, or Decimals and Fractions with `places`."""

    kind = "number"
    classes = "num"
    width = 14

    def __init__(self, *, places=0, **kwargs):
        self.places = places
        super().__init__(**kwargs)

    @property
    def unit_label(self):
        return self.unit or ""

    def text(self, value):
        return formats.number(value, self.places)

    def plain(self, value):
        return "" if value is None else str(value)

    def sheet_value(self, value):
        if value is None or isinstance(value, int):
            return value
        return float(value)


class YearColumn(NumberColumn):
    """A year: a number, never grouped."""

    kind = "year"
    width = 8

    def text(self, value):
        return formats.NOTHING if value is None else str(value)


class MoneyColumn(NumberColumn):
    """Whole đồng, shown in `unit` (1, 10**3, 10**6, 10**9) which stands in the head."""

    kind = "money"
    width = 20

    def __init__(self, *, unit=1, **kwargs):
        super().__init__(unit=unit, **kwargs)

    @property
    def unit_label(self):
        return VND_UNITS[self.unit]

    def text(self, value):
        return formats.in_unit(value, self.unit)

    def plain(self, value):
        return "" if value is None else exact_decimal(Fraction(value, self.unit))

    def sheet_value(self, value):
        if value is None or self.unit == 1:
            return value
        whole, rest = divmod(value, self.unit)
        return value / self.unit if rest else whole


class UsdColumn(NumberColumn):
    """Whole US cents, shown in `unit` dollars (1, 10**3, 10**6)."""

    kind = "usd"
    width = 18

    def __init__(self, *, unit=1, **kwargs):
        super().__init__(unit=unit, **kwargs)

    @property
    def unit_label(self):
        return USD_UNITS[self.unit]

    def text(self, value):
        if value is None:
            return formats.NOTHING
        return formats.number(Fraction(value, 100 * self.unit), 2 if self.unit == 1 else 6, trim=self.unit != 1)

    def plain(self, value):
        if value is None:
            return ""
        return str(Decimal(value).scaleb(-2)) if self.unit == 1 else exact_decimal(Fraction(value, 100 * self.unit))

    def sheet_value(self, value):
        return None if value is None else value / (100 * self.unit)


class PercentColumn(NumberColumn):
    """A share (1 = the whole), shown as a percentage."""

    kind = "percent"
    width = 12

    def __init__(self, *, places=1, **kwargs):
        super().__init__(places=places, **kwargs)

    def text(self, value):
        return formats.percent(value, self.places)

    def plain(self, value):
        return (
            ""
            if value is None
            else f"{formats.round_half_up(Fraction(value) * 100, 6) / 10**6:.6f}".rstrip("0").rstrip(".")
        )

    def plain_head(self):
        return f"{self.verbose_name or ''} (%)"


class EitherColumn(Column):
    """Figures of several kinds under one heading, each told as the column `alike[which]` would; a value is (which, value)."""

    kind = "either"
    classes = "num"
    width = 18

    def __init__(self, *, alike, **kwargs):
        self.alike = alike
        super().__init__(**kwargs)

    def text(self, value):
        return self.alike[value[0]].text(value[1])

    def plain(self, value):
        return self.alike[value[0]].plain(value[1])

    def sheet_value(self, value):
        return self.alike[value[0]].sheet_value(value[1])


class ShareColumn(PercentColumn):
    """The share of one column in another (paid of planned, this year of the last), both named by the paths they read.

    Under a group or the whole it is the share of the sums, never a mean of shares; empty where one of the two columns is
    not shown or has no total. Of nothing there is no share.
    """

    in_totals = True

    def __init__(self, *, part, whole, **kwargs):
        self.part, self.whole = part, whole
        super().__init__(fields=(part, whole), compute=self.of_record, **kwargs)

    def of_record(self, record):
        return self.share(record[self.part], record[self.whole])

    @staticmethod
    def share(part, whole):
        return None if part is None or not whole else Fraction(part, whole)

    def total_text(self, own, sums):
        if self.part not in sums or self.whole not in sums:
            return ""
        return self.text(self.total_value(own, sums))

    def total_value(self, own, sums):
        if self.part not in sums or self.whole not in sums:
            return None
        return self.share(sums[self.part], sums[self.whole])


class DateColumn(Column):
    kind = "date"
    classes = "date"
    width = 12

    def text(self, value):
        return formats.vn_date(value)

    def plain(self, value):
        return formats.vn_date(value) if value else ""

    def sheet_value(self, value):
        return value


class DateTimeColumn(DateColumn):
    kind = "datetime"
    width = 18

    def text(self, value):
        return formats.vn_datetime(value)

    def plain(self, value):
        return formats.vn_datetime(value) if value else ""

    def sheet_value(self, value):
        return timezone.localtime(value).replace(tzinfo=None) if value else None


class BooleanColumn(Column):
    classes = ""
    width = 8

    def __init__(self, **kwargs):
        kwargs.setdefault("empty_values", (None,))
        super().__init__(**kwargs)

    def text(self, value):
        return formats.yes_no(value)

    def plain(self, value):
        return "" if value is None else formats.yes_no(value)

    sheet_value = plain


class ChoiceColumn(Column):
    """The label of a choice: `choices` is a TextChoices class or its pairs."""

    classes = ""
    width = 18

    def __init__(self, *, choices, **kwargs):
        self.labels = dict(getattr(choices, "choices", choices))
        super().__init__(**kwargs)

    def text(self, value):
        return formats.NOTHING if value is None else str(self.labels.get(value, value))

    def plain(self, value):
        return "" if value is None else self.text(value)

    sheet_value = plain


class TagColumn(ChoiceColumn):
    """The label of a choice as a tag; `kinds` gives {value: "ok" | "warn" | "bad" | "info" | "quiet"}."""

    def __init__(self, *, kinds=None, **kwargs):
        self.kinds = kinds or {}
        super().__init__(**kwargs)

    def render(self, value, record):
        return format_html('<span class="tag tag-{}">{}</span>', self.kinds.get(value, "quiet"), self.text(value))
