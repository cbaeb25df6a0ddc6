"""Papers of a meeting: begun from it, and what follows once they are issued (documents.purposes).

The invitation must be issued before anybody is invited. The notice of conclusions concludes the meeting in the transaction in
which it is issued: each conclusion becomes a given task with that paper as its document.
"""

import re

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from audit.events import record_event
from audit.refusals import Conflict, Refused
from documents.layout.data import cells_of
from documents.paper_states import State as PaperState
from documents.services.papers import draft_paper
from programme.models import Meeting, MeetingPaper
from programme.models.meetings import OVER
from programme.services.given import add_given
from programme.services.meetings import conclusions_are_open, kept, require_in_charge, require_still_to_come
from programme.services.moving import locked, require_move
from reference.days_off import days_off
from screens import formats

KIND, STATE = MeetingPaper.Kind, Meeting.State
BEGUN_IN = {
    KIND.INVITATION: (STATE.PREPARED,),
    KIND.MINUTES: (STATE.HELD, STATE.CONCLUDED),
    KIND.CONCLUSIONS: (STATE.HELD,),
}
GOES_ON_IN = BEGUN_IN | {KIND.INVITATION: (STATE.PREPARED, STATE.INVITED)}
BACKWARDS = ("return", "stop")
TIME, PLACE = "Thời gian:", "Địa điểm:"  # with what the lines of a letter of invitation begin
ABSENT = "Vắng mặt:"  # with what the line of minutes begins that says who did not come
SAID_MOST, NAMED_MOST = 80, 10  # letters of a line, and names, in a sentence
SETTLING = ("sign", "number", "seal", "issue")


def may_begin(meeting, kind):
    """Whether a paper of this kind is begun now: what the page offers to whoever keeps the meeting."""
    if meeting.state not in BEGUN_IN[kind] or standing_paper(meeting, kind):
        return False
    return kind != KIND.CONCLUSIONS or meeting.conclusions.standing().exists()


def standing_paper(meeting, kind):
    found = meeting.papers.standing().filter(kind=kind).select_related("paper").first()
    return found.paper if found else None


@transaction.atomic
def begin_meeting_paper(*, meeting, kind, values, by, now):
    """Begin a paper of a meeting; it goes the way of all papers."""
    meeting = kept(meeting, by)
    kind = KIND(kind)
    if meeting.state not in BEGUN_IN[kind]:
        raise Conflict(
            _("The meeting is “%(state)s”; this paper is not drafted now.") % {"state": meeting.get_state_display()}
        )
    standing = standing_paper(meeting, kind)
    if standing:
        raise Conflict(
            _("It is drafted already: “%(paper)s”. Go on with that paper, or give it up first.") % {"paper": standing}
        )
    if kind == KIND.CONCLUSIONS and not meeting.conclusions.standing().exists():
        raise Refused(_("No conclusion is written down yet. Add what was concluded first."))
    if kind == KIND.CONCLUSIONS:
        for conclusion in meeting.conclusions.standing():
            require_still_to_come(conclusion, now)
    paper = draft_paper(values=values, by=by, now=now)
    MeetingPaper.objects.create(meeting=meeting, kind=kind, paper=paper, begun_at=now, begun_by=by)
    record_event("meeting paper drafted", meeting, by=by, now=now, paper=paper.subject)
    return paper


# --- what documents asks and tells ---------------------------------------------------------------


def purpose_of(paper):
    return MeetingPaper.objects.filter(paper=paper).select_related("meeting").first()


