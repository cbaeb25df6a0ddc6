"""Where the pages of procedures stand in the demonstration: the one in force, and the draft of its next version."""

from dossiers.models import Procedure, ProcedureVersion

CODE = "KN-01"


def _procedure():
    return {"public_id": Procedure.objects.get(code=CODE).public_id}


def _draft():
    return {"public_id": _version().public_id}


def _version():
    return ProcedureVersion.objects.drafts().get(procedure__code=CODE)


def _part(part):
    return lambda: {**_draft(), "part_id": getattr(_version(), f"{part}s").first().public_id}


def _template():
    component = _version().components.filter(template__isnull=False).first()
    return {**_draft(), "part_id": component.public_id}


ADDRESSES = {
    "dossiers:procedure": _procedure,
    "dossiers:edit_procedure": _procedure,
    "dossiers:close_procedure": _procedure,
    "dossiers:begin_version": _procedure,
    "dossiers:version": _draft,
    "dossiers:preview_version": _draft,
    "dossiers:edit_version": _draft,
    "dossiers:issue_version": _draft,
    "dossiers:discard_version": _draft,
    "dossiers:component_template": _template,
}
for part in ("step", "component", "field"):
    ADDRESSES[f"dossiers:add_{part}"] = _draft
    ADDRESSES[f"dossiers:edit_{part}"] = _part(part)
    ADDRESSES[f"dossiers:remove_{part}"] = _part(part)
NOT_PAGES = {"dossiers:component_template": "a file"}
