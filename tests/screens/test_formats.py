import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from screens import formats

amounts = st.integers(min_value=-(2**62), max_value=2**62)


@pytest.fixture(autouse=True)
def in_vietnamese():
    with translation.override("vi"):
        yield


def test_money_is_grouped_by_dots_and_named_dong():
    assert formats.money(1234567890) == "1.234.567.890 đồng"
    assert formats.money(0) == "0 đồng"
    assert formats.money(None) == "–"


@given(amounts)
def test_no_digit_of_an_amount_is_lost(vnd):
    digits = formats.money(vnd).removesuffix(" đồng").replace(".", "").replace("\u2212", "-")
    assert int(digits) == vnd


def test_a_large_sum_says_about_only_when_digits_were_dropped():
    assert formats.big_money(200 * 10**9) == "200 tỷ đồng"
    assert formats.big_money(1200000000) == "1,2 tỷ đồng"
    assert formats.big_money(1234567890) == "khoảng 1,2 tỷ đồng"
    assert formats.big_money(345_600_000) == "345,6 triệu đồng"
    assert formats.big_money(999_999) == "999.999 đồng"
    assert formats.big_money(18_234_000_000_000) == "18.234 tỷ đồng"


@pytest.mark.parametrize(
    ("vnd", "short", "full"),
    [
        (1_200_000_000, "1,2 tỷ đồng", "1.200.000.000 đồng"),
        (200 * 10**9, "200 tỷ đồng", "200.000.000.000 đồng"),
        (1_250_000_000, "1,25 tỷ đồng", "1.250.000.000 đồng"),
        (1_234_567_890, "khoảng 1,235 tỷ đồng", "1.234.567.890 đồng"),
        (1_234_499_999, "khoảng 1,234 tỷ đồng", "1.234.499.999 đồng"),
        (1_234_500_000, "khoảng 1,235 tỷ đồng", "1.234.500.000 đồng"),
        (18_234_567_000_000, "18.234,567 tỷ đồng", "18.234.567.000.000 đồng"),
        (345_600_000, "345,6 triệu đồng", "345.600.000 đồng"),
        (1_000_000, "1 triệu đồng", "1.000.000 đồng"),
        (999_999, "999.999 đồng", ""),
        (0, "0 đồng", ""),
        (None, "–", ""),
        (-1_234_567_890, "khoảng −1,235 tỷ đồng", "−1.234.567.890 đồng"),
    ],
)
def test_a_large_sum_is_said_in_its_size_with_the_full_figure_beneath(vnd, short, full):
    assert formats.short_money(vnd) == (short, full)


@pytest.mark.parametrize(
    ("vnd", "short"),
    [
        (999_999_999_999, "khoảng 999,999 tỷ đồng"),
        (199_999_999_999, "khoảng 199,999 tỷ đồng"),
        (1_999_999_999_999, "khoảng 1.999,999 tỷ đồng"),
        (999_999_999, "khoảng 999,999 triệu đồng"),
        (-999_999_999, "khoảng −999,999 triệu đồng"),
        (200_000_400_000, "khoảng 200 tỷ đồng"),
    ],
)
def test_a_sum_that_falls_short_of_a_round_figure_never_reads_as_that_figure(vnd, short):
    assert formats.short_money(vnd).short == short


@given(amounts)
def test_a_short_sum_is_off_by_less_than_a_thousandth_of_its_unit_and_never_rounded_up_to_a_whole(vnd):
    short, _full = formats.short_money(vnd)
    size = 10**9 if "tỷ" in short else 10**6 if "triệu" in short else 1
    digits = short.removeprefix("khoảng ").partition(" ")[0].replace(".", "").replace(",", ".").replace("\u2212", "-")
    said = Fraction(digits) * size
    assert abs(said - vnd) < Fraction(size, 1000) if size > 1 else said == vnd
    assert ("khoảng" in short) == (said != vnd)
    assert not (abs(said) > abs(vnd) and said % size == 0)


def test_two_lines_on_a_page_and_one_where_the_second_would_say_the_same():
    page = Template("{% load formats %}{{ large|money_lines }} / {{ small|money_lines }}")
    assert page.render(Context({"large": 1_200_000_000, "small": 999})) == (
        '1,2 tỷ đồng<span class="second">1.200.000.000 đồng</span> / 999 đồng'
    )


def test_percentages_are_rounded_on_the_exact_fraction_half_up():
    assert formats.percent(Fraction(3995, 10000)) == "40,0\u00a0%"
    assert formats.percent(Fraction(39949999, 10**8)) == "39,9\u00a0%"
    assert formats.percent(Decimal("0.125"), 0) == "13\u00a0%"
    assert formats.percent(Fraction(-1, 800), 1) == "\u22120,1\u00a0%"
    assert formats.percent(None) == "–"


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(min_value=0, max_value=6))
def test_rounding_is_never_off_by_more_than_half_a_step(value, places):
    assert abs(Fraction(formats.round_half_up(value, places), 10**places) - value) <= Fraction(1, 2 * 10**places)


def test_floats_are_refused():
    with pytest.raises(TypeError):
        formats.percent(0.4)


def test_dollars_are_shown_from_whole_cents():
    assert formats.usd(123456789) == "1.234.567,89 USD"
    assert formats.usd(5) == "0,05 USD"


def test_an_amount_in_millions_keeps_every_dong():
    assert formats.in_unit(1_234_567_890, 10**6) == "khoảng 1.234,568"
    assert formats.in_unit(499_998_999, 10**6) == "khoảng 499,999"
    assert formats.in_unit(-1_234_567_000, 10**6) == "−1.234,567"
    assert formats.in_unit(5_000_000, 10**6) == "5"
    assert [formats.in_unit(vnd, 10**6) for vnd in (999, -1_500, 999_999)] == ["0,000999", "−0,0015", "0,999999"]


def test_dates_are_those_of_ha_noi():
    late = datetime.datetime(2025, 12, 31, 17, 0, tzinfo=datetime.UTC)
    assert formats.vn_date(late) == "01/01/2026"
    assert formats.vn_date(late - datetime.timedelta(seconds=1)) == "31/12/2025"
    assert (
        formats.vn_long_datetime(datetime.datetime(2026, 11, 27, 9, 30, tzinfo=datetime.UTC))
        == "16:30 thứ Sáu 27/11/2026"
    )
    assert formats.vn_date(datetime.date(2024, 2, 29)) == "29/02/2024"


def test_english_pages_group_by_commas():
    with translation.override("en"):
        assert formats.number(1234567) == "1,234,567"
        assert formats.percent(Fraction(4, 10)) == "40.0\u00a0%"


def test_the_ending_of_a_file_in_one_long_word_stays_with_the_letters_before_it():
    page = Template("{% load formats %}{{ name|file_name }}")
    for name in ("Báo cáo của Công ty cổ phần Cơ khí.pdf", "ngan.pdf", "khong-co-duoi-nhung-rat-dai"):
        assert page.render(Context({"name": name})) == name
    assert page.render(Context({"name": "bao_cao_ket_qua_<2026>_du_an.pdf"})) == (
        'bao_cao_ket_qua_&lt;2026&gt;_d<span class="nowrap">u_an.pdf</span>'
    )
