"""One list page for every room: filter, sort, page, choose columns, keep views, act on many rows, export what is shown."""

import uuid
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

import django_filters
from django.contrib import messages
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BigIntegerField, F, Subquery
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from screens import exports, formats, tables
from screens.models import SavedView
from screens.sheets import Sheet, office_lines, on_paper, render_sheet, wording_of
from screens.text import matching

PAGE_SIZES = (50, 200, 500)  # rows of a page; the first one unless the reader asks for more, where rows can be chosen
COUNTED_EXACTLY = 10_000
SOUGHT_ONCE = 500
PRINTED_ROWS = 3_000
MATCHING = "matching_rows"
BULK_RESULTS, BULK_RESULTS_KEPT = "bulk_results", 5  # in a session
BULK_ROWS_KEPT = 1_000  # of all of them together, for every page reads the session
NOT_FILTERS = ("page", "rows", "export", "view", "sort", "column")


@dataclass(frozen=True)
class BulkAction:
    """What can be done to the chosen rows: posts their keys as `chosen` (and an operation_key) to `url`."""

    code: str
    label: str | Promise
    url: str


@dataclass(frozen=True)
class BulkResult:
    """What became of one row of a bulk act."""

    label: str
    ok: bool
    message: str | Promise
    url: str = ""


class SearchFilter(django_filters.CharFilter):
    """Finds every typed word, with or without marks, short or long, in folded columns."""

    def __init__(self, *, folded=("folded",), **kwargs):
        self.folded = tuple(folded)
        super().__init__(**kwargs)

    def filter(self, queryset, value):
        return queryset.filter(matching(value, *self.folded)) if value else queryset


class FilterSet(django_filters.FilterSet):
    """Filters above a list. Those named in `advanced` stand behind one click."""

    advanced = ()


