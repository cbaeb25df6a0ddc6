"""The verbs of a task once it is assigned: its office accepts it, reports, delivers, finishes; it may be opened again."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit.events import record_event
from audit.refusals import Conflict, NotAllowed, Refused
from programme.models import Deliverable, Task, TaskReport
from programme.permissions.plans import DRAFT, REPORT, can_report_task
from programme.services.assigning import require_since_assigned
from programme.services.moving import locked, move, require_move, require_past, save
from screens import formats

STATE = Task.State


def _require_lead(by, task):
    if not isinstance(by, str) and not can_report_task(by, task):
        raise NotAllowed(_("The task belongs to another office."))


def _require_under_way(task):
    if task.state != STATE.UNDER_WAY:
        raise Conflict(
            _("The task is “%(state)s”. Reports are written while it is under way.")
            % {"state": task.get_state_display()}
        )


@transaction.atomic
def accept_task(*, task, by, now):
    """The lead office takes the task on."""
    require(by, REPORT)
    task = locked(task)
    _require_lead(by, task)
    if task.state == STATE.DONE:
        require_move(task, STATE.ASSIGNED)
    move(task, STATE.UNDER_WAY)
    task.accepted_by, task.accepted_at = by.public_id, now
    task.save(update_fields=["state", "accepted_by", "accepted_at"])
    record_event("task accepted", task, by=by, now=now)
    return task


@transaction.atomic
def report_task(*, task, on: date, percent, done, by, now, difficulty=""):
    """Report how far the task has come. 100 % is for finishing it, with its deliverables."""
    require(by, REPORT)
    task = locked(task)
    _require_lead(by, task)
    _require_under_way(task)
    require_past(on, now)
    if not 0 <= percent <= 100:
        raise Refused(_("Progress lies between 0 and 100 %."))
    if not done.strip():
        raise Refused(_("Write what was done."))
    if percent < task.percent and not difficulty.strip():
        raise Refused(
            _("The last report said %(before)s %%. Write under difficulties why it is %(percent)s %% now.")
            % {"before": task.percent, "percent": percent}
        )
    require_since_assigned(task, on)
    latest = task.reports.order_by("-on").first()
    if latest and on < latest.on:
        raise Refused(
            _("The last report is of %(day)s; a new one is not older. Check the date.")
            % {"day": formats.vn_date(latest.on)}
        )
    report = TaskReport.objects.create(
        task=task,
        on=on,
        percent=percent,
        done=done.strip(),
        difficulty=difficulty.strip(),
        by=by.public_id,
        at=now,
    )
    before = task.percent
    task.percent = percent
    task.save(update_fields=["percent"])
    record_event("task reported", task, by=by, now=now, before={"percent": before}, after={"percent": percent})
    return report


@transaction.atomic
def add_deliverable(*, task, name, due_on, by, now):
    """Add something the task hands over."""
    require(by, REPORT)
    task = locked(task)
    _require_lead(by, task)
    if task.state not in (STATE.ASSIGNED, STATE.UNDER_WAY):
        raise Conflict(
            _("This is “%(state)s” now; the step can no longer be taken.") % {"state": task.get_state_display()}
        )
    deliverable = Deliverable.objects.create(task=task, name=name, due_on=due_on)
    record_event("deliverable added", task, by=by, now=now, after={"name": name, "due_on": due_on})
    return deliverable


@transaction.atomic
def deliver(*, deliverable, delivered_on, evidence, version, by, now, file=None):
    """Enter that something was delivered, with the evidence in words, as a file, or both; entered again, it is corrected."""
    require(by, REPORT)
    deliverable = locked(deliverable, "task")
    _require_lead(by, deliverable.task)
    _require_under_way(deliverable.task)
    require_past(delivered_on, now)
    require_since_assigned(deliverable.task, delivered_on)
    file = file or deliverable.file
    if not evidence.strip() and file is None:
        raise Refused(_("Name the evidence: a paper with number and date, or a file."))
    before = {"delivered_on": deliverable.delivered_on, "evidence": deliverable.evidence}
    deliverable.delivered_on, deliverable.evidence, deliverable.file = delivered_on, evidence.strip(), file
    deliverable.delivered_by, deliverable.delivered_at = by.public_id, now
    save(deliverable, version, ["delivered_on", "evidence", "file", "delivered_by", "delivered_at"])
    after = {"delivered_on": delivered_on, "evidence": evidence.strip()}
    record_event(
        "deliverable delivered", deliverable.task, by=by, now=now, before=before, after=after, what=str(deliverable)
    )
    return deliverable


def _require_nothing_after(task, finished_on):
    """Refuse a day before something was delivered, or before a report that told of work still to be done."""
    delivered = task.deliverables.filter(delivered_on__gt=finished_on).order_by("-delivered_on").first()
    if delivered:
        raise Refused(
            _("“%(what)s” was delivered on %(day)s; the task is not finished before. Check the date.")
            % {"what": delivered, "day": formats.vn_date(delivered.delivered_on)}
        )
    report = task.reports.filter(on__gt=finished_on, percent__lt=100).order_by("-on").first()
    if report:
        raise Refused(
            _("The report of %(day)s said %(percent)s %%; the task is not finished before. Check the date.")
            % {"day": formats.vn_date(report.on), "percent": report.percent}
        )


@transaction.atomic
def finish_task(*, task, finished_on, words, by, now):
    """The task is finished: everything it hands over has been delivered."""
    require(by, REPORT)
    task = locked(task)
    _require_lead(by, task)
    require_past(finished_on, now)
    require_since_assigned(task, finished_on)
    missing = task.deliverables.filter(delivered_on__isnull=True).first()
    if missing:
        raise Refused(_("“%(what)s” has not been delivered yet. Enter it with its evidence first.") % {"what": missing})
    _require_nothing_after(task, finished_on)
    move(task, STATE.DONE)
    before = task.percent
    task.percent, task.finished_on = 100, finished_on
    task.save(update_fields=["state", "percent", "finished_on"])
    if before != 100:
        TaskReport.objects.create(
            task=task,
            on=max([finished_on, *task.reports.values_list("on", flat=True)]),
            percent=100,
            done=words.strip(),
            by=by.public_id,
            at=now,
        )
    record_event(
        "task finished", task, by=by, now=now, reason=words, before={"percent": before}, after={"percent": 100}
    )
    return task


@transaction.atomic
def reopen_task(*, task, reason, by, now):
    """Open a finished task again: something was missing after all."""
    require(by, DRAFT)
    task = locked(task)
    if task.state == STATE.ASSIGNED:
        require_move(task, STATE.DONE)
    move(task, STATE.UNDER_WAY)
    task.finished_on = None
    task.save(update_fields=["state", "finished_on"])
    record_event("task reopened", task, by=by, now=now, reason=reason)
    return task


def last_day_of_warning(now, days=14):
    """Up to which day a deadline is near."""
    return date.fromordinal(timezone.localdate(now).toordinal() + days)
