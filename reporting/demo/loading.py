"""Loading the demo: the bulk by COPY, then what people did in these days through the services."""

from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.roles import Role
from audit.refusals import Refused
from enterprises.models import Enterprise
from jobs.models import Operation
from jobs.operations import once
from reporting.demo import indicators, statistics, story
from reporting.demo.copying import ACTOR, at, chunks
from reporting.demo.deliveries import make_deliveries
from reporting.demo.figures import figures_rng, make_figures
from reporting.demo.gifts import write_deliveries
from reporting.demo.people import make_people
from reporting.demo.registry import Reference, write_enterprises, write_products, write_titles
from reporting.demo.reports import Reports
from reporting.demo.world import BASE, make_world

TODAY = date(2026, 11, 16)  # the day on which the demo plays
FIRMS_AT_ONCE = 2_000
SMALL = 5_000


def is_loaded():
    return Enterprise.objects.filter(synthetic=True).exists()


def is_complete():
    """Whether the last act was played to its end; a load that was broken off goes on with what is missing."""
    return Operation.objects.filter(scope=ACTOR, verb="load").exists()


def load(count=BASE, *, say=lambda sentence: None):
    """Load `count` invented enterprises and all that hangs on them; returns what was written."""
    if settings.PRODUCTION:
        raise Refused(_("Demonstration data is never loaded in production."))
    if count < BASE:
        raise Refused(_("The demonstration needs at least %(count)s enterprises.") % {"count": BASE})
    world, written = make_world(count), {}
    with transaction.atomic():
        people = make_people()
        if not is_loaded():
            written = _write(world, people, say)
    _analyze()
    written |= story.play(world, people, say=say)
    if count <= SMALL or connection.vendor == "postgresql":  # a measuring load on SQLite is for searching only
        written |= indicators.play(people, say=say)
    with once(scope=ACTOR, verb="load", key="load", body={}, now=at(TODAY)):
        pass
    return written


def _write(world, people, say):
    officer, head = people[Role.OFFICER].public_id, people[Role.HEAD].public_id
    office = people[Role.OFFICER].posts.get().office_id
    reference = Reference(TODAY)
    reports = Reports(declarer=officer, reviewer=head, both_events=world.count <= SMALL)
    rng, figures = figures_rng(), 0
    for part in chunks(world.firms, FIRMS_AT_ONCE):
        rows = list(make_figures(part, rng, scale=world.scale))
        write_enterprises(part, reports.latest_sizes(rows), reference, by=officer)
        reports.write(rows)
        figures += len(rows)
        say(f"enterprises up to {part[-1].number:,}")
    for part in chunks(world.products):
        write_products(part, reference)
    for part in chunks(world.titles):
        write_titles(part, reference, by=officer)
    say("products and titles")
    given = write_deliveries(
        make_deliveries(world.firms, count_of_firms=world.count), today=TODAY, by=officer, office=office
    )
    city = statistics.write_statistics(TODAY, by=officer)
    return {
        "enterprises": len(world.firms),
        "products": len(world.products),
        "titles": len(world.titles),
        "figures": figures,
        "support records": given,
        "city statistics": city,
    }


def _analyze():
    """Let the planner know what came in; the application's role may do so only for tables it owns."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
