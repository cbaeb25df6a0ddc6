from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.attaching import bind
from documents.serving import serve
from programme.cautions import cautions_of_step, gaining_line, task_ended
from programme.forms.acting import ActForm, AnswerForm
from programme.forms.steps import CONTENT as STEP_FIELDS
from programme.forms.steps import BeginStepForm, PrepareStepForm
from programme.models import (
    BudgetLine,
    BudgetStep,
    BudgetYear,
    Commitment,
    LedgerEntry,
    MoneyReturn,
    Period,
    StepKind,
    YearState,
)
from programme.models.steps import ABOUT_COMMITMENT, BESIDE_LEDGER, LIMITS
from programme.permissions.budget import PREPARE_STEP
from programme.permissions.steps import (
    DECIDE_STEP,
    can_withdraw_step,
    right_to_approve_step,
    right_to_refuse_step,
    steps_waiting_for,
)
from programme.presenting.acting import (
    acting_sentence,
    address,
    decided_label,
    line_name,
    named,
    room_of_ceiling,
    rooms_for,
    trail,
)
from programme.presenting.money import entry_rows, goes_to
from programme.presenting.places import open_address
from programme.presenting.steps import about_facts, booked_anew, day_label, room_rows, who_approves
from programme.services import steps as services
from programme.services.continuing import left_to_carry
from programme.services.opening import said_of_waiting
from programme.tables.steps import STATE_KINDS, StepFilter, step_table
from programme.views.anew import begun_like, named_before, places_of, step_anew_url, why_it_ended
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
from programme.views.continuing import left_in_year_before
from reference.sending_many import chosen
from screens import formats
from screens.forms import form_data
from screens.lists import BulkAction

RELATED = (
    "period",
    "year__period",
    "line__task",
    "line__source",
    "line__year",
    "other_line__task",
    "other_line__source",
    "other_line__year",
    "commitment",
    "reverses__line__year",
    "undoes__commitment",
    "file",
)


# --- the list ----------------------------------------------------------------------------------


def budget_step_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    actions = [BulkAction("approve", _("Approve and book"), reverse("programme:bulk_approve_steps"))]
    begin = {"url": reverse("programme:begin_step"), "label": _("Prepare a step")}
    return acting_list(
        request,
        BudgetStep.objects.all(),
        waiting=steps_waiting_for,
        apart=Q(kind__in=LIMITS),  # each replaces what stands
        name="budget-steps",
        title=_("Steps of the budget"),
        lead=_("What one person prepares and another approves; nothing is booked before."),
        table_class=step_table(request.GET.get("kind", "")),
        filterset_class=StepFilter,
        export_name="buoc-kinh-phi",
        main_action=begin if user.may(PREPARE_STEP) else None,
        actions=actions if user.may(DECIDE_STEP) else (),
        empty=_("Steps are prepared from a budget line, a contract, an entry or a year."),
    )


def bulk_approve_steps(request: HttpRequest) -> HttpResponse:
    return act_on_many(
        request,
        chosen(request, BudgetStep.objects.select_related("line", "year", "period")),
        verb="approve step",
        title=_("Approving steps of the budget"),
        done=_("Approved and booked"),
        back=reverse("programme:budget_step_list"),
        act=services.approve_without_caution,
    )


# --- one step ----------------------------------------------------------------------------------


def _step(public_id: Any) -> BudgetStep:
    return get_object_or_404(BudgetStep.objects.select_related(*RELATED), public_id=public_id)


def budget_step(request: HttpRequest, public_id: Any) -> HttpResponse:
    return _show(request, _step(public_id))


