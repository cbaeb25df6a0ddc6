import copy
from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Count, Q, Value
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused, StaleVersion
from reference import services, tables
from reference.forms import EndForm, WithdrawForm, entry_form
from reference.models import AdministrativeUnit, CalendarDay, ExchangeRate, Load, UnitSuccession
from reference.presenting import facts_of
from reference.registry import BY_CODE, KINDS
from reference.sending import sent_once
from screens.lists import show_list

# --- home --------------------------------------------------------------------------------------


def home(request):
    today = timezone.localdate()
    counts = _counts(today)
    rows = [
        {"kind": kind, "url": kind.url("list"), "may_edit": request.user.may(kind.action), **counts[kind.code]}
        for kind in KINDS
    ]
    return render(request, "reference/home.html", {"rows": rows, "succession_count": UnitSuccession.objects.count()})


def _counts(today):
    """{code: {"standing": rows in force, "unsure": of these not verified}} in one query."""
    queries = []
    for kind in KINDS:
        rows = kind.model.objects.all()
        if kind.is_item:
            rows = rows.in_force(today)
        elif kind.model is ExchangeRate:
            rows = rows.standing()
        queries.append(
            rows.order_by()
            .values(table=Value(kind.code))
            .annotate(standing=Count("pk"), unsure=Count("pk", filter=Q(confidence="K")))
        )
    found = {row["table"]: row for row in queries[0].union(*queries[1:], all=True)}
    return {kind.code: found.get(kind.code, {"standing": 0, "unsure": 0}) for kind in KINDS}


# --- one set of pages for every table ----------------------------------------------------------


def entry_list(request, table):
    kind = BY_CODE[table]
    main_action = None
    if request.user.may(kind.action):
        main_action = {"url": kind.url("add"), "label": kind.add}
    return show_list(
        request,
        name=f"reference-{kind.slug}",
        title=kind.title,
        lead=kind.lead,
        table_class=kind.table,
        filterset_class=kind.filters,
        queryset=kind.rows(),
        ordering=kind.ordering,
        export_name=kind.slug,
        main_action=main_action,
        empty=_("Load the portal's data files with the command load_reference, or add a row."),
        template="reference/entry_list.html",
        context={"kind": kind},
    )


def entry_detail(request, public_id, table):
    kind = BY_CODE[table]
    entry = get_object_or_404(kind.rows(), public_id=public_id)
    return render(
        request,
        "reference/entry.html",
        {
            "kind": kind,
            "entry": entry,
            "facts": facts_of(entry),
            "standing": _standing(entry),
            "verbs": _verbs(request.user, kind, entry),
            "list_url": kind.url("list"),
            "same_key": _same_key(kind, entry),
            "neighbours": _neighbours(entry),
        },
    )


def _standing(entry):
    if hasattr(entry, "valid_from"):
        code = tables.standing_of(entry.valid_from, entry.valid_to, timezone.localdate())
        return {"label": tables.STANDING[code], "kind": tables.STANDING_KINDS[code]}
    if getattr(entry, "withdrawn_on", None):
        return {"label": _("Taken out of use"), "kind": "quiet"}
    return None


def _verbs(user, kind, entry):
    """[(url, label)] of what the reader may do to the row, the main one first."""
    if not user.may(kind.action):
        return []
    verbs = []
    open_ended = kind.is_item and (entry.valid_to is None or entry.valid_to >= timezone.localdate())
    if kind.is_replaced and open_ended:
        verbs.append((kind.url("replace", entry), _("Replace from a later day")))
    verbs.append((kind.url("edit", entry), _("Correct")))
    if open_ended:
        verbs.append((kind.url("end", entry), _("End this entry")))
    if kind.model is ExchangeRate and not entry.withdrawn_on:
        verbs.append((reverse("reference:withdraw_exchangerate", args=[entry.public_id]), _("Take out of use")))
    return verbs


def _same_key(kind, entry):
    """The other rows of the same key: what held before and after."""
    if not kind.is_item:
        return []
    key = {name: getattr(entry, name) for name in entry.KEY}
    return list(kind.rows().filter(**key).exclude(pk=entry.pk).order_by("valid_from"))


