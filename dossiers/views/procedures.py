"""Procedures: the list, their versions, the editor of a draft and the form as an enterprise will see it."""

import copy
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.attaching import bind
from documents.serving import serve
from dossiers.forms.procedures import (
    PART_FORMS,
    BeginForm,
    CloseForm,
    IssueForm,
    MoveForm,
    ProcedureForm,
    ReasonForm,
    RemoveForm,
    VersionForm,
)
from dossiers.lodging import components_of, condition_text, form_class_of
from dossiers.models import PARTS, Component, Procedure, ProcedureVersion
from dossiers.permissions.procedures import EDIT, heads_office
from dossiers.presenting.procedures import (
    NEED_KINDS,
    STANDING_KINDS,
    clock_of_version,
    days_in_force,
    drafters,
    endings,
    facts_of_version,
    paper_text,
    papers_of_version,
    version_title,
    working_days,
)
from dossiers.services import procedures as services
from dossiers.services.checking import problems_of
from dossiers.tables import procedures as tables
from reference.sending import do_once
from screens import formats
from screens.lists import Sheet, show_list

# {part: (title of adding, of changing, of removing, what is said when it is done)}
PART_WORDS = {
    "step": (
        gettext_lazy("Add a step"),
        gettext_lazy("Change the step: %(name)s"),
        gettext_lazy("Take the step out: %(name)s"),
    ),
    "component": (
        gettext_lazy("Add a component"),
        gettext_lazy("Change the component: %(name)s"),
        gettext_lazy("Take the component out: %(name)s"),
    ),
    "field": (
        gettext_lazy("Add a field"),
        gettext_lazy("Change the field: %(name)s"),
        gettext_lazy("Take the field out: %(name)s"),
    ),
}


# --- procedures --------------------------------------------------------------------------------


def procedure_list(request):
    today = timezone.localdate()
    action = {"url": reverse("dossiers:add_procedure"), "label": _("Add a procedure")}
    return show_list(
        request,
        name="procedures",
        title=_("Procedures"),
        lead=_("What an enterprise may ask of the Department: with which papers, in how many days, with what result."),
        table_class=tables.ProcedureTable,
        filterset_class=tables.ProcedureFilter,
        queryset=tables.procedures_to_list(today),
        ordering=("sort_key",),
        export_name="thu-tuc",
        main_action=action if request.user.may(EDIT) else None,
        empty=_("Load the portal's data files with the command load_procedures, or add a procedure."),
        sheet=Sheet(title=_("List of procedures"), period=_("On %(day)s") % {"day": formats.vn_date(today)}),
    )


def procedure_detail(request, public_id):
    procedure = _procedure(public_id)
    today = timezone.localdate()
    versions = list(procedure.versions.select_related("office").order_by("-number"))
    may_edit = services.may_edit_procedure(request.user, procedure, today)
    draft = next((version for version in versions if version.is_draft), None)
    return render(
        request,
        "dossiers/procedure.html",
        {
            "procedure": procedure,
            "facts": [
                (_("Code"), procedure.code),
                (_("Kind"), procedure.get_kind_display()),
                (_("Agency that decides"), str(procedure.agency)),
                (_("Remark"), procedure.note or formats.NOTHING),
                (_("How sure"), procedure.get_confidence_display()),
                (_("Source"), procedure.source or formats.NOTHING),
            ],
            "in_force": next((each for each in versions if each.standing_on(today) == "in_force"), None),
            "versions": [_version_row(version, today) for version in versions],
            "draft": draft,
            "may_edit": may_edit,
            "may_begin": may_edit and draft is None,
            "is_closed": procedure.is_closed(today),
        },
    )


def _version_row(version, today):
    standing = version.standing_on(today)
    return {
        "version": version,
        "title": version_title(version),
        "standing": standing,
        "kind": STANDING_KINDS[standing],
        "days": days_in_force(version),
        "paper": paper_text(version.paper_number, version.paper_on),
        "working_days": working_days(version.total_days),
    }


