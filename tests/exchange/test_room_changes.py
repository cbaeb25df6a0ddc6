"""Every service of the rooms that changes what a row shows leads to the row in its feed of changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from accounts.services import edit_office
from audit.chain import seal_all
from enterprises.models import FigureRevision
from enterprises.services.enterprises import edit_enterprise, withdraw_enterprise
from enterprises.services.figures import confirm_figures, declare_figures, return_figures, submit_figures
from enterprises.services.memberships import add_member, end_membership
from enterprises.services.merging import merge_enterprises
from enterprises.services.products import (
    add_product,
    correct_title,
    edit_product,
    end_title,
    record_title,
    withdraw_product,
    withdraw_title,
)
from exchange.resources import resources
from exchange.rights import all_scopes
from programme.models import BudgetLine
from programme.services import plans
from programme.services.items import add_item, drop_item
from programme.services.lines import add_line, describe_line, record_report
from programme.services.scheme import add_period, add_target, edit_period, edit_target, withdraw_target
from programme.services.steps import approve_step, prepare_step
from programme.services.tasks import accept_task, finish_task, reopen_task, report_task
from programme.services.years import add_year, start_adjusting
from reference.models import (
    AdministrativeUnit,
    Agency,
    CalendarDay,
    ExchangeRate,
    ProductGroup,
    UnitSuccession,
)
from reference.services import add_entry, edit_entry, end_entry, replace_entry, withdraw_rate
from reporting.services.publishing import publish_year
from reporting.services.statistics import record_statistic, revise_statistic, withdraw_statistic
from support.services import correct_support, record_support, withdraw_support
from tests.exchange import things
from tests.exchange.calling import System
from tests.exchange.test_changes import copy_of
from tests.factories import (
    make_administrator,
    make_agency,
    make_content_area,
    make_director,
    make_enterprise,
    make_figures,
    make_head,
    make_money_source,
    make_office,
    make_officer,
    make_product,
    make_rule,
    make_support,
    make_support_kind,
    make_title,
    make_unit,
    make_user,
)
from tests.programme.making import make_budget_year, make_line
from tests.programme.making_plans import make_area, make_consultation, make_source
from tests.programme.test_plan_services import line_values
from tests.reporting.making import OUTPUT_SHARE, make_indicator, make_run

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


class Copies:
    """Copies of every resource that follow its changes, and what the lists say."""

    def __init__(self, **narrowed):
        self.system = System(*all_scopes(), calls_a_minute=100_000, **narrowed)
        self.names = [name for name, resource in resources().items() if resource.changes]
        self.kept, self.cursors = {}, {}
        self.follow()

    def asked(self, name, limit):
        return f"limit={limit}&fields={','.join(resources()[name].fields)}"

    def follow(self):
        """Take up what changed; returns {resource: changes}."""
        seal_all(now=timezone.now())
        found = {}
        for name in self.names:
            path = f"{name}/changes?{self.asked(name, 3)}"
            found[name], self.cursors[name] = self.system.changed(path, self.cursors.get(name))
            self.kept[name] = copy_of(found[name], self.kept.get(name))
        return found

    def lists(self):
        return {
            name: {row["id"]: row for row in self.system.walk(f"{name}?{self.asked(name, 1000)}")}
            for name in self.names
        }


def require_copied(change, *names):
    """After `change`, copies that follow equal the lists, and each of `names` did change."""
    copies = Copies()
    before = copies.lists()
    assert copies.kept == before
    change()
    copies.follow()
    after = copies.lists()
    for name in copies.names:
        assert copies.kept[name] == after[name], name
    assert {name for name in copies.names if before[name] != after[name]} >= set(names)


def told_of(copies, change):
    """Of which resources the feeds tell something after `change`; the copies equal the lists all the same."""
    copies.follow()
    change()
    found = copies.follow()
    assert copies.kept == copies.lists()
    return {name for name, changes in found.items() if changes}


def renamed(entry, **values):
    values = values or {"name_vi": "Tên mới"}
    edit_entry(entry, values, version=entry.version, by="system:test", now=NOW, reason="Đính chính")


def test_of_figures_that_nobody_confirmed_no_feed_tells():
    enterprise, officer, head = make_enterprise(), make_officer(), make_head()
    make_product(enterprise)
    make_figures(enterprise, 2024)
    copies = Copies()
    values, made = {"revenue_vnd": 1_000_000_000}, []

    def declare():
        made.append(declare_figures(enterprise=enterprise, year=2024, values=values, by=officer, now=timezone.now()))

    def send():
        submit_figures(figures=made[-1], by=officer, now=timezone.now())

    def give_back():
        return_figures(figures=made[-1], reason="Sai", by=head, now=timezone.now())

    def confirm():
        confirm_figures(figures=made[-1], by=head, now=timezone.now())

    assert [told_of(copies, act) for act in (declare, send, give_back, declare, send)] == [set()] * 5
    assert told_of(copies, confirm) == {"enterprises", "figures"}


def test_of_figures_that_a_system_sent_it_hears_itself_and_nothing_else_tells():
    enterprise, head = make_enterprise(), make_head()
    make_product(enterprise)
    copies = Copies()
    body = {"tax_code": enterprise.tax_code, "year": 2024, "revenue_vnd": 1_000_000_000}

    def give_back():
        return_figures(figures=FigureRevision.objects.get(), reason="Sai", by=head, now=timezone.now())

    assert told_of(copies, lambda: copies.system.write("sent_figures", body)) == {"sent_figures"}
    assert told_of(copies, give_back) == {"sent_figures"}


def test_of_the_people_of_an_enterprise_no_feed_tells():
    enterprise, person = make_enterprise(), make_user()
    make_product(enterprise)
    copies = Copies()

    def give():
        role = Role.PREPARER
        add_member(enterprise=enterprise, user=person, role=role, by="system:test", now=timezone.now())

    def end():
        membership = person.memberships.get()
        end_membership(membership=membership, reason="Nghỉ", by="system:test", now=timezone.now())

    assert told_of(copies, give) == told_of(copies, end) == set()


def test_a_new_product_or_title_is_told_of_by_its_own_feed_alone():
    enterprise, officer, copies, made = make_enterprise(), make_officer(), Copies(), []

    def add():
        made.append(add_product(enterprise=enterprise, name="Cáp điện", by=officer, now=timezone.now()))

    assert told_of(copies, add) == {"products"}


def test_reference_data():
    known = things.make_reference()
    things.make_registry(known)
    things.make_programme()
    given = make_content_area("9"), make_support_kind("9"), make_money_source("9")
    make_support(content_area=given[0], kind=given[1], money_source=given[2])
    officer = "system:test"

    def change():
        for entry in (
            *given,
            known["ward"],
            known["code"],
            known["group"],
            known["agency"],
            known["ward"].origins.get().old,
        ):
            renamed(entry)
        ward = {"code": "99", "kind": "ward", "unit_type": "xa", "name_vi": "Xã Mới", "valid_from": date(2026, 1, 1)}
        made = add_entry(AdministrativeUnit, ward, by=officer, now=NOW)
        succession = {"old": known["ward"].origins.get().old, "new": made, "on": date(2026, 1, 1)}
        add_entry(UnitSuccession, succession, by=officer, now=NOW)
        end_entry(made, ends_on=date(2027, 1, 1), version=1, by=officer, now=NOW, reason="NQ")
        group = ProductGroup.objects.get(pk=known["group"].pk)
        replace_entry(
            group,
            {"name_vi": "Nhóm mới"},
            starts_on=date(2027, 1, 1),
            version=group.version,
            by=officer,
            now=NOW,
            reason="QĐ",
        )
        rate = add_entry(
            ExchangeRate, {"currency": "EUR", "on": date(2026, 1, 5), "vnd_per_unit": 30_000}, by=officer, now=NOW
        )
        withdraw_rate(rate, version=1, by=officer, now=NOW, reason="Nhầm")
        day = {"on": date(2026, 12, 31), "kind": "off", "name_vi": "Nghỉ", "basis": "TB"}
        renamed(add_entry(CalendarDay, day, by=officer, now=NOW), basis="TB 2")
        for line_source in {line.source for line in BudgetLine.objects.select_related("source")}:
            renamed(line_source)
        for unit in Agency.objects.filter(pk__in=BudgetLine.objects.values("unit")):
            renamed(unit)

    require_copied(
        change,
        *("units", "industry_codes", "product_groups", "agencies", "money_sources", "exchange_rates", "calendar_days"),
        *("enterprises", "products", "titles", "support", "budget_lines"),
    )


def test_registry_figures_products_and_titles():
    officer, head = make_officer(), make_head()
    first, second, third, wrong = (make_enterprise() for _each in range(4))
    kept_product, gone_product = make_product(first), make_product(second)
    title, ended, withdrawn = (make_title(kept_product, round_year=year) for year in (2021, 2022, 2023))
    twin = make_product(second, kept_product.name)
    make_title(twin, round_year=2021)
    make_title(twin, round_year=2020)
    make_figures(second, 2024, output_vnd=1)

    def declared(enterprise, output, settle=confirm_figures, **more):
        figures = declare_figures(enterprise=enterprise, year=2024, values={"output_vnd": output}, by=officer, now=NOW)
        submit_figures(figures=figures, by=officer, now=NOW)
        settle(figures=figures, by=head, now=NOW, **more)

    def change():
        declared(first, 5)
        declared(first, 6)
        declared(third, 7, return_figures, reason="Thiếu")
        product = add_product(enterprise=first, name="Máy mới", by=officer, now=NOW)
        edit_product(product=product, version=1, values={"name": "Máy khác"}, by=officer, now=NOW)
        withdraw_product(product=gone_product, reason="Nhầm", by=officer, now=NOW)
        edit_product(product=kept_product, version=1, values={"name": "Máy A"}, by=officer, now=NOW)
        edit_product(product=twin, version=1, values={"name": "Máy A"}, by=officer, now=NOW)
        days = {"decision_on": date(2025, 11, 1), "valid_from": date(2025, 11, 1)}
        record_title(product=product, round_year=2025, decision_number="1/QĐ", by=officer, now=NOW, **days)
        correct_title(title=title, version=1, values={"decision_number": "2/QĐ"}, reason="Gõ nhầm", by=officer, now=NOW)
        end_title(title=ended, version=1, ended_on=date(2024, 1, 1), reason="Thôi", by=officer, now=NOW)
        withdraw_title(title=withdrawn, reason="Nhầm", by=officer, now=NOW)
        edit_enterprise(enterprise=first, version=1, values={"name": "Tên mới"}, by=officer, now=NOW, reason="Đổi tên")
        withdraw_enterprise(enterprise=wrong, reason="Nhầm", by=officer, now=NOW)
        merge_enterprises(winner=first, loser=second, reason="Một", by=head, now=NOW)
        merge_enterprises(winner=third, loser=first, reason="Một", by=head, now=NOW)
        declared(third, 8)  # supersedes what stands at a record that was merged into it

    require_copied(change, "enterprises", "figures", "products", "titles")


def test_support():
    officer, given, gone = make_officer(), make_support(amount_vnd=None), make_support()
    content = {name: getattr(given, name) for name in ("activity_type", "content_area", "kind", "what", "evidence")}

    def change():
        correct_support(record=given, version=1, what="Hai gian hàng", by=officer, now=NOW, reason="Nhầm")
        withdraw_support(record=gone, version=1, by=officer, now=NOW, reason="Nhầm")
        record_support(
            **content,
            enterprise=given.enterprise,
            activity="Khóa đào tạo",
            activity_code="DT-2026-77",
            delivered_on=date(2026, 5, 1),
            by=officer,
            now=NOW,
        )
        edit_enterprise(
            enterprise=given.enterprise, version=1, values={"name": "Mới"}, by=officer, now=NOW, reason="Đổi tên"
        )

    require_copied(change, "support", "enterprises")


def test_periods_and_targets():
    head = make_head()

    def change():
        values = {"code": "2031-2035", "name_vi": "Giai đoạn", "starts_year": 2031, "ends_year": 2035}
        period = add_period(values | {"decision": "QĐ 1", "decision_on": date(2026, 1, 2)}, by=head, now=NOW)
        edit_period(period, {"name_vi": "Giai đoạn mới"}, version=1, by=head, now=NOW, reason="QĐ")
        band = {
            "indicator_code": "turns",
            "applies": "each_year",
            "lower": 5,
            "upper": 9,
            "unit": "turn",
            "document": "QĐ",
        }
        target = add_target(period, band, by=head, now=NOW)
        edit_target(target, {"upper": 10}, version=1, by=head, now=NOW, reason="QĐ")
        gone = add_target(period, band | {"applies": "by_end"}, by=head, now=NOW)
        withdraw_target(gone, version=1, by=head, now=NOW, reason="Nhầm")

    require_copied(change, "periods", "targets")


def go_to_force(plan, finance, now, numbers):
    """Each step of a plan's way, with people who may take it."""
    officer, director, clerk, accountant = (
        make_officer(),
        make_director(),
        make_user(Role.RECORDS_CLERK),
        make_user(Role.ACCOUNTANT),
    )
    make_consultation(plan, finance, state="answered", asked_on=date(2025, 7, 14), answered_on=date(2025, 7, 14))
    plans.send_to_review(plan=plan, by=officer, now=now)
    paper = {"signed_on": date(2025, 7, 14), "now": now}
    plans.review_plan(plan=plan, passed=True, opinion="Phù hợp", number=f"{numbers}1/KHTC", by=accountant, **paper)
    plans.submit_plan(plan=plan, number=f"{numbers}2/TTr", by=director, **paper)
    plans.approve_plan(plan=plan, number=f"{numbers}3/KH", by=clerk, **paper)
    plans.assign_tasks(plan=plan, number=f"{numbers}4/QĐ", by=director, **paper)
    plan.refresh_from_db()
    return plan


