"""A contract of the year before on the pages of this year's: what it left, where it goes on, and the form that begins with it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from programme.models import BudgetLine, Commitment, StepKind, YearState, account_now
from programme.permissions.commitments import can_bind
from programme.presenting.acting import address
from programme.presenting.places import open_address
from programme.services.continuing import goes_on_with, going_on_as, left_behind, left_by, left_to_carry, papers_of
from screens import formats


def named_contract(request: HttpRequest, line: BudgetLine) -> Commitment | None:
    """The contract of the same task in the year before that `?continues=` names."""
    try:
        asked = uuid.UUID(request.GET.get("continues", ""))
    except ValueError:
        return None
    rows = Commitment.objects.filter(
        line__task=line.task_id, line__source=line.source_id, line__year__year=line.year.year - 1
    )
    return get_object_or_404(rows.select_related("line__year"), public_id=asked)


def begun_from(before: Commitment | None, begun: dict[str, Any]) -> dict[str, Any]:
    """What the form begins with: all that was left to this year, until when the contract runs."""
    if before is None or begun:
        return {}
    return {"amount_vnd": left_by(before) or None, "ends_on": before.ends_on}


def taken_over(user: Any, before: Commitment | None) -> list[tuple[str, str, str]]:
    """[(label, text, link or "")] of what stands in the contract of the year before and is not asked again."""
    if before is None:
        return []
    steps = ", ".join(f"{step}, {formats.vn_date(step.decided_on)}" for step in before.procurement.all())
    facts = [
        (_("Goes on from"), _what_went_before(before), address(user, before)),
        (_("Signed on"), formats.vn_date(before.signed_on), ""),
        (_("Purpose"), before.what, ""),
        (_("Payee"), before.payee or _("several, by the list"), ""),
        (_("Payee's account"), " – ".join(part for part in account_now(before) if part), ""),
        (_("Steps before the contract"), steps, ""),
    ]
    return [fact for fact in facts if fact[1]]


@dataclass(frozen=True)
class OverYears:
    """The same contract in the year before and in the next: facts of each, and its place in the chain of the page."""

    facts: list[tuple[str, str, str]]
    before: list[tuple[str, str]]  # [(label, address)], one at most
    after: list[tuple[str, str]]


def over_years(user: Any, row: Commitment) -> OverYears:
    before, after = row.continues, going_on_as(row)
    facts = []
    if before is not None:
        facts.append((_("Goes on from"), _what_went_before(before), address(user, before)))
    if after is not None:
        facts.append(
            (_("Goes on as"), f"{_in_year(after)}: {formats.money(goes_on_with(after))}", address(user, after))
        )
    return OverYears(
        facts,
        [] if before is None else [(_("From %(year)s") % {"year": before.line.year}, address(user, before))],
        [] if after is None else [(_("Goes on in %(year)s") % {"year": after.line.year}, address(user, after))],
    )


def _what_went_before(before: Commitment) -> str:
    """What it was signed for, what of it was paid in its own year, and what it left to the next."""
    return _("%(name)s: signed for %(signed)s, disbursed %(spent)s, carried over %(left)s by %(papers)s") % {
        "name": _in_year(before),
        "signed": formats.money(before.amount_vnd),
        "spent": formats.money(before.spent_vnd),
        "left": formats.money(left_by(before)),
        "papers": papers_of(before),
    }


def _in_year(row: Commitment) -> str:
    return _("%(name)s in %(year)s") % {"name": row, "year": row.line.year}


def left_unpaid(row: Commitment) -> int:
    """What a contract left to the next year and does not go on there yet."""
    return left_behind(row) if row.state == Commitment.State.APPROVED else 0


def left_in_year_before(row: Commitment | None) -> int:
    """What the contract that a step is about left in the year before and does not bind here yet."""
    return 0 if row is None or row.continues is None else left_behind(row.continues)


def ways_on(user: Any, row: Commitment, *, on: Any) -> list[tuple[str, str]]:
    """[(address, label)] of how what was left unpaid goes on: it is carried over, and the contract goes on there."""
    carry = open_address(user, "programme:prepare_step", StepKind.CARRY_OVER.value, row.line.public_id)
    found = [(carry, _("Prepare the carrying over"))] if left_to_carry(row.line) else []
    if (after := going_on_as(row)) is not None:
        raises = open_address(user, "programme:prepare_step", StepKind.COMMIT_MORE.value, after.public_id)
        if after.state == Commitment.State.APPROVED:
            found.append((raises, _("Bind it in %(year)s") % {"year": after.line.year}))
        return [each for each in found if each[0]]
    lines = (
        BudgetLine.objects.managed()
        .select_related("year", "task")
        .filter(
            task=row.line.task_id,
            source=row.line.source_id,
            year__year=row.line.year.year + 1,
            year__state=YearState.OPEN,
        )
    )
    found += [
        (
            open_address(user, "programme:prepare_commitment", line.public_id, continues=row.public_id),
            _("Go on with it in %(year)s") % {"year": line.year},
        )
        for line in lines
        if can_bind(user, line, on=on)
    ]
    return [each for each in found if each[0]]
