"""The indicators of the demo: computed by a job, variants chosen and two years published by the director's papers."""

from datetime import date

from django.utils import timezone

from accounts.roles import Role
from jobs import services as jobs
from reporting.demo.copying import ACTOR, at
from reporting.models import Indicator, KpiChoice, KpiPublication, KpiRun
from reporting.services.computing import ask_for_values
from reporting.services.indicators import choose_variant, load_indicators
from reporting.services.publishing import publish_year

COMPUTED_ON = date(2026, 11, 16)
CHOSEN = {"output_share.a": "MH-112/TB-MINHHOA", "export_share.a": "MH-113/TB-MINHHOA"}
PUBLISHED = {2023: "MH-031/TB-MINHHOA", 2024: "MH-114/TB-MINHHOA"}


def play(people, *, say):
    """Have all years computed, then decide as a director would; what was done before is not done again."""
    director, now = (
        people[Role.DIRECTOR],
        max(timezone.now(), at(COMPUTED_ON)),
    )  # definitions may be younger than the demo
    load_indicators(by=ACTOR, now=at(date(2021, 1, 4)))
    run = KpiRun.objects.order_by("pk").first() or ask_for_values(by=people[Role.OFFICER], now=now)
    if run.state == KpiRun.State.WAITING:
        jobs.run(run.job_id, now=now)
        run.refresh_from_db()
    say(f"indicators of {run.years_text}")
    for code, paper in CHOSEN.items():
        indicator = Indicator.objects.get(code=code)
        if not KpiChoice.objects.current().filter(family=indicator.family).exists():
            choose_variant(indicator=indicator, paper_number=paper, paper_on=COMPUTED_ON, by=director, now=now)
    for year, paper in PUBLISHED.items():
        if not KpiPublication.objects.filter(year=year).exists():
            publish_year(year=year, run=run, paper_number=paper, paper_on=COMPUTED_ON, by=director, now=now)
    return {"computed years": len(run.years), "published years": len(PUBLISHED)}