def test_plans_and_tasks(now):
    officer, office = make_officer(), make_office()
    lead, finance = make_user(Role.CENTRE_STAFF, office=office), make_agency("STC", "Sở Tài chính")

    make_area(), make_source()

    def change():
        draft = plans.add_plan(year=2025, title="Kế hoạch năm 2025", by=officer, now=now)
        first = add_item(plan=draft, values=line_values(office=office), amounts={}, by=officer, now=now)
        second = add_item(plan=draft, values=line_values(what="Khảo sát doanh nghiệp"), amounts={}, by=officer, now=now)
        plan = go_to_force(draft, finance, now, 1)
        accept_task(task=first.task, by=lead, now=now)
        report_task(task=first.task, on=date(2025, 7, 14), percent=40, done="Đã mở lớp", by=lead, now=now)
        adjustment = plans.adjust_plan(base=plan, title="Điều chỉnh", reason="Thiếu kinh phí", by=officer, now=now)
        line = adjustment.items.get(task=second.task)
        drop_item(item=line, why="Không đủ kinh phí", version=line.version, by=officer, now=now)
        go_to_force(adjustment, finance, now, 2)
        first.task.deliverables.update(
            delivered_on=date(2025, 7, 14), evidence="BC", delivered_by=lead.public_id, delivered_at=now
        )
        finish_task(task=first.task, finished_on=date(2025, 7, 15), words="Xong", by=lead, now=now)
        reopen_task(task=first.task, reason="Chưa xong", by=officer, now=now)
        values = {name: getattr(office, name) for name in ("symbol", "kind", "ended_on")}
        edit_office(
            office=office, expected=1, code="TTKC", name="Trung tâm mới", by=make_administrator(), now=now, **values
        )

    require_copied(change, "plans", "tasks")


