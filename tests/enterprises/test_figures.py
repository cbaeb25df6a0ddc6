"""Figures of a year: declared, sent, confirmed by another or returned, corrected, closed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import IncompatibleSteps
from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing
from enterprises.models.figures import MEASURES, MOVES, State
from enterprises.permissions import can_review_figures
from enterprises.services.enterprises import change_status
from enterprises.services.figures import (
    bulk_confirm,
    bulk_return,
    close_year,
    confirm_figures,
    declare_figures,
    reopen_year,
    return_figures,
    submit_figures,
    withdraw_figures,
)
from enterprises.services.merging import merge_enterprises
from reference.models import SizeThreshold
from tests.factories import (
    make_auditor,
    make_director,
    make_enterprise,
    make_enterprise_user,
    make_figures,
    make_head,
    make_membership,
    make_officer,
    make_product,
    make_user,
)

NOW = datetime(2025, 7, 15, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
pytestmark = pytest.mark.django_db
AMOUNTS = {"output_vnd": 120_000_000_000, "revenue_vnd": 150_000_000_000, "labour_insured": 80, "capital_vnd": 10**11}


def declare(enterprise, by, year=2024, values=None, **more):
    return declare_figures(enterprise=enterprise, year=year, values=values or AMOUNTS, by=by, now=NOW, **more)


def test_a_draft_is_declared_before_it_is_sent():
    officer = make_officer()
    draft = declare(make_enterprise(), officer, draft=True)
    with pytest.raises(Conflict, match=r"draft|nháp"):
        submit_figures(figures=draft, by=officer, now=NOW)


def test_the_history_says_amounts_with_their_unit():
    figures = declare(make_enterprise(), make_officer(), values={"output_vnd": 5_000_000, "labour_average": 1_200})
    said = {label: after for label, _before, after in history_of(figures)[-1].changes}
    assert sorted(said.values()) == ["1.200", "5.000.000 đồng"]


def kinds(obj):
    return list(Event.objects.about(obj).order_by("id").values_list("kind", flat=True))


def make_thresholds():
    for size, labour, money in (("micro", 10, 3), ("small", 100, 50), ("medium", 200, 200)):
        SizeThreshold.objects.create(
            code=f"industry-{size}",
            name_vi=size,
            sector_column="industry",
            size=size,
            labour_max=labour,
            revenue_max_vnd=money * 10**9,
            capital_max_vnd=money * 10**9,
            valid_from=date(2021, 10, 15),
        )


def test_declared_sent_and_confirmed_by_another():
    officer, head, enterprise = make_officer(), make_head(), make_enterprise()
    figures = declare(enterprise, officer)
    assert figures.state == State.DECLARED and figures.tax_vnd is None
    submit_figures(figures=figures, by=officer, now=NOW)
    confirmed = confirm_figures(figures=figures, by=head, now=LATER)
    figures.refresh_from_db()
    assert figures.state == State.CONFIRMED and figures.confirmed_by == head.public_id
    assert confirmed.state == State.CONFIRMED
    assert kinds(figures) == ["figures declared", "figures sent", "figures confirmed"]
    assert list(FigureRevision.objects.confirmed_as_of(LATER)) == [figures]


def test_whoever_declared_does_not_confirm_nor_return():
    officer, enterprise = make_officer(), make_enterprise()
    figures = submit_figures(figures=declare(enterprise, officer), by=make_officer(), now=NOW)
    for act in (confirm_figures, lambda **k: return_figures(reason="Sai", **k)):
        with pytest.raises(NotAllowed):
            act(figures=figures, by=officer, now=NOW)
    figures.refresh_from_db()
    assert figures.state == State.WAITING


def test_whoever_sent_does_not_confirm_where_the_data_says_so():
    declarer, sender = make_officer(), make_officer()
    figures = submit_figures(figures=declare(make_enterprise(), declarer), by=sender, now=NOW)
    assert can_review_figures(sender, figures, on=NOW.date())
    IncompatibleSteps.objects.create(step="submit figures", other_step="confirm figures", valid_from=date(2020, 1, 1))
    assert not can_review_figures(sender, figures, on=NOW.date())
    with pytest.raises(NotAllowed):
        confirm_figures(figures=figures, by=sender, now=NOW)


def test_an_officer_who_belongs_to_the_enterprise_does_not_review_its_figures():
    enterprise, officer = make_enterprise(), make_officer()
    make_membership(officer, enterprise, Role.PREPARER)
    figures = make_figures(enterprise, state="waiting")
    assert not can_review_figures(officer, figures, on=NOW.date())
    with pytest.raises(NotAllowed):
        confirm_figures(figures=figures, by=officer, now=NOW)


@pytest.mark.parametrize("maker", [make_auditor, make_director, make_enterprise_user, make_user])
def test_others_do_not_review(maker):
    figures = make_figures(state="waiting")
    with pytest.raises(NotAllowed):
        confirm_figures(figures=figures, by=maker(), now=NOW)
    with pytest.raises(NotAllowed):
        return_figures(figures=figures, reason="Sai", by=maker(), now=NOW)


def test_preparer_declares_and_signatory_sends():
    enterprise = make_enterprise()
    preparer, signatory = make_enterprise_user(enterprise, Role.PREPARER), make_enterprise_user(enterprise)
    figures = declare(enterprise, preparer)
    with pytest.raises(NotAllowed):
        submit_figures(figures=figures, by=preparer, now=NOW)
    assert submit_figures(figures=figures, by=signatory, now=NOW).submitted_by == signatory.public_id


def test_signatory_elsewhere_is_only_preparer_here():
    enterprise = make_enterprise()
    person = make_enterprise_user(enterprise, Role.PREPARER)
    make_membership(person, make_enterprise(), Role.SIGNATORY)
    with pytest.raises(NotAllowed):
        submit_figures(figures=declare(enterprise, person), by=person, now=NOW)


def test_stranger_declares_nothing():
    for stranger in (make_enterprise_user(), make_auditor(), make_user()):
        with pytest.raises(NotAllowed):
            declare(make_enterprise(), stranger)


@pytest.mark.parametrize(
    "values",
    [
        {},
        dict.fromkeys(MEASURES),
        {"output_vnd": -1},
        {"output_vnd": 10**18},
        {"revenue_vnd": 5, "key_product_revenue_vnd": 6},
        {"labour_average": 5, "labour_insured": 6},
    ],
)
def test_implausible_figures_are_refused(values):
    with pytest.raises(Refused):
        declare_figures(enterprise=make_enterprise(), year=2024, values=values, by=make_officer(), now=NOW)


@pytest.mark.parametrize("year", [2009, 2026, 20024])
def test_years_that_are_none_are_refused(year):
    with pytest.raises(Refused, match=str(year)):
        declare(make_enterprise(), make_officer(), year)


def test_constant_prices_need_their_base_year():
    with pytest.raises(Refused):
        declare(make_enterprise(), make_officer(), basis={"prices": "constant"})
    with pytest.raises(Refused):
        declare(make_enterprise(), make_officer(), basis={"base_year": 2010})
    assert declare(make_enterprise(), make_officer(), basis={"prices": "constant", "base_year": 2010}).pk
    with pytest.raises(Refused, match="chưa bắt đầu"):
        declare(make_enterprise(), make_officer(), basis={"prices": "constant", "base_year": 2099})


def test_correction_waits_beside_what_is_confirmed_and_supersedes_it():
    officer, head, enterprise = make_officer(), make_head(), make_enterprise()
    first = make_figures(enterprise, 2024, at=NOW - timedelta(days=9), **AMOUNTS)
    with pytest.raises(Refused):
        declare(enterprise, officer)
    second = declare(enterprise, officer, values=AMOUNTS | {"tax_vnd": 5})
    first.refresh_from_db()
    assert second.revision == 2 and first.superseded_at is None
    submit_figures(figures=second, by=officer, now=NOW)
    confirm_figures(figures=second, by=head, now=LATER)
    first.refresh_from_db()
    assert first.superseded_at == LATER
    assert list(FigureRevision.objects.confirmed_as_of(NOW)) == [first]
    assert [row.pk for row in FigureRevision.objects.confirmed_as_of(LATER)] == [second.pk]


def test_returned_figures_are_declared_anew():
    officer, head, enterprise = make_officer(), make_head(), make_enterprise()
    figures = submit_figures(figures=declare(enterprise, officer), by=officer, now=NOW)
    with pytest.raises(Refused):
        return_figures(figures=figures, reason="  ", by=head, now=NOW)
    return_figures(figures=figures, reason="Thiếu số lao động bình quân", by=head, now=NOW)
    again = declare(enterprise, officer, values=AMOUNTS | {"labour_average": 90})
    figures.refresh_from_db()
    assert (figures.state, figures.superseded_at, again.revision) == (State.RETURNED, NOW, 2)


def test_a_new_declaration_replaces_one_that_nobody_reviewed():
    officer, enterprise = make_officer(), make_enterprise()
    draft = declare(enterprise, officer, draft=True)
    first = declare(enterprise, officer)
    second = declare(enterprise, officer)
    draft.refresh_from_db(), first.refresh_from_db()
    assert (draft.state, first.state, second.state) == (State.WITHDRAWN, State.WITHDRAWN, State.DECLARED)
    assert kinds(draft) == []


def test_every_move_outside_the_table_is_refused():
    head, officer = make_head(), make_officer()
    acts = {
        State.WAITING: lambda f: submit_figures(figures=f, by=officer, now=NOW),
        State.CONFIRMED: lambda f: confirm_figures(figures=f, by=head, now=NOW),
        State.RETURNED: lambda f: return_figures(figures=f, reason="Sai", by=head, now=NOW),
        State.WITHDRAWN: lambda f: withdraw_figures(figures=f, reason="Sai", by=officer, now=NOW),
    }
    for state in State:
        for target, act in acts.items():
            figures = make_figures(make_enterprise(), 2023, state=state)
            if target in MOVES[state]:
                act(figures)
                figures.refresh_from_db()
                assert figures.state == target
            else:
                with pytest.raises(Conflict):
                    act(figures)


def test_nobody_else_takes_back_what_was_sent():
    enterprise = make_enterprise()
    figures = make_figures(enterprise, state="waiting")
    for by in (make_enterprise_user(), make_enterprise_user(enterprise, Role.PREPARER), make_auditor()):
        with pytest.raises(NotAllowed):
            withdraw_figures(figures=figures, reason="Nhầm", by=by, now=NOW)
    withdraw_figures(figures=figures, reason="Nhầm", by=make_enterprise_user(enterprise), now=NOW)


def test_bulk_confirm_gives_a_result_for_each_row():
    head = make_head()
    good = [make_figures(state="waiting") for _ in range(3)]
    own = make_figures(state="waiting", by=head)
    done = make_figures(state="confirmed")
    correction = make_figures(good[0].enterprise, 2022, state="waiting", revision=2)
    old = make_figures(good[0].enterprise, 2022)
    pks = [row.pk for row in (*good, own, done, correction)]
    results = {result.figures.pk: result for result in bulk_confirm(pks=pks, by=head, now=NOW)}
    assert [results[pk].done for pk in pks] == [True, True, True, False, False, True]
    assert all(results[pk].refusal for pk in (own.pk, done.pk))
    old.refresh_from_db()
    assert old.superseded_at == NOW
    assert FigureRevision.objects.filter(confirmed_by=head.public_id).count() == 4
    assert Event.objects.filter(kind="figures confirmed").count() == 4


def test_bulk_confirm_takes_the_same_number_of_queries_for_3_and_for_30(django_assert_max_num_queries):
    head = make_head()
    pks = [make_figures(state="waiting").pk for _ in range(30)]
    assert head.roles
    with django_assert_max_num_queries(20):
        assert all(result.done for result in bulk_confirm(pks=pks, by=head, now=NOW))


def test_bulk_return():
    head, figures = make_head(), make_figures(state="waiting")
    own = make_figures(state="waiting", by=head)
    results = bulk_return(pks=[figures.pk, own.pk], reason="Thiếu số liệu", by=head, now=NOW)
    assert [result.done for result in results] == [True, False]


def test_size_follows_the_year_and_reaches_the_list():
    make_thresholds()
    officer, head, enterprise = make_officer(), make_head(), make_enterprise()
    assert declare(enterprise, officer).size == "medium"
    for year, labour, size in ((2024, 300, "large"), (2023, 5, "medium"), (2022, None, "")):
        figures = declare(enterprise, officer, year, values=AMOUNTS | {"labour_insured": labour})
        assert figures.size == size
        confirm_figures(figures=submit_figures(figures=figures, by=officer, now=NOW), by=head, now=NOW)
    enterprise.refresh_from_db()
    assert (enterprise.size, enterprise.size_year) == ("large", 2024)
    part = declare(enterprise, officer, basis={"scope": "key_products"})
    assert part.size == ""


def test_parts_by_product_are_kept_and_never_more_than_the_whole():
    officer, product = make_officer(), make_product()
    enterprise = product.enterprise
    with pytest.raises(Refused):
        declare(enterprise, officer, lines=[("revenue_vnd", None, product, AMOUNTS["revenue_vnd"] + 1)])
    with pytest.raises(Refused):
        declare(enterprise, officer, lines=[("revenue_vnd", None, make_product(), 5)])
    figures = declare(enterprise, officer, lines=[("revenue_vnd", None, product, 5)])
    assert figures.lines.get().amount == 5


def test_figures_of_a_merged_record_are_corrected_at_the_winner():
    officer, head, winner, loser = make_officer(), make_head(), make_enterprise(), make_enterprise()
    old = make_figures(loser, 2024, at=NOW - timedelta(days=3), **AMOUNTS)
    merge_enterprises(winner=winner, loser=loser, reason="Trùng", by=officer, now=NOW)
    figures = declare(Enterprise.objects.get(pk=loser.pk), officer, values={"output_vnd": 7})
    assert figures.enterprise == winner and figures.revision == 2
    confirm_figures(figures=submit_figures(figures=figures, by=officer, now=NOW), by=head, now=LATER)
    old.refresh_from_db()
    assert old.superseded_at == LATER


def test_withdrawn_enterprise_declares_nothing_and_a_dissolved_one_still_may():
    officer, enterprise = make_officer(), make_enterprise()
    change_status(
        enterprise=enterprise, version=1, status="dissolved", since=date(2025, 1, 1), reason="QĐ", by=officer, now=NOW
    )
    assert declare(enterprise, officer).pk
    Enterprise.objects.update(status="withdrawn")
    with pytest.raises(Conflict):
        declare(enterprise, officer)


# --- closing ----------------------------------------------------------------------------------
def close(by, year=2024, **more):
    values = {"decision_number": "12/QĐ-SCT", "decided_on": date(2025, 6, 1), **more}
    return close_year(year=year, by=by, now=NOW, **values)


def test_a_closed_year_stands_until_a_decision_opens_it():
    director, officer, enterprise = make_director(), make_officer(), make_enterprise()
    waiting = make_figures(enterprise, 2024, state="waiting")
    with pytest.raises(Refused, match="1"):
        close(director)
    closing = close(director, leave_waiting=True)
    for act in (
        lambda: declare(make_enterprise(), officer),
        lambda: confirm_figures(figures=waiting, by=officer, now=NOW),
        lambda: return_figures(figures=waiting, reason="Sai", by=officer, now=NOW),
        lambda: withdraw_figures(figures=waiting, reason="Sai", by=officer, now=NOW),
    ):
        with pytest.raises(Refused):
            act()
    with pytest.raises(Conflict):
        close(director)
    with pytest.raises(Refused):
        reopen_year(closing=closing, decision_number="", by=director, now=NOW)
    with pytest.raises(Refused):  # the decision that closed it
        reopen_year(closing=closing, decision_number=f" {closing.decision_number.lower()}", by=director, now=NOW)
    reopen_year(closing=closing, decision_number="15/QĐ-SCT", by=director, now=NOW)
    with pytest.raises(Conflict):
        reopen_year(closing=closing, decision_number="15/QĐ-SCT", by=director, now=NOW)
    confirm_figures(figures=waiting, by=officer, now=NOW)
    assert kinds(closing) == ["year closed", "year opened again"]


@pytest.mark.parametrize(
    ("year", "more"),
    [
        (2025, {}),
        (2009, {}),
        (2024, {"decision_number": " "}),
        (2024, {"decided_on": date(2025, 7, 16)}),
        (2024, {"decided_on": date(2024, 12, 31)}),
    ],
)
def test_a_year_is_closed_only_by_a_plausible_decision(year, more):
    with pytest.raises(Refused):
        close(make_director(), year, **more)


@pytest.mark.parametrize("maker", [make_officer, make_head, make_auditor, make_enterprise_user])
def test_only_the_leaders_close_a_year(maker):
    with pytest.raises(NotAllowed):
        close(maker())
    closing = close(make_director())
    with pytest.raises(NotAllowed):
        reopen_year(closing=closing, decision_number="1", by=maker(), now=NOW)
    assert FigureYearClosing.closed_years() == {2024}


def test_a_merge_that_would_change_a_closed_year_is_refused():
    winner, loser = make_enterprise(), make_enterprise()
    make_figures(winner, 2024), make_figures(loser, 2024)
    close(make_director())
    with pytest.raises(Refused, match="2024"):
        merge_enterprises(winner=winner, loser=loser, reason="Trùng", by=make_officer(), now=NOW)
