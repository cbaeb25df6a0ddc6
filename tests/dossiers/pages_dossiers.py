"""Where the pages of dossiers stand in the demonstration: drafts of the enterprise that signs in, and what was lodged."""

from dossiers.models import Dossier, DossierFile, Procedure
from tests.dossiers.pages_procedures import CODE


def _draft():
    """A draft of the enterprise under the version in force, with a file."""
    drafts = Dossier.objects.drafts().filter(channel="online", procedure_version__valid_to__isnull=True)
    return {"public_id": drafts.filter(files__removed_at__isnull=True, files__isnull=False).first().public_id}


def _old_draft():
    return {"public_id": Dossier.objects.drafts().filter(procedure_version__valid_to__isnull=False).first().public_id}


def _lodged():
    return {"public_id": Dossier.objects.filter(channel="online", state="lodged").first().public_id}


def _looked_up():
    return {"token": Dossier.objects.get(**_lodged()).token}


def _file():
    dossier = Dossier.objects.get(**_draft())
    return {**_draft(), "file_id": dossier.files.standing().first().public_id}


def _application():
    row = DossierFile.objects.applications().select_related("dossier").first()
    return {"public_id": row.dossier.public_id, "file_id": row.public_id}


def _component():
    dossier = Dossier.objects.get(**_draft())
    return {**_draft(), "component_id": dossier.procedure_version.components.first().public_id}


def _procedure():
    return {"public_id": Procedure.objects.get(code=CODE).public_id}


ADDRESSES = {
    "dossiers:start_dossier": _procedure,
    "dossiers:look_up_dossier": _looked_up,
    "dossiers:dossier": _draft,
    "dossiers:dossier_file": _file,
    "dossiers:dossier_template": _component,
    "dossiers:fill_dossier": _draft,
    "dossiers:dossier_components": _draft,
    "dossiers:add_file": _component,
    "dossiers:application_signatures": _application,
    "dossiers:move_draft": _old_draft,
    "dossiers:check_dossier": _draft,
    "dossiers:lodge_dossier": _draft,
    "dossiers:lodged_dossier": _lodged,
    "dossiers:copy_dossier": _lodged,
    "dossiers:withdraw_dossier": _lodged,
}
NOT_PAGES = {
    "dossiers:dossier_file": "a file",
    "dossiers:dossier_template": "a file",
    "dossiers:lodge_dossier": "leads on to the page of checked answers or to the confirmation",
}
