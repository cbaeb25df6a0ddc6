"""What the rows of a statement and the portal's payments say of each other. Plain values in, plain values out.

By voucher first; what has no equal voucher by amount, account and a day near by. Several rows of one voucher make up one
payment when their sum is its amount. Nothing belongs to two; the same input always gives the same answer.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from programme.alike import alike

Side = Literal["out", "clear", "recovery"]


@dataclass(frozen=True)
class There:
    """A row of the statement."""

    id: int
    number: int
    voucher: str
    on: date
    vnd: int
    side: Side
    nature: str = ""  # "payment", "advance", or "" where the Treasury does not say
    account: str = ""


@dataclass(frozen=True)
class Here:
    """A payment, the advance that it clears, or a recovery; `expected` on a statement of these days."""

    id: int
    voucher: str
    on: date
    vnd: int
    side: Side
    nature: str = ""
    account: str = ""
    expected: bool = True
    taken: bool = False  # another standing statement has it already


class Match(NamedTuple):
    row: There
    item: Here
    part: int


class Difference(NamedTuple):
    kind: str
    row: There | None
    item: Here | None
    there_vnd: int | None = None  # where several rows make up one payment: their sum


@dataclass
class Outcome:
    matches: list[Match]
    differences: list[Difference]


def loose_voucher(text: str) -> str:
    """A voucher as a spreadsheet may have left it: in other letters, without “số” and the zeros in front."""
    bare = alike(text).upper().removeprefix("SỐ").strip(":.")
    return bare.lstrip("0") if bare.isdecimal() else bare


def compare(rows: list[There], items: list[Here], *, days: int) -> Outcome:
    """Lay the rows beside the items: what belongs together, and everything on which they differ."""
    comparison = _Comparison(rows, items, days)
    comparison.by_voucher(alike)
    comparison.by_voucher(loose_voucher)
    comparison.by_amount_account_and_day()
    comparison.by_amount_and_day_alone()
    comparison.note_what_is_left()
    return Outcome(comparison.matches, sorted(comparison.differences, key=_place))


def _place(difference: Difference) -> tuple:
    """Differences in the order of the statement, then what it lacks."""
    row, item = difference.row, difference.item
    return (
        row is None,
        row.number if row else 0,
        item.on if item else date.min,
        item.id if item else 0,
        difference.kind,
    )


class _Comparison:
    def __init__(self, rows: list[There], items: list[Here], days: int) -> None:
        self.days = days
        self.matches: list[Match] = []
        self.differences: list[Difference] = []
        self.rows = sorted(rows, key=lambda row: row.number)
        self.items = sorted(items, key=lambda item: (item.on, item.id, item.side))
        self.left_rows = {row.id: row for row in self.rows}
        self.left_items = {(item.side, item.id): item for item in self.items}

    # --- what belongs together ------------------------------------------------------------------

    def take(self, rows: list[There], item: Here) -> None:
        """These rows are this item; note on what they differ."""
        for part, row in enumerate(rows, start=1):
            self.matches.append(Match(row, item, part))
            del self.left_rows[row.id]
        del self.left_items[item.side, item.id]
        first, total = rows[0], sum(row.vnd for row in rows)
        if loose_voucher(first.voucher) != loose_voucher(item.voucher):
            self.note("voucher", first, item, total)
        if total != item.vnd:
            self.note("amount", first, item, total)
        for kind, differs in (
            ("date", lambda row: row.on != item.on),
            ("account", lambda row: self.accounts_differ(row, item)),
            ("nature", lambda row: bool(row.nature and item.nature and row.nature != item.nature)),
        ):
            row = next(filter(differs, rows), None)
            if row is not None:
                self.note(kind, row, item, total)

    def note(self, kind: str, row: There, item: Here, total: int) -> None:
        self.differences.append(Difference(kind, row, item, None if total == row.vnd else total))

    @staticmethod
    def accounts_differ(row: There, item: Here) -> bool:
        one, other = alike(row.account), alike(item.account)
        return bool(one and other and one != other)

    def repeat(self, row: There, item: Here | None) -> None:
        """The row says once more what another row said."""
        del self.left_rows[row.id]
        self.differences.append(Difference("duplicate", row, item))

    # --- by voucher -----------------------------------------------------------------------------

    def by_voucher(self, key) -> None:
        items: dict[tuple, list[Here]] = defaultdict(list)
        for item in self.left_items.values():
            items[item.side, key(item.voucher)].append(item)
        groups: dict[tuple, list[There]] = defaultdict(list)
        for row in self.left_rows.values():
            groups[row.side, key(row.voucher)].append(row)
        for group_key, rows in groups.items():
            found = items.get(group_key, [])
            if len(found) != 1 or len({alike(row.voucher) for row in rows}) > 1:
                continue  # none, or more than a loose reading can tell apart
            if found[0].taken:
                for row in rows:
                    self.repeat(row, found[0])
            elif len(rows) == 1:
                self.take(rows, found[0])
            else:
                self.several(rows, found[0])

    def several(self, rows: list[There], item: Here) -> None:
        """Several rows of one voucher: parts of one payment, or the same said twice, or others that bear its number."""
        once, again = _without_repeats(rows)
        whole = [row for row in rows if row.vnd == item.vnd]
        if sum(row.vnd for row in rows) == item.vnd:
            self.take(rows, item)
        elif whole:
            whole.sort(key=lambda row: (row.on != item.on, self.accounts_differ(row, item), row.number))
            self.take(whole[:1], item)
            for row in whole[1:]:
                self.repeat(row, item)
        elif again and sum(row.vnd for row in once) == item.vnd:
            self.take(once, item)
            for row in again:
                self.repeat(row, item)
        else:
            self.take(rows, item)

    # --- without an equal voucher ---------------------------------------------------------------

    def by_amount_account_and_day(self) -> None:
        """The nearest day first; within a day the order of the statement."""
        items: dict[tuple, list[Here]] = defaultdict(list)
        for item in reversed(self.items):  # taken from the end: the oldest first
            if self.is_left(item) and not item.taken and alike(item.account):
                items[item.side, item.vnd, alike(item.account), item.on].append(item)
        for apart in _apart(self.days):
            for row in [row for row in self.rows if row.id in self.left_rows and alike(row.account)]:
                waiting = items.get((row.side, row.vnd, alike(row.account), row.on + apart))
                if waiting:
                    self.take([row], waiting.pop())

    def by_amount_and_day_alone(self) -> None:
        """Where an account is missing: only a row and an item that can mean nobody else."""
        rows: dict[tuple, list] = defaultdict(list)
        items: dict[tuple, list] = defaultdict(list)
        for row in self.rows:
            if row.id in self.left_rows:
                rows[row.side, row.vnd, row.on].append(row)
        for item in self.items:
            if self.is_left(item) and not item.taken:
                items[item.side, item.vnd, item.on].append(item)
        for row in list(self.left_rows.values()):
            fitting = self.few(items, row)
            if len(fitting) == 1 and len(self.few(rows, fitting[0])) == 1:
                self.take([row], fitting[0])

    def few(self, others: dict[tuple, list], one) -> list:
        """At most two of `others` that are left and may be `one`: two are too many already."""
        found = []
        for apart in _apart(self.days):
            for other in others.get((one.side, one.vnd, one.on + apart), ()):
                left = other.id in self.left_rows if isinstance(other, There) else self.is_left(other)
                if left and not (other.account and one.account):
                    found.append(other)
                    if len(found) == 2:
                        return found
        return found

    def is_left(self, item: Here) -> bool:
        return (item.side, item.id) in self.left_items

    # --- the rest -------------------------------------------------------------------------------

    def note_what_is_left(self) -> None:
        """Rows that nothing here explains, the second of two equal ones as a repeat; and items the statement lacks."""
        seen: dict[tuple, There] = {}
        for row in list(self.left_rows.values()):
            same = (row.side, alike(row.voucher), row.on, row.vnd, alike(row.account))
            if same in seen:
                self.repeat(row, None)
            else:
                seen[same] = row
                self.differences.append(Difference("not_here", row, None))
        for item in self.items:
            if self.is_left(item) and item.expected and not item.taken:
                self.differences.append(Difference("not_there", None, item))


def _without_repeats(rows: list[There]) -> tuple[list[There], list[There]]:
    once: dict[tuple, There] = {}
    again = []
    for row in rows:
        if once.setdefault((row.on, row.vnd, alike(row.account)), row) is not row:
            again.append(row)
    return list(once.values()), again


def _apart(days: int) -> list[timedelta]:
    """0, +1, -1, +2, -2 … days."""
    return [timedelta(0)] + [timedelta(sign * day) for day in range(1, days + 1) for sign in (1, -1)]
