"""Rows of every resource of the API: full ones, bare ones, and what no reader may see."""

from datetime import UTC, date, datetime

from accounts.models import User
from accounts.services import system_account
from dossiers.states import State
from enterprises.models import Enterprise, EnterpriseGroup
from enterprises.models.figures import MEASURES
from enterprises.services.figures import confirm_figures, declare_figures, return_figures, submit_figures
from exchange.api.enterprises import FiguresRow
from exchange.callers import EVERYBODY
from programme.models import Period, Task
from reference.models import ExchangeRate, UnitSuccession
from reporting.services.publishing import publish_year
from reporting.services.statistics import revise_statistic
from tests.factories import (
    make_agency,
    make_component,
    make_content_area,
    make_day,
    make_director,
    make_dossier,
    make_enterprise,
    make_field,
    make_figures,
    make_head,
    make_industry_code,
    make_money_source,
    make_officer,
    make_period,
    make_procedure,
    make_product,
    make_product_group,
    make_rate,
    make_rule,
    make_slip_line,
    make_support,
    make_support_kind,
    make_target,
    make_title,
    make_unit,
    make_version,
)
from tests.programme.making import (
    make_budget_step,
    make_budget_year,
    make_commitment,
    make_entry,
    make_line,
    make_paid_payment,
    make_pair,
    make_payment,
    make_reversal,
)
from tests.programme.making_plans import make_item, make_plan, move_plan
from tests.reporting.making import OUTPUT_SHARE, make_indicator, make_run, make_statistic

HOSTILE = 'Công ty “Ánh "Dương\\ 2”\n\t\x01\x7f\u2028\u2029\x85 😀 </script> %s {0}'
NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


def make_reference(name=HOSTILE):
    old = make_unit(
        name="Quận Cũ", kind="district", unit_type="quan", valid_from=date(2008, 8, 1), valid_to=date(2025, 6, 30)
    )
    ward = make_unit(name=name, name_en="Ward", legal_basis="NQ 1656", source="Nghị quyết")
    UnitSuccession.objects.create(old=old, new=ward, on=date(2025, 7, 1), legal_basis="NQ 1656/NQ-UBTVQH15")
    code = make_industry_code()
    make_industry_code("C", level=1, parent_code="", name_en="")
    group = make_product_group("CK", name_en="Mechanics", divisions="25, 28", valid_to=date(2030, 12, 31))
    after = make_agency("STC", short_name="STC")
    make_agency("SKHDT", valid_to=date(2025, 2, 28), successor=after)
    make_day(date(2026, 9, 2), name_en="National day")
    withdrawn = make_rate(date(2024, 11, 30), source="NHNN")
    ExchangeRate.objects.filter(pk=withdrawn.pk).update(withdrawn_on=date(2025, 1, 2))
    make_content_area("1", valid_to=date(2030, 12, 31))
    make_support_kind("1", legal_basis="QĐ 1")
    make_money_source("NSTP", counts_to_ceiling=False)
    return {"ward": ward, "code": code, "group": group, "agency": after, "rate": make_rate()}


def make_full_enterprise(known, name=HOSTILE, **fields):
    """An enterprise of which everything is known, and everything that can belong to one."""
    values = {
        "short_name": "Ánh Dương",
        "name_en": "Sun",
        "size": "small",
        "size_year": 2024,
        "status_from": date(2020, 1, 1),
    }
    values |= {"ward": known["ward"], "main_activity": known["code"], "groups": [known["group"]]}
    enterprise = make_enterprise(name, phone="02438", email="bi-mat@example.com", **values | fields)
    product = make_product(enterprise, f"Máy {name}", group=known["group"], activity=known["code"])
    make_title(product, round_year=2023, ended_on=date(2025, 1, 1), end_reason="Thôi sản xuất")
    make_support(
        enterprise,
        started_on=date(2024, 5, 1),
        amount_vnd=1_500_000,
        money_source=make_money_source(),
        by_programme=False,
        agency=known["agency"],
    )
    officer, head = make_officer(), make_head()
    dollars = {f"export_{way}_{what}_usd_cents": 5 for way in ("direct", "entrusted") for what in ("goods", "services")}
    values = dollars | {"output_vnd": 9, "revenue_vnd": 9, "key_product_revenue_vnd": 8, "capital_vnd": 7, "tax_vnd": 1}
    for output in (9, 10):  # the first is superseded by the second
        figures = declare_figures(
            enterprise=enterprise,
            year=2024,
            values=values | {"output_vnd": output, "labour_average": 12, "labour_insured": 11},
            basis={"prices": "constant", "base_year": 2010},
            lines=[("output_vnd", known["code"], None, 5), ("revenue_vnd", None, product, 4)],
            rate=known["rate"],
            by=officer,
            now=NOW,
        )
        submit_figures(figures=figures, by=officer, now=NOW)
        confirm_figures(figures=figures, by=head, now=NOW)
    make_figures(enterprise, 2023)
    return enterprise


