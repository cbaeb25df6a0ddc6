"""The steps of a paper on its way, what its signatures are worth, and the public page that its code opens."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import Refused
from documents import purposes
from documents.forms.papers import NumberPaperForm, ReasonForm, SignedFileForm, StepForm
from documents.issuers import issuer_in_full
from documents.models import OutgoingPaper
from documents.paper_states import State
from documents.presenting import WORDS, can_do_here, number_source
from documents.services import way
from documents.services.incoming import answers_with
from documents.signing.signatures import signatures_in
from documents.store import bytes_of
from documents.views.papers import paper_or_404
from reference.sending import do_once


def take_step(request, public_id, verb):
    paper, now = paper_or_404(request, public_id), timezone.now()
    if request.method == "GET":
        elsewhere = _not_here(request, paper, verb, now)
        if elsewhere:
            return elsewhere
    title, submit, done, lead = WORDS[verb]
    form = _form_of(request, verb, paper)
    made = _made(request, form, way.MAKING.get(verb), paper, now)
    if do_once(
        request,
        form,
        f"{verb} paper {paper.public_id}",
        lambda given, **by: way.TAKING[verb](paper=paper, **given, **made, **by),
    ):
        messages.success(request, done)
        return HttpResponseRedirect(_page_after(request.user, paper))
    return _page(request, form, paper, verb, title=title, submit=submit, lead=_lead(paper, verb, lead))


def _page_after(user, paper):
    """Where a step leads: to the page of the paper, or to the list where whoever took the step sees the paper no longer."""
    if OutgoingPaper.objects.visible_to(user).filter(pk=paper.pk).exists():
        return paper.get_absolute_url()
    return reverse("documents:paper_list")


def _made(request, form, make, paper, now):
    """What the step needs made, before its transaction begins. What is refused here the step itself refuses in words; a form
    that was sent before is answered as it was then."""
    if make is None or request.method != "POST" or not form.is_valid():
        return {}
    given = {name: value for name, value in form.cleaned_data.items() if name != "operation_key"}
    try:
        return {"made": make(paper=paper, by=request.user, now=now, **given)}
    except Refused:
        return {}


def _form_of(request, verb, paper):
    initial, data = {"version": paper.version}, request.POST or None
    if verb in ("return", "stop"):
        return ReasonForm(data, initial=initial)
    if verb == "number":
        return NumberPaperForm(data, series=paper.series, initial=initial | {"dated_on": timezone.localdate()})
    return StepForm(data, initial=initial)


def _lead(paper, verb, lead):
    if verb == "number" and paper.state == State.NUMBERING:
        return f"{number_source(paper.series, paper.office, timezone.localdate())} {lead}"
    if verb == "stop" and paper.number:
        return f"{lead} {answers_with(paper.number)}".strip()
    if verb == "issue":
        lead = f"{purposes.readers_of(paper) or _('All staff see it then.')} {lead}"
    return f"{lead} {purposes.after_step(paper, verb, now=timezone.now())}".strip()


def upload_signature(request, public_id, verb):
    """A paper that was downloaded, signed outside and comes back."""
    paper, now = paper_or_404(request, public_id), timezone.now()
    if request.method == "GET":
        elsewhere = _not_here(request, paper, verb, now, uploading=True)
        if elsewhere:
            return elsewhere
    service = way.upload_signed if verb == "sign" else way.upload_sealed
    form = SignedFileForm(request.POST or None, request.FILES or None, initial={"version": paper.version})
    made = _made(request, form, partial(way.make_uploaded, verb=verb), paper, now)
    if do_once(
        request,
        form,
        f"upload {verb} {paper.public_id}",
        lambda given, **by: service(paper=paper, **given, **made, **by),
    ):
        messages.success(request, WORDS[verb][2])
        return HttpResponseRedirect(_page_after(request.user, paper))
    lead = _("Download the paper as PDF, sign it with your device, and upload what comes out.")
    return _page(
        request,
        form,
        paper,
        verb,
        title=_("Upload the signed paper"),
        submit=_("Upload and verify"),
        lead=lead,
        download=reverse("documents:paper_pdf", args=[paper.public_id]),
    )


def _not_here(request, paper, verb, now, uploading=False):
    """The way back to the page of the paper where the step is not this person's, or is taken otherwise."""
    if way.may_take(request.user, paper, verb, now) and (uploading or can_do_here(verb)):
        return None
    messages.info(request, _("This step is not yours now. The page of the paper says who takes the next one."))
    return HttpResponseRedirect(paper.get_absolute_url())


def paper_signatures(request, public_id):
    """Every signature in the file of the paper, verified now."""
    paper, now = paper_or_404(request, public_id), timezone.now()
    file, found, refusal = paper.last_file, [], ""
    if file is not None:
        try:
            found = signatures_in(bytes_of(file), way.trusted_roots(now))
        except Refused as refused:
            refusal = str(refused)
    page = {"paper": paper, "file": file, "signatures": found, "refusal": refusal}
    return render(request, "documents/paper_signatures.html", page)


def confirm_paper(request, token):
    """What the code on a paper opens, for everybody: number, date, issuer and digest, and nothing else."""
    papers = OutgoingPaper.objects.filter(state=State.ISSUED).select_related("number", "sealed", "series")
    paper = papers.filter(token=token).first()
    if paper is None:
        return render(request, "documents/confirm_nothing.html", status=404)
    return render(request, "documents/confirm_paper.html", {"paper": paper, "issuer": issuer_in_full(paper.series)})


def _page(request, form, paper, verb, *, title, submit, lead, download=""):
    standing = OutgoingPaper.objects.get(pk=paper.pk)  # others may have taken the step meanwhile
    page = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": paper.get_absolute_url(),
        "paper": paper,
        "lead": lead,
        "download": download,
        "caution": way.left_to_fill_in(paper),
        "overtaken": request.method == "POST" and not way.may_take(request.user, standing, verb, timezone.now()),
        "looked_at": True,  # nobody takes a step of a paper that they do not see
    }
    return render(request, "documents/paper_form.html", page)
