"""What the database itself refuses, tried around the services; the same on both engines."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from enterprises.models import (
    Enterprise,
    EnterpriseGroup,
    EnterpriseRevision,
    FigureLine,
    FigureRevision,
    FigureYearClosing,
    Membership,
    Product,
    Title,
    TitleRevision,
)
from enterprises.models.figures import LIMITS
from reference.models import ProductGroup
from tests.factories import (
    make_enterprise,
    make_enterprise_user,
    make_figures,
    make_membership,
    make_officer,
    make_product,
    make_title,
)

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def refused(act, *args, **kwargs):
    with pytest.raises(DatabaseError), transaction.atomic():
        act(*args, **kwargs)


def update(obj, **values):
    type(obj)._base_manager.filter(pk=obj.pk).update(**values)


def run(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def make_group(code="co-khi"):
    return ProductGroup.objects.create(code=code, name_vi=code, valid_from=date(2021, 1, 1))


# --- enterprises ------------------------------------------------------------------------------
def test_two_enterprises_never_share_a_tax_code():
    first = make_enterprise()
    refused(make_enterprise, tax_code=first.tax_code)


@pytest.mark.parametrize("code", ["123", "01001091060", "0100109106001", ""])
def test_tax_code_of_another_length_is_refused(code):
    refused(make_enterprise, tax_code=code)


def test_parent_tax_code_is_always_that_of_the_tax_code():
    enterprise = make_enterprise(tax_code="0100109106-001")
    assert enterprise.parent_tax_code == "0100109106"
    refused(update, enterprise, parent_tax_code="0100109107")
    assert make_enterprise(tax_code="001085012345").parent_tax_code == ""


@pytest.mark.parametrize(
    "values",
    [
        {"status": "gone"},
        {"status": "dissolved", "status_from": None},
        {"enterprise_type": "x"},
        {"size_sector": "x"},
        {"size": "micro", "size_year": None},
        {"size": "", "size_year": 2024},
        {"name": ""},
        {"merged_at": AT},
        {"public_id": uuid.uuid4()},
        {"created_at": AT},
    ],
)
def test_enterprise_never_holds(values):
    refused(update, make_enterprise(), **values)


def test_enterprise_is_never_deleted():
    enterprise = make_enterprise()
    refused(run, "DELETE FROM enterprises_enterprise WHERE id = %s", enterprise.pk)


def test_an_alias_leads_to_a_standing_enterprise_in_one_step_and_never_changes():
    winner, loser, third = make_enterprise(), make_enterprise(), make_enterprise()
    refused(update, loser, merged_into=loser.pk, merged_at=AT)
    update(loser, merged_into=winner.pk, merged_at=AT)
    refused(update, third, merged_into=loser.pk, merged_at=AT)
    refused(update, winner, merged_into=third.pk, merged_at=AT)
    refused(update, loser, name="Khác")
    refused(update, loser, tax_code=third.tax_code)


def test_an_enterprise_is_in_a_group_once_at_a_time():
    enterprise, group = make_enterprise(), make_group()
    row = EnterpriseGroup.objects.create(enterprise=enterprise, group=group, starts_on=date(2021, 1, 1))
    refused(EnterpriseGroup.objects.create, enterprise=enterprise, group=group, starts_on=date(2023, 1, 1))
    update(row, ends_on=date(2022, 12, 31))
    later = EnterpriseGroup.objects.create(enterprise=enterprise, group=group, starts_on=date(2023, 1, 1))
    refused(update, later, starts_on=date(2022, 12, 31))
    refused(update, later, ends_on=date(2022, 1, 1))
    refused(run, "DELETE FROM enterprises_enterprisegroup")


def test_revisions_of_enterprises_and_titles_are_only_superseded():
    title = make_title()
    for model in (EnterpriseRevision, TitleRevision):
        row = model.objects.first()
        refused(update, row, recorded_at=AT)
        refused(run, f"DELETE FROM {model._meta.db_table}")
        update(row, superseded_at=row.recorded_at + timedelta(days=1))
        refused(update, row, superseded_at=row.recorded_at + timedelta(days=2))
    assert title.revisions.count() == 1


def test_one_current_revision_of_an_enterprise():
    row = make_enterprise().revisions.get()
    row.pk, row.revision = None, 2
    refused(row.save)


def test_membership_is_dated_once_and_never_changes_hands():
    membership = make_membership()
    refused(make_membership, membership.user, membership.enterprise, membership.role)
    refused(update, membership, role="director")
    refused(update, membership, user=make_officer().pk)
    refused(update, membership, enterprise=make_enterprise().pk)
    refused(update, membership, ends_on=date(2020, 1, 1))
    refused(run, "DELETE FROM enterprises_membership")


def test_membership_gives_its_role_while_it_holds():
    user = make_enterprise_user()
    assert user.roles == {"signatory"}
    Membership.objects.update(ends_on=date(2022, 1, 1))
    assert user.roles_on(date(2022, 1, 2)) == frozenset()
    assert user.roles_on(date(2022, 1, 1)) == {"signatory"}


def test_people_of_an_enterprise_see_their_own_only():
    mine, other = make_enterprise(), make_enterprise()
    theirs, hidden = make_figures(mine), make_figures(other)
    draft = make_figures(mine, 2024, state="draft")
    user, officer = make_enterprise_user(mine), make_officer()
    assert set(Enterprise.objects.visible_to(user)) == {mine}
    assert set(FigureRevision.objects.visible_to(user)) == {theirs, draft}
    assert set(Enterprise.objects.visible_to(officer)) == {mine, other}
    assert set(FigureRevision.objects.visible_to(officer)) == {theirs, hidden}


# --- products and titles ----------------------------------------------------------------------
def test_title_that_ends_before_it_begins_is_refused():
    refused(make_title, valid_from=date(2023, 11, 1), valid_to=date(2023, 10, 31))
    title = make_title()
    refused(update, title, ended_on=title.valid_from - timedelta(days=1), end_reason="Thu hồi")


@pytest.mark.parametrize(
    "values",
    [
        {"ended_on": date(2024, 1, 1)},
        {"end_reason": "Thu hồi"},
        {"kind": "x"},
        {"round_year": 1999},
        {"decision_number": ""},
        {"withdrawn_at": AT},
        {"withdrawn_reason": "Nhập nhầm"},
        {"public_id": uuid.uuid4()},
        {"valid_from": date(2023, 10, 31)},
        {"round_year": 2021},
        {"round_year": 2024},
    ],
)
def test_title_never_holds(values):
    refused(update, make_title(), **values)


def test_a_title_holds_from_its_decision_on_which_is_of_its_rounds_year_or_the_next():
    refused(make_title, round_year=2023, valid_from=date(2023, 10, 31))
    refused(make_title, round_year=2023, decision_on=date(2022, 12, 31))
    refused(make_title, round_year=2023, decision_on=date(2025, 1, 1))
    assert make_title(round_year=2023, decision_on=date(2024, 12, 31)).pk


def test_a_product_has_a_title_of_a_kind_once_a_year():
    title = make_title(round_year=2023)
    refused(make_title, title.product, round_year=2023)
    assert make_title(title.product, round_year=2023, kind=Title.Kind.TOP_10).pk
    for table in ("title", "product"):
        refused(run, f"DELETE FROM enterprises_{table}")


def test_title_in_force():
    title = make_title(valid_from=date(2023, 11, 1), valid_to=date(2026, 10, 31))
    assert not Title.objects.in_force(date(2023, 10, 31)).exists()
    assert Title.objects.in_force(date(2023, 11, 1)).exists()
    assert Title.objects.in_force(date(2026, 10, 31)).exists()
    assert not Title.objects.in_force(date(2026, 11, 1)).exists()
    update(title, ended_on=date(2024, 5, 1), end_reason="Thu hồi")
    assert Title.objects.in_force(date(2024, 4, 30)).exists()
    assert not Title.objects.in_force(date(2024, 5, 1)).exists()


def test_the_same_product_stands_once():
    product = make_product(name="Máy bơm")
    refused(make_product, product.enterprise, "máy  BƠM")
    refused(update, product, withdrawn_at=AT)
    assert Product.objects.count() == 1


# --- figures ----------------------------------------------------------------------------------
@pytest.mark.parametrize("measure", sorted(LIMITS))
def test_amounts_are_neither_negative_nor_beyond_belief(measure):
    enterprise = make_enterprise()
    refused(make_figures, enterprise, **{measure: -1})
    refused(make_figures, enterprise, **{measure: LIMITS[measure] + 1})
    assert make_figures(enterprise, **{measure: LIMITS[measure]}).pk
    assert make_figures(enterprise, 2024, **{measure: 0}).pk


def test_every_sum_over_the_measured_registry_fits_64_bits():
    assert max(LIMITS.values()) * 46_000 < 2**63


def test_whoever_declared_never_confirms():
    officer = make_officer()
    refused(make_figures, state="confirmed", by=officer, confirmed_by=officer)


@pytest.mark.parametrize(
    ("state", "values"),
    [
        ("waiting", {"state": "confirmed"}),
        ("waiting", {"confirmed_by": uuid.uuid4(), "confirmed_at": AT}),
        ("waiting", {"state": "returned", "returned_by": uuid.uuid4(), "returned_at": AT}),
        ("waiting", {"state": "returned", "return_reason": "Sai"}),
        ("waiting", {"state": "withdrawn"}),
        ("waiting", {"state": "x"}),
        ("declared", {"state": "waiting"}),
        ("draft", {"state": "declared"}),
        ("draft", {"declared_at": AT}),
        ("draft", {"prices": "constant"}),
        ("draft", {"base_year": 2010}),
        ("draft", {"scope": "x"}),
        ("draft", {"year": 2024}),
        ("declared", {"declared_by": None}),
        ("waiting", {"submitted_at": datetime(2020, 1, 1, tzinfo=UTC)}),
    ],
)
def test_who_with_when_and_states(state, values):
    refused(update, make_figures(state=state), **values)


@pytest.mark.parametrize("state", ["confirmed", "returned", "withdrawn"])
def test_settled_figures_are_frozen(state):
    figures = make_figures(state=state)
    refused(update, figures, output_vnd=1)
    refused(update, figures, state="waiting")
    refused(update, figures, superseded_at=None if state == "withdrawn" else AT, note="x")


def test_figures_are_superseded_once():
    figures = make_figures()
    later = figures.confirmed_at + timedelta(days=1)
    update(figures, superseded_at=later)
    refused(update, figures, superseded_at=later + timedelta(days=1))
    refused(update, figures, superseded_at=None)


@pytest.mark.parametrize("state", ["declared", "waiting"])
def test_what_was_declared_never_changes(state):
    figures = make_figures(state=state)
    refused(update, figures, output_vnd=1)
    refused(update, figures, declared_by=uuid.uuid4())
    refused(update, figures, enterprise=make_enterprise().pk)
    refused(run, "DELETE FROM enterprises_figurerevision")


def test_one_open_and_one_confirmed_declaration_of_a_basis():
    enterprise = make_enterprise()
    make_figures(enterprise)
    waiting = make_figures(enterprise, state="waiting", revision=2)
    refused(make_figures, enterprise, state="confirmed", revision=3)
    refused(make_figures, enterprise, state="draft", revision=3)
    assert make_figures(enterprise, place="whole").pk
    assert make_figures(enterprise, prices="constant", base_year=2010).pk
    refused(make_figures, enterprise, prices="constant", base_year=2010, revision=2)
    assert waiting.is_open


def test_a_closed_year_refuses_every_writing_until_it_is_opened_again():
    figures, waiting = make_figures(), make_figures(state="waiting")
    closing = FigureYearClosing.objects.create(
        year=2023, decision_number="12/QĐ-SCT", decided_on=date(2024, 6, 1), closed_by=uuid.uuid4(), closed_at=AT
    )
    refused(make_figures)
    refused(update, figures, superseded_at=figures.confirmed_at)
    refused(update, waiting, state="withdrawn", superseded_at=AT)
    assert make_figures(year=2024).pk
    refused(update, closing, year=2024)
    refused(run, "DELETE FROM enterprises_figureyearclosing")
    refused(update, closing, reopened_at=AT)
    update(closing, reopened_at=AT, reopened_by=uuid.uuid4(), reopening_number="15/QĐ-SCT")
    assert make_figures().pk
    refused(update, closing, reopening_number="16/QĐ-SCT")


def test_a_year_is_closed_once():
    values = {"year": 2023, "decided_on": date(2024, 6, 1), "closed_by": uuid.uuid4(), "closed_at": AT}
    FigureYearClosing.objects.create(decision_number="12/QĐ-SCT", **values)
    refused(FigureYearClosing.objects.create, decision_number="13/QĐ-SCT", **values)


def test_parts_of_declared_figures_are_kept():
    product = make_product()
    draft = make_figures(product.enterprise, state="draft")
    line = FigureLine.objects.create(revision=draft, product=product, measure="revenue_vnd", amount=5)
    refused(update, line, amount=-1)
    refused(update, line, measure="x")
    refused(update, line, product=None)
    update(line, amount=6)
    update(draft, state="declared", declared_by=uuid.uuid4(), declared_at=AT)
    refused(update, line, amount=7)
    refused(line.delete)
    refused(FigureLine.objects.create, revision=draft, product=product, measure="output_vnd", amount=5)


def test_as_of_a_time():
    enterprise = make_enterprise()
    first = make_figures(enterprise, at=AT)
    later = AT + timedelta(days=10)
    update(first, superseded_at=later)
    second = make_figures(enterprise, at=later, revision=2)
    waiting = make_figures(enterprise, 2022, state="waiting", at=AT)
    figures = FigureRevision.objects.filter(year=2023)
    assert list(figures.confirmed_as_of(AT)) == [first]
    assert list(figures.confirmed_as_of(later)) == [second]
    assert not figures.confirmed_as_of(AT - timedelta(seconds=1)).exists()
    assert list(FigureRevision.objects.declared_only_as_of(AT)) == [waiting]


def test_a_closing_without_a_decision_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        FigureYearClosing.objects.create(
            year=2023, decision_number="", decided_on=date(2024, 6, 1), closed_by=uuid.uuid4(), closed_at=AT
        )