class Listing:
    """What one request for a list asks for, and the rows that answer it.

    `title`, `export_name` and `sheet` are the wording of its files.
    """

    def __init__(
        self,
        request,
        table_class,
        queryset,
        filterset_class=None,
        ordering=None,
        key=None,
        *,
        title="",
        export_name="",
        sheet=None,
    ):
        self.key = key
        self.title, self.export_name, self.sheet = title, export_name, sheet or Sheet()
        self.request, self.table_class, self.source = request, table_class, queryset
        self.params = request.GET
        self.default_ordering = ordering
        self.filterset = None
        if filterset_class is not None:
            self.filterset = filterset_class(self.params, queryset=queryset, request=request)
            self.filterset.form.auto_id = "filter_%s"

    # --- what is asked -------------------------------------------------------------------------
    @cached_property
    def columns(self):
        """[(name, column)] in the table's order: those asked for, else those the table shows by itself."""
        known = self.table_class.base_columns
        asked = [name for name in self.params.getlist("column") if name in known]
        chosen = set(asked or self.table_class.shown_columns())
        chosen.add(next(iter(known)))
        if self._group:  # rows stand under it on the page; a CSV file has it as a column
            chosen.add(self.sheet.group_by)
        return [(name, column) for name, column in known.items() if name in chosen]

    @cached_property
    def sort(self):
        """The name of the column to sort by, with a minus for downwards; empty for the list's own order."""
        asked = self.params.get("sort", "")
        column = self.table_class.base_columns.get(asked.removeprefix("-"))
        return asked if column is not None and column.orderable is not False else ""

    @cached_property
    def filters_used(self):
        if self.filterset is None:
            return False
        cleaned = self.filterset.form.cleaned_data if self.filterset.form.is_valid() else {}
        return any(value not in (None, "", [], ()) and not _is_empty(value) for value in cleaned.values())

    @property
    def filters_said(self):
        """The filters in use as a reader of the printed form needs them: “Năm: 2025; Trạng thái: Đã xác nhận”; what the
        period of the form says already is not said twice."""
        if not self.filters_used:
            return ""
        form, period = self.filterset.form, str(self.sheet.period)
        said = []
        for name, field in form.fields.items():
            value = form.cleaned_data.get(name)
            if field.label and not (value in (None, "", [], ()) or _is_empty(value)):
                text = _as_chosen(field, value)
                if text not in period:
                    said.append(f"{field.label}: {text}")
        return "; ".join(said)

    @property
    def advanced_used(self):
        """Whether a filter behind the click is in use or refused: then it is shown at once."""
        behind = getattr(self.filterset, "advanced", ())
        return any(self.params.get(name) or name in self.filterset.errors for name in behind)

    @cached_property
    def is_refused(self):
        return self.filterset is not None and bool(self.filterset.errors)

    # --- the rows ------------------------------------------------------------------------------
    @cached_property
    def filtered(self):
        if self.filterset is None:
            return self.source.all()
        return self.source.none() if self.is_refused else self.filterset.qs

    @cached_property
    def ordered(self):
        return self.filtered.order_by(*self._ordering())

    def _ordering(self):
        own = self.default_ordering or self.source.query.order_by or self.source.model._meta.ordering or ()
        if self.sort:
            name = self.sort.removeprefix("-")
            column = self.table_class.base_columns[name]
            terms = [str(term) for term in (column.order_by or (column.accessor or name,))]
            if self.sort.startswith("-"):
                terms = [term[1:] if term.startswith("-") else f"-{term}" for term in terms]
            terms = [self._placed(term) for term in terms]
        else:
            terms = list(own)
        if not any(term in ("pk", "-pk", "id", "-id") for term in terms if isinstance(term, str)):
            terms.append("pk")
        return terms

    def _placed(self, term):
        """What is not known comes last, upwards and downwards, on every database."""
        name = term.removeprefix("-")
        try:
            if not self.source.model._meta.get_field(name).null:
                return term
        except FieldDoesNotExist:
            pass
        return F(name).desc(nulls_last=True) if term.startswith("-") else F(name).asc(nulls_last=True)

    @cached_property
    def page_number(self):
        asked = self.params.get("page", "")
        return max(int(asked), 1) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1

    @cached_property
    def _found(self):
        """The page's rows and one more, as dicts of plain values with the `MATCHING` count, in one query.

        The rows are picked by key from the narrowest query there is; joins and annotations are worked out for them alone.
        """
        start = (self.page_number - 1) * self.page_size
        matching_rows = self._sought
        picked = matching_rows.order_by(*self._ordering()).values("pk")[start : start + self.page_size + 1]
        paths = list(dict.fromkeys(["pk", *self.paths(self.columns), *([self.key] if self.key else [])]))
        rows = self.source.filter(pk__in=picked).order_by(*self._ordering())
        return list(rows.values(*paths, **{MATCHING: CountOf(upto(matching_rows, COUNTED_EXACTLY + 1))}))

    @property
    def _sought(self):
        """What the filters let through; where words were typed that few rows have, those by their keys, so that a search
        is made once for the rows of the page and their count."""
        if self.filterset is None or self.is_refused:
            return self.filtered
        searches = [name for name, each in self.filterset.filters.items() if isinstance(each, SearchFilter)]
        if not any(self.filterset.form.cleaned_data.get(name) for name in searches):
            return self.filtered
        keys = list(upto(self.filtered, SOUGHT_ONCE + 1).values_list("pk", flat=True))
        return self.filtered if len(keys) > SOUGHT_ONCE else self.source.filter(pk__in=keys)

    @property
    def page_size(self):
        """A page, where rows can be chosen as long as was asked for; of a list laid out like its form all that is ever
        printed, so that its sums are those of the form."""
        if self.sheet.everywhere:
            return PRINTED_ROWS
        asked = self.params.get("rows", "") if self.key else ""
        return next((size for size in PAGE_SIZES if asked == str(size)), PAGE_SIZES[0])

    @property
    def page_sizes(self):
        """[(rows, whether a page has so many now)] that the reader may choose from: none that no list of so many rows needs,
        nothing where all rows stand on the shortest page."""
        if not self.key or self.sheet.everywhere:
            return []
        needed = [size for before, size in zip((0, *PAGE_SIZES), PAGE_SIZES, strict=False) if before < self.count]
        sizes = sorted({*needed, self.page_size})
        return [(size, size == self.page_size) for size in sizes] if len(sizes) > 1 else []

    @property
    def has_next(self):
        return len(self._found) > self.page_size

    @property
    def is_form(self):
        """Whether the page and the Excel file are laid out like the printed form."""
        return self.sheet.everywhere and self.page_number == 1 and not self.has_next

    @cached_property
    def _group(self):
        """The column whose values rows stand under on the page, or None."""
        name = self.sheet.group_by
        return self.table_class.base_columns[name] if name and self.sheet.everywhere else None

    @property
    def is_past_the_end(self):
        return self.page_number > 1 and not self._found

    @cached_property
    def count(self):
        """Rows that match: exact up to 10.000, else 10.001."""
        if self._found:
            return self._found[0][MATCHING]
        return counted(self.filtered, COUNTED_EXACTLY + 1) if self.page_number > 1 else 0

    @property
    def count_text(self):
        if self.count > COUNTED_EXACTLY:
            return _("more than %(count)s rows") % {"count": formats.number(COUNTED_EXACTLY)}
        return _("%(count)s rows") % {"count": formats.number(self.count)}

    @property
    def last_page(self):
        """The number of the last page, or None where rows were not counted to the end."""
        if self.count > COUNTED_EXACTLY:
            return None
        return max(-(-self.count // self.page_size), 1)

    def page_links(self):
        """Numbers to link: the first, those around this page, the last; None stands for a gap."""
        here, last = self.page_number, self.last_page
        shown = {1, *range(max(here - 2, 1), here + 1)}
        shown |= (
            set(range(here + 1, min(here + 2, last) + 1)) | {last} if last else ({here + 1} if self.has_next else set())
        )
        links, before = [], 0
        for number in sorted(shown):
            if number > before + 1:
                links.append(None)
            links.append(number)
            before = number
        return links

    def paths(self, columns):
        wanted = [path for name, column in columns for path in column.paths(name)]
        return list(dict.fromkeys(wanted))

    @cached_property
    def rows_of_page(self):
        """Dicts for the table: raw paths, and computed columns under their own names."""
        rows = self._found[: self.page_size]
        for name, column in self.columns:
            if column.compute:
                for row in rows:
                    row[name] = column.compute(row)
        return rows

    def all_rows(self, columns=None):
        """Tuples of raw values in the order of the columns (those of the list), read piece by piece."""
        columns = self.columns if columns is None else columns
        paths = self.paths(columns)
        place = {path: position for position, path in enumerate(paths)}
        rows = self.ordered.values_list(*paths).iterator(chunk_size=2000)
        simple = []
        for name, column in columns:
            if not column.compute:
                simple.append(place[str(column.accessor or name)])
                simple += [place[path] for path in self.second_paths(column)]
        if not any(column.compute for _name, column in columns):
            if simple == list(range(len(paths))):
                return rows
            if len(simple) > 1:
                return map(itemgetter(*simple), rows)
        return self._computed(rows, columns, paths)

    def second_paths(self, column):
        """The second line of a cell is a column of its own in a file, unless the list has that column shown anyway."""
        shown = {str(other.accessor or name) for name, other in self.columns if not other.compute}
        return [column.second] if column.second and column.second not in shown else []

    def _computed(self, rows, columns, paths):
        seconds = {name: self.second_paths(column) for name, column in columns}
        for row in rows:
            record = dict(zip(paths, row, strict=True))
            values = []
            for name, column in columns:
                values.append(column.value_from(name, record))
                values += [record[path] for path in seconds[name]]
            yield tuple(values)

    def export_columns(self, columns=None):
        """The columns with headings, as they stand on the screen; each knows the path it reads."""
        table = self.make_table([], columns)
        columns = []
        for bound in table.columns:
            if bound.column.verbose_name is None:
                bound.column.verbose_name = bound.header
            bound.column.accessor = bound.accessor
            columns.append(bound.column)
            if self.second_paths(bound.column):
                of_its_own = bound.column.second_column or tables.CodeColumn
                columns.append(of_its_own(verbose_name=bound.column.second_label or ""))
        return columns

    def for_paper(self):
        """(columns, rows, groups) of a printed form, as `on_paper` takes them: by groups where its sheet asks for them."""
        name = self.sheet.group_by
        columns = [(other, column) for other, column in self.columns if other != name]
        if not name or not columns:
            return self.export_columns(), self.all_rows(), None
        group, shown = self.table_class.base_columns[name], self.export_columns(columns)
        place = len(shown)  # its value comes behind those of the columns that are printed
        return shown, self.all_rows([*columns, (name, group)]), lambda row: group.text(row[place])

    def as_form(self):
        """The table of the page with its rows numbered, and under their groups, as the printed form has them."""
        name, group = self.sheet.group_by, self._group
        columns = [(other, column) for other, column in self.columns if other != name] or self.columns
        heading_of = lambda record: group.text(group.value_from(name, record)) if group else ""  # noqa: E731 - read twice
        place = {}
        for record in self.rows_of_page:
            place.setdefault(heading_of(record), len(place))
        records = sorted(self.rows_of_page, key=lambda record: place[heading_of(record)])
        table = self.make_table(records, columns)
        table.data.data = records  # a table puts what it is given in the order of its columns, across the groups
        shown = [(bound.name, bound.column, bound.accessor) for bound in table.columns]
        for _name, column, accessor in shown:
            column.accessor = accessor
        values = [
            (*(column.value_from(own, record) for own, column, _accessor in shown), heading_of(record))
            for record in records
        ]
        parts, table.sums = on_paper(
            [column for _n, column, _a in shown], values, (lambda row: row[-1]) if group else None
        )
        rows = table.bare_rows()
        table.parts = [(part.heading, [(line.number, *next(rows)[1:]) for line in part.lines]) for part in parts]
        return table

    @property
    def file_name(self):
        return f"{self.export_name}-{timezone.localtime():%Y%m%d-%H%M}"

    @property
    def back(self):
        """The address of the list that a file or a form was made from."""
        return f"{self.request.path}?{self.query_without('export').urlencode()}"

    def make_table(self, rows, columns=None):
        names = [name for name, _column in (self.columns if columns is None else columns)]
        hidden = [name for name in self.table_class.base_columns if name not in names]
        table = self.table_class(rows, exclude=hidden, order_by=self.sort or ())
        return table

    # --- the address ---------------------------------------------------------------------------
    def query_without(self, *left_out):
        query = self.params.copy()
        for name in left_out:
            query.pop(name, None)
        return query

    @property
    def view_query(self):
        """What a saved view keeps: filters, order and columns, not the page."""
        return self.query_without("page", "export", "view").urlencode()

    def hidden_for_filters(self):
        """[(name, value)] the filter form must carry along."""
        return [(name, value) for name in ("sort", "column", "rows") for value in self.params.getlist(name)]

    def hidden_for_columns(self):
        return [
            (name, value)
            for name, values in self.query_without("page", "export", "view", "column").lists()
            for value in values
        ]


def counted(queryset, limit):
    """How many rows there are, counting no further than `limit` and working out no annotation."""
    return upto(queryset, limit).count()


def upto(queryset, limit):
    return queryset.order_by().values("pk")[:limit]


class CountOf(Subquery):
    """How many rows a query has, beside the rows of another query; the database works it out once."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS matching)"
    output_field = BigIntegerField()


def _is_empty(value):
    try:
        return len(value) == 0
    except TypeError:
        return isinstance(value, slice) and value.start is None and value.stop is None


def _as_chosen(field, value):
    """The value of a filter in the words in which it is chosen."""
    if hasattr(value, "_meta"):
        return str(value)
    if isinstance(value, date):
        return formats.vn_date(value)
    choices = getattr(field, "choices", None)
    if choices is None:  # never asked for its length: what is worked out when asked has none
        choices = getattr(field.widget, "choices", ())
    labels = {str(code): str(label) for code, label in choices if not isinstance(label, (list, tuple))}
    values = value if isinstance(value, (list, tuple)) else [value]
    spelled = {True: "true", False: "false"}
    return ", ".join(labels.get(str(spelled.get(each, each)), labels.get(str(each), str(each))) for each in values)


def show_list(
    request,
    *,
    name,
    title,
    table_class,
    queryset,
    filterset_class=None,
    template="screens/list.html",
    context=None,
    export_name="",
    actions=(),
    ordering=None,
    main_action=None,
    lead="",
    empty="",
    sheet=None,
    key="public_id",
    on_export=None,
    more_exports=None,
    choosable=None,
):
    """The page of a list, a part of it for htmx, or its export; all from the same columns, filters and order.

    `name` is the list's own (saved views belong to it); `ordering` its order when the reader asked for none; `empty`
    what to do when there is nothing at all; `main_action` {"url", "label"}; `actions` BulkActions on rows chosen by `key`;
    `choosable` the rows on which this reader may take any of them, where these are not all;
    `sheet` the wording of the printed form; `on_export(kind)` is called before rows leave (to record the reading);
    `more_exports` {kind: (label, function of the Listing that answers)}, kinds of files that rooms above know to make.
    """
    owner = getattr(request.user, "public_id", None)
    views = list(SavedView.objects.filter(owner=owner, list_name=name)) if owner else []
    opened_first = next((view for view in views if view.is_default), None)
    if opened_first and not request.GET:
        return HttpResponseRedirect(f"{request.path}?{opened_first.address}")

    listing = Listing(
        request,
        table_class,
        queryset,
        filterset_class,
        ordering,
        key if actions else None,
        title=str(title),
        export_name=export_name or name,
        sheet=sheet,
    )
    more_exports = more_exports or {}
    exporters = {kind: exporter for kind, (_label, exporter) in more_exports.items()} | EXPORTERS
    export = request.GET.get("export")
    if export in exporters and not listing.is_refused:
        if on_export is not None:
            on_export(export)
        return exporters[export](listing)

    if listing.is_past_the_end:
        last = listing.last_page or 1
        query = listing.query_without("page")
        query["page"] = str(last)
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")

    may_choose = None
    if actions and choosable is not None:
        on_page = [row[key] for row in listing.rows_of_page]
        may_choose = set(choosable.filter(**{f"{key}__in": on_page}).values_list(key, flat=True))
        actions = actions if may_choose else ()
    table = listing.as_form() if listing.is_form and listing.rows_of_page else listing.make_table(listing.rows_of_page)
    table.caption, table.caption_is_heading = title, True
    table.request = request
    table.select_with = key if actions else None
    table.choosable = may_choose
    choosable_rows = len(listing.rows_of_page if may_choose is None else may_choose)
    every_column = table_class([]).columns
    page = {
        "title": title,
        "lead": lead,
        "listing": listing,
        "table": table,
        "list_name": name,
        "may_keep_views": bool(owner),
        "saved_views": [
            {"view": view, "query": view.address, "current": request.GET.get("view") == str(view.public_id)}
            for view in views
        ],
        "all_is_current": request.GET.get("view") in (None, "", "all"),
        "filter_fields": _filter_fields(listing, advanced=False),
        "advanced_fields": _filter_fields(listing, advanced=True),
        "column_choices": [
            {
                "name": column_name,
                "label": every_column[column_name].header,
                "chosen": column_name in dict(listing.columns),
                "fixed": position == 0,
            }
            for position, column_name in enumerate(table_class.base_columns)
            if not (listing.is_form and column_name == listing.sheet.group_by)
        ],
        "main_action": main_action,
        "empty_advice": empty,
        "more_exports": [(kind, label) for kind, (label, _exporter) in more_exports.items()],
        "actions": actions,
        "choosable_rows": choosable_rows if actions else 0,
        "page_sizes": listing.page_sizes if actions or listing.page_size != PAGE_SIZES[0] else [],
        "operation_key": uuid.uuid4() if actions else None,
        **(context or {}),
    }
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "list"
    return render(request, "screens/includes/list_body.html" if part else template, page)


def _filter_fields(listing, *, advanced):
    if listing.filterset is None:
        return []
    behind = set(getattr(listing.filterset, "advanced", ()))
    return [bound for bound in listing.filterset.form if (bound.name in behind) is advanced]


def _excel(listing):
    if listing.is_form:
        return _form_for_excel(listing)
    return exports.xlsx_response(listing.file_name, listing.export_columns(), listing.all_rows(), sheet=listing.title)


def _form_for_excel(listing):
    columns, rows, groups = listing.for_paper()
    parts, total = on_paper(columns, rows, groups)
    wording = wording_of(listing.sheet, listing.title, listing.params)
    above = [listing.sheet.form, *office_lines(wording), wording["title"], wording["period"], listing.filters_said]
    if wording["unit"]:
        above.append(f"{_('Unit of measure')}: {wording['unit']}")
    return exports.form_response(
        listing.file_name,
        columns,
        parts,
        total,
        above=[words for words in above if words],
        sheet=listing.title,
        number_head=_("No."),
    )


def _csv(listing):
    return exports.csv_response(listing.file_name, listing.export_columns(), listing.all_rows())


def _printed_form(listing):
    refusal = too_long_for_paper(listing)
    if refusal:
        return refusal
    columns, rows, groups = listing.for_paper()
    return render_sheet(
        listing.request,
        title=listing.title,
        columns=columns,
        rows=rows,
        groups=groups,
        sheet=listing.sheet,
        filters=listing.filters_said,
        back=listing.back,
    )


EXPORTERS = {"xlsx": _excel, "csv": _csv, "print": _printed_form}


def too_long_for_paper(listing):
    """The way back to a list of more rows than anyone prints, with a sentence why; None where it is short enough."""
    if counted(listing.filtered, PRINTED_ROWS + 1) <= PRINTED_ROWS:
        return None
    messages.error(
        listing.request,
        _("A printed form or a Word file holds at most %(limit)s rows. Narrow the filters, or export to Excel.")
        % {"limit": formats.number(PRINTED_ROWS)},
    )
    return HttpResponseRedirect(listing.back)


def bulk_results(request, *, title, results, back):
    """Lead to the page that says, row by row, what became of a bulk act; it is kept in the session of whoever did it, at
    an address of its own, so that loading it again sends nothing again."""
    key = str(uuid.uuid4())
    rows = [[result.label, result.ok, str(result.message), result.url] for result in results]
    kept = [*request.session.get(BULK_RESULTS, {}).items(), (key, {"title": str(title), "rows": rows, "back": back})]
    kept = kept[-BULK_RESULTS_KEPT:]
    while len(kept) > 1 and sum(len(each["rows"]) for _key, each in kept) > BULK_ROWS_KEPT:
        del kept[0]
    request.session[BULK_RESULTS] = dict(kept)
    return HttpResponseRedirect(reverse("screens:bulk_results", args=[key]))
