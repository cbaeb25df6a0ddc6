"""What the people of an enterprise are told about its figures."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import ENTERPRISE_ROLES, Role
from enterprises.models import Claim, Enterprise, FigureRevision, Membership, Product
from enterprises.models.figures import State
from notices.kinds import Place, Way, kind
from notices.services.telling import tell_each
from notices.subjects import readable, subject
from screens import formats

ENTERPRISE = Place("enterprise", _("name of the enterprise"), "Công ty TNHH Cơ khí Minh Họa")
YEAR = Place("year", _("year of the figures"), "2025")


def people_of(enterprise, on, *roles):
    """Who acts for the enterprise, or for the record it was merged into, on the day, in one of the `roles` if any is told."""
    held = Membership.objects.in_force(on).filter(enterprise_id__in=(enterprise.pk, enterprise.merged_into_id))
    if roles:
        held = held.filter(role__in=[role.value for role in roles])
    return User.objects.filter(pk__in=held.values("user"))


def _people_while(*states):
    """The people of the enterprise, while the figures stand in one of the states and nothing newer took their place."""

    def people(figures, on):
        if figures.state not in states or figures.superseded_at:
            return User.objects.none()
        return people_of(figures.enterprise, on)

    return people


def _says(figures):
    return {"enterprise": figures.enterprise.name, "year": figures.year, "reason": figures.return_reason}


def _page(figures):
    return reverse("enterprises:figures_detail", args=[figures.public_id])


RETURNED = kind(
    "enterprises.figures_returned",
    _("Figures of the enterprise were returned"),
    model=FigureRevision,
    people=_people_while(State.RETURNED),
    says=_says,
    places=(ENTERPRISE, YEAR, Place("reason", _("why they were returned"), "Chưa kèm báo cáo tài chính đã kiểm toán")),
    address=_page,
    roles=ENTERPRISE_ROLES,
    must=True,
)
CONFIRMED = kind(
    "enterprises.figures_confirmed",
    _("Figures of the enterprise were confirmed"),
    model=FigureRevision,
    people=_people_while(State.CONFIRMED),
    says=lambda figures: {
        "enterprise": figures.enterprise.name,
        "year": figures.year,
        "confirmed_at": formats.vn_datetime(figures.confirmed_at),
    },
    places=(ENTERPRISE, YEAR, Place("confirmed_at", _("when they were confirmed"), "09:15 20/11/2026")),
    address=_page,
    roles=ENTERPRISE_ROLES,
    usual=Way.DAILY,
)


def tell_of_figures(what, rows, *, by, now):
    """Tell of those whose enterprise has people in the portal: of the many others there is nobody to tell."""
    held = Membership.objects.in_force(timezone.localdate(now)).values("enterprise_id")
    enterprises = {row.enterprise_id: row.enterprise.merged_into_id for row in rows}
    wanted = {key for pair in enterprises.items() for key in pair if key}
    with_people = set(held.filter(enterprise_id__in=wanted).values_list("enterprise_id", flat=True)) if wanted else ()
    told = [row for row in rows if row.enterprise_id in with_people or row.enterprise.merged_into_id in with_people]
    tell_each(what, told, by=by, now=now)


# --- authorisations ----------------------------------------------------------------------------


def _concerned_by_ending(membership, on):
    """Whoever acts by the authorisation, and whoever it is of, while it holds."""
    if membership.ends_on is None or not membership.starts_on <= on <= membership.ends_on:
        return User.objects.none()
    held = Membership.objects.in_force(on).filter(enterprise=membership.enterprise_id, role=Role.SIGNATORY)
    return User.objects.filter(Q(pk=membership.user_id) | Q(pk__in=held.filter(is_authorised=False).values("user")))


AUTHORISATION_ENDS = kind(
    "enterprises.authorisation_ends",
    _("An authorisation to act for an enterprise ends soon"),
    model=Membership,
    people=_concerned_by_ending,
    says=lambda membership: {
        "enterprise": membership.enterprise.name,
        "authorised": membership.user.full_name,
        "paper": membership.paper or formats.NOTHING,
        "last_day": formats.vn_date(membership.ends_on),
    },
    places=(
        ENTERPRISE,
        Place("authorised", _("who acts by authorisation"), "Trần Thị Mẫu"),
        Place("paper", _("paper of authorisation"), "GUQ 07 ngày 20/11/2026"),
        Place("last_day", _("last day of the authorisation"), "31/12/2026"),
    ),
    address=lambda membership: reverse("enterprises:own_home"),
    roles=ENTERPRISE_ROLES,
    must=True,
)


# --- claims ------------------------------------------------------------------------------------

_CLAIMED = (
    Place("tax_code", _("tax code that was given"), "0199999991"),
    Place("enterprise", _("name of the enterprise that was given"), "Công ty TNHH Cơ khí Minh Họa"),
    Place("claimant", _("name of whoever claims"), "Nguyễn Văn Mẫu"),
    Place("sent_on", _("day of the claim"), "20/11/2026"),
    Place("until", _("day until which it is decided"), "20/12/2026"),
)


def _claimed(claim):
    return {
        "tax_code": claim.tax_code,
        "enterprise": claim.enterprise_name,
        "claimant": claim.full_name,
        "sent_on": formats.vn_date(claim.sent_at),
        "until": formats.vn_date(claim.expires_on),
    }


def _claimant(*states):
    """Whoever was signed in when they claimed; the others have only given an address."""

    def people(claim, on):
        return User.objects.filter(pk=claim.claimant_id if claim.state in states else None)

    def strangers(claim):
        return [(claim.full_name, claim.email)] if claim.state in states and claim.claimant_id is None else []

    return {"people": people, "strangers": strangers}


def _after_confirming(claim):
    """Where one signs in, for whoever had no account: the form for claims would have them claim once more."""
    return reverse("enterprises:claim_enterprise") if claim.claimant_id else reverse("account_login")


_TO_CLAIMANT = {
    "model": Claim,
    "address": lambda claim: reverse("enterprises:claim_enterprise"),
    "roles": ENTERPRISE_ROLES,
    "must": True,
}
CLAIM_WAITS = kind(
    "enterprises.claim_waits",
    _("Somebody claims to represent an enterprise"),
    model=Claim,
    people=lambda claim, on: User.objects.holding(Role.INTAKE, on) if claim.state == "waiting" else User.objects.none(),
    says=_claimed,
    places=_CLAIMED,
    roles=frozenset({Role.INTAKE}),
)
CLAIM_CONFIRMED = kind(
    "enterprises.claim_confirmed", _("A claim of an enterprise was confirmed"), says=_claimed, places=_CLAIMED,
    **_claimant(Claim.State.CONFIRMED), **_TO_CLAIMANT | {"address": _after_confirming},
)  # fmt: skip
CLAIM_REFUSED = kind(
    "enterprises.claim_refused",
    _("A claim of an enterprise was refused"),
    says=lambda claim: _claimed(claim) | {"reason": claim.reason},
    places=(*_CLAIMED, Place("reason", _("why it was refused"), "Giấy ủy quyền không ghi nội dung được ủy quyền")),
    **_claimant(Claim.State.REFUSED),
    **_TO_CLAIMANT,
)
CLAIM_EXPIRED = kind(
    "enterprises.claim_expired", _("A claim of an enterprise expired"), says=_claimed, places=_CLAIMED,
    **_claimant(Claim.State.EXPIRED), **_TO_CLAIMANT,
)  # fmt: skip


def _memberships_read_by(user):
    """By those who see the enterprise, whose page names them."""
    return Membership.objects.filter(enterprise__in=Enterprise.objects.visible_to(user).order_by())


readable(Membership, _memberships_read_by)
subject("enterprises:claim_detail", Claim, Claim.objects.visible_to)
subject("enterprises:enterprise_detail", Enterprise, Enterprise.objects.visible_to)
subject("enterprises:product_detail", Product, Product.objects.visible_to)
subject("enterprises:figures_detail", FigureRevision, FigureRevision.objects.visible_to)
