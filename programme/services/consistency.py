"""The nightly check of the money: balances rebuilt from the entries, and everything the rules of the ledger promise.

Each finding names the row and the difference. The database refuses what is checked here; this looks whether it held.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.events import record_event
from programme.guards.budget import effect, from_outside, listed, month_of, of_envelope, stands
from programme.models import BALANCES, COMMITMENT_BALANCES, ON_COMMITMENT, BudgetCheck
from screens import formats

LINE, ENTRY, YEAR, STEP = (
    "programme_budgetline",
    "programme_ledgerentry",
    "programme_budgetyear",
    "programme_budgetstep",
)
COMMITMENT, PAYMENT, MONTH = "programme_commitment", "programme_payment", "programme_linemonth"
RETURN = "programme_moneyreturn"


@dataclass(frozen=True)
class Question:
    """SQL that finds no row when all is well: (public id, what stands, what should), with the words for one finding.

    Where the finding is of a day, a fourth column says which.
    """

    code: str
    sentence: Any
    sql: str


def _sums(balance: str, owner: str) -> str:
    return (
        f"SELECT o.public_id, o.{balance}, COALESCE(SUM({effect('e', balance)}), 0) FROM {owner} o "
        f"LEFT JOIN {ENTRY} e ON e.{'line' if owner == LINE else 'commitment'}_id = o.id "
        f"GROUP BY o.id, o.public_id, o.{balance} HAVING o.{balance} <> COALESCE(SUM({effect('e', balance)}), 0)"
    )


def _days(owner: str, less: tuple[str, ...], more: tuple[str, ...]) -> str:
    """What stood at the end of each day: rows with more of `less` than of `more`, each row with the first such day.

    An entry takes room from the day it is booked on, so that none may stand on a day before what it rests on. `-` before
    a balance takes it off.
    """
    link = "line_id" if owner == LINE else "commitment_id"

    def of(balances: tuple[str, ...]) -> str:
        return " ".join(
            f"{'-' if name.startswith('-') else '+'} ({effect('e', name.removeprefix('-'))})" for name in balances
        )

    return (
        f"SELECT o.public_id, d.less, d.more, d.day FROM (SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.owner_id "
        f"ORDER BY r.day) AS place FROM (SELECT m.owner_id, m.day, SUM(m.less) OVER w AS less, SUM(m.more) OVER w AS more "
        f"FROM (SELECT e.{link} AS owner_id, e.happened_on AS day, SUM({of(less)}) AS less, SUM({of(more)}) AS more "
        f"FROM {ENTRY} e WHERE e.{link} IS NOT NULL GROUP BY e.{link}, e.happened_on) m "
        "WINDOW w AS (PARTITION BY m.owner_id ORDER BY m.day)) r WHERE r.less > r.more) d "
        f"JOIN {owner} o ON o.id = d.owner_id WHERE d.place = 1"
    )


_NET_RETURNED = "SUM(CASE WHEN r.reverses_id IS NULL THEN r.amount_vnd ELSE -r.amount_vnd END)"

QUESTIONS = [
    *(
        Question(
            f"line {balance}",
            gettext_lazy("A line's balance “%(name)s” is %(stands)s; its entries add up to %(should)s."),
            _sums(balance, LINE),
        )
        for balance in BALANCES
    ),
    *(
        Question(
            f"commitment {balance}",
            gettext_lazy("A commitment's balance “%(name)s” is %(stands)s; its entries add up to %(should)s."),
            _sums(balance, COMMITMENT),
        )
        for balance in COMMITMENT_BALANCES
    ),
    Question(
        "numbers",
        gettext_lazy("A line says %(stands)s entries and has %(should)s, or their numbers have a gap."),
        f"SELECT l.public_id, l.last_number, COUNT(e.id) FROM {LINE} l LEFT JOIN {ENTRY} e ON e.line_id = l.id "
        "GROUP BY l.id, l.public_id, l.last_number "
        "HAVING l.last_number <> COUNT(e.id) OR l.last_number <> COALESCE(MAX(e.number), 0)",
    ),
    Question(
        "months",
        gettext_lazy("A line's months add up to %(stands)s disbursed; its entries to %(should)s."),
        f"SELECT l.public_id, COALESCE((SELECT SUM(m.disbursed_vnd) FROM {MONTH} m WHERE m.line_id = l.id), 0), "
        f"l.disbursed_vnd FROM {LINE} l WHERE l.disbursed_vnd <> "
        f"COALESCE((SELECT SUM(m.disbursed_vnd) FROM {MONTH} m WHERE m.line_id = l.id), 0)",
    ),
    Question(
        "month",
        gettext_lazy("A month of a line says %(stands)s committed; its entries add up to %(should)s."),
        f"SELECT l.public_id, m.committed_vnd, COALESCE(SUM({effect('e', 'committed_vnd')}), 0) FROM {MONTH} m "
        f"JOIN {LINE} l ON l.id = m.line_id LEFT JOIN {ENTRY} e ON e.line_id = m.line_id "
        f"AND {month_of('e.happened_on')} = m.month GROUP BY m.id, l.public_id, m.committed_vnd "
        f"HAVING m.committed_vnd <> COALESCE(SUM({effect('e', 'committed_vnd')}), 0)",
    ),
    Question(
        "order",
        gettext_lazy(
            "A line breaks the order settled ≤ disbursed ≤ committed ≤ allocated ≤ assigned: %(stands)s, %(should)s."
        ),
        f"SELECT public_id, committed_vnd, allocated_vnd FROM {LINE} WHERE settled_vnd > disbursed_vnd - recovered_vnd - advanced_vnd "
        "OR disbursed_vnd - recovered_vnd > committed_vnd OR committed_vnd > allocated_vnd "
        "OR committed_vnd + cancelled_vnd + carried_out_vnd > assigned_vnd OR allocated_vnd > assigned_vnd",
    ),
    Question(
        "envelope",
        gettext_lazy("A year's lines take %(should)s of an envelope of %(stands)s."),
        f"SELECT y.public_id, y.envelope_vnd, SUM({of_envelope('l')}) FROM {YEAR} y "
        f"JOIN {LINE} l ON l.year_id = y.id AND l.counts GROUP BY y.id, y.public_id, y.envelope_vnd "
        f"HAVING SUM({of_envelope('l')}) > y.envelope_vnd",
    ),
    Question(
        "ceiling",
        gettext_lazy(
            "A period's years, and money carried in from outside, take %(should)s of a ceiling of %(stands)s."
        ),
        f"SELECT p.public_id, COALESCE(p.ceiling_vnd, 0), SUM(y.envelope_vnd) + {from_outside('p.id')} "
        f"FROM programme_period p JOIN {YEAR} y ON y.period_id = p.id GROUP BY p.id, p.public_id, p.ceiling_vnd "
        f"HAVING SUM(y.envelope_vnd) + {from_outside('p.id')} > COALESCE(p.ceiling_vnd, 0)",
    ),
    Question(
        "brought in",
        gettext_lazy("Opening sums were carried in although the year before was kept here (entry %(stands)s)."),
        f"SELECT e.public_id, e.number, 0 FROM {ENTRY} e JOIN {LINE} l ON l.id = e.line_id JOIN {YEAR} y "
        f"ON y.id = l.year_id JOIN {YEAR} b ON b.year = y.year - 1 WHERE e.opening AND e.kind = 'carry_in' "
        f"AND {stands('e')} AND b.opened_at <= e.recorded_at",
    ),
    Question(
        "halves",
        gettext_lazy("A movement between two lines lacks its other half (entry %(stands)s, halves %(should)s)."),
        f"SELECT e.public_id, e.number, (SELECT COUNT(*) FROM {ENTRY} o WHERE o.pair = e.pair AND o.reverses_id IS NULL "
        f"AND o.amount_vnd = e.amount_vnd) FROM {ENTRY} e WHERE e.pair IS NOT NULL AND e.reverses_id IS NULL "
        f"AND NOT e.opening AND (SELECT COUNT(*) FROM {ENTRY} o WHERE o.pair = e.pair AND o.reverses_id IS NULL "
        "AND o.amount_vnd = e.amount_vnd) <> 2",
    ),
    Question(
        "carried",
        gettext_lazy("One half of a movement is reversed and the other is not (entry %(stands)s)."),
        f"SELECT e.public_id, e.number, 0 FROM {ENTRY} e WHERE e.pair IS NOT NULL AND e.reverses_id IS NULL "
        f"AND EXISTS (SELECT 1 FROM {ENTRY} r WHERE r.reverses_id = e.id) AND EXISTS (SELECT 1 FROM {ENTRY} o "
        "WHERE o.pair = e.pair AND o.id <> e.id AND o.reverses_id IS NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {ENTRY} r WHERE r.reverses_id = o.id))",
    ),
    Question(
        "reversals",
        gettext_lazy("A reversal differs from its entry (%(stands)s instead of %(should)s)."),
        f"SELECT e.public_id, e.amount_vnd, r.amount_vnd FROM {ENTRY} e JOIN {ENTRY} r ON r.id = e.reverses_id "
        "WHERE e.amount_vnd <> r.amount_vnd OR e.kind <> r.kind OR e.line_id <> r.line_id OR r.reverses_id IS NOT NULL",
    ),
    Question(
        "after closing",
        gettext_lazy("An entry was booked after its year was closed (entry %(stands)s)."),
        f"SELECT e.public_id, e.number, 0 FROM {ENTRY} e JOIN {LINE} l ON l.id = e.line_id JOIN {YEAR} y ON y.id = l.year_id "
        "WHERE y.closed_at IS NOT NULL AND e.recorded_at > y.closed_at",
    ),
    Question(
        "days allocated",
        gettext_lazy("On %(day)s a line had %(stands)s allocated and only %(should)s assigned."),
        _days(LINE, ("allocated_vnd",), ("assigned_vnd",)),
    ),
    Question(
        "days committed",
        gettext_lazy("On %(day)s a line had %(stands)s bound by contracts or decisions and only %(should)s allocated."),
        _days(LINE, ("committed_vnd",), ("allocated_vnd",)),
    ),
    Question(
        "days ended",
        gettext_lazy("On %(day)s a line had %(stands)s bound, cancelled or carried over and only %(should)s assigned."),
        _days(LINE, ("committed_vnd", "cancelled_vnd", "carried_out_vnd"), ("assigned_vnd",)),
    ),
    *(
        Question(code, sentence, _days(owner, less, more))
        for owner, of in ((LINE, "line"), (COMMITMENT, "contract"))
        for code, sentence, less, more in (
            (
                f"days disbursed {of}",
                gettext_lazy("On %(day)s a line or contract had %(stands)s disbursed and only %(should)s bound."),
                ("disbursed_vnd", "-recovered_vnd"),
                ("committed_vnd",),
            ),
            (
                f"days settled {of}",
                gettext_lazy(
                    "On %(day)s a line or contract had %(stands)s settled or advanced and only %(should)s disbursed."
                ),
                ("settled_vnd", "advanced_vnd"),
                ("disbursed_vnd", "-recovered_vnd"),
            ),
        )
    ),
    Question(
        "opening",
        gettext_lazy(
            "Opening sums were prepared after other entries of the line without a reason, or stand without an approved step (entry %(stands)s)."
        ),
        f"SELECT e.public_id, e.number, 0 FROM {ENTRY} e WHERE e.opening AND e.reverses_id IS NULL AND NOT EXISTS ("
        f"SELECT 1 FROM {STEP} s WHERE s.id = e.step_id AND s.kind = 'opening' AND s.state = 'approved' AND (s.late "
        f"OR NOT EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.line_id = e.line_id AND NOT o.opening AND o.number < e.number "
        "AND o.recorded_at <= s.prepared_at)))",
    ),
    Question(
        "opening once",
        gettext_lazy("A line or contract has %(stands)s opening sums of one kind that were not reversed."),
        f"SELECT l.public_id, COUNT(*), 1 FROM {ENTRY} e JOIN {LINE} l ON l.id = e.line_id WHERE e.opening "
        "AND e.reverses_id IS NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {ENTRY} v WHERE v.reverses_id = e.id) "
        "GROUP BY l.id, l.public_id, e.commitment_id, e.kind HAVING COUNT(*) > 1",
    ),
    Question(
        "opening contract",
        gettext_lazy(
            "Opening sums of money bound or paid stand on no contract from before the portal (entry %(stands)s)."
        ),
        f"SELECT e.public_id, e.number, 0 FROM {ENTRY} e WHERE e.opening AND e.kind IN ({listed(ON_COMMITMENT)}) "
        f"AND NOT EXISTS (SELECT 1 FROM {COMMITMENT} c WHERE c.id = e.commitment_id AND c.before_portal)",
    ),
    Question(
        "returned",
        gettext_lazy("%(stands)s was returned to the budget on a contract on which only %(should)s was paid."),
        f"SELECT c.public_id, {_NET_RETURNED}, c.disbursed_vnd - c.recovered_vnd FROM {RETURN} r "
        f"JOIN {COMMITMENT} c ON c.id = r.commitment_id GROUP BY c.id, c.public_id, c.disbursed_vnd, c.recovered_vnd "
        f"HAVING {_NET_RETURNED} > c.disbursed_vnd - c.recovered_vnd",
    ),
    Question(
        "returned while open",
        gettext_lazy("%(stands)s is recorded as returned to the budget on a contract whose year is not closed."),
        f"SELECT c.public_id, SUM(r.amount_vnd), 0 FROM {RETURN} r JOIN {COMMITMENT} c ON c.id = r.commitment_id "
        f"JOIN {LINE} l ON l.id = c.line_id JOIN {YEAR} y ON y.id = l.year_id WHERE y.state <> 'closed' "
        "GROUP BY c.id, c.public_id",
    ),
    Question(
        "returned by step",
        gettext_lazy("A return to the budget of %(stands)s differs from its approved step, or from what it reverses."),
        f"SELECT r.public_id, r.amount_vnd, 0 FROM {RETURN} r JOIN {STEP} s ON s.id = r.step_id "
        f"LEFT JOIN {RETURN} b ON b.id = r.reverses_id WHERE s.state <> 'approved' OR s.amount_vnd <> r.amount_vnd "
        "OR s.commitment_id <> r.commitment_id OR (b.id IS NOT NULL AND (b.reverses_id IS NOT NULL "
        "OR b.amount_vnd <> r.amount_vnd OR b.commitment_id <> r.commitment_id)) "
        f"UNION ALL SELECT s.public_id, s.amount_vnd, 0 FROM {STEP} s WHERE s.state = 'approved' "
        f"AND s.kind IN ('budget_return', 'undo_return') AND NOT EXISTS (SELECT 1 FROM {RETURN} r WHERE r.step_id = s.id)",
    ),
    Question(
        "two people",
        gettext_lazy("A step was prepared and decided by the same person."),
        f"SELECT public_id, 0, 0 FROM {STEP} WHERE state IN ('approved', 'refused') AND decided_by = prepared_by "
        f"UNION ALL SELECT public_id, 0, 0 FROM {COMMITMENT} WHERE state NOT IN ('prepared', 'withdrawn') "
        "AND decided_by = prepared_by "
        f"UNION ALL SELECT public_id, 0, 0 FROM {PAYMENT} WHERE controlled_by = prepared_by OR signed_by = prepared_by "
        "OR signed_by = controlled_by",
    ),
    Question(
        "paid",
        gettext_lazy("A payment of %(stands)s stands in the ledger with %(should)s."),
        f"SELECT p.public_id, p.amount_vnd, COALESCE(SUM(e.amount_vnd), 0) FROM {PAYMENT} p LEFT JOIN {ENTRY} e "
        "ON e.payment_id = p.id AND e.kind IN ('advance', 'pay') AND e.reverses_id IS NULL WHERE p.state = 'paid' "
        "GROUP BY p.id, p.public_id, p.amount_vnd HAVING p.amount_vnd <> COALESCE(SUM(e.amount_vnd), 0)",
    ),
    Question(
        "booked",
        gettext_lazy("An approved step stands in the ledger with %(should)s entries."),
        f"SELECT s.public_id, 1, COUNT(e.id) FROM {STEP} s LEFT JOIN {ENTRY} e ON e.step_id = s.id "
        "WHERE s.state = 'approved' AND s.kind NOT IN ('ceiling', 'envelope', 'budget_return', 'undo_return') "
        "GROUP BY s.id, s.public_id HAVING COUNT(e.id) = 0",
    ),
    Question(
        "events",
        gettext_lazy("An entry has no event that says who booked it (entry %(stands)s)."),
        f"SELECT e.public_id, e.number, 0 FROM {ENTRY} e WHERE NOT EXISTS (SELECT 1 FROM audit_event v "
        "WHERE v.object_id = e.public_id AND v.object_kind = 'programme.ledgerentry' AND v.kind = 'entry booked')",
    ),
    Question(
        "counts",
        gettext_lazy("A line counts against the ceiling otherwise than its source says."),
        f"SELECT l.public_id, 0, 0 FROM {LINE} l JOIN reference_moneysource s ON s.id = l.source_id "
        "WHERE s.counts_to_ceiling <> l.counts",
    ),
]


@dataclass(frozen=True)
class Finding:
    """One row that does not hold: which question, which row, what stands and what should."""

    code: str
    object_id: str
    stands: int
    should: int
    sentence: str
    day: str = ""


def _day_of(value: Any) -> str:
    """A day as it is kept with a finding: ISO, whatever the engine gives."""
    return value.isoformat() if isinstance(value, date) else str(value)[:10]


def find_differences() -> Iterator[Finding]:
    """Every difference, question by question; nothing when all holds."""
    with connection.cursor() as cursor:
        for question in QUESTIONS:
            cursor.execute(question.sql)
            for object_id, stands, should, *days in cursor.fetchall():
                day = _day_of(days[0]) if days else ""
                said = _said(question, int(stands), int(should), day)
                yield Finding(question.code, str(object_id), int(stands), int(should), said, day)


def _said(question: Question, stands: int, should: int, day: str) -> str:
    return str(
        question.sentence
        % {
            "name": question.code.partition(" ")[2],
            "stands": formats.number(stands),
            "should": formats.number(should),
            "day": formats.vn_date(date.fromisoformat(day)) if day else "",
        }
    )


MOST_KEPT = 200


@transaction.atomic
def check_budget(*, by: Any, now: datetime) -> BudgetCheck:
    """Run every question and keep the result, which the finance page shows."""
    found = list(find_differences())
    check = BudgetCheck.objects.create(
        at=now,
        questions=len(QUESTIONS),
        differences=len(found),
        findings=[
            {"code": each.code, "object": each.object_id, "stands": each.stands, "should": each.should}
            | ({"day": each.day} if each.day else {})
            for each in found[:MOST_KEPT]
        ],
    )
    record_event("budget checked", check, by=by, now=now, differences=len(found))
    return check


def sentence_of(finding: dict[str, Any]) -> str:
    """A kept finding in words, in the reader's language."""
    question = next((each for each in QUESTIONS if each.code == finding["code"]), None)
    if question is None:
        return _("A difference of a kind that is no longer looked for: %(code)s.") % {"code": finding["code"]}
    return _said(question, finding["stands"], finding["should"], finding.get("day", ""))
