"""Statements of the State Treasury: the table it sends of what it paid out and took back in a quarter or a year."""

import re
from collections import Counter
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from audit.refusals import Refused
from documents.imports import Basis, Column, ImportKind, register
from programme.models import BudgetYear, Direction, StatementSpan, TreasuryStatement
from programme.models.treasury import MOST_ROW_VND
from programme.permissions.treasury import IMPORT
from programme.services.treasury import (
    Line,
    lay_statement,
    require_year_takes_statements,
    span_days,
    withdraw_statement,
)
from screens import formats

OUTSIDE = gettext_noop("The day lies outside the period of the statement (%(first)s to %(last)s).")
NOTHING = gettext_noop("The amount must be more than 0.")
REPLACES = gettext_noop(
    "A statement of this period stands already (version %(version)s). This one takes its place; explanations of the same differences stay."
)
REPLACES_CONFIRMED = gettext_noop(
    "A statement of this period stands and is confirmed (version %(version)s, %(paper)s). This one takes its place, and the "
    "chief accountant confirms the period again."
)
ABOVE_ITS_ROWS = gettext_noop(
    "Row %(row)s of the file says %(stated)s in all, %(difference)s more than its rows, which add up to %(added)s. Compare "
    "it with the Treasury's paper before you import it."
)
BELOW_ITS_ROWS = gettext_noop(
    "Row %(row)s of the file says %(stated)s in all, %(difference)s less than its rows, which add up to %(added)s. Compare "
    "it with the Treasury's paper before you import it."
)
ACCOUNT = re.compile(r"(?<![\w/])(?:S?TK)?[\s.:]*(\d(?:[. -]?\d)*)(?![\w/])", re.IGNORECASE)
SHORTEST_ACCOUNT = 6

OTHER_PERIOD = gettext_noop(
    "What is compared with the Treasury is a quarter, the year to 31/12, or the year with its adjustment period: say which of "
    "these the file is. A statement of a month or to another day is not compared; ask the Treasury for one of these periods, "
    "or wait until it is over."
)

CHOSEN_PERIOD = gettext_noop(
    "The file states no period that is compared; %(first)s to %(last)s was chosen here. See on the Treasury's paper that "
    "the statement covers all of it."
)


def _from_to(first, last, year="{year}"):
    """Words of a period by its first and last day: từ ngày 01/01/2026 đến ngày 31/03/2026; or ngày 1 tháng 1 năm 2026."""
    between = (" đến ngày ", " đến hết ngày ", " đến ", " - ", " – ")
    short = {day: day.replace("/0", "/").removeprefix("0") for day in (first, last)}
    starts = (first, f"từ {short[first]}", f"ngày {short[first]}")  # 1/1 alone stands in 11/1 too
    ends = dict.fromkeys((last, short[last]))
    digits = tuple(f"{start}/{{year}}{to}{end}/{year}" for start in starts for to in between for end in ends)
    starts = [
        f"{begins} {day}{of}" for begins in ("từ", "ngày") for day in _spoken(first) for of in (" năm {year}", "")
    ]
    ends = [f"{day} năm {year}" for day in _spoken(last)]
    return digits + tuple(f"{start}{to}{end}" for start in starts for to in between for end in ends)


def _spoken(day_of_month):
    """A day with its month in words: 01 tháng 04, 1 tháng 4, 01 tháng 4."""
    day, month = day_of_month.split("/")
    short = month.removeprefix("0")
    return dict.fromkeys(f"{d} tháng {m}" for d, m in ((day, month), (day.removeprefix("0"), short), (day, short)))


# The longer numerals first: “quý i” stands in “quý iv” too. No day on which a month ends as well stands for itself.
SPAN_WORDS = {
    StatementSpan.Q4: ("quý IV", "quý 4", *_from_to("01/10", "31/12")),
    StatementSpan.Q3: ("quý III", "quý 3", *_from_to("01/07", "30/09")),
    StatementSpan.Q2: ("quý II", "quý 2", *_from_to("01/04", "30/06")),
    StatementSpan.Q1: ("quý I", "quý 1", *_from_to("01/01", "31/03")),
    StatementSpan.ADJUSTED: ("chỉnh lý", *_from_to("01/01", "31/01", "{next}"), "đến ngày 31/01/{next}"),
    StatementSpan.YEAR: (
        "cả năm",
        *_from_to("01/01", "31/12"),
        "đến 31/12 năm",
        "tính đến 31/12",
        "tính đến ngày 31/12",
    ),
}
DIRECTION_WORDS = {
    Direction.PAYMENT: ("thanh toán", "thực chi", "chi", "cấp phát"),
    Direction.ADVANCE: ("tạm ứng", "ứng", "chi tạm ứng"),
    Direction.CLEAR: (
        "thanh toán tạm ứng",
        "thu hồi tạm ứng",
        "hoàn tạm ứng",
        "chuyển tạm ứng sang thực chi",
        "tạm ứng chuyển thực chi",
    ),
    Direction.RECOVERY: ("thu hồi", "nộp trả", "nộp trả kinh phí", "thu hồi, nộp trả", "giảm chi", "hoàn trả"),
    Direction.OUT: ("rút dự toán", "chi ngân sách"),
}