def add_procedure(request):
    form = ProcedureForm(request.POST or None)
    done = do_once(
        request, form, "add procedure", lambda given, **by: services.add_procedure(values=form.values(), **by)
    )
    if done:
        messages.success(request, _("The procedure is entered. Begin its first version now."))
        return _to("dossiers:procedure", done)
    return _form(request, form, _("Add a procedure"), _("Add"), reverse("dossiers:procedure_list"))


def edit_procedure(request, public_id):
    procedure = _own_procedure(request, public_id)
    form = ProcedureForm(request.POST or None, instance=copy.copy(procedure))
    done = do_once(
        request,
        form,
        f"edit procedure {procedure.public_id}",
        lambda given, **by: services.edit_procedure(
            procedure=procedure, values=form.values(), version=given["version"], reason=given["reason"], **by
        ),
    )
    if done:
        messages.success(request, _("The procedure is saved."))
        return _to("dossiers:procedure", done)
    title = _("Correct: %(name)s") % {"name": procedure}
    return _form(request, form, title, _("Save"), procedure.get_absolute_url(), procedure=procedure)


def close_procedure(request, public_id):
    procedure = _own_procedure(request, public_id)
    form = CloseForm(request.POST or None, initial={"version": procedure.version})
    done = do_once(
        request,
        form,
        f"close procedure {procedure.public_id}",
        lambda given, **by: services.close_procedure(procedure=procedure, **given, **by),
    )
    if done:
        messages.success(request, _("The procedure is closed."))
        return _to("dossiers:procedure", done)
    title = _("Close: %(name)s") % {"name": procedure}
    return _form(request, form, title, _("Close the procedure"), procedure.get_absolute_url(), procedure=procedure)


def begin_version(request, public_id):
    procedure = _own_procedure(request, public_id)
    source = procedure.versions.issued().order_by("-valid_from").first()
    form = BeginForm(request.POST or None) if source else VersionForm(request.POST or None)
    done = do_once(
        request,
        form,
        f"begin version {procedure.public_id}",
        lambda given, **by: services.begin_version(procedure=procedure, values=None if source else form.values(), **by),
    )
    if done:
        messages.success(request, _("The draft is begun. Work on its parts, then have it put in force."))
        return _to("dossiers:version", done)
    lead = ""
    if source:
        lead = _("The draft begins as a copy of version %(number)s; that one stays in force meanwhile.") % {
            "number": source.number
        }
    title = _("New version: %(name)s") % {"name": procedure}
    return _form(
        request, form, title, _("Begin the new version"), procedure.get_absolute_url(), procedure=procedure, lead=lead
    )


# --- versions ----------------------------------------------------------------------------------


def version_detail(request, public_id):
    version = _version(public_id)
    today = timezone.localdate()
    standing = version.standing_on(today)
    fields = list(version.fields.all())
    steps = list(version.steps.select_related("office"))
    components = list(version.components.select_related("template"))
    may_draft = services.may_draft(request.user, version, today)
    return render(
        request,
        "dossiers/version.html",
        {
            "version": version,
            "procedure": version.procedure,
            "title": version_title(version),
            "standing": standing,
            "standing_kind": STANDING_KINDS[standing],
            "facts": [(label, text or formats.NOTHING) for label, text in facts_of_version(version)],
            "clock": clock_of_version(version),
            "papers": papers_of_version(version),
            "drafters": drafters(version),
            "problems": problems_of(version, on=today) if version.is_draft else [],
            "steps": steps,
            "taken": sum(step.working_days for step in steps),
            "components": [
                {
                    "component": component,
                    "kind": NEED_KINDS[component.need],
                    "condition": condition_text(component, fields),
                    "endings": endings(component.formats),
                }
                for component in components
            ],
            "fields": fields,
            "may_draft": may_draft,
            "may_issue": services.may_issue(request.user, version, today),
            "key_up": uuid.uuid4(),
            "key_down": uuid.uuid4(),
        },
    )


