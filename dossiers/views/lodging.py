"""Lodging as an enterprise does it, and the clerk for what came on paper: begin, fill in, attach, check, lodge."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import NotAllowed, Refused, StaleVersion
from documents.serving import serve
from dossiers.answers import draft_form_class, initial_of, marks_shown, missing_of
from dossiers.forms.dossiers import ConfirmForm, DeclarationForm, StartForm, TypeInForm, WithdrawForm
from dossiers.lodging import ShownField, condition_text
from dossiers.models import Dossier, DossierFile, Procedure, SupplementRequest
from dossiers.permissions.dossiers import PREPARE, START, acts_for, may_on, purpose_of_identity, sees_identity
from dossiers.presenting.applications import application_shown
from dossiers.presenting.dossiers import (
    STATE_KINDS,
    closed_text,
    code_drawn,
    components_shown,
    look_up_address,
    next_text,
    rows_of_own,
    sections_of,
    titled,
    typed_beside,
    way_text,
)
from dossiers.presenting.procedures import endings, version_title, working_days
from dossiers.services import dossiers as services
from dossiers.services.applications import application_of
from dossiers.states import ENTERPRISE, State
from enterprises.models import Enterprise, Membership
from reference.sending import do_once
from screens.forms import form_data

A_PAGE = 30
# of what did not come online, to the enterprise
AT_THE_DESK = gettext_lazy(
    "This dossier did not come online: what is supplemented, and whether it is withdrawn, the enterprise tells the intake desk of "
    "the Department, which enters it."
)
BUTTONS = {"csrfmiddlewaretoken", "operation_key", "version", "as_seen", "and_stay"}


# --- own dossiers, and beginning one ------------------------------------------------------------


def own_dossiers(request):
    """Drafts first, then what was lodged, then drafts that were given up, of each the latest first."""
    seen = Dossier.objects.visible_to(request.user).of_enterprises_of(request.user)
    rows = seen.select_related("procedure_version__procedure", "enterprise", "saved_by")
    rows = rows.prefetch_related("procedure_version__fields")
    drafts = list(rows.drafts().order_by("-saved_at", "-id")[:A_PAGE])
    given_up = list(rows.filter(state=State.WITHDRAWN, submitted_at=None).order_by("-withdrawn_at", "-id")[:A_PAGE])
    lodged = rows.filter(submitted_at__isnull=False).order_by("-submitted_at", "-id")
    page = Paginator(lodged, A_PAGE).get_page(request.GET.get("page"))
    asked = SupplementRequest.objects.filter(dossier__in=[row.pk for row in page], state=SupplementRequest.State.SENT)
    answer_days = dict(asked.values_list("dossier_id", "answer_by"))
    return render(
        request,
        "dossiers/own_dossiers.html",
        {
            "drafts": rows_of_own(drafts, {}),
            "rows": rows_of_own(page, answer_days),
            "given_up": rows_of_own(given_up, {}),
            "page": page,
            "today": timezone.localdate(),
            "kinds": STATE_KINDS,
            "several": len(_own_enterprises(request.user)) > 1,
        },
    )


def open_procedures(request):
    rows = []
    for version in services.open_procedures(timezone.localdate()).prefetch_related("components", "fields"):
        fields = list(version.fields.all())
        rows.append(
            {
                "version": version,
                "days": working_days(version.total_days),
                "components": [
                    {"component": component, "condition": condition_text(component, fields)}
                    for component in version.components.all()
                ],
            }
        )
    return render(request, "dossiers/open_procedures.html", {"rows": rows})


def start_dossier(request, public_id):
    procedure = get_object_or_404(Procedure, public_id=public_id)
    now = timezone.now()
    form = StartForm(form_data(request)[0], own=_own_enterprises(request.user))
    done = do_once(
        request,
        form,
        f"start dossier {procedure.public_id}",
        lambda given, **by: services.start_dossier(procedure=procedure, enterprise=form.enterprise_chosen, **by),
    )
    if done:
        return _to("dossiers:fill_dossier", done)
    version = None if procedure.is_closed(timezone.localdate(now)) else procedure.version_on(timezone.localdate(now))
    fields = list(version.fields.all()) if version else []
    components = version.components.all() if version else []
    return render(
        request,
        "dossiers/start_dossier.html",
        {
            "form": form,
            "procedure": procedure,
            "version": version,
            "days": working_days(version.total_days) if version else "",
            "components": [
                {
                    "component": component,
                    "condition": condition_text(component, fields),
                    "endings": endings(component.formats),
                }
                for component in components
            ],
        },
    )


def type_in_dossier(request):
    today = timezone.localdate()
    procedures = Procedure.objects.filter(pk__in=services.open_procedures(today).values("procedure"))
    form = TypeInForm(form_data(request)[0], procedures=procedures)
    done = do_once(
        request,
        form,
        "type in dossier",
        lambda given, **by: services.type_in_dossier(
            procedure=given["procedure"], enterprise=form.enterprise, channel=given["channel"],
            applicant_name=given["applicant_name"], arrived_on=given["arrived_on"], **by,
        ),
    )  # fmt: skip
    if done:
        return _to("dossiers:fill_dossier", done)
    lead = _("For what came at the counter or by post. Scan its papers, type in what it states, check and lodge it.")
    back = reverse("dossiers:dossier_list")
    return _form(request, form, _("Type in a dossier"), _("Begin"), back, lead=lead)


# --- the form of the draft ----------------------------------------------------------------------


def fill_dossier(request, public_id):
    """The form by the version's fields. Sent by its button or, as one types, by itself: the same checks, the same door."""
    dossier = _prepared(request, public_id)
    if request.method == "GET" and not dossier.is_draft:
        return _no_draft(request, dossier)
    fields = list(dossier.procedure_version.fields.all())
    as_seen = json.dumps(marks_shown(dossier, fields))
    initial = {**initial_of(dossier, fields), "version": dossier.version, "as_seen": as_seen}
    form = draft_form_class(dossier.procedure_version, dossier.enterprise)(form_data(request)[0], initial=initial)
    saved = _save(request, form, dossier, fields) if request.method == "POST" else None
    if request.method == "POST" and not saved:
        dossier = _prepared(request, public_id)
        if not dossier.is_draft:
            return _closed_meanwhile(request, dossier, form, fields)
    if request.headers.get("HX-Request") == "true":
        problems = [str(error) for error in form.non_field_errors()]
        told = {"dossier": saved, "problems": problems, "fresh": True}
        if saved:
            told |= {"as_seen": json.dumps(form.shows), "taken_over": form.taken_over(saved)}
        return render(request, "dossiers/includes/saved.html", told)
    if saved and (taken_over := form.taken_over(saved)):
        said = _("A colleague changed meanwhile, and it stands as they wrote it: %(names)s.")
        messages.info(request, said % {"names": "; ".join(taken_over)})
    if saved and form.is_valid():
        if "and_stay" in request.POST:
            messages.success(request, _("The draft of the dossier is saved."))
            return _to("dossiers:fill_dossier", dossier.public_id)
        has_components = dossier.procedure_version.components.exists()
        return _to("dossiers:dossier_components" if has_components else "dossiers:check_dossier", dossier.public_id)
    if saved:
        form.show_saved(saved, fields)
        messages.info(
            request, _("The draft is saved. Some answers are not right yet: they are kept as you typed them.")
        )
    known = [form[field.code] for field in fields if isinstance(form.fields[field.code], ShownField)]
    asked = [form[field.code] for field in fields if not isinstance(form.fields[field.code], ShownField)]
    return render(
        request,
        "dossiers/fill_dossier.html",
        {
            "dossier": saved or dossier,
            "form": form,
            "known": [(bound.label, bound.value()) for bound in known],
            "asked": asked,
            **around_of(saved or dossier),
        },
    )


