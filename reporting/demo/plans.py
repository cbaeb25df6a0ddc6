"""The invented plans: 2021 to 2026 in force, 2026 adjusted once, 2027 being drafted; tasks reported, late and finished.

No plan bears the number of a real one: each says that it is an illustration.
"""

from datetime import date, timedelta

from accounts.models import Office, User
from accounts.roles import Role
from accounts.services import add_office, give_post, new_person
from programme.models import BudgetLine, Plan, PlanEstimate, Task
from programme.services import given as given_tasks
from programme.services import plans as steps
from programme.services.amounts import link_money
from programme.services.consulting import answer_consultation, ask_agencies, handle_opinion
from programme.services.items import add_item, drop_item, edit_item
from programme.services.overlaps import decide_overlap, undecided
from programme.services.proposals import (
    add_proposal,
    decline_proposal,
    send_proposal,
    take_proposal,
    withdraw_proposal,
)
from programme.services.tasks import accept_task, deliver, finish_task, report_task
from reference.models import Agency, ContentArea, MoneySource
from reporting.demo.copying import ACTOR, at
from reporting.demo.tasks import MILLION, tasks_of

REPEATED = "Nhiệm vụ thường xuyên hằng năm, mỗi năm một đối tượng và sản phẩm riêng (minh họa)"
TODAY = date(2026, 11, 16)
LEADS = {"QLCN": Role.OFFICER, "TTKC": Role.CENTRE_STAFF, "VP": Role.CHIEF_OF_OFFICE, "KHTC": Role.ACCOUNTANT}
# How far the tasks of 2026 are, by their place in the plan: percent, or None where the office has not accepted yet.
SO_FAR = (85, 20, 100, 90, 100, 100, 100, 70, 60, 40, 100, 100)


class Planner:
    """Who drafts, reviews, submits, types answers and carries out; and the reference data of a plan's year."""

    def __init__(self, people):
        self.people = people
        self.officer, self.head, self.director = (people[r] for r in (Role.OFFICER, Role.HEAD, Role.DIRECTOR))
        self.money, self.clerk = people[Role.CHIEF_ACCOUNTANT], people[Role.RECORDS_CLERK]
        self.offices = {office.code: office for office in Office.objects.all()}
        self.sources = {source.code: source for source in MoneySource.objects.in_force(TODAY)}
        self.areas = {area.code: area for area in ContentArea.objects.in_force(TODAY)}
        self.papers = 0
        self.ahead = []  # (moment, what is done with a task then), in the order of their moments

    def agencies(self, on):
        return {agency.code: agency for agency in Agency.objects.in_force(on)}

    def number(self, symbol):
        self.papers += 1
        return f"MH-{self.papers}/{symbol} (minh họa)"

    def amounts(self, money):
        return {self.sources[code]: amount for code, amount in money.items()}

    def later(self, moment, act):
        self.ahead.append((moment, act))
        self.ahead.sort(key=lambda pair: pair[0])

    def until(self, moment):
        """Let happen what lies before the moment: every history is written in the order of its days."""
        while self.ahead and self.ahead[0][0] < moment:
            now, act = self.ahead.pop(0)
            act(now)

    def doer(self, task):
        """Who reports for the lead of a task; the drafters do for another agency."""
        return self.people[LEADS[task.office.code]] if task.office_id else self.officer


def plans_of_the_years(stage):
    """plans of 2021 to 2027: drafted, consulted, approved, assigned, adjusted, reported"""
    planner = Planner(stage.people)
    for year in range(2021, 2027):
        plan = draft(planner, year, date(year - 1, 9, 10))
        lead_to_force(planner, plan, date(year - 1, 10, 5))
        carry_out(planner, year)
    adjust(planner)
    draft_next_year(planner)
    planner.until(at(TODAY))
    given_from_above(planner)


