"""The registry's verbs: each works, each forbidden move is refused, twice is refused or changes nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.roles import Role
from audit.events import history_of
from audit.models import Event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from enterprises.filters import EnterpriseFilter
from enterprises.forms import EnterpriseForm
from enterprises.models import Enterprise, EnterpriseRevision, Membership, Title, TitleRevision
from enterprises.services.enterprises import (
    SameName,
    change_status,
    edit_contact,
    edit_enterprise,
    register_enterprise,
    withdraw_enterprise,
)
from enterprises.services.memberships import add_member, end_membership, roles_to_invite
from enterprises.services.merging import figures_in_conflict, merge_enterprises
from enterprises.services.products import (
    add_product,
    correct_title,
    edit_product,
    end_title,
    record_title,
    withdraw_product,
    withdraw_title,
)
from reference.models import ProductGroup
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
    make_product_group,
    make_tax_code,
    make_title,
    make_user,
)

NOW = datetime(2025, 7, 15, 3, 0, tzinfo=UTC)
TODAY = date(2025, 7, 15)
pytestmark = pytest.mark.django_db


def values(**more):
    return {"tax_code": make_tax_code(), "name": "Công ty CP Đống Đa", **more}


def kinds(obj):
    return list(Event.objects.about(obj).order_by("id").values_list("kind", flat=True))


def make_group(code="co-khi"):
    return ProductGroup.objects.create(code=code, name_vi=f"Nhóm {code}", valid_from=date(2021, 1, 1))


# --- registering ------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["CTY TNHH SX Hoà Thuỷ Thử", "Công ty trách nhiệm hữu hạn sản xuất Hoà Thủy thử"])
def test_an_enterprise_of_a_known_name_is_registered_only_knowingly(name):
    officer, old = make_officer(), make_enterprise("Công ty TNHH Sản xuất Hòa Thủy Thử")
    with pytest.raises(SameName) as refusal:
        register_enterprise(values=values(name=name), by=officer, now=NOW)
    assert refusal.value.found == [old] and old.tax_code in str(refusal.value)
    new = register_enterprise(values=values(name=name), same_name=True, by=officer, now=NOW)
    assert set(Enterprise.objects.called_like(old.name)) == {old, new}


def test_a_branch_may_be_called_like_its_parent_and_is_a_branch():
    officer, parent = make_officer(), make_enterprise("Công ty Một")
    data = values(name=parent.name, tax_code=f"{parent.tax_code}-999", enterprise_type="other")
    branch = register_enterprise(values=data, by=officer, now=NOW)
    assert (branch.enterprise_type, branch.parent, list(parent.branches)) == ("branch", parent, [branch])
    assert parent.parent is None and not branch.branches.exists()


def test_officer_registers_an_enterprise_with_its_revision_and_event():
    officer, group = make_officer(), make_group()
    enterprise = register_enterprise(values=values(name="  Công ty   CP Đống Đa "), groups=[group], by=officer, now=NOW)
    assert enterprise.name == "Công ty CP Đống Đa"
    assert "cong ty cp dong da" in enterprise.folded
    assert enterprise.revisions.get().group_codes == "co-khi"
    assert kinds(enterprise) == ["enterprise registered"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DIRECTOR, Role.CENTRE_STAFF, Role.ADMINISTRATOR, None])
def test_others_do_not_register(role):
    user = make_user(role) if role else make_enterprise_user()
    with pytest.raises(NotAllowed):
        register_enterprise(values=values(), by=user, now=NOW)


def test_wrong_check_digit_is_refused_with_a_sentence():
    with pytest.raises(Refused, match="0100109107"):
        register_enterprise(values=values(tax_code="0100109107"), by=make_officer(), now=NOW)


def test_lost_leading_zero_is_offered_repaired():
    with pytest.raises(Refused, match="0100109106"):
        register_enterprise(values=values(tax_code="100109106"), by=make_officer(), now=NOW)


def test_taken_tax_code_names_who_has_it_and_leads_to_the_winner():
    officer, winner, loser = make_officer(), make_enterprise("Cơ khí Hòa Bình"), make_enterprise()
    merge_enterprises(winner=winner, loser=loser, reason="Cùng một doanh nghiệp", by=officer, now=NOW)
    with pytest.raises(Refused, match="Cơ khí Hòa Bình"):
        register_enterprise(values=values(tax_code=loser.tax_code), by=officer, now=NOW)
    assert Enterprise.objects.by_tax_code(loser.tax_code) == winner


def test_household_is_named_only_beside_its_event():
    enterprise = register_enterprise(
        values=values(tax_code="001085012345", name="Hộ Nguyễn Thị Bình", address="Số 1"), by=make_officer(), now=NOW
    )
    event = Event.objects.about(enterprise).get()
    assert "Bình" not in event.body and "001085012345" not in event.body
    assert set(event.personal_values.values_list("value", flat=True)) == {
        "001085012345", "Hộ Nguyễn Thị Bình", "Số 1"}  # fmt: skip


# --- editing ----------------------------------------------------------------------------------
def test_editing_keeps_before_and_after_and_a_revision_only_for_what_indicators_read():
    officer, enterprise, group = make_officer(), make_enterprise("Công ty A"), make_group()
    edit_enterprise(enterprise=enterprise, version=1, values={"name": "Công ty B"}, by=officer, now=NOW)
    assert enterprise.revisions.count() == 1
    edit_enterprise(enterprise=enterprise, version=2, values={}, groups=[group], by=officer, now=NOW)
    assert enterprise.revisions.count() == 2
    assert enterprise.revisions.current().get().group_codes == "co-khi"
    line = history_of(enterprise)[-1]
    assert [change[1:] for change in line.changes] == [("Công ty A", "Công ty B")]
    assert EnterpriseRevision.objects.as_of(NOW - timedelta(days=1)).get(enterprise=enterprise).group_codes == ""


def test_a_group_that_gives_way_to_one_of_the_same_name_is_written_down():
    old, new = make_group("S1"), make_group("S2")
    enterprise = make_enterprise(groups=[old])
    edit_enterprise(enterprise=enterprise, version=1, values={}, groups=[new], by=make_officer(), now=NOW)
    assert Event.objects.about(enterprise).filter(kind="enterprise edited").exists()
    assert enterprise.revisions.current().get().group_codes == "S2"


def test_group_taken_out_and_put_back_on_one_day_goes_on():
    officer, enterprise, group = make_officer(), make_enterprise(groups=[make_group("det-may")]), make_group()
    for version, groups in enumerate([[group], [], [group]], start=1):
        edit_enterprise(enterprise=enterprise, version=version, values={}, groups=groups, by=officer, now=NOW)
    assert [row.group for row in enterprise.groups.in_force(TODAY).filter(ends_on=None)] == [group]
    assert enterprise.revisions.current().get().group_codes == "co-khi"


def test_stale_edit_is_refused_and_shows_what_stands():
    officer, enterprise = make_officer(), make_enterprise()
    edit_enterprise(enterprise=enterprise, version=1, values={"phone": "024 1"}, by=officer, now=NOW)
    with pytest.raises(StaleVersion) as stale:
        edit_enterprise(enterprise=enterprise, version=1, values={"phone": "024 2"}, by=officer, now=NOW)
    assert stale.value.current.phone == "024 1"


def test_enterprise_keeps_its_own_contact_data_and_nothing_else():
    enterprise = make_enterprise("Công ty A")
    own, stranger = make_enterprise_user(enterprise), make_enterprise_user()
    contact = {"address": "Số 5", "phone": "024 3", "email": "a@b.vn", "name": "Khác", "status": "dissolved"}
    edit_contact(enterprise=enterprise, version=1, values=contact, by=own, now=NOW)
    enterprise.refresh_from_db()
    assert (enterprise.phone, enterprise.name, enterprise.status) == ("024 3", "Công ty A", "active")
    with pytest.raises(NotAllowed):
        edit_contact(enterprise=enterprise, version=2, values=contact, by=stranger, now=NOW)


def test_status_changes_are_dated_and_follow_the_table():
    officer, enterprise = make_officer(), make_enterprise()
    move = {"enterprise": enterprise, "by": officer, "now": NOW, "reason": "TB 12 của cơ quan thuế"}
    with pytest.raises(Refused):
        change_status(status="suspended", since=TODAY + timedelta(days=1), version=1, **move)
    change_status(status="suspended", since=date(2025, 3, 1), version=1, **move)
    with pytest.raises(Refused):
        change_status(status="suspended", since=TODAY, version=2, **move)
    with pytest.raises(Refused, match="01/03/2025"):
        change_status(status="dissolved", since=date(2025, 2, 1), version=2, **move)
    with pytest.raises(Refused):
        change_status(**{**move, "reason": " "}, status="dissolved", since=TODAY, version=2)
    change_status(status="dissolved", since=TODAY, version=2, **move)
    assert [r.status for r in enterprise.revisions.order_by("revision")] == ["active", "suspended", "dissolved"]


def test_only_what_nothing_stands_on_is_withdrawn():
    officer, empty = make_officer(), make_enterprise()
    for kept in (make_title().product.enterprise, make_figures().enterprise):
        with pytest.raises(Refused):
            withdraw_enterprise(enterprise=kept, reason="Nhập nhầm", by=officer, now=NOW)
    withdraw_enterprise(enterprise=empty, reason="Nhập nhầm", by=officer, now=NOW)
    assert empty not in Enterprise.objects.standing()
    with pytest.raises(Conflict):
        withdraw_enterprise(enterprise=empty, reason="Nhập nhầm", by=officer, now=NOW)


# --- merging ----------------------------------------------------------------------------------
def merge(winner, loser, **more):
    more.setdefault("by", make_officer())
    return merge_enterprises(winner=winner, loser=loser, reason="Cùng một doanh nghiệp", now=NOW, **more)


def test_merged_record_becomes_an_alias_and_all_it_had_is_found_at_the_winner():
    winner, loser, older = make_enterprise(), make_enterprise(phone="024 9"), make_enterprise()
    title = make_title(make_product(loser))
    figures = make_figures(loser)
    member = make_enterprise_user(loser)
    merge(loser, older)
    loser.refresh_from_db()
    merge(winner, loser, from_loser=["phone", "tax_code", "status"])
    winner.refresh_from_db(), loser.refresh_from_db(), older.refresh_from_db()
    assert (loser.merged_into, older.merged_into, winner.phone) == (winner, winner, "024 9")
    assert winner.tax_code != loser.tax_code
    assert list(winner.products.all()) == [title.product]
    assert figures.enterprise_id in winner.family_ids
    assert Enterprise.objects.visible_to(member).get() == winner
    assert title.revisions.current().get().enterprise == winner
    assert kinds(loser)[-1] == "enterprise merged away"
    assert kinds(winner)[-1] == "enterprise merged"


@pytest.mark.parametrize(
    ("own", "moved", "after"),
    [
        # (authorised until, …) in the record that stays and in the other; None: the legal representative
        (date(2027, 12, 31), None, [(True, date(2026, 6, 9)), (False, None)]),
        (None, date(2027, 12, 31), [(False, None)]),
        (date(2026, 6, 30), date(2027, 12, 31), [(True, date(2026, 6, 30)), (True, date(2027, 12, 31))]),
        (date(2027, 12, 31), date(2026, 6, 30), [(True, date(2027, 12, 31))]),
    ],
)
def test_after_a_merge_everybody_has_the_stronger_right_and_the_longer(own, moved, after):
    now = datetime(2026, 6, 10, 3, tzinfo=UTC)
    winner, loser, person = make_enterprise(), make_enterprise(), make_user()
    for enterprise, until in ((winner, own), (loser, moved)):
        paper = {"paper": "GUQ 1", "is_authorised": True, "ends_on": until} if until else {}
        make_membership(person, enterprise, Role.SIGNATORY, starts_on=date(2025, 1, 1), **paper)
    merge_enterprises(winner=winner, loser=loser, reason="Một doanh nghiệp", by=make_head(), now=now)
    held = winner.memberships.order_by("starts_on", "pk")
    assert [(each.is_authorised, each.ends_on) for each in held] == after
    assert [each.ends_on for each in loser.memberships.all()] == [date(2026, 6, 10)]


def test_what_was_known_before_a_merge_is_read_as_it_was():
    winner, loser = make_enterprise(), make_enterprise()
    title = make_title(make_product(loser))
    merge(winner, loser)
    before, after = NOW - timedelta(seconds=1), NOW
    assert EnterpriseRevision.objects.as_of(before).get(enterprise=loser).merged_into is None
    assert EnterpriseRevision.objects.as_of(after).get(enterprise=loser).merged_into == winner
    assert TitleRevision.objects.as_of(before).get(title=title).enterprise == loser
    assert TitleRevision.objects.as_of(after).get(title=title).enterprise == winner


def test_of_two_confirmed_figures_one_gives_way_by_choice():
    for choose_loser in (False, True):
        winner, loser = make_enterprise(), make_enterprise()
        own, other = make_figures(winner), make_figures(loser)
        only = make_figures(loser, 2022)
        open_own, open_other = make_figures(winner, 2024, state="waiting"), make_figures(loser, 2024, state="returned")
        assert figures_in_conflict(winner, loser) == [(own, other)]
        merge(winner, loser, figures_of_loser=[other.public_id] if choose_loser else [])
        for row in (own, other, only, open_own, open_other):
            row.refresh_from_db()
        assert (own.superseded_at is not None, other.superseded_at is not None) == (choose_loser, not choose_loser)
        assert only.superseded_at is None and open_own.superseded_at is None and open_other.superseded_at == NOW


def test_the_same_product_of_both_is_one_product_with_all_titles():
    winner, loser = make_enterprise(), make_enterprise()
    own, twin = make_product(winner, "Máy bơm"), make_product(loser, "MÁY BƠM")
    make_title(own, round_year=2023)
    same, more = make_title(twin, round_year=2023), make_title(twin, round_year=2024)
    merge(winner, loser)
    assert winner.products.standing().get() == own
    assert set(own.titles.standing().values_list("round_year", flat=True)) == {2023, 2024}
    same.refresh_from_db(), more.refresh_from_db()
    assert same.withdrawn_at and not same.revisions.current().exists()
    assert more.revisions.current().get().product == own


def test_forbidden_merges():
    officer, winner, loser = make_officer(), make_enterprise(), make_enterprise()
    base = {"reason": "Trùng", "by": officer, "now": NOW}
    with pytest.raises(Refused):
        merge_enterprises(winner=winner, loser=winner, **base)
    with pytest.raises(Refused):
        merge_enterprises(winner=winner, loser=loser, **{**base, "reason": ""})
    with pytest.raises(NotAllowed):
        merge_enterprises(winner=winner, loser=loser, **{**base, "by": make_director()})
    with pytest.raises(Conflict):
        merge_enterprises(winner=winner, loser=loser, versions={winner.pk: 1, loser.pk: 7}, **base)
    merge_enterprises(winner=winner, loser=loser, **base)
    with pytest.raises(Conflict):
        merge_enterprises(winner=winner, loser=loser, **base)
    with pytest.raises(Conflict):
        edit_enterprise(enterprise=loser, version=2, values={"phone": "1"}, by=officer, now=NOW)


# --- products and titles ----------------------------------------------------------------------
def title_values(**more):
    return {
        "round_year": 2024,
        "decision_number": "6000/QĐ-UBND",
        "decision_on": date(2024, 11, 20),
        "valid_from": date(2024, 11, 20),
        "valid_to": date(2027, 11, 19),
        **more,
    }


def test_product_and_title_are_recorded_once():
    officer, enterprise = make_officer(), make_enterprise()
    product = add_product(enterprise=enterprise, name="Máy bơm", by=officer, now=NOW)
    with pytest.raises(Refused, match="MÁY BƠM"):
        add_product(enterprise=enterprise, name="MÁY BƠM", by=officer, now=NOW)
    title = record_title(product=product, by=officer, now=NOW, **title_values())
    with pytest.raises(Refused, match="2024"):
        record_title(product=product, by=officer, now=NOW, **title_values())
    assert title.revisions.get().enterprise == enterprise
    assert kinds(product) == ["product added", "product got a title"]
    with pytest.raises(Refused):
        withdraw_product(product=product, reason="Nhầm", by=officer, now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_to": date(2024, 11, 19)},
        {"decision_on": date(2025, 7, 16)},
        {"round_year": 2026},
        {"round_year": 2022},
        {"round_year": 2025},
        {"valid_from": date(2024, 11, 19)},
        {"decision_number": " "},
    ],
)
def test_title_with_impossible_dates_is_refused(wrong):
    with pytest.raises(Refused):
        record_title(product=make_product(), by=make_officer(), now=NOW, **title_values(**wrong))
    assert not Title.objects.exists()


def test_only_officers_write_products_and_titles():
    auditor, title = make_auditor(), make_title()
    for act in (
        lambda: add_product(enterprise=title.product.enterprise, name="X", by=auditor, now=NOW),
        lambda: edit_product(product=title.product, version=1, values={"name": "X"}, by=auditor, now=NOW),
        lambda: record_title(product=title.product, by=auditor, now=NOW, **title_values()),
        lambda: end_title(title=title, version=1, ended_on=TODAY, reason="x", by=auditor, now=NOW),
        lambda: withdraw_title(title=title, reason="x", by=auditor, now=NOW),
        lambda: correct_title(title=title, version=1, values={}, reason="x", by=auditor, now=NOW),
        lambda: withdraw_product(product=title.product, reason="x", by=auditor, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_changed_group_of_a_product_reaches_its_titles_revisions():
    officer, group, title = make_officer(), make_group(), make_title()
    edit_product(product=title.product, version=1, values={"group": group, "name": "Mới"}, by=officer, now=NOW)
    assert title.revisions.current().get().group == group


def test_title_ends_once_within_its_time():
    officer, title = make_officer(), make_title(round_year=2023)
    end = {"title": title, "by": officer, "now": NOW}
    with pytest.raises(Refused):
        end_title(version=1, ended_on=date(2023, 1, 1), reason="QĐ 5", **end)
    with pytest.raises(Refused):
        end_title(version=1, ended_on=date(2025, 7, 1), reason="", **end)
    end_title(version=1, ended_on=date(2025, 7, 1), reason="QĐ 5 thu hồi", **end)
    with pytest.raises(Conflict):
        end_title(version=2, ended_on=date(2025, 7, 1), reason="QĐ 5", **end)
    assert title.revisions.current().get().ended_on == date(2025, 7, 1)


def test_correcting_a_title_keeps_what_was_known():
    officer, title = make_officer(), make_title(round_year=2023)
    correct_title(title=title, version=1, values={"decision_number": "7/QĐ"}, reason="Gõ nhầm", by=officer, now=NOW)
    assert list(title.revisions.order_by("revision").values_list("decision_number", flat=True))[1] == "7/QĐ"
    with pytest.raises(Refused):
        values = {"valid_to": date(2020, 1, 1)}
        correct_title(title=title, version=2, values=values, reason="Gõ nhầm", by=officer, now=NOW)
    withdraw_title(title=title, reason="Không có quyết định này", by=officer, now=NOW)
    assert not title.revisions.current().exists()
    with pytest.raises(Conflict):
        withdraw_title(title=title, reason="Lần nữa", by=officer, now=NOW)
    withdraw_product(product=title.product, reason="Nhầm", by=officer, now=NOW)


def test_the_signatory_invites_preparers_and_the_department_a_new_signatory():
    enterprise, person = make_enterprise(), make_user()
    signatory = make_enterprise_user(enterprise)
    with pytest.raises(NotAllowed, match="do Sở mời"):
        add_member(enterprise=enterprise, user=person, role=Role.SIGNATORY, by=signatory, now=NOW)
    assert roles_to_invite(signatory) == [Role.PREPARER]
    add_member(enterprise=enterprise, user=person, role=Role.PREPARER, by=signatory, now=NOW)
    add_member(enterprise=enterprise, user=person, role=Role.SIGNATORY, by=make_officer(), now=NOW)


# --- members ----------------------------------------------------------------------------------
def test_members_are_given_once_and_end_at_once():
    signatory = make_enterprise_user()
    enterprise, person = signatory.memberships.get().enterprise, make_user()
    membership = add_member(enterprise=enterprise, user=person, role=Role.PREPARER, by=signatory, now=NOW)
    with pytest.raises(Conflict):
        add_member(enterprise=enterprise, user=person, role=Role.PREPARER, by=signatory, now=NOW)
    with pytest.raises(NotAllowed):
        add_member(enterprise=make_enterprise(), user=person, role=Role.PREPARER, by=signatory, now=NOW)
    with pytest.raises(Refused):
        end_membership(membership=signatory.memberships.get(), by=signatory, now=NOW)
    end_membership(membership=membership, by=signatory, now=NOW)
    assert not Membership.objects.held_by(person, TODAY).exists()
    with pytest.raises(Conflict):
        end_membership(membership=Membership.objects.get(pk=membership.pk), by=signatory, now=NOW)


def test_preparer_invites_nobody():
    preparer = make_membership(role=Role.PREPARER)
    with pytest.raises(NotAllowed):
        add_member(enterprise=preparer.enterprise, user=make_user(), role=Role.PREPARER, by=preparer.user, now=NOW)


def test_a_group_that_ended_stays_with_an_enterprise_until_somebody_takes_it_off():
    ended = make_product_group("04", "Thủ công mỹ nghệ", valid_to=date(2024, 12, 31))
    other_ended = make_product_group("09", "Khác", valid_to=date(2024, 12, 31))
    enterprise = make_enterprise(groups=[ended])
    form = EnterpriseForm(instance=enterprise, on=date(2026, 11, 1))
    offered = {choice.value: label for choice, label in form.fields["groups"].choices}
    assert form.initial["groups"] == [ended.pk] and other_ended.pk not in offered
    assert "hết hiệu lực sau 31/12/2024" in offered[ended.pk]
    assert ended in EnterpriseFilter({}, queryset=Enterprise.objects.all()).form.fields["group"].queryset
