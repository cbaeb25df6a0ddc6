"""Where the pages of steps, contracts and payments stand in the demonstration."""

from programme.models import AccountAddendum, BudgetLine, BudgetStep, Commitment, Payment


def _first(rows):
    return lambda: {"public_id": rows().order_by("pk").first().public_id}


def _line():
    """A line that still takes contracts."""
    return BudgetLine.objects.managed().filter(year__state="open").order_by("pk").first()


def _signed():
    return Commitment.objects.standing().filter(line__year__state="open").order_by("pk").first()


def _payment(*states):
    return _first(lambda: Payment.objects.filter(state__in=states))


ADDRESSES = {
    "programme:budget_step": _first(BudgetStep.objects.all),
    "programme:refuse_step": _first(BudgetStep.objects.prepared),
    "programme:prepare_step": lambda: {"kind": "allocate", "about": _line().public_id},
    "programme:commitment": _first(Commitment.objects.standing),
    "programme:prepare_commitment": lambda: {"line": _line().public_id},
    "programme:refuse_commitment": _first(Commitment.objects.prepared),
    "programme:liquidate_commitment": lambda: {"public_id": _signed().public_id},
    "programme:undo_liquidation": _first(lambda: Commitment.objects.filter(state="liquidated")),
    "programme:prepare_account": lambda: {"public_id": _signed().public_id},
    "programme:refuse_account": _first(AccountAddendum.objects.all),
    "programme:prepare_payment": lambda: {"commitment": _signed().public_id},
    "programme:payment": _payment("paid", "sent"),
    "programme:return_payment": _payment("prepared", "controlled"),
    "programme:record_paid": _payment("sent"),
    "programme:record_refused": _payment("sent"),
}
