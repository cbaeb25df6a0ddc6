from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from programme.loading import document_name, load_illustration, load_programme
from programme.models import Period, PublishedFigure, PublishedResult, Target

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(now):
    return load_programme(by="load_programme", now=now)


def bands(year):
    return {t.indicator_code: (t.lower, t.upper) for t in Target.objects.for_year(year)}


def test_loading_again_changes_nothing(loaded, now):
    again = load_programme(by="load_programme", now=now)
    assert (again.created, again.updated, again.kept, again.unchanged) == (0, 0, [], loaded.created)


def test_the_period_2021_2025_has_its_decision_and_its_ceiling(loaded):
    period = Period.objects.of_year(2023)
    assert (period.code, period.decision, period.decision_on) == (
        "2021-2025",
        "Quyết định số 4303/QĐ-UBND",
        date(2020, 9, 24),
    )
    assert period.ceiling_vnd == 200_000_000_000


def test_the_next_period_is_there_and_says_that_no_document_is_known(loaded):
    period = Period.objects.of_year(2026)
    assert (period.state, period.ceiling_vnd, period.decision) == ("no_document", None, "")
    assert list(period.targets.all()) == []


def test_targets_are_bands_by_year_with_their_documents(loaded):
    assert bands(2025) == {
        "output_share": (40, 50),
        "export_share": (20, 25),
        "turns": (100, 200),
        "enterprises": (100, 120),
        "products": (150, 180),
    }
    assert bands(2021)["output_share"] == (35, 40)
    assert bands(2021)["export_share"] == (15, None)
    assert bands(2021)["output_growth"] == (10, 12)
    assert bands(2022)["products_first_time"] == (15, 20)
    assert bands(2023) == {"turns": (100, 200)}
    assert bands(2020)["output_share"] == (33, 35)
    weak = Target.objects.get(indicator_code="products_recognised", year=2024)
    assert (weak.confidence, weak.document) == ("C", "Kế hoạch số 302/KH-UBND ngày 15/12/2023")
    assert not Target.objects.filter(source="same").exists()


def test_what_was_published_is_kept_as_published_and_the_unknown_stays_unknown(loaded):
    assert PublishedResult.objects.count() == 8
    result = PublishedResult.objects.get(year=2019)
    assert (result.registered_enterprises, result.recognised_enterprises, result.recognised_products) == (
        31,
        None,
        None,
    )
    assert result.note
    assert PublishedResult.objects.get(year=2021).decision == "Quyết định số 5012/QĐ-UBND ngày 26/11/2021"
    assert sum(r.recognised_products or 0 for r in PublishedResult.objects.filter(year__gte=2021)) == 183
    assert PublishedFigure.objects.count() == 20
    assert not PublishedFigure.objects.filter(reproducible=True).exists()
    share = PublishedFigure.objects.get(measure="output_share")
    assert (share.value, share.scope, share.note) == (Decimal("32.5"), "unknown", "Nguồn khác: trên 35%.")
    of_2023 = PublishedFigure.objects.get(award_year=2023, measure="exports")
    assert (of_2023.value, of_2023.unit, of_2023.qualifier) == (Decimal("3.6"), "usd_billion", "over")
    assert (of_2023.scope_count, of_2023.reference_year) == (24, 2022)


def test_the_illustration_is_marked_and_never_takes_the_place_of_the_real_period(loaded, now):
    load_illustration(by="demo", now=now)
    assert load_illustration(by="demo", now=now).created == 0
    shown = Period.objects.get(code="2026-2030-minh-hoa")
    assert (shown.state, shown.decision) == ("illustration", "")
    assert Period.objects.of_year(2026).state == "no_document"
    assert all("Minh họa" in t.document for t in shown.targets.all())
    assert load_programme(by="load_programme", now=now).created == 0


def test_what_a_person_edited_stays(loaded, now):
    Period.objects.filter(code="2021-2025").update(name_vi="Giai đoạn II", version=2)
    report = load_programme(by="load_programme", now=now)
    assert report.kept == ["period 2021-2025: name_vi"]
    assert Period.objects.get(code="2021-2025").name_vi == "Giai đoạn II"


def test_documents_are_named_in_full():
    assert document_name("KH 60/KH-UBND 2021") == "Kế hoạch số 60/KH-UBND năm 2021"
    assert document_name("") == ""


def test_the_command_says_what_it_did(capsys):
    call_command("load_programme", illustration=True)
    call_command("load_programme")
    lines = capsys.readouterr().out.strip().splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "Programme: 107 added",
        "Programme: 8 added",
        "Programme: 0 added",
    ]