def draft(planner, year, on, *, by=None):
    plan = steps.add_plan(
        year=year,
        title=f"Kế hoạch phát triển sản phẩm công nghiệp chủ lực Thành phố năm {year} (minh họa)",
        by=by or planner.officer,
        now=at(on),
        synthetic=True,
    )
    agencies = planner.agencies(date(year, 1, 1))
    for values, money, office, agency, area in tasks_of(year):
        lead = {"office": planner.offices.get(office), "agency": agencies.get(agency)}
        add_item(
            plan=plan,
            values={**values, **lead, "content_area": planner.areas[area]},
            amounts=planner.amounts(money),
            by=planner.officer,
            now=at(on, 10),
        )
    return plan


def clear_overlaps(planner, plan, on, *, keep=0):
    """Say of each likeness with the year before why it is none; the last `keep` wait for somebody."""
    planner.until(at(on, 11))
    found = undecided(plan)
    for overlap in found[: len(found) - keep]:
        decide_overlap(item=overlap.item, other=overlap.other.task, why=REPEATED, by=planner.head, now=at(on, 11))


def ask(planner, plan, codes, on, *, days=15):
    agencies = planner.agencies(on)
    letter = {"number": planner.number("SCT-QLCN"), "signed_on": on, "deadline": on + timedelta(days=days)}
    chosen = [agencies[code] for code in codes if code in agencies]
    ask_agencies(
        plan=plan, agencies=chosen, about="Lấy ý kiến dự thảo kế hoạch", by=planner.officer, now=at(on), **letter
    )


def answer(planner, plan, code, on, opinion, words="", taken=()):
    row = plan.consultations.get(agency__code=code)
    answer_consultation(
        consultation=row,
        values={"answer_number": planner.number(code), "answered_on": on, "opinion": opinion, "words": words},
        version=row.version,
        by=planner.clerk,
        now=at(on, 14),
    )
    if taken:
        row.refresh_from_db()
        how, said = taken
        handle_opinion(
            consultation=row, taken=how, taken_words=said, version=row.version, by=planner.officer, now=at(on, 16)
        )


def lead_to_force(planner, plan, asked, *, codes=("STC", "SKHCN", "HAMI")):
    """Opinions, review, submission, approval and assignment, a paper for each."""
    ask(planner, plan, codes, asked)
    for code in sorted(codes, key=lambda code: code == "SKHCN"):  # which answers last
        if code == "SKHCN":
            words = "Đề nghị bổ sung nhiệm vụ chuyển đổi số (minh họa)"
            taken = ("taken_in", "Đã bổ sung nội dung chuyển đổi số (minh họa)")
            answer(planner, plan, code, asked + timedelta(days=9), "comment", words, taken)
        else:
            answer(planner, plan, code, asked + timedelta(days=7), "agree")
    reviewed, submitted = asked + timedelta(days=35), asked + timedelta(days=45)
    clear_overlaps(planner, plan, reviewed - timedelta(days=1))
    steps.send_to_review(plan=plan, by=planner.head, now=at(reviewed, 8))
    steps.review_plan(
        plan=plan,
        passed=True,
        number=planner.number("KHTC"),
        signed_on=reviewed,
        opinion="Nhiệm vụ và dự toán phù hợp khả năng cân đối (minh họa)",
        by=planner.money,
        now=at(reviewed, 15),
    )
    paper = {"number": planner.number("TTr-SCT"), "signed_on": submitted}
    steps.submit_plan(plan=plan, by=planner.director, now=at(submitted, 15), **paper)
    approved, assigned = asked + timedelta(days=70), asked + timedelta(days=78)
    planner.until(at(approved, 15))
    paper = {"number": planner.number("KH-UBND"), "signed_on": approved}
    steps.approve_plan(plan=plan, by=planner.clerk, now=at(approved, 15), about="Ban hành kế hoạch", **paper)
    planner.until(at(assigned, 16))
    paper = {"number": planner.number("QĐ-SCT"), "signed_on": assigned}
    steps.assign_tasks(plan=plan, by=planner.director, now=at(assigned, 16), about="Giao nhiệm vụ", **paper)