def _neighbours(entry):
    """The units that a unit went into, or came from."""
    if not isinstance(entry, AdministrativeUnit):
        return []
    if entry.kind == AdministrativeUnit.Kind.DISTRICT:
        return [pair.new for pair in entry.successions.select_related("new").order_by("new__sort_key")]
    return [pair.old for pair in entry.origins.select_related("old").order_by("old__sort_key")]


def add_entry(request, table):
    kind = BY_CODE[table]
    now = timezone.now()
    form = entry_form(kind, "add")(request.POST or None, initial=_initial(request, kind))
    if form.is_valid():
        try:
            with sent_once(request, form, f"add {kind.code}", now=now, label=kind.add) as operation:
                if not operation.done:
                    entry = services.add_entry(
                        kind.model,
                        form.values(),
                        by=request.user,
                        now=now,
                        reason=form.cleaned_data["reason"],
                    )
                    operation.store({"public_id": str(entry.public_id)})
            answer = operation.operation.answer
            messages.success(request, _("The entry is added."))
            return HttpResponseRedirect(reverse(f"reference:{kind.code}", args=[answer["public_id"]]))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _form_page(request, kind, form, title=kind.add, submit=_("Add"), back=kind.url("list"))


def _initial(request, kind):
    """A day chosen on the calendar comes filled in."""
    if kind.model is CalendarDay:
        try:
            return {"on": date.fromisoformat(request.GET.get("on", "")), "kind": request.GET.get("kind", "")}
        except ValueError:
            return {}
    return {}


def edit_entry(request, public_id, table):
    return _change(
        request,
        BY_CODE[table],
        public_id,
        verb="edit",
        title=_("Correct: %(name)s"),
        submit=_("Save the correction"),
        done=_("The correction is saved."),
        act=lambda entry, form, **by: services.edit_entry(
            entry, form.values(), version=form.cleaned_data["version"], reason=form.cleaned_data["reason"], **by
        ),
    )


def replace_entry(request, public_id, table):
    return _change(
        request,
        BY_CODE[table],
        public_id,
        verb="replace",
        title=_("Replace from a later day: %(name)s"),
        submit=_("Replace from that day"),
        done=_("The new entry is added; the old one ends the day before."),
        act=lambda entry, form, **by: services.replace_entry(
            entry,
            form.values(),
            starts_on=form.cleaned_data["starts_on"],
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            **by,
        ),
    )


def _change(request, kind, public_id, *, verb, title, submit, done, act):
    entry = get_object_or_404(kind.rows(), public_id=public_id)
    now = timezone.now()
    initial = {"starts_on": timezone.localdate(now) + timedelta(days=1)} if verb == "replace" else {}
    form = entry_form(kind, verb, entry)(request.POST or None, instance=copy.copy(entry), initial=initial)
    if form.is_valid():
        try:
            sent = sent_once(
                request, form, f"{verb} {kind.code} {entry.public_id}", now=now, label=title % {"name": entry}
            )
            with sent as operation:
                if not operation.done:
                    changed = act(entry, form, by=request.user, now=now)
                    operation.store({"public_id": str(changed.public_id)})
            messages.success(request, done)
            answer = operation.operation.answer
            return HttpResponseRedirect(reverse(f"reference:{kind.code}", args=[answer["public_id"]]))
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _form_page(request, kind, form, title=title % {"name": entry}, submit=submit, back=kind.url(entry=entry))


def end_entry(request, public_id, table):
    kind = BY_CODE[table]
    return _close(
        request,
        kind,
        public_id,
        EndForm,
        verb="end",
        title=_("End: %(name)s"),
        submit=_("End on that day"),
        done=_("The entry is ended. It stays in the list with its last day."),
        act=lambda entry, cleaned, **by: services.end_entry(
            entry, ends_on=cleaned["ends_on"], version=cleaned["version"], reason=cleaned["reason"], **by
        ),
    )


