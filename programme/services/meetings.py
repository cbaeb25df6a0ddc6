"""The verbs of a meeting: prepare it, change it, attach documents, hold it, write down what was concluded, cancel it."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from documents.paper_states import ON_THE_WAY
from documents.secrecy import refuse_secret
from notices.services.telling import tell_each
from programme.models import Conclusion, Meeting, MeetingDocument, MeetingPaper
from programme.permissions.meetings import KEEP, can_keep_meeting
from programme.services import given
from programme.services.moving import changed_values, locked, require_move, save, told
from programme.telling import MEETING_CANCELLED, MEETING_CHANGED
from screens import formats

STATE = Meeting.State
TOLD = ("subject", "starts_at", "place")  # what whoever is invited is told of when it changes
SETTLED = (*ON_THE_WAY, "issued")


@transaction.atomic
def add_meeting(*, values, by, now, synthetic=False):
    """Begin to prepare a meeting."""
    require(by, KEEP)
    meeting = Meeting(prepared_by=by.public_id, prepared_at=now, synthetic=synthetic, **values)
    _require_keeper(meeting, by)
    _require_plausible(meeting, now)
    meeting.derive()
    meeting.save()
    record_event("meeting prepared", meeting, by=by, now=now, after=_said(told(values)))
    return meeting


@transaction.atomic
def edit_meeting(*, meeting, values, version, by, now, reason=""):
    """Change what a meeting is about, when or where; whoever is invited already is told, with the reason."""
    meeting = kept(meeting, by)
    if meeting.state not in (STATE.PREPARED, STATE.INVITED):
        raise no_longer(meeting)
    before, after = changed_values(meeting, values)
    if not after:
        return meeting
    _require_keeper(meeting, by)
    _require_plausible(meeting, now)
    if meeting.state == STATE.INVITED and not reason.strip():
        raise Refused(_("The invitations are sent. Say why it is changed."))
    meeting.derive()
    changed = [*after, "folded"]
    if meeting.state == STATE.INVITED and "starts_at" in after:
        meeting.moved_at = now
        changed.append("moved_at")
    save(meeting, version, changed)
    record_event("meeting changed", meeting, by=by, now=now, reason=reason, before=_said(before), after=_said(after))
    if meeting.state == STATE.INVITED and set(after) & set(TOLD):
        _tell(MEETING_CHANGED, meeting, by=by, now=now, occasion=f"version {meeting.version}")
    return meeting


def _require_plausible(meeting, now):
    refuse_secret(meeting.subject, meeting.agenda, meeting.place)
    if meeting.starts_at <= now:
        raise Refused(_("A meeting is prepared before it begins. Check the day and the time."))


@transaction.atomic
def cancel_meeting(*, meeting, reason, by, now):
    """Call it off; whoever is invited already is told."""
    meeting = kept(meeting, by)
    invited = meeting.state == STATE.INVITED
    require_move(meeting, STATE.CANCELLED)
    if not reason.strip():
        raise Refused(_("Say why the meeting is cancelled."))
    meeting.state, meeting.ended_at, meeting.reason = STATE.CANCELLED, now, reason.strip()
    meeting.save_version(meeting.version, update_fields=["state", "ended_at", "reason"])
    record_event("meeting cancelled", meeting, by=by, now=now, reason=meeting.reason)
    if invited:
        _tell(MEETING_CANCELLED, meeting, by=by, now=now)
    return meeting


def _tell(kind, meeting, *, by, now, occasion=""):
    tell_each(kind, list(meeting.invitees.filter(sent_at__isnull=False)), by=by, now=now, occasion=occasion)


@transaction.atomic
def hold_meeting(*, meeting, proceedings, version, by, now):
    """Write down that it was held, and what happened; the minutes are drafted from that."""
    meeting = kept(meeting, by)
    require_move(meeting, STATE.HELD)
    if meeting.starts_at > now:
        raise Refused(
            _("The meeting begins at %(time)s. It is entered as held afterwards.")
            % {"time": formats.vn_datetime(meeting.starts_at)}
        )
    if not proceedings.strip():
        raise Refused(_("Write down what happened at the meeting."))
    refuse_secret(proceedings)
    meeting.state, meeting.proceedings = STATE.HELD, proceedings.strip()
    save(meeting, version, ["state", "proceedings"])
    record_event("meeting held", meeting, by=by, now=now)
    return meeting


def proceedings_are_open(meeting):
    """Whether what happened can still be corrected: until the minutes are sent on their way, or the meeting is concluded."""
    under_way = MeetingPaper.objects.filter(meeting=meeting, kind="minutes", paper__state__in=SETTLED)
    return meeting.state == STATE.HELD and not under_way.exists()


def guests_are_open(meeting):
    """Whether guests are still added: the list of who came closes with the minutes, like what happened."""
    return meeting.state in (STATE.PREPARED, STATE.INVITED) or proceedings_are_open(meeting)


@transaction.atomic
def correct_proceedings(*, meeting, proceedings, version, by, now):
    """Correct what was written down of the meeting, while no minutes of it are on their way."""
    meeting = kept(meeting, by)
    if meeting.state != STATE.HELD:
        raise no_longer(meeting)
    if not proceedings_are_open(meeting):
        raise Conflict(_("The minutes are on their way. Have them sent back before the proceedings are changed."))
    if not proceedings.strip():
        raise Refused(_("Write down what happened at the meeting."))
    refuse_secret(proceedings)
    before, after = changed_values(meeting, {"proceedings": proceedings.strip()})
    if after:
        save(meeting, version, ["proceedings"])
        record_event("meeting proceedings corrected", meeting, by=by, now=now, before=before, after=after)
    return meeting


# --- documents ---------------------------------------------------------------------------------


@transaction.atomic
def attach_document(*, meeting, title, file, by, now):
    """Attach a document, which goes with the invitations."""
    meeting = kept(meeting, by)
    if meeting.state in (STATE.CONCLUDED, STATE.CANCELLED):
        raise no_longer(meeting)
    if file is None:
        raise Refused(_("Choose the file."))
    refuse_secret(title)
    document = MeetingDocument.objects.create(meeting=meeting, title=title.strip(), file=file, by=by.public_id, at=now)
    record_event("meeting document attached", meeting, by=by, now=now, what=document.title)
    return document


@transaction.atomic
def withdraw_document(*, document, by, now):
    """Take a document away that was attached by mistake: nobody finds it any more, and it stays on record."""
    meeting = kept(document.meeting, by)
    document = locked(document)
    if meeting.state in (STATE.CONCLUDED, STATE.CANCELLED):
        raise no_longer(meeting)
    if document.withdrawn_at:
        raise Conflict(_("The document was taken away already."))
    document.withdrawn_at, document.withdrawn_by = now, by.public_id
    document.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record_event("meeting document withdrawn", meeting, by=by, now=now, what=document.title)
    return document


# --- conclusions -------------------------------------------------------------------------------


@transaction.atomic
def add_conclusion(*, meeting, values, by, now):
    """Write down a conclusion: what, who is in charge, by when."""
    meeting = _open_to_conclusions(meeting, by)
    last = meeting.conclusions.aggregate(last=Max("number"))["last"] or 0
    conclusion = Conclusion(
        meeting=meeting, number=last + 1, written_by=by.public_id, written_at=now, **_one_line(values)
    )
    require_in_charge(conclusion, meeting, now)
    require_still_to_come(conclusion, now)
    conclusion.save()
    record_event("conclusion written", meeting, by=by, now=now, after=told(values))
    return conclusion


@transaction.atomic
def edit_conclusion(*, conclusion, values, version, by, now):
    meeting = _open_to_conclusions(conclusion.meeting, by)
    conclusion = _standing(conclusion)
    before, after = changed_values(conclusion, _one_line(values))
    if after:
        require_in_charge(conclusion, meeting, now)
        if "deadline" in after:
            require_still_to_come(conclusion, now)
        save(conclusion, version, list(after))
        record_event(
            "conclusion changed", meeting, by=by, now=now, before=before, after=after, number=conclusion.number
        )
    return conclusion


@transaction.atomic
def drop_conclusion(*, conclusion, reason, by, now):
    """Leave it out; its number is not given again."""
    meeting = _open_to_conclusions(conclusion.meeting, by)
    conclusion = _standing(conclusion)
    conclusion.dropped_at, conclusion.dropped_by = now, by.public_id
    conclusion.save_version(conclusion.version, update_fields=["dropped_at", "dropped_by"])
    record_event("conclusion dropped", meeting, by=by, now=now, reason=reason, number=conclusion.number)
    return conclusion


def _standing(conclusion):
    conclusion = locked(conclusion, "office")
    if conclusion.dropped_at:
        raise Conflict(_("This conclusion was left out already."))
    return conclusion


def _one_line(values):
    """A conclusion is one sentence, a line of the notice's table."""
    return values | {"content": " ".join(values["content"].replace("|", "/").split())}


