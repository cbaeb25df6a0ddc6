"""The ledger of the programme in plain Python, to hold the real one against; imports nothing of it."""

from copy import deepcopy
from itertools import pairwise

EARLY = {
    "assign": "+assigned", "supplement": "+assigned", "cut": "-assigned", "saving": "-assigned +withheld",
    "transfer_out": "-assigned", "transfer_in": "+assigned", "carry_in": "+assigned +carried_in",
    "allocate": "+allocated", "deallocate": "-allocated", "release": "-withheld",
}  # fmt: skip
LATE = {
    "decommit": "-committed", "clear": "-advanced", "pay": "+disbursed", "recover": "+recovered", "settle": "+settled",
    "recover_advance": "-advanced +recovered", "cancel": "+cancelled", "carry_out": "+carried_out",
}  # fmt: skip
MOVES = {**EARLY, **LATE, "commit": "+committed", "advance": "+advanced +disbursed"}
TAKES = {
    "preparing": set(EARLY),
    "open": set(MOVES) - {"carry_out"},
    "adjusting": {*LATE, "cut", "deallocate", "release"},
    "closed": set(),
}
BALANCES = [
    "assigned",
    "carried_in",
    "allocated",
    "committed",
    "advanced",
    "disbursed",
    "recovered",
    "settled",
    "cancelled",
    "carried_out",
    "withheld",
]


class Ledger:
    def __init__(self, ceiling, years, tasks, today):
        self.ceiling, self.today, self.commitments, self.entries = ceiling, today, {}, []
        self.withdrawn = set()  # contracts of which a reversal left nothing bound
        self.together = {}  # {entry: the other entry of its payment}
        self.years = {year: {"state": "preparing", "envelope": 0} for year in years}
        self.lines = {(year, task): dict.fromkeys(BALANCES, 0) for year in years for task in tasks}

    def tried(self, change):
        """Whether every rule holds after `change`; if not, nothing has changed."""
        before = {name: value[:] if name == "entries" else deepcopy(value) for name, value in self.__dict__.items()}
        done = change() is not False and self.holds()
        self.__dict__ = self.__dict__ if done else before
        return done

    def holds(self):
        for row in (*self.lines.values(), *self.commitments.values()):
            spent, taken = row["disbursed"] - row["recovered"], row["committed"] + row["cancelled"] + row["carried_out"]
            in_order = row["settled"] + row["advanced"] <= spent <= row["committed"] <= row["allocated"]
            if (
                min(row.values()) < 0
                or not in_order
                or max(taken, row["allocated"], row["carried_in"]) > row["assigned"]
            ):
                return False
        left = {year: row["envelope"] for year, row in self.years.items()}
        for (year, _task), row in self.lines.items():
            left[year] -= row["assigned"] - row["carried_in"] + row["withheld"]
        return min(left.values()) >= 0 and sum(row["envelope"] for row in self.years.values()) <= self.ceiling

    def book(self, *moves):
        """All of (kind, line, amount, …) one after the other, or none of them."""
        done = self.tried(lambda: all(self.tried(lambda move=move: self.move(*move)) for move in moves))
        if done and [move[0] for move in moves] == ["clear", "pay"] and len(moves[0]) == 4:
            clear = len(self.entries) - 2
            self.together |= {clear: clear + 1, clear + 1: clear}
        return done

    def move(self, kind, line, amount, on=None, undoes=None):
        state, sign = self.years[line[0]]["state"], 1 if undoes is None else -1
        days = {"preparing": (line[0] - 1, line[0]), "adjusting": (line[0], line[0] + 1)}.get(state, (line[0],))
        if amount <= 0 or kind not in TAKES[state] or self.today not in days or on in self.withdrawn:
            return False
        for row in (self.lines[line], *([self.commitments[on]] if on else [])):
            for change in MOVES[kind].split():
                row[change[1:]] += sign * amount * (1 if change[0] == "+" else -1)
        self.entries.append((kind, line, amount, on, undoes))

    def undo(self, number):
        """Reverse an entry; of a pair both halves, the money leaving first where it came to; a payment with what it cleared."""
        alone = (number, self.together[number]) if number in self.together else (number,)
        halves = {"out": (number + 1, number), "_in": (number, number - 1)}.get(self.entries[number][0][-3:], alone)
        if self.entries[number][4] is not None or {entry[4] for entry in self.entries} & {*halves}:
            return False
        kind, _line, _amount, on, _undoes = self.entries[number]
        done = self.book(*[(*self.entries[half][:4], half) for half in halves])
        if done and kind == "commit" and not self.commitments[on]["committed"]:
            self.withdrawn.add(on)
        return done

    def commit(self, name, line, amount):
        fresh = {name: dict.fromkeys(BALANCES, 0) | {"assigned": 10**18, "allocated": 10**18}}
        return self.tried(lambda: self.commitments.update(fresh) or self.book(("commit", line, amount, name)))

    def advance(self, name, line, amount):
        most = self.commitments[name]["committed"] * 30 // 100 - self.commitments[name]["advanced"]
        return amount <= most and self.book(("advance", line, amount, name))

    def limit(self, year, amount):
        """The envelope of a year, or without a year the ceiling."""
        if amount <= 0 or (year and self.years[year]["state"] == "closed"):
            return False
        return self.tried(
            lambda: self.years[year].update(envelope=amount) if year else setattr(self, "ceiling", amount)
        )

    def go_on(self, year, state):
        """Open, balance or close a year."""
        now, early = self.years[year], self.today < year + (state != "open")
        if (now["state"], state) not in pairwise(TAKES) or early or not now["envelope"]:
            return False
        for key, row in self.lines.items() if state == "closed" else ():
            spent, gone = row["disbursed"] - row["recovered"], row["cancelled"] + row["carried_out"]
            if key[0] == year and (row["advanced"] or row["settled"] != spent or row["assigned"] != spent + gone):
                return False
        return self.tried(lambda: now.update(state=state))
