"""Proposals of tasks: written and sent by offices, taken into a plan or declined by its drafters."""

import copy

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery, Sum
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.word_tables import AS_WORD
from programme.forms.papers import ConfirmForm, ReasonForm
from programme.forms.plans import ProposalForm
from programme.models import ProposalEstimate, TaskProposal
from programme.models.tasks import office_ids
from programme.permissions.plans import DRAFT, PROPOSE, can_keep_proposal
from programme.presenting.plans import signers_of_plans
from programme.services import proposals as services
from programme.tables import plans as tables
from programme.views.acting import act, bound
from screens import formats
from screens.lists import show_list
from screens.sheets import Sheet


def proposal_list(request):
    estimates = ProposalEstimate.objects.filter(proposal=OuterRef("pk")).order_by()
    proposals = TaskProposal.objects.visible_to(request.user).annotate(
        planned_vnd=Subquery(estimates.values("proposal").annotate(sum=Sum("amount_vnd")).values("sum"))
    )
    action = None
    if request.user.may(PROPOSE):
        action = {"url": reverse("programme:add_proposal"), "label": _("Propose a task")}
    return show_list(
        request,
        name="proposals",
        title=_("Proposals of tasks"),
        lead=_("What offices, centres and wards propose for the plan of a year."),
        table_class=tables.ProposalTable,
        filterset_class=tables.ProposalFilter,
        queryset=proposals,
        ordering=("-year", "-sent_at", "-id"),
        export_name="de-xuat-nhiem-vu",
        main_action=action,
        empty=_("Offices propose their tasks here before the plan is drafted."),
        template="programme/list.html",
        sheet=Sheet(unit=_("million đồng"), signers=signers_of_plans()),
        more_exports=AS_WORD,
    )


def _visible(request, public_id):
    rows = TaskProposal.objects.visible_to(request.user).select_related(
        "office", "content_area", "item__task", "item__plan"
    )
    return get_object_or_404(rows, public_id=public_id)


def proposal_detail(request, public_id):
    row, user = _visible(request, public_id), request.user
    state = TaskProposal.State
    own = can_keep_proposal(user, row)
    verbs = []
    if own and row.state == state.DRAFT:
        verbs += [("send_proposal", _("Send")), ("edit_proposal", _("Change"))]
    if user.may(DRAFT) and row.state == state.SENT:
        verbs += [("take_proposal", _("Take into the plan")), ("decline_proposal", _("Do not take"))]
    if own and row.may_move_to(state.WITHDRAWN):
        verbs.append(("withdraw_proposal", _("Withdraw")))
    facts = [
        (_("Office that proposes"), row.office),
        (_("For the plan of"), str(row.year)),
        (_("Content area"), row.content_area),
        (_("Why it is needed"), row.reason),
        (_("Deliverable"), row.deliverable),
        (_("Due on"), formats.vn_date(row.due_on)),
        (_("Co-ordinating units"), row.partners),
        (_("Indicator it serves"), row.indicator),
        (_("Expected effect"), row.effect),
        (_("Answer"), row.answer),
    ]
    estimates = list(row.estimates.select_related("source"))
    return render(
        request,
        "programme/proposal.html",
        {
            "row": row,
            "tag": {"label": row.get_state_display(), "kind": tables.PROPOSAL_KINDS[row.state]},
            "verbs": [(reverse(f"programme:{name}", args=[row.public_id]), label) for name, label in verbs],
            "facts": [(label, value or formats.NOTHING) for label, value in facts],
            "estimates": estimates,
            "sum": sum(estimate.amount_vnd for estimate in estimates),
        },
    )


def add_proposal(request):
    now = timezone.now()
    today = timezone.localdate(now)
    offices = office_ids(request.user, today)
    form = bound(request, ProposalForm, offices=offices, today=today, initial={"year": today.year + 1})
    return act(
        request,
        form,
        lambda: services.add_proposal(
            office=form.cleaned_data["office"],
            values=form.values(),
            amounts=form.amounts(),
            by=request.user,
            now=now,
        ),
        verb="add proposal",
        title=_("Propose a task"),
        submit=_("Keep as draft"),
        done=_("The proposal is kept. Send it when it is complete."),
        back=reverse("programme:proposal_list"),
        back_label=_("Proposals of tasks"),
        now=now,
    )


def _own(request, public_id):
    row = _visible(request, public_id)
    if not can_keep_proposal(request.user, row):
        raise PermissionDenied(_("The proposal belongs to another office."))
    return row


def _of(row, now):
    return {"back": row.get_absolute_url(), "back_label": str(row), "now": now}


def edit_proposal(request, public_id):
    row, now = _own(request, public_id), timezone.now()
    today = timezone.localdate(now)
    form = bound(request, ProposalForm, instance=copy.copy(row), offices=[row.office_id], today=today)
    return act(
        request,
        form,
        lambda: services.edit_proposal(
            proposal=row,
            values=form.values(),
            amounts=form.amounts(),
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        ),
        verb=f"edit proposal {row.public_id}",
        title=_("Change the proposal"),
        submit=_("Save"),
        done=_("The proposal is saved."),
        **_of(row, now),
    )


def send_proposal(request, public_id):
    row, now = _own(request, public_id), timezone.now()
    return act(
        request,
        bound(request, ConfirmForm),
        lambda: services.send_proposal(proposal=row, by=request.user, now=now),
        verb=f"send proposal {row.public_id}",
        title=_("Send the proposal"),
        submit=_("Send the proposal"),
        done=_("The proposal was sent."),
        lead=_("Once sent, the proposal no longer changes; it can be withdrawn until it is decided on."),
        **_of(row, now),
    )


def withdraw_proposal(request, public_id):
    row, now = _own(request, public_id), timezone.now()
    form = bound(request, ReasonForm)
    return act(
        request,
        form,
        lambda: services.withdraw_proposal(proposal=row, reason=form.cleaned_data["reason"], by=request.user, now=now),
        verb=f"withdraw proposal {row.public_id}",
        title=_("Withdraw the proposal"),
        submit=_("Withdraw the proposal"),
        done=_("The proposal is withdrawn."),
        **_of(row, now),
    )


def take_proposal(request, public_id):
    row, now = _visible(request, public_id), timezone.now()
    return act(
        request,
        bound(request, ConfirmForm),
        lambda: services.take_proposal(proposal=row, by=request.user, now=now).plan,
        verb=f"take proposal {row.public_id}",
        title=_("Take into the plan"),
        submit=_("Take into the plan"),
        done=_("The task is in the draft of the plan; change its words there if needed."),
        lead=_("The draft of the plan of %(year)s gets a line with these words and estimates, led by %(office)s.")
        % {"year": row.year, "office": row.office},
        **_of(row, now),
    )


def decline_proposal(request, public_id):
    row, now = _visible(request, public_id), timezone.now()
    form = bound(request, ReasonForm)
    return act(
        request,
        form,
        lambda: services.decline_proposal(proposal=row, reason=form.cleaned_data["reason"], by=request.user, now=now),
        verb=f"decline proposal {row.public_id}",
        title=_("Do not take the proposal"),
        submit=_("Do not take it"),
        done=_("The office that proposed it reads the reason."),
        **_of(row, now),
    )
