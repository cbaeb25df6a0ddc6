"""What the demonstration data promises, asked of a portal on which it is loaded, in a process of its own.

python -m tests.reporting.demo_promises    ends with the first promise that is not kept

On SQLite tests/reporting/test_demo.py loads it and asks; on PostgreSQL tests/browser/test_portals.py asks one of the portals
that are loaded with it anyhow.
"""

import io
from collections import Counter
from datetime import date

import django

if __name__ == "__main__":
    django.setup()

from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Sum

from accounts import handover
from accounts.models import User
from audit.models import Event
from documents.models import Import
from dossiers.models import Dossier, DossierFile, ResultPaper
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing, Product, Title
from programme.cautions import cautions_of
from programme.models import (
    BudgetLine,
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
from reporting.models import CityStatistic, KpiPublication, KpiRun
from support.models import SupportRecord, SupportRevision


def check_registry_and_figures():
    """Enterprises, figures, support and published years, with something of every state."""
    assert Enterprise.objects.filter(synthetic=True).count() >= 300
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


def check_meetings():
    """A meeting in each state; the concluded one has its tasks, one of them late."""
    assert Counter(Meeting.objects.values_list("state", flat=True)) == dict.fromkeys(Meeting.State.values, 1)
    assert set(Invitee.objects.values_list("way", flat=True)) == {"", "portal", "link", "paper"}
    assert set(Invitee.objects.values_list("answer", flat=True)) == {"", "come", "deputy", "decline"}
    assert (Invitee.objects.former().count(), Invitee.objects.exclude(answer="").count()) == (3, 4)
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
    assert Commitment.objects.standing().exclude(continues=None).exists()
    assert LedgerEntry.objects.filter(reverses__isnull=False).exists()
    assert BudgetLine.objects.filter(withheld_vnd__gt=0).exists()
    assert any(cautions_of(row, on=date(2026, 11, 28)) for row in Commitment.objects.prepared())
    assert list(find_differences()) == []


def check_what_people_hold():
    """Almost each kind of work that can be handed over is held by somebody, and everything held has a name."""
    named = Counter()
    for person in User.objects.filter(is_active=True):
        for holding, count in handover.held_by(person):
            things = [str(thing) for thing in holding.things(person)]
            assert len(things) == count and all(thing.strip(" –") for thing in things), (holding.code, things)
            named[holding.code] += count
    assert set(handover._holdings) - set(named) <= {"imports"}


def check_that_a_second_loading_changes_nothing():
    before, said = FigureRevision.objects.count(), io.StringIO()
    call_command("demo", stdout=said)
    assert "already" in said.getvalue()
    assert FigureRevision.objects.count() == before


def main():
    check_registry_and_figures()
    check_plans()
    check_histories()
    check_money()
    check_dossiers()
    check_meetings()
    check_what_people_hold()
    connection.check_constraints()
    check_that_a_second_loading_changes_nothing()


if __name__ == "__main__":
    main()
