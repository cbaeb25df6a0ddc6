"""The pages of delegations: the list, one of them, recording one, ending one early."""

from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import actions, may_open
from accounts.answers import do_once, form_page
from accounts.delegations import delegable_actions, give_delegation, may_give_for, receivers_named
from accounts.delegations import end_delegation as end
from accounts.forms import DelegationForm, EndDelegationForm
from accounts.models import Delegation, User
from accounts.permissions import MANAGE_PEOPLE
from accounts.tables import DelegationFilter, DelegationTable
from audit.events import actor_names
from screens.forms import form_data
from screens.lists import show_list


@require_safe
def delegation_list(request):
    add = {"url": reverse("accounts:add_delegation"), "label": _("Record a delegation")}
    return show_list(
        request,
        name="delegations",
        title=_("Delegations"),
        table_class=DelegationTable,
        filterset_class=DelegationFilter,
        queryset=Delegation.objects.with_state(timezone.localdate()),
        ordering=("-starts_on", "-pk"),
        export_name="uy-quyen",
        main_action=add if may_open(request.user, "accounts:add_delegation") else None,
        lead=_(
            "Who does what in whose name, by which written authorisation. It counts from its first to its last day."
        ),
        empty=_("Nobody has authorised anybody yet."),
    )


def _delegation(public_id):
    found = Delegation.objects.with_state(timezone.localdate()).select_related("giver", "receiver")
    return get_object_or_404(found, public_id=public_id)


def _page_of(delegation):
    return reverse("accounts:delegation_detail", args=[delegation.public_id])


@require_safe
def delegation_detail(request, public_id):
    delegation = _delegation(public_id)
    names = actor_names({delegation.created_by, delegation.ended_early_by} - {""})
    return render(
        request,
        "accounts/delegation_detail.html",
        {
            "delegation": delegation,
            "created_by": names[delegation.created_by],
            "ended_by": names.get(delegation.ended_early_by, ""),
            "may_end": delegation.is_standing and may_give_for(request.user, delegation.giver),
        },
    )


def add_delegation(request):
    """An administrator records anybody's delegation, a leader their own; first the right is chosen, then the rest."""
    wanted = actions().get(request.POST.get("action") or request.GET.get("action", ""))
    if wanted is not None and not wanted.delegable:
        wanted = None
    if wanted is None and request.method != "POST":
        return _choose_right(request)
    now, own = timezone.now(), not request.user.may(MANAGE_PEOPLE)
    giver = request.user if own else User.objects.filter(public_id=_asked(request, "giver")).first()
    form = DelegationForm(
        *form_data(request),
        on=timezone.localdate(now),
        wanted=wanted,
        giver=request.user if own else None,
        initial={"giver": giver},
    )

    def act(data):
        with do_once(request, "give delegation", data, now, label=_("Record a delegation")) as operation:
            if not operation.done:
                delegation = give_delegation(
                    giver=request.user if own else data["giver"],
                    receiver=data["receiver"],
                    action=data["action"],
                    starts_on=data["starts_on"],
                    ends_on=data["ends_on"],
                    paper=data["paper"],
                    paper_on=data["paper_on"],
                    limit_vnd=data["limit_vnd"],
                    by=request.user,
                    now=now,
                )
                operation.store({"delegation": str(delegation.public_id)})
        page = reverse("accounts:delegation_detail", args=[operation.operation.answer["delegation"]])
        return _("The delegation is recorded. It counts from its first day on."), page

    back = reverse("accounts:delegation_list")
    lead = _("The receiver does this in the giver's name, and counts as both where two different people are needed.")
    return form_page(
        request,
        form,
        act,
        title=_("Record a delegation"),
        submit=_("Record the delegation"),
        back=back,
        lead=f"{wanted.label}. {lead}" if wanted is not None else lead,
        above=[(_("Delegations"), back)],
    )


def _choose_right(request):
    given = {"giver": request.GET["giver"]} if request.GET.get("giver") else {}
    page = reverse("accounts:add_delegation")
    rights = [
        (label, f"{page}?{urlencode({'action': code} | given)}", receivers_named(actions()[code]))
        for code, label in delegable_actions()
    ]
    above = [(_("Delegations"), reverse("accounts:delegation_list"))]
    return render(
        request,
        "accounts/choose_right.html",
        {"title": _("Record a delegation"), "rights": rights, "above": above},
    )


def _asked(request, name):
    """A public id in the address, or nothing that anybody has."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def end_delegation(request, public_id):
    delegation, now = _delegation(public_id), timezone.now()
    if not may_give_for(request.user, delegation.giver):
        raise PermissionDenied(_("Only the giver or an administrator ends a delegation."))
    form = EndDelegationForm(*form_data(request), delegation=delegation, on=timezone.localdate(now))

    def act(data):
        verb = f"end delegation {delegation.public_id}"
        with do_once(request, verb, data, now, label=_("End a delegation early")) as operation:
            if not operation.done:
                end(
                    delegation=delegation,
                    last_day=data["last_day"],
                    reason=data["reason"],
                    expected=data["version"],
                    by=request.user,
                    now=now,
                )
        return _("The end of the delegation is recorded."), _page_of(delegation)

    return form_page(
        request,
        form,
        act,
        title=_("End a delegation early"),
        submit=_("End the delegation"),
        back=_page_of(delegation),
        lead=f"{delegation}: {delegation.action_label}",
        above=[(_("Delegations"), reverse("accounts:delegation_list")), (str(delegation), _page_of(delegation))],
    )
