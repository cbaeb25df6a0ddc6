import uuid
from datetime import date

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import allowed
from accounts.models import User
from audit.events import actor_name
from audit.refusals import Refused
from documents import workbooks
from documents.forms.imports import ReadingForm, StartImportForm, UndoImportForm
from documents.imports import kinds
from documents.models import Import
from documents.reasons import plain_digits, sentence
from documents.services import imports as services
from documents.serving import as_attachment, serve
from documents.spreadsheets import UNIT_NAMES
from documents.tables.imports import ImportFilter, ImportTable
from jobs.operations import once
from jobs.services import worker_alive
from screens import formats
from screens.lists import show_list

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_BAD_ROWS = 200
SHOWN_FLAGS = 100


def may_import(user):
    """The kinds of import that the person may start, by title."""
    return sorted((k for k in kinds().values() if allowed(user, k.action)), key=lambda k: str(k.title))


def kind_or_404(request, code):
    kind = kinds().get(code)
    if kind is None or not allowed(request.user, kind.action):
        raise Http404
    return kind


def import_or_404(request, public_id):
    imports = Import.objects.visible_to(request.user).select_related("file", "job")
    return get_object_or_404(imports, public_id=public_id)


def to_import(import_):
    return redirect("documents:import_detail", public_id=import_.public_id)


def import_list(request):
    sender = User.objects.filter(public_id=OuterRef("by")).values("full_name")[:1]
    return show_list(
        request,
        name="documents.imports",
        title=_("Imports"),
        table_class=ImportTable,
        filterset_class=ImportFilter,
        queryset=Import.objects.visible_to(request.user).annotate(sender=Subquery(sender)),
        template="documents/import_list.html",
        context={"kinds": may_import(request.user)},
        export_name="imports",
        empty=_("No file has been sent yet. Download a template above, fill it in, and send it."),
    )


def names_of(public_ids):
    wanted = {public_id for public_id in public_ids if public_id}
    return dict(User.objects.filter(public_id__in=wanted).values_list("public_id", "full_name"))


def start_import(request, code):
    kind, now = kind_or_404(request, code), timezone.now()
    sent = request.method == "POST"
    form = StartImportForm(request.POST if sent else None, request.FILES if sent else None, kind=kind)
    if sent and form.is_valid():
        data = form.cleaned_data
        try:
            import_ = services.start_import(
                kind=kind, file=data["file"], year=data.get("year"), by=request.user, now=now
            )
        except services.AlreadyHere as here:
            messages.warning(request, _already_words(here.standing))
            return to_import(here.standing)
        except services.WrongYear as refusal:
            form.add_error("year", str(refusal))
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return to_import(import_)
    return render(
        request,
        "documents/start_import.html",
        {"kind": kind, "form": form, "worker_alive": worker_alive(now)},
        status=422 if form.errors else 200,
    )


def _already_words(standing):
    people = names_of([standing.by, standing.applied_by])
    if standing.applied_at:
        return _("This file was imported on %(when)s by %(who)s. Nothing was changed.") % {
            "when": timezone.localtime(standing.applied_at).strftime("%d/%m/%Y %H:%M"),
            "who": people.get(standing.applied_by, ""),
        }
    return _("This file was sent on %(when)s by %(who)s. Here it is; nothing was changed.") % {
        "when": timezone.localtime(standing.uploaded_at).strftime("%d/%m/%Y %H:%M"),
        "who": people.get(standing.by, ""),
    }


def import_template(request, code):
    kind = kind_or_404(request, code)
    name = _("Template – %(title)s") % {"title": kind.title}
    return as_attachment(workbooks.template(kind, timezone.localdate()), f"{name}.xlsx", XLSX)


def import_detail(request, public_id):
    import_, now = import_or_404(request, public_id), timezone.now()
    return render(request, "documents/import_detail.html", detail(request, import_, now))


def import_progress(request, public_id):
    """The part of the page that changes while the work runs; without JavaScript the page itself reloads."""
    import_, now = import_or_404(request, public_id), timezone.now()
    if not import_.is_working:
        answer = HttpResponse(status=200)
        answer.headers["HX-Refresh"] = "true"
        return answer if request.htmx else to_import(import_)
    return render(request, "documents/includes/progress.html", detail(request, import_, now))


