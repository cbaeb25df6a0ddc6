"""The figures of a year: declared, sent, confirmed by another person or returned; corrected by new revisions."""

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import capacity, require
from accounts.duties import steps_apart_from
from accounts.models import User
from accounts.roles import ENTERPRISE_ROLES
from audit.context import current_source
from audit.events import actor_name, canonical, record_event, record_event_rows
from audit.refusals import Conflict, NotAllowed, Refused
from enterprises.models import Enterprise, FigureLine, FigureRevision, FigureYearClosing, Membership
from enterprises.models.figures import BASIS, LIMITS, MEASURES, MOVES, OPEN_STATES, State
from enterprises.permissions import CLOSE, DECLARE, REVIEW, SUBMIT, can_act_for
from enterprises.services.enterprises import locked, require_standing
from enterprises.telling import CONFIRMED, RETURNED, tell_of_figures
from programme.models import Period
from reference.services import SizeTable

DEFAULT_BASIS = {
    "scope": FigureRevision.Scope.WHOLE,
    "place": FigureRevision.Place.HANOI,
    "prices": FigureRevision.Prices.CURRENT,
    "base_year": None,
    "accounts": FigureRevision.Accounts.SEPARATE,
}
FIRST_YEAR = 2010
CHUNK = 2000


# --- declaring --------------------------------------------------------------------------------
def require_programme_year(year, now):
    """Refuse a year that has not begun, lies before the programme, or belongs to none of the recorded periods."""
    spans = spans_of_years(timezone.localdate(now))
    if not any(first <= year <= last for first, last in spans):
        listed = ", ".join(f"{first}–{last}" if first < last else str(first) for first, last in spans)
        raise Refused(
            _("%(year)s is not a year of figures. The programme takes figures of these years: %(years)s.")
            % {"year": year, "years": listed or "–"}
        )


def spans_of_years(today):
    """[(first, last)] of the years that have begun and belong to a period; without periods, since FIRST_YEAR."""
    periods = list(Period.objects.order_by().values_list("starts_year", "ends_year")) or [(FIRST_YEAR, today.year)]
    years = sorted(
        {year for first, last in periods for year in range(max(first, FIRST_YEAR), min(last, today.year) + 1)}
    )
    starts = [year for year in years if year - 1 not in years]
    ends = [year for year in years if year + 1 not in years]
    return list(zip(starts, ends, strict=True))


def require_open_year(year, now):
    """Refuse a year that is closed or that nothing can be declared for."""
    require_programme_year(year, now)
    closing = FigureYearClosing.objects.filter(year=year, reopened_at__isnull=True).first()
    if closing:
        raise Refused(
            _("The figures of %(year)s were closed by decision %(number)s. Only a new decision opens the year again.")
            % {"year": year, "number": closing.decision_number}
        )


class Years:
    """What holds for years of figures at one moment, each read once for however many figures are sent together."""

    def __init__(self, now):
        self.now, self.open, self.tables = now, set(), {}

    def require_open(self, year):
        if year not in self.open:
            require_open_year(year, self.now)
            self.open.add(year)

    def sizes(self, year):
        if year not in self.tables:
            self.tables[year] = SizeTable.on(date(year, 12, 31))
        return self.tables[year]


def _require_plausible(values):
    if all(value is None for value in values.values()):
        raise Refused(_("Give at least one figure. Leave empty what you have no figure for; 0 means there was none."))
    for name, value in values.items():
        if value is not None and not 0 <= value <= LIMITS[name]:
            label = FigureRevision._meta.get_field(name).verbose_name
            raise Refused(_("“%(label)s” is negative or beyond belief. Look at the unit.") % {"label": label})
    for name, whole, sentence in (
        ("key_product_revenue_vnd", "revenue_vnd", _("The revenue from key products is more than the whole revenue.")),
        (
            "labour_insured",
            "labour_average",
            _("The labour with social insurance is more than the average labour of the year."),
        ),
    ):
        part, total = values.get(name), values.get(whole)
        if total is not None and part is not None and part > total:
            raise Refused(sentence)


def _require_basis(basis, today):
    if (basis["prices"] == FigureRevision.Prices.CONSTANT) != (basis["base_year"] is not None):
        raise Refused(_("Constant prices need their base year; current prices have none."))
    if (basis["base_year"] or 0) > today.year:
        raise Refused(_("The base year %(year)s has not begun.") % {"year": basis["base_year"]})