def _show(request: HttpRequest, step: BudgetStep, form: Any = None) -> HttpResponse:
    step = BudgetStep.objects.select_related(*RELATED).get(pk=step.pk)
    user, today = request.user, timezone.localdate()
    prepared = step.state == BudgetStep.State.PREPARED
    right, why_not, refuse = None, "", None
    if prepared and user.may(DECIDE_STEP):
        right, why_not = right_or_none(lambda: right_to_approve_step(user, step, on=today))
        refuse, _why = right_or_none(lambda: right_to_refuse_step(user, step, on=today))
    people = named(step.prepared_by, step.decided_by, step.decided_for)
    steps_url = reverse("programme:budget_step_list")
    entries = entry_rows(step.entries.select_related("line__task", "reverses"), partial(address, user))
    return render(
        request,
        "programme/budget_step.html",
        {
            "step": step,
            "form": form or ActForm(),
            "trail": trail(user, (steps_url, _("Steps of the budget"))),
            "state_kind": STATE_KINDS[step.state],
            "facts": about_facts(step, user) + places_of(user, step),
            "beside_ledger": step.kind in BESIDE_LEDGER,
            "booked_anew": booked_anew(step) if prepared else [],
            "day_label": day_label(step.kind),
            "rooms": _rooms(step) if prepared else [],
            "obstacle": services.obstacle(step) if prepared else "",
            "doubt": services.doubt(step) if prepared else "",
            "cautions": cautions_of_step(step),
            "waiting_opening": said_of_waiting(step) if prepared else "",
            "entries": entries,
            "prepared_name": people.get(step.prepared_by, ""),
            "decided_name": people.get(step.decided_by, ""),
            "decided_label": decided_label(step, booked=bool(entries)),
            "behalf": people.get(step.decided_for, "") if step.decided_for else "",
            "who_approves": who_approves(step, today) if prepared else "",
            "acting": acting_sentence(right),
            "why_not": why_not,
            "may_approve": right is not None,
            "may_refuse": refuse is not None,
            "may_withdraw": can_withdraw_step(user, step),
            "anew_url": step_anew_url(user, step),
        },
        status=409 if form is not None else 200,
    )


def _rooms(step: BudgetStep) -> list[dict]:
    rooms = rooms_for(
        step.kind,
        year=step.year,
        line=step.line,
        commitment=step.commitment,
        besides=step,
    )
    rows = room_rows(rooms, step.amount_vnd - step.carried_in_vnd)
    if step.carried_in_vnd and step.line is not None and step.line.counts:
        rows += room_rows([room_of_ceiling(step.line, besides=step)], step.carried_in_vnd)
    return rows


def budget_step_file(request: HttpRequest, public_id: Any) -> HttpResponse:
    step = _step(public_id)
    if step.file is None:
        raise Http404
    return serve(step.file, request, of=step, basis=f"budget step {step.public_id}")


def approve_step(request: HttpRequest, public_id: Any) -> HttpResponse:
    step = _step(public_id)
    if step.state == BudgetStep.State.PREPARED:
        require_right(lambda: right_to_approve_step(request.user, step, on=timezone.localdate()))
    return press(
        request,
        step,
        verb="approve step",
        act=lambda **by: services.approve_step(step, **by),
        done=_booked(step),
        show=_show,
    )


def _booked(step: BudgetStep) -> str:
    if step.kind in BESIDE_LEDGER:
        return _("The step is approved and recorded.")
    said = _("The step is approved and booked.")
    return f"{said} {goes_to(step.kind, step.line.year)}".strip() if step.line is not None else said


def refuse_step(request: HttpRequest, public_id: Any) -> HttpResponse:
    step = _step(public_id)
    if step.state == BudgetStep.State.PREPARED:
        right = require_right(lambda: right_to_refuse_step(request.user, step, on=timezone.localdate()))
    else:
        right = None
    form = AnswerForm(*form_data(request))
    return act_page(
        request,
        step,
        form,
        verb="refuse step",
        title=_("Refuse the step"),
        submit=_("Refuse"),
        act=lambda **by: services.refuse_step(step, answer=form.cleaned_data["answer"], **by),
        done=_("The step is refused."),
        context=_act_context(request, step, right),
    )


