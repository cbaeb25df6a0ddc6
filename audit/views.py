from datetime import datetime, time, timedelta

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.access_log import record_read
from audit.events import actor_names, actors_called, lines_of
from audit.forms import AccessFilter, EventFilter, alike
from audit.models import AccessEntry, Event

PAGE = 50


def _midnight(day):
    return timezone.make_aware(datetime.combine(day, time.min))


def _page(request):
    asked = request.GET.get("page", "")
    return max(int(asked), 1) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1


def _narrow(rows, wanted):
    """What both logs are filtered by: the person, the object, the days."""
    if wanted.get("person"):
        rows = rows.filter(actor__in=actors_called(wanted["person"]))
    if wanted.get("about"):
        rows = rows.filter(object_id=wanted["about"])
    if wanted.get("first"):
        rows = rows.filter(at__gte=_midnight(wanted["first"]))
    if wanted.get("last"):
        rows = rows.filter(at__lt=_midnight(wanted["last"] + timedelta(days=1)))
    return rows


def _listed(request, template, form, rows, make_lines, **context):
    number = _page(request)
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        template,
        {
            "form": form,
            "lines": make_lines(found[:PAGE]),
            "number": number,
            "has_next": len(found) > PAGE,
            "query": query.urlencode(),
            "filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
            **context,
        },
    )


@require_safe
def event_list(request):
    """The event log, the latest first, each event with its place in the chain."""
    form = EventFilter(request.GET)
    rows = Event.objects.select_related("link").prefetch_related("personal_values").order_by("-id")
    if not form.is_valid():
        rows = rows.none()
    else:
        rows = _narrow(rows, form.cleaned_data)
        if form.cleaned_data["kind"]:
            rows = rows.filter(kind__in=alike(form.cleaned_data["kind"]))

    def placed(events):
        """Each event as a sentence, with its place in the chain; None while it waits for one."""
        places = {event.pk: event.link.sequence for event in events if hasattr(event, "link")}
        return [(line, places.get(line.event.pk)) for line in lines_of(events, reader=request.user)]

    return _listed(request, "audit/event_list.html", form, rows, placed)


@require_safe
def access_list(request):
    """Reads that leave a trace, and attempts that were refused; reading this list leaves one too."""
    form = AccessFilter(request.GET)
    rows = AccessEntry.objects.order_by("-id")
    if not form.is_valid():
        rows = rows.none()
    else:
        rows = _narrow(rows, form.cleaned_data)
        if form.cleaned_data["what"]:
            rows = rows.filter(what__icontains=form.cleaned_data["what"])
    record_read(request.user, "access log", now=timezone.now())

    def named(entries):
        names = actor_names({entry.actor for entry in entries})
        return [(entry, names[entry.actor]) for entry in entries]

    return _listed(request, "audit/access_list.html", form, rows, named)
