"""The register of papers that go out: numbers given, corrected, made void; and the series they come from."""

import copy

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import may_open
from audit.events import actor_names
from documents.filing import filing_of
from documents.forms.numbers import (
    ContinueForm,
    CorrectNumberForm,
    EndSeriesForm,
    GiveNumberForm,
    SeriesForm,
    VoidForm,
)
from documents.forms.papers import ReasonForm
from documents.models import NumberSeries, OutgoingPaper, PaperCopy, PaperNumber
from documents.services import numbers as services
from documents.services.incoming import answers_with
from documents.services.numbers import ENTRY
from documents.tables import numbers as tables
from documents.word_tables import AS_WORD
from reference.sending import do_once
from screens import formats
from screens.lists import EXPORTERS, Listing, Sheet, show_list

# --- the register ------------------------------------------------------------------------------


def _as_register(listing):
    """The rows of the list as the form of the decree, in the order of their days."""
    sheet = listing.sheet
    form = Listing(
        listing.request,
        tables.OutgoingSheet,
        listing.source,
        tables.NumberFilter,
        ("dated_on", "id"),
        title=str(sheet.title),
        sheet=sheet,
    )
    return EXPORTERS["print"](form)


REGISTER = {"register": (gettext_lazy("Register as a form"), _as_register)}


def number_list(request):
    today = timezone.localdate()
    action = {"url": reverse("documents:give_number"), "label": _("Give a number")}
    return show_list(
        request,
        name="numbers",
        title=_("Register of papers that go out"),
        lead=_("Every number that was given to a paper, with what is void and why."),
        table_class=tables.NumberTable,
        filterset_class=tables.NumberFilter,
        queryset=PaperNumber.objects.all(),
        ordering=("-dated_on", "-id"),
        export_name="so-van-ban-di",
        main_action=action if may_open(request.user, "documents:give_number") else None,
        empty=_("No number has been given yet."),
        template="documents/number_list.html",
        sheet=Sheet(
            title=_("Register of papers that go out"),
            period=_("On %(day)s") % {"day": formats.vn_date(today)},
            signers=["", "", _("Records clerk")],
        ),
        more_exports=REGISTER | AS_WORD,
    )


def number_detail(request, public_id):
    number = _number(public_id)
    paper, copy = getattr(number, "paper", None), getattr(number, "copy_of_paper", None)
    who = actor_names({number.given_by, number.voided_by} - {""})
    facts = [
        (_("Number and symbol"), number.symbol),
        (_("Date of the paper"), formats.vn_long_date(number.dated_on)),
        (_("Abstract of the content"), number.subject),
        (_("Office that drafted"), number.office.name),
        (_("Signed by"), number.signer),
        (_("Recipients"), number.recipients or formats.NOTHING),
        (_("Copies"), formats.number(number.copies)),
        (_("Remark"), number.note or formats.NOTHING),
        (_("Series of numbers"), str(number.series)),
        (_("Number given by"), f"{who[number.given_by]}, {formats.vn_datetime(number.given_at)}"),
    ]
    void = []
    if number.is_void:
        void = [
            (_("Why it is void"), number.void_reason),
            (_("Made void by"), f"{who[number.voided_by]}, {formats.vn_datetime(number.voided_at)}"),
        ]
    return render(
        request,
        "documents/number.html",
        {
            "number": number,
            "facts": facts,
            "void": void,
            "may_correct": not number.is_void and may_open(request.user, "documents:correct_number"),
            "filing": filing_of(request.user, "outgoing", number),
            "copy": copy if copy and PaperCopy.objects.visible_to(request.user).filter(pk=copy.pk).exists() else None,
            "may_void": not number.is_void
            and paper is None
            and copy is None
            and may_open(request.user, "documents:void_number"),
            "paper": paper
            if paper and OutgoingPaper.objects.visible_to(request.user).filter(pk=paper.pk).exists()
            else None,
        },
    )


