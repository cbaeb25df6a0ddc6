"""Asking for a computation, and doing it so that nobody ever sees half of it."""

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.bulk import next_ids
from audit.events import actor_name, record_event
from audit.refusals import Refused
from enterprises.models import FigureRevision
from jobs.services import enqueue
from programme.models import Period
from reporting.engine.base import Base
from reporting.engine.computing import plain_values, values_of
from reporting.engine.digests import digest_of_run
from reporting.engine.inputs import gather
from reporting.engine.rows import SOURCE_KINDS, groups_of, rows_sql
from reporting.engine.settling import wait_until_settled
from reporting.models import KpiPart, KpiRow, KpiRun, KpiValue, SourceKind
from reporting.permissions import COMPUTE

KIND = "kpi.compute"
NIGHTLY = "kpi.nightly"
CHUNK = 20_000
FIRST_YEAR = 2000
MOST_YEARS = 21
FIELDS = (
    "year",
    "unit",
    "numerator",
    "denominator",
    "reporting",
    "counted",
    "lower",
    "upper",
    "open_units",
    "kind",
    "estimated",
    "statistic_state",
    "verdict",
    "reason",
    "target",
    "rows",
    "digest",
)


def years_known(now):
    """(first, last) of the years that there is something to say about: the programme's periods and the figures."""
    this = timezone.localdate(now).year
    period = Period.objects.of_year(this) or Period.objects.filter(ends_year__lt=this).order_by("-ends_year").first()
    before = Period.objects.of_year(period.starts_year - 1) if period else None
    figures = FigureRevision.objects.aggregate(first=Min("year"), last=Max("year"))
    first = (before or period).starts_year if period else figures["first"] or this
    if figures["first"]:
        first = max(first, figures["first"])
    return min(first, this), this


@transaction.atomic
def ask_for_values(*, by, now, year_from=None, year_to=None, cutoff=None):
    """Have the indicators of one year, some years or all computed, as known at `cutoff` (now, unless told)."""
    require(by, COMPUTE)
    first, last = years_known(now)
    year_from, year_to = year_from or first, year_to or last
    if year_to < year_from:
        raise Refused(_("The last year lies before the first."))
    if year_from < FIRST_YEAR or year_to > timezone.localdate(now).year + 1:
        raise Refused(
            _("Choose years from %(first)s to %(last)s.")
            % {"first": FIRST_YEAR, "last": timezone.localdate(now).year + 1}
        )
    if year_to - year_from >= MOST_YEARS:
        raise Refused(
            _("%(count)s years are too many for one computation. Choose at most %(most)s, then the others.")
            % {"count": year_to - year_from + 1, "most": MOST_YEARS}
        )
    if cutoff is not None and cutoff > now:
        raise Refused(_("The cut-off lies in the future."))
    run = KpiRun.objects.create(
        year_from=year_from, year_to=year_to, cutoff=cutoff or now, actor=actor_name(by), created_at=now
    )
    run.job = enqueue(KIND, params={"run": str(run.public_id)}, by=by, now=now)
    run.save(update_fields=["job"])
    record_event("computation asked for", run, by=by, now=now, years=run.years_text)
    return run


def nightly_run(job):
    """The run of the night's job, made by its first attempt."""
    first, last = years_known(job.created_at)
    run, _new = KpiRun.objects.get_or_create(
        job=job,
        defaults={
            "year_from": first,
            "year_to": last,
            "cutoff": job.created_at,
            "occasion": KpiRun.Occasion.NIGHTLY,
            "actor": job.actor,
            "created_at": job.created_at,
        },
    )
    return run


def fill_run(run, running, *, now):
    """Compute the run's values and write them, invisible until the last short transaction turns the run DONE.

    Killed at any moment, another attempt starts from the beginning: what dead attempts left is cleared, and what they
    still write is never read, because values count only with the attempt that finished.
    """
    if run.state == KpiRun.State.DONE:
        return {"digest": run.digest}
    clear_attempts(run)
    wait_until_settled(
        run.cutoff, own_job=running.job, progress=lambda: running.progress(0, message=_("Waiting for running imports"))
    )
    inputs = gather(run.years, run.cutoff)
    digests, total = [], len(inputs.versions) + 2
    with Base(inputs) as base:
        running.progress(1, total)
        sums = plain_values(base)
        for done, version in enumerate(inputs.versions, 2):
            values = values_of(base, version, sums)
            _write(run, running.attempt, base, version, values)
            digests += [(version.indicator.code, value.year, value.digest) for value in values]
            running.progress(done, total)
    with transaction.atomic():
        running.must_still_be_mine()
        run.refresh_from_db()
        run.state, run.attempt, run.done_at = KpiRun.State.DONE, running.attempt, timezone.now()
        run.digest, run.versions = digest_of_run(digests), inputs.kept()
        run.save()
        record_event(
            "indicators computed", run, by=running.actor, now=now, years=run.years_text, digest=run.digest[:16]
        )
    let_go_of_old_rows(run)
    return {"digest": run.digest}


