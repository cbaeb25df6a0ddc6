"""The invented money of the programme: years told whole, from the decision on the envelope to settlement or today.

2021 and 2022 stand as opening sums, 2023 and 2024 are closed, 2025 is in its adjustment period, 2026 in execution with
lines in every state, 2027 being prepared. Every step goes through its service, by two people, on the day it is told of.
"""

import random
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from documents.store import save_upload
from programme.models import BudgetLine, BudgetYear, Commitment, Period, PlanEstimate
from programme.services.accounts import approve_account, prepare_account
from programme.services.commitments import (
    approve_commitment,
    liquidate_commitment,
    prepare_commitment,
    refuse_commitment,
)
from programme.services.continuing import continue_commitment
from programme.services.lines import add_line, plan_spending, record_report
from programme.services.opening import prepare_opening, prepare_opening_contract
from programme.services.payments import (
    control_payment,
    prepare_payment,
    record_paid,
    record_refused,
    send_payment,
    sign_payment,
)
from programme.services.steps import approve_step, prepare_step, refuse_step
from programme.services.years import add_year, close_year, open_year, start_adjusting
from reference.models import Agency
from reporting.demo.copying import at
from reporting.demo.firms import SEED
from reporting.demo.scans import one_page

BILLION, MILLION = 10**9, 10**6
ENVELOPES = {
    2021: 34 * BILLION,
    2022: 38 * BILLION,
    2023: 40 * BILLION,
    2024: 42 * BILLION,
    2025: 43 * BILLION,
    2026: 40 * BILLION,
}
TODAY = date(2026, 11, 16)
UNFINISHED = date(2025, 12, 8)  # when a contract of 2025 was signed that runs into 2026
HELD_HERE = {"city_budget": "SCT", "national_promotion": "TTKC"}  # sources whose money the Department itself keeps
HELD_ELSEWHERE = {"agency_budget": "SKHCN", "enterprise": "HAMI", "other_legal": "HAMI"}
CODES = {"chapter": "416", "category": "309", "item": "7049", "source_code": "12", "unit_code": "1010452"}
PAYEES = (
    ("Công ty TNHH Tổ chức sự kiện Minh Họa", "1010000101"),
    ("Công ty cổ phần Hội chợ Ví Dụ", "1010000202"),
    ("Trung tâm Đào tạo Thử Nghiệm", "1010000303"),
    ("Công ty TNHH Tư vấn Mẫu", "1010000404"),
)