def _act_context(request: HttpRequest, step: BudgetStep, right: Any) -> dict[str, Any]:
    return {
        "trail": trail(
            request.user,
            (reverse("programme:budget_step_list"), _("Steps of the budget")),
            (step.get_absolute_url(), step.get_kind_display()),
        ),
        "acting": acting_sentence(right),
        "facts": about_facts(step, request.user),
        "amount": step.amount_vnd,
    }


def withdraw_step(request: HttpRequest, public_id: Any) -> HttpResponse:
    step = _step(public_id)
    return withdraw_page(
        request,
        step,
        mine=can_withdraw_step(request.user, step),
        verb="withdraw step",
        title=_("Withdraw the step"),
        act=lambda **by: services.withdraw_step(step, **by),
        done=_("The step is withdrawn."),
        context=_act_context(request, step, None),
    )


# --- preparing ---------------------------------------------------------------------------------


def begin_step(request: HttpRequest) -> HttpResponse:
    """Which step, and where: leads to the form for it."""
    form = BeginStepForm(request.GET if "kind" in request.GET else None, initial={"line": request.GET.get("line", "")})
    if form.is_bound and form.is_valid():
        about = form.cleaned_data["about"]
        return HttpResponseRedirect(
            reverse("programme:prepare_step", args=[form.cleaned_data["kind"], about.public_id])
        )
    steps_url = reverse("programme:budget_step_list")
    context = {
        "form": form,
        "title": _("Prepare a step"),
        "lead": _("Steps about a contract or an entry are prepared on its own page."),
        "submit": _("Go on"),
        "back": steps_url,
        "trail": trail(request.user, (steps_url, _("Steps of the budget"))),
    }
    return render(request, "programme/begin.html", context)


ABOUT: dict[StepKind, tuple[str, Any]] = {
    StepKind.CEILING: ("period", Period.objects.exclude(state=Period.State.NO_DOCUMENT)),
    StepKind.ENVELOPE: ("year", BudgetYear.objects.select_related("period")),
    StepKind.REVERSE: (
        "reverses",
        LedgerEntry.objects.select_related("line__task", "line__source", "line__year", "commitment", "file"),
    ),
    StepKind.UNDO_RETURN: (
        "undoes",
        MoneyReturn.objects.select_related(
            "commitment__line__task", "commitment__line__source", "commitment__line__year"
        ),
    ),
    **{
        kind: (
            "commitment",
            Commitment.objects.select_related("line__task", "line__source", "line__year"),
        )
        for kind in (*ABOUT_COMMITMENT, StepKind.BUDGET_RETURN)
    },
}
LINES = ("line", BudgetLine.objects.select_related("task", "source", "year", "unit"))


