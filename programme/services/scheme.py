"""The verbs that change the scheme: its periods, its targets, and what was published about it."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Refused
from programme.models import Period, PublishedFigure, PublishedResult, Target
from programme.permissions.scheme import EDIT
from reference.services import snapshot

STATE = Period.State


@transaction.atomic
def add_period(values, *, by, now, reason=""):
    """Add a period: by decision when a document is named, else as one without a document."""
    require(by, EDIT)
    if Period.objects.filter(code=values["code"]).exists():
        raise Refused(_("A period with this code exists already."))
    period = Period(**{"state": _state_of(values), **values})
    _require_period_in_order(period)
    return _insert("period added", period, by=by, now=now, reason=reason)


@transaction.atomic
def edit_period(period, values, *, version, by, now, reason):
    """Correct a period, or complete one whose document has come. Only a document changes a ceiling."""
    require(by, EDIT)
    values = dict(values)
    if period.state != STATE.ILLUSTRATION:
        values["state"] = _state_of({"decision": values.get("decision", period.decision)})
    if period.state == STATE.IN_FORCE and values["state"] != STATE.IN_FORCE:
        raise Refused(_("A period that stands in a document keeps it. Correct the document instead of emptying it."))
    if values.get("ceiling_vnd", period.ceiling_vnd) != period.ceiling_vnd and period.budget_years.exists():
        raise Refused(
            _("The ceiling has budget years under it. It changes by a decision: prepare it on the page of the money.")
        )
    kind = "period decided" if values.get("state", period.state) != period.state else "period corrected"
    return _change(kind, period, values, version=version, by=by, now=now, reason=reason, check=_require_period_in_order)


def _state_of(values):
    return STATE.IN_FORCE if values.get("decision") else STATE.NO_DOCUMENT


def _require_period_in_order(period):
    if period.ends_year < period.starts_year:
        raise Refused(_("The last year lies before the first year."))
    if period.state == STATE.IN_FORCE and not period.decision_on:
        raise Refused(_("Fill in the date of the document."))
    if period.state == STATE.NO_DOCUMENT and (period.ceiling_vnd or period.decision_on):
        raise Refused(_("A budget stands in a document. Fill in the document and its date."))
    if period.state != STATE.ILLUSTRATION:
        other = (
            Period.objects.exclude(pk=period.pk)
            .exclude(state=STATE.ILLUSTRATION)
            .filter(starts_year__lte=period.ends_year, ends_year__gte=period.starts_year)
            .first()
        )
        if other:
            raise Refused(_("These years already belong to “%(period)s”.") % {"period": other})
    outside = period.pk and (
        period.targets.standing()
        .filter(year__isnull=False)
        .exclude(year__range=(period.starts_year, period.ends_year))
        .first()
    )
    if outside:
        raise Refused(
            _("A target for %(year)s would lie outside the period. Withdraw it first.") % {"year": outside.year}
        )


@transaction.atomic
def add_target(period, values, *, by, now, reason=""):
    """Add what a document promises in a period."""
    require(by, EDIT)
    period = Period.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if period.state == STATE.NO_DOCUMENT:
        raise Refused(_("This period has no document yet. Enter its document first, then its targets."))
    target = Target(period=period, **values)
    _require_target_in_order(target)
    return _insert("target added", target, by=by, now=now, reason=reason)


@transaction.atomic
def edit_target(target, values, *, version, by, now, reason):
    """Change the band of a target by a document."""
    require(by, EDIT)
    if target.withdrawn_on:
        raise Refused(_("This target is withdrawn."))
    return _change(
        "target changed", target, values, version=version, by=by, now=now, reason=reason, check=_require_target_in_order
    )


@transaction.atomic
def withdraw_target(target, *, version, by, now, reason):
    """Withdraw a target; it stays to be read."""
    require(by, EDIT)
    if target.withdrawn_on:
        raise Refused(_("This target is withdrawn."))
    values = {"withdrawn_on": timezone.localdate(now)}
    return _change("target withdrawn", target, values, version=version, by=by, now=now, reason=reason)


def _require_target_in_order(target):
    period = target.period
    if target.lower is None and target.upper is None:
        raise Refused(_("A target has a least, a most, or both."))
    if target.lower is not None and target.upper is not None and target.lower > target.upper:
        raise Refused(_("The least lies above the most."))
    if (target.applies == Target.Applies.YEAR) != (target.year is not None):
        raise Refused(_("Name the year when the target is for one year, and only then."))
    if target.year is not None and target.year not in period.years():
        raise Refused(
            _("The year %(year)s does not belong to this period (%(first)s–%(last)s).")
            % {"year": target.year, "first": period.starts_year, "last": period.ends_year}
        )
    same = Target.objects.standing().filter(
        period=period, indicator_code=target.indicator_code, applies=target.applies, year=target.year
    )
    if same.exclude(pk=target.pk).exists():
        raise Refused(_("This target stands already. Change it, or withdraw it first."))


@transaction.atomic
def add_result(values, *, by, now, reason=""):
    """Add how a year's round was reported."""
    require(by, EDIT)
    result = PublishedResult(**values)
    if PublishedResult.objects.filter(year=result.year).exists():
        raise Refused(_("The results of %(year)s are entered already. Correct them there.") % {"year": result.year})
    _require_result_in_order(result)
    return _insert("published result added", result, by=by, now=now, reason=reason)


