"""People and things for tests: plain functions; only what matters in a test is spelled out."""

import itertools
from datetime import date

from accounts.models import Office, Post, User
from accounts.roles import Role

_numbers = itertools.count(1)


def make_user(*roles, email=None, office=None, **fields):
    """A signed-up person holding `roles` by posts from 2020 on."""
    number = next(_numbers)
    user = User(
        email=email or f"nguoi{number}@so.example",
        full_name=fields.pop("full_name", f"Nguyễn Văn {number}"),
        password="!",  # nobody signs in with it; tests use force_login
        **fields,
    )
    user.save()
    for role in roles:
        Post.objects.create(
            user=user,
            office=office or make_office(),
            role=role,
            starts_on=date(2020, 1, 1),
            paper="01/QĐ-SCT",
        )
    return user


def make_office(code=None, **fields):
    number = next(_numbers)
    fields.setdefault("name", f"Phòng {number}")
    fields.setdefault("kind", Office.Kind.OFFICE)
    return Office.objects.create(code=code or f"P{number}", **fields)


def make_officer(**fields):
    return make_user(Role.OFFICER, **fields)


def make_head(**fields):
    return make_user(Role.HEAD, **fields)


def make_director(**fields):
    return make_user(Role.DIRECTOR, **fields)


def make_administrator(**fields):
    return make_user(Role.ADMINISTRATOR, **fields)


def make_auditor(**fields):
    return make_user(Role.AUDITOR, **fields)


# --- reference ---------------------------------------------------------------------------------


def make_unit(code=None, name="Phường Thử Nghiệm", **fields):
    """A ward in force since 01/07/2025."""
    from reference.models import AdministrativeUnit

    fields.setdefault("kind", "ward")
    fields.setdefault("unit_type", "phuong")
    fields.setdefault("valid_from", date(2025, 7, 1))
    return AdministrativeUnit.objects.create(code=code or f"9{next(_numbers):04d}", name_vi=name, **fields)


def make_industry_code(code="25", classification="VSIC2025", **fields):
    from reference.models import IndustryCode

    fields.setdefault("name_vi", "Sản xuất sản phẩm từ kim loại đúc sẵn")
    fields.setdefault("name_en", "Manufacture of fabricated metal products")
    fields.setdefault("level", 2)
    fields.setdefault("parent_code", "C")
    fields.setdefault("valid_from", date(2018, 8, 20) if classification == "VSIC2018" else date(2025, 11, 15))
    return IndustryCode.objects.create(code=code, classification=classification, **fields)


def _make_item(model, code, name_vi, fields):
    from django.apps import apps

    fields.setdefault("valid_from", date(2020, 1, 1))
    fields.setdefault("confidence", "K")
    return apps.get_model("reference", model).objects.create(
        code=code or f"M{next(_numbers)}", name_vi=name_vi, **fields
    )


def make_product_group(code=None, name="Cơ khí, chế tạo", **fields):
    return _make_item("ProductGroup", code, name, fields)


def make_agency(code=None, name="Sở Thử nghiệm", **fields):
    return _make_item("Agency", code, name, fields)


def make_content_area(code=None, name="Hỗ trợ phát triển khoa học công nghệ", **fields):
    return _make_item("ContentArea", code, name, fields)


def make_support_kind(code=None, name="Công nghệ, thiết bị tiên tiến", **fields):
    return _make_item("SupportKind", code, name, fields)


def make_money_source(code=None, name="Ngân sách thành phố", **fields):
    return _make_item("MoneySource", code, name, fields)


def make_rule(code, value, **fields):
    return _make_item("Rule", code, fields.pop("name_vi", code), {"value": value, **fields})


def make_rate(on=date(2024, 12, 31), vnd_per_unit=25_000, currency="USD", **fields):
    from reference.models import ExchangeRate

    return ExchangeRate.objects.create(currency=currency, on=on, vnd_per_unit=vnd_per_unit, **fields)


def make_day(on, kind="off", **fields):
    from reference.models import CalendarDay

    fields.setdefault("name_vi", "Ngày nghỉ")
    fields.setdefault("basis", "Thông báo thử")
    return CalendarDay.objects.create(on=on, kind=kind, **fields)


# --- programme ---------------------------------------------------------------------------------


def make_period(starts_year=2021, ends_year=2025, **fields):
    """A period by decision."""
    from programme.models import Period

    fields.setdefault("code", f"{starts_year}-{ends_year}")
    fields.setdefault("name_vi", f"Giai đoạn {starts_year}–{ends_year}")
    fields.setdefault("state", "in_force")
    if fields["state"] == "in_force":
        fields.setdefault("decision", "Quyết định số 1/QĐ-UBND")
        fields.setdefault("decision_on", date(starts_year - 1, 9, 24))
        fields.setdefault("ceiling_vnd", 200_000_000_000)
    return Period.objects.create(starts_year=starts_year, ends_year=ends_year, **fields)


def make_target(period, indicator_code="output_share", lower=40, upper=50, **fields):
    from programme.models import Target

    fields.setdefault("applies", "by_end")
    fields.setdefault("unit", "percent")
    fields.setdefault("document", "Quyết định số 1/QĐ-UBND")
    return Target.objects.create(period=period, indicator_code=indicator_code, lower=lower, upper=upper, **fields)


def make_published_result(year=2021, **fields):
    from programme.models import PublishedResult

    fields.setdefault("source", "Báo thử")
    return PublishedResult.objects.create(year=year, **fields)


def make_published_figure(award_year=2021, **fields):
    from programme.models import PublishedFigure

    fields.setdefault("measure", "revenue")
    fields.setdefault("unit", "vnd_billion")
    fields.setdefault("value", 40_000)
    fields.setdefault("scope", "unknown")
    fields.setdefault("source", "Báo thử")
    return PublishedFigure.objects.create(award_year=award_year, **fields)
