"""Papers that came in: their register, the page of one with the hands it went through, and the forms of its verbs."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import may_open
from audit.events import actor_names
from documents.attaching import bind
from documents.filing import filing_of
from documents.forms.incoming import CorrectIncomingForm, EnterIncomingForm, FinishForm, PassForm, ReopenForm
from documents.forms.numbers import VoidForm
from documents.models import IncomingPaper, IncomingScan
from documents.presenting import signatures_kept, worth_of, worth_when_it_came
from documents.services import incoming as services
from documents.services.copies import source_of
from documents.services.incoming import ENTRY
from documents.services.trust import looked_at, verified
from documents.serving import serve
from documents.tables import incoming as tables
from documents.views.copies import copies_of
from documents.word_tables import AS_WORD
from reference.days_off import day_off
from reference.sending import do_once
from screens import formats
from screens.forms import form_data
from screens.lists import EXPORTERS, Listing, Sheet, show_list

# {verb: (title, what the button says, what is said when it is done, what it means)}
WORDS = {
    "pass": (
        gettext_lazy("Pass on"),
        gettext_lazy("Pass on"),
        gettext_lazy("The paper is passed on, and whoever has it now is told."),
        gettext_lazy("Whoever had it before no longer has it; the way so far stays on the page."),
    ),
    "finish": (
        gettext_lazy("Mark as dealt with"),
        gettext_lazy("Mark as dealt with"),
        gettext_lazy("The paper is marked as dealt with."),
        gettext_lazy("With the paper that answers it, or a word how it was dealt with."),
    ),
    "reopen": (
        gettext_lazy("Take the paper up again"),
        gettext_lazy("Take the paper up again"),
        gettext_lazy("The paper is in hand again."),
        gettext_lazy("It goes back to whoever had it."),
    ),
    "void": (
        gettext_lazy("Make the number void"),
        gettext_lazy("Make the number void"),
        gettext_lazy("The number is void. It stays in the register with the reason."),
        gettext_lazy("For a paper that was entered by mistake or twice."),
    ),
}
STEP_WORDS = {
    "pass": gettext_lazy("Passed on"),
    "finish": gettext_lazy("Marked as dealt with"),
    "reopen": gettext_lazy("Taken up again"),
    "void": gettext_lazy("Number made void"),
}
FORMS = {"finish": FinishForm, "reopen": ReopenForm, "void": VoidForm}
SERVICES = {
    "pass": services.pass_incoming,
    "finish": services.finish_incoming,
    "reopen": services.reopen_incoming,
    "void": services.void_incoming,
}


# --- the register ------------------------------------------------------------------------------


def _on_form(table_class, title, signers):
    """The rows of the list as a printed form of the decree, in the order of their numbers."""

    def printed(listing):
        form = Listing(
            listing.request,
            table_class,
            listing.source,
            tables.IncomingFilter,
            tables.BY_NUMBER,
            title=str(title),
            sheet=Sheet(title=title, period=_period(listing.request), signers=signers),
        )
        return EXPORTERS["print"](form)

    return printed


def _period(request):
    year = request.GET.get("year", "")
    if year.isdecimal():
        return _("Year %(year)s") % {"year": year}
    return _("On %(day)s") % {"day": formats.vn_date(timezone.localdate())}


BOOKS = {
    "register": (
        gettext_lazy("Register as a form"),
        _on_form(
            tables.RegisterSheet,
            gettext_lazy("Register of papers that came in"),
            ["", "", gettext_lazy("Records clerk")],
        ),
    ),
    "followup": (
        gettext_lazy("Follow-up book as a form"),
        _on_form(
            tables.FollowUpSheet,
            gettext_lazy("Book of dealing with papers that came in"),
            ["", "", gettext_lazy("Records clerk")],
        ),
    ),
}


def incoming_list(request):
    action = {"url": reverse("documents:enter_incoming"), "label": _("Enter a paper")}
    return show_list(
        request,
        name="incoming",
        title=_("Papers that came in"),
        lead=_("What arrived, in whose hands it is and until when, and what answered it."),
        table_class=tables.IncomingTable,
        filterset_class=tables.IncomingFilter,
        queryset=IncomingPaper.objects.visible_to(request.user),
        ordering=("-arrived_on", "-id"),
        export_name="so-van-ban-den",
        main_action=action if may_open(request.user, "documents:enter_incoming") else None,
        empty=_("No paper has come in that you see."),
        sheet=Sheet(title=_("Papers that came in"), period=_period(request), signers=["", "", _("Records clerk")]),
        more_exports=BOOKS | AS_WORD,
    )


def incoming_detail(request, public_id):
    paper, now = _incoming(request, public_id), timezone.now()
    verbs = [verb for verb in WORDS if services.may_do(request.user, paper, verb, now)]
    main = next((verb for verb in ("finish", "pass") if verb in verbs), None)
    return render(
        request,
        "documents/incoming.html",
        {
            "paper": paper,
            "kind": tables.STATE_KINDS[paper.state],
            "late": paper.is_late(timezone.localdate(now)),
            "urgency_kind": tables.URGENCY_KINDS[paper.urgency],
            "facts": _facts(paper),
            "hands": _hands(paper),
            "day_off": day_off(paper.due_on) if paper.state == paper.State.HANDLING else "",
            "steps": _steps(paper),
            "scans": [(scan, worth_when_it_came(scan)) for scan in paper.scans.select_related("file").order_by("-id")],
            "answer": paper.answer,
            **_copies(request.user, paper),
            "filing": filing_of(request.user, "incoming", paper),
            "action": _address(main, paper) if main else None,
            "others": [_address(verb, paper) for verb in verbs if verb != main],
            "may_correct": not paper.is_void and may_open(request.user, "documents:correct_incoming"),
        },
    )


def _copies(user, paper):
    may = may_open(user, "documents:copy_incoming") and source_of(paper) is not None
    address = reverse("documents:copy_incoming", args=[paper.public_id]) if may else ""
    return {"copies": copies_of(user, incoming=paper), "copy_address": address}


def _address(verb, paper):
    return reverse(f"documents:{verb}_incoming", args=[paper.public_id]), WORDS[verb][0]


def _facts(paper):
    who = actor_names({paper.entered_by})
    return [
        (_("Number of arrival"), paper.called),
        (_("Day of arrival"), formats.vn_long_date(paper.arrived_on)),
        (_("Issued by"), formats.vietnamese(paper.issuer)),
        (_("Number and symbol"), paper.symbol or formats.NOTHING),
        (_("Date of the paper"), formats.vn_date(paper.issued_on)),
        (_("Kind of paper"), formats.vietnamese(paper.kind)),
        (_("Abstract of the content"), paper.subject),
        (_("Pages"), formats.number(paper.pages) if paper.pages else formats.NOTHING),
        (_("Remark"), paper.note or formats.NOTHING),
        (_("Series of numbers"), str(paper.series)),
        (_("Entered by"), f"{who[paper.entered_by]}, {formats.vn_datetime(paper.entered_at)}"),
    ]


def _hands(paper):
    """Who has it, until when; nothing before it was passed on."""
    if paper.office is None:
        return []
    return [
        (_("Office in charge"), formats.vietnamese(paper.office.name)),
        (_("Person in charge"), paper.person.full_name if paper.person else formats.NOTHING),
        (_("Deadline"), formats.vn_long_date(paper.due_on)),
    ]


def _steps(paper):
    steps = list(paper.steps.select_related("office", "person", "instructed_by", "answer").order_by("place"))
    who = actor_names({step.by for step in steps})
    return [
        {
            "what": STEP_WORDS[step.verb],
            "to": " – ".join(filter(None, (str(step.office or ""), str(step.person or ""))))
            if step.verb == "pass"
            else "",
            "due_on": step.due_on if step.verb in ("pass", "reopen") else None,
            "instruction": step.instruction,
            "instructed_by": step.instructed_by,
            "answer": step.answer,
            "note": step.note,
            "who": who[step.by],
            "at": step.at,
        }
        for step in steps
    ]


def incoming_scan(request, public_id):
    """A scan leaves as an attachment, to whoever sees its paper."""
    papers = IncomingPaper.objects.visible_to(request.user)
    scan = get_object_or_404(
        IncomingScan.objects.select_related("file", "paper").filter(paper__in=papers), public_id=public_id
    )
    return serve(scan.file, request, of=scan.paper, basis=f"incoming {scan.paper.public_id}")


def scan_signatures(request, public_id):
    """Every signature in a scan, verified now, and as they were worth when it came."""
    papers, now = IncomingPaper.objects.visible_to(request.user), timezone.now()
    scans = IncomingScan.objects.filter(paper__in=papers, file__format="pdf").select_related("file", "paper")
    scan = get_object_or_404(scans, public_id=public_id)
    page = {
        "scan": scan,
        "paper": scan.paper,
        "worth": worth_when_it_came(scan),
        "found": verified(scan.file, now),
        "now": now,
    }
    return render(request, "documents/scan_signatures.html", page)


# --- forms -------------------------------------------------------------------------------------


def enter_incoming(request):
    initial = {"arrived_on": timezone.localdate()}
    form = _with_files(request, EnterIncomingForm, initial=initial)
    found = _looked_at(request, form)
    done = do_once(
        request,
        form,
        "enter incoming",
        lambda given, **by: services.enter_incoming(
            series=given["series"],
            number=given["number"],
            arrived_on=given["arrived_on"],
            values=form.entry(),
            scan=form.file_of("scan"),
            found=found,
            **by,
        ),
    )
    if done:
        messages.success(request, _("The paper is entered. Pass it on to whoever is to deal with it."))
        _say_worth(request, found)
        return HttpResponseRedirect(reverse("documents:incoming", args=[done]))
    return _form(request, form, _("Enter a paper"), _("Enter"), reverse("documents:incoming_list"))


def correct_incoming(request, public_id):
    paper = _incoming(request, public_id)
    initial = {name: getattr(paper, name) for name in ENTRY} | {"version": paper.version}
    form = _with_files(request, CorrectIncomingForm, initial=initial)
    found = _looked_at(request, form)
    done = do_once(
        request,
        form,
        f"correct incoming {paper.public_id}",
        lambda given, **by: services.correct_incoming(
            paper=paper,
            values=form.entry(),
            version=given["version"],
            reason=given["reason"],
            scan=form.file_of("scan"),
            found=found,
            **by,
        ),
    )
    if done:
        messages.success(request, _("The entry is corrected."))
        _say_worth(request, found)
        return HttpResponseRedirect(paper.get_absolute_url())
    return _form(request, form, _("Correct: %(name)s") % {"name": paper.called}, _("Save"), None, paper=paper)


def take_step(request, public_id, verb):
    """Pass on, mark as dealt with, take up again, make void."""
    paper, now = _incoming(request, public_id), timezone.now()
    if request.method == "GET" and not services.may_do(request.user, paper, verb, now):
        messages.info(request, _("This is not yours to do now. The page of the paper says who has it."))
        return HttpResponseRedirect(paper.get_absolute_url())
    title, submit, done, lead = WORDS[verb]
    initial = {"version": paper.version, "due_on": paper.due_on}
    if verb == "pass":
        form = PassForm(request.POST or None, user=request.user, initial=initial | {"office": paper.office_id})
    else:
        form = FORMS[verb](request.POST or None, initial=initial)
    caution = services.rests_on(paper, verb) if verb in ("reopen", "void") else ""
    if do_once(
        request,
        form,
        f"{verb} incoming {paper.public_id}",
        lambda given, **by: SERVICES[verb](paper=paper, **given, **by),
    ):
        messages.success(request, done)
        if said := day_off(form.cleaned_data.get("due_on")):
            messages.warning(request, said)
        seen = IncomingPaper.objects.visible_to(request.user).filter(pk=paper.pk).exists()
        return HttpResponseRedirect(paper.get_absolute_url() if seen else reverse("documents:incoming_list"))
    standing = IncomingPaper.objects.get(pk=paper.pk)  # others may have done so meanwhile
    overtaken = request.method == "POST" and not services.may_do(request.user, standing, verb, now)
    return _form(request, form, title, submit, None, paper=paper, lead=lead, caution=caution, overtaken=overtaken)


# --- shared ------------------------------------------------------------------------------------


def _looked_at(request, form):
    """What the signatures of the scan are worth, of a form that can be sent."""
    if request.method != "POST" or not form.is_valid():
        return {}
    return looked_at(form.file_of("scan"), timezone.now())


def _say_worth(request, found):
    """Say what the signatures of a scan are worth, where it has any: paper that was scanned has none."""
    if not found or found["signatures"] == []:
        return
    kind, words = worth_of(signatures_kept(found["signatures"]))
    level = messages.SUCCESS if kind == "ok" else messages.WARNING
    messages.add_message(request, level, _("Digital signature of the scan: %(worth)s.") % {"worth": words})


def _with_files(request, form_class, **options):
    if request.method == "POST":
        return bind(request, form_class, now=timezone.now(), **options)
    return form_class(*form_data(request), user=request.user, **options)


def _incoming(request, public_id):
    papers = IncomingPaper.objects.visible_to(request.user).select_related("series", "office", "person", "answer")
    return get_object_or_404(papers, public_id=public_id)


def _form(request, form, title, submit, back, *, paper=None, lead="", caution="", overtaken=False):
    page = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": back or paper.get_absolute_url(),
        "paper": paper,
        "lead": lead,
        "caution": caution,
        "overtaken": overtaken,
    }
    return render(request, "documents/incoming_form.html", page)