def size_for(values, *, sector, scope, prices, table):
    """Size by the year's figures; empty where they do not tell (part of the enterprise, constant prices, gaps)."""
    if scope != FigureRevision.Scope.WHOLE or prices != FigureRevision.Prices.CURRENT:
        return ""
    found = table.size_of(
        labour_insured=values.get("labour_insured"),
        revenue_vnd=values.get("revenue_vnd"),
        capital_vnd=values.get("capital_vnd"),
        sector_column=sector,
    )
    return str(found or "")


def on_basis(enterprise, year, basis):
    """All revisions of the enterprise and of the records merged into it, of one year on one basis."""
    same = {name: basis[name] for name in BASIS if basis[name] is not None}
    rows = FigureRevision.objects.filter(enterprise__in=enterprise.family_ids, year=year, **same)
    return rows if basis["base_year"] else rows.filter(base_year__isnull=True)


@transaction.atomic
def declare_figures(
    *,
    enterprise,
    year,
    values,
    basis=None,
    lines=(),
    currency="USD",
    rate=None,
    note="",
    draft=False,
    by,
    now,
    import_batch=None,
    synthetic=False,
    years=None,
):
    """Declare an enterprise's figures of a year: a new revision, in state declared (or kept as a draft).

    What stands unconfirmed on the same year and basis gives way; what is confirmed stands until the new one is
    confirmed. `values` maps measures to amounts or None (not reported); `lines` are (measure, activity, product, amount).
    """
    years, enterprise = years or Years(now), locked(enterprise.root)
    require_standing(enterprise)
    if not can_act_for(by, enterprise, DECLARE):
        raise NotAllowed(_("Only the people of this enterprise and the Department may declare its figures."))
    basis = DEFAULT_BASIS | (basis or {})
    values = {name: values.get(name) for name in MEASURES}
    _require_basis(basis, timezone.localdate(now))
    years.require_open(year)
    _require_plausible(values)
    _require_lines(lines, values, enterprise)
    earlier = list(on_basis(enterprise, year, basis).order_by("pk"))
    current = [each for each in earlier if each.superseded_at is None]
    confirmed = next((each for each in current if each.state == State.CONFIRMED), None)
    if confirmed and not lines and confirmed.values == values and not confirmed.lines.exists():
        raise Refused(_("These figures are the same as those already confirmed; there is nothing to correct."))
    standing = next((each for each in current if each.state in OPEN_STATES), None)
    if standing:  # whoever waited for the lock brings an earlier moment
        now = max(filter(None, (now, standing.recorded_at, standing.declared_at, standing.submitted_at)))
        _give_way(standing, by=by, now=now)
    table = years.sizes(year)
    figures = FigureRevision.objects.create(
        enterprise=enterprise,
        year=year,
        **basis,
        **values,
        export_currency=currency,
        export_rate=rate,
        note=note,
        size=size_for(values, sector=enterprise.size_sector, scope=basis["scope"], prices=basis["prices"], table=table),
        state=State.DRAFT,
        revision=max((each.revision for each in earlier), default=0) + 1,
        recorded_by=getattr(by, "public_id", None) or SYSTEM,
        recorded_at=now,
        import_batch=import_batch,
        synthetic=synthetic,
    )
    FigureLine.objects.bulk_create(
        FigureLine(revision=figures, measure=measure, activity=activity, product=product, amount=amount)
        for measure, activity, product, amount in lines
    )
    if draft:
        return figures
    figures.state, figures.declared_by, figures.declared_at = State.DECLARED, figures.recorded_by, now
    figures.save(update_fields=["state", "declared_by", "declared_at"])
    before = {name: value for name, value in (confirmed.values if confirmed else {}).items() if value != values[name]}
    after = {name: value for name, value in values.items() if value is not None or name in before}
    record_event("figures declared", figures, by=by, now=now, before=before, after=after, year=year)
    record_event("enterprise declared figures", enterprise, by=by, now=now, year=year)
    return figures


# Who declares when the system itself does (demonstration data, commands).
SYSTEM = uuid.UUID("00000000-0000-5000-8000-000000000000")


def _require_lines(lines, values, enterprise):
    sums = Counter()
    for measure, _activity, product, amount in lines:
        if not 0 <= amount <= LIMITS[measure]:
            raise Refused(_("A part of the figures is negative or beyond belief. Look at the unit."))
        if product is not None and product.enterprise_id not in enterprise.family_ids:
            raise Refused(_("“%(product)s” is a product of another enterprise.") % {"product": product})
        sums[measure, "product" if product else "activity"] += amount
    for (measure, _kind), amount in sums.items():
        if values.get(measure) is not None and amount > values[measure]:
            label = FigureRevision._meta.get_field(measure).verbose_name
            raise Refused(_("The parts of “%(label)s” are more than the whole.") % {"label": label})