def carry_out(planner, year):
    """Finished up to 2024; of 2025 one lags behind; of 2026 every state in November."""
    for place, task in enumerate(Task.objects.filter(first_year=year).select_related("office").order_by("code")):
        percent = 100
        if year == 2025 and place == 8:
            percent = 80
        elif year == 2026:
            percent = SO_FAR[place]
        if year == 2026 and place == 1:
            continue  # assigned, not accepted yet
        progress(planner, task, percent)


def progress(planner, task, percent):
    """What is done with the task, each in its time: accepted, reported in June, finished or reported again in October."""
    by, year = planner.doer(task), task.first_year
    half, october = date(year, 6, 10), date(year, 10, 14)
    day = min(task.due_on, date(year, 11, 10) if year == 2026 else task.due_on) - timedelta(days=3)

    def report(now, on, percent, done, difficulty=""):
        if not Task.objects.filter(pk=task.pk, state=Task.State.DROPPED).exists():  # by the adjustment of 2026
            report_task(task=task, on=on, percent=percent, done=done, difficulty=difficulty, by=by, now=now)

    def handed_over(now):
        row = task.deliverables.get()
        evidence = f"Báo cáo {planner.number('BC')} ngày {day:%d/%m/%Y}"
        deliver(deliverable=row, delivered_on=day, evidence=evidence, version=row.version, by=by, now=now)

    def finished(now):
        finish_task(task=task, finished_on=day, words="Hoàn thành theo kế hoạch (minh họa)", by=by, now=now)

    planner.later(at(date(year, 1, 8)), lambda now: accept_task(task=task, by=by, now=now))
    begun = "Đã hoàn thành thủ tục lựa chọn đơn vị thực hiện (minh họa)"
    planner.later(at(half), lambda now: report(now, half, min(percent, 45), begun))
    if percent < 100:
        words = "Đang triển khai theo hợp đồng (minh họa)", "Nhà thầu chậm tiến độ (minh họa)"
        planner.later(at(october), lambda now: report(now, october, percent, *words))
        return
    planner.later(at(day, 14), handed_over)
    planner.later(at(day, 16), finished)


def adjust(planner):
    """June 2026: one estimate lowered, one raised, one task dropped, one added."""
    base = Plan.objects.get(year=2026, state="in_force")
    began = date(2026, 5, 11)
    planner.until(at(began))
    plan = steps.adjust_plan(
        base=base,
        title="Điều chỉnh Kế hoạch phát triển sản phẩm công nghiệp chủ lực Thành phố năm 2026 (minh họa)",
        reason="Theo khả năng cân đối ngân sách sáu tháng đầu năm (minh họa)",
        by=planner.officer,
        now=at(began),
    )
    items = list(plan.items.select_related("task", "content_area", "office", "agency").order_by("task__code"))
    city = planner.sources["city_budget"]
    for place, change, why in (
        (3, -800 * MILLION, "Giảm một đoàn dự hội chợ do hoãn tổ chức (minh họa)"),
        (10, 700 * MILLION, "Tăng hai lớp theo nhu cầu doanh nghiệp (minh họa)"),
    ):
        item = items[place]
        names = (
            "content_area",
            "what",
            "office",
            "agency",
            "partners",
            "deliverable",
            "due_on",
            "indicator_code",
            "effect",
        )
        amounts = {estimate.source: estimate.amount_vnd for estimate in item.estimates.select_related("source")}
        amounts[city] += change
        values = {**{name: getattr(item, name) for name in names}, "note": item.note, "why": why}
        edit_item(
            item=item, values=values, amounts=amounts, version=item.version, by=planner.officer, now=at(began, 14)
        )
    left = items[9]
    why = "Chuyển sang kế hoạch chuyển đổi số của Thành phố (minh họa)"
    drop_item(item=left, why=why, version=left.version, by=planner.officer, now=at(began, 15))
    add_item(
        plan=plan,
        values={
            "content_area": planner.areas["3"],
            "what": "Khảo sát tác động của chính sách thuế quan mới tới doanh nghiệp xuất khẩu",
            "office": planner.offices["KHTC"],
            "agency": None,
            "partners": "Hải quan; HAMI",
            "deliverable": "Báo cáo khảo sát 60 doanh nghiệp",
            "due_on": date(2026, 11, 25),
            "why": "Nhiệm vụ phát sinh (minh họa)",
        },
        amounts={city: 450 * MILLION},
        by=planner.officer,
        now=at(began, 16),
    )
    lead_to_force(planner, plan, date(2026, 5, 15), codes=("STC",))
    new = Task.objects.filter(first_year=2026).order_by("-code").first()
    accept_task(task=new, by=planner.people[Role.ACCOUNTANT], now=at(date(2026, 8, 5)))


