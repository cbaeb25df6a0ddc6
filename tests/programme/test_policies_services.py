from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from audit.events import history_of
from audit.refusals import NotAllowed, Refused, StaleVersion
from programme.models import Policy, PolicyReview
from programme.services.policies import (
    add_policy,
    add_review,
    answer_review,
    edit_policy,
    edit_review,
    reinstate_policy,
    submit_review,
    supersede_policy,
    withdraw_policy,
    withdraw_review,
)
from tests.factories import (
    CITY,
    make_administrator,
    make_auditor,
    make_director,
    make_head,
    make_officer,
    make_policy,
    make_review,
)

pytestmark = pytest.mark.django_db

DOCUMENT = {
    "kind": "decision",
    "number": "4303/QĐ-UBND",
    "issuer": CITY,
    "issued_on": date(2020, 9, 24),
    "title": "Kế hoạch thực hiện Đề án",
    "confidence": "A",
    "source": "Công báo",
}
REVIEW = {"year": 2025, "found": "Mức chi thấp", "proposes": "amend", "proposal": "Sửa Điều 3"}
FROM = date(2025, 7, 1)


def kinds(row):
    return [line.event.kind for line in history_of(row)]


def supersede(old, new, now, **changes):
    given = {"from_day": FROM, "version": 1, "by": make_officer(), "now": now, "reason": "QĐ mới", **changes}
    return supersede_policy(policy=old, by_policy=new, **given)


def test_a_document_is_entered_completed_and_told(now):
    officer = make_officer()
    policy = add_policy(
        values=DOCUMENT | {"number": "…/NQ-HĐND", "kind": "resolution", "issued_on": None}, by=officer, now=now
    )
    edit_policy(
        policy=policy,
        values={"number": "17/2025/NQ-HĐND", "issued_on": date(2025, 7, 9), "gives": "Hỗ trợ tư vấn"},
        version=1,
        by=make_director(),
        now=now,
        reason="Đã có số",
    )
    policy = Policy.objects.get()
    assert (policy.number, policy.issued_on, policy.version) == ("17/2025/NQ-HĐND", date(2025, 7, 9), 2)
    assert "ho tro tu van" in policy.folded
    assert kinds(policy) == ["policy corrected", "policy added"]
    assert {change[0] for change in history_of(policy)[0].changes} == {
        "số, ký hiệu",
        "ngày ban hành",
        "nội dung quy định",
    }
    with pytest.raises(Refused):
        edit_policy(policy=policy, values={"number": "18/NQ"}, version=2, by=officer, now=now, reason="")
    assert (
        edit_policy(policy=policy, values={"gives": "Hỗ trợ tư vấn"}, version=2, by=officer, now=now, reason="").version
        == 2
    )


def test_a_document_that_contradicts_itself_or_another_is_refused_in_words(now):
    officer = make_officer()
    add_policy(values=DOCUMENT, by=officer, now=now)
    for wrong in (
        {},
        {"number": "4303 / QĐ–UBND"},
        {"issuer": CITY.upper()},
        {"issuer": "UBND TP Hà Nội", "issued_on": None},
        {"issued_on": None},
        {"number": "5/QĐ", "issued_on": date(2030, 1, 1)},
        {"number": "5/QĐ", "valid_from": date(2020, 1, 1)},
        {"number": "5/QĐ", "valid_to": date(2020, 1, 1)},
        {"number": "5/QĐ", "valid_from": date(2022, 1, 1), "valid_to": date(2021, 1, 1)},
        {"number": "5/QĐ", "title": ""},
        {"number": "…"},
    ):
        with pytest.raises(Refused):
            add_policy(values=DOCUMENT | wrong, by=officer, now=now)
    add_policy(values=DOCUMENT | {"issued_on": date(2021, 9, 24)}, by=officer, now=now)
    assert Policy.objects.count() == 2


def test_the_name_of_a_document_is_not_edited(now):
    policy = make_policy(issued_on=date(2020, 9, 24))
    for wrong in ({"number": "4304/QĐ-UBND"}, {"issuer": "Bộ"}, {"issued_on": date(2020, 9, 25)}, {"issued_on": None}):
        with pytest.raises(Refused):
            edit_policy(policy=policy, values=wrong, version=1, by=make_officer(), now=now, reason="")