def require_ready(row, paper, verb, *, dated_on=None):
    """A paper of a meeting goes on while the meeting stands where the paper belongs."""
    meeting, kind = row.meeting, KIND(row.kind)
    if verb in BACKWARDS:
        return
    if meeting.state not in GOES_ON_IN[kind]:
        raise Refused(
            _(
                "The meeting that this paper is for is “%(state)s” now. The paper goes no further: send it back or give it up."
            )
            % {"state": meeting.get_state_display()}
        )
    held_on = timezone.localdate(meeting.starts_at)
    if dated_on is not None and kind == KIND.INVITATION and dated_on > held_on:
        raise Refused(_("An invitation is dated before the meeting, on %(day)s.") % {"day": formats.vn_date(held_on)})
    if dated_on is not None and kind != KIND.INVITATION and dated_on < held_on:
        raise Refused(
            _("The paper cannot be dated before %(day)s, when the meeting was held.")
            % {"day": formats.vn_date(held_on)}
        )
    if kind == KIND.INVITATION:
        otherwise = said_otherwise(meeting, paper)
        if otherwise:
            raise Refused(
                _(
                    "%(otherwise)s Correct the draft, or have the paper sent back (stopped, once it has its number) and drawn up "
                    "anew; or change the meeting."
                )
                % {"otherwise": otherwise}
            )
    if kind == KIND.MINUTES or (kind == KIND.CONCLUSIONS and verb == "send"):
        concluded = concluded_otherwise(meeting, paper)
        if concluded:
            raise Refused(f"{concluded} {_how_to_put_right(meeting, paper)}")
    if kind == KIND.CONCLUSIONS and verb in SETTLING:
        _require_tasks_fit(meeting, dated_on or (paper.number.dated_on if paper.number else None))


def _how_to_put_right(meeting, paper):
    """What can still be changed where a paper concludes otherwise than its meeting."""
    if conclusions_are_open(meeting):
        if paper.is_draft:
            return _("Change the draft, or change the conclusion.")
        return _("Send the paper back and change the draft, or change the conclusion.")
    return _("Change the draft.") if paper.is_draft else _("Send the paper back and change the draft.")


def said_otherwise(meeting, paper):
    """A sentence: which time or place a letter of invitation gives otherwise than its meeting; "" where it gives the same."""
    found = []
    for begins, says, holds in (
        (TIME, _says_time(meeting), formats.vn_long_datetime(meeting.starts_at)),
        (PLACE, _says_place(meeting), meeting.place),
    ):
        words = _line(paper.body, begins)
        if words and not says(words):
            found.append(
                _("The letter says “%(letter)s”, the meeting “%(meeting)s”.") % {"letter": words, "meeting": holds}
            )
        elif not words and not says(" ".join(paper.body.split())):
            found.append(_("The letter does not say “%(meeting)s”, as the meeting does.") % {"meeting": holds})
    return " ".join(found)


def invites_otherwise(meeting, paper):
    """Sentences: the subject, the agenda or the guests that a letter of invitation gives otherwise than its meeting. It may word
    them in its own way, so this is said and not refused."""
    body = " ".join(f"{paper.subject}\n{paper.body}".split())
    words = [meeting.bare_subject, *lines_of_text(meeting.agenda)]
    missing = next((line for line in words if " ".join(line.split()).casefold() not in body.casefold()), "")
    found = []
    if missing:
        said = Truncator(missing).chars(SAID_MOST)
        found.append(_("The letter does not say “%(meeting)s”, as the meeting does.") % {"meeting": said})
    named = f"{paper.addressees}\n{body}"
    lines = {" ".join(line.split()) for line in paper.addressees.splitlines()}
    lines |= {cell for line in paper.body.splitlines() for cell in cells_of(line) or []}
    names = {}
    for guest in meeting.invitees.order_by("place"):
        name = _on_a_line(guest.name)
        names[name] = names.get(name) or (guest if guest.withdrawn_at is None else None)
    if any(name in named for name in names):
        unsent = [name for name, guest in names.items() if guest and guest.sent_at is None and name not in named]
        off = [name for name, guest in names.items() if not guest and name in lines and meeting.state == STATE.PREPARED]
        found.append(_named(_("The letter does not name: %(names)s."), unsent))
        found.append(_named(_("The letter names who was taken off the list: %(names)s."), off))
    return " ".join(filter(None, found))


