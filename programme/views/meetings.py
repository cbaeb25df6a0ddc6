"""Meetings: their list, the page of one, and the forms by which it is prepared, held and cancelled."""

import copy

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.access import may_open
from documents.forms.papers import PaperForm
from documents.models import OutgoingPaper
from documents.paper_states import State as PaperState
from documents.presenting import worth_of
from documents.services.trust import verified
from documents.serving import serve
from documents.word_tables import AS_WORD
from programme.forms.meetings import ConclusionForm, DocumentForm, MeetingForm, ProceedingsForm
from programme.forms.papers import ConfirmForm, ReasonForm
from programme.models import Conclusion, Meeting, MeetingDocument, MeetingPaper
from programme.permissions.meetings import KEEP, can_keep_meeting
from programme.presenting.meetings import ANSWER_KINDS, STATE_KINDS, draft_of
from programme.services import meeting_papers as papers
from programme.services import meetings as services
from programme.services.invitations import issued_invitation, may_withdraw, on_paper, to_send
from programme.tables import meetings as tables
from programme.views.acting import act, bound
from reference.days_off import MEETING_ON, day_off, days_off
from reference.sending import do_once
from screens import formats
from screens.forms import form_data
from screens.lists import Sheet, show_list

STATE, KIND = Meeting.State, MeetingPaper.Kind
GUESTS_SHOWN = 50
BY_HAND_SHOWN = 20
DRAFTS = {
    KIND.INVITATION: gettext_lazy("Draft the letter of invitation"),
    KIND.MINUTES: gettext_lazy("Draft the minutes"),
    KIND.CONCLUSIONS: gettext_lazy("Draft the notice of conclusions"),
}


def meeting_list(request):
    action = None
    if request.user.may(KEEP):
        action = {"url": reverse("programme:add_meeting"), "label": _("Prepare a meeting")}
    return show_list(
        request,
        name="meetings",
        title=_("Meetings"),
        lead=_("Invitations, who came, minutes and conclusions; conclusions are followed as given tasks."),
        table_class=tables.MeetingTable,
        filterset_class=tables.MeetingFilter,
        queryset=Meeting.objects.visible_to(request.user),
        ordering=("-starts_at", "-id"),
        export_name="cuoc-hop",
        main_action=action,
        empty=_("No meeting is entered that you see."),
        template="programme/list.html",
        sheet=Sheet(
            title=_("Schedule of meetings"), period=_("On %(day)s") % {"day": formats.vn_date(timezone.localdate())}
        ),
        more_exports=AS_WORD,
    )


def visible_meeting(request, public_id):
    rows = Meeting.objects.visible_to(request.user).select_related("office", "chair", "secretary")
    return get_object_or_404(rows, public_id=public_id)


def kept_meeting(request, public_id):
    """The meeting, for somebody who keeps it."""
    meeting = visible_meeting(request, public_id)
    if not can_keep_meeting(request.user, meeting):
        raise PermissionDenied(_("The office that prepares the meeting, its secretary and its chair do this."))
    return meeting


def of_meeting(meeting, now):
    """What every form of a meeting's page shares."""
    address = meeting.get_absolute_url()
    return {
        "back": address,
        "back_label": str(meeting),
        "now": now,
        "then": address,
        "template": "programme/meeting_form.html",
    }


def meeting_detail(request, public_id):
    meeting, now = visible_meeting(request, public_id), timezone.now()
    keeps = can_keep_meeting(request.user, meeting)
    guests = list(meeting.invitees.standing().order_by("place")[: GUESTS_SHOWN + 1])
    conclusions = list(meeting.conclusions.standing().select_related("office", "person", "given").order_by("number"))
    off = days_off([row.deadline for row in conclusions if row.given is None])
    invitation = issued_invitation(meeting)
    said, is_open = otherwise(meeting), keeps and services.guests_are_open(meeting)
    shown = [
        (guest, ANSWER_KINDS.get(guest.answer, "quiet"), is_open and may_withdraw(guest))
        for guest in guests[:GUESTS_SHOWN]
    ]
    may_enter_answers = keeps and meeting.state == STATE.INVITED and meeting.starts_at > now
    return render(
        request,
        "programme/meeting.html",
        {
            "meeting": meeting,
            "kind": STATE_KINDS[meeting.state],
            "keeps": keeps,
            "turn": _turn(meeting, invitation, now),
            "facts": _facts(meeting),
            "acts": _acts(meeting, invitation, now) if keeps else [],
            "documents": meeting.documents.filter(withdrawn_at__isnull=True).select_related("file").order_by("id"),
            "may_attach": keeps and meeting.state not in (STATE.CONCLUDED, STATE.CANCELLED),
            "otherwise": said,
            "day_off": _on_day_off(meeting),
            "by_hand": _by_hand(meeting) if keeps and (said or _is_changed(meeting)) else "",
            "guests": shown,
            "anybody_marked": any(guest.attended is not None for guest, _tag, _may in shown),
            "anything_to_do": may_enter_answers or any(may for _guest, _tag, may in shown),
            "more_guests": len(guests) > GUESTS_SHOWN,
            "may_enter_answers": may_enter_answers,
            "papers": _papers(request.user, meeting, keeps),
            "conclusions": [(row, off.get(row.deadline, "")) for row in conclusions],
            "may_conclude": keeps and services.conclusions_are_open(meeting),
        },
    )


