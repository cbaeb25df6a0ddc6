"""Charts drawn by the server as SVG: one drawing for the page and for paper, coloured by the style sheet alone.

Every chart needs its table beside it; the chart itself says its title and a description to those who do not see it.
Values are exact (int, Fraction, Decimal); only the place where ink goes is rounded.
"""

import itertools
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from screens import formats

Exact = int | Fraction | Decimal


@dataclass(frozen=True)
class Point:
    """A year of an indicator: its value, or only bounds where data are missing, or nothing.

    `way` names how it was counted where that differs between the years: no line joins two ways.
    """

    year: int
    value: Exact | None = None
    lower: Exact | None = None
    upper: Exact | None = None
    provisional: bool = False
    way: str = ""


@dataclass(frozen=True)
class Band:
    """The target of a year; an open end is None."""

    year: int
    lower: Exact | None = None
    upper: Exact | None = None


_numbers = itertools.count(1)

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 96, 28, 40


class _Scale:
    def __init__(self, largest):
        self.largest, self.step = _round_axis(Fraction(largest))

    def y(self, value):
        share = Fraction(value) / self.largest
        return float(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP))

    def ticks(self):
        tick = Fraction(0)
        while tick <= self.largest:
            yield tick
            tick += self.step


def _round_axis(largest):
    """An upper end and a step that people count in (1, 2, 5 × a power of ten), at most six steps."""
    if largest <= 0:
        return Fraction(1), Fraction(1, 5)
    step = Fraction(1)
    while step * 6 < largest:
        step *= 10
    while step * 6 >= largest:
        step /= 10
    for factor in (1, 2, 5, 10):
        if step * factor * 6 >= largest:
            step *= factor
            break
    top = step
    while top < largest:
        top += step
    return top, step


def band_chart(points, bands=(), *, title, description="", label=formats.percent, axis_label=None, unit=""):
    """An indicator over the years against its target band, as an SVG.

    The band is a shaded strip (hatched on paper), values a line with direct labels, provisional ones hollow and dashed,
    years with missing data a whisker between their bounds. Where the way of counting changes the line breaks, and each
    way is named at the foot of its years. `label` writes a value, `axis_label` one on the axis; `unit` is named once
    above the axis where they do not write it.
    """
    points = sorted(points, key=lambda point: point.year)
    bands = {band.year: band for band in bands}
    years = sorted({point.year for point in points} | set(bands))
    name = f"chart-{next(_numbers)}"
    if not years:
        return mark_safe("")
    known = [value for point in points for value in (point.value, point.lower, point.upper) if value is not None]
    known += [value for band in bands.values() for value in (band.lower, band.upper) if value is not None]
    scale = _Scale(max(map(Fraction, known), default=Fraction(0)) * Fraction(108, 100))
    gap = (WIDTH - LEFT - RIGHT) / len(years)
    x = {year: LEFT + gap * (place + 0.5) for place, year in enumerate(years)}
    axis_label = axis_label or _short(label, scale.step)

    ink = [_grid(scale, axis_label), _bands(bands, years, x, gap, scale, name, label)]
    for before, after in itertools.pairwise(points):
        if before.way != after.way:
            middle = (x[before.year] + x[after.year]) / 2
            ink.append(f'<path class="way-break" d="M{middle:.1f} {TOP - 8}V{HEIGHT - 4}"/>')
        elif before.value is not None and after.value is not None:
            dashed = " line-provisional" if before.provisional or after.provisional else ""
            ink.append(
                f'<path class="line{dashed}" d="M{x[before.year]:.1f} {scale.y(before.value):.1f}'
                f'L{x[after.year]:.1f} {scale.y(after.value):.1f}"/>'
            )
    ink += [_point(point, x[point.year], scale, label) for point in points]
    ink += [f'<text x="{x[year]:.1f}" y="{HEIGHT - 16}" text-anchor="middle">{year}</text>' for year in years]
    if unit:
        ink.append(f'<text class="axis-label" x="0" y="14">{escape(unit)}</text>')
    height = HEIGHT
    for way, run in itertools.groupby(points, key=lambda point: point.way):
        if way:
            places, height = [x[point.year] for point in run], HEIGHT + 20
            middle = (places[0] + places[-1]) / 2
            ink.append(f'<text x="{middle:.1f}" y="{HEIGHT + 8}" text-anchor="middle">{escape(way)}</text>')
    return _svg("band-chart", WIDTH, height, name, title, description or _said(points, bands, _with(unit, label)), ink)


