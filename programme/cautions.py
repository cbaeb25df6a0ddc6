"""What is pointed out of a contract or a decision: it may be right, but a person must have looked."""

from dataclasses import dataclass
from datetime import date

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from audit.refusals import Refused
from programme.models import (
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    EntryKind,
    LedgerEntry,
    Payment,
    StepKind,
    Task,
)
from programme.models.budget import RECOVERIES
from programme.models.commitments import PENDING
from programme.services.limits import adjustment_ends
from reference.services import rule
from screens import formats

GIVES = (EntryKind.ASSIGN, EntryKind.SUPPLEMENT, EntryKind.TRANSFER_IN)
ENDED = (Task.State.DONE, Task.State.DROPPED)


@dataclass(frozen=True)
class Caution:
    """A sentence, and the other contract or decision that it speaks of."""

    said: str
    other: Commitment | None = None


def cautions_of(row: Commitment, *, on: date) -> list[Caution]:
    """What whoever prepares or approves it should look at while it waits; empty once it is decided on."""
    if row.state != Commitment.State.PREPARED or row.before_portal:
        return []
    found = [_same_number(row, other) for other in Commitment.objects.numbered_like(row).order_by("pk")]
    sentences = [task_ended(row.line, row.signed_on), _account_without_digit(row)]
    if row.continues_id is None:  # what goes on from the year before was signed then, after its own steps
        sentences = [_signed_before_its_money(row), _nothing_before_it(row, on), *sentences]
    return found + [Caution(said) for said in sentences if said]


def require_no_caution(cautions: list[str]) -> None:
    """Refuse to approve among many what has a caution."""
    if cautions:
        raise Refused(_("%(cautions)s Open it and approve it by itself.") % {"cautions": " ".join(cautions)})


def task_ended(line: BudgetLine, on: date) -> str:
    """That nothing is spent any more on a task that ended before the day; empty while it goes on."""
    task = line.task
    if task.state not in ENDED or (task.finished_on and on <= task.finished_on):
        return ""
    said = {"task": task.code, "state": task.get_state_display(), "day": formats.vn_date(task.finished_on)}
    if task.finished_on:
        return _("Task %(task)s ended on %(day)s: %(state)s. See that this still belongs to it.") % said
    return _("Task %(task)s has ended: %(state)s. See that this still belongs to it.") % said


def step_for_ended_task(step: BudgetStep) -> str:
    """That the task to which a waiting step gives money ended before the day of its document."""
    line = gaining_line(step.kind, step.line, step.other_line)
    if line is None or step.state != BudgetStep.State.PREPARED:
        return ""
    return task_ended(line, step.document_on)


def after_the_adjustment(year: BudgetYear, on: date) -> str:
    """That money of a year is paid or comes back after its adjustment period ended; empty on the days before."""
    ends = adjustment_ends(year.year)
    if on <= ends:
        return ""
    return _(
        "The adjustment period of %(year)s ended on %(ends)s. Money of that year is no longer paid or cleared; what comes back "
        "is returned to the budget and restores no estimate. See that this still belongs to it."
    ) % {"year": year, "ends": formats.vn_date(ends)}


def too_late_for_advances(year: BudgetYear, on: date) -> str:
    """That the year is over, so that an advance paid now is booked in it no more; empty while it runs."""
    if on.year <= year.year:
        return ""
    return _(
        "The budget year %(year)s is over. Only an advance that the Treasury paid by 31/12/%(year)s is booked in it, before its "
        "adjustment period begins; one that is paid now cannot be booked."
    ) % {"year": year}


def cautions_of_payment(payment: Payment, on: date) -> list[str]:
    """What whoever controls, signs or sends a payment, or enters its answer, should look at."""
    if payment.state not in PENDING:
        return []
    year, said = payment.commitment.line.year, []
    if payment.kind == Payment.Kind.ADVANCE:
        said.append(too_late_for_advances(year, on))
    return [each for each in (*said, after_the_adjustment(year, on)) if each]


def cautions_on_page(payment: Payment, today: date) -> list[str]:
    """The same on the page of a payment; of one that is sent, by when the Treasury must have paid it, on whatever day it did."""
    year = payment.commitment.line.year
    last = date(year.year, 12, 31) if payment.kind == Payment.Kind.ADVANCE else adjustment_ends(year.year)
    if payment.state != Payment.State.SENT or today <= last:
        return cautions_of_payment(payment, today)
    said = {"year": year, "last": formats.vn_date(last)}
    return [
        _(
            "Money of %(year)s is paid in this way until %(last)s. Enter the day on which the Treasury paid; if it paid later, see "
            "that the payment still belongs to that year."
        )
        % said
    ]


