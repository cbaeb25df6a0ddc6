"""Random steps through the services of the budget, each held against the model: outcome, every balance, every entry.

Each step is prepared by one person and approved by another. `run(steps)` takes at least so many, the same every time.
"""

import collections
import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import hypothesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from accounts.roles import Role
from audit.refusals import Refused
from programme.models import BudgetLine, Commitment, LedgerEntry
from programme.services import years
from programme.services.commitments import approve_commitment, prepare_commitment
from programme.services.consistency import find_differences
from programme.services.lines import add_line
from programme.services.payments import control_payment, prepare_payment, record_paid, send_payment, sign_payment
from programme.services.steps import approve_step, prepare_step
from tests.factories import (
    make_agency,
    make_director,
    make_money_source,
    make_officer,
    make_period,
    make_rule,
    make_user,
)
from tests.programme.ledger_model import BALANCES, Ledger
from tests.programme.making import make_task

FIRST, LAST, TASKS = 2021, 2025, ("A", "B")
CEILING, ENVELOPE = 1000, 190
STEPS_A_RUN, BEYOND = 60, 400
PAYEE = "Công ty TNHH Minh Họa"

ON_LINE = ("assign", "supplement", "cut", "saving", "release", "allocate", "allocate", "deallocate", "cancel")
ON_COMMITMENT = ("commit", "decommit", "recover", "recover_advance", "settle", "settle")
DECIDED_BY = {"allocate": "director", "deallocate": "director", "cancel": "director", "carry_over": "director"}
DECIDED_BY |= dict.fromkeys(("commit", "decommit", "settle"), "director")
WHAT = (  # as often as they stand here
    *("on_a_line", "a_contract", "on_a_contract", "a_payment") * 8,
    *("to_another_line", "an_advance", "a_reversal") * 4,
    *("another_limit", "a_year_moves_on"),
)


@dataclass
class Step:
    """One step as the model knows it and as the portal does it; `act` gives the entries booked."""

    kind: str
    change: Callable[[Ledger], bool]
    act: Callable[[], Any]


