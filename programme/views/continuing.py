"""A contract of the year before on the pages of this year's: what it left, where it goes on, and the form that begins with it."""

import uuid
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from programme.models import BudgetLine, Commitment, YearState, account_now
from programme.permissions.commitments import can_bind
from programme.presenting.acting import address
from programme.presenting.places import open_address
from programme.services.continuing import left_by
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
        (_("Goes on from"), _in_year(before), address(user, before)),
        (_("Signed on"), formats.vn_date(before.signed_on), ""),
        (_("Purpose"), before.what, ""),
        (_("Payee"), before.payee or _("several, by the list"), ""),
        (_("Payee's account"), " – ".join(part for part in account_now(before) if part), ""),
        (_("Steps before the contract"), steps, ""),
        (_("Left to this year"), formats.money(left_by(before)), ""),
    ]
    return [fact for fact in facts if fact[1]]


def places_over_years(user: Any, row: Commitment) -> list[tuple[str, str, str]]:
    """[(label, text, link or "")] of the same contract in the year before and in the next."""
    after = row.continuations.held().select_related("line__year").first()
    found = [(_("Goes on from"), row.continues), (_("Goes on as"), after)]
    return [(label, _in_year(each), address(user, each)) for label, each in found if each is not None]


def _in_year(row: Commitment) -> str:
    return _("%(name)s in %(year)s") % {"name": row, "year": row.line.year}


def continue_urls(user: Any, row: Commitment, *, on: Any) -> list[tuple[str, str]]:
    """[(address, year)] where a contract that left money to the next year goes on, for whoever may prepare it there."""
    if row.state != Commitment.State.APPROVED or not left_by(row) or row.continuations.held().exists():
        return []
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
    found = [
        (open_address(user, "programme:prepare_commitment", line.public_id, continues=row.public_id), str(line.year))
        for line in lines
        if can_bind(user, line, on=on)
    ]
    return [each for each in found if each[0]]