def _named(sentence, names):
    more = ["…"] if len(names) > NAMED_MOST else []
    return sentence % {"names": "; ".join(names[:NAMED_MOST] + more)} if names else ""


def _line(body, begins):
    """What stands in the line that begins so; "" where there is none."""
    lines = (" ".join(line.split()) for line in body.splitlines())
    return next((line for line in lines if line.startswith(begins) and line != begins), "")


def _says_time(meeting):
    """Whether a text names the time and the day of the meeting, in one of the ways in which they are written."""
    at = timezone.localtime(meeting.starts_at)
    minutes = f"{at.minute:02d}" if at.minute else "(00)?(?![0-9])"
    hour = re.compile(rf"(?<![0-9])0?{at.hour}\s*(:|\.|h|g|giờ)\s*{minutes}", re.IGNORECASE)
    day = re.compile(
        rf"(?<![0-9])0?{at.day}\s*([/.-]|tháng)\s*0?{at.month}\s*([/.-]|năm)\s*{at.year}(?![0-9])", re.IGNORECASE
    )
    return lambda text: bool(hour.search(text) and day.search(text))


def _says_place(meeting):
    return lambda text: " ".join(meeting.place.split()).casefold() in text.casefold()


def concluded_otherwise(meeting, paper):
    """A sentence: which conclusion does not stand in one line of the paper with the body in charge and the deadline, or still
    stands in its table though it was left out; "" where what is followed afterwards is what is signed."""
    lines = [(" ".join(line.split()), cells_of(line) or []) for line in paper.body.splitlines()]
    conclusions = list(meeting.conclusions.select_related("office", "person").order_by("number"))
    standing = {conclusion.content for conclusion in conclusions if not conclusion.dropped_at}
    for conclusion in conclusions:
        if conclusion.dropped_at:
            if conclusion.content not in standing and any(conclusion.content in cells for _line, cells in lines):
                return _("Conclusion %(number)s was left out, but still stands in the paper.") % {
                    "number": conclusion.number
                }
        elif not any(_gives(line, cells, conclusion) for line, cells in lines):
            return _(
                "Conclusion %(number)s does not stand in one line of the paper as it is written down: “%(content)s”, "
                "%(in_charge)s, %(deadline)s."
            ) % {
                "number": conclusion.number,
                "content": conclusion.content,
                "in_charge": conclusion.in_charge,
                "deadline": formats.vn_date(conclusion.deadline),
            }
    return ""


def _gives(line, cells, conclusion):
    """Whether a line says what a task will be: in cells of its own, or in a sentence."""
    words = (conclusion.content, conclusion.in_charge, formats.vn_date(conclusion.deadline))
    return set(words) <= set(cells) if cells else all(word in line for word in words)


def minuted_otherwise(meeting, paper):
    """Sentences: what minutes say otherwise of what happened and of who came. Minutes may word it in their own way, so this is
    said and not refused."""
    lines = [" ".join(line.split()) for line in paper.body.splitlines()]
    body = " ".join(lines)
    happened = [" ".join(line.split()) for line in lines_of_text(meeting.proceedings)]
    left_out = next((line for line in happened if line not in body), "")
    found = [
        _("The minutes do not say “%(line)s”, as the proceedings do.") % {"line": Truncator(left_out).chars(SAID_MOST)}
        if left_out
        else ""
    ]
    present = [line for line in lines if not line.startswith(ABSENT)]
    rows = [cells for line in present if (cells := cells_of(line))]
    invited = list(meeting.invitees.standing().order_by("place"))
    guests = [(_on_a_line(guest.name), _on_a_line(guest.attendee), guest.attended) for guest in invited]
    for sentence, names in (
        (
            _("The minutes do not name as present: %(names)s."),
            [
                name
                for name, as_whom, came in guests
                if came and not any(name in line and as_whom in line for line in present)
            ],
        ),
        (
            _("The minutes name as present, and are marked as not having come: %(names)s."),
            [name for name, _as_whom, came in guests if came is False and any(name in cells for cells in rows)],
        ),
        (
            _("Whether they came is not marked, and cannot be once the minutes are on their way: %(names)s."),
            [name for name, _as_whom, came in guests if came is None],
        ),
    ):
        found.append(_named(sentence, names))
    unnamed = {cell for cells in rows if cells[-1] in ("", formats.NOTHING) for cell in cells}
    found.append(came_as_nobody(guest for guest in invited if _on_a_line(guest.name) in unnamed))
    return " ".join(filter(None, found))


