import re
from fractions import Fraction

from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from screens import formats
from screens.charts import (
    Band,
    Point,
    _round_axis,
    band_chart,
    bars,
    money_bar,
    month_columns,
    nested_bar,
    small_band,
    small_bar,
)

SHARE = Fraction(1, 100)
POINTS = [
    Point(2021, 38 * SHARE),
    Point(2022, 41 * SHARE),
    Point(2023, lower=30 * SHARE, upper=47 * SHARE),
    Point(2024),
    Point(2025, 43 * SHARE, provisional=True),
]
BANDS = [Band(year, 40 * SHARE, 50 * SHARE) for year in range(2021, 2026)]


def drawn(svg):
    return ElementTree.fromstring(str(svg).replace("&nbsp;", " "))


def test_a_chart_says_in_words_what_it_shows():
    svg = drawn(band_chart(POINTS, BANDS, title="Tỷ trọng"))
    title, text = svg.find("title"), svg.find("desc")
    assert svg.attrib["aria-labelledby"] == f"{title.attrib['id']} {text.attrib['id']}"
    assert title.text == "Tỷ trọng"
    assert "2021: 38,0\u00a0% (mục tiêu 40–50\u00a0%)" in text.text
    assert "2023: từ 30,0\u00a0% đến 47,0\u00a0%" in text.text
    assert "2024: chưa có số liệu" in text.text
    assert "2025: 43,0\u00a0%, tạm tính" in text.text


def test_values_are_labelled_provisional_ones_hollow_and_missing_ones_whiskers():
    svg = str(band_chart(POINTS, BANDS, title="Tỷ trọng"))
    assert svg.count("<circle") == 3
    assert svg.count("marker-provisional") == 1
    assert svg.count('class="line"') == 1, "only 2021-2022 are neighbours with values"
    assert "whisker" in svg and "chưa có số liệu" in svg
    for label in ("38,0", "41,0", "43,0"):
        assert re.search(rf"value-label[^>]*>{label}", svg)


def test_line_breaks_where_the_way_of_counting_changes():
    points = [Point(2022, 8 * SHARE, way="(1)"), *(Point(y, 32 * SHARE, way="(2)") for y in (2023, 2024))]
    svg = str(band_chart(points, title="Tỷ trọng"))
    assert svg.count('class="line"') == 1 and svg.count("way-break") == 1
    assert svg.count(">(1)<") == svg.count(">(2)<") == 1
    assert "2022: 8,0\u00a0% theo cách tính (1)" in svg


def test_a_value_that_nothing_bounds_from_above_is_said_so():
    assert "2021: từ 0,0\u00a0% trở lên" in str(band_chart([Point(2021, lower=0 * SHARE)], title="a"))


def test_charts_carry_classes_only():
    for svg in (
        band_chart(POINTS, BANDS, title="a"),
        small_band(SHARE, SHARE, 2 * SHARE, title="b"),
        nested_bar([("Trần", 200), ("Đã giao", 100)], title="c"),
        bars([("Một", 1)], title="d"),
    ):
        assert "style=" not in str(svg) and "<style" not in str(svg) and "<script" not in str(svg)


def test_names_from_users_are_escaped():
    svg = str(bars([("<script>", 1)], title="<b>")) + str(nested_bar([("<i>", 1)], title="x"))
    assert "<script>" not in svg and "<b>" not in svg and "<i>" not in svg


def test_every_drawing_on_a_page_has_its_own_ids():
    page = str(band_chart(POINTS, BANDS, title="a")) + str(band_chart(POINTS, BANDS, title="a"))
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_targets_without_an_upper_end_are_drawn_and_said():
    svg = str(band_chart([Point(2025, 120)], [Band(2025, 100, None)], title="Lượt", label=formats.number))
    assert "từ 100" in svg