def _svg(kind, width, height, name, title, description, ink):
    return format_html(
        '<svg class="chart-svg {}" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-text">'
        '<title id="{}-title">{}</title><desc id="{}-text">{}</desc>{}</svg>',
        kind, width, height, name, name, name, title, name, description, _drawn(ink),
    )  # fmt: skip


def _drawn(ink):
    return mark_safe("".join(ink))  # noqa: S308 - drawn here from numbers and escaped texts


def _with(unit, label):
    return (lambda value: f"{label(value)} {unit}") if unit else label


def _short(label, step):
    """Axis labels without decimals where the steps are whole."""
    if label is formats.percent:
        return lambda value: formats.percent(value, 0 if (step * 100).denominator == 1 else 1)
    return label


def _grid(scale, label):
    lines = []
    for tick in scale.ticks():
        y = scale.y(tick)
        kind = "axis" if tick == 0 else "gridline"
        lines.append(f'<path class="{kind}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        lines.append(
            f'<text class="axis-label" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(label(tick))}</text>'
        )
    return "".join(lines)


def _bands(bands, years, x, gap, scale, name, label):
    """The strip: one piece for each run of years with the same target, named at its right end."""
    parts = [
        f'<defs><pattern id="{name}-hatch" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path class="band-pattern" d="M0 8L8 0M-2 2L2 -2M6 10L10 6"/></pattern></defs>'
    ]
    runs = itertools.groupby(years, key=lambda year: bands.get(year) and (bands[year].lower, bands[year].upper))
    for ends, run in runs:
        if not ends or ends == (None, None):
            continue
        run = list(run)
        lower, upper = ends
        left, right = x[run[0]] - gap / 2, x[run[-1]] + gap / 2
        top = scale.y(upper) if upper is not None else TOP
        bottom = scale.y(lower) if lower is not None else scale.y(0)
        place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{max(bottom - top, 1):.1f}"'
        parts.append(f'<rect class="band" {place}/><rect class="band-hatch" fill="url(#{name}-hatch)" {place}/>')
        for end in (lower, upper):
            if end is not None:
                parts.append(f'<path class="band-edge" d="M{left:.1f} {scale.y(end):.1f}H{right:.1f}"/>')
        if run[-1] == years[-1]:
            middle = (top + bottom) / 2
            parts.append(
                f'<text class="note" x="{right + 6:.1f}" y="{middle - 2:.1f}">{escape(_("Target"))}</text>'
                f'<text class="note" x="{right + 6:.1f}" y="{middle + 13:.1f}">{escape(_range(lower, upper, label))}</text>'
            )
    return "".join(parts)


def _range(lower, upper, label):
    if lower is None:
        return _("at most %(value)s") % {"value": label(upper)}
    if upper is None:
        return _("from %(value)s") % {"value": label(lower)}
    if label is formats.percent:
        whole = all((Fraction(end) * 100).denominator == 1 for end in (lower, upper))
        places = 0 if whole else 1
        return f"{formats.number(Fraction(lower) * 100, places)}–{formats.percent(upper, places)}"
    return f"{label(lower)}–{label(upper)}"


