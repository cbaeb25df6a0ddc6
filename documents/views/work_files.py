"""Work files: their list, the page of one with what stands in it, its register of contents, and the forms of their verbs."""

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import may_open
from audit.events import actor_names
from documents.filing import fileables, things_of, with_void
from documents.forms.work_files import CloseForm, PutForm, TakeOutForm, WorkFileForm
from documents.models import WorkFile, WorkFileItem
from documents.services import work_files as services
from documents.tables import work_files as tables
from documents.word_tables import AS_WORD
from reference.sending import do_once
from screens import formats
from screens.lists import EXPORTERS, Listing, Sheet, show_list

# --- the list of files -------------------------------------------------------------------------


def _file_list_form(listing):
    """The list of files of the year as the decree has it, by offices."""
    form = Listing(
        listing.request,
        tables.FileListSheet,
        listing.source,
        tables.WorkFileFilter,
        ("office__name", "year", "sort_key"),
        title=_("List of work files"),
        sheet=Sheet(
            title=_("List of work files"),
            period=_period(listing.request),
            group_by="form_office",
            signers=["", "", _("Head of the unit")],
        ),
    )
    return EXPORTERS["print"](form)


def _period(request):
    year = request.GET.get("year", "")
    return _("Year %(year)s") % {"year": year} if year.isdecimal() else ""


FORMS = {"filelist": (gettext_lazy("List of files as a form"), _file_list_form)}


def work_file_list(request):
    standing = WorkFileItem.objects.standing().filter(work_file=OuterRef("pk")).order_by()
    counted = Subquery(standing.values("work_file").annotate(count=Count("pk")).values("count"))
    action = {"url": reverse("documents:open_work_file"), "label": _("Open a work file")}
    return show_list(
        request,
        name="work_files",
        title=_("Work files"),
        lead=_("The list of files of each year, who keeps them and for how long."),
        table_class=tables.WorkFileTable,
        filterset_class=tables.WorkFileFilter,
        queryset=WorkFile.objects.visible_to(request.user).annotate(standing_items=Coalesce(counted, 0)),
        ordering=("-year", "sort_key", "pk"),
        export_name="danh-muc-ho-so",
        main_action=action if may_open(request.user, "documents:open_work_file") else None,
        empty=_("Open the files that the list of the year names."),
        sheet=Sheet(title=_("List of work files"), period=_period(request)),
        more_exports=FORMS | AS_WORD,
    )


# --- one file ----------------------------------------------------------------------------------


def work_file_detail(request, public_id):
    row, now = _work_file(request, public_id), timezone.now()
    items = list(with_void(row.items.order_by("place")))
    things = things_of(items, request.user)
    who = actor_names({item.put_by for item in items} | {item.taken_out_by for item in items} - {""})
    may_keep = services.may_keep(request.user, row, now)
    return render(
        request,
        "documents/work_file.html",
        {
            "work_file": row,
            "kind": tables.STATE_KINDS[row.state],
            "facts": _facts(row),
            "items": [
                {
                    "row": item,
                    "kind": fileables()[item.kind].label if item.kind in fileables() else "",
                    "address": things[item.object_id].get_absolute_url() if item.object_id in things else "",
                    "who": who.get(item.put_by, ""),
                    "taken_out_by": who.get(item.taken_out_by, ""),
                }
                for item in items
            ],
            "may_keep": may_keep,
        },
    )


def _facts(row):
    who = actor_names({row.opened_by, row.closed_by} - {""})
    facts = [
        (_("Number and symbol of the file"), row.code),
        (_("Title of the file"), row.title),
        (_("Year"), str(row.year)),
        (_("Office"), row.office.name),
        (_("Keeper of the file"), row.keeper.full_name),
        (_("Kept for"), row.kept_for),
        (_("Remark"), row.note or formats.NOTHING),
        (_("Opened by"), f"{who[row.opened_by]}, {formats.vn_datetime(row.opened_at)}"),
    ]
    if row.closed_at:
        facts.append((_("Closed by"), f"{who[row.closed_by]}, {formats.vn_datetime(row.closed_at)}"))
        facts.append((_("Kept to the end of"), str(row.kept_until or _("for ever"))))
    return facts


def work_file_contents(request, public_id):
    """Mục lục văn bản: to be printed, or taken away as a file."""
    row = _work_file(request, public_id)
    title = _("Register of contents of file %(code)s") % {"code": row.code}
    return show_list(
        request,
        name="file_contents",
        title=title,
        lead=row.title,
        table_class=tables.ContentsTable,
        queryset=with_void(row.items.standing()),
        ordering=("place",),
        export_name=f"muc-luc-{row.year}",
        empty=_("Nothing has been put into this file yet."),
        sheet=Sheet(
            title=_("Register of contents"),
            period=_("File %(code)s: %(title)s. Kept for: %(kept)s") % {
                "code": row.code, "title": row.title, "kept": row.retention_words,
            },
            signers=["", "", _("Keeper of the file")],
        ),
        more_exports=AS_WORD,
        template="documents/work_file_contents.html",
        context={"work_file": row},
    )  # fmt: skip