def test_the_second_of_two_people_is_told(now):
    officer, policy = make_officer(), make_policy()
    edit_policy(policy=policy, values={"note": "Một"}, version=1, by=officer, now=now, reason="")
    with pytest.raises(StaleVersion):
        edit_policy(policy=policy, values={"note": "Hai"}, version=1, by=officer, now=now, reason="")


def test_a_superseded_document_ends_the_day_before(now):
    old, new = make_policy("61/2018/NĐ-CP"), make_policy("118/2025/NĐ-CP", valid_from=FROM)
    supersede(old, new, now)
    old = Policy.objects.get(pk=old.pk)
    assert (old.superseded_by, old.superseded_from, old.valid_to) == (new, FROM, date(2025, 6, 30))
    assert kinds(old) == ["policy superseded"]
    with pytest.raises(Refused):
        edit_policy(policy=old, values={"valid_to": None}, version=2, by=make_officer(), now=now, reason="")
    with pytest.raises(Refused):
        edit_policy(policy=old, values={"valid_to": FROM}, version=2, by=make_officer(), now=now, reason="")


def test_what_supersedes_another_does_not_begin_after_that_day(now):
    days = {"valid_from": FROM + timedelta(days=1)}
    old, new = make_policy("496/QĐ-UBND", issued_on=date(2018, 1, 26)), make_policy("302/KH-UBND", valid_from=None)
    supersede(old, new, now)
    with pytest.raises(Refused, match="496/QĐ-UBND"):
        edit_policy(policy=new, values=days, version=1, by=make_officer(), now=now, reason="Sửa")
    with pytest.raises(DatabaseError, match="superseding_policy_holds"), transaction.atomic():
        Policy.objects.filter(pk=new.pk).update(**days)
    edit_policy(policy=new, values={"valid_from": FROM}, version=1, by=make_officer(), now=now, reason="Sửa")


@pytest.mark.parametrize(
    "other",
    [
        {"issued_on": date(2018, 1, 26)},
        {"issued_on": date(2023, 12, 15), "valid_to": date(2025, 6, 30)},
    ],
    ids=["older", "ended before"],
)
def test_nothing_takes_the_place_of_a_document_that_is_older_or_has_ended_by_then(other, now):
    old, new = make_policy("4303/QĐ-UBND", issued_on=date(2020, 9, 24)), make_policy("302/KH-UBND", **other)
    with pytest.raises(Refused, match="302/KH-UBND"):
        supersede(old, new, now)
    with pytest.raises(DatabaseError, match="superseded_by_one_in_force"), transaction.atomic():
        Policy.objects.filter(pk=old.pk).update(superseded_by=new, superseded_from=FROM, valid_to=date(2025, 6, 30))


def test_a_document_that_had_ended_before_keeps_its_own_last_day(now):
    old, new = make_policy("1/QĐ", valid_to=date(2024, 12, 31)), make_policy("2/QĐ")
    supersede(old, new, now)
    assert Policy.objects.get(pk=old.pk).valid_to == date(2024, 12, 31)


def test_supersession_in_a_circle_or_backwards_in_time_is_refused(now):
    first, second, third = make_policy("1/QĐ"), make_policy("2/QĐ"), make_policy("3/QĐ")
    with pytest.raises(Refused):
        supersede(first, first, now)
    supersede(first, second, now)
    with pytest.raises(Refused):
        supersede(first, third, now, version=2)
    with pytest.raises(Refused):
        supersede(second, first, now)
    supersede(second, third, now)
    with pytest.raises(Refused, match="1/QĐ"):
        supersede(third, first, now)
    late, early = make_policy("4/QĐ", valid_from=FROM), make_policy("5/QĐ", issued_on=date(2025, 7, 2))
    for old, new in ((late, third), (third, early)):
        with pytest.raises(Refused, match="2025"):
            supersede(old, new, now)
    gone = make_policy("6/QĐ", withdrawn_on=date(2025, 1, 1))
    for old, new in ((late, gone), (gone, late)):
        with pytest.raises(Refused):
            supersede(old, new, now)


