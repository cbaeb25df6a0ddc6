import uuid

import pytest
from django.urls import reverse

from accounts.roles import Role
from programme.loading import load_illustration, load_programme
from programme.models import Period, PublishedFigure, PublishedResult, Target
from reference.loading import load_reference
from tests.factories import (
    make_auditor,
    make_head,
    make_officer,
    make_period,
    make_published_figure,
    make_published_result,
    make_target,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(now):
    load_programme(by="load_programme", now=now)
    load_illustration(by="load_programme", now=now)


def post(client, address, **fields):
    return client.post(address, {"operation_key": str(uuid.uuid4()), **fields})


def test_staff_read_heads_edit_others_neither(client_as, client):
    period = make_period()
    pages = [period.get_absolute_url(), make_target(period).get_absolute_url()]
    pages += [make_published_result(2021).get_absolute_url(), make_published_figure(2021).get_absolute_url()]
    pages += [reverse(f"programme:{name}_list") for name in ("period", "target", "result", "figure")]
    edits = [reverse("programme:add_period"), reverse("programme:edit_period", args=[period.public_id])]
    for user in (make_officer(), make_auditor()):
        assert {client_as(user).get(page).status_code for page in pages} == {200}
        assert {client_as(user).get(page).status_code for page in edits} == {403}
    assert {client_as(make_head()).get(page).status_code for page in pages + edits} == {200}
    assert {client_as(make_user(Role.COUNCIL_MEMBER)).get(page).status_code for page in pages + edits} == {403}
    assert {client.get(page).status_code for page in pages + edits} == {302}
    assert client_as(make_officer()).get(reverse("programme:period", args=[uuid.uuid4()])).status_code == 404


def test_the_page_of_2021_2025_shows_decision_budget_bands_and_what_was_published(client_as, loaded, now):
    load_reference(by="load_reference", now=now)
    page = client_as(make_officer()).get(Period.objects.of_year(2023).get_absolute_url())
    text = page.content.decode()
    for words in (
        "Quyết định số 4303/QĐ-UBND, 24/09/2020",
        "200 tỷ đồng",
        "200.000.000.000 đồng",
        "Phát triển nguồn nhân lực",
        "40–50",
        "100–200",
        "Kế hoạch số 302/KH-UBND ngày 15/12/2023",
        "76.800",
        "thienngaden.com",
    ):
        assert words in text, words
    share = next(row for row in page.context["bands"] if row["indicator"] == str(Target(indicator_code="output_share")))
    assert [len(cell) for cell in share["cells"]] == [1, 0, 0, 0, 1]
    assert len(page.context["areas"]) == 5


def test_the_period_without_document_says_so_and_the_illustration_is_marked(client_as, loaded):
    client = client_as(make_head())
    page = client.get(Period.objects.get(code="2026-2030").get_absolute_url()).content.decode()
    assert 'class="message message-warn"' in page
    assert "tag-warn" in page
    shown = Period.objects.get(code="2026-2030-minh-hoa").get_absolute_url()
    assert 'class="message message-info"' in client.get(shown).content.decode()


def test_lists_cost_few_queries_and_are_exported(client_as, loaded, django_assert_max_num_queries):
    client = client_as(make_officer())
    client.get(reverse("programme:period_list"))
    for name in ("period", "target", "result", "figure"):
        with django_assert_max_num_queries(12):
            assert client.get(reverse(f"programme:{name}_list")).status_code == 200
        for export in ("xlsx", "csv", "print"):
            answer = client.get(reverse(f"programme:{name}_list") + f"?export={export}")
            assert b"".join(answer.streaming_content if answer.streaming else [answer.content])


def test_the_page_of_a_period_costs_the_same_with_one_target_and_with_many(client_as, django_assert_max_num_queries):
    client, period = client_as(make_officer()), make_period()
    make_target(period)
    client.get(period.get_absolute_url())
    with django_assert_max_num_queries(12):
        client.get(period.get_absolute_url())
    for year in period.years():
        make_target(period, "turns", applies="year", year=year, unit="turn")
        make_published_result(year)
        make_published_figure(year)
    with django_assert_max_num_queries(12):
        client.get(period.get_absolute_url())


PERIOD = {
    "name_vi": "Giai đoạn 2026–2030",
    "starts_year": "2026",
    "ends_year": "2030",
    "confidence": "A",
    "reason": "Quyết định số 1/QĐ-UBND",
}
DOCUMENT = {"decision": "Quyết định số 1/QĐ-UBND", "decision_on": "01/12/2026", "ceiling_vnd": "300.000.000.000"}


def test_the_next_period_is_completed_on_the_screen(client_as, loaded):
    client, period = client_as(make_head()), Period.objects.get(code="2026-2030")
    assert client.get(reverse("programme:add_target", args=[period.public_id])).status_code == 200
    edit = reverse("programme:edit_period", args=[period.public_id])
    refused = post(client, edit, **PERIOD, ceiling_vnd="300.000.000.000", version="1")
    assert refused.context["form"].errors
    assert post(client, edit, **PERIOD, **DOCUMENT, version="1").status_code == 302
    fields = {"indicator_code": "output_share", "applies": "by_end", "lower": "45", "upper": "52,5", "unit": "percent"}
    fields |= {"document": "Quyết định số 1/QĐ-UBND", "confidence": "A", "reason": "Quyết định số 1/QĐ-UBND"}
    address = reverse("programme:add_target", args=[period.public_id])
    wrong = post(client, address, **fields | {"lower": "60"})
    assert "upper" in wrong.context["form"].errors
    assert post(client, address, **fields).status_code == 302
    page = client.get(period.get_absolute_url()).content.decode()
    assert "45–52,5" in page
    assert "300 tỷ đồng" in page


def test_a_period_is_added_once_however_often_the_form_is_sent(client_as):
    client, key = client_as(make_head()), str(uuid.uuid4())
    for _again in range(2):
        fields = {**PERIOD, "code": "2026-2030", "operation_key": key}
        answer = client.post(reverse("programme:add_period"), fields)
        assert answer.status_code == 302
    assert Period.objects.get().state == "no_document"


def test_a_target_is_changed_and_withdrawn_on_its_page(client_as):
    client, target = client_as(make_head()), make_target(make_period())
    edit = reverse("programme:edit_target", args=[target.public_id])
    fields = {"lower": "40", "upper": "55", "unit": "percent", "document": "QĐ 2", "confidence": "A", "version": "1"}
    assert "reason" in post(client, edit, **fields).context["form"].errors
    assert post(client, edit, **fields, reason="QĐ 2").status_code == 302
    stale = post(client, edit, **fields | {"upper": "56"}, reason="QĐ 3")
    assert stale.status_code == 200
    assert stale.context["form"].conflicts
    withdraw = reverse("programme:withdraw_target", args=[target.public_id])
    assert client.get(withdraw).status_code == 200
    assert post(client, withdraw, reason="QĐ 4", version="2").status_code == 302
    assert not Target.objects.standing().exists()
    assert "QĐ 4" in client.get(target.get_absolute_url()).content.decode()


def test_published_rows_are_added_and_corrected_on_their_pages(client_as):
    client = client_as(make_head())
    fields = {"year": "2026", "recognised_products": "33", "confidence": "B", "source": "Báo", "reason": "Báo"}
    assert post(client, reverse("programme:add_result"), **fields).status_code == 302
    result = PublishedResult.objects.get()
    assert (result.recognised_products, result.recognised_enterprises) == (33, None)
    again = post(client, reverse("programme:add_result"), **fields)
    assert again.context["form"].errors
    edit = reverse("programme:edit_result", args=[result.public_id])
    assert post(client, edit, **fields | {"recognised_enterprises": "24"}, version="1").status_code == 302

    fields = {"award_year": "2026", "measure": "exports", "value": "3,6", "unit": "usd_billion", "scope": "unknown"}
    fields |= {"confidence": "B", "source": "Báo", "reason": "Báo"}
    assert post(client, reverse("programme:add_figure"), **fields).status_code == 302
    figure = PublishedFigure.objects.get()
    assert not figure.reproducible
    edit = reverse("programme:edit_figure", args=[figure.public_id])
    assert 'value="3,6"' in client.get(edit).content.decode()
    assert post(client, edit, **fields | {"qualifier": "over"}, version="1").status_code == 302
