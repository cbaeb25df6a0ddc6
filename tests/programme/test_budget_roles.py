"""Every step of the money × every role × own and other's draft × with and without a delegation, against a written table.

Rows of the table: who may do the verb by a role of their own, and whether a written authorisation of somebody with such
a role is enough. Whoever is not in the row is refused (NotAllowed); whoever is gets it done.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import ENTERPRISE_ROLES, PEOPLE_ROLES, Role
from audit.refusals import NotAllowed, Refused
from programme.models import BudgetLine, BudgetYear, Payment, StepKind
from programme.services import commitments, lines, opening, payments, steps, years
from tests.factories import make_agency, make_enterprise_user, make_money_source, make_office, make_user
from tests.programme.acting import NOW, TODAY, delegate, make_rules
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_closed_contract,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    make_payment,
    make_return,
    make_task,
    move_year,
)

A, CA = Role.ACCOUNTANT, Role.CHIEF_ACCOUNTANT
LEAD = {Role.DIRECTOR, Role.DEPUTY_DIRECTOR}
BIND = {Role.HEAD, Role.DEPUTY_HEAD, Role.OFFICER, Role.CENTRE_STAFF, A}
NOBODY: set[Role] = set()
# Who may be authorised in writing: staff with a post, not the council, the audit or the enterprises.
RECEIVERS = set(Role) - {
    Role.COUNCIL_MEMBER,
    Role.COUNCIL_SECRETARY,
    Role.AUDITOR,
    Role.SIGNATORY,
    Role.PREPARER,
}
APPROVERS = {
    StepKind.CEILING: {CA},
    StepKind.ENVELOPE: {CA},
    StepKind.ASSIGN: {CA},
    StepKind.SUPPLEMENT: {CA},
    StepKind.CUT: {CA},
    StepKind.SAVING: {CA},
    StepKind.RELEASE: {CA},
    StepKind.TRANSFER: {CA},
    StepKind.ALLOCATE: LEAD,
    StepKind.DEALLOCATE: LEAD,
    StepKind.COMMIT_MORE: LEAD,
    StepKind.DECOMMIT: LEAD,
    StepKind.RECOVER: {CA},
    StepKind.RECOVER_ADVANCE: {CA},
    StepKind.SETTLE: LEAD,
    StepKind.CANCEL: LEAD,
    StepKind.CARRY_OVER: LEAD,
    StepKind.REVERSE: {CA},
    StepKind.OPENING: {CA},
    StepKind.BUDGET_RETURN: {CA},
    StepKind.UNDO_RETURN: {CA},
}
# verb: (roles that may by themselves, whether whom they authorised may too: all of the staff, or those roles)
STEP_TABLE = {
    "prepare": ({A}, False),
    "approve another's": (APPROVERS, True),
    "approve one's own": (NOBODY, False),
    "approve the giver's": (APPROVERS, False),
    "refuse another's": (APPROVERS, True),
    "refuse one's own": (NOBODY, False),
    "withdraw another's": (NOBODY, False),
    "withdraw one's own": ({A}, False),
}
TABLE = {
    "prepare a contract": (BIND, False),
    "prepare a contract on another office's task": (BIND - {Role.CENTRE_STAFF}, False),
    "approve another's contract": (LEAD, True),
    "approve one's own contract": (NOBODY, False),
    "approve the giver's contract": (LEAD, False),
    "approve a contract above the threshold": ({Role.DIRECTOR}, True),
    "refuse another's contract": (LEAD, True),
    "refuse one's own contract": (NOBODY, False),
    "withdraw another's contract": (NOBODY, False),
    "withdraw one's own contract": (BIND, False),
    "liquidate a contract": (BIND, False),
    "liquidate a contract on another office's task": (BIND - {Role.CENTRE_STAFF}, False),
    "prepare a payment": ({A}, False),
    "control another's payment": ({CA}, True),
    "control one's own payment": (NOBODY, False),
    "control the giver's payment": ({CA}, False),
    "sign another's payment": ({Role.DIRECTOR}, {Role.DEPUTY_DIRECTOR}),
    "sign one's own payment": (NOBODY, False),
    "sign a payment one controlled": (NOBODY, False),
    "sign a payment controlled in the giver's name": ({Role.DIRECTOR}, False),
    "sign a payment above the threshold": ({Role.DIRECTOR}, {Role.DEPUTY_DIRECTOR}),
    "send a payment": ({A}, False),
    "give back a payment to control": ({CA}, True),
    "give back a payment to sign": ({Role.DIRECTOR}, {Role.DEPUTY_DIRECTOR}),
    "give back a signed payment": ({Role.DIRECTOR}, {Role.DEPUTY_DIRECTOR}),
    "withdraw another's payment": (NOBODY, False),
    "withdraw one's own payment": ({A}, False),
    "enter that the Treasury paid": ({A, CA, Role.SYSTEM}, False),
    "enter that the Treasury refused": ({A, CA, Role.SYSTEM}, False),
    "add a line": ({A}, False),
    "describe a line": ({A}, False),
    "plan the months of a line": ({A}, False),
    "prepare a contract from before the portal": ({A}, False),
    "enter a report": ({A, CA}, False),
    "add a year": ({CA}, False),
    "open a year": ({CA}, False),
    "close the books of a year": ({CA}, False),
    "close a year": ({CA}, False),
}
BILLION = 10**9
PAPER = {"document": "Quyết định số 12/QĐ-UBND", "document_on": date(2024, 7, 1)}
NEXT_YEAR = datetime(2025, 1, 6, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    role: Role
    user: User
    delegated: bool
    chief: User  # the chief accountant and the director in whose name they may act, or who are strangers to them
    director: User

    def __str__(self):
        return f"{self.role.value}{', authorised' if self.delegated else ''}"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Everything is made once; each attempt is undone."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: NOW)
        yield make_world()
        transaction.set_rollback(True)


def make_world():
    make_rules()
    w = SimpleNamespace(office=make_office(kind="centre"))
    chief, director = make_user(CA), make_user(Role.DIRECTOR)
    w.people = [Person(role, person_of(role, w), False, chief, director) for role in Role]
    w.people += [authorised(role, w) for role in Role if role in PEOPLE_ROLES]
    w.other = uuid.uuid4()
    year = make_budget_year(2024, envelope_vnd=20 * BILLION)
    w.line = make_line(year, assigned_vnd=9 * BILLION, allocated_vnd=8 * BILLION, task=make_task(office=w.office))
    w.foreign = make_line(year, assigned_vnd=BILLION, source=w.line.source)
    w.entry = make_entry(w.line, "allocate", 5)
    make_entry(w.line, "saving", 1000)
    w.contract = make_commitment(w.line, 5 * BILLION)
    make_paid_payment(w.contract, 1000, kind="advance")
    make_paid_payment(w.contract, 1000)
    w.done = [make_commitment(line, 1000) for line in (w.line, w.foreign)]
    for contract in w.done:
        make_paid_payment(contract, 1000)
    w.after = make_budget_year(2025, envelope_vnd=BILLION, state="preparing", period=year.period)
    w.empty = make_line(year, assigned_vnd=0)
    w.followed = make_line(year, assigned_vnd=0, managed=False)
    w.year, w.period = year, year.period
    w.old = make_budget_year(2022, envelope_vnd=1, period=year.period)
    w.ended = move_year(make_budget_year(2023, envelope_vnd=1, period=year.period), "adjusting")
    w.closed = make_closed_contract()
    w.returned = make_return(w.closed, 1)
    w.task, w.source, w.unit = make_task(), make_money_source(), make_agency()
    return w


def person_of(role, w):
    if role in ENTERPRISE_ROLES:
        return make_enterprise_user(role=role)
    return make_user(role, office=w.office) if role == Role.CENTRE_STAFF else make_user(role)


def authorised(role, w):
    """A person of the role to whom a chief accountant and a director of their own gave all that can be given."""
    person = Person(role, person_of(role, w), True, make_user(CA), make_user(Role.DIRECTOR))
    rights = {
        person.chief: ("budget.approve limit", "budget.approve correction", "budget.control payment"),
        person.director: ("budget.approve spending", "budget.approve commitment", "budget.sign payment"),
    }
    for giver, actions in rights.items():
        for action in actions:
            delegate(giver, person.user, action)
    return person


# --- attempts ------------------------------------------------------------------------------------


def where(w, kind):
    """On what a step of `kind` stands."""
    kind = StepKind(kind)
    if kind == StepKind.CEILING:
        return {"period": w.period}
    if kind == StepKind.ENVELOPE:
        return {"year": w.year}
    if kind == StepKind.OPENING:
        return {"line": w.empty}
    if kind == StepKind.BUDGET_RETURN:
        said = {"voucher": "GNT-1", "payer": "Công ty", "reason": "Chi thừa"}
        return {"line": w.closed.line, "commitment": w.closed, "happened_on": TODAY, **said}
    if kind == StepKind.UNDO_RETURN:
        return {"line": w.closed.line, "commitment": w.closed, "undoes": w.returned, "reason": "Ghi nhầm"}
    found = {"line": w.line}
    if kind == StepKind.TRANSFER:
        found["other_line"] = w.foreign
    if kind == StepKind.CARRY_OVER:
        found |= {"line": left_of_last_year(w), "other_line": w.line, "ground": "contracts"}
    if kind == StepKind.REVERSE:
        found |= {"reverses": w.entry, "reason": "Ghi nhầm"}
    if kind in (
        StepKind.COMMIT_MORE,
        StepKind.DECOMMIT,
        StepKind.RECOVER,
        StepKind.RECOVER_ADVANCE,
        StepKind.SETTLE,
    ):
        found["commitment"] = w.contract
    return found


def left_of_last_year(w):
    line = make_line(w.ended, assigned_vnd=0, task=w.line.task, source=w.line.source)
    for kind in ("assign", "allocate"):
        make_entry(line, kind, 1, opening=True)
    return line


def amount_of(kind):
    return {StepKind.CEILING: 300 * BILLION, StepKind.ENVELOPE: 21 * BILLION, StepKind.REVERSE: 5}.get(kind, 1)


def draft(w, kind, prepared_by):
    on = where(w, kind)
    if "line" in on:
        on["year"] = on["line"].year
    on.setdefault("happened_on", TODAY)
    return make_budget_step(kind, amount_of(kind), state="prepared", prepared_by=prepared_by, prepared_at=NOW, **on)


def attempt_step(w, verb, kind, person):
    user, giver = person.user, person.chief if APPROVERS[kind] == {CA} else person.director
    by = {"by": user, "now": NOW}
    if verb == "prepare" and kind == StepKind.OPENING:
        return opening.prepare_opening(w.empty, assigned_vnd=1, **PAPER, **by)
    if verb == "prepare":
        return steps.prepare_step(kind, amount_vnd=amount_of(kind), **where(w, kind), **PAPER, **by)
    whose = user.public_id if "own" in verb else giver.public_id if "giver" in verb else w.other
    step = draft(w, kind, whose)
    if verb.startswith("approve"):
        return steps.approve_step(step, **by)
    if verb.startswith("refuse"):
        return steps.refuse_step(step, answer="Không đúng", **by)
    return steps.withdraw_step(step, **by)


CONTRACT = {
    "kind": "contract",
    "number": "77/HĐ-SCT",
    "signed_on": date(2024, 7, 1),
    "what": "Thử",
    "amount_vnd": 1,
    "payee": "Công ty",
}
BILL = {
    "kind": "payment",
    "amount_vnd": 1,
    "clears_vnd": 0,
    "payee": "Công ty TNHH Dịch vụ Hội chợ",
    "payee_account": "1020304050",
    "invoice": "Hóa đơn 1",
    "invoice_on": date(2024, 7, 10),
}


def contract(w, prepared_by, amount_vnd=1):
    return make_commitment(w.line, amount_vnd, state="prepared", prepared_by=prepared_by, prepared_at=NOW)


def bill(w, state, prepared_by, amount_vnd=1, **changes):
    payment = make_payment(w.contract, amount_vnd, state=state, prepared_by=prepared_by)
    if changes:
        payment = make_payment(w.contract, amount_vnd, state="prepared", prepared_by=prepared_by)
        Payment.objects.filter(pk=payment.pk).update(state="controlled", controlled_at=NOW, **changes)
        payment.refresh_from_db()
    return payment


def attempts(w, person):
    """{verb: attempt} for all that is no step."""
    user = person.user
    by, me, other = {"by": user, "now": NOW}, user.public_id, w.other
    chief, director = person.chief.public_id, person.director.public_id
    no = {"answer": "Không đúng"}
    return {
        "prepare a contract": lambda: commitments.prepare_commitment(w.line, **CONTRACT, **by),
        "prepare a contract on another office's task": lambda: commitments.prepare_commitment(
            w.foreign, **CONTRACT, **by
        ),
        "approve another's contract": lambda: commitments.approve_commitment(contract(w, other), **by),
        "approve one's own contract": lambda: commitments.approve_commitment(contract(w, me), **by),
        "approve the giver's contract": lambda: commitments.approve_commitment(contract(w, director), **by),
        "approve a contract above the threshold": lambda: commitments.approve_commitment(
            contract(w, other, BILLION + 1), **by
        ),
        "refuse another's contract": lambda: commitments.refuse_commitment(contract(w, other), **no, **by),
        "refuse one's own contract": lambda: commitments.refuse_commitment(contract(w, me), **no, **by),
        "withdraw another's contract": lambda: commitments.withdraw_commitment(contract(w, other), **by),
        "withdraw one's own contract": lambda: commitments.withdraw_commitment(contract(w, me), **by),
        "liquidate a contract": lambda: commitments.liquidate_commitment(w.done[0], on=TODAY, paper="1/BBTL", **by),
        "liquidate a contract on another office's task": lambda: commitments.liquidate_commitment(
            w.done[1], on=TODAY, paper="1/BBTL", **by
        ),
        "prepare a payment": lambda: payments.prepare_payment(w.contract, **BILL, **by),
        "control another's payment": lambda: payments.control_payment(bill(w, "prepared", other), **by),
        "control one's own payment": lambda: payments.control_payment(bill(w, "prepared", me), **by),
        "control the giver's payment": lambda: payments.control_payment(bill(w, "prepared", chief), **by),
        "sign another's payment": lambda: payments.sign_payment(bill(w, "controlled", other), **by),
        "sign one's own payment": lambda: payments.sign_payment(bill(w, "controlled", me), **by),
        "sign a payment one controlled": lambda: payments.sign_payment(
            bill(w, "prepared", other, controlled_by=me), **by
        ),
        "sign a payment controlled in the giver's name": lambda: payments.sign_payment(
            bill(w, "prepared", other, controlled_by=uuid.uuid4(), controlled_for=director), **by
        ),
        "sign a payment above the threshold": lambda: payments.sign_payment(
            bill(w, "controlled", other, BILLION + 1), **by
        ),
        "send a payment": lambda: payments.send_payment(bill(w, "signed", other), **by),
        "give back a payment to control": lambda: payments.return_payment(bill(w, "prepared", other), **no, **by),
        "give back a payment to sign": lambda: payments.return_payment(bill(w, "controlled", other), **no, **by),
        "give back a signed payment": lambda: payments.return_payment(bill(w, "signed", other), **no, **by),
        "withdraw another's payment": lambda: payments.withdraw_payment(bill(w, "prepared", other), **by),
        "withdraw one's own payment": lambda: payments.withdraw_payment(bill(w, "prepared", me), **by),
        "enter that the Treasury paid": lambda: payments.record_paid(
            bill(w, "sent", other), voucher="KB-77", paid_on=TODAY, **by
        ),
        "enter that the Treasury refused": lambda: payments.record_refused(bill(w, "sent", other), **no, **by),
        "add a line": lambda: lines.add_line(w.year, w.task, w.source, w.unit, **by),
        "describe a line": lambda: lines.describe_line(
            BudgetLine.objects.get(pk=w.line.pk), {"note": "Thử"}, version=w.line.version, **by
        ),
        "plan the months of a line": lambda: lines.plan_spending(w.line, {202408: 1}, **by),
        "prepare a contract from before the portal": lambda: opening.prepare_opening_contract(
            w.empty, payee_account="1903 1234", **CONTRACT, **PAPER, **by
        ),
        "enter a report": lambda: lines.record_report(w.followed, {"assigned_vnd": 1}, **PAPER, **by),
        "add a year": lambda: years.add_year(w.period, 2021, **by),
        "open a year": lambda: years.open_year(w.after, by=user, now=NEXT_YEAR),
        "close the books of a year": lambda: years.start_adjusting(w.old, **by),
        "close a year": lambda: years.close_year(
            BudgetYear.objects.get(pk=w.ended.pk), paper="1/BC-SCT", paper_on=date(w.ended.year + 1, 2, 1), **by
        ),
    }


def outcome(attempt):
    """ "done", "not allowed", or what else was said."""
    said = "done"
    with transaction.atomic():
        try:
            attempt()
        except NotAllowed:
            said = "not allowed"
        except Refused as refusal:
            said = f"refused: {refusal}"
        transaction.set_rollback(True)
    return said


def differences(w, row, attempt_of):
    """Where the outcome for a person is another than the table's."""
    roles, by_delegation = row
    wrong = []
    for person in w.people:
        receivers = RECEIVERS if by_delegation is True else by_delegation or NOBODY
        may = person.role in roles or (person.delegated and person.role in receivers)
        said = outcome(attempt_of(person))
        if said != ("done" if may else "not allowed"):
            wrong.append(f"{person}: {said}")
    return wrong


@pytest.mark.parametrize("kind", list(StepKind))
@pytest.mark.parametrize("verb", list(STEP_TABLE))
def test_every_verb_of_a_step_is_done_by_whom_the_table_names_and_nobody_else(world, verb, kind):
    roles, by_delegation = STEP_TABLE[verb]
    roles = roles[kind] if roles is APPROVERS else roles
    row = (roles, by_delegation)
    assert differences(world, row, lambda person: lambda: attempt_step(world, verb, kind, person)) == []


@pytest.mark.parametrize("verb", list(TABLE))
def test_every_verb_of_contracts_payments_lines_and_years_is_done_by_whom_the_table_names(world, verb):
    assert differences(world, TABLE[verb], lambda person: attempts(world, person)[verb]) == []


def test_the_table_names_every_verb_and_every_kind(world):
    assert set(APPROVERS) == set(StepKind)
    assert set(attempts(world, world.people[0])) == set(TABLE)
    assert {person.role for person in world.people} == set(Role)
