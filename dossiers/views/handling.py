"""Handling as the Department does it: one page for each thing that may be done with a dossier as it stands."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.attaching import Attachments, bind
from documents.services.trust import checked
from dossiers.forms import handling as forms
from dossiers.permissions.handling import handlers_of, headed_offices, may_approve_request, may_do
from dossiers.presenting import slips
from dossiers.presenting.handling import promises_of
from dossiers.presenting.procedures import working_days
from dossiers.presenting.results import drafts_of
from dossiers.services import handling as services
from dossiers.services.dossiers import out_of_business
from dossiers.services.results import goes_to_enterprise, may_begin, seen_of, standing_paper, why_not_decided
from dossiers.services.slip import whose
from dossiers.services.supplements import works_on_answers
from dossiers.states import STAYING, State, Verb, targets_of
from dossiers.views.lodging import visible_dossier
from reference.sending import do_once
from screens import formats
from screens.forms import form_data


def _nothing(of, now):
    return {}


@dataclass(frozen=True)
class Act:
    """One page: `options(dossier, now)` are for its form, `do(dossier, given, form, by=, now=)` is the service; what it needs
    found out before its transaction begins, `find(form, now)` finds. `hindrance(dossier, now)` is why it would be asked for in vain."""

    verb: Verb
    form: type
    title: object
    submit: object
    done: object
    do: Callable
    lead: Callable = lambda dossier, now: ""
    options: Callable = _nothing
    find: Callable = _nothing
    hindrance: Callable = lambda dossier, now: ""


def _promised(dossier, now):
    run = promises_of([dossier], now)[dossier]
    promised = _(
        "Received now, the result is promised for %(day)s: %(days)s, counted from the working day after %(start)s."
    ) % {
        "day": formats.vn_date(run.due_on),
        "days": working_days(dossier.procedure_version.total_days),
        "start": formats.vn_date(run.starts_on),
    }
    lain = 0 if dossier.is_online else (timezone.localdate(now) - dossier.arrived_on).days
    if lain <= 0:
        return promised
    since = (
        _("The paper arrived on %(day)s, %(lain)s days ago; the promised day is counted from now, not from then.")
        if dossier.is_paper
        else _(
            "It was lodged with the one-stop system on %(day)s, %(lain)s days ago; the promised day is counted from now, "
            "not from then."
        )
    )
    return f"{promised} {since % {'day': formats.vn_date(dossier.arrived_on), 'lain': lain}}"


def _proposal(dossier, now):
    """What whoever decides decides upon."""
    line = dossier.slip.filter(verb=Verb.SUBMIT).select_related("by").order_by("-number").first()
    if line is None:
        return ""
    said = {"name": line.by.full_name, "time": formats.vn_datetime(line.at), "text": line.note}
    return _("Proposal of %(name)s, %(time)s: %(text)s") % said


def _basis(dossier, now):
    return {"initial": {"legal_basis": dossier.procedure_version.legal_basis[:500]}}


def _decides(dossier, now):
    """Who decides says what their page showed."""
    return {"initial": {"seen": seen_of(dossier)}}


def _decides_on_basis(dossier, now):
    return {"initial": _decides(dossier, now)["initial"] | _basis(dossier, now)["initial"]}


def _as_seen(dossier, now):
    """What leaves the dossier in its state says at which version its page was read."""
    return {"initial": {"version": dossier.version}}


def _people(dossier, now):
    on = timezone.localdate(now)
    return {
        **_as_seen(dossier, now),
        "people": handlers_of(dossier.office, on),
        "but": dossier.handler_id,
        "offices": headed_offices(on).exclude(pk=dossier.office_id).order_by("name"),
    }


def _colleagues(dossier, now):
    return {name: given for name, given in _people(dossier, now).items() if name in ("people", "but")}


def _has_colleague(dossier, now):
    return handlers_of(dossier.office, timezone.localdate(now)).exclude(pk=dossier.handler_id).exists()


def _no_colleague(dossier, now):
    """Why nobody can be handed the dossier; "" where somebody can."""
    if _has_colleague(dossier, now):
        return ""
    return _(
        "Nobody else in %(office)s handles dossiers, so there is nobody to hand it over to. The head of the office can pass "
        "it on to another one."
    ) % {"office": dossier.office}


def _nobody(dossier, now):
    """Why the dossier cannot be assigned at all; "" where somebody or another office can be chosen."""
    if _has_colleague(dossier, now) or _people(dossier, now)["offices"].exists():
        return ""
    return _(
        "Nobody else in %(office)s handles dossiers, and no other office has a head on the portal who could assign it. The "
        "administrator enters who holds which post."
    ) % {"office": dossier.office}


def _most(dossier, now):
    version = dossier.procedure_version
    return _("Promised was %(day)s. The procedure allows %(days)s more, %(times)s times.") % {
        "day": formats.vn_date(dossier.due_on),
        "days": working_days(version.extension_days),
        "times": version.extension_times,
    }


ACTS = {
    "receive": Act(
        Verb.RECEIVE, forms.NoteForm, gettext_lazy("Receive the dossier"), gettext_lazy("Receive"),
        gettext_lazy("The dossier is received."),
        lambda dossier, given, form, **by: services.receive_dossier(dossier=dossier, **given, **by),
        lead=_promised,
    ),
    "refuse": Act(
        Verb.REFUSE, forms.GroundedForm, gettext_lazy("Do not receive the dossier"), gettext_lazy("Do not receive"),
        gettext_lazy("The dossier is not received; the enterprise reads why."),
        lambda dossier, given, form, **by: services.refuse_dossier(dossier=dossier, **given, **by), options=_basis,
    ),
    "assign": Act(
        Verb.ASSIGN, forms.AssignForm, gettext_lazy("Assign the dossier"), gettext_lazy("Assign"),
        gettext_lazy("The dossier is assigned."),
        lambda dossier, given, form, **by: services.assign_dossier(dossier=dossier, **given, **by), options=_people,
        hindrance=_nobody,
    ),
    "hand_over": Act(
        Verb.HAND_OVER, forms.HandOverForm, gettext_lazy("Hand the dossier over"), gettext_lazy("Hand over"),
        gettext_lazy("The dossier is handed over."),
        lambda dossier, given, form, **by: services.hand_over_dossier(dossier=dossier, **given, **by),
        options=_colleagues, hindrance=_no_colleague,
    ),
    "appraise": Act(
        Verb.APPRAISE, forms.NoteForm, gettext_lazy("Begin the appraisal"), gettext_lazy("Begin"),
        gettext_lazy("The dossier is being appraised."),
        lambda dossier, given, form, **by: services.appraise_dossier(dossier=dossier, **given, **by),
    ),
    "submit": Act(
        Verb.SUBMIT, forms.SubmitForm, gettext_lazy("Submit for approval"), gettext_lazy("Submit"),
        gettext_lazy("The dossier is submitted for approval."),
        lambda dossier, given, form, **by: services.submit_dossier(
            dossier=dossier, note=given["note"], file=form.file_of("draft"), **by
        ),
        hindrance=why_not_decided,
    ),
    "send_back": Act(
        Verb.SEND_BACK, forms.SendBackForm, gettext_lazy("Send the dossier back"), gettext_lazy("Send back"),
        gettext_lazy("The dossier is sent back to whoever handles it."),
        lambda dossier, given, form, **by: services.send_back_dossier(dossier=dossier, **given, **by),
        lead=_proposal, options=_decides,
    ),
    "approve": Act(
        Verb.APPROVE, forms.ApproveForm, gettext_lazy("Approve the dossier"), gettext_lazy("Approve"),
        gettext_lazy("The dossier is approved; its result is to be issued."),
        lambda dossier, given, form, **by: services.approve_dossier(dossier=dossier, **given, **by),
        lead=_proposal, hindrance=why_not_decided, options=_decides,
    ),
    "not_eligible": Act(
        Verb.NOT_ELIGIBLE, forms.NotEligibleForm, gettext_lazy("Find the dossier not eligible"),
        gettext_lazy("Find not eligible"), gettext_lazy("The dossier is found not eligible; the enterprise reads why."),
        lambda dossier, given, form, **by: services.find_not_eligible(dossier=dossier, **given, **by),
        options=_decides_on_basis,
        lead=_proposal,
    ),
    "stop": Act(
        Verb.STOP, forms.GroundedForm, gettext_lazy("Stop handling the dossier"), gettext_lazy("Stop"),
        gettext_lazy("The handling is stopped; the enterprise reads why."),
        lambda dossier, given, form, **by: services.stop_dossier(dossier=dossier, **given, **by), options=_basis,
    ),
    "extend": Act(
        Verb.EXTEND, forms.ExtendForm, gettext_lazy("Apologise and promise a new day"), gettext_lazy("Promise the new day"),
        gettext_lazy("The new day is promised."),
        lambda dossier, given, form, **by: services.extend_dossier(dossier=dossier, **given, **by), lead=_most,
        options=_as_seen, hindrance=services.why_no_new_day,
    ),
    "issue": Act(
        Verb.ISSUE, forms.IssueForm, gettext_lazy("Issue the result"), gettext_lazy("Issue"),
        gettext_lazy("The result is issued; the enterprise can download it."),
        lambda dossier, given, form, **by: services.issue_result(
            dossier=dossier, paper_number=given["paper_number"], paper_on=given["paper_on"], file=form.file_of("scan"),
            **by,
        ),
        lead=goes_to_enterprise,
        find=lambda form, now: {"found": checked(form.file_of("scan"), now)},
    ),
    "return": Act(
        Verb.RETURN, forms.ReturnedForm, gettext_lazy("Enter that the result was returned"), gettext_lazy("Enter"),
        gettext_lazy("The result is returned; the dossier is closed."),
        lambda dossier, given, form, **by: services.return_result(dossier=dossier, **given, **by),
    ),
}  # fmt: skip


DECIDING = (Verb.SUBMIT, Verb.SEND_BACK, Verb.APPROVE, Verb.NOT_ELIGIBLE)  # upon the draft of the result
# what is expected next, before what is done now and then
DRAFTING = "draft result"
EXPECTED = (
    Verb.ANSWER, Verb.RECEIVE, Verb.APPRAISE, Verb.SUBMIT, Verb.APPROVE, Verb.ISSUE, Verb.RETURN, DRAFTING, Verb.ASSIGN,
    Verb.ASK,
)  # fmt: skip


def act(request, public_id, name):
    """The page of one act: 404 where the dossier is not seen, 403 where it is not in the person's hands."""
    dossier, now, one = visible_dossier(request, public_id), timezone.now(), ACTS[name]
    if request.method == "GET" and not may_do(request.user, dossier, one.verb, now):
        return _not_now(request, dossier, one.verb)
    if request.method == "GET" and one.verb == Verb.ISSUE and standing_paper(dossier):
        messages.info(request, _("The result is made as a paper of the portal. It is issued with that paper."))
        return HttpResponseRedirect(dossier.get_absolute_url())
    if request.method == "GET" and (why := one.hindrance(dossier, now)):
        messages.info(request, why)
        return HttpResponseRedirect(dossier.get_absolute_url())
    options = one.options(dossier, now)
    if issubclass(one.form, Attachments):
        if request.method == "POST":
            form = bind(request, one.form, now=now, **options)
        else:
            form = one.form(*form_data(request), user=request.user, **options)
    else:
        form = one.form(form_data(request)[0], **options)
    found = one.find(form, now) if request.method == "POST" and form.is_valid() else {}
    done = do_once(
        request, form, f"{name} dossier {dossier.public_id}",
        lambda given, **by: one.do(dossier, given, form, **found, **by),
    )  # fmt: skip
    if done:
        messages.success(request, with_form(dossier, one.verb, one.done))
        return HttpResponseRedirect(dossier.get_absolute_url())
    return render(
        request,
        "dossiers/dossier_form.html",
        {
            "dossier": dossier, "form": form, "title": one.title, "submit": one.submit, "lead": one.lead(dossier, now),
            "caution": out_of_business(dossier), "drafts": drafts_of(request.user, dossier) if one.verb in DECIDING else None, "back": dossier.get_absolute_url(),
        },
    )  # fmt: skip