def _write(run, attempt, base, version, values):
    """The values of one indicator with their parts, then their rows, a year a statement so that nobody waits long."""
    with transaction.atomic():
        rows = [
            KpiValue(
                run=run,
                attempt=attempt,
                version=version,
                statistics=list(value.statistics),
                **{name: getattr(value, name) for name in FIELDS},
            )
            for value in values
        ]
        for key, row in zip(next_ids("reporting_kpivalue", len(rows)), rows, strict=True):
            row.pk = key
        KpiValue.objects.bulk_create(rows)
        KpiPart.objects.bulk_create(
            (
                KpiPart(
                    value=row,
                    dimension=part.dimension,
                    code=part.code,
                    amount=part.amount,
                    base=part.base,
                    enterprises=part.enterprises,
                )
                for row, value in zip(rows, values, strict=True)
                for part in value.parts
            ),
            batch_size=500,
        )
    for row in rows:
        if row.rows:
            base.run(keeping_sql(base, version.read, row))


def keeping_sql(base, definition, value):
    """One statement that keeps the rows of one value, each with the ward, groups, size and area it counts under."""
    kind, size, area = SOURCE_KINDS[definition.counts], "''", "''"
    group, own = groups_of(definition)
    joins = (
        " JOIN kpi_unit u ON u.enterprise_id = r.unit_id LEFT JOIN reference_administrativeunit a ON a.id = u.ward_id"
        + own
    )
    if base.bases:
        base.need_sizes()
        size = "COALESCE(z.size, '')"
        joins += f" LEFT JOIN kpi_size z ON z.unit_id = r.unit_id AND z.year = r.year - {definition.shift}"
    if kind == SourceKind.SUPPORT:
        area = "c.code"
        joins += (
            " JOIN support_supportrecord sr ON sr.public_id = r.source_id JOIN kpi_support ks ON ks.record_id = sr.id"
            " JOIN reference_contentarea c ON c.id = ks.content_area_id"
        )
    return (
        "INSERT INTO reporting_kpirow (value_id, source_kind, source_id, enterprise_id, unit_id, contribution, base,"
        " ward_code, group_codes, size, area_code)"
        f" SELECT {int(value.pk)}, '{kind}', r.source_id, r.enterprise_id, r.unit_id, r.amount, r.base,"
        f" COALESCE(a.code, ''), {group}, {size}, {area}"
        f" FROM ({rows_sql(base, definition)}) r{joins} WHERE r.year = {int(value.year)}"
    )


def clear_attempts(run):
    """Remove what earlier attempts of an unfinished run wrote."""
    _delete(
        KpiRow,
        "SELECT w.id FROM reporting_kpirow w JOIN reporting_kpivalue v ON v.id = w.value_id WHERE v.run_id = %s",
        run.pk,
    )
    _delete(
        KpiPart,
        "SELECT p.id FROM reporting_kpipart p JOIN reporting_kpivalue v ON v.id = p.value_id WHERE v.run_id = %s",
        run.pk,
    )
    _delete(KpiValue, "SELECT v.id FROM reporting_kpivalue v WHERE v.run_id = %s", run.pk)


def let_go_of_old_rows(run):
    """Keep rows under the newest values of each year and under those of `run`; values themselves are kept for ever."""
    newest = {year: KpiRun.objects.newest_of(year) for year in run.years}
    old = (
        KpiValue.objects.filter(run__state=KpiRun.State.DONE, year__in=newest, source_rows__isnull=False)
        .exclude(run=run)
        .values_list("pk", "year", "run_id")
        .distinct()
    )
    for pk, year, run_id in list(old):
        if newest[year].pk != run_id:
            _delete(KpiRow, "SELECT id FROM reporting_kpirow WHERE value_id = %s", pk)


def _delete(model, keys_sql, *params):
    """In chunks, each a transaction of its own."""
    table = model._meta.db_table
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id IN ({keys_sql} LIMIT {CHUNK})", params)
            if cursor.rowcount < CHUNK:
                return
