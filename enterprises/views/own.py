"""What the people of an enterprise see: their own enterprise and nothing else."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enterprises.forms import ContactForm
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing, Membership
from enterprises.models.figures import State
from enterprises.permissions import DECLARE, EDIT_CONTACT, SUBMIT, can_act_for
from enterprises.services import enterprises as services
from enterprises.tables import STATE_TAGS
from enterprises.views.answers import found, require_allowed, tried
from enterprises.views.enterprises import record_of
from enterprises.waiting import waiting_for
from screens.forms import form_data

YEARS_SHOWN = 6


def _own(request):
    """(the enterprise that is looked at, all of one's own)."""
    ids = Membership.objects.held_by(request.user).values("enterprise_id")
    rows = Enterprise.objects.filter(pk__in=ids).select_related("ward", "main_activity").order_by("sort_key", "pk")
    own = list(rows)
    if not own:
        raise Http404
    asked = request.GET.get("enterprise")
    if asked:
        for enterprise in own:
            if str(enterprise.public_id) == asked:
                return enterprise, own
        raise Http404
    return own[0], own


def _years(request, enterprise):
    """The last years, each with what stands of it."""
    today = timezone.localdate()
    closed = FigureYearClosing.closed_years()
    rows = FigureRevision.objects.visible_to(request.user).current().filter(enterprise__in=enterprise.family_ids)
    by_year: dict[int, list] = {}
    for row in rows.order_by("-revision", "-id"):
        by_year.setdefault(row.year, []).append(row)
    first = min([today.year - YEARS_SHOWN, *by_year])
    last = max([today.year - 1, *by_year])
    return [
        {"year": year, "figures": by_year.get(year, []), "closed": year in closed}
        for year in range(last, first - 1, -1)
        if by_year.get(year) or today.year - YEARS_SHOWN <= year < today.year
    ]


def _replaced(enterprise, years):
    """What the people of the enterprise had prepared and an import took the place of: (that, what stands now)."""
    imported = [row for year in years for row in year["figures"] if row.import_batch]
    gone = FigureRevision.objects.filter(
        enterprise__in=enterprise.family_ids,
        state=State.WITHDRAWN,
        import_batch__isnull=True,
        superseded_at__in={row.recorded_at for row in imported},
    )
    return [
        (old, new)
        for old in gone.order_by("-year", "-pk")
        for new in imported
        if (old.year, old.basis, old.superseded_at) == (new.year, new.basis, new.recorded_at)
    ]


def own_home(request):
    enterprise, own = _own(request)
    years = _years(request, enterprise)
    todo = []
    for row in years[:3]:
        for figures in row["figures"]:
            if figures.state == State.RETURNED:
                todo.append({"kind": "returned", "figures": figures})
            elif figures.state in (State.DRAFT, State.DECLARED):
                todo.append({"kind": "unsent", "figures": figures})
    last = timezone.localdate().year - 1
    if any(row["year"] == last and not row["figures"] and not row["closed"] for row in years):
        todo.append({"kind": "missing", "year": last})
    context = {
        "enterprise": enterprise,
        "own": own,
        "todo": todo,
        "waiting": waiting_for(request, enterprise),
        "replaced": _replaced(enterprise, years[:3]),
        "years": years[:3],
        "state_tags": STATE_TAGS,
        "may_submit": can_act_for(request.user, enterprise, SUBMIT),
    }
    return render(request, "enterprises/own_home.html", context)


def own_enterprise(request):
    enterprise, own = _own(request)
    context = record_of(request, enterprise) | {
        "own": own,
        "is_own": True,
        "may_edit": False,
        "may_edit_contact": can_act_for(request.user, enterprise, EDIT_CONTACT),
    }
    return render(request, "enterprises/own_enterprise.html", context)


def edit_contact(request, public_id):
    now = timezone.now()
    enterprise = found(Enterprise.objects.visible_to(request.user).standing(), public_id)
    require_allowed(can_act_for(request.user, enterprise, EDIT_CONTACT))
    form = ContactForm(*form_data(request), instance=enterprise)

    def act():
        values = {name: form.cleaned_data[name] for name in services.CONTACT}
        version = form.cleaned_data["version"] or 0
        services.edit_contact(enterprise=enterprise, version=version, values=values, by=request.user, now=now)

    back = f"{reverse('enterprises:own_enterprise')}?enterprise={enterprise.public_id}"
    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The contact data were saved."))
        return redirect(back)
    return render(request, "enterprises/edit_contact.html", {"form": form, "enterprise": enterprise, "back": back})


def own_figures(request):
    enterprise, own = _own(request)
    context = {
        "enterprise": enterprise,
        "own": own,
        "years": _years(request, enterprise),
        "state_tags": STATE_TAGS,
        "may_declare": can_act_for(request.user, enterprise, DECLARE),
        "may_submit": can_act_for(request.user, enterprise, SUBMIT),
    }
    return render(request, "enterprises/own_figures.html", context)


def own_help(request):
    return render(request, "enterprises/own_help.html")