def draft_next_year(planner):
    """2027: proposals in every state, a draft with opinions running."""
    proposals = propose(planner)
    plan = draft(planner, 2027, date(2026, 9, 14))
    for proposal in proposals[:2]:
        take_proposal(proposal=proposal, by=planner.officer, now=at(date(2026, 10, 2)))
    why = "Trùng nội dung với chương trình khuyến công của Thành phố (minh họa)"
    decline_proposal(proposal=proposals[2], reason=why, by=planner.head, now=at(date(2026, 10, 2), 10))
    clear_overlaps(planner, plan, date(2026, 10, 20), keep=3)
    ask(planner, plan, ("STC", "SKHCN", "BQLCNC"), date(2026, 10, 26), days=15)
    words = "Đề nghị làm rõ căn cứ dự toán triển lãm (minh họa)"
    answer(planner, plan, "STC", date(2026, 11, 5), "comment", words)
    ask(planner, plan, ("HPA", "HAMI"), date(2026, 11, 9), days=15)


def propose(planner):
    """Proposals of a centre, an office and a ward for 2027: two to be taken, one declined, and the rest in their states."""
    ward = ward_of_the_story()
    centre, accountant = planner.people[Role.CENTRE_STAFF], planner.people[Role.ACCOUNTANT]
    rows = (
        (centre, "TTKC", "4", "Thí điểm trạm đo lường dùng chung cho doanh nghiệp cơ khí", 1200, "sent"),
        (ward, "PMH", "2", "Điểm giới thiệu sản phẩm tại làng nghề phường Minh Họa", 350, "sent"),
        (ward, "PMH", "5", "Lớp học nghề mộc mỹ nghệ tại phường Minh Họa", 180, "sent"),
        (centre, "TTKC", "5", "Bồi dưỡng kỹ sư thiết kế khuôn mẫu", 650, "sent"),
        (accountant, "KHTC", "3", "Sổ tay hướng dẫn quyết toán kinh phí hỗ trợ", 120, "sent"),
        (centre, "TTKC", "4", "Phòng trưng bày công nghệ in 3D", 900, "draft"),
        (ward, "PMH", "2", "Phiên chợ hàng thủ công cuối năm", 90, "withdrawn"),
    )
    found = []
    for place, (by, office, area, what, amount, end) in enumerate(rows):
        day = date(2026, 8, 10) + timedelta(days=place)
        proposal = add_proposal(
            office=Office.objects.get(code=office),
            values={
                "year": 2027,
                "content_area": planner.areas[area],
                "what": f"{what} (minh họa)",
                "reason": "Theo khảo sát nhu cầu quý III năm 2026 (minh họa)",
                "deliverable": "Báo cáo kết quả, danh sách doanh nghiệp tham gia",
                "due_on": date(2027, 10, 30),
            },
            amounts={planner.sources["city_budget"]: amount * MILLION},
            by=by,
            now=at(day),
            synthetic=True,
        )
        if end != "draft":
            send_proposal(proposal=proposal, by=by, now=at(day, 15))
        if end == "withdrawn":
            withdraw_proposal(proposal=proposal, reason="Phường tự thực hiện (minh họa)", by=by, now=at(day, 16))
        found.append(proposal)
    return found


