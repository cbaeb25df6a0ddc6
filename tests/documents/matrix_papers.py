"""A draft of each person who may draft papers, a paper that went its whole way, and a trusted certificate."""

from documents.permissions.papers import DRAFT, STEPS
from documents.services.trust import add_certificate
from tests.documents.making_certificates import certified
from tests.factories import make_paper, make_paper_at


def build(world):
    world.papers = {
        role.value: make_paper(drafter=world.people[role.value], office=world.people[role.value].posts.get().office)
        for role in DRAFT.roles
    }
    world.issued = make_paper_at("issued", clerk=world.people["records_clerk"])
    content = certified("Tổ chức chứng thực", certifies=True).pem
    world.certificate = add_certificate(content=content, by=world.people["administrator"], now=world.now)


def _draft(world, who):
    return {"public_id": (world.papers.get(who) or world.papers["officer"]).public_id}


def _issued(world):
    return {"public_id": world.issued.public_id}


def _certificate(world):
    return {"public_id": world.certificate.public_id}


ISSUED = (
    "paper", "paper_preview", "paper_pdf", "paper_word", "paper_signatures", "upload_signed", "upload_sealed",
    *(f"{verb}_paper" for verb in STEPS),
)  # fmt: skip
OBJECTS = {
    **{f"documents:{name}": _issued for name in ISSUED},
    **{f"documents:{name}": _draft for name in ("edit_paper", "discard_paper")},
    **{f"documents:{name}": _certificate for name in ("certificate", "end_certificate")},
    "documents:paper_page": lambda world: _issued(world) | {"page": 1},
    "documents:confirm_paper": lambda world: {"token": world.issued.token},
}
