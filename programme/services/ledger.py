"""Booking: the one way by which money moves. Lock the year, lock the line, see that there is room, write the entry.

The database repeats every check and moves the balances itself (`programme.guards.budget`); what stands here says in words
how much is left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Case, F, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.events import record_event
from audit.refusals import Conflict, Refused
from documents.models import StoredFile
from programme.models import (
    ACTS_ON,
    AFTER_LIQUIDATION,
    BALANCES,
    COMMITMENT_BALANCES,
    EFFECTS,
    ON_COMMITMENT,
    PAIRS,
    BudgetLine,
    BudgetYear,
    Commitment,
    EntryKind,
    LedgerEntry,
    Payment,
    TreasuryStatement,
    YearState,
)
from programme.models.commitments import COVERED
from programme.models.steps import NEXT_YEAR, BudgetStep
from programme.models.treasury import AT_THE_TREASURY
from screens import formats


@dataclass(frozen=True)
class Paper:
    """The document an entry rests on."""

    name: str
    on: date | None = None
    file: StoredFile | None = None


@dataclass(frozen=True)
class Rule:
    """A sum of balances that never falls below 0, and what to say with what is left of it."""

    terms: dict[str, int]
    sentence: Any

    def of(self, row: Any) -> int:
        return sum(sign * getattr(row, name) for name, sign in self.terms.items())


RULES = (
    Rule(
        {"allocated_vnd": 1, "committed_vnd": -1},
        gettext_lazy("Only %(left)s of the allocated money of this line is left; this takes %(amount)s."),
    ),
    Rule(
        {"assigned_vnd": 1, "committed_vnd": -1, "cancelled_vnd": -1, "carried_out_vnd": -1},
        gettext_lazy("Only %(left)s of this line is neither bound, cancelled nor carried over; this takes %(amount)s."),
    ),
    Rule(
        {"assigned_vnd": 1, "allocated_vnd": -1},
        gettext_lazy("Only %(left)s of the assigned money of this line is not allocated; this takes %(amount)s."),
    ),
    Rule(
        {"committed_vnd": 1, "disbursed_vnd": -1, "recovered_vnd": 1},
        gettext_lazy("Only %(left)s of the committed money is not yet disbursed; this takes %(amount)s."),
    ),
    Rule(
        {"disbursed_vnd": 1, "recovered_vnd": -1, "advanced_vnd": -1, "settled_vnd": -1},
        gettext_lazy(
            "Only %(left)s is disbursed, not an advance still to be cleared, and not yet settled; this takes %(amount)s."
        ),
    ),
    Rule({"advanced_vnd": 1}, gettext_lazy("Only %(left)s of advances is not yet cleared; this takes %(amount)s.")),
    Rule(
        {"assigned_vnd": 1, "carried_in_vnd": -1},
        gettext_lazy("Only %(left)s of this line was assigned in the year itself; this takes %(amount)s."),
    ),
    Rule({"withheld_vnd": 1}, gettext_lazy("Only %(left)s of this line is withheld; this takes %(amount)s.")),
    *(
        Rule({name: 1}, gettext_lazy("Only %(left)s can be taken back here; this takes %(amount)s."))
        for name in BALANCES
    ),
)
COMMITMENT_RULES = (
    Rule(
        {"committed_vnd": 1, "disbursed_vnd": -1, "recovered_vnd": 1},
        gettext_lazy("Only %(left)s of the contract or decision is not yet paid; this takes %(amount)s."),
    ),
    Rule(
        {"disbursed_vnd": 1, "recovered_vnd": -1, "advanced_vnd": -1, "settled_vnd": -1},
        gettext_lazy(
            "Only %(left)s of the contract or decision is paid, not an advance still to be cleared, and not yet settled; "
            "this takes %(amount)s."
        ),
    ),
    Rule(
        {"advanced_vnd": 1},
        gettext_lazy("Only %(left)s advanced on the contract or decision is not yet cleared; this takes %(amount)s."),
    ),
    *(
        Rule({name: 1}, gettext_lazy("Only %(left)s can be taken back here; this takes %(amount)s."))
        for name in COMMITMENT_BALANCES
    ),
)


def require_taken_by(commitment: Commitment, kind: str, *, reversal: bool = False) -> None:
    """Refuse an entry that the contract or decision does not take in its state."""
    if commitment.state == Commitment.State.APPROVED:
        return
    if commitment.state != Commitment.State.LIQUIDATED:
        raise Refused(
            _("“%(name)s” is “%(state)s”; nothing is booked on it.")
            % {"name": commitment, "state": commitment.get_state_display()}
        )
    if reversal:
        require_not_liquidated(commitment)
    if EntryKind(kind) not in AFTER_LIQUIDATION:
        raise Refused(
            _("“%(name)s” is liquidated (%(paper)s): it is settled, recovered or reduced, not raised or paid.")
            % {"name": commitment, "paper": commitment.liquidation_paper}
        )


def require_not_liquidated(commitment: Commitment) -> None:
    """Refuse to undo what a liquidation stands on."""
    if commitment.state == Commitment.State.LIQUIDATED:
        raise Refused(
            _(
                "“%(name)s” is liquidated (%(paper)s of %(day)s), and that stands on what was booked. Undo the liquidation "
                "on its page first, then correct the entries and liquidate it again."
            )
            % {
                "name": commitment,
                "paper": commitment.liquidation_paper,
                "day": formats.vn_date(commitment.liquidated_on),
            }
        )


def require_cover(commitment: Commitment, kind: str, amount_vnd: int, sign: int) -> None:
    """Refuse what would take from payments that are signed or at the Treasury the money they are to be paid from, or the
    advance that they clear."""
    moves = {name: sign * way * amount_vnd for name, way in EFFECTS[EntryKind(kind)].items()}
    payable = moves.get("committed_vnd", 0) - moves.get("disbursed_vnd", 0) + moves.get("recovered_vnd", 0)
    advanced = moves.get("advanced_vnd", 0)
    if payable >= 0 and advanced >= 0:
        return
    covered = commitment.payments.filter(state__in=COVERED)
    held = covered.aggregate(amount=Coalesce(Sum("amount_vnd"), 0), clears=Coalesce(Sum("clears_vnd"), 0))
    if payable < 0 and held["amount"] and commitment.payable_vnd + payable < held["amount"]:
        raise Refused(
            _(
                "%(held)s of “%(name)s” is signed or at the Treasury to be paid. Wait for the answer, or have the payment "
                "returned before it is sent."
            )
            % {"held": formats.money(held["amount"]), "name": commitment}
        )
    if advanced < 0 and held["clears"] and commitment.advanced_vnd + advanced < held["clears"]:
        raise Refused(
            _(
                "%(held)s of the advance on “%(name)s” is cleared by a payment that is signed or at the Treasury. Wait for "
                "the answer, or have the payment returned before it is sent."
            )
            % {"held": formats.money(held["clears"]), "name": commitment}
        )


_YEARS = (
    "SELECT y.* FROM programme_budgetyear y WHERE y.id IN "
    "(SELECT l.year_id FROM programme_budgetline l WHERE l.id = ANY(%s)) ORDER BY y.id "
)
_LINES = "SELECT l.* FROM programme_budgetline l WHERE l.id = ANY(%s) ORDER BY l.id FOR NO KEY UPDATE"
_COMMITMENT = "SELECT c.* FROM programme_commitment c WHERE c.id = %s FOR UPDATE"


def _take_years(keys: list[int], alone: bool) -> dict[int, BudgetYear]:
    """The years of the lines, locked: shared, or by this transaction alone."""
    if connection.vendor != "postgresql":
        return {year.pk: year for year in BudgetYear.objects.filter(lines__in=keys).distinct()}
    locked = _YEARS + ("FOR NO KEY UPDATE" if alone else "FOR SHARE")
    return {year.pk: year for year in BudgetYear.objects.raw(locked, [keys])}


def take_commitment(key: int) -> Commitment:
    """The commitment as it stands now, locked."""
    if connection.vendor != "postgresql":
        return Commitment.objects.get(pk=key)
    return Commitment.objects.raw(_COMMITMENT, [key])[0]


def take_lines(*keys: int, alone: bool = False) -> dict[int, BudgetLine]:
    """Lock the years of the lines, shared (or `alone`, when assigned money moves), then the lines; all in order of keys.

    Returns the lines as they stand now, by key, with their years.
    """
    ordered = sorted(set(keys))
    years = _take_years(ordered, alone)
    found: Iterable[BudgetLine]
    if connection.vendor == "postgresql":
        found = BudgetLine.objects.raw(_LINES, [ordered])
    else:
        found = BudgetLine.objects.filter(pk__in=ordered).order_by("pk")
    lines = {line.pk: line for line in found}
    for line in lines.values():
        line.year = years[line.year_id]
    return lines


def moves_assigned(kind: str) -> bool:
    """Whether entries of `kind` take room of the year's envelope or give it back."""
    return bool(EFFECTS[EntryKind(kind)].keys() & {"assigned_vnd", "withheld_vnd"})


