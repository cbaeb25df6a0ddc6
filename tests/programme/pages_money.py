"""Where the pages of the money stand in the demonstration: the newest year, a managed and a followed line of it."""

from programme.models import BudgetLine, BudgetYear, Commitment, LedgerEntry


def _year():
    return {"year": BudgetYear.objects.latest("year").year}


def _line():
    return {"public_id": BudgetLine.objects.managed().latest("pk").public_id}


def _line_with_a_reversal():
    return {"public_id": LedgerEntry.objects.filter(reverses__isnull=False).latest("pk").line.public_id}


def _followed():
    return {"public_id": BudgetLine.objects.followed().latest("pk").public_id}


def _contract():
    return {"public_id": Commitment.objects.latest("pk").public_id}


def _entry():
    return {"public_id": LedgerEntry.objects.latest("pk").public_id}


ADDRESSES = {
    **dict.fromkeys(
        ["programme:budget_year", "programme:open_year", "programme:start_adjusting", "programme:close_year"], _year
    ),
    **dict.fromkeys(
        [
            "programme:describe_line",
            "programme:plan_spending",
            "programme:prepare_opening",
            "programme:prepare_opening_contract",
        ],
        _line,
    ),
    "programme:budget_line": _line_with_a_reversal,
    "programme:prepare_opening_again": _contract,
    "programme:record_report": _followed,
    "programme:ledger_entry": _entry,
}