def _give_way(standing, *, by, now):
    """An unconfirmed revision is replaced by the one that is being declared."""
    if standing.state == State.RETURNED:
        FigureRevision.objects.filter(pk=standing.pk).update(superseded_at=now)
        return
    FigureRevision.objects.filter(pk=standing.pk).update(state=State.WITHDRAWN, superseded_at=now)
    if standing.declared_at:
        record_event("figures withdrawn", standing, by=by, now=now, year=standing.year)


def _locked_figures(figures):
    return (
        FigureRevision.objects.select_for_update(of=("self",))
        .select_related("enterprise", "enterprise__merged_into")
        .get(pk=figures.pk)
    )


def _require_move(figures, state):
    if figures.state == State.DRAFT and not figures.superseded_at and state not in MOVES[State.DRAFT]:
        raise Conflict(_("These figures are a draft still. Declare them first."))
    if figures.superseded_at or state not in MOVES[figures.state]:
        raise Conflict(
            _("These figures are “%(state)s” now; somebody has already dealt with them.")
            % {"state": figures.get_state_display()}
        )


@transaction.atomic
def submit_figures(*, figures, by, now):
    """Send declared figures for review: by the signatory, or by an officer on behalf of the enterprise."""
    return _submit(_locked_figures(figures), by=by, now=now, years=Years(now))


@transaction.atomic
def send_figures(*, years, by, now, **declared):
    """Declare figures and send them for review at once; what was declared just now nobody else has."""
    return _submit(declare_figures(years=years, by=by, now=now, **declared), by=by, now=now, years=years)


def _submit(figures, *, by, now, years):
    _require_move(figures, State.WAITING)
    if not can_act_for(by, figures.enterprise, SUBMIT):
        raise NotAllowed(_("Only the legal representative of the enterprise sends its figures."))
    years.require_open(figures.year)
    figures.state, figures.submitted_at = State.WAITING, max(now, figures.declared_at)
    figures.submitted_by = getattr(by, "public_id", None) or SYSTEM
    figures.save(update_fields=["state", "submitted_by", "submitted_at"])
    record_event("figures sent", figures, by=by, now=now, year=figures.year)
    return figures


@transaction.atomic
def withdraw_figures(*, figures, reason, by, now):
    """Take back figures that nobody has confirmed or returned yet."""
    figures = _locked_figures(figures)
    _require_move(figures, State.WITHDRAWN)
    if not can_act_for(by, figures.enterprise, SUBMIT if figures.submitted_at else DECLARE):
        raise NotAllowed(_("Only those who may send these figures may take them back."))
    require_open_year(figures.year, now)
    figures.state, figures.superseded_at = State.WITHDRAWN, now
    figures.save(update_fields=["state", "superseded_at"])
    record_event("figures withdrawn", figures, by=by, now=now, reason=reason, year=figures.year)
    return figures


# --- reviewing --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Result:
    """What became of one row of a bulk act: `refusal` is empty when it was done."""

    figures: FigureRevision
    refusal: str = ""

    @property
    def done(self):
        return not self.refusal


OWN_DECLARATION = gettext_lazy("You declared or sent these figures yourself; another person must review them.")
OWN_ENTERPRISE = gettext_lazy("You act for this enterprise; a person who does not must review its figures.")


def _refusals(rows, *, by, now):
    """{pk: sentence} for those that `by` may not review now: one rule for one row and for a hundred thousand."""
    person = getattr(by, "public_id", None) or SYSTEM
    apart = steps_apart_from("confirm figures", on=timezone.localdate(now))
    closed = FigureYearClosing.closed_years()
    own = set() if person == SYSTEM else set(Membership.objects.held_by(by).values_list("enterprise_id", flat=True))
    refused = {}
    for row in rows:
        if row.state != State.WAITING or row.superseded_at:
            refused[row.pk] = _("These figures are “%(state)s” now; somebody has already dealt with them.") % {
                "state": row.get_state_display()
            }
        elif row.year in closed:
            refused[row.pk] = _("The figures of %(year)s are closed.") % {"year": row.year}
        elif person and (person == row.declared_by or (person == row.submitted_by and "submit figures" in apart)):
            refused[row.pk] = str(OWN_DECLARATION)
        elif own and (row.enterprise_id in own or row.enterprise.merged_into_id in own):
            refused[row.pk] = str(OWN_ENTERPRISE)
    return refused


