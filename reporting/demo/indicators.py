"""The indicators of the demo: computed by a job, variants chosen and two years published by the director's papers."""

from datetime import date

from accounts.roles import Role
from jobs import services as jobs
from reporting.demo.copying import ACTOR, at
from reporting.models import Indicator
from reporting.services.computing import ask_for_values
from reporting.services.indicators import choose_variant, load_indicators
from reporting.services.publishing import publish_year

COMPUTED_ON = date(2026, 11, 16)
CHOSEN = {"output_share.a": "MH-112/TB-MINHHOA", "export_share.a": "MH-113/TB-MINHHOA"}
PUBLISHED = {2023: "MH-031/TB-MINHHOA", 2024: "MH-114/TB-MINHHOA"}


def play(people, *, say):
    """Have all years computed as of the demo's day, then decide as a director would."""
    director, now = people[Role.DIRECTOR], at(COMPUTED_ON)
    load_indicators(by=ACTOR, now=at(date(2021, 1, 4)))
    run = ask_for_values(by=people[Role.OFFICER], now=now)
    jobs.run(run.job_id, now=now)
    run.refresh_from_db()
    say(f"indicators of {run.years_text}")
    for code, paper in CHOSEN.items():
        choose_variant(
            indicator=Indicator.objects.get(code=code), paper_number=paper, paper_on=COMPUTED_ON, by=director, now=now
        )
    for year, paper in PUBLISHED.items():
        publish_year(year=year, run=run, paper_number=paper, paper_on=COMPUTED_ON, by=director, now=now)
    return {"computed years": len(run.years), "published years": len(PUBLISHED)}