def conclusions_are_open(meeting):
    """Whether conclusions are still written: once held, and until their notice is sent on its way."""
    under_way = MeetingPaper.objects.filter(meeting=meeting, kind="conclusions", paper__state__in=SETTLED)
    return meeting.state == STATE.HELD and not under_way.exists()


def _open_to_conclusions(meeting, by):
    meeting = kept(meeting, by)
    if meeting.state != STATE.HELD:
        raise Conflict(
            _("The meeting is “%(state)s”. Conclusions are written once it was held.")
            % {"state": meeting.get_state_display()}
        )
    if not conclusions_are_open(meeting):
        raise Conflict(
            _("The notice of conclusions is on its way. Have it sent back before its conclusions are changed.")
        )
    return meeting


def require_in_charge(conclusion, meeting, now):
    refuse_secret(conclusion.content)
    held_on = timezone.localdate(meeting.starts_at)
    if conclusion.deadline < held_on:
        raise Refused(_("The deadline lies before the day of the meeting."))
    given.require_in_charge(conclusion.office, conclusion.person, timezone.localdate(now))


def require_still_to_come(conclusion, now):
    """Its notice is dated today at the earliest, and nothing is given to be done before it is given."""
    if conclusion.deadline < timezone.localdate(now):
        raise Refused(
            _(
                "Conclusion %(number)s would be due on %(day)s, which is over before its notice can be dated. Give a later day."
            )
            % {"number": conclusion.number, "day": formats.vn_date(conclusion.deadline)}
        )


