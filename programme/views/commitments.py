from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.attaching import bind
from documents.serving import serve
from programme.cautions import cautions_of, task_ended
from programme.forms.acting import ActForm, AnswerForm, LiquidateForm, UndoLiquidationForm
from programme.forms.commitments import ContinueCommitmentForm, PrepareCommitmentForm
from programme.forms.steps import BeginCommitmentForm
from programme.models import BudgetLine, Commitment, Payment, ProcurementStep, StepKind
from programme.permissions.budget import (
    APPROVE_COMMITMENT,
    CONTROL_PAYMENT,
    PREPARE_COMMITMENT,
    PREPARE_PAYMENT,
    PREPARE_STEP,
)
from programme.permissions.commitments import (
    can_bind,
    can_withdraw_commitment,
    commitments_waiting_for,
    offices_of_centre_staff,
    require_own_task,
    right_to_approve_commitment,
    right_to_refuse_commitment,
)
from programme.presenting.acting import (
    acting_sentence,
    address,
    decided_label,
    line_name,
    named,
    room_of_advances,
    room_on_commitment,
    room_on_line,
    trail,
)
from programme.presenting.commitments import bar, chain, facts_of, verbs_on
from programme.presenting.money import entry_rows
from programme.presenting.returns import return_rows
from programme.presenting.steps import left_over, room_rows
from programme.services import commitments as services
from programme.services import continuing
from programme.services.returns import returned_vnd
from programme.tables.commitments import STATE_KINDS, CommitmentFilter, CommitmentTable
from programme.tables.payments import STATE_KINDS as PAYMENT_KINDS
from programme.tables.payments import with_undone
from programme.tables.steps import STATE_KINDS as STEP_KINDS
from programme.views.anew import begun_like, commitment_anew_url, named_before, places_of, steps_before, why_it_ended
from programme.views.budget_acting import (
    act_on_many,
    act_page,
    acting_list,
    done_once,
    press,
    require_right,
    right_or_none,
    withdraw_page,
)
from programme.views.continuing import (
    begun_from,
    left_in_year_before,
    left_unpaid,
    named_contract,
    over_years,
    taken_over,
    ways_on,
)
from programme.views.opening import again_url
from reference.sending_many import chosen
from screens.forms import form_data
from screens.lists import BulkAction

RELATED = ("line__task", "line__source", "line__year", "file")


# --- the list ----------------------------------------------------------------------------------


def commitment_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    actions = [BulkAction("approve", _("Approve"), reverse("programme:bulk_approve_commitments"))]
    begin = {"url": reverse("programme:begin_commitment"), "label": _("Prepare a contract or decision")}
    return acting_list(
        request,
        Commitment.objects.all(),
        waiting=commitments_waiting_for,
        name="commitments",
        title=_("Contracts and decisions to support"),
        lead=_("What the Department binds itself to; it takes room on its line once another person approves it."),
        table_class=CommitmentTable,
        filterset_class=CommitmentFilter,
        export_name="hop-dong-quyet-dinh",
        main_action=begin if user.may(PREPARE_COMMITMENT) else None,
        actions=actions if user.may(APPROVE_COMMITMENT) else (),
        empty=_("A contract or decision is prepared on a budget line that has allocated money left."),
    )


def bulk_approve_commitments(request: HttpRequest) -> HttpResponse:
    return act_on_many(
        request,
        chosen(request, Commitment.objects.all()),
        verb="approve commitment",
        title=_("Approving contracts and decisions"),
        done=_("Approved and booked"),
        back=reverse("programme:commitment_list"),
        act=services.approve_without_caution,
    )


# --- one contract or decision ------------------------------------------------------------------


def _commitment(public_id: Any) -> Commitment:
    return get_object_or_404(Commitment.objects.select_related(*RELATED), public_id=public_id)


def _list_link() -> tuple[str, str]:
    return reverse("programme:commitment_list"), _("Contracts and decisions to support")


def commitment(request: HttpRequest, public_id: Any) -> HttpResponse:
    return _show(request, _commitment(public_id))


