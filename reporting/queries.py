"""What the pages show: published figures where there are some, else those of the newest finished computation."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import groupby

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from programme.models import Indicator as Promised
from programme.models import Period, PublishedFigure, PublishedResult, Target
from reporting import wording
from reporting.models import Family, KpiChoice, KpiRun, KpiValue, PublishedValue, Verdict
from screens import formats
from screens.charts import Band, Point, band_chart


@dataclass
class Shown:
    """One value as a page shows it; `value` is a KpiValue or a PublishedValue."""

    value: object
    publication: object = None
    cutoff: object = None

    @property
    def year(self):
        return self.value.year

    @property
    def name(self):
        """The variant as it is called; as it was called, where the value is published."""
        return self.value.name if self.publication else self.value.version.name

    @property
    def way(self):
        """Which variant this is of, counted how: figures of two ways are not compared."""
        return self.value.version.indicator_id, self.value.version.read.way

    @property
    def choice(self):
        """The choice under which the value was published."""
        return self.value.choice if self.publication else None

    @property
    def text(self):
        return wording.amount(self.value.exact, self.value.unit)

    @property
    def figure(self):
        """As `text`, where the unit of money is named beside it."""
        return wording.figure(self.value.exact, self.value.unit)

    @property
    def number(self):
        """The bare value for a file."""
        return self.value.exact

    @property
    def band(self):
        return wording.band(self.value.target, self.value.unit)

    @property
    def verdict(self):
        return Verdict(self.value.verdict)

    @property
    def tag(self):
        return wording.TAGS[self.value.verdict]

    @property
    def why(self):
        return wording.REASONS.get(self.value.reason, "")

    @property
    def verdict_text(self):
        return f"{self.verdict.label}: {self.why}" if self.why else str(self.verdict.label)

    @property
    def coverage(self):
        return wording.coverage(self.value)

    @property
    def bounds(self):
        return wording.bounds(self.value)

    @property
    def kind(self):
        return wording.kind(self.value, self.publication)

    @property
    def date(self):
        return formats.vn_datetime(self.cutoff)

    @property
    def provisional(self):
        return self.publication is None and self.value.kind != "official"

    @property
    def detail_url(self):
        name = "reporting:published_value" if self.publication else "reporting:value_detail"
        return reverse(name, args=[self.value.public_id])

    @property
    def rows_url(self):
        name = "reporting:published_rows" if self.publication else "reporting:value_rows"
        return reverse(name, args=[self.value.public_id])


@dataclass
class Variant:
    """One way of counting, with its values by year."""

    code: str
    name: str
    version: object
    choice: object = None
    shown: list = field(default_factory=list)
    mark: str = ""

    @cached_property
    def words(self):
        return wording.sentences_of(self.version.read)

    @property
    def confirmed(self):
        published = any(shown.publication for shown in self.shown)
        return self.version.confirmed or self.choice is not None or published

    @property
    def unit(self):
        return self.version.read.unit

    @property
    def unit_beside(self):
        """The unit to name beside the figures, where they do not name it themselves."""
        return wording.UNITS["vnd"] if self.unit == "vnd" else ""

    @cached_property
    def stretches(self):
        """The years in runs counted one way, each a Variant by its own name and choice; `mark` tells the ways apart."""
        found, marks = [], {}
        for way, run in groupby(self.shown, key=lambda shown: shown.way):
            run = list(run)
            mark = f"({marks.setdefault(way, len(marks) + 1)})"
            own = way[0] == self.version.indicator_id
            choice = next((s.choice for s in run if s.choice), self.choice if own else None)
            found.append(replace(self, name=run[-1].name, choice=choice, shown=run, mark=mark))
        return found

    @property
    def changes_way(self):
        return len(self.stretches) > 1

    @property
    def years_text(self):
        first, last = self.shown[0].year, self.shown[-1].year
        return str(first) if first == last else f"{first}–{last}"

    def chart(self, targets=()):
        """The value against its band over the years; the line breaks where the way of counting changes."""
        points = [
            Point(
                s.year,
                s.value.exact,
                s.value.exact_lower,
                s.value.exact_upper,
                provisional=s.provisional,
                way=stretch.mark if self.changes_way else "",
            )
            for stretch in self.stretches
            for s in stretch.shown
        ]
        bands = {}
        for target in targets:
            ends = wording.band_ends(target_as_kept(target), self.unit)
            for year in target_years(target):
                if any(point.year == year for point in points):
                    bands.setdefault(year, Band(year, *ends))
        for s in self.shown:
            if s.value.target:
                bands[s.year] = Band(s.year, *wording.band_ends(s.value.target, self.unit))
        label, unit = wording.axis(self.unit)
        return band_chart(points, bands.values(), title=self.name, label=label, unit=unit)


@dataclass
class FamilyView:
    """An indicator with its variants side by side and what documents and the press say."""

    family: str
    variants: list
    targets: list = field(default_factory=list)
    said: list = field(default_factory=list)

    @property
    def label(self):
        return Family(self.family).label

    @property
    def several(self):
        """Whether there is more than one way of counting."""
        return len(self.variants) > 1

    @cached_property
    def headline(self):
        """The variant that counts: the only one, or the chosen one; none while nobody has chosen.

        A published year keeps its published value, whichever variant was chosen when it was published; its `stretches`
        say which years were counted how.
        """
        if len(self.variants) == 1:
            return self.variants[0]
        chosen = next((variant for variant in self.variants if variant.choice), None)
        if chosen is None:
            return None
        published = {shown.year: shown for variant in self.variants for shown in variant.shown if shown.publication}
        return replace(chosen, shown=[published.get(shown.year, shown) for shown in chosen.shown])

    @cached_property
    def chart(self):
        return self.headline.chart(self.targets) if self.headline else ""

    @cached_property
    def grid(self):
        """(years, [(variant, [(shown or None, mark)])]): the headline, or all variants while none is chosen."""
        return _grid([self.headline] if self.headline else self.variants)

    @cached_property
    def side_by_side(self):
        """The same with all variants."""
        return _grid(self.variants)


def _grid(rows):
    years = sorted({shown.year for row in rows for shown in row.shown})
    return years, [(row, _by_year(row, years)) for row in rows]


def _by_year(variant, years):
    cells = {
        shown.year: (shown, stretch.mark if variant.changes_way else "")
        for stretch in variant.stretches
        for shown in stretch.shown
    }
    return [cells.get(year, (None, "")) for year in years]


def newest_runs():
    """{year: the finished run that knows most about it}."""
    found = {}
    for run in KpiRun.objects.done().order_by("-cutoff", "-id")[:200]:
        for year in run.years:
            found.setdefault(year, run)
    return found


def families(*, only=None):
    """[FamilyView] with every year that was computed."""
    runs = newest_runs()
    values = (
        KpiValue.objects.readable()
        .filter(run__in={run.pk for run in runs.values()}, version__indicator__retired_at__isnull=True)
        .select_related("version__indicator")
        .order_by("version__indicator__place", "version__indicator__code", "year")
    )
    published = PublishedValue.objects.filter(publication__superseded_by__isnull=True).select_related(
        "publication", "version__indicator", "choice"
    )
    if only:
        values, published = values.filter(version__indicator__family=only), published.filter(family=only)
    choices = {choice.family: choice for choice in KpiChoice.objects.current()}
    frozen = {(p.indicator_code, p.year): p for p in published}
    views = {}
    for value in values:
        run = runs.get(value.year)
        if run is None or run.pk != value.run_id:
            continue
        indicator = value.version.indicator
        variants = views.setdefault(indicator.family, {})
        variant = variants.get(indicator.code)
        if variant is None:
            choice = choices.get(indicator.family)
            chosen = choice if choice and choice.indicator_id == indicator.pk else None
            variant = variants[indicator.code] = Variant(indicator.code, "", value.version, chosen)
        variant.version, variant.name = value.version, value.version.name
        held = frozen.get((indicator.code, value.year))
        variant.shown.append(
            Shown(held, held.publication, held.publication.cutoff) if held else Shown(value, None, run.cutoff)
        )
    return [
        FamilyView(family, list(variants.values())) for family, variants in views.items() if family in Family.values
    ]


# --- what documents and the press say ---------------------------------------------------------


@dataclass
class Said:
    """A statement of a document or of the press, as it stands there."""

    when: str
    what: str
    source: str
    reproducible: bool | None = None


def target_years(target):
    """The years in which the band is drawn."""
    if target.applies == "year":
        return [target.year]
    if target.applies == "by_end":
        return [target.period.ends_year]
    return list(target.period.years())


def target_as_kept(target):
    return {name: None if (end := getattr(target, name)) is None else str(end) for name in ("lower", "upper")}


RESULTS = {
    Family.PRODUCTS_RECOGNISED: "recognised_products",
    Family.PRODUCTS_FIRST_TIME: "first_time_products",
    Family.ENTERPRISES_RECOGNISED: "recognised_enterprises",
}
FIGURES = {
    Family.OUTPUT_SHARE: (PublishedFigure.Measure.OUTPUT_SHARE, PublishedFigure.Measure.REVENUE),
    Family.EXPORT_SHARE: (PublishedFigure.Measure.EXPORTS,),
}


def with_what_is_said(views):
    """The views with targets of documents and published figures beside them, three queries whatever their number."""
    bands = defaultdict(list)
    targets = Target.objects.standing().exclude(period__state=Period.State.ILLUSTRATION).select_related("period")
    for target in targets.order_by("period__starts_year", "year", "id"):
        bands[target.indicator_code].append(target)
    results = list(PublishedResult.objects.order_by("year"))
    figures = list(PublishedFigure.objects.order_by("award_year", "id"))
    for view in views:
        view.targets = bands.get(view.family, []) if view.family in Promised.values else []
        view.said = [_promise(target) for target in view.targets]
        column = RESULTS.get(view.family)
        if column:
            view.said += [
                Said(str(row.year), formats.number(getattr(row, column)), _source(row, row.decision), False)
                for row in results
                if getattr(row, column) is not None
            ]
        wanted = FIGURES.get(view.family, ())
        view.said += [_quoted(figure) for figure in figures if figure.measure in wanted]
    return views


def _source(row, document=""):
    return "; ".join(part for part in (document, row.source, _("sureness %(code)s") % {"code": row.confidence}) if part)


def _promise(target):
    when = str(target.year) if target.year else target.period.name
    return Said(
        when,
        _("target %(band)s, %(applies)s")
        % {"band": wording.band(target_as_kept(target), target.unit), "applies": wording.APPLIES[target.applies]},
        _source(target, target.document),
    )


def _quoted(figure):
    what = f"{figure.get_measure_display()}: {figure.get_qualifier_display() + ' ' if figure.qualifier else ''}"
    what += f"{formats.number(figure.value, 4, trim=True)} {figure.get_unit_display()}"
    if figure.reference_year:
        what += " " + _("(figures of %(year)s)") % {"year": figure.reference_year}
    return Said(str(figure.award_year), what, _source(figure), figure.reproducible)
