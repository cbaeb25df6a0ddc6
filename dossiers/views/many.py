"""The same done with many dossiers at once: each by itself, each with its own result."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from dossiers.forms.handling import AssignManyForm, ReceiveManyForm, WhomForm
from dossiers.models import Dossier
from dossiers.permissions.handling import handlers_to_assign
from dossiers.presenting.handling import promises_of
from dossiers.services import handling as services
from dossiers.services.dossiers import out_of_business
from dossiers.states import Verb, targets_of
from reference.sending_many import act_on_many, back_to_list, chosen
from screens import formats
from screens.forms import form_data

LONGEST_ADDRESS = 6_000  # a page of the list fits; what is longer is answered without an address of its own


def _chosen(request, name="chosen"):
    """Those that were chosen on the list and that the person sees, the first due on top; or those that the page before had
    left out of them."""
    rows = Dossier.objects.visible_to(request.user).select_related(
        "procedure_version__procedure", "enterprise", "office", "handler"
    )
    return chosen(request, rows, order=("due_on", "submitted_at", "pk"), name=name)


def _left_out(reasons):
    """[(row, why)] of those that the page before left out, as they stand now."""
    said = _("It was left out beforehand; nothing speaks against it any more. Choose it on the list again.")
    return [(row, reason or said) for row, reason in reasons.items()]


def bulk_receive(request):
    """First which ones, each with the day that it would be promised; then each is received by itself.

    The question has an address of its own with the choice in it, so that whoever looks at one of them comes back to it.
    """
    address = _address_of_question(request, "dossiers:bulk_receive")
    if request.method == "POST" and "typed" not in request.POST and len(address) <= LONGEST_ADDRESS:
        return HttpResponseRedirect(address)
    rows, back, now = _chosen(request), back_to_list(request, reverse("dossiers:dossier_list")), timezone.now()
    form = ReceiveManyForm(form_data(request)[0] if "typed" in request.POST else None)
    passed_over = _chosen(request, "left_out")
    if form.is_bound and form.is_valid():
        return act_on_many(
            request, rows, verb="receive dossier", title=_("Receiving dossiers"), done=_("Received"), back=back,
            act=lambda row, **by: services.receive_among_many(dossier=row, **by),
            came=lambda row: _("the result is promised for %(day)s") % {"day": formats.vn_long_date(row.due_on)},
            left_out=_left_out({row: _why_not_received(row) for row in passed_over}),
        )  # fmt: skip
    rows += passed_over
    left_out = {row: reason for row in rows if (reason := _why_not_received(row))}
    promises = promises_of([row for row in rows if row not in left_out], now)
    return render(
        request, "dossiers/receive_many.html",
        {"form": form, "back": back, "promises": promises, "left_out": left_out, "number": len(promises)},
    )  # fmt: skip


def _address_of_question(request, route):
    """Where the question is asked: the address keeps what was chosen on the list, and the list."""
    asked = [("chosen", typed) for typed in request.POST.getlist("chosen")]
    asked += [(name, request.POST[name]) for name in ("next", "to") if request.POST.get(name)]
    return f"{reverse(route)}?{urlencode(asked)}"


def _why_not_received(row):
    """Why one of many is not received with the others; "" where it is."""
    if row.state not in targets_of(Verb.RECEIVE):
        return _("It is “%(state)s” now.") % {"state": row.get_state_display()}
    return out_of_business(row)


def bulk_assign(request):
    """First to whom, then what would become of each, at an address that keeps both; then each is assigned by itself."""
    address = _address_of_question(request, "dossiers:bulk_assign")
    if request.method == "POST" and "typed" not in request.POST and len(address) <= LONGEST_ADDRESS:
        return HttpResponseRedirect(address)
    rows, back, now = _chosen(request), back_to_list(request, reverse("dossiers:dossier_list")), timezone.now()
    passed_over = _chosen(request, "left_out")
    people = handlers_to_assign(request.user, timezone.localdate(now), offices={row.office_id for row in rows})
    form = AssignManyForm(form_data(request)[0] if "typed" in request.POST else None, people=people)
    if form.is_bound and form.is_valid():
        to, note = form.cleaned_data["to"], form.cleaned_data["note"]
        return act_on_many(
            request, rows, verb="assign dossier", title=_("Assigning dossiers"), done=_("It is assigned"), back=back,
            act=lambda row, **by: services.assign_dossier(dossier=row, to=to, note=note, version=row.version, **by),
            body=lambda row: {"to": str(to.public_id), "note": note},
            came=lambda row: row.handler.full_name,
            left_out=_left_out(services.why_not_assigned(passed_over, by=request.user, now=now, to=to)),
        )  # fmt: skip
    rows += passed_over
    sent = request.POST if request.method == "POST" else request.GET
    asked = WhomForm(form.data if form.is_bound else sent if "to" in sent else None, people=people)
    to = asked.cleaned_data["to"] if asked.is_bound and asked.is_valid() else None
    if to and not form.is_bound:
        form = AssignManyForm(people=people, initial={"to": to.public_id})
    reasons = services.why_not_assigned(rows, by=request.user, now=now, to=to)
    left_out = {row: reason for row, reason in reasons.items() if reason}
    going = [row for row in rows if row not in left_out]
    page = {
        "form": form, "asked": asked, "to": to, "back": back, "going": going, "left_out": left_out,
        "has_people": people.exists(),
    }  # fmt: skip
    return render(request, "dossiers/assign_many.html", page)