def came_as_nobody(guests):
    """A sentence: which bodies came without anybody being written down as having come for them; "" where there are none."""
    names = [_on_a_line(guest.name) for guest in guests if guest.came_as_nobody]
    return _named(_("Who came for them is not written down: %(names)s."), names)


def lines_of_text(text):
    """Lines as they were typed: none of them is a line of a table or a heading on the paper."""
    return [line.replace(" | ", " / ").replace("\t", " ").removeprefix("# ") for line in text.splitlines()]


def _on_a_line(name):
    return " ".join(name.replace("|", "/").split())


def _require_tasks_fit(meeting, dated_on):
    for conclusion in meeting.conclusions.standing().select_related("office", "person"):
        require_in_charge(conclusion, meeting, timezone.now())
        if dated_on is not None and conclusion.deadline < dated_on:
            raise Refused(
                _(
                    "Conclusion %(number)s is due on %(day)s, before the date of the paper. Send the paper back and change it."
                )
                % {"number": conclusion.number, "day": formats.vn_date(conclusion.deadline)}
            )


def follow_paper(row, paper, verb, *, by, now):
    """Once the notice is issued the meeting is concluded, and every conclusion is a given task."""
    if verb != "issue" or row.kind != KIND.CONCLUSIONS:
        return
    meeting = locked(row.meeting)
    require_move(meeting, STATE.CONCLUDED)
    for conclusion in meeting.conclusions.standing().select_related("office", "person").order_by("number"):
        values = {
            "document": paper.number.symbol,
            "document_on": paper.number.dated_on,
            "issuer": f"Kết luận cuộc họp: {meeting.subject}"[:200],
            "content": conclusion.content,
            "office": conclusion.office,
            "person": conclusion.person,
            "deadline": conclusion.deadline,
        }
        conclusion.given = add_given(values=values, by=by, now=now, file=paper.sealed, synthetic=meeting.synthetic)
        conclusion.save_version(conclusion.version, update_fields=["given"])
    meeting.state, meeting.ended_at = STATE.CONCLUDED, now
    meeting.save_version(meeting.version, update_fields=["state", "ended_at"])
    record_event("meeting concluded", meeting, by=by, now=now, paper=paper.number.symbol)


def shown_on_paper(row, user):
    """(label, words, address) for the page of the paper."""
    meeting = row.meeting
    sees = Meeting.objects.visible_to(user).filter(pk=meeting.pk).exists()
    words = f"{meeting} ({meeting.get_state_display()})"
    return _("Paper of the meeting"), words, reverse("programme:meeting", args=[meeting.public_id]) if sees else ""


def caution_on_paper(row, paper):
    """Until it is issued: what it says otherwise than the meeting where no step is refused for it, deadlines that a notice
    gives on days off."""
    if paper.state in (*OVER, PaperState.ISSUED):
        return ""
    if row.kind == KIND.INVITATION:
        return invites_otherwise(row.meeting, paper)
    if row.kind == KIND.MINUTES:
        return minuted_otherwise(row.meeting, paper)
    said = [] if paper.is_draft else [concluded_otherwise(row.meeting, paper)]
    said += days_off([conclusion.deadline for conclusion in row.meeting.conclusions.standing()]).values()
    return " ".join(filter(None, said))