def _on_day_off(meeting):
    to_come = meeting.state in (STATE.PREPARED, STATE.INVITED)
    return day_off(timezone.localdate(meeting.starts_at), MEETING_ON) if to_come else ""


def otherwise(meeting):
    """A sentence, while the meeting is still to come: what its letter of invitation says otherwise, and what follows."""
    paper = papers.standing_paper(meeting, KIND.INVITATION)
    if paper is None or meeting.state not in (STATE.PREPARED, STATE.INVITED):
        return ""
    said, more = papers.said_otherwise(meeting, paper), papers.invites_otherwise(meeting, paper)
    if not said:
        return more
    if paper.state == PaperState.ISSUED:
        said = _with(said, _("The letter is issued: the page of each invitation says that the meeting holds."))
    else:
        said = _with(said, _("The letter goes no further until both say the same."))
    return _with(said, more)


def _is_changed(meeting):
    """Whether whoever was invited reads on paper what no longer holds."""
    return meeting.moved_at is not None or (meeting.state == STATE.CANCELLED and meeting.invited_at is not None)


def _by_hand(meeting):
    """A sentence: who is invited on paper and hears of a change from the secretary alone; "" where nobody is."""
    names = list(on_paper(meeting).values_list("name", flat=True)[: BY_HAND_SHOWN + 1])
    if not names:
        return ""
    more = ["…"] if len(names) > BY_HAND_SHOWN else []
    return _("Invited on paper, so that the portal does not tell them; tell them yourself: %(names)s.") % {
        "names": "; ".join(names[:BY_HAND_SHOWN] + more)
    }


def _with(sentence, more):
    return f"{sentence} {more}".strip()


def _turn(meeting, invitation, now):
    """A sentence: what comes next; empty where nothing does."""
    if meeting.state == STATE.PREPARED:
        if invitation:
            return _("The letter of invitation is issued: the secretary sends the invitations.")
        return _(
            "The secretary lists the guests and drafts the letter of invitation, which is signed, numbered and issued."
        )
    if meeting.state == STATE.INVITED:
        if meeting.starts_at > now:
            return _("Guests answer until the meeting begins.")
        return _("The secretary marks who came and enters the meeting as held.")
    if meeting.state == STATE.HELD:
        return _(
            "The secretary writes down the conclusions and drafts their notice; its issuing concludes the meeting."
        )
    return ""


def _facts(meeting):
    facts = [
        (_("Begins at"), meeting.when),
        (pgettext("meeting", "Place"), meeting.place),
        (_("Chair"), meeting.chair.full_name),
        (_("Secretary"), meeting.secretary.full_name),
        (_("Office that prepares it"), formats.vietnamese(meeting.office.name)),
        (_("Agenda"), meeting.agenda),
    ]
    if meeting.proceedings:
        facts.append((_("Proceedings"), meeting.proceedings))
    if meeting.reason:
        facts.append((_("Why it was cancelled"), meeting.reason))
    return facts


def _acts(meeting, invitation, now):
    """[(address, label)] of what whoever keeps the meeting can do now, the main one first."""
    begun, found = meeting.starts_at <= now, []
    may_send = meeting.state in (STATE.PREPARED, STATE.INVITED) and not begun
    if may_send and invitation and to_send(meeting).exists():
        found.append(("send_invitations", _("Send the invitations")))
    if meeting.state == STATE.INVITED and begun:
        found.append(("hold_meeting", _("Enter as held")))
    guests_are_open = services.guests_are_open(meeting)
    if begun and guests_are_open and meeting.state != STATE.PREPARED:
        found.append(("mark_attendance", _("Mark who came")))
    if guests_are_open:
        found.append(("add_guests", _("Add guests")))
    if guests_are_open and meeting.state == STATE.HELD:
        found.append(("correct_proceedings", _("Correct the proceedings")))
    if meeting.state in (STATE.PREPARED, STATE.INVITED):
        found += [("edit_meeting", _("Change")), ("cancel_meeting", _("Cancel the meeting"))]
    return [(reverse(f"programme:{name}", args=[meeting.public_id]), label) for name, label in found]


