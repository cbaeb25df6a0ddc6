"""How every page takes a step: once however often it is sent, on one row or on many with a result for each."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import NotAllowed, Refused
from programme.forms.acting import ActForm
from programme.presenting.acting import trail
from reference import sending_many
from reference.sending import sent_once
from screens import formats
from screens.forms import form_data
from screens.lists import show_list

logger = logging.getLogger(__name__)
REFUSED_BY_DATABASE = gettext_lazy(
    "A rule of the ledger forbids this as things stand now, and nothing of it was booked. Load the page again; if it stays "
    "so, tell the administrator the time."
)
act_on_many = partial(
    sending_many.act_on_many,
    amount=lambda row: formats.money(row.amount_vnd),
    said_of_rule=REFUSED_BY_DATABASE,
)


def require_right(check: Callable[[], Any]) -> Any:
    """What `check` returns; whoever it does not allow is told why on the page of refusals (403)."""
    try:
        return check()
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None


def right_or_none(check: Callable[[], Any]) -> tuple[Any, str]:
    """(what `check` returns, "") or (None, why not): for pages that show a button only to those who may."""
    try:
        return check(), ""
    except NotAllowed as refusal:
        return None, str(refusal)


def done_once(
    request: HttpRequest, form: Any, *, verb: str, label: str, act: Callable[..., Any]
) -> dict[str, Any] | None:
    """What the operation stored, when the form was good and `act(by=, now=)` went; None with the errors on the form.

    `act` returns the row that came of it (or nothing); a second sending with the same key finds it again.
    """
    now = timezone.now()
    if not form.is_valid():
        return None
    try:
        with sent_once(request, form, verb, now=now, label=label) as operation:
            if not operation.done:
                row = act(by=request.user, now=now)
                operation.store({"public_id": str(row.public_id)} if hasattr(row, "public_id") else {})
            return operation.operation.answer or {}
    except Refused as refusal:
        form.add_error(None, str(refusal))
    except IntegrityError:
        logger.exception("the database refused %s", verb)
        form.add_error(None, REFUSED_BY_DATABASE)
    return None


def press(
    request: HttpRequest,
    row: Any,
    *,
    verb: str,
    act: Callable[..., Any],
    done: str,
    show: Callable[..., HttpResponse],
) -> HttpResponse:
    """A button on the page of `row`: back to it when it went, else the page again with the sentence why not."""
    form = ActForm(request.POST)
    if done_once(request, form, verb=f"{verb} {row.public_id}", label=done, act=act) is None:
        return show(request, type(row).objects.get(pk=row.pk), form)
    messages.success(request, done)
    return HttpResponseRedirect(row.get_absolute_url())


def act_page(
    request: HttpRequest,
    row: Any,
    form: Any,
    *,
    verb: str,
    title: str,
    submit: str,
    act: Callable[..., Any],
    done: str,
    context: dict[str, Any],
    lead: str = "",
    never: str = "",
) -> HttpResponse:
    """The page on which something is typed to take a step on `row` (a reason, a voucher); `never` says why none can be."""
    if request.method == "POST":
        label = f"{title}: {row}"
        if done_once(request, form, verb=f"{verb} {row.public_id}", label=label, act=act) is not None:
            messages.success(request, done)
            return HttpResponseRedirect(row.get_absolute_url())
        never = ""  # what was typed stays, with why it did not go
    page = {
        "never": never,
        "form": form,
        "row": row,
        "title": title,
        "lead": lead,
        "submit": submit,
        "back": row.get_absolute_url(),
        **context,
    }
    return render(request, "programme/act.html", page)


def withdraw_page(request: HttpRequest, row: Any, *, mine: bool, **page: Any) -> HttpResponse:
    """The page that asks once before a person takes back what they prepared."""
    return act_page(
        request,
        row,
        ActForm(*form_data(request)),
        submit=_("Withdraw"),
        lead=_("What is withdrawn goes no further. Its page then offers to prepare it anew with what was entered."),
        never="" if mine else _("It is withdrawn only by whoever prepared it, before anybody decided on it."),
        **page,
    )


# --- lists ------------------------------


def acting_list(
    request: HttpRequest,
    rows: Any,
    *,
    waiting: Any,
    filterset_class: Any,
    queryset: Any = None,
    apart: Q | None = None,
    **listing: Any,
) -> HttpResponse:
    """A list of things that are prepared and decided, the latest first; `waiting(user, on=)` are those that wait for one.

    Only these are chosen to be acted on together. `queryset` where the list shows more of `rows` than they have themselves;
    `apart` those whose amounts do not add up.
    """
    mine = waiting(request.user, on=timezone.localdate())
    return show_list(
        request,
        queryset=rows if queryset is None else queryset,
        filterset_class=filterset_class,
        ordering=("-prepared_at", "-pk"),
        template="programme/acting_list.html",
        context=_list_context(request, filterset_class, rows, mine, apart),
        choosable=mine,
        **listing,
    )


def _list_context(request: HttpRequest, filterset: Any, rows: Any, mine: Any, apart: Q | None) -> dict[str, Any]:
    """Tabs and, when asked for, the sums above the list."""
    whose = request.GET.get("whose", "")
    tabs = [
        {"label": _("All"), "url": "?view=all", "current": not whose},
        {
            "label": _("Waiting for me (%(count)s)") % {"count": mine.count()},
            "url": "?whose=waiting",
            "current": whose == "waiting",
        },
        {"label": _("Prepared by me"), "url": "?whose=mine", "current": whose == "mine"},
    ]
    query = request.GET.copy()
    query["sums"] = "1"
    query.pop("page", None)
    sums = None
    if "sums" in request.GET:
        filters = filterset(request.GET, queryset=rows, request=request)
        found = filters.qs if not filters.errors else rows.none()
        left_out = {} if apart is None else {"apart": Count("pk", filter=apart)}
        amount = Sum("amount_vnd", filter=apart and ~apart)
        sums = found.order_by().aggregate(rows=Count("pk"), amount=amount, **left_out)
    return {"tabs": tabs, "sums": sums, "sums_query": query.urlencode(), "trail": trail(request.user)}
