"""Claiming an enterprise, for everybody; and deciding it, for whoever may."""

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.refusals import Refused
from documents.attaching import bind
from documents.presenting import worth_when_it_came
from documents.services.trust import looked_at, verified
from documents.serving import serve
from documents.store import VISITOR
from enterprises.filters import ClaimFilter
from enterprises.forms_claims import ClaimForm, ConfirmClaimForm, RefuseClaimForm
from enterprises.models import Claim, Enterprise, Membership
from enterprises.permissions import DECIDE_CLAIMS
from enterprises.services import claims as services
from enterprises.tables import CLAIM_TAGS, STATUS_TAGS, ClaimTable
from enterprises.views.answers import found
from reference.sending import do_once
from screens.forms import form_data
from screens.lists import show_list
from screens.text import short_forms

LIMITS = {"sent": "20/h/ip", "claim": "5/h/key"}  # as for a new password by mail
OWN_SHOWN = 10

# --- for everybody ------------------------------------------------------------------------------


def claim_enterprise(request):
    """The same answer whatever the registry holds: it is not looked up here."""
    signed_in = request.user.is_authenticated
    by, now = request.user if signed_in else VISITOR, timezone.now()
    if request.method != "POST":
        return _claim_page(request, ClaimForm(*form_data(request), user=by), now)
    if not _within(request, "sent"):
        return _claim_page(request, _too_many(ClaimForm(request.POST, user=by)), now, status=429)
    form = bind(request, ClaimForm, now=now, by=by, most_megabytes=settings.VISITOR_MEGABYTES)
    if form.is_valid() and not _within(request, "claim", key=form.cleaned_data.get("email", "").lower() or str(by.pk)):
        return _claim_page(request, _too_many(form), now, status=429)
    found_in_it = looked_at(form.stored, now) if form.is_valid() else {}
    if do_once(
        request,
        form,
        "claim enterprise",
        lambda given, **act: services.claim_enterprise(said=form.said, file=form.stored, found=found_in_it, **act),
        by=by,
    ):
        return redirect("enterprises:claim_sent")
    return _claim_page(request, form, now)


def _within(request, action, key=None):
    return ratelimit.consume(request, app="enterprises", action=action, config=LIMITS, key=key)


def _too_many(form):
    form.add_error(None, _("Too many claims were sent from here. Wait an hour and send it again; it is kept below."))
    return form


def _claim_page(request, form, now, status=200):
    own = []
    if request.user.is_authenticated:
        own = Claim.objects.filter(claimant=request.user).order_by("-sent_at", "-pk")[:OWN_SHOWN]
    context = {
        "form": form,
        "own": own,
        "tags": CLAIM_TAGS,
        "is_staff": request.user.is_authenticated and request.user.is_staff_member,
        "days": services.days_to_decide(timezone.localdate(now)),
    }
    return render(request, "enterprises/claim_enterprise.html", context, status=status)


def claim_sent(request):
    days = services.days_to_decide(timezone.localdate())
    return render(request, "enterprises/claim_sent.html", {"days": days})


# --- for whoever decides ------------------------------------------------------------------------


def claim_list(request):
    on = timezone.localdate()
    records = Enterprise.objects.recorded().filter(tax_code=OuterRef("tax_code"))
    held = Membership.objects.in_force(on).filter(role=Role.SIGNATORY, enterprise__tax_code=OuterRef("tax_code"))
    counted = held.order_by().values("enterprise__tax_code").annotate(count=Count("pk")).values("count")
    queryset = Claim.objects.visible_to(request.user).annotate(
        record_name=Subquery(records.values("name")[:1]),
        record_merged=Subquery(records.values("merged_into")[:1]),
        record_status=Subquery(records.values("status")[:1]),
        signatories=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )
    return show_list(
        request,
        name="claims",
        title=_("Claims of enterprises"),
        lead=_("Who says that they represent an enterprise, beside what is on record. Each is decided once."),
        table_class=ClaimTable,
        filterset_class=ClaimFilter,
        queryset=queryset,
        ordering=("-sent_at", "-pk"),
        export_name="yeu-cau-nhan-tai-khoan",
        empty=_("Nobody has claimed an enterprise yet."),
    )


def claim_detail(request, public_id):
    claim, on = _claim(request, public_id), timezone.localdate()
    return render(request, "enterprises/claim_detail.html", {**_beside(claim, on), **_acts(request, claim, on)})