class LedgerMachine(RuleBasedStateMachine):
    """Over all runs `steps` were taken; `seen` counts of each kind what went through and what was refused."""

    steps, seen = 0, collections.Counter()

    def __init__(self):
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.checks = mock.patch.object(years, "_checks", [])  # what others ask of a year's end is not the ledger's
        self.checks.start()
        make_rule("budget_approval_thresholds", {"deputy_director": 10**9})
        make_rule("budget_advance_ceiling", {"percent": 30})
        make_rule("carry_over_grounds", [{"code": "contracts", "label_vi": "Hợp đồng", "label_en": "Contracts"}])
        self.accountant, self.chief = make_user(Role.ACCOUNTANT), make_user(Role.CHIEF_ACCOUNTANT)
        self.director, self.officer = make_director(), make_officer()
        self.model = Ledger(CEILING, range(FIRST, LAST + 1), TASKS, FIRST)
        self.period = make_period(FIRST, LAST, ceiling_vnd=CEILING)
        self.years = {year: years.add_year(self.period, year, by=self.chief, now=self.now) for year in self.model.years}
        source, unit = make_money_source(), make_agency()
        tasks = {name: make_task(year=FIRST) for name in TASKS}
        self.lines = {
            (year, name): add_line(self.years[year], tasks[name], source, unit, by=self.accountant, now=self.now)
            for year, name in self.model.lines
        }
        self.names = {line.pk: key for key, line in self.lines.items()}
        self.commitments, self.entries, self.taken = {}, [], 0

    def teardown(self):
        try:
            assert [finding.sentence for finding in find_differences()] == []
        finally:
            self.checks.stop()
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    @initialize()
    def the_first_year_begins(self):
        for year in self.model.years:
            self.take(self.limit(year, ENVELOPE))
        for task in TASKS:
            self.take(self.move("assign", (FIRST, task), 80))
            self.take(self.move("allocate", (FIRST, task), 70))
        self.take(self.go_on(FIRST, "open"))

    @rule(dice=st.integers(0, 2**32))
    def something(self, dice):
        """Mostly what the model would let through; the rest is there to be refused."""
        dice = random.Random(f"{dice} {self.taken}")
        if dice.random() < 0.04:
            return self.the_end_of_a_year(dice)
        if dice.random() < 0.02:
            self.model.today = min(self.model.today + 1, LAST)
        for _try in range(8):
            step = getattr(self, dice.choice(WHAT))(dice)
            if step and (dice.random() < 0.3 or step.change(deepcopy(self.model))):
                break
        if step:
            self.take(step)

    # --- one step ------------------------------------------------------------------------------

    @property
    def now(self):
        return datetime(self.model.today, 7, 16, 3, tzinfo=UTC)

    def take(self, step):
        """It goes through exactly when the model says so; what it booked is kept in the model's order."""
        expected, entries = step.change(self.model), []
        try:
            with transaction.atomic():
                entries = step.act() or []
            done = True
        except Refused as refusal:
            assert str(refusal)
            done = False
        assert done == expected, f"{step.kind} went through: {done}; the model says: {expected}"
        self.entries += [entry.pk for entry in entries]
        self.taken += 1
        LedgerMachine.steps += 1
        LedgerMachine.seen[step.kind, done] += 1
        self.compare()

    def compare(self):
        rows = BudgetLine.objects.values("id", "last_number", *(f"{name}_vnd" for name in BALANCES))
        stand = {self.names[row["id"]]: row for row in rows if row["id"] in self.names}
        for key, row in self.model.lines.items():
            assert {name: stand[key][f"{name}_vnd"] for name in BALANCES} == row, key
            assert stand[key]["last_number"] == sum(entry[1] == key for entry in self.model.entries)
        on_commitment = BALANCES[3:8]
        rows = Commitment.objects.values("number", *(f"{name}_vnd" for name in on_commitment))
        stand = {row["number"]: [row[f"{name}_vnd"] for name in on_commitment] for row in rows}
        assert stand == {key: [row[n] for n in on_commitment] for key, row in self.model.commitments.items()}
        limits = self.period.budget_years.values_list("year", "state", "envelope_vnd")
        assert {year: {"state": state, "envelope": vnd} for year, state, vnd in limits} == self.model.years
        assert len(self.entries) == len(self.model.entries)

    def approved(self, kind, amount, **about):
        """Prepared by the accountant, approved by whoever decides on it."""
        paper = {"document": f"Quyết định số {self.taken}/QĐ-UBND", "document_on": self.now.date()}
        step = prepare_step(kind, amount_vnd=amount, by=self.accountant, now=self.now, **paper, **about)
        return approve_step(step, by=getattr(self, DECIDED_BY.get(kind, "chief")), now=self.now)

    def amount(self, dice, trial, most=30):
        """Any amount, or the largest that the model takes, or one above it."""
        if dice.random() < 0.7:
            return dice.randint(1, most)
        least, beyond = 0, BEYOND
        while beyond - least > 1:
            middle = (least + beyond) // 2
            least, beyond = (middle, beyond) if trial(deepcopy(self.model), middle) else (least, middle)
        return max(1, least + dice.choice((0, 1)))

    def near(self, dice):
        """A line, mostly of the current year."""
        order = sorted(self.model.lines, key=lambda line: (abs(line[0] - self.model.today), line))
        return order[dice.choice((*(0, 1) * 8, 2, 3, 4, 9))]

    def contract_of(self, dice):
        """A contract and its line, mostly of the current year; nothing when there is none."""
        latest = sorted(self.commitments, key=lambda name: abs(self.commitments[name][0][0] - self.model.today))
        name = latest[dice.randint(0, 5) % len(latest)] if latest else None
        return name, name and self.commitments[name][0]

    # --- what people do ----------------------------------------------------------------------------

    def on_a_line(self, dice):
        kind, line = dice.choice(ON_LINE), self.near(dice)
        return self.move(kind, line, self.amount(dice, lambda model, vnd: model.book((kind, line, vnd))))

    def move(self, kind, line, amount):
        return Step(
            kind,
            lambda model: model.book((kind, line, amount)),
            lambda: self.approved(kind, amount, line=self.lines[line]),
        )

    def to_another_line(self, dice):
        line, over = self.near(dice), dice.random() < 0.5
        if over and line[0] == LAST:
            return None
        return self.move_between(over, line, self.amount(dice, lambda model, vnd: model.book(*_pair(over, line, vnd))))

    def move_between(self, over, line, amount):
        moves = _pair(over, line, amount)
        about = {"line": self.lines[line], "other_line": self.lines[moves[1][1]], "ground": "contracts" if over else ""}
        kind = "carry_over" if over else "transfer"
        return Step(kind, lambda model: model.book(*moves), lambda: self.approved(kind, amount, **about))

    def a_contract(self, dice):
        line, name = self.near(dice), f"{len(self.commitments) + 1}/HĐ-SCT"
        amount = self.amount(dice, lambda model, vnd: model.commit(name, line, vnd))
        content = {"kind": "contract", "number": name, "signed_on": self.now.date(), "what": "Dàn dựng", "payee": PAYEE}

        def act():
            prepared = prepare_commitment(self.lines[line], amount_vnd=amount, by=self.officer, now=self.now, **content)
            entry = approve_commitment(prepared, by=self.director, now=self.now)
            self.commitments[name] = (line, prepared.pk)
            return [entry]

        return Step("contract", lambda model: model.commit(name, line, amount), act)

    def on_a_contract(self, dice):
        kind, (name, line) = dice.choice(ON_COMMITMENT), self.contract_of(dice)
        if name:
            amount = self.amount(dice, lambda model, vnd: model.book((kind, line, vnd, name)), most=12)
            return self.move_on(kind, name, amount)

    def move_on(self, kind, name, amount):
        line, key = self.commitments[name]
        return Step(
            f"{kind} on a contract",
            lambda model: model.book((kind, line, amount, name)),
            lambda: self.approved(kind, amount, line=self.lines[line], commitment=Commitment.objects.get(pk=key)),
        )

    def an_advance(self, dice):
        name, line = self.contract_of(dice)
        if name:
            amount = self.amount(dice, lambda model, vnd: model.advance(name, line, vnd), most=8)
            return Step(
                "advance",
                lambda model: model.advance(name, line, amount),
                lambda: self.paid("advance", name, amount, 0),
            )

    def a_payment(self, dice):
        name, line = self.contract_of(dice)
        if name:
            advanced = self.model.commitments[name]["advanced"]
            clears = dice.choice((0, 0, advanced, advanced // 2, advanced + 1))
            amount = self.amount(dice, lambda model, vnd: model.book(*_payment(name, line, vnd, clears)), most=12)
            return self.pay(name, line, amount, clears)

    def pay(self, name, line, amount, clears):
        moves = _payment(name, line, amount, clears)
        return Step("payment", lambda model: model.book(*moves), lambda: self.paid("payment", name, amount, clears))

    def paid(self, kind, name, amount, clears):
        """Prepared, controlled, signed, sent and paid by the Treasury."""
        payment = prepare_payment(
            Commitment.objects.get(pk=self.commitments[name][1]),
            kind=kind,
            amount_vnd=amount,
            clears_vnd=clears,
            payee=PAYEE,
            payee_account="",
            invoice="Hóa đơn 1",
            invoice_on=self.now.date(),
            by=self.accountant,
            now=self.now,
        )
        control_payment(payment, by=self.chief, now=self.now)
        sign_payment(payment, by=self.director, now=self.now)
        send_payment(payment, by=self.accountant, now=self.now)
        voucher = f"KB-{payment.pk}"
        return record_paid(payment, voucher=voucher, paid_on=self.now.date(), by=self.accountant, now=self.now)

    def a_reversal(self, dice):
        if not self.entries:
            return None
        return self.reversal_of(max(0, len(self.entries) - 1 - dice.randint(0, 9)))

    def reversal_of(self, number):
        entry = LedgerEntry.objects.get(pk=self.entries[number])
        kind = f"reversal of {entry.kind}"
        return Step(
            kind,
            lambda model: model.undo(number),
            lambda: self.approved("reverse", 0, reverses=entry, reason="Ghi nhầm"),
        )

    # --- limits and years --------------------------------------------------------------------------

    def another_limit(self, dice):
        """Any amount, or the least that may be, or one less, or one more than the most."""
        year = dice.choice((None, *range(FIRST, LAST + 1)))
        taken = sum(row["envelope"] for row in self.model.years.values())
        least, most, any_amount = taken, CEILING, dice.randint(800, 1400)
        if year:
            lines = [row for key, row in self.model.lines.items() if key[0] == year]
            least = sum(row["assigned"] - row["carried_in"] for row in lines)
            most = self.model.ceiling - taken + self.model.years[year]["envelope"]
            any_amount = dice.randint(0, 260)
        return self.limit(year, dice.choice((any_amount, any_amount, least, least - 1, most + 1)))

    def limit(self, year, amount):
        kind, about = ("envelope", {"year": self.years[year]}) if year else ("ceiling", {"period": self.period})
        return Step(kind, lambda model: model.limit(year, amount), lambda: self.approved(kind, amount, **about))

    def a_year_moves_on(self, dice):
        year = self.model.today + dice.choice((-1, 0, 0, 1))
        return self.go_on(min(max(year, FIRST), LAST), dice.choice(("open", "open", "adjusting", "closed")))

    def go_on(self, year, state):
        act = {"open": years.open_year, "adjusting": years.start_adjusting, "closed": years.close_year}[state]
        paper = {"paper": "05/BC-SCT", "paper_on": self.now.date()} if state == "closed" else {}
        return Step(
            f"year {state}",
            lambda model: model.go_on(year, state),
            lambda: act(self.years[year], by=self.chief, now=self.now, **paper) and None,
        )

    def the_end_of_a_year(self, dice):
        """Clear, settle, balance, carry over or cancel what is left, and close; every part a step of its own."""
        year, carried = self.model.today, dice.random() < 0.8
        if year == LAST or self.model.years[year]["state"] != "open":
            return
        for name, (line, _key) in list(self.commitments.items()):
            if line[0] == year:
                self.bring_to_its_end(name, line)
        for line in ((year, task) for task in TASKS):
            row = self.model.lines[line]
            if (
                row["assigned"] > row["allocated"] and dice.random() < 0.5
            ):  # else it is carried over or cancelled as it is
                self.take(self.move("allocate", line, row["assigned"] - row["allocated"]))
        self.model.today += 1
        self.take(self.go_on(year, "adjusting"))
        for line in ((year, task) for task in TASKS):
            if carried and (left := self.left(line)):
                self.take(self.move_between(True, line, (left + 1) // 2))
                if dice.random() < 0.2:
                    self.take(self.reversal_of(len(self.entries) - 1))
            if left := self.left(line):
                self.take(self.move("cancel", line, left))
        self.take(self.go_on(year, "closed"))
        for line in ((year + 1, task) for task in TASKS):
            self.take(self.move("assign", line, 60))
            self.take(self.move("allocate", line, 50))
        self.take(self.go_on(year + 1, "open"))

    def bring_to_its_end(self, name, line):
        row = self.model.commitments[name]
        spent = row["disbursed"] - row["recovered"]
        if row["advanced"]:
            self.take(self.pay(name, line, 0, row["advanced"]))
        if spent > row["settled"]:
            self.take(self.move_on("settle", name, spent - row["settled"]))
        if row["committed"] > spent:
            self.take(self.move_on("decommit", name, row["committed"] - spent))

    def left(self, line):
        row = self.model.lines[line]
        return row["assigned"] - row["committed"] - row["cancelled"] - row["carried_out"]


def _pair(over, line, amount):
    """The halves of what goes over to the next year, or to the other line of the year."""
    year, task = line
    if over:
        return ("carry_out", line, amount), ("carry_in", (year + 1, task), amount)
    return ("transfer_out", line, amount), ("transfer_in", (year, "B" if task == "A" else "A"), amount)


def _payment(name, line, amount, clears):
    cleared = [("clear", line, clears, name)] if clears else []
    return [*cleared, ("pay", line, amount, name)] if amount or not clears else cleared


def run(steps, first_seed=20261127):
    """Seed after seed until so many steps were taken; returns (steps, {(kind, went through): times})."""
    LedgerMachine.steps, LedgerMachine.seen, seed = 0, collections.Counter(), first_seed
    while LedgerMachine.steps < steps:
        wanted = settings(
            max_examples=max(1, min(20, (steps - LedgerMachine.steps) // STEPS_A_RUN)),
            stateful_step_count=STEPS_A_RUN,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        seeded = hypothesis.seed(seed)(type("LedgerMachine", (LedgerMachine,), {}))
        try:
            run_state_machine_as_test(seeded, settings=wanted)
        except BaseException as error:
            error.add_note(f"The ledger and its model differ: tests.programme.ledger_machine.run(1, {seed})")
            raise
        seed += 1
    return LedgerMachine.steps, LedgerMachine.seen
