"""Papers that go out: the list, the page of a paper with how it will look, and the forms of its draft."""

import copy
from io import BytesIO

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import may_open
from audit.events import actor_names
from audit.refusals import Refused
from documents import purposes
from documents.composing import DRAFT_MARK, data_of, kept_by
from documents.filing import filing_of
from documents.forms.papers import PaperForm, ReasonForm
from documents.guard import named_after
from documents.layout.drawing import page_picture, paper_as_pdf
from documents.layout.files import PDF, file_of_paper
from documents.models import OutgoingPaper
from documents.paper_states import State
from documents.permissions.papers import offices_of
from documents.presenting import STEP_WORDS, WORDS, can_do_here, next_step, number_source, signature_words
from documents.services import papers as services
from documents.services import way
from documents.services.copies import source_of
from documents.serving import as_attachment, serve
from documents.store import bytes_of
from documents.tables import papers as tables
from documents.views.copies import copies_of
from documents.word_tables import AS_WORD
from reference.days_off import day_off
from reference.sending import do_once
from screens import formats
from screens.lists import Sheet, show_list

RELATED = ("series", "office", "signer", "drafter", "drawn", "signed", "numbered", "sealed", "number")


def paper_list(request):
    today = timezone.localdate()
    action = {"url": reverse("documents:draft_paper"), "label": _("Draft a paper")}
    return show_list(
        request,
        name="papers",
        title=_("Papers that go out"),
        table_class=tables.PaperTable,
        filterset_class=tables.PaperFilter,
        queryset=OutgoingPaper.objects.visible_to(request.user),
        ordering=("-drafted_at", "-id"),
        export_name="van-ban-di",
        main_action=action if may_open(request.user, "documents:draft_paper") else None,
        empty=_("No paper is being drafted that you see."),
        sheet=Sheet(title=_("Papers that go out"), period=_("On %(day)s") % {"day": formats.vn_date(today)}),
        more_exports=AS_WORD,
        template="documents/paper_list.html",
    )


def paper_detail(request, public_id):
    paper, now = paper_or_404(request, public_id), timezone.now()
    verb, today = way.next_verb(paper), timezone.localdate(now)
    mine = verb is not None and way.may_take(request.user, paper, verb, now)
    in_the_way = _in_the_way(paper, verb)
    left_open = way.left_to_fill_in(paper)
    return render(
        request,
        "documents/paper.html",
        {
            "paper": paper,
            "kind": tables.STATE_KINDS[paper.state],
            "facts": _facts(paper),
            "made_for": purposes.shown_on(paper, request.user),
            "after": purposes.after_step(paper, verb, now=now) if verb else "",
            "steps": _steps(paper),
            "next_step": _next_step(paper, verb, now) if verb else None,
            "number_source": number_source(paper.series, paper.office, today) if verb == "number" else "",
            "cautions": [
                *purposes.cautions_on(paper),
                *([left_open] if left_open != in_the_way else []),
                *_due_on_day_off(paper),
            ],
            "in_the_way": in_the_way,
            "not_you": way.why_not(request.user, paper, verb, now) if verb and not mine else "",
            "late": paper.is_late(today),
            "may_edit": paper.is_draft and paper.drafter_id == request.user.pk,
            "action": _action(paper, verb) if mine and not in_the_way else None,
            "upload": _upload(paper, verb) if mine and not in_the_way else "",
            **_copies(request.user, paper),
            **_register(request.user, paper),
            "others": [
                (reverse(f"documents:{other}_paper", args=[paper.public_id]), WORDS[other][0])
                for other in ("return", "stop")
                if paper.may(other) and way.may_take(request.user, paper, other, now)
            ],
        },
    )


def _due_on_day_off(paper):
    """That the day by which it is to be issued is a day off, until it is issued."""
    said = day_off(paper.due_on) if way.next_verb(paper) else ""
    return [said] if said else []


def _in_the_way(paper, verb):
    """Why the paper, or what it is made for, does not let the next step be taken; "" where nothing is in the way."""
    try:
        if verb is not None:
            way.require_ready(paper, verb)
    except Refused as refusal:
        return str(refusal)
    return ""