def prepare_step(request: HttpRequest, kind: str, about: Any) -> HttpResponse:
    """One form for every kind of step; `about` is the line, contract, entry, year or period it concerns."""
    if kind not in StepKind.values or kind == StepKind.OPENING:
        raise Http404
    now, step_kind = timezone.now(), StepKind(kind)
    name, rows = ABOUT.get(step_kind, LINES)
    row = get_object_or_404(rows.all(), public_id=about)
    given: dict[str, Any] = {name: row}
    if name == "commitment":
        given["line"] = row.line
    line = {
        "line": lambda: row,
        "commitment": lambda: row.line,
        "reverses": lambda: row.line,
        "undoes": lambda: row.commitment.line,
    }.get(name, lambda: None)()
    gains = gaining_line(step_kind, line, None)
    title = f"{step_kind.label}: {line_name(line) if line is not None else row}"
    left = left_in_year_before(given.get("commitment")) if step_kind == StepKind.COMMIT_MORE else 0
    options = {"kind": kind, "line": line, "left_vnd": left}
    never, before = "", named_before(request, BudgetStep.objects.filter(kind=kind, **{name: row}))
    if request.method == "POST":
        form = bind(request, PrepareStepForm, now=now, **options)
        verb = f"prepare {kind} {row.public_id}"
        answer = done_once(
            request,
            form,
            verb=verb,
            label=title,
            act=lambda **by: services.prepare_step(kind, **given, **form.content(), redoes=before, **by),
        )
        if answer is not None:
            messages.success(request, _("The step is prepared and waits for approval."))
            prepared = _step(answer["public_id"])
            if why := services.obstacle(prepared):
                messages.warning(request, _not_now(step_kind, why))
            return HttpResponseRedirect(prepared.get_absolute_url())
    else:
        data, _files = form_data(request)
        begun = begun_like(before, STEP_FIELDS, request.user)
        form = PrepareStepForm(data, user=request.user, initial=begun, **options)
        about = {key: given.get(key) for key in ("year", "reverses", "commitment", "undoes")}
        never = services.why_never(kind, line=line, **about)
    return render(
        request,
        "programme/prepare_step.html",
        {
            "form": form,
            "title": step_kind.label,
            "about": line_name(line) if line is not None else str(row),
            "submit": _("Prepare the step"),
            "back": address(request.user, row.commitment if name == "undoes" else row)
            or reverse("programme:budget_step_list"),
            "trail": trail(request.user, (reverse("programme:budget_step_list"), _("Steps of the budget"))),
            "facts": _about_before(step_kind, row, line, request.user) + _left_by_contracts(step_kind, line, left),
            "rooms": room_rows(_rooms_before(step_kind, name, row, line), None),
            "never": never,
            "ended": task_ended(gains, timezone.localdate(now)) if gains is not None and not never else "",
            "notice": why_it_ended(before),
            "needs_other": step_kind in (StepKind.TRANSFER, StepKind.CARRY_OVER) and not never,
            **(_line_of_the_next_year(line, request.user) if step_kind == StepKind.CARRY_OVER and line else {}),
        },
    )


def _not_now(kind: StepKind, why: str) -> str:
    if kind in BESIDE_LEDGER:
        return _("As things stand this cannot be recorded: %(obstacle)s") % {"obstacle": why}
    return _("As things stand this cannot be booked: %(obstacle)s") % {"obstacle": why}


def _line_of_the_next_year(line: BudgetLine, user: Any) -> dict[str, Any]:
    """The year that the money would go to, and where its line of this task is added, by those who may."""
    after = line.year.year + 1
    takes_lines = BudgetYear.objects.filter(year=after, state__in=[YearState.PREPARING, YearState.OPEN]).exists()
    about = {"year": after, "task": line.task.public_id, "source": line.source.public_id, "unit": line.unit.public_id}
    about["managed"] = "yes"  # money moves between managed lines only
    return {
        "next_year": str(after),
        "add_line_url": open_address(user, "programme:add_line", **about) if takes_lines else "",
    }


def _rooms_before(kind: StepKind, name: str, row: Any, line: BudgetLine | None) -> list:
    where = {"line": line} if line is not None else {}
    if name in ("year", "commitment"):
        where[name] = row
    return rooms_for(kind, **where)


def _left_by_contracts(kind: StepKind, line: BudgetLine | None, left_here: int) -> list[tuple[str, str, str]]:
    """What contracts of the line left to the next year, which goes over on their ground; or what this one left."""
    if left_here:
        return [(_("Left in the year before, not bound yet"), formats.money(left_here), "")]
    left = left_to_carry(line) if kind == StepKind.CARRY_OVER and line is not None else 0
    return [(_("Left unpaid by contracts to the next year"), formats.money(left), "")] if left else []


def _about_before(kind: StepKind, row: Any, line: BudgetLine | None, user: Any) -> list:
    """What the step would be about, as its page will say it."""
    draft = BudgetStep(kind=kind, line=line)
    if kind == StepKind.UNDO_RETURN:
        draft.commitment = row.commitment
    for name in ("period", "year", "commitment", "reverses", "undoes"):
        if ABOUT.get(kind, LINES)[0] == name:
            setattr(draft, name, row)
    return about_facts(draft, user)
