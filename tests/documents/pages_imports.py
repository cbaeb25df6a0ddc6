from documents.imports import kinds
from documents.models import Import


def some_kind():
    return {"code": min(kinds())}


def previewed():
    return {"public_id": Import.objects.order_by("id").first().public_id}


def applied():
    return {"public_id": Import.objects.order_by("-applied_at", "id").first().public_id}


ADDRESSES = {
    "documents:start_import": some_kind,
    "documents:import_template": some_kind,
    "documents:import_detail": previewed,
    "documents:import_progress": previewed,
    "documents:import_file": previewed,
    "documents:bad_rows": previewed,
    "documents:undo_import": applied,
}
