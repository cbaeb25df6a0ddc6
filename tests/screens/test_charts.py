import re
from fractions import Fraction

from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from screens import formats
from screens.charts import Band, Point, band_chart, bars, nested_bar, small_band

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
