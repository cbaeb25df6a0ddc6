"""Addresses of demonstration objects for the pages with an argument."""

from django.utils import timezone

from enterprises.models import Claim, Enterprise, FigureRevision, FigureYearClosing, Membership, Product, Title


def _enterprise():
    """One whose people can sign in, with titles."""
    own = Membership.objects.in_force(timezone.localdate()).order_by("pk").first()
    return {"public_id": own.enterprise.public_id if own else Enterprise.objects.standing().first().public_id}


def _first(queryset):
    return lambda: {"public_id": queryset().order_by("pk").first().public_id}


def _waiting():
    return FigureRevision.objects.waiting()


ADDRESSES = {
    **{
        f"enterprises:{name}": _enterprise
        for name in (
            "enterprise_detail",
            "edit_enterprise",
            "change_status",
            "withdraw_enterprise",
            "merge_enterprises",
            "invite_member",
            "add_product",
            "declare_figures",
            "edit_contact",
        )
    },
    **{
        f"enterprises:{name}": _first(Product.objects.standing)
        for name in ("product_detail", "edit_product", "withdraw_product", "record_title")
    },
    **{
        f"enterprises:{name}": _first(Title.objects.standing)
        for name in ("title_detail", "correct_title", "end_title", "withdraw_title")
    },
    **{
        f"enterprises:{name}": _first(lambda: Claim.objects.waiting(timezone.localdate()))
        for name in ("confirm_claim", "refuse_claim", "claim_signatures")
    },
    "enterprises:claim_detail": _first(lambda: Claim.objects.filter(state="confirmed")),
    "enterprises:figures_detail": _first(_waiting),
    "enterprises:return_figures": _first(_waiting),
    "enterprises:withdraw_figures": _first(_waiting),
    "enterprises:end_membership": lambda: {
        "public_id": Membership.objects.in_force(timezone.localdate()).order_by("-pk").first().public_id
    },
    "enterprises:close_year": lambda: {"year": timezone.localdate().year - 1},
    "enterprises:reopen_year": lambda: {
        "year": FigureYearClosing.objects.filter(reopened_at__isnull=True).first().year
    },
}

NOT_PAGES = {"enterprises:claim_file": "a file"}
