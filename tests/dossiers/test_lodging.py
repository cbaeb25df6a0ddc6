"""The form of a version: fields by their kinds, facts shown, components by the answers."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from dossiers.lodging import components_of, condition_text, fact_of, form_class_of
from dossiers.models import Fact
from tests.factories import make_component, make_enterprise, make_field, make_unit, make_version

pytestmark = pytest.mark.django_db

ROWS = [
    {"code": "von", "label_vi": "Vốn", "label_en": "Capital"},
    {"code": "dat", "label_vi": "Đất đai", "label_en": ""},
]


@pytest.fixture
def version():
    version = make_version()
    version.fields.all().delete()
    version.components.all().delete()
    return version


def test_each_kind_of_field_takes_what_it_says_and_refuses_the_rest(version):
    for code, kind in (
        ("ten", "text"),
        ("noi-dung", "long_text"),
        ("so", "number"),
        ("tien", "money"),
        ("ngay", "date"),
        ("tu-ngay", "past_date"),
        ("dien-thoai", "phone"),
        ("loai", "choice"),
        ("co", "yes_no"),
    ):
        make_field(version, code, kind, choices=ROWS if kind == "choice" else [])
    form_class = form_class_of(version)
    typed = {
        "ten": "A",
        "noi-dung": "B\nC",
        "so": "1.200",
        "tien": "2.000.000",
        "ngay": "27/11/2099",
        "tu-ngay": f"{timezone.localdate():%d/%m/%Y}",
        "dien-thoai": "(024) 3825.1234 máy lẻ 12; +84 912-345-678",
        "loai": "von",
        "co": "no",
    }
    form = form_class(typed)
    assert form.is_valid(), form.errors
    assert form.answers == {
        "ten": "A",
        "noi-dung": "B\nC",
        "so": 1200,
        "tien": 2_000_000,
        "ngay": date(2099, 11, 27),
        "tu-ngay": timezone.localdate(),
        "dien-thoai": "(024) 3825.1234 máy lẻ 12; +84 912-345-678",
        "loai": "von",
        "co": "no",
    }
    for code, wrong in (
        ("so", "1e9"),
        ("tien", "abc"),
        ("ngay", "31/02/2026"),
        ("tu-ngay", f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}"),
        ("dien-thoai", "09abc"),
        ("dien-thoai", "0912345"),
        ("dien-thoai", "0912 345 678, không có"),
        ("loai", "khac"),
        ("co", "maybe"),
        ("ten", "x" * 301),
        ("noi-dung", ""),
    ):
        refused = form_class(typed | {code: wrong})
        assert list(refused.errors) == [code]


def test_fields_stand_in_their_order_and_only_required_ones_must_be_filled_in(version):
    make_field(version, "hai", position=2, required=False)
    make_field(version, "mot", position=1)
    form = form_class_of(version)({"mot": "A"})
    assert [name for name in form.fields if name != "operation_key"] == ["mot", "hai"]
    assert form.is_valid()
    assert form.answers == {"mot": "A", "hai": ""}


def test_what_is_known_is_shown_and_never_taken_from_what_was_sent(version):
    make_field(version, "ten", "enterprise", fact="name", required=False)
    make_field(version, "ly-do")
    enterprise = make_enterprise("Công ty Thử")
    form = form_class_of(version, enterprise)({"ten": "Công ty Giả", "ly-do": "A"})
    assert form.is_valid()
    assert form.answers == {"ly-do": "A"}
    page = str(form)
    assert "Công ty Thử" in page
    assert "Công ty Giả" not in page
    assert 'name="ten"' not in page


def test_what_is_shown_is_escaped(version):
    make_field(version, "ten", "enterprise", fact="name", required=False)
    page = str(form_class_of(version, make_enterprise("<b>Công ty</b>"))())
    assert "&lt;b&gt;Công ty" in page
    assert "<b>Công ty" not in page


def test_every_fact_has_words_and_an_unknown_one_is_empty():
    enterprise = make_enterprise("Công ty Thử", ward=make_unit(name="Phường Cửa Nam"))
    found = {fact: fact_of(enterprise, fact) for fact in Fact}
    assert found[Fact.NAME] == "Công ty Thử"
    assert found[Fact.TAX_CODE] == enterprise.tax_code
    assert found[Fact.WARD] == "Phường Cửa Nam"
    assert found[Fact.EMAIL] == ""
    assert all(isinstance(words, str) for words in found.values())


def test_labels_hints_and_choices_are_in_the_language_of_the_reader(version):
    make_field(
        version, "loai", "choice", choices=ROWS, name_vi="Loại", name_en="Sort", help_vi="Chọn", help_en="Choose"
    )
    with translation.override("en"):
        field = form_class_of(version)().fields["loai"]
        assert (field.label, field.help_text) == ("Sort", "Choose")
        assert list(field.choices) == [("von", "Capital"), ("dat", "Đất đai")]
    assert form_class_of(version)().fields["loai"].label == "Loại"


def test_a_choice_that_may_be_left_open_says_so(version):
    make_field(version, "loai", "choice", choices=ROWS, required=False)
    form = form_class_of(version)({})
    assert form.is_valid()
    assert ("", "Không trả lời") in [(value, str(label)) for value, label in form.fields["loai"].choices]


def test_many_choices_are_a_list(version):
    rows = [{"code": f"c{number}", "label_vi": str(number), "label_en": ""} for number in range(9)]
    make_field(version, "loai", "choice", choices=rows)
    assert "<select" in str(form_class_of(version)()["loai"])


def test_components_are_required_by_the_answers(version):
    field = make_field(version, "co", "yes_no", name_vi="Đã kiến nghị")
    always = make_component(version)
    sometimes = make_component(version, need="conditional", condition_field="co", condition_value="yes")
    never = make_component(version, need="optional")
    assert components_of(version) == [(always, True), (sometimes, False), (never, False)]
    assert components_of(version, {"co": "yes"}) == [(always, True), (sometimes, True), (never, False)]
    assert components_of(version, {"co": "no"}) == components_of(version, {}) == components_of(version)
    assert condition_text(sometimes, [field]) == "khi “Đã kiến nghị” là “Có”"
    assert condition_text(always, [field]) == ""
    assert "co" in condition_text(sometimes, [])


def test_a_form_costs_one_query(version, django_assert_num_queries):
    for number in range(3):
        make_field(version, f"truong-{number}x")
    with django_assert_num_queries(1):
        form_class_of(version)
