"""Objects of the money pages: a year with a managed line on which something of everything happened, and a followed one."""

from documents.store import save_upload
from tests.documents.sheets import upload
from tests.factories import make_officer
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    make_payment,
    make_reversal,
)


def build(world):
    world.budget_year = make_budget_year(2024, period=world.period)
    world.budget_line = line = make_line(world.budget_year)
    world.followed_line = make_line(
        world.budget_year, managed=False, assigned_vnd=500_000_000, source=line.source, unit=line.unit
    )
    commitment = make_commitment(line)
    world.contract_of_line = commitment
    make_paid_payment(commitment)
    make_payment(commitment)
    make_commitment(line, state="prepared")
    make_budget_step("deallocate", 1_000_000, state="prepared", line=line, year=line.year)
    paper = save_upload(upload(b"So;Ngay\n12;01/07/2024\n", "quyet-dinh.csv"), by=make_officer(), now=world.now)
    world.ledger_entry = make_entry(line, "supplement", 2_000_000, file=paper)
    make_reversal(make_entry(line, "supplement", 1_000_000))


def _year(world):
    return {"year": world.budget_year.year}


def _line(world):
    return {"public_id": world.budget_line.public_id}


def _followed(world):
    return {"public_id": world.followed_line.public_id}


def _contract(world):
    return {"public_id": world.contract_of_line.public_id}


def _entry(world):
    return {"public_id": world.ledger_entry.public_id}


OBJECTS = {
    **dict.fromkeys(
        ["programme:budget_year", "programme:open_year", "programme:start_adjusting", "programme:close_year"], _year
    ),
    **dict.fromkeys(
        [
            "programme:budget_line",
            "programme:describe_line",
            "programme:plan_spending",
            "programme:prepare_opening",
            "programme:prepare_opening_contract",
        ],
        _line,
    ),
    "programme:prepare_opening_again": _contract,
    "programme:record_report": _followed,
    "programme:ledger_entry": _entry,
    "programme:ledger_entry_file": _entry,
}
