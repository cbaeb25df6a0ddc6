import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    "password",
    ["12345678901234", "90817263549081", "aaaaaaaaaaaaaa", "abcdefghijklmnop", "QWERTYUIOPASDF", "abcabcabcabcabc",
     "ponmlkjihgfedcba", "matkhaumatkhau"],
)  # fmt: skip
def test_a_long_password_that_is_easy_to_guess_is_refused(password):
    with pytest.raises(ValidationError, match="dễ đoán"):
        validate_password(password)


@pytest.mark.parametrize("password", ["thu-nghiem-ha-noi-2026", "mưa rào tháng Bảy", "Xe 29 chạy qua cầu 3 lần"])
def test_a_sentence_of_several_words_is_taken(password):
    validate_password(password)