def _no_draft(request, dossier):
    """An old link to the form of what is no draft any more."""
    messages.info(request, closed_text(dossier))
    return HttpResponseRedirect(dossier.get_absolute_url())


def _closed_meanwhile(request, dossier, form, fields):
    """The dossier was lodged or given up while its form stood open: by whom and when, and what was typed, to be read."""
    context = {
        "dossier": dossier,
        "closed": closed_text(dossier),
        "may_copy": request.user.may(START) and acts_for(request.user, dossier.enterprise, ENTERPRISE),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "dossiers/includes/closed.html", {**context, "fresh": True})
    typed = typed_beside(dossier, fields, form)
    return render(request, "dossiers/closed_draft.html", {**context, "typed": typed, **around_of(dossier)})


def _save(request, form, dossier, fields):
    """The draft as saved, or None with the reason on the form."""
    form.is_valid()
    unknown = set(request.POST) - set(form.fields) - BUTTONS
    if unknown:
        form.add_error(
            None,
            _("This form has fields that the procedure does not have. Open the draft again; what you typed is below."),
        )
        return None
    if form.too_long:
        sentence = _("“%(name)s” is too long to be kept. Shorten it, or attach it as a file.")
        form.add_error(None, sentence % {"name": form.too_long[0]})
        return None
    given = form.cleaned_data
    try:
        return services.save_draft(
            dossier=dossier, kept=form.kept, not_right=form.not_right, version=given.get("version"),
            window=given.get("operation_key"), seen=form.seen, sent=form.sent, by=request.user, now=timezone.now(),
        )  # fmt: skip
    except StaleVersion as stale:
        form.meet_colleague(stale.current, fields, stale)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None


