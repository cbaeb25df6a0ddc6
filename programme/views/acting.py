"""What the views of plans and tasks share: a page with one form that does one thing once, and files kept at once."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render

from audit.refusals import Refused, StaleVersion
from documents.guard import PAPERS
from documents.store import save_upload
from reference.sending import sent_once
from screens.forms import form_data


def bound(request, form_class, *, now=None, **options):
    """The form with what was sent. A file that came with it is kept at once, so that a refusal loses nothing."""
    data, files = form_data(request)
    upload = files.get("upload") if files else None
    if upload is None or "upload" not in getattr(form_class, "base_fields", {}):
        return form_class(data, **options)
    data, refusal = data.copy(), None
    try:
        data["kept_file"] = str(save_upload(upload, by=request.user, now=now, allow=PAPERS).public_id)
    except Refused as error:
        refusal = error
    form = form_class(data, **options)
    if refusal:
        form.add_error("upload", str(refusal))
    return form


def act(
    request,
    form,
    do,
    *,
    verb,
    title,
    submit,
    done,
    back,
    back_label,
    now,
    then=None,
    point_out=None,
    template="programme/form.html",
    **more,
):
    """Show the form; when it was sent, `do()` once, say `done`, and what `point_out()` has to say, and go to `then` (or what
    `do` returns, or back).

    A refusal stands above the form with all that was typed; a change made meanwhile shows both versions.
    """
    if request.method == "POST" and form.is_valid():
        try:
            with sent_once(request, form, verb, now=now, label=str(title)) as operation:
                if not operation.done:
                    row = do()
                    address = then or (row.get_absolute_url() if hasattr(row, "get_absolute_url") else back)
                    operation.store({"address": address})
            messages.success(request, done)
            if point_out and (said := point_out()):
                messages.warning(request, said)
            return HttpResponseRedirect(operation.operation.answer["address"])
        except StaleVersion as conflict:
            form.meet_conflict(conflict.current, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "title": title, "submit": submit, "back": back, "back_label": back_label, **more}
    return render(request, template, context)