def _papers(user, meeting, keeps):
    """The papers of the meeting, and what can be drafted now."""
    rows = meeting.papers.select_related("paper__number").order_by("id")
    seen = set(
        OutgoingPaper.objects.visible_to(user)
        .filter(pk__in=[row.paper_id for row in rows])
        .values_list("pk", flat=True)
    )
    drafts = [
        (reverse("programme:draft_meeting_paper", args=[meeting.public_id, kind.value]), DRAFTS[kind])
        for kind in KIND
        if keeps and may_open(user, "documents:draft_paper") and papers.may_begin(meeting, kind)
    ]
    return {
        "rows": [(row, row.paper.get_absolute_url() if row.paper_id in seen else "") for row in rows],
        "drafts": drafts,
    }


# --- preparing ---------------------------------------------------------------------------------


def add_meeting(request):
    now = timezone.now()
    initial = {"secretary": request.user.pk}
    post = request.user.posts.in_force(timezone.localdate(now)).first()
    initial |= {"office": post.office_id} if post else {}
    form = bound(request, MeetingForm, initial=initial)
    return act(
        request,
        form,
        lambda: services.add_meeting(values=form.values(), by=request.user, now=now),
        verb="add meeting",
        title=_("Prepare a meeting"),
        submit=_("Enter the meeting"),
        done=_("The meeting is entered. List the guests, then draft the letter of invitation."),
        back=reverse("programme:meeting_list"),
        back_label=_("Meetings"),
        now=now,
    )


def edit_meeting(request, public_id):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    form = bound(request, MeetingForm, instance=copy.copy(meeting))
    invited = meeting.state == STATE.INVITED
    by_hand = _by_hand(meeting) if invited else ""
    return act(
        request,
        form,
        lambda: services.edit_meeting(
            meeting=meeting,
            values=form.values(),
            version=form.cleaned_data["version"],
            reason=form.cleaned_data.get("reason", ""),
            by=request.user,
            now=now,
        ),
        verb=f"edit meeting {meeting.public_id}",
        title=_("Change the meeting"),
        submit=_("Save the change"),
        done=_with(_("The meeting is changed."), by_hand),
        lead=_with(_("Whoever is invited already is told of the change."), by_hand) if invited else "",
        **of_meeting(meeting, now),
    )


def cancel_meeting(request, public_id):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    form = bound(request, ReasonForm)
    by_hand = _by_hand(meeting)
    return act(
        request,
        form,
        lambda: services.cancel_meeting(meeting=meeting, reason=form.cleaned_data["reason"], by=request.user, now=now),
        verb=f"cancel meeting {meeting.public_id}",
        title=_("Cancel the meeting"),
        submit=_("Cancel the meeting"),
        done=_with(_("The meeting is cancelled; whoever was invited is told."), by_hand),
        lead=_with(_("Whoever is invited already is told, with the reason."), by_hand),
        **of_meeting(meeting, now),
    )


def hold_meeting(request, public_id):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    form = bound(request, ProceedingsForm, initial={"version": meeting.version})
    return act(
        request,
        form,
        lambda: services.hold_meeting(
            meeting=meeting,
            proceedings=form.cleaned_data["proceedings"],
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        ),
        verb=f"hold meeting {meeting.public_id}",
        title=_("Enter the meeting as held"),
        submit=_("Enter as held"),
        done=_("The meeting is entered as held. Write down its conclusions."),
        **of_meeting(meeting, now),
    )


def correct_proceedings(request, public_id):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    form = bound(request, ProceedingsForm, initial={"proceedings": meeting.proceedings, "version": meeting.version})
    return act(
        request,
        form,
        lambda: services.correct_proceedings(
            meeting=meeting,
            proceedings=form.cleaned_data["proceedings"],
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        ),
        verb=f"correct proceedings {meeting.public_id}",
        title=_("Correct the proceedings"),
        submit=_("Save the change"),
        done=_("The proceedings are corrected."),
        lead=_("Minutes that are drafted already are corrected on their own page.")
        if papers.standing_paper(meeting, KIND.MINUTES)
        else "",
        **of_meeting(meeting, now),
    )


# --- documents ---------------------------------------------------------------------------------


def attach_document(request, public_id):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    form = bound(request, DocumentForm, now=now, user=request.user)
    return act(
        request,
        form,
        lambda: services.attach_document(
            meeting=meeting, title=form.cleaned_data["title"], file=form.kept(), by=request.user, now=now
        ),
        verb=f"attach document {meeting.public_id}",
        title=_("Attach a document"),
        submit=_("Attach"),
        done=_("The document is attached."),
        point_out=lambda: _doubt_of(form.kept(), now),
        lead=_("Everybody who is invited can download it from their invitation."),
        **of_meeting(meeting, now),
    )


