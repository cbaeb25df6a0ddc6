from datetime import date

import pytest
from django.db import DatabaseError, transaction

from audit.events import history_of
from audit.refusals import NotAllowed, Refused, StaleVersion
from programme.models import Period, PublishedFigure, PublishedResult, Target
from programme.presenting.scheme import band_text, quoted
from programme.services.scheme import (
    add_figure,
    add_period,
    add_result,
    add_target,
    edit_figure,
    edit_period,
    edit_result,
    edit_target,
    withdraw_target,
)
from tests.factories import (
    make_administrator,
    make_director,
    make_head,
    make_officer,
    make_period,
    make_published_figure,
    make_published_result,
    make_target,
)
from tests.programme.making import make_budget_year

pytestmark = pytest.mark.django_db

NEXT = {"code": "2026-2030", "name_vi": "Giai đoạn 2026–2030", "starts_year": 2026, "ends_year": 2030}
BAND = {
    "indicator_code": "output_share",
    "applies": "by_end",
    "lower": 45,
    "upper": 55,
    "unit": "percent",
    "document": "Quyết định số 1/QĐ-UBND",
}


def test_the_next_period_is_completed_through_services_alone(now):
    head = make_head()
    period = add_period(NEXT, by=head, now=now)
    assert period.state == "no_document"
    with pytest.raises(Refused):
        add_target(period, BAND, by=head, now=now)
    with pytest.raises(Refused):
        edit_period(period, {"ceiling_vnd": 10**11}, version=1, by=head, now=now, reason="")
    period = Period.objects.get(pk=period.pk)
    document = {"decision": "Quyết định số 1/QĐ-UBND", "decision_on": date(2026, 12, 1), "ceiling_vnd": 3 * 10**11}
    edit_period(period, document, version=1, by=head, now=now, reason="Quyết định số 1/QĐ-UBND")
    period = Period.objects.get(pk=period.pk)
    assert (period.state, period.ceiling_vnd) == ("in_force", 3 * 10**11)
    target = add_target(period, BAND, by=head, now=now)
    assert list(Target.objects.for_year(2030)) == [target]
    assert [line.event.kind for line in history_of(period)] == ["period decided", "period added"]


def test_a_document_once_entered_is_not_emptied(now):
    period = make_period()
    with pytest.raises(Refused):
        edit_period(period, {"decision": ""}, version=1, by=make_head(), now=now, reason="")


def test_a_period_does_not_take_years_of_another(now):
    make_period()
    with pytest.raises(Refused, match="2021"):
        add_period(NEXT | {"starts_year": 2025}, by=make_head(), now=now)
    with pytest.raises(Refused):
        add_period(NEXT | {"ends_year": 2025}, by=make_head(), now=now)


def test_a_period_keeps_the_years_of_its_targets(now):
    period = make_period()
    make_target(period, applies="year", year=2021)
    with pytest.raises(Refused):
        edit_period(period, {"starts_year": 2022}, version=1, by=make_head(), now=now, reason="")


def test_the_second_of_two_people_is_told(now):
    head, period = make_head(), make_period()
    stale = Period.objects.get(pk=period.pk)
    edit_period(period, {"note": "Một"}, version=1, by=head, now=now, reason="")
    with pytest.raises(StaleVersion):
        edit_period(stale, {"note": "Hai"}, version=1, by=head, now=now, reason="")


@pytest.mark.parametrize(
    "wrong",
    [
        {"lower": None, "upper": None},
        {"lower": 60},
        {"applies": "year"},
        {"applies": "year", "year": 2030},
        {"applies": "each_year", "year": 2021},
    ],
)
def test_a_target_that_makes_no_sense_is_refused_in_words(now, wrong):
    with pytest.raises(Refused):
        add_target(make_period(), BAND | wrong, by=make_head(), now=now)


