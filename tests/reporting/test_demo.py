"""The demonstration data: as much as it promises, the same every time, and refused where it has no place."""

import hashlib
from collections import Counter
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Sum

from audit.models import Event
from audit.refusals import Refused
from documents.models import Import
from dossiers.models import Dossier, DossierFile, ResultPaper
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing, Product, Title
from programme.models import (
    BudgetStep,
    BudgetYear,
    Commitment,
    Consultation,
    GivenTask,
    Invitee,
    LedgerEntry,
    Meeting,
    Payment,
    Plan,
    PlanEstimate,
    PlanFunding,
    PlanItem,
    PlanPaper,
    Task,
    TaskProposal,
)
from programme.services.consistency import find_differences
from reference import tax_codes
from reporting.demo.figures import figures_rng, make_figures
from reporting.demo.loading import load
from reporting.demo.rounds import ROUNDS
from reporting.demo.world import make_world
from reporting.models import CityStatistic, KpiPublication, KpiRun
from support.models import SupportRecord, SupportRevision

TY = 10**9


@pytest.fixture
def loaded(db):
    call_command("load_reference", verbosity=0)
    call_command("load_programme", verbosity=0)
    call_command("load_indicators", verbosity=0)
    return load()


def digest_of(world):
    """One digest of everything the plan says before it is written."""
    seen = hashlib.sha256()
    for firm in world.firms:
        seen.update(repr((firm.tax_code, firm.name, firm.status, firm.revenue, firm.labour, firm.years)).encode())
    for title in world.titles:
        seen.update(repr((title.public_id, title.kind, title.decided_on, title.ended_on)).encode())
    for numbers in make_figures(world.firms, figures_rng(), scale=world.scale):
        seen.update(repr((*numbers.key, numbers.state, numbers.output, numbers.revenue, numbers.labour)).encode())
    return seen.hexdigest()


def test_the_plan_is_the_same_every_time():
    assert digest_of(make_world()) == digest_of(make_world())


def test_rounds_have_as_many_products_and_enterprises_as_were_published():
    world = make_world()
    recognised = [title for title in world.titles if title.kind == "key_product"]
    assert len(recognised) == 183
    assert len({title.product.firm.number for title in recognised}) == 105
    for year, (products, firms, *_rest, top_firms) in ROUNDS.items():
        own = [title.product.firm.number for title in recognised if title.year == year]
        assert (len(own), len(set(own))) == (products, firms)
        top = [title.product.firm.number for title in world.titles if title.kind == "top_10" and title.year == year]
        assert (len(top), len(set(top))) == (10, top_firms)


def test_revenues_are_spread_as_published():
    world = make_world()
    large = {
        numbers.firm.number
        for numbers in make_figures(world.firms, figures_rng(), scale=1)
        if numbers.scope == "whole" and numbers.place == "whole" and numbers.prices == "current"
        if numbers.revenue > 1000 * TY
    }
    for year, count in ((2021, 13), (2024, 8), (2025, 11)):
        firms = [firm for firm in world.firms if year in firm.years]
        assert sum(firm.big for firm in firms) == count
        assert {firm.number for firm in firms if not firm.big}.isdisjoint(large)


def test_every_tax_code_is_right_and_plainly_invented():
    world = make_world()
    codes = [firm.tax_code for firm in world.firms]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not tax_codes.is_valid(code)] == []
    assert {len(code) for code in codes} == {10, 12, 14}
    assert all("minh họa" in firm.name.lower() for firm in world.firms)


def check_plans():
    """Plans of each year in force, one adjusted, the next one being drafted, and work in every state."""
    standing = Plan.objects.in_force()
    assert list(standing.order_by("year").values_list("year", "number")) == [
        (2021, 1), (2022, 1), (2023, 1), (2024, 1), (2025, 1), (2026, 2),
    ]  # fmt: skip
    assert Plan.objects.get(year=2027).state == "consulting"
    assert not Plan.objects.filter(synthetic=False).exists()
    assert not PlanPaper.objects.exclude(number__contains="minh họa").exists()
    years = PlanEstimate.objects.filter(item__plan__in=standing, item__plan__year__lte=2025, item__dropped=False)
    assert 180 * 10**9 <= years.aggregate(sum=Sum("amount_vnd"))["sum"] <= 200 * 10**9
    assert min(Counter(PlanItem.objects.standing().values_list("plan__year", flat=True)).values()) >= 11
    assert set(Task.objects.values_list("state", flat=True)) >= {"planned", "assigned", "under_way", "done", "dropped"}
    assert Task.objects.late(date(2026, 11, 16)).count() >= 3
    assert set(TaskProposal.objects.values_list("state", flat=True)) == set(TaskProposal.State.values)
    assert set(GivenTask.objects.values_list("state", flat=True)) == set(GivenTask.State.values)
    assert Consultation.objects.filter(plan__year=2027).overdue(date(2026, 11, 16)).exists()
    assert PlanFunding.objects.standing().exists()


def check_histories():
    """What happened to a plan, a task, a proposal or a given task is written in the order of its moments."""
    nouns = ["programme.plan", "programme.task", "programme.taskproposal", "programme.giventask"]
    last, found = {}, []
    for event in Event.objects.filter(object_kind__in=nouns).order_by("id"):
        if event.at < last.get(event.object_id, event.at):
            found.append((event.object_kind, event.kind, event.at, last[event.object_id]))
        last[event.object_id] = event.at
    assert len(last) > 80
    assert found == []


