"""Where messages and links stand in the demonstration: a dossier that was written about, and one that follows another."""

from dossiers.models import DossierLink, DossierMessage


def _written_about():
    return {"public_id": DossierMessage.objects.first().dossier.public_id}


def _link():
    link = DossierLink.objects.standing().first()
    return {"public_id": link.dossier.public_id, "link_id": link.public_id}


ADDRESSES = {
    "dossiers:write_message": _written_about,
    "dossiers:link_dossier": lambda: {"public_id": _link()["public_id"]},
}
