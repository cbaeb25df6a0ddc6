"""A statement of the Treasury with a difference, and a payment, for every route that needs one."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from documents.store import save_upload
from programme.services.treasury import lay_statement
from tests.documents.sheets import workbook
from tests.programme.making import (
    Line,
    make_accountant,
    make_budget_year,
    make_commitment,
    make_line,
    make_paid_payment,
    make_treasury_import,
    statement_line,
)


def build(world):
    accountant = make_accountant()
    year = getattr(world, "budget_year", None) or make_budget_year(2024)
    commitment = make_commitment(make_line(year))
    paid = {"voucher": "KB-matrix", "paid_on": date(year.year, 3, 5)}
    world.paid_payment = make_paid_payment(commitment, 1_000, kind="advance", **paid)
    last = make_paid_payment(commitment, 500, clears_vnd=400, voucher="KB-matrix-2", paid_on=date(year.year, 3, 6))
    world.paid_payment = last
    import_ = make_treasury_import(by=accountant, now=world.now, year=year.year)
    data = workbook([["Số chứng từ", "Số tiền"], ["KB-matrix", 900]])
    import_.file = save_upload(SimpleUploadedFile("so-phu.xlsx", data), by=accountant, now=world.now)
    world.statement = lay_statement(
        year=year,
        span="q1",
        lines=[Line(number=2, **statement_line(last, amount_vnd=900))],
        import_=import_,
        by=accountant,
        now=world.now,
    )
    world.difference = world.statement.differences.there().first()


def _address(name, **more):
    return lambda world: {"public_id": getattr(world, name).public_id, **more}


OBJECTS = {
    **{
        f"programme:{name}": _address("statement")
        for name in (
            "statement",
            "statement_rows",
            "statement_file",
            "match_statement",
            "number_statement",
            "confirm_reconciliation",
            "reconciliation_table",
            "difference_list",
            "explain_differences",
        )
    },
    "programme:difference": _address("difference"),
    "programme:explain_difference": _address("difference"),
    "programme:treasury_papers": _address("paid_payment"),
    "programme:treasury_paper": _address("paid_payment", code="withdrawal"),
}
