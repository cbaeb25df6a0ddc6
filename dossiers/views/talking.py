"""Messages between the Department and the enterprise, and the earlier dossiers that a dossier follows."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import NotAllowed
from dossiers.forms.handling import LinkForm, MessageForm
from dossiers.models import DossierLink
from dossiers.permissions.links import may_link
from dossiers.permissions.messages import may_write, writes_as_department
from dossiers.services import links as services_links
from dossiers.services import messages as services
from dossiers.views.lodging import visible_dossier
from reference.sending import do_once
from screens.forms import form_data


def write_message(request, public_id):
    dossier = visible_dossier(request, public_id)
    if request.method == "GET" and not may_write(request.user, dossier):
        messages.info(request, _("The Department writes first; its message is answered on this page."))
        return HttpResponseRedirect(dossier.get_absolute_url())
    unread = services.nobody_reads(dossier, request.user, timezone.now())
    if request.method == "GET" and unread:
        messages.info(request, unread)
        return HttpResponseRedirect(f"{dossier.get_absolute_url()}#messages")
    form = MessageForm(form_data(request)[0])
    done = do_once(
        request, form, f"write message {dossier.public_id}",
        lambda given, **by: services.write_message(dossier=dossier, **given, **by),
    )  # fmt: skip
    if done:
        messages.success(request, _("The message is sent."))
        return HttpResponseRedirect(f"{dossier.get_absolute_url()}#messages")
    ours = writes_as_department(request.user)
    lead = (
        _(
            "The enterprise reads it and is told of it. What is missing is asked for by a supplement, which stops the clock."
        )
        if ours
        else _("The Department reads it and is told of it. It is no answer to a request for a supplement.")
    )
    title = _("Message to the enterprise") if ours else _("Message to the Department")
    return _form(request, dossier, form, title, _("Send the message"), lead)


def link_dossier(request, public_id):
    dossier = visible_dossier(request, public_id)
    if request.method == "GET" and not may_link(request.user, dossier):
        messages.info(request, _("Once a dossier is lodged, the Department says what it follows."))
        return HttpResponseRedirect(dossier.get_absolute_url())
    data = form_data(request)[0]
    earlier = (
        services_links.of_another_enterprise(dossier=dossier, code=data.get("code", ""), by=request.user)
        if data
        else None
    )
    asked = services_links.whose(dossier, earlier) if earlier else ""
    form = LinkForm(data, initial={"kind": DossierLink.Kind.CONTINUES}, earlier=earlier, asked=asked)
    done = do_once(
        request, form, f"link dossier {dossier.public_id}",
        lambda given, **by: services_links.link_dossier(dossier=dossier, **form.values(), **by),
    )  # fmt: skip
    if done:
        messages.success(request, _("The earlier dossier is named on both pages."))
        return HttpResponseRedirect(f"{dossier.get_absolute_url()}#links")
    lead = _("Both pages show it, to whoever may see both dossiers.")
    return _form(request, dossier, form, _("Name an earlier dossier"), _("Name it"), lead)


def end_link(request, public_id, link_id):
    dossier = visible_dossier(request, public_id)
    row = get_object_or_404(dossier.links.select_related("dossier"), public_id=link_id)
    try:
        services_links.end_link(link=row, by=request.user, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    messages.success(request, _("The link is taken away; that it stood is in the history."))
    return HttpResponseRedirect(f"{dossier.get_absolute_url()}#links")


def _form(request, dossier, form, title, submit, lead):
    page = {"dossier": dossier, "form": form, "title": title, "submit": submit, "lead": lead}
    return render(request, "dossiers/dossier_form.html", page | {"back": dossier.get_absolute_url()})