# --- forms -------------------------------------------------------------------------------------


def open_work_file(request):
    today = timezone.localdate()
    initial = {"year": today.year, "keeper": request.user.pk}
    form = WorkFileForm(request.POST or None, user=request.user, opened=False, initial=initial)
    done = do_once(
        request,
        form,
        "open work file",
        lambda given, **by: services.open_work_file(year=given["year"], values=form.values(), **by),
    )
    if done:
        messages.success(request, _("The file is open. Put its papers in from their own pages."))
        return HttpResponseRedirect(reverse("documents:work_file", args=[done]))
    return _form(request, form, _("Open a work file"), _("Open the file"), reverse("documents:work_file_list"))


def edit_work_file(request, public_id):
    row = _work_file(request, public_id)
    elsewhere = _not_yours(request, row)
    if elsewhere:
        return elsewhere
    initial = {name: getattr(row, name) for name in services.CONTENT} | {"version": row.version}
    form = WorkFileForm(request.POST or None, user=request.user, initial=initial)
    done = do_once(
        request,
        form,
        f"edit work file {row.public_id}",
        lambda given, **by: services.edit_work_file(
            work_file=row, values=form.values(), version=given["version"], **by
        ),
    )
    if done:
        messages.success(request, _("The file is saved."))
        return HttpResponseRedirect(row.get_absolute_url())
    return _form(request, form, _("Correct: %(name)s") % {"name": row.code}, _("Save"), None, work_file=row)


def close_work_file(request, public_id):
    row = _work_file(request, public_id)
    elsewhere = _not_yours(request, row)
    if elsewhere:
        return elsewhere
    form = CloseForm(request.POST or None, initial={"version": row.version})
    done = do_once(
        request,
        form,
        f"close work file {row.public_id}",
        lambda given, **by: services.close_work_file(work_file=row, version=given["version"], **by),
    )
    if done:
        messages.success(request, _("The file is closed. Print its register of contents."))
        return HttpResponseRedirect(row.get_absolute_url())
    lead = _("A closed file takes nothing more and gives nothing away; its register of contents stands as it is.")
    standing = WorkFile.objects.get(pk=row.pk)  # others may have closed it meanwhile
    overtaken = request.method == "POST" and not services.may_keep(request.user, standing, timezone.now())
    return _form(
        request, form, _("Close the file"), _("Close the file"), None, work_file=row, lead=lead, overtaken=overtaken
    )


def put_into_file(request, kind, public_id):
    """Put a thing into a file, from the thing's own page."""
    if kind not in fileables():
        raise Http404
    fileable = fileables()[kind]
    thing = get_object_or_404(fileable.visible(request.user), public_id=public_id)
    form = PutForm(request.POST or None, user=request.user)
    done = do_once(
        request,
        form,
        f"put into file {kind} {public_id}",
        lambda given, **by: services.put_into_file(
            work_file=given["work_file"], kind=kind, thing=thing, pages=given["pages"], note=given["note"], **by
        ),
    )
    if done:
        messages.success(request, _("It stands in the file now."))
        return HttpResponseRedirect(thing.get_absolute_url())
    lead = f"{fileable.label}: {fileable.entry(thing).subject}"
    title = _("Put into a work file")
    return _form(request, form, title, _("Put in"), thing.get_absolute_url(), lead=lead)


def take_out_item(request, public_id):
    files = WorkFile.objects.visible_to(request.user)
    items = WorkFileItem.objects.select_related("work_file").filter(work_file__in=files)
    item = get_object_or_404(items, public_id=public_id)
    elsewhere = _not_yours(request, item.work_file)
    if elsewhere:
        return elsewhere
    form = TakeOutForm(request.POST or None)
    done = do_once(
        request,
        form,
        f"take out item {item.public_id}",
        lambda given, **by: services.take_out_item(item=item, reason=given["reason"], **by),
    )
    if done:
        messages.success(request, _("It is taken out; its place stays empty."))
        return HttpResponseRedirect(item.work_file.get_absolute_url())
    return _form(
        request,
        form,
        _("Take out of the file"),
        _("Take it out of the file"),
        None,
        work_file=item.work_file,
        lead=item.subject,
    )


# --- shared ------------------------------------------------------------------------------------


def _work_file(request, public_id):
    files = WorkFile.objects.visible_to(request.user).select_related("office", "keeper")
    return get_object_or_404(files, public_id=public_id)


def _not_yours(request, row):
    """The way back to the page of the file where somebody else keeps it or it is closed."""
    if request.method != "GET" or services.may_keep(request.user, row, timezone.now()):
        return None
    messages.info(request, _("The file is closed, or somebody else keeps it. Its page says who."))
    return HttpResponseRedirect(row.get_absolute_url())


def _form(request, form, title, submit, back, *, work_file=None, lead="", overtaken=False):
    page = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": back or work_file.get_absolute_url(),
        "work_file": work_file,
        "lead": lead,
        "overtaken": overtaken,
    }
    return render(request, "documents/work_file_form.html", page)