# --- components ---------------------------------------------------------------------------------


def dossier_components(request, public_id):
    dossier = _prepared(request, public_id)
    if not dossier.is_draft:
        return _no_draft(request, dossier)
    return _components_page(request, dossier)


def add_file(request, public_id, component_id):
    """Files for one component, each checked and told of by itself."""
    dossier = _prepared(request, public_id)
    component = services.component_of(dossier, component_id)
    problems, attached, already = [], [], []
    if request.method == "POST" and component is None:
        messages.error(request, _("This component is not one of this dossier. Nothing was attached; choose it below."))
    if request.method == "POST" and component is not None:
        uploads = request.FILES.getlist("file")
        if not uploads:
            problems.append(_("Choose the file first."))
        for upload in uploads:
            now = timezone.now()
            try:
                row = services.upload_file(
                    dossier=dossier, component=component, upload=upload, by=request.user, now=now
                )
                if row.added_at == now:
                    attached.append(row.name_to_all)
                else:
                    already.append(services.attached_already(row, upload))
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from None
            except Refused as refusal:
                problems.append(f"{upload.name}: {refusal}")
    elif component is None and request.method == "GET":
        raise Http404
    done = [_("Attached: %(names)s.") % {"names": ", ".join(attached)}] if attached else []
    return _component_answer(request, dossier, component, problems, done + already)


