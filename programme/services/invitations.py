"""The verbs of invitations: who is invited, sending them all in one act, answering, and who came."""

import secrets

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import actor_name, record_event
from audit.refusals import Conflict, NotAllowed, Refused, StaleVersion
from notices.services.telling import tell
from programme.invited_enterprises import enterprises
from programme.models import Invitee, Meeting, MeetingPaper
from programme.permissions.meetings import can_answer
from programme.services.meetings import guests_are_open, kept, no_longer
from programme.services.moving import locked, save
from programme.telling import INVITED
from screens import formats
from screens.text import clean

STATE, KIND, WAY, ANSWER = Meeting.State, Invitee.Kind, Invitee.Way, Invitee.Answer
BY_LINK = "system:invitation"  # whoever answers by the link of an invitation


def names_of_guests(actors):
    """How logs and histories call whoever came by the link of an invitation (audit.events.register_names)."""
    return {BY_LINK: _("a guest, by the link of the invitation")} if BY_LINK in actors else {}


@transaction.atomic
def add_guests(*, meeting, by, now, offices=(), people=(), tax_codes=(), outside=()):
    """Put guests on the list; `outside` are (name, e-mail or ""). Returns them, and the names of those who stand
    on it already."""
    meeting = kept(meeting, by)
    if meeting.state in (STATE.CONCLUDED, STATE.CANCELLED):
        raise no_longer(meeting)
    if not guests_are_open(meeting):
        raise Conflict(
            _("The minutes are on their way or issued. Guests are added before, or once the minutes were sent back.")
        )
    known = enterprises().named(tax_codes) if tax_codes else {}
    _require_invitable([code for code in tax_codes if code not in known])
    wanted = [{"kind": KIND.OFFICE, "office": office, "name": office.name} for office in offices]
    wanted += [{"kind": KIND.PERSON, "person": person, "name": person.full_name} for person in people]
    wanted += [{"kind": KIND.ENTERPRISE, "enterprise": key, "name": name[:200]} for key, name in known.values()]
    wanted += [{"kind": KIND.OUTSIDE, "name": name, "email": email} for name, email in outside]
    standing = list(meeting.invitees.standing())
    place = meeting.invitees.aggregate(last=Max("place"))["last"] or 0
    added, left = [], []
    for values in wanted:
        if any(_is_same(guest, values) for guest in [*standing, *added]):
            left.append(values["name"])
            continue
        place += 1
        guest = Invitee(meeting=meeting, place=place, added_by=by.public_id, added_at=now, **values)
        guest.derive()
        guest.save()
        added.append(guest)
    if not added:
        raise Refused(_("All of them stand on the list already. Choose or write whom else to invite."))
    record_event(
        "guests added", meeting, by=by, now=now, count=len(added), personal={"guests": "; ".join(map(str, added))}
    )
    return added, left


def _require_invitable(codes):
    """Refuse tax codes by which nobody can be invited: those that nobody has, and those of whom it is known why."""
    gone = enterprises().gone(codes) if codes else {}
    said, missing = [gone[code] for code in codes if code in gone], [code for code in codes if code not in gone]
    if said:
        said.append(_("Take the code off the list, or enter whoever is to come by name."))
    if missing:
        said.append(
            _(
                "No enterprise is registered with the tax code %(codes)s. Correct it, or enter the body outside by its name."
            )
            % {"codes": ", ".join(missing)}
        )
    if said:
        raise Refused(" ".join(said))


def _is_same(guest, values):
    """Several of one body may share its address: whoever comes from outside is told apart by the name, then by the address."""
    if guest.kind != values["kind"]:
        return False
    if guest.kind == KIND.OUTSIDE:
        addresses = {guest.email, values["email"]} - {""}
        return clean(guest.name).casefold() == clean(values["name"]).casefold() and len(addresses) < 2
    return getattr(guest, guest.kind) == values[guest.kind]


def may_withdraw(invitee):
    """Whether a guest can be taken off the list, while the list of the meeting is open."""
    return not (invitee.withdrawn_at or invitee.sent_at or invitee.attended)