def test_a_unit_is_named_once_on_the_chart_and_with_each_figure_in_words():
    svg = drawn(band_chart([Point(2025, 38), Point(2026, 46)], title="x", label=formats.number, unit="tỷ đồng"))
    texts = [node.text for node in svg.iter() if node.tag.endswith("text")]
    assert texts.count("tỷ đồng") == 1 and "38" in texts
    description = next(node.text for node in svg.iter() if node.tag.endswith("desc"))
    assert "38 tỷ đồng" in description and "46 tỷ đồng" in description


def test_parts_of_the_money_lie_within_each_other():
    svg = str(nested_bar([("Trần", 200 * 10**9), ("Đã giao", 50 * 10**9)], title="Kinh phí"))
    widths = [float(width) for width in re.findall(r'class="part part-\d" x="0" y="\d+" width="([\d.]+)"', svg)]
    assert widths == [720.0, 180.0]
    assert "200 tỷ đồng" in svg and "50 tỷ đồng" in svg


def test_nothing_to_draw_is_nothing():
    assert band_chart([], title="x") == ""


@given(
    st.lists(
        st.builds(
            Point,
            year=st.integers(2018, 2030),
            value=st.none() | st.fractions(0, 10**15),
            lower=st.none() | st.fractions(0, 10**15),
            upper=st.none() | st.fractions(0, 10**15),
            provisional=st.booleans(),
        ),
        max_size=8,
        unique_by=lambda point: point.year,
    )
)
def test_any_figures_can_be_drawn_inside_the_frame(points):
    svg = band_chart(points, [Band(2025, SHARE, None)], title="x")
    heights = [float(y) for y in re.findall(r'cy="([-\d.]+)"', str(svg))]
    assert all(0 <= y <= 300 for y in heights)


def test_two_kinds_of_money_lie_side_by_side_within_the_limit():
    svg = str(
        money_bar(("Trần", 200), ["Giao", "Chi"], [("Quản lý", [100, 50]), ("Theo dõi", [40, 10])], title="Kinh phí")
    )
    places = re.findall(r'part-(\d)" x="([\d.]+)" y="\d+" width="([\d.]+)"', svg)
    assert places[:5] == [
        ("1", "0", "720.0"),
        ("2", "4", "356.0"),
        ("3", "4", "178.0"),
        ("2", "360", "142.4"),
        ("3", "360", "35.6"),
    ]
    assert svg.count("block-hatch") == 2, "the second kind is hatched, on the bar and in the key"
    assert "Theo dõi: Giao 40 đồng, Chi 10 đồng" in svg


def test_money_above_its_limit_still_lies_within_the_frame():
    svg = str(money_bar(("Trần", 100), ["Giao"], [("Quản lý", [120]), ("Theo dõi", [80])], title="Kinh phí"))
    ends = [float(x) + float(width) for x, width in re.findall(r'x="([\d.]+)" y="\d+" width="([\d.]+)"', svg)]
    assert max(ends) <= 720
    assert "chưa" not in str(money_bar(("Trần", None), ["Giao"], [("Quản lý", [0])], title="Kinh phí"))


def test_the_small_bar_shows_how_far_money_has_come():
    svg = str(small_bar([80, 40, 0], title="Đã chi một nửa", full=100))
    assert re.findall(r'width="([\d.]+)"', svg) == ["200.0", "160.0", "80.0"]
    assert "<title" in svg and "Đã chi một nửa" in svg


def test_months_stand_as_columns_beside_their_plan_and_say_themselves():
    svg = str(month_columns([("1", 10, 4), ("2", None, -3), ("3", 8, 0)], title="Giải ngân"))
    assert (svg.count("plan-column"), svg.count("part-6")) == (2, 1)
    assert "1: kế hoạch 10, thực hiện 4; 2: kế hoạch 0, thực hiện \u22123" in svg
    assert "\u22123</text>" in svg


def test_the_axis_counts_in_at_most_six_steps_that_fill_it():
    for largest in (1, 3, 6, 6.5, 7, 9, 12, 59, 61, 6_750_000_000):
        top, step = _round_axis(Fraction(largest))
        assert largest <= top and 3 <= top / step <= 6, largest
