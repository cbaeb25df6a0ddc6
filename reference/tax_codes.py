"""Tax codes: 10 digits of an enterprise, 13 of its branch, 12 of a household business (TT 86/2024/TT-BTC)."""

import re
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.vn import mst

_SEPARATORS = re.compile(r"[\s.\-–—_]+")
# Province codes of personal numbers run from 001 to 096; the digit after gives century and sex (0-3: born 1900-2099).
_PERSONAL = re.compile(r"(0(?!00)[0-8]\d|09[0-6])[0-3]\d{8}", re.ASCII)


def normal(code):
    """One spelling of a tax code: 0199999991, 0199999991-001 or twelve digits; nothing else is changed."""
    digits = _SEPARATORS.sub("", str(code or ""))
    if len(digits) == 13 and digits.isascii() and digits.isdigit():
        return f"{digits[:10]}-{digits[10:]}"
    return digits


def parent_of(code):
    """The ten digits that an enterprise and its branches share; empty for a household business."""
    return code[:10] if len(code) in (10, 14) else ""


@lru_cache(maxsize=4096)
def fault_of(code):
    """Why the normal form `code` is no tax code, as an untranslated-yet sentence with its values; None when it is one."""
    digits = code.replace("-", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (10, 12, 13):
        return _(
            "“%(code)s” is not a tax code. A tax code has 10 digits, 13 for a branch, 12 for a household business."
        ), {"code": code}
    if len(digits) == 12:
        if _PERSONAL.fullmatch(digits):
            return None
        return _(
            "%(code)s is not a personal identity number. Look at the business registration certificate of the household."
        ), {"code": code}
    if digits[2:9] == "0000000" or (len(digits) == 13 and digits[10:] == "000"):
        return _("No tax code %(code)s can exist. Look at the enterprise registration certificate."), {"code": code}
    if not mst.is_valid(digits):
        return _(
            "The check digit of the tax code %(code)s is wrong. Look at the enterprise registration certificate."
        ), {"code": code}
    return None


def is_valid(code):
    return fault_of(normal(code)) is None


def repaired(code):
    """The tax code that lost its leading zero in a spreadsheet, when adding it makes a right one; else None."""
    digits = _SEPARATORS.sub("", str(code or ""))
    if len(digits) in (9, 12) and digits.isascii() and digits.isdigit():
        longer = f"0{digits}"
        if mst.is_valid(longer) and fault_of(normal(longer)) is None:
            return normal(longer)
    return None


def check_digit(nine):
    """The tenth digit for nine digits, or None when no tax code begins with them (about one prefix in eleven)."""
    rest = sum(weight * int(digit) for weight, digit in zip((31, 29, 23, 19, 17, 13, 7, 5, 3), nine, strict=True)) % 11
    return None if rest == 0 else str(10 - rest)


def validate(code):
    """Refuse a wrong tax code with a sentence, and offer the one that lost its leading zero."""
    code = normal(code)
    fault = fault_of(code)
    if fault is None:
        return
    sentence, values = fault
    suggestion = repaired(code)
    if suggestion:
        raise ValidationError(
            _("“%(code)s” has lost its leading 0. Did you mean %(suggestion)s?"),
            code="leading_zero",
            params={"code": code, "suggestion": suggestion},
        )
    raise ValidationError(sentence, code="tax_code", params=values)