def ward_of_the_story():
    """A ward's office with one invented person, who proposes tasks."""
    since = date(2025, 7, 1)
    email = "phuong@thunghiem.example"
    found = User.objects.filter(email=email).first()
    if found:
        return found
    office = add_office(
        code="PMH", name="UBND phường Minh Họa", kind="ward", symbol="", ended_on=None, by=ACTOR, now=at(since)
    )
    person = new_person(email=email, full_name="Hồ Thị Ví Dụ", synthetic=True, by=ACTOR, now=at(since))
    paper = "MH-05/QĐ-MINHHOA"
    give_post(user=person, office=office, role=Role.CENTRE_STAFF, starts_on=since, paper=paper, by=ACTOR, now=at(since))
    return person


def given_from_above(planner):
    """Tasks given by the Committee and by a meeting: late, due soon, far off, finished, no longer asked for."""
    rows = (
        ("TB-VP", date(2026, 9, 21), "Văn phòng UBND Thành phố", "Báo cáo tiến độ giải ngân kinh phí chương trình", "KHTC", date(2026, 10, 31), ""),
        ("KL-SCT", date(2026, 11, 3), "Kết luận họp giao ban Sở", "Hoàn thiện danh sách doanh nghiệp đầu tàu, dẫn dắt", "QLCN", date(2026, 11, 24), ""),
        ("UBND-KT", date(2026, 10, 12), "UBND Thành phố", "Đề xuất chương trình giai đoạn 2026–2030", "QLCN", date(2027, 3, 31), ""),
        ("TB-VP", date(2026, 6, 8), "Văn phòng UBND Thành phố", "Tổng hợp kiến nghị của doanh nghiệp sau hội nghị đối thoại", "VP", date(2026, 7, 15), "done"),
        ("UBND-KT", date(2026, 3, 2), "UBND Thành phố", "Chuẩn bị nội dung làm việc với đoàn khảo sát", "TTKC", date(2026, 4, 30), "cancelled"),
    )  # fmt: skip
    for symbol, on, issuer, content, office, deadline, end in rows:
        values = {
            "document": planner.number(symbol),
            "document_on": on,
            "issuer": issuer,
            "content": f"{content} (minh họa)",
            "office": planner.offices[office],
            "person": planner.people[LEADS[office]] if office in ("QLCN", "KHTC") else None,
            "deadline": deadline,
        }
        now = at(on + timedelta(days=1))
        given = given_tasks.add_given(values=values, by=planner.clerk, now=now, synthetic=True)
        by = planner.people[LEADS[office]]
        if end != "cancelled":
            done = "Đã phân công, đang tổng hợp số liệu (minh họa)"
            given_tasks.report_given(given=given, done=done, by=by, now=at(on + timedelta(days=9)))
        if end == "done":
            day = deadline - timedelta(days=2)
            outcome = f"Báo cáo {planner.number('BC-SCT')}"
            given_tasks.finish_given(given=given, ended_on=day, outcome=outcome, by=by, now=at(day, 16))
        if end == "cancelled":
            day, reason = on + timedelta(days=20), "Đoàn khảo sát hoãn, theo văn bản sau (minh họa)"
            given_tasks.cancel_given(given=given, reason=reason, by=planner.head, now=at(day))


def planned_money_linked(stage):
    """planned money linked with the budget lines that carry it"""
    planner = Planner(stage.people)
    estimates = PlanEstimate.objects.filter(item__plan__state="in_force", item__dropped=False)
    for estimate in estimates.select_related("item__plan", "source").order_by("id"):
        line = BudgetLine.objects.filter(
            task=estimate.item.task_id, source=estimate.source, year__year=estimate.item.plan.year
        ).first()
        if line is not None and line.assigned_vnd:
            amount = min(line.assigned_vnd, estimate.amount_vnd)
            link_money(estimate=estimate, line=line, amount_vnd=amount, by=planner.money, now=stage.now)