# --- handing over ------------------------------------------------------------------------------


def held_by(person):
    return Meeting.objects.under_way().filter(secretary=person)


def count_held(person):
    """How many meetings under way the person is the secretary of."""
    return held_by(person).count()


def who_may_take_over(person, on):
    return User.objects.holding(KEEP.roles, on)


def hand_over_meetings(person, to, *, by, now):
    """Give the meetings under way of which `person` is the secretary to `to` (one act of accounts.handover, which records it)."""
    for meeting in held_by(person).select_for_update(of=("self",)):
        meeting.secretary = to
        meeting.save_version(meeting.version, update_fields=["secretary"])
        record_event("meeting handed over", meeting, by=by, now=now)


# --- shared ------------------------------------------------------------------------------------


def kept(meeting, by):
    """The meeting, held, for somebody who keeps it."""
    require(by, KEEP)
    meeting = locked(meeting, "office", "chair", "secretary")
    _require_keeper(meeting, by)
    return meeting


def _require_keeper(meeting, by):
    if not isinstance(by, str) and not can_keep_meeting(by, meeting):
        raise NotAllowed(_("The office that prepares the meeting, its secretary and its chair do this."))


def no_longer(meeting):
    return Conflict(
        _("This is “%(state)s” now; the step can no longer be taken.") % {"state": meeting.get_state_display()}
    )


def _said(values):
    """What a history keeps: the time as people read it."""
    if "starts_at" in values:
        values = values | {"starts_at": formats.vn_datetime(values["starts_at"])}
    return values