def _copies(user, paper):
    may = may_open(user, "documents:copy_outgoing") and source_of(paper) is not None
    address = reverse("documents:copy_outgoing", args=[paper.public_id]) if may else ""
    return {"copies": copies_of(user, outgoing=paper), "copy_address": address}


def _register(user, paper):
    """What the page says once the paper is issued: the work files that it is in, and its line of the register."""
    if paper.state != State.ISSUED:
        return {}
    line = paper.number.get_absolute_url() if may_open(user, "documents:number") else ""
    return {"filing": filing_of(user, "outgoing", paper.number), "line": line}


def _action(paper, verb):
    """(address, words) of the next step, where the portal itself can take it."""
    if not can_do_here(verb):
        return None
    return reverse(f"documents:{verb}_paper", args=[paper.public_id]), WORDS[verb][0]


def _upload(paper, verb):
    """The address for what was signed outside."""
    route = {"sign": "documents:upload_signed", "seal": "documents:upload_sealed"}.get(verb)
    return reverse(route, args=[paper.public_id]) if route else ""


def _next_step(paper, verb, now):
    clerk = _("Records clerk")
    as_whom = {
        State.INITIALLING: f"{_('Head of office')} ({paper.office})",
        State.CHECKING: _("The Department's Office"),
        **dict.fromkeys((State.NUMBERING, State.SEALING, State.ISSUING), clerk),
    }.get(State(paper.state), "")
    named = {State.DRAFT: paper.drafter, State.SIGNING: paper.signer}.get(State(paper.state))
    people = way.who_may_take(paper, verb, now)
    return next_step(WORDS[verb][0], people, as_whom=as_whom, named=named.full_name if named else "")


def _steps(paper):
    """The steps that were taken: (what, who, when, the words beside them)."""
    steps = list(paper.steps.order_by("place"))
    who = actor_names({step.by for step in steps})
    return [
        {
            "what": STEP_WORDS[step.verb],
            "who": who[step.by],
            "at": step.at,
            "note": step.note,
            "signature": signature_words(step.facts),
        }
        for step in steps
    ]


def _facts(paper):
    right = paper.get_authority_display()
    if paper.authority_paper:
        right = f"{right} ({paper.authority_paper})"
    facts = [
        (_("Kind of paper"), str(paper.series)),
        (_("Abstract of the content"), paper.title),
        (_("Addressed to"), paper.addressees or formats.NOTHING),
        (_("Office that drafts"), paper.office.name),
        (_("Drafted by"), f"{paper.drafter.full_name}, {formats.vn_datetime(paper.drafted_at)}"),
        (_("Signed by"), paper.signer.full_name),
        (_("Right to sign"), right),
        (_("Recipients"), "\n".join(filter(None, [paper.recipients, kept_by(paper)]))),
        (_("To be issued by"), formats.vn_long_date(paper.due_on)),
    ]
    if paper.number:
        facts.insert(0, (_("Number and date"), f"{paper.number.symbol}, {formats.vn_date(paper.number.dated_on)}"))
    if paper.sealed:
        facts.append((_("Digest (SHA-256)"), paper.sealed.sha256))
    if paper.discarded_reason:
        facts.append((_("Why it was given up"), paper.discarded_reason))
    return facts


# --- how it looks ------------------------------------------------------------------------------


def paper_preview(request, public_id):
    """One page of the paper after the other, as pictures."""
    paper = paper_or_404(request, public_id)
    page = _page_asked(request.GET.get("page", "1"))
    pages, refusal = 0, ""
    try:
        _picture, pages = page_picture(_drawn(paper), page)
    except Refused as refused:
        refusal = str(refused)
    return render(
        request,
        "documents/paper_preview.html",
        {"paper": paper, "page": page, "pages": pages, "numbers": range(1, pages + 1), "refusal": refusal},
    )