def preview_version(request, public_id):
    """The form by the code that a lodging uses. What is typed is checked and shown, and goes nowhere."""
    version = _version(public_id)
    form = form_class_of(version)(request.GET or None)
    del form.fields["operation_key"]
    is_right = form.is_bound and form.is_valid()
    answers = form.answers if form.is_bound else {}
    fields = list(version.fields.all())
    return render(
        request,
        "dossiers/preview.html",
        {
            "version": version,
            "procedure": version.procedure,
            "version_title": version_title(version),
            "title": _("Preview: %(name)s") % {"name": version_title(version)},
            "form": form,
            "is_right": is_right,
            "components": [
                {
                    "component": component,
                    "required": required,
                    "condition": condition_text(component, fields),
                    "endings": endings(component.formats),
                }
                for component, required in components_of(version, answers)
            ],
        },
    )


def edit_version(request, public_id):
    version = _draft(request, public_id)
    form = VersionForm(request.POST or None, instance=copy.copy(version))
    return _on_draft(
        request,
        version,
        form,
        verb="edit version",
        act=lambda given, **by: services.edit_version(
            procedure_version=version, values=form.values(), version=given["version"], **by
        ),
        title=_("Change the draft"),
        submit=_("Save"),
        done=_("The draft is saved."),
    )


def issue_version(request, public_id):
    version = _draft(request, public_id)
    if (
        request.method == "GET"
        and version.is_draft
        and not services.may_issue(request.user, version, timezone.localdate())
    ):
        messages.info(request, _("Whoever worked on this draft does not put it in force: somebody else does."))
        return HttpResponseRedirect(version.get_absolute_url())
    form = IssueForm(request.POST or None, initial={"version": version.version})
    return _on_draft(
        request,
        version,
        form,
        verb="issue version",
        act=lambda given, **by: services.issue_version(procedure_version=version, **given, **by),
        title=_("Put in force"),
        submit=_("Put in force"),
        done=_("The version is put in force."),
        lead=_("By a paper that was signed. The version is frozen; the one before it ends the day before."),
        problems=problems_of(version, on=timezone.localdate()) if version.is_draft else [],
    )


def discard_version(request, public_id):
    version = _draft(request, public_id)
    form = ReasonForm(request.POST or None, initial={"version": version.version})
    return _on_draft(
        request,
        version,
        form,
        verb="discard version",
        act=lambda given, **by: services.discard_version(procedure_version=version, **given, **by),
        title=_("Discard the draft"),
        submit=_("Discard the draft"),
        done=_("The draft is discarded."),
    )


# --- parts of a draft --------------------------------------------------------------------------


def add_part(request, public_id, part):
    version = _draft(request, public_id)
    form = _part_form(request, part, version)
    return _on_draft(
        request,
        version,
        form,
        verb=f"add {part}",
        act=lambda given, **by: services.add_part(procedure_version=version, part=part, values=form.values(), **by),
        title=PART_WORDS[part][0],
        submit=_("Add"),
        done=_("It is added to the draft."),
        anchor=part,
    )


def edit_part(request, public_id, part_id, part):
    version = _draft(request, public_id)
    row = get_object_or_404(PARTS[part], public_id=part_id, procedure_version=version)
    form = _part_form(request, part, version, instance=copy.copy(row))
    return _on_draft(
        request,
        version,
        form,
        verb=f"edit {part}",
        about=row,
        act=lambda given, **by: services.edit_part(row=row, values=form.values(), version=given["version"], **by),
        title=PART_WORDS[part][1] % {"name": row},
        submit=_("Save"),
        done=_("The draft is saved."),
        anchor=part,
    )