@register
class StatementImport(ImportKind):
    code = "treasury-statement"
    title = _("Statement of the State Treasury")
    action = IMPORT
    asks_year = True
    key = "voucher"
    template_units = {"vnd": "dong", "usd": "usd"}
    columns = (
        Column(
            "voucher",
            _("Voucher number"),
            aliases=(
                "Số chứng từ", "Số CT", "Số hiệu chứng từ", "Chứng từ số", "Chứng từ", "Số chứng từ KB", "Số bút toán",
                "Số giấy rút dự toán", "Số UNC", "Số",
            ),
            required=True,
            most=60,
        ),
        Column(
            "paid_on",
            _("Day"),
            "date",
            aliases=(
                "Ngày", "Ngày chứng từ", "Ngày CT", "Chứng từ ngày", "Ngày thanh toán", "Ngày hạch toán", "Ngày tháng",
                "Ngày KB thanh toán", "Ngày giao dịch",
            ),
            required=True,
        ),
        Column("text", _("Content"), aliases=("Nội dung", "Diễn giải", "Nội dung chi", "Nội dung thanh toán"), most=500),
        Column(
            "amount_vnd",
            _("Amount"),
            "vnd",
            aliases=("Số tiền", "Số phát sinh", "Thành tiền", "Số tiền thanh toán", "Số KBNN đã thanh toán"),
            required=True,
            most=MOST_ROW_VND,
        ),
        Column(
            "account",
            _("Account"),
            aliases=(
                "Tài khoản", "Số tài khoản", "Tài khoản nhận", "TK nhận", "Tài khoản/Đơn vị nhận", "Số TK",
                "Tài khoản người hưởng", "Tài khoản đơn vị nhận",
            ),
            most=300,
        ),
        Column(
            "payee",
            _("Payee"),
            aliases=(
                "Đơn vị nhận", "Đơn vị nhận tiền", "Đơn vị hưởng", "Người hưởng", "Đơn vị thụ hưởng", "Người thụ hưởng",
                "Tên đơn vị nhận", "Người nhận",
            ),
            most=300,
        ),
        Column(
            "direction",
            _("Nature"),
            "choice",
            aliases=("Loại", "Loại chi", "Tính chất", "Loại chứng từ", "Loại giao dịch"),
            choices={code.value: (code.label, words) for code, words in DIRECTION_WORDS.items()},
        ),
    )  # fmt: skip
    bases = (
        Basis(
            "span",
            _("Period of the statement"),
            {span.value: (span.label, words) for span, words in SPAN_WORDS.items()},
        ),
    )
    example = {
        "voucher": "KB-000123",
        "paid_on": "2026-03-05",
        "text": "Thanh toán Hợp đồng số 12/HĐ-SCT",
        "amount_vnd": 45_000_000,
        "account": "1020304050",
        "payee": "Công ty TNHH Ví dụ",
        "direction": "payment",
    }
    notes = (
        _("One row for each voucher, or several rows that together make up one voucher."),
        _("Account and payee may stand in one column."),
        _("Leave the nature empty where the Treasury does not tell payments from advances."),
        _("A corrected statement is sent as a new file: it takes the place of the one before."),
    )
    staged = {
        "voucher": "text",
        "paid_on": "date",
        "amount_vnd": "bigint",
        "direction": "text",
        "payee": "text",
        "account": "text",
        "text": "text",
    }
    count_labels = {
        "kept": _("rows kept"),
        "differences": _("differences with the portal"),
        "withdrawn": _("withdrawn"),
    }

    def check_year(self, year, *, now):
        found = BudgetYear.objects.filter(year=year).first()
        if found is None:
            raise Refused(_now("There is no budget year %(year)s.") % {"year": year})
        require_year_takes_statements(found)

    def prepare(self, import_, *, now):
        span = import_.options.get("bases", {}).get("span")
        if span is None:
            return {"sums": Counter(), "unsaid": True}  # asked of the person first; then the file is read again
        first, last = span_days(span, import_.year)
        standing = TreasuryStatement.objects.standing().filter(year__year=import_.year, span=span).first()
        return {
            "sums": Counter(),
            "first": first.isoformat(),
            "last": last.isoformat(),
            "shown": {"first": formats.vn_date(first), "last": formats.vn_date(last)},
            "chosen": not import_.options.get("stated", {}).get("span"),
            "replaces": standing and {"version": standing.revision, "paper": standing.paper},
        }

    def check(self, chunk, context):
        add_up(chunk, context)
        if "first" in context and chunk.numbers:
            for at, on in enumerate(chunk["paid_on"]):
                if not context["first"] <= on <= context["last"]:
                    chunk.refuse(at, "paid_on", OUTSIDE, **context["shown"])
            if context.get("replaces"):
                replaces = context.pop("replaces")
                chunk.flag(0, "voucher", REPLACES_CONFIRMED if replaces["paper"] else REPLACES, **replaces)
        for at, amount in enumerate(chunk["amount_vnd"]):
            if amount <= 0:
                chunk.refuse(at, "amount_vnd", NOTHING)
        chunk.add("direction", [given or Direction.OUT.value for given in chunk["direction"]])
        parted = [account_and_payee(given or "") for given in chunk["account"]]
        payees = [payee or rest for payee, (_account, rest) in zip(chunk["payee"], parted, strict=True)]
        chunk.add("account", [account for account, _rest in parted])
        chunk.add("payee", payees)
        chunk.add("text", [text or "" for text in chunk["text"]])

    def check_doubtful(self, chunk, context):
        add_up(chunk, context)  # rows that are refused stand in the file's own sum too

    def remarks(self, totals, context):
        """Which periods are compared, where the file states none of them, and which was chosen then; and the sum of the file that
        is not that of its rows."""
        said = [(OTHER_PERIOD, {})] if context.get("unsaid") else []
        if context.get("chosen"):
            said.append((CHOSEN_PERIOD, context["shown"]))
        return said + self._other_sum(totals, context)

    def _other_sum(self, totals, context):
        """Where none of the file's own sums is the sum of its rows: which sum, and by how much it differs."""
        sums = context["sums"]
        stated = [(row, said["amount_vnd"]) for row, said in totals if "amount_vnd" in said]
        back, cleared = sums[Direction.RECOVERY], sums[Direction.CLEAR]
        whole = sum(sums.values())
        # the Treasury may add up everything, what it paid out, or what it paid out less what came back
        known = {whole, whole - cleared, whole - cleared - back, whole - cleared - 2 * back, whole - back}
        if not stated or any(amount in known for _row, amount in stated):
            return []
        row, amount = stated[-1]
        given = {"stated": amount, "added": whole, "difference": abs(amount - whole)}
        said = {name: {"vnd": vnd} for name, vnd in given.items()} | {"row": row}
        return [(ABOVE_ITS_ROWS if amount > whole else BELOW_ITS_ROWS, said)]

    def apply(self, staged, import_, *, by, now):
        lines = (
            Line(number, voucher, date.fromisoformat(on), amount, direction, payee, account, text)
            for number, voucher, on, amount, direction, payee, account, text in staged.rows()
        )
        statement = lay_statement(
            year=BudgetYear.objects.get(year=import_.year),
            span=import_.options["bases"]["span"],
            lines=lines,
            import_=import_,
            by=by,
            now=now,
        )
        return {"kept": statement.rows_count, "differences": statement.differences.there().count()}

    def undo(self, import_, *, by, now):
        statement = TreasuryStatement.objects.get(import_batch=import_.public_id)
        withdraw_statement(statement=statement, reason=import_.undo_reason, by=by, now=now)
        return {"withdrawn": statement.rows_count}

    def result_url(self, import_):
        found = TreasuryStatement.objects.filter(import_batch=import_.public_id).first()
        return found.get_absolute_url() if found else reverse("programme:statement_list")


def add_up(chunk, context):
    """Add the amounts of the chunk, by their nature, to what the file comes to."""
    for direction, amount in zip(chunk["direction"], chunk["amount_vnd"], strict=True):
        if amount:
            context["sums"][direction or Direction.OUT.value] += amount


def account_and_payee(text):
    """("1020304050", "Công ty A") of “1020304050 - Công ty A” or “Công ty A, TK 1020304050”; an account alone has no rest."""
    for found in ACCOUNT.finditer(text):
        digits = "".join(sign for sign in found[1] if sign.isdigit())
        if len(digits) >= SHORTEST_ACCOUNT:
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return digits[:60], " ".join(rest.split()).strip(" -–,;:/()")
    bare = text.strip()
    is_name = " " in bare or not any(sign.isdigit() for sign in bare)
    return ("", bare) if is_name else (bare[:60], "")
