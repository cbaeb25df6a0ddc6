"""A draft of each person who may draft papers; what others drafted is not seen by the rest."""

from documents.permissions.papers import DRAFT
from tests.factories import make_paper

OTHERS = "drafts of others are not seen"
HIDDEN_FROM = dict.fromkeys(("director", "deputy_director", "administrator", "auditor"), OTHERS)


def build(world):
    world.papers = {
        role.value: make_paper(drafter=world.people[role.value], office=world.people[role.value].posts.get().office)
        for role in DRAFT.roles
    }


def _paper(world, who):
    return {"public_id": (world.papers.get(who) or world.papers["officer"]).public_id}


def _page(world, who):
    return _paper(world, who) | {"page": 1}


READS = ("paper", "paper_preview", "paper_pdf", "paper_word", "paper_page")
OBJECTS = {f"documents:{name}": _paper for name in (*READS, "edit_paper", "discard_paper")}
OBJECTS["documents:paper_page"] = _page
HIDDEN = {f"documents:{name}": HIDDEN_FROM for name in READS}
