"""A draft that names a lodged dossier, and a message that the enterprise may answer."""

from dossiers.models import DossierMessage
from tests.dossiers.matrix_dossiers import MEMBERS, TYPISTS
from tests.factories import make_link


def build(world):
    lodged = world.draft_of["lodged"][0]
    world.links = {
        who: make_link(dossier, lodged, by=dossier.started_by)
        for who, (dossier, _file) in world.draft_of.items()
        if who != "lodged"
    }
    world.links["lodged"] = make_link(lodged, world.in_hand["others", "lodged"], by=lodged.started_by)
    DossierMessage.objects.create(
        dossier=lodged, from_department=True, text="Đề nghị cho biết", at=world.now, by=world.people["officer"]
    )


def _link(world, who):
    link = world.links["online" if who in MEMBERS else "paper" if who in TYPISTS else "lodged"]
    return {"public_id": link.dossier.public_id, "link_id": link.public_id}


OBJECTS = {
    "dossiers:write_message": lambda world: {"public_id": world.draft_of["lodged"][0].public_id},
    "dossiers:link_dossier": lambda world, who: {"public_id": _link(world, who)["public_id"]},
    "dossiers:end_link": _link,
}