def _show(request: HttpRequest, row: Commitment, form: Any = None) -> HttpResponse:
    row = Commitment.objects.select_related(*RELATED).get(pk=row.pk)
    user, today = request.user, timezone.localdate()
    prepared = row.state == Commitment.State.PREPARED
    opening = row.steps.filter(kind=StepKind.OPENING).order_by("-pk").first() if row.before_portal else None
    right, why_not, refuse = None, "", None
    if prepared and opening is None and user.may(APPROVE_COMMITMENT):
        right, why_not = right_or_none(lambda: right_to_approve_commitment(user, row, on=today))
        refuse, _why = right_or_none(lambda: right_to_refuse_commitment(user, row, on=today))
    people = named(row.prepared_by, row.decided_by, row.decided_for)
    payments = list(with_undone(row.payments.all()))
    paid = sum(each.state == Payment.State.PAID and not each.undone for each in payments)
    years, left = over_years(user, row), left_unpaid(row)
    rooms = [room_on_line(row.line, besides=row)] if prepared else []
    if row.state == Commitment.State.APPROVED:
        rooms = [room_on_commitment(row), room_of_advances(row)]
    entries = entry_rows(row.entries.select_related("reverses").order_by("number"), partial(address, user))
    return render(
        request,
        "programme/commitment.html",
        {
            "commitment": row,
            "again_url": again_url(user, row),
            "opening_url": address(user, opening) if prepared else "",
            "form": form or ActForm(),
            "trail": trail(user, _list_link()),
            "state_kind": STATE_KINDS[row.standing],
            "chain": chain(row, address(user, row.line), paid, years.before, years.after),
            "facts": facts_of(row, address(user, row.line)) + places_of(user, row) + years.facts,
            "obstacle": services.obstacle(row, today) if prepared and opening is None else "",
            "left_unpaid": left,
            "ways_on": ways_on(user, row, on=today) if left else [],
            "bar": bar(row) if row.committed_vnd else None,
            "rooms": room_rows(rooms, row.amount_vnd if prepared else None),
            "procurement": row.procurement.select_related("file"),
            "payments": [(each, PAYMENT_KINDS[each.state]) for each in payments],
            "steps": [
                (each, STEP_KINDS[each.state], left_over(each)) for each in row.steps.order_by("-prepared_at", "-pk")
            ],
            "accounts": list(row.accounts.select_related("file").order_by("-pk")),
            "may_confirm_account": user.may(CONTROL_PAYMENT),
            "returns": return_rows(row, user),
            "returned_vnd": returned_vnd(row.returns.all()),
            "entries": entries,
            "prepared_name": people.get(row.prepared_by, ""),
            "decided_name": people.get(row.decided_by, ""),
            "decided_label": decided_label(row, booked=bool(entries)),
            "behalf": people.get(row.decided_for, "") if row.decided_for else "",
            "acting": acting_sentence(right),
            "why_not": why_not,
            "may_approve": right is not None,
            "may_refuse": refuse is not None,
            "may_withdraw": can_withdraw_commitment(user, row),
            "anew_url": commitment_anew_url(user, row, on=today),
            "cautions": [(each.said, address(user, each.other)) for each in cautions_of(row, on=today)],
            "verbs": verbs_on(
                row,
                steps=user.may(PREPARE_STEP),
                payments=user.may(PREPARE_PAYMENT),
                binds=can_bind(user, row.line, on=today),
                left=left_in_year_before(row),
            ),
        },
        status=409 if form is not None else 200,
    )


