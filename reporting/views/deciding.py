from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from audit.refusals import Refused
from jobs.operations import once
from reporting import queries
from reporting.forms import ChooseVariantForm, DefinitionForm, PublishForm
from reporting.models import Family, Indicator, KpiChoice, KpiPublication, KpiRun
from reporting.permissions import COMPUTE
from reporting.queries import Shown
from reporting.services import since
from reporting.services.indicators import add_variant as add
from reporting.services.indicators import choose_variant as choose
from reporting.services.indicators import define_indicator as define
from reporting.services.publishing import LookOnceMore, cautions_of, digest_of_seen, values_to_publish
from reporting.services.publishing import publish_year as publish
from screens.forms import form_data


def choose_variant(request, family):
    """Variants side by side with what each gives; the director's paper says which one counts. Checked, then sent."""
    if family not in Family.values:
        raise Http404
    now = timezone.now()
    views = queries.families(only=family)
    shown = {variant.code: variant for view in views for variant in view.variants}
    indicators = list(Indicator.objects.in_use().filter(family=family).prefetch_related("versions"))
    current = KpiChoice.objects.current().filter(family=family).select_related("indicator").first()
    names = [(i, i.versions.all()[0].name if i.versions.all() else i.code) for i in indicators]
    form = ChooseVariantForm(*form_data(request), variants=names, replaces=current is not None)
    checking = False
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        given = form.cleaned_data
        if "checked" not in request.POST:
            checking = True
        else:
            try:
                with once(
                    scope=f"user:{request.user.public_id}",
                    verb="choose variant",
                    key=given["operation_key"],
                    body={
                        "indicator": given["indicator"].code,
                        "paper": given["paper_number"],
                        "on": given["paper_on"],
                    },
                    now=now,
                ) as operation:
                    if not operation.done:
                        choose(
                            indicator=given["indicator"],
                            paper_number=given["paper_number"],
                            paper_on=given["paper_on"],
                            reason=given.get("reason", ""),
                            by=request.user,
                            now=now,
                        )
                messages.success(request, _("The variant was chosen."))
                return redirect("reporting:indicator_detail", family=family)
            except Refused as refusal:
                form.add_error(None, str(refusal))
    return render(
        request,
        "reporting/choose_variant.html",
        {
            "form": form,
            "checking": checking,
            "chosen_name": next((n for i, n in names if i == form.cleaned_data["indicator"]), "") if checking else "",
            "family": family,
            "label": Family(family).label,
            "current": current,
            "current_name": next((n for i, n in names if current and i.pk == current.indicator_id), ""),
            "variants": list(shown.values()),
        },
    )


def publish_year(request, year):
    """What would be published, then the paper, then a last look, then it stands for ever."""
    now = timezone.now()
    if not 2000 <= year <= 2100:
        raise Http404
    run = KpiRun.objects.newest_of(year)
    asked = request.GET.get("run") or request.POST.get("run")
    if asked:
        run = next((r for r in KpiRun.objects.done().for_year(year) if str(r.public_id) == asked), run)
    last = KpiPublication.objects.filter(year=year).order_by("-revision").first()
    chosen, open_families = values_to_publish(run, year) if run else ([], [])
    form = PublishForm(*form_data(request), replaces=last is not None)
    checking = False
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        given = form.cleaned_data
        if run is None:
            form.add_error(None, _("Nothing was computed for this year yet. Compute first."))
        elif "checked" not in request.POST:
            checking = not open_families
            if open_families:
                form.add_error(
                    None,
                    _("Choose the variant by a numbered paper first: %(indicators)s.")
                    % {"indicators": ", ".join(str(f.label) for f in open_families)},
                )
        else:
            try:
                with once(
                    scope=f"user:{request.user.public_id}",
                    verb="publish indicators",
                    key=given["operation_key"],
                    body={"year": year, "run": run.public_id, "paper": given["paper_number"], "on": given["paper_on"]},
                    now=now,
                ) as operation:
                    if not operation.done:
                        publication = publish(
                            year=year,
                            run=run,
                            paper_number=given["paper_number"],
                            paper_on=given["paper_on"],
                            reason=given.get("reason", ""),
                            seen=request.POST.get("seen", ""),
                            by=request.user,
                            now=now,
                        )
                        operation.store({"public_id": str(publication.public_id)})
                    answer = operation.operation.answer
                messages.success(request, _("The figures of %(year)s are published.") % {"year": year})
                return redirect("reporting:publication_detail", public_id=answer["public_id"])
            except Refused as refusal:
                form.add_error(None, str(refusal))
                checking = isinstance(refusal, LookOnceMore)
    changed = since.changed_since(run, year, chosen, now) if run else []
    warnings = since.sentences(run, chosen, changed) if run else []
    return render(
        request,
        "reporting/publish_year.html",
        {
            "form": form,
            "checking": checking,
            "cautions": cautions_of(
                year=year,
                run=run,
                changed=warnings,
                chosen=chosen,
                paper_number=form.cleaned_data["paper_number"],
                paper_on=form.cleaned_data["paper_on"],
                now=now,
            )
            if checking
            else [],
            "changed": [] if checking else warnings,
            "outdated": bool(warnings),
            "may_compute": request.user.may(COMPUTE),
            "who_computes": ", ".join(str(role.label) for role in Role if role in COMPUTE.roles),
            "year": year,
            "run": run,
            "last": last,
            "open_families": open_families,
            "seen": digest_of_seen(chosen, changed),
            "values": [(value, Shown(value, None, run.cutoff), choice) for value, choice in chosen],
        },
    )


def define_indicator(request, public_id):
    """A new version of a definition, field by field."""
    indicator = get_object_or_404(Indicator, public_id=public_id)
    version = indicator.versions.order_by("-revision").first()
    form = DefinitionForm(*form_data(request), version=version)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            define(
                indicator=indicator,
                version=given["seen"] or version.revision,
                definition=given["definition"],
                name_vi=given["name_vi"],
                name_en=given["name_en"],
                legal_basis=given["legal_basis"],
                confirmed=given["confirmed"],
                reason=given["reason"],
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("The new version counts from the next computation on."))
            return redirect("reporting:indicator_detail", family=indicator.family)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(
        request, "reporting/define_indicator.html", {"form": form, "indicator": indicator, "version": version}
    )


def add_variant(request, public_id):
    """Another way of counting beside this one, starting from its answers."""
    indicator = get_object_or_404(Indicator, public_id=public_id)
    version = indicator.versions.order_by("-revision").first()
    form = DefinitionForm(*form_data(request), version=version, new=True)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            add(
                family=indicator.family,
                code=given["code"],
                definition=given["definition"],
                name_vi=given["name_vi"],
                name_en=given["name_en"],
                legal_basis=given["legal_basis"],
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("The variant counts from the next computation on."))
            return redirect("reporting:indicator_detail", family=indicator.family)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "reporting/add_variant.html", {"form": form, "indicator": indicator, "version": version})