def require_room(row: Any, rules: Iterable[Rule], kind: str, amount_vnd: int, sign: int) -> None:
    """Refuse, saying how much is left, what would bring a rule of the line or commitment below 0: of several the narrowest."""
    moves = {name: sign * way * amount_vnd for name, way in EFFECTS[EntryKind(kind)].items()}
    broken = []
    for rule in rules:
        change = sum(way * moves.get(name, 0) for name, way in rule.terms.items())
        before = rule.of(row)
        if change < 0 and before + change < 0:
            broken.append((max(before, 0), rule))
    if broken:
        left, rule = min(broken, key=lambda each: each[0])
        raise Refused(rule.sentence % {"left": formats.money(left), "amount": formats.money(amount_vnd)})


def require_room_since(row: Any, rules: Iterable[Rule], kind: str, amount_vnd: int, sign: int, on: date) -> None:
    """Refuse what would bring a rule of the line or commitment below 0 on its own day or on a day after it.

    A step of today needs no such look: what there is now is what there was. One that is booked on a day before others
    is held against what stood on every day since.
    """
    entries = LedgerEntry.objects.filter(**{"commitment" if isinstance(row, Commitment) else "line": row})
    if not entries.filter(happened_on__gt=on).exists():
        return
    moves = {name: sign * way * amount_vnd for name, way in EFFECTS[EntryKind(kind)].items()}
    balances = dict.fromkeys(BALANCES, 0)
    days: dict[date, list[tuple[str, int]]] = {on: []}
    signed = Case(When(reverses__isnull=True, then=F("amount_vnd")), default=-F("amount_vnd"))
    for day, of_kind, vnd in entries.order_by().values_list("happened_on", "kind").annotate(sum=Sum(signed)):
        days.setdefault(day, []).append((of_kind, vnd))
    for day in sorted(days):
        for of_kind, vnd in days[day]:
            for name, way in EFFECTS[EntryKind(of_kind)].items():
                balances[name] += way * vnd
        if day < on:
            continue
        for rule in rules:
            change = sum(way * moves.get(name, 0) for name, way in rule.terms.items())
            before = sum(way * balances[name] for name, way in rule.terms.items())
            if change < 0 and before + change < 0:
                said = rule.sentence % {"left": formats.money(max(before, 0)), "amount": formats.money(amount_vnd)}
                raise Refused(_("On %(day)s: %(sentence)s") % {"day": formats.vn_date(day), "sentence": said})


