"""The signed application: attached and taken away on the page of checked answers; signatures of a dossier's files verified."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import NotAllowed, Refused
from documents.presenting import kept_of, worth_of
from documents.services.trust import verified
from dossiers.models import DossierFile
from dossiers.presenting.applications import application_shown
from dossiers.services import applications as services
from dossiers.views.lodging import visible_dossier


def attach_application(request, public_id):
    dossier = visible_dossier(request, public_id)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose the signed PDF file first."))
        return _back(dossier)
    return _done(
        request,
        dossier,
        lambda now: services.attach_application(dossier=dossier, upload=upload, by=request.user, now=now),
        _attached_words,
        named=upload.name,
    )


def remove_application(request, public_id, file_id):
    dossier = visible_dossier(request, public_id)
    row = get_object_or_404(
        DossierFile.objects.filter(is_application=True).select_related("dossier"), dossier=dossier, public_id=file_id
    )
    return _done(
        request,
        dossier,
        lambda now: services.remove_application(row=row, by=request.user, now=now),
        lambda row: (messages.SUCCESS, _("The signed application is taken away.")),
    )


def _attached_words(row):
    """(level, sentence): green only what is signed and holds."""
    kind, words = worth_of(kept_of(row))
    level = messages.SUCCESS if kind == "ok" else messages.WARNING
    return level, _("The file of the application is attached: %(worth)s.") % {"worth": words}


def _done(request, dossier, act, said, named=""):
    """Do it and say what `said` makes of the row that came of it; what is refused names the file."""
    try:
        row = act(timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refused as refusal:
        messages.error(request, f"{named}: {refusal}" if named else str(refusal))
    else:
        messages.add_message(request, *said(row))
    return _back(dossier)


def _back(dossier):
    return HttpResponseRedirect(f"{reverse('dossiers:check_dossier', args=[dossier.public_id])}#application")


def application_signatures(request, public_id, file_id):
    """Every signature in a PDF file of the dossier, verified now; of the application also as it was worth when it was attached.
    Identity papers are not looked into."""
    dossier, now = visible_dossier(request, public_id), timezone.now()
    rows = DossierFile.objects.standing().filter(file__format="pdf", file__is_identity=False)
    row = get_object_or_404(rows.select_related("file", "added_by"), dossier=dossier, public_id=file_id)
    return render(
        request,
        "dossiers/application_signatures.html",
        {
            "dossier": dossier,
            "row": row,
            "title": _("Signatures of the application") if row.is_application else _("Signatures in the file"),
            "application": application_shown(dossier, row) if row.is_application else None,
            "file_url": reverse("dossiers:dossier_file", args=[dossier.public_id, row.public_id]),
            "found": verified(row.file, now),
            "now": now,
        },
    )
