import datetime
import re
import uuid

import pytest
from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Office, User
from programme.models import Policy
from reference.models import ProductGroup
from screens import formats
from screens.forms import DateField, Form, ModelForm, MoneyField, NumberField, UsdField, YearField
from screens.templatetags.screen_forms import error_links
from tests.factories import make_policy


class Sample(Form):
    amount = MoneyField(label="Doanh thu", help_text="Ghi đủ chữ số")
    workers = NumberField(label="Lao động", required=False, unit="người")
    kind = django_forms.ChoiceField(label="Loại", choices=[("a", "A"), ("b", "B")], widget=django_forms.RadioSelect)
    agreed = django_forms.BooleanField(label="Đồng ý", required=False)


class WithFile(Form):
    scan = django_forms.FileField(label="Bản quét")


@pytest.mark.parametrize("kept", [True, False])
def test_a_file_that_was_kept_is_named_beside_its_field(kept):
    files = MultiValueDict({"scan": [SimpleUploadedFile("quyết định.pdf", b"x")]})
    files.kept = kept
    assert ("quyết định.pdf" in WithFile({}, files).render()) == kept


@pytest.mark.parametrize("typed", ["101", "50,5", "1e2", "một", "1 2"])
def test_a_percentage_is_answered_without_a_word_of_units_and_groups_of_digits(typed):
    field = NumberField(unit="%", max_value=100)
    assert field.clean("100 %") == 100
    with translation.override("vi"), pytest.raises(ValidationError) as refusal:
        field.clean(typed)
    said = " ".join(refusal.value.messages)
    assert not [word for word in ("đơn vị tính", "ba chữ số", "1.234", "1 234", "1.000") if word in said]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.234.567", 1234567),
        ("1234567", 1234567),
        ("1 234 567", 1234567),
        ("1,234,567", 1234567),
        ("1.234.567,00", 1234567),
        ("1.234.567 đồng", 1234567),
        ("12.000đ", 12000),
        ("\u00a05.000 ", 5000),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_offices_write_it(typed, amount):
    assert MoneyField().clean(typed) == amount


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1e9", "scientific"),
        ("1,5E+09", "scientific"),
        ("１２３", "digits"),
        ("٣", "digits"),
        ("-5", "negative"),
        ("\u22125.000", "negative"),
        ("(5.000)", "negative"),
        ("1.234,5", "not_whole"),
        ("0,5", "not_whole"),
        ("1234.5", "not_whole"),
        ("1,234", "not_whole"),
        ("12.34.567", "groups"),
        ("1.234,567.8", "groups"),
        ("1 23 456", "groups"),
        ("mười đồng", "not_a_number"),
        ("--5", "negative"),
        ("5;6", "not_a_number"),
        ("9" * 40, "too_long"),
        ("200.000.000.000.001", "too_large"),
    ],
)
def test_what_is_no_whole_amount_is_refused_with_a_sentence(typed, code):
    with pytest.raises(ValidationError) as refused:
        MoneyField().clean(typed)
    assert [error.code for error in refused.value.error_list] == [code]
    assert refused.value.messages[0].endswith(".")


def test_a_number_of_too_many_digits_is_told_how_many_it_has():
    with pytest.raises(ValidationError, match="Số có 20 chữ số; chỉ nhận tối đa 18 chữ số"):
        MoneyField().clean("1" * 20)


@given(st.integers(min_value=0, max_value=200 * 10**12))
def test_what_is_shown_can_be_typed_again(amount):
    for language in ("vi", "en"):
        with translation.override(language):
            field = MoneyField()
            assert field.clean(field.prepare_value(amount)) == amount
            assert field.clean(formats.number(amount)) == amount


@given(st.integers(min_value=0, max_value=10**12))
def test_dollars_are_kept_in_whole_cents(cents):
    field = UsdField()
    assert field.clean(field.prepare_value(cents)) == cents


def test_dollars_finer_than_a_cent_are_refused():
    assert UsdField().clean("1.234,56") == 123456
    with pytest.raises(ValidationError, match="2"):
        UsdField().clean("1,2345")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_never_worse(text):
    for field in (
        MoneyField(required=False),
        UsdField(required=False),
        YearField(required=False),
        DateField(required=False),
    ):
        try:
            value = field.clean(text)
        except ValidationError:
            continue
        assert value is None or isinstance(value, int | datetime.date)


def test_a_key_that_was_changed_is_answered_without_its_technical_name():
    form = Sample({"operation_key": "x", "amount": "1", "kind": "a"})
    assert [link["message"] for link in error_links(form)] == [
        "Biểu mẫu đã bị thay đổi khi gửi. Hãy tải lại trang rồi gửi lại."
    ]


