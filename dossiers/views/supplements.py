"""Supplements: asked for item by item by the Department, answered item by item by the enterprise."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.refusals import NotAllowed, Refused, StaleVersion
from dossiers.forms.dossiers import ConfirmForm, DeclarationForm
from dossiers.forms.handling import AnswerForm, SendSupplementForm, SupplementForm
from dossiers.models import DossierFile, SupplementRequest
from dossiers.permissions.dossiers import sees_identity
from dossiers.permissions.handling import may_approve_request, may_do
from dossiers.presenting.dossiers import titled
from dossiers.presenting.handling import items_shown
from dossiers.presenting.procedures import working_days
from dossiers.services import supplements as services
from dossiers.services.dossiers import attached_already
from dossiers.states import State, Verb
from dossiers.views.handling import why_not_now, with_form
from dossiers.views.lodging import visible_dossier
from reference.days_off import day_off
from reference.sending import do_once
from screens.forms import form_data

BUTTONS = {"csrfmiddlewaretoken", "operation_key", "and_send", "remove"}


def _asked(request, public_id, verb=Verb.ASK):
    """The dossier, for whoever may ask for a supplement of it now."""
    dossier = visible_dossier(request, public_id)
    if request.method == "GET" and not may_do(request.user, dossier, verb, timezone.now()):
        raise PermissionDenied(why_not_now(dossier, verb))
    return dossier


def _request_of(dossier, request_id):
    """The request of this dossier, or 404; what is only prepared is for the Department alone (the routes see to it)."""
    rows = SupplementRequest.objects.select_related("prepared_by", "sent_by", "answered_by")
    row = get_object_or_404(rows, dossier=dossier, public_id=request_id)
    row.dossier = dossier
    return row


# --- asking ------------------------------------------------------------------------------------


def ask_supplement(request, public_id):
    dossier = _asked(request, public_id)
    waiting = dossier.supplements.open().first()
    if request.method == "GET" and waiting:
        return HttpResponseRedirect(reverse("dossiers:edit_supplement", args=[dossier.public_id, waiting.public_id]))
    version = dossier.procedure_version
    day = services.day_by_procedure(version, timezone.now())
    form = SupplementForm(form_data(request)[0], version=version, day=day, basis=version.legal_basis[:300])
    done = do_once(
        request, form, f"ask supplement {dossier.public_id}",
        lambda given, **by: services.prepare_supplement(
            dossier=dossier, items=form.items, guidance=given["guidance"], answer_by=given["answer_by"], **by
        ),
    )  # fmt: skip
    if done:
        return HttpResponseRedirect(reverse("dossiers:send_supplement", args=[dossier.public_id, done]))
    return _supplement_form(request, dossier, form, _("Ask for a supplement"))


def edit_supplement(request, public_id, request_id):
    dossier = _asked(request, public_id)
    row = _request_of(dossier, request_id)
    if request.method == "GET" and row.state != row.State.PREPARED:
        messages.info(request, _("This supplement was sent already and is not changed any more."))
        return HttpResponseRedirect(dossier.get_absolute_url())
    items = list(row.items.select_related("component"))
    form = SupplementForm(
        form_data(request)[0], version=dossier.procedure_version, items=items,
        day=services.day_by_procedure(dossier.procedure_version, timezone.now()),
        basis=dossier.procedure_version.legal_basis[:300],
        initial={"guidance": row.guidance, "answer_by": row.answer_by, "version": row.version},
    )  # fmt: skip
    done = do_once(
        request, form, f"edit supplement {row.public_id}",
        lambda given, **by: services.change_supplement(
            request=row, items=form.items, guidance=given["guidance"], answer_by=given["answer_by"],
            version=given["version"], **by,
        ),
    )  # fmt: skip
    if done:
        return HttpResponseRedirect(reverse("dossiers:send_supplement", args=[dossier.public_id, row.public_id]))
    at_door = row.stage == State.LODGED
    keeps = not at_door and may_approve_request(request.user, row, timezone.now())
    return _supplement_form(request, dossier, form, _("Change the supplement"), keeps_from_sending=keeps)


def _supplement_form(request, dossier, form, title, **more):
    context = {"dossier": dossier, "form": form, "title": title, "back": dossier.get_absolute_url(), **more}
    return render(request, "dossiers/supplement_form.html", context)


def send_supplement(request, public_id, request_id):
    """What was prepared, as the enterprise will read it; sent by whoever may approve it."""
    dossier = _asked(request, public_id)
    row = _request_of(dossier, request_id)
    if request.method == "GET" and row.state != row.State.PREPARED:
        return HttpResponseRedirect(dossier.get_absolute_url())
    form = SendSupplementForm(form_data(request)[0], initial={"version": row.version})
    if do_once(
        request,
        form,
        f"send supplement {row.public_id}",
        lambda given, **by: services.send_supplement(request=row, version=given["version"], **by),
    ):
        said = (
            _("The request is sent. The clock stands still until the enterprise answers.")
            if dossier.due_on
            else _("The request is sent. It is the enterprise's turn now.")
        )
        messages.success(request, with_form(dossier, Verb.ASK, said))
        return HttpResponseRedirect(dossier.get_absolute_url())
    context = {
        "dossier": dossier,
        "supplement": row,
        "items": items_shown(row),
        "about": titled(dossier),
        "writers": services.writers_of(row),
        "day_over": services.is_day_over(row, timezone.now()),
        "day_off": day_off(row.answer_by),
        "days": working_days(dossier.procedure_version.answer_days) if dossier.procedure_version.answer_days else "",
        "day": services.day_by_procedure(dossier.procedure_version, timezone.now()),
        "sees_identity": sees_identity(request.user, dossier),
        "form": form,
        "may_send": may_approve_request(request.user, row, timezone.now()),
        "title": _("Supplement %(number)s") % {"number": row.number},
    }
    return render(request, "dossiers/send_supplement.html", context)


def drop_supplement(request, public_id, request_id):
    dossier = _asked(request, public_id)
    row = _request_of(dossier, request_id)
    form = ConfirmForm(form_data(request)[0])
    if do_once(
        request,
        form,
        f"drop supplement {row.public_id}",
        lambda given, **by: services.drop_supplement(request=row, **by),
    ):
        messages.success(request, _("The prepared supplement is dropped; nothing was sent."))
        return HttpResponseRedirect(dossier.get_absolute_url())
    context = {
        "dossier": dossier, "form": form, "title": _("Drop the prepared supplement"), "submit": _("Drop it"),
        "lead": _("Nothing of it was sent to the enterprise."), "back": dossier.get_absolute_url(),
    }  # fmt: skip
    return render(request, "dossiers/dossier_form.html", context)


# --- answering ---------------------------------------------------------------------------------


def answer_supplement(request, public_id):
    """The open request, item by item: words and files saved together as often as one likes, then sent by the signatory."""
    dossier, row = _answered(request, public_id)
    if request.method == "GET" and row.state != row.State.SENT:
        return _closed(request, dossier, row)
    items = list(row.items.select_related("component"))
    form = AnswerForm(*form_data(request), items=items)
    if request.method == "POST" and form.is_valid():
        _save_answer(request, row, items, form)
    if request.method == "POST" and form.is_valid():
        if "and_send" in request.POST:
            return HttpResponseRedirect(reverse("dossiers:send_answer", args=[dossier.public_id]))
        messages.success(request, _("The answers are saved; they are not sent yet."))
        return HttpResponseRedirect(request.path)
    shown, bound = items_shown(row), form.rows
    for each in shown:
        each["answer"], each["upload"] = bound[each["item"]]
    context = {
        "dossier": dossier, "supplement": row, "items": shown, "form": form, "is_open": row.state == row.State.SENT,
        "sees_identity": sees_identity(request.user, dossier),
        "title": _("Answer supplement %(number)s") % {"number": row.number},
    }  # fmt: skip
    return render(request, "dossiers/answer_supplement.html", context)


def _save_answer(request, row, items, form):
    """Save words and files; what keeps one of them out is said on the form."""
    files = {form.files_of(item) for item in items}  # a browser sends the input of no file as an empty word
    seen = {form.seen_of(item) for item in items}
    if set(request.POST) - BUTTONS - files - seen != {str(item.public_id) for item in items}:
        form.add_error(None, _("This form has items that the request does not have. Open the request again."))
        return
    by = {"by": request.user, "now": timezone.now()}
    try:
        try:
            services.save_answers(request=row, answers=form.answers, seen=form.seen, **by)
        except StaleVersion as stale:  # files are kept all the same: none undoes another
            now = row.items.values_list("public_id", "answer")
            form.meet_colleague({str(key): answer for key, answer in now}, stale)
        removed = DossierFile.objects.select_related("item__request").filter(item__request=row)
        for file in removed.filter(public_id__in=request.POST.getlist("remove")):
            services.remove_item_file(row=file, **by)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return
    for item in items:
        item.request = row
        for upload in form.cleaned_data.get(form.files_of(item)) or []:
            try:
                file = services.upload_item_file(item=item, upload=upload, **by)
                if file.added_at != by["now"]:
                    messages.info(request, attached_already(file, upload))
            except Refused as refusal:
                form.add_error(form.files_of(item), f"{upload.name}: {refusal}")


def _answered(request, public_id):
    """(dossier, the request that waits for the enterprise), for its people, or for the clerk of what came on paper."""
    dossier = visible_dossier(request, public_id)
    if not services.works_on_answers(request.user, dossier):
        raise PermissionDenied(_("Your role does not allow this."))
    row = dossier.supplements.sent().select_related("sent_by").order_by("-number").first()
    if row is None:
        raise Http404
    row.dossier = dossier
    return dossier, row


def _closed(request, dossier, row):
    """A link to a supplement that takes nothing any more leads to the dossier, where what was answered is read."""
    messages.info(request, services.why_closed(row))
    return HttpResponseRedirect(dossier.get_absolute_url())


def _tell_answer_ready(request, row):
    try:
        services.tell_answer_ready(request=row, by=request.user, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The legal representative is told that the answer is complete."))
    return HttpResponseRedirect(request.path)


def send_answer(request, public_id):
    """The answers as they will be sent, and the button of whoever may send them, or have those told who may."""
    dossier, row = _answered(request, public_id)
    if request.method == "GET" and row.state != row.State.SENT:
        return _closed(request, dossier, row)
    if "tell" in request.POST:
        return _tell_answer_ready(request, row)
    initial = {"digest": services.digest_of_answer(row), "parts": json.dumps(services.parts_of_answer(row))}
    form = DeclarationForm(form_data(request)[0], initial=initial, is_paper=not dossier.is_online)
    if do_once(
        request,
        form,
        f"send answer {row.public_id}",
        lambda given, **by: services.send_answer(request=row, digest=given["digest"], **by),
    ):
        messages.success(request, _("The answer is sent. It is the Department's turn now."))
        return HttpResponseRedirect(dossier.get_absolute_url())
    may_send = may_do(request.user, dossier, Verb.ANSWER, timezone.now())
    if form.is_bound and may_send and (changed := services.changed_since(row, *form.checked())):
        form.meet_change(changed, initial)
    context = {
        "dossier": dossier, "supplement": row, "items": items_shown(row), "form": form,
        "sees_identity": sees_identity(request.user, dossier),
        "missing": services.unanswered(row), "may_send": may_send,
        "title": _("Check the answer to supplement %(number)s") % {"number": row.number},
    }  # fmt: skip
    return render(request, "dossiers/send_answer.html", context)