def _point(point, x, scale, label):
    parts = []
    if point.lower is not None or point.upper is not None:
        low = scale.y(point.lower if point.lower is not None else 0)
        high = scale.y(point.upper) if point.upper is not None else TOP
        if low - high > 0.5:
            parts.append(f'<path class="whisker" d="M{x:.1f} {low:.1f}V{high:.1f}M{x - 8:.1f} {low:.1f}h16"/>')
            if point.upper is not None:
                parts.append(f'<path class="whisker" d="M{x - 8:.1f} {high:.1f}h16"/>')
            else:  # nothing bounds it from above: an arrow
                parts.append(f'<path class="whisker" d="M{x - 6:.1f} {high + 8:.1f}L{x:.1f} {high:.1f}l6 8"/>')
    if point.value is not None:
        y = scale.y(point.value)
        hollow = " marker-provisional" if point.provisional else ""
        parts.append(f'<circle class="marker{hollow}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
        left, top, anchor = _beside(point, x, y, scale)
        parts.append(
            f'<text class="value-label" x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}">'
            f"{escape(label(point.value))}</text>"
        )
    elif point.lower is None and point.upper is None:
        parts.append(
            f'<text class="unknown" x="{x:.1f}" y="{scale.y(0) - 10:.1f}" text-anchor="middle">{escape(_("none yet"))}</text>'
        )
    return "".join(parts)


def _beside(point, x, y, scale):
    """(x, y, anchor) of the label of a point: above it; where a whisker stands there below, or else to the right."""
    if (point.lower is None and point.upper is None) or (point.upper is not None and y - scale.y(point.upper) < 1):
        return x, max(y - 12, 14), "middle"
    nothing_below = point.lower is None or scale.y(point.lower) - y < 1
    if nothing_below and scale.y(0) - y > 32:
        return x, y + 24, "middle"
    return x + 10, y - 8, "start"


def _said(points, bands, label):
    """The chart in words, year by year."""
    sentences = []
    for point in points:
        parts = {"year": point.year, "value": label(point.value)}
        if point.value is not None:
            sentence = _("%(year)s: %(value)s") % parts
            if point.provisional:
                sentence = _("%(year)s: %(value)s, provisional") % parts
        elif point.lower is not None and point.upper is None:
            sentence = _("%(year)s: %(lower)s or more") % {"year": point.year, "lower": label(point.lower)}
        elif point.upper is not None:
            sentence = _("%(year)s: between %(lower)s and %(upper)s") % {
                "year": point.year,
                "lower": label(point.lower),
                "upper": label(point.upper),
            }
        else:
            sentence = _("%(year)s: no figure") % parts
        if point.way:
            sentence += " " + _("by way of counting %(way)s") % {"way": point.way}
        band = bands.get(point.year)
        if band and (band.lower is not None or band.upper is not None):
            sentence += " " + _("(target %(range)s)") % {"range": _range(band.lower, band.upper, label)}
        sentences.append(sentence)
    return "; ".join(sentences) + "."


def small_band(value, lower, upper, *, title, largest=None, provisional=False):
    """One line: the target as a strip and the value as a marker on it; `title` says it in words."""
    ends = [Fraction(end) for end in (value, lower, upper, largest) if end is not None]
    top = Fraction(largest) if largest is not None else max(ends, default=Fraction(1)) * Fraction(6, 5) or Fraction(1)
    width, height = 200, 20

    def x(number):
        return float(min(max(Fraction(number) / top, Fraction(0)), Fraction(1)) * (width - 12)) + 6

    name = f"chart-{next(_numbers)}"
    ink = [f'<path class="axis" d="M6 {height - 3}H{width - 6}"/>']
    if lower is not None or upper is not None:
        left, right = x(lower if lower is not None else 0), x(upper if upper is not None else top)
        place = f'x="{left:.1f}" y="3" width="{max(right - left, 1):.1f}" height="14"'
        ink.append(
            f'<defs><pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
            '<path class="band-pattern" d="M0 6L6 0"/></pattern></defs>'
            f'<rect class="band" {place}/><rect class="band-hatch" fill="url(#{name}-hatch)" {place}/>'
            f'<path class="band-edge" d="M{left:.1f} 3v14M{right:.1f} 3v14"/>'
        )
    if value is not None:
        hollow = " marker-provisional" if provisional else ""
        ink.append(f'<circle class="marker{hollow}" cx="{x(value):.1f}" cy="10" r="5"/>')
    return format_html(
        '<svg class="chart-svg small-band" viewBox="0 0 {} {}" role="img" aria-labelledby="{}"><title id="{}">{}</title>{}</svg>',
        width, height, f"{name}-title", f"{name}-title", title, _drawn(ink),
    )  # fmt: skip


def nested_bar(parts, *, title, total=None):
    """Money from the ceiling down to what is settled: [(label, đồng)], each lying within the one before.

    Returns the bar with its key: every part named and figured, what is unknown said so.
    """
    amounts = [amount for _label, amount in parts]
    full = max([amount for amount in amounts if amount is not None] + [total or 0, 1])
    name = f"chart-{next(_numbers)}"
    ink = [_nested(amounts, full, BAR_WIDTH, BAR_HEIGHT, inset=5)]
    said = "; ".join(f"{label}: {formats.short_money(amount).short}" for label, amount in parts)
    key = format_html_join(
        "",
        '<li><svg class="chart-svg legend-key" viewBox="0 0 16 12" aria-hidden="true" focusable="false">'
        '<rect class="part part-{}" width="16" height="12"/></svg>{}: <strong class="number">{}</strong></li>',
        (
            (min(number, 6), label, formats.short_money(amount).short)
            for number, (label, amount) in enumerate(parts, start=1)
        ),
    )
    return format_html(
        '{}<ul class="legend">{}</ul>', _svg("nested-bar", BAR_WIDTH, BAR_HEIGHT, name, title, said, ink), key
    )


BAR_WIDTH, BAR_HEIGHT = 720, 56


def _nested(amounts, full, width, height, *, inset, x=0, y=0, level=1):
    """Rectangles within each other, from x on; the first has the colour of `level`."""
    drawn = []
    for depth, amount in enumerate(amounts):
        if amount:
            drawn.append(
                f'<rect class="part part-{min(level + depth, 6)}" x="{x:g}" y="{y + depth * inset}" '
                f'width="{float(Fraction(amount, full) * width):.1f}" height="{height - 2 * depth * inset}"/>'
            )
    return "".join(drawn)


def money_bar(total, levels, blocks, *, title):
    """One bar from a limit down to what is settled, for several kinds of money side by side.

    `total` is (label, đồng or None), `levels` the names of what lies within it, `blocks` [(name, [đồng of each level])]:
    the blocks stand next to each other within the limit, each nested; all but the first are hatched. Figures belong in
    the table beside it.
    """
    label, limit = total
    blocks = [(text, amounts) for text, amounts in blocks if any(amounts)]
    full = max(limit or 0, sum(max(amounts) for _text, amounts in blocks), 1)
    name, height, edge = f"chart-{next(_numbers)}", 64, 4
    room = BAR_WIDTH - 2 * edge
    ink = [_hatch(f"{name}-hatch")]
    if limit:
        ink.append(_nested([limit], full, BAR_WIDTH, height, inset=0))
    x = Fraction(0)
    for position, (_text, amounts) in enumerate(blocks):
        start = round(edge + float(x), 1)
        ink.append(_nested(amounts, full, room, height - 2 * edge, inset=5, x=start, y=edge, level=2))
        width = Fraction(max(amounts), full) * room
        if position:
            ink.append(
                f'<rect class="block-hatch" fill="url(#{name}-hatch)" x="{start:.1f}" y="{edge}" '
                f'width="{float(width):.1f}" height="{height - 2 * edge}"/>'
            )
        x += width
    said = [f"{label}: {formats.big_money(limit)}"]
    for text, amounts in blocks:
        figures = ", ".join(
            f"{level} {formats.big_money(amount)}" for level, amount in zip(levels, amounts, strict=True)
        )
        said.append(f"{text}: {figures}")
    key = format_html_join(
        "",
        '<li><svg class="chart-svg legend-key" viewBox="0 0 16 12" aria-hidden="true" focusable="false">{}</svg>{}</li>',
        (
            (_drawn([f'<rect class="part part-{number}" width="16" height="12"/>']), text)
            for number, text in enumerate([label, *levels], start=1)
        ),
    )
    hatched = format_html_join(
        "",
        '<li><svg class="chart-svg legend-key" viewBox="0 0 16 12" aria-hidden="true" focusable="false">{}</svg>{}</li>',
        (
            (
                _drawn(
                    [
                        f'<rect class="part part-4" width="16" height="12"/><rect class="block-hatch" fill="url(#{name}-hatch)" width="16" height="12"/>'
                    ]
                ),
                text,
            )
            for text, _amounts in blocks[1:]
        ),
    )
    return format_html(
        '{}<ul class="legend">{}{}</ul>',
        _svg("nested-bar", BAR_WIDTH, height, name, title, "; ".join(said), ink),
        key,
        hatched,
    )


def _hatch(name):
    return (
        f'<defs><pattern id="{name}" width="7" height="7" patternUnits="userSpaceOnUse">'
        '<path class="block-pattern" d="M0 7L7 0M-1 1L1 -1M6 8L8 6"/></pattern></defs>'
    )


def small_bar(amounts, *, title, full=None):
    """The nested bar on one line of a table, without a key; `title` says it in words."""
    known = [amount or 0 for amount in amounts]
    full = full or max([*known, 1])
    name, width, height = f"chart-{next(_numbers)}", 200, 16
    ink = [_nested([full], full, width, height, inset=0), _nested(known, full, width, height, inset=2, level=2)]
    return format_html(
        '<svg class="chart-svg small-bar" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-labelledby="{}"><title id="{}">{}</title>{}</svg>',
        width, height, f"{name}-title", f"{name}-title", title, _drawn(ink),
    )  # fmt: skip


def month_columns(rows, *, title, label=formats.number, axis_label=None):
    """What was meant and what came, side by side of time: [(name, planned or None, value)]; the plan is the hollow column."""
    rows = list(rows)
    known = [Fraction(amount) for _name, planned, value in rows for amount in (planned, value) if amount is not None]
    scale = _Scale(max([*known, Fraction(0)]) * Fraction(108, 100))
    name = f"chart-{next(_numbers)}"
    gap = (WIDTH - LEFT) / max(len(rows), 1)
    ink = [_grid(scale, axis_label or label)]
    base, wide, narrow = scale.y(0), gap * 0.74, gap * 0.44
    for place, (text, planned, value) in enumerate(rows):
        x = LEFT + gap * (place + 0.5)
        tops = []
        if planned:
            y = scale.y(planned)
            tops.append(y)
            ink.append(
                f'<rect class="plan-column" x="{x - wide / 2:.1f}" y="{y:.1f}" width="{wide:.1f}" '
                f'height="{base - y:.1f}"/>'
            )
        if value and value > 0:
            y = scale.y(value)
            tops.append(y)
            ink.append(
                f'<rect class="part part-6" x="{x - narrow / 2:.1f}" y="{y:.1f}" width="{narrow:.1f}" '
                f'height="{base - y:.1f}"/>'
            )
        if value:
            ink.append(
                f'<text class="value-label" x="{x:.1f}" y="{min([*tops, base]) - 6:.1f}" text-anchor="middle">'
                f"{escape(label(value))}</text>"
            )
        ink.append(f'<text x="{x:.1f}" y="{HEIGHT - 16}" text-anchor="middle">{escape(text)}</text>')
    said = "; ".join(
        _("%(name)s: planned %(planned)s, came %(value)s")
        % {"name": text, "planned": label(planned or 0), "value": label(value or 0)}
        for text, planned, value in rows
    )
    return _svg("month-columns", WIDTH, HEIGHT, name, title, said, ink)


def bars(rows, *, title, label=formats.number):
    """Horizontal bars: [(name, value)], the name above and the figure behind each; None is “no figure”."""
    rows = list(rows)
    largest = max([Fraction(value) for _name, value in rows if value is not None], default=Fraction(1)) or Fraction(1)
    line, width, end = 56, 720, 210
    name = f"chart-{next(_numbers)}"
    ink = []
    for number, (text, value) in enumerate(rows):
        y = number * line
        shown = label(value) if value is not None else _("no figure")
        length = float(Fraction(value) / largest * (width - end)) if value else 0
        ink.append(
            f'<text x="0" y="{y + 20}">{escape(_cut(str(text)))}</text>'
            f'<rect class="part part-6" x="0" y="{y + 29}" width="{max(length, 1):.1f}" height="18"/>'
            f'<text class="value-label" x="{length + 8:.1f}" y="{y + 44}">{escape(shown)}</text>'
        )
    said = "; ".join(f"{text}: {label(value) if value is not None else _('no figure')}" for text, value in rows)
    return _svg("bars", width, max(len(rows), 1) * line, name, title, said, ink)


def _cut(text, longest=56):
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