def remove_file(request, public_id, file_id):
    dossier = _prepared(request, public_id)
    rows = DossierFile.objects.filter(component__isnull=False).select_related("component")
    row = get_object_or_404(rows, dossier=dossier, public_id=file_id)
    problems, done = [], []
    try:
        services.remove_file(row=row, by=request.user, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refused as refusal:
        problems.append(str(refusal))
    else:
        done = [_("Taken away: %(name)s.") % {"name": row.name_to_all}]
    return _component_answer(request, dossier, row.component, problems, done)


def _component_answer(request, dossier, component, problems, done):
    """The component alone for the page that asked in the background; else the page again, at the component. Of what is no draft
    any more its own page, which says so."""
    if not dossier.is_draft:
        for sentence in problems:
            messages.error(request, sentence)
        answer = HttpResponseRedirect(dossier.get_absolute_url())
        if request.headers.get("HX-Request") == "true":
            answer = HttpResponse(headers={"HX-Redirect": dossier.get_absolute_url()})
        return answer
    told = {component.pk: problems} if component and problems else {}
    if component and request.headers.get("HX-Request") == "true":
        shown = _components(dossier, told)
        row = next((row for row in shown if row["component"].pk == component.pk), None)
        if row:
            sees = {"sees_identity": sees_identity(request.user, dossier)}
            context = {"row": row | {"done": done}, "dossier": dossier, **sees}
            return render(request, "dossiers/includes/component.html", context)
    for sentence in done:
        messages.success(request, sentence)
    if component and request.method == "POST" and not problems:
        address = reverse("dossiers:dossier_components", args=[dossier.public_id])
        return HttpResponseRedirect(f"{address}#component-{component.code}")
    return _components_page(request, dossier, told)


def _components(dossier, problems=None):
    fields = list(dossier.procedure_version.fields.all())
    return components_shown(dossier, fields, services.standing_files(dossier), problems=problems)


def _components_page(request, dossier, problems=None):
    rows = _components(dossier, problems)
    context = {
        "dossier": dossier, "rows": rows, "wants_scan": dossier.is_paper and not any(row["files"] for row in rows),
        "sees_identity": sees_identity(request.user, dossier), **around_of(dossier),
    }  # fmt: skip
    return render(request, "dossiers/dossier_components.html", context)


def dossier_file(request, public_id, file_id):
    """The file itself, for whoever sees the dossier: always as an attachment."""
    dossier = visible_dossier(request, public_id)
    files = DossierFile.objects.to_be_fetched_from(dossier).select_related("file")
    row = get_object_or_404(files, public_id=file_id)
    purpose = purpose_of_identity(request.user, dossier) if row.file.is_identity else ""
    return serve(row.file, request, of=dossier, basis=f"dossier {dossier.public_id}", purpose=purpose)


def dossier_template(request, public_id, component_id):
    dossier = _prepared(request, public_id)
    component = services.component_of(dossier, component_id)
    if component is None or component.template is None:
        raise Http404
    return serve(component.template, request, of=dossier, basis=f"component {component.public_id}")


# --- a new version of the procedure -------------------------------------------------------------


def move_draft(request, public_id):
    dossier = _prepared(request, public_id)
    form = ConfirmForm(form_data(request)[0])
    act = lambda given, **by: services.move_draft(dossier=dossier, **by)  # noqa: E731 - done once below
    if do_once(request, form, f"move draft {dossier.public_id}", act):
        messages.success(request, _("The draft is under the new version now. See what it asks for."))
        return _to("dossiers:fill_dossier", dossier.public_id)
    try:
        version = services.open_version(dossier.procedure, timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(dossier.get_absolute_url())
    if request.method == "GET" and (version == dossier.procedure_version or not dossier.is_draft):
        return HttpResponseRedirect(dossier.get_absolute_url())
    stays, goes = services.what_fits(dossier, version)
    return _form(
        request,
        form,
        _("Move the draft to the new version"),
        _("Move the draft"),
        dossier.get_absolute_url(),
        template="dossiers/move_draft.html",
        dossier=dossier,
        version=version,
        stays=stays,
        goes=goes,
    )


# --- checking and lodging -----------------------------------------------------------------------


def check_dossier(request, public_id):
    """The page of checked answers; sending it has whoever may lodge told that the draft is complete."""
    dossier = _prepared(request, public_id)
    if not dossier.is_draft:
        return _no_draft(request, dossier)
    if request.method == "POST":
        try:
            services.tell_signatory(dossier=dossier, by=request.user, now=timezone.now())
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The legal representative is told that the draft is complete."))
        return _to("dossiers:check_dossier", dossier.public_id)
    return _check_page(request, dossier)


def lodge_dossier(request, public_id):
    """Answers with another page always, so that the browser's Back and reloading never meet a form sent already."""
    dossier = _prepared(request, public_id)
    form = DeclarationForm(form_data(request)[0], is_paper=dossier.is_paper)
    done = do_once(
        request,
        form,
        f"lodge dossier {dossier.public_id}",
        lambda given, **by: services.lodge_dossier(dossier=dossier, digest=given["digest"], **by),
    )
    if done:
        return _to("dossiers:lodged_dossier", done)
    dossier = _prepared(request, public_id)
    changed = services.changed_since(dossier, *form.checked()) if form.is_bound and dossier.is_draft else ""
    if changed:
        messages.error(request, changed)
    elif request.method == "POST":
        for problem in dict.fromkeys(str(error) for errors in form.errors.values() for error in errors):
            messages.error(request, problem)
    return _to("dossiers:lodged_dossier" if dossier.submitted_at else "dossiers:check_dossier", dossier.public_id)


def _check_page(request, dossier):
    fields, files = list(dossier.procedure_version.fields.all()), list(services.standing_files(dossier))
    missing = missing_of(dossier, fields, files)
    checked = {"digest": services.digest_of(dossier, files), "parts": json.dumps(services.parts_of(dossier, files))}
    may_lodge = services.may_move(request.user, dossier, State.LODGED)
    form = DeclarationForm(initial=checked, is_paper=dossier.is_paper)
    around = around_of(dossier)
    return render(
        request,
        "dossiers/check_dossier.html",
        {
            "dossier": dossier,
            "form": form,
            "sections": sections_of(dossier, fields),
            "components": components_shown(dossier, fields, files),
            "application": application_shown(dossier, application_of(dossier)),
            "sees_identity": sees_identity(request.user, dossier),
            "may_attach": may_lodge and not dossier.is_paper,
            "missing": missing,
            "may_lodge": may_lodge,
            "is_ready": dossier.is_draft and not missing and not around["hindrance"],
            **around,
        },
    )


def lodged_dossier(request, public_id):
    """The confirmation that it was lodged, to be printed: with its code, without any promised date."""
    dossier = visible_dossier(request, public_id)
    if not dossier.submitted_at:
        raise Http404
    fields, address = list(dossier.procedure_version.fields.all()), look_up_address(dossier)
    squares, path = code_drawn(address)
    return render(
        request,
        "dossiers/lodged_dossier.html",
        {
            "dossier": dossier,
            "way": way_text(dossier),
            "next": next_text(dossier),
            "address": address,
            "code": {"across": squares + 8, "path": path},  # four squares are left free on every side
            "components": components_shown(dossier, fields, services.standing_files(dossier)),
            "application": application_shown(dossier, application_of(dossier)),
        },
    )


# --- copying and withdrawing --------------------------------------------------------------------


def copy_dossier(request, public_id):
    dossier = visible_dossier(request, public_id)
    form = ConfirmForm(form_data(request)[0])
    done = do_once(
        request,
        form,
        f"copy dossier {dossier.public_id}",
        lambda given, **by: services.copy_dossier(dossier=dossier, **by),
    )
    if done:
        if Dossier.objects.get(public_id=done).left_out:
            messages.warning(
                request,
                _("A new draft is begun. The procedure no longer takes everything: what is left over stands below."),
            )
        else:
            messages.success(request, _("A new draft with the same answers and files is begun. Check each of them."))
        return _to("dossiers:fill_dossier", done)
    lead = _(
        "A new draft is begun with the answers and files of this dossier, as far as the procedure still asks for them."
    )
    return _form(
        request,
        form,
        _("Copy the dossier"),
        _("Begin the copy"),
        dossier.get_absolute_url(),
        lead=lead,
        dossier=dossier,
    )


def withdraw_dossier(request, public_id):
    dossier = visible_dossier(request, public_id)
    if request.method == "GET" and not services.may_move(request.user, dossier, State.WITHDRAWN):
        if dossier.state == State.WITHDRAWN or may_on(request.user, dossier, PREPARE.roles):
            messages.info(request, services.why_not(request.user, dossier, State.WITHDRAWN))
            return HttpResponseRedirect(dossier.get_absolute_url())
        raise PermissionDenied(AT_THE_DESK if not dossier.is_online else _("Your role does not allow this."))
    form = WithdrawForm(form_data(request)[0])
    done = do_once(
        request,
        form,
        f"withdraw dossier {dossier.public_id}",
        lambda given, **by: services.withdraw_dossier(dossier=dossier, **given, **by),
    )
    if done:
        messages.success(request, _("The dossier is withdrawn."))
        return HttpResponseRedirect(dossier.get_absolute_url())
    given_up = dossier.is_draft
    lead = (
        _("The draft is given up. It stays to be read and to be copied.")
        if given_up
        else _("The Department stops handling it. It stays to be read and to be copied.")
    )
    title = _("Give up the draft") if given_up else _("Withdraw the dossier")
    return _form(request, form, title, title, dossier.get_absolute_url(), lead=lead, dossier=dossier)


# --- shared -------------------------------------------------------------------------------------


def _own_enterprises(user):
    held = Membership.objects.held_by(user).values("enterprise_id")
    return Enterprise.objects.filter(pk__in=held).order_by("sort_key", "pk")


def visible_dossier(request, public_id):
    rows = Dossier.objects.visible_to(request.user).select_related(
        "procedure_version__procedure", "procedure_version__office", "enterprise__merged_into", "enterprise__ward",
        "enterprise__main_activity", "office", "handler", "started_by", "saved_by", "typed_by", "submitted_by", "copied_from",
    )  # fmt: skip
    return get_object_or_404(rows, public_id=public_id)


def _prepared(request, public_id):
    """The dossier, for whoever prepares it: 404 where they do not see it, 403 where they only see it."""
    dossier = visible_dossier(request, public_id)
    if not may_on(request.user, dossier, PREPARE.roles):
        raise PermissionDenied(_("Your role does not allow this."))
    return dossier


def around_of(dossier):
    """What every page of a draft tells: what keeps it from being lodged today, and whether moving it helps."""
    hindrance = ""
    try:
        services.require_in_business(dossier.enterprise)
    except Refused as refusal:
        hindrance = str(refusal)
    current = None
    if not hindrance and dossier.is_draft:
        hindrance = services.version_problem(dossier, timezone.now())
        if hindrance:
            current = dossier.procedure.version_on(timezone.localdate())
            if current and (
                current.pk == dossier.procedure_version_id or dossier.procedure.is_closed(timezone.localdate())
            ):
                current = None
    return {
        "hindrance": hindrance if dossier.is_draft else "",
        "newer": current,
        "merged": bool(dossier.enterprise.merged_into_id),
        "title": titled(dossier) if dossier.is_draft else str(dossier.procedure),
        "version_title": version_title(dossier.procedure_version),
    }


def _to(route, public_id):
    return HttpResponseRedirect(reverse(route, args=[public_id]))


def _form(request, form, title, submit, back, *, template="dossiers/dossier_form.html", **context):
    page = {"form": form, "title": title, "submit": submit, "back": back, **context}
    return render(request, template, page)