def envelope_left(year: BudgetYear) -> int:
    """What of the year's envelope no line has been assigned yet; money carried in is not counted again, and what is
    withheld as saving stays out until it is released."""
    lines = BudgetLine.objects.filter(year=year, counts=True)
    taken = lines.aggregate(sum=Sum(F("assigned_vnd") - F("carried_in_vnd") + F("withheld_vnd")))["sum"] or 0
    return year.envelope_vnd - taken


def ceiling_left(period) -> int:
    """What of the programme's ceiling neither a year's envelope nor money carried in from before the portal has taken."""
    taken = period.budget_years.aggregate(sum=Sum("envelope_vnd"))["sum"] or 0
    return (period.ceiling_vnd or 0) - taken - brought_in(period)


def brought_in(period) -> int:
    """What the period's lines opened with as carried in: no year here carried it out, so it takes of the ceiling."""
    rows = LedgerEntry.objects.brought_in().filter(line__year__period=period, line__counts=True)
    return rows.aggregate(sum=Sum("amount_vnd"))["sum"] or 0


def require_ceiling(line: BudgetLine, brought_vnd: int) -> None:
    """Refuse opening sums carried in that the programme's ceiling has no room for."""
    if not line.counts or not brought_vnd:
        return
    left = ceiling_left(line.year.period)
    if brought_vnd > left:
        raise Refused(
            _(
                "Only %(left)s of the programme's ceiling is left; what was carried in from a year that is not kept here "
                "takes %(amount)s of it."
            )
            % {"left": formats.money(max(left, 0)), "amount": formats.money(brought_vnd)}
        )


