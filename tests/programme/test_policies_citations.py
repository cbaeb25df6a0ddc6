"""Where the portal's data still cites a document."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import IncompatibleSteps
from programme import citations
from programme.citations import citations_of, cites, count_again, count_citations, still_cited
from programme.models import CitationCount, Policy
from programme.services.policies import reinstate_policy, supersede_policy
from tests.factories import (
    make_content_area,
    make_day,
    make_enterprise_user,
    make_officer,
    make_period,
    make_policy,
    make_published_result,
    make_rate,
    make_review,
    make_support,
    make_target,
    make_title,
)

ISSUED = date(2020, 9, 24)
NOW = timezone.now()


def policy(number, issued_on=None):
    return Policy(number=number, issued_on=issued_on)


@pytest.mark.parametrize(
    "text",
    [
        "Quyết định số 4303/QĐ-UBND ngày 24/9/2020",
        "QĐ 4303/QĐ-UBND",
        "căn cứ qđ 4303/qđ-ubnd;",
        "QD so 4303/QD-UBND",
        "(4303 / QĐ – UBND)",
        "04303/QĐ-UBND, ngày 24 tháng 9 năm 2020",
        "Quyết định số 4303/QĐ-UBND - Kế hoạch",
        "Thay 4303/QĐ-UBND năm 2020",
        "số:4303/QĐ-UBND.",
    ],
)
def test_a_number_is_recognised_in_every_way_it_is_written(text):
    assert cites(text, policy("4303/QĐ-UBND", ISSUED))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Quyết định số 14303/QĐ-UBND",
        "Quyết định số 4303/QĐ-UBNDTP",
        "Quyết định số 4303/QĐ-UBND-KT",
        "Quyết định số 4303/2020/QĐ-UBND",
        "Kế hoạch số 4303/KH-UBND",
        "4303",
        "Quyết định số 4303/QĐ-UBND ngày 24/9/2021",
        "4303/QĐ-UBND ngày 25 tháng 9 năm 2020",
        "Quyết định số 4303/QĐ-UBND năm 2024",
    ],
)
def test_another_document_is_not_taken_for_this_one(text):
    assert not cites(text, policy("4303/QĐ-UBND", ISSUED))


def test_a_part_of_a_number_is_not_the_number():
    assert not cites("Quyết định số 4303/QĐ-UBND", policy("303/QĐ-UBND"))
    assert not cites("1.303/QĐ-UBND", policy("303/QĐ-UBND"))
    assert not cites("Quyết định 03/2006/QĐ-UBND", policy("03/2006/QĐ-UB"))
    assert cites("Quyết định 3/2006/QĐ-UB", policy("03/2006/QĐ-UB"))
    assert cites("TCVN 14423:2026 thay", policy("TCVN 14423:2026"))
    assert not cites("…/NQ-HĐND ngày 09/7/2025", policy("…/NQ-HĐND"))


def test_a_document_whose_day_is_not_known_is_recognised_by_its_number():
    assert cites("4303/QĐ-UBND ngày 24/9/2021", policy("4303/QĐ-UBND"))
    assert not cites("4303/QĐ-UBND", policy("4303/QĐ-UBND", ISSUED), on=date(2024, 1, 1))
    assert cites("4303/QĐ-UBND", policy("4303/QĐ-UBND", ISSUED), on=ISSUED)


@pytest.mark.django_db
def test_rows_of_every_room_that_cite_a_document_are_found_with_their_pages():
    old, basis = make_policy(issued_on=ISSUED), "Quyết định số 4303/QĐ-UBND ngày 24/9/2020"
    area = make_content_area(legal_basis=basis)
    make_content_area(legal_basis="Quyết định số 14303/QĐ-UBND")
    period = make_period(decision="Quyết định số 4303/QĐ-UBND", decision_on=ISSUED)
    target = make_target(period, document=basis)
    result = make_published_result(decision=basis)
    title = make_title(round_year=ISSUED.year, decision_number="4303/QĐ-UBND", decision_on=ISSUED)
    make_title(decision_number="4303/QĐ-UBND", decision_on=date(2023, 12, 1))
    support = make_support(evidence=f"Theo {basis}")
    rate = make_rate(source=basis)
    day = make_day(date(2035, 1, 1), basis=basis)
    steps = IncompatibleSteps.objects.create(step="a", other_step="b", legal_basis=basis, valid_from=ISSUED)
    other = make_policy("2022/QĐ-UBND", title="Sửa đổi Quyết định số 4303/QĐ-UBND")
    review = make_review(other, found="Trái với 4303/QĐ-UBND")
    found = citations_of(old, user=make_officer())
    urls = {citation.row: citation.url for citation in found.rows}
    assert set(urls) == {area, period, target, result, title, support, rate, day, steps, other, review}
    assert found.total == 11
    for row in (area, period, target, result, rate, day, other, review):
        assert urls[row] == row.get_absolute_url() if hasattr(row, "get_absolute_url") else urls[row]
    assert urls[title] == reverse("enterprises:title_detail", args=[title.public_id])
    assert urls[support] == reverse("support:support_detail", args=[support.public_id])
    assert urls[steps] == ""
    assert {citation.text for citation in found.rows if citation.row == area} == {basis}


@pytest.mark.django_db
def test_a_document_does_not_cite_itself_and_neither_does_what_superseded_it():
    old = make_policy("1/QĐ-UBND", note="1/QĐ-UBND", valid_to=date(2024, 12, 31))
    new = make_policy("2/QĐ-UBND", title="Thay thế Quyết định số 1/QĐ-UBND")
    make_review(old, found="1/QĐ-UBND chưa rõ")
    assert count_citations(old) == 1
    Policy.objects.filter(pk=old.pk).update(superseded_by=new, superseded_from=date(2025, 1, 1))
    assert count_citations(Policy.objects.get(pk=old.pk)) == 0


@pytest.mark.django_db
def test_what_has_ended_may_cite_what_has_ended():
    make_content_area(legal_basis="4303/QĐ-UBND", valid_to=date(2024, 1, 1))
    make_target(make_period(), document="4303/QĐ-UBND", withdrawn_on=date(2024, 1, 1))
    make_day(date(2021, 2, 10), basis="4303/QĐ-UBND")
    make_policy("1/QĐ", note="4303/QĐ-UBND", valid_to=date(2024, 1, 1))
    make_review(make_policy("2/QĐ"), state="answered", found="4303/QĐ-UBND")
    assert count_citations(make_policy()) == 0


@pytest.mark.django_db
def test_what_is_over_is_not_told_of_what_superseded_its_document_later():
    old, period = make_policy(), make_period(decision="Quyết định số 4303/QĐ-UBND", decision_on=ISSUED)
    by_year = make_target(period, "turns", applies="year", year=2022, unit="turn", document="4303/QĐ-UBND")
    result = make_published_result(2022, decision="Quyết định số 4303/QĐ-UBND")
    rows, officer, new = (period, by_year, result), make_officer(), make_policy("2/QĐ-UBND")
    for from_day, told in ((date(2022, 7, 1), [1, 1, 1]), (date(2023, 1, 1), [1, 0, 0]), (date(2026, 1, 1), [0, 0, 0])):
        last = {"superseded_from": from_day, "valid_to": date(2021, 1, 1)}
        Policy.objects.filter(pk=old.pk).update(superseded_by=new, **last)
        assert [len(citations.superseded_notes(row, officer)) for row in rows] == told
        assert count_citations(Policy.objects.get(pk=old.pk)) == sum(told)


@pytest.mark.django_db
def test_any_number_of_documents_is_looked_up_by_one_query(django_assert_num_queries):
    first, second = make_policy("1/QĐ-UBND"), make_policy("2/QĐ-UBND")
    make_policy("…/QĐ-UBND")
    make_content_area(legal_basis="1/QĐ-UBND và 2/QĐ-UBND")
    make_content_area(legal_basis="2/QĐ-UBND")
    with django_assert_num_queries(1):
        assert still_cited([first, second]) == {first.pk: 1, second.pk: 2}
    with django_assert_num_queries(0):
        assert still_cited([]) == {}


@pytest.mark.django_db
def test_a_screen_shows_no_more_rows_than_it_can_and_says_how_many_there_are(monkeypatch):
    monkeypatch.setattr(citations, "SHOWN", 2)
    for _number in range(3):
        make_content_area(legal_basis="4303/QĐ-UBND")
    found = citations_of(make_policy(), user=make_officer())
    assert (found.total, len(found.rows)) == (3, 2)


def test_rooms_above_have_registered_what_they_cite_with():
    routes = {citer.route for citer in citations.citers()}
    assert {
        "enterprises:title_detail",
        "support:support_detail",
        "reporting:indicator_detail",
        "reporting:statistic_detail",
        "reporting:publication_detail",
    } <= routes


@pytest.mark.django_db
def test_a_page_that_cites_a_superseded_document_says_so_with_a_link_for_whoever_may_read_it(client_as):
    successor = make_policy("26/2027/QĐ-UBND")
    old = make_policy(issued_on=ISSUED, valid_to=date(2020, 12, 31))
    Policy.objects.filter(pk=old.pk).update(superseded_by=successor, superseded_from=date(2021, 1, 1))
    make_policy("12/QĐ-UBND")
    period = make_period()
    area = make_content_area(legal_basis="Quyết định số 4303/QĐ-UBND")
    target = make_target(period, document="4303/QĐ-UBND")
    sound = make_target(period, "export_share", document="12/QĐ-UBND")
    support = make_support(evidence="Theo 4303/QĐ-UBND")
    client = client_as(make_officer())

    def page(route, row):
        return client.get(reverse(route, args=[row.public_id])).content.decode()

    for route, row in (
        ("programme:target", target),
        ("support:support_detail", support),
        (f"reference:{area._meta.model_name}", area),
    ):
        shown = page(route, row)
        assert "01/01/2021" in shown and old.get_absolute_url() in shown and "26/2027/QĐ-UBND" in shown
    assert old.get_absolute_url() not in page("programme:target", sound)
    assert [note.url for note in citations.superseded_notes(target, make_enterprise_user())] == [""]


@pytest.mark.django_db
def test_the_register_shows_what_was_counted_last_and_superseding_counts_at_once(client_as):
    old, new, officer = make_policy("1/QĐ-UBND"), make_policy("2/QĐ-UBND"), make_officer()
    row, client = make_content_area(legal_basis="1/QĐ-UBND"), client_as(officer)

    def listed():
        page = client.get(reverse("programme:policy_list"), {"cited": "yes"})
        return [found["number"] for found in page.context["listing"].rows_of_page]

    reason = {"by": officer, "reason": "Văn bản mới"}
    supersede_policy(policy=old, by_policy=new, from_day=date(2025, 7, 1), version=1, now=NOW, **reason)
    assert listed() == ["1/QĐ-UBND"]
    type(row).objects.filter(pk=row.pk).update(legal_basis="2/QĐ-UBND")
    assert listed() == ["1/QĐ-UBND"], "until it is counted again"
    assert count_again(now=NOW) == {} and listed() == []
    type(row).objects.filter(pk=row.pk).update(legal_basis="1/QĐ-UBND")
    assert count_again(now=NOW) == {old.pk: 1} and listed() == ["1/QĐ-UBND"]
    old.refresh_from_db()
    reinstate_policy(policy=old, valid_to=None, version=old.version, now=NOW, **reason)
    assert listed() == [] and not CitationCount.objects.exists()
