"""Preparing anew what was refused, given back or withdrawn: its form begins with what stood there, each value to be put right."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from documents.models import StoredFile
from programme.models import BudgetStep, Commitment, Payment, StepKind, YearState
from programme.models.steps import ABOUT_COMMITMENT, BESIDE_LEDGER, OPENING_SUMS
from programme.permissions.commitments import can_bind
from programme.presenting.acting import address
from programme.presenting.places import open_address
from programme.services.commitments import CONTENT as CONTRACT_FIELDS
from programme.services.redoing import WITHOUT_EFFECT
from screens import formats

OPENING_FIELDS = (*OPENING_SUMS, "document", "document_on", "reason")


def named_before(request: HttpRequest, rows: QuerySet) -> Any:
    """The one of `rows` that `?like=` names, where it ended without effect."""
    try:
        asked = uuid.UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    return rows.filter(public_id=asked, state__in=WITHOUT_EFFECT[rows.model]).select_related("file").first()


def begun_like(before: Any, fields: Iterable[str], user: Any) -> dict[str, Any]:
    """What a form begins with after what stood before; its file is attached again where it is this person's own."""
    if before is None:
        return {}
    begun = {name: getattr(before, name) for name in fields if name != "file"}
    return begun | _attached("file", before.file, user)


def why_it_ended(row: Any) -> str:
    """What the form says of the row that it begins like."""
    if row is None:
        return ""
    said = {"state": row.get_state_display(), "answer": row.answer}
    if not row.answer:
        return _("What was prepared before stands here: %(state)s. Put right what was wrong.") % said
    return _("What was prepared before stands here: %(state)s – %(answer)s Put right what was wrong.") % said


def _attached(name: str, file: StoredFile | None, user: Any) -> dict[str, Any]:
    return {f"{name}_kept": file.public_id} if file is not None and file.owner == user.public_id else {}


def steps_before(row: Commitment | None, user: Any) -> dict[str, Any]:
    """What the form of a contract begins with of the steps before it."""
    begun: dict[str, Any] = {}
    for step in row.procurement.select_related("file") if row is not None else ():
        begun |= {f"{step.kind}_number": step.number, f"{step.kind}_decided_on": step.decided_on}
        begun |= _attached(f"{step.kind}_file", step.file, user)
    return begun


def begun_opening(step: BudgetStep | None, user: Any) -> dict[str, Any]:
    """Likewise of a step that was to open sums from before the portal, and of its contract where it has one."""
    if step is None:
        return {}
    if step.commitment is None:
        return begun_like(step, OPENING_FIELDS, user) | {"assigned_vnd": step.amount_vnd}
    paper = {name: getattr(step, name) for name in OPENING_FIELDS} | _attached("paper_file", step.file, user)
    contract = begun_like(step.commitment, CONTRACT_FIELDS, user)
    return paper | contract | steps_before(step.commitment, user)


def _is_to_be_redone(row: Any) -> bool:
    return row.state in WITHOUT_EFFECT[type(row)] and not hasattr(row, "redone_by")


def places_of(user: Any, row: Any) -> list[tuple[str, str, str]]:
    """[(label, text, link or "")] of what it stands for, and of what stands in its place."""
    after = getattr(row, "redone_by", None)
    found = [(_("Prepared anew for"), row.redoes), (_("Prepared anew as"), after)]
    return [
        (label, f"{each}, {formats.vn_datetime(each.prepared_at)}", address(user, each))
        for label, each in found
        if each is not None
    ]


def step_anew_url(user: Any, step: BudgetStep) -> str:
    """Where a step that ended without effect is prepared anew, by whoever may prepare it."""
    if not _is_to_be_redone(step):
        return ""
    if step.year is not None and step.year.state == YearState.CLOSED and step.kind not in BESIDE_LEDGER:
        return ""
    if step.kind == StepKind.OPENING:
        if step.commitment is None:
            return open_address(user, "programme:prepare_opening", step.line.public_id, like=step.public_id)
        if step.commitment.state == Commitment.State.APPROVED:
            return open_address(user, "programme:prepare_opening_again", step.commitment.public_id, like=step.public_id)
        return open_address(user, "programme:prepare_opening_contract", step.line.public_id, like=step.public_id)
    about = about_of(step)
    return open_address(user, "programme:prepare_step", step.kind, about.public_id, like=step.public_id)


def about_of(step: BudgetStep) -> Any:
    """The line, contract, entry, return, year or period that a step is prepared on."""
    if step.kind in (*ABOUT_COMMITMENT, StepKind.BUDGET_RETURN):
        return step.commitment
    return {
        StepKind.CEILING: step.period,
        StepKind.ENVELOPE: step.year,
        StepKind.REVERSE: step.reverses,
        StepKind.UNDO_RETURN: step.undoes,
    }.get(StepKind(step.kind), step.line)


def commitment_anew_url(user: Any, row: Commitment, *, on: Any) -> str:
    """Where a contract that was refused or withdrawn is prepared anew; one from before the portal is with its step."""
    if not _is_to_be_redone(row) or row.before_portal or row.line.year.state != YearState.OPEN:
        return ""
    if not can_bind(user, row.line, on=on):
        return ""
    return open_address(user, "programme:prepare_commitment", row.line.public_id, like=row.public_id)


def payment_anew_url(user: Any, row: Payment) -> str:
    """Where a payment that was given back, refused or withdrawn is prepared anew."""
    if not _is_to_be_redone(row) or row.commitment.line.year.state == YearState.CLOSED:
        return ""
    return open_address(user, "programme:prepare_payment", row.commitment.public_id, like=row.public_id)
