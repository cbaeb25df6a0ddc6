"""Copies of papers: prepared from the page of the original, signed, numbered and issued on their own."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.events import actor_names
from audit.refusals import Refused
from documents.copy_states import NEXT_OF_COPY, CopyState
from documents.extracts import NOT_COMPARED, text_is_known
from documents.forms.copies import CopyForm
from documents.forms.papers import NumberPaperForm, ReasonForm, SignedFileForm, StepForm
from documents.layout.drawing import page_picture
from documents.models import IncomingPaper, OutgoingPaper, PaperCopy
from documents.presenting import COPY_WORDS, can_do_here, next_step, number_source, signature_words, worth_when_it_came
from documents.services import copies as services
from documents.serving import serve
from documents.store import bytes_of
from reference.sending import do_once
from screens import formats

STATE_KINDS = {
    CopyState.SIGNING: "warn",
    CopyState.NUMBERING: "warn",
    CopyState.ISSUING: "warn",
    CopyState.ISSUED: "ok",
    CopyState.DROPPED: "quiet",
}


def copies_of(user, **of):
    """The copies of a paper for its page."""
    return list(
        PaperCopy.objects.visible_to(user).filter(**of).select_related("number").order_by("-prepared_at", "-pk")
    )


def copy_detail(request, public_id):
    copy, now = _copy(request, public_id), timezone.now()
    verb = NEXT_OF_COPY.get(CopyState(copy.state))
    mine = verb is not None and services.may_take(request.user, copy, verb)
    seen = type(copy.original).objects.visible_to(request.user).filter(pk=copy.original.pk).exists()
    upload = {"sign": "upload_signed_copy", "issue": "upload_sealed_copy"}.get(verb) if mine else None
    return render(
        request,
        "documents/copy.html",
        {
            "copy": copy,
            "kind": STATE_KINDS[copy.state],
            "facts": _facts(copy),
            "number_source": number_source(copy.series, copy.office, timezone.localdate()) if verb == "number" else "",
            "next_step": _next_step(copy, verb, now) if verb else None,
            "original": copy.original if seen else None,
            "is_void": services.is_void(copy.original),
            "is_corrected": not services.is_void(copy.original) and services.is_corrected(copy),
            "says_otherwise": services.says_otherwise(copy),
            "changed": _changed(copy.original, copy.source),
            "not_compared": _not_compared(copy),
            "action": (reverse(f"documents:{verb}_copy", args=[copy.public_id]), COPY_WORDS[verb][0])
            if mine and can_do_here({"issue": "seal"}.get(verb, verb))
            else None,
            "upload": reverse(f"documents:{upload}", args=[copy.public_id]) if upload else "",
            "may_drop": services.may_take(request.user, copy, "drop"),
        },
    )


def _next_step(copy, verb, now):
    people = services.who_may_take(copy, verb, now)
    if verb == "sign":
        return next_step(COPY_WORDS[verb][0], people, named=copy.signer.full_name)
    return next_step(COPY_WORDS[verb][0], people, as_whom=_("Records clerk"))


def _changed(original, source):
    """What speaks against the signature of the scan that is copied; "" where nothing does."""
    scan = services.scan_of(original, source)
    worth = scan and worth_when_it_came(scan)
    if not worth or worth["kind"] != "bad":
        return ""
    return _("Digital signature of the scan that is copied: %(worth)s.") % {"worth": worth["words"]}


def _facts(copy):
    who = actor_names({copy.prepared_by, copy.issued_by, copy.dropped_by} - {""})
    signed = copy.signer.full_name
    if copy.signed_at:
        signed = f"{signed}, {formats.vn_datetime(copy.signed_at)}\n{signature_words(copy.signature)}"
    facts = [
        (_("Kind of copy"), copy.get_kind_display()),
        (_("Copied from"), copy.called or services.named(copy.original)),
        (
            pgettext("copy of a paper", "Prepared by"),
            f"{who[copy.prepared_by]}, {formats.vn_datetime(copy.prepared_at)}",
        ),
        (_("Signed by"), signed),
        (_("Right to sign"), copy.get_authority_display()),
        (_("Recipients"), copy.recipients),
    ]
    if copy.number:
        facts.insert(0, (_("Number and date"), f"{copy.number.symbol}, {formats.vn_date(copy.number.dated_on)}"))
    if copy.issued_at:
        facts.append(
            (pgettext("copy of a paper", "Issued by"), f"{who[copy.issued_by]}, {formats.vn_datetime(copy.issued_at)}")
        )
        facts.append((_("Digest (SHA-256)"), copy.sealed.sha256))
    if copy.dropped_at:
        dropped = f"{copy.dropped_reason} ({who[copy.dropped_by]}, {formats.vn_datetime(copy.dropped_at)})"
        facts.append((_("Why it was dropped"), dropped))
    return facts


def _not_compared(copy):
    """What is said until an extract is signed whose words the portal cannot compare."""
    waits = copy.state == CopyState.SIGNING and copy.kind == PaperCopy.Kind.EXTRACT
    return "" if not waits or text_is_known(copy.original) else NOT_COMPARED


def copy_page(request, public_id, page):
    """The picture of a page of the copy."""
    try:
        picture, _pages = page_picture(bytes_of(_copy(request, public_id).last_file), page)
    except Refused as refusal:
        raise Http404 from refusal
    answer = HttpResponse(picture, content_type="image/png")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def copy_pdf(request, public_id):
    """The copy as far as it came, byte for byte."""
    copy = _copy(request, public_id)
    name = f"{copy.number.symbol.replace('/', '-')} " if copy.number else ""
    return serve(
        copy.last_file, request, of=copy, name=f"{name}{copy.last_file.original_name}", basis=f"copy {copy.public_id}"
    )


# --- forms -------------------------------------------------------------------------------------


def copy_incoming(request, public_id):
    papers = IncomingPaper.objects.visible_to(request.user).select_related("series")
    return _prepare(request, get_object_or_404(papers, public_id=public_id))


def copy_outgoing(request, public_id):
    papers = OutgoingPaper.objects.visible_to(request.user).select_related("series", "number", "sealed")
    return _prepare(request, get_object_or_404(papers, public_id=public_id))


def _prepare(request, original):
    now = timezone.now()
    if request.method == "GET" and services.source_of(original) is None:
        messages.info(request, _("There is no file yet of which a copy could be made. Attach the scan first."))
        return HttpResponseRedirect(original.get_absolute_url())
    form = CopyForm(request.POST or None, original=original)
    made = {}
    if request.method == "POST" and form.is_valid():
        made = _made(partial(services.make_prepared, original=original, values=form.values()), by=request.user, now=now)
    done = do_once(
        request,
        form,
        f"copy {original.public_id}",
        lambda given, **by: services.prepare_copy(original=original, values=form.values(), **made, **by),
    )
    if done:
        messages.success(request, _("The copy is prepared and waits to be signed."))
        return HttpResponseRedirect(reverse("documents:copy", args=[done]))
    page = {
        "form": form,
        "title": _("Prepare a copy"),
        "submit": _("Prepare the copy"),
        "back": original.get_absolute_url(),
        "lead": services.named(original),
        "changed": _changed(original, services.source_of(original)),
        "not_compared": "",  # the form says it where an extract is typed
        "original": original,
        "overtaken": False,
    }
    return render(request, "documents/copy_form.html", page)


def _made(make, **given):
    """What a step needs made, before its transaction begins; what is refused here the step itself refuses in words."""
    try:
        return {"made": make(**given)}
    except Refused:
        return {}


def take_step(request, public_id, verb):
    copy, now = _copy(request, public_id), timezone.now()
    elsewhere = _not_here(request, copy, verb)
    if elsewhere:
        return elsewhere
    title, submit, done, lead = COPY_WORDS[verb]
    form = _form_of(request, verb, copy)
    made = {}
    if verb in services.MAKING and request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "operation_key"}
        made = _made(services.MAKING[verb], copy=copy, by=request.user, now=now, **given)
    if do_once(
        request,
        form,
        f"{verb} copy {copy.public_id}",
        lambda given, **by: services.TAKING[verb](copy=copy, **given, **made, **by),
    ):
        messages.success(request, done)
        return HttpResponseRedirect(copy.get_absolute_url())
    return _page(request, form, copy, verb, title=title, submit=submit, lead=_lead(copy, verb, lead))


def _form_of(request, verb, copy):
    initial, data = {"version": copy.version}, request.POST or None
    if verb == "drop":
        return ReasonForm(data, initial=initial)
    if verb == "number":
        return NumberPaperForm(data, series=copy.series, initial=initial | {"dated_on": timezone.localdate()})
    return StepForm(data, initial=initial)


def _lead(copy, verb, lead):
    if verb != "number":
        return lead
    return f"{number_source(copy.series, copy.office, timezone.localdate())} {lead}"


def upload_signature(request, public_id, verb):
    """A copy that was downloaded, signed outside and comes back."""
    copy, now = _copy(request, public_id), timezone.now()
    elsewhere = _not_here(request, copy, verb, uploading=True)
    if elsewhere:
        return elsewhere
    form = SignedFileForm(request.POST or None, request.FILES or None, initial={"version": copy.version})
    made = {}
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "operation_key"}
        made = _made(services.make_uploaded, copy=copy, verb=verb, by=request.user, now=now, **given)
    if do_once(
        request,
        form,
        f"upload {verb} copy {copy.public_id}",
        lambda given, **by: services.upload_copy(copy=copy, verb=verb, **given, **made, **by),
    ):
        messages.success(request, COPY_WORDS[verb][2])
        return HttpResponseRedirect(copy.get_absolute_url())
    lead = _("Download the paper as PDF, sign it with your device, and upload what comes out.")
    return _page(
        request,
        form,
        copy,
        verb,
        title=_("Upload the signed copy"),
        submit=_("Upload and verify"),
        lead=lead,
        download=reverse("documents:copy_pdf", args=[copy.public_id]),
    )


def _not_here(request, copy, verb, uploading=False):
    """The way back to the page of the copy where the step is not this person's, or is taken otherwise."""
    if request.method != "GET":
        return None
    if services.may_take(request.user, copy, verb) and (uploading or can_do_here({"issue": "seal"}.get(verb, verb))):
        return None
    messages.info(request, _("This step is not yours now. The page of the paper says who takes the next one."))
    return HttpResponseRedirect(copy.get_absolute_url())


def _copy(request, public_id):
    copies = PaperCopy.objects.visible_to(request.user).select_related(*services.RELATED)
    return get_object_or_404(copies, public_id=public_id)


def _page(request, form, copy, verb, *, title, submit, lead, download=""):
    standing = PaperCopy.objects.get(pk=copy.pk)  # others may have taken the step meanwhile
    page = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": copy.get_absolute_url(),
        "copy": copy,
        "lead": lead,
        "changed": _changed(copy.original, copy.source),
        "not_compared": _not_compared(copy),
        "download": download,
        "overtaken": request.method == "POST" and not services.may_take(request.user, standing, verb),
        "original": copy.original,
    }
    return render(request, "documents/copy_form.html", page)