@transaction.atomic
def withdraw_guest(*, invitee, by, now):
    """Take somebody off the list who was not invited yet."""
    meeting = kept(invitee.meeting, by)
    invitee = locked(invitee)
    if meeting.state in (STATE.CONCLUDED, STATE.CANCELLED):
        raise no_longer(meeting)
    if not guests_are_open(meeting):
        raise Conflict(
            _(
                "The minutes are on their way or issued. A guest is taken off the list before, or once the minutes were sent back."
            )
        )
    if invitee.withdrawn_at or invitee.sent_at:
        raise Conflict(_("The invitation is sent, or the guest was taken off the list already."))
    if invitee.attended:
        raise Refused(_("%(guest)s is marked as having come. Correct who came first.") % {"guest": invitee})
    invitee.withdrawn_at, invitee.withdrawn_by = now, by.public_id
    invitee.save_version(invitee.version, update_fields=["withdrawn_at", "withdrawn_by"])
    record_event("guest withdrawn", meeting, by=by, now=now, personal={"guest": invitee.name})
    return invitee


# --- sending -----------------------------------------------------------------------------------


def issued_invitation(meeting):
    """The giấy mời that was issued for the meeting, or None."""
    found = MeetingPaper.objects.issued().filter(meeting=meeting, kind="invitation")
    found = found.select_related("paper__number", "paper__sealed", "paper__series", "paper__signer").first()
    return found.paper if found else None


def to_send(meeting):
    return meeting.invitees.standing().filter(sent_at__isnull=True).select_related("meeting").order_by("place")


def on_paper(meeting):
    """Guests whom nothing but paper reaches: what changes is told to them by hand."""
    return meeting.invitees.filter(way=WAY.PAPER).order_by("place")


@transaction.atomic
def open_invitations(*, meeting, by, now):
    """The meeting invites from now on: its giấy mời is issued and there is somebody to invite."""
    meeting = kept(meeting, by)
    if meeting.state not in (STATE.PREPARED, STATE.INVITED):
        raise no_longer(meeting)
    if issued_invitation(meeting) is None:
        raise Refused(
            _("The letter of invitation is not issued yet. It is drafted from the meeting and goes its way first.")
        )
    if meeting.starts_at <= now:
        raise Refused(_("The meeting has begun. Nobody can be invited any more."))
    if not to_send(meeting).exists():
        raise Refused(_("Everybody on the list is invited already."))
    if meeting.state == STATE.PREPARED:
        meeting.state, meeting.invited_at = STATE.INVITED, now
        meeting.save_version(meeting.version, update_fields=["state", "invited_at"])
        record_event("meeting invites", meeting, by=by, now=now)
    return meeting


@transaction.atomic
def send_invitation(*, invitee, by, now):
    """Invite one guest: in the portal where somebody has an account, by an e-mail with a link of their own, or on paper."""
    meeting = kept(invitee.meeting, by)
    invitee = locked(invitee)
    if meeting.state != STATE.INVITED or invitee.withdrawn_at or invitee.sent_at:
        raise Conflict(_("The invitation is sent, or the guest was taken off the list already."))
    if meeting.starts_at <= now:
        raise Refused(_("The meeting has begun. Nobody can be invited any more."))
    if invitee.kind == KIND.ENTERPRISE:
        invitee.email = enterprises().email_of(invitee.enterprise)
    if invitee.people(timezone.localdate(now)).exists():
        invitee.way = WAY.PORTAL
    elif invitee.email:
        invitee.way, invitee.token = WAY.LINK, secrets.token_urlsafe(24)
    else:
        invitee.way = WAY.PAPER
    invitee.sent_at = now
    invitee.derive()
    invitee.save_version(invitee.version, update_fields=["email", "way", "token", "sent_at", "folded"])
    record_event(
        "invitation sent", meeting, by=by, now=now, after={"way": invitee.way}, personal={"guest": invitee.name}
    )
    if invitee.way != WAY.PAPER:
        tell(INVITED, invitee, by=by, now=now)
    return invitee