def detail(request, import_, now):
    """Everything that the page of an import shows in its present state."""
    kind = services.kind_of(import_)
    people = names_of([import_.by, import_.applied_by, import_.undone_by])
    shown = {
        "import": import_,
        "kind": kind,
        "operation_key": uuid.uuid4(),
        "people": {
            "by": people.get(import_.by),
            "applied": people.get(import_.applied_by),
            "undone": people.get(import_.undone_by),
        },
        "may_act": allowed(request.user, kind.action),
        "worker_alive": worker_alive(now),
        "refusal": sentence(import_.refusal["message"], import_.refusal["arguments"]) if import_.refusal else "",
        "job_failed": bool(import_.is_working and import_.job and import_.job.is_over and import_.job.state != "done"),
        "left_out": left_out(import_),
        "result": [
            (kind.count_labels.get(key, key), value) for key, value in import_.result.items() if key != "undone"
        ],
        "result_url": kind.result_url(import_) if import_.state == Import.State.APPLIED else "",
        "hindrance": services.hindrance(import_) if import_.state == Import.State.APPLIED else "",
        "tallies": [(label, import_.counts[key]) for key, label in kind.tallies.items() if import_.counts.get(key)],
    }
    if import_.state == Import.State.PREVIEWED:
        shown["form"] = ReadingForm(import_=import_, kind=kind)
        shown["questions"] = import_.reading.get("questions", [])
        shown["remarks"] = [sentence(text, given) for text, given in import_.reading.get("remarks", [])]
        shown["doubtful"] = "; ".join(f"“{title}”" for title in import_.reading.get("doubtful", ()))
        chosen = import_.options.get("bases", {})
        shown["unsaid"] = ", ".join(str(basis.title) for basis in kind.bases if not chosen.get(basis.key))
        shown["asked"] = ", ".join([str(_("units of measure")), *(str(basis.title) for basis in kind.bases)])
    if import_.reading:
        shown["columns"] = columns_read(import_, kind)
        shown["absent"] = [column.title for column in kind.columns if column.key not in import_.reading["places"]]
        shown["bases"] = [
            (basis.title, basis.choices[import_.options["bases"][basis.key]][0], basis_from(import_, basis))
            for basis in kind.bases
            if import_.options["bases"].get(basis.key)
        ]
        sheets = import_.reading.get("sheets", ())
        shown["other_sheets"] = [(name, rows) for name, rows in sheets if name != import_.reading["sheet"]]
        shown["sample"] = sample_read(import_, kind)
        shown["bad"] = rows_shown(import_, kind, "bad", SHOWN_BAD_ROWS)
        shown["flags"] = rows_shown(import_, kind, "flag", SHOWN_FLAGS)
    return shown


def rows_shown(import_, kind, which, most):
    """(row, column letter, heading, reason) of the first rows that are wrong or to be looked at."""
    return [
        (number, letter, workbooks.title_of(kind, import_, key), sentence(text, given))
        for number, _cells, problems in workbooks.rows_of(import_, which, most)
        for key, letter, text, given in problems
    ]


def basis_from(import_, basis):
    """Where a basis comes from: a person's choice that differs from what stood, the file, or the usual one."""
    used, read = import_.options["bases"][basis.key], import_.reading["bases"].get(basis.key)
    if used == read:
        return _("stated in the file")
    return _("usual unless changed") if read is None and used == basis.default else _("chosen")


def columns_read(import_, kind):
    """How each column of the file was found: (title, heading in the file, letter, unit, where the unit was read)."""
    reading, units = import_.reading, import_.options["units"]
    sources = {
        "heading": _("stated in the heading"),
        "file": _("stated above the table"),
        "chosen": _("chosen by you"),
        "nowhere": _("not stated in the file"),
        "unclear": _("stated in words that are not understood"),
    }
    return [
        (
            column.title,
            reading["titles"][column.key],
            reading["places"][column.key],
            UNIT_NAMES[column.type][units[column.key]] if column.key in units else "",
            sources[reading["unit_from"][column.key]] if column.key in units else "",
        )
        for column in kind.columns
        if column.key in reading["places"]
    ]