def test_a_supersession_recorded_by_mistake_is_undone(now):
    officer, old, new = make_officer(), make_policy("1/QĐ"), make_policy("2/QĐ")
    with pytest.raises(Refused):
        reinstate_policy(policy=old, valid_to=None, version=1, by=officer, now=now, reason="")
    supersede(old, new, now)
    reinstate_policy(policy=old, valid_to=date(2030, 12, 31), version=2, by=officer, now=now, reason="Nhầm")
    old = Policy.objects.get(pk=old.pk)
    assert (old.superseded_by, old.superseded_from, old.valid_to) == (None, None, date(2030, 12, 31))
    assert kinds(old) == ["policy reinstated", "policy superseded"]


def test_only_a_document_that_nothing_rests_on_is_taken_out(now):
    officer, wrong, old, new, reviewed = make_officer(), *(make_policy(f"{n}/QĐ") for n in range(1, 5))
    supersede(old, new, now)
    make_review(reviewed)
    for policy, version in ((old, 2), (new, 1), (reviewed, 1)):
        with pytest.raises(Refused):
            withdraw_policy(policy=policy, version=version, by=officer, now=now, reason="")
    withdraw_policy(policy=wrong, version=1, by=officer, now=now, reason="Gõ nhầm")
    assert Policy.objects.get(pk=wrong.pk).withdrawn_on == date(2025, 7, 15)
    for act in (
        lambda: withdraw_policy(policy=wrong, version=2, by=officer, now=now, reason=""),
        lambda: edit_policy(policy=wrong, values={"note": "x"}, version=2, by=officer, now=now, reason=""),
        lambda: add_review(policy=wrong, values=REVIEW, by=officer, now=now),
    ):
        with pytest.raises(Refused):
            act()


def test_a_review_goes_from_draft_to_its_answer(now):
    officer, head, policy = make_officer(), make_head(), make_policy()
    review = add_review(policy=policy, values=REVIEW, by=officer, now=now)
    edit_review(review=review, values={"found": "Mức chi rất thấp"}, version=1, by=officer, now=now, reason="Rõ hơn")
    submit_review(review=review, number="120/TTr-SCT", on=date(2025, 7, 1), version=2, by=officer, now=now)
    answer_review(
        review=review,
        answer="partly",
        number="9/UBND-KT",
        on=date(2025, 7, 10),
        text="Một phần",
        version=3,
        by=head,
        now=now,
    )
    review = PolicyReview.objects.get()
    assert (review.state, review.answer, review.answer_number, review.found) == (
        "answered",
        "partly",
        "9/UBND-KT",
        "Mức chi rất thấp",
    )
    assert kinds(review) == [
        "policy review answered",
        "policy review submitted",
        "policy review corrected",
        "policy review added",
    ]


def test_every_move_that_the_table_does_not_name_is_refused(now):
    officer = make_officer()
    acts = {
        "submitted": lambda review: submit_review(
            review=review, number="1", on=date(2025, 7, 1), version=1, by=officer, now=now
        ),
        "answered": lambda review: answer_review(
            review=review, answer="accepted", number="2", on=date(2025, 7, 2), version=1, by=officer, now=now
        ),
        "withdrawn": lambda review: withdraw_review(review=review, version=1, by=officer, now=now, reason="x"),
    }
    for place, (state, ends) in enumerate(PolicyReview.MOVES.items()):
        for end, act in acts.items():
            review = make_review(make_policy(f"{place}{end}1/QĐ"), state=state)
            if end in ends:
                assert act(review).state == end
            else:
                with pytest.raises(Refused):
                    act(review)


def test_a_draft_is_given_up_for_a_reason(now):
    officer, review = make_officer(), make_review()
    with pytest.raises(Refused):
        withdraw_review(review=review, version=1, by=officer, now=now, reason="")
    withdraw_review(review=review, version=1, by=officer, now=now, reason="Trùng")
    review = PolicyReview.objects.get()
    assert (review.state, review.withdrawn_on, review.withdrawn_reason) == ("withdrawn", date(2025, 7, 15), "Trùng")
    with pytest.raises(Refused):
        edit_review(review=review, values={"found": "x"}, version=2, by=officer, now=now, reason="")


