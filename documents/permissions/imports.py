from django.utils.translation import gettext_lazy as _

from accounts.access import action, menu, route
from accounts.roles import LEADERS, Role

IMPORTERS = frozenset({Role.OFFICER, Role.HEAD, Role.DEPUTY_HEAD, Role.CENTRE_STAFF, Role.ACCOUNTANT})

IMPORT = action("documents.import", _("Import spreadsheets"), roles=IMPORTERS)
SEE_IMPORTS = action("documents.see_imports", _("See past imports"), roles=IMPORTERS | LEADERS | {Role.AUDITOR})
SEE_ALL_IMPORTS = action(
    "documents.see_all_imports", _("See the imports of every kind"), roles=LEADERS | {Role.AUDITOR}
)

route("documents:import_list", GET=SEE_IMPORTS)
route("documents:start_import", GET=IMPORT, POST=IMPORT)
route("documents:import_template", GET=IMPORT)
route("documents:import_detail", GET=SEE_IMPORTS)
route("documents:import_progress", GET=SEE_IMPORTS)
route("documents:import_file", GET=SEE_IMPORTS)
route("documents:bad_rows", GET=SEE_IMPORTS)
route("documents:change_reading", POST=IMPORT)
route("documents:apply_import", POST=IMPORT)
route("documents:discard_import", POST=IMPORT)
route("documents:resume_import", POST=IMPORT)
route("documents:undo_import", GET=IMPORT, POST=IMPORT)

menu("imports", _("Imports"), route="documents:import_list", order=85)