def _doubt_of(file, now):
    """That a PDF was changed after it was signed, or its signatures do not say whose it is: it goes to everybody invited."""
    if file is None or file.format != "pdf":
        return ""
    kind, words = worth_of(verified(file, now))
    said = _(
        "The signatures of “%(file)s”: %(worth)s. See whether it is the right file before the invitations are sent."
    )
    return said % {"file": file.original_name, "worth": words} if kind == "bad" else ""


def _document(meeting, public_id):
    rows = MeetingDocument.objects.filter(meeting=meeting, withdrawn_at__isnull=True).select_related("file", "meeting")
    return get_object_or_404(rows, public_id=public_id)


def meeting_document(request, public_id, document):
    meeting = visible_meeting(request, public_id)
    return serve(_document(meeting, document).file, request, of=meeting, basis=f"meeting {meeting.public_id}")


def withdraw_document(request, public_id, document):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    row = _document(meeting, document)
    form = bound(request, ConfirmForm)
    return act(
        request,
        form,
        lambda: services.withdraw_document(document=row, by=request.user, now=now),
        verb=f"withdraw document {row.public_id}",
        title=_("Take the document away"),
        submit=pgettext("meeting", "Take away"),
        done=_("The document is taken away."),
        lead=row.title,
        **of_meeting(meeting, now),
    )


# --- papers ------------------------------------------------------------------------------------


def draft_meeting_paper(request, public_id, kind):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    if kind not in KIND.values:
        raise Http404
    kind = KIND(kind)
    if request.method == "GET" and not papers.may_begin(meeting, kind):
        messages.info(
            request,
            _("This paper is drafted already, or is not drafted now. The page of the meeting says what comes next."),
        )
        return HttpResponseRedirect(meeting.get_absolute_url())
    initial = draft_of(meeting, kind, timezone.localdate(now)) if request.method == "GET" else {}
    form = PaperForm(form_data(request)[0], user=request.user, initial=initial)
    done = do_once(
        request,
        form,
        f"draft {kind} {meeting.public_id}",
        lambda given, **by: papers.begin_meeting_paper(meeting=meeting, kind=kind, values=form.values(), **by),
    )
    if done:
        messages.success(request, _("The paper is begun. Look at how it will be printed, then send it on its way."))
        return HttpResponseRedirect(reverse("documents:paper", args=[done]))
    page = of_meeting(meeting, now) | {
        "form": form,
        "title": DRAFTS[kind],
        "submit": _("Save the draft"),
        "lead": _(
            "Filled in from the meeting. It goes the way of all papers: initialled, checked, signed, numbered, issued."
        ),
    }
    return render(request, "programme/meeting_form.html", page)


# --- conclusions -------------------------------------------------------------------------------


def add_conclusion(request, public_id):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    form = bound(request, ConclusionForm)
    return act(
        request,
        form,
        lambda: services.add_conclusion(meeting=meeting, values=form.values(), by=request.user, now=now),
        verb=f"add conclusion {meeting.public_id}",
        title=_("Write down a conclusion"),
        submit=_("Write down"),
        done=_("The conclusion is written down."),
        point_out=lambda: day_off(form.cleaned_data["deadline"]),
        lead=_("Once the notice is issued it is followed as a given task of the office and the person in charge."),
        **of_meeting(meeting, now),
    )


def _conclusion(request, public_id, number):
    meeting = kept_meeting(request, public_id)
    rows = Conclusion.objects.standing().filter(meeting=meeting).select_related("meeting", "office", "person")
    return meeting, get_object_or_404(rows, number=number)


def edit_conclusion(request, public_id, number):
    (meeting, row), now = _conclusion(request, public_id, number), timezone.now()
    form = bound(request, ConclusionForm, instance=copy.copy(row))
    return act(
        request,
        form,
        lambda: services.edit_conclusion(
            conclusion=row, values=form.values(), version=form.cleaned_data["version"], by=request.user, now=now
        ),
        verb=f"edit conclusion {row.public_id}",
        title=_("Change conclusion %(number)s") % {"number": number},
        submit=_("Save the change"),
        done=_("The conclusion is changed."),
        point_out=lambda: day_off(form.cleaned_data["deadline"]),
        caution=day_off(row.deadline),
        **of_meeting(meeting, now),
    )


def drop_conclusion(request, public_id, number):
    (meeting, row), now = _conclusion(request, public_id, number), timezone.now()
    form = bound(request, ReasonForm)
    return act(
        request,
        form,
        lambda: services.drop_conclusion(conclusion=row, reason=form.cleaned_data["reason"], by=request.user, now=now),
        verb=f"drop conclusion {row.public_id}",
        title=_("Leave conclusion %(number)s out") % {"number": number},
        submit=_("Leave out"),
        done=_("The conclusion is left out."),
        lead=row.content,
        **of_meeting(meeting, now),
    )