def _locked_rows(pks):
    rows = FigureRevision.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    return rows.select_related("enterprise", "enterprise__merged_into")


def _key(row):
    return (row.enterprise.merged_into_id or row.enterprise_id, row.year, *(getattr(row, name) for name in BASIS))


@transaction.atomic
def confirm_figures(*, figures, by, now):
    """Confirm figures that wait for review; what was confirmed before on the same basis is superseded."""
    result = _confirm([figures.pk], by=by, now=now)[0]
    if result.refusal:
        raise NotAllowed(result.refusal) if result.figures.state == State.WAITING else Conflict(result.refusal)
    return result.figures


def bulk_confirm(*, pks, by, now):
    """Confirm many: the rows that may be, each of the others with its reason. Returns a Result for each."""
    results = []
    pks = list(pks)
    for start in range(0, len(pks), CHUNK):
        with transaction.atomic():
            results += _confirm(pks[start : start + CHUNK], by=by, now=now)
    return results


def _confirm(pks, *, by, now):
    require(by, REVIEW)
    rows = list(_locked_rows(pks))
    refused = _refusals(rows, by=by, now=now)
    good = [row for row in rows if row.pk not in refused]
    now = max([now, *(row.submitted_at for row in good)])  # the clocks of two machines may differ a little
    _supersede_confirmed(good, now)
    person = getattr(by, "public_id", None) or SYSTEM
    if good:
        FigureRevision.objects.filter(pk__in=[row.pk for row in good]).update(
            state=State.CONFIRMED, confirmed_by=person, confirmed_at=now
        )
    for row in good:
        row.state, row.confirmed_by, row.confirmed_at = State.CONFIRMED, person, now
    _keep_sizes(good)
    _record_rows("figures confirmed", good, by=by, now=now)
    tell_of_figures(CONFIRMED, good, by=by, now=now)
    return [Result(row, refused.get(row.pk, "")) for row in rows]


def _supersede_confirmed(rows, now):
    """What stands confirmed for the same enterprise (its aliases too), year and basis gives way to `rows`."""
    if not rows:
        return
    keys = {_key(row) for row in rows}
    roots = {key[0] for key in keys}
    standing = FigureRevision.objects.current().filter(
        Q(enterprise__in=roots) | Q(enterprise__merged_into__in=roots),
        state=State.CONFIRMED,
        year__in={row.year for row in rows},
    )
    old = [row.pk for row in standing.select_related("enterprise") if _key(row) in keys]
    if old:
        FigureRevision.objects.filter(pk__in=old).update(superseded_at=now)


def _keep_sizes(rows):
    """Lists show the size of the latest confirmed year."""
    by_size = defaultdict(list)
    for row in rows:
        if row.size:
            by_size[row.year, row.size].append(row.enterprise_id)
    for (year, size), ids in sorted(by_size.items()):
        Enterprise.objects.filter(Q(size_year__isnull=True) | Q(size_year__lte=year), pk__in=ids).filter(
            merged_into__isnull=True
        ).update(size=size, size_year=year)


def _record_rows(kind, rows, *, by, now, **body):
    """One event a row, written together."""
    where = current_source()
    source = f"{where.name}:{where.request_id}" if where.request_id else where.name
    actor = actor_name(by)
    record_event_rows(
        (
            uuid.uuid4(),
            now,
            kind,
            actor,
            "enterprises.figurerevision",
            row.public_id,
            source,
            canonical({**body, "facts": {"year": row.year}}),
        )
        for row in rows
    )


@transaction.atomic
def return_figures(*, figures, reason, by, now):
    """Send figures back with a reason the enterprise will read."""
    result = bulk_return(pks=[figures.pk], reason=reason, by=by, now=now)[0]
    if result.refusal:
        raise NotAllowed(result.refusal) if result.figures.state == State.WAITING else Conflict(result.refusal)
    return result.figures


@transaction.atomic
def bulk_return(*, pks, reason, by, now):
    """Send many back with one reason; returns a Result for each."""
    require(by, REVIEW)
    if not reason.strip():
        raise Refused(_("Say what is wrong and what to do, so that the figures can be corrected."))
    rows = list(_locked_rows(pks))
    refused = _refusals(rows, by=by, now=now)
    good = [row for row in rows if row.pk not in refused]
    now = max([now, *(row.submitted_at for row in good)])
    person = getattr(by, "public_id", None) or SYSTEM
    FigureRevision.objects.filter(pk__in=[row.pk for row in good]).update(
        state=State.RETURNED, returned_by=person, returned_at=now, return_reason=reason
    )
    for row in good:
        row.state, row.returned_by, row.returned_at, row.return_reason = State.RETURNED, person, now, reason
    _record_rows("figures returned", good, by=by, now=now, reason=reason)
    tell_of_figures(RETURNED, good, by=by, now=now)
    return [Result(row, refused.get(row.pk, "")) for row in rows]


