"""Tasks given by the Committee or a meeting's conclusions: their list, late ones first, and the page of one."""

import copy

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import actor_names
from documents.serving import serve
from documents.word_tables import AS_WORD
from programme.forms.papers import ReasonForm
from programme.forms.tasks import FinishGivenForm, GivenForm, GivenReportForm, MoveDeadlineForm
from programme.models import GivenDeadline, GivenTask, Meeting
from programme.permissions.plans import (
    GIVE,
    can_correct_deadline,
    can_decide_deadline,
    can_move_deadline,
    can_report_given,
    is_in_charge,
)
from programme.services import given as services
from programme.tables import tasks as tables
from programme.views.acting import act, bound
from reference.days_off import day_off
from screens import formats
from screens.lists import show_list
from screens.sheets import Sheet


def given_list(request):
    action = None
    if request.user.may(GIVE):
        action = {"url": reverse("programme:add_given"), "label": _("Enter a given task")}
    return show_list(
        request,
        name="given-tasks",
        title=_("Given tasks"),
        lead=_("What the Committee and the conclusions of meetings ask for; late ones first."),
        table_class=tables.GivenTable,
        filterset_class=tables.GivenFilter,
        queryset=tables.given_late_first(GivenTask.objects.all(), timezone.localdate()),
        ordering=("rank", "deadline", "id"),
        export_name="nhiem-vu-duoc-giao",
        main_action=action,
        sheet=Sheet(signers=[_("Prepared by"), _("Head of office"), _("Director")]),
        empty=_("Enter a task from the paper that gives it."),
        template="programme/list.html",
        more_exports=AS_WORD,
    )


def _given(public_id):
    return get_object_or_404(
        GivenTask.objects.select_related("office", "person", "file", "conclusion__meeting"), public_id=public_id
    )


def given_detail(request, public_id):
    row, user = _given(public_id), request.user
    verbs, state = [], GivenTask.State
    if row.state == state.OPEN and can_report_given(user, row):
        verbs += [("report_given", _("Report progress")), ("finish_given", _("Finish"))]
    came_of = row.concluded
    if row.state == state.OPEN and user.may(GIVE) and "person" not in row.concluded_fields:
        verbs.append(("edit_given", _("Change")))
    if row.state == state.OPEN and can_move_deadline(user, row):
        verbs.append(("move_given_deadline", _("Move the deadline")))
    if row.state == state.OPEN and user.may(GIVE) and not (came_of and is_in_charge(user, row)):
        verbs.append(("cancel_given", _("No longer asked for")))
    if row.state == state.DONE and user.may(GIVE):
        verbs.append(("reopen_given", _("Open again")))
    facts = [
        (_("Document"), f"{row.document}, {formats.vn_date(row.document_on)}"),
        (_("Issued by"), formats.vietnamese(row.issuer)),
        (_("Office in charge"), formats.vietnamese(row.office.name)),
        (_("Person in charge"), row.person),
        (_("Deadline"), formats.vn_long_date(row.deadline)),
        (_("Day of the end"), formats.vn_date(row.ended_on)),
        (_("Result or reason"), row.outcome),
    ]
    sees = came_of and Meeting.objects.visible_to(user).filter(pk=came_of.meeting_id).exists()
    reports = list(row.reports.order_by("-at", "-id"))
    moved = list(row.deadlines.select_related("file").order_by("-id"))
    names = actor_names({f"user:{each.by}" for each in (*reports, *moved)})
    return render(
        request,
        "programme/given_task.html",
        {
            "row": row,
            "tag": {"label": row.get_state_display(), "kind": tables.GIVEN_KINDS[row.state]},
            "day_off": day_off(row.deadline) if row.state == state.OPEN else "",
            "late": row.is_late(timezone.localdate()),
            "verbs": [(reverse(f"programme:{name}", args=[row.public_id]), label) for name, label in verbs],
            "meeting": came_of.meeting if sees else None,
            "facts": [(label, value or formats.NOTHING) for label, value in facts],
            "same": GivenTask.objects.same_as(row) if row.state != state.CANCELLED else [],
            "moved": [{"row": each, "who": names[f"user:{each.by}"]} for each in moved],
            "reports": [{"row": report, "who": names[f"user:{report.by}"]} for report in reports],
        },
    )


def given_file(request, public_id):
    row = _given(public_id)
    if row.file is None:
        raise Http404
    return serve(row.file, request, of=row, basis=f"given task {row.public_id}")


def given_deadline_file(request, public_id):
    moved = get_object_or_404(GivenDeadline.objects.select_related("given", "file"), public_id=public_id)
    if moved.file is None:
        raise Http404
    return serve(moved.file, request, of=moved.given, basis=f"given task {moved.given.public_id}")