def test_a_target_changes_by_a_document_and_is_withdrawn_not_removed(now):
    head, period = make_head(), make_period()
    target = add_target(period, BAND, by=head, now=now)
    with pytest.raises(Refused):
        add_target(period, BAND, by=head, now=now)
    edit_target(target, {"upper": 60}, version=1, by=head, now=now, reason="QĐ điều chỉnh số 2")
    assert history_of(target)[0].changes[0][1:] == ("55", "60")
    withdraw_target(target, version=2, by=head, now=now, reason="QĐ số 3")
    target = Target.objects.get(pk=target.pk)
    assert target.withdrawn_on == date(2025, 7, 15)
    for act in (
        lambda: edit_target(target, {"upper": 70}, version=3, by=head, now=now, reason=""),
        lambda: withdraw_target(target, version=3, by=head, now=now, reason=""),
    ):
        with pytest.raises(Refused):
            act()
    add_target(period, BAND, by=head, now=now)


def test_a_target_in_a_period_without_document_is_refused_by_the_database_too():
    period = make_period(2026, 2030, state="no_document")
    with pytest.raises(DatabaseError), transaction.atomic():
        make_target(period)


def test_only_heads_change_the_programme(now):
    period = make_period()
    target, result, figure = make_target(period), make_published_result(2021), make_published_figure(2021)
    for nobody in (make_officer(), make_director(), make_administrator()):
        for act in (
            lambda by: add_period(NEXT, by=by, now=now),
            lambda by: edit_period(period, {"note": "x"}, version=1, by=by, now=now, reason=""),
            lambda by: add_target(period, BAND, by=by, now=now),
            lambda by: edit_target(target, {"upper": 60}, version=1, by=by, now=now, reason=""),
            lambda by: withdraw_target(target, version=1, by=by, now=now, reason=""),
            lambda by: add_result({"year": 2022, "source": "x"}, by=by, now=now),
            lambda by: edit_result(result, {"note": "x"}, version=1, by=by, now=now, reason=""),
            lambda by: add_figure({}, by=by, now=now),
            lambda by: edit_figure(figure, {"note": "x"}, version=1, by=by, now=now, reason=""),
        ):
            with pytest.raises(NotAllowed):
                act(nobody)


def test_published_results_are_added_once_and_in_order(now):
    head = make_head()
    result = add_result({"year": 2026, "recognised_products": 33, "source": "Báo"}, by=head, now=now)
    assert result.recognised_enterprises is None
    for wrong in (
        {"year": 2026, "source": "Báo"},
        {"year": 2027, "source": ""},
        {"year": 2027, "source": "Báo", "recognised_products": 3, "first_time_products": 4},
        {"year": 2027, "source": "Báo", "recognised_products": 3, "recognised_enterprises": 4},
    ):
        with pytest.raises(Refused):
            add_result(wrong, by=head, now=now)
    edit_result(result, {"recognised_enterprises": 24}, version=1, by=head, now=now, reason="Bổ sung")
    assert PublishedResult.objects.get(year=2026).recognised_enterprises == 24


def test_published_figures_stand_as_quoted(now):
    head = make_head()
    values = {
        "award_year": 2026,
        "measure": "exports",
        "value": 190,
        "unit": "usd_million",
        "qualifier": "about",
        "scope": "recognised",
        "scope_count": 28,
        "source": "Báo",
    }
    figure = add_figure(values, by=head, now=now)
    for wrong in ({}, {"award_year": 2027, "reference_year": 2028}, {"award_year": 2027, "scope_count": None}):
        with pytest.raises(Refused):
            add_figure(values | wrong, by=head, now=now)
    edit_figure(figure, {"value": 191}, version=1, by=head, now=now, reason="Đọc lại nguồn")
    assert PublishedFigure.objects.get(pk=figure.pk).value == 191


def test_bands_read_as_documents_write_them():
    assert band_text(40, 50, "percent") == "40–50 %"
    assert band_text(100, 100, "percent") == "100 %"
    assert "15 %" in band_text(15, None, "percent")
    assert "3 %" in band_text(None, 3, "percent")
    assert "40.000" in quoted(make_published_figure(2021, qualifier="about"))


def test_a_ceiling_with_budget_years_under_it_changes_only_by_a_decision(now):
    period = make_period(2021, 2025, ceiling_vnd=200_000_000_000)
    make_budget_year(2024, envelope_vnd=0, period=period)
    with pytest.raises(Refused):
        edit_period(
            period, {"ceiling_vnd": 1}, version=period.version, by=make_administrator(), now=now, reason="Gõ nhầm"
        )