def make_registry(known, name=HOSTILE):
    first, second = make_full_enterprise(known, name), make_enterprise()
    alias = make_enterprise()
    EnterpriseGroup.objects.create(
        enterprise=alias, group=known["group"], starts_on=date(2021, 1, 1), ends_on=date(2024, 12, 31)
    )
    Enterprise.objects.filter(pk=alias.pk).update(merged_into=first, merged_at=NOW)
    make_title(make_product(second), round_year=2022, valid_to=None)
    make_support(second)
    for state in ("draft", "waiting", "returned"):
        make_figures(
            second,
            2023,
            state=state,
            scope="whole" if state == "waiting" else "key_products",
            accounts=("separate" if state == "draft" else "consolidated"),
        )
    return first, second


def make_programme():
    period = make_period(2021, 2025, name_en="Period", source="Quyết định")
    make_period(2026, 2030, state="no_document")
    step = make_budget_step("ceiling", 250_000_000_000, period=period)
    Period.objects.filter(pk=period.pk).update(ceiling_vnd=step.amount_vnd, ceiling_step=step)
    make_target(period, lower="40.5", upper=50, applies="each_year")
    make_target(
        period, "turns", lower=None, upper=200, unit="turn", applies="year", year=2024, withdrawn_on=date(2025, 1, 1)
    )
    before = make_plan(2025, "in_force")
    plan = make_plan(2025, "draft", base=before, lines=0, starts_on=date(2025, 3, 1))
    make_item(plan, task=before.items.get().task, dropped=True, why="Không đủ kinh phí", amount_vnd=None)
    make_item(plan, agency=make_agency(name_en="Agency"), partners="Sở Tài chính", indicator_code="turns")
    move_plan(plan, "approved", begun=date(2025, 3, 1))
    move_plan(before, "superseded")
    move_plan(plan, "in_force", begun=date(2025, 3, 1))
    make_plan(2026, "reviewing")
    finished = plan.items.get(dropped=False).task
    Task.objects.filter(pk=finished.pk).update(state="under_way")
    Task.objects.filter(pk=finished.pk).update(state="done", percent=100, finished_on=date(2025, 9, 1))
    make_budget_year(2023, state="closed")
    year = make_budget_year(2024)
    make_budget_year(2025, state="preparing", envelope_vnd=0)
    task = before.items.get().task
    line = make_line(
        year,
        task=task,
        allocated_vnd=500_000_000,
        note="Ghi chú",
        chapter="416",
        category="309",
        item="7049",
        source_code="13",
    )
    other = make_line(year, managed=False, assigned_vnd=0)
    make_line(year, unit_code="1234567")
    make_pair(line, make_line(year, source=line.source), "transfer_out", 1_000)
    make_reversal(make_entry(line, "deallocate", 1_000))
    make_entry(other, "assign", 5, reported=True)
    commitment = make_commitment(line)
    make_paid_payment(commitment)
    make_payment(commitment, state="refused")
    for _number in range(2):
        make_payment(commitment, state="sent")
    opened = make_line(year, assigned_vnd=0)
    make_entry(opened, "assign", 500, opening=True, document_on=date(2023, 12, 1))
    return plan, line


