"""What waits for a person, from every room below: each kind with its next act as a verb, soonest first."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import may_open
from accounts.models import Post, User
from accounts.roles import Role
from documents.imports import kinds
from documents.models import Import
from enterprises.models import FigureRevision
from jobs.models import Job
from programme.models import TreasuryStatement
from reporting.home_claims import CLAIMS
from reporting.home_dossiers import DOSSIERS
from reporting.home_money import MONEY
from reporting.home_notices import NOTICES
from reporting.home_papers import PAPERS
from reporting.home_plans import PLANS
from reporting.home_year_end import YEAR_END
from reporting.models import CityStatistic, Family, Indicator, KpiChoice, KpiPublication, KpiRun
from reporting.permissions import DECIDE, RECORD
from reporting.waiting import Item, Section, address, first_of, may
from screens import formats


def work_for(user, now):
    """[Section] of what waits for `user`, empty kinds left out; those in which something is late come first."""
    found = []
    kinds = (
        _figures,
        _returned,
        _unsent,
        *DOSSIERS,
        *CLAIMS,
        *NOTICES,
        *PAPERS,
        _imports,
        *MONEY,
        *YEAR_END,
        *PLANS,
        _statements,
        _reconciliations,
        _decisions,
        _statistics,
        _computations,
        _jobs,
        _second_step,
    )
    for kind in kinds:
        section = kind(user, now)
        if section and section.items:
            section.count = max(section.count, len(section.items))
            found.append(section)
    return sorted(found, key=lambda section: not any(item.late for item in section.items))


def _figure_items(rows, verb):
    return [
        Item(
            f"{row.enterprise.called} – {row.year}",
            address("enterprises:figures_detail", row.public_id),
            verb,
            formats.vn_datetime(row.submitted_at or row.recorded_at),
        )
        for row in rows
    ]


def _figures(user, now):
    if not may(user, "figures.confirm"):
        return None
    waiting = FigureRevision.objects.waiting().exclude(declared_by=user.public_id)
    rows, number = first_of(waiting.select_related("enterprise").order_by("submitted_at", "id"))
    items = _figure_items(rows, _("Review"))
    return Section(_("Figures that wait for review"), items, number, address("enterprises:figures_waiting"))


def _returned(user, now):
    mine = FigureRevision.objects.held_by(user).filter(state="returned")
    rows, number = first_of(mine.select_related("enterprise").order_by("returned_at", "id"))
    more = f"{address('enterprises:figures_list')}?whose=mine&state=returned"
    return Section(_("Figures returned to me"), _figure_items(rows, _("Correct")), number, more)


def _unsent(user, now):
    mine = FigureRevision.objects.held_by(user).exclude(state="returned")
    rows, number = first_of(mine.select_related("enterprise").order_by("recorded_at", "id"))
    more = f"{address('enterprises:figures_list')}?whose=mine"
    return Section(_("Figures I have not sent yet"), _figure_items(rows, _("Send")), number, more)


def _imports(user, now):
    mine = Import.objects.visible_to(user).held_by(user)
    rows, number = first_of(mine.select_related("file").order_by("-id"))
    items = [
        Item(
            _import_called(row),
            address("documents:import_detail", row.public_id),
            _("Look at the preview"),
            row.get_state_display(),
        )
        for row in rows
    ]
    more = f"{address('documents:import_list')}?whose=mine"
    return Section(_("Imports to decide on"), items, number, more)


def _statements(user, now):
    if not may(user, "treasury.explain"):
        return None
    waiting = TreasuryStatement.objects.unfinished()
    rows, number = first_of(waiting.select_related("year").order_by("ends_on", "id"))
    items = [
        Item(
            str(row),
            row.get_absolute_url(),
            _("Explain the differences") if row.unexplained else _("Enter number and date"),
            _("not explained: %(count)s") % {"count": formats.number(row.unexplained)} if row.unexplained else "",
        )
        for row in rows
    ]
    return Section(_("Statements of the Treasury"), items, number, address("programme:statement_list"))


def _reconciliations(user, now):
    if not may(user, "treasury.confirm"):
        return None
    waiting = TreasuryStatement.objects.to_be_confirmed().exclude(imported_by=user.public_id)
    rows, number = first_of(waiting.select_related("year").order_by("ends_on", "id"))
    items = [
        Item(str(row), address("programme:confirm_reconciliation", row.public_id), _("Confirm the reconciliation"))
        for row in rows
    ]
    more = address("programme:statement_list")
    return Section(_("Reconciliations with the Treasury"), items, number, more)


def _import_called(row):
    """“Số liệu của doanh nghiệp 2026 – tep.xlsx”: what it brings, never its code."""
    kind = kinds().get(row.kind)
    what = " ".join(str(part) for part in (kind.title if kind else "", row.year or "") if part)
    return f"{what} – {row.file.original_name}" if what else row.file.original_name


def _decisions(user, now):
    if not user.may(DECIDE):
        return None
    by_family = {}
    for indicator in Indicator.objects.in_use():
        by_family.setdefault(indicator.family, []).append(indicator)
    chosen = set(KpiChoice.objects.current().values_list("family", flat=True))
    items = [
        Item(str(Family(family).label), address("reporting:choose_variant", family), _("Choose the variant"))
        for family, variants in by_family.items()
        if len(variants) > 1 and family not in chosen and family in Family.values
    ]
    published = set(KpiPublication.objects.values_list("year", flat=True))
    last = timezone.localdate(now).year - 1
    spans = KpiRun.objects.done().order_by().values_list("year_from", "year_to").distinct()
    computed = {year for first, final in spans for year in range(first, final + 1)}
    items += [
        Item(_("Indicators of %(year)s") % {"year": year}, address("reporting:publish_year", year), _("Publish"))
        for year in sorted(computed - published)
        if year <= last
    ]
    return Section(_("Decisions about indicators"), items)


def _statistics(user, now):
    if not user.may(RECORD):
        return None
    last = timezone.localdate(now).year - 1
    known = set(CityStatistic.objects.current().filter(year=last).values_list("measure", flat=True))
    items = [
        Item(
            f"{CityStatistic.Measure(measure).label} {last}",
            address("reporting:record_statistic"),
            _("Record the figure"),
        )
        for measure in ("output", "exports")
        if measure not in known
    ]
    return Section(_("Figures of the city that are missing"), items)


def _computations(user, now):
    if not may_open(user, "reporting:compute"):
        return None
    failed, number = first_of(
        KpiRun.objects.filter(state=KpiRun.State.WAITING, job__state=Job.State.FAILED).order_by("-id")
    )
    items = [
        Item(
            str(run),
            address("reporting:run_detail", run.public_id),
            _("See why it failed"),
            formats.vn_datetime(run.created_at),
        )
        for run in failed
    ]
    return Section(_("Computations that failed"), items, number, address("reporting:run_list"))


def _jobs(user, now):
    if Role.ADMINISTRATOR not in user.roles:
        return None
    failed = Job.objects.filter(state=Job.State.FAILED, finished_at__gte=now - timedelta(days=7)).order_by("-id")
    rows, number = first_of(failed)
    items = [
        Item(
            job.kind,
            address("jobs:job_detail", job.public_id),
            _("See why it failed"),
            formats.vn_datetime(job.finished_at),
        )
        for job in rows
    ]
    return Section(_("Jobs that failed"), items, number, address("jobs:job_list"))


def _second_step(user, now):
    if Role.ADMINISTRATOR not in user.roles or not settings.STAFF_MFA_REQUIRED:
        return None
    staff = Post.objects.in_force(timezone.localdate(now)).values("user_id")
    without = User.objects.filter(is_active=True, pk__in=staff).exclude(pk__in=Authenticator.objects.values("user_id"))
    rows, number = first_of(without.order_by("full_name"))
    items = [
        Item(person.full_name, address("accounts:person_detail", person.public_id), _("Remind")) for person in rows
    ]
    return Section(_("People without two-step sign-in"), items, number)