def give_number(request):
    form = GiveNumberForm(request.POST or None, initial={"dated_on": timezone.localdate(), "copies": 1})
    done = do_once(
        request,
        form,
        "give number",
        lambda given, **by: services.give_number(
            series=given["series"],
            office=given["office"],
            dated_on=given["dated_on"],
            number=given["number"],
            values=form.entry(),
            **by,
        ),
    )
    if done:
        messages.success(request, _("The number is given and stands in the register."))
        return HttpResponseRedirect(reverse("documents:number", args=[done]))
    lead = _("For a paper that was drafted outside the portal. A number given by mistake is made void with the reason.")
    return _form(request, form, _("Give a number"), _("Give the number"), reverse("documents:number_list"), lead=lead)


def correct_number(request, public_id):
    number = _number(public_id)
    initial = {name: getattr(number, name) for name in ENTRY} | {"version": number.version}
    form = CorrectNumberForm(request.POST or None, initial=initial)
    if services.is_of_the_portal(number):
        for name in services.OF_THE_PAPER:
            form.fields[name].disabled = True
    done = do_once(
        request,
        form,
        f"correct number {number.public_id}",
        lambda given, **by: services.correct_number(
            number=number, values=form.entry(), version=given["version"], reason=given["reason"], **by
        ),
    )
    if done:
        messages.success(request, _("The entry is corrected."))
        return HttpResponseRedirect(number.get_absolute_url())
    title = _("Correct: %(name)s") % {"name": number}
    return _form(request, form, title, _("Save"), number.get_absolute_url(), number=number)


def void_number(request, public_id):
    number = _number(public_id)
    form = VoidForm(request.POST or None, initial={"version": number.version})
    done = do_once(
        request,
        form,
        f"void number {number.public_id}",
        lambda given, **by: services.void_number(number=number, **given, **by),
    )
    if done:
        messages.success(request, _("The number is void. It stays in the register with the reason."))
        return HttpResponseRedirect(number.get_absolute_url())
    title = _("Make void: %(name)s") % {"name": number}
    lead = answers_with(number)
    return _form(request, form, title, _("Make the number void"), number.get_absolute_url(), number=number, lead=lead)


# --- series ------------------------------------------------------------------------------------


def series_list(request):
    today = timezone.localdate()
    action = {"url": reverse("documents:add_series"), "label": _("Add a series")}
    return show_list(
        request,
        name="series",
        title=_("Series of numbers"),
        lead=_("How the numbers of papers are written, and who gives them."),
        table_class=tables.SeriesTable,
        filterset_class=tables.SeriesFilter,
        queryset=NumberSeries.objects.all(),
        ordering=("sort_key",),
        export_name="day-so-van-ban",
        main_action=action if may_open(request.user, "documents:add_series") else None,
        empty=_("Load the portal's data files with the command load_series, or add a series."),
        sheet=Sheet(title=_("Series of numbers"), period=_("On %(day)s") % {"day": formats.vn_date(today)}),
    )


def series_detail(request, public_id):
    series = _series(public_id)
    may_edit = series.ended_on is None and may_open(request.user, "documents:edit_series")
    return render(
        request,
        "documents/series.html",
        {
            "series": series,
            "facts": [
                (_("Code"), series.code),
                (_("Register"), series.get_register_display()),
                (_("Number and symbol"), series.pattern),
                (_("Who gives the numbers"), series.get_numbered_by_display()),
                (
                    _("Only for papers of"),
                    formats.vietnamese(series.office.name) if series.office else _("All offices"),
                ),
                (_("Each office has numbers of its own"), formats.yes_no(series.counts_each_office)),
                (_("Layout"), series.get_layout_display() or _("Not drafted in the portal")),
                (_("Kind as it is printed"), formats.vietnamese(series.heading) or formats.NOTHING),
                (
                    _("Issuer"),
                    formats.vietnamese("\n".join(filter(None, [series.superior, series.issuer]))) or formats.NOTHING,
                ),
                (_("Council it is signed for"), formats.vietnamese(series.on_behalf_of) or formats.NOTHING),
                (_("Remark"), series.note or formats.NOTHING),
                (_("How sure"), series.get_confidence_display()),
                (_("Source"), series.source or formats.NOTHING),
            ],
            "counters": series.counters.select_related("office").order_by("-year", "office__name"),
            "may_edit": may_edit,
            "may_resume": series.ended_on is not None and may_open(request.user, "documents:resume_series"),
            "may_continue": may_edit and series.is_portals,
        },
    )


