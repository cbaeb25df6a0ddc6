"""Guests of a meeting: their list, sending the invitations, who came; and the invitation as whoever is invited reads it."""

from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from audit.refusals import Refused
from documents.serving import serve
from documents.word_tables import AS_WORD
from programme.forms.meetings import AnswerForm, AttendanceForm, GuestsForm
from programme.forms.papers import ConfirmForm
from programme.models import Invitee, Meeting
from programme.permissions.meetings import can_keep_meeting
from programme.presenting.meetings import ANSWER_KINDS
from programme.services import invitations as services
from programme.services.meeting_papers import came_as_nobody, said_otherwise
from programme.services.meetings import guests_are_open
from programme.tables import meetings as tables
from programme.views.acting import act, bound
from programme.views.meetings import kept_meeting, of_meeting, otherwise, visible_meeting
from reference.sending import do_once
from reference.sending_many import act_on_many
from screens import formats
from screens.forms import form_data
from screens.lists import EXPORTERS, Listing, Sheet, show_list

STATE, WAY = Meeting.State, Invitee.Way
LIMITS = {"answer": "30/h/key"}
SIGNERS = [gettext_lazy("Secretary"), "", gettext_lazy("Chair")]


# --- the list of guests ------------------------------------------------------------------------


def attendance_list(request, public_id):
    meeting = visible_meeting(request, public_id)
    action = None
    if can_keep_meeting(request.user, meeting) and guests_are_open(meeting):
        action = {"url": reverse("programme:add_guests", args=[meeting.public_id]), "label": _("Add guests")}
    sheet = Sheet(title=_("List of delegates"), period=f"{meeting} – {meeting.when}", signers=SIGNERS)
    guests = meeting.invitees.standing()

    def to_sign(listing):
        printed = Listing(
            listing.request,
            tables.SignInSheet,
            guests,
            tables.GuestFilter,
            ("place", "id"),
            title=str(sheet.title),
            sheet=sheet,
        )
        return EXPORTERS["print"](printed)

    return show_list(
        request,
        name="guests",
        title=_("List of delegates"),
        lead=f"{meeting} – {meeting.when}, {meeting.place}",
        table_class=_table_for(request.user, meeting),
        filterset_class=tables.GuestFilter,
        queryset=guests,
        ordering=("place", "id"),
        export_name="danh-sach-dai-bieu",
        main_action=action,
        empty=_("Nobody is invited yet."),
        template="programme/guest_list.html",
        context={"meeting": meeting},
        sheet=sheet,
        more_exports={"to_sign": (_("Sign-in list as a form"), to_sign)} | AS_WORD,
    )


def _table_for(user, meeting):
    """Whoever keeps the meeting finds beside each guest what can be done: the page of the meeting shows the first ones only."""
    if not can_keep_meeting(user, meeting) or not guests_are_open(meeting):
        return tables.GuestTable
    invited = meeting.state == STATE.INVITED and meeting.starts_at > timezone.now()
    return tables.GuestTableInvited if invited else tables.GuestTableKept


def add_guests(request, public_id):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    form = bound(request, GuestsForm)
    left: list[str] = []

    def add():
        _added, already = services.add_guests(meeting=meeting, by=request.user, now=now, **form.values())
        left.extend(already)

    def whom_not():
        return (
            _("Not added, as they stand on the list already: %(guests)s.") % {"guests": "; ".join(left)} if left else ""
        )

    return act(
        request,
        form,
        add,
        verb=f"add guests {meeting.public_id}",
        title=_("Add guests"),
        submit=_("Put on the list"),
        done=_("The guests stand on the list.")
        if meeting.starts_at <= now
        else _("The guests stand on the list. Nobody is told before the invitations are sent."),
        point_out=whom_not,
        **of_meeting(meeting, now),
    )


def _guest(request, public_id, place):
    meeting = kept_meeting(request, public_id)
    return meeting, get_object_or_404(meeting.invitees.standing().select_related("meeting"), place=place)