def sample_read(import_, kind):
    """The first good rows as they were read, amounts with their unit: a wrong unit is seen at once."""
    reading = import_.reading
    columns = [kind.column(key) for key in reading["columns"]]
    rows = [
        (number, [(column.type in SAID, said(column, value)) for column, value in zip(columns, values, strict=True)])
        for number, values in reading.get("sample", ())
    ]
    return {"columns": [(column.type in SAID, column.title) for column in columns], "rows": rows} if rows else None


SAID = {"vnd": formats.money, "usd": formats.usd, "whole": formats.number, "decimal": plain_digits}


def said(column, value):
    """A value that was read, in words."""
    if value is None:
        return formats.NOTHING
    if column.type == "choice":
        return column.choices[value][0]
    if column.type == "date":
        return formats.vn_date(date.fromisoformat(value))
    return SAID.get(column.type, str)(value)


def left_out(import_):
    """Rows that are no data, and how many."""
    counts = {key: import_.counts.get(key, 0) for key in ("total", "group", "note", "example", "blank")}
    names = {
        "total": ngettext("row of totals", "rows of totals", counts["total"]),
        "group": ngettext("group heading", "group headings", counts["group"]),
        "note": ngettext("row of notes or signatures", "rows of notes or signatures", counts["note"]),
        "example": ngettext("example row", "example rows", counts["example"]),
        "blank": ngettext("empty row", "empty rows", counts["blank"]),
    }
    return [(counts[key], name) for key, name in names.items() if counts[key]]


def import_file(request, public_id):
    import_ = import_or_404(request, public_id)
    return serve(import_.file, request, of=import_, basis=f"import {import_.public_id}")


def bad_rows(request, public_id):
    """All bad rows with their reasons as a file; with ?rows=flags those that are taken but should be looked at."""
    import_ = import_or_404(request, public_id)
    which = "flag" if request.GET.get("rows") == "flags" else "bad"
    name = _("Bad rows – %(file)s") if which == "bad" else _("Rows to look at – %(file)s")
    name %= {"file": import_.file.original_name.rpartition(".")[0]}
    file = workbooks.rows_with_reasons(import_, services.kind_of(import_), which)
    return as_attachment(file, f"{name}.xlsx", XLSX)


def _act(request, public_id, verb, service, **given):
    """One act on an import, once for each operation key."""
    import_, now = import_or_404(request, public_id), timezone.now()
    key = request.POST.get("operation_key", "")
    body = {"import": str(import_.public_id), **given}
    try:
        with once(scope=actor_name(request.user), verb=verb, key=key, body=body, now=now) as operation:
            if not operation.done:
                service(import_=import_, by=request.user, now=now, **given)
                operation.store({"import": str(import_.public_id)})
    except services.AlreadyHere as here:
        messages.warning(request, _already_words(here.standing))
        return to_import(here.standing)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return to_import(import_)


def change_reading(request, public_id):
    import_ = import_or_404(request, public_id)
    if import_.state != Import.State.PREVIEWED:
        return to_import(import_)
    form = ReadingForm(request.POST, import_=import_, kind=services.kind_of(import_))
    if not form.is_valid():
        shown = detail(request, import_, timezone.now()) | {"form": form}
        return render(request, "documents/import_detail.html", shown, status=422)
    return _act(
        request,
        public_id,
        "read import again",
        services.change_reading,
        chosen=form.chosen(),
        year=form.cleaned_data.get("year"),
    )


def apply_import(request, public_id):
    return _act(request, public_id, "apply import", services.apply_import)


def discard_import(request, public_id):
    return _act(request, public_id, "discard import", services.discard_import)


def resume_import(request, public_id):
    return _act(request, public_id, "resume import", services.resume)


def undo_import(request, public_id):
    import_ = import_or_404(request, public_id)
    form = UndoImportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _act(request, public_id, "undo import", services.undo_import, reason=form.cleaned_data["reason"])
    if import_.state != Import.State.APPLIED:
        return to_import(import_)
    return render(
        request,
        "documents/undo_import.html",
        {
            "import": import_,
            "kind": services.kind_of(import_),
            "form": form,
            "hindrance": services.hindrance(import_),
        },
        status=422 if form.errors else 200,
    )
