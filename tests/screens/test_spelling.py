import re

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from screens.spelling import amount_in_words, number_in_words

# Written by hand, from the rules that offices follow; not from what the program says.
NUMBERS = [
    (0, "không"),
    (1, "một"),
    (4, "bốn"),
    (5, "năm"),
    (10, "mười"),
    (11, "mười một"),
    (14, "mười bốn"),
    (15, "mười lăm"),
    (19, "mười chín"),
    (20, "hai mươi"),
    (21, "hai mươi mốt"),
    (24, "hai mươi tư"),
    (25, "hai mươi lăm"),
    (31, "ba mươi mốt"),
    (44, "bốn mươi tư"),
    (55, "năm mươi lăm"),
    (99, "chín mươi chín"),
    (100, "một trăm"),
    (101, "một trăm linh một"),
    (104, "một trăm linh bốn"),
    (105, "một trăm linh năm"),
    (110, "một trăm mười"),
    (111, "một trăm mười một"),
    (114, "một trăm mười bốn"),
    (115, "một trăm mười lăm"),
    (121, "một trăm hai mươi mốt"),
    (154, "một trăm năm mươi tư"),
    (555, "năm trăm năm mươi lăm"),
    (900, "chín trăm"),
    (999, "chín trăm chín mươi chín"),
    (1_000, "một nghìn"),
    (1_001, "một nghìn không trăm linh một"),
    (1_004, "một nghìn không trăm linh bốn"),
    (1_005, "một nghìn không trăm linh năm"),
    (1_010, "một nghìn không trăm mười"),
    (1_015, "một nghìn không trăm mười lăm"),
    (1_021, "một nghìn không trăm hai mươi mốt"),
    (1_100, "một nghìn một trăm"),
    (1_105, "một nghìn một trăm linh năm"),
    (2_024, "hai nghìn không trăm hai mươi tư"),
    (10_000, "mười nghìn"),
    (15_015, "mười lăm nghìn không trăm mười lăm"),
    (21_000, "hai mươi mốt nghìn"),
    (24_500, "hai mươi tư nghìn năm trăm"),
    (100_000, "một trăm nghìn"),
    (101_101, "một trăm linh một nghìn một trăm linh một"),
    (1_000_000, "một triệu"),
    (1_000_005, "một triệu không trăm linh năm"),
    (1_050_000, "một triệu không trăm năm mươi nghìn"),
    (1_005_005, "một triệu không trăm linh năm nghìn không trăm linh năm"),
    (20_000_500, "hai mươi triệu năm trăm"),
    (345_600_000, "ba trăm bốn mươi lăm triệu sáu trăm nghìn"),
    (1_000_000_000, "một tỷ"),
    (1_000_000_001, "một tỷ không trăm linh một"),
    (1_020_000_000, "một tỷ không trăm hai mươi triệu"),
    (
        1_234_567_891,
        "một tỷ hai trăm ba mươi tư triệu năm trăm sáu mươi bảy nghìn tám trăm chín mươi mốt",
    ),
    (45_600_500_000, "bốn mươi lăm tỷ sáu trăm triệu năm trăm nghìn"),
    (200_000_000_000, "hai trăm tỷ"),
    (
        999_999_999_999,
        "chín trăm chín mươi chín tỷ chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn "
        "chín trăm chín mươi chín",
    ),
    (1_000_000_000_000, "một nghìn tỷ"),
    (1_005_000_000_000, "một nghìn không trăm linh năm tỷ"),
    (1_005_000_000_005, "một nghìn không trăm linh năm tỷ không trăm linh năm"),
    (200_000_000_000_000, "hai trăm nghìn tỷ"),
    (10**15, "một triệu tỷ"),
    (10**15 + 10**9, "một triệu không trăm linh một tỷ"),
    (10**17, "một trăm triệu tỷ"),
    (10**18, "một tỷ tỷ"),
    (2**63 - 1,
     "chín tỷ hai trăm hai mươi ba triệu ba trăm bảy mươi hai nghìn không trăm ba mươi sáu tỷ "
     "tám trăm năm mươi tư triệu bảy trăm bảy mươi lăm nghìn tám trăm linh bảy"),
    (-21, "âm hai mươi mốt"),
    (-1_005, "âm một nghìn không trăm linh năm"),
]  # fmt: skip
AMOUNTS = [
    (0, "không đồng"),
    (1, "một đồng"),
    (1_000, "một nghìn đồng chẵn"),
    (1_500, "một nghìn năm trăm đồng"),
    (100, "một trăm đồng"),
    (45_000, "bốn mươi lăm nghìn đồng chẵn"),
    (200 * 10**9, "hai trăm tỷ đồng chẵn"),
    (
        1_234_567_000,
        "một tỷ hai trăm ba mươi tư triệu năm trăm sáu mươi bảy nghìn đồng chẵn",
    ),
    (-5_000_000, "âm năm triệu đồng chẵn"),
    (-5_000_001, "âm năm triệu không trăm linh một đồng"),
]
FORBIDDEN = (
    "lẻ", "ngàn", "tỉ", "một mươi", "mươi năm", "mươi bốn", "mươi một", "mười năm", "mười mốt", "mười tư", "mười mươi",
    "không mươi", "linh mười", "linh không", "linh tư", "linh mốt", "linh lăm", "trăm năm đồng", "không trăm đồng",
    "không trăm nghìn", "không trăm triệu", "không trăm tỷ", "không nghìn", "không triệu", "không tỷ",
)  # fmt: skip
up_to_a_hundred_million_billion = st.integers(min_value=0, max_value=10**17)
# zeros within the number are where speaking goes wrong, and chance alone seldom makes them
full_of_zeros = st.lists(st.sampled_from([0, 0, 0, 1, 4, 5, 10, 14, 15, 21, 24, 100, 105, 200, 555]), min_size=1, max_size=6).map(
    lambda groups: min(sum(group * 1000**place for place, group in enumerate(groups)), 10**17)
)  # fmt: skip
whole_numbers = up_to_a_hundred_million_billion | full_of_zeros | st.integers(min_value=0, max_value=9999)

