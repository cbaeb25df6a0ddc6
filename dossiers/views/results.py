"""Beginning the result of a dossier as a paper of the portal; from then on it goes its way on its own page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents.composing import data_of
from documents.forms.papers import PaperForm
from documents.layout.files import file_of_paper
from documents.serving import serve
from dossiers.presenting.results import draft_of, is_rewritten
from dossiers.services import results as services
from dossiers.services.slip import whose
from dossiers.states import DRAFTED
from dossiers.views.lodging import visible_dossier
from reference.sending import do_once
from screens.forms import form_data


def begin_result(request, public_id):
    dossier, now = visible_dossier(request, public_id), timezone.now()
    if request.method == "GET" and not services.may_begin(request.user, dossier, now):
        return _not_now(request, dossier)
    initial = draft_of(dossier, timezone.localdate(now)) if request.method == "GET" else {}
    form = PaperForm(form_data(request)[0], user=request.user, initial=initial)
    done = do_once(
        request, form, f"draft result {dossier.public_id}",
        lambda given, **by: services.begin_result(dossier=dossier, values=form.values(), **by),
    )  # fmt: skip
    if done:
        messages.success(
            request, _("The result is begun as a paper. Look at how it will be printed, then send it on its way.")
        )
        return HttpResponseRedirect(reverse("documents:paper", args=[done]))
    if is_rewritten(dossier):
        rewritten = _(
            "What was filled in from the dossier has signs that the layout reads (“ | ”, “# ”, “Điều 1.”, “…”): they are written as "
            "“,”, “–” or “(…)” here, or left out."
        )
        form.fields["body"].help_text = f"{form.fields['body'].help_text} {rewritten}"
    return render(
        request,
        "dossiers/dossier_form.html",
        {
            "dossier": dossier, "form": form, "title": _("Draft the result"), "submit": _("Save the draft"),
            "lead": _("Filled in from the dossier. It is signed once the dossier is approved, and issued with it."),
            "back": dossier.get_absolute_url(),
        },
    )  # fmt: skip


def result_draft(request, public_id):
    """The paper of the result as far as it came, for those who decide on the dossier."""
    dossier = visible_dossier(request, public_id)
    paper = services.standing_paper(dossier)
    if paper is None:
        raise Http404
    if paper.last_file is not None:
        return serve(paper.last_file, request, of=dossier, basis=f"result of dossier {dossier.public_id}")
    try:
        return file_of_paper(data_of(paper, now=timezone.now()), "pdf", paper.title)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(dossier.get_absolute_url())


def _not_now(request, dossier):
    if services.standing_paper(dossier):
        messages.info(request, _("The result is drafted already."))
        return HttpResponseRedirect(dossier.get_absolute_url())
    if dossier.state in DRAFTED:
        raise PermissionDenied(_("This dossier is not in your hands: %(who)s has it.") % {"who": whose(dossier)})
    messages.info(
        request,
        _("The dossier is “%(state)s” now; this can no longer be done.") % {"state": dossier.get_state_display()},
    )
    return HttpResponseRedirect(dossier.get_absolute_url())
