"""Money returned to the budget after its year was closed, as rows of a table."""

from typing import Any

from django.urls import reverse

from programme.models import BudgetLine, BudgetStep, BudgetYear, Commitment, MoneyReturn, StepKind
from programme.permissions.budget import PREPARE_STEP
from programme.presenting.acting import address, named


def return_rows(of: Commitment | BudgetLine | BudgetYear, user: Any) -> list[dict[str, Any]]:
    """Each return on the contract, the line or the year, the oldest first, with its step and where it is reversed."""
    where: dict[str, Any] = {"commitment": of}
    if isinstance(of, BudgetLine):
        where = {"commitment__line": of}
    elif isinstance(of, BudgetYear):
        where = {"commitment__line__year": of}
    found = MoneyReturn.objects.filter(**where).select_related("commitment", "step", "reverses", "reversed_by")
    rows = list(found.order_by("recorded_at", "pk"))
    people = named(*(each for row in rows for each in (row.recorded_by, row.approved_by))) if rows else {}
    may = bool(user.may(PREPARE_STEP))
    waiting = set(
        BudgetStep.objects.prepared().filter(undoes__in=rows).values_list("undoes_id", flat=True)
        if may and rows
        else ()
    )
    return [
        {
            "row": row,
            "amount_vnd": row.sign * row.amount_vnd,
            "step_url": address(user, row.step),
            "commitment_url": address(user, row.commitment),
            "recorded_by": people.get(row.recorded_by, ""),
            "approved_by": people.get(row.approved_by, ""),
            "undone": getattr(row, "reversed_by", None) is not None,
            "undo_url": _undo_address(row) if may and row.pk not in waiting else "",
        }
        for row in rows
    ]


def _undo_address(row: MoneyReturn) -> str:
    if row.reverses_id is not None or getattr(row, "reversed_by", None) is not None:
        return ""
    return reverse("programme:prepare_step", args=[StepKind.UNDO_RETURN.value, row.public_id])
