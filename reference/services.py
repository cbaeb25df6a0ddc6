"""Reading reference data on a day, and the verbs that change it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Refused
from reference.models import (
    AdministrativeUnit,
    CalendarDay,
    ExchangeRate,
    ReferenceItem,
    Rule,
    SizeThreshold,
)
from reference.permissions import action_for

# --- reading -----------------------------------------------------------------------------------


def rule(code, on: date, default=None):
    """The value of the rule `code` in force on the day `on`; `default` when there is none."""
    found = Rule.objects.in_force(on).filter(code=code).values_list("value", flat=True).first()
    return default if found is None else found


def as_written(code, name):
    """How an office writes a row of reference data: by a short code and its name, else by the name alone."""
    return f"{code} – {name}" if len(code) <= 5 and (code.isdecimal() or code.isupper()) else name


def unit_on(code, on: date, *, kind=AdministrativeUnit.Kind.WARD):
    """The unit that carried `code` on the day `on`, or None: codes mean something only with a date."""
    return AdministrativeUnit.objects.in_force(on).filter(kind=kind, code=code).first()


def exchange_rate(currency, on: date):
    """The last rate of `currency` known on the day `on` (an ExchangeRate with its own date), or None."""
    return ExchangeRate.objects.standing().filter(currency=currency, on__lte=on).order_by("-on").first()


# --- size of an enterprise ---------------------------------------------------------------------


@dataclass(frozen=True)
class SizeTable:
    """The thresholds in force on one day, read once for many enterprises."""

    rows: dict

    @classmethod
    def on(cls, on: date):
        rows: dict[str, list] = {}
        order = [size for size, _label in SizeThreshold.Size.choices]
        for row in SizeThreshold.objects.in_force(on):
            rows.setdefault(row.sector_column, []).append(row)
        for column in rows.values():
            column.sort(key=lambda row: order.index(row.size))
        return cls(rows)

    def size_of(self, *, labour_insured, revenue_vnd, capital_vnd, sector_column):
        """micro, small, medium or large; None when what is known does not decide it.

        Labour within the limit AND (revenue OR capital within the limit); the first size that fits.
        """
        rows = self.rows.get(sector_column)
        if not rows:
            return None
        for row in rows:
            labour = _within(labour_insured, row.labour_max)
            either = _or(_within(revenue_vnd, row.revenue_max_vnd), _within(capital_vnd, row.capital_max_vnd))
            fits = _and(labour, either)
            if fits is None:
                return None
            if fits:
                return row.size
        return SizeThreshold.Size.LARGE.value


def size_of(labour_insured, revenue_vnd, capital_vnd, sector_column, on: date):
    """Size by the thresholds in force on `on`; see SizeTable."""
    return SizeTable.on(on).size_of(
        labour_insured=labour_insured, revenue_vnd=revenue_vnd, capital_vnd=capital_vnd, sector_column=sector_column
    )


def _within(value, limit):
    return None if value is None else value <= limit


def _or(one, other):
    if one or other:
        return True
    return None if one is None or other is None else False


def _and(one, other):
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


# --- working days ------------------------------------------------------------------------------

MOST_WORKING_DAYS = 2000


class WorkingCalendar:
    """The exceptions from the week between two days, read once."""

    def __init__(self, first: date, last: date):
        self.first, self.last = first, last
        self._kinds = dict(CalendarDay.objects.filter(on__range=(first, last)).values_list("on", "kind"))

    def is_working(self, on: date):
        kind = self._kinds.get(on)
        if kind == CalendarDay.Kind.OFF:
            return False
        return kind == CalendarDay.Kind.WORK or on.isoweekday() < 6


def working_day(on: date) -> bool:
    """Whether the city's offices work on `on`."""
    return WorkingCalendar(on, on).is_working(on)


