"""Pages on which the accountant prepares what stands from before the portal: sums of a line, and its contracts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.attaching import bind
from programme.forms.opening import OpeningAgainForm, OpeningContractForm, OpeningForm
from programme.models import BudgetLine, Commitment, EntryKind, StepKind
from programme.presenting.acting import address, line_name, room_on_line, rooms_for, trail
from programme.presenting.places import open_address
from programme.presenting.steps import room_rows
from programme.services import opening as services
from programme.views.anew import begun_opening, named_before, why_it_ended
from programme.views.budget_acting import done_once
from screens.forms import form_data


def prepare_opening(request: HttpRequest, public_id: Any) -> HttpResponse:
    line = _line(public_id)
    return _page(
        request,
        line,
        form_class=OpeningForm,
        kind=EntryKind.ASSIGN,
        title=_("Opening sums of the line"),
        act=services.prepare_opening,
        template="programme/prepare_step.html",
        rooms=room_rows(rooms_for(StepKind.ASSIGN, line=line), None),
    )


def prepare_opening_contract(request: HttpRequest, public_id: Any) -> HttpResponse:
    line = _line(public_id)
    return _page(
        request,
        line,
        form_class=OpeningContractForm,
        kind=EntryKind.COMMIT,
        title=_("Contract or decision from before the portal"),
        act=services.prepare_opening_contract,
        template="programme/prepare_commitment.html",
        rooms=room_rows([room_on_line(line)], None),
    )


def ask_why(form: Any, *, asked: bool) -> Any:
    """The form, in which the explanation must be given where it is `asked` for."""
    if asked:
        reason = form.fields["reason"]
        reason.required = True
        reason.error_messages["required"] = services.say_why_so_late()
    return form


def prepare_opening_again(request: HttpRequest, public_id: Any) -> HttpResponse:
    """What a contract from before the portal should have opened with, after its wrong opening entries were reversed."""
    row = get_object_or_404(
        Commitment.objects.select_related("line__task", "line__source", "line__year"), public_id=public_id
    )
    now, never, title = timezone.now(), "", _("Opening sums of the contract anew")
    before = named_before(request, row.steps.filter(kind=StepKind.OPENING))
    if request.method == "POST":
        form = bind(request, OpeningAgainForm, now=now)
        answer = done_once(
            request,
            form,
            verb=f"prepare opening again {row.public_id}",
            label=f"{title}: {row}",
            act=lambda **by: services.prepare_opening_again(row, **form.content(), redoes=before, **by),
        )
        if answer is not None:
            messages.success(request, _("The opening sums are prepared and wait for approval."))
            return HttpResponseRedirect(reverse("programme:budget_step", args=[answer["public_id"]]))
    else:
        data, _files = form_data(request)
        form = OpeningAgainForm(data, user=request.user, initial=begun_opening(before, request.user))
        never = services.why_not_again(row)
    context = {
        "form": form,
        "title": title,
        "about": str(row),
        "submit": _("Prepare it for approval"),
        "back": row.get_absolute_url(),
        "trail": trail(request.user, (row.get_absolute_url(), str(row))),
        "facts": [(_("Contract or decision"), str(row), address(request.user, row))],
        "rooms": [],
        "never": never,
        "notice": why_it_ended(before)
        or _("Give all that was paid on it before the portal; only what was reversed is booked anew."),
    }
    return render(request, "programme/prepare_step.html", context)


def again_url(user: Any, row: Commitment) -> str:
    """Where the opening sums of the contract are put right, once a wrong one was reversed; for whoever may prepare it."""
    if not row.before_portal or services.why_not_again(row):
        return ""
    return open_address(user, "programme:prepare_opening_again", row.public_id)


def _said_of_late() -> str:
    return _(
        "This line has other entries already. What you prepare is marked as later opening sums and needs the reason."
    )


def _line(public_id: Any) -> BudgetLine:
    return get_object_or_404(BudgetLine.objects.select_related("task", "source", "year", "unit"), public_id=public_id)


def _page(
    request: HttpRequest,
    line: BudgetLine,
    *,
    form_class: Any,
    kind: EntryKind,
    title: str,
    act: Callable[..., Any],
    template: str,
    rooms: list[dict],
) -> HttpResponse:
    now, never, late = timezone.now(), "", services.is_late(line)
    openings = line.steps.filter(kind=StepKind.OPENING, commitment__isnull=kind == EntryKind.ASSIGN)
    before = named_before(request, openings)
    if request.method == "POST":
        form = ask_why(bind(request, form_class, now=now), asked=late)
        answer = done_once(
            request,
            form,
            verb=f"prepare opening {kind} {line.public_id}",
            label=f"{title}: {line_name(line)}",
            act=lambda **by: act(line, **form.content(), redoes=before, **by),
        )
        if answer is not None:
            messages.success(request, _("The opening sums are prepared and wait for approval."))
            return HttpResponseRedirect(reverse("programme:budget_step", args=[answer["public_id"]]))
    else:
        data, _files = form_data(request)
        begun = begun_opening(before, request.user)
        form = ask_why(form_class(data, user=request.user, initial=begun), asked=late)
        never = services.why_never(line, kind)
    context = {
        "form": form,
        "title": title,
        "about": line_name(line),
        "submit": _("Prepare it for approval"),
        "back": address(request.user, line) or reverse("programme:budget_line_list"),
        "trail": trail(request.user, (line.get_absolute_url(), str(line))),
        "facts": [(_("Budget line"), line_name(line), address(request.user, line))],
        "rooms": rooms,
        "never": never,
        "notice": f"{why_it_ended(before)} {_said_of_late() if late and not never else ''}".strip(),
    }
    return render(request, template, context)
