"""Where statements of the Treasury stand in the demonstration."""

from programme.models import Payment, StatementDifference, TreasuryStatement


def _statement():
    return {"public_id": TreasuryStatement.objects.open().latest("pk").public_id}


def _difference():
    return {"public_id": StatementDifference.objects.unexplained().latest("pk").public_id}


def _payment():
    return {"public_id": Payment.objects.filter(state="paid", amount_vnd__gt=0).earliest("pk").public_id}


ADDRESSES = {
    **{
        f"programme:{name}": _statement
        for name in (
            "statement",
            "statement_rows",
            "statement_file",
            "number_statement",
            "confirm_reconciliation",
            "reconciliation_table",
            "difference_list",
        )
    },
    "programme:difference": _difference,
    "programme:explain_difference": _difference,
    "programme:treasury_papers": _payment,
    "programme:treasury_paper": lambda: _payment() | {"code": "withdrawal"},
}
NOT_PAGES = {"programme:statement_file": "a file", "programme:treasury_paper": "a file"}
