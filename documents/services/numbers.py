"""The verbs of numbers: enter and end series, go on after a number, give a number, correct an entry, make a number void."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import actor_name, record_event
from audit.refusals import Conflict, Refused
from documents.meanwhile import overtaken
from documents.models import NumberCounter, NumberSeries, PaperNumber
from documents.permissions.numbers import EDIT, GIVE, VOID
from documents.secrecy import refuse_secret
from reference.services import snapshot
from screens import formats
from screens.text import clean

NOT_KEPT = {"ended_on"}  # said by an event of its own
ENTRY = ("subject", "signer", "recipients", "copies", "note")  # what may be corrected in the register
OF_THE_PAPER = ("subject", "signer", "recipients")  # as the paper itself says, where it was made in the portal

# --- series ------------------------------------------------------------------------------------


@transaction.atomic
def add_series(*, values, by, now):
    """Enter a series; its first counter begins with the first number, or after a number given elsewhere."""
    require(by, EDIT)
    series = NumberSeries(**values)
    series.derive()
    _require_pattern(series.pattern)
    if NumberSeries.objects.filter(code=series.code).exists():
        raise Refused(_("The code %(code)s is taken by another series.") % {"code": series.code})
    _keep(series.save)
    record_event("number series added", series, by=by, now=now, after=filled(series))
    return series


@transaction.atomic
def edit_series(*, series, values, version, by, now, reason):
    """Correct a series. Its code, who numbers and how it counts stay; numbers that were given keep their symbol."""
    require(by, EDIT)
    series = locked_series(series)
    _require_standing(series)
    before = filled(series)
    for name, value in values.items():
        setattr(series, name, value)
    series.derive()
    _require_pattern(series.pattern)
    after = filled(series)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    _keep(lambda: series.save_version(version, update_fields=[*values, "sort_key", "folded"]))
    record_event(
        "number series corrected", series, by=by, now=now, reason=reason,
        before={name: before.get(name) for name in changed}, after={name: after.get(name) for name in changed},
    )  # fmt: skip
    return series


@transaction.atomic
def end_series(*, series, ended_on, version, by, now, reason):
    """Give no numbers from this series any more from the day `ended_on`. What was given stands."""
    require(by, EDIT)
    series = locked_series(series)
    _require_standing(series)
    if series.version != version:
        raise overtaken(series, still=True)
    if ended_on < timezone.localdate(now):
        raise Refused(_("A series is ended from today or from a later day: the numbers that were given stand."))
    series.ended_on = ended_on
    series.save_version(version, update_fields=["ended_on"])
    record_event("number series ended", series, by=by, now=now, reason=reason, after={"ended_on": ended_on})
    return series


@transaction.atomic
def resume_series(*, series, version, by, now, reason):
    """Take an ended series up again; its numbers go on where they stood."""
    require(by, EDIT)
    series = locked_series(series)
    if series.ended_on is None:
        raise Conflict(_("The series is in use; there is nothing to take up again."))
    if series.version != version:
        raise overtaken(series, still=True)
    was, series.ended_on = series.ended_on, None
    series.save_version(version, update_fields=["ended_on"])
    record_event("number series resumed", series, by=by, now=now, reason=reason, before={"ended_on": was})
    return series


@transaction.atomic
def continue_series(*, series, year, last_number, by, now, reason, office=None):
    """Let the portal count on after `last_number`, which was given elsewhere before the portal counted in that year."""
    require(by, EDIT)
    series = locked_series(series)
    _require_standing(series)
    if not series.is_portals:
        raise Refused(_("The numbers of this series are typed in. There is nothing to count on from."))
    if series.counts_each_office != (office is not None):
        raise Refused(
            _("Choose the office whose numbers go on.")
            if series.counts_each_office
            else _("This series counts for the whole Department. Leave the office empty.")
        )
    if year not in (timezone.localdate(now).year, timezone.localdate(now).year + 1):
        raise Refused(_("Only this year's or next year's numbers can go on after a number."))
    if series.counters.filter(year=year, office=office).exists():
        raise Conflict(_("The portal counts in this year already. Its numbers go on by themselves."))
    counter = NumberCounter(
        series=series, year=year, office=office, numbered_by=series.numbered_by, starts_after=last_number,
        last_number=last_number,
    )  # fmt: skip
    try:
        with transaction.atomic():
            counter.save()
    except IntegrityError:
        raise Conflict(_("The portal counts in this year already. Its numbers go on by themselves.")) from None
    record_event(
        "number series continued", series, by=by, now=now, reason=reason, year=str(year), number=last_number,
        after={"office": office.name} if office else None,
    )  # fmt: skip
    return series


# --- numbers -----------------------------------------------------------------------------------


@transaction.atomic
def give_number(*, series, office, dated_on, values, by, now, number=None):
    """Give the next number of the series, or enter the one that the city's document system gave.

    Whoever gives a number holds the counter until the end of the transaction: what breaks off leaves no gap.
    """
    require(by, GIVE)
    refuse_secret(*values.values())
    series = locked_series(series)
    elsewhere = series.register != series.Register.OUT or (series.office_id and series.office_id != office.pk)
    if series.is_ended(dated_on) or elsewhere:
        raise Refused(
            _("The series “%(series)s” gives no number for this paper. Choose another one.") % {"series": series}
        )
    require_day_came(dated_on, now)
    counter = held_counter(series, dated_on.year, office)
    if series.is_portals:
        if number is not None:
            raise Refused(_("The portal gives the numbers of this series. Leave the number empty."))
        if counter.last_on and dated_on < counter.last_on:
            raise Refused(
                _(
                    "Number %(number)s is dated %(day)s. Later numbers are not dated before it: choose that day or a later one."
                )
                % {"number": counter.last_number, "day": formats.vn_date(counter.last_on)}
            )
        number = counter.last_number + 1
    elif number is None:
        raise Refused(_("Type in the number that the document system gave."))
    symbol = series.symbol_of(number, office=office, year=dated_on.year)
    _require_free(counter, number, symbol)
    row = PaperNumber(
        counter=counter,
        series=series,
        by_portal=series.is_portals,
        year=dated_on.year,
        number=number,
        symbol=symbol,
        dated_on=dated_on,
        office=office,
        given_at=now,
        given_by=actor_name(by),
        **values,
    )
    row.derive()
    _keep(row.save)
    record_event("number given", row, by=by, now=now, symbol=symbol, after=_entry(row))
    return row


def is_of_the_portal(number):
    """Whether a paper or a copy that was made in the portal has the number."""
    return hasattr(number, "paper") or hasattr(number, "copy_of_paper")


def upcoming_number(series, office, dated_on):
    """The number that the portal would give next: what is seen before it is taken."""
    counter = _counter_of(series, office, dated_on)
    return counter.last_number + 1 if counter else 1


def last_given(series, office, on):
    """(number and symbol, date) of the last number of the series in the year; the date is None of one that was given elsewhere,
    and both are where there is none. Of what is typed in, the last that was."""
    counter = _counter_of(series, office, on)
    if counter is None:
        return None, None
    numbers = counter.numbers.order_by("pk")
    last = numbers.filter(number=counter.last_number).last() if series.is_portals else numbers.standing().last()
    if last:
        return last.symbol, last.dated_on
    before = counter.starts_after and series.symbol_of(counter.starts_after, office=office, year=on.year)
    return before or None, None


def _counter_of(series, office, on):
    of = office if series.counts_each_office else None
    return series.counters.filter(year=on.year, office=of).first()


@transaction.atomic
def correct_number(*, number, values, version, by, now, reason):
    """Correct what the register says of a paper; its number, symbol and date stay."""
    require(by, GIVE)
    row = _locked_number(number)
    refuse_secret(*values.values())
    if is_of_the_portal(row) and any(clean(values[name]) != clean(getattr(row, name)) for name in OF_THE_PAPER):
        raise Refused(
            _("This number belongs to a paper of the portal: content, signer and recipients stay as in the paper.")
        )
    before = _entry(row)
    for name in ENTRY:
        setattr(row, name, values[name])
    row.derive()
    after = _entry(row)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    row.save_version(version, update_fields=[*ENTRY, "folded"])
    record_event(
        "number corrected", row, by=by, now=now, reason=reason, before={name: before.get(name) for name in changed},
        after={name: after.get(name) for name in changed},
    )  # fmt: skip
    return row


@transaction.atomic
def void_number(*, number, version, by, now, reason, of_paper=False):
    """Make a number void: it stays in the register with the reason; where the portal counts, nobody gets it again.

    The number of a paper of the portal becomes void when the paper is stopped (`of_paper`).
    """
    require(by, VOID)
    row = _locked_number(number)
    if row.version != version:
        raise overtaken(row, still=True)
    if hasattr(row, "copy_of_paper"):
        raise Refused(_("This number belongs to a copy, which stands as it is."))
    if not of_paper and hasattr(row, "paper"):
        raise Refused(
            _("This number belongs to a paper of the portal. Stop the paper on its page; an issued one stands.")
        )
    row.voided_at, row.voided_by, row.void_reason = now, actor_name(by), clean(reason)
    row.save_version(version, update_fields=["voided_at", "voided_by", "void_reason"])
    record_event("number made void", row, by=by, now=now, reason=reason)
    return row


# --- shared ------------------------------------------------------------------------------------


def require_day_came(dated_on, now):
    """Refuse to date a paper on a day that is still to come, whatever else may be wrong with that day."""
    today = timezone.localdate(now)
    if dated_on > today:
        raise Refused(
            _(
                "A paper is not dated on a day that is still to come: today is %(today)s. Date it today, or on an earlier day that is "
                "not before it was signed. If it is to bear %(day)s, let it wait and give the number on that day."
            )
            % {"today": formats.vn_date(today), "day": formats.vn_date(dated_on)}
        )


def filled(series):
    """What an event keeps of a series: what people fill in, where it is filled in."""
    return {
        name: value
        for name, value in snapshot(series).items()
        if name not in NOT_KEPT and value not in (None, "", False)
    } | ({"office": series.office.name} if series.office else {})


def _entry(row):
    kept = {"dated_on": row.dated_on, "office": row.office.name}
    return kept | {name: getattr(row, name) for name in ENTRY if getattr(row, name) not in ("", None)}


def locked_series(series):
    return NumberSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)


def _locked_number(number):
    row = PaperNumber.objects.select_for_update(of=("self",)).select_related("office").get(pk=number.pk)
    if row.is_void:
        raise Conflict(_("This number is void already: %(reason)s") % {"reason": row.void_reason})
    return row


def held_counter(series, year, office):
    """The counter, locked; the first who needs it lays it."""
    of = office if series.counts_each_office else None
    rows = NumberCounter.objects.select_for_update(of=("self",)).filter(series=series, year=year, office=of)
    found = rows.first()
    if found is None:
        try:
            with transaction.atomic():
                NumberCounter.objects.create(series=series, year=year, office=of, numbered_by=series.numbered_by)
        except IntegrityError:
            pass  # somebody else laid it in this very moment
        found = rows.get()
    return found


def _require_standing(series):
    if series.ended_on is not None:
        raise Conflict(_("This series was ended. Enter another one."))


def _require_pattern(pattern):
    if pattern.count("{number}") != 1 or "{" in pattern.replace("{number}", "").replace("{office}", "").replace(
        "{year}", ""
    ):
        raise Refused(
            _("Write the symbol with {number} once, and where needed {office} or {year}: for example {number}/QĐ-SCT.")
        )


def _require_free(counter, number, symbol):
    by_portal = counter.numbered_by == NumberSeries.NumberedBy.PORTAL
    taken = PaperNumber.objects.filter(Q(year=counter.year, symbol=symbol) | Q(counter=counter, number=number))
    if not by_portal:  # what was typed in and made void may be typed in again
        taken = taken.filter(Q(by_portal=True) | Q(voided_at=None))
    taken = taken.select_related("series").first()
    if taken is None:
        return
    what = _("Number %(symbol)s of %(day)s stands in the register already, for “%(subject)s”.") % {
        "symbol": taken.symbol, "day": formats.vn_date(taken.dated_on), "subject": taken.subject,
    }  # fmt: skip
    what_to_do = (
        _("The series “%(series)s” writes its numbers alike. Correct the symbol of one of both series.")
        % {"series": taken.series}
        if by_portal
        else _(
            "Look this paper up in the document system and type in its own number; where the entry in the register is wrong, "
            "make it void first."
        )
    )
    raise Conflict(f"{what} {what_to_do}")


def _keep(save):
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        raise Refused(_("This contradicts another entry or its own values. Check codes, days and numbers.")) from None