def paper_page(request, public_id, page):
    """The picture of a page."""
    try:
        picture, _pages = page_picture(_drawn(paper_or_404(request, public_id)), page)
    except Refused as refusal:
        raise Http404 from refusal
    answer = HttpResponse(picture, content_type="image/png")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def paper_pdf(request, public_id):
    """The paper as far as it came: what is signed leaves byte for byte."""
    paper = paper_or_404(request, public_id)
    name = f"{paper.number.symbol} " if paper.number else ""
    if paper.last_file is not None:
        title = named_after(f"{name}{paper.subject}", "pdf")
        return serve(paper.last_file, request, of=paper, name=title, basis=f"paper {paper.public_id}")
    try:
        pdf = _drawn(paper)
    except Refused as refusal:
        return _back(request, paper, refusal)
    return as_attachment(BytesIO(pdf), named_after(paper.subject, "pdf"), PDF, size=len(pdf))


def paper_word(request, public_id):
    paper = paper_or_404(request, public_id)
    mark = DRAFT_MARK if paper.is_draft else ""
    return file_of_paper(data_of(paper, now=timezone.now(), mark=mark), "word", paper.subject)


def _drawn(paper):
    """What the paper looks like: the file as far as it came, or its draft."""
    if paper.last_file is not None:
        return bytes_of(paper.last_file)
    return paper_as_pdf(data_of(paper, now=timezone.now())).pdf


def _page_asked(text):
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 5 and int(text) else 1


def _back(request, paper, refusal):
    messages.error(request, str(refusal))
    return HttpResponseRedirect(paper.get_absolute_url())


# --- the draft ---------------------------------------------------------------------------------


def draft_paper(request):
    own = offices_of(request.user, timezone.localdate()).values_list("office", flat=True)
    form = PaperForm(request.POST or None, user=request.user, initial={"office": own.first()})
    done = do_once(request, form, "draft paper", lambda given, **by: services.draft_paper(values=form.values(), **by))
    if done:
        messages.success(request, _("The draft is saved. Look at how it will be printed."))
        return HttpResponseRedirect(reverse("documents:paper", args=[done]))
    return _form(request, form, _("Draft a paper"), _("Save the draft"), reverse("documents:paper_list"))


def edit_paper(request, public_id):
    paper = paper_or_404(request, public_id)
    if request.method == "GET" and not paper.is_draft:
        messages.info(request, _("The paper is no draft any more."))
        return HttpResponseRedirect(paper.get_absolute_url())
    form = PaperForm(request.POST or None, user=request.user, instance=copy.copy(paper))
    done = do_once(
        request,
        form,
        f"edit paper {paper.public_id}",
        lambda given, **by: services.edit_paper(paper=paper, values=form.values(), version=given["version"], **by),
    )
    if done:
        messages.success(request, _("The draft is saved."))
        return HttpResponseRedirect(paper.get_absolute_url())
    return _form(request, form, _("Change the draft"), _("Save the draft"), paper.get_absolute_url(), paper=paper)


def discard_paper(request, public_id):
    paper = paper_or_404(request, public_id)
    form = ReasonForm(request.POST or None, initial={"version": paper.version})
    done = do_once(
        request,
        form,
        f"discard paper {paper.public_id}",
        lambda given, **by: services.discard_paper(paper=paper, **given, **by),
    )
    if done:
        messages.success(request, _("The draft is given up."))
        return HttpResponseRedirect(paper.get_absolute_url())
    gone = request.method == "POST" and not OutgoingPaper.objects.get(pk=paper.pk).is_draft
    return _form(
        request,
        form,
        _("Give the draft up"),
        _("Give the draft up"),
        paper.get_absolute_url(),
        paper=paper,
        overtaken=gone,
    )


# --- shared ------------------------------------------------------------------------------------


def paper_or_404(request, public_id):
    papers = OutgoingPaper.objects.visible_to(request.user).select_related(*RELATED)
    return get_object_or_404(papers, public_id=public_id)


def _form(request, form, title, submit, back, *, paper=None, overtaken=False):
    page = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": back,
        "paper": paper,
        "lead": "",
        "caution": "",
        "overtaken": overtaken,
        "looked_at": False,
    }
    return render(request, "documents/paper_form.html", page)