def require_envelope(line: BudgetLine, kind: str, amount_vnd: int, sign: int) -> None:
    """Refuse what the year's envelope has no room for."""
    effect = EFFECTS[EntryKind(kind)]
    ways = effect.get("assigned_vnd", 0) - effect.get("carried_in_vnd", 0) + effect.get("withheld_vnd", 0)
    change = sign * amount_vnd * ways
    if not line.counts or change <= 0:
        return
    left = envelope_left(line.year)
    if change > left:
        raise Refused(
            _("Only %(left)s of the envelope of %(year)s is left; this takes %(amount)s.")
            % {"left": formats.money(left), "year": line.year, "amount": formats.money(amount_vnd)}
        )


def require_year_takes(year: BudgetYear, kind: str, *, opening: bool = False) -> None:
    """Refuse an entry that the year does not take in its state, in the words of an accountant."""
    if year.state == YearState.CLOSED:
        raise Refused(_("The budget year %(year)s is closed; nothing is booked in it any more.") % {"year": year})
    if not (opening and year.state != YearState.PREPARING) and not year.takes(EntryKind(kind)):
        raise Refused(
            _("The budget year %(year)s is “%(state)s” and takes no entry of the kind “%(kind)s”.")
            % {"year": year, "state": year.get_state_display(), "kind": EntryKind(kind).label}
        )


def require_day(year: BudgetYear, happened_on: date, *, now: datetime) -> None:
    """An entry is booked on a day of its year, or of the adjustment period after it, and never in the future."""
    if happened_on > timezone.localdate(now):
        raise Refused(_("The day of booking lies in the future."))
    if not (happened_on.year == year.year or (happened_on.year == year.year + 1 and year.state == YearState.ADJUSTING)):
        if happened_on.year == year.year - 1 and year.state == YearState.PREPARING:
            return
        raise Refused(
            _("The day %(day)s does not belong to the budget year %(year)s.")
            % {"day": formats.vn_date(happened_on), "year": year}
        )


def require_after_its_document(happened_on: date, document_on: date | None) -> None:
    if document_on is not None and happened_on < document_on:
        raise Refused(
            _("It is booked on the day of its document (%(day)s) or later.") % {"day": formats.vn_date(document_on)}
        )


def require_after_its_contract(commitment: Commitment, document_on: date | None) -> None:
    if document_on is not None and document_on < commitment.signed_on:
        raise Refused(
            _("“%(name)s” was signed on %(signed)s; what changes it or is booked on it is not dated before (%(day)s).")
            % {
                "name": commitment,
                "signed": formats.vn_date(commitment.signed_on),
                "day": formats.vn_date(document_on),
            }
        )


def require_after_what_it_acts_on(
    line: BudgetLine, commitment: Commitment | None, kind: str, amount_vnd: int, document_on: date | None
) -> None:
    """Refuse a paper older than the paper of what it acts on. What opened from before the portal came by papers that the
    portal does not have: where it stands, no day is held against another."""
    if document_on is None:
        return
    if kind == EntryKind.SETTLE:
        _require_after_what_it_settles(commitment, amount_vnd, document_on)
        return
    about = ACTS_ON.get(EntryKind(kind))
    if about is None:
        return
    where = {"commitment": commitment} if kind in ON_COMMITMENT else {"line": line}
    standing = LedgerEntry.objects.filter(**where, kind__in=about, reverses__isnull=True, reversed_by__isnull=True)
    first = standing.exclude(document_on=None).order_by("document_on", "number").first()
    if first is None or first.document_on is None or document_on >= first.document_on:
        return
    if standing.filter(opening=True).exists():
        return
    raise Refused(
        _(
            "The document is of %(day)s; what it acts on, “%(kind)s”, rests on %(document)s of %(since)s. A document of an "
            "earlier day cannot act on it; check the date."
        )
        % {
            "day": formats.vn_date(document_on),
            "kind": EntryKind(first.kind).label,
            "document": first.document,
            "since": formats.vn_date(first.document_on),
        }
    )


_SETTLEABLE = {"disbursed_vnd": 1, "recovered_vnd": -1, "advanced_vnd": -1, "settled_vnd": -1}


