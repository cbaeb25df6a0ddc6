from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from programme.models import Policy, PolicyReview
from tests.factories import make_policy, make_review

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 15)
BEFORE, AFTER = date(2024, 1, 1), date(2026, 1, 1)


def refused(function, *args, **kwargs):
    with pytest.raises(DatabaseError), transaction.atomic():
        function(*args, **kwargs)
    return True


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def change(row, **values):
    return type(row).objects.filter(pk=row.pk).update(**values)


def superseded(old, new, on=date(2025, 1, 1)):
    return change(old, superseded_by=new, superseded_from=on, valid_to=date(2024, 12, 31))


def test_a_policy_has_a_kind_a_number_an_issuer_and_a_title():
    for wrong in ({"kind": "letter"}, {"number": ""}, {"issuer": ""}, {"title": ""}, {"confidence": "Z"}):
        assert refused(make_policy, **{"number": "1/QĐ", **wrong})


def test_the_days_of_a_policy_run_forward():
    assert refused(make_policy, valid_from=AFTER, valid_to=BEFORE)
    assert refused(make_policy, issued_on=AFTER, valid_from=BEFORE)
    assert refused(make_policy, issued_on=AFTER, valid_to=BEFORE)
    make_policy(issued_on=BEFORE, valid_from=BEFORE, valid_to=BEFORE)


def test_number_issuer_and_day_name_one_policy_that_stands():
    first = make_policy(issued_on=BEFORE)
    assert refused(make_policy, issued_on=BEFORE)
    assert refused(make_policy, "4303 / qđ-ubnd", issued_on=BEFORE)
    make_policy(issued_on=AFTER)
    make_policy(issued_on=BEFORE, issuer="Ủy ban nhân dân tỉnh Thử Nghiệm")
    make_policy()
    assert refused(make_policy)
    change(first, withdrawn_on=TODAY)
    make_policy(issued_on=BEFORE)


def test_the_name_of_a_policy_never_changes_but_what_was_not_known_is_filled_in():
    policy = make_policy(issued_on=BEFORE)
    assert refused(change, policy, number="4304/QĐ-UBND")
    assert refused(change, policy, issuer="Bộ Công Thương")
    assert refused(change, policy, issued_on=AFTER)
    assert refused(change, policy, issued_on=None)
    unknown = make_policy("…/NQ-HĐND")
    assert change(unknown, number="12/NQ-HĐND", sort_key="12", issued_on=BEFORE) == 1
    assert refused(change, unknown, number="13/NQ-HĐND")


def test_a_policy_is_superseded_from_a_day_after_its_last():
    old, new = make_policy("1/QĐ"), make_policy("2/QĐ")
    assert refused(change, old, superseded_by=new)
    assert refused(change, old, superseded_from=AFTER)
    assert refused(change, old, superseded_by=new, superseded_from=AFTER)
    assert refused(change, old, superseded_by=new, superseded_from=AFTER, valid_to=AFTER)
    assert superseded(old, new) == 1
    assert refused(change, old, valid_to=None)


def test_supersession_never_runs_in_a_circle():
    first, second, third = make_policy("1/QĐ"), make_policy("2/QĐ"), make_policy("3/QĐ")
    assert refused(superseded, first, first)
    superseded(first, second)
    assert refused(superseded, second, first)
    superseded(second, third)
    assert refused(superseded, third, first)


def test_a_withdrawn_policy_supersedes_nothing_and_stays_as_it_is():
    old, new, wrong = make_policy("1/QĐ"), make_policy("2/QĐ"), make_policy("3/QĐ", withdrawn_on=TODAY)
    assert refused(superseded, old, wrong)
    superseded(old, new)
    assert refused(change, new, withdrawn_on=TODAY)
    assert refused(change, old, withdrawn_on=TODAY)
    assert refused(change, wrong, note="x")
    assert refused(change, wrong, withdrawn_on=None)


def test_policies_and_reviews_are_never_removed():
    make_review()
    assert refused(sql, "DELETE FROM programme_policyreview")
    assert refused(sql, "DELETE FROM programme_policy")


def test_the_standing_of_a_policy_follows_from_its_days():
    by_number = {
        "1/QĐ": make_policy("1/QĐ"),
        "2/QĐ": make_policy("2/QĐ", valid_from=AFTER),
        "3/QĐ": make_policy("3/QĐ", valid_to=BEFORE),
        "4/QĐ": make_policy("4/QĐ", withdrawn_on=TODAY),
        "5/QĐ": make_policy("5/QĐ"),
        "6/QĐ": make_policy("6/QĐ", valid_to=TODAY),
        "7/QĐ": make_policy("7/QĐ"),
    }
    superseded(by_number["5/QĐ"], by_number["1/QĐ"])
    change(by_number["7/QĐ"], superseded_by=by_number["1/QĐ"], superseded_from=AFTER, valid_to=date(2025, 12, 31))
    expected = {
        "1/QĐ": "in_force",
        "2/QĐ": "not_yet",
        "3/QĐ": "expired",
        "4/QĐ": "withdrawn",
        "5/QĐ": "superseded",
        "6/QĐ": "in_force",
        "7/QĐ": "in_force",
    }
    assert dict(Policy.objects.with_standing(TODAY).values_list("number", "standing")) == expected
    assert {policy.number: policy.standing_on(TODAY).value for policy in Policy.objects.all()} == expected
    assert [policy.number for policy in Policy.objects.superseded(TODAY)] == ["5/QĐ"]