def test_a_sentence_that_names_its_field_is_not_headed_by_it_and_a_number_of_a_paper_is_no_amount():
    form = Sample({"amount": "1"})
    assert [link["message"] for link in error_links(form)] == ["Hãy chọn “Loại”."]
    for typed in ("abc", "1,5", "2000000"):
        with pytest.raises(ValidationError) as refusal:
            NumberField(min_value=1, max_value=1_000_000).clean(typed)
        assert "1.234.567" not in refusal.value.messages[0] and "đơn vị" not in refusal.value.messages[0]


def test_a_day_is_written_day_month_year():
    assert DateField().clean("27/11/2026") == datetime.date(2026, 11, 27)
    assert DateField().clean("1.2.2026") == datetime.date(2026, 2, 1)
    assert DateField().clean("29/02/2024") == datetime.date(2024, 2, 29)
    assert DateField().prepare_value(datetime.date(2026, 2, 1)) == "01/02/2026"


@pytest.mark.parametrize(
    "typed", ["29/02/2023", "31/04/2025", "2/2025", "hôm nay", "１/1/2025", "11/27/2026", "1/1/0001"]
)
def test_a_day_that_is_none_is_refused(typed):
    with pytest.raises(ValidationError):
        DateField().clean(typed)


@pytest.mark.parametrize("typed", ["25", "20255", "２０２５", "1999", "2101", "2025.0"])
def test_a_year_outside_its_bounds_is_refused(typed):
    with pytest.raises(ValidationError):
        YearField().clean(typed)


def test_a_refused_form_links_each_error_to_its_field_and_keeps_what_was_typed():
    form = Sample({"amount": "1e9", "workers": "12"})
    assert not form.is_valid()
    page = form.render()
    assert 'href="#id_amount"' in page
    assert 'href="#id_kind_0"' in page and 'id="id_kind_0"' in page
    assert 'value="1e9"' in page
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in page
    assert 'id="id_amount_helptext"' in page and 'id="id_amount_error"' in page
    assert 'aria-invalid="true"' in page


def test_an_empty_field_is_asked_for_by_its_name():
    form = Sample({})
    assert form.errors["amount"] == ["Hãy điền “Doanh thu”."]
    assert form.errors["kind"] == ["Hãy chọn “Loại”."]


def test_every_field_has_a_visible_label():
    page = Sample().render()
    for identifier in ("id_amount", "id_workers", "id_agreed"):
        assert f'<label for="{identifier}">' in page
    assert "<legend>Loại</legend>" in page


def test_a_form_carries_a_key_that_stays_when_it_is_refused():
    key = str(uuid.uuid4())
    assert f'value="{key}"' in Sample({"operation_key": key}).render()
    assert str(Sample()["operation_key"].value()) != str(Sample()["operation_key"].value())


def test_a_constraint_of_the_model_is_told_of_its_fields_and_never_by_its_name(db):
    class PolicyForm(ModelForm):
        class Meta:
            model = Policy
            fields = ["kind", "number", "issuer", "title", "valid_from", "valid_to"]
            labels = {"number": "Số", "issuer": "Cơ quan", "valid_from": "Từ ngày", "valid_to": "Đến ngày"}

    row = make_policy(issued_on=datetime.date(2020, 1, 1))
    values = {"kind": "decision", "number": row.number, "issuer": row.issuer, "title": row.title}
    with translation.override("vi"):
        crossed = PolicyForm(values | {"valid_from": "2025-01-02", "valid_to": "2025-01-01"}, instance=row)
        assert crossed.errors == {"valid_to": ["“Đến ngày” không phù hợp với “Từ ngày”. Hãy kiểm tra lại."]}


def test_typed_letters_are_composed():
    class Names(Form):
        name = django_forms.CharField()

    form = Names({"name": "Ha\u0300 No\u0323\u0302i"})
    assert form.is_valid() and form.cleaned_data["name"] == "Hà Nội"


def test_a_conflict_compares_chosen_rows_and_shows_them_by_name(db):
    first = User.objects.create(email="a@so.example", full_name="Tổ một")
    second = User.objects.create(email="b@so.example", full_name="Tổ hai")

    class Row:
        version, people = 4, User.objects

    class Edit(Form):
        people = django_forms.ModelMultipleChoiceField(User.objects.order_by("-pk"), label="Người")
        version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    same = Edit({"people": [first.pk, second.pk], "version": "3"})
    assert same.is_valid()
    same.meet_conflict(Row, "Có người đã sửa.")
    assert same.conflicts == []
    other = Edit({"people": [first.pk], "version": "3"})
    assert other.is_valid()
    other.meet_conflict(Row, "Có người đã sửa.")
    assert other.conflicts == [{"label": "Người", "theirs": f"{first}; {second}", "yours": str(first)}]


