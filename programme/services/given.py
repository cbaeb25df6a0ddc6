"""The verbs of tasks that the Committee or a meeting's conclusions gave."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import require
from accounts.models import Post, User
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from notices.services.telling import tell
from programme.models import GivenDeadline, GivenTask, GivenTaskReport
from programme.permissions.plans import (
    GIVE,
    MOVE_DEADLINE,
    REPORT,
    can_correct_deadline,
    can_decide_deadline,
    can_move_deadline,
    can_report_given,
    is_in_charge,
)
from programme.services.moving import changed_values, locked, move, require_past, save, told
from programme.telling import TASK_DUE, TASK_GIVEN, TASK_TAKEN
from screens import formats

STATE = GivenTask.State
# What pages say too, before anything is sent.
AS_CONCLUDED = gettext_lazy(
    "What the signed notice of conclusions says of the task is not changed. Its deadline moves by a paper, or as the "
    "chair or a leader decides."
)
NOT_BY_THEMSELVES = gettext_lazy(
    "Whoever is in charge of the task does not move its deadline. Ask the chair, a leader or the records clerk."
)


@transaction.atomic
def add_given(*, values, by, now, file=None, synthetic=False):
    """Enter a task from the paper that gives it; whoever is in charge is told."""
    require(by, GIVE)
    given = GivenTask(file=file, entered_by=by.public_id, entered_at=now, synthetic=synthetic, **values)
    require_past(given.document_on, now)
    _require_in_order(given, now)
    given.save()
    record_event("given task entered", given, by=by, now=now, after=told(values))
    tell(TASK_GIVEN, given, by=by, now=now)
    return given


def _require_in_order(given, now):
    if given.deadline < given.document_on:
        raise Refused(_("The deadline lies before the date of the document."))
    require_in_charge(given.office, given.person, timezone.localdate(now))


def require_in_charge(office, person, on):
    """Whoever is in charge of a task holds a post of that office, and somebody there reports on tasks: else it waits for
    nobody."""
    posts = Post.objects.in_force(on).filter(office=office, user__is_active=True)
    if person:
        posts = posts.filter(user=person)
        if not posts.exists():
            raise Refused(_("%(person)s holds no post in %(office)s.") % {"person": person, "office": office})
    if not posts.filter(role__in=[role.value for role in REPORT.roles]).exists():
        raise Refused(
            _(
                "%(who)s does not report on given tasks, so that this one would wait for nobody. Choose the office that does it."
            )
            % {"who": person or office}
        )


@transaction.atomic
def edit_given(*, given, values, version, by, now, reason):
    """Correct a given task, or give it to another office or person, with the reason. Whoever is in charge is told of another
    deadline, and the person who was in charge that they no longer are."""
    require(by, GIVE)
    given = locked(given, "office", "person")
    if given.state != STATE.OPEN:
        raise Conflict(
            _("This is “%(state)s” now; the step can no longer be taken.") % {"state": given.get_state_display()}
        )
    former, may_correct = given.person, isinstance(by, str) or can_correct_deadline(by, given)
    before, after = changed_values(given, values)
    if after.keys() & given.concluded_fields:
        raise Refused(str(AS_CONCLUDED))
    if "deadline" in after and not may_correct:
        raise NotAllowed(
            _(
                "The deadline is not changed by those who are in charge of the task. It moves by a paper, or as a leader decides."
            )
        )
    if after:
        _require_in_order(given, now)
        given.derive()
        given.taken_from = former if "person" in after else given.taken_from
        fields = [*after] if given.concluded else [*after, "folded"]
        save(given, version, [*fields, "taken_from"])
        record_event("given task changed", given, by=by, now=now, reason=reason, before=before, after=after)
        if after.keys() & {"office", "person"}:
            tell(TASK_GIVEN, given, by=by, now=now, occasion=f"version {given.version}")
        elif "deadline" in after:
            tell(TASK_DUE, given, by=by, now=now, occasion=f"version {given.version}")
        if "person" in after and former:
            tell(TASK_TAKEN, given, by=by, now=now, occasion=f"version {given.version}")
    return given


@transaction.atomic
def move_given_deadline(*, given, deadline, reason, version, by, now, document="", document_on=None, file=None):
    """Another deadline: by a paper, or without one as whoever chaired the meeting or a leader decides; whoever is in charge of
    the task does not move it themselves. They are told."""
    require(by, MOVE_DEADLINE)
    given = locked(given, "office", "person")
    if given.state != STATE.OPEN:
        raise Conflict(
            _("This is “%(state)s” now; the step can no longer be taken.") % {"state": given.get_state_display()}
        )
    if not can_move_deadline(by, given):
        raise NotAllowed(str(NOT_BY_THEMSELVES))
    if not document and not can_decide_deadline(by, given):
        raise Refused(
            _(
                "Name the paper that moves the deadline. Without one only the chair of the meeting and the leaders decide."
            )
        )
    if bool(document) != bool(document_on) or (file and not document):
        raise Refused(_("A paper is named by its number and its date, both."))
    if document_on:
        require_past(document_on, now)
    if document_on and document_on < given.document_on:
        raise Refused(_("The paper is older than the document that gave the task."))
    if deadline < given.document_on:
        raise Refused(_("The deadline lies before the date of the document."))
    if deadline == given.deadline:
        raise Refused(_("This is the deadline that the task has. Give another one."))
    moved = {"former": given.deadline, "deadline": deadline, "document": document, "document_on": document_on}
    GivenDeadline.objects.create(given=given, file=file, reason=reason, by=by.public_id, at=now, **moved)
    before, after = changed_values(given, {"deadline": deadline})
    save(given, version, ["deadline"])
    told_of = {"reason": reason, "before": before, "after": after}
    if document:
        paper = f"{document}, {formats.vn_date(document_on)}"
        record_event("given task's deadline moved", given, by=by, now=now, paper=paper, **told_of)
    else:
        record_event("given task's deadline decided", given, by=by, now=now, **told_of)
    tell(TASK_DUE, given, by=by, now=now, occasion=f"version {given.version}")
    return given


def _require_in_charge(by, given):
    if not isinstance(by, str) and not can_report_given(by, given):
        raise NotAllowed(_("Another office is in charge of this task."))


@transaction.atomic
def report_given(*, given, done, by, now):
    """Say what was done about it so far."""
    require(by, REPORT)
    given = locked(given)
    _require_in_charge(by, given)
    if given.state != STATE.OPEN:
        raise Conflict(
            _("This is “%(state)s” now; the step can no longer be taken.") % {"state": given.get_state_display()}
        )
    if not done.strip():
        raise Refused(_("Write what was done."))
    report = GivenTaskReport.objects.create(given=given, done=done.strip(), by=by.public_id, at=now)
    record_event("given task reported", given, by=by, now=now, reason=done.strip()[:300])
    return report


@transaction.atomic
def finish_given(*, given, ended_on, outcome, by, now):
    """It is done: with what result, by which paper."""
    require(by, REPORT)
    given = locked(given)
    _require_in_charge(by, given)
    require_past(ended_on, now)
    if ended_on < given.document_on:
        raise Refused(_("It cannot have ended before the document that gave it."))
    _end(given, STATE.DONE, ended_on, outcome)
    record_event("given task finished", given, by=by, now=now, reason=outcome)
    return given


@transaction.atomic
def cancel_given(*, given, reason, by, now):
    """It is no longer asked for: by which paper, and why."""
    require(by, GIVE)
    given = locked(given)
    if given.concluded and not isinstance(by, str) and is_in_charge(by, given):
        raise NotAllowed(_("Whoever is in charge of what a meeting concluded does not call it off themselves."))
    _end(given, STATE.CANCELLED, timezone.localdate(now), reason)
    record_event("given task cancelled", given, by=by, now=now, reason=reason)
    return given


def _end(given, state, on, outcome):
    if not outcome.strip():
        raise Refused(_("Write the result or the reason."))
    move(given, state)
    given.ended_on, given.outcome = on, outcome.strip()
    given.save(update_fields=["state", "ended_on", "outcome"])


@transaction.atomic
def reopen_given(*, given, reason, by, now):
    """Open it again: what was done did not satisfy."""
    require(by, GIVE)
    given = locked(given)
    move(given, STATE.OPEN)
    given.ended_on, given.outcome = None, ""
    given.save(update_fields=["state", "ended_on", "outcome"])
    record_event("given task reopened", given, by=by, now=now, reason=reason)
    return given


def held_by(person):
    return GivenTask.objects.open().filter(person=person)


def count_held(person):
    """How many open given tasks the person is in charge of."""
    return held_by(person).count()


def who_may_take_over(person, on):
    """Those whose posts let them report on given tasks."""
    return User.objects.holding(REPORT.roles, on)


def hand_over_given(person, to, *, by, now):
    """Give the open given tasks of `person` to `to` (one act of accounts.handover, which records it)."""
    for given in held_by(person).select_for_update(of=("self",)):
        given.person = to
        given.save(update_fields=["person"])
        record_event("given task handed over", given, by=by, now=now)
