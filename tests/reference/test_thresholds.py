"""Amounts that may be approved alone, by own role and by delegation; the rules of the budget as data and as words."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from accounts import access
from accounts.access import Action, Capacity
from accounts.delegations import give_delegation
from accounts.roles import LEADERS, Role
from audit.refusals import NotAllowed
from reference.loading import DATA, load_reference
from reference.models import Agency, Rule
from reference.rules import parts_of, shape_of, value_text
from reference.services import rule
from reference.thresholds import capacity_to_approve, limit_of, require_within_threshold
from tests.factories import make_administrator, make_director, make_head, make_rule, make_user

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 4)
LIMIT = 5_000_000_000
APPROVE = Action("test.approve", "Phê duyệt thử", frozenset(LEADERS), delegable=True)


@pytest.fixture
def threshold():
    return make_rule("budget_approval_thresholds", {"deputy_director": LIMIT})


@pytest.fixture
def loaded(now):
    load_reference(by="load_reference", now=now)


def give(giver, receiver, monkeypatch, **changes):
    monkeypatch.setattr(access, "_actions", {**access.actions(), APPROVE.code: APPROVE})
    today = timezone.localdate()
    give_delegation(
        giver=giver,
        receiver=receiver,
        action=APPROVE.code,
        starts_on=today,
        ends_on=today + timedelta(days=9),
        paper="15/GUQ-SCT",
        paper_on=today,
        by=make_administrator(),
        now=timezone.now(),
        **changes,
    )


# --- who approves how much ---------------------------------------------------------------------


def test_a_deputy_director_approves_up_to_the_limit_and_is_told_who_approves_more(threshold):
    require_within_threshold({Role.DEPUTY_DIRECTOR}, LIMIT, ON)
    with pytest.raises(NotAllowed) as refusal:
        require_within_threshold({Role.DEPUTY_DIRECTOR}, LIMIT + 1, ON)
    assert str(refusal.value) == (
        "Phó Giám đốc Sở được tự phê duyệt tối đa 5.000.000.000 đồng; khoản này là 5.000.000.001 đồng. "
        "Thẩm quyền phê duyệt: Giám đốc Sở hoặc người được ủy quyền bằng văn bản."
    )


def test_the_director_has_no_limit_and_who_is_not_named_approves_nothing(threshold):
    require_within_threshold({Role.DIRECTOR}, 200 * 10**9, ON)
    require_within_threshold({Role.DEPUTY_DIRECTOR, Role.DIRECTOR}, 200 * 10**9, ON)
    with pytest.raises(NotAllowed, match="Giám đốc Sở, Phó Giám đốc Sở"):
        require_within_threshold({Role.CHIEF_ACCOUNTANT}, 1, ON)


def test_without_the_rule_only_the_director_approves():
    require_within_threshold({Role.DIRECTOR}, 1, ON)
    with pytest.raises(NotAllowed):
        require_within_threshold({Role.DEPUTY_DIRECTOR}, 1, ON)


def test_the_limit_is_read_on_the_day_of_the_act(threshold):
    Rule.objects.filter(pk=threshold.pk).update(valid_to=date(2026, 5, 3))
    make_rule("budget_approval_thresholds", {"deputy_director": 1}, valid_from=date(2026, 5, 4))
    require_within_threshold({Role.DEPUTY_DIRECTOR}, LIMIT, date(2026, 5, 3))
    with pytest.raises(NotAllowed):
        require_within_threshold({Role.DEPUTY_DIRECTOR}, LIMIT, ON)


def test_the_system_has_no_threshold(threshold):
    require_within_threshold(Capacity("system:demo", frozenset()), 10**12, ON)


def test_an_amount_above_the_own_limit_is_approved_in_the_directors_name(threshold, monkeypatch):
    today, deputy, director = timezone.localdate(), make_user(Role.DEPUTY_DIRECTOR), make_director()
    with pytest.raises(NotAllowed):
        capacity_to_approve(deputy, APPROVE, amount_vnd=LIMIT + 1, on=today)
    give(director, deputy, monkeypatch, limit_vnd=2 * LIMIT)
    deputy = type(deputy).objects.get(pk=deputy.pk)  # as the next request knows them
    assert not capacity_to_approve(deputy, APPROVE, amount_vnd=LIMIT, on=today).is_delegated
    assert capacity_to_approve(deputy, APPROVE, amount_vnd=LIMIT + 1, on=today).giver == director.public_id
    with pytest.raises(NotAllowed, match="Phó Giám đốc Sở được tự phê duyệt tối đa"):
        capacity_to_approve(deputy, APPROVE, amount_vnd=2 * LIMIT + 1, on=today)


def test_a_delegation_gives_no_more_than_the_giver_has(threshold, monkeypatch):
    today, head = timezone.localdate(), make_head()
    give(make_user(Role.DEPUTY_DIRECTOR), head, monkeypatch)
    assert capacity_to_approve(head, APPROVE, amount_vnd=LIMIT, on=today).is_delegated
    with pytest.raises(NotAllowed):
        capacity_to_approve(head, APPROVE, amount_vnd=LIMIT + 1, on=today)


# --- the rules as data -------------------------------------------------------------------------


def test_every_rule_of_the_files_has_words_and_passes_its_own_check(loaded):
    for row in json.loads((DATA / "rules.json").read_text(encoding="utf-8")):
        parts, value = shape_of(row["code"]), row["value"]
        assert parts, row["code"]
        given = {"": value} if not parts[0].name else value
        assert {part.name for part in parts} == set(given), row["code"]
        for part in parts:
            field = part.field()
            shown = field.prepare_value(given[part.name])
            assert field.clean(shown) == given[part.name], (row["code"], part.name)
        assert all(label and text for label, text in parts_of(row["code"], value))


def test_the_calendar_of_the_budget_follows_the_law_of_its_year(loaded):
    def last_day_to_send(on):
        return next(row for row in rule("budget_calendar", on) if row["code"] == "last_withdrawals")["day"]

    assert last_day_to_send(date(2025, 12, 31)) == 31
    assert last_day_to_send(date(2026, 1, 1)) == 30
    grounds = {on: {row["code"] for row in rule("carry_over_grounds", on)} for on in (date(2025, 12, 31), ON)}
    assert len(grounds[date(2025, 12, 31)]) == 6 and len(grounds[ON]) == 10
    assert "aid" in grounds[ON] - grounds[date(2025, 12, 31)]
    for code in ("budget_calendar", "carry_over_grounds"):
        assert rule(code, date(2016, 12, 31)) is None


def test_consultation_and_advances_are_ready_to_use(loaded):
    assert rule("budget_advance_ceiling", ON) == {"percent": 30}
    assert rule("budget_approval_thresholds", ON) == {"deputy_director": LIMIT}
    consultation = rule("plan_consultation", ON)
    assert consultation["silence"] == "no_reply"
    assert Agency.objects.in_force(ON).filter(code__in=consultation["required_agencies"]).count() == 1


def test_rows_of_a_rule_are_said_in_the_readers_words(loaded):
    value = rule("budget_calendar", ON)
    said = dict(parts_of("budget_calendar", value))
    assert said["Hết thời gian chỉnh lý quyết toán"] == "31/01 năm sau"
    assert said["Hạn cuối chi, tạm ứng trong năm; khóa sổ"] == "31/12"
    with translation.override("en"):
        assert dict(parts_of("budget_calendar", value))["Adjustment period ends"] == "31/01 of the year after"
        assert "Aid" in parts_of("carry_over_grounds", rule("carry_over_grounds", ON))[0][1]
    assert "31/01 năm sau" in value_text(value)
    assert "Viện trợ" in value_text(rule("carry_over_grounds", ON))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a | Một | One | 0 | 12", "có 5 cột, cần 6 cột"),
        ("a | Một | One | 0 | 13 | 1", "Dòng 1"),
        ("a | Một | One | 0 | 2 | 30", "Không phải năm nào cũng có ngày này"),
        ("a | Một | One | 0 | 2 | 1\na | Hai | Two | 0 | 2 | 2", "Mã a có ở hai dòng"),
        ("", ""),
    ],
)
def test_rows_that_cannot_be_are_refused_in_words(typed, said):
    with pytest.raises(ValidationError) as refusal:
        shape_of("budget_calendar")[0].field().clean(typed)
    assert said in " ".join(refusal.value.messages)


def test_the_administrator_replaces_the_calendar_row_by_row(client_as, loaded):
    client = client_as(make_administrator())
    old = Rule.objects.get(code="budget_calendar", valid_to=None)
    page = client.get(reverse("reference:rule", args=[old.public_id])).content.decode()
    assert "31/01 năm sau" in page and "year_offset" not in page
    address = reverse("reference:replace_rule", args=[old.public_id])
    assert "last_withdrawals | Hạn cuối gửi" in client.get(address).content.decode()
    fields = {
        "name_vi": old.name_vi,
        "confidence": "A",
        "reason": "Luật mới",
        "version": "1",
        "starts_on": "01/01/2100",
    }
    fields |= {"operation_key": str(uuid4()), "part_": "last_spending | Hạn cuối chi | Last day to spend | 0 | 12 | 31"}
    assert client.post(address, fields).status_code == 302
    row = {"code": "last_spending", "label_vi": "Hạn cuối chi", "label_en": "Last day to spend"}
    assert rule("budget_calendar", date(2100, 1, 1)) == [row | {"year_offset": 0, "month": 12, "day": 31}]


def test_the_limit_of_roles_is_none_for_the_director_and_nothing_for_the_unnamed(threshold):
    assert limit_of({Role.DIRECTOR, Role.DEPUTY_DIRECTOR}, ON) is None
    assert limit_of({Role.DEPUTY_DIRECTOR, Role.HEAD}, ON) == LIMIT
    assert limit_of({Role.HEAD}, ON) == 0