# --- answering ---------------------------------------------------------------------------------


@transaction.atomic
def answer_invitation(*, invitee, answer, delegate, version, meeting_version, by, now):
    """Say whether one comes; changed as often as one likes until the meeting begins. It is answered for the meeting as it was
    read: what was changed since is shown first.

    `by` is a person whose invitation it is, BY_LINK, or whoever keeps the meeting and was told the answer.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=invitee.meeting_id)
    invitee = Invitee.objects.select_for_update(of=("self",)).get(pk=invitee.pk)
    invitee.meeting = meeting
    kind = _in_whose_name(invitee, meeting, by)
    if invitee.sent_at is None:
        raise Conflict(_("The invitation is not sent yet."))
    if meeting.state != STATE.INVITED:
        raise Conflict(
            _("The meeting is “%(state)s”; answers are no longer taken.") % {"state": meeting.get_state_display()}
        )
    if meeting.starts_at <= now:
        raise Conflict(
            _("The meeting began at %(time)s; answers are no longer taken.")
            % {"time": formats.vn_datetime(meeting.starts_at)}
        )
    delegate = " ".join(delegate.split())
    if answer == ANSWER.DEPUTY and not delegate:
        raise Refused(_("Write who comes instead."))
    if answer != ANSWER.DEPUTY:
        delegate = ""
    if meeting.version != meeting_version:
        raise StaleVersion(
            invitee,
            _(
                "The meeting was changed meanwhile: it is at %(when)s now, place: %(place)s. Nothing was recorded; look at it and "
                "send the answer again."
            )
            % {"when": meeting.when, "place": meeting.place},
        )
    if invitee.version != version:
        raise StaleVersion(invitee)
    before = {"answer": invitee.answer}
    invitee.answer, invitee.delegate, invitee.answered_at, invitee.answered_by = answer, delegate, now, actor_name(by)
    invitee.save_version(version, update_fields=["answer", "delegate", "answered_at", "answered_by"])
    personal = {"guest": invitee.name} | ({"delegate": delegate} if delegate else {})
    record_event(kind, meeting, by=by, now=now, before=before, after={"answer": answer}, personal=personal)
    return invitee


def _in_whose_name(invitee, meeting, by):
    """The kind of event: who answers, and whose answer it is."""
    if by == BY_LINK:
        if not invitee.token:
            raise NotAllowed(_("This invitation has no link."))
        return "invitation answered by link"
    if can_answer(by, invitee):
        return "invitation answered"
    kept(meeting, by)
    return "invitation answer entered"


# --- who came ----------------------------------------------------------------------------------


def attendance_is_open(meeting, now):
    return meeting.state != STATE.PREPARED and guests_are_open(meeting) and meeting.starts_at <= now


def not_marked_now():
    return _(
        "Who came is marked from the beginning of the meeting until its minutes are sent on their way or its conclusions issued; "
        "minutes that are not issued yet can be sent back."
    )


@transaction.atomic
def mark_attendance(*, meeting, marks, version, by, now):
    """Who came and as whom: `marks` is {place: (came, name)}, from the moment the meeting begins until its minutes are on their
    way or it is concluded."""
    meeting = kept(meeting, by)
    if not attendance_is_open(meeting, now):
        raise Conflict(not_marked_now())
    meeting.attendance_at = now
    save(meeting, version, ["attendance_at"])
    for guest in meeting.invitees.standing().filter(place__in=marks):
        came, name = marks[guest.place]
        attendee = (" ".join(name.split()) or guest.likely or guest.name) if came else ""
        if (guest.attended, guest.attendee) != (came, attendee):
            guest.attended, guest.attendee = came, attendee[:200]
            guest.save_version(guest.version, update_fields=["attended", "attendee"])
    count = meeting.invitees.filter(attended=True).count()
    record_event("attendance marked", meeting, by=by, now=now, count=count)
    return meeting
