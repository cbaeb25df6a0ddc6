"""The verbs of handling a lodged dossier: each adds one line to its control slip, from which the dossier follows."""

import re

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.roles import HEADS
from audit.events import record_event
from audit.refusals import Conflict, Refused
from documents.models import OutgoingPaper, PaperNumber
from documents.services.trust import checked, require_unchanged
from dossiers.clock import Run, Terms, WorkingDays, promise, step_days
from dossiers.models import DossierNote, SlipLine
from dossiers.permissions.handling import NOTE, handlers_of, headed_offices, may_do
from dossiers.services.dossiers import out_of_business
from dossiers.services.results import (
    held_draft,
    is_reviewed,
    pass_on_draft,
    require_as_seen,
    require_to_be_decided,
    standing_paper,
)
from dossiers.services.slip import FINISHES, drop_open, held_for, steps_after, write_line
from dossiers.states import State, Verb, targets_of
from screens import formats
from screens.text import plain_letters

BESIDE_BARS = re.compile(r"\s*([/-])\s*")


def require_nothing_prepared(row):
    """A request for a supplement is of the stage at which it was begun: the dossier stays there until it is sent or dropped."""
    if row.supplements.open().exists():
        raise Refused(_("A request for a supplement is being prepared. Send it or drop it first."))


@transaction.atomic
def receive_dossier(*, dossier, by, now, note=""):
    """Receive a lodged dossier: the clock starts, and a day is promised that no later change of the calendar moves."""
    row = held_for(dossier, Verb.RECEIVE, by, now)
    require_nothing_prepared(row)
    version = row.procedure_version
    terms = Terms.of(version)
    run = promise(now, terms, WorkingDays.around(timezone.localdate(now), working_days=terms.total + 10))
    return write_line(row, Verb.RECEIVE, State.RECEIVED, by=by, now=now, note=note, office=version.office, run=run)


def receive_among_many(*, dossier, by, now):
    """Receive one of many; what has a caution is received by itself, where somebody reads it."""
    caution = out_of_business(dossier)
    if caution:
        raise Refused(caution)
    return receive_dossier(dossier=dossier, by=by, now=now)


@transaction.atomic
def refuse_dossier(*, dossier, reason, legal_basis, by, now):
    """Say in words why a lodged dossier cannot be received, and on which basis."""
    row = held_for(dossier, Verb.REFUSE, by, now)
    drop_open(row, by=by, now=now)
    return write_line(row, Verb.REFUSE, State.REFUSED, by=by, now=now, note=reason, legal_basis=legal_basis)


@transaction.atomic
def assign_dossier(*, dossier, to, by, now, office=None, note="", version=None):
    """Give a dossier in hand to somebody of the office that has it, or to another office with (`to`) or without a person."""
    paper = held_draft(dossier)
    row = held_for(dossier, Verb.ASSIGN, by, now, version)
    office, before = office or row.office, row.handler_id
    _require_handler(to, office, now)
    _require_head(to, office, now)
    if (to and to.pk) == row.handler_id and office == row.office:
        raise Refused(_("The dossier is there already. Choose somebody else."))
    row = write_line(row, Verb.ASSIGN, row.state, by=by, now=now, note=note, office=office, handler=to)
    pass_on_draft(paper, before, row, by=by, now=now)
    return row


@transaction.atomic
def hand_over_dossier(*, dossier, to, note, by, now):
    """Pass a dossier that one handles on to a colleague of the same office, with what was done so far."""
    paper = held_draft(dossier)
    row = held_for(dossier, Verb.HAND_OVER, by, now)
    before = row.handler_id
    if to is None or to.pk == row.handler_id:
        raise Refused(_("The work must go to somebody else."))
    _require_handler(to, row.office, now)
    row = write_line(row, Verb.HAND_OVER, row.state, by=by, now=now, note=note, handler=to)
    pass_on_draft(paper, before, row, by=by, now=now)
    return row


def _require_handler(to, office, now):
    if to is not None and not handlers_of(office, timezone.localdate(now)).filter(pk=to.pk).exists():
        raise Refused(_holds_no_post(to, office))