def add_given(request):
    now = timezone.now()
    form = bound(request, GivenForm, now=now, user=request.user, today=timezone.localdate(now))
    return act(
        request,
        form,
        lambda: services.add_given(values=form.values(), file=form.kept(), by=request.user, now=now),
        verb="add given task",
        title=_("Enter a given task"),
        submit=_("Enter the task"),
        done=_("The task is entered."),
        back=reverse("programme:given_list"),
        back_label=_("Given tasks"),
        now=now,
    )


def _of(row, now):
    return {"back": row.get_absolute_url(), "back_label": row.document, "now": now, "then": row.get_absolute_url()}


def edit_given(request, public_id):
    row, now = _given(public_id), timezone.now()
    fixed = row.concluded_fields
    if "person" in fixed:
        messages.info(request, services.AS_CONCLUDED)
        return HttpResponseRedirect(row.get_absolute_url())
    if not can_correct_deadline(request.user, row):
        fixed |= {"deadline"}
    options = {"instance": copy.copy(row), "user": request.user, "today": timezone.localdate(now), "fixed": fixed}
    form = bound(request, GivenForm, **options)
    return act(
        request,
        form,
        lambda: services.edit_given(
            given=row,
            values=form.values(),
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=now,
        ),
        verb=f"edit given task {row.public_id}",
        title=_("Change the given task"),
        submit=_("Save"),
        done=_("The task is saved."),
        lead=f"{row.content} {services.AS_CONCLUDED}" if row.concluded else "",
        **_of(row, now),
    )


def move_given_deadline(request, public_id):
    row, now = _given(public_id), timezone.now()
    if not can_move_deadline(request.user, row):
        raise PermissionDenied(str(services.NOT_BY_THEMSELVES))
    decides = can_decide_deadline(request.user, row)
    form = bound(
        request, MoveDeadlineForm, now=now, user=request.user, decides=decides, initial={"version": row.version}
    )
    return act(
        request,
        form,
        lambda: services.move_given_deadline(given=row, by=request.user, now=now, **form.values()),
        verb=f"move given deadline {row.public_id}",
        title=_("Move the deadline"),
        submit=_("Move the deadline"),
        done=_("The deadline is moved; whoever is in charge is told."),
        lead=_("%(content)s – deadline now %(day)s")
        % {"content": row.content, "day": formats.vn_long_date(row.deadline)},
        **_of(row, now),
    )


def _in_charge(request, public_id):
    row = _given(public_id)
    if not can_report_given(request.user, row):
        raise PermissionDenied(_("Another office is in charge of this task."))
    return row


def report_given(request, public_id):
    row, now = _in_charge(request, public_id), timezone.now()
    form = bound(request, GivenReportForm)
    return act(
        request,
        form,
        lambda: services.report_given(given=row, done=form.cleaned_data["done"], by=request.user, now=now),
        verb=f"report given task {row.public_id}",
        title=_("Report progress"),
        submit=_("Send the report"),
        done=_("The report is kept."),
        lead=row.content,
        **_of(row, now),
    )


def finish_given(request, public_id):
    row, now = _in_charge(request, public_id), timezone.now()
    form = bound(request, FinishGivenForm, initial={"ended_on": timezone.localdate(now)})
    return act(
        request,
        form,
        lambda: services.finish_given(
            given=row,
            ended_on=form.cleaned_data["ended_on"],
            outcome=form.cleaned_data["outcome"],
            by=request.user,
            now=now,
        ),
        verb=f"finish given task {row.public_id}",
        title=_("Finish the given task"),
        submit=_("Finish"),
        done=_("The task is finished."),
        lead=row.content,
        **_of(row, now),
    )


def _with_reason(request, public_id, service, *, verb, title, submit, done):
    row, now = _given(public_id), timezone.now()
    form = bound(request, ReasonForm)
    return act(
        request,
        form,
        lambda: service(given=row, reason=form.cleaned_data["reason"], by=request.user, now=now),
        verb=f"{verb} {row.public_id}",
        title=title,
        submit=submit,
        done=done,
        lead=row.content,
        **_of(row, now),
    )


def reopen_given(request, public_id):
    return _with_reason(
        request,
        public_id,
        services.reopen_given,
        verb="reopen given task",
        title=_("Open the given task again"),
        submit=_("Open again"),
        done=_("The task is under way again."),
    )


def cancel_given(request, public_id):
    return _with_reason(
        request,
        public_id,
        services.cancel_given,
        verb="cancel given task",
        title=_("The task is no longer asked for"),
        submit=_("No longer asked for"),
        done=_("It is kept that the task is no longer asked for."),
    )