class Story:
    """Who does what with the money, and on which day."""

    def __init__(self, people):
        self.accountant, self.chief = people[Role.ACCOUNTANT], people[Role.CHIEF_ACCOUNTANT]
        self.director, self.deputy = people[Role.DIRECTOR], people[Role.DEPUTY_DIRECTOR]
        self.officer = people[Role.OFFICER]
        self.rng = random.Random(SEED + 11)  # noqa: S311
        self.papers = 0

    def paper(self, kind, on):
        self.papers += 1
        return {"document": f"{kind} số MH-{self.papers}/{on.year} (minh họa)", "document_on": on}

    def step(self, kind, amount_vnd, on, *, by=None, paper="Quyết định", **fields):
        """Prepared in the morning, approved in the afternoon."""
        step = self.prepared(kind, amount_vnd, on, paper=paper, **fields)
        return approve_step(step, by=by or self.director, now=at(on, 15))

    def prepared(self, kind, amount_vnd, on, *, paper="Quyết định", **fields):
        return prepare_step(
            kind,
            amount_vnd=amount_vnd,
            happened_on=on,
            by=self.accountant,
            now=at(on, 9),
            **({} if "document" in fields else self.paper(paper, on)),
            **fields,
        )

    def contract(self, line, amount_vnd, on, *, kind="contract", what="", approved=True, bare=False):
        payee, account = self.rng.choice(PAYEES)
        self.papers += 1
        symbol = {"contract": "HĐ-SCT", "support_decision": "QĐ-SCT", "detailed_estimate": "DT-SCT"}[kind]
        procurement = ()
        if kind == "contract" and not bare:
            procurement = (
                {"kind": "estimate", "number": f"MH-{self.papers}/QĐ-DT", "decided_on": on - timedelta(days=25)},
                {"kind": "plan", "number": f"MH-{self.papers}/QĐ-KHLCNT", "decided_on": on - timedelta(days=18)},
                {"kind": "result", "number": f"MH-{self.papers}/QĐ-KQLCNT", "decided_on": on - timedelta(days=5)},
            )
        commitment = prepare_commitment(
            line,
            kind=kind,
            number=f"MH-{self.papers}/{symbol}",
            signed_on=on,
            what=what or line.task.what,
            amount_vnd=amount_vnd,
            payee=payee,
            payee_account=account,
            payee_bank="Ngân hàng Minh Họa, chi nhánh Hà Nội",
            procurement=procurement,
            by=self.officer,
            now=at(on, 9),
        )
        if approved:
            approve_commitment(commitment, by=self.director, now=at(on, 16))
            commitment.refresh_from_db()
        return commitment

    def payment(self, commitment, amount_vnd, on, *, kind="payment", clears_vnd=0, upto="paid"):
        """A payment as far as `upto`: prepared, controlled, signed, sent, paid or refused."""
        commitment.refresh_from_db()
        self.papers += 1
        invoice = "Đề nghị tạm ứng" if kind == "advance" else "Hóa đơn và biên bản nghiệm thu"
        payment = prepare_payment(
            commitment,
            kind=kind,
            amount_vnd=amount_vnd,
            clears_vnd=clears_vnd,
            payee=commitment.payee,
            payee_account=commitment.payee_account,
            payee_bank=commitment.payee_bank,
            invoice=f"{invoice} MH-{self.papers}",
            invoice_on=on,
            by=self.accountant,
            now=at(on, 8),
        )
        reached = ["prepared", "controlled", "signed", "sent", upto].index(upto)
        if reached > 0:
            control_payment(payment, by=self.chief, now=at(on, 10))
        if reached > 1:
            sign_payment(payment, by=self.director, now=at(on, 14))
        if reached > 2:
            send_payment(payment, by=self.accountant, now=at(on, 16))
        if upto == "paid":
            day = on + timedelta(days=1)
            record_paid(payment, voucher=f"KB-MH-{self.papers:05d}", paid_on=day, by=self.accountant, now=at(day, 10))
        elif upto == "refused":
            day = on + timedelta(days=1)
            answer = "Thiếu biên bản nghiệm thu khối lượng hoàn thành (minh họa)"
            record_refused(payment, answer=answer, by=self.accountant, now=at(day, 10))
        return payment


def years_of_money(stage):
    """the money of 2021 to 2027: envelopes, lines, contracts, payments, settlement"""
    story = Story(stage.people)
    for year in sorted(ENVELOPES):
        row = begin(story, year)
        lines = lines_of(story, row)
        if year <= 2022:
            tell_opening(story, lines)
        elif year <= 2025:
            tell_whole_year(story, lines, finished=year <= 2024)
        else:
            tell_running_year(story, lines)
        if year == 2025:
            leave_unfinished(story, row)
        if year <= 2025:
            start_adjusting(row, by=story.chief, now=at(date(year, 12, 31), 17))
        if year <= 2024:
            leave_nothing(story, row)
    go_on_with_a_contract(story)
    prepare_next_year(story)


def begin(story, year):
    """The year with its envelope, opened in its first working week."""
    period = Period.objects.of_year(year)
    if year >= 2026:
        period = Period.objects.get(state="illustration", starts_year__lte=year, ends_year__gte=year)
    day = date(year, 1, 5)
    row = add_year(period, year, by=story.chief, now=at(day, 8))
    story.step("envelope", ENVELOPES[year], day, by=story.chief, paper="Quyết định giao dự toán", year=row)
    row.refresh_from_db()
    return open_year(row, by=story.chief, now=at(day, 16))


def lines_of(story, year):
    """A line for every task and source of the plan in force, with its classification where the money is kept here."""
    agencies = {agency.code: agency for agency in Agency.objects.in_force(TODAY)}
    estimates = PlanEstimate.objects.filter(item__plan__year=year.year, item__plan__state="in_force")
    found = []
    for estimate in estimates.select_related("item__task", "source").order_by("item__task__code", "source__code"):
        managed = estimate.source.code in HELD_HERE
        unit = agencies[(HELD_HERE if managed else HELD_ELSEWHERE)[estimate.source.code]]
        line = add_line(
            year,
            estimate.item.task,
            estimate.source,
            unit,
            managed=managed,
            by=story.accountant,
            now=at(date(year.year, 1, 6)),
            **(CODES if managed else {}),
        )
        found.append((line, estimate.amount_vnd))
    return found


