from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enterprises.filters import EnterpriseFilter
from enterprises.forms import EnterpriseForm, InviteForm, MergeForm, ReasonForm, StatusForm
from enterprises.models import Enterprise, FigureRevision, FigureYearClosing, Membership, Product, Title
from enterprises.panels import panels_for
from enterprises.permissions import DECLARE, INVITE, MERGE, REGISTER, SEE_CLAIMS, can_act_for
from enterprises.services import enterprises as services
from enterprises.services import memberships, merging
from enterprises.tables import STATE_TAGS, STATUS_TAGS, EnterpriseTable
from enterprises.views.answers import do_once, found, tried
from reference import tax_codes
from screens.formats import big_money, number, plain, usd, vn_date
from screens.forms import form_data
from screens.lists import show_list

MOST_ROWS = 60
MOST_PAIRS = 50
MOST_ALIKE = 10


def enterprise_list(request):
    on = timezone.localdate()
    held = Title.objects.in_force(on).filter(product__enterprise_id=OuterRef("pk"))
    queryset = Enterprise.objects.visible_to(request.user).standing().annotate(has_title=Exists(held))
    action = None
    if request.user.may(REGISTER):
        action = {"url": reverse("enterprises:register_enterprise"), "label": _("Register an enterprise")}
    return show_list(
        request,
        name="enterprises",
        title=_("Enterprises"),
        table_class=EnterpriseTable,
        filterset_class=EnterpriseFilter,
        queryset=queryset,
        ordering=("sort_key", "pk"),
        template="enterprises/enterprise_list.html",
        context={"may_merge": request.user.may(MERGE), "may_see_claims": request.user.may(SEE_CLAIMS)},
        export_name="doanh-nghiep",
        main_action=action,
        empty=_("Register the first enterprise, or import the list that the office keeps."),
    )


def enterprise_detail(request, public_id):
    enterprise = found(
        Enterprise.objects.visible_to(request.user).select_related("ward", "main_activity", "merged_into"), public_id
    )
    if enterprise.merged_into:
        messages.info(
            request,
            _("The record with tax code %(code)s was merged into this one on %(day)s.")
            % {"code": enterprise.tax_code, "day": vn_date(enterprise.merged_at)},
        )
        return redirect("enterprises:enterprise_detail", public_id=enterprise.merged_into.public_id)
    return render(request, "enterprises/enterprise_detail.html", record_of(request, enterprise))


def record_of(request, enterprise):
    """Everything the page of an enterprise shows; the enterprise's own page shows the same."""
    on = timezone.localdate()
    user, family = request.user, enterprise.family_ids
    rows = FigureRevision.objects.visible_to(user).current().filter(enterprise__in=family)
    products = Product.objects.standing().filter(enterprise=enterprise).select_related("group")
    titles = Title.objects.standing().filter(product__enterprise=enterprise).select_related("product")
    titles = list(titles.order_by("-round_year", "-id")[:MOST_ROWS])
    for title in titles:
        title.holds = title.holds_on(on)
    return {
        "enterprise": enterprise,
        "status_tag": STATUS_TAGS[enterprise.status],
        "state_tags": STATE_TAGS,
        "groups": [row.group for row in enterprise.groups.in_force(on).select_related("group")],
        "activities": [row.activity for row in enterprise.activities.in_force(on).select_related("activity")],
        "parent": enterprise.parent,
        "branches": list(enterprise.branches[:MOST_ROWS]),
        "aliases": enterprise.merged_records.order_by("merged_at"),
        "products": list(
            products.annotate(titles_count=Count("titles", filter=Q(titles__withdrawn_at=None)))[:MOST_ROWS]
        ),
        "titles": titles,
        "titles_in_force": sum(title.holds for title in titles),
        "figures": list(rows.order_by("-year", "-revision")[:MOST_ROWS]),
        "closed_years": FigureYearClosing.closed_years(),
        "members": memberships.members_of(enterprise, user, on),
        "panels": panels_for(request, enterprise),
        "may_edit": user.may(REGISTER) and enterprise.status != Enterprise.Status.WITHDRAWN,
        "may_declare": can_act_for(user, enterprise, DECLARE) and enterprise.status != Enterprise.Status.WITHDRAWN,
        "may_invite": can_act_for(user, enterprise, INVITE) and enterprise.status != Enterprise.Status.WITHDRAWN,
    }


