"""What is over is not begun anew: proposals for a year that is over, refused papers of a closed one, a closed envelope."""

import uuid
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.roles import Role
from audit.refusals import Refused
from programme.models import TaskProposal
from programme.services.proposals import add_proposal, send_proposal
from reporting.home_money import _answered
from tests.factories import make_content_area, make_money_source, make_office, make_user
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_closed_contract,
    make_commitment,
    make_line,
    move_year,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 7, 16, 3, 0, tzinfo=UTC)


def proposal(year):
    office = make_office()
    head = make_user(Role.HEAD, office=office)
    values = {
        "year": year,
        "content_area": make_content_area(),
        "what": "Hội chợ",
        "reason": "Cần thiết",
        "deliverable": "Báo cáo",
        "due_on": datetime(year, 6, 30).date(),
    }
    return head, {"office": office, "values": values, "amounts": {make_money_source(): 1_000}, "by": head, "now": NOW}


@pytest.mark.parametrize("state", ["adjusting", "closed"])
def test_nothing_is_proposed_for_a_year_that_is_over(state):
    year = make_budget_year(2024)
    head, given = proposal(2024)
    waiting = add_proposal(**given)
    move_year(year, state)
    with override("en"):
        with pytest.raises(Refused, match="2024 is over"):
            add_proposal(**given)
        with pytest.raises(Refused, match="2024 is over"):
            send_proposal(proposal=waiting, by=head, now=NOW)
    assert TaskProposal.objects.get().state == "draft"


def test_a_refused_paper_of_a_closed_year_is_no_longer_to_be_put_right():
    accountant = make_user(Role.ACCOUNTANT)
    mine = {"prepared_by": accountant.public_id, "state": "refused", "decided_at": NOW}
    closed, open_line = make_closed_contract(2022), make_line(make_budget_year(2024))
    for line in (closed.line, open_line):
        make_budget_step("allocate", 1, line=line, year=line.year, **mine)
    said = {"voucher": "GNT-1", "payer": "Công ty", "reason": "Chi thừa"}
    again = make_budget_step(
        "budget_return", 2, line=closed.line, year=closed.line.year, commitment=closed, **said, **mine
    )
    ceiling = make_budget_step("ceiling", 3, period=open_line.year.period, **mine)
    make_commitment(open_line, prepared_by=accountant.public_id, state="refused")
    items = {item.url for item in _answered(accountant, NOW).items}
    standing = open_line.steps.filter(kind="allocate").get()
    assert items == {step.get_absolute_url() for step in (standing, again, ceiling)}
    move_year(open_line.year, "adjusting")
    assert {item.url for item in _answered(accountant, NOW).items} == items


def test_the_envelope_of_a_closed_year_is_refused_when_it_is_prepared(client_as):
    year = move_year(make_budget_year(2022), "closed")
    client = client_as(make_user(Role.ACCOUNTANT))
    address = reverse("programme:prepare_step", args=["envelope", year.public_id])
    assert "đã đóng" in client.get(address).content.decode()
    body = {"amount_vnd": "45.000.000.000", "document": "Quyết định số 1/QĐ-UBND", "document_on": "01/07/2023"}
    answer = client.post(address, {"operation_key": str(uuid.uuid4()), **body})
    assert answer.status_code == 200 and "đã đóng" in answer.content.decode()
    assert not year.steps.filter(state="prepared").exists()