def _require_after_what_it_settles(commitment: Commitment | None, amount_vnd: int, document_on: date) -> None:
    """What a paper settles was paid, and where it was advanced cleared, on the day of the paper; and on every day since it
    was not settled by another."""
    left, days = 0, {document_on: 0}
    for entry in LedgerEntry.objects.filter(commitment=commitment):
        moves = EFFECTS[EntryKind(entry.kind)]
        change = entry.sign * entry.amount_vnd * sum(way * moves.get(name, 0) for name, way in _SETTLEABLE.items())
        if entry.document_on is None or entry.opening:
            left += change
        else:
            days[entry.document_on] = days.get(entry.document_on, 0) + change
    short, since = None, None
    for day in sorted(days):
        left += days[day]
        if day >= document_on and left < amount_vnd:
            short, since = (day, left), None
        elif short is not None and since is None:
            since = day
    if short is None or since is None:  # what is missing today too is said with the room
        return
    raise Refused(
        _(
            "The document is of %(document)s. On %(on)s only %(left)s was paid, cleared and not settled; enough for this was "
            "paid by %(day)s only. Check the date."
        )
        % {
            "document": formats.vn_date(document_on),
            "on": formats.vn_date(short[0]),
            "left": formats.money(max(short[1], 0)),
            "day": formats.vn_date(since),
        }
    )


def require_after_the_reversed(happened_on: date, document_on: date | None, entry: LedgerEntry) -> None:
    if document_on is not None and document_on < entry.happened_on:
        raise Refused(
            _("The entry is of %(day)s; a document dated before it (%(document)s) cannot correct it.")
            % {"day": formats.vn_date(entry.happened_on), "document": formats.vn_date(document_on)}
        )
    if happened_on < entry.happened_on:
        raise Refused(
            _("The entry is of %(day)s; its reversal is booked on that day or later.")
            % {"day": formats.vn_date(entry.happened_on)}
        )


def require_not_reconciled(year: BudgetYear, kind: str, happened_on: date) -> None:
    """What the Treasury's confirmed statement counts does not change on its days any more; a payment is known by the
    Treasury's own day, and where that was confirmed without it the statement's page says so."""
    if not EFFECTS[EntryKind(kind)].keys() & AT_THE_TREASURY:
        return
    statement = TreasuryStatement.objects.reconciled(year, happened_on).order_by("ends_on").first()
    if statement is not None:
        raise Refused(
            _("“%(statement)s” is confirmed (%(paper)s). Book this on a day after %(day)s.")
            % {"statement": statement, "paper": statement.paper, "day": formats.vn_date(statement.ends_on)}
        )


def require_bookable(
    year: BudgetYear,
    kind: str,
    happened_on: date,
    *,
    document_on: date | None,
    now: datetime,
    reverses: LedgerEntry | None = None,
    opening: bool = False,
    reported: bool = False,
    known_by_treasury: bool = False,
) -> None:
    """Refuse a day that the year, the document, the reversed entry or a confirmed statement of the Treasury forbids."""
    require_year_takes(year, kind, opening=opening)
    if reverses is not None:
        require_after_the_reversed(happened_on, document_on, reverses)
    if opening and reverses is None:
        return
    require_day(year, happened_on, now=now)
    if reported:
        return
    require_after_its_document(happened_on, document_on)
    if not (known_by_treasury or opening):
        require_not_reconciled(year, kind, happened_on)