def cautions_before_payment(commitment: Commitment, on: date) -> list[str]:
    """What whoever prepares a payment on it should look at first."""
    year = commitment.line.year
    advances = too_late_for_advances(year, on) if year.takes(EntryKind.ADVANCE) else ""
    return [each for each in (advances, after_the_adjustment(year, on)) if each]


def late_step(step: BudgetStep) -> str:
    """That a waiting step takes money back into a year after its adjustment period ended."""
    if step.kind not in RECOVERIES or step.state != BudgetStep.State.PREPARED or step.year is None:
        return ""
    return after_the_adjustment(step.year, step.happened_on)


def ceiling_too_early(step: BudgetStep) -> str:
    """That a decision on the ceiling is older than the decision on its period, or than anything decided on its years."""
    period = step.period
    if step.kind != StepKind.CEILING or period is None or step.state != BudgetStep.State.PREPARED:
        return ""
    said = {"day": formats.vn_date(step.document_on), "period": period, "first": period.starts_year}
    if period.decision_on is not None:
        if step.document_on >= period.decision_on:
            return ""
        said |= {"decision": period.decision, "decided": formats.vn_date(period.decision_on)}
        return _("The document is of %(day)s, before %(decision)s of %(decided)s that began the period.") % said
    if step.document_on >= date(period.starts_year - 1, 1, 1):
        return ""
    return (
        _("The document is of %(day)s, more than a year before “%(period)s” begins (%(first)s). See that it is right.")
        % said
    )


def cautions_of_step(step: BudgetStep) -> list[str]:
    """What whoever prepares or approves a step should look at while it waits."""
    return [each for each in (step_for_ended_task(step), late_step(step), ceiling_too_early(step)) if each]


def gaining_line(kind: str, line: BudgetLine | None, other: BudgetLine | None) -> BudgetLine | None:
    """The line that has more to spend after a step of this kind."""
    if kind == StepKind.TRANSFER:
        return other
    return line if kind in (StepKind.ASSIGN, StepKind.SUPPLEMENT, StepKind.ALLOCATE, StepKind.COMMIT_MORE) else None


def _same_number(row: Commitment, other: Commitment) -> Caution:
    said = _(
        "This year has another with the same number: %(name)s of %(day)s, %(who)s, %(amount)s, %(state)s. See that one "
        "contract is not entered twice."
    )
    return Caution(
        said
        % {
            "name": other,
            "day": formats.vn_date(other.signed_on),
            "who": other.payee or other.what,
            "amount": formats.money(other.amount_vnd),
            "state": other.get_state_display(),
        },
        other,
    )


def _signed_before_its_money(row: Commitment) -> str:
    given = _first_given(row.line)
    if given is None or row.signed_on >= given:
        return ""
    said = {"signed": formats.vn_date(row.signed_on), "given": formats.vn_date(given)}
    return _("It is signed on %(signed)s, before its line was given money (%(given)s).") % said


def _account_without_digit(row: Commitment) -> str:
    if not row.payee_account or any(letter.isdigit() for letter in row.payee_account):
        return ""
    return _("The payee's account “%(account)s” has no digit. See that it is right.") % {"account": row.payee_account}


def _first_given(line: BudgetLine) -> date | None:
    """The day of the first document that gave the line money; of what was carried in, that of the line it came from."""
    lines, seen = {line.pk}, set()
    while lines - seen:
        seen |= lines
        carried = LedgerEntry.objects.filter(line__in=lines, kind=EntryKind.CARRY_IN, pair__isnull=False)
        pairs = carried.values_list("pair", flat=True)
        out = LedgerEntry.objects.filter(kind=EntryKind.CARRY_OUT, pair__in=list(pairs))
        lines |= set(out.values_list("line", flat=True))
    given = LedgerEntry.objects.filter(line__in=lines, kind__in=GIVES, reverses=None, reversed_by=None)
    days = given.annotate(day=Coalesce("document_on", "happened_on")).values_list("day", flat=True)
    return min(days, default=None)


def _nothing_before_it(row: Commitment, on: date) -> str:
    asked = rule("steps_before_commitment", on, {}).get("kinds", [Commitment.Kind.CONTRACT])
    if row.kind not in asked or row.procurement.exists():
        return ""
    return _("No step before it is entered: approval of the estimate, plan of contractor selection, its result.")
