"""An import for the matrix of role × route × method."""

from documents import imports
from documents.models import Import
from documents.services import imports as services
from tests.documents.sheets import tax_code, upload, workbook
from tests.documents.small_import import OfficesImport
from tests.factories import make_officer


def build(world):
    imports.kinds()
    imports.register(OfficesImport)
    kind = imports.kinds()[OfficesImport.code]
    data = workbook([["MST", "GTSX (triệu đồng)"], [tax_code(301), 5]])
    world.import_ = services.start_import(kind=kind, file=upload(data), year=2025, by=make_officer(), now=world.now)
    applied = upload(workbook([["MST", "GTSX (triệu đồng)"], [tax_code(302), 5]]))
    world.applied_import = services.start_import(kind=kind, file=applied, year=2025, by=make_officer(), now=world.now)
    Import.objects.filter(pk=world.applied_import.pk).update(
        state=Import.State.APPLIED,
        applied_at=world.now,
        applied_by=world.applied_import.by,
        counts={"good": 1, "bad": 0},
    )


KIND = {"code": OfficesImport.code}
OBJECTS = {
    "documents:start_import": lambda world: KIND,
    "documents:import_template": lambda world: KIND,
    "documents:undo_import": lambda world: {"public_id": world.applied_import.public_id},
    **{
        f"documents:{name}": lambda world: {"public_id": world.import_.public_id}
        for name in (
            "import_detail", "import_progress", "import_file", "bad_rows", "change_reading", "apply_import",
            "discard_import", "resume_import",
        )
    },
}  # fmt: skip