def with_form(dossier, verb, said):
    """What was done and, beside it, the form that belongs to it."""
    line = dossier.slip.filter(verb=verb).order_by("-number").first() if verb in slips.FORMS else None
    if line is None:
        return str(said)
    address = reverse("dossiers:dossier_form", args=[dossier.public_id, line.public_id])
    form = format_html('<a href="{}" lang="vi">{}</a>', address, slips.title_of(line))
    return format_html("{} {} {}", said, _("To print:"), form)


def _not_now(request, dossier, verb):
    """Somebody followed a link to what cannot be done any more, or is not theirs to do."""
    if dossier.state in targets_of(verb):
        raise PermissionDenied(why_not_now(dossier, verb))
    messages.info(request, why_not_now(dossier, verb))
    return HttpResponseRedirect(dossier.get_absolute_url())


def why_not_now(dossier, verb):
    """Why somebody may not do this with the dossier now: its state has no such step, or another person has it."""
    if dossier.state in targets_of(verb):
        return _("This dossier is not in your hands: %(who)s has it.") % {"who": whose(dossier)}
    return _("The dossier is “%(state)s” now; this can no longer be done.") % {"state": dossier.get_state_display()}


def note_dossier(request, public_id):
    dossier = visible_dossier(request, public_id)
    form = forms.InternalNoteForm(form_data(request)[0])
    done = do_once(
        request, form, f"note dossier {dossier.public_id}",
        lambda given, **by: services.write_note(dossier=dossier, **given, **by),
    )  # fmt: skip
    if done:
        messages.success(request, _("The note is written."))
        return HttpResponseRedirect(f"{dossier.get_absolute_url()}#notes")
    return render(
        request,
        "dossiers/dossier_form.html",
        {
            "dossier": dossier, "form": form, "title": _("Internal note"), "submit": _("Write the note"),
            "back": dossier.get_absolute_url(),
        },
    )  # fmt: skip


