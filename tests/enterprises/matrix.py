"""An enterprise with a product, a title and waiting figures for every route with an argument."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from documents.store import VISITOR, save_upload
from enterprises.models import FigureYearClosing
from enterprises.services.claims import confirm_claim
from reporting.demo.scans import one_page
from tests.factories import make_claim, make_enterprise, make_figures, make_membership, make_product, make_title


def build(world):
    world.enterprise = getattr(world, "enterprise", None) or make_enterprise()
    world.product = make_product(world.enterprise)
    world.title = make_title(make_product(world.enterprise), round_year=2024)
    world.figures = make_figures(world.enterprise, world.now.year - 1, state="waiting")
    make_figures(world.enterprise, world.now.year - 2)
    for role in (Role.SIGNATORY, Role.PREPARER):
        person = world.people.get(role.value)
        if person and not person.memberships.filter(enterprise=world.enterprise).exists():
            make_membership(person, world.enterprise, role)
    world.membership = make_membership(enterprise=world.enterprise, role=Role.PREPARER)
    paper = save_upload(SimpleUploadedFile("giay-to.pdf", one_page("claim")), by=VISITOR, now=world.now)
    world.claim = make_claim(world.enterprise, at=world.now, file=paper)
    world.confirmed = confirm_claim(
        claim=make_claim(make_enterprise(), at=world.now), by=world.people["officer"], now=world.now
    )
    world.closing = FigureYearClosing.objects.create(
        year=world.now.year - 3,
        decision_number="12/QĐ-SCT",
        decided_on=date(world.now.year - 2, 6, 1),
        closed_by=world.figures.recorded_by,
        closed_at=world.now,
    )


def _of(thing):
    return lambda world: {"public_id": getattr(world, thing).public_id}


OBJECTS = {
    **{
        f"enterprises:{name}": _of("enterprise")
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
        f"enterprises:{name}": _of("product")
        for name in ("product_detail", "edit_product", "withdraw_product", "record_title")
    },
    **{
        f"enterprises:{name}": _of("title") for name in ("title_detail", "correct_title", "end_title", "withdraw_title")
    },
    **{
        f"enterprises:{name}": _of("figures")
        for name in ("figures_detail", "submit_figures", "confirm_figures", "return_figures", "withdraw_figures")
    },
    **{
        f"enterprises:{name}": _of("claim")
        for name in ("claim_detail", "claim_file", "claim_signatures", "confirm_claim", "refuse_claim")
    },
    "enterprises:invite_claimant_again": _of("confirmed"),
    "enterprises:end_membership": _of("membership"),
    "enterprises:close_year": lambda world: {"year": world.now.year - 1},
    "enterprises:reopen_year": lambda world: {"year": world.closing.year},
}
