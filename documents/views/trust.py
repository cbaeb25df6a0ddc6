"""The list of certifying organisations against which signatures are verified."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import may_open
from audit.events import actor_names
from documents.forms.papers import CertificateForm, ReasonForm
from documents.models import TrustedCertificate
from documents.services import trust as services
from documents.tables import trust as tables
from reference.sending import do_once
from screens import formats
from screens.lists import show_list


def certificate_list(request):
    action = {"url": reverse("documents:add_certificate"), "label": _("Add a certificate")}
    return show_list(
        request,
        name="certificates",
        title=_("Trusted certifying organisations"),
        lead=_("Signatures are verified against these. Without them a signature is intact, but nobody vouches for it."),
        table_class=tables.CertificateTable,
        queryset=TrustedCertificate.objects.all(),
        ordering=("name",),
        export_name="to-chuc-chung-thuc",
        main_action=action if may_open(request.user, "documents:add_certificate") else None,
        empty=_("No organisation is trusted yet. The administrator adds their certificates."),
    )


def certificate_detail(request, public_id):
    certificate = _certificate(public_id)
    who = actor_names({certificate.added_by})[certificate.added_by]
    facts = [
        (_("Organisation"), certificate.name),
        (_("Valid until"), formats.vn_date(certificate.expires_on)),
        (_("Digest (SHA-256)"), certificate.sha256),
        (_("Added by"), f"{who}, {formats.vn_datetime(certificate.added_at)}"),
    ]
    if certificate.ended_on:
        facts.append((_("Trusted no more from"), formats.vn_date(certificate.ended_on)))
        facts.append((_("Why it is trusted no more"), certificate.ended_reason))
    may_end = certificate.ended_on is None and may_open(request.user, "documents:end_certificate")
    page = {"certificate": certificate, "facts": facts, "may_end": may_end}
    return render(request, "documents/certificate.html", page)


def add_certificate(request):
    form = CertificateForm(request.POST or None, request.FILES or None)
    done = do_once(
        request,
        form,
        "add certificate",
        lambda given, **by: services.add_certificate(content=given["file"].read(services.LARGEST), **by),
    )
    if done:
        messages.success(request, _("The certificate stands in the list."))
        return HttpResponseRedirect(reverse("documents:certificate", args=[done]))
    return _form(request, form, _("Add a certificate"), _("Add"), reverse("documents:certificate_list"))


def end_certificate(request, public_id):
    certificate = _certificate(public_id)
    form = ReasonForm(request.POST or None, initial={"version": certificate.version})
    done = do_once(
        request,
        form,
        f"end certificate {certificate.public_id}",
        lambda given, **by: services.end_certificate(certificate=certificate, **given, **by),
    )
    if done:
        messages.success(request, _("The certificate is trusted no more."))
        return HttpResponseRedirect(certificate.get_absolute_url())
    title = _("Trust it no more")
    return _form(request, form, title, title, certificate.get_absolute_url(), certificate=certificate)


def _certificate(public_id):
    return get_object_or_404(TrustedCertificate, public_id=public_id)


def _form(request, form, title, submit, back, *, certificate=None):
    page = {"form": form, "title": title, "submit": submit, "back": back, "certificate": certificate}
    return render(request, "documents/certificate_form.html", page)