VALUES = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7,
    "tám": 8, "chín": 9,
}  # fmt: skip


def read_back(words):
    """The number that a Vietnamese reader hears: written apart from the speller, by what each word is worth."""
    if words.startswith("âm "):
        return -read_back(words.removeprefix("âm "))
    before, billions, after = f" {words} ".rpartition(" tỷ ")
    if billions:
        return read_back(before.strip()) * 10**9 + (read_back(after.strip()) if after.strip() else 0)
    total, group, digit = 0, 0, None
    for word in words.split():
        if word in VALUES:
            digit = VALUES[word]
        elif word == "mười":
            group += 10
        elif word == "mươi":
            group, digit = group + digit * 10, None
        elif word == "trăm":
            group, digit = group + digit * 100, None
        elif word in ("nghìn", "triệu"):
            total += (group + (digit or 0)) * {"nghìn": 10**3, "triệu": 10**6}[word]
            group, digit = 0, None
        else:
            assert word == "linh", word
    return total + group + (digit or 0)


@pytest.mark.parametrize(("number", "words"), NUMBERS)
def test_numbers_are_written_as_offices_write_them(number, words):
    assert number_in_words(number) == words
    assert read_back(words) == number  # the reader that the property rests on reads what was written by hand


@pytest.mark.parametrize(("vnd", "words"), AMOUNTS)
def test_amounts_end_in_dong_and_those_of_whole_thousands_in_dong_chan(vnd, words):
    assert amount_in_words(vnd) == words


def test_the_end_may_be_left_out_and_the_first_letter_is_a_capital_when_asked():
    assert amount_in_words(200 * 10**9, exact="") == "hai trăm tỷ đồng"
    assert amount_in_words(200 * 10**9, capital=True) == "Hai trăm tỷ đồng chẵn"
    assert amount_in_words(-1, capital=True) == "Âm một đồng"
    assert amount_in_words(0, capital=True) == "Không đồng"


@given(whole_numbers)
@example(10**17)
@example(10**15 + 10**9 + 5)
def test_what_is_written_is_read_back_as_the_same_number(number):
    assert read_back(number_in_words(number)) == number
    assert read_back(number_in_words(-number)) == -number


@given(whole_numbers)
def test_no_form_that_offices_do_not_write_and_no_double_blank(number):
    words = amount_in_words(number)
    assert words == " ".join(words.split())
    assert [form for form in FORBIDDEN if re.search(rf"(?<!\w){form}(?!\w)", words)] == []


def test_no_two_numbers_below_ten_thousand_are_written_alike():
    assert len({number_in_words(number) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize("amount", [1.0, True, "1000"])
def test_only_whole_numbers_are_written_in_words(amount):
    with pytest.raises(TypeError):
        number_in_words(amount)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_papers_are_vietnamese_whatever_the_language_of_the_page(language):
    with translation.override(language):
        page = Template("{% load formats %}{{ amount|in_words }} / {{ unknown|in_words }}")
        assert page.render(Context({"amount": 21_000, "unknown": None})) == "Hai mươi mốt nghìn đồng chẵn / –"