def _holds_no_post(to, office):
    return _("%(name)s holds no post in %(office)s that handles dossiers. Choose somebody who does.") % {
        "name": to.full_name,
        "office": office,
    }


def _require_head(to, office, now):
    """What goes to an office without a person waits for its head: where there is none it would wait for nobody."""
    if to is None and not headed_offices(timezone.localdate(now)).filter(pk=office.pk).exists():
        raise Refused(
            _("%(office)s has no head on the portal who could assign the dossier. Choose another office or a person.")
            % {"office": office}
        )


@transaction.atomic
def appraise_dossier(*, dossier, by, now, note=""):
    """Begin the appraisal of a dossier that one was given."""
    row = held_for(dossier, Verb.APPRAISE, by, now)
    require_nothing_prepared(row)
    return write_line(row, Verb.APPRAISE, State.APPRAISING, by=by, now=now, note=note)


@transaction.atomic
def submit_dossier(*, dossier, note, by, now, file=None):
    """Submit what is proposed, with the draft of the result where there is one; refused while a supplement is prepared, and
    while the draft has a place left to fill in or its head's review before it. That step is over only where a head took it."""
    held_draft(dossier)  # nobody changes the draft that is submitted meanwhile
    row = held_for(dossier, Verb.SUBMIT, by, now)
    require_nothing_prepared(row)
    require_to_be_decided(row, now)
    roles = FINISHES[Verb.SUBMIT] | (HEADS if is_reviewed(row, by, now) else set())
    steps_done = steps_after(row, roles)
    return write_line(row, Verb.SUBMIT, State.SUBMITTED, by=by, now=now, note=note, file=file, steps_done=steps_done)


@transaction.atomic
def send_back_dossier(*, dossier, reason, by, now, seen=None):
    """Send what was submitted back to whoever handles it, as it was `seen`; the clock goes on."""
    held_draft(dossier)
    row = held_for(dossier, Verb.SEND_BACK, by, now)
    require_as_seen(row, seen)
    before = row.slip.filter(target=State.APPRAISING).order_by("-number").values_list("steps_done", flat=True).first()
    return write_line(row, Verb.SEND_BACK, State.APPRAISING, by=by, now=now, note=reason, steps_done=before)


@transaction.atomic
def approve_dossier(*, dossier, by, now, note="", seen=None):
    """Approve what was submitted, as it was `seen`; by somebody who did not submit it."""
    row = _submitted_by_another(dossier, Verb.APPROVE, by, now, seen)
    require_to_be_decided(row, now)
    return write_line(row, Verb.APPROVE, State.APPROVED, by=by, now=now, note=note)


@transaction.atomic
def find_not_eligible(*, dossier, reason, legal_basis, by, now, seen=None):
    """End a dossier after its appraisal, as it was `seen`, because it does not meet the conditions, with the reason and the basis."""
    row = _submitted_by_another(dossier, Verb.NOT_ELIGIBLE, by, now, seen)
    return write_line(row, Verb.NOT_ELIGIBLE, State.NOT_ELIGIBLE, by=by, now=now, note=reason, legal_basis=legal_basis)


def _submitted_by_another(dossier, verb, by, now, seen):
    held_draft(dossier)  # nobody changes the draft upon which is decided meanwhile
    row = held_for(dossier, verb, by, now)
    require_as_seen(row, seen)
    submitted = row.slip.filter(verb=Verb.SUBMIT).order_by("-number").first()
    if submitted and not isinstance(by, str) and submitted.by_id == by.pk:
        raise Refused(_("You submitted this dossier yourself; somebody else must decide."))
    return row


@transaction.atomic
def stop_dossier(*, dossier, reason, legal_basis, by, now):
    """Stop the handling of a dossier; what waits for the enterprise is dropped with it."""
    row = held_for(dossier, Verb.STOP, by, now)
    drop_open(row, by=by, now=now)
    return write_line(row, Verb.STOP, State.STOPPED, by=by, now=now, note=reason, legal_basis=legal_basis)