def make_reporting():
    denominator = {"measure": "output", "when_missing": "last_year_iip"}
    make_indicator({**OUTPUT_SHARE, "denominator": denominator, "upper": {"method": "declared"}})
    officer, first = make_officer(), make_statistic(1_000, year=2023)
    revise_statistic(
        statistic=first,
        amount=1_100,
        source="Niên giám",
        published_on=date(2025, 6, 30),
        reason="Chính thức",
        by=officer,
        now=NOW,
    )
    make_statistic(10_523, "iip", year=2024, state="estimate", vsic_coverage="")
    make_statistic(5, "exports", year=2024)
    make_statistic(900, year=2024, prices="constant", base_year=2010, state="preliminary")
    maker = make_enterprise()
    make_title(make_product(maker), round_year=2023)
    values = {name: 5 for name in FiguresRow().fields if name not in ("year", "confirmed_at")}
    make_figures(maker, 2022, scope="key_products", output_vnd=100, size="small")
    make_figures(maker, 2024, **values)
    director = make_director()
    for number in (1, 2):
        run = make_run(year_from=2024, year_to=2024)
        publish_year(
            year=2024,
            run=run,
            paper_number=f"{number}/BC-SCT",
            paper_on=date(2026, 5, 1),
            reason="Bổ sung" if number == 2 else "",
            by=director,
            now=NOW,
        )


def make_sent():
    """Figures that the nameless caller of the tests sent: returned, replaced and sent anew, on several bases."""
    system = system_account(public_id=EVERYBODY.public_id, name="Hệ thống thống kê", by="test", now=NOW)
    by = {"by": system, "now": NOW}
    maker, basis = make_enterprise(), {"prices": "constant", "base_year": 2010}
    values = dict.fromkeys(MEASURES, 7)
    for enterprise, more in ((maker, {"note": "Ghi chú"}), (maker, {"basis": basis}), (make_enterprise(), {})):
        sent = declare_figures(enterprise=enterprise, year=2023, values=values, **more, **by)
        submit_figures(figures=sent, **by)
    return_figures(figures=sent, reason="Sai đơn vị", by=make_officer(), now=NOW)
    declare_figures(enterprise=maker, year=2023, values=values, **by)


def put_in_force(version):
    """Let a draft to which parts were added hold from the beginning of the year."""
    version.state, version.valid_from = "issued", date(2026, 1, 5)
    version.paper_number, version.paper_on = "1/QĐ", date(2026, 1, 5)
    version.put_in_force_at, version.put_in_force_by = NOW, "system:tests"
    version.save()
    return version


def make_dossiers(maker, name=HOSTILE):
    """Dossiers that the nameless caller of the tests lodged under a procedure with everything that one can ask."""
    version = make_version(make_procedure("KN-01", name, name_en="Complaint"), state="draft")
    version.fields.update(code="noi-dung")
    version.components.update(code="tai-lieu", need="optional")
    kept = {"help_vi": name, "help_en": "Hint", "name_en": "English"}
    choices = [{"code": "a", "label_vi": name, "label_en": "A"}, {"code": "b", "label_vi": "B", "label_en": ""}]
    make_field(version, "loai", "choice", choices=choices, **kept)
    make_field(version, "ten", "enterprise", required=False, fact="name")
    condition = {"need": "conditional", "condition_field": "loai", "condition_value": "a"}
    make_component(version, "giay-to", formats=["pdf", "png"], is_identity=True, name_en="Paper", **condition)
    put_in_force(version)
    system = User.objects.get(public_id=EVERYBODY.public_id)
    make_rule("dossier_one_stop_codes", [{"code": state.value, "one_stop": state.name} for state in State])
    for number, ways in enumerate(((), ("refused",), ("received", "appraising", "submitted", "approved", "issued"))):
        dossier = make_dossier(
            version,
            maker,
            channel="one_stop",
            state="lodged",
            by=system,
            outside_code=f"MC “{number}”",
            code=f"KN-{number}",
        )
        for state in ways:
            make_slip_line(dossier, state)


def make_everything(*, ward=HOSTILE, enterprise=HOSTILE, procedure=HOSTILE):
    known = make_reference(ward)
    make_registry(known, enterprise)
    make_sent()
    make_dossiers(make_enterprise(), procedure)
    make_programme()
    make_reporting()
    return known