def register_enterprise(request):
    now = timezone.now()
    form = EnterpriseForm(*form_data(request), on=timezone.localdate(now))
    answer, found = {}, []

    def act():
        try:
            answer.update(do_once(request, "register enterprise", register, now=now))
        except services.SameName as refusal:
            found.extend(refusal.found)
            form.ask_about_name()
            raise

    def register():
        enterprise = services.register_enterprise(
            values=form.values(),
            groups=form.cleaned_data["groups"],
            activities=form.cleaned_data["activities"],
            same_name=form.cleaned_data.get("same_name", False),
            by=request.user,
            now=now,
        )
        return {"public_id": str(enterprise.public_id)}

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The enterprise was entered into the registry."))
        return redirect("enterprises:enterprise_detail", public_id=answer["public_id"])
    return render(request, "enterprises/register_enterprise.html", {"form": form, "found": found})


def _standing(request, public_id):
    queryset = Enterprise.objects.visible_to(request.user).select_related("ward", "main_activity")
    return found(queryset, public_id)


def edit_enterprise(request, public_id):
    now = timezone.now()
    enterprise = _standing(request, public_id)
    form = EnterpriseForm(*form_data(request), instance=enterprise, on=timezone.localdate(now))

    def act():
        services.edit_enterprise(
            enterprise=enterprise,
            version=form.cleaned_data["version"] or 0,
            values=form.values(),
            groups=form.cleaned_data["groups"],
            activities=form.cleaned_data["activities"],
            by=request.user,
            now=now,
        )

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The data of the enterprise were saved."))
        return redirect("enterprises:enterprise_detail", public_id=public_id)
    return render(request, "enterprises/edit_enterprise.html", {"form": form, "enterprise": enterprise})