@transaction.atomic
def extend_dossier(*, dossier, due_on, reason, by, now, version=None):
    """Apologise and promise a later day before the promised one is over, as often and by as many working days as the
    procedure allows."""
    row = held_for(dossier, Verb.EXTEND, by, now, version)
    version = row.procedure_version
    why = why_no_new_day(row, now)
    if why:
        raise Refused(why)
    days = WorkingDays.around(row.due_on, due_on, working_days=version.extension_days)
    latest = days.after(row.due_on, version.extension_days)
    if due_on <= row.due_on:
        raise Refused(
            _("The new day must come after %(day)s, which was promised.") % {"day": formats.vn_date(row.due_on)}
        )
    if due_on > latest:
        raise Refused(
            _("The procedure allows at most %(days)s working days more: %(day)s at the latest.")
            % {"days": version.extension_days, "day": formats.vn_date(latest)}
        )
    if not days.is_working(due_on):
        raise Refused(_("%(day)s is a day off. Choose a working day.") % {"day": formats.vn_date(due_on)})
    return write_line(row, Verb.EXTEND, row.state, by=by, now=now, note=reason, run=Run(row.starts_on, due_on))


def issue_result(*, dossier, paper_number, paper_on, file, by, now, note="", found=None):
    """A result that was made outside is signed, numbered and issued: its number, its date and its scan stand on the slip.

    A scan without digital signatures is taken; one that was changed after it was signed is no result of anybody. Its signatures
    are `found` (documents.services.trust.checked) before any transaction; a service that is given nothing finds them itself.
    """
    found = found or checked(file, now)
    given = {"paper_number": paper_number, "paper_on": paper_on, "file": file, "note": note}
    return _issue_result(dossier, found, by=by, now=now, **given)


@transaction.atomic
def _issue_result(dossier, found, *, by, now, paper_number, paper_on, file, note):
    row = held_for(dossier, Verb.ISSUE, by, now)
    standing = standing_paper(row)
    if standing:
        raise Conflict(
            _("The result is made as a paper of the portal: “%(paper)s”. It is issued with that paper.")
            % {"paper": standing}
        )
    today = timezone.localdate(now)
    if paper_on > today:
        raise Refused(
            _(
                "The date of the paper cannot be a day that is still to come: today is %(today)s. Type the date that stands on the "
                "scan; if that is %(day)s, issue the result on that day."
            )
            % {"today": formats.vn_date(today), "day": formats.vn_date(paper_on)}
        )
    approved = row.slip.filter(verb=Verb.APPROVE).order_by("-number").first()
    if paper_on < timezone.localdate(approved.at):
        raise Refused(
            _("The paper cannot be dated before %(day)s, when it was approved.")
            % {"day": formats.vn_date(timezone.localdate(approved.at))}
        )
    paper_number = as_kept(paper_number)
    _require_number_stands(paper_number, paper_on.year)
    _require_number_of_its_own(paper_number, paper_on.year, file)
    require_unchanged(file, found)
    if any(not each.holds for each in found.signatures or ()):
        raise Refused(
            _(
                "The file was changed after it was signed: its digital signature no longer holds. Take the signed file as the "
                "document system gave it out, and attach that."
            )
        )
    line = {"paper_number": paper_number, "paper_on": paper_on, "file": file, "note": note}
    try:
        with transaction.atomic():
            return write_line(row, Verb.ISSUE, State.ISSUED, by=by, now=now, **line)
    except IntegrityError:  # somebody else may have issued under the number in this very moment
        _require_number_of_its_own(paper_number, paper_on.year, file)
        raise


def as_kept(paper_number):
    """The number of a result as it is kept and compared: without blanks beside its bars and dashes."""
    return BESIDE_BARS.sub(r"\1", plain_letters(paper_number))


def _require_number_stands(symbol, year):
    """Where the register knows the number, it is not void."""
    known = PaperNumber.objects.filter(symbol=symbol, dated_on__year=year)
    if known.exists() and not known.standing().exists():
        raise Refused(
            _("Number %(number)s is void in the register of papers that go out. Check the number of the result.")
            % {"number": symbol}
        )