def test_budget(now):
    make_rule("budget_approval_thresholds", {"deputy_director": 10**9})
    accountant, chief, director = make_user(Role.ACCOUNTANT), make_user(Role.CHIEF_ACCOUNTANT), make_director()
    year = make_budget_year(2025, envelope_vnd=10**10)
    line = make_line(year, assigned_vnd=10**9, allocated_vnd=0)
    followed, source = make_line(year, assigned_vnd=0, managed=False), make_money_source()
    paper = {"document": "QĐ số 12/QĐ-UBND", "document_on": date(2025, 7, 15), "by": accountant, "now": now}

    def step(kind, amount_vnd, by=director, **about):
        return approve_step(prepare_step(kind, amount_vnd=amount_vnd, **paper, **about), by=by, now=now)

    def change():
        step("ceiling", 3 * 10**11, period=year.period, by=chief)
        step("envelope", 2 * 10**10, year=year, by=chief)
        (entry,) = step("allocate", 10**6, line=line)
        step("reverse", 10**6, reverses=entry, reason="Nhầm", by=chief)
        record_report(
            followed,
            {"assigned_vnd": 500, "committed_vnd": 100, "disbursed_vnd": 100},
            document="BC 1",
            document_on=date(2025, 7, 1),
            by=accountant,
            now=now,
        )
        added = add_line(year, line.task, source, line.unit, by=accountant, now=now)
        describe_line(added, {"note": "x", "chapter": "416"}, version=1, by=accountant, now=now)
        add_year(year.period, 2024, by=chief, now=now)
        start_adjusting(year, by=chief, now=datetime(2026, 1, 20, 3, 0, tzinfo=UTC))

    require_copied(change, "periods", "budget_years", "budget_lines", "ledger_entries")