def move_part(request, public_id, part_id, part):
    version = _draft(request, public_id)
    row = get_object_or_404(PARTS[part], public_id=part_id, procedure_version=version)
    form = MoveForm(request.POST)
    done = do_once(
        request,
        form,
        f"move {part} {row.public_id}",
        lambda given, **by: services.move_part(row=row, up=given["direction"] == "up", **by),
    )
    if not done:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return _to_part(version, part)


def remove_part(request, public_id, part_id, part):
    version = _draft(request, public_id)
    row = PARTS[part].objects.filter(public_id=part_id, procedure_version=version).first()
    if row is None and request.method == "POST":
        messages.info(request, _("It is out of the draft."))
        return _to_part(version, part)
    if row is None:
        raise Http404
    form = RemoveForm(request.POST or None, initial={"version": row.version})
    return _on_draft(
        request,
        version,
        form,
        verb=f"remove {part}",
        about=row,
        act=lambda given, **by: services.remove_part(row=row, **given, **by),
        title=PART_WORDS[part][2] % {"name": row},
        submit=_("Take out"),
        done=_("It is out of the draft."),
        anchor=part,
    )


def component_template(request, public_id, part_id):
    component = get_object_or_404(
        Component.objects.select_related("template", "procedure_version"),
        public_id=part_id,
        procedure_version__public_id=public_id,
    )
    if component.template is None:
        raise Http404
    version = component.procedure_version
    return serve(component.template, request, of=version, basis=f"component {component.public_id}")


def _part_form(request, part, draft, **options):
    form_class, options = PART_FORMS[part], {"draft": draft, **options}
    if not hasattr(form_class, "attachments"):
        return form_class(request.POST or None, **options)
    if request.method == "POST":
        return bind(request, form_class, now=timezone.now(), **options)
    return form_class(user=request.user, **options)


# --- shared ------------------------------------------------------------------------------------


def _procedure(public_id):
    return get_object_or_404(Procedure.objects.select_related("agency"), public_id=public_id)


def _version(public_id):
    versions = ProcedureVersion.objects.select_related("procedure", "procedure__agency", "office", "copied_from")
    return get_object_or_404(versions, public_id=public_id)


def _own_procedure(request, public_id):
    """The procedure, for whoever may change it: 403 for the head of another office."""
    procedure = _procedure(public_id)
    last = procedure.versions.issued().select_related("office").order_by("-valid_from").first()
    _require_head(request.user, last.office if last else None)
    return procedure


def _draft(request, public_id):
    version = _version(public_id)
    _require_head(request.user, version.office)
    return version


def _require_head(user, office):
    if not heads_office(user, office, timezone.localdate()):
        raise PermissionDenied(
            _("This procedure is handled by %(office)s. Its head, or the administrator, does this.")
            % {"office": office}
        )


def _on_draft(request, version, form, *, verb, act, title, submit, done, about=None, anchor="", lead="", problems=()):
    """A form of the editor. What is no draft any more has none; a form sent twice is answered as the first time.

    `about` is what the form changes, where that is not the version itself.
    """
    if request.method == "GET" and not version.is_draft:
        messages.info(request, _("This version is no draft any more. Changes go into a new version."))
        return HttpResponseRedirect(version.get_absolute_url())
    if do_once(request, form, f"{verb} {(about or version).public_id}", act):
        messages.success(request, done)
        return _to_part(version, anchor)
    back = version.get_absolute_url() + (f"#{anchor}s" if anchor else "")
    context = {"procedure": version.procedure, "version": version, "lead": lead, "problems": problems}
    return _form(request, form, title, submit, back, version_title=version_title(version), **context)


def _to_part(version, part):
    return HttpResponseRedirect(version.get_absolute_url() + (f"#{part}s" if part else ""))


def _to(route, public_id):
    return HttpResponseRedirect(reverse(route, args=[public_id]))


def _form(request, form, title, submit, back, **context):
    page = {"form": form, "title": title, "submit": submit, "back": back, **context}
    return render(request, "dossiers/form.html", page)