def test_a_policy_is_reviewed_for_no_year_and_by_no_paper_before_it(now):
    officer, policy = make_officer(), make_policy(issued_on=date(2025, 7, 2))
    with pytest.raises(Refused, match="02/07/2025"):
        add_review(policy=policy, values=REVIEW | {"year": 2024}, by=officer, now=now)
    draft = add_review(policy=policy, values=REVIEW, by=officer, now=now)
    with pytest.raises(Refused, match="02/07/2025"):
        submit_review(review=draft, number="1/TTr", on=date(2025, 7, 1), version=1, by=officer, now=now)
    submit_review(review=draft, number="1/TTr", on=date(2025, 7, 2), version=1, by=officer, now=now)


def test_days_and_papers_of_a_review_are_checked_in_words(now):
    officer, policy = make_officer(), make_policy()
    for wrong in ({"found": ""}, {"proposal": ""}, {"year": 2027}):
        with pytest.raises(Refused):
            add_review(policy=policy, values=REVIEW | wrong, by=officer, now=now)
    draft = add_review(policy=policy, values=REVIEW, by=officer, now=now)
    with pytest.raises(Refused, match="2025"):
        add_review(policy=policy, values=REVIEW, by=officer, now=now)
    for number, on in (("", date(2025, 7, 1)), ("1/TTr", None), ("1/TTr", date(2025, 7, 16))):
        with pytest.raises(Refused):
            submit_review(review=draft, number=number, on=on, version=1, by=officer, now=now)
    submit_review(review=draft, number="1/TTr", on=date(2025, 7, 1), version=1, by=officer, now=now)
    for answer, number, on in (
        ("", "2", date(2025, 7, 2)),
        ("accepted", "", date(2025, 7, 2)),
        ("accepted", "2", None),
        ("accepted", "2", date(2025, 6, 30)),
        ("accepted", "2", date(2025, 7, 16)),
    ):
        with pytest.raises(Refused):
            answer_review(review=draft, answer=answer, number=number, on=on, version=2, by=officer, now=now)


def test_of_what_was_sent_only_the_papers_are_put_right(now):
    officer, review = make_officer(), make_review(state="submitted")
    with pytest.raises(Refused):
        edit_review(review=review, values={"found": "x"}, version=1, by=officer, now=now, reason="")
    with pytest.raises(Refused):
        edit_review(review=review, values={"answer": "accepted"}, version=1, by=officer, now=now, reason="")
    edit_review(
        review=review, values={"submitted_number": "121/TTr-SCT"}, version=1, by=officer, now=now, reason="Nhầm"
    )
    answered = make_review(make_policy("2/QĐ"), state="answered")
    with pytest.raises(NotAllowed):
        edit_review(review=answered, values={"answer": "refused"}, version=1, by=make_director(), now=now, reason="")
    edit_review(review=answered, values={"answer": "refused"}, version=1, by=officer, now=now, reason="Đọc lại")
    assert PolicyReview.objects.get(pk=answered.pk).answer == "refused"


def test_officers_heads_and_leaders_keep_the_register_and_the_answer_is_for_officers_and_heads(now):
    policy, other, sent = make_policy(), make_policy("2/QĐ"), make_review(make_policy("3/QĐ"), state="submitted")
    draft = make_review(policy)
    same = {"version": 1, "now": now, "reason": "x"}
    answer = lambda by: answer_review(  # noqa: E731
        review=sent, answer="accepted", number="2", on=date(2025, 7, 2), by=by, **same
    )
    for nobody in (make_auditor(), make_administrator()):
        for act in (
            lambda by: add_policy(values=DOCUMENT, by=by, now=now),
            lambda by: edit_policy(policy=policy, values={"note": "x"}, by=by, **same),
            lambda by: supersede_policy(policy=policy, by_policy=other, from_day=FROM, by=by, **same),
            lambda by: reinstate_policy(policy=policy, valid_to=None, by=by, **same),
            lambda by: withdraw_policy(policy=policy, by=by, **same),
            lambda by: add_review(policy=policy, values=REVIEW, by=by, now=now),
            lambda by: edit_review(review=draft, values={"found": "x"}, by=by, **same),
            lambda by: submit_review(review=draft, number="1", on=FROM, by=by, **same),
            lambda by: withdraw_review(review=draft, by=by, **same),
            answer,
        ):
            with pytest.raises(NotAllowed):
                act(nobody)
    with pytest.raises(NotAllowed):
        answer(make_director())
    for place, by in enumerate((make_officer(), make_head(), make_director())):
        add_policy(values=DOCUMENT | {"number": f"{place}7/QĐ"}, by=by, now=now)
