"""The same done with many dossiers at once: each by itself, each with its own result."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.forms.handling import AssignManyForm
from dossiers.models import Dossier
from dossiers.permissions.handling import handlers_to_assign
from dossiers.services import handling as services
from reference.sending_many import act_on_many, back_to_list, chosen
from screens.forms import form_data


def _chosen(request):
    """Those that were chosen on the list and that the person sees, the first due on top."""
    rows = Dossier.objects.visible_to(request.user).select_related("procedure_version__procedure", "enterprise")
    return chosen(request, rows, order=("due_on", "submitted_at", "pk"))


def bulk_receive(request):
    return act_on_many(
        request, _chosen(request), verb="receive dossier", title=_("Receiving dossiers"), done=_("Received"),
        back=reverse("dossiers:dossier_list"),
        act=lambda row, **by: services.receive_among_many(dossier=row, **by),
    )  # fmt: skip


def bulk_assign(request):
    """First the person who is to handle them; then each is assigned by itself."""
    rows, back = _chosen(request), back_to_list(request, reverse("dossiers:dossier_list"))
    people = handlers_to_assign(request.user, timezone.localdate())
    form = AssignManyForm(form_data(request)[0] if "typed" in request.POST else None, people=people)
    if form.is_bound and form.is_valid():
        to, note = form.cleaned_data["to"], form.cleaned_data["note"]
        return act_on_many(
            request, rows, verb="assign dossier", title=_("Assigning dossiers"), done=_("Assigned"), back=back,
            act=lambda row, **by: services.assign_dossier(dossier=row, to=to, note=note, version=row.version, **by),
            body=lambda row: {"to": str(to.public_id), "note": note},
        )  # fmt: skip
    return render(request, "dossiers/assign_many.html", {"rows": rows, "form": form, "back": back})
