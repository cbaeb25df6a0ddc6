"""Steps, contracts and payments for every route on which somebody acts, each for whoever may."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from documents.store import save_upload
from programme.models import BudgetYear, ProcurementStep
from tests.programme.making import (
    make_account,
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_line,
    make_payment,
    make_task,
)


def one_page(name="quyet-dinh.pdf"):
    """A PDF of one empty page, as an upload."""
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(buffer)
    return SimpleUploadedFile(name, buffer.getvalue())


def build(world):
    people = world.people
    stored = save_upload(one_page(), by=people["accountant"], now=world.now)
    year = BudgetYear.objects.filter(year=2024).first() or make_budget_year(2024)
    office = people["centre_staff"].posts.get().office
    world.acting_line = line = make_line(year, task=make_task(office=office))
    world.limit_step = make_budget_step("supplement", state="prepared", line=line, year=year, file=stored)
    world.spending_step = make_budget_step("deallocate", 1000, state="prepared", line=line, year=year, file=stored)
    world.commitment_waiting = make_commitment(line, 1000, state="prepared", file=stored)
    world.commitment_signed = make_commitment(line, 100_000_000)
    world.account_waiting = make_account(world.commitment_signed, file=stored)
    world.procurement = ProcurementStep.objects.create(
        commitment=world.commitment_signed, kind="result", number="1/QĐ-SCT", decided_on="2024-01-20", file=stored
    )
    world.payment_waiting = {
        state: make_payment(world.commitment_signed, 1000, state=state, file=stored)
        for state in ("prepared", "controlled", "signed", "sent")
    }


def _of(thing):
    return lambda world: {"public_id": thing(world).public_id}


def _step_for(world, who):
    """The chief accountant decides on estimates, leaders on what the Department itself spends."""
    step = world.spending_step if who in ("director", "deputy_director") else world.limit_step
    return {"public_id": step.public_id}


def _payment_for(world, who):
    """The chief accountant gives back what is not controlled, leaders what is."""
    state = "controlled" if who in ("director", "deputy_director") else "prepared"
    return {"public_id": world.payment_waiting[state].public_id}


def _payment(state):
    return _of(lambda world: world.payment_waiting[state])


OBJECTS = {
    **{
        f"programme:{name}": _of(lambda world: world.limit_step)
        for name in ("budget_step", "budget_step_file", "withdraw_step")
    },
    "programme:approve_step": _step_for,
    "programme:refuse_step": _step_for,
    "programme:prepare_step": lambda world: {"kind": "allocate", "about": world.acting_line.public_id},
    "programme:prepare_commitment": lambda world: {"line": world.acting_line.public_id},
    **{
        f"programme:{name}": _of(lambda world: world.commitment_waiting)
        for name in (
            "commitment",
            "commitment_file",
            "approve_commitment",
            "refuse_commitment",
            "withdraw_commitment",
            "liquidate_commitment",
            "undo_liquidation",
        )
    },
    "programme:procurement_file": _of(lambda world: world.procurement),
    "programme:prepare_account": lambda world: {"public_id": world.commitment_signed.public_id},
    **{
        f"programme:{name}": lambda world: {"public_id": world.account_waiting.public_id}
        for name in ("approve_account", "refuse_account", "account_file")
    },
    "programme:prepare_payment": lambda world: {"commitment": world.commitment_signed.public_id},
    "programme:payment": _payment("prepared"),
    "programme:payment_file": _payment("prepared"),
    "programme:control_payment": _payment("prepared"),
    "programme:withdraw_payment": _payment("prepared"),
    "programme:sign_payment": _payment("controlled"),
    "programme:send_payment": _payment("signed"),
    "programme:record_paid": _payment("sent"),
    "programme:record_refused": _payment("sent"),
    "programme:return_payment": _payment_for,
}