def _acts(request, claim, on):
    may_decide = request.user.may(DECIDE_CLAIMS)
    waits = claim.state == Claim.State.WAITING and claim.expires_on >= on
    invitation = claim.invitation
    return {
        "may_decide": may_decide and waits,
        "may_invite_again": may_decide and invitation is not None and not invitation.accepted_at,
        "invitation_state": invitation.state(timezone.now())[1] if invitation else "",
        "decider": claim.decided_by,
    }


def _beside(claim, on):
    """What was said, beside what is on record."""
    record = services.record_of(claim)
    standing = record.root if record else None
    signatories = list(services.signatories_of(standing, on)) if standing else []
    account = User.objects.filter(email=claim.email).first()
    invited = list(services.invited_to_represent(standing, claim, timezone.now())) if standing else []
    others = Claim.objects.waiting(on) | Claim.objects.filter(state=Claim.State.CONFIRMED)
    others = others.filter(tax_code=claim.tax_code).exclude(pk=claim.pk).order_by("sent_at", "pk")
    warnings = []
    if claim.state == Claim.State.WAITING:
        warnings = [services.hindrance_of(record), services.address_problem(claim, standing, timezone.now())]
        if signatories:
            warnings.append(
                _("This enterprise is represented on the portal already. Find out why somebody else claims it.")
            )
        if invited:
            warnings.append(
                _("Somebody else is invited to represent this enterprise already. Find out who it really is.")
            )
        if claim.authorised_to and claim.authorised_to < on:
            warnings.append(_("The authorisation has ended."))
    return {
        "claim": claim,
        "worth": worth_when_it_came(claim),
        "tag": CLAIM_TAGS[claim.state],
        "record": record,
        "standing": standing,
        "status_tag": STATUS_TAGS[record.status] if record else "",
        "same_name": bool(record) and short_forms(claim.enterprise_name) == record.name_key,
        "same_email": bool(standing) and standing.email.lower() == claim.email,
        "signatories": signatories,
        "invited": invited,
        "account": account,
        "others": [(row, CLAIM_TAGS[row.state]) for row in others[:OWN_SHOWN]],
        "warnings": [warning for warning in warnings if warning],
    }


def claim_file(request, public_id):
    claim = _claim(request, public_id)
    return serve(claim.file, request, of=claim, basis=f"claim {claim.public_id}")


def claim_signatures(request, public_id):
    """Every signature in the paper, verified now, and as they were worth when it came."""
    claim, now = _claim(request, public_id), timezone.now()
    if not claim.may_be_signed:
        raise Http404
    page = {"claim": claim, "worth": worth_when_it_came(claim), "found": verified(claim.file, now), "now": now}
    return render(request, "enterprises/claim_signatures.html", page)


def confirm_claim(request, public_id):
    claim, on = _claim(request, public_id), timezone.localdate()
    beside = _beside(claim, on)
    form = ConfirmClaimForm(form_data(request)[0], represented=bool(beside["signatories"] or beside["invited"]))
    done = do_once(
        request,
        form,
        f"confirm claim {claim.public_id}",
        lambda given, **act: services.confirm_claim(claim=claim, although=given.get("although", False), **act),
    )
    if done:
        messages.success(request, _("Confirmed. The invitation is on its way to %(email)s.") % {"email": claim.email})
        return redirect(claim)
    return render(request, "enterprises/confirm_claim.html", {**beside, "form": form})


def refuse_claim(request, public_id):
    claim = _claim(request, public_id)
    form = RefuseClaimForm(form_data(request)[0], initial={"reason": services.reason_for(services.record_of(claim))})
    done = do_once(
        request, form, f"refuse claim {claim.public_id}",
        lambda given, **act: services.refuse_claim(claim=claim, **given, **act),
    )  # fmt: skip
    if done:
        messages.success(request, _("Refused. The reason is on its way to %(email)s.") % {"email": claim.email})
        return redirect(claim)
    return render(request, "enterprises/refuse_claim.html", {"claim": claim, "form": form})


def invite_claimant_again(request, public_id):
    claim = _claim(request, public_id)
    try:
        services.invite_claimant_again(claim=claim, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A new invitation is on its way; the old link no longer works."))
    return HttpResponseRedirect(reverse("enterprises:claim_detail", args=[claim.public_id]))


def _claim(request, public_id):
    rows = Claim.objects.visible_to(request.user).select_related("file", "invitation", "decided_by", "claimant")
    return found(rows, public_id)