def change_status(request, public_id):
    now = timezone.now()
    enterprise = _standing(request, public_id)
    form = StatusForm(*form_data(request), enterprise=enterprise)

    def act():
        services.change_status(
            enterprise=enterprise,
            version=form.cleaned_data["version"],
            status=form.cleaned_data["status"],
            since=form.cleaned_data["since"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=now,
        )

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The status was changed."))
        return redirect("enterprises:enterprise_detail", public_id=public_id)
    return render(request, "enterprises/change_status.html", {"form": form, "enterprise": enterprise})


def withdraw_enterprise(request, public_id):
    now = timezone.now()
    enterprise = _standing(request, public_id)
    form = ReasonForm(*form_data(request))

    def act():
        services.withdraw_enterprise(
            enterprise=enterprise, reason=form.cleaned_data["reason"], by=request.user, now=now
        )

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The enterprise was withdrawn."))
        return redirect("enterprises:enterprise_list")
    return render(request, "enterprises/withdraw_enterprise.html", {"form": form, "enterprise": enterprise})


# --- duplicates and merging -------------------------------------------------------------------
def duplicates(request):
    """Records that may be one enterprise; the whole registry is looked through only when asked."""
    if "look" not in request.GET:
        return render(request, "enterprises/duplicates.html", {"groups": [], "looked": False})
    standing = Enterprise.objects.visible_to(request.user).standing().exclude(name_key="")
    names = standing.order_by().values("name_key").annotate(count=Count("pk")).filter(count__gt=1)
    names = list(names.order_by("name_key").values_list("name_key", flat=True)[:MOST_PAIRS])
    by_name: dict[str, list] = {name: [] for name in names}
    for member in standing.filter(name_key__in=names).select_related("ward").order_by("pk"):
        by_name[member.name_key].append(member)
    groups = []
    for members in by_name.values():
        family = len({member.parent_tax_code or member.tax_code for member in members}) == 1
        why = _("The same first ten digits of the tax code and the same name") if family else _("The same name")
        groups.append({"why": why, "members": members[:MOST_ALIKE]})
    return render(
        request,
        "enterprises/duplicates.html",
        {"groups": groups, "looked": True},
    )


def merge_enterprises(request, public_id):
    """Choose, compare field by field, confirm: this record stands, the other (`loser`) becomes its alias."""
    now = timezone.now()
    winner = _standing(request, public_id)
    code = tax_codes.normal(request.GET.get("loser", ""))
    loser = (
        Enterprise.objects.visible_to(request.user)
        .standing()
        .filter(tax_code=code)
        .exclude(pk=winner.pk)
        .select_related("ward", "main_activity")
        .first()
    )
    if loser is None or winner.merged_into_id:
        return render(
            request, "enterprises/choose_loser.html", {"winner": winner, "typed": code, "missing": bool(code)}
        )
    form = MergeForm(
        *form_data(request),
        differing=_differing(winner, loser),
        figures=_figures_to_choose(winner, loser),
        initial={"winner_version": winner.version, "loser_version": loser.version},
    )

    def act():
        do_once(request, "merge enterprises", merge, now=now)

    def merge():
        merging.merge_enterprises(
            winner=winner,
            loser=loser,
            from_loser=form.chosen("field_"),
            figures_of_loser=form.chosen("figures_"),
            reason=form.cleaned_data["reason"],
            versions={winner.pk: form.cleaned_data["winner_version"], loser.pk: form.cleaned_data["loser_version"]},
            by=request.user,
            now=now,
        )
        return {"public_id": str(winner.public_id)}

    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The two records are one now. The other tax code leads here."))
        return redirect("enterprises:enterprise_detail", public_id=winner.public_id)
    context = {
        "form": form,
        "winner": winner,
        "loser": loser,
        "why_not": merging.why_not(winner, loser),
        "counts": [
            (_("Products"), winner.products.standing().count(), loser.products.standing().count()),
            (_("Declarations of figures"), winner.figures.current().count(), loser.figures.current().count()),
            (_("Members"), winner.memberships.count(), loser.memberships.count()),
        ],
    }
    return render(request, "enterprises/merge_enterprises.html", context)


def _differing(winner, loser):
    rows = []
    for name in merging.CHOOSABLE:
        field = Enterprise._meta.get_field(name)
        own, other = getattr(winner, name), getattr(loser, name)
        if own != other:
            said = [_said(record, name) for record in (winner, loser)]
            rows.append((name, str(field.verbose_name).capitalize(), *said))
    return rows


def _said(record, name):
    display = getattr(record, f"get_{name}_display", None)
    return str(display()) if display else plain(services.spoken(getattr(record, name)))


def _figures_to_choose(winner, loser):
    rows = []
    for own, other in merging.figures_in_conflict(winner, loser):
        label = _("Confirmed figures of %(year)s (%(basis)s)") % {"year": own.year, "basis": own.basis_words}
        rows.append((other, label, (_in_short(own), _in_short(other))))
    return rows


def _in_short(figures):
    """The chief amounts of a declaration in one line."""
    parts = (
        (_("output"), figures.output_vnd, big_money),
        (_("revenue"), figures.revenue_vnd, big_money),
        (_("exports"), figures.exports_usd_cents, usd),
        (_("average labour"), figures.labour_average, number),
    )
    return "; ".join(f"{label} {say(value)}" for label, value, say in parts if value is not None) or "–"


# --- members ----------------------------------------------------------------------------------
def invite_member(request, public_id):
    now = timezone.now()
    enterprise = found(Enterprise.objects.visible_to(request.user).standing(), public_id)
    if not can_act_for(request.user, enterprise, INVITE):
        raise PermissionDenied(_("Only the legal representative and the Department invite people of this enterprise."))
    form = InviteForm(*form_data(request), roles=memberships.roles_to_invite(request.user), on=timezone.localdate(now))

    def act():
        do_once(request, "invite member", invite, now=now)

    def invite():
        data = form.cleaned_data
        invitation = memberships.invite_member(
            enterprise=enterprise,
            email=data["email"],
            full_name=data["full_name"],
            role=data["role"],
            paper=data.get("paper", ""),
            ends_on=data.get("ends_on"),
            by=request.user,
            now=now,
        )
        return {"public_id": str(invitation.public_id)}

    back = _page_of(request, enterprise)
    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The invitation was sent to %(email)s.") % {"email": form.cleaned_data["email"]})
        return redirect(back)
    return render(request, "enterprises/invite_member.html", {"form": form, "enterprise": enterprise, "back": back})


def _page_of(request, enterprise):
    """Where this person sees the enterprise."""
    if request.user.is_staff_member:
        return reverse("enterprises:enterprise_detail", args=[enterprise.public_id])
    return f"{reverse('enterprises:own_enterprise')}?enterprise={enterprise.public_id}"


def end_membership(request, public_id):
    now = timezone.now()
    visible = Enterprise.objects.visible_to(request.user)
    membership = found(
        Membership.objects.filter(enterprise__in=visible).select_related("user", "enterprise"), public_id
    )
    if not can_act_for(request.user, membership.enterprise, INVITE):
        raise PermissionDenied(_("Only the legal representative and the Department end a membership."))
    form = ReasonForm(*form_data(request))

    def act():
        memberships.end_membership(membership=membership, reason=form.cleaned_data["reason"], by=request.user, now=now)

    back = _page_of(request, membership.enterprise)
    if request.method == "POST" and form.is_valid() and tried(form, act):
        messages.success(request, _("The membership ended."))
        return redirect(back)
    return render(request, "enterprises/end_membership.html", {"form": form, "membership": membership, "back": back})
