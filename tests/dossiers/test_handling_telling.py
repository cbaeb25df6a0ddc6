"""Whom the portal tells what is done with a dossier, once for each line of its slip."""

from datetime import date

import pytest

from audit.refusals import Conflict, Refused
from dossiers.services import supplements
from dossiers.telling import (
    ANSWER_READY,
    APPROVED,
    ASSIGNED,
    RECEIVED,
    RESULT,
    SENT_BACK,
    SUPPLEMENT,
    SUPPLEMENTED,
    TO_ASSIGN,
    TO_DECIDE,
    TO_ISSUE,
)
from notices.models import Telling
from tests.dossiers.test_handling_services import MONDAY, Desk, later, services
from tests.factories import make_stored_file

pytestmark = pytest.mark.django_db


def told():
    return list(Telling.objects.order_by("pk").values_list("kind", flat=True))


def test_each_act_tells_whom_it_concerns_as_things_stand_when_it_is_sent():
    desk = Desk()
    dossier = desk.received()
    assert {user.pk for user in RECEIVED.people(dossier, MONDAY.date())} == {desk.signatory.pk, desk.preparer.pk}
    assert RECEIVED.says(dossier)["due_on"] == "15/06/2026"
    assert set(TO_ASSIGN.people(dossier, MONDAY.date())) == {desk.head, desk.deputy}
    services.assign_dossier(dossier=dossier, to=desk.officer, by=desk.head, now=MONDAY, note="Làm sớm")
    dossier.refresh_from_db()
    assert list(ASSIGNED.people(dossier, MONDAY.date())) == [desk.officer]
    assert ASSIGNED.says(dossier)["reason"] == "Làm sớm"
    desk.dossier = services.appraise_dossier(dossier=dossier, by=desk.officer, now=later(1))
    request = desk.asked(now=later(1))
    assert SUPPLEMENT.people(desk.dossier, MONDAY.date()).count() == 2
    desk.answered(request, later(2))
    assert SUPPLEMENT.people(desk.dossier, MONDAY.date()).count() == 0  # nobody is asked for what was given
    assert list(SUPPLEMENTED.people(desk.dossier, MONDAY.date())) == [desk.officer]
    dossier = services.submit_dossier(dossier=dossier, note="Trình", by=desk.officer, now=later(3))
    assert list(TO_DECIDE.people(dossier, MONDAY.date())) == [desk.director]
    assert TO_DECIDE.says(dossier)["reason"] == "Trình"
    dossier = services.send_back_dossier(dossier=dossier, reason="Làm rõ căn cứ", by=desk.director, now=later(3))
    assert list(SENT_BACK.people(dossier, MONDAY.date())) == [desk.officer]
    assert SENT_BACK.says(dossier)["reason"] == "Làm rõ căn cứ"
    dossier = services.submit_dossier(dossier=dossier, note="Trình lại", by=desk.officer, now=later(3))
    assert SENT_BACK.people(dossier, MONDAY.date()).count() == 0
    dossier = services.approve_dossier(dossier=dossier, by=desk.director, now=later(3))
    assert list(TO_ISSUE.people(dossier, MONDAY.date())) == [desk.records]
    assert list(APPROVED.people(dossier, MONDAY.date())) == [desk.officer]
    assert TO_DECIDE.people(dossier, MONDAY.date()).count() == 0
    dossier = services.issue_result(
        dossier=dossier, paper_number="1/SCT", paper_on=later(3).date(), file=make_stored_file(), by=desk.records,
        now=later(3),
    )  # fmt: skip
    assert RESULT.says(dossier)["paper"] == "1/SCT ngày 04/06/2026"
    assert told() == [
        "dossiers.received", "dossiers.to_assign", "dossiers.assigned", "dossiers.supplement", "dossiers.supplemented",
        "dossiers.to_decide", "dossiers.sent_back", "dossiers.to_decide", "dossiers.approved", "dossiers.to_issue",
        "dossiers.result",
    ]  # fmt: skip


def test_an_office_is_told_what_it_is_passed_and_the_leaders_what_nobody_heads():
    desk = Desk()
    elsewhere = desk.stranger.posts.get().office
    dossier = services.assign_dossier(dossier=desk.received(), to=None, office=elsewhere, by=desk.head, now=MONDAY)
    assert told() == ["dossiers.received", "dossiers.to_assign", "dossiers.to_assign"]
    assert list(TO_ASSIGN.people(dossier, MONDAY.date())) == [desk.stranger]
    desk.stranger.posts.update(ends_on=date(2026, 5, 31))
    assert list(TO_ASSIGN.people(dossier, MONDAY.date())) == [desk.director]


def test_a_complete_answer_is_told_to_the_signatory_alone_until_it_is_sent():
    desk = Desk()
    desk.dossier = desk.appraised()
    request = desk.asked(now=later(1))
    with pytest.raises(Refused):
        supplements.tell_answer_ready(request=request, by=desk.preparer, now=later(1))
    answers = {str(item.public_id): "Đã có" for item in request.items.all()}
    supplements.save_answers(request=request, answers=answers, by=desk.preparer, now=later(1))
    for when in (later(1), later(1), later(2)):
        supplements.tell_answer_ready(request=request, by=desk.preparer, now=when)
    assert told().count(ANSWER_READY.code) == 2  # once a day
    desk.dossier.refresh_from_db()
    assert list(ANSWER_READY.people(desk.dossier, MONDAY.date())) == [desk.signatory]
    desk.answered(request, later(2))
    desk.dossier.refresh_from_db()
    assert not ANSWER_READY.people(desk.dossier, MONDAY.date()).exists()
    with pytest.raises(Conflict):
        supplements.tell_answer_ready(request=request, by=desk.preparer, now=later(3))