def commitment_file(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _commitment(public_id)
    if row.file is None:
        raise Http404
    return serve(row.file, request, of=row, basis=f"commitment {row.public_id}")


def procurement_file(request: HttpRequest, public_id: Any) -> HttpResponse:
    step = get_object_or_404(ProcurementStep.objects.select_related("file"), public_id=public_id)
    if step.file is None:
        raise Http404
    return serve(step.file, request, of=step.commitment, basis=f"step before a contract {step.public_id}")


def approve_commitment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _commitment(public_id)
    if row.state == Commitment.State.PREPARED:
        require_right(lambda: right_to_approve_commitment(request.user, row, on=timezone.localdate()))
    return press(
        request,
        row,
        verb="approve commitment",
        act=lambda **by: services.approve_commitment(row, **by),
        done=_("The contract or decision is approved and booked."),
        show=_show,
    )


def refuse_commitment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _commitment(public_id)
    right = None
    if row.state == Commitment.State.PREPARED:
        right = require_right(lambda: right_to_refuse_commitment(request.user, row, on=timezone.localdate()))
    form = AnswerForm(*form_data(request))
    return act_page(
        request,
        row,
        form,
        verb="refuse commitment",
        title=_("Refuse the contract or decision"),
        submit=_("Refuse"),
        act=lambda **by: services.refuse_commitment(row, answer=form.cleaned_data["answer"], **by),
        done=_("The contract or decision is refused."),
        context=_act_context(request, row, right, row.amount_vnd),
    )


def _act_context(request: HttpRequest, row: Commitment, right: Any, amount: int | None) -> dict[str, Any]:
    return {
        "trail": trail(request.user, _list_link(), (row.get_absolute_url(), str(row))),
        "acting": acting_sentence(right),
        "facts": facts_of(row, address(request.user, row.line)),
        "amount": amount,
    }


def withdraw_commitment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _commitment(public_id)
    return withdraw_page(
        request,
        row,
        mine=can_withdraw_commitment(request.user, row),
        verb="withdraw commitment",
        title=_("Withdraw the contract or decision"),
        act=lambda **by: services.withdraw_commitment(row, **by),
        done=_("The contract or decision is withdrawn."),
        context=_act_context(request, row, None, row.amount_vnd),
    )


def liquidate_commitment(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _commitment(public_id)
    require_right(lambda: require_own_task(request.user, row.line, timezone.localdate()))
    form = LiquidateForm(*form_data(request))
    return act_page(
        request,
        row,
        form,
        verb="liquidate commitment",
        title=_("Liquidate the contract or decision"),
        submit=_("Liquidate"),
        act=lambda **by: services.liquidate_commitment(
            row, on=form.cleaned_data["on"], paper=form.cleaned_data["paper"], **by
        ),
        done=_("The contract or decision is liquidated."),
        never=services.why_not_liquidated(row),
        context=_act_context(request, row, None, None),
    )


def undo_liquidation(request: HttpRequest, public_id: Any) -> HttpResponse:
    row = _commitment(public_id)
    require_right(lambda: require_own_task(request.user, row.line, timezone.localdate()))
    form = UndoLiquidationForm(*form_data(request))
    said = ("document", "on", "reason")
    return act_page(
        request,
        row,
        form,
        verb="undo liquidation",
        title=_("Undo the liquidation"),
        submit=_("Undo the liquidation"),
        act=lambda **by: services.undo_liquidation(row, **{each: form.cleaned_data[each] for each in said}, **by),
        done=_("The liquidation is undone; the contract or decision stands as before it."),
        never=services.why_not_undone(row),
        context=_act_context(request, row, None, None),
    )


# --- preparing ---------------------------------------------------------------------------------


def begin_commitment(request: HttpRequest) -> HttpResponse:
    """On which line: leads to the form."""
    offices = offices_of_centre_staff(request.user, timezone.localdate())
    form = BeginCommitmentForm(request.GET if "line" in request.GET else None, offices=offices)
    if form.is_bound and form.is_valid():
        line = form.cleaned_data["line"]
        return HttpResponseRedirect(reverse("programme:prepare_commitment", args=[line.public_id]))
    context = {
        "form": form,
        "title": _("Prepare a contract or decision"),
        "lead": _("Choose the budget line that bears it."),
        "submit": _("Go on"),
        "back": reverse("programme:commitment_list"),
        "trail": trail(request.user, _list_link()),
    }
    return render(request, "programme/begin.html", context)


def prepare_commitment(request: HttpRequest, line: Any) -> HttpResponse:
    lines = BudgetLine.objects.select_related("task", "source", "year", "unit")
    row, now = get_object_or_404(lines, public_id=line), timezone.now()
    if not can_bind(request.user, row, on=timezone.localdate(now)):
        raise PermissionDenied(_("Your office does not lead this task."))
    title, never = _("Prepare a contract or decision"), ""
    before = named_before(request, row.commitments.filter(before_portal=False))
    goes_on = before.continues if before is not None else named_contract(request, row)
    act: Any = partial(services.prepare_commitment, row)
    form_class: Any = PrepareCommitmentForm
    if goes_on is not None:
        act, form_class = partial(continuing.continue_commitment, row, goes_on), ContinueCommitmentForm
    if request.method == "POST":
        form = bind(request, form_class, now=now)
        answer = done_once(
            request,
            form,
            verb=f"prepare commitment {row.public_id}",
            label=f"{title}: {line_name(row)}",
            act=lambda **by: act(**form.content(), redoes=before, **by),
        )
        if answer is not None:
            messages.success(request, _("The contract or decision is prepared and waits for approval."))
            return HttpResponseRedirect(reverse("programme:commitment", args=[answer["public_id"]]))
    else:
        data, _files = form_data(request)
        begun = begun_like(before, services.CONTENT, request.user) | steps_before(before, request.user)
        form = form_class(data, user=request.user, initial=begun | begun_from(goes_on, begun))
        never = services.why_never(row) or continuing.why_never(row, goes_on)
    return render(
        request,
        "programme/prepare_commitment.html",
        {
            "form": form,
            "title": title,
            "about": line_name(row),
            "submit": _("Prepare it for approval"),
            "back": address(request.user, row) or reverse("programme:commitment_list"),
            "trail": trail(request.user, _list_link()),
            "facts": [
                (_("Budget line"), line_name(row), address(request.user, row)),
                *taken_over(request.user, goes_on),
            ],
            "to_continue": [] if goes_on is not None or before is not None else continuing.to_continue(row),
            "rooms": room_rows([room_on_line(row)], None),
            "never": never,
            "ended": "" if never else task_ended(row, timezone.localdate(now)),
            "notice": why_it_ended(before),
        },
    )
