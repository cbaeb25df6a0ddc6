import unicodedata

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from enterprises.models import Enterprise
from screens.text import clean, fold, matching, plain_letters, search_terms, short_forms, sort_key
from tests.factories import make_enterprise

VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
words = st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " 0123456789-&.", max_size=40)


def test_a_name_is_found_without_its_marks():
    assert fold("Đông  Anh") == fold("dong anh") == "dong anh"


def test_a_letter_that_only_looks_like_d_with_a_stroke_is_one():
    for letter in "\u00d0\u00f0\u0189\u0256":
        assert fold(f"{letter}ông Anh") == "dong anh" and clean(f"{letter}T") in ("ĐT", "đT")
        assert sort_key(f"{letter}ông") == sort_key("đông") and plain_letters(f"15/Q{letter}").upper() == "15/QĐ"


def test_old_and_new_places_of_the_tone_are_the_same_word():
    assert fold("Hoà Phát") == fold("Hòa Phát")
    assert sort_key("Hoà Phát") == sort_key("Hòa Phát")


@given(words)
def test_composed_and_decomposed_letters_are_the_same_text(text):
    for form in ("NFC", "NFD", "NFKC"):
        other = unicodedata.normalize(form, text)
        assert fold(other) == fold(text)
        assert sort_key(other) == sort_key(text)
        assert clean(other) == clean(text)


@given(words)
def test_folded_text_has_only_plain_letters_and_folding_again_changes_nothing(text):
    assert fold(text).isascii()
    assert fold(fold(text)) == fold(text)
    assert fold(text.upper()) == fold(text.lower())


@given(words)
def test_the_sort_key_is_digits_only_so_that_every_collation_orders_it_alike(text):
    assert sort_key(text).isdecimal()


def test_names_are_ordered_as_a_vietnamese_dictionary_does():
    right = [
        "2 Miền",
        "10 Sao",
        "An",
        "Ăn",
        "Ân",
        "Dung",
        "Dũng",
        "Dương",
        "Đào",
        "Đống Đa",
        "Em",
        "Ê",
        "Hòa",
        "Hóa",
        "O",
        "Ô",
        "Ơ",
        "U",
        "Ư",
        "Yên",
    ]
    assert sorted(set(right), key=sort_key) == right


def test_tones_are_ordered_none_huyen_hoi_nga_sac_nang():
    right = ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert sorted(set(right), key=sort_key) == right


def test_d_with_a_bar_comes_after_every_plain_d():
    assert sort_key("Dz") < sort_key("Đa")


def test_a_shorter_name_comes_before_its_continuation():
    assert sort_key("Hà") < sort_key("Hà An") < sort_key("Hàm")


def test_invisible_letters_are_dropped():
    assert clean("Hà\u200b Nội\u00a0 \t1") == "Hà Nội 1"


def test_short_and_long_forms_stand_for_each_other_in_a_search():
    assert search_terms("cty TNHH Hòa Phát") == [
        ("cty", "cong ty"),
        ("tnhh", "trach nhiem huu han"),
        ("hoa",),
        ("phat",),
    ]
    assert search_terms("trách nhiệm hữu hạn một thành viên") == [
        ("trach nhiem huu han", "tnhh"),
        ("mot thanh vien", "mtv"),
    ]


def test_short_forms_makes_one_spelling_of_a_name():
    assert short_forms("Công ty cổ phần xuất nhập khẩu A") == short_forms("CTCP XNK A")
    assert short_forms("Công ty TNHH MTV B") == short_forms("Công ty Trách nhiệm hữu hạn Một thành viên B")


def test_an_empty_search_asks_for_nothing():
    assert search_terms("  ") == []
    assert not matching("", "folded")


@pytest.mark.django_db
def test_few_digits_are_not_sought_within_a_tax_code():
    wanted = make_enterprise("Lúa Vàng 001", tax_code="0190000128")
    within = make_enterprise("Lúa Vàng 121", tax_code="0190001344")

    def found(query):
        return set(Enterprise.objects.filter(matching(query, "folded")))

    assert found("lua vang 001") == {wanted}
    assert found("lua vang") == {wanted, within}
    assert found("0190") == {wanted, within} and found("001344") == found("0190 001 344") == {within}
    branch = make_enterprise("Chi nhánh Lúa Vàng", tax_code="0190000128-001")
    assert found("0190000128001") == found("01900001280") == {branch} and branch in found("0190000128-001")


@given(words)
def test_every_word_typed_is_asked_for(text):
    assert bool(search_terms(text)) == any(letter.isalnum() for letter in text)


def test_and_is_no_part_of_a_name_that_is_compared():
    assert short_forms("CTY CP SX & TM Minh Hoạ") == short_forms("Công ty cổ phần sản xuất và thương mại Minh Họa")


def test_signs_alone_find_nothing():
    assert matching("%", "folded") == matching("_ %", "folded") == Q(pk__in=[])
    assert matching("  ", "folded") == Q()