def book(
    line: BudgetLine,
    kind: str,
    amount_vnd: int,
    *,
    paper: Paper,
    happened_on: date,
    by: Any,
    now: datetime,
    prepared_by: UUID | None = None,
    approved_by: UUID | None = None,
    reverses: LedgerEntry | None = None,
    pair: UUID | None = None,
    commitment: Commitment | None = None,
    payment: Payment | None = None,
    step: BudgetStep | None = None,
    opening: bool = False,
    reported: bool = False,
    reason: str = "",
    facts: dict[str, str] | None = None,
) -> LedgerEntry:
    """Write one entry on a line that `take_lines` gave; afterwards `line` and `commitment` stand as the database has them.

    `facts` say in whose name it is approved (`Capacity.facts`).
    Raises Refused with how much is left where there is no room, or why the year does not take it.
    """
    sign = -1 if reverses else 1
    require_bookable(
        line.year,
        kind,
        happened_on,
        document_on=paper.on,
        now=now,
        reverses=reverses,
        opening=opening,
        reported=reported,
        known_by_treasury=payment is not None,
    )
    if commitment is not None:
        require_taken_by(commitment, kind, reversal=reverses is not None)
        if reverses is None:
            require_after_its_contract(commitment, paper.on)
        require_room(commitment, COMMITMENT_RULES, kind, amount_vnd, sign)
        require_cover(commitment, kind, amount_vnd, sign)
    require_room(line, RULES, kind, amount_vnd, sign)
    if not reported and happened_on < timezone.localdate(now):  # nothing is booked after today
        for row, rules in ((line, RULES), (commitment, COMMITMENT_RULES)):
            if row is not None:
                require_room_since(row, rules, kind, amount_vnd, sign, happened_on)
    if reverses is None and not (opening or reported):
        require_after_what_it_acts_on(line, commitment, kind, amount_vnd, paper.on)
    require_envelope(line, kind, amount_vnd, sign)
    entry = LedgerEntry(
        line=line,
        number=line.last_number + 1,
        kind=kind,
        amount_vnd=amount_vnd,
        reverses=reverses,
        pair=pair,
        opening=opening,
        reported=reported,
        commitment=commitment,
        payment=payment,
        step=step,
        document=paper.name,
        document_on=paper.on,
        file=paper.file,
        happened_on=happened_on,
        reason=reason,
        recorded_at=now,
        recorded_by=prepared_by or getattr(by, "public_id", None),
        approved_by=approved_by,
    )
    entry.save(force_insert=True)
    for name, way in EFFECTS[EntryKind(kind)].items():
        setattr(line, name, getattr(line, name) + sign * way * amount_vnd)
        if commitment is not None and name in COMMITMENT_BALANCES:
            setattr(commitment, name, getattr(commitment, name) + sign * way * amount_vnd)
    line.last_number = entry.number
    record_event(
        "entry booked",
        entry,
        by=by,
        now=now,
        reason=reason,
        line=line.public_id,
        number=entry.number,
        entry_kind=kind,
        amount_vnd=sign * amount_vnd,
        **(facts or {}),
    )
    return entry


def reverse(
    entry: LedgerEntry,
    *,
    paper: Paper,
    happened_on: date,
    reason: str,
    step: BudgetStep,
    by: Any,
    now: datetime,
    facts: dict[str, str] | None = None,
):
    """Undo an entry, and what goes with it (`halves_of`), by new ones that name them. Returns the new entries."""
    halves = halves_of(entry)
    commitment = None
    if entry.commitment_id:
        commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=entry.commitment_id)
    lines = take_lines(*(half.line_id for half in halves), alone=any(moves_assigned(half.kind) for half in halves))
    written = []
    for half in halves:
        require_reversible(half)
        written.append(
            book(
                lines[half.line_id],
                half.kind,
                half.amount_vnd,
                paper=paper,
                happened_on=happened_on,
                by=by,
                now=now,
                prepared_by=step.prepared_by,
                approved_by=getattr(by, "public_id", None),
                reverses=half,
                pair=half.pair,
                commitment=commitment,
                step=step,
                opening=half.opening,
                reported=half.reported,
                reason=reason,
                facts=facts,
            )
        )
    return written


def halves_of(entry: LedgerEntry) -> list[LedgerEntry]:
    """The entry with what was booked by the same act and goes with it: both halves of a movement between two lines (first
    where the money went, which it leaves first), or what a payment paid and the advance that it cleared (this first)."""
    if entry.payment_id and not entry.reverses_id:
        of_payment = LedgerEntry.objects.filter(payment=entry.payment_id, reverses=None, reversed_by=None)
        together = [entry, *of_payment.exclude(pk=entry.pk).select_related("line__year")]
        return sorted(together, key=lambda each: each.kind != EntryKind.CLEAR)
    if not entry.pair:
        return [entry]
    halves = LedgerEntry.objects.filter(pair=entry.pair, reverses__isnull=True).select_related("line__year")
    into = set(PAIRS.values())
    return sorted(halves, key=lambda half: half.kind not in into)


def require_reversible(entry: LedgerEntry) -> None:
    if entry.reverses_id:
        raise Refused(_("This entry is itself a reversal. Prepare the right entry anew instead."))
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise Conflict(_("This entry has been reversed already."))
    if entry.commitment is not None:
        require_not_liquidated(entry.commitment)
    left = entry.kind == EntryKind.DECOMMIT and entry.step is not None and entry.step.ground == NEXT_YEAR
    if entry.commitment is None or not left:
        return
    standing = entry.commitment.continuations.held().select_related("line__year").first()
    if standing is not None:
        raise Refused(
            _("“%(name)s” goes on in %(year)s with this money. Withdraw or reverse it there first.")
            % {"name": standing, "year": standing.line.year}
        )


def new_pair() -> UUID:
    return uuid4()