def add_series(request):
    form = SeriesForm(request.POST or None)
    done = do_once(request, form, "add series", lambda given, **by: services.add_series(values=form.values(), **by))
    if done:
        messages.success(request, _("The series is entered."))
        return HttpResponseRedirect(reverse("documents:series", args=[done]))
    return _form(request, form, _("Add a series"), _("Add"), reverse("documents:series_list"), of_series=True)


def edit_series(request, public_id):
    series = _series(public_id)
    form = SeriesForm(request.POST or None, instance=copy.copy(series))
    done = do_once(
        request,
        form,
        f"edit series {series.public_id}",
        lambda given, **by: services.edit_series(
            series=series, values=form.values(), version=given["version"], reason=given["reason"], **by
        ),
    )
    if done:
        messages.success(request, _("The series is saved."))
        return HttpResponseRedirect(series.get_absolute_url())
    title = _("Correct: %(name)s") % {"name": series}
    return _form(request, form, title, _("Save"), series.get_absolute_url(), series=series)


def end_series(request, public_id):
    series = _series(public_id)
    form = EndSeriesForm(request.POST or None, initial={"version": series.version})
    done = do_once(
        request,
        form,
        f"end series {series.public_id}",
        lambda given, **by: services.end_series(series=series, **given, **by),
    )
    if done:
        messages.success(request, _("The series is ended."))
        return HttpResponseRedirect(series.get_absolute_url())
    title = _("End: %(name)s") % {"name": series}
    return _form(request, form, title, _("End the series"), series.get_absolute_url(), series=series)


def resume_series(request, public_id):
    series = _series(public_id)
    form = ReasonForm(request.POST or None, initial={"version": series.version})
    done = do_once(
        request,
        form,
        f"resume series {series.public_id}",
        lambda given, **by: services.resume_series(series=series, **given, **by),
    )
    if done:
        messages.success(request, _("The series is in use again."))
        return HttpResponseRedirect(series.get_absolute_url())
    title = _("Take up again: %(name)s") % {"name": series}
    lead = _("Its numbers go on where they stood.")
    return _form(request, form, title, _("Use the series again"), series.get_absolute_url(), series=series, lead=lead)


def continue_series(request, public_id):
    series = _series(public_id)
    form = ContinueForm(request.POST or None, series=series, initial={"year": timezone.localdate().year})
    done = do_once(
        request,
        form,
        f"continue series {series.public_id}",
        lambda given, **by: services.continue_series(series=series, **given, **by),
    )
    if done:
        messages.success(request, _("The portal goes on with the next number."))
        return HttpResponseRedirect(series.get_absolute_url())
    title = _("Go on after a number: %(name)s") % {"name": series}
    lead = _("Where numbers of the year were given elsewhere before the portal began to count.")
    return _form(request, form, title, _("Go on after it"), series.get_absolute_url(), series=series, lead=lead)


# --- shared ------------------------------------------------------------------------------------


def _number(public_id):
    return get_object_or_404(
        PaperNumber.objects.select_related("series", "office", "paper", "copy_of_paper"), public_id=public_id
    )


def _series(public_id):
    return get_object_or_404(NumberSeries.objects.select_related("office"), public_id=public_id)


def _form(request, form, title, submit, back, *, lead="", number=None, series=None, of_series=False):
    page = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": back,
        "lead": lead,
        "number": number,
        "series": series,
        "of_series": of_series or series is not None,
    }
    return render(request, "documents/number_form.html", page)