def test_policies_stand_by_the_day_of_issue_and_those_without_come_last():
    make_policy("1/QĐ", issued_on=BEFORE)
    make_policy("2/QĐ")
    make_policy("3/QĐ", issued_on=date(2025, 1, 1))
    assert [policy.number for policy in Policy.objects.newest_first()] == ["3/QĐ", "1/QĐ", "2/QĐ"]


def test_a_review_says_what_was_found_and_what_is_proposed():
    policy = make_policy()
    assert refused(make_review, policy, found="")
    assert refused(make_review, policy, proposal="")
    assert refused(make_review, policy, proposes="burn")
    assert refused(make_review, policy, 1999)
    assert refused(make_review, policy, state="lost")
    make_review(policy, proposes="keep", proposal="")


def test_a_review_is_submitted_and_answered_by_papers_in_order():
    policy = make_policy()
    for wrong in (
        {"state": "submitted", "submitted_number": ""},
        {"state": "submitted", "submitted_on": None},
        {"state": "draft", "submitted_number": "1"},
        {"state": "submitted", "answer": "accepted"},
        {"state": "answered", "answer": ""},
        {"state": "answered", "answer": "maybe"},
        {"state": "answered", "answer_number": ""},
        {"state": "answered", "answered_on": None},
        {"state": "answered", "answered_on": date(2024, 3, 14)},
        {"state": "withdrawn", "withdrawn_reason": ""},
        {"state": "draft", "withdrawn_on": TODAY},
    ):
        assert refused(make_review, policy, **wrong), wrong
    make_review(policy, state="answered", answered_on=date(2024, 3, 15))


def test_one_draft_stands_for_a_policy_and_a_year():
    policy = make_policy()
    make_review(policy)
    assert refused(make_review, policy)
    make_review(policy, state="submitted")
    make_review(policy, 2025)


def test_a_review_is_of_no_year_and_no_day_before_its_policy():
    policy = make_policy(issued_on=date(2024, 3, 16))
    assert refused(make_review, policy, 2023)
    assert refused(make_review, policy, state="submitted", submitted_on=date(2024, 3, 15))
    sent = make_review(policy, state="submitted", submitted_on=date(2024, 3, 16))
    assert refused(change, sent, submitted_on=date(2024, 3, 15))
    assert refused(change, make_review(policy), year=2023)


def test_a_review_moves_only_forward_and_what_was_sent_stays():
    draft, sent = make_review(make_policy("1/QĐ")), make_review(make_policy("2/QĐ"), state="submitted")
    answered, gone = (
        make_review(make_policy("3/QĐ"), state="answered"),
        make_review(make_policy("4/QĐ"), state="withdrawn"),
    )
    back = {"submitted_number": "", "submitted_on": None}
    assert refused(change, sent, state="draft", **back)
    assert refused(change, sent, state="withdrawn", withdrawn_on=TODAY, withdrawn_reason="x", **back)
    assert refused(
        change,
        draft,
        state="answered",
        submitted_number="1",
        submitted_on=BEFORE,
        answer="accepted",
        answer_number="2",
        answered_on=BEFORE,
    )
    assert refused(change, answered, state="submitted", answer="", answer_number="", answered_on=None)
    assert refused(change, gone, state="draft", withdrawn_on=None, withdrawn_reason="")
    assert refused(change, sent, found="x")
    assert refused(change, answered, proposal="x")
    assert refused(change, draft, policy=sent.policy)
    assert change(draft, found="Khác") == change(sent, submitted_number="121/TTr-SCT") == 1


def test_the_table_of_moves_is_what_the_database_allows():
    moves = {(old.value, new.value) for old, ends in PolicyReview.MOVES.items() for new in ends}
    assert moves == {("draft", "submitted"), ("draft", "withdrawn"), ("submitted", "answered")}


def test_the_yearly_list_has_what_is_proposed_to_change():
    policy = make_policy()
    amended = make_review(policy)
    make_review(make_policy("2/QĐ"), proposes="keep", proposal="")
    make_review(make_policy("3/QĐ"), state="withdrawn")
    make_review(policy, 2025)
    assert list(PolicyReview.objects.proposing_change(2024)) == [amended]