def withdraw_guest(request, public_id, place):
    (meeting, guest), now = _guest(request, public_id, place), timezone.now()
    form = bound(request, ConfirmForm)
    return act(
        request,
        form,
        lambda: services.withdraw_guest(invitee=guest, by=request.user, now=now),
        verb=f"withdraw guest {guest.public_id}",
        title=_("Take off the list: %(guest)s") % {"guest": guest},
        submit=_("Take off the list"),
        done=_("The guest is taken off the list."),
        **of_meeting(meeting, now),
    )


def enter_answer(request, public_id, place):
    """What a guest said by telephone or on paper, entered for them."""
    (meeting, guest), now = _guest(request, public_id, place), timezone.now()
    form = bound(request, AnswerForm, initial=_answered(guest))
    return act(
        request,
        form,
        lambda: services.answer_invitation(invitee=guest, by=request.user, now=now, **_given(form)),
        verb=f"enter answer {guest.public_id}",
        title=_("Enter the answer of %(guest)s") % {"guest": guest},
        submit=_("Enter the answer"),
        done=pgettext("meeting", "The answer is entered."),
        lead=_("The history says that you entered it and whose answer it is."),
        **of_meeting(meeting, now),
    )


def _answered(guest):
    return {
        "answer": guest.answer,
        "delegate": guest.delegate,
        "version": guest.version,
        "meeting_version": guest.meeting.version,
    }


def _given(form):
    return {name: form.cleaned_data[name] for name in ("answer", "delegate", "version", "meeting_version")}