def tell_opening(story, lines):
    """What was spent before the portal: the sums of each line, and the contract that they were paid on."""
    for line, amount in lines:
        if not line.managed:
            report(story, line, amount, spent=amount * 96 // 100, settled=True)
            continue
        spent = amount * story.rng.randint(93, 99) // 100 // MILLION * MILLION
        day = date(line.year.year, 12, 15)
        paper = story.paper("Báo cáo quyết toán", day)
        open_sums(story, prepare_opening, line, day, assigned_vnd=amount, allocated_vnd=amount, **paper)
        payee, account = story.rng.choice(PAYEES)
        story.papers += 1
        contract = {
            "kind": "contract",
            "number": f"MH-{story.papers}/HĐ-SCT",
            "signed_on": date(line.year.year, 3, 10),
            "what": line.task.what,
            "amount_vnd": spent,
            "payee": payee,
            "payee_account": account,
            "payee_bank": "Ngân hàng Minh Họa, chi nhánh Hà Nội",
        }
        sums = {"disbursed_vnd": spent, "settled_vnd": spent}
        open_sums(story, prepare_opening_contract, line, day, **contract, **sums, **paper)


def open_sums(story, prepare, line, day, **content):
    """Prepared by the accountant in the morning, approved by the chief accountant in the afternoon."""
    step = prepare(line, by=story.accountant, now=at(day, 9), **content)
    approve_step(step, by=story.chief, now=at(day, 15))


def assign(story, line, amount, on):
    story.step("assign", amount, on, by=story.chief, line=line, paper="Quyết định giao dự toán")


def tell_whole_year(story, lines, *, finished):
    """Assigned, allocated, contracted, advanced, paid and settled; of an unfinished year some lines lag behind."""
    for number, (line, amount) in enumerate(lines):
        year = line.year.year
        if not line.managed:
            report(story, line, amount, spent=amount * 9 // 10, settled=finished)
            continue
        assign(story, line, amount, date(year, 1, 7))
        story.step("allocate", amount, date(year, 1, 20), line=line, paper="Quyết định phân bổ")
        plan_by_month(story, line, amount)
        bound = amount * story.rng.randint(90, 98) // 100 // MILLION * MILLION
        kind = ("contract", "support_decision", "contract", "detailed_estimate")[number % 4]
        commitment = story.contract(line, bound, date(year, 3, 4) + timedelta(days=number), kind=kind)
        advance = bound * 3 // 10
        story.payment(commitment, advance, date(year, 4, 10) + timedelta(days=number), kind="advance")
        rest = bound - advance
        if not finished and number % 5 == 3:
            continue  # the advance is not cleared yet
        last = date(year, 10, 6) + timedelta(days=number)
        story.payment(commitment, rest, last, clears_vnd=advance)
        if finished or number % 5 != 4:
            settle(story, line, commitment, bound, date(year, 12, 10))
            liquidate_commitment(
                commitment,
                on=date(year, 12, 12),
                paper=f"MH-{number}/BBTL",
                by=story.officer,
                now=at(date(year, 12, 12)),
            )


def settle(story, line, commitment, amount, on):
    story.step("settle", amount, on, line=line, commitment=commitment, paper="Biên bản quyết toán")


def plan_by_month(story, line, amount):
    """A third by April, the rest by October."""
    line.refresh_from_db()
    year = line.year.year * 100
    first = amount * 3 // 10
    plan_spending(
        line, {year + 4: first, year + 10: amount - first}, by=story.accountant, now=at(date(line.year.year, 1, 21))
    )


def report(story, line, amount, *, spent, settled, on=None):
    """What the other body says of its money, half a year and a year on."""
    year = line.year.year
    half = date(year, 6, 20)
    sums = {"assigned_vnd": amount, "committed_vnd": spent // 2, "disbursed_vnd": spent // 3}
    record_report(line, sums, by=story.accountant, now=at(half, 11), **story.paper("Báo cáo 6 tháng", half))
    end = on or date(year, 12, 18)
    sums = {"assigned_vnd": amount, "committed_vnd": spent, "disbursed_vnd": spent}
    if settled:
        sums["settled_vnd"] = spent
    record_report(line, sums, by=story.accountant, now=at(end, 11), **story.paper("Báo cáo năm", end))


def leave_nothing(story, year):
    """What is left of a finished year is cancelled; a contract that runs on is carried over to the next."""
    for line in BudgetLine.objects.managed().filter(year=year).order_by("pk"):
        left = line.free_vnd
        if left:
            story.step("cancel", left, date(year.year, 12, 31), line=line, paper="Công văn hủy dự toán")


def tell_running_year(story, lines):
    """2026 as it stands in November: every state that a line, a contract and a payment can be in."""
    managed = [(line, amount) for line, amount in lines if line.managed]
    for line, amount in lines:
        if not line.managed:
            report(story, line, amount, spent=amount * 6 // 10, settled=False, on=date(2026, 10, 20))
    for number, (line, amount) in enumerate(managed):
        assign(story, line, amount, date(2026, 1, 7))
        part = amount if number % 4 else amount * 3 // 4
        story.step("allocate", part, date(2026, 1, 22), line=line, by=story.deputy if part < 5 * BILLION else None)
        plan_by_month(story, line, part)
        if number % 6 == 5:
            continue  # allocated, nothing bound yet
        bound = part * 7 // 10 // MILLION * MILLION
        commitment = story.contract(line, bound, date(2026, 3, 9) + timedelta(days=number))
        advance = bound * 3 // 10
        story.payment(commitment, advance, date(2026, 4, 14) + timedelta(days=number), kind="advance")
        if number % 3 != 2:
            story.payment(commitment, bound // 2, date(2026, 9, 8) + timedelta(days=number), clears_vnd=advance // 2)
    tell_november(story, [line for line, _amount in managed])


def tell_november(story, lines):
    """What waits for somebody today."""
    day = date(2026, 11, 12)
    for line in lines:
        line.refresh_from_db()
    open_ones = [line for line in lines if line.left_vnd > 50 * MILLION]
    waiting = story.contract(
        open_ones[0], 30 * MILLION, day, what="In ấn phẩm giới thiệu sản phẩm (minh họa)", approved=False
    )
    refused = story.contract(open_ones[1], 40 * MILLION, day, what="Thuê xe tham quan (minh họa)", approved=False)
    refuse_commitment(refused, answer="Chưa có chủ trương (minh họa)", by=story.director, now=at(day, 15))
    assert waiting.state == Commitment.State.PREPARED  # noqa: S101
    contracts = list(Commitment.objects.standing().filter(line__year__year=2026, advanced_vnd__gt=0).order_by("pk"))
    for commitment, upto in zip(contracts, ("prepared", "controlled", "signed", "sent", "refused"), strict=False):
        amount = min(commitment.payable_vnd, 25 * MILLION)
        if amount > 0:
            story.payment(commitment, amount, day, upto=upto)
    change_accounts(story, day)
    story.contract(
        open_ones[0],
        12 * MILLION,
        date(2026, 1, 5),
        what="Thuê hội trường, ký trước khi giao dự toán (minh họa)",
        approved=False,
        bare=True,
    )
    first, second = lines[0], lines[1]
    if first.source_id == second.source_id:
        story.prepared("transfer", 20 * MILLION, day, line=second, other_line=first)
    story.prepared("allocate", 10 * MILLION, day, line=lines[0], paper="Tờ trình phân bổ")
    bad = story.prepared("cut", 5 * MILLION, day, line=lines[2])
    refuse_step(bad, answer="Chờ quyết định của UBND thành phố (minh họa)", by=story.chief, now=at(day, 16))
    (entry,) = story.step("supplement", 15 * MILLION, date(2026, 10, 5), by=story.chief, line=lines[3])
    story.step(
        "reverse", 0, date(2026, 10, 6), by=story.chief, reverses=entry, reason="Ghi nhầm dòng kinh phí (minh họa)"
    )
    withhold(story, lines[4], date(2026, 10, 12))


def withhold(story, line, on):
    """The recurrent saving of one line; a part of it asks to be released."""
    line.refresh_from_db()
    saved = line.assigned_vnd // 10
    story.step("saving", saved, on, by=story.chief, line=line, paper="Công văn giữ lại tiết kiệm")
    story.prepared("release", saved // 4, on + timedelta(days=30), line=line, paper="Công văn cho sử dụng tiết kiệm")


def change_accounts(story, day):
    """Two contractors changed their bank: one account is confirmed, the other waits for the chief accountant."""
    contracts = Commitment.objects.standing().filter(line__year__year=2026, kind="contract").order_by("-pk")[:2]
    for place, contract in enumerate(contracts):
        name = f"Phụ lục {place + 1} (minh họa).pdf"
        scan = save_upload(SimpleUploadedFile(name, one_page(name)), by=story.accountant, now=at(day, 9))
        row = prepare_account(
            contract, payee_account=f"10200000{place}", payee_bank="Ngân hàng Ví Dụ, chi nhánh Thăng Long",
            document=f"MH-0{place + 1}/PLHĐ", document_on=day, file=scan, by=story.accountant, now=at(day, 10),
        )  # fmt: skip
        if place:
            approve_account(row, by=story.chief, now=at(day, 11))


def leave_unfinished(story, year):
    """A contract signed late in the year, of which only a part is accepted and paid in it."""
    lines = BudgetLine.objects.managed().filter(year=year).order_by("-pk")
    line = next(line for line in lines if line.left_vnd > 50 * MILLION)
    amount = line.left_vnd // 2 // MILLION * MILLION
    what = f"Đánh giá kết quả thực hiện, nghiệm thu hai đợt: {line.task.what}"
    contract = story.contract(line, amount, UNFINISHED, what=what)
    story.payment(contract, amount * 4 // 10, date(2025, 12, 22))


def go_on_with_a_contract(story):
    """A contract of 2025 was not finished: what it left unpaid is carried over, and it goes on on a line of 2026."""
    before = Commitment.objects.standing().filter(line__year__year=2025, signed_on=UNFINISHED).get()
    line, left, day = before.line, before.payable_vnd, date(2026, 1, 28)
    decided = {"line": line, **story.paper("Quyết định chuyển nguồn", day)}
    story.step("decommit", left, day, commitment=before, ground="next_year", **decided)
    where = (BudgetYear.objects.get(year=2026), line.task, line.source, line.unit)
    after = add_line(*where, by=story.accountant, now=at(date(2026, 1, 27)), **CODES)
    story.step("carry_over", left, day, other_line=after, ground="contracts", **decided)
    story.step("allocate", left, date(2026, 2, 2), line=after, paper="Quyết định phân bổ")
    said = {"amount_vnd": left, "ends_on": date(2026, 12, 20), "file": None}
    row = continue_commitment(after, before, by=story.officer, now=at(date(2026, 2, 3), 9), **said)
    approve_commitment(row, by=story.director, now=at(date(2026, 2, 3), 16))


def prepare_next_year(story):
    """2027: the year stands, its envelope waits for approval."""
    day = date(2026, 11, 10)
    period = BudgetYear.objects.get(year=2026).period
    year = add_year(period, 2027, by=story.chief, now=at(day, 8))
    story.prepared("envelope", 42 * BILLION, day, year=year, paper="Dự thảo quyết định giao dự toán")


def settlements_closed(stage):
    """the years 2021 to 2024 closed by their settlement"""
    story = Story(stage.people)
    for year in BudgetYear.objects.filter(year__lte=2024, state="adjusting").order_by("year"):
        day = date(year.year + 1, 2, 20)
        said = {"paper": f"MH-{year}/BC-QUYETTOAN (minh họa)", "paper_on": day}
        close_year(year, **said, by=story.chief, now=at(day, 10))
    return_to_the_budget(story)


def return_to_the_budget(story):
    """An inspection found too much paid in a year that was closed: the payee paid it in; the estimate is not restored."""
    day = date(2026, 6, 18)
    paid = Commitment.objects.filter(line__year__year=2024, disbursed_vnd__gt=100 * MILLION).order_by("pk").first()
    common = {"line": paid.line, "commitment": paid, "paper": "Kết luận thanh tra", "by": story.chief}
    said = {"payer": paid.payee, "reason": "Nghiệm thu thừa khối lượng, nhà thầu nộp trả (minh họa)"}
    story.step("budget_return", 24 * MILLION, day, voucher="GNT-MH-0618", **said, **common)
    later = day + timedelta(days=20)
    story.prepared(
        "budget_return",
        3 * MILLION,
        later,
        line=paid.line,
        commitment=paid,
        paper="Kết luận thanh tra",
        voucher="GNT-MH-0708",
        **said,
    )