def _require_number_of_its_own(symbol, year, file):
    """A number is of one paper: one file may be the result of several dossiers, two files never bear one number."""
    made = OutgoingPaper.objects.filter(number__symbol=symbol, number__dated_on__year=year).select_related("sealed")
    other = next((paper for paper in made if not paper.sealed or paper.sealed.sha256 != file.sha256), None)
    if other:
        raise Refused(
            _("Number %(number)s is that of another paper: “%(paper)s”. Check the number of the result.")
            % {"number": symbol, "paper": other}
        )
    issued = SlipLine.objects.filter(verb=Verb.ISSUE, paper_number=symbol, paper_on__year=year)
    line = issued.exclude(file__sha256=file.sha256).select_related("dossier").first()
    if line:
        raise Refused(
            _("Number %(number)s is that of another result, of dossier %(dossier)s. Check the number of the result.")
            % {"number": symbol, "dossier": line.dossier}
        )


@transaction.atomic
def return_result(*, dossier, note, by, now):
    """The result was given to the enterprise: `note` says how and to whom."""
    row = held_for(dossier, Verb.RETURN, by, now)
    return write_line(row, Verb.RETURN, State.RETURNED, by=by, now=now, note=note)


@transaction.atomic
def write_note(*, dossier, text, by, now):
    """Write something down for colleagues; the enterprise never sees it."""
    require(by, NOTE)
    if dossier.submitted_at is None:
        raise Refused(_("Notes are written on dossiers that were lodged."))
    note = DossierNote.objects.create(dossier=dossier, text=text, at=now, by=by)
    record_event("dossier noted", dossier, by=by, now=now, text=text)
    return note


# --- asked by pages ----------------------------------------------------------------------------


def why_no_new_day(dossier, now):
    """Why no later day can be promised any more, in a sentence; "" while one can."""
    version = dossier.procedure_version
    if timezone.localdate(now) > dossier.due_on:
        return _(
            "The promised day %(day)s is over: a new one is promised before it, and the dossier stays overdue. Write a "
            "message to the enterprise to apologise, and return the result as soon as possible."
        ) % {"day": formats.vn_date(dossier.due_on)}
    if dossier.slip.filter(verb=Verb.EXTEND).count() >= version.extension_times:
        return _("The procedure lets the day be put off %(times)s times; that was done already.") % {
            "times": version.extension_times
        }
    return ""


def why_not_assigned(dossiers, *, by, now, to=None):
    """{dossier: why it would not be assigned now, to `to` where somebody is named; "" where it would be}; an office is
    asked about once, however many dossiers it has."""
    on, may, takes, reasons = timezone.localdate(now), {}, {}, {}
    for row in dossiers:
        if row.state not in targets_of(Verb.ASSIGN):
            reasons[row] = _("It is “%(state)s” now.") % {"state": row.get_state_display()}
            continue
        if row.office_id not in may:
            may[row.office_id] = may_do(by, row, Verb.ASSIGN, now)
        if to and row.office_id not in takes:
            takes[row.office_id] = handlers_of(row.office, on).filter(pk=to.pk).exists()
        if not may[row.office_id]:
            reasons[row] = _("Only a head of %(office)s or a leader assigns it.") % {"office": row.office}
        elif to and not takes[row.office_id]:
            reasons[row] = _holds_no_post(to, row.office)
        else:
            there = to and to.pk == row.handler_id
            reasons[row] = _("%(name)s has it already.") % {"name": to.full_name} if there else ""
    return reasons


def steps_of(dossier):
    """[(step, day by which it is to be done or None, whether it is over)] in their order."""
    steps = list(dossier.procedure_version.steps.select_related("office"))
    days = [None] * len(steps)
    if dossier.due_on and steps:
        terms = Terms.of(dossier.procedure_version)
        around = WorkingDays.around(dossier.starts_on, dossier.due_on, working_days=terms.total)
        days = step_days(Run(dossier.starts_on, dossier.due_on), terms, around)
    return [(step, day, place < dossier.steps_done) for place, (step, day) in enumerate(zip(steps, days, strict=True))]