def send_invitations(request, public_id):
    """Everybody on the list who is not invited yet, in one act, with a result for each."""
    meeting, now = kept_meeting(request, public_id), timezone.now()
    guests = list(services.to_send(meeting))
    if not guests:
        messages.info(request, _("Everybody on the list is invited already."))
        return HttpResponseRedirect(meeting.get_absolute_url())
    form = bound(request, ConfirmForm)
    if request.method == "POST" and form.is_valid():
        try:
            services.open_invitations(meeting=meeting, by=request.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _invite(request, meeting, guests)
    page = of_meeting(meeting, now) | {
        "form": form,
        "title": _("Send the invitations"),
        "submit": _("Send the invitations"),
        "lead": _(
            "%(count)s guests are invited: in the portal and by e-mail where somebody has an account, by an e-mail with a link "
            "of their own where there is an address, else on paper."
        )
        % {"count": len(guests)},
        "caution": otherwise(meeting),
    }
    return render(request, "programme/meeting_form.html", page)


HOW_INVITED = {
    WAY.PORTAL: gettext_lazy("in the portal and by e-mail"),
    WAY.LINK: gettext_lazy("by an e-mail with a link"),
    WAY.PAPER: gettext_lazy("on paper; the letter is still to be carried there"),
}


def _invite(request, meeting, guests):
    ways = []

    def way_of(guest):
        ways.append(guest.way)
        return str(HOW_INVITED.get(guest.way, ""))

    answer = act_on_many(
        request,
        guests,
        verb="send invitation",
        title=_("Send the invitations"),
        done=_("The guest is invited"),
        back=reverse("programme:attendance_list", args=[meeting.public_id]),
        act=lambda guest, **by: services.send_invitation(invitee=guest, **by),
        came=way_of,
    )
    on_paper = ways.count(WAY.PAPER)
    if on_paper:
        said = ngettext(
            "%(count)s guest is invited on paper: the letter is still to be carried there.",
            "%(count)s guests are invited on paper: the letters are still to be carried there.",
            on_paper,
        )
        messages.warning(request, said % {"count": on_paper})
    return answer


def mark_attendance(request, public_id):
    meeting, now = kept_meeting(request, public_id), timezone.now()
    if request.method == "GET" and not services.attendance_is_open(meeting, now):
        messages.info(request, services.not_marked_now())
        return HttpResponseRedirect(meeting.get_absolute_url())
    guests = list(meeting.invitees.standing().order_by("place"))
    form = bound(request, AttendanceForm, guests=guests, initial={"version": meeting.version})
    return act(
        request,
        form,
        lambda: services.mark_attendance(
            meeting=meeting, marks=form.marks(), version=form.cleaned_data["version"], by=request.user, now=now
        ),
        verb=f"mark attendance {meeting.public_id}",
        title=_("Mark who came"),
        submit=_("Save"),
        done=_("It is marked who came."),
        point_out=lambda: came_as_nobody(meeting.invitees.standing().order_by("place")),
        **of_meeting(meeting, now) | {"template": "programme/attendance.html"},
    )


# --- the invitation itself ---------------------------------------------------------------------


def own_invitation(request, public_id):
    """What whoever is invited reads and answers, signed in."""
    invitee = _own(request, public_id)
    return _invitation(
        request,
        invitee,
        by=request.user,
        address=_own_address(public_id),
        files=_files(invitee, "programme:own_invitation_file", invitee.public_id),
    )


def _own_address(public_id):
    return reverse("programme:own_invitation", args=[public_id])


def _link_address(token):
    return reverse("programme:invitation_by_link", args=[token])


def _own(request, public_id):
    rows = Invitee.objects.visible_to(request.user).select_related("meeting__chair", "meeting__office")
    return get_object_or_404(rows, public_id=public_id)


def own_invitation_file(request, public_id, document):
    return _serve(request, _own(request, public_id), document, by=request.user, address=_own_address(public_id))


def invitation_by_link(request, token):
    """The same for whoever has no account: the link opens this one invitation and nothing else."""
    invitee = _linked(token)
    files = _files(invitee, "programme:invitation_file_by_link", token)
    return _invitation(request, invitee, by=services.BY_LINK, address=_link_address(token), files=files)


def _linked(token):
    return get_object_or_404(Invitee.objects.select_related("meeting__chair", "meeting__office"), token=token)


def invitation_file_by_link(request, token, document):
    return _serve(request, _linked(token), document, by=services.BY_LINK, address=_link_address(token))


def _documents(invitee):
    """[(public id, title, file)] that go with the invitation: the giấy mời itself and what was attached."""
    meeting, found = invitee.meeting, []
    paper = services.issued_invitation(meeting)
    if paper is not None:
        found.append((paper.public_id, paper.number.symbol, paper.sealed))
    if meeting.state != STATE.CANCELLED:
        rows = meeting.documents.filter(withdrawn_at__isnull=True).select_related("file").order_by("id")
        found += [(row.public_id, row.title, row.file) for row in rows]
    return found


def _files(invitee, route, key):
    return [(title, reverse(route, args=[key, public_id]), file) for public_id, title, file in _documents(invitee)]


@dataclass(frozen=True)
class _Opened:
    """An invitation at the address where whoever is invited reads it."""

    invitee: Invitee
    address: str

    def __str__(self):
        return str(self.invitee.meeting)

    def get_absolute_url(self):
        return self.address


def _serve(request, invitee, document, *, by, address):
    file = next((file for public_id, _title, file in _documents(invitee) if public_id == document), None)
    if file is None:
        raise Http404
    return serve(file, request, of=_Opened(invitee, address), basis=f"invitation {invitee.public_id}", by=by)


def _invitation(request, invitee, *, by, address, files):
    meeting, now = invitee.meeting, timezone.now()
    open_ = meeting.state == STATE.INVITED and meeting.starts_at > now
    form = AnswerForm(form_data(request)[0], initial=_answered(invitee)) if open_ or request.method == "POST" else None
    if request.method == "POST" and not ratelimit.consume(
        request, app="programme", action="answer", config=LIMITS, key=str(invitee.public_id)
    ):
        form.add_error(None, _("Answered too often from here. Wait an hour; the last answer stands."))
    elif do_once(
        request,
        form,
        f"answer invitation {invitee.public_id}",
        lambda given, **act: services.answer_invitation(invitee=invitee, **given, **act),
        by=by,
    ):
        messages.success(request, _("Thank you, the answer is kept. It can be changed until the meeting begins."))
        return HttpResponseRedirect(address)
    paper = services.issued_invitation(meeting)
    page = {
        "invitee": invitee,
        "meeting": meeting,
        "paper": paper,
        "otherwise": said_otherwise(meeting, paper) if paper and meeting.state == STATE.INVITED else "",
        "files": files,
        "form": form,
        "kind": ANSWER_KINDS.get(invitee.answer, "quiet"),
        "begun_at": formats.vn_datetime(meeting.starts_at),
    }
    return render(request, "programme/invitation.html", page)
