"""The same done with many rows of a list at once: each by itself, once, with a result for each."""

import logging
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy

from audit.events import actor_name
from audit.refusals import Refused
from jobs.operations import once
from screens.lists import BulkResult, bulk_results

logger = logging.getLogger(__name__)
RULE_FORBIDS = gettext_lazy(
    "A rule forbids this as things stand now, and nothing of it was done. Load the page again; if it stays so, tell the "
    "administrator the time."
)


def chosen(
    request: HttpRequest, rows: Any, order: tuple[str, ...] = ("prepared_at", "pk"), name: str = "chosen"
) -> list[Any]:
    """Those of `rows` that were chosen on the list, the longest waiting first unless told otherwise; or those that the form
    names under another `name`."""
    keys = []
    for typed in _sent(request).getlist(name):
        try:
            keys.append(uuid.UUID(typed))
        except ValueError:
            continue
    return list(rows.filter(public_id__in=keys).order_by(*order))


def back_to_list(request: HttpRequest, otherwise: str) -> str:
    """The list as it was filtered, if the form names an address of this site."""
    asked = _sent(request).get("next", "")
    safe = asked and url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if safe else otherwise


def _sent(request: HttpRequest) -> QueryDict:
    """What was chosen: in the form that was sent, or in the address of a page that asks before it is done."""
    return request.POST if request.method == "POST" else request.GET


def act_on_many(
    request: HttpRequest,
    rows: Iterable[Any],
    *,
    verb: str,
    title: str,
    done: str,
    back: str,
    act: Callable[..., Any],
    body: Callable[[Any], dict[str, Any]] = lambda row: {},
    amount: Callable[[Any], str] = lambda row: "",
    came: Callable[[Any], str] = lambda row: "",
    said_of_rule: Any = RULE_FORBIDS,
    left_out: Iterable[tuple[Any, str]] = (),
) -> HttpResponse:
    """`act(row, by=, now=)` on each row in a transaction of its own; what is refused says why and touches no other.

    Nothing of a row comes from the list but its name: amounts are what stands in the row itself. `said_of_rule` is what a
    row says that a rule of the database refused, `amount` the money that was acted on, `came` what stands in the row that came of it,
    `left_out` the rows that were chosen too and were not among those acted on, each with why.
    """
    key = request.POST.get("operation_key", "")
    results = [
        _one(request, row, key, verb, title, _said(done, amount(row)), act, came, body(row), said_of_rule)
        for row in rows
    ]
    results += [BulkResult(str(row), False, reason, row.get_absolute_url()) for row, reason in left_out]
    return bulk_results(request, title=title, results=results, back=back_to_list(request, back))


def _said(done: str, amount: str) -> str:
    return f"{done}: {amount}" if amount else done


def _one(
    request: HttpRequest,
    row: Any,
    key: str,
    verb: str,
    title: str,
    done: str,
    act: Callable[..., Any],
    came: Callable[[Any], str],
    body: dict[str, Any],
    said_of_rule: Any,
) -> BulkResult:
    now, url = timezone.now(), row.get_absolute_url()
    scope, label = actor_name(request.user), f"{title}: {row}"
    try:
        named = {"scope": scope, "verb": f"{verb} {row.public_id}", "key": key[:120], "label": label}
        with once(**named, body={"row": str(row.public_id), **body}, now=now) as operation:
            standing = row if operation.done else act(row, by=request.user, now=now)
    except Refused as refusal:
        return BulkResult(str(row), False, str(refusal), url)
    except IntegrityError:  # a rule that only the database knew: nothing of this row is done, the others go on
        logger.exception("the database refused %s of %s", verb, row.public_id)
        return BulkResult(str(row), False, said_of_rule, url)
    return BulkResult(str(row), True, _said(done, came(standing)), url)