def test_indicators_and_figures_of_the_city():
    make_indicator(OUTPUT_SHARE)
    officer, director = make_officer(), make_director()
    official = {"measure": "output", "state": "official", "source": "Niên giám", "published_on": date(2026, 1, 31)}
    paper = {"year": 2024, "paper_on": date(2026, 5, 1), "by": director, "now": things.NOW}

    def change():
        for year in (2023, 2024):
            made = record_statistic(**official, year=year, amount=1_000, by=officer, now=things.NOW)
        again = {name: official[name] for name in ("source", "published_on")}
        new = revise_statistic(statistic=made, amount=9, reason="Đính chính", by=officer, now=things.NOW, **again)
        publish_year(run=make_run(year_from=2024, year_to=2024), paper_number="1/BC", **paper)
        withdraw_statistic(statistic=new, reason="Nhầm", by=officer, now=things.NOW)
        publish_year(run=make_run(year_from=2024, year_to=2024), paper_number="2/BC", reason="Bổ sung", **paper)

    require_copied(change, "kpi_values", "city_statistics")


def test_what_one_event_changed_in_many_rows_comes_page_by_page_while_others_write():
    ward, officer = make_unit(), make_officer()
    made = [make_enterprise(ward=ward) for _each in range(8)]
    copies = Copies()
    renamed(ward)
    seal_all(now=timezone.now())
    path = "enterprises/changes?limit=3&fields=name,ward"
    pages, cursor = [], copies.cursors["enterprises"]
    while True:
        pages.append(copies.system.read(f"{path}&cursor={cursor}"))
        cursor = pages[-1]["next"]
        if len(pages) == 1:
            for each in made:
                edit_enterprise(
                    enterprise=each, version=1, values={"name": f"{each.name} mới"}, by=officer, now=NOW, reason="Đổi"
                )
            seal_all(now=timezone.now())
        if not pages[-1]["more"]:
            break
    assert max(len(page["data"]) for page in pages) == 3
    kept = copy_of([change for page in pages for change in page["data"]])
    assert kept == {row["id"]: row for row in copies.system.walk("enterprises?limit=100&fields=name,ward")}


