"""What others refused or gave back and may still be prepared anew: whose it is, and handing it over with other work.

What waits goes along, so that its refusal comes to whoever took it over.
"""

from functools import partial

from django.db.models import Q
from django.db.models.functions import Coalesce

from accounts.models import User
from audit.events import record_event
from programme.models import BudgetStep, Commitment, Payment, YearState
from programme.models.commitments import PENDING
from programme.models.steps import BESIDE_LEDGER
from programme.permissions.budget import PREPARE_COMMITMENT, PREPARE_PAYMENT, PREPARE_STEP, VIEW

# Whoever took it over, else whoever prepared it.
HOLDER = Coalesce("kept_by", "prepared_by")


def steps_of(person):
    """Of a closed year only what is returned to the budget can be prepared anew."""
    rows = _held(BudgetStep, person).filter(state=BudgetStep.State.REFUSED)
    return rows.exclude(~Q(kind__in=BESIDE_LEDGER), year__state=YearState.CLOSED)


def commitments_of(person):
    """One from before the portal was refused with its step."""
    rows = _held(Commitment, person).filter(state=Commitment.State.REFUSED, before_portal=False)
    return rows.exclude(line__year__state=YearState.CLOSED)


def payments_of(person):
    rows = _held(Payment, person).filter(state__in=(Payment.State.RETURNED, Payment.State.REFUSED))
    return rows.exclude(commitment__line__year__state=YearState.CLOSED)


def all_steps_of(person):
    """With what waits; the contracts and decisions and payments of a person in the same way below."""
    return _with_waiting(steps_of, BudgetStep, (BudgetStep.State.PREPARED,), person)


def all_commitments_of(person):
    rows = _with_waiting(commitments_of, Commitment, (Commitment.State.PREPARED,), person)
    return rows.filter(before_portal=False)


def all_payments_of(person):
    return _with_waiting(payments_of, Payment, PENDING, person)


def _with_waiting(of, model, states, person):
    back = of(person).values("pk")
    return model.objects.alias(holder=HOLDER).filter(Q(holder=person.public_id, state__in=states) | Q(pk__in=back))


def _held(model, person):
    return model.objects.alias(holder=HOLDER).filter(holder=person.public_id, redone_by=None)


def _hand_over(of, kind, person, to, *, by, now):
    """Give them to `to` (one act of accounts.handover, which records it)."""
    for row in of(person).select_for_update(of=("self",)):
        row.kept_by = to.public_id
        row.save(update_fields=["kept_by"])
        record_event(kind, row, by=by, now=now)


def holding(of, action, kind):
    """How `accounts.handover` counts, names and moves them, and who may go on with them."""
    return {
        "count": lambda person: of(person).count(),
        "things": of,
        "takers": lambda person, on: User.objects.holding(action.roles, on),
        "move": partial(_hand_over, of, kind),
        "readers": VIEW.roles,
    }


STEPS = holding(all_steps_of, PREPARE_STEP, "budget step handed over")
COMMITMENTS = holding(all_commitments_of, PREPARE_COMMITMENT, "commitment handed over")
PAYMENTS = holding(all_payments_of, PREPARE_PAYMENT, "payment handed over")