# --- closing ----------------------------------------------------------------------------------
@transaction.atomic
def close_year(*, year, decision_number, decided_on, by, now, leave_waiting=False):
    """Close a year's figures by a decision: nothing of the year is declared, confirmed or corrected any more."""
    today = timezone.localdate(now)
    right = capacity(by, CLOSE, on=today)
    if not FIRST_YEAR <= year < today.year:
        raise Refused(_("Only a year that has ended can be closed."))
    if not decision_number.strip():
        raise Refused(_("Give the number of the decision."))
    if decided_on > today or decided_on.year <= year:
        raise Refused(_("The decision is dated after the year's end and not in the future."))
    if FigureYearClosing.objects.filter(year=year, reopened_at__isnull=True).exists():
        raise Conflict(_("The figures of %(year)s are already closed.") % {"year": year})
    waiting = FigureRevision.objects.waiting().filter(year=year).count()
    if waiting and not leave_waiting:
        raise Refused(
            ngettext(
                "%(count)s declaration of the year still waits for review. Deal with it, or say that it stays out.",
                "%(count)s declarations of the year still wait for review. Deal with them, or say that they stay out.",
                waiting,
            )
            % {"count": waiting}
        )
    closing = FigureYearClosing.objects.create(
        year=year,
        decision_number=decision_number.strip(),
        decided_on=decided_on,
        closed_by=getattr(by, "public_id", None) or SYSTEM,
        closed_at=now,
    )
    record_event(
        "year closed",
        closing,
        by=by,
        now=now,
        year=year,
        number=closing.decision_number,
        waiting=waiting,
        **right.facts,
    )
    return closing


@transaction.atomic
def reopen_year(*, closing, decision_number, by, now):
    """Open a closed year again by a decision, for corrections."""
    right = capacity(by, CLOSE, on=timezone.localdate(now))
    closing = FigureYearClosing.objects.select_for_update(of=("self",)).get(pk=closing.pk)
    if closing.reopened_at:
        raise Conflict(_("The year %(year)s is open again already.") % {"year": closing.year})
    if not decision_number.strip():
        raise Refused(_("Give the number of the decision."))
    if decision_number.strip().casefold() == closing.decision_number.casefold():
        raise Refused(
            _("Decision %(number)s closed the year; another one opens it again.") % {"number": decision_number}
        )
    closing.reopening_number, closing.reopened_at = decision_number.strip(), now
    closing.reopened_by = getattr(by, "public_id", None) or SYSTEM
    closing.save(update_fields=["reopening_number", "reopened_at", "reopened_by"])
    number = closing.reopening_number
    record_event("year opened again", closing, by=by, now=now, year=closing.year, number=number, **right.facts)
    return closing


def count_held(person):
    """How many declarations the person still has to send or to correct."""
    return FigureRevision.objects.held_by(person).count()


def names_of_held(person):
    for row in FigureRevision.objects.held_by(person).select_related("enterprise"):
        yield _("Figures of %(year)s: %(enterprise)s") % {"year": row.year, "enterprise": row.enterprise}


def who_may_declare(person, on):
    """Officers; for what somebody of an enterprise holds, also the others who act for all the enterprises in it."""
    officers = User.objects.holding(SUBMIT.roles - ENTERPRISE_ROLES, on)
    enterprises = set(FigureRevision.objects.held_by(person).values_list("enterprise_id", flat=True))
    own = Membership.objects.filter(user=person).values_list("enterprise_id", flat=True)
    if not enterprises or not enterprises <= set(own):
        return officers
    colleagues = User.objects.all()
    for enterprise in enterprises:
        members = Membership.objects.in_force(on).filter(enterprise=enterprise)
        colleagues = colleagues.filter(pk__in=members.values("user"))
    return officers | colleagues


def hand_over_figures(person, to, *, by, now):
    """Give what `person` has not sent or must correct to `to` (one act of accounts.handover, which records it)."""
    for figures in FigureRevision.objects.held_by(person).select_for_update(of=("self",)):
        FigureRevision.objects.filter(pk=figures.pk).update(kept_by=to.public_id)
        record_event("figures handed over", figures, by=by, now=now)