def test_a_narrowed_system_hears_what_leaves_with_its_enterprise_and_nothing_else():
    here, there, elsewhere = make_unit(), make_unit(), make_unit()
    mine, winner = make_enterprise(ward=here), make_enterprise(ward=there)
    for enterprise in (mine, winner):
        make_title(make_product(enterprise), round_year=2023)
        make_figures(enterprise, 2023 if enterprise is mine else 2022)
        make_support(enterprise)
    theirs = {
        "enterprises": mine, "figures": mine.figures.get(), "support": mine.support_records.get(),
        "products": mine.products.get(), "titles": mine.products.get().titles.get(),
    }  # fmt: skip
    theirs = {name: str(thing.public_id) for name, thing in theirs.items()}
    copies, others = Copies(wards=[here.code]), Copies(wards=[there.code], name="Phường kia")
    everywhere = Copies(name="Toàn thành phố")
    head, officer = make_head(), make_officer()
    assert all(len(copies.kept[name]) == len(others.kept[name]) == 1 for name in theirs)

    def move(name, ward):
        winner.refresh_from_db()
        values = {"name": name, "ward": ward}
        edit_enterprise(enterprise=winner, version=winner.version, values=values, by=officer, now=NOW, reason="Đổi")

    def heard(by, change):
        found = {name: {each["id"] for each in rows if each["change"] == change} for name, rows in by.follow().items()}
        for name, rows in by.lists().items():
            assert by.kept[name] == rows, name
        return {name: ids for name, ids in found.items() if ids and name != "units"}

    move("Khác", there)
    assert not any(found for name, found in copies.follow().items() if name != "units")
    merge_enterprises(winner=winner, loser=mine, reason="Một", by=head, now=NOW)
    assert heard(copies, "gone") == {name: {public_id} for name, public_id in theirs.items()}
    came = heard(others, "there")
    assert all(public_id in came[name] for name, public_id in theirs.items())
    kept = others.kept["enterprises"][str(winner.public_id)]
    assert kept["latest_figures"]["year"] == 2023  # of the record that was merged into it
    of_both = everywhere.system.walk(f"figures?enterprise={winner.public_id}")
    assert {row["year"] for row in of_both} == {2022, 2023}
    assert len(everywhere.system.walk(f"support?enterprise={winner.public_id}")) == 2
    assert len(everywhere.system.walk(f"figures?enterprise={mine.public_id}")) == 1
    move("Khác nữa", elsewhere)
    assert heard(copies, "there") == {}
    assert all(
        public_id in heard_ids for name, heard_ids in heard(others, "gone").items() for public_id in [theirs[name]]
    )
    assert not any(others.kept[name] for name in theirs)
    heard(everywhere, "there")


def test_of_a_merge_with_what_had_left_before_nothing_is_heard():
    """The winner was once within, but not since the other record was merged into it."""
    here, there = make_unit(), make_unit()
    mine, winner = make_enterprise(ward=there), make_enterprise(ward=here)
    make_figures(mine, 2023)
    copies = Copies(wards=[here.code])
    edit_enterprise(
        enterprise=winner,
        version=1,
        values={"ward": there},
        by=make_officer(),
        now=NOW - timedelta(days=1),
        reason="Đổi",
    )
    copies.follow()
    merge_enterprises(winner=winner, loser=mine, reason="Một", by=make_head(), now=NOW)
    told = {each["id"] for rows in copies.follow().values() for each in rows}
    assert str(mine.public_id) not in told and str(mine.figures.get().public_id) not in told