# what may be done with a dossier while a request for a supplement is prepared, or drops it: all else waits for that
BESIDE_A_REQUEST = (*STAYING, Verb.REFUSE, Verb.STOP, DRAFTING)


def acts_now(user, dossier, now, *, prepared=None, unready=None):
    """The (address, title) of what is expected of the person next, or None, and those of whatever else they may do with a
    lodged dossier now. Whoever handles it is named by then: to name another is nothing that anybody waits for. While a request
    for a supplement is `prepared`, or the draft of the result is `unready`, what is refused until then is not offered."""
    if dossier.is_draft:
        return None, []
    at = [dossier.public_id]
    acts = [
        (one.verb, reverse(f"dossiers:{name}_dossier", args=at), one.title)
        for name, one in ACTS.items()
        if may_do(user, dossier, one.verb, now)
        and not (one.verb == Verb.ISSUE and standing_paper(dossier))
        and not (one.verb == Verb.EXTEND and services.why_no_new_day(dossier, now))
    ]
    if may_do(user, dossier, Verb.ASK, now):
        acts.append((Verb.ASK, reverse("dossiers:ask_supplement", args=at), _("Ask for a supplement")))
    if dossier.state == State.SUPPLEMENTING and works_on_answers(user, dossier):
        acts.append((Verb.ANSWER, reverse("dossiers:answer_supplement", args=at), _("Answer the supplement")))
    if may_begin(user, dossier, now):
        acts.append((DRAFTING, reverse("dossiers:begin_result", args=at), _("Draft the result")))
    acts.sort(key=lambda act: EXPECTED.index(act[0]) if act[0] in EXPECTED else len(EXPECTED))
    if prepared:
        others = [(address, title) for verb, address, title in acts if verb in BESIDE_A_REQUEST]
        return _sending(user, prepared, at, now), others
    if unready:
        others = [(address, title) for verb, address, title in acts if verb not in (Verb.SUBMIT, Verb.APPROVE)]
        return unready.step_of(user, now), others
    shown = [(address, title) for _verb, address, title in acts]
    first = acts[0][0] if acts else None
    is_next = first in EXPECTED and first != Verb.ASK and not (first == Verb.ASSIGN and dossier.handler_id)
    return (shown[0], shown[1:]) if is_next else (None, shown)


def _sending(user, request, at, now):
    """(address, title) of sending a prepared request, for whoever may send it; else None."""
    if not may_approve_request(user, request, now):
        return None
    return reverse("dossiers:send_supplement", args=[*at, request.public_id]), _("Check and send the request")
