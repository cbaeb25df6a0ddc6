"""What the pages share on which somebody acts on the money: links, people, what is left before one uses it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Capacity, may_open
from accounts.models import Delegation, User
from accounts.names import names_of
from programme.models import (
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    LedgerEntry,
    Payment,
    Period,
    StepKind,
    Task,
)
from programme.models.commitments import PENDING
from programme.permissions.budget import APPROVAL, APPROVE_COMMITMENT, SIGN_PAYMENT
from programme.services.ledger import ceiling_left, envelope_left
from programme.services.returns import left_to_return
from screens import formats

PAGES: dict[type, str] = {
    BudgetLine: "programme:budget_line",
    BudgetYear: "programme:budget_year",
    LedgerEntry: "programme:ledger_entry",
    Task: "programme:task",
    Period: "programme:period",
    BudgetStep: "programme:budget_step",
    Commitment: "programme:commitment",
    Payment: "programme:payment",
}


def address(user: Any, row: Any) -> str:
    """The page of a row, when there is one and `user` may open it."""
    return row.get_absolute_url() if row is not None and may_open(user, PAGES[type(row)]) else ""


def trail(user: Any, *more: tuple[str, Any]) -> list[tuple[str, Any]]:
    """Where a page of the money stands: plan and money, for whoever may see them, then `more`."""
    found: list[tuple[str, Any]] = []
    if may_open(user, "programme:money"):
        found.append((reverse("programme:money"), _("Plan and money")))
    return [*found, *more]


def line_name(line: BudgetLine) -> str:
    """The line as it is chosen from: code and words of its task, source, year."""
    return f"{line.task.code} – {line.task.what} – {line.source} – {line.year.year}"


def acting_sentence(right: Capacity | None) -> str:
    """In whose name somebody acts; empty when by a role of their own."""
    if right is None or not right.is_delegated:
        return ""
    giver = names_of([right.giver]).get(right.giver, "")
    return _("You act in the name of %(name)s, by authorisation %(paper)s.") % {"name": giver, "paper": right.paper}


def in_whose_name(entries: Iterable[LedgerEntry]) -> dict[int, str]:
    """{key of an entry that was approved by a written authorisation: in whose name, by which paper}.

    What was approved, by whom and when stands on the step, payment or contract that the entry came from.
    """
    acts: dict[int, tuple[Any, Any, str, Any]] = {}
    for entry in entries:
        row: Any = entry.step or entry.payment or entry.commitment
        if isinstance(row, Payment):
            given = (row.signed_for, row.signed_by, SIGN_PAYMENT.code, row.signed_at)
        elif row is not None:
            wanted = APPROVAL[StepKind(row.kind)] if isinstance(row, BudgetStep) else APPROVE_COMMITMENT
            given = (row.decided_for, row.decided_by, wanted.code, row.decided_at)
        if row is not None and given[0]:
            acts[entry.pk] = given
    if not acts:
        return {}
    givers = dict(
        User.objects.filter(public_id__in={act[0] for act in acts.values()}).values_list("public_id", "full_name")
    )
    papers = list(
        Delegation.objects.filter(
            giver__public_id__in=givers, receiver__public_id__in={act[1] for act in acts.values()}
        )
        .select_related("giver", "receiver")
        .order_by("-created_at", "-pk")
    )
    return {
        key: _("in the name of %(name)s, by %(paper)s")
        % {"name": givers.get(giver, formats.NOTHING), "paper": _paper_of(papers, giver, receiver, code, at)}
        for key, (giver, receiver, code, at) in acts.items()
    }


def _paper_of(given: list[Delegation], giver: Any, receiver: Any, code: str, at: Any) -> str:
    """The newest written authorisation that was there when it was acted on."""
    day = timezone.localdate(at)
    for each in given:
        same = (each.giver.public_id, each.receiver.public_id, each.action) == (giver, receiver, code)
        if same and each.starts_on <= day <= each.planned_ends_on and each.created_at <= at:
            return each.named_paper
    return formats.NOTHING


@dataclass(frozen=True)
class Taken:
    """A step that somebody took: what, who, when, in whose name."""

    label: str | Promise
    name: str = ""
    at: Any = None
    behalf: str = ""
    current: bool = False
    bad: bool = False


def named(*public_ids: Any) -> dict[Any, str]:
    """{public id: name with post}, one query for all; nobody is a dash."""
    return {None: formats.NOTHING, **names_of([each for each in public_ids if each])}


# --- what is left ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Room:
    """What is left now, and what others have prepared that would take it too."""

    label: str | Promise
    left_vnd: int
    pending_vnd: int = 0


NOT_ALLOCATED = gettext_lazy("Assigned, not allocated yet")
NOT_ENDED = gettext_lazy("Assigned, neither bound by a contract or decision, cancelled nor carried over")
NOT_COMMITTED = gettext_lazy("Allocated, not bound by a contract or decision")
NOT_DISBURSED = gettext_lazy("Contract or decision signed, not disbursed yet")
NOT_SETTLED = gettext_lazy("Disbursed, not an advance still to be cleared, and not settled yet")
NOT_CLEARED = gettext_lazy("Advances not cleared yet")
NOT_ASSIGNED = gettext_lazy("Envelope of the year not assigned to lines yet")
WITHHELD = gettext_lazy("Withheld as saving, not released yet")
NOT_RETURNED = gettext_lazy("Disbursed, not come back in its year nor since")
NOT_TAKEN = gettext_lazy("Ceiling of the programme that no year has taken yet")
NOT_GIVEN = gettext_lazy("Ceiling that the year may have, its envelope now included")

_OF_ASSIGNED = (StepKind.ALLOCATE, StepKind.CUT, StepKind.SAVING, StepKind.TRANSFER)
_OF_ALLOCATED = (StepKind.DEALLOCATE, StepKind.COMMIT_MORE, StepKind.CANCEL, StepKind.CARRY_OVER)
_OF_FREE = (
    StepKind.CANCEL,
    StepKind.CARRY_OVER,
    StepKind.COMMIT_MORE,
    StepKind.CUT,
    StepKind.SAVING,
    StepKind.TRANSFER,
)
_OF_ENVELOPE = (StepKind.ASSIGN, StepKind.SUPPLEMENT, StepKind.OPENING)
_OF_SPENT = (StepKind.SETTLE, StepKind.RECOVER)


def _sum(rows: Any, column: str = "amount_vnd") -> int:
    return rows.aggregate(sum=Sum(column))["sum"] or 0


def _pending(kinds: tuple[StepKind, ...], besides: BudgetStep | None, **where: Any) -> int:
    rows = BudgetStep.objects.prepared().filter(kind__in=kinds, **where)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return _sum(rows) - _sum(rows, "carried_in_vnd")  # which takes nothing of the envelope


def room_on_line(line: BudgetLine, *, besides: BudgetStep | Commitment | None = None) -> Room:
    """What another contract or decision on the line may take."""
    step = besides if isinstance(besides, BudgetStep) else None
    waiting = Commitment.objects.prepared().filter(line=line)
    if isinstance(besides, Commitment):
        waiting = waiting.exclude(pk=besides.pk)
    return Room(NOT_COMMITTED, line.left_vnd, _pending(_OF_ALLOCATED, step, line=line) + _sum(waiting))


def room_on_commitment(
    commitment: Commitment, *, besides: BudgetStep | None = None, payment: Payment | None = None
) -> Room:
    """What another payment on the contract or decision may take."""
    waiting = commitment.payments.filter(state__in=PENDING)
    if payment is not None:
        waiting = waiting.exclude(pk=payment.pk)
    reduced = _pending((StepKind.DECOMMIT,), besides, commitment=commitment)
    return Room(NOT_DISBURSED, commitment.payable_vnd, _sum(waiting) + reduced)


def room_of_advances(
    commitment: Commitment, *, besides: BudgetStep | None = None, payment: Payment | None = None
) -> Room:
    """Advances that accepted volume may still clear."""
    waiting = commitment.payments.filter(state__in=PENDING)
    if payment is not None:
        waiting = waiting.exclude(pk=payment.pk)
    recovered = _pending((StepKind.RECOVER_ADVANCE,), besides, commitment=commitment)
    return Room(NOT_CLEARED, commitment.advanced_vnd, _sum(waiting, "clears_vnd") + recovered)


def room_of_ceiling(line: BudgetLine, *, besides: BudgetStep | None = None) -> Room:
    """What opening sums of a line may have as carried in from a year that is not kept here."""
    rows = BudgetStep.objects.prepared().filter(kind=StepKind.OPENING, year__period=line.year.period, line__counts=True)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return Room(NOT_TAKEN, ceiling_left(line.year.period), _sum(rows, "carried_in_vnd"))


def rooms_for(
    kind: str,
    *,
    year: BudgetYear | None = None,
    line: BudgetLine | None = None,
    commitment: Commitment | None = None,
    besides: BudgetStep | None = None,
) -> list[Room]:
    """What is left, and pending, of what a step of `kind` takes. A ceiling, and a reversal, take nothing."""
    kind = StepKind(kind)
    if kind == StepKind.ENVELOPE and year is not None:
        return [Room(NOT_GIVEN, ceiling_left(year.period) + year.envelope_vnd)]
    if line is None or kind in (StepKind.REVERSE, StepKind.UNDO_RETURN):
        return []
    if kind == StepKind.BUDGET_RETURN and commitment is not None:
        waiting = _pending((StepKind.BUDGET_RETURN,), besides, commitment=commitment)
        return [Room(NOT_RETURNED, left_to_return(commitment), waiting)]
    if kind == StepKind.OPENING:
        if commitment is not None:  # what was reversed of a signed contract takes nothing of its line
            return [room_on_line(line, besides=commitment)] if commitment.state == Commitment.State.PREPARED else []
        kind = StepKind.ASSIGN
    if kind in _OF_ENVELOPE:
        if not line.counts:
            return []
        where = {"line__year": line.year, "line__counts": True, "commitment": None}
        return [Room(NOT_ASSIGNED, envelope_left(line.year), _pending(_OF_ENVELOPE, besides, **where))]
    if kind == StepKind.RELEASE:
        return [Room(WITHHELD, line.withheld_vnd, _pending((StepKind.RELEASE,), besides, line=line))]
    if kind in _OF_ASSIGNED:
        left = min(line.assigned_vnd - line.allocated_vnd, line.free_vnd)
        return [Room(NOT_ALLOCATED, left, _pending(_OF_ASSIGNED, besides, line=line))]
    if kind in (StepKind.CANCEL, StepKind.CARRY_OVER):
        waiting = _sum(Commitment.objects.prepared().filter(line=line))
        return [Room(NOT_ENDED, line.free_vnd, _pending(_OF_FREE, besides, line=line) + waiting)]
    if commitment is not None and kind == StepKind.DECOMMIT:
        return [room_on_commitment(commitment, besides=besides)]
    if commitment is not None and kind == StepKind.RECOVER_ADVANCE:
        return [room_of_advances(commitment, besides=besides)]
    if commitment is not None and kind in _OF_SPENT:
        left = commitment.spent_vnd - commitment.advanced_vnd - commitment.settled_vnd
        return [Room(NOT_SETTLED, left, _pending(_OF_SPENT, besides, commitment=commitment))]
    return [room_on_line(line, besides=besides)]


def decided_label(row: BudgetStep | Commitment, *, booked: bool) -> str:
    """What the person is called who decided on it; what was booked was approved, also if it was withdrawn with its entries."""
    if row.state == "refused":
        return _("Who refused it")
    return _("Who withdrew it") if row.state == "withdrawn" and not booked else _("Who decided")