@transaction.atomic
def edit_result(result, values, *, version, by, now, reason):
    """Correct how a year's round was reported."""
    require(by, EDIT)
    return _change(
        "published result corrected",
        result,
        values,
        version=version,
        by=by,
        now=now,
        reason=reason,
        check=_require_result_in_order,
    )


def _require_result_in_order(result):
    products = result.recognised_products
    if products is not None:
        if (result.first_time_products or 0) > products:
            raise Refused(_("More products for the first time than products recognised."))
        if (result.recognised_enterprises or 0) > products:
            raise Refused(_("More enterprises recognised than products recognised."))
    if not result.source:
        raise Refused(_("Name the source."))


@transaction.atomic
def add_figure(values, *, by, now, reason=""):
    """Add a figure as it was quoted in public."""
    require(by, EDIT)
    figure = PublishedFigure(**values)
    same = {name: values[name] for name in ("award_year", "measure", "unit")}
    if PublishedFigure.objects.filter(**same).exists():
        raise Refused(_("This figure is entered already. Correct it there."))
    _require_figure_in_order(figure)
    return _insert("published figure added", figure, by=by, now=now, reason=reason)


@transaction.atomic
def edit_figure(figure, values, *, version, by, now, reason):
    """Correct a figure so that it stands as it was quoted."""
    require(by, EDIT)
    return _change(
        "published figure corrected",
        figure,
        values,
        version=version,
        by=by,
        now=now,
        reason=reason,
        check=_require_figure_in_order,
    )


def _require_figure_in_order(figure):
    if figure.reference_year and figure.reference_year > figure.award_year:
        raise Refused(_("The year of the figures lies after the year of the round."))
    if (figure.scope == PublishedFigure.Scope.RECOGNISED) != bool(figure.scope_count):
        raise Refused(_("Give the number of enterprises when the scope is known, and only then."))


# --- shared ------------------------------------------------------------------------------------


def _insert(kind, row, *, by, now, reason):
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(
            _("This contradicts what is already entered. Check the code, the years and the figures.")
        ) from None
    record_event(kind, row, by=by, now=now, reason=reason, after=snapshot(row))
    return row


def _change(kind, row, values, *, version, by, now, reason, check=None):
    before = snapshot(row)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    if check:
        check(row)
    try:
        with transaction.atomic():
            row.save_version(version, update_fields=changed)
    except IntegrityError:
        raise Refused(
            _("This contradicts what is already entered. Check the code, the years and the figures.")
        ) from None
    after = snapshot(row)
    record_event(
        kind,
        row,
        by=by,
        now=now,
        reason=reason,
        before={name: before.get(name) for name in changed},
        after={name: after.get(name) for name in changed},
    )
    return row