def withdraw_rate(request, public_id, table):
    return _close(
        request,
        BY_CODE[table],
        public_id,
        WithdrawForm,
        verb="withdraw",
        title=_("Withdraw: %(name)s"),
        submit=_("Withdraw the rate"),
        done=_("The rate is withdrawn. Figures that used it still name it."),
        act=lambda entry, cleaned, **by: services.withdraw_rate(
            entry, version=cleaned["version"], reason=cleaned["reason"], **by
        ),
    )


def _close(request, kind, public_id, form_class, *, verb, title, submit, done, act):
    entry = get_object_or_404(kind.rows(), public_id=public_id)
    now = timezone.now()
    form = form_class(request.POST or None, initial={"version": entry.version})
    if form.is_valid():
        try:
            sent = sent_once(
                request, form, f"{verb} {kind.code} {entry.public_id}", now=now, label=title % {"name": entry}
            )
            with sent as operation:
                if not operation.done:
                    act(entry, form.cleaned_data, by=request.user, now=now)
            messages.success(request, done)
            return HttpResponseRedirect(kind.url(entry=entry))
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _form_page(request, kind, form, title=title % {"name": entry}, submit=submit, back=kind.url(entry=entry))


def _form_page(request, kind, form, *, title, submit, back):
    context = {"kind": kind, "form": form, "title": title, "submit": submit, "back": back, "list_url": kind.url("list")}
    return render(request, "reference/entry_form.html", context)


# --- map, calendar, loads ----------------------------------------------------------------------


def unit_map(request):
    return show_list(
        request,
        name="reference-map",
        title=_("Wards and communes, and the former districts"),
        lead=_("126 units since 01/07/2025; many of them draw on more than one former district."),
        table_class=tables.SuccessionTable,
        filterset_class=tables.SuccessionFilter,
        queryset=UnitSuccession.objects.all(),
        ordering=("new__sort_key", "old__sort_key"),
        export_name="phuong-xa-va-quan-huyen-cu",
        template="reference/map.html",
    )


def calendar(request):
    month = _month_asked(request)
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    start = first - timedelta(days=first.weekday())
    end = following + timedelta(days=-following.weekday() % 7)
    entries = {day.on: day for day in CalendarDay.objects.filter(on__gte=start, on__lt=end)}
    days = [_day(start + timedelta(days=n), first, entries) for n in range((end - start).days)]
    of_month = [day for day in days if day["in_month"]]
    return render(
        request,
        "reference/calendar.html",
        {
            "first": first,
            "weeks": [days[n : n + 7] for n in range(0, len(days), 7)],
            "previous": first - timedelta(days=1),
            "following": following,
            "working_days": sum(day["working"] for day in of_month),
            "exceptions": [day["entry"] for day in of_month if day["entry"]],
            "is_known": CalendarDay.objects.filter(on__year=first.year).exists(),
            "may_edit": request.user.may(BY_CODE["calendarday"].action),
            "today": timezone.localdate(),
        },
    )


def _month_asked(request):
    asked = request.GET.get("month", "")
    if not asked:
        return timezone.localdate()
    try:
        month = date.fromisoformat(f"{asked}-01")
    except ValueError:
        raise Http404 from None
    if not 2000 <= month.year <= 2100:
        raise Http404
    return month


def _day(on, first, entries):
    entry = entries.get(on)
    kind = entry.kind if entry else ""
    working = kind == "work" or (kind != "off" and on.isoweekday() < 6)
    return {"on": on, "entry": entry, "working": working, "in_month": on.month == first.month, "kind": kind}


def load_list(request):
    return show_list(
        request,
        name="reference-loads",
        title=_("History of loads"),
        lead=_("What the loading commands added, changed, and kept as people had edited it."),
        table_class=tables.LoadTable,
        queryset=Load.objects.all(),
        ordering=("-at", "-pk"),
        export_name="lich-su-nap-du-lieu",
        template="reference/load_list.html",
    )


def load_detail(request, public_id):
    load = get_object_or_404(Load, public_id=public_id)
    return render(request, "reference/load.html", {"load": load, "room": tables.ROOMS.get(load.room, load.room)})