def test_a_conflict_names_rows_and_choices_and_lists_only_what_differs(db):
    """What the form starts with, made from the version that is there now, is what the other saved."""
    first = User.objects.create(email="a@so.example", full_name="Tổ một")

    class Row:
        version, name, kind = 7, "Tên mới", "b"
        people = User.objects  # stands for rows of a table in between: the form knows which people they mean

    class Edit(Form):
        name = django_forms.CharField(label="Tên")
        kind = django_forms.ChoiceField(label="Loại", choices=[("a", "Loại A"), ("b", "Loại B")])
        people = django_forms.ModelMultipleChoiceField(User.objects.all(), label="Người")
        owner = django_forms.ModelChoiceField(User.objects.all(), label="Chủ", required=False)
        amount = MoneyField(label="Tiền", required=False)
        version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    User.objects.create(email="b@so.example", full_name="Tổ hai")
    kept = {"name": "Tên mới", "kind": "b", "people": [first.pk], "owner": first.pk, "amount": 1000, "version": 7}
    sent = {"name": "Tên tôi", "kind": "a", "people": [first.pk], "owner": "", "amount": "2.000", "version": "3"}
    form = Edit(sent, initial=kept)
    assert form.is_valid(), form.errors
    form.meet_conflict(Row, "Có người đã sửa.")
    assert [(c["label"], c["theirs"], c["yours"]) for c in form.conflicts] == [
        ("Tên", "Tên mới", "Tên tôi"),
        ("Loại", "Loại B", "Loại A"),
        ("Chủ", str(first), "–"),
        ("Tiền", "1.000", "2.000"),
    ]


def test_a_conflict_does_not_list_one_text_with_two_kinds_of_line_ends_or_blanks_around_it():
    class Row:
        version, text, name, amount = 7, "Một\nhai", "Ha\u0300 Nội ", "1.000"

    class Edit(Form):
        text = django_forms.CharField(label="Nội dung", widget=django_forms.Textarea)
        name = django_forms.CharField(label="Tên")
        amount = MoneyField(label="Tiền")
        version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    form = Edit({"text": "Một\r\nhai", "name": "Hà Nội", "amount": "1000", "version": "3"})
    assert form.is_valid()
    form.meet_conflict(Row, "Có người đã sửa.")
    assert form.conflicts == []
    other = Edit({"text": "Một\r\n\r\nhai", "name": "Hà Nội", "amount": "1000", "version": "3"})
    assert other.is_valid()
    other.meet_conflict(Row, "Có người đã sửa.")
    assert [each["label"] for each in other.conflicts] == ["Nội dung"]


def test_rows_that_are_none_of_the_field_s_own_are_not_compared(db):
    class Row:
        version, people = 7, Office.objects

    class Edit(Form):
        people = django_forms.ModelMultipleChoiceField(User.objects.all(), label="Người", required=False)
        version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    form = Edit({"people": [], "version": "3"})
    assert form.is_valid()
    form.meet_conflict(Row, "Có người đã sửa.")
    assert form.conflicts == []


def test_marks_that_turn_the_text_round_and_control_characters_are_dropped():
    class Names(Form):
        name = django_forms.CharField(widget=django_forms.Textarea)

    form = Names({"name": "Duyệt\u202e chi\u2066\x00\x08\r\ntheo\tbảng"})
    assert form.is_valid() and form.cleaned_data["name"] == "Duyệt chi\r\ntheo\tbảng"


def test_a_conflict_shows_both_versions_and_is_sent_against_the_new_one():
    class Row:
        version, name, note = 7, "Tên mới", "như nhau"

    class Edit(Form):
        name = django_forms.CharField(label="Tên")
        note = django_forms.CharField(label="Ghi chú")
        version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    form = Edit({"name": "Tên tôi gõ", "note": "như nhau", "version": "3"})
    assert form.is_valid()
    form.meet_conflict(Row, "Có người đã sửa.")
    page = form.render()
    assert form.conflicts == [{"label": "Tên", "theirs": "Tên mới", "yours": "Tên tôi gõ"}]
    assert 'name="version" value="7"' in page and "Tên mới" in page and 'value="Tên tôi gõ"' in page


@pytest.mark.django_db
def test_an_option_says_that_its_name_is_vietnamese_where_it_has_no_english_one():
    Office.objects.create(code="MH", name="Phòng Minh họa", kind=Office.Kind.OFFICE)
    ProductGroup.objects.create(
        code="90", name_vi="Nhóm Minh họa", name_en="Group of the example", valid_from="2021-01-01"
    )

    class Choices(Form):
        office = django_forms.ModelChoiceField(label="Phòng", queryset=Office.objects.all())
        group = django_forms.ModelChoiceField(label="Nhóm", queryset=ProductGroup.objects.all())

    with translation.override("en"):
        page = str(Choices())
    assert re.search(r'<option [^>]*lang="vi">Phòng Minh họa', page)
    assert re.search(r'<option value="\d+">Group of the example', page)