def test_demo_loads_what_it_promises_and_a_second_says_it_is_loaded(loaded, capsys):
    assert loaded["enterprises"] == Enterprise.objects.filter(synthetic=True).count() >= 300
    assert Title.objects.filter(kind="key_product").count() == 183
    assert Product.objects.filter(synthetic=False).count() == 0
    assert 650 <= SupportRecord.objects.count() <= 720
    assert SupportRevision.objects.current().count() == SupportRecord.objects.standing().count()
    states = Counter(FigureRevision.objects.values_list("state", flat=True))
    assert states["confirmed"] > 1500
    assert min(states[state] for state in ("waiting", "returned", "declared")) > 0
    assert {(row["scope"], row["place"], row["prices"]) for row in FigureRevision.objects.values("scope", "place", "prices")} >= {
        ("whole", "hanoi", "current"), ("whole", "whole", "current"), ("key_products", "hanoi", "current"),
        ("whole", "hanoi", "constant"),
    }  # fmt: skip
    assert FigureRevision.objects.filter(state="confirmed", superseded_at__isnull=False).exists()
    assert set(CityStatistic.objects.values_list("state", flat=True)) == {"estimate", "preliminary", "official"}
    assert CityStatistic.objects.filter(superseded_at__isnull=False).count() == 1
    assert Enterprise.objects.filter(merged_into__isnull=False).count() == 1
    assert FigureYearClosing.closed_years() == {2021, 2022}
    assert FigureRevision.objects.filter(year=2026, state="draft").exists()
    assert SupportRecord.objects.filter(withdrawn=True).exists()
    assert SupportRecord.objects.filter(evidence_file__isnull=False).exists()
    import_ = Import.objects.get(kind="support")
    assert (import_.state, import_.counts["good"], import_.counts["bad"]) == ("applied", 19, 6)
    assert KpiRun.objects.get().state == KpiRun.State.DONE
    assert set(KpiPublication.objects.values_list("year", flat=True)) == {2023, 2024}
    groups = SupportRecord.objects.order_by().values("kind__code").annotate(count=Count("pk"))
    assert len(groups) == 4
    check_plans()
    check_histories()
    check_money()
    check_dossiers()
    check_meetings()
    connection.check_constraints()
    before = FigureRevision.objects.count()
    call_command("demo")
    assert "already" in capsys.readouterr().out
    assert FigureRevision.objects.count() == before


def test_demo_is_refused_in_production(settings, db):
    settings.PRODUCTION = True
    with pytest.raises(Refused):
        load()
    assert not Enterprise.objects.exists()


def test_demo_lists_one_sign_in_for_each_role(capsys):
    call_command("demo", list_people=True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 18
    assert all(len(line.split("\t")) == 3 for line in lines)


def check_meetings():
    """A meeting in each state; the concluded one has its tasks, one of them late."""
    assert Counter(Meeting.objects.values_list("state", flat=True)) == dict.fromkeys(Meeting.State.values, 1)
    assert set(Invitee.objects.values_list("way", flat=True)) == {"", "portal", "link", "paper"}
    assert set(Invitee.objects.values_list("answer", flat=True)) == {"", "come", "deputy", "decline"}
    tasks = GivenTask.objects.filter(conclusion__isnull=False)
    assert (tasks.count(), tasks.late(date(2026, 11, 16)).count()) == (2, 1)


def check_dossiers():
    """Dossiers of the enterprise that signs in and on paper, at least one in every state that there is."""
    online = Counter(Dossier.objects.filter(channel="online").values_list("state", flat=True))
    assert online == {"draft": 3, "lodged": 1, "withdrawn": 2, "supplementing": 1, "appraising": 1}
    paper = Counter(Dossier.objects.exclude(channel="online").values_list("state", flat=True))
    once = dict.fromkeys(("draft", "lodged", "refused", "not_eligible", "stopped", "submitted", "issued"), 1)
    assert paper == once | {"returned": 2, "approved": 2, "received": 2, "appraising": 2}
    drafted = ResultPaper.objects.get()
    assert (drafted.dossier.state, drafted.paper.state, drafted.paper.series.code) == ("approved", "draft", "CV")
    codes = Dossier.objects.lodged().values_list("code", flat=True)
    assert len(set(codes)) == len(codes) == 18
    assert DossierFile.objects.filter(removed_at__isnull=False).exists()


def check_money():
    """Years in every state that the story tells, and a ledger in which nothing differs."""
    states = {row.year: row.state for row in BudgetYear.objects.all()}
    assert states == dict.fromkeys(range(2021, 2025), "closed") | {2025: "adjusting", 2026: "open", 2027: "preparing"}
    standing = dict(Plan.objects.in_force().with_standing().values_list("year", "standing"))
    assert standing == dict.fromkeys(range(2021, 2025), "ended") | {2025: "settling", 2026: "in_force"}
    assert set(Payment.objects.values_list("state", flat=True)) >= {
        "prepared", "controlled", "signed", "sent", "paid", "refused",
    }  # fmt: skip
    assert set(BudgetStep.objects.values_list("state", flat=True)) >= {"prepared", "approved", "refused"}
    assert set(Commitment.objects.values_list("state", flat=True)) >= {"prepared", "approved", "refused", "liquidated"}
    assert LedgerEntry.objects.filter(reverses__isnull=False).exists()
    assert list(find_differences()) == []