def add_working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start` (before it, when negative); 0 gives `start` or the next working day."""
    if abs(count) > MOST_WORKING_DAYS:
        raise ValueError("Too many working days.")
    step = timedelta(days=1 if count >= 0 else -1)
    reach = timedelta(days=abs(count) * 2 + 60)
    calendar = WorkingCalendar(start - reach, start + reach)
    day = start
    if count == 0:
        while not calendar.is_working(day):
            day += step
        return day
    left = abs(count)
    while left:
        day += step
        if calendar.is_working(day):
            left -= 1
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; negative when `end` lies before `start`."""
    if end < start:
        return -working_days_between(end, start)
    calendar = WorkingCalendar(start, end)
    return sum(calendar.is_working(start + timedelta(days=day)) for day in range(1, (end - start).days + 1))


# --- changing ----------------------------------------------------------------------------------


@transaction.atomic
def add_entry(model, values, *, by, now, reason=""):
    """Add a row of reference data."""
    require(by, action_for(model._meta.model_name))
    entry = model(**values)
    _require_room(entry, now)
    _insert(entry)
    record_event("reference entry added", entry, by=by, now=now, reason=reason, after=snapshot(entry))
    return entry


@transaction.atomic
def edit_entry(entry, values, *, version, by, now, reason):
    """Correct a row of reference data. Its key and its FIXED values stay: they are replaced, never changed."""
    require(by, action_for(entry._meta.model_name))
    fixed = {*entry.KEY, *entry.FIXED}
    before = snapshot(entry)
    changed = [name for name, value in values.items() if getattr(entry, name) != value]
    if not changed:
        return entry
    if fixed & set(changed):
        raise Refused(_("The key and the value of this entry never change. Replace it from a later day instead."))
    for name in changed:
        setattr(entry, name, values[name])
    derived = []
    if isinstance(entry, ReferenceItem):
        entry.derive()
        derived = ["sort_key", "folded"]
    _save(entry, version, [*changed, *derived])
    after = snapshot(entry)
    record_event(
        "reference entry corrected",
        entry,
        by=by,
        now=now,
        reason=reason,
        before={name: before[name] for name in after if before[name] != after[name]},
        after={name: after[name] for name in after if before[name] != after[name]},
    )
    return entry


@transaction.atomic
def end_entry(entry, *, ends_on, version, by, now, reason):
    """Let a row hold until `ends_on`, this day included. Nothing is removed."""
    require(by, action_for(entry._meta.model_name))
    if ends_on < entry.valid_from:
        raise Refused(_("The last day lies before the first day of the entry."))
    if entry.FIXED and ends_on < timezone.localdate(now):
        raise Refused(_("A rule cannot end in the past: figures were counted by it. Choose today or a later day."))
    before = entry.valid_to
    entry.valid_to = ends_on
    _save(entry, version, ["valid_to"])
    record_event(
        "reference entry ended",
        entry,
        by=by,
        now=now,
        reason=reason,
        before={"valid_to": before},
        after={"valid_to": ends_on},
    )
    return entry


@transaction.atomic
def replace_entry(entry, values, *, starts_on, version, by, now, reason):
    """End a row the day before `starts_on` and add its successor with the same key from that day."""
    require(by, action_for(entry._meta.model_name))
    end_entry(entry, ends_on=starts_on - timedelta(days=1), version=version, by=by, now=now, reason=reason)
    same = {name: getattr(entry, name) for name in (*entry.KEY, "code")}
    return add_entry(
        type(entry), {**values, **same, "valid_from": starts_on, "valid_to": None}, by=by, now=now, reason=reason
    )


@transaction.atomic
def withdraw_rate(rate, *, version, by, now, reason):
    """Withdraw a wrong exchange rate; figures that used it keep naming it."""
    require(by, action_for("exchangerate"))
    if rate.withdrawn_on:
        raise Refused(_("This rate is already withdrawn."))
    rate.withdrawn_on = timezone.localdate(now)
    _save(rate, version, ["withdrawn_on"])
    record_event(
        "exchange rate withdrawn", rate, by=by, now=now, reason=reason, after={"withdrawn_on": rate.withdrawn_on}
    )
    return rate


def _require_room(entry, now):
    if isinstance(entry, CalendarDay) and CalendarDay.objects.filter(on=entry.on).exists():
        raise Refused(_("This day is entered already. Correct it on its own page."))
    if isinstance(entry, ExchangeRate) and (
        ExchangeRate.objects.standing().filter(currency=entry.currency, on=entry.on).exists()
    ):
        raise Refused(_("A rate of this currency for this day is in use. Withdraw it first."))
    if not isinstance(entry, ReferenceItem):
        return
    if entry.valid_to and entry.valid_to < entry.valid_from:
        raise Refused(_("The last day lies before the first day of the entry."))
    same = type(entry).objects.filter(**{name: getattr(entry, name) for name in entry.KEY})
    if entry.FIXED and entry.valid_from <= timezone.localdate(now) and same.exists():
        raise Refused(_("A new value of a rule holds from tomorrow at the earliest: the past stays as it was counted."))
    clash = (
        same.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=entry.valid_from))
        .filter(valid_from__lte=entry.valid_to or date.max)
        .first()
    )
    if clash:
        raise Refused(_clash_sentence(clash))


def _clash_sentence(clash):
    return _("The code %(code)s already holds in that time (from %(from)s). End that entry first.") % {
        "code": clash.code,
        "from": clash.valid_from.strftime("%d/%m/%Y"),
    }


def _insert(entry):
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:
        raise Refused(_("This entry contradicts another one or its own dates. Check the code and the dates.")) from None


def _save(entry, version, fields):
    try:
        with transaction.atomic():
            entry.save_version(version, update_fields=fields)
    except IntegrityError:
        raise Refused(_("This entry contradicts another one or its own dates. Check the code and the dates.")) from None


def _kept(entry, field):
    """Rows that are referred to by their name, years as text: they are read by people."""
    value = getattr(entry, field.name)
    if value is not None and field.is_relation:
        return str(getattr(value, "name_vi", value))
    return str(value) if isinstance(value, int) and "year" in field.name else value


def snapshot(entry):
    """What an event keeps of a row: everything that people can change."""
    hidden = {"id", "public_id", "version", "sort_key", "folded"}
    return {
        field.name: _kept(entry, field)
        for field in entry._meta.concrete_fields
        if field.name not in hidden and not (field.name == "withdrawn_on" and getattr(entry, field.name) is None)
    }
